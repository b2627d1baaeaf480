// Package guestfiles holds the files that clawarium puts into the machine. Those
// called .tmpl depend on the plan: a value goes where they say @NAME@. It is a leaf.
package guestfiles

import (
	_ "embed" // the archive
	"slices"
	"sync"

	"github.com/clawarium/clawarium/assets/packed"
)

//go:generate go run ../packed/make files.tar.gz *.tmpl *.sh *.py *.conf *.mount

//go:embed files.tar.gz
var archive string

var files = sync.OnceValue(func() map[string][]byte { return packed.Open(archive) })

// Read returns one of them: the seed's templates, the SSH configuration, units and
// scripts. It panics when there is none of that name.
func Read(name string) []byte {
	data, ok := files()[name]
	if !ok {
		panic("no file for the machine is called " + name)
	}
	return slices.Clone(data)
}
