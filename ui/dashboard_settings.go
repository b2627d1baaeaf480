package ui

// The settings of a machine that exists, to read and to save; and the one line
// of text that is typed on the dashboard.

import (
	"fmt"
	"slices"
	"strings"

	keys "charm.land/bubbles/v2/key"
	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"github.com/clawarium/clawarium/assets/text"
)

// settings shows the plan as its file.
type settings struct {
	d     *dashboard
	lines []string
	from  int
	input *textinput.Model // the path, while it is asked for
	said  string
	err   error
}

// newInput is a line of text to type. It reads no clipboard, and does not blink.
func newInput(s *session, value string, limit int) *textinput.Model {
	in := textinput.New()
	in.Prompt = ""
	in.CharLimit = limit
	in.KeyMap.Paste = keys.NewBinding() // the terminal pastes; no tool is run for it
	st := textinput.DefaultStyles(s.styles.dark)
	st.Cursor.Blink = false
	st.Focused.Text, st.Blurred.Text = s.styles.text, s.styles.text
	in.SetStyles(st)
	in.SetValue(value)
	in.CursorEnd()
	in.Focus()
	return &in
}

// typeInto gives it a key or a paste, as far as that is text that can be read in
// one line.
func typeInto(in *textinput.Model, msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case tea.PasteMsg:
		m.Content = pasted(m.Content)
		msg = m
	case tea.KeyPressMsg:
		if !takes(m) {
			return nil
		}
	}
	typed, cmd := in.Update(msg)
	*in = typed
	return cmd
}

// drawInput draws it in one line.
func drawInput(in *textinput.Model, width int) string {
	in.SetWidth(max(1, width-3))
	return "> " + in.View()
}

func newSettings(d *dashboard) (part, tea.Cmd) {
	p := &settings{d: d}
	data, err := d.s.plan.YAML()
	p.err = err
	for _, l := range strings.Split(strings.TrimRight(string(data), "\n"), "\n") {
		p.lines = append(p.lines, clean(l))
	}
	return p, nil
}

// dashSavedMsg is the end of saving.
type dashSavedMsg struct {
	of   *settings
	path string
	err  error
}

func (p *settings) update(msg tea.Msg) tea.Cmd {
	if m, ok := msg.(dashSavedMsg); ok && m.of == p {
		if p.err = m.err; m.err == nil {
			p.said, p.input = fmt.Sprintf(text.T().Dashboard.Saved, clean(m.path)), nil
		}
		return nil
	}
	k := pressed(msg)
	if p.input != nil {
		switch k {
		case "esc":
			p.input, p.err = nil, nil
			return nil
		case "enter":
			return p.save()
		}
		return typeInto(p.input, msg)
	}
	switch k {
	case "esc", "enter":
		return partOver(p, "")
	case "o":
		if p.leadsOut() {
			return p.d.show(newOutside(p.d))
		}
	case "s":
		p.said, p.err = "", nil
		p.input = newInput(p.d.s, p.d.s.plan.Name+".yaml", 4096)
	default:
		p.from = scrolled(p.from, k, 10)
	}
	return nil
}

func (p *settings) save() tea.Cmd {
	path := strings.TrimSpace(p.input.Value())
	t := &text.T().Dashboard
	if path == "" {
		p.err = &text.Fault{What: t.NoPath, Hint: t.NoPathHint}
		return nil
	}
	plan, driver := p.d.s.plan, p.d.s.driver
	return func() tea.Msg { return dashSavedMsg{p, path, driver.SavePlan(plan, path)} }
}

// leadsOut says whether what of the settings can be changed can be now.
func (p *settings) leadsOut() bool {
	return slices.ContainsFunc(p.d.choices(), func(c dashChoice) bool { return c.name == "out" })
}

func (p *settings) leaving(stopping) tea.Cmd { return nil }

func (p *settings) typing() bool { return p.input != nil }

func (p *settings) view(width, height int) string {
	s, t := p.d.s.styles, &text.T().Dashboard
	top := []string{s.title.Render(fmt.Sprintf(t.SettingsHead, p.d.s.plan.Name))}
	top = append(top, strings.Split(wrap(t.SettingsAbout, width), "\n")...)
	var end []string
	if p.input != nil {
		end = append(end, "", s.strong.Render(t.SaveAs), drawInput(p.input, width))
	}
	if p.err != nil {
		end = append(end, trouble(s, p.err, width)...)
	} else if p.said != "" {
		end = append(end, marked(s.good.Render("✓"), p.said, width)...)
	}
	var lines []string
	for _, l := range p.lines {
		lines = append(lines, strings.Split(wrap(l, width), "\n")...)
	}
	room := max(2, height-len(top)-len(end)-1)
	p.from = max(0, min(p.from, len(lines)-room))
	return strings.Join(top, "\n") + "\n\n" + fit(window(s, lines, p.from, width, room), width, room) + "\n" + strings.Join(end, "\n")
}

func (p *settings) keys() []keyHint {
	t, w := &text.T().Dashboard, &words().Keys
	if p.input != nil {
		return []keyHint{{w.Enter, t.Save}, {w.Esc, w.Back}}
	}
	hints := []keyHint{{w.Arrows, w.Scroll}, {"s", t.Save}, {w.Esc, w.Back}}
	if p.leadsOut() {
		hints = append(hints, keyHint{"o", t.Choices["out"]})
	}
	return hints
}
