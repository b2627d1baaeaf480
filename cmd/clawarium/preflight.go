package main

// clawarium preflight: can this computer hold a machine, and what to do where not.

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"unicode"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/checks/preflight"
	"github.com/clawarium/clawarium/provision/host"
	"github.com/clawarium/clawarium/provision/plan"
	"github.com/clawarium/clawarium/ui"
)

type preflightOptions struct {
	setupOptions // for the plan
	json         bool
	fix, undo    []string
	evidence     string
	driver       *driver
	resumed      bool // in the place of one that has done a part
}

func newPreflight(a *app) *cobra.Command {
	t := &text.T().Preflight
	o := &preflightOptions{setupOptions: setupOptions{app: a}}
	c := &cobra.Command{
		Use: "preflight", Short: t.Short, Long: t.Long,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o.nameGiven = cmd.Flags().Changed("name")
			if err := o.settle(); err != nil {
				return err
			}
			return o.run(cmd.Context())
		},
	}
	f := c.Flags()
	f.SortFlags = false
	f.BoolVar(&o.json, "json", false, text.T().Command.FlagJSON)
	f.StringArrayVar(&o.fix, "fix", nil, t.FlagFix)
	f.StringArrayVar(&o.undo, "undo", nil, t.FlagUndo)
	f.BoolVarP(&o.yes, "yes", "y", false, t.FlagYes)
	f.StringVar(&o.planFile, "plan", "", text.T().Command.FlagPlan)
	f.StringArrayVar(&o.set, "set", nil, t.FlagSet)
	f.StringVar(&o.evidence, "evidence", "", t.FlagEvidence)
	return c
}

// settle checks the command line before anything is looked at.
func (o *preflightOptions) settle() error {
	t := text.T()
	var wrong []error
	fault := func(what, hint string) { wrong = append(wrong, usageError{&text.Fault{What: what, Hint: hint}}) }
	acts := len(o.fix)+len(o.undo) > 0
	switch {
	case o.yes && !acts:
		fault(t.Preflight.YesNeedsFix, t.Preflight.YesNeedsFixHint)
	case acts && !o.yes && !term.IsTerminal(int(o.in.Fd())):
		fault(t.Command.NobodyToAsk, t.Preflight.YesNeedsFixHint)
	}
	if o.evidence != "" && o.evidence != "-" {
		if err := replaceable(o.evidence); err != nil {
			wrong = append(wrong, usageError{err})
		}
	}
	if o.evidence == "-" && o.json {
		fault(fmt.Sprintf(t.Report.TwoToStdout, "--json", "--evidence -"), t.Report.TwoToStdoutHint)
	}
	return errors.Join(wrong...)
}

func (o *preflightOptions) run(ctx context.Context) error {
	p, _, err := o.plan()
	if err != nil { // room that is short is found below, and told with the rest
		if p, _, err = o.planOn(plan.Host{CPUs: o.hostFacts().CPUs}); err != nil {
			return err
		}
	}
	_, o.resumed = handedOver()
	o.driver = newDriver(o.app)
	say := func(s string) {
		if o.verbose || term.IsTerminal(int(os.Stderr.Fd())) && !o.json {
			fmt.Fprintf(o.err, text.T().Pages.Computer.Looking+"\n", s)
		}
	}
	for _, id := range o.undo {
		if err := o.takeBack(ctx, id); err != nil {
			return err
		}
	}
	if len(o.fix) > 0 {
		if err := o.putRight(ctx, p, say); err != nil {
			return err
		}
	}
	s, conditions, estimate, err := o.driver.look(ctx, p, say)
	if err != nil {
		return err
	}
	if err := o.save(s); err != nil {
		return err
	}
	switch {
	case o.json:
		err = printPreflightJSON(o.out, conditions, estimate)
	case o.evidence != "-":
		o.print(conditions, estimate)
	}
	if exit := preflight.Exit(conditions); err == nil && exit != exitFine {
		return &exitError{exit}
	}
	return err
}

