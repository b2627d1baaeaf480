package main

// clawarium harden: guided re-hardening as a conversation in lines. What drifted
// is told, the owner chooses, and provision/steps does the rest. Silence, or the
// end of the input, is never a yes.

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/provision"
	"github.com/clawarium/clawarium/provision/steps"
	"github.com/clawarium/clawarium/ui"
)

type hardenOptions struct {
	*app
	yes, newer, undo bool
	only             []string
	controls         []checks.ID // that --only names
}

// hardened is what harden needs of a machine.
type hardened interface {
	// Unfinished is an error when set-up did not come to its end.
	Unfinished() error
	TooOpen() (map[string]steps.Open, error)
	Pending(context.Context) (*provision.Repair, error)
	Look(context.Context) (steps.Look, error)
	Drifts(steps.Look, []checks.ID) []steps.Drift
	Repair(context.Context, steps.Look, []steps.Drift) (steps.Outcome, error)
	Resume(ctx context.Context, r *provision.Repair, back bool) (steps.Outcome, error)
	// Accept takes paths of the look into the baseline and judges it again.
	Accept(look *steps.Look, paths ...string) error
	// Lapsed lists the controls whose confirmation has lapsed.
	Lapsed() ([]checks.ID, error)
	// Confirm asks for them again and judges the look again.
	Confirm(ctx context.Context, look *steps.Look, lapsed []checks.ID) error
	// Held keeps when each control was seen to hold.
	Held(steps.Look) error
	StepTitle(id string) string
	RestartTime() time.Duration
}

func newHarden(a *app) *cobra.Command {
	t := &text.T().Harden
	o := &hardenOptions{app: a}
	c := &cobra.Command{
		Use:   "harden",
		Short: t.Short,
		Long:  t.Long,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.settle(cmd.Flags()); err != nil {
				return err
			}
			return a.onMachine(cmd.Context(), "harden", func(ctx context.Context, env *steps.Env) error {
				log, err := a.openLog(env.Plan.Name)
				if err != nil {
					return err
				}
				defer log.Close()
				line := ui.NewLine(a.err, a.verbose)
				return o.run(ctx, a.toHarden(env, line.Reporter(t.Looking), line.Event, log))
			})
		},
	}
	f := c.Flags()
	f.SortFlags = false
	f.BoolVarP(&o.yes, "yes", "y", false, t.FlagYes)
	f.StringArrayVar(&o.only, "only", nil, t.FlagOnly)
	f.BoolVar(&o.newer, "newer", false, t.FlagNewer)
	f.BoolVar(&o.undo, "undo", false, t.FlagUndo)
	return c
}

// settle checks the command line as a whole and tells everything that is wrong.
func (o *hardenOptions) settle(flags *pflag.FlagSet) error {
	var wrong []error
	if flags.Changed("only") {
		o.controls = chosen("--only", o.only, &wrong)
	}
	if o.undo && (o.yes || o.newer || flags.Changed("only")) {
		t := &text.T().Harden
		var others []string
		flags.Visit(func(f *pflag.Flag) {
			if f.Name == "yes" || f.Name == "newer" || f.Name == "only" {
				others = append(others, "--"+f.Name)
			}
		})
		wrong = append(wrong, usageError{&text.Fault{What: t.UndoAlone,
			Hint: fmt.Sprintf(t.UndoAloneHint, strings.Join(others, text.T().Checks.ListSeparator))}})
	}
	return errors.Join(wrong...)
}

func (o *hardenOptions) run(ctx context.Context, m hardened) error {
	t := &text.T().Harden
	if err := m.Unfinished(); err != nil {
		return err
	}
	pending, err := m.Pending(ctx)
	if err != nil {
		return err
	}
	switch {
	case pending != nil:
		if stop, err := o.pending(ctx, m, pending); stop || err != nil {
			return err
		}
	case o.undo:
		fmt.Fprintln(o.err, t.NothingToUndo)
		return nil
	}
	if err := o.closeToOthers(ctx, m); err != nil {
		return err
	}
	look, err := m.Look(ctx)
	if err != nil {
		return err
	}
	if err := m.Held(look); err != nil {
		return err
	}
	drifts := m.Drifts(look, o.controls)
	o.tell(m, drifts)
	chosen, err := o.choose(ctx, m, drifts)
	if err != nil {
		return err
	}
	if len(chosen) > 0 {
		fmt.Fprintln(o.err, t.Repairing)
		out, err := m.Repair(ctx, look, chosen)
		if err != nil {
			return err
		}
		if err := o.outcome(m, out); err != nil {
			return err
		}
		look = out.After
		if err := m.Held(look); err != nil {
			return err
		}
	}
	if err := o.yours(ctx, m, &look); err != nil {
		return err
	}
	return o.summary(look)
}

