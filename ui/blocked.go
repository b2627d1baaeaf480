package ui

// The way out of a machine, on the dashboard: how it stands, which names it refused
// lately, and what its owner allows. The names come from a guest that may be
// hostile: no more of one is drawn than a host's name can have, and what it ends in
// is never cut away.

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/provision/plan"
)

// outEvery is how often the way out is looked at while it is shown.
const outEvery = 2 * time.Second

// outStage is what of it is on the screen.
type outStage int

const (
	outList     outStage = iota
	outLevels            // how open it shall be
	outTyping            // a host
	outChanging          // a change runs, or has failed
)

// outside is the part.
type outside struct {
	running // a change
	stage   outStage
	look    int // the number of the look whose answer is waited for

	now     *Out // nil until it is known
	table   outTable
	lookErr error
	at      string // the row under the cursor
	pane    pane
	level   int // under the cursor
	input   *textinput.Model
	wrong   error
	said    string
	change  func() tea.Cmd // the one that runs, to try it again
}

type (
	outSeenMsg struct {
		of   *outside
		look int
		now  Out
		err  error
	}
	// outAgainMsg says that it is time for the next look.
	outAgainMsg struct {
		of   *outside
		look int
	}
	// outAgreedMsg is the yes to a change.
	outAgreedMsg struct {
		of     *outside
		change OutChange
		done   string // what is said then
	}
)

func newOutside(d *dashboard) (part, tea.Cmd) {
	p := &outside{running: running{d: d}}
	return p, p.see()
}

// see asks how it is.
func (p *outside) see() tea.Cmd {
	p.look++
	m, look := p.d.machine, p.look
	return m.do(func(ctx context.Context) tea.Msg {
		now, err := m.Out(ctx)
		return outSeenMsg{p, look, now, err}
	})
}

func (p *outside) update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case outSeenMsg:
		if msg.of != p || msg.look != p.look {
			return nil
		}
		if p.lookErr = msg.err; msg.err == nil {
			p.now, p.table = &msg.now, newOutTable(&msg.now, p.d.s.now())
		}
		return p.d.s.after(outEvery, func(time.Time) tea.Msg { return outAgainMsg{p, msg.look} })
	case outAgainMsg:
		if msg.of == p && msg.look == p.look && p.stage != outChanging {
			return p.see()
		}
		return nil
	case outAgreedMsg:
		if msg.of != p || p.stage == outChanging {
			return nil
		}
		return p.begins(msg.change, msg.done)
	}
	if p.stage == outChanging {
		return p.changing(msg)
	}
	if p.stage == outTyping {
		return p.typed(msg)
	}
	if k, ok := msg.(tea.KeyPressMsg); ok {
		p.said = ""
		if p.stage == outLevels {
			return p.pressLevel(k.String())
		}
		return p.press(k.String())
	}
	return nil
}

// begins makes a change, of which said tells when it is done.
func (p *outside) begins(change OutChange, said string) tea.Cmd {
	m := p.d.machine.Machine
	p.change = func() tea.Cmd {
		p.stage, p.input, p.said = outChanging, nil, ""
		return p.begin(func(ctx context.Context, tell *telling) (string, error) {
			return said, m.ChangeOut(ctx, change, tell.event)
		})
	}
	return p.change()
}

// changing is update while a change runs, and when it has failed.
func (p *outside) changing(msg tea.Msg) tea.Cmd {
	said, ended, cmd := p.running.update(msg)
	if ended && cmd == nil && p.err == nil {
		p.stage, p.said = outList, said
		return p.see()
	}
	switch k := pressed(msg); {
	case ended || k == "":
	case !p.over && k == "esc":
		return p.leaving(byKey)
	case p.over && k == "r":
		return p.change()
	case p.over && (k == "esc" || k == "enter"):
		p.stage = outList
		return p.see()
	}
	return cmd
}

