package steps

// The steps of a repair: those of the machine that drifted, made again in their
// order, each keeping first what it finds. Around them what only a repair needs:
// the machine shut down and started where that cannot be helped, and the gateway
// watched so that it can be left running as it ran.

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/provision"
	"github.com/clawarium/clawarium/provision/guest"
	"github.com/clawarium/clawarium/provision/virt"
)

// IDs of a repair's own steps.
const (
	repairPlan  = "repair-plan"
	repairStop  = "repair-stop"
	repairStart = "repair-start"
)

// Files beside a repair's journal.
const (
	repairWhy    = "why.json"
	repairBefore = "before.json" // evidence
)

// repairOrder puts the steps of a repair in their order, and adds what has to go
// with them.
func repairOrder(steps []string, restart bool) []string {
	want := map[string]bool{}
	for _, s := range steps {
		want[s] = true
	}
	if want[repairPlan] { // what the new keys ask for shows only then
		for _, s := range repairable {
			if !slices.Contains(contents, s) {
				want[s] = true
			}
		}
	}
	restart = restart || want[repairStop] || want[repairStart]
	inside := false
	for s := range want {
		inside = inside || inGuest(s)
	}
	if inside || restart {
		want[stepGateway] = true
	}
	want[repairStop], want[repairStart] = restart, restart
	// After a start of the machine there is no run of the gateway to go back to.
	want[guest.StepWatch] = inside && !restart
	order := []string{repairPlan, repairStop}
	for _, s := range repairable {
		if s == stepHostKey {
			order = append(order, repairStart, guest.StepWatch)
		}
		order = append(order, s)
	}
	return slices.DeleteFunc(order, func(s string) bool { return !want[s] })
}

// why is what a repair is for, for whoever goes on with it.
type why struct {
	Force []string `json:"force,omitempty"`
}

// repairSteps makes the steps of a repair.
func (e *Env) repairSteps(r *provision.Repair) ([]provision.Step, error) {
	var w why
	data, err := r.Read(repairWhy)
	if err == nil {
		err = json.Unmarshal(data, &w)
	}
	if err != nil {
		return nil, err
	}
	var known []provision.Step
	var out []provision.Step
	for _, id := range r.Steps {
		if !e.choices.System && (id == stepFilter || id == stepNetwork) {
			continue // a session has neither
		}
		switch id {
		case repairPlan:
			out = append(out, e.repairPlan())
			continue
		case repairStop:
			out = append(out, e.repairStop(r))
			continue
		case repairStart:
			out = append(out, e.repairStart())
			continue
		case guest.StepWatch:
			out = append(out, e.repairWatch(r))
			continue
		}
		if known == nil {
			known = e.Steps()
		}
		at := slices.IndexFunc(known, func(s provision.Step) bool { return s.ID == id })
		if at < 0 || !slices.Contains(repairable, id) {
			t := &text.T().Engine
			return nil, &text.Fault{What: fmt.Sprintf(t.UnknownStep, id), Hint: fmt.Sprintf(t.UnknownHint, r.Version)}
		}
		step := known[at]
		step.Within = "" // it is taken back to what it found, with whatever it is in
		switch {
		case inGuest(id):
			step = e.repairGuest(r, step, slices.Contains(w.Force, id))
		case id == stepFilter, id == stepNetwork, id == stepDomain:
			step = e.repairLibvirt(step)
		case id == stepEgress, id == stepWarden: // these put back what they find
		default:
			// Volumes and caches are what their digests say or nothing that anybody
			// could want back; so is a seed that was taken out.
			step.Before, step.Undo = nil, nil
		}
		if slices.Contains(w.Force, id) {
			step = forced(r, step)
		}
		out = append(out, step)
	}
	return out, nil
}

// forced is a step that is made again once although it holds.
func forced(r *provision.Repair, s provision.Step) provision.Step {
	holds, do, made := s.Holds, s.Do, false
	s.Holds = func(ctx context.Context) (bool, error) {
		if !made {
			if done, err := r.Done(s.ID); err != nil || !done {
				return false, err
			}
		}
		return holds(ctx)
	}
	s.Do = func(ctx context.Context, before json.RawMessage, rep provision.Reporter) error {
		made = true
		return do(ctx, before, rep)
	}
	return s
}

// libvirtBefore is a definition as a repair found it.
type libvirtBefore struct {
	XML     string                  `json:"xml,omitempty"`
	Network *virt.NetworkDefinition `json:"network,omitempty"`
	Made    map[string]string       `json:"made,omitempty"`
}

