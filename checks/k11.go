package checks

import (
	"slices"

	"github.com/clawarium/clawarium/assets/layout"
)

// K11, read-only code and input: the agent's code is on a disk that the
// hypervisor attaches read-only, so that not even the guest's root can change
// it; and the agent cannot write into its inbox.

func readOnly(l *look) {
	for d := range l.domains {
		switch disk := diskBySerial(d.root, layout.CodeSerial); {
		case disk == nil:
			l.unknown(Libvirt, l.t.NoCodeDisk, d.name, layout.CodeSerial)
		case disk.at("readonly") == nil:
			l.wrong(Libvirt, l.t.CodeWritable, d.name)
		default:
			l.right(Libvirt, l.t.CodeReadOnly, d.name)
		}
	}

	if m, ok := had(l, InGuest, l.t.CodeMount, l.evidence.Guest.CodeDisk); ok {
		switch {
		case m.Create == "written" || m.Write == "written":
			l.wrong(InGuest, l.t.CodeMountWritable, m.Source, m.Create, m.Write)
		case !m.DeviceRO || !m.ReadOnly:
			l.wrong(InGuest, l.t.CodeMountRW, m.Source)
		case !refusal(m.Create) || !refusal(m.Write):
			l.unknown(InGuest, l.t.CodeMountOther, m.Source, m.Create, m.Write)
		default:
			l.right(InGuest, l.t.CodeMountFine, m.Source, m.Create, m.Write)
		}
	}

	canaries, ok := had(l, InGuest, l.t.Canaries, l.evidence.Guest.Canaries)
	if !ok {
		return
	}
	for _, p := range []string{layout.Inbox, layout.Code} {
		i := slices.IndexFunc(canaries, func(c Canary) bool { return c.Path == p })
		switch {
		case i < 0:
			l.unknown(InGuest, l.t.CanaryMissing, p)
		case canaries[i].Result == "written":
			l.wrong(InGuest, l.t.CanaryWritten, p)
		case canaries[i].Result == "ENOENT" || !refusal(canaries[i].Result):
			l.unknown(InGuest, l.t.CanaryOther, p, canaries[i].Result)
		default:
			l.right(InGuest, l.t.CanaryHeld, canaries[i].Result, p)
		}
	}
}
