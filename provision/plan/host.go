package plan

import (
	"os"
	"path/filepath"
	"runtime"

	"golang.org/x/sys/unix"
)

// Host is what a plan's defaults and limits are derived from. A zero field is
// unknown, and nothing is compared with it.
type Host struct {
	// CPUs that this process may use.
	CPUs int
	// Memory that is installed, in bytes.
	Memory Size
	// FreeDisk is what may still be written at Path, in bytes, the reserve for
	// root left out. For a machine that exists already, the caller adds what its
	// own disks occupy. A full disk is 1, since 0 is unknown.
	FreeDisk Size
	// Path is where the disks will lie, for the messages.
	Path string
}

// HostFacts reads this host. path is where the machine's disks will lie; it
// need not exist yet. What cannot be read stays zero.
func HostFacts(path string) Host {
	h := Host{CPUs: runtime.NumCPU(), Memory: installedMemory(), Path: path}
	if free, ok := freeDisk(path); ok {
		h.FreeDisk = max(free, 1)
	}
	return h
}

// freeDisk asks the file system of path, or of the nearest folder above it that
// exists.
func freeDisk(path string) (Size, bool) {
	path, err := filepath.Abs(path)
	if err != nil {
		return 0, false
	}
	for {
		var st unix.Statfs_t
		err := unix.Statfs(path, &st)
		if err == nil {
			// Field types differ between systems, and a network file system may
			// report more than an int64 holds.
			free := uint64(st.Bavail) * uint64(st.Bsize)
			return Size(min(free, 1<<62)), true
		}
		parent := filepath.Dir(path)
		if !os.IsNotExist(err) || parent == path {
			return 0, false
		}
		path = parent
	}
}
