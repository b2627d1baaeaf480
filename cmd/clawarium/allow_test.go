package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/provision/host"
	"github.com/clawarium/clawarium/provision/plan"
	"github.com/clawarium/clawarium/provision/warden"
)

// tank is a machine of which there are only the files on the host.
type tank struct {
	t   *testing.T
	app *app
	dir string
}

func newTank(t *testing.T) *tank {
	t.Helper()
	root := t.TempDir()
	a := &app{name: "tank", dirs: host.Dirs{State: filepath.Join(root, "state"), Cache: filepath.Join(root, "cache")}}
	p := plan.Default(a.hostFacts())
	p.Name = a.name
	data, err := p.YAML()
	if err != nil {
		t.Fatal(err)
	}
	k := &tank{t, a, a.dirs.Machine(a.name)}
	if err := os.MkdirAll(k.dir, 0o700); err != nil {
		t.Fatal(err)
	}
	k.write("plan.yaml", string(data))
	k.write("choices.json", `{"uri":"qemu:///session","arch":"amd64","uuid":"1","poolPath":"/pool"}`)
	k.write("record.json", `{"egress":{"apt":["packages.example.net:80"]}}`)
	k.write(warden.BlockedFile, `[
		{"host":"old.example.org","port":443,"count":3,"first":"2026-03-01T10:00:00Z","last":"2026-03-01T11:00:00Z","reason":"not-listed"},
		{"host":"new.example.org","port":8443,"count":1,"first":"2026-03-02T10:00:00Z","last":"2026-03-02T10:00:00Z","reason":"not-listed"},
		{"host":"inside.example.org","port":443,"count":2,"first":"2026-03-01T09:00:00Z","last":"2026-03-01T09:00:00Z","reason":"address"}]`)
	return k
}

func (k *tank) write(name, content string) {
	k.t.Helper()
	if err := os.WriteFile(filepath.Join(k.dir, name), []byte(content), 0o600); err != nil {
		k.t.Fatal(err)
	}
}

// run is clawarium with these arguments, its input not a terminal.
func (k *tank) run(args ...string) (code int, out, talk string) {
	k.t.Helper()
	null, err := os.Open(os.DevNull)
	if err != nil {
		k.t.Fatal(err)
	}
	defer null.Close()
	var o, e bytes.Buffer
	a := &app{streams: streams{in: null, out: &o, err: &e}, dirs: k.app.dirs}
	root := newRoot(a)
	root.SetArgs(append(args, "--name", k.app.name))
	root.SetOut(&o)
	root.SetErr(&e)
	ctx := context.Background()
	return exitStatus(ctx, &e, root.ExecuteContext(ctx)), o.String(), e.String()
}

func TestWhatWasAllowedIsInPlanAndPolicyAndListed(t *testing.T) {
	k := newTank(t)
	code, _, talk := k.run("allow", "--add", "New.example.org:8443", "--add", "docs.example.org")
	if code != exitFine || !strings.Contains(talk, "next start") {
		t.Fatalf("%d\n%s", code, talk)
	}
	if code, _, talk = k.run("allow", "--add", "hour.example.org", "--for", "1h"); code != exitFine {
		t.Fatalf("%d\n%s", code, talk)
	}
	stored, _ := os.ReadFile(filepath.Join(k.dir, "plan.yaml"))
	policy, err := warden.ReadPolicy(k.dir)
	if err != nil || !strings.Contains(string(stored), "new.example.org:8443") {
		t.Fatalf("%v\n%s", err, stored)
	}
	now := time.Now()
	for host, port := range map[string]int{"new.example.org": 8443, "docs.example.org": 443, "hour.example.org": 443, "packages.example.net": 80} {
		if d := policy.Decide(host, port, now); !d.Allow {
			t.Errorf("%s:%d is refused: %s", host, port, d.Reason)
		}
	}
	if d := policy.Decide("hour.example.org", 443, now.Add(61*time.Minute)); d.Allow {
		t.Error("an hour later it is still let through")
	}
	_, out, _ := k.run("allow", "--list")
	for _, want := range []string{"new.example.org:8443  yours", "hour.example.org  yours, until", "packages.example.net:80  for updates: apt", "old.example.org  times: 3"} {
		if !strings.Contains(out, want) {
			t.Errorf("not listed: %s\n%s", want, out)
		}
	}
	if code, _, talk := k.run("allow", "--remove", "new.example.org:8443", "--never", "old.example.org"); code != exitFine {
		t.Fatalf("%d\n%s", code, talk)
	}
	_, out, _ = k.run("allow", "--list")
	if strings.Contains(out, "new.example.org:8443  yours") || strings.Contains(out, "old.example.org  times") {
		t.Errorf("%s", out)
	}
	if _, _, talk := k.run("allow", "--never", "old.example.org"); !strings.Contains(talk, "so already") {
		t.Errorf("%s", talk)
	}
}

