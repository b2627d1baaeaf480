package ui

// The review: everything that will be made, before anything is. No other way
// leads to making it, see apply.

import (
	"context"
	"fmt"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"charm.land/huh/v2"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/provision/plan"
)

func init() { pageMakers["review"] = func(s *session) page { return &review{s: s} } }

// quiet is for how long no key may be pressed before enter can apply: someone who
// still presses, or holds, the key that led here has not read what is here.
const quiet = time.Second

type review struct {
	s    *session
	work aside
	err  error

	part     string // "" the summary; "plan", "detail", "save"
	pane     pane
	selected int    // of the problems
	keyed    int    // counts keys, to know whether it was quiet
	ready    bool   // it was
	note     string // what came of saving
	save     *saving
}

// reviewedMsg is what will be made of a plan.
type reviewedMsg struct {
	of     *telling
	plan   plan.Plan
	review Review
	err    error
}

// quietMsg says that time went by since a key was pressed.
type quietMsg struct {
	of    *review
	keyed int
}

func (r *review) name() string { return "review" }
func (r *review) typing() bool { return r.part == "save" }

func (r *review) enter() tea.Cmd {
	r.s.mending = false
	r.part, r.note, r.save, r.selected, r.pane = "", "", nil, 0, pane{}
	if r.s.review != nil {
		return r.wait()
	}
	return r.decide()
}

// decide has the driver say what will be made of the plan as it is now.
func (r *review) decide() tea.Cmd {
	r.s.review, r.err, r.ready = nil, nil, false
	d, p := r.s.driver, r.s.plan
	return r.work.start(r.s.ctx, func(ctx context.Context, of *telling, say func(string)) tea.Msg {
		made, err := d.Review(ctx, p, say)
		return reviewedMsg{of, p, made, err}
	})
}

// wait makes the review ready for enter once it was quiet for a moment.
func (r *review) wait() tea.Cmd {
	r.ready = false
	r.keyed++
	msg := quietMsg{r, r.keyed}
	return tea.Tick(quiet, func(time.Time) tea.Msg { return msg })
}

// apply is the only way to the page that makes the machine: from a review that
// was made of exactly this plan, that found no problem in it, and that was on the
// screen for a moment.
func (r *review) apply() tea.Cmd {
	if r.s.review == nil || len(r.s.review.Problems) > 0 || !r.ready {
		return nil
	}
	return replace("progress")
}

func (r *review) leave() tea.Cmd {
	r.work.stop()
	return back
}

func (r *review) update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case toldMsg:
		return r.work.hear(msg)
	case reviewedMsg:
		if msg.of == nil || msg.of != r.work.of {
			return nil
		}
		r.work.stop()
		if r.err = msg.err; r.err == nil && len(plan.Diff(msg.plan, r.s.plan)) == 0 {
			r.s.review = &msg.review
		}
		return r.wait()
	case quietMsg:
		r.ready = r.ready || msg.of == r && msg.keyed == r.keyed
	case savedMsg:
		r.saved(msg)
	case tea.WindowSizeMsg, tea.BackgroundColorMsg, tea.PasteMsg:
		if r.save != nil {
			r.save.update(msg, r.s)
		}
	case tea.KeyPressMsg:
		cmd := r.press(msg)
		if cmd == nil && r.s.review != nil && !r.ready {
			return r.wait()
		}
		return cmd
	}
	return nil
}

func (r *review) press(msg tea.KeyPressMsg) tea.Cmd {
	t, key := pageWords().Review, msg.String()
	if r.part == "save" {
		return r.pressSave(msg)
	}
	switch {
	case key == "esc" && r.part != "":
		r.show("")
	case key == "esc":
		return r.leave()
	case r.s.review == nil:
		if key == "r" && r.err != nil {
			return r.decide()
		}
	case key == t.PlanKey:
		r.show("plan")
	case key == t.DetailKey:
		r.show("detail")
	case key == t.SaveKey:
		r.show("save")
		r.save = newSaving(r.s)
	case r.part != "":
		r.pane.key(key)
	case len(r.s.review.Problems) > 0:
		return r.mend(key)
	case key == "enter":
		return r.apply()
	default:
		r.pane.key(key)
	}
	return nil
}

