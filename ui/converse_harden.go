package ui

// Re-hardening in lines: what drifted is told, the owner chooses drift by drift,
// and what a repair came to is told as well. Only a yes repairs or accepts.

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/provision"
	"github.com/clawarium/clawarium/provision/steps"
)

// memoryControl is the control whose question is about what the agent remembers.
const memoryControl = checks.ID("K27")

func (c *conversation) harden(ctx context.Context, m Machine) error {
	t := &text.T().Harden
	if err := m.Unfinished(); err != nil {
		return err
	}
	if over, err := c.unfinishedRepair(ctx, m); over || err != nil {
		return err
	}
	if err := c.closeToOthers(ctx, m); err != nil {
		return err
	}
	look, err := m.Look(ctx, c.reporter(t.Looking))
	if err != nil {
		return err
	}
	drifts := m.Drifts(look, nil)
	if len(drifts) == 0 {
		c.result(t.Nothing, m.Name())
	} else {
		c.result(t.Head, len(drifts), m.Name())
	}
	for i, d := range drifts {
		c.drift(m, i+1, d)
	}
	chosen, err := c.toRepair(ctx, m, drifts)
	if err != nil {
		return err
	}
	if len(chosen) > 0 {
		c.say(t.Repairing)
		out, err := m.Repair(ctx, look, chosen, c.event())
		if err != nil {
			return err
		}
		if !c.outcome(out) {
			return nil
		}
		look = out.After
	}
	if err := c.yours(ctx, m, &look); err != nil {
		return err
	}
	c.standing(look)
	return nil
}

// line tells what goes on. It sees no terminal, so that it writes over no line.
func (c *conversation) line() *Line {
	c.fresh = false
	return NewLine(struct{ io.Writer }{c.err}, c.options.Verbose)
}

func (c *conversation) reporter(title string) provision.Reporter { return c.line().Reporter(title) }

func (c *conversation) event() func(provision.Event) { return c.line().Event }

// result prints a line of what was found.
func (c *conversation) result(format string, args ...any) {
	c.print(fmt.Sprintf(format, args...))
}

// unfinishedRepair says what to do about a repair that was interrupted, and does
// it. over means that nothing else is to be done now.
func (c *conversation) unfinishedRepair(ctx context.Context, m Machine) (over bool, err error) {
	t := &text.T().Harden
	r, err := m.Pending(ctx)
	if err != nil || r == nil {
		return false, err
	}
	c.sayf(t.PendingSaid, calendarDay(r.Began), c.stepTitles(m, r.Steps))
	back := r.Phase == provision.RepairBack
	if back {
		c.say(t.PendingBack)
	} else {
		l := &text.T().Lines
		options := []option{
			{value: "on", name: l.PendingOn, words: func(s *text.Strings) string { return s.Harden.AnswerOn }},
			{value: "undo", name: l.PendingUndo, words: func(s *text.Strings) string { return s.Harden.AnswerBack }},
			{value: "leave", name: l.PendingLeave, words: func(s *text.Strings) string { return s.Lines.WordsLeave }},
		}
		chosen := "leave"
		c.say(l.PendingHow)
		c.list(options, -1)
		if _, err := c.ask(ctx, l.AnswerNow, func() { c.list(options, -1) }, func(answer string) (move, error) {
			i, ok := c.choose(options, answer)
			if !ok {
				return again, nil
			}
			chosen = options[i].value
			return onward, nil
		}); err != nil {
			return true, err
		}
		if chosen == "leave" {
			c.say(t.PendingLeft)
			c.code = 2
			return true, nil
		}
		back = chosen == "undo"
	}
	out, err := m.Resume(ctx, r, back, c.event())
	return err != nil || !c.outcome(out), err
}

func (c *conversation) stepTitles(m Machine, ids []string) string {
	var titles []string
	for _, id := range ids {
		titles = append(titles, clean(fmt.Sprintf(text.T().Lines.RepairTitles, m.StepTitle(id), id)))
	}
	return strings.Join(titles, text.T().Checks.ListSeparator)
}

