package main

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

	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/provision"
	"github.com/clawarium/clawarium/provision/plan"
	"github.com/clawarium/clawarium/provision/steps"
)

// fakeMachine is a machine to harden, in memory.
type fakeMachine struct {
	unfinished error
	open       map[string]steps.Open
	pending    *provision.Repair
	look       steps.Look
	drifts     []steps.Drift
	after      []steps.Drift // drifts once something was repaired
	outcome    steps.Outcome
	failure    error
	lapsed     []checks.ID

	repaired  []steps.Drift
	resumed   []bool
	accepted  []string
	confirmed []checks.ID
	held      int
	looks     int
}

func (m *fakeMachine) Unfinished() error                        { return m.unfinished }
func (m *fakeMachine) TooOpen() (map[string]steps.Open, error)  { return m.open, nil }
func (m *fakeMachine) StepTitle(id string) string               { return "the step " + id }
func (m *fakeMachine) RestartTime() time.Duration               { return 3 * time.Minute }
func (m *fakeMachine) Held(steps.Look) error                    { m.held++; return nil }
func (m *fakeMachine) Lapsed() ([]checks.ID, error)             { return m.lapsed, nil }
func (m *fakeMachine) Look(context.Context) (steps.Look, error) { m.looks++; return m.look, nil }

func (m *fakeMachine) Pending(context.Context) (*provision.Repair, error) { return m.pending, nil }

func (m *fakeMachine) Drifts(_ steps.Look, only []checks.ID) []steps.Drift {
	all := m.drifts
	if m.repaired != nil || m.resumed != nil {
		all = m.after
	}
	var out []steps.Drift
	for _, d := range all {
		if len(only) == 0 || slices.ContainsFunc(d.Controls, func(id checks.ID) bool { return slices.Contains(only, id) }) {
			out = append(out, d)
		}
	}
	return out
}

func (m *fakeMachine) Repair(_ context.Context, _ steps.Look, chosen []steps.Drift) (steps.Outcome, error) {
	m.repaired = chosen
	return m.outcome, m.failure
}

func (m *fakeMachine) Resume(_ context.Context, _ *provision.Repair, back bool) (steps.Outcome, error) {
	m.resumed = append(m.resumed, back)
	return m.outcome, m.failure
}

func (m *fakeMachine) Accept(_ *steps.Look, paths ...string) error {
	m.accepted = append(m.accepted, paths...)
	return nil
}

func (m *fakeMachine) Confirm(_ context.Context, _ *steps.Look, ids []checks.ID) error {
	m.confirmed = ids
	return nil
}

func lookOf(statuses map[checks.ID]checks.Status) (l steps.Look) {
	for _, id := range []checks.ID{"K1", "K2", "K5", "K8", "K19"} {
		if s, ok := statuses[id]; ok {
			l.Findings = append(l.Findings, checks.Finding{Control: id, Title: "title of " + string(id), Status: s, Hint: "do this", Evidence: []string{"line"}})
		}
	}
	return l
}

// harden runs the conversation with these answers, one a line.
func harden(t *testing.T, m hardened, answers string, set func(*hardenOptions)) (stdout, stderr string, err error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "answers")
	if err := os.WriteFile(path, []byte(answers), 0o600); err != nil {
		t.Fatal(err)
	}
	in, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	var out, talk bytes.Buffer
	o := &hardenOptions{app: &app{streams: streams{in: in, out: &out, err: &talk}, name: "tank"}}
	if set != nil {
		set(o)
	}
	err = o.run(t.Context(), m)
	return out.String(), talk.String(), err
}

func exitStatusOf(err error) int {
	var exit *exitError
	if errors.As(err, &exit) {
		return exit.code
	}
	if err != nil {
		return -1
	}
	return 0
}

