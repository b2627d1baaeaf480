package ui

// Saving the findings to a file: the form, then the name. A file that is there
// already is never written over.

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"github.com/clawarium/clawarium/assets/text"
)

// fileToSave is the file while its name is being typed.
type fileToSave struct {
	form    string // html, json or sarif
	from    resultsPart
	input   *textinput.Model
	wrong   string
	writing string // the path that is being written
}

// exportedMsg is the end of an attempt to write.
type exportedMsg struct {
	path string
	err  error
}

// ask asks for the form.
func (f *fileToSave) ask(p *results) tea.Cmd {
	t := &text.T().Results
	in := func(form string) tea.Cmd { return p.then(func(p *results) tea.Cmd { f.name(p, form); return nil }) }
	return ask(&dialog{title: t.Export, about: t.ExportAbout, cancel: func() tea.Msg { return nil }, answers: []answer{
		{"1", t.ExportHTML, in("html")}, {"2", t.ExportJSON, in("json")}, {"3", t.ExportSARIF, in("sarif")}, {"", t.Cancel, nil},
	}})
}

// suggested is a name that nobody has to think about.
func (f *fileToSave) suggested(p *results) string {
	return p.s.plan.Name + "-" + p.report.Collected.Local().Format("2006-01-02") + "." + f.form
}

// name goes over to typing the name.
func (f *fileToSave) name(p *results, form string) {
	*f = fileToSave{form: form, from: p.part}
	f.input = newInput(p.s, f.suggested(p), typedMost)
	f.input.Prompt = "› "
	styles := f.input.Styles()
	styles.Focused.Prompt = p.s.styles.key
	f.input.SetStyles(styles)
	p.part, p.notice = partFile, ""
}

func (f *fileToSave) paste(s string) {
	typeInto(f.input, tea.PasteMsg{Content: s})
	f.wrong = ""
}

func (f *fileToSave) press(p *results, msg tea.KeyPressMsg) tea.Cmd {
	switch {
	case msg.String() == "esc":
		p.part = f.from
	case msg.String() == "enter" && f.writing == "":
		return f.save(p)
	case takes(msg):
		f.wrong = ""
		typeInto(f.input, msg)
	}
	return nil
}

// save writes the file.
func (f *fileToSave) save(p *results) tea.Cmd {
	typed := strings.TrimSpace(f.input.Value())
	if typed == "" {
		f.wrong = fmt.Sprintf(text.T().Results.NoName, f.suggested(p))
		return nil
	}
	f.writing, f.wrong = typed, ""
	r, form, visit := *p.report, f.form, p.machine()
	return func() tea.Msg {
		path := typed
		if rest, ok := strings.CutPrefix(path, "~/"); ok {
			if home, err := os.UserHomeDir(); err == nil {
				path = filepath.Join(home, rest)
			}
		}
		err := visit.use(func(m Machine) error { return m.Export(r, form, path) })
		whole, absErr := filepath.Abs(path)
		if absErr != nil {
			whole = path
		}
		return exportedMsg{path: cmp.Or(whole, path), err: err}
	}
}

// saved is called when the file was written, or could not be.
func (f *fileToSave) saved(p *results, msg exportedMsg) tea.Cmd {
	f.writing = ""
	switch {
	case msg.err != nil && p.part == partFile:
		f.wrong = wrongWith(msg.err)
	case msg.err != nil:
		p.notice = wrongWith(msg.err)
	default:
		if p.part == partFile {
			p.part = f.from
		}
		p.notice = fmt.Sprintf(text.T().Results.Written, clean(msg.path))
	}
	return nil
}

func (f *fileToSave) view(p *results, width, height int) string {
	s, t := p.s.styles, &text.T().Results
	column := min(width, longLine)
	kind := map[string]string{"html": t.ExportHTML, "json": t.ExportJSON, "sarif": t.ExportSARIF}[f.form]
	lines := append(laid(column, 0, kind), "", s.strong.Render(t.FileName))
	f.input.SetWidth(max(column-4, 10))
	lines = append(lines, f.input.View(), "")
	for _, l := range laid(column, 0, t.FileAbout) {
		lines = append(lines, s.faint.Render(l))
	}
	switch {
	case f.writing != "":
		lines = append(lines, "", t.Writing)
	case f.wrong != "":
		lines = append(lines, "")
		for _, l := range laid(column-2, 0, f.wrong) {
			lines = append(lines, s.bad.Render("! "+l))
		}
	}
	return fit(stacked(lines), width, height)
}
