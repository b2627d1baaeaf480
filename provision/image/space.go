package image

// Disk space: looked at before a long transfer, and told apart from other
// errors when it ends in the middle of one.

import (
	"errors"
	"fmt"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/clawarium/clawarium/assets/text"
)

// freeSpace is how many bytes an ordinary account can still write in dir.
func freeSpace(dir string) (int64, error) {
	var st unix.Statfs_t
	if err := unix.Statfs(dir, &st); err != nil {
		return 0, err
	}
	return int64(st.Bavail) * int64(st.Bsize), nil
}

// enough refuses when dir cannot take need bytes and a twentieth more.
func (s *Store) enough(dir string, need int64) error {
	free := s.free
	if free == nil {
		free = freeSpace
	}
	have, err := free(dir)
	if err != nil {
		return err
	}
	if need += need / 20; have >= need {
		return nil
	}
	t := &text.T().Image
	return &text.Fault{
		What: fmt.Sprintf(t.NoSpace, dir, size(need), size(have)),
		Hint: fmt.Sprintf(t.NoSpaceHint, dir),
		Err:  errNoSpace,
	}
}

// errNoSpace is in the tree of every error of ours that means a full disk.
var errNoSpace error = syscall.ENOSPC

func isNoSpace(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}

// diskFull says what an ENOSPC in the middle means; other errors pass.
func (s *Store) diskFull(err error) error {
	var f *text.Fault
	if !isNoSpace(err) || errors.As(err, &f) {
		return err
	}
	t := &text.T().Image
	return &text.Fault{What: fmt.Sprintf(t.DiskFull, s.Dir), Hint: fmt.Sprintf(t.DiskFullHint, s.Dir), Err: err}
}

// size writes bytes the way people read them.
func size(n int64) string {
	const gib = 1 << 30
	switch {
	case n >= 10*gib:
		return fmt.Sprintf("%d GiB", n/gib)
	case n >= gib:
		return fmt.Sprintf("%.1f GiB", float64(n)/gib)
	case n >= 1<<20:
		return fmt.Sprintf("%d MiB", n>>20)
	}
	return fmt.Sprintf("%d bytes", n)
}
