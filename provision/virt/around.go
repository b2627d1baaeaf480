package virt

// This file asks what a look at this computer wants to know beyond one machine.

import (
	"context"

	"libvirt.org/go/libvirt"
)

// FirmwareCode lists the places where distributions install UEFI code for arch.
func FirmwareCode(arch string) []string { return firmwareCode[arch] }

// Emulator is the name of QEMU's program for machines of arch.
func Emulator(arch string) string { return "qemu-system-" + libvirtArch[arch].arch }

// Missing names the drivers that a machine needs and that do not answer: with the
// modular daemons each of them is a program of its own.
func (c *Conn) Missing(ctx context.Context) ([]string, error) {
	return ask(ctx, c, func(o *op) ([]string, error) {
		var missing []string
		try := func(name, call string, list func() ([]string, error)) {
			o.at(call)
			if _, err := list(); err != nil {
				missing = append(missing, name)
			}
		}
		try("storage", "virConnectListStoragePools", o.l.ListStoragePools)
		if c.System() {
			try("network", "virConnectListNetworks", o.l.ListNetworks)
			try("nwfilter", "virConnectListNWFilters", o.l.ListNWFilters)
		}
		return missing, nil
	})
}

// DefaultNetwork says whether libvirt's network of that name is "on" or "off"; ""
// when there is none.
func (c *Conn) DefaultNetwork(ctx context.Context) (string, error) {
	return ask(ctx, c, func(o *op) (string, error) {
		o.at("virNetworkLookupByName")
		n, err := o.l.LookupNetworkByName("default")
		if isCode(err, libvirt.ERR_NO_NETWORK) || isCode(err, libvirt.ERR_NO_SUPPORT) {
			return "", nil
		}
		if err != nil {
			return "", err
		}
		defer n.Free()
		o.at("virNetworkIsActive")
		active, err := n.IsActive()
		if active {
			return "on", err
		}
		return "off", err
	})
}
