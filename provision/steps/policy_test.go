package steps

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/clawarium/clawarium/assets/layout"
	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/provision/plan"
	"github.com/clawarium/clawarium/provision/warden"
)

// What set-up writes must meet what the self-check asks for: each preset's
// configuration, and each provider's, is read by the collector itself and judged.
func TestEveryPresetAndProviderMeetsTheControlsOfPolicies(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("no python3 here to run the collector with")
	}
	type wish struct{ preset, provider string }
	wishes := []wish{{plan.Workspace, "anthropic"}, {plan.Full, "anthropic"}}
	for _, provider := range plan.Choices("openclaw.provider") {
		wishes = append(wishes, wish{plan.Cautious, provider})
	}
	for _, w := range wishes {
		preset := w.preset
		e := testEnv(t, "tank", true)
		e.Plan.OpenClaw.Preset = preset
		e.Plan.OpenClaw.Provider = w.provider
		config, err := e.guestConfig()
		if err != nil {
			t.Fatal(err)
		}
		state := t.TempDir()
		if err := os.WriteFile(filepath.Join(state, "openclaw.json"), config, 0o600); err != nil {
			t.Fatal(err)
		}
		program, _ := bytes.CutSuffix(checks.CollectorProgram(""), []byte("\n\nmain()\n"))
		program = bytes.ReplaceAll(program, []byte(`"`+layout.State), []byte(`"`+state))
		program = append(program, `
AGENT.append(guarded(agent_view))
seen = {"properties": {}, "listening": [], "config": load_config(), "started": {}}
json.dump({name: guarded(f, seen) for name, f in MORE if name in ("talk", "tools", "endpoints")}, sys.stdout)
`...)
		cmd := exec.Command(python, "-I", "-S", "-B", "-")
		cmd.Stdin = bytes.NewReader(program)
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		evidence := checks.Evidence{Format: checks.Format, Guest: checks.ParseReport(out)}
		evidence.Subject.SubjectPolicy = e.policy()
		evidence.Host.Warden = checks.Fact[checks.Warden]{OK: true, Value: checks.Warden{Looked: true,
			File: egressOf(Egress(e.Plan, EgressFacts{}, Allowances{}))}}
		e.record.Egress = &EgressFacts{}
		if _, policy, err := e.egress(); err != nil || writeFile(filepath.Join(e.dir, warden.PolicyFile), policy) != nil {
			t.Fatalf("policy: %v", err)
		}
		seen, err := wardenSource{e}.Warden(t.Context())
		seen.Looked = true
		evidence.Host.Warden = checks.Fact[checks.Warden]{OK: err == nil, Value: seen}
		for _, f := range checks.Judge(e.Plan, evidence) {
			if slices.Contains([]checks.ID{"K7", "K20", "K26"}, f.Control) && f.Status != checks.Met {
				t.Errorf("%s: %s is %s: %q", w, f.Control, f.Status, f.Evidence)
			}
		}
		// And the preset above is more than this one gives.
		if preset != plan.Full {
			e.Plan.OpenClaw.Preset = map[string]string{plan.Cautious: plan.Workspace, plan.Workspace: plan.Full}[preset]
			evidence.Guest.Tools.Value.Scopes[0] = e.policy().Policy
			for _, f := range checks.Judge(e.Plan, evidence) {
				if f.Control == "K20" && f.Status != checks.NotMet {
					t.Errorf("%s, but with the tools of the preset above: %s", preset, f.Status)
				}
			}
		}
	}
}

func TestAnAuditIsKeptForLaterChecks(t *testing.T) {
	e := testEnv(t, "tank", true)
	if e.audited() != nil {
		t.Error("there is one before any was run")
	}
	var evidence checks.Evidence
	evidence.Host.Audit.OK = true
	evidence.Host.Audit.Value = checks.Audit{When: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC), Warn: 3}
	if err := e.RememberAudit(evidence); err != nil || e.audited() != nil {
		t.Errorf("one that was not run just now is kept anew: %v", err)
	}
	evidence.Host.Audit.Value.Fresh, evidence.Host.Audit.Value.Config = true, "c"
	if err := e.RememberAudit(evidence); err != nil {
		t.Fatal(err)
	}
	if a := e.audited(); a == nil || a.Warn != 3 || a.Config != "c" {
		t.Errorf("%+v", a)
	}
	data, err := os.ReadFile(filepath.Join(e.dir, auditFile))
	if err != nil || !json.Valid(data) {
		t.Errorf("%s %v", data, err)
	}
	if err := os.WriteFile(filepath.Join(e.dir, auditFile), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if e.audited() != nil {
		t.Error("half a file counts as an audit")
	}
}

func TestTheConsolesRecordIsWhereLibvirtMayWrite(t *testing.T) {
	e := testEnv(t, "tank", true)
	for system, want := range map[bool]string{
		true:  "/var/log/libvirt/qemu/" + layout.ConsoleLog(e.Plan.Name),
		false: filepath.Join(e.dir, layout.ConsoleLog(e.Plan.Name)),
	} {
		e.choices.System = system
		if got := e.Spec().ConsoleLog; got != want {
			t.Errorf("%s, wanted %s", got, want)
		}
	}
	e.choices.System = false
	for _, name := range []string{"", ".0", ".2"} {
		if err := os.WriteFile(e.consoleLog()+name, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	e.forgetConsole()
	if left, _ := filepath.Glob(e.consoleLog() + "*"); len(left) > 0 {
		t.Errorf("left: %q", left)
	}
}
