package warden

// This file: whether the walls around the machine still stand. They are not the warden's,
// but it is the one process that is always there.

import (
	"context"
	"fmt"
	"time"

	"github.com/clawarium/clawarium/assets/text"
)

// Walls are the machine's filter, which keeps its card from reaching anything. Something
// else on the host may take it away, such as a firewall that is loaded anew.
type Walls interface {
	// Gone says that the filter is not in force. In doubt it is.
	Gone(context.Context) bool
	// PutBack puts it in force again.
	PutBack(context.Context) error
}

// guard looks at the walls now and then. When they are gone it has them put back, and
// says so in the status; when that does not help, it tries again after longer pauses.
func (r *run) guard(ctx context.Context) {
	say := &text.T().Warden
	for pause := r.limits.Walls; ; {
		sleep(ctx, pause)
		if ctx.Err() != nil {
			return
		}
		if !r.w.Walls.Gone(ctx) {
			r.set(func(s *Status) { s.WallsTrouble = "" })
			pause = r.limits.Walls
			continue
		}
		r.set(func(s *Status) { s.WallsTrouble = say.WallsGone })
		err := r.w.Walls.PutBack(ctx)
		if err == nil && r.w.Walls.Gone(ctx) {
			err = &text.Fault{What: say.WallsStillGone}
		}
		if ctx.Err() != nil {
			return
		}
		r.set(func(s *Status) {
			if err == nil {
				s.WallsTrouble, s.WallsBack, s.WallsBackAt = "", s.WallsBack+1, time.Now().UTC().Truncate(time.Second)
			} else {
				s.WallsTrouble = oneLine(fmt.Sprintf(say.WallsLost, err))
			}
		})
		pause = min(2*pause, 30*r.limits.Walls) // whoever takes them away may do so again and again
	}
}
