package checks

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/clawarium/clawarium/assets/controls"
	"github.com/clawarium/clawarium/assets/layout"
	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/provision/plan"
)

func finding(t *testing.T, e Evidence, id ID) Finding {
	t.Helper()
	for _, f := range Judge(plan.Plan{}, e) {
		if f.Control == id {
			return f
		}
	}
	t.Fatalf("no finding on %s", id)
	return Finding{}
}

func says(f Finding, words string) bool {
	return slices.ContainsFunc(f.Evidence, func(line string) bool { return strings.Contains(line, words) })
}

func TestAChangeIsSaidInWordsThatShowIt(t *testing.T) {
	for _, c := range []struct {
		do   func(*Evidence)
		id   ID
		says string
	}{
		{func(e *Evidence) { rewritten(t, e, layout.Config, `gateway.bind = "loopback"`, `gateway.bind = "lan"`) }, "K19",
			layout.Config + `, changed since 2026-11-02: gateway.bind: "loopback" → "lan"`},
		{func(e *Evidence) {
			rewritten(t, e, layout.Config, "gateway.auth.mode", "hooks.enabled = true\ngateway.auth.mode")
		}, "K19",
			"+ hooks.enabled: true"},
		{func(e *Evidence) { rewritten(t, e, layout.Config, "gateway.port = 18789\n", "") }, "K19", "- gateway.port: 18789"},
		{func(e *Evidence) { rewritten(t, e, dropIn, "PasswordAuthentication no", "PasswordAuthentication yes") }, "K19",
			dropIn + ", changed since 2026-11-02: + PasswordAuthentication yes"},
		{func(e *Evidence) { rewritten(t, e, heartbeat, "of today", "of today\n- post it") }, "K19", "+ - post it"},
		{func(e *Evidence) { keptFile(t, e, "/etc/sudoers", func(f *KeptFile) { f.Mode = "0666" }) }, "K19", "mode 0440 → 0666"},
		{func(e *Evidence) {
			keptFile(t, e, layout.Workspace+"/USER.md", func(f *KeptFile) { f.SHA256, f.Lines = "other", 9 })
		}, "K19", "USER.md, changed since 2026-11-02: 2 lines, 28 bytes → 9 lines, 28 bytes"},
		{func(e *Evidence) { addFile(e, KeptSudo, "/etc/sudoers.d/zz", "openclaw ALL=ALL") }, "K19",
			"/etc/sudoers.d/zz, new since 2026-11-02: + openclaw ALL=ALL"},
		{func(e *Evidence) { e.Guest.Kept.Value.Files = slices.Delete(e.Guest.Kept.Value.Files, 1, 2) }, "K19",
			unitFile + ", accepted on 2026-11-02, is gone"},
		{func(e *Evidence) { addTree(e, Tree{Kind: "skill", Path: "/x", Files: 1, Bytes: 12}) }, "K14",
			"unknown skill, new since 2026-11-02: /x (1 files, 12 bytes"},
		{func(e *Evidence) { e.Guest.Skills.Value.Trees[1].SHA256 = "ff" }, "K14", "hook changed since you accepted it on 2026-11-02"},
	} {
		e := good(t)
		c.do(&e)
		f := finding(t, e, c.id)
		if f.Status != NotMet || !says(f, c.says) {
			t.Errorf("wanted %q, got %s:\n%s", c.says, f.Status, strings.Join(f.Evidence, "\n"))
		}
	}
}

