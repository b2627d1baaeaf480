package checks

import (
	"bytes"
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
	t := &text.T().Checks
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
	// What lies in the cache and what lies in the pool are the same bytes, as long as
	// all is well: each byte of both is read, and hashed once while they agree.
	pairs := [][2]source{
		{{CachedImage, s.Image.Path, file(s.Image.Path)}, {BaseVolume, s.Image.Volume, volume(s.Image.Volume)}},
		{{CachedCode, s.Code.Path, file(s.Code.Path)}, {CodeVolume, s.Code.Volume, volume(s.Code.Volume)}},
	}
	hashes := []func() hash.Hash{sha512.New, sha256.New}
	found := make(map[DigestOf]Fact[DigestFound], 2*len(pairs))
	var mu sync.Mutex
	var group sync.WaitGroup
	for i, pair := range pairs {
		group.Go(func() {
			facts := digestPair(ctx, pair, hashes[i], progress)
			mu.Lock()
			defer mu.Unlock()
			for k, f := range facts {
				found[pair[k].of] = f
			}
		})
	}
	group.Wait()
	return found
}

// source is something to hash. open returns how many bytes there are, or 0 when
// that is not known.
type source struct {
	of   DigestOf
	name string
	open func(context.Context) (io.ReadCloser, int64, error)
}

// reading is a source that is being read.
type reading struct {
	r    io.ReadCloser
	size int64
	sum  hash.Hash
	buf  []byte
	n    int  // bytes in buf
	end  bool // nothing follows them
	read int64
	err  error
}

const digestChunk = 1 << 20 // bytes that are read at a time

// next fills the buffer, unless the end was reached.
func (d *reading) next(progress *shared) {
	d.n = 0
	if d.end || d.err != nil {
		return
	}
	n, err := io.ReadFull(d.r, d.buf)
	d.n, d.read = n, d.read+int64(n)
	switch {
	case err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF):
		d.end = true
	case err != nil:
		d.err = err
	}
	if d.size > 0 {
		progress.add(int64(n), 0)
	} else {
		progress.add(int64(n), int64(n))
	}
}

// digestPair hashes two sources that should be the same.
func digestPair(ctx context.Context, pair [2]source, newHash func() hash.Hash, progress *shared) [2]Fact[DigestFound] {
	ctx, cancel := context.WithTimeout(ctx, digestDeadline)
	defer cancel()
	both := within(ctx, digestDeadline, func() ([2]Fact[DigestFound], error) {
		var facts [2]Fact[DigestFound]
		var readings []*reading
		var of []int
		for i, s := range pair {
			d, err := s.begin(ctx, progress)
			switch {
			case errors.Is(err, fs.ErrNotExist):
				facts[i] = seen(DigestFound{Name: s.name, Absent: true})
			case err != nil:
				facts[i] = unseen[DigestFound](err)
			default:
				defer d.r.Close()
				readings, of = append(readings, d), append(of, i)
			}
		}
		if err := hashAll(ctx, readings, newHash, progress); err != nil {
			return facts, err
		}
		for k, d := range readings {
			if d.err != nil {
				facts[of[k]] = unseen[DigestFound](d.err)
				continue
			}
			found := DigestFound{Name: pair[of[k]].name, Size: d.read}
			if sum := hex.EncodeToString(d.sum.Sum(nil)); d.sum.Size() == sha512.Size {
				found.SHA512 = sum
			} else {
				found.SHA256 = sum
			}
			facts[of[k]] = seen(found)
		}
		return facts, nil
	})
	if !both.OK {
		return [2]Fact[DigestFound]{{Err: both.Err}, {Err: both.Err}}
	}
	return both.Value
}

// begin opens the source.
func (s source) begin(ctx context.Context, progress *shared) (*reading, error) {
	if s.name == "" {
		return nil, errors.New(text.T().Checks.NoName)
	}
	r, size, err := s.open(ctx)
	if err != nil {
		return nil, err
	}
	progress.add(0, size)
	return &reading{r: r, size: size, buf: make([]byte, digestChunk)}, nil
}

// hashAll reads everything. One hash serves all as long as they agree; from the
// first difference on each has its own.
func hashAll(ctx context.Context, all []*reading, newHash func() hash.Hash, progress *shared) error {
	if len(all) == 0 {
		return nil
	}
	common := newHash()
	for _, d := range all {
		d.sum = common
	}
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		for _, d := range all {
			d.next(progress)
		}
		first := all[0]
		for _, d := range all[1:] {
			if d.sum == first.sum && (d.err != nil || first.err != nil || d.n != first.n || !bytes.Equal(d.buf[:d.n], first.buf[:first.n])) {
				own, err := first.sum.(hash.Cloner).Clone()
				if err != nil {
					return err
				}
				d.sum = own
			}
		}
		ended := true
		for i, d := range all {
			if i == 0 || d.sum != first.sum {
				d.sum.Write(d.buf[:d.n])
			}
			ended = ended && (d.end || d.err != nil)
		}
		if ended {
			return nil
		}
	}
}
