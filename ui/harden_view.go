package ui

// What re-hardening shows.

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/provision"
	"github.com/clawarium/clawarium/provision/steps"
)

func (h *harden) view(width, height int) string {
	s, t := h.s.styles, &text.T().Dashboard.Harden
	switch h.stage {
	case hardenFailed:
		return h.page(t.FailedHead, trouble(s, h.err, width), width, height)
	case hardenPending:
		return h.question(t.PendingHead, h.pendingSaid(), width, height)
	case hardenExposed:
		return h.question(t.OpenHead, h.exposedSaid(), width, height)
	case hardenLooking:
		return h.lookingView(width, height)
	case hardenList:
		return h.listView(width, height)
	case hardenDetail:
		d := h.drifts[h.at]
		return h.page(h.driftHead(h.at), h.driftBody(d, width), width, height)
	case hardenReview:
		return h.page(t.ReviewHead, h.review(width), width, height)
	case hardenRepair:
		return h.repair.view(width, height)
	case hardenPromises:
		return h.promises.view(t.LapsedHead, width, height)
	case hardenEnd:
		return h.page(t.EndHead, h.end(width), width, height)
	}
	return words().Working
}

// page is a head over lines that scroll.
func (h *harden) page(head string, lines []string, width, height int) string {
	top := strings.Split(h.s.styles.title.Render(wrap(head, width)), "\n")
	room := height - len(top) - 1
	h.from = max(0, min(h.from, len(lines)-room))
	return strings.Join(top, "\n") + "\n\n" + window(h.s.styles, lines, h.from, width, room)
}

func toWidth(said string, width int) []string { return strings.Split(wrap(said, width), "\n") }

// question is what lies in the way, with its answers.
func (h *harden) question(head string, said []string, width, height int) string {
	s := h.s.styles
	var lines, end []string
	for _, l := range said {
		lines = append(lines, toWidth(l, width)...)
	}
	for i, a := range h.answers() {
		mark, style := "  ", s.text
		if i == h.chosen {
			mark, style = "› ", s.focus
		}
		end = append(end, style.Render(ansi.Truncate(mark+a.does, width, "…")))
	}
	room := max(1, height-len(end)-3)
	return s.title.Render(head) + "\n\n" + window(s, lines, 0, width, room) + "\n\n" + strings.Join(end, "\n")
}

func (h *harden) pendingSaid() []string {
	t := &text.T().Harden
	var titles []string
	for _, id := range h.pending.Steps {
		titles = append(titles, clean(h.machine.StepTitle(id)))
	}
	said := []string{fmt.Sprintf(t.PendingSaid, dayOf(h.pending.Began), strings.Join(titles, text.T().Checks.ListSeparator))}
	if h.pending.Phase == provision.RepairBack {
		said = append(said, t.PendingBack)
	}
	return append(said, text.T().Dashboard.Harden.PendingAbout)
}

func (h *harden) exposedSaid() []string {
	var said []string
	for _, path := range slices.Sorted(maps.Keys(h.exposed)) {
		o := h.exposed[path]
		said = append(said, clean(fmt.Sprintf(text.T().Harden.Open, path, o.Was.Perm(), o.Want.Perm())))
	}
	return append(said, text.T().Dashboard.Harden.OpenAbout)
}

func (h *harden) lookingView(width, height int) string {
	s, t := h.s.styles, &text.T().Dashboard.Harden
	elapsed := s.faint.Render(text.Duration(h.s.now().Sub(h.began)))
	lines := toWidth(t.LookingAbout, width)
	lines = append(lines, "")
	lines = append(lines, h.rows.lines(s, width)...)
	return spread(s.title.Render(fmt.Sprintf(t.LookingHead, clean(h.s.plan.Name))), elapsed, width) + "\n\n" +
		window(s, lines, len(lines), width, height-2)
}

// listView is every drift with what is chosen for it; the one under the cursor
// with all that is known of it, the others too when there is room.
func (h *harden) listView(width, height int) string {
	s, t := h.s.styles, &text.T().Dashboard.Harden
	top := toWidth(fmt.Sprintf(text.T().Harden.Head, len(h.drifts), h.s.plan.Name), width)
	for i := range top {
		top[i] = s.title.Render(top[i])
	}
	if h.refused != nil {
		top = append(top, trouble(s, h.refused, width)...)
	} else {
		top = append(top, s.faint.Render(ansi.Truncate(t.ListAbout, width, "…")))
	}
	room := height - len(top) - 1
	lines, first, last := h.rowsOf(width, true)
	if len(lines) > room {
		lines, first, last = h.rowsOf(width, false)
	}
	from := 0
	if last >= room-1 {
		from = min(last-room+2, first)
		if first > 0 && from == first {
			from--
		}
	}
	return strings.Join(top, "\n") + "\n\n" + window(s, lines, from, width, room)
}

