// Package collector holds the program that looks around inside the guest. It is
// sent over SSH, read by python3 from its standard input and leaves nothing.
package collector

import _ "embed"

// Program is the collector. It runs as root, changes nothing, and prints one
// JSON object.
//
//go:embed collect.py
var Program []byte
