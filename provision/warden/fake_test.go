package warden

// What the tests use in place of the world: connections in memory that close like TCP's
// do, a world that says what it was asked for, and a channel that is a listener.

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/clawarium/clawarium/provision/plan"
)

// half is one direction of a connection in memory.
type half struct {
	mu     sync.Mutex
	cond   sync.Cond
	data   []byte
	limit  int
	closed bool // no more will be written
	broken bool // no more will be read
}

func newHalf(limit int) *half {
	h := &half{limit: limit}
	h.cond.L = &h.mu
	return h
}

func (h *half) read(p []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for len(h.data) == 0 && !h.closed && !h.broken {
		h.cond.Wait()
	}
	if h.broken {
		return 0, net.ErrClosed
	}
	if len(h.data) == 0 {
		return 0, io.EOF
	}
	n := copy(p, h.data)
	if h.data = h.data[n:]; len(h.data) == 0 {
		h.data = nil
	}
	h.cond.Broadcast()
	return n, nil
}

func (h *half) write(p []byte) (n int, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for len(p) > 0 {
		for len(h.data) >= h.limit && !h.closed && !h.broken {
			h.cond.Wait()
		}
		if h.closed || h.broken {
			return n, net.ErrClosed
		}
		m := min(len(p), h.limit-len(h.data))
		h.data = append(h.data, p[:m]...)
		n, p = n+m, p[m:]
		h.cond.Broadcast()
	}
	return n, nil
}

func (h *half) end(broken bool) {
	h.mu.Lock()
	h.closed = true
	h.broken = h.broken || broken
	h.mu.Unlock()
	h.cond.Broadcast()
}

// memConn is one end of a connection in memory.
type memConn struct {
	in, out *half
	remote  net.Addr
}

type memAddr string

func (a memAddr) Network() string { return "tcp" }
func (a memAddr) String() string  { return string(a) }

// memPipe makes a connection; remote is what its first end says that it is connected to.
func memPipe(remote string) (*memConn, *memConn) {
	a, b := newHalf(64<<10), newHalf(64<<10)
	return &memConn{a, b, memAddr(remote)}, &memConn{b, a, memAddr("192.0.2.1:1")}
}

func (c *memConn) Read(p []byte) (int, error)       { return c.in.read(p) }
func (c *memConn) Write(p []byte) (int, error)      { return c.out.write(p) }
func (c *memConn) CloseWrite() error                { c.out.end(false); return nil }
func (c *memConn) Close() error                     { c.out.end(false); c.in.end(true); return nil }
func (c *memConn) LocalAddr() net.Addr              { return memAddr("192.0.2.1:2") }
func (c *memConn) RemoteAddr() net.Addr             { return c.remote }
func (c *memConn) SetDeadline(time.Time) error      { return errors.ErrUnsupported }
func (c *memConn) SetReadDeadline(time.Time) error  { return errors.ErrUnsupported }
func (c *memConn) SetWriteDeadline(time.Time) error { return errors.ErrUnsupported }

// fakeWorld is a world of names, addresses and what answers there.
type fakeWorld struct {
	mu      sync.Mutex
	names   map[string][]string
	own     []string
	ownErr  error
	near    []string
	nearErr error
	asked   []string         // names that were looked up
	dialled []netip.AddrPort // addresses that were dialled
	onDial  func(to netip.AddrPort) (net.Conn, error)
	serve   func(conn net.Conn, to netip.AddrPort) // plays the host; nil echoes
}

func (w *fakeWorld) Lookup(_ context.Context, host string) ([]netip.Addr, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.asked = append(w.asked, host)
	var out []netip.Addr
	for _, s := range w.names[host] {
		out = append(out, netip.MustParseAddr(s))
	}
	if out == nil {
		return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
	}
	return out, nil
}

func (w *fakeWorld) Dial(_ context.Context, to netip.AddrPort) (net.Conn, error) {
	w.mu.Lock()
	w.dialled = append(w.dialled, to)
	onDial, serve := w.onDial, w.serve
	w.mu.Unlock()
	if onDial != nil {
		if conn, err := onDial(to); conn != nil || err != nil {
			return conn, err
		}
	}
	near, far := memPipe(to.String())
	if serve == nil {
		serve = func(c net.Conn, _ netip.AddrPort) { _, _ = io.Copy(c, c); _ = c.Close() }
	}
	go serve(far, to)
	return near, nil
}

func (w *fakeWorld) Own() ([]netip.Prefix, error) { return prefixesOf(w.own), w.ownErr }

func (w *fakeWorld) Near() ([]netip.Prefix, error) { return prefixesOf(w.near), w.nearErr }

func prefixesOf(list []string) (out []netip.Prefix) {
	for _, s := range list {
		out = append(out, netip.MustParsePrefix(s))
	}
	return out
}

func (w *fakeWorld) Public(a netip.Addr) bool { return plan.Public(a) }

func (w *fakeWorld) dials() []netip.AddrPort {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.dialled)
}

func (w *fakeWorld) lookups() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.asked)
}

