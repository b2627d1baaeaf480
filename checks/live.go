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

// readings are the parts that each control's judge reads: a list, which takes less of
// the program than a map. A test holds it against the source of the judges.
var readings = []struct {
	by    ID
	parts []part
}{
	{"K1", []part{ofLive, ofInactive, ofQemu}},
	{"K2", []part{ofOpenClaw}},
	{"K3", []part{ofConnections, ofQemu, ofGuest, ofDrills}},
	{"K4", []part{ofLive, ofInactive, ofNetwork, ofNetworkNext, ofBridge, ofSockets, ofQemu, ofConnections}},
	{"K5", []part{ofGuest}},
	{"K6", []part{ofGuest}},
	{"K7", []part{ofGuest}},
	{"K8", []part{ofGuest}},
	{"K9", []part{ofLogins, ofGuest, ofDrills}},
	{"K10", []part{ofGuest}},
	{"K11", []part{ofLive, ofInactive, ofGuest}},
	{"K12", []part{ofLive, ofInactive, ofQemu}},
	{"K13", []part{ofLive, ofInactive, ofNetwork, ofNetworkNext, ofFilter, ofBridge, ofQemu, ofConnections, ofWarden, ofDrills}},
	{"K14", []part{ofGuest}},
	{"K15", []part{ofLive, ofInactive, ofManifest, ofDigests}},
	{"K16", []part{ofGuest}},
	{"K17", []part{ofGuest}},
	{"K18", []part{ofConsole, ofGuest, ofWarden, ofStream}},
	{"K19", []part{ofGuest}},
	{"K20", []part{ofGuest, ofAudit}},
	{"K21", []part{ofLive, ofInactive, ofStops}},
	{"K22", []part{ofBackups}},
	{"K23", []part{ofGuest}},
	{"K24", []part{ofCPU, ofBaseline, ofQemu}},
	{"K25", []part{ofLive, ofInactive}},
	{"K26", []part{ofGuest, ofWarden}},
	{"K27", []part{ofGuest}},
}

// restsOn says which parts a control's judge reads.
func restsOn(id ID) []part {
	for _, r := range readings {
		if r.by == id {
			return r.parts
		}
	}
	return nil
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
		return slices.ContainsFunc(restsOn(f.Control), func(on part) bool { return known.open[on] })
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
