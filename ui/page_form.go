package ui

// The pages that ask about the plan: one form over the questions of a topic. What
// is asked comes from questions.go; the fields are huh's. Only the question that
// is being answered is open, the others are a line each, so that a page can be
// seen at once in the smallest window.
//
// A valid answer is in the session's plan as soon as it is there, so Back keeps
// it. What is typed and cannot be taken stays on the screen only.

import (
	"fmt"
	"slices"
	"strings"

	binding "charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"charm.land/huh/v2"
	"charm.land/lipgloss/v2"

	"github.com/clawarium/clawarium/provision/plan"
)

func init() {
	for i := range topics {
		t := &topics[i]
		pageMakers[t.page] = func(s *session) page { return &formPage{s: s, topic: t} }
	}
}

// typedMost is how many characters a field takes: more than any value of a plan
// may have, so that what is too long is refused and never silently cut to fit.
const typedMost = 4096

// roomy is how many rows it takes to show what every choice leads to.
const roomy = 20

type formPage struct {
	s     *session
	topic *topic

	form   *huh.Form
	fields []*field
	dress  *huh.Styles // of the theme in use, made once
	pane   pane
	tight  bool // so little room that only the selected choice says what it leads to
}

// field is a question on the screen.
type field struct {
	question
	huh.Field
	text  string // as it stands on the screen
	heard string // the text that was held against the plan last
	wrong error  // what is wrong with it, once that has to be said
}

func (f *formPage) name() string { return f.topic.page }

func (f *formPage) enter() tea.Cmd {
	f.fields, f.pane, f.tight = nil, pane{}, f.s.height < roomy
	f.dressUp()
	f.build("")
	return nil
}

// asks are the questions that are to be on the screen now. One that is there
// stays for as long as it arises: it does not vanish under the hands of whoever
// answers it.
func (f *formPage) asks() []question {
	wrong := map[string]bool{}
	for _, p := range f.s.plan.Problems(f.s.host) {
		wrong[keyOfProblem(p)] = true
	}
	var asks []question
	for _, q := range f.topic.questions {
		there := f.field(q.key) != nil && (q.when == nil || q.when(f.s.plan))
		if there || wrong[q.key] || q.arises(f.s.plan, f.s.suggested, f.s.everything) {
			asks = append(asks, q)
		}
	}
	return asks
}

// keyOfProblem is the key of the plan that a problem is about, without the number
// of an entry of a list.
func keyOfProblem(p *plan.Problem) string {
	key, _, _ := strings.Cut(p.Key, "[")
	return key
}

func (f *formPage) field(key string) *field {
	for _, g := range f.fields {
		if g.key == key {
			return g
		}
	}
	return nil
}

// build makes the form anew, with the texts that are on the screen, and the focus
// on the question of that key, or the first.
func (f *formPage) build(focus string) {
	var fields []*field
	var group []huh.Field
	at := 0
	for i, q := range f.asks() {
		g := &field{question: q, text: f.s.plan.Typed(q.key)}
		g.heard = g.text
		if old := f.field(q.key); old != nil {
			g.text, g.heard, g.wrong = old.text, old.heard, old.wrong
		}
		if q.key == focus {
			at = i
		}
		about := strings.Join(prose(q.about(), f.wide()-2), "\n") // folded as huh does not fold Chinese
		if choices := q.choices(); q.several() {
			t := &ticks{Input: huh.NewInput().Key(q.key), page: f, of: g, choices: choices}
			if old := f.field(q.key); old != nil {
				t.at = old.Field.(*ticks).at
			}
			g.Field = t
		} else if choices != nil {
			s := huh.NewSelect[string]().Key(q.key)
			s.WithTheme(f.theme()) // first: without one, each of the others works out huh's own
			s.Title(q.label()).Description(about).Options(f.options(q, choices)...).Value(&g.text)
			g.Field = &pick{s, s}
		} else {
			g.Field = huh.NewInput().Key(q.key).Title(q.label()).Description(about).
				Prompt("› ").CharLimit(max(typedMost, len(g.text))).Value(&g.text)
		}
		fields = append(fields, g)
		group = append(group, g.Field)
	}
	f.fields = fields
	f.form = huh.NewForm(huh.NewGroup(group...)).WithShowHelp(false).WithShowErrors(false).
		WithTheme(f.theme()).WithKeyMap(formKeys())
	f.form.WithWidth(f.wide())
	f.form.Init() // its commands make the cursor blink and ask for the window's size; neither is wanted
	f.focus(at)
}

