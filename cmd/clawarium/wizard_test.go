package main

// Which guide leads a person, and where it begins.

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/provision"
	"github.com/clawarium/clawarium/provision/host"
	"github.com/clawarium/clawarium/provision/plan"
	"github.com/clawarium/clawarium/provision/steps"
	"github.com/clawarium/clawarium/ui"
)

// led is a person's directories, and guides that note what they were asked.
type led struct {
	t    *testing.T
	dirs host.Dirs
	// capable is whether the terminal can show the screen; code and err are what
	// the guides return.
	capable bool
	code    int
	err     error

	screen *ui.Options
	lines  *ui.LineOptions
}

func newLed(t *testing.T) *led {
	dir := t.TempDir()
	return &led{t: t, dirs: host.Dirs{State: filepath.Join(dir, "state"), Cache: filepath.Join(dir, "cache")}}
}

func (l *led) app() *app {
	return &app{
		streams: streams{in: os.Stdin, out: io.Discard, err: io.Discard}, dirs: l.dirs, name: "openclaw",
		guides: guides{
			capable: func(_, _ *os.File, getenv func(string) string) bool { return l.capable && getenv("TERM") != "dumb" },
			screen: func(_ context.Context, _ ui.Driver, o ui.Options) (int, error) {
				l.screen = &o
				return l.code, l.err
			},
			lines: func(_ context.Context, _ ui.Driver, o ui.LineOptions) (int, error) {
				l.lines = &o
				return l.code, l.err
			},
		},
	}
}

// run runs a command line and returns its exit status and what it said.
func (l *led) run(args ...string) (int, string) {
	l.t.Helper()
	l.screen, l.lines = nil, nil
	var talk bytes.Buffer
	a := l.app()
	a.err = &talk
	in, err := os.Open(os.DevNull)
	if err != nil {
		l.t.Fatal(err)
	}
	defer in.Close()
	a.in = in
	root := newRoot(a)
	root.SetArgs(args)
	root.SetOut(io.Discard)
	root.SetErr(io.Discard)
	code := exitStatus(l.t.Context(), &talk, root.ExecuteContext(l.t.Context()))
	text.Use(text.English)
	return code, talk.String()
}

// machine makes a machine's files: its plan, its choices on libvirt's own test
// driver, and a journal in which the first steps are done, all of them when made
// is negative.
func (l *led) machine(name string, made int, change func(*plan.Plan)) plan.Plan {
	l.t.Helper()
	p := plan.Default(l.app().hostFacts())
	p.Name = name
	if change != nil {
		change(&p)
	}
	data, err := p.YAML()
	if err != nil {
		l.t.Fatal(err)
	}
	dir := l.dirs.Machine(name)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		l.t.Fatal(err)
	}
	choices := `{"uri":"test:///default","arch":"amd64","uuid":"5a2f0c1e-7b1d-4c55-9a57-0d7f6b1c2e3a","mac":"52:54:00:00:00:01",` +
		`"guestIP":"10.0.2.15","prefix":24,"sshPort":2222,"poolPath":"/nowhere","kvmWhy":"it was not tried"}`
	for file, content := range map[string][]byte{"plan.yaml": data, "choices.json": []byte(choices)} {
		if err := os.WriteFile(filepath.Join(dir, file), content, 0o600); err != nil {
			l.t.Fatal(err)
		}
	}
	env, err := steps.New(p, l.dirs, "test")
	if err != nil {
		l.t.Fatal(err)
	}
	list := env.Steps()
	if made >= 0 {
		list = list[:made]
	}
	for i := range list {
		done := false
		list[i].Holds = func(context.Context) (bool, error) { return done, nil }
		list[i].Before = nil
		list[i].Do = func(context.Context, json.RawMessage, provision.Reporter) error { done = true; return nil }
	}
	if _, err := provision.New(dir, list, nil, provision.Options{Version: "test"}).Do(l.t.Context()); err != nil {
		l.t.Fatal(err)
	}
	return p
}

