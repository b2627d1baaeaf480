package steps

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/clawarium/clawarium/assets/layout"
	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/provision/guest"
	"github.com/clawarium/clawarium/provision/plan"
)

// goodLook is a look at a machine in which all holds, for this environment.
func goodLook(t *testing.T, e *Env) Look {
	t.Helper()
	data, err := os.ReadFile("../../checks/testdata/good.json")
	if err != nil {
		t.Fatal(err)
	}
	evidence, err := checks.ParseEvidence(data)
	if err != nil {
		t.Fatal(err)
	}
	evidence.Subject.Ensures = e.Subject().Ensures
	l := Look{Evidence: evidence, Standing: map[string]Stand{}}
	for _, id := range repairable {
		l.Standing[id] = Stand{Holds: true}
	}
	return l
}

func swapIn(t *testing.T, f *checks.Fact[string], old, replacement string) {
	t.Helper()
	if !strings.Contains(f.Value, old) {
		t.Fatalf("nothing to damage: no %q", old)
	}
	f.Value = strings.Replace(f.Value, old, replacement, 1)
}

func find(drifts []Drift, id checks.ID) *Drift {
	for i, d := range drifts {
		if d.Kind == DriftControl && d.Controls[0] == id {
			return &drifts[i]
		}
	}
	return nil
}

func TestADriftIsNamedWithWhatRepairsIt(t *testing.T) {
	no := Stand{Why: []string{"not so"}}
	for _, c := range []struct {
		name    string
		damage  func(e *Env, l *Look)
		control checks.ID
		where   checks.Place
		steps   []string
		force   bool
		restart bool
	}{
		{"a password is accepted", func(e *Env, l *Look) {
			for _, s := range l.Evidence.Guest.Sshd.Value {
				s["passwordauthentication"] = "yes"
			}
			l.Standing["guest-ssh"] = no
		}, "K5", checks.InGuest, []string{"guest-ssh"}, false, false},
		{"groups and sudo", func(e *Env, l *Look) {
			l.Evidence.Guest.Account.Value.Groups = []string{"sudo", "adm"}
			l.Standing["guest-account"] = no
		}, "K8", checks.InGuest, []string{"guest-account"}, false, false},
		{"bind", func(e *Env, l *Look) {
			l.Evidence.Guest.Config.Value.Values["gateway.bind"] = "lan"
			l.Standing["guest-config"] = no
		}, "K3", checks.InGuest, []string{"guest-config"}, false, false},
		{"a process that is older than its unit", func(e *Env, l *Look) {
			for i := range l.Evidence.Guest.Gateway.Value {
				l.Evidence.Guest.Gateway.Value[i].NoNewPrivs = 0
			}
		}, "K8", checks.InGuest, []string{stepGateway}, true, false},
		{"a share at the next start", func(e *Env, l *Look) {
			swapIn(t, &l.Evidence.Libvirt.Inactive, "</devices>", "<filesystem type='mount'><source dir='/home'/><target dir='h'/></filesystem></devices>")
			l.Standing[stepDomain] = no
		}, "K1", checks.Libvirt, []string{stepDomain}, false, false},
		{"a share now and at the next start", func(e *Env, l *Look) {
			for _, x := range []*checks.Fact[string]{&l.Evidence.Libvirt.Live, &l.Evidence.Libvirt.Inactive} {
				swapIn(t, x, "</devices>", "<filesystem type='mount'><source dir='/home'/><target dir='h'/></filesystem></devices>")
			}
			l.Standing[stepDomain] = no
		}, "K1", checks.Libvirt, []string{stepDomain}, false, true},
		{"a share until the next start", func(e *Env, l *Look) {
			e.record.Made.Libvirt = map[string]string{stepDomain: l.Evidence.Libvirt.Inactive.Value}
			swapIn(t, &l.Evidence.Libvirt.Live, "</devices>", "<filesystem type='mount'><source dir='/home'/><target dir='h'/></filesystem></devices>")
		}, "K1", checks.Libvirt, []string{repairStop, repairStart}, false, true},
		{"the definition of an older clawarium", func(e *Env, l *Look) {
			swapIn(t, &l.Evidence.Libvirt.Inactive, "<readonly/>", "")
		}, "K11", checks.Libvirt, []string{stepDomain}, true, false},
		{"no readonly", func(e *Env, l *Look) {
			swapIn(t, &l.Evidence.Libvirt.Inactive, "<readonly/>", "")
			l.Standing[stepDomain] = no
		}, "K11", checks.Libvirt, []string{stepDomain}, false, false},
		{"a network that forwards, at the next start", func(e *Env, l *Look) {
			e.record.Made.Libvirt = map[string]string{liveNetwork: l.Evidence.Libvirt.Network.Value}
			l.Evidence.Libvirt.Network.Value = strings.Replace(l.Evidence.Libvirt.Network.Value, "<dns enable='no'/>", "", 1)
			l.Standing[stepNetwork] = no
		}, "K13", checks.Libvirt, []string{stepNetwork}, false, true},
		{"the firewall loaded anew", func(e *Env, l *Look) {
			r := &l.Evidence.Host.Rules
			for _, f := range []*checks.Fact[checks.SavedRules]{&r.IPv4, &r.IPv6, &r.Link} {
				f.Value.Seen, f.Value.Lines = 0, []string{}
			}
		}, "K13", checks.Host, []string{stepFilter}, true, false},
		{"an answer where there should be none, for someone who may not list rules", func(e *Env, l *Look) {
			r := &l.Evidence.Host.Rules
			r.IPv4.OK, r.IPv6.OK, r.Link.OK, r.Nft.OK = false, false, false, false
			l.Evidence.Host.Connections["18789"] = checks.Fact[string]{OK: true, Value: checks.Refused}
		}, "K13", checks.Host, []string{stepFilter}, true, false},
		{"a drop gone from the tap, and the filter written down otherwise too", func(e *Env, l *Look) {
			l.Evidence.Host.Rules.Link.Value.Lines = []string{"*nat", ":PREROUTING ACCEPT", ":POSTROUTING ACCEPT"}
			l.Standing[stepFilter] = no
		}, "K13", checks.Host, []string{stepFilter}, false, false},
		{"a byte of the image in the pool", func(e *Env, l *Look) {
			d := l.Evidence.Host.Digests[checks.BaseVolume]
			d.Value.SHA512 = strings.Repeat("0", 128)
			l.Evidence.Host.Digests[checks.BaseVolume] = d
			l.Standing[stepBase] = no
		}, "K15", checks.Libvirt, []string{stepBase}, false, true},
		{"OpenClaw on the host", func(e *Env, l *Look) {
			l.Evidence.Host.OpenClaw.Value.Found = append(l.Evidence.Host.OpenClaw.Value.Found, checks.Trace{Kind: checks.TraceState, Path: "/home/me/.openclaw"})
		}, "K2", checks.Host, nil, false, false},
	} {
		e := testEnv(t, "tank", true)
		l := goodLook(t, e)
		c.damage(e, &l)
		l.judge(e.Plan)
		drifts := e.Drifts(l, nil)
		d := find(drifts, c.control)
		if d == nil {
			t.Errorf("%s: %s is no drift; red are %v", c.name, c.control, drifts)
			continue
		}
		if !slices.Equal(d.Steps, c.steps) || (len(d.Force) > 0) != c.force || d.Restart != c.restart || d.Accept {
			t.Errorf("%s: %+v", c.name, *d)
		}
		if len(d.Wrong) == 0 || d.Wrong[0].Where != c.where || d.Wrong[0].Line == "" || d.Hint == "" {
			t.Errorf("%s: told as %+v, %q", c.name, d.Wrong, d.Hint)
		}
		if got := e.Drifts(l, []checks.ID{c.control}); len(got) != 1 || got[0].Controls[0] != c.control {
			t.Errorf("%s: with --only %s: %+v", c.name, c.control, got)
		}
		if got := e.Drifts(l, []checks.ID{"K27"}); len(got) != 0 {
			t.Errorf("%s: with --only K27: %+v", c.name, got)
		}
	}
}

