package ui

// A repair as it runs: its steps one by one, the look afterwards, and what it
// came to. It is a part of a page, which gives it its messages and asks it first
// when somebody wants to leave.

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/provision"
	"github.com/clawarium/clawarium/provision/steps"
)

// repairState says how far a repair is.
type repairState int

const (
	repairIdle    repairState = iota
	repairRunning             // also while it comes to a stop
	repairKept                // it worked and stays
	repairBack                // it was taken back
	repairStopped             // stopped by its owner; the next one goes on with it
	repairFailed              // neither kept nor taken back, for another reason
)

// repairWish is what its owner wants of a repair that runs.
type repairWish int

const (
	wishNothing repairWish = iota
	wishLater              // stop, and keep it for later
	wishBack               // stop, and take it back
	wishEnd                // stop, and end the program
)

// repairing is one repair after another of one machine.
type repairing struct {
	s *session

	state   repairState
	outcome steps.Outcome // of repairKept and repairBack
	err     error         // of repairFailed
	note    string        // besides

	machine Machine
	back    bool // the way that it goes
	wish    repairWish
	rows    stepList
	tell    *telling
	cancel  context.CancelFunc
	began   time.Time
	from    int // the first line shown
	follow  bool
}

// repairedMsg is the end of one way of a repair.
type repairedMsg struct {
	of      *telling
	outcome steps.Outcome
	none    bool // there was nothing to take back
	err     error
}

// start has the chosen drifts repaired.
func (r *repairing) start(m Machine, look steps.Look, chosen []steps.Drift) tea.Cmd {
	return r.run(m, false, func(ctx context.Context, event func(provision.Event)) repairedMsg {
		out, err := m.Repair(ctx, look, chosen, event)
		return repairedMsg{outcome: out, err: err}
	})
}

// resume goes on with a repair that was not finished, or takes it back.
func (r *repairing) resume(m Machine, pending *provision.Repair, back bool) tea.Cmd {
	back = back || pending.Phase == provision.RepairBack
	return r.run(m, back, func(ctx context.Context, event func(provision.Event)) repairedMsg {
		out, err := m.Resume(ctx, pending, back, event)
		return repairedMsg{outcome: out, err: err}
	})
}

// takeBack takes back what was just stopped.
func (r *repairing) takeBack() tea.Cmd {
	m := r.machine
	return r.run(m, true, func(ctx context.Context, event func(provision.Event)) repairedMsg {
		pending, err := m.Pending(ctx)
		if err != nil || pending == nil {
			return repairedMsg{none: err == nil, err: err}
		}
		out, err := m.Resume(ctx, pending, true, event)
		return repairedMsg{outcome: out, err: err}
	})
}

func (r *repairing) run(m Machine, back bool, work func(context.Context, func(provision.Event)) repairedMsg) tea.Cmd {
	ctx, cancel := context.WithCancel(r.s.ctx)
	tell := newTelling()
	s := r.s
	*r = repairing{} // a literal with values would lie in the program as a copy of 11 kB
	r.s, r.state, r.machine, r.back, r.tell, r.cancel, r.began, r.follow = s, repairRunning, m, back, tell, cancel, s.now(), true
	return tell.run(r.s.work(func() tea.Msg {
		defer cancel()
		msg := work(ctx, tell.event)
		msg.of = tell
		return msg
	}))
}

// update takes the repair's own messages and the keys that scroll. When it has
// returned, state may be another.
func (r *repairing) update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case toldMsg:
		if msg.of != r.tell {
			return nil
		}
		for _, e := range msg.events {
			r.back = r.back || e.Kind == provision.StepUndoing
			r.rows.hear(e)
		}
		return msg.of.next
	case repairedMsg:
		if msg.of == r.tell {
			return r.over(msg)
		}
	case wishMsg:
		if msg.of == r.tell && r.state == repairRunning {
			r.wish = msg.wish
			r.cancel()
		}
	case tea.KeyPressMsg:
		r.scroll(msg.String())
	}
	return nil
}

// over is called at the end of one way.
func (r *repairing) over(msg repairedMsg) tea.Cmd {
	r.outcome, r.err, r.from, r.follow = msg.outcome, nil, 0, true
	wish := r.wish
	r.wish = wishNothing
	t := &text.T().Dashboard.Repairing
	ended := msg.err == nil // before the wish to stop reached it
	switch {
	case msg.none:
		r.state, r.note = repairStopped, t.NothingBegun
	case ended && msg.outcome.Kept:
		r.state = repairKept
	case ended:
		r.state = repairBack
	case wish == wishBack:
		return r.takeBack()
	case wish != wishNothing:
		r.state, r.note = repairStopped, t.Later+" "+t.LaterHint
	default:
		r.state, r.err = repairFailed, msg.err
	}
	if wish == wishEnd {
		r.s.parting = msg.err // says how to go on
		return quit(130)
	}
	if wish != wishNothing && ended && msg.outcome.Kept {
		r.note = t.TooLate
	}
	return nil
}

