package warden

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// clientHello is what crypto/tls sends first to a server of this name; none when empty.
func clientHello(t testing.TB, name string) []byte {
	t.Helper()
	near, far := memPipe("")
	go func() {
		c := tls.Client(near, &tls.Config{ServerName: name, InsecureSkipVerify: true})
		_ = c.Handshake()
	}()
	head := make([]byte, 5)
	if _, err := io.ReadFull(far, head); err != nil {
		t.Fatal(err)
	}
	body := make([]byte, int(head[3])<<8|int(head[4]))
	if _, err := io.ReadFull(far, body); err != nil {
		t.Fatal(err)
	}
	far.Close()
	return append(head, body...)
}

func TestAnAllowedHostIsConnectedAtTheAddressThatWasChecked(t *testing.T) {
	r := newRig(t, example(), exampleWorld(), quick())
	c, status := r.open("API.Example.com.:443")
	if !strings.HasPrefix(status, "HTTP/1.1 200 ") {
		t.Fatalf("%q", status)
	}
	hello := clientHello(t, "api.example.com")
	if _, err := c.Write(hello); err != nil {
		t.Fatal(err)
	}
	back := make([]byte, len(hello))
	if _, err := io.ReadFull(c, back); err != nil || string(back) != string(hello) {
		t.Fatalf("what came back is not what was sent: %v", err)
	}
	e := r.logged(Allow, "")
	if e.Host != "api.example.com" || e.Port != 443 || e.Address != "93.184.216.1" || e.Rule != "provider:example" || e.Kind != "connect" {
		t.Errorf("%+v", e)
	}
	c.Close()
	e = r.logged(End, "")
	if e.Up != int64(len(hello)) || e.Down != int64(len(hello)) {
		t.Errorf("%+v", e)
	}
	if got := r.world.dials(); !slices.Equal(got, []netip.AddrPort{netip.MustParseAddrPort("93.184.216.1:443")}) {
		t.Errorf("dialled %v", got)
	}
}

// ways are the three ways to ask for a host.
var ways = map[string]func(r *rig, host string, port int) (granted bool, answer string){
	"connect": func(r *rig, host string, port int) (bool, string) {
		if strings.Contains(host, ":") {
			host = "[" + host + "]"
		}
		out := r.say(fmt.Sprintf("CONNECT %s:%d HTTP/1.1\r\n\r\n", host, port))
		return strings.HasPrefix(out, "HTTP/1.1 200 "), out
	},
	"http": func(r *rig, host string, port int) (bool, string) {
		if strings.Contains(host, ":") {
			host = "[" + host + "]"
		}
		out := r.say(fmt.Sprintf("GET http://%s:%d/ HTTP/1.1\r\nHost: %s:%d\r\n\r\n", host, port, host, port))
		return strings.HasPrefix(out, "HTTP/1.1 200 "), out
	},
	"socks5": func(r *rig, host string, port int) (bool, string) {
		out := r.say("\x05\x01\x00" + socksAsk(host, port))
		return len(out) >= 12 && out[3] == 0, out
	},
}

// socksAsk is a request to connect, by name or by address.
func socksAsk(host string, port int) string {
	kind := "\x03" + string(rune(len(host))) + host
	if a, err := netip.ParseAddr(host); err == nil {
		kind = string([]byte{4}) + string(a.AsSlice())
		if a.Is4() {
			kind = string([]byte{1}) + string(a.AsSlice())
		}
	}
	return "\x05\x01\x00" + kind + string([]byte{byte(port >> 8), byte(port)})
}

