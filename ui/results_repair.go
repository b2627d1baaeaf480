package ui

// The way from a finding to its repair: every step looks for itself, the owner
// reads what would be made again and says yes, and only then it is.

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/provision"
	"github.com/clawarium/clawarium/provision/steps"
)

// repairReview is what a repair is about, and what it would do.
type repairReview struct {
	control checks.ID         // "" is all that can be repaired
	pending *provision.Repair // an earlier one that comes first
	look    steps.Look        // that the drifts were found by
	drifts  []steps.Drift     // all that drifted, as far as asked
	chosen  []steps.Drift     // those that would be repaired
	titles  map[string]string // of the steps, by ID
	restart time.Duration     // how long it takes; 0 when none is needed
}

// wantRepair begins the way to a repair of one control, or of all with "".
func (p *results) wantRepair(of checks.ID) tea.Cmd {
	t := &text.T().Results.Repair
	if !p.ready() {
		return nil
	}
	red := func(f checks.Finding) bool { return f.Status == checks.NotMet && (of == "" || f.Control == of) }
	if !slices.ContainsFunc(p.report.Findings, red) {
		p.notice = t.NothingRed
		for _, f := range p.report.Findings {
			if f.Control == of {
				p.notice = fmt.Sprintf(t.NotRed, of, text.T().Checks.Status[string(f.Status)])
			}
		}
		return nil
	}
	return p.prepare(of)
}

// prepare has every step look for itself.
func (p *results) prepare(of checks.ID) tea.Cmd {
	p.part = partPreparing
	return p.begin(func(ctx context.Context, m Machine, tell *telling) (tea.Msg, error) {
		if err := m.Unfinished(); err != nil {
			return nil, err
		}
		review := &repairReview{control: of, titles: map[string]string{}}
		var err error
		if review.pending, err = m.Pending(ctx); err != nil {
			return nil, err
		}
		if review.pending != nil {
			review.name(m, review.pending.Steps)
			return preparedMsg{of: tell, review: review}, nil
		}
		if review.look, err = m.Look(ctx, tell.reporter("")); err != nil {
			return nil, err
		}
		var only []checks.ID
		if of != "" {
			only = []checks.ID{of}
		}
		review.drifts = m.Drifts(review.look, only)
		for _, d := range review.drifts {
			review.name(m, d.Steps)
			if !d.Repairable() || d.Kind == steps.DriftNewer {
				continue
			}
			review.chosen = append(review.chosen, d)
			if d.Restart {
				review.restart = m.RestartTime()
			}
		}
		return preparedMsg{of: tell, review: review}, nil
	}, func(tell *telling, err error) tea.Msg { return preparedMsg{of: tell, err: err} })
}

func (r *repairReview) name(m Machine, ids []string) {
	for _, id := range ids {
		r.titles[id] = m.StepTitle(id)
	}
}

// steps are the titles of what would be made again, in order and each once.
func (r *repairReview) steps() (titles []string) {
	for _, d := range r.chosen {
		for _, id := range d.Steps {
			if title := clean(r.titles[id]); !slices.Contains(titles, title) {
				titles = append(titles, title)
			}
		}
	}
	return titles
}

// prepared is called when every step has looked.
func (p *results) prepared(msg preparedMsg) tea.Cmd {
	p.work = nil
	if msg.err != nil {
		p.part, p.notice = partList, wrongWith(msg.err)
		return nil
	}
	p.review, p.pane = msg.review, pane{}
	if msg.review.pending != nil {
		p.part = partList
		return p.askPending(msg.review)
	}
	p.part = partReview
	return nil
}

// askPending asks what to do with a repair that was interrupted.
func (p *results) askPending(review *repairReview) tea.Cmd {
	t := &text.T().Results.Repair
	r := review.pending
	var titles []string
	for _, id := range r.Steps {
		titles = append(titles, clean(review.titles[id]))
	}
	begun := t.BeganUnknown
	if !r.Began.IsZero() {
		begun = r.Began.Local().Format("2006-01-02 15:04")
	}
	resume := func(back bool) tea.Cmd {
		return p.then(func(p *results) tea.Cmd {
			return p.repairing(func(m Machine) tea.Cmd { return p.repair.resume(m, r, back) })
		})
	}
	stay := func() tea.Msg { return nil }
	said := t.PendingAbout
	answers := []answer{{"", t.LeaveIt, nil}, {"", t.GoOn, resume(false)}, {"", t.TakeBack, resume(true)}}
	if r.Phase == provision.RepairBack {
		said = t.PendingBack
		answers = []answer{{"", t.LeaveIt, nil}, {"", t.TakeBack, resume(true)}}
	}
	return ask(&dialog{title: t.Pending, about: fmt.Sprintf(said, begun, strings.Join(titles, text.T().Checks.ListSeparator)),
		answers: answers, cancel: stay})
}