// rowsOf returns the lines of the list, and which are those of the drift under
// the cursor.
func (h *harden) rowsOf(width int, all bool) (lines []string, first, last int) {
	s, t := h.s.styles, &text.T().Dashboard.Harden
	wide := 0
	for _, c := range t.Choice {
		wide = max(wide, ansi.StringWidth(c))
	}
	for i, d := range h.drifts {
		mark, style := "  ", s.text
		if i == h.at {
			mark, style, first = "› ", s.focus, len(lines)
		}
		box := "[" + padTo(h.choiceName(i), wide) + "] "
		head := strings.Split(wrap(h.driftHead(i), width-2-wide-3), "\n")
		for j, l := range head {
			if j == 0 {
				lines = append(lines, style.Render(mark+box+l))
			} else {
				lines = append(lines, style.Render(strings.Repeat(" ", wide+5)+l))
			}
		}
		if all || i == h.at {
			for _, l := range h.driftBody(d, width-4) {
				lines = append(lines, "    "+l)
			}
		}
		if i == h.at {
			last = len(lines) - 1
		}
		if all && i < len(h.drifts)-1 {
			lines = append(lines, "")
		}
	}
	return lines, first, last
}

func (h *harden) choiceName(i int) string {
	t := text.T().Dashboard.Harden.Choice
	switch h.choice[i] {
	case driftRepair:
		return t["repair"]
	case driftAccept:
		return t["accept"]
	case driftLeave:
		return t["leave"]
	}
	return ""
}

// driftHead says what drifted in a sentence.
func (h *harden) driftHead(i int) string {
	t, c, d := &text.T().Harden, &text.T().Checks, h.drifts[i]
	n := i + 1
	titles := h.titles(d.Steps)
	switch {
	case d.Change != nil && d.Change.Since.IsZero():
		return clean(fmt.Sprintf(t.Unreviewed, n, changeOf(d.Change.What), d.Change.Path))
	case d.Change != nil:
		return clean(fmt.Sprintf(t.Baseline, n, changeOf(d.Change.What), c.Kept.Changes[string(d.Change.Kind)], dayOf(d.Change.Since), d.Change.Path))
	case len(d.Keys) > 0:
		return fmt.Sprintf(t.Keys, n)
	case d.Kind == steps.DriftControl:
		return fmt.Sprintf(t.Control, n, d.Controls[0], c.Controls[string(d.Controls[0])].Title)
	case d.Kind == steps.DriftNewer:
		return clean(fmt.Sprintf(t.Newer, n, titles))
	}
	return clean(fmt.Sprintf(t.Step, n, titles))
}

func (h *harden) titles(ids []string) string {
	var titles []string
	for _, id := range ids {
		titles = append(titles, h.machine.StepTitle(id))
	}
	return strings.Join(titles, text.T().Checks.ListSeparator)
}

// changeOf names what a change is of; the guest has said what it is.
func changeOf(what string) string {
	if name, ok := text.T().Harden.Kinds[what]; ok {
		return name
	}
	return what
}

