package checks

import (
	"path"
	"slices"
	"strings"

	"github.com/clawarium/clawarium/assets/layout"
)

// K10, paths: the agent writes in its own directories and nowhere else. The
// unit's properties say so, and attempts in the service's own view of the file
// system show it.

// outsideCanaries must all have been tried. /root, /home and the like may be
// hidden from the service altogether; these cannot be.
var outsideCanaries = []string{"/etc", "/usr", "/var", "/opt", "/root"}

// insideCanaries must all have succeeded.
var insideCanaries = []string{layout.State, layout.Workspace, layout.Outbox}

func paths(l *look) {
	if unit, ok := had(l, InGuest, l.t.UnitName, l.evidence.Guest.Unit); ok {
		l.unit(unit)
	}
	canaries, ok := had(l, InGuest, l.t.Canaries, l.evidence.Guest.Canaries)
	if !ok {
		return
	}
	tried := map[string]Canary{}
	var open []string
	held := map[string][]string{} // by the kernel's answer
	for _, c := range canaries {
		tried[c.Path] = c
		if slices.Contains(insideCanaries, c.Path) || c.Path == layout.Inbox || c.Path == layout.Code { // the last two are K11's
			continue
		}
		switch {
		case c.Result == "written":
			l.wrong(InGuest, l.t.CanaryWritten, c.Path)
		case c.Result == "ENOENT" && !strings.HasPrefix(c.Path, layout.Home):
			// Hidden or not there: nothing to write to.
		case !refusal(c.Result):
			l.unknown(InGuest, l.t.CanaryOther, c.Path, c.Result)
		case !c.ReadOnly && !strings.HasPrefix(c.Path, layout.Home+"/"):
			// Ownership alone kept it out; the sandbox would not have.
			open = append(open, c.Path)
		default:
			held[c.Result] = append(held[c.Result], c.Path)
		}
	}
	for _, p := range open {
		l.wrong(InGuest, l.t.CanaryUnsealed, p)
	}
	for _, p := range outsideCanaries {
		if _, ok := tried[p]; !ok {
			l.unknown(InGuest, l.t.CanaryMissing, p)
		}
	}
	for _, answer := range sortedKeys(held) {
		l.right(InGuest, l.t.CanaryHeld, answer, strings.Join(held[answer], " "))
	}
	for _, p := range insideCanaries {
		switch c, ok := tried[p]; {
		case !ok:
			l.unknown(InGuest, l.t.CanaryMissing, p)
		case c.Result == "written" && !c.Left:
			l.right(InGuest, l.t.CanaryInside, p)
		default:
			l.wrong(InGuest, l.t.CanaryRefusedInside, p, c.Result)
		}
	}
}

// refusal tells the answers by which a kernel refuses to write.
func refusal(errno string) bool {
	return slices.Contains([]string{"EROFS", "EACCES", "EPERM", "ENOENT", "ENOTDIR"}, errno)
}

// unit looks at the properties that systemd enforces.
func (l *look) unit(unit map[string]string) {
	if unit["LoadState"] != "loaded" {
		l.unknown(InGuest, l.t.UnitNotLoaded, layout.Unit, unit["LoadState"])
		return
	}
	before := len(l.wrongs)
	if got := unit["ProtectSystem"]; got != "strict" {
		l.wrong(InGuest, l.t.UnitSays, "ProtectSystem", got, "strict")
	}
	for _, p := range strings.Fields(unit["ReadWritePaths"]) {
		p = path.Clean(strings.TrimLeft(p, "-+"))
		if p != layout.Home && !strings.HasPrefix(p, layout.Home+"/") {
			l.wrong(InGuest, l.t.UnitWrites, p)
		}
	}
	if len(l.wrongs) == before {
		l.right(InGuest, l.t.UnitFine, unit["ReadWritePaths"])
	}
}
