package ui

// The program as it is, on a pseudo-terminal, ended in every way there is: on a
// page, and in every phase of progress, with the real engine and its journal
// beneath. Each time the terminal must be as it was before, the exit status right,
// nothing left running, and the journal such that the same command goes on.

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	"golang.org/x/sys/unix"

	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/provision"
	"github.com/clawarium/clawarium/provision/plan"
)

// screenEnv makes the test binary show the screen; it holds what, and where.
const screenEnv = "CLAWARIUM_TEST_SCREEN"

func TestMain(m *testing.M) {
	if what, dir, ok := strings.Cut(os.Getenv(screenEnv), " "); ok {
		os.Exit(showForTest(what, dir))
	}
	os.Exit(m.Run())
}

const leftRunning = 99 // exit status: a step still runs after the end

// showForTest is what main does, with the engine on toy steps in dir.
func showForTest(what, dir string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var d Driver = &engineDriver{newFake(), what, dir}
	start, review := what, (*Review)(nil)
	if page, other := pagesAtWork(what, dir); other != nil {
		start, d = page, other
	} else if _, known := pageMakers[what]; !known {
		start = "progress"
		review = &Review{Seconds: 60, Steps: []ReviewStep{{"one", "First"}, {"two", "Second"}}}
	}
	if what == "mistake" {
		start = what
		pageMakers[what] = func(s *session) page { return &mistaken{stub: stub(what), s: s} }
	}
	w := newWizard(ctx, d, plan.Default(testHost), start)
	w.session.review = review
	for _, name := range []string{"review", "results"} {
		if name != what && start != "computer" {
			w.pages[name] = stub(name)
		}
	}
	log, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		return 98
	}
	code, err := show(ctx, cancel, w, Options{In: os.Stdin, Out: os.Stdout, Log: log})
	PrintError(os.Stderr, err)
	for deadline := time.Now().Add(200 * time.Millisecond); ; time.Sleep(5 * time.Millisecond) {
		stacks := make([]byte, 1<<20)
		stacks = stacks[:runtime.Stack(stacks, true)]
		if !bytes.Contains(stacks, []byte("/provision.")) {
			return code
		}
		if time.Now().After(deadline) {
			_ = os.WriteFile(filepath.Join(dir, "stacks"), stacks, 0o600)
			return leftRunning
		}
	}
}

// mistaken is a page with mistakes in it, and a library that writes past it.
type mistaken struct {
	stub
	s      *session
	inView bool
}

func (m *mistaken) update(msg tea.Msg) tea.Cmd {
	wrong := func() tea.Msg { panic("wrong in a command") }
	switch pressed(msg) {
	case "u":
		panic("wrong in Update")
	case "v":
		m.inView = true
	case "c":
		return wrong
	case "b":
		return tea.Sequence(func() tea.Msg { return nil }, tea.Batch(wrong, wrong))
	case "w":
		tell := newTelling()
		return tell.run(m.s.work(func() tea.Msg { panic("wrong in the work") }))
	case "2":
		_, _ = unix.Write(2, []byte("I am a library\n"))
		return quit(0)
	}
	return nil
}

func (m *mistaken) view(int, int) string {
	if m.inView {
		panic("wrong in View")
	}
	return "mistaken"
}

// engineDriver makes a machine of two files with the real engine.
type engineDriver struct {
	*fakeDriver
	what, dir string
}

func (d *engineDriver) run(event func(provision.Event)) *provision.Run {
	return provision.New(d.dir, toySteps(d.what, d.dir), event, provision.Options{
		ResumeCommand: "clawarium setup", UndoCommand: "clawarium undo",
	})
}

func (d *engineDriver) Setup(ctx context.Context, _ plan.Plan, _ []byte, _ []checks.ID, event func(provision.Event)) (provision.Result, error) {
	return d.run(event).Do(ctx)
}

func (d *engineDriver) Undo(ctx context.Context, _ string, event func(provision.Event)) error {
	return d.run(event).Undo(ctx)
}

