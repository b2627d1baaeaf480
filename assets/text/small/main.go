// Small prepares the texts for the program as it is published, where both languages are
// packed and their variables left out:
//
//	go run ./assets/text/small DIRECTORY
//	go build -overlay=DIRECTORY/overlay.json …
//
// writes into the directory, which is named from the root of the source, the packed
// languages, the files of package text without values, and the list by which go build
// takes these instead. Without it the same program is made, only larger.
package main

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/clawarium/clawarium/assets/text"
)

// where the package is, from the root of the source.
const where = "assets/text"

// languages is what becomes of the file of that name.
const languages = `package text

import (
	_ "embed"
	"sync"
)

var (
	//go:embed en.gz
	packedEnglish string
	//go:embed zh.gz
	packedChinese string

	english = sync.OnceValue(func() *Strings { return unpack(packedEnglish) })
	chinese = sync.OnceValue(func() *Strings { return unpack(packedChinese) })
)

func in(lang string) *Strings {
	if lang == Chinese {
		return chinese()
	}
	return english()
}
`

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "small DIRECTORY")
		os.Exit(2)
	}
	if err := prepare(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func prepare(dir string) error {
	files := map[string][]byte{"languages.go": []byte(languages)}
	for name, lang := range map[string]string{"en.gz": text.English, "zh.gz": text.Chinese} {
		text.Use(lang)
		files[name] = text.Pack(text.T())
	}
	sources, err := filepath.Glob(filepath.Join(where, "*.go"))
	if err != nil || len(sources) == 0 {
		return fmt.Errorf("%s has no source: call this in the root of it (%v)", where, err)
	}
	for _, source := range sources {
		name := filepath.Base(source)
		if _, there := files[name]; there || strings.HasSuffix(name, "_test.go") {
			continue
		}
		data, err := os.ReadFile(source)
		if err != nil {
			return err
		}
		if files[name], err = withoutValues(data); err != nil {
			return err
		}
	}
	overlay := struct{ Replace map[string]string }{map[string]string{}}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for name, data := range files {
		// Not called .go, so that they are no package of their own.
		path := filepath.Join(dir, strings.TrimSuffix(name, ".go"))
		if err := os.WriteFile(path, data, 0o644); err != nil {
			return err
		}
		overlay.Replace[filepath.Join(where, name)] = path
	}
	list, err := json.Marshal(overlay)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "overlay.json"), list, 0o644)
}

// value is what the variables that hold a language are called.
var value = regexp.MustCompile(`^((en|zh)[A-Z].*|english|chinese)$`)

// withoutValues leaves them out of a file.
func withoutValues(source []byte) ([]byte, error) {
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, "", source, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	for _, d := range file.Decls {
		if vars, ok := d.(*ast.GenDecl); ok && vars.Tok == token.VAR {
			vars.Specs = slices.DeleteFunc(vars.Specs, func(s ast.Spec) bool {
				return value.MatchString(s.(*ast.ValueSpec).Names[0].Name)
			})
		}
	}
	file.Decls = slices.DeleteFunc(file.Decls, func(d ast.Decl) bool {
		vars, ok := d.(*ast.GenDecl)
		return ok && vars.Tok == token.VAR && len(vars.Specs) == 0
	})
	var out strings.Builder
	err = format.Node(&out, set, file)
	return []byte(out.String()), err
}
