package main

// The driver on directories of the test's own, and on libvirt's test driver where
// it connects.

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/provision"
	"github.com/clawarium/clawarium/provision/plan"
	"github.com/clawarium/clawarium/provision/steps"
	"github.com/clawarium/clawarium/ui"
)

var _ ui.Driver = (*driver)(nil)

func (l *led) driver() *driver { return newDriver(l.app()) }

func TestMachinesAreThoseThatWereBegun(t *testing.T) {
	l := newLed(t)
	d := l.driver()
	if got := d.Machines(); len(got) > 0 {
		t.Errorf("%v", got)
	}
	l.machine("tank", -1, nil)
	l.machine("half", 2, nil)
	for _, name := range []string{"empty", "Not A Name"} {
		if err := os.MkdirAll(l.dirs.Machine(name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(l.dirs.Machine("file"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := d.Machines(); !slices.Equal(got, []string{"half", "tank"}) {
		t.Errorf("%v", got)
	}
	if _, err := d.Stored("empty"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v", err)
	}
	if p, err := d.Stored("tank"); err != nil || p.Name != "tank" {
		t.Errorf("%v, %v", p, err)
	}
	if _, err := d.Stored("../state/machines/tank"); len(plan.Problems(err)) != 1 {
		t.Errorf("%v", err)
	}
}

func TestAPlanIsSavedToANewFileOnly(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	d := newLed(t).driver()
	p := plan.Default(d.Host())
	in := func(name string) string { return filepath.Join(home, name) }
	if err := os.WriteFile(in("there.yaml"), []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(in("folder"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(in("elsewhere"), in("link")); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ path, says string }{
		{"", `""`}, {"  ", `"  "`}, {in("folder") + "/", "folder/"}, {in("a\nb"), `a\nb`}, {in("a\x1b[2Jb"), `a\x1b[2Jb`},
		{in("there.yaml"), "exists"}, {in("folder"), "exists"}, {in("link"), "exists"}, {"~/there.yaml", in("there.yaml")},
		{in("no/such/plan.yaml"), in("no/such")}, {"~/no/plan.yaml", in("no")}, {in("there.yaml/plan.yaml"), "there.yaml"},
	} {
		err := d.SavePlan(p, c.path)
		if err == nil || !strings.Contains(err.Error(), c.says) || len(text.Hint(err)) == 0 {
			t.Errorf("%q: %v, %v", c.path, err, text.Hint(err))
		}
	}
	if data, _ := os.ReadFile(in("there.yaml")); string(data) != "mine" {
		t.Errorf("%q", data)
	}
	if _, err := os.Lstat(in("elsewhere")); err == nil {
		t.Error("written through a link")
	}
	for _, path := range []string{in("plan.yaml"), "~/other.yaml", " " + in("blank.yaml") + " "} {
		if err := d.SavePlan(p, path); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"plan.yaml", "other.yaml", "blank.yaml"} {
		data, err := os.ReadFile(in(name))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := plan.Parse(data, plan.Plan{}); err != nil || len(plan.Diff(p, got)) > 0 {
			t.Errorf("%s: %v, %v", name, plan.Diff(p, got), err)
		}
	}
	p.OpenClaw.Registry = "https://example.org/?token=sk-ant-" + strings.Repeat("a1B2", 12)
	if err := d.SavePlan(p, in("secret.yaml")); err == nil || strings.Contains(err.Error(), "a1B2a1B2") {
		t.Errorf("%v", err)
	}
	if _, err := os.Lstat(in("secret.yaml")); err == nil {
		t.Error("the file is there")
	}
}

func TestAReviewOfAPlanWithProblemsHasThemAndLooksAtNothing(t *testing.T) {
	d := newLed(t).driver()
	p := plan.Default(d.Host())
	p.Machine.Memory, p.OpenClaw.Preset = 64*plan.MiB, "reckless"
	silent := func(string) { t.Error("it looked") }
	r, err := d.Review(t.Context(), p, silent)
	if err != nil || len(r.Problems) != 2 || r.Detail != "" {
		t.Errorf("%v, %v", r.Problems, err)
	}
	p.Name = "../x"
	if r, err = d.Review(t.Context(), p, silent); err != nil || len(r.Problems) != 1 || r.Problems[0].Key != "name" {
		t.Errorf("%v, %v", r.Problems, err)
	}
}

func TestAReviewOfAMachineThatWasBegunSaysWhatIsLeft(t *testing.T) {
	l := newLed(t)
	p := l.machine("tank", 9, nil)
	d := l.driver()
	r, err := d.Review(t.Context(), p, func(string) {})
	if err != nil || !r.Existing {
		t.Fatalf("%+v, %v", r, err)
	}
	if len(r.Lines) < 5 || len(r.Steps) < 15 || r.Seconds == 0 || r.Disk == 0 || !strings.Contains(strings.Join(r.Lines, "\n"), "tank") {
		t.Errorf("%+v", r)
	}
	for _, want := range []string{"<domain", "#cloud-config", "gateway"} {
		if !strings.Contains(r.Detail, want) {
			t.Errorf("no %q in the detail", want)
		}
	}
	if strings.Contains(r.Detail, "OPENSSH PRIVATE KEY-----\nb3") {
		t.Error("a private key in the detail")
	}
	if got, err := plan.Parse([]byte(r.Plan), plan.Plan{}); err != nil || len(plan.Diff(got, p)) > 0 {
		t.Errorf("the plan: %v", err)
	}
	// Another language is no other machine; another preset is.
	p.Language = text.Chinese
	if _, err := d.Review(t.Context(), p, func(string) {}); err != nil {
		t.Error(err)
	}
	p.OpenClaw.Preset = plan.Full
	_, err = d.Review(t.Context(), p, func(string) {})
	if err == nil || !strings.Contains(err.Error(), "openclaw.preset") || len(text.Hint(err)) == 0 {
		t.Errorf("%v", err)
	}
	if _, err := d.Setup(t.Context(), p, nil, nil, func(provision.Event) {}); err == nil || !strings.Contains(err.Error(), "openclaw.preset") {
		t.Errorf("%v", err)
	}
}

// A set-up that fails at its image, so that nothing of libvirt's is asked for.
func TestASetUpThatFailsKeepsThePromisesAndCanBeTakenBack(t *testing.T) {
	l := newLed(t)
	p := l.machine("tank", 1, func(p *plan.Plan) {
		p.Image.Source, p.Image.File = plan.File, "/no/such/image.qcow2"
	})
	d := l.driver()
	var events []provision.Event
	key := []byte("sk-ant-0123456789")
	_, err := d.Setup(t.Context(), p, key, []checks.ID{"K5", "K27"}, func(e provision.Event) { events = append(events, e) })
	var failed *provision.StepError
	if !errors.As(err, &failed) || failed.Step != "base-image" || len(text.Hint(err)) == 0 {
		t.Fatalf("%v", err)
	}
	if n := len(events); n == 0 || events[n-1].Kind != provision.StepFailed {
		t.Errorf("%+v", events)
	}
	m, err := d.Machine("tank")
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	promises, err := m.Promises()
	if err != nil {
		t.Fatal(err)
	}
	for _, promise := range promises {
		if want := promise.Control == "K5" || promise.Control == "K27"; (promise.Standing == checks.Confirmed) != want {
			t.Errorf("%+v", promise)
		}
	}
	if m.Unfinished() == nil {
		t.Error("it is called finished")
	}
	if log, err := os.ReadFile(filepath.Join(l.dirs.Machine("tank"), "steps.log")); err != nil || strings.Contains(string(log), string(key)) {
		t.Errorf("%v: %s", err, log)
	}
	events = nil
	if err := d.Undo(t.Context(), "tank", func(e provision.Event) { events = append(events, e) }); err != nil || len(events) == 0 {
		t.Fatalf("%v, %v", err, events)
	}
	if _, err := os.Stat(l.dirs.State); !errors.Is(err, fs.ErrNotExist) {
		if left, _ := os.ReadDir(l.dirs.Machine("")); len(left) > 0 {
			t.Errorf("left: %v", left)
		}
	}
	if err := d.Undo(t.Context(), "tank", func(provision.Event) { t.Error("something was taken back") }); err != nil {
		t.Errorf("nothing to take back: %v", err)
	}
}

func TestASetUpRefusesWhatCannotBe(t *testing.T) {
	l := newLed(t)
	d := l.driver()
	none := func(provision.Event) { t.Error("it began") }
	p := plan.Default(d.Host())
	p.Name = "../x"
	if _, err := d.Setup(t.Context(), p, nil, nil, none); len(plan.Problems(err)) == 0 {
		t.Errorf("%v", err)
	}
	p = plan.Default(d.Host())
	p.Machine.Memory = 64 * plan.MiB
	if _, err := d.Setup(t.Context(), p, nil, nil, none); len(plan.Problems(err)) == 0 {
		t.Errorf("%v", err)
	}
	if _, err := os.Stat(l.dirs.Machine(p.Name)); err == nil {
		t.Error("the machine's directory stays")
	}
	made := l.machine("tank", 1, func(p *plan.Plan) { p.OpenClaw.Provider = "anthropic" })
	if _, err := d.Setup(t.Context(), made, []byte("two words"), nil, none); err == nil || strings.Contains(err.Error(), "two words") {
		t.Errorf("%v", err)
	}
	lock, err := provision.Acquire(l.dirs.Machine("tank"), "setup")
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Release()
	_, err = d.Setup(t.Context(), made, nil, nil, none)
	var locked *provision.Locked
	if !errors.As(err, &locked) || len(text.Hint(err)) == 0 {
		t.Errorf("%v", err)
	}
	if err := d.Undo(t.Context(), "tank", none); !errors.As(err, &locked) {
		t.Errorf("%v", err)
	}
}

func TestTheKeyOfTheEnvironmentIsTakenOutOfIt(t *testing.T) {
	t.Setenv("CLAWARIUM_MODEL_KEY", "sk-ant-0123456789")
	l := newLed(t)
	p := l.machine("tank", 9, func(p *plan.Plan) { p.OpenClaw.Provider = "anthropic" })
	d := l.driver()
	if _, there := os.LookupEnv("CLAWARIUM_MODEL_KEY"); there || string(d.key) == "" {
		t.Error("it is still there, or not taken")
	}
	r, err := d.Review(t.Context(), p, func(string) {})
	all := strings.Join(append(append(r.Caveats, r.Lines...), r.Detail, r.Plan), "\n")
	if err != nil || !strings.Contains(all, "CLAWARIUM_MODEL_KEY") || strings.Contains(all, "0123456789") {
		t.Errorf("%v: %v", err, r.Caveats)
	}
}

func TestKVMIsTriedAgainOnlyWhenItFailedAndSomebodyLooksAnew(t *testing.T) {
	d := newLed(t).driver()
	for _, c := range []struct {
		ok, anew, kept bool
	}{{true, false, true}, {true, true, true}, {false, false, true}, {false, true, false}} {
		d.remember(&steps.Env{Probed: &steps.Probed{OK: c.ok}})
		if got := d.probe(c.anew); (got != nil) != c.kept {
			t.Errorf("%+v: %v", c, got)
		}
	}
	text.Use(text.Chinese) // its sentence is in the other language
	defer text.Use(text.English)
	if d.probe(false) != nil {
		t.Error("kept in the wrong language")
	}
}

func TestWhatIsReviewedIsWhatIsMade(t *testing.T) {
	d := newLed(t).driver()
	p := plan.Default(d.Host())
	shown := steps.Choices{URI: "test:///default", UUID: "shown", Arch: "amd64"}
	d.chosen, d.of = &shown, p.Hash()
	env, _, err := d.env(p)
	if err != nil {
		t.Fatal(err)
	}
	defer env.Close()
	if err := d.prepare(t.Context(), env, p, func(string) { t.Error("it was decided anew") }); err != nil {
		t.Fatal(err)
	}
	if got := env.Choices(); got == nil || got.UUID != "shown" {
		t.Errorf("%+v", got)
	}
}

func TestAPreflightOfAMachineThatWasBegunNeedsNoLockAndChangesNothing(t *testing.T) {
	l := newLed(t)
	p := l.machine("tank", -1, nil)
	lock, err := provision.Acquire(l.dirs.Machine("tank"), "setup")
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Release()
	before := listing(t, l.dirs.State)
	began := time.Now()
	got, err := l.driver().Preflight(t.Context(), p, func(string) {})
	if err != nil || len(got.Lines) < 5 {
		t.Fatalf("%+v, %v", got, err)
	}
	for _, line := range got.Lines {
		if line.What == "" || line.Status == "" || line.Stops && line.Hint == "" {
			t.Errorf("%+v", line)
		}
	}
	if after := listing(t, l.dirs.State); !slices.Equal(before, after) {
		t.Errorf("%v, then %v", before, after)
	}
	t.Logf("%s: %+v", time.Since(began), got.Lines)
}

// listing is every path below dir with its size and time.
func listing(t *testing.T, dir string) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := e.Info()
		out = append(out, path+" "+info.ModTime().String()+" "+info.Mode().String())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
