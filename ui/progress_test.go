package ui

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/provision"
	"github.com/clawarium/clawarium/provision/plan"
)

var anHourOn = time.Date(2026, 3, 1, 13, 0, 0, 0, time.UTC)

// reviewSteps are the steps of a set-up, with their titles in the language in use.
func reviewSteps() []ReviewStep {
	t := text.T().Steps
	var out []ReviewStep
	for i, title := range []string{
		t.Choose, t.Keys, t.Image, t.Code, t.Pool, t.BaseVolume, t.CodeVolume, t.SystemDisk, t.DataDisk,
		t.Filter, t.Network, t.Seed, t.Domain, t.Boot, t.Eject,
	} {
		out = append(out, ReviewStep{fmt.Sprintf("step-%d", i+1), title})
	}
	return out
}

// stub is a page that is only arrived at.
type stub string

func (s stub) name() string         { return string(s) }
func (stub) enter() tea.Cmd         { return nil }
func (stub) update(tea.Msg) tea.Cmd { return nil }
func (stub) view(int, int) string   { return "" }
func (stub) keys() []keyHint        { return nil }
func (stub) typing() bool           { return false }

// atProgress is a rig on the page, with the review that it needs, a clock that
// stands still, and the command that does the work.
func atProgress(t *testing.T, d Driver, width, height int) (*rig, *progressPage, tea.Cmd) {
	t.Helper()
	r := newRig(t, d, "next", width, height)
	for _, name := range []string{"review", "results"} {
		r.w.pages[name] = stub(name)
	}
	r.w.session.now = func() time.Time { return anHourOn }
	r.w.session.review = &Review{Seconds: 480, Steps: reviewSteps()}
	r.w.at = "progress"
	p := r.w.page().(*progressPage)
	return r, p, p.enter()
}

// ofStep is an event of the step with the number.
func ofStep(kind provision.EventKind, step int, change func(*provision.Event)) provision.Event {
	s := reviewSteps()[step-1]
	e := provision.Event{Kind: kind, Step: s.ID, Title: s.Title, Index: step, Count: len(reviewSteps()), Percent: -1}
	if change != nil {
		change(&e)
	}
	return e
}

// upTo tells of the steps before the given one, and that it began.
func (p *progressPage) upTo(step int) {
	for i := 1; i < step; i++ {
		if i <= 2 {
			p.hear(ofStep(provision.StepHeld, i, nil))
			continue
		}
		p.hear(ofStep(provision.StepBegan, i, nil))
		p.hear(ofStep(provision.StepDone, i, func(e *provision.Event) { e.Elapsed = time.Duration(2*i) * time.Second }))
	}
	p.hear(ofStep(provision.StepBegan, step, nil))
}

func (p *progressPage) pass(d time.Duration) { p.began = p.s.now().Add(-d) }

var failures = map[string]error{} // a journal takes its time

// stepFails is the error of a real run whose step does not work.
func stepFails(t *testing.T, undo bool) error {
	t.Helper()
	key := fmt.Sprint(text.T().Steps.Image, undo)
	if err := failures[key]; err != nil {
		return err
	}
	wrong := &text.Fault{What: `"deb.example.org" does not answer`, Hint: "look at the connection: curl -I https://deb.example.org", Err: errors.New("dial tcp: i/o timeout")}
	run := provision.New(t.TempDir(), []provision.Step{{
		ID: "image", Title: text.T().Steps.Image,
		Holds: func(context.Context) (bool, error) { return false, nil },
		Do: func(context.Context, json.RawMessage, provision.Reporter) error {
			return wrong
		},
		Undo: func(context.Context, json.RawMessage, provision.Reporter) error { return wrong },
	}}, nil, provision.Options{ResumeCommand: "clawarium setup", UndoCommand: "clawarium undo"})
	_, err := run.Do(t.Context())
	if undo {
		err = run.Undo(t.Context())
	}
	if err == nil {
		t.Fatal("it works")
	}
	failures[key] = err
	return err
}

