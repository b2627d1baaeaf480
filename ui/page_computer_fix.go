package ui

// What can be done about a finding here: its commands are shown, run after a yes,
// and what they came to is looked at again. Where a password may be asked for, the
// commands have the terminal to themselves.

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/clawarium/clawarium/assets/text"
)

// fixing is a fix, or its undoing, from the yes to what it came to.
type fixing struct {
	fix  PreflightFix
	line string // the finding
	back bool   // it is taken back

	tell   *telling
	cancel context.CancelFunc
	log    *logbook
	began  time.Time
	pane   pane
	follow bool // the pane is at its end
	over   bool
	err    error
	halted bool
	end    bool   // the program ends with it
	how    string // to go on, once it needs a new login
}

// onItsWay is how long it may take until a key that ended a command has ended us.
const onItsWay = 200 * time.Millisecond

// runs says whether it has not come to its end.
func (f *fixing) runs() bool { return !f.over }

type (
	// fixAgreedMsg is the yes.
	fixAgreedMsg struct {
		fix  PreflightFix
		line string
		back bool
	}
	fixHaltMsg struct{ of *fixing }
	fixedMsg   struct {
		of  *fixing
		err error
		how string // to go on later, where that is needed
	}
)

// wantFix asks about the fix of the finding that is read.
func (c *computer) wantFix() tea.Cmd {
	l := c.line()
	if l == nil || l.Fix == nil {
		return nil
	}
	return c.askFix(*l.Fix, l.ID, false)
}

// askFix shows all that will be run, and asks.
func (c *computer) askFix(fix PreflightFix, line string, undo bool) tea.Cmd {
	t := &pageWords().Computer
	d := &dialog{title: t.AskFix, cancel: func() tea.Msg { return nil }}
	var about []string
	yes := t.FixYes
	if undo {
		d.title, yes = t.AskUndo, t.UndoYes
		about = append(about, clean(fix.Title))
	} else {
		for _, cmd := range fix.Commands {
			about = append(about, "$ "+clean(cmd))
		}
	}
	more := afterwardsOf(fix)
	if undo {
		more = ""
	}
	if fix.Sudo {
		more = behind(t.AskSudo, more)
	}
	if more != "" {
		about = append(about, "", more)
	}
	d.about = strings.Join(about, "\n")
	d.answers = []answer{{"", t.FixNo, nil}, {"", yes, func() tea.Msg { return fixAgreedMsg{fix, line, undo} }}}
	return ask(d)
}

// afterwardsOf says what a fix takes to be in force; nothing when it is at once.
func afterwardsOf(fix PreflightFix) string {
	t := &pageWords().Computer
	switch fix.After {
	case AfterLogin:
		return t.NeedsLogin
	case AfterReboot:
		return t.NeedsReboot
	case AfterRestart:
		return t.NeedsRestart
	}
	return ""
}

// place is where somebody is, with the answers so far.
func (s *session) place(page string) Place {
	at := Place{Page: page, Plan: s.plan, Key: slices.Clone([]byte(s.key)), Recommended: s.mending}
	for id, yes := range s.promised {
		if yes {
			at.Promised = append(at.Promised, id)
		}
	}
	slices.Sort(at.Promised)
	return at
}

// mend runs a fix, or takes it back.
func (c *computer) mend(fix PreflightFix, line string, undo bool) tea.Cmd {
	s, p, at := c.s, c.s.plan, c.s.place("computer")
	ctx, cancel := context.WithCancel(s.ctx)
	f := &fixing{fix: fix, line: line, back: undo, tell: newTelling(), cancel: cancel, log: &logbook{}, began: s.now()}
	f.follow = true
	c.look.stop()
	c.fix, c.said, c.open = f, "", -1
	work := func(say func(string)) fixedMsg {
		defer cancel()
		msg := fixedMsg{of: f}
		if undo {
			msg.err = s.driver.Unfix(ctx, fix.ID, say)
		} else {
			msg.err = s.driver.Fix(ctx, p, fix.ID, say)
		}
		if msg.err != nil && fix.Sudo { // what ended it on the terminal is on its way to us
			select {
			case <-s.ctx.Done():
			case <-time.After(onItsWay):
			}
		}
		// Whoever has to come back, or was thrown out, finds it as it was.
		later := !undo && (fix.After == AfterLogin || fix.After == AfterReboot) && msg.err == nil
		if later || s.ctx.Err() != nil {
			how, err := s.driver.Keep(at, later)
			if msg.how = how; err != nil && msg.err == nil {
				msg.err = err
			}
		}
		return msg
	}
	say := func(line string) {
		f.log.add(line)
		f.tell.stir() // there is something to draw
	}
	if !fix.Sudo {
		return f.tell.run(s.work(func() tea.Msg { return work(say) }))
	}
	var msg fixedMsg
	return s.release(&onTerminal{run: func(out io.Writer) error {
		s.works.begin()
		defer s.works.end()
		defer s.tidy()
		t := &pageWords().Computer
		fmt.Fprintln(out, "\n"+strings.Join(hang(min(s.width, longLine), "", t.OnTerminal), "\n"))
		msg = work(func(line string) {
			f.log.add(line)
			fmt.Fprintln(out, "  "+clean(line))
		})
		if s.ctx.Err() == nil {
			fmt.Fprintln(out, t.OffTerminal)
		}
		return nil
	}}, func(err error) tea.Msg {
		if msg.of == nil { // the terminal could not be given away
			cancel()
			msg = fixedMsg{of: f, err: err}
		}
		return msg
	})
}

