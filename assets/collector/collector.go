// Package collector holds the program that looks around inside the guest. It is
// sent over SSH, read by python3 from its standard input and leaves nothing.
package collector

import (
	_ "embed" // the archive
	"slices"
	"sync"

	"github.com/clawarium/clawarium/assets/packed"
)

//go:generate go run ../packed/make collector.tar.gz *.py bip39.txt

//go:embed collector.tar.gz
var archive string

var files = sync.OnceValue(func() map[string][]byte { return packed.Open(archive) })

// Program is the collector. It runs as root, changes nothing, and prints one
// JSON object. Its parts are one program: each adds facts to MORE.
func Program() []byte {
	f := files()
	return slices.Concat(f["collect.py"], f["guest.py"], f["kept.py"], []byte("\n\nmain()\n"))
}

// SeedWords are the words of seed phrases: the English list of BIP-39, sorted, one
// word a line. They are sent along each time.
func SeedWords() string { return string(files()["bip39.txt"]) }

// Drill tries to get out of the machine. It is no part of the collector: it runs
// by itself, talks with the host while it does, and takes seconds.
func Drill() []byte { return files()["drill.py"] }
