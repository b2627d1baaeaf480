package guest

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/clawarium/clawarium/assets/text"
)

const testCursor = "s=6a08a6a4cd6b4a3ba7c1ed0a6d7a9c4e;i=3f;b=0f1d2c3b4a59687786950a4b3c2d1e0f;m=1a2b3c;t=5f8e7d6c5b4a3;x=8796a5b4c3d2e1f0"

// journalServer is a machine whose journalctl is a script that sees the options
// as $*.
func journalServer(t *testing.T, script string) *Client {
	t.Helper()
	s := newServer(t)
	s.command = func(command string) string {
		_, options, ok := strings.Cut(command, "exec sudo -n journalctl ")
		if !ok {
			t.Errorf("runs %q", command)
		}
		return "set -- " + options + "\n" + script
	}
	return dialServer(t, s)
}

func TestTheJournalGoesOnFromItsCursor(t *testing.T) {
	for cursor, want := range map[string]string{"": " --boot\n", testCursor: " --after-cursor=" + testCursor + "\n"} {
		c := journalServer(t, `printf '%s\n' "$*"; echo gone >&2; exit 4`)
		var out bytes.Buffer
		err := c.Journal(t.Context(), cursor, &out)
		if err == nil || !strings.Contains(err.Error(), "4") || !strings.Contains(err.Error(), "gone") {
			t.Errorf("ended with %v", err)
		}
		var fault *text.Fault
		if !journalctlEnded(err) || !errors.As(err, &fault) || fault.Hint == "" {
			t.Errorf("%#v", err)
		}
		if got := out.String(); !strings.HasSuffix(got, want) || !strings.HasPrefix(got, "--follow --no-tail ") {
			t.Errorf("options %q", got)
		}
	}
}

func TestACursorIsNothingButACursor(t *testing.T) {
	c := journalServer(t, "exit 1")
	for _, bad := range []string{"x'; id; '", "a b", "s=1\n", "--file=/etc/shadow", "$(id)", "S=1", strings.Repeat("a", 257), "é"} {
		if err := c.Journal(t.Context(), bad, nil); err == nil || !strings.Contains(err.Error(), "not a place") {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// record is a writer that tells of the first line and counts the rest.
type record struct {
	mu    sync.Mutex
	size  int
	first chan struct{}
	err   error
}

func (r *record) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.size == 0 {
		close(r.first)
	}
	r.size += len(p)
	return len(p), r.err
}

func TestTheJournalEndsWithItsContextAndWritesNothingAfterwards(t *testing.T) {
	c := journalServer(t, "trap '' TERM HUP PIPE; exec yes '{}'")
	ctx, cancel := context.WithCancel(t.Context())
	out, ended := &record{first: make(chan struct{})}, make(chan error, 1)
	go func() { ended <- c.Journal(ctx, "", out) }()
	soon(t, "no line came", out.first)
	cancel()
	if err := soon(t, "it did not end", ended); !errors.Is(err, context.Canceled) || journalctlEnded(err) {
		t.Errorf("ended with %v", err)
	}
	out.mu.Lock()
	size := out.size
	out.mu.Unlock()
	time.Sleep(200 * time.Millisecond)
	if out.mu.Lock(); out.size != size {
		t.Errorf("%d bytes after the end", out.size-size)
	}
	out.mu.Unlock()
}

func TestTheJournalEndsWhenItsWriterOrItsConnectionDoes(t *testing.T) {
	full := errors.New("disk full")
	c := journalServer(t, "exec yes '{}'")
	if err := c.Journal(t.Context(), "", &record{first: make(chan struct{}), err: full}); !errors.Is(err, full) || journalctlEnded(err) {
		t.Errorf("ended with %v", err)
	}
	out, ended := &record{first: make(chan struct{})}, make(chan error, 1)
	go func() { ended <- c.Journal(t.Context(), "", out) }()
	soon(t, "no line came", out.first)
	c.Close()
	if err := soon(t, "it did not end", ended); !errors.Is(err, ErrConnection) {
		t.Errorf("ended with %v", err)
	}
}

func journalctlEnded(err error) bool {
	var over interface{ JournalOver() }
	return errors.As(err, &over)
}