// closeToOthers takes files of ours on this host from others before anything
// else: a key that others can read is no way in any more.
func (c *conversation) closeToOthers(ctx context.Context, m Machine) error {
	t := &text.T().Harden
	open, err := m.TooOpen()
	if err != nil || len(open) == 0 {
		return err
	}
	for _, path := range slices.Sorted(maps.Keys(open)) {
		c.result(t.Open, path, open[path].Was.Perm(), open[path].Want.Perm())
	}
	yes, err := c.sure(ctx, t.AskClose)
	if err != nil {
		return err
	}
	if !yes {
		c.say(t.LeftOpen)
		return nil
	}
	if err := m.CloseToOthers(open); err != nil {
		return err
	}
	c.say(t.ClosedToOthers)
	return nil
}

// drift tells one thing that is not as it should be.
func (c *conversation) drift(m Machine, n int, d steps.Drift) {
	t, k := &text.T().Harden, &text.T().Checks
	say := func(indent, format string, args ...any) { c.result(indent+format, args...) }
	titles := c.stepTitles(m, d.Steps)
	c.print("")
	switch {
	case d.Change != nil && d.Change.Since.IsZero():
		say("", t.Unreviewed, n, changedKind(d.Change.What), d.Change.Path)
	case d.Change != nil:
		say("", t.Baseline, n, changedKind(d.Change.What), k.Kept.Changes[string(d.Change.Kind)], calendarDay(d.Change.Since), d.Change.Path)
		for _, line := range d.Change.Lines {
			say("     ", t.ChangeLine, line)
		}
	case len(d.Keys) > 0:
		say("", t.Keys, n)
		for _, key := range d.Keys {
			say("     ", t.Key, key.Key, key.New)
		}
	case d.Kind == steps.DriftControl:
		say("", t.Control, n, d.Controls[0], k.Controls[string(d.Controls[0])].Title)
	case d.Kind == steps.DriftNewer:
		say("", t.Newer, n, titles)
	default:
		say("", t.Step, n, titles)
	}
	for _, w := range d.Wrong {
		say("     ", t.Line, t.Places[string(w.Where)], w.Line)
	}
	if len(d.Files) > 0 {
		say("   ", t.NewerFiles, d.By, strings.Join(d.Files, k.ListSeparator))
	}
	if !d.HeldAt.IsZero() {
		say("   ", t.HeldAt, calendarDay(d.HeldAt))
	}
	if d.Change != nil && len(d.Controls) > 0 {
		var ids []string
		for _, id := range d.Controls {
			ids = append(ids, string(id))
		}
		say("   ", t.TurnsRed, strings.Join(ids, k.ListSeparator))
	}
	switch {
	case d.Repairable():
		say("   ", t.RepairedBy, titles)
		if d.Restart {
			say("   ", t.NeedsRestart)
		}
	case d.Accept:
		say("   ", t.YoursToDecide)
	case d.Hint != "":
		say("   ", t.Yours, d.Hint)
	}
}

// changedKind names what a change is of; the guest has said what it is.
func changedKind(what string) string {
	if name, ok := text.T().Harden.Kinds[what]; ok {
		return name
	}
	return what
}

func calendarDay(t time.Time) string { return t.UTC().Format(time.DateOnly) }

// toRepair asks for each drift that can be repaired.
func (c *conversation) toRepair(ctx context.Context, m Machine, drifts []steps.Drift) ([]steps.Drift, error) {
	t, l := &text.T().Harden, &text.T().Lines
	var chosen []steps.Drift
	repairable := 0
	for i, d := range drifts {
		if !d.Repairable() {
			continue
		}
		repairable++
		question := l.RepairSure
		if d.Kind == steps.DriftNewer {
			question = l.NewerSure
		}
		yes, err := c.sure(ctx, fmt.Sprintf(question, i+1))
		if err != nil {
			return nil, err
		}
		if yes {
			chosen = append(chosen, d)
		}
	}
	restart := func(d steps.Drift) bool { return d.Restart }
	if slices.ContainsFunc(chosen, restart) {
		yes, err := c.sure(ctx, fmt.Sprintf(l.RestartSure, text.Duration(m.RestartTime())))
		if err != nil {
			return nil, err
		}
		if !yes {
			chosen = slices.DeleteFunc(chosen, restart)
		}
	}
	switch {
	case len(drifts) > 0 && repairable == 0:
		c.say(t.NothingRepairable)
	case repairable > 0 && len(chosen) == 0:
		c.say(t.NotRepaired)
	}
	return chosen, nil
}

