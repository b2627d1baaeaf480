package checks

// K13 on the way out that there is: what the warden lets through is what the plan
// lets through, and the warden has in force what the machine's file says.

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// ruleForNow is the longest that the owner can let something through for a while.
const ruleForNow = 24 * time.Hour

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
	missing := map[string]bool{}
	for _, r := range want.Rules {
		for _, port := range r.Ports {
			missing[r.Host+":"+strconv.Itoa(port)] = true
		}
	}
	wanted := len(missing)
	for _, r := range file.Rules {
		extra := slices.DeleteFunc(slices.Clone(r.Ports), func(port int) bool {
			key := r.Host + ":" + strconv.Itoa(port)
			_, asked := missing[key]
			if asked && r.Until.IsZero() {
				missing[key] = false
			}
			return asked
		})
		switch {
		case len(extra) == 0 || !r.Until.IsZero() && !r.Until.After(l.evidence.Collected):
		case r.For == "owner" && !r.Until.IsZero() && r.Until.Before(l.evidence.Collected.Add(ruleForNow)):
			l.remark(Host, t.RuleForNow, r.Host, ports(extra), r.Until.UTC().Format(time.RFC3339))
		default:
			l.wrong(Host, t.RuleExtra, r.Host, ports(extra), r.For)
		}
	}
	lost := 0
	for _, is := range missing {
		if is {
			lost++
		}
	}
	if lost > 0 {
		l.remark(Host, t.RulesMissing, lost)
	}
	if len(l.wrongs) == before {
		l.right(Host, t.PolicyFine, file.Level, wanted)
	}
}

func ports(list []int) string {
	words := make([]string, len(list))
	for i, port := range list {
		words[i] = strconv.Itoa(port)
	}
	return strings.Join(words, " ")
}
