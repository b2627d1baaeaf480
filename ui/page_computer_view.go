package ui

// How the look at this computer is drawn.

import (
	"fmt"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
)

// longLook is from when on it is said how long a look has taken so far.
const longLook = 2 * time.Second

func (c *computer) view(width, height int) string {
	s, t := c.s.styles, &pageWords().Computer
	wide := min(width, longLine)
	switch {
	case c.fix != nil:
		return c.viewFix(wide, width, height)
	case c.open >= 0 && c.line() != nil:
		return c.read.view(s, c.detail(*c.line(), wide), width, height)
	}
	var lines, foot []string
	if height > leastHeight-frameRows || c.found == nil {
		lines = append(hang(wide, "", t.About), "")
	}
	first, last := 0, 0
	switch {
	case c.looking():
		lines = append(lines, c.lookingAt(wide)...)
	case c.err != nil:
		lines = append(lines, hang(wide, "", t.Failed)...)
		lines = append(lines, s.trouble(wide, c.err)...)
		foot = hang(wide, "", t.Unlooked)
	default:
		var rows []string
		rows, first, last = c.list(wide)
		first, last = first+len(lines), last+len(lines)
		lines = append(lines, rows...)
		foot = c.foot(wide)
	}
	if len(foot) == 0 {
		return c.pane.view(s, lines, width, height)
	}
	room := max(1, min(len(lines), height-len(foot)-1))
	if c.at == rowGoOn { // the beginning, or where it was scrolled to
		return c.pane.view(s, lines, width, room) + "\n\n" + strings.Join(foot, "\n")
	}
	if first <= 3 {
		first = 0 // with what is above it
	}
	return c.pane.view(s, lines, width, room, first, last) + "\n\n" + strings.Join(foot, "\n")
}

// lookingAt says what is looked at, and since when, once that is long.
func (c *computer) lookingAt(width int) []string {
	said := words().Working
	if c.look.said != "" {
		said = fmt.Sprintf(pageWords().Computer.Looking, c.look.said)
	}
	if since := c.s.now().Sub(c.since); since >= longLook {
		said += text.T().Engine.Comma + fmt.Sprintf(text.T().Engine.SoFar, text.Duration(since))
	}
	return hang(width, "", said)
}

// list are the findings under their heads, and from which to which line the one
// under the cursor reaches.
func (c *computer) list(width int) (lines []string, first, last int) {
	s, t := c.s.styles, &pageWords().Computer
	names := text.T().Checks.Status
	wide := 0
	for _, status := range []checks.Status{checks.Met, checks.NotMet, checks.NotChecked} {
		wide = max(wide, ansi.StringWidth(names[string(status)]))
	}
	for kind, numbers := range c.kinds() {
		if len(numbers) == 0 {
			continue
		}
		if len(lines) > 0 {
			lines = append(lines, "")
		}
		lines = append(lines, s.strong.Render(t.Groups[[]string{"stops", "worth", "fine"}[kind]]))
		if kind == kindFine && c.gathered() {
			if c.at == rowFine {
				first, last = len(lines), len(lines)+1
			}
			lines = append(lines, c.row(rowFine, s.good.Render(symbol(checks.Met)+" "+padTo(names[string(checks.Met)], wide)), fmt.Sprintf(t.FineMany, len(numbers)), width)...)
			continue
		}
		for _, i := range numbers {
			l := c.found.Lines[i]
			row := c.row(i, s.status(l.Status).Render(symbol(l.Status)+" "+padTo(names[string(l.Status)], wide)), clean(l.What), width)
			if c.at == i {
				first, last = len(lines), len(lines)+len(row)
			}
			lines = append(lines, row...)
		}
	}
	return lines, first, last
}

// row is one of them: in full under the cursor, else in one line.
func (c *computer) row(i int, status, what string, width int) []string {
	s := c.s.styles
	mark, style := "  ", s.text
	if c.at == i {
		mark, style = "› ", s.focus
	}
	prefix := style.Render(mark) + status + "  "
	if c.at == i {
		return hang(width, prefix, what)
	}
	return []string{prefix + ansi.Truncate(what, max(width-ansi.StringWidth(prefix), 1), "…")}
}

