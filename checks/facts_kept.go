package checks

import "time"

// GuestKept is what the guest reports of files whose content matters: skills,
// settings, memory, and what should not be in them. Nothing of it holds a secret:
// what looks like one was masked inside the guest.
type GuestKept struct {
	Secrets  Fact[SecretScan] `json:"secrets"`
	KeyNames Fact[KeyNames]   `json:"keyNames"`
	Modes    Fact[StateModes] `json:"modes"`
	Skills   Fact[Loaded]     `json:"skills"`
	Kept     Fact[KeptFiles]  `json:"kept"`
	Memory   Fact[Memory]     `json:"memory"`
}

// Partial says what a walk through directories could not look at.
type Partial struct {
	Limit    string    `json:"limit"` // that ended it early: files, bytes or time; "" when it went to the end
	Left     []LeftOut `json:"left"`
	MoreLeft int       `json:"moreLeft"`
}

// LeftOut is one thing that was not looked at.
type LeftOut struct {
	Path string `json:"path"`
	Why  string `json:"why"` // an errno name, or depth, size, files, outside
}

// whole says whether everything was looked at.
func (p Partial) whole() bool { return p.Limit == "" && len(p.Left) == 0 && p.MoreLeft <= 0 }

// SecretScan is what was looked through for secrets and private data.
type SecretScan struct {
	Roots    []string      `json:"roots"`
	Files    int           `json:"files"`
	Bytes    int64         `json:"bytes"`
	Binaries int           `json:"binaries"` // files that are no text, which were not looked into
	Skipped  int           `json:"skipped"`  // directories of packages and of git's objects
	Found    []SecretFound `json:"found"`
	More     int           `json:"more"` // found beyond those listed
	Seconds  float64       `json:"seconds"`

	Partial
}

// SecretFound is one of them: where and what, never the value.
type SecretFound struct {
	Path   string `json:"path"`
	Line   int    `json:"line"` // 0: in the file's name
	Kind   string `json:"kind"`
	Masked string `json:"masked"` // at most two characters of each end; of a seed phrase the number of words
}

// KeyNames are the variables of the gateway's environment that hold a key in clear.
type KeyNames struct {
	Looked int      `json:"looked"` // variables
	Names  []string `json:"names"`
}

// StateModes are the rights below the state directory that others have.
type StateModes struct {
	Looked    int        `json:"looked"`
	Loose     []PathMode `json:"loose"`
	More      int        `json:"more"`
	Elsewhere int        `json:"elsewhere"` // in the agent's own work and in installed packages

	Partial
}

// PathMode is a path and its mode, octal.
type PathMode struct {
	Path string `json:"path"`
	Mode string `json:"mode"`
}

// Loaded is what OpenClaw loads from outside its package.
type Loaded struct {
	Looked int               `json:"looked"` // directories that could hold any
	Roots  []string          `json:"roots"`  // those of them that exist
	Trees  []Tree            `json:"trees"`
	More   int               `json:"more"`
	Policy map[string]string `json:"policy"` // settings about installing more of it

	Partial
}

// Tree is a skill, a plugin or a hook, with one hash of all that is in it.
type Tree struct {
	Kind    string `json:"kind"` // skill, plugin or hook
	Path    string `json:"path"`
	Link    string `json:"link,omitempty"` // where it leads, if it is a link
	SHA256  string `json:"sha256"`
	Files   int    `json:"files"`
	Bytes   int64  `json:"bytes"`
	Links   int    `json:"links"`
	Partial string `json:"partial,omitempty"` // why not all of it is in the hash
}

// KeptFiles are the settings and standing instructions.
type KeptFiles struct {
	Files []KeptFile `json:"files"`
	More  int        `json:"more"`
}

// Kinds of KeptFile.
const (
	KeptSettings     = "settings"     // openclaw.json
	KeptPolicy       = "policy"       // exec-approvals.json
	KeptUnit         = "unit"         // of systemd
	KeptSSH          = "ssh"          // of sshd
	KeptSudo         = "sudo"         // of sudo
	KeptInstructions = "instructions" // what the agent is told at the start of every session
)

// KeptFile is one of them. Of a JSON document hash and text are those of its
// normal form, without what OpenClaw writes for itself.
type KeptFile struct {
	Path    string `json:"path"`
	Kind    string `json:"kind"`
	Problem string `json:"problem,omitempty"` // why it could not be read as it should
	SHA256  string `json:"sha256,omitempty"`
	Size    int64  `json:"size,omitempty"`
	Lines   int    `json:"lines,omitempty"`
	Mode    string `json:"mode,omitempty"`  // octal
	Text    string `json:"text,omitempty"`  // its beginning, masked; none of what is about the owner
	Cut     bool   `json:"cut,omitempty"`   // there is more of it
	Stock   bool   `json:"stock,omitempty"` // byte for byte what OpenClaw writes into a new workspace
	// Tags stand for the values that the text hides: keyed hashes, of which only
	// the guest has the key. They can be compared where TagKey is the same.
	Tags   map[string]string `json:"tags,omitempty"`
	TagKey string            `json:"tagKey,omitempty"`
}

// Memory lists what the agent remembers from one session to the next.
type Memory struct {
	Roots []string     `json:"roots"` // the agents' working directories
	Files []MemoryFile `json:"files"`

	Partial
}

// MemoryFile is one file of it, without its text.
type MemoryFile struct {
	Path   string `json:"path"`
	SHA256 string `json:"sha256"`
	Size   int64  `json:"size"`
	Lines  int    `json:"lines"`
}

// SubjectKept is what the host keeps to compare with: baselines and the owner's
// word.
type SubjectKept struct {
	// Promises are when the owner confirmed what no program can see, by control.
	Promises map[ID]time.Time `json:"promises,omitempty"`
	// Baseline is nil until one was kept.
	Baseline *Accepted `json:"baseline,omitempty"`
	// Why what is kept could not be read; empty when it could.
	PromisesErr string `json:"promisesErr,omitempty"`
	BaselineErr string `json:"baselineErr,omitempty"`
}

var keptControls = []judged{
	{"K14", skills},
	{"K17", secrets},
	{"K19", unchanged},
	{"K27", memory},
}
