package report

// The HTML form: one file that needs nothing else, for a screen and for paper.
// html/template escapes every word by where it stands.

import (
	"fmt"
	"html/template"
	"io"
	"strings"
	"sync"

	assets "github.com/clawarium/clawarium/assets/report"
	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
)

var pageTemplate = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("page").Parse(assets.Page)) // compiled in, and tested
})

// htmlPage is what the template is filled with. Everything in it is words.
type htmlPage struct {
	T                                                                 text.ReportHTML
	Heading, Outcome, CountsSaid                                      string
	What, Why, Do, Steps, Answers, Contained, Reconstructed, NoAnswer string
	Alarms, Notices, Notes, MissingSaid                               []string
	Facts                                                             []htmlFact
	Counts                                                            []htmlCount
	Missing                                                           []htmlFinding
	Compared                                                          *htmlChanges
	Findings                                                          []htmlFinding
	Groups                                                            []htmlGroup
	Documents                                                         []htmlDocument
}

type htmlFact struct {
	Name, Value string
	Code        bool
}

type htmlStatus struct{ Class, Symbol, Word string }

type htmlCount struct {
	Status htmlStatus
	Number int
}

type htmlGroup struct {
	Name     string
	Findings []htmlFinding
}

type htmlFinding struct {
	ID, Title, What, Why, Hint, Steps, Where, Places string
	Status                                           htmlStatus
	Evidence, Incidents                              []string
	Clauses                                          []htmlClause
}

type htmlClause struct {
	ID, Label, Wording, Source, Audience string
	Reconstructed                        bool
	By                                   []htmlFinding
}

type htmlDocument struct {
	Name    string
	Clauses []htmlClause
}

type htmlChanges struct {
	Said, Rest    string
	Alarms, Facts []string
	Changes       []htmlChange
}

type htmlChange struct {
	ID, Title string
	Was, Is   htmlStatus
	Moved     bool
	Lines     []htmlLine
}

type htmlLine struct{ Mark, Name, Text string }

// HTML writes the report as one page.
func (r Report) HTML(w io.Writer) error { return pageTemplate().Execute(w, r.page()) }

func (r Report) page() htmlPage {
	t, c := &text.T().Report, &text.T().Checks
	p := htmlPage{
		T: t.HTML, Heading: fmt.Sprintf(c.Heading, orUnknown(r.Machine)), Outcome: outcome(r.Exit),
		What: fmt.Sprintf(c.Labelled, t.WhatLabel), Why: c.WhyLabel, Do: c.DoLabel, Steps: c.StepsLabel, Answers: c.AnswersLabel, Contained: t.ContainedLabel,
		Reconstructed: t.Reconstructed, NoAnswer: t.NoAnswer, Notes: r.notes(), MissingSaid: r.Missing(),
	}
	if r.Saved {
		p.Alarms = []string{sentences(fmt.Sprintf(t.SavedEvidence, when(r.Collected)), fmt.Sprintf(t.SavedEvidenceBy, orUnknown(r.Versions.Judge)))}
	}
	if len(r.Only) > 0 {
		p.Notices = []string{fmt.Sprintf(t.OnlyAsked, list(r.Only))}
	}
	p.Facts = []htmlFact{
		{Name: t.HTML.LookedAt, Value: when(r.Collected) + c.ListSeparator + fmt.Sprintf(t.HTML.Took, r.took())},
		{Name: t.HTML.Machine, Value: orUnknown(r.Machine)},
		{Name: t.HTML.Connection, Value: orUnknown(r.Connection), Code: true},
		{Name: "clawarium", Value: orUnknown(r.Versions.Clawarium)},
		{Name: "OpenClaw", Value: orUnknown(r.Versions.OpenClaw)},
		{Name: "Node", Value: orUnknown(r.Versions.Node)},
		{Name: t.HTML.Plan, Value: orUnknown(r.Plan), Code: true},
	}
	var counts []string
	for _, s := range checks.Statuses {
		p.Counts = append(p.Counts, htmlCount{htmlStatusOf(s), r.Counts[s]})
		counts = append(counts, fmt.Sprintf(c.CountLine, r.Counts[s], c.Status[string(s)]))
	}
	p.CountsSaid = strings.Join(counts, c.ListSeparator) + c.Stop
	for _, id := range r.NotLookedAt {
		p.Missing = append(p.Missing, htmlFinding{ID: string(id), Title: c.Controls[string(id)].Title})
	}
	if r.Changes != nil {
		p.Compared = r.htmlChanges()
	}

	sources := map[string]htmlClause{}
	for _, a := range r.Answers() {
		clause := htmlClause{
			ID: a.ID, Label: fmt.Sprintf(c.Labelled, a.ID), Wording: a.Wording, Source: fmt.Sprintf(t.DocumentLine, a.Document, a.Date),
			Audience: t.Audiences[a.Audience], Reconstructed: a.Reconstructed}
		sources[a.ID] = clause
		for _, f := range a.Findings {
			clause.By = append(clause.By, htmlFinding{ID: string(f.Control), Status: htmlStatusOf(f.Status)})
		}
		for _, id := range a.Unseen {
			clause.By = append(clause.By, htmlFinding{ID: string(id), Status: htmlStatusOf("")})
		}
		if n := len(p.Documents); n == 0 || p.Documents[n-1].Name != clause.Source {
			p.Documents = append(p.Documents, htmlDocument{Name: clause.Source})
		}
		last := &p.Documents[len(p.Documents)-1]
		last.Clauses = append(last.Clauses, clause)
	}
	for _, f := range r.Findings {
		p.Findings = append(p.Findings, htmlFindingOf(f, sources))
	}
	for _, g := range r.Places() {
		group := htmlGroup{Name: PlaceName(g.Place)}
		for _, f := range g.Findings {
			group.Findings = append(group.Findings, htmlFindingOf(f, sources))
		}
		p.Groups = append(p.Groups, group)
	}
	return p
}

