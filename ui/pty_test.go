package ui

// The rig that shows the program on a pseudo-terminal, with a terminal's answers,
// and looks at what it leaves behind.

import (
	"bytes"
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/vt"
	"github.com/creack/pty"
	"golang.org/x/sys/unix"

	"github.com/clawarium/clawarium/provision"
)

// onPTY is the program on a pseudo-terminal.
type onPTY struct {
	t             *testing.T
	cmd           *exec.Cmd
	master, slave *os.File
	before        *unix.Termios
	dir           string

	mu   sync.Mutex
	raw  bytes.Buffer
	term *vt.Emulator
	gone bool // the master is closed
}

func startOnPTY(t *testing.T, what string) *onPTY {
	t.Helper()
	master, slave, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	if master, err = closable(master); err != nil {
		t.Fatal(err)
	}
	o := &onPTY{t: t, master: master, slave: slave, dir: t.TempDir(), term: vt.NewEmulator(80, 24)}
	if err := pty.Setsize(slave, &pty.Winsize{Cols: 80, Rows: 24}); err != nil {
		t.Fatal(err)
	}
	if o.before, err = unix.IoctlGetTermios(int(slave.Fd()), getTermios); err != nil {
		t.Fatal(err)
	}
	o.cmd = exec.Command(os.Args[0])
	o.cmd.Env = append(os.Environ(), screenEnv+"="+what+" "+o.dir, "TERM=xterm-256color", "LC_ALL=C")
	o.cmd.Stdin, o.cmd.Stdout, o.cmd.Stderr = slave, slave, slave
	o.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := o.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { // what a terminal answers
		buf := make([]byte, 256)
		for {
			n, err := o.term.Read(buf)
			if err != nil {
				return
			}
			_, _ = master.Write(buf[:n])
		}
	}()
	go func() {
		buf := make([]byte, 1<<16)
		for {
			n, err := master.Read(buf)
			if err != nil {
				return
			}
			o.mu.Lock()
			o.raw.Write(buf[:n])
			_, _ = o.term.Write(buf[:n])
			o.mu.Unlock()
		}
	}()
	t.Cleanup(func() {
		_ = o.cmd.Process.Kill()
		if !o.gone {
			master.Close()
		}
		slave.Close()
		_ = o.term.InputPipe().(io.Closer).Close() // its own Close is not for two goroutines
	})
	return o
}

// closable returns the file as one whose Close does not wait for a Read.
func closable(f *os.File) (*os.File, error) {
	defer f.Close()
	fd, err := unix.FcntlInt(f.Fd(), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	if err := unix.SetNonblock(fd, true); err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(fd), "terminal"), nil
}

func (o *onPTY) screen() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return ansi.Strip(o.term.String())
}

// sees waits until the screen shows something.
func (o *onPTY) sees(want string) {
	o.t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !strings.Contains(o.screen(), want); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			o.t.Fatalf("no %q:\n%s", want, o.screen())
		}
	}
}

func (o *onPTY) types(keys string) {
	if _, err := o.master.WriteString(keys); err != nil {
		o.t.Error(err)
	}
}

// answers answers a dialog, after its grace.
func (o *onPTY) answers(title, key string) {
	o.t.Helper()
	o.sees(title)
	time.Sleep(grace + 50*time.Millisecond)
	o.types(key)
}

func (o *onPTY) signal(s syscall.Signal) {
	if err := o.cmd.Process.Signal(s); err != nil {
		o.t.Error(err)
	}
}

// ends waits for the end and looks at what it left.
func (o *onPTY) ends(want int) {
	o.t.Helper()
	ended := make(chan struct{})
	go func() { _ = o.cmd.Wait(); close(ended) }()
	select {
	case <-ended:
	case <-time.After(8 * time.Second):
		o.t.Fatalf("it does not end:\n%s", o.screen())
	}
	if got := o.cmd.ProcessState.ExitCode(); got != want {
		stacks, _ := os.ReadFile(filepath.Join(o.dir, "stacks"))
		o.t.Errorf("exit status %d, not %d\n%s\n%s", got, want, o.screen(), stacks)
	}
	if o.gone {
		return
	}
	after, err := unix.IoctlGetTermios(int(o.slave.Fd()), getTermios)
	if err != nil {
		o.t.Fatal(err)
	}
	if *after != *o.before {
		o.t.Errorf("the terminal's modes: %+v, before %+v", after, o.before)
	}
	raw := ""
	for deadline := time.Now().Add(time.Second); ; time.Sleep(time.Millisecond) {
		o.mu.Lock()
		raw = o.raw.String()
		o.mu.Unlock()
		left := strings.LastIndex(raw, ansi.ResetModeAltScreenSaveCursor) > strings.LastIndex(raw, ansi.SetModeAltScreenSaveCursor)
		shown := strings.LastIndex(raw, ansi.ShowCursor) > strings.LastIndex(raw, ansi.HideCursor)
		if left && shown {
			return
		}
		if time.Now().After(deadline) {
			o.t.Fatalf("left the alternate screen: %v, cursor shown: %v\n%q", left, shown, raw[max(0, len(raw)-300):])
		}
	}
}

// goesOn is the same command again, without what held it up.
func (o *onPTY) goesOn() {
	o.t.Helper()
	state, err := provision.State(o.dir)
	if err != nil {
		o.t.Fatal(err)
	}
	if len(state.Steps) > 0 && state.Working != nil {
		o.t.Errorf("somebody works on it: %+v", state.Working)
	}
	run := provision.New(o.dir, toySteps("", o.dir), nil, provision.Options{})
	if _, err := run.Do(context.Background()); err != nil {
		o.t.Errorf("it does not go on: %v", err)
	}
	if state, err := provision.State(o.dir); err != nil || !state.Complete() {
		o.t.Errorf("after going on: %+v, %v", state, err)
	}
}

// hangUp closes the terminal.
func (o *onPTY) hangUp() {
	o.gone = true
	o.master.Close()
}
