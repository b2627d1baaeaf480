package ui

// What a page of questions looks like.

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/clawarium/clawarium/assets/layout"
	"github.com/clawarium/clawarium/provision/plan"
)

func (f *formPage) view(width, height int) string {
	s, wide := f.s.styles, min(width, longLine)
	var lines []string
	lead := f.lead(wide)
	if len(lead) > 0 {
		lines = append(lead, "")
	}
	label := 0
	for _, g := range f.fields {
		label = max(label, ansi.StringWidth(g.label()))
	}
	label = min(label, wide/2)
	at := f.at()
	first, last := 0, 0
	for i, g := range f.fields {
		if i == at {
			if i > 0 {
				lines = append(lines, "")
			}
			first = len(lines)
			lines = append(lines, strings.Split(g.shown(), "\n")...)
			if meaning := words().Meaning[g.key+"="+g.text]; meaning != "" && f.tight {
				lines = append(lines, hang(wide, s.focus.Render("┃")+"   ", meaning, s.faint)...)
			}
		} else {
			said := fit(g.label(), label, 1)
			said += strings.Repeat(" ", label-ansi.StringWidth(said)+2)
			lines = append(lines, "  "+said+ansi.Truncate(f.said(g), wide-label-4, "…"))
		}
		if g.wrong != nil {
			lines = append(lines, s.trouble(wide, g.wrong)...)
		}
		if i == at {
			last = len(lines)
			if i < len(f.fields)-1 {
				lines = append(lines, "")
			}
		}
	}
	if after := f.after(wide); len(after) > 0 {
		lines = append(append(lines, ""), after...)
	}
	// What stands above the first question and below the last one can only be seen
	// together with it.
	if at == 0 && last <= height-1 {
		first = 0
	}
	if at == len(f.fields)-1 && len(lines)-first <= height-1 {
		last = len(lines)
	}
	return f.pane.view(s, lines, width, height, first, last)
}

// shown is a question that is open.
func (g *field) shown() string {
	if p, ok := g.Field.(*pick); ok {
		return p.of.View()
	}
	return g.View()
}

// said is an answer in words, for a question that is not open.
func (f *formPage) said(g *field) string {
	value := clean(g.named(g.text))
	if value == "" {
		return f.s.styles.faint.Render(words().Empty)
	}
	return value
}

// lead is what stands above the questions.
func (f *formPage) lead(width int) []string {
	lines := hang(width, "", pageWords().Form.Lead[f.name()])
	if f.name() == "account" {
		lines = append(lines, places(width)...)
	}
	return lines
}

// after is what stands below them.
func (f *formPage) after(width int) []string {
	if f.name() == "network" && f.s.plan.OpenClaw.Provider == plan.None {
		return hang(width, "", pageWords().Form.NoKeyPage)
	}
	return nil
}

// places are the accounts and directories in the machine.
func places(width int) []string {
	t := &pageWords().Form
	home := func(path string) string { return "~" + strings.TrimPrefix(path, layout.Home) }
	rows := []struct{ what, about string }{
		{fmt.Sprintf(t.Of, layout.Agent), t.Agent}, {fmt.Sprintf(t.Of, layout.Keeper), t.Keeper},
		{layout.Home, t.Home}, {home(layout.State), t.State}, {home(layout.Workspace), t.Workspace},
		{home(layout.Inbox), t.Inbox}, {home(layout.Outbox), t.Outbox}, {home(layout.Backups), t.Backups},
	}
	wide := 0
	for _, r := range rows {
		wide = max(wide, ansi.StringWidth(r.what))
	}
	var lines []string
	for _, r := range rows {
		pad := strings.Repeat(" ", wide-ansi.StringWidth(r.what)+2)
		lines = append(lines, hang(width, "  "+r.what+pad, r.about)...)
	}
	return lines
}
