package checks

import (
	"context"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"sync"

	"github.com/clawarium/clawarium/assets/text"
)

// Digests are computed from all bytes every time: a remembered digest proves
// what the bytes were, not what they are.

// digests hashes the image and the code disk, both as they lie in the cache and
// as they lie in the pool, where the machine reads them.
func digests(ctx context.Context, s Subject, from Sources, progress *shared) map[DigestOf]Fact[DigestFound] {
	t := text.T().Checks
	file := func(path string) func(context.Context) (io.ReadCloser, int64, error) {
		return func(context.Context) (io.ReadCloser, int64, error) {
			f, err := os.Open(path)
			if err != nil {
				return nil, 0, err
			}
			info, err := f.Stat()
			if err != nil {
				f.Close()
				return nil, 0, err
			}
			if !info.Mode().IsRegular() {
				f.Close()
				return nil, 0, fmt.Errorf(t.NotAFile, path)
			}
			return f, info.Size(), nil
		}
	}
	volume := func(name string) func(context.Context) (io.ReadCloser, int64, error) {
		return func(ctx context.Context) (io.ReadCloser, int64, error) {
			if from.Libvirt == nil {
				return nil, 0, reason(from.LibvirtErr, t.NoLibvirt)
			}
			r, err := from.Libvirt.Volume(ctx, name)
			return r, 0, err
		}
	}
	jobs := []struct {
		of   DigestOf
		name string
		hash func() hash.Hash
		open func(context.Context) (io.ReadCloser, int64, error)
	}{
		{CachedImage, s.Image.Path, sha512.New, file(s.Image.Path)},
		{BaseVolume, s.Image.Volume, sha512.New, volume(s.Image.Volume)},
		{CachedCode, s.Code.Path, sha256.New, file(s.Code.Path)},
		{CodeVolume, s.Code.Volume, sha256.New, volume(s.Code.Volume)},
	}
	found := make(map[DigestOf]Fact[DigestFound], len(jobs))
	var mu sync.Mutex
	var group sync.WaitGroup
	for _, job := range jobs {
		group.Go(func() {
			var f Fact[DigestFound]
			if job.name == "" {
				f = unseen[DigestFound](errors.New(t.NoName))
			} else {
				f = digest(ctx, job.name, job.hash(), job.open, progress)
			}
			mu.Lock()
			defer mu.Unlock()
			found[job.of] = f
		})
	}
	group.Wait()
	return found
}

func digest(ctx context.Context, name string, h hash.Hash, open func(context.Context) (io.ReadCloser, int64, error), progress *shared) Fact[DigestFound] {
	ctx, cancel := context.WithTimeout(ctx, digestDeadline)
	defer cancel()
	return within(ctx, digestDeadline, func() (DigestFound, error) {
		d := DigestFound{Name: name}
		r, size, err := open(ctx)
		if errors.Is(err, fs.ErrNotExist) {
			d.Absent = true
			return d, nil
		}
		if err != nil {
			return d, err
		}
		defer r.Close()
		progress.add(0, size)
		buf := make([]byte, 1<<20)
		for {
			if err := ctx.Err(); err != nil {
				return d, err
			}
			n, err := r.Read(buf)
			h.Write(buf[:n])
			d.Size += int64(n)
			if size > 0 {
				progress.add(int64(n), 0)
			} else {
				progress.add(int64(n), int64(n))
			}
			if err == io.EOF {
				break
			}
			if err != nil {
				return d, err
			}
		}
		sum := hex.EncodeToString(h.Sum(nil))
		if h.Size() == sha512.Size {
			d.SHA512 = sum
		} else {
			d.SHA256 = sum
		}
		return d, nil
	})
}
