package provision

// The import rule of the design, asserted for the whole module: imports point
// one way, and what must not change a machine cannot.

import (
	"bytes"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/clawarium/clawarium"

// mayImport says what each of our packages may import of our own, besides
// assets: a path, or a path and all below it with "/...". A package that no line
// is about has no place in the design yet.
var mayImport = []struct {
	pkg     string
	imports []string
}{
	{"assets/...", nil},
	{"provision/plan", nil},
	{"checks/...", []string{"checks/...", "provision/plan"}},
	{"provision", []string{"checks", "provision/plan"}},
	{"provision/image", parts},
	{"provision/code", parts},
	{"provision/virt", parts},
	{"provision/guest", parts},
	{"provision/host", parts},
	{"provision/warden", parts},
	{"provision/steps", []string{"checks/...", "provision/..."}},
	{"ui/...", []string{"checks/...", "provision/...", "ui/..."}},
	{"cmd/...", []string{"checks/...", "provision/...", "ui/..."}},
}

// parts of provision do not know one another; steps put them together.
var parts = []string{"checks", "checks/preflight", "provision", "provision/plan"}

// foreign says who alone may import what belongs to others.
var foreign = []struct {
	imported string
	by       []string
}{
	{"libvirt.org/go/libvirt", []string{"provision/virt"}},
	{"libvirt.org/go/libvirtxml", []string{"provision/virt", "checks/..."}},
	{"charm.land/...", []string{"ui/..."}},
	{"github.com/spf13/cobra", []string{"cmd/..."}},
	{"github.com/invopop/jsonschema", []string{"provision/plan"}},
}

// mutators are packages that no import of checks, however indirect, may reach.
var mutators = []string{
	"os/exec", "plugin", "libvirt.org/go/libvirt", "golang.org/x/crypto/ssh/...",
	"github.com/google/renameio/...", "github.com/gofrs/flock",
	module + "/provision", module + "/provision/virt", module + "/provision/steps",
}

// readOnlyOS is all of package os that the source of checks may name.
var readOnlyOS = []string{
	"ReadFile", "ReadDir", "Readlink", "Open", "Stat", "Lstat", "DirFS", "Getenv", "LookupEnv", "Hostname",
	"Getuid", "Geteuid", "Getgid", "Getpid", "File", "FileInfo", "FileMode", "DirEntry", "ModePerm", "ModeSymlink",
	"ErrNotExist", "ErrPermission", "ErrDeadlineExceeded", "IsNotExist", "IsPermission", "UserHomeDir", "PathError",
	"SameFile", "ModeSetuid", "ModeSetgid",
}

// readOnlySyscall is all of package syscall that it may name: what errors and
// owners are called.
var readOnlySyscall = regexp.MustCompile(`^(E[A-Z0-9]+|Errno|Stat_t)$`)

// readOnlyFlags are those with which it may call os.OpenFile.
var readOnlyFlags = []string{"O_RDONLY", "O_NONBLOCK", "O_NOFOLLOW", "O_CLOEXEC", "O_DIRECTORY"}

// opensToRead says that a call opens a file with these flags alone.
func opensToRead(call *ast.CallExpr) bool {
	if len(call.Args) != 3 {
		return false
	}
	only := true
	ast.Inspect(call.Args[1], func(n ast.Node) bool {
		switch n := n.(type) {
		case nil, *ast.BinaryExpr:
		case *ast.SelectorExpr:
			only = only && slices.Contains(readOnlyFlags, n.Sel.Name)
			return false
		default:
			only = false
		}
		return true
	})
	return only
}

// systemCalls could do anything, so the source of checks imports none of them.
var systemCalls = []string{"unsafe", "golang.org/x/sys/...", "io/ioutil", "C"}

func matches(pattern, pkg string) bool {
	if base, ok := strings.CutSuffix(pattern, "/..."); ok {
		return pkg == base || strings.HasPrefix(pkg, base+"/")
	}
	return pattern == pkg
}

func anyMatches(patterns []string, pkg string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return matches(p, pkg) })
}

type listed struct {
	ImportPath string
	Imports    []string
}

