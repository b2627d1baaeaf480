package steps

// The walls of a machine as its warden watches them, and how they are put back when
// something on this computer took them away.

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/provision"
)

// WallsCommand is what of `clawarium warden` puts them back.
const WallsCommand = "walls"

// putBackLimit is for a process that puts them back. Measured beside an emulated machine:
// 2 to 8 s; another command may have the machine's lock, which is an error at once.
const putBackLimit = 4 * time.Minute

// ownWalls are those of this machine.
type ownWalls struct{ env *Env }

func (w *ownWalls) Gone(ctx context.Context) bool { return w.env.wallsGone(ctx) }

func (e *Env) wallsGone(ctx context.Context) bool {
	knock, err := e.knocker().knock(ctx)
	return err == nil && knock == checks.KnockPassed
}

// PutBack has another process do it, so that the warden, which deals with the guest, needs
// no right to use libvirt, has none of its libraries, and is held up by none of its calls.
func (w *ownWalls) PutBack(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, putBackLimit)
	defer cancel()
	return w.env.Service().Ask(ctx)
}

// PutWallsBack has the rules of the filter put on the card again, as a small repair:
// announced before anything is done, and gone on with after a kill. A filter that is not
// as it was made is left for its owner to decide about. The caller has the machine's lock.
func (e *Env) PutWallsBack(ctx context.Context, h *Hardening) error {
	t := &text.T().Service
	r, err := h.Pending(ctx)
	if err != nil {
		return err
	}
	own := []string{stepFilter}
	switch {
	case r == nil:
		if _, err := e.Conn(ctx); err != nil {
			return err // before anything is announced
		}
		made, err := e.asMade(ctx, stepFilter)
		if err != nil || !made || e.record.Made.Libvirt[stepFilter] == "" {
			return fault(fmt.Sprintf(t.WallsChanged, e.Plan.Name), t.WallsChangedHint, err)
		}
		r, err = provision.BeginRepair(e.dir, e.Version, own, map[string][]byte{
			repairWhy:    fmt.Appendf(nil, `{"force":[%q]}`, stepFilter),
			repairBefore: fmt.Appendf(nil, `{"format":%d}`, checks.Format), // nothing was looked at
		})
		if err != nil {
			return err
		}
	case !slices.Equal(r.Steps, own) || r.Phase != provision.RepairForward:
		return fault(fmt.Sprintf(t.WallsOtherRepair, e.Plan.Name), text.T().Harden.PendingFirstHint, nil)
	}
	steps, err := h.steps(r)
	if err != nil {
		return err
	}
	if _, err := r.Do(ctx, steps, h.Event, h.Options); err != nil {
		return err // it is gone on with at the next attempt
	}
	if err := r.Keep(); err != nil {
		return err
	}
	if err := h.end(ctx, r); err != nil {
		return err
	}
	if e.wallsGone(ctx) {
		return fault(text.T().Warden.WallsStillGone, t.WallsChangedHint, nil)
	}
	return nil
}
