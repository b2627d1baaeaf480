//go:build real && linux

package image

// A cancelled build leaves no process and no directory. Needs what building
// needs; it is most telling as an ordinary account.

import (
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

func TestACancelledBuildLeavesNothingRunning(t *testing.T) {
	s := &Store{Dir: t.TempDir(), HTTP: http.DefaultClient}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	watch := make(chan string, 1)
	go func() {
		<-time.After(10 * time.Second)
		dir, _ := os.ReadFile(filepath.Join(s.Dir, ".build-work"))
		watch <- strings.TrimSpace(string(dir))
	}()
	_, err := s.Get(ctx, Request{Source: Build, Arch: runtime.GOARCH}, logTo{t})
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Fatal(err)
	}
	dir := <-watch
	if dir == "" {
		t.Fatal("there was no build to cancel")
	}
	if left := mentioning(dir); len(left) != 0 {
		t.Errorf("still running: %v", left)
	}
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%s is still there: %v", dir, err)
	}
}
