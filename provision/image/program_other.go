//go:build !linux

package image

import "syscall"

// groupOfItsOwn lets a program be signalled with all that it starts.
func groupOfItsOwn() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