// list asks go about every package of the module and what they need.
func list(t *testing.T, goos string) map[string]listed {
	t.Helper()
	gomod, err := exec.Command("go", "env", "GOMOD").Output()
	if err != nil {
		t.Skipf("no go command here: %v", err)
	}
	c := exec.Command("go", "list", "-e", "-deps", "-json=ImportPath,Imports", "-tags=libvirt_dlopen,libvirt_without_lxc", "./...")
	c.Dir = filepath.Dir(strings.TrimSpace(string(gomod)))
	c.Env = append(os.Environ(), "GOOS="+goos, "CGO_ENABLED=1")
	var stderr bytes.Buffer
	c.Stderr = &stderr
	out, err := c.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, stderr.String())
	}
	pkgs := map[string]listed{}
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		if err := dec.Decode(&p); err == io.EOF {
			return pkgs
		} else if err != nil {
			t.Fatal(err)
		}
		pkgs[p.ImportPath] = p
	}
}

// broken names every import that the rule forbids.
func broken(pkgs map[string]listed) (out []string) {
	for _, p := range pkgs {
		pkg, ours := strings.CutPrefix(p.ImportPath, module+"/")
		if !ours {
			continue
		}
		var allowed []string
		known := false
		for _, rule := range mayImport {
			if matches(rule.pkg, pkg) {
				allowed, known = rule.imports, true
				break
			}
		}
		if !known {
			out = append(out, pkg+" has no place in the design")
		}
		for _, i := range p.Imports {
			if own, ok := strings.CutPrefix(i, module+"/"); ok {
				if !matches("assets/...", own) && !anyMatches(allowed, own) {
					out = append(out, pkg+" imports "+own)
				}
				continue
			}
			for _, f := range foreign {
				if matches(f.imported, i) {
					if !anyMatches(f.by, pkg) {
						out = append(out, pkg+" imports "+i)
					}
					break
				}
			}
		}
		if !matches("checks/...", pkg) {
			continue
		}
		seen := map[string]bool{}
		var reach func(string, string)
		reach = func(via, i string) {
			if seen[i] {
				return
			}
			seen[i] = true
			if anyMatches(mutators, i) {
				out = append(out, pkg+" reaches "+i+" through "+via)
			}
			for _, next := range pkgs[i].Imports {
				reach(i, next)
			}
		}
		reach("", p.ImportPath)
	}
	slices.Sort(out)
	return out
}

func TestImportsPointOneWay(t *testing.T) {
	for _, goos := range []string{"linux", "darwin"} {
		pkgs := list(t, goos)
		if len(pkgs) < 50 || len(pkgs[module+"/provision"].Imports) == 0 {
			t.Fatalf("%s: only %d packages seen", goos, len(pkgs))
		}
		for _, b := range broken(pkgs) {
			t.Errorf("%s: %s", goos, b)
		}
	}
}

func TestEachForbiddenImportIsNoticed(t *testing.T) {
	for _, c := range [][2]string{
		{"assets/text", module + "/provision/plan"},
		{"provision/plan", module + "/checks"},
		{"provision", module + "/provision/steps"},
		{"provision/image", module + "/provision/code"},
		{"provision/code", module + "/provision/steps"},
		{"provision/steps", module + "/ui"},
		{"provision/steps", "libvirt.org/go/libvirt"},
		{"provision/guest", "libvirt.org/go/libvirtxml"},
		{"ui", module + "/cmd/clawarium"},
		{"cmd/clawarium", "charm.land/bubbletea/v2"},
		{"provision", "charm.land/lipgloss/v2"},
		{"ui", "github.com/spf13/cobra"},
		{"provision", "github.com/invopop/jsonschema"},
		{"checks", "os/exec"},
		{"checks/report", "golang.org/x/crypto/ssh/knownhosts"},
		{"checks", module + "/provision"},
		{"somewhere", "fmt"},
	} {
		pkg := module + "/" + c[0]
		if len(broken(map[string]listed{pkg: {pkg, []string{c[1]}}})) == 0 {
			t.Errorf("%s may import %s", c[0], c[1])
		}
	}
	for _, c := range [][2]string{
		{"assets/text", module + "/assets/layout"},
		{"provision/virt", "libvirt.org/go/libvirt"},
		{"checks", "libvirt.org/go/libvirtxml"},
		{"provision/steps", module + "/provision/virt"},
	} {
		pkg := module + "/" + c[0]
		if b := broken(map[string]listed{pkg: {pkg, []string{c[1]}}}); len(b) > 0 {
			t.Errorf("%s must be allowed: %v", c[0], b)
		}
	}
}

