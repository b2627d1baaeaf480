package image

// What the tests share: a small valid qcow2 file, a server that can be told to
// misbehave, and a reporter that remembers.

import (
	"crypto/sha512"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/clawarium/clawarium/assets/images"
)

// qcow2Bytes is a qcow2 file, version 3, of an empty disk of 1 GiB, and some
// noise to make it longer.
func qcow2Bytes(length int) []byte {
	b := make([]byte, max(length, 3<<16))
	noise := rand.NewChaCha8([32]byte{7})
	_, _ = noise.Read(b[3<<16:])
	copy(b, "QFI\xfb")
	put32 := func(at int, v uint32) { binary.BigEndian.PutUint32(b[at:], v) }
	put64 := func(at int, v uint64) { binary.BigEndian.PutUint64(b[at:], v) }
	put32(4, 3)
	put32(20, 16)    // clusters of 64 KiB
	put64(24, 1<<30) // disk
	put32(36, 2)     // L1 entries
	put64(40, 1<<16) // L1 table
	put64(48, 2<<16) // refcount table
	put32(56, 1)     // its clusters
	put32(96, 4)     // refcount order
	put32(100, 112)  // header length
	return b
}

func digest(b []byte) string {
	sum := sha512.Sum512(b)
	return hex.EncodeToString(sum[:])
}

// server serves files by path, and counts and misbehaves as told.
type server struct {
	*httptest.Server
	mu       sync.Mutex
	files    map[string][]byte
	etag     string
	requests []string // path and Range of each
	cut      int      // if > 0: the next answer breaks off after so many bytes
	noRange  bool
	stall    bool
	refuse   int // status for everything
	hook     func(w http.ResponseWriter, r *http.Request) bool
}

func serve(t *testing.T, tls bool) *server {
	s := &server{files: map[string][]byte{}, etag: `"one"`}
	if tls {
		s.Server = httptest.NewTLSServer(s)
	} else {
		s.Server = httptest.NewServer(s)
	}
	t.Cleanup(func() { s.CloseClientConnections(); s.Close() })
	return s
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.requests = append(s.requests, r.URL.Path+" "+r.Header.Get("Range"))
	data, ok := s.files[r.URL.Path]
	cut, etag, noRange, stall, refuse, hook := s.cut, s.etag, s.noRange, s.stall, s.refuse, s.hook
	s.cut, s.stall = 0, false
	s.mu.Unlock()
	switch {
	case hook != nil && hook(w, r):
	case refuse != 0:
		http.Error(w, "no", refuse)
	case !ok:
		http.NotFound(w, r)
	case stall:
		w.Header().Set("Content-Length", fmt.Sprint(len(data)))
		w.Header().Set("ETag", etag)
		_, _ = w.Write(data[:len(data)/3])
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	case cut > 0:
		w.Header().Set("Content-Length", fmt.Sprint(len(data)))
		w.Header().Set("ETag", etag)
		_, _ = w.Write(data[:cut])
		w.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	case noRange:
		w.Header().Set("ETag", etag)
		_, _ = w.Write(data)
	default:
		w.Header().Set("ETag", etag)
		http.ServeContent(w, r, "", time.Time{}, strings.NewReader(string(data)))
	}
}

func (s *server) asked() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.requests, "\n")
}

// memory is a Reporter that remembers.
type memory struct {
	mu    sync.Mutex
	lines []string
	bytes func(done, total int64)
}

func (m *memory) add(s string)    { m.mu.Lock(); m.lines = append(m.lines, s); m.mu.Unlock() }
func (m *memory) Stage(s string)  { m.add("stage: " + s) }
func (m *memory) Log(s string)    { m.add("log: " + s) }
func (m *memory) Percent(float64) {}
func (m *memory) Bytes(done, total int64) {
	if m.bytes != nil {
		m.bytes(done, total)
	}
}
func (m *memory) said() string { m.mu.Lock(); defer m.mu.Unlock(); return strings.Join(m.lines, "\n") }

// world is a store whose publisher is a server of ours.
type world struct {
	*Store
	*memory
	server *server
	data   []byte
	dated  string // path of the pinned image on the server
	t      *testing.T
}

func newWorld(t *testing.T) *world {
	w := &world{memory: &memory{}, server: serve(t, true), data: qcow2Bytes(700_000), t: t}
	c := images.Catalogue{
		Publisher: w.server.URL, Codename: "trixie", Release: "r1",
		Images: []images.Entry{{Arch: "amd64", File: "image-r1.qcow2", Latest: "image.qcow2", Size: int64(len(w.data)), SHA512: digest(w.data)}},
	}
	w.dated = "/trixie/r1/image-r1.qcow2"
	w.server.files[w.dated] = w.data
	w.Store = &Store{Dir: t.TempDir(), HTTP: w.server.Client(), catalogue: &c, backoff: time.Millisecond}
	return w
}

func (w *world) get(mirrors ...string) (Image, error) {
	return w.Get(w.t.Context(), Request{Source: Official, Arch: "amd64", Mirrors: mirrors}, w)
}

// leftovers lists what is in the cache beside lock files.
func (w *world) leftovers() string {
	var names []string
	all, _ := os.ReadDir(w.Dir)
	for _, e := range all {
		if !strings.HasSuffix(e.Name(), ".lock") {
			names = append(names, e.Name())
		}
	}
	return strings.Join(names, " ")
}

func write(t *testing.T, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func mustContain(t *testing.T, what, in string, all ...string) {
	t.Helper()
	for _, s := range all {
		if !strings.Contains(in, s) {
			t.Errorf("%s lacks %q:\n%s", what, s, in)
		}
	}
}
