package virt

// This file makes, lists and removes volumes in our pool.

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"time"

	"libvirt.org/go/libvirt"

	"github.com/clawarium/clawarium/assets/text"
)

// Volume is one file of the pool.
type Volume struct {
	Name     string
	Path     string
	Format   string // raw, qcow2, iso, …, as libvirt's probe says
	Capacity int64  // bytes that a guest sees
	Length   int64  // bytes of the file
	Backing  string // path of the backing file; empty: none
}

// volumeName is without the most bytes of a name: to count would take the expression
// longer, at every start, than the rest of the package together.
var volumeName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)

const volumeNameMost = 121

func checkName(name string) error {
	if len(name) <= volumeNameMost && volumeName.MatchString(name) {
		return nil
	}
	t := &text.T().Virt
	return fault(nil, fmt.Sprintf(t.BadName, name), t.BadNameHint, nil)
}

// PathOf is where a volume of that name lies or would lie.
func (p *Pool) PathOf(name string) string { return filepath.Join(p.path, name) }

// live looks the pool up for an operation on its volumes. The caller frees it.
func (p *Pool) live(o *op) (*libvirt.StoragePool, error) {
	l, err := o.pool(p.name, p.path)
	if err == nil && l == nil {
		err = notFound(p.name)
	}
	return l, err
}

// refresh makes libvirt look at the directory again. It is refused while an
// upload or download in the pool is under way; then its knowledge is fresh enough.
func (o *op) refresh(l *libvirt.StoragePool) error {
	for range 20 {
		o.at("virStoragePoolRefresh")
		err := l.Refresh(0)
		if err == nil {
			return nil
		}
		if !isCode(err, libvirt.ERR_INTERNAL_ERROR) && !isCode(err, libvirt.ERR_OPERATION_INVALID) {
			return err
		}
		o.idle()
		if sleep(o.ctx, 50*time.Millisecond) != nil {
			return nil
		}
	}
	return nil
}

// volume looks a volume up; nil when there is none. The caller frees it.
func (o *op) volume(l *libvirt.StoragePool, name string) (*libvirt.StorageVol, error) {
	o.at("virStorageVolLookupByName")
	v, err := l.LookupStorageVolByName(name)
	if isCode(err, libvirt.ERR_NO_STORAGE_VOL) {
		return nil, nil
	}
	return v, err
}

func (o *op) describeVolume(v *libvirt.StorageVol) (*Volume, error) {
	o.at("virStorageVolGetXMLDesc")
	x, err := v.GetXMLDesc(0)
	if err != nil {
		return nil, err
	}
	var parsed volumeXML
	if err := read(x, &parsed); err != nil {
		return nil, err
	}
	out := &Volume{Name: parsed.Name, Path: parsed.Target.Path, Format: parsed.Target.Format.Type}
	if parsed.Capacity != nil {
		out.Capacity = inBytes(parsed.Capacity)
		out.Length = out.Capacity
	}
	if parsed.Physical != nil {
		out.Length = inBytes(parsed.Physical)
	}
	if parsed.Backing != nil {
		out.Backing = parsed.Backing.Path
	}
	return out, nil
}

