//go:build real

package main

// What is done by systemd, under one that really runs: a small system of this computer's
// own distribution, booted in namespaces of its own (systemd-nspawn), with user managers,
// D-Bus, polkit and libvirt, and without a network. Nothing of it is seen outside.
//
// Needs root, mmdebstrap, systemd-nspawn, a control group hierarchy to write in, this
// computer's apt sources, and the program in bin/clawarium.

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/clawarium/clawarium/provision/plan"
)

// plant makes the system in $TREE.
const plant = `set -e
. /etc/os-release
set --
for f in /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources; do
	if [ -f "$f" ] && grep -Eq "[[:space:]]$VERSION_CODENAME(-updates|-security)?([[:space:]]|\$)" "$f" && grep -Eq '[[:space:]]main([[:space:]]|$)' "$f"; then set -- "$@" "$f"; fi
done
apt-config dump Acquire | grep -Ei '^Acquire::(https?|ftp)::.*(Proxy|CaInfo|CaPath)' >"$TREE.conf" || true
mmdebstrap --quiet --variant=apt --dpkgopt=force-unsafe-io --aptopt="$TREE.conf" \
	--include=systemd-sysv,dbus,libpam-systemd,polkitd,sudo,libvirt-daemon-system,iproute2 "$VERSION_CODENAME" "$TREE" "$@"
install -m 755 "$PROGRAM" "$TREE/usr/local/bin/clawarium"
echo t-systemd >"$TREE/etc/hostname"
echo 127.0.1.1 t-systemd >>"$TREE/etc/hosts"
chroot "$TREE" useradd -m -s /bin/sh ann
echo 'ann ALL=(ALL) NOPASSWD: ALL' >"$TREE/etc/sudoers.d/ann"
`

// boot puts itself into a control group that can be removed afterwards, unless there is a
// systemd outside that gave it one.
const boot = `
if ! [ -d /run/systemd/system ]; then
	for d in /sys/fs/cgroup/unified /sys/fs/cgroup/systemd /sys/fs/cgroup; do
		if [ -e $d/cgroup.procs ] && mkdir -p $d/t-systemd/boot; then echo $$ >$d/t-systemd/boot/cgroup.procs; fi
	done
fi
exec systemd-nspawn --quiet --register=no --keep-unit --directory="$TREE" --boot --console=pipe --private-network --machine=t-systemd
`

// systemd is a system that runs.
type systemd struct {
	t      *testing.T
	tree   string
	nspawn *exec.Cmd
	said   bytes.Buffer
}

func newSystemd(t *testing.T) *systemd {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("needs root")
	}
	for _, tool := range []string{"mmdebstrap", "systemd-nspawn", "nsenter"} {
		if _, err := exec.LookPath(tool); err != nil {
			if os.Getenv("CI") != "" { // where all that tests need is installed
				t.Fatal(err)
			}
			t.Skip(err)
		}
	}
	program, err := filepath.Abs("../../bin/clawarium")
	if err == nil {
		_, err = os.Stat(program)
	}
	if err != nil {
		t.Skip("bin/clawarium is not built: make build")
	}
	s := &systemd{t: t, tree: filepath.Join(t.TempDir(), "tree")}
	cmd := exec.CommandContext(t.Context(), "sh", "-c", plant)
	cmd.Env = append(os.Environ(), "TREE="+s.tree, "PROGRAM="+program)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Cleanup(func() {
		s.halt()
		exec.Command("sh", "-c", `for d in /sys/fs/cgroup/*/t-systemd /sys/fs/cgroup/t-systemd; do [ ! -d $d ] || find $d -depth -type d -exec rmdir {} \; ; done
			rmdir /run/systemd/nspawn/propagate/t-systemd`).Run()
	})
	s.boot()
	return s
}

func (s *systemd) boot() {
	s.t.Helper()
	s.nspawn = exec.Command("sh", "-c", boot)
	s.nspawn.Env = append(os.Environ(), "TREE="+s.tree, "UNIFIED_CGROUP_HIERARCHY=1")
	s.nspawn.Stdout, s.nspawn.Stderr = &s.said, &s.said
	if err := s.nspawn.Start(); err != nil {
		s.t.Fatal(err)
	}
	for limit := time.Now().Add(30 * time.Second); ; time.Sleep(100 * time.Millisecond) {
		out, _ := s.in("root", "systemctl is-system-running").CombinedOutput()
		switch state := strings.TrimSpace(string(out)); {
		case state == "running" || state == "degraded":
			return
		case time.Now().After(limit):
			s.halt()
			s.t.Fatalf("it does not come up: %s\n%s", state, s.said.String())
		}
	}
}

