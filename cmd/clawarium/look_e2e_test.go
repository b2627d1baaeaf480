//go:build e2e

package main

// A check only looks, whoever runs it and whatever the guest answers: under a
// file system that takes no writes, as an ordinary user whom libvirt lets look
// and no more, and on a guest whose report is a lie.

import (
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/clawarium/clawarium/provision/host"
	"github.com/clawarium/clawarium/provision/virt"
)

// onlyLooking is done to a machine that is as set-up left it.
func onlyLooking(t *testing.T, w *world, name string) {
	d := &damaged{t: t, w: w, name: name}
	before, _ := d.statuses()

	t.Run("a check where nothing can be written", func(t *testing.T) {
		d := &damaged{t: t, w: w, name: name}
		after, all := d.inReadOnly()
		for id, status := range after {
			if status != before[id] {
				t.Errorf("%s was %s and is %s:\n  %s", id, before[id], status, strings.Join(all[id].Evidence, "\n  "))
			}
		}
	})
	t.Run("a check by a user who may look and no more", func(t *testing.T) { byOrdinaryUser(t, w, name, before) })
	for _, lie := range lies {
		t.Run("a guest whose report "+lie.does, func(t *testing.T) {
			d := &damaged{t: t, w: w, name: name}
			d.guest("cat >/root/liar <<'END'\n" + lie.script + "\nEND\n" +
				"chmod 755 /root/liar; mv /usr/bin/python3 /usr/bin/python3.true; ln -s /root/liar /usr/bin/python3")
			if lie.recorded {
				d.measured()
			}
			r, peak := d.measured()
			// The liar may have ended every session, or taken its own name away.
			d.guest("if [ -e /usr/bin/python3.true ] || [ -L /usr/bin/python3.true ]; then mv -f /usr/bin/python3.true /usr/bin/python3; fi; rm -f /root/liar /root/report")
			if r.exit != exitNotMet && r.exit != exitNotChecked {
				t.Errorf("exit %d\n%s", r.exit, r.stderr)
			}
			all := findings(t, r.stdout)
			for _, id := range lie.never {
				if all[id].Status == "met" {
					t.Errorf("%s is met on a lie:\n  %s", id, strings.Join(all[id].Evidence, "\n  "))
				}
			}
			// What is seen from the host alone does not depend on the guest.
			for _, id := range []string{"K1", "K13", "K15"} {
				if all[id].Status != before[id] {
					t.Errorf("%s was %s and is %s", id, before[id], all[id].Status)
				}
			}
			if peak > 150<<20 {
				t.Errorf("it took %d MB of memory", peak>>20)
			}
			t.Logf("%s, %d MB", r.took.Round(100*time.Millisecond), peak>>20)
		})
	}
	again, all := d.statuses()
	for id, status := range again {
		if status != before[id] {
			t.Errorf("afterwards %s is %s, before it was %s:\n  %s", id, status, before[id], strings.Join(all[id].Evidence, "\n  "))
		}
	}
}

// lies are what takes the place of the interpreter that runs the collector, and
// the controls that must not be met by it.
var lies = []struct {
	does, script string
	never        []string
	recorded     bool // the lie is what an earlier check was told
}{
	{"is no JSON", "#!/bin/sh\ncat >/dev/null\necho all is well", insideOnly, false},
	{"has no end", "#!/bin/sh\ncat >/dev/null\nexec head -c 100000000 /dev/zero", insideOnly, false},
	{"never comes", "#!/bin/sh\ncat >/dev/null\nexec sleep 100000", insideOnly, false},
	{"breaks off with its connection", "#!/bin/sh\nhead -c 100 >/dev/null\npkill -KILL -f 'sshd.*keeper'\nexec sleep 10", insideOnly, false},
	// The marker of a check is in its own program alone, so that an answer from
	// another day cannot have it sent.
	{"is that of another day", `#!/bin/sh
[ -e /root/report ] || { /usr/bin/python3.true "$@" >/root/report; }
cat >/dev/null
cat /root/report`, []string{"K18"}, true},
	// What the host sees is held against what the guest says.
	{"says nothing in the journal", `#!/bin/sh
sed 's/^PARAMS = .*/&\nPARAMS["marker"] = ""/' | /usr/bin/python3.true "$@"`, []string{"K18"}, false},
}

// insideOnly are controls that rest on the guest's report.
var insideOnly = []string{"K6", "K8", "K10", "K14", "K17", "K18", "K19"}

// measured is a check with the most memory it held, in bytes.
func (d *damaged) measured() (result, int64) {
	d.t.Helper()
	var r result
	cmd := d.w.command(d.t.Context(), nil, "check", "--json", "--name", d.name)
	var out, stderr strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &stderr
	began := time.Now()
	_ = cmd.Run() // its exit status is what is asked for
	r = result{exit: cmd.ProcessState.ExitCode(), stdout: out.String(), stderr: stderr.String(), took: time.Since(began)}
	return r, cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss << 10
}

