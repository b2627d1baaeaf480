package checks

import (
	"context"
	"errors"
	"io/fs"
	"net/netip"
	"slices"
	"strings"

	"github.com/clawarium/clawarium/assets/layout"
	"github.com/clawarium/clawarium/assets/text"
)

// Packet rules. libvirt puts a filter on a tap with ebtables (the link layer),
// iptables and ip6tables (the IP layer); their own listings are read, because nft
// prints neither which tap an IP rule is about nor the addresses of an ARP rule
// ("xt match physdev" is all that it knows). nft itself is asked for what was
// made without iptables.
//
// Only what concerns the machine is kept: the rules that a packet to or from its
// taps goes through, and forwards of any kind.

// RuleTool is a program that prints packet rules. It changes none.
type RuleTool string

// The tools, each with the arguments that make it list.
const (
	NftList   RuleTool = "nft"            // -j list ruleset
	IPv4Rules RuleTool = "iptables-save"  //
	IPv6Rules RuleTool = "ip6tables-save" //
	LinkRules RuleTool = "ebtables-save"  //
)

// The same with how often each rule was used, for the drills.
const (
	IPv4Counters RuleTool = "iptables-save -c"
	IPv6Counters RuleTool = "ip6tables-save -c"
	LinkCounters RuleTool = "ebtables-save -c"
)

// PacketFilter lists packet rules.
type PacketFilter interface {
	// List returns what the tool prints, at most limit bytes. An error that is
	// fs.ErrNotExist means that the tool is not installed, one that is
	// fs.ErrPermission that this account may not look.
	List(ctx context.Context, tool RuleTool, limit int64) ([]byte, error)
}

// Rules are the packet rules that concern the machine.
type Rules struct {
	Nft  Fact[NftRules]   `json:"nft"`
	IPv4 Fact[SavedRules] `json:"ipv4"`
	IPv6 Fact[SavedRules] `json:"ipv6"`
	Link Fact[SavedRules] `json:"link"`
}

// SavedRules are lines of iptables-save and its kin, in its own form.
type SavedRules struct {
	Absent bool     `json:"absent,omitempty"` // the program is not installed
	Listed bool     `json:"listed"`           // it printed its list
	Seen   int      `json:"seen"`             // rules in all
	Lines  []string `json:"lines"`            // those that concern the machine
	Cut    bool     `json:"cut,omitempty"`    // more of them than are kept
}

func (r SavedRules) state() (looked, cut bool) { return r.Absent || r.Listed, r.Cut }
func (r NftRules) state() (looked, cut bool)   { return r.Absent || r.Listed, r.Cut }

const (
	rulesLimit    = 8 << 20  // bytes of one listing
	rulesKept     = 16 << 10 // bytes of each that are kept: 64 KiB in all
	unrelatedKept = 30       // forwards to elsewhere, to show that there was something to look at
)

// wall is what tells rules about the machine from others.
type wall struct {
	taps   []string
	bridge string
	subnet netip.Prefix
	guest  netip.Addr
	host   netip.Addr
	mac    string
}

func wallOf(s Subject, taps []string) wall {
	w := wall{taps: taps, bridge: layout.Bridge(s.Machine), mac: strings.ToLower(s.MAC)}
	w.guest, _ = netip.ParseAddr(s.GuestIP)
	w.host, _ = netip.ParseAddr(s.HostIP)
	w.subnet = netip.PrefixFrom(w.guest, s.Prefix).Masked()
	if !w.subnet.IsValid() && w.guest.IsValid() {
		w.subnet = netip.PrefixFrom(w.guest, w.guest.BitLen())
	}
	return w
}

// CollectRules keeps what concerns the machine of the host's packet rules. taps
// are the host's ends of its network cards.
func CollectRules(ctx context.Context, s Subject, from PacketFilter, taps []string) Rules {
	return collectRules(ctx, from, wallOf(s, taps))
}

