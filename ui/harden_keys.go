package ui

// The keys of re-hardening.

import (
	"context"
	"fmt"
	"slices"

	tea "charm.land/bubbletea/v2"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/provision"
	"github.com/clawarium/clawarium/provision/steps"
)

func (h *harden) press(msg tea.KeyPressMsg) tea.Cmd {
	key := msg.String()
	h.refused = nil
	switch h.stage {
	case hardenOpening, hardenLooking:
		if key == "esc" {
			return h.home()
		}
	case hardenFailed:
		switch key {
		case "r":
			return h.enter()
		case "esc", "enter":
			return h.home()
		}
		h.from = scrolled(h.from, key, 5)
	case hardenPending, hardenExposed:
		return h.answer(key)
	case hardenList:
		return h.listed(key)
	case hardenDetail:
		switch key {
		case "esc", "d", "enter":
			h.stage, h.from = hardenList, 0
		default:
			h.from = scrolled(h.from, key, 5)
		}
	case hardenReview:
		switch key {
		case "esc":
			h.stage, h.from = hardenList, 0
		case "enter":
			return h.agree()
		default:
			h.from = scrolled(h.from, key, 5)
		}
	case hardenRepair:
		if h.repair.state != repairRunning && (key == "enter" || key == "esc") {
			return h.repaired()
		}
		if key == "esc" {
			return h.repair.leaving(byKey)
		}
		return h.repair.update(msg)
	case hardenPromises:
		if key == "esc" {
			h.stage, h.from = hardenEnd, 0
			return nil
		}
		return h.promise(msg)
	case hardenEnd:
		switch key {
		case "enter", "esc":
			return h.home()
		case "r":
			return h.enter()
		}
		h.from = scrolled(h.from, key, 5)
	}
	return nil
}

// hardenAnswer is one answer to what lies in the way.
type hardenAnswer struct {
	does string
	cmd  func() tea.Cmd
}

// answers are those to an earlier repair, or to files that are open to others.
func (h *harden) answers() []hardenAnswer {
	t := &text.T().Dashboard.Harden
	later := func() tea.Cmd { return h.home() }
	resume := func(back bool) func() tea.Cmd {
		return func() tea.Cmd {
			h.stage, h.resumed = hardenRepair, true
			return h.repair.resume(h.machine, h.pending, back)
		}
	}
	switch {
	case h.stage == hardenExposed:
		return []hardenAnswer{{t.CloseYes, h.closeToOthers}, {t.CloseNo, h.lookAround}}
	case h.pending.Phase == provision.RepairBack:
		return []hardenAnswer{{t.PendingTake, resume(true)}, {t.PendingLater, later}}
	}
	return []hardenAnswer{{t.PendingOn, resume(false)}, {t.PendingTake, resume(true)}, {t.PendingLater, later}}
}

func (h *harden) answer(key string) tea.Cmd {
	all := h.answers()
	switch key {
	case "up", "k", "shift+tab":
		h.chosen = max(0, h.chosen-1)
	case "down", "j", "tab":
		h.chosen = min(len(all)-1, h.chosen+1)
	case "enter":
		return all[h.chosen].cmd()
	case "esc":
		return h.home()
	}
	return nil
}

func (h *harden) closeToOthers() tea.Cmd {
	h.stage = hardenApplying
	turn, m, open := h.turn, h.machine, h.exposed
	return m.do(func(context.Context) tea.Msg {
		return h.s.work(func() tea.Msg { return hardenClosedMsg{turn, m.CloseToOthers(open)} })()
	})
}

// able are the choices that a drift has.
func able(d steps.Drift) []driftChoice {
	var out []driftChoice
	if d.Repairable() {
		out = append(out, driftRepair)
	}
	if d.Accept && d.Change != nil {
		out = append(out, driftAccept)
	}
	return append(out, driftLeave)
}

