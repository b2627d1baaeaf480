package host

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks/preflight"
)

// aFix makes a file, and takes it away again.
func aFix(t *testing.T) (Fixer, preflight.Fix, string) {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "made")
	return Fixer{Dir: filepath.Join(dir, "fixes"), Root: true}, preflight.Fix{
		ID: "file", Title: "make a file", Root: true,
		Do:   []preflight.Command{{"touch", file}, {"ls", file}},
		Undo: []preflight.Command{{"rm", file}},
	}, file
}

func TestAFixRunsWhatWasShownAndKeepsWhatItSaid(t *testing.T) {
	f, fix, file := aFix(t)
	var said []string
	trace, err := f.Do(t.Context(), fix, func(s string) { said = append(said, s) })
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"$ touch " + file, "$ ls " + file, file}
	if !slices.Equal(said, want) {
		t.Errorf("said %q", said)
	}
	data, err := os.ReadFile(trace)
	if err != nil || string(data) != strings.Join(want, "\n")+"\n" {
		t.Errorf("kept %q, %v", data, err)
	}
	if info, err := os.Stat(trace); err != nil || info.Mode().Perm() != 0o600 || filepath.Dir(trace) != f.Dir {
		t.Errorf("%s: %v, %v", trace, info.Mode(), err)
	}
	if info, err := os.Stat(f.Dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}

func TestAFixIsTakenBackOnceInAnyLaterRun(t *testing.T) {
	f, fix, file := aFix(t)
	if _, err := f.Do(t.Context(), fix, nil); err != nil {
		t.Fatal(err)
	}
	later := Fixer{Dir: f.Dir, Root: true}
	if _, ok := later.Done("file"); !ok {
		t.Fatal("it is not known any more")
	}
	if _, err := later.Undo(t.Context(), "file", nil); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(file); err == nil {
		t.Error("it is still there")
	}
	if _, err := later.Undo(t.Context(), "file", nil); err == nil || len(text.Hint(err)) == 0 {
		t.Errorf("a second time: %v", err)
	}
	fix.ID, fix.Undo = "for good", nil
	if _, err := f.Do(t.Context(), fix, nil); err != nil {
		t.Fatal(err)
	}
	if _, ok := f.Done("for good"); ok {
		t.Error("one that cannot be taken back")
	}
}

