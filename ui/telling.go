package ui

// How a piece of work tells the model what it does: in batches, so that a
// thousand events a second are some dozens of messages, and in order, so that
// the end comes last. While nothing is told, an empty batch a second keeps the
// time on the screen going.

import (
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/clawarium/clawarium/provision"
)

const (
	gather    = 20 * time.Millisecond // what comes within it is one message
	heartbeat = time.Second
)

// telling is one piece of work. Its methods may be called from any goroutine.
type telling struct {
	mu     sync.Mutex
	events []provision.Event
	end    tea.Msg
	wake   chan struct{}
}

// toldMsg is what came in since the last one; nothing when a second passed.
type toldMsg struct {
	of     *telling
	events []provision.Event
}

func newTelling() *telling { return &telling{wake: make(chan struct{}, 1)} }

// run returns the command that does the work. The model asks for next after each
// toldMsg; what work returns comes after all that was told.
func (t *telling) run(work func() tea.Msg) tea.Cmd {
	return tea.Batch(func() tea.Msg {
		end := work()
		t.mu.Lock()
		t.end = end
		t.mu.Unlock()
		t.stir()
		return nil
	}, t.next)
}

// event takes one event. Progress of a step that nobody has seen yet is replaced
// by the newer one.
func (t *telling) event(e provision.Event) {
	t.mu.Lock()
	last := len(t.events) - 1
	if last >= 0 && e.Kind == provision.StepProgress && t.events[last].Kind == e.Kind && t.events[last].Step == e.Step {
		t.events[last] = e
	} else {
		t.events = append(t.events, e)
	}
	t.mu.Unlock()
	t.stir()
}

func (t *telling) stir() {
	select {
	case t.wake <- struct{}{}:
	default:
	}
}

// next waits for what is told next.
func (t *telling) next() tea.Msg {
	beat := time.NewTimer(heartbeat)
	defer beat.Stop()
	select {
	case <-t.wake:
	case <-beat.C:
	}
	t.mu.Lock()
	ended := t.end != nil
	t.mu.Unlock()
	if !ended {
		time.Sleep(gather)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.events) > 0 || t.end == nil {
		events := t.events
		t.events = nil
		if t.end != nil {
			t.stir()
		}
		return toldMsg{t, events}
	}
	end := t.end
	t.end = nil
	return end
}

// reporter tells as one step what is no step of a run, such as a look.
func (t *telling) reporter(title string) provision.Reporter {
	return &toldReporter{of: t, event: provision.Event{Kind: provision.StepProgress, Title: title, Percent: -1}}
}

type toldReporter struct {
	of    *telling
	mu    sync.Mutex
	event provision.Event
}

func (r *toldReporter) say(change func(*provision.Event)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	change(&r.event)
	r.of.event(r.event)
}

func (r *toldReporter) Stage(text string) {
	r.say(func(e *provision.Event) { e.Stage, e.Bytes, e.Total, e.Percent = text, 0, 0, -1 })
}

func (r *toldReporter) Bytes(done, total int64) {
	r.say(func(e *provision.Event) {
		e.Bytes, e.Total, e.Percent = done, max(total, 0), -1
		if total > 0 {
			e.Percent = 100 * float64(done) / float64(total)
		}
	})
}

func (r *toldReporter) Percent(p float64) {
	r.say(func(e *provision.Event) { e.Bytes, e.Total, e.Percent = 0, 0, p })
}

func (r *toldReporter) Note(text string) {
	r.of.event(provision.Event{Kind: provision.StepNote, Title: r.event.Title, Line: text})
}

func (r *toldReporter) Log(line string) {
	r.of.event(provision.Event{Kind: provision.StepLog, Title: r.event.Title, Line: line})
}
