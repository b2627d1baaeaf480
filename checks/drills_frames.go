package checks

// The frames that the machine's root puts on its card by hand, past everything that
// its own kernel would do: with the checksums of proper ones, so that whatever lets
// them through takes them for such.

import (
	"encoding/binary"
	"encoding/hex"
	"net"
	"net/netip"
	"strings"
)

// Numbers of protocols and flags, of IANA and RFC 9293.
const (
	protoICMP  = 1
	protoIPIP  = 4
	protoTCP   = 6
	protoUDP   = 17
	protoIPv6  = 41
	protoGRE   = 47
	protoICMP6 = 58
	protoSCTP  = 132

	flagSYN = 0x02
	flagACK = 0x10
)

const drillSourcePort = 47001

// wire makes frames of one machine.
type wire struct {
	mac, peer   net.HardwareAddr
	guest, host netip.Addr
}

// frames adds what root sends by hand.
func (r *round) frames() {
	g := r.ground
	w := &wire{guest: g.Guest, host: g.Host}
	w.mac, _ = net.ParseMAC(g.MAC)
	w.peer, _ = net.ParseMAC(g.HostMAC)
	if len(w.mac) != 6 || len(w.peer) != 6 || !g.Guest.Is4() || !g.Host.Is4() {
		return
	}
	raw := func(name string, of string, shown string, frames ...[]byte) {
		a := Attempt{Who: DrillRoot, Kind: kindRaw, Times: burst, Of: of, Shown: shown, Wait: frameWait}
		for _, f := range frames {
			a.Frames = append(a.Frames, hex.EncodeToString(f))
		}
		r.add(name, a)
	}
	syn := func(name string, to netip.Addr, port int) {
		if to.Is4() {
			raw(name, to.String(), joinPort(to.String(), port), w.ether(w.mac, w.peer, etherIPv4,
				w.ip4(g.Guest, to, protoTCP, w.tcp(g.Guest, to, drillSourcePort, port, flagSYN))))
		}
	}
	everyone := net.HardwareAddr{255, 255, 255, 255, 255, 255}
	port := firstOr(g.HostPorts, 22)[0]
	public, away := g.public4(), netip.MustParseAddr("192.0.2.9")

	// The twin first: the only thing that the machine may ask the card for.
	ask := w.arp(1, w.mac, g.Guest, nil, g.Host)
	r.add("arp", Attempt{Who: DrillRoot, Kind: kindRaw, Times: 1, Of: "arp " + g.Host.String(), Shown: g.Host.String(), Wait: 2,
		Frames: []string{hex.EncodeToString(w.ether(w.mac, everyone, etherARP, ask))}})

	syn("host", g.Host, port)
	for _, own := range g.Own {
		syn("host elsewhere", own, port)
	}
	syn("host loopback", netip.MustParseAddr("127.0.0.1"), firstOr(g.LocalPorts, port)[0])
	syn("router", g.Router, 80)
	for _, a := range g.Neighbours {
		syn("lan", a, 80)
	}
	for _, a := range g.Machines {
		syn("other machine", a, 22)
	}
	syn("metadata", g.Metadata, 80)
	syn("public", public, 443)

	for _, to := range []netip.Addr{g.Host, public} {
		if g.System || to != g.Host { // QEMU answers a ping to its own address itself
			raw("ping", to.String(), to.String(), w.ether(w.mac, w.peer, etherIPv4, w.ip4(g.Guest, to, protoICMP, summed([]byte{8, 0, 0, 0, 0, 76, 0, 1}, 0))))
		}
	}

	// What passes the link layer, which keeps no record of connections.
	if g.System {
		for _, flags := range []byte{flagSYN, flagACK} {
			raw("from port 22", g.Host.String(), joinPort(g.Host.String(), port), w.ether(w.mac, w.peer, etherIPv4,
				w.ip4(g.Guest, g.Host, protoTCP, w.tcp(g.Guest, g.Host, 22, port, flags))))
		}
	}
	for _, from := range append([]netip.Addr{away, g.Host}, only4(g.Router)...) {
		for _, to := range []netip.Addr{g.Host, public} {
			raw("false address", "", from.String()+" → "+to.String(), w.ether(w.mac, w.peer, etherIPv4,
				w.ip4(from, to, protoTCP, w.tcp(from, to, 22, port, flagSYN))))
		}
	}
	for _, mac := range []net.HardwareAddr{{2, 0, 0, 0, 0, 2}, w.peer} {
		raw("false card", "", mac.String(), w.ether(mac, w.peer, etherIPv4,
			w.ip4(g.Guest, g.Host, protoTCP, w.tcp(g.Guest, g.Host, 22, port, flagSYN))))
		raw("false card", "", "ARP "+mac.String(), w.ether(mac, everyone, etherARP, ask))
	}
	for _, claimed := range append([]netip.Addr{g.Host}, only4(g.Router)...) {
		raw("false arp", "", claimed.String(), w.ether(w.mac, everyone, etherARP, w.arp(2, w.mac, claimed, everyone, g.Host)))
	}
	for _, a := range append([]netip.Addr{away}, only4(g.Router)...) {
		raw("arp scan", "arp "+a.String(), a.String(), w.ether(w.mac, everyone, etherARP, w.arp(1, w.mac, g.Guest, nil, a)))
	}
	none, all := netip.AddrFrom4([4]byte{}), netip.AddrFrom4([4]byte{255, 255, 255, 255})
	if g.System { // in a session QEMU answers itself, and gives away nothing that is not known
		raw("dhcp", "", "255.255.255.255:67", w.ether(w.mac, everyone, etherIPv4, w.ip4(none, all, protoUDP, w.udp(none, all, 68, 67, w.discover()))))
	}
	tagged := append([]byte{0, 1, 8, 0}, w.ip4(g.Guest, g.Host, protoTCP, w.tcp(g.Guest, g.Host, drillSourcePort, port, flagSYN))...)
	raw("vlan", "", "802.1Q 1", w.ether(w.mac, w.peer, etherVLAN, tagged))
	raw("other frame", "", "0x88b5", w.ether(w.mac, everyone, 0x88b5, make([]byte, 46))) // for local experiments, IEEE 802
	whole := w.tcp(g.Guest, g.Host, drillSourcePort, port, flagSYN)
	raw("fragments", g.Host.String(), joinPort(g.Host.String(), port),
		w.ether(w.mac, w.peer, etherIPv4, w.ip4part(g.Guest, g.Host, protoTCP, whole[:8], 0x2000)),
		w.ether(w.mac, w.peer, etherIPv4, w.ip4part(g.Guest, g.Host, protoTCP, whole[8:], 1)))
	inner := w.ip4(g.Guest, public, protoTCP, w.tcp(g.Guest, public, drillSourcePort, 443, flagSYN))
	for _, p := range []struct {
		protocol byte
		name     string
		data     []byte
	}{{protoIPIP, "IPIP", inner}, {protoGRE, "GRE", append([]byte{0, 0, 8, 0}, inner...)},
		{protoIPv6, "6in4", w.ip6(linkLocal(w.mac), documentation6, protoTCP, w.tcp(linkLocal(w.mac), documentation6, drillSourcePort, 443, flagSYN))},
		{protoSCTP, "SCTP", make([]byte, 24)}} {
		raw("packed", "", p.name, w.ether(w.mac, w.peer, etherIPv4, w.ip4(g.Guest, g.Host, p.protocol, p.data)))
	}
	redirect := append([]byte{5, 1, 0, 0}, g.Guest.AsSlice()...)
	raw("redirect", "", g.Host.String(), w.ether(w.mac, w.peer, etherIPv4, w.ip4(g.Guest, g.Host, protoICMP, summed(append(redirect, inner[:28]...), 0))))

	// IPv6, whatever the machine's kernel thinks of it.
	here := linkLocal(w.mac)
	six := func(name string, to netip.Addr, mac net.HardwareAddr, protocol byte, data []byte, shown string) {
		raw(name, to.WithZone("").String(), shown, w.ether(w.mac, mac, etherIPv6, w.ip6(here, to.WithZone(""), protocol, data)))
	}
	syn6 := func(name string, to netip.Addr, port int) {
		six(name, to, w.peer, protoTCP, w.tcp(here, to.WithZone(""), drillSourcePort, port, flagSYN), joinPort(to.String(), port))
	}
	if g.HostIPv6.IsValid() {
		syn6("ipv6 link", g.HostIPv6, port)
	}
	syn6("ipv6 private", netip.MustParseAddr("fd00::1"), 22)
	for _, a := range g.Public {
		if a.Is6() {
			syn6("ipv6 public", a, 443)
		}
	}
	nodes := netip.MustParseAddr("ff02::1")
	six("ipv6 everyone", nodes, net.HardwareAddr{0x33, 0x33, 0, 0, 0, 1}, protoICMP6, w.icmp6(here, nodes, []byte{128, 0, 0, 0, 0, 76, 0, 1}), nodes.String())
	six("false router", nodes, net.HardwareAddr{0x33, 0x33, 0, 0, 0, 1}, protoICMP6,
		w.icmp6(here, nodes, []byte{134, 0, 0, 0, 64, 0, 7, 8, 0, 0, 0, 0, 0, 0, 0, 0}), nodes.String())
}

