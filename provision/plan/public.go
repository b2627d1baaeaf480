package plan

// This file: which addresses are on the public Internet. Whatever is not, belongs to
// somebody's own network, to this computer, or to nobody; and the forms of IPv6 that
// carry an IPv4 address inside would be a second way to write it.

import "net/netip"

// notInternet are the ranges that are never connected to. From IANA's registries of special-purpose
// addresses (https://www.iana.org/assignments/iana-ipv4-special-registry and
// …/iana-ipv6-special-registry), of IPv4 and IPv6 address space and of multicast; those that are
// globally reachable by their entry, but lead to whoever announces them nearest (AS112, the
// anycast of 6to4), are out as well: nothing that a machine needs is there.
// IPv6 is taken the other way round: only 2000::/3 is global unicast, less what is listed.
var notInternet = prefixes(
	"0.0.0.0/8",         // this network, RFC 791; Linux takes 0.0.0.0 for itself
	"10.0.0.0/8",        // private, RFC 1918
	"100.64.0.0/10",     // shared by carriers (CGNAT), RFC 6598; Tailscale's; Alibaba's metadata 100.100.100.200
	"127.0.0.0/8",       // loopback, RFC 1122
	"168.63.129.16/32",  // Azure's metadata and DNS, a public address that only its machines see
	"169.254.0.0/16",    // link-local, RFC 3927; cloud metadata 169.254.169.254
	"172.16.0.0/12",     // private, RFC 1918
	"192.0.0.0/24",      // protocol assignments, RFC 6890; Oracle's metadata 192.0.0.192
	"192.0.2.0/24",      // documentation, RFC 5737
	"192.31.196.0/24",   // AS112, RFC 7535
	"192.52.193.0/24",   // AMT, RFC 7450
	"192.88.99.0/24",    // 6to4 relay anycast, RFC 7526
	"192.168.0.0/16",    // private, RFC 1918
	"192.175.48.0/24",   // AS112, RFC 7534
	"198.18.0.0/15",     // benchmarks, RFC 2544; what a "fake IP" resolver hands out
	"198.51.100.0/24",   // documentation, RFC 5737
	"203.0.113.0/24",    // documentation, RFC 5737
	"224.0.0.0/4",       // multicast, RFC 5771
	"240.0.0.0/4",       // reserved, RFC 1112; 255.255.255.255, RFC 919
	"2001::/23",         // protocol assignments, RFC 2928: Teredo 2001::/32, benchmarks, ORCHID and the rest
	"2001:db8::/32",     // documentation, RFC 3849
	"2002::/16",         // 6to4, RFC 3056: an IPv4 address inside
	"2620:4f:8000::/48", // AS112, RFC 7534
	"3ffe::/16",         // 6bone, given back, RFC 3701
	"3fff::/20",         // documentation, RFC 9637
)

// globalUnicast is all of IPv6 that is routed on the Internet (RFC 4291, IANA's registry of IPv6
// address space). Outside of it are :: and ::1, ::ffff:0:0/96 (IPv4-mapped), ::/96
// (IPv4-compatible), 64:ff9b::/96 and 64:ff9b:1::/48 (NAT64), 100::/64 (discard), 5f00::/16
// (SRv6), fc00::/7 (unique local; AWS's metadata fd00:ec2::254), fe80::/10 (link-local),
// fec0::/10 (site-local) and ff00::/8 (multicast).
var globalUnicast = netip.MustParsePrefix("2000::/3")

func prefixes(list ...string) []netip.Prefix {
	out := make([]netip.Prefix, len(list))
	for i, s := range list {
		out[i] = netip.MustParsePrefix(s)
	}
	return out
}

// Public says whether an address is one on the public Internet. What a plan may say is
// held to it, and the warden each connection.
func Public(a netip.Addr) bool {
	if !a.IsValid() || a.Zone() != "" || a.Is6() && !globalUnicast.Contains(a) {
		return false
	}
	for _, p := range notInternet {
		if p.Contains(a) {
			return false
		}
	}
	return true
}
