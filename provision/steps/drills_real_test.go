//go:build real && linux

package steps

// A round of drills without a virtual machine: a network namespace plays it, another
// the host, with a bridge and the very rules that libvirt makes. So each of them can
// be taken away and the round must say who got out, and which way.
//
// Needs root, iproute2, ebtables, iptables and python3. All traffic stays in the two
// namespaces, which are removed at the end.

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/clawarium/clawarium/assets/layout"
	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/provision/plan"
	"github.com/clawarium/clawarium/provision/warden"
)

const (
	drillInside, drillOutside = "t-drill-in", "t-drill-out"
	drillMachine              = "t-drill"
	drillMAC                  = "52:54:00:7a:c0:e8"
)

// pretend makes the two namespaces.
func pretend(t *testing.T) {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("needs root")
	}
	for _, tool := range []string{"ip", "ebtables", "iptables", "python3"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip(err)
		}
	}
	for _, ns := range []string{drillInside, drillOutside} {
		exec.Command("ip", "netns", "del", ns).Run()
		command(t, "ip", "netns", "add", ns)
		t.Cleanup(func() { exec.Command("ip", "netns", "del", ns).Run() })
	}
	bridge := layout.Bridge(drillMachine)
	atHost(t, "sysctl", "-qw", "net.ipv6.conf.default.disable_ipv6=1") // the host's end of a card says nothing itself
	for _, line := range []string{
		"link add vnet0 type veth peer name card0", "link set card0 netns " + drillInside, "addr add 192.0.2.1/32 dev lo", "link set lo up",
		"link add " + bridge + " type bridge", "link set vnet0 master " + bridge, "addr add 10.213.9.1/29 dev " + bridge,
		"link set vnet0 up", "link set " + bridge + " up",
	} {
		atHost(t, append([]string{"ip"}, strings.Fields(line)...)...)
	}
	for _, line := range []string{
		"link set card0 address " + drillMAC, "addr add 10.213.9.2/29 dev card0", "link set card0 up", "link set lo up",
	} {
		command(t, append([]string{"ip", "-n", drillInside}, strings.Fields(line)...)...)
	}
	for _, line := range strings.Split(strings.TrimSpace(libvirtsRules), "\n") {
		words := strings.Fields(line)
		atHost(t, words...)
	}
	// As systemd has it: anybody may ping.
	command(t, "ip", "netns", "exec", drillInside, "sysctl", "-qw", "net.ipv4.ping_group_range=0 2147483647")
	listen(t, drillInside, "127.0.0.1", 22)
	listen(t, drillOutside, "10.213.9.1", 8022)
	listen(t, drillOutside, "192.0.2.1", 443)
	time.Sleep(2 * time.Second) // for IPv6 to find that nobody else has its address
}

// libvirtsRules are what the filter becomes in the kernel, as recorded.
const libvirtsRules = `
ebtables -t nat -N libvirt-I-vnet0 -P ACCEPT
ebtables -t nat -A PREROUTING -i vnet0 -j libvirt-I-vnet0
ebtables -t nat -A libvirt-I-vnet0 -s ! ` + drillMAC + ` -j DROP
ebtables -t nat -A libvirt-I-vnet0 -p ARP --arp-ip-src 10.213.9.2 --arp-ip-dst 10.213.9.1 --arp-mac-src ` + drillMAC + ` -j ACCEPT
ebtables -t nat -A libvirt-I-vnet0 -p IPv4 --ip-src 10.213.9.2 --ip-dst 10.213.9.1 --ip-proto tcp --ip-sport 22 -j ACCEPT
ebtables -t nat -A libvirt-I-vnet0 -j DROP
ebtables -t nat -N libvirt-O-vnet0 -P ACCEPT
ebtables -t nat -A POSTROUTING -o vnet0 -j libvirt-O-vnet0
ebtables -t nat -A libvirt-O-vnet0 -p ARP --arp-ip-src 10.213.9.1 --arp-ip-dst 10.213.9.2 -j ACCEPT
ebtables -t nat -A libvirt-O-vnet0 -p IPv4 --ip-src 10.213.9.1 --ip-dst 10.213.9.2 --ip-proto tcp --ip-dport 22 -j ACCEPT
ebtables -t nat -A libvirt-O-vnet0 -j DROP
iptables -N HI-vnet0
iptables -A INPUT -m physdev --physdev-in vnet0 -g HI-vnet0
iptables -A HI-vnet0 -s 10.213.9.2/32 -d 10.213.9.1/32 -p tcp -m tcp --sport 22 -m conntrack --ctstate ESTABLISHED -m conntrack --ctdir REPLY -j RETURN
iptables -A HI-vnet0 -j DROP
`