// halt ends it as when the computer is shut down.
func (s *systemd) halt() {
	if s.nspawn == nil {
		return
	}
	ended := make(chan struct{})
	go func() { _ = s.nspawn.Wait(); close(ended) }()
	for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGTERM, syscall.SIGKILL} {
		_ = s.nspawn.Process.Signal(sig)
		select {
		case <-ended:
			s.nspawn = nil
			return
		case <-time.After(10 * time.Second):
		}
	}
}

// in is a shell there, in a login of the account's. It reads the script from its stdin,
// after the words that all of them know.
func (s *systemd) in(account, script string) *exec.Cmd {
	children, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%[1]d/children", s.nspawn.Process.Pid))
	init := strings.TrimSpace(string(children))
	if init == "" {
		return exec.Command("false")
	}
	cmd := exec.CommandContext(s.t.Context(), "nsenter", "--target", init, "--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup", "su", "-", account, "-c", "sh -s")
	cmd.Stdin = strings.NewReader("export LC_ALL=C.UTF-8\n" + script)
	return cmd
}

// as runs a script there and returns what it printed.
func (s *systemd) as(account, script string) string {
	s.t.Helper()
	out, err := s.in(account, script).CombinedOutput()
	if err != nil {
		s.t.Fatalf("%v\n%s\n%s", err, script, out)
	}
	return string(out)
}

// wardenWords are what a script about the unit begins with. The directory's name has all
// that a unit's file would take for something else.
const wardenWords = `set -eu
export XDG_STATE_HOME="$HOME/a n\"n 100%h"
unit=clawarium-warden-t-unit.service
dir="$XDG_STATE_HOME/clawarium/machines/t-unit"
pid() { systemctl --user show --property=MainPID --value $unit; }
status() { clawarium warden status --name t-unit --json | tr -d ' \n'; }
# runs waits for a warden that has the lock, kept by systemd, other than the process $1.
runs() {
	for i in $(seq 100); do
		p=$(pid)
		if [ "$p" != 0 ] && [ "$p" != "${1-}" ]; then case $(status) in *'"running":true,"kept":"systemd"'*'"pid":'$p,*) return;; esac; fi
		sleep 0.1
	done
	echo "it does not run: $(pid) $(status)"; systemctl --user --no-pager status $unit; exit 1
}
`

