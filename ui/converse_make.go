package ui

// From the review to a machine that was checked, in lines. Nothing is made before
// the review was shown and answered with a yes.

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/term"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/checks/report"
)

// reviewed shows the review and does what is said to it.
func (c *conversation) reviewed(ctx context.Context) (move, error) {
	t := &text.T().Lines
	if err := c.reviewAgain(ctx); err != nil {
		return again, err
	}
	is := func(pick func(*text.Strings) string) func(string) bool {
		return func(answer string) bool { return c.means(answer, pick) }
	}
	make := is(func(s *text.Strings) string { return s.Lines.WordsMake })
	plan := is(func(s *text.Strings) string { return s.Lines.WordsPlan })
	detail := is(func(s *text.Strings) string { return s.Lines.WordsDetail })
	save := is(func(s *text.Strings) string { return s.Lines.WordsSave })
	change := is(func(s *text.Strings) string { return s.Lines.WordsChange })
	retry := is(func(s *text.Strings) string { return s.Lines.WordsAgain })
	more := func() { c.say(t.ReviewHelp); c.say(t.Commands) }
	return c.ask(ctx, t.ReviewAsk, more, func(answer string) (move, error) {
		word, rest := answer, ""
		if i := strings.IndexAny(answer, " \u3000"); i >= 0 {
			word, rest = answer[:i], strings.TrimSpace(answer[i:])
		}
		switch {
		case answer == "":
			c.wrong(t.ReviewEmpty, t.NoSuggested)
		case make(answer), Yes(narrow(answer)):
			if c.review == nil || len(c.review.Problems) > 0 {
				c.wrong(t.Impossible, t.ImpossibleHint)
				return again, nil
			}
			return done, c.make(ctx)
		case retry(answer):
			c.review = nil
			return again, c.reviewAgain(ctx)
		case plan(answer) && c.review != nil:
			c.print(c.review.Plan)
		case detail(answer) && c.review != nil:
			c.say(t.StepsHead)
			for i, s := range c.review.Steps {
				c.sayf("  %d. %s", i+1, clean(s.Title))
			}
			c.print(c.review.Detail)
		case save(word):
			c.save(rest)
		case change(word):
			return c.change(ctx, rest)
		default:
			c.notAmong(answer)
		}
		return again, nil
	})
}

// print gives out a text of several lines that was asked for.
func (c *conversation) print(s string) {
	c.fresh = false
	for line := range strings.SplitSeq(strings.TrimRight(s, "\n"), "\n") {
		fmt.Fprintln(c.out, clean(line))
	}
}

func (c *conversation) save(path string) {
	t := &text.T().Lines
	if path == "" {
		c.wrong(t.SaveWhere, t.SaveHint)
		return
	}
	if err := c.driver.SavePlan(c.plan, path); err != nil {
		PrintError(c.err, err)
		return
	}
	c.sayf(t.Saved, strconv.Quote(clean(path)))
}

// reviewAgain makes the review of exactly this plan where there is none, and says
// it. What keeps it from being made is said as well, and is no end.
func (c *conversation) reviewAgain(ctx context.Context) error {
	t := &text.T().Lines
	if c.review == nil {
		c.say(t.Reviewing)
		r, err := c.driver.Review(ctx, c.plan, c.sayClean)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			PrintError(c.err, err)
			c.say(t.NotReviewed)
			return nil
		}
		c.review = &r
	}
	r := c.review
	if r.Existing {
		c.sayf(t.GoesOn, c.plan.Name)
	}
	c.say(t.WillBeMade)
	for _, line := range r.Lines {
		c.sayClean("  " + line)
	}
	if c.plan.OpenClaw.Provider != "none" {
		said := t.KeyLineLater
		if len(c.key) > 0 {
			said = t.KeyLine
		}
		c.say("  " + said)
	}
	c.sayf("  "+t.PromisesLine, len(c.given()), len(beforehand))
	if len(r.Steps) > 0 {
		c.sayf(t.StepsLine, len(r.Steps))
	}
	if r.Seconds > 0 {
		c.sayf(t.Takes, text.Duration(time.Duration(r.Seconds)*time.Second))
	}
	if r.Download > 0 {
		c.sayf(t.Fetches, Size(r.Download))
	}
	if r.Disk > 0 {
		c.sayf(t.Fills, Size(r.Disk))
	}
	if len(r.Caveats) > 0 {
		c.say(t.Know)
		for _, line := range r.Caveats {
			c.sayClean("  - " + line)
		}
	}
	if len(r.Problems) > 0 {
		for _, p := range r.Problems {
			c.refused(p)
		}
		c.wrong(t.Impossible, t.ImpossibleHint)
	}
	return nil
}

// given are the promises that were confirmed, in order.
func (c *conversation) given() []checks.ID {
	return slices.DeleteFunc(slices.Clone(beforehand), func(id checks.ID) bool { return !c.promised[id] })
}

