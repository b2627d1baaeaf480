package ui

// How the way out is drawn, and said in a word.

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/provision/plan"
)

// outState is how a way out stands, with whether something gets out.
func outState(o Out) (said string, open bool) {
	t := &text.T().Dashboard.Out
	switch {
	case o.Running && o.Unwalled: // whatever the level
		return t.Unwalled, false
	case o.Level == "offline":
		return t.Offline, false
	case !o.Running:
		return t.Down, false
	case o.Level == "":
		return t.None, false
	case !o.Connected:
		return t.Away, false
	}
	return fmt.Sprintf(t.Open, clean(choiceName("network.level", o.Level))), true
}

// outFact is the same for the dashboard, with how many names were refused.
func outFact(o Out) string {
	said, _ := outState(o)
	if n := len(o.Blocked); n > 0 {
		said += text.T().Engine.Comma + fmt.Sprintf(text.T().Dashboard.Out.RefusedLately, n)
	}
	return said
}

// coarse is a time no more exact than it is good for.
func coarse(d time.Duration) string {
	switch d = max(d, 0); {
	case d >= 48*time.Hour:
		return fmt.Sprintf(text.T().Dashboard.Out.Days, d/(24*time.Hour))
	case d >= time.Hour:
		d = d.Truncate(time.Hour)
	case d >= time.Minute:
		d = d.Truncate(time.Minute)
	}
	return text.Duration(d)
}

// ago is how long it is since something was.
func ago(since time.Duration) string {
	t := &text.T().Dashboard.Out
	if since < 5*time.Second {
		return t.JustNow
	}
	return fmt.Sprintf(t.Ago, coarse(since))
}

// behind sets a sentence behind another.
func behind(first, then string) string {
	if r, _ := utf8.DecodeLastRuneInString(first); first == "" || then == "" || strings.ContainsRune(closes, r) {
		return first + then
	}
	return first + " " + then
}

// whose says who brought a rule.
func whose(by string) string {
	t := &text.T().Dashboard.Out
	kind, of, _ := strings.Cut(by, ":")
	name, known := t.Whose[kind]
	if !known {
		return hostSaid(by)
	}
	switch kind {
	case "provider":
		of = choiceName("openclaw.provider", of)
	case "channel":
		of = choiceName("network.channels", of)
	}
	if of == "" {
		return name
	}
	return fmt.Sprintf(text.T().Lines.Name, name, clean(of))
}

// outReason is why a name was refused, and whether allowing it would help.
func outReason(b Blocked, whole bool) string {
	t := &text.T().Dashboard.Out
	said := clean(b.Reason)
	switch {
	case !whole:
		return behind(said, t.NoName)
	case !b.Listable:
		return behind(said, t.NotListable)
	}
	return said
}

func (p *outside) view(width, height int) string {
	s, t := p.d.s.styles, &text.T().Dashboard.Out
	name := p.d.s.plan.Name
	switch p.stage {
	case outChanging:
		var below []string
		switch {
		case !p.over && len(p.rows) == 0:
			below = []string{words().Working}
		case p.over && p.err != nil:
			below = append([]string{""}, strings.Split(wrap(t.ChangeFailed, width), "\n")...)
		}
		return p.running.view(fmt.Sprintf(t.Changing, name), below, width, height)
	case outLevels:
		return p.viewLevels(width, height)
	}
	top := few(append([]string{s.title.Render(ansi.Truncate(fmt.Sprintf(t.Head, name), width, "…"))}, p.stands(width)...), 6)
	foot := p.foot(width)
	room := max(1, height-len(top)-len(foot)-2)
	lines, at := p.lines(width, room)
	first := at
	if room > 3 { // with the head above it
		first = max(0, at-1)
	}
	return strings.Join(top, "\n") + "\n\n" + p.pane.view(s, lines, width, room, first, at+1) + "\n\n" + strings.Join(foot, "\n")
}

