package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
)

// Explain writes what is known about controls before any machine is looked at:
// what holds, why, what is looked at, what would turn it red, what to do, the
// clauses with their source and the incidents.
func Explain(w io.Writer, ids []checks.ID, o Options) error {
	t, c := &text.T().Report, &text.T().Checks
	p := newPage(o)
	label := func(name, s string) { p.label(fmt.Sprintf(c.Labelled, name), s) }
	sources := map[string]Clause{}
	for _, clause := range clauses() {
		sources[clause.ID] = clause
	}
	for _, id := range ids {
		known, words, more := control(id), c.Controls[string(id)], t.Explained[string(id)]
		p.gap()
		p.wrap("    ", fmt.Sprintf(t.ExplainHeading, id, words.Title))
		if !slices.Contains(checks.Judged(), id) {
			p.item(t.NotInVersionYet)
		}
		label(t.WhatLabel, words.What)
		label(c.WhyLabel, words.Why)
		label(t.LookedLabel, more.Looked)
		var where []string
		for _, place := range known.Where {
			where = append(where, PlaceName(checks.Place(place)))
		}
		label(t.WhereLabel, strings.Join(where, c.ListSeparator))
		if known.Asked {
			p.item(t.AskedLine)
		}
		label(t.RedLabel, more.Red)
		label(c.DoLabel, words.Do)
		label(c.AnswersLabel, " ")
		reconstructed := false
		for _, clauseID := range known.Clauses {
			clause := sources[clauseID]
			line := fmt.Sprintf(t.ClauseLine, fmt.Sprintf(c.Labelled, clauseID), clause.Wording,
				fmt.Sprintf(t.DocumentLine, fmt.Sprintf(t.DocumentLine, clause.Document, t.Audiences[clause.Audience]), clause.Date))
			if clause.Reconstructed {
				line, reconstructed = line+" *", true
			}
			p.item(line)
		}
		if reconstructed {
			p.item("* " + t.Reconstructed)
		}
		if len(known.Incidents) > 0 {
			label(t.ContainedLabel, " ")
			for _, incident := range known.Incidents {
				p.item(c.Incidents[incident])
			}
		}
	}
	_, err := io.WriteString(w, strings.Join(p.lines, "\n")+"\n")
	return err
}
