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
	if p.s.undoFirst {
		p.s.undoFirst = false
		p.agreed = p.s.plan
		p.agreed.Name = p.s.begun
		return p.takeBack()
	}
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
	s.begins(p.agreed.Name) // from here on there is something to go on with
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
		p.s.begins("")
		p.state = allBack
		for i := range p.rows { // those that went with another as well
			if s := p.rows[i].state; s != rowWaiting && s != rowHeld {
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
