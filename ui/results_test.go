package ui

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/clawarium/clawarium/assets/layout"
	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/checks/report"
	"github.com/clawarium/clawarium/provision"
	"github.com/clawarium/clawarium/provision/plan"
	"github.com/clawarium/clawarium/provision/steps"
)

// Frames say the time, and must say the same wherever they are made. Once, before
// anything runs: every clock reads it.
func init() { time.Local = time.UTC }

// recorded is the evidence of a real machine, fresh from set-up, under the name
// that the rig's plan has.
func recorded(t testing.TB, damage ...func(*checks.Evidence)) checks.Evidence {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "checks", "testdata", "recorded.json"))
	if err != nil {
		t.Fatal(err)
	}
	data = bytes.ReplaceAll(data, []byte("e2e-main"), []byte("openclaw"))
	data = bytes.ReplaceAll(data, []byte(layout.Bridge("e2e-main")), []byte(layout.Bridge("openclaw")))
	e, err := checks.ParseEvidence(data)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range damage {
		d(&e)
	}
	return e
}

// passwords lets SSH take passwords, and opens the gateway to the network.
func passwords(e *checks.Evidence) {
	for account := range e.Guest.Sshd.Value {
		e.Guest.Sshd.Value[account]["passwordauthentication"] = "yes"
	}
	e.Guest.Config.Value.Values["gateway.bind"] = "lan"
}

// skilled has a file in the workspace that holds what must not be there, with a
// name that would steer a terminal.
func skilled(e *checks.Evidence) {
	e.Guest.Secrets.Value.Found = append(e.Guest.Secrets.Value.Found, checks.SecretFound{
		Path: "/var/lib/openclaw/workspace/\x1b[2Jnotes.txt", Line: 3, Kind: "card", Masked: "41…11"})
}

// switchedOff is a machine of which nothing inside could be looked at.
func switchedOff(e *checks.Evidence) {
	e.Guest = checks.GuestFacts{}
	e.Guest.Report.Err = fmt.Sprintf(text.T().Steps.GuestIsOff, "openclaw")
}

// lookedAt is the report of evidence.
func lookedAt(e checks.Evidence) report.Report {
	return report.New("3f2a9c0d11e4b7aa5c", e, checks.Judge(plan.Plan{}, e))
}

// seenMachine is looked at as a test says.
type seenMachine struct {
	fakeMachine
	evidence   func() checks.Evidence
	first      []checks.ID   // settled at once; nil means all
	hold       chan struct{} // when not nil, a check and a look wait for it
	checkErr   error
	note       string
	unfinished error
	pending    *provision.Repair
	lookErr    error
	drifts     []steps.Drift
	events     []provision.Event
	outcome    steps.Outcome
	repairErr  error
	exportErr  error

	mu       sync.Mutex
	checks   int
	closed   int
	asked    [][]checks.ID
	repaired [][]steps.Drift
	resumed  []bool
	exported []string
}

func (m *seenMachine) Close() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.closed++
}

