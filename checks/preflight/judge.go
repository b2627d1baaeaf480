package preflight

// This file: from a situation to conditions, and the order in which they are shown.

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/provision/plan"
)

// Condition is the finding on one thing that the machine needs of this computer.
type Condition struct {
	ID     string // the same in every language and version
	Status checks.Status
	What   string
	Why    string // why it matters; "" when it holds
	Hint   string // what to do that is no command
	// Commands are what to type, for this account and distribution.
	Commands []string
	Stops    bool // no machine can be made while this is so
	Fix      *Fix
}

// judge is a Situation being judged.
type judge struct {
	t     *text.Preflight
	plan  plan.Plan
	s     *Situation
	out   []Condition
	lacks []part // what packages have to bring
	stops bool   // what is bad does
	joins *Fix   // of a group that takes a new login; nil when there is none
}

// Judge returns the conditions, what stops first. It is pure but for the language of
// its words: what was not seen never makes one that is met.
func Judge(p plan.Plan, s Situation) []Condition {
	j := &judge{t: &text.T().Preflight, plan: p, s: &s}
	j.libvirt()
	j.kvm()
	j.emulator()
	j.tools()
	j.memory()
	j.rooms()
	j.images()
	j.denials()
	j.network()
	j.clock()
	j.reached()
	j.left()
	j.controls()
	j.bringPackages()
	sorted := make([]Condition, 0, len(j.out))
	for r := range ranks {
		for _, c := range j.out {
			if rank(c) == r {
				sorted = append(sorted, c)
			}
		}
	}
	return sorted
}

const ranks = 4

func rank(c Condition) int {
	switch {
	case c.Stops:
		return 0
	case c.Status == checks.NotMet:
		return 1
	case c.Status != checks.Met:
		return 2
	}
	return 3
}

// Exit is the exit status for conditions.
func Exit(all []Condition) int {
	exit := checks.ExitMet
	for _, c := range all {
		switch {
		case c.Stops:
			return checks.ExitNotMet
		case c.Status == checks.NotChecked:
			exit = checks.ExitNotChecked
		}
	}
	return exit
}

func (j *judge) add(c Condition) { j.out = append(j.out, c) }

func (j *judge) met(id, what string) { j.add(Condition{ID: id, Status: checks.Met, What: what}) }

func (j *judge) unseen(id, what, why string) {
	j.add(Condition{ID: id, Status: checks.NotChecked, What: fmt.Sprintf(j.t.NotSeen, what, cmp.Or(why, "-"))})
}

// bad notes a trouble; its first words are filled in with args.
func (j *judge) bad(id string, tr *text.Trouble, args ...any) *Condition {
	j.add(Condition{ID: id, Status: checks.NotMet, What: fmt.Sprintf(tr.What, args...), Why: tr.Why, Hint: tr.Hint, Stops: j.stops})
	return &j.out[len(j.out)-1]
}

// with gives a condition what can be done about it.
func (j *judge) with(c *Condition, f Fix) {
	if len(f.Do) == 0 && f.ID != FixRestart {
		return
	}
	c.Commands = j.s.shown(f.Root, f.Do)
	if f.ID == FixRestart || j.can(f.Root) {
		c.Fix = &f
	}
}

// can says whether clawarium could run a fix itself. Without sudo, or where it takes
// root and there is none, only words are left; Homebrew has to be there, and refuses root.
func (j *judge) can(root bool) bool {
	if j.s.OS == "darwin" {
		return !root && j.s.Programs.Value["brew"] != "" && !j.s.root()
	}
	return !root || j.s.root() || j.s.Programs.Value["sudo"] != ""
}

// lack notes a part that packages bring; all such conditions share one fix.
func (j *judge) lack(c *Condition, parts ...part) {
	for _, p := range parts {
		if !slices.Contains(j.lacks, p) {
			j.lacks = append(j.lacks, p)
		}
	}
	c.Commands = j.s.shown(j.s.OS == "linux", j.s.install(parts...))
	c.Fix = &Fix{ID: FixPackages}
}

// bringPackages makes the one fix of all that is missing: all of it comes by one yes.
func (j *judge) bringPackages() {
	f := Fix{ID: FixPackages, Title: j.t.Install, Root: j.s.OS == "linux", Do: j.s.install(j.lacks...)}
	switch {
	case j.s.System.Value.OSTree:
		f.After = AfterReboot
	case slices.Contains(j.lacks, partLibvirt) && j.s.Libvirt.Value.Library == "":
		f.After = AfterRestart // what dlopen could not find once it does not look for again
	}
	possible := len(f.Do) > 0 && j.can(f.Root)
	for i := range j.out {
		if c := &j.out[i]; c.Fix != nil && c.Fix.ID == FixPackages {
			if c.Fix = nil; possible {
				c.Fix = &f
			}
		}
	}
}

// system says whether the machine will be with the system's libvirt.
func (j *judge) system() bool {
	uri := cmp.Or(j.s.Asked.URI, j.s.Answers.Value.URI)
	if uri == "" {
		return j.s.OS == "linux" && j.plan.Connection != plan.Session
	}
	return strings.Contains(uri, "/system")
}

func (j *judge) kvmAsked() bool { return j.plan.Machine.Acceleration == plan.KVM }

// size is a number of bytes as it is thought of.
func size(bytes int64) string { return fmt.Sprintf("%.1f GiB", float64(bytes)/(1<<30)) }

// round makes a span of time readable.
func round(d time.Duration) time.Duration {
	if d < 0 {
		d = -d
	}
	if d > 48*time.Hour {
		return d.Round(time.Hour)
	}
	return d.Round(time.Second)
}