func TestAMachineAsItShouldBeHasNoDrift(t *testing.T) {
	e := testEnv(t, "tank", true)
	l := goodLook(t, e)
	l.judge(e.Plan)
	if d := e.Drifts(l, nil); len(d) != 0 {
		t.Errorf("%+v", d)
	}
}

func TestAStepThatDoesNotHoldIsADriftThoughNoControlTurnsRed(t *testing.T) {
	e := testEnv(t, "tank", true)
	l := goodLook(t, e)
	l.Standing["guest-directories"] = Stand{Why: []string{"not so: 700"}}
	l.Standing["guest-service"] = Stand{Why: []string{"not so"}, Newer: []string{"/etc/systemd/system/" + layout.Unit}, By: "0.1.0"}
	l.Standing["guest-ssh"] = Stand{Err: fs.ErrPermission} // not looked at is no drift
	l.judge(e.Plan)
	drifts := e.Drifts(l, nil)
	if len(drifts) != 2 || drifts[0].Kind != DriftStep || drifts[1].Kind != DriftNewer || drifts[1].By != "0.1.0" {
		t.Fatalf("%+v", drifts)
	}
	if d := drifts[0]; !slices.Equal(d.Steps, []string{"guest-directories"}) || len(d.Wrong) != 1 || d.Wrong[0].Where != checks.InGuest || !slices.Contains(d.Controls, "K10") {
		t.Errorf("%+v", d)
	}
	if got := e.Drifts(l, []checks.ID{"K1"}); len(got) != 0 {
		t.Errorf("--only K1: %+v", got)
	}
	if got := e.Drifts(l, []checks.ID{"K17"}); len(got) != 1 {
		t.Errorf("--only K17: %+v", got)
	}
}

