package ui

// This computer, in lines: what stands in the way, and what can be done about it.

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/provision/plan"
)

// computer says what was seen of this computer. It is a question only while
// something keeps a machine from being made, or something can be done here.
func (c *conversation) computer(ctx context.Context) (move, error) {
	if c.existing {
		c.sayf(text.T().Lines.Begun, c.plan.Name)
	}
	if c.looked != nil && len(plan.Diff(*c.looked, c.plan)) == 0 {
		return onward, nil
	}
	c.mending = !c.chooses
	for {
		seen, err := c.preflight(ctx)
		if err != nil {
			return again, err
		}
		m, err := c.mendable(ctx, seen)
		switch {
		case errors.Is(err, errLeave) && seen.stops():
			c.say(text.T().Command.NotApplied)
			c.code = couldNot
			return done, nil
		case err != nil || m == backward || m == done:
			return m, err
		case m == onward:
			p := c.plan
			c.looked = &p
			return m, nil
		}
	}
}

// stops says whether something keeps the machine from being made.
func (p Preflight) stops() bool {
	return slices.ContainsFunc(p.Lines, func(l PreflightLine) bool { return l.Stops })
}

// asks says whether there is something to decide about what was seen.
func (c *conversation) asks(seen Preflight) bool {
	return len(c.undo) > 0 || slices.ContainsFunc(seen.Lines, func(l PreflightLine) bool { return l.Stops || l.Fix != nil })
}

// preflight looks at this computer and says what it saw, by kinds. What is worth
// reading has a number where it can be asked about, else all that is to be done.
func (c *conversation) preflight(ctx context.Context) (Preflight, error) {
	t, groups := &text.T().Lines, pageWords().Computer.Groups
	c.say(t.Looking)
	seen, err := c.driver.Preflight(ctx, c.plan, func(what string) { c.sayClean(fmt.Sprintf(pageWords().Computer.Looking, what)) })
	if err != nil {
		return seen, err
	}
	asks := c.asks(seen)
	said := map[checks.Status]string{checks.Met: t.Fine, checks.NotMet: t.NotFine, checks.NotChecked: t.Unseen}
	for kind, name := range []string{"stops", "worth", "fine"} {
		head := groups[name]
		for i, l := range seen.Lines {
			if kindOf(l) != kind {
				continue
			}
			if head != "" {
				c.sayf(t.Group, head)
				head = ""
			}
			what := fmt.Sprintf(or(said[l.Status], t.Unseen), clean(l.What))
			if kind == kindFine {
				c.say("  - " + what)
				continue
			}
			if asks {
				c.sayf("  %d. %s", i+1, what)
			} else {
				c.say("  - " + what)
				for _, cmd := range l.Commands {
					c.sayClean("     $ " + cmd)
				}
			}
			if l.Hint != "" {
				c.say("     " + text.T().Engine.HintPrefix + strings.ReplaceAll(indented(plainly(l.Hint)), "\n  ", "\n     "))
			}
		}
	}
	return seen, nil
}

// mendable asks what to do about what was found, where something can be done or has
// to be; again is the wish to look once more.
func (c *conversation) mendable(ctx context.Context, seen Preflight) (move, error) {
	t, l := &pageWords().Computer, &text.T().Lines
	if !c.asks(seen) {
		return onward, nil
	}
	stops := seen.stops()
	put := func() {
		if stops {
			c.wrong(l.Stops, l.StopsHint)
		}
		if len(c.undo) > 0 {
			c.say(t.LineUndo)
		}
	}
	put()
	prompt := t.LineAsk
	if stops {
		prompt = t.LineAskStops
	}
	looks := false
	m, err := c.ask(ctx, prompt, put, func(answer string) (move, error) {
		n, _ := strconv.Atoi(narrow(answer))
		switch {
		case answer == "" && !stops, !stops && c.means(answer, func(s *text.Strings) string { return s.Pages.Computer.WordsNext }):
			return onward, nil
		case c.means(answer, func(s *text.Strings) string { return s.Lines.WordsAgain }):
			looks = true
			return onward, nil
		case len(c.undo) > 0 && c.means(answer, func(s *text.Strings) string { return s.Pages.Computer.WordsUndoLast }):
			did, err := c.fix(ctx, c.undo[len(c.undo)-1], true)
			looks = did
			if did {
				return onward, err
			}
			return again, err
		case n >= 1 && n <= len(seen.Lines) && kindOf(seen.Lines[n-1]) != kindFine:
			m, err := c.finding(ctx, seen.Lines[n-1])
			looks = m == onward
			return m, err
		}
		c.notAmong(answer)
		return again, nil
	})
	switch {
	case err != nil || m == backward || m == done:
		return m, err
	case looks:
		return again, nil
	}
	return onward, nil
}

