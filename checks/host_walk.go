package checks

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// Walking a packet through rules. Rules are not compared with a list of ours but
// followed, as the kernel would: what counts is whether what must not pass is
// dropped, wherever a rule is missing, added or out of order. A match that is not
// understood may or may not hold, and what then depends on it is not clear.

// packet is an attempt, as a rule sees it.
type packet struct {
	link            bool   // a frame in ebtables, else a packet in iptables
	in, out         string // interface; on the link layer a port of the bridge
	physIn, physOut string // port of the bridge that it came in by, or will leave by
	bridged         bool   // it does not leave the bridge
	source          string // MAC address of the sender
	ether           uint16 // type of the frame
	src, dst        netip.Addr
	protocol        string // tcp, udp, icmp or ipv6-icmp
	sport, dport    int
	state           string     // of the connection tracker
	arpFrom, arpTo  netip.Addr // what an ARP frame says
}

// Types of frames (IEEE 802 numbers).
const (
	etherIPv4 = 0x0800
	etherARP  = 0x0806
	etherVLAN = 0x8100
	etherIPv6 = 0x86dd
	etherLLDP = 0x88cc
)

// tri says whether a rule holds for a packet.
type tri int

const (
	no tri = iota
	maybe
	yes
)

func truth(b bool) tri {
	if b {
		return yes
	}
	return no
}

// ends are how a walk can end.
type ends struct {
	accepted, dropped, through bool
	unclear                    bool // a target or chain that is not known is on the way
}

// closed says that the packet is dropped for certain; open that nothing drops it.
func (e ends) closed() bool {
	return e.dropped && !e.accepted && !e.through && !e.unclear
}

func (e ends) open() bool { return !e.dropped && !e.unclear }

// targets that let a packet go on to the next rule.
var passing = []string{
	"", "LOG", "NFLOG", "ULOG", "TRACE", "AUDIT", "MARK", "CONNMARK", "CT", "NOTRACK", "CLASSIFY", "DSCP", "TOS", "TTL",
	"HL", "TCPMSS", "SET", "CHECKSUM", "CONTINUE", "mark", "log", "nflog", "ulog", "RATEEST", "ACCOUNT", "IDLETIMER",
}

// maxWalked is how many rules one packet is held against: far more than a host
// has, and the end of a walk in circles.
const maxWalked = 20_000

// walk follows a packet through a chain and what it jumps to.
func (t *table) walk(name string, p packet) ends {
	left := maxWalked
	return t.follow(name, p, &left, map[string]bool{})
}

// follow is walk. left are the rules that may still be looked at, within the
// chains that the walk is in: the kernel lets none jump back to one of them.
func (t *table) follow(name string, p packet, left *int, within map[string]bool) ends {
	var e ends
	c := t.chains[name]
	if c == nil || within[name] {
		return ends{unclear: true}
	}
	within[name] = true
	defer delete(within, name)
	for _, r := range c.rules {
		if *left--; *left < 0 {
			e.unclear = true
			return e
		}
		m := p.matches(r)
		if m == no {
			continue
		}
		switch {
		case r.target == "ACCEPT":
			e.accepted = true
		case r.target == "DROP" || r.target == "REJECT":
			e.dropped = true
		case r.target == "RETURN":
			e.through = true
		case slices.Contains(passing, r.target):
			continue
		case t.chains[r.target] != nil:
			sub := t.follow(r.target, p, left, within)
			e.accepted = e.accepted || sub.accepted
			e.dropped = e.dropped || sub.dropped
			e.unclear = e.unclear || sub.unclear
			if r.gone {
				e.through = e.through || sub.through
			} else if sub.through {
				continue
			}
		default:
			e.unclear = true
			continue
		}
		if m == yes {
			return e
		}
	}
	// The end of a chain. Those that a user makes in ebtables have a verdict of
	// their own; those of iptables go back.
	switch {
	case c.policy == "ACCEPT":
		e.accepted = true
	case c.policy == "DROP":
		e.dropped = true
	default:
		e.through = true
	}
	return e
}

// matches holds the words of a rule against a packet.
func (p packet) matches(r rule) tri {
	result := yes
	words := r.words
	for i := 0; i < len(words); {
		negated := false
		if words[i] == "!" {
			negated = true
			i++
		}
		if i >= len(words) {
			return maybe
		}
		name := words[i]
		i++
		if name == "--comment" {
			i++ // whatever it says
			continue
		}
		var values []string
		for i < len(words) && (!strings.HasPrefix(words[i], "-") || len(words[i]) == 1) {
			if words[i] == "!" {
				if len(values) > 0 || i+1 < len(words) && strings.HasPrefix(words[i+1], "-") {
					break // of the next option
				}
				negated = true // ebtables writes it behind the option
				i++
				continue
			}
			values = append(values, words[i])
			i++
		}
		m := p.holds(name, values)
		if negated {
			m = yes - m
		}
		if m == no {
			return no
		}
		result = min(result, m)
	}
	return result
}

