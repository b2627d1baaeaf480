package warden

// A guest that sends whatever it likes, as fast as it can. The world here knows which
// address belongs to which name, and fails the test when it is asked for one that the
// policy does not allow, or when what reaches a host on port 443 is for another.

import (
	"bytes"
	"context"
	"fmt"
	"hash/fnv"
	"io"
	"math/rand/v2"
	"net"
	"net/netip"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/clawarium/clawarium/provision/plan"
)

// judging is a World that judges what it is asked for.
type judging struct {
	t     testing.TB
	level string

	mu    sync.Mutex
	hosts map[netip.Addr]string // whose address it is
	older map[netip.Addr]string // the same, for the names of a while ago
	dials atomic.Int64
	whole atomic.Int64 // connections to 443 over which a hello came
}

func newJudging(t testing.TB, level string) *judging {
	return &judging{t: t, level: level, hosts: map[netip.Addr]string{}}
}

// rulesFor is what may be reached by name, said once more and in another way than in the
// code: host to ports. A leading dot stands for one label.
var rulesFor = map[string][]uint16{
	"api.example.com": {443, 80, 22}, ".wild.example.com": {443}, "deb.example.org": {80},
}

func (w *judging) mayReach(host string, port uint16) bool {
	_, behind, _ := strings.Cut(host, ".")
	if host == "ads.wild.example.com" || behind == "track.example.net" || w.level == LevelOffline {
		return false
	}
	if w.level == LevelInternet {
		return true
	}
	ports := rulesFor[host]
	if ports == nil {
		ports = rulesFor["."+behind]
	}
	for _, p := range ports {
		if p == port {
			return true
		}
	}
	return false
}

// Lookup gives each name an address of its own; some names lead astray.
func (w *judging) Lookup(_ context.Context, host string) ([]netip.Addr, error) {
	h := fnv.New32a()
	_, _ = io.WriteString(h, host)
	n := h.Sum32()
	own := netip.AddrFrom4([4]byte{93, byte(184 + n>>16&31), byte(n >> 8), byte(n)})
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.hosts) > 100_000 {
		w.hosts, w.older = map[netip.Addr]string{}, w.hosts
	}
	switch {
	case strings.HasPrefix(host, "private."):
		return []netip.Addr{netip.MustParseAddr([]string{"10.0.0.1", "127.0.0.1", "169.254.169.254", "::1", "fd00::1", "::ffff:10.0.0.1", "64:ff9b::a00:1"}[n%7])}, nil
	case strings.HasPrefix(host, "mixed."):
		return []netip.Addr{own, netip.MustParseAddr("192.168.1.1")}, nil
	case strings.HasPrefix(host, "none."):
		return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
	}
	w.hosts[own] = host
	return []netip.Addr{own}, nil
}

func (w *judging) Dial(_ context.Context, to netip.AddrPort) (net.Conn, error) {
	w.dials.Add(1)
	w.mu.Lock()
	host, known := w.hosts[to.Addr()]
	if !known {
		host, known = w.older[to.Addr()]
	}
	w.mu.Unlock()
	direct := to == netip.MustParseAddrPort("93.184.216.34:443") || to == netip.MustParseAddrPort("93.184.216.34:8080") || to == netip.MustParseAddrPort("192.168.1.20:11434")
	if w.level == LevelOffline || !direct && (!known || !w.mayReach(host, to.Port())) {
		w.t.Errorf("dialled %v (%q) at level %s", to, host, w.level)
	}
	near, far := memPipe(to.String())
	go w.host(far, host, to.Port(), direct)
	return near, nil
}

// host plays whoever is behind an address.
func (w *judging) host(c *memConn, host string, port uint16, direct bool) {
	defer c.Close()
	buffer := make([]byte, 4<<10)
	n, err := c.Read(buffer)
	if port == 443 && n > 0 {
		first := bytes.Clone(buffer[:n])
		for {
			if _, state := judge(first); state != helloMore {
				break
			}
			if n, err = c.Read(buffer); err != nil {
				break
			}
			first = append(first, buffer[:n]...)
		}
		// By crypto/tls, not by the parser that let it through. What it reads no hello
		// in is none for servers either.
		if name, ok := stdName(first); ok {
			w.whole.Add(1)
			if got, _ := canonical(name); got != host && !(direct && name == "") {
				w.t.Errorf("a hello for %q reached %q", name, host)
			}
		}
	}
	_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")
	_ = c.CloseWrite()
	for err == nil {
		_, err = c.Read(buffer)
	}
}

