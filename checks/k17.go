package checks

import "strings"

// K17, no secrets lying about: no private data and no keys where the agent works,
// no key in the gateway's environment, and OpenClaw's own files are its account's
// alone. The guest looks for them and says where they are, never what they are.

func secrets(l *look) {
	t := &l.t.Kept
	if scan, ok := had(l, InGuest, t.SecretsName, l.evidence.Guest.Secrets); ok {
		l.scan(scan)
	}
	if keys, ok := had(l, InGuest, t.KeyNamesName, l.evidence.Guest.KeyNames); ok {
		for _, name := range keys.Names {
			l.wrong(InGuest, t.KeyInClear, name)
		}
		switch {
		case keys.Looked <= 0:
			l.unknown(InGuest, l.t.CouldNotLook, t.KeyNamesName, l.t.Empty)
		case len(keys.Names) == 0:
			l.right(InGuest, t.KeyNamesFine, keys.Looked)
		}
	}
	if modes, ok := had(l, InGuest, t.ModesName, l.evidence.Guest.Modes); ok {
		for _, loose := range modes.Loose {
			l.wrong(InGuest, t.LooseMode, loose.Path, loose.Mode)
		}
		if modes.More > 0 {
			l.wrong(InGuest, t.LooseMore, modes.More)
		}
		l.leftOut(t.ModesName, modes.Partial)
		switch {
		case modes.Looked <= 0:
			l.unknown(InGuest, l.t.CouldNotLook, t.ModesName, l.t.Empty)
		case len(modes.Loose) == 0 && modes.More <= 0:
			l.right(InGuest, t.ModesFine, max(modes.Looked-modes.Elsewhere, 0))
		}
	}
}

func (l *look) scan(scan SecretScan) {
	t := &l.t.Kept
	for _, f := range scan.Found {
		kind := l.secretKind(f)
		switch {
		case f.Line <= 0:
			l.wrong(InGuest, t.SecretName, f.Path, kind)
		case f.Kind == "seed" || f.Masked == "":
			l.wrong(InGuest, t.SecretPlain, f.Path, f.Line, kind)
		default:
			l.wrong(InGuest, t.SecretFound, f.Path, f.Line, kind, l.masked(f.Masked))
		}
	}
	if scan.More > 0 {
		l.wrong(InGuest, t.SecretMore, scan.More)
	}
	l.leftOut(t.SecretsName, scan.Partial)
	if len(scan.Roots) == 0 {
		l.unknown(InGuest, l.t.CouldNotLook, t.SecretsName, l.t.Empty)
	} else if len(scan.Found) == 0 && scan.More <= 0 {
		l.right(InGuest, t.ScanClean, scan.Files, scan.Bytes>>10, strings.Join(scan.Roots, " "))
	}
	if scan.Binaries > 0 || scan.Skipped > 0 {
		l.notes(t.ScanAside, scan.Binaries, scan.Skipped)
	}
}

// secretKind is what a person calls it.
func (l *look) secretKind(f SecretFound) string {
	t := &l.t.Kept
	if whose, ok := strings.CutPrefix(f.Kind, "key:"); ok {
		return sprintf(t.APIKey, clean(whose, 20))
	}
	if f.Kind == "seed" && len(f.Masked) <= 2 && f.Masked != "" {
		return sprintf(t.SeedWords, clean(f.Masked, 2))
	}
	if word, ok := t.Secrets[f.Kind]; ok {
		return word
	}
	return clean(f.Kind, 40)
}

// masked holds the guest to what it promised: two characters of each end. A guest
// that sends more would have us print a secret.
func (l *look) masked(s string) string {
	if n := len([]rune(s)); n > 5 || !strings.Contains(s, "…") {
		return l.t.Kept.BadMasked
	}
	return s
}
