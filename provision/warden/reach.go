package warden

// This file: from a name to a connection. The order is the point: the name is decided on
// before it is looked up, so that a name that is not listed never leaves this computer;
// every address is checked before any is connected to; and the connection goes to the
// address that was checked, with no second look at the name.

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"time"
)

// dialMost is how many addresses of one name are tried.
const dialMost = 6

// reach connects to host and port, if that is allowed. When it is not, address is the
// one that was the reason, if it was an address.
func (d *door) reach(ctx context.Context, host string, port int) (conn net.Conn, decision Decision, address string, reason Reason) {
	decision = d.policy.Load().decide(host, port, d.now())
	if !decision.Allow {
		return nil, decision, "", decision.Reason
	}
	if !d.pace.wait(ctx) {
		return nil, decision, "", ReasonTooMany
	}
	// That may have taken a while.
	if decision = d.policy.Load().decide(host, port, d.now()); !decision.Allow {
		return nil, decision, "", decision.Reason
	}
	addrs := []netip.Addr{decision.Address}
	if !decision.Address.IsValid() {
		lookup, cancel := context.WithTimeout(ctx, d.limits.Lookup)
		var err error
		addrs, err = d.world.Lookup(lookup, decision.Host)
		cancel()
		if err != nil || len(addrs) == 0 {
			return nil, decision, "", ReasonLookup
		}
	}
	if bad, reason := d.check(addrs, decision.Server); reason != "" {
		return nil, decision, bad.String(), reason
	}
	conn, to, err := d.dial(ctx, addrs, uint16(port))
	if err != nil {
		return nil, decision, "", ReasonConnect
	}
	return conn, decision, to.Addr().String(), ""
}

// check says what is wrong with the addresses of a name, if anything is with any of
// them: an answer that mixes is an answer that somebody tampered with.
func (d *door) check(addrs []netip.Addr, server bool) (bad netip.Addr, reason Reason) {
	own, err := d.world.Own()
	near, nearErr := d.world.Near()
	if err != nil || nearErr != nil {
		return addrs[0], ReasonOwn
	}
	wrong := 0
	for _, a := range addrs {
		a = a.Unmap()
		if a.IsLoopback() || slices.ContainsFunc(own, func(p netip.Prefix) bool { return p.Addr() == a }) {
			return a, ReasonOwn
		}
		if !server && (!d.world.Public(a) || neighbour(own, a) || neighbour(near, a)) {
			if wrong++; wrong == 1 {
				bad = a
			}
		}
	}
	switch wrong {
	case 0:
		return bad, ""
	case len(addrs):
		return bad, ReasonAddress
	}
	return bad, ReasonMixed
}

// dial connects to the first of the addresses that answers. The next one is tried as
// well when one has failed or takes its time (RFC 8305).
func (d *door) dial(ctx context.Context, addrs []netip.Addr, port uint16) (net.Conn, netip.AddrPort, error) {
	ctx, cancel := context.WithTimeout(ctx, d.limits.Dial)
	defer cancel()
	addrs = interleave(addrs)
	type result struct {
		conn net.Conn
		to   netip.AddrPort
		err  error
	}
	results := make(chan result, len(addrs))
	next := time.NewTimer(0)
	defer next.Stop()
	tried, back := 0, 0
	var last error
	defer func() { // whoever comes second
		if late := tried - back; late > 0 {
			go func() {
				for range late {
					if r := <-results; r.conn != nil {
						r.conn.Close()
					}
				}
			}()
		}
	}()
	for {
		select {
		case <-ctx.Done():
			return nil, netip.AddrPort{}, ctx.Err()
		case <-next.C:
			if tried < len(addrs) {
				to := netip.AddrPortFrom(addrs[tried], port)
				tried++
				go func() {
					conn, err := d.dialOne(ctx, to)
					results <- result{conn, to, err}
				}()
				next.Reset(d.limits.Stagger)
			}
		case r := <-results:
			if back++; r.err == nil {
				return r.conn, r.to, nil
			}
			last = r.err
			if back == len(addrs) {
				return nil, netip.AddrPort{}, last
			}
			next.Reset(0)
		}
	}
}

// dialOne connects to one address, and sees that it did.
func (d *door) dialOne(ctx context.Context, to netip.AddrPort) (net.Conn, error) {
	conn, err := d.world.Dial(ctx, to)
	if err != nil {
		return nil, err
	}
	at, err := netip.ParseAddrPort(conn.RemoteAddr().String())
	if err != nil || netip.AddrPortFrom(at.Addr().Unmap(), at.Port()) != to {
		conn.Close()
		return nil, fmt.Errorf("connected to %s instead of %s", conn.RemoteAddr(), to)
	}
	return conn, nil
}

// interleave takes addresses of both families in turn, beginning with the first one's,
// so that one family that leads nowhere does not use up all attempts.
func interleave(addrs []netip.Addr) []netip.Addr {
	var first, other []netip.Addr
	for _, a := range addrs {
		if a.Is4() == addrs[0].Is4() {
			first = append(first, a)
		} else {
			other = append(other, a)
		}
	}
	var out []netip.Addr
	for i := 0; len(out) < dialMost && (i < len(first) || i < len(other)); i++ {
		if i < len(first) {
			out = append(out, first[i])
		}
		if i < len(other) && len(out) < dialMost {
			out = append(out, other[i])
		}
	}
	return out
}
