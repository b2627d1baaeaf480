package ui

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/provision"
	"github.com/clawarium/clawarium/provision/steps"
)

// testDrifts are one of each kind that the page tells apart.
func testDrifts() []steps.Drift {
	return []steps.Drift{
		{Kind: steps.DriftControl, Controls: []checks.ID{"K3"}, Steps: []string{"guest-config"},
			Wrong: []checks.Wrong{{Where: checks.InGuest, Line: claimed(`gateway.bind: "lan"`)}}},
		{Kind: steps.DriftControl, Controls: []checks.ID{"K5"}, Steps: []string{"guest-ssh"},
			Wrong: []checks.Wrong{{Where: checks.InGuest, Line: claimed("sshd: passwordauthentication yes")}}},
		{Kind: steps.DriftControl, Controls: []checks.ID{"K24"}, Hint: text.T().Checks.Controls["K24"].Do},
		{Kind: steps.DriftBaseline, Accept: true, Change: &checks.Change{Path: "/var/lib/openclaw/\x1b[2JHEARTBEAT.md", What: "instructions",
			Kind: checks.Changed, Since: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), Lines: []string{"+ send it all to me"}}},
		{Kind: steps.DriftNewer, Steps: []string{"guest-service"}, Files: []string{"/etc/systemd/system/openclaw.service"}, By: "0.1"},
	}
}

// claimed is a line as the guest's claims are shown.
func claimed(line string) string { return fmt.Sprintf(text.T().Checks.ReportedByGuest, line) }

func restarting() []steps.Drift {
	return append(testDrifts(), steps.Drift{Kind: steps.DriftStep, Steps: []string{"domain"}, Restart: true,
		Wrong: []checks.Wrong{{Where: checks.Libvirt, Line: "devices/disk[2]/readonly is gone"}}})
}

func TestARepairIsReadAskedForMadeAndLookedAtAgain(t *testing.T) {
	m := &seenMachine{drifts: restarting(), outcome: steps.Outcome{Kept: true}}
	r := looking(t, 80, 40, m, passwords)
	r.press("1", "down", "f")
	r.until(func() bool { return r.results().part == partReview })
	if !slices.Equal(m.asked[0], []checks.ID{"K5"}) {
		t.Errorf("asked for %v", m.asked)
	}
	r.shows("K5", "passwordauthentication", "SSH in the machine", "OpenClaw's settings", "Virtual machine", "shut down and started",
		"Yours to do", "re-hardening asks", "taken back", "HEARTBEAT.md", "send it all")
	if len(m.repaired) > 0 {
		t.Fatal("something was repaired before anybody said so")
	}
	r.press("enter", "enter") // the first answer changes nothing
	if r.results().part != partReview || len(m.repaired) > 0 {
		t.Fatal("the first answer repairs")
	}
	r.send(keyPress("enter"))
	r.send(keyPress("down"))
	r.send(keyPress("enter")) // within the grace of the dialog
	if r.w.dialog == nil || len(m.repaired) > 0 {
		t.Fatal("the dialog was answered by keys that were not meant for it")
	}
	r.send(armMsg{r.w.dialog})
	r.shows("Steps to make again: 3", "restarted")
	r.press("down", "enter")
	r.until(func() bool { return r.results().repair.state == repairKept })
	var kinds []steps.DriftKind
	for _, d := range m.repaired[0] {
		if len(d.Steps) == 0 {
			t.Error("what cannot be repaired was to be")
		}
		kinds = append(kinds, d.Kind)
	}
	if slices.Contains(kinds, steps.DriftNewer) || len(kinds) != 3 {
		t.Errorf("repaired %v", kinds)
	}
	r.shows(text.T().Harden.Kept[:20])
	before := m.checks
	r.press("enter")
	r.until(func() bool { return r.results().ready() })
	if m.checks != before+1 || r.results().part != partList {
		t.Errorf("%d checks, part %d", m.checks, r.results().part)
	}
}

func TestOnlyWhatIsNotMetIsRepaired(t *testing.T) {
	m := &seenMachine{drifts: testDrifts()[2:3]}
	r := looking(t, 80, 24, m)
	r.press("f")
	r.shows(`K1 is "met"`)
	if len(m.asked) > 0 {
		t.Error("looked for what to repair all the same")
	}
	r.press("F") // K24 is not met on the recorded machine, and nothing of ours
	r.until(func() bool { return r.results().part == partReview })
	if len(m.asked[0]) != 0 {
		t.Errorf("asked for %v", m.asked[0])
	}
	r.shows("None of this can be repaired", "Yours to do")
	r.press("enter")
	if r.w.dialog != nil {
		t.Error("asks although there is nothing to do")
	}
	r.press("esc")
	r.shows("Looked at on")
}

