package main

// clawarium confirm: what only the owner can know, asked one by one. Only a yes
// confirms; nothing is confirmed by default, by silence or by a broken pipe.

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/provision/steps"
	"github.com/clawarium/clawarium/ui"
)

// memoryControl is the control whose question is about what the agent remembers,
// which is shown before it is asked and kept after it is answered.
const memoryControl = checks.ID("K27")

type confirmOptions struct {
	*app
	yes, list bool
	controls  []checks.ID
	// look collects what the guest says; now tells the time.
	look func(context.Context, *steps.Env) checks.Evidence
	now  func() time.Time
}

func newConfirm(a *app) *cobra.Command {
	t := &text.T().Command
	o := &confirmOptions{app: a, now: time.Now}
	o.look = func(ctx context.Context, env *steps.Env) checks.Evidence {
		return env.LookInside(ctx, ui.NewLine(a.err, a.verbose).Reporter(text.T().Command.MemoryLooking))
	}
	c := &cobra.Command{
		Use:   "confirm [K5 K27 …]",
		Short: t.ConfirmShort,
		Long:  t.ConfirmLong,
		Args:  cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.settle(args); err != nil {
				return err
			}
			if o.list {
				env, err := a.existing()
				if err != nil {
					return err
				}
				defer env.Close()
				return o.print(env)
			}
			return a.onMachine(cmd.Context(), "confirm", o.run)
		},
	}
	c.Flags().BoolVarP(&o.yes, "yes", "y", false, t.FlagConfirmYes)
	c.Flags().BoolVar(&o.list, "list", false, t.FlagConfirmList)
	return c
}

// settle checks the command line as a whole and tells everything that is wrong.
func (o *confirmOptions) settle(args []string) error {
	t := &text.T().Command
	var wrong []error
	asked := checks.Asked()
	for _, arg := range args {
		for name := range strings.FieldsFuncSeq(arg, func(r rune) bool { return r == ',' || r == ' ' }) {
			id := checks.ID(strings.ToUpper(name))
			what := ""
			switch {
			case slices.Contains(o.controls, id):
				continue
			case slices.Contains(asked, id):
				o.controls = append(o.controls, id)
				continue
			case slices.Contains(checks.Judged(), id) || slices.Contains(checks.Unjudged(), id):
				what = t.NoQuestion
			default:
				what = t.NoSuchControl
			}
			wrong = append(wrong, usageError{&text.Fault{
				What: fmt.Sprintf(what, name), Hint: fmt.Sprintf(t.ControlsAskedHint, names(asked))}})
		}
	}
	switch {
	case o.yes && o.list:
		wrong = append(wrong, usageError{&text.Fault{What: t.ListOrConfirm, Hint: t.ListOrConfirmHint}})
	case o.yes && len(args) == 0:
		wrong = append(wrong, usageError{&text.Fault{What: t.YesNeedsControls, Hint: t.YesNeedsControlsHint}})
	}
	return errors.Join(wrong...)
}

// print lists the questions and how they stand. It changes nothing.
func (o *confirmOptions) print(env *steps.Env) error {
	given, err := env.Promises()
	if err != nil {
		return err
	}
	for _, p := range checks.Promises(given, o.now()) {
		if len(o.controls) > 0 && !slices.Contains(o.controls, p.Control) {
			continue
		}
		o.printOne(p)
	}
	return nil
}

func (o *confirmOptions) printOne(p checks.Promise) {
	fmt.Fprintf(o.out, "%s  %s: %s\n    %s\n", p.Control, text.T().Checks.Controls[string(p.Control)].Title, standing(p), question(p.Control))
}

// run asks, or takes what --yes names. What was answered is kept at once, so that
// an interruption loses no answer.
func (o *confirmOptions) run(ctx context.Context, env *steps.Env) error {
	t := &text.T().Command
	given, err := env.Promises()
	if err != nil {
		return err
	}
	all := checks.Promises(given, o.now())
	if len(o.controls) == 0 {
		for _, p := range all {
			if p.Standing != checks.Confirmed {
				o.controls = append(o.controls, p.Control)
			}
		}
	}
	if len(o.controls) == 0 {
		first := slices.MinFunc(all, func(a, b checks.Promise) int { return cmp.Compare(a.DaysLeft, b.DaysLeft) })
		fmt.Fprintf(o.err, t.NothingToAsk+"\n", lapses(first.When), first.Control)
		return nil
	}
	var confirmed, open []checks.ID
	for i, id := range o.controls {
		p := all[slices.IndexFunc(all, func(p checks.Promise) bool { return p.Control == id })]
		var memory *checks.Evidence
		if id == memoryControl {
			seen := o.look(ctx, env)
			if err := ctx.Err(); err != nil {
				return err
			}
			memory = &seen
		}
		yes := o.yes
		if !yes {
			if yes, err = o.ask(ctx, env, p, memory); err != nil {
				o.tell(confirmed, append(open, o.controls[i:]...))
				if ctx.Err() == nil && errors.Is(err, io.ErrUnexpectedEOF) {
					return &text.Fault{What: t.NoAnswer, Hint: t.ConfirmAgainHint, Err: io.ErrUnexpectedEOF}
				}
				return err
			}
		}
		if !yes {
			open = append(open, id)
			continue
		}
		if err := env.Confirm(o.now(), id); err != nil {
			return err
		}
		confirmed = append(confirmed, id)
		if memory != nil {
			if err := env.ReviewMemory(*memory); errors.Is(err, checks.ErrNotSeen) {
				fmt.Fprintf(o.err, t.MemoryUnseen+"\n  %s\n", unseenWhy(memory), t.MemoryUnseenHint)
			} else if err != nil {
				return err
			}
		}
	}
	o.tell(confirmed, open)
	if len(open) > 0 {
		return &exitError{exitNotChecked}
	}
	return nil
}

