package ui

// The dashboard of a machine that exists: how it is, and what can be done with
// it. What is asked of the machine comes in when it comes in; the page can be
// used meanwhile. Each thing that can be done is a part of its own, over the page.

import (
	"context"
	"slices"
	"sync"

	tea "charm.land/bubbletea/v2"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/provision"
	"github.com/clawarium/clawarium/provision/plan"
	"github.com/clawarium/clawarium/provision/steps"
)

func init() { pageMakers["dashboard"] = func(s *session) page { return &dashboard{s: s} } }

// part is what lies over the dashboard until it is done.
type part interface {
	update(tea.Msg) tea.Cmd
	view(width, height int) string
	keys() []keyHint
	typing() bool
	// leaving is as that of busy; nil when the program can simply be left.
	leaving(stopping) tea.Cmd
}

type dashboard struct {
	s *session

	turn    int // of looking; what comes of an earlier one is too late
	machine *lent
	known   known
	part    part
	chosen  string // the choice under the cursor, by name
	said    string // what was done last
	from    int    // the first line shown, when a key scrolled
}

// known is what is known of the machine so far.
type known struct {
	openErr             error
	status              *steps.Status
	statusErr           error
	when                int64 // of the last check
	counts              map[checks.Status]int
	promises            []checks.Promise
	promisesErr         error
	pending             *provision.Repair
	pendingErr          error
	unfinished          error
	out                 *Out
	outErr              error
	opened, asked, kept bool // the machine is open, libvirt has answered, the rest is read
	machines            []string
}

// What comes in; of is the turn that asked.
type (
	dashOpenedMsg struct {
		of      int
		machine Machine
		err     error
	}
	dashStatusMsg struct {
		of     int
		status steps.Status
		err    error
	}
	dashKeptMsg struct {
		of    int
		known known
	}
)

func (d *dashboard) name() string { return "dashboard" }

func (d *dashboard) enter() tea.Cmd {
	d.part, d.said, d.from = nil, "", 0
	return d.look()
}

// look asks for everything anew.
func (d *dashboard) look() tea.Cmd {
	d.turn++
	d.close()
	d.known = known{machines: d.s.driver.Machines()}
	turn, name, driver := d.turn, d.s.plan.Name, d.s.driver
	return func() tea.Msg {
		m, err := driver.Machine(name)
		return dashOpenedMsg{turn, m, err}
	}
}

func (d *dashboard) close() {
	if d.machine != nil {
		d.machine.leave()
	}
	d.machine = nil
}

// leave goes to another page.
func (d *dashboard) leave(to string) tea.Cmd {
	d.close()
	d.turn++
	return goTo(to)
}

func (d *dashboard) typing() bool { return d.part != nil && d.part.typing() }

func (d *dashboard) update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case dashOpenedMsg:
		return d.open(msg)
	case dashStatusMsg:
		if msg.of == d.turn {
			d.known.status, d.known.statusErr, d.known.asked = &msg.status, msg.err, true
		}
		return nil
	case dashKeptMsg:
		if msg.of == d.turn {
			k := msg.known
			k.opened, k.asked, k.machines = d.known.opened, d.known.asked, d.known.machines
			k.status, k.statusErr = d.known.status, d.known.statusErr
			k.kept = true
			d.known = k
		}
		return nil
	case partOverMsg:
		if d.part == nil || msg.of != d.part {
			return nil
		}
		d.part, d.said = nil, msg.said
		return d.look()
	case stopAgreedMsg:
		if d.part == nil && d.machine != nil {
			return d.show(newPower(d, false))
		}
		return nil
	}
	if d.part != nil {
		return d.part.update(msg)
	}
	if k, ok := msg.(tea.KeyPressMsg); ok {
		return d.press(k.String())
	}
	return nil
}

// partOverMsg ends a part; said is what it did.
type partOverMsg struct {
	of   part
	said string
}

func partOver(of part, said string) tea.Cmd {
	return func() tea.Msg { return partOverMsg{of, said} }
}

