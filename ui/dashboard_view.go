package ui

// What the dashboard shows: facts, as far as they are known, and the choices.

import (
	"fmt"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
)

// dashChoice is one thing to do.
type dashChoice struct {
	group, name string
	does        string // in one line
	do          func() tea.Cmd
}

// choices are what can be done now. Those of one group follow one another; what
// is to come (update, backup) joins the group "keep".
func (d *dashboard) choices() []dashChoice {
	t := &text.T().Dashboard
	k, state := d.known, ""
	if k.status != nil && k.statusErr == nil {
		state = k.status.State
	}
	var out []dashChoice
	add := func(group, name string, do func() tea.Cmd) {
		out = append(out, dashChoice{group, name, t.Does[name], do})
	}
	finished := k.unfinished == nil && !(k.status != nil && k.status.Unfinished != "")
	if d.machine != nil {
		switch {
		case !finished:
			add("use", "go-on", func() tea.Cmd { d.take(d.machine.Plan(), true); return d.leave("review") })
		default:
			if state != "off" && state != "absent" {
				add("use", "open", func() tea.Cmd { return d.show(newOpening(d)) })
			}
		}
		switch state {
		case "off":
			add("use", "start", func() tea.Cmd { return d.show(newPower(d, true)) })
		case "running", "paused":
			add("use", "stop", func() tea.Cmd { return ask(d.askStop()) })
		}
		add("keep", "check", func() tea.Cmd { return d.leave("results") })
		if finished {
			add("keep", "harden", func() tea.Cmd { return d.leave("harden") })
			if k.kept && k.promisesErr == nil {
				add("keep", "promises", func() tea.Cmd { return d.show(newConfirming(d)) })
			}
			add("keep", "out", func() tea.Cmd { return d.show(newOutside(d)) })
		}
	}
	add("machine", "settings", func() tea.Cmd { return d.show(newSettings(d)) })
	if d.machine != nil {
		add("machine", "destroy", func() tea.Cmd { return d.show(newDestroying(d)) })
	}
	return out
}

func (d *dashboard) show(p part, first tea.Cmd) tea.Cmd {
	d.part = p
	return first
}

func (d *dashboard) view(width, height int) string {
	if d.part != nil {
		return d.part.view(width, height)
	}
	lines := d.facts(width)
	lines = append(lines, "")
	list, at := d.list(width, height-len(lines))
	at += len(lines)
	lines = append(lines, list...)
	from := 0
	if d.from > 0 {
		d.from = min(d.from, max(0, len(lines)-height))
		from = d.from
	} else if at >= height-1 { // the choice under the cursor stays in sight
		from = min(at-height+2, len(lines)-height)
		if at == len(lines)-1 {
			from = len(lines) - height
		}
	}
	return window(d.s.styles, lines, from, width, height)
}

// list draws the choices, and says in which of its lines the cursor is.
func (d *dashboard) list(width, room int) ([]string, int) {
	s, t := d.s.styles, &text.T().Dashboard
	choices := d.choices()
	wide := 0
	for _, c := range choices {
		wide = max(wide, ansi.StringWidth(t.Choices[c.name]))
	}
	groups := 0
	for _, g := range t.Groups {
		groups = max(groups, ansi.StringWidth(g))
	}
	if width < 76 {
		groups = -2
	}
	chosen := max(0, slices.IndexFunc(choices, func(c dashChoice) bool { return c.name == d.chosen }))
	var lines []string
	at, last := 0, ""
	for i, c := range choices {
		head := ""
		if c.group != last {
			if last != "" && room >= len(choices)+2 {
				lines = append(lines, "")
			}
			last, head = c.group, t.Groups[c.group]
		}
		mark, style := "  ", s.text
		if i == chosen {
			mark, style, at = "› ", s.focus, len(lines)
		}
		line := ""
		if groups > 0 {
			line = s.faint.Render(padTo(head, groups)) + "  "
		}
		line += style.Render(mark+padTo(t.Choices[c.name], wide)) + "  " + c.does
		lines = append(lines, ansi.Truncate(line, width, "…"))
	}
	return lines, at
}

func padTo(s string, width int) string {
	return s + strings.Repeat(" ", max(0, width-ansi.StringWidth(s)))
}