var consoleLines = []string{
	"[    0.000000] Linux version 6.12.48+deb13-cloud-amd64",
	"[    1.204113] virtio_blk virtio2: [vda] 41943040 512-byte logical blocks (21.5 GB/20.0 GiB)",
	"[\x1b[0;32m  OK  \x1b[0m] Reached target \x1b[0;1;39mnetwork-pre.target\x1b[0m - Preparation for Network.",
	"copying  12 %\rcopying  57 %\rcopying 100 %\r",
	"cloud-init[611]: Cloud-init v. 25.1.4 running 'modules:final'",
	"openclaw-gateway[902]: 网关正在监听 127.0.0.1:18789",
}

func (p *progressPage) console(times int) {
	for range times {
		for _, l := range consoleLines {
			p.log.add(l)
		}
	}
}

// progressStates bring the page to each of its states.
var progressStates map[string]func(*testing.T, *rig, *progressPage)

func init() {
	progressStates = map[string]func(*testing.T, *rig, *progressPage){
		"start": func(*testing.T, *rig, *progressPage) {},
		"download": func(_ *testing.T, _ *rig, p *progressPage) {
			p.upTo(3)
			p.hear(ofStep(provision.StepProgress, 3, func(e *provision.Event) {
				e.Stage = fmt.Sprintf(text.T().Image.Downloading, "debian-13-genericcloud-amd64.qcow2", "cloud.debian.org")
				e.Bytes, e.Total, e.Percent = 193<<20, 430<<20, 44.9
				e.Rate, e.Elapsed, e.Estimate = 4.2*(1<<20), 46*time.Second, 56*time.Second
			}))
			p.pass(50 * time.Second)
		},
		"boot": func(_ *testing.T, _ *rig, p *progressPage) {
			p.upTo(14)
			p.hear(ofStep(provision.StepNote, 14, func(e *provision.Event) { e.Line = text.T().Steps.EmulationNote }))
			p.hear(ofStep(provision.StepNote, 14, func(e *provision.Event) { e.Line = text.T().Steps.SlowClockNote }))
			p.hear(ofStep(provision.StepProgress, 14, func(e *provision.Event) {
				e.Stage, e.Elapsed, e.Estimate = text.T().Steps.WaitingForGuest, 130*time.Second, 170*time.Second
			}))
			p.pass(5 * time.Minute)
		},
		"log": func(t *testing.T, r *rig, p *progressPage) {
			progressStates["boot"](t, r, p)
			p.console(7)
			r.press("l")
		},
		"dialog": func(t *testing.T, r *rig, p *progressPage) {
			progressStates["download"](t, r, p)
			r.press("ctrl+c")
		},
		"stopping": func(t *testing.T, r *rig, p *progressPage) {
			progressStates["dialog"](t, r, p)
			r.press("s")
		},
		"failed": func(t *testing.T, r *rig, p *progressPage) {
			p.upTo(3)
			p.console(1)
			p.hear(ofStep(provision.StepFailed, 3, func(e *provision.Event) { e.Elapsed = 46 * time.Second }))
			r.send(workedMsg{p.tell, stepFails(t, false)})
			p.ended = p.ended.Add(-time.Minute)
		},
		"failed-log": func(t *testing.T, r *rig, p *progressPage) {
			progressStates["failed"](t, r, p)
			p.console(5)
			r.press("l", "up", "up", "right")
		},
		"undo-asked": func(t *testing.T, r *rig, p *progressPage) {
			progressStates["failed"](t, r, p)
			r.press("u")
		},
		"undoing": func(t *testing.T, r *rig, p *progressPage) {
			p.upTo(9)
			p.state = backingSteps
			p.hear(ofStep(provision.StepUndoing, 9, func(e *provision.Event) { e.Index, e.Count = 1, 7 }))
			p.hear(ofStep(provision.StepUndone, 9, func(e *provision.Event) { e.Index, e.Count, e.Elapsed = 1, 7, 2*time.Second }))
			p.hear(ofStep(provision.StepUndoing, 8, func(e *provision.Event) { e.Index, e.Count = 2, 7 }))
			p.pass(4 * time.Second)
		},
		"undo-failed": func(t *testing.T, r *rig, p *progressPage) {
			progressStates["undoing"](t, r, p)
			r.send(workedMsg{p.tell, stepFails(t, true)})
			p.ended = p.ended.Add(-time.Minute)
		},
		"undone": func(t *testing.T, r *rig, p *progressPage) {
			progressStates["undoing"](t, r, p)
			r.send(workedMsg{p.tell, nil})
			p.ended = p.ended.Add(-time.Minute)
		},
		"refused": func(_ *testing.T, r *rig, p *progressPage) {
			p.state = makingFailed // nothing runs
			p.s.review = nil
			p.enter()
		},
	}
}

