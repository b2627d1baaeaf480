package provision

// What the journal says about a machine, without touching it.

import "time"

// Status is the summary of a machine's journal.
type Status struct {
	Steps   []StepState // begun and not taken back, in the order of their first begin
	Version string      // of the clawarium that wrote last; empty when there is no journal
	Last    time.Time   // of the last entry
	Closed  bool        // everything was taken back
	Working *Holder     // who is working on the machine now; nil when nobody is
}

// Complete reports whether something was made and nothing is half made.
func (s Status) Complete() bool {
	for _, st := range s.Steps {
		if !st.Done {
			return false
		}
	}
	return len(s.Steps) > 0
}

// State reads the journal in dir. It needs no lock and changes nothing; a
// machine that was never begun has an empty Status.
func State(dir string) (Status, error) {
	var s Status
	entries, _, err := readJournal(dir)
	if err != nil {
		return s, err
	}
	states, version, closed := fold(entries)
	s.Version, s.Closed = version, closed
	for _, st := range states {
		s.Steps = append(s.Steps, *st)
	}
	if n := len(entries); n > 0 {
		s.Last = entries[n-1].Time
	}
	if h, ok := Working(dir); ok {
		s.Working = &h
	}
	return s, nil
}
