package preflight

// Room, the way to the disks, the network, the clock, and what else is on this
// computer.

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/provision/plan"
)

func sprint(format string, args ...any) string { return fmt.Sprintf(format, args...) }

// joined is a list in a sentence.
func joined(list []string) string { return strings.ReplaceAll(strings.Join(list, "; "), "\n", "; ") }

func (j *judge) memory() {
	m, t := j.s.Memory, j.t
	if !m.OK {
		j.add(Condition{ID: "memory", Status: checks.NotChecked, What: t.MemoryUnknown})
		return
	}
	for _, p := range j.plan.Problems(plan.Host{Memory: plan.Size(m.Value.Total)}) {
		if p.Key == "machine.memory" {
			c := j.bad("memory", &t.MemoryShort, p.Error())
			c.Stops = true
			return
		}
	}
	want := int64(j.plan.Machine.Memory)
	j.met("memory", sprint(t.Memory, j.plan.Machine.Memory, size(m.Value.Total)))
	if m.Value.Free > 0 && m.Value.Free < want && !j.s.Asked.Begun {
		j.bad("memory-free", &t.MemoryFree, size(m.Value.Free), j.plan.Machine.Memory)
	}
}

// rooms holds each place against what will be written there. What lies on the same
// file system shares what is free.
func (j *judge) rooms() {
	mode := plan.Session
	if j.system() {
		mode = plan.System
	}
	var rooms []Room
	for _, r := range j.s.Rooms {
		if r.Of == "" || r.Of == mode {
			rooms = append(rooms, r)
		}
	}
	for i, r := range rooms {
		need, grow, first := r.Need, r.Grow, true
		for k, other := range rooms {
			if k == i || other.Device != r.Device || r.Device == 0 {
				continue
			}
			first = first && k > i
			need += other.Need
			grow += other.Grow
		}
		if !first { // told with the one that came before
			continue
		}
		if grow > 0 { // a plan whose disk could never grow to the least is refused
			need = max(need, int64(plan.SystemDiskLow))
		}
		switch {
		case r.Free == 0:
			j.add(Condition{ID: "disk", Status: checks.NotChecked, What: sprint(j.t.DiskUnknown, r.Path)})
		case r.Free < need:
			c := j.bad("disk", &j.t.DiskShort, size(r.Free), r.Path, size(need))
			c.Commands = []string{Command{"df", "-h", nearest(r.Path)}.Line()}
			c.Stops = true
		case grow == 0:
			j.met("disk", sprint(j.t.DiskCache, size(r.Free), r.Path, size(need)))
		default:
			j.met("disk", sprint(j.t.Disk, size(r.Free), r.Path, size(need), size(grow)))
		}
	}
}

// nearest is a path that a person will find; the folders of ours may not be there.
func nearest(path string) string {
	if dir, _, ok := strings.Cut(path, "/clawarium"); ok && dir != "" {
		return dir
	}
	return path
}

// images follows the way to the disks as QEMU's account.
func (j *judge) images() {
	w := j.s.Images.Value
	if !j.system() || !j.s.Images.OK || w.Account == "" {
		return // without libvirt there is no such account yet, and libvirt says so itself
	}
	for _, d := range w.Dirs {
		if w.passes(d) {
			continue
		}
		c := j.bad("images-path", &j.t.Path, w.Account, d.Path, w.Path)
		c.Stops = true
		f := Fix{ID: FixImages, Title: j.t.LetThrough, Root: true}
		plain := d.plain(w.UID)
		if j.s.Programs.Value["setfacl"] != "" {
			f.Do = []Command{{"setfacl", "-m", "u:" + w.Account + ":--x", d.Path}}
			f.Undo = []Command{{"setfacl", "-x", "u:" + w.Account, d.Path}}
		} else {
			f.Do = []Command{{"chmod", "o+x", d.Path}}
			f.Undo = []Command{{"chmod", "o-x", d.Path}}
			plain = plain && d.Mode&1 == 0
		}
		if !plain { // its owner has to know what it comes to, and what it was
			c.Commands = j.s.shown(true, f.Do)
			continue
		}
		// Several closed folders on the way are opened by one yes.
		for i := range j.out[:len(j.out)-1] {
			if other := j.out[i].Fix; other != nil && other.ID == FixImages {
				f.Do, f.Undo = append(slices.Clone(other.Do), f.Do...), append(slices.Clone(other.Undo), f.Undo...)
				j.out[i].Fix = &f
			}
		}
		j.with(c, f)
	}
}

