package provision

// A repair: steps of a finished machine made again, each keeping what it finds,
// so that the whole can be taken back to exactly that. It is a Run with a journal
// of its own, in a directory of the machine's that is there only meanwhile; the
// machine's own journal, which leads back to before the first set-up, is not
// touched.
//
// The directory appears whole (by a rename) before anything is changed, and goes
// the same way. Between the two, repair.json says which way the repair goes, and
// the journal how far it is. So after a kill at any instant the next process
// knows whether to go on, to go on taking back, or only to tidy up.

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/google/renameio/v2"

	"github.com/clawarium/clawarium/assets/text"
)

// Names in a machine's directory.
const (
	repairDir  = "repair"
	repairFile = "repair.json"
	repairNew  = repairDir + ".new"  // being put together
	repairOver = repairDir + ".over" // being removed
)

// RepairPhase is which way a repair goes.
type RepairPhase string

// The phases. A repair begins forward; it ends after back or after kept.
const (
	RepairForward RepairPhase = "forward" // its steps are being made
	RepairBack    RepairPhase = "back"    // they are being taken back
	RepairKept    RepairPhase = "kept"    // it stays; what was kept for the way back may go
)

// Repair is one repair of one machine.
type Repair struct {
	ID      string      `json:"id"` // 16 hexadecimal digits, of this repair alone
	Began   time.Time   `json:"began"`
	Version string      `json:"version"` // of the clawarium that began it
	Phase   RepairPhase `json:"phase"`
	Steps   []string    `json:"steps"` // IDs, in order

	dir  string
	hook func(point string) // see Run
}

// BeginRepair announces a repair of the machine in dir. files are put beside its
// journal, for whoever goes on with it. When it returns all is on the disk and
// nothing is changed. There must be no other repair.
func BeginRepair(dir, version string, steps []string, files map[string][]byte) (*Repair, error) {
	if pending, err := PendingRepair(dir); err != nil || pending != nil {
		if err == nil {
			t := &text.T().Harden
			err = &text.Fault{What: t.PendingFirst, Hint: t.PendingFirstHint}
		}
		return nil, err
	}
	var id [8]byte
	rand.Read(id[:])
	r := &Repair{
		ID: hex.EncodeToString(id[:]), Began: time.Now().UTC().Truncate(time.Second), Version: version,
		Phase: RepairForward, Steps: steps, dir: filepath.Join(dir, repairNew),
	}
	if err := os.RemoveAll(r.dir); err != nil {
		return nil, err
	}
	if err := os.Mkdir(r.dir, 0o700); err != nil {
		return nil, err
	}
	for name, data := range files {
		if err := renameio.WriteFile(filepath.Join(r.dir, name), data, 0o600, renameio.IgnoreUmask()); err != nil {
			return nil, err
		}
	}
	if err := r.write(); err != nil {
		return nil, err
	}
	r.dir = filepath.Join(dir, repairDir)
	if err := os.Rename(filepath.Join(dir, repairNew), r.dir); err != nil {
		return nil, err
	}
	return r, syncDir(dir)
}

// PendingRepair returns the repair that an earlier process left, nil when there
// is none.
func PendingRepair(dir string) (*Repair, error) {
	r := &Repair{dir: filepath.Join(dir, repairDir)}
	path := filepath.Join(r.dir, repairFile)
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if _, there := os.Lstat(r.dir); errors.Is(there, fs.ErrNotExist) {
			return nil, nil
		}
	}
	if err == nil {
		err = json.Unmarshal(data, r)
	}
	if err == nil && (r.ID == "" || r.Phase != RepairForward && r.Phase != RepairBack && r.Phase != RepairKept) {
		err = fmt.Errorf("phase %q", r.Phase)
	}
	if err != nil {
		t := &text.T().Harden
		return nil, &text.Fault{What: fmt.Sprintf(t.RepairUnreadable, path), Hint: fmt.Sprintf(t.RepairUnreadableHint, path), Err: err}
	}
	return r, nil
}

// Read returns a file that was put beside the journal.
func (r *Repair) Read(name string) ([]byte, error) { return os.ReadFile(filepath.Join(r.dir, name)) }

// Before returns what the repair's journal has as the state before the step was
// first begun; nil when it was not.
func (r *Repair) Before(step string) (json.RawMessage, error) { return Before(r.dir, step) }

// Done says whether the repair's journal has the step as done.
func (r *Repair) Done(step string) (bool, error) {
	s, err := State(r.dir)
	for _, st := range s.Steps {
		if st.ID == step {
			return st.Done, err
		}
	}
	return false, err
}

// Do makes those of the steps that do not hold. It can be called again after
// whatever ended it, as long as the repair goes forward.
func (r *Repair) Do(ctx context.Context, steps []Step, sink func(Event), opts Options) (Result, error) {
	if r.Phase != RepairForward {
		return Result{}, r.wrongPhase()
	}
	return r.run(steps, sink, opts).Do(ctx)
}

// Undo takes back what Do made. From its first call on the repair goes that way
// only; an interrupted one is gone on with by calling it again.
func (r *Repair) Undo(ctx context.Context, steps []Step, sink func(Event), opts Options) error {
	switch r.Phase {
	case RepairForward:
		if err := r.turn(RepairBack); err != nil {
			return err
		}
	case RepairKept:
		return r.wrongPhase()
	}
	return r.run(steps, sink, opts).Undo(ctx)
}

func (r *Repair) run(steps []Step, sink func(Event), opts Options) *Run {
	run := New(r.dir, steps, sink, opts)
	if r.hook != nil {
		run.hook = r.hook
	}
	return run
}

// Keep says that what was made stays. There is no way back from here.
func (r *Repair) Keep() error {
	switch r.Phase {
	case RepairKept:
		return nil
	case RepairBack:
		return r.wrongPhase()
	}
	return r.turn(RepairKept)
}

// End removes the repair's directory, after Keep or after an Undo that came to
// its end. What was kept elsewhere for the way back must be gone by then.
func (r *Repair) End() error {
	over := filepath.Join(filepath.Dir(r.dir), repairOver)
	switch s, err := State(r.dir); {
	case err != nil:
		return err
	case r.Phase == RepairForward, r.Phase == RepairBack && len(s.Steps) > 0:
		return r.wrongPhase()
	}
	if err := os.RemoveAll(over); err != nil {
		return err
	}
	if err := os.Rename(r.dir, over); err != nil {
		return err
	}
	if err := syncDir(filepath.Dir(r.dir)); err != nil {
		return err
	}
	return os.RemoveAll(over)
}

func (r *Repair) turn(p RepairPhase) error {
	was := r.Phase
	r.Phase = p
	err := r.write()
	if err != nil {
		r.Phase = was
	}
	return err
}

func (r *Repair) write() error {
	data, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	if err := renameio.WriteFile(filepath.Join(r.dir, repairFile), append(data, '\n'), 0o600, renameio.IgnoreUmask()); err != nil {
		return err
	}
	return syncDir(r.dir)
}

// wrongPhase is a mistake of the caller's: nobody should see it.
func (r *Repair) wrongPhase() error {
	return &text.Fault{What: fmt.Sprintf("a repair that goes %q", r.Phase), Hint: text.T().Engine.BadStepsHint}
}
