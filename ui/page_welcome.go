package ui

// The first page: what will be made, and in which language. From here the
// suggested settings lead straight to the review.

import (
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/provision/plan"
)

func init() { pageMakers["welcome"] = func(s *session) page { return &welcome{s: s} } }

type welcome struct {
	s        *session
	selected int
	pane     pane
}

func (w *welcome) name() string { return "welcome" }
func (w *welcome) typing() bool { return false }

func (w *welcome) enter() tea.Cmd {
	w.pane = pane{}
	return nil
}

// wayOn is one way on from here.
type wayOn struct {
	name, about string
	cmd         tea.Cmd
}

func (w *welcome) ways() []wayOn {
	t := &pageWords().Welcome
	return []wayOn{
		{t.Recommended, t.RecommendedAbout, goTo("review")},
		{t.Choose, t.ChooseAbout, forward},
		{t.Leave, t.LeaveAbout, w.leave()},
	}
}

// leave asks first when there are answers that would be lost.
func (w *welcome) leave() tea.Cmd {
	s := w.s
	if len(plan.Diff(s.suggested, s.plan)) > 0 || len(s.key) > 0 || len(s.promised) > 0 {
		return ask(leaveDialog())
	}
	return quit(0)
}

func (w *welcome) update(msg tea.Msg) tea.Cmd {
	ways := w.ways()
	switch key := pressed(msg); key {
	case "down", "j", "tab":
		w.selected = (w.selected + 1) % len(ways)
	case "up", "k", "shift+tab":
		w.selected = (w.selected + len(ways) - 1) % len(ways)
	case "enter":
		return ways[w.selected].cmd
	case "esc":
		return back
	case pageWords().Welcome.SwitchKey, "left", "right":
		w.otherLanguage()
	case "pgup", "pgdown", "home", "end":
		w.pane.key(key)
	}
	return nil
}

// otherLanguage switches every text, and has the plan remember it.
func (w *welcome) otherLanguage() {
	lang := text.Chinese
	if pageWords().Language == text.Chinese {
		lang = text.English
	}
	setLanguage(lang)
	if p, err := w.s.plan.With("language", lang, w.s.host); err == nil {
		w.s.setPlan(p)
	}
}

func (w *welcome) keys() []keyHint {
	t, k := &pageWords().Welcome, &words().Keys
	return []keyHint{keyOf(k.Enter, k.Choose), keyOf(k.Arrows, k.Move), keyOf(t.SwitchKey, t.Switch)}
}

func (w *welcome) view(width, height int) string {
	s := w.s.styles
	wide := min(width, longLine)
	foot := []string{""}
	ways := w.ways()
	label := 0
	for _, o := range ways {
		label = max(label, ansi.StringWidth(o.name))
	}
	for i, o := range ways {
		mark, style := "  ", s.text
		if i == w.selected {
			mark, style = "› ", s.focus
		}
		pad := strings.Repeat(" ", label-ansi.StringWidth(o.name)+2)
		foot = append(foot, style.Render(mark+o.name)+pad+s.faint.Render(o.about))
	}
	lines := w.about(wide, true)
	if len(lines)+len(foot)+2 > height {
		lines = w.about(wide, false)
	} else {
		foot = append(foot, "")
	}
	foot = append(foot, w.languages())
	return w.pane.view(s, lines, width, min(len(lines), height-len(foot))) + "\n" + strings.Join(foot, "\n")
}

// about is what is said above the choices; airy has blank lines between its parts.
func (w *welcome) about(width int, airy bool) []string {
	s, t := w.s.styles, &pageWords().Welcome
	parts := [][]string{hang(width, "", t.About)}
	if w.s.existing {
		parts = append(parts, hang(width, "", fmt.Sprintf(t.Existing, w.s.plan.Name), s.strong))
	}
	made := hang(width, "", t.Makes, s.strong)
	for _, m := range []string{t.Machine, t.Account, t.Directories} {
		made = append(made, hang(width, "  · ", m)...)
	}
	parts = append(parts, made, hang(width, "", t.Time), hang(width, "", t.Guidance, s.faint))
	if !airy {
		return slices.Concat(parts...)
	}
	lines := parts[0]
	for _, p := range parts[1:] {
		lines = append(append(lines, ""), p...)
	}
	return lines
}

// languages are both, the one in use marked.
func (w *welcome) languages() string {
	t := &pageWords().Welcome
	mark := func(lang, name string) string {
		if lang == pageWords().Language {
			return "[" + name + "]"
		}
		return " " + name + " "
	}
	return "  " + t.Languages + "  " + mark(text.English, t.English) + mark(text.Chinese, t.Chinese)
}
