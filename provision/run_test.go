package provision

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/clawarium/clawarium/assets/text"
)

// tank is a machine in memory: what is in it survives the runs.
type tank struct {
	has   map[string]string
	calls []string
}

func newTank() *tank { return &tank{has: map[string]string{}} }

func (k *tank) called(s string) { k.calls = append(k.calls, s) }

// take returns the calls so far and forgets them.
func (k *tank) take() string {
	s := strings.Join(k.calls, " ")
	k.calls = nil
	return s
}

// step sets key id to "made" and records what is called.
func (k *tank) step(id string) Step {
	return Step{
		ID: id, Title: strings.ToUpper(id),
		Holds: func(context.Context) (bool, error) { return k.has[id] == "made", nil },
		Before: func(context.Context) (any, error) {
			k.called("before:" + id)
			return map[string]string{"was": k.has[id]}, nil
		},
		Do: func(_ context.Context, before json.RawMessage, _ Reporter) error {
			k.called("do:" + id + ":" + was(before))
			k.has[id] = "made"
			return nil
		},
		Undo: func(_ context.Context, before json.RawMessage, _ Reporter) error {
			k.called("undo:" + id + ":" + was(before))
			if w := was(before); w != "" {
				k.has[id] = w
			} else {
				delete(k.has, id)
			}
			return nil
		},
	}
}

func was(before json.RawMessage) string {
	var b struct{ Was string }
	if err := json.Unmarshal(before, &b); err != nil {
		panic(err)
	}
	return b.Was
}

func (k *tank) steps(ids ...string) []Step {
	var out []Step
	for _, id := range ids {
		out = append(out, k.step(id))
	}
	return out
}

var testOptions = Options{Version: "1.0.0", ResumeCommand: "clawarium setup", UndoCommand: "clawarium undo"}

func do(t *testing.T, dir string, steps []Step) (Result, error) {
	t.Helper()
	return New(dir, steps, nil, testOptions).Do(t.Context())
}

func TestStepsAreMadeOnceAndASecondRunChangesNothingAndSaysSo(t *testing.T) {
	dir, k := filepath.Join(t.TempDir(), "m"), newTank()
	k.has["b"] = "made"
	steps := k.steps("a", "b", "c")
	result, err := do(t, dir, steps)
	if err != nil || result.Made != 2 || result.Held != 1 || !result.Changed() {
		t.Fatalf("%+v, %v", result, err)
	}
	if got := k.take(); got != "before:a do:a: before:c do:c:" {
		t.Errorf("calls: %s", got)
	}
	journal, _ := os.ReadFile(filepath.Join(dir, JournalFile))
	result, err = do(t, dir, steps)
	if err != nil || result.Changed() || result.Held != 3 {
		t.Errorf("%+v, %v", result, err)
	}
	if got := k.take(); got != "" {
		t.Errorf("second run called %s", got)
	}
	if again, _ := os.ReadFile(filepath.Join(dir, JournalFile)); string(again) != string(journal) {
		t.Errorf("second run wrote\n%s", again[len(journal):])
	}
}