// repairLibvirt keeps a definition word for word and puts it back so.
func (e *Env) repairLibvirt(s provision.Step) provision.Step {
	id, name := s.ID, e.Plan.Name
	s.Before = func(ctx context.Context) (any, error) {
		b := libvirtBefore{Made: maps.Clone(e.record.Made.Libvirt)}
		conn, err := e.Conn(ctx)
		if err != nil {
			return nil, err
		}
		if id == stepNetwork {
			b.Network, err = conn.NetworkDefinition(ctx, name)
		} else {
			b.XML, err = e.madeNow(ctx, id)
		}
		return b, err
	}
	s.Undo = func(ctx context.Context, before json.RawMessage, _ provision.Reporter) error {
		var b libvirtBefore
		if err := json.Unmarshal(before, &b); err != nil {
			return err
		}
		conn, err := e.Conn(ctx)
		if err != nil {
			return err
		}
		c := e.choices
		switch {
		case id == stepNetwork && b.Network == nil:
			err = conn.DeleteNetwork(ctx, name)
		case id == stepNetwork:
			err = conn.PutBackNetwork(ctx, name, c.NetworkUUID, *b.Network)
		case id == stepFilter && b.XML == "":
			err = conn.DeleteFilter(ctx, name)
		case id == stepFilter:
			err = conn.PutBackFilter(ctx, name, c.FilterUUID, b.XML)
		case b.XML == "":
			err = conn.Undefine(ctx, name)
		default:
			err = conn.PutBackDomain(ctx, name, c.UUID, b.XML)
		}
		if err != nil {
			return err
		}
		e.record.Made.Libvirt = b.Made
		return e.saveRecord()
	}
	return s
}

// repairGuest makes a step in the guest keep what it finds there.
func (e *Env) repairGuest(r *provision.Repair, s provision.Step, force bool) provision.Step {
	id := s.ID
	s.Before = func(context.Context) (any, error) { return e.guestMade(id), nil }
	s.Do = func(ctx context.Context, _ json.RawMessage, rep provision.Reporter) error {
		session, err := e.Session(ctx)
		if err != nil {
			return err
		}
		step, err := e.guestStep(id)
		if err != nil {
			return err
		}
		e.applied[id] = true
		delete(e.checked, id)
		delete(e.checked, stepGateway) // it may have to start again
		if force && id == stepGateway {
			if err := guest.RestartLater(ctx, session.Client); err != nil {
				return err
			}
		}
		err = session.Repair(ctx, step, r.ID, rep)
		if err == nil && id == stepHostKey {
			err = e.forgetOneTimeKey()
		}
		if err != nil {
			return err
		}
		return e.rememberGuest(step)
	}
	s.Undo = func(ctx context.Context, before json.RawMessage, _ provision.Reporter) error {
		var made guestMade
		if err := json.Unmarshal(before, &made); err != nil {
			return err
		}
		session, err := e.Session(ctx)
		if err != nil {
			return err
		}
		step, err := e.guestStep(id)
		if err != nil {
			return err
		}
		e.checked = nil
		if _, err := session.Back(ctx, step, r.ID); err != nil {
			return err
		}
		return e.setGuestMade(id, made)
	}
	return s
}

// reached keeps it until the next repair clears it; it is the guest's own.
func (e *Env) forgetRepair(ctx context.Context, r *provision.Repair) error {
	if !slices.ContainsFunc(r.Steps, inGuest) {
		return nil
	}
	if e.reachGuest(ctx) != nil {
		return ctx.Err()
	}
	session, err := e.Session(ctx)
	if err != nil {
		return err
	}
	return session.ForgetRepair(ctx)
}

// StepTitle is what a step of the machine or of a repair is called.
func (e *Env) StepTitle(id string) string {
	t := &text.T().Harden
	switch id {
	case repairPlan:
		return t.Plan
	case repairStop:
		return t.Stop
	case repairStart:
		return t.Start
	case guest.StepWatch:
		return t.Watch
	}
	for _, s := range e.Steps() {
		if s.ID == id {
			return s.Title
		}
	}
	return id
}

// RestartTime is about how long the machine takes from its shutdown until OpenClaw
// answers again.
func (e *Env) RestartTime() time.Duration {
	return (e.choices.Patience(shutdownTime)/4 + e.choices.Patience(bootTime)/5 + e.choices.Patience(13*time.Second)).Round(time.Second)
}
