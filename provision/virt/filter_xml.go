package virt

// This file is a machine's packet filter as XML: the wall on its tap.

import (
	"net"
	"net/netip"
	"strings"

	"libvirt.org/go/libvirtxml"

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
	guest, host := field(s.GuestIP.String()), field(s.HostIP.String())
	address := field(strings.ToLower(s.MAC))
	comment := filterComment(s.Machine)
	ssh, tcp := field("22"), field("tcp")

	rules := []*libvirtxml.NWFilterRule{
		// Link layer.
		{Action: "drop", Direction: "out", Priority: 100, MAC: &libvirtxml.NWFilterRuleMAC{
			Match: "no", NWFilterRuleCommonMAC: libvirtxml.NWFilterRuleCommonMAC{SrcMACAddr: address}, Comment: comment}},
		{Action: "accept", Direction: "out", Priority: 200, ARP: &libvirtxml.NWFilterRuleARP{
			ARPSrcMACAddr: address, ARPSrcIPAddr: guest, ARPDstIPAddr: host, Comment: comment}},
		{Action: "accept", Direction: "in", Priority: 200, ARP: &libvirtxml.NWFilterRuleARP{
			ARPSrcIPAddr: host, ARPDstIPAddr: guest, Comment: comment}},
		{Action: "accept", Direction: "out", Priority: 300, IP: &libvirtxml.NWFilterRuleIP{
			SrcIPAddr: guest, DstIPAddr: host, Protocol: tcp,
			NWFilterRuleCommonPort: libvirtxml.NWFilterRuleCommonPort{SrcPortStart: ssh}, Comment: comment}},
		{Action: "accept", Direction: "in", Priority: 300, IP: &libvirtxml.NWFilterRuleIP{
			SrcIPAddr: host, DstIPAddr: guest, Protocol: tcp,
			NWFilterRuleCommonPort: libvirtxml.NWFilterRuleCommonPort{DstPortStart: ssh}, Comment: comment}},
		{Action: "drop", Direction: "inout", Priority: 900, MAC: &libvirtxml.NWFilterRuleMAC{Comment: comment}},
		// IP layer. libvirt adds the states to a TCP rule itself: towards the
		// guest new and established, back established only.
		{Action: "accept", Direction: "in", Priority: 500, TCP: &libvirtxml.NWFilterRuleTCP{
			NWFilterRuleCommonIP:   libvirtxml.NWFilterRuleCommonIP{SrcIPAddr: host, DstIPAddr: guest},
			NWFilterRuleCommonPort: libvirtxml.NWFilterRuleCommonPort{DstPortStart: ssh}, Comment: comment}},
		{Action: "drop", Direction: "inout", Priority: 1000, All: &libvirtxml.NWFilterRuleAll{Comment: comment}},
		{Action: "drop", Direction: "inout", Priority: 1000, AllIPv6: &libvirtxml.NWFilterRuleAllIPv6{Comment: comment}},
	}
	f := &libvirtxml.NWFilter{Name: s.name(), UUID: s.UUID, Chain: "root"}
	for _, r := range rules {
		f.Entries = append(f.Entries, libvirtxml.NWFilterEntry{Rule: r})
	}
	return f.Marshal()
}

func field(s string) libvirtxml.NWFilterField { return libvirtxml.NWFilterField{Str: s} }
