package checks

import "time"

// GuestMore is what the guest reports of OpenClaw's policies, versions, logs and
// patches.
type GuestMore struct {
	// PublicKeys are fingerprints (SHA256:…) of every public key that the guest
	// has: its host keys, and those in its accounts' homes.
	PublicKeys Fact[[]string] `json:"publicKeys"`
	// WayBack are signs of a way from the guest to another host: paired nodes,
	// libvirt and docker addresses. Empty is as it should be.
	WayBack Fact[[]string] `json:"wayBack"`

	Talk      Fact[Talk]      `json:"talk"`
	Version   Fact[Version]   `json:"version"`
	Journal   Fact[Journal]   `json:"journal"`
	Tools     Fact[Tools]     `json:"tools"`
	Patches   Fact[Patches]   `json:"patches"`
	Endpoints Fact[Endpoints] `json:"endpoints"`
}

// Talk says who can write to the agent: policies and counts, nobody's name.
type Talk struct {
	Channels []Channel `json:"channels"`
	Open     []Setting `json:"open"`   // settings that let in anyone
	Listed   int       `json:"listed"` // entries of allow lists in the configuration
	Paired   int       `json:"paired"` // people who were paired
	// PairedAnyone names channels whose list of paired people has "*".
	PairedAnyone []string `json:"pairedAnyone"`
	Devices      int      `json:"devices"` // paired devices that may operate the gateway

	AutoApproveLocal string `json:"autoApproveLocal"` // "" where the setting is not there
	SSHVerify        string `json:"sshVerify"`
	AutoApproveCIDRs int    `json:"autoApproveCidrs"` // networks from which pairing needs no yes
}

// Channel is one that the configuration has. "" is the channel's own default.
type Channel struct {
	Name  string `json:"name"`
	On    bool   `json:"on"`
	DM    string `json:"dm"`
	Group string `json:"group"`
}

// Setting is a place in the configuration and what it says there.
type Setting struct {
	Where string `json:"where"`
	Value string `json:"value"`
}

// Version says which OpenClaw and Node are there, and which run.
type Version struct {
	Installed   string `json:"installed"` // OpenClaw on the code disk
	Node        string `json:"node"`
	PID         int    `json:"pid"` // of the gateway; 0 when it does not run
	Running     string `json:"running"`
	RunningNode string `json:"runningNode"`
	SameDisk    bool   `json:"sameDisk"` // the process was started from the code disk that is mounted now
	Strays      []Exe  `json:"strays"`   // OpenClaw started from elsewhere
	// Newest is what OpenClaw itself has heard of; "" when it has heard of
	// nothing newer, which a machine that reaches nothing has not either.
	Newest        string `json:"newest"`
	NewestChecked string `json:"newestChecked"` // when it asked last, answered or not
}

// Exe is a process and the program that it runs.
type Exe struct {
	PID int    `json:"pid"`
	Exe string `json:"exe"`
}

// Journal is the guest's own record.
type Journal struct {
	Load       string   `json:"load"`       // of systemd-journald
	Active     string   `json:"active"`     // of systemd-journald
	Persistent bool     `json:"persistent"` // journald holds files below /var/log/journal
	Looked     int      `json:"looked"`     // files and directories whose rights were looked at
	Open       []string `json:"open"`       // those that the agent can change
	Sent       bool     `json:"sent"`       // the marker was accepted by the journal
	Why        string   `json:"why,omitempty"`
}

// Tools is what the agent may use, as configured.
type Tools struct {
	Scopes    []ToolScope `json:"scopes"`    // "tools" first
	Approvals []Approval  `json:"approvals"` // of OpenClaw's exec approvals
	Config    string      `json:"config"`    // SHA-256 of the configuration without its secrets
}

