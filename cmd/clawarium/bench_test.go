//go:build bench

package main

// What the benchmarks share: the built program, directories of their own, and
// the journal, which is where the times of a set-up come from. docs/benchmarks.md
// says what is measured and why.
//
// Needs what `make bench` prepares and builds: libvirt, an npm registry, npm for
// the comparison, virt-install for the plain route. One guest runs at a time.

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/clawarium/clawarium/provision"
	"github.com/clawarium/clawarium/provision/host"
	"github.com/clawarium/clawarium/provision/steps"
)

// Steps that times are taken at; their IDs never change.
const (
	benchBoot    = "boot"
	benchCode    = "code-disk"
	benchBefore  = "guest-proxy" // the last step before the gateway starts
	benchGateway = "guest-gateway"
)

// bench is one benchmark's view of the host: the program and where it keeps
// things.
type bench struct {
	*testing.B
	ctx     context.Context
	program string
	dirs    host.Dirs
	env     []string
}

// newBench finds the built program and the directories. State and cache survive
// a benchmark that was killed, so that the next one takes its machines back, and
// does not have to build the base image again.
func newBench(b *testing.B) *bench {
	b.Helper()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	b.Cleanup(stop)
	home := filepath.Join(os.TempDir(), fmt.Sprintf("clawarium-bench-%d", os.Getuid()))
	if err := os.Mkdir(home, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		b.Fatal(err)
	}
	info, err := os.Lstat(home)
	if err != nil {
		b.Fatal(err)
	}
	if s, ok := info.Sys().(*syscall.Stat_t); !ok || !info.IsDir() || info.Mode().Perm() != 0o700 || int(s.Uid) != os.Getuid() {
		b.Fatalf("%s is not a directory of this user's alone", home)
	}
	cache := filepath.Join(home, "cache")
	w := &bench{
		B: b, ctx: ctx, program: filepath.Join(b.TempDir(), "clawarium"),
		dirs: host.Dirs{State: filepath.Join(home, "state/clawarium"), Cache: filepath.Join(cache, "clawarium")},
	}
	// A copy: the program in bin may be built anew while this takes its time.
	w.copyProgram("../../bin/clawarium")
	for _, kv := range os.Environ() {
		name, _, _ := strings.Cut(kv, "=")
		if !strings.HasPrefix(name, "XDG_") && !strings.HasPrefix(name, "LC_") && !strings.HasPrefix(name, "CLAWARIUM_") && name != "LANG" {
			w.env = append(w.env, kv)
		}
	}
	w.env = append(w.env, "LC_ALL=C.UTF-8", "XDG_CACHE_HOME="+cache,
		"XDG_STATE_HOME="+filepath.Join(home, "state"), "XDG_DATA_HOME="+filepath.Join(home, "data"))
	for _, dir := range []string{w.dirs.Images(), w.dirs.Code(), w.dirs.Tarballs()} {
		if err := os.MkdirAll(dir, 0o700); err != nil { // what undo finds there it leaves there
			b.Fatal(err)
		}
	}
	return w
}

func (w *bench) copyProgram(from string) {
	in, err := os.Open(from)
	if errors.Is(err, fs.ErrNotExist) {
		w.Skip("bin/clawarium is not built: make build")
	}
	if err != nil {
		w.Fatal(err)
	}
	defer in.Close()
	out, err := os.OpenFile(w.program, os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o755)
	if err != nil {
		w.Fatal(err)
	}
	_, err = io.Copy(out, in)
	if err = errors.Join(err, out.Close()); err != nil {
		w.Fatal(err)
	}
}

// oneRun is one run of the program.
type oneRun struct {
	began          time.Time
	took           time.Duration
	stdout, stderr string
	peakKiB        int // VmHWM, as last seen; its children not included
}

// tryRun runs the program for at most limit.
func (w *bench) tryRun(ctx context.Context, limit time.Duration, extraEnv []string, args ...string) (oneRun, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, w.program, args...)
	cmd.Env = append(slices.Clone(w.env), extraEnv...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) } // it leaves a state to undo
	cmd.WaitDelay = time.Minute
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	r := oneRun{began: time.Now()}
	if err := cmd.Start(); err != nil {
		return r, err
	}
	stop, watched := make(chan struct{}), make(chan int)
	go watchPeak(cmd.Process.Pid, stop, watched)
	err := cmd.Wait()
	r.took = time.Since(r.began)
	close(stop)
	r.peakKiB = <-watched
	r.stdout, r.stderr = stdout.String(), stderr.String()
	if err != nil {
		err = fmt.Errorf("clawarium %s: %w after %s\n%s", strings.Join(args, " "), err, r.took.Round(time.Second), lastPart(r.stderr))
	}
	return r, err
}

