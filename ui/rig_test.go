package ui

// The rig that pages are tested with: the model alone, fed with messages, its
// commands run at once; a driver that makes nothing; and frames that are held
// against files under testdata/frames.

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/vt"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/provision"
	"github.com/clawarium/clawarium/provision/plan"
	"github.com/clawarium/clawarium/provision/steps"
)

// -golden writes the frames anew.
var golden = flag.Bool("golden", false, "write testdata/frames anew")

var testHost = plan.Host{CPUs: 8, Memory: 16 * plan.GiB, FreeDisk: 100 * plan.GiB, Path: "/var/lib/libvirt/images"}

// rig drives a wizard without a terminal.
type rig struct {
	t *testing.T
	w *wizard
	// slow are commands that would wait for time to pass; run runs them.
	slow []tea.Cmd
	quit bool
}

func newRig(t *testing.T, d Driver, start string, width, height int) *rig {
	t.Helper()
	return rigAt(t, newWizard(t.Context(), d, plan.Default(testHost), start), width, height)
}

// rigAt is a rig with a wizard that began elsewhere.
func rigAt(t *testing.T, w *wizard, width, height int) *rig {
	t.Helper()
	r := &rig{t: t, w: w}
	r.w.session.release = releasedAtOnce(io.Discard)
	r.w.session.after = never
	r.send(tea.WindowSizeMsg{Width: width, Height: height})
	r.do(r.w.Init())
	return r
}

// never is when the rig looks at something again by itself.
func never(time.Duration, func(time.Time) tea.Msg) tea.Cmd { return nil }

// releasedAtOnce has what gets the terminal run without one.
func releasedAtOnce(out io.Writer) func(tea.ExecCommand, tea.ExecCallback) tea.Cmd {
	return func(c tea.ExecCommand, done tea.ExecCallback) tea.Cmd {
		return func() tea.Msg {
			c.SetStdout(out)
			return done(c.Run())
		}
	}
}

// send gives the model a message, and then whatever comes of it.
func (r *rig) send(msg tea.Msg) {
	if r.quit {
		return
	}
	_, cmd := r.w.Update(msg)
	r.do(cmd)
}

// do runs a command and what comes of it. One that takes longer than a moment is
// given up: in the rig nothing waits for time.
func (r *rig) do(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	got := make(chan tea.Msg, 1)
	go func() { got <- cmd() }()
	select {
	case msg := <-got:
		r.take(msg)
	case <-time.After(100 * time.Millisecond):
		r.slow = append(r.slow, func() tea.Msg { return <-got })
	}
}

func (r *rig) take(msg tea.Msg) {
	switch msg := msg.(type) {
	case nil:
	case tea.QuitMsg:
		r.quit = true
	case tea.BatchMsg:
		for _, c := range msg {
			r.do(c)
		}
	default:
		// A sequence is a slice of commands of a type that is not exported.
		if v := reflect.ValueOf(msg); v.Kind() == reflect.Slice && v.Type().Elem() == reflect.TypeFor[tea.Cmd]() {
			for i := range v.Len() {
				r.do(v.Index(i).Interface().(tea.Cmd))
			}
			return
		}
		r.send(msg)
	}
}

// settle waits for what was slow.
func (r *rig) settle() {
	for len(r.slow) > 0 {
		cmd := r.slow[0]
		r.slow = r.slow[1:]
		r.take(cmd())
	}
}

// press presses keys by name, as Bubble Tea names them ("enter", "ctrl+c", "a").
func (r *rig) press(keys ...string) {
	for _, k := range keys {
		r.send(keyPress(k))
		if d := r.w.dialog; d != nil {
			r.send(armMsg{d}) // its grace is over
		}
	}
}

// typed types text.
func (r *rig) typed(s string) {
	for _, c := range s {
		r.send(tea.KeyPressMsg{Code: c, Text: string(c)})
	}
}

var namedKeys = map[string]rune{
	"enter": tea.KeyEnter, "esc": tea.KeyEscape, "tab": tea.KeyTab, "up": tea.KeyUp, "down": tea.KeyDown,
	"left": tea.KeyLeft, "right": tea.KeyRight, "backspace": tea.KeyBackspace, "delete": tea.KeyDelete,
	"home": tea.KeyHome, "end": tea.KeyEnd, "pgup": tea.KeyPgUp, "pgdown": tea.KeyPgDown, "f1": tea.KeyF1,
	"space": tea.KeySpace,
}