// Tags of a POSIX access control list (acl(5)).
const (
	aclUserObj, aclUser, aclGroupObj, aclGroup, aclMask, aclOther = 1, 2, 4, 8, 16, 32
)

// plain says that an entry for the account can be added and taken away again, and that
// nothing else changes by that: there is none yet, and no entry is held back by the
// mask, which would be made anew.
func (d Dir) plain(uid int) bool {
	mask := uint16(7)
	for _, e := range d.ACL {
		if e.Tag == aclMask {
			mask = e.Perm
		}
	}
	return !slices.ContainsFunc(d.ACL, func(e ACL) bool {
		named := e.Tag == aclUser && int(e.ID) == uid
		return named || e.Perm&^mask != 0 && (e.Tag == aclUser || e.Tag == aclGroupObj || e.Tag == aclGroup)
	})
}

// passes says whether the account may search the directory, by acl(5)'s algorithm.
func (w Way) passes(d Dir) bool {
	const search = 1
	if w.UID == 0 {
		return true
	}
	if len(d.ACL) == 0 {
		switch {
		case d.UID == w.UID:
			return d.Mode>>6&search != 0
		case slices.Contains(w.GIDs, d.GID):
			return d.Mode>>3&search != 0
		}
		return d.Mode&search != 0
	}
	mask := uint16(7)
	for _, e := range d.ACL {
		if e.Tag == aclMask {
			mask = e.Perm
		}
	}
	group, grouped := false, false
	for _, e := range d.ACL {
		switch {
		case e.Tag == aclUserObj && d.UID == w.UID:
			return e.Perm&search != 0
		case e.Tag == aclUser && int(e.ID) == w.UID:
			return e.Perm&mask&search != 0
		case e.Tag == aclGroupObj && slices.Contains(w.GIDs, d.GID), e.Tag == aclGroup && slices.Contains(w.GIDs, int(e.ID)):
			grouped, group = true, group || e.Perm&mask&search != 0
		}
	}
	if grouped {
		return group
	}
	for _, e := range d.ACL {
		if e.Tag == aclOther {
			return e.Perm&search != 0
		}
	}
	return false
}

func (j *judge) denials() {
	for _, line := range j.s.Denials.Value { // logs that cannot be read say nothing
		j.bad("confinement", &j.t.Denied, line)
	}
}

// tunnels are how interfaces of VPNs are called.
var tunnels = []string{"tun", "tap", "wg", "ppp", "tailscale", "zt", "utun", "ipsec", "vpn", "nordlynx", "proton", "CloudflareWARP"}

func tunnel(card string) bool {
	for _, p := range tunnels {
		if strings.HasPrefix(card, p) {
			return true
		}
	}
	return false
}

func (j *judge) network() {
	n, t, a := j.s.Network, j.t, j.s.Answers.Value
	if j.s.OS != "linux" {
		return
	}
	if !n.OK {
		j.unseen("network", t.NetworkName, n.Err)
		return
	}
	want := j.plan.Network
	if j.system() {
		if subnet, err := netip.ParsePrefix(want.Subnet); err == nil && !j.s.Asked.Begun {
			for _, r := range n.Value.Taken {
				if p, err := netip.ParsePrefix(r.Prefix); err == nil && p.Overlaps(subnet) {
					c := j.bad("subnet-taken", &t.Subnet, want.Subnet, r.Prefix, r.By)
					c.Stops = true
					break
				}
			}
		} else if a.NoSubnet != "" && !j.s.Asked.Begun {
			c := j.bad("subnet-none", &t.NoSubnet, a.NoSubnet)
			c.Stops = true
		}
		if n.Value.Firewalld && !n.Value.Zone {
			c := j.bad("firewalld-zone", &t.Zone)
			c.Commands = j.s.shown(true, []Command{{"firewall-cmd", "--reload"}})
			c.Stops = true
		}
		if n.Value.Docker {
			j.met("docker", t.Docker)
		}
		for _, r := range n.Value.Taken {
			if tunnel(r.By) {
				j.met("vpn", sprint(t.VPN, r.By, r.Prefix))
				break
			}
		}
	} else if want.SSHPort != 0 && !j.s.Asked.Begun && slices.Contains(n.Value.Listening, want.SSHPort) {
		c := j.bad("port-taken", &t.Port, want.SSHPort)
		c.Stops = true
	}
}

