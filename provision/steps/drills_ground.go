package steps

// What there is around the machine to aim drills at: this host's own addresses and
// open ports, and what its routing table and its resolver name. Nothing is asked of
// the network.

import (
	"cmp"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"io/fs"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/clawarium/clawarium/assets/layout"
	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/provision/warden"
)

// QEMU's user-mode network: its own address, which stands for this host, and what its
// cards are called (52:55 and the address).
var (
	userModeHost  = netip.MustParseAddr("10.0.2.2")
	userModeHost6 = netip.MustParseAddr("fe80::2")
)

const userModeMAC = "52:55:0a:00:02:02"

// Most of each kind that is aimed at: each costs a tenth of a second.
const (
	mostOwn      = 2
	mostPorts    = 2
	mostMachines = 2
)

func (e *Env) ground(s checks.Subject) (checks.Ground, error) {
	g := checks.Ground{System: s.System, MAC: s.MAC, Host: userModeHost, HostIPv6: userModeHost6, HostMAC: userModeMAC}
	g.Guest, _ = netip.ParseAddr(e.choices.GuestIP)
	g.Metadata = netip.MustParseAddr("169.254.169.254")
	g.Public = []netip.Addr{netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("2001:db8::1")} // documentation: nobody's
	if name, err := os.Hostname(); err == nil && len(name) < 64 && !strings.ContainsAny(name, " \r\n") {
		g.Name = name
	}
	if s.System {
		g.Host, _ = netip.ParseAddr(s.HostIP)
		g.HostIPv6 = netip.Addr{}
		bridge := layout.Bridge(s.Machine)
		mac, err := os.ReadFile(filepath.Join("/sys/class/net", bridge, "address"))
		if err != nil {
			return g, err
		}
		g.HostMAC = strings.TrimSpace(string(mac))
	}
	if err := aroundHost(&g, layout.Bridge(s.Machine)); err != nil {
		return g, err
	}
	g.HostPorts, g.LocalPorts = openPorts("/proc/net/tcp", g.Host)
	if data, err := os.ReadFile("/proc/net/route"); err == nil {
		g.Router = defaultRouter(string(data))
	}
	if data, err := os.ReadFile("/etc/resolv.conf"); err == nil {
		g.Resolvers = resolvers(string(data))
	}
	policy, err := warden.ReadPolicy(e.dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return g, err
	}
	g.Level, g.Allowed = cmp.Or(policy.Level, warden.LevelOffline), allowedRule(policy)
	return g, worldGround(&g)
}

// aroundHost finds this host's other addresses, and those of machines on its other bridges.
func aroundHost(g *checks.Ground, bridge string) error {
	cards, err := net.Interfaces()
	if err != nil {
		return err
	}
	for _, card := range cards {
		addresses, err := card.Addrs()
		if err != nil || card.Flags&net.FlagUp == 0 {
			continue
		}
		_, isBridge := os.Stat(filepath.Join("/sys/class/net", card.Name, "bridge"))
		for _, a := range addresses {
			p, err := netip.ParsePrefix(a.String())
			ip := p.Addr().Unmap()
			switch {
			case err != nil || ip.IsLoopback():
			case ip.IsLinkLocalUnicast() && ip.Is6():
				if card.Name == bridge && g.System {
					g.HostIPv6 = ip
				}
			case card.Name == bridge:
			case isBridge == nil:
				if next := ip.Next(); len(g.Machines) < mostMachines && ip.Is4() && p.Contains(next) {
					g.Machines = append(g.Machines, next)
				}
			case len(g.Own) < mostOwn:
				g.Own = append(g.Own, ip)
			}
		}
	}
	return nil
}

// openPorts reads the kernel's table of TCP sockets: ports that take connections at
// every address or at the one given, and those on the loopback alone.
func openPorts(table string, at netip.Addr) (open, local []int) {
	data, err := os.ReadFile(table)
	if err != nil {
		return nil, nil
	}
	for line := range strings.Lines(string(data)) {
		f := strings.Fields(line)
		if len(f) < 4 || f[3] != "0A" || len(f[1]) != 13 {
			continue
		}
		raw, err1 := hex.DecodeString(f[1][:8])
		port, err2 := hex.DecodeString(f[1][9:])
		if err1 != nil || err2 != nil || len(raw) != 4 || len(port) != 2 {
			continue
		}
		slices.Reverse(raw)
		a, n := netip.AddrFrom4([4]byte(raw)), int(binary.BigEndian.Uint16(port))
		switch {
		case a.IsLoopback() && len(local) < mostPorts && !slices.Contains(local, n):
			local = append(local, n)
		case (a.IsUnspecified() || a == at) && len(open) < mostPorts && !slices.Contains(open, n):
			open = append(open, n)
		}
	}
	return open, local
}

// defaultRouter reads the kernel's routing table.
func defaultRouter(table string) netip.Addr {
	for line := range strings.Lines(table) {
		f := strings.Fields(line)
		if len(f) < 3 || f[1] != "00000000" || len(f[2]) != 8 {
			continue
		}
		if raw, err := hex.DecodeString(f[2]); err == nil {
			slices.Reverse(raw)
			if a := netip.AddrFrom4([4]byte(raw)); !a.IsUnspecified() {
				return a
			}
		}
	}
	return netip.Addr{}
}

// resolvers reads resolv.conf; one on this host's own loopback is not outside.
func resolvers(file string) (list []netip.Addr) {
	for line := range strings.Lines(file) {
		f := strings.Fields(line)
		if len(f) < 2 || f[0] != "nameserver" {
			continue
		}
		if a, err := netip.ParseAddr(f[1]); err == nil && a.Is4() && !a.IsLoopback() && len(list) < 1 {
			list = append(list, a)
		}
	}
	return list
}

// allowedRule is a host that the policy lets through by TLS for good: the provider's
// before another, since there every user of the machine goes anyway.
func allowedRule(p warden.Policy) (rule checks.EgressRule) {
	if p.Level == warden.LevelOffline {
		return rule
	}
	best := 0
	for _, r := range p.Rules {
		if !r.Until.IsZero() || strings.Contains(r.Host, "*") || !slices.Contains(r.Ports, 443) {
			continue
		}
		if _, err := netip.ParseAddr(r.Host); err == nil {
			continue
		}
		rank := 1
		if strings.HasPrefix(r.For, "provider:") {
			rank = 2
		}
		if rank > best {
			best, rule = rank, checks.EgressRule{Host: r.Host, Ports: []int{443}, For: r.For}
		}
	}
	return rule
}
