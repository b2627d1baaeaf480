package preflight

// The commands for each distribution. They are data: argument lists that are shown,
// and run by somebody else after a yes. No shell takes part.

import (
	"slices"
	"strings"
)

// Command is a program and its arguments.
type Command []string

// Line is how the command is typed in a shell.
func (c Command) Line() string {
	words := make([]string, len(c))
	for i, w := range c {
		plain := w != "" && !strings.ContainsFunc(w, func(r rune) bool {
			return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("-_./:=+,@%", r)
		})
		if words[i] = w; !plain {
			words[i] = "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
		}
	}
	return strings.Join(words, " ")
}

// Fix is what can be done about a condition.
type Fix struct {
	ID    string    `json:"id"`
	Title string    `json:"title"`
	Root  bool      `json:"root"` // its commands need root's rights
	Do    []Command `json:"do"`
	Undo  []Command `json:"undo,omitempty"`  // none: it cannot be taken back
	After string    `json:"after,omitempty"` // one of the After…
}

// What it takes for a fix to be in force.
const (
	AfterRestart = "restart" // of clawarium
	AfterLogin   = "login"
	AfterReboot  = "reboot"
)

// IDs of the fixes.
const (
	FixPackages = "packages"
	FixStart    = "libvirt-start"
	FixLibvirt  = "libvirt-group"
	FixKVM      = "kvm-group"
	FixModule   = "kvm-module"
	FixDevice   = "kvm-device"
	FixImages   = "images-path"
	FixClock    = "clock"
	FixRestart  = "restart"
)

// part is something that packages bring.
type part = string

const (
	partLibvirt  part = "libvirt"
	partQemu     part = "qemu"
	partFirmware part = "firmware"
	partSquashfs part = "squashfs"
	partImage    part = "image"
)

// packages by family and part, a line each; a name behind an architecture is for that
// one. Those of Debian are installed on the test bed; the others follow their
// distributions' lists. Only Debian and its kin can build an image: it is made by their
// own apt.
const packages = `debian libvirt libvirt-daemon-system libvirt-clients dnsmasq-base ebtables iproute2
debian qemu amd64:qemu-system-x86 arm64:qemu-system-arm qemu-utils
debian firmware amd64:ovmf arm64:qemu-efi-aarch64
debian squashfs squashfs-tools
debian image mmdebstrap uidmap gpg gpgv debian-archive-keyring fdisk mtools dosfstools e2fsprogs qemu-utils
fedora libvirt libvirt-daemon-kvm libvirt-client
fedora qemu qemu-kvm qemu-img
fedora firmware amd64:edk2-ovmf arm64:edk2-aarch64
fedora squashfs squashfs-tools
arch libvirt libvirt dnsmasq iptables-nft
arch qemu amd64:qemu-base arm64:qemu-system-aarch64 qemu-img
arch firmware amd64:edk2-ovmf arm64:edk2-aarch64
arch squashfs squashfs-tools
suse libvirt libvirt-daemon-qemu libvirt-client
suse qemu amd64:qemu-x86 arm64:qemu-arm qemu-img
suse firmware amd64:qemu-ovmf-x86_64 arm64:qemu-uefi-aarch64
suse squashfs squashfs
brew libvirt libvirt
brew qemu qemu
brew firmware qemu
brew squashfs squashfs
`

