package checks

import (
	"fmt"
	"time"
)

// K21, emergency stop: one command stops the machine, and the machine follows it.
// How its last stop went is in a record that `clawarium stop` keeps on the host;
// that it can follow at all, in libvirt's definitions.

func stop(l *look) {
	t := l.t.Host
	for d := range l.domains {
		before := len(l.wrongs)
		if d.root.at("features", "acpi") == nil {
			l.wrong(Libvirt, t.NoACPI, d.name)
		}
		if p := d.root.at("on_poweroff").value(); p != "destroy" && p != "" {
			l.wrong(Libvirt, t.StaysOn, d.name, p)
		}
		if len(l.wrongs) == before {
			l.right(Libvirt, t.CanStop, d.name)
		}
	}
	stops, ok := had(l, Host, t.StopRecord, l.evidence.Host.Stops)
	if !ok {
		return
	}
	if len(stops.Last) == 0 {
		l.unknown(Host, t.NoStop)
		l.hint = fmt.Sprintf(t.NoStopHint, nameFlag(l.subject.Machine))
		return
	}
	last := stops.Last[0]
	for _, s := range stops.Last {
		if s.When.After(last.When) {
			last = s
		}
	}
	when := last.When.Local().Format(time.DateTime)
	if last.Forced {
		l.wrong(Host, t.StopForced, when, last.Seconds)
		return
	}
	l.right(Host, t.StopObeyed, when, last.Seconds)
}
