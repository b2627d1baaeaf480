package report

// Making words fit to be shown. Findings made here are clean already; those of
// saved evidence and of earlier reports can hold anything.

import (
	"slices"
	"strings"
	"unicode"

	"github.com/clawarium/clawarium/checks"
)

// What a finding can have, at most: more than any of ours has.
const (
	maxWord  = 300  // runes of a name, version or ID
	maxLine  = 1000 // runes of a line
	maxLines = 100  // lines of evidence
	maxNames = 64   // clauses, places or steps

	maxFindings = 500 // of an earlier report; the catalogue has 27 controls
)

// clean leaves of s what can be shown on one line: no control, format or
// line-breaking characters, for an escape sequence could rewrite the screen and
// a bidirectional mark the meaning.
func clean(s string, limit int) string {
	if len(s) > 8*limit {
		s = s[:8*limit]
	}
	var b strings.Builder
	n := 0
	for _, r := range strings.ToValidUTF8(s, "�") {
		if n++; n > limit {
			b.WriteString("…")
			break
		}
		switch {
		case unicode.IsSpace(r):
			b.WriteByte(' ')
		case unicode.IsGraphic(r):
			b.WriteRune(r)
		default:
			b.WriteString("�")
		}
	}
	return strings.TrimSpace(b.String())
}

// cleanAll cleans at most so many; never nil.
func cleanAll[S ~string](list []S, runes, atMost int) []S {
	out := make([]S, 0, min(len(list), atMost))
	for _, s := range list[:min(len(list), atMost)] {
		out = append(out, S(clean(string(s), runes)))
	}
	return out
}

// fit makes findings fit to be shown, in a copy. A status that is none of the
// five says nothing of what holds: not checked.
func fit(findings []checks.Finding) []checks.Finding {
	out := make([]checks.Finding, 0, len(findings))
	for _, f := range findings {
		if !slices.Contains(checks.Statuses, f.Status) {
			f.Status = checks.NotChecked
		}
		f.Control = checks.ID(clean(string(f.Control), maxWord))
		f.Title = clean(f.Title, maxWord)
		f.Clauses = cleanAll(f.Clauses, maxWord, maxNames)
		f.Where = cleanAll(f.Where, maxWord, maxNames)
		f.Evidence = cleanAll(f.Evidence, maxLine, maxLines)
		f.Why = clean(f.Why, maxLine)
		f.Fix = cleanAll(f.Fix, maxWord, maxNames)
		f.Hint = clean(f.Hint, maxLine)
		out = append(out, f)
	}
	return out
}
