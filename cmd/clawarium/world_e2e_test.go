//go:build e2e && world

package main

// A world around the machines of the tests: network namespaces that play a computer
// of the owner's network, a cloud's metadata service, another virtual machine, and
// hosts on the Internet. This host reaches all of them, so what keeps a machine from
// it is not that there would be no way.
//
// The warden of the tests dials and resolves by a program here, which does it inside
// these namespaces. So whatever comes into one of them over its cable came past the
// warden, and is counted.

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// place is one namespace and how it is reached.
type place struct {
	name     string
	bridge   bool   // the cable hangs on a bridge, as those of libvirt do
	host, at string // addresses of both ends, with their lengths
	also     string // further addresses inside
}

// ns is the namespace, and cable the end of what leads into it on this host. Two runs
// beside one another have their own.
func (p place) ns() string    { return fmt.Sprintf("t-world-%d-%s", os.Getpid(), p.name) }
func (p place) cable() string { return fmt.Sprintf("t%d%s", os.Getpid(), p.name) }

var places = []place{
	{"lan", false, "192.168.177.1/24", "192.168.177.2/24", "192.168.177.254/24"},
	{"meta", false, "169.254.169.253/30", "169.254.169.254/30", ""},
	{"vm", true, "192.168.178.1/24", "192.168.178.2/24", ""},
	{"net", false, "198.51.100.1/24", "198.51.100.10/24", "198.51.100.53/24"},
}

const (
	public6     = "2001:db8:77::10"
	public6Host = "2001:db8:77::1"
	allowedName = "allowed.world.example"
	// A real model provider's that OpenClaw brings; in this world a stand-in. That of
	// one which it does not bring is customName.
	bundledName = "openrouter.ai"
)

// surroundings are that world. Machines of several tests share it.
type surroundings struct {
	dir     string // world.json and the dialler's socket
	changes atomic.Int64
	shown   sync.Map // what the last call of a model provider had as its authorization
	stop    []func()
}

var shared struct {
	sync.Mutex
	world *surroundings
	users int
}

// surround returns the world, which is there until the last test that asked for it
// has ended.
func surround(t *testing.T) *surroundings {
	t.Helper()
	shared.Lock()
	defer shared.Unlock()
	if shared.world == nil {
		shared.world = newSurroundings(t)
	}
	shared.users++
	t.Cleanup(func() {
		shared.Lock()
		defer shared.Unlock()
		if shared.users--; shared.users == 0 {
			shared.world.end()
			shared.world = nil
		}
	})
	return shared.world
}

// file is what CLAWARIUM_WORLD names.
func (s *surroundings) file() string { return filepath.Join(s.dir, "world.json") }

