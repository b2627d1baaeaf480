package virt

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// fakeQEMU is a shell script in QEMU's place.
func fakeQEMU(t *testing.T, script string) Probe {
	t.Helper()
	dir := t.TempDir()
	for name, content := range map[string]string{"qemu": "#!/bin/sh\n" + script, "kvm": "", "code.fd": "code"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return Probe{Device: filepath.Join(dir, "kvm"), QEMU: filepath.Join(dir, "qemu"), Firmware: filepath.Join(dir, "code.fd"), Limit: 5 * time.Second}
}

func TestKVMWorksOnlyWhenAGuestComesThroughItsFirmware(t *testing.T) {
	for _, c := range []struct {
		name, script string
		ok           bool
		why          string
	}{
		{"boots", `printf 'noise BBdsBdsDxe: loading'; exec sleep 60`, true, "KVM works"},
		{"stands still", `printf 'noise'; exec sleep 60`, false, "stood still"},
		{"aborts on a register", `echo 'qemu-system-x86_64: warning: x' >&2; echo 'qemu-system-x86_64: error: failed to set MSR 0x10a to 0x69' >&2; kill -ABRT $$`, false, "failed to set MSR 0x10a"},
		{"breaks in the firmware", `echo 'KVM internal error. Suberror: 1' >&2; exec sleep 60`, false, "KVM internal error"},
		{"ends", `exit 3`, false, "exit status 3"},
	} {
		p := fakeQEMU(t, c.script)
		if !c.ok && strings.Contains(c.script, "sleep") {
			p.Limit = 400 * time.Millisecond
		}
		ok, why := p.Run(t.Context())
		if ok != c.ok || !strings.Contains(why, c.why) {
			t.Errorf("%s: %v, %q", c.name, ok, why)
		}
	}
}

func TestKVMThatIsNotThereIsSaidToBeSo(t *testing.T) {
	whole := fakeQEMU(t, "exit 0")
	for want, damage := range map[string]func(*Probe){
		"has no":           func(p *Probe) { p.Device += "-gone" },
		"is not installed": func(p *Probe) { p.QEMU += "-gone" },
		"no UEFI firmware": func(p *Probe) { p.Firmware += "-gone" },
	} {
		p := whole
		damage(&p)
		if helpDevice == "" && p.Device != whole.Device {
			continue // macOS has none
		}
		if ok, why := p.Run(t.Context()); ok || !strings.Contains(why, want) {
			t.Errorf("%s: %v, %q", want, ok, why)
		}
	}
	if ok, why := ProbeKVMAs(t.Context(), "riscv64"); ok || !strings.Contains(why, "riscv64") {
		t.Errorf("%v, %q", ok, why)
	}
}
