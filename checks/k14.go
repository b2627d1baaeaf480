package checks

// K14, reviewed skills: what the agent loads from outside its package is what
// the owner accepted, byte for byte. What is on the code disk is covered by the
// code disk's own digest (K15). Plugins and hooks are looked at with the skills:
// they are loaded the same way, and are programs.

func skills(l *look) {
	t := &l.t.Kept
	loaded, ok := had(l, InGuest, t.SkillsName, l.evidence.Guest.Skills)
	if !ok {
		return
	}
	if loaded.Looked <= 0 {
		l.unknown(InGuest, l.t.CouldNotLook, t.SkillsName, l.t.Empty)
		return
	}
	for _, c := range Drift(l.subject.Baseline, l.evidence) {
		if thing, ok := t.Things[c.What]; !ok {
			continue // settings and instructions are K19's
		} else if c.Kind == Added {
			l.wrong(InGuest, t.SkillUnknown, thing, day(c.Since), c.Path, joined(c.Lines))
		} else if c.Kind == Changed {
			l.wrong(InGuest, t.SkillChanged, thing, day(c.Since), c.Path, joined(c.Lines))
		} else {
			l.right(InGuest, t.SkillRemoved, thing, day(c.Since), c.Path)
		}
	}
	if l.subject.BaselineErr != "" {
		l.unknown(Host, l.t.CouldNotLook, t.BaselineName, l.subject.BaselineErr)
		l.hint = t.BadBaselineHint
	}
	reviewed := l.subject.Baseline != nil && l.subject.Baseline.Trees != nil
	whole := 0
	for _, tree := range loaded.Trees {
		thing := t.Things[tree.Kind]
		switch {
		case tree.Partial != "" || tree.SHA256 == "":
			l.unknown(InGuest, t.SkillPartial, thing, tree.Path, l.why(tree.Partial))
		case !reviewed:
			l.unknown(InGuest, t.SkillUnreviewed, thing, tree.Path, sizeOfTree(tree))
			l.hint = t.ReviewHint
		default:
			whole++
		}
	}
	if loaded.More > 0 {
		l.unknown(InGuest, l.t.CouldNotLook, t.SkillsName, sprintf(t.TooMany, loaded.More))
	}
	l.leftOut(t.SkillsName, loaded.Partial)
	if len(l.wrongs)+len(l.unknowns) > 0 {
		return
	}
	if len(loaded.Trees) == 0 {
		l.right(InGuest, t.SkillsNone, loaded.Looked)
	} else {
		l.right(InGuest, t.SkillsFine, whole)
	}
	for _, name := range sortedKeys(loaded.Policy) {
		l.notes(t.SkillPolicy, name, loaded.Policy[name])
	}
}
