package ui

// A field of a form in which any number of choices is ticked. huh has one, which
// can be searched and much else: that makes 45 kB of program, and its place among
// the choices is lost whenever the form is made anew.

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"
	"charm.land/huh/v2"
)

type ticks struct {
	*huh.Input // for all that a form asks of a field besides; it is never shown
	page       *formPage
	of         *field
	choices    []choice
	at         int
}

func (t *ticks) Update(msg tea.Msg) (huh.Model, tea.Cmd) {
	switch pressed(msg) {
	case "up", "k":
		t.at = max(t.at-1, 0)
	case "down", "j":
		t.at = min(t.at+1, len(t.choices)-1)
	case "space", "x":
		t.toggle(t.choices[t.at].value)
	}
	return t, nil
}

// toggle keeps what is ticked in the order of the choices.
func (t *ticks) toggle(value string) {
	ticked := strings.Fields(t.of.text)
	var left []string
	for _, c := range t.choices {
		if slices.Contains(ticked, c.value) != (c.value == value) {
			left = append(left, c.value)
		}
	}
	t.of.text = strings.Join(left, " ")
}

func (t *ticks) View() string {
	dress, wide := &t.page.dress.Focused, t.page.wide()
	lines := []string{dress.Title.Render(t.of.label())}
	for _, l := range prose(t.of.about(), wide-2) {
		lines = append(lines, dress.Description.Render(l))
	}
	// As many as there is room for, the one that is selected among them.
	room := max(t.page.s.height-1-len(lines), 1)
	first := max(t.at-room+1, 0)
	ticked := strings.Fields(t.of.text)
	for i := first; i < min(first+room, len(t.choices)); i++ {
		c, mark := t.choices[i], "  "
		if i == t.at {
			mark = dress.MultiSelectSelector.String()
		}
		if slices.Contains(ticked, c.value) {
			mark += dress.SelectedPrefix.String() + dress.SelectedOption.Render(c.name)
		} else {
			mark += dress.UnselectedPrefix.String() + dress.UnselectedOption.Render(c.name)
		}
		lines = append(lines, mark)
	}
	return dress.Base.Width(wide).Render(strings.Join(lines, "\n"))
}
