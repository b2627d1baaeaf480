//go:build e2e

package main

// The warden of a real machine: killed in each of its roles, given another policy
// while it serves, stopped, started and gone without a trace. Up to the step before
// the gateway, with the normal clock.

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/clawarium/clawarium/provision/warden"
)

func TestTheWardenOfARealMachineComesBackAndFollowsChanges(t *testing.T) {
	w := newWorld(t, sharedCache(t)).withWorld()
	const name = "e2e-warden"
	w.cleanUp(name)
	began := time.Now()
	w.run(20*time.Minute, quick(name, throughIt(t, w)...)...)
	t.Logf("made in %s", time.Since(began).Round(time.Second))
	dir := w.machine(name)
	pid := func(file string) int {
		data, _ := os.ReadFile(filepath.Join(dir, file))
		n, _ := strconv.Atoi(strings.TrimSpace(string(data)))
		return n
	}
	state := func() (s wardenState) {
		t.Helper()
		r := w.runWith(time.Minute, nil, "warden", "status", "--json", "--name", name)
		if err := json.Unmarshal([]byte(r.stdout), &s); err != nil {
			t.Fatalf("%v\n%s\n%s", err, r.stdout, r.stderr)
		}
		return s
	}
	connected := func() {
		t.Helper()
		began := time.Now()
		for {
			s, running, err := warden.ReadStatus(dir)
			if err == nil && running && s.Connected && s.PID == pid(warden.LockFile) {
				t.Logf("connected after %s", time.Since(began).Round(100*time.Millisecond))
				return
			}
			if time.Since(began) > 3*time.Minute {
				t.Fatalf("not connected after 3 minutes: %+v, running %v, %v", s, running, err)
			}
			time.Sleep(100 * time.Millisecond)
		}
	}
	// ask asks the proxy in the guest for a host; its answer, or that there was none.
	ask := func(host string) string {
		return strings.TrimSpace(w.keeper(name, fmt.Sprintf(
			`curl -s -m 20 -o /dev/null -x http://127.0.0.1:3128 -w '%%{http_connect} %%{errormsg}' https://%s/; true`, host)))
	}
	connected()
	if s := state(); !s.Running || !s.InForce || s.Kept != "detached" || s.Status.Level != "allowlist" {
		t.Errorf("%+v", s)
	}
	if r := w.run(time.Minute, "status", "--name", name); !strings.Contains(r.stdout, "way out     open, level allowlist") {
		t.Errorf("status:\n%s", r.stdout)
	}

	everythingThroughIt(t, w, name)

	t.Run("what was refused is listed, and not when it shall never be again", func(t *testing.T) {
		if got := ask("blocked.example.org"); !strings.HasPrefix(got, "403") {
			t.Fatalf("the proxy in the guest: %q", got)
		}
		time.Sleep(3 * time.Second)
		listed := func() bool {
			return strings.Contains(w.run(time.Minute, "allow", "--list", "--name", name).stdout, "blocked.example.org  times")
		}
		if !listed() {
			t.Error("not listed")
		}
		w.run(time.Minute, "allow", "--never", "blocked.example.org", "--name", name)
		ask("blocked.example.org")
		time.Sleep(3 * time.Second)
		if listed() {
			t.Error("listed again")
		}
	})

	for _, role := range []string{"supervisor.lock", warden.LockFile, "supervisor.lock", warden.LockFile} {
		t.Run("killed by "+role+", it comes back by itself", func(t *testing.T) {
			was, worker := pid(role), pid(warden.LockFile)
			if err := syscall.Kill(was, syscall.SIGKILL); err != nil {
				t.Fatal(err)
			}
			killedAt := time.Now()
			for pid(warden.LockFile) == worker || pid(role) == was {
				if time.Since(killedAt) > time.Minute {
					t.Fatalf("%s still has %d", role, was)
				}
				time.Sleep(50 * time.Millisecond)
			}
			t.Logf("another process after %s", time.Since(killedAt).Round(10*time.Millisecond))
			connected()
			if got := ask("other.example.org"); !strings.HasPrefix(got, "403") {
				t.Errorf("the proxy in the guest: %q", got)
			}
		})
	}

	t.Run("a change is in force at once", func(t *testing.T) {
		for _, level := range []string{"offline", "internet", "allowlist"} {
			r := w.run(time.Minute, "allow", "--level", level, "--name", name)
			if r.took > 8*time.Second || !strings.Contains(r.stderr, "in force") {
				t.Errorf("%s: after %s: %s", level, r.took, r.stderr)
			}
			if s := state(); s.Status.Level != level || !s.InForce {
				t.Errorf("%s: %+v", level, s)
			}
		}
	})

	t.Run("a change that was killed is ended by the next command", func(t *testing.T) {
		for i, point := range []string{"begin:change-wish", "done:change-wish", "begin:egress", "done:egress", "begin:change-force", "done:change-force"} {
			host := fmt.Sprintf("host%d.example.org", i)
			r := w.runWith(time.Minute, []string{"CLAWARIUM_KILL_AT=" + point}, "allow", "--add", host, "--name", name)
			if r.exit != killed {
				t.Errorf("%s: not killed, exit %d\n%s", point, r.exit, r.stderr)
			}
			r = w.run(time.Minute, "allow", "--add", host, "--name", name)
			policy, err := warden.ReadPolicy(dir)
			if err != nil || !policy.Decide(host, 443, time.Now()).Allow || !state().InForce {
				t.Errorf("%s: %v\n%s", point, err, r.stderr)
			}
		}
	})

	t.Run("what it holds in memory is little", func(t *testing.T) {
		for _, file := range []string{warden.LockFile, "supervisor.lock"} {
			data, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid(file)))
			for line := range strings.Lines(string(data)) {
				if v, ok := strings.CutPrefix(line, "VmRSS:"); ok {
					kb, _ := strconv.Atoi(strings.Fields(v)[0])
					t.Logf("%s: %d kB", file, kb)
					if kb > 40<<10 && file == warden.LockFile {
						t.Errorf("%d kB", kb)
					}
				}
			}
		}
	})

	t.Run("it stops and starts with the machine", func(t *testing.T) {
		w.run(5*time.Minute, "stop", "--name", name)
		if left := processesIn(dir); len(left) > 0 {
			t.Errorf("after stop: %v", left)
		}
		if r := w.runWith(time.Minute, nil, "warden", "status", "--name", name); r.exit != exitNotMet {
			t.Errorf("status of a warden that is off: exit %d", r.exit)
		}
		// The gateway is not made in this test, so start cannot see it answer.
		w.runWith(5*time.Minute, nil, "setup", "--yes", "--name", name, "--until", "guest-proxy")
		connected()
	})

	w.run(5*time.Minute, "destroy", "--name", name, "--confirm", name, "--data", "--keep-cache")
	time.Sleep(time.Second)
	if left := processesIn(dir); len(left) > 0 {
		t.Errorf("destroy leaves %v", left)
	}
	if _, err := os.Stat(dir); err == nil {
		t.Error("destroy leaves the machine's directory")
	}
}

// processesIn are the wardens and supervisors that have a file of the directory open.
func processesIn(dir string) (out []string) {
	pids, _ := filepath.Glob("/proc/[0-9]*/fd/*")
	for _, fd := range pids {
		if to, _ := os.Readlink(fd); strings.HasPrefix(to, dir+"/") {
			line, _ := os.ReadFile(filepath.Join(filepath.Dir(filepath.Dir(fd)), "cmdline"))
			out = append(out, fd+" "+strings.ReplaceAll(string(line), "\x00", " "))
		}
	}
	return out
}