// changes names what a file of checks uses that could change a machine.
func changes(file *ast.File) (out []string) {
	names := map[string]string{} // in the file → of the package
	for _, i := range file.Imports {
		p, _ := strconv.Unquote(i.Path.Value)
		if anyMatches(systemCalls, p) {
			out = append(out, "imports "+p)
		}
		if p != "os" && p != "syscall" {
			continue
		}
		switch {
		case i.Name == nil:
			names[p] = p
		case i.Name.Name == ".":
			out = append(out, "imports "+p+" without a name")
		default:
			names[i.Name.Name] = p
		}
	}
	toRead := map[ast.Node]bool{} // os.OpenFile and its flags, where they only read
	ast.Inspect(file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		if s, ok := call.Fun.(*ast.SelectorExpr); ok && s.Sel.Name == "OpenFile" && opensToRead(call) {
			toRead[s] = true
			ast.Inspect(call.Args[1], func(n ast.Node) bool { toRead[n] = true; return true })
		}
		return true
	})
	ast.Inspect(file, func(n ast.Node) bool {
		s, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		x, ok := s.X.(*ast.Ident)
		if !ok || toRead[s] {
			return true
		}
		p, name := names[x.Name], s.Sel.Name
		if p == "os" && !slices.Contains(readOnlyOS, name) || p == "syscall" && !readOnlySyscall.MatchString(name) {
			out = append(out, "uses "+p+"."+name)
		}
		return true
	})
	for _, g := range file.Comments {
		for _, c := range g.List {
			if strings.HasPrefix(c.Text, "//go:linkname") {
				out = append(out, "uses go:linkname")
			}
		}
	}
	return out
}

func TestTheSourceOfChecksOnlyReads(t *testing.T) {
	seen := 0
	err := filepath.WalkDir("../checks", func(name string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		seen++
		for _, c := range changes(file) {
			t.Errorf("%s %s", name, c)
		}
		return nil
	})
	if err != nil || seen == 0 {
		t.Fatalf("%d files, %v", seen, err)
	}
}

func TestSourceThatCouldChangeSomethingIsNoticed(t *testing.T) {
	for _, src := range []string{
		`import "os"; func f() { os.WriteFile("x", nil, 0) }`,
		`import "os"; var f = os.Remove`,
		`import o "os"; func f() { o.Rename("a", "b") }`,
		`import "os"; func f() { os.OpenFile("x", 0, 0) }`,
		`import "os"; func f() { os.OpenFile("x", os.O_RDONLY|os.O_CREATE, 0) }`,
		`import "os"; var flags = 1; func f() { os.OpenFile("x", flags, 0) }`,
		`import "os"; var f = os.OpenFile`,
		`import . "os"; func f() { Remove("x") }`,
		`import "syscall"; func f() { syscall.Unlink("x") }`,
		`import s "syscall"; var f = s.Exec`,
		`import "golang.org/x/sys/unix"`,
		"import _ \"unsafe\"\n//go:linkname f os.Remove\nfunc f()",
	} {
		file, err := parser.ParseFile(token.NewFileSet(), "x.go", "package x\n"+src, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		if len(changes(file)) == 0 {
			t.Errorf("not noticed: %s", src)
		}
	}
	file, _ := parser.ParseFile(token.NewFileSet(), "x.go", "package x\nimport (\"os\"; \"syscall\"); var _, _, _ = os.ReadFile, os.Stat, syscall.ENOENT; func f() { os.OpenFile(\"x\", os.O_RDONLY|syscall.O_NONBLOCK, 0) }", 0)
	if c := changes(file); len(c) > 0 {
		t.Errorf("reading is forbidden: %v", c)
	}
}