func TestThePageAPersonIsLedToDependsOnTheMachine(t *testing.T) {
	l := newLed(t)
	l.machine("tank", -1, nil)
	l.machine("half", 5, func(p *plan.Plan) { p.OpenClaw.Preset = plan.Full })
	// Killed before its plan was kept: there is a journal, and no more.
	if err := os.MkdirAll(l.dirs.Machine("new"), 0o700); err != nil {
		t.Fatal(err)
	}
	other := filepath.Join(t.TempDir(), "plan.yaml")
	if err := os.WriteFile(other, []byte("name: other\nopenclaw:\n  preset: workspace\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args     []string
		page     string
		existing bool
		name     string
		preset   string
	}{
		{nil, "welcome", false, "openclaw", plan.Cautious},
		{[]string{"setup"}, "welcome", false, "openclaw", plan.Cautious},
		{[]string{"--name", "new"}, "welcome", false, "new", plan.Cautious},
		{[]string{"--name", "tank"}, "dashboard", true, "tank", plan.Cautious},
		{[]string{"setup", "--name", "tank"}, "dashboard", true, "tank", plan.Cautious},
		{[]string{"--name", "half"}, "review", true, "half", plan.Full},
		{[]string{"setup", "--name", "half"}, "review", true, "half", plan.Full},
		{[]string{"setup", "--plan", other}, "review", false, "other", plan.Workspace},
		{[]string{"setup", "--set", "openclaw.preset=full"}, "review", false, "openclaw", plan.Full},
	} {
		for _, screen := range []bool{true, false} {
			l.capable = screen
			title := fmt.Sprintf("%v, screen %v", c.args, screen)
			code, talk := l.run(c.args...)
			if code != exitFine || talk != "" {
				t.Errorf("%s: exit %d, %s", title, code, talk)
			}
			var p plan.Plan
			existing, page := false, c.page
			switch {
			case screen && l.screen != nil && l.lines == nil:
				p, existing, page = l.screen.Plan, l.screen.Existing, l.screen.Start
			case !screen && l.lines != nil && l.screen == nil:
				p, existing = l.lines.Plan, l.lines.Existing
				if l.lines.Dashboard != (c.page == "dashboard") {
					t.Errorf("%s: dashboard %v", title, l.lines.Dashboard)
				}
			default:
				t.Errorf("%s: the wrong guide", title)
				continue
			}
			if page != c.page || existing != c.existing || p.Name != c.name || p.OpenClaw.Preset != c.preset {
				t.Errorf("%s: page %s, existing %v, name %s, preset %s", title, page, existing, p.Name, p.OpenClaw.Preset)
			}
		}
	}
}

func TestTheScreenIsShownWhereTheTerminalCanAndNobodyAskedForLines(t *testing.T) {
	for _, c := range []struct {
		title   string
		capable bool
		term    string
		args    []string
		screen  bool
	}{
		{"a terminal", true, "xterm", nil, true},
		{"no terminal", false, "xterm", nil, false},
		{"a dumb terminal", true, "dumb", nil, false},
		{"lines asked for", true, "xterm", []string{"--line"}, false},
		{"lines asked for in setup", true, "xterm", []string{"setup", "--line"}, false},
		{"setup on a terminal", true, "xterm", []string{"setup"}, true},
		{"verbose, which is for lines", false, "xterm", []string{"-v"}, false},
	} {
		l := newLed(t)
		l.capable = c.capable
		t.Setenv("TERM", c.term)
		l.run(c.args...)
		if (l.screen != nil) != c.screen || (l.lines != nil) == c.screen {
			t.Errorf("%s: screen %v, lines %v", c.title, l.screen != nil, l.lines != nil)
		}
		if c.title == "verbose, which is for lines" && !l.lines.Verbose {
			t.Error("not verbose")
		}
	}
}

func TestWhatIsWrongIsToldBeforeAnybodyIsLed(t *testing.T) {
	l := newLed(t)
	l.capable = true
	l.machine("tank", -1, nil)
	bad := filepath.Join(t.TempDir(), "plan.yaml")
	if err := os.WriteFile(bad, []byte("machine:\n  memry: 4GiB\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		exit int
		says string
	}{
		{[]string{"--name", "../x"}, exitUsage, `"../x"`},
		{[]string{"setup", "--name", "../x"}, exitUsage, `"../x"`},
		{[]string{"setup", "--plan", bad}, exitUsage, "memry"},
		{[]string{"setup", "--plan", "/no/such/plan"}, exitCouldNot, `"/no/such/plan"`},
		{[]string{"setup", "--set", "machine.memory=4TiB"}, exitUsage, `"4TiB"`},
		{[]string{"setup", "--name", "tank", "--set", "openclaw.preset=full"}, exitCouldNot, "another plan"},
		{[]string{"--frobnicate"}, exitUsage, "--frobnicate"},
		// These do not lead anybody, so they want a terminal for their one question.
		{[]string{"setup", "--until", "keys"}, exitUsage, "--yes"},
		{[]string{"setup", "--until", "gateway"}, exitUsage, `"gateway"`},
	} {
		code, talk := l.run(c.args...)
		if code != c.exit || !strings.Contains(talk, c.says) || l.screen != nil || l.lines != nil {
			t.Errorf("%v: exit %d\n%s", c.args, code, talk)
		}
	}
}

func TestTheGuidesStatusIsThatOfTheProgram(t *testing.T) {
	fault := &text.Fault{What: "it broke", Hint: "go on with this"}
	for _, c := range []struct {
		code int
		err  error
		exit int
		says []string
	}{
		{exitFine, nil, exitFine, nil},
		{exitNotMet, nil, exitNotMet, nil},
		{exitInterrupted, fault, exitInterrupted, []string{"it broke", "go on with this"}},
		{143, nil, 143, nil},
		{exitCouldNot, fault, exitCouldNot, []string{"it broke"}},
		{exitFine, fault, exitFine, []string{"go on with this"}},
		// Nobody to ask: a mistake in how it was called, with the way to do without.
		{exitCouldNot, &text.Fault{What: "no answer", Err: io.ErrUnexpectedEOF}, exitUsage, []string{"no answer", "--yes"}},
	} {
		for _, screen := range []bool{true, false} {
			l := newLed(t)
			l.capable, l.code, l.err = screen, c.code, c.err
			code, talk := l.run()
			if code != c.exit {
				t.Errorf("%d and %v: exit %d", c.code, c.err, code)
			}
			for _, want := range c.says {
				if strings.Count(talk, want) != 1 {
					t.Errorf("%d and %v: %q is not said once in\n%s", c.code, c.err, want, talk)
				}
			}
		}
	}
}

func TestTheStoredPlansLanguageIsSpokenUnlessAnotherIsAskedFor(t *testing.T) {
	l := newLed(t)
	l.machine("tank", -1, func(p *plan.Plan) { p.Language = text.Chinese })
	l.err = errors.New("x")
	english := text.T().Engine.ErrorPrefix
	if _, talk := l.run("--name", "tank"); strings.HasPrefix(talk, english) {
		t.Errorf("%q", talk)
	}
	if _, talk := l.run("--name", "tank", "--lang", "en"); !strings.HasPrefix(talk, english) {
		t.Errorf("%q", talk)
	}
}

func TestTheLogOfTheScreenIsMadeWhenThereIsSomethingToWrite(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state", "screen.log")
	log := &lateLog{path: path}
	if _, err := os.Stat(filepath.Dir(path)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("made before: %v", err)
	}
	for range 2 {
		if _, err := io.WriteString(log, "line\n"); err != nil {
			t.Fatal(err)
		}
	}
	data, err := os.ReadFile(path)
	if info, _ := os.Stat(path); err != nil || string(data) != "line\nline\n" || info.Mode().Perm() != 0o600 {
		t.Errorf("%q, %v", data, err)
	}
}
