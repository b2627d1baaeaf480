package provision

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/clawarium/clawarium/assets/text"
)

// written makes a journal of a few entries in a new directory.
func written(t testing.TB) (dir string, data []byte) {
	t.Helper()
	dir = t.TempDir()
	j, err := openJournal(dir, "1.2.3")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range []struct {
		kind EntryKind
		step string
		data any
	}{
		{EntryBegin, "base", beginData{Before: json.RawMessage(`{"had":false}`)}},
		{EntryDone, "base", nil},
		{EntryBegin, "boot", nil},
		{EntryFail, "boot", failData{Error: "no answer"}},
	} {
		if err := j.append(e.kind, e.step, e.data); err != nil {
			t.Fatal(err)
		}
	}
	if err := j.close(); err != nil {
		t.Fatal(err)
	}
	data, err = os.ReadFile(filepath.Join(dir, JournalFile))
	if err != nil {
		t.Fatal(err)
	}
	return dir, data
}

func rewrite(t *testing.T, dir string, data []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, JournalFile), data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestJournalIsReadBackAsWrittenAndIsTheOwnersAlone(t *testing.T) {
	dir, _ := written(t)
	entries, _, err := readJournal(dir)
	if err != nil {
		t.Fatal(err)
	}
	var kinds []string
	for i, e := range entries {
		kinds = append(kinds, string(e.Kind))
		if e.Seq != int64(i+1) || e.PID != os.Getpid() || e.Time.Location().String() != "UTC" {
			t.Errorf("entry %d: %+v", i, e)
		}
	}
	if got := strings.Join(kinds, " "); got != "open begin done begin fail" {
		t.Errorf("kinds: %s", got)
	}
	info, err := os.Stat(filepath.Join(dir, JournalFile))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	status, err := State(dir)
	if err != nil || len(status.Steps) != 2 || !status.Steps[0].Done || status.Steps[1].Error != "no answer" ||
		status.Version != "1.2.3" || status.Complete() {
		t.Errorf("status %+v, %v", status, err)
	}
}

func TestJournalCutOffAnywhereInItsLastLineGoesOnFromTheLineBefore(t *testing.T) {
	dir, data := written(t)
	last := bytes.LastIndexByte(data[:len(data)-1], '\n') + 1
	for cut := last; cut < len(data); cut++ {
		rewrite(t, dir, data[:cut])
		j, err := openJournal(dir, "1.2.4")
		if err != nil {
			t.Fatalf("cut at %d: %v", cut, err)
		}
		if len(j.entries) != 4 {
			t.Fatalf("cut at %d: %d entries", cut, len(j.entries))
		}
		if err := j.append(EntryDone, "boot", nil); err != nil {
			t.Fatal(err)
		}
		j.close()
		entries, _, err := readJournal(dir)
		if err != nil || len(entries) != 6 || entries[5].Kind != EntryDone {
			t.Fatalf("cut at %d: then %v, %v", cut, entries, err)
		}
	}
}

func TestJournalWhoseEndReadsAsZerosGoesOnFromTheLineBefore(t *testing.T) {
	dir, data := written(t)
	last := bytes.LastIndexByte(data[:len(data)-1], '\n') + 1
	for _, tail := range []string{"\x00\x00\x00", "{\"seq\":5\x00\x00\x00\n"} {
		rewrite(t, dir, append(bytes.Clone(data[:last]), tail...))
		entries, whole, err := readJournal(dir)
		if err != nil || len(entries) != 4 || whole != int64(last) {
			t.Errorf("%q: %d entries, whole %d of %d, %v", tail, len(entries), whole, last, err)
		}
	}
}

