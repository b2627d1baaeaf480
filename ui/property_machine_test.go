package ui

// A machine of the properties.

import (
	"context"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/checks/report"
	"github.com/clawarium/clawarium/provision"
	"github.com/clawarium/clawarium/provision/plan"
	"github.com/clawarium/clawarium/provision/steps"
)

type propertyMachine struct {
	d    *propertyDriver
	plan plan.Plan
}

func (m *propertyMachine) Name() string               { return m.plan.Name }
func (m *propertyMachine) Plan() plan.Plan            { return m.plan }
func (m *propertyMachine) Close()                     {}
func (m *propertyMachine) StepTitle(id string) string { return someText(m.d.rng("title"), 4) }
func (m *propertyMachine) RestartTime() time.Duration { return 4 * time.Minute }

func (m *propertyMachine) Status(ctx context.Context) (steps.Status, error) {
	rng := m.d.rng("status")
	s := steps.Status{
		Name: m.plan.Name, State: []string{"running", "running", "off", "paused", "absent", someText(rng, 2)}[rng.IntN(6)],
		Address: someText(rng, 4), Connection: someText(rng, 2), OpenClaw: someText(rng, 3), Node: someText(rng, 3), StepsDone: rng.IntN(30), Steps: 26,
	}
	if rng.IntN(6) == 0 {
		s.Unfinished = someText(rng, 3)
	}
	return s, wait(ctx, rng)
}

func (m *propertyMachine) someReport(rng *rand.Rand) report.Report {
	r := m.d.r.answers[rng.IntN(len(m.d.r.answers))]
	r.Machine = m.plan.Name
	return r
}

func (m *propertyMachine) Check(ctx context.Context, progress provision.Reporter, found func([]checks.Finding)) (report.Report, error) {
	rng := m.d.rng("check")
	r := m.someReport(rng)
	tellReporter(rng, progress)
	for i := 0; found != nil && i < len(r.Findings); i += 1 + rng.IntN(12) {
		found(r.Findings[:i])
	}
	err := wait(ctx, rng)
	if err == nil && found != nil {
		found(r.Findings)
	}
	return r, err
}

func (m *propertyMachine) LastCheck() (int64, map[checks.Status]int) {
	rng := m.d.rng("last")
	return rng.Int64N(2) * rng.Int64N(1<<32), map[checks.Status]int{checks.Met: rng.IntN(99), checks.NotMet: rng.IntN(9)}
}

func (m *propertyMachine) Export(_ report.Report, form, path string) error {
	m.d.called("export")
	m.d.hear(form, path)
	rng := m.d.rng("export")
	if rng.IntN(2) == 0 {
		return someError(rng)
	}
	return nil
}

func (m *propertyMachine) seldomly(what string) error {
	if rng := m.d.rng(what); rng.IntN(8) == 0 {
		return someError(rng)
	}
	return nil
}

func (m *propertyMachine) Keyed() bool       { return m.d.rng("keyed").IntN(2) == 0 }
func (m *propertyMachine) Unfinished() error { return m.seldomly("unfinished") }
func (m *propertyMachine) Pending(context.Context) (*provision.Repair, error) {
	rng := m.d.rng("pending")
	if rng.IntN(3) > 0 {
		return nil, m.seldomly("pending error")
	}
	return &provision.Repair{
		ID: "0123456789abcdef", Began: time.Unix(rng.Int64N(2)*rng.Int64N(1<<31), 0), Steps: []string{"domain", someText(rng, 3)},
		Phase: []provision.RepairPhase{provision.RepairForward, provision.RepairBack}[rng.IntN(2)],
	}, nil
}

func (m *propertyMachine) Look(ctx context.Context, progress provision.Reporter) (steps.Look, error) {
	rng := m.d.rng("look")
	tellReporter(rng, progress)
	return steps.Look{Findings: m.someReport(rng).Findings}, wait(ctx, rng)
}

func (m *propertyMachine) Drifts(steps.Look, []checks.ID) []steps.Drift {
	rng := m.d.rng("drifts")
	var all []steps.Drift
	for range rng.IntN(9) {
		d := steps.Drift{
			Kind:     []steps.DriftKind{steps.DriftControl, steps.DriftBaseline, steps.DriftStep, steps.DriftNewer}[rng.IntN(4)],
			Controls: []checks.ID{checks.ID(fmt.Sprint("K", 1+rng.IntN(30)))}, Restart: rng.IntN(3) == 0, Accept: rng.IntN(2) == 0, Hint: someText(rng, 9),
			Wrong: []checks.Wrong{{Where: checks.InGuest, Line: someText(rng, 30)}, {Where: checks.Libvirt, Line: someText(rng, 3)}},
		}
		if rng.IntN(2) == 0 {
			d.Steps = []string{"domain", someText(rng, 2)}
		}
		if rng.IntN(2) == 0 {
			d.Change = &checks.Change{Path: someText(rng, 6), What: someText(rng, 2), Kind: checks.Changed, Lines: []string{someText(rng, 40), "+ " + someText(rng, 9)}}
		}
		if d.Kind == steps.DriftNewer {
			d.Keys, d.Files, d.By = []plan.Change{{Key: "machine.clock", New: someText(rng, 3)}}, []string{someText(rng, 6)}, someText(rng, 2)
		}
		all = append(all, d)
	}
	return all
}

func (m *propertyMachine) outcome(rng *rand.Rand) steps.Outcome {
	o := steps.Outcome{Kept: rng.IntN(2) == 0, Before: steps.Look{Findings: m.someReport(rng).Findings}, After: steps.Look{Findings: m.someReport(rng).Findings}}
	if !o.Kept && rng.IntN(2) == 0 {
		o.Failed = someError(rng)
		o.Unlike = []string{someText(rng, 30)}
		o.Worse = []steps.Worse{{Control: "K8", Title: someText(rng, 9), Was: checks.Met, Is: checks.NotMet, Line: someText(rng, 30)}}
	}
	return o
}