func TestFramesOfProgress(t *testing.T) {
	for name, prepare := range progressStates {
		frames(t, "progress-"+name, func(t *testing.T, width, height int) *rig {
			r, p, _ := atProgress(t, newFake(), width, height)
			prepare(t, r, p)
			return r
		})
	}
}

func TestProgressFitsEveryWindow(t *testing.T) {
	defer text.Use(text.English)
	for _, lang := range []string{text.English, text.Chinese} {
		text.Use(lang)
		for name, prepare := range progressStates {
			for _, size := range []struct{ w, h int }{{60, 20}, {79, 24}, {132, 43}, {60, 60}, {200, 20}} {
				r, p, _ := atProgress(t, newFake(), size.w, size.h)
				prepare(t, r, p)
				if lines := strings.Count(r.w.page().view(size.w, size.h-frameRows), "\n") + 1; lines > size.h-frameRows {
					t.Errorf("%s %s %v: the body has %d lines", name, lang, size, lines)
				}
				for _, k := range []string{"", "down", "l", "pgup", "pgdown", "home", "end", "l"} {
					if k != "" && r.w.dialog == nil {
						r.press(k)
					}
					r.mustFit()
				}
			}
		}
	}
}

func TestTheRunningStepIsInSight(t *testing.T) {
	r, p, _ := atProgress(t, newFake(), 60, 20)
	for i := 1; i <= len(reviewSteps()); i++ {
		p.upTo(i)
		if got := r.screen(); !strings.Contains(got, "⠋ "+reviewSteps()[i-1].Title) {
			t.Errorf("step %d is not shown:\n%s", i, got)
		}
		r.press("l")
		if got := r.screen(); !strings.Contains(got, "⠋ "+reviewSteps()[i-1].Title) {
			t.Errorf("step %d is not shown beside the log:\n%s", i, got)
		}
		r.press("l", "up", "up", "up", "up") // looks elsewhere; the next step brings it back
	}
}

func TestNothingIsMadeWithoutAReview(t *testing.T) {
	for name, review := range map[string]*Review{
		"none":          nil,
		"with problems": {Problems: []*plan.Problem{{Key: "name"}}},
	} {
		d := newFake()
		r := newRig(t, d, "next", 80, 24)
		r.w.pages["review"] = stub("review")
		r.w.session.review = review
		r.send(goMsg{"progress"})
		r.press("l", "r", "u", "b", "down")
		if len(d.applied) > 0 || len(d.undone) > 0 {
			t.Errorf("%s: Setup ran", name)
		}
		r.press("enter")
		if r.w.at != "review" {
			t.Errorf("%s: at %q", name, r.w.at)
		}
	}
}

func TestAReviewIsGoodForOneStart(t *testing.T) {
	d := newFake()
	r, p, _ := atProgress(t, d, 80, 24)
	r.w.session.key = secret("sk-very-secret")
	r.w.session.promised["K21"] = true
	r.w.session.promised["K22"] = false
	p.state, r.w.session.review = notReviewed, &Review{Seconds: 60}
	r.do(p.enter())
	r.settle()
	if r.w.at != "results" || len(d.applied) != 1 {
		t.Fatalf("at %q after %d set-ups", r.w.at, len(d.applied))
	}
	if d.keys[0] != "sk-very-secret" || len(d.promised[0]) != 1 || d.promised[0][0] != checks.ID("K21") {
		t.Errorf("Setup was given %q, %v", d.keys[0], d.promised[0])
	}
	r.send(goMsg{"progress"})
	r.press("enter", "r")
	if len(d.applied) != 1 {
		t.Error("the same review started it again")
	}
}

