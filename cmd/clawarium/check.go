package main

// clawarium check: look at the effective state and say what holds.

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/term"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/checks/report"
	"github.com/clawarium/clawarium/provision/plan"
	"github.com/clawarium/clawarium/provision/steps"
	"github.com/clawarium/clawarium/ui"
)

// checkOutput says what is judged and where findings and evidence go. Its zero
// value is all of a machine, as text.
type checkOutput struct {
	json                  bool
	sarif, html, evidence string // files, or - for standard output; empty means none
	only, explain         []string
	from, against         string // files, or - for standard input; empty means none
	by                    string
	audit                 bool // have OpenClaw audit itself too
	drills, noDrills      bool // try to get out now whatever is known, or not at all
	ensured               bool // the exit status is about what set-up ensures and does not hold, alone
	first                 bool // keep a baseline where there is none yet

	controls []checks.ID // that --only or --explain names
}

func newCheck(a *app) *cobra.Command {
	t := text.T()
	var o checkOutput
	c := &cobra.Command{
		Use:   "check",
		Short: t.Command.CheckShort,
		Long:  t.Command.CheckLong,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.settle(cmd.Flags()); err != nil {
				return err
			}
			if len(o.explain) > 0 {
				return report.Explain(a.out, o.controls, report.Options{Width: a.width()})
			}
			if o.from != "" {
				return judgeSaved(cmd.Context(), a, o, cmd.Flags().Changed("name"))
			}
			env, err := a.existing()
			if err != nil {
				return err
			}
			defer env.Close()
			return runCheck(cmd.Context(), a, env, o)
		},
	}
	f := c.Flags()
	f.SortFlags = false
	f.BoolVar(&o.json, "json", false, t.Command.FlagJSON)
	f.StringVar(&o.sarif, "sarif", "", t.Report.FlagSARIF)
	f.StringVar(&o.html, "html", "", t.Report.FlagHTML)
	f.StringVar(&o.evidence, "evidence", "", t.Report.FlagEvidence)
	f.BoolVar(&o.audit, "audit", false, t.Checks.Guest.FlagAudit)
	f.BoolVar(&o.drills, "drills", false, t.Checks.Drills.FlagDrills)
	f.BoolVar(&o.noDrills, "no-drills", false, t.Checks.Drills.FlagSkip)
	f.StringVar(&o.by, "by", string(report.ByControl), t.Report.FlagBy)
	f.StringArrayVar(&o.only, "only", nil, t.Report.FlagOnly)
	f.StringArrayVar(&o.explain, "explain", nil, t.Report.FlagExplain)
	f.StringVar(&o.from, "from", "", t.Report.FlagFrom)
	f.StringVar(&o.against, "against", "", t.Report.FlagAgainst)
	return c
}

