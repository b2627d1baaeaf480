// Package images is the catalogue of official base images, pinned by digest,
// and the recipe by which a base image is built from Debian packages. It is a
// leaf: data and how to read it, no behaviour.
//
// The digests were taken from the image templates of the Lima project and found
// equal in two other public sources; the sizes were in none of them and are
// therefore 0, unknown.
package images

import (
	"crypto/sha256"
	_ "embed" // the catalogue and the recipe
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"sync"

	"github.com/clawarium/clawarium/assets/packed"
)

// Catalogue is one release of the publisher's images.
type Catalogue struct {
	// Publisher is the https address of the directory that holds one directory
	// a codename, which holds one a release.
	Publisher    string  `json:"publisher"`
	Distribution string  `json:"distribution"`
	Codename     string  `json:"codename"`
	Release      string  `json:"release"`
	Date         string  `json:"date"` // of the release, ISO 8601
	Images       []Entry `json:"images"`
}

// Entry is one image of the release.
type Entry struct {
	Arch   string `json:"arch"`   // Debian's name: amd64 or arm64
	File   string `json:"file"`   // in the directory of the release
	Latest string `json:"latest"` // its name in the directory "latest"
	Size   int64  `json:"size"`   // bytes; 0 is unknown
	SHA512 string `json:"sha512"` // 128 lower-case hexadecimal digits
}

// Recipe is how the image is built from packages.
type Recipe struct {
	Packages  []string // for the architecture asked for
	Essential string   // shell: run before the packages come
	Customize string   // shell: run when they are configured
	Assemble  string   // shell: tar archive in, qcow2 out
}

//go:generate go run ../packed/make images.tar.gz images.json build/*

//go:embed images.tar.gz
var archive string

var files = sync.OnceValue(func() map[string][]byte { return packed.Open(archive) })

// Official returns the catalogue that was compiled in. It panics when that is
// not valid JSON, which a test rules out.
func Official() Catalogue {
	var c Catalogue
	if err := json.Unmarshal(files()["images.json"], &c); err != nil {
		panic(fmt.Sprintf("assets/images/images.json: %v", err))
	}
	return c
}

// For returns the entry for an architecture.
func (c Catalogue) For(arch string) (Entry, bool) {
	for _, e := range c.Images {
		if e.Arch == arch {
			return e, true
		}
	}
	return Entry{}, false
}

// Build returns the recipe for an architecture.
func Build(arch string) Recipe {
	part := func(name string) string { return string(files()["build/"+name]) }
	r := Recipe{Essential: part("essential.sh"), Customize: part("customize.sh"), Assemble: part("assemble.sh")}
	for line := range strings.Lines(part("packages.txt")) {
		line, _, _ = strings.Cut(line, "#")
		if line = strings.TrimSpace(line); line != "" {
			r.Packages = append(r.Packages, strings.ReplaceAll(line, "@ARCH@", arch))
		}
	}
	return r
}

// Hash names the recipe: 64 hexadecimal digits that change with anything in it.
func (r Recipe) Hash() string {
	h := sha256.New()
	for _, part := range append([]string{r.Essential, r.Customize, r.Assemble}, r.Packages...) {
		fmt.Fprintf(h, "%d:%s", len(part), part)
	}
	return hex.EncodeToString(h.Sum(nil))
}
