package report

import (
	"strings"

	"github.com/mattn/go-runewidth"

	"github.com/clawarium/clawarium/checks"
)

// Lines are wrapped by terminal columns: a Chinese character takes two, and a
// line may break after any of them, where English breaks at spaces only.

// narrow measures ambiguous characters as one column, whatever the locale, so
// that the same report wraps the same way everywhere.
var narrow = func() *runewidth.Condition {
	c := runewidth.NewCondition()
	c.EastAsianWidth = false
	return c
}()

func columns(s string) int { return narrow.StringWidth(s) }

func pad(s string, width int) string {
	return s + strings.Repeat(" ", max(0, width-columns(s)))
}

// page gathers lines that are no wider than width.
type page struct {
	width  int
	bullet string
	alarm  string // before what must not be overlooked
	marks  map[checks.Status]string
	lines  []string
}

func newPage(o Options) *page {
	if o.Width <= 0 {
		o.Width = 80
	}
	if o.ASCII {
		return &page{width: max(o.Width, 40), bullet: "- ", alarm: "!! ", marks: plain}
	}
	return &page{width: max(o.Width, 40), bullet: "· ", alarm: "⚠ ", marks: symbols}
}

// mark is the symbol of a status; of none, that of what was not checked.
func (p *page) mark(s checks.Status) string {
	if m := p.marks[s]; m != "" {
		return m
	}
	return p.marks[checks.NotChecked]
}

// section begins a part with its name.
func (p *page) section(name string) {
	p.gap()
	p.wrap("  ", name)
}

// gap sets what follows apart.
func (p *page) gap() {
	if p.last() != "" {
		p.line("")
	}
}

func (p *page) line(s string) { p.lines = append(p.lines, s) }

func (p *page) last() string {
	if len(p.lines) == 0 {
		return ""
	}
	return p.lines[len(p.lines)-1]
}

// wrap adds s; its second and further lines begin with indent.
func (p *page) wrap(indent, s string) {
	p.lines = append(p.lines, wrap(s, "", indent, p.width)...)
}

func (p *page) item(s string) {
	p.lines = append(p.lines, wrap(s, "    "+p.bullet, "      ", p.width)...)
}

func (p *page) label(name, s string) {
	if s != "" {
		p.lines = append(p.lines, wrap(s, "    "+name, "      ", p.width)...)
	}
}

// wrap breaks s into lines of at most width columns.
func wrap(s, first, indent string, width int) []string {
	var lines []string
	line, used := first, columns(first)
	fresh := true // nothing but the indentation is on the line
	flush := func() {
		lines = append(lines, strings.TrimRight(line, " "))
		line, used, fresh = indent, columns(indent), true
	}
	for _, word := range words(s) {
		w := columns(word)
		if word == " " {
			if !fresh && used+1 <= width {
				line, used = line+" ", used+1
			}
			continue
		}
		if !fresh && used+w > width {
			flush()
		}
		for used+w > width { // a word longer than a line is cut
			head, rest := cut(word, width-used)
			if head == "" {
				break
			}
			line, fresh = line+head, false
			flush()
			word, w = rest, columns(rest)
		}
		if word != "" {
			line, used, fresh = line+word, used+w, false
		}
	}
	return append(lines, strings.TrimRight(line, " "))
}

// words splits s where a line may break: each space and each wide character is a
// word of its own; closing punctuation stays with what it closes.
func words(s string) []string {
	var out []string
	var word strings.Builder
	end := func() {
		if word.Len() > 0 {
			out = append(out, word.String())
			word.Reset()
		}
	}
	for _, r := range s {
		switch {
		case r == ' ':
			end()
			out = append(out, " ")
		case strings.ContainsRune("，。：；！？）》”、", r):
			if word.Len() == 0 && len(out) > 0 && out[len(out)-1] != " " {
				out[len(out)-1] += string(r)
			} else {
				word.WriteRune(r)
				end()
			}
		case narrow.RuneWidth(r) == 2:
			end()
			out = append(out, string(r))
		default:
			word.WriteRune(r)
		}
	}
	end()
	return out
}

// cut takes as much of word as fits into width columns.
func cut(word string, width int) (head, rest string) {
	used := 0
	for i, r := range word {
		if used += narrow.RuneWidth(r); used > width {
			return word[:i], word[i:]
		}
	}
	return word, ""
}
