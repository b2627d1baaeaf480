package ui

// Parts of the dashboard that run something: opening OpenClaw's page, starting
// and stopping the machine.

import (
	"context"
	"fmt"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/clawarium/clawarium/assets/text"
)

// running is what is common to parts that run something: steps, the time, and
// what it came to.
type running struct {
	d      *dashboard
	tell   *telling
	rows   stepList
	cancel context.CancelFunc
	began  time.Time
	over   bool // it ended
	err    error
	stop   bool // it was asked to stop
	end    bool // the program ends with it
	from   int
}

// ranMsg is the end of what a part ran.
type ranMsg struct {
	of  *telling
	err error
	say string
}

// begin runs work, which may take long.
func (r *running) begin(work func(ctx context.Context, tell *telling) (string, error)) tea.Cmd {
	ctx, cancel := context.WithCancel(r.d.machine.ctx)
	tell := newTelling()
	r.tell, r.rows, r.cancel, r.began = tell, nil, cancel, r.d.s.now()
	r.over, r.err, r.stop, r.from = false, nil, false, 0
	m := r.d.machine
	m.use.Add(1)
	return tell.run(r.d.s.work(func() tea.Msg {
		defer m.use.Done()
		defer cancel()
		said, err := work(ctx, tell)
		return ranMsg{tell, err, said}
	}))
}

// update takes what is told. ended is true when the work has just come to its end.
func (r *running) update(msg tea.Msg) (said string, ended bool, cmd tea.Cmd) {
	switch msg := msg.(type) {
	case toldMsg:
		if msg.of != r.tell {
			return "", false, nil
		}
		for _, e := range msg.events {
			r.rows.hear(e)
		}
		return "", false, msg.of.next
	case ranMsg:
		if msg.of != r.tell {
			return "", false, nil
		}
		r.over, r.err = true, msg.err
		if r.end {
			r.d.s.parting = msg.err // says how to go on
			return "", true, quit(130)
		}
		return msg.say, true, nil
	case haltMsg:
		if msg.of == r.tell && !r.over {
			r.stop = true
			r.cancel()
		}
	case tea.KeyPressMsg:
		r.from = scrolled(r.from, msg.String(), 5)
	}
	return "", false, nil
}

// haltMsg is the wish that what runs be stopped.
type haltMsg struct{ of *telling }

// halt asks whether to stop, once; a signal stops at once.
func (r *running) halt(sig stopping, title, about, on, off string) tea.Cmd {
	if r.over || r.tell == nil {
		return nil
	}
	if sig == bySignal {
		r.end, r.stop = true, true
		r.cancel()
		return func() tea.Msg { return nil }
	}
	of := r.tell
	return ask(&dialog{title: title, about: about, cancel: func() tea.Msg { return nil }, answers: []answer{
		{"", on, nil}, {"", off, func() tea.Msg { return haltMsg{of} }},
	}})
}

// view draws a head, the steps, and what went wrong.
func (r *running) view(head string, below []string, width, height int) string {
	s := r.d.s.styles
	elapsed := ""
	if !r.over {
		elapsed = s.faint.Render(text.Duration(r.d.s.now().Sub(r.began)))
	}
	lines := r.rows.lines(s, width)
	if r.stop && !r.over {
		lines = append(lines, "", words().Closing)
	}
	if r.err != nil {
		lines = append(lines, "")
		lines = append(lines, trouble(s, r.err, width)...)
	}
	lines = append(lines, below...)
	r.from = max(0, min(r.from, len(lines)-(height-2)))
	from := r.from
	if !r.over {
		from = len(lines)
	}
	return spread(s.title.Render(head), elapsed, width) + "\n\n" + window(s, lines, from, width, height-2)
}

// power starts or stops the machine.
type power struct {
	running
	on bool
}

func newPower(d *dashboard, on bool) (part, tea.Cmd) {
	p := &power{running: running{d: d}, on: on}
	return p, p.run()
}

func (p *power) run() tea.Cmd {
	m, t := p.d.machine.Machine, &text.T().Dashboard
	on := p.on
	return p.begin(func(ctx context.Context, tell *telling) (string, error) {
		if on {
			return fmt.Sprintf(t.Started, m.Name()), m.Start(ctx, tell.reporter(t.Starting))
		}
		return fmt.Sprintf(t.Stopped, m.Name()), m.Stop(ctx, tell.reporter(t.Stopping))
	})
}

