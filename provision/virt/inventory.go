package virt

// This file lists everything of ours that libvirt holds.

import (
	"context"
	"fmt"
	"sort"
	"strings"

	"libvirt.org/go/libvirt"

	"github.com/clawarium/clawarium/assets/layout"
)

// Inventory is what carries our tag, and our pool.
type Inventory struct {
	Domains  []Domain
	Networks []Network
	Filters  []Filter
	Pools    []string // names
	Volumes  []Volume
}

// Empty says whether nothing of ours is left.
func (i Inventory) Empty() bool {
	return len(i.Domains)+len(i.Networks)+len(i.Filters)+len(i.Pools)+len(i.Volumes) == 0
}

// String lists the names, one a line, sorted.
func (i Inventory) String() string {
	var lines []string
	for _, d := range i.Domains {
		lines = append(lines, "domain "+d.Name)
	}
	for _, n := range i.Networks {
		lines = append(lines, "network "+n.Name)
	}
	for _, f := range i.Filters {
		lines = append(lines, "filter "+f.Name)
	}
	for _, p := range i.Pools {
		lines = append(lines, "pool "+p)
	}
	for _, v := range i.Volumes {
		lines = append(lines, fmt.Sprintf("volume %s (%d bytes)", v.Name, v.Length))
	}
	sort.Strings(lines)
	return strings.Join(lines, "\n")
}

// Inventory lists everything of ours, of all machines. pools are the names of
// our pools; none means layout.Pool.
func (c *Conn) Inventory(ctx context.Context, pools ...string) (Inventory, error) {
	if len(pools) == 0 {
		pools = []string{layout.Pool}
	}
	return ask(ctx, c, func(o *op) (Inventory, error) {
		var all Inventory
		for _, list := range []func(*Inventory) error{o.listDomains, o.listNetworks, o.listFilters} {
			if err := list(&all); err != nil {
				return Inventory{}, err
			}
		}
		for _, name := range pools {
			if err := o.listPool(&all, name); err != nil {
				return Inventory{}, err
			}
		}
		return all, nil
	})
}

func (o *op) listDomains(all *Inventory) error {
	o.at("virConnectListAllDomains")
	list, err := o.l.ListAllDomains(0)
	if err != nil {
		return err
	}
	defer func() {
		for i := range list {
			list[i].Free()
		}
	}()
	for i := range list {
		d, err := o.describe(&list[i])
		if isCode(err, libvirt.ERR_NO_DOMAIN) {
			continue // gone meanwhile
		}
		if err != nil {
			return err
		}
		if d.Ours {
			all.Domains = append(all.Domains, *d)
		}
	}
	return nil
}

func (o *op) listNetworks(all *Inventory) error {
	o.at("virConnectListAllNetworks")
	list, err := o.l.ListAllNetworks(0)
	// A session may have no network driver: then there are none of ours.
	if isCode(err, libvirt.ERR_NO_SUPPORT) {
		return nil
	}
	if err != nil {
		return err
	}
	defer func() {
		for i := range list {
			list[i].Free()
		}
	}()
	for i := range list {
		n, err := o.describeNetwork(&list[i])
		if isCode(err, libvirt.ERR_NO_NETWORK) {
			continue
		}
		if err != nil {
			return err
		}
		if n.Ours {
			all.Networks = append(all.Networks, *n)
		}
	}
	return nil
}

func (o *op) listFilters(all *Inventory) error {
	o.at("virConnectListAllNWFilters")
	list, err := o.l.ListAllNWFilters(0)
	if isCode(err, libvirt.ERR_NO_SUPPORT) {
		return nil
	}
	if err != nil {
		return err
	}
	defer func() {
		for i := range list {
			list[i].Free()
		}
	}()
	for i := range list {
		name, err := list[i].GetName()
		if err != nil || !strings.HasPrefix(name, layout.Filter("")) {
			continue
		}
		f, err := o.describeFilter(&list[i])
		if isCode(err, libvirt.ERR_NO_NWFILTER) {
			continue
		}
		if err != nil {
			return err
		}
		if f.Ours {
			all.Filters = append(all.Filters, *f)
		}
	}
	return nil
}

func (o *op) listPool(all *Inventory, name string) error {
	o.at("virStoragePoolLookupByName")
	p, err := o.l.LookupStoragePoolByName(name)
	if isCode(err, libvirt.ERR_NO_STORAGE_POOL) {
		return nil
	}
	if err != nil {
		return err
	}
	defer p.Free()
	all.Pools = append(all.Pools, name)
	o.at("virStoragePoolIsActive")
	if active, err := p.IsActive(); err != nil || !active {
		return err
	}
	volumes, err := o.volumes(p)
	all.Volumes = append(all.Volumes, volumes...)
	return err
}
