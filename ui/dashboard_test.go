package ui

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/provision"
	"github.com/clawarium/clawarium/provision/plan"
	"github.com/clawarium/clawarium/provision/steps"
)

func TestFramesOfTheDashboard(t *testing.T) {
	shown := func(name string, set func(*keptDriver), act func(*testing.T, *rig)) {
		frames(t, name, func(t *testing.T, width, height int) *rig {
			d := newKept()
			if set != nil {
				set(d)
			}
			if d.only().hold != nil {
				t.Cleanup(func() { close(d.only().hold) })
			}
			r := keptRig(t, d, "dashboard", width, height)
			if act != nil && !r.w.small() {
				act(t, r)
			}
			return r
		})
	}
	shown("dashboard", nil, nil)
	shown("dashboard-off", func(d *keptDriver) {
		m := d.only()
		m.status.State, m.status.Emulated = "off", false
		m.pending = &provision.Repair{Began: then.AddDate(0, 0, -1), Phase: provision.RepairForward}
		d.machines["second"] = &keptMachine{fakeMachine: fakeMachine{plan: plan.Default(testHost)}}
	}, nil)
	shown("dashboard-unfinished", func(d *keptDriver) {
		m := d.only()
		m.status.State, m.status.StepsDone, m.status.Unfinished, m.status.OpenClaw, m.status.Node = "absent", 14, "boot", "", ""
		m.unfinished, m.never = errors.New("not finished"), true
	}, nil)
	shown("dashboard-error", func(d *keptDriver) {
		d.only().statusErr = &text.Fault{What: "libvirt does not answer at qemu:///system", Hint: "systemctl status libvirtd"}
		d.only().status.State = ""
	}, nil)
	shown("dashboard-settings", nil, func(t *testing.T, r *rig) {
		to(t, r, "settings")
		r.press("enter", "pgdown", "s")
	})
	shown("dashboard-promises", func(d *keptDriver) {
		d.only().memory = []string{"MEMORY.md: changed since your review on 2026-10-01"}
	}, func(t *testing.T, r *rig) {
		to(t, r, "promises")
		r.press("enter", "space", "end")
	})
	shown("dashboard-destroy", nil, func(t *testing.T, r *rig) {
		to(t, r, "destroy")
		r.press("enter")
		r.typed("openclow")
		r.press("enter", "tab", "space")
	})
	shown("dashboard-destroying", func(d *keptDriver) {
		d.only().hold = make(chan struct{})
		d.only().events = []provision.Event{
			{Kind: provision.StepUndone, Step: "boot", Title: "First boot", Index: 1, Count: 3, Elapsed: 4 * time.Second},
			{Kind: provision.StepUndoing, Step: "filter", Title: "Packet filter for the network card", Index: 2, Count: 3, Percent: -1},
		}
	}, func(t *testing.T, r *rig) {
		to(t, r, "destroy")
		r.press("enter")
		r.typed("openclaw")
		r.press("enter", "down", "enter")
	})
	shown("dashboard-gone", nil, func(t *testing.T, r *rig) {
		to(t, r, "destroy")
		r.press("enter")
		r.typed("openclaw")
		r.press("enter", "down", "enter")
	})
	shown("dashboard-link", nil, func(t *testing.T, r *rig) {
		to(t, r, "open")
		r.press("enter")
	})
	shown("dashboard-starting", func(d *keptDriver) {
		d.only().status.State = "off"
		d.only().hold = make(chan struct{})
	}, func(t *testing.T, r *rig) {
		to(t, r, "start")
		r.press("enter")
	})
}

func TestTheDashboardIsUsableWhileItAsks(t *testing.T) {
	d := newKept()
	r := &rig{t: t, w: newWizard(t.Context(), d, d.only().plan, "dashboard")}
	r.send(tea.WindowSizeMsg{Width: 80, Height: 24})
	page := r.w.page().(*dashboard)
	msg := page.enter()() // the machine is open, and has said nothing yet
	r.w.Update(msg)
	must(t, r, "asking libvirt", "Self-check", "Re-harden", "Remove")
	mustNot(t, r, "Stop ", "Your promises  ")
	to(t, r, "settings")
	r.press("enter")
	must(t, r, "Settings of the machine", "name: openclaw")
}

