package provision

// Running steps so that a process which is killed at any instant can be followed
// by another: each change is announced in the journal before it is made, and
// called done only after the step's own look at the machine says so.

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"sync"
	"time"

	"github.com/clawarium/clawarium/assets/text"
)

// Options are what a Run needs to know besides its steps.
type Options struct {
	// Version of clawarium, for the journal.
	Version string
	// ResumeCommand and UndoCommand are what a person pastes after a stop.
	ResumeCommand, UndoCommand string
	// Log gets the lines that steps report, and the stack after a panic, with
	// the time and the step's ID. May be nil.
	Log io.Writer
}

// Run takes one machine through its steps, or back. A Run is used by one
// goroutine; several Runs may follow one another on the same directory.
type Run struct {
	dir   string
	steps []Step
	opts  Options

	sinkMu sync.Mutex
	sink   func(Event)

	journal *journal
	// hook is called at each point where being killed matters; nil but in tests.
	hook func(point string)
}

// New prepares a run over steps for the machine whose directory is dir. It
// reads and changes nothing. sink gets every event, one at a time; it may be
// nil. Whoever holds the machine's lock already (Acquire) keeps it; else Do and
// Undo take it for as long as they run.
func New(dir string, steps []Step, sink func(Event), opts Options) *Run {
	if sink == nil {
		sink = func(Event) {}
	}
	return &Run{dir: dir, steps: steps, sink: sink, opts: opts, hook: killpoint()}
}

// Result says what Do came to.
type Result struct {
	Held    int // steps that were as wanted already
	Made    int // steps that were made, or made again
	Elapsed time.Duration
}

// Changed is false when everything was as wanted already.
func (r Result) Changed() bool { return r.Made > 0 }

// Before returns what the journal in dir has as the state before the step was
// first begun; nil when the step is not begun.
func Before(dir, step string) (json.RawMessage, error) {
	entries, _, err := readJournal(dir)
	if err != nil {
		return nil, err
	}
	states, _, _ := fold(entries)
	for _, s := range states {
		if s.ID == step {
			return s.before, nil
		}
	}
	return nil, nil
}

// Do makes what is missing, in order. It stops at the first step that does not
// work (*StepError) or when ctx ends (*Stopped); both can be resumed by another
// Do over the same directory.
func (r *Run) Do(ctx context.Context) (result Result, err error) {
	start := time.Now()
	defer func() { result.Elapsed = time.Since(start) }()
	if err := r.checkSteps(); err != nil {
		return result, err
	}
	release, err := r.open("setup")
	if err != nil {
		return result, err
	}
	defer release()
	for i := range r.steps {
		if err := ctx.Err(); err != nil {
			return result, r.stopped(ctx, &r.steps[i], false, context.Cause(ctx))
		}
		made, err := r.doStep(ctx, &r.steps[i], i+1)
		if err != nil {
			return result, err
		}
		if made {
			result.Made++
		} else {
			result.Held++
		}
	}
	return result, nil
}

// open takes the lock unless this process has it, and reads the journal.
func (r *Run) open(command string) (release func(), err error) {
	unlock := func() {}
	if !holdsLock(r.dir) {
		l, err := Acquire(r.dir, command)
		if err != nil {
			return nil, err
		}
		unlock = func() { l.Release() }
	}
	j, err := openJournal(r.dir, r.opts.Version)
	if err != nil {
		unlock()
		return nil, err
	}
	r.journal = j
	return func() { j.close(); unlock() }, nil
}

func (r *Run) state(id string) *StepState {
	states, _, _ := fold(r.journal.entries)
	for _, s := range states {
		if s.ID == id {
			return s
		}
	}
	return nil
}

// doStep reports whether the step had to be made.
func (r *Run) doStep(ctx context.Context, s *Step, index int) (made bool, err error) {
	rep := r.reporter(s, index, len(r.steps))
	state := r.state(s.ID)
	kind, stage := StepBegan, ""
	switch {
	case state != nil && !state.Done:
		kind = StepResumed
	default:
		holds, err := r.holds(ctx, s)
		if err != nil {
			return false, r.failed(ctx, s, rep, false, err)
		}
		if holds {
			rep.end(StepHeld, nil)
			return false, nil
		}
		if state != nil {
			stage = text.T().Engine.DriftedStage
			if err := r.journal.append(EntryNote, s.ID, map[string]bool{"drift": true}); err != nil {
				rep.end(StepFailed, err)
				return false, r.stepError(s, false, err, nil)
			}
		}
	}

	var before json.RawMessage
	var begin any
	if state != nil {
		before = state.before // the first one: Undo goes back to where all began
	} else if before, err = r.before(ctx, s); err != nil {
		return false, r.failed(ctx, s, rep, false, err)
	} else {
		begin = beginData{Before: before}
	}
	if err := r.journal.append(EntryBegin, s.ID, begin); err != nil {
		rep.end(StepFailed, err)
		return false, r.stepError(s, false, err, nil)
	}
	r.at("begin", s.ID)
	rep.begin(kind, stage)

	if err := r.change(ctx, s, before, rep); err != nil {
		return false, r.failed(ctx, s, rep, false, err)
	}
	if err := r.journal.append(EntryDone, s.ID, nil); err != nil {
		rep.end(StepFailed, err)
		return false, r.stepError(s, false, err, nil)
	}
	r.at("done", s.ID)
	rep.end(StepDone, nil)
	return true, nil
}

