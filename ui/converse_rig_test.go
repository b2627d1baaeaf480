package ui

// What conversations in lines are tested with: a machine and its driver that keep
// what they were asked to do, an input that shows what is read from it, and
// transcripts that are held against testdata/lines.

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/checks/report"
	"github.com/clawarium/clawarium/provision"
	"github.com/clawarium/clawarium/provision/plan"
	"github.com/clawarium/clawarium/provision/steps"
)

// testKey has the form of a key and looks like no published one.
const testKey = "clw-test-0123456789abcdef-not-a-real-key"

// lineDriver is a fakeDriver with a machine that can be talked to. Its Setup says
// what was last answered to which question.
type lineDriver struct {
	*fakeDriver
	machine *lineMachine
	failing []error // of Setup, one after another
	began   func()
	mending func(id string) // before a fix, or its undoing
	looks   []Preflight
	reviews []error
}

func newLineDriver() *lineDriver {
	d := &lineDriver{fakeDriver: newFake(), machine: newLineMachine()}
	d.preflight.Lines[1].Stops = false
	d.events = []provision.Event{
		{Kind: provision.StepBegan, Step: "image", Title: "Base image", Index: 1, Count: 2, Percent: -1},
		{Kind: provision.StepDone, Step: "image", Title: "Base image", Index: 1, Count: 2, Elapsed: 40 * time.Second},
		{Kind: provision.StepBegan, Step: "boot", Title: "First boot", Index: 2, Count: 2, Percent: -1},
		{Kind: provision.StepDone, Step: "boot", Title: "First boot", Index: 2, Count: 2, Elapsed: 80 * time.Second},
	}
	return d
}

func (d *lineDriver) Machine(name string) (Machine, error) {
	d.machine.plan.Name = name
	return d.machine, nil
}

func (d *lineDriver) Preflight(ctx context.Context, p plan.Plan, say func(string)) (Preflight, error) {
	if len(d.looks) > 0 {
		seen := d.looks[0]
		d.looks = d.looks[1:]
		return seen, nil
	}
	return d.fakeDriver.Preflight(ctx, p, say)
}

func (d *lineDriver) Fix(ctx context.Context, p plan.Plan, id string, say func(string)) error {
	if d.mending != nil {
		d.mending(id)
	}
	say("what it says\x1b[2J")
	return d.fakeDriver.Fix(ctx, p, id, say)
}

func (d *lineDriver) Unfix(ctx context.Context, id string, say func(string)) error {
	if d.mending != nil {
		d.mending(id)
	}
	return d.fakeDriver.Unfix(ctx, id, say)
}

func (d *lineDriver) Review(ctx context.Context, p plan.Plan, say func(string)) (Review, error) {
	if len(d.reviews) > 0 {
		err := d.reviews[0]
		d.reviews = d.reviews[1:]
		return Review{}, err
	}
	return d.fakeDriver.Review(ctx, p, say)
}

func (d *lineDriver) Setup(ctx context.Context, p plan.Plan, key []byte, promised []checks.ID, event func(provision.Event)) (provision.Result, error) {
	if d.began != nil {
		d.began()
	}
	r, err := d.fakeDriver.Setup(ctx, p, key, promised, event)
	r.Elapsed = 2 * time.Minute
	d.machine.keyed = len(key) > 0
	if err == nil && len(d.failing) > 0 {
		err = d.failing[0]
		d.failing = d.failing[1:]
	}
	return r, err
}

// lineMachine does what a test says and keeps what it was asked to do.
type lineMachine struct {
	fakeMachine
	report     report.Report
	checkErr   error
	unfinished error
	pending    *provision.Repair
	drifts     []steps.Drift
	outcome    steps.Outcome
	promises   []checks.Promise
	open       map[string]steps.Open
	did        []string
	asked      func(did string) // before anything is done
	out        Out
	changeErr  error
}

func newLineMachine() *lineMachine {
	m := &lineMachine{}
	m.plan = plan.Default(testHost)
	m.status = steps.Status{Name: "openclaw", State: "running", Address: "10.20.30.2:22", Connection: "qemu:///system",
		OpenClaw: "2026.9.6", Node: "24.8.0", Image: "official", StepsDone: 21, Steps: 21}
	m.out = Out{Level: "allowlist", Running: true, Connected: true}
	evidence := checks.Evidence{Collected: time.Date(2026, 11, 22, 8, 30, 0, 0, time.UTC), Took: 3 * time.Second}
	evidence.Subject.Machine, evidence.Subject.URI, evidence.Subject.Version = "openclaw", "qemu:///system", "1.0.0"
	m.report = report.New("", evidence, []checks.Finding{
		{Control: "K1", Title: "Isolation", Status: checks.Met, Where: []checks.Place{checks.Libvirt}, Evidence: []string{"the machine shares no folder"}, Why: "why"},
		{Control: "K5", Title: "Access to the host", Status: checks.Attested, Where: []checks.Place{checks.Owner}, Evidence: []string{"your word"}, Why: "why"},
	})
	return m
}

func (m *lineMachine) do(format string, args ...any) {
	did := fmt.Sprintf(format, args...)
	if m.asked != nil {
		m.asked(did)
	}
	m.did = append(m.did, did)
}

