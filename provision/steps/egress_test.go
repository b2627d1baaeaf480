package steps

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/clawarium/clawarium/provision"
	"github.com/clawarium/clawarium/provision/plan"
	"github.com/clawarium/clawarium/provision/warden"
)

// quietly is a reporter that nobody listens to.
type quietly struct{}

func (quietly) Stage(string)       {}
func (quietly) Bytes(int64, int64) {}
func (quietly) Percent(float64)    {}
func (quietly) Note(string)        {}
func (quietly) Log(string)         {}

func ruleFor(p warden.Policy, host string) *warden.Rule {
	for i := range p.Rules {
		if p.Rules[i].Host == host {
			return &p.Rules[i]
		}
	}
	return nil
}

func TestWhatGetsOutIsWhatThePlanTheOwnerAndUpdatesNeed(t *testing.T) {
	e := testEnv(t, "lobster", true)
	p := e.Plan
	p.OpenClaw.Provider = "anthropic"
	p.Network.Channels = []string{"telegram"}
	p.Network.Allow = []string{"Docs.Example.org", "mail.example.org:587", "mail.example.org:993", "203.0.113.9:443"}
	p.Network.ModelServer = "192.168.7.20:11434"
	until := time.Date(2026, 3, 1, 12, 0, 0, 0, time.FixedZone("", 3600))
	policy := Egress(p, EgressFacts{Apt: []string{"packages.example.net:80", "10.0.0.7:80"}, NPM: "registry.example.net:4873"},
		Allowances{For: []Temporary{{"*.example.com", until}}, Never: []string{"b.example.org", "a.example.org", "b.example.org"}})
	if err := policy.Validate(); err != nil {
		t.Fatal(err)
	}
	for host, want := range map[string]warden.Rule{
		"docs.example.org":     {Ports: []int{443}, For: "owner"},
		"mail.example.org":     {Ports: []int{587, 993}, For: "owner"},
		"packages.example.net": {Ports: []int{80}, For: "updates:apt"},
		"registry.example.net": {Ports: []int{4873}, For: "updates:npm"},
		"*.example.com":        {Ports: []int{443}, For: "owner", Until: until.UTC()},
		"api.telegram.org":     {Ports: []int{443}, For: "channel:telegram"},
		"api.anthropic.com":    {Ports: []int{443}, For: "provider:anthropic"},
	} {
		want.Host = host
		got := ruleFor(policy, host)
		if got == nil {
			t.Errorf("no rule for %s", host)
			continue
		}
		a, _ := json.Marshal(*got)
		b, _ := json.Marshal(want)
		if !bytes.Equal(a, b) {
			t.Errorf("%s, want %s", a, b)
		}
	}
	for _, no := range []string{"10.0.0.7", "203.0.113.9"} { // private, and documentation's
		if ruleFor(policy, no) != nil {
			t.Errorf("%s is let through", no)
		}
	}
	if policy.Level != "allowlist" || policy.Server != "192.168.7.20:11434" || strings.Join(policy.Quiet, " ") != "a.example.org b.example.org" {
		t.Errorf("%+v", policy)
	}
}

func TestTheSameDecisionsMakeTheSamePolicyByteForByte(t *testing.T) {
	p := testEnv(t, "lobster", true).Plan
	p.OpenClaw.Provider, p.Network.Channels = "openai", []string{"slack", "discord", "telegram"}
	p.Network.Allow = []string{"b.example.org", "a.example.org", "b.example.org:80"}
	one := Egress(p, EgressFacts{Apt: []string{"x.example.net:80"}}, Allowances{}).Encode()
	p.Network.Channels = []string{"telegram", "slack", "discord"}
	p.Network.Allow = []string{"b.example.org:80", "b.example.org", "a.example.org"}
	for range 20 {
		if two := Egress(p, EgressFacts{Apt: []string{"x.example.net:80"}}, Allowances{}).Encode(); !bytes.Equal(one, two) {
			t.Fatalf("%s\n%s", one, two)
		}
	}
}

