package virt

// This file is a machine's packet filter as XML: the wall on its tap.

import (
	"net"
	"net/netip"
	"strings"

	"github.com/clawarium/clawarium/assets/layout"
)

// FilterSpec is the filter of one machine's network card.
type FilterSpec struct {
	Machine string
	UUID    string
	Name    string // empty: layout.Filter(Machine)
	MAC     string // of the guest's card
	GuestIP netip.Addr
	HostIP  netip.Addr // of the bridge; the only peer
}

func (s FilterSpec) name() string {
	if s.Name != "" {
		return s.Name
	}
	return layout.Filter(s.Machine)
}

// FilterXML writes the filter. It works on two layers, and a packet must pass
// both:
//
// On the link layer (ebtables on the tap, whatever the host's sysctls say), the
// guest may answer and ask ARP about the two addresses only, and may exchange
// TCP between the host's address and its own port 22 only; every other frame in
// either direction is dropped: IPv6, DHCP, broadcast, other MACs, VLANs.
//
// That layer keeps no state, so a guest whose root binds source port 22 could
// still open a connection to the host. On the IP layer (iptables, with the
// connection tracker) only the host can therefore begin one: from the guest,
// only packets of established connections pass.
//
// Directions are the guest's: "in" is towards it. Priorities are libvirt's,
// lowest first.
func (s FilterSpec) FilterXML() (string, error) {
	mac, err := net.ParseMAC(s.MAC)
	switch {
	case s.Machine == "":
		return "", badSpec("name", s.Machine)
	case len(s.UUID) != 36:
		return "", badSpec("filter UUID", s.UUID)
	case err != nil || len(mac) != 6 || mac[0]&1 != 0:
		return "", badSpec("MAC address", s.MAC)
	case !s.GuestIP.Is4():
		return "", badSpec("guest address", s.GuestIP.String())
	case !s.HostIP.Is4() || s.HostIP == s.GuestIP:
		return "", badSpec("host address", s.HostIP.String())
	}
	guest, host := s.GuestIP.String(), s.HostIP.String()
	address := strings.ToLower(s.MAC)
	rule := func(action, direction string, priority int, protocol string, p packetsXML) ruleXML {
		p.XMLName.Local, p.Comment = protocol, filterComment(s.Machine)
		return ruleXML{action, direction, priority, p}
	}
	return written(filterXML{Name: s.name(), UUID: s.UUID, Chain: "root", Rules: []ruleXML{
		// Link layer.
		rule("drop", "out", 100, "mac", packetsXML{Match: "no", SrcMAC: address}),
		rule("accept", "out", 200, "arp", packetsXML{ARPSrcMAC: address, ARPSrcIP: guest, ARPDstIP: host}),
		rule("accept", "in", 200, "arp", packetsXML{ARPSrcIP: host, ARPDstIP: guest}),
		rule("accept", "out", 300, "ip", packetsXML{SrcIP: guest, DstIP: host, Protocol: "tcp", SrcPort: "22"}),
		rule("accept", "in", 300, "ip", packetsXML{SrcIP: host, DstIP: guest, Protocol: "tcp", DstPort: "22"}),
		rule("drop", "inout", 900, "mac", packetsXML{}),
		// IP layer. libvirt adds the states to a TCP rule itself: towards the
		// guest new and established, back established only.
		rule("accept", "in", 500, "tcp", packetsXML{SrcIP: host, DstIP: guest, DstPort: "22"}),
		rule("drop", "inout", 1000, "all", packetsXML{}),
		rule("drop", "inout", 1000, "all-ipv6", packetsXML{}),
	}})
}
