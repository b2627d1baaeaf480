package preflight

// Gathering a Situation: everything at once, each thing by itself and in bounded
// time. What could not be had is recorded as such.

import (
	"cmp"
	"context"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
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
	// Units says of systemd's units whether each is enabled and active, as
	// Situation.Units has it.
	Units func(ctx context.Context, names []string) (map[string]string, error)
	Reach []func(ctx context.Context) Reached
	// HVF says whether the processor of a Mac helps virtual machines, and Memory how
	// much there is.
	HVF    func() (bool, error)
	Memory func() int64

	// Root and Proc are where the file system and the process file system begin; ""
	// is / and /proc. OS and Arch are the program's own when empty.
	Root, Proc, OS, Arch string
}

// Times that one thing may take. libvirt may have to start a daemon first, which on a
// busy computer takes its time; one that hangs has been given up then.
const (
	factLimit    = 1500 * time.Millisecond
	libvirtLimit = 20 * time.Second
	reachLimit   = 1800 * time.Millisecond
)

// looking is what is looked at, and where.
type looking struct {
	files
	from    *Sources
	ctx     context.Context
	goos    string
	arch    string
	running map[string]bool // programs
}

// parts are the facts of a Situation by their fields. Each is looked at by itself,
// into a Situation of its own.
var parts = []struct {
	field string
	limit time.Duration
	on    string // the one system that has it; "" for all
	look  func(*looking, *Situation) error
}{
	{"System", factLimit, "", (*looking).distribution},
	{"Me", factLimit, "", (*looking).account},
	{"Memory", factLimit, "", (*looking).memory},
	{"Libvirt", factLimit, "", (*looking).daemon},
	{"Programs", factLimit, "", (*looking).programs},
	{"CPU", factLimit, "", (*looking).processor},
	{"KVM", factLimit, "linux", (*looking).kvm},
	{"Denials", factLimit, "linux", (*looking).denials},
	{"Clock", factLimit, "linux", (*looking).clock},
	{"Units", factLimit, "linux", (*looking).units},
	{"Network", factLimit, "linux", (*looking).network},
	{"Images", factLimit, "linux", (*looking).images},
	{"Tools", factLimit, "", (*looking).tools},
	{"Rooms", factLimit, "", (*looking).rooms},
	{"Answers", libvirtLimit, "", (*looking).answers},
}

// errUnasked is why nothing is said of what nobody can say here.
var errUnasked = errors.New("")

// Look gathers everything.
func Look(ctx context.Context, from Sources) Situation {
	begun := time.Now()
	l := &looking{
		files: files{cmp.Or(from.Root, "/"), cmp.Or(from.Proc, "/proc")}, from: &from, ctx: ctx,
		goos: cmp.Or(from.OS, runtime.GOOS), arch: cmp.Or(from.Arch, runtime.GOARCH),
	}
	l.running = l.programsThatRun()
	s := Situation{
		Format: Format, Collected: begun.UTC().Truncate(time.Second), Asked: from.Asked, OS: l.goos, Arch: l.arch,
		Reached: make([]Reached, len(from.Reach)), Firmware: []string{},
	}
	for _, path := range from.Asked.Firmware {
		if l.there(path) {
			s.Firmware = append(s.Firmware, path)
		}
	}
	var all, probing sync.WaitGroup
	for i := range parts {
		if p := &parts[i]; p.on == "" || p.on == l.goos {
			all.Add(1)
			go l.part(&all, &s, i)
		}
	}
	for i := range from.Reach {
		all.Add(1)
		go l.reach(&all, &s, i)
	}
	all.Go(func() { s.OpenClaw, s.Weak, s.Baseline = checks.Before(ctx, l.root, l.proc) })
	if from.KVM != nil {
		probing.Go(func() {
			if p := from.KVM(ctx); ctx.Err() == nil {
				s.Probe.OK, s.Probe.Value = true, p
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

// part looks at one of the parts and puts it into s, by its name: with a function for
// each kind of fact, the compiler would make all of it for each anew.
func (l *looking) part(all *sync.WaitGroup, s *Situation, i int) {
	defer all.Done()
	p, own := &parts[i], new(Situation) // is the look's alone until it has ended
	err := checks.InTime(l.ctx, p.limit, func() error { return p.look(l, own) })
	into := reflect.ValueOf(s).Elem().FieldByName(p.field)
	switch found := reflect.ValueOf(own).Elem().FieldByName(p.field); {
	case err == nil && into.Kind() == reflect.Struct:
		into.FieldByName("OK").SetBool(true)
		into.FieldByName("Value").Set(found.FieldByName("Value"))
	case err == nil:
		into.Set(found)
	case into.Kind() == reflect.Struct:
		into.FieldByName("Err").SetString(err.Error())
	default: // of the rooms it is known at least what they are
		s.Rooms = l.from.Rooms
	}
}

func (l *looking) reach(all *sync.WaitGroup, s *Situation, i int) {
	defer all.Done()
	ctx, cancel := context.WithTimeout(l.ctx, reachLimit)
	defer cancel()
	s.Reached[i] = l.from.Reach[i](ctx)
}

func (l *looking) tools(s *Situation) error {
	if l.from.Tools == nil {
		return errUnasked
	}
	s.Tools.Value = l.from.Tools(l.ctx)
	return nil
}

func (l *looking) units(s *Situation) (err error) {
	if l.from.Units == nil {
		return errUnasked
	}
	s.Units.Value, err = l.from.Units(l.ctx, strings.Fields(unitsAsked))
	return err
}

func (l *looking) answers(s *Situation) (err error) {
	if l.from.Libvirt == nil {
		return errUnasked
	}
	s.Answers.Value, err = l.from.Libvirt(l.ctx)
	return err
}

// rooms says what each place has. A path that is not there yet is as its nearest
// parent.
func (l *looking) rooms(s *Situation) error {
	for _, r := range l.from.Rooms {
		if l.from.Free != nil {
			r.Free = l.from.Free(r.Path)
		}
		for path := l.at(r.Path); ; path = filepath.Dir(path) {
			info, err := os.Stat(path)
			if err == nil {
				if st, ok := info.Sys().(*syscall.Stat_t); ok {
					r.Device = uint64(st.Dev)
				}
				break
			}
			if !errors.Is(err, os.ErrNotExist) || path == filepath.Dir(path) {
				break
			}
		}
		s.Rooms = append(s.Rooms, r)
	}
	return nil
}
