package host

// Without a systemd of the owner's: a supervisor starts the program again whenever
// it ends, and the program starts a new supervisor when it loses its own. So either
// may be killed. Both end when they are told to by a signal or by the stop file, and
// when their machine's directory is gone.

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/gofrs/flock"

	"github.com/clawarium/clawarium/assets/text"
)

// What the two are told by, behind the service's own arguments.
const (
	FlagSupervise  = "supervise"  // be the supervisor
	FlagSupervised = "supervised" // be the program, with a supervisor at the other end of stdin
)

const (
	firstPause = 200 * time.Millisecond // before a program that ended is started again
	maxPause   = 30 * time.Second
	steady     = time.Minute // a program that ran so long is started again at once
	lookEvery  = 500 * time.Millisecond
)

// launch starts a supervisor that outlives this process and has nothing of it: no
// terminal, no directory, no open file, and of the environment only what it needs.
func (s Service) launch() error {
	out, err := openOut(filepath.Join(s.Dir, outFile))
	if err != nil {
		return err
	}
	defer out.Close()
	giveBack(out)
	cmd, err := s.command(FlagSupervise)
	if err != nil {
		return err
	}
	cmd.Stdout, cmd.Stderr = out, out
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Credential: ownerOf(s.Dir, os.Geteuid())}
	keepFromChildren()
	if err := cmd.Start(); err != nil {
		return err
	}
	go func() { _ = cmd.Wait() }()
	return nil
}

func (s Service) command(role string) (*exec.Cmd, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(self, append(append([]string(nil), s.Args...), "--"+role)...)
	cmd.Dir, cmd.Env = "/", serviceEnviron(os.Environ())
	return cmd, nil
}

// ownerOf is the account that a service runs as which root starts for somebody else,
// by sudo: the owner of the machine's directory. It needs none of root's rights. nil
// means ours.
func ownerOf(dir string, euid int) *syscall.Credential {
	var st syscall.Stat_t
	if euid != 0 || syscall.Stat(dir, &st) != nil || st.Uid == 0 {
		return nil
	}
	return &syscall.Credential{Uid: st.Uid, Gid: st.Gid}
}

