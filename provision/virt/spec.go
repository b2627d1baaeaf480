package virt

// This file is the machine as plain values, and its domain XML.

import (
	"fmt"
	"net"
	"net/netip"
	"path/filepath"
	"strings"

	"github.com/clawarium/clawarium/assets/layout"
)

// Spec is everything that decides a domain's XML. Every value that is chosen at
// run time (UUID, MAC address, port, KVM or not) is in it, so that equal specs
// give equal XML.
type Spec struct {
	Machine string // name, as in the plan
	UUID    string // of the domain
	Version string // of clawarium, for the tag
	Plan    string // hash of the plan, for the tag
	Arch    string // amd64 or arm64

	System bool // qemu:///system and an isolated network; else qemu:///session
	KVM    bool // the processor's help, on macOS hvf; else emulation
	// SlowClock lets the guest's clock advance a nanosecond an instruction.
	// Under emulation only; the machine then has one processor, whatever CPUs
	// says, because instructions can be counted on one only.
	SlowClock bool

	CPUs   int
	Memory int64 // bytes, a multiple of 1 MiB
	MAC    string

	Network, Filter string // system: names of the libvirt network and filter
	GuestIP, HostIP string // system: the two addresses, for NetworkXML and FilterXML
	SSHPort         int    // session: port on 127.0.0.1 that leads to the guest's SSH

	SystemDisk string // path of the qcow2 overlay
	DataDisk   string // path of the qcow2 volume
	CodeDisk   string // path of the squashfs
	Seed       string // path of the seed ISO; empty: none

	// ConsoleLog is the file to which libvirt's log daemon writes what the
	// machine says on its serial console, its journal included; empty: none. The
	// daemon begins a new one at 2 MiB and keeps three older ones.
	ConsoleLog string
	// Emulator is the path of QEMU; empty: libvirt's choice.
	Emulator string
	// Loader and NVRAM are the firmware's code and the template of its
	// variables; empty: libvirt picks by the firmware descriptors.
	Loader, NVRAM string
}

// rootPorts leave room for every device to be plugged and unplugged: seven
// virtio devices at most, and spare ones for a disk swap.
const rootPorts = 10

// netSlot is where the session's network card sits: a slot of the root bus that
// libvirt, which fills the bus from below, does not reach.
const netSlot = "0x1e"

var libvirtArch = map[string]struct{ arch, machine string }{
	"amd64": {"x86_64", "q35"},
	"arm64": {"aarch64", "virt"},
}

// Validate says what keeps a Spec from being a machine. Its values come from
// our own steps, so an error is a mistake of ours.
func (s Spec) Validate() error {
	switch {
	case s.Machine == "":
		return badSpec("name", s.Machine)
	case len(s.UUID) != 36:
		return badSpec("UUID", s.UUID)
	case libvirtArch[s.Arch].arch == "":
		return badSpec("architecture", s.Arch)
	case s.KVM && s.SlowClock:
		return badSpec("slow clock", "on with KVM")
	case s.CPUs < 1:
		return badSpec("number of processors", fmt.Sprint(s.CPUs))
	case s.Memory < 64<<20 || s.Memory%(1<<20) != 0:
		return badSpec("memory", fmt.Sprint(s.Memory))
	case s.System && (s.Network == "" || s.Filter == ""):
		return badSpec("network", s.Network)
	case !s.System && (s.SSHPort < 1 || s.SSHPort > 65535):
		return badSpec("SSH port", fmt.Sprint(s.SSHPort))
	case (s.Loader == "") != (s.NVRAM == ""):
		return badSpec("firmware", s.Loader+s.NVRAM)
	}
	if mac, err := net.ParseMAC(s.MAC); err != nil || len(mac) != 6 || mac[0]&1 != 0 {
		return badSpec("MAC address", s.MAC)
	}
	if s.System {
		for _, a := range []string{s.GuestIP, s.HostIP} {
			if ip, err := netip.ParseAddr(a); a != "" && (err != nil || !ip.Is4()) {
				return badSpec("address", a)
			}
		}
	}
	for _, p := range []string{s.SystemDisk, s.DataDisk, s.CodeDisk} {
		if !filepath.IsAbs(p) {
			return badSpec("disk", p)
		}
	}
	if s.Seed != "" && !filepath.IsAbs(s.Seed) {
		return badSpec("disk", s.Seed)
	}
	if s.ConsoleLog != "" && !filepath.IsAbs(s.ConsoleLog) {
		return badSpec("console log", s.ConsoleLog)
	}
	return nil
}

// QemuArgs is exactly what the domain passes to QEMU beside libvirt: nothing
// with KVM on the system's libvirt; the restricted user-mode network in a
// session; the slow clock. The self-check accepts these and no other.
func (s Spec) QemuArgs() []string {
	var args []string
	if !s.System {
		netdev := fmt.Sprintf("user,id=clawarium0,restrict=on,hostfwd=tcp:127.0.0.1:%d-:22", s.SSHPort)
		// romfile= keeps the card's boot ROM out: nothing boots from the net.
		device := fmt.Sprintf("virtio-net-pci,netdev=clawarium0,mac=%s,bus=pcie.0,addr=%s,romfile=", s.MAC, netSlot)
		args = append(args, "-netdev", netdev, "-device", device)
	}
	if s.SlowClock {
		args = append(args, "-icount", "shift=0")
	}
	return args
}

