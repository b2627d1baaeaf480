package main

// One machine behind the screen. Each method that changes something takes the
// machine's lock for as long as it runs, as the commands do.

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/clawarium/clawarium/assets/layout"
	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/checks/report"
	"github.com/clawarium/clawarium/provision"
	"github.com/clawarium/clawarium/provision/plan"
	"github.com/clawarium/clawarium/provision/steps"
	"github.com/clawarium/clawarium/ui"
)

// machine implements ui.Machine. What is slow goes one at a time over one
// environment, which keeps the way into the guest open. What answers at once
// reads the machine's files by itself, and waits for nothing.
type machine struct {
	*app
	still atomic.Pointer[steps.Env] // reads files only; never connects

	mu   sync.Mutex // env and seen
	env  *steps.Env
	seen string // how the machine's files were when last read

	memoryMu sync.Mutex
	memory   *checks.Evidence // what the owner was shown of it
}

// openMachine opens the one that a names.
func openMachine(a *app) (ui.Machine, error) {
	still, err := a.existing()
	if err != nil {
		return nil, err
	}
	m := &machine{app: a}
	m.still.Store(still)
	m.seen = m.files()
	return m, nil
}

func (m *machine) Name() string { return m.name }

func (m *machine) Plan() plan.Plan { return m.still.Load().Plan }

func (m *machine) Close() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.env != nil {
		m.env.Close()
		m.env = nil
	}
}

// files says by sizes and times how the machine's files are: another process may
// have changed what this one has read.
func (m *machine) files() string {
	var b strings.Builder
	for _, name := range []string{"plan.yaml", "choices.json", "record.json"} {
		if info, err := os.Stat(filepath.Join(m.still.Load().Dir(), name)); err == nil {
			fmt.Fprintln(&b, name, info.Size(), info.ModTime().UnixNano())
		}
	}
	return b.String()
}

// use runs f over the environment, alone in this process.
func (m *machine) use(f func(*steps.Env) error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.read() && m.env != nil {
		m.env.Close()
		m.env = nil
	}
	if m.env == nil {
		env, err := m.existing()
		if err != nil {
			return err
		}
		m.env = env
	}
	defer m.read()
	return f(m.env)
}

// read reads the machine's files anew when they changed, and says whether.
func (m *machine) read() bool {
	files := m.files()
	if files == m.seen {
		return false
	}
	m.seen = files
	if env, err := m.existing(); err == nil { // else it was destroyed: as it was
		m.still.Store(env)
	}
	return true
}

// change is use under the machine's lock. command is what others are told.
func (m *machine) change(command string, f func(*steps.Env) error) error {
	return m.use(func(env *steps.Env) error {
		lock, err := provision.Acquire(env.Dir(), command)
		if err != nil {
			return err
		}
		defer lock.Release()
		return f(env)
	})
}

// Status has a connection of its own: it is asked for while other things go on.
func (m *machine) Status(ctx context.Context) (steps.Status, error) {
	env, err := m.existing()
	if err != nil {
		return steps.Status{}, err
	}
	defer env.Close()
	return env.Status(ctx)
}

func (m *machine) Check(ctx context.Context, progress provision.Reporter, found func([]checks.Finding)) (r report.Report, err error) {
	err = m.use(func(env *steps.Env) error {
		from := env.Sources(ctx, progress)
		if found != nil {
			had, err := env.Baseline()
			first := err == nil && had == nil
			from.SoFar = func(known checks.SoFar) {
				findings := known.Judge(env.Plan)
				if first { // the baseline that is kept at the end changes them
					findings = slices.DeleteFunc(findings, func(f checks.Finding) bool { return slices.Contains(onBaseline, f.Control) })
				}
				found(findings)
			}
		}
		_, r, err = lookOver(ctx, env, from, func(e *checks.Evidence) error { return m.first(env, e, progress) })
		return err
	})
	return r, err
}

// onBaseline are the controls that are held against the baseline.
var onBaseline = []checks.ID{"K14", "K19", "K27"}