// ask shows one question with what helps to answer it.
func (o *confirmOptions) ask(ctx context.Context, env *steps.Env, p checks.Promise, memory *checks.Evidence) (bool, error) {
	t := &text.T().Command
	words := text.T().Checks.Controls[string(p.Control)]
	fmt.Fprintf(o.err, "\n%s  %s: %s\n", p.Control, words.Title, standing(p))
	if memory != nil {
		if err := o.showMemory(env, memory); err != nil {
			return false, err
		}
	}
	fmt.Fprintf(o.err, "%s\n"+t.ConfirmBecause+"\n", question(p.Control), words.Why)
	answer, err := ui.Ask(ctx, o.in, o.err, t.AskConfirm)
	return err == nil && ui.Yes(answer), err
}

// showMemory says what the agent remembers that its owner has not seen. Of the
// files only names and sizes leave the machine.
func (o *confirmOptions) showMemory(env *steps.Env, e *checks.Evidence) error {
	lines, err := memoryLines(env, e)
	for _, line := range lines {
		fmt.Fprintln(o.err, line)
	}
	return err
}

func memoryLines(env *steps.Env, e *checks.Evidence) ([]string, error) {
	t := &text.T().Command
	if !e.Guest.Memory.OK {
		return []string{fmt.Sprintf(t.MemoryUnseen, unseenWhy(e))}, nil
	}
	baseline, err := env.Baseline()
	if err != nil {
		return nil, err
	}
	var lines []string
	files := e.Guest.Memory.Value.Files
	switch {
	case baseline != nil && baseline.Memory != nil:
		changes := checks.Remembered(baseline, *e)
		for _, c := range changes {
			kind := text.T().Checks.Kept.Changes[string(c.Kind)]
			lines = append(lines, fmt.Sprintf(t.MemoryChange, date(baseline.Reviewed), checks.Clean(c.Path), kind, strings.Join(c.Lines, "; ")))
		}
		if len(changes) == 0 {
			lines = append(lines, fmt.Sprintf(t.MemorySame, date(baseline.Reviewed), len(files)))
		}
	case len(files) == 0:
		lines = append(lines, t.MemoryNone)
	default:
		lines = append(lines, fmt.Sprintf(t.MemoryFirst, len(files)))
		for _, f := range files {
			lines = append(lines, "    "+checks.Clean(f.Path))
		}
	}
	return lines, nil
}

// tell says what is confirmed now and what is not.
func (o *confirmOptions) tell(confirmed, open []checks.ID) {
	t := &text.T().Command
	if len(confirmed) > 0 {
		fmt.Fprintf(o.err, t.ConfirmedNow+"\n", lapses(o.now()), names(confirmed))
	}
	if len(open) > 0 {
		fmt.Fprintf(o.err, t.NotConfirmedNow+"\n", names(open))
	}
}

// unseenWhy is why the guest said nothing of its memory.
func unseenWhy(e *checks.Evidence) string {
	return checks.Clean(cmp.Or(e.Guest.Memory.Err, e.Guest.Report.Err, text.T().Command.MemoryUnknown))
}

func question(id checks.ID) string { return text.T().Checks.Kept.Questions[string(id)] }

func standing(p checks.Promise) string {
	t := &text.T().Command
	switch p.Standing {
	case checks.Confirmed:
		return fmt.Sprintf(t.ListConfirmed, date(p.When), p.DaysLeft)
	case checks.Lapsed:
		return fmt.Sprintf(t.ListLapsed, date(p.When))
	}
	return t.ListNever
}

func date(t time.Time) string { return t.UTC().Format(time.DateOnly) }

// lapses is the last day on which a confirmation of that time holds.
func lapses(t time.Time) string { return date(t.AddDate(0, 0, checks.PromiseDays)) }

func names(ids []checks.ID) string {
	var s []string
	for _, id := range ids {
		s = append(s, string(id))
	}
	return strings.Join(s, text.T().Checks.ListSeparator)
}

// keepFirst keeps a baseline where there is none, so that later changes can be
// told, and has the evidence judged with it.
func (a *app) keepFirst(env *steps.Env, e *checks.Evidence) error {
	said, err := firstBaseline(env, e)
	switch {
	case errors.Is(err, checks.ErrNotSeen):
		ui.PrintError(a.err, err)
	case err != nil:
		return err
	case said != "":
		fmt.Fprintln(a.err, said)
	}
	return nil
}

// firstBaseline is keepFirst, and what to say when one was kept.
func firstBaseline(env *steps.Env, e *checks.Evidence) (said string, err error) {
	kept, err := env.KeepFirstBaseline(*e)
	if err != nil || !kept {
		return "", err
	}
	e.Subject.SubjectKept = env.Subject().SubjectKept
	t := &text.T().Checks.Kept
	return fmt.Sprintf(t.BaselineKept, len(e.Subject.Baseline.Files), env.Dir()+string(os.PathSeparator)), nil
}
