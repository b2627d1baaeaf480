package host

// This file: what only macOS is asked, and what takes the place of Linux's answers there.

import (
	"os"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/checks/preflight"
)

// Homebrew puts its directory on the path of a login shell, and on Apple silicon only
// once its owner has said so. What it installed is found all the same, here and by the
// session's libvirt, which has our environment where it is started for us.
func init() {
	path := os.Getenv("PATH")
	for _, dir := range []string{"/opt/homebrew/bin", "/opt/homebrew/sbin", "/usr/local/bin", "/usr/local/sbin"} {
		if !strings.Contains(":"+path+":", ":"+dir+":") {
			path += ":" + dir
		}
	}
	os.Setenv("PATH", strings.TrimPrefix(path, ":"))
	checks.ProcessTable = processes
}

// processes asks the kernel for all of them. Of another account's it says the name
// alone, unless root asks.
func processes(f func(pid int, args []string)) error {
	all, err := unix.SysctlKinfoProcSlice("kern.proc.all")
	if err != nil {
		return err
	}
	for i := range all {
		p := &all[i].Proc
		args := []string{unix.ByteSliceToString(p.P_comm[:])}
		if raw, err := unix.SysctlRaw("kern.procargs2", int(p.P_pid)); err == nil {
			if own := argumentsOf(raw); len(own) > 0 {
				args = own
			}
		}
		f(int(p.P_pid), args)
	}
	return nil
}

// ACL is not asked: a session's QEMU runs as its owner.
func ACL(string) []preflight.ACL { return nil }

// HVF says whether the kernel offers the processor's help for virtual machines
// (Hypervisor.framework).
var HVF = func() (bool, error) {
	n, err := unix.SysctlUint32("kern.hv_support")
	return n == 1, err
}

func anonymous(dir string) (*os.File, error) { return unlinked(dir) }
