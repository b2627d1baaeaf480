package report

// Findings put together by where they were looked at, and by the clause that
// they answer.

import (
	"slices"

	"github.com/clawarium/clawarium/assets/controls"
	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
)

// places in the order of their weight: a guest can lie, the host does not.
var places = []checks.Place{checks.Host, checks.Libvirt, checks.InGuest, checks.Owner}

// group is the findings of one place; an empty place is none.
type group struct {
	place    checks.Place
	findings []checks.Finding
}

// byPlace puts each finding under the weightiest place that it was looked at on.
func (r Report) byPlace() []group {
	var groups []group
	for _, place := range append(slices.Clone(places), "") {
		g := group{place: place}
		for _, f := range r.Findings {
			if weightiest(f.Where) == place {
				g.findings = append(g.findings, f)
			}
		}
		if len(g.findings) > 0 {
			groups = append(groups, g)
		}
	}
	return groups
}

func weightiest(where []checks.Place) checks.Place {
	for _, place := range places {
		if slices.Contains(where, place) {
			return place
		}
	}
	return ""
}

// placeName is what a place is called.
func placeName(p checks.Place) string {
	t := &text.T().Report
	if name := t.Places[string(p)]; name != "" {
		return name
	}
	if p == "" {
		return t.PlaceNone
	}
	return string(p)
}

// answeredClause is a clause with the findings of the controls that answer it,
// and those controls of the catalogue that have none.
type answeredClause struct {
	Clause
	findings []checks.Finding
	unseen   []checks.ID
}

// answered lists every clause of the catalogue.
func (r Report) answered() []answeredClause {
	var all []answeredClause
	for _, c := range clauses() {
		a := answeredClause{Clause: c}
		for _, f := range r.Findings {
			if slices.Contains(f.Clauses, c.ID) {
				a.findings = append(a.findings, f)
			}
		}
		for _, known := range controls.All() {
			if slices.Contains(known.Clauses, c.ID) && r.finding(checks.ID(known.ID)) == nil {
				a.unseen = append(a.unseen, checks.ID(known.ID))
			}
		}
		all = append(all, a)
	}
	return all
}
