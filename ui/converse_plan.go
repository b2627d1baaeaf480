package ui

// The questions about the plan, the model key and the owner's promises, in lines.

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/provision/plan"
)

// nothing is typed to answer with an empty value: an empty line takes what is
// suggested. No value of a plan is like it.
const nothing = "-"

// askEverything says whether to ask if what is seldom needed is to be asked too.
func (c *conversation) askEverything() bool {
	if c.only == "" {
		return c.chooses
	}
	t := topicOf(c.only)
	if t == nil || c.everything {
		return false
	}
	for _, q := range t.questions {
		if q.seldom && (q.when == nil || q.when(c.plan)) {
			return true
		}
	}
	return false
}

func (c *conversation) everythingToo(ctx context.Context) (move, error) {
	t := &text.T().Lines
	about := func() { c.say("  " + t.EverythingAbout) }
	c.gap()
	c.say(t.Everything)
	about()
	yes, m, err := c.yesNo(ctx, fmt.Sprintf(t.Answer, yesWord(c.everything)), c.everything, func() { about(); c.say(t.Commands) })
	if m == onward {
		c.everything = yes
	}
	return m, err
}

// question asks for one key of the plan.
func (c *conversation) question(ctx context.Context, page string, q question) (move, error) {
	t := &text.T().Lines
	choices := q.choices()
	now, suggested := c.plan.Get(q.key), c.suggested.Get(q.key)
	var options []option
	current, usual := 0, -1
	for i, a := range choices {
		if a.value == now {
			current = i
		}
		if a.value == suggested {
			usual = i
		}
		options = append(options, option{value: a.value, name: a.name, meaning: a.meaning,
			named: func(s *text.Strings) string { return s.Screen.Choice[q.key+"="+a.value] }})
	}
	clearable := now != "" && c.mayBeEmpty(q.key)
	put := func() {
		if q.label() != title(page) || !c.fresh {
			c.gap()
			c.say(q.label())
		}
		if about := q.about(); about != "" {
			c.say("  " + about)
		}
		c.list(options, usual)
		if q.several() {
			c.say("  " + t.Several)
		}
		if clearable {
			c.say("  " + t.Clearable)
		}
	}
	put()
	more := func() {
		for _, help := range []string{words().Help[page], pageWords().Form.Lead[page]} {
			if help != "" {
				c.say(help)
			}
		}
		put()
		if long := strings.ReplaceAll(text.T().Plan.Key[q.key], "\n", " "); long != "" {
			c.say("  " + long)
		}
		if options == nil {
			c.sayf("  "+t.Allowed, plan.Allowed(q.key, c.host))
		}
		c.say(t.Commands)
	}
	shown := or(q.named(now), words().Empty)
	prompt := fmt.Sprintf(t.Answer, shown)
	if options != nil && !q.several() {
		prompt, shown = c.answerTo(options, current), options[current].name
	}
	return c.ask(ctx, prompt, more, func(answer string) (move, error) {
		if answer == "" {
			if err := problemsOf(c.plan, q.key, c.host); err != nil {
				c.refused(err)
				return again, nil
			}
			c.took(shown, now == suggested)
			return onward, nil
		}
		value := answer
		switch {
		case answer == nothing && (options == nil || q.several()):
			value = ""
		case q.several():
			value = choicesOf(options, answer)
		case options != nil:
			if i, n := among(options, answer); n == 1 {
				value = options[i].value
				defer c.sayf(t.Chosen, options[i].name)
			}
		}
		p, err := c.plan.With(q.key, value, c.host)
		if err == nil {
			err = problemsOf(settle(p, c.suggested, c.host), q.key, c.host)
		}
		if err != nil {
			c.refused(err)
			return again, nil
		}
		if p.OpenClaw.Provider != c.plan.OpenClaw.Provider {
			c.keyAsked = false
			if len(c.key) > 0 {
				c.say(t.KeyGone) // the new plan has forgotten it
			}
		}
		c.setPlan(p)
		if q.several() {
			c.sayf(t.Chosen, or(q.named(value), words().Empty))
		}
		return onward, nil
	})
}

// choicesOf are the values of several choices in their own order, each answered by
// its number, value or name, with commas or blanks between them. What is none of
// them comes behind, as it is.
func choicesOf(options []option, answer string) string {
	chosen := map[string]bool{}
	var values, rest []string
	take := func(s string) bool {
		i, n := among(options, s)
		if n == 1 {
			chosen[options[i].value] = true
		}
		return n == 1
	}
	for _, part := range strings.FieldsFunc(answer, func(r rune) bool { return strings.ContainsRune(",，、;；", r) }) {
		if take(part) {
			continue // a name may have a blank in it
		}
		for _, word := range strings.Fields(part) {
			if !take(word) {
				rest = append(rest, word)
			}
		}
	}
	for _, o := range options {
		if chosen[o.value] {
			values = append(values, o.value)
		}
	}
	return strings.Join(append(values, rest...), " ")
}

