package checks

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/clawarium/clawarium/assets/openclaw"
	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/provision/plan"
)

func judgedOf(t *testing.T, e Evidence, id ID) Finding {
	t.Helper()
	for _, f := range Judge(plan.Plan{}, e) {
		if f.Control == id {
			return f
		}
	}
	t.Fatalf("no finding on %s", id)
	return Finding{}
}

// after does something to good evidence and returns one finding.
func after(t *testing.T, id ID, change func(*Evidence)) Finding {
	t.Helper()
	e := good(t)
	change(&e)
	return judgedOf(t, e, id)
}

func wants(t *testing.T, f Finding, status Status, words string) {
	t.Helper()
	if f.Status != status || !strings.Contains(strings.Join(f.Evidence, "\n"), words) {
		t.Errorf("%s is %s, wanted %s with %q:\n%s", f.Control, f.Status, status, words, strings.Join(f.Evidence, "\n"))
	}
}

func TestVersionsOfOpenClawAreOrdered(t *testing.T) {
	ordered := []string{
		"2025.12.31", "2026.1.29", "2026.2.25-alpha.1", "2026.2.25-beta.1", "2026.2.25-beta.2", "2026.2.25-beta.10", "2026.2.25-rc.1",
		"2026.2.25", "2026.2.25-1", "2026.2.25-2", "2026.9.6", "2026.10.1",
	}
	for i, a := range ordered {
		for j, b := range ordered {
			got, ok := compareVersions(a, b)
			if !ok || got != min(max(i-j, -1), 1) {
				t.Errorf("%s, %s: %d %v", a, b, got, ok)
			}
		}
	}
	if got, ok := compareVersions("v2026.9.6", " 2026.9.6\n"); got != 0 || !ok {
		t.Error("a v or a space makes a difference")
	}
	for _, bad := range []string{"", "2026", "2026.9", "2026.9.6.1", "2026.9.x", "-1.2.3", "2026.9.6-", "2026.9.6-nightly", "2026.9.6-beta.x",
		"99999999999.1.1", "2026.9.6+build", "１.２.３"} {
		if _, ok := compareVersions(bad, "2026.9.6"); ok {
			t.Errorf("%q is taken for a version", bad)
		}
	}
}

func FuzzVersions(f *testing.F) {
	f.Add("2026.9.6-beta.1", "2026.9.6")
	f.Fuzz(func(t *testing.T, a, b string) {
		x, ok := compareVersions(a, b)
		y, also := compareVersions(b, a)
		if ok != also || x != -y {
			t.Errorf("%q, %q: %d %v, and the other way %d %v", a, b, x, ok, y, also)
		}
	})
}

func TestAPinnedVersionThatIsCurrentIsNotMadeRedByANewestThatNobodyKnows(t *testing.T) {
	f := after(t, "K16", func(e *Evidence) { e.Guest.Version.Value.Newest = "" })
	wants(t, f, NotChecked, "newest version not checked")
	f = after(t, "K16", func(e *Evidence) { e.Guest.Version.Value.Newest = "tomorrow" })
	wants(t, f, NotChecked, "cannot be compared")
	f = after(t, "K16", func(e *Evidence) {
		e.Guest.Version.Value.PID, e.Guest.Version.Value.Running, e.Guest.Version.Value.SameDisk = 0, "", false
	})
	wants(t, f, NotChecked, "no process")
}

func TestALogThatOnlyRootMayReadIsNotChecked(t *testing.T) {
	f := after(t, "K18", func(e *Evidence) { e.Host.Console.Value.Found, e.Host.Console.Value.Err = false, "permission denied" })
	wants(t, f, NotChecked, "cannot be read by this account")
	f = after(t, "K18", func(e *Evidence) { e.Host.Console.Value.Found, e.Guest.Journal = false, Fact[Journal]{} })
	wants(t, f, NotChecked, "did not say whether it sent one")
}

func TestAMachineWithoutChannelsOrListsOrAddressesSaysSo(t *testing.T) {
	wants(t, after(t, "K7", func(e *Evidence) { e.Guest.Talk.Value.Channels = nil }), Met, "no channel is switched on")
	wants(t, after(t, "K26", func(e *Evidence) { e.Guest.Endpoints.Value.Addresses = nil }), Met, "no address is changed")
	wants(t, after(t, "K23", func(e *Evidence) {
		e.Guest.Patches.Value.Lists, e.Guest.Patches.Value.SecurityLists, e.Guest.Patches.Value.Age = 0, 0, -1
	}), NotChecked, "read no package lists yet")
	wants(t, after(t, "K23", func(e *Evidence) { e.Guest.Patches.Value.SecurityLists = 0 }), NotChecked, "security archive")
	wants(t, after(t, "K23", func(e *Evidence) { e.Guest.Patches.Value.Age = 8 * 86400 }), NotChecked, "8 days old")
}