// settle checks the command line as a whole. It tells everything that is wrong
// at once, before anything is looked at.
func (o *checkOutput) settle(flags *pflag.FlagSet) error {
	t := &text.T().Report
	var wrong []error
	fault := func(what, hint string) { wrong = append(wrong, usageError{&text.Fault{What: what, Hint: hint}}) }

	if flags.Changed("explain") {
		o.controls = chosen("--explain", o.explain, &wrong)
		var others []string
		flags.Visit(func(f *pflag.Flag) {
			if f.Name != "explain" && f.Name != "lang" && f.Name != "verbose" && f.Name != "name" {
				others = append(others, "--"+f.Name)
			}
		})
		if len(others) > 0 {
			with := strings.Join(others, text.T().Checks.ListSeparator)
			fault(fmt.Sprintf(t.NotTogether, "--explain", with), fmt.Sprintf(t.ExplainAlone, with))
		}
	}
	if flags.Changed("only") {
		ids := chosen("--only", o.only, &wrong)
		if !flags.Changed("explain") {
			o.controls = ids
		}
	}
	if !slices.Contains(report.Orders, report.By(o.by)) {
		fault(fmt.Sprintf(t.UnknownGrouping, o.by), t.UnknownGroupingHint)
	}

	outputs := []namedFile{{"--sarif", o.sarif}, {"--html", o.html}, {"--evidence", o.evidence}}
	inputs := []namedFile{{"--from", o.from}, {"--against", o.against}}
	for _, f := range append(slices.Clone(outputs), inputs...) {
		if f.path == "" && flags.Changed(strings.TrimPrefix(f.flag, "--")) {
			fault(fmt.Sprintf(t.EmptyPath, f.flag), t.EmptyPathHint)
		}
	}
	toStdout := o.toStdout()
	if len(toStdout) > 1 {
		last := len(toStdout) - 1
		fault(fmt.Sprintf(t.TwoToStdout, strings.Join(toStdout[:last], text.T().Checks.ListSeparator), toStdout[last]), t.TwoToStdoutHint)
	}
	if len(toStdout) > 0 && flags.Changed("by") {
		fault(fmt.Sprintf(t.NotTogether, "--by", toStdout[0]), fmt.Sprintf(t.GroupingIsText, toStdout[0]))
	}
	if o.from == "-" && o.against == "-" {
		fault(t.TwoFromStdin, t.TwoFromStdinHint)
	}
	if o.from != "" && o.audit {
		fault(fmt.Sprintf(t.NotTogether, "--audit", "--from"), text.T().Checks.Guest.AuditNeedsMachine)
	}
	if o.drills && o.noDrills {
		fault(fmt.Sprintf(t.NotTogether, "--drills", "--no-drills"), text.T().Checks.Drills.BothFlags)
	}
	if o.from != "" && o.drills {
		fault(fmt.Sprintf(t.NotTogether, "--drills", "--from"), text.T().Checks.Drills.FromFlags)
	}
	if o.from != "" && o.evidence != "" {
		fault(fmt.Sprintf(t.NotTogether, "--evidence", "--from"), t.SavedAlready)
	}
	for i, out := range outputs {
		if out.path == "" || out.path == "-" {
			continue
		}
		for _, other := range append(slices.Clone(outputs[i+1:]), inputs...) {
			if sameFile(out.path, other.path) {
				fault(fmt.Sprintf(t.SameFile, out.flag, other.flag, out.path), t.SameFileHint)
			}
		}
		if err := replaceable(out.path); err != nil {
			wrong = append(wrong, err)
		}
	}
	return errors.Join(wrong...)
}

// namedFile is a file that a flag names.
type namedFile struct{ flag, path string }

// sameFile is whether two paths lead to the same file.
func sameFile(a, b string) bool {
	if b == "" || b == "-" {
		return false
	}
	one, err1 := os.Stat(a)
	other, err2 := os.Stat(b)
	if err1 == nil && err2 == nil {
		return os.SameFile(one, other)
	}
	absA, err1 := filepath.Abs(a)
	absB, err2 := filepath.Abs(b)
	return err1 == nil && err2 == nil && absA == absB
}

// chosen reads the controls that a flag names; what is wrong goes to wrong.
func chosen(flag string, names []string, wrong *[]error) []checks.ID {
	ids, err := report.Choose(flag, names)
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range joined.Unwrap() {
			*wrong = append(*wrong, usageError{e})
		}
	}
	return ids
}

// toStdout names the flags that claim standard output; the text has it when none
// does.
func (o *checkOutput) toStdout() (flags []string) {
	if o.json {
		flags = append(flags, "--json")
	}
	for _, f := range []namedFile{{"--sarif", o.sarif}, {"--html", o.html}, {"--evidence", o.evidence}} {
		if f.path == "-" {
			flags = append(flags, f.flag+" -")
		}
	}
	return flags
}

// runCheck collects, judges and prints. Its error carries the exit status.
func runCheck(ctx context.Context, a *app, env *steps.Env, o checkOutput) error {
	earlier, err := a.earlier(ctx, o.against, env.Plan)
	if err != nil {
		return err
	}
	progress := ui.NewLine(a.err, a.verbose).Reporter(text.T().Command.Checking)
	sources := env.Sources(ctx, progress)
	if o.audit {
		sources = env.WithAudit(sources)
	}
	// A round takes a quarter of a minute, so none is made for controls that none is for.
	switch drilled := slices.ContainsFunc(o.controls, checks.Drilled); {
	case o.drills:
		sources = env.WithDrills(sources)
	case o.noDrills || len(o.controls) > 0 && !drilled:
		sources = env.WithoutDrills(sources)
	}
	var first func(*checks.Evidence) error
	if o.first {
		first = func(e *checks.Evidence) error { return a.keepFirst(env, e) }
	}
	saved, r, err := lookOver(ctx, env, sources, first)
	if err != nil {
		return err
	}
	return o.tell(a, saved, r, earlier)
}

