package checks

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/clawarium/clawarium/assets/layout"
)

// K13, egress: the machine's network card reaches nothing. With the system's
// libvirt: one card, on a network that leads nowhere, behind a filter; looked at
// as libvirt has it written down, and as the kernel has it in force. In a
// session: QEMU's own user-mode network, restricted.
//
// The only way out is the warden, which lets through what the plan does. And getting
// out by another was tried, from inside, for real.

func egress(l *look) {
	if l.subject.System {
		tap := l.card()
		for root := range l.networks {
			l.isolatedNetwork(root)
		}
		l.filter()
		l.onlyTap()
		if tap != "" {
			l.wallOn(tap)
		}
		l.seenByFilter(tap)
		l.answered()
	} else {
		for d := range l.domains {
			if cards := d.root.at("devices").all("interface"); len(cards) > 0 {
				l.wrong(Libvirt, l.t.Host.CardInSession, d.name, cards[0].attr("type"))
			}
		}
		l.restricted()
	}
	l.theWarden()
	l.drills("K13")
}

// card looks at the machine's only network card and returns the tap it hangs on,
// "" when that is not known.
func (l *look) card() (tap string) {
	t := l.t.Host
	want := struct{ network, filter string }{layout.Network(l.subject.Machine), layout.Filter(l.subject.Machine)}
	for d := range l.domains {
		cards := d.root.at("devices").all("interface")
		if len(cards) != 1 {
			l.wrong(Libvirt, t.CardCount, d.name, len(cards))
		}
		before := len(l.wrongs) + len(l.unknowns)
		for _, card := range cards {
			mac := card.at("mac").attr("address")
			switch {
			case card.attr("type") != "network" || cardSource(card) != want.network:
				l.wrong(Libvirt, t.CardElsewhere, d.name, card.attr("type"), cardSource(card), want.network)
			case card.at("filterref").attr("filter") != want.filter:
				l.wrong(Libvirt, t.CardUnfiltered, d.name, card.at("filterref").attr("filter"), want.filter)
			case l.subject.MAC == "":
				l.unknown(Libvirt, l.t.CouldNotLook, t.CardAddress, l.t.NoName)
			case !strings.EqualFold(mac, l.subject.MAC):
				l.wrong(Libvirt, t.CardMAC, d.name, mac, l.subject.MAC)
			}
			if dev := card.at("target").attr("dev"); d.live && tap == "" {
				tap = dev
			}
		}
		if len(l.wrongs)+len(l.unknowns) == before && len(cards) == 1 {
			l.right(Libvirt, t.CardFine, d.name, want.network, want.filter)
		}
	}
	// Every tap on QEMU's command line is one that libvirt gave it; a card of
	// another kind would go past all of this.
	if q, ok := had(l, Host, l.t.QemuProcess, l.evidence.Host.Qemu); ok {
		cards := netdevs(q.Args)
		switch {
		case len(q.Args) == 0:
			l.unknown(Host, l.t.CouldNotLook, l.t.QemuProcess, l.t.Malformed)
		case len(cards) != 1 || netdevKind(cards[0]) != "tap":
			l.wrong(Host, t.QemuCards, q.PID, strings.Join(cards, "; "))
		default:
			l.right(Host, t.QemuCardFine, q.PID)
		}
	}
	return tap
}

// isolatedNetwork looks at the network as libvirt has it written down.
func (l *look) isolatedNetwork(root *node) {
	t := l.t.Host
	before := len(l.wrongs)
	if f := root.at("forward"); f != nil {
		l.wrong(Libvirt, t.NetworkForwards, f.attr("mode"))
	}
	if root.at("dns").attr("enable") != "no" {
		l.wrong(Libvirt, t.NetworkDNS)
	}
	if got, want := root.at("bridge").attr("name"), layout.Bridge(l.subject.Machine); got != want {
		l.wrong(Libvirt, t.NetworkBridge, got, want)
	}
	addresses := root.all("ip")
	if len(addresses) != 1 || addresses[0].attr("address") != l.subject.HostIP || addresses[0].attr("family") == "ipv6" {
		var got []string
		for _, a := range addresses {
			got = append(got, a.attr("address"))
		}
		l.wrong(Libvirt, t.NetworkAddress, strings.Join(got, " "), l.subject.HostIP)
	}
	if holds(root, "dhcp") {
		l.wrong(Libvirt, t.NetworkDHCP)
	}
	if len(root.all("route")) > 0 || holds(root, "portForward") {
		l.wrong(Libvirt, t.NetworkForwards, "route")
	}
	if len(l.wrongs) == before {
		l.right(Libvirt, t.NetworkFine, layout.Network(l.subject.Machine))
	}
}

