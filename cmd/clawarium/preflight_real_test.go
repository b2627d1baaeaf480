//go:build real

package main

// The look at this computer, on computers that really are as the test says: each is a
// copy of this one over an overlay, with its own mounts, processes and network, in
// which anything may be broken and put right. Nothing of it is seen outside, and no
// daemon of this computer is touched.
//
// Needs root, overlayfs, libvirtd, sudo, perl, and the program in bin/clawarium.

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// prelude makes the copy, and words for what happens in it. look prints what the
// program finds, here answers for whoever runs next.
const prelude = `
set -e
mount --make-rprivate /
mount -t tmpfs -o size=3g none "$WORK"
mkdir "$WORK/up" "$WORK/work" "$WORK/root"
mount -t overlay -o lowerdir=/,upperdir="$WORK/up",workdir="$WORK/work" none "$WORK/root"
root=$WORK/root
mount -t proc proc $root/proc
mount --rbind /sys $root/sys
mount --rbind /dev $root/dev
for d in run tmp var/lib/libvirt home etc/libvirt/qemu etc/libvirt/nwfilter etc/libvirt/storage; do mount -t tmpfs none $root/$d; done
mkdir -p $root/var/lib/libvirt/images
cp "$PROGRAM" $root/tmp/clawarium
chmod 1777 $root/tmp
chmod 755 $root/tmp/clawarium
cat >$root/tmp/script
exec chroot $root /bin/sh -c 'cd / && . /tmp/words && . /tmp/script'
`

const words = `
set -u
export HOME=/root LC_ALL=C.UTF-8 npm_config_registry=http://127.0.0.1:9/
unset XDG_STATE_HOME XDG_CACHE_HOME XDG_RUNTIME_DIR XDG_DATA_HOME
ip link set lo up
as= # who runs the program
run() { $as /tmp/clawarium preflight "$@"; }
look() {
	run --json "$@" >/tmp/out 2>/tmp/err
	printf '\n@@@ %s\n' $?
	cat /tmp/out /tmp/err
}
fix() { run --fix "$1" --yes >/tmp/out 2>&1; code=$?; [ $code -le 1 ] || { echo "fix $1: $code"; cat /tmp/out; exit 1; }; }
undo() { run --undo "$1" --yes >/tmp/out 2>&1; code=$?; [ $code -le 1 ] || { echo "undo $1: $code"; cat /tmp/out; exit 1; }; }
# libvirt, with further lines of its settings
libvirt() {
	printf '%s\n' "$@" >>/etc/libvirt/libvirtd.conf
	virtlogd -d && libvirtd -d
}
# somebody GROUP… makes an account, which runs the program from then on.
somebody() {
	useradd -m t-pre
	echo 't-pre ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/t-pre
	for g; do usermod -aG $g t-pre; done
	mkdir -m 700 -p /run/user/t-pre && chown t-pre: /run/user/t-pre
	login
}
# login takes the groups that the account has by now.
login() {
	as="setpriv --reuid t-pre --regid t-pre --groups $(id -G t-pre | tr ' ' ,) env -u LC_ALL HOME=/home/t-pre USER=t-pre XDG_RUNTIME_DIR=/run/user/t-pre PATH=/usr/local/bin:/usr/bin:/bin"
}
# hide FILE… makes programs no programs.
hide() { for f; do mount --bind /dev/null $f; done; }
# device gives this computer a /dev/kvm of its own, with this mode and group.
device() {
	mknod -m "$1" /tmp/kvm c 10 232 && chgrp "$2" /tmp/kvm && mount --bind /tmp/kvm /dev/kvm
}
`

// seen is one look.
type seen struct {
	exit  int
	found preflightJSON
}

// ids are of what is not met or not checked.
func (s seen) ids() (out []string) {
	for _, c := range s.found.Conditions {
		if c.Status != "met" && !slices.Contains(out, c.ID) {
			out = append(out, c.ID)
		}
	}
	slices.Sort(out)
	return out
}

func (s seen) of(id string) conditionJSON {
	for _, c := range s.found.Conditions {
		if c.ID == id {
			return c
		}
	}
	return conditionJSON{}
}

