package ui

// Styles by role. Words and symbols carry every meaning; colour only helps, so
// that a terminal without it, or NO_COLOR, loses nothing. The sixteen colours of
// the terminal's own palette are used: its owner has chosen them to be readable.

import (
	"image/color"
	"strings"

	"charm.land/huh/v2"
	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/clawarium/clawarium/checks"
)

type styles struct {
	dark bool

	name, title, text, faint, strong, key, focus lipgloss.Style
	good, bad, unknown, word, moot               lipgloss.Style // by the status of a finding
	line                                         lipgloss.Style // of rules and frames
}

func newStyles(dark bool) *styles {
	pick := lipgloss.LightDark(dark)
	of := func(light, dark color.Color) lipgloss.Style { return lipgloss.NewStyle().Foreground(pick(light, dark)) }
	plain := lipgloss.NewStyle()
	return &styles{
		dark:    dark,
		name:    of(lipgloss.Magenta, lipgloss.BrightMagenta).Bold(true),
		title:   plain.Bold(true),
		text:    plain,
		faint:   of(lipgloss.BrightBlack, lipgloss.BrightBlack),
		strong:  plain.Bold(true),
		key:     of(lipgloss.Blue, lipgloss.BrightCyan),
		focus:   of(lipgloss.Magenta, lipgloss.BrightMagenta).Bold(true),
		good:    of(lipgloss.Green, lipgloss.BrightGreen),
		bad:     of(lipgloss.Red, lipgloss.BrightRed).Bold(true),
		unknown: of(lipgloss.Yellow, lipgloss.BrightYellow),
		word:    of(lipgloss.Blue, lipgloss.BrightBlue),
		moot:    of(lipgloss.BrightBlack, lipgloss.BrightBlack),
		line:    of(lipgloss.BrightBlack, lipgloss.BrightBlack),
	}
}

// status is the style of a finding's status.
func (s *styles) status(of checks.Status) lipgloss.Style {
	switch of {
	case checks.Met:
		return s.good
	case checks.NotMet:
		return s.bad
	case checks.Attested:
		return s.word
	case checks.NotApplicable:
		return s.moot
	}
	return s.unknown
}

// symbol is the sign of a finding's status, one column wide.
func symbol(of checks.Status) string {
	switch of {
	case checks.Met:
		return "✓"
	case checks.NotMet:
		return "✗"
	case checks.Attested:
		return "◆"
	case checks.NotApplicable:
		return "–"
	}
	return "?"
}

// theme dresses huh's fields in our roles.
func (s *styles) theme() huh.Theme {
	return huh.ThemeFunc(func(bool) *huh.Styles {
		t := huh.ThemeBase(s.dark)
		t.FieldSeparator = lipgloss.NewStyle().SetString("\n\n")
		for _, f := range []*huh.FieldStyles{&t.Focused, &t.Blurred} {
			f.Base = lipgloss.NewStyle().PaddingLeft(2)
			f.Card = f.Base
			f.Title = s.title
			f.NoteTitle = s.title
			f.Description = s.faint
			f.ErrorIndicator = s.bad.SetString(" !")
			f.ErrorMessage = s.bad
			f.SelectSelector = s.focus.SetString("› ")
			f.MultiSelectSelector = s.focus.SetString("› ")
			f.Option = s.text
			f.SelectedOption = s.strong
			f.SelectedPrefix = s.good.SetString("[x] ")
			f.UnselectedPrefix = s.text.SetString("[ ] ")
			f.UnselectedOption = s.text
			f.NextIndicator = s.faint.MarginLeft(1).SetString("→")
			f.PrevIndicator = s.faint.MarginRight(1).SetString("←")
			f.TextInput.Prompt = s.key
			f.TextInput.Placeholder = s.faint
		}
		t.Focused.Base = lipgloss.NewStyle().Border(lipgloss.ThickBorder(), false, false, false, true).
			BorderForeground(s.focus.GetForeground()).PaddingLeft(1)
		t.Focused.Card = t.Focused.Base
		return t
	})
}

// fit cuts and pads text to exactly width columns and height rows. It is the
// last word on the size of everything that is drawn.
func fit(s string, width, height int) string {
	if width <= 0 || height <= 0 {
		return ""
	}
	lines := strings.Split(s, "\n")
	if len(lines) > height {
		lines = lines[:height]
	}
	for i, l := range lines {
		if ansi.StringWidth(l) > width {
			l = ansi.Truncate(l, width, "…")
		}
		lines[i] = l
	}
	for len(lines) < height {
		lines = append(lines, "")
	}
	return strings.Join(lines, "\n")
}

// wrap folds text to width columns: plain text as prose, text with styles in it
// between words and, where there are none, in them.
func wrap(s string, width int) string {
	if strings.ContainsRune(s, '\x1b') {
		return ansi.Wrap(s, max(width, 1), "")
	}
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		lines[i] = strings.Join(prose(l, width), "\n")
	}
	return strings.Join(lines, "\n")
}

// indent sets every line of s in by n columns.
func indent(s string, n int) string {
	pad := strings.Repeat(" ", n)
	return pad + strings.ReplaceAll(s, "\n", "\n"+pad)
}
