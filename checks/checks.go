// Package checks looks at a machine and says what holds. It is read-only, and
// provably: it imports nothing that can change a machine; a test asserts it.
//
// Evidence is one JSON-serialisable snapshot of facts. Judge is a pure function
// from the plan and the evidence to findings, so that every control can be
// tested from recorded evidence and by damage.
//
// A control is one file, kNN.go, with one function in the registry of judge.go;
// what it is called and why it matters is data, in assets/controls.
package checks

// ID names a control, K1 to K27.
type ID string

// Status is what a finding says. The five are never merged into one score.
type Status string

// The statuses. NotChecked means that it could not be looked at, never that it
// holds.
const (
	Met           Status = "met"
	NotMet        Status = "not met"
	NotChecked    Status = "not checked"
	Attested      Status = "attested"
	NotApplicable Status = "not applicable"
)

// Statuses lists them in the order in which they are shown and counted.
var Statuses = []Status{NotMet, NotChecked, Met, Attested, NotApplicable}

// Place is where a fact was looked at. A hostile guest can lie, so facts from
// the host and from libvirt weigh more.
type Place string

// The places.
const (
	Host    Place = "host"
	Libvirt Place = "libvirt"
	InGuest Place = "guest"
	Owner   Place = "owner" // the owner's word, which is no evidence
)

// Finding is the verdict on one control, with what it rests on.
type Finding struct {
	Control  ID       `json:"control"`
	Title    string   `json:"title"`
	Clauses  []string `json:"clauses"`
	Status   Status   `json:"status"`
	Where    []Place  `json:"where"`    // where the lines of Evidence were looked at
	Evidence []string `json:"evidence"` // what was seen, one fact a line; what is wrong comes first
	Why      string   `json:"why"`      // why it matters
	Fix      []string `json:"fix"`      // IDs of the steps that ensure it
	Hint     string   `json:"hint,omitempty"`
}

// Counts says how many findings have each status. There is no score.
func Counts(findings []Finding) map[Status]int {
	counts := map[Status]int{}
	for _, f := range findings {
		counts[f.Status]++
	}
	return counts
}

// The exit statuses of a check.
const (
	ExitMet        = 0 // every finding is met, attested or not applicable
	ExitNotMet     = 1 // something is not met
	ExitNotChecked = 3 // nothing is known to be wrong, but not enough was seen to say so
)

// Exit returns the exit status for findings. No finding at all means that
// nothing was looked at.
func Exit(findings []Finding) int {
	counts := Counts(findings)
	switch {
	case counts[NotMet] > 0:
		return ExitNotMet
	case counts[NotChecked] > 0 || len(findings) == 0:
		return ExitNotChecked
	}
	return ExitMet
}
