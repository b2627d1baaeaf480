package main

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/checks/report"
	"github.com/clawarium/clawarium/provision"
	"github.com/clawarium/clawarium/provision/plan"
	"github.com/clawarium/clawarium/provision/steps"
	"github.com/clawarium/clawarium/ui"
)

var _ ui.Machine = (*machine)(nil)

func (l *led) open(name string) ui.Machine {
	l.t.Helper()
	m, err := l.driver().Machine(name)
	if err != nil {
		l.t.Fatal(err)
	}
	l.t.Cleanup(m.Close)
	return m
}

func TestAMachineThatIsNotThereIsTold(t *testing.T) {
	l := newLed(t)
	l.machine("tank", -1, nil)
	for name, says := range map[string]string{"pond": "pond", "../x": "../x"} {
		if _, err := l.driver().Machine(name); err == nil || !strings.Contains(err.Error(), says) || len(text.Hint(err)) == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAMachineKnowsItsFiles(t *testing.T) {
	l := newLed(t)
	p := l.machine("tank", -1, func(p *plan.Plan) { p.OpenClaw.Preset = plan.Workspace })
	m := l.open("tank")
	if m.Name() != "tank" || len(plan.Diff(m.Plan(), p)) > 0 || m.Unfinished() != nil || m.RestartTime() <= 0 {
		t.Errorf("%s, %v, %v", m.Name(), m.Plan(), m.Unfinished())
	}
	if title := m.StepTitle("domain"); title == "" || title == "domain" {
		t.Errorf("%q", title)
	}
	if s, err := m.Status(t.Context()); err != nil || s.State != "absent" || s.Unfinished != "" {
		t.Errorf("%+v, %v", s, err)
	}
	if r, err := m.Pending(t.Context()); r != nil || err != nil {
		t.Errorf("%v, %v", r, err)
	}
	half := l.machine("half", 5, nil)
	if err := l.open(half.Name).Unfinished(); err == nil || len(text.Hint(err)) == 0 {
		t.Errorf("%v", err)
	}
}

func TestConfirmingIsKeptAndNeedsTheLock(t *testing.T) {
	l := newLed(t)
	l.machine("tank", -1, nil)
	m := l.open("tank")
	confirmed := func() (ids []checks.ID) {
		promises, err := m.Promises()
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range promises {
			if p.Standing == checks.Confirmed {
				ids = append(ids, p.Control)
			}
		}
		return ids
	}
	lock, err := provision.Acquire(l.dirs.Machine("tank"), "setup")
	if err != nil {
		t.Fatal(err)
	}
	var locked *provision.Locked
	for what, err := range map[string]error{
		"confirm": m.Confirm("K5"), "accept": m.Accept(t.Context(), &steps.Look{}), "start": m.Start(t.Context(), nothing{}),
		"stop": m.Stop(t.Context(), nothing{}), "destroy": m.Destroy(t.Context(), true, func(provision.Event) {}),
		"close": m.CloseToOthers(nil),
	} {
		if !errors.As(err, &locked) {
			t.Errorf("%s while another works on it: %v", what, err)
		}
	}
	if got := confirmed(); len(got) > 0 {
		t.Errorf("%v", got)
	}
	if err := lock.Release(); err != nil {
		t.Fatal(err)
	}
	if err := m.Confirm("K5", "K27"); err != nil || len(confirmed()) != 2 {
		t.Errorf("%v, %v", err, confirmed())
	}
}

func TestFilesThatOthersCanReadAreClosed(t *testing.T) {
	l := newLed(t)
	l.machine("tank", -1, nil)
	m := l.open("tank")
	path := filepath.Join(l.dirs.Machine("tank"), "plan.yaml")
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	open, err := m.TooOpen()
	if err != nil || len(open) != 1 || open[path].Was != 0o644 {
		t.Fatalf("%v, %v", open, err)
	}
	if err := m.CloseToOthers(open); err != nil {
		t.Fatal(err)
	}
	if open, err = m.TooOpen(); err != nil || len(open) > 0 {
		t.Errorf("%v, %v", open, err)
	}
}

// On libvirt's test driver, which has no such machine: all that is in it cannot
// be looked at, and is said so.
func TestACheckIsRememberedAndTellsWhatIsSettled(t *testing.T) {
	l := newLed(t)
	l.machine("tank", -1, nil)
	m := l.open("tank")
	if when, counts := m.LastCheck(); when != 0 || counts != nil {
		t.Errorf("%d, %v", when, counts)
	}
	told := 0
	settled := map[checks.ID]checks.Status{}
	r, err := m.Check(t.Context(), nothing{}, func(findings []checks.Finding) {
		told++
		for _, f := range findings {
			settled[f.Control] = f.Status
		}
	})
	if err != nil || len(r.Findings) != len(checks.Judged()) || told == 0 {
		t.Fatalf("%d findings, told %d times, %v", len(r.Findings), told, err)
	}
	for _, f := range r.Findings {
		if was, known := settled[f.Control]; known && was != f.Status {
			t.Errorf("%s was settled as %s and is %s", f.Control, was, f.Status)
		}
	}
	when, counts := m.LastCheck()
	if when != r.Collected.Unix() || counts[checks.NotChecked] != r.Counts[checks.NotChecked] || counts[checks.NotChecked] == 0 {
		t.Errorf("%d, %v; the report %v", when, counts, r.Counts)
	}
}

func TestAReportIsExportedToANewFileInEveryForm(t *testing.T) {
	l := newLed(t)
	l.machine("tank", -1, nil)
	m := l.open("tank")
	f, err := os.Open(goodEvidence)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	saved, err := report.ReadSaved(f)
	if err != nil {
		t.Fatal(err)
	}
	r := saved.Report(plan.Default(plan.Host{}))
	dir := t.TempDir()
	for _, form := range []string{"html", "json", "sarif"} {
		path := filepath.Join(dir, "report."+form)
		if err := m.Export(r, form, path); err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(path)
		if info, _ := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v", form, err)
		}
		if form == "html" != strings.Contains(string(data), "<html") || form != "html" && !json.Valid(data) {
			t.Errorf("%s: %.80s", form, data)
		}
		if err := m.Export(r, form, path); err == nil || !strings.Contains(err.Error(), path) || len(text.Hint(err)) == 0 {
			t.Errorf("%s twice: %v", form, err)
		}
	}
	if err := m.Export(r, "pdf", filepath.Join(dir, "report.pdf")); err == nil || !strings.Contains(err.Error(), `"pdf"`) {
		t.Errorf("%v", err)
	}
}

func TestWhatAnotherProcessChangesIsReadAnew(t *testing.T) {
	l := newLed(t)
	p := l.machine("tank", -1, nil)
	m := l.open("tank")
	if _, err := m.Check(t.Context(), nothing{}, nil); err != nil {
		t.Fatal(err)
	}
	p.OpenClaw.Preset = plan.Full
	data, err := p.YAML()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(l.dirs.Machine("tank"), "plan.yaml"), data, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := m.Memory(t.Context(), nothing{}); err != nil {
		t.Fatal(err)
	}
	if got := m.Plan().OpenClaw.Preset; got != plan.Full {
		t.Errorf("%s", got)
	}
}

func TestWhatIsReportedOfNoStepBecomesAnEvent(t *testing.T) {
	var got []provision.Event
	r := &telling{event: func(e provision.Event) { got = append(got, e) }, title: "Looking"}
	r.Stage("reading")
	r.Bytes(5, -1)
	r.Percent(40)
	r.Note("read this")
	r.Log("line")
	for i, e := range got {
		if e.Title != "Looking" || e.Step != "" {
			t.Errorf("%d: %+v", i, e)
		}
	}
	if len(got) != 5 || got[0].Stage != "reading" || got[0].Percent >= 0 || got[1].Bytes != 5 || got[1].Total != 0 ||
		got[2].Percent != 40 || got[3].Kind != provision.StepNote || got[4].Kind != provision.StepLog {
		t.Errorf("%+v", got)
	}
}