func (w *judging) Own() ([]netip.Prefix, error) {
	return []netip.Prefix{netip.MustParsePrefix("127.0.0.1/8"), netip.MustParsePrefix("192.168.1.2/24")}, nil
}

func (w *judging) Near() ([]netip.Prefix, error) { return nil, nil }

func (w *judging) Public(a netip.Addr) bool { return plan.Public(a) }

// attacker makes requests.
type attacker struct {
	*rand.Rand
	corpus []string
	hellos [][]byte
	odd    []string
}

func newAttacker(t testing.TB, seed uint64) *attacker {
	a := &attacker{Rand: rand.New(rand.NewPCG(seed, 1)), odd: oddAddresses()}
	for _, s := range smuggling() {
		if len(s) < 2000 {
			a.corpus = append(a.corpus, s)
		}
	}
	for _, name := range []string{"api.example.com", "a.wild.example.com", "evil.com", ""} {
		a.hellos = append(a.hellos, clientHello(t, name))
	}
	return a
}

func (a *attacker) of(list ...string) string { return list[a.IntN(len(list))] }

func (a *attacker) host() string {
	switch a.IntN(8) {
	case 0:
		return a.odd[a.IntN(len(a.odd))]
	case 1:
		return a.of("127.0.0.1", "10.0.0.1", "169.254.169.254", "192.168.1.20", "93.184.216.34", "8.8.8.8", "[::1]", "[fe80::1]", "[2606:4700::1111]", "localhost", "192.168.1.2")
	case 2:
		return a.of("evil.com", "x.track.example.net", "ads.wild.example.com", "evilapi.example.com", "api.example.com.evil.com", "xwild.example.com", "a.b.wild.example.com", "wild.example.com")
	case 3:
		return a.of("private", "mixed", "none") + a.of("", strconv.Itoa(a.IntN(20))) + a.of(".wild.example.com", ".example.com", ".evil.com")
	case 4:
		return a.mutate(a.of("api.example.com", "deb.example.org", "a.wild.example.com"))
	}
	return a.of("api.example.com", "API.example.COM.", "deb.example.org", "a.wild.example.com", "b.wild.example.com")
}

func (a *attacker) port() string {
	return a.of("443", "443", "80", "22", "8080", "11434", "0", "65535", "65536", "0443", "")
}

// mutate changes bytes here and there.
func (a *attacker) mutate(s string) string {
	b := []byte(s)
	for range 1 + a.IntN(3) {
		if len(b) == 0 {
			break
		}
		i := a.IntN(len(b))
		switch a.IntN(6) {
		case 0:
			b[i] = byte(a.Uint32())
		case 1:
			b[i] ^= 1 << a.IntN(8)
		case 2:
			b = append(b[:i], b[i+1:]...)
		case 3:
			piece := a.of("\r\n", "\n", "\r", "\x00", " ", "\t", ":", ".", "@", "/", "%", "[", "]", "#", "\\", "Host: evil.com\r\n", "Content-Length: 5\r\n", "Transfer-Encoding: chunked\r\n", "\r\n\r\n")
			b = append(b[:i:i], append([]byte(piece), b[i:]...)...)
		case 4:
			j := i + a.IntN(len(b)-i)
			b = append(b[:j:j], b[i:]...)
		case 5:
			b = b[:i]
		}
	}
	return string(b)
}

