package steps

// The domain itself: defined, booted for the first time, freed of its seed;
// and started and stopped later.

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"github.com/clawarium/clawarium/assets/layout"
	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/provision"
	"github.com/clawarium/clawarium/provision/guest"
	"github.com/clawarium/clawarium/provision/virt"
)

const consoleFile = "console.log"

// Times on a machine with KVM; Patience stretches them.
const (
	bootTime     = 40 * time.Second
	shutdownTime = 20 * time.Second
)

// Spec is the domain as it should be now: with the seed until the guest has
// read it.
func (e *Env) Spec() virt.Spec {
	c, p := e.choices, e.Plan
	path := func(volume string) string { return filepath.Join(c.PoolPath, volume) }
	s := virt.Spec{
		Machine: p.Name, UUID: c.UUID, Version: e.Version, Plan: p.MadeHash(), Arch: c.Arch,
		System: c.System, KVM: c.KVM, SlowClock: c.SlowClock,
		CPUs: p.Machine.CPUs, Memory: int64(p.Machine.Memory), MAC: c.MAC,
		SystemDisk: path(layout.SystemDisk(p.Name)), DataDisk: path(layout.DataDisk(p.Name)),
		CodeDisk: path(layout.CodeVolume(e.record.Code.SHA256)), ConsoleLog: e.consoleLog(),
	}
	if c.System {
		s.Network, s.Filter = layout.Network(p.Name), layout.Filter(p.Name)
		s.GuestIP, s.HostIP = c.GuestIP, c.HostIP
	} else {
		s.SSHPort = c.SSHPort
	}
	if !e.record.FirstBoot {
		s.Seed = path(layout.Seed(p.Name))
	}
	return s
}

// consoleLog is where libvirt's log daemon records the machine's serial console:
// for the system's libvirt among its own logs, where every host's rules let it
// write; in a session beside the machine's other files.
func (e *Env) consoleLog() string {
	if e.choices.System {
		return filepath.Join(virt.SystemLogs, layout.ConsoleLog(e.Plan.Name))
	}
	return filepath.Join(e.dir, layout.ConsoleLog(e.Plan.Name))
}

// forgetConsole removes that record and the older ones beside it. Those of the
// system's libvirt belong to root; for another account they stay, as libvirt's
// own log of the machine does.
func (e *Env) forgetConsole() {
	for _, older := range []string{"", ".0", ".1", ".2"} {
		_ = os.Remove(e.consoleLog() + older)
	}
}

func (e *Env) domainStep() provision.Step {
	name := e.Plan.Name
	return provision.Step{
		ID: stepDomain, Title: e.text().Domain, Ensures: []checks.ID{"K1", "K4", "K11", "K12", "K13", "K18", "K21"}, Deadline: 2 * time.Minute,
		Holds: func(ctx context.Context) (bool, error) {
			conn, err := e.Conn(ctx)
			if err != nil {
				return false, err
			}
			d, err := conn.Domain(ctx, name)
			if err != nil || d == nil || !d.Ours || d.UUID != e.choices.UUID || d.Tag.Plan != e.Plan.MadeHash() {
				return false, err
			}
			next, err := conn.XML(ctx, name, true)
			if err != nil || virt.ConsoleLogOf(next) != e.consoleLog() {
				return false, err
			}
			return e.asMade(ctx, stepDomain)
		},
		Do: func(ctx context.Context, _ json.RawMessage, _ provision.Reporter) error {
			conn, err := e.Conn(ctx)
			if err != nil {
				return err
			}
			if err := conn.Define(ctx, e.Spec()); err != nil {
				return err
			}
			return e.rememberMade(ctx, stepDomain)
		},
		Undo: func(ctx context.Context, _ json.RawMessage, r provision.Reporter) error {
			e.hangUp()
			conn, err := e.Conn(ctx)
			if err != nil {
				return err
			}
			d, err := conn.Domain(ctx, name)
			if err != nil || d == nil || !d.Ours || d.UUID != e.choices.UUID {
				return err
			}
			if d.State.Active() {
				if e.KeepData { // what the agent wrote last must reach its disk
					r.Stage(e.text().ShuttingDown)
					err = conn.Shutdown(ctx, name, e.choices.Patience(shutdownTime), true)
				} else {
					err = conn.Destroy(ctx, name)
				}
				if err != nil {
					return err
				}
			}
			if err := conn.Undefine(ctx, name); err != nil {
				return err
			}
			e.forgetConsole()
			e.record.FirstBoot, e.record.HostKeySwitched = false, false
			e.record.Made.Guest, e.record.Made.By = nil, nil
			delete(e.record.Made.Libvirt, stepDomain)
			return e.saveRecord()
		},
	}
}