func TestWhatIsTooLateIsNotShown(t *testing.T) {
	r := keptRig(t, newKept(), "dashboard", 80, 24)
	p := r.w.page().(*dashboard)
	r.send(dashStatusMsg{of: p.turn - 1, status: steps.Status{State: "off"}})
	r.send(dashKeptMsg{of: p.turn - 1, known: known{unfinished: errors.New("x")}})
	must(t, r, "openclaw: running", "Open OpenClaw")
}

func TestAnErrorHidesNothingElse(t *testing.T) {
	d := newKept()
	d.only().statusErr = &text.Fault{What: "libvirt does not answer", Hint: "systemctl status libvirtd"}
	r := keptRig(t, d, "dashboard", 80, 24)
	must(t, r, "state not known", "libvirt does not answer", "Try: systemctl status libvirtd", "2026-11-20", "Self-check", "10.83.12.2")
	mustNot(t, r, "Start ", "Stop ")
	d.only().statusErr = nil
	r.press("r")
	must(t, r, "openclaw: running")
	d.openErr = &text.Fault{What: "no such machine", Hint: "clawarium setup"}
	r.press("r")
	must(t, r, "no such machine", "Settings")
	mustNot(t, r, "Remove", "Re-harden")
	r.press("enter", "esc")
}

func TestSeveralMachinesCanBeSwitchedBetween(t *testing.T) {
	d := newKept()
	second := &keptMachine{fakeMachine: fakeMachine{plan: plan.Default(testHost)}}
	second.plan.Name, second.status = "second", steps.Status{State: "off"}
	d.machines["second"] = second
	r := keptRig(t, d, "dashboard", 80, 24)
	must(t, r, "machine 1 of 2")
	r.press("m")
	must(t, r, "second: off", "machine 2 of 2", "Start")
	if r.w.session.plan.Name != "second" || !r.w.session.existing {
		t.Error("the session is still about the first")
	}
	r.press("m")
	must(t, r, "openclaw: running")
}

func TestAMachineThatIsUnfinishedGoesOnWithTheReview(t *testing.T) {
	d := newKept()
	d.only().unfinished = errors.New("not finished")
	r := keptRig(t, d, "dashboard", 80, 24)
	mustNot(t, r, "Re-harden ", "Open OpenClaw")
	r.press("enter")
	if r.w.at != "review" || !r.w.session.existing {
		t.Errorf("at %q", r.w.at)
	}
}

func TestTheChoicesLeadToTheirPages(t *testing.T) {
	for choice, page := range map[string]string{"check": "results", "harden": "harden"} {
		pages := pageMakers[page]
		if pages == nil {
			t.Errorf("there is no page %q", page)
			continue
		}
		d := newKept()
		r := keptRig(t, d, "dashboard", 80, 24)
		r.w.pages[page] = &still{page} // only where it leads is asked here
		to(t, r, choice)
		r.press("enter")
		if r.w.at != page {
			t.Errorf("%s leads to %q", choice, r.w.at)
		}
		r.do(back)
		must(t, r, "openclaw: running")
	}
}

// still is a page that does nothing.
type still struct{ is string }

func (s *still) name() string           { return s.is }
func (s *still) enter() tea.Cmd         { return nil }
func (s *still) update(tea.Msg) tea.Cmd { return nil }
func (s *still) view(int, int) string   { return s.is }
func (s *still) keys() []keyHint        { return nil }
func (s *still) typing() bool           { return false }

