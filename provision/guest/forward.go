package guest

// This file: a tunnel from a port on this computer's loopback to one in the
// guest, for as long as somebody looks at the dashboard.

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/clawarium/clawarium/assets/text"
)

// Tunnel is an open forward.
type Tunnel struct {
	Address string // 127.0.0.1:port, where it listens
	done    chan struct{}
}

// Done is closed when the tunnel is: with its context, or with the connection.
func (t *Tunnel) Done() <-chan struct{} { return t.done }

// Forward listens on local, which must be an address on the loopback (port 0
// picks one), and carries every connection to remote in the guest, until the
// context ends or the connection breaks.
func (c *Client) Forward(ctx context.Context, local, remote string) (*Tunnel, error) {
	address, err := netip.ParseAddrPort(local)
	if err != nil || !address.Addr().IsLoopback() {
		return nil, forwardFault(local, fmt.Errorf("not an address on the loopback"))
	}
	listener, err := net.Listen("tcp", local)
	if err != nil {
		return nil, forwardFault(local, err)
	}
	tunnel := &Tunnel{Address: listener.Addr().String(), done: make(chan struct{})}
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		select {
		case <-ctx.Done():
		case <-c.done:
		}
		cancel()
		listener.Close()
	}()
	go func() {
		defer close(tunnel.done)
		var open sync.WaitGroup
		defer open.Wait()
		defer cancel()
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			open.Go(func() { c.carry(ctx, conn, remote) })
		}
	}()
	return tunnel, nil
}

func forwardFault(local string, err error) error {
	return &text.Fault{What: fmt.Sprintf(text.T().Guest.ForwardFailed, local), Hint: text.T().Guest.ForwardHint, Err: err}
}

// carry moves bytes both ways and passes on a half-close.
func (c *Client) carry(ctx context.Context, near net.Conn, remote string) {
	defer near.Close()
	dialing, cancel := context.WithTimeout(ctx, time.Minute)
	far, err := c.dial(dialing, remote)
	cancel()
	if err != nil {
		return
	}
	defer far.Close()
	stop := context.AfterFunc(ctx, func() { near.Close(); far.Close() })
	defer stop()
	var both sync.WaitGroup
	move := func(to, from net.Conn) {
		_, _ = io.Copy(to, from)
		if half, ok := to.(interface{ CloseWrite() error }); ok {
			_ = half.CloseWrite()
		}
	}
	both.Go(func() { move(far, near) })
	both.Go(func() { move(near, far) })
	both.Wait()
}

// dial opens a connection in the guest.
func (c *Client) dial(ctx context.Context, remote string) (net.Conn, error) {
	started := time.Now()
	conn, err := c.conn.DialContext(ctx, "tcp", remote)
	if err != nil && ctx.Err() != nil {
		return nil, c.expired(ctx, started)
	}
	return conn, err
}