func only4(a netip.Addr) []netip.Addr {
	if a.Is4() {
		return []netip.Addr{a}
	}
	return nil
}

// linkLocal is the address that a card gives itself (RFC 4291, appendix A).
func linkLocal(mac net.HardwareAddr) netip.Addr {
	return netip.AddrFrom16([16]byte{0: 0xfe, 1: 0x80, 8: mac[0] ^ 2, 9: mac[1], 10: mac[2], 11: 0xff, 12: 0xfe, 13: mac[3], 14: mac[4], 15: mac[5]})
}

func (w *wire) ether(from, to net.HardwareAddr, kind uint16, data []byte) []byte {
	frame := append(append([]byte{}, to...), from...)
	frame = append(binary.BigEndian.AppendUint16(frame, kind), data...)
	for len(frame) < 60 {
		frame = append(frame, 0)
	}
	return frame
}

func (w *wire) arp(op uint16, sender net.HardwareAddr, senderIP netip.Addr, target net.HardwareAddr, targetIP netip.Addr) []byte {
	if target == nil {
		target = make(net.HardwareAddr, 6)
	}
	data := []byte{0, 1, 8, 0, 6, 4}
	data = binary.BigEndian.AppendUint16(data, op)
	data = append(append(data, sender...), senderIP.AsSlice()...)
	return append(append(data, target...), targetIP.AsSlice()...)
}

