package checks

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"slices"
	"strings"
	"unicode"

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

// NftRules is what nft knows besides.
type NftRules struct {
	Absent   bool         `json:"absent,omitempty"`
	Listed   bool         `json:"listed"`
	Seen     int          `json:"seen"`
	Tables   []string     `json:"tables"` // libvirt's own, "family name"
	Forwards []NftForward `json:"forwards"`
	Cut      bool         `json:"cut,omitempty"`
}

func (r SavedRules) state() (looked, cut bool) { return r.Absent || r.Listed, r.Cut }
func (r NftRules) state() (looked, cut bool)   { return r.Absent || r.Listed, r.Cut }

// NftForward is a rule that sends packets to another address.
type NftForward struct {
	Table   string   `json:"table"` // "family name chain"
	Kind    string   `json:"kind"`  // dnat, or the name of an iptables target that nft cannot read
	To      []string `json:"to"`    // addresses, networks, ranges
	Unclear bool     `json:"unclear,omitempty"`
}

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
	t := text.T().Checks.Host
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

// saved is a listing: tables of chains of rules.
type saved struct {
	tables []*table
}

type table struct {
	name   string
	chains map[string]*chain
	order  []string
}

type chain struct {
	policy string // ACCEPT, DROP, or "-": back to whence it was jumped from
	rules  []rule
}

// rule is one line, in words; target and whether it is gone to without coming back.
type rule struct {
	line   string
	words  []string // up to the target
	target string
	gone   bool
	rest   []string // the target's own options
}

func (s *saved) table(name string) *table {
	for _, t := range s.tables {
		if t.name == name {
			return t
		}
	}
	return nil
}

func (s *saved) count() (n int) {
	for _, t := range s.tables {
		for _, c := range t.chains {
			n += len(c.rules)
		}
	}
	return n
}

// parseSaved reads the form in which iptables-save, ip6tables-save and
// ebtables-save print. What it does not know it leaves out.
func parseSaved(lines []string) *saved {
	s := &saved{}
	var t *table
	at := func(name string) *chain {
		c := t.chains[name]
		if c == nil {
			c = &chain{policy: "-"}
			t.chains[name] = c
			t.order = append(t.order, name)
		}
		return c
	}
	for _, line := range lines {
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "*"):
			if t = s.table(line[1:]); t == nil {
				t = &table{name: line[1:], chains: map[string]*chain{}}
				s.tables = append(s.tables, t)
			}
		case t == nil:
		case strings.HasPrefix(line, ":"):
			f := strings.Fields(line[1:])
			if len(f) >= 2 {
				at(f[0]).policy = f[1]
			}
		case strings.HasPrefix(line, "-A ") || strings.HasPrefix(line, "["):
			words := splitWords(line)
			for len(words) > 0 && strings.HasPrefix(words[0], "[") {
				words = words[1:] // counters
			}
			if len(words) < 2 || words[0] != "-A" {
				continue
			}
			r := rule{line: strings.Join(words, " "), words: words[2:]}
			if !strings.HasPrefix(line, "[") {
				r.line = line
			}
			for i, w := range r.words {
				if (w == "-j" || w == "-g" || w == "--jump" || w == "--goto") && i+1 < len(r.words) {
					r.target, r.gone = r.words[i+1], w == "-g" || w == "--goto"
					r.words, r.rest = r.words[:i], r.words[i+2:]
					break
				}
			}
			c := at(words[1])
			c.rules = append(c.rules, r)
		}
	}
	return s
}

