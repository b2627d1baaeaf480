package main

// The confirm command on a machine of which only the directory is there.

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/provision/host"
	"github.com/clawarium/clawarium/provision/plan"
	"github.com/clawarium/clawarium/provision/steps"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// asking is a confirm command over a machine's directory of the test's own, with
// the guest's answer in evidence.
type asking struct {
	*confirmOptions
	env      *steps.Env
	evidence checks.Evidence
	stdout   bytes.Buffer
	stderr   bytes.Buffer
}

func newAsking(t *testing.T, input string, args ...string) (*asking, error) {
	t.Helper()
	root := t.TempDir()
	dirs := host.Dirs{State: filepath.Join(root, "state"), Cache: filepath.Join(root, "cache")}
	p := plan.Default(plan.Host{CPUs: 4, Memory: 16 * plan.GiB, FreeDisk: 100 * plan.GiB})
	if err := os.MkdirAll(dirs.Machine(p.Name), 0o700); err != nil {
		t.Fatal(err)
	}
	env, err := steps.New(p, dirs, "test")
	if err != nil {
		t.Fatal(err)
	}
	in, err := os.CreateTemp(root, "input")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { in.Close() })
	if _, err := in.WriteString(input); err != nil {
		t.Fatal(err)
	}
	if _, err := in.Seek(0, 0); err != nil {
		t.Fatal(err)
	}
	a := &asking{env: env}
	f, err := os.Open(goodEvidence)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if a.evidence, err = checks.ReadEvidence(f); err != nil {
		t.Fatal(err)
	}
	a.evidence.Collected = noon
	a.confirmOptions = &confirmOptions{
		app:  &app{streams: streams{in: in, out: &a.stdout, err: &a.stderr}, dirs: dirs, name: p.Name},
		look: func(context.Context, *steps.Env) checks.Evidence { return a.evidence },
		now:  func() time.Time { return noon },
	}
	return a, a.settle(args)
}

func (a *asking) given(t *testing.T) []checks.ID {
	t.Helper()
	given, err := a.env.Promises()
	if err != nil {
		t.Fatal(err)
	}
	var ids []checks.ID
	for _, id := range checks.Asked() {
		if !given[id].IsZero() {
			ids = append(ids, id)
		}
	}
	return ids
}

func exitOf(err error) int {
	var exit *exitError
	if errors.As(err, &exit) {
		return exit.code
	}
	if err != nil {
		return exitCouldNot
	}
	return exitFine
}

func TestOnlyAYesConfirms(t *testing.T) {
	for _, c := range []struct {
		input string
		args  []string
		want  []checks.ID
		exit  int
	}{
		{"yes\n", []string{"K5"}, []checks.ID{"K5"}, exitFine},
		{"是\n", []string{"k5"}, []checks.ID{"K5"}, exitFine},
		{"yes\nyes\n", []string{"K5,K7"}, []checks.ID{"K5", "K7"}, exitFine},
		{"yes\nno\nyes\n", []string{"K5", "K7", "K22"}, []checks.ID{"K5", "K22"}, exitNotChecked},
		{"\n", []string{"K5"}, nil, exitNotChecked},
		{"maybe\n", []string{"K5"}, nil, exitNotChecked},
		{"", []string{"K5"}, nil, exitCouldNot},
		{"yes", []string{"K5"}, nil, exitCouldNot}, // the input ends before the line does
		{"yes\n", []string{"K5", "K7", "K22"}, []checks.ID{"K5"}, exitCouldNot},
	} {
		a, err := newAsking(t, c.input, c.args...)
		if err != nil {
			t.Fatal(err)
		}
		err = a.run(t.Context(), a.env)
		if got := a.given(t); exitOf(err) != c.exit || !slices.Equal(got, c.want) {
			t.Errorf("%q to %v: exit %d, confirmed %v: %v", c.input, c.args, exitOf(err), got, err)
		}
		if exitOf(err) == exitCouldNot && (len(text.Hint(err)) != 1 || !strings.Contains(text.Hint(err)[0], "is kept")) {
			t.Errorf("%q to %v: %v %q", c.input, c.args, err, text.Hint(err))
		}
		// Nothing is silent: what stays open is named.
		for _, id := range a.controls {
			open := !slices.Contains(c.want, id)
			if said := strings.Contains(a.stderr.String()[max(strings.LastIndex(a.stderr.String(), "Not confirmed: "), 0):], string(id)); open && !said {
				t.Errorf("%q to %v: %s stays open unsaid:\n%s", c.input, c.args, id, a.stderr.String())
			}
		}
	}
}

func TestTheQuestionIsShownWithItsReason(t *testing.T) {
	a, err := newAsking(t, "no\n", "K22")
	if err != nil {
		t.Fatal(err)
	}
	_ = a.run(t.Context(), a.env)
	for _, want := range []string{"K22", "never confirmed", text.T().Checks.Kept.Questions["K22"], text.T().Checks.Controls["K22"].Why} {
		if !strings.Contains(a.stderr.String(), want) {
			t.Errorf("no %q in\n%s", want, a.stderr.String())
		}
	}
	if a.stdout.Len() > 0 {
		t.Errorf("talk on standard output: %q", a.stdout.String())
	}
}

