package ui

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/provision"
)

// outRig shows the way out of a machine.
func outRig(t *testing.T, d *keptDriver, width, height int) *rig {
	t.Helper()
	r := keptRig(t, d, "dashboard", width, height)
	if !r.w.small() {
		to(t, r, "out")
		r.press("enter")
	}
	return r
}

// changed are the changes that were made to the way out.
func (m *keptMachine) changed() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return fmt.Sprintf("%+v", m.changes)
}

func TestFramesOfTheWayOut(t *testing.T) {
	shown := func(name string, set func(*keptMachine), keys ...string) {
		frames(t, name, func(t *testing.T, width, height int) *rig {
			d := newKept()
			if set != nil {
				set(d.only())
			}
			if d.only().hold != nil {
				t.Cleanup(func() { close(d.only().hold) })
			}
			r := outRig(t, d, width, height)
			if !r.w.small() {
				r.press(keys...)
			}
			return r
		})
	}
	shown("out", nil)
	shown("out-ask", nil, "enter")
	shown("out-ask-private", nil, "down", "down", "enter")
	shown("out-end", nil, "end", "enter")
	shown("out-levels", nil, "l", "down")
	shown("out-level-ask", nil, "l", "down", "enter")
	shown("out-type", nil, "a")
	shown("out-type-wrong", nil, "a", "1", "0", ".", "0", ".", "0", ".", "1", "enter")
	shown("out-closed", func(m *keptMachine) {
		m.out = Out{Level: "allowlist", Running: true, Since: then.Add(-4 * time.Minute), Trouble: "the guest does not answer at 10.83.12.2:22: connection refused"}
	})
	shown("out-changing", func(m *keptMachine) {
		m.hold = make(chan struct{})
		m.events = []provision.Event{{Kind: provision.StepBegan, Step: "egress", Title: "What is let through", Index: 1, Count: 1, Percent: -1}}
	}, "enter", "down", "enter")
	shown("out-failed", func(m *keptMachine) {
		m.err = &text.Fault{What: "what is let through could not be written: no space left on device", Hint: "make room at ~/.local/state"}
	}, "enter", "down", "enter")
	shown("out-hostile", func(m *keptMachine) {
		m.out.Blocked = []Blocked{
			{Host: "login.bank.example." + strings.Repeat("a1.", 70) + "thief.example", Port: 443, Count: 9, First: then, Last: then, Reason: "It is not on the list.", Listable: true},
			{Host: "evil\x1b[2J\u202e例.example\nallow", Port: 443, Count: 1, First: then, Last: then, Reason: "It is not on the list.", Listable: true},
		}
	}, "down")
}

func TestTheStateOfTheWayOutIsSaidInAWord(t *testing.T) {
	for _, c := range []struct {
		out  Out
		said string
		open bool
	}{
		{Out{}, "does not run", false},
		{Out{Running: true, Connected: true}, "closed: no rules", false},
		{Out{Level: "offline", Running: true, Connected: true}, "closed, as you chose", false},
		{Out{Level: "offline"}, "closed, as you chose", false},
		{Out{Level: "offline", Running: true, Connected: true, Unwalled: true}, "unguarded", false},
		{Out{Level: "allowlist", Running: true, Unwalled: true}, "unguarded", false},
		{Out{Level: "internet"}, "does not run", false},
		{Out{Level: "internet", Connected: true}, "does not run", false},
		{Out{Level: "internet", Running: true}, "no way into the machine", false},
		{Out{Level: "internet", Running: true, Connected: true}, "open: any public host", true},
		{Out{Level: "allowlist", Running: true, Connected: true}, "open: named hosts only", true},
	} {
		if said, open := outState(c.out); !strings.Contains(said, c.said) || open != c.open {
			t.Errorf("%+v: %q, %v", c.out, said, open)
		}
		d := newKept()
		d.only().out = c.out
		must(t, keptRig(t, d, "dashboard", 120, 40), c.said)
	}
	d := newKept()
	must(t, keptRig(t, d, "dashboard", 120, 40), "open: named hosts only, names refused: 3")
	d.only().outErr = &text.Fault{What: "warden.json cannot be read"}
	must(t, keptRig(t, d, "dashboard", 120, 40), "way out     not known", "warden.json cannot be read")
}

