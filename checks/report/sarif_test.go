package report

import (
	"bytes"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/clawarium/clawarium/assets/controls"
	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
)

// official is the schema of SARIF 2.1.0, errata 01, as the library has it in its
// source.
func official(t *testing.T) *jsonschema.Schema {
	t.Helper()
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/owenrumney/go-sarif/v3").Output()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(strings.TrimSpace(string(dir)), "pkg/report/v210/sarif/schema.go")
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	source := ""
	ast.Inspect(file, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			source, _ = strconv.Unquote(lit.Value)
		}
		return true
	})
	return compile(t, source)
}

func compile(t *testing.T, source string) *jsonschema.Schema {
	t.Helper()
	document, err := jsonschema.UnmarshalJSON(strings.NewReader(source))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("schema.json", document); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func conforms(schema *jsonschema.Schema, document string) error {
	v, err := jsonschema.UnmarshalJSON(strings.NewReader(document))
	if err != nil {
		return err
	}
	return schema.Validate(v)
}

func readSARIF(t *testing.T, document string) *sarif.Run {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(document))
	d.DisallowUnknownFields()
	var log sarif.Report
	if err := d.Decode(&log); err != nil {
		t.Fatalf("the library cannot read it: %v", err)
	}
	if len(log.Runs) != 1 || log.Version != "2.1.0" {
		t.Fatalf("%d runs, version %q", len(log.Runs), log.Version)
	}
	return log.Runs[0]
}

