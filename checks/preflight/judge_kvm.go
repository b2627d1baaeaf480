package preflight

// The processor's help for virtual machines, from the firmware to a guest that boots,
// and the emulator itself.

import (
	"slices"

	"github.com/clawarium/clawarium/provision/plan"
)

func (j *judge) kvm() {
	t, cpu := j.t, j.s.CPU
	if j.plan.Machine.Acceleration == plan.Emulation {
		j.met("kvm", t.KVMUnasked)
		return
	}
	if j.s.OS == "darwin" {
		p := j.s.Probe
		switch {
		case !cpu.OK:
			j.unseen("hvf", t.CPUName, cpu.Err)
		case !cpu.Value.Virtualises:
			j.bad("hvf", &t.NoHVF).Stops = j.kvmAsked()
		case p.OK && !p.Value.OK && !j.noEmulator() && !j.noFirmware():
			j.bad("kvm-broken", &t.KVMBroken, p.Value.Why).Stops = j.kvmAsked()
		default:
			j.met("hvf", t.HVF)
		}
		return
	}
	j.stops = j.kvmAsked()
	if p := j.s.Probe; p.OK && p.Value.OK {
		j.met("kvm", p.Value.Why)
		j.rootsDevice() // it may work for this account and not for QEMU's own
	} else {
		j.noKVM()
	}
	j.stops = false
}

// noKVM tells the nearest cause, from the outside in; nothing when it is another's.
func (j *judge) noKVM() {
	t, cpu, dev, me := j.t, j.s.CPU.Value, j.s.KVM, j.s.Me.Value
	switch {
	case !dev.OK:
		j.unseen("kvm", t.ProbeName, dev.Err)
	case cpu.WSL == 1:
		j.bad("wsl1", &t.WSL1)
	case dev.Value.Absent && cpu.WSL == 2:
		j.bad("kvm-wsl", &t.KVMWSL)
	case dev.Value.Absent && cpu.Firmware:
		j.firmware()
	case dev.Value.Absent && cpu.Virtualises && !cpu.Loaded:
		c := j.bad("kvm-module", &t.KVMModule, cpu.Module)
		j.with(c, Fix{ID: FixModule, Title: t.LoadModule, Root: true, Do: []Command{{"modprobe", cpu.Module}}, Undo: []Command{{"modprobe", "-r", cpu.Module}}})
	case dev.Value.Absent && cpu.Guest:
		j.bad("kvm-nested", &t.KVMNested)
	case dev.Value.Absent && cpu.Virtualises: // loaded, and it made no device: the firmware holds it back
		j.firmware()
	case dev.Value.Absent:
		j.bad("kvm-cpu", &t.KVMCPU).Commands = j.setup()
	case !dev.Value.Opens:
		group := dev.Value.Group
		if j.rootsDevice() {
			// What the account needs once the device is its group's is told in the same
			// look: one new login serves that and libvirt's group.
			if group = "kvm"; me.UID == 0 || slices.Contains(me.Effective, group) {
				return
			}
		}
		if slices.Contains(me.Member, group) && !slices.Contains(me.Effective, group) {
			j.bad("kvm-login", &t.KVMLogin, me.Name, group)
			return
		}
		c := j.bad("kvm-group", &t.KVMGroup, me.Name, group)
		f := Fix{ID: FixKVM, Title: t.JoinKVM, Root: true, After: AfterLogin}
		j.s.join(&f, group)
		if j.with(c, f); j.joins != nil {
			j.joins.Title, c.Fix = t.JoinBoth, j.joins
			j.s.join(c.Fix, group)
		}
	case j.rootsDevice():
	case !j.s.Probe.OK:
		j.unseen("kvm", t.ProbeName, j.s.Probe.Err)
	case j.noEmulator(), j.noFirmware(): // it was not tried; that is said of what is missing
	default:
		j.bad("kvm-broken", &t.KVMBroken, j.s.Probe.Value.Why)
	}
}