func TestStricterThanThePresetIsFine(t *testing.T) {
	full := ToolScope{Where: "tools", Profile: "full", Deny: []string{"gateway"}, Mode: "auto", WorkspaceOnly: "true", Elevated: "false"}
	workspace := ToolScope{Where: "tools", Profile: "coding", Deny: []string{"cron"}, Security: "allowlist", Ask: "always", WorkspaceOnly: "true", Elevated: "false"}
	for name, c := range map[string]struct {
		want ToolScope
		have func(*ToolScope)
		met  bool
	}{
		"full as it is":                     {full, func(*ToolScope) {}, true},
		"full with mode ask":                {full, func(s *ToolScope) { s.Mode = "ask" }, true},
		"full with mode allowlist":          {full, func(s *ToolScope) { s.Mode = "allowlist" }, true},
		"full with mode deny":               {full, func(s *ToolScope) { s.Mode = "deny" }, true},
		"full with mode full":               {full, func(s *ToolScope) { s.Mode = "full" }, false},
		"full, always asked":                {full, func(s *ToolScope) { s.Mode, s.Security, s.Ask = "", "full", "always" }, false},
		"full with more tools":              {full, func(s *ToolScope) { s.AlsoAllow = []string{"exec"} }, true},
		"full with a mode of another time":  {full, func(s *ToolScope) { s.Mode = "yolo" }, false},
		"workspace as it is":                {workspace, func(*ToolScope) {}, true},
		"workspace, asked on a miss":        {workspace, func(s *ToolScope) { s.Ask = "on-miss" }, false},
		"workspace, never asked":            {workspace, func(s *ToolScope) { s.Ask = "off" }, false},
		"workspace without commands":        {workspace, func(s *ToolScope) { s.Security, s.Ask = "deny", "off" }, true},
		"workspace with the profile below":  {workspace, func(s *ToolScope) { s.Profile = "messaging" }, true},
		"workspace with the profile above":  {workspace, func(s *ToolScope) { s.Profile = "full" }, false},
		"workspace, everything denied":      {workspace, func(s *ToolScope) { s.Deny = []string{"*"} }, true},
		"workspace and a harmless tool":     {workspace, func(s *ToolScope) { s.AlsoAllow = []string{"web_search"} }, true},
		"workspace and a pattern":           {workspace, func(s *ToolScope) { s.AlsoAllow = []string{"sess*"} }, false},
		"workspace and a denied tool given": {workspace, func(s *ToolScope) { s.AlsoAllow = []string{"cron"} }, true},
		"workspace and more denied":         {workspace, func(s *ToolScope) { s.Deny = append(s.Deny, "exec") }, true},
		"workspace and programs unasked":    {workspace, func(s *ToolScope) { s.SafeBins = 1 }, false},
	} {
		f := after(t, "K20", func(e *Evidence) {
			e.Subject.Policy = c.want
			have := c.want
			have.Deny = append([]string{}, c.want.Deny...)
			c.have(&have)
			e.Guest.Tools.Value.Scopes = []ToolScope{have}
		})
		if (f.Status == Met) != c.met {
			t.Errorf("%s: %s\n%s", name, f.Status, strings.Join(f.Evidence, "\n"))
		}
	}
}

func TestAnAuditSpeaksOfItsOwnConfigurationAlone(t *testing.T) {
	at := func(e *Evidence, a Audit) {
		a.When = e.Collected.Add(-3 * time.Hour)
		e.Host.Audit = seen(a)
	}
	wants(t, after(t, "K20", func(*Evidence) {}), Met, "clawarium check --audit")
	wants(t, after(t, "K20", func(e *Evidence) { at(e, Audit{Config: "other", Critical: 3}) }), Met, "on another configuration")
	wants(t, after(t, "K20", func(e *Evidence) {
		at(e, Audit{Config: e.Guest.Tools.Value.Config, Warn: 2, Findings: []AuditFinding{{"gateway.probe_failed", "warn"}}})
	}), Met, "gateway.probe_failed means only")
	wants(t, after(t, "K20", func(e *Evidence) { at(e, Audit{Config: e.Guest.Tools.Value.Config}) }), Met, "it is 3h0m0s old")
	wants(t, after(t, "K20", func(e *Evidence) {
		at(e, Audit{Config: e.Guest.Tools.Value.Config, Critical: 1, Findings: []AuditFinding{{"tools.exec_open", "critical"}}})
	}), NotMet, "tools.exec_open")
	wants(t, after(t, "K20", func(e *Evidence) { e.Host.Audit = unseen[Audit](errors.New("no answer")) }), NotChecked, "no answer")
}

