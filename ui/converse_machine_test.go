package ui

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"time"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/provision"
	"github.com/clawarium/clawarium/provision/plan"
	"github.com/clawarium/clawarium/provision/steps"
)

// drifting is a machine with one drift of each kind that is asked about.
func drifting() *lineMachine {
	m := newLineMachine()
	m.outcome.Kept = true
	m.outcome.After.Findings = m.report.Findings
	day := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	m.drifts = []steps.Drift{
		{Kind: steps.DriftControl, Controls: []checks.ID{"K1"}, Steps: []string{"filter"}, HeldAt: day,
			Wrong: []checks.Wrong{{Where: checks.Libvirt, Line: "the filter lets \x1b[31mport 80\x1b[0m in"}}},
		{Kind: steps.DriftStep, Steps: []string{"domain"}, Restart: true},
		{Kind: steps.DriftNewer, Steps: []string{"guest-unit"}, By: "0.9.0", Files: []string{"openclaw.service"}},
		{Kind: steps.DriftBaseline, Controls: []checks.ID{"K19"}, Accept: true,
			Change: &checks.Change{Path: "/home/openclaw/AGENTS.md", What: "instructions", Kind: checks.Added, Since: day, Lines: []string{"+ be bold"}}},
	}
	m.open = map[string]steps.Open{"/state/machines/openclaw/key": {Was: fs.FileMode(0o644), Want: fs.FileMode(0o600)}}
	m.promises = []checks.Promise{{Control: "K22", Standing: checks.Lapsed, When: day}, {Control: "K27", Standing: checks.Lapsed, When: day}}
	return m
}

func dashboardOver(t testing.TB, m *lineMachine, input string) talk {
	t.Helper()
	d := newLineDriver()
	d.lineMachine(m)
	return held(t, d, LineOptions{Plan: m.plan, Dashboard: true}, input)
}

func (d *lineDriver) lineMachine(m *lineMachine) { d.machine = m }

func TestTheMenuLeadsToWhatCanBeDoneAndChangesNothingWithoutAYes(t *testing.T) {
	inBoth(t, func(t *testing.T) {
		m := newLineMachine()
		got := dashboardOver(t, m, joinLines([]string{
			"", "9", "?", "check", "6", "no", "stop", "yes", "start", "maybe", "启动", "是", "3", "", "8"}))
		if got.code != 0 || strings.Join(m.did, ",") != "stop,start,open" {
			t.Errorf("code %d, %v, did %v", got.code, got.err, m.did)
		}
		transcript(t, "dashboard", got)
	})
}

func TestTheSettingsAreThePlanAsAFile(t *testing.T) {
	m := newLineMachine()
	m.plan.Name = "reef"
	data, err := m.plan.YAML()
	if err != nil {
		t.Fatal(err)
	}
	if got := dashboardOver(t, m, "5\n8\n"); !strings.Contains(got.said, string(data)) {
		t.Errorf("%s", got.said)
	}
}

func TestAMachineIsDestroyedOnlyWhenItsNameWasTyped(t *testing.T) {
	for _, c := range []struct {
		lines []string
		did   string
		code  int
	}{
		{[]string{"7", "", "openclaw"}, "destroy data=false", 0},
		{[]string{"destroy", "yes", "openclaw"}, "destroy data=true", 0},
		{[]string{"7", "no", "OpenClaw", "leave"}, "", 0},
		{[]string{"7", "no", "yes", "8"}, "", 0},
		{[]string{"7", "no", "", "8"}, "", 0},
		{[]string{"7", "<", "openclaw", "<", "8"}, "", 0},
		{[]string{"7", "no", "<", "8"}, "", 0},
		{[]string{"7", "no", "quit"}, "", 0},
		{[]string{"7", "no"}, "", 2},
		{[]string{"7"}, "", 2},
		{nil, "", 2},
	} {
		m := newLineMachine()
		input := ""
		if c.lines != nil {
			input = joinLines(c.lines)
		}
		got := dashboardOver(t, m, input)
		if strings.Join(m.did, ",") != c.did || got.code != c.code {
			t.Errorf("%q: did %v, code %d, %v", c.lines, m.did, got.code, got.err)
		}
	}
	m := newLineMachine()
	if got := dashboardOver(t, m, "7\n\nopenclaw"); len(m.did) > 0 || got.code != 2 {
		t.Errorf("a name without its end destroyed the machine: %v, code %d", m.did, got.code)
	}
}

