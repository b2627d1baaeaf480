package steps

// The steps inside the guest, the model key, and the wait for the gateway.

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"time"

	"github.com/clawarium/clawarium/assets/layout"
	"github.com/clawarium/clawarium/assets/openclaw"
	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/provision"
	"github.com/clawarium/clawarium/provision/guest"
	"github.com/clawarium/clawarium/provision/plan"
)

const (
	stepModelKey = "model-key"
	stepHostKey  = "guest-hostkey"
	stepCA       = "guest-ca"
	stepService  = "guest-service"
	stepGateway  = "guest-gateway"
)

// guestEnsures says which control each guest step is there for.
var guestEnsures = map[string][]checks.ID{
	stepHostKey:         {"K5"},
	"guest-account":     {"K8"},
	"guest-directories": {"K10", "K17", "K18", "K23"},
	"guest-ssh":         {"K5"},
	"guest-code":        {"K11"},
	"guest-config":      {"K3", "K6", "K7", "K20"},
	stepService:         {"K3", "K8", "K10"},
	stepGateway:         {"K3", "K6", "K8", "K10"},
	"guest-proxy":       {"K13", "K23"},
}

// Sandbox is what the service's sandbox depends on.
func (e *Env) Sandbox() guest.SandboxConfig {
	return guest.SandboxConfig{ExtraCA: e.Plan.Network.CA != ""}
}

// guestConfig is OpenClaw's configuration for this plan.
func (e *Env) guestConfig() ([]byte, error) {
	return guest.Config(guest.ConfigChoices{
		Preset: e.Plan.OpenClaw.Preset, Provider: e.Plan.OpenClaw.Provider,
		Port: layout.GatewayPort, Version: e.record.Code.OpenClaw,
	})
}

// settings are what the guest's steps need. They are made when the first of
// them runs, because the code disk's version is not known before.
func (e *Env) settings() (guest.Settings, error) {
	config, err := e.guestConfig()
	if err != nil {
		return guest.Settings{}, err
	}
	s := guest.Settings{Config: config, Stretch: e.choices.Patience(time.Second).Seconds()}
	if e.Plan.Network.CA != "" {
		if s.CA, err = os.ReadFile(e.Plan.Network.CA); err != nil {
			return guest.Settings{}, err
		}
	}
	return s, nil
}

// inGuest returns the guest's steps as they are now.
func (e *Env) inGuest() ([]guest.Step, error) {
	s, err := e.settings()
	if err != nil {
		return nil, err
	}
	return guest.Steps(s)
}

// guestStep finds one of them by its ID.
func (e *Env) guestStep(id string) (guest.Step, error) {
	all, err := e.inGuest()
	if err != nil {
		return guest.Step{}, err
	}
	for _, s := range all {
		if s.ID == id {
			return s, nil
		}
	}
	return guest.Step{}, errors.New("no guest step " + id)
}

// guestSteps turns each of the guest's steps into one of ours.
func (e *Env) guestSteps() []provision.Step {
	known, err := guest.Steps(guest.Settings{Config: []byte("{}"), Stretch: e.choices.Patience(time.Second).Seconds()})
	if err != nil { // without a CA there is nothing that could be wrong
		panic(err)
	}
	var list []provision.Step
	for _, s := range known {
		list = append(list, e.wrap(s.ID, s.Deadline))
		if s.ID == stepService { // before the gateway, whose start takes long, and without waiting
			list = append(list, e.egressStep(), e.wardenStep())
		}
	}
	if e.Plan.OpenClaw.Provider != plan.None {
		list = append(list, e.modelKeyStep())
	}
	return list
}

func (e *Env) wrap(id string, deadline time.Duration) provision.Step {
	return provision.Step{
		ID: id, Title: headed(text.T().Guest.Titles[id]), Within: stepDomain, Ensures: guestEnsures[id],
		// The guest's own deadline is the one that explains itself.
		Deadline: deadline + time.Minute, Expect: e.expect(id),
		Holds: func(ctx context.Context) (bool, error) { return e.holdsInGuest(ctx, id) },
		Do: func(ctx context.Context, _ json.RawMessage, r provision.Reporter) error {
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
			if held, ok := e.checked[stepGateway]; ok && held.OK {
				delete(e.checked, stepGateway) // it may have to start again
			}
			held, err := session.Apply(ctx, step, r)
			if err == nil && id == stepHostKey {
				err = e.forgetOneTimeKey()
			}
			if err != nil {
				return err
			}
			if held != nil && e.checked != nil {
				e.checked[id] = *held
			}
			return e.rememberGuest(step)
		},
		Undo: func(ctx context.Context, _ json.RawMessage, _ provision.Reporter) error {
			session, err := e.Session(ctx)
			if err != nil {
				return err
			}
			step, err := e.guestStep(id)
			if err != nil {
				return err
			}
			e.checked = nil
			return session.Undo(ctx, step)
		},
	}
}

