package checks

import (
	"context"
	"time"
)

// What the host knows of the one way out: the warden, the policy that it has in
// force, and what came of trying to get out past it.

// WardenSource says what the host knows of the machine's warden. It changes
// nothing.
type WardenSource interface {
	// Warden is its state now. That none runs is no error.
	Warden(ctx context.Context) (Warden, error)
}

// Warden is the process on the host that serves the way out.
type Warden struct {
	Looked    bool      `json:"looked"` // set by Collect: what is empty below was seen to be
	Running   bool      `json:"running"`
	PID       int       `json:"pid,omitempty"`
	Version   string    `json:"version,omitempty"`
	Since     time.Time `json:"since,omitzero"`
	Connected bool      `json:"connected"`         // it holds a channel into the machine
	Trouble   string    `json:"trouble,omitempty"` // why it does not

	// InForce is the hash of the policy that the process applies; "" means that it
	// lets nothing through.
	InForce       string `json:"inForce,omitempty"`
	PolicyTrouble string `json:"policyTrouble,omitempty"` // why it did not take the file
	// File is the policy in the machine's directory; its Level is "" when there is
	// none, and FileErr says why it cannot be read.
	File    Egress `json:"file"`
	FileErr string `json:"fileErr,omitempty"`

	Journal   string    `json:"journal,omitempty"`   // the file on the host that the guest's journal is written to
	JournalAt time.Time `json:"journalAt,omitzero"`  // when its last line came
	AutoStart string    `json:"autoStart,omitempty"` // what starts it again: systemd, or "" for clawarium start alone
}

// Egress is what may get out.
type Egress struct {
	Level  string       `json:"level"` // allowlist, internet or offline; "" when it is not known
	Hash   string       `json:"hash,omitempty"`
	Rules  []EgressRule `json:"rules,omitempty"`
	Server string       `json:"server,omitempty"` // address:port of the model server, the one private address
}

// EgressRule lets through one host, or those that a pattern stands for.
type EgressRule struct {
	Host  string    `json:"host"`
	Ports []int     `json:"ports"`
	For   string    `json:"for"`            // provider:ID, channel:ID, updates:apt, updates:npm or owner
	Until time.Time `json:"until,omitzero"` // zero: for good
}

// SubjectEgress is what the plan lets out, with what its owner decided for a while.
type SubjectEgress struct {
	Egress Egress `json:"egress,omitzero"`
}

// HostEgress is the host's side of it.
type HostEgress struct {
	Warden Fact[Warden]    `json:"warden"`
	Stream Fact[StreamLog] `json:"stream"`
	Drills Fact[Drills]    `json:"drills"`
}

// StreamLog is the file on the host to which the warden writes the guest's journal.
type StreamLog struct {
	File  string `json:"file"`
	Found bool   `json:"found"` // the marker of this check is in it
	Err   string `json:"err,omitempty"`
}

// Drills is one round of attempts to get out of the machine, made for real from
// its inside: by the agent's account and by its root. Nothing of it is meant to
// leave this computer.
type Drills struct {
	When time.Time     `json:"when"`
	Took time.Duration `json:"took"` // nanoseconds
	// Walls is the fingerprint of what stood around the machine then; Stale says that
	// it is not what stands now, or that the round is too old.
	Walls string `json:"walls"`
	Stale string `json:"stale,omitempty"`
	Level string `json:"level"` // of the policy in force
	Proxy bool   `json:"proxy"` // the way out was open, and was tried
	// Counted says that the host counted for itself what came out of the machine;
	// CountErr why it could not.
	Counted  bool   `json:"counted"`
	CountErr string `json:"countErr,omitempty"`
	// Firewall is the guest's own, which was taken out of the way first: none, or
	// what became of it in the end; FirewallKept when it could not be.
	Firewall string `json:"firewall"`
	Left     string `json:"left,omitempty"` // what the drills could not put back in the guest
	Tries    []Try  `json:"tries"`
	// Strays are frames that came in to the machine meanwhile and that nothing
	// should have sent.
	Strays []string `json:"strays"`
}

// Try is one attempt.
type Try struct {
	Name string `json:"name"` // what was tried: a name in DrillTable
	Who  string `json:"who"`  // DrillAgent or DrillRoot
	To   string `json:"to"`
	Twin bool   `json:"twin,omitempty"` // it is meant to work, and shows that a refusal means something
	// Answer is what came back, in the guest's words: Open, refused, timeout, a
	// status, or the name of an error.
	Answer string `json:"answer"`
	// Sent is how many frames the guest says it sent; Entered how many came out of
	// its card meanwhile, and Dropped how many of those the host's filter dropped,
	// both by the host's counters. Opened are sockets that QEMU opened meanwhile.
	Sent    int `json:"sent,omitempty"`
	Entered int `json:"entered,omitempty"`
	Dropped int `json:"dropped,omitempty"`
	Opened  int `json:"opened,omitempty"`
	// By is what refused it, in the host's words: a packet rule, or the reason in
	// the warden's record. Passed says that the record has it let through.
	By     string `json:"by,omitempty"`
	Passed bool   `json:"passed,omitempty"`
}

// Who makes an attempt: the agent's account, or the machine's root.
const (
	DrillAgent = "agent"
	DrillRoot  = "root"
)

// FirewallKept says that the guest's own packet rules were in force all the while.
const FirewallKept = "kept"

// Why a round says nothing of now.
const (
	StaleWalls = "walls"
	StaleAge   = "age"
)
