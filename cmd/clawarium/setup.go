package main

// clawarium setup: from a plan to a machine that answers, resumable at any point.

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/provision"
	"github.com/clawarium/clawarium/provision/plan"
	"github.com/clawarium/clawarium/provision/steps"
	"github.com/clawarium/clawarium/ui"
)

type setupOptions struct {
	*app
	planFile   string
	set        []string
	yes        bool
	dryRun     bool
	until      string
	modelKeyFD int
	nameGiven  bool
}

func newSetup(a *app) *cobra.Command {
	t := &text.T().Command
	o := &setupOptions{app: a}
	c := &cobra.Command{
		Use:   "setup",
		Short: t.SetupShort,
		Long:  t.SetupLong,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o.nameGiven = cmd.Flags().Changed("name")
			if o.asks() {
				return o.lead(cmd.Context())
			}
			return o.run(cmd.Context())
		},
	}
	c.Flags().StringVar(&o.planFile, "plan", "", t.FlagPlan)
	c.Flags().StringArrayVar(&o.set, "set", nil, t.FlagSet)
	c.Flags().BoolVarP(&o.yes, "yes", "y", false, t.FlagYes)
	c.Flags().BoolVar(&o.dryRun, "dry-run", false, t.FlagDryRun)
	c.Flags().StringVar(&o.until, "until", "", t.FlagUntil)
	c.Flags().IntVar(&o.modelKeyFD, "model-key-fd", -1, t.FlagModelKeyFD)
	c.Flags().BoolVar(&o.line, "line", false, t.FlagLine)
	return c
}

// asks says whether this set-up is led from question to question. One that goes
// part of the way, or has its key from elsewhere, asks for one yes alone.
func (o *setupOptions) asks() bool {
	return !o.yes && !o.dryRun && o.until == "" && o.modelKeyFD < 0
}

func (o *setupOptions) run(ctx context.Context) error {
	t := text.T().Command
	p, stored, err := o.plan()
	if err != nil {
		return err
	}
	if p.Language != "auto" && o.lang == "" {
		text.Use(p.Language)
		t = text.T().Command
	}
	if err := o.possible(); err != nil {
		return err
	}
	dir := o.dirs.Machine(p.Name)
	if !o.dryRun {
		lock, err := provision.Acquire(dir, "setup")
		if err != nil {
			return err
		}
		defer lock.Release()
	}
	env, err := steps.New(p, o.dirs, version)
	if err != nil {
		return err
	}
	defer env.Close()
	if err := env.Prepare(ctx, func(s string) { fmt.Fprintln(o.err, s) }); err != nil {
		return err
	}
	if o.dryRun {
		return env.Describe(o.out)
	}
	if err := o.finishChange(ctx, env); err != nil {
		return err
	}
	if !o.yes {
		if err := o.confirm(ctx, env, stored); err != nil {
			return err
		}
	}
	if env.ModelKey, err = o.modelKey(p); err != nil {
		return err
	}
	list := until(env.Steps(), o.until)
	line := ui.NewLine(o.err, o.verbose)
	result, err := o.make(ctx, env, list, line.Event)
	if err != nil {
		return err
	}
	if result.Changed() {
		fmt.Fprintf(o.err, t.SetupDone+"\n", p.Name, result.Elapsed.Round(time.Second))
	} else {
		fmt.Fprintf(o.err, t.NothingChanged+"\n", p.Name, result.Elapsed.Round(time.Second))
	}
	if o.until != "" {
		return nil
	}
	// What is the owner's to do, or the host's, is told; it is no failure of set-up.
	if err := runCheck(ctx, o.app, env, checkOutput{ensured: true, first: true}); err != nil {
		return err
	}
	fmt.Fprintln(o.err, ui.WhatNext(p, o.nameFlag(p.Name), env.Keyed()))
	return nil
}

// plan is the stored one where the machine exists, else the host's defaults,
// with the file and the --set values over it.
func (o *setupOptions) plan() (p plan.Plan, stored bool, err error) { return o.planOn(o.hostFacts()) }

// planOn holds it against the facts of a host.
func (o *setupOptions) planOn(facts plan.Host) (p plan.Plan, stored bool, err error) {
	t := &text.T().Command
	base := plan.Default(facts)
	if o.nameGiven {
		base.Name = o.name
	}
	p = base
	if o.planFile != "" {
		data, err := os.ReadFile(o.planFile)
		if err != nil {
			return p, false, &text.Fault{What: fmt.Sprintf(t.PlanUnreadable, o.planFile), Hint: t.PlanUnreadableHint, Err: err}
		}
		if p, err = plan.Read(data, base, facts); err != nil {
			return p, false, err
		}
		if o.nameGiven && p.Name != o.name {
			return p, false, usageError{&text.Fault{What: fmt.Sprintf(t.TwoNames, o.name, p.Name), Hint: t.TwoNamesHint}}
		}
	}
	// The name becomes part of a path, so all is checked before any path is built from it.
	if p, err = setKeys(p, o.set, facts); err != nil {
		return p, false, err
	}
	old, err := steps.StoredPlan(o.dirs, p.Name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return p, false, nil
	case err != nil:
		return p, false, err
	case o.planFile == "" && len(o.set) == 0:
		return old, true, nil // what is on disk was validated when it was made
	}
	return p, true, o.unlike(old, p)
}

