package image

import "syscall"

// groupOfItsOwn lets a program be signalled with all that it starts, and has the
// kernel end it when we are killed. Not asked to end: mmdebstrap, asked, waits
// for ever for children that were not.
func groupOfItsOwn() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
