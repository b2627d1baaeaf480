package ui

// Text that may be longer than its place: a part of it, and how much there is
// besides.

import (
	"fmt"
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/provision/plan"
)

// longLine is the width beyond which prose is hard to read.
const longLine = 96

// pane is a part of a text. The zero value is its beginning.
type pane struct {
	from int // the first line that is shown
	rows int // at the last drawing
}

// key scrolls, and says whether the key was one that does.
func (p *pane) key(key string) bool {
	page := max(p.rows-1, 1)
	switch key {
	case "down", "j":
		p.from++
	case "up", "k":
		p.from--
	case "pgdown", "space":
		p.from += page
	case "pgup":
		p.from -= page
	case "home":
		p.from = 0
	case "end":
		p.from = 1 << 20
	default:
		return false
	}
	return true
}

// show moves the part so that the lines from first up to, not including, last
// are in it, the first of them rather than the last.
func (p *pane) show(first, last int) {
	if last > p.from+p.rows {
		p.from = last - p.rows
	}
	p.from = min(p.from, first)
}

// view draws lines in exactly height rows. When they are more, the last row says
// how many.
func (p *pane) view(s *styles, lines []string, width, height int, focus ...int) string {
	p.rows = max(height, 1)
	more := len(lines) > height
	if more {
		p.rows = max(height-1, 1)
	}
	if len(focus) == 2 {
		p.show(focus[0], focus[1])
	}
	p.from = max(0, min(p.from, len(lines)-p.rows))
	part := lines[p.from:min(p.from+p.rows, len(lines))]
	drawn := fit(strings.Join(part, "\n"), width, p.rows)
	if more {
		below := len(lines) - p.from - len(part)
		drawn += "\n" + s.faint.Render(ansi.Truncate(moreLines(p.from, below), width, "…"))
	}
	return fit(drawn, width, height)
}

// hang wraps what is said to width behind a prefix, which may have a style of its
// own; the further lines begin where the first one does. A style is given to each
// line, since any of them may be the last that is shown.
func hang(width int, prefix, said string, style ...lipgloss.Style) []string {
	in := ansi.StringWidth(prefix)
	lines := prose(said, width-in)
	for i, l := range lines {
		if len(style) > 0 {
			l = style[0].Render(l)
		}
		if i > 0 {
			prefix = strings.Repeat(" ", in)
		}
		lines[i] = prefix + l
	}
	return lines
}

// trouble is what is wrong, and below it what to do, in the words of the page
// rather than the plan's. Several problems of a list come one by one.
func (s *styles) trouble(width int, err error) []string {
	if found := plan.Problems(err); len(found) > 1 {
		var lines []string
		for _, p := range found {
			lines = append(lines, s.trouble(width, p)...)
		}
		return lines
	}
	one := func(said string) string { return plainly(clean(strings.ReplaceAll(said, "\n", " "))) }
	lines := hang(width, "  "+s.bad.Render("✗")+" ", colon(words().Problem)+one(err.Error()))
	for _, hint := range text.Hint(err) {
		lines = append(lines, hang(width, "    "+s.key.Render(colon(words().Hint)), one(hint))...)
	}
	return lines
}

func pageWords() *text.Pages { return &text.T().Pages }

// moreLines says how many lines there are above and below.
func moreLines(above, below int) string {
	var where []string
	if above > 0 {
		where = append(where, fmt.Sprintf("↑ %d", above))
	}
	if below > 0 {
		where = append(where, fmt.Sprintf("↓ %d", below))
	}
	return fmt.Sprintf(pageWords().More, strings.Join(where, "  "))
}

// colon is a word with a colon and what sets off what follows: a full-width colon
// has its blank within itself.
func colon(word string) string {
	if strings.HasSuffix(word, "：") {
		return word
	}
	return word + " "
}
