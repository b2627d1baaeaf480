package report

// The HTML form: one file that needs nothing else, for a screen and for paper. A
// policy forbids everything but the styles in it, so that nothing is loaded or run
// even where something hostile got past the escaping. Status is told by a word and a
// symbol; colour and lines only repeat it.

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	assets "github.com/clawarium/clawarium/assets/report"
	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/checks/report/markup"
)

// htmlPage writes the parts of the page.
type htmlPage struct {
	markup.Page
	report *text.Report
	words  *text.Checks
}

// HTML writes the report as one page.
func (r Report) HTML(w io.Writer) error {
	p := &htmlPage{report: &text.T().Report, words: &text.T().Checks}
	p.begin(r)
	p.contents(r)
	p.Put("<main>\n")
	p.facts(r)
	p.missing(r)
	p.overview(r)
	p.changes(r)
	p.findings(r)
	p.clauses(r)
	p.Put("</main>\n</body>\n</html>\n")
	_, err := p.WriteTo(w)
	return err
}

// begin writes the head and what is said first.
func (p *htmlPage) begin(r Report) {
	t, c := p.report, p.words
	heading := fmt.Sprintf(c.Heading, orUnknown(r.Machine))
	p.Put(`<!DOCTYPE html>
<html lang="{}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>{}</title>
<style>
`, t.HTML.Lang, heading)
	p.PutFile(assets.Files, "page.css")
	p.Put("</style>\n</head>\n<body>\n<header>\n<h1>{}</h1>\n", heading)
	if r.Saved {
		p.Put(`<p class="alarm" role="alert">{}</p>`+"\n", sentences(
			fmt.Sprintf(t.SavedEvidence, when(r.Collected)), fmt.Sprintf(t.SavedEvidenceBy, orUnknown(r.Versions.Judge))))
	}
	p.Put(`<p class="outcome">{}</p>`+"\n"+`<ul class="counts">`+"\n", outcome(r.Exit))
	for _, s := range checks.Statuses {
		p.Put("<li>")
		p.status(s)
		p.Put(" {}</li>\n", strconv.Itoa(r.Counts[s]))
	}
	p.Put("</ul>\n")
	if len(r.Only) > 0 {
		p.Put("<p>{}</p>\n", fmt.Sprintf(t.OnlyAsked, list(r.Only)))
	}
	p.Put("</header>\n")
}

func (p *htmlPage) contents(r Report) {
	t := &p.report.HTML
	p.Put(`<nav aria-label="{}">`+"\n<ul>\n", t.Contents)
	for _, section := range []struct {
		id, name string
		there    bool
	}{
		{"facts", t.Facts, true}, {"missing", t.Missing, len(r.Missing()) > 0}, {"overview", t.Overview, true},
		{"changes", t.Changes, r.Changes != nil}, {"findings", t.Findings, true}, {"clauses", t.Clauses, true},
	} {
		if section.there {
			p.Put(`<li><a href="#{}">{}</a></li>`+"\n", section.id, section.name)
		}
	}
	p.Put("</ul>\n</nav>\n")
}

// section begins a part that can be linked to.
func (p *htmlPage) section(id, name string) {
	p.Put(`<section aria-labelledby="{}">`+"\n"+`<h2 id="{}">{}</h2>`+"\n", id, id, name)
}

func (p *htmlPage) facts(r Report) {
	t := &p.report.HTML
	p.section("facts", t.Facts)
	p.Put(`<dl class="facts">` + "\n")
	for _, fact := range [][2]string{
		{t.LookedAt, when(r.Collected) + p.words.ListSeparator + fmt.Sprintf(t.Took, r.took())},
		{t.Machine, orUnknown(r.Machine)},
	} {
		p.Put("<dt>{}</dt><dd>{}</dd>\n", fact[0], fact[1])
	}
	p.Put("<dt>{}</dt><dd><code>{}</code></dd>\n", t.Connection, orUnknown(r.Connection))
	for _, fact := range [][2]string{
		{"clawarium", r.Versions.Clawarium}, {"OpenClaw", r.Versions.OpenClaw}, {"Node", r.Versions.Node},
	} {
		p.Put("<dt>{}</dt><dd>{}</dd>\n", fact[0], orUnknown(fact[1]))
	}
	p.Put("<dt>{}</dt><dd><code>{}</code></dd>\n</dl>\n", t.Plan, orUnknown(r.Plan))
	for _, note := range r.notes() {
		p.Put(`<p class="quiet">{}</p>`+"\n", note)
	}
	p.Put("</section>\n")
}

