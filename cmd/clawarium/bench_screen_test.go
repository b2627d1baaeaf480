//go:build bench

package main

// The screen on a pseudo-terminal: how long until it is there, beside a limit and
// beside a program on the same library that does next to nothing; and the memory
// that the whole way through its pages takes. From a key to its frame is measured
// in package ui.

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/vt"
	"github.com/creack/pty"

	"github.com/clawarium/clawarium/assets/text"
)

const (
	screenWidth, screenHeight = 120, 40

	firstFrameLimit  = 60 * time.Millisecond
	firstFrames      = 21   // of each program; the medians are compared
	screenPeakLimit  = 40e6 // bytes
	trivialSaysFirst = "one line"
)

// onTerminal is a program on a pseudo-terminal.
type onTerminal struct {
	w      *bench
	cmd    *exec.Cmd
	began  time.Time
	master *os.File

	mu     sync.Mutex
	raw    bytes.Buffer  // all that it wrote
	latest time.Time     // when the last of it came
	news   chan struct{} // there is more
	term   *vt.Emulator
}

// terminal starts a program in a home directory with nothing in it.
func (w *bench) terminal(argv ...string) *onTerminal {
	w.Helper()
	master, slave, err := pty.Open()
	if err != nil {
		w.Fatal(err)
	}
	defer slave.Close()
	if err := pty.Setsize(slave, &pty.Winsize{Cols: screenWidth, Rows: screenHeight}); err != nil {
		w.Fatal(err)
	}
	home := w.TempDir()
	o := &onTerminal{w: w, master: master, news: make(chan struct{}, 1), term: vt.NewEmulator(screenWidth, screenHeight)}
	o.cmd = exec.CommandContext(w.ctx, argv[0], argv[1:]...)
	o.cmd.Env = append(slices.Clone(w.env), "HOME="+home, "TERM=xterm-256color", "NO_COLOR=", "ACCESSIBLE=",
		"XDG_CACHE_HOME="+filepath.Join(home, "cache"), "XDG_STATE_HOME="+filepath.Join(home, "state"),
		"XDG_DATA_HOME="+filepath.Join(home, "data"))
	o.cmd.Stdin, o.cmd.Stdout, o.cmd.Stderr = slave, slave, slave
	o.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	o.began = time.Now()
	if err := o.cmd.Start(); err != nil {
		w.Fatal(err)
	}
	go o.read()
	go func() { _, _ = io.Copy(master, o.term) }() // what a terminal answers
	return o
}

func (o *onTerminal) read() {
	buf := make([]byte, 1<<16)
	for {
		n, err := o.master.Read(buf)
		if err != nil {
			return
		}
		o.mu.Lock()
		o.raw.Write(buf[:n])
		o.latest = time.Now()
		o.mu.Unlock()
		select {
		case o.news <- struct{}{}:
		default:
		}
	}
}

// draws waits until the output has what is wanted and returns how long that took
// from the start of the program. It is looked for in what was written and not on a
// terminal's screen: an emulator would take its share of the time.
func (o *onTerminal) draws(want string) time.Duration {
	o.w.Helper()
	for limit := time.After(10 * time.Second); ; {
		select {
		case <-o.news:
		case <-limit:
			o.w.Fatalf("%s draws no %q: %q", o.cmd.Path, want, o.raw.String())
		}
		o.mu.Lock()
		there := strings.Contains(ansi.Strip(o.raw.String()), want)
		took := o.latest.Sub(o.began)
		o.mu.Unlock()
		if there {
			return took
		}
	}
}

// screen is what a terminal shows.
func (o *onTerminal) screen() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	_, _ = o.term.Write(o.raw.Next(o.raw.Len()))
	return ansi.Strip(o.term.String())
}

// until waits for a screen with what is wanted.
func (o *onTerminal) until(want string, limit time.Duration) {
	o.w.Helper()
	for end := time.Now().Add(limit); !strings.Contains(o.screen(), want); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			o.w.Fatalf("no %q within %s:\n%s", want, limit, o.screen())
		}
	}
}

// press presses keys, one after the other, each when the screen rests: the last one
// may have led to a page on which the next one means more than it should.
func (o *onTerminal) press(keys ...string) {
	o.w.Helper()
	for _, key := range keys {
		if _, err := io.WriteString(o.master, key); err != nil {
			o.w.Fatal(err)
		}
		for pressed := time.Now(); ; time.Sleep(20 * time.Millisecond) {
			o.mu.Lock()
			since := time.Since(o.latest)
			o.mu.Unlock()
			if min(since, time.Since(pressed)) > 300*time.Millisecond {
				break
			}
		}
	}
}

