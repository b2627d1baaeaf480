package main

// The house's import rule, held against what `go list` says of every package.

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/clawarium/clawarium/"

// mayImport says which directories of the module the packages under a directory
// may import directly. The longest matching directory decides. Each may import
// what is under itself, except where apart says otherwise.
var mayImport = map[string][]string{
	"assets":          {"assets"},
	"provision/plan":  {"assets"},
	"checks":          {"assets", "provision/plan"},
	"provision/virt":  {"assets"},
	"provision/image": {"assets"},
	"provision/code":  {"assets"},
	"provision/guest": {"assets"},
	"provision/host":  {"assets"},
	// The engine knows no step; the steps know every part.
	"provision":       {"assets", "checks", "provision/plan", "provision/host"},
	"provision/steps": {"assets", "checks", "provision"},
	"ui":              {"assets", "checks", "provision"},
	"cmd":             {"assets", "checks", "provision", "ui"},
}

// reserved names the only directory that may import a package from outside.
var reserved = map[string]string{
	"libvirt.org/go/libvirt":        "provision/virt",
	"charm.land/bubbletea/v2":       "ui",
	"charm.land/bubbles/v2":         "ui",
	"charm.land/huh/v2":             "ui",
	"charm.land/lipgloss/v2":        "ui",
	"charm.land/fang/v2":            "cmd",
	"github.com/spf13/cobra":        "cmd",
	"github.com/invopop/jsonschema": "provision/plan",
}

func under(path, dir string) bool { return path == dir || strings.HasPrefix(path, dir+"/") }

// broken says why the package dir must not import path, or nothing.
func broken(dir, path string) string {
	for outside, owner := range reserved {
		if under(path, outside) && !under(dir, owner) {
			return "only " + owner + " may"
		}
	}
	own, ok := strings.CutPrefix(path, module)
	if !ok {
		return ""
	}
	home := ""
	for d := range mayImport {
		if under(dir, d) && len(d) > len(home) {
			home = d
		}
	}
	if home == "" {
		return "its directory is no part of the house"
	}
	if home == "provision" { // the engine itself, not what lies below it
		if own == "provision" || slices.ContainsFunc(mayImport[home], func(d string) bool { return under(own, d) }) {
			return ""
		}
	} else if under(own, home) || slices.ContainsFunc(mayImport[home], func(d string) bool { return under(own, d) }) {
		return ""
	}
	return home + " may import " + strings.Join(mayImport[home], ", ")
}

func TestImportsPointOneWay(t *testing.T) {
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, module+"...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	seen := 0
	for _, line := range strings.Split(strings.TrimSpace(string(out)), "\n") {
		fields := strings.Fields(line)
		dir := strings.TrimPrefix(fields[0], module)
		for _, path := range fields[1:] {
			seen++
			if why := broken(dir, path); why != "" {
				t.Errorf("%s imports %s: %s", dir, path, why)
			}
		}
	}
	if seen == 0 {
		t.Error("go list named no import")
	}
}

// checks cannot change a machine, not by way of what it imports either.
func TestChecksDependOnNothingThatChangesAMachine(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", module+"checks/...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	for _, path := range strings.Fields(string(out)) {
		own, ok := strings.CutPrefix(path, module)
		if ok && !under(own, "checks") && !under(own, "assets") && own != "provision/plan" {
			t.Errorf("checks depends on %s", own)
		}
		if path == "os/exec" || under(path, "libvirt.org/go/libvirt") || under(path, "golang.org/x/crypto/ssh") {
			t.Errorf("checks depends on %s", path)
		}
	}
}

func TestTheImportRuleRefuses(t *testing.T) {
	for _, c := range [][2]string{
		{"assets/text", module + "checks"},
		{"provision/plan", module + "provision"},
		{"checks", module + "provision"},
		{"checks/report", module + "provision/virt"},
		{"provision/virt", module + "provision/guest"},
		{"provision/guest", module + "provision/steps"},
		{"provision", module + "provision/steps"},
		{"provision", module + "provision/virt"},
		{"provision/steps", module + "ui"},
		{"provision/steps", "libvirt.org/go/libvirt"},
		{"ui", module + "cmd/clawarium"},
		{"provision", "charm.land/lipgloss/v2"},
		{"tools", module + "assets"},
	} {
		if broken(c[0], c[1]) == "" {
			t.Errorf("%s may import %s", c[0], c[1])
		}
	}
}
