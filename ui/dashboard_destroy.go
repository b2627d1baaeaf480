package ui

// Removing a machine: its name has to be typed, its data has a tick of its own,
// and a question with a yes and a no comes last.

import (
	"context"
	"fmt"
	"strings"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/provision/plan"
)

type destroying struct {
	running
	input  *textinput.Model
	onTick bool // the tick has the keys, not the name
	data   bool // delete the data disk too
	begun  bool
	gone   bool
	wrong  error
}

func newDestroying(d *dashboard) (part, tea.Cmd) {
	return &destroying{running: running{d: d}, input: newInput(d.s, "", 200)}, nil
}

// destroyMsg is the yes to removing.
type destroyMsg struct{ of *destroying }

func (p *destroying) update(msg tea.Msg) tea.Cmd {
	if m, ok := msg.(destroyMsg); ok && m.of == p && (!p.begun || p.over) {
		return p.run()
	}
	if !p.begun {
		return p.typed(msg)
	}
	_, ended, cmd := p.running.update(msg)
	if ended && p.err == nil {
		p.gone = true
	}
	if ended {
		return cmd
	}
	k := pressed(msg)
	switch {
	case p.gone && k == "enter":
		p.d.close()
		p.d.take(plan.Default(p.d.s.host), false)
		return replace("welcome")
	case p.gone && (k == "q" || k == "esc"):
		return quit(0)
	case p.gone:
	case p.over && k == "r":
		return p.run()
	case p.over && (k == "esc" || k == "enter"):
		return partOver(p, "")
	case k == "esc":
		return p.leaving(byKey)
	}
	return cmd
}

// typed takes the name and the tick.
func (p *destroying) typed(msg tea.Msg) tea.Cmd {
	switch k := pressed(msg); k {
	case "esc":
		return partOver(p, "")
	case "tab", "shift+tab", "up", "down":
		if p.onTick = !p.onTick; p.onTick {
			p.input.Blur()
		} else {
			p.input.Focus()
		}
		return nil
	case "enter":
		return p.agree()
	case "space":
		if p.onTick {
			p.data = !p.data
			return nil
		}
	}
	if p.onTick {
		return nil
	}
	p.wrong = nil
	return typeInto(p.input, msg)
}

// agree asks once more when the name is right.
func (p *destroying) agree() tea.Cmd {
	t, c := &text.T().Dashboard, &text.T().Command
	name, typed := p.d.s.plan.Name, strings.TrimSpace(p.input.Value())
	if typed != name {
		p.wrong = &text.Fault{What: fmt.Sprintf(c.WrongName, typed, name), Hint: t.WrongNameHint}
		return nil
	}
	about := t.DestroyKeeps
	if p.data {
		about = t.DestroyTakes
	}
	return ask(&dialog{title: fmt.Sprintf(t.AskDestroy, name), about: about, cancel: func() tea.Msg { return nil }, answers: []answer{
		{"", t.DestroyNo, nil}, {"", t.DestroyYes, func() tea.Msg { return destroyMsg{p} }},
	}})
}

func (p *destroying) run() tea.Cmd {
	m, data := p.d.machine.Machine, p.data
	p.begun = true
	return p.begin(func(ctx context.Context, tell *telling) (string, error) {
		return "", m.Destroy(ctx, data, tell.event)
	})
}

func (p *destroying) leaving(sig stopping) tea.Cmd {
	if p.gone {
		return quit(0)
	}
	t := &text.T().Dashboard
	return p.halt(sig, t.HaltDestroy, t.HaltDestroyAbout, t.HaltOn, t.HaltOff)
}

func (p *destroying) typing() bool { return !p.begun && !p.onTick }

func (p *destroying) view(width, height int) string {
	s, t := p.d.s.styles, &text.T().Dashboard
	name := p.d.s.plan.Name
	if p.begun {
		head, below := fmt.Sprintf(t.DestroyingHead, name), []string(nil)
		switch {
		case p.gone:
			head = fmt.Sprintf(t.Gone, name)
			if len(p.rows) > 0 {
				below = append(below, "")
			}
			said := t.DataGone
			if !p.data {
				said = fmt.Sprintf(t.DataKept, name)
			}
			below = append(below, marked(s.good.Render("✓"), said, width)...)
		case p.over:
			below = append([]string{""}, strings.Split(wrap(t.DestroyLeft, width), "\n")...)
		case len(p.rows) == 0:
			below = []string{words().Working}
		}
		return p.running.view(head, below, width, height)
	}
	var lines []string
	say := func(said string) { lines = append(lines, strings.Split(wrap(said, width), "\n")...) }
	lines = append(lines, s.title.Render(fmt.Sprintf(t.DestroyHead, name)), "")
	say(t.DestroyAbout)
	lines = append(lines, "")
	label, tick := s.focus, s.text
	if p.onTick {
		label, tick = s.text, s.focus
	}
	mark := func(on bool) string {
		if on {
			return "› "
		}
		return "  "
	}
	lines = append(lines, label.Render(mark(!p.onTick)+fmt.Sprintf(t.TypeName, name)), "  "+drawInput(p.input, width-2), "")
	box := "[ ] "
	if p.data {
		box = "[x] "
	}
	for i, l := range strings.Split(wrap(t.DataToo, width-6), "\n") {
		head := mark(p.onTick) + box
		if i > 0 {
			head = "      "
		}
		lines = append(lines, tick.Render(head+l))
	}
	if p.wrong != nil {
		lines = append(lines, "")
		lines = append(lines, trouble(s, p.wrong, width)...)
	}
	return window(s, lines, 0, width, height)
}

func (p *destroying) keys() []keyHint {
	t, w := &text.T().Dashboard, &words().Keys
	switch {
	case p.gone:
		return []keyHint{{w.Enter, t.Anew}, {"q", w.Quit}}
	case p.begun && !p.over:
		return []keyHint{{w.Esc, t.Halt}}
	case p.begun:
		return []keyHint{{"r", t.Again}, {w.Esc, w.Back}}
	case p.onTick:
		return []keyHint{{w.Space, w.Toggle}, {w.Tab, t.ToName}, {w.Enter, t.Destroy}, {w.Esc, w.Back}}
	}
	return []keyHint{{w.Tab, t.ToTick}, {w.Enter, t.Destroy}, {w.Esc, w.Back}}
}