func TestWhatOpenClawDoesByItselfIsNoDrift(t *testing.T) {
	e := good(t)
	addFile(&e, KeptInstructions, layout.Workspace+"/BOOTSTRAP.md", "# BOOTSTRAP.md - Birth Sequence")
	addFile(&e, KeptInstructions, layout.Workspace+"/IDENTITY.md", "# IDENTITY.md - Who Am I?")
	for i := range e.Guest.Kept.Value.Files {
		if f := &e.Guest.Kept.Value.Files[i]; strings.HasSuffix(f.Path, "/BOOTSTRAP.md") || strings.HasSuffix(f.Path, "/IDENTITY.md") {
			f.Stock = true
		}
	}
	if f := finding(t, e, "K19"); f.Status != Met || !says(f, "as OpenClaw ships it: BOOTSTRAP.md; IDENTITY.md") {
		t.Errorf("files of a new workspace: %s %q", f.Status, f.Evidence)
	}
	accepted, err := Accept(e.Subject.Baseline, e)
	if err != nil {
		t.Fatal(err)
	}
	e.Subject.Baseline = accepted
	e.Guest.Kept.Value.Files = slices.DeleteFunc(e.Guest.Kept.Value.Files, func(f KeptFile) bool { return strings.HasSuffix(f.Path, "/BOOTSTRAP.md") })
	if f := finding(t, e, "K19"); f.Status != Met {
		t.Errorf("BOOTSTRAP.md is gone: %s %q", f.Status, f.Evidence)
	}
	e.Guest.Skills.Value.Trees = e.Guest.Skills.Value.Trees[:1]
	if f := finding(t, e, "K14"); f.Status != Met || !says(f, "hook that you accepted on 2026-11-02 is gone") {
		t.Errorf("a hook is gone: %s %q", f.Status, f.Evidence)
	}
}

func TestWithoutABaselineNothingIsComparedAndHowToKeepOneIsSaid(t *testing.T) {
	e := good(t)
	e.Subject.Baseline = nil
	if f := finding(t, e, "K19"); f.Status != NotChecked || !strings.Contains(f.Hint, "clawarium setup") {
		t.Errorf("%+v", f)
	}
	if f := finding(t, e, "K14"); f.Status != NotChecked || !says(f, "skill not reviewed yet") || !strings.Contains(f.Hint, "clawarium harden") {
		t.Errorf("%+v", f)
	}
	e.Guest.Skills.Value.Trees = nil
	if f := finding(t, e, "K14"); f.Status != Met {
		t.Errorf("no skill at all: %+v", f)
	}
	e.Subject.BaselineErr = "it is torn"
	for _, id := range []ID{"K14", "K19"} {
		if f := finding(t, e, id); f.Status != NotChecked || !says(f, "it is torn") {
			t.Errorf("%+v", f)
		}
	}
}

func TestTheFirstBaselineAcceptsSettingsAndNoSkillThatNobodyReviewed(t *testing.T) {
	e := good(t)
	e.Subject.Baseline = nil
	first, err := AcceptFirst(e)
	if err != nil {
		t.Fatal(err)
	}
	if len(first.Files) != len(e.Guest.Kept.Value.Files) || first.Trees != nil || !first.Taken.Equal(e.Collected) {
		t.Errorf("%+v", first)
	}
	e.Subject.Baseline = first
	if got := statuses(e); got["K19"] != Met || got["K14"] != NotChecked {
		t.Errorf("K19 %s, K14 %s", got["K19"], got["K14"])
	}
	e.Guest.Skills.Value.Trees = nil
	if first, err = AcceptFirst(e); err != nil || first.Trees == nil {
		t.Fatalf("%+v %v", first, err)
	}
	e.Subject.Baseline = first
	addTree(&e, Tree{Kind: "skill", Path: "/new"})
	if got := statuses(e)["K14"]; got != NotMet {
		t.Errorf("a skill where there was none: %s", got)
	}
}

func TestSinglePathsAreAcceptedAndTheRestStaysDrift(t *testing.T) {
	e := good(t)
	rewritten(t, &e, heartbeat, "of today", "of tomorrow")
	rewritten(t, &e, dropIn, "PermitRootLogin no", "PermitRootLogin yes")
	e.Guest.Skills.Value.Trees[0].SHA256 = "ab"
	addTree(&e, Tree{Kind: "plugin", Path: "/p"})
	before := mustJSON(e.Subject.Baseline)
	next, err := Accept(e.Subject.Baseline, e, heartbeat, "/p")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(before, mustJSON(e.Subject.Baseline)) {
		t.Error("the earlier baseline was changed")
	}
	var left []string
	for _, c := range Drift(next, e) {
		left = append(left, c.Path)
	}
	if want := []string{dropIn, e.Guest.Skills.Value.Trees[0].Path}; !slices.Equal(left, want) {
		t.Errorf("left: %q", left)
	}
	if got := next.Files[heartbeat]; !got.Since.Equal(e.Collected) {
		t.Errorf("accepted since %s", got.Since)
	}
	if got := next.Files["/etc/sudoers"]; got.Since.Equal(e.Collected) {
		t.Errorf("what did not change is accepted since %s", got.Since)
	}

	_, err = Accept(e.Subject.Baseline, e, "/nowhere", heartbeat, "/nor/there")
	var fault *text.Fault
	if err == nil || !errors.As(err, &fault) || !strings.Contains(err.Error(), `"/nowhere"`) || !strings.Contains(err.Error(), `"/nor/there"`) {
		t.Errorf("unknown paths: %v", err)
	}

	all, err := Accept(e.Subject.Baseline, e)
	if err != nil || len(Drift(all, e)) != 0 {
		t.Errorf("all: %v, %v", err, Drift(all, e))
	}
	// A file that is gone is accepted as gone.
	e.Guest.Kept.Value.Files = slices.DeleteFunc(e.Guest.Kept.Value.Files, func(f KeptFile) bool { return f.Path == heartbeat })
	if next, err = Accept(all, e, heartbeat); err != nil || len(Drift(next, e)) != 0 {
		t.Errorf("gone: %v, %v", err, Drift(next, e))
	}
}

