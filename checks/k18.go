package checks

import "slices"

// K18, complete logs: what the guest records reaches this computer, where the
// agent cannot reach it. The marker that the collector put into the guest's
// journal must be in both of the host's own files: that of the serial console, which
// begins with the firmware, and that of the warden, which has every line's origin.
// The guest says that its journal is kept and that the agent cannot change it.

const logDirectory = "/var/log"

func logs(l *look) {
	t := &l.t.Guest
	if c, ok := had(l, Host, t.ConsoleName, l.evidence.Host.Console); ok {
		switch {
		case c.File == "" && c.Next != "":
			l.wrong(Host, t.NoLogUntilRestart)
		case c.File == "":
			l.wrong(Host, t.NoLogFile)
		case c.Found:
			l.right(Host, t.MarkerFound, c.File)
		case c.Err != "":
			l.unknown(Host, t.LogUnreadable, c.File, c.Err)
		default:
			l.marker(c)
		}
		if c.File != "" && c.Next == "" {
			l.wrong(Host, t.NoLogNext)
		}
	}

	l.stream()

	if j, ok := had(l, InGuest, t.JournalName, l.evidence.Guest.Journal); ok {
		before := len(l.wrongs) + len(l.unknowns)
		switch {
		case j.Active == "" || j.Load == "" || j.Looked == 0:
			l.unknown(InGuest, l.t.CouldNotLook, t.JournalName, l.t.Empty)
		case j.Load != "loaded" || j.Active != "active":
			l.wrong(InGuest, t.JournalOff, j.Load, j.Active)
		case !j.Persistent:
			l.wrong(InGuest, t.JournalVolatile)
		}
		for _, p := range j.Open {
			l.wrong(InGuest, t.JournalOpen, p)
		}
		if len(l.wrongs)+len(l.unknowns) == before {
			l.right(InGuest, t.JournalFine, j.Looked)
		}
	}

	if canaries, ok := had(l, InGuest, l.t.Canaries, l.evidence.Guest.Canaries); ok {
		i := slices.IndexFunc(canaries, func(c Canary) bool { return c.Path == logDirectory })
		switch {
		case i < 0:
			l.unknown(InGuest, l.t.CanaryMissing, logDirectory)
		case canaries[i].Result == "written":
			l.wrong(InGuest, l.t.CanaryWritten, logDirectory)
		case !refusal(canaries[i].Result):
			l.unknown(InGuest, l.t.CanaryOther, logDirectory, canaries[i].Result)
		default:
			l.right(InGuest, l.t.CanaryHeld, canaries[i].Result, logDirectory)
		}
	}
}

// stream looks at the file that the warden writes.
func (l *look) stream() {
	t := &l.t.Drills
	w, ok := had(l, Host, t.WardenName, l.evidence.Host.Warden)
	if !ok {
		return
	}
	if !w.Running {
		l.wrong(Host, t.StreamDown)
		return
	}
	s, ok := had(l, Host, t.StreamName, l.evidence.Host.Stream)
	j := l.evidence.Guest.Journal
	switch {
	case !ok:
	case s.Found:
		l.right(Host, t.StreamFound, s.File)
	case s.Err != "":
		l.unknown(Host, t.StreamUnread, s.File, s.Err)
	case !j.OK || !j.Value.Sent:
		l.unknown(Host, t.StreamNothing, s.File)
	default:
		l.wrong(Host, t.StreamMissing, s.File)
	}
}

// marker says what it means that the marker did not arrive.
func (l *look) marker(c ConsoleLog) {
	t := &l.t.Guest
	j := l.evidence.Guest.Journal
	switch {
	case !j.OK:
		// The guest did not answer, so perhaps nothing was ever sent.
		l.unknown(Host, t.NothingSent, c.File)
	case !j.Value.Sent:
		l.wrong(InGuest, t.JournalRefuses, j.Value.Why)
	default:
		l.wrong(Host, t.MarkerMissing, c.File)
	}
}
