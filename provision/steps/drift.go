package steps

// What drifted: what of a machine is not as it was made and as the plan wants it,
// and what can be done about each. Found by what the controls say, by what each
// step sees when it looks for itself, and by comparing with the owner's baseline.

import (
	"slices"
	"strings"
	"time"

	"github.com/clawarium/clawarium/assets/layout"
	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/provision/plan"
	"github.com/clawarium/clawarium/provision/virt"
)

// DriftKind says what a drift was found by.
type DriftKind string

// The kinds, in the order in which they are told.
const (
	DriftControl  DriftKind = "control"  // a control is not met
	DriftBaseline DriftKind = "baseline" // content differs from what the owner accepted
	DriftStep     DriftKind = "step"     // a step does not hold, and no control turns red for it
	DriftNewer    DriftKind = "newer"    // this version of clawarium would make it otherwise
)

// Drift is one thing that is not as it should be.
type Drift struct {
	Kind     DriftKind
	Controls []checks.ID    // that it turns red, or is there for
	Wrong    []checks.Wrong // what is wrong, and where
	HeldAt   time.Time      // when the control was last seen to hold; zero when not known
	Change   *checks.Change // what differs from the baseline
	Keys     []plan.Change  // plan keys with a newer default
	Files    []string       // files with a newer default
	By       string         // the version that made what a newer default is about

	// Steps would repair it, in order; none when it is the owner's to do.
	Steps []string
	// Force lists those of Steps that claim to hold and have to be made again all
	// the same, because what runs is not what they made.
	Force []string
	// Restart says that the machine has to be shut down and started for it.
	Restart bool
	// Accept says that the owner may take it for the new baseline.
	Accept bool
	Hint   string // what the owner can do
}

// Repairable says whether clawarium can do it.
func (d Drift) Repairable() bool { return len(d.Steps) > 0 }

// repairable are the steps that a repair may make again, in their order. Not
// among them: what would make a disk anew, and keys that nobody could use.
var repairable = []string{
	stepImage, stepCode, stepBase, stepCodeVolume, stepFilter, stepNetwork, stepDomain, stepEject,
	stepHostKey, "guest-account", "guest-directories", "guest-ssh", "guest-ca", "guest-code", "guest-config",
	stepService, stepEgress, stepWarden, "guest-proxy", stepGateway,
}

// contents are those whose look reads whole images, which the evidence has done.
var contents = []string{stepImage, stepCode, stepBase, stepCodeVolume}

func inGuest(step string) bool { return strings.HasPrefix(step, "guest-") }

// byContent are the controls that are about what the owner accepted, and about
// nothing that is right or wrong by itself.
var byContent = []checks.ID{"K14", "K19"}

