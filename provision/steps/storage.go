package steps

// The storage pool and the volumes in it. A volume that is shared by content
// (base image, code disk) is compared byte for byte; what belongs to one
// machine is found by its name.

import (
	"context"
	"encoding/json"
	"errors"
	"path/filepath"
	"strings"
	"time"

	"github.com/clawarium/clawarium/assets/layout"
	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/provision"
	"github.com/clawarium/clawarium/provision/virt"
)

// pool returns our pool, nil when there is none.
func (e *Env) pool(ctx context.Context) (*virt.Pool, error) {
	conn, err := e.Conn(ctx)
	if err != nil {
		return nil, err
	}
	return conn.Pool(ctx, layout.Pool, e.choices.PoolPath)
}

// mustPool is pool for steps that come after the pool's own.
func (e *Env) mustPool(ctx context.Context) (*virt.Pool, error) {
	conn, err := e.Conn(ctx)
	if err != nil {
		return nil, err
	}
	return conn.EnsurePool(ctx, layout.Pool, e.choices.PoolPath)
}

func (e *Env) poolStep() provision.Step {
	return provision.Step{
		ID: stepPool, Title: e.text().Pool, Deadline: time.Minute,
		Holds: func(ctx context.Context) (bool, error) {
			p, err := e.pool(ctx)
			if err != nil || p == nil {
				return false, err
			}
			_, err = p.Volumes(ctx) // a stopped pool lists nothing
			return err == nil, nil
		},
		Before: func(ctx context.Context) (any, error) {
			p, err := e.pool(ctx)
			return existed{p != nil}, err
		},
		Do: func(ctx context.Context, _ json.RawMessage, _ provision.Reporter) error {
			_, err := e.mustPool(ctx)
			return err
		},
		// The pool outlives this machine while anything is in it: another
		// machine's volumes, or a data disk that was kept.
		Undo: func(ctx context.Context, before json.RawMessage, _ provision.Reporter) error {
			there, err := wasThere(before)
			if err != nil || there && e.otherMachines() {
				return err
			}
			p, err := e.pool(ctx)
			if err != nil || p == nil {
				return err
			}
			volumes, err := p.Volumes(ctx)
			if err == nil && len(volumes) > 0 {
				return nil
			}
			if err := p.Delete(ctx); err != nil {
				return err
			}
			if !e.choices.System {
				removeEmpty(e.choices.PoolPath, filepath.Dir(e.choices.PoolPath))
			}
			return nil
		},
	}
}

// Sweep removes what an earlier machine of this name had left and this one found
// as it should be, so that no step made it: the data disk, unless it is to be
// kept, and what is shared once nobody uses it. For destroy, after Undo.
func (e *Env) Sweep(ctx context.Context) error {
	if !e.KeepData {
		if err := e.deleteVolume(ctx, layout.DataDisk(e.Plan.Name)); err != nil {
			return err
		}
	}
	if e.otherMachines() {
		return nil
	}
	none, err := json.Marshal(existed{false})
	if err != nil {
		return err
	}
	for _, step := range []provision.Step{e.baseVolumeStep(), e.codeVolumeStep(), e.poolStep()} {
		if err := step.Undo(ctx, none, silent{}); err != nil {
			return err
		}
	}
	return nil
}

// volumeThere reports whether the pool has a volume of that name.
func (e *Env) volumeThere(ctx context.Context, name string) (bool, error) {
	p, err := e.pool(ctx)
	if err != nil || p == nil {
		return false, err
	}
	v, err := p.Volume(ctx, name)
	if errors.Is(err, virt.ErrNotFound) {
		return false, nil
	}
	return v != nil, err
}

func (e *Env) baseVolumeThere(ctx context.Context) (bool, error) {
	return e.volumeThere(ctx, layout.BaseVolume(e.record.Image.SHA512))
}

func (e *Env) codeVolumeThere(ctx context.Context) (bool, error) {
	return e.volumeThere(ctx, layout.CodeVolume(e.record.Code.SHA256))
}

func (e *Env) deleteVolume(ctx context.Context, name string) error {
	p, err := e.pool(ctx)
	if err != nil || p == nil {
		return err
	}
	return p.DeleteVolume(ctx, name)
}

// silent is a reporter for comparisons that are too quick to tell about.
type silent struct{}

func (silent) Stage(string)       {}
func (silent) Bytes(int64, int64) {}
func (silent) Percent(float64)    {}
func (silent) Note(string)        {}
func (silent) Log(string)         {}

// content is a volume that is named by what is in it and shared by machines.
type content struct {
	id, title      string
	ensures        []checks.ID
	name           func() string // of the volume
	digest, source func() string // what it must hold, and the file that has it
}

