package ui

// The conversation in lines: what the screen asks, asked one line at a time, for a
// pipe, a dumb terminal or a screen reader. No line is taken back, nothing needs a
// cursor, and the end of the input answers nothing.

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/provision/plan"
)

// LineOptions of the conversation.
type LineOptions struct {
	In       *os.File  // usually the standard input
	Out, Err io.Writer // results; talk
	// Plan is what the answers begin as.
	Plan plan.Plan
	// Existing is whether the plan is that of a machine that was begun.
	Existing bool
	// Page, when not empty, is the page to go on at. Key and Promised are what was
	// answered before clawarium was restarted, and Recommended is that of its Place.
	Page        string
	Key         []byte
	Promised    []checks.ID
	Recommended bool
	// Dashboard talks about the machine of the plan instead of making one.
	Dashboard bool
	Verbose   bool // log lines of the steps too
}

// Converse holds the conversation and returns the exit status. An error has not
// been told yet; one of the end of the input means that nothing was made.
func Converse(ctx context.Context, d Driver, o LineOptions) (int, error) {
	c := newConversation(ctx, d, o)
	c.in = &lineReader{in: o.In}
	if term.IsTerminal(int(o.In.Fd())) {
		c.terminal = o.In
	}
	return c.goOn(c.hold(ctx))
}

// conversation is one, with the answers so far.
type conversation struct {
	*session
	in       *lineReader
	terminal *os.File // the input when it is a terminal, which echoes what is typed
	out, err io.Writer
	options  LineOptions

	chooses bool   // the owner answers the questions; else takes what is suggested
	only    string // the page that is being changed; empty on the way through all
	headed  string // the page whose title was printed last
	fresh   bool   // nothing was printed behind a title yet
	// keyAsked is whether the key of this provider was asked for.
	keyAsked bool
	// looked is the plan that this computer was looked at for.
	looked *plan.Plan
	idle   int            // answers in a row that led nowhere, or back
	stands string         // how the machine was when that was printed last
	undo   []PreflightFix // what was done on this computer and can be undone
	code   int            // exit status
}

func newConversation(ctx context.Context, d Driver, o LineOptions) *conversation {
	c := &conversation{
		session: &session{
			ctx: ctx, driver: d, host: d.Host(), plan: o.Plan, suggested: o.Plan,
			promised: map[checks.ID]bool{}, now: time.Now,
		},
		out: o.Out, err: o.Err, options: o, fresh: true,
	}
	if o.Existing {
		c.begins(o.Plan.Name)
	}
	c.answered(o.Key, o.Promised)
	return c
}

// errLeave is the wish to leave.
var errLeave = errors.New("left")

// hold is the conversation from its first word to its last.
func (c *conversation) hold(ctx context.Context) (int, error) {
	var err error
	if c.options.Dashboard {
		err = c.dashboard(ctx)
	} else {
		err = c.walk(ctx, c.stops())
	}
	clear(c.key)
	switch {
	case err == nil:
		return c.code, nil
	case errors.Is(err, errLeave):
		if !c.options.Dashboard {
			c.say(text.T().Command.NotApplied)
			return 130, nil
		}
		return c.code, nil
	case ctx.Err() != nil:
		if err == ctx.Err() { // while nothing was going on
			err = &interrupted{err}
		}
		return ending(ctx), err
	case c.options.Dashboard && errors.Is(err, inputEnd{}): // something else may have changed
		err = &text.Fault{What: text.T().Command.NoAnswer, Hint: text.T().Lines.EndHint, Err: inputEnd{}}
	}
	return 2, err
}

// interrupted is the end of a conversation in the middle of a question.
type interrupted struct{ err error }

func (i *interrupted) Error() string { return text.T().Lines.Interrupted }
func (i *interrupted) Unwrap() error { return i.err }

// stop is a place of the conversation at which an answer is waited for.
type stop struct {
	page   string
	arises func() bool
	ask    func(context.Context) (move, error)
	// passing is not stopped at on the way back.
	passing bool
}

// move is what an answer leads to.
type move int

const (
	again    move = iota // the same question once more
	onward               // the next one
	backward             // the one before
	done                 // the end of the conversation
	changing             // to the first question of the page in only
)

// stops are all of them in order, in the order of the screen's pages.
func (c *conversation) stops() []stop {
	always := func() bool { return c.only == "" }
	all := []stop{
		{page: "welcome", arises: always, ask: c.askLanguage},
		{page: "welcome", arises: func() bool { return c.only == "" && !c.existing }, ask: c.welcome},
		{page: "computer", arises: always, ask: c.computer, passing: true},
		{arises: c.askEverything, ask: c.everythingToo},
	}
	for _, page := range way {
		if t := topicOf(page); t != nil {
			for _, q := range t.questions {
				all = append(all, stop{page: page, ask: func(ctx context.Context) (move, error) { return c.question(ctx, page, q) },
					arises: func() bool {
						return c.within(page) && q.arises(c.plan, c.suggested, c.everything)
					}})
			}
		}
		switch page {
		case "key":
			all = append(all, stop{page: page, arises: c.needsKey, ask: c.modelKey})
		case "promises":
			for _, id := range beforehand {
				all = append(all, stop{page: page, arises: func() bool { return c.within(page) },
					ask: func(ctx context.Context) (move, error) { return c.promise(ctx, id) }})
			}
		}
	}
	return append(all, stop{page: "review", arises: func() bool { return true }, ask: c.reviewed})
}

