package ui

import "golang.org/x/sys/unix"

// dup2 makes to another descriptor of what from is one of. Not every architecture
// has the system call of that name.
func dup2(from, to int) error { return unix.Dup3(from, to, 0) }