// quick are limits that a test can wait for.
func quick() limits {
	l := defaults
	l.Tick, l.Walls, l.Stagger = 5*time.Millisecond, 5*time.Millisecond, 20*time.Millisecond
	l.LinkBurst, l.LinkRate = 0, 0
	l.Stuck = 50 * time.Millisecond
	l.BackoffMin, l.BackoffMax, l.Save = time.Millisecond, 5*time.Millisecond, 10*time.Millisecond
	return l
}

// example is the policy that most tests use.
func example() Policy {
	return Policy{Format: 1, Level: LevelAllowlist, Server: "192.168.1.20:11434", Rules: []Rule{
		{Host: "api.example.com", Ports: []int{443, 80, 22}, For: "provider:example"},
		{Host: "*.wild.example.com", Ports: []int{443}, For: "owner"},
		{Host: "deb.example.org", Ports: []int{80}, For: "updates:apt"},
		{Host: "93.184.216.34", Ports: []int{443, 8080}, For: "owner"},
		{Host: "past.example.com", Ports: []int{443}, For: "owner", Until: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)},
	}, Quiet: []string{"ads.wild.example.com", "*.track.example.net"}}
}

// exampleWorld has the names of the example policy, and some that lead astray.
func exampleWorld() *fakeWorld {
	return &fakeWorld{names: map[string][]string{
		"api.example.com":          {"93.184.216.1"},
		"a.wild.example.com":       {"93.184.216.2", "2606:2800:220::2"},
		"deb.example.org":          {"93.184.216.3"},
		"private.wild.example.com": {"10.0.0.1"},
		"mixed.wild.example.com":   {"93.184.216.4", "10.0.0.1"},
		"own.wild.example.com":     {"93.184.216.5", "93.184.216.99"},
		"meta.wild.example.com":    {"169.254.169.254"},
		"other.example.com":        {"93.184.216.6"},
	}, own: []string{"127.0.0.1/8", "::1/128", "192.168.1.2/24", "93.184.216.99/32"}}
}

// rig is a door with its files, and a way to it.
type rig struct {
	*door
	t     testing.TB
	dir   string
	world *fakeWorld
}

func newRig(t testing.TB, p Policy, world *fakeWorld, l limits) *rig {
	t.Helper()
	if err := p.Validate(); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	log, err := openDecisions(dir, l, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	d := newDoor(world, l, log, readBlockedList(dir), time.Now)
	d.policy.Store(compile(p))
	r := &rig{d, t, dir, world}
	t.Cleanup(func() {
		d.endAll()
		r.settle()
		log.close()
	})
	return r
}

// settle waits until no connection is served any more.
func (r *rig) settle() {
	for end := time.Now().Add(10 * time.Second); r.handlers.Load() > 0; {
		if time.Now().After(end) {
			r.t.Errorf("%d connections are still served", r.handlers.Load())
			return
		}
		time.Sleep(time.Millisecond)
	}
}

// come is a new connection from the guest.
func (r *rig) come() *memConn {
	near, far := memPipe("127.0.0.1:3128")
	if c := r.admit(context.Background(), far); c != nil {
		go c.serve()
	}
	return near
}

// lookOften does what Run does once a tick, until the test ends.
func (r *rig) lookOften() {
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for {
			select {
			case <-stop:
				return
			case <-time.After(r.limits.Tick):
				r.look()
			}
		}
	}()
	r.t.Cleanup(func() { close(stop); <-done })
}

// say sends text and returns all that comes back until the end.
func (r *rig) say(text string) string {
	c := r.come()
	defer c.Close()
	if _, err := io.WriteString(c, text); err == nil {
		_ = c.CloseWrite()
	}
	out, _ := io.ReadAll(c)
	return string(out)
}

// open asks for a tunnel by CONNECT, and returns what the proxy answered.
func (r *rig) open(target string) (c *memConn, status string) {
	c = r.come()
	fmt.Fprintf(c, "CONNECT %s HTTP/1.1\r\nHost: %s\r\n\r\n", target, target)
	return c, readHeadOf(c)
}

// readHeadOf reads up to an empty line, and not further.
func readHeadOf(c io.Reader) string {
	var b strings.Builder
	one := make([]byte, 1)
	for !strings.HasSuffix(b.String(), "\r\n\r\n") {
		if n, err := c.Read(one); n == 0 || err != nil {
			break
		}
		b.WriteByte(one[0])
	}
	return b.String()
}

// entries is the log so far, without what varies.
func (r *rig) entries() []Entry {
	list, err := ReadLog(r.dir, 0)
	if err != nil {
		r.t.Fatal(err)
	}
	return list
}

// logged waits for a line with this verdict and reason.
func (r *rig) logged(v Verdict, reason Reason) Entry {
	r.t.Helper()
	for end := time.Now().Add(5 * time.Second); time.Now().Before(end); time.Sleep(time.Millisecond) {
		for _, e := range r.entries() {
			if e.Verdict == v && e.Reason == reason {
				return e
			}
		}
	}
	r.t.Fatalf("no line says %s %s: %+v", v, reason, r.entries())
	return Entry{}
}

