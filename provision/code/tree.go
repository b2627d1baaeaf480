package code

// The tree on the disk, written as one tar stream: every package at its place,
// parents before children, owners, modes and times the same for everybody, and
// at the end the links to the packages' commands.

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/clawarium/clawarium/assets/text"
)

// epoch is the time of every file: part of "same lockfile, same bytes".
var epoch = time.Unix(0, 0)

// tree writes the tar stream of one disk.
type tree struct {
	out   *tar.Writer
	lock  *lockfile
	drop  map[string]bool // paths to leave out, see lifecycle.go
	kinds map[string]kind // what each path is, directories included
	left  limits
	buf   []byte

	files int
	bytes int64
}

type kind bool

const (
	isDir  kind = false
	isFile kind = true
)

func newTree(out io.Writer, lock *lockfile, drop map[string]bool) *tree {
	return &tree{out: tar.NewWriter(out), lock: lock, drop: drop, kinds: map[string]kind{}, left: perDisk, buf: make([]byte, copyBuffer)}
}

// add writes one package from its verified tarball. seen, when not nil, is told
// every file and gets the content through the returned writer, if any.
func (t *tree) add(p *pkg, tarball string, seen func(name string) io.Writer) error {
	bins := map[string]bool{}
	for _, target := range p.bin {
		bins[path.Clean(target)] = true
	}
	for _, b := range t.lock.bundled {
		if within, ok := strings.CutPrefix(b.path, p.path+"/"); ok {
			for _, target := range b.bin {
				bins[path.Join(within, target)] = true
			}
		}
	}
	return readTarball(p, tarball, func(f file) error {
		at := path.Join(p.path, f.name)
		body := f.body
		if seen != nil {
			if w := seen(f.name); w != nil {
				body = io.TeeReader(body, w)
			}
		}
		if t.drop[at] {
			return nil
		}
		if other := t.trespasses(p, at); other != "" {
			return &text.Fault{What: fmt.Sprintf(text.T().Code.Trespasses, p, f.name, other), Hint: text.T().Code.DoNotUseHint}
		}
		if err := t.parents(p, at); err != nil {
			return err
		}
		if k, taken := t.kinds[at]; taken {
			// npm packs a file twice when "main" and "files" spell it differently.
			if k == isFile {
				if same, err := repeats(p, tarball, f); same || err != nil {
					return err
				}
			}
			return &text.Fault{What: fmt.Sprintf(text.T().Code.Duplicate, p, f.name), Hint: text.T().Code.DoNotUseHint}
		}
		t.kinds[at] = isFile
		t.files++
		t.bytes += f.size
		if t.files > t.left.files || t.bytes > t.left.bytes {
			return &text.Fault{What: fmt.Sprintf(text.T().Code.Bomb, p, t.left.bytes, t.left.files), Hint: text.T().Code.DoNotUseHint}
		}
		mode := int64(0o644)
		if f.exec || bins[f.name] {
			mode = 0o755
		}
		err := t.out.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: at, Size: f.size, Mode: mode, ModTime: epoch})
		if err != nil {
			return err
		}
		_, err = io.CopyBuffer(t.out, onlyReader{body}, t.buf)
		return err
	})
}

// repeats says whether a file has the content of the first file of that name in
// the tarball, which is read again for it: this is rare.
func repeats(p *pkg, tarball string, again file) (bool, error) {
	first, second := sha256.New(), sha256.New()
	found := errors.New("found")
	err := readTarball(p, tarball, func(f file) error {
		if f.name != again.name {
			return nil
		}
		if _, err := io.Copy(first, f.body); err != nil {
			return err
		}
		return found
	})
	if err != found {
		return false, err
	}
	if _, err := io.Copy(second, again.body); err != nil {
		return false, err
	}
	return bytes.Equal(first.Sum(nil), second.Sum(nil)), nil
}

// onlyReader hides every other method, so that the copy uses our buffer.
type onlyReader struct{ io.Reader }

// trespasses returns the place of the other package that a file would land in,
// if the lockfile does not say that it is bundled here. A file directly in a
// directory of packages belongs to no package and is nobody's to write.
func (t *tree) trespasses(p *pkg, at string) string {
	for dir := path.Dir(at); len(dir) > len(p.path); dir = path.Dir(dir) {
		if bundled, known := t.lock.owned[dir]; known && !bundled {
			return dir
		}
	}
	if strings.HasPrefix(at, p.path+"/"+modules+".bin/") {
		return p.path + "/" + modules + ".bin"
	}
	return ""
}

// parents writes the directories above a path that are not written yet.
func (t *tree) parents(p *pkg, at string) error {
	dir := path.Dir(at)
	if dir == "." {
		return nil
	}
	switch k, known := t.kinds[dir]; {
	case known && k == isDir:
		return nil
	case known:
		return &text.Fault{What: fmt.Sprintf(text.T().Code.Duplicate, p, dir), Hint: text.T().Code.DoNotUseHint}
	}
	if err := t.parents(p, dir); err != nil {
		return err
	}
	t.kinds[dir] = isDir
	return t.out.WriteHeader(&tar.Header{Typeflag: tar.TypeDir, Name: dir + "/", Mode: 0o755, ModTime: epoch})
}

// finish writes the command links and ends the stream. As npm does, each
// node_modules directory gets a .bin with one link for each command of the
// packages in it; of two packages with the same command the first by path wins.
func (t *tree) finish() error {
	all := slices.Concat(t.lock.packages, t.lock.bundled)
	slices.SortFunc(all, func(a, b *pkg) int { return strings.Compare(a.path, b.path) })
	for _, p := range all {
		dir := ".bin"
		within := p.path // below the node_modules directory that holds the package
		if i := strings.LastIndex(p.path, "/"+modules); i >= 0 {
			within = p.path[i+1+len(modules):]
			dir = p.path[:i+1] + modules + ".bin"
		}
		for _, name := range slices.Sorted(maps.Keys(p.bin)) {
			target, link := path.Clean(p.bin[name]), path.Join(dir, name)
			if t.kinds[path.Join(p.path, target)] != isFile {
				continue // promised, but not in the tarball
			}
			if _, taken := t.kinds[link]; taken {
				continue
			}
			if err := t.parents(p, link); err != nil {
				return err
			}
			t.kinds[link] = isFile
			h := &tar.Header{Typeflag: tar.TypeSymlink, Name: link, Linkname: path.Join("..", within, target), Mode: 0o777, ModTime: epoch}
			if err := t.out.WriteHeader(h); err != nil {
				return err
			}
		}
	}
	return t.out.Close()
}