func (j *judge) firmware() { j.bad("kvm-firmware", &j.t.KVMFirmware).Commands = j.setup() }

// setup leads into the firmware's setup, where the computer can be told to go there.
func (j *judge) setup() []string {
	if !j.s.System.Value.EFI || !j.s.System.Value.Systemd || j.s.CPU.Value.Guest {
		return nil
	}
	return j.s.shown(true, []Command{{"systemctl", "reboot", "--firmware-setup"}})
}

// rootsDevice tells of a device that root alone can open, as without udev: QEMU, which
// does not run as root, finds it closed.
func (j *judge) rootsDevice() bool {
	d := j.s.KVM.Value
	if d.Absent || d.Group != "root" || len(d.Mode) == 0 || d.Mode[len(d.Mode)-1] >= '6' {
		return false
	}
	c := j.bad("kvm-device", &j.t.KVMDevice, d.Path, d.Mode)
	j.with(c, Fix{ID: FixDevice, Title: j.t.GiveDevice, Root: true,
		Do:   []Command{{"chgrp", "kvm", d.Path}, {"chmod", "0660", d.Path}},
		Undo: []Command{{"chmod", "0" + d.Mode, d.Path}, {"chgrp", "root", d.Path}}})
	return true
}

func (j *judge) noEmulator() bool {
	path, looked := j.s.Programs.Value[j.s.Asked.Emulator]
	return looked && path == ""
}

// noFirmware says that neither the usual places have one nor libvirt knows one.
func (j *judge) noFirmware() bool {
	return j.s.Firmware != nil && len(j.s.Firmware) == 0 && !j.s.Answers.Value.UEFI
}

// emulator is QEMU and the firmware of its machines.
func (j *judge) emulator() {
	a := j.s.Answers.Value
	able := a.URI != "" && len(a.Supports) == 0 // libvirt looks in places of its own
	if j.noEmulator() {
		c := j.bad("qemu-absent", &j.t.Qemu, j.s.Asked.Emulator)
		c.Stops = !able || j.kvmAsked()
		j.lack(c, partQemu)
	}
	if j.noFirmware() {
		c := j.bad("firmware-absent", &j.t.UEFI)
		c.Stops = !able || j.kvmAsked()
		j.lack(c, partFirmware)
	}
}

// tools are what puts the disks together.
func (j *judge) tools() {
	t, fine := j.t, true
	var build []string
	hint := ""
	for _, trouble := range j.s.Tools.Value {
		switch {
		case trouble.For == "image":
			build = append(build, trouble.What)
			if hint == "" {
				hint = trouble.Hint
			}
		case j.s.Programs.Value["mksquashfs"] == "":
			fine = false
			c := j.bad("squashfs-absent", &t.Squashfs)
			c.Stops = true
			j.lack(c, partSquashfs)
		default: // there, and too old
			fine = false
			c := j.bad("squashfs-old", &t.Taken, trouble.What)
			c.Why, c.Hint, c.Stops = t.Squashfs.Why, trouble.Hint, true
		}
	}
	if len(build) > 0 {
		said, can := joined(build), j.s.family() == "debian"
		away := false
		for i := range j.s.Reached {
			away = away || j.s.Reached[i].For == "image" && j.s.Reached[i].Trouble != ""
		}
		switch must := j.s.Asked.NeedImage == plan.Build; {
		case must || can && away: // the only way, or the one that is left
			fine = false
			c := j.bad("image-tools", &t.ImageTools, said)
			if c.Stops = must; can {
				j.lack(c, partImage)
			} else {
				c.Hint = hint
			}
		default: // the image is downloaded; this is only the way out
			j.met("image-tools", sprint(t.WayOut, said))
		}
	}
	switch {
	case !j.s.Tools.OK:
		j.unseen("tools", t.ToolsName, j.s.Tools.Err)
	case fine:
		j.met("tools", t.Tools)
	}
}
