package main

// The check command without a machine: its flags, saved evidence, and the files
// that it writes.

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/checks/report"
	"github.com/clawarium/clawarium/provision/plan"
)

const goodEvidence = "../../checks/testdata/good.json"

// clawarium runs the program in folders of its own and returns its exit status
// and what it printed.
func clawarium(t *testing.T, args ...string) (exit int, out, talk string) {
	t.Helper()
	return clawariumReading(t, context.Background(), "", args...)
}

func clawariumReading(t *testing.T, ctx context.Context, input string, args ...string) (exit int, out, talk string) {
	t.Helper()
	home := t.TempDir()
	for _, name := range []string{"HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"} {
		t.Setenv(name, filepath.Join(home, name))
	}
	t.Setenv("LC_ALL", "C.UTF-8")
	in, err := os.Create(filepath.Join(home, "input"))
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	if _, err := in.WriteString(input); err != nil {
		t.Fatal(err)
	}
	if _, err := in.Seek(0, 0); err != nil {
		t.Fatal(err)
	}
	var stdout, stderr bytes.Buffer
	exit = run(ctx, args, streams{in: in, out: &stdout, err: &stderr})
	text.Use(text.English)
	return exit, stdout.String(), stderr.String()
}

// savedEvidence is evidence in which everything holds, with a change made to it,
// in a file.
func savedEvidence(t *testing.T, change func(*report.Saved)) string {
	t.Helper()
	f, err := os.Open(goodEvidence)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	s, err := report.ReadSaved(f)
	if err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(&s)
	}
	var b bytes.Buffer
	if err := s.JSON(&b); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "evidence.json")
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func openToTheLAN(s *report.Saved) { s.Guest.Config.Value.Values["gateway.bind"] = "lan" }

func TestSavedEvidenceIsJudgedWithoutAMachine(t *testing.T) {
	exit, out, talk := clawarium(t, "check", "--only", "K1,K3", "--from", savedEvidence(t, nil))
	if exit != exitFine || !strings.HasPrefix(out, "Self-check of tank\n") {
		t.Errorf("exit %d:\n%s\n%s", exit, out, talk)
	}
	for _, want := range []string{"SAVED EVIDENCE", "2026-11-22", "Only these were asked for: K1, K3.", "K1   Sealed VM", "Plan unknown"} {
		if !strings.Contains(strings.ReplaceAll(out, "K1  Sealed", "K1   Sealed"), want) {
			t.Errorf("no %q in:\n%s", want, out)
		}
	}
	exit, out, _ = clawarium(t, "check", "--from", savedEvidence(t, openToTheLAN))
	if exit != exitNotMet || !strings.Contains(out, `gateway.bind is "lan"`) {
		t.Errorf("exit %d:\n%s", exit, out)
	}
	// What was not chosen decides nothing; what was, does.
	if exit, _, _ = clawarium(t, "check", "--only", "K1", "--from", savedEvidence(t, openToTheLAN)); exit != exitFine {
		t.Errorf("K1 alone: exit %d", exit)
	}
	if exit, _, _ = clawarium(t, "check", "--only", "k3", "--only", "K1", "--from", savedEvidence(t, openToTheLAN)); exit != exitNotMet {
		t.Errorf("K1 and K3: exit %d", exit)
	}
	blind := savedEvidence(t, func(s *report.Saved) { s.Guest = checks.GuestFacts{} })
	if exit, _, _ = clawarium(t, "check", "--only", "K8", "--from", blind); exit != exitNotChecked {
		t.Errorf("nothing seen: exit %d", exit)
	}
	if exit, out, _ = clawarium(t, "check", "--lang", "zh", "--from", savedEvidence(t, nil)); !strings.Contains(out, "保存的证据") {
		t.Errorf("exit %d, in Chinese:\n%s", exit, out)
	}
	// Its machine is the one in it.
	if exit, _, talk = clawarium(t, "check", "--name", "bowl", "--from", savedEvidence(t, nil)); exit != exitCouldNot || !strings.Contains(talk, `"tank"`) {
		t.Errorf("exit %d: %s", exit, talk)
	}
}