// filterRules are all that the filter must have, each as action, direction,
// priority, protocol and what it is about, in the order of the alphabet.
func filterRules(s Subject) []string {
	mac, guest, host := strings.ToLower(s.MAC), s.GuestIP, s.HostIP
	return []string{
		"drop out 100 mac match=no srcmacaddr=" + mac,
		fmt.Sprintf("accept out 200 arp arpdstipaddr=%s arpsrcipaddr=%s arpsrcmacaddr=%s", host, guest, mac),
		fmt.Sprintf("accept in 200 arp arpdstipaddr=%s arpsrcipaddr=%s", guest, host),
		fmt.Sprintf("accept out 300 ip dstipaddr=%s protocol=tcp srcipaddr=%s srcportstart=22", host, guest),
		fmt.Sprintf("accept in 300 ip dstipaddr=%s dstportstart=22 protocol=tcp srcipaddr=%s", guest, host),
		"drop inout 900 mac",
		fmt.Sprintf("accept in 500 tcp dstipaddr=%s dstportstart=22 srcipaddr=%s", guest, host),
		"drop inout 1000 all",
		"drop inout 1000 all-ipv6",
	}
}

// filter looks at the filter as libvirt has it written down.
func (l *look) filter() {
	t := l.t.Host
	doc, ok := had(l, Libvirt, t.FilterName, l.evidence.Libvirt.Filter)
	if !ok {
		return
	}
	root, err := parseXML(doc)
	if err != nil || root.name.Local != "filter" || root.attr("name") != layout.Filter(l.subject.Machine) {
		l.unknown(Libvirt, l.t.CouldNotLook, t.FilterName, l.t.Malformed)
		return
	}
	if l.subject.MAC == "" {
		return // said already
	}
	before := len(l.wrongs)
	if c := root.attr("chain"); c != "root" && c != "" {
		l.wrong(Libvirt, t.FilterChain, c)
	}
	missing := filterRules(l.subject)
	more := 0
	for _, k := range root.kids {
		switch k.name.Local {
		case "rule":
			rule := filterRule(k)
			if i := slices.Index(missing, rule); i >= 0 {
				missing = slices.Delete(missing, i, i+1)
			} else if a := k.attr("action"); a == "drop" || a == "reject" {
				more++ // one that keeps out more still
			} else {
				l.wrong(Libvirt, t.FilterExtra, rule)
			}
		case "filterref":
			l.wrong(Libvirt, t.FilterExtra, "filterref "+k.attr("filter"))
		}
	}
	for _, m := range missing {
		l.wrong(Libvirt, t.FilterMissing, m)
	}
	if len(l.wrongs) == before {
		l.right(Libvirt, t.FilterFine, len(filterRules(l.subject))+more)
	}
}

// filterRule writes a rule of a filter as filterRules does.
func filterRule(k *node) string {
	words := []string{k.attr("action"), k.attr("direction"), k.attr("priority")}
	for _, a := range slices.Sorted(maps.Keys(k.attrs)) {
		if a != "action" && a != "direction" && a != "priority" && !(a == "statematch" && (k.attrs[a] == "true" || k.attrs[a] == "1")) {
			words = append(words, a+"="+k.attrs[a])
		}
	}
	for _, p := range k.kids {
		words = append(words, p.name.Local)
		for _, a := range slices.Sorted(maps.Keys(p.attrs)) {
			if a != "comment" && !(a == "match" && p.attrs[a] == "yes") {
				words = append(words, a+"="+strings.ToLower(p.attrs[a]))
			}
		}
	}
	return strings.Join(words, " ")
}

