package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/clawarium/clawarium/assets/controls"
	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
)

// evidence is of a machine whose owner and folders must not be told everywhere.
func evidence() checks.Evidence {
	return checks.Evidence{
		Format: checks.Format, Collected: time.Date(2026, 11, 22, 16, 30, 0, 0, time.UTC), Took: 4100 * time.Millisecond,
		Subject: checks.Subject{
			Machine: "tank", URI: "qemu+ssh://alice@box.example/system", Version: "0.2.0", OpenClaw: "2026.9.6", Node: "24.21.0"},
	}
}

// everything is a report with all controls of the catalogue, in all statuses.
func everything() Report {
	words := text.T().Checks
	statuses := []checks.Status{checks.Met, checks.NotMet, checks.NotChecked, checks.Attested, checks.NotApplicable}
	var findings []checks.Finding
	for i, c := range controls.All() {
		f := checks.Finding{
			Control: checks.ID(c.ID), Title: words.Controls[c.ID].Title, Clauses: c.Clauses, Status: statuses[i%5],
			Why: words.Controls[c.ID].Why, Fix: []string{}, Evidence: []string{
				fmt.Sprintf("base image /home/alice/.cache/clawarium/images/image-%d.qcow2 is as it was", i),
				fmt.Sprintf(words.ReportedByGuest, "/home/openclaw/.openclaw is 0700"),
			}}
		for _, place := range c.Where {
			f.Where = append(f.Where, checks.Place(place))
		}
		switch f.Status {
		case checks.NotMet:
			f.Hint, f.Fix = words.Controls[c.ID].Do, []string{"define", "configure"}
		case checks.NotChecked:
			f.Hint = words.NotCheckedHint
		case checks.Attested:
			f.Where = append(f.Where, checks.Owner)
		case checks.NotApplicable:
			f.Where, f.Evidence = nil, []string{}
		}
		findings = append(findings, f)
	}
	return New(strings.Repeat("ab", 32), evidence(), findings)
}

// forms writes a report in every form.
var forms = map[string]func(Report, *bytes.Buffer) error{
	"text":           func(r Report, b *bytes.Buffer) error { return r.Text(b, Options{Verbose: true}) },
	"text by place":  func(r Report, b *bytes.Buffer) error { return r.Text(b, Options{Verbose: true, By: ByPlace}) },
	"text by clause": func(r Report, b *bytes.Buffer) error { return r.Text(b, Options{Width: 100, By: ByClause}) },
	"JSON":           func(r Report, b *bytes.Buffer) error { return r.JSON(b) },
	"SARIF":          func(r Report, b *bytes.Buffer) error { return r.SARIF(b) },
	"HTML":           func(r Report, b *bytes.Buffer) error { return r.HTML(b) },
}

func inForm(t testing.TB, form string, r Report) string {
	t.Helper()
	var b bytes.Buffer
	if err := forms[form](r, &b); err != nil {
		t.Fatalf("%s: %v", form, err)
	}
	return b.String()
}

func inBothLanguages(t *testing.T, f func(t *testing.T)) {
	for _, lang := range []string{text.English, text.Chinese} {
		t.Run(lang, func(t *testing.T) {
			text.Use(lang)
			defer text.Use(text.English)
			f(t)
		})
	}
}

func TestEveryFormShowsEveryControlAndEveryVerdict(t *testing.T) {
	inBothLanguages(t, func(t *testing.T) {
		r := everything()
		if len(r.Findings) != 27 {
			t.Fatalf("%d findings", len(r.Findings))
		}
		words := text.T().Checks
		for form := range forms {
			got := strings.Join(strings.Fields(inForm(t, form, r)), " ")
			for _, f := range r.Findings {
				if !strings.Contains(got, string(f.Control)) || !strings.Contains(strings.ReplaceAll(got, "&#39;", "'"), f.Title) {
					t.Errorf("%s: no %s %q", form, f.Control, f.Title)
				}
			}
			for _, s := range checks.Statuses {
				if !strings.Contains(got, words.Status[string(s)]) && !strings.Contains(got, string(s)) {
					t.Errorf("%s: nothing is %q", form, s)
				}
			}
			for _, fact := range []string{"tank", "box.example", "0.2.0", "2026.9.6", "24.21.0", "abababababab", "2026-11-22"} {
				if !strings.Contains(got, fact) {
					t.Errorf("%s does not say %q", form, fact)
				}
			}
		}
	})
}

