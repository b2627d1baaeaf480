//go:build real && linux

package virt

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/clawarium/clawarium/assets/layout"
)

// These tests need root, a running libvirtd (qemu:///system), QEMU, OVMF,
// ebtables and iptables. CLAWARIUM_TEST_IMAGE names a bootable qcow2 image; the
// tests that boot it are skipped without. They make objects called
// clawarium-t-virt-* and a pool t-virt-pool, and remove them.

type quiet struct{}

func (quiet) Bytes(int64, int64) {}

const realMAC = "52:54:00:aa:17:01"

func realConn(t *testing.T) *Conn {
	t.Helper()
	c, err := Open(t.Context(), SystemURI)
	if err != nil {
		t.Skipf("needs %s: %v", SystemURI, err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

type console struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (c *console) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.b.Write(p)
}

func (c *console) String() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.b.String()
}

func eventually(t *testing.T, within time.Duration, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(within); time.Now().Before(end); time.Sleep(300 * time.Millisecond) {
		if ok() {
			return
		}
	}
	t.Fatalf("not within %s: %s", within, what)
}

func run(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}

// rig makes everything of a machine called name but its start.
type rig struct {
	c    *Conn
	pool *Pool
	spec Spec
	net  NetworkSpec
	flt  FilterSpec
}

func makeRig(t *testing.T, c *Conn, name string) rig {
	t.Helper()
	ctx := t.Context()
	poolPath := filepath.Join("/var/lib/libvirt/images", "t-virt-pool")
	pool, err := c.EnsurePool(ctx, "t-virt-pool", poolPath)
	if err != nil {
		t.Fatal(err)
	}
	routes, err := HostRoutes()
	if err != nil {
		t.Fatal(err)
	}
	subnet, err := c.FreeSubnet(ctx, routes)
	if err != nil {
		t.Fatal(err)
	}
	host := subnet.Addr().Next()
	guest := host.Next()
	r := rig{c: c, pool: pool}
	r.net = NetworkSpec{Machine: name, UUID: "7d3c7e6e-0000-4000-8000-00000000a001", HostIP: host, Bits: subnet.Bits()}
	r.flt = FilterSpec{Machine: name, UUID: "7d3c7e6e-0000-4000-8000-00000000a002", MAC: realMAC, GuestIP: guest, HostIP: host}
	r.spec = Spec{
		Machine: name, UUID: "7d3c7e6e-0000-4000-8000-00000000a003", Version: "test", Plan: "abc", Arch: "amd64",
		System: true, CPUs: 2, Memory: 1 << 30, MAC: realMAC, Network: layout.Network(name), Filter: layout.Filter(name),
		GuestIP: guest.String(), HostIP: host.String(),
		SystemDisk: pool.PathOf(layout.SystemDisk(name)), DataDisk: pool.PathOf(layout.DataDisk(name)),
		CodeDisk: pool.PathOf("t-code.squashfs"), Seed: pool.PathOf(layout.Seed(name)),
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		for _, err := range []error{c.Destroy(ctx, name), c.Undefine(ctx, name), c.DeleteNetwork(ctx, name), c.DeleteFilter(ctx, name)} {
			if err != nil {
				t.Errorf("clean up: %v", err)
			}
		}
		volumes, _ := pool.Volumes(ctx)
		for _, v := range volumes {
			if err := pool.DeleteVolume(ctx, v.Name); err != nil {
				t.Errorf("clean up: %v", err)
			}
		}
		if err := pool.Delete(ctx); err != nil {
			t.Errorf("clean up: %v", err)
		}
		if _, err := os.Stat(poolPath); err == nil {
			t.Errorf("%s is left", poolPath)
		}
	})
	if err := c.EnsureNetwork(ctx, r.net); err != nil {
		t.Fatal(err)
	}
	if err := c.EnsureFilter(ctx, r.flt); err != nil {
		t.Fatal(err)
	}
	for _, v := range []string{layout.DataDisk(name)} {
		if _, err := pool.CreateBlank(ctx, v, 1<<30); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := pool.UploadFrom(ctx, "t-code.squashfs", bytes.NewReader(make([]byte, 1<<20)), 1<<20, true, quiet{}); err != nil {
		t.Fatal(err)
	}
	if _, err := pool.Upload(ctx, layout.Seed(name), drillSeed(t, guest.String(), host.String(), subnet.Bits()), true, quiet{}); err != nil {
		t.Fatal(err)
	}
	return r
}

// slirpGuest is the address of a guest on QEMU's user-mode network.
const slirpGuest, slirpHost = "10.0.2.15", "10.0.2.2"

// drillPort is where the host listens for what must not arrive.
const drillPort = 47123

// drillSeed makes a NoCloud seed whose guest, as root, tries to get out in every
// way and says on the console what it got.
func drillSeed(t *testing.T, guest, host string, bits int) string {
	t.Helper()
	dir := t.TempDir()
	address, pinged := fmt.Sprintf("addresses: [%s/%d]", guest, bits), host
	if guest == slirpGuest {
		// QEMU itself answers a ping of its own gateway; nothing leaves it.
		address, pinged = "dhcp4: true", "192.0.2.2"
	}
	script := fmt.Sprintf(`
import socket, subprocess
out = open('/dev/console', 'w', buffering=1)
def drill(name, fn):
    try: r = fn()
    except Exception as e: r = 'blocked (%%s)' %% e
    out.write('\nDRILL %%s: %%s\n' %% (name, r))
def tcp(addr, port, bind=None, family=socket.AF_INET):
    s = socket.socket(family); s.settimeout(4)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if bind: s.bind(bind)
    s.connect((addr, port)); s.send(b'escaped'); return 'OUT'
def udp(addr, port):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(('', 22)); s.sendto(b'escaped', (addr, port)); return 'sent'
def icmp():
    s = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP); s.settimeout(4)
    s.sendto(bytes.fromhex('0800f7ff00000000'), ('%[6]s', 0)); s.recv(100); return 'OUT'
subprocess.run(['systemctl', 'stop', 'ssh.socket', 'ssh'])
subprocess.run(['ip', 'route', 'add', 'default', 'via', '%[2]s'])
drill('tcp', lambda: tcp('%[2]s', %[3]d))
drill('tcp-from-22', lambda: tcp('%[2]s', %[3]d, ('%[1]s', 22)))
drill('udp-from-22', lambda: udp('%[2]s', %[3]d))
drill('dns', lambda: tcp('%[2]s', 53))
drill('lan', lambda: tcp('192.0.2.2', %[3]d))
drill('metadata', lambda: tcp('169.254.169.254', 80))
drill('ping', icmp)
drill('ipv6', lambda: socket.socket(socket.AF_INET6, socket.SOCK_DGRAM).sendto(b'escaped', ('ff02::1', %[3]d, 0, socket.if_nametoindex('eth0'))))
subprocess.run(['ip', 'addr', 'add', '%[4]s/%[5]d', 'dev', 'eth0'])
drill('spoof', lambda: tcp('%[2]s', %[3]d, ('%[4]s', 22)))
subprocess.run(['ip', 'addr', 'del', '%[4]s/%[5]d', 'dev', 'eth0'])
subprocess.run(['systemctl', 'start', 'ssh'])
out.write('\nDRILLS DONE\n')
`, guest, host, drillPort, netip.MustParseAddr(guest).Next(), bits, pinged)
	files := map[string]string{
		"meta-data":      "instance-id: t-virt\nlocal-hostname: t-virt\n",
		"network-config": fmt.Sprintf("version: 2\nethernets:\n  nic:\n    match: {macaddress: %q}\n    set-name: eth0\n    %s\n", realMAC, address),
		"user-data": "#cloud-config\nwrite_files:\n- path: /root/drill.py\n  content: |\n    " + strings.ReplaceAll(script, "\n", "\n    ") +
			"\nruncmd:\n- [python3, /root/drill.py]\n",
	}
	image := filepath.Join(dir, "seed.img")
	if err := os.WriteFile(image, make([]byte, 1<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	run(t, "mformat", "-i", image, "-v", "CIDATA", "-f", "1440", "::")
	for name, content := range files {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		run(t, "mcopy", "-i", image, path, "::")
	}
	return image
}

// strays looks at every frame that reaches the host's end of the network, and
// returns those that are neither ARP nor TCP from the guest's SSH port.
func strays(t *testing.T, bridge string) func() []string {
	t.Helper()
	i, err := net.InterfaceByName(bridge)
	if err != nil {
		t.Fatal(err)
	}
	const all = 0x0300 // ETH_P_ALL in network order
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, all)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.Bind(fd, &unix.SockaddrLinklayer{Protocol: all, Ifindex: i.Index}); err != nil {
		t.Fatal(err)
	}
	unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &unix.Timeval{Sec: 1})
	stop, done := make(chan struct{}), make(chan []string, 1)
	go func() {
		defer unix.Close(fd)
		var got []string
		frames := 0
		for b := make([]byte, 2048); ; {
			select {
			case <-stop:
				t.Logf("%d frames arrived at the bridge", frames)
				done <- got
				return
			default:
			}
			n, from, err := unix.Recvfrom(fd, b, 0)
			if err != nil || n < 38 {
				continue
			}
			if l, ok := from.(*unix.SockaddrLinklayer); ok && l.Pkttype == unix.PACKET_OUTGOING {
				continue
			}
			frames++
			f := b[:n]
			arp := f[12] == 0x08 && f[13] == 0x06
			ssh := f[12] == 0x08 && f[13] == 0 && f[23] == 6 && f[34] == 0 && f[35] == 22
			if !arp && !ssh {
				got = append(got, fmt.Sprintf("% x", f[:38]))
			}
		}
	}()
	return func() []string { close(stop); return <-done }
}

// escapes listens where nothing may arrive, and returns what did.
func escapes(t *testing.T) func() []string {
	t.Helper()
	var mu sync.Mutex
	var got []string
	note := func(s string) { mu.Lock(); got = append(got, s); mu.Unlock() }
	l, err := net.Listen("tcp4", fmt.Sprintf("0.0.0.0:%d", drillPort))
	if err != nil {
		t.Fatal(err)
	}
	u, err := net.ListenPacket("udp4", fmt.Sprintf("0.0.0.0:%d", drillPort))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close(); u.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			note("tcp from " + c.RemoteAddr().String())
			c.Close()
		}
	}()
	go func() {
		b := make([]byte, 100)
		for {
			_, from, err := u.ReadFrom(b)
			if err != nil {
				return
			}
			note("udp from " + from.String())
		}
	}()
	return func() []string { mu.Lock(); defer mu.Unlock(); return append([]string(nil), got...) }
}

