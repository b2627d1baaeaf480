package preflight

// Macs, judged anywhere. They are constructed by the documentation of macOS, Homebrew,
// QEMU and libvirt; none was recorded on one.

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/provision/plan"
)

func aMac() Situation {
	return Situation{
		Format: Format, OS: "darwin", Arch: "arm64", Asked: Asked{NeedImage: "official", NeedCode: true, Emulator: "qemu-system-aarch64"},
		System: had(Distribution{ID: "macos", Name: "macOS"}), Me: had(Account{UID: 501, Name: "me"}), CPU: had(Processor{Virtualises: true}),
		Probe:  had(Probed{true, "hvf works"}),
		Memory: had(Memory{Total: 16 << 30}),
		Rooms: []Room{
			{Path: "/Users/me/Library/Caches/clawarium", Free: 100 << 30, Need: 1 << 30, Device: 1},
			{Path: "/Users/me/Library/Application Support/clawarium/pool", Of: "session", Free: 100 << 30, Need: 2 << 30, Device: 1, Grow: 40 << 30},
		},
		Programs: had(map[string]string{"brew": "/opt/homebrew/bin/brew", "mksquashfs": "/opt/homebrew/bin/mksquashfs",
			"qemu-system-aarch64": "/opt/homebrew/bin/qemu-system-aarch64", "sudo": "/usr/bin/sudo"}),
		Tools: had([]ToolTrouble{}), Firmware: []string{"/opt/homebrew/share/qemu/edk2-aarch64-code.fd"},
		Libvirt:  had(Daemon{Library: "/opt/homebrew/lib/libvirt.dylib", Single: true, Modular: true, Sockets: []Socket{}}),
		Answers:  had(Answers{URI: "qemu:///session", Why: "the only one", Version: "11.0.0", Hypervisor: "10.1.0", UEFI: true}),
		Reached:  []Reached{{Host: "packages.example", Dated: true, Skew: 2 * time.Second}},
		OpenClaw: checks.Fact[checks.OnHost]{OK: true, Value: checks.OnHost{Homes: 1, Processes: 300, Found: []checks.Trace{}}},
	}
}

// macSays is the session's libvirt when it cannot be used.
func macSays(s *Situation, kind string) {
	s.Answers = had(Answers{Trouble: []LibvirtTrouble{{"qemu:///session", kind, "what it said", "what to do"}}})
}