// facts says how the machine is.
func (d *dashboard) facts(width int) []string {
	s, t, k := d.s.styles, &text.T().Dashboard, d.known
	var lines []string
	label := 0
	for _, l := range []string{t.Address, t.Versions, t.Speed, t.Made, t.LastCheck, t.Word, t.Out.Label} {
		label = max(label, ansi.StringWidth(l))
	}
	fact := func(name, said string) {
		parts := strings.Split(wrap(clean(said), width-label-2), "\n")
		for i, p := range parts {
			head := strings.Repeat(" ", label)
			if i == 0 {
				head = s.faint.Render(padTo(name, label))
			}
			lines = append(lines, head+"  "+p)
		}
	}
	note := func(mark string, said string) { lines = append(lines, marked(mark, said, width)...) }

	lines = append(lines, spread(d.headline(), d.which(), width))
	if st := k.status; st != nil {
		where := st.Address
		if st.Connection != "" {
			where = strings.TrimSpace(where + "  (" + st.Connection + ")")
		}
		fact(t.Address, where)
		fact(t.Versions, fmt.Sprintf(t.VersionsAre, orNot(st.OpenClaw), orNot(st.Node), orNot(st.Image)))
		speed := t.Accelerated
		if st.Emulated {
			speed = t.Emulated
		}
		fact(t.Speed, speed)
		made := fmt.Sprintf(t.MadeOf, st.StepsDone, st.Steps)
		if st.Unfinished != "" {
			made += text.T().Engine.Comma + fmt.Sprintf(t.StoppedAt, d.stepTitle(st.Unfinished))
		}
		fact(t.Made, made)
	}
	if k.kept {
		out := t.Out.Unknown
		if k.out != nil {
			out = outFact(*k.out)
		}
		fact(t.Out.Label, out)
		fact(t.LastCheck, d.lastCheck())
		if k.promisesErr == nil {
			fact(t.Word, promisesStand(k.promises))
		}
		if k.pending != nil {
			note(s.unknown.Render("!"), fmt.Sprintf(t.Pending, dayOf(k.pending.Began)))
		}
	}
	if k.unfinished != nil || k.status != nil && k.status.Unfinished != "" {
		note(s.unknown.Render("!"), t.Unfinished)
	}
	for _, err := range []error{k.openErr, k.statusErr, k.pendingErr, k.promisesErr, k.outErr} {
		if err != nil {
			lines = append(lines, trouble(s, err, width)...)
		}
	}
	if d.said != "" {
		note(s.word.Render("i"), d.said)
	}
	return lines
}

// headline names the machine and its state, in words.
func (d *dashboard) headline() string {
	s, t, k := d.s.styles, &text.T().Dashboard, d.known
	name := clean(d.s.plan.Name)
	switch {
	case k.openErr != nil || k.statusErr != nil:
		return s.unknown.Render("?") + " " + s.title.Render(fmt.Sprintf(t.Is, name, t.NotKnown))
	case k.status == nil:
		return s.faint.Render("…") + " " + s.title.Render(fmt.Sprintf(t.Is, name, t.Asking))
	}
	mark, style := "○", s.text
	if k.status.State == "running" {
		mark, style = "●", s.good
	}
	said, known := t.States[k.status.State]
	if !known {
		said = t.States["other"]
	}
	return style.Render(mark) + " " + s.title.Render(fmt.Sprintf(t.Is, name, said))
}

// which says which of several machines this is.
func (d *dashboard) which() string {
	all := d.known.machines
	i := slices.Index(all, d.s.plan.Name)
	if len(all) < 2 || i < 0 {
		return ""
	}
	return d.s.styles.faint.Render(fmt.Sprintf(text.T().Dashboard.Which, i+1, len(all)))
}

// lastCheck is when all was last looked at, and what was seen.
func (d *dashboard) lastCheck() string {
	t, k := &text.T().Dashboard, d.known
	if k.when == 0 {
		return t.NeverChecked
	}
	return fmt.Sprintf(t.CheckedOn, dayOf(time.Unix(k.when, 0)), counted(k.counts))
}

// counted says how many findings there are of each status.
func counted(n map[checks.Status]int) string {
	var said []string
	for _, status := range checks.Statuses {
		if n[status] > 0 && status != checks.NotApplicable {
			said = append(said, fmt.Sprintf("%s %d %s", symbol(status), n[status], text.T().Checks.Status[string(status)]))
		}
	}
	return strings.Join(said, text.T().Engine.Comma)
}

// promisesStand says how many of the owner's promises are to be given, and when
// the next one is.
func promisesStand(all []checks.Promise) string {
	t := &text.T().Dashboard
	open, left := 0, 0
	for _, p := range all {
		switch {
		case p.Standing != checks.Confirmed:
			open++
		case left == 0 || p.DaysLeft < left:
			left = p.DaysLeft
		}
	}
	said := []string{t.WordAll}
	if open > 0 {
		said[0] = "! " + fmt.Sprintf(t.WordOpen, open, len(all))
	}
	if open < len(all) {
		said = append(said, fmt.Sprintf(t.WordNext, left))
	}
	return strings.Join(said, text.T().Engine.Comma)
}

func orNot(v string) string {
	if v == "" {
		return text.T().Steps.Status.NotMade
	}
	return v
}

func dayOf(t time.Time) string { return t.UTC().Format(time.DateOnly) }

func (d *dashboard) stepTitle(id string) string {
	if d.machine == nil {
		return id
	}
	return d.machine.StepTitle(id)
}
