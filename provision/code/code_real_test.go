//go:build real

package code

// The real lockfile against a real registry. Needs: network to an npm registry
// (npm_config_registry or npmrc), mksquashfs, unsquashfs, 2 GiB in the temporary
// directory; the benchmark needs npm as well.

import (
	"context"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"github.com/clawarium/clawarium/assets/openclaw"
	"github.com/clawarium/clawarium/provision/host"
)

type logReporter struct{ t testing.TB }

func (l logReporter) Stage(s string)  { l.t.Log(s) }
func (logReporter) Bytes(_, _ int64)  {}
func (logReporter) Percent(float64)   {}
func (l logReporter) Log(line string) { l.t.Log(line) }

func realStore(t testing.TB) (*Store, Request) {
	registry, err := Registry("", os.Getenv)
	if err != nil {
		t.Skip(err)
	}
	client, err := host.HTTPClient("", RegistryCA(os.Getenv))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	return &Store{Dir: filepath.Join(dir, "code"), Tarballs: filepath.Join(dir, "tarballs"), HTTP: client},
		Request{Lockfile: openclaw.Lockfile(), Registry: registry, Arch: "amd64"}
}

func TestTheShippedLockfileGivesTheSameBytesTwice(t *testing.T) {
	s, q := realStore(t)
	began := time.Now()
	first, err := s.Get(context.Background(), q, logReporter{t})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("cold: %v, peak memory %d KiB", time.Since(began), peakKiB(t))
	debug.FreeOSMemory()
	s.Dir += "-again"
	q.Registry = "" // every tarball is in the cache
	began = time.Now()
	second, err := s.Get(context.Background(), q, logReporter{t})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("tarballs cached: %v", time.Since(began))
	if first.SHA256 != second.SHA256 {
		t.Fatalf("two builds differ: %s, %s", first.SHA256, second.SHA256)
	}
	began = time.Now()
	if _, err := s.Get(context.Background(), q, logReporter{t}); err != nil {
		t.Fatal(err)
	}
	t.Logf("warm: %v; %+v", time.Since(began), second)
	if kib := peakKiB(t); kib > 60_000 {
		t.Errorf("peak memory %d KiB is above 60 MB", kib)
	}
}

// peakKiB is VmHWM of this process, the test binary included.
func peakKiB(t testing.TB) int {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Skip(err)
	}
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			n := 0
			for _, c := range rest {
				if c >= '0' && c <= '9' {
					n = n*10 + int(c-'0')
				}
			}
			return n
		}
	}
	return 0
}
