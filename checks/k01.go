package checks

import (
	"encoding/json"
	"path"
	"slices"
	"strings"

	"github.com/clawarium/clawarium/assets/layout"
)

// K1, sealed VM: nothing of the host is lent to the guest. Looked at in
// libvirt's definition as it runs and as it will start next time, and in the
// arguments and the account of the process that the host sees.

// Devices that lend the guest a part of the host, or a way to it.
var lending = map[string]bool{
	"filesystem": true, "hostdev": true, "redirdev": true, "redirfilter": true, "shmem": true,
	"smartcard": true, "vsock": true, "parallel": true, "crypto": true, "pstore": true,
}

// Devices that are known to lend nothing, by themselves. What their settings can
// lend is looked at one by one below.
var harmless = map[string]bool{
	"emulator": true, "disk": true, "controller": true, "interface": true, "serial": true, "console": true,
	"channel": true, "rng": true, "memballoon": true, "watchdog": true, "panic": true, "iommu": true,
	"input": true, "video": true, "graphics": true, "audio": true, "sound": true, "tpm": true, "hub": true, "memory": true,
}

// QEMU drivers that lend the guest something, whatever the XML says; the
// beginning of each name.
var lendingDrivers = []string{
	"virtio-9p", "vhost-user", "vhost-vsock", "vhost-scsi", "vfio", "usb-host", "usb-redir", "ivshmem",
	"scsi-block", "scsi-generic", "spicevmc", "qemu-vdagent", "ccid", "pci-assign",
}

func sealed(l *look) {
	for d := range l.domains {
		before := len(l.wrongs) + len(l.unknowns)
		l.devices(d.name, d.root)
		l.security(d.name, d.root)
		l.commandline(d.name, d.root)
		if len(l.wrongs)+len(l.unknowns) == before {
			l.right(Libvirt, l.t.NothingLent, d.name, len(d.root.at("devices").kids))
		}
	}

	q, ok := had(l, Host, l.t.QemuProcess, l.evidence.Host.Qemu)
	if !ok {
		return
	}
	if len(q.UIDs) == 0 || len(q.Args) == 0 {
		l.unknown(Host, l.t.CouldNotLook, l.t.QemuProcess, l.t.Malformed)
		return
	}
	before := len(l.wrongs)
	for i, arg := range q.Args {
		switch {
		case arg == "-virtfs" || arg == "-fsdev" || arg == "-usbdevice":
			l.wrong(Host, l.t.QemuLends, q.PID, arg)
		case i > 0 && (q.Args[i-1] == "-device" || q.Args[i-1] == "-chardev"):
			driver := driverOf(arg)
			if slices.ContainsFunc(lendingDrivers, func(d string) bool { return strings.HasPrefix(driver, d) }) {
				l.wrong(Host, l.t.QemuLends, q.PID, driver)
			}
		}
	}
	if slices.Contains(q.UIDs, 0) {
		l.wrong(Host, l.t.QemuRoot, q.PID)
	}
	if len(l.wrongs) == before {
		confined := q.Confined
		if confined == "" || confined == "unconfined" {
			confined = l.t.Unconfined
		}
		l.right(Host, l.t.QemuFine, q.PID, q.UIDs[0], confined)
	}
}

