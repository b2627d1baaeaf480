package ui

// A review of other answers than those that a set-up was begun with: nothing is made
// of them before what was made is taken back.

import (
	"fmt"

	tea "charm.land/bubbletea/v2"

	"github.com/clawarium/clawarium/provision/plan"
)

func (r *review) pressChanged(key string) tea.Cmd {
	t := &pageWords().Review
	switch key {
	case t.UndoKey:
		return ask(&dialog{
			title: t.AskUndo, about: fmt.Sprintf(t.AskUndoAbout, r.s.begun), cancel: func() tea.Msg { return nil },
			answers: []answer{{"", t.AskUndoNo, nil}, {"", t.UndoFirst, func() tea.Msg { return undoFirstMsg{r} }}},
		})
	case t.OldKey:
		old := *r.begun
		old.Language = r.s.plan.Language
		if old.OpenClaw.Provider != r.s.plan.OpenClaw.Provider {
			clear(r.s.key) // no provider is given the key of another
			r.s.key = nil
		}
		r.s.plan = old
		return r.decide()
	}
	r.pane.key(key)
	return nil
}

// changed says which answers are others.
func (r *review) changed(width int) []string {
	s, t := r.s.styles, &pageWords().Review
	lines := append(hang(width, "", fmt.Sprintf(t.Changed, r.s.begun), s.strong), "")
	now := r.s.plan
	now.Language = r.begun.Language
	for _, c := range plan.Diff(*r.begun, now) {
		q := question{key: c.Key}
		said := func(value string) string { return clean(or(q.named(value), words().Empty)) }
		lines = append(lines, hang(width, "  · ", fmt.Sprintf(t.Change, or(q.label(), c.Key), said(c.Old), said(c.New)))...)
	}
	return append(append(lines, ""), hang(width, "", t.ChangedAbout)...)
}
