package preflight

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/provision/plan"
)

func had[T any](v T) Fact[T] { return Fact[T]{OK: true, Value: v} }

// healthy is an ordinary account's computer of Debian 12, with all that a machine needs,
// as a Situation was recorded there, with a processor that helps.
func healthy() Situation {
	now := time.Date(2026, 11, 27, 6, 0, 0, 0, time.UTC)
	return Situation{
		Format: Format, Collected: now, OS: "linux", Arch: "amd64",
		Asked: Asked{NeedImage: "auto", NeedCode: true, Emulator: "qemu-system-x86_64"},
		System: had(Distribution{
			ID: "debian", Version: "12", Name: "Debian GNU/Linux 12 (bookworm)", Kernel: "6.1.0-40-amd64", Systemd: true, EFI: true,
		}),
		Me:     had(Account{UID: 1000, Name: "me", Effective: []string{"me", "kvm", "libvirt"}, Member: []string{"me", "kvm", "libvirt"}}),
		CPU:    had(Processor{Virtualises: true, Module: "kvm_intel", Loaded: true}),
		KVM:    had(Device{Path: "/dev/kvm", Mode: "660", Owner: "root", Group: "kvm", Opens: true}),
		Probe:  had(Probed{true, "KVM works"}),
		Memory: had(Memory{16 << 30, 12 << 30}),
		Rooms: []Room{
			{Path: "/home/me/.cache/clawarium", Free: 100 << 30, Need: 1 << 30, Device: 1},
			{Path: "/var/lib/libvirt/images/clawarium", Of: "system", Free: 100 << 30, Need: 1 << 30, Device: 2, Grow: 40 << 30},
			{Path: "/home/me/.local/share/clawarium/pool", Of: "session", Free: 100 << 30, Need: 1 << 30, Device: 1, Grow: 40 << 30},
		},
		Programs: had(map[string]string{"qemu-system-x86_64": "/usr/bin/qemu-system-x86_64", "mksquashfs": "/usr/bin/mksquashfs",
			"sudo": "/usr/bin/sudo", "setfacl": "/usr/bin/setfacl"}),
		Firmware: []string{"/usr/share/OVMF/OVMF_CODE_4M.fd"},
		Tools:    had([]ToolTrouble{}),
		Libvirt: had(Daemon{Library: "/usr/lib/x86_64-linux-gnu/libvirt.so.0", Single: true, Running: true, Bus: true, Polkit: true, Agent: true,
			Sockets: []Socket{{"libvirt-sock", "666", "root", "yes"}}}),
		Answers: had(Answers{URI: "qemu:///system", Why: "it can be used", Version: "9.0.0", Hypervisor: "7.2.22", UEFI: true,
			Default: "on", Subnet: "10.213.0.0/29"}),
		Images: had(Way{Path: "/var/lib/libvirt/images/clawarium", Account: "libvirt-qemu", UID: 64055, GIDs: []int{107},
			Dirs: []Dir{{Path: "/", Mode: 0o755}, {Path: "/var", Mode: 0o755}, {Path: "/var/lib", Mode: 0o755},
				{Path: "/var/lib/libvirt", Mode: 0o755}, {Path: "/var/lib/libvirt/images", Mode: 0o711}}}),
		Denials:  had([]string{}),
		Network:  had(Network{Taken: []Range{{"192.168.1.0/24", "enp3s0"}, {"192.168.122.0/24", "virbr0"}}, Listening: []int{22, 631}}),
		Units:    had(map[string]string{"libvirtd.socket": "enabled active", "virtlogd.socket": "enabled active", "systemd-timesyncd.service": "enabled active"}),
		Clock:    had(Clock{now, now.Add(-time.Hour), "/var/lib/dpkg/status"}),
		Reached:  []Reached{{Host: "packages.example", Dated: true, Skew: 2 * time.Second}},
		OpenClaw: checks.Fact[checks.OnHost]{OK: true, Value: checks.OnHost{Homes: 2, Processes: 100, Found: []checks.Trace{}}},
		Weak:     checks.Fact[map[string]string]{OK: true, Value: map[string]string{"meltdown": "Not affected"}},
		Baseline: checks.Fact[checks.Baseline]{OK: true, Value: checks.Baseline{OS: "Debian", Kernel: "6.1", Confinement: "apparmor", Firewall: "none", Disks: []checks.Disk{}}},
	}
}

// ofPlan is the plan of somebody who chose nothing.
func ofPlan() plan.Plan {
	return plan.Default(plan.Host{CPUs: 8, Memory: 16 << 30, FreeDisk: 100 << 30})
}

func noDevice(s *Situation) {
	s.KVM, s.Probe = had(Device{Path: "/dev/kvm", Absent: true}), had(Probed{false, "no /dev/kvm"})
}

// libvirtSays is a connection that cannot be used, and what is left then.
func libvirtSays(s *Situation, kind string) {
	s.Answers = had(Answers{Trouble: []LibvirtTrouble{{"qemu:///system", kind, "what it said", "what to do"}}})
}

// others tells everything but what is met.
func others(all []Condition) (out []string) {
	for _, c := range all {
		if c.Status != checks.Met {
			out = append(out, c.ID)
		}
	}
	return out
}