// request is one connection's worth.
func (a *attacker) request() string {
	hello := string(a.hellos[a.IntN(len(a.hellos))])
	if a.IntN(4) == 0 {
		hello = a.mutate(hello)
	}
	var s string
	switch a.IntN(6) {
	case 0:
		target := a.host() + ":" + a.port()
		s = "CONNECT " + target + " HTTP/1.1\r\nHost: " + target + "\r\n\r\n" + a.of(hello, hello, "", "GET / HTTP/1.0\r\n\r\n")
	case 1:
		target := a.host() + a.of("", ":80", ":"+a.port())
		s = a.of("GET", "POST", "HEAD", "OPTIONS", "X") + " http://" + target + a.of("", "/", "/a?b", "//x") + " HTTP/1.1\r\nHost: " + a.of(target, target, target, a.host()) + "\r\n" +
			a.of("\r\n", "\r\n", "Content-Length: 3\r\n\r\nabc", "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", "Connection: close\r\n\r\n", "Connection: Upgrade\r\nUpgrade: x\r\n\r\n")
		if a.IntN(3) == 0 {
			s += a.corpus[a.IntN(len(a.corpus))]
		}
	case 2:
		host := strings.Trim(a.host(), "[]")
		ask := "\x05\x01\x00\x03" + string([]byte{byte(len(host))}) + host
		if addr, err := netip.ParseAddr(host); err == nil && a.IntN(2) == 0 {
			ask = "\x05\x01\x00" + string([]byte{byte(1 + 3*a.IntN(2))}) + string(addr.AsSlice())
		}
		port, _ := strconv.Atoi(a.port())
		s = "\x05\x01\x00" + ask + string([]byte{byte(port >> 8), byte(port)}) + a.of(hello, "", "x")
	case 3:
		s = a.corpus[a.IntN(len(a.corpus))]
	case 4:
		b := make([]byte, a.IntN(200))
		for i := range b {
			b[i] = byte(a.Uint32())
		}
		s = a.of("", "", "\x05", "CONNECT ") + string(b)
	case 5:
		s = "CONNECT " + a.of("api.example.com", "a.wild.example.com", "93.184.216.34") + ":443 HTTP/1.1\r\n\r\n" + hello
	}
	if a.IntN(3) == 0 {
		s = a.mutate(s)
	}
	return s
}

// attack sends one request over a connection of its own, and takes what comes back.
func (d *door) attack(raw string, buffer []byte) {
	near, far := memPipe(Listen)
	c := d.admit(context.Background(), far)
	if c == nil {
		return
	}
	go c.serve()
	if _, err := io.WriteString(near, raw); err == nil {
		_ = near.CloseWrite()
	}
	for {
		if _, err := near.Read(buffer); err != nil {
			break
		}
	}
	near.Close()
}

// hostileDoor is a door whose world judges.
func hostileDoor(t testing.TB, level string) (*door, *judging) {
	p := example()
	p.Level = level
	world := newJudging(t, level)
	dir := t.TempDir()
	log, err := openDecisions(dir, defaults, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { log.close() })
	d := newDoor(world, defaults, log, readBlockedList(dir), time.Now)
	d.policy.Store(compile(p))
	return d, world
}

// TestHostileRequests sends CLAWARIUM_WARDEN_REQUESTS hostile requests, 20,000 unless that is set.
func TestHostileRequests(t *testing.T) {
	total := 20_000
	if s := os.Getenv("CLAWARIUM_WARDEN_REQUESTS"); s != "" {
		var err error
		if total, err = strconv.Atoi(s); err != nil {
			t.Fatal(err)
		}
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	for _, phase := range []struct {
		level string
		share int
	}{{LevelAllowlist, 60}, {LevelInternet, 30}, {LevelOffline, 10}} {
		d, world := hostileDoor(t, phase.level)
		want := int64(total) * int64(phase.share) / 100
		var sent atomic.Int64
		stop := make(chan struct{})
		var watch sync.WaitGroup
		watch.Go(func() { // time goes on, and nothing may hang
			last, at := int64(-1), time.Now()
			for {
				select {
				case <-stop:
					return
				case <-time.After(100 * time.Millisecond):
				}
				d.look()
				if now := sent.Load(); now != last {
					last, at = now, time.Now()
				} else if time.Since(at) > time.Minute {
					buf := make([]byte, 1<<20)
					panic(fmt.Sprintf("nothing goes on after %d requests\n%s", now, buf[:runtime.Stack(buf, true)]))
				}
			}
		})
		began := time.Now()
		var workers sync.WaitGroup
		for i := range 2 * runtime.GOMAXPROCS(0) {
			workers.Go(func() {
				a := newAttacker(t, seed+uint64(i))
				buffer := make([]byte, 4<<10)
				for sent.Add(1) <= want {
					d.attack(a.request(), buffer)
					if t.Failed() {
						return
					}
				}
			})
		}
		workers.Wait()
		took := time.Since(began)
		close(stop)
		watch.Wait()
		eventually(t, "all have ended", func() bool { return d.handlers.Load() == 0 })
		t.Logf("%s: %d requests, %.0f a second; %d allowed, %d refused, %d connections, %d hellos that servers can read",
			phase.level, want, float64(want)/took.Seconds(), d.allowed.Load(), d.refused.Load(), world.dials.Load(), world.whole.Load())
		if phase.level != LevelOffline && want >= 1000 && (d.allowed.Load() == 0 || world.whole.Load() == 0) {
			t.Errorf("%s: nothing was allowed, so nothing was tested", phase.level)
		}
		if d.refused.Load() == 0 && want > 0 {
			t.Errorf("%s: nothing was refused", phase.level)
		}
	}
}

// FuzzRequest sends one connection's bytes, whatever they are.
func FuzzRequest(f *testing.F) {
	for _, s := range smuggling() {
		f.Add([]byte(s))
	}
	f.Add([]byte("\x05\x01\x00" + socksAsk("api.example.com", 443)))
	f.Add([]byte("CONNECT api.example.com:443 HTTP/1.1\r\n\r\n" + string(clientHello(f, "api.example.com"))))
	f.Add([]byte("CONNECT api.example.com:443 HTTP/1.1\r\n\r\n" + string(clientHello(f, "evil.com"))))
	f.Add([]byte("POST http://deb.example.org/ HTTP/1.1\r\nHost: deb.example.org\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		for _, level := range []string{LevelAllowlist, LevelInternet, LevelOffline} {
			d, _ := hostileDoor(t, level)
			d.attack(string(raw), make([]byte, 4<<10))
			eventually(t, "it has ended", func() bool { return d.handlers.Load() == 0 })
		}
	})
}

