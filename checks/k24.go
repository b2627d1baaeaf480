package checks

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// K24, host baseline: this computer's own protections. Report only. What the
// kernel itself calls vulnerable is not met; the rest is said, not judged, since
// a good setting for one computer is a bad one for another.

func hostBaseline(l *look) {
	t := l.t.Host
	if cpu, ok := had(l, Host, t.CPUName, l.evidence.Host.CPU); ok {
		bad, partly := 0, []string{}
		for _, name := range slices.Sorted(maps.Keys(cpu)) {
			switch said := cpu[name]; {
			case vulnerable(said):
				bad++
				l.wrong(Host, t.CPUVulnerable, name, said)
			case strings.Contains(strings.ToLower(said), "vulnerable"):
				partly = append(partly, name+": "+said)
			}
		}
		switch {
		case len(cpu) == 0:
			l.unknown(Host, l.t.CouldNotLook, t.CPUName, l.t.Empty)
		case bad == 0:
			l.right(Host, t.CPUFine, len(cpu))
		}
		for _, p := range partly {
			l.right(Host, t.CPUPartly, p)
		}
	}

	b, ok := had(l, Host, t.BaselineName, l.evidence.Host.Baseline)
	if !ok {
		return
	}
	if b.Kernel == "" && b.OS == "" {
		l.unknown(Host, l.t.CouldNotLook, t.BaselineName, l.t.Empty)
		return
	}
	version := func(v string) string {
		if v == "" {
			return l.t.Unknown
		}
		return v
	}
	l.right(Host, t.VersionsAre, version(b.OS), version(b.Kernel), version(b.Libvirt), version(b.Qemu))
	l.right(Host, "%s", named(t.Confinements, b.Confinement))
	l.right(Host, "%s", named(t.Firewalls, b.Firewall))
	for _, d := range b.Disks {
		l.right(Host, "%s", fmt.Sprintf(named(t.Encryption, d.Encrypted), d.Mount, d.Device))
	}
	if q := l.evidence.Host.Qemu; q.OK {
		if emulated(q.Value.Args) {
			l.right(Host, t.Emulated)
		} else {
			l.right(Host, t.Hardware)
		}
	}
}

// vulnerable reads the kernel's answer (Documentation/ABI/testing/sysfs-devices-
// system-cpu): "Not affected", "Mitigation: …", "Vulnerable…" or "Unknown…"; one
// entry answers for virtual machines with "KVM: Vulnerable".
func vulnerable(said string) bool {
	return strings.HasPrefix(said, "Vulnerable") || strings.HasPrefix(said, "KVM: Vulnerable")
}

// emulated says whether QEMU was told to do without the processor's help.
func emulated(args []string) bool {
	for i := 1; i < len(args); i++ {
		if args[i-1] == "-accel" && strings.HasPrefix(args[i], "tcg") || args[i-1] == "-machine" && strings.Contains(args[i], "accel=tcg") {
			return true
		}
	}
	return false
}