func (m *lineMachine) Check(context.Context, provision.Reporter, func([]checks.Finding)) (report.Report, error) {
	return m.report, m.checkErr
}
func (m *lineMachine) LastCheck() (int64, map[checks.Status]int) {
	return 1795420800, map[checks.Status]int{checks.Met: 20, checks.NotChecked: 1}
}
func (m *lineMachine) Out(context.Context) (Out, error) { return m.out, nil }
func (m *lineMachine) ChangeOut(_ context.Context, c OutChange, _ func(provision.Event)) error {
	m.do("change out %+v", c)
	return m.changeErr
}
func (m *lineMachine) Unfinished() error                                  { return m.unfinished }
func (m *lineMachine) Pending(context.Context) (*provision.Repair, error) { return m.pending, nil }
func (m *lineMachine) Look(context.Context, provision.Reporter) (steps.Look, error) {
	return steps.Look{Findings: m.report.Findings}, nil
}
func (m *lineMachine) Drifts(steps.Look, []checks.ID) []steps.Drift { return m.drifts }
func (m *lineMachine) Repair(_ context.Context, _ steps.Look, chosen []steps.Drift, _ func(provision.Event)) (steps.Outcome, error) {
	for _, d := range chosen {
		m.do("repair %v", d.Steps)
	}
	return m.outcome, nil
}
func (m *lineMachine) Resume(_ context.Context, _ *provision.Repair, back bool, _ func(provision.Event)) (steps.Outcome, error) {
	m.do("resume back=%v", back)
	m.pending = nil
	return m.outcome, nil
}
func (m *lineMachine) Accept(_ context.Context, _ *steps.Look, paths ...string) error {
	m.do("accept %v", paths)
	return nil
}
func (m *lineMachine) Promises() ([]checks.Promise, error) { return m.promises, nil }
func (m *lineMachine) Confirm(ids ...checks.ID) error      { m.do("confirm %v", ids); return nil }
func (m *lineMachine) Memory(context.Context, provision.Reporter) ([]string, error) {
	return []string{"the agent has 1 memory file: MEMORY.md"}, nil
}
func (m *lineMachine) JudgeAgain(*steps.Look)                  { m.do("judge again") }
func (m *lineMachine) TooOpen() (map[string]steps.Open, error) { return m.open, nil }
func (m *lineMachine) CloseToOthers(open map[string]steps.Open) error {
	m.do("close %d", len(open))
	return nil
}
func (m *lineMachine) Start(context.Context, provision.Reporter) error {
	m.do("start")
	m.status.State = "running"
	return nil
}
func (m *lineMachine) Stop(context.Context, provision.Reporter) error {
	m.do("stop")
	m.status.State = "off"
	return nil
}
func (m *lineMachine) Open(ctx context.Context, _ provision.Reporter) (string, error) {
	m.do("open")
	context.AfterFunc(ctx, func() {})
	return "http://127.0.0.1:18789/#token=once", nil
}
func (m *lineMachine) Destroy(_ context.Context, data bool, _ func(provision.Event)) error {
	m.do("destroy data=%v", data)
	return nil
}

// answers is an input that writes what is read from it, line by line, into the
// transcript, as a terminal would. It tells what was read last.
type answers struct {
	rest  []byte
	echo  io.Writer
	last  string
	count int
	fresh bool // the line that is read next has not been told yet
}

func newAnswers(input string, echo io.Writer) *answers {
	return &answers{rest: []byte(input), echo: echo, fresh: true}
}

func (a *answers) Read(p []byte) (int, error) {
	if len(a.rest) == 0 {
		return 0, io.EOF
	}
	if a.fresh {
		line, _, _ := bytes.Cut(a.rest, []byte("\n"))
		a.last, a.fresh = string(line), false
		a.count++
		shown := a.last
		if shown == testKey {
			shown = "(the key)"
		}
		if len(shown) > 200 {
			shown = fmt.Sprintf("(%d bytes)", len(shown))
		}
		fmt.Fprintf(a.echo, "«%s»", shown)
	}
	p[0] = a.rest[0]
	a.rest = a.rest[1:]
	a.fresh = p[0] == '\n'
	return 1, nil
}

// talk is a conversation that was held.
type talk struct {
	said string
	code int
	err  error
}

// held holds a conversation over the answers, a line each.
func held(t testing.TB, d Driver, o LineOptions, input string) talk {
	t.Helper()
	var said bytes.Buffer
	if o.Plan.Version == 0 {
		o.Plan = plan.Default(d.Host())
	}
	o.Out, o.Err = &said, &said
	c := newConversation(t.Context(), d, o)
	c.in = &lineReader{in: newAnswers(input, &said)}
	code, err := c.hold(t.Context())
	if err != nil {
		PrintError(&said, err)
	}
	return talk{said.String(), code, err}
}

// transcript holds a conversation against testdata/lines.
func transcript(t *testing.T, name string, got talk) {
	t.Helper()
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	said := strings.ReplaceAll(got.said, here, "/here") + fmt.Sprintf("── exit %d\n", got.code)
	if strings.Contains(said, testKey) {
		t.Error("the key is in the transcript")
	}
	for i, line := range strings.Split(said, "\n") {
		if line != strings.TrimRight(line, " ") || strings.ContainsAny(line, "\x1b\r\t") {
			t.Errorf("line %d is not plain: %q", i+1, line)
		}
	}
	path := filepath.Join("testdata", "lines", name+"."+text.Language()+".txt")
	if *golden {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(said), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v; look at the transcript and write it with -golden", err)
	}
	a, b := strings.Split(string(want), "\n"), strings.Split(said, "\n")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			t.Fatalf("%s differs first in line %d:\n want %q\n  got %q\nlook at it, and write it with -golden when it is right", path, i+1, a[i], b[i])
		}
	}
	if len(a) != len(b) {
		t.Errorf("%s has %d lines, not %d", path, len(b), len(a))
	}
}

// inBoth runs a test in both languages.
func inBoth(t *testing.T, test func(t *testing.T)) {
	for _, lang := range []string{text.English, text.Chinese} {
		t.Run(lang, func(t *testing.T) {
			text.Use(lang)
			t.Cleanup(func() { text.Use(text.English) })
			test(t)
		})
	}
}
