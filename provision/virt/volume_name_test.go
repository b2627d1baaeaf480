package virt

import (
	"strings"
	"testing"
)

func TestAVolumeIsCalledNothingThatIsNoPlainName(t *testing.T) {
	for _, name := range []string{"a", "t-data.qcow2", strings.Repeat("a", 121)} {
		if err := checkName(name); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
	for _, name := range []string{"", ".hidden", "a/b", "a b", "a\n", "é", strings.Repeat("a", 122)} {
		if checkName(name) == nil {
			t.Errorf("%q is taken for a name", name)
		}
	}
}
