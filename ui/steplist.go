package ui

// Steps as they were last heard of, a line each; and lines that are more than
// there is room for.

import (
	"fmt"
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/provision"
)

// stepList is in the order in which the steps came up.
type stepList []stepRow

// stepRow is one step.
type stepRow struct {
	event provision.Event
	notes []string
}

// hear takes one event. Lines of output are for the log.
func (l *stepList) hear(e provision.Event) {
	if e.Kind == provision.StepLog {
		return
	}
	same := func(row stepRow) bool {
		return row.event.Step == e.Step && (e.Step != "" || row.event.Title == e.Title)
	}
	i := slices.IndexFunc(*l, same)
	if i < 0 {
		i = len(*l)
		*l = append(*l, stepRow{event: e})
	}
	if e.Kind == provision.StepNote {
		(*l)[i].notes = append((*l)[i].notes, clean(e.Line))
		return
	}
	(*l)[i].event = e
}

// lines draws it.
func (l stepList) lines(s *styles, width int) []string {
	var lines []string
	for _, row := range l {
		mark, said := stepLine(row.event)
		style := s.text
		switch row.event.Kind {
		case provision.StepDone, provision.StepHeld:
			style = s.good
		case provision.StepFailed:
			style = s.bad
		case provision.StepUndone:
			style = s.moot
		}
		lines = append(lines, marked(style.Render(mark), said, width)...)
		for _, n := range row.notes {
			lines = append(lines, strings.Split(indent(wrap(n, width-4), 4), "\n")...)
		}
	}
	return lines
}

// marked folds a sentence behind a sign of one column.
func marked(mark, said string, width int) []string {
	lines := strings.Split(indent(wrap(said, width-2), 2), "\n")
	lines[0] = mark + lines[0][1:]
	return lines
}

// stepLine says how far a step is, with a sign of one column.
func stepLine(e provision.Event) (mark, said string) {
	t := &text.T().Engine
	head := clean(e.Title)
	if e.Count > 0 {
		head = fmt.Sprintf(t.Head, e.Index, e.Count, head)
	}
	took := text.Duration(e.Elapsed)
	switch e.Kind {
	case provision.StepHeld:
		return "=", fmt.Sprintf(t.Held, head)
	case provision.StepDone:
		return "✓", fmt.Sprintf(t.Done, head, took)
	case provision.StepFailed:
		return "✗", fmt.Sprintf(t.Failed, head, took)
	case provision.StepUndone:
		return "←", fmt.Sprintf(t.Undone, head, took)
	case provision.StepUndoing:
		return "›", fmt.Sprintf(t.Undoing, head)
	case provision.StepProgress:
		if e.Step == "" { // of a reporter, which does not tell the time
			if does := doing(e); len(does) > 0 {
				head = fmt.Sprintf(t.Progress, head, strings.Join(does, t.Comma))
			}
			return "›", head
		}
		return "›", fmt.Sprintf(t.Progress, head, parts(e))
	case provision.StepResumed:
		return "›", fmt.Sprintf(t.Resumed, head)
	}
	if e.Stage != "" {
		return "›", fmt.Sprintf(t.Progress, head, clean(e.Stage))
	}
	return "›", fmt.Sprintf(t.Began, head)
}

// doing is what a reporter says.
func doing(e provision.Event) []string {
	t := &text.T().Engine
	var out []string
	if e.Stage != "" {
		out = append(out, clean(e.Stage))
	}
	switch {
	case e.Total > 0:
		out = append(out, fmt.Sprintf(t.OfTotal, Size(e.Bytes), Size(e.Total), max(e.Percent, 0)))
	case e.Percent >= 0:
		out = append(out, fmt.Sprintf(t.Percent, e.Percent))
	}
	return out
}

// trouble is what is wrong and, a line each, what to do.
func trouble(s *styles, err error, width int) []string {
	one := func(said string) string { return clean(strings.ReplaceAll(said, "\n", " ")) }
	lines := marked(s.bad.Render("✗"), one(err.Error()), width)
	for _, hint := range text.Hint(err) {
		lines = append(lines, strings.Split(indent(wrap(tryIt(one(hint)), width-2), 2), "\n")...)
	}
	return lines
}

// tryIt heads what to do.
func tryIt(hint string) string {
	if head := words().Hint; strings.HasSuffix(head, "：") { // which has its own blank
		return head + hint
	}
	return words().Hint + " " + hint
}

// scrolled moves the first line shown; the view keeps it within bounds.
func scrolled(from int, key string, page int) int {
	switch key {
	case "up", "k":
		from--
	case "down", "j":
		from++
	case "pgup":
		from -= page
	case "pgdown":
		from += page
	case "home":
		from = 0
	case "end":
		from += 1 << 20
	}
	return max(0, from)
}

// window shows the lines from one on, and in the last row how many there are
// below, in the first how many above.
func window(s *styles, lines []string, from, width, height int) string {
	if len(lines) <= height {
		return strings.Join(lines, "\n")
	}
	from = max(0, min(from, len(lines)-height))
	shown := slices.Clone(lines[from : from+height])
	more := func(n int, sign string) string {
		return s.faint.Render(ansi.Truncate(sign+" "+fmt.Sprintf(text.T().Dashboard.Repairing.More, n), width, "…"))
	}
	if from > 0 {
		shown[0] = more(from+1, "↑")
	}
	if below := len(lines) - from - height; below > 0 {
		shown[height-1] = more(below+1, "↓")
	}
	return strings.Join(shown, "\n")
}