func drifted() *fakeMachine {
	since := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	change := &checks.Change{Path: "/w/SOUL.md", What: "instructions", Kind: checks.Changed, Lines: []string{"+ obey \x1b[31mme"}, Since: since}
	content := steps.Drift{Kind: steps.DriftBaseline, Controls: []checks.ID{"K19"}, Change: change, Accept: true}
	return &fakeMachine{
		look: lookOf(map[checks.ID]checks.Status{"K1": checks.Met, "K2": checks.NotMet, "K5": checks.NotMet, "K8": checks.NotMet, "K19": checks.NotMet}),
		drifts: []steps.Drift{
			{Kind: steps.DriftControl, Controls: []checks.ID{"K2"}, Wrong: []checks.Wrong{{Where: checks.Host, Line: "state in /home/me/.openclaw"}}, Hint: "remove it"},
			{Kind: steps.DriftControl, Controls: []checks.ID{"K5"}, Wrong: []checks.Wrong{{Where: checks.InGuest, Line: "password yes"}}, HeldAt: since, Steps: []string{"guest-ssh"}, Hint: "h"},
			{Kind: steps.DriftControl, Controls: []checks.ID{"K8"}, Wrong: []checks.Wrong{{Where: checks.Libvirt, Line: "x"}}, Steps: []string{"domain"}, Restart: true},
			{Kind: steps.DriftNewer, Steps: []string{"guest-service"}, Files: []string{"/u"}, By: "0.1.0", Controls: []checks.ID{"K10"}},
			{Kind: steps.DriftNewer, Keys: []plan.Change{{Key: "network.level", New: "allowlist"}}, Steps: []string{"repair-plan"}},
			content,
		},
		after:   []steps.Drift{content},
		outcome: steps.Outcome{Kept: true, After: lookOf(map[checks.ID]checks.Status{"K1": checks.Met, "K2": checks.NotMet, "K5": checks.Met, "K8": checks.Met, "K19": checks.NotMet})},
	}
}

func ids(drifts []steps.Drift) (out []string) {
	for _, d := range drifts {
		out = append(out, d.Steps...)
	}
	return out
}

func TestEveryDriftIsToldWithItsPlaceAndWhatCanBeDone(t *testing.T) {
	out, _, _ := harden(t, drifted(), "", func(o *hardenOptions) { o.yes = true })
	for _, want := range []string{
		"not as it should be: 6", "1. K2 ", "host: state in /home/me/.openclaw", "yours to do: remove it",
		"2. K5 ", "guest: password yes", "last seen to hold on 2026-03-01", "repaired by: the step guest-ssh (guest-ssh)",
		"3. K8 ", "libvirt: x", "shut down and started", "4. the step guest-service (guest-service): newer default", "as clawarium 0.1.0 left it", "/u",
		"network.level would become \"allowlist\"", "standing instructions of the agent changed since your baseline of 2026-03-01: /w/SOUL.md", "+ obey", "turns red: K19", "yours to decide",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("not told: %q\n%s", want, out)
		}
	}
	if strings.Contains(out, "\x1b") {
		t.Error("a line of the guest's can steer the terminal")
	}
}

func TestYesRepairsAllThatCanBeRepairedAndAcceptsNothing(t *testing.T) {
	m := drifted()
	m.lapsed = []checks.ID{"K27"}
	out, talk, err := harden(t, m, "yes\nyes\nyes\naccept\n", func(o *hardenOptions) { o.yes = true })
	if got := ids(m.repaired); !slices.Equal(got, []string{"guest-ssh", "domain"}) {
		t.Errorf("repaired %v", got)
	}
	if m.accepted != nil || m.confirmed != nil {
		t.Errorf("accepted %v, confirmed %v", m.accepted, m.confirmed)
	}
	if exitStatusOf(err) != exitNotMet || !strings.Contains(out, "still not met: K2") || strings.Contains(out, "still not met: K5") {
		t.Errorf("%v\n%s", err, out)
	}
	if !strings.Contains(talk, "K27") || !strings.Contains(talk, "--newer") {
		t.Errorf("%s", talk)
	}
	m = drifted()
	harden(t, m, "", func(o *hardenOptions) { o.yes, o.newer = true, true })
	if got := ids(m.repaired); !slices.Equal(got, []string{"guest-ssh", "domain", "guest-service", "repair-plan"}) {
		t.Errorf("with --newer: %v", got)
	}
	m = drifted()
	_, _, err = harden(t, m, "", func(o *hardenOptions) { o.yes, o.controls = true, []checks.ID{"K5"} })
	if got := ids(m.repaired); !slices.Equal(got, []string{"guest-ssh"}) || err != nil {
		t.Errorf("with --only K5: %v, %v", got, err)
	}
}

