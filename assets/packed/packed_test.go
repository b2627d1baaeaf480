package packed

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// stale names what an archive has otherwise than the files that it was made from.
func stale(archive, files map[string][]byte) (names []string) {
	for name, data := range files {
		if packed, ok := archive[name]; !ok || !bytes.Equal(packed, data) {
			names = append(names, name)
		}
	}
	for name := range archive {
		if _, ok := files[name]; !ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// Which files belong to which archive, the directives say that make them.
func TestTheArchivesAreMadeFromTheFilesBesideThem(t *testing.T) {
	sources, err := filepath.Glob("../*/*.go")
	if err != nil {
		t.Fatal(err)
	}
	archives := 0
	for _, source := range sources {
		text, err := os.ReadFile(source)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			args, is := strings.CutPrefix(line, "//go:generate go run ../packed/make ")
			if !is {
				continue
			}
			archives++
			dir, words := filepath.Dir(source), strings.Fields(args)
			packed, err := os.ReadFile(filepath.Join(dir, words[0]))
			if err != nil {
				t.Fatal(err)
			}
			files := map[string][]byte{}
			for _, pattern := range words[1:] {
				found, err := filepath.Glob(filepath.Join(dir, pattern))
				if err != nil || len(found) == 0 {
					t.Fatalf("%s: no file is called %s (%v)", source, pattern, err)
				}
				for _, path := range found {
					data, err := os.ReadFile(path)
					if err != nil {
						t.Fatal(err)
					}
					name, _ := filepath.Rel(dir, path) // both are relative
					files[filepath.ToSlash(name)] = data
				}
			}
			for _, name := range stale(Open(string(packed)), files) {
				t.Errorf("%s is not as it is in %s: run `go generate ./assets/...`", filepath.Join(dir, name), words[0])
			}
		}
	}
	if archives < 4 {
		t.Errorf("only %d archives were found", archives)
	}
}

func TestAnArchiveThatIsNotOfItsFilesIsNoticed(t *testing.T) {
	files := map[string][]byte{"a": []byte("1"), "b": []byte("2")}
	if names := stale(maps.Clone(files), files); len(names) > 0 {
		t.Errorf("equal, and yet %v", names)
	}
	for name, archive := range map[string]map[string][]byte{
		"b": {"a": []byte("1"), "b": []byte("3")},
		"a": {"b": []byte("2")},
		"c": {"a": []byte("1"), "b": []byte("2"), "c": nil},
	} {
		if names := stale(archive, files); !slices.Equal(names, []string{name}) {
			t.Errorf("%v instead of %s", names, name)
		}
	}
}

func TestWhatIsNoArchiveIsNotTakenForOne(t *testing.T) {
	for _, archive := range []string{"", "no archive", "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff\x01"} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%q is taken for an archive", archive)
				}
			}()
			Open(archive)
		}()
	}
}
