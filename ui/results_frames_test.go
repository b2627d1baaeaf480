package ui

import (
	"errors"
	"testing"
	"time"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/provision"
	"github.com/clawarium/clawarium/provision/steps"
)

// earlier are the controls that the host alone settles.
var earlier = []checks.ID{"K1", "K2", "K4", "K12", "K13", "K21", "K22", "K24", "K25"}

func TestFramesOfTheFindings(t *testing.T) {
	pressed := func(keys ...string) func(*testing.T, int, int) *rig {
		return func(t *testing.T, width, height int) *rig {
			r := looking(t, width, height, &seenMachine{}, passwords)
			r.press(keys...)
			return r
		}
	}
	frames(t, "results-looking", func(t *testing.T, width, height int) *rig {
		r := looking(t, width, height, &seenMachine{first: earlier, hold: make(chan struct{})}, passwords)
		r.until(func() bool { return len(r.results().settled) == len(earlier) && r.results().stage.Total > 0 })
		began := r.results().began
		r.w.session.now = func() time.Time { return began.Add(8 * time.Second) }
		return r
	})
	frames(t, "results", pressed())
	frames(t, "results-end", pressed("end", "down", "down", "down", "down", "down", "down", "down", "down", "down", "down"))
	frames(t, "results-place", pressed("g"))
	frames(t, "results-clause", pressed("g", "g"))
	frames(t, "results-not-met", pressed("1"))
	frames(t, "results-none", pressed("4"))
	frames(t, "results-detail", pressed("1", "down", "enter"))
	frames(t, "results-detail-met", pressed("end", "home", "enter"))
	frames(t, "results-detail-met-below", pressed("enter", "pgdown", "pgdown"))
	frames(t, "results-nothing-to-repair", pressed("f"))
	frames(t, "results-save", pressed("e"))
	frames(t, "results-save-name", pressed("e", "enter"))
	frames(t, "results-off", func(t *testing.T, width, height int) *rig {
		r := looking(t, width, height, &seenMachine{}, switchedOff)
		r.results().off = true
		return r
	})
	frames(t, "results-error", func(t *testing.T, width, height int) *rig {
		return looking(t, width, height, &seenMachine{checkErr: unreachable()})
	})
}

func TestFramesOfARepair(t *testing.T) {
	review := func(t *testing.T, width, height int, m *seenMachine) *rig {
		m.drifts = restarting()
		r := looking(t, width, height, m, passwords)
		if width < leastWidth {
			return r
		}
		r.press("F")
		r.until(func() bool { return r.results().part == partReview || r.w.dialog != nil })
		return r
	}
	frames(t, "results-repair-review", func(t *testing.T, width, height int) *rig {
		return review(t, width, height, &seenMachine{})
	})
	frames(t, "results-repair-ask", func(t *testing.T, width, height int) *rig {
		r := review(t, width, height, &seenMachine{})
		r.press("enter")
		return r
	})
	frames(t, "results-repair-pending", func(t *testing.T, width, height int) *rig {
		return review(t, width, height, &seenMachine{pending: &provision.Repair{
			Began: time.Date(2026, 11, 21, 10, 30, 0, 0, time.UTC), Phase: provision.RepairForward, Steps: []string{"guest-ssh"}}})
	})
	events := func(last provision.EventKind) []provision.Event {
		m := &seenMachine{}
		return []provision.Event{
			{Kind: provision.StepDone, Step: "guest-ssh", Title: m.StepTitle("guest-ssh"), Index: 1, Count: 2, Elapsed: 12 * time.Second},
			{Kind: last, Step: "guest-config", Title: m.StepTitle("guest-config"), Index: 2, Count: 2, Percent: 40, Elapsed: 3 * time.Second},
		}
	}
	running := func(machine func() *seenMachine, over func(*rig) bool) func(*testing.T, int, int) *rig {
		return func(t *testing.T, width, height int) *rig {
			m := machine()
			hold := m.hold
			m.hold = nil
			r := review(t, width, height, m)
			if width < leastWidth {
				return r
			}
			m.hold = hold
			r.press("enter", "down", "enter")
			r.until(func() bool { return over(r) })
			began := r.results().repair.began
			r.w.session.now = func() time.Time { return began.Add(15 * time.Second) }
			return r
		}
	}
	frames(t, "results-repair-running", running(func() *seenMachine {
		return &seenMachine{events: events(provision.StepProgress), hold: make(chan struct{})}
	}, func(r *rig) bool { return len(r.results().repair.rows) == 2 }))
	frames(t, "results-repair-back", running(func() *seenMachine {
		return &seenMachine{events: events(provision.StepUndone), outcome: steps.Outcome{Worse: []steps.Worse{{
			Control: "K20", Title: text.T().Checks.Controls["K20"].Title, Was: checks.Met, Is: checks.NotMet, Line: claimed("exec runs unasked")}}}}
	}, func(r *rig) bool { return r.results().repair.state == repairBack }))
	frames(t, "results-repair-failed", running(func() *seenMachine {
		return &seenMachine{events: events(provision.StepProgress)[:1], repairErr: errors.New("no space left on device")}
	}, func(r *rig) bool { return r.results().repair.state == repairFailed }))
}
