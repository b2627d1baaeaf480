package main

// clawarium start and stop.

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/provision/steps"
	"github.com/clawarium/clawarium/ui"
)

func newStart(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "start",
		Short: text.T().Command.StartShort,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.onMachine(cmd.Context(), "start", func(ctx context.Context, env *steps.Env) error {
				line := ui.NewLine(a.err, a.verbose)
				already, err := env.Start(ctx, line.Reporter(text.T().Steps.Boot))
				if err != nil {
					return err
				}
				t := text.T().Command
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
				already, err := env.Stop(ctx, line.Reporter(text.T().Command.Stopping))
				if err != nil {
					return err
				}
				t := text.T().Command
				said := t.Stopped
				if already {
					said = t.AlreadyStopped
				}
				fmt.Fprintf(a.err, said+"\n", env.Plan.Name)
				return nil
			})
		},
	}
}
