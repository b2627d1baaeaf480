package checks

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/clawarium/clawarium/assets/layout"
	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/provision/plan"
)

// What is left of a machine that was destroyed.

// Left is what was looked for after the end of a machine.
type Left struct {
	Looked []string   `json:"looked"` // kinds
	Found  []Leftover `json:"found"`
	Kept   []Leftover `json:"kept"` // left on purpose, or by others
}

// Leftover is one thing.
type Leftover struct {
	Kind string `json:"kind"`
	Name string `json:"name"`
}

// Kinds of leftovers; text has a word for each.
const (
	LeftDomain    = "domain"
	LeftNetwork   = "network"
	LeftFilter    = "filter"
	LeftVolume    = "volume"
	LeftPool      = "pool"
	LeftFirmware  = "firmware"
	LeftDirectory = "directory"
	LeftProcess   = "process"
	LeftBridge    = "bridge"
	LeftRules     = "rules"
	LeftLog       = "log"
	LeftUnit      = "unit"
)

// Remains says what libvirt still has of a machine. A Hypervisor that can say it
// is one.
type Remains interface {
	// Remains lists what should be gone, and what was left on purpose.
	Remains(ctx context.Context) (found, kept []Leftover, err error)
}

// Decommissioned looks for what destroying the machine left behind, and is the
// finding of K25 on that. dirs are those that were the machine's own.
func Decommissioned(ctx context.Context, p plan.Plan, s Subject, from Sources) Finding {
	s = s.complete()
	from = from.complete()
	e := Evidence{Format: Format, Subject: s}
	e.Host.Left = within(ctx, hostDeadline, func() (Left, error) { return findLeft(ctx, s, from) })
	for _, f := range Judge(p, e) {
		if f.Control == "K25" {
			return f
		}
	}
	return Finding{Control: "K25", Status: NotChecked}
}

func findLeft(ctx context.Context, s Subject, from Sources) (Left, error) {
	t := &text.T().Checks
	left := Left{Looked: []string{LeftDomain, LeftVolume}, Found: []Leftover{}, Kept: []Leftover{}}
	if s.System {
		left.Looked = append(left.Looked, LeftNetwork, LeftFilter)
	}
	libvirt, ok := from.Libvirt.(Remains)
	if !ok {
		return Left{}, reason(from.LibvirtErr, t.NoLibvirt)
	}
	found, kept, err := libvirt.Remains(ctx)
	if err != nil {
		return Left{}, err
	}
	left.Found, left.Kept = append(left.Found, found...), append(left.Kept, kept...)

	there := func(kind string, into *[]Leftover, paths ...string) {
		for _, path := range paths {
			if _, err := os.Lstat(filepath.Join(from.Root, path)); err == nil {
				*into = append(*into, Leftover{kind, path})
			}
		}
	}
	left.Looked = append(left.Looked, LeftDirectory)
	if _, err := os.Lstat(from.Dir); err == nil && from.Dir != "" {
		left.Found = append(left.Found, Leftover{LeftDirectory, from.Dir})
	}
	// libvirt's own files: the firmware's variables go with the domain, its log of
	// the process stays, as of every machine.
	home, _ := os.UserHomeDir()
	state, log := "/var/lib/libvirt/qemu/nvram", "/var/log/libvirt/qemu"
	if !s.System {
		state, log = filepath.Join(home, ".config/libvirt/qemu/nvram"), filepath.Join(home, ".cache/libvirt/qemu/log")
	}
	there(LeftFirmware, &left.Found, filepath.Join(state, s.Domain+"_VARS.fd"))
	there(LeftLog, &left.Kept, filepath.Join(log, s.Domain+".log"))

	config := os.Getenv("XDG_CONFIG_HOME")
	if config == "" {
		config = filepath.Join(home, ".config")
	}
	left.Looked = append(left.Looked, LeftUnit)
	there(LeftUnit, &left.Found, filepath.Join(config, "systemd/user/clawarium-warden-"+s.Machine+".service"))

	if err := eachProcess(from.Proc, func(pid int, args []string) {
		if wardenOf(args, s.Machine) {
			left.Found = append(left.Found, Leftover{LeftProcess, strconv.Itoa(pid) + " clawarium warden run"})
		}
		for i := 1; i+1 < len(args); i++ {
			if args[i] != "-name" {
				continue
			}
			for part := range strings.SplitSeq(args[i+1], ",") {
				if part == "guest="+s.Domain {
					left.Found = append(left.Found, Leftover{LeftProcess, strconv.Itoa(pid) + " " + clean(filepath.Base(args[0]), 60)})
				}
			}
		}
	}); err == nil {
		left.Looked = append(left.Looked, LeftProcess)
	}

	if !s.System {
		return left, nil
	}
	bridge := layout.Bridge(s.Machine)
	if _, err := os.Stat(filepath.Join(from.Root, "sys/class/net")); err == nil {
		left.Looked = append(left.Looked, LeftBridge)
		there(LeftBridge, &left.Found, filepath.Join("/sys/class/net", bridge))
	}
	if from.Packets != nil {
		looked := false
		for _, tool := range []RuleTool{NftList, IPv4Rules, IPv6Rules, LinkRules} {
			data, err := from.Packets.List(ctx, tool, rulesLimit)
			looked = looked || err == nil
			if err == nil && bytes.Contains(data, []byte(bridge)) {
				left.Found = append(left.Found, Leftover{LeftRules, string(tool) + " " + bridge})
			}
		}
		if looked {
			left.Looked = append(left.Looked, LeftRules)
		}
	}
	return left, nil
}

// wardenOf says whether a command line is that of the machine's warden, or of what
// keeps it running.
func wardenOf(args []string, machine string) bool {
	return len(args) > 4 && args[1] == "warden" && args[2] == "run" && args[3] == "--name" && args[4] == machine
}
