package checks

// What is said to the warden's proxy: each time something that it must not do, in the
// words of HTTP, SOCKS and TLS. The refusal is looked up in the warden's own record,
// where a port that nothing else asks for tells one attempt from another.

import (
	"bytes"
	"crypto/tls"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/clawarium/clawarium/assets/layout"
)

// drillPorts are those that attempts ask the proxy for: below the ones that Linux
// gives out by itself, and of no service.
const (
	drillPort  = 27100
	drillPorts = 400
	// drillName is the end of names that drills ask for. Names under invalid never
	// exist (RFC 2606).
	drillName   = "clawarium-drill.invalid"
	drillPrefix = "clawarium-drill-"
)

// OfDrills says whether the host and port in the warden's record can be of a drill,
// so that a list of what was blocked can leave them out.
func OfDrills(host string, port int) bool {
	return port >= drillPort && port < drillPort+drillPorts ||
		strings.HasSuffix(host, drillName) || strings.HasPrefix(host, drillPrefix)
}

// talk is one conversation with the proxy.
type talk struct {
	say   [][]byte
	shown string
	host  string // what the warden's record calls it; "" where the port alone tells
	port  int
	alone bool
	works func(heard [][]byte) bool
}

// proxies adds the conversations, of both players.
func (r *round) proxies() {
	g := r.ground
	next := drillPort
	port := func() int { next++; return next - 1 }
	for _, who := range bothPlayers {
		ask := func(name string, t talk) {
			a := Attempt{Who: who, Kind: kindProxy, To: "127.0.0.1", Port: layout.ProxyPort, Shown: t.shown, Alone: t.alone,
				Asked: t.host, Ask: t.port, Works: t.works, Wait: proxyWait}
			for _, part := range t.say {
				a.Say = append(a.Say, hex.EncodeToString(part))
			}
			r.add(name, a)
		}
		connect := func(name string, hosts ...string) {
			for _, host := range hosts {
				ask(name, connectTo(host, port()))
			}
		}
		connect("proxy loopback", "127.0.0.1")
		connect("proxy host", append([]string{g.Host.String()}, bracketed(g.Own)...)...)
		connect("proxy private", append([]string{"10.0.0.1", "172.16.0.1", "192.168.0.1", "100.64.0.1"}, bracketed(only4(g.Router))...)...)
		for _, a := range g.Neighbours {
			ask("proxy private", exactly(connectTo(a.String(), 80), a))
		}
		connect("proxy metadata", g.Metadata.String())
		ask("proxy metadata", exactly(get(g.Metadata.String(), 80, ""), g.Metadata))
		connect("proxy numbers", "2130706433", "0x7f000001", "017700000001", "127.1", "0177.0.0.1", "0x7f.1", "127.0.0.1.", "\uff11\uff12\uff17.0.0.1")
		connect("proxy ipv6", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:a00:1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::1]", "[fe80::1]", "[fd00::1]")
		connect("proxy local name", "localhost", "localhost.", "ip6-localhost")
		// At the level internet a name with a dot is let through if it has a public
		// address, and some computers' has.
		anyName := g.Level == "internet"
		if !anyName {
			connect("proxy local name", "localhost.localdomain")
		}
		if g.Name != "" && !(anyName && strings.Contains(g.Name, ".")) {
			connect("proxy local name", g.Name)
		}
		for _, a := range g.Public {
			ask("proxy direct", exactly(connectTo(bracketed([]netip.Addr{a})[0], 443), a))
		}
		ask("proxy plain", get("127.0.0.1", port(), ""))
		ask("proxy plain", get("localhost", port(), ""))
		ask("proxy plain", get("127.0.0.1", port(), firstOf(g.Allowed.Host, "www.example.com")))
		for _, to := range []string{"127.0.0.1", "::1", "10.0.0.1"} {
			ask("proxy socks", socksAddress(1, to, port()))
		}
		ask("proxy socks", socksName("127.0.0.1", port()))
		ask("proxy socks", socksName("localhost", port()))
		ask("proxy socks", socksAddress(2, "127.0.0.1", port())) // BIND
		ask("proxy socks", socksAddress(3, "0.0.0.0", port()))   // UDP ASSOCIATE
		ask("proxy socks", socks4("127.0.0.1", port()))
		r.named(ask, port)
	}
}

