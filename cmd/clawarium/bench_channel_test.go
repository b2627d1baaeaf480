//go:build bench && linux

package main

// The one way out, beside what a person would set up by hand for the same: a remote
// forward of OpenSSH to a proxy on the host. Both serve the same guest over the same
// sshd in the same run, taking turns, to a server in a network namespace of the
// benchmark's own; the warden lets it through as the owner's model server.

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/clawarium/clawarium/assets/layout"
	"github.com/clawarium/clawarium/provision/guest"
	"github.com/clawarium/clawarium/provision/steps"
	"github.com/clawarium/clawarium/provision/warden"
)

// Where the server is, and how much is asked of it.
const (
	channelSpace  = "t-bench-channel"
	channelHost   = "10.254.77.1" // this host's end
	channelServer = "10.254.77.2"
	channelPort   = 8080
	tinyproxyPort = 38128
	channelBytes  = 48 << 20 // of one transfer
	channelTrips  = 40       // connections one after the other, for the latency
	channelTurns  = 3
	channelOpen   = 200 // connections at once, for the memory
)

// channelScript runs in the guest. It asks the proxy for a tunnel to the server by
// hand: neither side is measured with the start of a program.
const channelScript = `
import json, socket, sys, time
port, trips, size, hold, server = %d, %d, %d, %d, "%s:%d"

def tunnel():
    s = socket.create_connection(("127.0.0.1", port), 120)
    s.sendall(b"CONNECT " + server.encode() + b" HTTP/1.1\r\nHost: " + server.encode() + b"\r\n\r\n")
    head = b""
    while b"\r\n\r\n" not in head:
        more = s.recv(1)
        if not more:
            raise SystemExit("no answer: %%r" %% head)
        head += more
    if b" 200" not in head.split(b"\r\n")[0]:
        raise SystemExit("refused: %%r" %% head)
    return s

def ask(s, n):
    s.sendall(b"%%d\n" %% n)
    left = n
    while left > 0:
        more = s.recv(1 << 18)
        if not more:
            raise SystemExit("cut short")
        left -= len(more)

s = tunnel(); ask(s, 1 << 20); s.close()
took = []
for _ in range(trips):
    began = time.monotonic()
    s = tunnel(); ask(s, 1); s.close()
    took.append(time.monotonic() - began)
took.sort()
s = tunnel()
began = time.monotonic()
ask(s, size)
whole = time.monotonic() - began
s.close()
held = [tunnel() for _ in range(hold)]
for s in held:
    ask(s, 1000)
print(json.dumps({"latency": took[len(took) // 2], "whole": whole, "held": len(held)}), flush=True)
if held:
    sys.stdin.readline()
`

// channelRun is what one turn came to.
type channelRun struct {
	Latency, Whole float64 // seconds of the guest's clock, which is steady here
	Held           int
}

var channel struct {
	once         sync.Once
	ok           bool
	ours, theirs []channelRun
	residentKiB  int
}

func measureChannel(b *testing.B) {
	channel.once.Do(func() {
		for _, tool := range []string{"tinyproxy", "ssh", "ip"} {
			if _, err := exec.LookPath(tool); err != nil {
				b.Skipf("%s is not installed", tool)
			}
		}
		const name = "bench-channel"
		w := newBench(b)
		w.serveInSpace()
		w.machine(name)
		w.do(bootLimit, "setup", "--yes", "--name", name, "--until", "warden", "--set", "machine.clock=steady",
			"--set", fmt.Sprintf("network.modelServer=%s:%d", channelServer, channelPort))
		env := w.steps(name)
		session, err := env.Session(w.ctx)
		if err != nil {
			b.Fatal(err)
		}
		for turn := range channelTurns {
			w.openWay(env, true)
			hold := 0
			if turn == channelTurns-1 {
				hold = channelOpen
			}
			channel.ours = append(channel.ours, w.throughChannel(session.Client, hold, func() {
				channel.residentKiB = wardenResident(b, env.Dir())
			}))
			w.openWay(env, false)
			stop := w.plainForward(env)
			channel.theirs = append(channel.theirs, w.throughChannel(session.Client, 0, nil))
			stop()
		}
		w.openWay(env, true) // as undo expects it
		channel.ok = true
	})
	if !channel.ok {
		b.Skip("there is no channel; see above")
	}
}

