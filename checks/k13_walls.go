package checks

// K13 on the rules in force: packets that must not get through are followed by hand.

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/clawarium/clawarium/assets/layout"
)

// attempt is a packet that must not pass.
type attempt struct {
	name string // in text's Attempts
	base string // the chain that it begins in
	p    packet
}

// elsewhere stands for every address outside: one that is for documentation.
var elsewhere = netip.MustParseAddr("192.0.2.1")

// linkAttempts are frames from the guest, and to it, that ebtables must drop.
func linkAttempts(w wall, tap string) []attempt {
	from := packet{link: true, in: tap, physIn: tap, source: w.mac, ether: etherIPv4, src: w.guest, dst: w.host, protocol: "tcp", sport: 22, dport: 22, state: "NEW"}
	to := packet{link: true, out: tap, physOut: tap, source: "02:00:00:00:00:01", ether: etherIPv4, src: w.host, dst: w.guest, protocol: "tcp", sport: 50000, dport: layout.GatewayPort, state: "NEW"}
	zero, broadcast := netip.AddrFrom4([4]byte{}), netip.AddrFrom4([4]byte{255, 255, 255, 255})
	here, there := netip.MustParseAddr("fe80::1"), netip.MustParseAddr("fe80::2")
	var all []attempt
	for _, c := range []struct {
		name   string
		change func(*packet)
	}{
		{"host port", func(p *packet) { p.sport, p.dport = 40000, 5432 }},
		{"other address", func(p *packet) { p.dst, p.dport = elsewhere, 443 }},
		{"metadata", func(p *packet) {
			p.dst, p.sport, p.dport = netip.AddrFrom4([4]byte{169, 254, 169, 254}), 40000, 80
		}},
		{"dns", func(p *packet) { p.protocol, p.sport, p.dport = "udp", 40000, 53 }},
		{"ping", func(p *packet) { p.protocol, p.sport, p.dport = "icmp", 0, 0 }},
		{"ipv6", func(p *packet) { p.ether, p.src, p.dst = etherIPv6, there, here }},
		{"false address", func(p *packet) { p.src = elsewhere }},
		{"false card", func(p *packet) { p.source = "02:00:00:00:00:02" }},
		{"false arp", func(p *packet) {
			p.ether, p.protocol, p.sport, p.dport, p.src, p.dst = etherARP, "", 0, 0, netip.Addr{}, netip.Addr{}
			p.arpFrom, p.arpTo = w.host, w.guest
		}},
		{"dhcp", func(p *packet) { p.protocol, p.src, p.dst, p.sport, p.dport = "udp", zero, broadcast, 68, 67 }},
		{"vlan", func(p *packet) { p.ether = etherVLAN }},
		{"other frame", func(p *packet) { p.ether, p.src, p.dst, p.protocol = etherLLDP, netip.Addr{}, netip.Addr{}, "" }},

		{"gateway port", func(p *packet) { *p = to }},
		{"udp in", func(p *packet) { *p = to; p.protocol, p.dport = "udp", 5353 }},
		{"stranger in", func(p *packet) { *p = to; p.src, p.dport = elsewhere, 22 }},
		{"ipv6 in", func(p *packet) { *p = to; p.ether, p.src, p.dst = etherIPv6, here, there }},
	} {
		a := attempt{c.name, "PREROUTING", from}
		if c.change(&a.p); a.p.out != "" {
			a.base = "POSTROUTING"
		}
		all = append(all, a)
	}
	return all
}

// ipAttempts are packets that pass the link layer, or might, and that iptables,
// which knows connections, must drop.
func ipAttempts(w wall, tap string, six bool) []attempt {
	from := packet{in: w.bridge, physIn: tap, source: w.mac, src: w.guest, dst: w.host, protocol: "tcp", sport: 22, dport: 22, state: "NEW"}
	out := from
	out.out, out.physOut, out.bridged, out.dst, out.dport = w.bridge, "other", true, elsewhere, 443
	in := packet{in: w.bridge, out: w.bridge, physIn: "other", physOut: tap, bridged: true, source: "02:00:00:00:00:01",
		src: elsewhere, dst: w.guest, protocol: "tcp", sport: 50000, dport: 22, state: "NEW"}
	udp := from
	udp.protocol, udp.sport, udp.dport = "udp", 40000, 53
	all := []attempt{{"new connection", "INPUT", from}, {"dns", "INPUT", udp}, {"other address", "FORWARD", out}, {"stranger in", "FORWARD", in}}
	if six {
		for i := range all {
			all[i].name = "ipv6"
			all[i].p.src, all[i].p.dst = netip.MustParseAddr("fe80::2"), netip.MustParseAddr("fe80::1")
		}
	}
	return all
}