func (p *outside) press(key string) tea.Cmd {
	rows := p.table.rows
	at := p.chosen()
	page := max(p.pane.rows-2, 1)
	switch key {
	case "esc":
		return partOver(p, "")
	case "a":
		p.stage, p.wrong, p.input = outTyping, nil, newInput(p.d.s, "", longestHost)
		return nil
	case "l":
		p.stage, p.level = outLevels, max(0, slices.Index(plan.Choices("network.level"), p.levelNow()))
		return nil
	case "enter", "space":
		if len(rows) > 0 {
			return p.decide(rows[at])
		}
		return nil
	case "up", "k", "shift+tab":
		at--
	case "down", "j", "tab":
		at++
	case "pgup":
		at -= page
	case "pgdown":
		at += page
	case "home":
		at = 0
	case "end":
		at = len(rows) - 1
	default:
		return nil
	}
	if len(rows) > 0 {
		p.at = p.table.keys[max(0, min(at, len(rows)-1))]
	}
	return nil
}

func (p *outside) levelNow() string {
	if p.now == nil {
		return ""
	}
	return p.now.Level
}

// decide asks what is to become of a host.
func (p *outside) decide(r outRow) tea.Cmd {
	if r.kind == outSettings {
		p.said = fmt.Sprintf(text.T().Dashboard.Out.Fixed, whose(r.rule.For))
		return nil
	}
	return p.put(aboutHost(r, p.levelNow()))
}

// put asks a question over the page.
func (p *outside) put(q outQuestion) tea.Cmd {
	d := &dialog{title: q.asks, about: q.about, cancel: func() tea.Msg { return nil }}
	for i, w := range q.ways {
		a := answer{does: w.does}
		if i > 0 {
			a.cmd = func() tea.Msg { return outAgreedMsg{p, w.change, w.done} }
		}
		d.answers = append(d.answers, a)
	}
	return ask(d)
}

// typed takes a host.
func (p *outside) typed(msg tea.Msg) tea.Cmd {
	switch pressed(msg) {
	case "esc":
		p.stage, p.input, p.wrong = outList, nil, nil
		return nil
	case "enter":
		host := strings.TrimSpace(p.input.Value())
		if p.wrong = hostProblem(p.d.s, host); p.wrong != nil {
			return nil
		}
		return p.put(aboutNew(host, p.levelNow()))
	}
	p.wrong = nil
	return typeInto(p.input, msg)
}

func (p *outside) pressLevel(key string) tea.Cmd {
	levels := plan.Choices("network.level")
	switch key {
	case "esc":
		p.stage = outList
	case "up", "k", "shift+tab":
		p.level = max(0, p.level-1)
	case "down", "j", "tab":
		p.level = min(len(levels)-1, p.level+1)
	case "home":
		p.level = 0
	case "end":
		p.level = len(levels) - 1
	case "enter", "space":
		level := levels[p.level]
		if level == p.levelNow() {
			p.stage = outList
			return nil
		}
		return p.put(aboutLevel(level))
	}
	return nil
}

func (p *outside) leaving(sig stopping) tea.Cmd {
	if p.stage != outChanging {
		return nil
	}
	t := &text.T().Dashboard
	return p.halt(sig, t.Out.Halt, t.Out.HaltAbout, t.HaltOn, t.HaltOff)
}

func (p *outside) typing() bool { return p.stage == outTyping }

func (p *outside) keys() []keyHint {
	t, w := &text.T().Dashboard, &words().Keys
	switch {
	case p.stage == outTyping:
		return []keyHint{{w.Enter, t.Out.Allow}, {w.Esc, w.Back}}
	case p.stage == outLevels:
		return []keyHint{{w.Arrows, w.Move}, {w.Enter, w.Choose}, {w.Esc, w.Back}}
	case p.stage == outChanging && !p.over:
		return []keyHint{{w.Esc, t.Halt}}
	case p.stage == outChanging:
		return []keyHint{{"r", t.Again}, {w.Esc, w.Back}}
	}
	hints := []keyHint{{"l", t.Out.Level}, {"a", t.Out.Add}, {w.Esc, w.Back}}
	if len(p.table.rows) > 0 {
		hints = append([]keyHint{{w.Enter, t.Out.Decide}}, append(hints, keyHint{w.Arrows, w.Move})...)
	}
	return hints
}