// leaving is what to do when somebody wants to leave; nil when nothing runs.
func (r *repairing) leaving(sig stopping) tea.Cmd {
	if r.state != repairRunning {
		return nil
	}
	if sig == bySignal {
		r.wish = wishEnd
		r.cancel()
		return func() tea.Msg { return nil }
	}
	t := &text.T().Dashboard.Repairing
	d := &dialog{title: t.Leave, about: t.LeaveAbout, cancel: func() tea.Msg { return nil }, answers: []answer{
		{"", t.LeaveOn, nil}, {"", t.LeaveLater, r.wants(wishLater)},
	}}
	if r.back {
		d.about = t.LeaveBackAbout
	} else {
		d.answers = append(d.answers, answer{"", t.LeaveTake, r.wants(wishBack)})
	}
	return ask(d)
}

// wishMsg is the answer to leaving.
type wishMsg struct {
	of   *telling
	wish repairWish
}

func (r *repairing) wants(wish repairWish) tea.Cmd {
	msg := wishMsg{r.tell, wish}
	return func() tea.Msg { return msg }
}

func (r *repairing) scroll(key string) {
	r.from, r.follow = scrolled(r.from, key, 5), false
}

// keys are those that work on it.
func (r *repairing) keys() []keyHint {
	t := &words().Keys
	return []keyHint{{t.Arrows, t.Scroll}}
}

// view draws it.
func (r *repairing) view(width, height int) string {
	s, t := r.s.styles, &text.T().Dashboard.Repairing
	head := t.Ended
	if r.state == repairRunning {
		if head = t.Head; r.back {
			head = t.HeadBack
		}
	}
	elapsed := ""
	if r.state == repairRunning {
		elapsed = s.faint.Render(text.Duration(r.s.now().Sub(r.began)))
	}
	top := spread(s.title.Render(fmt.Sprintf(head, r.machine.Name())), elapsed, width) + "\n\n"
	lines := r.ending(width)
	if len(lines) > 0 && len(r.rows) > 0 {
		lines = append(lines, "")
	}
	lines = append(lines, r.rows.lines(s, width)...)
	if r.state == repairRunning {
		lines = append(lines, "")
		lines = append(lines, r.now(width)...)
	}
	room := height - 2
	if r.state == repairRunning && r.follow {
		r.from = len(lines) - room
	}
	r.from = max(0, min(r.from, len(lines)-room))
	return top + window(s, lines, r.from, width, room)
}

// now says what goes on between and after the steps.
func (r *repairing) now(width int) []string {
	t := &text.T().Dashboard.Repairing
	said := ""
	switch {
	case r.wish != wishNothing:
		said = t.Stopping
	case len(r.rows) == 0:
		said = t.Preparing
	case r.steppedThrough():
		said = t.LookingAgain
	}
	if said == "" {
		return nil
	}
	return strings.Split(wrap(said, width), "\n")
}

// steppedThrough says whether no step is being made or taken back.
func (r *repairing) steppedThrough() bool {
	for _, row := range r.rows {
		switch row.event.Kind {
		case provision.StepHeld, provision.StepDone, provision.StepUndone:
		default:
			return false
		}
		if !r.back && row.event.Index == row.event.Count {
			return true
		}
	}
	return r.back
}

// ending is what a repair came to.
func (r *repairing) ending(width int) []string {
	s, t, d := r.s.styles, &text.T().Harden, &text.T().Dashboard.Repairing
	var lines []string
	say := func(mark, said string) { lines = append(lines, marked(mark, said, width)...) }
	if r.note != "" {
		say(s.word.Render("i"), r.note)
	}
	switch r.state {
	case repairKept:
		say(s.good.Render("✓"), t.Kept)
	case repairFailed:
		say(s.bad.Render("✗"), d.Failed)
		lines = append(lines, toWidth(indent(strings.Join(trouble(s, r.err, width-2), "\n"), 2), width)...)
	case repairBack:
		if r.outcome.Failed != nil {
			say(s.bad.Render("✗"), t.Failed)
			lines = append(lines, toWidth(indent(strings.Join(trouble(s, withoutGoOn(r.outcome.Failed), width-2), "\n"), 2), width)...)
		}
		if len(r.outcome.Worse) > 0 {
			say(s.bad.Render("✗"), t.WorseHead)
			status := text.T().Checks.Status
			for _, w := range r.outcome.Worse {
				say(" ", strings.TrimSpace(clean(fmt.Sprintf(t.Worse, w.Control, w.Title, status[string(w.Was)], status[string(w.Is)], w.Line))))
			}
		}
		if len(r.outcome.Unlike) == 0 {
			say(s.good.Render("✓"), t.TakenBack)
			break
		}
		say(s.bad.Render("✗"), t.Unlike)
		for _, line := range r.outcome.Unlike {
			say(" ", clean(line))
		}
	}
	return lines
}

// withoutGoOn leaves out how to go on, which is no advice once all is taken back.
func withoutGoOn(err error) error {
	if step := (*provision.StepError)(nil); errors.As(err, &step) {
		return &text.Fault{What: fmt.Sprintf(text.T().Engine.StepFailed, step.Title, step.Step), Err: step.Err}
	}
	return err
}
