package ui

// The driver of the properties: it answers at random, soon, late, with many events
// or with an error, and in hostile words; and it knows what it may be asked to do.

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/checks/report"
	"github.com/clawarium/clawarium/provision"
	"github.com/clawarium/clawarium/provision/plan"
)

// recordedAnswers are reports of a real machine, whole and damaged, and with
// hostile words put in.
func recordedAnswers(t *testing.T) []report.Report {
	var all []report.Report
	for _, lang := range []string{text.English, text.Chinese} {
		text.Use(lang)
		all = append(all, lookedAt(recorded(t)), lookedAt(recorded(t, passwords, skilled)), lookedAt(recorded(t, switchedOff)))
		rng := rand.New(rand.NewPCG(7, uint64(len(all))))
		hostile := lookedAt(recorded(t, passwords))
		for i := range hostile.Findings {
			f := &hostile.Findings[i]
			f.Title, f.Why, f.Hint = someText(rng, 9), someText(rng, 40), someText(rng, 20)
			f.Evidence = append(slices.Clone(f.Evidence), someText(rng, 300), "", someText(rng, 3))
			f.Fix = append(slices.Clone(f.Fix), someText(rng, 2))
		}
		all = append(all, hostile)
	}
	text.Use(text.English)
	return all
}

// allowance is one thing that the driver may be asked to do, once.
type allowance struct {
	what string
	with string // the plan, name or controls that it is for; "" is any
}

type propertyDriver struct {
	r *propertyRun

	mu      sync.Mutex
	mood    int
	count   int
	reviews map[string]plan.Plan // by the token in what was answered; without problems only
	allowed []allowance
	calls   map[string]int
	stored  map[string]plan.Plan // of what was begun
	heard   strings.Builder      // all that was said to the driver, but the key
}

// rng is the chance of one answer: it depends on the mood, on what is asked, and
// on how often something was.
func (d *propertyDriver) rng(what string) *rand.Rand {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.count++
	h := fnv.New64a()
	fmt.Fprint(h, d.mood, what)
	return rand.New(rand.NewPCG(h.Sum64(), uint64(d.count)))
}

// hear keeps what was said.
func (d *propertyDriver) hear(said ...any) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.heard.Len() < 1<<20 {
		fmt.Fprintln(&d.heard, said...)
	}
}

// called counts a call.
func (d *propertyDriver) called(what string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.calls[what]++
}

// must counts a call that is a fault unless it was allowed.
func (d *propertyDriver) must(what, with string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.calls[what]++
	i := slices.IndexFunc(d.allowed, func(a allowance) bool { return a.what == what && (a.with == "" || a.with == with) })
	if i < 0 {
		d.r.broke("only after a yes", "%s was called with %q; allowed was %q", what, with, d.allowed)
		return
	}
	d.allowed = slices.Delete(d.allowed, i, i+1)
}

// allow replaces what is allowed.
func (d *propertyDriver) allow(all ...allowance) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.allowed = all
}

// wait is how long an answer takes, which may be for ever, and how it ends.
func wait(ctx context.Context, rng *rand.Rand) error {
	took := []time.Duration{0, 0, 0, 30 * time.Millisecond, 30 * time.Millisecond, 2 * time.Second, 40 * time.Second, 1 << 60}[rng.IntN(8)]
	if took > 0 {
		timer := time.NewTimer(took)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
			if rng.IntN(3) == 0 { // it takes a while to come to a stop
				time.Sleep(9 * time.Second)
			}
			if rng.IntN(8) > 0 { // else it was too late
				return &text.Fault{What: "stopped " + someText(rng, 3), Hint: someText(rng, 3), Err: ctx.Err()}
			}
			return nil
		}
	}
	if rng.IntN(5) == 0 {
		return someError(rng)
	}
	return nil
}

func someError(rng *rand.Rand) error {
	said := someText(rng, 20)
	switch rng.IntN(7) {
	case 0:
		return errors.New("")
	case 1:
		return errors.New(said)
	case 2:
		return &text.Fault{What: said, Hint: someText(rng, 9), Err: errors.New(someText(rng, 9))}
	case 3:
		return errors.Join(errors.New(said), &text.Fault{What: "\n", Hint: "\n\n"}, os.ErrNotExist)
	case 4:
		return fmt.Errorf("%w: %s", context.Canceled, said)
	case 5:
		return errors.New(strings.Repeat(said+"x", 300))
	}
	return &provision.StepError{Step: someText(rng, 2), Title: said, Undo: rng.IntN(2) == 0, Left: []string{said}, Err: errors.New(said)}
}

