package ui

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/clawarium/clawarium/assets/text"
)

// outLines is a conversation about a way out at a time of its own.
func outLines(t testing.TB, m *lineMachine, lines ...string) talk {
	t.Helper()
	var said strings.Builder
	d := newLineDriver()
	d.machine = m
	c := newConversation(t.Context(), d, LineOptions{Plan: m.plan, Dashboard: true, Out: &said, Err: &said})
	c.now = func() time.Time { return then }
	c.in = &lineReader{in: newAnswers(joinLines(append([]string{"out"}, lines...)), &said)}
	code, err := c.hold(t.Context())
	if err != nil {
		PrintError(&said, err)
	}
	return talk{said.String(), code, err}
}

func TestTheWayOutIsSaidAndChangedInLines(t *testing.T) {
	inBoth(t, func(t *testing.T) {
		m := newLineMachine()
		m.out = someOut()
		got := outLines(t, m, "1", "", "1", "9", "2", "3", "2", "4", "2", "level", "internet", "", "level", "2", "2", "again", "leave", "8")
		want := "[change out {Level: Add:[{Host:api.weather.example Until:1h0m0s For:}] Remove:[] Never:[]} " +
			"change out {Level: Add:[] Remove:[] Never:[router.lan.example]} " +
			"change out {Level: Add:[] Remove:[*.example.com] Never:[]} " +
			"change out {Level:internet Add:[] Remove:[] Never:[]}]"
		if did := fmt.Sprint(m.did); did != want || got.code != 0 || got.err != nil {
			t.Errorf("code %d, %v\n did %s\nwant %s", got.code, got.err, did, want)
		}
		transcript(t, "out", got)
	})
}

func TestInLinesATypedHostIsHeldAgainstWhatAPlanTakes(t *testing.T) {
	for _, c := range []struct {
		lines []string
		did   string
	}{
		{[]string{"add", "", "leave", "8"}, "[]"},
		{[]string{"add", "http://a.example", "10.0.0.1:443", "<", "leave", "8"}, "[]"},
		{[]string{"add", "a.example:8443", "", "leave", "8"}, "[]"},
		{[]string{"add", "a.example:8443", "3", "leave", "8"}, "[change out {Level: Add:[{Host:a.example:8443 Until:0s For:}] Remove:[] Never:[]}]"},
		{[]string{"允许", "*.example.org", "2", "leave", "8"}, "[change out {Level: Add:[{Host:*.example.org Until:1h0m0s For:}] Remove:[] Never:[]}]"},
	} {
		m := newLineMachine()
		m.out = someOut()
		if got := outLines(t, m, c.lines...); fmt.Sprint(m.did) != c.did || got.code != 0 || got.err != nil {
			t.Errorf("%q: did %v, code %d, %v\n%s", c.lines, m.did, got.code, got.err, got.said)
		}
	}
}

func TestInLinesAHostileNameIsNoWordAndNoRule(t *testing.T) {
	m := newLineMachine()
	m.out.Blocked = []Blocked{
		{Host: "back", Port: 443, Listable: true}, {Host: "yes\x1b[2J\nleave", Port: 443, Listable: true, Reason: "why\x07\nquit"}, {Host: "leave", Port: 443, Listable: true},
	}
	m.out.Trouble = "bad\x1b]0;x\x07"
	for range 60 {
		m.out.Blocked = append(m.out.Blocked, Blocked{Host: "more.example", Port: 443})
	}
	got := outLines(t, m, "yes", "2", "2", "<", "leave", "8")
	if len(m.did) > 0 || got.code != 0 || strings.ContainsAny(got.said, "\x1b\x07") {
		t.Errorf("did %v, code %d, %v\n%q", m.did, got.code, got.err, got.said)
	}
	if !strings.Contains(got.said, fmt.Sprintf(text.T().Dashboard.Out.LineMore, 43)) {
		t.Errorf("what is not listed is not counted:\n%s", got.said)
	}
}

func TestInLinesAChangeThatFailsIsSaid(t *testing.T) {
	m := newLineMachine()
	m.out = someOut()
	m.changeErr = &text.Fault{What: "no space left", Hint: "make room"}
	got := outLines(t, m, "1", "2", "8")
	if got.code != 2 || !strings.Contains(got.said, "error: no space left") || strings.Contains(got.said, "is let through for") {
		t.Errorf("code %d\n%s", got.code, got.said)
	}
}
