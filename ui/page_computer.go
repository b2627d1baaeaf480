package ui

// This computer: whether it can hold the machine, what stands in the way, and what
// can be done about it here. The look runs aside and ends when the page is left.

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/provision"
)

func init() { pageMakers["computer"] = func(s *session) page { return &computer{s: s} } }

// Rows that are no findings.
const (
	rowGoOn = -1 // the way on
	rowFine = -2 // all that is in order, as one
)

// manyFine is from how many things in order on they are one row.
const manyFine = 3

type computer struct {
	s     *session
	look  aside
	since time.Time  // the look began
	found *Preflight // nil until it is known
	err   error
	pane  pane

	at   int  // the finding under the cursor, or one of the row…
	all  bool // each of the things in order has a row
	open int  // the finding that is read; -1 when none is
	read pane // of it

	fix    *fixing // runs, or did not work, or waits for a new login
	mended string  // the finding whose fix has just run, until it is looked for again
	undo   []PreflightFix
	said   string
	good   bool // of what is said
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

func (c *computer) name() string { return "computer" }
func (c *computer) typing() bool { return false }

func (c *computer) enter() tea.Cmd {
	if c.fix != nil && c.fix.runs() {
		return nil
	}
	c.fix, c.mended, c.said = nil, "", ""
	return c.again()
}

func (c *computer) again() tea.Cmd {
	c.found, c.err, c.pane, c.at, c.open, c.all = nil, nil, pane{}, rowGoOn, -1, false
	c.since = c.s.now()
	d, p := c.s.driver, c.s.plan
	return c.look.start(c.s.ctx, func(ctx context.Context, of *telling, say func(string)) tea.Msg {
		found, err := d.Preflight(ctx, p, say)
		return lookedMsg{of, found, err}
	})
}

func (c *computer) update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case toldMsg:
		if c.fix != nil && msg.of == c.fix.tell {
			return msg.of.next
		}
		return c.look.hear(msg)
	case lookedMsg:
		if msg.of == c.look.of && msg.of != nil {
			c.look.stop()
			if c.err = msg.err; c.err == nil {
				c.found = &msg.found
				c.know()
			}
		}
	case fixAgreedMsg:
		if c.fix == nil || !c.fix.runs() {
			return c.mend(msg.fix, msg.line, msg.back)
		}
	case fixHaltMsg:
		if msg.of == c.fix && c.fix != nil && c.fix.runs() {
			c.fix.halted = true
			c.fix.cancel()
		}
	case fixedMsg:
		if msg.of == c.fix && c.fix != nil {
			return c.fixed(msg)
		}
	case tea.KeyPressMsg:
		key := msg.String()
		switch {
		case c.fix != nil:
			return c.pressFix(key)
		case c.open >= 0 && c.found != nil:
			return c.pressOpen(key)
		}
		return c.press(key)
	}
	return nil
}

// know sets the cursor where what was found leads to, and says what a fix that has
// just run came to.
func (c *computer) know() {
	rows := c.rows()
	c.at = rows[len(rows)-1]
	if c.stops() > 0 {
		c.at = rows[0]
	}
	if c.mended == "" {
		return
	}
	t := &pageWords().Computer
	c.said, c.good = t.Helped, true
	for _, l := range c.found.Lines {
		if l.ID == c.mended && l.Status != checks.Met {
			c.said, c.good = t.HelpedNot, false
		}
	}
	c.mended = ""
}

func (c *computer) press(key string) tea.Cmd {
	switch key {
	case "esc":
		c.look.stop()
		return back
	case "r":
		c.said = ""
		return c.again()
	case "u":
		if n := len(c.undo); n > 0 {
			return c.askFix(c.undo[n-1], "", true)
		}
		return nil
	}
	switch {
	case c.looking():
		return nil
	case c.found == nil: // it could not be looked at, which keeps nobody
		if key == "enter" {
			return c.goOn()
		}
		c.pane.key(key)
		return nil
	}
	rows := c.rows()
	at := c.place(rows)
	switch key {
	case "enter", "space":
		switch {
		case len(rows) == 0:
		case rows[at] == rowGoOn && key == "enter":
			return c.goOn()
		case rows[at] == rowFine:
			c.all = true
			c.at = c.kinds()[kindFine][0]
		case rows[at] >= 0:
			c.open, c.read = rows[at], pane{}
		}
		return nil
	case "d":
		return c.wantFix()
	case "up", "k", "shift+tab":
		at--
	case "down", "j", "tab":
		at++
	case "pgup":
		at -= max(c.pane.rows-2, 1)
	case "pgdown":
		at += max(c.pane.rows-2, 1)
	case "home":
		at = 0
	case "end":
		at = len(rows) - 1
	default:
		return nil
	}
	if len(rows) > 0 {
		c.at, c.said = rows[max(0, min(at, len(rows)-1))], ""
	}
	return nil
}