// it is empty. It looks at nothing itself.
func (e *Env) Drifts(l Look, only []checks.ID) []Drift {
	asked := func(id checks.ID) bool { return len(only) == 0 || slices.Contains(only, id) }
	held := e.held()
	running := restartable(l)
	var out []Drift
	used := map[string]bool{}
	add := func(d Drift) {
		for _, s := range d.Steps {
			used[s] = true
		}
		out = append(out, d)
	}
	for _, f := range l.Findings {
		if f.Status != checks.NotMet || !asked(f.Control) || slices.Contains(byContent, f.Control) {
			continue
		}
		d := Drift{Kind: DriftControl, Controls: []checks.ID{f.Control}, Wrong: l.Wrongs[f.Control], HeldAt: held[f.Control], Hint: f.Hint}
		for _, id := range repairable {
			s, looked := l.Standing[id]
			if slices.Contains(f.Fix, id) && looked && s.Err == nil && !s.Holds {
				d.Steps = append(d.Steps, id)
				d.Files, d.By = append(d.Files, s.Newer...), s.By
			}
		}
		e.forced(&d, l, f)
		d.Restart = d.Restart || running && e.needsRestart(l, f.Control, d.Steps)
		if d.Restart && len(d.Steps) == 0 {
			d.Steps = []string{repairStop, repairStart}
		}
		add(d)
	}
	for _, d := range e.baselineDrifts(l, asked) {
		add(d)
	}
	for _, id := range repairable {
		s, looked := l.Standing[id]
		if !looked || s.Err != nil || s.Holds || used[id] {
			continue
		}
		d := Drift{Kind: DriftStep, Steps: []string{id}, Files: s.Newer, By: s.By}
		for _, c := range checks.Judged() {
			if f := l.Finding(c); f != nil && slices.Contains(f.Fix, id) {
				d.Controls = append(d.Controls, c)
			}
		}
		if !slices.ContainsFunc(d.Controls, asked) && len(only) > 0 {
			continue
		}
		if len(s.Newer) > 0 {
			d.Kind = DriftNewer
		}
		place := checks.Libvirt
		switch {
		case inGuest(id):
			place = checks.InGuest
		case id == stepEgress, id == stepWarden:
			place = checks.Host
		}
		for _, line := range s.Why {
			d.Wrong = append(d.Wrong, checks.Wrong{Where: place, Line: line})
		}
		d.Restart = running && e.needsRestart(l, "", d.Steps)
		add(d)
	}
	if len(l.Missing) > 0 && len(only) == 0 {
		add(Drift{Kind: DriftNewer, Keys: l.Missing, Steps: []string{repairPlan}})
	}
	return out
}

// restartable says whether the machine runs, so that a restart would change
// something.
func restartable(l Look) bool {
	return l.Evidence.Libvirt.Live.OK && strings.Contains(strings.SplitN(l.Evidence.Libvirt.Live.Value, ">", 2)[0], "id=")
}

// forced finds what to make again although every step claims to hold: what runs
// may be older than what was put right, and a cache is looked at by name only.
func (e *Env) forced(d *Drift, l Look, f checks.Finding) {
	holds := func(step string) bool { s, ok := l.Standing[step]; return ok && s.Err == nil && s.Holds }
	wrongAt := func(at checks.Place) bool {
		return slices.ContainsFunc(d.Wrong, func(w checks.Wrong) bool { return w.Where == at })
	}
	// Rules that the kernel does not have although they are written down as they should
	// be: they are gone where the firewall was loaded anew.
	if f.Control == "K13" && holds(stepFilter) && wrongAt(checks.Host) {
		d.Steps, d.Force = append(d.Steps, stepFilter), []string{stepFilter}
	}
	if len(d.Steps) > 0 {
		return
	}
	guestWrong := wrongAt(checks.InGuest)
	switch {
	case f.Control == "K15":
		for _, step := range []string{stepImage, stepCode} {
			if holds(step) && slices.Contains(f.Fix, step) {
				d.Force = append(d.Force, step)
			}
		}
	// The gateway's processes and what they see; a restart costs minutes, so for
	// nothing else.
	case guestWrong && slices.Contains([]checks.ID{"K3", "K8", "K10"}, f.Control) && holds(stepGateway):
		d.Force = []string{stepGateway}
	// A machine whose definition is older than this record: it was defined by an
	// earlier clawarium, and nothing says how.
	case e.record.Made.Libvirt[stepDomain] == "" && slices.Contains(f.Fix, stepDomain) && holds(stepDomain) && !guestWrong:
		d.Force = []string{stepDomain}
	case e.record.Made.Libvirt[stepFilter] == "" && slices.Contains(f.Fix, stepFilter) && holds(stepFilter):
		d.Force = []string{stepFilter}
	}
	d.Steps = slices.Clone(d.Force)
}