// openOwn opens a file of the service's to write, or makes it. The directory may be
// somebody else's and this process root: no link is followed out of it, no name of
// another file is used, and nothing waits for whoever reads a pipe.
func openOwn(path string, flags int) (*os.File, error) {
	f, err := os.OpenFile(path, flags|os.O_CREATE|os.O_WRONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0o600)
	if err != nil {
		return nil, err
	}
	var st syscall.Stat_t
	if err = syscall.Fstat(int(f.Fd()), &st); err == nil && (st.Mode&syscall.S_IFMT != syscall.S_IFREG || st.Nlink > 1) {
		err = &fs.PathError{Op: "open", Path: path, Err: syscall.EINVAL}
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// giveBack gives a file that root made to the owner of the directory that it is in.
func giveBack(f *os.File) {
	if owner := ownerOf(filepath.Dir(f.Name()), os.Geteuid()); owner != nil {
		_ = f.Chown(int(owner.Uid), int(owner.Gid))
	}
}

// openOut opens the file for what is printed, emptied when it has grown large.
func openOut(path string) (*os.File, error) {
	f, err := openOwn(path, os.O_APPEND)
	if err != nil {
		return nil, err
	}
	if info, err := f.Stat(); err == nil && info.Size() > maxOut {
		_ = f.Truncate(0)
	}
	return f, nil
}

// serviceEnviron is what of an environment a service gets. A key of the owner's in
// one that lives for months would be one more place to find it in.
func serviceEnviron(all []string) []string {
	var out []string
	for _, kv := range all {
		switch name, _, _ := strings.Cut(kv, "="); {
		case name == "CLAWARIUM_MODEL_KEY":
		case name == "HOME", name == "USER", name == "LOGNAME", name == "PATH", name == "TMPDIR", name == "LANG",
			strings.HasPrefix(name, "LC_"), strings.HasPrefix(name, "XDG_"), strings.HasPrefix(name, "CLAWARIUM_"):
			out = append(out, kv)
		}
	}
	return out
}

// keepFromChildren marks every file that is open here as not to be inherited: one
// that came from whoever started us would be held open for months.
func keepFromChildren() {
	names, err := os.ReadDir("/dev/fd")
	if err != nil {
		return
	}
	for _, name := range names {
		if fd, err := strconv.Atoi(name.Name()); err == nil && fd > 2 {
			syscall.CloseOnExec(fd)
		}
	}
}

// Supervise keeps the program running until ctx ends or the service is over. It is
// the whole of its process. That another supervisor is there already is no error.
func (s Service) Supervise(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	lock, err := s.takeLock(ctx)
	if err != nil || lock == nil {
		return err
	}
	defer lock.Close()
	go s.watch(ctx, cancel)
	wait := firstPause
	for ctx.Err() == nil {
		began := time.Now()
		err := s.once(ctx)
		if ctx.Err() != nil {
			break
		}
		if time.Since(began) > steady {
			wait = firstPause
		}
		why := "exit status 0"
		if err != nil {
			why = err.Error()
		}
		fmt.Fprintf(os.Stderr, text.T().Service.Again+"\n", time.Now().UTC().Format(time.RFC3339), why, wait)
		_ = pause(ctx, wait)
		wait = min(2*wait, maxPause)
	}
	return nil
}

// watch calls end when the service is over.
func (s Service) watch(ctx context.Context, end func()) {
	for pause(ctx, lookEvery) == nil {
		if s.over() {
			end()
		}
	}
}

// takeLock makes this process the supervisor; nil when there is another.
func (s Service) takeLock(ctx context.Context) (*flock.Flock, error) {
	path := filepath.Join(s.Dir, supervisorLock)
	for limit := time.Now().Add(2 * time.Second); !s.over(); {
		lock := flock.New(path, flock.SetFlag(os.O_CREATE|os.O_RDWR|syscall.O_NOFOLLOW), flock.SetPermissions(0o600))
		ok, err := lock.TryLock()
		if ok {
			f, err := openOwn(path, 0)
			if err == nil {
				err = f.Truncate(0)
				_, werr := fmt.Fprintln(f, os.Getpid())
				err = errors.Join(err, werr, f.Close())
			}
			return lock, err
		}
		lock.Close()
		// Whoever only looks whether it is held has it for an instant.
		if err != nil || time.Now().After(limit) || pause(ctx, 20*time.Millisecond) != nil {
			return nil, err
		}
	}
	return nil, nil
}

// once runs the program once. Its stdin tells it when this process is gone.
func (s Service) once(ctx context.Context) error {
	if out, err := openOut(filepath.Join(s.Dir, outFile)); err == nil {
		out.Close()
	}
	cmd, err := s.command(FlagSupervised)
	if err != nil {
		return err
	}
	leash, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	defer leash.Close()
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	if err := cmd.Start(); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	_ = cmd.Process.Signal(syscall.SIGTERM)
	select {
	case err = <-ended:
	case <-time.After(endTime):
		_ = cmd.Process.Kill()
		err = <-ended
	}
	return err
}

// Foreground runs f, which is the program, until ctx ends or the service is over. One
// that is over already does not begin.
func (s Service) Foreground(ctx context.Context, f func(context.Context) error) error {
	if s.over() {
		t := &text.T().Service
		return &text.Fault{What: fmt.Sprintf(t.Over, s.Machine), Hint: t.OverHint}
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go s.watch(ctx, cancel)
	return f(ctx)
}

// Supervised runs f, which is the program, until ctx ends, the service is over, or
// the supervisor at the other end of leash is gone. That one is replaced.
func (s Service) Supervised(ctx context.Context, leash io.Reader, f func(context.Context) error) error {
	inner, cancel := context.WithCancel(ctx)
	defer cancel()
	go s.watch(inner, cancel)
	lost := make(chan struct{})
	go func() {
		_, _ = io.Copy(io.Discard, leash)
		close(lost)
	}()
	ended := make(chan error, 1)
	go func() { ended <- f(inner) }()
	select {
	case err := <-ended:
		return err
	case <-lost:
	}
	cancel()
	var err error
	select { // its lock must be free for the next one; if it hangs, that one will wait for us
	case err = <-ended:
	case <-time.After(endTime / 2):
	}
	if ctx.Err() == nil && !s.over() {
		fmt.Fprintf(os.Stderr, text.T().Service.Orphaned+"\n", time.Now().UTC().Format(time.RFC3339))
		return s.launch()
	}
	return err
}
