package image

import "syscall"

// groupOfItsOwn lets a program be signalled with all that it starts, and has the
// kernel ask it to end when we are killed.
func groupOfItsOwn() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
}
