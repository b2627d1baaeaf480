package ui

// The page on which the machine is made, and taken back when its owner wants
// that: each step with its state, how far the present one is, and what it says.
// The work ends only by itself or because the model ends its context, and the
// program ends only when the work has.

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/provision"
	"github.com/clawarium/clawarium/provision/plan"
)

func init() { pageMakers["progress"] = func(s *session) page { return &progressPage{s: s} } }

// progressState says what the page is about.
type progressState int

const (
	notReviewed  progressState = iota // nothing runs: there is no review
	makingSteps                       // also while it comes to a stop
	backingSteps                      // taking back; also while that comes to a stop
	makingFailed
	backingFailed
	allBack
	endedBySignal // the work has ended; the program is about to
)

// afterwards is what comes when the work that was told to stop has ended.
type afterwards int

const (
	stayThere   afterwards = iota // it was not told to stop
	leaveThen                     // keep what was made
	undoThen                      // take back what was made
	againThen                     // go on with what did not work
	endWithCode                   // a signal ended the program
)

// rowState is how a step is.
type rowState int

const (
	rowWaiting rowState = iota
	rowRunning
	rowDone
	rowHeld
	rowFailed
	rowUndoing
	rowUndone
)

// progressRow is one step.
type progressRow struct {
	id, title string
	state     rowState
	took      time.Duration
}

type progressPage struct {
	s      *session
	state  progressState
	then   afterwards
	agreed plan.Plan // what was reviewed
	about  int       // seconds that it was said to take; 0 when unknown
	tell   *telling
	cancel context.CancelFunc
	err    error // why it did not work

	rows         []progressRow
	latest       provision.Event // of the step at work
	notes        []string
	log          *logbook
	began, ended time.Time

	from     int // first step shown, or first line of the text; follow: where the work is
	follow   bool
	logOpen  bool
	logFrom  int // number of the first line shown, unless logTail
	logTail  bool
	logSide  int // columns cut at the left
	selected int // of the choices at the end
}

// noteLimit is how many notes are kept in sight; all are in the log.
const noteLimit = 20

// workedMsg is the end of the work.
type workedMsg struct {
	of  *telling
	err error
}

// thenMsg is the answer to what shall become of work that runs.
type thenMsg struct {
	of   *telling
	then afterwards
}

func (p *progressPage) name() string { return "progress" }
func (p *progressPage) typing() bool { return false }

// enter starts the work, if what will be made was reviewed. A review is good for
// one start.
func (p *progressPage) enter() tea.Cmd {
	if p.working() {
		return nil
	}
	r := p.s.review
	p.s.review = nil
	*p = progressPage{s: p.s, log: &logbook{}, logTail: true}
	if r == nil || len(r.Problems) > 0 {
		return nil
	}
	p.agreed, p.about = p.s.plan, r.Seconds
	for _, s := range r.Steps {
		p.rows = append(p.rows, progressRow{id: s.ID, title: clean(s.Title)})
	}
	return p.make()
}

// working says whether the work has not come to its end.
func (p *progressPage) working() bool { return p.state == makingSteps || p.state == backingSteps }

// make has the machine made, or gone on with.
func (p *progressPage) make() tea.Cmd {
	s := p.s
	s.existing = true // from here on there is something to go on with
	agreed, key, promised := p.agreed, []byte(s.key), []checks.ID{}
	for _, id := range slices.Sorted(maps.Keys(s.promised)) {
		if s.promised[id] {
			promised = append(promised, id)
		}
	}
	return p.run(makingSteps, func(ctx context.Context, event func(provision.Event)) error {
		_, err := s.driver.Setup(ctx, agreed, key, promised, event)
		return err
	})
}

// takeBack has it all taken back.
func (p *progressPage) takeBack() tea.Cmd {
	s, name := p.s, p.agreed.Name
	return p.run(backingSteps, func(ctx context.Context, event func(provision.Event)) error {
		return s.driver.Undo(ctx, name, event)
	})
}

func (p *progressPage) run(state progressState, work func(context.Context, func(provision.Event)) error) tea.Cmd {
	ctx, cancel := context.WithCancel(p.s.ctx)
	tell, log := newTelling(), p.log
	p.state, p.then, p.tell, p.cancel, p.err = state, stayThere, tell, cancel, nil
	p.began, p.latest = p.s.now(), provision.Event{Percent: -1}
	p.from, p.follow, p.selected = 0, true, 0
	event := func(e provision.Event) {
		switch e.Kind {
		case provision.StepLog:
			log.add(e.Line)
			tell.stir() // there is something to draw
			return
		case provision.StepNote:
			log.add(e.Line)
		}
		tell.event(e)
	}
	return tell.run(p.s.work(func() tea.Msg {
		defer cancel()
		return workedMsg{tell, work(ctx, event)}
	}))
}

