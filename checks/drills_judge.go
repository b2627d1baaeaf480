package checks

// What is made of a round of attempts. An attempt that got out makes a control not
// met; one that was refused counts only when the host saw for itself that it came out
// of the machine and was dropped, or refused in the warden's record. "Nothing answered"
// alone could also mean that nothing was sent.

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// maxTries is how many attempts of a round are looked at; one has some three hundred.
const maxTries = 2000

// drills looks at the attempts that a control has a say in.
func (l *look) drills(id ID) {
	t := &l.t.Drills
	d, ok := had(l, Host, t.Name, l.evidence.Host.Drills)
	switch {
	case !ok:
		l.hint = cmp.Or(l.hint, t.Hint)
		return
	case d.Stale == StaleWalls:
		l.unknown(Host, t.OtherWalls, sinceWhen(l, d))
	case d.Stale != "":
		l.unknown(Host, t.TooOld, sinceWhen(l, d))
	}
	if d.Stale != "" {
		l.hint = cmp.Or(l.hint, t.Hint)
	}
	j := &judgement{look: l, id: id, round: d, made: map[string]bool{}}
	for _, try := range d.Tries[:min(len(d.Tries), maxTries)] {
		if kind, known := drillOf(try.Name); known && slices.Contains(kind.controls, id) {
			j.try(kind, try)
		}
	}
	j.summary()
}

// sinceWhen is how long ago a round was, in hours.
func sinceWhen(l *look, d Drills) int {
	return int(max(l.evidence.Collected.Sub(d.When), 0) / time.Hour)
}

// judgement of one control's attempts.
type judgement struct {
	*look
	id    ID
	round Drills
	made  map[string]bool // what was really tried, by drill and player

	refused  map[string]int // by who tried
	dropped  int
	inWarden int
	inside   int // that the guest did not even send
	unseen   int // that nobody but the guest says anything of
	passed   int // that the filter let pass, and nothing answered
}

func (j *judgement) try(kind drill, try Try) {
	t := &j.t.Drills
	if j.refused == nil {
		j.refused = map[string]int{}
	}
	what := []any{named(t.Names, try.Name), named(t.Who, try.Who), try.To}
	key := try.Name + " " + try.Who
	switch {
	case kind.twin && kind.proxy:
		j.allowed(try, what)
	case kind.twin && try.Answer == Open:
		j.made[key] = true
	case kind.twin:
		j.unknown(InGuest, t.TwinFailed, append(what, try.Answer)...)
		j.made[key] = true
	case try.Answer == Open:
		j.wrong(InGuest, t.Out, what...)
		j.made[key] = true
	case kind.proxy:
		j.asked(try, what, key)
	case try.Name == "own card":
		j.made[key] = true
		j.refused[try.Who]++
	default:
		j.sent(try, what, key)
	}
}

// sent is an attempt on the card.
func (j *judgement) sent(try Try, what []any, key string) {
	t := &j.t.Drills
	switch {
	case try.Sent <= 0:
		j.inside++
		return
	case !j.round.Counted:
		j.unseen++
	case !j.subject.System && try.Opened > 0:
		j.wrong(Host, t.Opened, append(what, try.By)...)
	case !j.subject.System || try.Dropped >= try.Sent:
		j.refused[try.Who]++
		j.dropped += try.Sent
	case try.Entered < try.Sent:
		// The guest says that it sent more than came out of its card.
		j.unknown(Host, t.NeverSent, append(what, try.Sent, max(try.Entered, 0))...)
	case j.id != "K13":
		// The wall is K13's; here the question is who answers.
		j.passed++
	default:
		j.wrong(Host, t.Through, append(what, try.Sent-max(try.Dropped, 0), try.Sent)...)
	}
	j.made[key] = true
}

// asked is an attempt by way of the proxy.
func (j *judgement) asked(try Try, what []any, key string) {
	t := &j.t.Drills
	j.made[key] = true
	switch {
	case try.Passed:
		j.wrong(Host, t.LetThrough, what...)
	case try.By == "":
		j.unknown(Host, t.NotInRecord, append(what, try.Answer)...)
	default:
		j.refused[try.Who]++
		j.inWarden++
	}
}

// allowed is the one that has to work.
func (j *judgement) allowed(try Try, what []any) {
	t := &j.t.Drills
	switch {
	case try.Passed && try.Answer == Open:
		j.right(Host, t.Allowed, what...)
	case slices.Contains(outsideReasons, try.By):
		// The warden would, and this computer does not get there.
		j.remark(Host, t.AllowedOffline, append(what, try.By)...)
	default:
		j.unknown(Host, t.AllowedFailed, append(what, cmp.Or(try.By, try.Answer))...)
	}
}

// summary says what of everything held, and what was not tried.
func (j *judgement) summary() {
	t := &j.t.Drills
	var missing []string
	for _, kind := range drillTable {
		if kind.optional || kind.system && !j.subject.System || !slices.Contains(kind.controls, j.id) || kind.proxy && !j.round.Proxy {
			continue
		}
		// What an account cannot do at all, the machine's root has done.
		if who := DrillRoot; !j.made[kind.name+" "+who] {
			missing = append(missing, named(t.Names, kind.name))
		}
	}
	if len(missing) > 0 {
		j.unknown(InGuest, t.NotTried, strings.Join(missing, j.t.ListSeparator))
	}
	if j.id == "K13" {
		if len(j.round.Strays) > 0 {
			j.wrong(InGuest, t.CameIn, strings.Join(j.round.Strays[:min(len(j.round.Strays), 10)], j.t.ListSeparator))
		}
		if j.round.Left != "" {
			j.wrong(InGuest, t.NotPutBack, named(t.Leftovers, j.round.Left))
		}
	}
	if j.round.Firewall == FirewallKept {
		// What it stops never comes out, and is not counted as refused outside.
		j.remark(InGuest, t.FirewallKept)
	}
	if j.unseen > 0 {
		j.unknown(Host, t.Uncounted, j.unseen, cmp.Or(j.round.CountErr, j.t.NotLookedAt))
	}
	hours := sinceWhen(j.look, j.round)
	for _, who := range bothPlayers {
		if n := j.refused[who]; n > 0 {
			j.right(Host, t.Refused, n, named(t.Who, who), hours)
		}
	}
	switch {
	case j.dropped > 0 && j.subject.System:
		j.right(Host, t.Dropped, j.dropped)
	case j.dropped > 0:
		j.right(Host, t.NoneOpened, j.dropped)
	}
	if j.inWarden > 0 {
		j.right(Host, t.InRecord, j.inWarden)
	}
	if j.passed > 0 {
		j.remark(Host, t.PassedUnanswered, j.passed)
	}
	if j.inside > 0 {
		j.remark(InGuest, t.NotSent, j.inside)
	}
}

// remark notes something that is no reason for any status.
func (l *look) remark(where Place, format string, args ...any) {
	l.remarks = append(l.remarks, l.note(true, where, format, args))
}