// stands is how it stands now.
func (p *outside) stands(width int) []string {
	s, t := p.d.s.styles, &text.T().Dashboard.Out
	var lines []string
	if p.now == nil && p.lookErr == nil {
		return []string{t.Looking}
	}
	if o := p.now; o != nil {
		said, open := outState(*o)
		parts := []string{said}
		if open && o.Level == "allowlist" {
			parts = append(parts, fmt.Sprintf(t.Hosts, len(o.Rules)))
		}
		if !o.Since.IsZero() {
			parts = append(parts, fmt.Sprintf(t.Since, coarse(p.d.s.now().Sub(o.Since))))
		}
		mark := s.text.Render("○")
		if open {
			mark = s.good.Render("●")
		}
		lines = marked(mark, strings.Join(parts, text.T().Engine.Comma), width)
		if o.Trouble != "" {
			lines = append(lines, few(marked(s.unknown.Render("!"), clean(strings.ReplaceAll(o.Trouble, "\n", " ")), width), 3)...)
		}
	}
	if p.lookErr != nil {
		lines = append(lines, few(trouble(s, p.lookErr, width), 4)...)
	}
	return lines
}

// few are the first of lines; that there were more is marked.
func few(lines []string, most int) []string {
	if len(lines) <= most {
		return lines
	}
	lines = slices.Clone(lines[:most])
	lines[most-1] += " …"
	return lines
}

// outTable is the list of hosts as far as it can be made before it is drawn: there
// may be hundreds of them, and a few of them in sight.
type outTable struct {
	rows  []outRow
	keys  []string    // by which the cursor knows each, also when there are two alike
	about [][2]string // what stands beside each
	host  int         // widths
	wide  [2]int
}

func newOutTable(o *Out, now time.Time) outTable {
	t := outTable{rows: o.hosts()}
	alike := map[string]int{}
	for _, r := range t.rows {
		key := string(r.kind) + " " + r.host
		alike[key]++
		t.keys = append(t.keys, fmt.Sprint(key, " ", alike[key]))
		about := beside(r, now)
		for i := range about {
			t.wide[i] = max(t.wide[i], ansi.StringWidth(about[i]))
		}
		plain, _ := plainHost(r.host)
		t.host = max(t.host, len(plain))
		t.about = append(t.about, about)
	}
	return t
}

// beside is what stands beside a host.
func beside(r outRow, now time.Time) [2]string {
	switch r.kind {
	case outBlocked:
		return [2]string{fmt.Sprintf(text.T().Dashboard.Out.Times, r.blocked.Count), ago(now.Sub(r.blocked.Last))}
	case outOwner:
		return [2]string{"", outLeft(r.rule)}
	case outSettings:
		return [2]string{"", whose(r.rule.For)}
	}
	return [2]string{}
}

// lines are the hosts under their heads, and in which of them the cursor is. Those
// that will not be in one of height rows are empty.
func (p *outside) lines(width, height int) (lines []string, at int) {
	s, t := p.d.s.styles, &text.T().Dashboard.Out
	if p.now == nil {
		return nil, 0
	}
	rows := p.table.rows
	if len(p.now.Blocked) == 0 {
		said := t.Nothing
		if p.now.Level == "internet" {
			said = t.NothingOpen
		}
		lines = append(lines, strings.Split(wrap(said, width), "\n")...)
	}
	chosen := p.chosen()
	var last outKind
	place := make([]int, len(rows)) // of each row among the lines
	for i, r := range rows {
		if r.kind != last {
			if len(lines) > 0 {
				lines = append(lines, "")
			}
			lines, last = append(lines, s.strong.Render(ansi.Truncate(t.Groups[string(r.kind)], width, "…"))), r.kind
		}
		place[i] = len(lines)
		lines = append(lines, "")
	}
	if len(rows) > 0 {
		at = place[chosen]
	}
	from := min(p.pane.from, max(0, len(lines)-height))
	host := max(16, min(p.table.host, width-p.table.wide[0]-p.table.wide[1]-6)) // mark and gaps
	for i, r := range rows {
		if n := place[i]; n < min(from, at)-height || n > max(from, at)+height {
			continue
		}
		mark, style := "  ", s.text
		if i == chosen {
			mark, style = "› ", s.focus
		}
		about := p.table.about[i]
		line := style.Render(mark+padTo(tailOf(r.host, host), host)) + "  " +
			s.faint.Render(strings.Repeat(" ", p.table.wide[0]-ansi.StringWidth(about[0]))+about[0]+"  "+about[1])
		lines[place[i]] = ansi.Truncate(line, width, "…")
	}
	return lines, at
}