func TestASecondFixOfTheSameKindKeepsTheWayBackOfTheFirst(t *testing.T) {
	f, fix, file := aFix(t)
	other := fix
	other.Do, other.Undo = []preflight.Command{{"touch", file + "2"}}, []preflight.Command{{"rm", file + "2"}}
	for _, one := range []preflight.Fix{fix, other, other} { // once more is no second way back
		if _, err := f.Do(t.Context(), one, nil); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := f.Undo(t.Context(), "file", nil); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{file, file + "2"} {
		if _, err := os.Stat(path); err == nil {
			t.Errorf("%s is still there", path)
		}
	}
}

func TestACommandThatFailsEndsTheFixAndNamesTheTrace(t *testing.T) {
	f, fix, file := aFix(t)
	fix.Do = []preflight.Command{{"ls", file}, {"touch", file}}
	trace, err := f.Do(t.Context(), fix, nil)
	if err == nil || !strings.Contains(err.Error(), "ls "+file) || !strings.Contains(strings.Join(text.Hint(err), ""), trace) {
		t.Errorf("%v, %q", err, text.Hint(err))
	}
	if _, err := os.Stat(file); err == nil {
		t.Error("the next one was run")
	}
	if data, _ := os.ReadFile(trace); !strings.Contains(string(data), "No such file") || !strings.Contains(string(data), "exit status") {
		t.Errorf("%q", data)
	}
}

func TestWhatDpkgSaysTwiceIsKeptAndNotSaid(t *testing.T) {
	f, fix, _ := aFix(t)
	fix.Do = []preflight.Command{{"printf", `Selecting previously unselected package a.\nPreparing to unpack a.deb ...\nUnpacking a ...\nSetting up a ...\n`}}
	for _, f.Root = range []bool{false, true} {
		fix.Root = f.Root
		var said []string
		trace, err := f.Do(t.Context(), fix, func(s string) { said = append(said, s) })
		if err != nil || len(said) != 3 || said[1] != "Unpacking a ..." || said[2] != "Setting up a ..." {
			t.Errorf("%v, said %q", err, said)
		}
		if data, _ := os.ReadFile(trace); !strings.Contains(string(data), "Selecting previously unselected package a.\nPreparing to unpack a.deb ...\n") {
			t.Errorf("kept %q", data)
		}
	}
}

func TestNoShellTakesPart(t *testing.T) {
	f, fix, file := aFix(t)
	fix.Do = []preflight.Command{{"echo", "a; touch " + file, "$(touch " + file + ")", "`touch " + file + "`", ">" + file}}
	if _, err := f.Do(t.Context(), fix, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(file); err == nil {
		t.Error("one did")
	}
}

func TestWithoutSudoNothingIsRun(t *testing.T) {
	f, fix, file := aFix(t)
	f.Root = false
	empty := t.TempDir()
	t.Setenv("PATH", empty)
	dirs := adminDirs
	adminDirs = []string{empty}
	defer func() { adminDirs = dirs }()
	_, err := f.Do(t.Context(), fix, nil)
	if err == nil || !strings.Contains(strings.Join(text.Hint(err), ""), "touch "+file) {
		t.Errorf("%v, %q", err, text.Hint(err))
	}
}

func TestSudoIsPutBeforeEachCommandAndIsShown(t *testing.T) {
	f, fix, file := aFix(t)
	f.Root = false
	bin := t.TempDir()
	script := "#!/bin/sh\necho with sudo: \"$@\"\nexec \"$@\"\n"
	if err := os.WriteFile(filepath.Join(bin, "sudo"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin+":"+os.Getenv("PATH"))
	var said []string
	if _, err := f.Do(t.Context(), fix, func(s string) { said = append(said, s) }); err != nil {
		t.Fatal(err)
	}
	want := []string{"$ sudo touch " + file, "with sudo: touch " + file, "$ sudo ls " + file, "with sudo: ls " + file, file}
	if !slices.Equal(said, want) {
		t.Errorf("%q", said)
	}
	fix.Root = false // Homebrew's
	said = nil
	if _, err := f.Do(t.Context(), fix, func(s string) { said = append(said, s) }); err != nil || said[0] != "$ touch "+file {
		t.Errorf("%q, %v", said, err)
	}
}

func TestACancelledFixIsEndedInOrder(t *testing.T) {
	f, fix, _ := aFix(t)
	ctx, cancel := context.WithCancel(t.Context())
	fix.Root = false
	fix.Do = []preflight.Command{{"sh", "-c", "trap 'echo ended; exit 3' TERM; echo begun; while :; do sleep 0.05; done"}, {"touch", "never"}}
	var said []string
	began := time.Now()
	trace, err := f.Do(ctx, fix, func(s string) {
		if said = append(said, s); s == "begun" {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) || time.Since(began) > settleTime/2 || !slices.Contains(said, "ended") {
		t.Errorf("%v after %s: %q", err, time.Since(began), said)
	}
	if data, _ := os.ReadFile(trace); strings.Contains(string(data), "never") {
		t.Errorf("%q", data)
	}
}

func TestWhatRootRunsIsWaitedForAndLosesNothing(t *testing.T) {
	f, fix, file := aFix(t)
	ctx, cancel := context.WithCancel(t.Context())
	fix.Do = []preflight.Command{
		{"sh", "-c", "echo begun; sleep 0.5; readlink /proc/self/fd/1; touch " + file + "; echo ended"}, {"touch", "never"}}
	var said []string
	trace, err := f.Do(ctx, fix, func(s string) {
		if said = append(said, s); s == "begun" {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) || !slices.Contains(said, "ended") || runtime.GOOS == "linux" && !slices.Contains(said, trace) {
		t.Errorf("%v: %q", err, said)
	}
	if _, err := os.Stat(file); err != nil {
		t.Errorf("it was ended in the middle: %v", err)
	}
	if data, _ := os.ReadFile(trace); !strings.Contains(string(data), "begun\n") || !strings.Contains(string(data), "ended\n") {
		t.Errorf("kept %q", data)
	}
	if _, err := os.Stat("never"); err == nil {
		t.Error("the next one was run")
	}
}

func TestWhatACommandSaysIsBounded(t *testing.T) {
	f, fix, _ := aFix(t)
	fix.Do = []preflight.Command{{"sh", "-c", "printf 'half\\rline'; head -c 20000 /dev/zero | tr '\\0' x"}}
	longest := 0
	if _, err := f.Do(t.Context(), fix, func(s string) { longest = max(longest, len(s)) }); err != nil {
		t.Fatal(err)
	}
	if longest == 0 || longest > 40000 {
		t.Errorf("a line of %d bytes", longest)
	}
}
