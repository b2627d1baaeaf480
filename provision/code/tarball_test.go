package code

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"
	"path"
	"strings"
	"testing"
)

func tarOf(t testing.TB, headers ...*tar.Header) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, h := range headers {
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		io.CopyN(w, zeros{}, h.Size)
	}
	w.Close()
	return b.Bytes()
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestATarballThatWouldFillTheDiskIsRefused(t *testing.T) {
	p := &pkg{name: "bomb", version: "1.0.0"}
	large := tarOf(t, &tar.Header{Name: "package/a", Size: 4000, Mode: 0o644}, &tar.Header{Name: "package/b", Size: 4000, Mode: 0o644})
	many := tarOf(t, &tar.Header{Name: "package/a", Mode: 0o644}, &tar.Header{Name: "package/b", Mode: 0o644}, &tar.Header{Name: "package/c", Mode: 0o644})
	skip := func(f file) error { _, err := io.Copy(io.Discard, f.body); return err }
	for name, err := range map[string]error{
		"bytes":   readTar(p, bytes.NewReader(large), limits{files: 10, bytes: 5000}, skip),
		"files":   readTar(p, bytes.NewReader(many), limits{files: 2, bytes: 5000}, skip),
		"padding": readTar(p, io.MultiReader(bytes.NewReader(many[:512]), zeros{}), limits{files: 1, bytes: 100}, skip),
	} {
		if err == nil && name != "padding" {
			t.Errorf("%s: accepted", name)
		}
		if err != nil && !strings.Contains(err.Error(), "bomb@1.0.0") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestATarballCutInTheMiddleIsRefused(t *testing.T) {
	p := &pkg{name: "cut", version: "1.0.0"}
	whole := tarOf(t, &tar.Header{Name: "package/a", Size: 4000, Mode: 0o644})
	err := readTar(p, bytes.NewReader(whole[:2000]), perTarball, func(f file) error {
		_, err := io.Copy(io.Discard, f.body)
		return err
	})
	if err == nil || !strings.Contains(err.Error(), "cut@1.0.0") || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Error(err)
	}
}

// FuzzTarball: whatever the bytes, a file that comes out lies inside the
// package and within the limits.
func FuzzTarball(f *testing.F) {
	for _, name := range []string{"package/a", "../a", "/a", "package/../../a", "package//a/./b", "./package/a", "package", `package\..\a`} {
		f.Add(tarOf(f, &tar.Header{Name: name, Size: 3, Mode: 0o755}))
	}
	f.Add(tarOf(f, &tar.Header{Name: "package/l", Typeflag: tar.TypeSymlink, Linkname: "/etc"}))
	f.Add(tarOf(f, &tar.Header{Name: "package/" + strings.Repeat("long/", 60) + "x", Mode: 0o644, Format: tar.FormatPAX}))
	limit := limits{files: 100, bytes: 1 << 16}
	f.Fuzz(func(t *testing.T, data []byte) {
		files, size := 0, int64(0)
		_ = readTar(&pkg{name: "p", version: "1.0.0"}, bytes.NewReader(data), limit, func(f file) error {
			if !isLocal(f.name) || path.Clean(f.name) != f.name || strings.ContainsAny(f.name, "\x00\n\\") {
				t.Fatalf("escaped: %q", f.name)
			}
			files++
			n, err := io.Copy(io.Discard, f.body)
			size += n
			return err
		})
		if files > limit.files || size > limit.bytes {
			t.Fatalf("%d files, %d bytes", files, size)
		}
	})
}

func FuzzLockfile(f *testing.F) {
	f.Add([]byte(`{"lockfileVersion":3,"packages":{"node_modules/a":{"version":"1.0.0","bin":{"a":"../b"}}}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		lock, err := parseLockfile(data, "amd64")
		if err != nil {
			return
		}
		for _, p := range lock.packages {
			if !isLocal(p.path) || len(p.sha512) != 128 {
				t.Fatalf("%+v", p)
			}
		}
	})
}
