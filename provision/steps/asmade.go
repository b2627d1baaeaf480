package steps

// What was made, in the words of where it was made: libvirt's definitions as it
// wrote them down, and the digests of the files that were put into the guest.
// What differs from that was changed by somebody since; what is as it was then
// and not as this version of clawarium would make it is a newer default.

import (
	"context"
	"maps"

	"github.com/clawarium/clawarium/provision/guest"
	"github.com/clawarium/clawarium/provision/virt"
)

// AsMade is the part of the record that later looks are compared with. A machine
// of an older clawarium lacks what that one did not keep.
type AsMade struct {
	// Libvirt has the XML of domain, network and filter for their next start, by
	// the ID of the step that made them.
	Libvirt map[string]string `json:"libvirt,omitempty"`
	// Guest has the SHA-256 of each file that a step put into the guest, by the
	// step's ID and the file's path.
	Guest map[string]map[string]string `json:"guest,omitempty"`
	// By has the version of clawarium that last made a step in the guest.
	By map[string]string `json:"by,omitempty"`
}

// liveNetwork is where the network as it runs is kept, beside its definition.
const liveNetwork = stepNetwork + " live"

// madeNow is how libvirt has written down what the step makes; "" when it is not
// there.
func (e *Env) madeNow(ctx context.Context, step string) (string, error) {
	conn, err := e.Conn(ctx)
	if err != nil {
		return "", err
	}
	switch step {
	case stepDomain:
		if d, err := conn.Domain(ctx, e.Plan.Name); err != nil || d == nil {
			return "", err
		}
		return conn.XML(ctx, e.Plan.Name, true)
	case stepNetwork:
		if d, err := conn.NetworkDefinition(ctx, e.Plan.Name); err != nil || d == nil {
			return "", err
		} else {
			return d.Inactive, nil
		}
	case liveNetwork:
		if d, err := conn.NetworkDefinition(ctx, e.Plan.Name); err != nil || d == nil {
			return "", err
		} else {
			return d.Live, nil
		}
	case stepFilter:
		if f, err := conn.Filter(ctx, e.Plan.Name); err != nil || f == nil {
			return "", err
		} else {
			return f.XML, nil
		}
	}
	return "", nil
}

// rememberMade keeps how libvirt has written down what the step just made.
func (e *Env) rememberMade(ctx context.Context, step string) error {
	x, err := e.madeNow(ctx, step)
	if err != nil || x == "" {
		return err
	}
	return e.setMade(step, x)
}

// setMade keeps x for the step, or nothing when it is empty.
func (e *Env) setMade(step, x string) error {
	if e.record.Made.Libvirt[step] == x {
		return nil
	}
	e.record.Made.Libvirt = maps.Clone(e.record.Made.Libvirt)
	if e.record.Made.Libvirt == nil {
		e.record.Made.Libvirt = map[string]string{}
	}
	if x == "" {
		delete(e.record.Made.Libvirt, step)
	} else {
		e.record.Made.Libvirt[step] = x
	}
	return e.saveRecord()
}

// meddled says in which lines what libvirt has now differs from what the step
// made; nothing when that was not kept.
func (e *Env) meddled(ctx context.Context, step string) ([]string, error) {
	made := e.record.Made.Libvirt[step]
	if made == "" {
		return nil, nil
	}
	now, err := e.madeNow(ctx, step)
	if err != nil || now == "" {
		return nil, err
	}
	return virt.Differences(made, now)
}

// asMade is the step's Holds for a definition of libvirt's.
func (e *Env) asMade(ctx context.Context, step string) (bool, error) {
	lines, err := e.meddled(ctx, step)
	return err == nil && len(lines) == 0, err
}

// guestMade is what is kept of a step in the guest.
type guestMade struct {
	Files map[string]string `json:"files,omitempty"`
	By    string            `json:"by,omitempty"`
}

func (e *Env) guestMade(step string) guestMade {
	return guestMade{e.record.Made.Guest[step], e.record.Made.By[step]}
}

// rememberGuest keeps which files a step has just put into the guest.
func (e *Env) rememberGuest(step guest.Step) error {
	made := guestMade{Files: map[string]string{}, By: e.Version}
	for _, f := range step.Files {
		made.Files[f.Path] = f.Sum()
	}
	return e.setGuestMade(step.ID, made)
}

func (e *Env) setGuestMade(step string, made guestMade) error {
	if now := e.guestMade(step); now.By == made.By && maps.Equal(now.Files, made.Files) {
		return nil
	}
	m := &e.record.Made
	m.Guest, m.By = maps.Clone(m.Guest), maps.Clone(m.By)
	if m.Guest == nil {
		m.Guest = map[string]map[string]string{}
	}
	if m.By == nil {
		m.By = map[string]string{}
	}
	delete(m.Guest, step)
	delete(m.By, step)
	if len(made.Files) > 0 {
		m.Guest[step] = made.Files
	}
	if made.By != "" {
		m.By[step] = made.By
	}
	return e.saveRecord()
}
