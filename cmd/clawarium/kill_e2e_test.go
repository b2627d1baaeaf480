//go:build e2e

package main

// Killed at any instant, the same command reaches the same end; and undo leads
// back from every point. With the normal clock, and up to the step before the
// gateway: its first start takes minutes under emulation and is what the main
// test waits for.

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/clawarium/clawarium/provision"
	"github.com/clawarium/clawarium/provision/virt"
)

// quick are the arguments of a set-up without the gateway.
func quick(name string, more ...string) []string {
	return append([]string{
		"setup", "--yes", "--name", name, "--until", "guest-proxy",
		"--set", "machine.clock=steady", "--set", "machine.cpus=2", "--set", "machine.memory=2GiB",
	}, more...)
}

// again is the command that goes on with a machine that has a plan already.
func again(name string) []string {
	return []string{"setup", "--yes", "--name", name, "--until", "guest-proxy"}
}

// sharedAlready says that a step has nothing to make because another machine on
// this host uses the pool, the image or the code disk as well: there is no
// `begin` at which to be killed. On a machine that only runs these tests, there
// is none such.
func sharedAlready(t *testing.T, step string) bool {
	t.Helper()
	pattern, shared := map[string]string{
		"pool": "/var/lib/libvirt/images/clawarium", "base-volume": "/var/lib/libvirt/images/clawarium/base-*",
		"code-volume": "/var/lib/libvirt/images/clawarium/code-*",
	}[step]
	found, _ := filepath.Glob(pattern)
	if !shared || len(found) == 0 {
		return false
	}
	if os.Getenv("CI") != "" {
		t.Errorf("%s: something else is in the pool, so this step goes untested: %v", step, found)
	}
	return true
}

const killed = -1 // what os/exec says of a process that a signal ended

// sameEverywhere drops from a machine's evidence what differs between any two
// machines: numbers made at random, times, process ids.
var sameEverywhere = []struct{ find, put string }{
	{`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`, "UUID"},
	{`52:54:00(:[0-9a-f]{2}){3}`, "MAC"},
	{`10\.213\.\d+\.\d+|172\.29\.\d+\.\d+`, "IP"},
	{`\b[0-9a-f]{64}\b`, "HASH"},
	{`claw[0-9a-f]{8}`, "BRIDGE"},
}

// evidence is what the self-check saw of a machine, in a form that can be
// compared with another machine's: findings and the plain guest facts.
func (w *world) evidence(name string) string {
	w.t.Helper()
	r := w.runWith(5*time.Minute, nil, "check", "--json", "--name", name)
	out := ""
	for _, id := range theEight {
		f, ok := findings(w.t, r.stdout)[id]
		if !ok {
			w.t.Fatalf("no finding %s:\n%s", id, r.stdout)
		}
		out += fmt.Sprintf("%s %s\n", id, f.Status)
		for _, line := range f.Evidence {
			out += "  " + line + "\n"
		}
	}
	files := w.keeper(name, `find /etc /var/lib/clawarium /var/lib/openclaw /opt/openclaw -xdev -newer /usr/bin/env \( -type f -o -type d -o -type l \) \
	  ! -path '*/prior/*' ! -name '*-' ! -name '*.lock' ! -path '/etc/machine-id' ! -path '/var/lib/openclaw/lost+found' -printf '%M %u %g %p %l\n' | sort; passwd -S openclaw keeper root 2>/dev/null | cut -d' ' -f1,2; findmnt -rn -o TARGET,FSTYPE,OPTIONS /var/lib/openclaw /opt/openclaw/node_modules`)
	out += files
	for _, s := range sameEverywhere {
		out = regexp.MustCompile(s.find).ReplaceAllString(out, s.put)
	}
	out = strings.ReplaceAll(out, name, "NAME")
	return regexp.MustCompile(`\d+`).ReplaceAllString(out, "N")
}