func TestEveryWayIsRefusedForEveryReason(t *testing.T) {
	for way, ask := range ways {
		for _, c := range []struct {
			host   string
			port   int
			reason Reason
			lookup bool // the name may be looked up
		}{
			{"other.example.com", 80, ReasonNotListed, false},
			{"api.example.com", 8080, ReasonNotListed, false},
			{"ads.wild.example.com", 443, ReasonNever, false},
			{"past.example.com", 443, ReasonExpired, false},
			{"localhost", 80, ReasonNoName, false},
			{"127.0.0.1", 3128, ReasonDirect, false},
			{"10.0.0.1", 80, ReasonDirect, false},
			{"169.254.169.254", 80, ReasonDirect, false},
			{"8.8.8.8", 80, ReasonDirect, false},
			{"0x7f.1", 80, ReasonDirect, false},
			{"2130706433", 80, ReasonDirect, false},
			{"::ffff:127.0.0.1", 80, ReasonDirect, false},
			{"::1", 80, ReasonDirect, false},
			{"gone.wild.example.com", 443, ReasonLookup, true},
			{"private.wild.example.com", 443, ReasonAddress, true},
			{"meta.wild.example.com", 443, ReasonAddress, true},
			{"mixed.wild.example.com", 443, ReasonMixed, true},
			{"own.wild.example.com", 443, ReasonOwn, true},
		} {
			t.Run(way+" "+c.host, func(t *testing.T) {
				p := example()
				if way == "http" { // where 443 is refused before anything else
					for i := range p.Rules {
						p.Rules[i].Ports = append(p.Rules[i].Ports, 81)
					}
					if c.port == 443 {
						c.port = 81
					}
				}
				r := newRig(t, p, exampleWorld(), quick())
				granted, answer := ask(r, c.host, c.port)
				if granted {
					t.Errorf("granted: %q", answer)
				}
				e := r.logged(Refuse, c.reason)
				if e.Kind != way || e.Port != c.port || e.Host != c.host {
					t.Errorf("%+v", e)
				}
				if got := r.world.dials(); len(got) > 0 {
					t.Errorf("dialled %v", got)
				}
				if got := r.world.lookups(); !c.lookup && len(got) > 0 {
					t.Errorf("looked up %v", got)
				}
				if way != "socks5" && !strings.Contains(answer, "X-Clawarium: "+string(c.reason)+"\r\n") {
					t.Errorf("answered %q", answer)
				}
			})
		}
	}
}

func TestEveryWayWorksWhereItIsAllowed(t *testing.T) {
	for way, ask := range ways {
		for _, host := range []string{"api.example.com", "93.184.216.34", "192.168.1.20"} {
			t.Run(way+" "+host, func(t *testing.T) {
				world := exampleWorld()
				world.serve = func(c net.Conn, _ netip.AddrPort) {
					if way == "http" {
						readHeadOf(c)
						_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")
					}
					c.Close()
				}
				port := map[string]int{"api.example.com": 80, "93.184.216.34": 8080, "192.168.1.20": 11434}[host]
				r := newRig(t, example(), world, quick())
				if granted, answer := ask(r, host, port); !granted {
					t.Errorf("refused: %q", answer)
				}
				r.settle()
				e := r.logged(Allow, "")
				if e.Kind != way || e.Host != host || e.Port != port {
					t.Errorf("%+v", e)
				}
				r.logged(End, "")
			})
		}
	}
}

func TestOfflineAndNoPolicyRefuseEverything(t *testing.T) {
	for way, ask := range ways {
		p := example()
		p.Level = LevelOffline
		r := newRig(t, p, exampleWorld(), quick())
		for _, host := range []string{"api.example.com", "192.168.1.20", "93.184.216.34"} {
			if granted, _ := ask(r, host, 80); granted {
				t.Errorf("%s %s is granted offline", way, host)
			}
		}
		r.logged(Refuse, ReasonOffline)
		r.policy.Store(nil)
		if granted, _ := ask(r, "api.example.com", 80); granted {
			t.Errorf("%s is granted without a policy", way)
		}
		r.logged(Refuse, ReasonPolicy)
		if len(r.world.dials())+len(r.world.lookups()) > 0 {
			t.Errorf("%s: asked %v, dialled %v", way, r.world.lookups(), r.world.dials())
		}
	}
}

func TestANameThatChangesItsAnswerIsConnectedWhereItWasChecked(t *testing.T) {
	world := exampleWorld()
	first := true
	rebinding := &rebindingWorld{fakeWorld: world, answer: func() []netip.Addr {
		defer func() { first = false }()
		if first {
			return []netip.Addr{netip.MustParseAddr("93.184.216.1")}
		}
		return []netip.Addr{netip.MustParseAddr("127.0.0.1")}
	}}
	r := newRig(t, example(), world, quick())
	r.door.world = rebinding
	if _, status := r.open("api.example.com:443"); !strings.HasPrefix(status, "HTTP/1.1 200 ") {
		t.Fatalf("%q", status)
	}
	if _, status := r.open("api.example.com:443"); !strings.Contains(status, " 403 ") {
		t.Fatalf("%q", status)
	}
	if got := world.dials(); !slices.Equal(got, []netip.AddrPort{netip.MustParseAddrPort("93.184.216.1:443")}) {
		t.Errorf("dialled %v", got)
	}
	if rebinding.asked != 2 {
		t.Errorf("the name was looked up %d times for two requests", rebinding.asked)
	}
}

