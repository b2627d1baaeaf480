package ui

// The list of findings on the self-check screen: in the order of the controls, by
// place or by clause; all of them or those of one verdict.

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/checks/report"
)

// findingList is what of the findings is shown, and where in it one is.
type findingList struct {
	by       report.By
	only     checks.Status // "" is all, also what is not settled yet
	selected int           // of the rows that are findings
	marked   checks.ID     // the control to keep in sight when the rows change
	pane     pane
}

// findingRow is a row of the list.
type findingRow struct {
	head    string          // of a group; empty for a finding
	control checks.ID       // of a finding
	finding *checks.Finding // nil while it is still being looked at
}

// shown is the report of what is known: the last one, or what came in so far.
func (p *results) shown() report.Report {
	if p.checking || p.report == nil {
		return report.New("", checks.Evidence{}, p.settled)
	}
	return *p.report
}

// open lists the controls that are not settled yet.
func (p *results) open() []checks.ID {
	if !p.checking && p.report != nil {
		return nil
	}
	var open []checks.ID
	for _, id := range checks.Judged() {
		if !slices.ContainsFunc(p.settled, func(f checks.Finding) bool { return f.Control == id }) {
			open = append(open, id)
		}
	}
	return open
}

// rows are the rows of the list as it is shown now.
func (p *results) rows() []findingRow {
	r, open := p.shown(), p.open()
	var rows []findingRow
	group := func(head string, findings []checks.Finding, open []checks.ID) {
		before := len(rows)
		if head != "" {
			rows = append(rows, findingRow{head: head})
		}
		own := len(rows)
		for _, f := range findings {
			if p.list.only == "" || f.Status == p.list.only {
				rows = append(rows, findingRow{control: f.Control, finding: &f})
			}
		}
		for _, id := range open {
			if p.list.only == "" {
				rows = append(rows, findingRow{control: id})
			}
		}
		if len(rows) == own {
			rows = rows[:before]
			return
		}
		added := rows[own:]
		sort.SliceStable(added, func(i, j int) bool { return place(added[i].control) < place(added[j].control) })
	}
	switch p.list.by {
	case report.ByPlace:
		for _, g := range r.Places() {
			group(report.PlaceName(g.Place), g.Findings, nil)
		}
		group(text.T().Results.OpenGroup, nil, open)
	case report.ByClause:
		for _, a := range r.Answers() {
			waits := slices.DeleteFunc(slices.Clone(a.Unseen), func(id checks.ID) bool { return !slices.Contains(open, id) })
			group(fmt.Sprintf(text.T().Checks.Labelled, a.ID)+a.Wording, a.Findings, waits)
		}
	default:
		group("", r.Findings, open)
	}
	return rows
}

// place is that of a control in the catalogue.
func place(id checks.ID) int { return slices.Index(checks.Judged(), id) }

// findingsAmong are the places of the findings among the rows.
func findingsAmong(rows []findingRow) (at []int) {
	for i, r := range rows {
		if r.head == "" {
			at = append(at, i)
		}
	}
	return at
}

// current is the control that is selected, "" when there is none.
func (l *findingList) current(rows []findingRow) checks.ID {
	at := findingsAmong(rows)
	if len(at) == 0 {
		return ""
	}
	l.selected = max(0, min(l.selected, len(at)-1))
	return rows[at[l.selected]].control
}

// keep selects the control that was marked, or what is nearest.
func (l *findingList) keep(rows []findingRow) {
	for i, at := range findingsAmong(rows) {
		if rows[at].control == l.marked {
			l.selected = i
			break
		}
	}
	l.pane.from = 0
}

// regroup takes the next order.
func (l *findingList) regroup(rows []findingRow) {
	l.marked = l.current(rows)
	l.by = report.Orders[(slices.Index(report.Orders, l.by)+1)%len(report.Orders)]
}

// next is the filter after the one that is in force.
func (l *findingList) next() checks.Status {
	all := append([]checks.Status{""}, checks.Statuses...)
	return all[(slices.Index(all, l.only)+1)%len(all)]
}

