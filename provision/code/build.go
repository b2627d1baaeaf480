package code

// One build: downloads on one side, the tar stream into mksquashfs on the
// other, each package following as soon as its tarball is there.

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"github.com/clawarium/clawarium/assets/text"
)

// needed is the free space asked for beforehand, in bytes, in each of the two
// directories. OpenClaw 2026.9.6 takes 180 MB of tarballs and a disk of 195 MB.
var needed = int64(512 << 20)

// build makes the disk. Nothing has its final name until all of it is right.
func (s *Store) build(ctx context.Context, q Request, lock *lockfile, r Reporter) (Disk, error) {
	tool, version, err := squashTool(ctx)
	if err != nil {
		return Disk{}, err
	}
	for _, dir := range []string{s.Dir, s.Tarballs} {
		if err := room(dir); err != nil {
			return Disk{}, err
		}
	}
	temp, err := os.CreateTemp(s.Dir, filepath.Base(s.file(q, ".squashfs"))+".*"+partial)
	if err != nil {
		return Disk{}, noSpace(err, s.Dir)
	}
	temp.Close()
	defer os.Remove(temp.Name()) // without effect once it is renamed

	r.Stage(fmt.Sprintf(text.T().Code.StageBuild, lock.openclaw, lock.node, len(lock.packages)))
	b := &builder{store: s, lock: lock, reporter: r, tool: tool, fetch: newFetcher(s, q, lock, r)}
	if err := b.run(ctx, temp.Name()); err != nil {
		return Disk{}, err
	}
	r.Stage(text.T().Code.StageFinish)
	if err := syncPath(temp.Name()); err != nil {
		return Disk{}, noSpace(err, s.Dir)
	}
	m := b.manifest
	m.Format, m.LockHash, m.Arch, m.Mksquashfs = manifestFormat, lockHash(q.Lockfile), q.Arch, version
	m.OpenClaw, m.Node = lock.openclaw, lock.node
	if m.SHA256, m.Size, err = hashFile(ctx, temp.Name(), r); err != nil {
		return Disk{}, err
	}
	if err := publish(temp.Name(), s.file(q, ".squashfs"), m, s.file(q, ".json")); err != nil {
		return Disk{}, noSpace(err, s.Dir)
	}
	return m.disk(s.file(q, ".squashfs"), s.file(q, ".json")), nil
}

// builder carries one build.
type builder struct {
	store    *Store
	lock     *lockfile
	reporter Reporter
	tool     string
	fetch    *fetcher
	manifest Manifest
}

// run downloads and packs at the same time. A failed download ends the packing,
// and what failed is said once, by whoever saw it.
func (b *builder) run(ctx context.Context, out string) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	fetched := make(chan error, 1)
	packing, stopPacking := context.WithCancel(ctx)
	defer stopPacking()
	go func() {
		err := b.fetch.run(ctx)
		if err != nil {
			stopPacking()
		}
		fetched <- err
	}()
	// Packing twice is the exception: only when OpenClaw's package has files
	// that its own inventory does not know.
	drop := map[string]bool{lifecycleMarker: true}
	stale, err := b.pack(packing, out, drop)
	if err == nil && len(stale) > 0 {
		for _, name := range stale {
			drop[name] = true
		}
		if err = os.Truncate(out, 0); err == nil {
			_, err = b.pack(packing, out, drop)
		}
	}
	if err != nil && !errors.Is(err, context.Canceled) {
		cancel() // packing failed by itself: no need for the rest of the downloads
		<-fetched
		return err
	}
	if fetchErr := <-fetched; fetchErr != nil {
		return fetchErr
	}
	return err
}

// pack writes the squashfs once and returns the paths to leave out next time.
func (b *builder) pack(ctx context.Context, out string, drop map[string]bool) (stale []string, err error) {
	squash, err := startSquash(ctx, b.tool, out, b.reporter)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			squash.abort()
		}
	}()
	t := newTree(squash.in, b.lock, drop)
	b.manifest = Manifest{}
	for i, p := range b.lock.packages {
		select {
		case <-b.fetch.ready[p.sha512]:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		dropped := 0
		if p.path != openclawPkg {
			err = t.add(p, b.store.tarball(p.sha512), nil)
		} else {
			var l lifecycle
			err = t.add(p, b.store.tarball(p.sha512), l.seen)
			if err == nil && len(drop) == 1 {
				stale, err = l.stale(p)
			}
			dropped = len(drop)
		}
		if err != nil {
			return nil, b.writeFault(ctx, squash, err)
		}
		raw, _ := hex.DecodeString(p.sha512)
		b.manifest.Packages = append(b.manifest.Packages, Package{
			Path: p.path, Name: p.name, Version: p.version, Dropped: dropped,
			Integrity: "sha512-" + base64.StdEncoding.EncodeToString(raw),
		})
		b.reporter.Percent(100 * float64(i+1) / float64(len(b.lock.packages)))
		if len(stale) > 0 {
			squash.abort()
			return stale, nil
		}
	}
	if err := t.finish(); err != nil {
		return nil, b.writeFault(ctx, squash, err)
	}
	b.manifest.Files, b.manifest.Content = t.files, t.bytes
	if err := squash.wait(); err != nil {
		return nil, err
	}
	return nil, ctx.Err()
}

// writeFault tells a refused tarball from a mksquashfs that died while we were
// writing to it, whose own words say more than "broken pipe".
func (b *builder) writeFault(ctx context.Context, squash *squasher, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if errors.Is(err, unix.EPIPE) || errors.Is(err, os.ErrClosed) {
		return squash.fault(squash.cmd.Wait())
	}
	return err
}

// room asks for free space before anything is begun.
func room(dir string) error {
	var fs unix.Statfs_t
	if err := unix.Statfs(dir, &fs); err != nil {
		return err
	}
	free := int64(fs.Bavail) * int64(fs.Bsize)
	if free < needed {
		t := &text.T().Code
		return &text.Fault{What: fmt.Sprintf(t.NoRoom, dir, free>>20, needed>>20), Hint: t.DiskFullHint}
	}
	return nil
}
