package ui

// Your promises: what only the owner can know of this computer, before there is a
// machine. None is ticked for them and none is needed.

import (
	"fmt"
	"slices"

	tea "charm.land/bubbletea/v2"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
)

func init() { pageMakers["promises"] = func(s *session) page { return &promises{s: s} } }

// beforehand are the controls whose question can be answered before anything is
// made: it is about this computer and its surroundings. The others are about what
// the agent was given since, and `clawarium confirm` asks them.
var beforehand = []checks.ID{"K2", "K4", "K5", "K12", "K24"}

type promises struct {
	s  *session
	at int
	// pane follows the question that is selected.
	pane pane
}

func (p *promises) name() string { return "promises" }
func (p *promises) typing() bool { return false }

func (p *promises) enter() tea.Cmd {
	p.at, p.pane = 0, pane{}
	return nil
}

func (p *promises) update(msg tea.Msg) tea.Cmd {
	last := len(beforehand) - 1
	switch pressed(msg) {
	case "esc":
		return back
	case "enter":
		return forward
	case "down", "j", "tab":
		p.at = min(p.at+1, last)
	case "up", "k", "shift+tab":
		p.at = max(p.at-1, 0)
	case "home", "pgup":
		p.at = 0
	case "end", "pgdown":
		p.at = last
	case "space", "x":
		id := beforehand[p.at]
		if p.s.promised[id] {
			delete(p.s.promised, id)
		} else {
			p.s.promised[id] = true
		}
	}
	return nil
}

func (p *promises) keys() []keyHint {
	k := &words().Keys
	return []keyHint{
		keyOf(k.Enter, k.Next), keyOf(k.Esc, k.Back), keyOf(k.Space, k.Toggle), keyOf(k.Arrows, k.Move),
	}
}

func (p *promises) view(width, height int) string {
	s, t := p.s.styles, &pageWords().Promises
	wide := min(width, longLine)
	lines := append(hang(wide, "", t.About), hang(wide, "", fmt.Sprintf(t.Optional, checks.PromiseDays))...)
	first, last := 0, 0
	for i, id := range beforehand {
		box, mark, style := "[ ] ", "  ", s.text
		if p.s.promised[id] {
			box = "[x] "
		}
		if i == p.at {
			mark, style = "› ", s.focus
		}
		if i == 0 || height >= 24 {
			lines = append(lines, "")
		}
		if i == p.at {
			first = len(lines)
		}
		asked := text.T().Checks.Kept.Questions[string(id)]
		lines = append(lines, hang(wide, style.Render(mark+box), asked)...)
		if i == p.at {
			last = len(lines)
		}
	}
	if p.at == 0 {
		first = 0
	}
	foot := s.faint.Render(fmt.Sprintf(t.Given, p.given(), len(beforehand)) + " " + t.Mark)
	return p.pane.view(s, lines, width, min(len(lines), height-2), first, last) + "\n\n" + foot
}

// given counts the promises.
func (p *promises) given() int {
	return len(slices.DeleteFunc(slices.Clone(beforehand), func(id checks.ID) bool { return !p.s.promised[id] }))
}
