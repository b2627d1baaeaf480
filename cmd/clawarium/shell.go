package main

// clawarium shell and clawarium openclaw: commands in the guest, with the
// terminal's size and the exit status passed through.

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/provision/guest"
)

func newShell(a *app) *cobra.Command {
	t := &text.T().Command
	var keeper bool
	c := &cobra.Command{
		Use:   "shell [-- COMMAND...]",
		Short: t.ShellShort,
		Long:  t.ShellLong,
		Args:  cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.enter(cmd.Context(), func(box guest.SandboxConfig, terminal bool) string {
				switch {
				case keeper && len(args) == 0:
					return "exec bash -l"
				case keeper:
					return guest.KeeperCommand(args...)
				case len(args) == 0:
					return guest.AgentCommand(box, terminal, "/bin/bash", "--noprofile", "--norc", "-i")
				}
				return guest.AgentCommand(box, terminal, args...)
			})
		},
	}
	c.Flags().BoolVar(&keeper, "keeper", false, t.FlagKeeper)
	return c
}

func newOpenClaw(a *app) *cobra.Command {
	t := &text.T().Command
	return &cobra.Command{
		Use:   "openclaw -- ARGS...",
		Short: t.OpenClawShort,
		Long:  t.OpenClawLong,
		Args:  cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.enter(cmd.Context(), func(box guest.SandboxConfig, terminal bool) string {
				return guest.OpenClawCommand(box, terminal, args...)
			})
		},
	}
}

// enter runs a command in the guest: on a terminal when this process has one,
// with plain pipes otherwise, so that scripts can feed it and read it.
func (a *app) enter(ctx context.Context, command func(box guest.SandboxConfig, terminal bool) string) error {
	env, session, err := a.inside(ctx)
	if err != nil {
		return err
	}
	defer env.Close()
	out, isFile := a.out.(*os.File)
	in := int(a.in.Fd())
	if !isFile || !term.IsTerminal(in) || !term.IsTerminal(int(out.Fd())) {
		exit, err := session.Client.Run(ctx, command(env.Sandbox(), false), a.in, a.out, a.err)
		return passOn(exit, err)
	}

	before, err := term.MakeRaw(in)
	if err != nil {
		return err
	}
	defer term.Restore(in, before)
	size := func() guest.Size {
		w, h, err := term.GetSize(int(out.Fd()))
		if err != nil {
			return guest.Size{}
		}
		return guest.Size{Columns: w, Rows: h}
	}
	resized := make(chan guest.Size, 1)
	changed := make(chan os.Signal, 1)
	signal.Notify(changed, syscall.SIGWINCH)
	defer signal.Stop(changed)
	go func() {
		for range changed {
			select {
			case resized <- size():
			default: // one is on its way
			}
		}
	}()
	exit, err := session.Client.RunTerminal(ctx, command(env.Sandbox(), true), guest.Terminal{
		Stdin: a.in, Stdout: a.out, Stderr: a.err,
		Type: os.Getenv("TERM"), Size: size(), Resized: resized,
	})
	return passOn(exit, err)
}

// passOn makes a guest command's exit status ours.
func passOn(exit int, err error) error {
	if err != nil {
		return err
	}
	if exit != 0 {
		return &exitError{exit}
	}
	return nil
}