// situations are computers on which something is not as it should be: what is found,
// whether that stops, and the fix that is offered.
var situations = []struct {
	title  string
	change func(*Situation, *plan.Plan)
	finds  string // the only condition that is not met
	stops  bool
	fix    string
	after  string
	types  string // in a command
}{
	{"libvirt is not installed", func(s *Situation, _ *plan.Plan) {
		libvirtSays(s, LibvirtAbsent)
		s.Libvirt = had(Daemon{})
		s.Images = had(Way{})
	}, "libvirt-absent", true, FixPackages, AfterRestart, "sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends libvirt-daemon-system"},
	{"its library is there and its daemon is not", func(s *Situation, _ *plan.Plan) {
		libvirtSays(s, LibvirtDown)
		s.Libvirt.Value.Single, s.Libvirt.Value.Running, s.Libvirt.Value.Sockets = false, false, nil
	}, "libvirt-absent", true, FixPackages, "", "libvirt-daemon-system"},
	{"libvirt came while clawarium ran", func(s *Situation, _ *plan.Plan) { libvirtSays(s, LibvirtAbsent) }, "libvirt-restart", true, FixRestart, AfterRestart, ""},
	{"libvirtd is stopped", func(s *Situation, _ *plan.Plan) { libvirtSays(s, LibvirtDown) }, "libvirt-down", true, FixStart, "", "sudo systemctl enable --now libvirtd.socket"},
	{"libvirtd is stopped, and there is no systemd", func(s *Situation, _ *plan.Plan) {
		libvirtSays(s, LibvirtDown)
		s.System.Value.Systemd, s.Libvirt.Value.Running, s.Me.Value.UID = false, false, 0
	}, "libvirt-down", true, FixStart, "", "libvirtd -d"},
	{"not in the group that the socket wants", func(s *Situation, _ *plan.Plan) {
		libvirtSays(s, LibvirtDenied)
		s.Libvirt.Value.Sockets[0] = Socket{"libvirt-sock", "660", "libvirt", "denied"}
		s.Me.Value.Member, s.Me.Value.Effective = []string{"me", "kvm"}, []string{"me", "kvm"}
	}, "libvirt-group", true, FixLibvirt, AfterLogin, "sudo usermod -aG libvirt me"},
	{"in the group since this login", func(s *Situation, _ *plan.Plan) {
		libvirtSays(s, LibvirtDenied)
		s.Libvirt.Value.Sockets[0] = Socket{"libvirt-sock", "660", "libvirt", "denied"}
		s.Me.Value.Effective = []string{"me", "kvm"}
	}, "libvirt-login", true, "", "", ""},
	{"polkit decides, and the account is not in the group", func(s *Situation, _ *plan.Plan) {
		libvirtSays(s, LibvirtDenied)
		s.Libvirt.Value.Agent, s.Me.Value.Member, s.Me.Value.Effective = false, []string{"me", "kvm"}, []string{"me", "kvm"}
	}, "libvirt-group", true, FixLibvirt, "", "usermod -aG libvirt me"},
	{"polkit asks for a password, and nobody answers", func(s *Situation, _ *plan.Plan) {
		libvirtSays(s, LibvirtTimeout)
		s.Libvirt.Value.Agent, s.Me.Value.Member, s.Me.Value.Effective = true, []string{"me"}, []string{"me"}
	}, "libvirt-group", true, FixLibvirt, "", "usermod -aG libvirt me"},
	{"polkit asks for a password until the time is over", func(s *Situation, _ *plan.Plan) {
		s.Answers = Fact[Answers]{Err: "no answer within 20s"}
		s.Libvirt.Value.Agent, s.Me.Value.Member, s.Me.Value.Effective = true, []string{"me"}, []string{"me"}
	}, "libvirt-group", true, FixLibvirt, "", "usermod -aG libvirt me"},
	{"the socket is masked", func(s *Situation, _ *plan.Plan) {
		libvirtSays(s, LibvirtDown)
		s.Units.Value["libvirtd.socket"] = "masked inactive"
	}, "libvirt-down", true, FixStart, "", "sudo systemctl unmask libvirtd.socket"},
	{"the service behind the socket is masked", func(s *Situation, _ *plan.Plan) {
		libvirtSays(s, LibvirtDown)
		s.Units.Value["libvirtd.socket"], s.Units.Value["libvirtd.service"] = "enabled failed", "masked inactive"
	}, "libvirt-down", true, FixStart, "", "sudo systemctl unmask libvirtd.socket libvirtd.service"},
	{"the service runs without its socket", func(s *Situation, _ *plan.Plan) {
		libvirtSays(s, LibvirtDown)
		s.Units.Value["libvirtd.socket"], s.Units.Value["libvirtd.service"] = "enabled inactive", "enabled active"
	}, "libvirt-down", true, FixStart, "", "sudo systemctl stop libvirtd.service"},
	{"polkit decides, and there is none", func(s *Situation, _ *plan.Plan) {
		libvirtSays(s, LibvirtDenied)
		s.Libvirt.Value.Bus, s.Libvirt.Value.Polkit = false, false
	}, "libvirt-polkit", true, "", "", ""},
	{"the socket is root's alone", func(s *Situation, _ *plan.Plan) {
		libvirtSays(s, LibvirtDenied)
		s.Libvirt.Value.Sockets[0] = Socket{"libvirt-sock", "700", "root", "denied"}
	}, "libvirt-socket", true, "", "", ""},
	{"libvirt hangs", func(s *Situation, _ *plan.Plan) { libvirtSays(s, LibvirtTimeout) }, "libvirt-hangs", true, "", "", "sudo systemctl restart libvirtd.service"},
	{"libvirt hangs before it says anything", func(s *Situation, _ *plan.Plan) { s.Answers = Fact[Answers]{Err: "no answer within 8s"} }, "libvirt-hangs", true, "", "", "systemctl restart"},
	{"libvirt is old", func(s *Situation, _ *plan.Plan) { libvirtSays(s, LibvirtOld) }, "libvirt-old", true, "", "", ""},
	{"libvirt says something else", func(s *Situation, _ *plan.Plan) { libvirtSays(s, LibvirtOther) }, "libvirt-refused", true, "", "", ""},
	{"the session's can be used", func(s *Situation, _ *plan.Plan) {
		libvirtSays(s, LibvirtDown)
		s.Answers.Value.URI, s.Answers.Value.Version, s.Answers.Value.Hypervisor, s.Answers.Value.UEFI = "qemu:///session", "9.0.0", "7.2.0", true
	}, "libvirt-down", false, FixStart, "", "systemctl enable"},
	{"a modular daemon does not run", func(s *Situation, _ *plan.Plan) {
		s.System.Value.ID, s.Libvirt.Value.Modular = "fedora", true
		s.Answers.Value.Missing = []string{"nwfilter"}
	}, "libvirt-parts", true, FixStart, "", "virtnwfilterd.socket"},
	{"libvirt can run no such machine", func(s *Situation, _ *plan.Plan) {
		s.Answers.Value.Supports = []ToolTrouble{{"machine", "no emulator", "install it"}}
	}, "machine-support", true, FixPackages, "", "qemu-system-x86"},
	{"the name is another's", func(s *Situation, _ *plan.Plan) {
		s.Answers.Value.Taken = []ToolTrouble{{"name", "a virtual machine called so exists", "choose another"}}
	}, "name-taken", true, "", "", ""},
	{"left-overs", func(s *Situation, _ *plan.Plan) {
		s.Answers.Value.Ours = []checks.Leftover{{Kind: checks.LeftDomain, Name: "clawarium-old"}, {Kind: checks.LeftVolume, Name: "old-system.qcow2"}}
	}, "left-overs", false, "", "", "virsh -c qemu:///system undefine --nvram clawarium-old"},
	{"an old QEMU", func(s *Situation, _ *plan.Plan) { s.Answers.Value.Hypervisor = "5.2.0" }, "qemu-old", false, "", "", ""},

	{"no help of the processor", func(s *Situation, _ *plan.Plan) {
		s.CPU = had(Processor{Module: "kvm_intel"})
		noDevice(s)
	}, "kvm-cpu", false, "", "", "sudo systemctl reboot --firmware-setup"},
	{"the firmware has it off, as the kernel says", func(s *Situation, _ *plan.Plan) {
		s.CPU = had(Processor{Module: "kvm_intel", Firmware: true})
		noDevice(s)
	}, "kvm-firmware", false, "", "", "--firmware-setup"},
	{"the module is loaded and makes no device", func(s *Situation, _ *plan.Plan) { noDevice(s) }, "kvm-firmware", false, "", "", "--firmware-setup"},
	{"the module is not loaded", func(s *Situation, _ *plan.Plan) {
		s.CPU.Value.Loaded = false
		noDevice(s)
	}, "kvm-module", false, FixModule, "", "sudo modprobe kvm_intel"},
	{"a virtual machine without nested virtualisation", func(s *Situation, _ *plan.Plan) {
		s.CPU = had(Processor{Module: "kvm_intel", Guest: true})
		noDevice(s)
	}, "kvm-nested", false, "", "", ""},
	{"WSL 2 without it", func(s *Situation, _ *plan.Plan) {
		s.CPU = had(Processor{Guest: true, WSL: 2})
		noDevice(s)
	}, "kvm-wsl", false, "", "", ""},
	{"not in the group kvm", func(s *Situation, _ *plan.Plan) {
		s.KVM.Value.Opens, s.Probe.Value.OK = false, false
		s.Me.Value.Member, s.Me.Value.Effective = []string{"libvirt"}, []string{"libvirt"}
	}, "kvm-group", false, FixKVM, AfterLogin, "sudo usermod -aG kvm me"},
	{"in the group kvm since this login", func(s *Situation, _ *plan.Plan) {
		s.KVM.Value.Opens, s.Probe.Value.OK = false, false
		s.Me.Value.Effective = []string{"libvirt"}
	}, "kvm-login", false, "", "", ""},
	{"root alone may open it", func(s *Situation, _ *plan.Plan) {
		s.KVM = had(Device{Path: "/dev/kvm", Mode: "600", Owner: "root", Group: "root"})
		s.Probe.Value.OK = false
	}, "kvm-device", false, FixDevice, "", "sudo chgrp kvm /dev/kvm"},
	{"it works for root, and not for QEMU's account", func(s *Situation, _ *plan.Plan) {
		s.Me.Value = Account{UID: 0, Name: "root"}
		s.KVM = had(Device{Path: "/dev/kvm", Mode: "600", Owner: "root", Group: "root", Opens: true})
	}, "kvm-device", false, FixDevice, "", "chgrp kvm /dev/kvm"},
	{"KVM is listed and broken", func(s *Situation, _ *plan.Plan) { s.Probe = had(Probed{false, "the firmware hung"}) }, "kvm-broken", false, "", "", ""},
	{"the plan asks for KVM, and it is broken", func(s *Situation, p *plan.Plan) {
		p.Machine.Acceleration = plan.KVM
		s.Probe = had(Probed{false, "the firmware hung"})
	}, "kvm-broken", true, "", "", ""},

	{"no QEMU, as libvirt says too", func(s *Situation, _ *plan.Plan) {
		s.Programs.Value["qemu-system-x86_64"], s.Probe = "", had(Probed{false, "no QEMU"})
		s.Answers.Value.Supports = []ToolTrouble{{"machine", "no emulator", "install it"}}
	}, "qemu-absent", true, FixPackages, "", "qemu-system-x86"},
	{"no QEMU on the path", func(s *Situation, _ *plan.Plan) {
		s.Programs.Value["qemu-system-x86_64"], s.Probe = "", had(Probed{false, "no QEMU"})
	}, "qemu-absent", false, FixPackages, "", "qemu-system-x86"},
	{"no firmware", func(s *Situation, _ *plan.Plan) {
		s.Firmware, s.Probe, s.Answers.Value.UEFI = []string{}, had(Probed{false, "no firmware"}), false
	}, "firmware-absent", false, FixPackages, "", "ovmf"},
	{"no mksquashfs", func(s *Situation, _ *plan.Plan) {
		s.Programs.Value["mksquashfs"] = ""
		s.Tools.Value = []ToolTrouble{{"code", "mksquashfs is missing", "install it"}}
	}, "squashfs-absent", true, FixPackages, "", "squashfs-tools"},
	{"an old mksquashfs", func(s *Situation, _ *plan.Plan) {
		s.Tools.Value = []ToolTrouble{{"code", "mksquashfs 4.4 is too old", "a newer one"}}
	}, "squashfs-old", true, "", "", ""},
	{"an image is to be built, without the tools", func(s *Situation, p *plan.Plan) {
		p.Image.Source, s.Asked.NeedImage = "build", "build"
		s.Tools.Value = []ToolTrouble{{"image", "mmdebstrap is missing", "install it"}, {"image", "mtools is missing", "install it"}}
	}, "image-tools", true, FixPackages, "", "mmdebstrap"},

	{"little memory", func(s *Situation, _ *plan.Plan) { s.Memory.Value.Total = 3 << 30 }, "memory", true, "", "", ""},
	{"memory that is in use", func(s *Situation, _ *plan.Plan) { s.Memory.Value.Free = 1 << 30 }, "memory-free", false, "", "", ""},
	{"a disk that is nearly full", func(s *Situation, _ *plan.Plan) { s.Rooms[1].Free = 1 << 29 }, "disk", true, "", "", "df -h /var/lib/libvirt/images"},
	{"a full disk", func(s *Situation, _ *plan.Plan) { s.Rooms[1].Free = 1 }, "disk", true, "", "", "df -h"},
	{"room for one of two on the same disk", func(s *Situation, _ *plan.Plan) {
		s.Rooms[1].Device, s.Rooms[0].Free, s.Rooms[1].Free = 1, 3<<29, 3<<29
	}, "disk", true, "", "", "df -h"},
	{"a disk that does not say what is free", func(s *Situation, _ *plan.Plan) { s.Rooms[0].Free = 0 }, "disk", false, "", "", ""},

	{"images under a closed home", func(s *Situation, _ *plan.Plan) {
		s.Images.Value.Dirs = append(s.Images.Value.Dirs, Dir{Path: "/home/me", Mode: 0o700, UID: 1000, GID: 1000})
	}, "images-path", true, FixImages, "", "sudo setfacl -m u:libvirt-qemu:--x /home/me"},
	{"the same without setfacl", func(s *Situation, _ *plan.Plan) {
		s.Programs.Value["setfacl"] = ""
		s.Images.Value.Dirs = append(s.Images.Value.Dirs, Dir{Path: "/home/me", Mode: 0o750, UID: 1000, GID: 1000})
	}, "images-path", true, FixImages, "", "sudo chmod o+x /home/me"},
	{"a home with an entry for QEMU that does not let it pass", func(s *Situation, _ *plan.Plan) {
		s.Images.Value.Dirs = append(s.Images.Value.Dirs, Dir{Path: "/home/me", Mode: 0o740, UID: 1000, GID: 1000,
			ACL: []ACL{{aclUserObj, 7, 0}, {aclUser, 4, 64055}, {aclGroupObj, 0, 0}, {aclMask, 4, 0}, {aclOther, 0, 0}}})
	}, "images-path", true, "", "", "sudo setfacl -m u:libvirt-qemu:--x /home/me"},
	{"a home with an entry that its mask holds back", func(s *Situation, _ *plan.Plan) {
		s.Images.Value.Dirs = append(s.Images.Value.Dirs, Dir{Path: "/home/me", Mode: 0o700, UID: 1000, GID: 1000,
			ACL: []ACL{{aclUserObj, 7, 0}, {aclUser, 7, 33}, {aclGroupObj, 0, 0}, {aclMask, 0, 0}, {aclOther, 0, 0}}})
	}, "images-path", true, "", "", "sudo setfacl -m u:libvirt-qemu:--x /home/me"},
	{"a home that only QEMU's group may not pass", func(s *Situation, _ *plan.Plan) {
		s.Programs.Value["setfacl"] = ""
		s.Images.Value.Dirs = append(s.Images.Value.Dirs, Dir{Path: "/home/me", Mode: 0o701, UID: 1000, GID: 107})
	}, "images-path", true, "", "", "sudo chmod o+x /home/me"},
	{"a refusal that is about us", func(s *Situation, _ *plan.Plan) { s.Denials.Value = []string{`/var/log/kern.log: apparmor="DENIED"`} }, "confinement", false, "", "", ""},

	{"the network of the plan is taken", func(s *Situation, p *plan.Plan) { p.Network.Subnet = "192.168.1.8/29" }, "subnet-taken", true, "", "", ""},
	{"a VPN has every private network", func(s *Situation, _ *plan.Plan) {
		s.Answers.Value.Subnet, s.Answers.Value.NoSubnet = "", "none is free"
	}, "subnet-none", true, "", "", ""},
	{"the port of the plan is taken", func(s *Situation, p *plan.Plan) {
		p.Connection, p.Network.SSHPort = plan.Session, 631
		s.Answers.Value.URI = "qemu:///session"
	}, "port-taken", true, "", "", ""},
	{"firewalld without libvirt's zone", func(s *Situation, _ *plan.Plan) { s.Network.Value.Firewalld = true }, "firewalld-zone", true, "", "", "sudo firewall-cmd --reload"},
	{"a clock that is behind the disk", func(s *Situation, _ *plan.Plan) { s.Clock.Value.Now = s.Clock.Value.Now.AddDate(-3, 0, 0) }, "clock", false, FixClock, "", "sudo timedatectl set-ntp true"},
	{"a clock that is behind a server's", func(s *Situation, _ *plan.Plan) { s.Reached[0].Skew = -time.Hour }, "clock", false, FixClock, "", "timedatectl"},
	{"a clock by which no certificate is valid", func(s *Situation, _ *plan.Plan) { s.Reached[0] = Reached{Host: "x", Trouble: ReachTime} }, "clock", false, "", "", ""},
	{"no names", func(s *Situation, _ *plan.Plan) { s.Reached[0] = Reached{Host: "x", Trouble: ReachName} }, "name-resolution", false, "", "", ""},
	{"no way out", func(s *Situation, _ *plan.Plan) { s.Reached[0] = Reached{Host: "x", Trouble: ReachConnect} }, "network", false, "", "", ""},
	{"a proxy that is away", func(s *Situation, _ *plan.Plan) {
		s.Reached[0] = Reached{Host: "x", Proxy: "p:3128", Trouble: ReachProxy}
	}, "proxy", false, "", "", ""},
	{"an authority that nobody knows", func(s *Situation, _ *plan.Plan) {
		s.Reached[0] = Reached{Host: "x", Trouble: ReachCertificate, Issuer: "CN=Company"}
	}, "certificate", false, "", "", ""},
	{"OpenClaw on this computer", func(s *Situation, _ *plan.Plan) {
		s.OpenClaw.Value.Found = []checks.Trace{{Kind: checks.TraceState, Path: "/home/me/.openclaw"}}
	}, "openclaw-on-host", false, "", "", ""},
	{"a weak processor", func(s *Situation, _ *plan.Plan) { s.Weak.Value["meltdown"] = "Vulnerable" }, "host-baseline", false, "", "", ""},
}