// onlyTap notes whatever else hangs on the bridge.
func (l *look) onlyTap() {
	t := l.t.Host
	b, ok := had(l, Host, t.BridgeName, l.evidence.Host.Bridge)
	switch {
	case !ok:
	case b.Name != layout.Bridge(l.subject.Machine):
		l.unknown(Host, l.t.CouldNotLook, t.BridgeName, l.t.Malformed)
	case len(b.Ports) > 1:
		l.wrong(Host, t.BridgePorts, b.Name, strings.Join(b.Ports, " "))
	default:
		l.right(Host, t.BridgeFine, b.Name, strings.Join(b.Ports, " "))
	}
}

// seenByFilter asks whether packets that cross a bridge are shown to the IP
// layer's rules. If not, the link layer is left, which keeps no record of
// connections: from its port 22, the guest's root could reach every TCP port of
// the host.
func (l *look) seenByFilter(tap string) {
	t := l.t.Host
	b := l.evidence.Host.Bridge
	if !b.OK {
		return // said already
	}
	for _, s := range []struct{ sysctl, is string }{
		{"net.bridge.bridge-nf-call-iptables", b.Value.Filtered4}, {"net.bridge.bridge-nf-call-ip6tables", b.Value.Filtered6},
	} {
		switch {
		case s.is == "1":
			l.right(Host, t.BridgeFiltered, s.sysctl)
		case tap == "" && s.is == "":
			l.unknown(Host, l.t.CouldNotLook, s.sysctl, l.t.NotLookedAt)
		default:
			l.wrong(Host, t.BridgeUnfiltered, s.sysctl, s.is)
		}
	}
	if b.Value.Forwards == "1" {
		l.right(Host, t.HostForwards)
	}
}

func (l *look) restricted() {
	t := l.t.Host
	q, ok := had(l, Host, l.t.QemuProcess, l.evidence.Host.Qemu)
	if !ok {
		return
	}
	cards := netdevs(q.Args)
	if len(q.Args) == 0 || len(cards) == 0 {
		l.unknown(Host, l.t.CouldNotLook, t.QemuNetwork, l.t.NotLookedAt)
		return
	}
	before := len(l.wrongs)
	if len(cards) > 1 {
		l.wrong(Host, t.QemuCards, q.PID, strings.Join(cards, "; "))
	}
	for _, card := range cards {
		if kind := netdevKind(card); kind != "user" {
			l.wrong(Host, t.QemuCardOther, q.PID, kind)
			continue
		}
		if !isRestricted(card) {
			l.wrong(Host, t.QemuUnrestricted, q.PID, card)
		}
		for _, door := range []string{"guestfwd", "smb", "tftp", "bootfile"} {
			if strings.Contains(card, ","+door+"=") || strings.Contains(card, `"`+door+`"`) {
				l.wrong(Host, t.QemuDoor, q.PID, door)
			}
		}
	}
	if len(l.wrongs) == before {
		l.right(Host, t.QemuRestricted, q.PID)
	}
}

// netdevKind is the first word of a -netdev argument, in either form.
func netdevKind(arg string) string {
	if strings.HasPrefix(arg, "{") {
		var n struct {
			Type string `json:"type"`
		}
		if json.Unmarshal([]byte(arg), &n) != nil {
			return arg
		}
		return n.Type
	}
	kind, _, _ := strings.Cut(arg, ",")
	return strings.TrimPrefix(kind, "type=")
}

// isRestricted reads the restrict setting of a user-mode network; QEMU takes the
// last of several.
func isRestricted(arg string) bool {
	if strings.HasPrefix(arg, "{") {
		var n struct {
			Restrict bool `json:"restrict"`
		}
		return json.Unmarshal([]byte(arg), &n) == nil && n.Restrict
	}
	on := false
	for part := range strings.SplitSeq(arg, ",") {
		if value, ok := strings.CutPrefix(part, "restrict="); ok {
			on = value == "on" || value == "yes" || value == "y" || value == "true"
		}
	}
	return on
}
