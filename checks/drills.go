package checks

// Drills: attempts to get out of the machine, made for real. This file is what is
// tried, with which targets on this host; drills_frames.go and drills_proxy.go are
// the bytes, drills_judge.go is what is made of the answers. The program that makes
// the attempts inside is assets/collector/drill.py; it is run, beside the host's
// counters, by provision/steps.
//
// Nothing of it is meant to leave this computer: it has to end at the host's end of
// the machine's card, or in the warden. Targets on the Internet are addresses that
// are for documentation and belong to nobody.

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"time"

	"github.com/clawarium/clawarium/assets/collector"
	"github.com/clawarium/clawarium/assets/layout"
)

// DrillAge is how long the result of a round is good, as long as the same walls stand.
const DrillAge = 24 * time.Hour

// DrillLimit is how many bytes a round may say, and drillLimit how long its program
// keeps the guest's own walls out of the way at most, by the guest's clock.
const (
	DrillLimit = 256 << 10
	drillLimit = 3 * time.Minute
)

// Kinds of attempts: with an ordinary socket, with frames of one's own on the card,
// or by way of the warden's proxy.
const (
	kindTCP   = "tcp"
	kindUDP   = "udp"
	kindPing  = "ping"
	kindRaw   = "raw"
	kindProxy = "proxy"
)

// drill is one kind of thing that is tried.
type drill struct {
	name     string // in text's Drills
	controls []ID   // whose finding it has a say in
	by       []string
	optional bool // this host may have nothing to aim it at
	system   bool // it means nothing in a session, where there is no filter to pass
	proxy    bool
	twin     bool // it has to work
}

var (
	bothPlayers = []string{DrillAgent, DrillRoot}
	rootAlone   = []string{DrillRoot}
)

