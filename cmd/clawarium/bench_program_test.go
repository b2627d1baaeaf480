//go:build bench

package main

// The program itself: how large it is, and how long it takes to start.

import (
	"os"
	"testing"
	"time"
)

func BenchmarkProgramStart(b *testing.B) {
	w := newBench(b)
	info, err := os.Stat(w.program)
	if err != nil {
		b.Fatal(err)
	}
	var took []time.Duration
	for range 21 {
		r, err := w.tryRun(w.ctx, 10*time.Second, nil, "--version")
		if err != nil {
			b.Fatal(err)
		}
		took = append(took, r.took)
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(median(took).Microseconds())/1000, "start-ms")
	b.ReportMetric(float64(info.Size())/1e6, "binary-MB")
}
