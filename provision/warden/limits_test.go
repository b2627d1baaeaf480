package warden

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/netip"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestASlowRequestIsCut(t *testing.T) {
	l := quick()
	l.Header = 50 * time.Millisecond
	r := newRig(t, example(), exampleWorld(), l)
	r.lookOften()
	for _, begin := range []string{"", "C", "CONNECT api.example.com:443 HTTP/1.1\r\nX: y", "\x05", "\x05\x01\x00\x05\x01\x00\x03\x0f"} {
		c := r.come()
		_, _ = io.WriteString(c, begin)
		began := time.Now()
		_, _ = io.ReadAll(c)
		if d := time.Since(began); d > 3*time.Second {
			t.Errorf("%q: cut after %v", begin, d)
		}
	}
	r.settle()
	r.logged(Refuse, ReasonSlow)
	if len(r.world.dials()) > 0 {
		t.Error("dialled")
	}
}

func TestOneByteAtATimeIsCutAsWell(t *testing.T) {
	l := quick()
	l.Header = 100 * time.Millisecond
	r := newRig(t, example(), exampleWorld(), l)
	r.lookOften()
	c := r.come()
	began := time.Now()
	for err := error(nil); err == nil; time.Sleep(time.Millisecond) {
		_, err = c.Write([]byte("G"))
		if time.Since(began) > 5*time.Second {
			t.Fatal("it is never cut")
		}
	}
	r.logged(Refuse, ReasonSlow)
}

func TestAHelloThatNeverComesIsCut(t *testing.T) {
	l := quick()
	l.Header = 50 * time.Millisecond
	for target, begin := range map[string]string{"api.example.com:443": "", "a.wild.example.com:443": "\x16\x03\x01", "api.example.com:22": "\x16\x03\x01"} {
		r := newRig(t, example(), exampleWorld(), l)
		r.lookOften()
		c, _ := r.open(target)
		_, _ = io.WriteString(c, begin)
		if _, err := io.ReadAll(c); err == nil {
			r.settle()
		}
		r.logged(Refuse, ReasonSlow)
	}
	// A server that speaks first may be listened to for longer.
	r := newRig(t, example(), exampleWorld(), l)
	r.lookOften()
	c, _ := r.open("api.example.com:22")
	time.Sleep(150 * time.Millisecond)
	echo(t, c)
}

func TestAnIdleTunnelIsCut(t *testing.T) {
	l := quick()
	l.Idle = 100 * time.Millisecond
	r := newRig(t, example(), exampleWorld(), l)
	r.lookOften()
	c, _ := r.open("api.example.com:22")
	for range 10 {
		echo(t, c)
		time.Sleep(20 * time.Millisecond)
	}
	if _, err := io.ReadAll(c); err != nil && len(r.entries()) == 0 {
		t.Error(err)
	}
	r.logged(Cut, ReasonIdle)
}

func TestAHalfClosedTunnelLingersOnlyShortly(t *testing.T) {
	l := quick()
	l.Linger = 50 * time.Millisecond
	world := exampleWorld()
	world.serve = func(c net.Conn, _ netip.AddrPort) { _ = c.(*memConn).CloseWrite() }
	r := newRig(t, example(), world, l)
	r.lookOften()
	c, _ := r.open("api.example.com:22")
	if _, err := c.Read(make([]byte, 1)); err != io.EOF {
		t.Fatal(err)
	}
	r.settle()
	r.logged(Refuse, ReasonIdle) // it never sent a byte
}

func TestAConnectionCarriesOnlySoMuch(t *testing.T) {
	l := quick()
	l.Bytes = 1 << 20
	world := exampleWorld()
	world.serve = func(c net.Conn, _ netip.AddrPort) {
		for b := make([]byte, 32<<10); ; {
			if _, err := c.Write(b); err != nil {
				return
			}
		}
	}
	r := newRig(t, example(), world, l)
	r.lookOften()
	c, _ := r.open("api.example.com:22")
	_, _ = io.WriteString(c, "x")
	if n, _ := io.Copy(io.Discard, c); n < 1<<20 {
		t.Errorf("cut after %d bytes", n)
	}
	r.logged(Cut, ReasonBytes)
}

