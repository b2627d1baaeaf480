package checks

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"time"

	"github.com/clawarium/clawarium/assets/text"
)

// Format is the version of Evidence's JSON form.
const Format = 1

// MaxEvidence is the most that ReadEvidence accepts, in bytes.
const MaxEvidence = 8 << 20

// Fact is something that was looked for: what was seen, or why it could not be
// looked at. Its zero value was not looked at.
type Fact[T any] struct {
	OK    bool   `json:"ok"`
	Err   string `json:"err,omitempty"`
	Value T      `json:"value"`
}

// MarshalJSON keeps a list that was seen to be empty apart from one that was not
// seen: Value is left out only with what could not be looked at.
func (f Fact[T]) MarshalJSON() ([]byte, error) { return marshalFact(f.OK, f.Err, f.Value) }

// marshalFact is what all kinds of facts have in common, so that it is there once.
func marshalFact(ok bool, err string, value any) ([]byte, error) {
	if !ok {
		return json.Marshal(struct {
			OK  bool   `json:"ok"`
			Err string `json:"err,omitempty"`
		}{false, err})
	}
	switch v := reflect.ValueOf(value); v.Kind() {
	case reflect.Slice:
		if v.IsNil() {
			value = []any{}
		}
	case reflect.Map:
		if v.IsNil() {
			value = map[string]any{}
		}
	}
	return json.Marshal(struct {
		OK    bool   `json:"ok"`
		Err   string `json:"err,omitempty"`
		Value any    `json:"value"`
	}{true, err, value})
}

// UnmarshalJSON accepts any JSON: what has not the right shape is a fact that
// could not be had, so that one bad answer does not take the others with it.
func (f *Fact[T]) UnmarshalJSON(data []byte) error {
	*f = Fact[T]{}
	var v T
	if f.OK, f.Err = unmarshalFact(data, &v); f.OK {
		f.Value = v
	}
	return nil
}

func unmarshalFact(data []byte, value any) (ok bool, err string) {
	var raw struct {
		OK    bool            `json:"ok"`
		Err   string          `json:"err"`
		Value json.RawMessage `json:"value"`
	}
	malformed := text.T().Checks.Malformed
	switch {
	case json.Unmarshal(data, &raw) != nil:
		return false, malformed
	case !raw.OK:
		return false, raw.Err
	case len(raw.Value) == 0 || string(raw.Value) == "null" || json.Unmarshal(raw.Value, value) != nil:
		return false, malformed
	}
	return true, raw.Err
}

func seen[T any](v T) Fact[T] { return Fact[T]{OK: true, Value: v} }
func unseen[T any](err error) Fact[T] {
	return Fact[T]{Err: err.Error()}
}

// Evidence is one snapshot of facts about a machine. It holds no secret: of the
// gateway token only its length and kind, and its hash when it cannot be guessed.
type Evidence struct {
	Format    int           `json:"format"`
	Collected time.Time     `json:"collected"` // when it was begun
	Took      time.Duration `json:"took"`      // nanoseconds
	Subject   Subject       `json:"subject"`
	Host      HostFacts     `json:"host"`
	Libvirt   LibvirtFacts  `json:"libvirt"`
	Guest     GuestFacts    `json:"guest"`
}

// HostFacts were looked at on the host, outside the reach of the guest.
type HostFacts struct {
	System      Fact[string]                   `json:"system"`      // operating system and architecture
	Qemu        Fact[QemuProcess]              `json:"qemu"`        // the process that is the machine
	Connections map[string]Fact[string]        `json:"connections"` // guest port → refused, timeout or OPEN; system mode
	Digests     map[DigestOf]Fact[DigestFound] `json:"digests"`
	Manifest    Fact[Manifest]                 `json:"manifest"`

	HostMore
	HostLog
	HostEgress
}

// QemuProcess is the hypervisor's process of our domain.
type QemuProcess struct {
	PID      int      `json:"pid"`
	UIDs     []int    `json:"uids"` // real, effective, saved, file system
	Args     []string `json:"args"`
	Confined string   `json:"confined,omitempty"` // label of AppArmor or SELinux; "" when none could be read
}