func TestAHostIsLetThroughOnlyByAnAnswerThatSaysSo(t *testing.T) {
	for keys, want := range map[string]string{
		"enter enter":                  "[]",
		"enter esc":                    "[]",
		"enter down down down":         "[]",
		"enter down enter":             "[{Level: Add:[{Host:api.weather.example Until:1h0m0s For:}] Remove:[] Never:[]}]",
		"enter down down enter":        "[{Level: Add:[{Host:api.weather.example Until:0s For:}] Remove:[] Never:[]}]",
		"enter up enter":               "[{Level: Add:[] Remove:[] Never:[api.weather.example]}]",
		"down enter down down enter":   "[{Level: Add:[{Host:files.example.net:8443 Until:0s For:}] Remove:[] Never:[]}]",
		"down down enter down enter":   "[{Level: Add:[] Remove:[] Never:[router.lan.example]}]", // allowing it would not help
		"down down down enter enter":   "[]",
		"pgdown pgdown up up up enter": "[]",
		"end enter down enter":         "[]", // that comes from the settings
	} {
		d := newKept()
		r := outRig(t, d, 80, 24)
		r.press(strings.Fields(keys)...)
		if got := d.only().changed(); got != want {
			t.Errorf("%s:\n got %s\nwant %s", keys, got, want)
		}
	}
	d := newKept()
	r := outRig(t, d, 80, 40)
	r.press("enter", "down", "enter")
	must(t, r, "api.weather.example is let through for an hour.")
	r.press("down", "down", "down", "enter", "down", "enter")
	must(t, r, "*.example.com is refused from now on.")
	r.press("home", "down", "down", "down", "down", "down", "enter", "down", "enter")
	must(t, r, "tracker.example is listed again when it is refused.")
	if got := d.only().changed(); !strings.Contains(got, "Remove:[*.example.com]") || !strings.Contains(got, "Remove:[tracker.example]") {
		t.Errorf("%s", got)
	}
}

func TestTheCursorStaysOnItsHostWhenOthersComeIn(t *testing.T) {
	d := newKept()
	m := d.only()
	r := outRig(t, d, 80, 24)
	r.press("down")
	p := r.w.page().(*dashboard).part.(*outside)
	now := m.out
	now.Blocked = append([]Blocked{{Host: "new.example", Port: 443, Count: 1, Last: then, Listable: true}}, now.Blocked...)
	r.send(outSeenMsg{of: p, look: p.look, now: now})
	must(t, r, "new.example", "› files.example.net:8443")
	r.press("enter")
	must(t, r, "What about files.example.net:8443?")
	now.Blocked = now.Blocked[:1]
	r.send(outSeenMsg{of: p, look: p.look, now: now}) // under the question
	r.press("down", "enter")
	if got := m.changed(); !strings.Contains(got, "Host:files.example.net:8443") {
		t.Errorf("another host than the question named: %s", got)
	}
}

func TestTheCursorPassesHostsThatAreAlike(t *testing.T) {
	d := newKept()
	m := d.only()
	m.out.Blocked, m.out.Never = nil, nil
	m.out.Rules = []OutRule{{Host: "a.example", For: "updates:apt"}, {Host: "a.example", For: "updates:npm"}, {Host: "b.example", For: "updates:npm"}}
	r := outRig(t, d, 80, 24)
	r.press("down", "down")
	must(t, r, "› b.example")
}

func TestALookThatIsTooLateIsNotShown(t *testing.T) {
	r := outRig(t, newKept(), 80, 24)
	p := r.w.page().(*dashboard).part.(*outside)
	r.send(outSeenMsg{of: p, look: p.look - 1, now: Out{Level: "offline"}})
	r.send(outSeenMsg{of: &outside{}, look: p.look, now: Out{Level: "offline"}})
	must(t, r, "open: named hosts only")
	r.send(outSeenMsg{of: p, look: p.look, err: &text.Fault{What: "the file cannot be read", Hint: "df -h"}})
	must(t, r, "the file cannot be read", "open: named hosts only", "api.weather.example")
}