func TestThePlanIsSavedWithTheEvidence(t *testing.T) {
	p := plan.Plan{Name: "tank"}
	p.Image.SHA512 = strings.Repeat("0", 128)
	path := savedEvidence(t, func(s *report.Saved) {
		s.Plan = &p
		s.Subject.Image.Source = "file"
		p.Image.SHA512 = s.Subject.Image.SHA512
	})
	_, out, _ := clawarium(t, "check", "--json", "--only", "K15", "--from", path)
	var r report.Report
	if err := json.Unmarshal([]byte(out), &r); err != nil {
		t.Fatal(err)
	}
	// Without the plan's digest nobody would vouch for the image.
	if r.Plan != p.Hash() || r.Findings[0].Status != checks.Met || !r.Saved {
		t.Errorf("plan %s, K15 %s", r.Plan, r.Findings[0].Status)
	}
}

func TestEverythingWrongWithTheCommandLineIsToldAtOnce(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "x")
	for _, c := range []struct {
		args []string
		want []string
	}{
		{[]string{"--only", "K0,K99"}, []string{`"K0"`, `"K99"`, "K1 to K27"}},
		{[]string{"--only", ""}, []string{"--only names no control"}},
		{[]string{"--explain", "x", "--json", "--from", "f"}, []string{`"X"`, "--json", "--from", "--explain prints words alone"}},
		{[]string{"--explain", "K1", "--only", "K2"}, []string{"--explain does not go with --only"}},
		{[]string{"--json", "--sarif", "-", "--html", "-"}, []string{"--json", "--sarif -", "--html -", "give all but one of them a file"}},
		{[]string{"--by", "score", "--json"}, []string{`"score"`, "--by clause", "--by does not go with --json"}},
		{[]string{"--from", "-", "--against", "-"}, []string{"cannot both read standard input"}},
		{[]string{"--from", goodEvidence, "--evidence", file}, []string{"--evidence does not go with --from", "saved already"}},
		{[]string{"--html", file, "--sarif", dir + "/./x"}, []string{"--sarif and --html name the same file"}},
		{[]string{"--html", goodEvidence, "--against", "../../checks/../checks/testdata/good.json"}, []string{"--html and --against name the same file"}},
		{[]string{"--html", "", "--from", ""}, []string{"--html wants the path", "--from wants the path"}},
		{[]string{"--html", dir, "--sarif", dir + "/none/x", "--only", "K77"}, []string{"not a regular file", `"` + dir + `/none"`, `"K77"`}},
		{[]string{"--scores"}, []string{"--scores"}},
		{[]string{"K1"}, []string{`"K1"`}},
	} {
		exit, out, talk := clawarium(t, append([]string{"check"}, c.args...)...)
		talk = strings.Join(strings.Fields(talk), " ")
		if exit != exitUsage || out != "" {
			t.Errorf("%q: exit %d, %q", c.args, exit, out)
		}
		for _, want := range c.want {
			if !strings.Contains(strings.ToLower(talk), strings.ToLower(want)) {
				t.Errorf("%q does not say %q:\n%s", c.args, want, talk)
			}
		}
	}
}

func TestAControlIsExplainedWithoutAMachine(t *testing.T) {
	exit, out, talk := clawarium(t, "check", "--explain", "K13,K3")
	if exit != exitFine || talk != "" || !strings.HasPrefix(out, "K3  Loopback only\n") || !strings.Contains(out, "K13  ") {
		t.Errorf("exit %d:\n%s%s", exit, out, talk)
	}
	exit, out, _ = clawarium(t, "check", "--explain", "K3", "--lang=zh")
	if exit != exitFine || !strings.Contains(out, "查看什么") {
		t.Errorf("exit %d:\n%s", exit, out)
	}
}

func TestOneFormGoesToStandardOutputAndTheOthersToFiles(t *testing.T) {
	evidence := savedEvidence(t, nil)
	for form, begins := range map[string]string{
		"--html=-": "<!DOCTYPE html>", "--sarif=-": "{\n  \"$schema\"", "--json": "{\n  \"format\"", "--by=clause": "Self-check of",
	} {
		dir := t.TempDir()
		sarif, html := filepath.Join(dir, "r.sarif"), filepath.Join(dir, "r.html")
		args := []string{"check", "--from", evidence, form}
		if !strings.HasPrefix(form, "--sarif") {
			args = append(args, "--sarif", sarif)
		}
		if !strings.HasPrefix(form, "--html") {
			args = append(args, "--html", html)
		}
		_, out, talk := clawarium(t, args...)
		if !strings.HasPrefix(out, begins) || strings.Count(out, "<!DOCTYPE") > 1 {
			t.Errorf("%s: %.80q", form, out)
		}
		for _, path := range args[4:] {
			if strings.HasPrefix(path, "--") {
				continue
			}
			info, err := os.Lstat(path)
			if err != nil || info.Mode() != 0o600 || info.Size() == 0 || !strings.Contains(talk, path) {
				t.Errorf("%s: %v, %v", form, info, err)
			}
		}
		if left, _ := filepath.Glob(filepath.Join(dir, ".*")); len(left) > 0 {
			t.Errorf("left behind: %q", left)
		}
	}
	// Saved evidence can be piped.
	data, err := os.ReadFile(evidence)
	if err != nil {
		t.Fatal(err)
	}
	if exit, out, _ := clawariumReading(t, context.Background(), string(data), "check", "--only=K1", "--from", "-"); exit != exitFine || !strings.Contains(out, "Sealed VM") {
		t.Errorf("from standard input: exit %d\n%s", exit, out)
	}
}

