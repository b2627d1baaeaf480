package main

// The root command: global flags, language, and how an error becomes words and
// an exit status.

import (
	"context"
	"errors"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/provision/host"
	"github.com/clawarium/clawarium/provision/plan"
	"github.com/clawarium/clawarium/ui"
)

// Exit statuses, as design and help text promise them.
const (
	exitFine        = 0
	exitNotMet      = 1
	exitCouldNot    = 2
	exitNotChecked  = 3
	exitUsage       = 64
	exitInterrupted = 130
)

// streams are where a command talks: out is for results, err for talk.
type streams struct {
	in       *os.File
	out, err io.Writer
}

func standardStreams() streams { return streams{in: os.Stdin, out: os.Stdout, err: ui.Fold(os.Stderr)} }

// exitError carries the exit status of something that has been told already.
type exitError struct{ code int }

func (e *exitError) Error() string { return "exit status" }

// usageError marks an error in the command line itself.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// app is what every command shares.
type app struct {
	streams
	dirs    host.Dirs
	name    string // of the machine; the plan's name decides in setup
	verbose bool
	lang    string
	line    bool // no screen
	guides  guides
}

func run(ctx context.Context, args []string, s streams) int {
	a := &app{streams: s, dirs: host.UserDirs(), guides: realGuides}
	text.Use(text.FromEnviron(os.Getenv))
	for i, arg := range args { // help texts are built before flags are parsed
		if arg == "--" {
			break
		}
		if arg == "--lang" && i+1 < len(args) {
			text.Use(args[i+1])
		} else if len(arg) > 7 && arg[:7] == "--lang=" {
			text.Use(arg[7:])
		}
	}
	root := newRoot(a)
	root.SetArgs(args)
	root.SetIn(s.in)
	root.SetOut(s.out)
	root.SetErr(s.err)
	return exitStatus(ctx, s.err, root.ExecuteContext(ctx))
}

// exitStatus says what went wrong, once, and turns it into a status.
func exitStatus(ctx context.Context, w io.Writer, err error) int {
	var exit *exitError
	var usage usageError
	switch {
	case err == nil:
		return exitFine
	case errors.As(err, &exit):
		return exit.code
	}
	ui.PrintError(w, err)
	switch {
	case errors.Is(err, context.Canceled) || ctx.Err() != nil:
		return exitInterrupted
	case errors.As(err, &usage), len(plan.Problems(err)) > 0:
		return exitUsage
	}
	return exitCouldNot
}

func newRoot(a *app) *cobra.Command {
	t := &text.T().Command
	root := &cobra.Command{
		Use:           "clawarium",
		Short:         t.RootShort,
		Long:          t.RootLong,
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return (&setupOptions{app: a, nameGiven: cmd.Flags().Changed("name")}).lead(cmd.Context())
		},
	}
	root.Flags().BoolVar(&a.line, "line", false, t.FlagLine)
	root.PersistentFlags().StringVar(&a.name, "name", "openclaw", t.FlagName)
	root.PersistentFlags().StringVar(&a.lang, "lang", "", t.FlagLang)
	root.PersistentFlags().BoolVarP(&a.verbose, "verbose", "v", false, t.FlagVerbose)
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error {
		return usageError{&text.Fault{What: err.Error(), Hint: t.UsageHint}}
	})
	root.AddCommand(
		newSetup(a), newPreflight(a), newUndo(a), newCheck(a), newConfirm(a), newHarden(a), newOpen(a), newShell(a), newOpenClaw(a),
		newStatus(a), newStart(a), newStop(a), newAllow(a), newWarden(a), newDestroy(a),
	)
	for _, c := range root.Commands() {
		if c.Args == nil {
			c.Args = noArgs
		}
	}
	withHelp(root)
	return root
}

// noArgs refuses positional arguments as a usage error.
func noArgs(_ *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return unexpectedArgument(args[0])
}
