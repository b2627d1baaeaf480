package checks

import (
	"cmp"
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"
	"unicode"

	"github.com/clawarium/clawarium/assets/controls"
	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/provision/plan"
)

// judged is a control and its judge.
type judged struct {
	id    ID
	judge func(*look)
}

// registry holds the judge of every control that this version looks at, in the
// order of their numbers. Each has a file of its own.
var registry = func() []judged {
	all := slices.Concat([]judged{
		{"K1", sealed},
		{"K3", loopback},
		{"K5", remoteAccess},
		{"K6", token},
		{"K8", account},
		{"K10", paths},
		{"K11", readOnly},
		{"K15", provenance},
	}, hostControls, guestControls, keptControls)
	sort.Slice(all, func(i, j int) bool { return number(all[i].id) < number(all[j].id) })
	return all
}()

// number is what a control's ID ends with.
func number(id ID) int {
	n, _ := strconv.Atoi(strings.TrimPrefix(string(id), "K"))
	return n
}

// Judged lists the controls that Judge has a verdict on, in order.
func Judged() []ID {
	ids := make([]ID, len(registry))
	for i, r := range registry {
		ids[i] = r.id
	}
	return ids
}

// Unjudged lists the controls of the catalogue that this version does not look at.
func Unjudged() []ID {
	var ids []ID
	for _, c := range controls.All() {
		if !slices.Contains(Judged(), ID(c.ID)) {
			ids = append(ids, ID(c.ID))
		}
	}
	return ids
}

// Judge returns one finding for every control in Judged, in that order. It is
// pure but for the language of its words, and total: whatever the evidence is,
// there is a verdict, and what was not seen never makes one that is met.
func Judge(p plan.Plan, e Evidence) []Finding {
	findings := make([]Finding, 0, len(registry))
	judgeEach(p, e, func(id ID, l *look) { findings = append(findings, l.finding(id)) })
	return findings
}

// judgeEach has every control judged, in order.
func judgeEach(p plan.Plan, e Evidence, judged func(ID, *look)) {
	e.Subject = e.Subject.complete()
	t := &text.T().Checks
	definitions := []definition{
		{name: t.LiveXML, fact: e.Libvirt.Live, live: true, root: domain(e.Libvirt.Live.Value)},
		{name: t.InactiveXML, fact: e.Libvirt.Inactive, root: domain(e.Libvirt.Inactive.Value)},
	}
	for _, r := range registry {
		l := &look{t: t, plan: p, subject: e.Subject, evidence: e, definitions: definitions}
		r.judge(l)
		judged(r.id, l)
	}
}

// look is one control being judged: what there is to look at, and what was
// noted so far.
type look struct {
	t        *text.Checks
	plan     plan.Plan
	subject  Subject
	evidence Evidence

	definitions []definition

	wrongs, unknowns, rights []note

	remarks []note // shown, and no reason for any status

	hint   string // what to do when it is not checked, where the usual words do not help
	moot   bool   // it has nothing to say about this machine as it is
	owners bool   // it rests on the owner's word, whatever else was seen
}

// definition is the domain as it runs or as it will start next time.
type definition struct {
	name string
	fact Fact[string]
	live bool
	root *node // nil when it is no domain
}

// domains yields the definitions that could be looked at, and notes of the
// others why not.
func (l *look) domains(yield func(definition) bool) {
	for _, d := range l.definitions {
		_, ok := had(l, Libvirt, d.name, d.fact)
		switch {
		case !ok:
		case d.root == nil:
			l.unknown(Libvirt, l.t.NotADomain, d.name)
		case l.subject.UUID == "" || !strings.EqualFold(d.root.at("uuid").value(), l.subject.UUID):
			l.unknown(Libvirt, l.t.OtherDomain, d.name, d.root.at("uuid").value(), l.subject.UUID)
		case d.live && d.root.attr("id") == "":
			l.unknown(Libvirt, l.t.NotRunning)
		case !yield(d):
			return
		}
	}
}

type note struct {
	where Place
	line  string
}

// Lines are for people, and parts of them come from a guest that may be hostile.
const (
	maxLine  = 400 // runes
	maxNotes = 24  // of each kind; the rest is counted
)

