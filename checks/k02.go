package checks

import "strings"

// K2, not on the host: OpenClaw is in the machine and nowhere else on this
// computer. Only OpenClaw counts; other agents are the owner's own business.

func notOnTheHost(l *look) {
	t := l.t.Host
	found, ok := had(l, Host, t.OnHost, l.evidence.Host.OpenClaw)
	if !ok {
		return
	}
	for _, trace := range found.Found {
		l.wrong(Host, t.TraceFound, named(t.Traces, trace.Kind), trace.Path)
	}
	if found.Homes == 0 || found.Processes == 0 {
		l.unknown(Host, l.t.CouldNotLook, t.OnHost, l.t.NotLookedAt)
		return
	}
	l.right(Host, t.NoTrace, found.Homes, found.Processes)
	if len(found.Unread) > 0 {
		l.right(Host, t.HomesUnread, strings.Join(found.Unread, ", "))
	}
}

// named is text's word for a kind, or, of one that it does not know, the kind.
func named(words map[string]string, kind string) string {
	if w, ok := words[kind]; ok {
		return w
	}
	return kind
}