func TestWhatWasNotSeenIsNotAccepted(t *testing.T) {
	for name, break_ := range map[string]func(*Evidence){
		"no files":          func(e *Evidence) { e.Guest.Kept = Fact[KeptFiles]{Err: "EIO"} },
		"no skills":         func(e *Evidence) { e.Guest.Skills = Fact[Loaded]{Err: "EIO"} },
		"no report":         func(e *Evidence) { e.Guest = GuestFacts{Report: Fact[int]{Err: "off"}} },
		"files not listed":  func(e *Evidence) { e.Guest.Kept.Value.More = 1 },
		"skills not listed": func(e *Evidence) { e.Guest.Skills.Value.More = 1 },
		"nothing at all":    func(e *Evidence) { e.Guest.Kept.Value.Files = nil },
	} {
		e := good(t)
		break_(&e)
		if next, err := Accept(e.Subject.Baseline, e); !errors.Is(err, ErrNotSeen) || next != nil || len(text.Hint(err)) == 0 {
			t.Errorf("%s: %v, %v", name, next, err)
		}
	}
	e := good(t)
	e.Guest.Skills.Value.Trees[0].Partial = "bytes"
	e.Guest.Skills.Value.Trees[0].SHA256 = "half"
	keptFile(t, &e, heartbeat, func(f *KeptFile) { f.Problem, f.SHA256 = "EIO", "" })
	next, err := Accept(e.Subject.Baseline, e)
	if err != nil {
		t.Fatal(err)
	}
	if next.Trees[e.Guest.Skills.Value.Trees[0].Path].SHA256 == "half" || next.Files[heartbeat].SHA256 == "" {
		t.Error("what could not be read whole was accepted")
	}
	e = good(t)
	e.Guest.Memory = Fact[Memory]{}
	if _, err := Review(e.Subject.Baseline, e); !errors.Is(err, ErrNotSeen) {
		t.Errorf("memory that nobody saw was reviewed: %v", err)
	}
}

func TestMemoryIsComparedWithTheLastReview(t *testing.T) {
	e := good(t)
	if f := finding(t, e, "K27"); f.Status != Attested || !says(f, "2 memory files are as you reviewed them on 2026-11-03") || !slices.Contains(f.Where, Owner) {
		t.Errorf("%+v", f)
	}
	e.Guest.Memory.Value.Files[0].SHA256 = "other"
	e.Guest.Memory.Value.Files = append(e.Guest.Memory.Value.Files, MemoryFile{Path: layout.Workspace + "/memory/new.md"})
	f := finding(t, e, "K27")
	if f.Status != Attested || !says(f, "changed since your review on 2026-11-03: "+layout.Workspace+"/MEMORY.md") || !says(f, "new.md") {
		t.Errorf("%+v", f)
	}
	next, err := Review(e.Subject.Baseline, e)
	if err != nil || len(Remembered(next, e)) != 0 || !next.Reviewed.Equal(e.Collected) || len(next.Files) == 0 || len(next.Trees) == 0 {
		t.Errorf("%+v %v", next, err)
	}
	if len(Remembered(nil, e)) != 0 || len(Remembered(&Accepted{}, e)) != 0 {
		t.Error("changes since no review")
	}
}