// slowDriver heeds the end of its context only when it is let go.
type slowDriver struct {
	*fakeDriver
	release chan struct{}
	err     error
	ended   bool
}

func (d *slowDriver) Setup(ctx context.Context, p plan.Plan, _ []byte, _ []checks.ID, event func(provision.Event)) (provision.Result, error) {
	d.applied = append(d.applied, p)
	event(provision.Event{Kind: provision.StepBegan, Step: "step-1", Title: "one", Index: 1, Count: 2, Percent: -1})
	if d.err == nil {
		<-ctx.Done()
	}
	<-d.release
	d.ended = true
	if d.err != nil {
		return provision.Result{}, d.err
	}
	return provision.Result{}, ctx.Err()
}

func newSlow() *slowDriver { return &slowDriver{fakeDriver: newFake(), release: make(chan struct{})} }

func TestStoppingWaitsForTheWorkAndSaysHowToGoOn(t *testing.T) {
	d := newSlow()
	r, p, cmd := atProgress(t, d, 80, 24)
	p.agreed.Name = "tank"
	r.do(cmd)
	r.press("ctrl+c", "s")
	if r.quit || d.ended {
		t.Fatal("it did not wait")
	}
	if got := r.screen(); !strings.Contains(got, words().Closing) {
		t.Errorf("nothing says that it comes to a stop:\n%s", got)
	}
	r.press("ctrl+c", "enter", "q") // nothing more to say
	if r.w.dialog != nil {
		t.Error("it asks again")
	}
	close(d.release)
	r.settle()
	if !r.quit || r.w.code != 130 {
		t.Fatalf("quit %v, status %d", r.quit, r.w.code)
	}
	if hints := text.Hint(r.w.session.parting); len(hints) != 1 || !strings.Contains(hints[0], "clawarium setup --name tank") {
		t.Errorf("what is said at the end: %v, %q", r.w.session.parting, hints)
	}
}

func TestUndoComesAfterTheWorkHasEnded(t *testing.T) {
	d := newSlow()
	r, _, cmd := atProgress(t, d, 80, 24)
	r.do(cmd)
	r.press("ctrl+c", "u")
	if len(d.undone) > 0 {
		t.Fatal("undone while it was being made")
	}
	close(d.release)
	r.settle()
	if len(d.undone) != 1 || r.quit {
		t.Fatalf("undone: %v, quit %v", d.undone, r.quit)
	}
	if got := r.screen(); !strings.Contains(got, "is taken back") || r.w.session.existing {
		t.Errorf("exists %v:\n%s", r.w.session.existing, got)
	}
	r.w.session.now = func() time.Time { return anHourOn.Add(time.Second) }
	r.press("b")
	if r.w.at != "review" || len(r.w.trail) == 0 {
		t.Errorf("at %q, the way back is %v", r.w.at, r.w.trail)
	}
}

func TestGoingOnGoesOn(t *testing.T) {
	d := newFake()
	d.hold = make(chan struct{})
	r, _, cmd := atProgress(t, d, 80, 24)
	r.do(cmd)
	r.press("ctrl+c", "g", "ctrl+c", "esc")
	close(d.hold)
	r.settle()
	if r.w.at != "results" || r.quit {
		t.Errorf("at %q, quit %v", r.w.at, r.quit)
	}
}

func TestWhatEndsWhileItIsAskedAboutTakesTheQuestionAway(t *testing.T) {
	d := newFake()
	d.hold = make(chan struct{})
	r, _, cmd := atProgress(t, d, 80, 24)
	r.do(cmd)
	r.press("ctrl+c")
	close(d.hold)
	r.settle()
	if r.w.at != "results" || r.w.dialog != nil {
		t.Errorf("at %q with %v", r.w.at, r.w.dialog)
	}
}

