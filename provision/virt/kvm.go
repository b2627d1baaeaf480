package virt

// This file tries whether KVM really works, by starting a guest with it.

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/clawarium/clawarium/assets/text"
)

// kvmLimit is how long the guest of the probe may take. With working hardware
// the firmware is through in one to two seconds; by emulation it takes 3.4 s.
const kvmLimit = 10 * time.Second

// Probe says how ProbeKVM starts its guest. The zero value is this computer's.
type Probe struct {
	Device   string        // /dev/kvm; on macOS there is none
	QEMU     string        // program; empty: qemu-system-… from PATH
	Firmware string        // UEFI code; empty: the first of the usual places
	Accel    string        // kvm; on macOS hvf
	CPU      string        // host
	Limit    time.Duration // 10 s
}

// ProbeKVM starts a guest of two processors under KVM and waits until its UEFI
// firmware, the same as the machine's, comes to look for something to boot. So
// a device node that is there, a KVM that is listed, and even a boot sector that
// runs prove nothing: nested KVM has been seen to fail on the firmware's first
// floating-point instruction, and on a model-specific register. It says whether
// that worked, and in a sentence why. QEMU runs as the caller, without disk or
// network, and is killed after 10 s.
//
// On arm64 the same is done with that architecture's firmware, and on macOS with hvf;
// neither has been tried on hardware.
func ProbeKVM(ctx context.Context) (ok bool, why string) {
	ok, why = Probe{}.Run(ctx)
	if helpName != "kvm" {
		why = strings.ReplaceAll(why, "KVM", helpName)
	}
	return ok, why
}

// ProbeKVMAs is ProbeKVM for a machine of another architecture, which KVM
// cannot run.
func ProbeKVMAs(ctx context.Context, arch string) (ok bool, why string) {
	if arch != "" && arch != runtime.GOARCH {
		return false, fmt.Sprintf(text.T().Virt.KVMForeignArch, arch)
	}
	return ProbeKVM(ctx)
}

// Run makes the probe.
func (p Probe) Run(ctx context.Context) (ok bool, why string) {
	t := &text.T().Virt
	p.fill()
	if helpDevice != "" {
		if _, err := os.Stat(p.Device); err != nil {
			return false, fmt.Sprintf(t.KVMNoDevice, p.Device)
		}
		f, err := os.OpenFile(p.Device, os.O_RDWR, 0)
		if err != nil {
			return false, fmt.Sprintf(t.KVMNoAccess, p.Device)
		}
		f.Close()
	}
	qemu, err := exec.LookPath(p.QEMU)
	if err != nil {
		return false, fmt.Sprintf(t.KVMNoQEMU, p.QEMU)
	}
	if p.Firmware == "" {
		return false, t.KVMNoFirmware
	}
	return p.boot(ctx, qemu)
}

func (p *Probe) fill() {
	if p.Device == "" {
		p.Device = helpDevice
	}
	if p.QEMU == "" {
		p.QEMU = "qemu-system-" + libvirtArch[runtime.GOARCH].arch
		// Fedora's package puts the one for the host's own architecture here.
		if _, err := exec.LookPath(p.QEMU); err != nil {
			if _, err := os.Stat("/usr/libexec/qemu-kvm"); err == nil {
				p.QEMU = "/usr/libexec/qemu-kvm"
			}
		}
	}
	if p.Firmware == "" {
		for _, path := range firmwareCode[runtime.GOARCH] {
			if _, err := os.Stat(path); err == nil {
				p.Firmware = path
				break
			}
		}
	}
	if p.Accel == "" {
		p.Accel = helpName
	}
	if p.CPU == "" {
		p.CPU = "host"
	}
	if p.Limit == 0 {
		p.Limit = kvmLimit
	}
}

// bootMark is what EDK II's boot device selection prints, in release builds
// too, when it begins to look for something to boot.
const bootMark = "BdsDxe"