// pressOpen is press while one finding is read.
func (c *computer) pressOpen(key string) tea.Cmd {
	switch key {
	case "esc", "enter", "left":
		c.open = -1
	case "r":
		return c.again()
	case "d":
		return c.wantFix()
	default:
		c.read.key(key)
	}
	return nil
}

// goOn leads to the next page, or back to the review that led here.
func (c *computer) goOn() tea.Cmd {
	if c.s.mending {
		return back
	}
	return forward
}

// looking says whether there is nothing to say yet. It is so as well when the look
// was ended because the page is being left: it is still drawn then.
func (c *computer) looking() bool {
	return c.look.of != nil || c.found == nil && c.err == nil
}

// Kinds of findings, in the order in which they are shown.
const (
	kindStops = iota
	kindWorth
	kindFine
)

// kindOf is that of a finding.
func kindOf(l PreflightLine) int {
	switch {
	case l.Stops:
		return kindStops
	case l.Status == checks.Met:
		return kindFine
	}
	return kindWorth
}

// kinds are the findings of each kind, by their numbers.
func (c *computer) kinds() (kinds [3][]int) {
	for i, l := range c.found.Lines {
		kinds[kindOf(l)] = append(kinds[kindOf(l)], i)
	}
	return kinds
}

// gathered says whether the things in order are one row: where there is something
// else to read.
func (c *computer) gathered() bool {
	kinds := c.kinds()
	return !c.all && len(kinds[kindFine]) > manyFine && len(kinds[kindStops])+len(kinds[kindWorth]) > 0
}

// rows are what the cursor can be on.
func (c *computer) rows() []int {
	kinds := c.kinds()
	rows := append(kinds[kindStops], kinds[kindWorth]...)
	if c.gathered() {
		rows = append(rows, rowFine)
	} else {
		rows = append(rows, kinds[kindFine]...)
	}
	if len(kinds[kindStops]) == 0 {
		rows = append(rows, rowGoOn)
	}
	return rows
}

// place is where among the rows the cursor is.
func (c *computer) place(rows []int) int {
	for i, r := range rows {
		if r == c.at {
			return i
		}
	}
	return max(len(rows)-1, 0)
}

// stops counts what keeps the machine from being made.
func (c *computer) stops() int {
	if c.found == nil {
		return 0
	}
	return len(c.kinds()[kindStops])
}

// line is the finding that is read or under the cursor; nil when there is none.
func (c *computer) line() *PreflightLine {
	at := c.at
	if c.open >= 0 {
		at = c.open
	}
	if c.found == nil || at < 0 || at >= len(c.found.Lines) {
		return nil
	}
	return &c.found.Lines[at]
}

func (c *computer) keys() []keyHint {
	k, t := &words().Keys, &pageWords().Computer
	if c.fix != nil {
		return c.fixKeys()
	}
	var hints []keyHint
	if l := c.line(); l != nil && l.Fix != nil {
		hints = append(hints, keyOf("d", t.Mend))
	}
	again := keyOf("r", t.Again)
	switch {
	case c.open >= 0 && c.found != nil:
		return append(hints, keyOf(k.Esc, k.Back), keyOf(k.Arrows, k.Scroll), again)
	case c.looking():
		return []keyHint{keyOf(k.Esc, k.Back), again}
	case c.found == nil, c.at == rowGoOn:
		hints = append(hints, keyOf(k.Enter, k.Next))
	default:
		hints = append(hints, keyOf(k.Enter, k.Open))
	}
	moves := k.Move
	if c.found == nil {
		moves = k.Scroll
	}
	hints = append(hints, keyOf(k.Esc, k.Back))
	if len(c.undo) > 0 {
		hints = append(hints, keyOf("u", t.UndoIt))
	}
	return append(hints, again, keyOf(k.Arrows, moves))
}