// change is Do and Holds, under the step's deadline.
func (r *Run) change(ctx context.Context, s *Step, before json.RawMessage, rep Reporter) error {
	return limited(ctx, s.Deadline, func(ctx context.Context) error {
		if err := guarded(func() error { return s.Do(ctx, before, rep) }); err != nil {
			return err
		}
		var holds bool
		err := guarded(func() (err error) { holds, err = s.Holds(ctx); return err })
		if err == nil && !holds {
			t := &text.T().Engine
			err = &marked{&text.Fault{What: t.NoEffect, Hint: t.NoEffectHint}, ErrNoEffect}
		}
		return err
	})
}

// ErrNoEffect is in the tree of the error of a step whose Do returned nil but
// whose Holds said no afterwards.
var ErrNoEffect = errors.New("no effect")

func (r *Run) holds(ctx context.Context, s *Step) (holds bool, err error) {
	err = limited(ctx, s.Deadline, func(ctx context.Context) error {
		return guarded(func() (err error) { holds, err = s.Holds(ctx); return err })
	})
	return holds, err
}

func (r *Run) before(ctx context.Context, s *Step) (json.RawMessage, error) {
	if s.Before == nil {
		return nil, nil
	}
	var value any
	err := limited(ctx, s.Deadline, func(ctx context.Context) error {
		return guarded(func() (err error) { value, err = s.Before(ctx); return err })
	})
	if err != nil {
		return nil, err
	}
	raw, err := json.Marshal(value)
	if err != nil {
		return nil, &text.Fault{What: text.T().Engine.BeforeNotJSON, Err: err}
	}
	return raw, nil
}

// limited runs f under a deadline of its own; 0 means none. The error of an
// exceeded deadline says so and is a context.DeadlineExceeded.
func limited(ctx context.Context, limit time.Duration, f func(context.Context) error) error {
	if limit <= 0 {
		return f(ctx)
	}
	t := &text.T().Engine
	late := &marked{&text.Fault{What: fmt.Sprintf(t.TooLong, text.Duration(limit)), Hint: t.TooLongHint}, context.DeadlineExceeded}
	inner, cancel := context.WithTimeoutCause(ctx, limit, late)
	defer cancel()
	err := f(inner)
	if err == nil || ctx.Err() != nil || context.Cause(inner) != error(late) || errors.Is(err, late) {
		return err
	}
	late.fault.Err = err // what it was doing when its time was up
	return late
}

// panicked is the error of a step that panicked.
type panicked struct {
	value any
	stack []byte
}

func (p *panicked) Error() string { return fmt.Sprint(p.value) }

func guarded(f func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &panicked{v, debug.Stack()}
		}
	}()
	return f()
}

// at marks a point where being killed matters.
func (r *Run) at(point, step string) {
	if r.hook != nil {
		r.hook(point + ":" + step)
	}
}

func (r *Run) send(e Event) {
	r.sinkMu.Lock()
	defer r.sinkMu.Unlock()
	r.sink(e)
}

func (r *Run) log(step, line string) {
	if r.opts.Log == nil {
		return
	}
	r.sinkMu.Lock()
	defer r.sinkMu.Unlock()
	fmt.Fprintf(r.opts.Log, "%s %s: %s\n", time.Now().UTC().Format(time.RFC3339), step, line)
}

// checkSteps refuses a list that cannot be journaled.
func (r *Run) checkSteps() error {
	seen := map[string]bool{}
	var errs []error
	bad := func(format string, args ...any) {
		errs = append(errs, &text.Fault{What: fmt.Sprintf(format, args...), Hint: text.T().Engine.BadStepsHint})
	}
	for i, s := range r.steps {
		switch {
		case s.ID == "":
			bad("step number %d has no ID", i+1)
		case seen[s.ID]:
			bad("two steps have the ID %q", s.ID)
		case s.Holds == nil || s.Do == nil:
			bad("step %q lacks Holds or Do", s.ID)
		case s.Within != "" && !seen[s.Within]:
			bad("step %q is within %q, which is no earlier step", s.ID, s.Within)
		}
		seen[s.ID] = true
	}
	return errors.Join(errs...)
}
