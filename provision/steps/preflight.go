package steps

// Whether this computer can make the machine, as far as it can be seen without
// changing anything.

import (
	"context"
	"fmt"
	"strings"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/provision/code"
	"github.com/clawarium/clawarium/provision/image"
	"github.com/clawarium/clawarium/provision/plan"
	"github.com/clawarium/clawarium/provision/virt"
)

// Condition is one thing that the machine needs of this computer.
type Condition struct {
	Status checks.Status // met, not met or not checked
	What   string
	Hint   string
	Stops  bool // no machine can be made while this is so
}

// Conditions looks at everything. h is what the plan is held against. It changes
// nothing and needs no lock.
func (e *Env) Conditions(ctx context.Context, h plan.Host, say func(string)) ([]Condition, error) {
	say(e.text().Preflight.AskingLibvirt)
	out, conn := e.libvirtConditions(ctx)
	if conn != nil {
		defer conn.Close()
	}
	kvm := e.kvmCondition(ctx, say)
	out = append(out, kvm)
	if conn != nil {
		out = append(out, e.hypervisorConditions(ctx, conn, kvm.Status == checks.Met)...)
	}
	out = append(out, e.roomConditions(h)...)
	out = append(out, e.toolConditions(ctx)...)
	say(e.text().Preflight.LookingForOpenClaw)
	out = append(out, openClawCondition(checks.NotOnTheHost(ctx, e.Plan)))
	return out, ctx.Err()
}

// wrong makes a condition of each error that was joined.
func wrong(err error, stops bool) []Condition {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var out []Condition
		for _, one := range joined.Unwrap() {
			out = append(out, wrong(one, stops)...)
		}
		return out
	}
	return []Condition{{Status: checks.NotMet, What: err.Error(), Hint: strings.Join(text.Hint(err), "\n"), Stops: stops}}
}

func (e *Env) libvirtConditions(ctx context.Context) ([]Condition, *virt.Conn) {
	var uri, why string
	var err error
	if e.choices != nil { // where it is does not change any more
		uri, why = e.choices.URI, e.choices.ConnectionWhy
	} else {
		uri, why, err = virt.Choose(ctx, e.Plan.Connection)
	}
	var conn *virt.Conn
	if err == nil {
		conn, err = virt.Open(ctx, uri)
	}
	if err != nil {
		return wrong(err, true), nil
	}
	v, err := conn.Versions(ctx)
	if err != nil {
		conn.Close()
		return wrong(err, true), nil
	}
	what := fmt.Sprintf(e.text().Preflight.Libvirt, v.Libvirt, v.Hypervisor, uri, why)
	return []Condition{{Status: checks.Met, What: what}}, conn
}

func (e *Env) kvmCondition(ctx context.Context, say func(string)) Condition {
	t := e.text()
	switch {
	case e.Plan.Machine.Acceleration == plan.Emulation:
		return Condition{Status: checks.NotChecked, What: t.Preflight.KVMNotAsked}
	case e.choices != nil:
		return e.accelerated(Probed{e.choices.KVM, e.choices.KVMWhy})
	}
	return e.accelerated(e.probe(ctx, say))
}

func (e *Env) accelerated(p Probed) Condition {
	t := e.text()
	c := Condition{Status: checks.Met, What: p.Why}
	if !p.OK {
		c.Status, c.Hint = checks.NotMet, t.Preflight.KVMHint
		if e.Plan.Machine.Acceleration == plan.KVM {
			c.Stops, c.Hint = true, t.KVMAskedHint
		}
	}
	return c
}

// hypervisorConditions are what libvirt has to say: whether it can run such a
// machine, and whether the names are free.
func (e *Env) hypervisorConditions(ctx context.Context, conn *virt.Conn, kvm bool) []Condition {
	t := e.text().Preflight
	var out []Condition
	if _, err := conn.Supports(ctx, e.arch(), kvm); err != nil {
		out = append(out, wrong(err, true)...)
	}
	if e.choices != nil || len(e.done()) > 0 {
		return append(out, Condition{Status: checks.Met, What: fmt.Sprintf(t.Begun, e.Plan.Name)})
	}
	if err := e.refuseForeign(ctx, conn); err != nil {
		return append(out, wrong(err, true)...)
	}
	return append(out, Condition{Status: checks.Met, What: fmt.Sprintf(t.NameFree, e.Plan.Name)})
}

// roomConditions hold memory and disk against the plan.
func (e *Env) roomConditions(h plan.Host) []Condition {
	t, m := e.text().Preflight, e.Plan.Machine
	var out []Condition
	problems := map[string]*plan.Problem{}
	for _, p := range e.Plan.Problems(h) {
		problems[p.Key] = p
	}
	if p := problems["machine.memory"]; p != nil {
		out = append(out, wrong(p, true)...)
	} else if h.Memory > 0 {
		out = append(out, Condition{Status: checks.Met, What: fmt.Sprintf(t.Memory, m.Memory, size(int64(h.Memory)))})
	} else {
		out = append(out, Condition{Status: checks.NotChecked, What: t.MemoryUnknown})
	}
	free := int64(h.FreeDisk)
	need := e.Estimate().Write
	switch {
	case h.FreeDisk == 0:
		out = append(out, Condition{Status: checks.NotChecked, What: fmt.Sprintf(t.DiskUnknown, h.Path)})
	case free < need:
		out = append(out, Condition{Status: checks.NotMet, Stops: true, Hint: t.DiskHint,
			What: fmt.Sprintf(t.DiskShort, size(free), h.Path, size(need))})
	case need == 0:
		out = append(out, Condition{Status: checks.Met, What: fmt.Sprintf(t.DiskLeft, size(free), h.Path, m.SystemDisk+m.DataDisk)})
	default:
		out = append(out, Condition{Status: checks.Met,
			What: fmt.Sprintf(t.Disk, size(free), h.Path, size(need), m.SystemDisk+m.DataDisk)})
	}
	return out
}

// toolConditions are the programs that put the disks together, where that is
// still to be done.
func (e *Env) toolConditions(ctx context.Context) []Condition {
	t := e.text().Preflight
	var out []Condition
	cachedImage, cachedCode := e.cached()
	if cachedCode == 0 {
		if err := code.Ready(ctx); err != nil {
			out = append(out, wrong(err, true)...)
		}
	}
	if source := e.Plan.Image.Source; cachedImage == 0 && (source == image.Build || source == image.Auto) {
		err := image.Buildable(e.arch())
		switch {
		case err == nil:
		case source == image.Build:
			out = append(out, wrong(err, true)...)
		default: // only the way out: the official image may well come
			out = append(out, Condition{Status: checks.NotChecked, What: fmt.Sprintf(t.NoWayOut, oneLineOf(err)),
				Hint: strings.Join(text.Hint(err), "\n")})
		}
	}
	if len(out) == 0 {
		out = []Condition{{Status: checks.Met, What: t.Tools}}
	}
	return out
}

// oneLineOf makes joined errors fit into a sentence.
func oneLineOf(err error) string { return strings.ReplaceAll(err.Error(), "\n", "; ") }

// openClawCondition is control K2. OpenClaw on this computer keeps no machine
// from being made; it is what the machine is there to avoid.
func openClawCondition(f checks.Finding) Condition {
	what := f.Title
	if len(f.Evidence) > 0 {
		what += ": " + f.Evidence[0]
	}
	c := Condition{Status: f.Status, What: what}
	if f.Status != checks.Met {
		c.Hint = f.Hint
	}
	return c
}

// size is a number of bytes as it is thought of.
func size(bytes int64) string { return fmt.Sprintf("%.1f GiB", float64(bytes)/(1<<30)) }