type rebindingWorld struct {
	*fakeWorld
	answer func() []netip.Addr
	asked  int
}

func (w *rebindingWorld) Lookup(context.Context, string) ([]netip.Addr, error) {
	w.asked++
	return w.answer(), nil
}

func TestAConnectionToAnotherAddressThanTheCheckedOneIsDropped(t *testing.T) {
	world := exampleWorld()
	var near, far *memConn
	world.onDial = func(to netip.AddrPort) (net.Conn, error) {
		near, far = memPipe("10.0.0.1:443")
		return near, nil
	}
	r := newRig(t, example(), world, quick())
	if _, status := r.open("api.example.com:443"); !strings.Contains(status, " 502 ") {
		t.Errorf("%q", status)
	}
	r.logged(Refuse, ReasonConnect)
	if _, err := far.Read(make([]byte, 1)); err != io.EOF {
		t.Errorf("the wrong connection stays open: %v", err)
	}
}

func TestWithoutKnowingOnesOwnAddressesNothingIsDialled(t *testing.T) {
	for _, unknown := range []func(*fakeWorld){
		func(w *fakeWorld) { w.ownErr = errors.New("no netlink") },
		func(w *fakeWorld) { w.nearErr = errors.New("no routes") },
	} {
		world := exampleWorld()
		unknown(world)
		r := newRig(t, example(), world, quick())
		if _, status := r.open("api.example.com:443"); !strings.Contains(status, " 403 ") {
			t.Errorf("%q", status)
		}
		if len(world.dials()) > 0 {
			t.Error("dialled")
		}
	}
}

func TestTheModelServerIsNoWayToThisComputer(t *testing.T) {
	world := exampleWorld()
	world.own = append(world.own, "192.168.1.20/24")
	r := newRig(t, example(), world, quick())
	if _, status := r.open("192.168.1.20:11434"); !strings.Contains(status, " 403 ") {
		t.Errorf("%q", status)
	}
	r.logged(Refuse, ReasonOwn)
}

func TestTheModelServersAddressIsRefusedBehindAName(t *testing.T) {
	world := exampleWorld()
	world.names["api.example.com"] = []string{"192.168.1.20"}
	p := example()
	p.Rules[0].Ports = append(p.Rules[0].Ports, 11434)
	r := newRig(t, p, world, quick())
	if _, status := r.open("api.example.com:11434"); !strings.Contains(status, " 403 ") {
		t.Errorf("%q", status)
	}
	r.logged(Refuse, ReasonAddress)
}

func TestTheNextAddressIsTriedWhenOneFailsOrHangs(t *testing.T) {
	for _, hangs := range []bool{false, true} {
		world := exampleWorld()
		release := make(chan struct{})
		world.onDial = func(to netip.AddrPort) (net.Conn, error) {
			if to.Addr().Is4() {
				return nil, nil
			}
			if hangs {
				<-release
			}
			return nil, errors.New("network is unreachable")
		}
		world.names["a.wild.example.com"] = []string{"2606:2800:220::1", "2606:2800:220::2", "93.184.216.2"}
		r := newRig(t, example(), world, quick())
		if _, status := r.open("a.wild.example.com:443"); !strings.HasPrefix(status, "HTTP/1.1 200 ") {
			t.Errorf("hangs %v: %q", hangs, status)
		}
		close(release)
	}
}

func TestAConnectionThatComesLateIsClosed(t *testing.T) {
	world := exampleWorld()
	world.names["a.wild.example.com"] = []string{"2606:2800:220::1", "93.184.216.2"}
	late := make(chan *memConn, 1)
	release := make(chan struct{})
	world.onDial = func(to netip.AddrPort) (net.Conn, error) {
		if to.Addr().Is4() {
			return nil, nil
		}
		<-release
		near, far := memPipe(to.String())
		late <- far
		return near, nil
	}
	r := newRig(t, example(), world, quick())
	if _, status := r.open("a.wild.example.com:443"); !strings.HasPrefix(status, "HTTP/1.1 200 ") {
		t.Fatalf("%q", status)
	}
	close(release)
	if _, err := (<-late).Read(make([]byte, 1)); err != io.EOF {
		t.Errorf("it stays open: %v", err)
	}
}