var kinds = []provision.EventKind{
	provision.StepHeld, provision.StepBegan, provision.StepResumed, provision.StepProgress, provision.StepProgress, provision.StepNote,
	provision.StepLog, provision.StepLog, provision.StepDone, provision.StepFailed, provision.StepUndoing, provision.StepUndone, "unheard of",
}

// tell tells events, most of which belong to steps in order.
func tell(rng *rand.Rand, event func(provision.Event)) {
	many := []int{0, 3, 20, 20, 100}[rng.IntN(5)]
	if rng.IntN(60) == 0 {
		many = 4_000
	}
	said := someText(rng, 12)
	for i := range many {
		e := provision.Event{
			Kind: kinds[rng.IntN(len(kinds))], Step: fmt.Sprint("step-", 1+i/9), Title: said, Index: 1 + i/9, Count: 1 + many/9,
			Stage: said, Bytes: rng.Int64N(1 << 40), Total: rng.Int64N(1<<40) - 1<<20, Percent: float64(rng.IntN(140) - 20),
			Line: said, Rate: float64(rng.IntN(1 << 30)), Elapsed: time.Duration(rng.Int64N(int64(100 * time.Hour))), Estimate: time.Duration(rng.Int64N(int64(time.Hour))) - time.Minute,
		}
		if rng.IntN(9) == 0 {
			e = provision.Event{Kind: e.Kind, Step: someText(rng, 2), Title: someText(rng, 9), Line: someText(rng, 50), Index: rng.IntN(99) - 9, Count: rng.IntN(99) - 9}
		}
		event(e)
	}
}

// report tells through a reporter.
func tellReporter(rng *rand.Rand, p provision.Reporter) {
	for range rng.IntN(4) {
		p.Stage(someText(rng, 9))
		p.Bytes(rng.Int64N(1<<30), rng.Int64N(1<<30)-1)
		p.Percent(float64(rng.IntN(120) - 10))
		p.Note(someText(rng, 20))
		p.Log(someText(rng, 20))
	}
}

func (d *propertyDriver) Host() plan.Host    { return testHost }
func (d *propertyDriver) Machines() []string { return []string{"openclaw", "second"} }
func (d *propertyDriver) Stored(name string) (plan.Plan, error) {
	rng := d.rng("stored")
	if rng.IntN(4) == 0 {
		return plan.Plan{}, someError(rng)
	}
	d.mu.Lock()
	p, begun := d.stored[name]
	d.mu.Unlock()
	if begun {
		return p, nil
	}
	p = plan.Default(testHost)
	p.Name = name
	return p, nil
}

func (d *propertyDriver) Preflight(ctx context.Context, p plan.Plan, say func(string)) (Preflight, error) {
	rng := d.rng("preflight")
	say(someText(rng, 9))
	var found Preflight
	for range rng.IntN(30) {
		found.Lines = append(found.Lines, PreflightLine{
			Status: []checks.Status{checks.Met, checks.NotMet, checks.NotChecked, "unheard of"}[rng.IntN(4)],
			What:   someText(rng, 20), Hint: someText(rng, 9), Stops: rng.IntN(60) == 0, ID: fmt.Sprint("finding-", rng.IntN(9)),
		})
		l := &found.Lines[len(found.Lines)-1]
		if rng.IntN(2) == 0 {
			l.Why, l.Commands = someText(rng, 30), []string{someText(rng, 9), someText(rng, 30)}
		}
		if rng.IntN(2) == 0 {
			l.Fix = &PreflightFix{
				ID: fmt.Sprint("fix-", len(found.Lines)), Title: someText(rng, 5), Commands: slices.Repeat([]string{someText(rng, 30)}, rng.IntN(9)),
				Sudo: rng.IntN(2) == 0, Undo: rng.IntN(4) > 0, After: []string{AfterRestart, AfterLogin, AfterReboot, 7: AfterNothing}[rng.IntN(8)],
			}
		}
	}
	if rng.IntN(2) == 0 {
		found.Estimate = Estimate{Total: time.Duration(rng.Int64N(1 << 50)), Disk: rng.Int64N(1 << 40), Download: rng.Int64N(1 << 40)}
	}
	return found, wait(ctx, rng)
}

