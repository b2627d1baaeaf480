package guest

// This file: a port on the guest's loopback whose connections come to this
// process, by SSH remote forwarding. What the SSH library has for it would let a
// guest that opens connections and nobody accepts hold up everything else that
// goes over the same SSH connection.

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/clawarium/clawarium/assets/text"
)

const (
	// listenBacklog is how many connections may wait to be accepted. More are
	// refused, as by a kernel whose queue is full.
	listenBacklog = 64
	// forwardedMost is how many may be there at once, those included that were
	// closed on this side while the guest still holds on to them.
	forwardedMost = 1024
)

// listener is a port in the guest.
type listener struct {
	client  *Client
	at      netip.AddrPort
	waiting chan offer
	closed  chan struct{}
	closing sync.Once
	mu      sync.Mutex // between an offer that comes in and Close
}

// offer is a connection that waits to be accepted.
type offer struct {
	channel ssh.NewChannel
	from    net.Addr
}

// Listen has the guest listen on a port of its own 127.0.0.1 and returns the
// connections that are made to it there. Any other address is refused, and so is
// a connection that the guest says was made to another. A connection listens on
// one port at a time. The listener's connections know deadlines; one that was
// missed while writing leaves nothing to do but close.
func (c *Client) Listen(address string) (net.Listener, error) {
	at, err := netip.ParseAddrPort(address)
	if err != nil || at.Addr() != netip.AddrFrom4([4]byte{127, 0, 0, 1}) || at.Port() == 0 {
		return nil, listenFault(address, errors.New("not a port of 127.0.0.1"))
	}
	l := &listener{client: c, at: at, waiting: make(chan offer, listenBacklog), closed: make(chan struct{})}
	if !c.listener.CompareAndSwap(nil, l) {
		return nil, listenFault(address, errors.New("this connection listens already"))
	}
	c.taking.Do(func() { go c.take(c.conn.HandleChannelOpen("forwarded-tcpip")) })
	agreed, err := c.request("tcpip-forward", at)
	if err == nil && !agreed {
		err = listenFault(address, errors.New("sshd refused: the port is taken, or not permitted"))
	}
	if err != nil {
		l.end()
		return nil, err
	}
	return l, nil
}

func listenFault(address string, err error) error {
	return &text.Fault{What: fmt.Sprintf(text.T().Guest.ListenFailed, address), Hint: text.T().Guest.ListenHint, Err: err}
}

// request asks the guest for something about a port. A guest that does not
// answer loses the connection, for nothing else could be asked over it.
func (c *Client) request(what string, at netip.AddrPort) (agreed bool, err error) {
	payload := ssh.Marshal(struct {
		Host string
		Port uint32
	}{at.Addr().String(), uint32(at.Port())})
	answers, errs := make(chan bool, 1), make(chan error, 1)
	go func() {
		yes, _, err := c.conn.SendRequest(what, true, payload)
		if err != nil {
			errs <- err
		} else {
			answers <- yes
		}
	}()
	limit := time.NewTimer(handshakeLimit)
	defer limit.Stop()
	select {
	case yes := <-answers:
		return yes, nil
	case err = <-errs:
	case <-c.done:
	case <-limit.C:
		c.Close()
	}
	return false, c.lost(err)
}

// take sorts the connections that the guest offers. It waits for nobody, so that
// the SSH connection goes on whatever the guest offers.
func (c *Client) take(offered <-chan ssh.NewChannel) {
	for channel := range offered {
		var made struct {
			Host   string
			Port   uint32
			Origin string
			From   uint32
		}
		err := ssh.Unmarshal(channel.ExtraData(), &made)
		l := c.listener.Load()
		switch {
		case err != nil || l == nil || made.Host != l.at.Addr().String() || made.Port != uint32(l.at.Port()):
			_ = channel.Reject(ssh.Prohibited, "")
		case c.forwarded.Load() >= forwardedMost:
			_ = channel.Reject(ssh.ResourceShortage, "")
		default:
			origin, _ := netip.ParseAddr(made.Origin)
			from := net.TCPAddrFromAddrPort(netip.AddrPortFrom(origin, uint16(made.From)))
			if !l.queue(offer{channel, from}) {
				_ = channel.Reject(ssh.ResourceShortage, "")
			}
		}
	}
}

// queue reports whether there was room.
func (l *listener) queue(o offer) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	select {
	case <-l.closed:
		return false
	default:
	}
	select {
	case l.waiting <- o:
		return true
	default:
		return false
	}
}

// Accept waits for the next connection, for the listener's end or for that of
// the SSH connection.
func (l *listener) Accept() (net.Conn, error) {
	for {
		select {
		case <-l.closed:
			return nil, net.ErrClosed
		case <-l.client.done:
			return nil, l.client.lost(net.ErrClosed)
		case o := <-l.waiting:
			channel, requests, err := o.channel.Accept()
			if err != nil {
				continue // the connection is over, or this one is
			}
			return l.client.receive(channel, requests, l.Addr(), o.from), nil
		}
	}
}

// Close ends the listener and leaves its connections alone. The port is free
// again a moment later.
func (l *listener) Close() error {
	if l.end() {
		go func() { _, _ = l.client.request("cancel-tcpip-forward", l.at) }()
	}
	return nil
}

// end refuses what waits and reports whether it was this call that ended it.
func (l *listener) end() (ended bool) {
	l.closing.Do(func() {
		ended = true
		l.client.listener.CompareAndSwap(l, nil)
		l.mu.Lock()
		close(l.closed)
		l.mu.Unlock()
		for {
			select {
			case o := <-l.waiting:
				_ = o.channel.Reject(ssh.ConnectionFailed, "")
			default:
				return
			}
		}
	})
	return ended
}

// Addr is the port in the guest.
func (l *listener) Addr() net.Addr { return net.TCPAddrFromAddrPort(l.at) }