func TestContentIsTheOwnersToAcceptUnlessARuleSaysThatItIsWrong(t *testing.T) {
	config := checks.KeptFile{Path: layout.Config, Kind: checks.KeptSettings, SHA256: "1", Text: "channels.x = on"}
	soul := checks.KeptFile{Path: layout.Workspace + "/SOUL.md", Kind: checks.KeptInstructions, SHA256: "2", Text: "be kind"}
	skill := checks.Tree{Path: layout.Workspace + "/skills/x", Kind: "skill", SHA256: "3"}
	since := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	setUp := func(t *testing.T) (*Env, Look) {
		e := testEnv(t, "tank", true)
		l := goodLook(t, e)
		l.Evidence.Subject.Baseline = &checks.Accepted{Format: checks.AcceptedFormat, Taken: since, Files: map[string]checks.AcceptedFile{
			config.Path: {KeptFile: checks.KeptFile{Path: config.Path, Kind: config.Kind, SHA256: "0", Text: "channels.x = off"}, Since: since},
		}, Trees: map[string]checks.AcceptedTree{}}
		l.Evidence.Guest.Kept.OK, l.Evidence.Guest.Skills.OK = true, true
		l.Evidence.Guest.Kept.Value.Files = []checks.KeptFile{config, soul}
		l.Evidence.Guest.Kept.Value.More = 0
		l.Evidence.Guest.Skills.Value.Trees = []checks.Tree{skill}
		return e, l
	}
	byPath := func(drifts []Drift) map[string]Drift {
		out := map[string]Drift{}
		for _, d := range drifts {
			if d.Change != nil {
				out[d.Change.Path] = d
			}
		}
		return out
	}

	e, l := setUp(t)
	l.judge(e.Plan)
	got := byPath(e.Drifts(l, nil))
	for _, path := range []string{config.Path, soul.Path, skill.Path} {
		if d, ok := got[path]; !ok || !d.Accept || d.Repairable() || !d.Change.Since.Equal(since) {
			t.Errorf("%s: %+v", path, d)
		}
	}
	if only := byPath(e.Drifts(l, []checks.ID{"K14"})); len(only) != 1 || !only[skill.Path].Accept {
		t.Errorf("--only K14: %+v", only)
	}

	e, l = setUp(t)
	l.Evidence.Guest.Config.Value.Values["gateway.bind"] = "lan"
	l.judge(e.Plan)
	if d := byPath(e.Drifts(l, nil))[config.Path]; d.Accept || !slices.Contains(d.Controls, "K3") {
		t.Errorf("settings that open the gateway can be accepted: %+v", d)
	}

	e, l = setUp(t)
	l.Evidence.Guest.Account.Value.Groups = []string{"docker"} // of another step
	l.judge(e.Plan)
	if got := byPath(e.Drifts(l, nil)); got[config.Path].Accept || !got[soul.Path].Accept || !got[skill.Path].Accept {
		t.Errorf("while a rule is broken in the guest: %+v", got)
	}

	e, l = setUp(t)
	l.Standing["guest-config"] = Stand{Why: []string{"gateway.bind differs"}}
	l.judge(e.Plan)
	if d := byPath(e.Drifts(l, nil))[config.Path]; d.Accept || !slices.Equal(d.Steps, []string{"guest-config"}) {
		t.Errorf("settings that a step would make otherwise: %+v", d)
	}

	e, l = setUp(t)
	l.Evidence.Subject.Baseline.Trees = nil
	l.judge(e.Plan)
	if d := byPath(e.Drifts(l, nil))[skill.Path]; !d.Accept || !d.Change.Since.IsZero() {
		t.Errorf("a skill that was never reviewed: %+v", d)
	}
}

