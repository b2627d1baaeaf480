//go:build bench

package warden

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
)

// BenchmarkTwoHundredTunnels is what 200 tunnels over SSH, each of which has carried
// a kilobyte both ways, after one that has carried 48 MiB, add to a warden's resident memory. The warden is a process of its own;
// guest and host are not in it. All of clawarium's memory is measured with a real
// machine, in cmd/clawarium: the program takes some 28 MB of the 40 that are the limit.
func BenchmarkTwoHundredTunnels(b *testing.B) {
	for b.Loop() {
		host, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			b.Fatal(err)
		}
		defer host.Close()
		go func() {
			for {
				c, err := host.Accept()
				if err != nil {
					return
				}
				go func() { _, _ = io.Copy(c, c); c.Close() }()
			}
		}()
		guest := newHonestGuest(b)
		child := exec.Command(os.Args[0], "-test.run", "^TestWardenChild$")
		child.Env = append(os.Environ(), "WARDEN_CHILD="+b.TempDir(), "WARDEN_GUEST="+guest.address, "WARDEN_HOST="+host.Addr().String())
		if err := child.Start(); err != nil {
			b.Fatal(err)
		}
		defer func() { _ = child.Process.Kill(); _ = child.Wait() }()
		<-guest.listens
		time.Sleep(2 * time.Second)
		before := resident(b, child.Process.Pid)
		tunnel := func(n int64) {
			c := guest.connect(b)
			fmt.Fprintf(c, "CONNECT api.example.com:22 HTTP/1.1\r\n\r\n")
			if s := readHeadOf(c); !strings.HasPrefix(s, "HTTP/1.1 200 ") {
				b.Fatal(s)
			}
			go func() { _, _ = io.CopyN(c, zeros{}, n) }()
			if _, err := io.CopyN(io.Discard, c, n); err != nil {
				b.Fatal(err)
			}
		}
		tunnel(48 << 20)
		for range 200 {
			tunnel(1000)
		}
		at := resident(b, child.Process.Pid)
		time.Sleep(3 * time.Second)
		after := resident(b, child.Process.Pid)
		b.ReportMetric(before, "MB-before")
		b.ReportMetric(at-before, "MB-at-first")
		b.ReportMetric(after-before, "MB")
		b.ReportMetric((after-before)/12, "ratio")
		b.ReportMetric(1, "at-most")
	}
}

// zeros are read without end.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// resident is a process's memory in MB.
func resident(b *testing.B, pid int) float64 {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		b.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		var kib int
		if n, _ := fmt.Sscanf(line, "VmRSS: %d kB", &kib); n == 1 {
			return float64(kib) * 1024 / 1e6
		}
	}
	b.Fatal("no VmRSS")
	return 0
}

// oneHostWorld leads every name to one address of the test's.
type oneHostWorld struct {
	*fakeWorld
	to string
}

func (w *oneHostWorld) Dial(ctx context.Context, to netip.AddrPort) (net.Conn, error) {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", w.to)
	if err != nil {
		return nil, err
	}
	return &elsewhere{conn.(*net.TCPConn), memAddr(to.String())}, nil
}

type elsewhere struct {
	*net.TCPConn
	at net.Addr
}

func (c *elsewhere) RemoteAddr() net.Addr { return c.at }

// TestWardenChild is the warden's process of the benchmark.
func TestWardenChild(t *testing.T) {
	dir := os.Getenv("WARDEN_CHILD")
	if dir == "" {
		t.Skip("only within the benchmark")
	}
	_ = WritePolicy(dir, example())
	w := &Warden{Dir: dir, World: &oneHostWorld{exampleWorld(), os.Getenv("WARDEN_HOST")}, Connect: func(context.Context) (Channel, error) {
		return dialSSH(t, os.Getenv("WARDEN_GUEST"))
	}}
	_ = w.Run(context.Background())
}

// honestGuest is a server of SSH by x/crypto/ssh that does what sshd does.
type honestGuest struct {
	address string
	listens chan struct{}
	conn    *ssh.ServerConn
}

func newHonestGuest(b *testing.B) *honestGuest {
	_, key, _ := ed25519.GenerateKey(rand.Reader)
	signer, _ := ssh.NewSignerFromKey(key)
	config := &ssh.ServerConfig{NoClientAuth: true}
	config.AddHostKey(signer)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	g := &honestGuest{address: ln.Addr().String(), listens: make(chan struct{})}
	go func() {
		conn, err := ln.Accept()
		if err != nil {
			return
		}
		server, channels, requests, err := ssh.NewServerConn(conn, config)
		if err != nil {
			return
		}
		go func() {
			for c := range channels {
				_ = c.Reject(ssh.Prohibited, "")
			}
		}()
		for r := range requests {
			_ = r.Reply(true, nil)
			if r.Type == "tcpip-forward" {
				g.conn = server
				time.AfterFunc(100*time.Millisecond, func() { close(g.listens) })
			}
		}
	}()
	return g
}

func (g *honestGuest) connect(b *testing.B) ssh.Channel {
	extra := bytes.Join([][]byte{str("127.0.0.1"), u32(3128), str("127.0.0.1"), u32(40000)}, nil)
	c, requests, err := g.conn.OpenChannel("forwarded-tcpip", extra)
	if err != nil {
		b.Fatal(err)
	}
	go ssh.DiscardRequests(requests)
	return c
}