// change asks for the topic to go back to; rest is what was said behind the word.
func (c *conversation) change(ctx context.Context, rest string) (move, error) {
	t := &text.T().Lines
	if c.existing {
		c.wrong(t.NoChange, fmt.Sprintf(t.NoChangeHint, c.nameFlag()))
		return again, nil
	}
	var pages []option
	for _, page := range way {
		if topicOf(page) == nil && page != "promises" && (page != "key" || c.plan.OpenClaw.Provider == "none") {
			continue
		}
		pages = append(pages, option{value: page, name: title(page), named: func(s *text.Strings) string { return s.Screen.Titles[page] }})
	}
	take := func(answer string) (move, error) {
		i, ok := c.choose(pages, answer)
		if !ok {
			return again, nil
		}
		c.only = pages[i].value
		return changing, nil
	}
	if rest != "" {
		if m, err := take(rest); m != again || err != nil {
			return m, err
		}
	}
	c.gap()
	c.say(t.ChangeAsk)
	c.list(pages, -1)
	m, err := c.ask(ctx, t.AnswerNow, func() { c.list(pages, -1); c.say(t.Commands) }, take)
	if m == backward { // to the review
		return again, err
	}
	return m, err
}

// make makes the machine, and asks what to do when that does not work.
func (c *conversation) make(ctx context.Context) error {
	t, words := &text.T().Lines, &text.T().Command
	c.heading("progress")
	for {
		c.say(t.Making)
		result, err := c.driver.Setup(ctx, c.plan, slices.Clone(c.key), c.given(), c.event())
		switch {
		case err == nil && result.Changed():
			c.sayf(words.SetupDone, c.plan.Name, result.Elapsed.Round(time.Second))
			return c.checked(ctx)
		case err == nil:
			c.sayf(words.NothingChanged, c.plan.Name, result.Elapsed.Round(time.Second))
			return c.checked(ctx)
		case ctx.Err() != nil:
			return err
		}
		PrintError(c.err, err)
		c.code = 2
		retry, err := c.afterFailure(ctx)
		if err != nil || !retry {
			return err
		}
	}
}

// afterFailure asks what to do with what was made so far. The end of the input,
// as leaving, keeps it.
func (c *conversation) afterFailure(ctx context.Context) (retry bool, err error) {
	t := &text.T().Lines
	options := []option{
		{value: "again", name: t.Again, meaning: t.AgainMeans, named: func(s *text.Strings) string { return s.Lines.Again }},
		{value: "undo", name: t.Undo, meaning: t.UndoMeans, named: func(s *text.Strings) string { return s.Lines.Undo }},
		{value: "leave", name: t.Leave, meaning: t.LeaveMeans, named: func(s *text.Strings) string { return s.Lines.Leave }},
	}
	put := func() {
		c.gap()
		c.say(t.Failed)
		c.list(options, -1)
	}
	put()
	for {
		chosen := ""
		m, err := c.ask(ctx, t.AnswerNow, put, func(answer string) (move, error) {
			i, ok := c.choose(options, answer)
			if !ok {
				return again, nil
			}
			chosen = options[i].value
			return onward, nil
		})
		switch {
		case ctx.Err() != nil:
			return false, err
		case err != nil, chosen == "leave":
			return false, nil // it has been told what did not work, and how to go on
		case m == backward: // there is no way back behind what was begun
			put()
			continue
		case chosen == "again":
			return true, nil
		}
		yes, err := c.sure(ctx, fmt.Sprintf(t.UndoSure, c.plan.Name))
		switch {
		case ctx.Err() != nil:
			return false, err
		case err != nil:
			return false, nil
		case !yes:
			c.say(t.NotUndone)
			put()
			continue
		}
		err = c.driver.Undo(ctx, c.plan.Name, c.event())
		switch {
		case ctx.Err() != nil && err != nil:
			return false, err
		case err == nil:
			c.sayf(text.T().Command.TakenBack, c.plan.Name)
			return false, nil
		}
		PrintError(c.err, err)
		put()
	}
}

// checked is the self-check behind a set-up, and what next. What is the owner's
// to do, or the host's, is told; it is no failure of set-up.
func (c *conversation) checked(ctx context.Context) error {
	m, err := c.driver.Machine(c.plan.Name)
	if err != nil {
		return err
	}
	defer m.Close()
	c.heading("results")
	r, err := c.check(ctx, m)
	if err != nil {
		return err
	}
	c.code = 0
	if slices.ContainsFunc(r.Findings, func(f checks.Finding) bool { return f.Status == checks.NotMet && len(f.Fix) > 0 }) {
		c.code = 1
	}
	c.heading("next")
	c.sayf("%s", WhatNext(c.plan, c.nameFlag(), m.Keyed()))
	c.sayf(text.T().Lines.Next, c.nameFlag())
	return nil
}

// check looks at all of a machine and prints the report.
func (c *conversation) check(ctx context.Context, m Machine) (report.Report, error) {
	r, err := m.Check(ctx, c.reporter(text.T().Command.Checking), nil)
	if err != nil {
		return r, err
	}
	c.fresh = false
	return r, errors.Join(ctx.Err(), r.Text(c.out, report.Options{Width: c.width(), Verbose: true}))
}

// width is that of the terminal results go to, or 80 columns, at most 100: long
// lines are hard to read.
func (c *conversation) width() int {
	if f, ok := c.out.(*os.File); ok {
		if w, _, err := term.GetSize(int(f.Fd())); err == nil && w > 0 {
			return min(w, 100)
		}
	}
	return 80
}