func keyPress(name string) tea.KeyPressMsg {
	var k tea.KeyPressMsg
	for {
		rest, ok := strings.CutPrefix(name, "ctrl+")
		if ok {
			k.Mod |= tea.ModCtrl
		} else if rest, ok = strings.CutPrefix(name, "shift+"); ok {
			k.Mod |= tea.ModShift
		} else if rest, ok = strings.CutPrefix(name, "alt+"); ok {
			k.Mod |= tea.ModAlt
		} else {
			break
		}
		name = rest
	}
	if code, ok := namedKeys[name]; ok {
		k.Code = code
		if name == "space" && k.Mod == 0 {
			k.Text = " "
		}
		return k
	}
	k.Code = []rune(name)[0]
	if k.Mod == 0 {
		k.Text = name
	}
	return k
}

// screen is the frame as a terminal of the window's size shows it, without
// trailing blanks.
func (r *rig) screen() string {
	term := vt.NewEmulator(r.w.width, r.w.height)
	defer term.Close()
	_, _ = term.WriteString(strings.ReplaceAll(r.w.View().Content, "\n", "\r\n"))
	lines := strings.Split(ansi.Strip(term.String()), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n")
}

// coloured is the frame in the terminal's sixteen colours, with its sequences in
// a form that can be read.
func (r *rig) coloured() string {
	var b bytes.Buffer
	w := &colorprofile.Writer{Forward: &b, Profile: colorprofile.ANSI}
	_, _ = w.WriteString(r.w.View().Content)
	lines := strings.Split(b.String(), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(strings.ReplaceAll(lines[i], "\x1b[", "‹"), " ")
	}
	return strings.Join(lines, "\n")
}

// mustFit fails when a line of the frame is wider, or the frame taller, than the
// window.
func (r *rig) mustFit() {
	r.t.Helper()
	lines := strings.Split(r.w.View().Content, "\n")
	if len(lines) > r.w.height {
		r.t.Errorf("%d rows in a window of %d", len(lines), r.w.height)
	}
	for i, l := range lines {
		if n := ansi.StringWidth(l); n > r.w.width {
			r.t.Errorf("row %d has %d columns in a window of %d: %q", i, n, r.w.width, l)
		}
	}
}

var frameSizes = []struct{ width, height int }{{80, 24}, {120, 40}, {60, 20}, {40, 10}}

// frames holds what a page shows, in every size, both languages, with and without
// colour, against testdata/frames/NAME.LANGUAGE[.colour].txt. prepare makes a rig
// of the given size and brings it to where the page is as it should be shown.
func frames(t *testing.T, name string, prepare func(t *testing.T, width, height int) *rig) {
	t.Helper()
	for _, lang := range []string{text.English, text.Chinese} {
		text.Use(lang)
		var plain, colour strings.Builder
		for _, size := range frameSizes {
			r := prepare(t, size.width, size.height)
			r.mustFit()
			fmt.Fprintf(&plain, "══ %d×%d\n%s\n", size.width, size.height, r.screen())
			if size.width != 120 {
				fmt.Fprintf(&colour, "══ %d×%d\n%s\n", size.width, size.height, r.coloured())
			}
		}
		compareFrames(t, name+"."+lang+".txt", plain.String())
		compareFrames(t, name+"."+lang+".colour.txt", colour.String())
	}
	text.Use(text.English)
}

func compareFrames(t *testing.T, file, got string) {
	t.Helper()
	path := filepath.Join("testdata", "frames", file)
	if *golden {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Errorf("%v; look at the frames and write them with -golden", err)
		return
	}
	if got == string(want) {
		return
	}
	a, b := strings.Split(string(want), "\n"), strings.Split(got, "\n")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			t.Errorf("%s differs first in line %d:\n want %q\n  got %q\nlook at it, and write it with -golden when it is right", file, i+1, a[i], b[i])
			return
		}
	}
	t.Errorf("%s has %d lines, not %d", file, len(b), len(a))
}

// fakeDriver answers as a test says; what it does not say gives a plain answer.
type fakeDriver struct {
	host      plan.Host
	machines  []string
	preflight Preflight
	review    Review
	events    []provision.Event
	setupErr  error
	undoErr   error
	machine   *fakeMachine

	saved    map[string]plan.Plan
	applied  []plan.Plan
	keys     []string // the keys that Setup was given
	promised [][]checks.ID
	undone   []string

	fixErr          error
	fixed, unfixed  []string
	restarted, kept []Place
	// hold, when not nil, keeps Setup and Undo from returning until it is closed
	// or the context ends.
	hold chan struct{}
}

