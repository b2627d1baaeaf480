package ui

import "golang.org/x/sys/unix"

const getTermios = unix.TIOCGETA

// stopOutput has the terminal take no more, as ctrl-s does.
func stopOutput(fd int) error { return unix.IoctlSetInt(fd, unix.TIOCSTOP, 0) }
