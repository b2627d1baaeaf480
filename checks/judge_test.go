package checks

import (
	"bytes"
	"encoding/json"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/clawarium/clawarium/assets/controls"
	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/provision/plan"
)

func TestCatalogueRegistryTextsAndDamagesBelongTogether(t *testing.T) {
	words := text.T().Checks
	var all []string
	clauses := map[string]bool{}
	for _, c := range controls.Clauses() {
		clauses[c.ID] = true
		if words.Clauses[c.ID] == "" || words.Documents[c.Source] == "" {
			t.Errorf("clause %s has no words", c.ID)
		}
	}
	for i, c := range controls.All() {
		all = append(all, c.ID)
		if len(c.Clauses) == 0 || len(c.Where) == 0 || len(c.Stages) == 0 || len(c.RedWhen) == 0 {
			t.Errorf("%s is incomplete: %+v", c.ID, c)
		}
		if want := "K" + itoa(i+1); c.ID != want {
			t.Errorf("control %d is %s", i+1, c.ID)
		}
		for _, clause := range c.Clauses {
			if !clauses[clause] {
				t.Errorf("%s answers %s, which is no clause", c.ID, clause)
			}
		}
		for _, incident := range c.Incidents {
			if words.Incidents[incident] == "" {
				t.Errorf("%s: incident %s has no words", c.ID, incident)
			}
		}
		if w, ok := words.Controls[c.ID]; !ok || w.Title == "" {
			t.Errorf("%s has no words", c.ID)
		}
	}
	if len(words.Controls) != len(all) || len(words.Clauses) != len(clauses) {
		t.Errorf("%d controls, %d with words; %d clauses, %d with words", len(all), len(words.Controls), len(clauses), len(words.Clauses))
	}
	for _, id := range Judged() {
		if !slices.Contains(all, string(id)) {
			t.Errorf("%s has a judge and is not in the catalogue", id)
		}
		if len(needs[id]) == 0 {
			t.Errorf("%s has no test of missing facts", id)
		}
	}
	if len(Judged())+len(Unjudged()) != len(all) {
		t.Errorf("%d judged and %d not, of %d", len(Judged()), len(Unjudged()), len(all))
	}
	for _, id := range Judged() {
		if !slices.ContainsFunc(damages, func(d damage) bool { return slices.Contains(d.red, id) }) {
			t.Errorf("no damage turns %s red", id)
		}
	}
	for _, s := range Statuses {
		if words.Status[string(s)] == "" {
			t.Errorf("status %q has no word", s)
		}
	}
}

func itoa(n int) string { return strings.TrimSpace(string(mustJSON(n))) }

func mustJSON(v any) []byte {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return data
}

func TestJudgingTwiceGivesTheSameAndChangesNoEvidence(t *testing.T) {
	e := good(t)
	before := mustJSON(e)
	first, second := Judge(plan.Plan{}, e), Judge(plan.Plan{}, e)
	if !reflect.DeepEqual(first, second) {
		t.Error("two verdicts on the same evidence differ")
	}
	if !bytes.Equal(before, mustJSON(e)) {
		t.Error("judging changed the evidence")
	}
}

func TestEvidenceSurvivesSavingAndReading(t *testing.T) {
	e := good(t)
	back, err := ReadEvidence(bytes.NewReader(mustJSON(e)))
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(e, back) {
		t.Error("evidence read is not evidence saved")
	}
	e.Format = 99
	if _, err := ReadEvidence(bytes.NewReader(mustJSON(e))); err == nil {
		t.Error("evidence of another format was accepted")
	}
	if _, err := ReadEvidence(strings.NewReader("{")); len(text.Hint(err)) == 0 {
		t.Errorf("broken evidence: %v, without a hint", err)
	}
}

func TestWordsOfTheGuestCannotReachTheTerminalRaw(t *testing.T) {
	e := good(t)
	evil := "\x1b]0;owned\x07\x1b[2J\u202e\r\n" + strings.Repeat("A", 100000)
	e.Guest.Sshd.Value["root"]["passwordauthentication"] = evil
	e.Guest.Listeners.Value = append(e.Guest.Listeners.Value, Listener{evil, evil, 1, evil, 1, 1})
	e.Guest.Sudo.Value = evil
	e.Guest.Config.Value.Insecure = slices.Repeat([]string{evil}, 5000)
	e.Guest.Token = Fact[Token]{Err: evil}
	for _, f := range Judge(plan.Plan{}, e) {
		if len(f.Evidence) > 3*(maxNotes+1) {
			t.Errorf("%s has %d lines", f.Control, len(f.Evidence))
		}
		for _, line := range f.Evidence {
			if len(line) > 8*maxLine || strings.ContainsFunc(line, func(r rune) bool { return !unicode.IsGraphic(r) }) {
				t.Errorf("%s: %.80q of %d bytes", f.Control, line, len(line))
			}
		}
	}
}

func TestFactsOfTheGuestAreSaidToBeReportedByIt(t *testing.T) {
	for _, f := range Judge(plan.Plan{}, good(t)) {
		labelled := slices.ContainsFunc(f.Evidence, func(s string) bool { return strings.HasPrefix(s, "reported by the guest: ") })
		if labelled != slices.Contains(f.Where, InGuest) {
			t.Errorf("%s: where %v, labelled %v", f.Control, f.Where, labelled)
		}
	}
}

