// Package openclaw carries what says exactly which code the machine runs: the
// npm lockfile of the code disk, and the schema that OpenClaw itself exports
// for its configuration. README.md says how both are made anew. It is a leaf.
package openclaw

import (
	_ "embed" // the archive

	"github.com/clawarium/clawarium/assets/packed"
)

//go:generate go run ../packed/make code.tar.gz package.json package-lock.json

//go:embed code.tar.gz
var archive string

// Lockfile describes the whole code disk: OpenClaw, Node for every supported
// processor, and each package they need with its SHA-512. It holds no address;
// the registry is chosen when a disk is built.
func Lockfile() []byte { return packed.Open(archive)["package-lock.json"] }

// PackageJSON is what the lockfile was made from.
func PackageJSON() []byte { return packed.Open(archive)["package.json"] }
