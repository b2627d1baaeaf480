package ui

// One finding of the self-check, whole: what was seen and where, why it matters,
// what to do, and the guidance that asks for it.

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	tea "charm.land/bubbletea/v2"

	"github.com/clawarium/clawarium/assets/controls"
	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/checks/report"
)

func stacked(lines []string) string { return strings.Join(lines, "\n") }

// laid folds each block to width; its further lines are set in by in columns.
func laid(width, in int, blocks ...string) []string {
	var lines []string
	for _, b := range blocks {
		for i, l := range prose(b, width-in) {
			if i > 0 {
				l = strings.Repeat(" ", in) + l
			}
			lines = append(lines, l)
		}
	}
	return lines
}

// took is how long looking took.
func took(r report.Report) string {
	return text.Duration(time.Duration(r.Seconds * float64(time.Second)))
}

func (p *results) pressDetail(key string) tea.Cmd {
	if cmd, ok := p.pressFinding(key); ok {
		return cmd
	}
	switch key {
	case "esc", "enter":
		p.part, p.notice, p.list.marked = partList, "", p.of
		p.list.keep(p.rows())
	case "left", "right", "h", "l":
		rows := p.rows()
		if p.list.current(rows) != p.of { // it is not among them any more
			break
		}
		if p.list.selected--; key == "right" || key == "l" {
			p.list.selected += 2
		}
		p.of, p.pane, p.notice = cmp.Or(p.list.current(rows), p.of), pane{}, ""
	default:
		p.pane.key(key)
	}
	return nil
}

// finding is that of the control in the detail, nil while it is not settled.
func (p *results) finding() *checks.Finding {
	findings := p.shown().Findings
	if i := slices.IndexFunc(findings, func(f checks.Finding) bool { return f.Control == p.of }); i >= 0 {
		return &findings[i]
	}
	return nil
}

func (p *results) viewDetail(width, height int) string {
	s, t := p.s.styles, &text.T().Results
	mark, word, style := "…", t.Open, s.faint
	f := p.finding()
	if f != nil {
		mark, word, style = symbol(f.Status), text.T().Checks.Status[string(f.Status)], s.status(f.Status)
	}
	title := fmt.Sprintf(t.Detail, p.of, text.T().Checks.Controls[string(p.of)].Title)
	head := spread(s.title.Render(ansi.Truncate(title, width-2, "…")), style.Render(mark+" "+word), width)
	if !strings.Contains(ansi.Strip(head), word) { // there was no room beside it
		head += "\n" + style.Render(mark+" "+word)
	}
	used := strings.Count(head, "\n") + 2
	return head + "\n\n" + p.pane.view(s, p.detail(f, min(width, longLine)), width, height-used)
}

// detail is the text about a finding; f is nil while it is not settled.
func (p *results) detail(f *checks.Finding, width int) []string {
	t, r, c := &text.T().Results, &text.T().Report, &text.T().Checks
	known, _ := controls.Get(string(p.of))
	about, more := c.Controls[string(p.of)], r.Explained[string(p.of)]
	d := details{s: p.s.styles, width: width}
	if f == nil {
		d.plain(t.OpenAbout)
		d.part(r.WhatLabel, about.What)
		d.part(r.LookedLabel, more.Looked)
		d.part(t.WhyLabel, about.Why)
		return d.lines
	}
	if f.Status == checks.NotMet || f.Status == checks.NotChecked {
		d.points(t.SeenLabel, f.Evidence)
		p.todo(&d, f)
		d.part(t.WhyLabel, f.Why)
		d.part(r.WhatLabel, about.What)
	} else {
		d.part(r.WhatLabel, about.What)
		d.points(t.SeenLabel, f.Evidence)
		p.todo(&d, f)
		d.part(t.WhyLabel, f.Why)
	}
	var where []string
	for _, place := range f.Where {
		where = append(where, report.PlaceName(place))
	}
	d.points(r.WhereLabel, where)
	if slices.Contains(f.Where, checks.InGuest) {
		d.note(t.GuestSays)
	}
	d.part(r.RedLabel, more.Red)
	var clauses []string
	reconstructed := false
	for _, clause := range p.shown().Clauses {
		if !slices.Contains(f.Clauses, clause.ID) {
			continue
		}
		line := fmt.Sprintf(c.Labelled, clause.ID) + fmt.Sprintf(t.ClauseSource, clause.Wording, clause.Document, clause.Date)
		if clause.Reconstructed {
			line, reconstructed = line+" *", true
		}
		clauses = append(clauses, line)
	}
	d.points(t.ClausesLabel, clauses)
	if reconstructed {
		d.note("* " + r.Reconstructed)
	}
	var contained []string
	for _, incident := range known.Incidents {
		contained = append(contained, c.Incidents[incident])
	}
	d.points(r.ContainedLabel, contained)
	return d.lines
}

// todo says what to do, and which steps do it.
func (p *results) todo(d *details, f *checks.Finding) {
	c := &text.T().Checks
	d.part(text.T().Results.DoLabel, f.Hint)
	if f.Status != checks.NotMet {
		return
	}
	var titles []string
	for _, id := range f.Fix {
		titles = append(titles, cmp.Or(p.titles[id], id))
	}
	if d.part(c.StepsLabel, strings.Join(titles, c.ListSeparator)); len(titles) > 0 && p.ready() {
		d.note(text.T().Results.PressF)
	}
}

// details are paragraphs, each under its head.
type details struct {
	s     *styles
	width int
	lines []string
}

func (d *details) head(label string) {
	if len(d.lines) > 0 {
		d.lines = append(d.lines, "")
	}
	for _, l := range laid(d.width, 0, label) {
		d.lines = append(d.lines, d.s.strong.Render(l))
	}
}

func (d *details) plain(said string) { d.lines = append(d.lines, laid(d.width, 0, clean(said))...) }

func (d *details) note(said string) {
	for _, l := range laid(d.width-2, 0, clean(said)) {
		d.lines = append(d.lines, "  "+d.s.faint.Render(l))
	}
}

// part is a paragraph; nothing when it is empty.
func (d *details) part(label, said string) {
	if said == "" {
		return
	}
	d.head(label)
	for _, l := range laid(d.width-2, 0, clean(said)) {
		d.lines = append(d.lines, "  "+l)
	}
}

// points is a list; nothing when it is empty.
func (d *details) points(label string, all []string) {
	if len(all) == 0 {
		return
	}
	d.head(label)
	for _, said := range all {
		for _, l := range laid(d.width-2, 2, "· "+clean(said)) {
			d.lines = append(d.lines, "  "+l)
		}
	}
}
