package warden

// This file: the guest's journal, kept on the host where the guest cannot take it back
// (K18). What comes is the guest's to write, so only whole lines that are JSON objects of
// a sane length are kept, and nothing in them can play with a terminal.

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unicode/utf8"
)

// journalLine is how long a line may be.
const journalLine = 64 << 10

// journal takes the stream of the guest's journal. Where it stands is kept beside it; a
// warden that is killed may write the last lines twice, but leaves none out.
type journal struct {
	dir string
	now func() time.Time

	mu      sync.Mutex
	file    *rotating
	stream  *stream // the one that may write
	line    []byte  // begun and not ended
	skip    bool    // the line is too long: until its end
	cursor  string
	saved   string // of cursor, on the disk
	dropped int64
	at      time.Time
}

func openJournal(dir string, limit int64, now func() time.Time) (*journal, error) {
	f, err := openRotating(filepath.Join(dir, JournalFile), limit, 3)
	if err != nil {
		return nil, err
	}
	j := &journal{dir: dir, now: now, file: f}
	if data, err := os.ReadFile(filepath.Join(dir, CursorFile)); err == nil {
		if c := strings.TrimSpace(string(data)); validCursor(c) {
			j.cursor, j.saved = c, c
		}
	}
	return j, nil
}

// stream is one call of Channel.Journal. Once another has begun, it writes no more.
type stream struct {
	*journal
	kept   atomic.Int64 // lines
	failed atomic.Bool  // a line could not be kept
}

// begin says where a stream has to go on, and forgets half a line of the one before.
func (j *journal) begin() (s *stream, cursor string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.line, j.skip = nil, false
	j.stream = &stream{journal: j}
	return j.stream, j.cursor
}

// rewind has the stream begin anew: the guest does not know the place any more. A line of
// our own says so in the journal: what follows may have been there before.
func (j *journal) rewind() {
	j.mu.Lock()
	defer j.mu.Unlock()
	line, err := json.Marshal(struct {
		Clawarium string    `json:"clawarium"`
		Time      time.Time `json:"time"`
		After     string    `json:"after"`
	}{"rewound", j.now().UTC(), j.cursor})
	if err == nil && j.file.writeLine(line) == nil {
		j.cursor = ""
	}
}

// Write takes a piece of the stream. An error is one of the host's disk.
func (s *stream) Write(p []byte) (int, error) {
	j := s.journal
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.stream != s {
		return 0, os.ErrClosed
	}
	for rest := p; len(rest) > 0; {
		piece, more := rest, false
		if end := bytes.IndexByte(rest, '\n'); end >= 0 {
			piece, rest, more = rest[:end], rest[end+1:], true
		} else {
			rest = nil
		}
		if len(j.line)+len(piece) > journalLine {
			j.skip = true
		}
		if !j.skip {
			j.line = append(j.line, piece...)
		}
		if !more {
			continue
		}
		err := j.add()
		j.line, j.skip = j.line[:0], false
		if err != nil {
			s.failed.Store(true)
			return 0, err
		}
	}
	return len(p), nil
}

// add keeps the line, if it is one.
func (j *journal) add() error {
	var entry struct {
		Cursor string `json:"__CURSOR"`
	}
	line := bytes.TrimSuffix(j.line, []byte("\r"))
	if j.skip || len(line) == 0 || line[0] != '{' || !utf8.Valid(line) || json.Unmarshal(line, &entry) != nil {
		j.dropped++
		return nil
	}
	if err := j.file.writeLine(tame(line)); err != nil {
		return err
	}
	j.stream.kept.Add(1)
	j.at = j.now().UTC()
	if validCursor(entry.Cursor) {
		j.cursor = entry.Cursor
	}
	return nil
}

// tame writes DEL and the control characters of C1 as JSON's escapes. JSON has those below
// a space escaped already, and the others only within its strings.
func tame(line []byte) []byte {
	wild := func(r rune) bool { return r >= 0x7f && r <= 0x9f }
	if bytes.IndexFunc(line, wild) < 0 {
		return line
	}
	out := make([]byte, 0, len(line)+64)
	for _, r := range string(line) {
		if wild(r) {
			out = append(out, '\\', 'u', '0', '0', "0123456789abcdef"[r>>4], "0123456789abcdef"[r&15])
		} else {
			out = utf8.AppendRune(out, r)
		}
	}
	return out
}

// validCursor says that s can be one of journald's: it will be an argument of journalctl.
// provision/guest takes the same, so that none is kept that leads nowhere.
func validCursor(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && (c < 'a' || c > 'z') && c != '=' && c != ';' {
			return false
		}
	}
	return s != "" && len(s) <= 256
}

// save keeps the place, once the lines before it are on the disk for good: after a power
// cut, lines may come twice, and none is missing.
func (j *journal) save() error {
	j.mu.Lock()
	cursor, file := j.cursor, j.file.file
	same := cursor == j.saved
	j.mu.Unlock()
	if same {
		return nil
	}
	if file != nil {
		// One that was rotated meanwhile is closed, and on the disk.
		if err := j.file.sync(file); err != nil && !errors.Is(err, os.ErrClosed) {
			return err
		}
	}
	err := replace(filepath.Join(j.dir, CursorFile), []byte(cursor+"\n"))
	if err == nil {
		j.mu.Lock()
		j.saved = cursor
		j.mu.Unlock()
	}
	return err
}

// state returns when the last line came, and how many were dropped.
func (j *journal) state() (at time.Time, dropped int64) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.at, j.dropped
}

func (j *journal) close() error {
	err := j.save()
	j.mu.Lock()
	defer j.mu.Unlock()
	_ = j.file.close()
	return err
}
