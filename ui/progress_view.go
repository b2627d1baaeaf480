package ui

// How the page of progress is drawn.

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/provision"
)

const (
	rowWidth  = 80 // steps are no wider, so that the eye finds what is on the right
	barWidth  = 50
	tailLines = 6 // of the log, below an error
)

// turning is the sign of what runs, one frame after the other.
var turning = []rune("⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏")

func (p *progressPage) view(width, height int) string {
	switch {
	case p.state == notReviewed:
		t := &text.T().Progress
		return wrap(t.Refuse, width) + "\n\n" + wrap(t.RefuseHint, width)
	case p.working(), p.state == endedBySignal:
		return p.atWork(width, height)
	}
	return p.atEnd(width, height)
}

// atWork draws the steps, what the present one does, notes, and the log when it
// is open.
func (p *progressPage) atWork(width, height int) string {
	now, notes := p.present(width), p.noteLines(width, height)
	if p.logOpen {
		parts := []string{p.head(width), p.steps(width, p.stepsBesideLog(height))}
		parts = append(parts, now...)
		parts = append(parts, notes...)
		return strings.Join(append(parts, p.logPane(width, p.logRoom())), "\n")
	}
	room := height - 3 - len(now)
	if len(notes) > 0 {
		room -= 1 + len(notes)
	}
	parts := []string{p.head(width), "", p.steps(width, min(room, len(p.rows))), ""}
	parts = append(parts, now...)
	if len(notes) > 0 {
		parts = append(append(parts, ""), notes...)
	}
	return strings.Join(parts, "\n")
}

// stepsBesideLog is how many steps are shown while the log is open.
func (p *progressPage) stepsBesideLog(height int) int {
	return min(len(p.rows), max(3, (height-10)/3))
}

// logRoom is the number of the log's lines that are shown.
func (p *progressPage) logRoom() int {
	width, height := p.s.width, p.s.height
	if p.working() || p.state == endedBySignal {
		return max(1, height-2-max(1, p.stepsBesideLog(height))-len(p.present(width))-len(p.noteLines(width, height)))
	}
	return max(1, height-len(p.choices())-4)
}

// head says how far it is in all.
func (p *progressPage) head(width int) string {
	s, t, e := p.s.styles, &text.T().Progress, &text.T().Engine
	if p.then != stayThere || p.state == endedBySignal {
		return s.strong.Render(ansi.Truncate(words().Closing, width, "…"))
	}
	said := t.Preparing
	if p.latest.Count > 0 {
		said = fmt.Sprintf(t.Step, p.latest.Index, p.latest.Count)
		if p.state == backingSteps {
			said = fmt.Sprintf(t.StepBack, p.latest.Index, p.latest.Count)
		}
	}
	passed := p.s.now().Sub(p.began)
	rest := t.Gap + fmt.Sprintf(e.SoFar, text.Duration(passed))
	switch left, known := p.left(passed); {
	case known && left > 0:
		rest += t.Gap + fmt.Sprintf(e.Left, text.Duration(left))
	case known:
		rest += t.Gap + t.Longer
	}
	return ansi.Truncate(s.strong.Render(said)+s.faint.Render(rest), width, "…")
}

// left is about how long it takes yet: what the review said less what passed, but
// no less than the present step says; of the last step only that.
func (p *progressPage) left(passed time.Duration) (left time.Duration, known bool) {
	if p.state == makingSteps && p.about > 0 && p.latest.Index < max(p.latest.Count, 1) {
		left, known = time.Duration(p.about)*time.Second-passed, true
	}
	if p.latest.Estimate > 0 && p.state == makingSteps {
		left, known = max(left, p.latest.Estimate), true
	}
	switch { // no more exact than it is
	case left > 2*time.Minute:
		left = left.Round(time.Minute)
	case left > 0:
		left = max(left.Round(10*time.Second), 10*time.Second)
	}
	return left, known
}

// steps draws the steps around the one at work, or those that were scrolled to.
func (p *progressPage) steps(width, height int) string {
	var lines []string
	at := 0
	for i, r := range p.rows {
		lines = append(lines, p.row(r, min(width, rowWidth)))
		if r.state == rowRunning || r.state == rowUndoing || r.state == rowFailed {
			at = i
		}
	}
	if p.follow {
		p.from = at - height/2
	}
	p.from = max(0, min(p.from, len(lines)-height))
	return window(p.s.styles, lines, p.from, width, height)
}

func (p *progressPage) row(r progressRow, width int) string {
	s, t := p.s.styles, &text.T().Progress
	mark, style, right := "·", s.faint, ""
	title := s.faint
	switch r.state {
	case rowRunning, rowUndoing:
		frame := p.s.now().Sub(p.began).Milliseconds() / 130
		mark, style, title = string(turning[frame%int64(len(turning))]), s.focus, s.strong
		right = text.Duration(r.took)
	case rowDone:
		mark, style, title, right = "✓", s.good, s.text, text.Duration(r.took)
	case rowHeld:
		mark, style, title, right = "✓", s.good, s.text, t.Held
	case rowFailed:
		mark, style, title, right = "✗", s.bad, s.strong, t.Failed
	case rowUndone:
		mark, style, right = "←", s.moot, t.Undone
	}
	room := width - 4 - ansi.StringWidth(right) - 2
	return spread(style.Render(mark)+" "+title.Render(ansi.Truncate(r.title, room, "…")), s.faint.Render(right), width)
}