// named adds what needs the level, or a host that is let through.
func (r *round) named(ask func(string, talk), port func() int) {
	g, host := r.ground, r.ground.Allowed.Host
	if g.Level != "internet" {
		ask("proxy unlisted", connectTo(drillName, port()))
	}
	for _, astray := range []struct{ name, host string }{
		{"proxy name to private", g.ToPrivate}, {"proxy changing name", g.Changing}, {"proxy mixed name", g.Mixed},
	} {
		if astray.host != "" {
			t := connectTo(astray.host, 443)
			t.say = append(t.say, hello(astray.host))
			t.host, t.alone = astray.host, true
			if astray.name == "proxy changing name" {
				// It may be connected to the address that was checked: the record says to which.
				t.works = func([][]byte) bool { return false }
			}
			ask(astray.name, t)
		}
	}
	if host == "" || len(g.Allowed.Ports) == 0 {
		return
	}
	if g.Level != "internet" {
		ask("proxy lookalike", connectTo(host+"."+drillName, port()))
		ask("proxy lookalike", connectTo(drillPrefix+host, port()))
		ask("proxy other port", connectTo(host, port()))
	}
	for _, smuggled := range []string{
		"CONNECT " + host + ":443@127.0.0.1:%p HTTP/1.1\r\nHost: " + host + "\r\n\r\n",
		"CONNECT 127.0.0.1:%p HTTP/1.1\r\nHost: " + host + ":443\r\n\r\n",
		"CONNECT 127.0.0.1:%p HTTP/1.1\nHost: " + host + ":443\n\n",
		"GET http://" + host + ":443@127.0.0.1:%p/ HTTP/1.1\r\nHost: " + host + "\r\n\r\n",
		"GET http://127.0.0.1:%p/ HTTP/1.1\r\nHost: " + host + "\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: 127.0.0.1:%p\r\n\r\n",
		"GET http://" + host + "\r\n :%p/ HTTP/1.1\r\nHost: 127.0.0.1:%p\r\n\r\n",
		"POST http://127.0.0.1:%p/ HTTP/1.1\r\nHost: " + host + "\r\nContent-Length: 0\r\nContent-Length: 60\r\n\r\nCONNECT 127.0.0.1:%p HTTP/1.1\r\n\r\n",
	} {
		p := port()
		said := strings.ReplaceAll(smuggled, "%p", strconv.Itoa(p))
		line, _, _ := strings.Cut(said, "\n")
		ask("proxy smuggling", talk{say: [][]byte{[]byte(said)}, shown: strings.TrimSpace(line), port: p, works: went})
	}
	// Inside the tunnel to a host that is let through, one after the other: here the
	// reason alone tells them apart.
	inside := func(name string, first []byte) {
		t := connectTo(host, g.Allowed.Ports[0])
		t.say = append(t.say, first)
		t.host, t.alone = host, true
		t.works = func(heard [][]byte) bool {
			return len(heard) == 2 && went(heard[:1]) && len(heard[1]) > 0 && heard[1][0] != 0x15
		}
		ask(name, t)
	}
	inside("proxy allowed", hello(host))
	inside("proxy false name", hello(drillName))
	inside("proxy no name", hello(""))
	inside("proxy not tls", []byte("GET / HTTP/1.1\r\nHost: "+host+"\r\n\r\n"))
}

func bracketed(list []netip.Addr) []string {
	var out []string
	for _, a := range list {
		if a = a.WithZone(""); a.Is6() {
			out = append(out, "["+a.String()+"]")
		} else {
			out = append(out, a.String())
		}
	}
	return out
}

// exactly asks for a real port, which others may ask for too.
func exactly(t talk, to netip.Addr) talk {
	t.host = to.String()
	return t
}

func connectTo(host string, port int) talk {
	to := host + ":" + strconv.Itoa(port)
	return talk{say: [][]byte{[]byte("CONNECT " + to + " HTTP/1.1\r\nHost: " + to + "\r\n\r\n")}, shown: to, port: port, works: went}
}

// get asks for a page; other, if any, is what the Host header says instead.
func get(host string, port int, other string) talk {
	to := host + ":" + strconv.Itoa(port)
	said := "GET http://" + to + "/ HTTP/1.1\r\nHost: " + firstOf(other, to) + "\r\nConnection: close\r\n\r\n"
	return talk{say: [][]byte{[]byte(said)}, shown: "http://" + to + "/", port: port, works: went}
}

// went says whether the proxy did what it was asked for.
func went(heard [][]byte) bool {
	last := heard[len(heard)-1]
	return bytes.HasPrefix(last, []byte("HTTP/1.")) && len(last) > 9 && last[9] == '2'
}

var socksGreeting = []byte{5, 1, 0}

func socksWent(heard [][]byte) bool {
	last := heard[len(heard)-1]
	return len(heard) > 1 && len(last) > 1 && last[0] == 5 && last[1] == 0
}