func TestEachDriftIsAskedAboutAndOnlyAYesRepairs(t *testing.T) {
	inBoth(t, func(t *testing.T) {
		m := drifting()
		got := dashboardOver(t, m, joinLines([]string{"2", "yes", "yes", "yes", "no", "yes", "accept", "yes", "no", "8"}))
		want := "close 1,repair [filter],repair [domain],accept [/home/openclaw/AGENTS.md],confirm [K22],judge again"
		if strings.Join(m.did, ",") != want || got.code != 0 {
			t.Errorf("code %d, %v\n did %v\nwant %v", got.code, got.err, m.did, want)
		}
		transcript(t, "harden", got)
	})
	t.Run("nothing without a yes", func(t *testing.T) {
		for _, answer := range []string{"", "no", "<"} {
			m := drifting()
			got := dashboardOver(t, m, joinLines([]string{"2", answer, answer, answer, answer, answer, answer, answer, "8", "8", "8"}))
			if did := strings.Join(m.did, ","); did != "judge again" {
				t.Errorf("%q: did %v, code %d\n%s", answer, m.did, got.code, got.said)
			}
		}
	})
	t.Run("no restart without a yes", func(t *testing.T) {
		m := drifting()
		dashboardOver(t, m, joinLines([]string{"2", "no", "yes", "yes", "no", "no", "no", "no", "no", "8"}))
		if did := strings.Join(m.did, ","); did != "repair [filter],judge again" {
			t.Errorf("did %v", m.did)
		}
	})
}

func TestARepairThatWasInterruptedIsGoneOnWithOrTakenBack(t *testing.T) {
	for _, c := range []struct {
		phase   provision.RepairPhase
		answers []string
		did     string
		code    int
	}{
		{"", []string{"on"}, "resume back=false", 0},
		{"", []string{"继续"}, "resume back=false", 0},
		{"", []string{"undo"}, "resume back=true", 0},
		{"", []string{"2"}, "resume back=true", 0},
		{"", []string{"<"}, "", 2}, // back a question, not the repair
		{"", []string{"back"}, "", 2},
		{"", []string{"yes", "", "3"}, "", 2},
		{provision.RepairBack, nil, "resume back=true", 0},
	} {
		m := newLineMachine()
		m.outcome.Kept = true
		m.outcome.After.Findings = m.report.Findings
		m.pending = &provision.Repair{Began: time.Unix(1795420800, 0), Phase: c.phase, Steps: []string{"domain"}}
		got := dashboardOver(t, m, joinLines(append(append([]string{"2"}, c.answers...), "8")))
		if strings.Join(m.did, ",") != c.did || got.code != c.code || got.err != nil {
			t.Errorf("%q: did %v, code %d, %v", c.answers, m.did, got.code, got.err)
		}
	}
}

func TestARepairThatIsTakenBackIsToldAndIsNoSuccess(t *testing.T) {
	m := drifting()
	m.open, m.promises = nil, nil
	m.outcome = steps.Outcome{Failed: &text.Fault{What: "the filter cannot be written"},
		Worse:  []steps.Worse{{Control: "K1", Title: "Isolation", Was: checks.Met, Is: checks.NotMet, Line: "a\x07b"}},
		Unlike: []string{"a line that differs"}}
	got := dashboardOver(t, m, joinLines([]string{"2", "yes", "no", "no", "quit"}))
	for _, want := range []string{"the filter cannot be written", "K1 Isolation", "a line that differs"} {
		if !strings.Contains(got.said, want) {
			t.Errorf("%q is not told:\n%s", want, got.said)
		}
	}
	if got.code != 2 || strings.Contains(got.said, "\x07") {
		t.Errorf("code %d\n%s", got.code, got.said)
	}
}

