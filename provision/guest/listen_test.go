package guest

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
)

// made is what a server says of a connection that was made to its port.
type made struct {
	Host   string
	Port   uint32
	Origin string
	From   uint32
}

const testPort = 3128

// listens is a server that agrees to listen and hands its side of the SSH
// connection out, over which the test opens what it likes.
func listens(t *testing.T) (*Client, net.Listener, *ssh.ServerConn) {
	t.Helper()
	s := newServer(t)
	conns := make(chan *ssh.ServerConn, 1)
	s.asked = func(conn *ssh.ServerConn, r *ssh.Request) {
		_ = r.Reply(true, nil)
		if r.Type == "tcpip-forward" {
			conns <- conn
		}
	}
	c := dialServer(t, s)
	l, err := c.Listen("127.0.0.1:3128")
	if err != nil {
		t.Fatal(err)
	}
	return c, l, <-conns
}

// comes opens a connection to the port, as a program in the guest would.
func comes(conn *ssh.ServerConn) (ssh.Channel, error) {
	channel, requests, err := conn.OpenChannel("forwarded-tcpip", ssh.Marshal(made{"127.0.0.1", testPort, "127.0.0.1", 40000}))
	if err == nil {
		go ssh.DiscardRequests(requests)
	}
	return channel, err
}

// pair is a connection, both its ends.
func pair(t *testing.T, l net.Listener, conn *ssh.ServerConn) (near net.Conn, far ssh.Channel) {
	t.Helper()
	accepted := make(chan net.Conn, 1)
	go func() {
		near, err := l.Accept()
		if err != nil {
			t.Error(err)
		}
		accepted <- near
	}()
	far, err := comes(conn)
	if err != nil {
		t.Fatal(err)
	}
	return <-accepted, far
}

// soon waits for something that must not take long.
func soon[T any](t *testing.T, what string, c <-chan T) (v T) {
	t.Helper()
	select {
	case v = <-c:
	case <-time.After(10 * time.Second):
		t.Fatal(what)
	}
	return v
}

func TestTheGuestListensOnItsLoopbackAlone(t *testing.T) {
	s := newServer(t)
	s.asked = func(_ *ssh.ServerConn, r *ssh.Request) { _ = r.Reply(true, nil) }
	c := dialServer(t, s)
	for _, bad := range []string{
		"", ":3128", "0.0.0.0:3128", "[::]:3128", "[::1]:3128", "localhost:3128", "127.0.0.2:3128", "127.0.0.1:0",
		"127.0.0.1", "10.0.2.15:3128", "[::ffff:127.0.0.1]:3128", "127.0.0.1:3128 ", "127.0.0.1:70000",
	} {
		if l, err := c.Listen(bad); err == nil {
			l.Close()
			t.Errorf("%q: listens", bad)
		}
	}
	l, err := c.Listen("127.0.0.1:3128")
	if err != nil || l.Addr().String() != "127.0.0.1:3128" {
		t.Fatalf("%v, %v", l, err)
	}
	if _, err := c.Listen("127.0.0.1:3129"); err == nil {
		t.Error("listens twice")
	}
	l.Close()
	if _, err := l.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
	if l, err = c.Listen("127.0.0.1:3129"); err != nil {
		t.Fatal(err)
	}
	c.Close()
	if _, err := l.Accept(); !errors.Is(err, ErrConnection) {
		t.Errorf("after the end of the connection: %v", err)
	}
	if _, err := c.Listen("127.0.0.1:3128"); err == nil {
		t.Error("listens without a connection")
	}
}

func TestAGuestThatDoesNotListenSaysSo(t *testing.T) {
	c := dialServer(t, newServer(t))
	for range 2 { // the first refusal must not stand in the way of the second try
		if _, err := c.Listen("127.0.0.1:3128"); err == nil || !strings.Contains(err.Error(), "refused") {
			t.Errorf("got %v", err)
		}
	}
}