func TestAFileOfTheOwnersNeedsADigestInThePlan(t *testing.T) {
	e := good(t)
	e.Subject.Image.Source = "file"
	of := func(p plan.Plan) Status {
		for _, f := range Judge(p, e) {
			if f.Control == "K15" {
				return f.Status
			}
		}
		return ""
	}
	if got := of(plan.Plan{}); got != NotChecked {
		t.Errorf("without a digest: %s", got)
	}
	var p plan.Plan
	p.Image.SHA512 = e.Subject.Image.SHA512
	if got := of(p); got != Met {
		t.Errorf("with it: %s", got)
	}
}

func TestADeletedCacheIsNoReasonToDoubtTheMachine(t *testing.T) {
	e := good(t)
	e.Host.Digests[CachedCode] = seen(DigestFound{Name: "x", Absent: true})
	e.Host.Digests[CachedImage] = seen(DigestFound{Name: "x", Absent: true})
	e.Host.Manifest = seen(Manifest{Absent: true})
	if got := statuses(e)["K15"]; got != Met {
		t.Errorf("K15 is %s", got)
	}
	e.Subject.Code.SHA256 = ""
	if got := statuses(e)["K15"]; got == Met {
		t.Error("K15 is met with nothing to compare with")
	}
}

func TestAStoppedMachineOrADeadGatewayProvesNothing(t *testing.T) {
	e := good(t)
	e.Guest.Gateway.Value = nil
	e.Guest.Unit.Value["ActiveState"] = "failed"
	if got := statuses(e)["K8"]; got != NotChecked {
		t.Errorf("dead gateway: K8 is %s", got)
	}
	e = good(t)
	swap(t, &e.Libvirt.Live, " id='7'", "")
	if got := statuses(e); got["K1"] != NotChecked || got["K11"] != NotChecked {
		t.Errorf("stopped machine: %v", got)
	}
	e = good(t)
	addDevice(t, &e.Libvirt.Live, "<teleporter/>")
	if got := statuses(e)["K1"]; got != NotChecked {
		t.Errorf("unknown device: K1 is %s", got)
	}
	e = good(t)
	e.Subject.UUID = "00000000-0000-0000-0000-000000000000"
	if got := statuses(e)["K1"]; got != NotChecked {
		t.Errorf("another's definition: K1 is %s", got)
	}
}

// FuzzJudge: whatever the evidence, one finding for every control in order, and
// nothing is met on evidence in which nothing could be seen.
func FuzzJudge(f *testing.F) {
	data, err := os.ReadFile("testdata/good.json")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte(`{"format":1}`))
	f.Add([]byte(`{"format":1,"guest":{"gateway":{"ok":true,"value":[{}]},"canaries":{"ok":true,"value":[{}]},"listeners":{"ok":true,"value":[{}]}}}`))
	f.Add([]byte(`{"format":1,"libvirt":{"live":{"ok":true,"value":"<domain id='1'><devices><disk/></devices></domain>"}}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		e, err := ParseEvidence(data)
		if err != nil {
			return
		}
		findings := Judge(plan.Plan{}, e)
		if len(findings) != len(registry) {
			t.Fatalf("%d findings", len(findings))
		}
		for i, finding := range findings {
			if finding.Control != registry[i].id || finding.Status == "" || len(finding.Evidence) == 0 {
				t.Fatalf("%+v", finding)
			}
		}
		mustJSON(findings)
	})
}

// FuzzReport: whatever the guest answers, facts come out or they do not; nothing
// worse happens.
func FuzzReport(f *testing.F) {
	data, err := os.ReadFile("testdata/good.json")
	if err != nil {
		f.Fatal(err)
	}
	var whole struct{ Guest json.RawMessage }
	if err := json.Unmarshal(data, &whole); err != nil {
		f.Fatal(err)
	}
	f.Add([]byte(whole.Guest))
	f.Add([]byte(`[]`))
	f.Add([]byte(`{"listeners":{"ok":true,"value":[{"port":"x"}]}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		e := good(t)
		e.Guest = ParseReport(data)
		if len(Judge(plan.Plan{}, e)) != len(registry) {
			t.Fatal("findings are missing")
		}
	})
}

// BenchmarkJudge is about the evidence of a real machine, drills and all. Its bound is
// for each of many calls; the first of a process, which has texts and forms to unpack,
// is told beside it.
func BenchmarkJudge(b *testing.B) {
	data, err := os.ReadFile("testdata/recorded.json")
	if err != nil {
		b.Fatal(err)
	}
	e, err := ParseEvidence(data)
	if err != nil {
		b.Fatal(err)
	}
	took := make([]time.Duration, 101)
	for i := range took {
		begun := time.Now()
		Judge(plan.Plan{}, e)
		took[i] = time.Since(begun)
	}
	first := took[0]
	slices.Sort(took)
	milliseconds := func(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1e6 }
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(milliseconds(took[len(took)/2]), "ratio") // of a millisecond
	b.ReportMetric(1, "at-most")
	b.ReportMetric(milliseconds(took[len(took)/2]), "median-ms")
	b.ReportMetric(milliseconds(first), "first-ms")
}
