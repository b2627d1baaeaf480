package ui

// Saving the plan from the review: where to, until it can be written there.

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"
	"charm.land/huh/v2"
)

// saving asks where to save the plan.
type saving struct {
	input *huh.Input
	path  string
	wrong error
	busy  bool
}

// savedMsg says what came of saving.
type savedMsg struct {
	of   *saving
	path string
	err  error
}

func newSaving(s *session) *saving {
	v := &saving{path: "clawarium-" + s.plan.Name + ".yaml"}
	v.dress(s)
	return v
}

// dress makes the field anew, in the theme and the width of now.
func (v *saving) dress(s *session) {
	t := &pageWords().Review
	theme := s.styles.theme()
	v.input = huh.NewInput().Title(t.SaveAsk).Description(strings.Join(prose(t.SaveAbout, min(s.width, longLine)-2), "\n")).Prompt("› ").CharLimit(typedMost).Value(&v.path)
	v.input.WithTheme(theme).WithKeyMap(formKeys()).WithWidth(min(s.width, longLine))
	v.input.Focus()
	v.input.Update(struct{}{})
}

func (v *saving) update(msg tea.Msg, s *session) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg, tea.BackgroundColorMsg:
		v.dress(s)
	case tea.PasteMsg:
		v.wrong = nil
		v.input.Update(tea.PasteMsg{Content: pasted(msg.Content)})
	case tea.KeyPressMsg:
		if takes(msg) {
			v.wrong = nil
			v.input.Update(msg)
		}
	}
}

func (v *saving) view(s *styles, width, height int) string {
	t := &pageWords().Review
	lines := append([]string{s.title.Render(t.SaveTitle), ""}, strings.Split(v.input.View(), "\n")...)
	switch {
	case v.busy:
		lines = append(lines, "", t.Saving)
	case v.wrong != nil:
		lines = append(lines, s.trouble(min(width, longLine), v.wrong)...)
	}
	return fit(strings.Join(lines, "\n"), width, height)
}

func (r *review) pressSave(msg tea.KeyPressMsg) tea.Cmd {
	v := r.save
	switch key := msg.String(); {
	case v.busy:
	case key == "esc":
		r.show("")
		r.save = nil
	case key == "enter":
		path := strings.TrimSpace(v.path)
		if path == "" {
			return nil
		}
		v.busy = true
		d, p := r.s.driver, r.s.plan
		return func() tea.Msg { return savedMsg{v, path, d.SavePlan(p, path)} }
	default:
		v.update(msg, r.s)
	}
	return nil
}

func (r *review) saved(msg savedMsg) {
	if msg.of != r.save || r.save == nil {
		return
	}
	if msg.err != nil {
		r.save.busy, r.save.wrong = false, msg.err
		return
	}
	r.show("")
	r.save, r.note = nil, fmt.Sprintf(pageWords().Review.Saved, clean(msg.path))
}