// do runs the program and expects success.
func (w *bench) do(limit time.Duration, args ...string) oneRun {
	w.Helper()
	r, err := w.tryRun(w.ctx, limit, nil, args...)
	if err != nil {
		w.Fatal(err)
	}
	w.Logf("clawarium %s: %s", strings.Join(args, " "), r.took.Round(10*time.Millisecond))
	return r
}

func lastPart(s string) string { return s[max(0, len(s)-4000):] }

// watchPeak reads the highest resident set of a process (VmHWM, which never
// falls) until stop. What rusage says would include this process's own size at
// the fork.
func watchPeak(pid int, stop <-chan struct{}, peak chan<- int) {
	highest := 0
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
		for line := range strings.Lines(string(status)) {
			var kib int
			if n, _ := fmt.Sscanf(line, "VmHWM: %d kB", &kib); n == 1 {
				highest = max(highest, kib)
			}
		}
		select {
		case <-stop:
			peak <- highest
			return
		case <-tick.C:
		}
	}
}

// machine prepares a name: what an earlier benchmark left under it is taken
// back now, and what this one makes is taken back when it ends or leave is called.
func (w *bench) machine(name string) (leave func()) {
	w.Helper()
	undo := func() error {
		if _, err := os.Stat(w.dirs.Machine(name)); errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		// Its own context: a benchmark that was interrupted cleans up as well.
		_, err := w.tryRun(context.Background(), 5*time.Minute, nil, "undo", "--name", name)
		return err
	}
	if err := undo(); err != nil {
		w.Fatal(err)
	}
	leave = func() {
		if err := undo(); err != nil {
			w.Errorf("not taken back: %v", err)
		}
	}
	w.Cleanup(leave)
	return leave
}

// journal returns what the journal of a machine says.
func (w *bench) journal(name string) (entries []provision.Entry) {
	w.Helper()
	data, err := os.ReadFile(filepath.Join(w.dirs.Machine(name), provision.JournalFile))
	if err != nil {
		w.Fatal(err)
	}
	for line := range bytes.Lines(data) {
		var e provision.Entry
		if err := json.Unmarshal(line, &e); err != nil {
			w.Fatal(err)
		}
		entries = append(entries, e)
	}
	return entries
}

// at returns when a step of a machine began first, and when it was done first.
func (w *bench) at(name, step string) (began, done time.Time) {
	w.Helper()
	for _, e := range w.journal(name) {
		switch {
		case e.Step != step:
		case e.Kind == provision.EntryBegin && began.IsZero():
			began = e.Time
		case e.Kind == provision.EntryDone && done.IsZero():
			done = e.Time
		}
	}
	if began.IsZero() || done.IsZero() {
		w.Fatalf("the journal of %q does not have step %q begun and done", name, step)
	}
	return began, done
}

// logSteps tells what every step took: where a missed bound comes from.
func (w *bench) logSteps(name string) {
	w.Helper()
	var last time.Time
	var said []string
	for _, e := range w.journal(name) {
		switch e.Kind {
		case provision.EntryOpen, provision.EntryBegin:
			if last.IsZero() {
				last = e.Time
			}
		case provision.EntryDone:
			said = append(said, fmt.Sprintf("%s %.1f s", e.Step, e.Time.Sub(last).Seconds()))
			last = e.Time
		}
	}
	w.Logf("steps of %s: %s", name, strings.Join(said, ", "))
}

// steps opens a machine for looking at its guest.
func (w *bench) steps(name string) *steps.Env {
	w.Helper()
	p, err := steps.StoredPlan(w.dirs, name)
	if err != nil {
		w.Fatal(err)
	}
	env, err := steps.New(p, w.dirs, "bench")
	if err != nil {
		w.Fatal(err)
	}
	w.Cleanup(env.Close)
	return env
}

// bound reports a ratio and the limit it has to keep.
func (w *bench) bound(ratio float64, limit string, value float64) {
	w.ReportMetric(0, "ns/op")
	w.ReportMetric(ratio, "ratio")
	if limit != "" {
		w.ReportMetric(value, limit)
	}
}

// seconds reports a time beside the ratio.
func (w *bench) seconds(what string, d time.Duration) { w.ReportMetric(d.Seconds(), what+"-s") }

func median(d []time.Duration) time.Duration {
	d = slices.Clone(d)
	slices.Sort(d)
	return d[len(d)/2]
}

// withLimit is context.WithTimeout with a cause that says how long it was.
func withLimit(ctx context.Context, limit time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, limit, fmt.Errorf("not finished within %s", limit))
}

// quiet is a reporter that keeps nothing.
type quiet struct{}

func (quiet) Stage(string)       {}
func (quiet) Bytes(int64, int64) {}
func (quiet) Percent(float64)    {}
func (quiet) Log(string)         {}
