package steps

// What is made on the host before libvirt is asked for anything: keys, the base
// image and the code disk.

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/clawarium/clawarium/assets/openclaw"
	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/provision"
	"github.com/clawarium/clawarium/provision/code"
	"github.com/clawarium/clawarium/provision/image"
)

func (e *Env) imageStore() (*image.Store, image.Request, error) {
	client, err := e.http()
	p := e.Plan.Image
	return &image.Store{Dir: e.Dirs.Images(), HTTP: client},
		image.Request{Source: p.Source, File: p.File, SHA512: p.SHA512, Arch: e.arch(), Mirrors: p.Mirrors, CA: e.Plan.Network.CA}, err
}

func (e *Env) imageStep() provision.Step {
	t := e.text()
	return provision.Step{
		ID: stepImage, Title: t.Image, Ensures: []checks.ID{"K15"}, Expect: 2 * time.Minute, Deadline: 2 * time.Hour,
		Holds: func(ctx context.Context) (bool, error) {
			if e.record.Image.SHA512 == "" {
				return false, nil
			}
			if info, err := os.Stat(e.record.Image.Path); err == nil && info.Mode().IsRegular() {
				return true, nil
			}
			// The cache may be emptied at any time; the volume is what counts.
			return e.baseVolumeThere(ctx)
		},
		Before: func(context.Context) (any, error) {
			_, err := os.Stat(e.Dirs.Images())
			return existed{err == nil}, nil
		},
		Do: func(ctx context.Context, _ json.RawMessage, r provision.Reporter) error {
			store, request, err := e.imageStore()
			if err != nil {
				return err
			}
			img, err := store.Get(ctx, request, r)
			if err != nil {
				return err
			}
			r.Note(img.Note)
			e.record.Image, e.record.ImagePath = img, img.Path
			return e.saveRecord()
		},
		Undo: func(_ context.Context, before json.RawMessage, _ provision.Reporter) error {
			return e.undoCache(before, e.Dirs.Images())
		},
	}
}

// undoCache empties a cache that did not exist before the first machine, unless
// another machine or the owner still wants it.
func (e *Env) undoCache(before json.RawMessage, dirs ...string) error {
	there, err := wasThere(before)
	if err != nil || there || e.KeepCache || e.otherMachines() {
		return err
	}
	var errs []error
	for _, d := range dirs {
		errs = append(errs, os.RemoveAll(d))
	}
	return errors.Join(errs...)
}

// otherMachines says whether this host has another machine of ours.
func (e *Env) otherMachines() bool {
	entries, _ := os.ReadDir(filepath.Dir(e.dir))
	for _, entry := range entries {
		if entry.Name() != filepath.Base(e.dir) {
			return true
		}
	}
	return false
}

func (e *Env) codeRequest() (*code.Store, code.Request, error) {
	client, err := e.http()
	if err != nil {
		return nil, code.Request{}, err
	}
	lock := openclaw.Lockfile()
	if path := e.Plan.OpenClaw.Lockfile; path != "" {
		if lock, err = os.ReadFile(path); err != nil {
			return nil, code.Request{}, err
		}
	}
	// A registry is only asked when a tarball is missing, so that its absence
	// is no fault while the cache is warm.
	registry, registryErr := code.Registry(e.Plan.OpenClaw.Registry, os.Getenv)
	store := &code.Store{Dir: e.Dirs.Code(), Tarballs: e.Dirs.Tarballs(), HTTP: client}
	request := code.Request{Lockfile: lock, Registry: registry, Arch: e.arch()}
	if _, warm := store.Cached(request); warm {
		registryErr = nil
	}
	return store, request, registryErr
}

func (e *Env) codeStep() provision.Step {
	t := e.text()
	return provision.Step{
		ID: stepCode, Title: t.Code, Ensures: []checks.ID{"K11", "K15"}, Expect: time.Minute, Deadline: 2 * time.Hour,
		Holds: func(ctx context.Context) (bool, error) {
			if e.record.Code.SHA256 == "" {
				return false, nil
			}
			if info, err := os.Stat(e.record.Code.Path); err == nil && info.Mode().IsRegular() {
				return true, nil
			}
			return e.codeVolumeThere(ctx)
		},
		Before: func(context.Context) (any, error) {
			_, err := os.Stat(e.Dirs.Code())
			return existed{err == nil}, nil
		},
		Do: func(ctx context.Context, _ json.RawMessage, r provision.Reporter) error {
			store, request, err := e.codeRequest()
			if err != nil {
				return err
			}
			disk, err := store.Get(ctx, request, r)
			if err != nil {
				return err
			}
			e.record.Code = disk
			return e.saveRecord()
		},
		Undo: func(_ context.Context, before json.RawMessage, _ provision.Reporter) error {
			return e.undoCache(before, e.Dirs.Code(), e.Dirs.Tarballs())
		},
	}
}

// exists reports whether a regular file is there.
func exists(path string) (bool, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil && info.Mode().IsRegular(), err
}