func (p *results) pressReview(key string) tea.Cmd {
	switch key {
	case "esc":
		p.part, p.review = partList, nil
	case "enter":
		if len(p.review.chosen) > 0 {
			return p.askRepair()
		}
	default:
		p.pane.key(key)
	}
	return nil
}

// askRepair asks before anything is changed.
func (p *results) askRepair() tea.Cmd {
	t, r := &text.T().Results.Repair, p.review
	about := fmt.Sprintf(t.AskAbout, len(r.steps()), p.s.plan.Name) + "\n"
	if r.restart > 0 {
		about += fmt.Sprintf(t.AskRestart, text.Duration(r.restart))
	} else {
		about += t.NoRestart
	}
	stay := func() tea.Msg { return nil }
	yes := p.then(func(p *results) tea.Cmd {
		return p.repairing(func(m Machine) tea.Cmd { return p.repair.start(m, r.look, r.chosen) })
	})
	return ask(&dialog{title: t.Ask, about: about, answers: []answer{{"", t.No, nil}, {"", t.Yes, yes}}, cancel: stay})
}

// repairing goes over to the repair.
func (p *results) repairing(start func(Machine) tea.Cmd) tea.Cmd {
	m := p.machine().opened()
	if m == nil { // the page was left in between
		return nil
	}
	p.part, p.notice = partRepair, ""
	return start(m)
}

func (p *results) pressRepair(msg tea.KeyPressMsg) tea.Cmd {
	if key := msg.String(); p.repair.state != repairRunning && (key == "enter" || key == "esc" || key == "r") {
		p.review, p.repair = nil, repairing{s: p.s}
		return p.check()
	}
	return p.repair.update(msg)
}

func (p *results) viewPreparing(width int) string {
	s, t := p.s.styles, &text.T().Results.Repair
	lines := laid(min(width, longLine), 0, t.Preparing)
	return stacked(append(lines, "", s.faint.Render(p.doing())))
}

func (p *results) viewReview(width, height int) string {
	return p.pane.view(p.s.styles, p.reviewLines(min(width, longLine)), width, height)
}

// reviewLines say what is wrong, what would be made again and what that means.
func (p *results) reviewLines(width int) []string {
	t, r := &text.T().Results.Repair, p.review
	d := details{s: p.s.styles, width: width}
	newer, all := false, 0
	for _, drift := range r.drifts {
		if drift.Kind != steps.DriftNewer {
			all++
		}
	}
	d.plain(fmt.Sprintf(t.Head, all, len(r.chosen)))
	if len(r.chosen) == 0 {
		d.plain(t.Nothing)
	}
	for _, drift := range r.drifts {
		if drift.Kind == steps.DriftNewer {
			newer = true
			continue
		}
		p.driftLines(&d, drift)
	}
	if len(r.chosen) > 0 {
		d.points(t.StepsHead, r.steps())
		d.lines = append(d.lines, "")
		if r.restart > 0 {
			d.plain(fmt.Sprintf(t.Restart, text.Duration(r.restart)))
		} else {
			d.plain(t.NoRestart)
		}
		d.plain(t.Promise)
	}
	if newer {
		d.lines = append(d.lines, "")
		d.plain(t.NewerLeft)
	}
	return d.lines
}

// driftLines say what one thing is that is not as it should be.
func (p *results) driftLines(d *details, drift steps.Drift) {
	t, h, c := &text.T().Results.Repair, &text.T().Harden, &text.T().Checks
	var titles []string
	for _, id := range drift.Steps {
		titles = append(titles, p.review.titles[id])
	}
	head := fmt.Sprintf(t.Step, strings.Join(titles, c.ListSeparator))
	switch {
	case drift.Change != nil && drift.Change.Since.IsZero():
		head = fmt.Sprintf(h.Unreviewed, changeOf(drift.Change.What), drift.Change.Path)
	case drift.Change != nil:
		head = fmt.Sprintf(t.Baseline, changeOf(drift.Change.What), c.Kept.Changes[string(drift.Change.Kind)], drift.Change.Path)
	case drift.Kind == steps.DriftControl && len(drift.Controls) > 0:
		id := drift.Controls[0]
		head = fmt.Sprintf(t.Control, id, c.Controls[string(id)].Title)
	}
	d.head(clean(head))
	say := func(said string) {
		for _, l := range laid(d.width-2, 2, clean(said)) {
			d.lines = append(d.lines, "  "+l)
		}
	}
	if drift.Change != nil {
		for _, line := range drift.Change.Lines {
			say(line)
		}
	}
	for _, w := range drift.Wrong {
		if label := fmt.Sprintf(c.ReportedByGuest, ""); !strings.HasPrefix(w.Line, strings.TrimSpace(label)) {
			w.Line = fmt.Sprintf(t.Seen, h.Places[string(w.Where)], w.Line)
		}
		say("· " + w.Line)
	}
	switch {
	case drift.Repairable():
	case drift.Accept:
		d.note(t.YoursToDecide)
	case drift.Hint != "":
		d.note(fmt.Sprintf(t.Yours, drift.Hint))
	}
}