func TestUnfinishedRequestsYieldToNewOnes(t *testing.T) {
	l := quick()
	l.Open, l.Pending = 16, 4
	r := newRig(t, example(), exampleWorld(), l)
	var slow []*memConn
	for range 8 {
		c := r.come()
		_, _ = io.WriteString(c, "GET http")
		slow = append(slow, c)
	}
	for i, c := range slow[:4] { // the oldest are gone
		if _, err := io.ReadAll(c); err == nil {
			continue
		} else if i > 3 {
			t.Error(err)
		}
	}
	if open, _ := r.count(); open != 4 {
		t.Errorf("%d are open", open)
	}
	c, status := r.open("api.example.com:22")
	if !strings.HasPrefix(status, "HTTP/1.1 200 ") {
		t.Fatalf("%q", status)
	}
	echo(t, c)
	r.logged(Refuse, ReasonTooMany)
}

func TestAFullDoorTurnsAwayButServesWhoIsInside(t *testing.T) {
	l := quick()
	l.Open, l.Pending = 8, 4
	r := newRig(t, example(), exampleWorld(), l)
	var inside []*memConn
	for range 8 {
		c, status := r.open("api.example.com:22")
		if !strings.HasPrefix(status, "HTTP/1.1 200 ") {
			t.Fatalf("%q", status)
		}
		echo(t, c)
		inside = append(inside, c)
	}
	for range 20 {
		c := r.come()
		if _, err := io.ReadAll(c); err != nil {
			t.Error(err)
		}
	}
	for _, c := range inside {
		echo(t, c)
	}
	r.logged(Refuse, ReasonTooMany)
	inside[0].Close()
	eventually(t, "a place is free", func() bool { open, _ := r.count(); return open < 8 })
	if _, status := r.open("api.example.com:22"); !strings.HasPrefix(status, "HTTP/1.1 200 ") {
		t.Errorf("%q", status)
	}
}

func TestTheLongestIdleTunnelYieldsWhenTheDoorIsFull(t *testing.T) {
	l := quick()
	l.Open, l.Spare = 4, 50*time.Millisecond
	r := newRig(t, example(), exampleWorld(), l)
	var inside []*memConn
	for range 4 {
		c, _ := r.open("api.example.com:22")
		echo(t, c)
		inside = append(inside, c)
	}
	time.Sleep(80 * time.Millisecond)
	for _, c := range inside[1:] {
		echo(t, c)
	}
	if _, status := r.open("api.example.com:22"); !strings.HasPrefix(status, "HTTP/1.1 200 ") {
		t.Fatalf("%q", status)
	}
	if _, err := inside[0].Read(make([]byte, 1)); err == nil {
		t.Error("the idle one goes on")
	}
	for _, c := range inside[1:] {
		echo(t, c)
	}
	r.logged(Cut, ReasonTooMany)
}

func TestRefusedGuestsThatDoNotGoKeepNobodyOut(t *testing.T) {
	l := quick()
	l.Open, l.Pending = 8, 4
	r := newRig(t, example(), exampleWorld(), l)
	for range 50 {
		c := r.come()
		_, _ = io.WriteString(c, "CONNECT other.example.com:443 HTTP/1.1\r\n\r\n")
		if s := readHeadOf(c); !strings.Contains(s, " 403 ") {
			t.Fatalf("%q", s)
		}
	}
	if _, status := r.open("api.example.com:22"); !strings.HasPrefix(status, "HTTP/1.1 200 ") {
		t.Errorf("%q", status)
	}
}

func TestHostsThatDoNotAnswerKeepNobodyOut(t *testing.T) {
	l := quick()
	l.Open, l.Trying = 8, 20*time.Millisecond
	world := exampleWorld()
	release := make(chan struct{})
	defer close(release)
	world.onDial = func(to netip.AddrPort) (net.Conn, error) {
		if to.Port() == 443 {
			<-release
		}
		return nil, nil
	}
	r := newRig(t, example(), world, l)
	for range 20 {
		c := r.come()
		_, _ = io.WriteString(c, "CONNECT api.example.com:443 HTTP/1.1\r\n\r\n")
		time.Sleep(5 * time.Millisecond)
	}
	time.Sleep(30 * time.Millisecond)
	if _, status := r.open("api.example.com:22"); !strings.HasPrefix(status, "HTTP/1.1 200 ") {
		t.Errorf("%q", status)
	}
	r.logged(Refuse, ReasonTooMany)
}

