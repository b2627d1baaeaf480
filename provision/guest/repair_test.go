package guest

// This file: the scripts of a repair, run for real as root in a file system of
// their own (an overlay over this computer's, in a mount namespace), with
// stand-ins for systemctl and sshd. Each is killed at every program that it
// starts, and must lead back to exactly what it found.

import (
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/clawarium/clawarium/assets/layout"
)

const testRepair = "0123456789abcdef"

// tankSetup makes the file system and goes into it; $work has the scripts.
const tankSetup = `
mount --make-rprivate / && mount -t tmpfs none /mnt && mkdir /mnt/u /mnt/w /mnt/r &&
mount -t overlay overlay -o lowerdir=/,upperdir=/mnt/u,workdir=/mnt/w /mnt/r && mkdir -p /mnt/r/work &&
mount --bind "$work" /mnt/r/work && mount -t proc proc /mnt/r/proc && mount -t tmpfs none /mnt/r/dev && mount -t tmpfs none /mnt/r/run || exit 77
exec chroot /mnt/r /bin/sh /work/tank.sh
`

const tankDriver = `
every=${every:-1}
export PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C
for n in null:3 zero:5 urandom:9; do mknod -m 0666 /dev/${n%:*} c 1 ${n#*:}; done
ln -s /proc/self/fd /dev/fd
mknod /dev/data b 7 250; mknod /dev/code b 7 251
mkdir -p /dev/disk/by-id; ln -s ../../data /dev/disk/by-id/virtio-clawarium-data; ln -s ../../code /dev/disk/by-id/virtio-clawarium-code
for p in systemctl sshd udevadm; do
    for d in /usr/bin /usr/sbin; do rm -f $d/$p; done
done
cp /work/systemctl /usr/bin/systemctl; cp /work/sshd /usr/sbin/sshd; cp /bin/true /usr/bin/udevadm
chmod 0755 /usr/bin/systemctl /usr/sbin/sshd
# Every program that changes something counts, and at $dies the script dies.
programs='mv cp rm rmdir mkdir ln chmod chown sed usermod userdel groupadd useradd chpasswd mount umount sync touch systemctl'
R=/usr/bin/.real.
# An /etc of its own, for this computer's may change meanwhile.
mkdir /run/etc
for f in passwd shadow group gshadow login.defs nsswitch.conf pam.d default security ld.so.cache alternatives; do
    [ ! -e /etc/$f ] || cp -a /etc/$f /run/etc/
done
mount -t tmpfs none /etc && cp -a /run/etc/. /etc/
for p in $programs; do cp "$(command -v $p)" $R$p; done
for p in $programs; do
    real=$(command -v $p)
    printf '#!/bin/sh\n[ "$(id -u)" = 0 ] || exec %s%s "$@"\nn=$(cat /run/count 2>/dev/null || echo 0)\nn=$((n+1))\n(echo $n >/run/count) 2>/dev/null\n[ "$n" != "$(cat /run/dies 2>/dev/null)" ] || kill -9 0\nexec %s%s "$@"\n' $R $p $R $p >/run/wrapper
    ${R}chmod 0755 /run/wrapper; ${R}rm -f "$real"; ${R}cp /run/wrapper "$real"
done
getent passwd keeper >/dev/null || useradd -M keeper
rm -rf /etc/ssh; mkdir -p /etc/ssh/sshd_config.d /etc/sudoers.d /var/lib/openclaw /opt/openclaw/node_modules/.bin /opt/openclaw/node_modules/openclaw /etc/systemd/system
echo 'Include /etc/ssh/sshd_config.d/*.conf' >/etc/ssh/sshd_config
mount -t tmpfs -o mode=0755,nodev,nosuid /dev/data /var/lib/openclaw
mount -t tmpfs -o mode=0755,nodev,nosuid /dev/code /opt/openclaw/node_modules
mkdir -p /opt/openclaw/node_modules/.bin /opt/openclaw/node_modules/openclaw; cp /bin/true /opt/openclaw/node_modules/.bin/node; : >/opt/openclaw/node_modules/openclaw/openclaw.mjs
mount -o remount,ro /opt/openclaw/node_modules
echo 'ActiveState=active
InvocationID=1' >/run/gateway

fail() { echo "FAIL $*"; }
# All that a way back must bring back.
state() {
    for d in /etc /var/lib/openclaw /var/lib/clawarium /opt/openclaw; do
        find $d -xdev -path /var/lib/clawarium/repair -prune -o ! -name '*-' ! -name .pwd.lock ! -path '*/.git*' ! -type d -exec stat -c '%A %U:%G %n %N' {} + 2>/dev/null
        find $d -path /var/lib/clawarium/repair -prune -o -type d -exec stat -c '%A %U:%G %n' {} + 2>/dev/null
        find $d -xdev -path /var/lib/clawarium/repair -prune -o ! -name '*-' ! -name .pwd.lock -type f -exec sha256sum {} + 2>/dev/null
    done | sort
    findmnt -rn -o TARGET,SOURCE,VFS-OPTIONS | grep -e openclaw
    for a in openclaw keeper root; do id $a; done
    cat /run/gateway; ls /run/clawarium 2>/dev/null
}
# A program that was killed leaves locks under a number that another may have now.
run() { ${R}rm -f /run/count /etc/*.lock; setsid sh "$1" >/run/out 2>&1; }
whole() { run "$1" || fail "$2: $1: $(tail -n 3 /run/out)"; }
same() { state >/run/now; cmp -s "$1" /run/now || fail "$2: $(diff "$1" /run/now | head -n 12)"; }

for s in account directories ssh ca code config service proxy; do whole /work/guest-$s.apply set-up; done
echo 'file of the agent' >/var/lib/openclaw/.openclaw/workspace/mine; chown openclaw: /var/lib/openclaw/.openclaw/workspace/mine
rm -f /run/clawarium/restart
data=$(sha256sum </var/lib/openclaw/.openclaw/workspace/mine)

total=0
for c in /work/case.*; do
    . "$c"
    state >/run/good
    eval "$damage" || fail "$name: the damage was not done"
    state >/run/drifted
    cmp -s /run/good /run/drifted && fail "$name: the damage changed nothing"
    kills=0 first=$((1${c##*.} % every + 1))
    # The repair dies at one program after the other, and is taken back or gone on with.
    n=$first
    while :; do
        echo $n >/run/dies
        run /work/watch.repair && run /work/$step.repair; exit=$?
        echo 0 >/run/dies
        [ $exit = 0 ] && break
        [ $exit = 137 ] || { fail "$name: repair, at program $n: $(tail -n 3 /run/out)"; break; }
        kills=$((kills+1)) n=$((n+every))
        if [ $((kills % 2)) = 0 ]; then # another time the repair is gone on with first
            whole /work/watch.repair "$name"; whole /work/$step.repair "$name, gone on with after $n"
        fi
        whole /work/$step.back "$name, back after $n"; whole /work/watch.back "$name, back after $n"
        same /run/drifted "$name: taken back after a kill at program $n"
        [ $n -gt 200 ] && { fail "$name: no end"; break; }
    done
    [ -z "$check" ] || eval "$check" || fail "$name: not repaired"
    total=$((total+kills))
    [ $every -gt 1 ] || [ $kills -gt 2 ] || fail "$name: $kills kills hit"
    # So does taking back.
    n=$first
    while :; do
        echo $n >/run/dies
        run /work/$step.back && run /work/watch.back; exit=$?
        echo 0 >/run/dies
        [ $exit = 0 ] && break
        [ $exit = 137 ] || { fail "$name: back, at program $n: $(tail -n 3 /run/out)"; break; }
        kills=$((kills+1)) n=$((n+every))
        whole /work/$step.back "$name, back again after $n"; whole /work/watch.back "$name"
        same /run/drifted "$name: taken back, with a kill at program $n"
        whole /work/watch.repair "$name"; whole /work/$step.repair "$name: repaired again"
        [ $n -gt 200 ] && { fail "$name: no end"; break; }
    done
    same /run/drifted "$name: taken back"
    whole /work/watch.back "$name"; whole /work/$step.back "$name, nothing left to take back"
    same /run/drifted "$name: taken back twice"
    whole /work/watch.repair "$name"; whole /work/$step.repair "$name"
    whole /work/forget "$name"
    whole /work/$step.back "$name, back after it was kept"
    [ -z "$check" ] || eval "$check" || fail "$name: a repair that was kept was taken back"
    [ ! -e /var/lib/clawarium/repair ] || fail "$name: something is left of the repair"
    eval "$clear"
    [ "$data" = "$(sha256sum </var/lib/openclaw/.openclaw/workspace/mine)" ] || fail "$name: the agent's file"
    rm -f /run/clawarium/restart
    echo "case $name: $kills kills"
done
[ $total -gt 20 ] || fail "$total kills hit in all"
echo end
`

