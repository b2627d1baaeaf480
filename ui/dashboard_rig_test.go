package ui

// Machines that exist only in a test, for the dashboard and the re-hardening.

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/provision"
	"github.com/clawarium/clawarium/provision/plan"
	"github.com/clawarium/clawarium/provision/steps"
)

// then is the time on every frame.
var then = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// keptDriver has machines that can be used.
type keptDriver struct {
	*fakeDriver
	mu       sync.Mutex
	machines map[string]*keptMachine
	openErr  error
}

func (d *keptDriver) Machines() []string {
	var names []string
	for name := range d.machines {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func (d *keptDriver) Stored(name string) (plan.Plan, error) { return d.machines[name].plan, nil }

func (d *keptDriver) Machine(name string) (Machine, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.openErr != nil {
		return nil, d.openErr
	}
	return d.machines[name], nil
}

// keptMachine answers as a test says, and remembers what was done to it.
type keptMachine struct {
	fakeMachine
	mu         sync.Mutex
	did        []string
	statusErr  error
	promises   []checks.Promise
	pending    *provision.Repair
	unfinished error
	never      bool // checked
	memory     []string
	memoryHold chan struct{}
	events     []provision.Event
	err        error         // of what takes long
	hold       chan struct{} // what takes long waits for it, or for the end of its context
	ignore     bool          // the context's end comes too late
	link       string
	openCtx    context.Context
	out        Out
	outErr     error
	changes    []OutChange

	look     steps.Look
	drifts   []steps.Drift
	outcome  steps.Outcome
	back     steps.Outcome // of taking back
	repaired []steps.Drift
	tooOpen  map[string]steps.Open
	lookHold chan struct{}
	lookErr  error
	backErr  error
}

func (m *keptMachine) note(what string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.did = append(m.did, what)
}

func (m *keptMachine) done() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.did)
}

// long is what takes long.
func (m *keptMachine) long(ctx context.Context, what string, event func(provision.Event)) error {
	m.note(what)
	for _, e := range m.events {
		event(e)
	}
	if m.hold != nil {
		done := ctx.Done()
		if m.ignore {
			done = nil
		}
		select {
		case <-m.hold:
		case <-done:
			return &text.Fault{What: "stopped", Hint: "to go on: clawarium harden", Err: ctx.Err()}
		}
	}
	return m.err
}

func (m *keptMachine) StepTitle(id string) string {
	titles := map[string]map[string]string{
		text.English: {"filter": "Packet filter", "guest-config": "OpenClaw's settings", "gateway": "OpenClaw's gateway answers", "plan": "Plan with this version's new keys", "boot": "First boot"},
		text.Chinese: {"filter": "网卡的包过滤规则", "guest-config": "OpenClaw 的设置", "gateway": "OpenClaw 的网关应答", "plan": "补上本版本新增的方案项", "boot": "首次启动"},
	}
	lang := text.English
	if text.T().Screen.Yes == "是" {
		lang = text.Chinese
	}
	return titles[lang][id]
}

