package host

import (
	"slices"
	"testing"
)

// Constructed by the kernel's documentation; none was recorded on a Mac.
func TestTheArgumentsOfAProcessAreReadAsAMacKeepsThem(t *testing.T) {
	for raw, want := range map[string][]string{
		"\x03\x00\x00\x00/opt/homebrew/bin/node\x00\x00\x00\x00node\x00/opt/x/openclaw.mjs\x00gateway\x00TOKEN=secret\x00": {"node", "/opt/x/openclaw.mjs", "gateway"},
		"\x01\x00\x00\x00/bin/zsh\x00-zsh\x00":    {"-zsh"},
		"\x02\x00\x00\x00/bin/a\x00\x00a\x00\x00": {"a", ""},
		"\x02\x00\x00\x00/bin/a\x00\x00a\x00":     nil, // cut off
		"\x00\x00\x00\x00/bin/a\x00\x00a\x00":     nil,
		"\xff\xff\xff\xff/bin/a\x00\x00a\x00":     nil,
		"\x01\x00\x00\x00/bin/a":                  nil, "\x01\x00": nil, "": nil,
	} {
		if got := argumentsOf([]byte(raw)); !slices.Equal(got, want) {
			t.Errorf("%q: %q, not %q", raw, got, want)
		}
	}
}
