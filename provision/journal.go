package provision

// The journal of one machine: JSON lines, appended and fsynced, from which a
// process that was killed at any instant can be followed by another.
//
// A line is on the disk, newline included, before anything that it announces is
// done. So a last line without a newline was never acted upon: it is ignored on
// reading and cut off before the next append. Damage anywhere else is an error,
// never a guess.

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/clawarium/clawarium/assets/text"
)

// JournalFile is the journal's name in a machine's directory.
const JournalFile = "journal.jsonl"

// journalFormat is in every `open` entry. It grows when an older program would
// misread a newer journal.
const journalFormat = 1

// EntryKind says what an entry of the journal tells.
type EntryKind string

// The kinds of entries. Data is given in brackets.
const (
	EntryOpen   EntryKind = "open"   // a process is going to append {format, version}
	EntryBegin  EntryKind = "begin"  // a step is about to change something {before}; the first one counts
	EntryDone   EntryKind = "done"   // the step's own check passed
	EntryFail   EntryKind = "fail"   // it did not work {error, stack, undo}
	EntryUndo   EntryKind = "undo"   // about to be taken back
	EntryUndone EntryKind = "undone" // taken back {with: steps that went with it}
	EntryNote   EntryKind = "note"   // something worth knowing; changes no state {drift}
	EntryClose  EntryKind = "close"  // everything is taken back
)

// Entry is one line of the journal.
type Entry struct {
	Seq  int64           `json:"seq"` // from 1, without gaps
	Time time.Time       `json:"time"`
	PID  int             `json:"pid"`
	Kind EntryKind       `json:"kind"`
	Step string          `json:"step,omitempty"`
	Data json.RawMessage `json:"data,omitempty"`
}

// openData, beginData, failData and undoneData are what the kinds carry.
type (
	openData struct {
		Format  int    `json:"format"`
		Version string `json:"version"`
	}
	beginData struct {
		Before json.RawMessage `json:"before,omitempty"`
	}
	failData struct {
		Error   string `json:"error"`
		Stack   string `json:"stack,omitempty"`
		Undo    bool   `json:"undo,omitempty"`
		Stopped bool   `json:"stopped,omitempty"`
	}
	undoneData struct {
		With []string `json:"with,omitempty"`
	}
)

// readJournal returns the entries of dir's journal and the length in bytes of
// the part that is whole. No journal means no entries and no error.
func readJournal(dir string) (entries []Entry, whole int64, err error) {
	path := filepath.Join(dir, JournalFile)
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, 0, nil
	}
	if err != nil {
		t := &text.T().Engine
		return nil, 0, &text.Fault{What: fmt.Sprintf(t.JournalUnreadable, path), Hint: fmt.Sprintf(t.JournalUnreadableHint, path), Err: err}
	}
	return parseJournal(path, data)
}

func parseJournal(path string, data []byte) (entries []Entry, whole int64, err error) {
	t := &text.T().Engine
	for line := 1; ; line++ {
		rest := data[whole:]
		end := bytes.IndexByte(rest, '\n')
		if end < 0 {
			return entries, whole, nil
		}
		// After a power cut the last block of a file may read as zeros.
		if last := int(whole)+end+1 == len(data); last && bytes.IndexByte(rest, 0) >= 0 {
			return entries, whole, nil
		}
		e, err := parseEntry(rest[:end])
		if err == nil {
			err = follows(entries, e)
		}
		var newer *newerFormat
		if errors.As(err, &newer) {
			return nil, 0, &text.Fault{What: fmt.Sprintf(t.JournalNewer, path, newer.format, journalFormat), Hint: t.JournalNewerHint}
		}
		if err != nil {
			return nil, 0, &text.Fault{What: fmt.Sprintf(t.JournalCorrupt, path, line), Hint: fmt.Sprintf(t.JournalCorruptHint, path), Err: err}
		}
		entries = append(entries, e)
		whole += int64(end) + 1
	}
}

type newerFormat struct{ format int }

func (e *newerFormat) Error() string { return fmt.Sprintf("format %d", e.format) }

// parseEntry is strict about what this format defines; unknown fields of a
// known format are damage.
func parseEntry(line []byte) (Entry, error) {
	var e Entry
	dec := json.NewDecoder(bytes.NewReader(line))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&e); err != nil {
		return e, err
	}
	if _, err := dec.Token(); err != io.EOF {
		return e, errors.New("more than one value on a line")
	}
	switch e.Kind {
	case EntryOpen:
		var d openData
		if err := json.Unmarshal(e.Data, &d); err != nil {
			return e, err
		}
		if d.Format > journalFormat {
			return e, &newerFormat{d.Format}
		}
		if d.Format < 1 {
			return e, fmt.Errorf("format %d", d.Format)
		}
	case EntryBegin, EntryDone, EntryFail, EntryUndo, EntryUndone:
		if e.Step == "" {
			return e, fmt.Errorf("%q without a step", e.Kind)
		}
		if len(e.Data) > 0 {
			if err := json.Unmarshal(e.Data, dataOf(e.Kind)); err != nil {
				return e, err
			}
		}
	case EntryNote, EntryClose:
	default:
		return e, fmt.Errorf("unknown kind %q", e.Kind)
	}
	return e, nil
}

