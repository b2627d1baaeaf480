package host

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestSpeedIsMeasuredInMillisecondsAndLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	began := time.Now()
	s := MeasureSpeed(filepath.Join(dir, "not", "there", "yet"))
	took := time.Since(began)
	if s.Slowness < leastSlowness || s.Slowness > mostSlowness || s.Disk <= 0 {
		t.Errorf("%+v", s)
	}
	if took > 5*time.Second { // a busy computer; usually some 30 ms
		t.Errorf("took %s", took)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	t.Logf("%+v in %s", s, took)
}

func TestADiskThatCannotBeWrittenToIsUnknown(t *testing.T) {
	for _, dir := range []string{"/proc/self", "/sys"} {
		if got := diskSpeed(dir); got != 0 {
			t.Errorf("%s: %d bytes a second", dir, got)
		}
	}
}

func BenchmarkWork(b *testing.B) {
	for b.Loop() {
		work(new(workTable))
	}
}
