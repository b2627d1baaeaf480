package report

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/clawarium/clawarium/assets/controls"
	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
)

// The text form: one line a control, a symbol and a word so that neither colour
// nor shape alone carries the meaning. What is not met, or could not be checked,
// is explained at once; the evidence of the rest is there on demand.

// Options of the text form.
type Options struct {
	Width   int  // columns; 0 means 80, at least 40
	ASCII   bool // no symbol outside ASCII, for terminals that have none
	Verbose bool // evidence of what is met as well
	By      By   // order of the findings
}

// By is an order of the findings.
type By string

// The orders. By clause, a control stands under each clause that it answers, and
// what is not met or not checked is explained once, behind them.
const (
	ByControl By = "control"
	ByPlace   By = "place"
	ByClause  By = "clause"
)

// Orders lists them.
var Orders = []By{ByControl, ByPlace, ByClause}

var (
	symbols = map[checks.Status]string{
		checks.Met: "✓", checks.NotMet: "✗", checks.NotChecked: "?", checks.Attested: "○", checks.NotApplicable: "–"}
	plain = map[checks.Status]string{
		checks.Met: "+", checks.NotMet: "x", checks.NotChecked: "?", checks.Attested: "o", checks.NotApplicable: "-"}
)

// Text writes the report for a person.
func (r Report) Text(w io.Writer, o Options) error {
	p := newPage(o)
	p.head(r)
	switch o.By {
	case ByPlace:
		for _, place := range r.Places() {
			p.section(PlaceName(place.Place))
			p.findings(place.Findings, o.Verbose)
		}
	case ByClause:
		p.clauses(r)
		if needy := r.needy(); len(needy) > 0 {
			p.section(text.T().Report.NeedsYou)
			p.findings(needy, o.Verbose)
		}
	default:
		p.findings(r.Findings, o.Verbose)
	}
	p.gap()
	p.changes(r)
	p.foot(r)
	_, err := io.WriteString(w, strings.Join(p.lines, "\n")+"\n")
	return err
}

// head says what the findings rest on.
func (p *page) head(r Report) {
	t, c := &text.T().Report, &text.T().Checks
	p.wrap("", fmt.Sprintf(c.Heading, orUnknown(r.Machine)))
	if r.Saved {
		p.wrap("", p.alarm+fmt.Sprintf(t.SavedEvidence, when(r.Collected)))
		p.wrap("", fmt.Sprintf(t.SavedEvidenceBy, orUnknown(r.Versions.Judge)))
	}
	p.wrap("", sentences(
		fmt.Sprintf(c.When, when(r.Collected), r.took()),
		fmt.Sprintf(t.Connection, orUnknown(r.Connection)),
		fmt.Sprintf(c.Versions, orUnknown(r.Versions.Clawarium), orUnknown(r.Versions.OpenClaw), orUnknown(r.Versions.Node)),
		fmt.Sprintf(c.PlanHash, orUnknown(shorten(r.Plan)))))
	if len(r.Only) > 0 {
		p.wrap("", fmt.Sprintf(t.OnlyAsked, list(r.Only)))
	}
	p.line("")
}

// findings shows one after the other, with columns of their own width.
func (p *page) findings(findings []checks.Finding, verbose bool) {
	t := &text.T().Checks
	word, id := 0, 0
	for _, f := range findings {
		word = max(word, columns(t.Status[string(f.Status)]))
		id = max(id, columns(string(f.Control)))
	}
	for _, f := range findings {
		p.wrap("    ", fmt.Sprintf("%s %s  %s  %s", p.marks[f.Status], pad(t.Status[string(f.Status)], word), pad(string(f.Control), id), f.Title))
		if f.Status == checks.Met && !verbose {
			continue
		}
		for _, line := range f.Evidence {
			p.item(line)
		}
		if f.Status != checks.Met {
			p.label(fmt.Sprintf(t.Labelled, t.WhyLabel), f.Why)
			p.label(fmt.Sprintf(t.Labelled, t.DoLabel), f.Hint)
			if f.Status == checks.NotMet {
				p.label(fmt.Sprintf(t.Labelled, t.StepsLabel), strings.Join(f.Fix, t.ListSeparator))
			}
			p.label(fmt.Sprintf(t.Labelled, t.AnswersLabel), strings.Join(f.Clauses, " "))
			p.line("")
		}
	}
}

// clauses shows, document by document, which control answers which clause.
func (p *page) clauses(r Report) {
	t, c := &text.T().Report, &text.T().Checks
	document := ""
	for _, clause := range r.Answers() {
		if clause.Document != document {
			document = clause.Document
			p.section(fmt.Sprintf(t.DocumentLine, document, clause.Date))
		}
		line := fmt.Sprintf(c.Labelled, clause.ID) + clause.Wording
		if clause.Reconstructed {
			line += " *"
		}
		p.wrap("    ", line)
		for _, f := range clause.Findings {
			p.item(fmt.Sprintf("%s %s  %s  %s", p.marks[f.Status], c.Status[string(f.Status)], f.Control, f.Title))
		}
		for _, id := range clause.Unseen {
			p.item(fmt.Sprintf("%s  %s", id, t.NotLooked))
		}
		if len(clause.Findings)+len(clause.Unseen) == 0 {
			p.item(t.NoAnswer)
		}
	}
	p.wrap("  ", "* "+t.Reconstructed)
}

