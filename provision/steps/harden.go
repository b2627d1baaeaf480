package steps

// Re-hardening: a repair from its beginning to its end. What is chosen is made
// again, the machine is looked at anew, and when a step did not work or anything
// is worse than before, all of it is taken back. A process that is killed is
// followed by another that goes on with the same repair.

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"sort"
	"time"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/provision"
)

// Hardening repairs one machine. Its caller has the machine's lock.
type Hardening struct {
	// LookAround looks at the machine.
	LookAround func(context.Context) (Look, error)
	// Event gets what the steps tell.
	Event func(provision.Event)
	// Options are those of a run.
	Options provision.Options

	dir    string
	judge  func(*Look)
	steps  func(*provision.Repair) ([]provision.Step, error)
	forget func(context.Context, *provision.Repair) error
	change func(context.Context) (*Changed, error) // ends a change of the way out
	accept func(before Look, after *Look, r *provision.Repair) error
	begin  func(back bool) // of each way
	pause  time.Duration
}

// Hardening returns what repairs this machine.
func (e *Env) Hardening(progress checks.Reporter, event func(provision.Event), opts provision.Options) *Hardening {
	return &Hardening{
		LookAround: func(ctx context.Context) (Look, error) { return e.LookAround(ctx, progress) },
		Event:      event, Options: opts,
		dir:    e.dir,
		judge:  func(l *Look) { l.judge(e.Plan) },
		steps:  e.repairSteps,
		forget: e.forgetRepair,
		change: func(ctx context.Context) (*Changed, error) { return e.FinishChange(ctx, event, opts) },
		accept: e.acceptOwn,
		begin: func(back bool) {
			e.checked = nil // what was looked up may have changed since
			if back {
				e.hangUp() // the session may be what failed
			}
		},
		pause: 10 * time.Second,
	}
}

// Outcome is what a repair came to.
type Outcome struct {
	Steps  []string // that were in it
	Before Look     // as it was when the repair began; without Standing
	After  Look     // as it is now, with the repair or without
	Kept   bool     // it stays; else it was taken back
	// Failed is why it was taken back, when a step did not work.
	Failed error
	// Worse lists the controls that it was taken back for.
	Worse []Worse
	// Unlike says in which lines of evidence the machine differs from before the
	// repair although it was taken back; none, as it should be.
	Unlike []string
}

// Worse is a control that held before a repair and does not after it.
type Worse struct {
	Control checks.ID
	Title   string
	Was, Is checks.Status
	Line    string // the first of its evidence
}

// Pending is the repair that an earlier process left, nil when there is none. One
// that was over but for tidying up is tidied up, and a change of the way out, which
// is no repair to its owner, is brought to its end.
func (h *Hardening) Pending(ctx context.Context) (*provision.Repair, error) {
	r, err := provision.PendingRepair(h.dir)
	if err == nil && r != nil && isChange(r) {
		_, err := h.change(ctx)
		return nil, err
	}
	if err != nil || r == nil || r.Phase != provision.RepairKept {
		return r, err
	}
	return nil, h.end(ctx, r)
}

// Repair has the steps of the chosen drifts made again. l is the look that they
// were found by. Its error is of a repair that is neither kept nor taken back:
// stopped, or not to be taken back either. The next call goes on with it.
func (h *Hardening) Repair(ctx context.Context, l Look, chosen []Drift) (Outcome, error) {
	var steps, force []string
	restart := false
	for _, d := range chosen {
		steps, force = append(steps, d.Steps...), append(force, d.Force...)
		restart = restart || d.Restart
	}
	slices.Sort(force)
	because, err := json.Marshal(why{Force: slices.Compact(force)})
	if err != nil {
		return Outcome{}, err
	}
	before, err := json.Marshal(l.Evidence)
	if err != nil {
		return Outcome{}, err
	}
	r, err := provision.BeginRepair(h.dir, h.Options.Version, repairOrder(steps, restart),
		map[string][]byte{repairWhy: because, repairBefore: before})
	if err != nil {
		return Outcome{}, err
	}
	return h.goOn(ctx, r, l)
}

// Resume goes on with a repair, the way that it was going; with back, it takes it
// back.
func (h *Hardening) Resume(ctx context.Context, r *provision.Repair, back bool) (Outcome, error) {
	data, err := r.Read(repairBefore)
	if err != nil {
		return Outcome{}, err
	}
	before := Look{}
	if before.Evidence, err = checks.ParseEvidence(data); err != nil {
		return Outcome{}, err
	}
	h.judge(&before)
	if back || r.Phase == provision.RepairBack {
		return h.back(ctx, r, Outcome{Steps: r.Steps, Before: before})
	}
	return h.goOn(ctx, r, before)
}

