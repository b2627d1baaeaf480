// Package openclaw carries what says exactly which code the machine runs: the
// npm lockfile of the code disk, and the schema that OpenClaw itself exports
// for its configuration. README.md says how both are made anew. It is a leaf.
package openclaw

import _ "embed"

// Lockfile describes the whole code disk: OpenClaw, Node for every supported
// processor, and each package they need with its SHA-512. It holds no address;
// the registry is chosen when a disk is built.
//
//go:embed package-lock.json
var Lockfile []byte

// PackageJSON is what the lockfile was made from.
//
//go:embed package.json
var PackageJSON []byte
