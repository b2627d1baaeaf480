package main

// How clawarium leads a person: on the screen where the terminal can show one,
// else line by line. Which plan that begins with, and where.

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/provision/plan"
	"github.com/clawarium/clawarium/provision/steps"
	"github.com/clawarium/clawarium/ui"
)

// guides are the two ways to lead somebody.
type guides struct {
	capable func(in, out *os.File, getenv func(string) string) bool
	screen  func(context.Context, ui.Driver, ui.Options) (int, error)
	lines   func(context.Context, ui.Driver, ui.LineOptions) (int, error)
}

var realGuides = guides{capable: ui.Capable, screen: ui.Run, lines: ui.Converse}

// beginning is where the way begins.
type beginning struct {
	page     string
	plan     plan.Plan
	existing bool // its machine was begun
	key      []byte
	given    []byte // the key from the environment of the one before
	promised []checks.ID
	straight bool // to the review, past the questions
	resumed  bool // where somebody was before
}

// begin finds it: where the clawarium before this one was; the dashboard of a machine
// that is finished, the review of one whose set-up was stopped or of a plan that was
// given; where somebody left for a new login; else the welcome page.
func (o *setupOptions) begin() (b beginning, err error) {
	if h, ok := handedOver(); ok {
		_, err := steps.StoredPlan(o.dirs, h.Plan.Name)
		return beginning{h.Page, h.Plan, err == nil, h.Key, h.Given, h.Promised, h.Recommended, true}, nil
	}
	if o.planFile != "" || len(o.set) > 0 {
		b.page = "review"
		b.plan, b.existing, err = o.plan()
		return b, err
	}
	facts := o.hostFacts()
	if err := validName(o.name, facts); err != nil {
		return b, usageError{err}
	}
	b.plan, err = steps.StoredPlan(o.dirs, o.name)
	switch {
	case errors.Is(err, fs.ErrNotExist): // or stopped before its plan was kept
		b.page, b.plan = "welcome", plan.Default(facts)
		b.plan.Name = o.name
		if at, ok := kept(o.dirs); ok && (at.Plan.Name == o.name || !o.nameGiven) && !o.begun(at.Plan.Name) {
			b.page, b.plan, b.promised, b.straight, b.resumed = at.Page, at.Plan, at.Promised, at.Recommended, true
		}
		return b, nil
	case err != nil:
		return b, err
	case o.finished(o.name):
		b.page = "dashboard"
	default:
		b.page = "review"
	}
	b.existing = true
	return b, nil
}

// lead takes a person from there to the end.
func (o *setupOptions) lead(ctx context.Context) error {
	b, err := o.begin()
	if err != nil {
		return err
	}
	if o.lang == "" && b.plan.Language != plan.Auto {
		text.Use(b.plan.Language)
	}
	d := newDriver(o.app)
	if len(b.given) > 0 {
		d.key = b.given
	}
	var code int
	out, _ := o.out.(*os.File)
	if !o.line && o.guides.capable(o.in, out, os.Getenv) {
		code, err = o.guides.screen(ctx, d, ui.Options{
			In: o.in, Out: o.out, Start: b.page, Plan: b.plan, Existing: b.existing,
			Key: b.key, Promised: b.promised, Recommended: b.straight,
			Log: &lateLog{path: filepath.Join(o.dirs.State, "screen.log")}})
	} else {
		at := ""
		if b.resumed {
			at = b.page
		}
		code, err = o.guides.lines(ctx, d, ui.LineOptions{
			In: o.in, Out: o.out, Err: o.err, Plan: b.plan, Existing: b.existing,
			Page: at, Key: b.key, Promised: b.promised, Recommended: b.straight,
			Dashboard: b.page == "dashboard", Verbose: o.verbose})
	}
	if errors.Is(err, io.ErrUnexpectedEOF) { // nobody answers, and silence is no answer
		code = exitUsage
		if b.page != "dashboard" {
			err = &text.Fault{What: err.Error(), Hint: text.T().Command.NobodyToAskHint, Err: err}
		}
	}
	ui.PrintError(o.err, err)
	if code != exitFine {
		return &exitError{code}
	}
	return nil
}

// lateLog is a file that is made when there is something to write.
type lateLog struct {
	path string
	file *os.File
}

func (l *lateLog) Write(b []byte) (int, error) {
	if l.file == nil {
		if err := os.MkdirAll(filepath.Dir(l.path), 0o700); err != nil {
			return 0, err
		}
		f, err := os.OpenFile(l.path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
		if err != nil {
			return 0, err
		}
		l.file = f
	}
	return l.file.Write(b)
}
