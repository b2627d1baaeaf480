package steps

// What is said before anything is made: the facts in a few lines, what to know
// before waiting, and about how long it takes and how much it needs.

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/clawarium/clawarium/assets/layout"
	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/provision"
	"github.com/clawarium/clawarium/provision/host"
	"github.com/clawarium/clawarium/provision/image"
	"github.com/clawarium/clawarium/provision/plan"
	"github.com/clawarium/clawarium/provision/virt"
)

// Probed is what trying KVM came to.
type Probed struct {
	OK  bool
	Why string // in a sentence
}

// probe tries KVM once; further calls have the same answer.
func (e *Env) probe(ctx context.Context, say func(string)) Probed {
	if e.Probed == nil {
		say(e.text().ProbingKVM)
		ok, why := virt.ProbeKVM(ctx)
		if ctx.Err() != nil { // says nothing about this computer
			return Probed{ok, why}
		}
		e.Probed = &Probed{ok, why}
	}
	return *e.Probed
}

// speed measures this computer once.
func (e *Env) speed() host.Speed {
	if e.Speed == nil {
		s := host.MeasureSpeed(e.Dirs.State)
		e.Speed = &s
	}
	return *e.Speed
}

// Choose takes choices that Prepare made before, so that what is made is what was
// shown. Names are looked up again: they may have been taken meanwhile.
func (e *Env) Choose(ctx context.Context, c Choices) error {
	if e.choices != nil {
		return nil // made from choices of its own
	}
	e.choices = &c
	conn, err := e.Conn(ctx)
	if err == nil {
		err = e.refuseForeign(ctx, conn)
	}
	if err != nil {
		e.choices = nil
	}
	return err
}

// Facts say what will be made, one a line.
func (e *Env) Facts() []string {
	t, p, c := e.text(), e.Plan, e.choices
	spec := e.Spec()
	network := fmt.Sprintf(t.SummaryNetworkSession, c.SSHPort)
	if c.System {
		network = fmt.Sprintf(t.SummaryNetworkSystem, c.HostIP, c.GuestIP)
	}
	return []string{
		fmt.Sprintf(t.SummaryMachine, p.Name, spec.Processors(), p.Machine.Memory, p.Machine.SystemDisk, p.Machine.DataDisk),
		fmt.Sprintf(t.SummaryWhere, c.URI, c.ConnectionWhy),
		network,
		e.outside(),
		fmt.Sprintf(t.SummaryImage, p.Image.Source),
		fmt.Sprintf(t.SummaryCode, p.OpenClaw.Version),
		fmt.Sprintf(t.SummaryPreset, p.OpenClaw.Preset),
		fmt.Sprintf(t.SummaryDir, e.dir, c.PoolPath),
	}
}

// outside says what gets out of the machine, by the names of those it is for.
func (e *Env) outside() string {
	t, p, named := e.text(), e.Plan, text.T().Screen.Choice
	var list []string
	if p.Network.Level == plan.Allowlist {
		list = append(list, t.SummaryUpdates)
		if p.OpenClaw.Provider != plan.None {
			list = append(list, named["openclaw.provider="+p.OpenClaw.Provider])
		}
		for _, channel := range p.Network.Channels {
			list = append(list, named["network.channels="+channel])
		}
		if n := len(p.Network.Allow); n > 0 {
			list = append(list, fmt.Sprintf(t.SummaryOwn, n))
		}
	}
	if p.Network.ModelServer != "" && p.Network.Level != plan.Offline {
		list = append(list, fmt.Sprintf(t.SummaryServer, p.Network.ModelServer))
	}
	said := named["network.level="+p.Network.Level]
	if len(list) > 0 {
		said = fmt.Sprintf(t.SummaryNamed, said, strings.Join(list, t.SummaryAnd))
	}
	return fmt.Sprintf(t.SummaryOutside, said)
}

// Caveats are what the owner should know before waiting.
func (e *Env) Caveats(ctx context.Context) []string {
	out := e.caveats()[1:] // where it will be is among the facts
	if done := e.done(); !done[stepDataDisk] {
		if there, err := e.volumeThere(ctx, layout.DataDisk(e.Plan.Name)); err == nil && there {
			out = append(out, e.text().DataDiskKept)
		}
	}
	return out
}

// done are the steps that the journal has as done.
func (e *Env) done() map[string]bool {
	done := map[string]bool{}
	s, err := provision.State(e.dir)
	if err != nil {
		return done // what the journal is for will say why
	}
	for _, st := range s.Steps {
		done[st.ID] = st.Done
	}
	return done
}

// Estimate is about what a set-up takes from here.
type Estimate struct {
	Time     time.Duration
	Download int64         // bytes that have to be fetched
	Write    int64         // bytes that have to be written
	Cache    int64         // of these, the ones that are written to the cache
	Boot     time.Duration // of the machine, as far as it is still to come
	Gateway  time.Duration // of OpenClaw in it
	Building bool          // an image is built here
	Disk     int64         // bytes that are taken in the end, the caches included
}

// Estimate says it from what is cached, what is done, and how the machine runs;
// before Prepare, from what trying KVM came to, and emulated when it was not tried.
func (e *Env) Estimate() Estimate {
	o := outlook{source: e.Plan.Image.Source, done: e.done()}
	switch {
	case e.choices != nil:
		o.kvm, o.slowClock = e.choices.KVM, e.choices.SlowClock
	case e.Plan.Machine.Acceleration != plan.Emulation && e.Probed != nil && e.Probed.OK:
		o.kvm = true
	default:
		o.slowClock = e.Plan.Machine.Clock != plan.Steady
	}
	if e.Speed != nil {
		o.speed = *e.Speed
	} else if e.choices != nil {
		o.speed.Slowness = e.choices.Slowness
	}
	o.image, o.code = e.cached()
	if o.source == image.File {
		o.file = sizeOf(e.Plan.Image.File)
	}
	return o.estimate()
}

