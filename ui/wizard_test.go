package ui

import (
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
)

func TestTheFrameFitsAndASmallWindowSaysWhatItNeeds(t *testing.T) {
	for _, size := range []struct{ w, h int }{{1, 1}, {10, 3}, {59, 20}, {60, 19}, {60, 20}, {80, 24}, {200, 60}} {
		r := newRig(t, newFake(), "welcome", size.w, size.h)
		r.mustFit()
		small := size.w < leastWidth || size.h < leastHeight
		if got := r.screen(); size.w > 30 && small != strings.Contains(got, "--line") {
			t.Errorf("%v:\n%s", size, got)
		}
	}
}

func TestCtrlCAsksBeforeItLeaves(t *testing.T) {
	r := newRig(t, newFake(), "welcome", 80, 24)
	r.send(keyPress("ctrl+c"))
	if r.w.dialog == nil || r.quit {
		t.Fatal("no question")
	}
	r.send(keyPress("ctrl+c")) // within the grace: a double press answers nothing
	if r.w.dialog == nil || r.quit {
		t.Fatal("the dialog was answered by a key that was not meant for it")
	}
	r.send(armMsg{r.w.dialog})
	r.press("esc")
	if r.w.dialog != nil || r.quit {
		t.Fatal("esc did not stay")
	}
	r.press("ctrl+c", "down", "enter")
	if !r.quit || r.w.code != 130 {
		t.Errorf("not left: %v, %d", r.quit, r.w.code)
	}
}

func TestASignalEndsAtOnce(t *testing.T) {
	r := newRig(t, newFake(), "welcome", 80, 24)
	r.send(stopMsg{code: 143})
	if !r.quit || r.w.code != 143 {
		t.Errorf("%v, %d", r.quit, r.w.code)
	}
}

func TestHelpIsOneKeyAway(t *testing.T) {
	r := newRig(t, newFake(), "welcome", 60, 20)
	r.press("?")
	if got := r.screen(); !strings.Contains(got, "Help: Welcome") {
		t.Errorf("no help:\n%s", got)
	}
	r.press("down", "pgdown", "up")
	r.mustFit()
	r.press("f1")
	if got := r.screen(); strings.Contains(got, "Help: Welcome") {
		t.Errorf("help stays:\n%s", got)
	}
	r.send(tea.WindowSizeMsg{Width: 30, Height: 5})
	r.press("?")
	if r.w.help != nil {
		t.Error("a page that is not shown takes keys")
	}
}
