package ui

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/provision/plan"
)

func TestThisComputerIsMendedInLinesAfterAYes(t *testing.T) {
	inBoth(t, func(t *testing.T) {
		d := newLineDriver()
		before := newMender().preflight
		after := newMender()
		inOrderNow(after)
		d.looks = []Preflight{before, after.preflight, before, after.preflight}
		got := held(t, d, LineOptions{}, joinLines([]string{
			"", "", "next", "99", "5", "1", "no", "1", "yes", "undo", "是", "1", "yes", "", "quit"}))
		if got.code != 130 || !slices.Equal(d.fixed, []string{"start-libvirt", "start-libvirt"}) || !slices.Equal(d.unfixed, []string{"start-libvirt"}) {
			t.Errorf("code %d, %v, fixed %v, unfixed %v", got.code, got.err, d.fixed, d.unfixed)
		}
		transcript(t, "computer-mended", got)
	})
}

func TestInLinesNothingIsRunWithoutAYes(t *testing.T) {
	for _, answer := range []string{"", "no", "<", "1", "maybe"} {
		d := newLineDriver()
		d.preflight = newMender().preflight
		if got := held(t, d, LineOptions{}, joinLines([]string{"", "", "1", answer, "quit"})); len(d.fixed) > 0 || got.code != 2 {
			t.Errorf("%q: %v, code %d", answer, d.fixed, got.code)
		}
	}
	for _, rest := range []string{"", "1\n", "1\nyes"} {
		d := newLineDriver()
		d.preflight = newMender().preflight
		if got := held(t, d, LineOptions{}, "\n\n"+rest); len(d.fixed) > 0 || got.code != 2 {
			t.Errorf("%q: %v, code %d", rest, d.fixed, got.code)
		}
	}
}

func TestInLinesWhatDoesNotHelpIsSaidAndAskedAboutAgain(t *testing.T) {
	d := newLineDriver()
	d.preflight = newMender().preflight
	d.fixErr = &text.Fault{What: "it ended with status 1", Hint: "see the file"}
	got := held(t, d, LineOptions{}, joinLines([]string{"", "", "1", "yes", "quit"}))
	if got.code != 2 || !strings.Contains(got.said, "error: it ended with status 1") || strings.Contains(got.said, "It worked") {
		t.Errorf("code %d\n%s", got.code, got.said)
	}
}

// halting is a driver that is stopped in the middle of a fix.
type halting struct {
	*lineDriver
	stop context.CancelFunc
}

func (h *halting) Fix(ctx context.Context, _ plan.Plan, _ string, _ func(string)) error {
	h.stop()
	return ctx.Err()
}

func TestInLinesAFixThatIsStoppedKeepsThePlace(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	d := &halting{newLineDriver(), stop}
	d.preflight = newMender().preflight
	c := newConversation(ctx, d, LineOptions{Plan: plan.Default(testHost), Out: &strings.Builder{}, Err: &strings.Builder{}})
	c.in = &lineReader{in: strings.NewReader("\n2\n1\nyes\n")}
	code, err := c.hold(ctx)
	if code != 130 || len(d.kept) != 1 || d.kept[0].Page != "computer" || d.kept[0].Recommended {
		t.Errorf("code %d, kept %+v", code, d.kept)
	}
	var said strings.Builder
	if PrintError(&said, err); said.String() != "error: stopped while something was being done on your computer: interrupted\n  hint: call clawarium\n" {
		t.Errorf("%q", said.String())
	}
}

func TestInLinesANewLoginIsAskedForAndARestartIsMade(t *testing.T) {
	d := newLineDriver()
	m := newMender()
	inOrderNow(m)
	d.preflight = m.preflight
	got := held(t, d, LineOptions{}, joinLines([]string{"", "", "2", "yes"}))
	if got.code != 2 || got.err != nil || len(d.kept) != 1 || !strings.Contains(got.said, "call clawarium") {
		t.Errorf("code %d, %v, kept %v\n%s", got.code, got.err, d.kept, got.said)
	}
	d = newLineDriver()
	d.preflight = newMender().preflight
	d.preflight.Lines[0].Fix.After = AfterRestart
	c := newConversation(t.Context(), d, LineOptions{Plan: plan.Default(testHost), Key: []byte("k-1"), Promised: []checks.ID{"K5"}, Page: "computer", Out: &strings.Builder{}, Err: &strings.Builder{}})
	c.in = &lineReader{in: strings.NewReader("1\nyes\n")} // neither the language nor the way is asked for again
	if code, err := c.hold(t.Context()); code != 0 || err != nil || c.restart == nil {
		t.Fatalf("code %d, %v", code, err)
	}
	if at := *c.restart; at.Page != "computer" || string(at.Key) != "k-1" || !slices.Equal(at.Promised, []checks.ID{"K5"}) || at.Recommended {
		t.Errorf("%+v", at)
	}
}

// What was answered before a new start is not asked again: the answers left are those
// from this computer on.
func TestInLinesTheWayIsKeptOverANewStart(t *testing.T) {
	for way, next := range map[string]string{"1": "Review", "2": "Set everything?"} {
		d := newLineDriver()
		d.preflight = newMender().preflight
		d.preflight.Lines[0].Fix.After = AfterRestart
		said := &strings.Builder{}
		c := newConversation(t.Context(), d, LineOptions{Plan: plan.Default(testHost), Out: said, Err: said})
		c.in = &lineReader{in: strings.NewReader("\n" + way + "\n1\nyes\n")}
		if _, err := c.hold(t.Context()); err != nil || c.restart == nil {
			t.Fatalf("%v\n%s", err, said)
		}
		at := *c.restart
		d = newLineDriver()
		got := held(t, d, LineOptions{Plan: at.Plan, Page: at.Page, Recommended: at.Recommended}, joinLines([]string{"", "quit"}))
		if strings.Contains(got.said, "Language /") || strings.Contains(got.said, "How do you want to set it up?") || !strings.Contains(got.said, next) {
			t.Errorf("way %s, no %q:\n%s", way, next, got.said)
		}
	}
}
