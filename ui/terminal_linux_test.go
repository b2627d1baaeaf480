package ui

import "golang.org/x/sys/unix"

const getTermios = unix.TCGETS

// stopOutput has the terminal take no more, as ctrl-s does.
func stopOutput(fd int) error { return unix.IoctlSetInt(fd, unix.TCXONC, unix.TCOOFF) }
