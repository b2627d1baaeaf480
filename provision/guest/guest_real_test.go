//go:build real

package guest

// This file: the whole guest side against a real machine, booted by plain QEMU
// under emulation. It needs qemu-system-x86_64, qemu-img and OVMF, and
//
//	CLAWARIUM_TEST_IMAGE  a bootable qcow2 image of Debian 13 with cloud-init
//	CLAWARIUM_TEST_CODE   a code disk (squashfs)
//
// The gateway is started only with CLAWARIUM_TEST_GATEWAY=1, which boots with
// the slow clock: some ten minutes.

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/clawarium/clawarium/assets/layout"
)

const testMAC = "52:54:00:c1:a3:01"

// testReporter writes to the test's log.
type testReporter struct{ t *testing.T }

func (r testReporter) Stage(s string) { r.t.Log("stage:", s) }
func (r testReporter) Log(s string)   { r.t.Log("log:", s) }

// bootMachine boots a fresh machine and returns how to reach it.
func bootMachine(t *testing.T, slow bool) (address string, keeper KeyPair, pins Pins) {
	t.Helper()
	image, code := os.Getenv("CLAWARIUM_TEST_IMAGE"), os.Getenv("CLAWARIUM_TEST_CODE")
	if image == "" || code == "" {
		t.Skip("CLAWARIUM_TEST_IMAGE or CLAWARIUM_TEST_CODE is not set")
	}
	dir := t.TempDir()
	keeper, err := EnsureKeyFile(filepath.Join(dir, "key"), "keeper")
	if err != nil {
		t.Fatal(err)
	}
	once, err := NewKeyPair("")
	if err != nil {
		t.Fatal(err)
	}
	pins = Pins{Path: filepath.Join(dir, "known_hosts"), Name: "clawarium-test"}
	if err := pins.Set(once.Signer.PublicKey()); err != nil {
		t.Fatal(err)
	}
	seed, err := Seed(SeedConfig{
		InstanceID: fmt.Sprintf("test-%d", time.Now().UnixNano()), Hostname: "lobster", KeeperKey: keeper.Public,
		HostKey: once, MAC: testMAC, Address: SessionAddress,
	})
	if err != nil {
		t.Fatal(err)
	}
	place := func(name string) string { return filepath.Join(dir, name) }
	if err := os.WriteFile(place("seed.iso"), seed, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"create", "-q", "-f", "qcow2", "-b", image, "-F", "qcow2", place("system.qcow2"), "8G"},
		{"create", "-q", "-f", "qcow2", place("data.qcow2"), "4G"},
	} {
		if out, err := exec.Command("qemu-img", args...).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	vars, err := os.ReadFile("/usr/share/OVMF/OVMF_VARS_4M.fd")
	if err != nil {
		t.Skip("OVMF is not installed")
	}
	if err := os.WriteFile(place("vars.fd"), vars, 0o600); err != nil {
		t.Fatal(err)
	}
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address = free.Addr().String()
	free.Close()
	args := []string{
		"-name", "t-guest", "-machine", "q35,hpet=off", "-cpu", "max", "-m", "4096", "-nodefaults", "-display", "none",
		"-monitor", "none", "-serial", "file:" + place("console.log"),
		"-drive", "if=pflash,format=raw,readonly=on,file=/usr/share/OVMF/OVMF_CODE_4M.fd",
		"-drive", "if=pflash,format=raw,file=" + place("vars.fd"),
		"-device", "virtio-rng-pci",
		"-netdev", "user,id=n,restrict=on,hostfwd=tcp:" + address + "-10.0.2.15:22",
		"-device", "virtio-net-pci,netdev=n,romfile=,mac=" + testMAC,
	}
	for i, d := range []struct{ path, format, serial, more string }{
		{place("system.qcow2"), "qcow2", layout.SystemSerial, ",cache=unsafe"},
		{place("data.qcow2"), "qcow2", layout.DataSerial, ",cache=unsafe"},
		{code, "raw", layout.CodeSerial, ",readonly=on"},
		{place("seed.iso"), "raw", layout.SeedSerial, ",readonly=on"},
	} {
		args = append(args, "-drive", fmt.Sprintf("if=none,id=d%d,file=%s,format=%s%s", i, d.path, d.format, d.more),
			"-device", fmt.Sprintf("virtio-blk-pci,drive=d%d,serial=%s", i, d.serial))
	}
	if slow {
		args = append(args, "-accel", "tcg,thread=single", "-icount", "shift=0", "-smp", "1")
	} else {
		args = append(args, "-accel", "tcg,thread=multi", "-smp", "2")
	}
	ctx, cancel := context.WithCancel(context.Background())
	machine := exec.CommandContext(ctx, "qemu-system-x86_64", args...)
	if err := machine.Start(); err != nil {
		cancel()
		t.Skip(err)
	}
	t.Cleanup(func() {
		cancel()
		_ = machine.Wait()
		if t.Failed() {
			console, _ := os.ReadFile(place("console.log"))
			t.Logf("console:\n%s", printable(lastLines(string(console), 20)))
		}
	})
	return address, keeper, pins
}