// drillTable is everything that is tried, in the order in which it is told.
var drillTable = []drill{
	{name: "own sshd", controls: []ID{"K13"}, by: bothPlayers, twin: true},
	{name: "arp", controls: []ID{"K13"}, by: rootAlone, twin: true},

	{name: "own card", controls: []ID{"K3"}, by: bothPlayers},
	{name: "host", controls: []ID{"K9", "K13"}, by: bothPlayers},
	{name: "host elsewhere", controls: []ID{"K9", "K13"}, by: bothPlayers, optional: true},
	{name: "host loopback", controls: []ID{"K9", "K13"}, by: rootAlone},
	{name: "router", controls: []ID{"K13"}, by: bothPlayers, optional: true},
	{name: "lan", controls: []ID{"K13"}, by: bothPlayers, optional: true},
	{name: "other machine", controls: []ID{"K13"}, by: bothPlayers, optional: true},
	{name: "metadata", controls: []ID{"K13"}, by: bothPlayers},
	{name: "public", controls: []ID{"K13"}, by: bothPlayers},
	{name: "quic", controls: []ID{"K13"}, by: bothPlayers},
	{name: "dns", controls: []ID{"K13"}, by: bothPlayers},
	{name: "dns tunnel", controls: []ID{"K13"}, by: bothPlayers},
	{name: "ping", controls: []ID{"K13"}, by: bothPlayers},
	{name: "broadcast", controls: []ID{"K13"}, by: bothPlayers},
	{name: "multicast", controls: []ID{"K13"}, by: bothPlayers},
	{name: "ipv6 link", controls: []ID{"K13"}, by: bothPlayers},
	{name: "ipv6 private", controls: []ID{"K13"}, by: bothPlayers},
	{name: "ipv6 public", controls: []ID{"K13"}, by: bothPlayers},
	{name: "ipv6 everyone", controls: []ID{"K13"}, by: bothPlayers},

	{name: "from port 22", controls: []ID{"K9", "K13"}, by: rootAlone, system: true},
	{name: "false address", controls: []ID{"K13"}, by: rootAlone},
	{name: "false card", controls: []ID{"K13"}, by: rootAlone},
	{name: "false arp", controls: []ID{"K13"}, by: rootAlone},
	{name: "arp scan", controls: []ID{"K13"}, by: rootAlone},
	{name: "dhcp", controls: []ID{"K13"}, by: rootAlone, system: true},
	{name: "vlan", controls: []ID{"K13"}, by: rootAlone},
	{name: "other frame", controls: []ID{"K13"}, by: rootAlone},
	{name: "fragments", controls: []ID{"K13"}, by: rootAlone},
	{name: "packed", controls: []ID{"K13"}, by: rootAlone},
	{name: "redirect", controls: []ID{"K13"}, by: rootAlone},
	{name: "false router", controls: []ID{"K13"}, by: rootAlone},

	{name: "proxy allowed", controls: []ID{"K13"}, by: bothPlayers, proxy: true, twin: true, optional: true},
	{name: "proxy loopback", controls: []ID{"K9", "K13"}, by: bothPlayers, proxy: true},
	{name: "proxy host", controls: []ID{"K9", "K13"}, by: bothPlayers, proxy: true},
	{name: "proxy private", controls: []ID{"K13"}, by: bothPlayers, proxy: true},
	{name: "proxy metadata", controls: []ID{"K13"}, by: bothPlayers, proxy: true},
	{name: "proxy numbers", controls: []ID{"K9", "K13"}, by: bothPlayers, proxy: true},
	{name: "proxy ipv6", controls: []ID{"K9", "K13"}, by: bothPlayers, proxy: true},
	{name: "proxy local name", controls: []ID{"K9", "K13"}, by: bothPlayers, proxy: true},
	{name: "proxy direct", controls: []ID{"K13"}, by: bothPlayers, proxy: true},
	{name: "proxy plain", controls: []ID{"K13"}, by: bothPlayers, proxy: true},
	{name: "proxy socks", controls: []ID{"K9", "K13"}, by: bothPlayers, proxy: true},
	{name: "proxy unlisted", controls: []ID{"K13"}, by: bothPlayers, proxy: true, optional: true},
	{name: "proxy lookalike", controls: []ID{"K13"}, by: bothPlayers, proxy: true, optional: true},
	{name: "proxy other port", controls: []ID{"K13"}, by: bothPlayers, proxy: true, optional: true},
	{name: "proxy smuggling", controls: []ID{"K13"}, by: bothPlayers, proxy: true, optional: true},
	{name: "proxy false name", controls: []ID{"K13"}, by: bothPlayers, proxy: true, optional: true},
	{name: "proxy no name", controls: []ID{"K13"}, by: bothPlayers, proxy: true, optional: true},
	{name: "proxy not tls", controls: []ID{"K13"}, by: bothPlayers, proxy: true, optional: true},
	{name: "proxy name to private", controls: []ID{"K13"}, by: bothPlayers, proxy: true, optional: true},
	{name: "proxy changing name", controls: []ID{"K13"}, by: bothPlayers, proxy: true, optional: true},
	{name: "proxy mixed name", controls: []ID{"K13"}, by: bothPlayers, proxy: true, optional: true},
}

// DrillNames lists what is tried, in the order in which it is told.
func DrillNames() []string {
	names := make([]string, len(drillTable))
	for i, d := range drillTable {
		names[i] = d.name
	}
	return names
}

// Drilled says whether a control's finding rests on drills.
func Drilled(id ID) bool {
	return slices.ContainsFunc(drillTable, func(d drill) bool { return slices.Contains(d.controls, id) })
}

func drillOf(name string) (drill, bool) {
	i := slices.IndexFunc(drillTable, func(d drill) bool { return d.name == name })
	if i < 0 {
		return drill{}, false
	}
	return drillTable[i], true
}

// Ground is what there is around the machine to aim at.
type Ground struct {
	System      bool
	Guest, Host netip.Addr // the machine's card, and the host's end: the bridge, or QEMU's own address in a session
	MAC         string     // of the machine's card
	HostMAC     string     // of the host's end
	HostIPv6    netip.Addr // link-local, of the host's end
	HostPorts   []int      // of this host that take connections from others, at most two
	LocalPorts  []int      // that listen on its loopback alone, at most two
	Own         []netip.Addr
	Router      netip.Addr
	Resolvers   []netip.Addr
	Neighbours  []netip.Addr // other hosts on its networks
	Machines    []netip.Addr // on other bridges of this host
	Metadata    netip.Addr
	Public      []netip.Addr // IPv4 and IPv6
	Name        string       // of this host

	Level   string
	Allowed EgressRule // a name that the policy lets through by TLS; none has no Host
	// Names that the policy lets through and that lead astray; only a test has any.
	ToPrivate, Changing, Mixed string
}