func TestEachSituationYieldsExactlyItsFinding(t *testing.T) {
	for _, lang := range []string{text.Chinese, text.English} {
		text.Use(lang)
		for _, c := range situations {
			s, p := healthy(), ofPlan()
			c.change(&s, &p)
			all := Judge(p, s)
			if got := others(all); !slices.Equal(got, []string{c.finds}) {
				t.Errorf("%s: %v, not %s", c.title, got, c.finds)
				continue
			}
			got := all[0]
			if got.ID != c.finds || got.Stops != c.stops || got.What == "" || strings.Contains(fmt.Sprint(got.What, got.Why, got.Hint), "%!") {
				t.Errorf("%s: %+v", c.title, got)
			}
			if got.Status == checks.NotMet && (got.Why == "" || got.Hint == "") {
				t.Errorf("%s: nothing is said about why or what to do: %+v", c.title, got)
			}
			fix := Fix{}
			if got.Fix != nil {
				fix = *got.Fix
			}
			if fix.ID != c.fix || fix.After != c.after || !strings.Contains(strings.Join(got.Commands, "\n"), c.types) {
				t.Errorf("%s: %+v\n%v", c.title, got, fix)
			}
			want := map[bool]int{true: checks.ExitNotMet, false: checks.ExitMet}[c.stops]
			if got.Status == checks.NotChecked {
				want = checks.ExitNotChecked
			}
			if exit := Exit(all); exit != want {
				t.Errorf("%s: exit status %d", c.title, exit)
			}
		}
	}
}