func inBytes(s *measureXML) int64 {
	unit := map[string]uint64{"": 1, "bytes": 1, "B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}[s.Unit]
	return int64(s.Value * unit)
}

// Volume returns what the pool knows of a volume; nil when it has none.
func (p *Pool) Volume(ctx context.Context, name string) (*Volume, error) {
	return ask(ctx, p.c, func(o *op) (*Volume, error) {
		l, err := p.live(o)
		if err != nil {
			return nil, err
		}
		defer l.Free()
		v, err := o.volume(l, name)
		if v == nil && err == nil {
			// Another process may have made it: look at the directory again.
			if err = o.refresh(l); err == nil {
				v, err = o.volume(l, name)
			}
		}
		if v == nil || err != nil {
			return nil, err
		}
		defer v.Free()
		return o.describeVolume(v)
	})
}

// Volumes lists the pool, sorted by libvirt's own order.
func (p *Pool) Volumes(ctx context.Context) ([]Volume, error) {
	return ask(ctx, p.c, func(o *op) ([]Volume, error) {
		l, err := p.live(o)
		if err != nil {
			return nil, err
		}
		defer l.Free()
		return o.volumes(l)
	})
}

func (o *op) volumes(l *libvirt.StoragePool) ([]Volume, error) {
	if err := o.refresh(l); err != nil {
		return nil, err
	}
	o.at("virStoragePoolListAllVolumes")
	list, err := l.ListAllStorageVolumes(0)
	defer func() {
		for i := range list {
			list[i].Free()
		}
	}()
	if err != nil {
		return nil, err
	}
	var out []Volume
	for i := range list {
		v, err := o.describeVolume(&list[i])
		if isCode(err, libvirt.ERR_NO_STORAGE_VOL) {
			continue // deleted meanwhile
		}
		if err != nil {
			return nil, err
		}
		out = append(out, *v)
	}
	return out, nil
}

// CreateBlank makes an empty qcow2 volume of so many bytes. ErrExists when one
// of that name is there.
func (p *Pool) CreateBlank(ctx context.Context, name string, size int64) (*Volume, error) {
	return p.create(ctx, name, size, "qcow2", "")
}

// CreateOverlay makes a qcow2 volume that begins as the volume base and grows
// to size bytes at most (0: as large as base). Only the overlay is written to.
func (p *Pool) CreateOverlay(ctx context.Context, name, base string, size int64) (*Volume, error) {
	b, err := p.Volume(ctx, base)
	if err != nil {
		return nil, err
	}
	if b == nil {
		return nil, notFound(base)
	}
	return p.create(ctx, name, max(size, b.Capacity), "qcow2", b.Path)
}

func (p *Pool) create(ctx context.Context, name string, size int64, format, backing string) (*Volume, error) {
	if err := checkName(name); err != nil {
		return nil, err
	}
	x, err := newVolumeXML(name, size, format, backing)
	if err != nil {
		return nil, err
	}
	return ask(ctx, p.c, func(o *op) (*Volume, error) {
		l, err := p.live(o)
		if err != nil {
			return nil, err
		}
		defer l.Free()
		if err := o.refresh(l); err != nil {
			return nil, err
		}
		t := &text.T().Virt
		there := fault(ErrExists, fmt.Sprintf(t.VolumeThere, name, p.name), t.VolumeThereHint, nil)
		if v, err := o.volume(l, name); err != nil {
			return nil, err
		} else if v != nil {
			v.Free()
			return nil, there
		}
		o.at("virStorageVolCreateXML")
		v, err := l.StorageVolCreateXML(x, 0)
		if isCode(err, libvirt.ERR_STORAGE_VOL_EXIST) {
			return nil, there
		}
		if err != nil {
			return nil, err
		}
		defer v.Free()
		return o.describeVolume(v)
	})
}

func newVolumeXML(name string, size int64, format, backing string) (string, error) {
	v := volumeXML{Name: name, Capacity: &measureXML{"bytes", uint64(size)}, Allocation: measureXML{Unit: "bytes"}}
	v.Target.Format.Type = format
	// For nobody else: the seed holds keys. libvirt gives a file to QEMU's account
	// while a machine uses it.
	v.Target.Permissions.Mode = "0600"
	if backing != "" {
		v.Backing = &backingXML{backing, formatXML{"qcow2"}}
	}
	return written(v)
}

// DeleteVolume removes a volume of the pool. An absent one is fine.
func (p *Pool) DeleteVolume(ctx context.Context, name string) error {
	if err := checkName(name); err != nil {
		return err
	}
	err := p.c.do(ctx, func(o *op) error {
		l, err := p.live(o)
		if err != nil {
			return err
		}
		defer l.Free()
		if err := o.refresh(l); err != nil {
			return err
		}
		v, err := o.volume(l, name)
		if v == nil || err != nil {
			return err
		}
		defer v.Free()
		for range 100 {
			o.at("virStorageVolDelete")
			err = v.Delete(libvirt.STORAGE_VOL_DELETE_NORMAL)
			// "in use" by an upload or download that is just ending.
			if !isCode(err, libvirt.ERR_OPERATION_INVALID) {
				break
			}
			o.idle()
			if sleep(o.ctx, 50*time.Millisecond) != nil {
				break
			}
		}
		if isCode(err, libvirt.ERR_NO_STORAGE_VOL) {
			return nil
		}
		return err
	})
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	return err
}
