package steps

// What the owner lets out, as the command and the screen change it: checked as a
// whole, with every problem told at once.

import (
	"errors"
	"fmt"
	"net"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/provision/plan"
	"github.com/clawarium/clawarium/provision/warden"
)

// MaxWhile is the longest time for which a host can be allowed. What is wanted for
// longer belongs into the plan, where it is seen.
const MaxWhile = 30 * 24 * time.Hour

// WayOut is what the owner lets out.
type WayOut struct {
	Level    string      `json:"level"`
	Channels []string    `json:"channels"`
	Allow    []string    `json:"allow"` // for good
	Server   string      `json:"modelServer"`
	For      []Temporary `json:"for"`   // for a while
	Never    []string    `json:"never"` // blocked names that are not listed again
}

// WayChange is what shall become of it. What is empty stays as it is.
type WayChange struct {
	Level    string
	Server   *string     // empty: none
	Add      []Temporary // as in network.allow; for good without Until
	Remove   []string    // of the owner's own hosts, and of Never
	Never    []string
	Channels []string // to be added
	Without  []string // channels to be taken out
}

// Empty says that nothing shall change.
func (c WayChange) Empty() bool {
	return c.Level == "" && c.Server == nil && len(c.Add)+len(c.Remove)+len(c.Never)+len(c.Channels)+len(c.Without) == 0
}

// entry is a host and port as a person enters them.
func entry(host string, port int) string {
	if port == plan.WebPort {
		return host
	}
	return net.JoinHostPort(host, strconv.Itoa(port))
}

// Change returns w with c. Its error joins everything that is wrong with c.
func (w WayOut) Change(c WayChange, now time.Time) (WayOut, error) {
	t := &text.T().Allow
	var wrong []error
	no := func(what, hint string) { wrong = append(wrong, &text.Fault{What: what, Hint: hint}) }
	read := func(s string) (canonical, host string, ok bool) {
		host, port, err := plan.HostPort(s)
		if err != nil {
			wrong = append(wrong, err)
			return "", "", false
		}
		return entry(host, port), host, true
	}
	w.Allow, w.For, w.Never, w.Channels = slices.Clone(w.Allow), slices.Clone(w.For), slices.Clone(w.Never), slices.Clone(w.Channels)
	if c.Level != "" {
		w.Level = c.Level // the plan's validation knows the levels
	}
	if c.Server != nil {
		w.Server = *c.Server
	}
	for _, s := range c.Remove {
		is, host, ok := read(s)
		if !ok {
			continue
		}
		had := len(w.Allow) + len(w.For) + len(w.Never)
		same := func(s string) bool { h, p, err := plan.HostPort(s); return err == nil && entry(h, p) == is }
		w.Allow = slices.DeleteFunc(w.Allow, same)
		w.For = slices.DeleteFunc(w.For, func(t Temporary) bool { return same(t.Host) })
		w.Never = slices.DeleteFunc(w.Never, func(s string) bool { return s == host })
		if had == len(w.Allow)+len(w.For)+len(w.Never) {
			no(fmt.Sprintf(t.NotYours, is), t.NotYoursHint)
		}
	}
	for _, a := range c.Add {
		is, host, ok := read(a.Host)
		if !ok {
			continue
		}
		w.For = slices.DeleteFunc(w.For, func(t Temporary) bool { return t.Host == is })
		w.Never = slices.DeleteFunc(w.Never, func(s string) bool { return s == host })
		switch {
		case a.Until.IsZero():
			if !slices.Contains(w.Allow, is) {
				w.Allow = append(w.Allow, is)
			}
		case !a.Until.After(now) || a.Until.Sub(now) > MaxWhile:
			no(fmt.Sprintf(t.BadWhile, text.Duration(a.Until.Sub(now))), t.BadWhileHint)
		default:
			w.For = append(w.For, Temporary{is, a.Until.UTC().Truncate(time.Second)})
		}
	}
	for _, s := range c.Never {
		is, host, ok := read(s)
		if !ok {
			continue
		}
		if slices.Contains(w.Allow, is) || slices.ContainsFunc(w.For, func(t Temporary) bool { return t.Host == is }) {
			no(fmt.Sprintf(t.NeverAllowed, is), fmt.Sprintf(t.NeverAllowedHint, is))
			continue
		}
		if !slices.Contains(w.Never, host) {
			w.Never = append(w.Never, host)
		}
	}
	for _, name := range c.Without {
		if !slices.Contains(w.Channels, name) {
			no(fmt.Sprintf(t.NoChannel, name), fmt.Sprintf(t.NoChannelHint, strings.Join(w.Channels, text.T().Checks.ListSeparator)))
		}
		w.Channels = slices.DeleteFunc(w.Channels, func(s string) bool { return s == name })
	}
	for _, name := range c.Channels {
		if !slices.Contains(w.Channels, name) {
			w.Channels = append(w.Channels, name)
		}
	}
	return w, errors.Join(wrong...)
}

// With is the plan with w's part of it.
func (w WayOut) With(p plan.Plan) plan.Plan {
	n := &p.Network
	n.Level, n.Channels, n.Allow, n.ModelServer = w.Level, w.Channels, w.Allow, w.Server
	return p
}

func (w WayOut) allowances() Allowances { return Allowances{Format: 1, For: w.For, Never: w.Never} }

// WayOut is the owner's present decisions. Hosts whose time is up are not among them.
func (e *Env) WayOut() (WayOut, error) {
	n := e.Plan.Network
	a, err := e.allowances()
	now := time.Now()
	a.For = slices.DeleteFunc(a.For, func(t Temporary) bool { return !t.Until.After(now) })
	return WayOut{
		Level: n.Level, Channels: slices.Clone(n.Channels), Allow: slices.Clone(n.Allow), Server: n.ModelServer,
		For: a.For, Never: a.Never,
	}, err
}

// Rules are what the machine's policy lets through, whoever brought it.
func (e *Env) Rules() ([]warden.Rule, error) {
	p, _, err := e.egress()
	return p.Rules, err
}

// Blocked are the names that were refused, the last one first; those that the owner
// said never to are not among them.
func (e *Env) Blocked() ([]warden.Blocked, error) {
	all, err := e.blocked()
	if err != nil {
		return nil, err
	}
	a, err := e.allowances()
	all = slices.DeleteFunc(all, func(b warden.Blocked) bool { return slices.Contains(a.Never, b.Host) })
	sort.SliceStable(all, func(i, j int) bool { return all[i].Last.After(all[j].Last) })
	return all, err
}

// Allowable says whether a name that was refused for this reason is let through once
// it is allowed.
func Allowable(reason warden.Reason) bool {
	return reason == warden.ReasonNotListed || reason == warden.ReasonExpired || reason == warden.ReasonDirect
}