// devices looks at everything that the guest is given.
func (l *look) devices(side string, root *node) {
	ours := []string{layout.SystemSerial, layout.CodeSerial, layout.DataSerial, layout.SeedSerial}
	for _, d := range root.at("devices").kids {
		kind := d.attr("type")
		switch name := d.name.Local; {
		case lending[name]:
			l.wrong(Libvirt, l.t.Lends, side, describe(d))
		case !harmless[name]:
			l.unknown(Libvirt, l.t.UnknownDevice, side, name)
		case name == "disk":
			switch {
			case kind != "file" && kind != "volume":
				l.wrong(Libvirt, l.t.Lends, side, describe(d))
			case d.attr("device") != "disk" && d.attr("device") != "":
				l.wrong(Libvirt, l.t.Lends, side, describe(d))
			case !slices.Contains(ours, d.at("serial").value()):
				l.wrong(Libvirt, l.t.ForeignDisk, side, d.at("serial").value(), diskSource(d))
			}
		case name == "interface" && (kind == "hostdev" || kind == "vhostuser" || kind == "vdpa"):
			l.wrong(Libvirt, l.t.Lends, side, describe(d))
		case name == "serial" || name == "console" || name == "channel":
			switch kind {
			case "pty", "file", "null", "unix":
			default:
				l.wrong(Libvirt, l.t.Lends, side, describe(d))
			}
			if target := d.at("target").attr("name"); name == "channel" && target != "org.qemu.guest_agent.0" {
				l.wrong(Libvirt, l.t.Lends, side, describe(d)+" "+target)
			}
		case name == "input" && (kind == "passthrough" || kind == "evdev"):
			l.wrong(Libvirt, l.t.Lends, side, describe(d))
		case name == "graphics":
			if d.at("clipboard").attr("copypaste") != "no" && kind == "spice" {
				l.wrong(Libvirt, l.t.Clipboard, side)
			}
			if d.at("filetransfer").attr("enable") != "no" && kind == "spice" {
				l.wrong(Libvirt, l.t.FileTransfer, side)
			}
		case name == "tpm" && d.at("backend").attr("type") != "emulator":
			l.wrong(Libvirt, l.t.Lends, side, describe(d))
		case name == "rng" && d.at("backend").attr("model") != "random" && d.at("backend").attr("model") != "builtin":
			l.wrong(Libvirt, l.t.Lends, side, describe(d))
		}
	}
}

// security looks at what confines the process.
func (l *look) security(side string, root *node) {
	for _, s := range root.all("seclabel") {
		switch {
		case s.attr("type") == "none":
			l.wrong(Libvirt, l.t.SeclabelNone, side, s.attr("model"))
		case s.attr("relabel") == "no":
			l.wrong(Libvirt, l.t.RelabelNo, side, s.attr("model"))
		}
	}
}

// commandline allows exactly the arguments that we pass ourselves.
func (l *look) commandline(side string, root *node) {
	var args []string
	for _, k := range root.kids {
		if !strings.Contains(k.name.Space, "libvirt.org/schemas/domain/") {
			continue
		}
		if k.name.Local != "commandline" {
			l.wrong(Libvirt, l.t.ForeignElement, side, k.name.Local)
			continue
		}
		for _, a := range k.kids {
			if a.name.Local == "arg" {
				args = append(args, a.attr("value"))
			} else {
				l.wrong(Libvirt, l.t.ForeignElement, side, a.name.Local+" "+a.attr("name"))
			}
		}
	}
	if !slices.Equal(args, l.subject.QemuArgs) {
		l.wrong(Libvirt, l.t.ForeignArgs, side, strings.Join(args, " "), strings.Join(l.subject.QemuArgs, " "))
	}
}

// driverOf is the driver of a -device or -chardev argument, in either of the two
// forms that QEMU takes: "driver,key=value" or a JSON object.
func driverOf(arg string) string {
	if !strings.HasPrefix(arg, "{") {
		driver, _, _ := strings.Cut(arg, ",")
		return strings.TrimPrefix(strings.TrimPrefix(driver, "driver="), "backend=")
	}
	var device struct {
		Driver string `json:"driver"`
	}
	if json.Unmarshal([]byte(arg), &device) != nil {
		return arg
	}
	return device.Driver
}

// describe names a device in libvirt's terms.
func describe(d *node) string {
	parts := []string{d.name.Local}
	for _, a := range []string{"type", "device", "mode"} {
		if v := d.attr(a); v != "" {
			parts = append(parts, a+"="+v)
		}
	}
	if s := diskSource(d); s != "" {
		parts = append(parts, s)
	}
	return strings.Join(parts, " ")
}

// diskSource is where a device's bytes come from, or "".
func diskSource(d *node) string {
	s := d.at("source")
	for _, a := range []string{"file", "dev", "dir", "name", "volume", "path"} {
		if v := s.attr(a); v != "" {
			return v
		}
	}
	return ""
}

// volumeOf is the name of the volume that a disk is, or "".
func volumeOf(d *node) string {
	if source := diskSource(d); source != "" {
		return path.Base(source)
	}
	return ""
}

// diskBySerial is the disk with our serial number, or nil.
func diskBySerial(root *node, serial string) *node {
	for _, d := range root.at("devices").all("disk") {
		if d.at("serial").value() == serial {
			return d
		}
	}
	return nil
}