// open has the open machine asked.
func (d *dashboard) open(msg dashOpenedMsg) tea.Cmd {
	if msg.of != d.turn {
		if msg.err == nil {
			msg.machine.Close()
		}
		return nil
	}
	d.known.opened, d.known.openErr = true, msg.err
	if msg.err != nil {
		return nil
	}
	m := openMachine(d.s.ctx, msg.machine)
	d.machine = m
	turn := d.turn
	return tea.Batch(
		m.do(func(ctx context.Context) tea.Msg {
			status, err := m.Status(ctx)
			return dashStatusMsg{turn, status, err}
		}),
		m.do(func(ctx context.Context) tea.Msg {
			var k known
			k.when, k.counts = m.LastCheck()
			k.promises, k.promisesErr = m.Promises()
			k.unfinished = m.Unfinished()
			if out, err := m.Out(ctx); err != nil {
				k.outErr = err
			} else {
				k.out = &out
			}
			k.pending, k.pendingErr = m.Pending(ctx)
			return dashKeptMsg{turn, k}
		}))
}

// lent is an open machine with those who use it just now; it is closed when the
// last of them is done.
type lent struct {
	Machine
	ctx    context.Context
	cancel context.CancelFunc
	use    sync.WaitGroup
}

func openMachine(ctx context.Context, m Machine) *lent {
	o := &lent{Machine: m}
	o.ctx, o.cancel = context.WithCancel(ctx)
	return o
}

// do is a command that uses it.
func (o *lent) do(f func(context.Context) tea.Msg) tea.Cmd {
	o.use.Add(1)
	return func() tea.Msg {
		defer o.use.Done()
		return f(o.ctx)
	}
}

// leave ends what still uses it and closes it.
func (o *lent) leave() {
	o.cancel()
	go func() {
		o.use.Wait()
		o.Close()
	}()
}

func (d *dashboard) press(key string) tea.Cmd {
	choices := d.choices()
	at := slices.IndexFunc(choices, func(c dashChoice) bool { return c.name == d.chosen })
	at = max(at, 0)
	switch key {
	case "up", "k", "shift+tab":
		at = max(0, at-1)
	case "down", "j", "tab":
		at = min(len(choices)-1, at+1)
	case "home":
		at = 0
	case "end":
		at = len(choices) - 1
	case "pgup", "pgdown":
		d.from = scrolled(d.from, key, 5)
		return nil
	case "enter", "space":
		d.said = ""
		return choices[at].do()
	case "r":
		d.said = ""
		return d.look()
	case "m":
		return d.another()
	case "q":
		return quit(0)
	case "esc":
		return back
	default:
		return nil
	}
	d.chosen, d.from = choices[at].name, 0
	return nil
}

// another switches to the next machine.
func (d *dashboard) another() tea.Cmd {
	all := d.known.machines
	if len(all) < 2 {
		return nil
	}
	next := all[(slices.Index(all, d.s.plan.Name)+1)%len(all)]
	p, err := d.s.driver.Stored(next)
	if err != nil {
		d.said = wrongWith(err)
		return nil
	}
	d.take(p, true)
	d.said, d.chosen = "", ""
	return d.look()
}

// take has the session be about another plan.
func (d *dashboard) take(p plan.Plan, existing bool) {
	s := d.s
	s.plan, s.suggested, s.review = p, p, nil
	if s.begins(""); existing {
		s.begins(p.Name)
	}
	s.key, s.promised = nil, map[checks.ID]bool{}
}

// leaving is that of the part; without one nothing is lost by leaving.
func (d *dashboard) leaving(sig stopping) tea.Cmd {
	if d.part != nil {
		if cmd := d.part.leaving(sig); cmd != nil {
			return cmd
		}
	}
	return quit(130)
}

func (d *dashboard) keys() []keyHint {
	if d.part != nil {
		return d.part.keys()
	}
	t, w := &text.T().Dashboard, &words().Keys
	hints := []keyHint{{w.Arrows, w.Move}, {w.Enter, w.Open}, {"r", t.Refresh}}
	if len(d.known.machines) > 1 {
		hints = append(hints, keyHint{"m", t.Another})
	}
	return append(hints, keyHint{"q", w.Quit})
}