func (m *seenMachine) wait(ctx context.Context) error {
	if m.hold == nil {
		return ctx.Err()
	}
	select {
	case <-m.hold:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (m *seenMachine) Check(ctx context.Context, progress provision.Reporter, found func([]checks.Finding)) (report.Report, error) {
	m.mu.Lock()
	m.checks++
	m.mu.Unlock()
	if m.checkErr != nil {
		return report.Report{}, m.checkErr
	}
	r := lookedAt(m.evidence())
	progress.Stage(text.T().Checks.Looking)
	progress.Bytes(120<<20, 600<<20)
	if m.note != "" {
		progress.Note(m.note)
	}
	if m.first != nil {
		found(slices.DeleteFunc(slices.Clone(r.Findings), func(f checks.Finding) bool { return !slices.Contains(m.first, f.Control) }))
	}
	if err := m.wait(ctx); err != nil {
		return report.Report{}, err
	}
	found(r.Findings)
	return r, nil
}

func (m *seenMachine) Unfinished() error { return m.unfinished }
func (m *seenMachine) Pending(context.Context) (*provision.Repair, error) {
	return m.pending, nil
}
func (m *seenMachine) Look(ctx context.Context, progress provision.Reporter) (steps.Look, error) {
	progress.Stage("Steps")
	if m.lookErr != nil {
		return steps.Look{}, m.lookErr
	}
	e := m.evidence()
	return steps.Look{Evidence: e, Findings: checks.Judge(plan.Plan{}, e)}, m.wait(ctx)
}
func (m *seenMachine) Drifts(_ steps.Look, only []checks.ID) []steps.Drift {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.asked = append(m.asked, only)
	return m.drifts
}
func (m *seenMachine) Repair(ctx context.Context, _ steps.Look, chosen []steps.Drift, event func(provision.Event)) (steps.Outcome, error) {
	m.mu.Lock()
	m.repaired = append(m.repaired, chosen)
	m.mu.Unlock()
	for _, e := range m.events {
		event(e)
	}
	if err := m.wait(ctx); err != nil {
		return steps.Outcome{}, err
	}
	return m.outcome, m.repairErr
}
func (m *seenMachine) Resume(ctx context.Context, _ *provision.Repair, back bool, event func(provision.Event)) (steps.Outcome, error) {
	m.mu.Lock()
	m.resumed, m.pending = append(m.resumed, back), nil
	m.mu.Unlock()
	return m.Repair(ctx, steps.Look{}, nil, event)
}
func (m *seenMachine) Export(_ report.Report, form, path string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.exported = append(m.exported, form+" "+path)
	return m.exportErr
}
func (m *seenMachine) StepTitle(id string) string {
	if text.Language() == text.Chinese {
		return map[string]string{"guest-ssh": "虚拟机内的 SSH", "guest-config": "OpenClaw 的设置", "domain": "虚拟机"}[id]
	}
	return map[string]string{"guest-ssh": "SSH in the machine", "guest-config": "OpenClaw's settings", "domain": "Virtual machine"}[id]
}

// seenDriver opens that machine.
type seenDriver struct {
	*fakeDriver
	machine *seenMachine
	openErr error
}

func (d *seenDriver) Machine(string) (Machine, error) {
	if d.openErr != nil {
		return nil, d.openErr
	}
	return d.machine, nil
}

// looking is a rig on the page; damage is what is wrong with the machine.
func looking(t *testing.T, width, height int, m *seenMachine, damage ...func(*checks.Evidence)) *rig {
	t.Helper()
	m.plan = plan.Default(testHost)
	m.evidence = func() checks.Evidence { return recorded(t, damage...) }
	m.status.State = "running"
	r := newRig(t, &seenDriver{fakeDriver: newFake(), machine: m}, "results", width, height)
	if m.hold == nil {
		r.until(func() bool { return r.results().report != nil || r.results().err != nil })
	}
	return r
}

func (r *rig) results() *results { return r.w.pages["results"].(*results) }

// until runs what was slow until something is so.
func (r *rig) until(so func() bool) {
	r.t.Helper()
	for end := time.Now().Add(10 * time.Second); !so(); {
		if time.Now().After(end) {
			r.t.Fatalf("it never came to be:\n%s", r.screen())
		}
		if len(r.slow) == 0 {
			time.Sleep(time.Millisecond)
			continue
		}
		cmd := r.slow[0]
		r.slow = r.slow[1:]
		r.do(cmd)
	}
}

// line is the first line of the screen that has all of the words.
func (r *rig) line(words ...string) string {
	for l := range strings.SplitSeq(r.screen(), "\n") {
		if !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(l, w) }) {
			return l
		}
	}
	return ""
}

func (r *rig) shows(words ...string) {
	r.t.Helper()
	r.mustFit()
	for _, w := range words {
		if !strings.Contains(r.screen(), w) {
			r.t.Errorf("%q is not on the screen:\n%s", w, r.screen())
		}
	}
}

func (r *rig) lacks(words ...string) {
	r.t.Helper()
	for _, w := range words {
		if strings.Contains(r.screen(), w) {
			r.t.Errorf("%q is on the screen:\n%s", w, r.screen())
		}
	}
}