// first keeps a baseline where there is none. While another process changes the
// machine, or when not all was seen, it is left to the next check.
func (m *machine) first(env *steps.Env, e *checks.Evidence, progress provision.Reporter) error {
	if had, err := env.Baseline(); err != nil || had != nil && len(had.Files) > 0 {
		return nil // K19 says what is wrong with one that cannot be read
	}
	lock, err := provision.Acquire(env.Dir(), "check")
	if locked := (*provision.Locked)(nil); errors.As(err, &locked) {
		return nil
	}
	if err != nil {
		return err
	}
	defer lock.Release()
	said, err := firstBaseline(env, e)
	switch {
	case errors.Is(err, checks.ErrNotSeen):
		progress.Note(err.Error())
		return nil
	case said != "":
		progress.Note(said)
	}
	return err
}

func (m *machine) LastCheck() (when int64, counts map[checks.Status]int) {
	last := m.still.Load().LastCheck()
	if last.When.IsZero() {
		return 0, nil
	}
	return last.When.Unix(), last.Counts
}

func (m *machine) Export(r report.Report, form, path string) error {
	t := &text.T().Command
	forms := map[string]func(io.Writer) error{"html": r.HTML, "json": r.JSON, "sarif": r.SARIF}
	write := forms[form]
	if write == nil {
		return &text.Fault{What: fmt.Sprintf(t.UnknownForm, form), Hint: t.UnknownFormHint}
	}
	return newFile(path, 0o600, write)
}

func (m *machine) Keyed() bool { return m.still.Load().Keyed() }

func (m *machine) Unfinished() error {
	return (&machineToHarden{app: m.app, env: m.still.Load()}).Unfinished()
}

func (m *machine) Pending(ctx context.Context) (r *provision.Repair, err error) {
	if r, err := provision.PendingRepair(m.still.Load().Dir()); err != nil || r == nil {
		return nil, err
	}
	err = m.change("harden", func(env *steps.Env) error { // it may have to be tidied up
		r, err = m.toHarden(env, nothing{}, func(provision.Event) {}, nil).Pending(ctx)
		return err
	})
	return r, err
}

func (m *machine) Look(ctx context.Context, progress provision.Reporter) (l steps.Look, err error) {
	err = m.use(func(env *steps.Env) error {
		h := m.toHarden(env, progress, func(provision.Event) {}, nil)
		if l, err = h.Look(ctx); err != nil {
			return err
		}
		return h.Held(l)
	})
	return l, err
}

func (m *machine) Drifts(l steps.Look, only []checks.ID) []steps.Drift {
	return m.still.Load().Drifts(l, only)
}

func (m *machine) Repair(ctx context.Context, l steps.Look, drifts []steps.Drift, event func(provision.Event)) (steps.Outcome, error) {
	return m.repair(event, func(h *machineToHarden) (steps.Outcome, error) { return h.Repair(ctx, l, drifts) })
}

func (m *machine) Resume(ctx context.Context, r *provision.Repair, back bool, event func(provision.Event)) (steps.Outcome, error) {
	return m.repair(event, func(h *machineToHarden) (steps.Outcome, error) { return h.Resume(ctx, r, back) })
}

// repair does one, and keeps what the look behind it saw.
func (m *machine) repair(event func(provision.Event), do func(*machineToHarden) (steps.Outcome, error)) (out steps.Outcome, err error) {
	err = m.change("harden", func(env *steps.Env) error {
		log, err := m.openLog(m.name)
		if err != nil {
			return err
		}
		defer log.Close()
		h := m.toHarden(env, &telling{event: event, title: text.T().Harden.Looking}, event, log)
		if out, err = do(h); err != nil {
			return err
		}
		return h.Held(out.After)
	})
	return out, err
}

func (m *machine) Accept(_ context.Context, l *steps.Look, paths ...string) error {
	return m.change("harden", func(env *steps.Env) error {
		return m.toHarden(env, nothing{}, func(provision.Event) {}, nil).Accept(l, paths...)
	})
}

func (m *machine) StepTitle(id string) string { return m.still.Load().StepTitle(id) }

func (m *machine) RestartTime() time.Duration { return m.still.Load().RestartTime() }

func (m *machine) Promises() ([]checks.Promise, error) {
	given, err := m.still.Load().Promises()
	if err != nil {
		return nil, err
	}
	return checks.Promises(given, time.Now()), nil
}

