//go:build e2e

package main

// Bad input and a host that does not play along: told with the value and what to
// do about it, all at once, and nothing changed.

import (
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/clawarium/clawarium/provision/virt"
)

// refusal runs a set-up that must be refused, and compares the host before and after.
func (w *world) refusal(t *testing.T, wantExit int, wants []string, args ...string) {
	t.Helper()
	dirs := append(append([]string(nil), libvirtDirs...), w.home)
	before := hostState(t, virt.SystemURI, dirs...)
	saved := w.t
	w.t = t
	defer func() { w.t = saved }()
	r := w.runWith(5*time.Minute, nil, args...)
	if r.exit != wantExit {
		t.Errorf("exit %d, expected %d\n%s", r.exit, wantExit, r.stderr)
	}
	for _, want := range append(wants, "hint:") {
		if !strings.Contains(r.stderr, want) {
			t.Errorf("it does not say %q:\n%s", want, r.stderr)
		}
	}
	if d := difference(before, hostState(t, virt.SystemURI, dirs...)); d != "" {
		t.Errorf("something changed:\n%s", d)
	}
}

func (w *world) file(name, content string) string {
	path := filepath.Join(w.home, name)
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		w.t.Fatal(err)
	}
	return path
}

func TestBadInputIsRefusedWithTheValueAndAHint(t *testing.T) {
	w := newWorld(t, "")
	setup := func(more ...string) []string { return append([]string{"setup", "--yes"}, more...) }
	set := func(key, value string) []string { return setup("--set", key+"="+value) }

	plan := w.file("plan.yaml", "version: 1\nmachine:\n  memry: 4GiB\n  memory: 64MiB\nname: ../x\n")
	t.Run("a plan with three faults is told all three, with lines", func(t *testing.T) {
		w.refusal(t, exitUsage, []string{`memry"`, "line 3", "memory", `"64MiB"`, "line 4", `"../x"`, "line 5"}, setup("--plan", plan)...)
	})
	t.Run("memory of 4 TiB", func(t *testing.T) {
		w.refusal(t, exitUsage, []string{`"4TiB"`}, set("machine.memory", "4TiB")...)
	})
	t.Run("a disk larger than the free space", func(t *testing.T) {
		w.refusal(t, exitUsage, []string{`"2TiB"`, "machine.dataDisk"}, set("machine.dataDisk", "2TiB")...)
	})
	t.Run("a name that leaves its directory", func(t *testing.T) {
		w.refusal(t, exitUsage, []string{`"../x"`}, "status", "--name", "../x")
	})
	t.Run("an unknown step", func(t *testing.T) {
		w.refusal(t, exitUsage, []string{`"gateway"`, "guest-gateway"}, setup("--until", "gateway")...)
	})
	t.Run("an unknown flag", func(t *testing.T) {
		w.refusal(t, exitUsage, []string{"--frobnicate"}, setup("--frobnicate")...)
	})
	t.Run("a secret in a plan, which is not repeated", func(t *testing.T) {
		key := "sk-ant-" + strings.Repeat("a1B2", 12)
		path := w.file("secret.yaml", "openclaw:\n  registry: https://example.org/?token="+key+"\n")
		w.refusal(t, exitUsage, []string{"line 2", "registry"}, setup("--plan", path)...)
		if r := w.runWith(time.Minute, nil, setup("--plan", path)...); strings.Contains(r.stderr+r.stdout, key) {
			t.Errorf("the secret is on the screen:\n%s", r.stderr)
		}
	})
	t.Run("nobody to ask and no --yes", func(t *testing.T) {
		// Line by line, since there is no terminal, and the input is at its end.
		w.refusal(t, exitUsage, []string{"--yes"}, "setup")
		w.refusal(t, exitUsage, []string{"--yes"})
		w.refusal(t, exitUsage, []string{"--yes"}, "setup", "--until", "keys")
	})
}

