package ui

// The owner's word on a machine that exists: questions that no program can
// answer, each to be ticked. Only what is ticked is confirmed. What the agent
// remembers is shown before its question can be ticked.

import (
	"context"
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
)

// memoryQuestion is the control whose question is about what the agent remembers.
const memoryQuestion = checks.ID("K27")

// promising is a list of them; it is part of a page.
type promising struct {
	s       *session
	machine *lent
	list    []checks.Promise
	ticked  map[checks.ID]bool
	at      int
	detail  int // first line shown of the question's text
	err     error
	waiting bool

	memory  []string
	memErr  error
	seen    bool // the memory was looked at, with whatever came of it
	looking bool
}

type memoryMsg struct {
	of    *promising
	lines []string
	err   error
}

// promisedMsg is the end of confirming.
type promisedMsg struct {
	of  *promising
	ids []checks.ID
	err error
}

// ask shows a list; the cursor begins at the first that is open.
func (p *promising) ask(list []checks.Promise) tea.Cmd {
	*p = promising{s: p.s, machine: p.machine, list: list, ticked: map[checks.ID]bool{}}
	p.at = max(0, slices.IndexFunc(list, func(q checks.Promise) bool { return q.Standing != checks.Confirmed }))
	if !slices.ContainsFunc(list, func(q checks.Promise) bool { return q.Control == memoryQuestion }) {
		return nil
	}
	p.looking = true
	m := p.machine
	return m.do(func(ctx context.Context) tea.Msg {
		lines, err := m.Memory(ctx, newTelling().reporter(""))
		return memoryMsg{p, lines, err}
	})
}

// update returns true when enter was pressed with something ticked and it was
// confirmed, with what was.
func (p *promising) update(msg tea.Msg) (confirmed []checks.ID, cmd tea.Cmd) {
	switch msg := msg.(type) {
	case memoryMsg:
		if msg.of == p {
			p.memory, p.memErr, p.seen, p.looking = msg.lines, msg.err, true, false
		}
	case promisedMsg:
		if msg.of == p {
			p.waiting = false
			if p.err = msg.err; msg.err == nil {
				return msg.ids, nil
			}
		}
	case tea.KeyPressMsg:
		if len(p.list) > 0 && !p.waiting {
			return nil, p.press(msg.String())
		}
	}
	return nil, nil
}

func (p *promising) press(key string) tea.Cmd {
	t := &text.T().Dashboard
	p.err = nil
	at := p.at
	switch key {
	case "up", "k", "shift+tab":
		p.at = max(0, p.at-1)
	case "down", "j", "tab":
		p.at = min(len(p.list)-1, p.at+1)
	case "home":
		p.at = 0
	case "end":
		p.at = len(p.list) - 1
	case "pgup", "pgdown":
		p.detail = scrolled(p.detail, key, 3)
	case "space", "x":
		id := p.list[p.at].Control
		if id == memoryQuestion && !p.seen {
			p.err = &text.Fault{What: t.MemoryFirst, Hint: t.MemoryFirstHint}
			return nil
		}
		p.ticked[id] = !p.ticked[id]
	case "enter":
		var ids []checks.ID
		for _, q := range p.list {
			if p.ticked[q.Control] {
				ids = append(ids, q.Control)
			}
		}
		if len(ids) == 0 {
			p.err = &text.Fault{What: t.NothingTicked, Hint: t.NothingTickedHint}
			return nil
		}
		p.waiting = true
		m := p.machine
		return m.do(func(context.Context) tea.Msg {
			return p.s.work(func() tea.Msg { return promisedMsg{p, ids, m.Confirm(ids...)} })()
		})
	}
	if at != p.at {
		p.detail = 0
	}
	return nil
}

func (p *promising) view(head string, width, height int) string {
	s, t := p.s.styles, &text.T().Dashboard
	top := []string{s.title.Render(head)}
	top = append(top, strings.Split(wrap(t.PromiseAbout, width), "\n")...)
	var list []string
	for i, q := range p.list {
		list = append(list, p.row(i, q, width))
	}
	about := p.about(width)
	if p.err != nil {
		about = append(trouble(s, p.err, width), about...)
	} else if p.waiting {
		about = append([]string{words().Working}, about...)
	}
	room := height - len(top) - 2 // two blank lines
	listRoom := min(len(list), max(3, room-len(about)))
	from := max(0, min(p.at-listRoom/2, len(list)-listRoom))
	p.detail = max(0, min(p.detail, len(about)-(room-listRoom)))
	return strings.Join(top, "\n") + "\n\n" + windowAt(s, list, from, p.at, width, listRoom) + "\n\n" +
		window(s, about, p.detail, width, room-listRoom)
}

