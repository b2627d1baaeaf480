package ui

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/provision/plan"
)

func TestWhatStopsKeepsFromGoingOnUntilItIsMended(t *testing.T) {
	fake := newFake()
	fake.preflight = Preflight{Lines: []PreflightLine{{Status: checks.NotMet, What: "libvirt is not \x1b[31mthere", Hint: "install it", Stops: true}}}
	r := newRig(t, fake, "welcome", 80, 24)
	r.walkTo("computer")
	if got := r.screen(); !strings.Contains(got, "keeps the machine from being made") {
		t.Fatalf("%s", got)
	}
	r.press("enter") // which reads it
	got := r.screen()
	if r.w.at != "computer" || !strings.Contains(got, "libvirt is not there") || !strings.Contains(got, "install it") {
		t.Fatalf("at %q:\n%s", r.w.at, got)
	}
	fake.preflight = Preflight{Lines: []PreflightLine{{Status: checks.Met, What: "libvirt answers"}}}
	r.press("r", "enter")
	if r.w.at != "size" {
		t.Errorf("at %q:\n%s", r.w.at, r.screen())
	}
}

// walkTo is walk without keys.
func (r *rig) walkTo(page string) { r.do(goTo(page)) }

// endless is a driver whose looks last until they are told to end.
type endless struct {
	*fakeDriver
	ended chan struct{}
}

func (e *endless) Preflight(ctx context.Context, _ plan.Plan, say func(string)) (Preflight, error) {
	<-ctx.Done()
	close(e.ended)
	return Preflight{Lines: []PreflightLine{{Status: checks.Met, What: "too late"}}}, nil
}

func TestLeavingThePageEndsTheLook(t *testing.T) {
	d := &endless{newFake(), make(chan struct{})}
	r := newRig(t, d, "welcome", 80, 24)
	r.walkTo("computer")
	r.press("enter")
	if r.w.at != "computer" {
		t.Fatal("it goes on without knowing")
	}
	r.press("esc")
	select {
	case <-d.ended:
	case <-time.After(10 * time.Second):
		t.Fatal("the look goes on")
	}
	r.do(goTo("size"))
	r.settle()
	if got := r.screen(); r.w.at != "size" || strings.Contains(got, "too late") {
		t.Errorf("a late answer is taken:\n%s", got)
	}
}