func TestAnImageThatIsNotWhatItShouldBeIsRefused(t *testing.T) {
	w := newWorld(t, "")
	base := filepath.Join(w.home, "base.qcow2")
	overlay := filepath.Join(w.home, "overlay.qcow2")
	for _, command := range [][]string{
		{"qemu-img", "create", "-q", "-f", "qcow2", base, "64M"},
		{"qemu-img", "create", "-q", "-f", "qcow2", "-b", base, "-F", "qcow2", overlay},
	} {
		if out, err := exec.Command(command[0], command[1:]...).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	data, err := os.ReadFile(base)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha512Of(data)
	data[len(data)/2] ^= 1
	flipped := w.file("flipped.qcow2", string(data))
	for _, c := range []struct{ title, path, pin, says string }{
		{"a backing file", overlay, "", "backing"},
		{"one flipped byte", flipped, sum, "image.sha512"},
		{"no image at all", w.file("text.img", strings.Repeat("no image ", 1000)), "", "text.img"},
	} {
		t.Run(c.title, func(t *testing.T) {
			args := []string{"setup", "--yes", "--until", "base-image", "--name", "e2e-image", "--set", "image.source=file", "--set", "image.file=" + c.path}
			if c.pin != "" {
				args = append(args, "--set", "image.sha512="+c.pin)
			}
			r := w.runWith(2*time.Minute, nil, args...)
			if r.exit != exitCouldNot || !strings.Contains(r.stderr, c.says) || !strings.Contains(r.stderr, "hint:") {
				t.Errorf("exit %d\n%s", r.exit, r.stderr)
			}
			left, _ := filepath.Glob(filepath.Join(w.home, ".cache/clawarium/images/*.qcow2"))
			if len(left) > 0 {
				t.Errorf("left in the cache: %v", left)
			}
			w.run(time.Minute, "undo", "--name", "e2e-image")
		})
	}
}

func TestALockfileWithoutIntegrityIsRefused(t *testing.T) {
	w := newWorld(t, sharedCache(t))
	lock := w.file("package-lock.json", `{"name":"x","lockfileVersion":3,"requires":true,"packages":{"":{"dependencies":{"openclaw":"2026.9.6"}},"node_modules/openclaw":{"version":"2026.9.6"}}}`)
	r := w.runWith(10*time.Minute, nil, "setup", "--yes", "--until", "code-disk", "--name", "e2e-lock", "--set", "openclaw.lockfile="+lock)
	if r.exit != exitCouldNot || !strings.Contains(r.stderr, "openclaw@2026.9.6") || !strings.Contains(r.stderr, "integrity") {
		t.Errorf("exit %d\n%s", r.exit, r.stderr)
	}
	w.run(time.Minute, "undo", "--name", "e2e-lock")
}

func TestAForeignDomainOfTheSameNameIsLeftAlone(t *testing.T) {
	w := newWorld(t, "")
	const foreign = "clawarium-e2e-foreign"
	xml := w.file("foreign.xml", `<domain type='qemu'><name>`+foreign+`</name><memory unit='MiB'>64</memory><os><type arch='x86_64'>hvm</type></os></domain>`)
	if out, err := exec.Command("virsh", "-q", "define", xml).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	defer exec.Command("virsh", "-q", "undefine", foreign).Run()
	w.refusal(t, exitCouldNot, []string{foreign}, "setup", "--yes", "--name", "e2e-foreign")
}

// A libvirt that is down, that hangs, and that refuses permission. Each gets a
// /run of its own, so that the real one is left alone.
func TestALibvirtThatDoesNotServeIsTold(t *testing.T) {
	for _, c := range []struct {
		title, prepare string
		hang           bool
		wants          []string
	}{
		{title: "down", prepare: "mount -t tmpfs none /run/libvirt", wants: []string{"qemu:///system"}},
		{title: "hangs", prepare: "mount --bind %s /run/libvirt", hang: true, wants: []string{"qemu:///system", "did not answer"}},
	} {
		t.Run(c.title, func(t *testing.T) {
			w := newWorld(t, "")
			prepare := c.prepare
			if c.hang {
				dir, err := os.MkdirTemp("/tmp", "claw-e2e-")
				if err != nil {
					t.Fatal(err)
				}
				defer os.RemoveAll(dir)
				l, err := net.Listen("unix", filepath.Join(dir, "libvirt-sock"))
				if err != nil {
					t.Fatal(err)
				}
				defer l.Close()
				go func() {
					for {
						if _, err := l.Accept(); err != nil {
							return
						}
					}
				}()
				prepare = strings.ReplaceAll(prepare, "%s", dir)
			}
			binary := w.binary
			w.binary = "/usr/bin/unshare"
			began := time.Now()
			r := w.runWith(5*time.Minute, nil, "-m", "sh", "-c", prepare+" && exec "+binary+" setup --yes --name e2e-down")
			if r.exit != exitCouldNot || !strings.Contains(r.stderr, "hint:") {
				t.Errorf("exit %d after %s\n%s", r.exit, time.Since(began), r.stderr)
			}
			for _, want := range c.wants {
				if !strings.Contains(r.stderr, want) {
					t.Errorf("it does not say %q:\n%s", want, r.stderr)
				}
			}
			if _, err := os.Stat(w.machine("e2e-down")); err == nil {
				t.Errorf("the machine's directory was made")
			}
		})
	}
	t.Run("refuses permission", func(t *testing.T) {
		w := newWorld(t, "")
		w.becomeUser("claw-e2e-denied")
		r := w.runWith(2*time.Minute, nil, "setup", "--yes", "--name", "e2e-denied", "--set", "connection=system")
		if r.exit != exitCouldNot || !strings.Contains(r.stderr, "libvirt") || !strings.Contains(r.stderr, "usermod") {
			t.Errorf("exit %d\n%s", r.exit, r.stderr)
		}
	})
}

func TestAFullDiskIsToldBeforeTheDownloadAndNothingIsLost(t *testing.T) {
	w := newWorld(t, "")
	small := filepath.Join(w.home, ".cache")
	if err := os.MkdirAll(small, 0o755); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=32m", "none", small).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	defer exec.Command("umount", small).Run()
	r := w.runWith(5*time.Minute, nil, "setup", "--yes", "--name", "e2e-full", "--until", "base-image")
	if r.exit != exitCouldNot || !strings.Contains(r.stderr, "space") || !strings.Contains(r.stderr, "hint:") {
		t.Errorf("exit %d\n%s", r.exit, r.stderr)
	}
	w.run(time.Minute, "undo", "--name", "e2e-full")
}

// A mirror that does not say how much it will send, and a disk that is full
// before it has.
func TestADiskThatFillsUpDuringADownloadIsToldAndTheStartIsKept(t *testing.T) {
	w := newWorld(t, "")
	small := filepath.Join(w.home, ".cache")
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=24m", "none", small).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	defer exec.Command("umount", small).Run()
	server := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, _ *http.Request) {
		out.WriteHeader(http.StatusOK)
		block := make([]byte, 1<<20)
		for range 48 {
			if _, err := out.Write(block); err != nil {
				return
			}
			out.(http.Flusher).Flush()
		}
	}))
	defer server.Close()
	const name = "e2e-fills"
	r := w.runWith(5*time.Minute, nil, "setup", "--yes", "--name", name, "--until", "base-image",
		"--set", "image.source=official", "--set", "image.mirrors=["+server.URL+"]")
	if r.exit != exitCouldNot || !strings.Contains(r.stderr, "space") || !strings.Contains(r.stderr, "hint:") {
		t.Errorf("exit %d\n%s", r.exit, r.stderr)
	}
	whole, _ := filepath.Glob(filepath.Join(small, "clawarium/images/*.qcow2"))
	parts, _ := filepath.Glob(filepath.Join(small, "clawarium/images/*.part"))
	if len(whole) > 0 || len(parts) != 1 {
		t.Errorf("in the cache: %v and %v", whole, parts)
	}
	w.run(time.Minute, "undo", "--name", name)
}
