// Package report shows findings: as text for a person and as JSON for a
// program. Each says when was looked, at which versions and which plan, and
// what was not checked. There is no score: eight met and one not met is not 89 %
// safe.
package report

import (
	"encoding/json"
	"io"
	"time"

	"github.com/clawarium/clawarium/checks"
)

// Format is the version of the JSON form, docs/report.schema.json.
const Format = 1

// Report is a set of findings with what they rest on.
type Report struct {
	Format     int                   `json:"format"`
	Machine    string                `json:"machine"`
	Connection string                `json:"connection"` // libvirt's URI
	Collected  time.Time             `json:"collected"`
	Seconds    float64               `json:"seconds"` // that looking took
	Versions   Versions              `json:"versions"`
	Plan       string                `json:"plan"` // hash of the plan
	Exit       int                   `json:"exit"` // 0 all met, 1 something not met, 3 not enough seen
	Counts     map[checks.Status]int `json:"counts"`
	Findings   []checks.Finding      `json:"findings"`
	// NotLookedAt lists the controls of the catalogue that this version of
	// clawarium has no judge for.
	NotLookedAt []checks.ID `json:"notLookedAt"`
}

// Versions of what was looked at, and by what.
type Versions struct {
	Clawarium string `json:"clawarium"`
	OpenClaw  string `json:"openclaw"`
	Node      string `json:"node"`
}

// New puts a report together. planHash is plan.Plan.Hash's.
func New(planHash string, e checks.Evidence, findings []checks.Finding) Report {
	r := Report{
		Format: Format, Machine: e.Subject.Machine, Connection: e.Subject.URI,
		Collected: e.Collected, Seconds: e.Took.Seconds(), Plan: planHash,
		Versions: Versions{e.Subject.Version, e.Subject.OpenClaw, e.Subject.Node},
		Exit:     checks.Exit(findings), Counts: map[checks.Status]int{},
		Findings: findings, NotLookedAt: checks.Unjudged(),
	}
	counts := checks.Counts(findings)
	for _, s := range checks.Statuses {
		r.Counts[s] = counts[s]
	}
	if r.Findings == nil {
		r.Findings = []checks.Finding{}
	}
	if r.NotLookedAt == nil {
		r.NotLookedAt = []checks.ID{}
	}
	return r
}

// JSON writes the report as one indented object.
func (r Report) JSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(r)
}