func command(t *testing.T, args ...string) string {
	t.Helper()
	out, err := exec.Command(args[0], args[1:]...).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %v: %s", args, err, out)
	}
	return string(out)
}

func atHost(t *testing.T, args ...string) string {
	t.Helper()
	return command(t, append([]string{"ip", "netns", "exec", drillOutside}, args...)...)
}

// listen answers on a port of a namespace for as long as the test.
func listen(t *testing.T, ns, address string, port int) {
	t.Helper()
	program := fmt.Sprintf(`import socket; s = socket.socket(); s.setsockopt(1, 2, 1); s.bind((%q, %d)); s.listen(64)
while True: s.accept()[0].close()`, address, port)
	cmd := exec.Command("ip", "netns", "exec", ns, "python3", "-c", program)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
}

// namespaced lists the rules of the namespace that plays the host.
type namespaced struct{}

func (namespaced) List(ctx context.Context, tool checks.RuleTool, _ int64) ([]byte, error) {
	name, _, _ := strings.Cut(string(tool), " ")
	args := append([]string{"netns", "exec", drillOutside, name}, listArgs[tool]...)
	cmd := exec.CommandContext(ctx, "ip", args...)
	cmd.Env = append(os.Environ(), "EBTABLES_SAVE_COUNTER=yes")
	return cmd.Output()
}

// pretender counts there.
type pretender struct{}

