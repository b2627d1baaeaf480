package provision

// The errors of a run, and what a person is told to do after each.

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/clawarium/clawarium/assets/text"
)

// StepError says which step did not work. Unwrap leads to the cause and to the
// hints how to go on or back.
type StepError struct {
	Step  string // ID
	Title string
	Undo  bool     // while it was being taken back
	Left  []string // after Undo: IDs of the steps that are still there
	Err   error
	said  string
	hints []error
}

func (e *StepError) Error() string { return e.said + ": " + e.Err.Error() }

// Unwrap returns the cause, then the hints.
func (e *StepError) Unwrap() []error { return append([]error{e.Err}, e.hints...) }

// Stopped says that the context ended, for example by ctrl-c, and where. What
// was made is journaled; the same command goes on.
type Stopped struct {
	Step  string // ID
	Title string
	Undo  bool
	Cause error
	said  string
	hints []error
}

func (e *Stopped) Error() string { return e.said }

// Unwrap returns the hints, then the cause.
func (e *Stopped) Unwrap() []error { return append(e.hints[:len(e.hints):len(e.hints)], e.Cause) }

// marked is a fault that errors.Is also finds by a mark, which is not printed.
type marked struct {
	fault *text.Fault
	mark  error
}

func (e *marked) Error() string   { return e.fault.Error() }
func (e *marked) Unwrap() []error { return []error{e.fault, e.mark} }

// hints are how to go on and how to take everything back, as text.Hint finds them.
func (r *Run) hints(undo bool) []error {
	t := &text.T().Engine
	var out []error
	add := func(format, command string) {
		if command != "" {
			s := fmt.Sprintf(format, command)
			out = append(out, &text.Fault{What: s, Hint: s})
		}
	}
	if undo {
		add(t.GoOn, r.opts.UndoCommand)
		return out
	}
	add(t.GoOn, r.opts.ResumeCommand)
	add(t.TakeBack, r.opts.UndoCommand)
	return out
}

func (r *Run) stepError(s *Step, undo bool, err error, left []string) error {
	t := &text.T().Engine
	said := fmt.Sprintf(t.StepFailed, s.Title, s.ID)
	if undo {
		said = fmt.Sprintf(t.UndoFailed, s.Title, s.ID, joined(left))
	}
	return &StepError{Step: s.ID, Title: s.Title, Undo: undo, Left: left, Err: err, said: said, hints: r.hints(undo)}
}

func (r *Run) stopped(ctx context.Context, s *Step, undo bool, cause error) error {
	t := &text.T().Engine
	said := t.Stopped
	if undo {
		said = t.StoppedUndo
	}
	return &Stopped{
		Step: s.ID, Title: s.Title, Undo: undo, Cause: errors.Join(cause, ctx.Err()),
		said: fmt.Sprintf(said, s.Title, s.ID), hints: r.hints(undo),
	}
}

// failed journals and reports that a step did not work, and makes the error.
func (r *Run) failed(ctx context.Context, s *Step, rep *reporter, undo bool, err error, left ...string) error {
	entry := failData{Error: err.Error(), Undo: undo, Stopped: ctx.Err() != nil}
	var p *panicked
	if errors.As(err, &p) {
		t := &text.T().Engine
		entry.Stack = string(p.stack)
		r.log(s.ID, p.Error()+"\n"+entry.Stack)
		err = &text.Fault{
			What: t.Panicked, Err: err,
			Hint: fmt.Sprintf(t.PanickedHint, filepath.Join(r.dir, JournalFile)),
		}
	}
	// A step that never began changed nothing, and neither should the journal.
	if r.state(s.ID) != nil {
		if note := r.journal.append(EntryFail, s.ID, entry); note != nil {
			err = errors.Join(err, note)
		}
	}
	rep.end(StepFailed, err)
	if ctx.Err() != nil {
		return r.stopped(ctx, s, undo, err)
	}
	return r.stepError(s, undo, err, left)
}

func joined(ids []string) string {
	t := &text.T().Engine
	out := ""
	for i, id := range ids {
		if i > 0 {
			out += t.ListSeparator
		}
		out += id
	}
	return out
}
