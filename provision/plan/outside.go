package plan

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"github.com/clawarium/clawarium/assets/text"
)

// This file reads what names a way out of the machine: the hosts of network.allow
// and the one private address of network.modelServer. Both have one canonical form,
// so that what is compared later is what was meant, however it was written.

// WebPort is the port of an entry of network.allow that names none.
const WebPort = 443

// Limits of a host name, RFC 1035 section 2.3.4, without the dot at its end.
const (
	nameLength  = 253
	labelLength = 63
)

// HostPort reads one entry of network.allow: a host name, a name with one * in it,
// or a public address, with a port unless it is 443. host comes back in lower case,
// without a dot at its end; an address as netip writes it, without brackets. A *
// stands for one or more letters, digits and hyphens, never for a dot: "*.x.org"
// is neither "x.org" nor "a.b.x.org". The error is a *Problem.
func HostPort(entry string) (host string, port int, err error) {
	k := byPath["network.allow"]
	host, port, p := k.hostPort(k.path, entry, Host{})
	if p != nil {
		return "", 0, p
	}
	return host, port, nil
}

func (k *key) hostPort(path, s string, h Host) (string, int, *Problem) {
	o := &text.T().Plan.Outside
	no := func(what, hint string) (string, int, *Problem) {
		p := k.problem(h, s, "", hint)
		p.Key, p.Value = path, bareValue(s)
		p.what = fmt.Sprintf(what, path, p.Value)
		return "", 0, p
	}
	if p := k.unfit(path, s, h); p != nil {
		return "", 0, p
	}
	if bare, more := bareHost(s); more {
		host, port, p := k.hostPort(path, bare, h)
		if p != nil {
			return no(o.More, p.Hint) // what is wrong with the rest
		}
		return no(o.More, fmt.Sprintf(o.OnlyHint, joined(host, port)))
	}
	for _, c := range s {
		if c > '~' {
			return no(o.NotASCII, o.ASCIIHint)
		}
	}
	name, written, ported := strings.Cut(s, ":")
	port := WebPort
	switch {
	case strings.HasPrefix(s, "["):
		end := strings.IndexByte(s, ']')
		if end < 0 || end+1 < len(s) && s[end+1] != ':' {
			return no(o.NotName, o.HostHint)
		}
		name, written, ported = s[1:end], strings.TrimPrefix(s[end+1:], ":"), end+1 < len(s)
		if !strings.Contains(name, ":") {
			return no(o.Odd, o.OddHint)
		}
	case strings.Count(s, ":") > 1: // an IPv6 address alone
		name, ported = s, false
	}
	if ported {
		if port = portNumber(written); port == 0 {
			return no(o.NotPort, o.PortHint)
		}
	}
	if a, err := netip.ParseAddr(name); err == nil {
		switch {
		case a.Zone() != "" || a.Is4In6():
			return no(o.Odd, o.OddHint)
		case !Public(a):
			return no(o.Private, o.PrivateHint)
		}
		return a.String(), port, nil
	}
	name = strings.ToLower(strings.TrimSuffix(name, "."))
	labels := strings.Split(name, ".")
	last := labels[len(labels)-1]
	switch {
	case !nameForm(name, labels):
		return no(o.NotName, o.HostHint)
	case numeric(last):
		return no(o.Odd, o.OddHint)
	case strings.Count(name, "*") > 1:
		return no(o.Stars, o.StarsHint)
	case len(labels) == 1 && !strings.Contains(name, "*") || local(name, last):
		return no(o.Local, o.PrivateHint)
	case strings.Contains(strings.Join(labels[max(0, len(labels)-literal(labels)):], "."), "*"):
		return no(o.Broad, o.BroadHint)
	}
	return name, port, nil
}

// bareHost is what is left of an address of the web without its scheme, user name
// and path; more says that there was one of them.
func bareHost(s string) (bare string, more bool) {
	bare = s
	scheme, rest, ok := strings.Cut(s, "://")
	if ok {
		bare = rest
	}
	if i := strings.IndexAny(bare, `/\?#`); i >= 0 {
		bare = bare[:i]
	}
	bare = bare[strings.LastIndexByte(bare, '@')+1:]
	scheme = strings.ToLower(scheme)
	if more = bare != s; more && ok && (scheme == "http" || scheme == "ws") && (!strings.Contains(bare, ":") || strings.HasSuffix(bare, "]")) {
		bare += ":80"
	}
	return bare, more
}