func mustRoot(t *testing.T, s *Session, script string) string {
	t.Helper()
	out, err := s.Client.Root(t.Context(), script, nil)
	if err != nil {
		t.Fatalf("%v\n%s", err, script)
	}
	return strings.TrimSpace(string(out))
}

// snapshot is what undo has to bring back.
const snapshot = `
find /etc /usr/local /opt /var/lib/openclaw -xdev ! -name '*-' ! -path /etc/.pwd.lock \( -type f -exec sha256sum {} + -o -printf '%y %m %u:%g %p %l\n' \) 2>/dev/null | sort
findmnt -rn -o TARGET,OPTIONS -t ext4,squashfs
sshd -T | sort
`

func TestAMachineIsSetUpRepairedAndTakenBack(t *testing.T) {
	address, keeper, pins := bootMachine(t, false)
	r := testReporter{t}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Minute)
	defer cancel()
	s, err := Open(ctx, address, layout.Keeper, keeper.Signer, pins, r)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	config, err := Config(ConfigChoices{Preset: "cautious", Provider: "none"})
	if err != nil {
		t.Fatal(err)
	}
	steps, err := Steps(Settings{Config: config, Stretch: 5})
	if err != nil {
		t.Fatal(err)
	}
	steps = slices.DeleteFunc(steps, func(s Step) bool { return s.ID == "guest-gateway" })

	// The host key, killed after every sub-step.
	own, err := AnnounceHostKey(ctx, s.Client)
	if err != nil {
		t.Fatal(err)
	}
	again, err := AnnounceHostKey(ctx, s.Client)
	if err != nil || !bytes.Equal(own.Marshal(), again.Marshal()) {
		t.Fatalf("another key the second time: %v", err)
	}
	for _, cut := range []struct {
		name string
		do   func() error
	}{
		{"announced", func() error { return nil }},
		{"pinned", func() error { return pins.Add(own) }},
		{"switched", func() error { return SwitchHostKey(ctx, s.Client) }},
	} {
		if err := cut.do(); err != nil {
			t.Fatalf("%s: %v", cut.name, err)
		}
		if err := s.Reconnect(ctx, r); err != nil {
			t.Fatalf("after a kill at %q: %v", cut.name, err)
		}
	}
	if _, err := s.Apply(ctx, steps[0], r); err != nil {
		t.Fatal(err)
	}
	if keys, _ := pins.Keys(); len(keys) != 1 || !bytes.Equal(keys[0].Marshal(), own.Marshal()) {
		t.Fatalf("%d pins", len(keys))
	}
	if left := mustRoot(t, s, "grep -rlsF -e 'PRIVATE KEY' /var/lib/cloud /run/cloud-init /var/log /etc/cloud || :"); left != "" {
		t.Errorf("copies of the one-time key: %s", left)
	}
	before := mustRoot(t, s, snapshot)

	for _, step := range steps[1:] {
		begin := time.Now()
		if _, err := s.Apply(ctx, step, r); err != nil {
			t.Fatal(err)
		}
		t.Logf("%s took %s", step.ID, time.Since(begin).Round(10*time.Millisecond))
	}
	allHold(t, s, steps, "after set-up")
	for _, step := range steps[1:] {
		if _, err := s.Apply(ctx, step, r); err != nil {
			t.Fatalf("a second time: %v", err)
		}
	}
	allHold(t, s, steps, "after a second set-up")

	for i := len(steps) - 1; i > 0; i-- {
		for range 2 {
			if err := s.Undo(ctx, steps[i]); err != nil {
				t.Fatalf("undo of %s: %v", steps[i].ID, err)
			}
		}
	}
	if after := mustRoot(t, s, snapshot); after != before {
		t.Errorf("after undo: %s", difference(before, after))
	}

	for _, step := range steps[1:] {
		if _, err := s.Apply(ctx, step, r); err != nil {
			t.Fatalf("after undo: %v", err)
		}
	}
	allHold(t, s, steps, "after undo and set-up")

	t.Run("the channel carries", func(t *testing.T) { channelCarries(t, s) })
	t.Run("the sandbox holds", func(t *testing.T) { sandboxHolds(t, s) })
	t.Run("every damage is seen and repaired", func(t *testing.T) { damagesAreRepaired(t, s, steps) })
}