// foot says whether one can go on, and what was done last.
func (c *computer) foot(width int) []string {
	s, t := c.s.styles, &pageWords().Computer
	var lines []string
	if c.said != "" {
		mark := s.bad.Render("✗ ")
		if c.good {
			mark = s.good.Render("✓ ")
		}
		lines = append(lines, hang(width, mark, c.said)...)
	}
	switch n := c.stops(); {
	case n == 1:
		return append(lines, hang(width, s.bad.Render("✗ "), t.Stopped)...)
	case n > 1:
		return append(lines, hang(width, s.bad.Render("✗ "), fmt.Sprintf(t.StoppedOnes, n))...)
	}
	if e := c.found.Estimate; e.Total > 0 {
		lines = append(lines, hang(width, "", fmt.Sprintf(t.Takes, text.Duration(roughly(int(e.Total/time.Second))), Size(e.Download), Size(e.Disk)))...)
	}
	sum := hang(width, s.good.Render("✓ "), t.Fine)
	if kinds := c.kinds(); len(kinds[kindWorth]) > 0 {
		sum = hang(width, "", t.Fair)
	}
	button, style := "  [ "+t.GoOn+" ]", s.text
	if c.at == rowGoOn {
		button, style = "› [ "+t.GoOn+" ]", s.focus
	}
	return append(append(lines, sum...), style.Render(button))
}

// detail is all of a finding.
func (c *computer) detail(l PreflightLine, width int) []string {
	s, t := c.s.styles, &pageWords().Computer
	lines := hang(width, s.status(l.Status).Render(symbol(l.Status)+" "+text.T().Checks.Status[string(l.Status)])+"  ", clean(l.What), s.strong)
	part := func(head string, body ...string) {
		lines = append(lines, "", s.strong.Render(head))
		for _, b := range body {
			lines = append(lines, hang(width, "  ", clean(b))...)
		}
	}
	if l.Why != "" {
		part(t.Why, l.Why)
	}
	if l.Hint != "" {
		part(t.ToDo, strings.Split(plainly(l.Hint), "\n")...)
	}
	if len(l.Commands) > 0 {
		part(t.Commands)
		lines = append(lines, c.commands(l.Commands, width)...)
	}
	if f := l.Fix; f != nil {
		part(t.CanMend, f.Title)
		lines = append(lines, c.commands(f.Commands, width)...)
		if said := afterwardsOf(*f); said != "" {
			lines = append(lines, hang(width, "  ", said)...)
		}
		if f.Undo {
			lines = append(lines, hang(width, "  ", t.CanUndo)...)
		}
	}
	return lines
}

// commands are lines that can be typed.
func (c *computer) commands(all []string, width int) []string {
	var lines []string
	for _, cmd := range all {
		lines = append(lines, hang(width, "  $ ", clean(cmd), c.s.styles.key)...)
	}
	return lines
}

// viewFix draws what is run, what it says, and what it came to.
func (c *computer) viewFix(wide, width, height int) string {
	s, t, f := c.s.styles, &pageWords().Computer, c.fix
	head := t.Mending
	if f.back {
		head = t.Undoing
	}
	elapsed := ""
	if f.runs() {
		elapsed = s.faint.Render(text.Duration(c.s.now().Sub(f.began)))
	}
	top := []string{spread(s.title.Render(ansi.Truncate(fmt.Sprintf(head, clean(f.fix.Title)), max(width-12, 8), "…")), elapsed, width)}
	var foot []string
	switch {
	case f.runs() && f.halted:
		foot = hang(wide, "", words().Closing)
	case f.runs():
		foot = hang(wide, "", t.Runs)
	case f.err != nil:
		foot = append(few(trouble(s, f.err, wide), max(4, height-8)), hang(wide, "", t.NotWorked)...)
	default:
		foot = hang(wide, s.good.Render("✓ "), fmt.Sprintf(t.Done, afterwardsOf(f.fix)))
		foot = append(foot, hang(wide, "  ", clean(f.how))...)
		foot = append(foot, hang(wide, "  ", t.Kept)...)
	}
	first, next := f.log.bounds()
	var lines []string
	if next == 0 && !f.back { // nothing was said yet
		lines = c.commands(f.fix.Commands, wide)
	}
	for _, l := range f.log.between(first, next) {
		lines = append(lines, hang(width, "  ", l)...) // whole: it may end with where all of it is kept
	}
	room := max(1, height-len(top)-len(foot)-2)
	if f.follow {
		f.pane.from = 1 << 20
	}
	return strings.Join(top, "\n") + "\n\n" + f.pane.view(s, lines, width, room) + "\n" + strings.Join(foot, "\n")
}
