package warden

// This file: the networks that this computer is on though none of its addresses says so.
// One that got its address alone by DHCPv6 (/128) learns from the router's advertisements
// who is on the link; so does one on a rented server that has /32. The kernel keeps it as a
// route without a gateway: what is behind that is asked for on the link itself.

import (
	"encoding/hex"
	"errors"
	"io/fs"
	"math/bits"
	"net"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/clawarium/clawarium/provision/plan"
)

// Near reads the kernel's tables of routes: of IPv4 the table main, of IPv6 all. Where it
// keeps none (without IPv6; elsewhere than on Linux) nothing is near by a route.
func (internet) Near() (near []netip.Prefix, err error) {
	for _, file := range []string{"/proc/net/route", "/proc/net/ipv6_route"} {
		table, err := os.ReadFile(file)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		for _, line := range strings.Split(string(table), "\n") {
			// What is behind a tunnel is no neighbour: there such a route may well lead to
			// most of the Internet.
			if p, card := onLink(strings.Fields(line)); plan.Public(p.Addr()) && broadcasts(card) {
				near = append(near, p)
			}
		}
	}
	return near, nil
}

// broadcasts says whether others can hang on a card, as on Ethernet and by radio.
func broadcasts(card string) bool {
	cards, _ := net.Interfaces()
	for i := range cards {
		if cards[i].Name == card {
			return cards[i].Flags&net.FlagBroadcast != 0
		}
	}
	return true // nothing is known of it
}

// onLink is where a line of either table leads without a gateway, and by which card; the
// zero prefix if it leads nowhere so.
func onLink(f []string) (p netip.Prefix, card string) {
	four := len(f) == 11
	switch {
	case four:
		f = []string{f[1], f[7], f[3], f[0]}
	case len(f) == 10:
		f = []string{f[0], f[1], f[8], f[9]}
	default:
		return p, ""
	}
	to, _ := hex.DecodeString(f[0])
	length, _ := strconv.ParseUint(f[1], 16, 32)
	flags, _ := strconv.ParseUint(f[2], 16, 32)
	if four { // in the computer's order of bytes, little-endian on both that we are for; and with a mask
		slices.Reverse(to)
		length = uint64(bits.OnesCount32(uint32(length)))
	}
	a, ok := netip.AddrFromSlice(to)
	if !ok || flags&(syscall.RTF_UP|syscall.RTF_GATEWAY|syscall.RTF_REJECT) != syscall.RTF_UP {
		return p, ""
	}
	return netip.PrefixFrom(a, int(length)), f[3]
}