func dataOf(kind EntryKind) any {
	switch kind {
	case EntryBegin:
		return new(beginData)
	case EntryFail:
		return new(failData)
	case EntryUndone:
		return new(undoneData)
	}
	return new(any)
}

// follows says whether e can come after entries.
func follows(entries []Entry, e Entry) error {
	if len(entries) == 0 {
		if e.Kind != EntryOpen || e.Seq != 1 {
			return fmt.Errorf("begins with %q, number %d", e.Kind, e.Seq)
		}
		return nil
	}
	if want := entries[len(entries)-1].Seq + 1; e.Seq != want {
		return fmt.Errorf("number %d where %d is due", e.Seq, want)
	}
	return nil
}

// journal is one that is being written. It opens the file at the first append,
// so that a run which changes nothing writes nothing.
type journal struct {
	path    string
	version string
	now     func() time.Time
	entries []Entry
	whole   int64 // bytes of the file that are whole lines
	file    *os.File
	broken  error // an append failed in a way that leaves the file's end unknown
}

func openJournal(dir, version string) (*journal, error) {
	entries, whole, err := readJournal(dir)
	if err != nil {
		return nil, err
	}
	return &journal{path: filepath.Join(dir, JournalFile), version: version, now: time.Now, entries: entries, whole: whole}, nil
}

func (j *journal) close() error {
	if j.file == nil {
		return nil
	}
	err := j.file.Close()
	j.file = nil
	return err
}

// append writes one entry and returns when it is on the disk. After an error
// the caller must change nothing.
func (j *journal) append(kind EntryKind, step string, data any) error {
	if j.broken != nil {
		return j.broken
	}
	if j.file == nil {
		if err := j.openFile(); err != nil {
			return j.fault(err)
		}
		if err := j.write(EntryOpen, "", openData{Format: journalFormat, Version: j.version}); err != nil {
			j.close()
			return err
		}
	}
	return j.write(kind, step, data)
}

func (j *journal) openFile() error {
	_, statErr := os.Lstat(j.path)
	created := errors.Is(statErr, fs.ErrNotExist)
	f, err := os.OpenFile(j.path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	info, err := f.Stat()
	if err == nil && info.Mode().IsRegular() && info.Size() > j.whole {
		err = f.Truncate(j.whole) // a torn last line
	}
	if err == nil && created {
		err = syncDir(filepath.Dir(j.path))
	}
	if err != nil {
		f.Close()
		return err
	}
	j.file = f
	return nil
}

func (j *journal) write(kind EntryKind, step string, data any) error {
	e := Entry{Seq: 1, Time: j.now().UTC(), PID: os.Getpid(), Kind: kind, Step: step}
	if n := len(j.entries); n > 0 {
		e.Seq = j.entries[n-1].Seq + 1
	}
	if data != nil {
		raw, err := json.Marshal(data)
		if err != nil {
			return err
		}
		e.Data = raw
	}
	line, err := json.Marshal(e)
	if err != nil {
		return err
	}
	line = append(line, '\n')
	if _, err := j.file.Write(line); err != nil {
		// Part of the line may be there. Cut it off now if that works; if not,
		// whoever opens the journal next does.
		if cut := j.file.Truncate(j.whole); cut != nil {
			j.broken = j.fault(err)
		}
		return j.fault(err)
	}
	if err := j.file.Sync(); err != nil && !errors.Is(err, syscall.EINVAL) { // EINVAL: no such thing on a device
		j.broken = j.fault(err)
		return j.broken
	}
	j.entries = append(j.entries, e)
	j.whole += int64(len(line))
	return nil
}

func (j *journal) fault(err error) error {
	t := &text.T().Engine
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return &text.Fault{What: fmt.Sprintf(t.JournalFull, j.path), Hint: fmt.Sprintf(t.JournalFullHint, filepath.Dir(j.path)), Err: err}
	}
	return &text.Fault{What: fmt.Sprintf(t.JournalUnwritable, j.path), Hint: fmt.Sprintf(t.JournalUnwritableHint, j.path), Err: err}
}

// syncDir makes the names in a directory durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}
