package steps

// The steps in their order. Guest steps come from the guest package; each is
// undone with the domain when the whole machine goes.

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/clawarium/clawarium/provision"
	"github.com/clawarium/clawarium/provision/guest"
)

// IDs of the host's steps. They never change once released.
const (
	stepChoose     = "choose"
	stepKeys       = "keys"
	stepImage      = "base-image"
	stepCode       = "code-disk"
	stepPool       = "pool"
	stepBase       = "base-volume"
	stepCodeVolume = "code-volume"
	stepSystemDisk = "system-disk"
	stepDataDisk   = "data-disk"
	stepFilter     = "filter"
	stepNetwork    = "network"
	stepSeed       = "seed"
	stepDomain     = "domain"
	stepBoot       = "boot"
	stepEject      = "eject-seed"
	stepEgress     = "egress"
	stepWarden     = "warden"
)

// IDs lists every step that there can be, in order.
func IDs() []string {
	ids := []string{
		stepChoose, stepKeys, stepImage, stepCode, stepPool, stepBase, stepCodeVolume, stepSystemDisk, stepDataDisk,
		stepFilter, stepNetwork, stepSeed, stepDomain, stepBoot, stepEject,
	}
	known, err := guest.Steps(guest.Settings{Config: []byte("{}")})
	if err != nil { // without a CA there is nothing that could be wrong
		panic(err)
	}
	for _, s := range known {
		ids = append(ids, s.ID)
		if s.ID == stepService {
			ids = append(ids, stepEgress, stepWarden)
		}
	}
	return append(ids, stepModelKey)
}

// Steps returns every step of this machine. Prepare must have been called, or
// choices stored by an earlier process.
func (e *Env) Steps() []provision.Step {
	list := []provision.Step{
		e.chooseStep(), e.keysStep(), e.imageStep(), e.codeStep(),
		e.poolStep(), e.baseVolumeStep(), e.codeVolumeStep(), e.systemDiskStep(), e.dataDiskStep(),
	}
	if e.choices.System {
		list = append(list, e.filterStep(), e.networkStep())
	}
	list = append(list, e.seedStep(), e.domainStep(), e.bootStep(), e.ejectStep())
	list = append(list, e.guestSteps()...)
	return list
}

// chooseStep puts the choices and the plan on disk. Before has them journaled.
func (e *Env) chooseStep() provision.Step {
	t := e.text()
	return provision.Step{
		ID: stepChoose, Title: t.Choose, Deadline: time.Minute,
		Holds: func(context.Context) (bool, error) {
			stored, err := readChoices(e.dir)
			if err != nil || stored == nil {
				return false, err
			}
			_, err = os.Stat(filepath.Join(e.dir, planFile))
			if errors.Is(err, fs.ErrNotExist) {
				return false, nil
			}
			return err == nil, err
		},
		Before: func(context.Context) (any, error) { return e.choices, nil },
		// Nothing was made by an earlier try of this step, so the choices of this
		// process count, not those that the journal has from before.
		Do: func(_ context.Context, _ json.RawMessage, r provision.Reporter) error {
			for _, note := range e.caveats() {
				r.Note(note)
			}
			data, err := e.Plan.YAML()
			if err != nil {
				return err
			}
			if err := writeFile(filepath.Join(e.dir, planFile), data); err != nil {
				return err
			}
			if data, err = json.MarshalIndent(e.choices, "", "  "); err != nil {
				return err
			}
			return writeFile(filepath.Join(e.dir, choicesFile), append(data, '\n'))
		},
		// The plan and the choices are what every other Undo needs, so they go
		// last, with the directory: see Forget.
		Undo: func(context.Context, json.RawMessage, provision.Reporter) error { return nil },
	}
}

// Forget removes the machine's directory, after everything was taken back, and
// the directories above it when they are empty. A warden that somebody started by
// hand goes as well.
func (e *Env) Forget(ctx context.Context) error {
	if err := e.Service().Remove(ctx); err != nil {
		return err
	}
	if err := os.RemoveAll(e.dir); err != nil {
		return err
	}
	removeEmpty(filepath.Dir(e.dir), e.Dirs.State)
	if !e.KeepCache {
		removeEmpty(e.Dirs.Images(), e.Dirs.Code(), e.Dirs.Tarballs(), e.Dirs.Cache)
	}
	return nil
}

// removeEmpty removes directories that hold nothing any more.
func removeEmpty(dirs ...string) {
	for _, d := range dirs {
		os.Remove(d) // refuses a directory that holds something, as it should
	}
}

// existed is what Before says of a thing that is made whole or not at all.
type existed struct {
	Existed bool `json:"existed"`
}

func wasThere(before json.RawMessage) (bool, error) {
	var b existed
	if len(before) == 0 {
		return false, errors.New("the journal does not say what was there before")
	}
	err := json.Unmarshal(before, &b)
	return b.Existed, err
}
