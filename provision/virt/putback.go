package virt

// This file puts back what a repair changed: definitions exactly as libvirt had
// written them down. What somebody else had changed in them comes back too; that
// is what taking back means.

import (
	"context"
	"fmt"
	"strings"

	"libvirt.org/go/libvirt"

	"github.com/clawarium/clawarium/assets/layout"
	"github.com/clawarium/clawarium/assets/text"
)

// NetworkDefinition is all that a network consists of.
type NetworkDefinition struct {
	Inactive  string `json:"inactive"`       // XML for the next start
	Live      string `json:"live,omitempty"` // XML as it runs; empty when it does not
	Autostart bool   `json:"autostart"`
}

// NetworkDefinition reads the machine's network; nil when there is none.
func (c *Conn) NetworkDefinition(ctx context.Context, machine string) (*NetworkDefinition, error) {
	return ask(ctx, c, func(o *op) (*NetworkDefinition, error) {
		n, err := o.network(layout.Network(machine))
		if n == nil || err != nil {
			return nil, err
		}
		defer n.Free()
		return o.defined(n)
	})
}

func (o *op) defined(n *libvirt.Network) (*NetworkDefinition, error) {
	d := &NetworkDefinition{}
	var err error
	o.at("virNetworkGetXMLDesc")
	d.Inactive, err = n.GetXMLDesc(libvirt.NETWORK_XML_INACTIVE)
	if isCode(err, libvirt.ERR_INVALID_ARG) { // a driver that keeps one, as the test driver
		d.Inactive, err = n.GetXMLDesc(0)
	}
	if err != nil {
		return nil, err
	}
	o.at("virNetworkIsActive")
	active, err := n.IsActive()
	if err != nil {
		return nil, err
	}
	if active {
		o.at("virNetworkGetXMLDesc")
		if d.Live, err = n.GetXMLDesc(0); err != nil {
			return nil, err
		}
	}
	o.at("virNetworkGetAutostart")
	d.Autostart, err = n.GetAutostart()
	return d, err
}

// PutBackNetwork makes the machine's network what d says. ErrState when it would
// have to be stopped while a machine is connected.
func (c *Conn) PutBackNetwork(ctx context.Context, machine, uuid string, d NetworkDefinition) error {
	for _, x := range []string{d.Inactive, d.Live} {
		var parsed networkXML
		if x == "" {
			continue
		}
		if err := read(x, &parsed); err != nil {
			return err
		}
		if parsed.Name != layout.Network(machine) || !strings.EqualFold(parsed.UUID, uuid) {
			return badSpec("network", parsed.Name+" "+parsed.UUID)
		}
	}
	return c.do(ctx, func(o *op) error {
		n, err := o.ownNetwork(machine, uuid)
		if err != nil {
			return err
		}
		was := &NetworkDefinition{}
		if n != nil {
			defer func() { n.Free() }()
			if was, err = o.defined(n); err != nil {
				return err
			}
		}
		define := func(x string) error {
			o.at("virNetworkDefineXML")
			defined, err := o.l.NetworkDefineXML(x)
			if err != nil {
				return err
			}
			if n != nil {
				n.Free()
			}
			n = defined
			return nil
		}
		if was.Live != d.Live && was.Live != "" {
			if same, err := Differences(was.Live, d.Live); err != nil || len(same) > 0 {
				if err := o.stopNetwork(n, machine); err != nil {
					return err
				}
				was.Live = ""
			}
		}
		if was.Live == "" && d.Live != "" {
			if err := define(d.Live); err != nil {
				return err
			}
			o.at("virNetworkCreate")
			if err := n.Create(); err != nil {
				return err
			}
		}
		if err := define(d.Inactive); err != nil {
			return err
		}
		o.at("virNetworkSetAutostart")
		return n.SetAutostart(d.Autostart)
	})
}