// wallOn follows what must not pass through the rules that are in force.
func (l *look) wallOn(tap string) {
	w := wallOf(l.subject, []string{tap})
	nft := l.evidence.Host.Rules.Nft.Value.Tables
	own := slices.ContainsFunc(nft, func(name string) bool { return strings.Contains(name, "nwfilter") })

	link, ok := rules(l, LinkRules, l.evidence.Host.Rules.Link)
	if ok {
		t := parseSaved(link.Lines).table("nat")
		l.through(string(LinkRules), tap, t, "libvirt-I-"+tap, own, link.Absent, link.Seen, linkAttempts(w, tap))
		l.broute(link.Lines, w, tap)
	}
	for _, layer := range []struct {
		tool RuleTool
		fact Fact[SavedRules]
		six  bool
	}{{IPv4Rules, l.evidence.Host.Rules.IPv4, false}, {IPv6Rules, l.evidence.Host.Rules.IPv6, true}} {
		if saved, ok := rules(l, layer.tool, layer.fact); ok {
			t := parseSaved(saved.Lines).table("filter")
			l.through(string(layer.tool), tap, t, "HI-"+tap, own, saved.Absent, saved.Seen, ipAttempts(w, tap, layer.six))
		}
	}
}

// tapHere says whether the machine's card hangs on a bridge among this process's own
// networks, so that a list of rules without any is no list of some other place.
func (l *look) tapHere() bool {
	b := l.evidence.Host.Bridge
	return b.OK && len(b.Value.Ports) > 0
}

// answered notes what got as far as the machine's card, or even had an answer, though the
// filter should have dropped it. It is seen without the right to list rules.
func (l *look) answered() {
	if a := l.evidence.Host.Connections[strconv.Itoa(layout.GatewayPort)]; a.OK && (a.Value == Refused || a.Value == Open) {
		l.wrong(Host, l.t.Host.TapAnswers, layout.GatewayPort)
	}
	switch b := l.evidence.Host.Bridge; {
	case !b.OK:
	case b.Value.Knock == KnockPassed:
		l.wrong(Host, l.t.Host.KnockPassed, b.Value.Name)
	case b.Value.Knock == KnockDropped:
		l.right(Host, l.t.Host.KnockDropped)
	}
}

// through walks attempts through one layer. first is the chain that libvirt makes
// for the tap; own says that libvirt keeps its filter in tables of nft instead.
func (l *look) through(layer, tap string, t *table, first string, own, absent bool, rules int, attempts []attempt) {
	words := l.t.Host
	switch {
	case own && (t == nil || t.chains[first] == nil):
		l.unknown(Host, words.NftBackend, layer)
		return
	case absent:
		l.unknown(Host, words.ToolAbsent, layer)
		return
	case rules == 0 && !l.tapHere():
		l.unknown(Host, words.NoRules)
		return
	case t == nil || t.chains[first] == nil:
		l.wrong(Host, words.TapBare, tap, layer)
		return
	}
	var open, unclear []string
	for _, a := range attempts {
		name := named(words.Attempts, a.name)
		// What libvirt's rules let through is not left to the rest of the host's
		// firewall: the wall is ours to make.
		var e ends
		if base := t.chains[a.base]; base == nil {
			e = ends{accepted: true}
		} else {
			policy := base.policy
			base.policy = "ACCEPT"
			e = t.walk(a.base, a.p)
			base.policy = policy
		}
		switch {
		case e.closed():
		case e.open() && !slices.Contains(open, name):
			open = append(open, name)
		case !e.open() && !slices.Contains(unclear, name):
			unclear = append(unclear, name)
		}
	}
	for _, name := range open {
		l.wrong(Host, words.TapOpen, tap, layer, name)
	}
	if len(unclear) > 0 {
		l.unknown(Host, words.TapUnclear, tap, layer, strings.Join(unclear, l.t.ListSeparator))
	}
	if len(open)+len(unclear) == 0 {
		l.right(Host, words.TapClosed, tap, layer, len(attempts))
	}
}

// broute notes rules that take the machine's frames past the bridge, and with it
// past every rule for it.
func (l *look) broute(lines []string, w wall, tap string) {
	t := parseSaved(lines).table("broute")
	if t == nil || t.chains["BROUTING"] == nil {
		return
	}
	p := packet{link: true, in: tap, physIn: tap, source: w.mac, ether: etherIPv4, src: w.guest, dst: w.host, protocol: "tcp", sport: 22, dport: 22}
	if e := t.walk("BROUTING", p); e.dropped || e.unclear {
		l.wrong(Host, l.t.Host.TapOpen, tap, "broute", named(l.t.Host.Attempts, "past the bridge"))
	}
}

// restricted looks at the user-mode network of a session.