func TestAFixIsTakenBackToWhatWasThere(t *testing.T) {
	for title, c := range map[string]struct {
		finds  string
		change func(*Situation)
		units  map[string]string // nil: not known
		want   []string
	}{
		"all of libvirt was off": {"libvirt-down", func(s *Situation) { libvirtSays(s, LibvirtDown) },
			map[string]string{"libvirtd.socket": "disabled inactive", "virtlogd.socket": "disabled failed"},
			[]string{"systemctl disable libvirtd.socket virtlogd.socket", "systemctl stop libvirtd.socket virtlogd.socket"}},
		"some of it was on": {"libvirt-down", func(s *Situation) { libvirtSays(s, LibvirtDown) },
			map[string]string{"libvirtd.socket": "enabled inactive", "virtlogd.socket": "static active"},
			[]string{"systemctl stop libvirtd.socket"}},
		"its service was off": {"libvirt-down", func(s *Situation) { libvirtSays(s, LibvirtDown) },
			map[string]string{"libvirtd.socket": "enabled inactive", "libvirtd.service": "enabled inactive", "virtlogd.socket": "enabled active", "virtlogd.service": "indirect inactive"},
			[]string{"systemctl stop libvirtd.socket libvirtd.service"}},
		"its service is masked": {"libvirt-down", func(s *Situation) { libvirtSays(s, LibvirtDown) },
			map[string]string{"libvirtd.socket": "enabled failed", "libvirtd.service": "masked inactive", "virtlogd.socket": "enabled active"}, nil},
		"it ran without its socket": {"libvirt-down", func(s *Situation) { libvirtSays(s, LibvirtDown) },
			map[string]string{"libvirtd.socket": "enabled inactive", "libvirtd.service": "enabled active", "virtlogd.socket": "enabled active"}, nil},
		"one is masked": {"libvirt-down", func(s *Situation) { libvirtSays(s, LibvirtDown) },
			map[string]string{"libvirtd.socket": "disabled inactive", "virtlogd.socket": "masked inactive"}, nil},
		"one is not known": {"libvirt-down", func(s *Situation) { libvirtSays(s, LibvirtDown) },
			map[string]string{"libvirtd.socket": "disabled inactive"}, nil},
		"nothing is known": {"libvirt-down", func(s *Situation) { libvirtSays(s, LibvirtDown) }, nil, nil},
		"nothing set the clock": {"clock", func(s *Situation) { s.Reached[0].Skew = time.Hour },
			map[string]string{"systemd-timesyncd.service": "disabled inactive", "ntp.service": " inactive"},
			[]string{"timedatectl set-ntp false"}},
		"something sets the clock": {"clock", func(s *Situation) { s.Reached[0].Skew = time.Hour },
			map[string]string{"systemd-timesyncd.service": " inactive", "chrony.service": "enabled active"}, nil},
		"whether something sets the clock is not known": {"clock", func(s *Situation) { s.Reached[0].Skew = time.Hour }, nil, nil},
	} {
		s := healthy()
		c.change(&s)
		s.Units = Fact[map[string]string]{OK: c.units != nil, Value: c.units}
		got := Judge(ofPlan(), s)[0]
		if got.ID != c.finds || got.Fix == nil {
			t.Errorf("%s: %+v", title, got)
			continue
		}
		var lines []string
		for _, u := range got.Fix.Undo {
			lines = append(lines, u.Line())
		}
		if !slices.Equal(lines, c.want) {
			t.Errorf("%s: %q", title, lines)
		}
	}
}

