package ui

// Questions in line mode. The end of the input is never an answer.

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/clawarium/clawarium/assets/text"
)

// Ask prints a question and reads one line. It ends with the context, and with
// an error at the end of the input: silence is no consent.
func Ask(ctx context.Context, in io.Reader, out io.Writer, question string) (string, error) {
	fmt.Fprint(out, question+" ")
	type answer struct {
		line string
		err  error
	}
	got := make(chan answer, 1)
	go func() {
		var line strings.Builder
		one := make([]byte, 1) // a byte at a time: what follows is the next question's
		for {
			n, err := in.Read(one)
			if n == 1 && one[0] == '\n' {
				got <- answer{line: line.String()}
				return
			}
			line.Write(one[:n])
			if err != nil || line.Len() > 4096 {
				got <- answer{err: errors.Join(err, io.ErrUnexpectedEOF)}
				return
			}
		}
	}()
	select {
	case <-ctx.Done():
		fmt.Fprintln(out)
		return "", ctx.Err()
	case a := <-got:
		if a.err != nil {
			fmt.Fprintln(out)
			t := text.T().Command
			return "", &text.Fault{What: t.NoAnswer, Hint: t.NoAnswerHint, Err: a.err}
		}
		return strings.TrimSpace(a.line), nil
	}
}

// Yes says whether an answer is a yes, in either language.
func Yes(answer string) bool {
	switch strings.ToLower(strings.TrimSpace(answer)) {
	case "yes", "y", "是", "好":
		return true
	}
	return false
}
