// Package preflight says whether this computer can hold the machine, and what to do
// where it cannot: the stage before anything is made, in the machinery of checks.
//
// A Situation is evidence: one JSON-serialisable snapshot of facts, gathered in
// parallel and read-only. Judge is pure. So a computer that nobody has at hand is
// judged from what another one recorded, or from what its documentation says.
package preflight

import (
	"time"

	"github.com/clawarium/clawarium/checks"
)

// Fact is something that was looked for: what was seen, or why it could not be. Its
// zero value was not looked at.
type Fact[T any] struct {
	OK    bool   `json:"ok"`
	Err   string `json:"err,omitempty"`
	Value T      `json:"value"`
}

// Format is the version of Situation's JSON form.
const Format = 1

// Situation is one snapshot of facts about this computer. It holds no secret; it
// names the user, the network interfaces and their addresses.
type Situation struct {
	Format    int           `json:"format"`
	Collected time.Time     `json:"collected"`
	Took      time.Duration `json:"took"` // nanoseconds, without trying KVM
	OS        string        `json:"os"`   // linux or darwin
	Arch      string        `json:"arch"` // amd64 or arm64
	Asked     Asked         `json:"asked"`

	System   Fact[Distribution]             `json:"system"`
	Me       Fact[Account]                  `json:"me"`
	CPU      Fact[Processor]                `json:"cpu"`
	KVM      Fact[Device]                   `json:"kvm"`
	Probe    Fact[Probed]                   `json:"probe"` // trying it; not looked at when nothing was tried
	Memory   Fact[Memory]                   `json:"memory"`
	Rooms    []Room                         `json:"rooms"`
	Programs Fact[map[string]string]        `json:"programs"` // by name; "" is absent
	Firmware []string                       `json:"firmware"` // UEFI code that was found
	Tools    Fact[[]ToolTrouble]            `json:"tools"`    // what the parts say that will use them
	Libvirt  Fact[Daemon]                   `json:"libvirt"`  // on this computer's disk
	Answers  Fact[Answers]                  `json:"answers"`  // what it says
	Images   Fact[Way]                      `json:"images"`   // the way to the disks; system mode
	Denials  Fact[[]string]                 `json:"denials"`  // of AppArmor and SELinux that concern us
	Network  Fact[Network]                  `json:"network"`
	Clock    Fact[Clock]                    `json:"clock"`
	Units    Fact[map[string]string]        `json:"units"`   // of systemd, as they are: "enabled active"
	Reached  []Reached                      `json:"reached"` // where something will be downloaded from
	OpenClaw checks.Fact[checks.OnHost]     `json:"openClaw"`
	Weak     checks.Fact[map[string]string] `json:"weak"` // weaknesses of the processor, by the kernel's names
	Baseline checks.Fact[checks.Baseline]   `json:"baseline"`
}

// Asked is what the machine needs that its plan does not say.
type Asked struct {
	URI       string   `json:"uri,omitempty"`       // where it was decided already
	Begun     bool     `json:"begun,omitempty"`     // names, addresses and ports are its own
	NeedImage string   `json:"needImage,omitempty"` // build, or auto when it may have to be; "" when not
	NeedCode  bool     `json:"needCode,omitempty"`  // the code disk has to be made
	Machines  []string `json:"machines,omitempty"`  // that this account has
	Bridges   []string `json:"bridges,omitempty"`   // their ends of the networks
	Firmware  []string `json:"firmware,omitempty"`  // places where UEFI firmware may be
	Emulator  string   `json:"emulator"`            // name of QEMU's program
}

// Distribution is the operating system by its os-release(5).
type Distribution struct {
	ID      string   `json:"id"`
	Like    []string `json:"like,omitempty"`
	Version string   `json:"version,omitempty"`
	Name    string   `json:"name,omitempty"`
	Kernel  string   `json:"kernel,omitempty"` // the kernel's name for itself
	Systemd bool     `json:"systemd"`          // it runs
	OSTree  bool     `json:"ostree,omitempty"` // packages come with the next boot
	EFI     bool     `json:"efi,omitempty"`
}

