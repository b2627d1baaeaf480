package ui

// The review: everything that will be made, before anything is. No other way
// leads to making it, see apply.

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/clawarium/clawarium/provision/plan"
)

func init() { pageMakers["review"] = func(s *session) page { return &review{s: s} } }

// quiet is for how long no key may be pressed before enter can apply: someone who
// still presses, or holds, the key that led here has not read what is here.
const quiet = time.Second

type review struct {
	s    *session
	work aside
	err  error

	part     string // "" the summary; "plan", "detail", "save"
	pane     pane
	selected int    // of the problems
	keyed    int    // counts keys, to know whether it was quiet
	ready    bool   // it was
	note     string // what came of saving
	save     *saving
	begun    *plan.Plan // the plan that set-up was begun with, where this is another
}

// reviewedMsg is what will be made of a plan.
type reviewedMsg struct {
	of     *telling
	plan   plan.Plan
	review Review
	begun  *plan.Plan
	err    error
}

// undoFirstMsg is the yes to taking back what was made by other answers.
type undoFirstMsg struct{ of *review }

// quietMsg says that time went by since a key was pressed.
type quietMsg struct {
	of    *review
	keyed int
}

func (r *review) name() string { return "review" }
func (r *review) typing() bool { return r.part == "save" }

func (r *review) enter() tea.Cmd {
	r.s.mending = false
	r.part, r.note, r.save, r.selected, r.pane = "", "", nil, 0, pane{}
	if r.s.review != nil {
		return r.wait()
	}
	return r.decide()
}

// decide has the driver say what will be made of the plan as it is now.
func (r *review) decide() tea.Cmd {
	r.s.review, r.err, r.ready, r.begun = nil, nil, false, nil
	d, p, begun := r.s.driver, r.s.plan, r.s.begun
	return r.work.start(r.s.ctx, func(ctx context.Context, of *telling, say func(string)) tea.Msg {
		if old := otherThan(d, begun, p); old != nil {
			return reviewedMsg{of: of, plan: p, begun: old}
		}
		made, err := d.Review(ctx, p, say)
		return reviewedMsg{of: of, plan: p, review: made, err: err}
	})
}

// otherThan is the plan that a machine was begun with, where p is another; nil where
// it is the same, but for the language, or nothing was begun.
func otherThan(d Driver, begun string, p plan.Plan) *plan.Plan {
	if begun == "" {
		return nil
	}
	old, err := d.Stored(begun)
	p.Language = old.Language
	if err != nil || len(plan.Diff(old, p)) == 0 {
		return nil
	}
	return &old
}

// wait makes the review ready for enter once it was quiet for a moment.
func (r *review) wait() tea.Cmd {
	r.ready = false
	r.keyed++
	msg := quietMsg{r, r.keyed}
	return tea.Tick(quiet, func(time.Time) tea.Msg { return msg })
}

// apply is the only way to the page that makes the machine: from a review that
// was made of exactly this plan, that found no problem in it, and that was on the
// screen for a moment.
func (r *review) apply() tea.Cmd {
	if r.s.review == nil || len(r.s.review.Problems) > 0 || !r.ready {
		return nil
	}
	return replace("progress")
}

func (r *review) leave() tea.Cmd {
	r.work.stop()
	return back
}

func (r *review) update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case toldMsg:
		return r.work.hear(msg)
	case reviewedMsg:
		if msg.of == nil || msg.of != r.work.of {
			return nil
		}
		r.work.stop()
		if r.begun = msg.begun; r.begun != nil {
			return nil
		}
		if r.err = msg.err; r.err == nil && len(plan.Diff(msg.plan, r.s.plan)) == 0 {
			r.s.review = &msg.review
		}
		return r.wait()
	case undoFirstMsg:
		if msg.of == r && r.begun != nil {
			r.s.undoFirst = true
			return goTo("progress")
		}
	case quietMsg:
		r.ready = r.ready || msg.of == r && msg.keyed == r.keyed
	case savedMsg:
		r.saved(msg)
	case tea.WindowSizeMsg, tea.BackgroundColorMsg, tea.PasteMsg:
		if r.save != nil {
			r.save.update(msg, r.s)
		}
	case tea.KeyPressMsg:
		cmd := r.press(msg)
		if cmd == nil && r.s.review != nil && !r.ready {
			return r.wait()
		}
		return cmd
	}
	return nil
}

