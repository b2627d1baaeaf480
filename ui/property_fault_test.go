package ui

// What the properties have found, by name. A frame is drawn after each update, also
// after the one whose command leads to another page.

import (
	"slices"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"github.com/clawarium/clawarium/checks/report"
	"github.com/clawarium/clawarium/provision"
)

// lastFrame gives a page a key and draws it before the command has led elsewhere.
func (r *rig) lastFrame(key string) string {
	r.t.Helper()
	_, cmd := r.w.Update(keyPress(key))
	if cmd == nil {
		r.t.Fatalf("%q does nothing on %q", key, r.w.at)
	}
	return r.screen()
}

func TestTheComputerIsDrawnOnceMoreWhenItIsLeftWhileItIsLookedAt(t *testing.T) {
	r := newRig(t, newFake(), "computer", 80, 24)
	_ = r.w.page().(*computer).again() // its look does not come to an end
	if got := r.lastFrame("esc"); !strings.Contains(got, words().Working) {
		t.Errorf("it is left with:\n%s", got)
	}
	if _, cmd := r.w.Update(keyPress("enter")); cmd != nil {
		t.Error("one can go on from a look that was ended")
	}
	r.press("r")
	if r.w.page().(*computer).looking() {
		t.Error("it is not looked at again")
	}
}

func TestTheReHardeningIsDrawnOnceMoreWhenAnInterruptedRepairIsLeft(t *testing.T) {
	d := drifted()
	d.only().pending = &provision.Repair{Phase: provision.RepairForward, Steps: []string{"filter"}}
	r := keptRig(t, d, "harden", 80, 24)
	if h := r.w.page().(*harden); h.stage != hardenPending {
		t.Fatalf("stage %d:\n%s", h.stage, r.screen())
	}
	r.lastFrame("esc")
}

func TestTheLinesOfTheDashboardTakeNothingThatSteersTheTerminal(t *testing.T) {
	for choice, line := range map[string]func(*dashboard) string{
		"settings": func(d *dashboard) string { return d.part.(*settings).input.Value() },
		"destroy":  func(d *dashboard) string { return d.part.(*destroying).input.Value() },
	} {
		r := keptRig(t, newKept(), "dashboard", 80, 24)
		to(t, r, choice)
		r.press("enter")
		if choice == "settings" {
			r.press("s")
		}
		r.press("ctrl+u")
		r.send(tea.PasteMsg{Content: "a\u202eb\u2028c\x1b[2Jd\x07e\u2066"})
		r.typed("\u202ef\u2029")
		if got := line(r.w.page().(*dashboard)); got != "abcdef" {
			t.Errorf("%s has %q", choice, got)
		}
		if steering(r.w.View().Content) >= 0 {
			t.Errorf("%s: %q", choice, r.w.View().Content)
		}
	}
}

func TestNoKeyDeletesAWordBehindTheEndOfALine(t *testing.T) {
	toLine := map[string]func(*rig){
		"form":   func(r *rig) { r.do(goTo("size")) },
		"review": func(r *rig) { r.do(goTo("review")); r.press(pageWords().Review.SaveKey) },
		"results": func(r *rig) {
			r.w.at, r.results().report = "results", &report.Report{}
			r.results().file.name(r.results(), "json")
		},
		"settings": func(r *rig) { to(r.t, r, "settings"); r.press("enter", "s") },
		"destroy":  func(r *rig) { to(r.t, r, "destroy"); r.press("enter"); r.typed("openclaw") },
	}
	for name, to := range toLine {
		for _, key := range []string{"alt+d", "alt+delete", "ctrl+delete"} {
			r := keptRig(t, newKept(), "dashboard", 80, 24)
			to(r)
			if !r.w.page().typing() {
				t.Fatalf("%s: nothing is typed:\n%s", name, r.screen())
			}
			r.press("left", key)
		}
	}
}

// What looks at frames has to see what is wrong with one.
func TestWhatSteersATerminalIsFoundInAFrame(t *testing.T) {
	for _, s := range []string{"", "plain\n文字 \x1b[1;38;5;12mcolour\x1b[m", "👩‍👩‍👧‍👦"} {
		if at := steering(s); at >= 0 {
			t.Errorf("%q at %d", s, at)
		}
	}
	for _, bad := range []string{
		"\r", "\t", "\x00", "\x7f", "\x1b", "\x1b[", "\x1b[2J", "\x1b[1;2H", "\x1b]0;t\x07", "\x1b[31", "\u009b", "\xff", "\xe8\x99", "\u202e", "\u200f", "\u2028",
	} {
		if at := steering("ab\n" + bad + "c"); at != 3 {
			t.Errorf("%q is found at %d", bad, at)
		}
	}
}

func TestAKeyIsFoundInAFrameInPartAndInHexadecimal(t *testing.T) {
	const key = "abcdefghijklmnopqrstuvwxyz234567"
	for said, want := range map[string]bool{
		"nothing": false, "abcdefg": false, "xx" + key[8:16]: true, key: true, "6162636465666768": true, strings.ToUpper(key): false,
	} {
		r := &propertyRun{secrets: []string{key}}
		r.hides(said, func() string { return "" })
		if got := r.fault != nil; got != want {
			t.Errorf("%q: %v", said, got)
		}
	}
}

// What was not agreed to is a fault, as is what was agreed to once and done twice.
func TestTheDriverOfThePropertiesKnowsWhatItMayDo(t *testing.T) {
	for _, c := range []struct {
		allowed []allowance
		calls   []allowance
		fault   bool
	}{
		{nil, []allowance{{"setup", "a"}}, true},
		{[]allowance{{"setup", "a"}}, []allowance{{"setup", "a"}}, false},
		{[]allowance{{"setup", "a"}}, []allowance{{"setup", "b"}}, true},
		{[]allowance{{"setup", "a"}}, []allowance{{"setup", "a"}, {"setup", "a"}}, true},
		{[]allowance{{"stop", "a"}}, []allowance{{"destroy", "a"}}, true},
		{[]allowance{{"accept", "p"}, {"repair", "a"}}, []allowance{{"accept", "p"}, {"repair", "a"}}, false},
	} {
		r := &propertyRun{}
		d := &propertyDriver{r: r, calls: map[string]int{}}
		d.allow(slices.Clone(c.allowed)...)
		for _, call := range c.calls {
			d.must(call.what, call.with)
		}
		if got := r.fault != nil; got != c.fault {
			t.Errorf("%+v: %v", c, r.fault)
		}
	}
}
