// Package code makes the code disk: one read-only squashfs with OpenClaw, the
// Node that runs it and every package they need, built from an npm lockfile.
//
// Building means downloading and unpacking, nothing else: no node, no npm and
// no script of any package runs on this computer. Every tarball is hashed as a
// whole and compared with the lockfile before a byte of it is decompressed, and
// its files go straight into mksquashfs as one tar stream, in the lockfile's
// order: nothing is unpacked into a directory, memory stays small, and the same
// lockfile gives the same bytes.
//
// The root of the squashfs is the content of a node_modules directory; OpenClaw
// insists on that name for the mount point.
package code

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"github.com/clawarium/clawarium/assets/text"
)

// Request says which code disk is wanted.
type Request struct {
	Lockfile []byte // npm lockfile, version 3, SHA-512 for every package
	Registry string // http(s) address; needed only for tarballs not in the cache
	Arch     string // of the guest: amd64 or arm64
}

// Disk is a finished code disk in the cache. Its file is never written again.
type Disk struct {
	Path     string // the squashfs
	Manifest string // JSON beside it, see Manifest
	SHA256   string // of the squashfs, hexadecimal
	OpenClaw string // version
	Node     string // version
	Packages int    // how many packages it holds, bundled ones not counted
	Size     int64  // of the squashfs, bytes
	LockHash string // SHA-256 of the lockfile, hexadecimal
}

// Store is the cache of code disks and of the tarballs they are made from. Both
// directories are made when needed, can be the same for several processes at a
// time, and can be deleted at any time.
type Store struct {
	Dir      string       // code disks, named by lockfile and processor
	Tarballs string       // tarballs, named by their SHA-512
	HTTP     *http.Client // nil means http.DefaultClient
}

// Reporter is told how the work goes.
type Reporter interface {
	Stage(text string)
	Bytes(done, total int64)
	Percent(p float64)
	Log(line string)
}

// lockRetry is how often a lock held by another process is tried again.
const lockRetry = 200 * time.Millisecond

// Get returns the code disk for the request: from the cache when the file there
// still has the hash that was recorded, else newly built. It needs no network
// when the disk, or every tarball of it, is in the cache.
func (s *Store) Get(ctx context.Context, q Request, r Reporter) (Disk, error) {
	t := &text.T().Code
	lock, err := parseLockfile(q.Lockfile, q.Arch)
	if err != nil {
		return Disk{}, err
	}
	for _, dir := range []string{s.Dir, s.Tarballs} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return Disk{}, err
		}
	}
	unlock, err := hold(ctx, s.file(q, ".lock"), r)
	if err != nil {
		return Disk{}, err
	}
	defer unlock()

	if disk, ok := s.Cached(q); ok {
		r.Stage(t.StageVerify)
		err := s.verify(ctx, disk, r)
		if err == nil || ctx.Err() != nil {
			return disk, err
		}
		r.Log(err.Error())
	}
	// One build at a time a tarball cache: whatever temporary file is found
	// there belongs to a process that was killed.
	unlockTarballs, err := hold(ctx, filepath.Join(s.Tarballs, ".lock"), r)
	if err != nil {
		return Disk{}, err
	}
	defer unlockTarballs()
	s.clean(q)
	return s.build(ctx, q, lock, r)
}

// Cached returns the code disk for the request if it is in the cache. It looks
// at names and sizes only; Verify and Get look at the bytes.
func (s *Store) Cached(q Request) (Disk, bool) {
	m, err := readManifest(s.file(q, ".json"))
	if err != nil || m.Format != manifestFormat || m.LockHash != lockHash(q.Lockfile) || m.Arch != q.Arch {
		return Disk{}, false
	}
	disk := m.disk(s.file(q, ".squashfs"), s.file(q, ".json"))
	info, err := os.Lstat(disk.Path)
	if err != nil || !info.Mode().IsRegular() || info.Size() != disk.Size {
		return Disk{}, false
	}
	return disk, true
}

// Verify hashes the file of the disk again and compares it with SHA256.
func (s *Store) Verify(ctx context.Context, d Disk) error { return s.verify(ctx, d, silent{}) }

func (s *Store) verify(ctx context.Context, d Disk, r Reporter) error {
	t := &text.T().Code
	sum, size, err := hashFile(ctx, d.Path, r)
	if errors.Is(err, os.ErrNotExist) {
		return &text.Fault{What: fmt.Sprintf(t.DiskMissing, d.Path), Hint: t.DiskDamagedHint, Err: err}
	}
	if err != nil {
		return err
	}
	if sum != d.SHA256 || size != d.Size {
		return &text.Fault{What: fmt.Sprintf(t.DiskDamaged, d.Path, sum, d.SHA256), Hint: t.DiskDamagedHint}
	}
	return nil
}

// file is the place of one file of a code disk in the cache.
func (s *Store) file(q Request, suffix string) string {
	return filepath.Join(s.Dir, lockHash(q.Lockfile)+"-"+q.Arch+suffix)
}

// clean removes what a killed process left half written. The caller holds both
// locks, so nobody is writing.
func (s *Store) clean(q Request) {
	for dir, prefix := range map[string]string{s.Dir: filepath.Base(s.file(q, "")), s.Tarballs: ""} {
		files, _ := os.ReadDir(dir)
		for _, f := range files {
			if strings.HasPrefix(f.Name(), prefix) && strings.HasSuffix(f.Name(), partial) {
				os.Remove(filepath.Join(dir, f.Name()))
			}
		}
	}
}

// partial ends the names of files that are still being written.
const partial = ".partial"

// lockHash names a lockfile by its content.
func lockHash(lockfile []byte) string {
	sum := sha256.Sum256(lockfile)
	return hex.EncodeToString(sum[:])
}

// hold takes the lock, waiting for as long as ctx lives, and returns its release.
func hold(ctx context.Context, path string, r Reporter) (func(), error) {
	l := flock.New(path, flock.SetPermissions(0o600))
	ok, err := l.TryLock()
	if err == nil && !ok {
		r.Stage(text.T().Code.StageWait)
		_, err = l.TryLockContext(ctx, lockRetry)
	}
	if err != nil {
		return nil, err
	}
	return func() { _ = l.Unlock() }, nil
}

// hashFile returns the SHA-256 and the size of a file.
func hashFile(ctx context.Context, path string, r Reporter) (string, int64, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", 0, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return "", 0, err
	}
	h := sha256.New()
	buf := make([]byte, 1<<20)
	var done int64
	for {
		if err := ctx.Err(); err != nil {
			return "", 0, err
		}
		n, err := f.Read(buf)
		h.Write(buf[:n])
		done += int64(n)
		r.Bytes(done, info.Size())
		if err == io.EOF {
			return hex.EncodeToString(h.Sum(nil)), done, nil
		}
		if err != nil {
			return "", 0, err
		}
	}
}

// silent is the Reporter of work that nobody watches.
type silent struct{}

func (silent) Stage(string)       {}
func (silent) Bytes(int64, int64) {}
func (silent) Percent(float64)    {}
func (silent) Log(string)         {}
