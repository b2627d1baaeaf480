package host

// The detached service, with this test's own binary as the program: real processes,
// real SIGKILL.

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gofrs/flock"
)

// asService has this binary be the program, or its supervisor, of the service in the
// directory that it names.
const asService = "CLAWARIUM_TEST_SERVICE"

const programLock = "program.lock"

func TestMain(m *testing.M) {
	if dir := os.Getenv(asService); dir != "" {
		os.Exit(beService(dir))
	}
	os.Exit(m.Run())
}

func testService(dir string) Service {
	return Service{Machine: "t", Dir: dir, Args: []string{"warden", "run", "--name", "t"}, Lock: programLock}
}

func beService(dir string) int {
	s := testService(dir)
	ctx := context.Background()
	switch {
	case slices.Contains(os.Args, "--"+FlagSupervise):
		if err := s.Supervise(ctx); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 2
		}
	case slices.Contains(os.Args, "--"+FlagSupervised):
		err := s.Supervised(ctx, os.Stdin, func(ctx context.Context) error {
			if data, err := os.OpenFile(filepath.Join(dir, "starts"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600); err == nil {
				fmt.Fprintln(data, os.Getpid())
				data.Close()
			}
			if _, err := os.Stat(filepath.Join(dir, "ends-at-once")); err == nil {
				return fmt.Errorf("no work today")
			}
			lock := flock.New(filepath.Join(dir, programLock))
			if ok, err := lock.TryLock(); !ok {
				return fmt.Errorf("locked: %v", err)
			}
			os.WriteFile(filepath.Join(dir, programLock), []byte(strconv.Itoa(os.Getpid())), 0o600)
			<-ctx.Done()
			return lock.Close()
		})
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 2
		}
	}
	return 0
}

// started starts a detached service of a test.
func started(t *testing.T) Service {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("processes are looked at in /proc")
	}
	dir := t.TempDir()
	t.Setenv(asService, dir)
	t.Setenv("XDG_RUNTIME_DIR", dir) // no systemd there
	t.Setenv("XDG_CONFIG_HOME", filepath.Join(dir, "config"))
	s := testService(dir)
	t.Cleanup(func() {
		if err := s.Remove(context.Background()); err != nil {
			t.Error(err)
		}
	})
	if err := s.Start(context.Background()); err != nil {
		out, _ := os.ReadFile(filepath.Join(dir, outFile))
		t.Fatalf("%v\n%s", err, out)
	}
	return s
}

func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for limit := time.Now().Add(20 * time.Second); !is(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(limit) {
			t.Fatalf("not within 20 s: %s", what)
		}
	}
}

func alive(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && !strings.Contains(string(stat), ") Z ")
}

func TestAProgramThatIsKilledIsStartedAgain(t *testing.T) {
	s := started(t)
	supervisor, was := s.supervisor(), s.pid()
	if s.Kept() != KeptByItself || !alive(supervisor) || !alive(was) || was == supervisor {
		t.Fatalf("kept %q, supervisor %d, program %d", s.Kept(), supervisor, was)
	}
	syscall.Kill(was, syscall.SIGKILL)
	eventually(t, "another program", func() bool { p := s.pid(); return p != 0 && p != was })
	if s.supervisor() != supervisor {
		t.Error("another supervisor for it")
	}
}

func TestASupervisorThatIsKilledIsReplacedByItsProgram(t *testing.T) {
	s := started(t)
	supervisor := s.supervisor()
	syscall.Kill(supervisor, syscall.SIGKILL)
	eventually(t, "another supervisor with a program", func() bool {
		n := s.supervisor()
		return n > 0 && n != supervisor && s.pid() > 0
	})
}

func TestWhicheverOfTheTwoIsKilledBothAreThereAgain(t *testing.T) {
	s := started(t)
	for range 6 {
		pid := []int{s.supervisor(), s.pid()}[rand.IntN(2)]
		syscall.Kill(pid, syscall.SIGKILL)
		eventually(t, "the killed one is gone", func() bool { return !alive(pid) })
		eventually(t, "both are there", func() bool { return s.supervisor() > 0 && s.pid() > 0 && alive(s.pid()) })
		// One that ends for want of its supervisor may still have been seen.
		time.Sleep(300 * time.Millisecond)
		eventually(t, "both stay", func() bool { return s.supervisor() > 0 && s.pid() > 0 })
	}
	eventually(t, "two processes and no more", func() bool { return len(processesOf(t, s)) == 2 })
	time.Sleep(2 * lookEvery)
	if all := processesOf(t, s); len(all) != 2 {
		t.Errorf("processes: %v", all)
	}
}

