package main

// What `--help` says of a command, in the language of the texts.

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/ui"
)

// withHelp gives the commands their help, and the ones that cobra adds their words.
func withHelp(root *cobra.Command) {
	t := &text.T().Usage
	root.PersistentFlags().BoolP("help", "h", false, t.FlagHelp)
	root.Flags().Bool("version", false, t.FlagVersion)
	root.Version = version
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	for _, c := range root.Commands() {
		switch c.Name() {
		case "help":
			c.Short = t.HelpShort
		case "completion":
			c.Short = t.CompletionShort
		}
	}
	root.SetHelpFunc(func(c *cobra.Command, _ []string) {
		if err := ui.PrintUsage(c.OutOrStdout(), usage(c)); err != nil {
			c.PrintErrln(err)
		}
	})
}

func usage(c *cobra.Command) ui.Usage {
	t := &text.T().Usage
	u := ui.Usage{About: c.Long}
	if u.About == "" {
		u.About = c.Short
	}
	var calls []ui.UsageRow
	if c.Runnable() {
		_, arguments, _ := strings.Cut(c.Use, " ")
		calls = append(calls, ui.UsageRow{Name: strings.Join(strings.Fields(c.CommandPath()+" "+t.AnyFlags+" "+arguments), " ")})
	}
	commands := ui.UsageGroup{Heading: t.Commands}
	for _, sub := range c.Commands() {
		if sub.IsAvailableCommand() || sub.Name() == "help" {
			commands.Rows = append(commands.Rows, ui.UsageRow{Name: sub.Use, Says: sub.Short})
		}
	}
	if len(commands.Rows) > 0 {
		calls = append(calls, ui.UsageRow{Name: c.CommandPath() + " " + t.AnyCommand + " " + t.AnyFlags})
	}
	flags := ui.UsageGroup{Heading: t.Flags}
	c.Flags().VisitAll(func(f *pflag.Flag) {
		if !f.Hidden {
			flags.Rows = append(flags.Rows, flagUsage(f))
		}
	})
	for _, g := range []ui.UsageGroup{{Heading: t.Usage, Rows: calls}, commands, flags} {
		if len(g.Rows) > 0 {
			u.Groups = append(u.Groups, g)
		}
	}
	return u
}

// noDefault are the values of flags that mean "not given".
var noDefault = []string{"", "false", "0", "-1", "[]"}

func flagUsage(f *pflag.Flag) ui.UsageRow {
	r := ui.UsageRow{Name: "    --" + f.Name, Says: f.Usage}
	if f.Shorthand != "" {
		r.Name = "-" + f.Shorthand + ", --" + f.Name
	}
	if !slices.Contains(noDefault, f.DefValue) {
		r.Says = fmt.Sprintf(text.T().Usage.Default, r.Says, f.DefValue)
	}
	return r
}
