package report

import (
	"regexp"
	"slices"
	"time"

	"github.com/clawarium/clawarium/assets/controls"
	"github.com/clawarium/clawarium/checks"
)

// Changes is what differs from an earlier report. It changes no exit status:
// what was red then and is red now is red.
type Changes struct {
	From       string    `json:"from"` // evidence or report
	Machine    string    `json:"machine"`
	Connection string    `json:"connection"`
	Collected  time.Time `json:"collected"`
	Versions   Versions  `json:"versions"`
	Plan       string    `json:"plan"` // hash; empty when unknown
	// Lines is whether evidence was compared: not with a report in another
	// language.
	Lines     bool        `json:"lines"`
	Controls  []Change    `json:"controls"`
	Unchanged []checks.ID `json:"unchanged"`
}

// Change is what differs in one control. A status is empty when the control was
// not looked at.
type Change struct {
	Control checks.ID     `json:"control"`
	Title   string        `json:"title"`
	Was     checks.Status `json:"was"`
	Is      checks.Status `json:"is"`
	Gone    []string      `json:"gone"`    // lines of evidence that are no more
	Came    []string      `json:"came"`    // lines that were not
	Altered []Altered     `json:"altered"` // lines that differ in their numbers only
}

// Altered is a line whose numbers differ: a process has another number after
// every start, which is no drift.
type Altered struct {
	Was string `json:"was"`
	Is  string `json:"is"`
}

// Against notes what changed since an earlier report. Controls that were not
// asked for now are left out.
func (r Report) Against(earlier Earlier) Report {
	c := Changes{
		From: earlier.From, Machine: earlier.Machine, Connection: earlier.Connection, Collected: earlier.Collected,
		Versions: earlier.Versions, Plan: earlier.Plan, Lines: earlier.Language == r.Language,
		Controls: []Change{}, Unchanged: []checks.ID{},
	}
	for _, known := range controls.All() {
		id := checks.ID(known.ID)
		if len(r.Only) > 0 && !slices.Contains(r.Only, id) {
			continue
		}
		was, is := earlier.finding(id), r.finding(id)
		if was == nil && is == nil {
			continue
		}
		change := Change{Control: id, Gone: []string{}, Came: []string{}, Altered: []Altered{}}
		var old, new []string
		if was != nil {
			change.Was, change.Title, old = was.Status, was.Title, was.Evidence
		}
		if is != nil {
			change.Is, change.Title, new = is.Status, is.Title, is.Evidence
		}
		if c.Lines {
			change.lines(old, new)
		}
		if change.Was == change.Is && len(change.Gone)+len(change.Came)+len(change.Altered) == 0 {
			c.Unchanged = append(c.Unchanged, id)
		} else {
			c.Controls = append(c.Controls, change)
		}
	}
	r.Changes = &c
	return r
}

var digits = regexp.MustCompile(`[0-9]+`)

// lines sorts out what is gone, what came, and what has other numbers. The same
// line in another place is no change.
func (c *Change) lines(old, new []string) {
	count := map[string]int{}
	for _, line := range new {
		count[line]++
	}
	byShape := map[string][]string{}
	for _, line := range old {
		if count[line] > 0 {
			count[line]--
			continue
		}
		shape := digits.ReplaceAllString(line, "0")
		byShape[shape] = append(byShape[shape], line)
		c.Gone = append(c.Gone, line)
	}
	for _, line := range new {
		if count[line] == 0 {
			continue
		}
		count[line]--
		shape := digits.ReplaceAllString(line, "0")
		if was := byShape[shape]; len(was) > 0 {
			byShape[shape] = was[1:]
			at := slices.Index(c.Gone, was[0])
			c.Gone = slices.Delete(c.Gone, at, at+1)
			c.Altered = append(c.Altered, Altered{was[0], line})
			continue
		}
		c.Came = append(c.Came, line)
	}
}

// sameMachine is whether the earlier report was of this machine, as far as names
// can tell.
func (r Report) sameMachine() bool {
	return r.Changes == nil || r.Changes.Machine == r.Machine && r.Changes.Connection == r.Connection
}
