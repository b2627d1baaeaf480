package plan

import (
	"strings"
	"testing"
)

func TestWithTakesWhatIsTyped(t *testing.T) {
	h := Host{CPUs: 8, Memory: 16 * GiB, FreeDisk: 100 * GiB, Path: "/var/lib"}
	p := Default(h)
	for _, c := range []struct{ key, typed, want string }{
		{"name", "  tank-2 ", "tank-2"},
		{"machine.cpus", "3", "3"},
		{"machine.memory", "3GiB", "3GiB"},
		{"image.mirrors", " https://a.example/x  http://b.example ", "https://a.example/x http://b.example"},
		{"image.mirrors", " ", ""},
		{"network.proxy", "", ""},
		{"network.channels", " telegram, slack ", "telegram slack"},
		{"network.channels", "", ""},
		{"network.allow", "*.x.example、y.example:8443 [2620:fe::fe]:853", "*.x.example y.example:8443 [2620:fe::fe]:853"},
		{"network.modelServer", "192.168.1.20:11434", "192.168.1.20:11434"},
		{"openclaw.preset", "full", "full"},
	} {
		got, err := p.With(c.key, c.typed, h)
		if err != nil || got.Get(c.key) != c.want {
			t.Errorf("%s=%q: %q, %v", c.key, c.typed, got.Get(c.key), err)
		}
		again, err := got.With(c.key, got.Get(c.key), h)
		if err != nil || len(Diff(got, again)) > 0 {
			t.Errorf("%s: what it shows cannot be typed again: %v", c.key, err)
		}
	}
}

func TestWithRefusesWithTheValueAndLeavesThePlan(t *testing.T) {
	h := Host{CPUs: 8, Memory: 16 * GiB, FreeDisk: 100 * GiB, Path: "/var/lib"}
	p := Default(h)
	for _, c := range []struct{ key, typed string }{
		{"name", "Tank!"}, {"machine.cpus", "many"}, {"machine.cpus", "99"}, {"machine.memory", "4"},
		{"machine.memory", "1GiB"}, {"image.source", "net"}, {"no.such", "1"}, {"network.proxy", "ftp://x"},
		{"image.mirrors", "https://ok.example nonsense"}, {"network.channels", "telegram irc"}, {"network.allow", "x.example *.com"},
		{"network.modelServer", "8.8.8.8:80"}, {"name", "a\x1b[2J"},
	} {
		got, err := p.With(c.key, c.typed, h)
		if err == nil || len(Diff(p, got)) > 0 {
			t.Errorf("%s=%q was taken: %v", c.key, c.typed, err)
			continue
		}
		if strings.ContainsRune(err.Error(), 0x1b) {
			t.Errorf("%s: the error can steer a terminal: %q", c.key, err)
		}
	}
}

func TestTypedIsExactWhereGetIsMadeFitToBeShown(t *testing.T) {
	h := Host{CPUs: 8, Memory: 16 * GiB, FreeDisk: 100 * GiB, Path: "/var/lib"}
	p := Default(h)
	for i := range 5 {
		p.Image.Mirrors = append(p.Image.Mirrors, "https://mirror.example/"+strings.Repeat(string(rune('a'+i)), 60))
	}
	if p.Get("image.mirrors") == p.Typed("image.mirrors") {
		t.Fatal("the list is too short to show the difference")
	}
	for _, key := range Keys() {
		again, err := Default(h).With(key, p.Typed(key), h)
		if err != nil || again.Typed(key) != p.Typed(key) {
			t.Errorf("%s: %v", key, err)
		}
	}
}