// socksAddress is a request of SOCKS5 (RFC 1928).
func socksAddress(command byte, to string, port int) talk {
	a := netip.MustParseAddr(to)
	kind := byte(1)
	if a.Is6() {
		kind = 4
	}
	request := append([]byte{5, command, 0, kind}, a.AsSlice()...)
	return talk{say: [][]byte{socksGreeting, binary.BigEndian.AppendUint16(request, uint16(port))},
		shown: "SOCKS5 " + joinPort(to, port), port: port, works: socksWent}
}

func socksName(name string, port int) talk {
	request := append([]byte{5, 1, 0, 3, byte(len(name))}, name...)
	return talk{say: [][]byte{socksGreeting, binary.BigEndian.AppendUint16(request, uint16(port))},
		shown: "SOCKS5 " + name + ":" + strconv.Itoa(port), port: port, works: socksWent}
}

func socks4(to string, port int) talk {
	request := binary.BigEndian.AppendUint16([]byte{4, 1}, uint16(port))
	request = append(append(request, netip.MustParseAddr(to).AsSlice()...), 0)
	return talk{say: [][]byte{request}, shown: "SOCKS4 " + joinPort(to, port), port: port,
		works: func(heard [][]byte) bool { last := heard[0]; return len(last) > 1 && last[0] == 0 && last[1] == 90 }}
}

// hello is a TLS ClientHello for a name, or for none.
func hello(name string) []byte {
	var c recorder
	// It ends at the first answer, which never comes, so nothing is verified or sent.
	_ = tls.Client(&c, &tls.Config{ServerName: name, InsecureSkipVerify: true}).Handshake()
	return c.said
}

// recorder is a connection to nobody that keeps what is said.
type recorder struct {
	net.Conn // nil: what is not below is not called before the first answer
	said     []byte
}

var errNobody = errors.New("nobody answers")

func (r *recorder) Write(p []byte) (int, error) { r.said = append(r.said, p...); return len(p), nil }
func (r *recorder) Read([]byte) (int, error)    { return 0, errNobody }
func (r *recorder) Close() error                { return nil }

// Heard is the answer of a conversation in a word: Open when it worked.
func (a Attempt) Heard(parts []string, failed string) string {
	var heard [][]byte
	for _, part := range parts {
		data, err := hex.DecodeString(part)
		if err != nil {
			return "?"
		}
		heard = append(heard, data)
	}
	switch {
	case len(heard) > 0 && a.Works(heard):
		return Open
	case len(heard) == 0:
		return clean(failed, 40)
	}
	last := heard[len(heard)-1]
	if len(last) > 12 && bytes.HasPrefix(last, []byte("HTTP/1.")) {
		return clean(string(last[9:12]), 3)
	}
	if len(last) > 0 && failed == "" {
		return clean(hex.EncodeToString(last[:min(len(last), 4)]), 8)
	}
	return firstOf(clean(failed, 40), "closed")
}

// insideReasons are why the warden ends a tunnel over what is said in it first.
var insideReasons = map[string]string{
	"proxy false name": "name-mismatch", "proxy no name": "no-name", "proxy not tls": "not-tls", "proxy allowed": "",
}

// outsideReasons are why it cannot connect to a host that the policy lets through.
var outsideReasons = []string{"lookup", "connect", "address", "mixed", "own-address"}

// Unjudged says that the policy let an attempt by the proxy through and that no
// connection came about, so that the warden had nothing of it to refuse.
func (y Try) Unjudged() bool {
	_, inside := insideReasons[y.Name]
	return !y.Passed && (y.By == "lookup" || y.By == "connect" || inside && slices.Contains(outsideReasons, y.By))
}

// Garbled says that the warden need not make out what it was asked for.
func (a Attempt) Garbled() bool {
	return a.Name == "proxy smuggling" || a.Name == "proxy socks" || a.Name == "proxy numbers"
}

// Expects says whether a line of the warden's record can be about this attempt. Others
// may ask for a host that is let through at the same time.
func (a Attempt) Expects(reason string, passed bool) bool {
	own, inside := insideReasons[a.Name]
	return !inside || slices.Contains(outsideReasons, reason) || !a.Twin && reason == own || a.Twin && passed
}

// Harmless says that a host was let through to an address that it is meant to have:
// a name that changes its address is no harm while it is the checked one that counts.
func (a Attempt) Harmless(address string) bool {
	at, err := netip.ParseAddr(address)
	return a.Name == "proxy changing name" && err == nil && !at.IsPrivate() && !at.IsLoopback() && !at.IsLinkLocalUnicast()
}