// putRight does what --fix names. Something that is missing may hide what else is, so
// "all" looks again after each.
func (o *preflightOptions) putRight(ctx context.Context, p plan.Plan, say func(string)) error {
	all := slices.Contains(o.fix, "all")
	tried := map[string]bool{}
	for {
		if _, _, _, err := o.driver.look(ctx, p, say); err != nil {
			return err
		}
		var next string
		if all {
			for _, f := range o.driver.fixes {
				// What needs packages comes after them.
				if !tried[f.ID] && (next == "" || f.ID == preflight.FixPackages) {
					next = f.ID
				}
			}
		} else {
			for _, id := range o.fix {
				if !tried[id] && next == "" {
					next = id
				}
			}
		}
		if next == "" {
			return nil
		}
		tried[next] = true
		fix, ok := o.driver.proposed(next)
		if !ok && o.resumed {
			continue // the one before has done it
		}
		if ok {
			yes, err := o.agree(ctx, fix, fix.Do, text.T().Preflight.AskFix)
			if err != nil {
				return err
			}
			if !yes {
				continue
			}
		}
		if err := o.driver.Fix(ctx, p, next, o.tell); err != nil {
			return err
		}
		t := &text.T().Preflight
		fmt.Fprintf(o.err, t.Fixed+"\n", fix.Title)
		switch fix.After {
		case preflight.AfterRestart:
			if o.resumed { // once more would be no better
				return nil
			}
			return o.driver.Restart(ui.Place{Page: "preflight", Plan: p})
		case preflight.AfterLogin:
			fmt.Fprintln(o.err, t.AfterLogin)
		case preflight.AfterReboot:
			fmt.Fprintln(o.err, t.AfterReboot)
		}
	}
}

func (o *preflightOptions) takeBack(ctx context.Context, id string) error {
	t := &text.T().Preflight
	fix, ok := host.NewFixer(o.dirs).Done(id)
	if ok {
		yes, err := o.agree(ctx, fix, fix.Undo, t.AskUndo)
		if err != nil || !yes {
			return err
		}
	}
	if err := o.driver.Unfix(ctx, id, o.tell); err != nil {
		return err
	}
	fmt.Fprintf(o.err, t.Undone+"\n", fix.Title)
	return nil
}

func (o *preflightOptions) tell(s string) { fmt.Fprintln(o.err, "  "+s) }

// agree shows the commands and asks. The end of input is a no.
func (o *preflightOptions) agree(ctx context.Context, f preflight.Fix, commands []preflight.Command, ask string) (bool, error) {
	t := &text.T().Preflight
	fmt.Fprintf(o.err, t.FixTitle+"\n", f.Title)
	for _, c := range shown(f, commands) {
		fmt.Fprintln(o.err, "  "+c)
	}
	if o.yes || len(commands) == 0 {
		return true, nil
	}
	answer, err := ui.Ask(ctx, o.in, o.err, ask)
	return err == nil && ui.Yes(answer), err
}

// save writes what was seen.
func (o *preflightOptions) save(s preflight.Situation) error {
	write := func(w io.Writer) error {
		enc := json.NewEncoder(w)
		enc.SetIndent("", "  ")
		return enc.Encode(s)
	}
	switch o.evidence {
	case "":
		return nil
	case "-":
		return write(o.out)
	}
	return writeFile(o.evidence, write)
}