func TestEveryFormSaysWhatWasNotLookedAt(t *testing.T) {
	inBothLanguages(t, func(t *testing.T) {
		r := everything().Select([]checks.ID{"K1", "K3"})
		if len(r.Findings) != 2 || len(r.NotLookedAt) != 25 || r.Exit != checks.ExitNotChecked {
			t.Fatalf("%d findings, %d not looked at, exit %d", len(r.Findings), len(r.NotLookedAt), r.Exit)
		}
		for form := range forms {
			got := inForm(t, form, r)
			for _, id := range r.NotLookedAt {
				if !strings.Contains(got, string(id)) {
					t.Errorf("%s does not name %s", form, id)
				}
			}
		}
		for _, form := range []string{"text", "HTML"} {
			if got := inForm(t, form, r); !strings.Contains(got, fmt.Sprintf(text.T().Report.Unseen, "K3")) {
				t.Errorf("%s does not say that K3 could not be checked", form)
			}
		}
		if got := inForm(t, "text", r); !strings.Contains(got, fmt.Sprintf(text.T().Report.OnlyAsked, list(r.Only))) {
			t.Errorf("the text does not say that two were asked for:\n%s", got)
		}
	})
}

func TestEveryFormSaysThatEvidenceWasSaved(t *testing.T) {
	inBothLanguages(t, func(t *testing.T) {
		r := everything().FromSaved("0.3.0")
		for form := range forms {
			got := inForm(t, form, r)
			if !strings.Contains(got, "0.3.0") {
				t.Errorf("%s does not say who judged", form)
			}
			said := fmt.Sprintf(text.T().Report.SavedEvidence, when(r.Collected))
			switch form {
			case "JSON":
				said = `"saved": true`
			case "SARIF":
				said = text.T().Report.SARIF.SavedEvidence
			}
			if !strings.Contains(strings.Join(strings.Fields(got), ""), strings.Join(strings.Fields(said), "")) {
				t.Errorf("%s does not say %q", form, said)
			}
		}
	})
}

// What counts is what was chosen: neither can what was left out make it red, nor
// can what has no verdict pass.
func TestOnlyChosenControlsDecideTheExitStatus(t *testing.T) {
	finding := func(id checks.ID, s checks.Status) checks.Finding { return checks.Finding{Control: id, Status: s} }
	r := New("", checks.Evidence{}, []checks.Finding{
		finding("K1", checks.Met), finding("K3", checks.NotMet), finding("K5", checks.NotChecked), finding("K6", checks.Attested)})
	for _, c := range []struct {
		only []checks.ID
		exit int
	}{
		{[]checks.ID{"K1"}, checks.ExitMet}, {[]checks.ID{"K1", "K6"}, checks.ExitMet}, {[]checks.ID{"K1", "K3"}, checks.ExitNotMet},
		{[]checks.ID{"K5"}, checks.ExitNotChecked}, {[]checks.ID{"K1", "K2"}, checks.ExitNotChecked}, {[]checks.ID{"K2"}, checks.ExitNotChecked},
	} {
		if got := r.Select(c.only).Exit; got != c.exit {
			t.Errorf("%v: exit %d, wanted %d", c.only, got, c.exit)
		}
	}
}

func TestChoosingTellsEveryMistakeAtOnce(t *testing.T) {
	ids, err := Choose("--only", []string{"k10, K3", "K3"})
	if err != nil || list(ids) != "K3, K10" {
		t.Errorf("%v, %v", ids, err)
	}
	_, err = Choose("--only", []string{"K0,K1", "K28,x\x1b[2J"})
	if err == nil {
		t.Fatal("accepted")
	}
	for _, name := range []string{`"K0"`, `"K28"`, `"x�[2J"`} {
		if !strings.Contains(err.Error(), name) {
			t.Errorf("%s is not named: %v", name, err)
		}
	}
	if len(text.Hint(err)) == 0 || strings.Contains(err.Error(), `"K1"`) {
		t.Error(err)
	}
	for _, none := range [][]string{nil, {""}, {",", " "}} {
		if _, err := Choose("--only", none); err == nil {
			t.Errorf("%q names nothing", none)
		}
	}
}

func TestEachControlIsExplained(t *testing.T) {
	inBothLanguages(t, func(t *testing.T) {
		words := text.T()
		if len(words.Report.Explained) != len(controls.All()) {
			t.Errorf("%d explained", len(words.Report.Explained))
		}
		for _, c := range controls.All() {
			for _, width := range []int{60, 100} {
				var b bytes.Buffer
				if err := Explain(&b, []checks.ID{checks.ID(c.ID)}, Options{Width: width}); err != nil {
					t.Fatal(err)
				}
				got := strings.Join(strings.Fields(b.String()), "")
				wanted := []string{
					c.ID, words.Checks.Controls[c.ID].Title, words.Checks.Controls[c.ID].What, words.Checks.Controls[c.ID].Why,
					words.Checks.Controls[c.ID].Do, words.Report.Explained[c.ID].Looked, words.Report.Explained[c.ID].Red}
				for _, clause := range c.Clauses {
					wanted = append(wanted, clause, words.Checks.Clauses[clause])
				}
				for _, incident := range c.Incidents {
					wanted = append(wanted, words.Checks.Incidents[incident])
				}
				for _, s := range wanted {
					if s == "" || !strings.Contains(got, strings.Join(strings.Fields(s), "")) {
						t.Errorf("%s at %d columns does not say %q:\n%s", c.ID, width, s, b.String())
					}
				}
				for line := range strings.SplitSeq(b.String(), "\n") {
					if columns(line) > width {
						t.Errorf("%s: %d columns in %q", c.ID, columns(line), line)
					}
				}
			}
		}
	})
}

