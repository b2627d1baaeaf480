package ui

// A question that pops up over a page. For a moment it takes no answer, so that
// a key that was meant for the page does not answer it.

import (
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"
)

// grace is for how long a dialog that has just appeared takes no key: longer
// than a double press, shorter than it takes to read the first words.
const grace = 400 * time.Millisecond

type dialog struct {
	title, about string
	answers      []answer
	// cancel is what esc means; nil means the last answer.
	cancel tea.Cmd

	selected int
	armed    bool
	pane     pane // of what it is about, where that is longer than its room
}

// answer is one way out of a dialog: a letter, what it does, and what comes of it.
type answer struct {
	key, does string
	cmd       tea.Cmd
}

type armMsg struct{ dialog *dialog }

// arm is the command that ends the dialog's grace.
func (d *dialog) arm() tea.Cmd {
	return tea.Tick(grace, func(time.Time) tea.Msg { return armMsg{d} })
}

// update returns whether the dialog is over, and what comes of it.
func (d *dialog) update(msg tea.Msg) (over bool, cmd tea.Cmd) {
	if m, ok := msg.(armMsg); ok {
		d.armed = d.armed || m.dialog == d
		return false, nil
	}
	key := pressed(msg)
	if key == "" || !d.armed {
		return false, nil
	}
	switch key {
	case "left", "up", "shift+tab", "h", "k":
		d.selected = (d.selected + len(d.answers) - 1) % len(d.answers)
	case "right", "down", "tab", "l", "j":
		d.selected = (d.selected + 1) % len(d.answers)
	case "enter":
		return true, d.answers[d.selected].cmd
	case "esc", "ctrl+c":
		if d.cancel != nil {
			return true, d.cancel
		}
		return true, d.answers[len(d.answers)-1].cmd
	case "pgup", "pgdown", "home", "end":
		d.pane.key(key)
	default:
		for _, a := range d.answers {
			if strings.EqualFold(a.key, key) {
				return true, a.cmd
			}
		}
	}
	return false, nil
}

func (d *dialog) keys() []keyHint {
	t := &words().Keys
	return []keyHint{{t.Arrows, t.Move}, {t.Enter, t.Choose}, {t.Esc, t.Close}}
}

func (d *dialog) view(s *styles, width, height int) string {
	inner := min(width-6, 64)
	title := strings.Split(wrap(d.title, inner), "\n")
	lines := []string{s.title.Render(strings.Join(title, "\n")), ""}
	if d.about != "" {
		about := strings.Split(wrap(d.about, inner), "\n")
		room := max(1, height-len(title)-len(d.answers)-4) // the frame, and two blank lines
		lines = append(lines, d.pane.view(s, about, inner, min(len(about), room)), "")
	}
	for i, a := range d.answers {
		mark, style := "  ", s.text
		if i == d.selected {
			mark, style = "› ", s.focus
		}
		label := a.does
		if a.key != "" {
			label = a.key + "  " + label
		}
		lines = append(lines, style.Render(mark+ansi.Truncate(label, inner-2, "…")))
	}
	box := lipgloss.NewStyle().Border(lipgloss.RoundedBorder()).BorderForeground(s.line.GetForeground()).
		Padding(0, 1).Width(inner + 4).Render(strings.Join(lines, "\n"))
	return lipgloss.Place(width, height, lipgloss.Center, lipgloss.Center, box)
}