// cached are the sizes of what need not be got again, in bytes; 0 when it has to.
func (e *Env) cached() (imageSize, codeSize int64) {
	if store, request, err := e.imageStore(); err == nil {
		if img, ok := store.Cached(request); ok {
			imageSize = sizeOf(img.Path)
		}
	}
	if store, request, _ := e.codeRequest(); store != nil {
		if disk, ok := store.Cached(request); ok {
			codeSize = disk.Size
		}
	}
	return imageSize, codeSize
}

func sizeOf(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}

// arch is that of the machine, which is this computer's.
func (e *Env) arch() string {
	if e.choices != nil {
		return e.choices.Arch
	}
	return runtime.GOARCH
}

// outlook is what an estimate rests on.
type outlook struct {
	kvm, slowClock bool
	speed          host.Speed      // of this computer; zero is the one that the times are of
	source         string          // of the image
	file           int64           // bytes of the owner's image
	image, code    int64           // bytes in the cache; 0 when it has to be got
	done           map[string]bool // steps
}

// Sizes in bytes.
const (
	imageBuilt    = 444_071_936 // measured
	imageOfficial = 340_000_000 // not measured: about what the publisher's images of Debian 13 have
	packages      = 200_000_000 // not measured: of packages that unpack to 487 MB
	codeDisk      = 195_203_072 // measured
	tarballs      = 180_000_000 // measured
	firstWrites   = 400_000_000 // not measured: both disks after the first boot
)

// Times. Those of a machine under emulation are of two cores (docs/benchmarks.md,
// and for the steady clock, which OpenClaw's gateway does not come up with, the
// tries before it); those with KVM follow from them by the factor between the
// two, but the gateway's, which was measured without a machine around it: 7 to 16 s.
var (
	withKVM   = pace{boot: 10 * time.Second, guest: 4 * time.Second, gateway: 13 * time.Second, look: 2 * time.Second}
	steady    = pace{boot: 72 * time.Second, guest: 30 * time.Second, gateway: 190 * time.Second, look: 8 * time.Second}
	slowClock = pace{boot: 99 * time.Second, guest: 40 * time.Second, gateway: 297 * time.Second, look: 10 * time.Second}
)

const (
	onHost    = 4 * time.Second  // choices, keys, volumes, network, domain: 2.5 to 3 s, and the last second of each
	building  = 90 * time.Second // of an image, from packages: 81 s, 116 s with neighbours
	packing   = 6 * time.Second  // the code disk: 5.5 s beside a registry that is near
	hashing   = 2 * time.Second  // what is cached is hashed again
	lineSpeed = 4 << 20          // bytes a second; a guess, 34 Mbit/s
	diskSpeed = 200 << 20        // bytes a second; above it a disk holds nothing up
)

// pace is how long the parts inside the machine take.
type pace struct{ boot, guest, gateway, look time.Duration }

func (o outlook) estimate() Estimate {
	p := steady
	switch {
	case o.kvm:
		p = withKVM
	case o.slowClock:
		p = slowClock
	}
	slow := func(d time.Duration) time.Duration {
		if o.speed.Slowness == 0 {
			return d
		}
		return time.Duration(float64(d) * o.speed.Slowness).Round(time.Second)
	}
	e := Estimate{Time: onHost + slow(p.look)}
	fetch := func(bytes int64) {
		e.Download += bytes
		e.Time += time.Duration(bytes/lineSpeed) * time.Second
	}
	img, code := o.image, o.code
	if img == 0 && !o.done[stepImage] {
		switch o.source {
		case image.Build:
			img = imageBuilt
			fetch(packages)
			e.Time += slow(building)
			e.Building = true
		case image.File:
			img = o.file
		default:
			img = imageOfficial
			fetch(imageOfficial)
		}
		e.Write += img
	}
	if code == 0 && !o.done[stepCode] {
		code = codeDisk
		fetch(tarballs)
		e.Time += slow(packing)
		e.Write += codeDisk + tarballs
	}
	e.Cache = e.Write
	if img == 0 { // it was emptied from the cache; the volume counts
		img = imageBuilt
	}
	if code == 0 {
		code = codeDisk
	}
	for step, bytes := range map[string]int64{stepBase: img, stepCodeVolume: code, stepBoot: firstWrites} {
		if !o.done[step] {
			e.Write += bytes
		}
	}
	if !o.done[stepBase] || !o.done[stepCodeVolume] {
		e.Time += hashing
	}
	if !o.done[stepBoot] {
		e.Boot = slow(p.boot)
	}
	if !o.done["guest-service"] {
		e.Time += slow(p.guest)
	}
	if !o.done[stepGateway] {
		e.Gateway = slow(p.gateway)
	}
	e.Time += e.Boot + e.Gateway
	if o.speed.Disk > 0 && o.speed.Disk < diskSpeed { // what a slower disk adds
		e.Time += time.Duration(float64(e.Write)/float64(o.speed.Disk)-float64(e.Write)/diskSpeed) * time.Second
	}
	e.Disk = 2*img + 2*code + tarballs + firstWrites
	return e
}
