package virt

// This file defines, stops and removes a machine's domain.

import (
	"context"
	"errors"
	"fmt"
	"time"

	"libvirt.org/go/libvirt"

	"github.com/clawarium/clawarium/assets/layout"
	"github.com/clawarium/clawarium/assets/text"
)

// State of a domain, in libvirt's words.
type State string

// The states that clawarium tells apart.
const (
	Running  State = "running"
	Paused   State = "paused"
	Stopping State = "in shutdown"
	Off      State = "shut off"
	Crashed  State = "crashed"
	Other    State = "other"
)

// Active says whether a process of the hypervisor exists.
func (s State) Active() bool { return s != Off }

func stateOf(s libvirt.DomainState) State {
	switch s {
	case libvirt.DOMAIN_RUNNING, libvirt.DOMAIN_BLOCKED:
		return Running
	case libvirt.DOMAIN_PAUSED:
		return Paused
	case libvirt.DOMAIN_SHUTDOWN:
		return Stopping
	case libvirt.DOMAIN_SHUTOFF:
		return Off
	case libvirt.DOMAIN_CRASHED:
		return Crashed
	}
	return Other
}

// Domain is what is known of a machine's domain.
type Domain struct {
	Name string
	UUID string
	// ID is libvirt's number of the running domain, 0 when it is off.
	ID    uint
	Tag   Tag
	Ours  bool // carries the tag of this machine
	State State
}

// Domain looks the machine's domain up by name. It returns nil when there is
// none. A domain without our tag is returned with Ours false.
func (c *Conn) Domain(ctx context.Context, machine string) (*Domain, error) {
	return ask(ctx, c, func(o *op) (*Domain, error) {
		d, err := o.domain(machine)
		if d == nil || err != nil {
			return nil, err
		}
		defer d.Free()
		return o.describe(d)
	})
}

// domain looks a domain up; nil when there is none. The caller frees it.
func (o *op) domain(machine string) (*libvirt.Domain, error) {
	o.at("virDomainLookupByName")
	d, err := o.l.LookupDomainByName(layout.Domain(machine))
	if isCode(err, libvirt.ERR_NO_DOMAIN) {
		return nil, nil
	}
	return d, err
}

// owned looks up a domain that must exist and be ours. The caller frees it.
func (o *op) owned(machine string) (*libvirt.Domain, error) {
	d, err := o.domain(machine)
	if err != nil {
		return nil, err
	}
	if d == nil {
		return nil, notFound(layout.Domain(machine))
	}
	_, ours, err := o.tagOf(d, machine)
	if err == nil && !ours {
		t := &text.T().Virt
		err = fault(ErrForeign, fmt.Sprintf(t.ForeignDomain, layout.Domain(machine)), t.ForeignHint, nil)
	}
	if err != nil {
		d.Free()
		return nil, err
	}
	return d, nil
}

// tagOf reads the tag from the persistent configuration, or from the live one
// of a domain that has no other.
func (o *op) tagOf(d *libvirt.Domain, machine string) (Tag, bool, error) {
	for _, flags := range []libvirt.DomainModificationImpact{libvirt.DOMAIN_AFFECT_CONFIG, libvirt.DOMAIN_AFFECT_CURRENT} {
		o.at("virDomainGetMetadata")
		x, err := d.GetMetadata(libvirt.DOMAIN_METADATA_ELEMENT, layout.TagNamespace, flags)
		switch {
		case isCode(err, libvirt.ERR_NO_DOMAIN_METADATA), isCode(err, libvirt.ERR_OPERATION_INVALID), isCode(err, libvirt.ERR_INVALID_ARG):
			continue
		case err != nil:
			return Tag{}, false, err
		}
		tag, ok := parseElement(x)
		return tag, ok && tag.Machine == machine, nil
	}
	return Tag{}, false, nil
}

func (o *op) describe(d *libvirt.Domain) (*Domain, error) {
	o.at("virDomainGetName")
	name, err := d.GetName()
	if err != nil {
		return nil, err
	}
	uuid, err := d.GetUUIDString()
	if err != nil {
		return nil, err
	}
	o.at("virDomainGetState")
	state, _, err := d.GetState()
	if err != nil {
		return nil, err
	}
	out := &Domain{Name: name, UUID: uuid, State: stateOf(state)}
	if out.State.Active() {
		if id, err := d.GetID(); err == nil {
			out.ID = id
		}
	}
	tag, _, err := o.tagOf(d, "")
	if err != nil {
		return nil, err
	}
	out.Tag = tag
	out.Ours = tag.Machine != "" && layout.Domain(tag.Machine) == name
	return out, nil
}

// Define makes the machine's domain, or redefines it when it is ours and has
// the same UUID. ErrForeign when another one has its name or UUID. It does not
// start it.
func (c *Conn) Define(ctx context.Context, s Spec) error {
	x, err := s.DomainXML()
	if err != nil {
		return err
	}
	return c.do(ctx, func(o *op) error {
		t := &text.T().Virt
		name := layout.Domain(s.Machine)
		old, err := o.domain(s.Machine)
		if err != nil {
			return err
		}
		if old != nil {
			defer old.Free()
			is, err := o.describe(old)
			if err != nil {
				return err
			}
			if !is.Ours {
				return fault(ErrForeign, fmt.Sprintf(t.ForeignDomain, name), t.ForeignHint, nil)
			}
			if is.UUID != s.UUID {
				return fault(ErrForeign, fmt.Sprintf(t.ForeignUUID, name, is.UUID, s.UUID), t.ForeignHint, nil)
			}
		} else {
			o.at("virDomainLookupByUUIDString")
			other, err := o.l.LookupDomainByUUIDString(s.UUID)
			if err == nil {
				defer other.Free()
				theirs, _ := other.GetName()
				return fault(ErrForeign, fmt.Sprintf(t.ForeignUUID, theirs, s.UUID, s.UUID), t.ForeignHint, nil)
			}
			if !isCode(err, libvirt.ERR_NO_DOMAIN) {
				return err
			}
		}
		o.slow("virDomainDefineXML")
		d, err := o.l.DomainDefineXMLFlags(x, libvirt.DOMAIN_DEFINE_VALIDATE)
		if err != nil {
			return err
		}
		return d.Free()
	})
}

