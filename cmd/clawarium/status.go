package main

// clawarium status: how the machine is, in a few lines or as JSON.

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/clawarium/clawarium/assets/text"
)

func newStatus(a *app) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "status",
		Short: text.T().Command.StatusShort,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.status(cmd.Context(), asJSON)
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, text.T().Command.StatusJSON)
	return c
}

func (a *app) status(ctx context.Context, asJSON bool) error {
	env, err := a.existing()
	if err != nil {
		return err
	}
	defer env.Close()
	s, err := env.Status(ctx)
	if err != nil {
		return err
	}
	if asJSON {
		enc := json.NewEncoder(a.out)
		enc.SetIndent("", "  ")
		return enc.Encode(s)
	}
	fmt.Fprint(a.out, s.Text(a.nameFlag(s.Name)))
	fmt.Fprintln(a.out, s.Way.Text())
	return nil
}