func TestTheListAsJSONHasWhatScriptsNeed(t *testing.T) {
	k := newTank(t)
	for _, args := range [][]string{{"allow", "--json"}, {"allow", "--list", "--json"}} {
		code, out, talk := k.run(args...)
		var got struct {
			Level string
			Allow []string
			Way   struct{ Running bool }
			Rules []struct {
				Host  string
				Ports []int
				For   string
			}
			Blocked []struct {
				Host, Reason, Why string
				Port, Count       int
				Last              time.Time
				Allowable         bool
			}
		}
		if err := json.Unmarshal([]byte(out), &got); code != exitFine || err != nil {
			t.Fatalf("%d, %v\n%s\n%s", code, err, out, talk)
		}
		if got.Level != "allowlist" || len(got.Rules) != 1 || got.Rules[0].For != "updates:apt" || len(got.Blocked) != 3 {
			t.Fatalf("%+v", got)
		}
		if b := got.Blocked[0]; b.Host != "new.example.org" || b.Port != 8443 || !b.Allowable || b.Why == "" {
			t.Errorf("%+v", b)
		}
		if b := got.Blocked[2]; b.Allowable || b.Reason != "address" {
			t.Errorf("%+v", b)
		}
	}
}

func TestEveryMistakeInAWishIsToldAtOnceAndChangesNothing(t *testing.T) {
	k := newTank(t)
	k.run("allow", "--add", "docs.example.org")
	before, _ := os.ReadFile(filepath.Join(k.dir, warden.PolicyFile))
	for _, c := range []struct {
		args []string
		want []string
	}{
		{[]string{"--add", "192.168.1.4", "--add", "*.com", "--level", "open", "--channel", "icq", "--remove", "nobody.example.org"},
			[]string{`"192.168.1.4"`, `"*.com"`, `"open"`, `"icq"`, `"nobody.example.org"`, "modelServer"}},
		{[]string{"--model-server", "8.8.8.8:443"}, []string{`"8.8.8.8:443"`}},
		{[]string{"--for", "1h"}, []string{"--for", "--add"}},
		{[]string{"--add", "a.example.org", "--for", "3s"}, []string{"3s"}},
		{[]string{"--add", "a.example.org", "--for", "a day"}, []string{"a day"}},
		{[]string{"--list", "--add", "a.example.org"}, []string{"--list"}},
		{[]string{"--never", "docs.example.org"}, []string{`"docs.example.org"`, "--remove docs.example.org"}},
		{[]string{"--no-channel", "telegram"}, []string{`"telegram"`}},
		{[]string{"extra"}, []string{`"extra"`}},
	} {
		code, out, talk := k.run(append([]string{"allow"}, c.args...)...)
		if code != exitUsage || out != "" {
			t.Errorf("%v: exit %d\n%s\n%s", c.args, code, out, talk)
		}
		for _, want := range c.want {
			if !strings.Contains(talk, want) {
				t.Errorf("%v: %s is not in\n%s", c.args, want, talk)
			}
		}
	}
	if after, _ := os.ReadFile(filepath.Join(k.dir, warden.PolicyFile)); !bytes.Equal(before, after) {
		t.Error("the policy changed")
	}
}