// pick is a field with one choice. A form draws each of its fields many times over,
// for sizes that no one needs here, and a Select works its own out at each message:
// on a page with many choices that took longer than a frame may.
type pick struct {
	huh.Field // the Select
	of        *huh.Select[string]
}

// View is for the form, which is not shown; the page shows the Select's.
func (p *pick) View() string { return "" }

func (p *pick) Update(msg tea.Msg) (huh.Model, tea.Cmd) {
	if _, ok := msg.(tea.KeyPressMsg); ok {
		p.of.Update(msg)
	}
	return p, nil
}

// options are the choices of a question in words, with what each leads to.
func (f *formPage) options(q question, choices []choice) []huh.Option[string] {
	var options []huh.Option[string]
	for _, c := range choices {
		said := c.name
		if c.value == f.s.suggested.Get(q.key) {
			said += f.s.styles.faint.Render(" · " + words().Default)
		}
		if c.meaning != "" && !f.tight {
			said += "\n" + f.s.styles.faint.Render(strings.Join(prose(c.meaning, f.wide()-4), "\n"))
		}
		options = append(options, huh.NewOption(said, c.value))
	}
	return options
}

// formKeys leaves huh only the keys within a field: the way from field to field
// is ours, so that a field with something wrong can be left and found again, and
// the form never comes to its end, in which it would take nothing more.
func formKeys() *huh.KeyMap {
	m := huh.NewDefaultKeyMap()
	m.Quit.SetEnabled(false)
	m.Input = huh.InputKeyMap{}
	m.Select = huh.SelectKeyMap{
		Up:   binding.NewBinding(binding.WithKeys("up", "k")),
		Down: binding.NewBinding(binding.WithKeys("down", "j")),
	}
	return m
}

// dressUp takes the theme of the session. huh asks for it many times a frame.
func (f *formPage) dressUp() { f.dress = f.s.styles.theme().Theme(f.s.styles.dark) }

func (f *formPage) theme() huh.Theme {
	return huh.ThemeFunc(func(bool) *huh.Styles { return f.dress })
}

// at is the question that is being answered.
func (f *formPage) at() int {
	focused := f.form.GetFocusedField()
	return slices.IndexFunc(f.fields, func(g *field) bool { return g.Field == focused })
}

// focus goes to a question.
func (f *formPage) focus(to int) {
	for f.at() < to {
		f.form.NextField()
	}
	for f.at() > to {
		f.form.PrevField()
	}
	f.settle()
}

// wide is how wide the form is, in columns.
func (f *formPage) wide() int { return min(f.s.width, longLine) }

// settle fits what is in the fields into their places.
func (f *formPage) settle() {
	for _, g := range f.fields {
		if s, ok := g.Field.(*pick); ok {
			s.of.Height(0)
			if h := lipgloss.Height(s.of.View()); h > f.s.height-1 {
				s.of.Height(f.s.height - 1)
			}
		}
	}
	// A text that is wider than its new place is moved in it when a message comes.
	f.form.Update(struct{}{})
}

func (f *formPage) typing() bool {
	_, ok := f.fields[f.at()].Field.(*huh.Input)
	return ok
}

func (f *formPage) update(msg tea.Msg) tea.Cmd {
	if f.form == nil {
		return nil // not come to yet
	}
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		f.tight = f.s.height < roomy
		f.build(f.fields[f.at()].key)
	case tea.BackgroundColorMsg:
		f.dressUp()
		f.build(f.fields[f.at()].key)
	case tea.PasteMsg:
		if f.typing() {
			msg.Content = pasted(msg.Content)
			f.answer(msg)
		}
	case tea.KeyPressMsg:
		return f.press(msg)
	}
	return nil
}

func (f *formPage) press(msg tea.KeyPressMsg) tea.Cmd {
	at, typing := f.at(), f.typing()
	switch pressed := msg.String(); {
	case pressed == "esc":
		return back
	case pressed == "enter" && at == len(f.fields)-1:
		return f.done()
	case pressed == "enter", pressed == "tab", pressed == "down" && typing:
		if f.check(f.fields[at]) && at < len(f.fields)-1 {
			f.focus(at + 1)
		}
	case pressed == "shift+tab", pressed == "up" && typing:
		f.check(f.fields[at])
		f.focus(max(at-1, 0))
	case pressed == "pgdown":
		f.check(f.fields[at])
		f.focus(len(f.fields) - 1)
	case pressed == "pgup":
		f.check(f.fields[at])
		f.focus(0)
	case pressed == pageWords().Form.AllKey && f.seldoms():
		f.s.everything = !f.s.everything
		now := f.fields[at]
		f.fields = slices.DeleteFunc(f.fields, func(g *field) bool { return g != now && g.seldom && g.wrong == nil })
		f.build(now.key)
	case takes(msg):
		f.answer(msg)
	}
	return nil
}

