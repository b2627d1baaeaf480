package steps

// What the host keeps of a machine to compare with: the baseline, and what its
// owner confirmed. Both lie in the machine's directory, out of the agent's reach,
// are written whole or not at all, and hold no secret.

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
)

const (
	baselineFile  = "baseline.json"
	baselinesDir  = "baselines" // earlier ones
	promisesFile  = "promises.json"
	keptBaselines = 10
	maxKeptFile   = 4 << 20
)

// Baseline is what the owner last accepted; nil when nothing was yet.
func (e *Env) Baseline() (*checks.Accepted, error) {
	return readBaseline(filepath.Join(e.dir, baselineFile))
}

func readBaseline(path string) (*checks.Accepted, error) {
	data, err := readKept(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var a checks.Accepted
	if err == nil {
		err = json.Unmarshal(data, &a)
	}
	if err == nil && (a.Format != checks.AcceptedFormat || a.Files == nil) {
		err = fmt.Errorf("format %d: %w", a.Format, errors.ErrUnsupported)
	}
	if err != nil {
		t := &text.T().Checks.Kept
		return nil, fault(fmt.Sprintf(t.BadBaseline, path), t.BadBaselineHint, err)
	}
	return &a, nil
}

// EarlierBaselines are those before the present one, the newest first, at most
// ten. One that cannot be read is left out.
func (e *Env) EarlierBaselines() []*checks.Accepted {
	var out []*checks.Accepted
	for _, name := range slices.Backward(e.baselineNames()) {
		if a, err := readBaseline(filepath.Join(e.dir, baselinesDir, name)); err == nil && a != nil {
			out = append(out, a)
		}
	}
	return out
}

func (e *Env) baselineNames() []string {
	entries, _ := os.ReadDir(filepath.Join(e.dir, baselinesDir))
	var names []string
	for _, entry := range entries { // in order of names, which is that of time
		if strings.HasSuffix(entry.Name(), ".json") {
			names = append(names, entry.Name())
		}
	}
	return names
}

// KeepBaseline takes all that the evidence shows for right, from now on. It
// fails, and changes nothing, when the evidence does not show it.
func (e *Env) KeepBaseline(evidence checks.Evidence) error { return e.AcceptChange(evidence) }

// AcceptChange takes what the evidence shows of the given paths for right, and
// leaves the rest of the baseline as it is; without paths it is KeepBaseline. A
// path that is nowhere is an error, and then nothing is changed.
func (e *Env) AcceptChange(evidence checks.Evidence, paths ...string) error {
	return e.changeBaseline(func(old *checks.Accepted) (*checks.Accepted, error) {
		return checks.Accept(old, evidence, paths...)
	})
}

// KeepFirstBaseline keeps a baseline where there is none, and says whether it
// did. Skills that were there before the machine was made are left to be reviewed.
func (e *Env) KeepFirstBaseline(evidence checks.Evidence) (bool, error) {
	if old, err := e.Baseline(); err != nil || old != nil && len(old.Files) > 0 {
		return false, err
	}
	err := e.changeBaseline(func(old *checks.Accepted) (*checks.Accepted, error) {
		first, err := checks.AcceptFirst(evidence)
		if err == nil && old != nil {
			first.Memory, first.Reviewed = old.Memory, old.Reviewed
		}
		return first, err
	})
	return err == nil, err
}

// ReviewMemory keeps what the agent remembers, as its owner has now read it.
func (e *Env) ReviewMemory(evidence checks.Evidence) error {
	return e.changeBaseline(func(old *checks.Accepted) (*checks.Accepted, error) {
		return checks.Review(old, evidence)
	})
}

// changeBaseline puts the earlier baseline aside, writes the new one, and forgets
// those beyond the last ten.
func (e *Env) changeBaseline(change func(*checks.Accepted) (*checks.Accepted, error)) error {
	old, err := e.Baseline()
	if err != nil {
		return err
	}
	next, err := change(old)
	if err != nil {
		return err
	}
	data, err := json.MarshalIndent(next, "", "  ")
	if err != nil {
		return err
	}
	data = append(data, '\n')
	path := filepath.Join(e.dir, baselineFile)
	before, err := readKept(path)
	switch {
	case err == nil && bytes.Equal(before, data):
		return nil
	case err == nil:
		if err := e.putAside(before, old); err != nil {
			return err
		}
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	return writeFile(path, data)
}

func (e *Env) putAside(data []byte, old *checks.Accepted) error {
	dir := filepath.Join(e.dir, baselinesDir)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	names := e.baselineNames()
	if n := len(names); n > 0 { // a kill before the new one was written may have left it here already
		if last, err := os.ReadFile(filepath.Join(dir, names[n-1])); err == nil && bytes.Equal(last, data) {
			return nil
		}
	}
	when := old.Taken
	if old.Reviewed.After(when) {
		when = old.Reviewed
	}
	stamp := when.UTC().Format("20060102T150405Z")
	name := stamp + "-000.json"
	for n := 1; slices.Contains(names, name); n++ {
		name = fmt.Sprintf("%s-%03d.json", stamp, n)
	}
	if err := writeFile(filepath.Join(dir, name), data); err != nil {
		return err
	}
	names = e.baselineNames()
	for len(names) > keptBaselines {
		if err := os.Remove(filepath.Join(dir, names[0])); err != nil {
			return err
		}
		names = names[1:]
	}
	return nil
}

// Promises are when the owner confirmed what no program can see, by control.
func (e *Env) Promises() (map[checks.ID]time.Time, error) {
	path := filepath.Join(e.dir, promisesFile)
	data, err := readKept(path)
	if errors.Is(err, fs.ErrNotExist) {
		return map[checks.ID]time.Time{}, nil
	}
	promises := map[checks.ID]time.Time{}
	if err == nil {
		err = json.Unmarshal(data, &promises)
	}
	if err != nil {
		t := &text.T().Checks.Kept
		return nil, fault(fmt.Sprintf(t.BadPromises, path), t.BadPromisesHint, err)
	}
	return promises, nil
}

// Confirm records that the owner confirmed the controls' questions at a time.
func (e *Env) Confirm(at time.Time, ids ...checks.ID) error {
	promises, err := e.Promises()
	if err != nil {
		return err
	}
	if promises == nil { // the file said null
		promises = map[checks.ID]time.Time{}
	}
	for _, id := range ids {
		promises[id] = at.UTC().Truncate(time.Second)
	}
	data, err := json.MarshalIndent(promises, "", "  ")
	if err != nil {
		return err
	}
	return writeFile(filepath.Join(e.dir, promisesFile), append(data, '\n'))
}

// kept is what the host keeps, for the self-check; what cannot be read says why.
func (e *Env) kept() checks.SubjectKept {
	var k checks.SubjectKept
	var err error
	if k.Promises, err = e.Promises(); err != nil {
		k.PromisesErr = err.Error()
	}
	if k.Baseline, err = e.Baseline(); err != nil {
		k.BaselineErr = err.Error()
	}
	return k
}

// LookInside collects the guest's part of the evidence alone.
func (e *Env) LookInside(ctx context.Context, progress checks.Reporter) checks.Evidence {
	if e.choices == nil { // killed before there was anything to look into
		none := checks.Evidence{Format: checks.Format, Collected: time.Now().UTC().Truncate(time.Second)}
		none.Guest.Report.Err = fmt.Sprintf(e.text().GuestIsOff, e.Plan.Name)
		return none
	}
	return checks.LookInside(ctx, e.Subject(), e.Sources(ctx, progress))
}

func readKept(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > maxKeptFile {
		return nil, fmt.Errorf("%q: %w", path, fs.ErrInvalid)
	}
	return os.ReadFile(path)
}