func TestLevelChannelsAndModelServerAreSetAndTakenBack(t *testing.T) {
	k := newTank(t)
	set := []string{"allow", "--level", "internet", "--channel", "telegram", "--model-server", "192.168.7.20:11434"}
	if code, _, talk := k.run(set...); code != exitFine {
		t.Fatalf("%d\n%s", code, talk)
	}
	policy, err := warden.ReadPolicy(k.dir)
	if err != nil || policy.Level != "internet" || policy.Server != "192.168.7.20:11434" ||
		!slices.ContainsFunc(policy.Rules, func(r warden.Rule) bool { return r.For == "channel:telegram" }) {
		t.Errorf("%+v, %v", policy, err)
	}
	if code, _, talk := k.run("allow", "--level", "offline", "--no-channel", "telegram", "--model-server", "none"); code != exitFine {
		t.Fatalf("%d\n%s", code, talk)
	}
	policy, err = warden.ReadPolicy(k.dir)
	if err != nil || policy.Level != "offline" || policy.Server != "" || len(policy.Rules) != 1 {
		t.Errorf("%+v, %v", policy, err)
	}
}

// answering is allow with somebody who types these lines.
func answering(t *testing.T, lines string) (*allowOptions, *bytes.Buffer) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.WriteString(lines); err != nil {
		t.Fatal(err)
	}
	w.Close()
	t.Cleanup(func() { r.Close() })
	var talk bytes.Buffer
	return &allowOptions{app: &app{streams: streams{in: r, out: &talk, err: &talk}}}, &talk
}

func TestBlockedNamesAreDecidedOneByOne(t *testing.T) {
	blocked := []wayBlocked{
		{Blocked: warden.Blocked{Host: "a.example.org", Port: 443}, Allowable: true},
		{Blocked: warden.Blocked{Host: "b.example.org", Port: 8443}, Allowable: true},
		{Blocked: warden.Blocked{Host: "c.example.org", Port: 443}, Allowable: true},
		{Blocked: warden.Blocked{Host: "d.example.org", Port: 443}, Why: "a private address"},
	}
	for answers, want := range map[string]string{
		"\n":                                   "",
		"1,3\ngood\nnever\n":                   "+a.example.org -c.example.org",
		"9\n2\nhour\n":                         "+b.example.org:8443 for an hour",
		"all\ngood\n\nleave it\nn\n":           "+a.example.org -d.example.org",
		"2-4 1\nh\nwhatever\nwhatever\ngood\n": "+b.example.org:8443 for an hour +a.example.org",
	} {
		o, talk := answering(t, answers)
		c, err := o.ask(context.Background(), blocked)
		if err != nil {
			t.Errorf("%q: %v", answers, err)
			continue
		}
		var got []string
		for _, a := range c.Add {
			s := "+" + a.Host
			if left := time.Until(a.Until); !a.Until.IsZero() && left > 59*time.Minute && left <= time.Hour {
				s += " for an hour"
			} else if !a.Until.IsZero() {
				s += " for " + left.String()
			}
			got = append(got, s)
		}
		for _, n := range c.Never {
			got = append(got, "-"+n)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q: %q, want %q\n%s", answers, got, want, talk)
		}
		if strings.Contains(answers, "all") && !strings.Contains(talk.String(), "a private address") {
			t.Errorf("it is not said that allowing d will not do:\n%s", talk)
		}
	}
	// Silence is no consent: half an answer decides nothing.
	for _, answers := range []string{"", "1", "1\n", "1\ngood"} {
		o, _ := answering(t, answers)
		if _, err := o.ask(context.Background(), blocked); err == nil {
			t.Errorf("%q: no error", answers)
		}
	}
}

