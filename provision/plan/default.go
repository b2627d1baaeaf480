package plan

// OpenClawVersion is the version in the lockfile that ships with clawarium.
const OpenClawVersion = "2026.9.6"

// Values that mean "decide from what is found on this host".
const Auto = "auto"

// The choices of the enumerated keys; Choices lists them by key.
const (
	System  = "system"  // connection: qemu:///system
	Session = "session" // connection: qemu:///session

	KVM       = "kvm"       // machine.acceleration
	Emulation = "emulation" // machine.acceleration
	Steady    = "steady"    // machine.clock
	Slow      = "slow"      // machine.clock

	Official = "official" // image.source
	Build    = "build"    // image.source
	File     = "file"     // image.source

	Cautious  = "cautious"  // openclaw.preset
	Workspace = "workspace" // openclaw.preset
	Full      = "full"      // openclaw.preset
	None      = "none"      // openclaw.provider

	Allowlist = "allowlist" // network.level
	Internet  = "internet"  // network.level
	Offline   = "offline"   // network.level
)

// Default is the plan for a person who chooses nothing, derived from h. It
// always has the right form; on a host that is too small for any machine,
// Validate says so.
func Default(h Host) Plan {
	return Plan{
		Version:    1,
		Name:       "openclaw",
		Connection: Auto,
		Machine: Machine{
			CPUs:         min(4, max(1, h.CPUs/2)),
			Memory:       defaultMemory(h),
			SystemDisk:   defaultDisk(h, SystemDiskLow),
			DataDisk:     defaultDisk(h, dataDiskLow),
			Acceleration: Auto,
			Clock:        Auto,
		},
		Image:    Image{Source: Auto},
		OpenClaw: OpenClaw{Version: OpenClawVersion, Preset: Cautious, Provider: None},
		Network:  Network{Level: Allowlist, Subnet: Auto},
		Language: Auto,
	}
}

// defaultMemory is 4 GiB, which OpenClaw runs in comfortably (its gateway and
// helpers hold 1 GB idle), or half of a smaller host, but never below the floor.
func defaultMemory(h Host) Size {
	if h.Memory == 0 {
		return 4 * GiB
	}
	return max(memoryLow, min(4*GiB, (h.Memory/2).whole()))
}

// defaultDisk is 20 GiB, or what is free in whole gibibytes when that is less.
// Disks grow as they are written, so the two may share the same free space.
func defaultDisk(h Host, low Size) Size {
	if h.FreeDisk == 0 {
		return 20 * GiB
	}
	return max(low, min(20*GiB, h.FreeDisk/GiB*GiB))
}