func TestFindingsComeInWhileTheMachineIsLookedAt(t *testing.T) {
	m := &seenMachine{first: []checks.ID{"K2", "K24"}, hold: make(chan struct{})}
	r := looking(t, 80, 40, m)
	r.until(func() bool { return len(r.results().settled) > 0 })
	r.shows("2 of 27 known", "✗ not met", "25 looking …")
	if l := r.line("K2 "); !strings.Contains(l, "✓ met") {
		t.Errorf("K2 is settled: %q", l)
	}
	if l := r.line("K3 "); !strings.Contains(l, "… looking") {
		t.Errorf("K3 is not settled: %q", l)
	}
	r.lacks("not checked", "f repair", "e save")
	r.press("f", "F", "e") // none of it while the machine is looked at
	if r.w.dialog != nil || r.results().part != partList {
		t.Error("a report that is not there can be saved or repaired")
	}
	r.press("s")
	r.shows("Shown: not met")
	r.press("0", "home", "down", "down", "enter")
	r.shows("K3", "still being looked at")
	close(m.hold)
	r.until(func() bool { return r.results().report != nil })
	r.shows("✓ met")
	r.lacks("looking …", "still being")
	r.press("esc")
	r.shows("Looked at on 2026-11-27", "f repair")
	if l := r.line("›"); !strings.Contains(l, "K3 ") {
		t.Errorf("the selection is lost: %q", l)
	}
}

func TestFindingsAreGroupedAndFiltered(t *testing.T) {
	r := looking(t, 80, 60, &seenMachine{}, passwords)
	all := lookedAt(recorded(t, passwords))
	status := func(of checks.Status) (ids []checks.ID) {
		for _, f := range all.Findings {
			if of == "" || f.Status == of {
				ids = append(ids, f.Control)
			}
		}
		return ids
	}
	controls := func() (ids []checks.ID) {
		for _, row := range r.results().rows() {
			if row.head == "" && !slices.Contains(ids, row.control) {
				ids = append(ids, row.control)
			}
		}
		slices.SortFunc(ids, func(a, b checks.ID) int { return place(a) - place(b) })
		return ids
	}
	for n, by := range []report.By{report.ByControl, report.ByPlace, report.ByClause} {
		if n > 0 {
			r.press("g")
		}
		if got := r.results().list.by; got != by {
			t.Errorf("by %s, not %s", got, by)
		}
		for i, of := range append([]checks.Status{""}, checks.Statuses...) {
			r.press(fmt.Sprint(i))
			if got := controls(); !slices.Equal(got, status(of)) {
				t.Errorf("%s, %q: %v, not %v", by, of, got, status(of))
			}
			r.mustFit()
			if len(status(of)) == 0 {
				r.shows("Nothing here is")
				r.press("enter", "down", "f", "F")
				if p := r.results().part; p != partList && p != partReview && p != partPreparing {
					t.Errorf("part %d", p)
				}
				r.results().part = partList
			}
		}
		r.press("0")
	}
	r.press("s", "s", "s", "s", "s", "s")
	if r.results().list.only != "" {
		t.Error("s does not come round")
	}
	r.press("1")
	r.shows("Shown: not met", "K3", "K5")
	r.lacks("✓ met           K")
}

func TestTheSelectionStaysWithItsControl(t *testing.T) {
	r := looking(t, 60, 20, &seenMachine{}, passwords)
	r.press("down", "down", "down", "down")
	for _, key := range []string{"g", "g", "g", "1", "0", "s", "0"} {
		r.press(key)
		if l := r.line("›"); !strings.Contains(l, "K5 ") {
			t.Errorf("after %s: %q", key, l)
		}
	}
	for range 60 { // to the end, and to what stands below it
		r.press("down")
	}
	r.shows("as trustworthy as")
	r.press("home")
	if l := r.line("›"); !strings.Contains(l, "K1 ") {
		t.Errorf("home: %q", l)
	}
	for _, key := range []string{"pgdown", "pgdown", "pgup", "end", "up", "pgdown", "space", "tab", "shift+tab"} {
		r.press(key)
		r.mustFit()
	}
}