// outcome tells what a repair came to, and whether it stays.
func (c *conversation) outcome(out steps.Outcome) (kept bool) {
	t := &text.T().Harden
	if out.Kept {
		c.say(t.Kept)
		return true
	}
	c.code = 2
	if out.Failed != nil {
		PrintError(c.err, withoutGoOn(out.Failed))
		c.print(t.Failed)
	}
	if len(out.Worse) > 0 {
		c.print(t.WorseHead)
		status := text.T().Checks.Status
		for _, w := range out.Worse {
			c.result(t.Worse, w.Control, w.Title, status[string(w.Was)], status[string(w.Is)], w.Line)
		}
	}
	if len(out.Unlike) == 0 {
		c.print(t.TakenBack)
		return false
	}
	c.print(t.Unlike)
	for _, line := range out.Unlike {
		c.print("  " + line)
	}
	return false
}

// yours asks for what only the owner can say: content that changed since the
// baseline, and confirmations that have lapsed.
func (c *conversation) yours(ctx context.Context, m Machine, look *steps.Look) error {
	t := &text.T().Harden
	var paths []string
	told := false
	for i, d := range m.Drifts(*look, nil) {
		if !d.Accept || d.Change == nil {
			continue
		}
		if !told {
			c.print(t.AcceptHead)
			told = true
		}
		c.drift(m, i+1, d)
		accept := false
		if _, err := c.ask(ctx, t.AskAccept, nil, func(answer string) (move, error) {
			accept = c.means(answer, func(s *text.Strings) string { return s.Harden.AnswerAccept })
			return onward, nil
		}); err != nil {
			return err
		}
		if accept {
			paths = append(paths, d.Change.Path)
		}
	}
	if len(paths) > 0 {
		if err := m.Accept(ctx, look, paths...); err != nil {
			return err
		}
		c.sayf(t.Accepted, clean(strings.Join(paths, text.T().Checks.ListSeparator)))
	}
	return c.lapsed(ctx, m, look)
}

// lapsed asks again for confirmations that have lapsed.
func (c *conversation) lapsed(ctx context.Context, m Machine, look *steps.Look) error {
	promises, err := m.Promises()
	if err != nil {
		return err
	}
	told := false
	for _, p := range promises {
		if p.Standing != checks.Lapsed {
			continue
		}
		if !told {
			c.say(text.T().Harden.Lapsed)
			told = true
		}
		if p.Control == memoryControl {
			if err := c.remembered(ctx, m); err != nil {
				return err
			}
		}
		yes, went, err := c.putPromise(ctx, p.Control, false)
		if err != nil {
			return err
		}
		if yes && went == onward {
			if err := m.Confirm(p.Control); err != nil {
				return err
			}
		}
	}
	if told {
		m.JudgeAgain(look)
	}
	return nil
}

// remembered shows what the agent remembers that its owner has not read.
func (c *conversation) remembered(ctx context.Context, m Machine) error {
	lines, err := m.Memory(ctx, c.reporter(text.T().Command.MemoryLooking))
	if err != nil {
		return err
	}
	for _, line := range lines {
		c.sayClean(line)
	}
	return nil
}

// standing says how things stand now.
func (c *conversation) standing(look steps.Look) {
	t := &text.T().Harden
	n := checks.Counts(look.Findings)
	c.result(t.Counts, n[checks.Met], n[checks.NotMet], n[checks.NotChecked], n[checks.Attested])
	for _, f := range look.Findings {
		switch f.Status {
		case checks.NotMet:
			c.result(t.StillNotMet, f.Control, f.Title, f.Hint)
		case checks.NotChecked:
			c.result(t.StillNotChecked, f.Control, f.Title, f.Hint)
		}
	}
	if c.code = checks.Exit(look.Findings); c.code == 0 {
		c.print(t.AllHold)
	}
}
