package checks

import (
	"net/netip"
	"strings"

	"github.com/clawarium/clawarium/assets/openclaw"
)

// K26, official model endpoint: the agent talks to the provider that is named,
// and to nobody in between. An address that is left at its default is the
// provider's own; every other must be one of those that OpenClaw's documentation
// gives for it.

func endpoint(l *look) {
	t := &l.t.Guest
	v, ok := had(l, InGuest, t.EndpointsName, l.evidence.Guest.Endpoints)
	if !ok {
		return
	}
	if v.Looked == 0 {
		l.unknown(InGuest, l.t.CouldNotLook, t.EndpointsName, l.t.Empty)
		return
	}
	judged := 0
	for _, a := range v.Addresses {
		if _, named := openclaw.ProviderOf(a.Provider); !named && strings.HasPrefix(a.Where, "environment ") {
			continue // of another program: OpenClaw asks for those that it knows
		}
		l.address(a)
		judged++
	}
	if judged == 0 {
		l.right(InGuest, t.EndpointsDefault, l.orDefault(l.subject.Provider))
	}
}

func (l *look) address(a Address) {
	t := &l.t.Guest
	host := strings.TrimSuffix(a.Host, ".")
	shown := a.Scheme + "://" + a.Host
	known, named := openclaw.ProviderOf(a.Provider)
	switch {
	case a.Scheme == "" || host == "" || host == "(unreadable)":
		l.wrong(InGuest, t.EndpointUnreadable, a.Where)
	case isLoopback(host):
		if named && known.Local {
			l.right(InGuest, t.EndpointLocal, a.Where, shown)
		} else {
			l.wrong(InGuest, t.EndpointRelay, a.Where, shown, a.Provider)
		}
	case a.Scheme != "https" && a.Scheme != "wss":
		l.wrong(InGuest, t.EndpointPlain, a.Where, shown)
	case a.Port != 0 && a.Port != 443:
		l.wrong(InGuest, t.EndpointRelay, a.Where, shown, a.Provider)
	case named && known.Serves(host):
		l.right(InGuest, t.EndpointFine, a.Where, shown, known.ID)
	case named:
		l.wrong(InGuest, t.EndpointRelay, a.Where, shown, a.Provider)
	default:
		// A name of the owner's own: what counts is whose address it is.
		if owner, ok := openclaw.ServedBy(host); ok {
			l.right(InGuest, t.EndpointFine, a.Where, shown, owner.ID)
		} else {
			l.wrong(InGuest, t.EndpointRelay, a.Where, shown, a.Provider)
		}
	}
}

// isLoopback tells the addresses that lead to the machine itself.
func isLoopback(host string) bool {
	address, err := netip.ParseAddr(strings.Trim(host, "[]"))
	if err == nil {
		return address.Unmap().IsLoopback()
	}
	return host == "localhost" || strings.HasSuffix(host, ".localhost")
}
