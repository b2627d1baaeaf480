package checks

import "strings"

// K7, who may talk: only people whom the owner let in. Looked at in OpenClaw's
// configuration, in every channel and account that is switched on, and in its
// list of paired people; policies and counts, nobody's name.

func talkers(l *look) {
	t := &l.t.Guest
	v, ok := had(l, InGuest, t.TalkName, l.evidence.Guest.Talk)
	if !ok {
		return
	}
	before := len(l.wrongs)
	for _, s := range v.Open {
		if s.Value == "*" {
			l.wrong(InGuest, t.AnyoneListed, s.Where)
		} else {
			l.wrong(InGuest, t.OpenPolicy, s.Where, s.Value)
		}
	}
	for _, c := range v.PairedAnyone {
		l.wrong(InGuest, t.AnyonePaired, c)
	}
	// What is not said is on, by OpenClaw's own default.
	if v.AutoApproveLocal != "false" {
		l.wrong(InGuest, t.AutoApprove, "autoApproveLocal", l.orDefault(v.AutoApproveLocal))
	}
	if v.SSHVerify != "false" {
		l.wrong(InGuest, t.AutoApprove, "sshVerify", l.orDefault(v.SSHVerify))
	}
	if v.AutoApproveCIDRs != 0 {
		l.wrong(InGuest, t.AutoApproveNets, v.AutoApproveCIDRs)
	}
	if len(l.wrongs) > before {
		return
	}
	var names []string
	for _, c := range v.Channels {
		if c.On {
			names = append(names, c.Name)
		}
	}
	if len(names) == 0 {
		l.right(InGuest, t.NoChannel)
	} else {
		l.right(InGuest, t.ChannelsFine, strings.Join(names, " "), v.Listed, v.Paired)
	}
	l.right(InGuest, t.PairingFine, v.Devices)
}

// orDefault names a setting that is not there.
func (l *look) orDefault(value string) string {
	if value == "" {
		return l.t.Guest.Unset
	}
	return value
}