// goOn makes what is to be made and decides whether it stays.
func (h *Hardening) goOn(ctx context.Context, r *provision.Repair, before Look) (Outcome, error) {
	out := Outcome{Steps: r.Steps, Before: before}
	h.begin(false)
	steps, err := h.steps(r)
	if err != nil {
		return out, err
	}
	if _, err := r.Do(ctx, steps, h.Event, h.Options); err != nil {
		var failed *provision.StepError
		if ctx.Err() != nil || !errors.As(err, &failed) {
			return out, err
		}
		out.Failed = err
		return h.back(ctx, r, out)
	}
	// Not to have been able to look passes more often than it stays.
	for try := 0; ; try++ {
		if out.After, err = h.LookAround(ctx); err != nil {
			return out, h.unseen(err)
		}
		if err := h.accept(before, &out.After, r); err != nil {
			return out, err
		}
		out.Worse = worse(before.Findings, out.After.Findings)
		wrong := slices.ContainsFunc(out.Worse, func(w Worse) bool { return w.Is == checks.NotMet })
		if len(out.Worse) == 0 || wrong || try == 1 {
			break
		}
		select {
		case <-ctx.Done():
			return out, h.unseen(ctx.Err())
		case <-time.After(h.pause):
		}
	}
	if len(out.Worse) > 0 {
		return h.back(ctx, r, out)
	}
	out.Kept = true
	if err := r.Keep(); err != nil {
		return out, err
	}
	return out, h.end(ctx, r)
}

// back takes the repair back and looks whether all is as it was.
func (h *Hardening) back(ctx context.Context, r *provision.Repair, out Outcome) (Outcome, error) {
	h.begin(true)
	steps, err := h.steps(r)
	if err != nil {
		return out, err
	}
	if err := r.Undo(ctx, steps, h.Event, h.Options); err != nil {
		if out.Failed != nil {
			err = errors.Join(out.Failed, err)
		}
		return out, err
	}
	if out.After, err = h.LookAround(ctx); err != nil {
		return out, h.unseen(err)
	}
	out.Unlike = unlike(out.Before.Findings, out.After.Findings)
	return out, h.end(ctx, r)
}

// unseen is the error of a repair after which nobody has looked yet.
func (h *Hardening) unseen(err error) error {
	return fault(text.T().Harden.Unseen, fmt.Sprintf(text.T().Engine.GoOn, h.Options.ResumeCommand), err)
}

// end forgets what was kept for the way back.
func (h *Hardening) end(ctx context.Context, r *provision.Repair) error {
	if err := h.forget(ctx, r); err != nil {
		return err
	}
	return r.End()
}

// worse lists what held before and does not hold now.
func worse(before, after []checks.Finding) []Worse {
	held := func(s checks.Status) bool {
		return s == checks.Met || s == checks.Attested || s == checks.NotApplicable
	}
	var out []Worse
	for _, was := range before {
		if !held(was.Status) {
			continue
		}
		w := Worse{Control: was.Control, Title: was.Title, Was: was.Status, Is: checks.NotChecked}
		for _, is := range after {
			if is.Control == was.Control {
				if w.Is = is.Status; len(is.Evidence) > 0 {
					w.Line = is.Evidence[0]
				}
			}
		}
		if !held(w.Is) {
			out = append(out, w)
		}
	}
	return out
}

var numbers = regexp.MustCompile(`[0-9]+`)

// unlike says in which lines two sets of findings differ. Numbers do not count:
// a process has another after every start.
func unlike(before, after []checks.Finding) []string {
	lines := func(all []checks.Finding) map[string]int {
		out := map[string]int{}
		for _, f := range all {
			out[string(f.Control)+": "+string(f.Status)]++
			for _, line := range f.Evidence {
				out[string(f.Control)+": "+numbers.ReplaceAllString(line, "0")]++
			}
		}
		return out
	}
	a, b := lines(before), lines(after)
	var out []string
	for line, n := range a {
		if b[line] < n {
			out = append(out, "- "+line)
		}
	}
	for line, n := range b {
		if a[line] < n {
			out = append(out, "+ "+line)
		}
	}
	sort.Slice(out, func(i, j int) bool {
		x, y := out[i], out[j]
		return x[2:] < y[2:] || x[2:] == y[2:] && x[0] > y[0]
	})
	return out
}

// acceptOwn takes into the baseline what the repair itself wrote: files that it
// has made wholly what clawarium makes of them, and that were as accepted before.
func (e *Env) acceptOwn(before Look, after *Look, r *provision.Repair) error {
	baseline := after.Evidence.Subject.Baseline
	if baseline == nil {
		return nil
	}
	drifted := map[string]bool{}
	for _, c := range checks.Drift(baseline, before.Evidence) {
		drifted[c.Path] = true
	}
	var own []string
	for _, c := range checks.Drift(baseline, after.Evidence) {
		step := stepOf(c.Path, c.What)
		stand := after.Standing[step]
		if drifted[c.Path] || step == "" || !slices.Contains(r.Steps, step) || stand.Err != nil || !stand.Holds {
			continue
		}
		if c.Kind == checks.Removed || c.What == checks.KeptSettings || c.What == checks.KeptPolicy || e.owns(step, c.Path) {
			own = append(own, c.Path)
		}
	}
	if len(own) == 0 {
		return nil
	}
	if err := e.AcceptChange(after.Evidence, own...); err != nil {
		return err
	}
	e.JudgeAgain(after)
	return nil
}

// owns says whether the file is one that the step makes as a whole.
func (e *Env) owns(step, path string) bool {
	s, err := e.guestStep(step)
	if err != nil {
		return false
	}
	for _, f := range s.Files {
		if f.Path == path {
			return true
		}
	}
	return false
}