// Every `begin` in turn: the process is killed right after it is in the journal,
// the next one goes on to the following `begin`, until all is made. The machine
// is then like one that was never disturbed.
func TestKilledAtEveryBeginTheSameCommandReachesTheSameEnd(t *testing.T) {
	w := newWorld(t, sharedCache(t))
	const plain, cut = "e2e-plain", "e2e-cut"
	w.cleanUp(plain)
	w.run(20*time.Minute, quick(plain)...)
	want := w.evidence(plain)
	steps := w.stepIDs(plain)
	w.run(5*time.Minute, "undo", "--name", plain)

	w.cleanUp(cut)
	args := quick(cut)
	skip := map[string]bool{}
	for _, step := range steps {
		skip[step] = sharedAlready(t, step)
	}
	for _, step := range steps {
		if skip[step] {
			t.Logf("%s: shared with another machine of this host", step)
			continue
		}
		r := w.runWith(20*time.Minute, []string{"CLAWARIUM_KILL_AT=begin:" + step}, args...)
		if r.exit != killed {
			t.Fatalf("%s: not killed, exit %d\n%s", step, r.exit, r.stderr)
		}
		s, err := provision.State(w.machine(cut))
		if err != nil || len(s.Steps) == 0 || s.Steps[len(s.Steps)-1].ID != step || s.Steps[len(s.Steps)-1].Done {
			t.Fatalf("%s: killed elsewhere: %+v, %v", step, s.Steps, err)
		}
		if step != "choose" {
			args = again(cut)
		}
	}
	w.run(20*time.Minute, again(cut)...)
	if d := difference(want, w.evidence(cut)); d != "" {
		t.Errorf("the machine differs from one that was left in peace:\n%s", d)
	}
}

// Six random instants within the long steps.
func TestKilledInTheMiddleOfALongStepTheSameCommandReachesTheSameEnd(t *testing.T) {
	w := newWorld(t, sharedCache(t))
	const name = "e2e-mid"
	w.cleanUp(name)
	args := quick(name)
	for _, at := range []struct {
		step  string
		spans time.Duration // within which the kill falls
	}{
		{"base-volume", 300 * time.Millisecond}, {"code-volume", 150 * time.Millisecond},
		{"boot", 300 * time.Millisecond}, {"boot", 20 * time.Second}, {"boot", 20 * time.Second}, {"guest-directories", 800 * time.Millisecond},
	} {
		after := time.Duration(rand.Int64N(int64(at.spans)))
		r := w.runWith(20*time.Minute, []string{fmt.Sprintf("CLAWARIUM_KILL_AFTER=%s:%s", at.step, after)}, args...)
		t.Logf("killed %s into %s: exit %d", after, at.step, r.exit)
		if r.exit != killed && r.exit != 0 {
			t.Fatalf("exit %d\n%s", r.exit, r.stderr)
		}
		args = again(name)
	}
	w.run(20*time.Minute, again(name)...)
	want := hostState(t, virt.SystemURI)
	w.run(20*time.Minute, again(name)...)
	if d := difference(want, hostState(t, virt.SystemURI)); d != "" {
		t.Errorf("another run changed libvirt:\n%s", d)
	}
}

// Undo from every point at which a set-up can have been killed.
func TestUndoFromEveryPointLeavesTheHostAsItWas(t *testing.T) {
	w := newWorld(t, sharedCache(t))
	const name = "e2e-undo"
	w.cleanUp(name)
	dirs := append(append([]string(nil), libvirtDirs...), w.home)
	before := hostState(t, virt.SystemURI, dirs...)
	points := []string{
		"choose", "keys", "base-image", "code-disk", "pool", "base-volume", "code-volume", "system-disk", "data-disk",
		"filter", "network", "seed", "domain", "boot", "eject-seed", "guest-config", "warden", "guest-proxy",
	}
	for _, step := range points {
		if sharedAlready(t, step) {
			t.Logf("%s: shared with another machine of this host", step)
			continue
		}
		r := w.runWith(20*time.Minute, []string{"CLAWARIUM_KILL_AT=begin:" + step}, quick(name)...)
		if r.exit != killed {
			t.Fatalf("%s: not killed, exit %d\n%s", step, r.exit, r.stderr)
		}
		w.run(5*time.Minute, "undo", "--name", name)
		if d := difference(before, hostState(t, virt.SystemURI, dirs...)); d != "" {
			t.Errorf("undo from %s leaves:\n%s", step, d)
		}
	}
}