func TestNoAnswerIsABadGateway(t *testing.T) {
	world := exampleWorld()
	world.onDial = func(netip.AddrPort) (net.Conn, error) { return nil, errors.New("connection refused") }
	r := newRig(t, example(), world, quick())
	if _, status := r.open("api.example.com:443"); !strings.Contains(status, " 502 ") {
		t.Errorf("%q", status)
	}
	r.logged(Refuse, ReasonConnect)
}

func TestTLSMustNameTheHostThatWasAskedFor(t *testing.T) {
	plain := "GET / HTTP/1.1\r\nHost: api.example.com\r\n\r\n"
	for _, c := range []struct {
		what   string
		target string
		first  []byte
		reason Reason // empty: passed on
	}{
		{"the name", "api.example.com:443", clientHello(t, "api.example.com"), ""},
		{"the name in upper case", "api.example.com:443", clientHello(t, "API.EXAMPLE.COM"), ""},
		{"the name, asked for in upper case", "API.EXAMPLE.COM.:443", clientHello(t, "api.example.com"), ""},
		{"another name", "api.example.com:443", clientHello(t, "evil.com"), ReasonMismatch},
		{"a part of the name", "a.wild.example.com:443", clientHello(t, "wild.example.com"), ReasonMismatch},
		{"another name under the same wildcard", "a.wild.example.com:443", clientHello(t, "b.wild.example.com"), ReasonMismatch},
		{"no name", "api.example.com:443", clientHello(t, ""), ReasonNoName},
		{"no TLS on 443", "api.example.com:443", []byte(plain), ReasonNotTLS},
		{"SSH on 443", "api.example.com:443", []byte("SSH-2.0-x\r\n"), ReasonNotTLS},
		{"SSL 2 on 443", "api.example.com:443", []byte("\x80\x2e\x01\x03\x01\x00\x15\x00\x00\x00\x10" + strings.Repeat("x", 40)), ReasonNotTLS},
		{"an alert on 443", "api.example.com:443", []byte{21, 3, 1, 0, 2, 2, 40}, ReasonNotTLS},
		{"a hello that breaks off", "api.example.com:443", clientHello(t, "api.example.com")[:50], ReasonNotTLS},
		{"TLS elsewhere with another name", "api.example.com:22", clientHello(t, "evil.com"), ReasonMismatch},
		{"TLS elsewhere with the name", "api.example.com:22", clientHello(t, "api.example.com"), ""},
		{"TLS elsewhere without a name", "api.example.com:22", clientHello(t, ""), ReasonNoName},
		{"something else elsewhere", "api.example.com:22", []byte("SSH-2.0-x\r\n"), ""},
		{"something else that begins like TLS", "api.example.com:22", []byte("\x16SSH"), ""},
		{"an address, no name", "93.184.216.34:443", clientHello(t, ""), ""},
		{"an address, some name", "93.184.216.34:443", clientHello(t, "evil.com"), ReasonMismatch},
		{"an address, no TLS", "93.184.216.34:443", []byte(plain), ReasonNotTLS},
		{"the model server, no TLS", "192.168.1.20:11434", []byte(plain), ""},
	} {
		for _, slowly := range []bool{false, true} {
			t.Run(fmt.Sprint(c.what, slowly), func(t *testing.T) {
				world := exampleWorld()
				var got []byte
				over := make(chan struct{})
				world.serve = func(conn net.Conn, _ netip.AddrPort) {
					got, _ = io.ReadAll(conn)
					conn.Close()
					close(over)
				}
				r := newRig(t, example(), world, quick())
				conn, status := r.open(c.target)
				if !strings.HasPrefix(status, "HTTP/1.1 200 ") {
					t.Fatalf("%q", status)
				}
				for rest := c.first; len(rest) > 0; {
					n := len(rest)
					if slowly {
						n = 1
					}
					if _, err := conn.Write(rest[:n]); err != nil {
						break
					}
					rest = rest[n:]
				}
				_ = conn.CloseWrite()
				<-over
				if c.reason == "" {
					if string(got) != string(c.first) {
						t.Errorf("the host got %q", got)
					}
					r.logged(Allow, "")
					return
				}
				if len(got) > 0 {
					t.Errorf("the host got %q", got)
				}
				if e := r.logged(Refuse, c.reason); c.reason == ReasonMismatch && e.Name == "" {
					t.Errorf("the log does not say which name: %+v", e)
				}
			})
		}
	}
}