func TestFilesAreReplacedWholeAndNeverThroughALink(t *testing.T) {
	evidence := savedEvidence(t, nil)
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(os.WriteFile(path("old"), []byte("old"), 0o644))
	must(os.Link(path("old"), path("second name")))
	must(os.Symlink(path("second name"), path("link")))
	must(os.Symlink(path("nowhere"), path("dangling")))
	must(syscall.Mkfifo(path("pipe"), 0o600))
	must(os.Mkdir(path("folder"), 0o700))

	for _, name := range []string{"link", "dangling", "pipe", "folder"} {
		exit, _, talk := clawarium(t, "check", "--from", evidence, "--html", path(name))
		if exit != exitCouldNot || !strings.Contains(talk, strconv.Quote(path(name))) || !strings.Contains(talk, "never written through") {
			t.Errorf("%s: exit %d, %s", name, exit, talk)
		}
	}
	if exit, _, _ := clawarium(t, "check", "--from", evidence, "--html", "/dev/null"); exit != exitCouldNot {
		t.Errorf("/dev/null: exit %d", exit)
	}
	if _, err := os.Lstat(path("nowhere")); err == nil {
		t.Error("a dangling link was written through")
	}

	clawarium(t, "check", "--from", evidence, "--html", path("old"))
	info, err := os.Lstat(path("old"))
	must(err)
	second, err := os.ReadFile(path("second name"))
	must(err)
	if info.Mode() != 0o600 || info.Size() < 1000 || string(second) != "old" {
		t.Errorf("%v; the other name of the old file holds %q", info, second)
	}

	// Cut off in the middle, the old file stays.
	before, err := os.ReadFile(path("old"))
	must(err)
	err = writeFile(path("old"), func(w io.Writer) error {
		_, err := w.Write([]byte("half"))
		return errors.Join(err, errors.New("cut off"))
	})
	after, _ := os.ReadFile(path("old"))
	if err == nil || !bytes.Equal(before, after) {
		t.Errorf("%v, %d bytes", err, len(after))
	}
	if left, _ := filepath.Glob(path(".*")); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}

// What cannot be written is an error, and no reason to keep the result back.
func TestAResultIsShownEvenWhenItsFileCannotBeWritten(t *testing.T) {
	var out, talk bytes.Buffer
	a := &app{streams: streams{out: &out, err: &talk}}
	o := checkOutput{html: filepath.Join(t.TempDir(), "gone", "x.html")}
	err := o.write(a, report.Saved{}, report.New("", checks.Evidence{}, nil))
	if len(text.Hint(err)) == 0 || !strings.Contains(out.String(), "Self-check of") || talk.Len() > 0 {
		t.Errorf("%v\n%s%s", err, out.String(), talk.String())
	}
}