func TestAnUndoThatIsKilledGoesOnWhereItWas(t *testing.T) {
	w := newWorld(t, sharedCache(t))
	const name = "e2e-back"
	w.cleanUp(name)
	dirs := append(append([]string(nil), libvirtDirs...), w.home)
	before := hostState(t, virt.SystemURI, dirs...)
	r := w.runWith(20*time.Minute, []string{"CLAWARIUM_KILL_AT=begin:boot"}, quick(name)...)
	if r.exit != killed {
		t.Fatalf("not killed, exit %d\n%s", r.exit, r.stderr)
	}
	for _, point := range []string{"undo:domain", "undone:domain", "undo:network", "undone:data-disk", "undo:system-disk"} {
		r := w.runWith(5*time.Minute, []string{"CLAWARIUM_KILL_AT=" + point}, "undo", "--name", name)
		if r.exit != killed {
			t.Fatalf("%s: not killed, exit %d\n%s", point, r.exit, r.stderr)
		}
	}
	w.run(5*time.Minute, "undo", "--name", name)
	if d := difference(before, hostState(t, virt.SystemURI, dirs...)); d != "" {
		t.Errorf("a killed undo leaves:\n%s", d)
	}
}

// ctrl-c leaves a state from which both ways lead on, and says them.
func TestInterruptedItSaysHowToGoOnAndHowToGoBack(t *testing.T) {
	w := newWorld(t, sharedCache(t))
	const name = "e2e-stop"
	w.cleanUp(name)
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	cmd := w.command(ctx, nil, quick(name)...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for ctx.Err() == nil {
		s, err := provision.State(w.machine(name))
		if err == nil && len(s.Steps) > 0 && s.Steps[len(s.Steps)-1].ID == "boot" {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	began := time.Now()
	cmd.Process.Signal(syscall.SIGINT)
	cmd.Wait()
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("it took %s to stop", took)
	}
	if code := cmd.ProcessState.ExitCode(); code != exitInterrupted {
		t.Errorf("exit %d, expected %d\n%s", code, exitInterrupted, stderr.String())
	}
	for _, command := range []string{"clawarium setup --name " + name, "clawarium undo --name " + name} {
		if !strings.Contains(stderr.String(), command) {
			t.Errorf("it does not say %q:\n%s", command, stderr.String())
		}
	}
	w.run(5*time.Minute, "undo", "--name", name)
}

// The data disk outlives the machine, and the next one of the same name uses it.
func TestDestroyKeepsTheDataDiskAndTheNextMachineUsesIt(t *testing.T) {
	w := newWorld(t, sharedCache(t))
	const name = "e2e-data"
	w.cleanUp(name)
	before := hostState(t, virt.SystemURI, libvirtDirs...)
	w.run(20*time.Minute, quick(name)...)
	w.keeper(name, `echo kept >/var/lib/openclaw/backups/note; sync`)
	w.run(5*time.Minute, "destroy", "--name", name, "--confirm", name, "--keep-cache")
	left := difference(before, hostState(t, virt.SystemURI, libvirtDirs...))
	for _, line := range strings.Split(left, "\n") {
		if !strings.Contains(line, name+"-data.qcow2") && !strings.Contains(line, "images/clawarium") && !strings.Contains(line, "pool") && !strings.Contains(line, "/storage") {
			t.Errorf("destroy left more than the data disk: %s", line)
		}
	}
	w.run(20*time.Minute, quick(name)...)
	if got := w.keeper(name, `cat /var/lib/openclaw/backups/note`); got != "kept\n" {
		t.Errorf("the data disk has %q", got)
	}
	w.run(5*time.Minute, "destroy", "--name", name, "--confirm", name, "--data", "--keep-cache")
	if d := difference(before, hostState(t, virt.SystemURI, libvirtDirs...)); d != "" {
		t.Errorf("destroy --data leaves:\n%s", d)
	}
}
