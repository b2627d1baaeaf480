//go:build real

package image

// Builds an image from the Debian packages that this computer's apt reaches.
// Needs: Linux, mmdebstrap, mtools, dosfstools, qemu-utils, uidmap, 3 GB in
// TMPDIR or /var/tmp; run it as root and as an ordinary account. IMAGE_DIR keeps
// the result. With qemu-system and OVMF it is booted to its login prompt, too.

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"net/http"
	"runtime"
)

func TestABuiltImageBootsToALoginPrompt(t *testing.T) {
	dir := os.Getenv("IMAGE_DIR")
	if dir == "" {
		dir = t.TempDir()
	}
	s := &Store{Dir: dir, HTTP: http.DefaultClient}
	start := time.Now()
	img, err := s.Get(t.Context(), Request{Source: Build, Arch: runtime.GOARCH}, logTo{t})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%+v in %v", img, time.Since(start).Round(time.Second))
	again, err := s.Get(t.Context(), Request{Source: Build, Arch: runtime.GOARCH}, logTo{t})
	if err != nil || again != img {
		t.Fatalf("second time: %+v, %v", again, err)
	}
	qemu, err := exec.LookPath("qemu-system-x86_64")
	code, vars := "/usr/share/OVMF/OVMF_CODE_4M.fd", "/usr/share/OVMF/OVMF_VARS_4M.fd"
	if err != nil || runtime.GOARCH != "amd64" || exec.Command("test", "-r", code).Run() != nil {
		t.Skip("not booted: there is no qemu-system-x86_64 with OVMF")
	}
	scratch := t.TempDir()
	overlay, own, console := filepath.Join(scratch, "o.qcow2"), filepath.Join(scratch, "vars.fd"), filepath.Join(scratch, "console")
	if out, err := exec.Command("qemu-img", "create", "-q", "-f", "qcow2", "-b", img.Path, "-F", "qcow2", overlay, "8G").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	data, err := os.ReadFile(vars)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(own, data, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(qemu, "-M", "q35,hpet=off", "-accel", "tcg,thread=multi", "-cpu", "max", "-smp", "2", "-m", "1024",
		"-nodefaults", "-display", "none", "-monitor", "none", "-serial", "file:"+console,
		"-drive", "if=pflash,format=raw,readonly=on,file="+code, "-drive", "if=pflash,format=raw,file="+own,
		"-drive", "if=none,id=d,format=qcow2,file="+overlay, "-device", "virtio-blk-pci,drive=d")
	start = time.Now()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }()
	for time.Since(start) < 5*time.Minute {
		time.Sleep(time.Second)
		if said, _ := os.ReadFile(console); strings.Contains(string(said), " login:") {
			t.Logf("login prompt after %v", time.Since(start).Round(time.Second))
			return
		}
	}
	said, _ := os.ReadFile(console)
	t.Fatalf("no login prompt in five minutes; the console's end:\n%s", said[max(0, len(said)-4000):])
}

type logTo struct{ t *testing.T }

func (l logTo) Stage(s string)    { l.t.Logf("== %s", s) }
func (l logTo) Bytes(_, _ int64)  {}
func (l logTo) Percent(p float64) { l.t.Logf("%.0f %%", p) }
func (l logTo) Log(line string)   { l.t.Log(line) }