const fakeSystemctl = `#!/bin/sh
case "$*" in
*ActiveState*InvocationID*) cat /run/gateway ;;
*NeedDaemonReload*) [ -e /run/unread ] && echo yes || echo no ;;
*'start var-lib-openclaw-outbox.mount'*) mount --bind /var/lib/openclaw/outbox /var/lib/openclaw/outbox && mount -o remount,bind,nodev,nosuid,noexec /var/lib/openclaw/outbox ;;
*restart*openclaw-gateway*) printf 'ActiveState=active\nInvocationID=%s\n' "$$" >/run/gateway ;;
*stop*openclaw-gateway*) printf 'ActiveState=inactive\nInvocationID=\n' >/run/gateway ;;
*daemon-reload*) rm -f /run/unread ;;
esac
exit 0
`

const fakeSSHD = `#!/bin/sh
case $1 in
-T) cat /etc/ssh/sshd_config.d/*.conf 2>/dev/null | grep -v '^#' | tr A-Z a-z | awk '!seen[$1]++' ;;
esac
exit 0
`

// drift is one damage and how to see that it is repaired. A repair of its step
// leads back to it.
type driftCase struct{ step, name, damage, check, clear string }

var driftCases = []driftCase{
	{"guest-account", "groups", "groupadd claw-a; groupadd claw-b; usermod -aG claw-a,claw-b openclaw", `[ "$(id -Gn openclaw)" = openclaw ]`, ""},
	{"guest-account", "sudo", "printf 'openclaw ALL=(ALL) NOPASSWD: ALL\nkeeper ALL=(ALL) ALL\n' >/etc/sudoers.d/zz; chmod 0440 /etc/sudoers.d/zz", `[ "$(cat /etc/sudoers.d/zz)" = 'keeper ALL=(ALL) ALL' ]`, "rm /etc/sudoers.d/zz"},
	{"guest-account", "a file of sudo for the agent alone", "echo 'openclaw ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/zz; chmod 0440 /etc/sudoers.d/zz", `[ ! -e /etc/sudoers.d/zz ]`, ""},
	{"guest-account", "shell and passwords", `usermod -s /bin/bash -c 'A Lobster' openclaw; echo 'root:$6$abc$def' | chpasswd -e; usermod -p '' keeper`, `getent passwd openclaw | grep -q ':x:742:742::/var/lib/openclaw:/usr/sbin/nologin$'`, ""},
	{"guest-directories", "modes", "chmod 0777 /var/lib/openclaw/.openclaw /var/lib/openclaw/.openclaw/workspace; chown openclaw: /var/lib/openclaw/inbox", `[ "$(stat -c %a /var/lib/openclaw/.openclaw)" = 700 ]`, ""},
	{"guest-directories", "outbox exec", "mount -o remount,bind,exec,suid,nodev /var/lib/openclaw/outbox", `findmnt -rn -o VFS-OPTIONS /var/lib/openclaw/outbox | grep -q noexec`, ""},
	{"guest-directories", "outbox not mounted", "umount /var/lib/openclaw/outbox; rm /etc/systemd/journald.conf.d/clawarium.conf", `findmnt -rn -o VFS-OPTIONS /var/lib/openclaw/outbox | grep -q noexec`, ""},
	{"guest-directories", "a workspace is missing", "mv /var/lib/openclaw/.openclaw/workspace /var/lib/openclaw/.openclaw/elsewhere; mkdir -p /var/lib/openclaw/.openclaw/elsewhere", `[ -d /var/lib/openclaw/.openclaw/workspace ]`, "rmdir /var/lib/openclaw/.openclaw/workspace; mv /var/lib/openclaw/.openclaw/elsewhere /var/lib/openclaw/.openclaw/workspace"},
	{"guest-ssh", "a setting read first", "echo 'PasswordAuthentication yes' >/etc/ssh/sshd_config.d/00-a.conf; echo 'PermitRootLogin yes' >/etc/ssh/sshd_config; chmod 0640 /etc/ssh/sshd_config.d/00-a.conf", `[ ! -e /etc/ssh/sshd_config.d/00-a.conf ]`, ""},
	{"guest-ssh", "our own file", "rm /etc/ssh/sshd_config.d/00-clawarium.conf; ln -s /etc/passwd /etc/ssh/sshd_config.d/00-clawarium.conf", `[ -f /etc/ssh/sshd_config.d/00-clawarium.conf ] && [ ! -L /etc/ssh/sshd_config.d/00-clawarium.conf ]`, ""},
	{"guest-code", "mount options", "mount -o remount,bind,rw,dev,suid /opt/openclaw/node_modules; echo x >>/etc/systemd/system/opt-openclaw-node_modules.mount", `findmnt -rn -o VFS-OPTIONS /opt/openclaw/node_modules | grep -q '^ro,nosuid,nodev'`, ""},
	{"guest-config", "widened", `sed -i 's/"loopback"/"lan"/' /var/lib/openclaw/.openclaw/openclaw.json; chown openclaw: /var/lib/openclaw/.openclaw/openclaw.json; chmod 0644 /var/lib/openclaw/.openclaw/openclaw.json`, `grep -q '"loopback"' /var/lib/openclaw/.openclaw/openclaw.json && [ -e /run/clawarium/restart ]`, ""},
	{"guest-config", "no JSON", `cp -p /var/lib/openclaw/.openclaw/openclaw.json /var/lib/openclaw/.openclaw/kept; echo nonsense >/var/lib/openclaw/.openclaw/openclaw.json`, `grep -q '"loopback"' /var/lib/openclaw/.openclaw/openclaw.json`, "rm -f /var/lib/openclaw/.openclaw/openclaw.json.unreadable-* /var/lib/openclaw/.openclaw/kept"},
	{"guest-config", "a link", `ln -sf /etc/shadow /var/lib/openclaw/.openclaw/openclaw.json; chown -h openclaw: /var/lib/openclaw/.openclaw/openclaw.json`, `[ ! -L /var/lib/openclaw/.openclaw/openclaw.json ]`, "rm -f /var/lib/openclaw/.openclaw/openclaw.json.unreadable-*"},
	{"guest-config", "missing", `rm /var/lib/openclaw/.openclaw/openclaw.json /var/lib/clawarium/config/applied.json`, `[ -s /var/lib/openclaw/.openclaw/openclaw.json ]`, ""},
	{"guest-config", "a directory", `rm /var/lib/openclaw/.openclaw/openclaw.json; mkdir /var/lib/openclaw/.openclaw/openclaw.json; chown openclaw: /var/lib/openclaw/.openclaw/openclaw.json; echo y >/var/lib/openclaw/.openclaw/openclaw.json/x`, `[ -f /var/lib/openclaw/.openclaw/openclaw.json ]`, "rm -rf /var/lib/openclaw/.openclaw/openclaw.json.unreadable-*"},
	{"guest-service", "a drop-in", `mkdir -p /etc/systemd/system/openclaw-gateway.service.d; printf '[Service]\nNoNewPrivileges=no\n' >/etc/systemd/system/openclaw-gateway.service.d/x.conf; chmod 0755 /etc/systemd/system/openclaw-gateway.service.d`, `[ ! -e /etc/systemd/system/openclaw-gateway.service.d ] && [ -e /run/clawarium/restart ]`, ""},
	{"guest-service", "our own unit", `sed -i 's/^User=.*/User=root/' /etc/systemd/system/openclaw-gateway.service; : >/run/unread`, `grep -q '^User=openclaw' /etc/systemd/system/openclaw-gateway.service`, ""},
	{"guest-proxy", "other ways", `printf 'Acquire::http::Proxy "DIRECT";\n' >/etc/apt/apt.conf; printf '[http]\n\tproxy = http://other\n[user]\n\tname = me\n' >/etc/gitconfig; chmod 0600 /etc/gitconfig`, `[ ! -e /etc/apt/apt.conf ] && grep -q 'name = me' /etc/gitconfig && ! grep -q other /etc/gitconfig`, ""},
	{"guest-proxy", "missing", `rm /etc/environment /etc/pip.conf /etc/profile.d/clawarium-proxy.sh`, `grep -q '^https_proxy=http://127.0.0.1:3128$' /etc/environment && [ -s /etc/pip.conf ] && [ -s /etc/profile.d/clawarium-proxy.sh ]`, ""},
}

