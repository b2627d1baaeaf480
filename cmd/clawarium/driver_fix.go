package main

// The driver's look at this computer, and what it does about what it found.

import (
	"context"
	"fmt"
	"os"
	"runtime"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/checks/preflight"
	"github.com/clawarium/clawarium/provision/host"
	"github.com/clawarium/clawarium/provision/plan"
	"github.com/clawarium/clawarium/ui"
)

func (d *driver) Preflight(ctx context.Context, p plan.Plan, say func(string)) (ui.Preflight, error) {
	_, conditions, estimate, err := d.look(ctx, p, say)
	if err != nil {
		return ui.Preflight{}, err
	}
	out := ui.Preflight{Estimate: estimate}
	for _, c := range conditions {
		out.Lines = append(out.Lines, line(c))
	}
	return out, nil
}

// look looks at this computer, and keeps what it proposes.
func (d *driver) look(ctx context.Context, p plan.Plan, say func(string)) (preflight.Situation, []preflight.Condition, ui.Estimate, error) {
	env, _, err := d.env(p)
	if err != nil {
		return preflight.Situation{}, nil, ui.Estimate{}, err
	}
	defer env.Close()
	env.Probed = d.probe(true)
	s, err := env.Preflight(ctx, d.machines(), false, say)
	if err != nil {
		return s, nil, ui.Estimate{}, err
	}
	if env.Speed == nil {
		speed := host.MeasureSpeed(d.dirs.State)
		env.Speed = &speed
	}
	d.remember(env)
	conditions := preflight.Judge(env.Plan, s)
	var fixes []preflight.Fix
	for _, c := range conditions {
		if c.Fix != nil {
			fixes = append(fixes, *c.Fix)
		}
	}
	d.mu.Lock()
	d.fixes = fixes
	d.mu.Unlock()
	e := env.Estimate()
	return s, conditions, ui.Estimate{Boot: e.Boot, Gateway: e.Gateway, Total: e.Time, Disk: e.Write, Download: e.Download}, nil
}

// line is a condition as it is shown.
func line(c preflight.Condition) ui.PreflightLine {
	l := ui.PreflightLine{
		ID: c.ID, Status: c.Status, What: c.What, Why: c.Why, Hint: c.Hint, Commands: c.Commands, Stops: c.Stops,
	}
	if c.Fix != nil {
		l.Fix = &ui.PreflightFix{
			ID: c.Fix.ID, Title: c.Fix.Title, Commands: shown(*c.Fix, c.Fix.Do), Sudo: c.Fix.Root && os.Geteuid() != 0,
			After: c.Fix.After, Undo: len(c.Fix.Undo) > 0,
		}
	}
	return l
}

// shown are commands of a fix as they are typed by this account.
func shown(f preflight.Fix, commands []preflight.Command) []string {
	var lines []string
	for _, c := range commands {
		if f.Root && os.Geteuid() != 0 {
			c = append(preflight.Command{"sudo"}, c...)
		}
		lines = append(lines, c.Line())
	}
	return lines
}

// proposed is a fix of the last look.
func (d *driver) proposed(id string) (preflight.Fix, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, f := range d.fixes {
		if f.ID == id {
			return f, true
		}
	}
	return preflight.Fix{}, false
}

func (d *driver) Fix(ctx context.Context, p plan.Plan, id string, say func(string)) error {
	t := &text.T().Preflight
	fix, ok := d.proposed(id)
	switch {
	case !ok:
		return &text.Fault{What: fmt.Sprintf(t.NoFix, id), Hint: t.NoFixHint}
	case id == preflight.FixRestart: // all that it takes comes after
		return nil
	}
	trace, err := host.NewFixer(d.dirs).Do(ctx, fix, say)
	if err != nil {
		return err
	}
	say(fmt.Sprintf(t.Trace, trace))
	if fix.After == preflight.AfterReboot {
		return nil // until then it cannot be seen
	}
	env, _, err := d.env(p)
	if err != nil {
		return err
	}
	defer env.Close()
	s, err := env.Preflight(ctx, d.machines(), true, func(string) {})
	if err != nil {
		return err
	}
	for _, c := range preflight.Judge(env.Plan, s) {
		if c.Status == checks.NotMet && c.Fix != nil && c.Fix.ID == id {
			return &text.Fault{What: fmt.Sprintf(t.NoHelp, fix.Title), Hint: fmt.Sprintf(t.NoHelpHint, trace)}
		}
	}
	return nil
}

func (d *driver) Unfix(ctx context.Context, id string, say func(string)) error {
	trace, err := host.NewFixer(d.dirs).Undo(ctx, id, say)
	if err == nil {
		say(fmt.Sprintf(text.T().Preflight.Trace, trace))
	}
	return err
}

func (d *driver) Restart(at ui.Place) error {
	err := restart(handover{Place: at, Given: d.key})
	t := &text.T().Preflight
	return &text.Fault{What: t.NotRestarted, Hint: t.NotRestartedHint, Err: err}
}

func (d *driver) Keep(at ui.Place, login bool) (string, error) {
	if err := keep(d.dirs, at); err != nil {
		return "", err
	}
	command := "clawarium" + d.nameFlag(at.Plan.Name)
	if !login || runtime.GOOS == "darwin" {
		return fmt.Sprintf(text.T().Preflight.CallAgain, command), nil
	}
	return fmt.Sprintf(text.T().Preflight.CallAfterLogin, command), nil
}

// forget lets go of a kept place once its machine is being made.
func (d *driver) forget(name string) {
	if at, ok := kept(d.dirs); ok && at.Plan.Name == name {
		os.Remove(keptFile(d.dirs))
	}
}
