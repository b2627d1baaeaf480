package steps

// When the machine was last looked at as a whole, and what that counted.

import (
	"encoding/json"
	"path/filepath"
	"time"

	"github.com/clawarium/clawarium/checks"
)

const lastCheckFile = "checked.json"

// LastCheck is the end of a check. Its zero value means that there was none.
type LastCheck struct {
	When   time.Time             `json:"when"`
	Counts map[checks.Status]int `json:"counts"`
}

// LastCheck is the one that was remembered last.
func (e *Env) LastCheck() LastCheck {
	var last LastCheck
	data, err := readKept(filepath.Join(e.dir, lastCheckFile))
	if err != nil || json.Unmarshal(data, &last) != nil {
		return LastCheck{} // of use only while it can be read
	}
	return last
}

// RememberCheck keeps what a look at all controls came to, and for each control
// that holds when that was seen.
func (e *Env) RememberCheck(when time.Time, findings []checks.Finding) error {
	last := LastCheck{When: when.UTC().Truncate(time.Second), Counts: checks.Counts(findings)}
	data, err := json.MarshalIndent(last, "", "  ")
	if err != nil {
		return err
	}
	if err := writeFile(filepath.Join(e.dir, lastCheckFile), append(data, '\n')); err != nil {
		return err
	}
	return e.RememberHeld(when, findings)
}
