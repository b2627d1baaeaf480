package warden

// This file: how the warden sees the world outside.

import (
	"context"
	"net"
	"net/netip"
	"time"

	"github.com/clawarium/clawarium/provision/plan"
)

// World resolves and dials. Internet is the real one; tests have their own.
type World interface {
	// Lookup returns every address of a canonical name, IPv4 ones in their own form.
	Lookup(ctx context.Context, host string) ([]netip.Addr, error)
	// Dial connects by TCP to exactly this address. The connection's RemoteAddr says
	// what it is connected to, as address:port.
	Dial(ctx context.Context, to netip.AddrPort) (net.Conn, error)
	// Own returns the addresses of this computer, each with the length of the prefix that
	// it shares with its neighbours.
	Own() ([]netip.Prefix, error)
	// Near returns the public networks that this computer is on by its routes, whatever
	// addresses it has.
	Near() ([]netip.Prefix, error)
	// Public says whether an address is one on the public Internet.
	Public(netip.Addr) bool
}

// Internet is the World of this computer: Go's own resolver with the name servers of
// /etc/resolv.conf, and TCP.
func Internet() World { return internet{} }

type internet struct{}

// resolver is Go's: it needs no C library, ends with its context, and keeps to DNS and
// /etc/hosts.
var resolver = net.Resolver{PreferGo: true}

func (internet) Lookup(ctx context.Context, host string) ([]netip.Addr, error) {
	// The dot at the end keeps the search list of resolv.conf out: a name is a name.
	addrs, err := resolver.LookupNetIP(ctx, "ip", host+".")
	for i, a := range addrs {
		addrs[i] = a.Unmap() // the resolver writes IPv4 addresses as IPv6 ones
	}
	return addrs, err
}

func (internet) Dial(ctx context.Context, to netip.AddrPort) (net.Conn, error) {
	d := net.Dialer{KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: time.Minute}}
	return d.DialContext(ctx, "tcp", to.String())
}

func (internet) Own() ([]netip.Prefix, error) {
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		return nil, err
	}
	var own []netip.Prefix
	for _, a := range addrs {
		if n, ok := a.(*net.IPNet); ok {
			if p, ok := ownPrefix(n); ok {
				own = append(own, p)
			}
		}
	}
	return own, nil
}

// ownPrefix is an address of this computer as the system tells it. A mask that is none
// makes it an address without neighbours.
func ownPrefix(n *net.IPNet) (netip.Prefix, bool) {
	addr, ok := netip.AddrFromSlice(n.IP)
	if !ok {
		return netip.Prefix{}, false
	}
	addr = addr.Unmap()
	ones, bits := n.Mask.Size()
	if ones -= bits - addr.BitLen(); bits == 0 || ones < 0 {
		ones = addr.BitLen()
	}
	return netip.PrefixFrom(addr, ones), true
}

// neighbour says whether an address is on a network that this computer is on: with IPv6,
// and with public IPv4, what is behind the owner's router has an address like any other.
// A prefix that is too short for a network says nothing, or half the Internet would be one.
func neighbour(own []netip.Prefix, a netip.Addr) bool {
	for _, p := range own {
		shortest := 16
		if p.Addr().Is4() {
			shortest = 8
		}
		if p.Bits() >= shortest && p.Contains(a) {
			return true
		}
	}
	return false
}

func (internet) Public(a netip.Addr) bool { return plan.Public(a) }