// openWay starts or stops the warden, and waits until it has its way in.
func (w *bench) openWay(env *steps.Env, open bool) {
	w.Helper()
	ctx, cancel := withLimit(w.ctx, 2*time.Minute)
	defer cancel()
	if !open {
		if err := env.StopWarden(ctx, noted{}); err != nil {
			w.Fatal(err)
		}
		return
	}
	// By the program itself: this process is another one.
	w.do(bootLimit, "setup", "--yes", "--name", env.Plan.Name, "--until", "warden")
	for {
		if s, running, err := warden.ReadStatus(env.Dir()); err == nil && running && s.Connected {
			return
		}
		select {
		case <-ctx.Done():
			w.Fatal("the warden is not connected")
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// noted is a reporter of steps that keeps nothing.
type noted struct{ quiet }

func (noted) Percent(float64) {}
func (noted) Note(string)     {}

// plainForward is the way by hand, until stop is called.
func (w *bench) plainForward(env *steps.Env) (stop func()) {
	w.Helper()
	dir := w.TempDir()
	conf := filepath.Join(dir, "tinyproxy.conf")
	if err := os.WriteFile(conf, fmt.Appendf(nil, "Port %d\nListen 127.0.0.1\nTimeout 600\nMaxClients 300\nLogLevel Error\nLogFile \"%s\"\nConnectPort %d\n",
		tinyproxyPort, filepath.Join(dir, "tinyproxy.log"), channelPort), 0o644); err != nil {
		w.Fatal(err)
	}
	proxy := exec.Command("tinyproxy", "-d", "-c", conf)
	if err := proxy.Start(); err != nil {
		w.Fatal(err)
	}
	host, port, _ := net.SplitHostPort(env.Choices().SSHAddress())
	ssh := exec.Command("ssh", "-F", "none", "-N", "-p", port, "-i", filepath.Join(env.Dir(), "keeper_ed25519"),
		"-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes", "-o", "ExitOnForwardFailure=yes",
		"-o", "HostKeyAlias="+layout.Domain(env.Plan.Name), "-o", "UserKnownHostsFile="+filepath.Join(env.Dir(), "known_hosts"),
		"-R", fmt.Sprintf("127.0.0.1:%d:127.0.0.1:%d", layout.ProxyPort, tinyproxyPort), layout.Keeper+"@"+host)
	ssh.Stderr = os.Stderr
	if err := ssh.Start(); err != nil {
		w.Fatal(err)
	}
	stop = sync.OnceFunc(func() {
		for _, p := range []*exec.Cmd{ssh, proxy} {
			_ = p.Process.Kill()
			_ = p.Wait()
		}
	})
	w.Cleanup(stop)
	session, err := env.Session(w.ctx)
	if err != nil {
		w.Fatal(err)
	}
	ctx, cancel := withLimit(w.ctx, time.Minute)
	defer cancel()
	wait := fmt.Sprintf("until timeout 2 bash -c 'exec 3<>/dev/tcp/127.0.0.1/%d' 2>/dev/null; do sleep 0.3; done", layout.ProxyPort)
	if _, err := session.Client.Run(ctx, wait, nil, nil, nil); err != nil {
		w.Fatal(err)
	}
	return stop
}

// throughChannel runs the script in the guest. While it holds connections open,
// look is called.
func (w *bench) throughChannel(client *guest.Client, hold int, look func()) channelRun {
	w.Helper()
	ctx, cancel := withLimit(w.ctx, 10*time.Minute)
	defer cancel()
	script := fmt.Sprintf(channelScript, layout.ProxyPort, channelTrips, channelBytes, hold, channelServer, channelPort)
	out, answered := io.Pipe()
	in, letGo := io.Pipe()
	done := make(chan error, 1)
	var stderr strings.Builder
	go func() {
		exit, err := client.Run(ctx, "exec python3 -c '"+strings.ReplaceAll(script, "'", `'\''`)+"'", in, answered, &stderr)
		if err == nil && exit != 0 {
			err = fmt.Errorf("exit status %d: %s", exit, stderr.String())
		}
		answered.CloseWithError(err)
		done <- err
	}()
	var r channelRun
	if err := json.NewDecoder(out).Decode(&r); err != nil {
		w.Fatalf("%v: %s", err, stderr.String())
	}
	if look != nil && r.Held > 0 {
		look()
	}
	letGo.Close()
	go func() { _, _ = io.Copy(io.Discard, out) }()
	if err := <-done; err != nil {
		w.Fatal(err)
	}
	w.Logf("latency %.1f ms, %.1f MB/s", r.Latency*1000, channelBytes/r.Whole/1e6)
	return r
}

// serveInSpace makes the namespace and serves in it: as many bytes as are asked for.
func (w *bench) serveInSpace() {
	w.Helper()
	ip := func(words ...string) error {
		if out, err := exec.Command("ip", words...).CombinedOutput(); err != nil {
			return fmt.Errorf("ip %s: %w: %s", strings.Join(words, " "), err, out)
		}
		return nil
	}
	_ = ip("netns", "del", channelSpace) // of a run that was killed
	w.Cleanup(func() { _ = ip("netns", "del", channelSpace) })
	for _, line := range []string{
		"netns add " + channelSpace,
		"link add t-bench-out type veth peer name t-bench-in netns " + channelSpace,
		"addr add " + channelHost + "/30 dev t-bench-out", "link set t-bench-out up",
		"-n " + channelSpace + " addr add " + channelServer + "/30 dev t-bench-in", "-n " + channelSpace + " link set t-bench-in up",
	} {
		if err := ip(strings.Fields(line)...); err != nil {
			w.Fatal(err)
		}
	}
	type listening struct {
		net.Listener
		err error
	}
	result := make(chan listening, 1)
	go func() {
		runtime.LockOSThread() // for good: the thread, which is in the namespace, ends with this
		space, err := os.Open("/var/run/netns/" + channelSpace)
		var l net.Listener
		if err == nil {
			defer space.Close()
			if err = unix.Setns(int(space.Fd()), unix.CLONE_NEWNET); err == nil {
				l, err = net.Listen("tcp", fmt.Sprintf("%s:%d", channelServer, channelPort))
			}
		}
		result <- listening{l, err}
	}()
	l := <-result
	if l.err != nil {
		w.Fatal(l.err)
	}
	w.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				for {
					var n int64
					if _, err := fmt.Fscanln(conn, &n); err != nil {
						return
					}
					if _, err := io.CopyN(conn, zeros{}, n); err != nil {
						return
					}
				}
			}()
		}
	}()
}

