package report

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/provision/plan"
)

var update = flag.Bool("update", false, "write the golden files anew")

// mixed is a report with one control not met and one not checked.
func mixed(t *testing.T) Report {
	t.Helper()
	f, err := os.Open("../testdata/good.json")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	e, err := checks.ReadEvidence(f)
	if err != nil {
		t.Fatal(err)
	}
	e.Guest.Config.Value.Values["gateway.bind"] = "lan"
	e.Guest.Token = checks.Fact[checks.Token]{Err: "ENOENT"}
	e.Subject.Ensures = map[checks.ID][]string{"K3": {"configure"}}
	return New(strings.Repeat("ab", 32), e, checks.Judge(plan.Plan{}, e))
}

func render(t *testing.T, r Report, o Options) string {
	t.Helper()
	var b bytes.Buffer
	if err := r.Text(&b, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestTextExplainsWhatIsNotMetInBothLanguages(t *testing.T) {
	t.Setenv("TZ", "UTC")
	for _, lang := range []string{text.English, text.Chinese} {
		text.Use(lang)
		defer text.Use(text.English)
		got := render(t, mixed(t), Options{Width: 72})
		// The hour depends on where the test runs.
		got = strings.Replace(got, mixed(t).Collected.Local().Format("2006-01-02 15:04:05 -0700"), "2026-11-22 16:30:00 +0000", 1)
		golden := filepath.Join("testdata", "mixed."+lang+".txt")
		if *update {
			if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s differs; got:\n%s", golden, got)
		}
	}
}

func TestNoLineIsWiderThanTheTerminalAndNoWordIsLost(t *testing.T) {
	squeeze := func(s string) string { return strings.Join(strings.Fields(s), "") }
	for _, lang := range []string{text.English, text.Chinese} {
		text.Use(lang)
		defer text.Use(text.English)
		r := mixed(t)
		wide := squeeze(render(t, r, Options{Width: 10000, Verbose: true}))
		for _, width := range []int{40, 41, 59, 80, 133} {
			got := render(t, r, Options{Width: width, Verbose: true})
			for line := range strings.SplitSeq(got, "\n") {
				if columns(line) > width {
					t.Errorf("%s, %d columns: %d in %q", lang, width, columns(line), line)
				}
			}
			if squeeze(got) != wide {
				t.Errorf("%s, %d columns: the words differ from those on a wide page", lang, width)
			}
		}
	}
}

func TestPlainTerminalsGetASCIIOnly(t *testing.T) {
	got := render(t, mixed(t), Options{ASCII: true})
	if i := strings.IndexFunc(got, func(r rune) bool { return r > 126 }); i >= 0 {
		t.Errorf("%q", got[i:min(i+20, len(got))])
	}
}

func TestNoScoreIsGiven(t *testing.T) {
	if got := render(t, mixed(t), Options{Verbose: true}); strings.Contains(got, "%") {
		t.Error(got)
	}
}

func TestLongWordsAreCutAndNothingHangs(t *testing.T) {
	for _, s := range []string{"", " ", strings.Repeat("x", 500), strings.Repeat("漢", 300), "a " + strings.Repeat("\u0301", 90), "，，，，，，，，"} {
		for width := 1; width < 12; width++ {
			if lines := wrap(s, "  ", "    ", width); len(lines) == 0 {
				t.Errorf("%q at %d", s, width)
			}
		}
	}
}

// The JSON form is a promise to programs: the schema names every field, and a
// field cannot appear, vanish or change its kind without this test saying so.
func TestJSONIsWhatItsSchemaSays(t *testing.T) {
	var b bytes.Buffer
	r := mixed(t)
	if err := r.JSON(&b); err != nil {
		t.Fatal(err)
	}
	var document any
	if err := json.Unmarshal(b.Bytes(), &document); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile("../../docs/report.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	var schema map[string]any
	if err := json.Unmarshal(data, &schema); err != nil {
		t.Fatal(err)
	}
	for _, problem := range validate(schema, document, "") {
		t.Error(problem)
	}
	var back Report
	if err := json.Unmarshal(b.Bytes(), &back); err != nil || !reflect.DeepEqual(r, back) {
		t.Errorf("read back: %v", err)
	}
	var empty bytes.Buffer
	if err := New("", checks.Evidence{}, nil).JSON(&empty); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(empty.Bytes(), &document); err != nil {
		t.Fatal(err)
	}
	for _, problem := range validate(schema, document, "") {
		t.Errorf("of nothing: %s", problem)
	}

	// And the damage: a schema that accepts anything would prove nothing.
	broken := document.(map[string]any)
	broken["score"] = 89
	delete(broken, "counts")
	broken["exit"] = "0"
	if got := validate(schema, document, ""); len(got) != 3 {
		t.Errorf("three damages, %d noticed: %v", len(got), got)
	}
}

// validate knows as much of JSON Schema as our schema uses.
func validate(schema map[string]any, v any, at string) []string {
	var problems []string
	if kind, ok := schema["type"].(string); ok && kind != kindOf(v) && !(kind == "number" && kindOf(v) == "integer") {
		return []string{at + ": " + kindOf(v) + ", wanted " + kind}
	}
	if allowed, ok := schema["enum"].([]any); ok && !slices.Contains(allowed, v) {
		problems = append(problems, at+": not one of the values that it can have")
	}
	switch v := v.(type) {
	case map[string]any:
		properties, _ := schema["properties"].(map[string]any)
		for _, name := range schema["required"].([]any) {
			if _, ok := v[name.(string)]; !ok {
				problems = append(problems, at+"."+name.(string)+": missing")
			}
		}
		for name, inner := range v {
			p, ok := properties[name].(map[string]any)
			if !ok {
				problems = append(problems, at+"."+name+": not in the schema")
				continue
			}
			problems = append(problems, validate(p, inner, at+"."+name)...)
		}
	case []any:
		for _, inner := range v {
			problems = append(problems, validate(schema["items"].(map[string]any), inner, at+"[]")...)
		}
	}
	return problems
}

func kindOf(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case string:
		return "string"
	case float64:
		if v == float64(int64(v)) {
			return "integer"
		}
		return "number"
	case []any:
		return "array"
	}
	return "object"
}