func TestAPromiseLapsesAfterNinetyDaysToTheSecond(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		ago  time.Duration
		want Standing
		left int
	}{
		{0, Confirmed, 90},
		{time.Hour, Confirmed, 90},
		{25 * time.Hour, Confirmed, 89},
		{90 * 24 * time.Hour, Confirmed, 0},
		{90*24*time.Hour + time.Second, Lapsed, 0},
		{10000 * 24 * time.Hour, Lapsed, 0},
		{-time.Hour, Confirmed, 90}, // clocks differ a little
		{-25 * time.Hour, NeverConfirmed, 0},
	} {
		p := promise("K5", map[ID]time.Time{"K5": now.Add(-c.ago)}, now)
		if p.Standing != c.want || p.DaysLeft != c.left {
			t.Errorf("%s ago: %+v", c.ago, p)
		}
	}
	if p := promise("K5", nil, now); p.Standing != NeverConfirmed {
		t.Errorf("%+v", p)
	}
	if p := promise("K5", map[ID]time.Time{"K5": now}, time.Time{}); p.Standing != NeverConfirmed {
		t.Errorf("evidence without a time: %+v", p)
	}
}

func TestThePartThatIsSeenDecidesAndTheOwnersWordIsMarked(t *testing.T) {
	set := func(e *Evidence, when time.Time) {
		for _, id := range Asked() {
			if when.IsZero() {
				delete(e.Subject.Promises, id)
			} else {
				e.Subject.Promises[id] = when
			}
		}
	}
	mine := func(f Finding) (line string) {
		for _, l := range f.Evidence {
			if strings.HasPrefix(l, "your word: ") {
				line += l
			}
		}
		return line
	}
	for _, lang := range []string{text.English, text.Chinese} {
		text.Use(lang)
		for _, id := range Asked() {
			if q := text.T().Checks.Kept.Questions[string(id)]; q == "" || len([]rune(q)) > 250 {
				t.Errorf("%s: %s asks %q", lang, id, q)
			}
		}
	}
	text.Use(text.English)
	for _, id := range Asked() {
		if id == "K27" || !slices.Contains(Judged(), id) || onGood(id) != Met {
			continue
		}
		e := good(t)
		if f := finding(t, e, id); f.Status != Met || !strings.Contains(mine(f), "on 2026-11-03 you confirmed: ") || !slices.Contains(f.Where, Owner) {
			t.Errorf("%s fresh: %s %q", id, f.Status, mine(f))
		}
		set(&e, time.Time{})
		if f := finding(t, e, id); f.Status != Met || !strings.Contains(mine(f), "`clawarium confirm "+string(id)+"`") {
			t.Errorf("%s never: %s %q", id, f.Status, mine(f))
		}
		set(&e, e.Collected.Add(-100*24*time.Hour))
		if f := finding(t, e, id); f.Status != NotChecked || !strings.Contains(mine(f), "your confirmation of 2026-08-14 has lapsed") || !strings.Contains(f.Hint, "clawarium confirm") {
			t.Errorf("%s lapsed: %s %q %q", id, f.Status, mine(f), f.Hint)
		}
	}
	// A confirmation does not make up for what was seen.
	e := good(t)
	sshd(&e, "passwordauthentication", "yes")
	if f := finding(t, e, "K5"); f.Status != NotMet || !strings.Contains(mine(f), "you confirmed") {
		t.Errorf("%+v", f)
	}
	set(&e, e.Collected.Add(-100*24*time.Hour))
	if f := finding(t, e, "K5"); f.Status != NotMet || !strings.Contains(mine(f), "has lapsed") {
		t.Errorf("%+v", f)
	}
	// Of K27 it is the whole.
	e = good(t)
	set(&e, time.Time{})
	if f := finding(t, e, "K27"); f.Status != NotChecked || !strings.Contains(mine(f), "`clawarium confirm K27`") || !strings.Contains(f.Hint, "clawarium confirm") {
		t.Errorf("%+v", f)
	}
	set(&e, e.Collected.Add(-91*24*time.Hour))
	if f := finding(t, e, "K27"); f.Status != NotMet || !strings.Contains(mine(f), "has lapsed") {
		t.Errorf("%+v", f)
	}
	e.Subject.PromisesErr = "it is torn"
	if f := finding(t, e, "K27"); f.Status != NotChecked || !says(f, "it is torn") {
		t.Errorf("%+v", f)
	}
}

