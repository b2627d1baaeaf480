package steps

// The steps of a repair that are about the machine as a whole: that it runs,
// stops and starts, and its plan.

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/provision"
	"github.com/clawarium/clawarium/provision/guest"
	"github.com/clawarium/clawarium/provision/plan"
	"github.com/clawarium/clawarium/provision/virt"
)

// ran is how the machine or the gateway ran when a repair began.
type ran struct {
	Running bool `json:"running"`
	ID      uint `json:"id,omitempty"` // libvirt's number of that run
	Ready   bool `json:"ready"`        // the gateway answered
}

func (e *Env) runs(ctx context.Context) (ran, error) {
	conn, err := e.Conn(ctx)
	if err != nil {
		return ran{}, err
	}
	d, err := conn.Domain(ctx, e.Plan.Name)
	if err != nil || d == nil {
		return ran{}, err
	}
	now := ran{Running: d.State == virt.Running, ID: d.ID}
	if now.Running {
		if session, err := e.Session(ctx); err == nil {
			now.Ready, _ = guest.Ready(ctx, session.Client)
		}
	}
	return now, nil
}

// repairWatch has the guest remember how the gateway runs. It is begun before
// anything is changed there, so it is taken back after all of it.
func (e *Env) repairWatch(r *provision.Repair) provision.Step {
	limit := e.choices.Patience(time.Minute)
	watched := false
	return provision.Step{
		ID: guest.StepWatch, Title: text.T().Harden.Watch, Deadline: limit + e.choices.Patience(guest.GatewayDeadline)/3,
		Holds: func(context.Context) (bool, error) {
			if watched {
				return true, nil
			}
			return r.Done(guest.StepWatch)
		},
		Before: func(ctx context.Context) (any, error) { return e.runs(ctx) },
		Do: func(ctx context.Context, _ json.RawMessage, rep provision.Reporter) error {
			session, err := e.Session(ctx)
			if err != nil {
				return err
			}
			err = session.Repair(ctx, guest.WatchStep(limit), r.ID, rep)
			watched = err == nil
			return err
		},
		Undo: func(ctx context.Context, before json.RawMessage, rep provision.Reporter) error {
			var was ran
			if err := json.Unmarshal(before, &was); err != nil {
				return err
			}
			session, err := e.Session(ctx)
			if err != nil {
				return err
			}
			restarted, err := session.Back(ctx, guest.WatchStep(limit), r.ID)
			if err != nil || !restarted || !was.Ready {
				return err
			}
			return e.gatewayAgain(ctx, rep)
		},
	}
}

// gatewayAgain waits for a gateway that answered before. One that does not come
// back under its earlier settings is said to be so; more cannot be taken back.
func (e *Env) gatewayAgain(ctx context.Context, rep provision.Reporter) error {
	if err := e.waitGateway(ctx, rep); err != nil {
		if ctx.Err() != nil {
			return err
		}
		rep.Note(fmt.Sprintf(text.T().Harden.GatewayNotBack, err))
	}
	return nil
}

// repairStop shuts the machine down, once: a repair that is gone on with after
// its start leaves it running.
func (e *Env) repairStop(r *provision.Repair) provision.Step {
	limit := e.choices.Patience(bootTime + 2*shutdownTime)
	return provision.Step{
		ID: repairStop, Title: text.T().Harden.Stop, Expect: e.choices.Patience(shutdownTime) / 4,
		Deadline: limit + e.choices.Patience(guest.GatewayDeadline)/3,
		Holds: func(ctx context.Context) (bool, error) {
			now, err := e.powered(ctx)
			if err != nil || !now.Running {
				return err == nil, err
			}
			var was ran
			before, err := r.Before(repairStop)
			if err != nil || before == nil {
				return false, err
			}
			err = json.Unmarshal(before, &was)
			return err == nil && was.ID != now.ID, err
		},
		Before: func(ctx context.Context) (any, error) { return e.runs(ctx) },
		Do: func(ctx context.Context, _ json.RawMessage, rep provision.Reporter) error {
			_, err := e.Stop(ctx, rep)
			return err
		},
		Undo: func(ctx context.Context, before json.RawMessage, rep provision.Reporter) error {
			var was ran
			if err := json.Unmarshal(before, &was); err != nil || !was.Running {
				return err
			}
			if err := e.boot(ctx, rep); err != nil || !was.Ready {
				return err
			}
			return e.gatewayAgain(ctx, rep)
		},
	}
}

// powered is runs without a look into the guest.
func (e *Env) powered(ctx context.Context) (ran, error) {
	conn, err := e.Conn(ctx)
	if err != nil {
		return ran{}, err
	}
	d, err := conn.Domain(ctx, e.Plan.Name)
	if err != nil || d == nil {
		return ran{}, err
	}
	return ran{Running: d.State.Active(), ID: d.ID}, nil
}

// repairStart starts the machine again under what was put right.
func (e *Env) repairStart() provision.Step {
	limit := e.choices.Patience(bootTime)
	return provision.Step{
		ID: repairStart, Title: text.T().Harden.Start, Expect: limit / 5, Deadline: limit,
		Holds: func(ctx context.Context) (bool, error) {
			now, err := e.powered(ctx)
			if err != nil || !now.Running {
				return false, err
			}
			_, err = e.Session(ctx)
			return err == nil, ctx.Err()
		},
		Do: func(ctx context.Context, _ json.RawMessage, rep provision.Reporter) error { return e.boot(ctx, rep) },
		Undo: func(ctx context.Context, _ json.RawMessage, rep provision.Reporter) error {
			_, err := e.Stop(ctx, rep)
			if errors.Is(err, virt.ErrNotFound) {
				return nil
			}
			return err
		},
	}
}

// planBefore is the stored plan as a repair found it. A plan holds no secret.
type planBefore struct {
	Plan []byte `json:"plan"`
}

// repairPlan gives the stored plan the keys that it lacks, with their defaults.
func (e *Env) repairPlan() provision.Step {
	path := filepath.Join(e.dir, planFile)
	return provision.Step{
		ID: repairPlan, Title: text.T().Harden.Plan, Deadline: time.Minute,
		Holds: func(context.Context) (bool, error) {
			missing, err := e.missingKeys()
			return err == nil && len(missing) == 0, err
		},
		Before: func(context.Context) (any, error) {
			data, err := os.ReadFile(path)
			return planBefore{data}, err
		},
		Do: func(_ context.Context, before json.RawMessage, _ provision.Reporter) error {
			var b planBefore
			if err := json.Unmarshal(before, &b); err != nil {
				return err
			}
			with, _, err := e.plans(b.Plan)
			if err != nil {
				return err
			}
			data, err := with.YAML()
			if err != nil {
				return err
			}
			e.Plan = with
			return writeFile(path, data)
		},
		Undo: func(_ context.Context, before json.RawMessage, _ provision.Reporter) error {
			var b planBefore
			if err := json.Unmarshal(before, &b); err != nil {
				return err
			}
			was, err := plan.Parse(b.Plan, plan.Plan{})
			if err != nil {
				return err
			}
			e.Plan = was
			return writeFile(path, b.Plan)
		},
	}
}

// forgetRepair deletes what a repair kept in the guest. A machine that cannot be
