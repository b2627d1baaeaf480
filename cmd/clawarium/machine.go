package main

// What every command about an existing machine begins with.

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/provision"
	"github.com/clawarium/clawarium/provision/plan"
	"github.com/clawarium/clawarium/provision/steps"
	"github.com/clawarium/clawarium/provision/virt"
)

// nameFlag is how a pasted command names this machine; the default needs none.
func (a *app) nameFlag(name string) string {
	if name == "openclaw" {
		return ""
	}
	return " --name " + name
}

// runOptions has the steps' output kept beside the journal.
func (a *app) runOptions(name string, log io.Writer) provision.Options {
	return provision.Options{
		Log:           log,
		Version:       version,
		ResumeCommand: "clawarium setup" + a.nameFlag(name),
		UndoCommand:   "clawarium undo" + a.nameFlag(name),
	}
}

// openLog opens the machine's log for appending. It is started anew past 8 MiB.
func (a *app) openLog(name string) (*os.File, error) {
	path := filepath.Join(a.dirs.Machine(name), "steps.log")
	flags := os.O_CREATE | os.O_WRONLY | os.O_APPEND
	if info, err := os.Stat(path); err == nil && info.Size() > 8<<20 {
		flags |= os.O_TRUNC
	}
	return os.OpenFile(path, flags, 0o600)
}

// hostFacts reads what plans are held against. Disks are counted where the
// volumes will be: root's are in the system's pool.
func (a *app) hostFacts() plan.Host {
	if os.Geteuid() == 0 {
		return plan.HostFacts(virt.SystemPoolPath)
	}
	return plan.HostFacts(a.dirs.State)
}

// existing opens the machine that --name says, for looking only.
func (a *app) existing() (*steps.Env, error) {
	t := &text.T().Command
	facts := a.hostFacts()
	if err := validName(a.name, facts); err != nil {
		return nil, usageError{err}
	}
	p, err := steps.StoredPlan(a.dirs, a.name)
	if errors.Is(err, fs.ErrNotExist) {
		// Killed before its first step was done: nothing was made but the journal.
		if s, stateErr := provision.State(a.dirs.Machine(a.name)); stateErr == nil && !s.Last.IsZero() {
			p = plan.Default(facts)
			p.Name = a.name
			return steps.Unmade(p, a.dirs, version), nil
		}
		return nil, &text.Fault{What: fmt.Sprintf(t.NoMachine, a.name), Hint: a.otherMachines()}
	}
	if err != nil {
		return nil, err
	}
	env, err := steps.New(p, a.dirs, version)
	if err == nil && env.Choices() == nil { // killed between the plan and the choices
		env = steps.Unmade(p, a.dirs, version)
	}
	return env, err
}

// otherMachines is the hint for a name that does not exist.
func (a *app) otherMachines() string {
	t := &text.T().Command
	entries, _ := os.ReadDir(a.dirs.Machine(""))
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if len(names) == 0 {
		return t.NoMachineHint
	}
	return fmt.Sprintf(t.OtherMachinesHint, names)
}

// onMachine runs f on an existing machine that nobody else changes meanwhile.
func (a *app) onMachine(ctx context.Context, command string, f func(context.Context, *steps.Env) error) error {
	env, err := a.existing()
	if err != nil {
		return err
	}
	defer env.Close()
	lock, err := provision.Acquire(env.Dir(), command)
	if err != nil {
		return err
	}
	defer lock.Release()
	return f(ctx, env)
}
