package main

import (
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/clawarium/clawarium/provision/host"
	"github.com/clawarium/clawarium/provision/plan"
)

// A kill between the two files of the first step leaves a plan without choices:
// every command must be able to speak of that machine.
func TestAMachineWithAPlanAloneCanBeLookedAt(t *testing.T) {
	dir := t.TempDir()
	a := &app{streams: streams{out: io.Discard, err: io.Discard}, name: "half",
		dirs: host.Dirs{State: filepath.Join(dir, "state"), Cache: filepath.Join(dir, "cache")}}
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
	if err := os.WriteFile(filepath.Join(machine, "plan.yaml"), data, 0o600); err != nil {
		t.Fatal(err)
	}
	env, err := a.existing()
	if err != nil {
		t.Fatal(err)
	}
	defer env.Close()
	if s := env.Subject(); s.Machine != a.name || s.UUID != "" {
		t.Errorf("%+v", s)
	}
}
