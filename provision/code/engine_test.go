package code

import "testing"

func TestANodeIsWithinWhatAPackageNeedsOrNot(t *testing.T) {
	for _, c := range []struct {
		version, wanted string
		want            bool
	}{
		{"24.21.0", ">=24.16.0 <25 || >=26.1.0", true},
		{"26.1.0", ">=24.16.0 <25 || >=26.1.0", true},
		{"24.15.9", ">=24.16.0 <25 || >=26.1.0", false},
		{"25.0.0", ">=24.16.0 <25 || >=26.1.0", false},
		{"26.0.9", ">= 24.16.0 < 25 || >= 26.1.0", false},
		{"24.21.0", "*", true}, {"24.21.0", "", true},
		{"24.21.0", "24", true}, {"24.21.0", "24.x", true}, {"24.21.0", "=24.21.0", true}, {"24.21.0", "24.20", false},
		{"24.21.0", "^24.1.0", true}, {"25.0.0", "^24.1.0", false}, {"24.21.0", "^22 || ^24", true},
		{"24.21.0", "~24.21.0", true}, {"24.22.0", "~24.21.0", false}, {"24.21.0", "~24", true},
		{"24.21.0", ">24", false}, {"25.0.0", ">24", true}, {"24.21.0", "<=24", true}, {"25.0.0", "<=24", false},
		{"0.2.3", "^0.2.0", true}, {"0.3.0", "^0.2.0", false},
		{"24.21.0-rc.1", ">=24", false},
	} {
		if got, err := within(c.version, c.wanted); err != nil || got != c.want {
			t.Errorf("%s in %q: %v, %v", c.version, c.wanted, got, err)
		}
	}
	for _, wanted := range []string{"latest", ">>24", ">=", "24.a", "https://example.org", ">=24 <twenty"} {
		if _, err := within("24.21.0", wanted); err == nil {
			t.Errorf("%q is taken for a range", wanted)
		}
	}
	for version, want := range map[string]bool{"1.2.3": true, "1.2": false, "v1.2.3": false, "1.2.3-a.1": true, "1.2.3+b": true, "1.02.3": false, "": false} {
		if strictVersion(version) != want {
			t.Errorf("%q: %v", version, !want)
		}
	}
}
