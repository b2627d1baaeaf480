package steps

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
)

// seenEvidence is evidence in which everything was seen.
func seenEvidence(t *testing.T) checks.Evidence {
	t.Helper()
	f, err := os.Open("../../checks/testdata/good.json")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	e, err := checks.ReadEvidence(f)
	if err != nil {
		t.Fatal(err)
	}
	e.Subject.Baseline = nil
	return e
}

func TestTheFirstBaselineIsKeptOnceAndOnlyOfWhatWasSeen(t *testing.T) {
	e := testEnv(t, "lobster", true)
	evidence := seenEvidence(t)
	dark := evidence
	dark.Guest = checks.GuestFacts{}
	if kept, err := e.KeepFirstBaseline(dark); kept || !errors.Is(err, checks.ErrNotSeen) {
		t.Errorf("kept of nothing: %v, %v", kept, err)
	}
	if b, err := e.Baseline(); b != nil || err != nil {
		t.Errorf("a baseline of nothing: %v, %v", b, err)
	}
	if kept, err := e.KeepFirstBaseline(evidence); !kept || err != nil {
		t.Fatalf("%v, %v", kept, err)
	}
	info, err := os.Stat(filepath.Join(e.dir, baselineFile))
	if err != nil || info.Mode() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	first, err := e.Baseline()
	if err != nil || len(first.Files) != len(evidence.Guest.Kept.Value.Files) || first.Trees != nil {
		t.Fatalf("%+v, %v", first, err)
	}
	evidence.Guest.Kept.Value.Files = evidence.Guest.Kept.Value.Files[:1]
	if kept, err := e.KeepFirstBaseline(evidence); kept || err != nil {
		t.Errorf("kept again: %v, %v", kept, err)
	}
	if s := e.Subject(); s.Baseline == nil || len(s.Baseline.Files) != len(first.Files) {
		t.Error("the self-check does not see the baseline")
	}
}

func TestAcceptedChangesAreKeptAndEarlierBaselinesStay(t *testing.T) {
	e := testEnv(t, "lobster", true)
	evidence := seenEvidence(t)
	if err := e.KeepBaseline(evidence); err != nil {
		t.Fatal(err)
	}
	path := evidence.Guest.Kept.Value.Files[0].Path
	for i := range 14 {
		evidence.Collected = evidence.Collected.Add(time.Hour)
		evidence.Guest.Kept.Value.Files[0].SHA256 = fmt.Sprint("version ", i)
		evidence.Guest.Kept.Value.Files[1].SHA256 = fmt.Sprint("not accepted ", i)
		if err := e.AcceptChange(evidence, path); err != nil {
			t.Fatal(err)
		}
	}
	now, err := e.Baseline()
	if err != nil || now.Files[path].SHA256 != "version 13" {
		t.Fatalf("%+v, %v", now, err)
	}
	if drift := checks.Drift(now, evidence); len(drift) != 1 || drift[0].Path != evidence.Guest.Kept.Value.Files[1].Path {
		t.Errorf("%+v", drift)
	}
	earlier := e.EarlierBaselines()
	if len(earlier) != keptBaselines || earlier[0].Files[path].SHA256 != "version 12" || earlier[9].Files[path].SHA256 != "version 3" {
		t.Errorf("%d earlier ones, the newest %q", len(earlier), earlier[0].Files[path].SHA256)
	}
	before, _ := os.ReadFile(filepath.Join(e.dir, baselineFile))
	if err := e.AcceptChange(evidence, path, "/nowhere"); err == nil || !strings.Contains(err.Error(), "/nowhere") {
		t.Errorf("a path that is nowhere: %v", err)
	}
	if after, _ := os.ReadFile(filepath.Join(e.dir, baselineFile)); string(after) != string(before) {
		t.Error("a refused change was kept")
	}
	// The same again keeps nothing twice.
	if err := e.AcceptChange(evidence, path); err != nil || len(e.baselineNames()) != keptBaselines || e.EarlierBaselines()[0].Files[path].SHA256 != "version 12" {
		t.Errorf("%v %d", err, len(e.baselineNames()))
	}
}

func TestTwoBaselinesOfOneSecondAreBothKept(t *testing.T) {
	e := testEnv(t, "lobster", true)
	evidence := seenEvidence(t)
	for i := range 4 {
		evidence.Guest.Kept.Value.Files[0].SHA256 = fmt.Sprint("version ", i)
		if err := e.KeepBaseline(evidence); err != nil {
			t.Fatal(err)
		}
	}
	path := evidence.Guest.Kept.Value.Files[0].Path
	for i, earlier := range e.EarlierBaselines() {
		if want := fmt.Sprint("version ", 2-i); earlier.Files[path].SHA256 != want {
			t.Errorf("%d: %q, wanted %q", i, earlier.Files[path].SHA256, want)
		}
	}
}