func (pretender) read(ctx context.Context, deep bool) (counts, error) {
	now := counts{dropped: map[string]int64{}}
	out, err := exec.CommandContext(ctx, "ip", "-n", drillOutside, "-s", "-o", "link", "show", "vnet0").Output()
	if err != nil {
		return now, err
	}
	// RX: bytes packets … \ 1234 56 …
	_, rx, _ := strings.Cut(string(out), "RX:")
	_, numbers, _ := strings.Cut(rx, `\`)
	if f := strings.Fields(numbers); len(f) > 1 {
		fmt.Sscan(f[1], &now.entered)
	}
	tools := []checks.RuleTool{checks.LinkCounters}
	if deep {
		tools = append(tools, checks.IPv4Counters, checks.IPv6Counters)
	}
	for _, tool := range tools {
		data, err := namespaced{}.List(ctx, tool, 0)
		if err != nil {
			return now, err
		}
		addDrops(now.dropped, string(data), []string{"vnet0"})
	}
	return now, nil
}

// pretended makes a round there, without the proxy, and has K13's judge look at it alone.
func pretended(t *testing.T) (checks.Drills, checks.Finding) {
	t.Helper()
	s, g := pretendedGround(t)
	m := &drillmaster{subject: s, ground: g, count: pretender{}, attempts: slices.DeleteFunc(g.Attempts(), checks.Attempt.ByProxy),
		record: func() ([]warden.Entry, error) { return nil, nil }}
	m.result = checks.Drills{When: time.Now().UTC(), Level: g.Level}
	return pretendRound(t, m)
}

func pretendedGround(t *testing.T) (checks.Subject, checks.Ground) {
	t.Helper()
	mac := strings.TrimSpace(atHost(t, "cat", "/sys/class/net/"+layout.Bridge(drillMachine)+"/address"))
	s := checks.Subject{Machine: drillMachine, System: true, GuestIP: "10.213.9.2", HostIP: "10.213.9.1"}
	s.MAC = drillMAC
	g := checks.Ground{
		System: true, Guest: netip.MustParseAddr("10.213.9.2"), Host: netip.MustParseAddr("10.213.9.1"), MAC: drillMAC, HostMAC: mac,
		HostPorts: []int{8022}, Metadata: netip.MustParseAddr("169.254.169.254"), Level: warden.LevelOffline,
		Public: []netip.Addr{netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("2001:db8::1")},
	}
	return s, g
}

func pretendRound(t *testing.T, m *drillmaster) (checks.Drills, checks.Finding) {
	t.Helper()
	s := m.subject
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	err := m.round(ctx, func(ctx context.Context, stdin io.Reader, stdout, stderr io.Writer) (int, error) {
		python := strings.TrimPrefix(beginDrill, "exec sudo -n ")
		cmd := exec.CommandContext(ctx, "ip", "netns", "exec", drillInside, "sh", "-c", "exec "+python)
		cmd.Stdin = &asNobody{from: stdin}
		cmd.Stdout, cmd.Stderr = stdout, stderr
		cmd.WaitDelay = time.Second
		if err := cmd.Run(); err != nil {
			return -1, err
		}
		return 0, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	e := checks.Evidence{Format: checks.Format, Collected: time.Now(), Subject: s}
	e.Host.Drills = checks.Fact[checks.Drills]{OK: true, Value: m.result}
	for _, f := range checks.Judge(plan.Plan{}, e) {
		if f.Control == "K13" {
			return m.result, f
		}
	}
	t.Fatal("no finding")
	return m.result, checks.Finding{}
}

// asNobody has the program know an account of this computer as the agent's: of the
// same length, since its length was said before it.
type asNobody struct {
	from io.Reader
}

func (r *asNobody) Read(p []byte) (int, error) {
	n, err := r.from.Read(p)
	copy(p[:n], bytes.ReplaceAll(p[:n], []byte(`"agent":"`+layout.Agent+`"`), []byte(`"agent":"nobody"  `)))
	return n, err
}

func TestARoundOfDrillsEndsAtTheWalls(t *testing.T) {
	pretend(t)
	drills, f := pretended(t)
	t.Logf("%d attempts in %s", len(drills.Tries), drills.Took)
	got := strings.Join(f.Evidence, "\n")
	if strings.Contains(got, "GOT OUT") || strings.Contains(got, "NOT STOPPED") || strings.Contains(got, "not tried") || f.Status == checks.NotMet {
		t.Errorf("K13 is %s:\n%s", f.Status, got)
	}
	for _, y := range drills.Tries {
		if y.Twin && y.Answer != checks.Open || !y.Twin && y.Answer == checks.Open {
			t.Errorf("%s by %s to %s: %s", y.Name, y.Who, y.To, y.Answer)
		}
		if !y.Twin && y.Name != "own card" && (y.Sent == 0 || y.Dropped < y.Sent || y.By == "") {
			t.Errorf("%s by %s to %s: sent %d, came out %d, dropped %d by %q, %s", y.Name, y.Who, y.To, y.Sent, y.Entered, y.Dropped, y.By, y.Answer)
		}
	}
	if drills.Left != "" || drills.Firewall == "failed" || len(drills.Strays) > 0 {
		t.Errorf("left %q, firewall %q, strays %v", drills.Left, drills.Firewall, drills.Strays)
	}
	if routes := command(t, "ip", "-n", drillInside, "route"); strings.Contains(routes, "default") {
		t.Errorf("a route is left: %s", routes)
	}
}

func TestEachHoleInTheWallsIsFoundByADrill(t *testing.T) {
	pretend(t)
	for _, c := range []struct {
		hole, mend string // "" of the link layer's last drop
		out        []string
		tight      []string
	}{
		{"ebtables -t nat -D libvirt-I-vnet0 -j DROP", "ebtables -t nat -A libvirt-I-vnet0 -j DROP",
			[]string{"ipv6 public", "other frame", "false arp", "arp scan"}, []string{"false card", "from port 22", "public", "host"}},
		{"ebtables -t nat -I libvirt-I-vnet0 2 -p IPv6 -j ACCEPT", "ebtables -t nat -D libvirt-I-vnet0 -p IPv6 -j ACCEPT",
			[]string{"ipv6 public", "ipv6 link", "ipv6 everyone", "false router"}, []string{"public", "dns", "false arp"}},
		{"ebtables -t nat -I libvirt-I-vnet0 2 -p IPv4 --ip-proto udp --ip-dport 53 -j ACCEPT", "ebtables -t nat -D libvirt-I-vnet0 -p IPv4 --ip-proto udp --ip-dport 53 -j ACCEPT",
			nil, []string{"public", "quic"}}, // the next layer drops it
		{"iptables -D HI-vnet0 -j DROP", "iptables -A HI-vnet0 -j DROP", []string{"from port 22"}, []string{"public", "host"}},
		{"ebtables -t nat -D libvirt-I-vnet0 -s ! " + drillMAC + " -j DROP", "ebtables -t nat -I libvirt-I-vnet0 1 -s ! " + drillMAC + " -j DROP",
			[]string{"false card"}, []string{"false address", "public"}},
	} {
		t.Run(c.hole, func(t *testing.T) {
			atHost(t, strings.Fields(c.hole)...)
			drills, f := pretended(t)
			atHost(t, strings.Fields(c.mend)...)
			if len(c.out) > 0 && f.Status != checks.NotMet {
				t.Errorf("K13 is %s", f.Status)
			}
			loose := map[string]bool{}
			for _, y := range drills.Tries {
				if !y.Twin && y.Name != "own card" && (y.Dropped < y.Sent && y.Entered >= y.Sent || y.Answer == checks.Open) {
					loose[y.Name] = true
				}
			}
			for _, name := range c.out {
				if !loose[name] {
					t.Errorf("%s was not seen to get out; what was: %v", name, loose)
				}
			}
			for _, name := range c.tight {
				if loose[name] {
					t.Errorf("%s is said to get out", name)
				}
			}
		})
	}
}

// insideChannel is a way into the namespace in the place of SSH's.
type insideChannel struct {
	done chan struct{}
	once sync.Once
}

func (c *insideChannel) Listen(address string) (ln net.Listener, err error) {
	made := make(chan struct{})
	go func() {
		runtime.LockOSThread() // the thread ends with the goroutine, and with it where it is
		defer close(made)
		var ns *os.File
		if ns, err = os.Open("/run/netns/" + drillInside); err != nil {
			return
		}
		defer ns.Close()
		if err = unix.Setns(int(ns.Fd()), unix.CLONE_NEWNET); err == nil {
			ln, err = net.Listen("tcp", address)
		}
	}()
	<-made
	if err == nil {
		context.AfterFunc(contextOf(c.done), func() { ln.Close() })
	}
	return ln, err
}

func contextOf(done <-chan struct{}) context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	go func() { <-done; cancel() }()
	return ctx
}

func (c *insideChannel) Journal(ctx context.Context, _ string, _ io.Writer) error {
	<-ctx.Done()
	return ctx.Err()
}
func (c *insideChannel) Done() <-chan struct{} { return c.done }
func (c *insideChannel) Close() error          { c.once.Do(func() { close(c.done) }); return nil }

// smallWorld has one host that speaks TLS, and names that lead astray. What is dialled
// ends at it, whatever address it is: an attempt that is let through is answered.
type smallWorld struct {
	host    net.Listener
	changed atomic.Int64
}

var smallPublic = netip.MustParseAddr("203.0.113.10")

func (w *smallWorld) Lookup(_ context.Context, host string) ([]netip.Addr, error) {
	private := netip.MustParseAddr("192.168.1.9")
	switch host {
	case "allowed.example.net":
		return []netip.Addr{smallPublic}, nil
	case "private.example.net":
		return []netip.Addr{private}, nil
	case "mixed.example.net":
		return []netip.Addr{smallPublic, private}, nil
	case "changing.example.net":
		if w.changed.Add(1) == 1 {
			return []netip.Addr{smallPublic}, nil
		}
		return []netip.Addr{private}, nil
	case "localhost.localdomain":
		return []netip.Addr{netip.MustParseAddr("127.0.0.1")}, nil
	}
	return nil, errors.New("no such host")
}

func (w *smallWorld) Dial(ctx context.Context, to netip.AddrPort) (net.Conn, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", w.host.Addr().String())
	if err != nil {
		return nil, err
	}
	return dialled{conn, net.TCPAddrFromAddrPort(to)}, nil
}

func (w *smallWorld) Own() ([]netip.Prefix, error)  { return warden.Internet().Own() }
func (w *smallWorld) Near() ([]netip.Prefix, error) { return nil, nil }
func (w *smallWorld) Public(a netip.Addr) bool {
	return a == smallPublic || warden.Internet().Public(a)
}

// dialled says that it is connected to where it was to be.
type dialled struct {
	net.Conn
	to net.Addr
}

func (d dialled) RemoteAddr() net.Addr { return d.to }

// Every conversation with the proxy that must not work is in the record of a real
// warden as refused, and the one that must does.
func TestARoundOfDrillsEndsInTheWardensRecord(t *testing.T) {
	pretend(t)
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // of tunnels that end before they begin
	server.StartTLS()
	defer server.Close()
	world := &smallWorld{host: server.Listener}
	dir := t.TempDir()
	policy := warden.Policy{Format: warden.PolicyFormat, Level: warden.LevelAllowlist}
	for _, name := range []string{"allowed", "private", "mixed", "changing"} {
		policy.Rules = append(policy.Rules, warden.Rule{Host: name + ".example.net", Ports: []int{443}, For: "owner"})
	}
	w := &warden.Warden{Dir: dir, Machine: drillMachine, Version: "test", World: world,
		Connect: func(context.Context) (warden.Channel, error) { return &insideChannel{done: make(chan struct{})}, nil }}
	if err := warden.WritePolicy(dir, policy); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- w.Run(ctx) }()
	defer func() { cancel(); <-ended }()
	for _, level := range []string{warden.LevelAllowlist, warden.LevelInternet, warden.LevelOffline} {
		t.Run(level, func(t *testing.T) {
			policy.Level = level
			if err := warden.WritePolicy(dir, policy); err != nil {
				t.Fatal(err)
			}
			for end := time.Now().Add(20 * time.Second); ; time.Sleep(50 * time.Millisecond) {
				if s, _, err := warden.ReadStatus(dir); err == nil && s.Connected && s.Policy == policy.Hash() {
					break
				}
				if time.Now().After(end) {
					s, running, err := warden.ReadStatus(dir)
					t.Fatalf("%+v, running %v, %v", s, running, err)
				}
			}
			world.changed.Store(0)
			s, g := pretendedGround(t)
			g.Level, g.Name = level, "desk"
			g.Public = append([]netip.Addr{smallPublic}, g.Public...)
			if level != warden.LevelOffline {
				g.Allowed = checks.EgressRule{Host: "allowed.example.net", Ports: []int{443}, For: "owner"}
				g.ToPrivate, g.Changing, g.Mixed = "private.example.net", "changing.example.net", "mixed.example.net"
			}
			m := &drillmaster{subject: s, ground: g, count: pretender{}, attempts: slices.DeleteFunc(g.Attempts(), func(a checks.Attempt) bool { return !a.ByProxy() }),
				record: func() ([]warden.Entry, error) { return warden.ReadLog(dir, 4000) }}
			m.result = checks.Drills{When: time.Now().UTC().Truncate(time.Second), Level: level, Proxy: true}
			time.Sleep(time.Second) // for the record of the level before to be of an earlier second
			drills, _ := pretendRound(t, m)
			twins := 0
			for _, y := range drills.Tries {
				switch {
				case y.Twin:
					twins++
					if y.Answer != checks.Open || !y.Passed {
						t.Errorf("%s by %s to %s: %s, passed %v, by %q", y.Name, y.Who, y.To, y.Answer, y.Passed, y.By)
					}
				case y.Answer == checks.Open || y.Passed || y.By == "":
					t.Errorf("%s by %s to %s: %s, passed %v, by %q", y.Name, y.Who, y.To, y.Answer, y.Passed, y.By)
				}
			}
			t.Logf("%d conversations in %s", len(drills.Tries), drills.Took)
			if want := map[bool]int{true: 0, false: 2}[level == warden.LevelOffline]; twins != want {
				t.Errorf("%d twins", twins)
			}
			blocked, err := warden.ReadBlocked(dir)
			for _, b := range blocked {
				if !checks.OfDrills(b.Host, b.Port) && !slices.Contains([]string{"private.example.net", "mixed.example.net", "changing.example.net", "allowed.example.net"}, b.Host) && b.Port != 443 && b.Port != 80 {
					t.Errorf("blocked and not told to be a drill's: %+v, %v", b, err)
				}
			}
		})
	}
}
