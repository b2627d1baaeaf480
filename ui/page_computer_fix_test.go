package ui

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/provision/plan"
)

// mender is a driver whose fixes do what a test says.
type mender struct {
	*fakeDriver
	says  []string
	hold  chan struct{} // a fix waits for it, or for the end of its context
	err   error
	helps func(*Preflight) // what a fix changes
	looks int
}

func (m *mender) Preflight(context.Context, plan.Plan, func(string)) (Preflight, error) {
	m.looks++
	found := m.preflight
	found.Lines = slices.Clone(found.Lines)
	return found, nil
}

func (m *mender) Fix(ctx context.Context, p plan.Plan, id string, say func(string)) error {
	m.fixed = append(m.fixed, id)
	for _, line := range m.says {
		say(line)
	}
	if m.hold != nil {
		select {
		case <-m.hold:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	if m.err == nil && m.helps != nil {
		m.helps(&m.preflight)
	}
	return m.err
}

// Lines of a computer on which several things are to be done.
func newMender() *mender {
	m := &mender{fakeDriver: newFake()}
	m.preflight.Lines = []PreflightLine{
		{ID: "libvirt-off", Status: checks.NotMet, Stops: true, What: "libvirt is installed and does not run",
			Why:      "It is what starts and watches the machine; without it none can be made.",
			Commands: []string{"sudo systemctl enable --now libvirtd.socket"},
			Fix: &PreflightFix{ID: "start-libvirt", Title: "start libvirt, now and with this computer", Undo: true,
				Commands: []string{"systemctl enable --now libvirtd.socket"}}},
		{ID: "kvm-permission", Status: checks.NotMet, What: "KVM cannot be used: you are not in the group kvm",
			Why: "Without the processor's help the machine is some 8 times slower.", Commands: []string{"sudo usermod -aG kvm you"},
			Fix: &PreflightFix{ID: "join-kvm", Title: "add you to the group kvm", Commands: []string{"sudo usermod -aG kvm you"}, Sudo: true, After: AfterLogin}},
		{ID: "docker", Status: checks.NotMet, What: "Docker's rules forward nothing for others", Hint: "nothing has to be done: the machine's network forwards nothing either"},
		{ID: "speed", Status: checks.NotChecked, What: "the disk's speed was not measured"},
		{ID: "memory", Status: checks.Met, What: "16 GiB of memory, of which the machine takes 4 GiB"},
		{ID: "disk", Status: checks.Met, What: "100 GiB are free at /var/lib/libvirt/images"},
		{ID: "name", Status: checks.Met, What: "no machine is called \"openclaw\" yet"},
		{ID: "time", Status: checks.Met, What: "the clock is right"},
	}
	m.preflight.Estimate = Estimate{Total: 9 * time.Minute, Download: 430 << 20, Disk: 3 << 30}
	return m
}

// inOrder has a finding hold from now on.
func inOrder(id string) func(*Preflight) {
	return func(p *Preflight) {
		for i := range p.Lines {
			if p.Lines[i].ID == id {
				p.Lines[i] = PreflightLine{ID: id, Status: checks.Met, What: "it holds now"}
			}
		}
	}
}

func TestFramesOfThisComputer(t *testing.T) {
	shown := func(name string, set func(*mender), act func(*rig)) {
		frames(t, name, func(t *testing.T, width, height int) *rig {
			m := newMender()
			if set != nil {
				set(m)
			}
			if m.hold != nil {
				t.Cleanup(func() { close(m.hold) })
			}
			r := newRig(t, m, "computer", width, height)
			r.w.session.now = func() time.Time { return then }
			if act != nil && !r.w.small() {
				act(r)
			}
			return r
		})
	}
	shown("computer-mendable", nil, nil)
	shown("computer-goes", inOrderNow, nil)
	shown("computer-detail", nil, func(r *rig) { r.press("down", "enter") })
	shown("computer-ask", nil, func(r *rig) { r.press("down", "d") })
	shown("computer-mending", func(m *mender) {
		m.hold = make(chan struct{})
		for i := range 40 {
			m.says = append(m.says, fmt.Sprintf("line %d of what systemctl says", i+1))
		}
	}, func(r *rig) { r.press("d", "down", "enter") })
	shown("computer-not-mended", func(m *mender) {
		m.says = []string{"Failed to enable unit: Unit libvirtd.socket is masked."}
		m.err = &text.Fault{What: `"systemctl enable --now libvirtd.socket" ended with status 1`, Hint: "all that it said is in ~/.local/state/clawarium/fixes.log"}
	}, func(r *rig) { r.press("d", "down", "enter") })
	shown("computer-mended", func(m *mender) { m.helps = inOrder("libvirt-off") }, func(r *rig) { r.press("d", "down", "enter") })
	shown("computer-login", func(m *mender) { inOrder("libvirt-off")(&m.preflight) }, func(r *rig) { r.press("home", "d", "down", "enter") })
}

func inOrderNow(m *mender) { inOrder("libvirt-off")(&m.preflight) }

func TestNothingIsRunOnThisComputerWithoutAYesThatSawTheCommands(t *testing.T) {
	m := newMender()
	r := newRig(t, m, "computer", 80, 24)
	r.press("enter", "d")
	must(t, r, "Run this on your computer?", "$ systemctl enable --now libvirtd.socket")
	r.press("enter") // leave it
	r.press("d", "esc")
	r.press("esc", "d", "esc")
	if len(m.fixed) > 0 {
		t.Fatalf("%v", m.fixed)
	}
	r.send(keyPress("d"))
	r.send(keyPress("down")) // before the grace is over
	r.send(keyPress("enter"))
	if len(m.fixed) > 0 {
		t.Fatalf("within the grace: %v", m.fixed)
	}
}

func TestAFixIsRunLookedAtAgainAndTakenBack(t *testing.T) {
	m := newMender()
	m.helps = inOrder("libvirt-off")
	r := newRig(t, m, "computer", 80, 24)
	r.press("d", "down", "enter")
	must(t, r, "It worked", "Go on", "u undo it")
	if m.looks != 2 || !slices.Equal(m.fixed, []string{"start-libvirt"}) {
		t.Errorf("%d looks, %v", m.looks, m.fixed)
	}
	r.press("u")
	must(t, r, "Undo this on your computer?", "start libvirt, now and with this computer")
	r.press("down", "enter")
	must(t, r, "It is undone")
	mustNot(t, r, "u undo it")
	if !slices.Equal(m.unfixed, []string{"start-libvirt"}) {
		t.Errorf("%v", m.unfixed)
	}
}

func TestAFixThatChangesNothingIsNoSuccess(t *testing.T) {
	m := newMender()
	r := newRig(t, m, "computer", 80, 24)
	r.press("d", "down", "enter")
	must(t, r, "still so")
	mustNot(t, r, "It worked")
}

func TestAFixThatFailsSaysWhyAndAsksBeforeItIsTriedAgain(t *testing.T) {
	m := newMender()
	m.says = []string{"masked\x1b[2J\x07"}
	m.err = &text.Fault{What: "it ended with status 1", Hint: "see the file"}
	r := newRig(t, m, "computer", 80, 24)
	r.press("d", "down", "enter")
	must(t, r, "it ended with status 1", "Try: see the file", "masked")
	if steering(r.w.View().Content) >= 0 {
		t.Errorf("%q", r.w.View().Content)
	}
	r.press("r")
	if len(m.fixed) != 1 {
		t.Error("tried again without a yes")
	}
	m.err = nil
	inOrder("libvirt-off")(&m.preflight)
	r.press("down", "enter")
	must(t, r, "It worked")
	r.press("enter")
	if r.w.at != "size" {
		t.Errorf("at %q", r.w.at)
	}
}

func TestWhatMayAskForAPasswordHasTheTerminal(t *testing.T) {
	m := newMender()
	m.says = []string{"running: sudo usermod -aG kvm you", "done \x1b]0;x\x07so"}
	inOrderNow(m)
	r := newRig(t, m, "computer", 80, 24)
	var out bytes.Buffer
	r.w.session.release = releasedAtOnce(&out)
	r.press("home", "d")
	must(t, r, "sudo may ask for your password", "logged out")
	r.press("down", "enter")
	if got := out.String(); !strings.Contains(got, "answers.\n  running: sudo usermod -aG kvm you\n  done so\nThat is all.") {
		t.Errorf("on the terminal: %q", got)
	}
	must(t, r, "logged out of this computer and in again", "call clawarium", "Your answers are kept")
	if len(m.kept) != 1 || m.kept[0].Page != "computer" {
		t.Errorf("%+v", m.kept)
	}
	r.press("enter")
	if !r.quit || r.w.code != 130 || len(text.Hint(r.w.session.parting)) == 0 {
		t.Errorf("%v %d %v", r.quit, r.w.code, r.w.session.parting)
	}
	out.Reset()
	if PrintError(&out, r.w.session.parting); !strings.HasPrefix(out.String(), "It is in force once") || !strings.Contains(out.String(), "hint: call clawarium") {
		t.Errorf("at the end: %q", out.String())
	}
}

func TestAFixThatNeedsARestartComesBackWithAllAnswers(t *testing.T) {
	m := newMender()
	m.preflight.Lines[0].Fix.After = AfterRestart
	r := newRig(t, m, "computer", 80, 24)
	s := r.w.session
	s.plan.Name, s.key, s.promised["K5"] = "reef", secret("k-1"), true
	r.press("d", "down", "enter")
	if !r.quit || s.restart == nil {
		t.Fatalf("it goes on in this process:\n%s", r.screen())
	}
	if code, err := s.goOn(130, nil); code != 130 || err != nil || len(m.restarted) > 0 {
		t.Errorf("left all the same: %d, %v", code, err)
	}
	if code, _ := s.goOn(r.w.code, nil); code != 2 || len(m.restarted) != 1 {
		t.Errorf("status %d, restarted %v", code, m.restarted)
	}
	at := m.restarted[0]
	if at.Page != "computer" || at.Plan.Name != "reef" || string(at.Key) != "k-1" || !slices.Equal(at.Promised, []checks.ID{"K5"}) {
		t.Errorf("%+v", at)
	}
}

func TestANewStartOnTheWayFromTheReviewLeadsBackToIt(t *testing.T) {
	m := newMender()
	m.preflight.Lines[0].Fix.After = AfterRestart
	r := newRig(t, m, "computer", 80, 24)
	r.w.session.mending = true
	r.press("d", "down", "enter")
	at := r.w.session.restart
	if at == nil || !at.Recommended {
		t.Fatalf("%+v", at)
	}
	inOrderNow(m)
	r = rigAt(t, started(t.Context(), m, Options{Start: at.Page, Plan: at.Plan, Recommended: at.Recommended}), 80, 24)
	r.press("end", "enter")
	if r.w.at != "review" {
		t.Errorf("at %q:\n%s", r.w.at, r.screen())
	}
}

func TestAFixIsNotLeftBehind(t *testing.T) {
	m := newMender()
	m.hold = make(chan struct{})
	r := newRig(t, m, "computer", 80, 24)
	r.press("d", "down", "enter")
	must(t, r, "Doing it for you")
	r.press("ctrl+c")
	must(t, r, "Stop it?")
	r.press("enter") // go on
	r.press("q", "enter", "r")
	must(t, r, "Doing it for you")
	r.press("esc", "down", "enter")
	r.settle()
	must(t, r, "You can try again")
	if r.quit {
		t.Fatal("the program ended")
	}
	r.press("r", "down", "enter")
	r.send(stopMsg{code: 143})
	if r.quit {
		t.Fatal("the program ended before the fix")
	}
	r.settle()
	if !r.quit || r.w.code != 143 || r.w.session.parting == nil {
		t.Errorf("%v %d", r.quit, r.w.code)
	}
}

func TestThingsInOrderAreOneRowUntilItIsOpened(t *testing.T) {
	m := newMender()
	r := newRig(t, m, "computer", 80, 24)
	must(t, r, "4 things are in order")
	mustNot(t, r, "the clock is right")
	r.press("end", "enter")
	must(t, r, "the clock is right")
	m.preflight.Lines = m.preflight.Lines[4:]
	r.press("r")
	must(t, r, "the clock is right", "› [ Go on ]")
}

func TestTheReviewThatFailsLeadsToThisComputerAndBack(t *testing.T) {
	m := newMender()
	inOrderNow(m)
	failing := &looker{fakeDriver: m.fakeDriver, hold: make(chan struct{}), err: context.DeadlineExceeded}
	close(failing.hold)
	r := newRig(t, failing, "welcome", 80, 24)
	r.press("enter")
	must(t, r, "c look at this computer")
	failing.err = nil
	r.press("c")
	must(t, r, "KVM cannot be used")
	r.press("enter")
	if r.w.at != "review" || r.w.session.review == nil {
		t.Errorf("at %q:\n%s", r.w.at, r.screen())
	}
}

func TestThisComputerFitsEveryWindow(t *testing.T) {
	for _, lang := range []string{text.English, text.Chinese} {
		text.Use(lang)
		for _, size := range [][2]int{{60, 20}, {61, 21}, {79, 23}, {100, 20}, {60, 60}, {200, 60}} {
			for _, long := range []int{1, 40} {
				m := newMender()
				for i := range m.preflight.Lines {
					l := &m.preflight.Lines[i]
					l.What, l.Why, l.Hint = strings.Repeat(l.What+" 很长", long), strings.Repeat("because ", 9*long), strings.Repeat("x", 99*long)
					if l.Fix != nil {
						l.Fix.Commands = slices.Repeat(l.Fix.Commands, long)
					}
				}
				r := newRig(t, m, "computer", size[0], size[1])
				for _, keys := range [][]string{{"end"}, {"home", "enter"}, {"d"}, {"pgdown", "end"}, {"down", "enter"}, {"end", "up"}, {"esc", "down", "enter", "pgdown"}} {
					r.press(keys...)
					r.mustFit()
				}
			}
		}
	}
	text.Use(text.English)
}
