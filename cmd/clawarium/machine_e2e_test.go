//go:build e2e

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/clawarium/clawarium/assets/controls"
	"github.com/clawarium/clawarium/provision/host"
	"github.com/clawarium/clawarium/provision/virt"
)

// sharedCache keeps the image and the code disk between tests and runs; CI
// begins with none. Its directories are there from the start, so that undo has
// no reason to empty it.
func sharedCache(t *testing.T) string {
	t.Helper()
	user, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(user, "clawarium-e2e")
	d := host.Dirs{Cache: filepath.Join(dir, "clawarium")}
	for _, part := range []string{d.Images(), d.Code(), d.Tarballs()} {
		if err := os.MkdirAll(part, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// The main job: a fresh machine by one command, checked, used, left alone by a
// second run, and gone without a trace.
func TestOneCommandMakesAMachineThatHoldsAndGoesWithoutATrace(t *testing.T) {
	t.Parallel() // beside the session's machine: each has one processor
	w := newWorld(t, sharedCache(t)).withWorld()
	const name = "e2e-main"
	before := hostState(t, virt.SystemURI, append(libvirtDirs, w.home)...)
	w.cleanUp(name)

	// Killed at the gateway's begin, which the test of the other steps leaves out
	// for the minutes that it takes, and once more while the gateway starts.
	trace := filepath.Join(w.home, "trace")
	for _, kill := range []string{
		"CLAWARIUM_KILL_AT=begin:guest-gateway",
		fmt.Sprintf("CLAWARIUM_KILL_AFTER=guest-gateway:%s", time.Duration(rand.Int64N(int64(time.Minute)))),
		"",
	} {
		r := w.traced(40*time.Minute, trace, kill, name, "setup", "--yes", "--name", name)
		least := 1 // what is going on again has made its disks already
		if strings.Contains(kill, "KILL_AT") {
			least = 2
		}
		if want := map[bool]int{true: killed, false: 0}[kill != ""]; r.exit != want {
			t.Fatalf("setup with %q: exit %d\n%s\n%s", kill, r.exit, r.stdout, r.stderr)
		}
		t.Run("only known programs ran on the host", func(t *testing.T) { onlyKnownPrograms(t, trace, w.binary, least) })
	}
	os.Remove(trace)
	w.run(5*time.Minute, "start", "--name", name) // the warden, which ended with the trace

	t.Run("the eight controls are met with evidence", func(t *testing.T) {
		r := w.run(5*time.Minute, "check", "--json", "--name", name, "--only", strings.Join(theEight, ","))
		expectMet(t, r.stdout)
		t.Logf("self-check: %s", r.took)
	})
	t.Run("no control is not met, and what was not looked at says why", func(t *testing.T) {
		nothingNotMet(t, w.runWith(5*time.Minute, nil, "check", "--json", "--name", name).stdout)
	})
	t.Run("a second set-up changes nothing and says so", func(t *testing.T) {
		journal := filepath.Join(w.machine(name), "journal.jsonl")
		was, _ := os.ReadFile(journal)
		r := w.run(5*time.Minute, "setup", "--yes", "--name", name)
		if !strings.Contains(r.stderr, "Nothing was changed") {
			t.Errorf("it did not say so:\n%s", r.stderr)
		}
		if is, _ := os.ReadFile(journal); string(is) != string(was) {
			t.Errorf("the journal changed")
		}
		t.Logf("second set-up, self-check included: %s", r.took)
	})
	t.Run("the gateway is ready under another account than root", func(t *testing.T) {
		out := w.keeper(name, `pid=$(systemctl show -P MainPID openclaw-gateway.service)
printf 'uid %s\n' "$(stat -c %u /proc/$pid)"; curl -s http://127.0.0.1:18789/readyz`)
		if !strings.Contains(out, `"ready":true`) {
			t.Errorf("not ready: %s", out)
		}
		if !regexp.MustCompile(`(?m)^uid [1-9][0-9]*$`).MatchString(out) {
			t.Errorf("uid: %s", out)
		}
	})
	t.Run("the agent cannot become root or see the host", func(t *testing.T) { agentIsConfined(t, w, name) })
	t.Run("guest root cannot write the code disk", func(t *testing.T) { codeDiskIsReadOnly(t, w, name) })
	t.Run("OpenClaw's command line runs inside and its exit status comes through", func(t *testing.T) {
		if r := w.run(10*time.Minute, "openclaw", "--name", name, "--", "--version"); !strings.Contains(r.stdout, "2026.9.6") {
			t.Errorf("version: %q", r.stdout)
		}
		if r := w.runWith(10*time.Minute, nil, "shell", "--name", name, "--", "sh", "-c", "exit 7"); r.exit != 7 {
			t.Errorf("exit status 7 came out as %d\n%s", r.exit, r.stderr)
		}
	})
	t.Run("the gateway's token is nowhere on the host", func(t *testing.T) { tokenStaysInside(t, w, name) })
	t.Run("the page opens through a tunnel with a link of one use", func(t *testing.T) { pageOpens(t, w, name) })
	t.Run("every attempt to get out fails outside the machine", func(t *testing.T) { everyDrill(t, w, name, "system") })
	t.Run("every damage turns its controls red", func(t *testing.T) { everyDamage(t, w, name) })
	t.Run("a check only looks, and believes no lie", func(t *testing.T) { onlyLooking(t, w, name) })
	t.Run("a stopped machine says so and checks nothing", func(t *testing.T) {
		w.run(5*time.Minute, "stop", "--name", name)
		if r := w.run(time.Minute, "status", "--name", name); !strings.Contains(r.stdout, "off") {
			t.Errorf("status: %s", r.stdout)
		}
		r := w.runWith(5*time.Minute, nil, "check", "--json", "--name", name, "--only", strings.Join(theEight, ","))
		if r.exit != exitNotChecked {
			t.Errorf("check of a machine that is off: exit %d", r.exit)
		}
		for id, f := range findings(t, r.stdout) {
			if (id == "K6" || id == "K8" || id == "K10") && f.Status != "not checked" {
				t.Errorf("%s of a machine that is off: %s", id, f.Status)
			}
		}
	})

	w.run(5*time.Minute, "destroy", "--name", name, "--confirm", name, "--data", "--keep-cache")
	if d := difference(before, hostState(t, virt.SystemURI, append(libvirtDirs, w.home)...)); d != "" {
		t.Errorf("destroy did not leave the host as it was:\n%s", d)
	}
}

// What makes the image and the code disk, from nothing: Debian's tools and
// mksquashfs, and never anything of Node or of a package.
func TestOnlyKnownProgramsMakeTheImageAndTheCodeDisk(t *testing.T) {
	w := newWorld(t, "")
	const name = "e2e-cold"
	w.cleanUp(name)
	trace := filepath.Join(w.home, "trace")
	r := w.traced(20*time.Minute, trace, "", name, "setup", "--yes", "--name", name, "--until", "code-disk", "--set", "image.source=build")
	if r.exit != 0 {
		t.Fatalf("setup: exit %d\n%s\n%s", r.exit, r.stdout, r.stderr)
	}
	onlyKnownPrograms(t, trace, w.binary, 2)
	w.run(5*time.Minute, "undo", "--name", name)
	if left, _ := filepath.Glob(filepath.Join(w.home, ".cache/clawarium/*")); len(left) > 0 {
		t.Errorf("undo leaves a cache that was not there before: %v", left)
	}
}

// The same as an ordinary user on a libvirt of their own.
func TestAnOrdinaryUserMakesAMachineInASession(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sharedCache(t)).withWorld()
	w.becomeUser("claw-e2e")
	const name = "e2e-session"
	w.cleanUp(name)
	r := w.runWith(45*time.Minute, nil, "setup", "--yes", "--name", name, "--set", "connection=session")
	if r.exit != 0 {
		t.Fatalf("setup: exit %d\n%s\n%s", r.exit, r.stdout, r.stderr)
	}
	check := w.runWith(5*time.Minute, nil, "check", "--json", "--name", name)
	expectMet(t, check.stdout)
	nothingNotMet(t, check.stdout)
	again := w.run(5*time.Minute, "setup", "--yes", "--name", name)
	if !strings.Contains(again.stderr, "Nothing was changed") {
		t.Errorf("the second set-up changed something:\n%s", again.stderr)
	}
	if out := w.keeper(name, `curl -s -m 5 http://127.0.0.1:18789/readyz; echo; timeout 5 bash -c 'exec 3<>/dev/tcp/10.0.2.2/22' && echo OUT; true`); !strings.Contains(out, `"ready":true`) || strings.Contains(out, "OUT") {
		t.Errorf("gateway ready and nothing getting out expected, got:\n%s", out)
	}
	t.Run("every attempt to get out fails outside the machine", func(t *testing.T) { everyDrill(t, w, name, "session") })
	w.run(5*time.Minute, "destroy", "--name", name, "--confirm", name, "--data")
	for _, dir := range []string{".local/state/clawarium", ".local/share/clawarium"} {
		if left, err := filepath.Glob(filepath.Join(w.home, dir, "*")); err != nil || len(left) > 0 {
			t.Errorf("left in %s: %v %v", dir, left, err)
		}
	}
}

// cleanUp removes the machine at the end, whatever the test came to.
func (w *world) cleanUp(name string) {
	w.t.Cleanup(func() {
		if _, err := os.Stat(w.machine(name)); err == nil {
			w.runWith(5*time.Minute, nil, "undo", "--name", name)
		}
	})
}

// keeper runs a script as root in the guest.
func (w *world) keeper(name, script string) string {
	w.t.Helper()
	return w.runWith(5*time.Minute, nil, "shell", "--keeper", "--name", name, "--", "sudo", "-n", "sh", "-c", script).stdout
}

// traceAndLetGo traces a program, with what it starts, and tells its exit status. A
// warden that it leaves running would keep the tracer here, so that one is ended by
// its pid.
const traceAndLetGo = `
trace=$1; supervisor=$2; shift 2
rm -f "$trace.exit"
strace -f -qq --seccomp-bpf -e trace=execve,execveat,clone,clone3,fork,vfork -s 256 -o "$trace" -- \
    sh -c 'trace=$1; shift; "$@"; echo $? >"$trace.exit"' sh "$trace" "$@" &
tracer=$!
while [ ! -s "$trace.exit" ] && kill -0 $tracer 2>/dev/null; do sleep 0.2; done
[ ! -s "$supervisor" ] || kill "$(cat "$supervisor")" 2>/dev/null
wait $tracer
status=$(cat "$trace.exit"); rm -f "$trace.exit"
[ "$status" != 137 ] || kill -9 $$
exit "$status"
`

// traced runs clawarium, with one more variable in its environment or none, and
// records every program that is executed. No warden runs afterwards.
func (w *world) traced(limit time.Duration, trace, variable, name string, args ...string) result {
	w.t.Helper()
	if _, err := exec.LookPath("strace"); err != nil {
		w.t.Fatalf("strace: %v (make prepare-test installs it)", err)
	}
	binary := w.binary
	w.binary = "/bin/sh"
	defer func() { w.binary = binary }()
	var more []string
	if variable != "" {
		more = []string{variable}
	}
	return w.runWith(limit, more, append([]string{
		"-c", traceAndLetGo, "sh", trace, filepath.Join(w.machine(name), "supervisor.lock"), binary}, args...)...)
}

// knownPrograms are what clawarium itself may start on the host. What mmdebstrap
// starts in turn, inside the tree that it builds, is Debian's own.
var knownPrograms = map[string]bool{
	"mmdebstrap": true, "mksquashfs": true, "qemu-img": true, "qemu-system-x86_64": true, "qemu-system-aarch64": true,
	"sh": true, "dash": true, "apt-config": true, "apt-get": true, "dpkg": true, "mke2fs": true, "mkfs.ext4": true,
	"mkfs.vfat": true, "mkfs.fat": true, "mcopy": true, "mmd": true, "mtools": true, "sfdisk": true,
	"systemctl": true, // of the owner's own systemd, where there is one
	// The self-check at the end reads the packet rules in force.
	"iptables-save": true, "ip6tables-save": true, "ebtables-save": true, "nft": true,
	// Debian's basic tools, for putting the disk together.
	"cat": true, "chmod": true, "cp": true, "cut": true, "dd": true, "find": true, "grep": true, "head": true, "id": true,
	"ln": true, "ls": true, "mkdir": true, "mktemp": true, "mv": true, "rm": true, "sed": true, "sort": true, "stat": true, "tar": true,
	"touch": true, "tr": true, "truncate": true, "wc": true,
}

var (
	tracedExec = regexp.MustCompile(`^(\d+) +execve(?:at)?\((?:[^"]*)"([^"]+)", \[(.*)`)
	tracedFork = regexp.MustCompile(`^(\d+) +(?:clone3?|v?fork|<\.\.\. (?:clone3?|v?fork) resumed>).* = (\d+)$`)
)

// onlyKnownPrograms reads a trace: of everything that was executed by clawarium
// or below it, only the known programs, and nothing of node, npm or a package.
//
// At least so many different ones must be in the trace, which else shows nothing.
func onlyKnownPrograms(t *testing.T, trace, self string, least int) {
	data, err := os.ReadFile(trace)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(data), "\n")
	family := forksIn(lines)
	inside := map[process]bool{} // mmdebstrap
	below := func(p process) bool {
		for range 100 {
			if inside[p] {
				return true
			}
			if p.pid == "" {
				break
			}
			p = family.parent(p)
		}
		return false
	}
	seen := map[string]int{}
	for i, line := range lines {
		m := tracedExec.FindStringSubmatch(line)
		if m == nil || strings.Contains(line, " = -1 ") {
			continue
		}
		pid, program, args := m[1], m[2], m[3]
		base := filepath.Base(program)
		if base == "node" || base == "npm" || base == "npx" || base == "openclaw" || strings.Contains(program, "node_modules") {
			t.Errorf("ran on the host: %s [%s", program, args)
		}
		if below(family.at(pid, i)) {
			continue
		}
		if base == "mmdebstrap" {
			inside[family.at(pid, i)] = true
		}
		seen[base]++
		if !knownPrograms[base] && program != self {
			t.Errorf("an unknown program ran on the host: %s [%s", program, args)
		}
	}
	if len(seen) <= least { // and the shell that starts it
		t.Errorf("the trace shows nothing: %v", seen)
	}
	t.Logf("executed: %v", seen)
}

// process is one process of a trace: numbers are used again in a long one.
type process struct {
	pid  string
	line int // of the fork that made it; -1 for the first one
}

// forks has the lines on which a number was given to a child, in order, and
// whose child it is.
type forks map[string][]struct {
	line   int
	parent string
}

func forksIn(lines []string) forks {
	f := forks{}
	for i, line := range lines {
		if m := tracedFork.FindStringSubmatch(line); m != nil {
			f[m[2]] = append(f[m[2]], struct {
				line   int
				parent string
			}{i, m[1]})
		}
	}
	return f
}

// early is by how many lines a child can be ahead of the end of its own fork.
const early = 200

// at returns the process that had a number at a line.
func (f forks) at(pid string, line int) process {
	p := process{pid, -1}
	for _, fork := range f[pid] {
		if fork.line <= line+early {
			p.line = fork.line
		}
	}
	return p
}

func (f forks) parent(p process) process {
	for _, fork := range f[p.pid] {
		if fork.line == p.line {
			return f.at(fork.parent, fork.line) // which may be ahead of its own fork, too
		}
	}
	return process{}
}

func agentIsConfined(t *testing.T, w *world, name string) {
	r := w.runWith(10*time.Minute, nil, "shell", "--name", name, "--", "sh", "-c", `
id -u
for try in "sudo -n true" "su -c true" "setpriv --reuid 0 true" "unshare -Ur true" "cat /etc/shadow" "mount -o remount,rw /" "cat /var/lib/clawarium/x" "touch /usr/x" "touch /etc/x" "touch /var/lib/openclaw/inbox/x"; do
    if $try >/dev/null 2>&1; then echo "COULD: $try"; fi
done
touch /var/lib/openclaw/outbox/.x && rm /var/lib/openclaw/outbox/.x && echo "outbox works"
grep -E ' (9p|virtiofs|vboxsf|nfs|cifs|fuse[^ ]*) ' /proc/self/mounts && echo "SHARED"
true`)
	if r.exit != 0 || strings.HasPrefix(r.stdout, "0\n") || strings.Contains(r.stdout, "COULD") || strings.Contains(r.stdout, "SHARED") {
		t.Errorf("exit %d\n%s\n%s", r.exit, r.stdout, r.stderr)
	}
	if !strings.Contains(r.stdout, "outbox works") {
		t.Errorf("the agent cannot write where it should:\n%s\n%s", r.stdout, r.stderr)
	}
}

func codeDiskIsReadOnly(t *testing.T, w *world, name string) {
	before := w.keeper(name, `sha256sum </dev/disk/by-id/virtio-clawarium-code`)
	out := w.keeper(name, `
touch /opt/openclaw/node_modules/x && echo WROTE-FILE
mount -o remount,rw /opt/openclaw/node_modules && echo REMOUNTED
blockdev --setrw /dev/disk/by-id/virtio-clawarium-code && dd if=/dev/zero of=/dev/disk/by-id/virtio-clawarium-code bs=4096 count=1 conv=fsync,notrunc 2>/dev/null && echo WROTE-DEVICE
true`)
	if strings.Contains(out, "WROTE") {
		t.Errorf("guest root could write: %s", out)
	}
	after := w.keeper(name, `echo 3 >/proc/sys/vm/drop_caches; sha256sum </dev/disk/by-id/virtio-clawarium-code`)
	if before != after || len(before) < 64 {
		t.Errorf("the code disk changed: %q, %q", before, after)
	}
}

func tokenStaysInside(t *testing.T, w *world, name string) {
	token := strings.TrimSpace(w.keeper(name, `python3 -c 'import json; print(json.load(open("/var/lib/openclaw/.openclaw/openclaw.json"))["gateway"]["auth"]["token"])'`))
	if len(token) < 32 {
		t.Fatalf("no token: %d characters", len(token))
	}
	if found := w.holding(token); len(found) > 0 {
		t.Errorf("on this computer, the token is in %q", found)
	}
}

// holding are the files of ours on this computer, and libvirt's logs, that hold a secret.
func (w *world) holding(secret string) (files []string) {
	w.t.Helper()
	for _, dir := range []string{w.home, "/var/log/libvirt/qemu"} {
		err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
			if err == nil && d.Type().IsRegular() {
				var data []byte
				if data, err = os.ReadFile(path); bytes.Contains(data, []byte(secret)) {
					files = append(files, path)
				}
			}
			if errors.Is(err, os.ErrNotExist) {
				return nil // a warden is at work
			}
			return err
		})
		if err != nil {
			w.t.Error(err)
		}
	}
	return files
}

