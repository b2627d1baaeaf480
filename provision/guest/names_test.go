package guest

import (
	"context"
	"strings"
	"testing"
)

func TestNamesAreNoLongerThanTheyMayBe(t *testing.T) {
	refused := func(c SeedConfig, field string) bool {
		err := c.validate()
		return err != nil && strings.Contains(err.Error(), field+" ")
	}
	for field, of := range map[string]struct {
		most int
		with func(string) SeedConfig
	}{
		"hostname":    {63, func(s string) SeedConfig { return SeedConfig{Hostname: s} }},
		"instance-id": {64, func(s string) SeedConfig { return SeedConfig{InstanceID: s} }},
	} {
		if refused(of.with(strings.Repeat("a", of.most)), field) {
			t.Errorf("%s: %d characters are refused: %v", field, of.most, of.with(strings.Repeat("a", of.most)).validate())
		}
		if !refused(of.with(strings.Repeat("a", of.most+1)), field) {
			t.Errorf("%s: %d characters are taken", field, of.most+1)
		}
	}
	if PasteModelKey(context.Background(), nil, SandboxConfig{}, strings.Repeat("a", 33), nil) == nil {
		t.Error("a provider of 33 characters is taken")
	}
}
