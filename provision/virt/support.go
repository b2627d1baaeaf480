package virt

// This file asks what machines this libvirt can run.

import (
	"context"
	"fmt"

	"libvirt.org/go/libvirt"

	"github.com/clawarium/clawarium/assets/text"
)

// Support is what libvirt says of one kind of machine.
type Support struct {
	Emulator string // path of QEMU
	Machine  string // the machine type behind q35 or virt
	UEFI     bool   // firmware can be picked automatically
	Loaders  []string
	MaxCPUs  int
}

// Supports asks libvirt whether it can run a machine of arch (amd64 or arm64),
// with KVM (on macOS hvf) or by emulation. A fault that says what to install when it cannot;
// ErrNoFirmware when it has no UEFI firmware for it.
func (c *Conn) Supports(ctx context.Context, arch string, kvm bool) (Support, error) {
	kind, ok := libvirtArch[arch]
	if !ok {
		return Support{}, badSpec("architecture", arch)
	}
	virtType := "qemu"
	if kvm {
		virtType = helpName
	}
	t := &text.T().Virt
	s, err := ask(ctx, c, func(o *op) (Support, error) {
		o.slow("virConnectGetDomainCapabilities")
		x, err := o.l.GetDomainCapabilities("", kind.arch, kind.machine, virtType, 0)
		if err != nil {
			if isCode(err, libvirt.ERR_INVALID_ARG) || isCode(err, libvirt.ERR_CONFIG_UNSUPPORTED) || isCode(err, libvirt.ERR_INTERNAL_ERROR) {
				return Support{}, fault(nil, fmt.Sprintf(t.NoEmulator, kind.arch, virtType), t.NoEmulatorHint, err)
			}
			return Support{}, err
		}
		var caps capabilitiesXML
		if err := read(x, &caps); err != nil {
			return Support{}, err
		}
		s := Support{Emulator: caps.Path, Machine: caps.Machine, MaxCPUs: caps.VCPU.Max, Loaders: caps.OS.Loaders}
		for _, e := range caps.OS.Enums {
			for _, v := range e.Values {
				s.UEFI = s.UEFI || e.Name == "firmware" && v == "efi"
			}
		}
		return s, nil
	})
	if err == nil && !s.UEFI && len(s.Loaders) == 0 {
		err = fault(ErrNoFirmware, t.NoFirmware, t.NoFirmwareHint, nil)
	}
	return s, err
}
