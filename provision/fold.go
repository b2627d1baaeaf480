package provision

// What the journal's entries amount to: which steps were begun, which are done,
// and what Undo needs for each.

import (
	"encoding/json"
	"time"
)

// StepState is what the journal says about one step that was begun and not
// taken back.
type StepState struct {
	ID       string
	Done     bool // the step's own check passed after its latest begin
	Undoing  bool // taking it back was begun
	Began    time.Time
	Finished time.Time // of the latest done; zero when there is none
	Version  string    // of the clawarium that began it
	PID      int       // of the latest process that worked on it
	Attempts int
	Error    string // why the latest attempt failed; empty after done

	before json.RawMessage
	order  int64 // Seq of the first begin
}

// fold replays entries. The states come in the order of their first begin.
func fold(entries []Entry) (states []*StepState, version string, closed bool) {
	find := func(id string) *StepState {
		for _, s := range states {
			if s.ID == id {
				return s
			}
		}
		return nil
	}
	drop := func(id string) {
		for i, s := range states {
			if s.ID == id {
				states = append(states[:i:i], states[i+1:]...)
				return
			}
		}
	}
	for _, e := range entries {
		closed = e.Kind == EntryClose || closed && e.Kind == EntryOpen
		s := find(e.Step)
		switch e.Kind {
		case EntryOpen:
			var d openData
			_ = json.Unmarshal(e.Data, &d) // parseEntry has seen it
			version = d.Version
		case EntryBegin:
			if s == nil {
				var d beginData
				_ = json.Unmarshal(e.Data, &d)
				s = &StepState{ID: e.Step, Began: e.Time, Version: version, before: d.Before, order: e.Seq}
				states = append(states, s)
			}
			s.Done, s.Undoing, s.PID = false, false, e.PID
			s.Attempts++
		case EntryUndone:
			var d undoneData
			_ = json.Unmarshal(e.Data, &d)
			for _, id := range append(d.With, e.Step) {
				drop(id)
			}
		case EntryClose:
			states = nil
		}
		if s == nil {
			continue
		}
		switch e.Kind {
		case EntryDone:
			s.Done, s.Undoing, s.Finished, s.Error = true, false, e.Time, ""
		case EntryFail:
			var d failData
			_ = json.Unmarshal(e.Data, &d)
			s.Error = d.Error
		case EntryUndo:
			s.Done, s.Undoing, s.PID = false, true, e.PID
		}
	}
	return states, version, closed
}
