package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/provision/plan"
	"github.com/clawarium/clawarium/ui"
)

const testKey = "sk-test-of-a-key-that-is-nobodys"

func aPlace() ui.Place {
	p := plan.Default(plan.Host{CPUs: 4, Memory: 16 * plan.GiB, FreeDisk: 100 * plan.GiB})
	p.Name, p.OpenClaw.Preset, p.Language = "tank", plan.Workspace, "zh"
	return ui.Place{Page: "computer", Plan: p, Key: []byte(testKey), Promised: []checks.ID{"K5", "K9"}, Recommended: true}
}

// TestNewStart is no test: it is the process that is started anew by the one below.
func TestNewStart(t *testing.T) {
	if os.Getenv("CLAWARIUM_TEST_NEW_START") == "" {
		t.Skip("a process of another test")
	}
	if _, again := os.LookupEnv(handoverVariable); !again {
		fmt.Printf("first %d\n", os.Getpid())
		t.Fatal(restart(handover{Place: aPlace(), Given: []byte("given")}))
	}
	environ, _ := os.ReadFile("/proc/self/environ")
	h, ok := handedOver()
	_, left := os.LookupEnv(handoverVariable)
	_, twice := handedOver()
	fmt.Printf("second %d %v %s %v %v %v %s %s left=%v twice=%v told=%v\n", os.Getpid(), ok, h.Page, len(plan.Diff(h.Plan, aPlace().Plan)),
		h.Promised, h.Recommended, h.Key, h.Given, left, twice, bytes.Contains(environ, []byte(testKey)))
}

func TestAnswersSurviveANewStartInTheSameProcess(t *testing.T) {
	dir := t.TempDir()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^TestNewStart$", "-test.v")
	cmd.Env = append(os.Environ(), "CLAWARIUM_TEST_NEW_START=1", "TMPDIR="+dir, "HOME="+dir)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var first, second int
	for line := range strings.Lines(string(out)) {
		_, _ = fmt.Sscanf(line, "first %d", &first)
		_, _ = fmt.Sscanf(line, "second %d", &second)
	}
	want := fmt.Sprintf("second %d true computer 0 [K5 K9] true %s given left=false twice=false told=false\n", first, testKey)
	if first == 0 || first != second || !strings.Contains(string(out), want) {
		t.Errorf("%s\nwanted %s", out, want)
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("on a disk: %v", left)
	}
}

func TestAHandoverThatIsNoneIsNotTaken(t *testing.T) {
	file, err := os.Create(filepath.Join(t.TempDir(), "file"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	fmt.Fprint(file, `{"page":"review","plan":"version: 1\n"}`)
	for _, value := range []string{"", "0", "2", "-1", "x", "99999", fmt.Sprint(file.Fd())} {
		t.Setenv(handoverVariable, value)
		if h, ok := handedOver(); ok {
			t.Errorf("%q: %+v", value, h.Page)
		}
		if _, there := os.LookupEnv(handoverVariable); there {
			t.Errorf("%q is still there", value)
		}
	}
}

func TestAPlaceIsKeptForALaterCallWithoutTheKey(t *testing.T) {
	l := newLed(t)
	d := l.driver()
	if _, ok := kept(l.dirs); ok {
		t.Error("of nothing")
	}
	for _, login := range []bool{true, false} {
		how, err := d.Keep(aPlace(), login)
		if err != nil || !strings.Contains(how, "clawarium --name tank") || strings.Contains(how, "log in") != login {
			t.Errorf("%q, %v", how, err)
		}
	}
	data, err := os.ReadFile(keptFile(l.dirs))
	if err != nil || bytes.Contains(data, []byte(`"key":`)) || bytes.Contains(data, []byte("sk-test")) {
		t.Errorf("%d bytes, %v", len(data), err)
	}
	if info, err := os.Stat(keptFile(l.dirs)); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	// The next call begins there, on the screen and in lines; another machine's does not.
	l.capable = true
	if code, said := l.run(); code != 0 || l.screen == nil || l.screen.Start != "computer" || l.screen.Plan.Name != "tank" ||
		l.screen.Existing || !slices.Equal(l.screen.Promised, []checks.ID{"K5", "K9"}) || l.screen.Plan.OpenClaw.Preset != plan.Workspace || !l.screen.Recommended {
		t.Errorf("%d, %s, %+v", code, said, l.screen)
	}
	l.capable = false
	if l.run(); l.lines == nil || l.lines.Page != "computer" || l.lines.Plan.Name != "tank" || !l.lines.Recommended {
		t.Errorf("%+v", l.lines)
	}
	if l.run("--name", "other"); l.lines == nil || l.lines.Page != "" || l.lines.Plan.Name != "other" {
		t.Errorf("another machine's: %+v", l.lines)
	}
	l.machine("tank", 2, nil)
	if l.run(); l.lines == nil || l.lines.Page != "" || l.lines.Plan.Name != "openclaw" {
		t.Errorf("its machine was begun since: %+v", l.lines)
	}
	d.forget("other")
	if _, ok := kept(l.dirs); !ok {
		t.Error("forgotten with another's")
	}
	d.forget("tank")
	if _, ok := kept(l.dirs); ok {
		t.Error("not forgotten")
	}
}

func TestAPlaceThatIsDamagedOrOldIsNone(t *testing.T) {
	l := newLed(t)
	if _, err := l.driver().Keep(aPlace(), true); err != nil {
		t.Fatal(err)
	}
	good, err := os.ReadFile(keptFile(l.dirs))
	if err != nil {
		t.Fatal(err)
	}
	this, old := time.Now().Format("2006-01"), time.Now().AddDate(0, -2, 0).Format("2006-01")
	for title, data := range map[string][]byte{
		"half": good[:len(good)/2], "empty": nil, "another's": []byte(`{"plan":"nonsense: 1"}`),
		"old": bytes.ReplaceAll(good, []byte(`"when":"`+this), []byte(`"when":"`+old)),
	} {
		if err := os.WriteFile(keptFile(l.dirs), data, 0o600); err != nil {
			t.Fatal(err)
		}
		if at, ok := kept(l.dirs); ok {
			t.Errorf("%s: %+v", title, at)
		}
	}
}