func TestANewerDefaultIsToldFromTampering(t *testing.T) {
	file := func(path, content string) guest.File { return guest.File{Path: path, Content: []byte(content)} }
	step := guest.Step{ID: "guest-ssh", Files: []guest.File{file("/a", "new"), file("/b", "same")}}
	was := guestMade{Files: map[string]string{"/a": file("", "old").Sum(), "/b": file("", "same").Sum()}, By: "0.1.0"}
	sum := func(s string) string { return file("", s).Sum() }
	for _, c := range []struct {
		name string
		made guestMade
		now  map[string]string
		want []string
	}{
		{"as the older one left it", was, map[string]string{"/a": sum("old"), "/b": sum("same")}, []string{"/a"}},
		{"the changed file was meddled with", was, map[string]string{"/a": sum("x"), "/b": sum("same")}, nil},
		{"another file was meddled with", was, map[string]string{"/a": sum("old"), "/b": sum("x")}, nil},
		{"a file is gone", was, map[string]string{"/a": sum("old")}, nil},
		{"as this version makes it", was, map[string]string{"/a": sum("new"), "/b": sum("same")}, nil},
		{"a file that this version adds", guestMade{Files: map[string]string{"/b": sum("same")}}, map[string]string{"/b": sum("same")}, []string{"/a"}},
		{"that file is there already", guestMade{Files: map[string]string{"/b": sum("same")}}, map[string]string{"/a": sum("x"), "/b": sum("same")}, nil},
		{"nothing was kept", guestMade{}, map[string]string{"/a": sum("x"), "/b": sum("y")}, nil},
	} {
		if got := newerFiles(step, c.made, c.now); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

func TestKeysThatTheStoredPlanLacksAreShownWithTheirDefault(t *testing.T) {
	e := testEnv(t, "tank", true)
	data, err := e.Plan.YAML()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(e.dir, planFile)
	write := func(s string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(s), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(string(data))
	if missing, err := e.missingKeys(); err != nil || len(missing) != 0 {
		t.Errorf("%v, %v", missing, err)
	}
	var older []string
	for line := range strings.Lines(string(data)) {
		if !strings.Contains(line, "level:") {
			older = append(older, line)
		}
	}
	write(strings.Join(older, ""))
	missing, err := e.missingKeys()
	if err != nil || len(missing) != 1 || missing[0].Key != "network.level" || missing[0].New != plan.Allowlist {
		t.Fatalf("%v, %v", missing, err)
	}
	l := goodLook(t, e)
	l.Missing = missing
	l.judge(e.Plan)
	if d := e.Drifts(l, nil); len(d) != 1 || d[0].Kind != DriftNewer || !slices.Equal(d[0].Steps, []string{repairPlan}) {
		t.Fatalf("%+v", d)
	}
	// Taken over, and back word for word.
	step := e.repairPlan()
	before, err := step.Before(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	raw := asJSON(t, before)
	if err := step.Do(t.Context(), raw, silent{}); err != nil {
		t.Fatal(err)
	}
	if ok, err := step.Holds(t.Context()); err != nil || !ok || e.Plan.Network.Level != plan.Allowlist {
		t.Errorf("%v, %v, %q", ok, err, e.Plan.Network.Level)
	}
	if err := step.Undo(t.Context(), raw, silent{}); err != nil {
		t.Fatal(err)
	}
	if now, _ := os.ReadFile(path); string(now) != strings.Join(older, "") || e.Plan.Network.Level != "" {
		t.Errorf("the plan is not as it was; level %q", e.Plan.Network.Level)
	}
}

func TestWhenAControlLastHeldIsKept(t *testing.T) {
	e := testEnv(t, "tank", true)
	one, two := time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC), time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	if err := e.RememberHeld(one, []checks.Finding{{Control: "K5", Status: checks.Met}, {Control: "K8", Status: checks.Met}}); err != nil {
		t.Fatal(err)
	}
	if err := e.RememberHeld(two, []checks.Finding{{Control: "K5", Status: checks.NotMet}, {Control: "K8", Status: checks.Met}}); err != nil {
		t.Fatal(err)
	}
	held := e.held()
	if !held["K5"].Equal(one) || !held["K8"].Equal(two) {
		t.Errorf("%v", held)
	}
	if err := os.WriteFile(filepath.Join(e.dir, heldFile), []byte("null"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := e.RememberHeld(one, nil); err != nil {
		t.Errorf("after a file that says null: %v", err)
	}
}

func TestFilesThatOthersCanGetAtAreFoundAndClosed(t *testing.T) {
	e := testEnv(t, "tank", true)
	key, sub := e.keeperKey(), filepath.Join(e.dir, "baselines")
	if err := os.WriteFile(key, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(sub, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("/etc/passwd", filepath.Join(e.dir, "link")); err != nil {
		t.Fatal(err)
	}
	if open, err := e.TooOpen(); err != nil || len(open) != 0 {
		t.Fatalf("%v, %v", open, err)
	}
	for path, mode := range map[string]fs.FileMode{key: 0o644, sub: 0o755, e.dir: 0o711} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
	}
	open, err := e.TooOpen()
	if err != nil || len(open) != 3 || open[key] != (Open{0o644, 0o600}) || open[sub] != (Open{0o755, 0o700}) || open[e.dir] != (Open{0o711, 0o700}) {
		t.Fatalf("%v, %v", open, err)
	}
	if err := CloseToOthers(open); err != nil {
		t.Fatal(err)
	}
	if open, err := e.TooOpen(); err != nil || len(open) != 0 {
		t.Errorf("%v, %v", open, err)
	}
}