func TestOnlyAYesRepairsAndOnlyAcceptAccepts(t *testing.T) {
	m := drifted()
	_, _, err := harden(t, m, "yes\nno\n\n\naccept\n", nil)
	if got := ids(m.repaired); !slices.Equal(got, []string{"guest-ssh"}) || !slices.Equal(m.accepted, []string{"/w/SOUL.md"}) || exitStatusOf(err) != exitNotMet {
		t.Errorf("%v, %v, %v", got, m.accepted, err)
	}
	m = drifted()
	if _, talk, _ := harden(t, m, "no\nleave\nn\nx\nyes\n", nil); m.repaired != nil || m.accepted != nil || !strings.Contains(talk, "Nothing was repaired") {
		t.Errorf("%v, %v\n%s", m.repaired, m.accepted, talk)
	}
	// A restart is asked for by itself, and without it what needs none goes on.
	m = drifted()
	if _, talk, _ := harden(t, m, "yes\nyes\nno\nno\nno\nno\n", nil); !slices.Equal(ids(m.repaired), []string{"guest-ssh"}) || !strings.Contains(talk, "3 min") {
		t.Errorf("%v\n%s", ids(m.repaired), talk)
	}
	m = drifted()
	if harden(t, m, "yes\nrepair\nno\nno\nyes\nno\n", nil); !slices.Equal(ids(m.repaired), []string{"guest-ssh", "domain"}) {
		t.Errorf("%v", ids(m.repaired))
	}
}

func TestTheEndOfTheInputIsNeverAYes(t *testing.T) {
	for _, answers := range []string{"", "yes", "yes\nyes\n"} {
		m := drifted()
		if _, _, err := harden(t, m, answers, nil); err == nil || exitStatusOf(err) != -1 || m.repaired != nil || m.accepted != nil {
			t.Errorf("%q: %v, repaired %v, accepted %v", answers, err, m.repaired, m.accepted)
		}
	}
	m := drifted()
	m.drifts = m.drifts[5:]
	if _, _, err := harden(t, m, "accept", nil); err == nil || m.accepted != nil {
		t.Errorf("half an answer accepts: %v, %v", err, m.accepted)
	}
	m = &fakeMachine{look: lookOf(map[checks.ID]checks.Status{"K5": checks.Met}), open: map[string]steps.Open{"/nowhere": {Was: 0o644, Want: 0o600}}}
	if _, _, err := harden(t, m, "", nil); err == nil {
		t.Error("closed without an answer")
	}
}

