package provision

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/clawarium/clawarium/assets/text"
)

// helperEnv makes the test binary do something else than test; see TestMain.
const helperEnv = "CLAWARIUM_TEST_HELPER"

func TestMain(m *testing.M) {
	switch os.Getenv(helperEnv) {
	case "":
		os.Exit(m.Run())
	case "lock":
		if _, err := Acquire(os.Args[1], "setup"); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		fmt.Println("locked")
		io.Copy(io.Discard, os.Stdin)
	case "run":
		runHelper()
	}
	os.Exit(0)
}

func helper(t *testing.T, kind string, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(self, args...)
	c.Env = append(os.Environ(), helperEnv+"="+kind)
	return c
}

func TestASecondProcessIsToldWhoWorksOnTheMachineUntilThatOneDies(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "machines", "m")
	c := helper(t, "lock", dir)
	stdin, _ := c.StdinPipe() // held open
	defer stdin.Close()
	stdout, _ := c.StdoutPipe()
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	line, _ := bufio.NewReader(stdout).ReadString('\n')
	if line != "locked\n" {
		t.Fatalf("helper said %q", line)
	}

	_, err := Acquire(dir, "destroy")
	var locked *Locked
	if !errors.As(err, &locked) {
		t.Fatalf("got %v", err)
	}
	h := locked.Holder
	if h.PID != c.Process.Pid || h.Command != "setup" || h.User != userName() || time.Since(h.Since) > time.Minute {
		t.Errorf("holder %+v", h)
	}
	if !strings.Contains(err.Error(), fmt.Sprint(c.Process.Pid)) || !strings.Contains(err.Error(), `"setup"`) || len(text.Hint(err)) != 1 {
		t.Errorf("said %q, hints %q", err, text.Hint(err))
	}
	if s, err := State(dir); err != nil || s.Working == nil || s.Working.PID != h.PID {
		t.Errorf("status %+v, %v", s, err)
	}

	c.Process.Kill()
	c.Wait()
	if s, _ := State(dir); s.Working != nil {
		t.Errorf("after its death: still %+v", s.Working)
	}
	l, err := Acquire(dir, "destroy")
	if err != nil {
		t.Fatalf("after its death: %v", err)
	}
	if err := l.Release(); err != nil {
		t.Error(err)
	}
}

func TestWhatAStaleLockFileSaysIsNotBelieved(t *testing.T) {
	dir := t.TempDir()
	// Its process is alive (it is this one), but nobody has the lock.
	data, _ := json.Marshal(Holder{PID: os.Getpid(), Command: "update", User: "x", Since: time.Now()})
	if err := os.WriteFile(filepath.Join(dir, LockFile), data, 0o600); err != nil {
		t.Fatal(err)
	}
	if h, ok := Working(dir); ok {
		t.Errorf("believed %+v", h)
	}
	l, err := Acquire(dir, "setup")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Release()
	if h, ok := Working(dir); !ok || h.Command != "setup" {
		t.Errorf("now %+v %v", h, ok)
	}
	// Held, but signed by a process that is no more: nobody is accused.
	data, _ = json.Marshal(Holder{PID: 1 << 30, Command: "update"})
	os.WriteFile(filepath.Join(dir, LockFile), data, 0o600)
	_, err = Acquire(dir, "setup")
	var locked *Locked
	if !errors.As(err, &locked) || locked.Holder.PID != 0 || strings.Contains(err.Error(), "update") {
		t.Errorf("got %v", err)
	}
}

func TestALockOfNothingLeavesNothing(t *testing.T) {
	root := t.TempDir()
	dir := filepath.Join(root, "a", "b", "c")
	l, err := Acquire(dir, "setup")
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("%v, %v", info, err)
	}
	if err := l.Release(); err != nil {
		t.Error(err)
	}
	if left, _ := os.ReadDir(root); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
}

func TestALockWorksAgainAfterItsDirectoryWasRemovedUnderIt(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "m")
	l, err := Acquire(dir, "destroy")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if err := l.Release(); err != nil {
		t.Error(err)
	}
	l, err = Acquire(dir, "setup")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Release()
	if _, err := Acquire(dir, "setup"); err == nil {
		t.Error("two hold the lock of the new directory")
	}
}