// present says what the step at work does: always as many lines, so that nothing
// jumps.
func (p *progressPage) present(width int) []string {
	s := p.s.styles
	e := p.latest
	var lines []string
	if p.then != stayThere || p.state == endedBySignal {
		said := text.T().Progress.StoppingStep
		if p.then == undoThen {
			said += " " + text.T().Progress.ThenBack
		}
		lines = strings.Split(wrap(said, width), "\n")
	} else {
		stage := clean(e.Stage)
		if stage == "" {
			stage = clean(e.Title)
		}
		lines = append(lines, s.strong.Render(ansi.Truncate(stage, width, "…")))
		if done, known := fraction(e); known {
			lines = append(lines, s.bar(done, min(width, barWidth)))
		}
		e.Stage = ""
		if e.Step != "" || e.Elapsed > 0 {
			lines = append(lines, strings.Split(wrap(parts(e), width), "\n")...)
		}
	}
	rows := 3
	if width < 80 {
		rows = 4
	}
	for len(lines) < rows {
		lines = append(lines, "")
	}
	return lines[:rows]
}

// fraction is how far the step is, 0 to 1: measured, else by the time that it is
// expected to take.
func fraction(e provision.Event) (done float64, known bool) {
	switch {
	case e.Percent >= 0 && (e.Percent > 0 || e.Total > 0 || e.Kind == provision.StepProgress):
		return min(1, e.Percent/100), true
	case e.Estimate > 0:
		return e.Elapsed.Seconds() / (e.Elapsed + e.Estimate).Seconds(), true
	}
	return 0, false
}

// bar draws how far something is.
func (s *styles) bar(done float64, width int) string {
	full := int(done*float64(width) + 0.5)
	return s.focus.Render(strings.Repeat("█", full)) + s.faint.Render(strings.Repeat("░", width-full))
}

// noteLines are the notes, the newest last, as many as there is room for.
func (p *progressPage) noteLines(width, height int) []string {
	most := max(2, height/4)
	if p.logOpen {
		most = 1
	}
	var lines []string
	for _, n := range p.notes {
		if p.logOpen {
			lines = append(lines, p.s.styles.word.Render("i")+" "+ansi.Truncate(n, width-2, "…"))
			continue
		}
		lines = append(lines, marked(p.s.styles.word.Render("i"), n, width)...)
	}
	return lines[max(0, len(lines)-most):]
}

// logPane draws the log below a rule, rows lines of it.
func (p *progressPage) logPane(width, rows int) string {
	s, t := p.s.styles, &text.T().Progress
	first, next := p.log.bounds()
	from := max(first, min(p.logFrom, next-rows))
	if p.logTail {
		from = max(first, next-rows)
	}
	to := min(next, from+rows)
	title := "── " + t.Log + " "
	if next > 0 {
		title += "── " + fmt.Sprintf(t.LogOf, from+1, to, next) + " "
	}
	if !p.logTail {
		title += "── " + t.LogPaused + " "
	}
	title = ansi.Truncate(title, width, "…")
	title += strings.Repeat("─", max(0, width-ansi.StringWidth(title)))
	out := []string{s.line.Render(title)}
	if next == 0 {
		out = append(out, s.faint.Render(t.LogEmpty))
	}
	for _, line := range p.log.between(from, to) {
		out = append(out, ansi.Truncate(ansi.TruncateLeft(line, p.logSide, ""), width, "…"))
	}
	for len(out) < rows+1 {
		out = append(out, "")
	}
	return strings.Join(out, "\n")
}

// atEnd draws what it came to and the ways on.
func (p *progressPage) atEnd(width, height int) string {
	s := p.s.styles
	var menu []string
	for i, c := range p.choices() {
		mark, style := "  ", s.text
		if i == p.selected {
			mark, style = "› ", s.focus
		}
		menu = append(menu, style.Render(ansi.Truncate(mark+c.key+"  "+c.does, width, "…")))
	}
	lines := p.cameTo(width)
	room := height - len(menu) - 1
	var above []string
	if p.logOpen {
		above = append([]string{ansi.Truncate(lines[0], width, "…"), ""}, strings.Split(p.logPane(width, p.logRoom()), "\n")...)
	} else {
		p.from = max(0, min(p.from, len(lines)-room))
		above = strings.Split(window(s, lines, p.from, width, room), "\n")
	}
	for len(above) < room {
		above = append(above, "")
	}
	return strings.Join(append(append(above, ""), menu...), "\n")
}

// cameTo says how it ended, and why.
func (p *progressPage) cameTo(width int) []string {
	s, t := p.s.styles, &text.T().Progress
	if p.state == allBack {
		lines := append(marked(s.good.Render("✓"), fmt.Sprintf(t.UndoneAll, p.agreed.Name), width), "")
		for _, r := range p.rows {
			if r.state == rowUndone {
				lines = append(lines, "  "+p.row(r, min(width, rowWidth)-2))
			}
		}
		return lines
	}
	head, why := t.DidNotWork, p.err
	var step *provision.StepError
	if p.state == backingFailed {
		head = t.UndoFailed
	} else if errors.As(p.err, &step) {
		head, why = fmt.Sprintf(t.StepFailed, clean(step.Title)), step.Err
	}
	lines := append(marked(s.bad.Render("✗"), s.strong.Render(head), width), "")
	for _, line := range strings.Split(strings.TrimRight(why.Error(), "\n"), "\n") {
		lines = append(lines, strings.Split(indent(wrap(clean(line), width-2), 2), "\n")...)
	}
	if hints := text.Hint(p.err); len(hints) > 0 {
		lines = append(lines, "", s.strong.Render(words().Hint))
		for _, hint := range hints {
			lines = append(lines, marked("›", strings.ReplaceAll(indented(hint), "\n", " "), width)...)
		}
	}
	if _, next := p.log.bounds(); next > 0 {
		lines = append(lines, "", s.strong.Render(t.LastLines))
		for _, line := range p.log.between(next-tailLines, next) {
			lines = append(lines, "  "+s.faint.Render(ansi.Truncate(line, width-2, "…")))
		}
	}
	return lines
}
