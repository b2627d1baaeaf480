package steps

// A change of what gets out, on a machine that may be running: the plan's keys for
// it, what the owner decided about single hosts, and the policy that follows. It is
// a repair of its own kind (provision/repair.go): announced before it acts, gone on
// with after a kill, and taken back when the look behind it is not content.

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/provision"
	"github.com/clawarium/clawarium/provision/plan"
	"github.com/clawarium/clawarium/provision/warden"
)

// IDs of a change's own steps, and the file beside its journal.
const (
	changeWish  = "change-wish"
	changeForce = "change-force"
	changeFile  = "change.json"
)

// Changed is what a change of the way out came to.
type Changed struct {
	Same    bool  // it was so already; nothing was done
	InForce bool  // a running warden has it in force; else it will, from its next start
	Failed  error // why it was taken back
}

// ChangeWayOut puts w in force. Its caller has the machine's lock, has validated
// the plan with it, and has finished an earlier change. An error is of a change that
// was neither made nor taken back.
func (e *Env) ChangeWayOut(ctx context.Context, w WayOut, event func(provision.Event), opts provision.Options) (Changed, error) {
	if same, err := e.wished(w); err != nil || same {
		c := e.changeKept()
		c.Same = true
		return c, err
	}
	data, err := json.MarshalIndent(w, "", "  ")
	if err != nil {
		return Changed{}, err
	}
	ids := []string{changeWish}
	if e.record.Egress != nil { // else there is no policy yet: set-up makes it
		ids = append(ids, stepEgress, changeForce)
	}
	r, err := provision.BeginRepair(e.dir, opts.Version, ids, map[string][]byte{changeFile: append(data, '\n')})
	if err != nil {
		return Changed{}, err
	}
	return e.goOnChange(ctx, r, event, opts)
}

// FinishChange ends a change that an earlier process left: it goes on with it, or on
// with taking it back. nil when there is none; a repair of another kind is not
// touched.
func (e *Env) FinishChange(ctx context.Context, event func(provision.Event), opts provision.Options) (*Changed, error) {
	r, err := provision.PendingRepair(e.dir)
	if err != nil || r == nil || !isChange(r) {
		return nil, err
	}
	c, err := e.goOnChange(ctx, r, event, opts)
	return &c, err
}

func isChange(r *provision.Repair) bool { return slices.Contains(r.Steps, changeWish) }

func (e *Env) goOnChange(ctx context.Context, r *provision.Repair, event func(provision.Event), opts provision.Options) (Changed, error) {
	if r.Phase == provision.RepairKept {
		return e.changeKept(), r.End()
	}
	data, err := r.Read(changeFile)
	if err != nil {
		return Changed{}, err
	}
	var w WayOut
	if err := json.Unmarshal(data, &w); err != nil {
		return Changed{}, err
	}
	steps := []provision.Step{e.changeWish(w)}
	if slices.Contains(r.Steps, stepEgress) {
		steps = append(steps, e.egressStep(), e.changeForce())
	}
	var out Changed
	if r.Phase == provision.RepairForward {
		_, err := r.Do(ctx, steps, event, opts)
		if err == nil {
			if err = e.lookAfter(w); err == nil {
				if err := r.Keep(); err != nil {
					return out, err
				}
				return e.changeKept(), r.End()
			}
		}
		if ctx.Err() != nil {
			return out, err
		}
		out.Failed = err
		if step := (*provision.StepError)(nil); errors.As(err, &step) { // without how to go on: it is taken back
			out.Failed = fault(fmt.Sprintf(text.T().Engine.StepFailed, step.Title, step.Step), "", step.Err)
		}
	}
	opts.UndoCommand = opts.ResumeCommand
	if err := r.Undo(ctx, steps, event, opts); err != nil {
		return out, errors.Join(out.Failed, err)
	}
	if _, running := warden.Running(e.dir); running && len(r.Steps) > 1 {
		_ = e.awaitPolicy(ctx, takesUp) // it takes up what was before by itself
	}
	return out, r.End()
}

func (e *Env) changeKept() Changed {
	why, err := e.wardenLacks()
	return Changed{InForce: err == nil && why == ""}
}