// eventually waits for something to become true.
func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("never: %s", what)
		}
	}
}

// memListener hands out connections in memory.
type memListener struct {
	conns chan net.Conn
	gone  chan struct{}
	once  sync.Once
}

func newListener() *memListener {
	return &memListener{conns: make(chan net.Conn), gone: make(chan struct{})}
}

func (l *memListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.gone:
		return nil, io.EOF
	}
}
func (l *memListener) Close() error   { l.once.Do(func() { close(l.gone) }); return nil }
func (l *memListener) Addr() net.Addr { return memAddr(Listen) }

func (l *memListener) dial() (net.Conn, error) {
	near, far := memPipe(Listen)
	select {
	case l.conns <- far:
		return near, nil
	case <-l.gone:
		return nil, net.ErrClosed
	}
}

// fakeChannel is a channel whose listener is in memory.
type fakeChannel struct {
	ln        *memListener
	done      chan struct{}
	once      sync.Once
	listenErr error
	lines     chan string // the journal
	cursors   chan string // where it was asked to begin
}

func newChannel() *fakeChannel {
	return &fakeChannel{ln: newListener(), done: make(chan struct{}), lines: make(chan string), cursors: make(chan string, 100)}
}

func (c *fakeChannel) Listen(address string) (net.Listener, error) {
	if address != Listen {
		return nil, fmt.Errorf("asked to listen at %s", address)
	}
	return c.ln, c.listenErr
}

func (c *fakeChannel) Journal(ctx context.Context, cursor string, out io.Writer) error {
	select {
	case c.cursors <- cursor:
	default:
	}
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-c.done:
			return io.EOF
		case line := <-c.lines:
			if line == "" {
				return journalOver{errors.New("journalctl: exit status 1")}
			}
			if line == lost {
				return errors.New("the session cannot be opened")
			}
			if _, err := io.WriteString(out, line); err != nil {
				return journalOver{err}
			}
		}
	}
}

// lost among the lines ends the stream over something that is not the journal's.
const lost = "lost"

// journalOver is how the stream ends when the journal does.
type journalOver struct{ error }

func (journalOver) JournalOver() {}

func (c *fakeChannel) Done() <-chan struct{} { return c.done }
func (c *fakeChannel) Close() error {
	c.once.Do(func() { close(c.done); c.ln.Close() })
	return nil
}

// started runs a warden over channels of the test's until the test ends.
type started struct {
	t        testing.TB
	dir      string
	world    *fakeWorld
	channels chan *fakeChannel // each Connect takes one
	stop     context.CancelFunc
	result   chan error
}

func start(t testing.TB, p Policy, l limits, with ...func(*Warden)) *started {
	t.Helper()
	dir := t.TempDir()
	if err := WritePolicy(dir, p); err != nil {
		t.Fatal(err)
	}
	return startIn(t, dir, l, with...)
}

func startIn(t testing.TB, dir string, l limits, with ...func(*Warden)) *started {
	s := &started{t: t, dir: dir, world: exampleWorld(), channels: make(chan *fakeChannel, 100), result: make(chan error, 1)}
	ctx, cancel := context.WithCancel(context.Background())
	s.stop = cancel
	w := &Warden{Dir: dir, Machine: "t-warden", Version: "test", World: s.world, limits: l, Connect: func(ctx context.Context) (Channel, error) {
		select {
		case ch := <-s.channels:
			if ch == nil {
				return nil, errors.New("no route to the machine\x1b[2J")
			}
			return ch, nil
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}}
	for _, f := range with {
		f(w)
	}
	go func() { s.result <- w.Run(ctx) }()
	t.Cleanup(func() { s.end() })
	return s
}

func (s *started) end() {
	s.stop()
	select {
	case err := <-s.result:
		s.result <- err
	case <-time.After(20 * time.Second):
		s.t.Fatal("the warden does not end")
	}
}

// connected gives the warden a channel and waits until it listens there.
func (s *started) connected() *fakeChannel {
	s.t.Helper()
	ch := newChannel()
	s.channels <- ch
	s.waits("connected", func(st Status) bool { return st.Connected })
	return ch
}

func (s *started) waits(what string, ok func(Status) bool) Status {
	s.t.Helper()
	var st Status
	eventually(s.t, what, func() bool {
		var err error
		st, _, err = ReadStatus(s.dir)
		return err == nil && ok(st)
	})
	return st
}

// ask sends a CONNECT through a channel and returns the first line of the answer.
func (ch *fakeChannel) ask(target string) (net.Conn, string) {
	c, err := ch.ln.dial()
	if err != nil {
		return nil, err.Error()
	}
	fmt.Fprintf(c, "CONNECT %s HTTP/1.1\r\nHost: %s\r\n\r\n", target, target)
	line, _, _ := strings.Cut(readHeadOf(c), "\r\n")
	return c, line
}

func mustRead(t testing.TB, dir, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