// mayBeEmpty says whether a key can have no value.
func (c *conversation) mayBeEmpty(key string) bool {
	_, err := c.plan.With(key, "", c.host)
	return err == nil
}

// problemsOf is what is wrong with one key, alone or beside the others; nil when
// nothing is.
func problemsOf(p plan.Plan, key string, h plan.Host) error {
	var wrong []error
	for _, found := range p.Problems(h) {
		if found.Key == key || strings.HasPrefix(found.Key, key+"[") {
			wrong = append(wrong, found)
		}
	}
	return errors.Join(wrong...)
}

// refused says what is wrong with an answer, with the names of the questions in
// the place of the plan's keys.
func (c *conversation) refused(err error) {
	all := []error{err}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		all = joined.Unwrap()
	}
	for _, e := range all {
		c.wrong(plainly(e.Error()), plainly(strings.Join(text.Hint(e), " ")))
	}
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// needsKey says whether the model key is to be asked for: for the provider that
// was chosen, also when it was chosen from the review.
func (c *conversation) needsKey() bool {
	if c.plan.OpenClaw.Provider == plan.None {
		return false
	}
	return c.only == "" || c.only == "key" || c.only == "network" && !c.keyAsked
}

// modelKey asks for the provider's key, which is never printed.
func (c *conversation) modelKey(ctx context.Context) (move, error) {
	t := &text.T().Lines
	c.gap()
	c.keyAbout()
	empty := t.KeyLater
	if len(c.key) > 0 {
		empty = t.KeyGivenAlready
		c.say(t.Clearable)
	}
	if c.terminal != nil {
		c.say(t.KeyUnseen)
	}
	// The line is read without echo, and understood like any other.
	visible := c.in
	c.in = &lineReader{in: visible.in, hidden: c.terminal != nil}
	defer func() { c.in = visible }()
	prompt := fmt.Sprintf(t.KeyAsk, choiceName("openclaw.provider", c.plan.OpenClaw.Provider), empty)
	return c.ask(ctx, prompt, func() { c.keyAbout(); c.say(t.Commands) }, func(answer string) (move, error) {
		switch {
		case answer == "" && len(c.key) > 0:
			c.took(t.KeyGivenAlready, false)
		case answer == "" || answer == nothing:
			clear(c.key)
			c.key = nil
			c.say(t.KeyNone)
		case !keyForm(answer):
			k := &pageWords().Key
			c.wrong(fmt.Sprintf(k.Wrong, longestAnswer), k.WrongHint)
			return again, nil
		default:
			c.key = secret(answer)
			c.say(t.KeyTaken)
		}
		c.keyAsked = true
		return onward, nil
	})
}

func (c *conversation) keyAbout() {
	t := &pageWords().Key
	for _, line := range []string{t.Lives, t.Never, t.Lost} {
		c.say(line)
	}
}

// keyForm says whether s can be a key at all.
func keyForm(s string) bool {
	for _, b := range []byte(s) {
		if b <= ' ' || b > '~' {
			return false
		}
	}
	return len(s) > 0 && len(s) <= longestAnswer
}

// promise asks for one thing that only the owner can know. Only a yes confirms.
func (c *conversation) promise(ctx context.Context, id checks.ID) (move, error) {
	if id == beforehand[0] {
		c.say(text.T().Lines.PromisesAbout)
	}
	yes, m, err := c.putPromise(ctx, id, c.promised[id])
	if m == onward {
		c.promised[id] = yes
	}
	return m, err
}

// putPromise prints the question of a control and asks it.
func (c *conversation) putPromise(ctx context.Context, id checks.ID, now bool) (yes bool, m move, err error) {
	t := text.T()
	c.gap()
	about := t.Checks.Controls[string(id)]
	c.sayf("%s  %s", id, about.Title)
	c.say("  " + t.Checks.Kept.Questions[string(id)])
	c.sayf("  "+t.Command.ConfirmBecause, about.Why)
	more := func() {
		c.say(t.Checks.Kept.Questions[string(id)])
		c.say(t.Lines.PromisesAbout)
		c.say(t.Lines.Commands)
	}
	yes, m, err = c.yesNo(ctx, fmt.Sprintf(t.Lines.PromiseAsk, yesWord(now)), now, more)
	if m == onward {
		said := t.Lines.NotPromised
		if yes {
			said = t.Lines.Promised
		}
		c.say(said)
	}
	return yes, m, err
}
