package virt

// This file chooses between the system's libvirt and the user's own.

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"

	"libvirt.org/go/libvirt"

	"github.com/clawarium/clawarium/assets/text"
)

// Choose returns the connection for the plan's wish (auto, system or session)
// and, in a sentence, why. Auto takes the system's libvirt when it can really
// be used: it opens, answers and lists its domains. Otherwise it takes the
// user's own and says what is lost by that.
func Choose(ctx context.Context, want string) (uri, why string, err error) {
	t := &text.T().Virt
	if want == "system" && runtime.GOOS == "darwin" { // it has no networks and no filters there
		return SystemURI, "", fault(nil, t.ChoseSessionMac, "connection: session", nil)
	}
	switch want {
	case "system":
		return SystemURI, t.ChoseSystemAsked, usable(ctx, SystemURI)
	case "session":
		return SessionURI, t.ChoseSessionAsked, usable(ctx, SessionURI)
	case "auto", "":
	default:
		return "", "", fault(nil, fmt.Sprintf(t.BadWant, want), t.BadWantHint, nil)
	}
	if runtime.GOOS == "darwin" {
		return SessionURI, t.ChoseSessionMac, usable(ctx, SessionURI)
	}
	system := usable(ctx, SystemURI)
	if system == nil {
		return SystemURI, t.ChoseSystem, nil
	}
	// Root's own session would take the system daemon's place, and a missing
	// library is missing for both.
	if ctx.Err() != nil || os.Geteuid() == 0 || errors.Is(system, ErrAbsent) {
		return "", "", system
	}
	if session := usable(ctx, SessionURI); session != nil {
		return "", "", errors.Join(system, session)
	}
	reason := system.Error()
	var f *text.Fault
	if errors.As(system, &f) {
		reason = f.What
	}
	return SessionURI, fmt.Sprintf(t.ChoseSession, reason), nil
}

// usable opens uri and does what every later step needs of it.
func usable(ctx context.Context, uri string) error {
	c, err := Open(ctx, uri)
	if err != nil {
		return err
	}
	defer c.Close()
	return c.do(ctx, func(o *op) error {
		o.at("virNodeGetInfo")
		if _, err := o.l.GetNodeInfo(); err != nil {
			return err
		}
		o.at("virConnectListAllDomains")
		domains, err := o.l.ListAllDomains(libvirt.CONNECT_LIST_DOMAINS_ACTIVE | libvirt.CONNECT_LIST_DOMAINS_INACTIVE)
		for i := range domains {
			domains[i].Free()
		}
		return err
	})
}
