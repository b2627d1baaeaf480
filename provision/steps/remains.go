package steps

// What is left of a machine after `clawarium destroy`, for control K25.

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/clawarium/clawarium/assets/layout"
	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/provision/virt"
)

// Decommissioned looks for what destroying this machine left behind.
func (e *Env) Decommissioned(ctx context.Context) checks.Finding {
	from := checks.Sources{Packets: packetFilter{programDirs}, Dir: e.dir}
	conn, err := e.Conn(ctx)
	if err != nil {
		from.LibvirtErr = err
	} else {
		from.Libvirt = &hypervisor{env: e, conn: conn}
	}
	c := e.choices
	s := checks.Subject{Machine: e.Plan.Name, URI: c.URI, System: c.System, UUID: c.UUID}
	return checks.Decommissioned(ctx, e.Plan, s, from)
}

// Remains lists what libvirt still has of the machine, whoever made it: a name of
// ours that is taken is no clean end either.
func (h *hypervisor) Remains(ctx context.Context) (found, kept []checks.Leftover, err error) {
	e, name := h.env, h.env.Plan.Name
	d, err := h.conn.Domain(ctx, name)
	if err != nil {
		return nil, nil, err
	}
	if d != nil {
		found = append(found, checks.Leftover{Kind: checks.LeftDomain, Name: d.Name})
	}
	if e.choices.System {
		n, err := h.conn.Network(ctx, name)
		if err != nil {
			return nil, nil, err
		}
		if n != nil {
			found = append(found, checks.Leftover{Kind: checks.LeftNetwork, Name: n.Name})
		}
		f, err := h.conn.Filter(ctx, name)
		if err != nil {
			return nil, nil, err
		}
		if f != nil {
			found = append(found, checks.Leftover{Kind: checks.LeftFilter, Name: f.Name})
		}
	}
	// What the guest printed; root's, so that another account cannot remove it.
	if _, err := os.Lstat(e.consoleLog()); err == nil {
		kept = append(kept, checks.Leftover{Kind: checks.LeftLog, Name: e.consoleLog()})
	}
	f, k, err := h.volumesLeft(ctx)
	return append(found, f...), append(kept, k...), err
}

// volumesLeft looks through the pool. Its own disks are known by their names; the
// image and the code disk are shared, and left behind only when nothing else of
// ours stands on them.
func (h *hypervisor) volumesLeft(ctx context.Context) (found, kept []checks.Leftover, err error) {
	e, name := h.env, h.env.Plan.Name
	pool, err := e.pool(ctx)
	if errors.Is(err, virt.ErrForeign) {
		return nil, nil, nil // a pool of that name which is not ours has nothing of ours
	}
	if err != nil || pool == nil {
		return nil, nil, err
	}
	volumes, err := pool.Volumes(ctx)
	if err != nil {
		return nil, nil, err
	}
	if len(volumes) == 0 && !e.otherMachines() {
		found = append(found, checks.Leftover{Kind: checks.LeftPool, Name: layout.Pool})
	}
	for _, v := range volumes {
		left := checks.Leftover{Kind: checks.LeftVolume, Name: fmt.Sprintf("%s (%d MiB)", v.Name, v.Length>>20)}
		switch v.Name {
		case layout.DataDisk(name):
			if e.KeepData {
				kept = append(kept, left)
			} else {
				found = append(found, left)
			}
		case layout.SystemDisk(name), layout.Seed(name):
			found = append(found, left)
		case layout.BaseVolume(e.record.Image.SHA512), layout.CodeVolume(e.record.Code.SHA256):
			used, err := e.usedByOthers(ctx, v.Name)
			if err != nil {
				return found, kept, err
			}
			if used || e.otherMachines() {
				kept = append(kept, left)
			} else {
				found = append(found, left)
			}
		}
	}
	return found, kept, nil
}

// Versions are those of libvirt and QEMU.
func (h *hypervisor) Versions(ctx context.Context) (libvirt, qemu string, err error) {
	v, err := h.conn.Versions(ctx)
	return v.Libvirt, v.Hypervisor, err
}