// zeros are read without end.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// wardenResident is the resident memory of the warden that serves, in KiB.
func wardenResident(b *testing.B, dir string) int {
	pid, ok := warden.Running(dir)
	if !ok {
		b.Fatal("no warden runs")
	}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		b.Fatal(err)
	}
	for line := range strings.Lines(string(status)) {
		var kib int
		if n, _ := fmt.Sscanf(line, "VmRSS: %d kB", &kib); n == 1 {
			return kib
		}
	}
	b.Fatal("no VmRSS")
	return 0
}

func medianOf(runs []channelRun, of func(channelRun) float64) float64 {
	var all []float64
	for _, r := range runs {
		all = append(all, of(r))
	}
	slices.Sort(all)
	return all[len(all)/2]
}

// BenchmarkChannelThroughput is ours beside the way by hand.
func BenchmarkChannelThroughput(b *testing.B) {
	measureChannel(b)
	rate := func(r channelRun) float64 { return channelBytes / r.Whole / 1e6 }
	ours, theirs := medianOf(channel.ours, rate), medianOf(channel.theirs, rate)
	w := &bench{B: b}
	w.bound(ours/theirs, "at-least", 0.9)
	b.ReportMetric(ours, "ours-MB/s")
	b.ReportMetric(theirs, "theirs-MB/s")
}

// BenchmarkChannelLatency is from the request for a tunnel to the first byte through it.
func BenchmarkChannelLatency(b *testing.B) {
	measureChannel(b)
	latency := func(r channelRun) float64 { return r.Latency * 1000 }
	ours, theirs := medianOf(channel.ours, latency), medianOf(channel.theirs, latency)
	w := &bench{B: b}
	w.bound(ours/theirs, "at-most", 1.1)
	b.ReportMetric(ours, "ours-ms")
	b.ReportMetric(theirs, "theirs-ms")
}

// BenchmarkWardenMemoryBesideLimit is with 200 connections open, each of which has
// carried something.
func BenchmarkWardenMemoryBesideLimit(b *testing.B) {
	measureChannel(b)
	w := &bench{B: b}
	mb := float64(channel.residentKiB) * 1024 / 1e6
	w.bound(mb/40, "at-most", 1)
	b.ReportMetric(mb, "MB")
}
