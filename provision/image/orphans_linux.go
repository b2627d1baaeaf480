package image

// Programs of a build that outlived it. Inside a user namespace they belong to
// subordinate ids, which an ordinary account may not signal, and mmdebstrap waits
// for them without end when it is asked to stop. The owner of a namespace has
// every right within it, though, so they are ended from there. They are known by
// the build's own directory, which each of them has among its arguments.

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

// endOrphans kills whatever has dir in its command line, and waits a moment for
// it to be gone.
func endOrphans(ctx context.Context, dir string, reporter Reporter) {
	for range 20 {
		left := mentioning(dir)
		if len(left) == 0 {
			return
		}
		for _, pid := range left {
			if errors.Is(syscall.Kill(pid, syscall.SIGKILL), syscall.EPERM) {
				id := strconv.Itoa(pid)
				_ = run(ctx, quiet{reporter}, command{
					name: "nsenter", pkg: "util-linux",
					args: []string{"--user", "--preserve-credentials", "--target", id, "--", "/bin/kill", "-KILL", id},
				})
			}
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// mentioning lists the processes, except our own, whose arguments name dir.
func mentioning(dir string) []int {
	var all []int
	files, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, file := range files {
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(file)))
		if err != nil || pid == os.Getpid() {
			continue
		}
		if line, err := os.ReadFile(file); err == nil && bytes.Contains(line, []byte(dir)) {
			all = append(all, pid)
		}
	}
	return all
}
