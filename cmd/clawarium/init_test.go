//go:build !race

package main

// How long the packages of the program take before main begins. The race detector
// makes all of it several times slower, so it is not asked.

import (
	"bufio"
	"bytes"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// initLimit is the longest that the init of a package may take. libvirt's opens the
// system's libraries, which nobody else could do for it.
const (
	initLimit    = 3 * time.Millisecond
	initExcepted = "libvirt.org/go/libvirt"
)

// initTimes reads what GODEBUG=inittrace=1 tells, as
// "init net/http @1.2 ms, 0.034 ms clock, 5678 bytes, 90 allocs".
func initTimes(trace []byte) map[string]time.Duration {
	times := map[string]time.Duration{}
	for lines := bufio.NewScanner(bytes.NewReader(trace)); lines.Scan(); {
		f := strings.Fields(lines.Text())
		if len(f) < 7 || f[0] != "init" || f[3] != "ms," || f[6] != "clock," {
			continue
		}
		if ms, err := strconv.ParseFloat(f[4], 64); err == nil {
			times[f[1]] = time.Duration(ms * float64(time.Millisecond))
		}
	}
	return times
}

// slow names the packages that take too long.
func slow(times map[string]time.Duration) (names []string) {
	for _, name := range slices.Sorted(maps.Keys(times)) {
		if times[name] > initLimit && name != initExcepted {
			names = append(names, name)
		}
	}
	return names
}

// This test's own program has all packages of clawarium in it. The least of several
// runs counts, so that whatever else the computer does is not held against them.
func TestNoPackageTakesLongBeforeMain(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	least := map[string]time.Duration{}
	for run := range 20 {
		c := exec.Command(self, "-test.run=^$")
		c.Env = append(os.Environ(), "GODEBUG=inittrace=1")
		trace, err := c.CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, trace)
		}
		for name, took := range initTimes(trace) {
			if before, seen := least[name]; !seen || took < before {
				least[name] = took
			}
		}
		if run >= 2 && len(slow(least)) == 0 {
			break
		}
	}
	if _, seen := least["github.com/clawarium/clawarium/ui"]; !seen || len(least) < 30 {
		t.Fatalf("%d packages seen: %v", len(least), least)
	}
	for _, name := range slow(least) {
		t.Errorf("%s takes %s before main begins, at most %s is allowed", name, least[name], initLimit)
	}
}

func TestAPackageThatTakesLongIsNoticed(t *testing.T) {
	trace := []byte(`init internal/bytealg @0.008 ms, 0 ms clock, 0 bytes, 0 allocs
something else
init libvirt.org/go/libvirt @4.7 ms, 41 ms clock, 144 bytes, 3 allocs
init github.com/mattn/go-runewidth @53 ms, 24.5 ms clock, 113416 bytes, 1624 allocs
init net/http @3.1 ms, 3 ms clock, 1 bytes, 1 allocs
init a @1 ms, 3.01 ms clock, 1 bytes, 1 allocs
`)
	times := initTimes(trace)
	if len(times) != 5 || times["github.com/mattn/go-runewidth"] != 24500*time.Microsecond {
		t.Errorf("%v", times)
	}
	if got := slow(times); !slices.Equal(got, []string{"a", "github.com/mattn/go-runewidth"}) {
		t.Errorf("%v", got)
	}
}
