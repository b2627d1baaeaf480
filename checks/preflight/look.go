package preflight

// Gathering a Situation: everything at once, each thing by itself and in bounded
// time. What could not be had is recorded as such.

import (
	"cmp"
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"syscall"
	"time"

	"github.com/clawarium/clawarium/checks"
)

// Sources is where a Situation comes from. What only libvirt, QEMU or the network
// can say is asked by functions of the caller; nil is not looked at.
type Sources struct {
	Asked Asked
	Rooms []Room // without Free and Device
	Pool  string // where the disks will be; "" when not with the system's libvirt

	Free       func(path string) int64
	ACL        func(path string) []ACL
	Tools      func(ctx context.Context) []ToolTrouble
	Libvirt    func(ctx context.Context) (Answers, error)
	KVM        func(ctx context.Context) Probed
	KVMSupport func(ctx context.Context) []ToolTrouble // of libvirt, once KVM is known to work
	Reach      []func(ctx context.Context) Reached
	// HVF says whether the processor of a Mac helps virtual machines, and Memory how
	// much there is.
	HVF    func() (bool, error)
	Memory func() int64

	// Root and Proc are where the file system and the process file system begin; ""
	// is / and /proc. OS and Arch are the program's own when empty.
	Root, Proc, OS, Arch string
}

// Times that one thing may take. libvirt may have to start its daemon first.
const (
	factLimit    = 1500 * time.Millisecond
	libvirtLimit = 8 * time.Second
	reachLimit   = 1800 * time.Millisecond
)

// Look gathers everything.
func Look(ctx context.Context, from Sources) Situation {
	begun := time.Now()
	f := files{cmp.Or(from.Root, "/"), cmp.Or(from.Proc, "/proc")}
	s := Situation{
		Format: Format, Collected: begun.UTC().Truncate(time.Second), Asked: from.Asked,
		OS: cmp.Or(from.OS, runtime.GOOS), Arch: cmp.Or(from.Arch, runtime.GOARCH),
		Rooms: slices.Clone(from.Rooms), Reached: make([]Reached, len(from.Reach)), Firmware: []string{},
	}
	for _, path := range from.Asked.Firmware {
		if f.there(path) {
			s.Firmware = append(s.Firmware, path)
		}
	}
	g := &gathering{ctx: ctx}
	var running Fact[map[string]bool]
	look(g, factLimit, &running, f.running)
	g.Wait()
	look(g, factLimit, &s.System, func() (Distribution, error) { return f.distribution(s.OS) })
	look(g, factLimit, &s.Me, f.account)
	look(g, factLimit, &s.Memory, func() (Memory, error) { return f.memory(from.Memory) })
	look(g, factLimit, &s.Libvirt, func() (Daemon, error) { return f.daemon(running.Value) })
	look(g, factLimit, &s.Programs, func() (map[string]string, error) {
		return f.programs(append(slices.Clone(commonPrograms), from.Asked.Emulator)), nil
	})
	switch {
	case s.OS == "linux":
		look(g, factLimit, &s.CPU, func() (Processor, error) { return f.processor(s.Arch) })
		look(g, factLimit, &s.KVM, f.kvm)
		look(g, factLimit, &s.Denials, f.denials)
		look(g, factLimit, &s.Clock, f.clock)
		look(g, factLimit, &s.Network, func() (Network, error) { return f.network(running.Value) })
		if from.Pool != "" {
			look(g, factLimit, &s.Images, func() (Way, error) { return f.way(from.Pool, from.ACL) })
		}
	case from.HVF != nil:
		look(g, factLimit, &s.CPU, func() (Processor, error) {
			ok, err := from.HVF()
			return Processor{Virtualises: ok}, err
		})
	}
	if from.Tools != nil {
		look(g, factLimit, &s.Tools, func() ([]ToolTrouble, error) { return from.Tools(ctx), nil })
	}
	rooms := make([]Fact[Room], len(s.Rooms))
	for i := range rooms {
		look(g, factLimit, &rooms[i], func() (Room, error) { return f.measure(from.Rooms[i], from.Free), nil })
	}
	for i, ask := range from.Reach {
		g.Go(func() {
			ctx, cancel := context.WithTimeout(ctx, reachLimit)
			defer cancel()
			s.Reached[i] = ask(ctx)
		})
	}
	if from.Libvirt != nil {
		look(g, libvirtLimit, &s.Answers, func() (Answers, error) { return from.Libvirt(ctx) })
	}
	g.Go(func() { s.OpenClaw, s.Weak, s.Baseline = checks.Before(ctx, f.root, f.proc) })
	var probing sync.WaitGroup
	if from.KVM != nil {
		probing.Go(func() {
			if p := from.KVM(ctx); ctx.Err() == nil {
				s.Probe = Fact[Probed]{OK: true, Value: p}
			}
		})
	}
	g.Wait()
	s.Took = time.Since(begun)
	for i, r := range rooms {
		if r.OK {
			s.Rooms[i] = r.Value
		}
	}
	probing.Wait()
	if from.KVMSupport != nil && s.Probe.Value.OK && s.Answers.Value.URI != "" && len(s.Answers.Value.Supports) == 0 {
		s.Answers.Value.Supports = from.KVMSupport(ctx)
	}
	return s
}

// gathering is what is being looked at.
type gathering struct {
	sync.WaitGroup
	ctx context.Context
}

// look has one thing looked at beside the others. What ask still does after its time
// is its own alone.
func look[T any](g *gathering, limit time.Duration, into *Fact[T], ask func() (T, error)) {
	found := new(T)
	g.within(limit, func() (err error) {
		*found, err = ask()
		return err
	}, func(err error) {
		if err != nil {
			into.Err = err.Error()
			return
		}
		into.OK, into.Value = true, *found
	})
}

func (g *gathering) within(limit time.Duration, ask func() error, put func(error)) {
	g.Go(func() { put(checks.InTime(g.ctx, limit, ask)) })
}

// measure says what a place has. A path that is not there yet is as its nearest
// parent.
func (f files) measure(r Room, free func(string) int64) Room {
	if free != nil {
		r.Free = free(r.Path)
	}
	for path := f.at(r.Path); ; path = filepath.Dir(path) {
		info, err := os.Stat(path)
		if err == nil {
			if st, ok := info.Sys().(*syscall.Stat_t); ok {
				r.Device = uint64(st.Dev)
			}
			return r
		}
		if !errors.Is(err, os.ErrNotExist) || path == filepath.Dir(path) {
			return r
		}
	}
}
