package guest

// This file: the root channel. One `sudo sh` serves every script of a session,
// because opening a channel and sudo cost seconds under emulation.
//
// A script goes in as a here-document under a random word and runs in a shell
// of its own, so that neither a syntax error nor an exit ends the channel. Its
// standard input, when there is one, goes in as base64. What it writes comes
// back as it is, followed by the random word and the exit status; the word is
// 128 random bits, made for this one script, so no output can be taken for it.

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/clawarium/clawarium/assets/text"
)

// Limits of one script.
const (
	// RootOutput is how many bytes a script may write before it is cut off.
	RootOutput = 8 << 20
	// RootDeadline is for a script whose context has no deadline.
	RootDeadline = 5 * time.Minute
)

// ScriptError is a script that ended with a status other than 0.
type ScriptError struct {
	Exit   int
	Stderr string // the end of what it wrote there
}

func (e *ScriptError) Error() string {
	return fmt.Sprintf(text.T().Guest.ScriptFailed, e.Exit, lastLines(e.Stderr, 3))
}

// Root runs a POSIX shell script as root and returns what it wrote to standard
// output. An exit status other than 0 is a *ScriptError. When the context ends
// first, the script is left to the machine's own timeout, the same long.
func (c *Client) Root(ctx context.Context, script string, stdin []byte) (stdout []byte, err error) {
	var out bytes.Buffer
	err = c.RootStream(ctx, script, stdin, &out)
	return out.Bytes(), err
}

// RootStream is Root for output that is wanted while the script runs.
func (c *Client) RootStream(ctx context.Context, script string, stdin []byte, stdout io.Writer) error {
	if _, ok := ctx.Deadline(); !ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, RootDeadline)
		defer cancel()
	}
	c.rootMu.Lock()
	defer c.rootMu.Unlock()
	if c.root == nil {
		shell, err := c.openRoot(ctx)
		if err != nil {
			return err
		}
		c.root = shell
	}
	err := c.root.run(ctx, c, script, stdin, stdout)
	var failed *ScriptError
	if err != nil && !errors.As(err, &failed) {
		// The channel's state is not known any more; the next script gets a new one.
		c.root.session.Close()
		c.root = nil
	}
	return err
}

// rootShell is the long-running `sudo sh`.
type rootShell struct {
	session *ssh.Session
	stdin   io.WriteCloser
	stdout  *frames
	stderr  *frames
}

func (c *Client) openRoot(ctx context.Context) (*rootShell, error) {
	session, err := c.session(ctx)
	if err != nil {
		return nil, err
	}
	shell := &rootShell{session: session, stdout: newFrames(), stderr: newFrames()}
	if shell.stdin, err = session.StdinPipe(); err != nil {
		return nil, c.lost(err)
	}
	session.Stdout, session.Stderr = shell.stdout, shell.stderr
	if err := session.Start("exec sudo -n /bin/sh"); err != nil {
		session.Close()
		return nil, c.lost(err)
	}
	go func() {
		err := session.Wait()
		shell.stdout.end(err)
		shell.stderr.end(err)
	}()
	return shell, nil
}

func (s *rootShell) run(ctx context.Context, c *Client, script string, stdin []byte, stdout io.Writer) error {
	if strings.ContainsRune(script, 0) {
		return errors.New("a script cannot hold a NUL")
	}
	var random [16]byte
	if _, err := rand.Read(random[:]); err != nil {
		return err
	}
	word := "clawarium-" + hex.EncodeToString(random[:])
	outDone := s.stdout.expect(word, stdout, RootOutput)
	stderr := &tail{max: 64 << 10}
	errDone := s.stderr.expect(word, stderr, RootOutput)

	started := time.Now()
	limit := time.Minute
	if d, ok := ctx.Deadline(); ok {
		limit = max(time.Until(d), time.Second)
	}
	written := make(chan error, 1)
	go func() {
		_, err := io.WriteString(s.stdin, wrapScript(word, script, stdin, limit))
		written <- err
	}()
	exit := -1
	for outDone != nil || errDone != nil || written != nil {
		select {
		case <-ctx.Done():
			return c.expired(ctx, started)
		case err := <-written:
			if written = nil; err != nil && !errors.Is(err, io.EOF) {
				return c.lost(err)
			}
		case f := <-outDone:
			if outDone = nil; f.err != nil {
				return s.ended(c, f.err, stderr)
			}
			exit = f.exit
		case f := <-errDone:
			if errDone = nil; f.err != nil {
				return s.ended(c, f.err, stderr)
			}
		}
	}
	if exit != 0 {
		return &ScriptError{Exit: exit, Stderr: stderr.String()}
	}
	return nil
}

