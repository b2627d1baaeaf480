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

// Group is the findings of one place; an empty place is none.
type Group struct {
	Place    checks.Place
	Findings []checks.Finding
}

// Places puts each finding under the weightiest place that it was looked at on.
func (r Report) Places() []Group {
	var groups []Group
	for _, place := range append(slices.Clone(places), "") {
		g := Group{Place: place}
		for _, f := range r.Findings {
			if weightiest(f.Where) == place {
				g.Findings = append(g.Findings, f)
			}
		}
		if len(g.Findings) > 0 {
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

// PlaceName is what a place is called.
func PlaceName(p checks.Place) string {
	t := &text.T().Report
	if name := t.Places[string(p)]; name != "" {
		return name
	}
	if p == "" {
		return t.PlaceNone
	}
	return string(p)
}

// Answered is a clause with the findings of the controls that answer it, and
// those controls of the catalogue that have none.
type Answered struct {
	Clause
	Findings []checks.Finding
	Unseen   []checks.ID
}

// Answers lists every clause of the catalogue.
func (r Report) Answers() []Answered {
	var all []Answered
	for _, c := range clauses() {
		a := Answered{Clause: c}
		for _, f := range r.Findings {
			if slices.Contains(f.Clauses, c.ID) {
				a.Findings = append(a.Findings, f)
			}
		}
		for _, known := range controls.All() {
			if slices.Contains(known.Clauses, c.ID) && r.finding(checks.ID(known.ID)) == nil {
				a.Unseen = append(a.Unseen, checks.ID(known.ID))
			}
		}
		all = append(all, a)
	}
	return all
}
