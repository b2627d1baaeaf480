package guest

// This file: waiting for a machine that boots. A port that is open proves
// nothing (QEMU's user network accepts before the guest listens): ready means
// a session under the pinned host key.

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/clawarium/clawarium/assets/text"
)

// A booting machine is tried every knockEvery; a try that hears no SSH banner
// within bannerLimit is dropped, because its first packet may be lost for good.
const (
	knockEvery  = 3 * time.Second
	bannerLimit = 9 * time.Second
	// refusals of the key are taken for final: sshd starts after the keeper's
	// account is made, so there is nothing left to wait for.
	refusals = 10
)

// WaitReady tries until there is a session, the context ends or the machine
// shows a host key that is not pinned, which ends it at once. The caller closes
// the client.
func WaitReady(ctx context.Context, t Target, r Reporter) (*Client, error) {
	started := time.Now()
	r.Stage(fmt.Sprintf(text.T().Guest.WaitingSSH, t.Address))
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	type result struct {
		client *Client
		err    error
	}
	results := make(chan result)
	knock := func() {
		client, err := knockOnce(ctx, t)
		select {
		case results <- result{client, err}:
		case <-ctx.Done():
			if client != nil {
				client.Close()
			}
		}
	}
	tick := time.NewTicker(knockEvery)
	defer tick.Stop()
	open, refused, last := 1, 0, error(nil)
	go knock()
	for {
		select {
		case <-ctx.Done():
			err := context.Cause(ctx)
			if errors.Is(err, context.Canceled) {
				return nil, err
			}
			return nil, &text.Fault{
				What: fmt.Sprintf(text.T().Guest.NotReady, t.Address, time.Since(started).Round(time.Second)),
				Hint: text.T().Guest.NotReadyHint, Err: errors.Join(last, err),
			}
		case got := <-results:
			open--
			if got.err == nil {
				return got.client, nil
			}
			if errors.Is(got.err, ErrAuth) {
				refused++
			}
			if errors.Is(got.err, ErrHostKey) || refused == refusals {
				return nil, got.err
			}
			last = got.err
		case <-tick.C:
			if open < 3 {
				open++
				go knock()
			}
		}
	}
}

// knockOnce makes one try and also makes sure that a command can be run: early
// in the boot a login is accepted and then turned away.
func knockOnce(ctx context.Context, t Target) (*Client, error) {
	if len(t.HostKeys) == 0 {
		return Dial(ctx, t)
	}
	dialCtx, cancel := context.WithTimeout(ctx, bannerLimit)
	defer cancel()
	conn, err := new(net.Dialer).DialContext(dialCtx, "tcp", t.Address)
	if err != nil {
		return nil, unreachable(t.Address, err)
	}
	stop := context.AfterFunc(dialCtx, func() { _ = conn.SetReadDeadline(time.Unix(1, 0)) })
	_ = conn.SetReadDeadline(time.Now().Add(bannerLimit))
	heard := &heardConn{Conn: conn, r: bufio.NewReader(conn)}
	_, err = heard.r.Peek(4)
	stop()
	if err != nil {
		conn.Close()
		return nil, unreachable(t.Address, err)
	}
	client, err := handshake(ctx, t, heard)
	if err != nil {
		return nil, err
	}
	probe, cancelProbe := context.WithTimeout(ctx, handshakeLimit)
	defer cancelProbe()
	if _, err := client.Root(probe, ":", nil); err != nil {
		client.Close()
		return nil, err
	}
	return client, nil
}

// heardConn is a connection of which the first bytes have been looked at.
type heardConn struct {
	net.Conn
	r *bufio.Reader
}

func (c *heardConn) Read(p []byte) (int, error) { return c.r.Read(p) }