// splitWords splits at white space; a double quote begins or ends a stretch that
// is one word, in which a backslash takes the next character as it is.
func splitWords(line string) []string {
	if !strings.ContainsAny(line, `"\`) {
		return strings.Fields(line)
	}
	var words []string
	var b strings.Builder
	quoted, escaped, begun := false, false, false
	for _, r := range line {
		switch {
		case escaped:
			b.WriteRune(r)
			escaped = false
		case quoted && r == '\\':
			escaped = true
		case r == '"':
			quoted, begun = !quoted, true
		case !quoted && unicode.IsSpace(r):
			if begun || b.Len() > 0 {
				words = append(words, b.String())
				b.Reset()
				begun = false
			}
		default:
			b.WriteRune(r)
		}
	}
	if begun || b.Len() > 0 {
		words = append(words, b.String())
	}
	return words
}

// option is the value of the option in a rule's words, "" when it has none.
func option(words []string, names ...string) string {
	for i, w := range words {
		if slices.Contains(names, w) && i+1 < len(words) {
			if words[i+1] == "!" && i+2 < len(words) {
				return words[i+2]
			}
			return words[i+1]
		}
	}
	return ""
}

// print gives chains of a table back in the form in which they were read.
func (t *table) print(keep map[string][]rule) []string {
	lines := []string{"*" + t.name}
	for _, name := range t.order {
		if _, ok := keep[name]; ok {
			lines = append(lines, ":"+name+" "+t.chains[name].policy)
		}
	}
	for _, name := range t.order {
		for _, r := range keep[name] {
			lines = append(lines, r.line)
		}
	}
	return lines
}

// reach adds a chain and all that can be reached from it to keep.
func (t *table) reach(name string, rules []rule, concerns func(rule) bool, keep map[string][]rule) {
	kept := []rule{}
	for _, r := range rules {
		if concerns(r) {
			kept = append(kept, r)
		}
	}
	keep[name] = kept
	for _, r := range kept {
		if c := t.chains[r.target]; c != nil {
			if _, done := keep[r.target]; !done {
				t.reach(r.target, c.rules, concerns, keep)
			}
		}
	}
}

// libvirtChain tells the chains that libvirt's network filter jumps from.
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

// nftObject is one element of nft's JSON.
type nftObject struct {
	Table *nftNamed `json:"table"`
	Map   *nftNamed `json:"map"`
	Rule  *struct {
		nftNamed
		Expr []map[string]json.RawMessage `json:"expr"`
	} `json:"rule"`
}

type nftNamed struct {
	Family string          `json:"family"`
	Name   string          `json:"name"`
	Table  string          `json:"table"`
	Chain  string          `json:"chain"`
	Elem   json.RawMessage `json:"elem"`
}

// parseNft reads `nft -j list ruleset`.
func parseNft(data []byte, w wall) (NftRules, error) {
	var doc struct {
		Nftables []json.RawMessage `json:"nftables"`
	}
	if err := json.Unmarshal(data, &doc); err != nil {
		return NftRules{}, errors.New(text.T().Checks.NotJSON)
	}
	out := NftRules{Listed: true, Tables: []string{}, Forwards: []NftForward{}}
	maps := map[string]json.RawMessage{}
	var objects []nftObject
	for _, raw := range doc.Nftables {
		var o nftObject
		if json.Unmarshal(raw, &o) != nil {
			continue // of a kind that is none of these
		}
		switch {
		case o.Table != nil && strings.HasPrefix(o.Table.Name, "libvirt") && len(out.Tables) < 20:
			out.Tables = append(out.Tables, clean(o.Table.Family+" "+o.Table.Name, 80))
		case o.Map != nil:
			maps[o.Map.Family+" "+o.Map.Table+" @"+o.Map.Name] = o.Map.Elem
		case o.Rule != nil:
			objects = append(objects, o)
		}
	}
	unrelated, size := 0, 0
	for _, o := range objects {
		out.Seen++
		for _, e := range o.Rule.Expr {
			f := NftForward{Table: clean(o.Rule.Family+" "+o.Rule.Table+" "+o.Rule.Chain, 120), To: []string{}}
			if raw, ok := e["dnat"]; ok {
				f.Kind = "dnat"
				f.To, f.Unclear = nftTargets(raw, func(name string) json.RawMessage {
					return maps[o.Rule.Family+" "+o.Rule.Table+" "+name]
				})
			} else if raw, ok := e["xt"]; ok {
				var xt struct{ Name string }
				_ = json.Unmarshal(raw, &xt) // nameless then, and none of these
				if !slices.Contains([]string{"DNAT", "NETMAP", "TPROXY"}, xt.Name) {
					continue
				}
				f.Kind = xt.Name
			} else {
				continue
			}
			if f.Unclear || slices.ContainsFunc(f.To, w.contains) {
				if len(f.To) > 10 {
					f.To = slices.DeleteFunc(f.To, func(to string) bool { return !w.contains(to) })
				}
			} else if unrelated++; unrelated > unrelatedKept {
				continue
			}
			f.To = f.To[:min(len(f.To), 10)]
			if size += len(f.Table) + 20*len(f.To) + 60; size > rulesKept {
				out.Cut = true
				break
			}
			out.Forwards = append(out.Forwards, f)
		}
	}
	return out, nil
}

// nftTargets lists the addresses of a dnat statement, those of the maps that it
// names included. Unclear means that it has an address of a form that is not known.
func nftTargets(raw json.RawMessage, named func(string) json.RawMessage) (to []string, unclear bool) {
	to = []string{}
	var statement struct {
		Addr json.RawMessage `json:"addr"`
	}
	if json.Unmarshal(raw, &statement) != nil {
		return to, true
	}
	if len(statement.Addr) == 0 || string(statement.Addr) == "null" {
		return to, false // another port of this host
	}
	var walk func(raw json.RawMessage, depth int)
	walk = func(raw json.RawMessage, depth int) {
		if depth > 12 || len(to) > 5000 {
			unclear = true
			return
		}
		var s string
		if json.Unmarshal(raw, &s) == nil {
			if strings.HasPrefix(s, "@") {
				if elem := named(s); len(elem) > 0 {
					walk(elem, depth+1)
				} else {
					unclear = true // of a map that is filled while it is used
				}
			} else if _, ok := addressOf(s); ok {
				to = append(to, s)
			}
			return
		}
		var list []json.RawMessage
		if json.Unmarshal(raw, &list) == nil {
			for _, l := range list {
				walk(l, depth+1)
			}
			return
		}
		var object map[string]json.RawMessage
		if json.Unmarshal(raw, &object) != nil {
			return // a number
		}
		if p, ok := object["prefix"]; ok {
			var prefix struct {
				Addr string
				Len  int
			}
			if json.Unmarshal(p, &prefix) == nil {
				to = append(to, fmt.Sprintf("%s/%d", prefix.Addr, prefix.Len))
				return
			}
		}
		if r, ok := object["range"]; ok {
			var ends []string
			if json.Unmarshal(r, &ends) == nil && len(ends) == 2 {
				to = append(to, ends[0]+"-"+ends[1])
				return
			}
		}
		if m, ok := object["map"]; ok {
			var of struct {
				Data json.RawMessage `json:"data"`
			}
			if json.Unmarshal(m, &of) == nil && len(of.Data) > 0 {
				walk(of.Data, depth+1)
				return
			}
		}
		for _, k := range []string{"set", "concat", "elem", "val"} {
			if v, ok := object[k]; ok {
				walk(v, depth+1)
			}
		}
	}
	walk(statement.Addr, 0)
	return to, unclear || len(to) == 0
}
