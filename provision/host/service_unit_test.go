package host

import (
	"context"
	"errors"
	"flag"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gofrs/flock"

	"github.com/clawarium/clawarium/assets/text"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestTheUnitIsAsItWasReviewed(t *testing.T) {
	s := Service{Machine: "lobster", Dir: "/home/ann/.local/state/clawarium/machines/lobster",
		Args: []string{"warden", "run", "--name", "lobster"}}
	wishes := Service{Machine: "lobster", Dir: "/home/ann/100%/lobster", Wish: []string{"warden", "walls", "--name", "lobster"}}.
		wishFiles("/usr/bin/clawarium", func(string) string { return "" })
	for name, unit := range map[string]string{
		"walls":           wishes["clawarium-walls-lobster.service"],
		"walls-path":      wishes["clawarium-walls-lobster.path"],
		"unit":            s.unitFile("/usr/bin/clawarium", func(string) string { return "" }, true),
		"unit-namespaces": s.unitFile("/usr/bin/clawarium", func(string) string { return "" }, false),
		"unit-odd": Service{Machine: "lobster", Dir: `/home/a n"n/100%/x\y`, Args: s.Args}.
			unitFile("/opt/$HOME/claw arium", func(name string) string {
				return map[string]string{"XDG_STATE_HOME": `/home/a n"n/100%`}[name]
			}, true),
	} {
		path := filepath.Join("testdata", name+".service")
		if *update {
			if err := os.WriteFile(path, []byte(unit), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil || string(want) != unit {
			t.Errorf("%s (%v):\n%s", path, err, unit)
		}
	}
}

func TestSystemdFindsNothingWrongWithTheUnit(t *testing.T) {
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skipf("no systemd-analyze here: %v", err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, namespaces := range []bool{true, false} {
		s := Service{Machine: "lobster", Dir: filepath.Join(dir, `a b%c"d`), Args: []string{"warden", "run", "--name", "lobster"}}
		path := filepath.Join(dir, s.Unit())
		verify := func(unit string) (string, error) {
			if err := os.WriteFile(path, []byte(unit), 0o644); err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command(analyze, "--user", "verify", "--man=no", path)
			cmd.Env = append(os.Environ(), "XDG_RUNTIME_DIR="+dir, "LC_ALL=C")
			out, err := cmd.CombinedOutput()
			return string(out), err
		}
		unit := s.unitFile(self, func(string) string { return "/x y" }, namespaces)
		if out, err := verify(unit); err != nil || strings.Contains(out, s.Unit()) {
			t.Errorf("%v\n%s", err, out)
		}
		if !strings.Contains(unit, "\nConditionPathExists=!"+strings.ReplaceAll(filepath.Join(s.Dir, stopFile), "%", "%%")+"\n") {
			t.Errorf("a stopped service is started by its unit:\n%s", unit)
		}
		// The tool does see what is wrong.
		if out, _ := verify(strings.Replace(unit, "UMask=0077", "UMask=no", 1)); !strings.Contains(out, s.Unit()) {
			t.Errorf("a damaged unit was not noticed: %s", out)
		}
	}
}

func TestWhatForbidsNamespacesIsKnown(t *testing.T) {
	for _, c := range []struct {
		files map[string]string
		want  bool
	}{
		{nil, true},
		{map[string]string{"/proc/sys/kernel/apparmor_restrict_unprivileged_userns": "1\n"}, false},
		{map[string]string{"/proc/sys/kernel/apparmor_restrict_unprivileged_userns": "0\n"}, true},
		{map[string]string{"/proc/sys/kernel/unprivileged_userns_clone": "0\n"}, false},
		{map[string]string{"/proc/sys/user/max_user_namespaces": "0\n"}, false},
		{map[string]string{"/proc/sys/user/max_user_namespaces": "63000\n"}, true},
	} {
		got := namespacesAllowed(func(path string) ([]byte, error) {
			if s, ok := c.files[path]; ok {
				return []byte(s), nil
			}
			return nil, fs.ErrNotExist
		})
		if got != c.want {
			t.Errorf("%v: %v", c.files, got)
		}
	}
}

// fakeSystemd has systemctl be a script that records how it is called, beside a
// socket as the owner's systemd has one.
func fakeSystemd(t *testing.T) (calls func() string) {
	t.Helper()
	dir, err := os.MkdirTemp("", "t-h4") // a socket's path must be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Mkdir(filepath.Join(dir, "systemd"), 0o700); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("unix", filepath.Join(dir, "systemd", "private"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	record := filepath.Join(dir, "calls")
	script := "#!/bin/sh\necho \"$*\" >>" + record + "\ncase \"$*\" in *broken*) echo 'no such thing' >&2; exit 1;; esac\n"
	if err := os.WriteFile(filepath.Join(dir, "systemctl"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
	t.Setenv("XDG_RUNTIME_DIR", dir)
	t.Setenv("XDG_CONFIG_HOME", filepath.Join(dir, "config"))
	return func() string {
		data, _ := os.ReadFile(record)
		os.Remove(record)
		return string(data)
	}
}

func TestWithTheOwnersSystemdTheUnitIsInstalledAndRemovedAgain(t *testing.T) {
	calls := fakeSystemd(t)
	s := Service{Machine: "lobster", Dir: t.TempDir(), Args: []string{"warden", "run"}, Lock: programLock}
	if err := s.Install(context.Background()); err != nil {
		t.Fatal(err)
	}
	unit, err := os.ReadFile(s.unitPath())
	if err != nil || !strings.Contains(string(unit), s.Dir) {
		t.Fatalf("%v\n%s", err, unit)
	}
	const user = "--user --no-ask-password "
	if got, want := calls(), user+"daemon-reload\n"+user+"enable "+s.Unit()+"\n"+user+"restart "+s.Unit()+"\n"; got != want {
		t.Errorf("install called\n%swant\n%s", got, want)
	}
	if err := s.Remove(context.Background()); err != nil {
		t.Fatal(err)
	}
	if got, want := calls(), user+"disable --now "+s.Unit()+"\n"+user+"daemon-reload\n"; got != want {
		t.Errorf("remove called\n%swant\n%s", got, want)
	}
	if s.unitThere() {
		t.Error("the unit is still there")
	}
	if err := s.Remove(context.Background()); err != nil || calls() != "" {
		t.Errorf("a second removal: %v", err)
	}
}

func TestAServiceThatKeptItselfRunningIsHandedOver(t *testing.T) {
	for title, begin := range map[string]func(Service, context.Context) error{"Install": Service.Install, "Start": Service.Start} {
		t.Run(title, func(t *testing.T) {
			s := started(t)
			calls := fakeSystemd(t)
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second) // this systemd starts nothing
			defer cancel()
			if err := begin(s, ctx); err != nil && !errors.Is(err, context.DeadlineExceeded) {
				t.Fatal(err)
			}
			if all := processesOf(t, s); len(all) > 0 || s.over() {
				t.Errorf("still there: %v, told to stop: %v", all, s.over())
			}
			if !strings.Contains(calls(), "restart "+s.Unit()) {
				t.Error("the unit was not started")
			}
		})
	}
}

func TestASystemdThatRefusesIsQuoted(t *testing.T) {
	fakeSystemd(t)
	s := Service{Machine: "broken", Dir: t.TempDir(), Args: []string{"warden", "run"}, Lock: programLock}
	err := s.Install(context.Background())
	if err == nil || !strings.Contains(err.Error(), "no such thing") || len(text.Hint(err)) == 0 {
		t.Errorf("%v", err)
	}
}

func TestWithoutASystemdOfTheOwnersNothingIsInstalled(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("XDG_RUNTIME_DIR", dir)
	t.Setenv("XDG_CONFIG_HOME", dir)
	s := Service{Machine: "lobster", Dir: dir, Args: []string{"warden", "run"}, Lock: programLock}
	err := s.Install(context.Background())
	var fault *text.Fault
	if !errors.As(err, &fault) || fault.Hint == "" || s.unitThere() {
		t.Errorf("%v", err)
	}
}

func TestTheRuntimeDirectoryOfAnotherAccountIsNotUsed(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("XDG_RUNTIME_DIR", dir)
	if got := runtimeDir(); got != dir {
		t.Errorf("our own: %s", got)
	}
	if os.Getuid() != 0 {
		t.Skip("needs root for a directory of another account")
	}
	if err := os.Chown(dir, 65534, 65534); err != nil {
		t.Fatal(err)
	}
	if got := runtimeDir(); got != "/run/user/0" {
		t.Errorf("another's: %s", got)
	}
}

func TestAProgramOfASystemdThatCannotBeToldIsNotCalledStopped(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("XDG_RUNTIME_DIR", dir) // no systemd there
	t.Setenv("XDG_CONFIG_HOME", filepath.Join(dir, "config"))
	s := testService(dir)
	for name, end := range map[string]func(context.Context) error{"Stop": s.Stop, "Remove": s.Remove} {
		if err := os.MkdirAll(filepath.Dir(s.unitPath()), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(s.unitPath(), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		lock := flock.New(filepath.Join(dir, programLock))
		if ok, err := lock.TryLock(); !ok {
			t.Fatal(err)
		}
		os.WriteFile(filepath.Join(dir, programLock), []byte("999999999"), 0o600) // no process has that number
		go func() {                                                               // as a program that looks at the file
			for !s.over() {
				time.Sleep(10 * time.Millisecond)
			}
			lock.Close()
		}()
		err := end(t.Context())
		if err == nil || !strings.Contains(strings.Join(text.Hint(err), ""), s.Unit()) || !s.unitThere() {
			t.Errorf("%s: %v, %q", name, err, text.Hint(err))
		}
		if err := end(t.Context()); err != nil { // it stayed ended
			t.Errorf("%s once more: %v", name, err)
		}
		os.Remove(filepath.Join(dir, stopFile))
	}
}

func TestTheForegroundEndsWithTheStopFileAndDoesNotBeginWithIt(t *testing.T) {
	s := testService(t.TempDir())
	wait := func(ctx context.Context) error { <-ctx.Done(); return nil }
	ended := make(chan error, 1)
	go func() { ended <- s.Foreground(t.Context(), wait) }()
	if err := s.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	select {
	case <-ended:
	case <-time.After(5 * time.Second):
		t.Fatal("it goes on")
	}
	if err := s.Foreground(t.Context(), wait); err == nil || len(text.Hint(err)) == 0 {
		t.Errorf("it begins: %v", err)
	}
}
