package checks

// K27, identity and memory: the agent has accounts of its own, and its owner
// reads what it remembers. That rests on the owner's word; what the guest says
// helps to give it. A word that has lapsed is not given: the memory that steers
// the agent has gone unread for a quarter of a year.

func memory(l *look) {
	t := &l.t.Kept
	l.owners = true
	if m, ok := had(l, InGuest, t.MemoryName, l.evidence.Guest.Memory); ok {
		l.remembered(m)
	}
	if l.subject.PromisesErr != "" {
		l.unknown(Host, l.t.CouldNotLook, t.PromisesName, l.subject.PromisesErr)
		l.hint = t.BadPromisesHint
		return
	}
	p := promise("K27", l.subject.Promises, l.evidence.Collected)
	question := t.Questions["K27"]
	switch p.Standing {
	case Confirmed:
		l.right(Owner, t.Confirmed, day(p.When), question)
	case Lapsed:
		l.wrong(Owner, t.Lapsed, day(p.When), PromiseDays, "K27", question)
	default:
		if len(l.unknowns) == 0 {
			l.hint = t.ConfirmHint
		}
		l.unknown(Owner, t.NotConfirmed, "K27", question)
	}
}

func (l *look) remembered(m Memory) {
	t := &l.t.Kept
	if len(m.Roots) == 0 {
		l.unknown(InGuest, l.t.CouldNotLook, t.MemoryName, l.t.Empty)
		return
	}
	l.leftOut(t.MemoryName, m.Partial)
	baseline := l.subject.Baseline
	switch {
	case len(m.Files) == 0:
		l.right(InGuest, t.MemoryNone)
	case baseline == nil || baseline.Memory == nil:
		l.right(InGuest, t.MemoryCount, len(m.Files))
	default:
		changes := Remembered(baseline, l.evidence)
		for _, c := range changes {
			l.right(InGuest, t.MemorySince, day(baseline.Reviewed), c.Path)
		}
		if len(changes) == 0 {
			l.right(InGuest, t.MemoryUnchanged, len(m.Files), day(baseline.Reviewed))
		}
	}
}