// needsRestart says whether a control stays red until the machine is started
// anew, or whether a step can only be made while it is off.
func (e *Env) needsRestart(l Look, control checks.ID, steps []string) bool {
	if slices.Contains(steps, stepBase) || slices.Contains(steps, stepCodeVolume) {
		return true
	}
	if s := l.Standing[stepNetwork]; slices.Contains(steps, stepNetwork) && s.Err == nil && !s.Holds {
		if made := e.record.Made.Libvirt[liveNetwork]; made != "" && l.Evidence.Libvirt.Network.OK {
			if lines, err := virt.Differences(made, l.Evidence.Libvirt.Network.Value); err == nil && len(lines) > 0 {
				return true
			}
		}
	}
	// What runs, and nothing else: the definition as it runs, and its process.
	live := checks.Evidence{Format: l.Evidence.Format, Collected: l.Evidence.Collected, Subject: l.Evidence.Subject}
	live.Libvirt.Live, live.Host.Qemu = l.Evidence.Libvirt.Live, l.Evidence.Host.Qemu
	return slices.Contains(e.ensures(stepDomain), control) && len(checks.Wrongs(e.Plan, live)[control]) > 0
}

func (e *Env) ensures(step string) []checks.ID {
	for _, s := range e.Steps() {
		if s.ID == step {
			return s.Ensures
		}
	}
	return nil
}

// baselineDrifts is what differs from what the owner accepted.
func (e *Env) baselineDrifts(l Look, asked func(checks.ID) bool) []Drift {
	baseline := l.Evidence.Subject.Baseline
	changes := checks.Drift(baseline, l.Evidence)
	if baseline == nil || baseline.Trees == nil { // what was never reviewed can be accepted as well
		for _, tree := range l.Evidence.Guest.Skills.Value.Trees {
			if tree.Partial == "" && tree.SHA256 != "" {
				changes = append(changes, checks.Change{Path: tree.Path, What: tree.Kind, Kind: checks.Added})
			}
		}
	}
	var out []Drift
	for _, c := range changes {
		control := checks.ID("K19")
		if c.What == "skill" || c.What == "plugin" || c.What == "hook" {
			control = "K14"
		}
		if !asked(control) {
			continue
		}
		d := Drift{Kind: DriftBaseline, Change: &c, Accept: true}
		if f := l.Finding(control); f != nil {
			d.Hint = f.Hint
			if f.Status == checks.NotMet {
				d.Controls = []checks.ID{control}
			}
		}
		step := stepOf(c.Path, c.What)
		if s, looked := l.Standing[step]; looked && s.Err == nil && !s.Holds {
			d.Steps, d.Accept = []string{step}, false
		}
		// Never by the owner's word alone: what is wrong by a rule of its own.
		for _, f := range l.Findings {
			if f.Status != checks.NotMet || slices.Contains(byContent, f.Control) {
				continue
			}
			ensured := step != "" && slices.Contains(f.Fix, step)
			named, inside := false, false
			for _, w := range l.Wrongs[f.Control] {
				inside = inside || w.Where == checks.InGuest
				named = named || strings.Contains(w.Line, c.Path)
			}
			if ensured {
				d.Controls = append(d.Controls, f.Control)
			}
			if ensured || named || inside && rules(c.What) {
				d.Accept = false
			}
		}
		out = append(out, d)
	}
	return out
}

// rules says whether what changed is of the kind that rules of ours are about:
// it cannot be told which line of it one is broken by.
func rules(what string) bool {
	switch what {
	case checks.KeptSettings, checks.KeptPolicy, checks.KeptUnit, checks.KeptSSH, checks.KeptSudo:
		return true
	}
	return false
}

// stepOf is the step that owns a file of the baseline; "" when none does.
func stepOf(path, what string) string {
	switch {
	case path == layout.Config, what == checks.KeptPolicy:
		return "guest-config"
	case what == checks.KeptSSH:
		return "guest-ssh"
	case what == checks.KeptSudo:
		return "guest-account"
	case what != checks.KeptUnit:
		return ""
	case strings.Contains(path, layout.Unit):
		return "guest-service"
	case strings.HasSuffix(path, ".mount") && strings.Contains(path, "node_modules"):
		return "guest-code"
	case strings.HasSuffix(path, ".mount"):
		return "guest-directories"
	}
	return ""
}