func TestOfEverySocketItsServiceIsAskedToo(t *testing.T) {
	asked := strings.Fields(unitsAsked)
	for _, u := range slices.Concat(manyUnits, oneUnits, clockUnits) {
		if !slices.Contains(asked, u) || !slices.Contains(asked, service(u)) && strings.HasSuffix(u, ".socket") {
			t.Errorf("%s is not asked, or its service is not", u)
		}
	}
}

func TestWhatSystemdHoldsBackIsNamed(t *testing.T) {
	s := healthy()
	libvirtSays(&s, LibvirtDown)
	s.Units.Value["libvirtd.socket"], s.Units.Value["libvirtd.service"] = "enabled failed", "masked inactive"
	if got := Judge(ofPlan(), s)[0].What; !strings.Contains(got, "(libvirtd.socket: enabled failed) (libvirtd.service: masked inactive)") {
		t.Error(got)
	}
}

func TestThereIsNoAlarmOnAHealthyComputer(t *testing.T) {
	for title, change := range map[string]func(*Situation, *plan.Plan){
		"as it is": func(*Situation, *plan.Plan) {},
		"root":     func(s *Situation, _ *plan.Plan) { s.Me.Value = Account{UID: 0, Name: "root"} },
		"Docker, a VPN, and the default network off": func(s *Situation, _ *plan.Plan) {
			s.Network.Value.Docker, s.Answers.Value.Default = true, "off"
			s.Network.Value.Taken = append(s.Network.Value.Taken, Range{"10.8.0.0/24", "wg0"}, Range{"172.17.0.0/16", "docker0"})
		},
		"firewalld with libvirt's zone": func(s *Situation, _ *plan.Plan) { s.Network.Value.Firewalld, s.Network.Value.Zone = true, true },
		"emulation, as the plan says": func(s *Situation, p *plan.Plan) {
			p.Machine.Acceleration = plan.Emulation
			s.KVM, s.Probe, s.CPU = had(Device{Absent: true}), Fact[Probed]{}, had(Processor{})
		},
		"logs that this account may not read": func(s *Situation, _ *plan.Plan) { s.Denials = Fact[[]string]{Err: "permission denied"} },
		"nothing to download": func(s *Situation, _ *plan.Plan) {
			s.Asked.NeedImage, s.Asked.NeedCode, s.Reached = "", false, nil
		},
		"Fedora, which builds no Debian image": func(s *Situation, _ *plan.Plan) {
			s.System.Value = Distribution{ID: "fedora", Version: "43", Systemd: true}
			s.Libvirt.Value = Daemon{Library: "/usr/lib64/libvirt.so.0", Modular: true, Running: true, Bus: true, Polkit: true,
				Sockets: []Socket{{"virtqemud-sock", "666", "root", "yes"}}}
			s.Tools.Value = []ToolTrouble{{"image", "mmdebstrap is missing", "install it"}}
			s.Images.Value.Account = "qemu"
		},
		"a machine that was begun has its address and its port": func(s *Situation, p *plan.Plan) {
			s.Asked.Begun, s.Asked.URI, p.Network.Subnet = true, "qemu:///system", "192.168.1.8/29"
			s.Memory.Value.Free = 1 << 30 // it runs
		},
		"a home that lets QEMU pass by its list": func(s *Situation, _ *plan.Plan) {
			s.Images.Value.Dirs = append(s.Images.Value.Dirs, Dir{Path: "/home/me", Mode: 0o710, UID: 1000, GID: 1000,
				ACL: []ACL{{aclUserObj, 7, 0}, {aclUser, 1, 64055}, {aclGroupObj, 0, 0}, {aclMask, 1, 0}, {aclOther, 0, 0}}})
		},
		"no tools to build an image, which can be downloaded": func(s *Situation, _ *plan.Plan) {
			s.Tools.Value = []ToolTrouble{{"image", "mmdebstrap is missing", "install it"}}
			s.Reached = append(s.Reached, Reached{For: "image", Host: "images.example"})
		},
		"a session": func(s *Situation, p *plan.Plan) {
			p.Connection, s.Answers.Value.URI = plan.Session, "qemu:///session"
			s.Images, s.Rooms[1].Free = Fact[Way]{}, 1 // the system's disk does not matter
			s.Network.Value.Firewalld = true
		},
	} {
		s, p := healthy(), ofPlan()
		change(&s, &p)
		all := Judge(p, s)
		if got := others(all); len(got) > 0 || Exit(all) != checks.ExitMet {
			t.Errorf("%s: %v: %+v", title, got, all[0])
		}
	}
}