func (m *keptMachine) Status(context.Context) (steps.Status, error) { return m.status, m.statusErr }
func (m *keptMachine) LastCheck() (int64, map[checks.Status]int) {
	if m.never {
		return 0, nil
	}
	return then.AddDate(0, 0, -2).Unix(), map[checks.Status]int{checks.Met: 21, checks.NotMet: 1, checks.NotChecked: 2, checks.Attested: 5}
}
func (m *keptMachine) Promises() ([]checks.Promise, error)                { return m.promises, nil }
func (m *keptMachine) Unfinished() error                                  { return m.unfinished }
func (m *keptMachine) Pending(context.Context) (*provision.Repair, error) { return m.pending, nil }
func (m *keptMachine) Confirm(ids ...checks.ID) error {
	m.note("confirm " + namesOf(ids))
	return m.err
}
func (m *keptMachine) Memory(ctx context.Context, _ provision.Reporter) ([]string, error) {
	if m.memoryHold != nil {
		select {
		case <-m.memoryHold:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	return m.memory, nil
}
func (m *keptMachine) Start(ctx context.Context, p provision.Reporter) error {
	p.Stage("waiting for the guest's SSH")
	return m.long(ctx, "start", func(provision.Event) {})
}
func (m *keptMachine) Stop(ctx context.Context, p provision.Reporter) error {
	return m.long(ctx, "stop", func(provision.Event) {})
}
func (m *keptMachine) Open(ctx context.Context, p provision.Reporter) (string, error) {
	m.openCtx = ctx
	return m.link, m.long(ctx, "open", func(provision.Event) {})
}
func (m *keptMachine) Destroy(ctx context.Context, data bool, event func(provision.Event)) error {
	what := "destroy"
	if data {
		what = "destroy with data"
	}
	return m.long(ctx, what, event)
}

func (m *keptMachine) Out(context.Context) (Out, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.out, m.outErr
}
func (m *keptMachine) ChangeOut(ctx context.Context, c OutChange, event func(provision.Event)) error {
	m.mu.Lock()
	m.changes = append(m.changes, c)
	m.mu.Unlock()
	return m.long(ctx, "change the way out", event)
}

// someOut is a way out that is open, with something of each kind.
func someOut() Out {
	return Out{
		Level: "allowlist", Running: true, Connected: true, Since: then.Add(-130 * time.Minute),
		Blocked: []Blocked{
			{Host: "api.weather.example", Port: 443, Count: 12, First: then.AddDate(0, 0, -2), Last: then.Add(-3 * time.Minute), Reason: "It is not on the list.", Listable: true},
			{Host: "files.example.net", Port: 8443, Count: 1, First: then.Add(-time.Hour), Last: then.Add(-time.Hour), Reason: "It is not on the list.", Listable: true},
			{Host: "router.lan.example", Port: 443, Count: 40, First: then.Add(-90 * time.Minute), Last: then.Add(-80 * time.Minute), Reason: "A private address is behind it."},
		},
		Rules: []OutRule{
			{Host: "api.anthropic.com", For: "provider:anthropic"}, {Host: "mirror.example.org", For: "updates:apt"},
			{Host: "*.example.com", For: "owner"}, {Host: "news.example.org", For: "owner", Until: 38 * time.Minute},
		},
		Never: []string{"tracker.example"},
	}
}

func newKept() *keptDriver {
	m := &keptMachine{fakeMachine: fakeMachine{plan: plan.Default(testHost)}}
	m.plan.Name = "openclaw"
	m.status = steps.Status{
		Name: "openclaw", State: "running", Address: "10.83.12.2:22", Connection: "qemu:///system", Emulated: true,
		OpenClaw: "2026.9.6", Node: "22.19.0", Image: "official", StepsDone: 26, Steps: 26,
	}
	m.out = someOut()
	m.link = "http://127.0.0.1:18789/#token=once-4f1d2c"
	for i, id := range checks.Asked() {
		p := checks.Promise{Control: id, Standing: checks.Confirmed, When: then.AddDate(0, 0, -30), DaysLeft: 60 + i}
		switch i {
		case 1:
			p = checks.Promise{Control: id, Standing: checks.Lapsed, When: then.AddDate(0, 0, -100)}
		case 3:
			p = checks.Promise{Control: id, Standing: checks.NeverConfirmed}
		}
		m.promises = append(m.promises, p)
	}
	return &keptDriver{fakeDriver: newFake(), machines: map[string]*keptMachine{"openclaw": m}}
}

func (d *keptDriver) only() *keptMachine { return d.machines["openclaw"] }

// keptRig is a rig over machines that exist.
func keptRig(t *testing.T, d *keptDriver, start string, width, height int) *rig {
	t.Helper()
	r := &rig{t: t, w: newWizard(t.Context(), d, d.only().plan, start)}
	r.w.session.begins(d.only().plan.Name)
	r.w.session.now = func() time.Time { return then }
	r.w.session.after = never
	r.send(tea.WindowSizeMsg{Width: width, Height: height})
	r.do(r.w.Init())
	return r
}

// to moves the cursor of the dashboard to a choice.
func to(t *testing.T, r *rig, choice string) {
	t.Helper()
	d := r.w.page().(*dashboard)
	for range 20 {
		if d.chosen == choice || d.chosen == "" && d.choices()[0].name == choice {
			return
		}
		r.press("down")
	}
	t.Fatalf("there is no choice %q", choice)
}

func must(t *testing.T, r *rig, want ...string) {
	t.Helper()
	got := r.screen()
	for _, w := range want {
		if !strings.Contains(got, w) {
			t.Errorf("%q is not on the screen:\n%s", w, got)
		}
	}
	r.mustFit()
}

func mustNot(t *testing.T, r *rig, not ...string) {
	t.Helper()
	got := r.screen()
	for _, n := range not {
		if strings.Contains(got, n) {
			t.Errorf("%q is on the screen:\n%s", n, got)
		}
	}
}
