package virt

// This file works around a directory that libvirt forgets to make.

import (
	"context"
	"errors"
	"io/fs"
	"net/netip"
	"os"
)

// networkStateDir is where libvirt writes down the MAC addresses of every
// virtual network, ours too. It makes the directory only when a network with
// DNS or DHCP first starts. Where none ever has, a guest on a network without
// both cannot start: "Failed to create file '…/dnsmasq/….macs.new'". Seen with
// libvirt 9.0.
const networkStateDir = "/var/lib/libvirt/dnsmasq"

// onceName is a network that exists for a moment.
func onceName(name string) string { return name + "-once" }

// ensureStateDir has libvirt make its directory where it is missing: by a
// transient network with DNS, which no guest ever joins and which is gone when
// this returns. An ordinary user can do no other.
func (c *Conn) ensureStateDir(ctx context.Context, s NetworkSpec) error {
	if c.uri != SystemURI {
		return nil
	}
	if _, err := os.Stat(networkStateDir); !errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	routes, err := HostRoutes()
	if err != nil {
		return err
	}
	subnet, err := c.FreeSubnet(ctx, append(routes, netip.PrefixFrom(s.HostIP, s.Bits)))
	if err != nil {
		return err
	}
	x, err := written(networkXML{
		Name:     onceName(s.name()),
		Metadata: &innerXML{Tag{Machine: s.Machine, Version: s.Version}.xml()},
		IPs:      []networkIP{{Address: subnet.Addr().Next().String(), Prefix: subnet.Bits()}},
	})
	if err != nil {
		return err
	}
	return c.do(ctx, func(o *op) error {
		if err := o.removeOnce(s.Machine); err != nil {
			return err
		}
		o.at("virNetworkCreateXML")
		once, err := o.l.NetworkCreateXML(x)
		if err != nil {
			return err
		}
		defer once.Free()
		o.at("virNetworkDestroy")
		return once.Destroy()
	})
}

// removeOnce removes the network of a moment that a killed process left.
func (o *op) removeOnce(machine string) error {
	n, err := o.network(onceName(NetworkSpec{Machine: machine}.name()))
	if n == nil || err != nil {
		return err
	}
	defer n.Free()
	is, err := o.describeNetwork(n)
	if err != nil || is.Tag.Machine != machine {
		return err // another machine may be called so
	}
	o.at("virNetworkDestroy")
	return n.Destroy()
}