// pending says what to do about a repair that was interrupted, and does it. stop
// means that this was all.
func (o *hardenOptions) pending(ctx context.Context, m hardened, r *provision.Repair) (stop bool, err error) {
	t := &text.T().Harden
	var titles []string
	for _, id := range r.Steps {
		titles = append(titles, m.StepTitle(id))
	}
	fmt.Fprintf(o.err, t.PendingSaid+"\n", date(r.Began), strings.Join(titles, text.T().Checks.ListSeparator))
	back := o.undo
	switch {
	case r.Phase == provision.RepairBack:
		fmt.Fprintln(o.err, t.PendingBack)
	case !o.undo && !o.yes:
		answer, err := ui.Ask(ctx, o.in, o.err, t.AskPending)
		if err != nil {
			return true, err
		}
		back = among(t.AnswerBack, answer)
		if !back && !among(t.AnswerOn, answer) {
			fmt.Fprintln(o.err, t.PendingLeft)
			return true, &exitError{exitCouldNot}
		}
	}
	out, err := m.Resume(ctx, r, back)
	if err != nil {
		return true, err
	}
	if out.Kept {
		return false, o.outcome(m, out)
	}
	if err := o.outcome(m, out); err != nil && !o.undo {
		return true, err
	}
	return true, nil
}

// closeToOthers takes files of ours on this host from others before anything
// else: a key that others can read is no way in any more.
func (o *hardenOptions) closeToOthers(ctx context.Context, m hardened) error {
	t := &text.T().Harden
	open, err := m.TooOpen()
	if err != nil || len(open) == 0 || len(o.controls) > 0 && !slices.Contains(o.controls, "K5") {
		return err
	}
	for _, path := range slices.Sorted(maps.Keys(open)) {
		fmt.Fprintf(o.out, t.Open+"\n", path, open[path].Was.Perm(), open[path].Want.Perm())
	}
	if !o.yes {
		answer, err := ui.Ask(ctx, o.in, o.err, t.AskClose)
		if err != nil {
			return err
		}
		if !ui.Yes(answer) {
			fmt.Fprintln(o.err, t.LeftOpen)
			return nil
		}
	}
	if err := steps.CloseToOthers(open); err != nil {
		return err
	}
	fmt.Fprintln(o.err, t.ClosedToOthers)
	return nil
}

// choose asks for each drift that can be repaired.
func (o *hardenOptions) choose(ctx context.Context, m hardened, drifts []steps.Drift) ([]steps.Drift, error) {
	t := &text.T().Harden
	var chosen []steps.Drift
	repairable, newerLeft := 0, false
	for i, d := range drifts {
		if !d.Repairable() {
			continue
		}
		repairable++
		if o.yes {
			if d.Kind != steps.DriftNewer || o.newer {
				chosen = append(chosen, d)
			} else {
				newerLeft = true
			}
			continue
		}
		question := t.AskRepair
		if d.Kind == steps.DriftNewer {
			question = t.AskNewer
		}
		answer, err := ui.Ask(ctx, o.in, o.err, fmt.Sprintf(question, i+1))
		if err != nil {
			return nil, err
		}
		if ui.Yes(answer) || among(t.AnswerRepair, answer) {
			chosen = append(chosen, d)
		}
	}
	if newerLeft {
		fmt.Fprintln(o.err, t.NewerLeft)
	}
	restart := func(d steps.Drift) bool { return d.Restart }
	if !o.yes && slices.ContainsFunc(chosen, restart) {
		answer, err := ui.Ask(ctx, o.in, o.err, fmt.Sprintf(t.AskRestart, text.Duration(m.RestartTime())))
		if err != nil {
			return nil, err
		}
		if !ui.Yes(answer) {
			chosen = slices.DeleteFunc(chosen, restart)
		}
	}
	switch {
	case len(drifts) > 0 && repairable == 0:
		fmt.Fprintln(o.err, t.NothingRepairable)
	case repairable > 0 && len(chosen) == 0:
		fmt.Fprintln(o.err, t.NotRepaired)
	}
	return chosen, nil
}

