package main

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/clawarium/clawarium/provision"
	"github.com/clawarium/clawarium/provision/warden"
	"github.com/clawarium/clawarium/ui"
)

// screened is the tank as the screen has it.
func (k *tank) screened() ui.Machine {
	k.t.Helper()
	m, err := openMachine(&app{name: k.app.name, dirs: k.app.dirs})
	if err != nil {
		k.t.Fatal(err)
	}
	k.t.Cleanup(m.Close)
	return m
}

func silently(provision.Event) {}

func TestTheScreenSeesTheWayOutAsItIs(t *testing.T) {
	k := newTank(t)
	k.run("allow", "--add", "hour.example.org:8443", "--for", "1h", "--add", "hour.example.org", "--never", "old.example.org")
	out, err := k.screened().Out(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if out.Running || out.Level != "" || !slices.Equal(out.Never, []string{"old.example.org"}) {
		t.Errorf("%+v", out)
	}
	if len(out.Blocked) != 2 || out.Blocked[0].Host != "new.example.org" || !out.Blocked[0].Listable || out.Blocked[1].Listable || out.Blocked[1].Reason == "" {
		t.Errorf("%+v", out.Blocked)
	}
	var rules []string
	for _, r := range out.Rules {
		rules = append(rules, r.Host)
		if timed := r.For == "owner"; timed != (r.Until > 59*time.Minute) {
			t.Errorf("%+v", r)
		}
	}
	if want := []string{"hour.example.org", "hour.example.org:8443", "packages.example.net:80"}; !slices.Equal(rules, want) {
		t.Errorf("%v", rules)
	}
}

func TestTheScreenChangesTheWayOut(t *testing.T) {
	k := newTank(t)
	m := k.screened()
	ctx := context.Background()
	err := m.ChangeOut(ctx, ui.OutChange{Level: "internet", Add: []ui.OutRule{{Host: "new.example.org:8443"}, {Host: "hour.example.org", Until: time.Hour}}, Never: []string{"old.example.org"}}, silently)
	if err != nil {
		t.Fatal(err)
	}
	policy, err := warden.ReadPolicy(k.dir)
	now := time.Now()
	if err != nil || policy.Level != "internet" || !policy.Decide("new.example.org", 8443, now).Allow || policy.Decide("old.example.org", 443, now).Allow {
		t.Errorf("%+v, %v", policy, err)
	}
	// The form in which a rule is shown is the one by which it is taken back.
	out, err := m.Out(ctx)
	if err != nil {
		t.Fatal(err)
	}
	var mine []string
	for _, r := range out.Rules {
		if r.For == "owner" {
			mine = append(mine, r.Host)
		}
	}
	if err := m.ChangeOut(ctx, ui.OutChange{Level: "allowlist", Remove: append(mine, out.Never...)}, silently); err != nil {
		t.Fatal(err)
	}
	if policy, err = warden.ReadPolicy(k.dir); err != nil || len(policy.Rules) != 1 || len(policy.Quiet) != 0 {
		t.Errorf("%+v, %v", policy, err)
	}
	if err := m.ChangeOut(ctx, ui.OutChange{Add: []ui.OutRule{{Host: "10.0.0.1"}}}, silently); err == nil {
		t.Error("a private address was allowed")
	}
}