// toySteps make a file each. As what says, the second one hangs until its context
// ends ("making"), and then takes its time ("slowly"), does not work ("failing"),
// or hangs while it is taken back ("undoing").
func toySteps(what, dir string) []provision.Step {
	hang := func(ctx context.Context, r provision.Reporter) error {
		for i := 0; ; i++ {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(time.Millisecond):
				r.Stage("hanging")
				r.Log(fmt.Sprintf("line %d", i))
				r.Percent(float64(i % 100))
			}
		}
	}
	step := func(id, title string) provision.Step {
		file := filepath.Join(dir, "made-"+id)
		return provision.Step{
			ID: id, Title: title,
			Holds: func(context.Context) (bool, error) { _, err := os.Stat(file); return err == nil, nil },
			Do: func(ctx context.Context, _ json.RawMessage, r provision.Reporter) error {
				if id == "two" {
					switch what {
					case "making":
						return hang(ctx, r)
					case "slowly":
						err := hang(ctx, r)
						time.Sleep(700 * time.Millisecond)
						return err
					case "failing", "undoing":
						return errors.New("it cannot be")
					}
				}
				return os.WriteFile(file, nil, 0o600)
			},
			Undo: func(ctx context.Context, _ json.RawMessage, r provision.Reporter) error {
				if id == "two" && what == "undoing" {
					return hang(ctx, r)
				}
				if err := os.Remove(file); err != nil && !errors.Is(err, os.ErrNotExist) {
					return err
				}
				return nil
			},
		}
	}
	return []provision.Step{step("one", "First"), step("two", "Second")}
}

// waysToEnd are all that come from outside.
var waysToEnd = map[string]struct {
	do   func(*onPTY)
	code int
}{
	"SIGTERM": {func(o *onPTY) { o.signal(syscall.SIGTERM) }, 143},
	"SIGHUP":  {func(o *onPTY) { o.signal(syscall.SIGHUP) }, 143},
	"SIGINT":  {func(o *onPTY) { o.signal(syscall.SIGINT) }, 130},
	"closed":  {(*onPTY).hangUp, 143},
}

// phases are those of progress, and how to get there.
var phases = map[string]struct {
	what  string
	reach func(*onPTY)
}{
	"making": {"making", func(o *onPTY) { o.sees("hanging") }},
	"log":    {"making", func(o *onPTY) { o.sees("hanging"); o.types("l"); o.sees("line ") }},
	"asking": {"making", func(o *onPTY) { o.sees("hanging"); o.types("\x03"); o.sees("Stop here?") }},
	"stopping": {"slowly", func(o *onPTY) {
		o.sees("hanging")
		o.types("\x03")
		o.answers("Stop here?", "u")
		o.sees("Coming to a stop")
	}},
	"failed": {"failing", func(o *onPTY) { o.sees("it cannot be") }},
	"undoing": {"undoing", func(o *onPTY) {
		o.sees("try again")
		time.Sleep(grace)
		o.types("u")
		o.answers("Undo everything?", "\x1b[B\r")
		o.sees("hanging")
	}},
}

func TestEveryEndInEveryPhaseOfProgress(t *testing.T) {
	for phase, p := range phases {
		for way, w := range waysToEnd {
			t.Run(phase+"/"+way, func(t *testing.T) {
				t.Parallel()
				o := startOnPTY(t, p.what)
				p.reach(o)
				w.do(o)
				o.ends(w.code)
				o.goesOn()
			})
		}
	}
}

func TestEveryEndOnPages(t *testing.T) {
	for _, page := range append(slices.Clone(way), "next", "results", "dashboard", "harden") {
		for way, w := range waysToEnd {
			t.Run(page+"/"+way, func(t *testing.T) {
				t.Parallel()
				o := startOnPTY(t, page)
				o.sees(title(page))
				w.do(o)
				o.ends(w.code)
			})
		}
	}
	t.Run("welcome/ctrl-c", func(t *testing.T) {
		t.Parallel()
		o := startOnPTY(t, "welcome")
		o.sees("Welcome")
		o.types("\x03")
		o.answers("Leave?", "\x1b[B\r")
		o.ends(130)
	})
	t.Run("next/enter", func(t *testing.T) {
		t.Parallel()
		o := startOnPTY(t, "next")
		o.sees("is ready")
		o.types("\r")
		o.ends(0)
	})
}

