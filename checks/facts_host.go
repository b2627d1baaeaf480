package checks

import (
	"context"
	"time"
)

// HostMore is what the host says beyond its part in the machine itself: what
// else of OpenClaw is on it, its packet filter, its own protection, and records
// of stops and backups.
type HostMore struct {
	OpenClaw Fact[OnHost]            `json:"openClaw"` // OpenClaw outside the machine
	Logins   Fact[Logins]            `json:"logins"`   // keys that let somebody in here
	Rules    Rules                   `json:"rules"`    // packet rules; system mode
	Bridge   Fact[Bridge]            `json:"bridge"`   // of the machine's network; system mode
	Sockets  Fact[Sockets]           `json:"sockets"`  // open ports that lead to the machine
	Stops    Fact[Stops]             `json:"stops"`
	Backups  Fact[Backups]           `json:"backups"`
	CPU      Fact[map[string]string] `json:"cpu"`      // weaknesses by the kernel's names, and what it says of each
	Baseline Fact[Baseline]          `json:"baseline"` // the rest of this computer's protection
	Left     Fact[Left]              `json:"left"`     // only after the machine was destroyed
}

// SubjectHost is what was decided about the machine's place on the host.
type SubjectHost struct {
	MAC    string `json:"mac,omitempty"`    // of the guest's card
	Prefix int    `json:"prefix,omitempty"` // length, of the isolated network; system mode
}

var hostControls = []judged{
	{"K2", notOnTheHost},
	{"K4", noMapping},
	{"K9", noWayBack},
	{"K12", noScreen},
	{"K13", egress},
	{"K21", stop},
	{"K22", backup},
	{"K24", hostBaseline},
	{"K25", decommission},
}

// hostDeadline is for each thing that is looked at on the host. A home on a file
// server that is away must not hold up the rest.
const hostDeadline = 20 * time.Second

// collectHost looks at the host's part, each thing by itself.
func collectHost(ctx context.Context, s Subject, from Sources, g *gathering, h *HostMore) {
	onHost(ctx, g, ofOpenClaw, &h.OpenClaw, func() (OnHost, error) { return findOnHost(from.Root, from.Proc) })
	onHost(ctx, g, ofLogins, &h.Logins, func() (Logins, error) { return findLogins(from.Root) })
	onHost(ctx, g, ofSockets, &h.Sockets, func() (Sockets, error) { return findSockets(from.Proc, s) })
	onHost(ctx, g, ofStops, &h.Stops, func() (Stops, error) { return readStops(from.Dir) })
	watch(g, ofBackups, &h.Backups, func() Fact[Backups] {
		return within(ctx, digestDeadline, func() (Backups, error) { return readBackups(ctx, from.Dir) })
	})
	onHost(ctx, g, ofCPU, &h.CPU, func() (map[string]string, error) { return readVulnerabilities(from.Root) })
	onHost(ctx, g, ofBaseline, &h.Baseline, func() (Baseline, error) { return readBaseline(ctx, from) })
	if !s.System {
		return
	}
	g.look(ofBridge, func() func() {
		bridge := within(ctx, hostDeadline, func() (Bridge, error) { return readBridge(from, s) })
		knocked := make(chan Knock, 1)
		go func() {
			knock := KnockUnclear
			if from.Knock != nil {
				knock, _ = from.Knock(ctx) // not clear is all that an error would say
			}
			knocked <- knock
		}()
		// What is kept of the rules depends on the taps that are on the bridge.
		rules := CollectRules(ctx, s, from.Packets, bridge.Value.Ports)
		select {
		case bridge.Value.Knock = <-knocked:
		case <-ctx.Done():
		}
		return func() { h.Bridge, h.Rules = bridge, rules }
	})
}

// onHost has something looked at within the deadline of the host's things.
func onHost[T any](ctx context.Context, g *gathering, of part, into *Fact[T], ask func() (T, error)) {
	watch(g, of, into, func() Fact[T] { return within(ctx, hostDeadline, ask) })
}
