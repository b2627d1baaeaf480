package steps

// The warden's process: kept running on the host for as long as the machine shall
// reach anything, and asked how it stands.

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/provision"
	"github.com/clawarium/clawarium/provision/guest"
	"github.com/clawarium/clawarium/provision/host"
	"github.com/clawarium/clawarium/provision/warden"
)

// takesUp is how long a warden has to take up a policy that was written: it looks
// every second.
var takesUp = 10 * time.Second

// Service is what keeps the warden running.
func (e *Env) Service() host.Service {
	s := host.Service{
		Machine: e.Plan.Name, Dir: e.dir, Lock: warden.LockFile,
		Args: []string{"warden", "run", "--name", e.Plan.Name},
	}
	if e.choices.System {
		s.Wish = []string{"warden", WallsCommand, "--name", e.Plan.Name}
	}
	return s
}

// Warden is this machine's, to be run. It needs nothing of libvirt.
func (e *Env) Warden() *warden.Warden {
	var walls warden.Walls
	if e.choices.System {
		walls = &ownWalls{e}
	}
	return &warden.Warden{
		Walls: walls, Dir: e.dir, Machine: e.Plan.Name, Version: e.Version, World: outside(),
		Connect: func(ctx context.Context) (warden.Channel, error) {
			target, err := e.target() // anew each time: the guest's host key changes once
			if err != nil {
				return nil, err
			}
			client, err := guest.Dial(ctx, target)
			if err != nil {
				return nil, err
			}
			return client, nil
		},
	}
}

// wardenBefore is how it ran before.
type wardenBefore struct {
	Ran     bool     `json:"ran"`
	Missing []string `json:"missing,omitempty"` // directories for units that were not there, outermost first
}

func (e *Env) wardenStep() provision.Step {
	return provision.Step{
		ID: stepWarden, Title: text.T().Service.Warden, Ensures: []checks.ID{"K13", "K18", "K26"},
		Expect: time.Second, Deadline: 2 * time.Minute,
		Holds: func(context.Context) (bool, error) {
			why, err := e.wardenLacks()
			if err != nil || why != "" {
				return false, err
			}
			s, _, err := warden.ReadStatus(e.dir)
			return err == nil && s.Version == e.Version, err // an older one may have faults that this one has not
		},
		Before: func(context.Context) (any, error) {
			b := wardenBefore{}
			_, b.Ran = warden.Running(e.dir)
			for _, dir := range host.UnitDirs() {
				if _, err := os.Lstat(dir); errors.Is(err, fs.ErrNotExist) {
					b.Missing = append(b.Missing, dir)
				}
			}
			return b, nil
		},
		Do: func(ctx context.Context, _ json.RawMessage, r provision.Reporter) error {
			err := e.StartWarden(ctx, r)
			if err == nil && e.Service().Kept() == host.KeptBySystemd && !host.Lingers() {
				r.Note(text.T().Service.LingerHint)
			}
			return err
		},
		Undo: func(ctx context.Context, before json.RawMessage, r provision.Reporter) error {
			var b wardenBefore
			if err := json.Unmarshal(before, &b); err != nil {
				return err
			}
			if b.Ran {
				return e.Service().Start(ctx)
			}
			if err := e.Service().Remove(ctx); err != nil {
				return err
			}
			for _, dir := range slices.Backward(b.Missing) {
				_ = os.Remove(dir) // refuses one that holds something by now
			}
			return nil
		},
	}
}

// wardenLacks says what is missing of a warden that runs with this machine's policy
// in force; "" when nothing is.
func (e *Env) wardenLacks() (string, error) {
	t := &text.T().Service
	s, running, err := warden.ReadStatus(e.dir)
	if err != nil {
		return "", err
	}
	want, _, err := e.egress()
	switch {
	case err != nil:
		return "", err
	case !running:
		return t.Off, nil
	case s.Policy != want.Hash():
		return t.PolicyNotInForce, nil
	}
	return "", nil
}