func htmlFindingOf(f checks.Finding, sources map[string]htmlClause) htmlFinding {
	t, c := &text.T().Report, &text.T().Checks
	h := htmlFinding{
		ID: string(f.Control), Title: f.Title, What: c.Controls[string(f.Control)].What, Why: f.Why, Hint: f.Hint,
		Status: htmlStatusOf(f.Status), Evidence: f.Evidence,
	}
	if f.Status == checks.NotMet {
		h.Steps = strings.Join(f.Fix, c.ListSeparator)
	}
	var where []string
	for _, place := range f.Where {
		where = append(where, PlaceName(place))
	}
	if h.Places = strings.Join(where, c.ListSeparator); h.Places == "" {
		h.Places = t.PlaceNone
	}
	h.Where = fmt.Sprintf(c.Labelled, t.HTML.Where) + h.Places
	for _, id := range f.Clauses {
		clause, ok := sources[id]
		if !ok {
			clause.ID, clause.Label = id, id
		}
		h.Clauses = append(h.Clauses, clause)
	}
	for _, incident := range control(f.Control).Incidents {
		h.Incidents = append(h.Incidents, c.Incidents[incident])
	}
	return h
}

func htmlStatusOf(s checks.Status) htmlStatus {
	if s == "" {
		return htmlStatus{"not-looked", symbols[checks.NotChecked], statusWord(s)}
	}
	return htmlStatus{strings.ReplaceAll(string(s), " ", "-"), symbols[s], statusWord(s)}
}

func (r Report) htmlChanges() *htmlChanges {
	t, c := &text.T().Report, r.Changes
	h := &htmlChanges{Said: fmt.Sprintf(t.Compared, t.ComparedWith[c.From], when(c.Collected)), Rest: t.Nothing}
	if !r.sameMachine() {
		h.Alarms = append(h.Alarms, fmt.Sprintf(t.ComparedOther, fmt.Sprintf(t.MachineName, orUnknown(c.Machine), orUnknown(c.Connection))))
	}
	if !c.Lines {
		h.Facts = append(h.Facts, t.ComparedLanguage)
	}
	for _, f := range r.facts() {
		h.Facts = append(h.Facts, fmt.Sprintf(t.Change, f.what, orUnknown(f.was), orUnknown(f.is)))
	}
	for _, change := range c.Controls {
		one := htmlChange{
			ID: string(change.Control), Title: change.Title, Was: htmlStatusOf(change.Was), Is: htmlStatusOf(change.Is),
			Moved: change.Was != change.Is}
		for _, line := range change.Gone {
			one.Lines = append(one.Lines, htmlLine{"−", t.HTML.Gone, line})
		}
		for _, line := range change.Came {
			one.Lines = append(one.Lines, htmlLine{"+", t.HTML.Came, line})
		}
		for _, a := range change.Altered {
			one.Lines = append(one.Lines, htmlLine{"~", t.HTML.Altered, fmt.Sprintf(t.WasLine, a.Is, a.Was)})
		}
		h.Changes = append(h.Changes, one)
	}
	if len(c.Controls) > 0 {
		h.Rest = ""
		if len(c.Unchanged) > 0 {
			h.Rest = fmt.Sprintf(t.SameElsewhere, list(c.Unchanged))
		}
	}
	return h
}