// inReadOnly checks in a mount namespace of its own in which every file system
// that could be written to is read-only.
func (d *damaged) inReadOnly() (map[string]string, map[string]finding) {
	d.t.Helper()
	const script = `set -e
mount --make-rprivate /
awk '$6 ~ /(^|,)rw(,|$)/ && $5 !~ "^/(proc|sys|dev)(/|$)" {print $5}' /proc/self/mountinfo | sort -r | while read -r place; do
    mount -o remount,bind,ro "$place"
done
if touch "$HOME/written" 2>/dev/null; then echo 'it can still be written to' >&2; exit 99; fi
exec "$0" "$@"`
	binary := d.w.binary
	defer func() { d.w.binary = binary }()
	d.w.binary = "/usr/bin/unshare"
	r := d.w.runWith(5*time.Minute, nil, "--mount", "--", "sh", "-c", script, binary, "check", "--json", "--name", d.name)
	if r.exit != exitFine && r.exit != exitNotMet && r.exit != exitNotChecked {
		d.t.Fatalf("exit %d\n%s%s", r.exit, r.stdout, r.stderr)
	}
	all := findings(d.t, r.stdout)
	out := map[string]string{}
	for id, f := range all {
		out[id] = f.Status
	}
	return out, all
}

// byOrdinaryUser checks with a copy of the machine's directory as a user of no
// group, while libvirt's socket for changes is closed to all but root.
func byOrdinaryUser(t *testing.T, w *world, name string, before map[string]string) {
	const tester = "claw-look"
	if out, err := exec.Command("useradd", "--create-home", tester).CombinedOutput(); err != nil {
		t.Fatalf("useradd: %v\n%s", err, out)
	}
	defer func() { _ = exec.Command("userdel", "--remove", tester).Run() }()
	account, err := user.Lookup(tester)
	if err != nil {
		t.Fatal(err)
	}
	uid, err := strconv.ParseUint(account.Uid, 10, 32)
	if err != nil {
		t.Fatal(err)
	}
	ordinary := &world{t: t, home: account.HomeDir, binary: filepath.Join(account.HomeDir, "clawarium"), uid: uint32(uid)}
	for _, kv := range w.env {
		ordinary.env = append(ordinary.env, strings.ReplaceAll(kv, w.home, account.HomeDir))
	}
	machines := host.Dirs{State: filepath.Join(ordinary.home, ".local/state/clawarium")}.Machine("")
	for _, args := range [][]string{
		{"mkdir", "-p", machines},
		{"cp", "-a", w.machine(name), machines},
		{"cp", w.binary, ordinary.binary},
		{"chown", "-R", tester + ":", ordinary.home},
	} {
		if out, err := exec.Command(args[0], args[1:]...).CombinedOutput(); err != nil {
			t.Fatalf("%v: %v\n%s", args, err, out)
		}
	}
	const socket = "/run/libvirt/libvirt-sock"
	info, err := os.Stat(socket)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(socket, 0o700); err != nil {
		t.Fatal(err)
	}
	defer os.Chmod(socket, info.Mode().Perm())

	may := exec.Command("virsh", "-q", "-r", "-c", virt.SystemURI, "list")
	may.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: ordinary.uid, Gid: ordinary.uid}}
	out, denied := may.CombinedOutput()
	if denied != nil { // as where there is no polkit to allow it
		t.Logf("libvirt lets nobody look: %s", out)
	}

	r := ordinary.runWith(5*time.Minute, nil, "check", "--json", "--name", name)
	if r.exit != exitNotMet && r.exit != exitNotChecked {
		t.Fatalf("exit %d\n%s%s", r.exit, r.stdout, r.stderr)
	}
	met := 0
	for id, f := range findings(t, r.stdout) {
		switch {
		case f.Status == "met":
			met++
		case id == "K18" && f.Status == "not met" && len(f.Evidence) > 0 && strings.HasPrefix(f.Evidence[0], "no warden writes"):
			// The directory looked at is a copy, which no warden serves: that alone is so.
		case f.Status == "not met" && before[id] != "not met":
			t.Errorf("%s is not met for one who sees less:\n  %s", id, strings.Join(f.Evidence, "\n  "))
		}
		if before[id] == "met" && f.Status != "met" {
			t.Logf("%s: %s:\n  %s", id, f.Status, strings.Join(f.Evidence, "\n  "))
		}
	}
	// The definition and the guest can be seen; the rules in force cannot.
	all := findings(t, r.stdout)
	for _, id := range []string{"K1", "K8", "K10", "K12"} {
		if all[id].Status != "met" && denied == nil {
			t.Errorf("%s is %s:\n  %s", id, all[id].Status, strings.Join(all[id].Evidence, "\n  "))
		}
	}
	if all["K13"].Status != "not checked" {
		t.Errorf("K13 is %s without a look at the rules", all["K13"].Status)
	}
	t.Logf("%d controls met", met)
	if r := ordinary.runWith(time.Minute, nil, "stop", "--name", name); r.exit != exitCouldNot || !strings.Contains(r.stderr, "qemu:///system") {
		t.Errorf("stop without the right to: exit %d\n%s", r.exit, r.stderr)
	}
}