func TestALevelIsChangedOnlyAfterAYes(t *testing.T) {
	d := newKept()
	r := outRig(t, d, 80, 24)
	r.press("l", "down", "enter")
	must(t, r, "Let through: any public host?", "anywhere public", "no longer allowed are cut")
	r.press("enter", "esc", "l", "enter")
	if got := d.only().changed(); got != "[]" {
		t.Fatalf("%s", got)
	}
	r.press("l", "end", "enter", "down", "enter")
	must(t, r, "Let through from now on: nothing.")
	if got := d.only().changed(); got != "[{Level:offline Add:[] Remove:[] Never:[]}]" {
		t.Errorf("%s", got)
	}
	d.only().out.Level = "offline"
	r.send(outAgainMsg{r.w.page().(*dashboard).part.(*outside), r.w.page().(*dashboard).part.(*outside).look})
	r.press("home", "enter")
	must(t, r, "At the present level nothing is let through")
}

func TestTheWayOutIsLookedAtAgainAndAgain(t *testing.T) {
	d := newKept()
	r := keptRig(t, d, "dashboard", 80, 24)
	var wait time.Duration
	var again func(time.Time) tea.Msg
	r.w.session.after = func(d time.Duration, f func(time.Time) tea.Msg) tea.Cmd { wait, again = d, f; return nil }
	to(t, r, "out")
	r.press("enter")
	d.only().out.Blocked = d.only().out.Blocked[2:]
	r.send(again(then))
	if wait != outEvery {
		t.Errorf("after %v", wait)
	}
	mustNot(t, r, "api.weather.example")
	must(t, r, "router.lan.example")
	last := again
	r.press("enter", "down", "enter") // a change looks again by itself
	r.send(last(then))
	must(t, r, "stays refused and is not listed any more")
}

func TestATypedHostIsHeldAgainstWhatAPlanTakes(t *testing.T) {
	d := newKept()
	r := outRig(t, d, 80, 24)
	r.press("a", "enter")
	must(t, r, "no host was given")
	for _, wrong := range []string{"https://a.example", "a b", "例.example", "10.0.0.1:443", "*", "a..example", "a.example:0", "a.example:99999", "*.*.example", strings.Repeat("a", 64) + ".example"} {
		r.press("ctrl+u")
		r.typed(wrong)
		r.press("enter")
		must(t, r, "✗", "Try:")
	}
	for _, right := range []string{"api.example.org", "*.example.org", "files.example.net:8443"} {
		r.press("ctrl+u")
		r.typed(right)
		r.press("enter")
		must(t, r, "Allow "+right+"?", "can then send to it what it knows")
		r.press("enter")
	}
	if got := d.only().changed(); got != "[]" {
		t.Fatalf("%s", got)
	}
	r.press("enter", "up", "enter")
	must(t, r, "files.example.net:8443 is let through from now on.")
	if got := d.only().changed(); got != "[{Level: Add:[{Host:files.example.net:8443 Until:0s For:}] Remove:[] Never:[]}]" {
		t.Errorf("%s", got)
	}
	r.press("a", "x", "esc")
	mustNot(t, r, "Which host?")
}

func TestAChangeThatFailsSaysWhyAndCanBeTriedAgain(t *testing.T) {
	d := newKept()
	m := d.only()
	m.err = &text.Fault{What: "no space left", Hint: "make room"}
	r := outRig(t, d, 80, 24)
	r.press("enter", "down", "enter")
	must(t, r, "no space left", "Try: make room", "The way out was not changed")
	m.err = nil
	r.press("r")
	must(t, r, "is let through for an hour")
	if did := m.done(); !slices.Equal(did, []string{"change the way out", "change the way out"}) {
		t.Errorf("%v", did)
	}
}