// outcome tells what a repair came to. One that was taken back is an error.
func (o *hardenOptions) outcome(m hardened, out steps.Outcome) error {
	t := &text.T().Harden
	if out.Kept {
		fmt.Fprintln(o.err, t.Kept)
		return nil
	}
	if out.Failed != nil {
		why := out.Failed
		if step := (*provision.StepError)(nil); errors.As(why, &step) { // without how to go on: it is over
			why = &text.Fault{What: fmt.Sprintf(text.T().Engine.StepFailed, step.Title, step.Step), Err: step.Err}
		}
		ui.PrintError(o.err, why)
		fmt.Fprintln(o.out, t.Failed)
	}
	if len(out.Worse) > 0 {
		fmt.Fprintln(o.out, t.WorseHead)
		words := text.T().Checks.Status
		for _, w := range out.Worse {
			fmt.Fprintf(o.out, t.Worse+"\n", w.Control, w.Title, words[string(w.Was)], words[string(w.Is)], w.Line)
		}
	}
	if len(out.Unlike) == 0 {
		fmt.Fprintln(o.out, t.TakenBack)
	} else {
		fmt.Fprintln(o.out, t.Unlike)
		for _, line := range out.Unlike {
			fmt.Fprintln(o.out, "  "+line)
		}
	}
	if err := m.Held(out.After); err != nil {
		return err
	}
	return &exitError{exitCouldNot}
}

// yours asks for what only the owner can say: content that changed since the
// baseline, and confirmations that have lapsed. Nothing of it by --yes.
func (o *hardenOptions) yours(ctx context.Context, m hardened, look *steps.Look) error {
	t := &text.T().Harden
	lapsed, err := m.Lapsed()
	if err != nil {
		return err
	}
	lapsed = slices.DeleteFunc(lapsed, func(id checks.ID) bool {
		return len(o.controls) > 0 && !slices.Contains(o.controls, id)
	})
	if o.yes {
		if len(lapsed) > 0 {
			fmt.Fprintf(o.err, t.LapsedLater+"\n", names(lapsed))
		}
		return nil
	}
	var paths []string
	told := false
	for i, d := range m.Drifts(*look, o.controls) {
		if !d.Accept || d.Change == nil {
			continue
		}
		if !told {
			fmt.Fprintln(o.out, t.AcceptHead)
			told = true
		}
		o.tellOne(m, i+1, d)
		answer, err := ui.Ask(ctx, o.in, o.err, t.AskAccept)
		if err != nil {
			return err
		}
		if among(t.AnswerAccept, answer) {
			paths = append(paths, d.Change.Path)
		}
	}
	if len(paths) > 0 {
		if err := m.Accept(look, paths...); err != nil {
			return err
		}
		fmt.Fprintf(o.err, t.Accepted+"\n", checks.Clean(strings.Join(paths, text.T().Checks.ListSeparator)))
	}
	if len(lapsed) > 0 {
		fmt.Fprintln(o.err, t.Lapsed)
		return m.Confirm(ctx, look, lapsed)
	}
	return nil
}

// summary says how things stand now, and with which exit status.
func (o *hardenOptions) summary(look steps.Look) error {
	t := &text.T().Harden
	var findings []checks.Finding
	for _, f := range look.Findings {
		if len(o.controls) == 0 || slices.Contains(o.controls, f.Control) {
			findings = append(findings, f)
		}
	}
	n := checks.Counts(findings)
	fmt.Fprintf(o.out, t.Counts+"\n", n[checks.Met], n[checks.NotMet], n[checks.NotChecked], n[checks.Attested])
	for _, f := range findings {
		switch f.Status {
		case checks.NotMet:
			fmt.Fprintf(o.out, t.StillNotMet+"\n", f.Control, f.Title, f.Hint)
		case checks.NotChecked:
			fmt.Fprintf(o.out, t.StillNotChecked+"\n", f.Control, f.Title, f.Hint)
		}
	}
	exit := checks.Exit(findings)
	if exit == exitFine {
		fmt.Fprintln(o.out, t.AllHold)
		return nil
	}
	return &exitError{exit}
}

// among says whether an answer is one of the words, which commas separate.
func among(words, answer string) bool {
	answer = strings.ToLower(strings.TrimSpace(answer))
	return answer != "" && slices.Contains(strings.Split(words, ","), answer)
}
