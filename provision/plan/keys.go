package plan

import (
	"regexp"
	"strings"
)

// Limits that the plan's form sets, whatever the host. docs/plan.md gives the
// source of each.
const (
	cpusHigh      = 255 // q35 without an interrupt-remapping IOMMU
	memoryLow     = 2 * GiB
	memoryHigh    = 1 * TiB
	memoryForHost = 1 * GiB // what the host keeps for itself
	// SystemDiskLow is the least that a system disk may grow to.
	SystemDiskLow  = 6 * GiB
	dataDiskLow    = 1 * GiB
	diskHigh       = 2 * TiB
	textLength     = 2048 // characters, of any string in a plan
	mirrorsAtMost  = 16
	hostsAtMost    = 64
	sshPortLow     = 1024 // below it, ports need root
	sshPortHigh    = 65535
	subnetBitsLow  = 24
	subnetBitsHigh = 30
)

// kind is how a key's value is read, limited and described.
type kind int

const (
	number    kind = iota // a whole number from low to high
	size                  // a Size from low to high
	choice                // one of choices
	pattern               // a string that form matches
	file                  // an absolute path of an existing file, or empty
	address               // an address with one of schemes, or empty
	addresses             // a list of addresses
	subnet                // auto, or a private IPv4 network
	picks                 // a list of choices
	hosts                 // a list of hosts with ports, see HostPort
	server                // a private address with a port, or empty
)

// key is one key of the plan file: the single place that says where its value
// lies in a Plan, what it may be, and in which order keys are written.
type key struct {
	path    string
	at      func(*Plan) any // *int, *Size, *string or *[]string
	kind    kind
	choices []string
	schemes []string
	low     int64
	high    int64 // of a list: entries
	form    *regexp.Regexp
	zero    bool // 0, or the empty string, is allowed as well
	egress  bool // decides what is let out, and nothing of how the machine is made
}

var webSchemes = []string{"http", "https"}

// channels are those whose hosts assets/egress knows.
var channels = []string{"telegram", "slack", "discord", "whatsapp", "feishu", "dingtalk", "wecom"}

var keys = []key{
	{path: "version", at: func(p *Plan) any { return &p.Version }, kind: number, low: 1, high: 1},
	{path: "name", at: func(p *Plan) any { return &p.Name }, kind: pattern,
		form: regexp.MustCompile(`^[a-z]([a-z0-9-]{0,30}[a-z0-9])?$`)},
	{path: "connection", at: func(p *Plan) any { return &p.Connection }, kind: choice,
		choices: []string{Auto, System, Session}},
	{path: "machine.cpus", at: func(p *Plan) any { return &p.Machine.CPUs }, kind: number, low: 1, high: cpusHigh},
	{path: "machine.memory", at: func(p *Plan) any { return &p.Machine.Memory }, kind: size,
		low: int64(memoryLow), high: int64(memoryHigh)},
	{path: "machine.systemDisk", at: func(p *Plan) any { return &p.Machine.SystemDisk }, kind: size,
		low: int64(SystemDiskLow), high: int64(diskHigh)},
	{path: "machine.dataDisk", at: func(p *Plan) any { return &p.Machine.DataDisk }, kind: size,
		low: int64(dataDiskLow), high: int64(diskHigh)},
	{path: "machine.acceleration", at: func(p *Plan) any { return &p.Machine.Acceleration }, kind: choice,
		choices: []string{Auto, KVM, Emulation}},
	{path: "machine.clock", at: func(p *Plan) any { return &p.Machine.Clock }, kind: choice,
		choices: []string{Auto, Steady, Slow}},
	{path: "image.source", at: func(p *Plan) any { return &p.Image.Source }, kind: choice,
		choices: []string{Auto, Official, Build, File}},
	{path: "image.file", at: func(p *Plan) any { return &p.Image.File }, kind: file, zero: true},
	{path: "image.sha512", at: func(p *Plan) any { return &p.Image.SHA512 }, kind: pattern, zero: true,
		form: regexp.MustCompile(`^[0-9a-f]{128}$`)},
	{path: "image.mirrors", at: func(p *Plan) any { return &p.Image.Mirrors }, kind: addresses, schemes: webSchemes, high: mirrorsAtMost},
	{path: "openclaw.version", at: func(p *Plan) any { return &p.OpenClaw.Version }, kind: pattern,
		form: regexp.MustCompile(`^(0|[1-9][0-9]{0,5})(\.(0|[1-9][0-9]{0,5})){2}(-[0-9A-Za-z.-]{1,32})?$`)},
	{path: "openclaw.lockfile", at: func(p *Plan) any { return &p.OpenClaw.Lockfile }, kind: file, zero: true},
	{path: "openclaw.registry", at: func(p *Plan) any { return &p.OpenClaw.Registry }, kind: address, zero: true,
		schemes: webSchemes},
	{path: "openclaw.preset", at: func(p *Plan) any { return &p.OpenClaw.Preset }, kind: choice,
		choices: []string{Cautious, Workspace, Full}},
	{path: "openclaw.provider", at: func(p *Plan) any { return &p.OpenClaw.Provider }, kind: choice,
		choices: []string{None, "anthropic", "openai", "deepseek", "moonshot", "moonshot-cn", "zai", "zai-cn", "qwen", "qwen-cn", "google", "openrouter"}},
	{path: "network.level", at: func(p *Plan) any { return &p.Network.Level }, kind: choice, egress: true,
		choices: []string{Allowlist, Internet, Offline}},
	{path: "network.channels", at: func(p *Plan) any { return &p.Network.Channels }, kind: picks, egress: true, high: int64(len(channels)),
		choices: channels},
	{path: "network.allow", at: func(p *Plan) any { return &p.Network.Allow }, kind: hosts, egress: true, high: hostsAtMost},
	{path: "network.modelServer", at: func(p *Plan) any { return &p.Network.ModelServer }, kind: server, egress: true, zero: true},
	{path: "network.subnet", at: func(p *Plan) any { return &p.Network.Subnet }, kind: subnet},
	{path: "network.sshPort", at: func(p *Plan) any { return &p.Network.SSHPort }, kind: number, zero: true,
		low: sshPortLow, high: sshPortHigh},
	{path: "network.proxy", at: func(p *Plan) any { return &p.Network.Proxy }, kind: address, zero: true,
		schemes: []string{"http", "https", "socks5"}},
	{path: "network.ca", at: func(p *Plan) any { return &p.Network.CA }, kind: file, zero: true},
	{path: "language", at: func(p *Plan) any { return &p.Language }, kind: choice,
		choices: []string{Auto, "en", "zh"}},
}

var byPath = func() map[string]*key {
	m := map[string]*key{}
	for i := range keys {
		m[keys[i].path] = &keys[i]
	}
	return m
}()

// section says whether path is a key that holds other keys, such as "machine".
func section(path string) bool {
	for _, k := range keys {
		if strings.HasPrefix(k.path, path+".") {
			return true
		}
	}
	return false
}

// Keys lists every key of a plan file in the order in which they are written,
// dotted: "machine.memory".
func Keys() []string {
	all := make([]string, len(keys))
	for i, k := range keys {
		all[i] = k.path
	}
	return all
}

// IsList says whether the key at path has any number of values.
func IsList(path string) bool {
	if k := byPath[path]; k != nil {
		_, list := k.at(new(Plan)).(*[]string)
		return list
	}
	return false
}

// Choices lists the values of an enumerated key, of which a list has any number;
// nil for any other key.
func Choices(path string) []string {
	if k := byPath[path]; k != nil {
		return append([]string(nil), k.choices...)
	}
	return nil
}