// hostile is what a saved file could say anywhere.
const hostile = "\x1b]0;owned\x07\x1b[2J\u202e\u2028\r\n\x00</style><script>alert(1)</script>\"'`{{.}}<img src=http://x.example/y onerror=z>\xff"

func TestHostileWordsComeOutHarmless(t *testing.T) {
	e := evidence()
	e.Subject.Machine, e.Subject.URI, e.Subject.Version, e.Subject.OpenClaw, e.Subject.Node = hostile, hostile, hostile, hostile, hostile
	r := New(hostile, e, []checks.Finding{{
		Control: hostile, Title: hostile, Clauses: []string{hostile, "U1"}, Status: hostile, Where: []checks.Place{hostile},
		Evidence: []string{hostile, strings.Repeat(hostile, 500)}, Why: hostile, Fix: []string{hostile}, Hint: hostile,
	}, {Control: "K1", Status: checks.NotMet, Evidence: []string{hostile}}}).FromSaved(hostile)
	r = r.Against(Earlier{"evidence", New("", checks.Evidence{}, []checks.Finding{{Control: "K1", Status: checks.Met, Evidence: []string{"7" + hostile}}})})
	for form := range forms {
		harmless(t, form, inForm(t, form, r))
	}
	if r.Counts[checks.NotChecked] != 1 {
		t.Errorf("a status that is none counts as %v", r.Counts)
	}
}

// harmless fails when what was written could do anything but be read.
func harmless(t testing.TB, form, written string) {
	t.Helper()
	shown := func(s string) {
		for _, r := range s {
			if r != '\n' && !unicode.IsGraphic(r) {
				t.Fatalf("%s: %q", form, r)
			}
		}
	}
	shown(written)
	switch form {
	case "JSON", "SARIF":
		var v any
		if err := json.Unmarshal([]byte(written), &v); err != nil {
			t.Fatalf("%s: %v", form, err)
		}
		eachWord(v, shown)
	case "HTML":
		soundPage(t, written)
	}
}

func eachWord(v any, visit func(string)) {
	switch v := v.(type) {
	case string:
		visit(v)
	case []any:
		for _, inner := range v {
			eachWord(inner, visit)
		}
	case map[string]any:
		for name, inner := range v {
			visit(name)
			eachWord(inner, visit)
		}
	}
}

func FuzzReportForms(f *testing.F) {
	f.Add([]byte(hostile), "met", int64(1), uint8(3))
	f.Add([]byte(`K1`), "not met", int64(-1), uint8(1))
	f.Add([]byte("/home/alice/x \"/y/z\" qemu:///system"), "attested", int64(1<<62), uint8(40))
	f.Fuzz(func(t *testing.T, word []byte, status string, took int64, n uint8) {
		w := string(word)
		e := checks.Evidence{Took: time.Duration(took), Collected: time.Unix(took, 0)}
		e.Subject.Machine, e.Subject.URI, e.Subject.Version = w, w, w
		var findings []checks.Finding
		for i := range int(n) % 30 {
			id := checks.ID(fmt.Sprintf("K%d", i))
			if i%7 == 6 {
				id = checks.ID(w)
			}
			findings = append(findings, checks.Finding{
				Control: id, Title: w, Status: checks.Status(status), Clauses: []string{w, "U1"}, Where: []checks.Place{checks.Place(w), checks.Host},
				Evidence: []string{w, w + w}, Why: w, Fix: []string{w}, Hint: w})
		}
		r := New(w, e, findings)
		if n%2 == 0 {
			r = r.FromSaved(w)
		}
		if n%3 == 0 {
			r = r.Select([]checks.ID{"K1", checks.ID("K2")})
		}
		if n%5 == 0 {
			r = r.Against(Earlier{"report", New("", e, findings[:len(findings)/2])})
		}
		for form := range forms {
			harmless(t, form, inForm(t, form, r))
		}
	})
}

func BenchmarkForms(b *testing.B) {
	r := everything()
	for form, write := range forms {
		b.Run(strings.ReplaceAll(form, " ", "-"), func(b *testing.B) {
			var size int
			for b.Loop() {
				var out bytes.Buffer
				if err := write(r, &out); err != nil {
					b.Fatal(err)
				}
				size = out.Len()
			}
			b.ReportMetric(float64(size)/1024, "KiB")
		})
	}
}