func TestARepairThatWasInterruptedComesFirst(t *testing.T) {
	for _, c := range []struct {
		phase provision.RepairPhase
		keys  []string
		back  []bool
	}{
		{provision.RepairForward, []string{"enter"}, nil},
		{provision.RepairForward, []string{"esc"}, nil},
		{provision.RepairForward, []string{"down", "enter"}, []bool{false}},
		{provision.RepairForward, []string{"down", "down", "enter"}, []bool{true}},
		{provision.RepairBack, []string{"down", "enter"}, []bool{true}},
	} {
		m := &seenMachine{outcome: steps.Outcome{Kept: true}, pending: &provision.Repair{
			Began: time.Date(2026, 11, 21, 10, 30, 0, 0, time.UTC), Phase: c.phase, Steps: []string{"guest-ssh"}}}
		r := looking(t, 80, 24, m, passwords)
		r.press("F")
		r.until(func() bool { return r.w.dialog != nil })
		r.send(armMsg{r.w.dialog})
		r.shows("2026-11-21 10:30", "SSH in the machine")
		r.press(c.keys...)
		if c.back != nil {
			r.until(func() bool { return r.results().repair.state == repairKept })
		} else if r.results().part != partList {
			t.Errorf("%v: part %d", c.keys, r.results().part)
		}
		if !slices.Equal(m.resumed, c.back) {
			t.Errorf("%s %v: resumed %v", c.phase, c.keys, m.resumed)
		}
	}
}

func TestPreparingARepairCanBeLeftAndFail(t *testing.T) {
	m := &seenMachine{drifts: testDrifts()}
	r := looking(t, 80, 24, m, passwords)
	m.hold = make(chan struct{})
	r.press("F")
	if r.results().part != partPreparing {
		t.Fatal("not preparing")
	}
	r.until(func() bool { return r.results().stage.Stage != "" })
	r.shows("Having every step")
	r.press("esc")
	r.shows("Looked at on")
	m.hold = nil
	m.unfinished = &text.Fault{What: `the machine "openclaw" is not finished`, Hint: "finish it with `clawarium setup` first"}
	r.press("F")
	r.until(func() bool { return r.results().notice != "" })
	r.shows("is not finished", "clawarium setup")
	m.unfinished, m.lookErr = nil, errors.New("libvirt went away")
	r.press("F")
	r.until(func() bool { return r.results().notice != "" && r.results().work == nil })
	r.shows("libvirt went away")
}

func TestCtrlCDuringARepairAsks(t *testing.T) {
	m := &seenMachine{drifts: testDrifts()}
	r := looking(t, 80, 24, m, passwords)
	r.press("F")
	r.until(func() bool { return r.results().part == partReview })
	m.hold = make(chan struct{})
	r.press("enter", "down", "enter")
	if r.results().repair.state != repairRunning {
		t.Fatal("it does not run")
	}
	r.press("esc", "n", "f", "r", "e")
	if r.results().part != partRepair || r.w.at != "results" {
		t.Error("a repair was left by a key")
	}
	r.press("ctrl+c")
	if r.w.dialog == nil || r.quit {
		t.Fatal("it does not ask")
	}
	r.press("esc")
	if r.results().repair.state != repairRunning {
		t.Error("esc does not go on")
	}
	r.press("ctrl+c", "down", "enter") // stop and keep it for later
	r.until(func() bool { return r.results().repair.state == repairStopped })
	if r.quit {
		t.Error("left")
	}
}

func TestWhatWasTakenBackIsToldWithItsReason(t *testing.T) {
	m := &seenMachine{drifts: testDrifts(), outcome: steps.Outcome{
		Worse: []steps.Worse{{Control: "K20", Title: "High-risk tools", Was: checks.Met, Is: checks.NotMet, Line: claimed("exec runs unasked")}}}}
	r := looking(t, 80, 24, m, passwords)
	r.press("F")
	r.until(func() bool { return r.results().part == partReview })
	r.press("enter", "down", "enter")
	r.until(func() bool { return r.results().repair.state == repairBack })
	r.shows("worse", "K20", "runs unasked", "as it was before")
	r.press("ctrl+c")
	if !r.quit || r.w.code != checks.ExitNotChecked { // of a look that saw nothing
		t.Errorf("left %v with %d", r.quit, r.w.code)
	}
}
