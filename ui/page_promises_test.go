package ui

import (
	"slices"
	"testing"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
)

func TestThePromisesAreQuestionsThatAreAsked(t *testing.T) {
	for _, id := range beforehand {
		if !slices.Contains(checks.Asked(), id) || text.T().Checks.Kept.Questions[string(id)] == "" {
			t.Errorf("%s has no question", id)
		}
	}
}

func TestNothingIsPromisedButWhatIsTicked(t *testing.T) {
	r := newRig(t, newFake(), "promises", 60, 20)
	if len(r.w.session.promised) != 0 {
		t.Fatal("something is ticked already")
	}
	r.press("space", "down", "down", "x", "x", "down", "space", "enter")
	if r.w.at != "review" {
		t.Errorf("at %q", r.w.at)
	}
	want := map[checks.ID]bool{beforehand[0]: true, beforehand[3]: true}
	for _, id := range beforehand {
		if r.w.session.promised[id] != want[id] {
			t.Errorf("%s: %v", id, r.w.session.promised[id])
		}
	}
	r.press("esc")
	if !r.w.session.promised[beforehand[0]] {
		t.Error("back forgets")
	}
}
