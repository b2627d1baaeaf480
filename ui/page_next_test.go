package ui

import (
	"context"
	"strings"
	"testing"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/provision"
	"github.com/clawarium/clawarium/provision/plan"
)

// nextMachine is a machine whose page can be opened.
type nextMachine struct {
	*fakeMachine
	link   string
	err    error
	ctx    context.Context
	closed chan struct{}
}

// Close says that the one whose page was opened is closed; it is opened to be looked at, too.
func (m *nextMachine) Close() {
	if m.ctx != nil {
		close(m.closed)
	}
}

func (m *nextMachine) Open(ctx context.Context, r provision.Reporter) (string, error) {
	m.ctx = ctx
	r.Stage("asking")
	return m.link, m.err
}

// nextDriver has one such machine.
type nextDriver struct {
	*fakeDriver
	m *nextMachine
}

func (d *nextDriver) Machine(string) (Machine, error) { return d.m, nil }

func newNextDriver(err error) *nextDriver {
	return &nextDriver{newFake(), &nextMachine{
		fakeMachine: &fakeMachine{}, closed: make(chan struct{}), err: err,
		link: "http://127.0.0.1:18789/#token=" + strings.Repeat("0123456789abcdef", 4),
	}}
}

func TestFramesOfNext(t *testing.T) {
	frames(t, "next", func(t *testing.T, width, height int) *rig { return newRig(t, newFake(), "next", width, height) })
	frames(t, "next-link", func(t *testing.T, width, height int) *rig {
		d := newNextDriver(nil)
		r := newRig(t, d, "next", width, height)
		if r.w.small() { // nobody presses a key there
			return r
		}
		r.press("o")
		return r
	})
	frames(t, "next-failed", func(t *testing.T, width, height int) *rig {
		r := newRig(t, newNextDriver(&text.Fault{What: `the machine "openclaw" is off`, Hint: "run `clawarium start`"}), "next", width, height)
		r.press("o")
		return r
	})
}

func TestCommandsNameTheMachineWhenItHasAnotherName(t *testing.T) {
	r := newRig(t, newFake(), "next", 120, 60)
	if got := r.screen(); !strings.Contains(got, "clawarium open\n") || strings.Contains(got, "--name") {
		t.Errorf("a name that nobody needs:\n%s", got)
	}
	r.w.session.plan.Name, r.w.session.plan.OpenClaw.Provider = "tank-2", "deepseek"
	got := r.screen()
	for _, want := range []string{
		"clawarium open --name tank-2", "clawarium check --name tank-2",
		"clawarium openclaw --name tank-2 -- models auth paste-api-key --provider deepseek-api", "clawarium confirm --name tank-2",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q:\n%s", want, got)
		}
	}
}

// What set-up handed over is known by the machine: a key may have been typed in an
// earlier run, or have been in the environment.
func TestAKeyThatSetUpGaveIsNotAskedForAgain(t *testing.T) {
	defer text.Use(text.English)
	for _, lang := range []string{text.English, text.Chinese} {
		text.Use(lang)
		for _, keyed := range []bool{false, true} {
			d := newNextDriver(nil)
			d.m.keyed = keyed
			r := newRig(t, d, "next", 120, 60)
			got := r.screen()
			if strings.Contains(got, "paste-api-key") == keyed || !strings.Contains(got, "channels --help") {
				t.Errorf("given %v:\n%s", keyed, got)
			}
			r.press("o", "esc")
			if strings.Contains(r.screen(), "paste-api-key") == keyed {
				t.Errorf("given %v, after the tunnel:\n%s", keyed, r.screen())
			}
			p := r.w.session.plan
			p.OpenClaw.Provider = "deepseek"
			line := WhatNext(p, " --name tank", keyed)
			other := "openclaw --name tank -- models auth paste-api-key --provider deepseek-api"
			if keyed {
				other = "openclaw --name tank -- channels --help"
			}
			if !strings.Contains(line, "clawarium open --name tank") || !strings.Contains(line, other) || strings.Contains(line, "paste-api-key") == keyed {
				t.Errorf("given %v: %s", keyed, line)
			}
		}
	}
}

func TestTheTunnelLastsUntilEsc(t *testing.T) {
	d := newNextDriver(nil)
	r := newRig(t, d, "next", 60, 20)
	r.press("o")
	if got := r.screen(); !strings.Contains(strings.ReplaceAll(got, "\n", ""), d.m.link) {
		t.Fatalf("the link is not there whole:\n%s", got)
	}
	r.press("q", "c", "enter", "o") // none of them closes it by accident
	if r.quit || d.m.ctx.Err() != nil {
		t.Fatal("the tunnel was closed")
	}
	r.press("esc")
	<-d.m.closed
	if d.m.ctx.Err() == nil || !strings.Contains(r.screen(), text.T().Progress.Next.Closed) {
		t.Errorf("the tunnel is open:\n%s", r.screen())
	}
}

func TestAPageThatCannotBeOpenedSaysWhy(t *testing.T) {
	d := newNextDriver(&text.Fault{What: "it is off", Hint: "run `clawarium start`"})
	r := newRig(t, d, "next", 80, 24)
	r.press("o")
	<-d.m.closed
	if got := r.screen(); !strings.Contains(got, "it is off") || !strings.Contains(got, "clawarium start") {
		t.Errorf("%s", got)
	}
	r.press("enter")
	if !r.quit || r.w.code != 0 {
		t.Errorf("quit %v, status %d", r.quit, r.w.code)
	}
}

func TestLeavingNextClosesTheTunnel(t *testing.T) {
	for code, leave := range map[int]func(*rig){
		130: func(r *rig) { r.press("ctrl+c") },
		143: func(r *rig) { r.send(stopMsg{code: 143}) },
	} {
		d := newNextDriver(nil)
		r := newRig(t, d, "next", 80, 24)
		r.press("o")
		leave(r)
		<-d.m.closed
		if !r.quit || r.w.code != code {
			t.Errorf("quit %v, status %d", r.quit, r.w.code)
		}
	}
}

func TestNextFitsEveryWindow(t *testing.T) {
	defer text.Use(text.English)
	for _, lang := range []string{text.English, text.Chinese} {
		text.Use(lang)
		for _, size := range []struct{ w, h int }{{60, 20}, {61, 27}, {80, 24}, {120, 40}, {200, 60}} {
			r := newRig(t, newFake(), "next", size.w, size.h)
			r.w.session.plan.Name = strings.Repeat("n", 30)
			r.w.session.plan.OpenClaw.Provider = plan.None
			for _, k := range []string{"down", "pgdown", "end", "up", "home"} {
				r.press(k)
				r.mustFit()
			}
		}
	}
}