func (o *preflightOptions) print(conditions []preflight.Condition, e ui.Estimate) {
	t := &text.T().Preflight
	out := o.out
	if f, ok := out.(*os.File); ok {
		out = ui.Fold(f)
	}
	stops, fair := 0, true
	var fixable []string
	for _, c := range conditions {
		m := "?"
		switch c.Status {
		case checks.Met:
			m = "✓"
		case checks.NotMet:
			m = "✗"
		}
		if c.Stops {
			stops++
		}
		if c.Status == checks.Met {
			fmt.Fprintf(out, "%s %s\n", m, oneLine(c.What))
			continue
		}
		fair = false
		fmt.Fprintf(out, "%s %s  [%s]\n", m, oneLine(c.What), c.ID)
		if c.Why != "" {
			fmt.Fprintf(out, "    %s%s\n", t.WhyIs, oneLine(c.Why))
		}
		if c.Hint != "" {
			fmt.Fprintf(out, "    %s%s\n", t.DoIs, oneLine(c.Hint))
		}
		for _, command := range c.Commands {
			fmt.Fprintf(out, "      %s\n", command)
		}
		if c.Fix != nil && !slices.Contains(fixable, c.Fix.ID) {
			fixable = append(fixable, c.Fix.ID)
		}
	}
	fmt.Fprintln(out)
	if e.Total > 0 {
		fmt.Fprintf(out, t.EstimateIs+"\n", text.Duration(e.Total), megabytes(e.Download), megabytes(e.Disk))
	}
	switch {
	case stops > 0:
		fmt.Fprintf(out, t.NotReady+"\n", stops)
	case fair:
		fmt.Fprintln(out, t.Ready)
	default:
		fmt.Fprintln(out, t.ReadyFair)
	}
	if len(fixable) > 0 {
		fmt.Fprintf(out, t.Fixable+"\n", "clawarium preflight --fix "+strings.Join(fixable, " --fix "))
	}
}

// oneLine is a text on one line of a terminal. Names in it may be a server's, and are
// made fit to be shown; the text itself is as long as it is.
func oneLine(s string) string {
	words := strings.Fields(s)
	for i, w := range words {
		if strings.ContainsFunc(w, func(r rune) bool { return r == unicode.ReplacementChar || !unicode.IsGraphic(r) }) {
			words[i] = checks.Clean(w)
		}
	}
	return strings.Join(words, " ")
}

func megabytes(n int64) string { return fmt.Sprintf("%d MB", n/1_000_000) }

// preflightJSON is the result as a program reads it; docs/preflight.md says what is in
// it. Fields are added, never changed.
type preflightJSON struct {
	Format     int             `json:"format"`
	Ready      bool            `json:"ready"` // nothing keeps a machine from being made
	Conditions []conditionJSON `json:"conditions"`
	Estimate   struct {
		BootSeconds    float64 `json:"bootSeconds"`
		GatewaySeconds float64 `json:"gatewaySeconds"`
		TotalSeconds   float64 `json:"totalSeconds"`
		DownloadBytes  int64   `json:"downloadBytes"`
		WriteBytes     int64   `json:"writeBytes"`
	} `json:"estimate"`
}

type conditionJSON struct {
	ID       string   `json:"id"`
	Status   string   `json:"status"`
	Stops    bool     `json:"stops"`
	What     string   `json:"what"`
	Why      string   `json:"why,omitempty"`
	Hint     string   `json:"hint,omitempty"`
	Commands []string `json:"commands,omitempty"`
	Fix      *fixJSON `json:"fix,omitempty"`
}

type fixJSON struct {
	ID       string   `json:"id"`
	Title    string   `json:"title"`
	Commands []string `json:"commands"`
	After    string   `json:"after,omitempty"`
	Undo     bool     `json:"undo"`
}

func printPreflightJSON(w io.Writer, conditions []preflight.Condition, e ui.Estimate) error {
	out := preflightJSON{Format: preflight.Format, Ready: true, Conditions: []conditionJSON{}}
	for _, c := range conditions {
		l := line(c)
		j := conditionJSON{l.ID, string(l.Status), l.Stops, l.What, l.Why, l.Hint, l.Commands, nil}
		if l.Fix != nil {
			j.Fix = &fixJSON{l.Fix.ID, l.Fix.Title, l.Fix.Commands, l.Fix.After, l.Fix.Undo}
		}
		out.Ready = out.Ready && !c.Stops
		out.Conditions = append(out.Conditions, j)
	}
	out.Estimate.BootSeconds, out.Estimate.GatewaySeconds = e.Boot.Seconds(), e.Gateway.Seconds()
	out.Estimate.TotalSeconds, out.Estimate.DownloadBytes, out.Estimate.WriteBytes = e.Total.Seconds(), e.Download, e.Disk
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(out)
}
