//go:build bench

package main

import (
	"os"
	"os/exec"
	"testing"
	"time"
)

// BenchmarkPreflight is the whole look at this computer, by the built program, without
// trying KVM: at most two seconds. Needs a libvirt that answers.
func BenchmarkPreflight(b *testing.B) {
	w := newBench(b)
	const most, tries = 2 * time.Second, 5
	for b.Loop() {
		best := time.Hour
		for range tries { // the least of them, since the computer has other work
			cmd := exec.CommandContext(w.ctx, w.program, "preflight", "--json", "--set", "machine.acceleration=emulation")
			cmd.Env, cmd.Stderr = w.env, os.Stderr
			began := time.Now()
			err := cmd.Run()
			took := time.Since(began)
			if exit, ok := err.(*exec.ExitError); err != nil && (!ok || exit.ExitCode() != exitNotMet && exit.ExitCode() != exitNotChecked) {
				b.Fatal(err)
			}
			best = min(best, took)
		}
		b.ReportMetric(best.Seconds(), "s-least")
		b.ReportMetric(best.Seconds()/most.Seconds(), "ratio")
	}
	b.ReportMetric(1, "at-most")
}
