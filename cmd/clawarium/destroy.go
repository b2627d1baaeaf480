package main

// clawarium undo and clawarium destroy: the ways back.

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/provision"
	"github.com/clawarium/clawarium/provision/steps"
	"github.com/clawarium/clawarium/ui"
)

type destroyOptions struct {
	*app
	confirm   string
	data      bool
	keepCache bool
}

func newUndo(a *app) *cobra.Command {
	var to string
	c := &cobra.Command{
		Use:   "undo",
		Short: text.T().Command.UndoShort,
		Long:  text.T().Command.UndoLong,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.takeBack(cmd.Context(), "undo", to, func(*steps.Env) {})
		},
	}
	c.Flags().StringVar(&to, "to", "", text.T().Command.FlagUndoTo)
	return c
}

func newDestroy(a *app) *cobra.Command {
	t := &text.T().Command
	o := &destroyOptions{app: a}
	c := &cobra.Command{
		Use:   "destroy",
		Short: t.DestroyShort,
		Long:  t.DestroyLong,
		RunE:  func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context()) },
	}
	c.Flags().StringVar(&o.confirm, "confirm", "", t.FlagConfirm)
	c.Flags().BoolVar(&o.data, "data", false, t.FlagDestroyData)
	c.Flags().BoolVar(&o.keepCache, "keep-cache", false, t.FlagKeepCache)
	return c
}

func (o *destroyOptions) run(ctx context.Context) error {
	t := &text.T().Command
	env, err := o.existing()
	if err != nil {
		return err
	}
	name := env.Plan.Name
	env.Close()
	if o.confirm == "" {
		if !term.IsTerminal(int(o.in.Fd())) {
			return usageError{&text.Fault{What: t.DestroyNeedsName, Hint: fmt.Sprintf(t.DestroyNeedsNameHint, name)}}
		}
		fmt.Fprintf(o.err, t.DestroyWarning+"\n", name)
		if o.data {
			fmt.Fprintln(o.err, t.DestroyDataWarning)
		}
		if o.confirm, err = ui.Ask(ctx, o.in, o.err, t.AskName); err != nil {
			return err
		}
	}
	if o.confirm != name {
		return usageError{&text.Fault{What: fmt.Sprintf(t.WrongName, o.confirm, name), Hint: t.WrongNameHint}}
	}
	err = o.takeBack(ctx, "destroy", "", func(env *steps.Env) {
		env.KeepData, env.KeepCache = !o.data, o.keepCache
	})
	var told *exitError // it is gone, but for what has been told
	if (err == nil || errors.As(err, &told)) && !o.data {
		fmt.Fprintf(o.err, t.DataKept+"\n", name)
	}
	return err
}

// takeBack undoes the machine's steps in reverse, to the named step or whole.
func (a *app) takeBack(ctx context.Context, command, to string, set func(*steps.Env)) error {
	return a.onMachine(ctx, command, func(ctx context.Context, env *steps.Env) error {
		set(env)
		line := ui.NewLine(a.err, a.verbose)
		if to != "" {
			return a.undoing(env, line.Event).UndoTo(ctx, to)
		}
		if err := a.remove(ctx, env, command == "destroy", line.Event); err != nil {
			return err
		}
		fmt.Fprintf(a.err, text.T().Command.TakenBack+"\n", env.Plan.Name)
		if command != "destroy" {
			return nil
		}
		f := env.Decommissioned(ctx)
		tell(a.out, f)
		if code := checks.Exit([]checks.Finding{f}); code != exitFine {
			return &exitError{code}
		}
		return nil
	})
}

func (a *app) undoing(env *steps.Env, event func(provision.Event)) *provision.Run {
	return provision.New(env.Dir(), env.Steps(), event, a.runOptions(env.Plan.Name, nil))
}

// remove takes back every step of a machine whose lock is held, and forgets it.
// With sweep, what it had found there goes as well.
func (a *app) remove(ctx context.Context, env *steps.Env, sweep bool, event func(provision.Event)) error {
	if err := a.undoing(env, event).Undo(ctx); err != nil {
		return err
	}
	if sweep {
		if err := env.Sweep(ctx); err != nil {
			return err
		}
	}
	return env.Forget(ctx)
}

// tell prints one finding: what it is about, how it stands, what was seen.
func tell(w io.Writer, f checks.Finding) {
	t := &text.T().Checks
	fmt.Fprintf(w, t.Labelled+"%s\n", string(f.Control)+" "+f.Title, t.Status[string(f.Status)])
	for _, line := range f.Evidence {
		fmt.Fprintln(w, "  - "+line)
	}
	if f.Status != checks.Met {
		fmt.Fprintf(w, "  "+t.Labelled+"%s\n", t.DoLabel, f.Hint)
	}
}