func newFake() *fakeDriver {
	return &fakeDriver{
		host: testHost,
		preflight: Preflight{Lines: []PreflightLine{
			{Status: checks.Met, What: "libvirt 9.0.0 answers at qemu:///system"},
			{Status: checks.NotMet, What: "KVM cannot be used: /dev/kvm is not there", Hint: "switch virtualisation on in the firmware"},
			{Status: checks.NotChecked, What: "the disk's speed was not measured"},
		}},
		review: Review{
			Lines:   []string{`machine   "openclaw": processors 4, memory 4GiB, system disk up to 20GiB, data disk up to 20GiB`, "where     qemu:///system", "agent     OpenClaw 2026.9.6 on a read-only disk"},
			Caveats: []string{"Without KVM the machine is emulated: good for trying out, too slow for living with."},
			Seconds: 480, Download: 430 << 20, Disk: 3 << 30,
			Plan: "version: 1\nname: openclaw\n", Detail: "<domain type='qemu'>\n  <name>openclaw</name>\n</domain>\n",
			Steps: []ReviewStep{{"image", "Base image"}, {"code", "Code disk with OpenClaw and Node"}, {"domain", "Virtual machine"}, {"boot", "First boot"}},
		},
		saved: map[string]plan.Plan{},
	}
}

func (f *fakeDriver) Host() plan.Host    { return f.host }
func (f *fakeDriver) Machines() []string { return f.machines }
func (f *fakeDriver) Stored(name string) (plan.Plan, error) {
	if f.machine != nil {
		return f.machine.plan, nil
	}
	return plan.Plan{}, os.ErrNotExist
}
func (f *fakeDriver) Preflight(context.Context, plan.Plan, func(string)) (Preflight, error) {
	return f.preflight, nil
}
func (f *fakeDriver) Fix(_ context.Context, _ plan.Plan, id string, _ func(string)) error {
	f.fixed = append(f.fixed, id)
	return f.fixErr
}
func (f *fakeDriver) Unfix(_ context.Context, id string, _ func(string)) error {
	f.unfixed = append(f.unfixed, id)
	return f.fixErr
}
func (f *fakeDriver) Restart(at Place) error {
	f.restarted = append(f.restarted, at)
	return f.fixErr
}
func (f *fakeDriver) Keep(at Place, _ bool) (string, error) {
	f.kept = append(f.kept, at)
	return "call clawarium", f.fixErr
}
func (f *fakeDriver) Review(_ context.Context, p plan.Plan, _ func(string)) (Review, error) {
	r := f.review
	r.Problems = p.Problems(f.host)
	return r, nil
}
func (f *fakeDriver) SavePlan(p plan.Plan, path string) error {
	if _, there := f.saved[path]; there {
		return &text.Fault{What: fmt.Sprintf("the file %q is there already", path), Hint: "choose another name"}
	}
	f.saved[path] = p
	return nil
}

func (f *fakeDriver) Setup(ctx context.Context, p plan.Plan, key []byte, promised []checks.ID, event func(provision.Event)) (provision.Result, error) {
	f.applied = append(f.applied, p)
	f.keys = append(f.keys, string(key))
	f.promised = append(f.promised, promised)
	for _, e := range f.events {
		event(e)
	}
	if err := f.wait(ctx); err != nil {
		return provision.Result{}, err
	}
	return provision.Result{Made: len(f.events)}, f.setupErr
}

func (f *fakeDriver) Undo(ctx context.Context, name string, event func(provision.Event)) error {
	f.undone = append(f.undone, name)
	if err := f.wait(ctx); err != nil {
		return err
	}
	return f.undoErr
}

func (f *fakeDriver) wait(ctx context.Context) error {
	if f.hold == nil {
		return ctx.Err()
	}
	select {
	case <-f.hold:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (f *fakeDriver) Machine(name string) (Machine, error) {
	if f.machine == nil || f.machine.plan.Name != name {
		return nil, errors.New("no such machine")
	}
	return f.machine, nil
}

// fakeMachine is a machine that exists only in a test. What a test needs besides
// is added to it by the test's own type, which embeds it.
type fakeMachine struct {
	Machine // what is not overridden panics
	plan    plan.Plan
	status  steps.Status
	keyed   bool
}

func (m *fakeMachine) Name() string               { return m.plan.Name }
func (m *fakeMachine) Plan() plan.Plan            { return m.plan }
func (m *fakeMachine) Close()                     {}
func (m *fakeMachine) Keyed() bool                { return m.keyed }
func (m *fakeMachine) StepTitle(id string) string { return "step " + id }
func (m *fakeMachine) RestartTime() time.Duration { return 4 * time.Minute }
func (m *fakeMachine) Status(context.Context) (steps.Status, error) {
	return m.status, nil
}