func (p *progressPage) update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case toldMsg:
		if msg.of != p.tell {
			return nil
		}
		for _, e := range msg.events {
			p.hear(e)
		}
		return msg.of.next
	case workedMsg:
		if msg.of == p.tell {
			return p.over(msg.err)
		}
	case thenMsg:
		if msg.of == p.tell {
			return p.stop(msg.then)
		}
	case tea.KeyPressMsg:
		return p.key(msg.String())
	}
	return nil
}

// hear takes one event.
func (p *progressPage) hear(e provision.Event) {
	if e.Kind == provision.StepNote {
		if note := clean(e.Line); !slices.Contains(p.notes, note) {
			p.notes = append(p.notes[max(0, len(p.notes)-noteLimit+1):], note)
		}
		return
	}
	p.latest = e
	if e.Step == "" { // before the first step
		return
	}
	i := slices.IndexFunc(p.rows, func(r progressRow) bool { return r.id == e.Step })
	if i < 0 {
		i = len(p.rows)
		if p.state == makingSteps {
			i = max(0, min(i, e.Index-1))
		}
		p.rows = slices.Insert(p.rows, i, progressRow{id: e.Step})
	}
	r := &p.rows[i]
	if e.Title != "" {
		r.title = clean(e.Title)
	}
	r.took = e.Elapsed
	switch e.Kind {
	case provision.StepBegan, provision.StepResumed:
		r.state, p.follow = rowRunning, true
	case provision.StepUndoing:
		r.state, p.follow = rowUndoing, true
	case provision.StepDone:
		r.state = rowDone
	case provision.StepHeld:
		r.state = rowHeld
	case provision.StepFailed:
		r.state = rowFailed
	case provision.StepUndone:
		r.state = rowUndone
	}
}

// over is called when the work has come to its end.
func (p *progressPage) over(err error) tea.Cmd {
	back, then := p.state == backingSteps, p.then
	p.then, p.err, p.ended, p.from, p.selected = stayThere, err, p.s.now(), 0, 0
	switch {
	case then == endWithCode || err != nil && p.s.ctx.Err() != nil:
		// Whether or not the message about the signal is here already.
		p.state, p.s.parting = endedBySignal, p.resumable(err, back)
		if then == endWithCode {
			return quit(130) // a signal's own status goes before this one
		}
	case then == undoThen:
		return p.takeBack()
	case err == nil && back:
		p.state, p.s.existing = allBack, false
		for i := range p.rows { // those that went with another as well
			if p.rows[i].state != rowWaiting {
				p.rows[i].state = rowUndone
			}
		}
	case err == nil:
		return replace("results") // also when it was too late to stop
	case then == leaveThen:
		p.state, p.s.parting = endedBySignal, p.resumable(err, back)
		return quit(130)
	case back:
		p.state = backingFailed
	default:
		p.state = makingFailed
	}
	return nil
}

// resumable is the error with at least one hint how to go on.
func (p *progressPage) resumable(err error, back bool) error {
	if err == nil || len(text.Hint(err)) > 0 {
		return err
	}
	t := text.T()
	f := &text.Fault{What: t.Progress.StoppedHead, Hint: fmt.Sprintf(t.Engine.GoOn, p.command(back))}
	if back {
		f.What = t.Progress.StoppedBack
	}
	if !errors.Is(err, context.Canceled) {
		f.Err = err
	}
	return f
}

// command is what goes on where the work is stopped.
func (p *progressPage) command(back bool) string {
	if back {
		return commandLine("undo", p.agreed.Name)
	}
	return commandLine("setup", p.agreed.Name)
}

// stop has the work stopped, or does what is wanted at once when it has ended.
func (p *progressPage) stop(then afterwards) tea.Cmd {
	if p.working() {
		p.then = then
		p.cancel()
		return nil
	}
	switch then {
	case undoThen:
		return p.takeBack()
	case againThen:
		return p.make()
	case leaveThen:
		return p.leave()
	}
	return nil
}

// leave ends the program when nothing runs.
func (p *progressPage) leave() tea.Cmd {
	switch p.state {
	case makingFailed, backingFailed:
		p.s.parting = p.resumable(p.err, p.state == backingFailed)
		return quit(2)
	}
	return quit(130) // nothing is left
}

