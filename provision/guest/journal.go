package guest

// This file: the guest's journal as it grows. It is read by journalctl, over a
// channel of its own.

import (
	"context"
	"fmt"
	"io"
	"regexp"
	"sync"

	"github.com/clawarium/clawarium/assets/text"
)

// cursorForm is what a cursor can look like: systemd's are made of these
// characters (sd_journal_get_cursor(3)), and it becomes part of a command. The
// warden keeps no others. How long it may be is not asked of the expression: to count
// takes it a third of a millisecond at every start, as with others of this package.
var cursorForm = regexp.MustCompile(`^[0-9a-z=;]+$`)

const cursorMost = 256

// journalFields are shown besides those that every entry has (cursor, times,
// boot): what was said, how urgent it is, and who said it by journald's own word.
const journalFields = "MESSAGE,PRIORITY,SYSLOG_IDENTIFIER,_COMM,_EXE,_PID,_UID,_SYSTEMD_UNIT,UNIT,_TRANSPORT"

// Journal writes the guest's journal to out, one JSON object a line, and goes on
// with what is added: from after the cursor or, without one, from the beginning of
// this boot. It returns only with an error: the context's, the connection's, out's,
// or that journalctl ended, which has a method JournalOver. In the guest,
// journalctl ends when its output does.
func (c *Client) Journal(ctx context.Context, cursor string, out io.Writer) error {
	from := "--boot"
	if cursor != "" {
		if len(cursor) > cursorMost || !cursorForm.MatchString(cursor) {
			return journalOver{&text.Fault{What: fmt.Sprintf(text.T().Guest.BadCursor, cursor)}}
		}
		from = "--after-cursor=" + cursor
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	lines, said := &journalLines{out: out, end: cancel}, &tail{max: 4 << 10}
	defer lines.over()
	exit, err := c.Run(ctx, "exec sudo -n journalctl --follow --no-tail --no-pager --quiet --all --output=json --output-fields="+
		journalFields+" "+quoteShell(from), nil, lines, said)
	if err != nil {
		return err
	}
	return journalOver{&text.Fault{
		What: fmt.Sprintf(text.T().Guest.JournalEnded, exit, printable(lastLines(said.String(), 2))),
		Hint: text.T().Guest.JournalHint,
	}}
}

// journalOver is why there is no journal from this cursor on, although the
// connection is as it should be: perhaps it does not know the cursor.
type journalOver struct{ *text.Fault }

func (o journalOver) Unwrap() error { return o.Fault }
func (journalOver) JournalOver()    {}

// journalLines passes on what journalctl writes, until Journal is over or out
// takes no more. The SSH library would go on writing until the guest agrees that
// the channel is closed, and would wait for a command whose output nobody takes.
type journalLines struct {
	mu  sync.Mutex
	out io.Writer // nil when it is over
	end context.CancelCauseFunc
}

func (j *journalLines) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.out == nil {
		return 0, io.ErrClosedPipe
	}
	n, err := j.out.Write(p)
	if err != nil {
		j.end(err)
	}
	return n, err
}

func (j *journalLines) over() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.out = nil
}
