package plan

import (
	"errors"
	"fmt"

	"github.com/clawarium/clawarium/assets/text"
)

// Problem is one thing that is wrong with a plan. It unwraps to a *text.Fault,
// so that text.Hint finds what to do.
type Problem struct {
	Key   string // dotted; empty when the file as a whole is wrong
	Value string // as written, with anything like a secret masked
	Range string // what is allowed, this host's limits included
	Hint  string // what to do

	// Line and Column in the file, both from 1; 0 when there is no file.
	Line, Column int

	what    string
	excerpt string
}

// Error says what is wrong; with a file, also where, with the line and a caret.
func (p *Problem) Error() string {
	if p.Line == 0 {
		return p.what
	}
	s := fmt.Sprintf(text.T().Plan.AtLine, p.Line, p.Column, p.what)
	if p.excerpt != "" {
		s += "\n" + p.excerpt
	}
	return s
}

// Unwrap gives the same as a *text.Fault.
func (p *Problem) Unwrap() error { return &text.Fault{What: p.Error(), Hint: p.Hint} }

// Problems collects every *Problem in err's tree, in order.
func Problems(err error) []*Problem {
	var found []*Problem
	var walk func(error)
	walk = func(err error) {
		if p, ok := err.(*Problem); ok {
			found = append(found, p)
			return
		}
		switch e := err.(type) {
		case nil:
		case interface{ Unwrap() []error }:
			for _, inner := range e.Unwrap() {
				walk(inner)
			}
		default:
			walk(errors.Unwrap(err))
		}
	}
	walk(err)
	return found
}

func join(problems []*Problem) error {
	errs := make([]error, len(problems))
	for i, p := range problems {
		errs[i] = p
	}
	return errors.Join(errs...)
}
