package ui

// The terminal: whether the screen can be shown on it, what it was like before,
// its end, and where writings go that are not ours while the screen is up.

import (
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
	"golang.org/x/term"
)

// Capable says whether the screen can be shown: in and out are a terminal that
// moves its cursor, and nobody asked for a plain one.
func Capable(in, out *os.File, getenv func(string) string) bool {
	if in == nil || out == nil || !term.IsTerminal(int(in.Fd())) || !term.IsTerminal(int(out.Fd())) {
		return false
	}
	switch getenv("TERM") {
	case "", "dumb":
		return false
	}
	return getenv("ACCESSIBLE") == ""
}

// errHangup ends the context when the terminal is gone.
var errHangup = errors.New("the terminal was closed")

// ending is the exit status for what ended the context: 130 after ctrl-c, 143
// when the process was told to end, by a signal or because its terminal is gone.
func ending(ctx context.Context) int {
	cause := context.Cause(ctx)
	if errors.Is(cause, errHangup) {
		return 143
	}
	for _, s := range []syscall.Signal{syscall.SIGTERM, syscall.SIGHUP} {
		// The cause that os/signal gives has no more than the signal's name.
		if cause != nil && strings.HasPrefix(cause.Error(), s.String()) {
			return 143
		}
	}
	return 130
}

// ears reads the keys, and tells when there will be no more: at the end of the
// input and at any error, both of which mean that the terminal is gone.
type ears struct {
	io.Reader
	gone func()
}

func (e *ears) Read(b []byte) (int, error) {
	n, err := e.Reader.Read(b)
	if err != nil {
		e.gone()
		err = io.EOF // at any other error Bubble Tea would end at once, before the work has
	}
	return n, err
}

// fileEars do so for a file, whose descriptor Bubble Tea wants to see.
type fileEars struct {
	*os.File
	ears
}

func (f *fileEars) Read(b []byte) (int, error) { return f.ears.Read(b) }

func listen(in io.Reader, gone func()) io.Reader {
	if f, ok := in.(*os.File); ok {
		return &fileEars{f, ears{f, gone}}
	}
	return &ears{in, gone}
}

// remember returns a function that sets the terminal's modes back to what they
// are now. It writes nothing, so that it works on one that takes no more output.
func remember(in io.Reader) (restore func()) {
	f, ok := in.(*os.File)
	if !ok {
		return func() {}
	}
	state, err := term.GetState(int(f.Fd()))
	if err != nil {
		return func() {}
	}
	return func() { _ = term.Restore(int(f.Fd()), state) }
}

// divert sends what is written to descriptor 2 to the log, or nowhere, until the
// returned function is called: libraries write there past all our streams. It is
// left alone where it is no terminal, for then the owner has chosen where it goes.
func divert(log io.Writer) (back func()) {
	const stderr = 2
	if !term.IsTerminal(stderr) {
		return func() {}
	}
	to, ok := log.(*os.File)
	if !ok {
		null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
		if err != nil {
			return func() {}
		}
		defer null.Close()
		to = null
	}
	saved, err := unix.FcntlInt(stderr, unix.F_DUPFD_CLOEXEC, stderr+1)
	if err != nil {
		return func() {}
	}
	if err := dup2(int(to.Fd()), stderr); err != nil {
		_ = unix.Close(saved)
		return func() {}
	}
	return func() {
		_ = dup2(saved, stderr)
		_ = unix.Close(saved)
	}
}
