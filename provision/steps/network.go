package steps

// The isolated network and the packet filter on the guest's card. System
// libvirt only: in a session QEMU's own restricted network takes their place.

import (
	"context"
	"encoding/json"
	"net/netip"
	"time"

	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/provision"
	"github.com/clawarium/clawarium/provision/virt"
)

func (e *Env) filterSpec() virt.FilterSpec {
	c := e.choices
	return virt.FilterSpec{
		Machine: e.Plan.Name, UUID: c.FilterUUID, MAC: c.MAC,
		GuestIP: addr(c.GuestIP), HostIP: addr(c.HostIP),
	}
}

func (e *Env) networkSpec() virt.NetworkSpec {
	c := e.choices
	return virt.NetworkSpec{
		Machine: e.Plan.Name, UUID: c.NetworkUUID, Version: e.Version, Plan: e.Plan.MadeHash(),
		HostIP: addr(c.HostIP), Bits: c.Prefix,
	}
}

// addr parses an address that we wrote ourselves; a bad one is refused by virt.
func addr(s string) netip.Addr {
	a, _ := netip.ParseAddr(s)
	return a
}

func (e *Env) filterStep() provision.Step {
	name := e.Plan.Name
	return provision.Step{
		ID: stepFilter, Title: e.text().Filter, Ensures: []checks.ID{"K13"}, Deadline: 4 * time.Minute,
		Holds: func(ctx context.Context) (bool, error) {
			conn, err := e.Conn(ctx)
			if err != nil {
				return false, err
			}
			f, err := conn.Filter(ctx, name)
			if err != nil || f == nil || !f.Ours || f.UUID != e.choices.FilterUUID {
				return false, err
			}
			return e.asMade(ctx, stepFilter)
		},
		Do: func(ctx context.Context, _ json.RawMessage, _ provision.Reporter) error {
			conn, err := e.Conn(ctx)
			if err != nil {
				return err
			}
			if err := conn.EnsureFilter(ctx, e.filterSpec()); err != nil {
				return err
			}
			return e.rememberMade(ctx, stepFilter)
		},
		Undo: func(ctx context.Context, _ json.RawMessage, _ provision.Reporter) error {
			conn, err := e.Conn(ctx)
			if err != nil {
				return err
			}
			f, err := conn.Filter(ctx, name)
			if err != nil || f == nil || f.UUID != e.choices.FilterUUID {
				return err // not there, or not the one that was made here
			}
			return conn.DeleteFilter(ctx, name)
		},
	}
}

func (e *Env) networkStep() provision.Step {
	name := e.Plan.Name
	return provision.Step{
		ID: stepNetwork, Title: e.text().Network, Ensures: []checks.ID{"K13", "K4"}, Deadline: time.Minute,
		Holds: func(ctx context.Context) (bool, error) {
			conn, err := e.Conn(ctx)
			if err != nil {
				return false, err
			}
			n, err := conn.Network(ctx, name)
			if err != nil || n == nil || !n.Ours || !n.Active || !n.Autostart || n.UUID != e.choices.NetworkUUID {
				return false, err
			}
			if lines, err := e.meddled(ctx, liveNetwork); err != nil || len(lines) > 0 {
				return false, err
			}
			return e.asMade(ctx, stepNetwork)
		},
		Do: func(ctx context.Context, _ json.RawMessage, _ provision.Reporter) error {
			conn, err := e.Conn(ctx)
			if err != nil {
				return err
			}
			// What runs otherwise has to stop first, which nothing may be connected to.
			if lines, err := e.meddled(ctx, liveNetwork); err != nil {
				return err
			} else if len(lines) > 0 {
				if err := conn.StopNetwork(ctx, name, e.choices.NetworkUUID); err != nil {
					return err
				}
			}
			if err := conn.EnsureNetwork(ctx, e.networkSpec()); err != nil {
				return err
			}
			if err := e.rememberMade(ctx, liveNetwork); err != nil {
				return err
			}
			return e.rememberMade(ctx, stepNetwork)
		},
		Undo: func(ctx context.Context, _ json.RawMessage, _ provision.Reporter) error {
			conn, err := e.Conn(ctx)
			if err != nil {
				return err
			}
			n, err := conn.Network(ctx, name)
			if err != nil || n == nil || n.UUID != e.choices.NetworkUUID {
				return err
			}
			return conn.DeleteNetwork(ctx, name)
		},
	}
}
