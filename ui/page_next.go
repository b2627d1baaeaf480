package ui

// The page after the machine is made: what can be done with it, with the commands
// that do the same later.

import (
	"context"
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/clawarium/clawarium/assets/openclaw"
	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/provision"
	"github.com/clawarium/clawarium/provision/plan"
)

func init() { pageMakers["next"] = func(s *session) page { return &next{s: s} } }

type next struct {
	s     *session
	from  int
	keyed bool // set-up gave OpenClaw a model key

	// The way to OpenClaw's page, while there is one or it is being opened.
	tell   *telling
	cancel context.CancelFunc
	stage  string
	link   string
	note   string // what became of it
	err    error
}

// keyedMsg says whether set-up gave OpenClaw a model key.
type keyedMsg bool

// linkMsg is the answer to the wish to open OpenClaw's page.
type linkMsg struct {
	of   *telling
	link string
	err  error
}

func (n *next) name() string { return "next" }
func (n *next) typing() bool { return false }

func (n *next) enter() tea.Cmd {
	if n.cancel == nil {
		*n = next{s: n.s, keyed: n.keyed}
	}
	name, driver := n.s.plan.Name, n.s.driver
	return func() tea.Msg {
		m, err := driver.Machine(name)
		if err != nil {
			return nil
		}
		defer m.Close()
		return keyedMsg(m.Keyed())
	}
}

// open asks for a link. The machine is closed when the tunnel is.
func (n *next) open() tea.Cmd {
	ctx, cancel := context.WithCancel(n.s.ctx)
	tell, name, driver := newTelling(), n.s.plan.Name, n.s.driver
	*n = next{s: n.s, keyed: n.keyed, tell: tell, cancel: cancel}
	return tell.run(func() tea.Msg {
		m, err := driver.Machine(name)
		if err != nil {
			return linkMsg{of: tell, err: err}
		}
		link, err := m.Open(ctx, tell.reporter(text.T().Progress.Next.Open))
		if err != nil {
			m.Close()
			return linkMsg{of: tell, err: err}
		}
		context.AfterFunc(ctx, m.Close)
		return linkMsg{of: tell, link: link}
	})
}

// close ends the tunnel, or the wish for one.
func (n *next) close() {
	if n.cancel == nil {
		return
	}
	n.cancel()
	opened := n.link != ""
	*n = next{s: n.s, keyed: n.keyed}
	if opened {
		n.note = text.T().Progress.Next.Closed
	}
}

// leaving implements busy: nothing can be lost here.
func (n *next) leaving(sig stopping) tea.Cmd {
	n.close()
	if sig == bySignal {
		return nil
	}
	return quit(130)
}

func (n *next) update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case toldMsg:
		if msg.of != n.tell {
			return nil
		}
		for _, e := range msg.events {
			if e.Kind == provision.StepProgress {
				n.stage = clean(e.Stage)
			}
		}
		return msg.of.next
	case keyedMsg:
		n.keyed = bool(msg)
	case linkMsg:
		if msg.of != n.tell {
			return nil
		}
		if n.link, n.err = clean(msg.link), msg.err; msg.err != nil {
			n.cancel()
			n.cancel, n.tell = nil, nil
		}
	case tea.KeyPressMsg:
		return n.key(msg.String())
	}
	return nil
}

func (n *next) key(key string) tea.Cmd {
	if n.cancel != nil {
		if key == "esc" {
			n.close()
		}
		return nil
	}
	switch key {
	case "o":
		return n.open()
	case "c":
		return goTo("results")
	case "q", "enter":
		return quit(n.s.verdict)
	case "esc":
		return back
	}
	n.from = scrolled(n.from, key, 5)
	return nil
}

func (n *next) keys() []keyHint {
	k, t := &words().Keys, &text.T().Progress.Next
	if n.cancel != nil {
		return []keyHint{{k.Esc, t.LinkClose}}
	}
	return []keyHint{{"o", t.KeyOpen}, {"c", t.KeyCheck}, {k.Enter, t.Leave}, {k.Arrows, k.Scroll}}
}

func (n *next) view(width, height int) string {
	s, t := n.s.styles, &text.T().Progress.Next
	if n.cancel != nil {
		return n.opening(width)
	}
	var lines []string
	if n.err != nil {
		lines = append(lines, marked(s.bad.Render("✗"), fmt.Sprintf(t.NotOpened, wrongWith(n.err)), width)...)
		lines = append(lines, "")
	}
	if n.note != "" {
		lines = append(lines, marked(s.word.Render("i"), n.note, width)...)
		lines = append(lines, "")
	}
	lines = append(lines, strings.Split(wrap(fmt.Sprintf(t.Head, n.s.plan.Name), width), "\n")...)
	lines = append(lines, "")
	for _, i := range n.items() {
		lines = append(lines, s.key.Render(i.key)+" "+s.strong.Render(ansi.Truncate(i.does, width-2, "…")))
		lines = append(lines, strings.Split(indent(wrap(i.about, width-2), 2), "\n")...)
		lines = append(lines, strings.Split(s.faint.Render(indent(wrap(i.command, width-2), 2)), "\n")...)
	}
	n.from = max(0, min(n.from, len(lines)-height))
	return window(s, lines, n.from, width, height)
}

// nextItem is one thing to do: its key here, or a dot, and the command for later.
type nextItem struct{ key, does, about, command string }

func (n *next) items() []nextItem {
	t, name := &text.T().Progress.Next, n.s.plan.Name
	items := []nextItem{
		{"o", t.Open, t.OpenAbout, commandLine("open", name)},
		{"c", t.Check, t.CheckAbout, commandLine("check", name)},
	}
	if !n.keyed {
		items = append(items, nextItem{"·", t.Key, t.KeyAbout,
			commandLine("openclaw", name) + " -- models auth paste-api-key --provider " + keyFor(n.s.plan)})
	}
	return append(items,
		nextItem{"·", t.Channel, t.ChannelAbout, commandLine("openclaw", name) + " -- channels --help"},
		nextItem{"·", t.Backup, t.BackupAbout, commandLine("confirm", name)},
		nextItem{"·", t.Harden, t.HardenAbout, commandLine("harden", name)},
	)
}

// opening draws the link, on lines of its own from the first column on, so that it
// can be copied whole.
func (n *next) opening(width int) string {
	s, t := n.s.styles, &text.T().Progress.Next
	if n.link == "" {
		return wrap(t.Opening, width) + "\n\n" + s.faint.Render(wrap(n.stage, width))
	}
	return wrap(t.Link, width) + "\n\n" + s.key.Render(ansi.Hardwrap(n.link, width, true)) + "\n\n" + wrap(t.LinkAbout, width)
}

// commandLine is how a person says the same at a prompt; the machine that is
// called as by default needs no name.
func commandLine(command, machine string) string {
	line := "clawarium " + command
	if machine != defaultMachine {
		line += " --name " + machine
	}
	return line
}

// WhatNext says it in a line; flag is how a command names the machine.
func WhatNext(p plan.Plan, flag string, keyed bool) string {
	t := &text.T().Command
	format := t.WhatNext
	if keyed {
		format = t.WhatNextKeyed // which names no provider
	}
	return fmt.Sprintf(format, flag, keyFor(p))
}

// keyFor names the plan's provider as the command does that takes its key.
func keyFor(p plan.Plan) string {
	if p.OpenClaw.Provider == plan.None {
		return text.T().Progress.Next.Provider
	}
	return openclaw.NameOf(p.OpenClaw.Provider)
}

const defaultMachine = "openclaw"