// ended says why the channel is over.
func (s *rootShell) ended(c *Client, err error, stderr *tail) error {
	if errors.Is(err, errFlood) {
		return &text.Fault{What: fmt.Sprintf(text.T().Guest.TooMuchOutput, RootOutput), Err: err}
	}
	var status *ssh.ExitError
	if errors.As(err, &status) && strings.Contains(stderr.String()+s.stderr.rest(), "sudo:") {
		return &text.Fault{What: text.T().Guest.NoRoot, Hint: text.T().Guest.NoRootHint, Err: err}
	}
	return c.lost(err)
}

// wrapScript is what goes down the channel for one script.
func wrapScript(word, script string, stdin []byte, limit time.Duration) string {
	var b strings.Builder
	run := fmt.Sprintf("timeout -k 10 %d sh /dev/fd/3 3<<'%s.script'", int(limit.Seconds())+1, word)
	if stdin == nil {
		fmt.Fprintf(&b, "%s </dev/null\n", run)
	} else {
		fmt.Fprintf(&b, "base64 -d <<'%s.stdin' | %s\n", word, run)
		for encoded := base64.StdEncoding.EncodeToString(stdin); encoded != ""; {
			n := min(len(encoded), 1024)
			b.WriteString(encoded[:n] + "\n")
			encoded = encoded[n:]
		}
		fmt.Fprintf(&b, "%s.stdin\n", word)
	}
	b.WriteString(strings.TrimSuffix(script, "\n"))
	fmt.Fprintf(&b, "\n%s.script\nprintf '\\n%s %%d\\n' $?; printf '\\n%s 0\\n' >&2\n", word, word, word)
	return b.String()
}

var errFlood = errors.New("too much output")

// frame is the end of one script's output on one stream.
type frame struct {
	exit int
	err  error
}

// frames splits a stream at the closing words.
type frames struct {
	mu   sync.Mutex
	mark []byte // "\n<word> "; nil between scripts
	out  io.Writer
	left int // bytes that may still come
	held []byte
	done chan frame
	over error
	dead bool
}

func newFrames() *frames { return &frames{} }

// expect directs what comes from now on to out, up to word.
func (f *frames) expect(word string, out io.Writer, limit int) chan frame {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.mark, f.out, f.left = []byte("\n"+word+" "), out, limit
	f.done = make(chan frame, 1)
	if f.dead {
		f.done <- frame{err: f.over}
	}
	return f.done
}

// Write is called by the SSH session alone. It never blocks on a caller that
// went away and never fails, so that the channel's window keeps moving.
func (f *frames) Write(p []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.held = append(f.held, p...)
	if f.mark == nil {
		f.held = keepLast(f.held, 4096)
		return len(p), nil
	}
	if at := bytes.Index(f.held, f.mark); at >= 0 {
		rest := f.held[at+len(f.mark):]
		end := bytes.IndexByte(rest, '\n')
		if end < 0 {
			return len(p), nil
		}
		exit, err := strconv.Atoi(string(rest[:end]))
		f.pass(f.held[:at])
		f.finish(frame{exit: exit, err: err})
		f.held = append([]byte(nil), rest[end+1:]...)
		return len(p), nil
	}
	// What could be the beginning of the mark stays.
	if ready := len(f.held) - len(f.mark); ready > 0 {
		f.pass(f.held[:ready])
		f.held = append(f.held[:0], f.held[ready:]...)
	}
	return len(p), nil
}

func (f *frames) pass(p []byte) {
	if f.left -= len(p); f.left < 0 {
		f.finish(frame{err: errFlood})
	}
	if f.out != nil {
		_, _ = f.out.Write(p)
	}
}

func (f *frames) finish(result frame) {
	if f.done != nil {
		f.done <- result
	}
	f.mark, f.out, f.done = nil, nil, nil
}

// end says that nothing more will come.
func (f *frames) end(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err == nil {
		err = io.EOF
	}
	f.dead, f.over = true, err
	f.finish(frame{err: err})
}

func (f *frames) rest() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return string(f.held)
}

func keepLast(b []byte, n int) []byte {
	if over := len(b) - n; over > 0 {
		return append(b[:0], b[over:]...)
	}
	return b
}

func lastLines(s string, n int) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	if len(lines) > n {
		lines = lines[len(lines)-n:]
	}
	return strings.Join(lines, "; ")
}
