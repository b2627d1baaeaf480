package text

import (
	"errors"
	"strings"
)

// Fault is an error that a person can act on: what is wrong, with the value
// quoted, and a separate hint that says what to do and can be pasted.
type Fault struct {
	What string // lower case, no "failed to", the value quoted
	Hint string // one sentence or one command; empty when there is nothing to do
	Err  error  // the cause, for errors.Is and errors.As; may be nil
	Note bool   // nothing went wrong: it is told without the word error
}

// Error returns what is wrong and, when it adds something, the cause.
func (f *Fault) Error() string {
	if f.Err == nil || strings.Contains(f.What, f.Err.Error()) {
		return f.What
	}
	return f.What + T().Engine.Colon + f.Err.Error()
}

// Unwrap returns the cause.
func (f *Fault) Unwrap() error { return f.Err }

// Hint collects the hints of every Fault in err's tree, outermost first and
// without repeats, so that a joined error keeps all of them.
func Hint(err error) []string {
	var hints []string
	seen := map[string]bool{}
	var walk func(error)
	walk = func(err error) {
		if err == nil {
			return
		}
		var f *Fault
		if e, ok := err.(*Fault); ok {
			f = e
		}
		if f != nil && f.Hint != "" && !seen[f.Hint] {
			seen[f.Hint] = true
			hints = append(hints, f.Hint)
		}
		switch e := err.(type) {
		case interface{ Unwrap() []error }:
			for _, inner := range e.Unwrap() {
				walk(inner)
			}
		default:
			walk(errors.Unwrap(err))
		}
	}
	walk(err)
	return hints
}