// Answers of a port.
const (
	Refused  = "refused"
	TimedOut = "timeout"
	Open     = "OPEN"
)

// DigestOf names something whose bytes are hashed.
type DigestOf string

// What is hashed.
const (
	CachedImage DigestOf = "cached image"
	BaseVolume  DigestOf = "base volume"
	CachedCode  DigestOf = "cached code disk"
	CodeVolume  DigestOf = "code volume"
)

// DigestFound is a digest that was computed from all bytes.
type DigestFound struct {
	Name   string `json:"name"` // path or volume
	Absent bool   `json:"absent,omitempty"`
	Size   int64  `json:"size,omitempty"` // bytes
	SHA256 string `json:"sha256,omitempty"`
	SHA512 string `json:"sha512,omitempty"`
}

// Manifest is what the list of contents of the code disk says about the whole.
type Manifest struct {
	Absent   bool   `json:"absent,omitempty"` // the cache, which can be deleted, has none
	SHA256   string `json:"sha256"`           // of the squashfs
	OpenClaw string `json:"openclaw,omitempty"`
	Node     string `json:"node,omitempty"`
	Packages int    `json:"packages,omitempty"`
}

// LibvirtFacts are what libvirt says about the machine.
type LibvirtFacts struct {
	Live     Fact[string] `json:"live"`     // domain XML as it runs
	Inactive Fact[string] `json:"inactive"` // domain XML as it will start next time
	Network  Fact[string] `json:"network"`  // XML; system mode
	// NetworkNext is the network as it will start next time.
	NetworkNext Fact[string] `json:"networkNext"`
	Filter      Fact[string] `json:"filter"` // XML; system mode
}

// GuestFacts were reported by the collector inside the guest. A guest whose
// kernel is under someone else's control can report anything.
type GuestFacts struct {
	Report      Fact[int]               `json:"report"` // bytes of the collector's answer
	Listeners   Fact[[]Listener]        `json:"listeners"`
	Sshd        Fact[map[string]Sshd]   `json:"sshd"` // by account it was asked for
	Processes   Fact[[]Process]         `json:"processes"`
	Account     Fact[Account]           `json:"account"`
	Sudo        Fact[string]            `json:"sudo"` // what sudo -l says of the agent
	Keys        Fact[map[string]int]    `json:"keys"` // number of authorised keys by account
	Unit        Fact[map[string]string] `json:"unit"` // properties by systemctl's names
	Gateway     Fact[[]GatewayProcess]  `json:"gateway"`
	Config      Fact[Config]            `json:"config"`
	Token       Fact[Token]             `json:"token"`
	CodeDisk    Fact[Mounted]           `json:"codeDisk"`
	Canaries    Fact[[]Canary]          `json:"canaries"`
	Ready       Fact[string]            `json:"ready"`       // body of /readyz, shortened
	Environment Fact[map[string]string] `json:"environment"` // kernel, OS release, boot time

	GuestMore
	GuestKept
}

// Listener is a socket that takes connections or datagrams from anyone.
type Listener struct {
	Protocol string `json:"protocol"` // tcp, tcp6, udp, udp6
	Address  string `json:"address"`
	Port     int    `json:"port"`
	Process  string `json:"process"` // name of the program; "" when unknown
	PID      int    `json:"pid"`
	UID      int    `json:"uid"` // of the process
}

// Sshd is the effective configuration: directives in lower case and their
// values, the first of each.
type Sshd map[string]string

// Process is one running program, without its arguments.
type Process struct {
	PID  int    `json:"pid"`
	UID  int    `json:"uid"`
	Name string `json:"name"` // the kernel's name for it
	Exe  string `json:"exe"`  // path; "" for a kernel thread
}

// Account is the agent's account.
type Account struct {
	UID    int      `json:"uid"`
	GID    int      `json:"gid"`
	Home   string   `json:"home"`
	Shell  string   `json:"shell"`
	Locked bool     `json:"locked"` // has no usable password
	Groups []string `json:"groups"` // besides its own
}