// processesOf are the pids of all processes of the service.
func processesOf(t *testing.T, s Service) (pids []int) {
	t.Helper()
	entries, err := os.ReadDir("/proc")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil || pid == os.Getpid() || !alive(pid) {
			continue
		}
		env, _ := os.ReadFile(filepath.Join("/proc", e.Name(), "environ"))
		if strings.Contains(string(env), asService+"="+s.Dir+"\x00") {
			pids = append(pids, pid)
		}
	}
	return pids
}

func TestWhatIsStoppedStaysStoppedUntilItIsStarted(t *testing.T) {
	s := started(t)
	if err := s.Stop(context.Background()); err != nil {
		t.Fatal(err)
	}
	time.Sleep(2 * lookEvery)
	if all := processesOf(t, s); len(all) > 0 || s.Kept() != KeptNotRunning {
		t.Fatalf("after the stop: %v, kept %q", all, s.Kept())
	}
	if err := s.Stop(context.Background()); err != nil {
		t.Errorf("a second stop: %v", err)
	}
	if err := s.launch(); err != nil { // as a program would that lost its supervisor just then
		t.Fatal(err)
	}
	eventually(t, "the late supervisor ends", func() bool { return len(processesOf(t, s)) == 0 })
	if err := s.Start(context.Background()); err != nil || s.pid() == 0 {
		t.Errorf("started again: %v, program %d", err, s.pid())
	}
}

func TestAProgramThatDoesNotFollowIsKilled(t *testing.T) {
	if testing.Short() {
		t.Skip("waits 10 s")
	}
	s := started(t)
	syscall.Kill(s.pid(), syscall.SIGSTOP)
	if err := s.Stop(context.Background()); err != nil {
		t.Fatal(err)
	}
	if all := processesOf(t, s); len(all) > 0 {
		t.Errorf("left: %v", all)
	}
}

func TestWithItsDirectoryTheServiceGoes(t *testing.T) {
	s := started(t)
	if err := os.RemoveAll(s.Dir); err != nil {
		t.Fatal(err)
	}
	eventually(t, "no process", func() bool { return len(processesOf(t, s)) == 0 })
	if _, err := os.Stat(s.Dir); err == nil {
		t.Error("the directory is there again")
	}
}

func TestAProgramThatEndsAtOnceIsNotStartedWithoutPause(t *testing.T) {
	s := started(t)
	os.WriteFile(filepath.Join(s.Dir, "ends-at-once"), nil, 0o600)
	syscall.Kill(s.pid(), syscall.SIGKILL)
	time.Sleep(2500 * time.Millisecond)
	data, _ := os.ReadFile(filepath.Join(s.Dir, "starts"))
	// 0.2, 0.4, 0.8, 1.6 s
	if n := strings.Count(string(data), "\n"); n < 3 || n > 6 {
		t.Errorf("%d starts in 2.5 s", n)
	}
	os.Remove(filepath.Join(s.Dir, "ends-at-once"))
	eventually(t, "it runs again", func() bool { return s.pid() > 0 })
}

