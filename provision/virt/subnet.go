package virt

// This file finds a private subnet that nothing on this host uses.

import (
	"context"
	"encoding/binary"
	"fmt"
	"math/bits"
	"net"
	"net/netip"
	"os"
	"strings"

	"libvirt.org/go/libvirt"

	"github.com/clawarium/clawarium/assets/text"
)

// subnetBits is the size of a machine's network: 8 addresses, two in use.
const subnetBits = 29

// candidates lists the subnets that are tried, in order: blocks of RFC 1918
// that routers, VPNs, Docker, Podman and libvirt itself are not set to by
// default.
func candidates(try func(netip.Prefix) bool) {
	for _, block := range []string{"10.213.0.0/20", "172.29.240.0/20", "192.168.213.0/24", "10.77.128.0/20"} {
		p := netip.MustParsePrefix(block)
		base := binary.BigEndian.Uint32(p.Addr().AsSlice())
		for i := uint32(0); i < 1<<(subnetBits-p.Bits()); i++ {
			var a [4]byte
			binary.BigEndian.PutUint32(a[:], base+i<<(32-subnetBits))
			if try(netip.PrefixFrom(netip.AddrFrom4(a), subnetBits)) {
				return
			}
		}
	}
}

// FreeSubnet returns a private /29 that overlaps neither hostRoutes (from
// HostRoutes) nor any network that libvirt knows, running or not.
func (c *Conn) FreeSubnet(ctx context.Context, hostRoutes []netip.Prefix) (netip.Prefix, error) {
	return ask(ctx, c, func(o *op) (netip.Prefix, error) {
		taken := append([]netip.Prefix(nil), hostRoutes...)
		o.at("virConnectListAllNetworks")
		list, err := o.l.ListAllNetworks(0)
		if err != nil {
			return netip.Prefix{}, err
		}
		defer func() {
			for i := range list {
				list[i].Free()
			}
		}()
		for i := range list {
			o.at("virNetworkGetXMLDesc")
			x, err := list[i].GetXMLDesc(0)
			if isCode(err, libvirt.ERR_NO_NETWORK) {
				continue
			}
			if err != nil {
				return netip.Prefix{}, err
			}
			var n networkXML
			if read(x, &n) != nil {
				continue
			}
			taken = append(taken, networkAddresses(&n)...)
			for _, r := range n.Routes {
				if p, err := netip.ParsePrefix(fmt.Sprintf("%s/%v", r.Address, r.Prefix)); err == nil {
					taken = append(taken, p)
				}
			}
		}
		free := pickFree(taken)
		if !free.IsValid() {
			t := &text.T().Virt
			return netip.Prefix{}, fault(nil, t.NoSubnet, t.NoSubnetHint, nil)
		}
		return free, nil
	})
}

// pickFree returns the first candidate that overlaps nothing taken.
func pickFree(taken []netip.Prefix) (free netip.Prefix) {
	candidates(func(p netip.Prefix) bool {
		for _, t := range taken {
			// A default route leads everywhere and occupies nothing.
			if t.IsValid() && t.Bits() > 0 && t.Overlaps(p) {
				return false
			}
		}
		free = p
		return true
	})
	return free
}

// HostRoutes returns the IPv4 subnets that this host has addresses in or routes
// to, default routes excepted.
func HostRoutes() ([]netip.Prefix, error) {
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		return nil, err
	}
	var out []netip.Prefix
	for _, a := range addrs {
		if p, err := netip.ParsePrefix(a.String()); err == nil && p.Addr().Is4() {
			out = append(out, p.Masked())
		}
	}
	// Linux only; elsewhere there is no system libvirt and no subnet to pick.
	if table, err := os.ReadFile("/proc/net/route"); err == nil {
		out = append(out, parseRoutes(string(table))...)
	}
	return out, nil
}

// parseRoutes reads Linux's /proc/net/route: addresses in hexadecimal, in the
// host's byte order, which is little-endian on both architectures of ours.
func parseRoutes(table string) []netip.Prefix {
	var out []netip.Prefix
	for line := range strings.Lines(table) {
		f := strings.Fields(line)
		var dest, mask uint32
		if len(f) < 8 {
			continue
		}
		if _, err := fmt.Sscanf(f[1]+" "+f[7], "%x %x", &dest, &mask); err != nil || mask == 0 {
			continue
		}
		var a [4]byte
		binary.LittleEndian.PutUint32(a[:], dest)
		out = append(out, netip.PrefixFrom(netip.AddrFrom4(a), bits.OnesCount32(mask)))
	}
	return out
}
