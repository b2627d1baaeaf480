package main

// The driver behind the screen and the line mode: how a plan becomes a machine.
// Nothing here prints: what is to be said goes to whoever asked.

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/checks/preflight"
	"github.com/clawarium/clawarium/provision"
	"github.com/clawarium/clawarium/provision/host"
	"github.com/clawarium/clawarium/provision/plan"
	"github.com/clawarium/clawarium/provision/steps"
	"github.com/clawarium/clawarium/ui"
)

// driver implements ui.Driver. Its methods may be called from several goroutines.
type driver struct {
	*app
	key []byte // of the model's provider, from the environment; used when none is typed

	mu sync.Mutex
	// probed is what trying KVM came to, in the language lang.
	probed *steps.Probed
	lang   string
	// chosen are the choices that were reviewed, for the plan with this hash: what
	// is made is what was shown.
	chosen *steps.Choices
	of     string
	// fixes are those that the last look at this computer proposed: what is run is
	// what was shown.
	fixes []preflight.Fix
	speed *host.Speed // of this computer, measured once
}

func newDriver(a *app) *driver { return &driver{app: a, key: keyFromEnviron()} }

func (d *driver) Host() plan.Host { return d.hostFacts() }

func (d *driver) Machines() []string { return d.machines() }

func (d *driver) Stored(name string) (plan.Plan, error) {
	if err := validName(name, d.hostFacts()); err != nil {
		return plan.Plan{}, err
	}
	return steps.StoredPlan(d.dirs, name)
}

// env opens the environment of a plan. Where its machine was begun, that is the
// same plan, or an error.
func (d *driver) env(p plan.Plan) (env *steps.Env, existing bool, err error) {
	old, err := d.Stored(p.Name)
	switch {
	case err == nil:
		p.Language = old.Language // of what is said now; the machine is the same
		if err := d.unlike(old, p); err != nil {
			return nil, false, err
		}
		existing = true
	case !errors.Is(err, fs.ErrNotExist):
		return nil, false, err
	}
	if env, err = steps.New(p, d.dirs, version); err == nil {
		d.mu.Lock()
		defer d.mu.Unlock()
		env.Speed = d.speed
	}
	return env, existing, err
}

// probe is what is known of KVM. One that failed is not known when it is looked
// for anew: that may be because something was put right.
func (d *driver) probe(anew bool) *steps.Probed {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.probed == nil || d.lang != text.Language() || anew && !d.probed.OK {
		return nil
	}
	return d.probed
}

func (d *driver) remember(env *steps.Env) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if env.Speed != nil {
		d.speed = env.Speed
	}
	if env.Probed != nil {
		d.probed, d.lang = env.Probed, text.Language()
	}
}

func (d *driver) Review(ctx context.Context, p plan.Plan, say func(string)) (ui.Review, error) {
	env, existing, err := d.env(p)
	if err != nil {
		if problems := plan.Problems(err); len(problems) > 0 {
			return ui.Review{Problems: problems}, nil
		}
		return ui.Review{}, err
	}
	defer env.Close()
	var r ui.Review
	if r.Existing = existing; !existing { // what is on disk was validated when it was made
		r.Problems = env.Plan.Problems(d.hostFacts())
	}
	written, err := env.Plan.YAML()
	if r.Plan = string(written); len(r.Problems) > 0 || err != nil {
		return r, err
	}
	env.Probed = d.probe(false)
	if err := env.Prepare(ctx, say); err != nil {
		return r, err
	}
	d.remember(env)
	for _, fact := range env.Facts() {
		r.Lines = append(r.Lines, strings.TrimSpace(fact))
	}
	r.Caveats = env.Caveats(ctx)
	if len(d.key) > 0 && p.OpenClaw.Provider != plan.None {
		r.Caveats = append(r.Caveats, text.T().Command.KeyFromEnviron)
	}
	estimate := env.Estimate()
	r.Seconds, r.Download, r.Disk = int(estimate.Time/time.Second), estimate.Download, estimate.Disk
	for _, s := range env.Steps() {
		r.Steps = append(r.Steps, ui.ReviewStep{ID: s.ID, Title: s.Title})
	}
	var detail bytes.Buffer
	if err := env.Documents(&detail); err != nil {
		return r, err
	}
	r.Detail = strings.TrimSpace(detail.String())
	d.mu.Lock()
	defer d.mu.Unlock()
	d.chosen, d.of = env.Choices(), p.Hash()
	return r, ctx.Err()
}