func TestAMachineIsDefinedStartedAndRemovedWithItsWallsOnItsTap(t *testing.T) {
	c := realConn(t)
	ctx := t.Context()
	const name = "t-virt-a"
	r := makeRig(t, c, name)
	if image := os.Getenv("CLAWARIUM_TEST_IMAGE"); image != "" {
		began := time.Now()
		if _, err := r.pool.Upload(ctx, "t-base.qcow2", image, false, quiet{}); err != nil {
			t.Fatal(err)
		}
		v, err := r.pool.Volume(ctx, "t-base.qcow2")
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("uploaded %d bytes in %s: %+v", v.Length, time.Since(began), v)
		if _, err := r.pool.CreateOverlay(ctx, layout.SystemDisk(name), "t-base.qcow2", 0); err != nil {
			t.Fatal(err)
		}
	} else if _, err := r.pool.CreateBlank(ctx, layout.SystemDisk(name), 1<<30); err != nil {
		t.Fatal(err)
	}
	for range 2 { // a second definition of the same is fine
		if err := c.Define(ctx, r.spec); err != nil {
			t.Fatal(err)
		}
	}
	other := r.spec
	other.UUID = "7d3c7e6e-0000-4000-8000-00000000a0ff"
	if err := c.Define(ctx, other); !errors.Is(err, ErrForeign) {
		t.Fatalf("another UUID under our name: %v", err)
	}
	var out console
	k, err := c.Start(ctx, name, &out)
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	eventually(t, 90*time.Second, "the firmware speaks on the console", func() bool {
		return strings.Contains(out.String(), "BdsDxe") || strings.Contains(out.String(), "Linux")
	})
	t.Logf("firmware after %s", time.Since(began))

	d, err := c.Domain(ctx, name)
	if err != nil || d == nil || !d.Ours || d.State != Running || d.Tag != (Tag{name, "test", "abc"}) {
		t.Fatalf("domain: %+v, %v", d, err)
	}
	live, err := c.XML(ctx, name, false)
	if err != nil {
		t.Fatal(err)
	}
	tap := between(live, "<target dev='vnet", "'")
	t.Logf("tap vnet%s", tap)
	for rules, wants := range map[string][]string{
		run(t, "ebtables-save"): {
			"-A libvirt-I-vnet" + tap + " -s ! " + realMAC + " -j DROP",
			"-A libvirt-I-vnet" + tap + " -p IPv4 --ip-src " + r.spec.GuestIP + " --ip-dst " + r.spec.HostIP + " --ip-proto tcp --ip-sport 22 -j ACCEPT",
			"-A libvirt-I-vnet" + tap + " -j DROP",
			"-A libvirt-O-vnet" + tap + " -j DROP",
		},
		run(t, "iptables-save"): {
			"-A libvirt-host-in -m physdev --physdev-in vnet" + tap,
			"-A HI-vnet" + tap + " -s " + r.spec.GuestIP + "/32 -d " + r.spec.HostIP + "/32 -p tcp -m tcp --sport 22 -m conntrack --ctstate ESTABLISHED",
			"-A HI-vnet" + tap + " -m comment --comment \"clawarium machine t-virt-a\" -j DROP",
		},
	} {
		for _, want := range wants {
			if !strings.Contains(rules, want) {
				t.Errorf("no rule %q in\n%s", want, rules)
			}
		}
	}
	rulesComeBack(t, r, "vnet"+tap)
	if s := run(t, "cat", "/proc/sys/net/bridge/bridge-nf-call-iptables"); strings.TrimSpace(s) != "1" {
		t.Errorf("bridge-nf-call-iptables is %s: the IP layer of the filter does nothing", s)
	}
	if os.Getenv("CLAWARIUM_TEST_IMAGE") != "" {
		arrived, stray := escapes(t), strays(t, layout.Bridge(name))
		eventually(t, 6*time.Minute, "the drills on the console", func() bool { return strings.Contains(out.String(), "DRILLS DONE") })
		t.Logf("drills done after %s", time.Since(began))
		judgeDrills(t, out.String())
		if got := arrived(); len(got) > 0 {
			t.Errorf("arrived on the host: %q", got)
		}
		if got := stray(); len(got) > 0 {
			t.Errorf("frames that should have been dropped on the tap: %q", got)
		}
		// The one way in.
		reachSSH(t, net.JoinHostPort(r.spec.GuestIP, "22"))
		if c, err := net.DialTimeout("tcp", net.JoinHostPort(r.spec.GuestIP, "18789"), 3*time.Second); err == nil {
			c.Close()
			t.Error("a port other than SSH can be reached")
		}
		began = time.Now()
		if err := c.Eject(ctx, name, time.Minute); err != nil {
			t.Errorf("eject: %v", err)
		}
		t.Logf("seed ejected in %s", time.Since(began))
		live, _ := c.XML(ctx, name, false)
		config, _ := c.XML(ctx, name, true)
		if strings.Contains(live+config, layout.SeedSerial) {
			t.Error("the seed is still attached")
		}
		began = time.Now()
		if err := c.Shutdown(ctx, name, time.Minute, false); err != nil {
			t.Errorf("shutdown: %v", err)
		}
		t.Logf("off in %s", time.Since(began))
	} else if err := c.Destroy(ctx, name); err != nil {
		t.Fatal(err)
	}
	select {
	case <-k.Done():
	case <-time.After(10 * time.Second):
		t.Error("the console goes on after the machine's end")
	}
	if err := k.Close(); err != nil {
		t.Errorf("console: %v", err)
	}
}

