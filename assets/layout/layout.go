// Package layout names what clawarium makes: the tag that marks it on the host
// and the places inside the guest. The parts that make things and the parts that
// check them share these names and nothing else.
package layout

import (
	"crypto/sha256"
	"encoding/hex"
)

// The tag: what clawarium made carries it, and clawarium touches nothing else.
const (
	// TagNamespace is the XML namespace of our metadata in domains and networks.
	TagNamespace = "https://github.com/clawarium/clawarium/ns/1"
	// TagPrefix is the XML prefix of that namespace.
	TagPrefix = "clawarium"
	// Pool is the libvirt storage pool that holds every volume of ours.
	Pool = "clawarium"
)

// Volume, network and filter names of one machine.
func Domain(machine string) string     { return "clawarium-" + machine }
func Network(machine string) string    { return "clawarium-" + machine }
func Filter(machine string) string     { return "clawarium-" + machine }
func SystemDisk(machine string) string { return machine + "-system.qcow2" }
func DataDisk(machine string) string   { return machine + "-data.qcow2" }
func Seed(machine string) string       { return machine + "-seed.iso" }

// ConsoleLog is the file name of the record of a machine's serial console.
func ConsoleLog(machine string) string { return Domain(machine) + "-console.log" }

// BaseVolume and CodeVolume are shared by machines and named by content.
func BaseVolume(sha512 string) string { return "base-" + short(sha512) + ".qcow2" }
func CodeVolume(sha256 string) string { return "code-" + short(sha256) + ".squashfs" }

// short is enough of a digest for a name; an unknown one shows as such.
func short(digest string) string {
	if len(digest) < 16 {
		return "unknown"
	}
	return digest[:16]
}

// Bridge is the host's end of a machine's isolated network. An interface name
// has at most 15 characters, so the machine's name is hashed.
func Bridge(machine string) string {
	sum := sha256.Sum256([]byte(machine))
	return "claw" + hex.EncodeToString(sum[:4])
}

// Serial numbers of the virtio disks, at most 20 characters: in the guest,
// /dev/disk/by-id/virtio-<serial>.
const (
	SystemSerial = "clawarium-system"
	CodeSerial   = "clawarium-code"
	DataSerial   = "clawarium-data"
	SeedSerial   = "clawarium-seed"
)

// Accounts in the guest.
const (
	Agent  = "openclaw" // runs OpenClaw; no login, no sudo, no groups
	Keeper = "keeper"   // key-only SSH and sudo; used by clawarium alone
	// AgentID is the agent's uid and gid: fixed, because the data disk outlives
	// the system disk. Debian gives out 100 to 999 from the top.
	AgentID = 742
)

// Places in the guest.
const (
	Home      = "/var/lib/openclaw"          // the data disk's mount point and the agent's home
	State     = Home + "/.openclaw"          // OpenClaw's own state, 0700
	Config    = State + "/openclaw.json"     // 0600
	Workspace = State + "/workspace"         // 0700
	Cache     = Home + "/.cache"             // 0700; OpenClaw stages database snapshots there
	Inbox     = Home + "/inbox"              // root:openclaw 0750; the agent reads, cannot write
	Outbox    = Home + "/outbox"             // openclaw 0700, mounted noexec on itself
	Backups   = Home + "/backups"            // root 0700
	Code      = "/opt/openclaw/node_modules" // the code disk; OpenClaw wants this very name
	Node      = Code + "/.bin/node"          // Node from the code disk
	OpenClaw  = Code + "/openclaw/openclaw.mjs"
	Unit      = "openclaw-gateway.service"
	Own       = "/var/lib/clawarium" // root 0700: what undo in the guest needs
	Volatile  = "/run/clawarium"     // root 0700: what a restart of the guest may take away
)

// GatewayPort is where the gateway listens, on the guest's loopback only.
const GatewayPort = 18789

// ProxyPort is where the warden listens, on the guest's loopback as well: the
// only way out, which the host opens into the guest. Proxy is its address for
// programs in there.
const (
	ProxyPort = 3128
	Proxy     = "http://127.0.0.1:3128"
)
