package main

import (
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/clawarium/clawarium/provision"
	"github.com/clawarium/clawarium/provision/host"
	"github.com/clawarium/clawarium/provision/plan"
	"github.com/clawarium/clawarium/provision/steps"
	"github.com/clawarium/clawarium/ui"
)

// halfChanged is a machine whose `allow` was killed at its beginning; the libvirt of
// its choices is nowhere.
func halfChanged(t *testing.T) *app {
	t.Helper()
	root := t.TempDir()
	a := &app{streams: streams{out: io.Discard, err: io.Discard}, name: "half",
		dirs: host.Dirs{State: filepath.Join(root, "state"), Cache: filepath.Join(root, "cache")}}
	p := plan.Default(a.hostFacts())
	p.Name = a.name
	data, err := p.YAML()
	if err != nil {
		t.Fatal(err)
	}
	machine := a.dirs.Machine(a.name)
	if err := os.MkdirAll(machine, 0o700); err != nil {
		t.Fatal(err)
	}
	choices, _ := json.Marshal(steps.Choices{URI: "qemu+unix:///session?socket=" + filepath.Join(root, "none"), Arch: "amd64"})
	for name, content := range map[string][]byte{"plan.yaml": data, "choices.json": choices} {
		if err := os.WriteFile(filepath.Join(machine, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	env, err := a.existing()
	if err != nil {
		t.Fatal(err)
	}
	defer env.Close()
	was, err := env.WayOut()
	if err != nil {
		t.Fatal(err)
	}
	wish, err := was.Change(steps.WayChange{Add: []steps.Temporary{{Host: "docs.example.org"}}}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	change, _ := json.Marshal(wish)
	if _, err := provision.BeginRepair(machine, "test", []string{"change-wish"}, map[string][]byte{"change.json": change}); err != nil {
		t.Fatal(err)
	}
	return a
}

func TestAChangeThatWasKilledIsEndedBeforeTheMachineStarts(t *testing.T) {
	for name, start := range map[string]func(*app) error{
		"the command": func(a *app) error {
			c := newStart(a)
			c.SetArgs(nil)
			c.SilenceErrors, c.SilenceUsage = true, true
			return c.ExecuteContext(t.Context())
		},
		"the screen": func(a *app) error {
			m, err := openMachine(a)
			if err != nil {
				t.Fatal(err)
			}
			defer m.Close()
			return m.Start(context.Background(), ui.NewLine(io.Discard, false).Reporter(""))
		},
	} {
		a := halfChanged(t)
		if err := start(a); err == nil {
			t.Errorf("%s: a machine without a libvirt starts", name)
		}
		if r, err := provision.PendingRepair(a.dirs.Machine(a.name)); r != nil || err != nil {
			t.Errorf("%s: pending %+v, %v", name, r, err)
		}
		p, err := steps.StoredPlan(a.dirs, a.name)
		if err != nil || !slices.Contains(p.Network.Allow, "docs.example.org") {
			t.Errorf("%s: allowed %v, %v", name, p.Network.Allow, err)
		}
	}
}
