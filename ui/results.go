package ui

// The self-check screen: what holds, what does not, and how we know. Findings come
// in while the machine is still being looked at.

import (
	"context"
	"fmt"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/checks/report"
	"github.com/clawarium/clawarium/provision"
)

func init() {
	pageMakers["results"] = func(s *session) page {
		return &results{s: s, repair: repairing{s: s}, list: findingList{by: report.ByControl}}
	}
}

// couldNot is the exit status when nothing could be looked at.
const couldNot = 2

// resultsPart is what of the screen is shown.
type resultsPart int

const (
	partList resultsPart = iota
	partDetail
	partPreparing // of a repair: every step looks for itself
	partReview    // what a repair would do
	partRepair    // it runs, or has ended
	partFile      // the name of a file to save to
	partError     // the machine could not be looked at
)

// results is the page.
type results struct {
	s     *session
	part  resultsPart
	visit *visit
	kept  bool // the findings are to be shown again by the next enter

	// What is going on: a check or the preparation of a repair.
	work     *telling
	cancel   context.CancelFunc
	checking bool
	began    time.Time
	stage    provision.Event
	found    *foundSoFar

	report  *report.Report // of the last check that came to its end
	settled []checks.Finding
	titles  map[string]string // of the steps that findings name
	off     bool
	err     error
	notice  string

	list   findingList
	of     checks.ID // in the detail
	pane   pane      // of the detail and of the review
	review *repairReview
	repair repairing
	file   fileToSave
}

// Ends of what goes on.
type (
	checkedMsg struct {
		of     *telling
		report report.Report
		titles map[string]string
		off    bool
		err    error
	}
	preparedMsg struct {
		of     *telling
		review *repairReview
		err    error
	}
)

func (p *results) name() string { return "results" }
func (p *results) typing() bool { return p.part == partFile }

func (p *results) enter() tea.Cmd {
	p.part, p.notice = partList, ""
	if p.kept && p.report != nil && p.report.Machine == p.s.plan.Name {
		p.kept = false
		return nil
	}
	p.report, p.list.selected = nil, 0
	return p.check()
}

// machine is the visit to the machine of the plan.
func (p *results) machine() *visit {
	if p.visit == nil {
		name, driver := p.s.plan.Name, p.s.driver
		p.visit = &visit{open: func() (Machine, error) { return driver.Machine(name) }}
	}
	return p.visit
}

// leave ends what goes on and closes the machine.
func (p *results) leave() {
	p.stop()
	if p.visit != nil {
		p.visit.leave()
		p.visit = nil
	}
}

// begin has something done with the machine; what it tells comes as toldMsg.
func (p *results) begin(do func(context.Context, Machine, *telling) (tea.Msg, error), failed func(*telling, error) tea.Msg) tea.Cmd {
	ctx, cancel := context.WithCancel(p.s.ctx)
	tell, visit := newTelling(), p.machine()
	p.work, p.cancel, p.began, p.stage, p.notice = tell, cancel, p.s.now(), provision.Event{Percent: -1}, ""
	return tell.run(func() tea.Msg {
		defer cancel()
		var msg tea.Msg
		err := visit.use(func(m Machine) (err error) {
			msg, err = do(ctx, m, tell)
			return err
		})
		if err != nil {
			return failed(tell, err)
		}
		return msg
	})
}

// check looks at the machine.
func (p *results) check() tea.Cmd {
	p.part, p.checking, p.settled, p.err, p.off = partList, true, nil, nil, false
	found := &foundSoFar{}
	cmd := p.begin(func(ctx context.Context, m Machine, tell *telling) (tea.Msg, error) {
		r, err := m.Check(ctx, tell.reporter(""), found.add)
		if err != nil {
			return nil, err
		}
		msg := checkedMsg{of: tell, report: r, titles: map[string]string{}}
		for _, f := range r.Findings {
			for _, id := range f.Fix {
				msg.titles[id] = m.StepTitle(id)
			}
		}
		if r.Counts[checks.NotChecked] > 0 {
			status, err := m.Status(ctx)
			msg.off = err == nil && status.State == "off"
		}
		return msg, nil
	}, func(tell *telling, err error) tea.Msg { return checkedMsg{of: tell, err: err} })
	found.tell = p.work
	p.found = found
	return cmd
}