func (m *propertyMachine) Repair(ctx context.Context, _ steps.Look, _ []steps.Drift, event func(provision.Event)) (steps.Outcome, error) {
	m.d.must("repair", m.plan.Name)
	rng := m.d.rng("repair")
	tell(rng, event)
	return m.outcome(rng), wait(ctx, rng)
}

func (m *propertyMachine) Resume(ctx context.Context, _ *provision.Repair, back bool, event func(provision.Event)) (steps.Outcome, error) {
	what := "resume"
	if back {
		what = "resume back"
	}
	m.d.must(what, m.plan.Name)
	rng := m.d.rng(what)
	tell(rng, event)
	return m.outcome(rng), wait(ctx, rng)
}

func (m *propertyMachine) Accept(ctx context.Context, _ *steps.Look, paths ...string) error {
	m.d.must("accept", strings.Join(paths, "|"))
	return wait(ctx, m.d.rng("accept"))
}

func (m *propertyMachine) Promises() ([]checks.Promise, error) {
	rng := m.d.rng("promises")
	var all []checks.Promise
	for _, id := range checks.Asked() {
		if rng.IntN(5) > 0 {
			standing := []checks.Standing{checks.NeverConfirmed, checks.Confirmed, checks.Lapsed}[rng.IntN(3)]
			all = append(all, checks.Promise{Control: id, Standing: standing, When: time.Unix(rng.Int64N(1<<31), 0), DaysLeft: rng.IntN(99)})
		}
	}
	return all, m.seldomly("promises error")
}

func (m *propertyMachine) Confirm(ids ...checks.ID) error {
	m.d.must("confirm", namesOf(ids))
	return m.seldomly("confirm")
}

func (m *propertyMachine) Memory(ctx context.Context, _ provision.Reporter) ([]string, error) {
	rng := m.d.rng("memory")
	return []string{someText(rng, 60), "", someText(rng, 3)}, wait(ctx, rng)
}

func (m *propertyMachine) JudgeAgain(look *steps.Look) {
	look.Findings = m.someReport(m.d.rng("judge")).Findings
}

func (m *propertyMachine) TooOpen() (map[string]steps.Open, error) {
	rng := m.d.rng("open files")
	if rng.IntN(3) > 0 {
		return nil, m.seldomly("open files error")
	}
	return map[string]steps.Open{someText(rng, 9): {Was: fs.FileMode(0o644), Want: 0o600}}, nil
}

func (m *propertyMachine) CloseToOthers(map[string]steps.Open) error {
	m.d.must("close", m.plan.Name)
	return m.seldomly("close")
}

func (m *propertyMachine) Out(ctx context.Context) (Out, error) {
	rng := m.d.rng("out")
	o := Out{
		Level: []string{"allowlist", "allowlist", "internet", "offline", "", someText(rng, 2)}[rng.IntN(6)], Running: rng.IntN(4) > 0, Connected: rng.IntN(4) > 0,
		Since: time.Unix(rng.Int64N(2)*rng.Int64N(1<<31), 0), Never: []string{someText(rng, 3)},
	}
	if rng.IntN(4) == 0 {
		o.Trouble = someText(rng, 40)
	}
	for range []int{0, 3, 9, 500}[rng.IntN(4)] {
		host := someText(rng, []int{1, 3, 90}[rng.IntN(3)])
		if rng.IntN(2) == 0 {
			host = fmt.Sprint("host-", rng.IntN(99), ".example")
		}
		o.Blocked = append(o.Blocked, Blocked{
			Host: host, Port: rng.IntN(1 << 17), Count: rng.Int64(), First: time.Unix(rng.Int64N(1<<31), 0), Last: time.Unix(rng.Int64N(1<<33), 0),
			Reason: someText(rng, 9), Listable: rng.IntN(3) > 0,
		})
		o.Rules = append(o.Rules, OutRule{Host: host, Until: time.Duration(rng.Int64()), For: []string{"owner", "", "provider:x", "updates:" + host, host}[rng.IntN(5)]})
	}
	return o, m.seldomly("out error")
}

func (m *propertyMachine) ChangeOut(ctx context.Context, c OutChange, event func(provision.Event)) error {
	m.d.must("change out", fmt.Sprint(c))
	for _, r := range c.Add {
		if host, whole := plainHost(r.Host); !whole || c.Level != "" {
			m.d.r.broke("only a name is let through", "%q of %+v", host, c)
		}
	}
	rng := m.d.rng("change out")
	tell(rng, event)
	return wait(ctx, rng)
}

func (m *propertyMachine) Start(ctx context.Context, progress provision.Reporter) error {
	rng := m.d.rng("start")
	tellReporter(rng, progress)
	return wait(ctx, rng)
}

func (m *propertyMachine) Stop(ctx context.Context, progress provision.Reporter) error {
	m.d.must("stop", m.plan.Name)
	rng := m.d.rng("stop")
	tellReporter(rng, progress)
	return wait(ctx, rng)
}

func (m *propertyMachine) Open(ctx context.Context, progress provision.Reporter) (string, error) {
	rng := m.d.rng("open")
	tellReporter(rng, progress)
	return "http://127.0.0.1:18789/#" + someText(rng, 20), wait(ctx, rng)
}

func (m *propertyMachine) Destroy(ctx context.Context, data bool, event func(provision.Event)) error {
	m.d.must("destroy", fmt.Sprint(m.plan.Name, data))
	rng := m.d.rng("destroy")
	tell(rng, event)
	return wait(ctx, rng)
}
