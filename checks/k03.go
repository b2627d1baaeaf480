package checks

import (
	"encoding/json"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// K3, loopback: nothing in the guest but its SSH can be talked to from outside
// it. The host tries for itself, and the machine at its own card; the guest's own list
// says what else listens.

func loopback(l *look) {
	if l.subject.System {
		l.tried()
	} else {
		l.forwards()
	}

	if v, ok := had(l, InGuest, l.t.Config, l.evidence.Guest.Config); ok {
		switch bind := v.Values["gateway.bind"]; bind {
		case "loopback":
			l.right(InGuest, l.t.BindIs, bind)
		case "":
			l.unknown(InGuest, l.t.CouldNotLook, "gateway.bind", l.t.NotLookedAt)
		default:
			l.wrong(InGuest, l.t.BindIs, bind)
		}
	}

	l.drills("K3")

	listeners, ok := had(l, InGuest, l.t.Listeners, l.evidence.Guest.Listeners)
	if !ok {
		return
	}
	before, ssh, inside := len(l.wrongs), false, 0
	for _, s := range listeners {
		address, err := netip.ParseAddr(s.Address)
		switch {
		case err != nil:
			l.unknown(InGuest, l.t.CouldNotLook, l.t.Listeners, s.Address)
		case address.Unmap().IsLoopback():
			inside++
		case s.Protocol[:min(3, len(s.Protocol))] == "tcp" && s.Port == 22 && slices.Contains(sshdNames, s.Process) && s.UID == 0:
			ssh = true
		case isDHCPClient(s):
			inside++
		default:
			l.wrong(InGuest, l.t.ListensOutside, s.Process, s.PID, s.Protocol, s.Address, s.Port)
		}
	}
	switch {
	case len(l.wrongs) > before:
	case !ssh:
		// We came in through it, so a list without it is not a true list.
		l.unknown(InGuest, l.t.NoSshdListener, len(listeners))
	default:
		l.right(InGuest, l.t.ListenersFine, inside)
	}
}

// sshd's listening socket is held by sshd, or by init where it is socket-activated.
var sshdNames = []string{"sshd", "systemd"}

// isDHCPClient tells the DHCP client's socket, which user-mode networking needs:
// it takes datagrams from the network's own DHCP server alone.
func isDHCPClient(s Listener) bool {
	return strings.HasPrefix(s.Protocol, "udp") && (s.Port == 68 || s.Port == 546) && s.Process == "systemd-network"
}

// tried looks at the connections that the host attempted.
func (l *look) tried() {
	if len(l.evidence.Host.Connections) == 0 {
		l.unknown(Host, l.t.CouldNotLook, l.t.Connections, l.t.NotLookedAt)
		return
	}
	for _, port := range guestPorts {
		name := strconv.Itoa(port)
		answer, ok := had(l, Host, l.t.ConnectTo+" "+l.subject.GuestIP+":"+name, l.evidence.Host.Connections[name])
		switch {
		case !ok:
		case answer == Refused || answer == TimedOut:
			l.right(Host, l.t.Answered, l.subject.GuestIP, port, answer)
		case answer == Open:
			l.wrong(Host, l.t.Answered, l.subject.GuestIP, port, answer)
		default:
			l.unknown(Host, l.t.Answered, l.subject.GuestIP, port, answer)
		}
	}
}

// forwards looks at the only ways in that user-mode networking has: the forwards
// on the command line of the process.
func (l *look) forwards() {
	q, ok := had(l, Host, l.t.QemuProcess, l.evidence.Host.Qemu)
	if !ok {
		return
	}
	cards, forwards := 0, 0
	for i, arg := range q.Args {
		if i == 0 || q.Args[i-1] != "-netdev" && q.Args[i-1] != "-nic" {
			continue
		}
		cards++
		found := userForwards(arg)
		if !strings.HasPrefix(arg, "user,") && !strings.Contains(arg, `"type":"user"`) {
			l.unknown(Host, l.t.OtherCard, q.PID, arg)
		}
		for _, f := range found {
			forwards++
			if _, inside, ok := strings.Cut(f, "-"); ok && strings.HasSuffix(inside, ":22") {
				l.right(Host, l.t.ForwardFine, q.PID, f)
			} else {
				l.wrong(Host, l.t.ForwardWrong, q.PID, f)
			}
		}
	}
	if cards == 0 || forwards == 0 {
		l.unknown(Host, l.t.CouldNotLook, l.t.Forwards, l.t.NotLookedAt)
	}
}

// userForwards lists the hostfwd values of a -netdev argument, in either of the
// two forms that QEMU takes. What cannot be read counts as a forward that is wrong.
func userForwards(arg string) []string {
	var found []string
	if strings.HasPrefix(arg, "{") {
		var netdev struct {
			Hostfwd []struct{ Str string }
		}
		if json.Unmarshal([]byte(arg), &netdev) != nil {
			return []string{arg}
		}
		for _, f := range netdev.Hostfwd {
			found = append(found, f.Str)
		}
		return found
	}
	for part := range strings.SplitSeq(arg, ",") {
		if value, ok := strings.CutPrefix(part, "hostfwd="); ok {
			found = append(found, value)
		}
	}
	return found
}