func TestHostileEvidenceIsRefusedOrHarmless(t *testing.T) {
	for name, data := range map[string]string{
		"nothing": "", "no JSON": "\x1b[2J", "a list": "[]", "another format": `{"format":99}`,
		"too large": `{"format":1,"host":"` + strings.Repeat("x", checks.MaxEvidence) + `"}`,
		"too deep":  `{"format":1,"subject":` + strings.Repeat(`[`, 1<<20),
	} {
		path := filepath.Join(t.TempDir(), "evidence\x1b[31m")
		if err := os.WriteFile(path, []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, flag := range []string{"--from", "--against"} {
			args := []string{"check", flag, path}
			if flag == "--against" {
				args = append(args, "--from", goodEvidence)
			}
			exit, out, talk := clawarium(t, args...)
			if exit != exitCouldNot || out != "" || strings.Contains(talk, "\x1b[2J") || strings.Contains(talk, "\x1b[31m") {
				t.Errorf("%s of %s: exit %d, %.200q, %.200q", flag, name, exit, out, talk)
			}
		}
	}
	evil := "\x1b]0;owned\x07\u202e<script>alert(1)</script>"
	path := savedEvidence(t, func(s *report.Saved) {
		s.Subject.Machine, s.Subject.URI, s.Subject.Version, s.Subject.Node = evil, evil, evil, evil
		s.Subject.Ensures = map[checks.ID][]string{"K3": {evil}}
		openToTheLAN(s)
		s.Plan = &plan.Plan{Name: evil}
	})
	for _, form := range []string{"--by=place", "--json", "--sarif=-", "--html=-"} {
		exit, out, _ := clawarium(t, "check", "--from", path, "--against", path, form)
		if exit != exitNotMet || strings.ContainsAny(out, "\x1b\x07\u202e") || form == "--html=-" && strings.Contains(out, "<script") {
			t.Errorf("%s: exit %d, %.200q", form, exit, out)
		}
	}
	if exit, _, talk := clawarium(t, "check", "--from", t.TempDir()); exit != exitCouldNot || !strings.Contains(talk, "cannot be read") {
		t.Errorf("a folder: exit %d, %s", exit, talk)
	}
}

// Somebody who gives a pipe that never says anything can still leave.
func TestWaitingForEvidenceCanBeInterrupted(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	exit, _, _ := clawariumReading(t, ctx, "", "check", "--from", path)
	if exit != exitInterrupted {
		t.Errorf("exit %d", exit)
	}
	// Let go of what still waits.
	if f, err := os.OpenFile(path, os.O_WRONLY|syscall.O_NONBLOCK, 0); err == nil {
		f.Close()
	}
}

func TestWhatChangedSinceIsTold(t *testing.T) {
	before, now := savedEvidence(t, func(s *report.Saved) {
		s.Collected = s.Collected.Add(-24 * time.Hour)
		s.Subject.Version = "0.0.9"
	}), savedEvidence(t, openToTheLAN)

	// An earlier report does as well as the evidence that it was made from.
	_, out, _ := clawarium(t, "check", "--from", before, "--json")
	earlier := filepath.Join(t.TempDir(), "report.json")
	if err := os.WriteFile(earlier, []byte(out), 0o600); err != nil {
		t.Fatal(err)
	}
	_, out, _ = clawarium(t, "check", "--from", before, "--json", "--lang", "zh")
	foreign := filepath.Join(t.TempDir(), "report.json")
	if err := os.WriteFile(foreign, []byte(out), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, what := range map[string]string{before: "saved evidence", earlier: "the report"} {
		exit, out, talk := clawarium(t, "check", "--from", now, "--against", path)
		flat := strings.Join(strings.Fields(out), " ")
		for _, want := range []string{
			"Compared with " + what + " of 2026-11-21", "clawarium: was 0.0.9, is 0.1.0", "K3 Loopback only: was met, is not met",
			`+ reported by the guest: gateway.bind is "lan"`, `- reported by the guest: gateway.bind is "loopback"`, "The same as then: K1,",
		} {
			if !strings.Contains(flat, want) {
				t.Errorf("%s: no %q in\n%s%s", what, want, out, talk)
			}
		}
		if exit != exitNotMet {
			t.Errorf("exit %d", exit)
		}
	}
	_, out, _ = clawarium(t, "check", "--from", now, "--against", foreign, "--json")
	var r report.Report
	if err := json.Unmarshal([]byte(out), &r); err != nil {
		t.Fatal(err)
	}
	if r.Changes == nil || r.Changes.Lines || len(r.Changes.Controls) != 1 || r.Changes.Controls[0].Control != "K3" ||
		r.Changes.Controls[0].Was != checks.Met || r.Changes.Controls[0].Is != checks.NotMet {
		t.Errorf("%+v", r.Changes)
	}
	_, out, _ = clawarium(t, "check", "--from", now, "--against", now, "--only", "K1")
	if !strings.Contains(out, "Nothing changed.") {
		t.Error(out)
	}
	// What is neither is refused.
	if exit, _, talk := clawarium(t, "check", "--from", now, "--against", "../../assets/controls/catalogue.json"); exit != exitCouldNot || !strings.Contains(talk, "neither saved evidence nor a report") {
		t.Errorf("exit %d: %s", exit, talk)
	}
}
