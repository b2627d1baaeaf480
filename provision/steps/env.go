// Package steps holds the steps that make a machine, in their order, and what
// they share: the plan, the choices, the record of what was made, and the
// connections to libvirt and to the guest.
package steps

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"sync"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/provision/code"
	"github.com/clawarium/clawarium/provision/guest"
	"github.com/clawarium/clawarium/provision/host"
	"github.com/clawarium/clawarium/provision/image"
	"github.com/clawarium/clawarium/provision/plan"
	"github.com/clawarium/clawarium/provision/virt"
)

// Env is what the steps of one machine share. It is made by New, used by one
// goroutine at a time, and closed at the end.
type Env struct {
	Plan    plan.Plan
	Dirs    host.Dirs
	Version string // of clawarium
	// ModelKey is the provider's key, in memory only; empty means none given.
	ModelKey []byte
	// KeepData makes undo leave the data disk, KeepCache the downloads.
	KeepData, KeepCache bool
	// Probed is what trying KVM came to; nil until it was tried.
	Probed *Probed
	// Speed is how fast this computer is; nil until it was measured.
	Speed *host.Speed

	dir     string // of the machine
	choices *Choices
	record  Record
	conn    *virt.Conn
	looking *virt.Conn // read-only, where more is not allowed
	// The session is opened while other things are looked at, so it alone may be
	// asked for by another goroutine.
	sessionMu sync.Mutex
	session   *guest.Session
	checked   map[string]guest.Held // what the guest's checks said, until a step changes something
	applied   map[string]bool       // guest steps that this process has made
}

// Record is what was made, so that later commands find it and the self-check
// can compare. It holds no secret.
type Record struct {
	Image image.Image `json:"image"`
	// ImagePath is where the image lies in the cache, which image.Image leaves
	// out of its own file.
	ImagePath string    `json:"imagePath"`
	Code      code.Disk `json:"code"`
	// FirstBoot is set once the guest has read its seed.
	FirstBoot bool `json:"firstBoot"`
	// HostKeySwitched is set once the one-time SSH host key is gone.
	HostKeySwitched bool `json:"hostKeySwitched"`
	// Made is how what was made looked then.
	Made AsMade `json:"made"`
	// Egress is where updates come from; nil until the way out was made.
	Egress *EgressFacts `json:"egress,omitempty"`
}

const (
	planFile   = "plan.yaml"
	recordFile = "record.json"
)

// New prepares the environment of the machine that p names. It changes nothing.
func New(p plan.Plan, dirs host.Dirs, version string) (*Env, error) {
	e := &Env{Plan: p, Dirs: dirs, Version: version, dir: dirs.Machine(p.Name), applied: map[string]bool{}}
	data, err := os.ReadFile(filepath.Join(e.dir, recordFile))
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, err
	default:
		if err := json.Unmarshal(data, &e.record); err != nil {
			return nil, fmt.Errorf("%s: %w", recordFile, err)
		}
		e.record.Image.Path = e.record.ImagePath
	}
	if e.choices, err = readChoices(e.dir); err != nil {
		return nil, err
	}
	return e, nil
}

// Unmade is the environment of a machine that was begun and has nothing yet: good
// for its status and for undo.
func Unmade(p plan.Plan, dirs host.Dirs, version string) *Env {
	return &Env{
		Plan: p, Dirs: dirs, Version: version, dir: dirs.Machine(p.Name),
		applied: map[string]bool{}, choices: &Choices{URI: virt.SystemURI},
	}
}

// Prepare decides what the plan leaves open, unless that was done before.
func (e *Env) Prepare(ctx context.Context, say func(string)) error {
	if e.choices != nil {
		return nil
	}
	c, err := e.choose(ctx, say)
	if err != nil {
		e.choices = nil
		return err
	}
	e.choices = c
	return nil
}

// StoredPlan reads the plan that a machine was made from; fs.ErrNotExist when
// there is none.
func StoredPlan(dirs host.Dirs, name string) (plan.Plan, error) {
	data, err := os.ReadFile(filepath.Join(dirs.Machine(name), planFile))
	if err != nil {
		return plan.Plan{}, err
	}
	return plan.Parse(data, plan.Plan{})
}

// Choices are the machine's, or nil before Prepare.
func (e *Env) Choices() *Choices { return e.choices }

// Record is what was made so far.
func (e *Env) Record() Record { return e.record }

// Dir is the machine's directory on the host.
func (e *Env) Dir() string { return e.dir }

// Conn opens libvirt on first use and keeps it.
func (e *Env) Conn(ctx context.Context) (*virt.Conn, error) {
	if e.conn != nil {
		return e.conn, nil
	}
	conn, err := virt.Open(ctx, e.choices.URI)
	if err != nil {
		return nil, err
	}
	e.conn = conn
	return conn, nil
}

// connToLook is Conn, or a connection that can only look when this user may not
// change anything. Steps never use it.
func (e *Env) connToLook(ctx context.Context) (*virt.Conn, error) {
	if e.looking != nil {
		return e.looking, nil
	}
	conn, err := e.Conn(ctx)
	if !errors.Is(err, virt.ErrDenied) {
		return conn, err
	}
	looking, again := virt.OpenReadOnly(ctx, e.choices.URI)
	if again != nil {
		return nil, err // what is missing is the right to connect at all
	}
	e.looking = looking
	return looking, nil
}

// Session opens the pinned SSH connection to the guest on first use and keeps it.
func (e *Env) Session(ctx context.Context) (*guest.Session, error) {
	e.sessionMu.Lock()
	defer e.sessionMu.Unlock()
	if e.session != nil {
		return e.session, nil
	}
	target, err := e.target()
	if err != nil {
		return nil, err
	}
	client, err := guest.Dial(ctx, target)
	if err != nil {
		return nil, err
	}
	e.session = &guest.Session{Client: client, Pins: e.pins(), Target: target}
	return e.session, nil
}

// hangUp closes what leads into the guest; the next use opens it again.
func (e *Env) hangUp() {
	e.holdSession(nil)
	e.checked = nil
}

// holdSession closes the session there is and keeps s, which may be nil, instead.
func (e *Env) holdSession(s *guest.Session) {
	e.sessionMu.Lock()
	defer e.sessionMu.Unlock()
	if e.session != nil {
		e.session.Close()
	}
	e.session = s
}

// Close ends every connection. The machine goes on.
func (e *Env) Close() {
	e.hangUp()
	for _, c := range []**virt.Conn{&e.conn, &e.looking} {
		if *c != nil {
			(*c).Close()
			*c = nil
		}
	}
}

// saveRecord stores what was made.
func (e *Env) saveRecord() error {
	data, err := json.MarshalIndent(e.record, "", "  ")
	if err != nil {
		return err
	}
	return writeFile(filepath.Join(e.dir, recordFile), append(data, '\n'))
}

func (e *Env) http() (*http.Client, error) {
	return host.HTTPClient(e.Plan.Network.Proxy, e.Plan.Network.CA)
}

func (e *Env) text() *text.Steps { return &text.T().Steps }

func fault(what, hint string, cause error) error {
	return &text.Fault{What: what, Hint: hint, Err: cause}
}