// note makes a line. What the guest claims is said to be its claim.
func (l *look) note(claimed bool, where Place, format string, args []any) note {
	for i, a := range args {
		if s, ok := a.(string); ok {
			args[i] = clean(s, maxLine*3/4)
		}
	}
	line := format
	if len(args) > 0 {
		line = fmt.Sprintf(format, args...)
	}
	switch {
	case where == InGuest && claimed:
		line = fmt.Sprintf(l.t.ReportedByGuest, line)
	case where == Owner:
		line = fmt.Sprintf(l.t.Kept.YourWord, line)
	}
	return note{where, clean(line, maxLine)}
}

// wrong notes something that must not be: the control is not met.
func (l *look) wrong(where Place, format string, args ...any) {
	l.wrongs = append(l.wrongs, l.note(true, where, format, args))
}

// unknown notes something that could not be looked at: the control is not met
// or not checked, never met.
func (l *look) unknown(where Place, format string, args ...any) {
	l.unknowns = append(l.unknowns, l.note(false, where, format, args))
}

// right notes something that was seen and is as it should be.
func (l *look) right(where Place, format string, args ...any) {
	l.rights = append(l.rights, l.note(true, where, format, args))
}

// had returns the fact's value, or notes what could not be looked at and why.
func had[T any](l *look, where Place, what string, f Fact[T]) (value T, ok bool) {
	if !f.OK {
		l.unseen(where, what, f.Err)
		return value, false
	}
	return f.Value, true
}

func (l *look) unseen(where Place, what, why string) {
	if why == "" && where == InGuest {
		why = l.evidence.Guest.Report.Err
	}
	if why == "" {
		why = l.t.NotLookedAt
	}
	l.unknown(where, l.t.CouldNotLook, what, why)
}

func (l *look) finding(id ID) Finding {
	words := l.t.Controls[string(id)]
	f := Finding{Control: id, Title: words.Title, Why: words.Why, Evidence: []string{}, Where: []Place{}, Clauses: []string{}, Fix: []string{}}
	if c, ok := controls.Get(string(id)); ok {
		f.Clauses = append(f.Clauses, c.Clauses...)
	}
	f.Fix = append(f.Fix, l.subject.Ensures[id]...)
	word := l.word(id)
	switch {
	case len(l.wrongs) > 0:
		f.Status, f.Hint = NotMet, words.Do
	case len(l.unknowns) > 0 || len(l.rights) == 0:
		f.Status, f.Hint = NotChecked, cmp.Or(l.hint, l.t.NotCheckedHint)
	case l.moot:
		f.Status = NotApplicable
	case l.owners:
		f.Status = Attested
	default:
		f.Status = Met
	}
	for _, notes := range [][]note{l.wrongs, l.unknowns, l.rights, l.remarks, word} {
		for i, n := range notes {
			if i == maxNotes {
				f.Evidence = append(f.Evidence, fmt.Sprintf(l.t.AndMore, len(notes)-maxNotes))
				break
			}
			f.Evidence = append(f.Evidence, n.line)
		}
		for _, n := range notes {
			if !slices.Contains(f.Where, n.where) {
				f.Where = append(f.Where, n.where)
			}
		}
	}
	sort.Slice(f.Where, func(i, j int) bool { return rank(f.Where[i]) < rank(f.Where[j]) })
	return f
}

func rank(p Place) int { return slices.Index([]Place{Host, Libvirt, InGuest, Owner}, p) }

// clean makes words from outside fit to be shown on one line of a terminal: no
// control, format or line-breaking characters (an escape sequence could rewrite
// the screen, a bidirectional mark the meaning), and at most limit runes.
func clean(s string, limit int) string {
	if len(s) > 8*limit { // no need to walk megabytes for a few words
		s = s[:8*limit]
	}
	if len(s) <= limit && !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' }) {
		return strings.TrimSpace(s)
	}
	var b strings.Builder
	n := 0
	for _, r := range strings.ToValidUTF8(s, "�") {
		if n == limit {
			b.WriteString("…")
			break
		}
		switch {
		case r == ' ' || unicode.IsGraphic(r) && !unicode.IsSpace(r):
			b.WriteRune(r)
		case unicode.IsSpace(r):
			b.WriteByte(' ')
		default:
			b.WriteString("�")
		}
		n++
	}
	return strings.TrimSpace(b.String())
}