func TestTheAuditsAnswerIsReadAmongOtherWordsAndBounded(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	a, err := ParseAudit([]byte("warning {x}\n"+`{"summary":{"critical":1,"warn":2,"info":3},"findings":[
		{"checkId":"a.b","severity":"critical","title":"token is s3cret","detail":"s3cret"},{"checkId":"c","severity":"info"},{"checkId":"d\u001b[2J","severity":"warn"}]}`+"\ndone"), now)
	if err != nil || a.Critical != 1 || a.Warn != 2 || a.Info != 3 || !a.Fresh || !a.When.Equal(now) || len(a.Findings) != 2 || a.Findings[0].ID != "a.b" {
		t.Errorf("%+v %v", a, err)
	}
	if strings.Contains(string(mustJSON(a)), "s3cret") || strings.Contains(a.Findings[1].ID, "\x1b") {
		t.Errorf("%+v", a)
	}
	if a, err := ParseAudit([]byte(`{"summary":{"critical":0},"findings":[{"checkId":"x","severity":"critical"}]}`), now); err != nil || a.Critical != 1 {
		t.Errorf("a sum that says less than the list: %+v %v", a, err)
	}
	many := `{"summary":{"critical":5000},"findings":[` + strings.Repeat(`{"checkId":"x","severity":"warn"},`, 5000) + `{}]}`
	if a, err := ParseAudit([]byte(many), now); err != nil || len(a.Findings) > auditFindings {
		t.Errorf("%d findings, %v", len(a.Findings), err)
	}
	for _, bad := range []string{"", "{", "[]", "{}", strings.Repeat("{", 1<<20), `{"summary":7}`} {
		if _, err := ParseAudit([]byte(bad), now); err == nil {
			t.Errorf("%.20q is taken for an audit", bad)
		}
	}
}

func TestAnAuditIsRunBesideTheRestAndEndsWithItsDeadline(t *testing.T) {
	s, from := subject(t)
	from.Audit = func(context.Context) ([]byte, error) { return []byte(`{"summary":{"critical":0,"warn":1}}`), nil }
	if a := Collect(t.Context(), s, from).Host.Audit; !a.OK || a.Value.Warn != 1 || !a.Value.Fresh {
		t.Errorf("%+v", a)
	}
	from.Audit = func(context.Context) ([]byte, error) { select {} }
	from.AuditDeadline = 50 * time.Millisecond
	if a := Collect(t.Context(), s, from).Host.Audit; a.OK || a.Err == "" {
		t.Errorf("%+v", a)
	}
	from.Audit, from.Audited = nil, &Audit{Warn: 7, Fresh: true}
	if a := Collect(t.Context(), s, from).Host.Audit; !a.OK || a.Value.Warn != 7 || a.Value.Fresh {
		t.Errorf("%+v", a)
	}
}

func TestTheMarkerIsLookedForInTheConsolesFile(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "console.log")
	with := func(log string) fakeLibvirt {
		return fakeLibvirt{xml: func(context.Context) (string, error) {
			return "<domain><devices><serial type='pty'>" + log + "</serial></devices></domain>", nil
		}}
	}
	// The guest writes the marker only while it is being asked.
	guest := func(write func(marker string)) fakeGuest {
		return func(_ context.Context, program []byte, _ int64) ([]byte, error) {
			_, rest, _ := strings.Cut(string(program[:200]), `"marker":"`)
			if i := strings.Index(string(program), `"marker":"`); i >= 0 {
				rest = string(program[i+len(`"marker":"`):])
			}
			write(rest[:32])
			return []byte("{}"), nil
		}
	}
	put := func(name, content string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	look := func(log string, write func(string)) Fact[ConsoleLog] {
		s, from := subject(t)
		from.Libvirt, from.Guest, from.Deadline = with(log), guest(write), 2*time.Second
		return Collect(t.Context(), s, from).Host.Console
	}
	logged := "<log file='" + file + "' append='on'/>"

	put("console.log", strings.Repeat("boot\n", 200000))
	f := look(logged, func(m string) {
		put("console.log", strings.Repeat("boot\n", 200000)+"[ 1.0] clawarium-check[7]: "+m+"\nmore\n")
	})
	if !f.OK || !f.Value.Found || f.Value.File != file || f.Value.Next != file {
		t.Errorf("%+v", f)
	}
	if strings.Contains(string(mustJSON(f)), "boot") {
		t.Error("the log's words are in the evidence")
	}
	put("console.log", "new\n")
	if f = look(logged, func(m string) { put("console.log.0", "old "+m) }); !f.OK || !f.Value.Found {
		t.Errorf("in the file before: %+v", f)
	}
	if f = look("", func(string) {}); !f.OK || f.Value.File != "" || f.Value.Found {
		t.Errorf("no log: %+v", f)
	}
	if f = look("<log file='"+dir+"'/>", func(string) {}); !f.OK || f.Value.Found || f.Value.Err == "" {
		t.Errorf("a directory: %+v", f)
	}

	s, from := subject(t)
	from.Libvirt, from.Guest = with("<log file='"+filepath.Join(dir, "none.log")+"'/>"), guest(func(string) {})
	begun := time.Now()
	if f = Collect(t.Context(), s, from).Host.Console; !f.OK || f.Value.Found || time.Since(begun) < consoleGrace || time.Since(begun) > 3*consoleGrace {
		t.Errorf("no marker: %+v after %s", f, time.Since(begun))
	}
}

