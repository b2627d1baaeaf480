package ui

// A machine that exists, in lines: how it is, and what can be done with it.
// Nothing changes without a clear yes.

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/provision"
	"github.com/clawarium/clawarium/provision/plan"
)

// dashboard says how the machine is and asks what to do, until that is to leave.
func (c *conversation) dashboard(ctx context.Context) error {
	m, err := c.driver.Machine(c.plan.Name)
	if err != nil {
		return err
	}
	defer m.Close()
	c.heading("dashboard")
	for {
		running, err := c.status(ctx, m)
		if err != nil {
			return err
		}
		over, err := c.menu(ctx, m, running)
		switch {
		case err == nil && over:
			return nil
		case err == nil:
		case ctx.Err() != nil, errors.Is(err, errLeave), errors.Is(err, inputEnd{}), errors.Is(err, errPatience):
			return err
		default: // said, and asked again: another choice may work
			PrintError(c.err, err)
			c.code = 2
		}
	}
}

// status says how the machine is.
func (c *conversation) status(ctx context.Context, m Machine) (running bool, err error) {
	s, err := m.Status(ctx)
	if err != nil {
		return false, err
	}
	t := &text.T().Lines
	checked := t.NeverChecked
	if when, counts := m.LastCheck(); when != 0 {
		checked = fmt.Sprintf(t.LastCheck, calendarDay(time.Unix(when, 0)), countsOf(counts))
	}
	out, state := &text.T().Dashboard.Out, text.T().Dashboard.Out.Unknown
	if o, err := m.Out(ctx); err == nil {
		state = outFact(o)
	}
	checked += "\n" + fmt.Sprintf(out.LineHead, state)
	if said := s.Text(c.nameFlag()) + checked; said != c.stands {
		c.gap()
		c.print(said)
		c.stands = said
	}
	return s.State == "running", nil
}

func countsOf(n map[checks.Status]int) string {
	return fmt.Sprintf(text.T().Lines.CountsOf, n[checks.Met], n[checks.NotMet], n[checks.NotChecked], n[checks.Attested])
}

// menu asks what to do and does it. over is the end of the conversation.
func (c *conversation) menu(ctx context.Context, m Machine, running bool) (over bool, err error) {
	t := &text.T().Lines
	power := option{value: "start", name: t.MenuStart, words: func(s *text.Strings) string { return s.Lines.WordsStart }}
	if running {
		power = option{value: "stop", name: t.MenuStop, words: func(s *text.Strings) string { return s.Lines.WordsStop }}
	}
	options := []option{
		{value: "check", name: t.MenuCheck, words: func(s *text.Strings) string { return s.Lines.WordsCheck }},
		{value: "harden", name: t.MenuHarden, words: func(s *text.Strings) string { return s.Lines.WordsHarden }},
		{value: "open", name: t.MenuOpen, words: func(s *text.Strings) string { return s.Lines.WordsOpen }},
		{value: "out", name: text.T().Dashboard.Out.MenuOut, words: func(s *text.Strings) string { return s.Dashboard.Out.WordsOut }},
		{value: "settings", name: t.MenuSettings, words: func(s *text.Strings) string { return s.Lines.WordsSettings }},
		power,
		{value: "destroy", name: t.MenuDestroy, words: func(s *text.Strings) string { return s.Lines.WordsDestroy }},
		{value: "leave", name: t.MenuLeave, words: func(s *text.Strings) string { return s.Lines.WordsLeave }},
	}
	c.gap()
	c.say(t.Menu)
	c.list(options, -1)
	chosen := ""
	_, err = c.ask(ctx, t.AnswerNow, func() { c.list(options, -1) }, func(answer string) (move, error) {
		i, ok := c.choose(options, answer)
		if !ok {
			return again, nil
		}
		chosen = options[i].value
		return onward, nil
	})
	if err != nil {
		return false, err
	}
	if chosen != "" && chosen != "leave" {
		c.code = 0
	}
	switch chosen {
	case "check":
		r, err := c.check(ctx, m)
		c.code = r.Exit
		return false, err
	case "harden":
		return false, c.harden(ctx, m)
	case "open":
		return false, c.open(ctx, m)
	case "out":
		return false, c.wayOut(ctx, m)
	case "settings":
		data, err := m.Plan().YAML()
		c.print(string(data))
		return false, err
	case "start":
		return false, c.power(ctx, t.StartSure, text.T().Steps.Boot, text.T().Command.Started, m.Start, m)
	case "stop":
		return false, c.power(ctx, t.StopSure, text.T().Command.Stopping, text.T().Command.Stopped, m.Stop, m)
	case "destroy":
		return c.destroy(ctx, m)
	case "leave":
		return true, nil
	}
	return false, nil // going back: there is nothing before the menu
}

// power starts or stops the machine after a yes.
func (c *conversation) power(ctx context.Context, sure, doing, did string, do func(context.Context, provision.Reporter) error, m Machine) error {
	yes, err := c.sure(ctx, fmt.Sprintf(sure, m.Name()))
	if err != nil {
		return err
	}
	if !yes {
		c.say(text.T().Lines.NotDone)
		return nil
	}
	if err := do(ctx, c.reporter(doing)); err != nil {
		return err
	}
	c.sayf(did, m.Name())
	return nil
}

// open keeps the way to OpenClaw's page open until the next line.
func (c *conversation) open(ctx context.Context, m Machine) error {
	t := &text.T().Lines
	within, closes := context.WithCancel(ctx)
	defer closes()
	link, err := m.Open(within, c.reporter(text.T().Command.Opening))
	if err != nil {
		return err
	}
	c.say(t.OpenReady)
	c.print(link)
	if _, err := c.read(ctx, t.OpenClose); err != nil {
		return err
	}
	c.say(text.T().Command.OpenClosed)
	return nil
}

// destroy removes the machine once its name was typed.
func (c *conversation) destroy(ctx context.Context, m Machine) (over bool, err error) {
	t, words := &text.T().Lines, &text.T().Command
	c.sayf(words.DestroyWarning, m.Name())
	c.say(t.DestroyDataAsk)
	c.say("  " + t.DestroyDataAskAbout)
	data, went, err := c.yesNo(ctx, fmt.Sprintf(t.Answer, yesWord(false)), false, nil)
	if err != nil {
		return false, err
	}
	if went == onward {
		if data {
			c.say(t.DataGoes)
		}
		typed := ""
		if went, err = c.ask(ctx, words.AskName, nil, func(answer string) (move, error) {
			typed = answer
			return onward, nil
		}); err != nil {
			return false, err
		}
		if went == onward && typed != m.Name() {
			if plan.LooksSecret(typed) {
				typed = ""
			}
			c.wrong(fmt.Sprintf(words.WrongName, briefly(typed), m.Name()), words.WrongNameHint)
		}
		if typed != m.Name() {
			went = backward
		}
	}
	if went != onward {
		c.say(t.NotDestroyed)
		return false, nil
	}
	if err := m.Destroy(ctx, data, c.event()); err != nil {
		return false, err
	}
	c.sayf(words.TakenBack, m.Name())
	if !data {
		c.sayf(words.DataKept, m.Name())
	}
	return true, nil
}
