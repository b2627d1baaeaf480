package ui

// How a question is put in lines, and how an answer is understood.

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/provision/plan"
)

// patience is how many answers in a row may lead nowhere: a person gives up much
// sooner, and what never ends is no person.
const patience = 50

// errPatience is the end of it; it is not printed.
var errPatience = errors.New("")

// read prints a prompt and waits for one line.
func (c *conversation) read(ctx context.Context, prompt string) (string, error) {
	fmt.Fprint(c.err, prompt+" ")
	c.fresh = false
	line, err := c.in.line(ctx)
	if c.terminal == nil || c.in.hidden || err != nil {
		fmt.Fprintln(c.err) // nobody's enter key ended the line
	}
	switch {
	case err == nil, ctx.Err() != nil, errors.Is(err, errLineTooLong):
		return line, err
	}
	return "", noAnswer(err)
}

// ask puts a question until take makes something of an answer. What can be said
// at any question is seen to here; more, which may be nil, explains the question.
func (c *conversation) ask(ctx context.Context, prompt string, more func(), take func(answer string) (move, error)) (move, error) {
	t := &text.T().Lines
	for c.idle < patience {
		c.idle++
		answer, err := c.read(ctx, prompt)
		switch {
		case errors.Is(err, errLineTooLong):
			c.wrong(fmt.Sprintf(t.TooLong, longestAnswer), t.TooLongHint)
			continue
		case err != nil:
			return again, err
		case c.means(answer, func(s *text.Strings) string { return s.Lines.WordsMore }):
			if more != nil {
				more()
			} else {
				c.say(t.Commands)
			}
			continue
		case c.means(answer, func(s *text.Strings) string { return s.Lines.WordsBack }):
			return backward, nil
		case c.means(answer, func(s *text.Strings) string { return s.Lines.WordsQuit }):
			return again, errLeave
		}
		if m, err := take(answer); err != nil || m != again {
			c.idle = 0
			return m, err
		}
	}
	return again, &text.Fault{What: fmt.Sprintf(t.TooMany, patience), Hint: t.TooManyHint, Err: errPatience}
}

// sure asks for a yes. Every other answer, and going back, is none.
func (c *conversation) sure(ctx context.Context, prompt string) (bool, error) {
	yes := false
	_, err := c.ask(ctx, prompt, nil, func(answer string) (move, error) {
		yes = Yes(answer)
		return onward, nil
	})
	return yes, err
}

// yesNo asks a question that has a suggested answer.
func (c *conversation) yesNo(ctx context.Context, prompt string, suggested bool, more func()) (yes bool, m move, err error) {
	t := &text.T().Lines
	m, err = c.ask(ctx, prompt, more, func(answer string) (move, error) {
		switch {
		case answer == "":
			yes = suggested
			c.took(yesWord(suggested), true)
		case Yes(narrow(answer)):
			yes = true
		case c.means(answer, func(s *text.Strings) string { return s.Lines.WordsNo }):
			yes = false
		default:
			c.wrong(fmt.Sprintf(t.NotYesNo, quoted(answer)), t.NotYesNoHint)
			return again, nil
		}
		return onward, nil
	})
	return yes, m, err
}

func yesWord(yes bool) string {
	if yes {
		return words().Yes
	}
	return words().No
}

// took says which answer an empty line was taken for.
func (c *conversation) took(answer string, suggested bool) {
	t := &text.T().Lines
	if suggested {
		c.sayf(t.Taken, answer)
		return
	}
	c.sayf(t.Kept, answer)
}

// option is one of several answers: by its number, its value or its name in
// either language.
type option struct {
	value, name, meaning string
	// named is where its name is, for the other language. words is where words are
	// that mean it besides; commas separate them.
	named, words func(*text.Strings) string
}

// list prints options with their numbers; suggested is the index of one, or -1.
func (c *conversation) list(options []option, suggested int) {
	t := &text.T().Lines
	for i, o := range options {
		said := o.name
		if i == suggested {
			said = fmt.Sprintf(t.Suggested, said)
		}
		if o.meaning != "" {
			said = fmt.Sprintf(t.Name, said, o.meaning)
		}
		c.sayf("  %d. %s", i+1, said)
	}
}

// brackets is the prompt's end that shows what an empty line means.
func (c *conversation) brackets(options []option, current int) string {
	return "[" + fmt.Sprintf(text.T().Lines.Numbered, current+1, options[current].name) + "]:"
}

// answerTo is the prompt of a choice.
func (c *conversation) answerTo(options []option, current int) string {
	t := &text.T().Lines
	return fmt.Sprintf(t.Answer, fmt.Sprintf(t.Numbered, current+1, options[current].name))
}

// choose finds the option that an answer means, or says why there is none.
func (c *conversation) choose(options []option, answer string) (int, bool) {
	t := &text.T().Lines
	i, n := among(options, answer)
	switch {
	case n == 1:
		return i, true
	case answer == "":
		c.wrong(t.NoSuggestion, t.NoSuggested)
	case n > 1:
		c.wrong(fmt.Sprintf(t.Ambiguous, quoted(answer)), t.AmbiguousHint)
	default:
		c.wrong(fmt.Sprintf(t.NotAmong, quoted(answer)), fmt.Sprintf(t.NotAmongHint, len(options)))
	}
	return 0, false
}

// among counts the options that an answer means, and returns one of them.
func among(options []option, answer string) (at, count int) {
	answer = narrow(answer)
	if n, err := strconv.Atoi(answer); err == nil && n >= 1 && n <= len(options) {
		return n - 1, 1
	}
	for i, o := range options {
		names := []string{o.value, o.name}
		if o.named != nil {
			both := text.InBoth(o.named)
			names = append(names, both[:]...)
		}
		if o.words != nil {
			for _, in := range text.InBoth(o.words) {
				names = append(names, strings.Split(in, ",")...)
			}
		}
		for _, name := range names {
			if answer != "" && strings.EqualFold(narrow(name), answer) {
				at, count = i, count+1
				break
			}
		}
	}
	return at, count
}

// means says whether an answer is one of the words, which commas separate, in
// either language.
func (c *conversation) means(answer string, pick func(*text.Strings) string) bool {
	_, n := among([]option{{words: pick}}, answer)
	return n == 1 && !number(answer)
}

func number(s string) bool {
	_, err := strconv.Atoi(narrow(s))
	return err == nil
}

// notAmong says that an answer is none of the words that were asked for.
func (c *conversation) notAmong(answer string) {
	t := &text.T().Lines
	if answer == "" {
		c.wrong(t.NoSuggestion, t.NoSuggested)
		return
	}
	c.wrong(fmt.Sprintf(t.NotAmong, quoted(answer)), t.NoSuggested)
}

// narrow gives full-width letters, digits and signs, which a Chinese keyboard
// types, their ordinary form, and takes blanks away around it.
func narrow(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case r >= '！' && r <= '～':
			return r - '！' + '!'
		case r == '\u3000':
			return ' '
		}
		return r
	}, s))
}

// quotedLength is how many characters of an answer are said back.
const quotedLength = 60

// quoted is an answer as it can be said back: not when it looks like a secret,
// and without what could steer a terminal.
func quoted(answer string) string {
	if plan.LooksSecret(answer) {
		return text.T().Lines.Hidden
	}
	return strconv.Quote(briefly(answer))
}

// briefly is the beginning of an answer, without what could steer a terminal.
func briefly(answer string) string {
	answer = clean(answer)
	if utf8.RuneCountInString(answer) > quotedLength {
		answer = string([]rune(answer)[:quotedLength]) + "…"
	}
	return answer
}