func TestTheDataOnOpenClawIsSound(t *testing.T) {
	floor := openclaw.Floor()
	if _, ok := compareVersions(floor.Version, floor.Version); !ok || floor.Source == "" || floor.Fixes == "" {
		t.Errorf("%+v", floor)
	}
	if order, ok := compareVersions(plan.OpenClawVersion, floor.Version); !ok || order < 0 {
		t.Errorf("the pinned %s is older than %s", plan.OpenClawVersion, floor.Version)
	}
	for _, provider := range plan.Choices("openclaw.provider") {
		if provider == plan.None {
			continue
		}
		if p, ok := openclaw.ProviderOf(provider); !ok || len(p.Hosts) == 0 {
			t.Errorf("the plan offers %s, of which no address is known", provider)
		}
	}
	for _, c := range []struct {
		provider, host string
		want           bool
	}{
		{"openai", "api.openai.com", true}, {"OPENAI", "api.openai.com", true}, {"GOOGLE_GEMINI", "generativelanguage.googleapis.com", true},
		{"azure-openai", "mine.openai.azure.com", true}, {"azure-openai", "a.b.openai.azure.com", false}, {"azure-openai", ".openai.azure.com", false},
		{"amazon-bedrock", "bedrock-runtime.eu-west-1.amazonaws.com", true}, {"amazon-bedrock", "bedrock-runtime.evil.example.amazonaws.com", false},
		{"openai", "xapi.openai.com", false}, {"openai", "api.openai.com.evil.example", false}, {"openai", "", false},
	} {
		if p, ok := openclaw.ProviderOf(c.provider); !ok || p.Serves(c.host) != c.want {
			t.Errorf("%s at %s: %v", c.provider, c.host, !c.want)
		}
	}
	if _, ok := openclaw.ProviderOf(""); ok {
		t.Error("no name is a provider's")
	}
}

func TestAModelOnTheMachineItselfIsFineAndARelayThereIsNot(t *testing.T) {
	one := func(a Address) Finding {
		return after(t, "K26", func(e *Evidence) {
			e.Guest.Endpoints.Value.Addresses = []Address{a}
			e.Host.Warden.Value.File.Rules = append(e.Host.Warden.Value.File.Rules, EgressRule{Host: "api.deepseek.com", Ports: []int{443}, For: "owner"})
		})
	}
	wants(t, one(Address{"models.providers.ollama.baseUrl", "ollama", "http", "127.0.0.1", 11434}), Met, "on the machine itself")
	wants(t, one(Address{"models.providers.ollama.baseUrl", "ollama", "http", "[::1]", 11434}), Met, "on the machine itself")
	wants(t, one(Address{"models.providers.openai.baseUrl", "openai", "http", "localhost", 4000}), NotMet, "whoever is there reads everything")
	wants(t, one(Address{"models.providers.mine.baseUrl", "mine", "https", "api.deepseek.com", 0}), Met, "deepseek")
	wants(t, one(Address{"models.providers.deepseek-api.baseUrl", "deepseek-api", "https", "api.deepseek.com", 0}), Met, "deepseek")
	wants(t, one(Address{"environment OTEL_EXPORTER_OTLP_ENDPOINT", "otel_exporter_otlp", "https", "x.example", 0}), Met, "no address is changed")
}

func TestTheControlsOfPoliciesSpeakChineseToo(t *testing.T) {
	text.Use(text.Chinese)
	t.Cleanup(func() { text.Use(text.English) })
	for _, f := range Judge(plan.Plan{}, good(t)) {
		for _, line := range f.Evidence {
			if strings.Contains(line, "%!") {
				t.Errorf("%s: %s", f.Control, line)
			}
		}
	}
}
