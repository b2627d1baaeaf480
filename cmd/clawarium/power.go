package main

// clawarium start and stop.

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/provision"
	"github.com/clawarium/clawarium/provision/steps"
	"github.com/clawarium/clawarium/ui"
)

func newStart(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "start",
		Short: text.T().Command.StartShort,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.onMachine(cmd.Context(), "start", func(ctx context.Context, env *steps.Env) error {
				// Half of a change is no policy that a warden could have in force.
				if err := a.finishChange(ctx, env); err != nil {
					return err
				}
				line := ui.NewLine(a.err, a.verbose)
				already, err := env.Start(ctx, line.Reporter(text.T().Steps.Boot))
				if err != nil {
					return err
				}
				t := &text.T().Command
				said := t.Started
				if already {
					said = t.AlreadyRunning
				}
				fmt.Fprintf(a.err, said+"\n", env.Plan.Name)
				return nil
			})
		},
	}
}

func newStop(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "stop",
		Short: text.T().Command.StopShort,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.onMachine(cmd.Context(), "stop", func(ctx context.Context, env *steps.Env) error {
				line := ui.NewLine(a.err, a.verbose)
				stopped, err := stop(ctx, env, line.Reporter(text.T().Command.Stopping))
				if err != nil {
					return err
				}
				t := &text.T().Command
				said := t.Stopped
				switch {
				case stopped.Already:
					said = t.AlreadyStopped
				case stopped.Forced:
					said = t.StoppedByForce
				}
				fmt.Fprintf(a.err, said+"\n", env.Plan.Name)
				return nil
			})
		},
	}
}

// stop stops the machine and then its warden, and records how that went.
func stop(ctx context.Context, env *steps.Env, r provision.Reporter) (steps.Stopped, error) {
	began := time.Now()
	stopped, err := env.Stop(ctx, r)
	if err == nil {
		err = env.StopWarden(ctx, r)
	}
	if err != nil || stopped.Already { // nothing was tried
		return stopped, err
	}
	return stopped, env.RecordStop(checks.Stop{
		When: began.UTC().Truncate(time.Second), Seconds: stopped.Took.Seconds(), Forced: stopped.Forced})
}
