package ui

// What the pages before anything is made look like.

import (
	"context"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/provision/plan"
)

// quietNow has enough time gone by on the review.
func (r *rig) quietNow() {
	page := r.w.pages["review"].(*review)
	r.send(quietMsg{page, page.keyed})
}

// looker is a driver whose looks last until the test says so.
type looker struct {
	*fakeDriver
	hold chan struct{}
	err  error
}

func (l *looker) Preflight(ctx context.Context, p plan.Plan, say func(string)) (Preflight, error) {
	say("libvirt at qemu:///system")
	if err := l.wait(ctx); err != nil {
		return Preflight{}, err
	}
	return l.preflight, nil
}

func (l *looker) Review(ctx context.Context, p plan.Plan, say func(string)) (Review, error) {
	say("KVM, with a short trial boot")
	if err := l.wait(ctx); err != nil {
		return Review{}, err
	}
	return l.fakeDriver.Review(ctx, p, say)
}

func (l *looker) wait(ctx context.Context) error {
	select {
	case <-l.hold:
		return l.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// untilSaid runs what was slow until the page tells what it looks at.
func (r *rig) untilSaid() {
	for range 100 {
		if len(r.slow) == 0 || r.w.small() || strings.Contains(r.screen(), "libvirt at") || strings.Contains(r.screen(), "trial boot") {
			return
		}
		cmd := r.slow[len(r.slow)-1]
		r.slow = r.slow[:len(r.slow)-1]
		r.take(cmd())
	}
	r.t.Fatal("nothing is said")
}

func TestFramesOfThePages(t *testing.T) {
	on := func(page string, then func(r *rig)) func(*testing.T, int, int) *rig {
		return func(t *testing.T, width, height int) *rig {
			r := newRig(t, newFake(), page, width, height)
			if then != nil && !r.w.small() {
				then(r)
			}
			return r
		}
	}
	with := func(d Driver, page string, then func(r *rig)) func(*testing.T, int, int) *rig {
		return func(t *testing.T, width, height int) *rig {
			r := newRig(t, d, page, width, height)
			if then != nil {
				then(r)
			}
			return r
		}
	}
	answers := func(r *rig, pairs ...string) {
		for i := 0; i < len(pairs); i += 2 {
			p, err := r.w.session.plan.With(pairs[i], pairs[i+1], testHost)
			if err != nil {
				t.Fatal(err)
			}
			r.w.session.setPlan(p)
		}
		r.do(r.w.page().enter())
	}
	stopping := newFake()
	stopping.preflight = Preflight{Lines: []PreflightLine{
		{Status: checks.NotMet, What: "libvirt is not installed", Hint: "sudo apt install libvirt-daemon-system qemu-system-x86 qemu-utils, then sign out and in again", Stops: true},
		{Status: checks.NotMet, What: "/var/lib/libvirt/images has 1.2 GiB free, and 4 GiB are needed", Hint: "make room there", Stops: true},
		{Status: checks.Met, What: "16 GiB of memory"},
	}}
	fine := newFake()
	fine.preflight.Lines = fine.preflight.Lines[:1]
	failed := &looker{fakeDriver: newFake(), hold: make(chan struct{}), err: context.DeadlineExceeded}
	close(failed.hold)
	busy := &looker{fakeDriver: newFake(), hold: make(chan struct{})}

	for _, c := range []struct {
		name    string
		prepare func(*testing.T, int, int) *rig
	}{
		{"welcome", on("welcome", nil)},
		{"welcome-existing", on("welcome", func(r *rig) { r.w.session.existing = true; r.press("down") })},
		{"computer", on("computer", nil)},
		{"computer-fine", with(fine, "computer", nil)},
		{"computer-stops", with(stopping, "computer", nil)},
		{"computer-failed", with(failed, "computer", nil)},
		{"computer-looking", with(busy, "computer", (*rig).untilSaid)},
		{"size", on("size", nil)},
		{"size-error", on("size", func(r *rig) {
			r.press("tab", "ctrl+u")
			r.typed("99")
			r.press("enter")
		})},
		{"size-everything", on("size", func(r *rig) { r.press("ctrl+o", "tab", "tab", "tab", "tab") })},
		{"sources", on("sources", nil)},
		{"sources-file", on("sources", func(r *rig) { r.press("up", "tab", "enter") })},
		{"sources-error", on("sources", func(r *rig) {
			r.press("up", "tab")
			r.send(tea.PasteMsg{Content: "/nowhere/debian.qcow2\n"})
			r.press("enter", "shift+tab")
		})},
		{"account", on("account", nil)},
		{"network", on("network", nil)},
		{"network-channels", on("network", func(r *rig) { r.press("tab", "tab", "space", "down", "down", "down", "space") })},
		{"network-hosts", on("network", func(r *rig) {
			r.press("pgdown")
			r.typed("*.example.org https://x.org/y *.com")
			r.press("enter")
		})},
		{"network-everything", on("network", func(r *rig) {
			r.press("ctrl+o", "down", "tab", "tab")
			r.typed("8.8.4.4:80")
			r.press("enter")
		})},
		{"network-provider", on("network", func(r *rig) { r.press("tab", "down") })},
		{"key", on("key", func(r *rig) { answers(r, "openclaw.provider", "anthropic") })},
		{"key-typed", on("key", func(r *rig) {
			answers(r, "openclaw.provider", "openai")
			r.typed("not-a-real-key-0123456789")
		})},
		{"key-wrong", on("key", func(r *rig) {
			answers(r, "openclaw.provider", "qwen")
			r.typed("two words")
			r.press("enter")
		})},
		{"rights", on("rights", nil)},
		{"promises", on("promises", func(r *rig) { r.press("space", "down", "space", "down") })},
		{"review", on("review", (*rig).quietNow)},
		{"review-new", on("review", nil)},
		{"review-existing", on("review", func(r *rig) {
			r.w.session.existing = true
			answers(r, "openclaw.provider", "deepseek")
			r.w.session.key = secret("k")
			r.w.session.promised["K2"] = true
			r.quietNow()
		})},
		{"review-deciding", with(busy, "review", (*rig).untilSaid)},
		{"review-failed", with(failed, "review", nil)},
		{"review-problems", on("review", func(r *rig) {
			p := &r.w.session.plan
			p.Name, p.Machine.CPUs, p.Machine.Memory, p.Network.SSHPort = "My Tank", 99, 512*plan.MiB, 2222
			r.do(r.w.page().(*review).decide())
			r.press("down")
		})},
		{"review-plan", on("review", func(r *rig) { r.press("p") })},
		{"review-detail", on("review", func(r *rig) { r.press("d") })},
		{"review-save", on("review", func(r *rig) { r.press("s") })},
		{"review-save-error", on("review", func(r *rig) {
			r.press("s", "enter", "s", "enter")
		})},
		{"review-saved", on("review", func(r *rig) { r.press("s", "enter"); r.quietNow() })},
	} {
		t.Run(c.name, func(t *testing.T) { frames(t, c.name, c.prepare) })
	}
}
