package ui

// The hosts of a way out, and what can be decided about each: the screen and the
// line mode ask the same.

import (
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/clawarium/clawarium/assets/text"
)

// outKind is why a host is on the page.
type outKind string

const (
	outBlocked  outKind = "blocked"
	outOwner    outKind = "owner"
	outNever    outKind = "never"
	outSettings outKind = "settings"
)

// outRow is one host.
type outRow struct {
	kind    outKind
	host    string // in the form that a rule has
	blocked Blocked
	rule    OutRule
}

// hosts are all rows, those of a kind behind one another.
func (o *Out) hosts() []outRow {
	var rows, settings []outRow
	for _, b := range o.Blocked {
		rows = append(rows, outRow{kind: outBlocked, host: b.pattern(), blocked: b})
	}
	for _, r := range o.Rules {
		if r.For == "" || r.For == string(outOwner) {
			rows = append(rows, outRow{kind: outOwner, host: r.Host, rule: r})
		} else {
			settings = append(settings, outRow{kind: outSettings, host: r.Host, rule: r})
		}
	}
	for _, h := range o.Never {
		rows = append(rows, outRow{kind: outNever, host: h})
	}
	return append(rows, settings...)
}

// pattern is the rule that would let it through.
func (b Blocked) pattern() string {
	if _, err := netip.ParseAddr(b.Host); err == nil {
		return net.JoinHostPort(b.Host, strconv.Itoa(b.Port))
	}
	if b.Port == 443 {
		return b.Host
	}
	return b.Host + ":" + strconv.Itoa(b.Port)
}

// plainHost is a host of no more than what a host's name, an address or a rule
// consists of: each other character is a question mark.
func plainHost(host string) (plain string, whole bool) {
	plain = strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune(".-_:*[]", r) {
			return r
		}
		return '?'
	}, host)
	return plain, host != "" && plain == host && len(host) <= longestHost
}

// longestHost is a name of 253 characters with a port.
const longestHost = 259

// tailOf is a host in so many columns; what is cut is its beginning, for who it
// belongs to stands at its end.
func tailOf(host string, width int) string {
	plain, _ := plainHost(host)
	if len(plain) <= width {
		return plain
	}
	return "…" + plain[len(plain)-max(width-1, 0):]
}

// hostInTalk is how much of a host is said in a sentence.
const hostInTalk = 100

func hostSaid(host string) string { return tailOf(host, hostInTalk) }

// outQuestion is a question about the way out. The first of its ways changes nothing.
type outQuestion struct {
	asks, about string
	ways        []outWay
}

// outWay is an answer: what it changes, and what is said when that is done.
type outWay struct {
	does   string
	change OutChange
	done   string
}

// aboutHost asks what is to become of a host on the page.
func aboutHost(r outRow, level string) outQuestion {
	t, said := &text.T().Dashboard.Out, hostSaid(r.host)
	switch r.kind {
	case outOwner:
		return outQuestion{fmt.Sprintf(t.AskRemove, said), t.AskRemoveAbout, []outWay{
			{does: t.LevelNo}, {t.Remove, OutChange{Remove: []string{r.host}}, fmt.Sprintf(t.Removed, said)},
		}}
	case outNever:
		return outQuestion{fmt.Sprintf(t.AskAgain, said), t.AskAgainAbout, []outWay{
			{does: t.LevelNo}, {t.ListIt, OutChange{Remove: []string{r.host}}, fmt.Sprintf(t.Back, said)},
		}}
	}
	_, whole := plainHost(r.host)
	q := outQuestion{fmt.Sprintf(t.AskBlocked, said), outReason(r.blocked, whole), []outWay{{does: t.Leave}}}
	if !whole {
		return q
	}
	if r.blocked.Listable {
		q.ways = append(q.ways, allowing(r.host)...)
		q.about += noEffect(level)
	}
	q.ways = append(q.ways, outWay{t.NeverMore, OutChange{Never: []string{r.host}}, fmt.Sprintf(t.Quiet, said)})
	return q
}

// aboutNew asks whether a host that was typed is to be let through.
func aboutNew(host, level string) outQuestion {
	t := &text.T().Dashboard.Out
	return outQuestion{fmt.Sprintf(t.AskAdd, hostSaid(host)), t.AskAddAbout + noEffect(level),
		append([]outWay{{does: t.LevelNo}}, allowing(host)...)}
}

// aboutLevel asks whether another level is to be in force.
func aboutLevel(level string) outQuestion {
	t, name := &text.T().Dashboard.Out, choiceName("network.level", level)
	return outQuestion{fmt.Sprintf(t.AskLevel, name), behind(text.T().Screen.Meaning["network.level="+level], t.LevelAtOnce),
		[]outWay{{does: t.LevelNo}, {t.LevelYes, OutChange{Level: level}, fmt.Sprintf(t.LevelSet, name)}}}
}

// allowing are the ways in which a host is let through.
func allowing(host string) []outWay {
	t, said := &text.T().Dashboard.Out, hostSaid(host)
	return []outWay{
		{t.ForAnHour, OutChange{Add: []OutRule{{Host: host, Until: time.Hour}}}, fmt.Sprintf(t.AllowedHour, said)},
		{t.Good, OutChange{Add: []OutRule{{Host: host}}}, fmt.Sprintf(t.Allowed, said)},
	}
}

// noEffect says where an allowed name makes no difference just now.
func noEffect(level string) string {
	t := &text.T().Dashboard.Out
	switch level {
	case "offline":
		return "\n" + t.NoEffect
	case "internet":
		return "\n" + t.NoEffectInter
	}
	return ""
}

// hostProblem is what is wrong with a host that was typed.
func hostProblem(s *session, host string) error {
	t := &text.T().Dashboard.Out
	if host == "" {
		return &text.Fault{What: t.NoHost, Hint: t.NoHostHint}
	}
	if _, whole := plainHost(host); !whole {
		return &text.Fault{What: t.NotPlain, Hint: t.TypeHostAbout}
	}
	p, err := s.plan.With("network.allow", host, s.host)
	if err == nil {
		err = problemsOf(p, "network.allow", s.host)
	}
	if err == nil {
		return nil
	}
	said := func(of string) string { return plainly(strings.ReplaceAll(of, "network.allow[0]", "network.allow")) }
	return &text.Fault{What: said(err.Error()), Hint: said(strings.Join(text.Hint(err), " "))}
}
