// Package packed unpacks what is embedded small: a tar archive, compressed by gzip. The
// files themselves lie beside it, to be read and changed; `go generate ./assets/...`
// packs them anew, and a test holds both equal. It is a leaf.
package packed

import (
	"archive/tar"
	"compress/gzip"
	"io"
	"strings"
)

// Open returns the files of an archive by their names. It panics when that is none:
// archives are compiled in, and tested.
func Open(archive string) map[string][]byte {
	unzipped, err := gzip.NewReader(strings.NewReader(archive))
	if err != nil {
		panic(err)
	}
	files := map[string][]byte{}
	for r := tar.NewReader(unzipped); ; {
		head, err := r.Next()
		if err == io.EOF {
			return files
		} else if err != nil {
			panic(err)
		}
		data := make([]byte, head.Size)
		if _, err := io.ReadFull(r, data); err != nil {
			panic(err)
		}
		files[head.Name] = data
	}
}
