// Package collector holds the program that looks around inside the guest. It is
// sent over SSH, read by python3 from its standard input and leaves nothing.
package collector

import (
	_ "embed"
	"slices"
)

var (
	//go:embed collect.py
	base []byte
	//go:embed guest.py
	guest []byte
	//go:embed kept.py
	kept []byte
	// Drill tries to get out of the machine. It is no part of the collector: it runs
	// by itself, talks with the host while it does, and takes seconds.
	//
	//go:embed drill.py
	Drill []byte
)

// Program is the collector. It runs as root, changes nothing, and prints one
// JSON object. Its parts are one program: each adds facts to MORE.
var Program = slices.Concat(base, guest, kept, []byte("\n\nmain()\n"))