// computer is the command that makes a computer of its own and runs there the script
// that it is given. With online it has this computer's network.
func computer(t *testing.T, online bool) *exec.Cmd {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("needs root")
	}
	program, err := filepath.Abs("../../bin/clawarium")
	if err == nil {
		_, err = os.Stat(program)
	}
	if err != nil {
		t.Skip("bin/clawarium is not built: make build")
	}
	work := t.TempDir()
	args := []string{"-m", "-p", "-f", "--kill-child"}
	if !online {
		args = append(args, "-n")
	}
	made := strings.Replace(prelude, "cat >$root/tmp/script", "cat >$root/tmp/script\ncp \"$WORDS\" $root/tmp/words", 1)
	wordsFile := filepath.Join(t.TempDir(), "words")
	if err := os.WriteFile(wordsFile, []byte(words), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "unshare", append(args, "sh", "-c", made)...)
	cmd.Env = append(os.Environ(), "WORK="+work, "PROGRAM="+program, "WORDS="+wordsFile)
	return cmd
}

// onComputer runs a script on a computer of its own and returns its looks.
func onComputer(t *testing.T, online bool, script string) (looks []seen, all string) {
	t.Helper()
	cmd := computer(t, online)
	cmd.Stdin = strings.NewReader(script)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, part := range strings.Split(string(out), "\n@@@ ")[1:] {
		var s seen
		code, rest, _ := strings.Cut(part, "\n")
		if _, err := fmt.Sscan(code, &s.exit); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		if err := json.NewDecoder(bytes.NewBufferString(rest)).Decode(&s.found); err != nil {
			t.Fatalf("exit status %d: %v\n%s", s.exit, err, out)
		}
		looks = append(looks, s)
	}
	return looks, string(out)
}

// alwaysThere is what is found here on a computer on which all is as it should be: KVM
// that is broken, a weak processor, a registry that is not there. What a test makes
// has to come on top of it.
func alwaysThere(t *testing.T) []string {
	t.Helper()
	looks, out := onComputer(t, false, "libvirt\nlook\n")
	if len(looks) != 1 {
		t.Fatal(out)
	}
	always := looks[0].ids()
	for _, id := range always {
		if !slices.Contains([]string{"kvm-broken", "kvm-cpu", "kvm-nested", "host-baseline", "network"}, id) {
			t.Errorf("%s on a computer that is as it should be: %+v", id, looks[0].of(id))
		}
	}
	if !looks[0].found.Ready || looks[0].exit != exitFine {
		t.Errorf("exit status %d: %+v", looks[0].exit, looks[0].found)
	}
	t.Logf("always there: %v", always)
	return always
}

// without takes out what is always there.
func without(ids, always []string) (out []string) {
	for _, id := range ids {
		if !slices.Contains(always, id) {
			out = append(out, id)
		}
	}
	return out
}

