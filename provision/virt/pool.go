package virt

// This file makes and removes the storage pool that holds every volume of ours.

import (
	"context"
	"fmt"
	"path/filepath"

	"libvirt.org/go/libvirt"

	"github.com/clawarium/clawarium/assets/layout"
	"github.com/clawarium/clawarium/assets/text"
)

// SystemPoolPath is where the pool's directory is with qemu:///system: beside
// the images that AppArmor's and SELinux's rules for libvirt expect there.
const SystemPoolPath = "/var/lib/libvirt/images/" + layout.Pool

// SystemLogs is where the system's libvirt keeps its logs of machines.
const SystemLogs = "/var/log/libvirt/qemu"

// Pool is the directory of volumes, as libvirt manages it. It is ours by its
// name and its path together: a pool cannot carry a tag.
type Pool struct {
	c    *Conn
	name string
	path string
}

// Name of the pool in libvirt.
func (p *Pool) Name() string { return p.name }

// Path of the pool's directory on the host.
func (p *Pool) Path() string { return p.path }

// PoolXML writes a directory pool. In a session the directory is the user's
// alone; for the system, QEMU's own account must be able to walk through it.
func PoolXML(name, path string, system bool) (string, error) {
	if name == "" || !filepath.IsAbs(path) {
		return "", badSpec("storage pool", name+" "+path)
	}
	mode := "0700"
	if system {
		mode = "0711"
	}
	p := poolXML{Type: "dir", Name: name}
	p.Target.Path, p.Target.Permissions.Mode = filepath.Clean(path), mode
	return written(p)
}

// Pool returns the pool when it exists at that path, nil when none of that name
// exists, and ErrForeign when one exists elsewhere. A pool that is stopped is
// returned as well; EnsurePool starts it.
func (c *Conn) Pool(ctx context.Context, name, path string) (*Pool, error) {
	return ask(ctx, c, func(o *op) (*Pool, error) {
		p, err := o.pool(name, path)
		if p == nil || err != nil {
			return nil, err
		}
		p.Free()
		return &Pool{c, name, filepath.Clean(path)}, nil
	})
}

// pool looks a pool up and compares its path; nil when there is none.
func (o *op) pool(name, path string) (*libvirt.StoragePool, error) {
	o.at("virStoragePoolLookupByName")
	p, err := o.l.LookupStoragePoolByName(name)
	if isCode(err, libvirt.ERR_NO_STORAGE_POOL) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	is, err := o.poolPath(p)
	if err == nil && is != filepath.Clean(path) {
		t := &text.T().Virt
		err = fault(ErrForeign, fmt.Sprintf(t.ForeignPool, name, is, filepath.Clean(path)), t.ForeignPoolHint, nil)
	}
	if err != nil {
		p.Free()
		return nil, err
	}
	return p, nil
}

func (o *op) poolPath(p *libvirt.StoragePool) (string, error) {
	o.at("virStoragePoolGetXMLDesc")
	x, err := p.GetXMLDesc(0)
	if err != nil {
		return "", err
	}
	var parsed poolXML
	if err := read(x, &parsed); err != nil {
		return "", err
	}
	if parsed.Target.Path == "" || parsed.Type != "dir" {
		return parsed.Type, nil
	}
	return filepath.Clean(parsed.Target.Path), nil
}

// EnsurePool makes the pool and its directory, starts it and has it started
// with the host. ErrForeign when a pool of that name has another path.
func (c *Conn) EnsurePool(ctx context.Context, name, path string) (*Pool, error) {
	x, err := PoolXML(name, path, c.System())
	if err != nil {
		return nil, err
	}
	return ask(ctx, c, func(o *op) (*Pool, error) {
		p, err := o.pool(name, path)
		if err != nil {
			return nil, err
		}
		if p == nil {
			o.at("virStoragePoolDefineXML")
			if p, err = o.l.StoragePoolDefineXML(x, 0); err != nil {
				return nil, err
			}
		}
		defer p.Free()
		o.at("virStoragePoolIsActive")
		active, err := p.IsActive()
		if err != nil {
			return nil, err
		}
		if !active {
			o.at("virStoragePoolBuild")
			if err := p.Build(libvirt.STORAGE_POOL_BUILD_NEW); err != nil {
				return nil, err
			}
			o.at("virStoragePoolCreate")
			if err := p.Create(libvirt.STORAGE_POOL_CREATE_NORMAL); err != nil {
				return nil, err
			}
		}
		o.at("virStoragePoolSetAutostart")
		if err := p.SetAutostart(true); err != nil {
			return nil, err
		}
		return &Pool{c, name, filepath.Clean(path)}, nil
	})
}

// Delete removes the pool and its directory. ErrState while it holds volumes;
// an absent pool is fine.
func (p *Pool) Delete(ctx context.Context) error {
	return p.c.do(ctx, func(o *op) error {
		l, err := o.pool(p.name, p.path)
		if l == nil || err != nil {
			return err
		}
		defer l.Free()
		o.at("virStoragePoolIsActive")
		active, err := l.IsActive()
		if err != nil {
			return err
		}
		if active {
			if err := o.refresh(l); err != nil {
				return err
			}
			o.at("virStoragePoolNumOfVolumes")
			n, err := l.NumOfStorageVolumes()
			if err != nil {
				return err
			}
			if n > 0 {
				t := &text.T().Virt
				return fault(ErrState, fmt.Sprintf(t.PoolNotEmpty, p.name, n), t.PoolNotEmptyHint, nil)
			}
			o.at("virStoragePoolDestroy")
			if err := l.Destroy(); err != nil {
				return err
			}
		}
		// The directory goes with it when it is empty, and stays otherwise.
		o.at("virStoragePoolDelete")
		_ = l.Delete(libvirt.STORAGE_POOL_DELETE_NORMAL)
		o.at("virStoragePoolUndefine")
		return l.Undefine()
	})
}