func TestStoppingAsksFirstAndCanBeGivenUp(t *testing.T) {
	d := newKept()
	m := d.only()
	r := keptRig(t, d, "dashboard", 80, 24)
	to(t, r, "stop")
	r.press("enter")
	must(t, r, "Stop the machine \"openclaw\"?")
	r.press("enter") // keep it running
	if len(m.done()) != 0 {
		t.Fatalf("%v", m.done())
	}
	r.press("enter", "down", "enter")
	must(t, r, "The machine \"openclaw\" is off.")

	m.hold = make(chan struct{})
	r.press("enter", "down", "enter")
	must(t, r, "Stopping the machine")
	r.press("esc")
	must(t, r, "Stop waiting?")
	r.press("enter") // go on
	must(t, r, "Stopping the machine")
	r.press("ctrl+c", "down", "enter")
	r.settle()
	must(t, r, "You stopped it before its end")
	if r.quit {
		t.Error("the program ended")
	}
	r.press("enter", "down", "enter")
	r.send(stopMsg{code: 143})
	r.settle()
	if !r.quit || r.w.code != 143 {
		t.Errorf("%v %d", r.quit, r.w.code)
	}
}

func TestAStartThatFailsSaysWhyAndCanBeTriedAgain(t *testing.T) {
	d := newKept()
	m := d.only()
	m.status.State, m.err = "off", &text.Fault{What: "no memory is left", Hint: "close something"}
	r := keptRig(t, d, "dashboard", 80, 24)
	r.press("enter")
	must(t, r, "no memory is left", "Try: close something")
	m.err = nil
	r.press("r")
	must(t, r, "runs and OpenClaw answers")
	if did := m.done(); !slices.Equal(did, []string{"start", "start"}) {
		t.Errorf("%v", did)
	}
}

func TestTheTunnelLastsUntilItIsClosed(t *testing.T) {
	d := newKept()
	m := d.only()
	r := keptRig(t, d, "dashboard", 80, 24)
	r.press("enter")
	must(t, r, m.link, "works once")
	if m.openCtx.Err() != nil {
		t.Fatal("the tunnel is closed already")
	}
	r.press("enter")
	must(t, r, "is closed")
	if m.openCtx.Err() == nil {
		t.Error("the tunnel stays")
	}
	r.press("enter")
	first := m.openCtx
	r.press("r")
	if first.Err() == nil || m.openCtx.Err() != nil {
		t.Error("another link leaves the first tunnel open, or closes its own")
	}
	r.press("ctrl+c")
	if !r.quit || m.openCtx.Err() == nil {
		t.Error("ctrl+c leaves the tunnel")
	}
}

func TestSettingsAreReadAndSaved(t *testing.T) {
	d := newKept()
	r := keptRig(t, d, "dashboard", 80, 24)
	to(t, r, "settings")
	r.press("enter")
	before := r.w.session.plan
	r.typed("abc")
	r.press("end", "s")
	if !r.w.page().typing() {
		t.Fatal("no file is asked for")
	}
	r.press("ctrl+u", "enter")
	must(t, r, "no name for the file")
	r.send(tea.PasteMsg{Content: "/tmp/\x1b[2J\nplan.yaml"})
	r.mustFit()
	r.press("ctrl+u")
	r.typed("my ?plan.yaml")
	r.press("enter")
	must(t, r, "Saved as my ?plan.yaml")
	if p, ok := d.saved["my ?plan.yaml"]; !ok || p.Name != before.Name {
		t.Errorf("saved %v", d.saved)
	}
	r.press("s", "ctrl+u")
	r.typed("my ?plan.yaml")
	r.press("enter")
	must(t, r, `"my ?plan.yaml" is there already`, "choose another name")
	r.press("esc", "esc")
	must(t, r, "openclaw: running")
}

func TestOnlyWhatIsTickedIsConfirmed(t *testing.T) {
	d := newKept()
	m := d.only()
	r := keptRig(t, d, "dashboard", 80, 24)
	to(t, r, "promises")
	r.press("enter")
	must(t, r, "lapsed on 2026-11-12", "never given", "› [ ] K4") // the first that is open
	r.press("enter")
	must(t, r, "nothing is ticked")
	r.press("space", "space", "down", "space", "up", "enter")
	if did := m.done(); !slices.Equal(did, []string{"confirm K5"}) {
		t.Errorf("%v", did)
	}
	must(t, r, "Confirmed: K5.")
	to(t, r, "promises")
	r.press("enter", "space", "esc")
	if did := m.done(); len(did) != 1 {
		t.Errorf("esc confirmed: %v", did)
	}
	m.err = &text.Fault{What: "the file cannot be written", Hint: "df -h"}
	r.press("enter", "space", "enter")
	must(t, r, "the file cannot be written", "Try: df -h")
}

