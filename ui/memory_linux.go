package ui

import (
	"os"
	"strconv"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

// spare finds what can be given back: the code of the program and of the libraries that
// libvirt brings, and the program's constants. Most of it is needed only to start, or to
// look at the computer. What is found stays where it is as long as the process lives,
// since until now nothing was opened that would be closed again.
func spare() []mapping {
	maps, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		return nil
	}
	return unwritable(string(maps), uintptr(unsafe.Pointer(unsafe.StringData(constants))))
}

// constants is one of them.
const constants = "where the constants of the program are"

// giveBack gives pages back. Nothing is lost, since nobody can write to them: one that
// is wanted again comes from the cache of its file.
func giveBack(pages []mapping) {
	for _, m := range pages {
		_, _, _ = unix.Syscall(unix.SYS_MADVISE, m.from, m.to-m.from, unix.MADV_DONTNEED) // it is as well without
	}
}

// unwritable finds code, and the part in which a constant lies, in what the kernel says
// as "00402000-00a2a000 r-xp 00002000 fe:00 1234   /usr/bin/clawarium". Other parts that
// cannot be written to may have been, before they were closed; so may code that is at
// the beginning of its file, while the rest of the file is put in place.
func unwritable(maps string, constant uintptr) (found []mapping) {
	for line := range strings.Lines(maps) {
		f := strings.Fields(line)
		if len(f) != 6 || !strings.HasPrefix(f[5], "/") {
			continue
		}
		first, last, _ := strings.Cut(f[0], "-")
		from, err := strconv.ParseUint(first, 16, 64)
		to, err2 := strconv.ParseUint(last, 16, 64)
		offset, err3 := strconv.ParseUint(f[2], 16, 64)
		if err != nil || err2 != nil || err3 != nil {
			continue
		}
		m := mapping{uintptr(from), uintptr(to)}
		if f[1] == "r-xp" && offset > 0 || f[1] == "r--p" && m.from <= constant && constant < m.to {
			found = append(found, m)
		}
	}
	return found
}
