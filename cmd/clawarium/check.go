package main

// clawarium check: look at the effective state and say what holds.

import (
	"context"
	"encoding/json"
	"os"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/checks/report"
	"github.com/clawarium/clawarium/provision/steps"
	"github.com/clawarium/clawarium/ui"
)

// checkOutput is where findings and evidence go.
type checkOutput struct {
	json     bool
	evidence string // file; empty means none
}

func newCheck(a *app) *cobra.Command {
	t := text.T().Command
	var o checkOutput
	c := &cobra.Command{
		Use:   "check",
		Short: t.CheckShort,
		Long:  t.CheckLong,
		RunE: func(cmd *cobra.Command, _ []string) error {
			env, err := a.existing()
			if err != nil {
				return err
			}
			defer env.Close()
			return runCheck(cmd.Context(), a, env, o)
		},
	}
	c.Flags().BoolVar(&o.json, "json", false, t.FlagJSON)
	c.Flags().StringVar(&o.evidence, "evidence", "", t.FlagEvidence)
	return c
}

// runCheck collects, judges and prints. Its error carries the exit status.
func runCheck(ctx context.Context, a *app, env *steps.Env, o checkOutput) error {
	progress := ui.NewLine(a.err, a.verbose).Reporter(text.T().Command.Checking)
	evidence := checks.Collect(ctx, env.Subject(), env.Sources(ctx, progress))
	if err := ctx.Err(); err != nil {
		return err
	}
	if o.evidence != "" {
		data, err := json.MarshalIndent(evidence, "", "  ")
		if err != nil {
			return err
		}
		if err := os.WriteFile(o.evidence, append(data, '\n'), 0o600); err != nil {
			return err
		}
	}
	if err := env.RememberToken(evidence); err != nil {
		return err
	}
	findings := checks.Judge(env.Plan, evidence)
	r := report.New(env.Plan.Hash(), evidence, findings)
	var err error
	if o.json {
		err = r.JSON(a.out)
	} else {
		err = r.Text(a.out, report.Options{Width: a.width(), Verbose: true})
	}
	if err != nil {
		return err
	}
	if r.Exit != exitFine {
		return &exitError{r.Exit}
	}
	return nil
}

// width is that of the terminal results go to, or 80 columns, at most 100: long
// lines are hard to read.
func (a *app) width() int {
	if f, ok := a.out.(*os.File); ok {
		if w, _, err := term.GetSize(int(f.Fd())); err == nil && w > 0 {
			return min(w, 100)
		}
	}
	return 80
}
