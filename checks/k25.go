package checks

import (
	"slices"
	"strings"
)

// K25, decommission: after the machine was destroyed, nothing of ours is left.
// While it is there, there is nothing to say.

func decommission(l *look) {
	t := l.t.Host
	left := l.evidence.Host.Left
	exists := slices.ContainsFunc(l.definitions, func(d definition) bool { return !d.live && d.fact.OK && d.root != nil })
	if !left.OK && left.Err == "" && exists {
		l.moot = true
		l.right(Libvirt, t.StillThere)
		return
	}
	v, ok := had(l, Host, t.Remains, left)
	if !ok {
		return
	}
	for _, x := range v.Found {
		l.wrong(Host, t.LeftBehind, named(t.Leftovers, x.Kind), x.Name)
	}
	if len(v.Looked) == 0 {
		l.unknown(Host, l.t.CouldNotLook, t.Remains, l.t.NotLookedAt)
		return
	}
	var kinds []string
	for _, k := range v.Looked {
		kinds = append(kinds, named(t.Leftovers, k))
	}
	if len(v.Found) == 0 {
		l.right(Host, t.NothingLeft, strings.Join(kinds, l.t.ListSeparator))
	}
	for _, x := range v.Kept {
		l.right(Host, t.KeptBehind, named(t.Leftovers, x.Kind), x.Name)
	}
	l.right(Host, t.OwnersDuties)
}