func (p *htmlPage) missing(r Report) {
	said := r.Missing()
	if len(said) == 0 {
		return
	}
	p.section("missing", p.report.HTML.Missing)
	for _, s := range said {
		p.Put("<p>{}</p>\n", s)
	}
	if len(r.NotLookedAt) > 0 {
		p.Put("<ul>\n")
		for _, id := range r.NotLookedAt {
			p.Put(`<li id="{}">{} {}</li>`+"\n", string(id), string(id), p.words.Controls[string(id)].Title)
		}
		p.Put("</ul>\n")
	}
	p.Put("</section>\n")
}

// table begins one whose rows are headed by their first cell.
func (p *htmlPage) table(caption string, columns ...string) {
	p.Put("<table>\n<caption>{}</caption>\n<thead><tr>", caption)
	for _, name := range columns {
		p.Put(`<th scope="col">{}</th>`, name)
	}
	p.Put("</tr></thead>\n<tbody>\n")
}

func (p *htmlPage) overview(r Report) {
	t, c := &p.report.HTML, p.words
	var counts []string
	for _, s := range checks.Statuses {
		counts = append(counts, fmt.Sprintf(c.CountLine, r.Counts[s], c.Status[string(s)]))
	}
	p.section("overview", t.Overview)
	p.table(strings.Join(counts, c.ListSeparator)+c.Stop, t.Control, t.Status, t.Title, t.Where)
	for _, f := range r.Findings {
		p.Put(`<tr><th scope="row" class="id"><a href="#{}">{}</a></th><td>`, string(f.Control), string(f.Control))
		p.status(f.Status)
		p.Put("</td><td>{}</td><td>{}</td></tr>\n", f.Title, p.places(f))
	}
	p.Put("</tbody>\n</table>\n</section>\n")
}

func (p *htmlPage) changes(r Report) {
	c, t := r.Changes, p.report
	if c == nil {
		return
	}
	p.section("changes", t.HTML.Changes)
	p.Put("<p>{}</p>\n", fmt.Sprintf(t.Compared, t.ComparedWith[c.From], when(c.Collected)))
	if !r.sameMachine() {
		p.Put(`<p class="alarm">{}</p>`+"\n", fmt.Sprintf(t.ComparedOther, fmt.Sprintf(t.MachineName, orUnknown(c.Machine), orUnknown(c.Connection))))
	}
	var facts []string
	if !c.Lines {
		facts = append(facts, t.ComparedLanguage)
	}
	for _, f := range r.facts() {
		facts = append(facts, fmt.Sprintf(t.Change, f.what, orUnknown(f.was), orUnknown(f.is)))
	}
	if len(facts) > 0 {
		p.Put("<ul>\n")
		for _, fact := range facts {
			p.Put("<li>{}</li>\n", fact)
		}
		p.Put("</ul>\n")
	}
	for _, change := range c.Controls {
		p.change(change)
	}
	rest := t.Nothing
	if len(c.Controls) > 0 {
		rest = ""
		if len(c.Unchanged) > 0 {
			rest = fmt.Sprintf(t.SameElsewhere, list(c.Unchanged))
		}
	}
	p.Put("<p>{}</p>\n</section>\n", rest)
}

func (p *htmlPage) change(c Change) {
	t := p.report
	p.Put("<h3>{} {}</h3>\n<p>", string(c.Control), c.Title)
	if c.Was != c.Is {
		p.Put("{} ", t.HTML.Was)
		p.status(c.Was)
		p.Put(" · {} ", t.HTML.Is)
	}
	p.status(c.Is)
	p.Put("</p>\n")
	if len(c.Gone)+len(c.Came)+len(c.Altered) == 0 {
		return
	}
	p.Put(`<ul class="diff">` + "\n")
	line := func(mark, name, words string) {
		p.Put(`<li><span class="mark" aria-hidden="true">{}</span> <span class="quiet">{}</span> {}</li>`+"\n", mark, name, words)
	}
	for _, s := range c.Gone {
		line("−", t.HTML.Gone, s)
	}
	for _, s := range c.Came {
		line("+", t.HTML.Came, s)
	}
	for _, a := range c.Altered {
		line("~", t.HTML.Altered, fmt.Sprintf(t.WasLine, a.Is, a.Was))
	}
	p.Put("</ul>\n")
}

func (p *htmlPage) findings(r Report) {
	sources := map[string]Clause{}
	for _, c := range clauses() {
		sources[c.ID] = c
	}
	p.section("findings", p.report.HTML.Findings)
	for _, g := range r.Places() {
		p.Put("<section>\n<h2>{}</h2>\n", PlaceName(g.Place))
		for _, f := range g.Findings {
			p.finding(f, sources)
		}
		p.Put("</section>\n")
	}
	p.Put("</section>\n")
}