func TestUnderARealSystemdTheWardenIsKeptAndLibvirtIsStarted(t *testing.T) {
	s := newSystemd(t)
	p := plan.Default((&app{}).hostFacts())
	p.Name = "t-unit"
	data, err := p.YAML()
	if err != nil {
		t.Fatal(err)
	}
	// A machine of which there are the files alone, whose warden was set up.
	s.as("ann", wardenWords+`mkdir -p -m 700 "$dir" ~/.ssh; umask 077
cat >"$dir/plan.yaml" <<'END'
`+string(data)+`
END
echo '{"uri":"qemu:///session","arch":"amd64","uuid":"1","poolPath":"/pool"}' >"$dir/choices.json"
echo '{}' >"$dir/record.json"
cat >"$dir/journal.jsonl" <<'END'
{"seq":1,"time":"2026-03-01T10:00:00Z","pid":1,"kind":"open","data":{"format":1,"version":"dev"}}
{"seq":2,"time":"2026-03-01T10:00:00Z","pid":1,"kind":"begin","step":"warden","data":{"before":{"ran":false,"missing":["/home/ann/.config","/home/ann/.config/systemd","/home/ann/.config/systemd/user"]}}}
{"seq":3,"time":"2026-03-01T10:00:00Z","pid":1,"kind":"done","step":"warden"}
END`)

	t.Run("installed, it runs in its walls, and says when it will not", func(t *testing.T) {
		s := s.of(t)
		out := s.as("ann", wardenWords+`clawarium warden install --name t-unit 2>&1; runs
systemctl --user is-enabled $unit
within() { nsenter --target $(pid) --user --mount --preserve-credentials sh -c "$1" 2>&1 || true; }
within 'echo >/home/ann/x'; within 'echo >/var/tmp/x && ls /var/tmp'; within 'ls /home/ann/.ssh'; within "ls /run/user/$(id -u)"; within 'ls /run/libvirt'
DIR=$dir within 'echo >"$DIR/x" && rm "$DIR/x" && echo its own directory'
ls /var/tmp; grep -E 'NoNewPrivs|Seccomp:|CapEff' /proc/$(pid)/status`)
		for _, want := range []string{
			"loginctl enable-linger", "\nenabled\n", "cannot create /home/ann/x: Read-only file system", "its own directory",
			"ls: cannot open directory '/run/user/", "ls: cannot open directory '/run/libvirt': Permission denied",
			"NoNewPrivs:\t1", "Seccomp:\t2", "CapEff:\t0000000000000000",
		} {
			if !strings.Contains(out, want) {
				t.Errorf("no %q in\n%s", want, out)
			}
		}
		if !regexp.MustCompile(`/home/ann/\.ssh'?: (Permission denied|No such file)`).MatchString(out) {
			t.Errorf("it sees the owner's keys:\n%s", out)
		}
	})
	t.Run("killed, it comes back; stopped, it does not", func(t *testing.T) {
		s := s.of(t)
		s.as("ann", wardenWords+`
runs; for i in 1 2 3 4 5 6; do p=$(pid); kill -9 $p; runs $p; done # more often than systemd's usual limit
: >"$dir/warden.stop"; for i in $(seq 50); do [ "$(pid)" != 0 ] || break; sleep 0.1; done
sleep 1.5; systemctl --user start $unit; sleep 0.5
case $(pid) in 0) ;; *) echo 'it goes on'; exit 1;; esac
clawarium warden install --name t-unit; runs`)
	})
	t.Run("a unit that changed is in force at once, one that did not is left alone", func(t *testing.T) {
		s := s.of(t)
		s.as("ann", wardenWords+`runs; p=$(pid); clawarium warden install --name t-unit; [ "$(pid)" = $p ]
sed -i '/^Private/d; /^Protect/d; /^ReadWrite/d; /^Inaccessible/d' ~/.config/systemd/user/$unit # as where namespaces are forbidden
systemctl --user daemon-reload; systemctl --user restart $unit; runs $p; p=$(pid); grep -q 'Seccomp:.*2' /proc/$p/status
clawarium warden install --name t-unit; runs $p; p=$(pid); within() { nsenter --target $p --user --mount --preserve-credentials "$@"; }
if within touch ~/x 2>&1; then echo 'the walls are not back'; exit 1; fi
sudo cp /usr/local/bin/clawarium /usr/local/bin/clawarium2; clawarium2 warden install --name t-unit; runs $p
case $(readlink /proc/$(pid)/exe) in */clawarium2) ;; *) exit 1;; esac
clawarium warden install --name t-unit; sudo rm /usr/local/bin/clawarium2`)
	})
	t.Run("what it wishes done is done outside of its walls", func(t *testing.T) {
		s := s.of(t)
		out := s.as("ann", wardenWords+`sed -i 's#{"uri":"qemu:///session"#{"system":true,"uri":"qemu:///system"#' "$dir/choices.json"
clawarium warden install --name t-unit; runs; walls=clawarium-walls-t-unit
systemctl --user is-enabled $walls.path
for round in 1 2; do
	DIR=$dir nsenter --target $(pid) --user --mount --preserve-credentials sh -c ': >"$DIR/walls.wish"'
	for i in $(seq 100); do [ -e "$dir/walls.wish" ] || break; sleep 0.1; done
	[ ! -e "$dir/walls.wish" ] || { echo 'nobody did it'; systemctl --user --no-pager status $walls.path $walls.service; exit 1; }
	echo "round $round: $(cat "$dir/walls.why")"; rm "$dir/walls.why"
done`)
		// There is no such machine here, and the account is in no group: what counts is that
		// libvirt was asked, which the warden itself does not even see.
		for _, want := range []string{"\nenabled\n", "round 1: libvirt at ", "round 2: libvirt at "} {
			if !strings.Contains(out, want) {
				t.Errorf("no %q in\n%s", want, out)
			}
		}
	})
	t.Run("without its machine's directory it is not tried for ever", func(t *testing.T) {
		s := s.of(t)
		s.as("ann", wardenWords+`runs; mv "$dir" "$dir.away"; sleep 3
state=$(systemctl --user show --property=ActiveState --value $unit); mv "$dir.away" "$dir"
[ "$state" = inactive ] || { echo "it is $state"; exit 1; }
systemctl --user start $unit; runs`)
	})
	t.Run("with lingering it runs from the start of the computer", func(t *testing.T) {
		s := s.of(t)
		if out := s.as("ann", wardenWords+`loginctl enable-linger; clawarium warden install --name t-unit 2>&1; runs`); strings.Contains(out, "enable-linger") {
			t.Error(out)
		}
		s.halt()
		s.boot()
		for limit := time.Now().Add(20 * time.Second); ; time.Sleep(200 * time.Millisecond) {
			out := s.as("root", `loginctl list-sessions --no-legend | grep ann || true; cd /proc; for p in [0-9]*; do case $(tr '\0' ' ' <$p/cmdline 2>/dev/null) in *'clawarium warden run'*) stat -c %U $p;; esac; done`)
			if out == "ann\n" {
				break
			}
			if time.Now().After(limit) {
				t.Fatalf("%q", out)
			}
		}
	})
	t.Run("taken back, nothing of it is left", func(t *testing.T) {
		s := s.of(t)
		s.as("ann", wardenWords+`runs; p=$(pid); clawarium undo --name t-unit
[ ! -e /proc/$p ] && [ ! -e ~/.config/systemd ] && [ "$(systemctl --user list-units --all --no-legend 'clawarium*')" = '' ] || { ls -R ~/.config; exit 1; }`)
	})
	t.Run("libvirt", func(t *testing.T) { libvirtUnderSystemd(t, s.of(t)) })
}

