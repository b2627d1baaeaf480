package checks

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"sync"
	"time"

	"github.com/clawarium/clawarium/assets/collector"
	"github.com/clawarium/clawarium/assets/layout"
	"github.com/clawarium/clawarium/assets/text"
)

// Hypervisor says what libvirt knows of one machine. It changes nothing.
type Hypervisor interface {
	// DomainXML returns the definition as it runs, or, when inactive, as it
	// will start next time.
	DomainXML(ctx context.Context, inactive bool) (string, error)
	// NetworkXML is DomainXML for the machine's network.
	NetworkXML(ctx context.Context, inactive bool) (string, error)
	FilterXML(ctx context.Context) (string, error)
	// Volume reads all bytes of a volume in our pool. An error that is
	// fs.ErrNotExist means that there is no such volume.
	Volume(ctx context.Context, name string) (io.ReadCloser, error)
}

// Guest runs the collector.
type Guest interface {
	// Collect feeds program to `python3 -I -S -B -` as root in the guest and
	// returns what it prints, of which it reads no more than limit bytes.
	Collect(ctx context.Context, program []byte, limit int64) ([]byte, error)
}

// Reporter is told what is being looked at.
type Reporter interface {
	Stage(text string)
	Bytes(done, total int64)
}

// Sources is where evidence comes from. Whatever is nil is recorded as not
// looked at, for the reason given beside it.
type Sources struct {
	Libvirt    Hypervisor
	LibvirtErr error // why Libvirt is nil
	Guest      Guest
	GuestErr   error // why Guest is nil
	Progress   Reporter
	// SoFar, which may be nil, is told what is known each time something was
	// looked at, never twice at once. What it does, the rest waits for.
	SoFar func(SoFar)

	// Audit runs OpenClaw's own audit in the guest and returns what it prints;
	// nil means that it was not asked for. It takes minutes under emulation.
	Audit func(ctx context.Context) ([]byte, error)
	// Audited is the result of an earlier one; nil means that there is none.
	Audited *Audit
	// AuditDeadline is for Audit alone, which Deadline does not bound; 0 means
	// ten minutes.
	AuditDeadline time.Duration

	// Warden says what the host knows of the machine's way out.
	Warden WardenSource
	// Drill tries to get out of the machine, for real, within the walls of that
	// fingerprint; nil means that it must not be tried now. It is called when Drilled
	// is missing, older than DrillAge, or of other walls than stand now, and always
	// when DrillAnyway is set.
	Drill       func(ctx context.Context, walls string) (Drills, error)
	Drilled     *Drills // the result of an earlier round; nil means that there is none
	DrillAnyway bool

	// Deadline for everything together; 0 means five minutes, which is ample
	// for a guest on the slow clock. Each source has a shorter one of its own.
	Deadline time.Duration
	// Packets lists the host's packet rules.
	Packets PacketFilter
	// Knock tries the filter from this side; nil where there is none. It sends some
	// dozens of datagrams to the machine.
	Knock func(context.Context) (Knock, error)
	// Dir is the machine's directory, where records of its stops and its backups
	// are; Pool is where its volumes lie.
	Dir, Pool string
	// Root is where the host's file system begins; "" is /.
	Root string
	// Proc is the mount point of the host's process file system; "" is /proc.
	Proc string
	// Dial opens a connection to the guest; nil is net.Dialer.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

// Limits on what one source may take.
const (
	ReportLimit     = 1 << 20          // bytes of the guest's report
	xmlLimit        = 1 << 20          // bytes of one XML document
	libvirtDeadline = 20 * time.Second // for each XML
	// connectDeadline is what a check costs at least where the filter drops what is
	// asked: long enough for a second SYN, which the kernel sends after one. Measured
	// with the walls taken away, under emulation: an answer comes in 6 ms.
	connectDeadline = 2 * time.Second
	// guestDeadline is for the way into the guest and its whole report. Measured:
	// 2 to 10 s under emulation, the more the busier the computer is.
	guestDeadline  = 2 * time.Minute
	digestDeadline = 3 * time.Minute // for each image or disk
	// drillDeadline is for a whole round. Measured: 10 s with the slow clock.
	drillDeadline = 3 * time.Minute
	totalDeadline = 5 * time.Minute
)

// guestPorts are OpenClaw's: the gateway, and the two that guidance and older
// versions name.
var guestPorts = []int{layout.GatewayPort, 18791, 19890}

// Collect looks at everything at once and returns in bounded time. It never
// fails as a whole: what could not be had is recorded as such.
func Collect(ctx context.Context, s Subject, from Sources) Evidence {
	t := &text.T().Checks
	begun := time.Now()
	s = s.complete()
	from = from.complete()
	g := &gathering{
		evidence: Evidence{Format: Format, Collected: begun.UTC().Truncate(time.Second), Subject: s},
		open:     map[part]bool{}, tell: from.SoFar,
		settle: func(e *Evidence) {
			if from.Audit != nil {
				e.Host.Audit.Value.Config = e.Guest.Tools.Value.Config
			}
		},
	}
	g.changed = sync.NewCond(&g.mu)
	host, libvirt := &g.evidence.Host, &g.evidence.Libvirt
	whole := ctx
	ctx, cancel := context.WithTimeout(ctx, from.Deadline)
	defer cancel()
	progress := &shared{to: from.Progress}
	progress.Stage(t.Looking)

	watch(g, ofSystem, &host.System, hostSystem)
	watch(g, ofQemu, &host.Qemu, func() Fact[QemuProcess] {
		return within(ctx, libvirtDeadline, func() (QemuProcess, error) { return findQemu(from.Proc, s) })
	})
	watch(g, ofConnections, &host.Connections, func() map[string]Fact[string] { return connections(ctx, s, from.Dial) })
	watch(g, ofManifest, &host.Manifest, func() Fact[Manifest] { return readManifest(s.Code.Manifest) })
	watch(g, ofDigests, &host.Digests, func() map[DigestOf]Fact[DigestFound] { return digests(ctx, s, from, progress) })
	collectHost(ctx, s, from, g, &host.HostMore)

	xml := func(of part, into *Fact[string], ask func(ctx context.Context) (string, error)) {
		watch(g, of, into, func() Fact[string] {
			if from.Libvirt == nil {
				return unseen[string](reason(from.LibvirtErr, t.NoLibvirt))
			}
			ctx, cancel := context.WithTimeout(ctx, libvirtDeadline)
			defer cancel()
			return within(ctx, libvirtDeadline, func() (string, error) {
				doc, err := ask(ctx)
				switch {
				case err != nil:
					return "", err
				case doc == "":
					return "", errors.New(t.Empty)
				case len(doc) > xmlLimit:
					return "", fmt.Errorf(t.TooLarge, xmlLimit)
				}
				return doc, nil
			})
		})
	}
	xml(ofLive, &libvirt.Live, func(ctx context.Context) (string, error) { return from.Libvirt.DomainXML(ctx, false) })
	xml(ofInactive, &libvirt.Inactive, func(ctx context.Context) (string, error) { return from.Libvirt.DomainXML(ctx, true) })
	if s.System {
		xml(ofNetwork, &libvirt.Network, func(ctx context.Context) (string, error) { return from.Libvirt.NetworkXML(ctx, false) })
		xml(ofNetworkNext, &libvirt.NetworkNext, func(ctx context.Context) (string, error) { return from.Libvirt.NetworkXML(ctx, true) })
		xml(ofFilter, &libvirt.Filter, func(ctx context.Context) (string, error) { return from.Libvirt.FilterXML(ctx) })
	}

	marker, guestDone := newMarker(), make(chan struct{})
	watch(g, ofGuest, &g.evidence.Guest, func() GuestFacts {
		defer close(guestDone)
		return askGuest(ctx, s, from, marker)
	})
	watch(g, ofConsole, &host.Console, func() Fact[ConsoleLog] { return watchConsole(ctx, s, from, marker, guestDone) })
	watch(g, ofWarden, &host.Warden, func() Fact[Warden] {
		if from.Warden == nil {
			return Fact[Warden]{}
		}
		return within(ctx, hostDeadline, func() (Warden, error) {
			w, err := from.Warden.Warden(ctx)
			w.Looked = true
			return w, err
		})
	})
	watch(g, ofStream, &host.Stream, func() Fact[StreamLog] {
		return watchStream(ctx, g.await(ofWarden).Host.Warden, marker, guestDone)
	})
	// After the collector: each would only make the other slower.
	watch(g, ofDrills, &host.Drills, func() Fact[Drills] {
		known := g.await(append(wallParts, ofGuest)...)
		ask := func(walls string) (Drills, error) {
			progress.Stage(t.Drills.Drilling)
			ctx, cancel := context.WithTimeout(whole, drillDeadline)
			defer cancel()
			f := within(ctx, drillDeadline, func() (Drills, error) { return from.Drill(ctx, walls) })
			if !f.OK {
				return Drills{}, errors.New(f.Err)
			}
			return f.Value, nil
		}
		if from.Drill == nil || !known.Guest.Report.OK {
			ask = nil // it would not answer now, either
		}
		return drilled(ask, from.Drilled, from.DrillAnyway, wallsOf(known), known.Host.Warden.Value.Connected, begun)
	})
	watch(g, ofAudit, &host.Audit, func() Fact[Audit] { return audit(whole, from, progress) })
	e := g.run()
	e.Took = time.Since(begun).Round(time.Millisecond)
	return e
}

// complete fills in what was left to its default.
func (from Sources) complete() Sources {
	if from.Deadline <= 0 {
		from.Deadline = totalDeadline
	}
	if from.Root == "" {
		from.Root = "/"
	}
	if from.Proc == "" {
		from.Proc = "/proc"
	}
	if from.Dial == nil {
		from.Dial = (&net.Dialer{}).DialContext
	}
	return from
}

// complete fills in the names that follow from others.
func (s Subject) complete() Subject {
	if s.Domain == "" {
		s.Domain = layout.Domain(s.Machine)
	}
	if s.Image.Volume == "" && len(s.Image.SHA512) >= 16 {
		s.Image.Volume = layout.BaseVolume(s.Image.SHA512)
	}
	if s.Code.Volume == "" && len(s.Code.SHA256) >= 16 {
		s.Code.Volume = layout.CodeVolume(s.Code.SHA256)
	}
	return s
}

// within calls f and waits for it no longer than the deadline, even if f does
// not listen to any: a wedged daemon must not wedge the check. The call is then
// left behind, and its late answer goes nowhere.
func within[T any](ctx context.Context, deadline time.Duration, f func() (T, error)) Fact[T] {
	v := new(T) // is f's alone until it has returned
	err := inTime(ctx, deadline, func() (err error) {
		*v, err = f()
		return err
	})
	if err != nil {
		return unseen[T](err)
	}
	return seen(*v)
}

// inTime is what within does for every kind of answer.
func inTime(ctx context.Context, deadline time.Duration, f func() error) error {
	done := make(chan error, 1)
	go func() { done <- f() }()
	timer := time.NewTimer(deadline)
	defer timer.Stop()
	select {
	case err := <-done:
		return err
	case <-timer.C:
		return fmt.Errorf(text.T().Checks.NoAnswer, deadline)
	case <-ctx.Done():
		return ctx.Err()
	}
}

func reason(err error, otherwise string) error {
	if err != nil {
		return err
	}
	return errors.New(otherwise)
}

// askGuest runs the collector and parses its report, fact by fact.
func askGuest(ctx context.Context, s Subject, from Sources, marker string) GuestFacts {
	t := &text.T().Checks
	if from.Guest == nil {
		return GuestFacts{Report: unseen[int](reason(from.GuestErr, t.NoGuest))}
	}
	// Never all of the whole: there must be a moment for putting the evidence together.
	deadline := min(guestDeadline, from.Deadline-from.Deadline/20)
	ctx, cancel := context.WithTimeout(ctx, deadline)
	defer cancel()
	answer := within(ctx, deadline, func() ([]byte, error) {
		return from.Guest.Collect(ctx, onceCompiled(CollectorProgram(marker)), ReportLimit)
	})
	if !answer.OK {
		return GuestFacts{Report: unseen[int](errors.New(answer.Err))}
	}
	return ParseReport(answer.Value)
}

// ParseReport reads what the collector printed. Whatever it is, the result is
// bounded, and what is not understood was not seen.
func ParseReport(data []byte) GuestFacts {
	t := &text.T().Checks
	if len(data) > ReportLimit {
		return GuestFacts{Report: unseen[int](fmt.Errorf(t.TooLarge, ReportLimit))}
	}
	var g GuestFacts
	if err := json.Unmarshal(data, &g); err != nil {
		return GuestFacts{Report: unseen[int](errors.New(t.NotJSON))}
	}
	g.Report = seen(len(data))
	return g
}

// CollectorProgram is the collector with the names of layout put in, and with
// the marker that it is to send through the guest's journal; "" sends none.
func CollectorProgram(marker string) []byte {
	params, err := json.Marshal(map[string]any{
		"marker": marker,
		"agent":  layout.Agent, "keeper": layout.Keeper, "unit": layout.Unit, "port": layout.GatewayPort,
		"config": layout.Config, "state": layout.State, "code": layout.Code, "serial": layout.CodeSerial,
		"workspace": layout.Workspace, "inbox": layout.Inbox, "outbox": layout.Outbox, "words": collector.SeedWords(),
		"inside": []string{layout.State, layout.Workspace, layout.Outbox},
		"outside": []string{"/", "/boot", "/etc", "/home", "/opt", "/root", "/srv", "/usr", "/usr/local/bin",
			"/var", "/var/lib", "/var/log", layout.Own, layout.Backups, layout.Inbox, layout.Code},
	})
	if err != nil {
		panic(err) // strings and numbers always marshal
	}
	// A JSON object of strings, numbers and lists is a Python literal too.
	program := append([]byte("PARAMS = "), params...)
	program = append(program, '\n')
	return append(program, collector.Program()...)
}

// onceCompiled is the collector as it is sent into a machine of ours.
func onceCompiled(program []byte) []byte {
	params, source, _ := bytes.Cut(program, []byte("\n"))
	return collector.Once(bytes.TrimPrefix(params, []byte("PARAMS = ")), source, layout.Volatile, layout.Own)
}

// shared lets parallel lookers report to one Reporter: bytes are added up, and a
// late report of one that was left behind is harmless.
type shared struct {
	mu          sync.Mutex
	to          Reporter
	done, total int64
}

func (s *shared) Stage(what string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.to != nil {
		s.to.Stage(what)
	}
}

// add says that n more bytes were hashed, and that more bytes are to come in all.
func (s *shared) add(n, more int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.done += n
	s.total += more
	if s.to != nil {
		s.to.Bytes(s.done, s.total)
	}
}

func hostSystem() Fact[string] {
	release := ""
	if data, err := os.ReadFile("/proc/sys/kernel/osrelease"); err == nil {
		release = " " + clean(string(data), 80)
	}
	return seen(runtime.GOOS + "/" + runtime.GOARCH + release)
}
