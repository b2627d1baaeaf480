package checks

import (
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/clawarium/clawarium/assets/openclaw"
)

// K26, official model endpoint: the agent talks to the provider that is named,
// and to nobody in between. An address that is left at its default is the
// provider's own; every other must be one of those that OpenClaw's documentation
// gives for it. And what the warden lets through for a model is the provider's, too.

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
	out, known := had(l, Host, l.t.Drills.WardenName, l.evidence.Host.Warden)
	switch {
	case !known:
	case out.FileErr != "" || !out.Looked:
		l.unknown(Host, l.t.CouldNotLook, l.t.Drills.WardenName, firstOf(out.FileErr, l.t.Empty))
		known = false
	default:
		l.egressAgrees(out.File)
	}
	judged := 0
	for _, a := range v.Addresses {
		if _, named := openclaw.ProviderOf(a.Provider); !named && strings.HasPrefix(a.Where, "environment ") {
			continue // of another program: OpenClaw asks for those that it knows
		}
		l.address(a)
		if known && !out.File.letsThrough(a) {
			l.wrong(Host, l.t.Drills.EndpointShut, a.Scheme+"://"+a.Host)
		}
		judged++
	}
	if judged == 0 {
		l.right(InGuest, t.EndpointsDefault, l.orDefault(l.subject.Provider))
	}
}

// egressAgrees holds what the warden lets through for a model against whose addresses
// these are.
func (l *look) egressAgrees(file Egress) {
	t := &l.t.Drills
	if file.Level == "" || file.Level == levelOffline {
		return // nothing gets out, to whomever
	}
	for _, r := range file.Rules {
		name, ok := strings.CutPrefix(r.For, "provider:")
		if !ok {
			continue
		}
		// A pattern is the provider's when what it stands for is.
		provider, ok := openclaw.ProviderOf(name)
		if !ok || !provider.Serves(r.Host) && !provider.Serves(strings.ReplaceAll(r.Host, "*", "x")) {
			l.wrong(Host, t.RelayListed, r.Host, name)
		}
	}
	wanted, ok := openclaw.ProviderOf(l.subject.Provider)
	if !ok || wanted.Local || len(wanted.Hosts) == 0 {
		return
	}
	var hosts []string
	for _, r := range file.Rules {
		if provider, ok := openclaw.ProviderOf(strings.TrimPrefix(r.For, "provider:")); ok && provider.ID == wanted.ID {
			hosts = append(hosts, r.Host)
		}
	}
	switch {
	case len(hosts) > 0:
		l.right(Host, t.ProviderOpen, wanted.ID, strings.Join(hosts, " "))
	case file.Level != levelInternet:
		l.wrong(Host, t.ProviderShut, wanted.ID)
	}
}

// Levels of a policy.
const (
	levelInternet = "internet"
	levelOffline  = "offline"
)

// letsThrough says whether an address of a model can be reached with that policy.
func (e Egress) letsThrough(a Address) bool {
	host, port := strings.TrimSuffix(strings.ToLower(a.Host), "."), a.Port
	if port == 0 {
		port = 443
	}
	if isLoopback(host) || e.Level == levelInternet || e.Level == "" || e.Level == levelOffline {
		return true // it stays inside, everybody is let through, or nobody, which is said elsewhere
	}
	if e.Server != "" && e.Server == net.JoinHostPort(host, strconv.Itoa(port)) {
		return true
	}
	return slices.ContainsFunc(e.Rules, func(r EgressRule) bool {
		return slices.Contains(r.Ports, port) && (r.Host == host || openclaw.Provider{Hosts: []string{r.Host}}.Serves(host))
	})
}

func (l *look) address(a Address) {
	t := &l.t.Guest
	host := strings.TrimSuffix(a.Host, ".")
	shown := a.Scheme + "://" + a.Host
	known, named := openclaw.ProviderOf(a.Provider)
	switch {
	case a.Scheme == "" || host == "" || host == "(unreadable)":
		l.wrong(InGuest, t.EndpointUnreadable, a.Where)
	case l.subject.Egress.Server != "" && net.JoinHostPort(host, strconv.Itoa(a.Port)) == l.subject.Egress.Server:
		l.right(InGuest, l.t.Drills.EndpointOwn, a.Where, shown)
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