// ownNetwork looks up a network that must be this machine's; nil when there is
// none. The caller frees it.
func (o *op) ownNetwork(machine, uuid string) (*libvirt.Network, error) {
	n, err := o.network(layout.Network(machine))
	if n == nil || err != nil {
		return nil, err
	}
	is, err := o.describeNetwork(n)
	if err == nil && (!is.Ours || is.Tag.Machine != machine || is.UUID != uuid) {
		t := &text.T().Virt
		err = fault(ErrForeign, fmt.Sprintf(t.ForeignNetwork, layout.Network(machine)), t.ForeignHint, nil)
	}
	if err != nil {
		n.Free()
		return nil, err
	}
	return n, nil
}

// stopNetwork stops a network that nothing is connected to.
func (o *op) stopNetwork(n *libvirt.Network, machine string) error {
	o.at("virNetworkListAllPorts")
	if ports, err := n.ListAllPorts(0); err == nil {
		for i := range ports {
			ports[i].Free()
		}
		if len(ports) > 0 {
			t := &text.T().Virt
			return fault(ErrState, fmt.Sprintf(t.NetworkDiffers, layout.Network(machine)), t.NetworkDiffersHint, nil)
		}
	}
	o.at("virNetworkDestroy")
	return n.Destroy()
}

// StopNetwork stops the machine's network, so that it starts by its definition.
// ErrState while a machine is connected; a network that is off or absent is fine.
func (c *Conn) StopNetwork(ctx context.Context, machine, uuid string) error {
	return c.do(ctx, func(o *op) error {
		n, err := o.ownNetwork(machine, uuid)
		if n == nil || err != nil {
			return err
		}
		defer n.Free()
		o.at("virNetworkIsActive")
		if active, err := n.IsActive(); err != nil || !active {
			return err
		}
		return o.stopNetwork(n, machine)
	})
}

// PutBackDomain makes the machine's definition for the next start what x says.
// A machine that runs goes on as it runs.
func (c *Conn) PutBackDomain(ctx context.Context, machine, uuid, x string) error {
	var parsed domainXML
	if err := read(x, &parsed); err != nil {
		return err
	}
	if parsed.Name != layout.Domain(machine) || !strings.EqualFold(parsed.UUID, uuid) {
		return badSpec("domain", parsed.Name+" "+parsed.UUID)
	}
	return c.do(ctx, func(o *op) error {
		old, err := o.domain(machine)
		if err != nil {
			return err
		}
		if old != nil {
			defer old.Free()
			is, err := o.describe(old)
			if err != nil {
				return err
			}
			if !is.Ours || is.UUID != uuid {
				t := &text.T().Virt
				return fault(ErrForeign, fmt.Sprintf(t.ForeignDomain, layout.Domain(machine)), t.ForeignHint, nil)
			}
		}
		o.slow("virDomainDefineXML")
		d, err := o.l.DomainDefineXMLFlags(x, 0)
		if err != nil {
			return err
		}
		return d.Free()
	})
}

// PutBackFilter makes the machine's filter what x says.
func (c *Conn) PutBackFilter(ctx context.Context, machine, uuid, x string) error {
	var parsed filterXML
	if err := read(x, &parsed); err != nil {
		return err
	}
	if parsed.Name != layout.Filter(machine) || !strings.EqualFold(parsed.UUID, uuid) {
		return badSpec("filter", parsed.Name+" "+parsed.UUID)
	}
	return c.do(ctx, func(o *op) error {
		f, err := o.filter(layout.Filter(machine))
		if err != nil {
			return err
		}
		if f != nil {
			defer f.Free()
			is, err := o.describeFilter(f)
			if err != nil {
				return err
			}
			if !is.Ours || is.UUID != uuid {
				t := &text.T().Virt
				return fault(ErrForeign, fmt.Sprintf(t.ForeignFilter, layout.Filter(machine)), t.ForeignHint, nil)
			}
		}
		return o.defineFilter(x)
	})
}