// lookAfter is the look at what a change made.
func (e *Env) lookAfter(w WayOut) error {
	if same, err := e.wished(w); err != nil || !same {
		return errors.Join(err, errNotAsWished)
	}
	if e.record.Egress == nil {
		return nil
	}
	want, _, err := e.egress()
	if err != nil {
		return err
	}
	data, err := os.ReadFile(filepath.Join(e.dir, warden.PolicyFile))
	if err != nil {
		return err
	}
	is, err := warden.ParsePolicy(data)
	if err == nil && is.Hash() != want.Hash() {
		err = errNotAsWished
	}
	if err != nil {
		return err
	}
	s, running, err := warden.ReadStatus(e.dir)
	if err == nil && running && s.Policy != want.Hash() {
		err = fault(text.T().Service.PolicyNotInForce, "", nil)
	}
	return err
}

var errNotAsWished = errors.New("the files are not as they were written")

// wished says whether plan and decisions are w already, on the disk.
func (e *Env) wished(w WayOut) (bool, error) {
	data, err := os.ReadFile(filepath.Join(e.dir, planFile))
	if err != nil {
		return false, err
	}
	stored, err := plan.Parse(data, plan.Plan{})
	if err != nil {
		return false, err
	}
	if len(plan.Diff(stored, w.With(stored))) > 0 {
		return false, nil
	}
	a, err := e.allowances()
	if err != nil {
		return false, err
	}
	is, _ := json.Marshal(a)
	want, _ := json.Marshal(w.allowances())
	return bytes.Equal(is, want), nil
}

// wishBefore is the plan and the decisions as a change found them.
type wishBefore struct {
	Plan  []byte `json:"plan"`
	Allow []byte `json:"allow"` // null when there was no file
}

// changeWish writes down what the owner wants.
func (e *Env) changeWish(w WayOut) provision.Step {
	planPath, allowPath := filepath.Join(e.dir, planFile), filepath.Join(e.dir, allowFile)
	return provision.Step{
		ID: changeWish, Title: text.T().Service.ChangeWish, Deadline: time.Minute,
		Holds: func(context.Context) (bool, error) { return e.wished(w) },
		Before: func(context.Context) (any, error) {
			var b wishBefore
			var err error
			if b.Plan, err = os.ReadFile(planPath); err == nil {
				b.Allow, err = readBefore(allowPath)
			}
			return b, err
		},
		Do: func(context.Context, json.RawMessage, provision.Reporter) error {
			data, err := json.MarshalIndent(w.allowances(), "", "  ")
			if err != nil {
				return err
			}
			if err := writeFile(allowPath, append(data, '\n')); err != nil {
				return err
			}
			old, err := os.ReadFile(planPath)
			if err != nil {
				return err
			}
			stored, _, err := e.plans(old)
			if err != nil {
				return err
			}
			stored = w.With(stored)
			if data, err = stored.YAML(); err != nil {
				return err
			}
			e.Plan = stored
			return writeFile(planPath, data)
		},
		Undo: func(_ context.Context, before json.RawMessage, _ provision.Reporter) error {
			var b wishBefore
			if err := json.Unmarshal(before, &b); err != nil {
				return err
			}
			was, err := plan.Parse(b.Plan, plan.Plan{})
			if err != nil {
				return err
			}
			if err := putBack(allowPath, b.Allow); err != nil {
				return err
			}
			e.Plan = was
			return writeFile(planPath, b.Plan)
		},
	}
}

// changeForce waits until the warden has taken the policy up. One that does not run
// will at its start.
func (e *Env) changeForce() provision.Step {
	return provision.Step{
		ID: changeForce, Title: text.T().Service.ChangeForce, Expect: time.Second, Deadline: 3 * takesUp,
		Holds: func(context.Context) (bool, error) {
			s, running, err := warden.ReadStatus(e.dir)
			if err != nil || !running {
				return err == nil, err
			}
			want, _, err := e.egress()
			return err == nil && s.Policy == want.Hash(), err
		},
		Do: func(ctx context.Context, _ json.RawMessage, _ provision.Reporter) error {
			return e.awaitPolicy(ctx, takesUp)
		},
		Undo: func(context.Context, json.RawMessage, provision.Reporter) error { return nil },
	}
}
