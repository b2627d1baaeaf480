package ui

import (
	"strings"
	"testing"

	"github.com/clawarium/clawarium/provision/plan"
)

func TestOnlyAReviewOfThisPlanLeadsToMakingIt(t *testing.T) {
	fake := newFake()
	r := newRig(t, fake, "welcome", 80, 24)
	r.press("enter")
	page := r.w.page().(*review)
	for range 12 { // a key that is held down
		r.send(keyPress("enter"))
	}
	if r.w.at != "review" || len(fake.applied) > 0 {
		t.Fatal("a key that was held down made it")
	}
	r.send(quietMsg{page, page.keyed - 1}) // the time of an earlier key
	if page.ready {
		t.Error("an earlier moment counts")
	}
	r.quietNow()
	if page.apply() == nil {
		t.Fatal("a review that was read does not lead on")
	}
	r.answer("machine.cpus", "1")
	if page.apply() != nil {
		t.Error("a review of another plan leads on")
	}
	r.w.session.review = &Review{Problems: []*plan.Problem{{Key: "name"}}}
	if page.apply() != nil {
		t.Error("a plan with a problem leads on")
	}
}

func TestEveryProblemIsListedAndLeadsToItsPage(t *testing.T) {
	r := newRig(t, newFake(), "welcome", 120, 50)
	p := &r.w.session.plan
	p.Name, p.Machine.CPUs, p.Machine.DataDisk, p.Network.Proxy, p.OpenClaw.Preset = "My Tank", 99, 1, "ftp://x", "reckless"
	r.press("enter")
	problems := r.w.session.plan.Problems(testHost)
	got := r.screen()
	for _, problem := range problems {
		if !strings.Contains(got, `"`+problem.Value+`"`) {
			t.Errorf("%s is not named:\n%s", problem.Key, got)
		}
	}
	if len(problems) != 5 || strings.Count(got, "Try: ") != 5 {
		t.Errorf("%d problems, and %d hints:\n%s", len(problems), strings.Count(got, "Try: "), got)
	}
	r.quietNow()
	for i, problem := range problems {
		page := r.w.page().(*review)
		for page.selected != i {
			r.press("down")
		}
		r.press("enter")
		if want := pageOf(problem); r.w.at != want || want == "" {
			t.Errorf("%s leads to %q, not %q", problem.Key, r.w.at, want)
		}
		r.press("esc")
		if r.w.at != "review" {
			t.Fatalf("back from %s is %q", problem.Key, r.w.at)
		}
	}
}

func TestMendingLeadsBackToTheReview(t *testing.T) {
	r := newRig(t, newFake(), "welcome", 80, 24)
	r.w.session.plan.OpenClaw.Preset = "reckless"
	r.press("enter", "enter")
	if r.w.at != "rights" {
		t.Fatalf("at %q", r.w.at)
	}
	r.press("down", "enter")
	if r.w.at != "review" || r.w.session.review == nil || len(r.w.session.review.Problems) > 0 {
		t.Fatalf("at %q:\n%s", r.w.at, r.screen())
	}
	r.press("esc")
	if r.w.at != "welcome" {
		t.Errorf("before the review comes %q", r.w.at)
	}
}

func TestEveryKeyOfAPlanHasAPageOrIsNoQuestion(t *testing.T) {
	for _, key := range plan.Keys() {
		if key != "version" && pageOf(&plan.Problem{Key: key}) == "" {
			t.Errorf("a problem with %s leads nowhere", key)
		}
	}
}

func TestThePlanIsSavedWhereNothingIsYet(t *testing.T) {
	fake := newFake()
	r := newRig(t, fake, "review", 80, 24)
	r.press("s", "enter")
	if got := r.screen(); !strings.Contains(got, `saved in "clawarium-openclaw.yaml"`) || len(fake.saved) != 1 {
		t.Fatalf("%v\n%s", fake.saved, got)
	}
	r.press("s", "enter")
	if got := r.screen(); !strings.Contains(got, "is there already") || !strings.Contains(got, "Try: ") {
		t.Fatalf("written over:\n%s", got)
	}
	r.press("ctrl+u")
	r.typed("q?p.yaml")
	r.press("enter")
	if _, ok := fake.saved["q?p.yaml"]; !ok || r.w.page().(*review).part != "" {
		t.Errorf("%v\n%s", fake.saved, r.screen())
	}
}

func TestTheWholePlanAndEveryDetailCanBeRead(t *testing.T) {
	fake := newFake()
	var long []string
	for range 300 {
		long = append(long, "<line>"+strings.Repeat("x", 100)+"</line>")
	}
	fake.review.Detail = strings.Join(long, "\n") + "\nthe very end \x1b[2J"
	r := newRig(t, fake, "review", 60, 20)
	r.press("d", "end")
	if got := r.screen(); !strings.Contains(got, "the very end") {
		t.Errorf("its end is not reached:\n%s", got)
	}
	r.mustFit()
	r.press("p")
	if got := r.screen(); !strings.Contains(got, "version: 1") {
		t.Errorf("no plan:\n%s", got)
	}
	r.press("esc")
	if r.w.at != "review" || r.w.page().(*review).part != "" {
		t.Error("esc does not lead back to the summary")
	}
}

func TestAReviewThatFailsCanBeTriedAgain(t *testing.T) {
	d := &looker{fakeDriver: newFake(), hold: make(chan struct{}), err: plan.Default(testHost).Validate(plan.Host{CPUs: 1, Memory: 1})}
	close(d.hold)
	r := newRig(t, d, "review", 80, 24)
	if got := r.screen(); !strings.Contains(got, "could not be worked out") || r.w.session.review != nil {
		t.Fatalf("%s", got)
	}
	r.quietNow()
	r.press("enter")
	if r.w.at != "review" {
		t.Fatal("it goes on without a review")
	}
	d.err = nil
	r.press("r")
	if r.w.session.review == nil {
		t.Errorf("not tried again:\n%s", r.screen())
	}
}
