package virt

// This file opens and closes the connection to libvirt.

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"libvirt.org/go/libvirt"

	"github.com/clawarium/clawarium/assets/text"
)

// The two connections that clawarium uses.
const (
	SystemURI  = "qemu:///system"
	SessionURI = "qemu:///session"
)

// MinLibvirt is the oldest libvirt that is accepted, as libvirt writes versions:
// 1,000,000 × major + 1,000 × minor + release. Tested with 9.0; 8.0 is what
// Ubuntu 22.04 has, and all that is asked of it is documented for it.
const MinLibvirt = 8_000_000

// Conn is a connection to libvirt. Its methods may be called from several
// goroutines.
type Conn struct {
	uri   string
	limit time.Duration // of one libvirt call

	mu     sync.Mutex
	l      *libvirt.Connect
	users  int // operations under way, those left behind included
	closed bool
}

var eventLoop sync.Once

// runEventLoop starts libvirt's own event loop, which must exist before the
// first connection: keepalive and non-blocking streams (the console) need it.
// It lives as long as the process.
func runEventLoop() {
	eventLoop.Do(func() {
		if err := libvirt.EventRegisterDefaultImpl(); err != nil {
			return // libvirt is absent: opening the connection will say so
		}
		go func() {
			for {
				if err := libvirt.EventRunDefaultImpl(); err != nil {
					time.Sleep(time.Second) // it cannot fail usefully; never spin
				}
			}
		}()
	})
}

// Open connects to libvirt at uri. Errors are ErrAbsent, ErrDown, ErrDenied,
// ErrTimeout and ErrTooOld, each with what to do about it.
func Open(ctx context.Context, uri string) (*Conn, error) {
	return open(ctx, uri, callLimit, libvirt.NewConnect)
}

// OpenReadOnly connects for looking alone, which libvirt allows to more people.
// What would change something, and what shows the bytes of a volume, is refused
// with ErrDenied.
func OpenReadOnly(ctx context.Context, uri string) (*Conn, error) {
	return open(ctx, uri, callLimit, libvirt.NewConnectReadOnly)
}

func open(ctx context.Context, uri string, limit time.Duration, connect func(string) (*libvirt.Connect, error)) (*Conn, error) {
	if uri == SessionURI && os.Geteuid() == 0 {
		t := &text.T().Virt
		return nil, fault(ErrDenied, t.RootSession, t.RootSessionHint, nil)
	}
	runEventLoop()
	c := &Conn{uri: uri, limit: limit}
	o := &op{ctx: ctx}
	done := make(chan result[*libvirt.Connect], 1)
	go func() {
		defer close(done)
		o.at("virConnectOpen")
		l, err := connect(uri)
		o.mu.Lock()
		late := o.abandoned
		if !late {
			done <- result[*libvirt.Connect]{l, err}
		}
		o.mu.Unlock()
		if late && err == nil {
			l.Close()
		}
	}()
	l, err := await(ctx, uri, limit, o, done)
	if err != nil {
		// A connection that arrived while the wait was being given up.
		go func() {
			if r, ok := <-done; ok && r.value != nil {
				r.value.Close()
			}
		}()
		return nil, classify(uri, "virConnectOpen", err)
	}
	c.l = l
	// Without answers for 60 s the connection breaks, which ends the goroutines
	// that a dead daemon left behind. Not every driver can do it.
	_ = l.SetKeepAlive(10, 6)
	version, err := ask(ctx, c, func(o *op) (uint32, error) {
		o.at("virConnectGetLibVersion")
		return o.l.GetLibVersion()
	})
	if err == nil && version < MinLibvirt {
		t := &text.T().Virt
		err = fault(ErrTooOld, fmt.Sprintf(t.TooOld, versionText(version)), t.TooOldHint, nil)
	}
	if err != nil {
		c.Close()
		return nil, err
	}
	return c, nil
}

// URI returns what the connection was opened with.
func (c *Conn) URI() string { return c.uri }

// System says whether this is the system's libvirt and not the user's own.
func (c *Conn) System() bool { return strings.Contains(c.uri, "/system") }

// Close gives the connection back. Operations that are still under way keep it
// open until they have ended. Saying goodbye to a daemon that hangs is waited
// for no longer than settle. Close may be called twice.
func (c *Conn) Close() error {
	c.mu.Lock()
	c.closed = true
	gone := c.drop()
	c.mu.Unlock()
	select {
	case <-gone:
	case <-time.After(settle):
	}
	return nil
}

// drop closes the connection when it is closed and unused, and returns a channel
// that is closed when there is nothing to wait for. c.mu is held.
func (c *Conn) drop() <-chan struct{} {
	gone := make(chan struct{})
	if !c.closed || c.users > 0 || c.l == nil {
		close(gone)
		return gone
	}
	l := c.l
	c.l = nil
	go func() { defer close(gone); l.Close() }()
	return gone
}

func (c *Conn) acquire() (*libvirt.Connect, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		t := &text.T().Virt
		return nil, fault(ErrDown, fmt.Sprintf(t.Closed, c.uri), "", nil)
	}
	c.users++
	return c.l, nil
}

func (c *Conn) release() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.users--
	c.drop()
}

// Versions are those of the parts that run the machine.
type Versions struct{ Libvirt, Hypervisor string }

// Versions asks libvirt for its own version and the hypervisor's.
func (c *Conn) Versions(ctx context.Context) (Versions, error) {
	return ask(ctx, c, func(o *op) (Versions, error) {
		o.at("virConnectGetLibVersion")
		lib, err := o.l.GetLibVersion()
		if err != nil {
			return Versions{}, err
		}
		o.at("virConnectGetVersion")
		hv, err := o.l.GetVersion()
		if err != nil {
			return Versions{}, err
		}
		return Versions{versionText(lib), versionText(hv)}, nil
	})
}

func versionText(v uint32) string {
	return fmt.Sprintf("%d.%d.%d", v/1_000_000, v/1000%1000, v%1000)
}
