package virt

// This file is a machine's isolated network as XML.

import (
	"net/netip"

	"github.com/clawarium/clawarium/assets/layout"
)

// NetworkSpec is a network that reaches nothing: a bridge with the host's
// address on it and one guest's tap.
type NetworkSpec struct {
	Machine string
	UUID    string
	Version string     // of clawarium, for the tag
	Plan    string     // hash of the plan, for the tag
	Name    string     // empty: layout.Network(Machine)
	Bridge  string     // empty: layout.Bridge(Machine)
	HostIP  netip.Addr // the bridge's own IPv4 address
	Bits    int        // prefix length, 16 to 30
}

func (s NetworkSpec) name() string {
	if s.Name != "" {
		return s.Name
	}
	return layout.Network(s.Machine)
}

func (s NetworkSpec) bridge() string {
	if s.Bridge != "" {
		return s.Bridge
	}
	return layout.Bridge(s.Machine)
}

// NetworkXML writes the network: no <forward>, so libvirt routes nothing and
// refuses what would be forwarded; no DNS and no DHCP, so no dnsmasq runs; no
// IPv6.
func (s NetworkSpec) NetworkXML() (string, error) {
	switch {
	case s.Machine == "":
		return "", badSpec("name", s.Machine)
	case len(s.UUID) != 36:
		return "", badSpec("network UUID", s.UUID)
	case !s.HostIP.Is4() || !s.HostIP.IsPrivate():
		return "", badSpec("host address", s.HostIP.String())
	case s.Bits < 16 || s.Bits > 30:
		return "", badSpec("subnet", netip.PrefixFrom(s.HostIP, s.Bits).String())
	}
	return written(networkXML{
		Name:     s.name(),
		UUID:     s.UUID,
		Metadata: &innerXML{Tag{s.Machine, s.Version, s.Plan}.xml()},
		Bridge:   &bridgeXML{Name: s.bridge(), STP: "off", Delay: "0"},
		DNS:      &dnsXML{Enable: "no"},
		IPs:      []networkIP{{Address: s.HostIP.String(), Family: "ipv4", Prefix: s.Bits}},
	})
}