// show turns to another part; the same key again turns back to the summary.
func (r *review) show(part string) {
	if part == r.part {
		part = ""
	}
	r.part, r.pane, r.note = part, pane{}, ""
}

// mend moves among the problems and leads to the page of the selected one.
func (r *review) mend(key string) tea.Cmd {
	n := len(r.s.review.Problems)
	switch key {
	case "down", "j", "tab":
		r.selected = (r.selected + 1) % n
	case "up", "k", "shift+tab":
		r.selected = (r.selected + n - 1) % n
	case "enter":
		if to := pageOf(r.s.review.Problems[r.selected]); to != "" {
			r.s.mending = true
			return goTo(to)
		}
	}
	return nil
}

// pageOf is the page on which a problem can be mended; empty when there is none.
func pageOf(p *plan.Problem) string {
	key := keyOfProblem(p)
	if key == "language" {
		return "welcome"
	}
	for _, t := range topics {
		for _, q := range t.questions {
			if q.key == key {
				return t.page
			}
		}
	}
	return ""
}

func (r *review) keys() []keyHint {
	t, k := pageWords().Review, words().Keys
	views := []keyHint{keyOf(t.PlanKey, t.Plan), keyOf(t.DetailKey, t.Detail), keyOf(t.SaveKey, t.Save), keyOf(k.Arrows, k.Scroll)}
	switch {
	case r.part == "save":
		return []keyHint{keyOf(k.Enter, t.Save), keyOf(k.Esc, t.Summary)}
	case r.part != "":
		return append([]keyHint{keyOf(k.Esc, t.Summary)}, views...)
	case r.s.review == nil && r.err != nil:
		return []keyHint{keyOf("r", t.Again), keyOf(k.Esc, k.Back)}
	case r.s.review == nil:
		return []keyHint{keyOf(k.Esc, k.Back)}
	case len(r.s.review.Problems) > 0:
		return append([]keyHint{keyOf(k.Enter, t.Mend), keyOf(k.Esc, k.Back), keyOf(k.Arrows, k.Move)}, views[:3]...)
	}
	var hints []keyHint
	if r.ready {
		hints = append(hints, keyOf(k.Enter, r.makes()))
	}
	return append(append(hints, keyOf(k.Esc, k.Back)), views...)
}

// makes names what enter does.
func (r *review) makes() string {
	if r.goesOn() {
		return pageWords().Review.GoOn
	}
	return pageWords().Review.Make
}

func (r *review) goesOn() bool {
	return r.s.existing || r.s.review != nil && r.s.review.Existing
}

func (r *review) view(width, height int) string {
	s, t := r.s.styles, pageWords().Review
	wide := min(width, longLine)
	switch {
	case r.part == "save":
		return r.save.view(s, width, height)
	case r.s.review == nil && r.err != nil:
		lines := append(hang(wide, "", t.Failed), s.trouble(wide, r.err)...)
		return r.pane.view(s, lines, width, height)
	case r.s.review == nil:
		said := words().Working
		if r.work.said != "" {
			said = fmt.Sprintf(t.Deciding, r.work.said)
		}
		return fit(strings.Join(hang(wide, "", said), "\n"), width, height)
	case r.part == "plan":
		return r.file(t.PlanTitle, r.s.review.Plan, width, height)
	case r.part == "detail":
		return r.file(t.DetailTitle, r.s.review.Detail, width, height)
	case len(r.s.review.Problems) > 0:
		lines, first, last := r.problems(wide)
		return r.pane.view(s, lines, width, height, first, last)
	}
	foot := []string{""}
	if r.note != "" {
		foot = append(hang(wide, s.good.Render("✓ "), r.note), "")
	}
	button := s.faint.Render("  [ " + r.makes() + " ]  " + t.Read)
	if r.ready {
		button = s.focus.Render("› [ "+r.makes()+" ]") + "  " + s.faint.Render(t.MakeAbout)
	}
	foot = append(foot, button)
	lines := r.summary(wide)
	return r.pane.view(s, lines, width, min(len(lines), height-len(foot))) + "\n" + strings.Join(foot, "\n")
}