var macs = []struct {
	title  string
	change func(*Situation, *plan.Plan)
	finds  string
	stops  bool
	fix    string
	after  string
	types  string // all that is typed
}{
	{"nothing of Homebrew's", func(s *Situation, _ *plan.Plan) {
		macSays(s, LibvirtAbsent)
		s.Libvirt = had(Daemon{})
	}, "libvirt-absent", true, FixPackages, AfterRestart, "brew install libvirt; brew services start libvirt"},
	{"the library without the daemon", func(s *Situation, _ *plan.Plan) {
		macSays(s, LibvirtDown)
		s.Libvirt.Value.Single, s.Libvirt.Value.Modular = false, false
	}, "libvirt-absent", true, FixPackages, "", "brew install libvirt; brew services start libvirt"},
	{"libvirt came while clawarium ran", func(s *Situation, _ *plan.Plan) { macSays(s, LibvirtAbsent) }, "libvirt-restart", true, FixRestart, AfterRestart, ""},
	{"nobody answers", func(s *Situation, _ *plan.Plan) { macSays(s, LibvirtDown) }, "libvirt-down", true, FixStart, "", "brew services start libvirt"},
	{"it hangs", func(s *Situation, _ *plan.Plan) { macSays(s, LibvirtTimeout) }, "libvirt-hangs", true, "", "", "brew services restart libvirt"},
	{"nothing of it answered in time", func(s *Situation, _ *plan.Plan) { s.Answers = Fact[Answers]{Err: "no answer"} }, "libvirt-hangs", true, "", "", "brew services restart libvirt"},
	{"an old one", func(s *Situation, _ *plan.Plan) { macSays(s, LibvirtOld) }, "libvirt-old", true, "", "", ""},
	{"the plan asks for the system's", func(s *Situation, p *plan.Plan) {
		p.Connection = plan.System
		s.Answers = had(Answers{Trouble: []LibvirtTrouble{{"qemu:///system", LibvirtOther, text.T().Virt.ChoseSessionMac, "connection: session"}}})
	}, "libvirt-refused", true, "", "", ""},
	{"its storage does not answer", func(s *Situation, _ *plan.Plan) { s.Answers.Value.Missing = []string{"storage"} }, "libvirt-parts", true, FixStart, "", "brew services start libvirt"},
	{"libvirt without hvf", func(s *Situation, _ *plan.Plan) {
		s.Answers.Value.Supports = []ToolTrouble{{"machine", "no hvf", ""}}
	}, "machine-support", true, FixPackages, "", "brew install qemu"},
	{"no QEMU", func(s *Situation, _ *plan.Plan) {
		s.Programs.Value["qemu-system-aarch64"], s.Probe = "", had(Probed{false, "QEMU is not installed"})
		s.Answers.Value.Supports = []ToolTrouble{{"machine", "no emulator", ""}}
	}, "qemu-absent", true, FixPackages, "", "brew install qemu"},
	{"an old QEMU", func(s *Situation, _ *plan.Plan) { s.Answers.Value.Hypervisor = "6.1.0" }, "qemu-old", false, "", "", ""},
	{"no firmware", func(s *Situation, _ *plan.Plan) {
		s.Firmware, s.Answers.Value.UEFI, s.Probe = []string{}, false, had(Probed{false, "no UEFI firmware"})
	}, "firmware-absent", false, FixPackages, "", "brew install qemu"},
	{"a virtual Mac", func(s *Situation, _ *plan.Plan) { s.CPU.Value.Virtualises = false }, "hvf", false, "", "", ""},
	{"a virtual Mac, and the plan asks for acceleration", func(s *Situation, p *plan.Plan) {
		s.CPU.Value.Virtualises, p.Machine.Acceleration = false, plan.KVM
	}, "hvf", true, "", "", ""},
	{"hvf that does not carry a guest", func(s *Situation, _ *plan.Plan) { s.Probe = had(Probed{false, "hvf breaks: HV_ERROR"}) }, "kvm-broken", false, "", "", ""},
	{"the same, and the plan asks for it", func(s *Situation, p *plan.Plan) {
		s.Probe, p.Machine.Acceleration = had(Probed{false, "hvf breaks: HV_ERROR"}), plan.KVM
	}, "kvm-broken", true, "", "", ""},
	{"the kernel does not say", func(s *Situation, _ *plan.Plan) { s.CPU = Fact[Processor]{Err: "no such sysctl"} }, "hvf", false, "", "", ""},
	{"no mksquashfs", func(s *Situation, _ *plan.Plan) {
		s.Programs.Value["mksquashfs"], s.Tools.Value = "", []ToolTrouble{{"code", "missing", "install"}}
	}, "squashfs-absent", true, FixPackages, "", "brew install squashfs"},
	{"an old mksquashfs", func(s *Situation, _ *plan.Plan) { s.Tools.Value = []ToolTrouble{{"code", "4.4", "newer"}} }, "squashfs-old", true, "", "", ""},
	{"an image shall be built, which is Linux's", func(s *Situation, p *plan.Plan) {
		s.Asked.NeedImage, p.Image.Source = plan.Build, plan.Build
		s.Tools.Value = []ToolTrouble{{"image", "only on Linux", "image.source: official"}}
	}, "image-tools", true, "", "", ""},
	{"little memory", func(s *Situation, _ *plan.Plan) { s.Memory.Value.Total = 2 << 30 }, "memory", true, "", "", ""},
	{"a full disk", func(s *Situation, _ *plan.Plan) { s.Rooms[0].Free, s.Rooms[1].Free = 1<<30, 1<<30 }, "disk", true, "", "", "df -h /Users/me/Library/Caches"},
	{"the pool elsewhere, and full", func(s *Situation, _ *plan.Plan) { s.Rooms[1].Free, s.Rooms[1].Device = 1<<30, 2 }, "disk", true, "", "", "df -h '/Users/me/Library/Application Support'"},
	{"the name is another's", func(s *Situation, _ *plan.Plan) { s.Answers.Value.Taken = []ToolTrouble{{"name", "taken", ""}} }, "name-taken", true, "", "", ""},
	{"left by an earlier one", func(s *Situation, _ *plan.Plan) {
		s.Answers.Value.Ours = []checks.Leftover{{Kind: checks.LeftDomain, Name: "clawarium-old"}}
	}, "left-overs", false, "", "", "virsh -c qemu:///session undefine --nvram clawarium-old"},
	{"a wrong clock", func(s *Situation, _ *plan.Plan) { s.Reached[0].Skew = time.Hour }, "clock", false, "", "", ""},
	{"no name server", func(s *Situation, _ *plan.Plan) { s.Reached[0].Trouble = ReachName }, "name-resolution", false, "", "", ""},
	{"offline", func(s *Situation, _ *plan.Plan) { s.Reached[0].Trouble = ReachConnect }, "network", false, "", "", ""},
	{"a proxy that is gone", func(s *Situation, _ *plan.Plan) { s.Reached[0].Trouble = ReachProxy }, "proxy", false, "", "", ""},
	{"a company's authority", func(s *Situation, _ *plan.Plan) { s.Reached[0].Trouble = ReachCertificate }, "certificate", false, "", "", ""},
	{"OpenClaw on it", func(s *Situation, _ *plan.Plan) {
		s.OpenClaw.Value.Found = []checks.Trace{{Kind: checks.TraceState, Path: "/Users/me/.openclaw"}}
	}, "openclaw-on-host", false, "", "", ""},
	{"its processes cannot be seen", func(s *Situation, _ *plan.Plan) { s.OpenClaw.Value.Processes = 0 }, "openclaw-on-host", false, "", "", ""},
}

