package main

// What keeps the program small: what must not come in again, and that it is built in
// the same way wherever it is built. How large it is, the benchmarks and the release
// check say, which build it.

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// heavy are packages that cost more than what they do for us, and who may import them
// all the same, because it leaves out what makes them heavy.
var heavy = map[string][]string{
	// They call methods by name, so that the linker keeps every method there is:
	// 3 MB. cobra reaches them only through functions that we do not call.
	"text/template": {"github.com/spf13/cobra"},
	"html":          nil, // html/template, and the names of 2,000 characters

	"libvirt.org/go/libvirtxml":         nil, // 0.6 MB: all of a format of which we use a page
	"charm.land/fang/v2":                nil, // 0.4 MB for help in one language
	"github.com/diskfs/go-diskfs":       nil, // 0.3 MB for three files in a directory
	"github.com/klauspost/compress":     nil, // 0.1 MB beside compress/flate, which net/http needs
	"golang.org/x/text":                 nil, // 0.2 MB of tables
	"github.com/santhosh-tekuri":        nil,
	"github.com/invopop/jsonschema":     nil,
	"github.com/owenrumney/go-sarif/v3": nil,
}

type goPackage struct {
	ImportPath string
	Imports    []string
}

// linkedIn asks go what the program is made of.
func linkedIn(t *testing.T) []goPackage {
	t.Helper()
	c := exec.Command("go", "list", "-deps", "-json=ImportPath,Imports", "-tags=libvirt_dlopen,libvirt_without_lxc,nethttpomithttp2", ".")
	var stderr bytes.Buffer
	c.Stderr = &stderr
	out, err := c.Output()
	if err != nil {
		if _, absent := exec.LookPath("go"); absent != nil {
			t.Skip("no go command here")
		}
		t.Fatalf("go list: %v\n%s", err, stderr.String())
	}
	var all []goPackage
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p goPackage
		if err := d.Decode(&p); err == io.EOF {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

// tooHeavy names every import of something heavy.
func tooHeavy(all []goPackage) (found []string) {
	for _, p := range all {
		for _, i := range p.Imports {
			for name, allowed := range heavy {
				own := p.ImportPath == name || strings.HasPrefix(p.ImportPath, name+"/")
				if (i == name || strings.HasPrefix(i, name+"/")) && !own && !slices.Contains(allowed, p.ImportPath) {
					found = append(found, p.ImportPath+" imports "+i)
				}
			}
		}
	}
	return found
}

func TestNothingHeavyIsLinkedIn(t *testing.T) {
	all := linkedIn(t)
	if len(all) < 100 {
		t.Fatalf("only %d packages seen", len(all))
	}
	for _, found := range tooHeavy(all) {
		t.Error(found)
	}
	// 0.35 MB of tables, and nobody asks for what is in them.
	if !slices.ContainsFunc(all, func(p goPackage) bool {
		return p.ImportPath == "github.com/rivo/uniseg" && slices.Contains(p.Imports, "github.com/clipperhouse/displaywidth")
	}) {
		t.Error("ui/uniseg does not stand in for github.com/rivo/uniseg")
	}
}

func TestWhatIsHeavyIsNoticed(t *testing.T) {
	for _, p := range []goPackage{
		{"github.com/clawarium/clawarium/checks/report", []string{"fmt", "html/template"}},
		{"github.com/clawarium/clawarium/provision/guest", []string{"text/template"}},
		{"github.com/clawarium/clawarium/provision/guest", []string{"github.com/diskfs/go-diskfs/filesystem/iso9660"}},
		{"some/library", []string{"golang.org/x/text/language"}},
	} {
		if len(tooHeavy([]goPackage{p})) != 1 {
			t.Errorf("%v is not noticed", p)
		}
	}
	if found := tooHeavy([]goPackage{{"github.com/spf13/cobra", []string{"text/template"}}, {"x", []string{"htmlx", "text/template2"}}}); len(found) > 0 {
		t.Error(found)
	}
}

// flagsOf finds, in whatever stands around them, the flags of the compiler and the
// linker that make the program small.
func flagsOf(text string) (flags []string) {
	for word := range strings.FieldsFuncSeq(text, func(r rune) bool { return strings.ContainsRune(" \t\n\"'", r) }) {
		for _, prefix := range []string{"-overlay=", "-gcflags=", "-d=", "-funcalign=", "-extldflags=", "-Os", "-f", "CGO_CFLAGS=", "nethttp"} {
			if strings.HasPrefix(word, prefix) {
				if flag := strings.TrimPrefix(word, "CGO_CFLAGS="); flag != "" {
					flags = append(flags, flag)
				}
				break
			}
		}
	}
	slices.Sort(flags)
	return slices.Compact(flags)
}

func TestThePublishedProgramIsBuiltLikeOurs(t *testing.T) {
	root := filepath.Join("..", "..")
	make, err := exec.Command("make", "-C", root, "--no-print-directory", "-n", "build", "VERSION=x", "GOOS=linux").Output()
	if err != nil {
		t.Skipf("no make here: %v", err)
	}
	release, err := os.ReadFile(filepath.Join(root, ".goreleaser.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	tags, err := os.ReadFile(filepath.Join(root, "Makefile")) // they go by the environment
	if err != nil {
		t.Fatal(err)
	}
	ours, theirs := flagsOf(string(make)), flagsOf(string(release))
	for _, tag := range []string{"libvirt_dlopen", "libvirt_without_lxc", "nethttpomithttp2"} {
		if !strings.Contains(string(tags), tag) || !strings.Contains(string(release), tag) {
			t.Errorf("the tag %s is missing", tag)
		}
	}
	theirs = slices.DeleteFunc(theirs, func(flag string) bool { return strings.HasPrefix(flag, "nethttp") })
	if len(ours) < 10 || !slices.Equal(ours, theirs) {
		t.Errorf("make build has\n%q\n.goreleaser.yaml has\n%q", ours, theirs)
	}
}