// windowAt is window, without a row about further ones in place of row at.
func windowAt(s *styles, lines []string, from, at, width, height int) string {
	if at == from && from > 0 {
		from--
	}
	if at == from+height-1 && at < len(lines)-1 {
		from++
	}
	return window(s, lines, from, width, height)
}

func (p *promising) row(i int, q checks.Promise, width int) string {
	s := p.s.styles
	mark, style := "  ", s.text
	if i == p.at {
		mark, style = "› ", s.focus
	}
	box := "[ ] "
	if p.ticked[q.Control] {
		box = "[x] "
	}
	stand := standingOf(q)
	room := max(10, width-ansi.StringWidth(stand)-2)
	title := text.T().Checks.Controls[string(q.Control)].Title
	left := ansi.Truncate(mark+box+padTo(string(q.Control), 4)+title, room, "…")
	return spread(style.Render(left), s.faint.Render(stand), width)
}

// standingOf says how a promise stands, shortly.
func standingOf(q checks.Promise) string {
	t := &text.T().Dashboard
	switch q.Standing {
	case checks.Confirmed:
		return fmt.Sprintf(t.Holds, q.DaysLeft)
	case checks.Lapsed:
		return fmt.Sprintf(t.LapsedSince, dayOf(q.When.AddDate(0, 0, checks.PromiseDays)))
	}
	return t.Never
}

// about is the question under the cursor, and why it is asked.
func (p *promising) about(width int) []string {
	if len(p.list) == 0 {
		return nil
	}
	s, t := p.s.styles, &text.T().Dashboard
	id := p.list[p.at].Control
	var lines []string
	for _, l := range strings.Split(wrap(text.T().Checks.Kept.Questions[string(id)], width), "\n") {
		lines = append(lines, s.strong.Render(l))
	}
	if id == memoryQuestion {
		switch {
		case p.looking:
			lines = append(lines, t.MemoryLooking)
		case p.memErr != nil:
			lines = append(lines, marked(s.unknown.Render("?"), fmt.Sprintf(t.MemoryUnseen, wrongWith(p.memErr)), width)...)
		default:
			for _, l := range p.memory {
				lines = append(lines, marked("·", clean(l), width)...)
			}
		}
	}
	why := fmt.Sprintf(text.T().Command.ConfirmBecause, text.T().Checks.Controls[string(id)].Why)
	for _, l := range strings.Split(wrap(why, width), "\n") {
		lines = append(lines, s.faint.Render(l))
	}
	return lines
}

func (p *promising) keys() []keyHint {
	t, w := &text.T().Dashboard, &words().Keys
	return []keyHint{{w.Arrows, w.Move}, {w.Space, w.Toggle}, {w.Enter, t.Confirm}, {w.Esc, w.Back}}
}

// confirming is promising as a part of the dashboard.
type confirming struct {
	d *dashboard
	p promising
}

func newConfirming(d *dashboard) (part, tea.Cmd) {
	c := &confirming{d: d}
	c.p = promising{s: d.s, machine: d.machine}
	return c, c.p.ask(d.known.promises)
}

func (c *confirming) update(msg tea.Msg) tea.Cmd {
	if pressed(msg) == "esc" {
		return partOver(c, "")
	}
	ids, cmd := c.p.update(msg)
	if len(ids) > 0 {
		return partOver(c, fmt.Sprintf(text.T().Dashboard.ConfirmedNow, namesOf(ids)))
	}
	return cmd
}

func namesOf(ids []checks.ID) string {
	var s []string
	for _, id := range ids {
		s = append(s, string(id))
	}
	return strings.Join(s, text.T().Checks.ListSeparator)
}

func (c *confirming) leaving(stopping) tea.Cmd { return nil }
func (c *confirming) typing() bool             { return false }
func (c *confirming) keys() []keyHint          { return c.p.keys() }
func (c *confirming) view(width, height int) string {
	return c.p.view(fmt.Sprintf(text.T().Dashboard.PromiseHead, c.d.s.plan.Name), width, height)
}