func TestEachQuestionBelongsToAControlThatAsks(t *testing.T) {
	for id := range text.T().Checks.Kept.Questions {
		if c, ok := controls.Get(id); !ok || !c.Asked {
			t.Errorf("%s has a question and nothing to ask", id)
		}
	}
	for _, c := range controls.All() {
		if c.Asked && text.T().Checks.Kept.Questions[c.ID] == "" {
			t.Errorf("%s has no question", c.ID)
		}
	}
	if slices.Contains(Asked(), "K25") {
		t.Error("an owner is asked whether a machine that runs is done away with")
	}
}

// A guest that lies about files cannot make lines without end, show what it
// promised to mask, or make a control that is met of nothing.
func TestAGuestThatLiesAboutFilesIsBoundedAndShownMasked(t *testing.T) {
	e := good(t)
	long := strings.Repeat("A", 5000)
	e.Guest.Secrets.Value.Found = slices.Repeat([]SecretFound{{Path: long, Line: 1, Kind: long, Masked: anID}}, 2000)
	e.Guest.Modes.Value.Loose = slices.Repeat([]PathMode{{long, long}}, 2000)
	e.Guest.Skills.Value.Trees = slices.Repeat([]Tree{{Kind: long, Path: long, SHA256: long}}, 2000)
	e.Guest.Skills.Value.Policy = map[string]string{long: long}
	e.Guest.Kept.Value.Files = slices.Repeat([]KeptFile{{Path: layout.Config, Kind: KeptSettings, SHA256: "x", Text: strings.Repeat("a = b\n", 100000)}}, 50)
	e.Guest.Memory.Value.Files = slices.Repeat([]MemoryFile{{Path: long}}, 2000)
	e.Guest.KeyNames.Value.Names = slices.Repeat([]string{long}, 2000)
	begun := time.Now()
	for _, f := range Judge(plan.Plan{}, e) {
		if len(f.Evidence) > 4*(maxNotes+1)+1 {
			t.Errorf("%s has %d lines", f.Control, len(f.Evidence))
		}
		for _, line := range f.Evidence {
			if len([]rune(line)) > maxLine+1 || strings.Contains(line, anID) {
				t.Errorf("%s: %.80q", f.Control, line)
			}
		}
	}
	if took := time.Since(begun); took > 5*time.Second {
		t.Errorf("took %s", took)
	}
}

func TestDriftIsPureAndInOrder(t *testing.T) {
	e := good(t)
	rewritten(t, &e, heartbeat, "of today", "of tomorrow")
	rewritten(t, &e, dropIn, "no", "yes")
	addTree(&e, Tree{Kind: "skill", Path: "/a"})
	before := mustJSON(e)
	one, two := Drift(e.Subject.Baseline, e), Drift(e.Subject.Baseline, e)
	if !reflect.DeepEqual(one, two) || !bytes.Equal(before, mustJSON(e)) {
		t.Error("two looks differ, or the evidence was changed")
	}
	if len(one) != 3 || !slices.IsSortedFunc(one, func(a, b Change) int { return strings.Compare(a.Path, b.Path) }) {
		t.Errorf("%+v", one)
	}
	if Drift(nil, e) != nil {
		t.Error("drift from nothing")
	}
}

func TestADifferenceIsShortHoweverLongTheTextsAre(t *testing.T) {
	var a, b strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&a, "line %d\n", i)
		fmt.Fprintf(&b, "line %d\n", i*2)
	}
	if got := difference(a.String(), b.String()); len(got) != maxChangeLines || !strings.Contains(got[maxChangeLines-1], "more") {
		t.Errorf("%d lines, the last %q", len(got), got[len(got)-1])
	}
	if got := difference("a\nb\nc\n", "c\nb\na\n"); len(got) != 0 {
		t.Errorf("another order: %q", got)
	}
	if got := difference("a\na\n", "a\n"); !slices.Equal(got, []string{"- a"}) {
		t.Errorf("one of two: %q", got)
	}
}