// install are the commands that bring parts; none when nobody knows how here.
func (s *Situation) install(parts ...part) []Command {
	family := s.family()
	var names []string
	for _, p := range parts {
		for line := range strings.Lines(packages) {
			list, ok := strings.CutPrefix(line, family+" "+p+" ")
			if !ok {
				continue
			}
			for _, name := range strings.Fields(list) {
				arch, rest, of := strings.Cut(name, ":")
				if of {
					name = rest
				}
				if (!of || arch == s.Arch) && !slices.Contains(names, name) {
					names = append(names, name)
				}
			}
		}
	}
	if len(names) == 0 {
		return nil
	}
	with := func(words ...string) Command { return append(Command(words), names...) }
	var out []Command
	switch {
	case family == "debian":
		out = []Command{{"apt-get", "update"}, with("env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "install", "-y", "--no-install-recommends")}
	case s.System.Value.OSTree:
		return []Command{with("rpm-ostree", "install", "--idempotent")}
	case family == "fedora":
		out = []Command{with("dnf", "install", "-y")}
	case family == "arch":
		out = []Command{with("pacman", "-S", "--needed", "--noconfirm")}
	case family == "suse":
		out = []Command{with("zypper", "--non-interactive", "install")}
	case family == "brew":
		out = []Command{with("brew", "install")}
	}
	// Elsewhere than on Debian nothing that was installed is started.
	if slices.Contains(parts, partLibvirt) && family != "debian" {
		out = append(out, s.start()...)
	}
	return out
}

// Units of systemd: libvirt's sockets where it has a daemon for each of its parts and
// where it has one for all, and the services that set a clock.
var (
	manyUnits  = []string{"virtqemud.socket", "virtnetworkd.socket", "virtnwfilterd.socket", "virtstoraged.socket", "virtlogd.socket"}
	oneUnits   = []string{"libvirtd.socket", "virtlogd.socket"}
	clockUnits = []string{"systemd-timesyncd.service", "chrony.service", "chronyd.service", "ntp.service", "ntpd.service", "ntpsec.service", "openntpd.service"}
)

// unitsAsked are all of these, and what the sockets start.
const unitsAsked = "libvirtd.socket libvirtd.service virtlogd.socket virtlogd.service virtqemud.socket virtqemud.service " +
	"virtnetworkd.socket virtnetworkd.service virtnwfilterd.socket virtnwfilterd.service virtstoraged.socket virtstoraged.service " +
	"systemd-timesyncd.service chrony.service chronyd.service ntp.service ntpd.service ntpsec.service openntpd.service"

// units are libvirt's sockets as systemd knows them.
func (s *Situation) units() []string {
	d := s.Libvirt.Value
	family := s.family()
	many := family == "fedora" || family == "suse"
	if d.Modular && (!d.Single || many) || !d.Modular && !d.Single && many {
		return manyUnits
	}
	return oneUnits
}

// start are the commands that have libvirt answer.
func (s *Situation) start() []Command {
	switch d := s.Libvirt.Value; {
	case s.OS == "darwin":
		return []Command{{"brew", "services", "start", "libvirt"}}
	case s.System.Value.Systemd:
		var out []Command
		call := func(words string) { out = append(out, strings.Fields("systemctl "+words)) }
		for _, u := range s.units() {
			socket, daemon := s.Units.Value[u], s.Units.Value[service(u)]
			if strings.Contains(socket+daemon, "masked") {
				call("unmask " + u + " " + service(u))
			}
			if active(daemon) && !active(socket) { // which systemd refuses to put in front of it
				call("stop " + service(u))
			}
		}
		call("enable --now " + strings.Join(s.units(), " "))
		return out
	case d.Single && !d.Running: // a second one would take away the first one's sockets
		return []Command{{"virtlogd", "-d"}, {"libvirtd", "-d"}}
	}
	return nil
}

// service is what a socket starts.
func service(socket string) string { return strings.TrimSuffix(socket, ".socket") + ".service" }

// active says so of a unit as Situation.Units has it.
func active(unit string) bool { return strings.HasSuffix(unit, " active") }

// stop are the commands that bring the units that start begins back to how they were
// found; none when that is not known of one of them, or is nothing that could be done.
func (s *Situation) stop() (out []Command) {
	if s.OS != "linux" || !s.System.Value.Systemd {
		return nil
	}
	disable, stop := Command{"systemctl", "disable"}, Command{"systemctl", "stop"}
	for _, u := range s.units() {
		enabled, runs, _ := strings.Cut(s.Units.Value[u], " ")
		switch enabled {
		case "disabled":
			disable = append(disable, u)
		case "enabled", "static":
		default:
			return nil
		}
		daemon := s.Units.Value[service(u)]
		switch runs {
		case "inactive", "failed":
			if active(daemon) || strings.Contains(daemon, "masked") {
				return nil
			}
			if stop = append(stop, u); daemon != "" {
				stop = append(stop, service(u)) // it will have been started by then
			}
		case "active":
		default:
			return nil
		}
	}
	for _, c := range []Command{disable, stop} {
		if len(c) > 2 {
			out = append(out, c)
		}
	}
	return out
}

// unset are the commands that have nothing set the clock again; none where something
// did before, or that is not known.
func (s *Situation) unset() []Command {
	if !s.Units.OK {
		return nil
	}
	for _, u := range clockUnits {
		enabled, active, _ := strings.Cut(s.Units.Value[u], " ")
		off := (enabled == "" || enabled == "disabled" || enabled == "masked") && (active == "" || active == "inactive" || active == "failed")
		if !off {
			return nil
		}
	}
	return []Command{{"timedatectl", "set-ntp", "false"}}
}

// restart are the commands for a daemon that hangs; running machines do not mind.
func (s *Situation) restart() []Command {
	if s.OS == "darwin" {
		return []Command{{"brew", "services", "restart", "libvirt"}}
	}
	if !s.System.Value.Systemd {
		return nil
	}
	var names []string
	for _, u := range s.units() {
		if u != "virtlogd.socket" { // machines write their consoles to it
			names = append(names, service(u))
		}
	}
	return []Command{append(Command{"systemctl", "restart"}, names...)}
}

// join has a fix put the account into a group, and out of it again.
func (s *Situation) join(f *Fix, group string) {
	if name := s.Me.Value.Name; name != "" {
		f.Do = append(f.Do, Command{"usermod", "-aG", group, name})
		f.Undo = append(f.Undo, Command{"gpasswd", "-d", name, group})
	}
}

// shown are commands as they are typed by this account.
func (s *Situation) shown(root bool, commands []Command) []string {
	var lines []string
	for _, c := range commands {
		line := c.Line()
		if root && !s.root() {
			line = "sudo " + line
		}
		lines = append(lines, line)
	}
	return lines
}