func TestADetailHasAllThatIsKnown(t *testing.T) {
	r := looking(t, 80, 24, &seenMachine{}, passwords)
	r.press("1", "enter")
	whole := ansiless(stacked(r.results().detail(r.results().finding(), 80)))
	for _, want := range []string{"reported by the guest", "What was seen", "Why it matters", "What to do", "Guidance that asks", "OpenClaw's settings", "Press f", "Where",
		"Inside the machine", "CNCERT", "2026-03", "Would have contained"} {
		if !strings.Contains(whole, want) {
			t.Errorf("%q is missing:\n%s", want, whole)
		}
	}
	r.shows("✗ not met", "K3")
	r.press("right")
	r.shows("K5")
	r.press("right")
	r.shows("K24")
	r.press("right", "left", "left", "left")
	r.shows("K3")
	for range 100 {
		r.press("down")
		r.mustFit()
	}
	r.press("esc")
	if l := r.line("›"); !strings.Contains(l, "K3 ") {
		t.Errorf("the list is elsewhere: %q", l)
	}
}

func TestWhatTheGuestSaysCannotSteerTheScreen(t *testing.T) {
	r := looking(t, 120, 40, &seenMachine{}, skilled)
	r.press("1")
	for _, key := range []string{"", "enter"} {
		if key != "" {
			r.press(key)
		}
		if strings.Contains(r.w.View().Content, "\x1b[2J") {
			t.Error("an escape sequence of the guest's is on the screen")
		}
		r.shows("notes.txt")
	}
}

func TestEveryPartFitsEveryWindow(t *testing.T) {
	for _, lang := range []string{text.English, text.Chinese} {
		text.Use(lang)
		for _, width := range []int{60, 79, 200} {
			for _, height := range []int{20, 24, 56} {
				r := looking(t, width, height, &seenMachine{drifts: testDrifts()}, passwords, skilled)
				for _, key := range []string{"end", "home", "g", "g", "enter", "end", "esc", "e"} {
					r.press(key)
					r.mustFit()
				}
				r.press("enter", "x")
				r.mustFit()
				r.press("esc", "F")
				r.until(func() bool { return r.results().part == partReview })
				r.mustFit()
				r.press("end", "enter")
				r.mustFit()
			}
		}
	}
	text.Use(text.English)
}

func TestLeavingGivesTheStatusOfTheCheck(t *testing.T) {
	fine := func(e *checks.Evidence) { e.Host.CPU.Value = map[string]string{"meltdown": "Not affected"} }
	for _, c := range []struct {
		name   string
		damage func(*checks.Evidence)
		code   int
	}{{"something is not met", passwords, checks.ExitNotMet}, {"not enough was seen", fine, checks.ExitNotChecked}} {
		m := &seenMachine{}
		r := looking(t, 80, 24, m, c.damage)
		r.press("ctrl+c")
		if !r.quit || r.w.code != c.code || m.closed != 1 {
			t.Errorf("%s: left %v with %d, closed %d times", c.name, r.quit, r.w.code, m.closed)
		}
	}
	m := &seenMachine{hold: make(chan struct{})}
	r := looking(t, 80, 24, m)
	r.press("ctrl+c")
	if !r.quit || r.w.code != 130 {
		t.Errorf("left a check %v with %d", r.quit, r.w.code)
	}
	eventually(t, func() bool { m.mu.Lock(); defer m.mu.Unlock(); return m.closed == 1 })

	m = &seenMachine{hold: make(chan struct{})}
	r = looking(t, 80, 24, m)
	r.send(stopMsg{code: 143})
	if !r.quit || r.w.code != 143 {
		t.Errorf("a signal: %v, %d", r.quit, r.w.code)
	}
	eventually(t, func() bool { m.mu.Lock(); defer m.mu.Unlock(); return m.closed == 1 })

	r = looking(t, 80, 24, &seenMachine{checkErr: errors.New("no libvirt")})
	r.press("ctrl+c")
	if !r.quit || r.w.code != couldNot {
		t.Errorf("an error: %v, %d", r.quit, r.w.code)
	}
}