func (h *harden) listed(key string) tea.Cmd {
	switch key {
	case "up", "k", "shift+tab":
		h.at = max(0, h.at-1)
	case "down", "j", "tab":
		h.at = min(len(h.drifts)-1, h.at+1)
	case "home":
		h.at = 0
	case "end":
		h.at = len(h.drifts) - 1
	case "space":
		round := append([]driftChoice{driftOpen}, able(h.drifts[h.at])...)
		h.choice[h.at] = round[(slices.Index(round, h.choice[h.at])+1)%len(round)]
	case "r":
		h.set(driftRepair)
	case "a":
		h.set(driftAccept)
	case "l":
		h.set(driftLeave)
	case "d":
		h.stage, h.from = hardenDetail, 0
	case "enter":
		return h.settle()
	case "esc":
		return h.home()
	}
	return nil
}

// set chooses for the drift under the cursor, or says why not.
func (h *harden) set(c driftChoice) {
	d, t := h.drifts[h.at], &text.T().Dashboard.Harden
	if slices.Contains(able(d), c) {
		h.choice[h.at] = c
		return
	}
	what := t.NoRepair
	if c == driftAccept {
		what = t.NoAccept
		if d.Change != nil {
			what = t.NoAcceptRule
		}
	}
	h.refused = &text.Fault{What: fmt.Sprintf(what, h.at+1), Hint: d.Hint}
}

// settle goes on to the review when something was chosen.
func (h *harden) settle() tea.Cmd {
	choosable, decided := false, false
	for i, d := range h.drifts {
		choosable = choosable || len(able(d)) > 1
		decided = decided || h.choice[i] != driftOpen
	}
	if choosable && !decided {
		t := &text.T().Dashboard.Harden
		h.refused = &text.Fault{What: t.NothingChosen, Hint: t.NothingChosenHint}
		return nil
	}
	if len(h.selected(driftRepair))+len(h.selected(driftAccept)) == 0 {
		return h.afterwards()
	}
	h.stage, h.from = hardenReview, 0
	return nil
}

// agree asks for the yes.
func (h *harden) agree() tea.Cmd {
	t := &text.T().Dashboard.Harden
	about := t.AgreeAbout
	if len(h.selected(driftRepair)) == 0 {
		about = t.AgreeAccept
	} else if h.restarts() {
		about = fmt.Sprintf(t.AgreeRestart, text.Duration(h.machine.RestartTime()))
	}
	turn := h.turn
	return ask(&dialog{title: t.Agree, about: about, cancel: func() tea.Msg { return nil }, answers: []answer{
		{"", t.AgreeNo, nil}, {"", t.AgreeYes, func() tea.Msg { return hardenAgreedMsg{turn} }},
	}})
}

func (h *harden) restarts() bool {
	return slices.ContainsFunc(h.selected(driftRepair), func(d steps.Drift) bool { return d.Restart })
}

func (h *harden) keys() []keyHint {
	t, d, w := &text.T().Dashboard.Harden, &text.T().Dashboard, &words().Keys
	back := keyHint{w.Esc, w.Back}
	switch h.stage {
	case hardenFailed:
		return []keyHint{{"r", d.Again}, back}
	case hardenPending, hardenExposed:
		return []keyHint{{w.Arrows, w.Move}, {w.Enter, w.Choose}, back}
	case hardenList:
		var hints []keyHint
		for _, c := range able(h.drifts[h.at]) {
			switch c {
			case driftRepair:
				hints = append(hints, keyHint{"r", t.Choice["repair"]})
			case driftAccept:
				hints = append(hints, keyHint{"a", t.Choice["accept"]})
			case driftLeave:
				hints = append(hints, keyHint{"l", t.Choice["leave"]})
			}
		}
		return append(hints, keyHint{w.Enter, w.Next}, keyHint{w.Arrows, w.Move}, keyHint{"d", t.Detail}, keyHint{w.Space, w.Choose}, back)
	case hardenDetail:
		return []keyHint{{w.Arrows, w.Scroll}, back}
	case hardenReview:
		return []keyHint{{w.Enter, t.GoOn}, {w.Arrows, w.Scroll}, back}
	case hardenRepair:
		if h.repair.state == repairRunning {
			return append(h.repair.keys(), keyHint{w.Esc, d.Halt})
		}
		return append([]keyHint{{w.Enter, w.Next}}, h.repair.keys()...)
	case hardenPromises:
		return h.promises.keys()
	case hardenEnd:
		return []keyHint{{w.Enter, t.Home}, {"r", d.Refresh}, {w.Arrows, w.Scroll}}
	}
	return []keyHint{back}
}
