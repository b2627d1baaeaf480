// Package checks looks at a machine and says what holds. It is read-only, and
// provably: it imports nothing that can change a machine; a test asserts it.
//
// Evidence is one JSON-serialisable snapshot of facts. Judge is a pure function
// from the plan and the evidence to findings, so that every control can be
// tested from recorded evidence and by damage.
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

// Place is where a fact was looked at. A hostile guest can lie, so facts from
// the host and from libvirt weigh more.
type Place string

// The places.
const (
	Host    Place = "host"
	Libvirt Place = "libvirt"
	InGuest Place = "guest"
)

// Finding is the verdict on one control, with what it rests on.
type Finding struct {
	Control  ID       `json:"control"`
	Title    string   `json:"title"`
	Clauses  []string `json:"clauses"`
	Status   Status   `json:"status"`
	Where    []Place  `json:"where"`
	Evidence []string `json:"evidence"` // what was seen, one fact a line
	Why      string   `json:"why"`      // why it matters
	Fix      []string `json:"fix"`      // IDs of the steps that ensure it
	Hint     string   `json:"hint,omitempty"`
}
