package checks

// What only the owner can know. No program sees whether the accounts that the
// agent uses are its own, or whether someone reviewed its memory: the owner is
// asked, and the answer has a date and lapses. A promise never makes up for what
// was seen: where a control has a part that can be looked at, that part decides.

import (
	"slices"
	"sync"
	"time"

	"github.com/clawarium/clawarium/assets/controls"
)

// PromiseDays is for how long a confirmation holds, in days. It is the rhythm of
// reviews that access lists usually have, a quarter of a year.
const PromiseDays = 90

// Standing is what a confirmation is worth at some time.
type Standing string

// The standings.
const (
	NeverConfirmed Standing = "never"
	Confirmed      Standing = "confirmed"
	Lapsed         Standing = "lapsed"
)

// Promise is one question to the owner and how it stands.
type Promise struct {
	Control  ID        `json:"control"`
	Standing Standing  `json:"standing"`
	When     time.Time `json:"when,omitzero"` // of the confirmation
	DaysLeft int       `json:"daysLeft"`      // until it lapses; 0 when it does not hold
}

// Asked lists the controls that have a question to the owner of a machine that
// exists, in order.
func Asked() []ID { return slices.Clone(asked()) }

var asked = sync.OnceValue(func() []ID {
	var ids []ID
	for _, c := range controls.All() {
		if c.Asked && (slices.Contains(c.Stages, "final") || slices.Contains(c.Stages, "hardening")) {
			ids = append(ids, ID(c.ID))
		}
	}
	return ids
})

// Promises says how every question of Asked stands at the time now.
func Promises(given map[ID]time.Time, now time.Time) []Promise {
	var out []Promise
	for _, id := range Asked() {
		out = append(out, promise(id, given, now))
	}
	return out
}

func promise(id ID, given map[ID]time.Time, now time.Time) Promise {
	p := Promise{Control: id, Standing: NeverConfirmed, When: given[id]}
	age := now.Sub(p.When)
	switch {
	// One from the future was made under another clock; it says nothing.
	case p.When.IsZero() || now.IsZero() || age < -24*time.Hour:
		p.When = time.Time{}
	case age > PromiseDays*24*time.Hour:
		p.Standing = Lapsed
	default:
		p.Standing, p.DaysLeft = Confirmed, PromiseDays-int(max(age, 0)/(24*time.Hour))
	}
	return p
}

// asked returns how the control's question stands when the evidence was
// collected; false when it has none.
func (l *look) asked(id ID) (Promise, bool) {
	return promise(id, l.subject.Promises, l.evidence.Collected), slices.Contains(asked(), id)
}

// word adds the owner's word to a control of which the machine's part is judged
// already: a line to show after the evidence, which it is not. Only a lapsed
// confirmation changes anything: what would be met cannot be said any more.
func (l *look) word(id ID) []note {
	p, ok := l.asked(id)
	if !ok || l.owners || l.moot || l.subject.PromisesErr != "" {
		return nil
	}
	t := &l.t.Kept
	question := t.Questions[string(id)]
	switch p.Standing {
	case Confirmed:
		return []note{l.note(true, Owner, t.Confirmed, []any{day(p.When), question})}
	case Lapsed:
		if len(l.wrongs) == 0 && len(l.unknowns) == 0 && len(l.rights) > 0 {
			l.unknown(Owner, t.Lapsed, day(p.When), PromiseDays, string(id), question)
			l.hint = t.ConfirmHint
			return nil
		}
		return []note{l.note(true, Owner, t.Lapsed, []any{day(p.When), PromiseDays, string(id), question})}
	}
	return []note{l.note(true, Owner, t.NotConfirmed, []any{string(id), question})}
}

// day is a date as people write it, the same everywhere.
func day(t time.Time) string { return t.UTC().Format("2006-01-02") }
