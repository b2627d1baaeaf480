package preflight

// libvirt: there, answering, for this account, new enough, and able to run the machine.

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/provision/plan"
)

func (j *judge) libvirt() {
	a := j.s.Answers.Value
	switch {
	case !j.s.Answers.OK && j.s.Answers.Err != "": // in time
		j.hangs("", j.s.Answers.Err)
		return
	case !j.s.Answers.OK, a.URI == "" && len(a.Trouble) == 0:
		j.unseen("libvirt", j.t.AnswersName, "")
		return
	}
	for i, trouble := range a.Trouble {
		// With a connection that can be used, the other's trouble stops nothing.
		stops := a.URI == ""
		if i > 0 && a.Trouble[i-1].Kind == trouble.Kind || trouble.Kind == LibvirtOther && j.noEmulator() {
			continue // nothing is said twice, nor that libvirt lacks QEMU
		}
		j.trouble(trouble, stops)
	}
	if a.URI == "" {
		return
	}
	j.met("libvirt", fmt.Sprintf(j.t.Libvirt, a.Version, a.Hypervisor, a.URI, a.Why))
	if len(a.Trouble) > 0 && strings.Contains(a.URI, "/session") {
		j.met("libvirt-session", j.t.Session)
	}
	if len(a.Missing) > 0 {
		c := j.bad("libvirt-parts", &j.t.Parts, strings.Join(a.Missing, ", "))
		c.Stops = true
		j.with(c, j.startFix())
	}
	for _, s := range a.Supports {
		if j.noEmulator() { // which is the cause, and told as such
			break
		}
		c := j.bad("machine-support", &j.t.Support, s.What)
		c.Stops = true
		j.lack(c, partQemu, partFirmware)
	}
	if older(a.Hypervisor, 6, 2) {
		j.bad("qemu-old", &j.t.QemuOld, a.Hypervisor)
	}
	for _, s := range a.Taken {
		c := j.bad("name-taken", &j.t.Taken, s.What)
		c.Stops = true
	}
	switch {
	case len(a.Taken) > 0:
	case j.s.Asked.Begun:
		j.met("name", fmt.Sprintf(j.t.Begun, j.plan.Name))
	default:
		j.met("name", fmt.Sprintf(j.t.NameFree, j.plan.Name))
	}
	if a.Default == "off" && j.system() {
		j.met("default-network", j.t.DefaultOff)
	}
}

// trouble is why one connection cannot be used.
func (j *judge) trouble(tr LibvirtTrouble, stops bool) {
	d := j.s.Libvirt.Value
	installed := d.Single || d.Modular
	var c *Condition
	switch {
	case tr.Kind == LibvirtAbsent && d.Library != "":
		c = j.bad("libvirt-restart", &j.t.Restart)
		j.with(c, Fix{ID: FixRestart, Title: j.t.Anew, After: AfterRestart})
	case tr.Kind == LibvirtAbsent, tr.Kind == LibvirtDown && j.s.Libvirt.OK && !installed:
		c = j.bad("libvirt-absent", &j.t.Absent)
		j.lack(c, partLibvirt)
	case tr.Kind == LibvirtDown:
		c = j.bad("libvirt-down", &j.t.Down, tr.URI)
		if j.byHand() {
			c.Hint = j.t.StartNowHint
		}
		for _, u := range j.s.units() {
			for range 2 {
				if is := j.s.Units.Value[u]; strings.Contains(is, "masked") || strings.Contains(is, "failed") {
					c.What += " (" + u + ": " + is + ")"
				}
				u = service(u)
			}
		}
		j.with(c, j.startFix())
	case tr.Kind == LibvirtDenied && strings.Contains(tr.URI, "/system") && j.s.OS == "linux":
		c = j.denied(tr)
	case tr.Kind == LibvirtTimeout:
		c = j.hangs(tr.URI, tr.What)
	case tr.Kind == LibvirtOld:
		c = j.bad("libvirt-old", &j.t.Old, tr.What)
	default:
		c = j.bad("libvirt-refused", &j.t.Refused, tr.URI, tr.What)
		if tr.Hint != "" {
			c.Hint = tr.Hint
		}
	}
	c.Stops = stops
}

