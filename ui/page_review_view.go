package ui

// What the review looks like: the summary, the problems, and files as they are.

import (
	"fmt"
	"strings"
	"time"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/provision/plan"
)

// makes names what enter does.
func (r *review) makes() string {
	if r.goesOn() {
		return pageWords().Review.GoOn
	}
	return pageWords().Review.Make
}

func (r *review) goesOn() bool {
	return r.s.existing || r.s.review != nil && r.s.review.Existing
}

func (r *review) view(width, height int) string {
	s, t := r.s.styles, &pageWords().Review
	wide := min(width, longLine)
	switch {
	case r.part == "save":
		return r.save.view(s, width, height)
	case r.begun != nil:
		return r.pane.view(s, r.changed(wide), width, height)
	case r.s.review == nil && r.err != nil:
		lines := append(hang(wide, "", t.Failed), s.trouble(wide, r.err)...)
		return r.pane.view(s, lines, width, height)
	case r.s.review == nil:
		said := words().Working
		if r.work.said != "" {
			said = fmt.Sprintf(t.Deciding, r.work.said)
		}
		return fit(strings.Join(hang(wide, "", said), "\n"), width, height)
	case r.part == "plan":
		return r.file(t.PlanTitle, r.s.review.Plan, width, height)
	case r.part == "detail":
		return r.file(t.DetailTitle, r.s.review.Detail, width, height)
	case len(r.s.review.Problems) > 0:
		lines, first, last := r.problems(wide)
		return r.pane.view(s, lines, width, height, first, last)
	}
	foot := []string{""}
	if r.note != "" {
		foot = append(hang(wide, s.good.Render("✓ "), r.note), "")
	}
	button := s.faint.Render("  [ " + r.makes() + " ]  " + t.Read)
	if r.ready {
		button = s.focus.Render("› [ "+r.makes()+" ]") + "  " + s.faint.Render(t.MakeAbout)
	}
	foot = append(foot, button)
	lines := r.summary(wide)
	return r.pane.view(s, lines, width, min(len(lines), height-len(foot))) + "\n" + strings.Join(foot, "\n")
}

// file is a part that is shown as it is, line by line.
func (r *review) file(title, body string, width, height int) string {
	lines := strings.Split(strings.TrimRight(body, "\n"), "\n")
	for i := range lines {
		lines[i] = clean(strings.ReplaceAll(lines[i], "\t", "    "))
	}
	return r.s.styles.title.Render(title) + "\n\n" + r.pane.view(r.s.styles, folded(lines, width), width, height-2)
}

// folded breaks lines that are too long; what is approved can be read to its end.
func folded(lines []string, width int) []string {
	var out []string
	for _, l := range lines {
		out = append(out, strings.Split(wrap(l, width), "\n")...)
	}
	return out
}

func (r *review) summary(width int) []string {
	s, t, made := r.s.styles, &pageWords().Review, r.s.review
	about := t.About
	if r.goesOn() {
		about = fmt.Sprintf(t.Existing, r.s.plan.Name)
	}
	lines := append(hang(width, "", about, s.strong), "")
	add := func(format string, args ...any) {
		name, said := column(fmt.Sprintf(format, args...))
		lines = append(lines, hang(width, "  "+name, said)...)
	}
	for _, l := range made.Lines {
		add("%s", strings.TrimSpace(clean(l)))
	}
	if made.Seconds > 0 {
		add(t.Time, text.Duration(roughly(made.Seconds)))
	}
	if made.Download > 0 {
		add(t.Download, Size(made.Download))
	}
	if made.Disk > 0 {
		add(t.Disk, Size(made.Disk))
	}
	if provider := r.s.plan.OpenClaw.Provider; provider != plan.None {
		said := t.NoKey
		if len(r.s.key) > 0 {
			said = t.Key
		}
		add(said, choiceName("openclaw.provider", provider))
	}
	if n := len(r.s.promised); n > 0 {
		add(t.Promises, n, len(beforehand))
	}
	if len(made.Caveats) > 0 {
		lines = append(lines, "", s.strong.Render(t.Caveats))
		for _, c := range made.Caveats {
			lines = append(lines, hang(width, "  "+s.unknown.Render("!")+" ", clean(c))...)
		}
	}
	if len(made.Steps) > 0 {
		lines = append(lines, "", s.strong.Render(fmt.Sprintf(t.Steps, len(made.Steps))))
		for i, step := range made.Steps {
			lines = append(lines, hang(width, fmt.Sprintf("  %2d  ", i+1), clean(step.Title))...)
		}
	}
	return lines
}

// column parts the name at the beginning of a line of the summary, with the blanks
// that set it off, from what is said of it.
func column(line string) (name, said string) {
	if i := strings.Index(line, "  "); i > 0 && i < 20 {
		said = strings.TrimLeft(line[i:], " ")
		return line[:len(line)-len(said)], said
	}
	return "", line
}

// roughly is an estimate no more exact than it is: whole minutes, if it is any.
func roughly(seconds int) time.Duration {
	d := time.Duration(seconds) * time.Second
	if d > time.Minute {
		d = d.Round(time.Minute)
	}
	return d
}

// problems are all of them at once, each with where it can be mended.
func (r *review) problems(width int) (lines []string, first, last int) {
	s, t := r.s.styles, &pageWords().Review
	all := r.s.review.Problems
	lines = hang(width, s.bad.Render("✗ "), fmt.Sprintf(t.Problems, len(all)))
	for i, p := range all {
		lines = append(lines, "")
		mark, style := "  ", s.text
		if i == r.selected {
			mark, style, first = "› ", s.focus, len(lines)
		}
		what := plainly(clean(strings.ReplaceAll(p.Error(), "\n", " ")))
		lines = append(lines, hang(width, style.Render(mark), what)...)
		if p.Hint != "" {
			lines = append(lines, hang(width, "    "+s.key.Render(colon(words().Hint)), plainly(clean(p.Hint)))...)
		}
		if to := pageOf(p); to != "" {
			lines = append(lines, "    "+s.key.Render(fmt.Sprintf(t.MendOn, title(to))))
		}
		if i == r.selected {
			last = len(lines)
		}
	}
	if r.selected == 0 {
		first = 0
	}
	return lines, first, last
}
