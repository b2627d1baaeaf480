//go:build bench

package main

// The processor time that a guest has taken, by QEMU's process. Times on the wall
// grow with whatever else this computer does; this grows with the guest's work
// alone, so it says whether a missed bound is ours or the neighbours'.

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/clawarium/clawarium/assets/layout"
)

// clockTick is what the kernel counts processor time in, for every program.
const clockTick = time.Second / 100

// guestCPU samples one machine's QEMU twice a second.
type guestCPU struct {
	mu      sync.Mutex
	samples []cpuSample
	stop    chan struct{}
	stopped sync.Once
}

type cpuSample struct {
	at   time.Time
	used time.Duration // since QEMU was started
}

// watchCPU begins to sample, until the benchmark ends.
func (w *bench) watchCPU(name string) *guestCPU {
	g := &guestCPU{stop: make(chan struct{})}
	w.Cleanup(func() { g.stopped.Do(func() { close(g.stop) }) })
	go func() {
		tick := time.NewTicker(500 * time.Millisecond)
		defer tick.Stop()
		for {
			if used, ok := qemuTime(name); ok {
				g.mu.Lock()
				g.samples = append(g.samples, cpuSample{time.Now(), used})
				g.mu.Unlock()
			}
			select {
			case <-g.stop:
				return
			case <-tick.C:
			}
		}
	}()
	return g
}

// until is what the guest had taken at a moment, to half a second; 0 when it is
// not known.
func (g *guestCPU) until(at time.Time) (used time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, s := range g.samples {
		if s.at.After(at) {
			break
		}
		used = s.used
	}
	return used
}

// byCPU reports the ratio of what two guests have taken of the processor.
func (w *bench) byCPU(ours, theirs time.Duration) {
	if ours > 0 && theirs > 0 {
		w.ReportMetric(ours.Seconds()/theirs.Seconds(), "ratio-by-guest-cpu")
	}
}

// qemuTime reads the time of the process that libvirt wrote down for a machine.
func qemuTime(name string) (time.Duration, bool) {
	dirs := []string{"/run/libvirt/qemu"}
	if run := os.Getenv("XDG_RUNTIME_DIR"); run != "" {
		dirs = append(dirs, filepath.Join(run, "libvirt/qemu/run"))
	}
	for _, dir := range dirs {
		pid, err := os.ReadFile(filepath.Join(dir, layout.Domain(name)+".pid"))
		if err != nil {
			continue
		}
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%s/stat", strings.TrimSpace(string(pid))))
		if err != nil {
			return 0, false
		}
		// The name in brackets may hold spaces; after it, utime and stime are
		// fields 12 and 13 (proc_pid_stat(5) counts them 14 and 15).
		fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
		if len(fields) < 13 {
			return 0, false
		}
		user, err1 := strconv.ParseInt(fields[11], 10, 64)
		system, err2 := strconv.ParseInt(fields[12], 10, 64)
		return time.Duration(user+system) * clockTick, err1 == nil && err2 == nil
	}
	return 0, false
}