func (p *results) update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case toldMsg:
		if msg.of != p.work {
			return p.repair.update(msg)
		}
		for _, e := range msg.events {
			switch e.Kind {
			case provision.StepProgress:
				p.stage = e
			case provision.StepNote:
				p.notice = clean(e.Line)
			}
		}
		if p.checking {
			p.settled = p.found.get()
		}
		return msg.of.next
	case checkedMsg:
		if msg.of == p.work {
			p.checked(msg)
		}
	case preparedMsg:
		if msg.of == p.work {
			return p.prepared(msg)
		}
	case exportedMsg:
		return p.file.saved(p, msg)
	case repairedMsg, wishMsg:
		return p.repair.update(msg)
	case resultsMsg:
		return msg(p)
	case tea.PasteMsg:
		if p.part == partFile {
			p.file.paste(msg.Content)
		}
	case tea.KeyPressMsg:
		return p.press(msg)
	}
	return nil
}

// resultsMsg is the answer of a dialog: what the page does then.
type resultsMsg func(*results) tea.Cmd

func (p *results) then(do func(*results) tea.Cmd) tea.Cmd {
	return func() tea.Msg { return resultsMsg(do) }
}

// checked is called at the end of a check.
func (p *results) checked(msg checkedMsg) {
	p.settled = p.found.get()
	p.work, p.checking = nil, false
	switch {
	case msg.err == nil:
		p.report, p.titles, p.off = &msg.report, msg.titles, msg.off
		if p.part == partError {
			p.part = partList
		}
	case p.stopped(): // by its owner; what came in stays
	default:
		p.err, p.part = msg.err, partError
	}
}

// stopped says whether the last work was ended by its owner.
func (p *results) stopped() bool { return p.cancel == nil }

// stop ends the work that goes on, at its owner's wish.
func (p *results) stop() {
	if p.cancel != nil {
		p.cancel()
		p.cancel = nil
	}
}

// leaving answers ctrl+c and signals.
func (p *results) leaving(sig stopping) tea.Cmd {
	if p.part == partRepair && p.repair.state == repairRunning {
		return p.repair.leaving(sig)
	}
	code := p.code()
	p.leave()
	if sig == bySignal {
		return nil
	}
	return quit(code)
}

// code is the exit status for leaving now.
func (p *results) code() int {
	switch {
	case p.part == partError:
		return couldNot
	case p.checking || p.report == nil:
		return 130
	case p.part == partRepair && (p.repair.state == repairKept || p.repair.state == repairBack):
		return checks.Exit(p.repair.outcome.After.Findings)
	}
	return p.report.Exit
}

func (p *results) view(width, height int) string {
	switch p.part {
	case partDetail:
		return p.withNotice(width, height, func(height int) string { return p.viewDetail(width, height) })
	case partPreparing:
		return p.viewPreparing(width)
	case partReview:
		return p.viewReview(width, height)
	case partRepair:
		return p.repair.view(width, height)
	case partFile:
		return p.file.view(p, width, height)
	case partError:
		return p.viewError(width)
	}
	return p.withNotice(width, height, func(height int) string { return p.viewList(width, height) })
}

// withNotice draws the notice, when there is one, in the last rows.
func (p *results) withNotice(width, height int, draw func(height int) string) string {
	if p.notice == "" {
		return draw(height)
	}
	lines := laid(width, 0, p.notice)
	if len(lines) > 4 {
		lines = lines[:4]
	}
	return fit(draw(height-len(lines)-1), width, height-len(lines)-1) + "\n\n" +
		p.s.styles.strong.Render(fit(stacked(lines), width, len(lines)))
}

func (p *results) viewError(width int) string {
	t, s := &text.T().Results, p.s.styles
	lines := []string{s.bad.Render(t.Error), ""}
	lines = append(lines, laid(min(width, longLine), 0, clean(p.err.Error()))...)
	for _, hint := range text.Hint(p.err) {
		lines = append(lines, "")
		lines = append(lines, laid(min(width, longLine), 2, colon(words().Hint)+clean(hint))...)
	}
	return stacked(append(lines, "", t.ErrorHint))
}

// doing says what is looked at now, as far as that is known.
func (p *results) doing() string {
	e := p.stage
	e.Elapsed = p.s.now().Sub(p.began)
	return parts(e)
}

// elapsed is how long the work has taken so far.
func (p *results) elapsed() string {
	return fmt.Sprintf(text.T().Engine.SoFar, text.Duration(p.s.now().Sub(p.began)))
}

var _ busy = (*results)(nil)