// onTerminal is work that has the terminal to itself. What it starts reads the
// terminal, and never our input, in which somebody else may wait already.
type onTerminal struct {
	run func(io.Writer) error
	out io.Writer
}

func (o *onTerminal) Run() error            { return o.run(o.out) }
func (o *onTerminal) SetStdin(io.Reader)    {}
func (o *onTerminal) SetStdout(w io.Writer) { o.out = w }
func (o *onTerminal) SetStderr(io.Writer)   {}

// fixed is called at the end of a fix.
func (c *computer) fixed(msg fixedMsg) tea.Cmd {
	f, t := c.fix, &pageWords().Computer
	f.over, f.err, f.how = true, msg.err, msg.how
	switch {
	case f.end || c.s.ctx.Err() != nil:
		if msg.how != "" {
			msg.err = nil // that a command which was stopped did not go through is no news
		}
		c.s.parting = &text.Fault{What: t.Halted, Hint: msg.how, Err: msg.err}
		return quit(130) // a signal's own status goes before this one
	case msg.err != nil:
		return nil
	case f.back:
		c.undo = slices.DeleteFunc(c.undo, func(u PreflightFix) bool { return u.ID == f.fix.ID })
		c.said, c.good, c.fix = t.Undone, true, nil
		return c.again()
	}
	if f.fix.Undo {
		c.undo = append(slices.DeleteFunc(c.undo, func(u PreflightFix) bool { return u.ID == f.fix.ID }), f.fix)
	}
	switch f.fix.After {
	case AfterLogin, AfterReboot:
		return nil // it says so, and how to go on
	case AfterRestart:
		at := c.s.place("computer")
		c.s.restart = &at
		return quit(0)
	}
	c.fix, c.mended = nil, f.line
	if c.mended == "" {
		c.said, c.good = t.Helped, true
	}
	return c.again()
}

// pressFix is press while a fix runs, has failed, or waits for a new login.
func (c *computer) pressFix(key string) tea.Cmd {
	f := c.fix
	switch {
	case f.runs():
		if key == "esc" {
			return c.leaving(byKey)
		}
	case f.err == nil && (key == "enter" || key == "q"):
		c.s.parting = &text.Fault{What: afterwardsOf(f.fix), Hint: f.how, Note: true}
		return quit(130)
	case key == "esc":
		c.fix = nil
		return c.again()
	case f.err != nil && key == "r":
		return c.askFix(f.fix, f.line, f.back)
	}
	if f.pane.key(key) {
		f.follow = key == "end"
	}
	return nil
}

// leaving implements busy: commands that run are not left behind.
func (c *computer) leaving(sig stopping) tea.Cmd {
	f, t := c.fix, &pageWords().Computer
	if f == nil || !f.runs() {
		return nil
	}
	if sig == bySignal {
		f.end = true
		f.cancel()
		return func() tea.Msg { return nil }
	}
	return ask(&dialog{title: t.AskHalt, about: t.AskHaltAbout, cancel: func() tea.Msg { return nil }, answers: []answer{
		{"", t.HaltNo, nil}, {"", t.HaltYes, func() tea.Msg { return fixHaltMsg{f} }},
	}})
}

func (c *computer) fixKeys() []keyHint {
	k, t, f := &words().Keys, &pageWords().Computer, c.fix
	switch {
	case f.runs():
		return []keyHint{keyOf(k.Esc, t.Halt), keyOf(k.Arrows, k.Scroll)}
	case f.err != nil:
		return []keyHint{keyOf("r", t.TryAgain), keyOf(k.Esc, k.Back), keyOf(k.Arrows, k.Scroll)}
	}
	return []keyHint{keyOf(k.Enter, t.LeaveNow), keyOf(k.Esc, k.Back), keyOf(k.Arrows, k.Scroll)}
}