func TestATornBaselineIsSaidSoAndNeverReplacedByItself(t *testing.T) {
	for _, content := range []string{"", "{", "null", `{"format":99,"files":{}}`, `{"format":1}`} {
		e := testEnv(t, "lobster", true)
		path := filepath.Join(e.dir, baselineFile)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := e.Baseline(); err == nil || len(text.Hint(err)) == 0 {
			t.Errorf("%q: %v", content, err)
		}
		if kept, err := e.KeepFirstBaseline(seenEvidence(t)); kept || err == nil {
			t.Errorf("%q was replaced", content)
		}
		if err := e.KeepBaseline(seenEvidence(t)); err == nil {
			t.Errorf("%q was replaced", content)
		}
		if s := e.Subject(); s.Baseline != nil || s.BaselineErr == "" {
			t.Errorf("%q: the self-check is told %q", content, s.BaselineErr)
		}
		if got, _ := os.ReadFile(path); string(got) != content {
			t.Errorf("%q became %q", content, got)
		}
	}
	e := testEnv(t, "lobster", true)
	if err := os.Mkdir(filepath.Join(e.dir, baselineFile), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := e.Baseline(); !errors.Is(err, fs.ErrInvalid) {
		t.Errorf("a directory: %v", err)
	}
}

func TestConfirmationsAreKeptWithTheirTimes(t *testing.T) {
	e := testEnv(t, "lobster", true)
	if p, err := e.Promises(); err != nil || len(p) != 0 {
		t.Errorf("%v, %v", p, err)
	}
	at := time.Date(2026, 11, 22, 9, 30, 15, 999, time.FixedZone("", 8*3600))
	if err := e.Confirm(at, "K5", "K27"); err != nil {
		t.Fatal(err)
	}
	if err := e.Confirm(at.Add(time.Hour), "K5"); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(e.dir, promisesFile))
	want := "{\n  \"K27\": \"2026-11-22T01:30:15Z\",\n  \"K5\": \"2026-11-22T02:30:15Z\"\n}\n"
	if err != nil || string(data) != want {
		t.Errorf("%s, %v", data, err)
	}
	if info, err := os.Stat(filepath.Join(e.dir, promisesFile)); err != nil || info.Mode() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if s := e.Subject(); len(s.Promises) != 2 || s.PromisesErr != "" {
		t.Errorf("%+v", s.SubjectKept)
	}
	for _, torn := range []string{"", "[]", `{"K5":"yesterday"}`} {
		if err := os.WriteFile(filepath.Join(e.dir, promisesFile), []byte(torn), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := e.Promises(); err == nil || len(text.Hint(err)) == 0 {
			t.Errorf("%q: %v", torn, err)
		}
		if err := e.Confirm(at, "K5"); err == nil {
			t.Errorf("%q was replaced", torn)
		}
		if s := e.Subject(); s.PromisesErr == "" {
			t.Errorf("%q: the self-check is told nothing", torn)
		}
	}
}

func TestAMachineThatWasNeverMadeIsNotLookedInto(t *testing.T) {
	e := testEnv(t, "lobster", true)
	e.choices = nil
	if seen := e.LookInside(t.Context(), nil); seen.Guest.Memory.OK || seen.Guest.Report.Err == "" {
		t.Errorf("%+v", seen.Guest.Report)
	}
}

func TestAReviewOfTheMemoryLeavesTheRestOfTheBaseline(t *testing.T) {
	e := testEnv(t, "lobster", true)
	evidence := seenEvidence(t)
	// The owner can review before anything else is kept, and set-up keeps that.
	if err := e.ReviewMemory(evidence); err != nil {
		t.Fatal(err)
	}
	if kept, err := e.KeepFirstBaseline(evidence); !kept || err != nil {
		t.Fatalf("%v, %v", kept, err)
	}
	b, err := e.Baseline()
	if err != nil || len(b.Memory) != 2 || b.Reviewed.IsZero() || len(b.Files) == 0 {
		t.Fatalf("%+v, %v", b, err)
	}
	if len(checks.Remembered(b, evidence)) != 0 {
		t.Error("changes since a review of the same")
	}
	evidence.Guest.Memory = checks.Fact[checks.Memory]{Err: "EIO"}
	if err := e.ReviewMemory(evidence); !errors.Is(err, checks.ErrNotSeen) {
		t.Errorf("%v", err)
	}
}