// rulesComeBack takes the rules off the tap, on both layers, as a firewall does that is
// loaded anew, and has the filter made again, which is written down as it was.
func rulesComeBack(t *testing.T, r rig, tap string) {
	t.Helper()
	onTap := func() string {
		var lines []string
		for _, tool := range []string{"ebtables-save", "iptables-save", "ip6tables-save"} {
			for line := range strings.Lines(run(t, tool)) {
				if strings.HasPrefix(line, "-A") && strings.Contains(line, tap) {
					lines = append(lines, tool+" "+line)
				}
			}
		}
		slices.Sort(lines) // a rule that is put back is put at the end of the chain that all share
		return strings.Join(lines, "")
	}
	was := onTap()
	run(t, "ebtables", "-t", "nat", "-D", "PREROUTING", "-i", tap, "-j", "libvirt-I-"+tap)
	run(t, "ebtables", "-t", "nat", "-F", "libvirt-I-"+tap)
	for _, tool := range []string{"iptables", "ip6tables"} {
		run(t, tool, "-F", "HI-"+tap)
		run(t, tool, "-D", "libvirt-host-in", "-m", "physdev", "--physdev-in", tap, "-g", "HI-"+tap)
	}
	if onTap() == was {
		t.Fatal("nothing was taken off the tap")
	}
	if err := r.c.EnsureFilter(t.Context(), r.flt); err != nil {
		t.Fatal(err)
	}
	if is := onTap(); is != was {
		t.Errorf("on the tap are\n%s\nand were\n%s", is, was)
	}
	if f, err := r.c.Filter(t.Context(), r.flt.Machine); err != nil || strings.Count(f.XML, "<rule ") != 9 {
		t.Errorf("the filter is written down as %+v, %v", f, err)
	}
}

func judgeDrills(t *testing.T, console string) {
	t.Helper()
	n := 0
	for line := range strings.Lines(console) {
		if strings.Contains(line, "DRILL ") {
			n++
			t.Log(strings.TrimSpace(line))
			if strings.Contains(line, "OUT") {
				t.Errorf("the guest got out: %s", line)
			}
		}
	}
	if n != 9 {
		t.Errorf("%d of 9 drills were made", n)
	}
}

// reachSSH waits for the banner of the guest's SSH.
func reachSSH(t *testing.T, address string) {
	t.Helper()
	eventually(t, time.Minute, "SSH at "+address, func() bool {
		s, err := net.DialTimeout("tcp", address, 5*time.Second)
		if err != nil {
			return false
		}
		defer s.Close()
		s.SetReadDeadline(time.Now().Add(20 * time.Second))
		b := make([]byte, 64)
		n, _ := s.Read(b)
		return strings.HasPrefix(string(b[:n]), "SSH-2.0")
	})
}

func between(s, a, b string) string {
	_, s, _ = strings.Cut(s, a)
	s, _, _ = strings.Cut(s, b)
	return s
}
