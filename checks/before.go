package checks

// What can be looked at before there is a machine.

import (
	"context"
	"time"

	"github.com/clawarium/clawarium/provision/plan"
)

// NotOnTheHost looks whether OpenClaw is on this computer itself and returns the
// finding of K2.
func NotOnTheHost(ctx context.Context, p plan.Plan) Finding {
	e := Evidence{Format: Format, Collected: time.Now().UTC().Truncate(time.Second)}
	from := Sources{}.complete()
	e.Host.OpenClaw = within(ctx, hostDeadline, func() (OnHost, error) { return findOnHost(from.Root, from.Proc) })
	for _, f := range Judge(p, e) {
		if f.Control == "K2" {
			return f
		}
	}
	return Finding{Control: "K2", Status: NotChecked}
}