func TestEachRealSituationYieldsItsFindingAndItsFixMakesItGoAway(t *testing.T) {
	always := alwaysThere(t)
	const system = "--set connection=system"
	for _, c := range []struct {
		title, script string
		finds         []string // by look, separated by commas, what the fix is of first; "" is nothing more than always
		stops         bool     // the first one
		fix           string
	}{
		{"libvirtd stopped", "look\nfix libvirt-start\nlook", []string{"libvirt-down", ""}, true, "libvirt-start"},
		{"libvirtd that hangs", "libvirt\nkill -STOP $(pidof libvirtd)\nlook", []string{"libvirt-hangs"}, true, ""},
		{"a user outside the group", `libvirt 'unix_sock_group = "libvirt"' 'unix_sock_rw_perms = "0770"' 'auth_unix_rw = "none"'
			somebody kvm; look ` + system + `; fix libvirt-group; look ` + system + `; login; look ` + system,
			[]string{"libvirt-group", "libvirt-login", ""}, true, "libvirt-group"},
		{"the group taken back", `libvirt 'unix_sock_group = "libvirt"' 'unix_sock_rw_perms = "0770"' 'auth_unix_rw = "none"'
			somebody kvm; fix libvirt-group; undo libvirt-group; login; look ` + system, []string{"libvirt-group"}, true, "libvirt-group"},
		{"a socket for root alone", `libvirt 'unix_sock_rw_perms = "0700"' 'auth_unix_rw = "none"'
			somebody kvm libvirt; look ` + system, []string{"libvirt-socket"}, true, ""},
		{"polkit without D-Bus", `libvirt
			somebody kvm libvirt; look ` + system, []string{"libvirt-polkit"}, true, ""},
		{"the session as the way out", "somebody kvm; look", []string{"libvirt-down"}, false, "libvirt-start"},
		{"KVM for its group alone", `device 0660 kvm; libvirt 'auth_unix_rw = "none"'
			somebody libvirt; look ` + system + `; fix kvm-group; look ` + system + `; login; look ` + system,
			[]string{"kvm-group", "kvm-login", ""}, false, "kvm-group"},
		{"neither group, without udev", `device 0600 root; libvirt 'unix_sock_group = "libvirt"' 'unix_sock_rw_perms = "0770"' 'auth_unix_rw = "none"'
			somebody; look ` + system + `; fix libvirt-group; look ` + system + `; fix kvm-device; login; look ` + system,
			[]string{"libvirt-group,kvm-device,kvm-group", "libvirt-login,kvm-device,kvm-login", ""}, true, "libvirt-group"},
		{"KVM for root alone", "device 0600 root; libvirt; look; fix kvm-device; look; undo kvm-device; look",
			[]string{"kvm-device", "", "kvm-device"}, false, "kvm-device"},
		{"images under a closed home", `libvirt; useradd -m t-pre; chmod 700 /home/t-pre; mkdir /home/t-pre/images
			rmdir /var/lib/libvirt/images; ln -s /home/t-pre/images /var/lib/libvirt/images
			look; fix images-path; look; undo images-path; look`, []string{"images-path", "", "images-path"}, true, "images-path"},
		{"addresses taken by a bridge", `libvirt; ip link add br9 type bridge; ip addr add 10.77.0.1/24 dev br9; ip link set br9 up
			look --set connection=system --set network.subnet=10.77.0.0/29; look`, []string{"subnet-taken", ""}, true, ""},
		{"every private network routed by a VPN", `libvirt; ip link add wg9 type bridge; ip link set wg9 up
			for n in 10.0.0.0/8 172.16.0.0/12 192.168.0.0/16; do ip route add $n dev wg9; done; look`, []string{"subnet-none"}, true, ""},
		{"a port taken", `somebody kvm; perl -MIO::Socket::INET -e '$s = IO::Socket::INET->new(Listen=>1,LocalAddr=>"127.0.0.1:2345") or die; print STDERR "up\n"; sleep 60' 2>/tmp/up &
			until grep -q up /tmp/up; do sleep 0.05; done
			look --set connection=session --set network.sshPort=2345; look --set connection=session --set network.sshPort=2346`, []string{"port-taken", ""}, true, ""},
		{"a disk that is nearly full", `libvirt; truncate -s 300M /tmp/disk; mkfs.ext4 -q /tmp/disk; mount -o loop /tmp/disk /var/lib/libvirt/images
			look; umount /var/lib/libvirt/images; look`, []string{"disk", ""}, true, ""},
		{"QEMU not on the path", `libvirt; mkdir /tmp/bin; for f in /usr/bin/*; do case $f in */qemu-system*) ;; *) ln -s $f /tmp/bin/ ;; esac; done
			PATH=/tmp/bin; look --set machine.acceleration=emulation`, []string{"qemu-absent"}, false, "packages"},
		{"no mksquashfs", "libvirt; hide /usr/bin/mksquashfs; look", []string{"squashfs-absent"}, true, "packages"},
		{"no tools to build an image", "libvirt; hide /usr/bin/mmdebstrap; look --set image.source=build", []string{"image-tools"}, true, "packages"},
		{"firewalld without libvirt's zone", `libvirt; rm -f /usr/lib/firewalld/zones/libvirt.xml /etc/firewalld/zones/libvirt.xml
			perl -e '$0 = "firewalld"; sleep 60' & sleep 0.3; look`, []string{"firewalld-zone"}, true, ""},
		{"OpenClaw on this computer", "libvirt; mkdir /root/.openclaw; echo '{}' >/root/.openclaw/openclaw.json; look", []string{"openclaw-on-host"}, false, ""},
	} {
		t.Run(c.title, func(t *testing.T) {
			looks, out := onComputer(t, false, c.script+"\n")
			if len(looks) != len(c.finds) {
				t.Fatalf("%d looks, not %d\n%s", len(looks), len(c.finds), out)
			}
			for i, l := range looks {
				except := always
				if strings.Contains(c.script, "emulation") || i < len(c.finds) && strings.HasPrefix(c.finds[i], "kvm-") {
					except = append(slices.Clone(always), "kvm-broken")
				}
				got, want := without(l.ids(), except), strings.FieldsFunc(c.finds[i], func(r rune) bool { return r == ',' })
				if slices.Sort(want); !slices.Equal(got, want) {
					t.Errorf("look %d: %q, not %q\n%s", i+1, got, want, out)
				}
			}
			id, _, _ := strings.Cut(c.finds[0], ",")
			first := looks[0].of(id)
			fix := ""
			if first.Fix != nil {
				fix = first.Fix.ID
			}
			want := exitFine
			if c.stops {
				want = exitNotMet
			}
			if first.Stops != c.stops || fix != c.fix || looks[0].exit != want || first.Why == "" || first.Hint == "" {
				t.Errorf("exit status %d: %+v", looks[0].exit, first)
			}
		})
	}
}