// of is the same system, in a part of the test.
func (s *systemd) of(t *testing.T) *systemd {
	s.t = t
	return s
}

// libvirtUnderSystemd looks with each unit as it can be, and has what is wrong put right.
// No QEMU is installed, which is told as such.
func libvirtUnderSystemd(t *testing.T, s *systemd) {
	look := func(before string) (of conditionJSON) {
		t.Helper()
		out := s.as("ann", "{ "+before+"\n} >&2\nclawarium preflight --json --set connection=system || [ $? = 1 ]")
		var found preflightJSON
		if err := json.Unmarshal([]byte(out[max(strings.Index(out, "\n{\n")+1, 0):]), &found); err != nil || len(found.Conditions) == 0 {
			t.Fatalf("%v\n%s", err, out)
		}
		for _, c := range found.Conditions {
			if strings.HasPrefix(c.ID, "libvirt") {
				return c
			}
		}
		return conditionJSON{}
	}
	if c := look(":"); c.ID != "libvirt-group" || c.Fix == nil || c.Fix.After != "" {
		t.Errorf("outside the group, and polkit decides: %+v", c)
	}
	const fix = "clawarium preflight --yes --fix "
	if c := look(fix + "libvirt-group"); c.ID != "" { // in the same login
		t.Errorf("in the group: %+v", c)
	}
	const off = "sudo systemctl stop libvirtd.socket libvirtd-ro.socket libvirtd-admin.socket libvirtd.service; "
	for title, c := range map[string]struct{ before, what, command string }{
		"stopped":            {off, "qemu:///system", "sudo systemctl enable --now libvirtd.socket"},
		"disabled":           {off + "sudo systemctl disable libvirtd.socket", "qemu:///system", "sudo systemctl enable --now libvirtd.socket"},
		"its socket masked":  {off + "sudo systemctl mask libvirtd.socket", "(libvirtd.socket: masked inactive)", "sudo systemctl unmask libvirtd.socket"},
		"its service masked": {off + "sudo systemctl mask libvirtd.service; sudo systemctl start libvirtd.socket", "(libvirtd.service: masked inactive)", "sudo systemctl unmask libvirtd.socket libvirtd.service"},
		"without its socket": {off + "sudo systemctl start libvirtd.service; sudo systemctl stop libvirtd.socket", "qemu:///system", "sudo systemctl stop libvirtd.service"},
	} {
		found := look(c.before)
		if found.ID != "libvirt-down" || !strings.Contains(found.What, c.what) || !strings.Contains(strings.Join(found.Commands, "\n"), c.command) {
			t.Errorf("%s: %+v", title, found)
		}
		if after := look(fix + "libvirt-start"); after.ID != "" {
			t.Errorf("%s, and started: %+v", title, after)
		}
		s.as("ann", "virsh -c qemu:///system list")
	}
	// Taken back, both are off as they were.
	look(off)
	look(fix + "libvirt-start")
	if out := s.as("ann", "clawarium preflight --yes --undo libvirt-start >/dev/null 2>&1; systemctl is-active libvirtd.socket libvirtd.service || true"); out != "inactive\ninactive\n" {
		t.Errorf("taken back: %q", out)
	}
}