// Clocks that differ by less are as good as right; certificates and package lists
// bear much more.
const (
	mostSkew   = 5 * time.Minute
	mostBehind = 24 * time.Hour
)

func (j *judge) clock() {
	fix := Fix{ID: FixClock, Title: j.t.SetClock, Root: true}
	able := !j.s.Units.OK // else timedatectl refuses
	for _, u := range clockUnits {
		enabled, _, _ := strings.Cut(j.s.Units.Value[u], " ")
		able = able || enabled != "" && enabled != "masked"
	}
	if able && j.s.System.Value.Systemd {
		fix.Do, fix.Undo = []Command{{"timedatectl", "set-ntp", "true"}}, j.s.unset()
	}
	for _, r := range j.s.Reached {
		if r.Dated && (r.Skew > mostSkew || r.Skew < -mostSkew) {
			j.with(j.bad("clock", &j.t.ClockOff, round(r.Skew), r.Host), fix)
			return
		}
	}
	// Nothing says that it is right: only that it is not behind what was written.
	if c := j.s.Clock.Value; j.s.Clock.OK && c.Floor.Sub(c.Now) > mostBehind {
		j.with(j.bad("clock", &j.t.Clock, c.Now.Format(time.DateTime), c.By, c.Floor.Format(time.DateTime)), fix)
	}
}

func (j *judge) reached() {
	t := j.t
	var fine []string
	for _, r := range j.s.Reached {
		switch r.Trouble {
		case "":
			if r.Host != "" && !slices.Contains(fine, r.Host) {
				fine = append(fine, r.Host)
			}
		case ReachName:
			j.bad("name-resolution", &t.Names, r.Host)
		case ReachProxy:
			j.bad("proxy", &t.Proxy, r.Proxy, r.Detail)
		case ReachCertificate:
			j.bad("certificate", &t.Certificate, r.Host, r.Issuer)
		case ReachTime:
			c := j.bad("clock", &t.Certificate, r.Host, r.Issuer)
			c.What, c.Why, c.Hint = sprint(t.Connect.What, r.Host, r.Detail), t.ClockOff.Why, t.ClockOff.Hint
		default:
			j.bad("network", &t.Connect, r.Host, r.Detail)
		}
	}
	if len(fine) > 0 {
		j.met("network", sprint(t.Reached, strings.Join(fine, ", ")))
	}
}

// controls are K2 and K24. OpenClaw on this computer keeps no machine from being made;
// it is what the machine is there to avoid. Control K24, the protections of this
// computer, is for what it is worth before there is a machine.
func (j *judge) controls() {
	k2, k24 := checks.JudgeBefore(j.plan, j.s.OpenClaw, j.s.Weak, j.s.Baseline)
	j.control("openclaw-on-host", k2)
	if j.s.OS == "linux" {
		j.control("host-baseline", k24)
	}
}

func (j *judge) control(id string, f checks.Finding) {
	c := Condition{ID: id, Status: f.Status, What: f.Title}
	if len(f.Evidence) > 0 {
		if f.Status == checks.NotMet { // the title says what holds
			c.What = f.Evidence[0]
		} else {
			c.What += text.T().Engine.Colon + f.Evidence[0]
		}
	}
	if f.Status != checks.Met {
		c.Why, c.Hint = f.Why, f.Hint
	}
	j.add(c)
}