// prepare makes env ready with the choices that were reviewed, or with new ones.
func (d *driver) prepare(ctx context.Context, env *steps.Env, p plan.Plan, say func(string)) error {
	d.mu.Lock()
	chosen, of := d.chosen, d.of
	d.mu.Unlock()
	if chosen != nil && of == p.Hash() {
		return env.Choose(ctx, *chosen)
	}
	env.Probed = d.probe(false)
	return env.Prepare(ctx, say)
}

func (d *driver) SavePlan(p plan.Plan, path string) error {
	data, err := p.YAML()
	if err != nil {
		return err
	}
	return newFile(path, 0o644, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}

func (d *driver) Setup(ctx context.Context, p plan.Plan, key []byte, promised []checks.ID, event func(provision.Event)) (result provision.Result, err error) {
	if err := validName(p.Name, d.hostFacts()); err != nil { // it becomes part of a path
		return result, err
	}
	lock, err := provision.Acquire(d.dirs.Machine(p.Name), "setup")
	if err != nil {
		return result, err
	}
	defer lock.Release()
	env, existing, err := d.env(p)
	if err != nil {
		return result, err
	}
	defer env.Close()
	if !existing {
		if err := env.Plan.Validate(d.hostFacts()); err != nil {
			return result, err
		}
	}
	say := func(s string) { event(provision.Event{Kind: provision.StepLog, Line: s}) }
	if err := d.prepare(ctx, env, p, say); err != nil {
		return result, err
	}
	if _, err := env.FinishChange(ctx, event, d.changeOptions(p.Name)); err != nil {
		return result, err
	}
	d.forget(p.Name)
	if len(key) == 0 {
		key = d.key
	}
	if len(key) > 0 && p.OpenClaw.Provider != plan.None {
		if env.ModelKey, err = checkKey(key); err != nil {
			return result, err
		}
		defer func() { clear(env.ModelKey) }()
	}
	result, err = d.make(ctx, env, env.Steps(), event)
	// What was promised is kept as soon as there is a machine that it is about, so
	// that a set-up which is stopped and goes on later does not lose it.
	if _, unmade := steps.StoredPlan(d.dirs, p.Name); unmade == nil && len(promised) > 0 {
		err = errors.Join(err, env.Confirm(time.Now(), promised...))
	}
	return result, err
}

func (d *driver) Undo(ctx context.Context, name string, event func(provision.Event)) error {
	if err := validName(name, d.hostFacts()); err != nil {
		return err
	}
	if !d.begun(name) {
		return nil // stopped before anything was made
	}
	a := d.named(name)
	return a.onMachine(ctx, "undo", func(ctx context.Context, env *steps.Env) error {
		return a.remove(ctx, env, false, event)
	})
}

func (d *driver) Machine(name string) (ui.Machine, error) { return openMachine(d.named(name)) }

// named is the same with another machine's name.
func (a *app) named(name string) *app {
	b := *a
	b.name = name
	return &b
}

// machines lists the names of those that were begun.
func (a *app) machines() []string {
	entries, _ := os.ReadDir(a.dirs.Machine(""))
	facts := a.hostFacts()
	var names []string
	for _, e := range entries {
		if e.IsDir() && validName(e.Name(), facts) == nil && a.begun(e.Name()) {
			names = append(names, e.Name())
		}
	}
	return names
}

// begun says whether there is something of a machine.
func (a *app) begun(name string) bool {
	if _, err := steps.StoredPlan(a.dirs, name); err == nil || !errors.Is(err, fs.ErrNotExist) {
		return true
	}
	s, err := provision.State(a.dirs.Machine(name))
	return err != nil || !s.Last.IsZero()
}

// finished says whether the set-up of a machine came to its end.
func (a *app) finished(name string) bool {
	env, err := a.named(name).existing()
	if err != nil {
		return false
	}
	defer env.Close()
	done, err := env.Finished()
	return err == nil && done
}
