package ui

// What `--help` shows: words first, then how to call it, then names in one column
// and what they are in another, as wide as the terminal allows.

import (
	"io"
	"os"
	"strings"

	"github.com/charmbracelet/x/ansi"
	"golang.org/x/term"
)

// Usage is what there is to say about a command.
type Usage struct {
	About  string
	Groups []UsageGroup
}

// UsageGroup is a heading with what stands below it.
type UsageGroup struct {
	Heading string
	Rows    []UsageRow
}

// UsageRow is a name and what it is.
type UsageRow struct{ Name, Says string }

// Lines longer than that are hard to follow, however wide the terminal is.
const widestUsage = 100

// PrintUsage writes it, with headings that stand out where w is a terminal that can.
func PrintUsage(w io.Writer, u Usage) error {
	width, bold := 80, false
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		width, bold = terminalWidth(f), os.Getenv("TERM") != "dumb" && os.Getenv("NO_COLOR") == ""
	}
	_, err := io.WriteString(w, u.Text(min(width, widestUsage), bold))
	return err
}

// Text is what PrintUsage writes, folded to so many columns.
func (u Usage) Text(width int, bold bool) string {
	width = max(width, narrowest)
	var b strings.Builder
	for paragraph := range strings.SplitSeq(u.About, "\n\n") {
		b.WriteString(wrap(unbroken(paragraph), width) + "\n\n")
	}
	names := 0
	for _, g := range u.Groups {
		for _, r := range g.Rows {
			if r.Says != "" {
				names = max(names, ansi.StringWidth(r.Name))
			}
		}
	}
	aside := 2 + names + 2
	if width-aside < 30 { // too little beside the names: below them
		aside = 6
	}
	for i, g := range u.Groups {
		if i > 0 {
			b.WriteByte('\n')
		}
		heading := g.Heading
		if bold {
			heading = "\x1b[1m" + heading + "\x1b[22m"
		}
		b.WriteString(heading + "\n")
		for _, r := range g.Rows {
			name := "  " + r.Name
			if room := aside - ansi.StringWidth(name); room >= 2 && r.Says != "" {
				name += strings.Repeat(" ", room) + strings.TrimLeft(indent(wrap(r.Says, width-aside), aside), " ")
			} else if r.Says != "" {
				name += "\n" + indent(wrap(r.Says, width-aside), aside)
			}
			b.WriteString(name + "\n")
		}
	}
	lines := strings.Split(b.String(), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n")
}

// unbroken joins the lines of a paragraph, whose breaks are those of the source. Chinese
// has no space between words, nor behind punctuation of its own.
func unbroken(paragraph string) string {
	var out []rune
	for line := range strings.SplitSeq(strings.TrimSpace(paragraph), "\n") {
		next := []rune(strings.TrimSpace(line))
		if len(out) > 0 && len(next) > 0 {
			last, first := out[len(out)-1], next[0]
			if !(wide(last) && wide(first)) && !fullStop(last) && !fullStop(first) {
				out = append(out, ' ')
			}
		}
		out = append(out, next...)
	}
	return string(out)
}

func wide(r rune) bool { return r >= 0x2e80 }

// fullStop says that a character brings its own space along.
func fullStop(r rune) bool { return strings.ContainsRune("，。；：、！？（）“”", r) }
