package ui

import (
	"strings"
	"testing"

	"github.com/clawarium/clawarium/assets/text"
)

func TestTheRecommendedWayTakesAtMostSixKeys(t *testing.T) {
	fake := newFake()
	r := newRig(t, fake, "welcome", 80, 24)
	keys := 0
	for len(fake.applied) == 0 && keys < 20 {
		r.press("enter")
		keys++
		if r.w.at == "review" {
			r.quietNow()
		}
	}
	if keys > 6 {
		t.Errorf("%d keys from the start to making it, or never; at %q", keys, r.w.at)
	}
}

func TestTheLanguageIsSwitchedAndRemembered(t *testing.T) {
	defer text.Use(text.English)
	r := newRig(t, newFake(), "welcome", 80, 24)
	for i, c := range []struct{ key, lang, said string }{
		{"l", "zh", "推荐设置"}, {"left", "en", "Recommended"}, {"right", "zh", "推荐设置"},
	} {
		r.press(c.key)
		if got := r.screen(); !strings.Contains(got, c.said) || r.w.session.plan.Language != c.lang {
			t.Errorf("%d: %q\n%s", i, r.w.session.plan.Language, got)
		}
	}
}

func TestAReviewInAnotherLanguageIsVoid(t *testing.T) {
	defer text.Use(text.English)
	r := newRig(t, newFake(), "welcome", 80, 24)
	r.press("enter")
	if r.w.session.review == nil {
		t.Fatal("no review")
	}
	r.press("esc", "l")
	if r.w.session.review != nil {
		t.Error("the review of before is kept")
	}
}

func TestLeavingAsksOnlyWhenSomethingWouldBeLost(t *testing.T) {
	r := newRig(t, newFake(), "welcome", 80, 24)
	r.press("up", "enter")
	if !r.quit || r.w.code != 0 {
		t.Errorf("not left: %v %d", r.quit, r.w.code)
	}
	r = newRig(t, newFake(), "welcome", 80, 24)
	r.answer("name", "other")
	r.press("up", "enter")
	if r.quit || r.w.dialog == nil {
		t.Error("left without a question")
	}
}