// fromNothing runs a script on a computer that lacks all that a machine needs: the
// packages are really removed. The archives are fetched beforehand, so that what
// installs and starts them has a network of its own.
func fromNothing(t *testing.T, script string) (looks []seen, all string) {
	t.Helper()
	return onComputer(t, true, `
printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d; chmod 755 /usr/sbin/policy-rc.d
export DEBIAN_FRONTEND=noninteractive
apt-get purge -y libvirt0 libvirt-daemon-system libvirt-clients squashfs-tools ovmf qemu-system-x86 qemu-utils >/tmp/apt 2>&1 || { cat /tmp/apt; exit 1; }
command -v libvirtd mksquashfs qemu-system-x86_64 && exit 1
install=$(unshare -n sh -c '. /tmp/words; run --json' | grep -o 'apt-get install -y[^"]*' | awk '{ print length($0), $0 }' | sort -n | tail -n 1 | cut -d' ' -f2-)
$install --download-only >/tmp/apt 2>&1 || { apt-get update && $install --download-only; } >/tmp/apt 2>&1 || { cat /tmp/apt; exit 1; }
cat >/tmp/rest <<'EOF'
. /tmp/words
`+script+`
EOF
unshare -n sh /tmp/rest
`)
}

// The fix installs them again, the program starts itself anew with a libvirt that it
// could not load before, and goes on to start the daemon.
func TestFromNothingEveryFixIsOfferedAndDone(t *testing.T) {
	looks, out := fromNothing(t, `look
run --fix all --yes >/tmp/out 2>&1 || { cat /tmp/out; exit 1; }
grep -n '^done' /tmp/out
look`)
	if len(looks) != 2 {
		t.Fatal(out)
	}
	before, after := looks[0], looks[1]
	for _, id := range []string{"libvirt-absent", "qemu-absent", "firmware-absent", "squashfs-absent"} {
		if c := before.of(id); c.Fix == nil || c.Fix.ID != "packages" || c.Fix.After != "restart" {
			t.Errorf("%s: %+v", id, c)
		}
		if after.of(id).ID != "" {
			t.Errorf("%s is still so: %+v", id, after.of(id))
		}
	}
	if before.exit != exitNotMet || after.exit != exitFine || !after.found.Ready {
		t.Errorf("exit status %d, then %d\n%s", before.exit, after.exit, out)
	}
}

// The wizard is asked twice to do it: it is started anew in between, by itself, and goes
// on with its answers.
func TestFromNothingTheWizardGoesOnToTheReview(t *testing.T) {
	_, out := fromNothing(t, `printf '%s\n' 1 1 1 yes 1 yes next quit | /tmp/clawarium --line --lang en 2>&1
echo "left with $?"`)
	rest, found := out, true
	for _, part := range []string{
		"libvirt is not installed", "$ env DEBIAN_FRONTEND=noninteractive apt-get install", "Setting up libvirt-daemon-system",
		"nobody answers at qemu:///system", "$ libvirtd -d", "Review", "where     qemu:///system", "Nothing was made.",
	} {
		if _, rest, found = strings.Cut(rest, part); !found {
			t.Fatalf("no %q in its place:\n%s", part, out)
		}
	}
	if !strings.Contains(out, "left with 130") {
		t.Error(out)
	}
}