// The addresses that stand for the Internet: RFC 5737 and RFC 3849.
var (
	documentation4 = netip.MustParseAddr("192.0.2.1")
	documentation6 = netip.MustParseAddr("2001:db8::1")
	metadataHost   = netip.MustParseAddr("169.254.169.254")
)

// Attempt is one of a round, as the program inside is told of it.
type Attempt struct {
	ID     int      `json:"id"`
	Name   string   `json:"-"`
	Who    string   `json:"who"`
	Kind   string   `json:"kind"`
	To     string   `json:"to"`
	Port   int      `json:"port"`
	Data   string   `json:"data,omitempty"`
	Local  bool     `json:"local"` // it stays inside
	Frames []string `json:"frames,omitempty"`
	Times  int      `json:"times,omitempty"`
	Of     string   `json:"of"` // whose frame would be an answer
	Say    []string `json:"say,omitempty"`
	Alone  bool     `json:"alone"`
	Wait   float64  `json:"wait"` // seconds of the guest's

	Twin bool `json:"-"`
	// Shown is the target in words; Asked, at Ask, what the warden's record calls it.
	Shown string `json:"-"`
	Asked string `json:"-"`
	Ask   int    `json:"-"`
	// Works reads the answer of the last part that was said to the proxy.
	Works func(heard [][]byte) bool `json:"-"`
}

// ByProxy says that it goes to the warden, and not to the card.
func (a Attempt) ByProxy() bool { return a.Kind == kindProxy }

// PassesLink says that the link layer of the host's filter lets it pass, so that the
// next has to drop it.
func (a Attempt) PassesLink() bool { return a.Name == "from port 22" }

const (
	answerWait = 0.1  // seconds; a frame that gets through is answered within a few milliseconds
	frameWait  = 0.03 // what answers later is heard as well, and told
	proxyWait  = 8.0  // the warden may look a name up
	burst      = 3    // frames of one's own are sent so often, so that a stray one is not taken for them
)

// round puts attempts together.
type round struct {
	ground   Ground
	attempts []Attempt
}

func (r *round) add(name string, a Attempt) {
	a.ID, a.Name = len(r.attempts), name
	if a.Wait == 0 {
		a.Wait = answerWait
	}
	if a.Shown == "" {
		a.Shown = a.To
		if a.Port != 0 {
			a.Shown = joinPort(a.To, a.Port)
		}
	}
	if d, ok := drillOf(name); ok {
		a.Twin = d.twin
	}
	r.attempts = append(r.attempts, a)
}

func joinPort(host string, port int) string {
	if a, err := netip.ParseAddr(host); err == nil {
		return netip.AddrPortFrom(a, uint16(port)).String()
	}
	return host + ":" + strconv.Itoa(port)
}

// both has the agent and root make an attempt with an ordinary socket.
func (r *round) both(name, kind string, to netip.Addr, port int, data []byte) {
	if !to.IsValid() {
		return
	}
	for _, who := range bothPlayers {
		r.add(name, Attempt{Who: who, Kind: kind, To: to.String(), Port: port, Data: hex.EncodeToString(data)})
	}
}

