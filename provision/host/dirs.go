// Package host is what clawarium needs from the computer that it runs on: its
// own directories, an HTTP client that knows the owner's proxy and extra CA,
// and the host packages.
package host

import (
	"path/filepath"

	"github.com/adrg/xdg"
)

// Dirs are the places on the host where clawarium keeps things. All are made
// with mode 0700.
type Dirs struct {
	State string // machines and their journals, keys and logs
	Cache string // images, tarballs and code disks; can be deleted at any time
}

// UserDirs follows the XDG base directory specification.
func UserDirs() Dirs {
	return Dirs{
		State: filepath.Join(xdg.StateHome, "clawarium"),
		Cache: filepath.Join(xdg.CacheHome, "clawarium"),
	}
}

// Machine is the directory of one machine.
func (d Dirs) Machine(name string) string { return filepath.Join(d.State, "machines", name) }

// Images is the cache of base images.
func (d Dirs) Images() string { return filepath.Join(d.Cache, "images") }

// Tarballs is the cache of npm tarballs.
func (d Dirs) Tarballs() string { return filepath.Join(d.Cache, "tarballs") }

// Code is the cache of code disks.
func (d Dirs) Code() string { return filepath.Join(d.Cache, "code") }