func TestAServerMaySpeakFirst(t *testing.T) {
	world := exampleWorld()
	world.serve = func(c net.Conn, _ netip.AddrPort) {
		_, _ = io.WriteString(c, "SSH-2.0-server\r\n")
		_, _ = io.Copy(c, c)
		c.Close()
	}
	r := newRig(t, example(), world, quick())
	c, _ := r.open("api.example.com:22")
	banner := make([]byte, 16)
	if _, err := io.ReadFull(c, banner); err != nil || string(banner) != "SSH-2.0-server\r\n" {
		t.Fatalf("%q %v", banner, err)
	}
	if _, err := io.WriteString(c, "SSH-2.0-client\r\n"); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(c, banner); err != nil || string(banner) != "SSH-2.0-client\r\n" {
		t.Fatalf("%q %v", banner, err)
	}
	_ = c.CloseWrite()
	if rest, err := io.ReadAll(c); err != nil || len(rest) > 0 {
		t.Fatalf("%q %v", rest, err)
	}
}

func TestWhatIsSentAlongWithTheRequestIsJudgedLikeTheRest(t *testing.T) {
	for _, name := range []string{"api.example.com", "evil.com"} {
		world := exampleWorld()
		got := make(chan []byte, 1)
		world.serve = func(c net.Conn, _ netip.AddrPort) { b, _ := io.ReadAll(c); got <- b; c.Close() }
		r := newRig(t, example(), world, quick())
		hello := string(clientHello(t, name))
		r.say("CONNECT api.example.com:443 HTTP/1.1\r\n\r\n" + hello + "and more")
		if b := string(<-got); (b == hello+"and more") != (name == "api.example.com") {
			t.Errorf("%s: the host got %q", name, b)
		}
		r.say("\x05\x01\x00" + socksAsk("api.example.com", 443) + hello + "and more")
		if b := string(<-got); (b == hello+"and more") != (name == "api.example.com") {
			t.Errorf("SOCKS, %s: the host got %q", name, b)
		}
	}
}

func TestAReloadCutsWhatLostItsRuleAndNothingElse(t *testing.T) {
	r := newRig(t, example(), exampleWorld(), quick())
	stays, _ := r.open("api.example.com:22")
	goes, _ := r.open("93.184.216.34:8080")
	for _, c := range []*memConn{stays, goes} {
		echo(t, c)
	}
	p := example()
	p.Rules = p.Rules[:1]
	r.policy.Store(compile(p))
	r.look()
	if _, err := goes.Read(make([]byte, 1)); err == nil {
		t.Error("what lost its rule goes on")
	}
	echo(t, stays)
	e := r.logged(Cut, ReasonDirect)
	if e.Host != "93.184.216.34" || e.Up != 4 || e.Down != 4 {
		t.Errorf("%+v", e)
	}
	p.Quiet = append(p.Quiet, "api.example.com")
	r.policy.Store(compile(p))
	r.look()
	if _, err := stays.Read(make([]byte, 1)); err == nil {
		t.Error("what is never allowed goes on")
	}
	r.logged(Cut, ReasonNever)
	if got := r.cut.Load(); got != 2 {
		t.Errorf("%d were cut", got)
	}
}

func echo(t *testing.T, c io.ReadWriter) {
	t.Helper()
	b := make([]byte, 4)
	if _, err := io.WriteString(c, "ping"); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(c, b); err != nil || string(b) != "ping" {
		t.Fatalf("%q %v", b, err)
	}
}

func TestARuleThatEndsCutsItsConnections(t *testing.T) {
	p := example()
	p.Rules = append(p.Rules, Rule{Host: "other.example.com", Ports: []int{22}, For: "owner", Until: time.Now().Add(time.Hour)})
	r := newRig(t, p, exampleWorld(), quick())
	later := time.Duration(0)
	var mu sync.Mutex
	r.now = func() time.Time { mu.Lock(); defer mu.Unlock(); return time.Now().Add(later) }
	c, _ := r.open("other.example.com:22")
	echo(t, c)
	r.look()
	echo(t, c)
	mu.Lock()
	later = 2 * time.Hour
	mu.Unlock()
	r.look()
	if _, err := c.Read(make([]byte, 1)); err == nil {
		t.Error("it goes on")
	}
	r.logged(Cut, ReasonExpired)
	if _, status := r.open("other.example.com:22"); !strings.Contains(status, " 403 ") {
		t.Errorf("%q", status)
	}
	r.logged(Refuse, ReasonExpired)
}