// changes says what differs from an earlier report.
func (p *page) changes(r Report) {
	if r.Changes == nil {
		return
	}
	t, c := &text.T().Report, r.Changes
	p.wrap("", fmt.Sprintf(t.Compared, t.ComparedWith[c.From], when(c.Collected)))
	if !r.sameMachine() {
		p.wrap("", p.alarm+fmt.Sprintf(t.ComparedOther, fmt.Sprintf(t.MachineName, orUnknown(c.Machine), orUnknown(c.Connection))))
	}
	if !c.Lines {
		p.wrap("", t.ComparedLanguage)
	}
	for _, f := range r.facts() {
		p.wrap("  ", fmt.Sprintf(t.Change, f.what, orUnknown(f.was), orUnknown(f.is)))
	}
	for _, change := range c.Controls {
		if change.Was != change.Is {
			p.wrap("    ", p.mark(change.Is)+" "+fmt.Sprintf(t.ChangedControl, change.Control, change.Title, statusWord(change.Was), statusWord(change.Is)))
		} else {
			p.wrap("    ", fmt.Sprintf("%s %s  %s  %s", p.mark(change.Is), statusWord(change.Is), change.Control, change.Title))
		}
		for _, line := range change.Gone {
			p.lines = append(p.lines, wrap(line, "    - ", "      ", p.width)...)
		}
		for _, line := range change.Came {
			p.lines = append(p.lines, wrap(line, "    + ", "      ", p.width)...)
		}
		for _, a := range change.Altered {
			p.lines = append(p.lines, wrap(fmt.Sprintf(t.WasLine, a.Is, a.Was), "    ~ ", "      ", p.width)...)
		}
	}
	switch {
	case len(c.Controls) == 0:
		p.wrap("", t.Nothing)
	case len(c.Unchanged) > 0:
		p.wrap("", fmt.Sprintf(t.SameElsewhere, list(c.Unchanged)))
	}
	p.line("")
}

// foot counts, and says what was not looked at and who vouches for what.
func (p *page) foot(r Report) {
	t, c := &text.T().Report, &text.T().Checks
	var counts []string
	for _, s := range checks.Statuses {
		if n := r.Counts[s]; n > 0 {
			counts = append(counts, fmt.Sprintf(c.CountLine, n, c.Status[string(s)]))
		}
	}
	if len(counts) > 0 {
		p.wrap("", strings.Join(counts, c.ListSeparator)+c.Stop)
	}
	p.wrap("", outcome(r.Exit))
	for _, line := range r.Missing() {
		p.wrap("", line)
	}
	for _, note := range r.notes() {
		p.wrap("", note)
	}
	if r.Saved {
		p.wrap("", p.alarm+fmt.Sprintf(t.SavedEvidence, when(r.Collected)))
	}
}

// notes say how far what was seen can be believed.
func (r Report) notes() []string {
	notes := []string{text.T().Checks.GuestNote}
	if slices.ContainsFunc(r.Findings, func(f checks.Finding) bool {
		return f.Status == checks.Attested || slices.Contains(f.Where, checks.Owner)
	}) {
		notes = append(notes, text.T().Report.OwnerNote)
	}
	return notes
}

// outcome is the exit status in words.
func outcome(exit int) string {
	t := &text.T().Checks
	switch exit {
	case checks.ExitMet:
		return t.AllHold
	case checks.ExitNotMet:
		return t.SomeNotMet
	}
	return t.NotEnough
}

// fact is something about the whole that differs from an earlier report.
type fact struct{ what, was, is string }

func (r Report) facts() []fact {
	var facts []fact
	c := r.Changes
	for _, f := range []fact{
		{"clawarium", c.Versions.Clawarium, r.Versions.Clawarium},
		{"OpenClaw", c.Versions.OpenClaw, r.Versions.OpenClaw},
		{"Node", c.Versions.Node, r.Versions.Node},
		{text.T().Report.PlanName, shorten(c.Plan), shorten(r.Plan)},
	} {
		if f.was != f.is {
			facts = append(facts, f)
		}
	}
	return facts
}

func statusWord(s checks.Status) string {
	if s == "" {
		return text.T().Report.NotLooked
	}
	return text.T().Checks.Status[string(s)]
}

// sentences sets one after the other, as the language does.
func sentences(all ...string) string {
	between := " "
	if text.Language() == text.Chinese {
		between = ""
	}
	return strings.Join(all, between)
}

func list(ids []checks.ID) string {
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = string(id)
	}
	return strings.Join(names, text.T().Checks.ListSeparator)
}

func when(t time.Time) string {
	if t.IsZero() {
		return text.T().Checks.Unknown
	}
	return t.Local().Format("2006-01-02 15:04:05 -0700")
}

func orUnknown(s string) string {
	if s == "" {
		return text.T().Checks.Unknown
	}
	return s
}

func shorten(hash string) string {
	if len(hash) > 12 {
		return clean(hash[:12], maxWord)
	}
	return hash
}

// needy are the findings that want something of the owner.
func (r Report) needy() (needy []checks.Finding) {
	for _, f := range r.Findings {
		if f.Status == checks.NotMet || f.Status == checks.NotChecked {
			needy = append(needy, f)
		}
	}
	return needy
}

// control has what the catalogue knows of an ID.
func control(id checks.ID) controls.Control {
	c, _ := controls.Get(string(id))
	return c
}
