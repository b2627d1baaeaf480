package virt

import (
	"reflect"
	"strings"
	"testing"

	"github.com/clawarium/clawarium/assets/text"
)

func TestNoHintOfLinuxIsGivenOnAMac(t *testing.T) {
	defer text.Use("en")
	for _, language := range []string{"en", "zh"} {
		text.Use(language)
		v := reflect.ValueOf(text.T().Virt)
		for i := range v.NumField() {
			name := v.Type().Field(i).Name
			if v.Field(i).Kind() != reflect.String || !strings.HasSuffix(name, "Hint") {
				continue
			}
			hint := typedOnAMac(v.Field(i).String(), "brew")
			for _, linux := range []string{"sudo ", "apt install", "systemctl", "usermod", "journalctl", "dnf "} {
				if strings.Contains(hint, linux) {
					t.Errorf("%s: %q", name, hint)
				}
			}
			if hint == "" {
				t.Errorf("%s is lost", name)
			}
		}
	}
	if got := typedOnAMac("use auto, system or session", "brew"); got != "use auto, system or session" {
		t.Errorf("%q", got)
	}
}