func TestAConnectionOutOfTheGuestCarriesBothWaysAndHalfCloses(t *testing.T) {
	_, l, conn := listens(t)
	near, far := pair(t, l, conn)
	if near.LocalAddr().String() != "127.0.0.1:3128" || near.RemoteAddr().String() != "127.0.0.1:40000" {
		t.Errorf("from %s to %s", near.RemoteAddr(), near.LocalAddr())
	}
	sent := bytes.Repeat([]byte("0123456789abcdef"), 300_000) // more than a window
	got := make(chan []byte, 1)
	go func() { b, _ := io.ReadAll(near); got <- b }()
	go func() { _, _ = far.Write(sent); _ = far.CloseWrite() }()
	if b := soon(t, "nothing came", got); !bytes.Equal(b, sent) {
		t.Fatalf("%d bytes came of %d", len(b), len(sent))
	}
	go func() { b, _ := io.ReadAll(far); got <- b }()
	if n, err := near.Write(sent); err != nil || n != len(sent) {
		t.Fatalf("%d, %v", n, err)
	}
	if err := near.(interface{ CloseWrite() error }).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	if b := soon(t, "nothing arrived", got); !bytes.Equal(b, sent) {
		t.Fatalf("%d bytes arrived of %d", len(b), len(sent))
	}
	if _, err := near.Write([]byte("x")); err == nil {
		t.Error("written after CloseWrite")
	}
	near.Close()
}

func TestAConnectionFromAnotherAddressThanAskedIsRefused(t *testing.T) {
	c, l, conn := listens(t)
	for _, bad := range [][]byte{
		ssh.Marshal(made{"0.0.0.0", testPort, "127.0.0.1", 40000}), ssh.Marshal(made{"127.0.0.1", 22, "127.0.0.1", 40000}),
		ssh.Marshal(made{"localhost", testPort, "127.0.0.1", 40000}), ssh.Marshal(made{"", 0, "", 0}), nil, []byte("junk"),
	} {
		if channel, _, err := conn.OpenChannel("forwarded-tcpip", bad); err == nil {
			channel.Close()
			t.Errorf("%q is accepted", bad)
		}
	}
	for _, kind := range []string{"forwarded-streamlocal@openssh.com", "direct-tcpip", "session", "x11", "auth-agent@openssh.com"} {
		if channel, _, err := conn.OpenChannel(kind, ssh.Marshal(made{"127.0.0.1", testPort, "127.0.0.1", 40000})); err == nil {
			channel.Close()
			t.Errorf("a channel %s is accepted", kind)
		}
	}
	l.Close()
	if _, err := comes(conn); err == nil {
		t.Error("accepted after the listener's end")
	}
	if exit, err := c.Run(t.Context(), "exit 3", nil, nil, nil); err != nil || exit != 3 {
		t.Errorf("exit %d, %v", exit, err)
	}
}

func TestConnectionsThatNobodyAcceptsHoldNothingUp(t *testing.T) {
	c, l, conn := listens(t)
	const tries = 3 * listenBacklog
	refused := make(chan error, tries)
	for range tries {
		go func() { _, err := comes(conn); refused <- err }()
	}
	for range tries - listenBacklog {
		if err := soon(t, "neither refused nor accepted", refused); err == nil {
			t.Fatal("accepted, by nobody")
		}
	}
	if exit, err := c.Run(t.Context(), "exit 3", nil, nil, nil); err != nil || exit != 3 {
		t.Fatalf("exit %d, %v", exit, err)
	}
	near, err := l.Accept()
	if err != nil || soon(t, "accepted here and not there", refused) != nil {
		t.Fatal(err)
	}
	near.Close()
	l.Close()
	for range listenBacklog - 1 {
		if err := soon(t, "left waiting after the end", refused); err == nil {
			t.Fatal("accepted after the end")
		}
	}
}