// leaving implements busy.
func (p *progressPage) leaving(sig stopping) tea.Cmd {
	t := text.T().Progress
	nothing := func() tea.Msg { return nil }
	switch {
	case sig == bySignal && p.working():
		p.then = endWithCode
		p.cancel()
		return nothing
	case sig == bySignal:
		return nil
	case p.working() && p.then != stayThere: // it is on its way
		return nothing
	case p.state == makingSteps:
		return ask(&dialog{title: t.Ask, about: fmt.Sprintf(t.AskAbout, p.command(false)), answers: []answer{
			{"s", t.AskStop, p.wants(leaveThen)}, {"u", t.AskUndo, p.wants(undoThen)}, {"g", t.AskOn, nothing},
		}})
	case p.state == backingSteps:
		return ask(&dialog{title: t.AskBack, about: fmt.Sprintf(t.AskBackAbout, p.command(true)), answers: []answer{
			{"s", t.AskBackStop, p.wants(leaveThen)}, {"g", t.AskBackOn, nothing},
		}})
	case p.state == makingFailed, p.state == backingFailed:
		return ask(&dialog{
			title: t.AskLeave, about: fmt.Sprintf(t.AskLeaveAbout, p.command(p.state == backingFailed)), cancel: nothing,
			answers: []answer{{"", words().LeaveNo, nothing}, {"", t.AskLeaveYes, p.wants(leaveThen)}},
		})
	}
	return nil
}

func (p *progressPage) wants(then afterwards) tea.Cmd {
	msg := thenMsg{p.tell, then}
	return func() tea.Msg { return msg }
}

// choices are the ways on from the end.
func (p *progressPage) choices() []answer {
	t := text.T().Progress
	switch p.state {
	case notReviewed:
		return []answer{{"", t.KeyReview, replace("review")}}
	case makingFailed:
		undo := ask(&dialog{
			title: t.AskUndoAll, about: fmt.Sprintf(t.AskUndoAllAbout, p.agreed.Name), cancel: func() tea.Msg { return nil },
			answers: []answer{{"", t.AskUndoAllNo, nil}, {"", t.UndoAll, p.wants(undoThen)}},
		})
		return []answer{
			{"r", t.Again, p.wants(againThen)}, {"b", t.Answers, replace("review")}, {"u", t.UndoAll, undo}, {"q", t.LeaveForNow, p.wants(leaveThen)},
		}
	case backingFailed:
		return []answer{{"r", t.BackAgain, p.wants(undoThen)}, {"q", t.LeaveForNow, p.wants(leaveThen)}}
	case allBack:
		return []answer{{"b", t.Answers, replace("review")}, {"q", t.Leave, p.wants(leaveThen)}}
	}
	return nil
}

// key takes a key of the page.
func (p *progressPage) key(key string) tea.Cmd {
	if key == "l" && p.state != notReviewed {
		p.logOpen, p.logTail, p.logSide = !p.logOpen, true, 0
		return nil
	}
	if p.logOpen && p.logKey(key) {
		return nil
	}
	if choices := p.choices(); len(choices) > 0 {
		if p.state != notReviewed && p.s.now().Sub(p.ended) < grace {
			return nil // it was meant for what was there a moment ago
		}
		switch key {
		case "up", "k", "shift+tab":
			p.selected = (p.selected + len(choices) - 1) % len(choices)
			return nil
		case "down", "j", "tab":
			p.selected = (p.selected + 1) % len(choices)
			return nil
		case "enter":
			return choices[p.selected].cmd
		case "esc":
			if p.state != backingFailed {
				key = "b"
			}
		}
		for _, c := range choices {
			if c.key == key {
				return c.cmd
			}
		}
	}
	if from := scrolled(p.from, key, 5); from != p.from {
		p.from, p.follow = from, false
	}
	return nil
}

// logKey scrolls the log, and says whether the key does that.
func (p *progressPage) logKey(key string) bool {
	first, next := p.log.bounds()
	page := max(1, p.logRoom()-1)
	from := p.logFrom
	if p.logTail {
		from = next - p.logRoom()
	}
	switch key {
	case "left", "right":
		if p.logSide += 20; key == "left" {
			p.logSide = max(0, p.logSide-40)
		}
		return true
	case "up", "k", "pgup", "home", "down", "j", "pgdown":
		if key == "home" {
			from = first
		}
		p.logFrom = max(first, scrolled(from, key, page))
		p.logTail = p.logFrom+p.logRoom() >= next
		return true
	case "end", "G":
		p.logTail = true
		return true
	}
	return false
}

func (p *progressPage) keys() []keyHint {
	k, t := words().Keys, text.T().Progress
	if p.state == notReviewed {
		return []keyHint{{k.Enter, t.KeyReview}}
	}
	log := keyHint{"l", t.KeyLog}
	if p.logOpen {
		return []keyHint{{"l", t.KeyLogClose}, {k.Arrows, k.Scroll}, {"end", t.KeyFollow}, {"←→", t.KeySide}}
	}
	if len(p.choices()) > 0 {
		return []keyHint{{k.Arrows, k.Move}, {k.Enter, k.Choose}, log, {"pgup/pgdn", k.Scroll}}
	}
	return []keyHint{log, {k.Arrows, k.Scroll}}
}