func (r *review) press(msg tea.KeyPressMsg) tea.Cmd {
	t, key := &pageWords().Review, msg.String()
	if r.part == "save" {
		return r.pressSave(msg)
	}
	switch {
	case key == "esc" && r.part != "":
		r.show("")
	case key == "esc":
		return r.leave()
	case r.begun != nil:
		return r.pressChanged(key)
	case r.s.review == nil && r.err == nil:
	case r.s.review == nil:
		switch key {
		case "r":
			return r.decide()
		case t.ComputerKey:
			r.s.mending = true
			return goTo("computer")
		}
	case key == t.PlanKey:
		r.show("plan")
	case key == t.DetailKey:
		r.show("detail")
	case key == t.SaveKey:
		r.show("save")
		r.save = newSaving(r.s)
	case r.part != "":
		r.pane.key(key)
	case len(r.s.review.Problems) > 0:
		return r.mend(key)
	case key == "enter":
		return r.apply()
	default:
		r.pane.key(key)
	}
	return nil
}

// show turns to another part; the same key again turns back to the summary.
func (r *review) show(part string) {
	if part == r.part {
		part = ""
	}
	r.part, r.pane, r.note = part, pane{}, ""
}

// mend moves among the problems and leads to the page of the selected one.
func (r *review) mend(key string) tea.Cmd {
	n := len(r.s.review.Problems)
	switch key {
	case "down", "j", "tab":
		r.selected = (r.selected + 1) % n
	case "up", "k", "shift+tab":
		r.selected = (r.selected + n - 1) % n
	case "enter":
		if to := pageOf(r.s.review.Problems[r.selected]); to != "" {
			r.s.mending = true
			return goTo(to)
		}
	}
	return nil
}

// pageOf is the page on which a problem can be mended; empty when there is none.
func pageOf(p *plan.Problem) string {
	key := keyOfProblem(p)
	if key == "language" {
		return "welcome"
	}
	for _, t := range topics {
		for _, q := range t.questions {
			if q.key == key {
				return t.page
			}
		}
	}
	return ""
}

func (r *review) keys() []keyHint {
	t, k := &pageWords().Review, &words().Keys
	views := []keyHint{keyOf(t.PlanKey, t.Plan), keyOf(t.DetailKey, t.Detail), keyOf(t.SaveKey, t.Save), keyOf(k.Arrows, k.Scroll)}
	switch {
	case r.part == "save":
		return []keyHint{keyOf(k.Enter, t.Save), keyOf(k.Esc, t.Summary)}
	case r.part != "":
		return append([]keyHint{keyOf(k.Esc, t.Summary)}, views...)
	case r.begun != nil:
		return []keyHint{keyOf(t.UndoKey, t.UndoFirst), keyOf(t.OldKey, t.Old), keyOf(k.Esc, k.Back)}
	case r.s.review == nil && r.err != nil:
		return []keyHint{keyOf("r", t.Again), keyOf(t.ComputerKey, t.Computer), keyOf(k.Esc, k.Back)}
	case r.s.review == nil:
		return []keyHint{keyOf(k.Esc, k.Back)}
	case len(r.s.review.Problems) > 0:
		return append([]keyHint{keyOf(k.Enter, t.Mend), keyOf(k.Esc, k.Back), keyOf(k.Arrows, k.Move)}, views[:3]...)
	}
	var hints []keyHint
	if r.ready {
		hints = append(hints, keyOf(k.Enter, r.makes()))
	}
	return append(append(hints, keyOf(k.Esc, k.Back)), views...)
}