// answer gives a key or a paste to the question that is being answered, and the
// plan what came of it.
func (f *formPage) answer(msg tea.Msg) {
	f.form.Update(msg)
	g := f.fields[f.at()]
	if g.text == g.heard {
		return
	}
	g.heard, g.wrong = g.text, nil
	p, err := f.s.plan.With(g.key, g.text, f.s.host)
	if err != nil {
		return // not said while it is being typed
	}
	f.s.setPlan(p)
	if !slices.EqualFunc(f.asks(), f.fields, func(q question, g *field) bool { return q.key == g.key }) {
		f.build(g.key)
	}
}

// check says what is wrong with an answer, if anything is.
func (f *formPage) check(g *field) bool {
	_, g.wrong = f.s.plan.With(g.key, g.text, f.s.host)
	return g.wrong == nil
}

// done goes on when nothing is wrong with any answer of the page, alone or with
// the others.
func (f *formPage) done() tea.Cmd {
	first := len(f.fields)
	for i, g := range f.fields {
		if !f.check(g) {
			first = min(first, i)
		}
	}
	for _, p := range f.s.plan.Problems(f.s.host) {
		i := slices.IndexFunc(f.fields, func(g *field) bool { return g.key == keyOfProblem(p) })
		if i >= 0 && f.fields[i].wrong == nil {
			f.fields[i].wrong = p
			first = min(first, i)
		}
	}
	if first < len(f.fields) {
		f.focus(first)
		return nil
	}
	if f.s.mending {
		return back
	}
	return forward
}

// seldoms says whether there are questions that are seldom asked.
func (f *formPage) seldoms() bool {
	return slices.ContainsFunc(f.topic.questions, func(q question) bool {
		return q.seldom && (q.when == nil || q.when(f.s.plan))
	})
}

func (f *formPage) keys() []keyHint {
	t, k := &pageWords().Form, &words().Keys
	on := k.Next
	if f.s.mending && f.at() == len(f.fields)-1 {
		on = t.ToReview
	}
	hints := []keyHint{keyOf(k.Enter, on), keyOf(k.Esc, k.Back)}
	if len(f.fields) > 1 && f.typing() {
		hints = append(hints, keyOf(k.Arrows, k.Move))
	}
	if f.fields[f.at()].several() {
		hints = append(hints, keyOf(k.Space, k.Toggle), keyOf(k.Arrows, k.Move))
	} else if !f.typing() {
		hints = append(hints, keyOf(k.Arrows, k.Choose))
	}
	if f.seldoms() {
		does := t.All
		if f.s.everything {
			does = t.Few
		}
		hints = append(hints, keyOf(t.AllKey, does))
	}
	if len(f.fields) > 1 {
		hints = append(hints, keyOf(k.Tab, k.Field))
	}
	return hints
}

// pasted makes one line of what was pasted, of a length that can be looked at.
func pasted(s string) string {
	const most = 4 * typedMost // bytes
	if len(s) > most {
		s = s[:most]
	}
	s = strings.NewReplacer("\r\n", " ", "\n", " ", "\r", " ", "\t", " ").Replace(s)
	s = strings.TrimSpace(clean(s))
	if runes := []rune(s); len(runes) > typedMost {
		s = string(runes[:typedMost])
	}
	return s
}

// plainly puts the names of the questions in the place of the plan's keys. Which
// entry of a list it is about shows by its value, which is quoted.
func plainly(s string) string {
	label := func(key string) string { return fmt.Sprintf(pageWords().Field, question{key: key}.label()) }
	for _, key := range plan.Keys() {
		for before, rest, ok := strings.Cut(s, key+"["); ok; before, rest, ok = strings.Cut(s, key+"[") {
			_, rest, _ = strings.Cut(rest, "]")
			s = before + label(key) + rest
		}
		if strings.Contains(key, ".") {
			s = strings.ReplaceAll(s, key, label(key))
		} else if rest, ok := strings.CutPrefix(s, key+" "); ok {
			s = label(key) + " " + rest
		}
	}
	return s
}