func TestTheExitStatusIsThatOfWhatWasDoneLast(t *testing.T) {
	unmet := func(m *lineMachine) {
		m.report.Exit = 1
	}
	for _, c := range []struct {
		name    string
		prepare func(*lineMachine)
		lines   []string
		code    int
	}{
		{"a check that fails", unmet, []string{"1", "8"}, 1},
		{"leaving by a word", unmet, []string{"1", "quit"}, 1},
		{"something else behind it", unmet, []string{"1", "5", "8"}, 0},
		{"no look was possible", func(m *lineMachine) { m.checkErr = errors.New("no way in") }, []string{"1", "8"}, 2},
		{"not finished", func(m *lineMachine) { m.unfinished = errors.New("not finished") }, []string{"2", "8"}, 2},
	} {
		m := newLineMachine()
		c.prepare(m)
		if got := dashboardOver(t, m, joinLines(c.lines)); got.code != c.code || got.err != nil {
			t.Errorf("%s: code %d, %v", c.name, got.code, got.err)
		}
	}
}

func TestTheTunnelIsClosedWhenTheNextLineComes(t *testing.T) {
	var within context.Context
	d := newLineDriver()
	m := &tunnelMachine{lineMachine: newLineMachine(), opened: func(ctx context.Context) { within = ctx }}
	got := held(t, &tunnelDriver{d, m}, LineOptions{Plan: m.plan, Dashboard: true}, "open\n\n8\n")
	if got.code != 0 || within == nil || within.Err() == nil || t.Context().Err() != nil {
		t.Errorf("code %d, %v", got.code, got.err)
	}
	if !strings.Contains(got.said, "#token=once") {
		t.Error("the link is not told")
	}
}

type tunnelDriver struct {
	*lineDriver
	m Machine
}

func (d *tunnelDriver) Machine(string) (Machine, error) { return d.m, nil }

type tunnelMachine struct {
	*lineMachine
	opened func(context.Context)
}

func (m *tunnelMachine) Open(ctx context.Context, r provision.Reporter) (string, error) {
	m.opened(ctx)
	return m.lineMachine.Open(ctx, r)
}

func TestSetUpIsNoSuccessWhenSomethingThatItEnsuresIsNotMet(t *testing.T) {
	for _, c := range []struct {
		finding checks.Finding
		code    int
	}{
		{checks.Finding{Control: "K1", Status: checks.NotMet, Fix: []string{"filter"}}, 1},
		{checks.Finding{Control: "K5", Status: checks.NotMet}, 0}, // the owner's, or the host's
		{checks.Finding{Control: "K5", Status: checks.NotChecked, Fix: []string{"filter"}}, 0},
	} {
		d := newLineDriver()
		d.machine.report.Findings = []checks.Finding{c.finding}
		if got := held(t, d, LineOptions{}, joinLines(recommendedPath)); got.code != c.code || got.err != nil {
			t.Errorf("%v: code %d, %v", c.finding, got.code, got.err)
		}
	}
	d := newLineDriver()
	d.machine.checkErr = &text.Fault{What: "no way in"}
	if got := held(t, d, LineOptions{}, joinLines(recommendedPath)); got.code != 2 || fmt.Sprint(got.err) != "no way in" {
		t.Errorf("code %d, %v", got.code, got.err)
	}
}

func TestAPlanThatCannotBeCarriedOutIsNotMade(t *testing.T) {
	p := plan.Default(testHost)
	p.Machine.Memory = plan.GiB
	d := newLineDriver()
	got := held(t, d, LineOptions{Plan: p}, "\n1\nyes\nmake\nchange size\n\n\n\n\n2GiB\n\nmake\n")
	if got.code != 0 || len(d.applied) != 1 || d.applied[0].Machine.Memory != 2*plan.GiB {
		t.Errorf("code %d, %v, applied %v\n%s", got.code, got.err, d.applied, got.said)
	}
}
