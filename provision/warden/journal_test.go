package warden

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestThePlaceInTheJournalIsKeptOnceItsLinesAreOnTheDisk(t *testing.T) {
	dir := t.TempDir()
	j, err := openJournal(dir, 60, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer j.close()
	place := func() string {
		data, _ := os.ReadFile(filepath.Join(dir, CursorFile))
		return string(data)
	}
	synced, broken := 0, errors.New("input/output error")
	j.file.sync = func(f *os.File) error {
		if synced++; place() != "" {
			t.Errorf("the place is kept first: %q", place())
		}
		if f.Name() != filepath.Join(dir, JournalFile) {
			t.Errorf("synced %s", f.Name())
		}
		return broken
	}
	out, _ := j.begin()
	_, _ = io.WriteString(out, "{\"__CURSOR\":\"s=1\",\"MESSAGE\":\"a\"}\n")
	if err := j.save(); !errors.Is(err, broken) || place() != "" {
		t.Errorf("%v, %q", err, place())
	}
	// Nor does a file leave before its lines are there.
	if _, err := io.WriteString(out, "{\"__CURSOR\":\"s=2\",\"MESSAGE\":\"b\"}\n"); !errors.Is(err, broken) {
		t.Errorf("rotated: %v", err)
	}
	broken = nil
	if err := j.save(); err != nil || place() != "s=1\n" || synced != 3 {
		t.Errorf("%v, %q, synced %d times", err, place(), synced)
	}
	if err := j.save(); err != nil || synced != 3 {
		t.Errorf("%v, synced %d times for nothing new", err, synced)
	}
}
