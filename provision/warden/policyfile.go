package warden

// This file: the policy on the disk. It is read only when nobody else can have written it.

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/google/renameio/v2"

	"github.com/clawarium/clawarium/assets/text"
)

// ReadPolicy reads the policy of the machine in dir: a plain file, mode 0600, of our own
// user.
func ReadPolicy(dir string) (Policy, error) {
	p, _, err := readPolicy(filepath.Join(dir, PolicyFile))
	return p, err
}

// WritePolicy puts a policy in the place where the warden of the machine in dir reads it,
// as a whole or not at all. A warden that runs takes it over within a second.
func WritePolicy(dir string, p Policy) error {
	if err := p.Validate(); err != nil {
		return err
	}
	return renameio.WriteFile(filepath.Join(dir, PolicyFile), p.Encode(), 0o600, renameio.IgnoreUmask())
}

// stamp tells two versions of a file apart.
type stamp struct {
	there       bool
	inode       uint64
	size        int64
	mode        fs.FileMode
	modified    time.Time
	changed     syscall.Timespec
	unreachable string // why it could not be looked at
}

func stampOf(path string) stamp {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return stamp{}
	} else if err != nil {
		return stamp{unreachable: err.Error()}
	}
	return stampInfo(info)
}

func stampInfo(info fs.FileInfo) stamp {
	s := stamp{there: true, size: info.Size(), mode: info.Mode(), modified: info.ModTime()}
	if sys, ok := info.Sys().(*syscall.Stat_t); ok {
		s.inode, s.changed = sys.Ino, changeTime(sys)
	}
	return s
}

// readPolicy also says which version it read.
func readPolicy(path string) (Policy, stamp, error) {
	say := &text.T().Warden
	seen := stampOf(path)
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if err != nil {
		return Policy{}, seen, &text.Fault{What: fmt.Sprintf(say.NoPolicy, path), Hint: say.NoPolicyHint, Err: err}
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return Policy{}, seen, &text.Fault{What: fmt.Sprintf(say.NoPolicy, path), Hint: say.NoPolicyHint, Err: err}
	}
	seen = stampInfo(info)
	owner := -1
	if sys, ok := info.Sys().(*syscall.Stat_t); ok {
		owner = int(sys.Uid)
	}
	if !info.Mode().IsRegular() || info.Mode().Perm() != 0o600 || owner != os.Geteuid() {
		return Policy{}, seen, &text.Fault{What: fmt.Sprintf(say.PolicyNotOurs, path, info.Mode(), owner), Hint: fmt.Sprintf(say.PolicyNotOursHint, path)}
	}
	data, err := io.ReadAll(io.LimitReader(f, policyBytes+1))
	if err != nil {
		return Policy{}, seen, &text.Fault{What: fmt.Sprintf(say.NoPolicy, path), Hint: say.NoPolicyHint, Err: err}
	}
	p, err := ParsePolicy(data)
	return p, seen, err
}
