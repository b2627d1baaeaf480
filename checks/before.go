package checks

// What can be looked at before there is a machine; package preflight asks for it.

import (
	"context"
	"sync"
	"time"

	"github.com/clawarium/clawarium/provision/plan"
)

// InTime runs f for no longer than limit. What f still does after that is its own
// alone.
func InTime(ctx context.Context, limit time.Duration, f func() error) error {
	return inTime(ctx, limit, f)
}

// beforeDeadline is for each of the things below. A home on a file server that is
// away must not hold up the rest.
const beforeDeadline = 2 * time.Second

// Before looks at this computer's own part: OpenClaw outside a machine, weaknesses of
// the processor, and what protects the computer. root and proc are where its file
// systems begin.
func Before(ctx context.Context, root, proc string) (onHost Fact[OnHost], weak Fact[map[string]string], baseline Fact[Baseline]) {
	var all sync.WaitGroup
	all.Go(func() {
		onHost = within(ctx, beforeDeadline, func() (OnHost, error) { return findOnHost(root, proc) })
	})
	all.Go(func() {
		weak = within(ctx, beforeDeadline, func() (map[string]string, error) { return readVulnerabilities(root) })
	})
	all.Go(func() {
		baseline = within(ctx, beforeDeadline, func() (Baseline, error) { return readBaseline(ctx, Sources{Root: root, Proc: proc}) })
	})
	all.Wait()
	return onHost, weak, baseline
}

// JudgeBefore returns the findings of K2 and K24 on them.
func JudgeBefore(p plan.Plan, onHost Fact[OnHost], weak Fact[map[string]string], baseline Fact[Baseline]) (k2, k24 Finding) {
	e := Evidence{Format: Format}
	e.Host.OpenClaw, e.Host.CPU, e.Host.Baseline = onHost, weak, baseline
	for _, f := range Judge(p, e) {
		switch f.Control {
		case "K2":
			k2 = f
		case "K24":
			k24 = f
		}
	}
	return k2, k24
}
