package steps

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/provision"
)

// patient is a machine in memory: what drifted in it, and what a repair does.
type patient struct {
	t        *testing.T
	dir      string
	has      map[string]string // by step
	fails    string            // a step that does not work
	stays    string            // a step that cannot be taken back
	breaks   map[string]checks.Status
	unseen   int // looks that cannot look at K16
	cancel   context.CancelFunc
	stopAt   string
	forgot   int
	accepted int
}

func newPatient(t *testing.T) *patient {
	return &patient{t: t, dir: t.TempDir(), has: map[string]string{"a": "drifted", "b": "drifted"}, breaks: map[string]checks.Status{}}
}

func (p *patient) look() Look {
	l := Look{Evidence: checks.Evidence{Format: checks.Format}}
	add := func(id checks.ID, s checks.Status, lines ...string) {
		l.Findings = append(l.Findings, checks.Finding{Control: id, Title: string(id), Status: s, Evidence: lines})
	}
	for i, step := range []string{"a", "b"} {
		status := checks.Met
		if p.has[step] != "made" {
			status = checks.NotMet
		}
		add(checks.ID([]string{"K5", "K8"}[i]), status, step+" is "+p.has[step], "process 4711")
	}
	status := checks.Met
	if broken, ok := p.breaks[p.has["a"]]; ok {
		status = broken
	}
	if p.unseen > 0 {
		p.unseen--
		status = checks.NotChecked
	}
	add("K16", status, "version")
	return l
}

func (p *patient) hardening() *Hardening {
	return &Hardening{
		LookAround: func(ctx context.Context) (Look, error) { return p.look(), ctx.Err() },
		Options:    provision.Options{ResumeCommand: "clawarium harden", UndoCommand: "clawarium harden --undo"},
		dir:        p.dir,
		judge: func(l *Look) {
			was := *p
			was.has = map[string]string{"a": "drifted", "b": "drifted"}
			was.unseen = 0
			l.Findings = was.look().Findings
		},
		steps: func(r *provision.Repair) ([]provision.Step, error) {
			var out []provision.Step
			for _, id := range []string{"a", "b"} {
				out = append(out, p.step(id))
			}
			return out, nil
		},
		forget: func(context.Context, *provision.Repair) error { p.forgot++; return nil },
		accept: func(Look, *Look, *provision.Repair) error { p.accepted++; return nil },
		begin:  func(bool) {},
	}
}

func (p *patient) step(id string) provision.Step {
	return provision.Step{
		ID: id, Title: id,
		Holds:  func(context.Context) (bool, error) { return p.has[id] == "made", nil },
		Before: func(context.Context) (any, error) { return p.has[id], nil },
		Do: func(ctx context.Context, _ json.RawMessage, _ provision.Reporter) error {
			if p.stopAt == id {
				p.cancel()
				return ctx.Err()
			}
			p.has[id] = "half"
			if p.fails == id {
				return errors.New("it does not work")
			}
			p.has[id] = "made"
			return nil
		},
		Undo: func(_ context.Context, before json.RawMessage, _ provision.Reporter) error {
			if p.stays == id {
				return errors.New("it cannot be taken back")
			}
			var was string
			err := json.Unmarshal(before, &was)
			p.has[id] = was
			return err
		},
	}
}

func (p *patient) noRepairLeft() {
	p.t.Helper()
	if left, _ := filepath.Glob(filepath.Join(p.dir, "repair*")); len(left) > 0 {
		p.t.Errorf("left: %v", left)
	}
	if p.forgot == 0 {
		p.t.Error("what was kept is not forgotten")
	}
}

var both = []Drift{{Steps: []string{"a", "b"}}}

func TestARepairThatMakesNothingWorseStays(t *testing.T) {
	p := newPatient(t)
	h := p.hardening()
	out, err := h.Repair(t.Context(), p.look(), both)
	if err != nil || !out.Kept || out.Failed != nil || len(out.Worse) > 0 {
		t.Fatalf("%+v, %v", out, err)
	}
	if p.has["a"] != "made" || p.has["b"] != "made" || checks.Exit(out.After.Findings) != 0 || p.accepted == 0 {
		t.Errorf("%v", p.has)
	}
	p.noRepairLeft()
}

func TestAStepThatDoesNotWorkTakesTheWholeRepairBack(t *testing.T) {
	p := newPatient(t)
	p.fails = "b"
	out, err := p.hardening().Repair(t.Context(), p.look(), both)
	if err != nil || out.Kept || out.Failed == nil || !strings.Contains(out.Failed.Error(), "it does not work") {
		t.Fatalf("%+v, %v", out, err)
	}
	if p.has["a"] != "drifted" || p.has["b"] != "drifted" || len(out.Unlike) > 0 {
		t.Errorf("%v, unlike %v", p.has, out.Unlike)
	}
	p.noRepairLeft()
}

func TestARepairThatMakesSomethingWorseIsTakenBack(t *testing.T) {
	for _, is := range []checks.Status{checks.NotMet, checks.NotChecked} {
		p := newPatient(t)
		p.breaks["made"] = is
		out, err := p.hardening().Repair(t.Context(), p.look(), both)
		if err != nil || out.Kept || len(out.Worse) != 1 || out.Worse[0].Control != "K16" || out.Worse[0].Is != is || out.Worse[0].Line != "version" {
			t.Fatalf("%s: %+v, %v", is, out, err)
		}
		if p.has["a"] != "drifted" || len(out.Unlike) > 0 {
			t.Errorf("%s: %v, %v", is, p.has, out.Unlike)
		}
		p.noRepairLeft()
	}
}

