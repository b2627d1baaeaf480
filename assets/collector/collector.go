// Package collector holds the program that looks around inside the guest. It is
// sent over SSH and read by python3 from its standard input.
package collector

import (
	"crypto/sha256"
	_ "embed" // the archive
	"encoding/json"
	"fmt"
	"slices"
	"strings"
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

// Once is a program that runs source with params (both are Python: text and a literal),
// compiled once after each start of the machine. It keeps what it compiled in directory,
// where own, a directory, says that it is a machine of ours.
func Once(params, source []byte, directory, own string) []byte {
	return []byte(strings.NewReplacer(
		"@PARAMS@", string(params), "@SOURCE@", literal(string(source)), "@DIRECTORY@", literal(directory), "@OWN@", literal(own),
		"@DIGEST@", fmt.Sprintf("%x", sha256.Sum256(source)),
	).Replace(string(files()["once.py"])))
}

// literal is a string of Python's: JSON's are, as long as they are of valid UTF-8.
func literal(s string) string {
	quoted, err := json.Marshal(s)
	if err != nil {
		panic(err) // strings always marshal
	}
	return string(quoted)
}

// SeedWords are the words of seed phrases: the English list of BIP-39, sorted, one
// word a line. They are sent along each time.
func SeedWords() string { return string(files()["bip39.txt"]) }

// Drill tries to get out of the machine. It is no part of the collector: it runs
// by itself, talks with the host while it does, and takes seconds.
func Drill() []byte { return files()["drill.py"] }
