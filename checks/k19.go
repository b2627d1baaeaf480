package checks

import (
	"fmt"
	"path"
	"strings"
)

// K19, baseline unchanged: settings, units and standing instructions are those
// that the owner accepted. The baseline is kept on the host, out of the agent's
// reach.

func unchanged(l *look) {
	t := &l.t.Kept
	kept, ok := had(l, InGuest, t.KeptName, l.evidence.Guest.Kept)
	if !ok {
		return
	}
	if len(kept.Files) == 0 {
		l.unknown(InGuest, l.t.CouldNotLook, t.KeptName, l.t.Empty)
		return
	}
	baseline := l.subject.Baseline
	switch {
	case l.subject.BaselineErr != "":
		l.unknown(Host, l.t.CouldNotLook, t.BaselineName, l.subject.BaselineErr)
		l.hint = t.BadBaselineHint
		return
	case baseline == nil || len(baseline.Files) == 0:
		l.unknown(Host, t.NoBaseline, len(kept.Files))
		l.hint = t.KeepHint
		return
	}
	for _, c := range Drift(baseline, l.evidence) {
		if _, thing := t.Things[c.What]; thing {
			continue // K14's
		}
		switch c.Kind {
		case Removed:
			l.wrong(InGuest, t.FileRemoved, c.Path, day(c.Since))
		case Added:
			for _, line := range c.Lines {
				l.wrong(InGuest, t.FileAdded, c.Path, day(c.Since), line)
			}
		default:
			for _, line := range c.Lines {
				l.wrong(InGuest, t.FileChanged, c.Path, day(c.Since), line)
			}
		}
	}
	var stock []string
	for _, f := range kept.Files {
		before, had := baseline.Files[f.Path]
		switch {
		case f.Problem != "" && !had:
			l.unknown(InGuest, t.FileUnreadable, f.Path, l.why(f.Problem))
		case f.Stock && f.Problem == "" && (!had || !sameFile(before.KeptFile, f)):
			stock = append(stock, path.Base(f.Path))
		}
	}
	if kept.More > 0 {
		l.unknown(InGuest, l.t.CouldNotLook, t.KeptName, sprintf(t.TooMany, kept.More))
	}
	if len(l.wrongs)+len(l.unknowns) == 0 {
		l.right(InGuest, t.Unchanged, len(kept.Files)-len(stock), day(baseline.Taken))
	}
	if len(stock) > 0 {
		l.right(InGuest, t.Stock, joined(stock))
	}
}

// why puts a reason of the collector's into words; an errno name stays as it is.
func (l *look) why(s string) string {
	if word, ok := l.t.Kept.Whys[s]; ok {
		return word
	}
	return clean(s, 80)
}

// leftOut notes what a walk did not look at: it proves nothing about that.
func (l *look) leftOut(what string, p Partial) {
	t := &l.t.Kept
	if p.whole() {
		return
	}
	if p.Limit != "" {
		word, ok := t.Limits[p.Limit]
		if !ok {
			word = clean(p.Limit, 40)
		}
		l.unknown(InGuest, t.EndedBy, what, word)
	}
	for _, left := range p.Left {
		l.unknown(InGuest, t.LeftOut, left.Path, l.why(left.Why))
	}
	if p.MoreLeft > 0 {
		l.unknown(InGuest, t.LeftMore, p.MoreLeft)
	}
}

func joined(lines []string) string { return clean(strings.Join(lines, "; "), maxLine/2) }

func sprintf(format string, args ...any) string { return fmt.Sprintf(format, args...) }