// contentStep puts a file of the cache into the pool.
func (e *Env) contentStep(c content) provision.Step {
	t := e.text()
	// A digest takes a second, so it is compared once a process and change.
	verified := false
	matches := func(ctx context.Context, r provision.Reporter) (bool, error) {
		if c.digest() == "" {
			return false, nil
		}
		if verified {
			return true, nil
		}
		p, err := e.pool(ctx)
		if err != nil || p == nil {
			return false, err
		}
		verified, err = p.Matches(ctx, c.name(), c.digest(), -1, r)
		if errors.Is(err, virt.ErrNotFound) {
			return false, nil
		}
		return verified, err
	}
	return provision.Step{
		ID: c.id, Title: c.title, Ensures: c.ensures, Deadline: 20 * time.Minute,
		Holds: func(ctx context.Context) (bool, error) { return matches(ctx, silent{}) },
		Before: func(ctx context.Context) (any, error) {
			there, err := e.volumeThere(ctx, c.name())
			return existed{there}, err
		},
		Do: func(ctx context.Context, before json.RawMessage, r provision.Reporter) error {
			p, err := e.mustPool(ctx)
			if err != nil {
				return err
			}
			r.Stage(t.ComparingVolume)
			if ok, err := matches(ctx, r); err != nil || ok {
				return err
			}
			// What is there under this name is the torso of an upload that was
			// killed, or damaged; nothing can rely on it.
			if err := p.DeleteVolume(ctx, c.name()); err != nil {
				return err
			}
			r.Stage(t.Uploading)
			_, err = p.Upload(ctx, c.name(), c.source(), false, r)
			return err
		},
		Undo: func(ctx context.Context, before json.RawMessage, _ provision.Reporter) error {
			verified = false
			if c.digest() == "" {
				return nil // killed before it was known what to put there
			}
			there, err := wasThere(before)
			if err != nil || there && e.otherMachines() {
				return err
			}
			used, err := e.usedByOthers(ctx, c.name())
			if err != nil || used {
				return err
			}
			return e.deleteVolume(ctx, c.name())
		},
	}
}

// usedByOthers says whether another machine of ours stands on a shared volume.
func (e *Env) usedByOthers(ctx context.Context, name string) (bool, error) {
	p, err := e.pool(ctx)
	if err != nil || p == nil {
		return false, err
	}
	volumes, err := p.Volumes(ctx)
	if err != nil {
		return false, err
	}
	for _, v := range volumes {
		if v.Backing == p.PathOf(name) && v.Name != layout.SystemDisk(e.Plan.Name) {
			return true, nil
		}
	}
	conn, err := e.Conn(ctx)
	if err != nil {
		return false, err
	}
	inventory, err := conn.Inventory(ctx)
	if err != nil {
		return false, err
	}
	for _, d := range inventory.Domains {
		if d.Tag.Machine == e.Plan.Name {
			continue
		}
		x, err := conn.XML(ctx, d.Tag.Machine, true)
		if err != nil || strings.Contains(x, p.PathOf(name)) {
			return true, err
		}
	}
	return false, nil
}

func (e *Env) baseVolumeStep() provision.Step {
	return e.contentStep(content{
		id: stepBase, title: e.text().BaseVolume, ensures: []checks.ID{"K15"},
		name:   func() string { return layout.BaseVolume(e.record.Image.SHA512) },
		digest: func() string { return e.record.Image.SHA512 },
		source: func() string { return e.record.Image.Path },
	})
}

func (e *Env) codeVolumeStep() provision.Step {
	return e.contentStep(content{
		id: stepCodeVolume, title: e.text().CodeVolume, ensures: []checks.ID{"K11", "K15"},
		name:   func() string { return layout.CodeVolume(e.record.Code.SHA256) },
		digest: func() string { return e.record.Code.SHA256 },
		source: func() string { return e.record.Code.Path },
	})
}

func (e *Env) systemDiskStep() provision.Step {
	name := layout.SystemDisk(e.Plan.Name)
	return provision.Step{
		ID: stepSystemDisk, Title: e.text().SystemDisk, Deadline: time.Minute,
		Holds: func(ctx context.Context) (bool, error) {
			p, err := e.pool(ctx)
			if err != nil || p == nil {
				return false, err
			}
			v, err := p.Volume(ctx, name)
			if errors.Is(err, virt.ErrNotFound) {
				return false, nil
			}
			return v != nil && v.Backing == p.PathOf(layout.BaseVolume(e.record.Image.SHA512)), err
		},
		Do: func(ctx context.Context, _ json.RawMessage, _ provision.Reporter) error {
			p, err := e.mustPool(ctx)
			if err != nil {
				return err
			}
			// The system disk is disposable: one that is half made, or stands on
			// another base, is made again.
			if err := p.DeleteVolume(ctx, name); err != nil {
				return err
			}
			_, err = p.CreateOverlay(ctx, name, layout.BaseVolume(e.record.Image.SHA512), int64(e.Plan.Machine.SystemDisk))
			return err
		},
		Undo: func(ctx context.Context, _ json.RawMessage, _ provision.Reporter) error {
			return e.deleteVolume(ctx, name)
		},
	}
}

func (e *Env) dataDiskStep() provision.Step {
	name := layout.DataDisk(e.Plan.Name)
	return provision.Step{
		ID: stepDataDisk, Title: e.text().DataDisk, Deadline: time.Minute,
		Holds: func(ctx context.Context) (bool, error) { return e.volumeThere(ctx, name) },
		Before: func(ctx context.Context) (any, error) {
			there, err := e.volumeThere(ctx, name)
			return existed{there}, err
		},
		Do: func(ctx context.Context, before json.RawMessage, r provision.Reporter) error {
			p, err := e.mustPool(ctx)
			if err != nil {
				return err
			}
			_, err = p.CreateBlank(ctx, name, int64(e.Plan.Machine.DataDisk))
			if errors.Is(err, virt.ErrExists) {
				r.Note(e.text().DataDiskAgain)
				return nil
			}
			return err
		},
		Undo: func(ctx context.Context, before json.RawMessage, _ provision.Reporter) error {
			if e.KeepData {
				return nil
			}
			return e.deleteVolume(ctx, name)
		},
	}
}
