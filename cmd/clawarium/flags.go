package main

// Faults in the command line.

import (
	"fmt"

	"github.com/clawarium/clawarium/assets/text"
)

func unexpectedArgument(arg string) error {
	t := &text.T().Command
	return usageError{&text.Fault{What: fmt.Sprintf(t.UnexpectedArgument, arg), Hint: t.UsageHint}}
}
