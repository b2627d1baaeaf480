// Package controls is the catalogue as data: which requirements are checked
// (K1 to K27), which clauses of official guidance each answers, where it is
// looked at and when. What is said about them is in assets/text. It is a leaf.
package controls

import (
	_ "embed" // the archive
	"encoding/json"
	"slices"
	"sync"

	"github.com/clawarium/clawarium/assets/packed"
)

// Control is one requirement.
type Control struct {
	ID      string   `json:"id"`
	Clauses []string `json:"clauses"` // IDs of Clause, in order
	Where   []string `json:"where"`   // host, libvirt, guest
	Stages  []string `json:"stages"`  // preflight, final, hardening, removal
	RedWhen []string `json:"redWhen"` // damages that must turn it to not met; for engineers
	Asked   bool     `json:"asked"`   // something only the owner can attest belongs to it
	// Incidents that it would have contained, or helped to: keys of
	// text.Checks.Incidents.
	Incidents []string `json:"incidents"`
}

// Clause is one sentence of guidance.
type Clause struct {
	ID            string `json:"id"`
	Source        string `json:"source"`   // ID of Source
	Audience      string `json:"audience"` // users, enterprises, providers, developers or all
	Reconstructed bool   `json:"reconstructed,omitempty"`
}

// Source is one published document.
type Source struct {
	ID   string `json:"id"`
	Date string `json:"date"` // year, month and, where known, day
}

//go:generate go run ../packed/make catalogue.tar.gz catalogue.json

//go:embed catalogue.tar.gz
var archive string

type catalogue struct {
	Sources  []Source  `json:"sources"`
	Clauses  []Clause  `json:"clauses"`
	Controls []Control `json:"controls"`
}

var load = sync.OnceValue(func() catalogue {
	var c catalogue
	if err := json.Unmarshal(packed.Open(archive)["catalogue.json"], &c); err != nil {
		panic("controls: " + err.Error()) // the file is compiled in, and tested
	}
	return c
})

// All returns the controls in the order of their numbers.
func All() []Control { return slices.Clone(load().Controls) }

// Clauses returns the clauses in the order of their documents.
func Clauses() []Clause { return slices.Clone(load().Clauses) }

// Sources returns the documents.
func Sources() []Source { return slices.Clone(load().Sources) }

// Get returns one control.
func Get(id string) (Control, bool) {
	all := load().Controls
	i := slices.IndexFunc(all, func(c Control) bool { return c.ID == id })
	if i < 0 {
		return Control{}, false
	}
	return all[i], true
}