func TestWithoutAProviderAndChannelsOnlyUpdatesGetOut(t *testing.T) {
	p := testEnv(t, "lobster", true).Plan
	policy := Egress(p, EgressFacts{Apt: []string{"x.example.net:80"}}, Allowances{})
	if len(policy.Rules) != 1 || policy.Rules[0].For != "updates:apt" {
		t.Errorf("%+v", policy.Rules)
	}
}

func TestAnAddressOfUpdatesIsItsHostAndPort(t *testing.T) {
	for address, want := range map[string]string{
		"https://Registry.example.net/npm/": "registry.example.net:443",
		"http://registry.example.net":       "registry.example.net:80",
		"http://registry.example.net:4873":  "registry.example.net:4873",
		"ftp://registry.example.net":        "",
		"http://127.0.0.1:4873":             "", // nothing of this computer's is reached
		"http://192.168.1.4:4873":           "",
		"https://*.example.net":             "",
		"::":                                "",
	} {
		if got := hostOf(address); got != want {
			t.Errorf("%s: %q, want %q", address, got, want)
		}
	}
}

func TestThePolicysFileIsMadeKeptAndTakenBack(t *testing.T) {
	ctx := context.Background()
	e := testEnv(t, "lobster", true)
	e.record.Egress = &EgressFacts{Apt: []string{"x.example.net:80"}}
	path := filepath.Join(e.dir, warden.PolicyFile)
	s := e.egressStep()
	if holds, err := s.Holds(ctx); holds || err != nil {
		t.Fatalf("before it is made: %v, %v", holds, err)
	}
	b, err := s.Before(ctx)
	if err != nil {
		t.Fatal(err)
	}
	before, _ := json.Marshal(b)
	for range 2 {
		if err := s.Do(ctx, before, quietly{}); err != nil {
			t.Fatal(err)
		}
		if holds, err := s.Holds(ctx); !holds || err != nil {
			t.Fatalf("after it was made: %v, %v", holds, err)
		}
	}
	if policy, err := warden.ReadPolicy(e.dir); err != nil || ruleFor(policy, "x.example.net") == nil {
		t.Errorf("the warden reads %+v, %v", policy, err)
	}
	data, _ := os.ReadFile(path)
	for name, damage := range map[string]func(){
		"a rule more":   func() { os.WriteFile(path, bytes.Replace(data, []byte(`"x.`), []byte(`"evil.`), 1), 0o600) },
		"another level": func() { os.WriteFile(path, bytes.Replace(data, []byte("allowlist"), []byte("internet"), 1), 0o600) },
		"nothing":       func() { os.Remove(path) },
		"another decision": func() {
			os.WriteFile(filepath.Join(e.dir, allowFile), []byte(`{"format":1,"never":["a.example.org"]}`), 0o600)
		},
	} {
		damage()
		if holds, err := s.Holds(ctx); holds || err != nil {
			t.Errorf("%s: holds %v, %v", name, holds, err)
		}
		os.Remove(filepath.Join(e.dir, allowFile))
		os.WriteFile(path, data, 0o600)
	}
	for range 2 {
		if err := s.Undo(ctx, before, quietly{}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the file is still there: %v", err)
	}

	// What was there before is put back word for word.
	os.WriteFile(path, []byte("old"), 0o600)
	e.record.Egress = &EgressFacts{}
	b, _ = s.Before(ctx)
	before, _ = json.Marshal(b)
	if err := s.Do(ctx, before, quietly{}); err != nil {
		t.Fatal(err)
	}
	if err := s.Undo(ctx, before, quietly{}); err != nil {
		t.Fatal(err)
	}
	if is, _ := os.ReadFile(path); string(is) != "old" {
		t.Errorf("put back: %q", is)
	}
}

// noting keeps what the owner is told.
type noting struct {
	quietly
	notes *[]string
}

func (n noting) Note(s string) { *n.notes = append(*n.notes, s) }

func TestAGuestInWhichOpenClawHasRunIsNotAskedWhatItMayReach(t *testing.T) {
	ctx := context.Background()
	e := testEnv(t, "lobster", true)
	e.Plan.OpenClaw.Registry = "https://registry.example.net"
	var notes []string
	if err := e.egressStep().Do(ctx, nil, noting{notes: &notes}); err == nil || len(notes) > 0 || e.record.Egress != nil {
		t.Fatalf("a guest that is made just now is not asked: %v, %q", err, notes)
	}
	is := false
	ran := provision.Step{
		ID: stepGateway, Title: "gateway",
		Holds: func(context.Context) (bool, error) { return is, nil },
		Do:    func(context.Context, json.RawMessage, provision.Reporter) error { is = true; return nil },
		Undo:  func(context.Context, json.RawMessage, provision.Reporter) error { return nil },
	}
	if _, err := provision.New(e.dir, []provision.Step{ran}, nil, changeOptions).Do(ctx); err != nil {
		t.Fatal(err)
	}
	if err := e.egressStep().Do(ctx, nil, noting{notes: &notes}); err != nil {
		t.Fatal(err)
	}
	if f := e.record.Egress; f == nil || len(f.Apt) > 0 || f.NPM != "registry.example.net:443" {
		t.Errorf("%+v", f)
	}
	if len(notes) != 1 || !strings.Contains(notes[0], "clawarium allow --add HOST:80") {
		t.Errorf("told: %q", notes)
	}
	if policy, err := warden.ReadPolicy(e.dir); err != nil || len(policy.Rules) != 1 {
		t.Errorf("%+v, %v", policy.Rules, err)
	}
}

func TestDecisionsThatCannotBeReadAreNamedAndNothingIsGuessed(t *testing.T) {
	e := testEnv(t, "lobster", true)
	path := filepath.Join(e.dir, allowFile)
	for _, damage := range []string{"{", `{"format":2}`, `{"format":1,"for":[{"until":"soon"}]}`} {
		os.WriteFile(path, []byte(damage), 0o600)
		if _, _, err := e.egress(); err == nil || !strings.Contains(err.Error(), allowFile) {
			t.Errorf("%s: %v", damage, err)
		}
	}
}

func TestEveryHostThatIsAllowedForGoodIsOneOfThePlans(t *testing.T) {
	// What the plan accepts, the warden must: one entry that it refuses would have it
	// refuse the whole policy.
	p := testEnv(t, "lobster", true).Plan
	for _, entry := range []string{"a.example.org", "*.example.org", "api-*.example.org:8443", "8.8.8.8", "[2606:4700::1111]:853", "xn--bcher-kva.example"} {
		if _, _, err := plan.HostPort(entry); err != nil {
			t.Fatalf("%s: %v", entry, err)
		}
		p.Network.Allow = []string{entry}
		policy := Egress(p, EgressFacts{}, Allowances{})
		if err := policy.Validate(); err != nil || len(policy.Rules) != 1 {
			t.Errorf("%s: %v, %+v", entry, err, policy.Rules)
		}
	}
}

func TestAWayWhoseWallsAreGoneSaysSo(t *testing.T) {
	for _, c := range []struct {
		way  Way
		want string
	}{
		{Way{Running: true, InForce: true, Connected: true, Level: warden.LevelAllowlist}, "open"},
		{Way{Running: true, InForce: true, Connected: true, Level: warden.LevelAllowlist, Unwalled: true}, "unguarded"},
		{Way{Running: true, InForce: true, Level: warden.LevelOffline, Unwalled: true}, "unguarded"},
		{Way{Level: warden.LevelAllowlist}, "does not run"},
	} {
		if got := c.way.Text(); !strings.Contains(got, c.want) {
			t.Errorf("%+v: %q", c.way, got)
		}
	}
}