func (p *htmlPage) finding(f checks.Finding, sources map[string]Clause) {
	t, c, id := p.report, p.words, string(f.Control)
	p.Put(`<article id="{}" class="{}">`+"\n<h3>", id, class(f.Status))
	p.status(f.Status)
	p.Put(" {} {}</h3>\n", id, f.Title)
	if what := c.Controls[id].What; what != "" {
		p.Put(`<p><span class="quiet">{}</span>{}</p>`+"\n", fmt.Sprintf(c.Labelled, t.WhatLabel), what)
	}
	p.listed(t.HTML.Seen, f.Evidence)
	p.said(c.WhyLabel, f.Why)
	p.said(c.DoLabel, f.Hint)
	if f.Status == checks.NotMet {
		p.said(c.StepsLabel, strings.Join(f.Fix, c.ListSeparator))
	}
	if len(f.Clauses) > 0 {
		p.Put("<h4>{}</h4>\n<ul>\n", c.AnswersLabel)
		for _, id := range f.Clauses {
			p.clause(id, sources)
		}
		p.Put("</ul>\n")
	}
	var incidents []string
	for _, incident := range control(f.Control).Incidents {
		incidents = append(incidents, c.Incidents[incident])
	}
	p.listed(t.ContainedLabel, incidents)
	p.Put(`<p class="quiet">{}</p>`+"\n</article>\n", fmt.Sprintf(c.Labelled, t.HTML.Where)+p.places(f))
}

// said writes words below what they are, if there are any.
func (p *htmlPage) said(label, words string) {
	if words != "" {
		p.Put("<h4>{}</h4>\n<p>{}</p>\n", label, words)
	}
}

func (p *htmlPage) listed(label string, lines []string) {
	if len(lines) == 0 {
		return
	}
	p.Put("<h4>{}</h4>\n<ul>", label)
	for _, line := range lines {
		p.Put("<li>{}</li>", line)
	}
	p.Put("</ul>\n")
}

// clause writes one that a finding answers; it need not be one that we know.
func (p *htmlPage) clause(id string, sources map[string]Clause) {
	c, ok := sources[id]
	if !ok {
		p.Put("<li>{}</li>\n", id)
		return
	}
	source := p.source(c)
	if c.Reconstructed {
		source += "; " + p.report.HTML.Reconstructed
	}
	p.Put(`<li>{}{} <span class="quiet">({})</span></li>`+"\n", fmt.Sprintf(p.words.Labelled, id), c.Wording, source)
}

func (p *htmlPage) source(c Clause) string {
	return fmt.Sprintf(p.report.DocumentLine, c.Document, c.Date)
}

// clauses lists every clause of the catalogue, a table a document.
func (p *htmlPage) clauses(r Report) {
	t := &p.report.HTML
	p.section("clauses", t.Clauses)
	document := ""
	for _, a := range r.Answers() {
		if source := p.source(a.Clause); source != document {
			if document != "" {
				p.Put("</tbody>\n</table>\n")
			}
			p.table(source, t.Clause, t.Wording, t.AnsweredBy)
			document = source
		}
		p.answered(a)
	}
	p.Put("</tbody>\n</table>\n"+`<p class="quiet">* {}</p>`+"\n</section>\n", p.report.Reconstructed)
}

func (p *htmlPage) answered(a Answered) {
	p.Put(`<tr><th scope="row" class="id">{}`, a.ID)
	if a.Reconstructed {
		p.Put(" *")
	}
	p.Put(`</th><td>{} <span class="quiet">({})</span></td><td>`, a.Wording, p.report.Audiences[a.Audience])
	if len(a.Findings)+len(a.Unseen) == 0 {
		p.Put("{}</td></tr>\n", p.report.NoAnswer)
		return
	}
	p.Put(`<ul class="plain">`)
	by := func(id checks.ID, s checks.Status) {
		p.Put("<li>")
		p.status(s)
		p.Put(` <a href="#{}">{}</a></li>`, string(id), string(id))
	}
	for _, f := range a.Findings {
		by(f.Control, f.Status)
	}
	for _, id := range a.Unseen {
		by(id, "")
	}
	p.Put("</ul></td></tr>\n")
}

// status writes a verdict; the empty one is that of a control not looked at.
func (p *htmlPage) status(s checks.Status) {
	symbol := symbols[s]
	if s == "" {
		symbol = symbols[checks.NotChecked]
	}
	p.Put(`<span class="status {}"><span aria-hidden="true">{} </span>{}</span>`, class(s), symbol, statusWord(s))
}

// class is what the styles call a verdict.
func class(s checks.Status) string {
	if s == "" {
		return "not-looked"
	}
	return strings.ReplaceAll(string(s), " ", "-")
}

func (p *htmlPage) places(f checks.Finding) string {
	var where []string
	for _, place := range f.Where {
		where = append(where, PlaceName(place))
	}
	if said := strings.Join(where, p.words.ListSeparator); said != "" {
		return said
	}
	return p.report.PlaceNone
}
