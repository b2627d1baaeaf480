package warden

// This file: names and addresses as a guest may write them. Two ways to write one host
// must never be two hosts here, nor may an address pass for a name: so there is one
// canonical form, and whatever a resolver or a C library might read as an address is
// one.
//
// Names are ASCII. A name in another script has its xn-- form, which is what goes over
// the wire: programs convert before they ask a proxy. A package that converts weighs
// more than 150 kB in the program, so the warden refuses the other form.

import (
	"net/netip"
	"strings"
)

// kind is what a host turned out to be.
type kind int

const (
	asNothing    kind = iota // neither a name nor an address
	asName                   // a DNS name of at least two labels
	asAddress                // an IP address in its usual form
	asOddAddress             // an address in another form: 0x7f.1, 127.1, ::ffff:10.0.0.1, fe80::1%eth0
)

// canonical returns the one form of host, and what it is. The form of anything but a
// name or an address is "".
func canonical(host string) (string, kind) {
	if host == "" || len(host) > 254 {
		return "", asNothing
	}
	if strings.ContainsAny(host, ":[]%") {
		return canonical6(host)
	}
	name := strings.TrimSuffix(host, ".")
	last := name[strings.LastIndexByte(name, '.')+1:]
	if numeric(last) {
		if addr, err := netip.ParseAddr(host); err == nil && addr.Is4() {
			return addr.String(), asAddress
		}
		return "", asOddAddress
	}
	name = lower(name)
	if !dnsName(name) {
		return "", asNothing
	}
	return name, asName
}

// canonical6 is canonical for what only an IPv6 address may contain.
func canonical6(host string) (string, kind) {
	if inner, ok := strings.CutPrefix(host, "["); ok {
		if inner, ok = strings.CutSuffix(inner, "]"); !ok {
			return "", asNothing
		}
		host = inner
	}
	addr, err := netip.ParseAddr(host)
	switch {
	case err != nil && strings.ContainsAny(host, "[]"):
		return "", asNothing
	case err != nil, addr.Zone() != "", addr.Is4In6(), !addr.Is6():
		return "", asOddAddress
	}
	return addr.String(), asAddress
}

// numeric says that a C library would take a host that ends in this label for an
// address: digits, or 0x and hexadecimal digits.
func numeric(label string) bool {
	if label == "" {
		return false
	}
	digits := true
	for i := range len(label) {
		digits = digits && '0' <= label[i] && label[i] <= '9'
	}
	if digits {
		return true
	}
	hex, ok := strings.CutPrefix(lower(label), "0x")
	if !ok {
		return false
	}
	for i := range len(hex) {
		if c := hex[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// dnsName says that a name without upper case or a dot at the end has two labels or
// more, each of 1 to 63 of a-z, 0-9, - and _, without - at either end.
func dnsName(name string) bool {
	if len(name) > 253 {
		return false
	}
	labels := 0
	for label := range strings.SplitSeq(name, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		for i := range len(label) {
			if c := label[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '_' {
				return false
			}
		}
		labels++
	}
	return labels >= 2
}

// lower is ASCII's lower case: no other letter turns into one of a-z, as K (the sign
// for kelvin) would.
func lower(s string) string {
	for i := range len(s) {
		if 'A' <= s[i] && s[i] <= 'Z' {
			b := []byte(s)
			for ; i < len(b); i++ {
				if 'A' <= b[i] && b[i] <= 'Z' {
					b[i] += 'a' - 'A'
				}
			}
			return string(b)
		}
	}
	return s
}

// match says whether a canonical name is one of a pattern's. Label by label: a * never
// crosses a dot.
func match(pattern, name string) bool {
	for {
		p, ps, pMore := strings.Cut(pattern, ".")
		n, ns, nMore := strings.Cut(name, ".")
		if pMore != nMore || !matchLabel(p, n) {
			return false
		}
		if !pMore {
			return true
		}
		pattern, name = ps, ns
	}
}

// matchLabel matches one label: each * is one or more of a-z, 0-9 and -.
func matchLabel(p, n string) bool {
	lit, rest, star := strings.Cut(p, "*")
	if !star {
		return p == n
	}
	n, ok := strings.CutPrefix(n, lit)
	if !ok {
		return false
	}
	if !strings.Contains(rest, "*") { // the last one: what is left must fit
		n, ok = strings.CutSuffix(n, rest)
		return ok && wild(n)
	}
	for i := 1; i <= len(n) && wild(n[:i]); i++ {
		if matchLabel(rest, n[i:]) {
			return true
		}
	}
	return false
}

// wild says that a * may stand for s.
func wild(s string) bool {
	return s != "" && !strings.Contains(s, "_")
}