// lookOver collects, judges, and keeps what later commands compare with. first,
// which may be nil, gets the evidence before it is judged.
func lookOver(ctx context.Context, env *steps.Env, from checks.Sources, first func(*checks.Evidence) error) (saved report.Saved, r report.Report, err error) {
	evidence := checks.Collect(ctx, env.Subject(), from)
	if err := ctx.Err(); err != nil {
		return saved, r, err
	}
	if first != nil {
		if err := first(&evidence); err != nil {
			return saved, r, err
		}
	}
	if err := env.RememberToken(evidence); err != nil {
		return saved, r, err
	}
	if err := env.RememberAudit(evidence); err != nil {
		return saved, r, err
	}
	saved = report.Saved{Evidence: evidence, Plan: &env.Plan}
	r = saved.Report(env.Plan)
	// For harden to say since when; a check that may not write is as good a check.
	_ = env.RememberCheck(evidence.Collected, r.Findings)
	return saved, r, nil
}

// judgeSaved is runCheck on saved evidence: no machine is looked at. A name that
// was given must be that of the evidence.
func judgeSaved(ctx context.Context, a *app, o checkOutput, named bool) error {
	data, err := a.read(ctx, o.from)
	if err != nil {
		return err
	}
	saved, err := report.ReadSaved(bytes.NewReader(data))
	if err != nil {
		return err
	}
	if machine := saved.Subject.Machine; named && machine != a.name {
		t := &text.T().Report
		return &text.Fault{What: fmt.Sprintf(t.OtherMachine, machine, a.name), Hint: t.OtherMachineHint}
	}
	var otherwise plan.Plan
	if saved.Plan != nil {
		otherwise = *saved.Plan
	}
	earlier, err := a.earlier(ctx, o.against, otherwise)
	if err != nil {
		return err
	}
	return o.tell(a, saved, saved.Report(otherwise).FromSaved(version), earlier)
}

// tell narrows the report, compares it and writes it.
func (o *checkOutput) tell(a *app, saved report.Saved, r report.Report, earlier *report.Earlier) error {
	if len(o.controls) > 0 {
		r = r.Select(o.controls)
	}
	if earlier != nil {
		r = r.Against(*earlier)
	}
	if err := o.write(a, saved, r); err != nil {
		return err
	}
	exit := r.Exit
	if o.ensured {
		exit = exitFine
		if slices.ContainsFunc(r.Findings, func(f checks.Finding) bool { return f.Status == checks.NotMet && len(f.Fix) > 0 }) {
			exit = exitNotMet
		}
	}
	if exit != exitFine {
		return &exitError{exit}
	}
	return nil
}

// earlier reads what to compare with; nil when nothing is named.
func (a *app) earlier(ctx context.Context, path string, otherwise plan.Plan) (*report.Earlier, error) {
	if path == "" {
		return nil, nil
	}
	data, err := a.read(ctx, path)
	if err != nil {
		return nil, err
	}
	e, err := report.ReadEarlier(path, bytes.NewReader(data), otherwise)
	return &e, err
}

// write puts out every form that was asked for. One that cannot be written does
// not keep the others from it.
func (o *checkOutput) write(a *app, saved report.Saved, r report.Report) error {
	forms := []struct {
		path  string
		write func(io.Writer) error
	}{
		{o.evidence, saved.JSON},
		{o.sarif, r.SARIF},
		{o.html, r.HTML},
	}
	if o.json {
		forms = append(forms, struct {
			path  string
			write func(io.Writer) error
		}{"-", r.JSON})
	}
	var wrong []error
	for _, f := range forms {
		switch f.path {
		case "":
		case "-":
			wrong = append(wrong, f.write(a.out))
		default:
			err := writeFile(f.path, f.write)
			if err == nil {
				fmt.Fprintln(a.err, fmt.Sprintf(text.T().Report.FileWritten, f.path))
			}
			wrong = append(wrong, err)
		}
	}
	if len(o.toStdout()) == 0 {
		wrong = append(wrong, r.Text(a.out, report.Options{Width: a.width(), Verbose: true, By: report.By(o.by)}))
	}
	return errors.Join(wrong...)
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
