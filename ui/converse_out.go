package ui

// The way out of a machine, in lines: how it stands, which names were refused, and
// what its owner says to each. The names come from a guest that may be hostile: one
// is chosen by its number, and nothing of it is taken for a word.

import (
	"context"
	"fmt"
	"strconv"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/provision/plan"
)

// mostListed is how many hosts of a kind are listed in lines.
const mostListed = 20

// wayOut says how it stands and asks what to change, until that is to go back.
func (c *conversation) wayOut(ctx context.Context, m Machine) error {
	t := &text.T().Dashboard.Out
	for {
		now, err := m.Out(ctx)
		if err != nil {
			return err
		}
		rows := c.hosts(now)
		options := []option{
			{value: "add", name: t.LineAdd, words: func(s *text.Strings) string { return s.Dashboard.Out.WordsAdd }},
			{value: "level", name: t.LineLevel, words: func(s *text.Strings) string { return s.Dashboard.Out.WordsLevel }},
			{value: "again", name: t.LineAgain, words: func(s *text.Strings) string { return s.Lines.WordsAgain }},
			{value: "leave", name: t.LineBack, words: func(s *text.Strings) string { return s.Lines.WordsLeave }},
		}
		put := func() {
			if len(rows) > 0 {
				c.say(t.LineAsk)
			}
			for i, o := range options {
				c.sayf("  %d. %s", len(rows)+i+1, o.name)
			}
		}
		put()
		chosen := len(rows) + len(options) - 1 // going back is leaving
		if _, err := c.ask(ctx, text.T().Lines.AnswerNow, put, func(answer string) (move, error) {
			// The rows have no names here, only numbers.
			i, ok := c.choose(append(make([]option, len(rows)), options...), answer)
			if !ok {
				return again, nil
			}
			chosen = i
			return onward, nil
		}); err != nil {
			return err
		}
		switch {
		case chosen < len(rows):
			err = c.putOut(ctx, m, aboutHost(rows[chosen], now.Level))
		case options[chosen-len(rows)].value == "add":
			err = c.addOut(ctx, m, now.Level)
		case options[chosen-len(rows)].value == "level":
			err = c.levelOut(ctx, m, now.Level)
		case options[chosen-len(rows)].value == "leave":
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// hosts lists them by kinds, those that can be decided on with numbers, and returns
// these.
func (c *conversation) hosts(now Out) []outRow {
	t := &text.T().Dashboard.Out
	c.gap()
	c.sayf(t.LineHead, outFact(now))
	if now.Trouble != "" {
		c.say("  " + indented(now.Trouble))
	}
	if len(now.Blocked) == 0 {
		said := t.Nothing
		if now.Level == "internet" {
			said = t.NothingOpen
		}
		c.say(said)
	}
	var rows []outRow
	var last outKind
	listed, left := 0, 0
	more := func() {
		if left > 0 {
			c.sayf("     "+t.LineMore, left)
		}
		listed, left = 0, 0
	}
	for _, r := range now.hosts() {
		if r.kind != last {
			more()
			c.sayf(text.T().Lines.Group, t.Groups[string(r.kind)])
			last = r.kind
		}
		if listed++; listed > mostListed {
			left++
			continue
		}
		switch r.kind {
		case outSettings:
			c.say("  - " + fmt.Sprintf(text.T().Lines.Name, hostSaid(r.host), whose(r.rule.For)))
			continue
		case outBlocked:
			rows = append(rows, r)
			c.sayf("  %d. %s", len(rows), outDetail(r, c.now()))
		case outOwner:
			rows = append(rows, r)
			c.sayf("  %d. "+text.T().Lines.Name, len(rows), hostSaid(r.host), outLeft(r.rule))
		default:
			rows = append(rows, r)
			c.sayf("  %d. %s", len(rows), hostSaid(r.host))
		}
	}
	more()
	return rows
}

// putOut asks a question about it and makes the change that the answer means. Going
// back, and an empty line, change nothing.
func (c *conversation) putOut(ctx context.Context, m Machine, q outQuestion) error {
	c.gap()
	c.say(q.asks)
	if q.about != "" {
		c.say("  " + indented(q.about))
	}
	var options []option
	for i, w := range q.ways {
		options = append(options, option{value: strconv.Itoa(i + 1), name: w.does})
	}
	c.list(options, -1)
	chosen := 0
	if _, err := c.ask(ctx, c.answerTo(options, 0), func() { c.list(options, -1) }, func(answer string) (move, error) {
		if answer == "" {
			return onward, nil
		}
		i, ok := c.choose(options, answer)
		if !ok {
			return again, nil
		}
		chosen = i
		return onward, nil
	}); err != nil {
		return err
	}
	if chosen == 0 {
		c.say(text.T().Lines.NotDone)
		return nil
	}
	if err := m.ChangeOut(ctx, q.ways[chosen].change, c.event()); err != nil {
		return err
	}
	c.say(q.ways[chosen].done)
	return nil
}

// addOut asks for a host to let through.
func (c *conversation) addOut(ctx context.Context, m Machine, level string) error {
	t := &text.T().Dashboard.Out
	c.sayf("%s %s", t.TypeHost, t.TypeHostAbout)
	host := ""
	if _, err := c.ask(ctx, t.AddAsk, func() { c.say(t.TypeHostAbout) }, func(answer string) (move, error) {
		if answer == "" {
			return onward, nil
		}
		if err := hostProblem(c.session, answer); err != nil {
			c.refused(err)
			return again, nil
		}
		host = answer
		return onward, nil
	}); err != nil {
		return err
	}
	if host == "" {
		c.say(text.T().Lines.NotDone)
		return nil
	}
	return c.putOut(ctx, m, aboutNew(host, level))
}

// levelOut asks how open it shall be.
func (c *conversation) levelOut(ctx context.Context, m Machine, level string) error {
	t := &text.T().Dashboard.Out
	c.gap()
	c.say(t.LevelHead)
	var options []option
	now := 0
	for i, value := range plan.Choices("network.level") {
		if value == level {
			now = i
		}
		options = append(options, option{value: value, name: choiceName("network.level", value), meaning: text.T().Screen.Meaning["network.level="+value],
			named: func(s *text.Strings) string { return s.Screen.Choice["network.level="+value] }})
	}
	c.list(options, -1)
	chosen := level
	if _, err := c.ask(ctx, c.answerTo(options, now), func() { c.list(options, -1) }, func(answer string) (move, error) {
		if answer == "" {
			return onward, nil
		}
		i, ok := c.choose(options, answer)
		if !ok {
			return again, nil
		}
		chosen = options[i].value
		return onward, nil
	}); err != nil {
		return err
	}
	if chosen == level {
		c.say(text.T().Lines.NotDone)
		return nil
	}
	return c.putOut(ctx, m, aboutLevel(chosen))
}