func TestAConnectionThatTheGuestDoesNotLetGoOfIsStuckAfterAWhile(t *testing.T) {
	l := quick()
	l.Stuck, l.Pending = 100*time.Millisecond, 1
	r := newRig(t, example(), exampleWorld(), l)
	release := make(chan struct{})
	for range 5 {
		_, far := memPipe(Listen)
		if c := r.admit(context.Background(), &clinging{far, release}); c != nil {
			go c.serve()
		}
	}
	if open, stuck := r.count(); open != 1 || stuck != 0 {
		t.Errorf("%d open, %d stuck", open, stuck)
	}
	time.Sleep(150 * time.Millisecond)
	if open, stuck := r.count(); open != 1 || stuck != 4 {
		t.Errorf("%d open, %d stuck", open, stuck)
	}
	close(release)
	eventually(t, "none is stuck", func() bool { _, stuck := r.count(); return stuck == 0 })
}

// clinging does not end a Read when it is closed, as a channel of SSH does not before the
// other side has confirmed.
type clinging struct {
	*memConn
	release chan struct{}
}

func (c *clinging) Read([]byte) (int, error) { <-c.release; return 0, io.EOF }

func TestFiveThousandConnectionsFitAndOthersAreServed(t *testing.T) {
	r := newRig(t, example(), exampleWorld(), quick())
	busy, _ := r.open("api.example.com:22")
	echo(t, busy)
	before := heapInUse()
	var worst uint64
	var all []*memConn
	for i := range 5000 {
		c := r.come()
		all = append(all, c)
		switch i % 4 { // silent, half a request, half a SOCKS greeting, and a tunnel that says nothing
		case 1:
			_, _ = io.WriteString(c, "GET http://deb.example.org/ HTTP/1.1\r\nX: "+strings.Repeat("y", 4000))
		case 2:
			_, _ = io.WriteString(c, "\x05\x01\x00\x05")
		case 3:
			if i < 2000 {
				fmt.Fprintf(c, "CONNECT api.example.com:22 HTTP/1.1\r\n\r\n")
			}
		}
		if i%500 == 499 {
			echo(t, busy)
			worst = max(worst, heapInUse())
			if open, _ := r.count(); open > r.limits.Open {
				t.Errorf("%d are open", open)
			}
		}
	}
	if grown := int64(worst) - int64(before); grown > 64<<20 {
		t.Errorf("5,000 connections took %d MB", grown>>20)
	} else {
		t.Logf("5,000 connections took %.1f MB at the most", float64(grown)/(1<<20))
	}
	for _, c := range all {
		c.Close()
	}
	r.settleBut(1)
	if _, status := r.open("api.example.com:22"); !strings.HasPrefix(status, "HTTP/1.1 200 ") {
		t.Errorf("%q", status)
	}
}

func (r *rig) settleBut(n int64) {
	eventually(r.t, "the others have ended", func() bool { return r.handlers.Load() <= n })
}

func heapInUse() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapInuse
}

func TestNothingIsLeftBehind(t *testing.T) {
	before := runtime.NumGoroutine()
	r := newRig(t, example(), exampleWorld(), quick())
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			for _, ask := range ways {
				ask(r, "api.example.com", 80)
				ask(r, "other.example.com", 80)
				ask(r, "127.0.0.1", 80)
			}
			c, _ := r.open("api.example.com:22")
			c.Close()
			c = r.come()
			c.Close()
		})
	}
	wg.Wait()
	r.endAll()
	r.settle()
	eventually(t, "all goroutines have ended", func() bool { return runtime.NumGoroutine() <= before+1 })
	if open, stuck := r.count(); open != 0 || stuck != 0 {
		t.Errorf("%d open, %d stuck", open, stuck)
	}
}

func TestAListenerThatFailsNowAndThenIsListenedToFurther(t *testing.T) {
	r := newRig(t, example(), exampleWorld(), quick())
	near, far := memPipe(Listen)
	ln := &flakyListener{results: []any{fmt.Errorf("one"), io.EOF, net.ErrClosed, far}}
	if err := r.serve(context.Background(), ln); err != io.EOF {
		t.Errorf("%v", err)
	}
	_, _ = io.WriteString(near, "CONNECT api.example.com:22 HTTP/1.1\r\n\r\n")
	if s := readHeadOf(near); !strings.HasPrefix(s, "HTTP/1.1 200") {
		t.Errorf("%q", s)
	}
}

type flakyListener struct {
	net.Listener
	results []any
}

func (l *flakyListener) Accept() (net.Conn, error) {
	if len(l.results) == 0 {
		return nil, io.EOF
	}
	next := l.results[0]
	l.results = l.results[1:]
	if c, ok := next.(net.Conn); ok {
		return c, nil
	}
	return nil, next.(error)
}
