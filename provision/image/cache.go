package image

// The cache: an image, beside it a JSON file that says what it is, and a lock
// file that lets one process at a time make it. The JSON file is written before
// the image gets its name, so that an image under its final name always has one.

import (
	"context"
	"crypto/sha512"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
	"github.com/google/renameio/v2"

	"github.com/clawarium/clawarium/assets/text"
)

// record is what the JSON file holds.
type record struct {
	Image
	Size     int64             `json:"size"`               // bytes of the file
	Made     time.Time         `json:"made"`               // when it was put in the cache
	Origin   *origin           `json:"origin,omitempty"`   // with File: what it was copied from
	Packages map[string]string `json:"packages,omitempty"` // with Build: name to version
}

// origin recognises a file of the owner's without reading it.
type origin struct {
	Path     string    `json:"path"`
	Size     int64     `json:"size"`
	Modified time.Time `json:"modified"`
	SHA512   string    `json:"sha512"` // of the owner's file, before any conversion
}

func recordPath(image string) string { return image + ".json" }

// lookup reads the record of an image and makes sure that the file looks like
// it: the size, not the digest.
func (s *Store) lookup(name string) (record, bool) {
	path := filepath.Join(s.Dir, name)
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return record{}, false
	}
	data, err := os.ReadFile(recordPath(path))
	if err != nil {
		return record{}, false
	}
	var rec record
	if json.Unmarshal(data, &rec) != nil || rec.Size != info.Size() || len(rec.SHA512) != 2*sha512.Size {
		return record{}, false
	}
	rec.Path = path
	return rec, true
}

// good returns the cached image when it is there and still has its digest. A
// damaged one is said to be so and removed, so that the caller makes it again.
func (s *Store) good(ctx context.Context, name string, reporter Reporter) (Image, bool, error) {
	path := filepath.Join(s.Dir, name)
	rec, ok := s.lookup(name)
	if ok {
		err := s.Verify(ctx, rec.Image, reporter)
		if err == nil {
			return rec.Image, true, nil
		}
		if ctx.Err() != nil {
			return Image{}, false, ctx.Err()
		}
	} else if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return Image{}, false, nil
	}
	reporter.Log(fmt.Sprintf(text.T().Image.CacheDamaged, path))
	return Image{}, false, s.forget(Image{Path: path})
}

// forget removes an image and its record.
func (s *Store) forget(img Image) error {
	return errors.Join(remove(img.Path), remove(recordPath(img.Path)))
}

func remove(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// publish inspects a finished file and gives it its place: record first, then
// the rename, then the directory is synced. temporary must be in s.Dir.
func (s *Store) publish(temporary, name string, rec record) (Image, error) {
	format, size, err := Inspect(temporary)
	if err != nil {
		return Image{}, err
	}
	info, err := os.Stat(temporary)
	if err != nil {
		return Image{}, err
	}
	rec.Format, rec.VirtualSize, rec.Size, rec.Made = format, size, info.Size(), time.Now().UTC().Truncate(time.Second)
	rec.Path = filepath.Join(s.Dir, name)
	// Readable by the hypervisor's own account once it is in a place that lets
	// that account in; never writable.
	if err := os.Chmod(temporary, 0o444); err != nil {
		return Image{}, err
	}
	if err := s.write(rec); err != nil {
		return Image{}, err
	}
	if err := os.Rename(temporary, rec.Path); err != nil {
		return Image{}, err
	}
	return rec.Image, syncDir(s.Dir)
}

func (s *Store) write(rec record) error {
	data, err := json.MarshalIndent(rec, "", "  ")
	if err != nil {
		return err
	}
	return renameio.WriteFile(recordPath(rec.Path), append(data, '\n'), 0o644)
}

// record rewrites what is known of an image that is in the cache already.
func (s *Store) record(img Image) error {
	rec, ok := s.lookup(filepath.Base(img.Path))
	if !ok {
		return &text.Fault{What: fmt.Sprintf(text.T().Image.Gone, img.Path), Hint: text.T().Image.GoneHint}
	}
	rec.Image = img
	return s.write(rec)
}

// packages counts what a built image was built from.
func (s *Store) packages(img Image) int {
	rec, _ := s.lookup(filepath.Base(img.Path))
	return len(rec.Packages)
}

// lock waits until this process is the only one that makes the artefact. The
// lock is the kernel's and ends with its process; its file stays.
func (s *Store) lock(ctx context.Context, name string, reporter Reporter) (unlock func(), err error) {
	l := flock.New(filepath.Join(s.Dir, "."+name+".lock"))
	got, err := l.TryLock()
	if err == nil && !got {
		reporter.Stage(fmt.Sprintf(text.T().Image.Waiting, name))
		got, err = l.TryLockContext(ctx, 300*time.Millisecond)
	}
	if err != nil {
		return nil, err
	}
	if !got {
		return nil, ctx.Err()
	}
	return func() { _ = l.Unlock() }, nil
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

// hashFile returns the SHA-512 of a whole file in hexadecimal.
func hashFile(ctx context.Context, path string, reporter Reporter) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	total := int64(0)
	if info, err := f.Stat(); err == nil {
		total = info.Size()
	}
	h := sha512.New()
	if err := pump(ctx, h, f, &meter{reporter: reporter, total: total}); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// meter passes on how far a transfer is, ten times a second at most.
type meter struct {
	reporter    Reporter
	done, total int64
	last        time.Time
}

func (m *meter) add(n int64) {
	m.done += n
	if now := time.Now(); now.Sub(m.last) > 100*time.Millisecond {
		m.last = now
		m.reporter.Bytes(m.done, m.total)
	}
}

// pump copies until the source ends, ctx does, or an error comes.
func pump(ctx context.Context, to io.Writer, from io.Reader, m *meter) error {
	buf := make([]byte, 1<<20)
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		n, err := from.Read(buf)
		if n > 0 {
			if _, err := to.Write(buf[:n]); err != nil {
				return err
			}
			m.add(int64(n))
		}
		if err == io.EOF {
			m.reporter.Bytes(m.done, m.total)
			return nil
		}
		if err != nil {
			return err
		}
	}
}