func TestTheServiceHasNothingOfWhoStartedIt(t *testing.T) {
	lock, err := os.Create(filepath.Join(t.TempDir(), "lock"))
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Close()
	inherited, err := syscall.Dup(int(lock.Fd())) // as a shell leaves one open
	if err != nil {
		t.Fatal(err)
	}
	defer syscall.Close(inherited)
	t.Setenv("CLAWARIUM_MODEL_KEY", "sk-secret")
	t.Setenv("SSH_AUTH_SOCK", "/nowhere")
	s := started(t)
	for _, pid := range []int{s.supervisor(), s.pid()} {
		proc := fmt.Sprintf("/proc/%d/", pid)
		fds, _ := os.ReadDir(proc + "fd")
		if len(fds) == 0 {
			t.Fatal("no open files seen")
		}
		for _, fd := range fds {
			if to, _ := os.Readlink(proc + "fd/" + fd.Name()); to == lock.Name() || strings.HasPrefix(to, "/dev/pts") || strings.HasPrefix(to, "/dev/tty") {
				t.Errorf("%d has %s open", pid, to)
			}
		}
		if cwd, _ := os.Readlink(proc + "cwd"); cwd != "/" {
			t.Errorf("%d works in %s", pid, cwd)
		}
		env, _ := os.ReadFile(proc + "environ")
		for _, secret := range []string{"sk-secret", "SSH_AUTH_SOCK"} {
			if strings.Contains(string(env), secret) {
				t.Errorf("%d has %s in its environment", pid, secret)
			}
		}
		stat, _ := os.ReadFile(proc + "stat")
		fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
		if session, tty := fields[3], fields[4]; session != strconv.Itoa(s.supervisor()) || tty != "0" {
			t.Errorf("%d is of session %s with terminal %s", pid, session, tty)
		}
	}
}

func TestOnlyProcessesOfTheServiceAreSignalled(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("processes are looked at in /proc")
	}
	other := exec.Command("sleep", "60")
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { other.Process.Kill(); other.Wait() }()
	testService(t.TempDir()).signal(other.Process.Pid, syscall.SIGKILL)
	time.Sleep(50 * time.Millisecond)
	if !alive(other.Process.Pid) {
		t.Error("a stranger was killed")
	}
}

func TestWhatIsPrintedStaysSmall(t *testing.T) {
	path := filepath.Join(t.TempDir(), outFile)
	os.WriteFile(path, make([]byte, maxOut+1), 0o600)
	f, err := openOut(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if info, _ := f.Stat(); info.Size() != 0 {
		t.Errorf("%d bytes", info.Size())
	}
}

func TestRootStartsTheServiceOfAnotherAsThatAccount(t *testing.T) {
	dir := t.TempDir()
	if got := ownerOf(dir, 1000); got != nil {
		t.Errorf("an ordinary account: %+v", got)
	}
	if os.Geteuid() != 0 {
		t.Skip("needs root for a directory of another account")
	}
	if got := ownerOf(dir, 0); got != nil {
		t.Errorf("root's own: %+v", got)
	}
	if err := os.Chown(dir, 65534, 65533); err != nil {
		t.Fatal(err)
	}
	if got := ownerOf(dir, 0); got == nil || got.Uid != 65534 || got.Gid != 65533 {
		t.Errorf("another's: %+v", got)
	}
	path := filepath.Join(dir, "file")
	f, err := openOwn(path, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	giveBack(f)
	if info, _ := os.Stat(path); info.Sys().(*syscall.Stat_t).Uid != 65534 {
		t.Error("the file stays root's")
	}
}

func TestNoLinkIsFollowedOutOfTheServicesDirectory(t *testing.T) {
	dir, out := t.TempDir(), filepath.Join(t.TempDir(), "out")
	t.Setenv(asService, dir)
	if err := os.WriteFile(out, []byte("another's"), 0o644); err != nil {
		t.Fatal(err)
	}
	s := testService(dir)
	for _, name := range []string{stopFile, outFile, supervisorLock} {
		path := filepath.Join(dir, name)
		for what, place := range map[string]func() error{
			"a link":            func() error { return os.Symlink(out, path) },
			"a second name":     func() error { return os.Link(out, path) },
			"a link to nowhere": func() error { return os.Symlink(out+"-more", path) },
			"a pipe":            func() error { return syscall.Mkfifo(path, 0o600) },
		} {
			if err := place(); err != nil {
				t.Fatal(err)
			}
			var err error
			switch name {
			case stopFile:
				err = s.Stop(t.Context())
			case outFile:
				err = s.launch()
			default:
				_, err = s.takeLock(t.Context())
			}
			if err == nil {
				t.Errorf("%s is %s, and is used", name, what)
			}
			os.Remove(path)
		}
	}
	if data, _ := os.ReadFile(out); string(data) != "another's" {
		t.Errorf("written: %q", data)
	}
	if _, err := os.Lstat(out + "-more"); err == nil {
		t.Error("a file was made elsewhere")
	}
}
