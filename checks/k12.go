package checks

import (
	"encoding/json"
	"slices"
	"strings"
)

// K12, no screen: the machine has no picture, no sound, nobody else's mouse or
// keyboard, and no console that can be reached over a network. Looked at in the
// definitions, and on the command line of the process that the host sees.

// consoles are the kinds of serial line that stay with libvirt: a terminal of the
// host that only root and QEMU may open, a file, nothing.
var consoles = []string{"pty", "file", "null"}

// screenDrivers are QEMU's devices that show, sound or take input; the beginning
// of each name.
var screenDrivers = []string{
	"vga", "VGA", "virtio-vga", "virtio-gpu", "qxl", "cirrus-vga", "bochs-display", "ramfb", "secondary-vga", "vmware-svga",
	"ati-vga", "isa-vga", "isa-cirrus-vga", "virtio-input-host", "vhost-user-gpu", "vhost-user-vga", "vhost-user-input", "usb-audio",
	"intel-hda", "ich9-intel-hda", "hda-", "AC97", "ac97", "ES1370", "sb16", "adlib", "gus", "cs4231a", "virtio-sound",
}

func noScreen(l *look) {
	t := l.t.Host
	for d := range l.domains {
		before := len(l.wrongs)
		for _, device := range d.root.at("devices").kids {
			kind := device.attr("type")
			switch name := device.name.Local; name {
			case "graphics", "sound":
				l.wrong(Libvirt, t.Screen, d.name, describe(device)+listens(device))
			case "video":
				if model := device.at("model").attr("type"); model != "none" {
					l.wrong(Libvirt, t.Screen, d.name, name+" "+model)
				}
			case "audio":
				if kind != "none" {
					l.wrong(Libvirt, t.Screen, d.name, describe(device))
				}
			case "input":
				if kind == "passthrough" || kind == "evdev" {
					l.wrong(Libvirt, t.Screen, d.name, describe(device))
				}
			case "serial", "console", "channel", "parallel":
				if !slices.Contains(consoles, kind) {
					l.wrong(Libvirt, t.ConsoleOutside, d.name, describe(device)+listens(device))
				}
			}
		}
		if len(l.wrongs) == before {
			l.right(Libvirt, t.NoScreen, d.name)
		}
	}

	q, ok := had(l, Host, l.t.QemuProcess, l.evidence.Host.Qemu)
	if !ok {
		return
	}
	if len(q.Args) == 0 {
		l.unknown(Host, l.t.CouldNotLook, l.t.QemuProcess, l.t.Malformed)
		return
	}
	before, headless := len(l.wrongs), false
	for i, arg := range q.Args {
		value := ""
		if i+1 < len(q.Args) {
			value = q.Args[i+1]
		}
		// QEMU takes its options with one dash or two.
		switch name := "-" + strings.TrimLeft(arg, "-"); {
		case i == 0 || !strings.HasPrefix(arg, "-"):
		case name == "-nographic":
			headless = true
		case name == "-display":
			headless = headless || value == "none"
			if value != "none" {
				l.wrong(Host, t.QemuScreen, q.PID, arg+" "+value)
			}
		case slices.Contains([]string{"-vnc", "-spice", "-sdl", "-gtk", "-curses", "-full-screen", "-soundhw", "-gdb", "-s"}, name):
			l.wrong(Host, t.QemuScreen, q.PID, arg+" "+value)
		case name == "-vga" && value != "none", name == "-audio", name == "-audiodev" && driverOf(value) != "none":
			l.wrong(Host, t.QemuScreen, q.PID, arg+" "+value)
		case name == "-device" && isScreen(driverOf(value)):
			l.wrong(Host, t.QemuScreen, q.PID, driverOf(value))
		case name == "-object" && strings.Contains(value, "input-linux"):
			l.wrong(Host, t.QemuScreen, q.PID, "input-linux")
		case slices.Contains([]string{"-chardev", "-serial", "-parallel", "-monitor", "-qmp", "-qmp-pretty", "-console"}, name) && overNetwork(value):
			l.wrong(Host, t.QemuConsole, q.PID, arg+" "+value)
		}
	}
	switch {
	case len(l.wrongs) > before:
	case !headless:
		// QEMU opens a window, or a VNC port, unless it is told not to.
		l.unknown(Host, t.QemuNoDisplay, q.PID)
	default:
		l.right(Host, t.QemuHeadless, q.PID)
	}
}

func isScreen(driver string) bool {
	return slices.ContainsFunc(screenDrivers, func(d string) bool { return strings.HasPrefix(driver, d) })
}

// overNetwork tells a character device of QEMU's that is reached from outside the
// host, or by any program on it, in either form: "socket,host=…,port=…" or JSON,
// and the short form of -serial ("tcp:…").
func overNetwork(arg string) bool {
	if strings.HasPrefix(arg, "{") {
		var c struct {
			Backend json.RawMessage `json:"backend"`
		}
		return json.Unmarshal([]byte(arg), &c) != nil || strings.Contains(string(c.Backend), `"inet"`) ||
			strings.Contains(string(c.Backend), `"udp"`) || strings.Contains(arg, "spice") || strings.Contains(arg, "vdagent")
	}
	for _, scheme := range []string{"tcp:", "telnet:", "udp:", "websocket:", "unix:"} {
		if strings.HasPrefix(arg, scheme) {
			return true
		}
	}
	kind, rest, _ := strings.Cut(arg, ",")
	switch strings.TrimPrefix(kind, "backend=") {
	case "udp", "spicevmc", "spiceport", "qemu-vdagent", "dbus", "vc":
		return true
	case "socket":
		for part := range strings.SplitSeq(rest, ",") {
			key, _, _ := strings.Cut(part, "=")
			if key == "host" || key == "port" || key == "telnet" || key == "websocket" {
				return true
			}
		}
	}
	return false
}

// listens is where a device can be reached, for showing.
func listens(d *node) string {
	var at []string
	for _, n := range append([]*node{d}, append(d.all("listen"), d.all("source")...)...) {
		for _, a := range []string{"listen", "address", "host", "port", "service", "socket", "path"} {
			if v := n.attr(a); v != "" && !slices.Contains(at, v) {
				at = append(at, v)
			}
		}
	}
	if len(at) == 0 {
		return ""
	}
	return " " + strings.Join(at, " ")
}