func eventually(t *testing.T, so func() bool) {
	t.Helper()
	for end := time.Now().Add(5 * time.Second); !so(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("it never came to be")
		}
	}
}

func TestAnErrorIsToldWithItsHintAndTriedAgain(t *testing.T) {
	m := &seenMachine{checkErr: unreachable()}
	r := looking(t, 60, 20, m)
	r.shows("could not be looked at", "qemu:///system", "systemctl", "r try again")
	m.checkErr = nil
	r.press("r")
	r.until(func() bool { return r.results().report != nil })
	r.shows("Looked at on")

	d := &seenDriver{fakeDriver: newFake(), openErr: errors.New("no machine is called \"open\aclaw\"")}
	r = newRig(t, d, "results", 80, 24)
	r.until(func() bool { return r.results().err != nil })
	r.shows(`no machine is called "openclaw"`)
}

func unreachable() error {
	return &text.Fault{What: `libvirt does not answer at "qemu:///system"`, Hint: "systemctl start libvirtd", Err: errors.New("connection refused")}
}

func TestAMachineThatIsOffIsSaidToBeOff(t *testing.T) {
	r := looking(t, 80, 24, &seenMachine{fakeMachine: fakeMachine{status: steps.Status{State: "off"}}}, switchedOff)
	r.lacks("The machine is off") // it is said to be running; see looking
	m := r.results().s.driver.(*seenDriver).machine
	m.status.State = "off"
	r.press("r")
	r.until(func() bool { return r.results().ready() })
	r.shows("The machine is off", "clawarium start")
}

func TestWhatACheckNotesIsShown(t *testing.T) {
	r := looking(t, 60, 20, &seenMachine{note: "kept as your first \x1b[2Jbaseline"})
	r.shows("kept as your first baseline")
}

func TestTheNextPageAndBackKeepTheFindings(t *testing.T) {
	m := &seenMachine{}
	r := looking(t, 80, 24, m)
	r.press("n")
	if r.w.at != "next" || m.closed != 2 { // the page opens it, too, and looks whether it has a key
		t.Fatalf("at %s, closed %d times", r.w.at, m.closed)
	}
	r.press("esc")
	if r.w.at != "results" || m.checks != 1 {
		t.Fatalf("at %s, %d checks", r.w.at, m.checks)
	}
	r.shows("Looked at on")
	r.press("r")
	r.until(func() bool { return m.checks == 2 && r.results().ready() })
	r.send(keyPress("right"))
	if r.w.at != "next" || m.closed != 4 {
		t.Errorf("at %s, closed %d times", r.w.at, m.closed)
	}
}

func TestACheckThatIsLeftEndsAndKeepsWhatCameIn(t *testing.T) {
	m := &seenMachine{first: []checks.ID{"K2"}, hold: make(chan struct{})}
	r := looking(t, 80, 24, m)
	r.until(func() bool { return len(r.results().settled) > 0 })
	r.press("esc") // nothing to go back to here
	r.until(func() bool { return r.results().work == nil })
	r.shows("Stopped with 1 of 27 known", "r look again")
	if r.results().code() != 130 || m.closed != 1 {
		t.Errorf("code %d, closed %d times", r.results().code(), m.closed)
	}
	close(m.hold)
	r.press("r")
	r.until(func() bool { return r.results().ready() })
	r.shows("Looked at on")
}

