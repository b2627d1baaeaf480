package checks

// Evidence while it comes in. Each part is looked at by itself, and whoever waits
// can be told what is settled already: a verdict is settled once nothing that is
// still being looked at has a say in it, so it never changes afterwards.

import (
	"maps"
	"slices"
	"sync"

	"github.com/clawarium/clawarium/provision/plan"
)

// part is one of the things that Collect looks at, by its place in Evidence.
type part string

const (
	ofSystem      part = "Host.System"
	ofQemu        part = "Host.Qemu"
	ofConnections part = "Host.Connections"
	ofManifest    part = "Host.Manifest"
	ofDigests     part = "Host.Digests"
	ofOpenClaw    part = "Host.OpenClaw"
	ofLogins      part = "Host.Logins"
	ofSockets     part = "Host.Sockets"
	ofStops       part = "Host.Stops"
	ofBackups     part = "Host.Backups"
	ofCPU         part = "Host.CPU"
	ofBaseline    part = "Host.Baseline"
	ofBridge      part = "Host.Bridge" // with Host.Rules, which depend on it
	ofConsole     part = "Host.Console"
	ofWarden      part = "Host.Warden"
	ofStream      part = "Host.Stream"
	ofDrills      part = "Host.Drills"
	ofAudit       part = "Host.Audit"
	ofLive        part = "Libvirt.Live"
	ofInactive    part = "Libvirt.Inactive"
	ofNetwork     part = "Libvirt.Network"
	ofNetworkNext part = "Libvirt.NetworkNext"
	ofFilter      part = "Libvirt.Filter"
	ofGuest       part = "Guest"
)

// restsOn says which parts each control's judge reads. A test holds it against
// the source of the judges.
var restsOn = map[ID][]part{
	"K1":  {ofLive, ofInactive, ofQemu},
	"K2":  {ofOpenClaw},
	"K3":  {ofConnections, ofQemu, ofGuest, ofDrills},
	"K4":  {ofLive, ofInactive, ofNetwork, ofNetworkNext, ofBridge, ofSockets, ofQemu, ofConnections},
	"K5":  {ofGuest},
	"K6":  {ofGuest},
	"K7":  {ofGuest},
	"K8":  {ofGuest},
	"K9":  {ofLogins, ofGuest, ofDrills},
	"K10": {ofGuest},
	"K11": {ofLive, ofInactive, ofGuest},
	"K12": {ofLive, ofInactive, ofQemu},
	"K13": {ofLive, ofInactive, ofNetwork, ofNetworkNext, ofFilter, ofBridge, ofQemu, ofConnections, ofWarden, ofDrills},
	"K14": {ofGuest},
	"K15": {ofLive, ofInactive, ofManifest, ofDigests},
	"K16": {ofGuest},
	"K17": {ofGuest},
	"K18": {ofConsole, ofGuest, ofWarden, ofStream},
	"K19": {ofGuest},
	"K20": {ofGuest, ofAudit},
	"K21": {ofLive, ofInactive, ofStops},
	"K22": {ofBackups},
	"K23": {ofGuest},
	"K24": {ofCPU, ofBaseline, ofQemu},
	"K25": {ofLive, ofInactive},
	"K26": {ofGuest, ofWarden},
	"K27": {ofGuest},
}

// SoFar is what is known while Collect is still looking.
type SoFar struct {
	evidence Evidence
	open     map[part]bool // still being looked at
}

// Judge returns the findings that are settled, in the order of Judged: each is
// what Judge says of all the evidence in the end.
func (known SoFar) Judge(of plan.Plan) []Finding {
	return slices.DeleteFunc(Judge(of, known.evidence), func(f Finding) bool {
		return slices.ContainsFunc(restsOn[f.Control], func(on part) bool { return known.open[on] })
	})
}

// gathering puts evidence together. What was found goes in whole and under the
// lock, so that a copy can be made at any time.
type gathering struct {
	jobs []func()

	mu       sync.Mutex
	changed  *sync.Cond // with mu, after each part
	evidence Evidence
	open     map[part]bool
	tell     func(SoFar)     // may be nil
	settle   func(*Evidence) // fills in what needs more than one part
}

// watch has a part looked at once run is called.
func watch[T any](g *gathering, of part, into *T, ask func() T) {
	g.look(of, func() func() {
		found := ask()
		return func() { *into = found }
	})
}

// look is watch for what goes to more than one place: ask returns how to put down
// what it found.
func (g *gathering) look(of part, ask func() func()) {
	g.open[of] = true
	g.jobs = append(g.jobs, func() {
		put := ask()
		g.mu.Lock()
		defer g.mu.Unlock()
		put()
		delete(g.open, of)
		g.changed.Broadcast()
		if g.tell == nil {
			return
		}
		known := SoFar{evidence: g.evidence, open: maps.Clone(g.open)}
		g.settle(&known.evidence)
		g.tell(known)
	})
}

// await waits until parts have been looked at and returns what is known then.
func (g *gathering) await(parts ...part) Evidence {
	g.mu.Lock()
	defer g.mu.Unlock()
	for slices.ContainsFunc(parts, func(p part) bool { return g.open[p] }) {
		g.changed.Wait()
	}
	return g.evidence
}

// run looks at everything at once and returns what was found.
func (g *gathering) run() Evidence {
	var all sync.WaitGroup
	for _, job := range g.jobs {
		all.Go(job)
	}
	all.Wait()
	g.settle(&g.evidence)
	return g.evidence
}