// Account is the account that clawarium runs under.
type Account struct {
	UID       int      `json:"uid"`
	Name      string   `json:"name"`
	Effective []string `json:"effective"` // groups in force in this login
	Member    []string `json:"member"`    // groups that the account is in by now
}

// Processor is the processor's own help for virtual machines.
type Processor struct {
	Virtualises bool   `json:"virtualises"`        // vmx, svm, or what Apple calls it
	Guest       bool   `json:"guest"`              // this is a virtual machine itself
	Module      string `json:"module,omitempty"`   // kernel module that belongs to it
	Loaded      bool   `json:"loaded"`             // it is loaded, or built in
	Firmware    bool   `json:"firmware,omitempty"` // the kernel says that the firmware has it off
	WSL         int    `json:"wsl,omitempty"`      // Windows Subsystem for Linux, 1 or 2
}

// Device is /dev/kvm.
type Device struct {
	Path   string `json:"path"`
	Absent bool   `json:"absent"`
	Mode   string `json:"mode,omitempty"` // octal
	Owner  string `json:"owner,omitempty"`
	Group  string `json:"group,omitempty"`
	Opens  bool   `json:"opens"` // for this account
	Err    string `json:"err,omitempty"`
}

// Probed is what trying KVM came to.
type Probed struct {
	OK  bool   `json:"ok"`
	Why string `json:"why"` // in a sentence
}

// Memory is in bytes.
type Memory struct {
	Total int64 `json:"total"`
	Free  int64 `json:"free"` // without swapping; 0 is unknown
}

// Room is a place where something will be written. Free 0 is unknown and a full one
// has 1, as in plan.Host.
type Room struct {
	Of     string `json:"of,omitempty"` // system or session: counts with that libvirt alone
	Path   string `json:"path"`
	Free   int64  `json:"free"`
	Need   int64  `json:"need"`
	Device uint64 `json:"device"` // places with the same share what is free
	Grow   int64  `json:"grow"`   // up to which the machine's disks there can grow later
}

// ToolTrouble is what a part says that it lacks.
type ToolTrouble struct {
	For  string `json:"for"` // code or image
	What string `json:"what"`
	Hint string `json:"hint"`
}

// Daemon is libvirt as it is on the disk.
type Daemon struct {
	Library string   `json:"library"` // path; "" when it is not there
	Single  bool     `json:"single"`  // libvirtd is there
	Modular bool     `json:"modular"` // virtqemud is there
	Running bool     `json:"running"` // one of them
	Sockets []Socket `json:"sockets"`
	Bus     bool     `json:"bus"`    // of D-Bus, which polkit needs
	Polkit  bool     `json:"polkit"` // runs
	Agent   bool     `json:"agent"`  // something that can ask for polkit's password
}

// Socket is one of libvirt's.
type Socket struct {
	Name  string `json:"name"`
	Mode  string `json:"mode"` // octal
	Group string `json:"group"`
	// Connects is "yes", "denied" or "refused".
	Connects string `json:"connects"`
}

// Answers are what libvirt says, of the connections that the plan allows.
type Answers struct {
	URI     string           `json:"uri,omitempty"`     // the one that will be used; "" when there is none
	Why     string           `json:"why,omitempty"`     // in a sentence
	Trouble []LibvirtTrouble `json:"trouble,omitempty"` // of the ones that cannot be used

	Version    string   `json:"version,omitempty"`
	Hypervisor string   `json:"hypervisor,omitempty"` // QEMU's version
	Missing    []string `json:"missing,omitempty"`    // drivers that do not answer
	// Supports says why such a machine cannot be run; empty when it can.
	Supports []ToolTrouble     `json:"supports,omitempty"`
	UEFI     bool              `json:"uefi"`               // libvirt knows a firmware
	Taken    []ToolTrouble     `json:"taken,omitempty"`    // names that something else has
	Ours     []checks.Leftover `json:"ours,omitempty"`     // what carries our tag
	Default  string            `json:"default,omitempty"`  // of the network "default": on or off; "" when there is none
	Subnet   string            `json:"subnet,omitempty"`   // that is free
	NoSubnet string            `json:"noSubnet,omitempty"` // why there is none
}