func TestAnImageThatCannotBeDownloadedIsBuiltWhereItCanBe(t *testing.T) {
	s, p := healthy(), ofPlan()
	s.Tools.Value = []ToolTrouble{{"image", "mmdebstrap is missing", "install it"}}
	s.Reached = append(s.Reached, Reached{For: "image", Host: "images.example", Trouble: ReachName})
	all := Judge(p, s)
	if got := others(all); !slices.Equal(got, []string{"image-tools", "name-resolution"}) || all[0].Fix == nil || all[0].Stops {
		t.Errorf("%v, %+v", got, all[0])
	}
	s.System.Value = Distribution{ID: "fedora"} // which has no archive of Debian's to build from
	if got := others(Judge(p, s)); !slices.Equal(got, []string{"name-resolution"}) {
		t.Errorf("%v", got)
	}
}

func TestAFolderIsPassedByTheRulesOfItsAccessList(t *testing.T) {
	w := Way{UID: 64055, GIDs: []int{107, 36}}
	for title, c := range map[string]struct {
		dir  Dir
		want bool
	}{
		"others may":                      {Dir{Mode: 0o711, UID: 1, GID: 1}, true},
		"others may not":                  {Dir{Mode: 0o710, UID: 1, GID: 1}, false},
		"its group may":                   {Dir{Mode: 0o710, UID: 1, GID: 36}, true},
		"its group may not, others may":   {Dir{Mode: 0o701, UID: 1, GID: 36}, false},
		"its own":                         {Dir{Mode: 0o100, UID: 64055, GID: 1}, true},
		"a list for another":              {Dir{ACL: []ACL{{aclUser, 7, 5}, {aclGroupObj, 0, 0}, {aclMask, 7, 0}, {aclOther, 0, 0}}, UID: 1, GID: 1}, false},
		"a list masked away":              {Dir{ACL: []ACL{{aclUser, 7, 64055}, {aclMask, 6, 0}, {aclOther, 7, 0}}, UID: 1, GID: 1}, false},
		"a list for a group":              {Dir{ACL: []ACL{{aclGroupObj, 0, 0}, {aclGroup, 1, 107}, {aclMask, 7, 0}, {aclOther, 0, 0}}, UID: 1, GID: 36}, true},
		"a list that leaves it to others": {Dir{ACL: []ACL{{aclGroupObj, 0, 0}, {aclOther, 1, 0}}, UID: 1, GID: 1}, true},
	} {
		if got := w.passes(c.dir); got != c.want {
			t.Errorf("%s: %v", title, got)
		}
	}
}

