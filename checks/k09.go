package checks

import (
	"slices"
	"strings"
)

// K9, no way back: nothing in the machine opens a door of this computer. The
// guest says which keys it has, the host which keys it lets in; and the machine tried
// this computer's doors.

func noWayBack(l *look) {
	t := l.t.Host
	logins, here := had(l, Host, t.Logins, l.evidence.Host.Logins)
	if here && logins.Accounts == 0 {
		l.unknown(Host, l.t.CouldNotLook, t.Logins, l.t.NotLookedAt)
		here = false
	}
	keys, there := had(l, InGuest, t.KeysOfGuest, l.evidence.Guest.PublicKeys)
	if there && len(keys) == 0 {
		// We came in by its host key, so a list without any is not a true list.
		l.unknown(InGuest, t.NoKeysOfGuest)
		there = false
	}
	if here && there {
		before, authorised := len(l.wrongs), 0
		for _, file := range logins.Files {
			authorised += len(file.Fingerprints)
			for _, f := range file.Fingerprints {
				if slices.Contains(keys, f) {
					l.wrong(Host, t.GuestKeyHere, file.Path, f)
				}
			}
		}
		if len(l.wrongs) == before {
			l.right(Host, t.NoGuestKeyHere, authorised, len(logins.Files), len(keys))
		}
		if len(logins.Unread) > 0 {
			l.right(Host, t.HomesUnread, strings.Join(logins.Unread, ", "))
		}
	}
	l.drills("K9")
	ways, ok := had(l, InGuest, t.WaysBack, l.evidence.Guest.WayBack)
	if !ok {
		return
	}
	for _, way := range ways {
		l.wrong(InGuest, t.WayBack, way)
	}
	if len(ways) == 0 {
		l.right(InGuest, t.NoWayBack)
	}
}
