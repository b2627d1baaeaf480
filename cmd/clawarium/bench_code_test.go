//go:build bench

package main

// The code disk from a cold cache, beside npm's installation of the same
// lockfile; and what the program takes of memory meanwhile.
//
// npm runs on this host here, as the yardstick and with --ignore-scripts. It is
// no part of the product, which executes nothing of npm's on a host.

import (
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/clawarium/clawarium/assets/openclaw"
)

// coldRuns is how often each side runs, in turns; the medians are compared.
const coldRuns = 3

// peakLimit is what clawarium may take while it builds the code disk.
const peakLimit = 60e6 // bytes

// cold is what the runs came to.
var cold struct {
	once       sync.Once
	ok         bool
	ours, npms []time.Duration
	peak       int // bytes, the highest of all runs
}

func measureCold(b *testing.B) {
	cold.once.Do(func() {
		w := newBench(b)
		npm, err := exec.LookPath("npm")
		if err != nil {
			b.Skip("npm is not installed")
		}
		registry := w.registry(npm)
		// The base image comes first in a set-up and is none of this.
		w.machine("bench-code")
		w.do(20*time.Minute, "setup", "--yes", "--name", "bench-code", "--until", "base-image", "--set", "machine.acceleration=emulation")
		for range coldRuns {
			ours, peak := w.coldDisk()
			theirs := w.coldNPM(npm, registry)
			b.Logf("code disk %s, npm %s, peak %d KiB", ours, theirs, peak)
			cold.ours, cold.npms = append(cold.ours, ours), append(cold.npms, theirs)
			cold.peak = max(cold.peak, peak<<10)
		}
		cold.ok = true
	})
	if !cold.ok {
		b.Skip("the code disk was not made; see above")
	}
}

func (w *bench) registry(npm string) string {
	out, err := exec.CommandContext(w.ctx, npm, "config", "get", "registry").Output()
	if err != nil {
		w.Fatal(err)
	}
	return string(out[:max(0, len(out)-1)])
}

// coldDisk has the program make the disk with nothing but the base image in its
// cache, and returns how long that step took, with the program's peak memory.
func (w *bench) coldDisk() (time.Duration, int) {
	const name = "bench-code"
	leave := w.machine(name) // the one of the run before is gone then
	cache, err := os.MkdirTemp("", "clawarium-bench-cold-")
	if err != nil {
		w.Fatal(err)
	}
	defer os.RemoveAll(cache)
	// Empty directories, so that undo finds that they were there before.
	for _, dir := range []string{"clawarium", "clawarium/code", "clawarium/tarballs"} {
		if err := os.Mkdir(filepath.Join(cache, dir), 0o700); err != nil {
			w.Fatal(err)
		}
	}
	if err := os.Symlink(w.dirs.Images(), filepath.Join(cache, "clawarium/images")); err != nil {
		w.Fatal(err)
	}
	r, err := w.tryRun(w.ctx, 10*time.Minute, []string{"XDG_CACHE_HOME=" + cache},
		"setup", "--yes", "--name", name, "--until", benchCode, "--set", "machine.acceleration=emulation")
	if err != nil {
		w.Fatal(err)
	}
	began, done := w.at(name, benchCode)
	leave()
	return done.Sub(began), r.peakKiB
}

// coldNPM has npm install the same lockfile with an empty cache.
func (w *bench) coldNPM(npm, registry string) time.Duration {
	dir, err := os.MkdirTemp("", "clawarium-bench-npm-")
	if err != nil {
		w.Fatal(err)
	}
	defer os.RemoveAll(dir)
	for name, data := range map[string][]byte{"package.json": openclaw.PackageJSON(), "package-lock.json": openclaw.Lockfile()} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			w.Fatal(err)
		}
	}
	cmd := exec.CommandContext(w.ctx, npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund",
		"--cache", filepath.Join(dir, "cache"), "--registry", registry)
	cmd.Dir = dir
	cmd.WaitDelay = 10 * time.Second
	began := time.Now()
	if out, err := cmd.CombinedOutput(); err != nil {
		w.Fatalf("npm ci: %v: %s", err, out)
	}
	return time.Since(began)
}

// BenchmarkCodeDiskFromColdCache compares with npm ci --ignore-scripts.
func BenchmarkCodeDiskFromColdCache(b *testing.B) {
	measureCold(b)
	w := &bench{B: b}
	ours, npms := median(cold.ours), median(cold.npms)
	w.bound(ours.Seconds()/npms.Seconds(), "at-most", 0.7)
	w.seconds("ours", ours)
	w.seconds("npm", npms)
}

// BenchmarkPeakMemoryBesideLimit is the program's highest resident set while it
// makes the code disk; mksquashfs is a process of its own with a limit of its own.
func BenchmarkPeakMemoryBesideLimit(b *testing.B) {
	measureCold(b)
	w := &bench{B: b}
	w.bound(float64(cold.peak)/peakLimit, "at-most", 1)
	b.ReportMetric(float64(cold.peak)/1e6, "MB")
}
