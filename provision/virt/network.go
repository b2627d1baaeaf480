package virt

// This file makes and removes a machine's isolated network.

import (
	"context"
	"fmt"
	"net/netip"
	"slices"

	"libvirt.org/go/libvirt"

	"github.com/clawarium/clawarium/assets/layout"
	"github.com/clawarium/clawarium/assets/text"
)

// Network is what is known of a network.
type Network struct {
	Name      string
	UUID      string
	Bridge    string
	Tag       Tag
	Ours      bool // carries the tag of the machine that its name says
	Active    bool
	Autostart bool
	Addresses []netip.Prefix
	XML       string // the effective description: the live one while it is active
}

// Network looks the machine's network up by name; nil when there is none.
func (c *Conn) Network(ctx context.Context, machine string) (*Network, error) {
	return ask(ctx, c, func(o *op) (*Network, error) {
		n, err := o.network(layout.Network(machine))
		if n == nil || err != nil {
			return nil, err
		}
		defer n.Free()
		return o.describeNetwork(n)
	})
}

func (o *op) network(name string) (*libvirt.Network, error) {
	o.at("virNetworkLookupByName")
	n, err := o.l.LookupNetworkByName(name)
	if isCode(err, libvirt.ERR_NO_NETWORK) {
		return nil, nil
	}
	return n, err
}

func (o *op) describeNetwork(n *libvirt.Network) (*Network, error) {
	o.at("virNetworkGetXMLDesc")
	x, err := n.GetXMLDesc(0)
	if err != nil {
		return nil, err
	}
	var parsed networkXML
	if err := read(x, &parsed); err != nil {
		return nil, err
	}
	out := &Network{Name: parsed.Name, UUID: parsed.UUID, XML: x, Addresses: networkAddresses(&parsed)}
	if parsed.Bridge != nil {
		out.Bridge = parsed.Bridge.Name
	}
	if parsed.Metadata != nil {
		out.Tag, _ = parseTag("<metadata>" + parsed.Metadata.XML + "</metadata>")
	}
	out.Ours = out.Tag.Machine != "" && layout.Network(out.Tag.Machine) == out.Name
	o.at("virNetworkIsActive")
	if out.Active, err = n.IsActive(); err != nil {
		return nil, err
	}
	o.at("virNetworkGetAutostart")
	out.Autostart, err = n.GetAutostart()
	return out, err
}

// networkAddresses are the subnets that a network occupies.
func networkAddresses(n *networkXML) []netip.Prefix {
	var out []netip.Prefix
	for _, ip := range n.IPs {
		a, err := netip.ParseAddr(ip.Address)
		if err != nil {
			continue
		}
		bits := ip.Prefix
		if m, err := netip.ParseAddr(ip.Netmask); err == nil && bits == 0 {
			bits = maskBits(m)
		}
		if bits == 0 {
			bits = a.BitLen()
		}
		out = append(out, netip.PrefixFrom(a, bits))
	}
	return out
}

func maskBits(m netip.Addr) int {
	bits := 0
	for _, b := range m.AsSlice() {
		for ; b&0x80 != 0; b <<= 1 {
			bits++
		}
	}
	return bits
}

// EnsureNetwork makes the network, starts it and has it started with the host.
// A network of ours that differs from the spec is replaced when nothing uses
// it. ErrForeign when one of that name is not ours.
func (c *Conn) EnsureNetwork(ctx context.Context, s NetworkSpec) error {
	x, err := s.NetworkXML()
	if err != nil {
		return err
	}
	err = c.do(ctx, func(o *op) error {
		t := &text.T().Virt
		n, err := o.network(s.name())
		if err != nil {
			return err
		}
		active := false
		if n != nil {
			defer func() { n.Free() }()
			is, err := o.describeNetwork(n)
			if err != nil {
				return err
			}
			if !is.Ours || is.Tag.Machine != s.Machine || is.UUID != s.UUID {
				return fault(ErrForeign, fmt.Sprintf(t.ForeignNetwork, s.name()), t.ForeignHint, nil)
			}
			active = is.Active
			if is.Active && !s.matches(is) {
				o.at("virNetworkListAllPorts")
				if ports, err := n.ListAllPorts(0); err == nil {
					for i := range ports {
						ports[i].Free()
					}
					if len(ports) > 0 {
						return fault(ErrState, fmt.Sprintf(t.NetworkDiffers, s.name()), t.NetworkDiffersHint, nil)
					}
				}
				o.at("virNetworkDestroy")
				if err := n.Destroy(); err != nil {
					return err
				}
				active = false
			}
		}
		o.at("virNetworkDefineXML")
		defined, err := o.l.NetworkDefineXML(x)
		if err != nil {
			return err
		}
		if n != nil {
			n.Free()
		} else {
			defer func() { n.Free() }()
		}
		n = defined
		if !active {
			o.at("virNetworkCreate")
			if err := n.Create(); err != nil {
				return err
			}
		}
		o.at("virNetworkSetAutostart")
		return n.SetAutostart(true)
	})
	if err != nil {
		return err
	}
	return c.ensureStateDir(ctx, s)
}

// matches says whether the effective network is the one that s describes, as
// far as its isolation goes.
func (s NetworkSpec) matches(is *Network) bool {
	var n networkXML
	if read(is.XML, &n) != nil {
		return false
	}
	dns := n.DNS != nil && n.DNS.Enable == "no"
	dhcp := slices.ContainsFunc(n.IPs, func(ip networkIP) bool { return ip.DHCP != nil || ip.TFTP != nil })
	return n.Forward == nil && dns && !dhcp && len(n.Routes) == 0 && is.Bridge == s.bridge() &&
		slices.Equal(is.Addresses, []netip.Prefix{netip.PrefixFrom(s.HostIP, s.Bits)})
}

// DeleteNetwork stops and removes the machine's network. An absent one is fine;
// ErrForeign when it is not ours.
func (c *Conn) DeleteNetwork(ctx context.Context, machine string) error {
	return c.do(ctx, func(o *op) error {
		if err := o.removeOnce(machine); err != nil {
			return err
		}
		n, err := o.network(layout.Network(machine))
		if n == nil || err != nil {
			return err
		}
		defer n.Free()
		is, err := o.describeNetwork(n)
		if err != nil {
			return err
		}
		if !is.Ours || is.Tag.Machine != machine {
			t := &text.T().Virt
			return fault(ErrForeign, fmt.Sprintf(t.ForeignNetwork, is.Name), t.ForeignHint, nil)
		}
		if is.Active {
			o.at("virNetworkDestroy")
			if err := n.Destroy(); err != nil {
				return err
			}
		}
		o.at("virNetworkUndefine")
		return n.Undefine()
	})
}