func TestCtrlCInEveryPhaseOfProgress(t *testing.T) {
	said := func(o *onPTY, want string) {
		o.t.Helper()
		o.mu.Lock()
		defer o.mu.Unlock()
		raw := o.raw.String()
		if _, after, _ := strings.Cut(raw, ansi.ResetModeAltScreenSaveCursor); !strings.Contains(after, want) {
			o.t.Errorf("after the screen it does not say %q: %q", want, after)
		}
	}
	for name, c := range map[string]struct {
		phase string
		do    func(*onPTY)
	}{
		"stop": {"making", func(o *onPTY) {
			o.types("\x03")
			o.answers("Stop here?", "s")
			o.ends(130)
			said(o, "hint: to go on: clawarium setup")
		}},
		"undo": {"making", func(o *onPTY) {
			o.types("\x03")
			o.answers("Stop here?", "u")
			o.answers("is taken back", "q")
			o.ends(130)
			if state, err := provision.State(o.dir); err != nil || len(state.Steps) > 0 || !state.Closed {
				o.t.Errorf("after undo: %+v, %v", state, err)
			}
		}},
		"go on": {"making", func(o *onPTY) {
			o.types("\x03")
			o.answers("Stop here?", "g")
			o.sees("hanging")
			o.types("\x03")
			o.answers("Stop here?", "s")
			o.ends(130)
		}},
		"failed": {"failed", func(o *onPTY) {
			o.types("\x03")
			o.answers("Leave?", "\x1b[B\r")
			o.ends(2)
			said(o, "hint: to go on: clawarium setup")
		}},
		"undoing": {"undoing", func(o *onPTY) {
			o.types("\x03")
			o.answers("Stop taking back?", "s")
			o.ends(130)
			said(o, "hint: to go on: clawarium undo")
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := startOnPTY(t, phases[c.phase].what)
			phases[c.phase].reach(o)
			c.do(o)
			o.goesOn()
		})
	}
}

func TestAMistakeOfOursEndsTheScreenInOrder(t *testing.T) {
	for key, said := range map[string]string{
		"u": "wrong in Update", "v": "wrong in View", "c": "wrong in a command", "b": "wrong in a command", "w": "wrong in the work",
	} {
		t.Run(said+" "+key, func(t *testing.T) {
			t.Parallel()
			o := startOnPTY(t, "mistake")
			o.sees("mistaken")
			o.types(key)
			o.ends(2)
			log, err := os.ReadFile(filepath.Join(o.dir, "log"))
			if err != nil || !strings.Contains(string(log), "panic: "+said) || !strings.Contains(string(log), "progress_pty_test.go") ||
				strings.Contains(string(log), "Caught panic") { // Bubble Tea's own last resort
				t.Errorf("the log has no stack: %q, %v", log, err)
			}
			o.mu.Lock()
			defer o.mu.Unlock()
			if raw := o.raw.String(); !strings.Contains(raw, "a mistake in clawarium itself") || strings.Contains(raw, "goroutine") {
				t.Errorf("on the terminal: %q", raw)
			}
		})
	}
}

func TestWhatLibrariesWriteGoesToTheLog(t *testing.T) {
	t.Parallel()
	o := startOnPTY(t, "mistake")
	o.sees("mistaken")
	o.types("2")
	o.ends(0)
	log, err := os.ReadFile(filepath.Join(o.dir, "log"))
	if err != nil || string(log) != "I am a library\n" {
		t.Errorf("the log has %q, %v", log, err)
	}
	if strings.Contains(o.screen(), "library") {
		t.Errorf("it is on the screen:\n%s", o.screen())
	}
}

func TestATerminalThatTakesNoOutputHoldsNothingUp(t *testing.T) {
	t.Parallel()
	o := startOnPTY(t, "making")
	o.sees("hanging")
	if err := stopOutput(int(o.slave.Fd())); err != nil { // ctrl-s
		t.Fatal(err)
	}
	time.Sleep(100 * time.Millisecond)
	o.signal(syscall.SIGTERM)
	done := make(chan struct{})
	go func() { _ = o.cmd.Wait(); close(done) }()
	select {
	case <-done:
	case <-time.After(lastFrames + 3*time.Second):
		t.Fatal("it does not end")
	}
	after, err := unix.IoctlGetTermios(int(o.slave.Fd()), getTermios)
	if got := o.cmd.ProcessState.ExitCode(); got != 143 || err != nil || *after != *o.before {
		t.Errorf("exit status %d, modes restored: %v", got, err == nil && *after == *o.before)
	}
	o.goesOn()
}

func TestAtTheEndOfItsInputTheScreenEnds(t *testing.T) {
	var out bytes.Buffer
	code, err := Run(t.Context(), newFake(), Options{In: strings.NewReader(""), Out: &out, Start: "next", Plan: plan.Default(testHost)})
	if code != 143 || err != nil {
		t.Errorf("status %d, %v", code, err)
	}
}
