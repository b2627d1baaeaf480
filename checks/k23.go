package checks

import (
	"slices"
	"strings"
	"time"

	"github.com/clawarium/clawarium/assets/layout"
)

// K23, guest patches: the machine's own system installs security updates, and
// what it installed is in force. Looked at in the timers that systemd runs, in
// apt's settings and lists, and in the kernel that runs; apt itself is not run. Apt
// has to use the one way out, for it gets nothing by any other.

// listsAge is how old package lists may be before they say nothing of today.
// The timer reads them anew every day.
const listsAge = 7 * 24 * time.Hour

var aptTimers = []string{"apt-daily.timer", "apt-daily-upgrade.timer"}

func patched(l *look) {
	t := &l.t.Guest
	v, ok := had(l, InGuest, t.PatchesName, l.evidence.Guest.Patches)
	if !ok {
		return
	}
	if v.Kernel == "" || len(v.Timers) == 0 || len(v.Settings) == 0 {
		l.unknown(InGuest, l.t.CouldNotLook, t.PatchesName, l.t.Empty)
		return
	}
	if v.Installed {
		l.right(InGuest, t.UpgradesThere)
	} else {
		l.wrong(InGuest, t.NoUpgrades)
	}
	for _, name := range aptTimers {
		timer := v.Timers[name]
		load, active, file := timer["LoadState"], timer["ActiveState"], timer["UnitFileState"]
		switch {
		case load == "":
			l.unknown(InGuest, l.t.CouldNotLook, name, l.t.Empty)
		case load != "loaded" || active != "active" || !slices.Contains([]string{"enabled", "static"}, file):
			l.wrong(InGuest, t.TimerIs, name, load, firstOf(file, "–"), active)
		default:
			l.right(InGuest, t.TimerFine, name)
		}
	}
	if v.Settings["enable"] == "0" {
		l.wrong(InGuest, t.PeriodicIs, "Enable", "0")
	}
	for _, s := range []struct{ key, name string }{
		{"update-package-lists", "Update-Package-Lists"}, {"unattended-upgrade", "Unattended-Upgrade"},
	} {
		if value := v.Settings[s.key]; value == "" || value == "0" {
			l.wrong(InGuest, t.PeriodicIs, s.name, firstOf(value, t.Unset))
		}
	}

	l.aptsWayOut(v)

	age := time.Duration(min(max(v.Age, 0), 1<<31)) * time.Second
	days := int(age / (24 * time.Hour))
	switch {
	case v.PendingCount > 0:
		l.wrong(InGuest, t.Pending, v.PendingCount, strings.Join(v.Pending, " "))
	case v.Lists == 0 || v.Age < 0:
		l.unknown(InGuest, t.NoLists)
	case v.SecurityLists == 0:
		l.unknown(InGuest, t.NoSecurityLists, v.Lists)
	case age > listsAge:
		l.unknown(InGuest, t.OldLists, days)
	default:
		l.right(InGuest, t.NonePending, v.SecurityLists, days)
	}

	switch {
	case v.NewestKernel == "":
		l.unknown(InGuest, t.NoKernelFile)
	case v.NewestKernel != v.Kernel:
		l.wrong(InGuest, t.OtherKernel, v.Kernel, v.NewestKernel)
	default:
		l.right(InGuest, t.KernelFine, v.Kernel)
	}
	if v.Reboot {
		l.wrong(InGuest, t.RebootWanted)
	}
}

// aptsWayOut asks whether apt uses the warden's proxy, on a machine that has one.
func (l *look) aptsWayOut(v Patches) {
	t := &l.t.Drills
	if l.subject.Egress.Level == "" {
		return // made before there was a way out
	}
	for _, scheme := range []string{"http", "https"} {
		if got := v.Proxy[scheme]; got != layout.Proxy {
			l.wrong(InGuest, t.AptElsewhere, scheme, firstOf(got, l.t.Guest.Unset), layout.Proxy)
			return
		}
	}
	l.right(InGuest, t.AptFine, layout.Proxy)
}