// Attempts is a whole round.
func (g Ground) Attempts() []Attempt {
	g.HostIPv6 = g.linkLocal()
	r := &round{ground: g}
	for _, who := range bothPlayers {
		r.add("own sshd", Attempt{Who: who, Kind: kindTCP, To: "127.0.0.1", Port: 22, Local: true, Wait: 2})
		for _, port := range guestPorts {
			r.add("own card", Attempt{Who: who, Kind: kindTCP, To: g.Guest.String(), Port: port, Local: true})
		}
	}
	for _, port := range firstOr(g.HostPorts, 22) {
		r.both("host", kindTCP, g.Host, port, nil)
	}
	for _, own := range g.Own {
		r.both("host elsewhere", kindTCP, own, firstOr(g.HostPorts, 22)[0], nil)
	}
	for _, port := range g.LocalPorts {
		if !g.System { // QEMU's own address stands for this host's loopback
			r.both("host loopback", kindTCP, g.Host, port, nil)
		}
	}
	r.both("router", kindTCP, g.Router, 80, nil)
	for _, a := range g.Neighbours {
		r.both("lan", kindTCP, a, 80, nil)
	}
	for _, a := range g.Machines {
		r.both("other machine", kindTCP, a, 22, nil)
	}
	r.both("metadata", kindTCP, g.Metadata, 80, nil)
	for _, a := range g.Public {
		name := "public"
		if a.Is6() {
			name = "ipv6 public"
		}
		r.both(name, kindTCP, a, 443, nil)
	}
	public := g.public4()
	r.both("quic", kindUDP, public, 443, quicInitial())
	for _, a := range append(slices.Clone(g.Resolvers), public) {
		r.both("dns", kindUDP, a, 53, dnsQuery("example.com"))
	}
	r.both("dns", kindTCP, public, 53, nil)
	r.both("dns tunnel", kindUDP, firstAddr(g.Resolvers, public), 53, dnsQuery(tunnelled))
	if g.System { // QEMU answers a ping to its own address itself
		r.both("ping", kindPing, g.Host, 0, []byte("drill"))
	}
	r.both("ping", kindPing, public, 0, []byte("drill"))
	r.both("broadcast", kindUDP, netip.AddrFrom4([4]byte{255, 255, 255, 255}), 9, []byte("drill"))
	r.both("multicast", kindUDP, netip.MustParseAddr("224.0.0.251"), 5353, dnsQuery("drill.local"))
	r.both("multicast", kindUDP, netip.MustParseAddr("239.255.255.250"), 1900, []byte("M-SEARCH * HTTP/1.1\r\n\r\n"))
	if g.HostIPv6.IsValid() { // not without the card's address
		r.both("ipv6 link", kindTCP, g.HostIPv6, firstOr(g.HostPorts, 22)[0], nil)
	}
	r.both("ipv6 private", kindTCP, netip.MustParseAddr("fd00::1"), 22, nil)
	r.both("ipv6 everyone", kindPing, netip.MustParseAddr("ff02::1"), 0, []byte("drill"))

	r.frames()
	r.proxies()
	return r.attempts
}

// linkLocal is the address of the host's end that it has, or would have.
func (g Ground) linkLocal() netip.Addr {
	if mac, err := net.ParseMAC(g.HostMAC); !g.HostIPv6.IsValid() && err == nil && len(mac) == 6 {
		return linkLocal(mac)
	}
	return g.HostIPv6.WithZone("")
}

func (g Ground) public4() netip.Addr {
	for _, a := range g.Public {
		if a.Is4() {
			return a
		}
	}
	return documentation4
}

func firstOr(ports []int, otherwise int) []int {
	if len(ports) == 0 {
		return []int{otherwise}
	}
	return ports
}

func firstAddr(list []netip.Addr, otherwise netip.Addr) netip.Addr {
	for _, a := range list {
		if a.Is4() {
			return a
		}
	}
	return otherwise
}

// DrillProgram is the program for a round, with what it needs to know put in.
func (g Ground) DrillProgram(attempts []Attempt) []byte {
	host6 := ""
	if a := g.linkLocal(); a.IsValid() {
		host6 = a.String()
	}
	params, err := json.Marshal(map[string]any{
		"agent": layout.Agent, "mac": g.MAC, "host": g.Host.String(), "hostMac": g.HostMAC, "host6": host6,
		"session": !g.System, "limit": drillLimit.Seconds(), "tries": attempts,
	})
	if err != nil {
		panic(err) // strings, numbers and lists always marshal
	}
	// Nothing in it ends a literal that three quotes begin.
	params = bytes.ReplaceAll(params, []byte("'"), []byte(`\u0027`))
	return slices.Concat([]byte("import json\nPARAMS = json.loads(r'''"), params, []byte("''')\n"), collector.Drill())
}