// GatewayProcess is a process of the gateway's unit, from /proc/PID/status.
type GatewayProcess struct {
	PID         int    `json:"pid"`
	Main        bool   `json:"main"`
	Name        string `json:"name"`
	Exe         string `json:"exe"`
	UIDs        []int  `json:"uids"` // real, effective, saved, file system
	GIDs        []int  `json:"gids"`
	Groups      []int  `json:"groups"`
	CapEff      string `json:"capEff"` // hexadecimal
	CapPrm      string `json:"capPrm"`
	CapBnd      string `json:"capBnd"`
	NoNewPrivs  int    `json:"noNewPrivs"`
	Seccomp     int    `json:"seccomp"` // 0 off, 1 strict, 2 filter
	OwnMounts   bool   `json:"ownMounts"`
	HoldsListen bool   `json:"holdsListen"` // it listens on the gateway's port
}

// Config is what OpenClaw's configuration says, without its secrets.
type Config struct {
	Values   map[string]string `json:"values"`   // dotted path → value, of a fixed list of paths
	Insecure []string          `json:"insecure"` // dotted paths that switch a protection off
}

// Token is what is known of the gateway's token; the value never leaves the guest.
type Token struct {
	Mode     string `json:"mode"`   // of gateway.auth
	Where    string `json:"where"`  // config, file or environment; "" when there is none
	Length   int    `json:"length"` // characters
	Bytes    int    `json:"bytes"`  // that so many characters of its alphabet can carry
	Alphabet string `json:"alphabet"`
	Distinct int    `json:"distinct"`         // different characters
	SHA256   string `json:"sha256,omitempty"` // only of a token too long to be guessed
}

// Mounted is the code disk as the guest has it.
type Mounted struct {
	Source   string `json:"source"` // block device
	FS       string `json:"fs"`
	ReadOnly bool   `json:"readOnly"` // the mount
	DeviceRO bool   `json:"deviceRO"` // the block device says so itself
	Write    string `json:"write"`    // writing to the device what was read from it, as root: errno name, "written" or "not tried"
	Create   string `json:"create"`   // making a file on it, as root: errno name or "written"
}

// Canary is one attempt to write, made as the agent in the service's own view
// of the file system; what could be written is removed at once.
type Canary struct {
	Path     string `json:"path"`
	Inside   bool   `json:"inside"`   // the agent is meant to write here
	Result   string `json:"result"`   // "written" or an errno name
	ReadOnly bool   `json:"readOnly"` // the file system is mounted read-only there
	Left     bool   `json:"left"`     // the file could not be removed
}

// ReadEvidence parses saved evidence. Anything that is JSON and of our format
// is accepted: what is missing in it was not looked at.
func ReadEvidence(r io.Reader) (Evidence, error) {
	t := &text.T().Checks
	data, err := io.ReadAll(io.LimitReader(r, MaxEvidence+1))
	if err != nil {
		return Evidence{}, &text.Fault{What: t.EvidenceUnreadable, Hint: t.EvidenceHint, Err: err}
	}
	if len(data) > MaxEvidence {
		return Evidence{}, &text.Fault{What: fmt.Sprintf(t.EvidenceTooLarge, MaxEvidence>>20), Hint: t.EvidenceHint}
	}
	return ParseEvidence(data)
}

// ParseEvidence is ReadEvidence on bytes that are at hand.
func ParseEvidence(data []byte) (Evidence, error) {
	t := &text.T().Checks
	var e Evidence
	if err := json.Unmarshal(data, &e); err != nil {
		return Evidence{}, &text.Fault{What: t.EvidenceUnreadable, Hint: t.EvidenceHint, Err: err}
	}
	if e.Format != Format {
		return Evidence{}, &text.Fault{
			What: fmt.Sprintf(t.EvidenceFormat, e.Format, Format), Hint: t.EvidenceHint, Err: errors.ErrUnsupported}
	}
	return e, nil
}