// headed begins a title as the others of the list do.
func headed(title string) string {
	if title != "" && 'a' <= title[0] && title[0] <= 'z' {
		return strings.ToUpper(title[:1]) + title[1:]
	}
	return title
}

// expect is how long a guest step takes, by what was measured.
func (e *Env) expect(id string) time.Duration {
	if id == stepGateway {
		return e.choices.Patience(13 * time.Second)
	}
	return e.choices.Patience(time.Second / 10)
}

// holdsInGuest asks all checks in one round trip and keeps the answers: a look
// at the machine takes seconds under emulation, and nothing changes between.
func (e *Env) holdsInGuest(ctx context.Context, id string) (bool, error) {
	if held, ok := e.checked[id]; ok {
		return e.told(id, held)
	}
	session, err := e.Session(ctx)
	if err != nil {
		return false, err
	}
	steps, err := e.inGuest()
	if err != nil {
		return false, err
	}
	if e.checked == nil && !e.record.HostKeySwitched {
		// The first step is still to be done, and so are all that come after it; but for
		// authorities, of which a plan may have none.
		e.checked = map[string]guest.Held{}
		for _, s := range steps {
			if s.ID != stepCA {
				e.checked[s.ID] = guest.Held{Why: "not done yet"}
			}
		}
	}
	if e.checked == nil {
		e.checked, err = session.Check(ctx, steps)
		return e.checked[id].OK, err
	}
	for _, s := range steps {
		if s.ID != id {
			continue
		}
		one, err := session.Check(ctx, []guest.Step{s})
		if err != nil {
			return false, err
		}
		e.checked[id] = one[id]
		return e.told(id, one[id])
	}
	return false, nil
}

// told is what a check's answer means for the engine.
func (e *Env) told(id string, held guest.Held) (bool, error) {
	if !held.OK && e.applied[id] {
		return false, fault(held.Why, "", nil) // says more than "no effect"
	}
	return held.OK, nil
}

// forgetOneTimeKey deletes the host key of the first session from the host.
func (e *Env) forgetOneTimeKey() error {
	if err := os.Remove(e.oneTimeKey()); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	e.record.HostKeySwitched = true
	return e.saveRecord()
}

// modelKeyStep hands the provider's key to OpenClaw, when one was given. The
// key is in no step's state: whether it is there is OpenClaw's to know.
func (e *Env) modelKeyStep() provision.Step {
	return provision.Step{
		ID: stepModelKey, Title: e.text().ModelKey, Within: stepDomain,
		Deadline: e.choices.Patience(time.Minute), Expect: e.choices.Patience(5 * time.Second),
		Holds: func(context.Context) (bool, error) {
			if len(e.ModelKey) == 0 {
				return true, nil // none was given: it can be added later
			}
			return false, nil
		},
		Do: func(ctx context.Context, _ json.RawMessage, r provision.Reporter) error {
			if len(e.ModelKey) == 0 {
				return nil
			}
			session, err := e.Session(ctx)
			if err != nil {
				return err
			}
			r.Stage(e.text().LoadingKey)
			provider := openclaw.NameOf(e.Plan.OpenClaw.Provider)
			if err := guest.PasteModelKey(ctx, session.Client, e.Sandbox(), provider, e.ModelKey); err != nil {
				return err
			}
			clear(e.ModelKey)
			e.ModelKey = nil
			return nil
		},
		Undo: func(context.Context, json.RawMessage, provision.Reporter) error { return nil },
	}
}

// waitGateway waits until OpenClaw's gateway answers, after a start.
func (e *Env) waitGateway(ctx context.Context, r provision.Reporter) error {
	session, err := e.Session(ctx)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, e.choices.Patience(guest.GatewayDeadline)/3)
	defer cancel()
	return guest.WaitGateway(ctx, session.Client, r)
}