// file is a part that is shown as it is, line by line.
func (r *review) file(title, body string, width, height int) string {
	lines := strings.Split(strings.TrimRight(body, "\n"), "\n")
	for i := range lines {
		lines[i] = clean(strings.ReplaceAll(lines[i], "\t", "    "))
	}
	return r.s.styles.title.Render(title) + "\n\n" + r.pane.view(r.s.styles, folded(lines, width), width, height-2)
}

// folded breaks lines that are too long; what is approved can be read to its end.
func folded(lines []string, width int) []string {
	var out []string
	for _, l := range lines {
		out = append(out, strings.Split(wrap(l, width), "\n")...)
	}
	return out
}

func (r *review) summary(width int) []string {
	s, t, made := r.s.styles, pageWords().Review, r.s.review
	about := t.About
	if r.goesOn() {
		about = fmt.Sprintf(t.Existing, r.s.plan.Name)
	}
	lines := append(hang(width, "", about, s.strong), "")
	add := func(format string, args ...any) {
		name, said := column(fmt.Sprintf(format, args...))
		lines = append(lines, hang(width, "  "+name, said)...)
	}
	for _, l := range made.Lines {
		add("%s", strings.TrimSpace(clean(l)))
	}
	if made.Seconds > 0 {
		add(t.Time, text.Duration(roughly(made.Seconds)))
	}
	if made.Download > 0 {
		add(t.Download, Size(made.Download))
	}
	if made.Disk > 0 {
		add(t.Disk, Size(made.Disk))
	}
	if provider := r.s.plan.OpenClaw.Provider; provider != plan.None {
		said := t.NoKey
		if len(r.s.key) > 0 {
			said = t.Key
		}
		add(said, choiceName("openclaw.provider", provider))
	}
	if n := len(r.s.promised); n > 0 {
		add(t.Promises, n, len(beforehand))
	}
	if len(made.Caveats) > 0 {
		lines = append(lines, "", s.strong.Render(t.Caveats))
		for _, c := range made.Caveats {
			lines = append(lines, hang(width, "  "+s.unknown.Render("!")+" ", clean(c))...)
		}
	}
	if len(made.Steps) > 0 {
		lines = append(lines, "", s.strong.Render(fmt.Sprintf(t.Steps, len(made.Steps))))
		for i, step := range made.Steps {
			lines = append(lines, hang(width, fmt.Sprintf("  %2d  ", i+1), clean(step.Title))...)
		}
	}
	return lines
}

// column parts the name at the beginning of a line of the summary, with the blanks
// that set it off, from what is said of it.
func column(line string) (name, said string) {
	if i := strings.Index(line, "  "); i > 0 && i < 20 {
		said = strings.TrimLeft(line[i:], " ")
		return line[:len(line)-len(said)], said
	}
	return "", line
}

// roughly is an estimate no more exact than it is: whole minutes, if it is any.
func roughly(seconds int) time.Duration {
	d := time.Duration(seconds) * time.Second
	if d > time.Minute {
		d = d.Round(time.Minute)
	}
	return d
}

// problems are all of them at once, each with where it can be mended.
func (r *review) problems(width int) (lines []string, first, last int) {
	s, t := r.s.styles, pageWords().Review
	all := r.s.review.Problems
	lines = hang(width, s.bad.Render("✗ "), fmt.Sprintf(t.Problems, len(all)))
	for i, p := range all {
		lines = append(lines, "")
		mark, style := "  ", s.text
		if i == r.selected {
			mark, style, first = "› ", s.focus, len(lines)
		}
		what := plainly(clean(strings.ReplaceAll(p.Error(), "\n", " ")))
		lines = append(lines, hang(width, style.Render(mark), what)...)
		if p.Hint != "" {
			lines = append(lines, hang(width, "    "+s.key.Render(colon(words().Hint)), plainly(clean(p.Hint)))...)
		}
		if to := pageOf(p); to != "" {
			lines = append(lines, "    "+s.key.Render(fmt.Sprintf(t.MendOn, title(to))))
		}
		if i == r.selected {
			last = len(lines)
		}
	}
	if r.selected == 0 {
		first = 0
	}
	return lines, first, last
}

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
	t := pageWords().Review
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
		if clean(msg.Text) == msg.Text {
			v.wrong = nil
			v.input.Update(msg)
		}
	}
}

func (v *saving) view(s styles, width, height int) string {
	t := pageWords().Review
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