// press moves.
func (l *findingList) press(key string, rows []findingRow) {
	last := len(findingsAmong(rows)) - 1
	page := max(l.pane.rows-2, 1)
	switch key {
	case "down", "j", "tab":
		if l.selected++; l.selected > last {
			l.pane.from++ // what stands below the last finding
		}
	case "up", "k", "shift+tab":
		l.selected--
	case "pgdown", "space":
		if l.selected >= last {
			l.pane.from += page
		}
		l.selected += page
	case "pgup":
		l.selected -= page
	case "home":
		l.selected = 0
	case "end":
		l.selected, l.pane.from = last, 1<<20
	}
	l.selected = max(0, min(l.selected, last))
}

// viewList draws it.
func (p *results) viewList(width, height int) string {
	s, t := p.s.styles, &text.T().Results
	r, rows := p.shown(), p.rows()
	id := p.list.current(rows)
	head := p.listHead(r, width)
	if height >= 24 {
		head = append(head, p.facts(r, width)...)
	}
	order := fmt.Sprintf(t.Shown, p.filterName(), t.By[string(p.list.by)])
	head = append(head, s.faint.Render(ansi.Truncate(order, width, "…")), "")

	var lines []string
	at, selected := 0, 0
	column, titles := columns()
	for _, row := range rows {
		if row.head != "" {
			if len(lines) > 0 {
				lines = append(lines, "")
			}
			lines = append(lines, s.strong.Render(ansi.Truncate(row.head, width, "…")))
			continue
		}
		chosen := at == p.list.selected && row.control == id
		if chosen {
			selected = len(lines)
		}
		lines = append(lines, p.findingLine(row, chosen, column, titles, width))
		at++
	}
	if at == 0 {
		lines = append(lines, laid(width, 0, fmt.Sprintf(t.None, p.filterName()))...)
	}
	last := at > 0 && p.list.selected == at-1
	if foot := p.listFoot(r, width, height < 24); len(foot) > 0 {
		lines = append(append(lines, ""), foot...)
	}
	room := height - len(head)
	focus := []int{selected, selected + 1}
	if selected == 1 && rows[0].head != "" {
		focus[0] = 0 // with the head of the first group
	}
	if last { // further down there is more to read
		p.list.pane.from = max(p.list.pane.from, selected+1-max(room-1, 1))
		focus = nil
	}
	return stacked(head) + "\n" + p.list.pane.view(s, lines, width, room, focus...)
}

// filterName is what is shown, in words.
func (p *results) filterName() string {
	if p.list.only == "" {
		return text.T().Results.All
	}
	return text.T().Checks.Status[string(p.list.only)]
}

// listHead says how far the look is, or when it was, and counts each verdict by
// itself.
func (p *results) listHead(r report.Report, width int) []string {
	s, t, c := p.s.styles, &text.T().Results, &text.T().Checks
	open := len(p.open())
	all := len(r.Findings) + open
	var lines []string
	switch {
	case p.checking:
		lines = laid(width, 0, fmt.Sprintf(t.Progress, len(r.Findings), all, p.elapsed()))
		if p.stage.Total > 0 {
			said := strings.Join(doing(p.stage), text.T().Engine.Comma)
			lines = append(lines, s.faint.Render(ansi.Truncate(said, width, "…")))
		}
	case p.report == nil:
		lines = laid(width, 0, fmt.Sprintf(t.Stopped, len(r.Findings), all))
	default:
		lines = laid(width, 0, fmt.Sprintf(t.Looked, r.Collected.Local().Format("2006-01-02 15:04:05"), took(r)))
	}
	if p.off {
		lines = append(lines, hang(width, s.unknown.Render("!")+" ", t.Off, s.unknown)...)
	}
	counts := make([]string, 0, 6)
	for _, status := range checks.Statuses {
		if n := r.Counts[status]; n > 0 {
			counts = append(counts, s.status(status).Render(symbol(status))+" "+fmt.Sprintf(c.CountLine, n, c.Status[string(status)]))
		}
	}
	if open > 0 {
		counts = append(counts, "… "+fmt.Sprintf(c.CountLine, open, t.Open))
	}
	return append(lines, flow(counts, "   ", width)...)
}