func TestWithoutControlsItAsksWhatIsOpenOrLapsed(t *testing.T) {
	a, err := newAsking(t, strings.Repeat("no\n", 20))
	if err != nil {
		t.Fatal(err)
	}
	fresh := slices.DeleteFunc(checks.Asked(), func(id checks.ID) bool { return id == "K4" || id == "K20" })
	if err := a.env.Confirm(noon.AddDate(0, 0, -30), fresh...); err != nil {
		t.Fatal(err)
	}
	if err := a.env.Confirm(noon.AddDate(0, 0, -91), "K20"); err != nil {
		t.Fatal(err)
	}
	if err := a.run(t.Context(), a.env); exitOf(err) != exitNotChecked || !slices.Equal(a.controls, []checks.ID{"K4", "K20"}) {
		t.Errorf("%v: %v", a.controls, err)
	}
	if !strings.Contains(a.stderr.String(), "lapsed, confirmed on 2026-08-23") {
		t.Error(a.stderr.String())
	}
	if err := a.env.Confirm(noon, "K4", "K20"); err != nil {
		t.Fatal(err)
	}
	a.controls = nil
	a.stderr.Reset()
	if err := a.run(t.Context(), a.env); err != nil || a.stderr.String() != "Nothing to ask: everything is confirmed, the first until 2027-01-21 (K2).\n" {
		t.Errorf("%v: %q", err, a.stderr.String())
	}
}

func TestYesConfirmsExactlyWhatIsNamed(t *testing.T) {
	a, err := newAsking(t, "", "K5", "K24")
	if err != nil {
		t.Fatal(err)
	}
	a.yes = true
	if err := a.run(t.Context(), a.env); err != nil || !slices.Equal(a.given(t), []checks.ID{"K5", "K24"}) {
		t.Errorf("%v: %v", a.given(t), err)
	}
	if got := a.stderr.String(); got != "Confirmed until 2027-02-20: K5, K24.\n" {
		t.Errorf("%q", got)
	}
}

func TestWhatTheAgentRemembersIsShownAndKept(t *testing.T) {
	a, err := newAsking(t, "yes\n", "K27")
	if err != nil {
		t.Fatal(err)
	}
	if err := a.run(t.Context(), a.env); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(a.stderr.String(), "The agent has 2 memory files; none was reviewed yet:") || !strings.Contains(a.stderr.String(), "/MEMORY.md") {
		t.Error(a.stderr.String())
	}
	b, err := a.env.Baseline()
	if err != nil || len(b.Memory) != 2 || !b.Reviewed.Equal(noon) {
		t.Fatalf("%+v, %v", b, err)
	}
	a.evidence.Guest.Memory.Value.Files[0].SHA256 = "other"
	a.evidence.Guest.Memory.Value.Files[0].Lines = 13
	a.stderr.Reset()
	err = a.run(t.Context(), a.env) // the input has ended
	if exitOf(err) != exitCouldNot || !strings.Contains(a.stderr.String(), "Since your review on 2026-11-22: ") ||
		!strings.Contains(a.stderr.String(), "MEMORY.md, changed (12 lines, 420 bytes → 13 lines, 420 bytes)") {
		t.Errorf("%v\n%s", err, a.stderr.String())
	}
	if b, _ := a.env.Baseline(); b.Memory[a.evidence.Guest.Memory.Value.Files[0].Path].SHA256 == "other" {
		t.Error("a memory was reviewed without a yes")
	}
}

func TestAMachineThatIsOffDoesNotKeepItsOwnerFromConfirming(t *testing.T) {
	a, err := newAsking(t, "yes\n", "K27")
	if err != nil {
		t.Fatal(err)
	}
	a.evidence.Guest = checks.GuestFacts{Report: checks.Fact[int]{Err: "the machine is off\x1b[2J"}}
	if err := a.run(t.Context(), a.env); err != nil || !slices.Equal(a.given(t), []checks.ID{"K27"}) {
		t.Errorf("%v: %v", a.given(t), err)
	}
	if said := a.stderr.String(); !strings.Contains(said, "the machine is off") || strings.Contains(said, "\x1b") {
		t.Errorf("%q", said)
	}
	if b, err := a.env.Baseline(); b != nil || err != nil {
		t.Errorf("%+v, %v", b, err)
	}
}

func TestEveryFaultOfTheCommandLineIsTold(t *testing.T) {
	exit, out, talk := clawarium(t, "confirm", "K1", "K99", "k5", "x;y", "--yes", "--list")
	if exit != exitUsage || out != "" {
		t.Errorf("exit %d, %q", exit, out)
	}
	for _, want := range []string{`"K1" has no question`, `no control "K99"`, `no control "x;y"`, "--list and --yes", "K27"} {
		if !strings.Contains(talk, want) {
			t.Errorf("no %q in\n%s", want, talk)
		}
	}
	if exit, _, talk := clawarium(t, "confirm", "--yes"); exit != exitUsage || !strings.Contains(talk, "confirm --yes K5 K27") {
		t.Errorf("exit %d, %q", exit, talk)
	}
	if exit, _, talk := clawarium(t, "confirm", "K5"); exit != exitCouldNot || !strings.Contains(talk, "there is no machine") {
		t.Errorf("exit %d, %q", exit, talk)
	}
}

func TestTheListAsksNothingAndGoesToStandardOutput(t *testing.T) {
	a, err := newAsking(t, "")
	if err != nil {
		t.Fatal(err)
	}
	if err := a.env.Confirm(noon.AddDate(0, 0, -10), "K5"); err != nil {
		t.Fatal(err)
	}
	if err := a.env.Confirm(noon.AddDate(-1, 0, 0), "K7"); err != nil {
		t.Fatal(err)
	}
	if err := a.print(a.env); err != nil || a.stderr.Len() > 0 {
		t.Errorf("%v, %q", err, a.stderr.String())
	}
	for _, want := range []string{"confirmed on 2026-11-12, 80 days left", "lapsed, confirmed on 2025-11-22", "never confirmed"} {
		if !strings.Contains(a.stdout.String(), want) {
			t.Errorf("no %q in\n%s", want, a.stdout.String())
		}
	}
	if got := strings.Count(a.stdout.String(), "\n"); got != 2*len(checks.Asked()) {
		t.Errorf("%d lines", got)
	}
}