func TestARepairKilledAnywhereIsTakenBackToExactlyWhatItFound(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("needs root for a file system of its own")
	}
	for _, program := range []string{"unshare", "setpriv", "usermod", "chpasswd", "findmnt", "/usr/bin/python3"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip(err)
		}
	}
	work := t.TempDir()
	write := func(name, content string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(work, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("tank.sh", tankDriver)
	write("systemctl", fakeSystemctl)
	write("sshd", fakeSSHD)
	watch := WatchStep(0)
	write("watch.repair", watch.RepairScript(testRepair))
	write("watch.back", watch.BackScript(testRepair))
	write("forget", prelude("repair")+"alone\nrm -rf "+repairs+"\nexit 0\n")
	steps := testSteps(t, Settings{})
	for _, s := range steps {
		if s.ID == "guest-hostkey" {
			continue
		}
		apply := s.ApplyScript()
		write(s.ID+".apply", apply)
		write(s.ID+".repair", s.RepairScript(testRepair))
		write(s.ID+".back", s.BackScript(testRepair))
	}
	for i, c := range driftCases {
		if !slices.ContainsFunc(steps, func(s Step) bool { return s.ID == c.step }) {
			t.Fatalf("no step %q", c.step)
		}
		write(fmt.Sprintf("case.%02d", i), fmt.Sprintf("step=%s\nname=%s\ndamage=%s\ncheck=%s\nclear=%s\n",
			c.step, quoteShell(c.step+", "+c.name), quoteShell(c.damage), quoteShell(c.check), quoteShell(c.clear)))
	}
	c := exec.Command("unshare", "-m", "sh", "-c", tankSetup)
	// A kill at every program takes minutes; without asking, at every seventeenth,
	// beginning elsewhere with each case.
	every := cmp.Or(os.Getenv("CLAWARIUM_TEST_KILL_EVERY"), "17")
	c.Env = append(os.Environ(), "work="+work, "every="+every)
	out, err := c.CombinedOutput()
	if exit, ok := err.(*exec.ExitError); ok && exit.ExitCode() == 77 {
		t.Skipf("no file system of its own can be made here: %s", out)
	}
	if err != nil || !strings.HasSuffix(string(out), "\nend\n") {
		t.Errorf("%v", err)
	}
	for line := range strings.Lines(string(out)) {
		if strings.HasPrefix(line, "case ") {
			t.Log(strings.TrimSpace(line))
		} else if line != "end\n" {
			t.Errorf("%s", strings.TrimSuffix(line, "\n"))
		}
	}
}

func TestTheScriptsOfARepairAreSoundShell(t *testing.T) {
	all := ""
	for _, s := range append(testSteps(t, Settings{CA: []byte(testCA), Approvals: []byte("{}")}), WatchStep(0)) {
		if s.ID == "guest-hostkey" {
			continue
		}
		for _, script := range []string{s.RepairScript(testRepair), s.BackScript(testRepair)} {
			if at := strings.Index(script, "@"); strings.Contains(script, "@HOME@") || strings.Contains(script, "@CONFIG@") || at < 0 {
				t.Errorf("%s: a name is not filled in", s.ID)
			}
			c := exec.Command("sh", "-n")
			c.Stdin = strings.NewReader(script)
			if out, err := c.CombinedOutput(); err != nil {
				t.Errorf("%s: %v\n%s", s.ID, err, out)
			}
			all += "\n(\n" + script + ")\n"
		}
		if keepings[s.ID] == (keeping{}) && !slices.Contains([]string{"guest-ssh", "guest-ca", "guest-proxy"}, s.ID) {
			t.Errorf("%s keeps nothing but files", s.ID)
		}
	}
	if shellcheck, err := exec.LookPath("shellcheck"); err == nil {
		c := exec.Command(shellcheck, "-s", "sh", "-S", "warning", "-e", "2154,2034,2015,2030,2031,2174,2046", "-")
		c.Stdin = strings.NewReader(all)
		if out, err := c.CombinedOutput(); err != nil {
			t.Errorf("%s", out)
		}
	}
}

func TestAnIDThatIsNoneDoesNotGetIntoAScript(t *testing.T) {
	for _, bad := range []string{"", "x", "0123456789abcdef\nrm", "../../../../etc/x", "0123456789ABCDEF"} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%q is accepted", bad)
				}
			}()
			WatchStep(0).RepairScript(bad)
		}()
	}
}

func TestTheSumsOfFilesAreReadAndNoOthers(t *testing.T) {
	s := newServer(t)
	dir := t.TempDir()
	if err := os.WriteFile(dir+"/a", []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := Dial(t.Context(), s.target())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	s.command = func(command string) string { return strings.Replace(command, "sudo -n ", "", 1) }
	a := File{Path: dir + "/a", Content: []byte("x")}
	sums, err := FileSums(t.Context(), c, []Step{{Files: []File{a, {Path: dir + "/missing"}}}})
	if err != nil || len(sums) != 1 || sums[a.Path] != a.Sum() {
		t.Errorf("%v, %v", sums, err)
	}
	if sums, err := FileSums(t.Context(), c, nil); err != nil || len(sums) != 0 {
		t.Errorf("%v, %v", sums, err)
	}
	_ = layout.Own
}