func TestUndoGoesBackLastFirstAndLeavesWhatWasThereBefore(t *testing.T) {
	dir, k := t.TempDir(), newTank()
	k.has["b"], k.has["c"] = "made", "old"
	steps := k.steps("a", "b", "c")
	if _, err := do(t, dir, steps); err != nil {
		t.Fatal(err)
	}
	k.take()
	r := New(dir, steps, nil, testOptions)
	if err := r.Undo(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := k.take(); got != "undo:c:old undo:a:" {
		t.Errorf("calls: %s", got)
	}
	if len(k.has) != 2 || k.has["b"] != "made" || k.has["c"] != "old" {
		t.Errorf("left %v", k.has)
	}
	if s, _ := State(dir); !s.Closed || len(s.Steps) != 0 {
		t.Errorf("status %+v", s)
	}
	if err := r.Undo(t.Context()); err != nil || k.take() != "" {
		t.Errorf("a second undo did something: %v", err)
	}
	if _, err := do(t, dir, steps); err != nil || k.has["c"] != "made" {
		t.Errorf("after undo it cannot be made again: %v", err)
	}
	if err := r.Undo(t.Context()); err != nil || k.has["c"] != "old" {
		t.Errorf("nor taken back: %v", err)
	}
}

func TestAResumedStepKeepsTheFirstBefore(t *testing.T) {
	dir, k := t.TempDir(), newTank()
	k.has["a"] = "old"
	half := k.step("a")
	half.Do = func(context.Context, json.RawMessage, Reporter) error {
		k.has["a"] = "half"
		return errors.New("the cable was pulled")
	}
	_, err := do(t, dir, []Step{half})
	var failed *StepError
	if !errors.As(err, &failed) || failed.Step != "a" || !strings.Contains(err.Error(), "the cable was pulled") {
		t.Fatalf("got %v", err)
	}
	if hints := text.Hint(err); len(hints) != 2 || !strings.Contains(hints[0], "clawarium setup") || !strings.Contains(hints[1], "clawarium undo") {
		t.Errorf("hints %q", hints)
	}
	k.take()
	var kinds []EventKind
	r := New(dir, k.steps("a"), func(e Event) { kinds = append(kinds, e.Kind) }, testOptions)
	if _, err := r.Do(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := k.take(); got != "do:a:old" {
		t.Errorf("calls: %s", got)
	}
	if !slices.Equal(kinds, []EventKind{StepResumed, StepDone}) {
		t.Errorf("events: %v", kinds)
	}
	if b, err := Before(dir, "a"); err != nil || string(b) != `{"was":"old"}` {
		t.Errorf("before %s, %v", b, err)
	}
}

func TestADriftedStepIsMadeAgainAndUndoStillReachesTheStart(t *testing.T) {
	dir, k := t.TempDir(), newTank()
	k.has["a"] = "old"
	steps := k.steps("a", "b")
	if _, err := do(t, dir, steps); err != nil {
		t.Fatal(err)
	}
	k.has["a"] = "meddled"
	k.take()
	result, err := do(t, dir, steps)
	if err != nil || result.Made != 1 || result.Held != 1 {
		t.Errorf("%+v, %v", result, err)
	}
	if got := k.take(); got != "do:a:old" {
		t.Errorf("calls: %s", got)
	}
	if journal, _ := os.ReadFile(filepath.Join(dir, JournalFile)); !strings.Contains(string(journal), `"kind":"note","step":"a","data":{"drift":true}`) {
		t.Error("the drift is not in the journal")
	}
	if err := New(dir, steps, nil, testOptions).Undo(t.Context()); err != nil || k.has["a"] != "old" {
		t.Errorf("%v, %v", k.has, err)
	}
	if got := k.take(); got != "undo:b: undo:a:old" {
		t.Errorf("calls: %s", got)
	}
}

func TestAStepThatDoesNotTakeEffectIsNotDone(t *testing.T) {
	dir, k := t.TempDir(), newTank()
	idle := k.step("a")
	idle.Do = func(context.Context, json.RawMessage, Reporter) error { return nil }
	_, err := do(t, dir, []Step{idle})
	if !errors.Is(err, ErrNoEffect) || err.Error() != "A (a): it ran to its end and did not take effect" {
		t.Errorf("got %v", err)
	}
	if s, _ := State(dir); len(s.Steps) != 1 || s.Steps[0].Done || s.Steps[0].Error == "" {
		t.Errorf("status %+v", s)
	}
}

func TestCtrlCLeavesAStateToGoOnFromAndSaysTheCommands(t *testing.T) {
	dir, k := t.TempDir(), newTank()
	ctx, cancel := context.WithCancel(t.Context())
	long := k.step("b")
	long.Do = func(ctx context.Context, _ json.RawMessage, _ Reporter) error {
		k.has["b"] = "half"
		cancel()
		<-ctx.Done()
		return ctx.Err()
	}
	steps := k.steps("a", "b", "c")
	steps[1] = long
	_, err := New(dir, steps, nil, testOptions).Do(ctx)
	var stopped *Stopped
	if !errors.As(err, &stopped) || stopped.Step != "b" || !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
	if hints := strings.Join(text.Hint(err), "\n"); hints != "to go on: clawarium setup\nto take everything back: clawarium undo" {
		t.Errorf("hints %q", hints)
	}
	if _, err := do(t, dir, k.steps("a", "b", "c")); err != nil || k.has["b"] != "made" || k.has["c"] != "made" {
		t.Errorf("%v, %v", k.has, err)
	}
}

func TestADeadlineNamesTheStepAndTheLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir, k := t.TempDir(), newTank()
		slow := k.step("boot")
		slow.Deadline = 90 * time.Second
		slow.Do = func(ctx context.Context, _ json.RawMessage, _ Reporter) error {
			<-ctx.Done()
			return fmt.Errorf("waiting for SSH: %w", ctx.Err())
		}
		result, err := New(dir, []Step{slow}, nil, testOptions).Do(t.Context())
		var failed *StepError
		if !errors.As(err, &failed) || !errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("got %v", err)
		}
		if want := "BOOT (boot): not finished within its limit of 1 min 30 s: waiting for SSH: context deadline exceeded"; err.Error() != want {
			t.Errorf("got %q, want %q", err, want)
		}
		if hints := text.Hint(err); len(hints) != 3 {
			t.Errorf("hints %q", hints)
		}
		if result.Elapsed < 90*time.Second {
			t.Errorf("elapsed %v", result.Elapsed)
		}
	})
}

