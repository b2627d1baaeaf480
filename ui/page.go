package ui

// What a page is, and what pages share.

import (
	"context"
	"fmt"
	"io"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/provision/plan"
)

// page is one page between the header and the footer. It is called from one
// goroutine. What takes time is a command.
type page interface {
	// name is the page's key in the texts.
	name() string
	// enter is called each time the page is come to, from the session as it is
	// then: a page keeps no answers of its own.
	enter() tea.Cmd
	// update takes a message; what to do next is a command, such as forward().
	update(tea.Msg) tea.Cmd
	// view draws the body. It may be called for any size from 60×16 up, and should
	// fit: what does not is cut.
	view(width, height int) string
	// keys are what can be pressed now, besides help and leaving, in the order of
	// the footer.
	keys() []keyHint
	// typing says whether printable keys are text now.
	typing() bool
}

// keyHint is a key as it is called and what it does.
type keyHint struct{ key, does string }

// session is what the pages share: the answers, and the way to the rest of the
// program.
type session struct {
	ctx    context.Context
	driver Driver
	host   plan.Host
	// plan has the answers so far, suggested what it began as.
	plan, suggested plan.Plan
	// existing is whether the plan is that of a machine that was begun.
	existing bool
	// begun is the name of that machine; a set-up of other answers cannot go on with it.
	begun      string
	undoFirst  bool // the page of progress takes back what was made of it
	everything bool // ask also what is seldom asked
	key        secret
	promised   map[checks.ID]bool
	review     *Review // of exactly this plan; nil when it has to be made
	mending    bool    // going on leads to the review, as from a page that the review led to

	works   works // what must come to its end before the program does
	parting error // what is said when the screen is gone; may be nil
	verdict int   // exit status of the last self-check, for leaving behind it
	// release gives the terminal to a command; tidy sets its modes as they were before
	// the screen, whatever that command left. restart, when set, is where clawarium goes
	// on in its own place once the screen is gone.
	release func(tea.ExecCommand, tea.ExecCallback) tea.Cmd
	tidy    func()
	restart *Place
	// after gives a message when a time has passed.
	after func(time.Duration, func(time.Time) tea.Msg) tea.Cmd

	styles        *styles
	now           func() time.Time
	width, height int // of the body
}

// secret is a value that no formatting shows.
type secret []byte

// Format shows nothing of it, with any verb.
func (secret) Format(f fmt.State, _ rune) { io.WriteString(f, "(not shown)") }

// Format shows nothing of a session: formatting reaches into what it holds, the
// key included, without asking it.
func (*session) Format(f fmt.State, _ rune) { io.WriteString(f, "session") }

// answered takes what was answered before clawarium was restarted.
func (s *session) answered(key []byte, promised []checks.ID) {
	s.key = append(secret(nil), key...)
	for _, id := range promised {
		s.promised[id] = true
	}
}

// begins has the session be about a machine that was begun; an empty name, about
// none.
func (s *session) begins(name string) { s.existing, s.begun = name != "", name }

// setPlan takes new answers. A review of other answers is void.
func (s *session) setPlan(p plan.Plan) {
	p = settle(p, s.suggested, s.host)
	if len(plan.Diff(s.plan, p)) > 0 || s.plan.Language != p.Language {
		s.review = nil
	}
	if s.plan.OpenClaw.Provider != p.OpenClaw.Provider {
		clear(s.key) // no provider is given the key of another
		s.key = nil
	}
	s.plan = p
}

// Messages by which pages ask for another page.
type (
	forwardMsg struct{}
	backMsg    struct{}
	goMsg      struct{ page string } // with a way back to this one
	replaceMsg struct{ page string } // without one
	// quitMsg ends the program with an exit status.
	quitMsg struct{ code int }
	// dialogMsg puts a question over the page; the answer comes back as the
	// message that belongs to it.
	dialogMsg struct{ dialog *dialog }
)

func forward() tea.Msg { return forwardMsg{} }
func back() tea.Msg    { return backMsg{} }

func goTo(page string) tea.Cmd        { return func() tea.Msg { return goMsg{page} } }
func replace(page string) tea.Cmd     { return func() tea.Msg { return replaceMsg{page} } }
func quit(code int) tea.Cmd           { return func() tea.Msg { return quitMsg{code} } }
func ask(d *dialog) tea.Cmd           { return func() tea.Msg { return dialogMsg{d} } }
func words() *text.Screen             { return &text.T().Screen }
func keyOf(name, does string) keyHint { return keyHint{name, does} }
func title(page string) string        { return words().Titles[page] }
func pressed(msg tea.Msg) string {
	if k, ok := msg.(tea.KeyPressMsg); ok {
		return k.String()
	}
	return ""
}
