package code

// Running mksquashfs, which reads the tar stream from its standard input.

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/clawarium/clawarium/assets/text"
)

const mksquashfs = "mksquashfs"

// squashOptions make the result depend on the stream alone. Compression level 5
// takes half the time of the default's neighbour 9 for 4 % more bytes, and an
// eighth of the default's. Without looking for duplicates, because what mksquashfs
// 4.5.1 finds of them depends on how its threads run: on a busy machine two of nine
// runs on the same stream differed, of 23 without it none. It costs 6 % of the size.
var squashOptions = []string{
	"-tar", "-noappend", "-reproducible", "-all-root", "-root-mode", "0755",
	"-mkfs-time", "0", "-all-time", "0", "-no-xattrs", "-no-exports", "-no-duplicates",
	"-comp", "zstd", "-Xcompression-level", "5", "-b", "128K",
	"-mem", "256M", "-no-progress", "-quiet",
}

// squasher is a running mksquashfs. Write to In, then Close.
type squasher struct {
	in  io.WriteCloser
	cmd *exec.Cmd
	log *tail
}

var squashVersion = regexp.MustCompile(`version (\d+)\.(\d+)(\S*)`)

// squashTool finds mksquashfs and returns its path and version. Reading a tar
// stream came with version 4.5.
func squashTool(ctx context.Context) (path, version string, err error) {
	t := &text.T().Code
	path, err = exec.LookPath(mksquashfs)
	if err != nil {
		return "", "", &text.Fault{What: fmt.Sprintf(t.NoTool, mksquashfs), Hint: t.NoToolHint}
	}
	out, _ := exec.CommandContext(ctx, path, "-version").Output() // some versions exit with 1
	m := squashVersion.FindSubmatch(out)
	if m == nil {
		return "", "", &text.Fault{What: fmt.Sprintf(t.OldTool, path, strings.TrimSpace(string(bytes.SplitN(out, []byte("\n"), 2)[0]))), Hint: t.NoToolHint}
	}
	major, _ := strconv.Atoi(string(m[1]))
	minor, _ := strconv.Atoi(string(m[2]))
	version = fmt.Sprintf("%d.%d%s", major, minor, m[3])
	if major < 4 || major == 4 && minor < 5 {
		return "", "", &text.Fault{What: fmt.Sprintf(t.OldTool, path, version), Hint: t.NoToolHint}
	}
	return path, version, nil
}

// startSquash starts packing into the file out. extra options are for tests.
func startSquash(ctx context.Context, tool, out string, r Reporter, extra ...string) (*squasher, error) {
	args := append([]string{"-", out}, squashOptions...)
	cmd := exec.CommandContext(ctx, tool, append(args, extra...)...)
	// SOURCE_DATE_EPOCH and SQFS_* would change or stop it; it needs nothing.
	cmd.Env = []string{"LC_ALL=C", "PATH=/usr/sbin:/usr/bin:/sbin:/bin"}
	cmd.WaitDelay = 5 * time.Second
	s := &squasher{cmd: cmd, log: &tail{r: r}}
	cmd.Stdout, cmd.Stderr = s.log, s.log
	var err error
	if s.in, err = cmd.StdinPipe(); err != nil {
		return nil, err
	}
	return s, cmd.Start()
}

// wait ends the stream and returns when mksquashfs has ended.
func (s *squasher) wait() error {
	s.in.Close()
	if err := s.cmd.Wait(); err != nil {
		return s.fault(err)
	}
	return nil
}

// abort ends mksquashfs without a result.
func (s *squasher) abort() {
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait()
}

func (s *squasher) fault(err error) error {
	t := &text.T().Code
	said := s.log.String()
	if strings.Contains(said, "No space left") {
		return &text.Fault{What: fmt.Sprintf(t.DiskFull, s.cmd.Args[2]), Hint: t.DiskFullHint, Err: errors.New(said)}
	}
	return &text.Fault{What: fmt.Sprintf(t.SquashFailed, said), Hint: t.SquashFailedHint, Err: err}
}

// tail passes lines on and keeps the last of them for an error.
type tail struct {
	mu   sync.Mutex
	r    Reporter
	last []string
	rest []byte
}

const tailLines = 5

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.rest = append(t.rest, p...)
	for {
		i := bytes.IndexByte(t.rest, '\n')
		if i < 0 && len(t.rest) < 4096 {
			return len(p), nil
		}
		if i < 0 {
			i = len(t.rest) - 1
		}
		t.line(strings.TrimSpace(string(t.rest[:i])))
		t.rest = t.rest[i+1:]
	}
}

func (t *tail) line(s string) {
	if s == "" {
		return
	}
	t.r.Log(s)
	t.last = append(t.last, s)
	if len(t.last) > tailLines {
		t.last = t.last[1:]
	}
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.Join(append(t.last, string(t.rest)), " ")
}