func TestSARIFConformsToTheOfficialSchema(t *testing.T) {
	schema := official(t)
	inBothLanguages(t, func(t *testing.T) {
		for name, r := range map[string]Report{
			"everything": everything(), "saved": everything().FromSaved("0.3.0"), "two": everything().Select([]checks.ID{"K1", "K2"}),
			"nothing": New("", checks.Evidence{}, nil), "real": mixed(t),
		} {
			if err := conforms(schema, inForm(t, "SARIF", r)); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
	// And the damage: a schema that accepts anything would prove nothing.
	good := inForm(t, "SARIF", everything())
	for old, new := range map[string]string{
		`"kind": "open"`: `"kind": "unsure"`, `"version": "2.1.0"`: `"version": "2.2"`, `"ruleIndex"`: `"ruleNumber"`,
		`"level": "error"`: `"level": "high"`, `"startTimeUtc": "2026-`: `"startTimeUtc": "in 2026-`,
	} {
		broken := strings.Replace(good, old, new, 1)
		if broken == good || conforms(schema, broken) == nil {
			t.Errorf("%s is accepted", new)
		}
	}
}

func TestSARIFSaysInItsOwnTermsWhatTheFindingsSay(t *testing.T) {
	inBothLanguages(t, func(t *testing.T) {
		r := everything().Select([]checks.ID{"K1", "K2", "K3", "K4", "K5", "K12"})
		run := readSARIF(t, inForm(t, "SARIF", r))
		if len(run.Tool.Driver.Rules) != 27 || len(run.Results) != 6 || len(run.Taxonomies) != 1 {
			t.Fatalf("%d rules, %d results, %d taxonomies", len(run.Tool.Driver.Rules), len(run.Results), len(run.Taxonomies))
		}
		clauses := run.Taxonomies[0].Taxa
		for i, known := range controls.All() {
			rule := run.Tool.Driver.Rules[i]
			words := text.T().Checks.Controls[known.ID]
			if *rule.ID != known.ID || *rule.ShortDescription.Text != words.Title || !strings.Contains(*rule.Help.Text, words.Do) {
				t.Errorf("rule %d is not %s", i, known.ID)
			}
			if len(rule.Relationships) != len(known.Clauses) {
				t.Errorf("%s answers %d clauses", known.ID, len(rule.Relationships))
			}
			for j, rel := range rule.Relationships {
				if *clauses[rel.Target.Index].ID != known.Clauses[j] || *rel.Target.ID != known.Clauses[j] {
					t.Errorf("%s: relationship %d is to %s", known.ID, j, *clauses[rel.Target.Index].ID)
				}
			}
		}
		for i, want := range []struct{ id, kind, level string }{
			{"K1", "pass", "none"}, {"K2", "fail", "error"}, {"K3", "open", "none"}, {"K4", "review", "none"},
			{"K5", "notApplicable", "none"}, {"K12", "fail", "warning"},
		} {
			got := run.Results[i]
			if *got.RuleID != want.id || *run.Tool.Driver.Rules[got.RuleIndex].ID != want.id || got.Kind != want.kind || got.Level != want.level {
				t.Errorf("%s is %s of level %s", *got.RuleID, got.Kind, got.Level)
			}
			for _, taxon := range got.Taxa {
				if *clauses[taxon.Index].ID != *taxon.ID {
					t.Errorf("%s: taxon %s has index %d", want.id, *taxon.ID, taxon.Index)
				}
			}
			for j, location := range got.Locations {
				place := location.LogicalLocations[0]
				if *run.LogicalLocations[place.Index].Name != *place.Name || *place.FullyQualifiedName != "tank/"+*place.Name || location.PhysicalLocation != nil {
					t.Errorf("%s: location %d is %+v", want.id, j, *place.FullyQualifiedName)
				}
			}
		}
		invocation := run.Invocations[0]
		if !*invocation.ExecutionSuccessful || *invocation.ExitCode != checks.ExitNotMet || len(invocation.ToolExecutionNotifications) != 21 {
			t.Errorf("%+v", invocation)
		}
		if *invocation.StartTimeUtc != "2026-11-22T16:30:00Z" || *invocation.EndTimeUtc != "2026-11-22T16:30:04.100Z" {
			t.Errorf("from %s to %s", *invocation.StartTimeUtc, *invocation.EndTimeUtc)
		}
	})
}

func TestSARIFTellsNeitherPathsOfThisComputerNorWhoseItIs(t *testing.T) {
	inBothLanguages(t, func(t *testing.T) {
		got := inForm(t, "SARIF", everything())
		for _, secret := range []string{"alice", "/root/"} {
			if strings.Contains(got, secret) {
				t.Errorf("%q is told", secret)
			}
		}
		for _, wanted := range []string{"/home/openclaw/.openclaw is 0700", "image-3.qcow2 is as it was", "box.example"} {
			if !strings.Contains(got, wanted) {
				t.Errorf("%q is not told", wanted)
			}
		}
	})
	for in, want := range map[string]string{
		"/home/alice": "~",
		"seen in /home/alice/.openclaw, and more":       "seen in ~/.openclaw, and more",
		`disk "/var/lib/libvirt/images/a b.qcow2"`:      `disk "…/a b.qcow2"`,
		"file=/Users/alice/x":                           "file=~/x",
		"qemu:///system at http://a.example/b/c":        "qemu:///system at http://a.example/b/c",
		"镜像（/root/.cache/x/y.img）已不在":                   "镜像（…/y.img）已不在",
		"port 22/tcp, /system, 1/2/3 and ~/.ssh/config": "port 22/tcp, /system, 1/2/3 and ~/.ssh/config",
	} {
		if got := withoutPaths(in); got != want {
			t.Errorf("%q becomes %q, wanted %q", in, got, want)
		}
	}
	for in, want := range map[string]string{
		"qemu:///system": "qemu:///system", "qemu+ssh://alice:pw@box/session?keyfile=/home/alice/k": "qemu+ssh://box/session",
		"test:///home/alice/t.xml": "test://~/t.xml", "": "", "\x00": "", "mailto:alice": "",
	} {
		if got := withoutUser(in); got != want {
			t.Errorf("%q becomes %q, wanted %q", in, got, want)
		}
	}
}

// A program that keeps track of results must know them again.
func TestFingerprintsStayTheSameFromRunToRun(t *testing.T) {
	prints := func(r Report) map[string]string {
		m := map[string]string{}
		for _, result := range readSARIF(t, inForm(t, "SARIF", r)).Results {
			m[*result.RuleID] = result.Fingerprints["clawariumControl/v1"]
		}
		return m
	}
	first := prints(everything())
	seen := map[string]bool{}
	for id, print := range first {
		if print == "" || seen[print] {
			t.Errorf("%s has %q", id, print)
		}
		seen[print] = true
	}
	e := evidence()
	e.Collected, e.Took, e.Subject.Version = e.Collected.Add(time.Hour), 0, "9.9.9"
	text.Use(text.Chinese)
	second := prints(New("other", e, []checks.Finding{{Control: "K3", Status: checks.NotMet, Evidence: []string{"process 4711"}}}))
	text.Use(text.English)
	if second["K3"] != first["K3"] {
		t.Error("another run has another fingerprint")
	}
	e.Subject.Machine = "bowl"
	if prints(New("", e, []checks.Finding{{Control: "K3"}}))["K3"] == first["K3"] {
		t.Error("another machine has the same fingerprint")
	}
}

func TestEveryKindOfVerdictHasAKindOfResult(t *testing.T) {
	for _, s := range checks.Statuses {
		if kinds[s] == "" {
			t.Errorf("%q has none", s)
		}
	}
	for _, id := range lesser {
		if _, ok := controls.Get(id); !ok {
			t.Errorf("%s is no control", id)
		}
	}
	if bytes.Contains([]byte(inForm(t, "SARIF", everything())), []byte("null")) {
		t.Error("something is null")
	}
}