// systems are the distributions by their os-release.
var systems = map[string]Distribution{
	"debian": {ID: "debian"}, "ubuntu": {ID: "ubuntu", Like: []string{"debian"}}, "mint": {ID: "linuxmint", Like: []string{"ubuntu", "debian"}},
	"fedora": {ID: "fedora"}, "rocky": {ID: "rocky", Like: []string{"rhel", "centos", "fedora"}}, "silverblue": {ID: "fedora", OSTree: true},
	"arch": {ID: "arch"}, "manjaro": {ID: "manjaro", Like: []string{"arch"}},
	"tumbleweed": {ID: "opensuse-tumbleweed", Like: []string{"opensuse", "suse"}}, "leap": {ID: "opensuse-leap", Like: []string{"suse", "opensuse"}},
}

func TestAllThatIsMissingComesByOneYesOnEveryDistribution(t *testing.T) {
	want := map[string]string{
		"debian": "qemu-system-x86", "ubuntu": "qemu-system-x86", "mint": "ovmf", "fedora": "dnf install -y libvirt-daemon-kvm",
		"rocky": "dnf install -y", "silverblue": "rpm-ostree install", "arch": "pacman -S --needed --noconfirm libvirt",
		"manjaro": "pacman", "tumbleweed": "zypper --non-interactive install libvirt-daemon-qemu", "leap": "zypper",
	}
	for name, d := range systems {
		for _, arch := range []string{"amd64", "arm64"} {
			s, p := healthy(), ofPlan()
			d.Systemd = true
			s.System, s.Arch = had(d), arch
			libvirtSays(&s, LibvirtAbsent)
			s.Libvirt, s.Images, s.Firmware = had(Daemon{}), had(Way{}), []string{}
			s.Programs = had(map[string]string{"qemu-system-x86_64": "", "sudo": "/usr/bin/sudo"})
			s.Tools.Value = []ToolTrouble{{"code", "mksquashfs is missing", "install it"}}
			s.Probe = had(Probed{false, "no QEMU"})
			var fixes []Fix
			ids := map[string]bool{}
			for _, c := range Judge(p, s) {
				ids[c.ID] = true
				if c.Fix != nil && !slices.ContainsFunc(fixes, func(f Fix) bool { return reflect.DeepEqual(f, *c.Fix) }) {
					fixes = append(fixes, *c.Fix)
				}
			}
			for _, id := range []string{"libvirt-absent", "qemu-absent", "firmware-absent", "squashfs-absent"} {
				if !ids[id] {
					t.Errorf("%s: no %s in %v", name, id, slices.Sorted(maps.Keys(ids)))
				}
			}
			if len(fixes) != 1 || fixes[0].ID != FixPackages {
				t.Errorf("%s: %+v", name, fixes)
				continue
			}
			lines := ""
			for _, c := range fixes[0].Do {
				lines += c.Line() + "\n"
			}
			after := AfterRestart
			if d.OSTree {
				after = AfterReboot
			}
			if fixes[0].After != after || arch == "amd64" && !strings.Contains(lines, want[name]) || !strings.Contains(lines, "squashfs") {
				t.Errorf("%s on %s, after %q:\n%s", name, arch, fixes[0].After, lines)
			}
			// What is not Debian starts nothing by itself.
			if started := strings.Contains(lines, "systemctl enable --now"); started == (want[name] == "qemu-system-x86" || name == "mint" || d.OSTree) {
				t.Errorf("%s starts %v:\n%s", name, started, lines)
			}
			for _, foreign := range map[string][]string{"amd64": {"aarch64", "qemu-arm"}, "arm64": {"x86", "ovmf "}}[arch] {
				if strings.Contains(lines, foreign) {
					t.Errorf("%s on %s brings %q:\n%s", name, arch, foreign, lines)
				}
			}
		}
	}
}