func TestWhatAGuestWantedCannotSteerTheTerminal(t *testing.T) {
	k := newTank(t)
	data, _ := json.Marshal([]warden.Blocked{{Host: "a\x1b]0;owned\x07.example.org\nfake line", Port: 443, Reason: "x\x1b[2J"}})
	k.write(warden.BlockedFile, string(data))
	k.write(warden.LogFile, `{"time":"2026-03-01T10:00:00Z","verdict":"refuse","kind":"connect","host":"a\u001b[2Jb","port":443,"reason":"not-listed"}`+"\n")
	for _, args := range [][]string{{"allow", "--list"}, {"warden", "log"}} {
		_, out, _ := k.run(args...)
		if strings.ContainsAny(out, "\x1b\x07") || strings.Contains(out, "\nfake") {
			t.Errorf("%v: %q", args, out)
		}
	}
}

func TestTheStateOfAWardenThatDoesNotRunIsSaid(t *testing.T) {
	k := newTank(t)
	code, out, _ := k.run("warden", "status")
	if code != exitNotMet || !strings.Contains(out, "nothing gets out") {
		t.Errorf("%d, %s", code, out)
	}
	code, out, _ = k.run("warden", "status", "--json")
	var s wardenState
	if err := json.Unmarshal([]byte(out), &s); err != nil || code != exitNotMet || s.Running || s.Blocked != 3 {
		t.Errorf("%d, %v, %+v", code, err, s)
	}
}

func TestTheLogIsShownFromItsEnd(t *testing.T) {
	k := newTank(t)
	k.write(warden.LogFile, `{"time":"2026-03-01T10:00:00Z","verdict":"refuse","kind":"connect","host":"first.example.org","port":443,"reason":"not-listed"}
{"time":"2026-03-01T10:00:01Z","verdict":"allow","kind":"connect","host":"second.example.org","port":443,"address":"8.8.8.8:443","rule":"owner"}
{"time":"2026-03-01T10:00:02Z","verdict":"end","kind":"connect","host":"second.example.org","port":443,"up":10,"down":2000}
`)
	_, out, _ := k.run("warden", "log", "--last", "2")
	if strings.Contains(out, "first") || !strings.Contains(out, "allowed  connect  second.example.org:443  [8.8.8.8:443]  owner") || !strings.Contains(out, "bytes 10 up, 2000 down") {
		t.Errorf("%s", out)
	}
	_, out, _ = k.run("warden", "log", "--json", "--last", "1")
	var e warden.Entry
	if err := json.Unmarshal([]byte(out), &e); err != nil || e.Down != 2000 {
		t.Errorf("%v, %s", err, out)
	}
	for _, bad := range []string{"0", "-3", "many"} {
		if code, _, talk := k.run("warden", "log", "--last", bad); code != exitUsage || !strings.Contains(talk, bad) {
			t.Errorf("%s: %d, %s", bad, code, talk)
		}
	}
}

func TestEveryVerdictAndPurposeHasAWord(t *testing.T) {
	inBothLanguages(t, func(t *testing.T, lang string) {
		for _, v := range []warden.Verdict{warden.Allow, warden.Refuse, warden.Cut, warden.End} {
			if text.T().Service.Verdicts[string(v)] == "" {
				t.Errorf("%s: %s", lang, v)
			}
		}
		for _, k := range []host.Kept{host.KeptByItself, host.KeptBySystemd, host.KeptByNobody} {
			if text.T().Service.Kept[string(k)] == "" {
				t.Errorf("%s: %s", lang, k)
			}
		}
		for _, level := range []string{"allowlist", "internet", "offline"} {
			if text.T().Allow.Levels[level] == "" {
				t.Errorf("%s: %s", lang, level)
			}
		}
		for _, s := range []string{"owner", "updates:apt", "provider:openai", "channel:slack"} {
			if forWhom(s) == s {
				t.Errorf("%s: %s", lang, s)
			}
		}
	})
}