func (p Probe) boot(ctx context.Context, qemu string) (bool, string) {
	t := &text.T().Virt
	dir, err := os.MkdirTemp("", "clawarium-kvm-")
	if err != nil {
		return false, fmt.Sprintf(t.KVMBreaks, err)
	}
	defer os.RemoveAll(dir)
	// The firmware wants writable variables; it formats an empty flash itself.
	code, err := os.Stat(p.Firmware)
	if err != nil {
		return false, t.KVMNoFirmware
	}
	vars := filepath.Join(dir, "vars.fd")
	if err := makeVars(p.Firmware, vars, code.Size()); err != nil {
		return false, fmt.Sprintf(t.KVMBreaks, err)
	}
	machine := libvirtArch[runtime.GOARCH].machine
	limited, cancel := context.WithTimeout(ctx, p.Limit)
	defer cancel()
	cmd := exec.CommandContext(limited, qemu, "-sandbox", "on",
		"-nodefaults", "-no-user-config", "-display", "none",
		"-machine", machine, "-accel", p.Accel, "-cpu", p.CPU, "-smp", "2", "-m", "128",
		"-drive", "if=pflash,format=raw,unit=0,readonly=on,file="+p.Firmware,
		"-drive", "if=pflash,format=raw,unit=1,file="+vars,
		"-serial", "stdio")
	if !seccomp {
		cmd.Args = append(cmd.Args[:1], cmd.Args[3:]...)
	}
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGKILL) }
	cmd.WaitDelay = time.Second
	var complaints tail
	cmd.Stderr = &complaints
	out, err := cmd.StdoutPipe()
	if err != nil {
		return false, fmt.Sprintf(t.KVMBreaks, err)
	}
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return false, fmt.Sprintf(t.KVMBreaks, err)
	}
	seen := make(chan bool, 1)
	go func() { seen <- contains(out, bootMark) }()
	booted := false
	select {
	case booted = <-seen:
	case <-limited.Done():
	}
	took := time.Since(began)
	// QEMU that was killed for its time also closes its output, and a clock read
	// now may still show less than the limit: only the context knows which it was.
	late := limited.Err() != nil
	cancel()
	waited := cmd.Wait()
	switch {
	case booted:
		return true, fmt.Sprintf(t.KVMUsable, took.Round(100*time.Millisecond))
	case ctx.Err() != nil:
		return false, t.KVMInterrupted
	}
	if line := complaints.cause(); line != "" {
		return false, fmt.Sprintf(t.KVMBreaks, line)
	}
	if !late && waited != nil {
		return false, fmt.Sprintf(t.KVMBreaks, waited)
	}
	return false, fmt.Sprintf(t.KVMHangs, p.Limit)
}

// makeVars makes the second flash: the template that belongs to the code, or
// zeros of a usual size, which are enough to come as far as the probe wants.
func makeVars(code, vars string, codeSize int64) error {
	for _, pair := range [][2]string{{"_CODE", "_VARS"}, {"-code", "-vars"}, {"QEMU_EFI-pflash.raw", "vars-template-pflash.raw"}} {
		template := strings.Replace(code, pair[0], pair[1], 1)
		if template == code {
			continue
		}
		if data, err := os.ReadFile(template); err == nil {
			return os.WriteFile(vars, data, 0o600)
		}
	}
	if err := os.WriteFile(vars, nil, 0o600); err != nil {
		return err
	}
	return os.Truncate(vars, codeSize)
}

// contains reads until mark has come by, or the end.
func contains(r io.Reader, mark string) bool {
	br := bufio.NewReader(r)
	matched := 0
	for {
		b, err := br.ReadByte()
		if err != nil {
			return false
		}
		if b == mark[matched] {
			matched++
		} else if matched = 0; b == mark[0] {
			matched = 1
		}
		if matched == len(mark) {
			return true
		}
	}
}

// tail keeps the first few lines of QEMU's complaints.
type tail struct{ lines []byte }

func (t *tail) Write(p []byte) (int, error) {
	if room := 4096 - len(t.lines); room > 0 {
		t.lines = append(t.lines, p[:min(room, len(p))]...)
	}
	return len(p), nil
}

// cause is the first line that is not a mere warning, without QEMU's name.
func (t *tail) cause() string {
	for line := range strings.Lines(string(t.lines)) {
		line = strings.TrimSpace(line)
		if line == "" || strings.Contains(line, "warning:") || strings.Contains(line, "terminating on signal") {
			continue
		}
		if _, rest, ok := strings.Cut(line, ": "); ok && strings.HasPrefix(line, "qemu") {
			line = strings.TrimPrefix(rest, "error: ")
		}
		return line
	}
	return ""
}
