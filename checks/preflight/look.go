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
	Stage  func(part string) // told what has been looked at, never twice at once

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
		Rooms: slices.Clone(from.Rooms), Reached: make([]Reached, len(from.Reach)),
	}
	linux := s.OS == "linux"
	var all, probing sync.WaitGroup
	running := checks.Within(ctx, factLimit, f.running)
	look(ctx, &all, factLimit, &s.System, func() (Distribution, error) { return f.distribution(s.OS) })
	look(ctx, &all, factLimit, &s.Me, f.account)
	look(ctx, &all, factLimit, &s.Memory, func() (Memory, error) { return f.memory(from.Memory) })
	look(ctx, &all, factLimit, &s.Libvirt, func() (Daemon, error) { return f.daemon(running.Value) })
	if linux {
		look(ctx, &all, factLimit, &s.CPU, func() (Processor, error) { return f.processor(s.Arch) })
		look(ctx, &all, factLimit, &s.KVM, f.kvm)
		look(ctx, &all, factLimit, &s.Denials, f.denials)
		look(ctx, &all, factLimit, &s.Clock, f.clock)
		look(ctx, &all, factLimit, &s.Network, func() (Network, error) { return f.network(running.Value) })
	} else if from.HVF != nil {
		look(ctx, &all, factLimit, &s.CPU, func() (Processor, error) {
			ok, err := from.HVF()
			return Processor{Virtualises: ok}, err
		})
	}
	if from.Pool != "" && linux {
		look(ctx, &all, factLimit, &s.Images, func() (Way, error) { return f.way(from.Pool, from.ACL) })
	}
	s.Firmware = []string{}
	for _, path := range from.Asked.Firmware {
		if f.there(path) {
			s.Firmware = append(s.Firmware, path)
		}
	}
	all.Go(func() { s.Programs = f.programs(append(slices.Clone(commonPrograms), from.Asked.Emulator)) })
	if from.Tools != nil {
		look(ctx, &all, factLimit, &s.Tools, func() ([]ToolTrouble, error) { return from.Tools(ctx), nil })
	}
	for i := range s.Rooms {
		all.Go(func() { f.measure(ctx, &s.Rooms[i], from.Free) })
	}
	for i, ask := range from.Reach {
		all.Go(func() {
			ctx, cancel := context.WithTimeout(ctx, reachLimit)
			defer cancel()
			s.Reached[i] = ask(ctx)
		})
	}
	if from.Libvirt != nil {
		look(ctx, &all, libvirtLimit, &s.Answers, func() (Answers, error) { return from.Libvirt(ctx) })
	}
	all.Go(func() { s.OpenClaw, s.Weak, s.Baseline = checks.Before(ctx, f.root, f.proc) })
	if from.KVM != nil {
		probing.Go(func() {
			if p := from.KVM(ctx); ctx.Err() == nil {
				s.Probe = Fact[Probed]{OK: true, Value: p}
			}
		})
	}
	all.Wait()
	s.Took = time.Since(begun)
	probing.Wait()
	if from.KVMSupport != nil && s.Probe.Value.OK && s.Answers.Value.URI != "" && len(s.Answers.Value.Supports) == 0 {
		s.Answers.Value.Supports = from.KVMSupport(ctx)
	}
	return s
}

// look has one thing looked at beside the others.
func look[T any](ctx context.Context, all *sync.WaitGroup, limit time.Duration, into *Fact[T], ask func() (T, error)) {
	all.Go(func() { *into = checks.Within(ctx, limit, ask) })
}

// measure fills in what a place has. A path that is not there yet is as its nearest
// parent.
func (f files) measure(ctx context.Context, r *Room, free func(string) int64) {
	found := checks.Within(ctx, factLimit, func() (Room, error) {
		var got Room
		if free != nil {
			got.Free = free(r.Path)
		}
		for path := f.at(r.Path); ; path = filepath.Dir(path) {
			info, err := os.Stat(path)
			if err == nil {
				if st, ok := info.Sys().(*syscall.Stat_t); ok {
					got.Device = uint64(st.Dev)
				}
				return got, nil
			}
			if !errors.Is(err, os.ErrNotExist) || path == filepath.Dir(path) {
				return got, nil
			}
		}
	})
	r.Free, r.Device = found.Value.Free, found.Value.Device
}
