package ui

// The program around the model: signals, the terminal, and an end in order
// whatever ends it. The work that runs comes to its end first, the terminal is as
// it was before, and what there is to say is left to the caller.

import (
	"context"
	"fmt"
	"io"
	"os"
	"reflect"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/provision/plan"
)

// Options of the screen.
type Options struct {
	In  io.Reader // usually the standard input
	Out io.Writer // usually the standard output
	// Log gets what libraries write to descriptor 2 while the screen is up, if it
	// is a file, and the stack after a mistake of ours. May be nil.
	Log io.Writer
	// Start is the page to begin with; empty means welcome.
	Start string
	// Plan is what the answers begin as.
	Plan plan.Plan
	// Existing is whether the plan is that of a machine that was begun.
	Existing bool
	// Key and Promised are what was answered before clawarium was restarted, and
	// Recommended is that of its Place.
	Key         []byte
	Promised    []checks.ID
	Recommended bool
}

// lastFrames is how long the screen may take to go once nothing runs any more. A
// terminal that takes no output, because somebody pressed ctrl-s, holds it up no
// longer.
const lastFrames = 2 * time.Second

// framesPerSecond is how often the screen is drawn at most; a frame waits for its
// turn. With Bubble Tea's usual 60 the wait alone can be 17 ms, which is more than
// a key may take in all.
const framesPerSecond = 120

// Run shows the screen until it is left and returns the exit status: 130 when it
// was left by ctrl-c, 143 after SIGTERM, SIGHUP or when the terminal was closed.
// The error, which is to be printed once the status is known, says what the owner
// should read when the screen is gone, such as how to go on; it may be nil with
// any status.
func Run(ctx context.Context, d Driver, o Options) (int, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	w := started(ctx, d, o)
	return w.session.goOn(show(ctx, cancel, w, o))
}

// started is the wizard where it begins.
func started(ctx context.Context, d Driver, o Options) *wizard {
	start := o.Start
	if pageMakers[start] == nil {
		start = "welcome"
	}
	w := newWizard(ctx, d, o.Plan, start)
	if o.Existing {
		w.session.begins(o.Plan.Name)
	} else if start != "review" { // which a plan may have led to
		w.trail = slices.Clone(way[:max(0, slices.Index(way, start))])
	}
	if o.Recommended { // the review led here, and going on leads back to it
		w.session.mending = true
		w.trail = append(w.trail, "review")
	}
	w.session.answered(o.Key, o.Promised)
	return w
}

// goOn is the end of the screen or of the conversation, or clawarium anew in its own
// place, where that was wished and nothing came between.
func (s *session) goOn(code int, err error) (int, error) {
	if s.restart == nil || code != 0 || err != nil {
		return code, err
	}
	return couldNot, s.driver.Restart(*s.restart)
}

func show(ctx context.Context, cancel context.CancelCauseFunc, w *wizard, o Options) (int, error) {
	defer cancel(nil)
	restore := remember(o.In)
	w.session.tidy = restore
	back := divert(o.Log)
	defer back()

	m := &guarded{wizard: w, page: w.at, memory: frugal()}
	defer m.memory.Stop()
	p := tea.NewProgram(m, tea.WithInput(listen(o.In, func() { cancel(errHangup) })), tea.WithOutput(o.Out),
		tea.WithoutSignalHandler(), tea.WithEnvironment(os.Environ()), tea.WithFPS(framesPerSecond))
	m.send = p.Send
	ended := make(chan error, 1)
	go func() {
		_, err := p.Run()
		ended <- err
	}()

	var err error
	select {
	case err = <-ended:
	case <-ctx.Done():
		go p.Send(stopMsg{code: ending(ctx)})
		work := make(chan struct{})
		go func() { w.session.works.wait(); close(work) }()
		select {
		case err = <-ended:
		case <-work:
			select {
			case err = <-ended:
			case <-time.After(lastFrames):
				restore()
				return ending(ctx), nil
			}
		}
	}
	stopped := ctx.Err() != nil
	cancel(nil)
	w.session.works.wait() // after a mistake, what runs does not run on
	switch fault := m.fault(); {
	case fault != nil:
		if o.Log != nil {
			fmt.Fprintf(o.Log, "%s panic: %v\n%s\n", time.Now().UTC().Format(time.RFC3339), fault.value, fault.stack)
		}
		t := &text.T().Progress
		return 2, &text.Fault{
			What: t.Crashed, Err: fmt.Errorf("%v", fault.value),
			Hint: fmt.Sprintf(t.CrashedHint, commandLine("setup", w.session.plan.Name)),
		}
	case stopped:
		return ending(ctx), w.session.parting // whatever the terminal said to its end
	case err != nil:
		t := &text.T().Progress
		return 2, &text.Fault{What: t.NoScreen, Hint: t.NoScreenHint, Err: err}
	}
	return w.code, w.session.parting
}

// guarded is the model with all that it calls guarded: a mistake of ours ends the
// screen in order, and its stack goes to the log and not over the terminal.
type guarded struct {
	wizard *wizard
	send   func(tea.Msg)
	page   string // the last one
	memory *time.Timer

	mu    sync.Mutex
	first *panicked
}

// panicked is a mistake and where it was made.
type panicked struct {
	value any
	stack []byte
}

func (g *guarded) fault() *panicked {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.first
}

// caught is deferred around whatever may panic.
func (g *guarded) caught(then func()) {
	if v := recover(); v != nil {
		g.mu.Lock()
		if g.first == nil {
			g.first = &panicked{v, debug.Stack()}
		}
		g.mu.Unlock()
		then()
	}
}

func (g *guarded) Init() (cmd tea.Cmd) {
	defer g.caught(func() { cmd = tea.Quit })
	return g.command(g.wizard.Init())
}

func (g *guarded) Update(msg tea.Msg) (m tea.Model, cmd tea.Cmd) {
	m = g // after a mistake as well
	defer g.caught(func() { cmd = tea.Quit })
	if g.fault() != nil {
		return g, tea.Quit
	}
	_, cmd = g.wizard.Update(msg)
	if g.page != g.wizard.at {
		g.page = g.wizard.at
		g.memory.Reset(standing)
	}
	return g, g.command(cmd)
}

func (g *guarded) View() (v tea.View) {
	v = tea.NewView("")
	v.AltScreen = true
	if g.fault() != nil {
		return v
	}
	empty := v
	defer g.caught(func() {
		v = empty
		go g.send(tea.QuitMsg{})
	})
	return g.wizard.View()
}

// command guards a command, and those that it brings.
func (g *guarded) command(cmd tea.Cmd) tea.Cmd {
	if cmd == nil {
		return nil
	}
	return func() (msg tea.Msg) {
		defer g.caught(func() { msg = tea.QuitMsg{} })
		msg = cmd()
		// A batch or, of a type that is not exported, a sequence.
		if v := reflect.ValueOf(msg); msg != nil && v.Kind() == reflect.Slice && v.Type().Elem() == reflect.TypeFor[tea.Cmd]() {
			for i := range v.Len() {
				v.Index(i).Set(reflect.ValueOf(g.command(v.Index(i).Interface().(tea.Cmd))))
			}
		}
		return msg
	}
}
