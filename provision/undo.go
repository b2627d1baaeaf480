package provision

// Taking steps back, last begun first, to the state before each was first begun.

import (
	"context"
	"errors"
	"fmt"

	"github.com/clawarium/clawarium/assets/text"
)

// Undo takes back every step that was begun, whether or not it was done, and
// closes the journal. After it the machine's directory may be removed. It stops
// at the first step that cannot be taken back (*StepError, with what is left) or
// when ctx ends (*Stopped); calling it again goes on. Nothing begun is no error.
func (r *Run) Undo(ctx context.Context) error { return r.undo(ctx, "") }

// UndoTo takes back every step that was begun after the named one, so that the
// named step is the last that stays.
func (r *Run) UndoTo(ctx context.Context, step string) error { return r.undo(ctx, step) }

func (r *Run) undo(ctx context.Context, to string) error {
	if err := r.checkSteps(); err != nil {
		return err
	}
	release, err := r.open("undo")
	if err != nil {
		return err
	}
	defer release()

	states, version, closed := fold(r.journal.entries)
	if to != "" {
		if states, err = after(states, to); err != nil {
			return err
		}
	}
	todo, err := r.undoOrder(states, version)
	if err != nil {
		return err
	}
	for i, u := range todo {
		var left []string
		for _, v := range todo[i:] {
			left = append(append(left, v.step.ID), v.with...)
		}
		if ctx.Err() != nil {
			return r.stopped(ctx, u.step, true, context.Cause(ctx))
		}
		if err := r.undoStep(ctx, u, i+1, len(todo), left); err != nil {
			return err
		}
	}
	if to != "" || closed || len(r.journal.entries) == 0 {
		return nil
	}
	return r.journal.append(EntryClose, "", nil)
}

// undoing is one Undo to call, and the steps that go with it.
type undoing struct {
	step  *Step
	state *StepState
	with  []string // IDs, taken back by the same Undo
}

// undoOrder is what Undo is called for, in order. A step within another that is
// taken back as well goes with the outermost such step. It is journaled with
// that step, in the same line: marked earlier, a crash between the two would
// lose what it needs; marked later, it would outlive the machine that it was in.
func (r *Run) undoOrder(states []*StepState, version string) ([]undoing, error) {
	t := &text.T().Engine
	inPass := map[string]bool{}
	for _, st := range states {
		inPass[st.ID] = true
	}
	known := map[string]*Step{}
	for i := range r.steps {
		known[r.steps[i].ID] = &r.steps[i]
	}
	var errs []error
	var todo []undoing
	at := map[string]int{} // index in todo
	with := map[string][]string{}
	for i := len(states) - 1; i >= 0; i-- {
		st := states[i]
		s := known[st.ID]
		if s == nil {
			v := st.Version
			if v == "" {
				v = version
			}
			errs = append(errs, &text.Fault{What: fmt.Sprintf(t.UnknownStep, st.ID), Hint: fmt.Sprintf(t.UnknownHint, v)})
			continue
		}
		outer := s
		for outer.Within != "" && inPass[outer.Within] && known[outer.Within] != nil {
			outer = known[outer.Within]
		}
		if outer != s {
			with[outer.ID] = append(with[outer.ID], s.ID)
			continue
		}
		at[s.ID] = len(todo)
		todo = append(todo, undoing{step: s, state: st})
	}
	for id, ids := range with {
		if i, ok := at[id]; ok {
			todo[i].with = ids
		}
	}
	return todo, errors.Join(errs...)
}

func (r *Run) undoStep(ctx context.Context, u undoing, index, count int, left []string) error {
	rep := r.reporter(u.step, index, count)
	if err := r.journal.append(EntryUndo, u.step.ID, nil); err != nil {
		return r.stepError(u.step, true, err, left)
	}
	r.at("undo", u.step.ID)
	rep.begin(StepUndoing, "")
	if u.step.Undo != nil {
		err := limited(ctx, u.step.Deadline, func(ctx context.Context) error {
			return guarded(func() error { return u.step.Undo(ctx, u.state.before, rep) })
		})
		if err != nil {
			return r.failed(ctx, u.step, rep, true, err, left...)
		}
	}
	var data any
	if len(u.with) > 0 {
		data = undoneData{With: u.with}
	}
	if err := r.journal.append(EntryUndone, u.step.ID, data); err != nil {
		rep.end(StepFailed, err)
		return r.stepError(u.step, true, err, left)
	}
	r.at("undone", u.step.ID)
	rep.end(StepUndone, nil)
	return nil
}

// after returns the states that were begun after the named step.
func after(states []*StepState, id string) ([]*StepState, error) {
	var ids []string
	for i, s := range states {
		if s.ID == id {
			return states[i+1:], nil
		}
		ids = append(ids, s.ID)
	}
	t := &text.T().Engine
	hint := t.NothingBegun
	if len(ids) > 0 {
		hint = fmt.Sprintf(t.NotBegunHint, joined(ids))
	}
	return nil, &text.Fault{What: fmt.Sprintf(t.NotBegun, id), Hint: hint}
}