func collectRules(ctx context.Context, from PacketFilter, w wall) Rules {
	t := &text.T().Checks.Host
	list := func(tool RuleTool) ([]byte, bool, error) {
		if from == nil {
			return nil, false, errors.New(t.NoPacketFilter)
		}
		type listing struct {
			data   []byte
			absent bool
		}
		answer := within(ctx, hostDeadline, func() (listing, error) {
			data, err := from.List(ctx, tool, rulesLimit)
			if errors.Is(err, fs.ErrNotExist) {
				return listing{absent: true}, nil
			}
			return listing{data: data}, err
		})
		if !answer.OK {
			return nil, false, errors.New(answer.Err)
		}
		return answer.Value.data, answer.Value.absent, nil
	}
	saved := func(tool RuleTool, keep func(*saved, wall) []string) Fact[SavedRules] {
		data, absent, err := list(tool)
		if err != nil {
			return unseen[SavedRules](err)
		}
		if absent {
			return seen(SavedRules{Absent: true, Lines: []string{}})
		}
		parsed := parseSaved(strings.Split(string(data), "\n"))
		out := SavedRules{Listed: true, Seen: parsed.count(), Lines: []string{}}
		size := 0
		for _, line := range keep(parsed, w) {
			if size += len(line); size > rulesKept {
				out.Cut = true
				break
			}
			out.Lines = append(out.Lines, line)
		}
		return seen(out)
	}
	rules := Rules{
		IPv4: saved(IPv4Rules, keepIP),
		IPv6: saved(IPv6Rules, keepIP),
		Link: saved(LinkRules, keepLink),
	}
	data, absent, err := list(NftList)
	switch {
	case err != nil:
		rules.Nft = unseen[NftRules](err)
	case absent:
		rules.Nft = seen(NftRules{Absent: true, Tables: []string{}, Forwards: []NftForward{}})
	default:
		n, err := parseNft(data, w)
		rules.Nft = Fact[NftRules]{OK: err == nil, Value: n}
		if err != nil {
			rules.Nft = unseen[NftRules](err)
		}
	}
	return rules
}

func libvirtChain(name string) bool { return strings.HasPrefix(name, "libvirt-") }

// keepIP keeps what a packet of the machine goes through before libvirt's filter
// and in it, and what sends packets elsewhere.
func keepIP(s *saved, w wall) []string {
	var lines []string
	if t := s.table("filter"); t != nil {
		keep := map[string][]rule{}
		for _, base := range []string{"INPUT", "FORWARD"} {
			c := t.chains[base]
			if c == nil {
				continue
			}
			rules := c.rules
			for i := len(rules) - 1; i >= 0; i-- {
				if libvirtChain(rules[i].target) {
					rules = rules[:i+1]
					break
				}
			}
			t.reach(base, rules, w.mayConcern, keep)
		}
		lines = t.print(keep)
	}
	if t := s.table("nat"); t != nil {
		keep, unrelated := map[string][]rule{}, 0
		for _, name := range t.order {
			for _, r := range t.chains[name].rules {
				to, ok := forwardTarget(r)
				if !ok {
					continue
				}
				if !w.contains(to) {
					if unrelated++; unrelated > unrelatedKept {
						continue
					}
				}
				keep[name] = append(keep[name], r)
			}
		}
		lines = append(lines, t.print(keep)...)
	}
	return lines
}

// keepLink keeps what a frame of the machine goes through in ebtables.
func keepLink(s *saved, w wall) []string {
	var lines []string
	for _, at := range []struct {
		table string
		bases []string
	}{{"nat", []string{"PREROUTING", "POSTROUTING"}}, {"broute", []string{"BROUTING"}}} {
		t := s.table(at.table)
		if t == nil {
			continue
		}
		keep := map[string][]rule{}
		for _, base := range at.bases {
			if c := t.chains[base]; c != nil {
				t.reach(base, c.rules, w.mayConcern, keep)
			}
		}
		lines = append(lines, t.print(keep)...)
	}
	return lines
}

// mayConcern leaves out the rules that are about the taps of other machines.
func (w wall) mayConcern(r rule) bool {
	if slices.Contains(r.words, "!") {
		return true
	}
	for _, options := range [][]string{{"--physdev-in", "--physdev-out"}, {"-i", "-o"}} {
		of := option(r.words, options...)
		if !strings.HasPrefix(of, "vnet") || strings.HasSuffix(of, "+") {
			continue
		}
		if !slices.Contains(w.taps, of) {
			return false
		}
	}
	return true
}

// forwardTarget is where a rule of iptables sends packets to.
func forwardTarget(r rule) (to string, ok bool) {
	switch r.target {
	case "DNAT":
		return option(r.rest, "--to-destination"), true
	case "NETMAP":
		return option(r.rest, "--to"), true
	case "TPROXY":
		return option(r.rest, "--on-ip"), true
	}
	return "", false
}

// contains says whether an address, network or range in the forms of iptables
// (a-b, with a port behind) and nft lies in or over the machine's network.
func (w wall) contains(to string) bool {
	if !w.subnet.IsValid() {
		return false
	}
	if p, err := netip.ParsePrefix(to); err == nil {
		return p.Overlaps(w.subnet)
	}
	first, last, ranged := strings.Cut(to, "-")
	begin, ok := addressOf(first)
	if !ok || w.subnet.Contains(begin) {
		return ok
	}
	end, ok := addressOf(last)
	return ranged && ok && begin.Less(w.subnet.Addr()) && !end.Less(w.subnet.Addr())
}

// addressOf reads an address, with or without a port behind an IPv4 one.
func addressOf(s string) (netip.Addr, bool) {
	if a, err := netip.ParseAddr(s); err == nil {
		return a, true
	}
	if p, err := netip.ParsePrefix(s); err == nil {
		return p.Addr(), true
	}
	before, _, _ := strings.Cut(s, ":")
	a, err := netip.ParseAddr(before)
	return a, err == nil
}
