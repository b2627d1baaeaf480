package checks

import (
	"cmp"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"

	"github.com/clawarium/clawarium/assets/layout"
)

// K4, no mapping: no port of the machine is passed on to this computer's network
// or beyond it, neither by libvirt, nor by a packet rule, nor by a program.

// privateCards are the kinds of interface that stay on a network of libvirt's.
// The others put the machine on a network of the host's or hand it a part of it.
var privateCards = []string{"network"}

func noMapping(l *look) {
	t := l.t.Host
	for d := range l.domains {
		cards := d.root.at("devices").all("interface")
		before := len(l.wrongs)
		for i, card := range cards {
			switch kind := card.attr("type"); {
			case !l.subject.System:
				l.wrong(Libvirt, t.CardInSession, d.name, kind)
			case !slices.Contains(privateCards, kind):
				l.wrong(Libvirt, t.CardOutside, d.name, kind, cardSource(card))
			case i > 0:
				l.wrong(Libvirt, t.SecondCard, d.name, cardSource(card))
			}
			if card.at("portForward") != nil || card.at("backend").attr("type") == "passt" {
				l.wrong(Libvirt, t.PortForward, d.name)
			}
		}
		if len(l.wrongs) == before {
			l.right(Libvirt, t.CardsFine, d.name, len(cards))
		}
	}
	if !l.subject.System {
		l.forwardsOfQemu()
		l.doors()
		l.portsThatLeadIn()
		return
	}

	for root := range l.networks {
		if f := root.at("forward"); f != nil {
			l.wrong(Libvirt, t.NetworkForwards, cmp.Or(f.attr("mode"), "nat"))
		} else if holds(root, "portForward") {
			l.wrong(Libvirt, t.PortForward, t.NetworkName)
		} else {
			l.right(Libvirt, t.NetworkForwardsNot)
		}
	}
	l.mappings()
	l.portsThatLeadIn()
}

// forwardsOfQemu asks of each forward of a user-mode network that it begin on
// this computer alone. Where it leads is K3's question.
func (l *look) forwardsOfQemu() {
	t := l.t.Host
	q, ok := had(l, Host, l.t.QemuProcess, l.evidence.Host.Qemu)
	if !ok {
		return
	}
	forwards := 0
	for _, netdev := range netdevs(q.Args) {
		for _, f := range userForwards(netdev) {
			forwards++
			if hostSide, _, _ := strings.Cut(f, "-"); strings.HasPrefix(hostSide, "tcp:127.0.0.1:") || strings.HasPrefix(hostSide, "tcp:[::1]:") {
				l.right(Host, t.ForwardHere, q.PID, f)
			} else {
				l.wrong(Host, t.ForwardEverywhere, q.PID, f)
			}
		}
	}
	if forwards == 0 {
		l.unknown(Host, l.t.CouldNotLook, l.t.Forwards, l.t.NotLookedAt)
	}
}

// doors looks at what came of knocking at this computer's other addresses, where the
// port of the forward must not answer.
func (l *look) doors() {
	t := &l.t.Drills
	if l.evidence.Host.Connections == nil {
		l.unknown(Host, l.t.CouldNotLook, l.t.Connections, l.t.NotLookedAt)
		return
	}
	shut := 0
	for _, at := range slices.Sorted(maps.Keys(l.evidence.Host.Connections)) {
		answer, ok := had(l, Host, l.t.ConnectTo+" "+at, l.evidence.Host.Connections[at])
		switch {
		case !ok:
		case answer == Open:
			l.wrong(Host, t.DoorOpen, at)
		default:
			shut++
		}
	}
	if shut == len(l.evidence.Host.Connections) {
		l.right(Host, t.DoorsShut, shut)
	}
}

// networks yields the machine's network as it is and as it will start next time,
// each where it could be looked at.
func (l *look) networks(yield func(*node) bool) {
	for _, n := range []struct {
		name string
		fact Fact[string]
	}{{l.t.Host.NetworkName, l.evidence.Libvirt.Network}, {l.t.Host.NetworkNext, l.evidence.Libvirt.NetworkNext}} {
		doc, ok := had(l, Libvirt, n.name, n.fact)
		if !ok {
			continue
		}
		root, err := parseXML(doc)
		if err != nil || root.name.Local != "network" || root.at("name").value() != layout.Network(l.subject.Machine) {
			l.unknown(Libvirt, l.t.CouldNotLook, n.name, l.t.Malformed)
			continue
		}
		if !yield(root) {
			return
		}
	}
}