// State returns the state of the machine; ErrNotFound when it has no domain.
func (c *Conn) State(ctx context.Context, machine string) (State, error) {
	return ask(ctx, c, func(o *op) (State, error) {
		d, err := o.domain(machine)
		if err != nil {
			return "", err
		}
		if d == nil {
			return "", notFound(layout.Domain(machine))
		}
		defer d.Free()
		o.at("virDomainGetState")
		s, _, err := d.GetState()
		return stateOf(s), err
	})
}

// XML returns the domain's description: the live one, or with inactive the one
// that the next start will use. No secret is asked for.
func (c *Conn) XML(ctx context.Context, machine string, inactive bool) (string, error) {
	return ask(ctx, c, func(o *op) (string, error) {
		d, err := o.domain(machine)
		if err != nil {
			return "", err
		}
		if d == nil {
			return "", notFound(layout.Domain(machine))
		}
		defer d.Free()
		var flags libvirt.DomainXMLFlags
		if inactive {
			flags = libvirt.DOMAIN_XML_INACTIVE
		}
		o.at("virDomainGetXMLDesc")
		return d.GetXMLDesc(flags)
	})
}

// Destroy pulls the machine's plug. A machine that is off or absent is fine.
func (c *Conn) Destroy(ctx context.Context, machine string) error {
	err := c.do(ctx, func(o *op) error {
		d, err := o.owned(machine)
		if err != nil {
			return err
		}
		defer d.Free()
		o.at("virDomainDestroy")
		if err := d.Destroy(); err != nil && !isCode(err, libvirt.ERR_OPERATION_INVALID) {
			return err
		}
		return nil
	})
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	return err
}

// askAgain is how often a guest is reminded of a request by ACPI: one that is
// still booting does not hear the first.
const askAgain = 5 * time.Second

// Shutdown asks the guest to power off and waits at most grace for it. When it
// has not by then, ErrState; with force, its plug is pulled instead. A paused
// machine cannot hear and counts as one that did not answer.
func (c *Conn) Shutdown(ctx context.Context, machine string, grace time.Duration, force bool) error {
	deadline := time.Now().Add(grace)
	var asked time.Time
	for {
		remind := time.Since(asked) >= askAgain
		off, err := ask(ctx, c, func(o *op) (bool, error) {
			d, err := o.owned(machine)
			if err != nil {
				return false, err
			}
			defer d.Free()
			o.at("virDomainGetState")
			s, _, err := d.GetState()
			if err != nil || stateOf(s) == Off {
				return err == nil, err
			}
			if remind && stateOf(s) == Running {
				o.at("virDomainShutdown")
				if err := d.Shutdown(); err != nil && !isCode(err, libvirt.ERR_OPERATION_INVALID) {
					return false, err
				}
			}
			return false, nil
		})
		if err != nil || off {
			return err
		}
		if remind {
			asked = time.Now()
		}
		if !time.Now().Before(deadline) {
			break
		}
		if err := sleep(ctx, min(500*time.Millisecond, time.Until(deadline))); err != nil {
			return err
		}
	}
	if force {
		return c.Destroy(ctx, machine)
	}
	t := &text.T().Virt
	return fault(ErrState, fmt.Sprintf(t.StillRunning, machine, grace), t.StillRunningHint, nil)
}

// Undefine removes the machine's domain with everything that libvirt keeps for
// it (firmware variables, saved states, snapshots' metadata). The domain must be
// off; an absent one is fine. Disks are not touched.
func (c *Conn) Undefine(ctx context.Context, machine string) error {
	err := c.do(ctx, func(o *op) error {
		d, err := o.owned(machine)
		if err != nil {
			return err
		}
		defer d.Free()
		o.at("virDomainGetState")
		s, _, err := d.GetState()
		if err != nil {
			return err
		}
		if stateOf(s).Active() {
			t := &text.T().Virt
			return fault(ErrState, fmt.Sprintf(t.Running, machine), t.RunningHint, nil)
		}
		o.at("virDomainUndefineFlags")
		err = d.UndefineFlags(libvirt.DOMAIN_UNDEFINE_NVRAM | libvirt.DOMAIN_UNDEFINE_MANAGED_SAVE |
			libvirt.DOMAIN_UNDEFINE_SNAPSHOTS_METADATA | libvirt.DOMAIN_UNDEFINE_CHECKPOINTS_METADATA)
		if isCode(err, libvirt.ERR_INVALID_ARG) || isCode(err, libvirt.ERR_NO_SUPPORT) {
			err = d.Undefine() // a driver that has none of these, as the test driver
		}
		return err
	})
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	return err
}

// sleep waits for d or for ctx to end.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