// askStop asks before the machine is stopped: what the agent does ends with it.
func (d *dashboard) askStop() *dialog {
	t := &text.T().Dashboard
	return &dialog{title: fmt.Sprintf(t.AskStop, d.s.plan.Name), about: t.AskStopAbout, cancel: func() tea.Msg { return nil }, answers: []answer{
		{"", t.StopNo, nil}, {"", t.StopYes, func() tea.Msg { return stopAgreedMsg{} }},
	}}
}

// stopAgreedMsg is the yes to stopping.
type stopAgreedMsg struct{}

func (p *power) update(msg tea.Msg) tea.Cmd {
	said, ended, cmd := p.running.update(msg)
	if ended && cmd == nil {
		switch {
		case p.err == nil:
			return partOver(p, said)
		case p.stop:
			return partOver(p, text.T().Dashboard.PowerStopped)
		}
	}
	if k := pressed(msg); k != "" {
		switch {
		case !p.over && k == "esc":
			return p.leaving(byKey)
		case p.over && (k == "esc" || k == "enter"):
			return partOver(p, "")
		case p.over && k == "r":
			return p.run()
		}
	}
	return cmd
}

func (p *power) leaving(sig stopping) tea.Cmd {
	t := &text.T().Dashboard
	return p.halt(sig, t.HaltPower, t.HaltPowerAbout, t.HaltOn, t.HaltOff)
}

func (p *power) typing() bool { return false }

func (p *power) view(width, height int) string {
	t := &text.T().Dashboard
	head := t.StoppingHead
	if p.on {
		head = t.StartingHead
	}
	var below []string
	if !p.over && len(p.rows) == 0 {
		below = []string{words().Working}
	}
	return p.running.view(fmt.Sprintf(head, p.d.s.plan.Name), below, width, height)
}

func (p *power) keys() []keyHint {
	w := &words().Keys
	if !p.over {
		return []keyHint{{w.Esc, text.T().Dashboard.Halt}}
	}
	return []keyHint{{"r", text.T().Dashboard.Again}, {w.Esc, w.Back}}
}

// opening leads to OpenClaw's page for as long as it is shown.
type opening struct {
	running
	link string
}

func newOpening(d *dashboard) (part, tea.Cmd) {
	o := &opening{running: running{d: d}}
	return o, o.run()
}

func (o *opening) run() tea.Cmd {
	m, t := o.d.machine, &text.T().Dashboard
	o.link = ""
	// The tunnel lasts as long as the context, which outlives the asking.
	ctx, cancel := context.WithCancel(m.ctx)
	cmd := o.begin(func(_ context.Context, tell *telling) (string, error) {
		return m.Open(ctx, tell.reporter(t.Linking))
	})
	o.cancel = cancel
	return cmd
}

func (o *opening) update(msg tea.Msg) tea.Cmd {
	said, ended, cmd := o.running.update(msg)
	if ended {
		if o.err == nil {
			o.link = clean(said)
		}
		return cmd
	}
	switch k := pressed(msg); {
	case k == "esc", k == "enter" && o.over:
		o.cancel()
		done := text.T().Dashboard.Closed
		if o.link == "" {
			done = ""
		}
		return partOver(o, done)
	case k == "r" && o.over:
		o.cancel()
		return o.run()
	}
	return cmd
}

// leaving closes the tunnel, which loses nothing.
func (o *opening) leaving(stopping) tea.Cmd {
	o.cancel()
	return nil
}

func (o *opening) typing() bool { return false }

func (o *opening) view(width, height int) string {
	s, t := o.d.s.styles, &text.T().Dashboard
	var below []string
	if o.link != "" {
		o.rows = nil
		below = append(below, strings.Split(wrap(t.LinkAbout, width), "\n")...)
		below = append(below, "")
		for _, l := range strings.Split(wrap(o.link, width), "\n") {
			below = append(below, s.strong.Render(l))
		}
		below = append(below, "")
		below = append(below, strings.Split(wrap(t.LinkStays, width), "\n")...)
	} else if len(o.rows) == 0 && !o.over {
		below = []string{t.Linking + " …"}
	}
	return o.running.view(fmt.Sprintf(t.OpenHead, o.d.s.plan.Name), below, width, height)
}

func (o *opening) keys() []keyHint {
	t, w := &text.T().Dashboard, &words().Keys
	if !o.over {
		return []keyHint{{w.Esc, t.Halt}}
	}
	if o.link == "" {
		return []keyHint{{"r", t.Again}, {w.Esc, w.Back}}
	}
	return []keyHint{{"r", t.AnotherLink}, {w.Esc, t.CloseTunnel}}
}
