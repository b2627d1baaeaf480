package host

// This file: what only macOS is asked, and what takes the place of Linux's answers there.

import (
	"os"

	"golang.org/x/sys/unix"

	"github.com/clawarium/clawarium/checks/preflight"
)

// ACL is not asked: a session's QEMU runs as its owner.
func ACL(string) []preflight.ACL { return nil }

// HVF says whether the kernel offers the processor's help for virtual machines
// (Hypervisor.framework).
var HVF = func() (bool, error) {
	n, err := unix.SysctlUint32("kern.hv_support")
	return n == 1, err
}

func anonymous(dir string) (*os.File, error) { return unlinked(dir) }