// kill ends the program; nothing of it is needed any more.
func (o *onTerminal) kill() {
	_ = o.cmd.Process.Kill()
	_ = o.cmd.Wait()
	o.master.Close()
}

// trivial builds the program that does next to nothing.
func (w *bench) trivial() string {
	w.Helper()
	program := filepath.Join(w.TempDir(), "trivial")
	build := exec.CommandContext(w.ctx, "go", "build", "-trimpath", "-ldflags=-s -w", "-o", program, "../../ui/testdata/trivial")
	if out, err := build.CombinedOutput(); err != nil {
		w.Fatalf("%v: %s", err, out)
	}
	return program
}

// first is how long a program takes from its start to a frame with what is wanted.
func (w *bench) first(want string, argv ...string) time.Duration {
	o := w.terminal(argv...)
	defer o.kill()
	return o.draws(want)
}

// welcomeTitle is what the first frame is known by.
func welcomeTitle() string { return text.T().Screen.Titles["welcome"] }

func BenchmarkFirstFrameBesideSixtyMilliseconds(b *testing.B) {
	w := newBench(b)
	var took []time.Duration
	for range firstFrames {
		took = append(took, w.first(welcomeTitle(), w.program))
	}
	b.Logf("%v", took)
	w.bound(median(took).Seconds()/firstFrameLimit.Seconds(), "at-most", 1)
	b.ReportMetric(median(took).Seconds()*1000, "ms")
}

// BenchmarkFirstFrameBesideTrivialProgram takes turns with one line on the
// alternate screen, drawn by the same library as it comes.
func BenchmarkFirstFrameBesideTrivialProgram(b *testing.B) {
	w := newBench(b)
	trivial := w.trivial()
	var ours, theirs []time.Duration
	for range firstFrames {
		theirs = append(theirs, w.first(trivialSaysFirst, trivial))
		ours = append(ours, w.first(welcomeTitle(), w.program))
	}
	w.bound(median(ours).Seconds()/median(theirs).Seconds(), "at-most", 1.6)
	b.ReportMetric(median(ours).Seconds()*1000, "ms")
	b.ReportMetric(median(theirs).Seconds()*1000, "trivial-ms")
}

// BenchmarkScreenMemoryBesideLimit walks the whole way, on which the driver looks
// at this computer and decides what it would make, up to the review and its
// details; nothing is made.
func BenchmarkScreenMemoryBesideLimit(b *testing.B) {
	const enter, down, end, pageDown, f1 = "\r", "\x1b[B", "\x1b[F", "\x1b[6~", "\x1bOP"
	w := newBench(b)
	o := w.terminal(w.program)
	defer o.kill()
	stop, watched := make(chan struct{}), make(chan int)
	go watchPeak(o.cmd.Process.Pid, stop, watched)

	t := text.T()
	computer, review := t.Screen.Titles["computer"], t.Screen.Titles["review"]
	o.until(welcomeTitle(), 10*time.Second)
	o.press(down, enter) // "choose each setting"
	o.until(computer, 10*time.Second)
	o.until(t.Screen.Keys.Enter+" "+t.Screen.Keys.Next, 5*time.Minute) // it was looked at, and can make a machine
	for keys := 0; !strings.Contains(o.screen(), review); keys++ {
		if keys > 100 {
			b.Fatalf("enter does not lead to the review:\n%s", o.screen())
		}
		o.press(f1, pageDown)
		o.until(t.Screen.HelpKeys, 10*time.Second)
		o.press(f1, enter) // to the next question, or the next page
	}
	o.until(t.Pages.Review.DetailKey+" "+t.Pages.Review.Detail, 5*time.Minute)
	o.press(t.Pages.Review.DetailKey, end)
	close(stop)
	peak := float64(<-watched) * 1024
	w.bound(peak/screenPeakLimit, "at-most", 1)
	b.ReportMetric(peak/1e6, "MB")
	b.ReportMetric(float64(mappedFiles(b, o.cmd.Process.Pid))*1024/1e6, "of-it-files-MB")
}

// mappedFiles is what a process has in memory of files, in KiB: the program itself,
// and libvirt with the libraries that it brings.
func mappedFiles(b *testing.B, pid int) (kib int) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		b.Fatal(err)
	}
	for line := range strings.Lines(string(status)) {
		if n, _ := fmt.Sscanf(line, "RssFile: %d kB", &kib); n == 1 {
			return kib
		}
	}
	b.Fatal("the kernel does not say what is of files")
	return 0
}