func TestWhatCouldNotBeLookedAtOnceIsLookedAtAgain(t *testing.T) {
	p := newPatient(t)
	l := p.look()
	p.unseen = 1
	if out, err := p.hardening().Repair(t.Context(), l, both); err != nil || !out.Kept {
		t.Fatalf("%+v, %v", out, err)
	}
}

func TestWhatWasTakenBackAndDiffersIsSaid(t *testing.T) {
	p := newPatient(t)
	p.fails = "b"
	h := p.hardening()
	h.LookAround = func(context.Context) (Look, error) {
		l := p.look()
		l.Findings[0].Evidence[1] = "process 4812" // after every start another one
		l.Findings[1].Evidence[0] = "b is something else"
		return l, nil
	}
	out, err := h.Repair(t.Context(), p.look(), both)
	if err != nil || !slices.Equal(out.Unlike, []string{"- K8: b is drifted", "+ K8: b is something else"}) {
		t.Errorf("%q, %v", out.Unlike, err)
	}
}

func TestAStoppedRepairIsGoneOnWithOrTakenBack(t *testing.T) {
	for _, back := range []bool{false, true} {
		p := newPatient(t)
		ctx, cancel := context.WithCancel(t.Context())
		p.cancel, p.stopAt = cancel, "b"
		_, err := p.hardening().Repair(ctx, p.look(), both)
		var stopped *provision.Stopped
		if !errors.As(err, &stopped) || p.has["a"] != "made" {
			t.Fatalf("%v, %v", p.has, err)
		}
		p.stopAt = ""
		h := p.hardening() // of another process
		if _, err := h.Repair(t.Context(), p.look(), both); err == nil {
			t.Error("a second repair is begun beside the first")
		}
		r, err := h.Pending(t.Context())
		if err != nil || r == nil || r.Phase != provision.RepairForward {
			t.Fatalf("%+v, %v", r, err)
		}
		out, err := h.Resume(t.Context(), r, back)
		want := map[bool]string{false: "made", true: "drifted"}[back]
		if err != nil || out.Kept == back || p.has["a"] != want || p.has["b"] != want {
			t.Errorf("back %v: %+v, %v, %v", back, out, p.has, err)
		}
		p.noRepairLeft()
	}
}

func TestATakingBackThatFailsIsGoneOnWith(t *testing.T) {
	p := newPatient(t)
	p.fails, p.stays = "b", "a"
	h := p.hardening()
	_, err := h.Repair(t.Context(), p.look(), both)
	if err == nil || !strings.Contains(err.Error(), "it does not work") || !strings.Contains(err.Error(), "it cannot be taken back") {
		t.Fatalf("%v", err)
	}
	p.stays = ""
	r, err := h.Pending(t.Context())
	if err != nil || r == nil || r.Phase != provision.RepairBack {
		t.Fatalf("%+v, %v", r, err)
	}
	out, err := h.Resume(t.Context(), r, false) // it goes no other way any more
	if err != nil || out.Kept || p.has["a"] != "drifted" || p.has["b"] != "drifted" {
		t.Errorf("%+v, %v, %v", out, p.has, err)
	}
	p.noRepairLeft()
}

func TestARepairThatWasOverIsOnlyTidiedUp(t *testing.T) {
	p := newPatient(t)
	h := p.hardening()
	h.forget = func(context.Context, *provision.Repair) error { return errors.New("not now") }
	if _, err := h.Repair(t.Context(), p.look(), both); err == nil {
		t.Fatal("tidied up")
	}
	h = p.hardening()
	if r, err := h.Pending(t.Context()); r != nil || err != nil {
		t.Fatalf("%+v, %v", r, err)
	}
	if p.has["a"] != "made" {
		t.Errorf("%v", p.has)
	}
	p.noRepairLeft()
}

func TestADamagedNoteOfARepairIsRefused(t *testing.T) {
	p := newPatient(t)
	if err := os.Mkdir(filepath.Join(p.dir, "repair"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, content := range []string{"", "{", "{}", `{"id":"x","phase":"sideways"}`} {
		if err := os.WriteFile(filepath.Join(p.dir, "repair", "repair.json"), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if r, err := p.hardening().Pending(t.Context()); err == nil {
			t.Errorf("%q: %+v", content, r)
		}
	}
}

func TestAControlThatIsGoneIsWorseAndOneThatWasNotMetIsNot(t *testing.T) {
	before := []checks.Finding{{Control: "K1", Status: checks.Met}, {Control: "K2", Status: checks.NotMet}, {Control: "K3", Status: checks.Attested},
		{Control: "K4", Status: checks.NotChecked}, {Control: "K5", Status: checks.NotApplicable}}
	after := []checks.Finding{{Control: "K2", Status: checks.NotMet}, {Control: "K3", Status: checks.NotMet}, {Control: "K4", Status: checks.NotMet}, {Control: "K5", Status: checks.Met}}
	var got []checks.ID
	for _, w := range worse(before, after) {
		got = append(got, w.Control)
	}
	if !slices.Equal(got, []checks.ID{"K1", "K3"}) {
		t.Errorf("%v", got)
	}
}

func TestARepairThatNobodyLookedAtYetSaysHowToGoOn(t *testing.T) {
	p := newPatient(t)
	h := p.hardening()
	ctx, cancel := context.WithCancel(t.Context())
	h.LookAround = func(context.Context) (Look, error) {
		cancel()
		return Look{}, ctx.Err()
	}
	_, err := h.Repair(ctx, p.look(), both)
	if !errors.Is(err, context.Canceled) || !slices.ContainsFunc(text.Hint(err), func(s string) bool { return strings.Contains(s, "clawarium harden") }) {
		t.Errorf("%v, %v", err, text.Hint(err))
	}
	if r, err := p.hardening().Pending(t.Context()); err != nil || r == nil || r.Phase != provision.RepairForward {
		t.Errorf("%+v, %v", r, err)
	}
}