func TestDamageInsideTheJournalIsRefusedWithFileLineAndHint(t *testing.T) {
	dir, data := written(t)
	lines := strings.SplitAfter(string(data), "\n")
	for name, damage := range map[string]func([]string) []string{
		"a flipped bracket": func(l []string) []string { l[1] = strings.Replace(l[1], "{", "[", 1); return l },
		"a lost line":       func(l []string) []string { return append(l[:1:1], l[2:]...) },
		"a doubled line":    func(l []string) []string { return append(append(l[:2:2], l[1]), l[2:]...) },
		"an unknown kind":   func(l []string) []string { l[1] = strings.Replace(l[1], `"begin"`, `"begun"`, 1); return l },
		"an unknown field":  func(l []string) []string { l[1] = strings.Replace(l[1], `"pid"`, `"pod"`, 1); return l },
		"no step":           func(l []string) []string { l[1] = strings.Replace(l[1], `"base"`, `""`, 1); return l },
		"two values":        func(l []string) []string { l[1] = strings.Replace(l[1], "\n", "{}\n", 1); return l },
		"zeros":             func(l []string) []string { l[1] = strings.Repeat("\x00", len(l[1])-1) + "\n"; return l },
	} {
		rewrite(t, dir, []byte(strings.Join(damage(append([]string(nil), lines...)), "")))
		_, err := openJournal(dir, "")
		line := "line 2 "
		if name == "a doubled line" {
			line = "line 3 "
		}
		var f *text.Fault
		if !errors.As(err, &f) || !strings.Contains(err.Error(), line) || !strings.Contains(err.Error(), JournalFile) || f.Hint == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	rewrite(t, dir, data)
	if _, err := openJournal(dir, ""); err != nil {
		t.Errorf("put back: %v", err)
	}
}

func TestJournalOfANewerFormatIsRefusedAsSuch(t *testing.T) {
	dir, data := written(t)
	rewrite(t, dir, bytes.Replace(data, []byte(`"format":1`), []byte(`"format":2`), 1))
	_, err := openJournal(dir, "")
	if err == nil || !strings.Contains(err.Error(), "format 2") {
		t.Errorf("got %v", err)
	}
}

func TestFullDiskIsAnErrorBeforeTheStepChangesAnything(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY|os.O_APPEND, 0)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("no /dev/full on this system")
	}
	dir := t.TempDir()
	did := false
	r := New(dir, []Step{{
		ID: "write", Title: "Write",
		Holds: func(context.Context) (bool, error) { return false, nil },
		Do:    func(context.Context, json.RawMessage, Reporter) error { did = true; return nil },
	}}, nil, Options{ResumeCommand: "clawarium setup"})
	release, err := r.open("test")
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	r.journal.file = full
	_, err = r.doStep(t.Context(), &r.steps[0], 1)
	if did {
		t.Error("the step ran without a begin in the journal")
	}
	if !errors.Is(err, syscall.ENOSPC) || !strings.Contains(strings.Join(text.Hint(err), " "), "df -h") {
		t.Errorf("got %v, hints %q", err, text.Hint(err))
	}
	if err := r.journal.append(EntryNote, "", nil); err == nil {
		t.Error("a journal whose end is unknown takes another entry")
	}
}

func TestUnreadableJournalIsNotTakenForAnEmptyOne(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, JournalFile), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := State(dir); err == nil {
		t.Error("no error")
	}
}

func FuzzJournal(f *testing.F) {
	_, data := written(f)
	f.Add(data)
	f.Add(data[:len(data)-3])
	f.Add([]byte("\n"))
	f.Add([]byte(`{"seq":1,"time":"2026-01-01T00:00:00Z","pid":1,"kind":"open","data":{"format":1}}` + "\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		entries, whole, err := parseJournal("x", data)
		if err != nil {
			return
		}
		if whole < 0 || whole > int64(len(data)) {
			t.Fatalf("whole %d of %d", whole, len(data))
		}
		if bytes.Count(data[:whole], []byte("\n")) != len(entries) {
			t.Fatalf("%d entries in %q", len(entries), data[:whole])
		}
		fold(entries)
		// What is whole stays whole when it is read again.
		again, w, err := parseJournal("x", data[:whole])
		if err != nil || w != whole || len(again) != len(entries) {
			t.Fatalf("again: %d entries, whole %d, %v", len(again), w, err)
		}
	})
}
