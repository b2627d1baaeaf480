package ui

import (
	"slices"
	"testing"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/checks/report"
	"github.com/clawarium/clawarium/provision/plan"
)

// begunRig is a set-up that did not work, whose answers were changed after it.
func begunRig(t *testing.T, width, height int) (*rig, *fakeDriver) {
	t.Helper()
	d := newFake()
	d.setupErr = &text.Fault{What: "there is no room for it"}
	r := newRig(t, d, "review", width, height)
	if r.w.small() {
		return r, d
	}
	r.quietNow()
	r.press("enter")
	d.machine = &fakeMachine{plan: r.w.session.plan} // it was begun
	later(r)
	r.press("b") // back to the answers
	p, err := r.w.session.plan.With("machine.memory", "2GiB", testHost)
	if err == nil {
		p, err = p.With("openclaw.provider", "anthropic", testHost)
	}
	if err != nil {
		t.Fatal(err)
	}
	r.w.session.setPlan(p)
	r.w.session.key = secret("k")
	r.do(r.w.page().enter())
	return r, d
}

// later is when the end of the work can be answered.
func later(r *rig) {
	p := r.w.pages["progress"].(*progressPage)
	p.ended = p.ended.Add(-2 * grace)
}

func TestFramesOfAReviewOfOtherAnswers(t *testing.T) {
	frames(t, "review-changed", func(t *testing.T, width, height int) *rig {
		r, _ := begunRig(t, width, height)
		return r
	})
}

func TestAMachineThatWasBegunIsNotGoneOnWithByOtherAnswers(t *testing.T) {
	r, d := begunRig(t, 80, 24)
	must(t, r, "was begun with other answers", "Memory: 4GiB, now 2GiB", "Model provider: none yet, now Anthropic")
	r.quietNow()
	r.press("enter", "p", "d", "s")
	if len(d.applied) != 1 || len(d.undone) > 0 || r.w.at != "review" {
		t.Errorf("made %d, at %q", len(d.applied), r.w.at)
	}
}

func TestWhatWasMadeIsUndoneFirstAndTheNewAnswersStay(t *testing.T) {
	r, d := begunRig(t, 80, 24)
	r.press("u", "enter") // keep it
	if len(d.undone) > 0 {
		t.Fatal("undone without a yes")
	}
	d.machine = nil // as it is when it is undone
	r.press("u", "down", "enter")
	must(t, r, "is taken back")
	if !slices.Equal(d.undone, []string{"openclaw"}) || r.w.session.existing {
		t.Fatalf("undone %v", d.undone)
	}
	later(r)
	r.press("b")
	r.quietNow()
	must(t, r, "Make it")
	r.press("enter")
	if len(d.applied) != 2 || d.applied[1].Machine.Memory != 2*plan.GiB || d.keys[1] != "k" {
		t.Errorf("made %v", d.applied)
	}
}

func TestTheAnswersItWasBegunWithCanBeTakenAgain(t *testing.T) {
	r, d := begunRig(t, 80, 24)
	r.press("o")
	r.quietNow()
	must(t, r, "Go on with it")
	if r.w.session.key != nil {
		t.Error("the key of another provider is kept")
	}
	r.press("enter")
	if len(d.applied) != 2 || len(plan.Diff(d.applied[0], d.applied[1])) > 0 || len(d.undone) > 0 {
		t.Errorf("made %v", d.applied)
	}
}

func TestTheReviewOfTheSameAnswersGoesOnWithWhatWasBegun(t *testing.T) {
	d := newFake()
	d.machine = &fakeMachine{plan: plan.Default(testHost)}
	r := newRig(t, d, "welcome", 80, 24)
	r.w.session.begins("openclaw")
	r.w.session.plan.Language = "zh" // is no other machine
	r.do(goTo("review"))
	r.quietNow()
	must(t, r, "Go on with it")
}

func TestLeavingBehindTheSelfCheckHasItsExitStatus(t *testing.T) {
	for _, c := range []struct {
		report *report.Report
		code   int
	}{
		{&report.Report{Exit: 0}, 0}, {&report.Report{Exit: 1}, 1}, {&report.Report{Exit: 3}, 3},
		{nil, checks.ExitNotChecked}, // the check was stopped
	} {
		for _, key := range []string{"q", "enter"} {
			r := newRig(t, newFake(), "next", 80, 24)
			r.w.at = "results"
			r.results().report = c.report
			r.press("n", key)
			if !r.quit || r.w.code != c.code {
				t.Errorf("%+v: quit %v, status %d", c.report, r.quit, r.w.code)
			}
		}
	}
}