// holds decides one option.
func (p packet) holds(name string, values []string) tri {
	value := ""
	if len(values) > 0 {
		value = values[0]
	}
	if len(values) > 1 {
		return maybe
	}
	switch name {
	case "-m", "--match":
		if slices.Contains([]string{"tcp", "udp", "comment", "physdev", "conntrack", "state", "mac"}, value) {
			return yes // its options decide
		}
		return maybe
	case "-i", "--in-interface":
		return device(value, p.in)
	case "-o", "--out-interface":
		return device(value, p.out)
	case "--physdev-in":
		return device(value, p.physIn)
	case "--physdev-out":
		return device(value, p.physOut)
	case "--physdev-is-bridged":
		return truth(p.bridged)
	case "--physdev-is-in":
		return truth(p.physIn != "")
	case "--physdev-is-out":
		return truth(p.physOut != "")
	case "-p", "--protocol", "--proto":
		if p.link {
			return frameType(value, p.ether)
		}
		return protocol(value, p.protocol)
	case "--ip-protocol", "--ip-proto":
		return protocol(value, p.protocol)
	case "-s", "--source", "--src":
		if p.link {
			return hardware(value, p.source)
		}
		return address(value, p.src)
	case "--mac-source":
		return hardware(value, p.source)
	case "--ip-source", "--ip-src":
		return address(value, p.src)
	case "-d", "--destination", "--dst":
		if p.link {
			return maybe // no attempt says which card it is sent to
		}
		return address(value, p.dst)
	case "--ip-destination", "--ip-dst":
		return address(value, p.dst)
	case "--sport", "--source-port", "--ip-sport", "--ip-source-port":
		return portIn(value, p.sport)
	case "--dport", "--destination-port", "--ip-dport", "--ip-destination-port":
		return portIn(value, p.dport)
	case "--ctstate", "--state":
		return truth(slices.Contains(strings.Split(value, ","), p.state))
	case "--ctdir":
		// Who begins a connection sends its packets in the original direction.
		return truth(strings.EqualFold(value, "ORIGINAL"))
	case "--arp-ip-src":
		return address(value, p.arpFrom)
	case "--arp-ip-dst":
		return address(value, p.arpTo)
	case "--arp-mac-src":
		return hardware(value, p.source)
	}
	return maybe
}

func device(pattern, name string) tri {
	if prefix, ok := strings.CutSuffix(pattern, "+"); ok {
		return truth(name != "" && strings.HasPrefix(name, prefix))
	}
	return truth(name == pattern)
}

func address(of string, a netip.Addr) tri {
	if p, err := netip.ParsePrefix(of); err == nil {
		return truth(a.IsValid() && p.Contains(a))
	}
	want, err := netip.ParseAddr(of)
	if err != nil {
		return maybe
	}
	return truth(a.IsValid() && want == a)
}

var protocolNumbers = map[string]string{"1": "icmp", "6": "tcp", "17": "udp", "58": "ipv6-icmp", "icmpv6": "ipv6-icmp"}

func protocol(of, is string) tri {
	if n, ok := protocolNumbers[of]; ok {
		of = n
	}
	if of == "all" || of == "0" {
		return yes
	}
	return truth(strings.EqualFold(of, is))
}

func portIn(of string, port int) tri {
	first, last, ranged := strings.Cut(of, ":")
	if !ranged {
		last = first
	}
	if first == "" {
		first = "0"
	}
	if last == "" {
		last = "65535"
	}
	a, err1 := strconv.Atoi(first)
	b, err2 := strconv.Atoi(last)
	if err1 != nil || err2 != nil {
		return maybe
	}
	return truth(port != 0 && a <= port && port <= b)
}

var frameNames = map[string]uint16{"ipv4": etherIPv4, "arp": etherARP, "ipv6": etherIPv6, "802_1q": etherVLAN}

func frameType(of string, ether uint16) tri {
	if n, ok := frameNames[strings.ToLower(of)]; ok {
		return truth(n == ether)
	}
	n, err := strconv.ParseUint(strings.TrimPrefix(strings.ToLower(of), "0x"), 16, 16)
	if err != nil {
		return maybe
	}
	return truth(uint16(n) == ether)
}

// hardware compares MAC addresses; older ebtables writes 0 for 00.
func hardware(of, is string) tri {
	a, ok := macBytes(of)
	b, ok2 := macBytes(is)
	if !ok || !ok2 {
		return maybe
	}
	return truth(a == b)
}

func macBytes(s string) (mac [6]byte, ok bool) {
	parts := strings.Split(s, ":")
	if len(parts) != 6 {
		return mac, false
	}
	for i, part := range parts {
		n, err := strconv.ParseUint(part, 16, 8)
		if err != nil {
			return mac, false
		}
		mac[i] = byte(n)
	}
	return mac, true
}