// Processors is the number of virtual processors that the machine gets.
func (s Spec) Processors() int {
	if s.SlowClock {
		return 1
	}
	return s.CPUs
}

// DomainXML writes the machine as libvirt reads it.
func (s Spec) DomainXML() (string, error) {
	if err := s.Validate(); err != nil {
		return "", err
	}
	return written(s.domain())
}

func (s Spec) domain() domainXML {
	kind := libvirtArch[s.Arch]
	x86 := s.Arch == "amd64"
	d := domainXML{
		Type:       "qemu",
		Name:       layout.Domain(s.Machine),
		UUID:       s.UUID,
		Metadata:   &innerXML{Tag{s.Machine, s.Version, s.Plan}.xml()},
		Memory:     measureXML{"KiB", uint64(s.Memory >> 10)},
		VCPU:       vcpuXML{"static", s.Processors()},
		OS:         osXML{Type: osTypeXML{kind.arch, kind.machine, "hvm"}},
		Features:   featuresXML{ACPI: &struct{}{}},
		CPU:        cpuXML{"maximum", "none"},
		Clock:      clockXML{Offset: "utc"},
		OnPoweroff: "destroy",
		OnReboot:   "restart",
		OnCrash:    "destroy",
		Devices:    s.devices(),
	}
	if s.KVM {
		d.Type = helpName
		d.CPU.Mode = "host-passthrough"
	}
	if x86 {
		d.Features.APIC = &struct{}{}
		// With the HPET, one boot in ten stood still under emulation.
		d.Clock.Timers = []timerXML{{"hpet", "no"}}
		d.PM = &pmXML{enabledXML{"no"}, enabledXML{"no"}}
	}
	if s.Loader != "" {
		d.OS.Loader = &loaderXML{"yes", "pflash", s.Loader}
		d.OS.NVRAM = &nvramXML{s.NVRAM}
	} else {
		d.OS.Picked = "efi"
		if x86 {
			// Left alone, libvirt prefers firmware with enrolled keys, which
			// refuses to boot an image that was built here and is unsigned.
			d.OS.Firmware = &firmwareXML{[]firmwareFeatureXML{{"no", "enrolled-keys"}, {"no", "secure-boot"}}}
		}
	}
	if args := s.QemuArgs(); len(args) > 0 {
		d.Commandline = &commandlineXML{}
		for _, a := range args {
			d.Commandline.Args = append(d.Commandline.Args, argXML{a})
		}
	}
	return d
}

// ConsoleLogOf is the ConsoleLog of a domain's XML, or "".
func ConsoleLogOf(domain string) string {
	var d domainXML
	if read(domain, &d) != nil {
		return ""
	}
	for _, s := range d.Devices.Serials {
		if s.Log != nil {
			return s.Log.File
		}
	}
	return ""
}

func (s Spec) devices() devicesXML {
	devices := devicesXML{
		Emulator:    s.Emulator,
		Disks:       s.disks(),
		Controllers: []controllerXML{{Type: "usb", Model: "none"}, {Type: "pci", Index: new(0), Model: "pcie-root"}},
		Serials:     []serialXML{{Type: "pty"}},
		Consoles:    []serialXML{{Type: "pty", Target: serialTargetXML{Type: "serial"}}},
		MemBalloon:  modelXML{"none"},
		RNGs:        []rngXML{{"virtio", rngBackendXML{"random", "/dev/urandom"}}},
	}
	for i := range rootPorts {
		devices.Controllers = append(devices.Controllers, controllerXML{Type: "pci", Index: new(i + 1), Model: "pcie-root-port"})
	}
	if s.ConsoleLog != "" {
		devices.Serials[0].Log = &serialLogXML{s.ConsoleLog, "on"}
	}
	if s.System {
		card := interfaceXML{Type: "network", MAC: addressXML{strings.ToLower(s.MAC)}, ROM: enabledXML{"no"}}
		card.Source.Network, card.Model.Type, card.Filter.Name, card.Port.Isolated = s.Network, "virtio", s.Filter, "yes"
		devices.Interfaces = []interfaceXML{card}
	}
	return devices
}

// disks in the order vda to vdd: system, data, code, seed. The guest finds them
// by serial number, never by letter.
func (s Spec) disks() []diskXML {
	disks := []diskXML{
		disk(s.SystemDisk, "qcow2", "vda", layout.SystemSerial, false),
		disk(s.DataDisk, "qcow2", "vdb", layout.DataSerial, false),
		disk(s.CodeDisk, "raw", "vdc", layout.CodeSerial, true),
	}
	// A boot order keeps the firmware from trying the network first.
	disks[0].Boot = &bootXML{1}
	if s.Seed != "" {
		disks = append(disks, disk(s.Seed, "raw", seedTarget, layout.SeedSerial, true))
	}
	return disks
}

const seedTarget = "vdd"

func disk(path, format, target, serial string, readOnly bool) diskXML {
	d := diskXML{
		Type: "file", Device: "disk", Driver: diskDriverXML{Name: "qemu", Type: format},
		Source: diskSourceXML{path}, Target: diskTargetXML{target, "virtio"}, Serial: serial,
	}
	if readOnly {
		d.ReadOnly = &struct{}{}
	} else {
		d.Driver.Discard = "unmap"
	}
	return d
}
