package host

// How fast this computer is, beside the one that our times were measured on. It takes
// a few milliseconds and leaves nothing behind.

import (
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"time"
)

// Speed is what was measured.
type Speed struct {
	// Slowness is how many times longer one processor takes: 1 is the computer of
	// docs/benchmarks.md.
	Slowness float64
	Disk     int64 // bytes a second that really reach it; 0 is unknown
}

// referenceWork is how long the work took there at best, and tries how often it is
// done: the least of them is the processor's, the rest is what else it has to do.
const (
	referenceWork = 1200 * time.Microsecond
	tries         = 9
)

// Bounds beyond which it is the measurement that is wrong.
const (
	mostSlowness  = 8
	leastSlowness = 0.25
)

// MeasureSpeed measures the processor, and the disk that dir is on.
func MeasureSpeed(dir string) Speed {
	best := time.Duration(math.MaxInt64)
	table := new(workTable)
	for range tries {
		*table = workTable{}
		began := time.Now()
		runtime.KeepAlive(work(table))
		best = min(best, time.Since(began))
	}
	slow := float64(best) / float64(referenceWork)
	return Speed{
		Slowness: math.Round(100*min(max(slow, leastSlowness), mostSlowness)) / 100,
		Disk:     diskSpeed(dir),
	}
}

type workTable [1 << 16]uint32

// work is arithmetic over a table that fits a processor's second cache, as emulation
// mostly is.
func work(table *workTable) (sum uint32) {
	x := uint64(42)
	for range 1 << 20 {
		x = x*6364136223846793005 + 1442695040888963407
		i := x >> 48
		table[i] = table[i]*31 + uint32(x>>16)
		sum += table[(i*7)&0xffff]
	}
	return sum
}

// diskProbe is small enough for a slow disk and large enough to be more than its own
// overhead.
const diskProbe = 4 << 20

// diskPart is how much of it is written at once, and held in memory.
const diskPart = 64 << 10

func diskSpeed(dir string) int64 {
	for {
		if info, err := os.Stat(dir); err == nil && info.IsDir() {
			break
		} else if err != nil && !errors.Is(err, fs.ErrNotExist) || dir == filepath.Dir(dir) {
			return 0
		}
		dir = filepath.Dir(dir)
	}
	f, err := anonymous(dir)
	if err != nil {
		return 0
	}
	defer f.Close()
	data := make([]byte, diskPart)
	for i := range data { // a file system that compresses would be flattered by zeros
		data[i] = byte(i*i>>7 ^ i)
	}
	began := time.Now()
	for i := range diskProbe / diskPart {
		data[i] ^= 0xff // no two parts are the same
		if _, err := f.Write(data); err != nil {
			return 0
		}
	}
	if f.Sync() != nil {
		return 0
	}
	return int64(diskProbe / max(time.Since(began).Seconds(), 1e-4))
}

// unlinked is a file that has lost its name before anything is in it.
func unlinked(dir string) (*os.File, error) {
	f, err := os.CreateTemp(dir, ".clawarium-speed-")
	if err != nil {
		return nil, err
	}
	if err := os.Remove(f.Name()); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}
