package host

// The user service: one program a machine that is kept running on this host by
// nobody but its owner. Where the owner has a systemd of their own it is one of its
// units (service_unit.go), elsewhere two processes of clawarium that start each
// other again (service_detached.go).

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/gofrs/flock"

	"github.com/clawarium/clawarium/assets/text"
)

// Service is the program of one machine. Its methods that change something are
// called by whoever has the machine's lock.
type Service struct {
	Machine string
	Dir     string   // the machine's directory, which is all that the program writes to
	Args    []string // of clawarium, for the program in the foreground
	Wish    []string // of clawarium, for what the program may have done by another process; may be empty
	Lock    string   // the file in Dir that the program has locked while it runs, with its pid
}

// Names in the machine's directory.
const (
	supervisorLock = "supervisor.lock" // held by the detached supervisor, with its pid
	stopFile       = "warden.stop"     // whoever finds it ends, and is not started again
	outFile        = "warden.out"      // what the detached processes print
)

const (
	maxOut    = 1 << 20
	startTime = 20 * time.Second // until it has its lock; a process starts in 0.1 s
	endTime   = 10 * time.Second // until it is killed
)

// Kept says by whom a program is kept running.
type Kept string

// The keepers.
const (
	KeptBySystemd  Kept = "systemd"
	KeptByItself   Kept = "detached" // a supervisor beside it
	KeptByNobody   Kept = "foreground"
	KeptNotRunning Kept = ""
)

// Kept says how the program runs now.
func (s Service) Kept() Kept {
	switch {
	case s.supervisor() != 0:
		return KeptByItself
	case s.pid() == 0:
		return KeptNotRunning
	case s.unitThere():
		return KeptBySystemd
	}
	return KeptByNobody
}

// Start has the program kept running, unless it runs already. It returns once the
// program has its lock.
func (s Service) Start(ctx context.Context) error {
	if s.pid() != 0 && s.Kept() != KeptByNobody {
		return nil
	}
	if err := remove(filepath.Join(s.Dir, stopFile)); err != nil {
		return err
	}
	if userManager() {
		if err := s.Install(ctx); err != nil {
			return err
		}
	} else if s.supervisor() == 0 {
		if err := s.launch(); err != nil {
			return err
		}
	}
	for limit := time.Now().Add(startTime); s.pid() == 0; {
		if time.Now().After(limit) {
			t := &text.T().Service
			return &text.Fault{What: fmt.Sprintf(t.NotStarted, s.Machine), Hint: s.whereItSpeaks()}
		}
		if err := pause(ctx, 50*time.Millisecond); err != nil {
			return err
		}
	}
	return nil
}

// whereItSpeaks is the hint for a program that does not do what it should.
func (s Service) whereItSpeaks() string {
	t := &text.T().Service
	if s.unitThere() {
		return fmt.Sprintf(t.SeeJournal, s.Unit())
	}
	return fmt.Sprintf(t.SeeFile, filepath.Join(s.Dir, outFile))
}

// Stop ends the program, whoever keeps it running, and has it stay ended. That none
// runs is no error. A systemd that keeps it and cannot be told is one, once the rest
// is done.
func (s Service) Stop(ctx context.Context) error {
	manager := userManager()
	untold := !manager && s.Kept() == KeptBySystemd
	if manager && s.unitThere() {
		if err := systemctl(ctx, "stop", s.Unit()); err != nil {
			return err
		}
	}
	if _, err := os.Lstat(s.Dir); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	stop := filepath.Join(s.Dir, stopFile)
	f, err := openOwn(stop, 0)
	if err != nil {
		return err
	}
	giveBack(f)
	f.Close()
	sent := map[int]syscall.Signal{}
	for began := time.Now(); ; {
		supervisor, worker := s.supervisor(), s.pid()
		if supervisor == 0 && worker == 0 {
			if untold {
				t := &text.T().Service
				return &text.Fault{What: fmt.Sprintf(t.Untold, s.Machine), Hint: fmt.Sprintf(t.UntoldHint, s.Unit())}
			}
			return nil
		}
		sig := syscall.SIGTERM
		switch waited := time.Since(began); {
		case waited > endTime+2*time.Second:
			t := &text.T().Service
			pid := max(worker, supervisor)
			return &text.Fault{What: fmt.Sprintf(t.NotStopped, s.Machine, pid), Hint: fmt.Sprintf(t.NotStoppedHint, pid)}
		case waited > endTime:
			sig = syscall.SIGKILL
		}
		for _, pid := range []int{supervisor, worker} {
			if pid != 0 && sent[pid] != sig {
				s.signal(pid, sig)
				sent[pid] = sig
			}
		}
		if err := pause(ctx, 50*time.Millisecond); err != nil {
			return err
		}
	}
}

// Remove stops the program and removes what Start made.
func (s Service) Remove(ctx context.Context) error {
	if !userManager() { // whoever keeps it may be known by the unit's file alone
		if err := s.Stop(ctx); err != nil {
			return err
		}
	}
	if err := s.uninstall(ctx); err != nil {
		return err
	}
	if err := s.Stop(ctx); err != nil {
		return err
	}
	// The stop file stays, for a supervisor that was about to begin; it goes with
	// the directory.
	return errors.Join(remove(filepath.Join(s.Dir, supervisorLock)), remove(filepath.Join(s.Dir, outFile)))
}

// pid is the program's; 0 when it does not run.
func (s Service) pid() int { return holder(filepath.Join(s.Dir, s.Lock)) }

// supervisor is the detached supervisor's pid; 0 when there is none.
func (s Service) supervisor() int { return holder(filepath.Join(s.Dir, supervisorLock)) }

// over says that the program shall end: it was told to, or its machine is gone.
func (s Service) over() bool {
	if _, err := os.Lstat(s.Dir); errors.Is(err, fs.ErrNotExist) {
		return true
	}
	_, err := os.Lstat(filepath.Join(s.Dir, stopFile))
	return err == nil
}

// holder is the pid in a lock file that is held; 0 when it is free. A holder that
// has not written its pid yet is waited for.
func holder(path string) int {
	for try := 0; ; try++ {
		file := flock.New(path, flock.SetFlag(os.O_RDONLY))
		free, err := file.TryRLock()
		file.Close()
		if free || err != nil {
			return 0
		}
		data, _ := os.ReadFile(path)
		digits := data[:len(data)-len(bytes.TrimLeft(data, "0123456789"))]
		if pid, err := strconv.Atoi(string(digits)); err == nil && pid > 0 {
			return pid
		}
		if try == 20 {
			return -1 // held, by whom is not known
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// signal sends a signal to a process of this service, and to no other that may
// have its number by now: the handle is taken before it is looked at.
func (s Service) signal(pid int, sig syscall.Signal) {
	if pid <= 0 {
		return
	}
	p, err := os.FindProcess(pid)
	if err != nil {
		return
	}
	defer p.Release()
	// Not s.Args word for word: somebody may have started it by hand.
	if line, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid)); err == nil {
		words := strings.Split(string(line), "\x00")
		if !slices.Contains(words, s.Args[0]) || !slices.Contains(words, s.Args[1]) {
			return
		}
	}
	_ = p.Signal(sig)
}

func remove(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
