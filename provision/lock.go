package provision

// One process at a time works on a machine. The lock is the kernel's (flock), so
// it ends with its process; what is written in the file only says who, and is
// believed only while the lock is really held and its process is alive.

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/gofrs/flock"

	"github.com/clawarium/clawarium/assets/text"
)

// LockFile is the lock's name in a machine's directory.
const LockFile = "lock"

// Holder says who has a machine's lock.
type Holder struct {
	PID     int       `json:"pid"`
	Command string    `json:"command"`
	User    string    `json:"user"`
	Since   time.Time `json:"since"`
}

// Locked is the error of Acquire when another process has the lock. Holder is
// zero when it could not be learned.
type Locked struct {
	Holder Holder
	fault  *text.Fault
}

func (e *Locked) Error() string { return e.fault.Error() }

// Unwrap returns the text.Fault with the hint.
func (e *Locked) Unwrap() error { return e.fault }

// Lock is the right to change one machine. Release gives it back; the end of
// the process does so too, however it ends.
type Lock struct {
	dir   string
	flock *flock.Flock
	made  []string // directories that Acquire made, outermost first
}

// held knows this process's locks, so that a Run can tell that its caller has
// the right already.
var held struct {
	sync.Mutex
	dirs map[string]bool
}

// learnHolder is how long Acquire waits for the holder to write who it is.
const learnHolder = 300 * time.Millisecond

// Acquire takes the lock of the machine in dir, which it makes (0700) when
// missing. command is what this process tells others it is doing. It does not
// wait: while another process has the lock the error is a *Locked.
func Acquire(dir, command string) (*Lock, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	t := &text.T().Engine
	unusable := func(err error) error {
		return &text.Fault{What: fmt.Sprintf(t.LockUnusable, dir), Hint: fmt.Sprintf(t.LockUnusableHint, dir), Err: err}
	}
	path := filepath.Join(dir, LockFile)
	patience := time.Now().Add(learnHolder)
	for {
		made, err := makeDirs(dir)
		if err != nil {
			return nil, unusable(err)
		}
		fl := flock.New(path, flock.SetFlag(os.O_CREATE|os.O_RDWR))
		ok, err := fl.TryLock()
		if errors.Is(err, fs.ErrNotExist) && time.Now().Before(patience) {
			continue // the directory went away under us: its machine was destroyed
		}
		if err != nil {
			return nil, unusable(err)
		}
		if ok && !sameFile(fl) { // locked a file that its holder removed meanwhile
			fl.Close()
			continue
		}
		if ok {
			l := &Lock{dir: dir, flock: fl, made: made}
			if err := l.sign(command); err != nil {
				l.Release()
				return nil, unusable(err)
			}
			held.Lock()
			defer held.Unlock()
			if held.dirs == nil {
				held.dirs = map[string]bool{}
			}
			held.dirs[dir] = true
			return l, nil
		}
		fl.Close()
		if h, ok := readHolder(path); ok {
			return nil, &Locked{Holder: h, fault: &text.Fault{
				What: fmt.Sprintf(t.Locked, h.Command, h.PID, h.User, h.Since.Local().Format(time.DateTime)),
				Hint: fmt.Sprintf(t.LockedHint, h.PID),
			}}
		}
		if time.Now().After(patience) {
			return nil, &Locked{fault: &text.Fault{What: t.LockedUnknown, Hint: fmt.Sprintf(t.LockedUnknownHint, path)}}
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// Release gives the lock back. When the directory has no journal, then nothing
// was made or everything was taken back, and what Acquire made goes too.
func (l *Lock) Release() error {
	held.Lock()
	delete(held.dirs, l.dir)
	held.Unlock()
	path := filepath.Join(l.dir, LockFile)
	if _, err := os.Lstat(filepath.Join(l.dir, JournalFile)); errors.Is(err, fs.ErrNotExist) && sameFile(l.flock) {
		_ = os.Remove(path)
		for i := len(l.made) - 1; i >= 0; i-- {
			if os.Remove(l.made[i]) != nil { // not empty: it is in use
				break
			}
		}
	} else if err == nil && sameFile(l.flock) {
		_ = os.Truncate(path, 0)
	}
	return l.flock.Close()
}

// holdsLock reports whether this process has the lock of dir.
func holdsLock(dir string) bool {
	if abs, err := filepath.Abs(dir); err == nil {
		dir = abs
	}
	held.Lock()
	defer held.Unlock()
	return held.dirs[dir]
}

// sign writes who has the lock.
func (l *Lock) sign(command string) error {
	h := Holder{PID: os.Getpid(), Command: command, User: userName(), Since: time.Now().UTC().Truncate(time.Second)}
	data, err := json.Marshal(h)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(l.dir, LockFile), append(data, '\n'), 0o600)
}

func userName() string {
	if u, err := user.Current(); err == nil {
		return u.Username
	}
	return fmt.Sprint(os.Getuid())
}

// readHolder reads who signed the lock file; false when that process is no more.
func readHolder(path string) (Holder, bool) {
	var h Holder
	data, err := os.ReadFile(path)
	if err != nil || json.Unmarshal(data, &h) != nil || h.PID <= 0 {
		return Holder{}, false
	}
	if err := syscall.Kill(h.PID, 0); err != nil && !errors.Is(err, syscall.EPERM) {
		return Holder{}, false
	}
	return h, true
}

// Working says who is working on the machine in dir, if anybody is. It takes
// nothing and makes nothing.
func Working(dir string) (Holder, bool) {
	path := filepath.Join(dir, LockFile)
	h, ok := readHolder(path)
	if !ok {
		return Holder{}, false
	}
	if holdsLock(dir) {
		return h, true
	}
	fl := flock.New(path, flock.SetFlag(os.O_RDONLY))
	defer fl.Close()
	if free, err := fl.TryRLock(); free || err != nil {
		return Holder{}, false
	}
	return h, true
}

// sameFile says whether the file that is locked is still the one at its path.
func sameFile(fl *flock.Flock) bool {
	locked, err := fl.Stat()
	if err != nil {
		return false
	}
	there, err := os.Stat(fl.Path())
	return err == nil && os.SameFile(locked, there)
}

// makeDirs makes dir and its missing parents, durably, and says which it made.
func makeDirs(dir string) (made []string, err error) {
	if info, err := os.Stat(dir); err == nil {
		if !info.IsDir() {
			return nil, &fs.PathError{Op: "mkdir", Path: dir, Err: syscall.ENOTDIR}
		}
		return nil, nil
	}
	parent := filepath.Dir(dir)
	if parent != dir {
		if made, err = makeDirs(parent); err != nil {
			return made, err
		}
	}
	switch err := os.Mkdir(dir, 0o700); {
	case errors.Is(err, fs.ErrExist):
		return made, nil
	case err != nil:
		return made, err
	}
	return append(made, dir), syncDir(parent)
}
