package checks

// K13 on the way out that there is: what the warden lets through is what the plan
// lets through, and the warden has in force what the machine's file says.

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// theWarden is called in either mode: the way out is the same.
func (l *look) theWarden() {
	t := &l.t.Drills
	w, ok := had(l, Host, t.WardenName, l.evidence.Host.Warden)
	if ok && !w.Looked {
		l.unknown(Host, l.t.CouldNotLook, t.WardenName, l.t.Empty)
		ok = false
	}
	if !ok {
		return
	}
	want, file := l.subject.Egress, w.File
	switch {
	case want.Level == "":
		l.unknown(Host, l.t.CouldNotLook, t.WantedName, l.t.NotLookedAt)
	case w.FileErr != "":
		l.unknown(Host, l.t.CouldNotLook, t.WardenName, w.FileErr)
	case file.Level != "":
		l.policy(file, want)
	}
	switch {
	case !w.Running:
		// Nobody serves the way out, so nothing takes it; K18 asks for the warden.
		l.right(Host, t.NothingGetsOut)
	case w.InForce == "" && w.PolicyTrouble != "":
		l.right(Host, t.PolicyTrouble, w.PolicyTrouble)
	case w.InForce == "":
		l.right(Host, t.NoPolicy)
	case w.InForce != file.Hash:
		l.wrong(Host, t.OtherPolicy)
	default:
		l.right(Host, t.ServesPolicy, w.PID)
	}
	if w.Running && !w.Connected {
		l.remark(Host, t.NotConnected, firstOf(w.Trouble, "–"))
	}
}

// policy holds the policy's file against the plan. What it lets through beyond the
// plan is wrong; what it does not let through is the agent's loss alone.
func (l *look) policy(file, want Egress) {
	t := &l.t.Drills
	before := len(l.wrongs)
	if file.Level != want.Level {
		l.wrong(Host, t.LevelIs, file.Level, want.Level)
	}
	if file.Server != want.Server {
		l.wrong(Host, t.ServerIs, firstOf(file.Server, "–"), firstOf(want.Server, "–"))
	}
	wanted, lost := 0, 0
	for _, w := range want.Rules {
		if w.over(l.evidence.Collected) {
			continue
		}
		wanted++
		for _, port := range w.Ports {
			if !slices.ContainsFunc(file.Rules, func(r EgressRule) bool { return w.covers(r, port) && r.covers(w, port) }) {
				lost++
			}
		}
	}
	for _, r := range file.Rules {
		if r.over(l.evidence.Collected) {
			continue
		}
		extra := slices.DeleteFunc(slices.Clone(r.Ports), func(port int) bool {
			return slices.ContainsFunc(want.Rules, func(w EgressRule) bool { return w.covers(r, port) })
		})
		switch {
		case len(extra) > 0:
			l.wrong(Host, t.RuleExtra, r.Host, ports(extra), r.For)
		case !r.Until.IsZero():
			l.remark(Host, t.RuleForNow, r.Host, ports(r.Ports), r.Until.UTC().Format(time.RFC3339))
		}
	}
	if lost > 0 {
		l.remark(Host, t.RulesMissing, lost)
	}
	if len(l.wrongs) == before {
		l.right(Host, t.PolicyFine, file.Level, wanted)
	}
}

func (r EgressRule) over(now time.Time) bool { return !r.Until.IsZero() && !r.Until.After(now) }

// covers says that r lets other's host through on a port, for at least as long.
func (r EgressRule) covers(other EgressRule, port int) bool {
	return r.Host == other.Host && slices.Contains(r.Ports, port) &&
		(r.Until.IsZero() || !other.Until.IsZero() && !other.Until.After(r.Until))
}

func ports(list []int) string {
	words := make([]string, len(list))
	for i, port := range list {
		words[i] = strconv.Itoa(port)
	}
	return strings.Join(words, " ")
}
