package ui

// Talk on a terminal is folded between words: a terminal that breaks lines
// itself does so in the middle of them.

import (
	"bytes"
	"io"
	"os"
	"strings"

	"github.com/charmbracelet/x/ansi"
	"golang.org/x/term"
)

// narrowest is the width below which folding would help nobody.
const narrowest = 20

// Fold returns a writer that folds whole lines to the width of f, where f is a
// terminal. Elsewhere, lines go through as they are: a log wants one fact a line.
func Fold(f *os.File) io.Writer {
	if !term.IsTerminal(int(f.Fd())) {
		return f
	}
	return &folder{File: f, width: func() int { return terminalWidth(f) }}
}

func terminalWidth(f interface{ Fd() uintptr }) int {
	if w, _, err := term.GetSize(int(f.Fd())); err == nil && w > 0 {
		return w
	}
	return 80
}

// folder keeps what the file offers besides, such as its descriptor.
type folder struct {
	*os.File
	width func() int
	to    io.Writer // in place of File, for tests
}

func (f *folder) Write(p []byte) (int, error) {
	var out bytes.Buffer
	for line := range bytes.Lines(p) {
		text, whole := bytes.CutSuffix(line, []byte("\n"))
		if !whole { // a prompt, or progress that will be written over
			out.Write(line)
			continue
		}
		out.WriteString(foldLine(string(text), f.width()))
		out.WriteByte('\n')
	}
	to := f.to
	if to == nil {
		to = f.File
	}
	if _, err := to.Write(out.Bytes()); err != nil {
		return 0, err
	}
	return len(p), nil
}

// foldLine breaks a line so that each part fits; the further parts are set in
// two columns more than the first.
func foldLine(line string, width int) string {
	rest, back := strings.CutPrefix(line, clearLine)
	if width < narrowest || ansi.StringWidth(rest) <= width {
		return line
	}
	body := strings.TrimLeft(rest, " ")
	indent := rest[:len(rest)-len(body)]
	if len(indent) > width/2 {
		indent = ""
	}
	parts := strings.Split(wrap(body, width-len(indent)-2), "\n")
	for i := range parts {
		parts[i] = strings.TrimRight(parts[i], " ")
	}
	folded := indent + strings.Join(parts, "\n"+indent+"  ")
	if back {
		folded = clearLine + folded
	}
	return folded
}
