package ui

import (
	"os"
	"runtime"
	"strconv"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

// giveBack gives back the pages of the program itself: most of its 14 MB are needed only
// to start, or to look at the computer, and a page that is wanted again comes from the
// file's cache. Nothing is lost, since nobody can write to what is given back: the code
// and the constants.
func giveBack() {
	code, _, _, ok := runtime.Caller(0)
	maps, err := os.ReadFile("/proc/self/maps")
	if !ok || err != nil {
		return
	}
	constant := uintptr(unsafe.Pointer(unsafe.StringData(constants)))
	for _, m := range unwritable(string(maps), code, constant) {
		_, _, _ = unix.Syscall(unix.SYS_MADVISE, m.from, m.to-m.from, unix.MADV_DONTNEED) // it is as well without
	}
}

// constants is one of them.
const constants = "where the constants of the program are"

// mapping is a part of a process's memory.
type mapping struct{ from, to uintptr }

// unwritable finds the parts of files in which addresses lie and which cannot be
// written to, in what the kernel says as
// "00402000-00a2a000 r-xp 00002000 fe:00 1234   /usr/bin/clawarium".
func unwritable(maps string, addresses ...uintptr) (found []mapping) {
	for line := range strings.Lines(maps) {
		f := strings.Fields(line)
		if len(f) < 6 || !strings.HasPrefix(f[5], "/") || (f[1] != "r-xp" && f[1] != "r--p") {
			continue
		}
		first, last, _ := strings.Cut(f[0], "-")
		from, err := strconv.ParseUint(first, 16, 64)
		to, err2 := strconv.ParseUint(last, 16, 64)
		if err != nil || err2 != nil {
			continue
		}
		for _, a := range addresses {
			if uintptr(from) <= a && a < uintptr(to) {
				found = append(found, mapping{uintptr(from), uintptr(to)})
				break
			}
		}
	}
	return found
}
