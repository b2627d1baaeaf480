package warden

// This file: the decision by name. A policy is compiled once; a thousand rules then
// cost what one costs.

import (
	"net/netip"
	"strings"
	"time"
)

// Reason is the fixed word for why something was refused or cut.
type Reason string

// The reasons. text.Warden.Reasons has a sentence for each.
const (
	ReasonPolicy    Reason = "policy"         // no valid policy is in force
	ReasonOffline   Reason = "offline"        // the level is offline
	ReasonNever     Reason = "never"          // the owner said never to this host
	ReasonNotListed Reason = "not-listed"     // no rule names this host with this port
	ReasonExpired   Reason = "expired"        // the rule that did is over
	ReasonDirect    Reason = "direct-address" // an address instead of a name, and not a listed one
	ReasonNoName    Reason = "no-name"        // neither a name nor an address, or TLS without a name
	ReasonLookup    Reason = "lookup"         // the name has no address
	ReasonAddress   Reason = "address"        // the name's addresses are private or reserved
	ReasonMixed     Reason = "mixed"          // some of them are
	ReasonOwn       Reason = "own-address"    // an address of this computer
	ReasonConnect   Reason = "connect"        // allowed, but no connection came about
	ReasonMismatch  Reason = "name-mismatch"  // TLS names another host than was asked for
	ReasonNotTLS    Reason = "not-tls"        // port 443 without TLS, or TLS that cannot be read
	ReasonRequest   Reason = "bad-request"    // not a request that the warden serves
	ReasonSlow      Reason = "slow"           // the request, or its first bytes, took too long
	ReasonIdle      Reason = "idle"           // no byte either way for too long
	ReasonTooMany   Reason = "too-many"       // too many at once
	ReasonBytes     Reason = "bytes"          // more bytes than one connection may carry
	ReasonLog       Reason = "log"            // the decision could not be logged
)

// Decision is what the name alone decides.
type Decision struct {
	Allow  bool
	Reason Reason // why not; empty when allowed
	Host   string // in canonical form; empty when it is neither a name nor an address
	// Address is set when the host is an address that may be connected to.
	Address netip.Addr
	Server  bool      // it is the model server
	Rule    string    // what lets it through: a rule's For, "internet" or "server"
	Until   time.Time // when that ends; zero for never
}

// compiled is a policy made for looking up. The zero value refuses everything.
type compiled struct {
	policy Policy
	exact  map[string][]*Rule // by canonical name or address
	wild   map[string][]*Rule // by the labels behind the last one with a *
	quiet  map[string]bool
	hushed []string // patterns among the quiet ones
	server netip.AddrPort
}

// compile trusts that p is valid; a rule that is not matches nothing.
func compile(p Policy) *compiled {
	c := &compiled{policy: p, exact: map[string][]*Rule{}, wild: map[string][]*Rule{}, quiet: map[string]bool{}}
	for i := range p.Rules {
		r := &p.Rules[i]
		if star := strings.LastIndexByte(r.Host, '*'); star >= 0 {
			_, behind, _ := strings.Cut(r.Host[star:], ".")
			c.wild[behind] = append(c.wild[behind], r)
		} else {
			c.exact[r.Host] = append(c.exact[r.Host], r)
		}
	}
	for _, q := range p.Quiet {
		if strings.Contains(q, "*") {
			c.hushed = append(c.hushed, q)
		} else {
			c.quiet[q] = true
		}
	}
	if p.Server != "" {
		c.server, _ = parseServer(p.Server)
	}
	return c
}

// decide is Policy.Decide. A nil policy is one that could not be read.
func (c *compiled) decide(host string, port int, now time.Time) Decision {
	name, what := canonical(host)
	d := Decision{Host: name}
	switch {
	case c == nil || c.policy.Format != PolicyFormat:
		d.Reason = ReasonPolicy
	case what == asNothing || port < 1 || port > 65535:
		d.Reason = ReasonNoName
	case c.policy.Level == LevelOffline:
		d.Reason = ReasonOffline
	case what == asOddAddress:
		d.Reason = ReasonDirect
	case c.never(name):
		d.Reason = ReasonNever
	case what == asAddress:
		d.direct(c, port, now)
	default:
		d.named(c, port, now)
	}
	d.Allow = d.Reason == ""
	return d
}

func (c *compiled) never(name string) bool {
	if c.quiet[name] {
		return true
	}
	for _, q := range c.hushed {
		if match(q, name) {
			return true
		}
	}
	return false
}

// direct decides about an address: only one that is listed as such.
func (d *Decision) direct(c *compiled, port int, now time.Time) {
	addr := netip.MustParseAddr(d.Host) // canonical made it
	if c.server.IsValid() && c.server == netip.AddrPortFrom(addr, uint16(port)) {
		d.Address, d.Server, d.Rule = addr, true, "server"
		return
	}
	rule, expired := pick(c.exact[d.Host], "", port, now)
	switch {
	case rule != nil:
		d.Address, d.Rule, d.Until = addr, rule.For, rule.Until
	case expired:
		d.Reason = ReasonExpired
	default:
		d.Reason = ReasonDirect
	}
}

// named decides about a name.
func (d *Decision) named(c *compiled, port int, now time.Time) {
	rule, expired := pick(c.exact[d.Host], "", port, now)
	for behind := d.Host; rule == nil && len(c.wild) > 0; {
		_, rest, more := strings.Cut(behind, ".")
		if !more {
			break
		}
		behind = rest
		r, e := pick(c.wild[behind], d.Host, port, now)
		rule, expired = r, expired || e
	}
	switch {
	case rule != nil:
		d.Rule, d.Until = rule.For, rule.Until
	case c.policy.Level == LevelInternet:
		d.Rule = LevelInternet
	case c.policy.Level != LevelAllowlist:
		d.Reason = ReasonPolicy
	case expired:
		d.Reason = ReasonExpired
	default:
		d.Reason = ReasonNotListed
	}
}

// pick finds the rule for port that lasts longest. name is matched against the rules'
// patterns unless it is empty.
func pick(rules []*Rule, name string, port int, now time.Time) (best *Rule, expired bool) {
	for _, r := range rules {
		if !hasPort(r, port) || name != "" && !match(r.Host, name) {
			continue
		}
		switch {
		case r.Until.IsZero():
			return r, false
		case !now.Before(r.Until):
			expired = true
		case best == nil || r.Until.After(best.Until):
			best = r
		}
	}
	return best, expired
}

func hasPort(r *Rule, port int) bool {
	for _, p := range r.Ports {
		if p == port {
			return true
		}
	}
	return false
}