// flow sets pieces beside one another, as many as a line takes.
func flow(pieces []string, gap string, width int) []string {
	var lines []string
	for _, piece := range pieces {
		if n := len(lines) - 1; n >= 0 && ansi.StringWidth(lines[n]+gap+piece) <= width {
			lines[n] += gap + piece
			continue
		}
		lines = append(lines, piece)
	}
	return lines
}

// findingLine is one finding: a sign, the verdict, the control and, where there
// is room, what is wrong. column and titles are how wide verdicts and controls are.
func (p *results) findingLine(row findingRow, chosen bool, column, titles, width int) string {
	s, c := p.s.styles, &text.T().Checks
	mark, word, style := "…", text.T().Results.Open, s.faint
	if f := row.finding; f != nil {
		mark, word, style = symbol(f.Status), c.Status[string(f.Status)], s.status(f.Status)
	}
	title := fmt.Sprintf("%-4s %s", row.control, c.Controls[string(row.control)].Title)
	pointer, titled := "  ", s.text
	if chosen {
		pointer, titled = s.focus.Render("› "), s.focus
	}
	line := pointer + style.Render(mark+" "+word) + strings.Repeat(" ", column-ansi.StringWidth(word)+2)
	room := width - ansi.StringWidth(line)
	line += titled.Render(ansi.Truncate(title, room, "…"))
	room -= titles + 2
	if f := row.finding; f != nil && room >= 24 && len(f.Evidence) > 0 && (f.Status == checks.NotMet || f.Status == checks.NotChecked) {
		line += strings.Repeat(" ", max(titles+2-ansi.StringWidth(title), 2)) + s.faint.Render(ansi.Truncate(clean(f.Evidence[0]), room, "…"))
	}
	return line
}

// columns are how wide the verdicts are, and the controls with their titles.
func columns() (verdict, title int) {
	c := &text.T().Checks
	verdict = ansi.StringWidth(text.T().Results.Open)
	for _, status := range checks.Statuses {
		verdict = max(verdict, ansi.StringWidth(c.Status[string(status)]))
	}
	for _, id := range checks.Judged() {
		title = max(title, 5+ansi.StringWidth(c.Controls[string(id)].Title))
	}
	return verdict, title
}

// facts are what the findings rest on.
func (p *results) facts(r report.Report, width int) []string {
	if p.checking || p.report == nil {
		return nil
	}
	known := func(s string) string {
		if s == "" {
			return text.T().Checks.Unknown
		}
		return clean(s)
	}
	said := fmt.Sprintf(text.T().Results.Facts, known(r.Versions.OpenClaw), known(r.Versions.Node), known(r.Versions.Clawarium),
		known(r.Plan[:min(len(r.Plan), 12)]), known(r.Connection))
	var lines []string
	for _, l := range laid(width, 0, said) {
		lines = append(lines, p.s.styles.faint.Render(l))
	}
	return lines
}

// listFoot says what it comes to, what was not looked at, and who is believed.
func (p *results) listFoot(r report.Report, width int, facts bool) []string {
	if p.checking || p.report == nil {
		return nil
	}
	c := &text.T().Checks
	said := map[int]string{checks.ExitMet: c.AllHold, checks.ExitNotMet: c.SomeNotMet, checks.ExitNotChecked: c.NotEnough}[r.Exit]
	lines := laid(width, 0, said)
	lines = append(lines, laid(width, 0, r.Missing()...)...)
	lines = append(lines, laid(width, 0, c.GuestNote)...)
	if r.Counts[checks.Attested] > 0 {
		lines = append(lines, laid(width, 0, text.T().Report.OwnerNote)...)
	}
	if facts {
		lines = append(lines, p.facts(r, width)...)
	}
	return lines
}