func TestTheMemoryIsShownBeforeItIsTicked(t *testing.T) {
	d := newKept()
	m := d.only()
	m.memory, m.memoryHold = []string{"MEMORY.md: new\x1b[2J"}, make(chan struct{})
	r := keptRig(t, d, "dashboard", 80, 24)
	to(t, r, "promises")
	r.press("enter", "end")
	must(t, r, "Looking at what the agent remembers")
	r.press("space")
	must(t, r, "still being looked at")
	close(m.memoryHold)
	r.settle()
	must(t, r, "MEMORY.md: new")
	r.press("space", "enter")
	if did := m.done(); !slices.Equal(did, []string{"confirm K27"}) {
		t.Errorf("%v", did)
	}
}

func TestNothingIsRemovedWithoutTheNameAndAYes(t *testing.T) {
	d := newKept()
	m := d.only()
	r := keptRig(t, d, "dashboard", 80, 24)
	to(t, r, "destroy")
	r.press("enter", "enter")
	must(t, r, `"" is not the machine's name`)
	r.typed("openclaw2 q?")
	r.press("enter")
	must(t, r, `"openclaw2 q?" is not the machine's name, "openclaw"`)
	r.press("ctrl+u")
	r.typed("openclaw")
	r.press("enter")
	must(t, r, "Remove the machine \"openclaw\" now?", "Its data disk is kept")
	r.press("enter") // keep it
	r.press("enter", "esc")
	if len(m.done()) != 0 {
		t.Fatalf("%v", m.done())
	}
	r.press("tab", "space", "enter")
	must(t, r, "Its data disk is deleted as well")
	r.press("esc", "space", "enter", "down", "enter") // without the data after all
	must(t, r, "is removed", "Its data disk is kept")
	if did := m.done(); !slices.Equal(did, []string{"destroy"}) {
		t.Errorf("%v", did)
	}
	r.press("enter")
	if r.w.at != "welcome" || r.w.session.existing {
		t.Errorf("at %q", r.w.at)
	}
}

func TestRemovingCanBeStoppedAndGoneOnWith(t *testing.T) {
	d := newKept()
	m := d.only()
	m.hold = make(chan struct{})
	r := keptRig(t, d, "dashboard", 80, 24)
	to(t, r, "destroy")
	r.press("enter")
	r.typed("openclaw")
	r.press("tab", "space", "enter", "down", "enter")
	must(t, r, "Removing the machine")
	r.press("ctrl+c")
	must(t, r, "Stop removing it?")
	r.press("down", "enter")
	r.settle()
	must(t, r, "Some of it is still there")
	m.hold = nil
	r.press("r")
	must(t, r, "is removed", "Its data disk is deleted too")
	if did := m.done(); !slices.Equal(did, []string{"destroy with data", "destroy with data"}) {
		t.Errorf("%v", did)
	}
	r.press("q")
	if !r.quit || r.w.code != 0 {
		t.Errorf("%v %d", r.quit, r.w.code)
	}
}

func TestTheDashboardFitsEveryWindow(t *testing.T) {
	for _, lang := range []string{text.English, text.Chinese} {
		text.Use(lang)
		for _, size := range [][2]int{{60, 20}, {61, 21}, {79, 23}, {100, 20}, {60, 60}, {200, 60}} {
			for _, choice := range []string{"open", "stop", "promises", "settings", "destroy"} {
				d := newKept()
				d.only().memory = slices.Repeat([]string{strings.Repeat("记忆 memory ", 30)}, 20)
				r := keptRig(t, d, "dashboard", size[0], size[1])
				to(t, r, choice)
				r.mustFit()
				for _, keys := range [][]string{{"enter"}, {"end", "pgdown", "space"}, {"s", "tab"}, {"enter"}} {
					r.press(keys...)
					r.send(tea.PasteMsg{Content: strings.Repeat("长 long\n\x1b]0;x\a", 5000)})
					r.mustFit()
				}
			}
		}
	}
	text.Use(text.English)
}