// unlike is an error when a machine was made from another plan.
func (a *app) unlike(old, p plan.Plan) error {
	changes := plan.Diff(old, p)
	if len(changes) == 0 {
		return nil
	}
	t := &text.T().Command
	var said []string
	for _, c := range changes {
		said = append(said, fmt.Sprintf(t.PlanChange, c.Key, c.Old, c.New))
	}
	hint := t.PlanDiffersHint
	if old.MadeHash() == p.MadeHash() { // the machine would be the same
		hint = text.T().Allow.PlanDiffersHint
	}
	return &text.Fault{
		What: fmt.Sprintf(t.PlanDiffers, p.Name, strings.Join(said, "; ")),
		Hint: fmt.Sprintf(hint, a.nameFlag(p.Name)),
	}
}

// make makes what is missing of a machine whose lock is held.
func (a *app) make(ctx context.Context, env *steps.Env, list []provision.Step, event func(provision.Event)) (provision.Result, error) {
	log, err := a.openLog(env.Plan.Name)
	if err != nil {
		return provision.Result{}, err
	}
	defer log.Close()
	return provision.New(env.Dir(), list, event, a.runOptions(env.Plan.Name, log)).Do(ctx)
}

// confirm shows what will be made and asks for a yes. The end of input is a no.
func (o *setupOptions) confirm(ctx context.Context, env *steps.Env, stored bool) error {
	t := &text.T().Command
	env.Summary(o.err, stored)
	answer, err := ui.Ask(ctx, o.in, o.err, t.AskApply)
	if err != nil {
		return err
	}
	if !ui.Yes(answer) {
		fmt.Fprintln(o.err, t.NotApplied)
		return &exitError{exitCouldNot}
	}
	return nil
}

// modelKey reads the provider's key without ever putting it on a disk: from a
// file descriptor, the environment, or a prompt without echo.
func (o *setupOptions) modelKey(p plan.Plan) ([]byte, error) {
	t := &text.T().Command
	if o.modelKeyFD >= 0 {
		if p.OpenClaw.Provider == "none" {
			return nil, usageError{&text.Fault{What: t.KeyWithoutProvider, Hint: t.KeyWithoutProviderHint}}
		}
		f := os.NewFile(uintptr(o.modelKeyFD), "model key")
		if f == nil {
			return nil, usageError{&text.Fault{What: fmt.Sprintf(t.KeyUnreadable, o.modelKeyFD), Hint: t.KeyUnreadableHint}}
		}
		defer f.Close()
		key, err := io.ReadAll(io.LimitReader(f, 4097))
		if err != nil {
			return nil, usageError{&text.Fault{What: fmt.Sprintf(t.KeyUnreadable, o.modelKeyFD), Hint: t.KeyUnreadableHint, Err: err}}
		}
		return checkKey(key)
	}
	if p.OpenClaw.Provider == "none" {
		return nil, nil
	}
	if key := keyFromEnviron(); len(key) > 0 {
		return checkKey(key)
	}
	if o.yes || !term.IsTerminal(int(o.in.Fd())) {
		return nil, nil
	}
	fmt.Fprintf(o.err, t.AskModelKey+" ", p.OpenClaw.Provider)
	key, err := term.ReadPassword(int(o.in.Fd()))
	fmt.Fprintln(o.err)
	if err != nil {
		return nil, err
	}
	if len(key) == 0 {
		return nil, nil
	}
	return checkKey(key)
}

// keyFromEnviron takes the key out of the environment: the tools that we start do
// not need it.
func keyFromEnviron() []byte {
	key := os.Getenv("CLAWARIUM_MODEL_KEY")
	os.Unsetenv("CLAWARIUM_MODEL_KEY")
	return []byte(key)
}

// checkKey refuses what cannot be a key, without showing it.
func checkKey(key []byte) ([]byte, error) {
	t := &text.T().Command
	key = []byte(strings.TrimSpace(string(key)))
	bad := len(key) == 0 || len(key) > 4096
	for _, b := range key {
		if b <= ' ' || b > '~' {
			bad = true
		}
	}
	if bad {
		return nil, usageError{&text.Fault{What: t.KeyMalformed, Hint: t.KeyMalformedHint}}
	}
	return key, nil
}

// possible refuses what the flags ask for before anything is looked at.
func (o *setupOptions) possible() error {
	t := &text.T().Command
	var wrong []error
	if o.until != "" && !slices.Contains(steps.IDs(), o.until) {
		wrong = append(wrong, usageError{&text.Fault{
			What: fmt.Sprintf(t.UnknownStep, o.until),
			Hint: fmt.Sprintf(t.UnknownStepHint, strings.Join(steps.IDs(), ", ")),
		}})
	}
	if !o.yes && !o.dryRun && !term.IsTerminal(int(o.in.Fd())) {
		wrong = append(wrong, usageError{&text.Fault{What: t.NobodyToAsk, Hint: t.NobodyToAskHint}})
	}
	return errors.Join(wrong...)
}

// until cuts the list behind the named step.
func until(list []provision.Step, id string) []provision.Step {
	for i, s := range list {
		if s.ID == id {
			return list[:i+1]
		}
	}
	return list
}
