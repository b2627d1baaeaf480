package ui

// Questions in line mode. The end of the input is never an answer.

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"

	"github.com/clawarium/clawarium/assets/text"
)

// Bounds on a line of input, in bytes.
const (
	longestAnswer = 4096
	longestLine   = 1 << 20 // past it nobody is answering
)

// settled is how long it may take until a terminal that was told to be mute is:
// it is told otherwise after that, not before.
const settled = 20 * time.Millisecond

// errLineTooLong is a line longer than any answer. All of it has been read.
var errLineTooLong = errors.New("the line is too long")

// lineReader reads one line for each question, and not a byte of what follows:
// that is the next question's, or another program's.
type lineReader struct {
	in io.Reader
	// pending is a line that is still being read for a question that was given up.
	pending chan lineRead
	// hidden is whether in is a terminal that shall not show what is typed.
	hidden bool
}

type lineRead struct {
	line string
	err  error
}

// line waits for a line or the end of the context. A line without its newline is
// no answer: what comes from a broken pipe may be the beginning of another.
func (r *lineReader) line(ctx context.Context) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	if r.pending == nil {
		r.pending = make(chan lineRead, 1)
		read := readLine
		if r.hidden {
			fd := int(r.in.(*os.File).Fd())
			before, err := term.GetState(fd)
			if err != nil {
				return "", err
			}
			// Nobody may end the line any more; the terminal shows what is typed again.
			defer func() {
				if ctx.Err() != nil {
					time.Sleep(settled)
				}
				_ = term.Restore(fd, before)
			}()
			read = func(io.Reader) lineRead { return readHidden(fd) }
		}
		go func(to chan<- lineRead) { to <- read(r.in) }(r.pending)
	}
	select {
	case <-ctx.Done():
		return "", ctx.Err()
	case got := <-r.pending:
		r.pending = nil
		if err := ctx.Err(); err != nil { // both at once: nothing is answered any more
			return "", err
		}
		return got.line, got.err
	}
}

// readHidden reads a line of a terminal, which does not show it.
func readHidden(fd int) lineRead {
	line, err := term.ReadPassword(fd)
	switch {
	case errors.Is(err, io.EOF):
		err = inputEnd{}
	case len(line) > longestAnswer:
		err = errLineTooLong
	}
	return lineRead{strings.TrimSpace(string(line)), err}
}

func readLine(in io.Reader) lineRead {
	var line strings.Builder
	length := 0
	one := make([]byte, 1)
	for {
		n, err := in.Read(one)
		if n == 1 && one[0] == '\n' {
			if length > longestAnswer {
				return lineRead{err: errLineTooLong}
			}
			return lineRead{line: strings.TrimSpace(line.String())}
		}
		if length += n; length <= longestAnswer {
			line.Write(one[:n])
		}
		switch {
		case err == io.EOF || length > longestLine:
			return lineRead{err: inputEnd{}}
		case err != nil:
			return lineRead{err: errors.Join(err, inputEnd{})}
		}
	}
}

// inputEnd is the end of the input before an answer.
type inputEnd struct{}

func (inputEnd) Error() string { return text.T().Command.NoAnswer }
func (inputEnd) Unwrap() error { return io.ErrUnexpectedEOF }

// noAnswer is the error of a question whose answer did not come.
func noAnswer(err error) error {
	t := &text.T().Command
	return &text.Fault{What: t.NoAnswer, Hint: t.NoAnswerHint, Err: err}
}

// Ask prints a question and reads one line. It ends with the context, and with
// an error at the end of the input: silence is no consent.
func Ask(ctx context.Context, in io.Reader, out io.Writer, question string) (string, error) {
	fmt.Fprint(out, question+" ")
	line, err := (&lineReader{in: in}).line(ctx)
	if err == nil {
		return line, nil
	}
	fmt.Fprintln(out)
	switch {
	case ctx.Err() != nil:
		return "", ctx.Err()
	case errors.Is(err, errLineTooLong):
		err = errors.Join(err, inputEnd{})
	}
	return "", noAnswer(err)
}

// Yes says whether an answer is a yes, in either language.
func Yes(answer string) bool {
	switch strings.ToLower(strings.TrimSpace(answer)) {
	case "yes", "y", "是", "好":
		return true
	}
	return false
}
