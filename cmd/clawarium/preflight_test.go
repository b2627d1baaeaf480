package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/checks/preflight"
	"github.com/clawarium/clawarium/provision/plan"
	"github.com/clawarium/clawarium/ui"
)

func TestOnlyWhatWasProposedIsRun(t *testing.T) {
	l := newLed(t)
	d := l.driver()
	p := plan.Default(d.Host())
	p.Machine.Acceleration = plan.Emulation
	file := filepath.Join(t.TempDir(), "made")
	d.fixes = []preflight.Fix{{ID: "file", Title: "make a file", Do: []preflight.Command{{"touch", file}}, Undo: []preflight.Command{{"rm", file}}}}
	var said []string
	say := func(s string) { said = append(said, s) }
	if err := d.Fix(t.Context(), p, "another", say); err == nil || len(text.Hint(err)) == 0 || len(said) > 0 {
		t.Errorf("%v, %q", err, said)
	}
	if err := d.Fix(t.Context(), p, preflight.FixRestart, say); err == nil {
		t.Error("a new start that nobody proposed")
	}
	if err := d.Fix(t.Context(), p, "file", say); err != nil || said[0] != "$ touch "+file || !strings.Contains(said[len(said)-1], l.dirs.State) {
		t.Errorf("%v, %q", err, said)
	}
	if _, err := os.Stat(file); err != nil {
		t.Error(err)
	}
	if err := d.Unfix(t.Context(), "file", say); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(file); err == nil {
		t.Error("it is not undone")
	}
	if err := d.Unfix(t.Context(), "file", say); err == nil {
		t.Error("undone twice")
	}
}

func TestAConditionIsShownWithWhatWouldBeRun(t *testing.T) {
	c := preflight.Condition{
		ID: "x", Status: checks.NotMet, What: "what", Why: "why", Hint: "hint", Commands: []string{"c"}, Stops: true,
		Fix: &preflight.Fix{ID: "f", Title: "t", Root: true, Do: []preflight.Command{{"a", "b c"}}, Undo: []preflight.Command{{"d"}}, After: preflight.AfterLogin},
	}
	l := line(c)
	want, sudo := "a 'b c'", os.Geteuid() != 0
	if sudo {
		want = "sudo " + want
	}
	if l.ID != "x" || l.Status != checks.NotMet || !l.Stops || l.Why != "why" || l.Fix.ID != "f" || !l.Fix.Undo || l.Fix.After != ui.AfterLogin ||
		l.Fix.Sudo != sudo || !slices.Equal(l.Fix.Commands, []string{want}) {
		t.Errorf("%+v, %+v", l, l.Fix)
	}
	for _, after := range [][2]string{{preflight.AfterLogin, ui.AfterLogin}, {preflight.AfterRestart, ui.AfterRestart}, {preflight.AfterReboot, ui.AfterReboot}} {
		if after[0] != after[1] {
			t.Errorf("%v", after)
		}
	}
}

func TestWhatAServerCallsItselfDoesNothingToTheTerminal(t *testing.T) {
	var out bytes.Buffer
	o := &preflightOptions{setupOptions: setupOptions{app: &app{streams: streams{out: &out, err: &out}}}}
	long := strings.Repeat("长", 300)
	o.print([]preflight.Condition{{ID: "certificate", Status: checks.NotMet,
		What: "of \x1b[2J\x1b]0;x\x07 CN=\u202eevil\u009b31m \xff", Why: long, Hint: "a\nb"}}, ui.Estimate{})
	if strings.ContainsFunc(out.String(), func(r rune) bool { return r != '\n' && !unicode.IsGraphic(r) }) || !utf8.Valid(out.Bytes()) {
		t.Errorf("%q", out.String())
	}
	if !strings.Contains(out.String(), long) || !strings.Contains(out.String(), "evil") {
		t.Errorf("something is missing: %q", out.String())
	}
}

func TestTheCommandLineIsCheckedBeforeAnythingIsLookedAt(t *testing.T) {
	for _, args := range [][]string{
		{"preflight", "--yes"}, {"preflight", "--fix", "kvm-module"}, {"preflight", "--undo", "kvm-module"}, {"preflight", "there"},
		{"preflight", "--set", "nonsense"}, {"preflight", "--json", "--evidence", "-"}, {"preflight", "--evidence", "/no/such/folder/x"}, {"preflight", "--name", "../x"},
	} {
		if code, said := newLed(t).run(args...); code != exitUsage || said == "" {
			t.Errorf("%q: %d, %s", args, code, said)
		}
	}
}

func TestAFixThatNobodyKnowsIsNone(t *testing.T) {
	if code, said := newLed(t).run("preflight", "--set", "machine.acceleration=emulation", "--fix", "nothing", "--yes"); code != exitCouldNot || !strings.Contains(said, `"nothing"`) {
		t.Errorf("%d, %s", code, said)
	}
}

func TestWhatAProgramReadsHasTheFormThatIsPromised(t *testing.T) {
	l := newLed(t)
	var out bytes.Buffer
	a := l.app()
	a.out, a.err = &out, &bytes.Buffer{}
	root := newRoot(a)
	root.SetArgs([]string{"preflight", "--json", "--set", "machine.acceleration=emulation"})
	code := exitStatus(t.Context(), a.err, root.ExecuteContext(t.Context()))
	var got preflightJSON
	dec := json.NewDecoder(&out)
	dec.DisallowUnknownFields()
	if err := dec.Decode(&got); err != nil || got.Format != 1 || len(got.Conditions) < 4 || got.Estimate.TotalSeconds <= 0 || got.Estimate.WriteBytes <= 0 {
		t.Fatalf("%+v, %v", got, err)
	}
	stops := false
	for _, c := range got.Conditions {
		stops = stops || c.Stops
		if c.ID == "" || c.What == "" || c.Status == string(checks.NotMet) && (c.Why == "" || c.Hint == "") {
			t.Errorf("%+v", c)
		}
		if c.Fix != nil && c.Fix.ID != preflight.FixRestart && len(c.Fix.Commands) == 0 {
			t.Errorf("a fix that runs nothing: %+v", c)
		}
	}
	if got.Ready == stops || (code == exitNotMet) != stops {
		t.Errorf("ready %v, exit status %d, stops %v", got.Ready, code, stops)
	}
}

func TestWhatWasSeenIsSavedAndCanBeJudgedAgain(t *testing.T) {
	l := newLed(t)
	file := filepath.Join(t.TempDir(), "seen.json")
	if code, said := l.run("preflight", "--set", "machine.acceleration=emulation", "--evidence", file); code == exitUsage || code == exitCouldNot {
		t.Fatalf("%d, %s", code, said)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var s preflight.Situation
	if err := json.Unmarshal(data, &s); err != nil || s.Format != preflight.Format || !s.System.OK || !s.Memory.OK {
		t.Fatalf("%+v, %v", s, err)
	}
	if len(preflight.Judge(plan.Default(plan.Host{}), s)) < 4 {
		t.Error("nothing is said of it")
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}
