// Package report shows findings: as text for a person, as a page to print, as
// JSON and as SARIF for programs. Each says when was looked, at which machine,
// versions and plan, and what was not looked at. There is no score: eight met and
// one not met is not 89 % safe.
//
// Findings can come from saved evidence that somebody else wrote, so whatever New
// is given is made fit to be shown before any form sees it.
package report

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"time"

	"github.com/clawarium/clawarium/assets/controls"
	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
)

// Format is the version of the JSON form, docs/report.schema.json.
const Format = 1

// Report is a set of findings with what they rest on.
type Report struct {
	Format     int                   `json:"format"`
	Language   string                `json:"language"` // of the words: en or zh
	Machine    string                `json:"machine"`
	Connection string                `json:"connection"` // libvirt's URI
	Collected  time.Time             `json:"collected"`
	Seconds    float64               `json:"seconds"` // that looking took
	Saved      bool                  `json:"saved"`   // judged from saved evidence: the machine was not looked at
	Versions   Versions              `json:"versions"`
	Plan       string                `json:"plan"` // hash of the plan
	Exit       int                   `json:"exit"` // 0 all met, 1 something not met, 3 not enough seen
	Counts     map[checks.Status]int `json:"counts"`
	// Only lists the controls that were asked for; none means all of them.
	Only     []checks.ID      `json:"only"`
	Findings []checks.Finding `json:"findings"`
	// NotLookedAt lists the controls of the catalogue without a finding: not
	// asked for, or without a judge in this version of clawarium.
	NotLookedAt []checks.ID `json:"notLookedAt"`
	// Clauses are those that the findings answer, in the order of the documents.
	Clauses []Clause `json:"clauses"`
	// Changes since earlier evidence or an earlier report; nil when none was given.
	Changes *Changes `json:"changes,omitempty"`
}

// Versions of what was looked at, and by what.
type Versions struct {
	Clawarium string `json:"clawarium"` // that collected the evidence
	Judge     string `json:"judge"`     // the clawarium that judged it
	OpenClaw  string `json:"openclaw"`
	Node      string `json:"node"`
}

// Clause is a clause of guidance with its source.
type Clause struct {
	ID            string `json:"id"`
	Wording       string `json:"wording"` // in our words
	Document      string `json:"document"`
	Date          string `json:"date"` // year, month and, where known, day
	Audience      string `json:"audience"`
	Reconstructed bool   `json:"reconstructed"` // after secondary copies
}

// New puts a report together. planHash is plan.Plan.Hash's, or empty.
func New(planHash string, e checks.Evidence, findings []checks.Finding) Report {
	r := Report{
		Format: Format, Language: text.Language(),
		Machine: clean(e.Subject.Machine, maxWord), Connection: clean(e.Subject.URI, maxWord),
		Collected: collected(e.Collected), Seconds: seconds(e.Took.Seconds()), Plan: clean(planHash, maxWord),
		Versions: Versions{
			Clawarium: clean(e.Subject.Version, maxWord), Judge: clean(e.Subject.Version, maxWord),
			OpenClaw: clean(e.Subject.OpenClaw, maxWord), Node: clean(e.Subject.Node, maxWord)},
		Only: []checks.ID{},
	}
	return r.with(fit(findings))
}

// FromSaved marks a report as judged now, by this version of clawarium, from
// evidence that was saved: the machine itself was not looked at.
func (r Report) FromSaved(version string) Report {
	r.Saved, r.Versions.Judge = true, clean(version, maxWord)
	return r
}

// Select leaves the findings of these controls. The others were not looked at,
// and one of these that has no finding cannot count as met.
func (r Report) Select(ids []checks.ID) Report {
	var kept []checks.Finding
	for _, f := range r.Findings {
		if slices.Contains(ids, f.Control) {
			kept = append(kept, f)
		}
	}
	r.Only = slices.Clone(ids)
	r = r.with(kept)
	if r.Exit == checks.ExitMet && len(kept) < len(ids) {
		r.Exit = checks.ExitNotChecked
	}
	return r
}