func TestAMacIsJudgedByWhatAppliesThere(t *testing.T) {
	for _, arch := range []string{"arm64", "amd64"} {
		s := aMac()
		s.Arch = arch
		if got := others(Judge(ofPlan(), s)); len(got) > 0 {
			t.Errorf("a healthy one: %v", got)
		}
	}
	for _, c := range macs {
		s, p := aMac(), ofPlan()
		c.change(&s, &p)
		all := Judge(p, s)
		i := slices.IndexFunc(all, func(f Condition) bool { return f.Status != checks.Met })
		if got := others(all); !slices.Equal(got, []string{c.finds}) {
			t.Errorf("%s: %v", c.title, got)
			continue
		}
		got, fix, after := all[i], "", ""
		if got.Fix != nil {
			fix, after = got.Fix.ID, got.Fix.After
		}
		if typed := strings.Join(got.Commands, "; "); got.Stops != c.stops || fix != c.fix || after != c.after || typed != c.types {
			t.Errorf("%s: stops %v, fix %q %q, typed %q", c.title, got.Stops, fix, after, typed)
		}
		if got.Status == checks.NotMet && (got.Why == "" || got.Hint == "" && typedNothing(got)) {
			t.Errorf("%s: nothing is said: %+v", c.title, got)
		}
	}
}

// What is looked at on a Mac, in a tree that has Homebrew's files as it lays them out: all
// that is said of the rest is nothing.
func TestAMacIsLookedAtWhereHomebrewPutsThings(t *testing.T) {
	for _, prefix := range []string{"opt/homebrew/", "usr/local/"} {
		cellar := prefix + "Cellar/"
		f := tree(t, map[string]string{
			prefix + "bin/brew":                                    "#!/bin/bash\n",
			cellar + "qemu/10.1.0/bin/qemu-system-aarch64":         "qemu",
			prefix + "bin/qemu-system-aarch64":                     "-> " + cellar + "qemu/10.1.0/bin/qemu-system-aarch64",
			prefix + "share/qemu/edk2-aarch64-code.fd":             "firmware",
			cellar + "libvirt/11.0.0/lib/libvirt.0.dylib":          "library",
			prefix + "lib/libvirt.dylib":                           "-> " + cellar + "libvirt/11.0.0/lib/libvirt.0.dylib",
			prefix + "sbin/libvirtd":                               "daemon",
			prefix + "bin/mksquashfs":                              "squash",
			"Users/me/.zshrc":                                      "",
			"Users/me/Library/Application Support/clawarium/state": "",
		})
		defer func() { checks.ProcessTable = nil }()
		checks.ProcessTable = func(each func(int, []string)) error { each(1, []string{"launchd"}); return nil }
		from := Sources{
			Root: f.root, Proc: f.proc, OS: "darwin", Arch: "arm64",
			Asked:   Asked{NeedCode: true, Emulator: "qemu-system-aarch64", Firmware: []string{"/" + prefix + "share/qemu/edk2-aarch64-code.fd"}},
			Rooms:   []Room{{Path: "/Users/me/Library/Application Support/clawarium/pool", Of: plan.Session, Need: 2 << 30, Grow: 40 << 30}},
			Free:    func(string) int64 { return 100 << 30 },
			HVF:     func() (bool, error) { return true, nil },
			Memory:  func() int64 { return 16 << 30 },
			Tools:   func(context.Context) []ToolTrouble { return nil },
			Libvirt: func(context.Context) (Answers, error) { return aMac().Answers.Value, nil },
			KVM:     func(context.Context) Probed { return Probed{true, "hvf works"} },
		}
		s := Look(t.Context(), from)
		if s.Libvirt.Value.Library != "/"+prefix+"lib/libvirt.dylib" || !s.Libvirt.Value.Single || len(s.Firmware) != 1 ||
			s.Programs.Value["brew"] != "/"+prefix+"bin/brew" || s.Programs.Value["qemu-system-aarch64"] == "" || s.Programs.Value["mksquashfs"] == "" ||
			!s.CPU.Value.Virtualises || s.Memory.Value.Total != 16<<30 || s.Rooms[0].Device == 0 {
			t.Errorf("%s: %+v", prefix, s)
		}
		if s.KVM.OK || s.Images.OK || s.Network.OK || s.Units.OK || s.Denials.OK || s.Clock.OK {
			t.Errorf("%s: what only Linux has was looked at: %+v", prefix, s)
		}
		if all := Judge(ofPlan(), s); len(others(all)) > 0 || Exit(all) != checks.ExitMet {
			t.Errorf("%s: %v", prefix, others(all))
		}
	}
}