func (d *propertyDriver) Fix(ctx context.Context, _ plan.Plan, id string, say func(string)) error {
	d.must("fix", id)
	rng := d.rng("fix")
	for range []int{0, 3, 3_000}[rng.IntN(3)] {
		say(someText(rng, 9))
	}
	return wait(ctx, rng)
}

func (d *propertyDriver) Unfix(ctx context.Context, id string, say func(string)) error {
	d.must("unfix", id)
	rng := d.rng("unfix")
	say(someText(rng, 9))
	return wait(ctx, rng)
}
func (d *propertyDriver) Restart(Place) error { return someError(d.rng("restart")) }
func (d *propertyDriver) Keep(Place, bool) (string, error) {
	rng := d.rng("keep")
	if rng.IntN(4) == 0 {
		return "", someError(rng)
	}
	return someText(rng, 9), nil
}

func (d *propertyDriver) Review(ctx context.Context, p plan.Plan, say func(string)) (Review, error) {
	rng := d.rng("review")
	say(someText(rng, 9))
	data, err := p.YAML()
	if err != nil {
		return Review{}, err
	}
	made := Review{
		Seconds: rng.IntN(9999) - 9, Download: rng.Int64N(1<<40) - 99, Disk: rng.Int64N(1<<40) - 99, Plan: string(data),
		Existing: rng.IntN(3) == 0, Problems: p.Problems(testHost),
	}
	for range rng.IntN(12) {
		made.Lines = append(made.Lines, "name      "+someText(rng, 20))
		made.Caveats = append(made.Caveats, someText(rng, 20))
		made.Steps = append(made.Steps, ReviewStep{fmt.Sprint("step-", 1+len(made.Steps)), someText(rng, 6)})
	}
	err = wait(ctx, rng)
	d.mu.Lock()
	defer d.mu.Unlock()
	token := fmt.Sprintf("review %d\n", len(d.reviews))
	made.Detail = token + someText(rng, 200)
	if err == nil && len(made.Problems) == 0 {
		d.reviews[token] = p
	} else {
		d.reviews[token] = plan.Plan{Name: "of which there is no review"}
	}
	return made, err
}

// file is a plan as a file, by which plans are held against each other.
func file(p plan.Plan) string {
	data, err := p.YAML()
	return fmt.Sprint(string(data), err)
}

func (d *propertyDriver) SavePlan(p plan.Plan, path string) error {
	d.called("save")
	d.hear(file(p), path)
	rng := d.rng("save")
	if rng.IntN(2) == 0 {
		return someError(rng)
	}
	return nil
}

func (d *propertyDriver) Setup(ctx context.Context, p plan.Plan, key []byte, promised []checks.ID, event func(provision.Event)) (provision.Result, error) {
	d.must("setup", file(p))
	d.hear(file(p), promised)
	for _, b := range key {
		if b <= ' ' || b > '~' {
			d.r.broke("the key is one", "set-up is given a byte 0x%x in it", b)
		}
	}
	d.mu.Lock()
	d.stored[p.Name] = p
	d.mu.Unlock()
	rng := d.rng("setup")
	tell(rng, event)
	err := wait(ctx, rng)
	tell(rng, event)
	return provision.Result{Made: rng.IntN(9)}, err
}

func (d *propertyDriver) Undo(ctx context.Context, name string, event func(provision.Event)) error {
	d.must("undo", name)
	rng := d.rng("undo")
	tell(rng, event)
	err := wait(ctx, rng)
	if err == nil {
		d.mu.Lock()
		delete(d.stored, name)
		d.mu.Unlock()
	}
	return err
}

func (d *propertyDriver) Machine(name string) (Machine, error) {
	rng := d.rng("machine")
	if rng.IntN(9) == 0 {
		return nil, someError(rng)
	}
	p := plan.Default(testHost)
	p.Name = name
	return &propertyMachine{d: d, plan: p}, nil
}