func difference(before, after string) string {
	var out []string
	for _, pair := range [][2]string{{before, after}, {after, before}} {
		sign := map[bool]string{true: "- ", false: "+ "}[pair[0] == before]
		for line := range strings.Lines(pair[0]) {
			if line = strings.TrimSuffix(line, "\n"); !strings.Contains("\n"+pair[1]+"\n", "\n"+line+"\n") {
				out = append(out, sign+line+"\n")
			}
		}
	}
	return strings.Join(out, "")
}

func allHold(t *testing.T, s *Session, steps []Step, when string) {
	t.Helper()
	begin := time.Now()
	found, err := s.Check(t.Context(), steps)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("all checks took %s", time.Since(begin).Round(10*time.Millisecond))
	for _, step := range steps {
		if h := found[step.ID]; !h.OK {
			t.Errorf("%s, %s: %s", when, step.ID, h.Why)
		}
	}
}

// damagesAreRepaired damages the machine, one thing at a time.
func damagesAreRepaired(t *testing.T, s *Session, steps []Step) {
	for _, c := range []struct{ step, damage, why string }{
		{"guest-hostkey", "mkdir -p /var/lib/cloud/instances/i; echo x >/var/lib/cloud/instances/i/user-data.txt", "copy of the seed"},
		{"guest-account", "usermod -aG sudo openclaw", "groups"},
		{"guest-account", "usermod -s /bin/bash openclaw", "openclaw:x:"},
		{"guest-account", "echo 'openclaw ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/zz", "sudo"},
		{"guest-account", "echo root:secret | chpasswd", "password of root"},
		{"guest-directories", "chmod 0755 /var/lib/openclaw/.openclaw", "700 openclaw:openclaw"},
		{"guest-directories", "chown openclaw /var/lib/openclaw/inbox", "inbox"},
		{"guest-directories", "mount -o remount,bind,exec /var/lib/openclaw/outbox", "noexec"},
		{"guest-directories", "umount /var/lib/openclaw/outbox /var/lib/openclaw", "not mounted"},
		{"guest-directories", "rm /etc/systemd/journald.conf.d/clawarium.conf", "journald.conf.d"},
		{"guest-ssh", "echo 'PasswordAuthentication yes' >/etc/ssh/sshd_config.d/00-a.conf", "passwordauthentication no"},
		{"guest-ssh", "sed -i '1i PermitRootLogin yes' /etc/ssh/sshd_config", "permitrootlogin no"},
		{"guest-ssh", "echo 'X11Forwarding yes' >/etc/ssh/sshd_config.d/00-clawarium.conf", "00-clawarium.conf"},
		{"guest-ca", "cp /etc/ssl/certs/ca-certificates.crt /usr/local/share/ca-certificates/clawarium-7.crt", "not in the plan"},
		{"guest-code", "umount /opt/openclaw/node_modules", "not mounted"},
		{"guest-code", "umount /opt/openclaw/node_modules; mount -t tmpfs none /opt/openclaw/node_modules", "not mounted"},
		{"guest-code", "rm /etc/systemd/system/local-fs.target.wants/opt-openclaw-node_modules.mount", "at boot"},
		{"guest-config", "sed -i 's/\"loopback\"/\"lan\"/' /var/lib/openclaw/.openclaw/openclaw.json", "gateway.bind differs"},
		{"guest-config", "chmod 0644 /var/lib/openclaw/.openclaw/openclaw.json", "mode 0644"},
		{"guest-config", "rm /var/lib/openclaw/.openclaw/openclaw.json", "missing"},
		{"guest-config", "ln -sf /etc/passwd /var/lib/openclaw/.openclaw/openclaw.json", "regular file"},
		{"guest-service", "sed -i 's/^User=.*/User=root/' /etc/systemd/system/openclaw-gateway.service", "openclaw-gateway.service"},
		{"guest-ssh", "printf 'PermitListen any\\nPermitOpen any\\n' >/etc/ssh/sshd_config.d/00-a.conf", "permitlisten 127.0.0.1:3128"},
		{"guest-proxy", "printf 'Acquire::https::Proxy \"DIRECT\";\\n' >/etc/apt/apt.conf", "https::Proxy"},
		{"guest-proxy", "git config --system http.proxy http://10.0.2.2:8080", "/etc/gitconfig"},
		{"guest-proxy", "sed -i /https_proxy/d /etc/environment; rm /etc/npmrc", "/etc/environment"},
		{"guest-service", "mkdir -p /etc/systemd/system/openclaw-gateway.service.d; printf '[Service]\\nReadWritePaths=/\\n' >/etc/systemd/system/openclaw-gateway.service.d/x.conf; systemctl daemon-reload", "DropInPaths="},
	} {
		mustRoot(t, s, c.damage)
		found, err := s.Check(t.Context(), steps)
		if err != nil {
			t.Fatal(err)
		}
		if h := found[c.step]; h.OK || !strings.Contains(h.Why, c.why) {
			t.Errorf("%s: the check says %v %q", c.damage, h.OK, h.Why)
		}
		for _, step := range steps {
			if step.ID == c.step || !found[step.ID].OK {
				if _, err := s.Apply(t.Context(), step, silent{}); err != nil {
					t.Errorf("%s: %v", c.damage, err)
				}
			}
		}
		allHold(t, s, steps, "after the repair of "+c.damage)
	}
	if mail := mustRoot(t, s, "head -c 5 /etc/passwd"); mail != "root:" {
		t.Error("a link of the agent's was followed")
	}
}