func TestASignalWaitsForTheWork(t *testing.T) {
	for name, before := range map[string]func(*rig){
		"running":  func(*rig) {},
		"asked":    func(r *rig) { r.press("ctrl+c") },
		"stopping": func(r *rig) { r.press("ctrl+c", "u") },
	} {
		d := newSlow()
		r, _, cmd := atProgress(t, d, 80, 24)
		r.do(cmd)
		before(r)
		r.send(stopMsg{code: 143})
		if r.quit {
			t.Fatalf("%s: it did not wait", name)
		}
		close(d.release)
		r.settle()
		if !r.quit || r.w.code != 143 || len(d.undone) > 0 {
			t.Errorf("%s: quit %v, status %d, undone %v", name, r.quit, r.w.code, d.undone)
		}
	}
}

func TestWorkThatASignalEndedIsNoFailure(t *testing.T) {
	d := newFake()
	d.hold = make(chan struct{})
	r, _, _ := atProgress(t, d, 80, 24)
	ctx, cancel := context.WithCancel(t.Context())
	r.w.session.ctx, r.w.session.review = ctx, &Review{}
	p := r.w.page().(*progressPage)
	p.state = notReviewed
	r.do(p.enter())
	cancel() // the work hears of it before the model does
	r.settle()
	if p.state != endedBySignal || r.quit {
		t.Fatalf("state %d, quit %v:\n%s", p.state, r.quit, r.screen())
	}
	r.send(stopMsg{code: 143})
	if !r.quit || r.w.code != 143 || r.w.session.parting == nil {
		t.Errorf("quit %v, status %d, %v", r.quit, r.w.code, r.w.session.parting)
	}
}

func TestAfterAFailureThereAreFourWays(t *testing.T) {
	failed := func(t *testing.T) (*rig, *fakeDriver) {
		d := newFake()
		d.setupErr = stepFails(t, false)
		r, p, cmd := atProgress(t, d, 80, 24)
		r.do(cmd)
		r.settle()
		if p.state != makingFailed {
			t.Fatalf("state %d", p.state)
		}
		r.press("q", "r", "u", "enter") // meant for what was there a moment ago
		if r.quit || r.w.dialog != nil || len(d.applied) != 1 {
			t.Fatal("a key answered what had not been seen yet")
		}
		r.w.session.now = func() time.Time { return anHourOn.Add(time.Second) }
		return r, d
	}
	t.Run("again", func(t *testing.T) {
		r, d := failed(t)
		d.setupErr = nil
		r.press("r")
		r.settle()
		if len(d.applied) != 2 || r.w.at != "results" || len(plan.Diff(d.applied[0], d.applied[1])) > 0 {
			t.Errorf("%d set-ups, at %q", len(d.applied), r.w.at)
		}
	})
	t.Run("answers", func(t *testing.T) {
		r, d := failed(t)
		r.press("esc")
		if r.w.at != "review" || len(d.applied) != 1 || !r.w.session.existing {
			t.Errorf("at %q", r.w.at)
		}
	})
	t.Run("undo", func(t *testing.T) {
		r, d := failed(t)
		r.press("u", "enter")
		if len(d.undone) > 0 {
			t.Fatal("it was not asked")
		}
		r.press("u", "down", "enter")
		r.settle()
		if len(d.undone) != 1 {
			t.Error("not undone")
		}
	})
	t.Run("leave", func(t *testing.T) {
		r, _ := failed(t)
		r.press("q")
		if !r.quit || r.w.code != 2 || !strings.Contains(strings.Join(text.Hint(r.w.session.parting), " "), "clawarium setup") {
			t.Errorf("quit %v, status %d, %v", r.quit, r.w.code, r.w.session.parting)
		}
	})
	t.Run("ctrl-c", func(t *testing.T) {
		r, _ := failed(t)
		r.press("ctrl+c", "esc")
		if r.quit {
			t.Fatal("esc left")
		}
		r.press("ctrl+c", "down", "enter")
		if !r.quit {
			t.Error("not left")
		}
	})
}