// ToolScope is one place that gives or takes tools. "" where it says nothing.
type ToolScope struct {
	Where              string   `json:"where"`
	Profile            string   `json:"profile"`
	Allow              []string `json:"allow"`
	AlsoAllow          []string `json:"alsoAllow"`
	Deny               []string `json:"deny"`
	Mode               string   `json:"mode"`
	Security           string   `json:"security"`
	Ask                string   `json:"ask"`
	Host               string   `json:"host"`
	SafeBins           int      `json:"safeBins"`
	Elevated           string   `json:"elevated"`
	WorkspaceOnly      string   `json:"workspaceOnly"`
	PatchWorkspaceOnly string   `json:"patchWorkspaceOnly"`
}

// Approval is one scope of the exec approvals.
type Approval struct {
	Where           string `json:"where"`
	Security        string `json:"security"`
	Ask             string `json:"ask"`
	AskFallback     string `json:"askFallback"`
	AutoAllowSkills bool   `json:"autoAllowSkills"`
	Allowed         int    `json:"allowed"` // commands that need no further yes
}

// Patches is the state of the guest's own system.
type Patches struct {
	Installed     bool                         `json:"installed"` // unattended-upgrades
	Settings      map[string]string            `json:"settings"`  // of APT::Periodic, in lower case
	Proxy         map[string]string            `json:"proxy"`     // by scheme
	Timers        map[string]map[string]string `json:"timers"`
	Lists         int                          `json:"lists"` // package lists that apt has
	SecurityLists int                          `json:"securityLists"`
	Age           int64                        `json:"age"` // of the lists, seconds; -1 unknown
	Pending       []string                     `json:"pending"`
	PendingCount  int                          `json:"pendingCount"` // security updates that are not installed
	Reboot        bool                         `json:"reboot"`
	Kernel        string                       `json:"kernel"` // that runs
	NewestKernel  string                       `json:"newestKernel"`
}

// Endpoints are the addresses of model providers that are not left at their
// default: scheme and host alone.
type Endpoints struct {
	Looked    int       `json:"looked"` // places that could name one
	Addresses []Address `json:"addresses"`
}

// Address is one of them.
type Address struct {
	Where    string `json:"where"`
	Provider string `json:"provider"`
	Scheme   string `json:"scheme"`
	Host     string `json:"host"`
	Port     int    `json:"port"`
}

// HostLog is what the host holds of the guest's words: its console's record, and
// the last answer of OpenClaw's own audit.
type HostLog struct {
	Console Fact[ConsoleLog] `json:"console"`
	Audit   Fact[Audit]      `json:"audit"`
}

// ConsoleLog is libvirt's file of the serial console, to which the guest's
// journal is forwarded.
type ConsoleLog struct {
	File  string `json:"file"`  // "" when the definition that runs has none
	Next  string `json:"next"`  // the same of the next start
	Found bool   `json:"found"` // the marker of this check is in it
	Err   string `json:"err,omitempty"`
}

// Audit is what `openclaw security audit --deep` said.
type Audit struct {
	When     time.Time      `json:"when"`
	Fresh    bool           `json:"fresh"`  // it was run by this check
	Config   string         `json:"config"` // Tools.Config at that time
	Critical int            `json:"critical"`
	Warn     int            `json:"warn"`
	Info     int            `json:"info"`
	Findings []AuditFinding `json:"findings"`
}

// AuditFinding is one of them, without its words.
type AuditFinding struct {
	ID       string `json:"id"`
	Severity string `json:"severity"`
}

// SubjectPolicy is what the plan and this version of clawarium want of OpenClaw.
type SubjectPolicy struct {
	Preset   string    `json:"preset,omitempty"`
	Provider string    `json:"provider,omitempty"`
	Policy   ToolScope `json:"policy"`            // what the preset gives
	Shipped  string    `json:"shipped,omitempty"` // the version that this clawarium would put on a code disk
}

var guestControls = []judged{
	{"K7", talkers},
	{"K16", version},
	{"K18", logs},
	{"K20", highRisk},
	{"K23", patched},
	{"K26", endpoint},
}
