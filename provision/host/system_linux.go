package host

// This file: what only Linux is asked, and its files without a name.

import (
	"encoding/binary"
	"os"

	"golang.org/x/sys/unix"

	"github.com/clawarium/clawarium/checks/preflight"
)

// ACL reads the access control list of a directory; none when it has only its mode.
// The form is the kernel's (linux/posix_acl_xattr.h): a version, then tag, permissions
// and id of each entry, little-endian.
func ACL(path string) []preflight.ACL {
	data := make([]byte, 4096)
	n, err := unix.Getxattr(path, "system.posix_acl_access", data)
	if err != nil || n < 4 || binary.LittleEndian.Uint32(data) != 2 {
		return nil
	}
	var out []preflight.ACL
	for e := data[4:n]; len(e) >= 8; e = e[8:] {
		out = append(out, preflight.ACL{
			Tag: binary.LittleEndian.Uint16(e), Perm: binary.LittleEndian.Uint16(e[2:]), ID: binary.LittleEndian.Uint32(e[4:]),
		})
	}
	return out
}

// HVF is asked of Macs alone.
var HVF func() (bool, error)

// anonymous opens a file without a name, where the file system can: its directory
// does not change, and a kill leaves nothing.
func anonymous(dir string) (*os.File, error) {
	if f, err := os.OpenFile(dir, os.O_RDWR|unix.O_TMPFILE, 0o600); err == nil {
		return f, nil
	}
	return unlinked(dir)
}
