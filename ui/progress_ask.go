package ui

// What the page of progress asks and is asked: leaving, the ways on from its end,
// and its keys.

import (
	"fmt"

	tea "charm.land/bubbletea/v2"

	"github.com/clawarium/clawarium/assets/text"
)

// leave ends the program when nothing runs.
func (p *progressPage) leave() tea.Cmd {
	switch p.state {
	case makingFailed, backingFailed:
		p.s.parting = p.resumable(p.err, p.state == backingFailed)
		return quit(2)
	}
	return quit(130) // nothing is left
}

// leaving implements busy.
func (p *progressPage) leaving(sig stopping) tea.Cmd {
	t := &text.T().Progress
	nothing := func() tea.Msg { return nil }
	switch {
	case sig == bySignal && p.working():
		p.then = endWithCode
		p.cancel()
		return nothing
	case sig == bySignal:
		return nil
	case p.working() && p.then != stayThere: // it is on its way
		return nothing
	case p.state == makingSteps:
		return ask(&dialog{title: t.Ask, about: fmt.Sprintf(t.AskAbout, p.command(false)), answers: []answer{
			{"s", t.AskStop, p.wants(leaveThen)}, {"u", t.AskUndo, p.wants(undoThen)}, {"g", t.AskOn, nothing},
		}})
	case p.state == backingSteps:
		return ask(&dialog{title: t.AskBack, about: fmt.Sprintf(t.AskBackAbout, p.command(true)), answers: []answer{
			{"s", t.AskBackStop, p.wants(leaveThen)}, {"g", t.AskBackOn, nothing},
		}})
	case p.state == makingFailed, p.state == backingFailed:
		return ask(&dialog{
			title: t.AskLeave, about: fmt.Sprintf(t.AskLeaveAbout, p.command(p.state == backingFailed)), cancel: nothing,
			answers: []answer{{"", words().LeaveNo, nothing}, {"", t.AskLeaveYes, p.wants(leaveThen)}},
		})
	}
	return nil
}

func (p *progressPage) wants(then afterwards) tea.Cmd {
	msg := thenMsg{p.tell, then}
	return func() tea.Msg { return msg }
}

// choices are the ways on from the end.
func (p *progressPage) choices() []answer {
	t := &text.T().Progress
	switch p.state {
	case notReviewed:
		return []answer{{"", t.KeyReview, replace("review")}}
	case makingFailed:
		undo := ask(&dialog{
			title: t.AskUndoAll, about: fmt.Sprintf(t.AskUndoAllAbout, p.agreed.Name), cancel: func() tea.Msg { return nil },
			answers: []answer{{"", t.AskUndoAllNo, nil}, {"", t.UndoAll, p.wants(undoThen)}},
		})
		return []answer{
			{"r", t.Again, p.wants(againThen)}, {"b", t.Answers, replace("review")}, {"u", t.UndoAll, undo}, {"q", t.LeaveForNow, p.wants(leaveThen)},
		}
	case backingFailed:
		return []answer{{"r", t.BackAgain, p.wants(undoThen)}, {"q", t.LeaveForNow, p.wants(leaveThen)}}
	case allBack:
		return []answer{{"b", t.Answers, replace("review")}, {"q", t.Leave, p.wants(leaveThen)}}
	}
	return nil
}

// key takes a key of the page.
func (p *progressPage) key(key string) tea.Cmd {
	if key == "l" && p.state != notReviewed {
		p.logOpen, p.logTail, p.logSide = !p.logOpen, true, 0
		return nil
	}
	if p.logOpen && p.logKey(key) {
		return nil
	}
	if choices := p.choices(); len(choices) > 0 {
		if p.state != notReviewed && p.s.now().Sub(p.ended) < grace {
			return nil // it was meant for what was there a moment ago
		}
		switch key {
		case "up", "k", "shift+tab":
			p.selected = (p.selected + len(choices) - 1) % len(choices)
			return nil
		case "down", "j", "tab":
			p.selected = (p.selected + 1) % len(choices)
			return nil
		case "enter":
			return choices[p.selected].cmd
		case "esc":
			if p.state != backingFailed {
				key = "b"
			}
		}
		for _, c := range choices {
			if c.key == key {
				return c.cmd
			}
		}
	}
	if from := scrolled(p.from, key, 5); from != p.from {
		p.from, p.follow = from, false
	}
	return nil
}

// logKey scrolls the log, and says whether the key does that.
func (p *progressPage) logKey(key string) bool {
	first, next := p.log.bounds()
	page := max(1, p.logRoom()-1)
	from := p.logFrom
	if p.logTail {
		from = next - p.logRoom()
	}
	switch key {
	case "left", "right":
		if p.logSide += 20; key == "left" {
			p.logSide = max(0, p.logSide-40)
		}
		return true
	case "up", "k", "pgup", "home", "down", "j", "pgdown":
		if key == "home" {
			from = first
		}
		p.logFrom = max(first, scrolled(from, key, page))
		p.logTail = p.logFrom+p.logRoom() >= next
		return true
	case "end", "G":
		p.logTail = true
		return true
	}
	return false
}

func (p *progressPage) keys() []keyHint {
	k, t := &words().Keys, &text.T().Progress
	if p.state == notReviewed {
		return []keyHint{{k.Enter, t.KeyReview}}
	}
	log := keyHint{"l", t.KeyLog}
	if p.logOpen {
		return []keyHint{{"l", t.KeyLogClose}, {k.Arrows, k.Scroll}, {"end", t.KeyFollow}, {"←→", t.KeySide}}
	}
	if len(p.choices()) > 0 {
		return []keyHint{{k.Arrows, k.Move}, {k.Enter, k.Choose}, log, {"pgup/pgdn", k.Scroll}}
	}
	return []keyHint{log, {k.Arrows, k.Scroll}}
}