func (m *machine) Confirm(ids ...checks.ID) error {
	lock, err := provision.Acquire(m.still.Load().Dir(), "confirm")
	if err != nil {
		return err
	}
	defer lock.Release()
	if err := m.still.Load().Confirm(time.Now(), ids...); err != nil {
		return err
	}
	m.memoryMu.Lock()
	defer m.memoryMu.Unlock()
	for _, id := range ids {
		if id != memoryControl || m.memory == nil {
			continue
		}
		if err := m.still.Load().ReviewMemory(*m.memory); err != nil && !errors.Is(err, checks.ErrNotSeen) {
			return err
		}
	}
	return nil
}

func (m *machine) Memory(ctx context.Context, progress provision.Reporter) (lines []string, err error) {
	err = m.use(func(env *steps.Env) error {
		seen := env.LookInside(ctx, progress)
		if err := ctx.Err(); err != nil {
			return err
		}
		if lines, err = memoryLines(env, &seen); err != nil {
			return err
		}
		m.memoryMu.Lock()
		defer m.memoryMu.Unlock()
		m.memory = &seen
		return nil
	})
	return lines, err
}

func (m *machine) JudgeAgain(l *steps.Look) { m.still.Load().JudgeAgain(l) }

func (m *machine) TooOpen() (map[string]steps.Open, error) { return m.still.Load().TooOpen() }

func (m *machine) CloseToOthers(open map[string]steps.Open) error {
	return m.change("harden", func(*steps.Env) error { return steps.CloseToOthers(open) })
}

func (m *machine) Start(ctx context.Context, progress provision.Reporter) error {
	return m.change("start", func(env *steps.Env) error {
		if _, err := env.FinishChange(ctx, func(provision.Event) {}, m.changeOptions(m.name)); err != nil {
			return err
		}
		_, err := env.Start(ctx, progress)
		return err
	})
}

func (m *machine) Stop(ctx context.Context, progress provision.Reporter) error {
	return m.change("stop", func(env *steps.Env) error {
		_, err := stop(ctx, env, progress)
		return err
	})
}

// Open has a way into the guest of its own, which ends with the context.
func (m *machine) Open(ctx context.Context, progress provision.Reporter) (link string, err error) {
	env, session, err := m.inside(ctx)
	if err != nil {
		return "", err
	}
	tunnel, link, err := tunnelTo(ctx, env, session, layout.GatewayPort, func() { progress.Stage(text.T().Command.Opening) })
	if err != nil {
		env.Close()
		return "", err
	}
	go func() {
		<-tunnel.Done()
		env.Close()
	}()
	return link, nil
}

func (m *machine) Destroy(ctx context.Context, data bool, event func(provision.Event)) error {
	return m.change("destroy", func(env *steps.Env) error {
		env.KeepData = !data
		if err := m.remove(ctx, env, true, event); err != nil {
			return err
		}
		f := env.Decommissioned(ctx)
		if f.Status == checks.NotMet {
			t := &text.T().Command
			what := fmt.Sprintf(t.NotGone, m.name, strings.Join(f.Evidence, text.T().Checks.ListSeparator))
			return &text.Fault{What: what, Hint: f.Hint}
		}
		return nil
	})
}

// telling makes events of what is reported of something that is no step.
type telling struct {
	event func(provision.Event)
	title string
}

func (t *telling) say(e provision.Event) {
	e.Kind, e.Title = provision.StepProgress, t.title
	t.event(e)
}

func (t *telling) Stage(stage string)      { t.say(provision.Event{Stage: stage, Percent: -1}) }
func (t *telling) Percent(percent float64) { t.say(provision.Event{Percent: percent}) }
func (t *telling) Bytes(done, total int64) {
	t.say(provision.Event{Bytes: done, Total: max(total, 0), Percent: -1})
}
func (t *telling) Note(line string) {
	t.event(provision.Event{Kind: provision.StepNote, Title: t.title, Line: line})
}
func (t *telling) Log(line string) {
	t.event(provision.Event{Kind: provision.StepLog, Title: t.title, Line: line})
}

// nothing is a reporter that nobody listens to.
type nothing struct{}

func (nothing) Stage(string)       {}
func (nothing) Bytes(int64, int64) {}
func (nothing) Percent(float64)    {}
func (nothing) Note(string)        {}
func (nothing) Log(string)         {}
