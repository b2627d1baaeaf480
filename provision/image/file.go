package image

// The owner's own file: inspected, compared with the plan's pin if there is one,
// and copied, so that what the machines stand on cannot change under them.

import (
	"context"
	"crypto/sha512"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/lima-vm/go-qcow2reader/image/raw"

	"github.com/clawarium/clawarium/assets/text"
)

func (s *Store) cachedFile(r Request) (Image, bool) {
	rec, ok := s.adopted(r)
	return rec.Image, ok
}

// adopted finds the copy of a file that has not changed since by path, size and
// time; the digest of the copy is what Get goes by.
func (s *Store) adopted(r Request) (record, bool) {
	from, err := describe(r.File)
	if err != nil {
		return record{}, false
	}
	names, _ := filepath.Glob(filepath.Join(s.Dir, "file-*.qcow2"))
	for _, path := range names {
		data, err := os.ReadFile(recordPath(path))
		if err != nil {
			continue
		}
		var rec record
		if json.Unmarshal(data, &rec) != nil || rec.Origin == nil {
			continue
		}
		o := *rec.Origin
		if o.Path != from.Path || o.Size != from.Size || !o.Modified.Equal(from.Modified) || (r.SHA512 != "" && o.SHA512 != r.SHA512) {
			continue
		}
		if rec, ok := s.lookup(filepath.Base(path)); ok {
			rec.Note = fileNote(r)
			return rec, true
		}
	}
	return record{}, false
}

func describe(path string) (origin, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return origin{}, err
	}
	info, err := os.Stat(abs)
	if err != nil {
		return origin{}, err
	}
	return origin{Path: abs, Size: info.Size(), Modified: info.ModTime().UTC()}, nil
}

func fileNote(r Request) string {
	t := &text.T().Image
	if r.SHA512 != "" {
		return fmt.Sprintf(t.NoteFile, r.File)
	}
	return fmt.Sprintf(t.NoteFileFree, r.File)
}

func (s *Store) file(ctx context.Context, r Request, reporter Reporter) (Image, error) {
	t := &text.T().Image
	from, err := describe(r.File)
	if err != nil {
		return Image{}, &text.Fault{What: fmt.Sprintf(t.Unusable, r.File), Hint: t.NoFileHint, Err: err}
	}
	unlock, err := s.lock(ctx, "file", reporter)
	if err != nil {
		return Image{}, err
	}
	defer unlock()
	if rec, ok := s.adopted(r); ok {
		if img, ok, err := s.good(ctx, filepath.Base(rec.Path), reporter); ok || err != nil {
			img.Note = rec.Note
			return img, err
		}
	}
	if _, _, err := Inspect(r.File); err != nil {
		return Image{}, err
	}
	if err := s.enough(s.Dir, from.Size); err != nil {
		return Image{}, err
	}
	img, err := s.adopt(ctx, r, from, reporter)
	return img, s.diskFull(err)
}

// adopt copies the file, hashing what is really copied, and inspects the copy:
// the original may change meanwhile, the copy cannot.
func (s *Store) adopt(ctx context.Context, r Request, from origin, reporter Reporter) (img Image, err error) {
	t := &text.T().Image
	reporter.Stage(fmt.Sprintf(t.Copying, filepath.Base(r.File)))
	temporary, err := s.temporary("file")
	if err != nil {
		return Image{}, err
	}
	defer os.Remove(temporary.Name())
	defer temporary.Close()
	source, err := os.Open(r.File)
	if err != nil {
		return Image{}, err
	}
	defer source.Close()
	h := sha512.New()
	if err := pump(ctx, io.MultiWriter(temporary, h), source, &meter{reporter: reporter, total: from.Size}); err != nil {
		return Image{}, err
	}
	if err := errors.Join(temporary.Sync(), temporary.Close()); err != nil {
		return Image{}, err
	}
	from.SHA512 = hex.EncodeToString(h.Sum(nil))
	if r.SHA512 != "" && from.SHA512 != r.SHA512 {
		return Image{}, &text.Fault{What: fmt.Sprintf(t.NotPinned, r.File), Hint: t.NotPinnedHint}
	}
	format, _, err := Inspect(temporary.Name())
	if err != nil {
		return Image{}, err
	}
	final, sum := temporary.Name(), from.SHA512
	if format == string(raw.Type) {
		converted := strings.TrimSuffix(temporary.Name(), ".part") + ".qcow2.part"
		defer os.Remove(converted)
		reporter.Stage(fmt.Sprintf(t.Converting, filepath.Base(r.File)))
		err := run(ctx, reporter, command{
			name: "qemu-img", pkg: "qemu-utils",
			args: []string{"convert", "-f", "raw", "-O", "qcow2", temporary.Name(), converted},
		})
		if err != nil {
			return Image{}, err
		}
		if sum, err = hashFile(ctx, converted, reporter); err != nil {
			return Image{}, err
		}
		final = converted
	}
	rec := record{Origin: &from, Image: Image{SHA512: sum, Source: File, Note: fileNote(r), Release: filepath.Base(r.File)}}
	return s.publish(final, "file-"+from.SHA512[:16]+".qcow2", rec)
}

// temporary makes a file that no other process knows. Those of processes that
// were killed are cleared away; the caller has the lock of the kind.
func (s *Store) temporary(kind string) (*os.File, error) {
	stale, _ := filepath.Glob(filepath.Join(s.Dir, "."+kind+"-*.part"))
	for _, path := range stale {
		if err := remove(path); err != nil {
			return nil, err
		}
	}
	return os.CreateTemp(s.Dir, "."+kind+"-*.part")
}