func (w *wire) ip4(from, to netip.Addr, protocol byte, data []byte) []byte {
	return w.ip4part(from, to, protocol, data, 0x4000) // not to be cut up
}

// ip4part has flags and the offset of a fragment, in units of eight bytes.
func (w *wire) ip4part(from, to netip.Addr, protocol byte, data []byte, flags uint16) []byte {
	head := []byte{0x45, 0}
	head = binary.BigEndian.AppendUint16(head, uint16(20+len(data)))
	head = binary.BigEndian.AppendUint16(head, 0x7676)
	head = binary.BigEndian.AppendUint16(head, flags)
	head = append(head, 64, protocol, 0, 0)
	head = append(append(head, from.AsSlice()...), to.AsSlice()...)
	binary.BigEndian.PutUint16(head[10:], checksum(head, 0))
	return append(head, data...)
}

func (w *wire) ip6(from, to netip.Addr, protocol byte, data []byte) []byte {
	head := []byte{0x60, 0, 0, 0}
	head = binary.BigEndian.AppendUint16(head, uint16(len(data)))
	head = append(head, protocol, 255)
	head = append(append(head, from.AsSlice()...), to.AsSlice()...)
	return append(head, data...)
}

func (w *wire) tcp(from, to netip.Addr, source, target int, flags byte) []byte {
	data := binary.BigEndian.AppendUint16(nil, uint16(source))
	data = binary.BigEndian.AppendUint16(data, uint16(target))
	data = append(data, 0, 0, 0, 1, 0, 0, 0, 0, 0x50, flags, 0xff, 0xff, 0, 0, 0, 0)
	binary.BigEndian.PutUint16(data[16:], checksum(data, pseudo(from, to, protoTCP, len(data))))
	return data
}

func (w *wire) udp(from, to netip.Addr, source, target int, body []byte) []byte {
	data := binary.BigEndian.AppendUint16(nil, uint16(source))
	data = binary.BigEndian.AppendUint16(data, uint16(target))
	data = binary.BigEndian.AppendUint16(data, uint16(8+len(body)))
	data = append(append(data, 0, 0), body...)
	binary.BigEndian.PutUint16(data[6:], checksum(data, pseudo(from, to, protoUDP, len(data))))
	return data
}

func (w *wire) icmp6(from, to netip.Addr, data []byte) []byte {
	return summed(data, pseudo(from, to, protoICMP6, len(data)))
}

// discover is a DHCP DISCOVER (RFC 2131).
func (w *wire) discover() []byte {
	data := make([]byte, 240)
	copy(data, []byte{1, 1, 6, 0, 0x76, 0x76, 0x76, 0x76, 0, 0, 0x80, 0})
	copy(data[28:], w.mac)
	copy(data[236:], []byte{99, 130, 83, 99})
	return append(data, 53, 1, 1, 255)
}

// summed puts the checksum into the third and fourth byte, as ICMP has it.
func summed(data []byte, sum uint32) []byte {
	binary.BigEndian.PutUint16(data[2:], checksum(data, sum))
	return data
}

// pseudo is the sum over the header that TCP, UDP and ICMPv6 add in thought.
func pseudo(from, to netip.Addr, protocol byte, length int) uint32 {
	return partial(append(from.AsSlice(), to.AsSlice()...)) + uint32(protocol) + uint32(length)
}

func partial(data []byte) (sum uint32) {
	for i, b := range data {
		if i%2 == 0 {
			sum += uint32(b) << 8
		} else {
			sum += uint32(b)
		}
	}
	return sum
}

// checksum is the Internet's (RFC 1071).
func checksum(data []byte, sum uint32) uint16 {
	sum += partial(data)
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	return ^uint16(sum)
}

// tunnelled is a name as programs make them that carry data out in questions.
var tunnelled = strings.Repeat("76", 30) + "." + strings.Repeat("67", 30) + ".t.example.com"

// dnsQuery asks for the text of a name (RFC 1035).
func dnsQuery(name string) []byte {
	q := []byte{0x76, 0x76, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0}
	for label := range strings.SplitSeq(name, ".") {
		q = append(append(q, byte(len(label))), label...)
	}
	return append(q, 0, 0, 16, 0, 1)
}

// quicInitial is the head of a QUIC packet of a version that no server has, which each
// has to answer (RFC 9000, sections 6 and 14.1).
func quicInitial() []byte {
	data := make([]byte, 1200)
	copy(data, []byte{0xc0, 0x1a, 0x2a, 0x3a, 0x4a, 8, 1, 2, 3, 4, 5, 6, 7, 8, 0})
	return data
}
