// Package provision makes the machine match a plan, one journaled step at a
// time. Only the engine lives here: what a step is, how steps are run, resumed
// and undone, the journal, and the lock. The steps themselves are in
// provision/steps.
package provision

import (
	"context"
	"encoding/json"
	"time"

	"github.com/clawarium/clawarium/checks"
)

// Step is one change to a machine, small enough to describe, to check and to
// take back.
type Step struct {
	// ID names the step in the journal, in commands and in tests; it never
	// changes once released. Lower case, words separated by hyphens.
	ID string
	// Title says in a few words what is being made, in the person's language.
	Title string
	// Ensures lists the controls that this step is there for.
	Ensures []checks.ID
	// Within names an earlier step whose Undo destroys all that this one made;
	// when both are taken back in one go, this step's Undo is not called.
	Within string
	// Expect is how long Do takes on this machine, estimated; 0 when unknown.
	Expect time.Duration
	// Deadline for Do, including Holds after it. 0 means no limit of its own.
	Deadline time.Duration

	// Holds looks at the effective state, never at the journal, and says
	// whether everything that the step makes is there. It changes nothing.
	Holds func(ctx context.Context) (bool, error)
	// Before reads what Undo will need to restore the earlier state. It is
	// called once, before `begin` is written, and changes nothing. May be nil.
	// The value is stored as JSON and must not hold a secret.
	Before func(ctx context.Context) (any, error)
	// Do makes the change. It is idempotent: it may find its own work done,
	// half done or not begun. before is what Before returned when the step was
	// first begun, perhaps by a process that was killed since.
	Do func(ctx context.Context, before json.RawMessage, r Reporter) error
	// Undo restores the state that before describes. Idempotent as well, and
	// called for steps that were begun, whether or not they were done. May be nil
	// when there is nothing to take back.
	Undo func(ctx context.Context, before json.RawMessage, r Reporter) error
}

// Reporter is told what a step is doing. Its methods return at once and may be
// called from any goroutine.
type Reporter interface {
	// Stage says what is happening now, in a few words of the person's language.
	Stage(text string)
	// Bytes says how far a transfer is. A total of 0 or less means unknown.
	Bytes(done, total int64)
	// Percent says how far the stage is, 0 to 100.
	Percent(p float64)
	// Note says something that the owner should still be able to read when the
	// step is over: a sentence of their language.
	Note(text string)
	// Log passes on a line of a tool's output or of the guest's console.
	Log(line string)
}

// EventKind says what an Event tells.
type EventKind string

// The kinds of events, in the order in which a step sends them.
const (
	StepHeld     EventKind = "held"     // already as wanted, nothing done
	StepBegan    EventKind = "began"    // begin is in the journal
	StepResumed  EventKind = "resumed"  // begun by an earlier process; going on
	StepProgress EventKind = "progress" // Stage, bytes or percent changed
	StepNote     EventKind = "note"     // Line has a sentence to keep in sight
	StepLog      EventKind = "log"      // Line has a line of output
	StepDone     EventKind = "done"     // Holds said yes afterwards
	StepFailed   EventKind = "failed"   // Err says why
	StepUndoing  EventKind = "undoing"
	StepUndone   EventKind = "undone"
)

// Event is one fact about a run. Line mode prints it and the screen draws it.
type Event struct {
	Kind     EventKind
	Step     string // ID
	Title    string
	Index    int // from 1
	Count    int
	Stage    string
	Bytes    int64 // with Total: how far a transfer is; 0 of 0 when none
	Total    int64
	Percent  float64 // 0 to 100; negative when unknown
	Line     string
	Rate     float64       // bytes a second, of the last while; 0 when unknown
	Elapsed  time.Duration // since the step began
	Estimate time.Duration // left for the step; 0 when unknown
	Err      error
}
