package image

// The directory that an image is built in. In a user namespace its contents
// belong to subordinate ids, which only a user namespace can remove again; and a
// kill leaves it behind. So its name is written down before it is made, and
// whatever is written down is cleared away before the next build.

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/google/renameio/v2"
)

// workPrefix begins the name of every such directory.
const workPrefix = "clawarium-build-"

// workParent is on disk rather than in memory, and open to the ids of a user
// namespace, which a home directory is not.
func workParent() (string, error) {
	if dir := os.Getenv("TMPDIR"); dir != "" {
		return filepath.Abs(dir)
	}
	if info, err := os.Stat("/var/tmp"); err == nil && info.IsDir() {
		return "/var/tmp", nil
	}
	return os.TempDir(), nil
}

// workDir makes the directory and returns what removes it. It has the mode of
// /tmp, since two ids work in it; the caller has the lock of the build.
func (s *Store) workDir(ctx context.Context, parent string, reporter Reporter) (dir string, discard func(), err error) {
	ledger := filepath.Join(s.Dir, ".build-work")
	if old, err := os.ReadFile(ledger); err == nil {
		if err := clearWork(ctx, strings.TrimSpace(string(old)), reporter); err != nil {
			return "", nil, err
		}
	}
	dir, err = os.MkdirTemp(parent, workPrefix)
	if err != nil {
		return "", nil, err
	}
	if err := errors.Join(renameio.WriteFile(ledger, []byte(dir+"\n"), 0o600), os.Chmod(dir, 0o777|os.ModeSticky)); err != nil {
		return "", nil, errors.Join(err, os.Remove(dir))
	}
	return dir, func() {
		// Also after a cancel: what is left behind is a gigabyte.
		if clearWork(context.WithoutCancel(ctx), dir, reporter) == nil {
			_ = os.Remove(ledger)
		}
	}, nil
}

// clearWork removes a directory of ours, and nothing that is called otherwise.
// It never crosses into another file system: nothing is mounted there that ought
// to be removed.
func clearWork(ctx context.Context, dir string, reporter Reporter) error {
	if !filepath.IsAbs(dir) || !strings.HasPrefix(filepath.Base(dir), workPrefix) {
		return nil
	}
	if _, err := os.Lstat(dir); err != nil {
		return nil
	}
	endOrphans(ctx, dir, reporter)
	args := []string{"rm", "-rf", "--one-file-system", "--", dir}
	c := command{name: args[0], pkg: "coreutils", args: args[1:]}
	if os.Geteuid() != 0 {
		// First what belongs to the namespace, then what is our own.
		c = command{name: "mmdebstrap", pkg: "mmdebstrap", args: append([]string{"--unshare-helper"}, args...)}
		_ = run(ctx, quiet{reporter}, c)
		return os.RemoveAll(dir)
	}
	return run(ctx, reporter, c)
}