// driftBody is what is known of it, and what can be done.
func (h *harden) driftBody(d steps.Drift, width int) []string {
	s, t := h.s.styles, &text.T().Harden
	var lines []string
	say := func(mark, said string) { lines = append(lines, marked(mark, clean(said), width)...) }
	if d.Change != nil {
		for _, l := range d.Change.Lines {
			said := toWidth(clean(l), width-2)
			style := s.text
			switch {
			case strings.HasPrefix(l, "+"):
				style = s.good
			case strings.HasPrefix(l, "-"):
				style = s.bad
			}
			for _, part := range said {
				lines = append(lines, "  "+style.Render(part))
			}
		}
	}
	for _, k := range d.Keys {
		was := k.Old
		if was == "" {
			was = words().Empty
		}
		name := k.Key
		if label := words().Label[k.Key]; label != "" {
			name = label + " (" + k.Key + ")"
		}
		say("·", fmt.Sprintf(text.T().Engine.Progress, name, was+" → "+k.New))
	}
	for _, w := range d.Wrong {
		say("·", fmt.Sprintf(t.Line, t.Places[string(w.Where)], w.Line))
	}
	if len(d.Files) > 0 {
		say("·", fmt.Sprintf(t.NewerFiles, d.By, strings.Join(d.Files, text.T().Checks.ListSeparator)))
	}
	if !d.HeldAt.IsZero() {
		say("·", fmt.Sprintf(t.HeldAt, dayOf(d.HeldAt)))
	}
	if d.Change != nil && len(d.Controls) > 0 {
		say("·", fmt.Sprintf(t.TurnsRed, namesOf(d.Controls)))
	}
	switch {
	case d.Repairable():
		say("→", fmt.Sprintf(t.RepairedBy, h.titles(d.Steps)))
		if d.Restart {
			say("!", t.NeedsRestart)
		}
	case d.Accept:
		say("→", t.YoursToDecide)
	case d.Hint != "":
		say("→", fmt.Sprintf(t.Yours, d.Hint))
	}
	return lines
}

// review is what will be done after the yes.
func (h *harden) review(width int) []string {
	t := &text.T().Dashboard.Harden
	var lines []string
	say := func(mark, said string) { lines = append(lines, marked(mark, clean(said), width)...) }
	var ids []string
	for _, d := range h.selected(driftRepair) {
		for _, id := range d.Steps {
			if !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
	}
	if len(ids) > 0 {
		lines = append(lines, toWidth(t.WillMake, width)...)
		for _, id := range ids {
			say("·", h.machine.StepTitle(id))
		}
		if h.restarts() {
			say("!", fmt.Sprintf(t.WillRestart, text.Duration(h.machine.RestartTime())))
		} else {
			say("·", t.NoRestart)
		}
		lines = append(lines, "")
	}
	if paths := h.paths(); len(paths) > 0 {
		lines = append(lines, toWidth(t.WillAccept, width)...)
		for _, p := range paths {
			say("·", p)
		}
		lines = append(lines, "")
	}
	if left := len(h.drifts) - len(h.selected(driftRepair)) - len(h.selected(driftAccept)); left > 0 {
		lines = append(lines, toWidth(fmt.Sprintf(t.WillLeave, left), width)...)
		lines = append(lines, "")
	}
	if len(ids) > 0 {
		lines = append(lines, toWidth(t.ThenLooks, width)...)
	}
	return lines
}

// end says how things stand now.
func (h *harden) end(width int) []string {
	s, t := h.s.styles, &text.T().Harden
	var lines []string
	say := func(mark, said string) { lines = append(lines, marked(mark, clean(said), width)...) }
	switch {
	case h.nothing:
		say(s.good.Render("✓"), fmt.Sprintf(t.Nothing, h.s.plan.Name))
	case h.repair.state == repairKept:
		say(s.good.Render("✓"), t.Kept)
	case h.repair.state == repairBack:
		say(s.word.Render("i"), text.T().Dashboard.Harden.TakenBack)
	case len(h.accepted) == 0:
		say(s.word.Render("i"), t.NotRepaired)
	}
	if len(h.accepted) > 0 {
		say(s.good.Render("✓"), fmt.Sprintf(t.Accepted, strings.Join(h.accepted, text.T().Checks.ListSeparator)))
	}
	n := checks.Counts(h.look.Findings)
	lines = append(lines, "")
	lines = append(lines, toWidth(fmt.Sprintf(t.Counts, n[checks.Met], n[checks.NotMet], n[checks.NotChecked], n[checks.Attested]), width)...)
	for _, status := range []checks.Status{checks.NotMet, checks.NotChecked} {
		for _, f := range h.look.Findings {
			if f.Status != status {
				continue
			}
			say(s.status(status).Render(symbol(status)),
				fmt.Sprintf(text.T().Engine.Progress, string(f.Control)+" "+f.Title, text.T().Checks.Status[string(status)]))
			if f.Hint != "" {
				lines = append(lines, toWidth(indent(wrap(tryIt(clean(f.Hint)), width-2), 2), width)...)
			}
		}
	}
	if n[checks.NotMet]+n[checks.NotChecked] == 0 && len(h.look.Findings) > 0 {
		say(s.good.Render("✓"), t.AllHold)
	}
	return lines
}