func (e *Env) bootStep() provision.Step {
	t := e.text()
	limit := e.choices.Patience(bootTime)
	return provision.Step{
		ID: stepBoot, Title: t.Boot, Within: stepDomain, Expect: limit / 5, Deadline: limit,
		Holds: func(ctx context.Context) (bool, error) {
			conn, err := e.Conn(ctx)
			if err != nil {
				return false, err
			}
			state, err := conn.State(ctx, e.Plan.Name)
			if errors.Is(err, virt.ErrNotFound) {
				return false, nil
			}
			if err != nil || state != virt.Running {
				return false, err
			}
			if _, err = e.Session(ctx); err != nil {
				return false, ctx.Err() // not there yet, which Do waits for
			}
			return true, nil
		},
		Do: func(ctx context.Context, _ json.RawMessage, r provision.Reporter) error {
			return e.boot(ctx, r)
		},
		Undo: func(ctx context.Context, _ json.RawMessage, r provision.Reporter) error {
			_, err := e.Stop(ctx, r)
			if errors.Is(err, virt.ErrNotFound) {
				return nil
			}
			return err
		},
	}
}

// boot starts the machine and waits for a session under the pinned host key.
func (e *Env) boot(ctx context.Context, r provision.Reporter) error {
	conn, err := e.Conn(ctx)
	if err != nil {
		return err
	}
	t := e.text()
	file, err := os.OpenFile(filepath.Join(e.dir, consoleFile), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer file.Close()
	r.Stage(t.Starting)
	console, err := conn.Start(ctx, e.Plan.Name, io.MultiWriter(file, &lineWriter{say: r.Log}))
	if err != nil {
		return err
	}
	if console != nil {
		defer console.Close()
	}
	target, err := e.target()
	if err != nil {
		return err
	}
	client, err := guest.WaitReady(ctx, target, r)
	if err != nil {
		return err
	}
	e.hangUp()
	e.holdSession(&guest.Session{Client: client, Pins: e.pins(), Target: target})
	return nil
}

// target is the guest's SSH with the pinned host keys.
func (e *Env) target() (guest.Target, error) {
	key, err := guest.ReadKeyFile(e.keeperKey(), layout.Keeper)
	if err != nil {
		return guest.Target{}, err
	}
	pins, err := e.pins().Keys()
	if err != nil {
		return guest.Target{}, err
	}
	if len(pins) == 0 {
		t := e.text()
		return guest.Target{}, fault(fmt.Sprintf(t.HostKeyMissing, e.Plan.Name), t.HostKeyMissingHint, nil)
	}
	return guest.Target{Address: e.choices.SSHAddress(), User: layout.Keeper, Key: key.Signer, HostKeys: pins}, nil
}

// ejectStep takes the seed out and deletes it: it held the key of one session.
func (e *Env) ejectStep() provision.Step {
	t := e.text()
	return provision.Step{
		ID: stepEject, Title: t.Eject, Within: stepDomain, Deadline: e.choices.Patience(time.Minute),
		Holds: func(ctx context.Context) (bool, error) {
			if !e.record.FirstBoot {
				return false, nil
			}
			conn, err := e.Conn(ctx)
			if err != nil {
				return false, err
			}
			there, err := e.volumeThere(ctx, layout.Seed(e.Plan.Name))
			if err != nil || there {
				return false, err
			}
			for _, inactive := range []bool{false, true} {
				x, err := conn.XML(ctx, e.Plan.Name, inactive)
				if err != nil {
					return false, err
				}
				if strings.Contains(x, layout.SeedSerial) {
					return false, nil
				}
			}
			return true, nil
		},
		Do: func(ctx context.Context, _ json.RawMessage, _ provision.Reporter) error {
			conn, err := e.Conn(ctx)
			if err != nil {
				return err
			}
			if err := conn.Eject(ctx, e.Plan.Name, e.choices.Patience(20*time.Second)); err != nil {
				return err
			}
			if err := e.rememberMade(ctx, stepDomain); err != nil {
				return err
			}
			// First the note that the seed was read, then its end: the other way
			// round, a kill in between would have the seed made again.
			e.record.FirstBoot = true
			if err := e.saveRecord(); err != nil {
				return err
			}
			return e.deleteVolume(ctx, layout.Seed(e.Plan.Name))
		},
		// The seed was good for one session; nobody wants it back.
		Undo: func(context.Context, json.RawMessage, provision.Reporter) error { return nil },
	}
}

// Start starts a machine that was stopped, and its warden, and waits until OpenClaw
// answers.
func (e *Env) Start(ctx context.Context, r provision.Reporter) (already bool, err error) {
	conn, err := e.Conn(ctx)
	if err != nil {
		return false, err
	}
	state, err := conn.State(ctx, e.Plan.Name)
	if err != nil {
		return false, err
	}
	if state == virt.Running {
		already = true
	}
	limited, cancel := context.WithTimeout(ctx, e.choices.Patience(bootTime))
	defer cancel()
	if err := e.boot(limited, r); err != nil {
		return false, err
	}
	if err := e.openWay(ctx, r); err != nil {
		return already, err
	}
	finished, err := e.Finished()
	if err == nil && !finished { // it has no gateway yet that could be waited for
		t := &text.T().Harden
		err = fault(fmt.Sprintf(t.NotComplete, e.Plan.Name), fmt.Sprintf(t.NotCompleteHint, " --name "+e.Plan.Name), nil)
	}
	if err != nil {
		return already, err
	}
	return already, e.waitGateway(ctx, r)
}

// Stopped is how a stop went.
type Stopped struct {
	Already bool          // it was off
	Forced  bool          // it did not follow and was cut off
	Took    time.Duration // until it was off
}

// Stop shuts the machine down in order, and forces it off only when it does not
// follow in time.
func (e *Env) Stop(ctx context.Context, r provision.Reporter) (Stopped, error) {
	conn, err := e.Conn(ctx)
	if err != nil {
		return Stopped{}, err
	}
	state, err := conn.State(ctx, e.Plan.Name)
	if err != nil || !state.Active() {
		return Stopped{Already: err == nil}, err
	}
	e.hangUp()
	r.Stage(e.text().ShuttingDown)
	began := time.Now()
	var s Stopped
	err = conn.Shutdown(ctx, e.Plan.Name, e.choices.Patience(shutdownTime), false)
	if errors.Is(err, virt.ErrState) {
		s.Forced = true
		err = conn.Destroy(ctx, e.Plan.Name)
	}
	s.Took = time.Since(began)
	return s, err
}

// lineWriter passes complete lines on, without control characters and without
// the sequences that colour a console.
type lineWriter struct {
	say  func(string)
	rest []byte
}

func (w *lineWriter) Write(p []byte) (int, error) {
	for _, b := range p {
		switch {
		case b == '\n' || len(w.rest) > 500:
			line := strings.Map(func(r rune) rune {
				if r == '\x1b' { // of a sequence that is not whole
					return -1
				}
				return r
			}, ansi.Strip(string(w.rest)))
			if line = strings.TrimSpace(line); line != "" {
				w.say(line)
			}
			w.rest = w.rest[:0]
		case b >= ' ' || b == '\t' || b == '\x1b':
			w.rest = append(w.rest, b)
		}
	}
	return len(p), nil
}
