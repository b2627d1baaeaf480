package ui

// What the screen and the line mode ask of the rest of the program. Every method
// that takes a context blocks until it is done or the context ends, and is called
// from a command, never from Update: the screen stays awake.

import (
	"context"
	"time"

	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/checks/report"
	"github.com/clawarium/clawarium/provision"
	"github.com/clawarium/clawarium/provision/plan"
	"github.com/clawarium/clawarium/provision/steps"
)

// Driver makes plans and machines.
type Driver interface {
	// Host is what plans are held against.
	Host() plan.Host
	// Machines lists the names of the machines that exist, or were begun.
	Machines() []string
	// Stored is the plan that a machine was made from; an error when there is none.
	Stored(name string) (plan.Plan, error)
	// Preflight looks whether this computer can make the machine of a plan.
	Preflight(ctx context.Context, p plan.Plan, say func(string)) (Preflight, error)
	// Fix runs the commands of a fix of the last Preflight, exactly as they were
	// shown there, after the owner's yes, and looks again whether it helped. Each
	// line of their output is said and kept in a file, which an error's hint names.
	// With PreflightFix.Sudo, sudo may ask for a password on the terminal, which has
	// to be given away meanwhile.
	Fix(ctx context.Context, p plan.Plan, id string, say func(string)) error
	// Unfix takes back what Fix did, where PreflightFix.Undo says that it can be.
	Unfix(ctx context.Context, id string, say func(string)) error
	// Restart puts clawarium, started anew, in the place of this process, at the
	// same page with the same answers; nothing is written to a disk. It is called
	// when the terminal is as it was found, and returns only an error.
	Restart(at Place) error
	// Keep notes the page and the plan, not the key, so that clawarium begins there
	// the next time, and says in a sentence how to call it: after a new login where
	// that is needed, else at once.
	Keep(at Place, login bool) (how string, err error)
	// Review decides what the plan leaves open and says what will be made.
	Review(ctx context.Context, p plan.Plan, say func(string)) (Review, error)
	// SavePlan writes the plan to a file that does not exist yet.
	SavePlan(p plan.Plan, path string) error
	// Setup makes the machine of a plan, or goes on with it. The key is the model
	// provider's, or empty; promised are the controls whose question the owner
	// confirmed.
	Setup(ctx context.Context, p plan.Plan, key []byte, promised []checks.ID, event func(provision.Event)) (provision.Result, error)
	// Undo takes back what Setup made of a machine, with its directory.
	Undo(ctx context.Context, name string, event func(provision.Event)) error
	// Machine opens one that exists. It is closed by whoever opened it.
	Machine(name string) (Machine, error)
}

// Place is where somebody is in the wizard, with the answers so far.
type Place struct {
	Page     string
	Plan     plan.Plan
	Key      []byte // may be empty
	Promised []checks.ID
	// Recommended is whether the way leads from here to the review, past the questions.
	Recommended bool
}

// Preflight is what is known of this computer before anything is made.
type Preflight struct {
	Lines    []PreflightLine // what stops first, then what is not met, not checked, met
	Estimate Estimate
}

// Estimate is about what it takes on this computer. Zero is unknown.
type Estimate struct {
	Boot, Gateway time.Duration // of the machine, and of OpenClaw in it
	Total         time.Duration // of the set-up
	Disk          int64         // bytes that are written
	Download      int64         // bytes
}

// PreflightLine is one thing that was looked at.
type PreflightLine struct {
	ID       string        // of what was found, such as "kvm-permission"; the same in every language
	Status   checks.Status // met, not met or not checked
	What     string        // in plain words
	Why      string        // why it matters; empty when it holds
	Commands []string      // what to type, one command each, for this distribution; may be none
	Hint     string        // what to do that is no command; empty when nothing
	Stops    bool          // no machine can be made while this is so
	Fix      *PreflightFix // what clawarium can do about it; nil when nothing
}

// PreflightFix is what can be done about a finding with a yes.
type PreflightFix struct {
	ID       string
	Title    string   // in a few words
	Commands []string // all that is run, one a line, as they can be typed
	Sudo     bool     // sudo may ask for a password on the terminal
	After    string   // one of the After…, what it takes to be in force
	Undo     bool     // it can be taken back
}

// What a fix needs after it was made.
const (
	AfterNothing = ""
	AfterRestart = "restart" // of clawarium in its own place: call Restart
	AfterLogin   = "login"   // a new login: call Keep, say how, and leave
	AfterReboot  = "reboot"  // the same with the computer
)

// Review is what will be made, in words.
type Review struct {
	Lines    []string        // a summary, one fact a line
	Caveats  []string        // what the owner should know before waiting
	Seconds  int             // about how long it takes; 0 when unknown
	Download int64           // bytes that have to be fetched, about; 0 when unknown or none
	Disk     int64           // bytes on disk afterwards, about
	Plan     string          // the plan as a file
	Detail   string          // domain XML, guest files and scripts
	Steps    []ReviewStep    // in order
	Existing bool            // the machine exists; its steps are looked at again
	Problems []*plan.Problem // when there are any, nothing can be made
}

