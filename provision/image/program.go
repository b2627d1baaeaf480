package image

// Other people's programs: started with a context, heard to the end, and quoted
// when they fail. They get a small environment, and they end with us: on cancel
// the whole process group is asked to, then made to.

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/clawarium/clawarium/assets/text"
)

// grace is how long a program may tidy up after it was asked to end.
const grace = 3 * time.Second

// lastWords is how many lines of a failed program's output are quoted.
const lastWords = 6

// command is one program to run.
type command struct {
	name   string   // of the program, looked for in the path
	pkg    string   // Debian package that has it
	args   []string // without the name
	env    []string // beside the few variables that are passed on
	stdin  io.Reader
	stdout io.Writer // nil: heard like stderr
	// line is called for each line heard and says whether it is worth a place
	// in the log; may be nil.
	line func(line string) bool
}

// passed on from our environment: what finds programs, names the temporary
// directory and reaches a proxy.
var passed = []string{"PATH", "HOME", "TMPDIR", "http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"}

// look finds a program, also where only root's path leads.
func look(name, pkg string) (string, error) {
	for _, dir := range []string{"", "/usr/local/sbin/", "/usr/sbin/", "/sbin/"} {
		if path, err := exec.LookPath(dir + name); err == nil {
			return path, nil
		}
	}
	t := &text.T().Image
	return "", &text.Fault{What: fmt.Sprintf(t.NoProgram, name), Hint: fmt.Sprintf(t.NoProgramHint, pkg), Err: exec.ErrNotFound}
}

// run runs a program to its end.
func run(ctx context.Context, reporter Reporter, c command) error {
	path, err := look(c.name, c.pkg)
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, path, c.args...)
	cmd.Env = append(environ(), c.env...)
	cmd.Dir = "/"
	cmd.Stdin, cmd.Stdout = c.stdin, c.stdout
	cmd.SysProcAttr = groupOfItsOwn()
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
	cmd.WaitDelay = grace
	heard, mouth, err := os.Pipe()
	if err != nil {
		return err
	}
	defer heard.Close()
	cmd.Stderr = mouth
	if cmd.Stdout == nil {
		cmd.Stdout = mouth
	}
	// The signal that ends the program when we die is tied to the thread that
	// started it (prctl(2), PR_SET_PDEATHSIG).
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := cmd.Start(); err != nil {
		mouth.Close()
		return err
	}
	mouth.Close()
	done := make(chan []string, 1)
	go func() { done <- listen(heard, c, reporter) }()
	err = cmd.Wait()
	// Whatever of its group outlived it has no business any more.
	_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	var last []string
	select {
	case last = <-done:
	case <-time.After(grace):
		heard.Close()
		last = <-done
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		t := &text.T().Image
		fault := &text.Fault{What: fmt.Sprintf(t.ProgramFailed, c.name, strings.Join(last, " · ")), Hint: t.ProgramHint, Err: err}
		if strings.Contains(strings.Join(last, " "), "No space left on device") {
			fault.Err = errors.Join(err, errNoSpace)
		}
		return fault
	}
	return nil
}

// listen passes on what the program says, and keeps its last words.
func listen(from io.Reader, c command, reporter Reporter) (last []string) {
	lines := bufio.NewScanner(from)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		line := strings.TrimRight(lines.Text(), "\r ")
		if strings.TrimSpace(line) == "" {
			continue
		}
		if c.line != nil && !c.line(line) {
			continue
		}
		reporter.Log(c.name + ": " + line)
		if last = append(last, line); len(last) > lastWords {
			last = last[1:]
		}
	}
	_, _ = io.Copy(io.Discard, from)
	return last
}

func environ() []string {
	env := []string{"LC_ALL=C.UTF-8", "DEBIAN_FRONTEND=noninteractive"}
	for _, key := range passed {
		if v, ok := os.LookupEnv(key); ok {
			if key == "PATH" {
				v += ":/usr/local/sbin:/usr/sbin:/sbin"
			}
			env = append(env, key+"="+v)
		}
	}
	return env
}
