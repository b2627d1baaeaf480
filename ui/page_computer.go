package ui

// This computer: whether it can hold the machine. The look runs aside and ends
// when the page is left.

import (
	"context"
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/provision"
)

func init() { pageMakers["computer"] = func(s *session) page { return &computer{s: s} } }

type computer struct {
	s     *session
	look  aside
	found *Preflight // nil until it is known
	err   error
	pane  pane
}

// aside is work that a page has done while it is shown, and what it says.
type aside struct {
	of     *telling
	cancel context.CancelFunc
	said   string
}

// start begins work, and ends what was begun before. What work returns has to
// carry of, by which a late answer is known.
func (a *aside) start(ctx context.Context, work func(ctx context.Context, of *telling, say func(string)) tea.Msg) tea.Cmd {
	a.stop()
	ctx, a.cancel = context.WithCancel(ctx)
	of := newTelling()
	a.of, a.said = of, ""
	say := func(s string) { of.event(provision.Event{Kind: provision.StepProgress, Stage: s}) }
	return of.run(func() tea.Msg { return work(ctx, of, say) })
}

// stop ends the work; nothing that it still says is heard.
func (a *aside) stop() {
	if a.cancel != nil {
		a.cancel()
	}
	a.of, a.cancel = nil, nil
}

// hear takes what the work says.
func (a *aside) hear(msg toldMsg) tea.Cmd {
	if a.of == nil || msg.of != a.of {
		return nil
	}
	for _, e := range msg.events {
		a.said = clean(e.Stage)
	}
	return a.of.next
}

// lookedMsg is what is known of this computer.
type lookedMsg struct {
	of    *telling
	found Preflight
	err   error
}

func (c *computer) name() string   { return "computer" }
func (c *computer) typing() bool   { return false }
func (c *computer) enter() tea.Cmd { return c.again() }

func (c *computer) again() tea.Cmd {
	c.found, c.err, c.pane = nil, nil, pane{}
	d, p := c.s.driver, c.s.plan
	return c.look.start(c.s.ctx, func(ctx context.Context, of *telling, say func(string)) tea.Msg {
		found, err := d.Preflight(ctx, p, say)
		return lookedMsg{of, found, err}
	})
}

func (c *computer) update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case toldMsg:
		return c.look.hear(msg)
	case lookedMsg:
		if msg.of == c.look.of && msg.of != nil {
			c.look.stop()
			if c.err = msg.err; c.err == nil {
				c.found = &msg.found
			}
		}
	case tea.KeyPressMsg:
		switch key := msg.String(); key {
		case "esc":
			c.look.stop()
			return back
		case "enter":
			if !c.looking() && c.stops() == 0 {
				return forward
			}
		case "r":
			return c.again()
		default:
			c.pane.key(key)
		}
	}
	return nil
}

// looking says whether there is nothing to say yet. It is so as well when the look
// was ended because the page is being left: it is still drawn then.
func (c *computer) looking() bool {
	return c.look.of != nil || c.found == nil && c.err == nil
}

// stops counts what keeps the machine from being made.
func (c *computer) stops() int {
	n := 0
	if c.found != nil {
		for _, l := range c.found.Lines {
			if l.Stops {
				n++
			}
		}
	}
	return n
}

func (c *computer) keys() []keyHint {
	k := words().Keys
	var hints []keyHint
	if !c.looking() && c.stops() == 0 {
		hints = append(hints, keyOf(k.Enter, k.Next))
	}
	return append(hints, keyOf(k.Esc, k.Back), keyOf("r", pageWords().Computer.Again), keyOf(k.Arrows, k.Scroll))
}

func (c *computer) view(width, height int) string {
	s, t := c.s.styles, pageWords().Computer
	wide := min(width, longLine)
	lines := append(hang(wide, "", t.About), "")
	var foot []string
	switch {
	case c.looking():
		said := words().Working
		if c.look.said != "" {
			said = fmt.Sprintf(t.Looking, c.look.said)
		}
		lines = append(lines, hang(wide, "", said)...)
	case c.err != nil:
		lines = append(lines, hang(wide, "", t.Failed)...)
		lines = append(lines, s.trouble(wide, c.err)...)
		foot = hang(wide, "", t.Unlooked)
	default:
		lines = append(lines, c.lines(wide)...)
		foot = c.sum(wide)
	}
	if len(foot) == 0 {
		return c.pane.view(s, lines, width, height)
	}
	room := height - len(foot) - 1
	return c.pane.view(s, lines, width, min(len(lines), room)) + "\n\n" + strings.Join(foot, "\n")
}

func (c *computer) lines(width int) []string {
	s := c.s.styles
	names := text.T().Checks.Status
	wide := 0
	for _, status := range []checks.Status{checks.Met, checks.NotMet, checks.NotChecked} {
		wide = max(wide, ansi.StringWidth(names[string(status)]))
	}
	var lines []string
	for _, l := range c.found.Lines {
		name := names[string(l.Status)]
		name += strings.Repeat(" ", max(wide-ansi.StringWidth(name), 0)+2)
		lines = append(lines, hang(width, s.status(l.Status).Render(symbol(l.Status)+" "+name), clean(l.What))...)
		if l.Hint != "" {
			pad := strings.Repeat(" ", wide+4)
			lines = append(lines, hang(width, pad+s.key.Render(colon(words().Hint)), clean(l.Hint))...)
		}
	}
	return lines
}

// sum says whether one can go on.
func (c *computer) sum(width int) []string {
	s, t := c.s.styles, pageWords().Computer
	switch n := c.stops(); {
	case n == 1:
		return hang(width, s.bad.Render("✗ "), t.Stopped)
	case n > 1:
		return hang(width, s.bad.Render("✗ "), fmt.Sprintf(t.StoppedOnes, n))
	}
	for _, l := range c.found.Lines {
		if l.Status != checks.Met {
			return hang(width, "", t.Fair)
		}
	}
	return hang(width, s.good.Render("✓ "), t.Fine)
}
