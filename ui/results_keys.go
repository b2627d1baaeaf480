package ui

// The keys of the self-check screen.

import (
	tea "charm.land/bubbletea/v2"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
)

func (p *results) press(msg tea.KeyPressMsg) tea.Cmd {
	key := msg.String()
	switch p.part {
	case partDetail:
		return p.pressDetail(key)
	case partPreparing:
		if key == "esc" {
			p.stop()
			p.work, p.part = nil, partList
		}
		return nil
	case partReview:
		return p.pressReview(key)
	case partRepair:
		return p.pressRepair(msg)
	case partFile:
		return p.file.press(p, msg)
	case partError:
		switch key {
		case "r", "enter":
			return p.check()
		case "esc":
			p.leave()
			return back
		}
		return nil
	}
	return p.pressList(key)
}

func (p *results) pressList(key string) tea.Cmd {
	if cmd, ok := p.pressFinding(key); ok {
		return cmd
	}
	switch key {
	case "enter":
		if id := p.list.current(p.rows()); id != "" {
			p.of, p.pane, p.part, p.notice = id, pane{}, partDetail, ""
		}
	case "g":
		p.list.regroup(p.rows())
		p.list.keep(p.rows())
	case "s":
		p.show(p.list.next())
	case "0", "1", "2", "3", "4", "5":
		p.show(append([]checks.Status{""}, checks.Statuses...)[key[0]-'0'])
	case "n", "right":
		p.kept = p.report != nil && !p.checking
		if p.s.verdict = checks.ExitNotChecked; p.kept {
			p.s.verdict = p.report.Exit
		}
		p.leave()
		return goTo("next")
	case "esc":
		p.stop()
		p.leave()
		return back
	default:
		p.notice = ""
		p.list.press(key, p.rows())
	}
	return nil
}

func (p *results) show(only checks.Status) {
	p.list.marked = p.list.current(p.rows())
	p.list.only, p.notice = only, ""
	p.list.keep(p.rows())
}

// pressFinding takes the keys that the list and the detail have in common.
func (p *results) pressFinding(key string) (tea.Cmd, bool) {
	switch key {
	case "r":
		if !p.checking {
			return p.check(), true
		}
	case "f":
		return p.wantRepair(p.chosen()), true
	case "F", "shift+f":
		return p.wantRepair(""), true
	case "e":
		if p.ready() {
			return p.file.ask(p), true
		}
	default:
		return nil, false
	}
	return nil, true
}

// ready says whether there is a report and nothing goes on.
func (p *results) ready() bool { return p.report != nil && !p.checking && p.work == nil }

// chosen is the control in the detail, or that is selected in the list.
func (p *results) chosen() checks.ID {
	if p.part == partDetail {
		return p.of
	}
	return p.list.current(p.rows())
}

func (p *results) keys() []keyHint {
	t, k := &text.T().Results.Keys, &words().Keys
	switch p.part {
	case partPreparing:
		return []keyHint{{k.Esc, k.Back}}
	case partReview:
		hints := []keyHint{{k.Arrows, k.Scroll}, {k.Esc, k.Back}}
		if p.review != nil && len(p.review.chosen) > 0 {
			hints = append([]keyHint{{k.Enter, t.Review}}, hints...)
		}
		return hints
	case partRepair:
		if p.repair.state == repairRunning {
			return p.repair.keys()
		}
		return append([]keyHint{{k.Enter, t.LookAgain}}, p.repair.keys()...)
	case partFile:
		return []keyHint{{k.Enter, t.Save}, {k.Esc, k.Back}}
	case partError:
		return []keyHint{{"r", t.Retry}, {k.Esc, k.Back}}
	}
	var hints []keyHint
	add := func(when bool, hint ...keyHint) {
		if when {
			hints = append(hints, hint...)
		}
	}
	list, ready := p.part == partList, p.ready()
	again := keyHint{"r", t.Again}
	add(!p.checking && p.report == nil, again) // a check that was stopped
	add(list, keyHint{k.Enter, k.Open})
	add(!list, keyHint{k.Esc, k.Back})
	add(ready, keyHint{"f", t.Repair})
	add(list, keyHint{"n", t.Next}, keyHint{k.Arrows, k.Move}, keyHint{"s", t.Show}, keyHint{"g", t.Group})
	add(!list, keyHint{k.Arrows, k.Scroll}, keyHint{t.LeftRight, t.Others})
	add(ready, keyHint{"e", t.Export}, again, keyHint{"F", t.RepairAll})
	add(list, keyHint{"0–5", t.Numbers}, keyHint{k.Esc, k.Back})
	return hints
}