// chosen is the row under the cursor.
func (p *outside) chosen() int {
	return max(0, slices.Index(p.table.keys, p.at))
}

// outLeft is how long a rule lasts yet.
func outLeft(r OutRule) string {
	t := &text.T().Dashboard.Out
	if r.Until <= 0 {
		return t.ForGood
	}
	return fmt.Sprintf(t.Left, coarse(r.Until))
}

// outDetail says all of one host.
func outDetail(r outRow, now time.Time) string {
	t, said := &text.T().Dashboard.Out, hostSaid(r.host)
	switch r.kind {
	case outBlocked:
		b := r.blocked
		_, whole := plainHost(r.host)
		said := fmt.Sprintf(t.Blocked, hostSaid(b.Host), b.Port, b.Count, ago(now.Sub(b.First)), ago(now.Sub(b.Last)))
		return behind(said, outReason(b, whole))
	case outOwner:
		return fmt.Sprintf(t.OwnerRule, said)
	case outNever:
		return fmt.Sprintf(t.NeverRule, said)
	}
	return fmt.Sprintf(t.SettingsRule, said, whose(r.rule.For))
}

// foot is the row under the cursor in full, or the line that is typed.
func (p *outside) foot(width int) []string {
	s, t := p.d.s.styles, &text.T().Dashboard.Out
	if p.stage == outTyping {
		lines := []string{s.strong.Render(ansi.Truncate(t.TypeHost, width, "…")), drawInput(p.input, width)}
		if p.wrong != nil {
			return append(lines, few(trouble(s, p.wrong, width), 4)...)
		}
		return append(lines, strings.Split(wrap(t.TypeHostAbout, width), "\n")...)
	}
	var lines []string
	if p.said != "" {
		lines = marked(s.word.Render("i"), p.said, width)
	} else if rows := p.table.rows; len(rows) > 0 {
		lines = strings.Split(wrap(outDetail(rows[p.chosen()], p.d.s.now()), width), "\n")
	}
	lines = few(lines, 4)
	for len(lines) < 3 { // so that the list does not jump
		lines = append(lines, "")
	}
	return lines
}

// viewLevels draws the levels, each with what it leads to.
func (p *outside) viewLevels(width, height int) string {
	s, t := p.d.s.styles, &text.T().Dashboard.Out
	lines := []string{s.title.Render(ansi.Truncate(t.LevelHead, width, "…")), ""}
	for i, level := range plan.Choices("network.level") {
		mark, style := "  ", s.text
		if i == p.level {
			mark, style = "› ", s.focus
		}
		name := choiceName("network.level", level)
		if level == p.levelNow() {
			name += " · " + t.LevelNow
		}
		lines = append(lines, style.Render(ansi.Truncate(mark+name, width, "…")))
		lines = append(lines, strings.Split(s.faint.Render(indent(wrap(text.T().Screen.Meaning["network.level="+level], width-4), 4)), "\n")...)
		lines = append(lines, "")
	}
	lines = append(lines, strings.Split(wrap(text.T().Screen.About["network.level"], width), "\n")...)
	return fit(strings.Join(lines, "\n"), width, height)
}