func TestUndoCanBeStoppedAndGoneOnWith(t *testing.T) {
	d := newFake()
	d.setupErr = stepFails(t, false)
	r, p, cmd := atProgress(t, d, 80, 24)
	r.do(cmd)
	r.settle()
	d.hold = make(chan struct{})
	r.w.session.now = func() time.Time { return anHourOn.Add(time.Second) }
	r.press("u", "down", "enter")
	if p.state != backingSteps {
		t.Fatalf("state %d", p.state)
	}
	r.press("ctrl+c", "g", "ctrl+c", "s")
	r.settle()
	if !r.quit || r.w.code != 130 || !strings.Contains(strings.Join(text.Hint(r.w.session.parting), " "), "clawarium undo") {
		t.Errorf("quit %v, status %d, %v", r.quit, r.w.code, r.w.session.parting)
	}
}

func TestUndoThatFailedGoesOn(t *testing.T) {
	d := newFake()
	d.setupErr, d.undoErr = stepFails(t, false), stepFails(t, true)
	r, p, cmd := atProgress(t, d, 80, 24)
	r.do(cmd)
	r.settle()
	r.w.session.now = func() time.Time { return anHourOn.Add(time.Second) }
	r.press("u", "down", "enter")
	r.settle()
	if p.state != backingFailed {
		t.Fatalf("state %d", p.state)
	}
	d.undoErr = nil
	p.ended = anHourOn
	r.press("r")
	r.settle()
	if p.state != allBack || len(d.undone) != 2 {
		t.Errorf("state %d, undone %v", p.state, d.undone)
	}
}

func TestNoSecretIsOnThePage(t *testing.T) {
	for name, prepare := range progressStates {
		r, p, _ := atProgress(t, newFake(), 120, 40)
		r.w.session.key = secret("sk-very-secret")
		prepare(t, r, p)
		if strings.Contains(r.screen(), "sk-very") || strings.Contains(fmt.Sprintf("%v %+v", p.s.key, p.s.key), "sk-very") {
			t.Errorf("%s shows the key", name)
		}
	}
}

func TestTheLogKeepsTheNewestLinesWithoutWhatSteersATerminal(t *testing.T) {
	var b logbook
	for i := range 5000 {
		b.add(fmt.Sprintf("line %d\r\n", i))
	}
	first, next := b.bounds()
	if first != 3000 || next != 5000 {
		t.Errorf("%d to %d", first, next)
	}
	if got := b.between(0, 3001); len(got) != 1 || got[0] != "line 3000" {
		t.Errorf("the first is %q", got)
	}
	if got := b.between(4999, 9999); len(got) != 1 || got[0] != "line 4999" {
		t.Errorf("the last is %q", got)
	}
	b.add("\x1b]0;title\x07\x1b[2Jhello\u202e\x00\x9b31m" + strings.Repeat("x", 1<<20))
	got := b.between(5000, 5001)[0]
	if !strings.HasPrefix(got, "hello") || len(got) > logWidth || strings.ContainsAny(got, "\x1b\x00\u202e") {
		t.Errorf("%.40q of %d bytes", got, len(got))
	}
	b.add("copying 12 %\rcopying 100 %\r")
	if got := b.between(5001, 5002); got[0] != "copying 100 %" {
		t.Errorf("%q", got)
	}
}

func TestTheLogIsReadWhereItWasLeft(t *testing.T) {
	r, p, _ := atProgress(t, newFake(), 80, 24)
	for i := range 100 {
		p.log.add(fmt.Sprintf("line %d.", i))
	}
	r.press("l", "pgup")
	top := p.logFrom
	p.log.add("line 100.")
	if got := r.screen(); !strings.Contains(got, fmt.Sprintf("line %d.", top)) || strings.Contains(got, "line 100.") {
		t.Errorf("it moved:\n%s", got)
	}
	r.press("end")
	if got := r.screen(); !strings.Contains(got, "line 100.") {
		t.Errorf("it does not follow:\n%s", got)
	}
	r.press("home")
	if got := r.screen(); !strings.Contains(got, "line 0.") {
		t.Errorf("not at the first line:\n%s", got)
	}
	r.press("pgdown", "pgdown", "pgdown", "pgdown", "pgdown", "pgdown", "pgdown", "pgdown", "pgdown", "pgdown", "pgdown", "pgdown", "pgdown", "pgdown")
	if !p.logTail {
		t.Error("at the end it does not follow again")
	}
}