// bareValue is an entry as it can be shown: what stands before an @ and behind a
// ? or # may be a secret, whatever its form.
func bareValue(s string) string {
	if i := strings.IndexAny(s, "?#"); i >= 0 {
		s = s[:i+1] + "…"
	}
	if i := strings.LastIndexByte(s, '@'); i >= 0 {
		s = "…" + s[i:]
	}
	return mask(s)
}

// portNumber is 0 for what is no port.
func portNumber(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > 65535 || strconv.Itoa(n) != s {
		return 0
	}
	return n
}

// joined writes a host with its port as one enters it.
func joined(host string, port int) string {
	if port == WebPort {
		return host
	}
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	return host + ":" + strconv.Itoa(port)
}

// nameForm accepts names of letters, digits and hyphens, RFC 1123 section 2.1, and
// a *. No underscore: no host has one.
func nameForm(name string, labels []string) bool {
	if len(name) > nameLength {
		return false
	}
	for _, l := range labels {
		if l == "" || len(l) > labelLength || l[0] == '-' || l[len(l)-1] == '-' ||
			strings.Trim(l, "abcdefghijklmnopqrstuvwxyz0123456789-*") != "" {
			return false
		}
	}
	return true
}

// numeric says whether a name that ends so is an address to some program: 127.1,
// 2130706433 and 0x7f.1 all mean 127.0.0.1 (WHATWG URL, "ends in a number").
func numeric(last string) bool {
	if hex, ok := strings.CutPrefix(last, "0x"); ok {
		return strings.Trim(hex, "0123456789abcdef") == ""
	}
	return strings.Trim(last, "0123456789") == ""
}

// local says whether a name is none of the internet's: RFC 6761, 6762 and 8375,
// and what ICANN keeps for private use.
func local(name, last string) bool {
	return last == "localhost" || last == "local" || last == "internal" || name == "home.arpa" || strings.HasSuffix(name, ".home.arpa")
}

// literal is how many labels at the end of a name must have no *: two, and three
// where names are given out below the second one, as below co.uk. This does not
// know every such place; who allows a * should.
func literal(labels []string) int {
	n := len(labels)
	if n >= 2 && len(labels[n-1]) == 2 {
		switch labels[n-2] {
		case "com", "co", "net", "org", "or", "gov", "gob", "go", "edu", "ac", "mil", "ne", "nom":
			return 3
		}
	}
	return 2
}

// ModelServerAddress is network.modelServer, read: the zero AddrPort when there is
// none or it is not valid.
func (n Network) ModelServerAddress() netip.AddrPort {
	a, p := byPath["network.modelServer"].server(n.ModelServer, Host{})
	if p != nil {
		return netip.AddrPort{}
	}
	return a
}

// server reads an explicit address and port in the owner's own network.
func (k *key) server(s string, h Host) (netip.AddrPort, *Problem) {
	o := &text.T().Plan.Outside
	no := func(what, hint string) (netip.AddrPort, *Problem) {
		p := k.problem(h, s, "", hint)
		p.Value = bareValue(s)
		p.what = fmt.Sprintf(what, k.path, p.Value)
		return netip.AddrPort{}, p
	}
	if s == "" {
		return netip.AddrPort{}, nil
	}
	if bare, more := bareHost(s); more {
		a, p := k.server(bare, h)
		switch {
		case bare == "":
			return no(o.NotServer, o.ServerHint)
		case p != nil:
			return no(o.NotServer, p.Hint)
		}
		return no(o.NotServer, fmt.Sprintf(o.OnlyHint, a))
	}
	a, err := netip.ParseAddrPort(s)
	switch {
	case err != nil || a.Port() == 0 || a.Addr().Zone() != "" || a.Addr().Is4In6():
		return no(o.NotServer, o.ServerHint)
	case Public(a.Addr()):
		return no(o.Public, o.PublicHint)
	case !a.Addr().IsPrivate(): // RFC 1918 and RFC 4193
		return no(o.NotOwn, o.NotOwnHint)
	}
	return a, nil
}
