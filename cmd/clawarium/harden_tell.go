package main

// What drifted, in words; and the machine that clawarium harden talks about.

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/provision"
	"github.com/clawarium/clawarium/provision/steps"
)

// tell lists all that drifted.
func (o *hardenOptions) tell(m hardened, drifts []steps.Drift) {
	t := &text.T().Harden
	if len(drifts) == 0 {
		fmt.Fprintf(o.out, t.Nothing+"\n", o.name)
		return
	}
	fmt.Fprintf(o.out, t.Head+"\n", len(drifts), o.name)
	for i, d := range drifts {
		o.tellOne(m, i+1, d)
	}
}

func (o *hardenOptions) tellOne(m hardened, n int, d steps.Drift) {
	t, c := &text.T().Harden, &text.T().Checks
	say := func(indent, format string, args ...any) { fmt.Fprintf(o.out, indent+format+"\n", args...) }
	join := func(list []string) string { return strings.Join(list, c.ListSeparator) }
	var titles []string
	for _, id := range d.Steps {
		titles = append(titles, fmt.Sprintf("%s (%s)", m.StepTitle(id), id))
	}
	fmt.Fprintln(o.out)
	switch {
	case d.Change != nil && d.Change.Since.IsZero():
		say("", t.Unreviewed, n, kindOf(d.Change.What), checks.Clean(d.Change.Path))
	case d.Change != nil:
		say("", t.Baseline, n, kindOf(d.Change.What), c.Kept.Changes[string(d.Change.Kind)], date(d.Change.Since), checks.Clean(d.Change.Path))
		for _, line := range d.Change.Lines {
			say("     ", t.ChangeLine, checks.Clean(line))
		}
	case len(d.Keys) > 0:
		say("", t.Keys, n)
		for _, k := range d.Keys {
			say("     ", t.Key, k.Key, k.New)
		}
	case d.Kind == steps.DriftControl:
		say("", t.Control, n, d.Controls[0], c.Controls[string(d.Controls[0])].Title)
	case d.Kind == steps.DriftNewer:
		say("", t.Newer, n, join(titles))
	default:
		say("", t.Step, n, join(titles))
	}
	for _, w := range d.Wrong {
		say("     ", t.Line, t.Places[string(w.Where)], w.Line)
	}
	if len(d.Files) > 0 {
		say("   ", t.NewerFiles, d.By, join(d.Files))
	}
	if !d.HeldAt.IsZero() {
		say("   ", t.HeldAt, date(d.HeldAt))
	}
	if d.Kind != steps.DriftControl && len(d.Controls) > 0 && d.Change != nil {
		say("   ", t.TurnsRed, names(d.Controls))
	}
	switch {
	case d.Repairable():
		say("   ", t.RepairedBy, join(titles))
		if d.Restart {
			say("   ", t.NeedsRestart)
		}
	case d.Accept:
		say("   ", t.YoursToDecide)
	case d.Hint != "":
		say("   ", t.Yours, d.Hint)
	}
}

// kindOf names what a change is of; the guest has said what it is.
func kindOf(what string) string {
	if name, ok := text.T().Harden.Kinds[what]; ok {
		return name
	}
	return checks.Clean(what)
}

// machineToHarden is the real one.
type machineToHarden struct {
	*app
	env *steps.Env
	h   *steps.Hardening
}

// toHarden is the machine of env for a repair whose output goes to log.
func (a *app) toHarden(env *steps.Env, progress provision.Reporter, event func(provision.Event), log io.Writer) *machineToHarden {
	command := "clawarium harden" + a.nameFlag(env.Plan.Name)
	return &machineToHarden{a, env, env.Hardening(progress, event, provision.Options{
		Log: log, Version: version, ResumeCommand: command, UndoCommand: command + " --undo"})}
}

func (m *machineToHarden) Unfinished() error {
	finished, err := m.env.Finished()
	if err != nil || finished {
		return err
	}
	t := &text.T().Harden
	return &text.Fault{What: fmt.Sprintf(t.NotComplete, m.env.Plan.Name),
		Hint: fmt.Sprintf(t.NotCompleteHint, m.nameFlag(m.env.Plan.Name))}
}

func (m *machineToHarden) TooOpen() (map[string]steps.Open, error) { return m.env.TooOpen() }

func (m *machineToHarden) Pending(ctx context.Context) (*provision.Repair, error) {
	return m.h.Pending(ctx)
}

func (m *machineToHarden) Look(ctx context.Context) (steps.Look, error) { return m.h.LookAround(ctx) }

func (m *machineToHarden) Drifts(l steps.Look, only []checks.ID) []steps.Drift {
	return m.env.Drifts(l, only)
}

func (m *machineToHarden) Repair(ctx context.Context, l steps.Look, chosen []steps.Drift) (steps.Outcome, error) {
	return m.h.Repair(ctx, l, chosen)
}

func (m *machineToHarden) Resume(ctx context.Context, r *provision.Repair, back bool) (steps.Outcome, error) {
	return m.h.Resume(ctx, r, back)
}

func (m *machineToHarden) Accept(look *steps.Look, paths ...string) error {
	if err := m.env.AcceptChange(look.Evidence, paths...); err != nil {
		return err
	}
	m.env.JudgeAgain(look)
	return nil
}

func (m *machineToHarden) Lapsed() ([]checks.ID, error) {
	given, err := m.env.Promises()
	if err != nil {
		return nil, err
	}
	var lapsed []checks.ID
	for _, p := range checks.Promises(given, time.Now()) {
		if p.Standing == checks.Lapsed {
			lapsed = append(lapsed, p.Control)
		}
	}
	return lapsed, nil
}

// Confirm asks as clawarium confirm does, with what was just seen.
func (m *machineToHarden) Confirm(ctx context.Context, look *steps.Look, lapsed []checks.ID) error {
	o := &confirmOptions{app: m.app, controls: lapsed, now: time.Now}
	o.look = func(context.Context, *steps.Env) checks.Evidence { return look.Evidence }
	var left *exitError // some are not confirmed: the findings say so
	if err := o.run(ctx, m.env); err != nil && !errors.As(err, &left) {
		return err
	}
	m.env.JudgeAgain(look)
	return nil
}

func (m *machineToHarden) Held(l steps.Look) error {
	if err := m.env.RememberToken(l.Evidence); err != nil {
		return err
	}
	return m.env.RememberCheck(l.Evidence.Collected, l.Findings)
}

func (m *machineToHarden) StepTitle(id string) string { return m.env.StepTitle(id) }

func (m *machineToHarden) RestartTime() time.Duration { return m.env.RestartTime() }
