package checks

import (
	"strconv"
	"strings"

	"github.com/clawarium/clawarium/assets/layout"
)

// K8, account: the agent runs as an account that is nobody, and its processes
// hold no privilege and can gain none.

func account(l *look) {
	who, known := had(l, InGuest, l.t.AccountName, l.evidence.Guest.Account)
	if known {
		l.theAccount(who)
	}
	if sudo, ok := had(l, InGuest, l.t.SudoRights, l.evidence.Guest.Sudo); ok {
		switch {
		case strings.Contains(sudo, "is not allowed to run sudo"):
			l.right(InGuest, l.t.SudoNone, layout.Agent)
		case strings.Contains(sudo, "may run the following"):
			l.wrong(InGuest, l.t.SudoSome, layout.Agent)
		default:
			l.unknown(InGuest, l.t.CouldNotLook, l.t.SudoRights, sudo)
		}
	}
	processes, ok := had(l, InGuest, l.t.GatewayProcess, l.evidence.Guest.Gateway)
	if !ok {
		return
	}
	main := false
	for _, p := range processes {
		main = main || p.Main
		l.process(p, who.UID, known)
	}
	if !main {
		// A dead gateway holds no privilege, but nothing has been proven of it.
		l.unknown(InGuest, l.t.NoGateway, l.evidence.Guest.Unit.Value["ActiveState"])
	}
}

func (l *look) theAccount(who Account) {
	before := len(l.wrongs)
	if who.UID <= 0 {
		l.wrong(InGuest, l.t.AccountRoot, layout.Agent, who.UID)
	}
	if len(who.Groups) > 0 {
		l.wrong(InGuest, l.t.AccountGroups, layout.Agent, strings.Join(who.Groups, ", "))
	}
	if !who.Locked {
		l.wrong(InGuest, l.t.AccountUnlocked, layout.Agent)
	}
	if !strings.HasSuffix(who.Shell, "/nologin") && !strings.HasSuffix(who.Shell, "/false") {
		l.wrong(InGuest, l.t.AccountShell, layout.Agent, who.Shell)
	}
	if len(l.wrongs) == before {
		l.right(InGuest, l.t.AccountFine, layout.Agent, who.UID, who.Shell)
	}
}

// process looks at one process of the gateway's unit.
func (l *look) process(p GatewayProcess, agent int, known bool) {
	eff, errEff := strconv.ParseUint(p.CapEff, 16, 64)
	prm, errPrm := strconv.ParseUint(p.CapPrm, 16, 64)
	if len(p.UIDs) != 4 || len(p.GIDs) != 4 || errEff != nil || errPrm != nil {
		l.unknown(InGuest, l.t.CouldNotLook, l.t.GatewayProcess+" "+strconv.Itoa(p.PID), l.t.Malformed)
		return
	}
	before := len(l.wrongs)
	for _, uid := range p.UIDs {
		if uid == 0 || known && uid != agent {
			l.wrong(InGuest, l.t.ProcessUID, p.PID, uid, layout.Agent)
			break
		}
	}
	for _, gid := range append(p.Groups[:len(p.Groups):len(p.Groups)], p.GIDs...) {
		if known && gid != p.GIDs[0] || gid == 0 {
			l.wrong(InGuest, l.t.ProcessGID, p.PID, gid)
			break
		}
	}
	if eff != 0 || prm != 0 {
		l.wrong(InGuest, l.t.ProcessCaps, p.PID, p.CapEff, p.CapPrm)
	}
	if p.NoNewPrivs != 1 {
		l.wrong(InGuest, l.t.ProcessNNP, p.PID, p.NoNewPrivs)
	}
	if p.Seccomp != 2 {
		l.wrong(InGuest, l.t.ProcessSeccomp, p.PID, p.Seccomp)
	}
	if len(l.wrongs) == before {
		l.right(InGuest, l.t.ProcessFine, p.PID, p.Name, p.UIDs[0], p.NoNewPrivs, p.Seccomp)
	}
}
