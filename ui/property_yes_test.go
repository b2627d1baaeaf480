package ui

// What of what a person does is a yes, and to what.

import (
	"fmt"
	"strings"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
)

// watch wraps the answers of a dialog that has just appeared, so that it is known
// which is given, and when.
func (r *propertyRun) watch() {
	d := r.w.dialog
	if d == nil || d == r.dialog {
		return
	}
	r.dialog = d
	appeared, page, name := time.Now(), r.w.page(), r.w.session.plan.Name
	for i, a := range d.answers {
		if a.cmd == nil {
			continue
		}
		d.answers[i].cmd = func() tea.Msg {
			if since := time.Since(appeared); since < grace {
				r.broke("a dialog has its grace", "%q was answered with %q after %v", d.title, a.does, since)
			}
			if all, ok := agreedTo(page, name, a.does); ok {
				r.driver.allow(all...)
			}
			return a.cmd()
		}
	}
}

// agreedTo is what an answer of a dialog allows.
func agreedTo(of page, name, does string) ([]allowance, bool) {
	for _, t := range bothLanguages() { // it may have been switched since
		if all, ok := agreedIn(t, of, name, does); ok {
			return all, true
		}
	}
	return nil, false
}

// bothLanguages are the texts of both.
var bothLanguages = sync.OnceValue(func() []*text.Strings {
	defer text.Use(text.Language())
	var all []*text.Strings
	for _, lang := range []string{text.English, text.Chinese} {
		text.Use(lang)
		all = append(all, text.T())
	}
	return all
})

func agreedIn(t *text.Strings, of page, name, does string) ([]allowance, bool) {
	switch p := of.(type) {
	case *progressPage:
		if does == t.Progress.AskUndo || does == t.Progress.UndoAll {
			return []allowance{{"undo", p.agreed.Name}}, true
		}
	case *review:
		if does == t.Pages.Review.UndoFirst {
			return []allowance{{"undo", p.s.begun}}, true
		}
	case *computer:
		switch does {
		case t.Pages.Computer.FixYes:
			return []allowance{{what: "fix"}}, true
		case t.Pages.Computer.UndoYes:
			return []allowance{{what: "unfix"}}, true
		}
	case *dashboard:
		o := t.Dashboard.Out
		switch does {
		case o.ForAnHour, o.Good, o.NeverMore, o.Remove, o.ListIt, o.LevelYes:
			return []allowance{{what: "change out"}}, true
		case t.Dashboard.StopYes:
			return []allowance{{"stop", name}}, true
		case t.Dashboard.DestroyYes:
			if d, ok := p.part.(*destroying); ok {
				return []allowance{{"destroy", fmt.Sprint(name, d.data)}}, true
			}
		}
	case *harden:
		switch does {
		case t.Dashboard.Harden.AgreeYes:
			var all []allowance
			if paths := p.paths(); len(paths) > 0 {
				all = append(all, allowance{"accept", strings.Join(paths, "|")})
			}
			if len(p.selected(driftRepair)) > 0 {
				all = append(all, allowance{"repair", name})
			}
			return all, true
		case t.Dashboard.Repairing.LeaveTake:
			return []allowance{{"resume back", name}}, true
		}
	case *results:
		switch does {
		case t.Results.Repair.Yes:
			return []allowance{{"repair", name}}, true
		case t.Results.Repair.GoOn:
			return []allowance{{"resume", name}}, true
		case t.Results.Repair.TakeBack, t.Dashboard.Repairing.LeaveTake:
			return []allowance{{"resume back", name}}, true
		}
	}
	return nil, false
}

func (r *propertyRun) allowByKey(key string) {
	w, s := r.w, r.w.session
	switch p := w.page().(type) {
	case *review:
		if key != "enter" || p.part != "" || r.shown == nil || !r.calm {
			return
		}
		token, _, _ := strings.Cut(r.shown.Detail, "\n")
		r.driver.mu.Lock()
		made, ok := r.driver.reviews[token+"\n"]
		r.driver.mu.Unlock()
		if ok {
			r.apply = &made
		}
	case *progressPage:
		again := key == "r" || key == "enter" && p.selected == 0
		switch {
		case p.state == makingFailed && again:
			r.driver.allow(allowance{"setup", file(p.agreed)})
		case p.state == backingFailed && again:
			r.driver.allow(allowance{"undo", p.agreed.Name})
		}
	case *dashboard:
		switch part := p.part.(type) {
		case *power:
			if part.over && !part.on && key == "r" {
				r.driver.allow(allowance{"stop", s.plan.Name})
			}
		case *destroying:
			if part.begun && part.over && !part.gone && key == "r" {
				r.driver.allow(allowance{"destroy", fmt.Sprint(s.plan.Name, part.data)})
			}
		case *confirming:
			r.allowTicked(key, &part.p)
		case *outside:
			if part.stage == outChanging && part.over && key == "r" {
				r.driver.allow(allowance{what: "change out"})
			}
		}
	case *harden:
		switch {
		case p.stage == hardenExposed && key == "enter" && p.answers()[p.chosen].does == text.T().Dashboard.Harden.CloseYes:
			r.driver.allow(allowance{"close", s.plan.Name})
		case p.stage == hardenPending && key == "enter":
			switch p.answers()[p.chosen].does {
			case text.T().Dashboard.Harden.PendingOn:
				r.driver.allow(allowance{"resume", s.plan.Name})
			case text.T().Dashboard.Harden.PendingTake:
				r.driver.allow(allowance{"resume back", s.plan.Name})
			}
		case p.stage == hardenPromises:
			r.allowTicked(key, &p.promises)
		}
	}
}

func (r *propertyRun) allowTicked(key string, p *promising) {
	var ids []checks.ID
	for _, q := range p.list {
		if p.ticked[q.Control] {
			ids = append(ids, q.Control)
		}
	}
	if key == "enter" && len(ids) > 0 {
		r.driver.allow(allowance{"confirm", namesOf(ids)})
	}
}