func TestOnASystemThatNobodyKnowsNothingIsTypedAndMuchIsSaid(t *testing.T) {
	s, p := healthy(), ofPlan()
	s.System = had(Distribution{ID: "plan9"})
	libvirtSays(&s, LibvirtAbsent)
	s.Libvirt, s.Images = had(Daemon{}), had(Way{})
	got := Judge(p, s)[0]
	if got.ID != "libvirt-absent" || got.Fix != nil || len(got.Commands) > 0 || got.Hint == "" {
		t.Errorf("%+v", got)
	}
}

func TestWithoutSudoTheCommandsAreShownAndNothingIsOffered(t *testing.T) {
	s, p := healthy(), ofPlan()
	libvirtSays(&s, LibvirtDown)
	s.Programs.Value["sudo"] = ""
	if got := Judge(p, s)[0]; got.Fix != nil || len(got.Commands) != 1 {
		t.Errorf("%+v", got)
	}
	s.Me.Value.UID = 0
	if got := Judge(p, s)[0]; got.Fix == nil || strings.Contains(got.Commands[0], "sudo") {
		t.Errorf("%+v", got)
	}
}

// Judging is total, and what was not seen never makes a condition that is met.
func TestWhatWasNotSeenIsNeverMet(t *testing.T) {
	p := ofPlan()
	for _, goos := range []string{"linux", "darwin"} {
		for _, c := range Judge(p, Situation{OS: goos}) {
			if c.Status == checks.Met {
				t.Errorf("%s: %+v of nothing", goos, c)
			}
		}
	}
	v := reflect.ValueOf(healthy())
	for i := range v.NumField() {
		if v.Field(i).Kind() != reflect.Struct || v.Field(i).NumField() != 3 || v.Type().Field(i).Name == "Asked" {
			continue
		}
		s := healthy()
		reflect.ValueOf(&s).Elem().Field(i).SetZero()
		before, after := map[string]bool{}, Judge(p, s)
		for _, c := range Judge(p, healthy()) {
			before[c.ID+c.What] = true
		}
		for _, c := range after {
			if c.Status == checks.Met && !before[c.ID+c.What] {
				t.Errorf("without %s: %+v", v.Type().Field(i).Name, c)
			}
		}
	}
}

func TestASituationIsJudgedTheSameAfterItWasSaved(t *testing.T) {
	for _, c := range situations {
		s, p := healthy(), ofPlan()
		c.change(&s, &p)
		data, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		var again Situation
		if err := json.Unmarshal(data, &again); err != nil {
			t.Fatal(err)
		}
		if a, b := Judge(p, s), Judge(p, again); !reflect.DeepEqual(a, b) {
			t.Errorf("%s:\n%+v\n%+v", c.title, a, b)
		}
	}
}

func TestACommandIsShownAsItIsTyped(t *testing.T) {
	for want, c := range map[string]Command{
		"apt-get install -y a=1":            {"apt-get", "install", "-y", "a=1"},
		"setfacl -m u:x:--x '/home/a b'":    {"setfacl", "-m", "u:x:--x", "/home/a b"},
		`echo 'it'\''s' '' '$HOME' '#' '~'`: {"echo", "it's", "", "$HOME", "#", "~"},
	} {
		if got := c.Line(); got != want {
			t.Errorf("%s, not %s", got, want)
		}
	}
}