// LibvirtTrouble is why one connection cannot be used.
type LibvirtTrouble struct {
	URI  string `json:"uri"`
	Kind string `json:"kind"` // one of the Libvirt…
	What string `json:"what"`
	Hint string `json:"hint"`
}

// Kinds of trouble with a connection.
const (
	LibvirtAbsent  = "absent"  // no library
	LibvirtDown    = "down"    // nobody answers
	LibvirtDenied  = "denied"  // not for this account
	LibvirtTimeout = "timeout" // no answer in time
	LibvirtOld     = "old"
	LibvirtOther   = "other"
)

// Way is the way from the root of the file system to a directory, links resolved.
type Way struct {
	Path    string `json:"path"`
	Account string `json:"account"` // QEMU's
	UID     int    `json:"uid"`
	GIDs    []int  `json:"gids"`
	Dirs    []Dir  `json:"dirs"`
}

// Dir is one directory on the way.
type Dir struct {
	Path string `json:"path"`
	Mode uint32 `json:"mode"` // permission bits
	UID  int    `json:"uid"`
	GID  int    `json:"gid"`
	ACL  []ACL  `json:"acl,omitempty"`
}

// ACL is one entry of a POSIX access control list.
type ACL struct {
	Tag  uint16 `json:"tag"` // as in acl(5)'s binary form: 1, 2, 4, 8, 16, 32
	Perm uint16 `json:"perm"`
	ID   uint32 `json:"id"`
}

// Network is what of this computer's network can be in the way.
type Network struct {
	Taken     []Range `json:"taken"`
	Listening []int   `json:"listening"` // TCP ports of 127.0.0.1
	Docker    bool    `json:"docker,omitempty"`
	Firewalld bool    `json:"firewalld,omitempty"`
	Zone      bool    `json:"zone,omitempty"` // firewalld has libvirt's
}

// Range is addresses that an interface has or leads to.
type Range struct {
	Prefix string `json:"prefix"`
	By     string `json:"by"` // interface
}

// Clock is this computer's time and what it can be held against.
type Clock struct {
	Now   time.Time `json:"now"`
	Floor time.Time `json:"floor"` // the newest time that the disk has proof of
	By    string    `json:"by"`    // what has it
}

// Reached is what came of asking a server that something will be fetched from.
type Reached struct {
	For     string        `json:"for"` // code or image
	Host    string        `json:"host"`
	Proxy   string        `json:"proxy,omitempty"`   // host and port
	Trouble string        `json:"trouble,omitempty"` // one of the Reach…; "" when it answers
	Detail  string        `json:"detail,omitempty"`
	Issuer  string        `json:"issuer,omitempty"` // of a certificate that is not trusted
	Skew    time.Duration `json:"skew,omitempty"`   // how far our clock is ahead of the server's
	Dated   bool          `json:"dated,omitempty"`  // Skew is known
}

// What keeps a server from being reached.
const (
	ReachName        = "name"        // its name has no address
	ReachConnect     = "connect"     // nobody answers
	ReachProxy       = "proxy"       // the proxy does not
	ReachCertificate = "certificate" // it is signed by somebody unknown
	ReachTime        = "time"        // its certificate is not valid at our time
)

// family is whose package manager this is: debian, fedora, arch, suse, brew or "".
func (s *Situation) family() string {
	if s.OS == "darwin" {
		return "brew"
	}
	d := s.System.Value
	for _, id := range append([]string{d.ID}, d.Like...) {
		if f := families[id]; f != "" {
			return f
		}
	}
	return ""
}

var families = map[string]string{
	"debian": "debian", "ubuntu": "debian", "fedora": "fedora", "rhel": "fedora", "centos": "fedora",
	"arch": "arch", "archarm": "arch", "opensuse": "suse", "suse": "suse", "sles": "suse",
	"opensuse-leap": "suse", "opensuse-tumbleweed": "suse",
}

// root says whether clawarium runs as root. What is not known is no root.
func (s *Situation) root() bool { return s.Me.OK && s.Me.Value.UID == 0 }