func TestAPolicyThatEndsDuringTheDialIsObeyed(t *testing.T) {
	world := exampleWorld()
	r := newRig(t, example(), world, quick())
	var far *memConn
	world.onDial = func(to netip.AddrPort) (net.Conn, error) {
		r.policy.Store(compile(Policy{Format: 1, Level: LevelOffline}))
		var near *memConn
		near, far = memPipe(to.String())
		return near, nil
	}
	if _, status := r.open("api.example.com:22"); !strings.Contains(status, " 403 ") {
		t.Errorf("%q", status)
	}
	if _, err := far.Read(make([]byte, 1)); err != io.EOF {
		t.Errorf("the connection stays: %v", err)
	}
	r.logged(Refuse, ReasonOffline)
}

func TestAHostThatDiesEndsTheTunnel(t *testing.T) {
	world := exampleWorld()
	hosts := make(chan net.Conn, 1)
	world.serve = func(c net.Conn, _ netip.AddrPort) { hosts <- c }
	r := newRig(t, example(), world, quick())
	c, _ := r.open("api.example.com:22")
	(<-hosts).Close()
	if _, err := c.Read(make([]byte, 1)); err != io.EOF {
		t.Errorf("%v", err)
	}
	c.Close()
	r.settle()
	r.logged(End, "")
}

func TestRefusedNamesAreGathered(t *testing.T) {
	r := newRig(t, example(), exampleWorld(), quick())
	for range 3 {
		r.open("Other.example.com:443")
	}
	r.open("8.8.8.8:53")
	r.open("ads.wild.example.com:443") // never: not listed again
	r.open("0x7f.1:80")                // no name that could be allowed
	r.open("private.wild.example.com:443")
	if err := r.blocked.save(r.dir); err != nil {
		t.Fatal(err)
	}
	list, err := ReadBlocked(r.dir)
	if err != nil || len(list) != 3 {
		t.Fatalf("%+v %v", list, err)
	}
	slices.SortFunc(list, func(a, b Blocked) int { return int(b.Count - a.Count) })
	if b := list[0]; b.Host != "other.example.com" || b.Port != 443 || b.Count != 3 || b.Reason != ReasonNotListed || b.First.After(b.Last) || b.Last.IsZero() {
		t.Errorf("%+v", b)
	}
	// What the owner allows, or is never to hear of again, is not listed any more.
	p := example()
	p.Rules = append(p.Rules, Rule{Host: "other.example.com", Ports: []int{443}})
	p.Quiet = append(p.Quiet, "private.wild.example.com")
	r.blocked.prune(compile(p), time.Now())
	_ = r.blocked.save(r.dir)
	if list, _ = ReadBlocked(r.dir); len(list) != 1 || list[0].Host != "8.8.8.8" {
		t.Errorf("%+v", list)
	}
}

func TestNoMoreRefusedNamesAreKeptThanTheLimit(t *testing.T) {
	b := &blockedList{all: map[target]*Blocked{}}
	for i := range 2 * blockedMost {
		b.add(fmt.Sprintf("h%d.example.com", i), 443, ReasonNotListed, now().Add(time.Duration(i)*time.Second))
	}
	dir := t.TempDir()
	if err := b.save(dir); err != nil {
		t.Fatal(err)
	}
	list, _ := ReadBlocked(dir)
	if len(list) != blockedMost || list[0].Host != fmt.Sprintf("h%d.example.com", 2*blockedMost-1) || list[blockedMost-1].Host != fmt.Sprintf("h%d.example.com", blockedMost) {
		t.Errorf("%d, first %v, last %v", len(list), list[0], list[len(list)-1])
	}
	if again := readBlockedList(dir); len(again.all) != blockedMost {
		t.Errorf("%d are read back", len(again.all))
	}
}

func TestADecisionThatCannotBeLoggedIsARefusal(t *testing.T) {
	world := exampleWorld()
	got := make(chan []byte, 1)
	world.serve = func(c net.Conn, _ netip.AddrPort) { b, _ := io.ReadAll(c); got <- b; c.Close() }
	r := newRig(t, example(), world, quick())
	r.log.file.close()
	r.log.file.path = r.dir + "/gone/warden.log"
	c, _ := r.open("api.example.com:22")
	_, _ = io.WriteString(c, "secret")
	if b := <-got; len(b) > 0 {
		t.Errorf("the host got %q", b)
	}
	if !r.logTrouble.Load() {
		t.Error("nobody is told")
	}
}