func TestFindingsAreSavedToANewFile(t *testing.T) {
	m := &seenMachine{}
	r := looking(t, 80, 24, m)
	for i, form := range []string{"html", "json", "sarif"} {
		r.press("e", fmt.Sprint(i+1))
		r.shows("Name of the file", "openclaw-2026-11-27."+form)
		r.press("enter")
		r.until(func() bool { return r.results().part == partList })
		if got := m.exported[len(m.exported)-1]; got != form+" openclaw-2026-11-27."+form {
			t.Errorf("saved %q", got)
		}
		r.shows("Saved as", "openclaw-2026-11-27."+form)
		r.press("down")
		r.lacks("Saved as")
	}

	m.exportErr = &text.Fault{What: `the file "openclaw-2026-11-27.html" is there already`, Hint: "choose another name"}
	r.press("e", "enter", "enter")
	r.until(func() bool { return r.results().file.writing == "" })
	r.shows("is there already", "choose another name")
	for range 40 {
		r.press("backspace")
	}
	r.press("enter")
	r.shows("needs a name")
	r.typed("q?r.html")
	r.send(tea.PasteMsg{Content: "/a\nb\x1b[2J\tc"})
	m.exportErr = nil
	r.press("enter")
	r.until(func() bool { return r.results().part == partList })
	if got := m.exported[len(m.exported)-1]; got != "html q?r.html/a b c" {
		t.Errorf("saved %q", got)
	}
	r.press("e", "esc")
	if r.w.dialog != nil || r.results().part != partList {
		t.Error("esc does not leave")
	}
	r.press("enter", "e", "enter", "esc") // from the detail, and back to it
	if r.results().part != partDetail {
		t.Error("not back in the detail")
	}
}

func TestAFileInTheHomeDirectoryIsMeant(t *testing.T) {
	t.Setenv("HOME", "/home/me")
	m := &seenMachine{}
	r := looking(t, 80, 24, m)
	r.press("e", "enter", "home")
	r.typed("~/")
	r.press("enter")
	r.until(func() bool { return r.results().part == partList })
	if got := m.exported[0]; got != "html /home/me/openclaw-2026-11-27.html" {
		t.Errorf("saved %q", got)
	}
}

func ansiless(s string) string { return clean(strings.ReplaceAll(s, "\n", " ")) }

// A key is to be followed by its frame within 16 ms, on a slow computer as well.
func BenchmarkKeyToFrameOfTheFindings(b *testing.B) {
	w := newWizard(context.Background(), newFake(), plan.Default(testHost), "results")
	w.Update(tea.WindowSizeMsg{Width: 200, Height: 56})
	p := w.pages["results"].(*results)
	r := lookedAt(recorded(b))
	p.report = &r
	for _, by := range report.Orders {
		b.Run(string(by), func(b *testing.B) {
			p.list.by = by
			for b.Loop() {
				w.Update(keyPress("down"))
				_ = w.View().Content
			}
		})
	}
}

func TestNoKeyPasteOrSizeBreaksThePage(t *testing.T) {
	keys := []string{"up", "down", "left", "right", "enter", "esc", "pgup", "pgdown", "home", "end", "tab", "space", "f", "F", "s", "g",
		"r", "e", "n", "0", "1", "2", "3", "4", "5", "?", "x", "backspace", "ctrl+a", "ctrl+k", "f1", "审"}
	for seed := range uint64(4) {
		random := rand.New(rand.NewPCG(seed, 7))
		m := &seenMachine{drifts: restarting(), outcome: steps.Outcome{Kept: seed%2 == 0}}
		if seed == 3 {
			m.exportErr = unreachable()
		}
		r := looking(t, 80, 24, m, passwords, skilled)
		for range 400 {
			switch random.IntN(12) {
			case 0:
				r.send(tea.WindowSizeMsg{Width: random.IntN(200), Height: random.IntN(60)})
			case 1:
				r.send(tea.PasteMsg{Content: strings.Repeat("a\nb\x1b[2J", random.IntN(50))})
			case 2:
				r.settled()
			default:
				r.press(keys[random.IntN(len(keys))])
			}
			r.mustFit()
			if t.Failed() {
				t.Fatalf("seed %d:\n%s", seed, r.screen())
			}
		}
		for range m.repaired {
			if len(m.asked) == 0 {
				t.Error("something was repaired that nobody had read about")
			}
		}
	}
}

// settled runs what is slow until nothing goes on.
func (r *rig) settled() {
	p := r.results()
	r.until(func() bool {
		return r.quit || p.work == nil && p.repair.state != repairRunning && p.file.writing == "" || r.w.at != "results"
	})
}