// with fills in the findings and what follows from them.
func (r Report) with(findings []checks.Finding) Report {
	r.Findings = findings
	if r.Findings == nil {
		r.Findings = []checks.Finding{}
	}
	r.Exit = checks.Exit(findings)
	r.Counts = map[checks.Status]int{}
	counts := checks.Counts(findings)
	for _, s := range checks.Statuses {
		r.Counts[s] = counts[s]
	}
	r.NotLookedAt = []checks.ID{}
	for _, c := range controls.All() {
		if !slices.ContainsFunc(findings, func(f checks.Finding) bool { return string(f.Control) == c.ID }) {
			r.NotLookedAt = append(r.NotLookedAt, checks.ID(c.ID))
		}
	}
	r.Clauses = []Clause{}
	for _, c := range clauses() {
		if slices.ContainsFunc(findings, func(f checks.Finding) bool { return slices.Contains(f.Clauses, c.ID) }) {
			r.Clauses = append(r.Clauses, c)
		}
	}
	return r
}

// clauses lists all of the catalogue, with their words.
func clauses() []Clause {
	t := &text.T().Checks
	dates := map[string]string{}
	for _, s := range controls.Sources() {
		dates[s.ID] = s.Date
	}
	var all []Clause
	for _, c := range controls.Clauses() {
		all = append(all, Clause{
			ID: c.ID, Wording: t.Clauses[c.ID], Document: t.Documents[c.Source], Date: dates[c.Source],
			Audience: c.Audience, Reconstructed: c.Reconstructed})
	}
	return all
}

// finding is that of a control, or nil.
func (r Report) finding(id checks.ID) *checks.Finding {
	for i := range r.Findings {
		if r.Findings[i].Control == id {
			return &r.Findings[i]
		}
	}
	return nil
}

// missing is what nothing is known of, apart by the reason.
type missing struct {
	unseen   []checks.ID // looked at, and not seen
	notAsked []checks.ID // others were asked for
	noJudge  []checks.ID // this version of clawarium has no judge for them
	other    []checks.ID
}

func (r Report) missing() (m missing) {
	for _, f := range r.Findings {
		if f.Status == checks.NotChecked {
			m.unseen = append(m.unseen, f.Control)
		}
	}
	for _, id := range r.NotLookedAt {
		switch {
		case len(r.Only) > 0 && !slices.Contains(r.Only, id):
			m.notAsked = append(m.notAsked, id)
		case !slices.Contains(checks.Judged(), id):
			m.noJudge = append(m.noJudge, id)
		default:
			m.other = append(m.other, id)
		}
	}
	return m
}

// Missing says what was not checked, a sentence for each reason.
func (r Report) Missing() []string { return r.missing().said() }

// said is what was not checked, a sentence for each reason.
func (m missing) said() (lines []string) {
	t := &text.T().Report
	for _, part := range []struct {
		format string
		ids    []checks.ID
	}{{t.Unseen, m.unseen}, {t.NotAsked, m.notAsked}, {text.T().Checks.NotInVersion, m.noJudge}, {t.NotLookedAt, m.other}} {
		if len(part.ids) > 0 {
			lines = append(lines, fmt.Sprintf(part.format, list(part.ids)))
		}
	}
	if len(lines) == 0 {
		lines = []string{t.Everything}
	}
	return lines
}

// took is how long looking took, rounded to be read.
func (r Report) took() time.Duration {
	return time.Duration(r.Seconds * float64(time.Second)).Round(100 * time.Millisecond)
}

// seconds bounds a duration: saved evidence can state any.
func seconds(s float64) float64 {
	if math.IsNaN(s) {
		return 0
	}
	return min(max(s, 0), 7*24*60*60)
}

// collected bounds a time so that every form can show it.
func collected(t time.Time) time.Time {
	if t = t.UTC().Truncate(time.Second); t.Year() < 1 || t.Year() > 9998 {
		return time.Time{}
	}
	return t
}

// JSON writes the report as one indented object.
func (r Report) JSON(w io.Writer) error { return writeJSON(w, r) }

func writeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