func newSurroundings(t *testing.T) *surroundings {
	t.Helper()
	dir, err := os.MkdirTemp("", "t-world-")
	if err != nil {
		t.Fatal(err)
	}
	s := &surroundings{dir: dir}
	s.stop = append(s.stop, func() { os.RemoveAll(dir) })
	defer func() {
		if t.Failed() {
			s.end()
		}
	}()
	run := func(words string) {
		t.Helper()
		args := strings.Fields(words)
		if out, err := exec.Command(args[0], args[1:]...).CombinedOutput(); err != nil {
			t.Fatalf("%s: %v: %s", words, err, out)
		}
	}
	for _, p := range places {
		ns, end := p.ns(), p.cable()
		run("ip netns add " + ns)
		s.stop = append(s.stop, func() { exec.Command("ip", "netns", "del", ns).Run() })
		run("ip link add " + end + " type veth peer name in netns " + ns)
		cable := end // it would go with the namespace, some time later
		s.stop = append(s.stop, func() { exec.Command("ip", "link", "del", cable).Run() })
		if p.bridge {
			end += "b"
			run("ip link add " + end + " type bridge")
			s.stop = append(s.stop, func() { exec.Command("ip", "link", "del", end).Run() })
			run("ip link set " + p.cable() + " master " + end + " up")
		}
		run("ip addr add " + p.host + " dev " + end)
		run("ip link set " + end + " up")
		run("ip -n " + ns + " addr add " + p.at + " dev in")
		if p.also != "" {
			run("ip -n " + ns + " addr add " + p.also + " dev in")
		}
		run("ip -n " + ns + " link set lo up")
		run("ip -n " + ns + " link set in up")
		back, _, _ := strings.Cut(p.host, "/")
		run("ip -n " + ns + " route add default via " + back)
	}
	internet := places[len(places)-1]
	run("ip -6 addr add " + public6Host + "/64 dev " + internet.cable() + " nodad")
	run("ip -n " + internet.ns() + " addr add " + public6 + "/64 dev in nodad")
	run("ip -n " + internet.ns() + " route add default via " + public6Host)
	for _, p := range places {
		// What comes over the cable and is for somebody here, less what neighbours say
		// to one another.
		run("ip netns exec " + p.ns() + " nft add table inet t")
		run("ip netns exec " + p.ns() + " nft add chain inet t in { type filter hook input priority -300 ; }")
		run("ip netns exec " + p.ns() + ` nft add rule inet t in iifname in meta l4proto != ipv6-icmp ip6 daddr != ff00::/8 counter`)
		run("ip netns exec " + p.ns() + ` nft add rule inet t in iifname in meta nfproto ipv4 counter`)
	}
	s.forward()
	s.serve(t)
	return s
}

// forward has this host pass packets on, as one with other machines on it does.
func (s *surroundings) forward() {
	const sysctl = "/proc/sys/net/ipv4/ip_forward"
	was, err := os.ReadFile(sysctl)
	if err == nil && strings.TrimSpace(string(was)) == "0" && os.WriteFile(sysctl, []byte("1"), 0) == nil {
		s.stop = append(s.stop, func() { _ = os.WriteFile(sysctl, was, 0) })
	}
}

func (s *surroundings) end() {
	for i := len(s.stop) - 1; i >= 0; i-- {
		s.stop[i]()
	}
	s.stop = nil
}

// arrived is how many packets came into the namespaces over their cables.
func (s *surroundings) arrived(t *testing.T) map[string]int {
	t.Helper()
	found := map[string]int{}
	for _, p := range places {
		out, err := exec.Command("ip", "netns", "exec", p.ns(), "nft", "list", "table", "inet", "t").Output()
		if err != nil {
			t.Fatalf("nft in %s: %v", p.ns(), err)
		}
		for line := range strings.Lines(string(out)) {
			var n, bytes int
			if _, counter, ok := strings.Cut(line, "counter "); ok {
				if _, err := fmt.Sscanf(counter, "packets %d bytes %d", &n, &bytes); err == nil {
					found[p.name] += n
				}
			}
		}
	}
	return found
}

// within runs f on a thread of its own in a namespace. A thread that cannot come back
// ends with its goroutine.
func within(ns string, f func() error) error {
	result := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		result <- func() error {
			file, err := os.Open("/run/netns/" + ns)
			if err != nil {
				return err
			}
			defer file.Close()
			if err := unix.Setns(int(file.Fd()), unix.CLONE_NEWNET); err != nil {
				return err
			}
			return f()
		}()
	}()
	return <-result
}

// placeOf is the namespace that an address is in.
func placeOf(a netip.Addr) (string, bool) {
	if a.Is6() && netip.MustParsePrefix(public6+"/64").Contains(a) {
		return places[len(places)-1].ns(), true
	}
	for _, p := range places {
		if netip.MustParsePrefix(p.at).Contains(a) {
			return p.ns(), true
		}
	}
	return "", false
}