func TestAPanicFailsItsStepAndItsStackGoesToTheJournalNotTheScreen(t *testing.T) {
	dir, k := t.TempDir(), newTank()
	bad := k.step("a")
	bad.Do = func(context.Context, json.RawMessage, Reporter) error { return []error{}[len(k.calls)-1] }
	var log strings.Builder
	opts := testOptions
	opts.Log = &log
	_, err := New(dir, []Step{bad}, nil, opts).Do(t.Context())
	var failed *StepError
	if !errors.As(err, &failed) || strings.Contains(err.Error(), "goroutine") || !strings.Contains(err.Error(), "out of range") {
		t.Fatalf("got %v", err)
	}
	data, _ := os.ReadFile(filepath.Join(dir, JournalFile))
	if !strings.Contains(string(data), "run_test.go") || !strings.Contains(log.String(), "run_test.go") {
		t.Error("the stack is lost")
	}
	if _, err := do(t, dir, k.steps("a")); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

func TestStepsWithinOneThatIsTakenBackGoWithIt(t *testing.T) {
	make := func(k *tank) []Step {
		steps := k.steps("net", "vm", "account", "config", "last")
		steps[2].Within, steps[3].Within = "vm", "account"
		return steps
	}
	dir, k := t.TempDir(), newTank()
	if _, err := do(t, dir, make(k)); err != nil {
		t.Fatal(err)
	}
	k.take()
	r := New(dir, make(k), nil, testOptions)
	if err := r.UndoTo(t.Context(), "account"); err != nil {
		t.Fatal(err)
	}
	if got := k.take(); got != "undo:last: undo:config:" {
		t.Errorf("to account: %s", got)
	}
	if err := r.Undo(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := k.take(); got != "undo:vm: undo:net:" {
		t.Errorf("all: %s", got)
	}
	if s, _ := State(dir); len(s.Steps) != 0 || !s.Closed {
		t.Errorf("status %+v", s)
	}

	// What was there before is not ours to destroy: what we did in it is undone.
	dir, k = t.TempDir(), newTank()
	k.has["vm"] = "made"
	if _, err := do(t, dir, make(k)); err != nil {
		t.Fatal(err)
	}
	k.take()
	if err := New(dir, make(k), nil, testOptions).Undo(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := k.take(); got != "undo:last: undo:account: undo:net:" {
		t.Errorf("with a machine of somebody else: %s", got)
	}
}

func TestUndoStopsAtTheFirstStepThatFailsSaysWhatIsLeftAndGoesOnLater(t *testing.T) {
	dir, k := t.TempDir(), newTank()
	steps := k.steps("a", "b", "c")
	if _, err := do(t, dir, steps); err != nil {
		t.Fatal(err)
	}
	broken := slices.Clone(steps)
	broken[1].Undo = func(context.Context, json.RawMessage, Reporter) error { return errors.New("volume busy") }
	err := New(dir, broken, nil, testOptions).Undo(t.Context())
	var failed *StepError
	if !errors.As(err, &failed) || !failed.Undo || !slices.Equal(failed.Left, []string{"b", "a"}) {
		t.Fatalf("got %v", err)
	}
	if !strings.Contains(err.Error(), "b, a") || strings.Join(text.Hint(err), "") != "to go on: clawarium undo" {
		t.Errorf("said %q, hints %q", err, text.Hint(err))
	}
	k.take()
	if err := New(dir, steps, nil, testOptions).Undo(t.Context()); err != nil || k.take() != "undo:b: undo:a:" {
		t.Errorf("later: %v", err)
	}
}

func TestUndoToANameThatWasNotMadeListsThoseThatWere(t *testing.T) {
	dir, k := t.TempDir(), newTank()
	if _, err := do(t, dir, k.steps("a", "b")); err != nil {
		t.Fatal(err)
	}
	err := New(dir, k.steps("a", "b"), nil, testOptions).UndoTo(t.Context(), "x")
	if err == nil || !strings.Contains(strings.Join(text.Hint(err), ""), "a, b") {
		t.Errorf("%v, %q", err, text.Hint(err))
	}
}

func TestAStepThatThisVersionDoesNotKnowStopsUndoBeforeItTouchesAnything(t *testing.T) {
	dir, k := t.TempDir(), newTank()
	if _, err := do(t, dir, k.steps("a", "b", "c")); err != nil {
		t.Fatal(err)
	}
	k.take()
	err := New(dir, k.steps("a", "c"), nil, testOptions).Undo(t.Context())
	if err == nil || !strings.Contains(err.Error(), `"b"`) || !strings.Contains(strings.Join(text.Hint(err), ""), "1.0.0") || k.take() != "" {
		t.Errorf("%v, %q", err, text.Hint(err))
	}
}

func TestUndoOfNothingMakesNothing(t *testing.T) {
	root := t.TempDir()
	if err := New(filepath.Join(root, "m"), nil, nil, testOptions).Undo(t.Context()); err != nil {
		t.Fatal(err)
	}
	if left, _ := os.ReadDir(root); len(left) != 0 {
		t.Errorf("left %v", left)
	}
}

func TestAListOfStepsThatCannotBeJournaledIsRefusedWhole(t *testing.T) {
	k := newTank()
	steps := append(k.steps("a", "a", ""), Step{ID: "idle"}, Step{ID: "in", Within: "later", Holds: k.step("x").Holds, Do: k.step("x").Do})
	_, err := do(t, t.TempDir(), steps)
	for _, want := range []string{`the ID "a"`, "number 3", `"idle" lacks`, `within "later"`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v lacks %q", err, want)
		}
	}
}

func TestARunTakesTheLockOnlyWhenItsCallerHasItNot(t *testing.T) {
	dir, k := t.TempDir(), newTank()
	s := k.step("a")
	inner := s.Do
	s.Do = func(ctx context.Context, b json.RawMessage, r Reporter) error {
		if _, err := Acquire(dir, "other"); err == nil {
			t.Error("no lock while a step runs")
		}
		return inner(ctx, b, r)
	}
	if _, err := do(t, dir, []Step{s}); err != nil {
		t.Fatal(err)
	}
	l, err := Acquire(dir, "mine")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Release()
	if _, err := do(t, dir, []Step{s}); err != nil {
		t.Error(err)
	}
	if !holdsLock(dir) {
		t.Error("the run gave its caller's lock away")
	}
}