// finding says all of one, and does what can be done about it after a yes: onward
// means that it was, and that it is time to look again.
func (c *conversation) finding(ctx context.Context, l PreflightLine) (move, error) {
	t := &pageWords().Computer
	part := func(head string, body ...string) {
		c.say(head + strings.TrimSpace(text.T().Engine.Colon))
		for _, b := range body {
			c.say("  " + clean(b))
		}
	}
	c.sayClean(l.What)
	if l.Why != "" {
		part(t.Why, l.Why)
	}
	if l.Hint != "" {
		part(t.ToDo, strings.Split(plainly(l.Hint), "\n")...)
	}
	if len(l.Commands) > 0 {
		part(t.Commands, l.Commands...)
	}
	if l.Fix == nil {
		return again, nil
	}
	part(t.CanMend, l.Fix.Title)
	did, err := c.fix(ctx, *l.Fix, false)
	if err != nil || !did {
		return again, err
	}
	switch l.Fix.After {
	case AfterRestart:
		at := c.place("computer")
		c.restart = &at
		return done, nil
	case AfterLogin, AfterReboot:
		how, err := c.driver.Keep(c.place("computer"), true)
		if err != nil {
			return again, err
		}
		c.say(afterwardsOf(*l.Fix))
		c.sayClean(how)
		c.say(t.Kept)
		c.code = couldNot
		return done, nil
	}
	return onward, nil
}

// fix runs one, or takes it back, after a yes. What does not work is said; it is no
// end of the conversation.
func (c *conversation) fix(ctx context.Context, fix PreflightFix, undo bool) (did bool, err error) {
	t := &pageWords().Computer
	if undo {
		c.say(t.AskUndo)
		c.sayClean("  " + fix.Title)
	} else {
		c.say(t.LineRun)
		for _, cmd := range fix.Commands {
			c.sayClean("  $ " + cmd)
		}
	}
	if fix.Sudo {
		c.say(t.AskSudo)
	}
	if said := afterwardsOf(fix); said != "" && !undo {
		c.say(said)
	}
	yes, err := c.sure(ctx, t.LineFix)
	if err != nil {
		return false, err
	}
	if !yes {
		c.say(t.LineNotRun)
		return false, nil
	}
	say := func(line string) { c.sayClean("  " + line) }
	if undo {
		err = c.driver.Unfix(ctx, fix.ID, say)
	} else {
		err = c.driver.Fix(ctx, c.plan, fix.ID, say)
	}
	switch {
	case ctx.Err() != nil:
		how, _ := c.driver.Keep(c.place("computer"), false) // without it there is nothing to say
		return false, &text.Fault{What: t.Halted, Hint: how, Err: &interrupted{ctx.Err()}}
	case err != nil:
		PrintError(c.err, err)
		c.say(t.NotWorked)
		return false, nil
	}
	var left []PreflightFix
	for _, u := range c.undo {
		if u.ID != fix.ID {
			left = append(left, u)
		}
	}
	if c.undo = left; undo {
		c.say(t.Undone)
	} else {
		if fix.Undo {
			c.undo = append(c.undo, fix)
		}
		c.say(t.Helped)
	}
	return true, nil
}