// mappings looks for packet rules that send others into the machine's network.
func (l *look) mappings() {
	t := l.t.Host
	w := wallOf(l.subject, nil)
	before, forwards, seen := len(l.wrongs)+len(l.unknowns), 0, 0

	ip, ok := rules(l, IPv4Rules, l.evidence.Host.Rules.IPv4)
	if ok && !ip.Absent {
		seen += ip.Seen
		if nat := parseSaved(ip.Lines).table("nat"); nat != nil {
			for _, name := range nat.order {
				for _, r := range nat.chains[name].rules {
					to, ok := forwardTarget(r)
					if !ok {
						continue
					}
					forwards++
					if w.contains(to) {
						l.wrong(Host, t.RuleMaps, r.line)
					}
				}
			}
		}
	}
	nft, ok := rules(l, NftList, l.evidence.Host.Rules.Nft)
	if ok && !nft.Absent {
		seen += nft.Seen
		for _, f := range nft.Forwards {
			forwards++
			switch {
			case slices.ContainsFunc(f.To, w.contains):
				l.wrong(Host, t.RuleMaps, f.Table+" "+f.Kind+" "+strings.Join(f.To, " "))
			case f.Kind != "dnat" && ip.Absent, f.Kind == "dnat" && f.Unclear:
				l.unknown(Host, t.RuleUnclear, f.Table+" "+f.Kind)
			}
		}
	}
	switch {
	case len(l.wrongs)+len(l.unknowns) > before:
	case seen == 0 && !l.tapHere():
		l.unknown(Host, t.NoRules)
	default:
		l.right(Host, t.NoMapping, seen, forwards)
		if nft.Absent {
			l.right(Host, t.NftAbsent)
		}
	}
}

// rules is one listing of packet rules, unless it could not be had or is not whole.
func rules[T interface{ state() (looked, cut bool) }](l *look, tool RuleTool, fact Fact[T]) (T, bool) {
	t := l.t.Host
	what := t.PacketRules + " (" + string(tool) + ")"
	r, ok := had(l, Host, what, fact)
	looked, cut := r.state()
	switch {
	case !ok:
		l.hint = fmt.Sprintf(t.RulesHint, nameFlag(l.subject.Machine))
	case !looked:
		l.unknown(Host, l.t.CouldNotLook, what, l.t.NotLookedAt)
	case cut:
		l.unknown(Host, t.RulesCut, what)
	}
	return r, ok && looked && !cut
}

// portsThatLeadIn looks at the open ports of programs that lead to the machine.
func (l *look) portsThatLeadIn() {
	t := l.t.Host
	s, ok := had(l, Host, t.OpenPorts, l.evidence.Host.Sockets)
	if !ok {
		return
	}
	if s.Seen == 0 {
		l.unknown(Host, l.t.CouldNotLook, t.OpenPorts, l.t.Empty)
		return
	}
	host, _ := netip.ParseAddr(l.subject.HostIP)
	before := len(l.wrongs)
	for _, open := range s.Ours {
		a, err := netip.ParseAddr(open.Address)
		if err != nil {
			l.unknown(Host, l.t.CouldNotLook, t.OpenPorts, open.Address)
		} else if a = a.Unmap(); !a.IsLoopback() && (a != host || !host.IsValid()) {
			l.wrong(Host, t.PortLeadsIn, open.Process, open.PID, named(t.Whose, open.Why), open.Protocol, open.Address, open.Port)
		}
	}
	if len(l.wrongs) == before {
		l.right(Host, t.PortsFine, len(s.Ours))
		if s.Unowned > 0 {
			l.right(Host, t.PortsUnowned, s.Unowned)
		}
	}
}

// nameFlag is how a pasted command names the machine; the default name needs none.
func nameFlag(machine string) string {
	if machine == "openclaw" || machine == "" {
		return ""
	}
	return " --name " + clean(machine, 40)
}

// netdevs are the network cards' other ends on QEMU's command line.
func netdevs(args []string) []string {
	var all []string
	for i, arg := range args {
		if i > 0 && (args[i-1] == "-netdev" || args[i-1] == "-nic" || args[i-1] == "-net") {
			all = append(all, arg)
		}
	}
	return all
}

// cardSource is what a card is connected to.
func cardSource(card *node) string {
	s := card.at("source")
	for _, a := range []string{"network", "bridge", "dev", "path"} {
		if v := s.attr(a); v != "" {
			return v
		}
	}
	return ""
}

// holds says whether an element of that name is anywhere below n.
func holds(n *node, name string) bool {
	if n == nil {
		return false
	}
	return slices.ContainsFunc(n.kids, func(k *node) bool { return k.name.Local == name || holds(k, name) })
}
