package ui

// Work that changes a machine comes to its end before the program does, whatever
// ends the program: half a step must not run on behind somebody's back.

import (
	"sync"

	tea "charm.land/bubbletea/v2"
)

// works counts what has to come to its end.
type works struct {
	mu    sync.Mutex
	count int
	none  chan struct{} // closed when the last one ends
}

func (w *works) begin() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.count == 0 {
		w.none = make(chan struct{})
	}
	w.count++
}

func (w *works) end() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.count--; w.count == 0 {
		close(w.none)
	}
}

// wait returns when none is left, at once when there is none.
func (w *works) wait() {
	for {
		w.mu.Lock()
		count, none := w.count, w.none
		w.mu.Unlock()
		if count == 0 {
			return
		}
		<-none
	}
}

// work is a command that the program waits for before it ends. It has to heed the
// end of the session's context.
func (s *session) work(f func() tea.Msg) func() tea.Msg {
	return func() tea.Msg {
		s.works.begin()
		defer s.works.end()
		return f()
	}
}
