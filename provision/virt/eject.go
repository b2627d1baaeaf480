package virt

// This file takes the seed disk out of a machine.

import (
	"context"
	"fmt"
	"time"

	"libvirt.org/go/libvirt"

	"github.com/clawarium/clawarium/assets/layout"
	"github.com/clawarium/clawarium/assets/text"
)

// Eject removes the seed disk from the machine: from its configuration at once
// and, when it runs, from the live machine. Unplugging needs the guest's help,
// so it is waited for until within has passed; then ErrState, with the
// configuration already free of the seed. A machine without a seed is fine.
// The seed's volume is not deleted.
func (c *Conn) Eject(ctx context.Context, machine string, within time.Duration) error {
	deadline := time.Now().Add(within)
	asked := time.Time{}
	for {
		remind := time.Since(asked) >= askAgain
		gone, err := ask(ctx, c, func(o *op) (bool, error) {
			d, err := o.owned(machine)
			if err != nil {
				return false, err
			}
			defer d.Free()
			if err := o.detach(d, libvirt.DOMAIN_XML_INACTIVE, libvirt.DOMAIN_DEVICE_MODIFY_CONFIG, true); err != nil {
				return false, err
			}
			o.at("virDomainIsActive")
			if active, err := d.IsActive(); err != nil || !active {
				return err == nil, err
			}
			if err := o.detach(d, 0, libvirt.DOMAIN_DEVICE_MODIFY_LIVE, remind); err != nil {
				return false, err
			}
			seed, err := o.seed(d, 0)
			return seed == nil, err
		})
		if err != nil || gone {
			return err
		}
		if remind {
			asked = time.Now()
		}
		if !time.Now().Before(deadline) {
			t := &text.T().Virt
			return fault(ErrState, fmt.Sprintf(t.SeedStays, machine, within), t.SeedStaysHint, nil)
		}
		if err := sleep(ctx, min(300*time.Millisecond, time.Until(deadline))); err != nil {
			return err
		}
	}
}

// seed finds the seed disk in one of the domain's descriptions, by its serial
// number; nil when it is not there.
func (o *op) seed(d *libvirt.Domain, flags libvirt.DomainXMLFlags) (*anyDiskXML, error) {
	o.at("virDomainGetXMLDesc")
	x, err := d.GetXMLDesc(flags)
	if err != nil {
		return nil, err
	}
	return seedOf(x)
}

func seedOf(domain string) (*anyDiskXML, error) {
	var d disksXML
	if err := read(domain, &d); err != nil {
		return nil, err
	}
	for i := range d.Disks {
		if d.Disks[i].Serial == layout.SeedSerial {
			return &d.Disks[i], nil
		}
	}
	return nil, nil
}

// detach asks for the seed's removal from one of the descriptions.
func (o *op) detach(d *libvirt.Domain, desc libvirt.DomainXMLFlags, where libvirt.DomainDeviceModifyFlags, ask bool) error {
	seed, err := o.seed(d, desc)
	if err != nil || seed == nil || !ask {
		return err
	}
	x, err := seed.verbatim()
	if err != nil {
		return err
	}
	o.at("virDomainDetachDeviceFlags")
	err = d.DetachDeviceFlags(x, where)
	// An unplug that is under way already is not an error: it is waited for.
	if isCode(err, libvirt.ERR_DEVICE_MISSING) || isCode(err, libvirt.ERR_OPERATION_FAILED) && where == libvirt.DOMAIN_DEVICE_MODIFY_LIVE {
		return nil
	}
	return err
}