// within says whether the questions of a page are being asked.
func (c *conversation) within(page string) bool {
	return c.only == page || c.only == "" && c.chooses
}

// walk goes from stop to stop until the conversation is over.
func (c *conversation) walk(ctx context.Context, stops []stop) error {
	review := len(stops) - 1
	at, way := 0, 1
	if c.options.Page != "" && !c.existing { // how to go on was answered before
		c.chooses = !c.options.Recommended
		for stops[at].page == "welcome" {
			at++
		}
	}
	for {
		if at < 0 {
			if c.only != "" { // before the first question of what is changed lies the review
				c.only, at, way = "", review, 1
				continue
			}
			c.say(text.T().Lines.First)
			at, way = 0, 1
		}
		s := stops[at]
		if !s.arises() || way < 0 && s.passing {
			at += way
			continue
		}
		if at == review {
			c.only = ""
		}
		c.heading(s.page)
		m, err := s.ask(ctx)
		if err != nil {
			return err
		}
		switch m {
		case onward:
			at, way = at+1, 1
		case backward:
			at, way = at-1, -1
		case changing:
			at, way, c.headed = 0, 1, ""
		case done:
			return nil
		}
	}
}

// heading prints the title of a page when the conversation comes to it.
func (c *conversation) heading(page string) {
	if page != "" && page != c.headed {
		c.gap()
		c.say(title(page))
		c.headed, c.fresh = page, true
	}
}

// gap prints an empty line before a question, but not behind a title.
func (c *conversation) gap() {
	if !c.fresh {
		c.say("")
	}
	c.fresh = true
}

// say prints a line of talk. The text is ours; what comes from elsewhere is
// cleaned before.
func (c *conversation) say(line string) {
	fmt.Fprintln(c.err, line)
	c.fresh = false
}

// sayClean prints a line that somebody else wrote.
func (c *conversation) sayClean(line string) { c.say(clean(line)) }

func (c *conversation) sayf(format string, args ...any) { c.say(fmt.Sprintf(format, args...)) }

// wrong says what is wrong and what to do about it.
func (c *conversation) wrong(what, hint string) {
	PrintError(c.err, &text.Fault{What: what, Hint: hint})
}

// askLanguage asks for the language as the welcome page does.
func (c *conversation) askLanguage(ctx context.Context) (move, error) {
	var options []option
	current := 0
	for _, value := range plan.Choices("language") {
		if value == plan.Auto {
			continue
		}
		if value == text.Language() {
			current = len(options)
		}
		options = append(options, option{value: value, name: choiceName("language", value)})
	}
	t := &text.T().Lines
	c.gap()
	c.say(t.LanguageAbout)
	c.list(options, -1)
	more := func() { c.say(t.LanguageAbout); c.list(options, -1); c.say(t.Commands) }
	return c.ask(ctx, t.LanguageAsk+" "+c.brackets(options, current), more, func(answer string) (move, error) {
		if answer == "" {
			c.took(options[current].name, true)
			return onward, nil
		}
		i, ok := c.choose(options, answer)
		if !ok {
			return again, nil
		}
		setLanguage(options[i].value)
		if !c.existing { // whose plan stays as it is
			p, err := c.plan.With("language", options[i].value, c.host)
			if err != nil {
				return again, err
			}
			c.setPlan(p)
		}
		c.headed = "" // titles are in the other language now
		c.sayf(text.T().Lines.Chosen, options[i].name)
		return onward, nil
	})
}

// welcome says what will be made and asks how.
func (c *conversation) welcome(ctx context.Context) (move, error) {
	t, p := &text.T().Lines, &pageWords().Welcome
	c.gap()
	for _, line := range []string{p.About, p.Makes, "  - " + p.Machine, "  - " + p.Account, "  - " + p.Directories,
		p.Time, p.Guidance, t.Commands, "", t.How} {
		c.say(line)
	}
	options := []option{
		{value: "recommended", name: p.Recommended, meaning: p.RecommendedAbout, named: func(s *text.Strings) string { return s.Pages.Welcome.Recommended }},
		{value: "choose", name: p.Choose, meaning: t.ChooseMeans, named: func(s *text.Strings) string { return s.Pages.Welcome.Choose }},
	}
	c.list(options, -1)
	more := func() { c.list(options, -1); c.say(t.Commands) }
	return c.ask(ctx, c.answerTo(options, 0), more, func(answer string) (move, error) {
		i := 0
		if answer != "" {
			var ok bool
			if i, ok = c.choose(options, answer); !ok {
				return again, nil
			}
		} else {
			c.took(p.Recommended, true)
		}
		c.chooses = options[i].value == "choose"
		return onward, nil
	})
}

// nameFlag is how a pasted command names this machine; the default needs none.
func (c *conversation) nameFlag() string {
	if c.plan.Name == "openclaw" || strings.TrimSpace(c.plan.Name) == "" {
		return ""
	}
	return " --name " + c.plan.Name
}
