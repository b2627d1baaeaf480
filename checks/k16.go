package checks

import (
	"slices"
	"strconv"
	"strings"

	"github.com/clawarium/clawarium/assets/openclaw"
)

// K16, current version: what runs, and what is installed, is what was pinned, is
// not older than the release that closed the last known hole, nor than the newest
// that is known of. The pinned version is held as it is: updates are announced and
// made on the owner's word.

func version(l *look) {
	t := &l.t.Guest
	v, ok := had(l, InGuest, t.VersionName, l.evidence.Guest.Version)
	if !ok {
		return
	}
	s := l.subject
	switch {
	case s.OpenClaw == "":
		l.unknown(Host, l.t.CouldNotLook, t.PinnedName, l.t.NotLookedAt)
	case v.Installed == "":
		l.unknown(InGuest, l.t.CouldNotLook, t.VersionName, l.t.Empty)
	case v.Installed != s.OpenClaw || v.Node != s.Node && s.Node != "":
		l.wrong(InGuest, t.OtherInstalled, v.Installed, v.Node, s.OpenClaw, s.Node)
	default:
		l.right(InGuest, t.InstalledFine, v.Installed, v.Node)
	}

	switch {
	case v.PID == 0:
		l.unknown(InGuest, t.NotRunningVersion)
	case !v.SameDisk:
		l.wrong(InGuest, t.OldProcess, v.PID)
	case v.Running != v.Installed || v.RunningNode != v.Node:
		l.wrong(InGuest, t.OtherRunning, v.PID, v.Running, v.RunningNode, v.Installed, v.Node)
	case v.Running != "":
		l.right(InGuest, t.RunningFine, v.PID, v.Running)
	}
	for _, p := range v.Strays {
		l.wrong(InGuest, t.Stray, p.PID, p.Exe)
	}

	for _, have := range slices.Compact([]string{v.Installed, v.Running}) {
		if have == "" {
			continue
		}
		floor := openclaw.Floor()
		switch order, ok := compareVersions(have, floor.Version); {
		case !ok:
			l.unknown(InGuest, t.NoOrder, have, floor.Version)
		case order < 0:
			l.wrong(InGuest, t.BelowFloor, have, floor.Version)
		default:
			l.right(InGuest, t.AboveFloor, have, floor.Version)
		}
		if order, ok := compareVersions(have, s.Shipped); ok && order < 0 {
			l.wrong(Host, t.NewerShipped, have, s.Shipped)
		}
		if order, ok := compareVersions(have, v.Newest); ok && order < 0 {
			l.wrong(InGuest, t.NewerKnown, have, v.Newest)
		}
	}
	// OpenClaw notes when it asked, not whether it was answered, so only a newer
	// version that it names says anything.
	if v.Newest == "" {
		l.unknown(InGuest, t.NewestUnknown)
	} else if order, ok := compareVersions(v.Installed, v.Newest); ok && order >= 0 {
		l.right(InGuest, t.NewestFine, v.Newest)
	} else if !ok {
		l.unknown(InGuest, t.NoOrder, v.Installed, v.Newest)
	}
}

// compareVersions orders two versions of OpenClaw: year.month.patch, then
// -alpha.N, -beta.N, none, -N (a correction of the release). It says false for
// anything else.
func compareVersions(a, b string) (int, bool) {
	x, ok := releaseOf(a)
	y, also := releaseOf(b)
	return slices.Compare(x[:], y[:]), ok && also
}

// releaseOf is a version as numbers that can be compared one after the other:
// year, month, patch, stage, number within the stage.
func releaseOf(v string) (r [5]int, ok bool) {
	v = strings.TrimPrefix(strings.TrimSpace(v), "v")
	base, rest, more := strings.Cut(v, "-")
	numbers := strings.Split(base, ".")
	if len(numbers) != 3 {
		return r, false
	}
	for i, n := range numbers {
		if r[i], ok = natural(n); !ok {
			return r, false
		}
	}
	const alpha, beta, other, release, correction = 0, 1, 2, 3, 4
	r[3] = release
	if !more {
		return r, true
	}
	name, number, numbered := strings.Cut(rest, ".")
	if n, ok := natural(name); ok && !numbered {
		r[3], r[4] = correction, n
		return r, true
	}
	switch name {
	case "alpha":
		r[3] = alpha
	case "beta":
		r[3] = beta
	case "rc":
		r[3] = other
	default:
		return r, false
	}
	if numbered {
		r[4], ok = natural(number)
		return r, ok
	}
	return r, true
}

// natural reads a number of at most nine digits.
func natural(s string) (int, bool) {
	if len(s) == 0 || len(s) > 9 || strings.Trim(s, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.Atoi(s)
	return n, err == nil
}