func typedNothing(c Condition) bool { return len(c.Commands) == 0 }

// What is missing comes by one yes.
func TestAMacWithNothingInstalledGetsItAllAtOnce(t *testing.T) {
	s := aMac()
	macSays(&s, LibvirtAbsent)
	s.Libvirt, s.Firmware, s.Programs.Value["mksquashfs"], s.Programs.Value["qemu-system-aarch64"] = had(Daemon{}), []string{}, "", ""
	s.Tools.Value = []ToolTrouble{{"code", "missing", "install"}}
	for _, c := range Judge(ofPlan(), s) {
		if c.Status == checks.Met || c.Fix == nil {
			continue
		}
		if got := strings.Join(s.shown(c.Fix.Root, c.Fix.Do), "; "); got != "brew install libvirt qemu squashfs; brew services start libvirt" {
			t.Errorf("%s: %q", c.ID, got)
		}
	}
}

// Homebrew is no root's, and may not be there.
func TestWhatHomebrewWouldNotDoIsNotOffered(t *testing.T) {
	for title, change := range map[string]func(*Situation){
		"root":        func(s *Situation) { s.Me.Value.UID = 0 },
		"no Homebrew": func(s *Situation) { s.Programs.Value["brew"] = "" },
	} {
		for _, c := range macs {
			s, p := aMac(), ofPlan()
			c.change(&s, &p)
			change(&s)
			for _, got := range Judge(p, s) {
				if got.Fix != nil && got.Fix.ID != FixRestart {
					t.Errorf("%s, %s: %+v", title, c.title, got.Fix)
				}
			}
		}
	}
}

// Whatever is found on a Mac, and whatever would be found on Linux by the same facts.
func TestNothingOfLinuxIsTypedOnAMac(t *testing.T) {
	judged := func(title string, p plan.Plan, s Situation) {
		for _, c := range Judge(p, s) {
			typed := slices.Clone(c.Commands)
			if c.Fix != nil {
				typed = append(typed, s.shown(c.Fix.Root, slices.Concat(c.Fix.Do, c.Fix.Undo))...)
			}
			for _, line := range typed {
				if first := strings.Fields(line)[0]; !slices.Contains([]string{"brew", "df", "virsh"}, first) {
					t.Errorf("%s: %s types %q", title, c.ID, line)
				}
			}
			for _, linux := range []string{"images-path", "confinement", "subnet-taken", "subnet-none", "firewalld-zone", "docker", "vpn", "host-baseline",
				"kvm", "kvm-cpu", "kvm-firmware", "kvm-nested", "kvm-wsl", "wsl1", "kvm-module", "kvm-group", "kvm-login", "kvm-device",
				"libvirt-group", "libvirt-login", "libvirt-polkit", "libvirt-socket"} {
				if c.ID == linux && !(linux == "kvm" && p.Machine.Acceleration == plan.Emulation) {
					t.Errorf("%s: %s is found on a Mac", title, linux)
				}
			}
		}
	}
	for _, c := range macs {
		s, p := aMac(), ofPlan()
		c.change(&s, &p)
		judged(c.title, p, s)
	}
	for _, c := range situations {
		s, p := healthy(), ofPlan()
		c.change(&s, &p)
		mac := aMac()
		mac.Programs, mac.Tools, mac.Libvirt, mac.Answers, mac.Reached, mac.OpenClaw = s.Programs, s.Tools, s.Libvirt, s.Answers, s.Reached, s.OpenClaw
		mac.Me, mac.CPU, mac.Probe, mac.Memory, mac.Rooms, mac.Asked = s.Me, s.CPU, s.Probe, s.Memory, s.Rooms, s.Asked
		mac.Libvirt.Value.Bus, mac.Libvirt.Value.Polkit, mac.Libvirt.Value.Agent = false, false, false
		mac.Images, mac.Denials, mac.Network, mac.Clock, mac.Units, mac.KVM = Fact[Way]{}, Fact[[]string]{}, Fact[Network]{}, Fact[Clock]{}, Fact[map[string]string]{}, Fact[Device]{}
		judged(c.title, p, mac)
	}
}