// FuzzSOCKS sends a SOCKS5 request with this greeting and this rest.
func FuzzSOCKS(f *testing.F) {
	f.Add([]byte("\x05\x01\x00"), []byte(socksAsk("api.example.com", 443)))
	f.Add([]byte("\x05\x02\x00\x02"), []byte(socksAsk("10.0.0.1", 443)))
	f.Add([]byte("\x05\xff"), []byte(socksAsk("fd00::1", 443)))
	f.Fuzz(func(t *testing.T, greeting, ask []byte) {
		d, _ := hostileDoor(t, LevelAllowlist)
		d.attack("\x05"+string(greeting)+string(ask), make([]byte, 4<<10))
		eventually(t, "it has ended", func() bool { return d.handlers.Load() == 0 })
	})
}

// FuzzPolicy reads whatever it is given; what is taken for a policy is one.
func FuzzPolicy(f *testing.F) {
	f.Add(example().Encode())
	f.Add(Policy{Format: 1, Level: LevelOffline}.Encode())
	f.Add([]byte(`{"format":1,"level":"internet","rules":[{"host":"*.example.com","ports":[1]}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := ParsePolicy(data)
		if err != nil {
			return
		}
		again, err := ParsePolicy(p.Encode())
		if err != nil || again.Hash() != p.Hash() {
			t.Fatalf("not read back: %v\n%s", err, p.Encode())
		}
		for _, r := range p.Rules {
			host := strings.ReplaceAll(r.Host, "*", "x")
			if d := p.Decide(host, r.Ports[0], time.Time{}); !d.Allow && d.Reason != ReasonOffline && d.Reason != ReasonNever && d.Reason != ReasonExpired {
				t.Errorf("a rule does not allow its own host %q: %+v", host, d)
			}
		}
		for _, host := range []string{"127.0.0.1", "169.254.169.254", "localhost", "::1"} {
			if d := p.Decide(host, 80, time.Time{}); d.Allow {
				t.Errorf("%s is allowed by %s", host, data)
			}
		}
	})
}

// FuzzName holds canonical to its promise: one form, and never an address that passes for
// a name.
func FuzzName(f *testing.F) {
	for _, s := range oddAddresses() {
		f.Add(s)
	}
	f.Add("API.example.com.")
	f.Fuzz(func(t *testing.T, s string) {
		name, kind := canonical(s)
		if name == "" {
			if kind == asName || kind == asAddress {
				t.Errorf("%q has no form but is a %d", s, kind)
			}
			return
		}
		if again, k := canonical(name); again != name || k != kind {
			t.Errorf("%q: %q, then %q", s, name, again)
		}
		if _, err := netip.ParseAddr(strings.Trim(s, ".")); (err == nil) != (kind == asAddress) && kind == asName {
			t.Errorf("%q is an address and passes for the name %q", s, name)
		}
		if !visible(name) || lower(name) != name {
			t.Errorf("%q: %q", s, name)
		}
	})
}