// StartWarden starts it, or another in the place of one of another version, and
// waits until its policy is in force. It does not wait for its way into the guest:
// that comes by itself.
func (e *Env) StartWarden(ctx context.Context, r provision.Reporter) error {
	r.Stage(text.T().Service.Starting)
	service := e.Service()
	s, running, err := warden.ReadStatus(e.dir)
	if err != nil {
		return err
	}
	if running && s.Version != e.Version {
		if err := service.Stop(ctx); err != nil {
			return err
		}
	}
	if err := service.Start(ctx); err != nil {
		return err
	}
	return e.awaitPolicy(ctx, 2*takesUp)
}

// openWay starts the warden of a machine that has a policy for it; one that is not
// made so far has no way out yet.
func (e *Env) openWay(ctx context.Context, r provision.Reporter) error {
	if e.record.Egress == nil {
		return nil
	}
	return e.StartWarden(ctx, r)
}

// awaitPolicy waits until the warden that runs has this machine's policy in force.
func (e *Env) awaitPolicy(ctx context.Context, limit time.Duration) error {
	for end := time.Now().Add(limit); ; {
		why, err := e.wardenLacks()
		if why == "" {
			return err
		}
		if time.Now().After(end) {
			t := &text.T().Service
			var cause error
			if s, _, err := warden.ReadStatus(e.dir); err == nil && s.PolicyTrouble != "" {
				cause = errors.New(s.PolicyTrouble)
			}
			return fault(why, fmt.Sprintf(t.StatusHint, filepath.Join(e.dir, warden.StatusFile)), cause)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// StopWarden stops it: nothing gets out any more. A machine of an earlier clawarium
// has none, which is no error.
func (e *Env) StopWarden(ctx context.Context, r provision.Reporter) error {
	r.Stage(text.T().Service.Stopping)
	return e.Service().Stop(ctx)
}

// Way is how the machine's way out stands.
type Way struct {
	Running   bool      `json:"running"` // there is a warden
	Kept      host.Kept `json:"kept,omitempty"`
	Connected bool      `json:"connected"`
	Since     time.Time `json:"since,omitzero"` // connected, or else running
	Level     string    `json:"level"`
	InForce   bool      `json:"inForce"`            // the policy is the one that the plan asks for
	Unwalled  bool      `json:"unwalled,omitempty"` // the filter of the machine's card is not in force
	Trouble   string    `json:"trouble,omitempty"`
	Blocked   int       `json:"blocked"` // different names that were refused
}

// Way reads it from the machine's files; no connection is opened.
func (e *Env) Way() (Way, error) {
	s, running, err := warden.ReadStatus(e.dir)
	if err != nil {
		return Way{}, err
	}
	w := Way{Running: running, Level: e.Plan.Network.Level}
	if blocked, err := e.blocked(); err == nil {
		w.Blocked = len(blocked)
	}
	if !running {
		return w, nil
	}
	why, err := e.wardenLacks()
	w.Kept, w.Connected, w.Since, w.Level = e.Service().Kept(), s.Connected, s.Since, s.Level
	if s.Connected {
		w.Since = s.ConnectedSince
	}
	w.InForce, w.Unwalled = err == nil && why == "", s.WallsTrouble != ""
	for _, trouble := range []string{s.WallsTrouble, s.PolicyTrouble, s.Trouble} {
		if w.Trouble == "" {
			w.Trouble = trouble
		}
	}
	return w, nil
}

// Text says it in a line.
func (w Way) Text() string {
	t := &text.T().Service
	switch {
	case !w.Running:
		return t.WayOff
	case w.Unwalled:
		return t.WayUnwalled
	case w.Level == warden.LevelOffline:
		return t.WayOffline
	case !w.InForce:
		return t.WayNotInForce
	case !w.Connected:
		return t.WayWaits
	}
	return fmt.Sprintf(t.WayOpen, w.Level, w.Blocked)
}