func TestAChangeComesToItsEndBeforeTheProgramDoes(t *testing.T) {
	d := newKept()
	m := d.only()
	m.hold = make(chan struct{})
	r := outRig(t, d, 80, 24)
	r.press("enter", "down", "enter")
	must(t, r, "Changing the way out")
	r.press("ctrl+c")
	must(t, r, "Stop the change?")
	r.press("enter") // go on
	r.send(stopMsg{code: 143})
	if r.quit {
		t.Fatal("the program ended before the change")
	}
	r.settle()
	if !r.quit || r.w.code != 143 {
		t.Errorf("%v %d", r.quit, r.w.code)
	}
	d = newKept()
	r = outRig(t, d, 80, 24)
	r.press("ctrl+c")
	if !r.quit || r.w.code != 130 {
		t.Errorf("%v %d", r.quit, r.w.code)
	}
}

func TestNothingOfAHostileNameReachesTheTerminalOrARule(t *testing.T) {
	names := []string{
		"evil\x1b[2J.example", "a\u202eelpmaxe.b", "раураl.example", "a b.example", "x\n.example", "\x9b31m", strings.Repeat("a.", 200) + "example", "", "例.example",
	}
	d := newKept()
	for _, name := range names {
		d.only().out.Blocked = append(d.only().out.Blocked[:0:0], Blocked{Host: name, Port: 443, Count: 1 << 60, Reason: name, Listable: true, Last: then})
		d.only().out.Never, d.only().out.Trouble = []string{name}, name
		for _, width := range []int{60, 120} {
			r := outRig(t, d, width, 20)
			for _, keys := range [][]string{{}, {"enter"}, {"esc", "end"}, {"enter"}} {
				r.press(keys...)
				r.mustFit()
				if at := steering(r.w.View().Content); at >= 0 {
					t.Errorf("%q: %q", name, r.w.View().Content[at:])
				}
			}
			r = outRig(t, d, width, 20)
			r.press("enter", "down", "down", "down", "enter")
		}
	}
	if got := d.only().changed(); got != "[]" {
		t.Errorf("changed: %s", got)
	}
	long := "login.bank.example." + strings.Repeat("a1.", 70) + "thief.example"
	if got := tailOf(long, 30); len([]rune(got)) != 30 || !strings.HasSuffix(got, ".thief.example") || !strings.HasPrefix(got, "…") {
		t.Errorf("%q", got)
	}
}

func TestTheSettingsLeadToTheWayOut(t *testing.T) {
	d := newKept()
	r := keptRig(t, d, "dashboard", 80, 24)
	to(t, r, "settings")
	r.press("enter")
	must(t, r, "o Way out")
	r.press("o")
	must(t, r, "The way out of the machine", "api.weather.example")
	r.press("esc")
	must(t, r, "openclaw: running")
	d.openErr = &text.Fault{What: "no such machine"}
	r.press("r")
	to(t, r, "settings")
	r.press("enter")
	mustNot(t, r, "o Way out")
	r.press("o")
	must(t, r, "Settings of the machine")
}

func TestTheWayOutFitsEveryWindow(t *testing.T) {
	for _, lang := range []string{text.English, text.Chinese} {
		text.Use(lang)
		for _, size := range [][2]int{{60, 20}, {61, 21}, {79, 23}, {100, 20}, {60, 60}, {200, 60}} {
			d := newKept()
			m := d.only()
			m.out.Trouble = strings.Repeat("trouble 麻烦 ", 60)
			for i := range 400 {
				m.out.Blocked = append(m.out.Blocked, Blocked{Host: strings.Repeat("a", i) + ".example", Port: i, Count: int64(i) << 40, Reason: strings.Repeat("why 为什么 ", i), Listable: i%2 == 0})
			}
			m.err = &text.Fault{What: strings.Repeat("what ", 200), Hint: strings.Repeat("hint ", 200)}
			r := outRig(t, d, size[0], size[1])
			for _, keys := range [][]string{{"end", "pgup"}, {"enter"}, {"esc", "l"}, {"end", "enter"}, {"esc", "esc", "a"}, {"enter"}, {"esc", "home", "enter"}, {"down", "enter"}, {"r"}} {
				r.press(keys...)
				r.send(tea.PasteMsg{Content: strings.Repeat("长 long\n\x1b]0;x\a", 5000)})
				r.mustFit()
			}
		}
	}
	text.Use(text.English)
}
