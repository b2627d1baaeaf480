package report

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/clawarium/clawarium/assets/controls"
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

// five is a report with one finding of each status, and what changed since.
func five() Report {
	words := text.T().Checks
	finding := func(id string, status checks.Status, where []checks.Place, evidence ...string) checks.Finding {
		c, _ := controls.Get(id)
		f := checks.Finding{
			Control: checks.ID(id), Title: words.Controls[id].Title, Clauses: c.Clauses, Status: status, Where: where,
			Evidence: evidence, Why: words.Controls[id].Why, Hint: words.Controls[id].Do}
		if status == checks.NotMet {
			f.Fix = []string{"configure"}
		}
		return f
	}
	guest := func(format string, args ...any) string {
		return fmt.Sprintf(words.ReportedByGuest, fmt.Sprintf(format, args...))
	}
	findings := []checks.Finding{
		finding("K1", checks.Met, []checks.Place{checks.Host, checks.Libvirt}, fmt.Sprintf(words.QemuFine, 4223, 64055, words.Unconfined)),
		finding("K3", checks.NotMet, []checks.Place{checks.Host, checks.InGuest}, guest(words.BindIs, "lan"), fmt.Sprintf(words.Answered, "192.168.231.2", 18789, "timeout")),
		finding("K6", checks.NotChecked, []checks.Place{checks.InGuest}, fmt.Sprintf(words.CouldNotLook, words.TokenName, "ENOENT")),
		finding("K7", checks.Attested, []checks.Place{checks.InGuest, checks.Owner}, "WeChat: 2026-11-20"),
		finding("K25", checks.NotApplicable, nil),
	}
	e := evidence()
	e.Subject.URI = "qemu:///system"
	r := New(strings.Repeat("ab", 32), e, findings).Select([]checks.ID{"K1", "K3", "K6", "K7", "K25"})
	earlier := slices.Clone(findings)
	earlier[0].Evidence = []string{fmt.Sprintf(words.QemuFine, 999, 64055, words.Unconfined)}
	earlier[1].Status, earlier[1].Evidence = checks.Met, earlier[1].Evidence[1:]
	e.Collected, e.Subject.Version = e.Collected.Add(-50*time.Hour), "0.1.0"
	return r.Against(Earlier{"evidence", New(strings.Repeat("cd", 32), e, earlier)})
}

func TestTextIsAsItWasLookedOver(t *testing.T) {
	defer func(l *time.Location) { time.Local = l }(time.Local)
	time.Local = time.UTC
	for _, lang := range []string{text.English, text.Chinese} {
		text.Use(lang)
		defer text.Use(text.English)
		for _, width := range []int{60, 100} {
			got := render(t, five(), Options{Width: width})
			golden := filepath.Join("testdata", fmt.Sprintf("five.%s.%d.txt", lang, width))
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
}

func TestNoLineIsWiderThanTheTerminalAndNoWordIsLost(t *testing.T) {
	squeeze := func(s string) string { return strings.Join(strings.Fields(s), "") }
	for _, lang := range []string{text.English, text.Chinese} {
		text.Use(lang)
		defer text.Use(text.English)
		for _, r := range []Report{mixed(t), everything().FromSaved("0.3.0"), five()} {
			for _, by := range Orders {
				wide := squeeze(render(t, r, Options{Width: 10000, Verbose: true, By: by}))
				for _, width := range []int{40, 41, 60, 80, 100, 133} {
					got := render(t, r, Options{Width: width, Verbose: true, By: by})
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
	}
}

func TestPlainTerminalsGetASCIIOnly(t *testing.T) {
	got := render(t, five().FromSaved("0.3.0"), Options{ASCII: true})
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
	data, err := os.ReadFile("../../docs/report.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	schema := compile(t, string(data))
	inBothLanguages(t, func(t *testing.T) {
		for name, r := range map[string]Report{
			"real": mixed(t), "everything": everything(), "nothing": New("", checks.Evidence{}, nil),
			"chosen":   everything().Select([]checks.ID{"K1", "K2"}),
			"compared": mixed(t).FromSaved("0.3.0").Against(Earlier{"evidence", everything()}),
		} {
			written := inForm(t, "JSON", r)
			if err := conforms(schema, written); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			var back Report
			if err := json.Unmarshal([]byte(written), &back); err != nil || !reflect.DeepEqual(r, back) {
				t.Errorf("%s, read back: %v", name, err)
			}
			for _, f := range back.Findings {
				for _, id := range f.Clauses {
					if !slices.ContainsFunc(back.Clauses, func(c Clause) bool { return c.ID == id && c.Wording != "" && c.Document != "" }) {
						t.Errorf("%s: %s answers %s, which has no words", name, f.Control, id)
					}
				}
			}
		}
	})

	// And the damage: a schema that accepts anything would prove nothing.
	for _, damage := range []func(map[string]any){
		func(d map[string]any) { d["score"] = 89 },
		func(d map[string]any) { delete(d, "counts") },
		func(d map[string]any) { d["exit"] = "0" },
		func(d map[string]any) { d["findings"].([]any)[0].(map[string]any)["status"] = "fine" },
		func(d map[string]any) { d["findings"].([]any)[0].(map[string]any)["clauses"] = []any{"U99"} },
		func(d map[string]any) { d["findings"].([]any)[0].(map[string]any)["where"] = []any{"elsewhere"} },
		func(d map[string]any) { d["clauses"].([]any)[0].(map[string]any)["reconstructed"] = 1 },
		func(d map[string]any) { delete(d, "collected") },
	} {
		var document map[string]any
		if err := json.Unmarshal([]byte(inForm(t, "JSON", everything())), &document); err != nil {
			t.Fatal(err)
		}
		damage(document)
		broken, err := json.Marshal(document)
		if err != nil {
			t.Fatal(err)
		}
		if conforms(schema, string(broken)) == nil {
			t.Errorf("accepted: %.300s", broken)
		}
	}
}

// The clauses and controls that the schema names are those of the catalogue.
func TestTheSchemaNamesTheCatalogue(t *testing.T) {
	data, err := os.ReadFile("../../docs/report.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	var schema struct {
		Defs map[string]struct {
			Enum []string `json:"enum"`
		} `json:"$defs"`
	}
	if err := json.Unmarshal(data, &schema); err != nil {
		t.Fatal(err)
	}
	var ids, known []string
	for _, c := range controls.Clauses() {
		ids = append(ids, c.ID)
	}
	for _, c := range controls.All() {
		known = append(known, c.ID)
	}
	if got := schema.Defs["clause"].Enum; !slices.Equal(got, ids) {
		t.Errorf("clauses: %q", got)
	}
	if got := schema.Defs["control"].Enum; !slices.Equal(got, known) {
		t.Errorf("controls: %q", got)
	}
}