func TestAConnectionEndsHereWhetherTheGuestAgreesOrNot(t *testing.T) {
	_, l, conn := listens(t)
	near, _ := pair(t, l, conn) // whose other end neither reads nor answers
	ended := make(chan error, 2)
	go func() { _, err := near.Read(make([]byte, 1)); ended <- err }()
	go func() {
		for {
			if _, err := near.Write(make([]byte, packetMost)); err != nil {
				ended <- err
				return
			}
		}
	}()
	time.Sleep(100 * time.Millisecond) // until the window is full
	near.Close()
	for range 2 {
		if err := soon(t, "held up", ended); !errors.Is(err, net.ErrClosed) {
			t.Errorf("ended with %v", err)
		}
	}
	if _, err := near.Write([]byte("x")); !errors.Is(err, net.ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
}

func TestAConnectionKnowsDeadlines(t *testing.T) {
	_, l, conn := listens(t)
	near, far := pair(t, l, conn)
	defer near.Close()
	for range 3 {
		_ = near.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
		if _, err := near.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Fatalf("got %v", err)
		}
	}
	// A read that was too early loses nothing.
	if _, err := far.Write([]byte("later")); err != nil {
		t.Fatal(err)
	}
	_ = near.SetReadDeadline(time.Time{})
	b := make([]byte, 5)
	if _, err := io.ReadFull(near, b); err != nil || string(b) != "later" {
		t.Fatalf("%q, %v", b, err)
	}
	_ = near.SetDeadline(time.Now().Add(-time.Second))
	if _, err := near.Write([]byte("x")); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("got %v", err)
	}
	_ = near.SetDeadline(time.Now().Add(100 * time.Millisecond))
	var err error
	for err == nil {
		_, err = near.Write(make([]byte, packetMost))
	}
	if !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("got %v", err)
	}
}

func TestManyDeadlinesAtOnceAreNoRace(t *testing.T) {
	_, l, conn := listens(t)
	near, far := pair(t, l, conn)
	go func() { _, _ = io.Copy(far, far) }()
	var all sync.WaitGroup
	for i := range 4 {
		all.Go(func() {
			for range 200 {
				_ = near.SetDeadline(time.Now().Add(time.Duration(i) * time.Millisecond))
				_, _ = near.Write([]byte("x"))
				_, _ = near.Read(make([]byte, 10))
			}
		})
	}
	all.Wait()
	near.Close()
}

func TestASecondStreamIsABreach(t *testing.T) {
	c, l, conn := listens(t)
	near, far := pair(t, l, conn)
	defer near.Close()
	if _, err := far.Stderr().Write([]byte("x")); err != nil {
		t.Fatal(err)
	}
	soon(t, "the connection stays", c.Done())
}

func TestWhatFollowsAnEndIsABreach(t *testing.T) {
	c, l, _ := listens(t)
	channel := &endless{more: make(chan struct{})}
	near := c.receive(channel, make(chan *ssh.Request), l.Addr(), l.Addr())
	if _, err := near.Read(make([]byte, 1)); err != io.EOF {
		t.Fatalf("got %v", err)
	}
	select {
	case <-c.Done():
		t.Fatal("an end alone is taken for a breach")
	case <-time.After(1500 * time.Millisecond):
	}
	close(channel.more)
	soon(t, "the connection stays", c.Done())
}

// endless is a channel that ends, and then goes on.
type endless struct {
	ssh.Channel
	more chan struct{}
}

func (e *endless) Read(p []byte) (int, error) {
	select {
	case <-e.more:
		return len(p), nil
	default:
		return 0, io.EOF
	}
}

func (e *endless) Stderr() io.ReadWriter { return struct{ io.ReadWriter }{&bytes.Buffer{}} }

func TestAnIdleConnectionIsCheap(t *testing.T) {
	c, l, conn := listens(t)
	memory := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc + m.StackInuse
	}
	before := memory()
	for range 200 {
		near, _ := pair(t, l, conn)
		defer near.Close()
	}
	if n := c.forwarded.Load(); n != 200 {
		t.Errorf("%d connections", n)
	}
	// Both ends are in this process; 14 kB were seen.
	if each := (memory() - before) / 200; each > 40<<10 {
		t.Errorf("%d bytes each", each)
	}
}