func sandboxHolds(t *testing.T, s *Session) {
	run := func(stdin, script string) (string, int) {
		var out bytes.Buffer
		exit, err := s.Client.Run(t.Context(), AgentCommand(SandboxConfig{}, false, "/bin/sh", "-c", script), strings.NewReader(stdin), &out, nil)
		if err != nil {
			t.Fatal(err)
		}
		return strings.TrimSpace(out.String()), exit
	}
	if out, exit := run("typed", "cat; id -un; exit 7"); out != "typedopenclaw" || exit != 7 {
		t.Errorf("%q, exit %d", out, exit)
	}
	out, _ := run("", `
for p in / /etc /usr /var/lib/openclaw /var/lib/openclaw/inbox /opt/openclaw/node_modules /var/lib/openclaw/backups /home /boot /run; do
    (: >$p/canary) 2>/dev/null && echo "wrote $p"
done
for p in ~/.openclaw ~/.openclaw/workspace ~/outbox /tmp; do (: >$p/canary) 2>/dev/null || echo "no $p"; rm -f $p/canary; done
for p in /home /root /var/lib/openclaw/backups /var/lib/clawarium /etc/ssh /etc/sudoers.d /var/log /boot; do ls $p >/dev/null 2>&1 && [ -n "$(ls $p)" ] && echo "sees $p"; done
cat /proc/1/environ /proc/1/cmdline >/dev/null 2>&1 && echo "sees init"
sudo -n true 2>/dev/null && echo "has sudo"
su -c true 2>/dev/null </dev/null && echo "has su"
for at in 'AF_INET), ("127.0.0.1"' 'AF_INET6), ("::"'; do
    python3 -c "import socket as s; a = (s.socket(s.$at, 3128)); a[0].bind(a[1])" 2>/dev/null && echo "took the warden's port: $at"
done
printf '#!/bin/sh\necho ran' >~/outbox/x; chmod +x ~/outbox/x; ~/outbox/x 2>/dev/null; rm -f ~/outbox/x
grep -E '^(CapEff|CapBnd|NoNewPrivs|Seccomp):' /proc/self/status | tr -d '\t' | tr '\n' ' '`)
	if out != "CapEff:0000000000000000 CapBnd:0000000000000000 NoNewPrivs:1 Seccomp:2" {
		t.Errorf("in the sandbox: %s", out)
	}
	if node, exit := run("", layout.Node+" --version"); exit != 0 || !strings.HasPrefix(node, "v") {
		t.Errorf("node: %q, exit %d", node, exit)
	}
	exposure := mustRoot(t, s, "systemd-analyze security --no-pager --threshold=20 "+layout.Unit+" | tail -n 1")
	t.Log(exposure)
	var screen bytes.Buffer
	exit, err := s.Client.RunTerminal(t.Context(), AgentCommand(SandboxConfig{}, true, "/bin/sh", "-c", "stty size; exit 9"), Terminal{
		Stdin: blockedReader{}, Stdout: &screen, Size: Size{101, 37},
	})
	if err != nil || exit != 9 || !strings.Contains(screen.String(), "37 101") {
		t.Errorf("terminal: exit %d, %v, %q", exit, err, screen.String())
	}
}

func TestTheGatewayBecomesReadyInItsSandbox(t *testing.T) {
	if os.Getenv("CLAWARIUM_TEST_GATEWAY") == "" {
		t.Skip("CLAWARIUM_TEST_GATEWAY is not set")
	}
	address, keeper, pins := bootMachine(t, true)
	r := testReporter{t}
	ctx, cancel := context.WithTimeout(t.Context(), 40*time.Minute)
	defer cancel()
	s, err := Open(ctx, address, layout.Keeper, keeper.Signer, pins, r)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	config, err := Config(ConfigChoices{Preset: "cautious", Provider: "none"})
	if err != nil {
		t.Fatal(err)
	}
	steps, err := Steps(Settings{Config: config, Stretch: 5})
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range steps {
		begin := time.Now()
		if _, err := s.Apply(ctx, step, r); err != nil {
			t.Fatal(err)
		}
		t.Logf("%s took %s", step.ID, time.Since(begin).Round(10*time.Millisecond))
	}
	allHold(t, s, steps, "with the gateway")
	if user := mustRoot(t, s, "ps -o uid= -p $(systemctl show -P MainPID "+layout.Unit+")"); user != fmt.Sprint(layout.AgentID) {
		t.Errorf("the gateway runs as %q", user)
	}
}
