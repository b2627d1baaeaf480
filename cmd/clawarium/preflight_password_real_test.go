//go:build real

package main

// A fix that needs a password, on the screen: the real sudo asks for it, of an account
// that has one of its own on a copy of this computer, on a terminal of 80 columns.
//
// Needs what preflight_real_test.go needs.

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/vt"
	"github.com/creack/pty"
)

// somebodysTerminal is where a script runs that shows the program.
type somebodysTerminal struct {
	t      *testing.T
	master *os.File

	mu   sync.Mutex
	raw  bytes.Buffer
	term *vt.Emulator
}

// onComputersTerminal runs a script on a computer of its own whose output, and the
// terminal that controls it, is the one that is returned.
func onComputersTerminal(t *testing.T, script string) *somebodysTerminal {
	t.Helper()
	cmd := computer(t, false)
	file := filepath.Join(t.TempDir(), "script")
	if err := os.WriteFile(file, []byte(script), 0o600); err != nil {
		t.Fatal(err)
	}
	in, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	master, slave, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer slave.Close()
	if err := pty.Setsize(slave, &pty.Winsize{Cols: 80, Rows: 24}); err != nil {
		t.Fatal(err)
	}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = in, slave, slave
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true, Ctty: 1}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	s := &somebodysTerminal{t: t, master: master, term: vt.NewEmulator(80, 24)}
	go func() { _, _ = io.Copy(master, s.term) }() // what a terminal answers
	go func() {
		buf := make([]byte, 1<<16)
		for {
			n, err := master.Read(buf)
			if err != nil {
				return
			}
			s.mu.Lock()
			s.raw.Write(buf[:n])
			_, _ = s.term.Write(buf[:n])
			s.mu.Unlock()
		}
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		master.Close()
		_ = s.term.InputPipe().(io.Closer).Close()
	})
	return s
}

func (s *somebodysTerminal) screen() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return ansi.Strip(s.term.String())
}

// sees waits until the screen shows all of it.
func (s *somebodysTerminal) sees(all ...string) {
	s.t.Helper()
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		shown, missing := strings.Join(strings.Fields(s.screen()), " "), ""
		for _, want := range all {
			if !strings.Contains(shown, want) {
				missing = want
			}
		}
		if missing == "" {
			return
		}
		if time.Now().After(deadline) {
			s.t.Fatalf("no %q:\n%s", missing, s.screen())
		}
	}
}

func (s *somebodysTerminal) types(keys string) {
	s.t.Helper()
	if _, err := s.master.WriteString(keys); err != nil {
		s.t.Error(err)
	}
}

// says answers a dialog, which takes no key for the first moment.
func (s *somebodysTerminal) says(title, keys string) {
	s.t.Helper()
	s.sees(title)
	time.Sleep(600 * time.Millisecond)
	s.types(keys)
}

// shows runs the program on the terminal, and says how it ended and left that.
const shows = `
trap : INT
stty -g </dev/tty >/tmp/modes
shows() {
	printf '\033[H\033[2J'
	$as env TERM=xterm-256color LC_ALL=C.UTF-8 /tmp/clawarium --lang en "$@" </dev/tty >/dev/tty 2>&1
	echo "left with $?"
	stty -g </dev/tty | cmp - /tmp/modes && echo "the terminal is as it was"
}
`

func TestSudosPasswordIsTypedOnTheTerminalAndTheScreenComesBack(t *testing.T) {
	s := onComputersTerminal(t, shows+`
mount --bind /dev/null /dev/kvm
printf '%s\n' 'unix_sock_group = "libvirt"' 'auth_unix_rw = "none"' >>/etc/libvirt/libvirtd.conf # no D-Bus, no polkit
somebody kvm libvirt
echo 't-pre ALL=(ALL) ALL' >/etc/sudoers.d/t-pre
echo t-pre:right | chpasswd
shows setup --set connection=system --set machine.acceleration=emulation
read -r _ </dev/tty
shows
sleep 60
`)
	const down = "\x1b[B"
	s.sees("c look at this computer") // no review without libvirt
	s.types("c")
	s.sees("nobody answers at qemu:///system", "do it for me")
	s.types("d")
	s.says("Run this on your computer?", down+"\r")
	s.sees("clawarium runs what you agreed to", "$ sudo virtlogd -d", "password for t-pre:")
	s.types("wrong\r")
	s.sees("Sorry, try again. [sudo] password for t-pre:") // what is typed before it is lost
	if strings.Contains(s.screen(), "This computer") {
		t.Errorf("the screen is still there:\n%s", s.screen())
	}
	s.types("\x03")
	s.sees("stopped while something was being done", "hint: call clawarium", "left with 130", "the terminal is as it was")

	s.types("\r")
	s.sees("nobody answers at qemu:///system", "do it for me") // where it was
	s.types("d")
	s.says("Run this on your computer?", down+"\r")
	s.sees("password for t-pre:")
	s.types("wrong\r")
	s.sees("Sorry, try again. [sudo] password for t-pre:") // what is typed before it is lost
	s.types("right\r")
	s.sees("It worked", "[ Go on ]")
	if strings.Contains(s.screen(), "nobody answers") {
		t.Errorf("it is still found:\n%s", s.screen())
	}
	s.types("\r")
	s.sees("Review", "qemu:///system")
	s.types("\x03")
	s.says("Leave?", down+"\r")
	s.sees("left with 130", "the terminal is as it was")
	s.mu.Lock()
	defer s.mu.Unlock()
	raw := s.raw.String()
	if strings.LastIndex(raw, ansi.SetModeAltScreenSaveCursor) > strings.LastIndex(raw, ansi.ResetModeAltScreenSaveCursor) {
		t.Error("the alternate screen is left on")
	}
	for _, word := range []string{"wrong", "right"} {
		if strings.Contains(raw, word+"\r") {
			t.Errorf("the password %q was shown", word)
		}
	}
	if i := strings.Index(raw, "$ sudo libvirtd -d"); i < 0 || !strings.Contains(raw[i:], "The screen comes back.") {
		t.Error("nothing says that the screen comes back")
	}
}