func pageOpens(t *testing.T, w *world, name string) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	cmd := w.command(ctx, nil, "open", "--name", name)
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var stderr strings.Builder
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { cmd.Process.Signal(os.Interrupt); cmd.Wait() }()
	link := make(chan string, 1)
	go func() {
		buffer := make([]byte, 4096)
		n, _ := stdout.Read(buffer)
		link <- strings.TrimSpace(string(buffer[:n]))
	}()
	var page string
	select {
	case page = <-link:
	case <-ctx.Done():
		t.Fatalf("no link: %s", stderr.String())
	}
	if !strings.HasPrefix(page, "http://127.0.0.1:") {
		t.Fatalf("link %q\n%s", page, stderr.String())
	}
	base := strings.SplitN(page, "#", 2)[0]
	base = strings.SplitN(base, "?", 2)[0]
	response, err := (&http.Client{Timeout: 2 * time.Minute}).Get(base)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusOK || !strings.HasPrefix(response.Header.Get("Content-Type"), "text/html") {
		t.Errorf("the page: %s, %s", response.Status, response.Header.Get("Content-Type"))
	}
}

// becomeUser makes an ordinary account for this test and runs clawarium as it,
// with caches of its own that begin as copies of the shared ones.
func (w *world) becomeUser(name string) {
	t := w.t
	t.Helper()
	if out, err := exec.Command("useradd", "--create-home", "--shell", "/bin/bash", name).CombinedOutput(); err != nil {
		t.Fatalf("useradd: %v: %s", err, out)
	}
	t.Cleanup(func() {
		// The session's own libvirtd ends by itself when idle; the account cannot
		// go while its processes live.
		exec.Command("pkill", "-u", name).Run()
		time.Sleep(time.Second)
		exec.Command("userdel", "--remove", name).Run()
	})
	account, err := user.Lookup(name)
	if err != nil {
		t.Fatal(err)
	}
	uid, err := strconv.ParseUint(account.Uid, 10, 32)
	if err != nil {
		t.Fatal(err)
	}
	w.uid = uint32(uid)
	runtime := filepath.Join("/tmp", "clawarium-e2e-run-"+account.Uid)
	if err := os.Mkdir(runtime, 0o700); err != nil && !os.IsExist(err) {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(runtime) })
	cache := filepath.Join(account.HomeDir, ".cache")
	if out, err := exec.Command("cp", "-a", "--reflink=auto", sharedCache(t), cache).CombinedOutput(); err != nil {
		t.Logf("no shared cache to begin with: %s", out)
	}
	binary := filepath.Join(account.HomeDir, "clawarium")
	for _, command := range [][]string{
		{"cp", w.binary, binary}, {"chown", "-R", name + ":", account.HomeDir}, {"chown", name + ":", runtime},
	} {
		if out, err := exec.Command(command[0], command[1:]...).CombinedOutput(); err != nil {
			t.Fatalf("%v: %v: %s", command, err, out)
		}
	}
	w.home, w.binary = account.HomeDir, binary
	w.env = append(w.env, "HOME="+account.HomeDir, "USER="+name, "LOGNAME="+name,
		"XDG_RUNTIME_DIR="+runtime,
		"XDG_STATE_HOME="+filepath.Join(account.HomeDir, ".local/state"),
		"XDG_DATA_HOME="+filepath.Join(account.HomeDir, ".local/share"),
		"XDG_CACHE_HOME="+cache)
}

// nothingNotMet holds a report of a machine fresh from set-up to have no control
// that is not met, but for what the host's own processor is vulnerable to (K24).
func nothingNotMet(t *testing.T, stdout string) {
	t.Helper()
	all := findings(t, stdout)
	if len(all) != len(controls.All()) {
		t.Errorf("%d findings for %d controls", len(all), len(controls.All()))
	}
	for id, f := range all {
		if f.Status == "not met" && id != "K24" || len(f.Evidence) == 0 {
			t.Errorf("%s is %s:\n  %s", id, f.Status, strings.Join(f.Evidence, "\n  "))
		}
	}
}