func (j *judge) hangs(uri, why string) *Condition {
	if uri == "" {
		if uri = "qemu:///" + plan.System; j.plan.Connection == plan.Session || j.s.OS == "darwin" {
			uri = "qemu:///" + plan.Session
		}
	}
	if strings.HasSuffix(uri, "/"+plan.System) && j.s.Libvirt.Value.Bus && !j.s.root() && !slices.Contains(j.s.Me.Value.Member, "libvirt") {
		// polkit's agent asks for a password, and nobody has given one.
		c := j.denied(LibvirtTrouble{URI: uri})
		c.Stops = true
		return c
	}
	c := j.bad("libvirt-hangs", &j.t.Hangs, uri)
	c.Commands = j.s.shown(j.s.OS == "linux", j.s.restart())
	c.Stops = true
	if why != "" {
		c.What += " (" + why + ")"
	}
	return c
}

func (j *judge) startFix() Fix {
	title := j.t.Start
	if j.byHand() {
		title = j.t.StartNow
	}
	return Fix{ID: FixStart, Title: title, Root: j.s.OS == "linux", Do: j.s.start(), Undo: j.s.stop()}
}

// byHand says that nothing is known here that starts libvirt with the computer.
func (j *judge) byHand() bool { return j.s.OS == "linux" && !j.s.System.Value.Systemd }

// denied tells apart why the system's libvirt does not let this account in.
func (j *judge) denied(tr LibvirtTrouble) *Condition {
	me, group := j.s.Me.Value, "libvirt"
	open := false // the socket lets everybody connect, so polkit decides
	for _, s := range j.s.Libvirt.Value.Sockets {
		switch {
		case s.Connects == "yes":
			open = true
		case s.Connects == "denied" && s.Group == "root":
			return j.bad("libvirt-socket", &j.t.Socket, "/run/libvirt/"+s.Name, s.Mode)
		case s.Connects == "denied" && s.Group != "":
			group = s.Group
		}
	}
	member, effective := slices.Contains(me.Member, group), slices.Contains(me.Effective, group)
	switch {
	case member && !effective && !open:
		return j.bad("libvirt-login", &j.t.Login, me.Name, group)
	case member || !j.s.Libvirt.Value.Bus && open:
		return j.bad("libvirt-polkit", &j.t.Polkit, tr.URI)
	}
	c := j.bad("libvirt-group", &j.t.Group, tr.URI, me.Name, group)
	if open && !j.s.Libvirt.Value.Agent {
		c.Why = j.t.Polkit.Why
	}
	f := Fix{ID: FixLibvirt, Title: j.t.JoinLibvirt, Root: true}
	j.s.join(&f, group)
	if open {
		c.Hint = j.t.GroupHint
	} else {
		f.After = AfterLogin // polkit looks the groups up anew each time, the kernel does not
	}
	j.with(c, f)
	if !open {
		j.joins = c.Fix
	}
	return c
}

// older compares versions as libvirt writes them.
func older(version string, major, minor int) bool {
	v := strings.Split(version, ".")
	if len(v) < 2 {
		return false
	}
	a, err1 := strconv.Atoi(v[0])
	b, err2 := strconv.Atoi(v[1])
	return err1 == nil && err2 == nil && (a < major || a == major && b < minor)
}

// left are things of ours that no machine of this account owns.
func (j *judge) left() {
	a := j.s.Answers.Value
	var names []string
	var commands []Command
	virsh := func(words ...string) { commands = append(commands, append(Command{"virsh", "-c", a.URI}, words...)) }
	for _, o := range a.Ours {
		switch o.Kind {
		case checks.LeftDomain:
			virsh("undefine", "--nvram", o.Name)
		case checks.LeftNetwork:
			virsh("net-destroy", o.Name)
			virsh("net-undefine", o.Name)
		case checks.LeftFilter:
			virsh("nwfilter-undefine", o.Name)
		case checks.LeftVolume:
			virsh("vol-delete", "--pool", "clawarium", o.Name)
		}
		if !slices.Contains(names, o.Name) {
			names = append(names, o.Name)
		}
	}
	if len(names) == 0 {
		return
	}
	c := j.bad("left-overs", &j.t.Left, strings.Join(names, ", "))
	c.Commands = j.s.shown(false, commands)
}