// serve opens ports in every namespace, and the dialler's socket.
func (s *surroundings) serve(t *testing.T) {
	t.Helper()
	authority, certificate := worldCertificate(t)
	if err := os.WriteFile(filepath.Join(s.dir, "ca.pem"), authority, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, p := range places {
		for _, port := range []int{22, 53, 80, 443} {
			var ln net.Listener
			err := within(p.ns(), func() (err error) {
				ln, err = net.Listen("tcp", fmt.Sprintf(":%d", port))
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			s.stop = append(s.stop, func() { ln.Close() })
			if port == 443 {
				ln = tls.NewListener(ln, &tls.Config{Certificates: []tls.Certificate{certificate}})
			}
			go s.answerAll(ln)
		}
		for _, port := range []int{53, 443} {
			var udp net.PacketConn
			err := within(p.ns(), func() (err error) {
				udp, err = net.ListenPacket("udp", fmt.Sprintf(":%d", port))
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			s.stop = append(s.stop, func() { udp.Close() })
			go func() {
				data := make([]byte, 2048)
				for {
					n, from, err := udp.ReadFrom(data)
					if err != nil {
						return
					}
					_, _ = udp.WriteTo(data[:n], from)
				}
			}()
		}
	}
	world := map[string]any{
		"dialer": filepath.Join(s.dir, "dialer"), "public": append(realHosts(t), "198.51.100.0/24", "2001:db8:77::/64"),
		"own": []string{"192.168.177.1"}, "router": "192.168.177.254", "neighbours": []string{"192.168.177.2"},
		"machines": []string{"192.168.178.2"}, "resolvers": []string{"198.51.100.53"}, "hosts": []string{"198.51.100.10", public6},
		"allowed": allowedName, "toPrivate": "private.world.example", "changing": "changing.world.example", "mixed": "mixed.world.example",
	}
	data, err := json.Marshal(world)
	if err == nil {
		err = os.WriteFile(s.file(), data, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("unix", filepath.Join(s.dir, "dialer"))
	if err != nil {
		t.Fatal(err)
	}
	s.stop = append(s.stop, func() { ln.Close() })
	// A session's warden runs as an ordinary user.
	for path, mode := range map[string]os.FileMode{s.dir: 0o755, filepath.Join(s.dir, "dialer"): 0o777} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
	}
	go func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			go s.dialFor(conn.(*net.UnixConn))
		}
	}()
}

// answerAll says something to everybody, and to whoever calls a provider by its name
// what a model says.
func (s *surroundings) answerAll(ln net.Listener) {
	for {
		conn, err := ln.Accept()
		if err != nil {
			return
		}
		go func() {
			defer conn.Close()
			_ = conn.SetDeadline(time.Now().Add(2 * time.Minute)) // a guest with a slow clock takes its time
			r := bufio.NewReader(conn)
			request, err := http.ReadRequest(r)
			if err != nil {
				return
			}
			body, _ := io.ReadAll(io.LimitReader(request.Body, 1<<20))
			kind, answer := "text/plain", "hello"
			if secure, ok := conn.(*tls.Conn); ok && request.Method == http.MethodPost && strings.HasSuffix(request.URL.Path, "/chat/completions") {
				if name := secure.ConnectionState().ServerName; name == customName || name == bundledName {
					s.shown.Store(name, request.Header.Get("Authorization"))
					kind, answer = modelAnswer(body)
				}
			}
			fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s", kind, len(answer), answer)
		}()
	}
}

// modelAnswer is a provider's to a request for a chat, whole or as it grows.
func modelAnswer(request []byte) (kind, answer string) {
	const head = `{"id":"t-1","created":1,"model":"auto",`
	const usage = `"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}}`
	var r struct{ Stream bool }
	if json.Unmarshal(request, &r) == nil && r.Stream {
		return "text/event-stream", "data: " + head + `"object":"chat.completion.chunk","choices":[{"index":0,"delta":{"role":"assistant","content":"pong"},"finish_reason":null}]}` +
			"\n\ndata: " + head + `"object":"chat.completion.chunk","choices":[{"index":0,"delta":{},"finish_reason":"stop"}],` + usage + "\n\ndata: [DONE]\n\n"
	}
	return "application/json", head + `"object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant","content":"pong"},"finish_reason":"stop"}],` + usage
}

// realHosts are the addresses of the archive and of the npm registry as this computer
// sees them: behind a company's proxy, or in a closed test bed, they need not be public.
func realHosts(t *testing.T) (prefixes []string) {
	t.Helper()
	addresses := []string{registry(t)}
	uris, err := exec.Command("apt-get", "indextargets", "--format", "$(SITE)").Output()
	if err != nil {
		t.Logf("apt-get indextargets: %v", err)
	}
	addresses = append(addresses, strings.Fields(string(uris))...)
	seen := map[string]bool{}
	for _, address := range addresses {
		u, err := url.Parse(address)
		if err != nil || u.Hostname() == "" || seen[u.Hostname()] {
			continue
		}
		seen[u.Hostname()] = true
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		all, err := net.DefaultResolver.LookupNetIP(ctx, "ip", u.Hostname())
		cancel()
		if err != nil {
			t.Logf("%s: %v", u.Hostname(), err)
		}
		for _, a := range all {
			a = a.Unmap()
			prefixes = append(prefixes, netip.PrefixFrom(a, a.BitLen()).String())
		}
	}
	return prefixes
}

// dialFor answers one question of a warden.
func (s *surroundings) dialFor(line *net.UnixConn) {
	defer line.Close()
	_ = line.SetDeadline(time.Now().Add(20 * time.Second))
	question, err := bufio.NewReader(line).ReadString('\n')
	if err != nil {
		return
	}
	what, of, _ := strings.Cut(strings.TrimSpace(question), " ")
	switch what {
	case "lookup":
		addresses, known := s.lookup(of)
		if !known {
			_, _ = line.Write([]byte("elsewhere"))
			return
		}
		_, _ = line.Write([]byte("ok " + addresses))
	case "dial":
		to, err := netip.ParseAddrPort(of)
		ns, known := placeOf(to.Addr())
		if err != nil || !known {
			_, _ = line.Write([]byte("elsewhere"))
			return
		}
		var conn net.Conn
		err = within(ns, func() (err error) {
			ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
			defer cancel()
			conn, err = (&net.Dialer{}).DialContext(ctx, "tcp", to.String())
			return err
		})
		if err != nil {
			_, _ = line.Write([]byte("failed " + err.Error()))
			return
		}
		defer conn.Close()
		file, err := conn.(*net.TCPConn).File()
		if err != nil {
			return
		}
		defer file.Close()
		_, _, _ = line.WriteMsgUnix([]byte("ok "), syscall.UnixRights(int(file.Fd())), nil)
	}
}

// lookup is the name server of the world.
func (s *surroundings) lookup(name string) (addresses string, known bool) {
	switch name {
	case allowedName, customName, bundledName:
		return "198.51.100.10", true
	case "private.world.example":
		return "192.168.177.2", true
	case "mixed.world.example":
		return "198.51.100.10 192.168.177.2", true
	case "changing.world.example":
		// Public when it is asked for first, and private from then on: what a name does
		// that wants to be checked as one and used as the other.
		if s.changes.Add(1) == 1 {
			return "198.51.100.10", true
		}
		return "192.168.177.2", true
	}
	return "", false
}

// worldCertificate is that of the hosts here, and the authority that it is from, which
// only machines trust whose plan says so.
func worldCertificate(t *testing.T) (authority []byte, certificate tls.Certificate) {
	t.Helper()
	make := func(template, parent *x509.Certificate, signer *ecdsa.PrivateKey) ([]byte, *ecdsa.PrivateKey) {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		if signer == nil {
			signer = key
		}
		template.NotBefore, template.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(24*time.Hour)
		der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), signer)
		if err != nil {
			t.Fatal(err)
		}
		return der, key
	}
	ca := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "the tests' world"},
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	root, signer := make(ca, ca, nil)
	leaf := &x509.Certificate{SerialNumber: big.NewInt(2), DNSNames: []string{allowedName, customName, bundledName},
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
	der, key := make(leaf, ca, signer)
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: root}), tls.Certificate{Certificate: [][]byte{der, root}, PrivateKey: key}
}
