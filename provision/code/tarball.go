package code

// Reading one npm tarball. Whoever made it is not trusted: a path stays inside
// the package, only regular files come out, and amounts are bounded.

import (
	"archive/tar"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"strings"
	"unicode/utf8"

	"github.com/clawarium/clawarium/assets/text"
)

// limits bound what one tarball may hold, and what a whole disk may.
type limits struct {
	files int
	bytes int64
}

var (
	perTarball = limits{files: 200_000, bytes: 1 << 30}
	perDisk    = limits{files: 1_000_000, bytes: 4 << 30}
)

const (
	maxName = 255  // bytes in one path component, Linux's own limit
	maxPath = 2048 // bytes in a path; Linux's limit is 4096 with the mount point
)

// file is one regular file of a tarball.
type file struct {
	name string // below the package's directory, clean
	size int64
	exec bool // some execute bit is set
	body io.Reader
}

// readTarball calls visit for each regular file in the gzipped tarball at path,
// in the tarball's order. What it refuses is an *text.Fault that names p.
func readTarball(p *pkg, tarball string, visit func(file) error) error {
	in, err := os.Open(tarball)
	if err != nil {
		return err
	}
	defer in.Close()
	unzipped, err := gzip.NewReader(in)
	if err != nil {
		return &text.Fault{What: fmt.Sprintf(text.T().Code.BadTarball, p), Hint: text.T().Code.DoNotUseHint, Err: err}
	}
	defer unzipped.Close()
	return readTar(p, unzipped, perTarball, visit)
}

// readTar does the work of readTarball on the decompressed stream.
func readTar(p *pkg, r io.Reader, limit limits, visit func(file) error) error {
	t := &text.T().Code
	refuse := func(format string, args ...any) error {
		return &text.Fault{What: fmt.Sprintf(format, append([]any{p}, args...)...), Hint: t.DoNotUseHint}
	}
	// Counts headers and padding too, so that no shape of stream runs away.
	bounded := &io.LimitedReader{R: r, N: limit.bytes + int64(limit.files)*1024}
	in := tar.NewReader(bounded)
	left := limit
	for {
		h, err := in.Next()
		if err == io.EOF && bounded.N > 0 {
			return nil
		}
		if bounded.N <= 0 {
			return refuse(t.Bomb, limit.bytes, limit.files)
		}
		if err != nil {
			return &text.Fault{What: fmt.Sprintf(t.BadTarball, p), Hint: t.DoNotUseHint, Err: err}
		}
		switch h.Typeflag {
		case tar.TypeXGlobalHeader:
			continue
		case tar.TypeReg, tar.TypeDir:
		default:
			return refuse(t.NotAFile, h.Name)
		}
		name, problem := inside(h.Name)
		if problem {
			return refuse(t.Escapes, h.Name)
		}
		left.files--
		left.bytes -= h.Size
		if left.files < 0 || left.bytes < 0 {
			return refuse(t.Bomb, limit.bytes, limit.files)
		}
		if h.Typeflag == tar.TypeDir {
			continue // made when a file needs it
		}
		if name == "" {
			return refuse(t.Escapes, h.Name) // a file where the package's directory should be
		}
		if err := visit(file{name: name, size: h.Size, exec: h.Mode&0o111 != 0, body: in}); err != nil {
			if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, tar.ErrHeader) {
				return &text.Fault{What: fmt.Sprintf(t.BadTarball, p), Hint: t.DoNotUseHint, Err: err}
			}
			return err
		}
	}
}

// inside takes off the first component, as npm does, and says whether the name
// is one that could lead elsewhere or confuse somebody who reads it.
func inside(name string) (clean string, problem bool) {
	if len(name) > maxPath || !utf8.ValidString(name) || path.IsAbs(name) || strings.Contains(name, `\`) {
		return "", true
	}
	for _, c := range name {
		if c < 0x20 || c == 0x7f {
			return "", true
		}
	}
	for _, part := range strings.Split(name, "/") {
		if part == ".." || len(part) > maxName {
			return "", true
		}
	}
	_, rest, _ := strings.Cut(path.Clean(name), "/")
	return rest, false
}