// ReviewStep is one step that will be made.
type ReviewStep struct{ ID, Title string }

// Machine is one machine that exists. The methods that change something take its
// lock for as long as they run.
type Machine interface {
	Name() string
	Plan() plan.Plan
	Close()

	Status(ctx context.Context) (steps.Status, error)
	// Check looks at all of it. found, which may be nil, is given all findings
	// that are settled so far, each time some came in, and never two at once: what
	// rests on something that is still being looked at is not among them.
	Check(ctx context.Context, progress provision.Reporter, found func([]checks.Finding)) (report.Report, error)
	// LastCheck is when a check last came to its end, zero when never, and what it
	// counted.
	LastCheck() (when int64, counts map[checks.Status]int)
	// Export writes a report as "html", "json" or "sarif" to a file.
	Export(r report.Report, form, path string) error

	// Unfinished is an error when set-up did not come to its end.
	Unfinished() error
	// Keyed says whether a set-up gave OpenClaw a model key. One that was given in
	// another way is OpenClaw's alone to know.
	Keyed() bool
	Pending(ctx context.Context) (*provision.Repair, error)
	Look(ctx context.Context, progress provision.Reporter) (steps.Look, error)
	Drifts(look steps.Look, only []checks.ID) []steps.Drift
	Repair(ctx context.Context, look steps.Look, drifts []steps.Drift, event func(provision.Event)) (steps.Outcome, error)
	Resume(ctx context.Context, r *provision.Repair, back bool, event func(provision.Event)) (steps.Outcome, error)
	Accept(ctx context.Context, look *steps.Look, paths ...string) error
	StepTitle(id string) string
	// RestartTime is about how long the machine takes to be shut down and started.
	RestartTime() time.Duration

	// Promises are the questions that only the owner can answer, and how they stand.
	Promises() ([]checks.Promise, error)
	Confirm(ids ...checks.ID) error
	// Memory says, a line each, what the agent remembers that the owner has not
	// read; it is shown before its question (K27) is answered. Confirm keeps what
	// it last saw as read.
	Memory(ctx context.Context, progress provision.Reporter) ([]string, error)
	// JudgeAgain judges a look anew after something was confirmed.
	JudgeAgain(look *steps.Look)

	// TooOpen lists files of the machine's directory on this host that others can
	// get at, by path; CloseToOthers gives them the modes that they should have.
	TooOpen() (map[string]steps.Open, error)
	CloseToOthers(open map[string]steps.Open) error

	// Out is the way out of the machine as it is now: read from files and at once,
	// so that it can be asked for again and again. What it lists comes from a guest
	// that may be hostile.
	Out(ctx context.Context) (Out, error)
	// ChangeOut changes it: on the running machine at once, in the plan, journaled,
	// and taken back when what it leads to does not hold.
	ChangeOut(ctx context.Context, change OutChange, event func(provision.Event)) error

	Start(ctx context.Context, progress provision.Reporter) error
	Stop(ctx context.Context, progress provision.Reporter) error
	// Open leads to OpenClaw's own page: a link that works once, for as long as
	// the context lasts.
	Open(ctx context.Context, progress provision.Reporter) (link string, err error)
	// Destroy removes the machine; its data disk stays unless data is true.
	Destroy(ctx context.Context, data bool, event func(provision.Event)) error
}

// Out is the way out of a machine: the warden, what it lets through, what it refused.
type Out struct {
	Level     string    // in force: allowlist, internet or offline; empty when none is, as without a warden
	Running   bool      // the warden runs
	Connected bool      // and has its way into the machine
	Since     time.Time // of which it is as the two say; zero when that is not known
	Unwalled  bool      // what the machine sends past the warden is not dropped
	Trouble   string    // why it is not as it should be, in words; may be empty
	Blocked   []Blocked // names that were refused, the last one first
	Rules     []OutRule // what is let through at the level allowlist
	Never     []string  // names that the owner said never to: refused, and not among Blocked
}

// Blocked is a name that the guest wanted to reach and was refused.
type Blocked struct {
	Host        string
	Port        int
	Count       int64
	First, Last time.Time
	Reason      string // why, in a few words of the person's language
	// Listable is whether allowing the name would let it through. It is not where
	// something else is wrong, such as a private address behind the name.
	Listable bool
}

// OutRule is a host that is let through.
type OutRule struct {
	Host  string        // as in the plan's network.allow: name, *.name, with :port where it is not 443
	Until time.Duration // how long yet; 0 is for good
	For   string        // who brought it: owner, or such as provider:anthropic and updates:apt
}

// OutChange is what is to become of the way out. What is empty stays as it is.
type OutChange struct {
	Level  string
	Add    []OutRule // of the owner's own; For is not looked at
	Remove []string  // hosts of the owner's rules, and of Never, in the form they have there
	Never  []string  // hosts, as in Add
}
