//go:build bench

package main

// The program itself: how large it is, and how long it takes to start.

import (
	"os"
	"runtime"
	"testing"
	"time"
)

// sizeLimit is the most that the stripped program may have, in bytes.
const sizeLimit = 15e6

func BenchmarkBinarySizeBeside15MB(b *testing.B) {
	w := newBench(b)
	info, err := os.Stat(w.program)
	if err != nil {
		b.Fatal(err)
	}
	limit := ""
	if runtime.GOARCH == "amd64" { // code for other processors has another size
		limit = "at-most"
	}
	w.bound(float64(info.Size())/sizeLimit, limit, 1)
	b.ReportMetric(float64(info.Size())/1e6, "binary-MB")
}

func BenchmarkProgramStart(b *testing.B) {
	w := newBench(b)
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
}