func TestAMachineWithoutDriftIsFine(t *testing.T) {
	m := &fakeMachine{look: lookOf(map[checks.ID]checks.Status{"K1": checks.Met, "K5": checks.Attested})}
	out, _, err := harden(t, m, "", nil)
	if err != nil || !strings.Contains(out, "Nothing drifted") || m.held != 1 {
		t.Errorf("%v, %d\n%s", err, m.held, out)
	}
	m.look = lookOf(map[checks.ID]checks.Status{"K1": checks.Met, "K5": checks.NotChecked})
	if out, _, err := harden(t, m, "", nil); exitStatusOf(err) != exitNotChecked || !strings.Contains(out, "not checked: K5") {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestARepairThatWasTakenBackIsSaidAndIsNoSuccess(t *testing.T) {
	m := drifted()
	m.outcome = steps.Outcome{Failed: errors.New("a file is immutable"), After: m.look}
	out, talk, err := harden(t, m, "", func(o *hardenOptions) { o.yes = true })
	if exitStatusOf(err) != exitCouldNot || !strings.Contains(talk, "a file is immutable") || !strings.Contains(out, "all of it was taken back") || !strings.Contains(out, "as it was before the repair") {
		t.Errorf("%v\n%s\n%s", err, out, talk)
	}
	m = drifted()
	m.outcome = steps.Outcome{Worse: []steps.Worse{{Control: "K1", Title: "sealed", Was: checks.Met, Is: checks.NotMet, Line: "a share"}}, Unlike: []string{"+ K1: x"}, After: m.look}
	out, _, err = harden(t, m, "", func(o *hardenOptions) { o.yes = true })
	if exitStatusOf(err) != exitCouldNot || !strings.Contains(out, "K1 sealed") || !strings.Contains(out, "a share") || !strings.Contains(out, "+ K1: x") {
		t.Errorf("%v\n%s", err, out)
	}
	m = drifted()
	m.failure = errors.New("neither here nor there")
	if _, _, err := harden(t, m, "", func(o *hardenOptions) { o.yes = true }); !errors.Is(err, m.failure) {
		t.Errorf("%v", err)
	}
}

func TestAnInterruptedRepairComesFirst(t *testing.T) {
	pending := func() *fakeMachine {
		m := drifted()
		m.pending = &provision.Repair{Phase: provision.RepairForward, Steps: []string{"guest-ssh"}, Began: time.Date(2026, 3, 4, 0, 0, 0, 0, time.UTC)}
		return m
	}
	m := pending()
	if _, talk, err := harden(t, m, "on\nno\n", nil); !slices.Equal(m.resumed, []bool{false}) || m.looks != 1 || exitStatusOf(err) != exitNotMet || !strings.Contains(talk, "2026-03-04") || !strings.Contains(talk, "the step guest-ssh") {
		t.Errorf("on: %v, %v\n%s", m.resumed, err, talk)
	}
	m = pending()
	m.outcome = steps.Outcome{After: m.look}
	if _, _, err := harden(t, m, "back\n", nil); !slices.Equal(m.resumed, []bool{true}) || exitStatusOf(err) != exitCouldNot || m.looks != 0 {
		t.Errorf("back: %v, %v", m.resumed, err)
	}
	m = pending()
	m.outcome = steps.Outcome{After: m.look}
	if _, _, err := harden(t, m, "", func(o *hardenOptions) { o.undo = true }); !slices.Equal(m.resumed, []bool{true}) || err != nil {
		t.Errorf("--undo: %v, %v", m.resumed, err)
	}
	m = pending()
	if _, _, err := harden(t, m, "", func(o *hardenOptions) { o.yes = true }); !slices.Equal(m.resumed, []bool{false}) || exitStatusOf(err) != exitNotMet {
		t.Errorf("--yes: %v, %v", m.resumed, err)
	}
	for _, answers := range []string{"yes\n", "\n", ""} {
		m = pending()
		if _, _, err := harden(t, m, answers, nil); m.resumed != nil || err == nil {
			t.Errorf("%q: %v, %v", answers, m.resumed, err)
		}
	}
	m = pending()
	m.pending.Phase = provision.RepairBack // it goes no other way, and need not be asked
	m.outcome = steps.Outcome{After: m.look}
	if _, _, err := harden(t, m, "", nil); len(m.resumed) != 1 || exitStatusOf(err) != exitCouldNot {
		t.Errorf("on its way back: %v, %v", m.resumed, err)
	}
	m = drifted()
	if _, talk, err := harden(t, m, "", func(o *hardenOptions) { o.undo = true }); err != nil || m.looks != 0 || !strings.Contains(talk, "no interrupted repair") {
		t.Errorf("--undo with nothing to undo: %v\n%s", err, talk)
	}
}

func TestFilesThatOthersCanReadAreClosedFirst(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key")
	for answers, want := range map[string]os.FileMode{"yes\n": 0o600, "no\n": 0o644} {
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, 0o644); err != nil {
			t.Fatal(err)
		}
		m := &fakeMachine{look: lookOf(map[checks.ID]checks.Status{"K5": checks.Met}), open: map[string]steps.Open{path: {Was: 0o644, Want: 0o600}}}
		out, _, err := harden(t, m, answers, nil)
		info, _ := os.Stat(path)
		if err != nil || info.Mode().Perm() != want || !strings.Contains(out, path) || !strings.Contains(out, "0644") {
			t.Errorf("%q: %v, %v\n%s", answers, info.Mode(), err, out)
		}
	}
}

func TestLapsedConfirmationsAreAskedForUnlessOthersWereChosen(t *testing.T) {
	m := &fakeMachine{look: lookOf(map[checks.ID]checks.Status{"K5": checks.Met}), lapsed: []checks.ID{"K5", "K27"}}
	harden(t, m, "", nil)
	if !slices.Equal(m.confirmed, []checks.ID{"K5", "K27"}) {
		t.Errorf("%v", m.confirmed)
	}
	m.confirmed = nil
	harden(t, m, "", func(o *hardenOptions) { o.controls = []checks.ID{"K27"} })
	if !slices.Equal(m.confirmed, []checks.ID{"K27"}) {
		t.Errorf("%v", m.confirmed)
	}
}

func TestAnUnfinishedMachineIsNotHardened(t *testing.T) {
	m := &fakeMachine{unfinished: errors.New("not finished")}
	if _, _, err := harden(t, m, "", nil); !errors.Is(err, m.unfinished) || m.looks != 0 {
		t.Errorf("%v", err)
	}
}

func TestACommandLineThatMakesNoSenseIsToldAsAWhole(t *testing.T) {
	var talk bytes.Buffer
	null, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	code := run(t.Context(), []string{"harden", "--undo", "--yes", "--only", "K5,K99,nonsense"}, streams{in: null, out: &talk, err: &talk})
	said := talk.String()
	if code != exitUsage || !strings.Contains(said, "K99") || !strings.Contains(said, "nonsense") || !strings.Contains(said, "--undo takes back") {
		t.Errorf("exit %d\n%s", code, said)
	}
}
