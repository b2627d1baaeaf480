package steps

import (
	"errors"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks/preflight"
	"github.com/clawarium/clawarium/provision/host"
	"github.com/clawarium/clawarium/provision/plan"
	"github.com/clawarium/clawarium/provision/virt"
)

func TestToolsAreMissedOnlyWhereTheyAreNeeded(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	e := testEnv(t, "lobster", true)
	said := func(source string, done ...string) (code, build string) {
		e.Plan.Image.Source = source
		for _, tool := range e.tools(t.Context(), e.asked(nil)) {
			if tool.Hint == "" {
				t.Errorf("%s: no hint for %q", source, tool.What)
			}
			if tool.For == "code" {
				code += tool.What
			} else {
				build += tool.What
			}
		}
		return code, build
	}
	if code, build := said("official"); !strings.Contains(code, "mksquashfs") || build != "" {
		t.Errorf("official: %q, %q", code, build)
	}
	for _, source := range []string{"build", "auto"} {
		if _, build := said(source); build == "" {
			t.Errorf("%s: nothing is missing on an empty path", source)
		}
	}
	journaled(t, e, stepChoose, stepImage, stepCode)
	if code, build := said("build"); code != "" || build != "" {
		t.Errorf("both are made: %q, %q", code, build)
	}
}

func TestKVMIsTriedOnceAndTheAnswerKept(t *testing.T) {
	e := testEnv(t, "lobster", true)
	e.Probed = &Probed{true, "it was tried"}
	if got := e.probe(t.Context(), func(string) { t.Error("tried again") }); !got.OK || got.Why != "it was tried" {
		t.Errorf("%+v", got)
	}
}

func TestJoinedErrorsAreALineEachWithItsOwnHint(t *testing.T) {
	one := &text.Fault{What: "one", Hint: "do this"}
	two := &text.Fault{What: "two", Hint: "do that"}
	three := &text.Fault{What: "no three", Err: exec.ErrNotFound} // of which the rest says nothing
	got := troubles("x", errors.Join(one, errors.Join(two, three)))
	want := []preflight.ToolTrouble{{For: "x", What: "one", Hint: "do this"}, {For: "x", What: "two", Hint: "do that"}, {For: "x", What: "no three"}}
	if !slices.Equal(got, want) {
		t.Errorf("%+v", got)
	}
}

func TestAnErrorOfLibvirtIsSortedByWhatCanBeDoneAboutIt(t *testing.T) {
	for kind, err := range map[string]error{
		preflight.LibvirtAbsent: virt.ErrAbsent, preflight.LibvirtDown: virt.ErrDown, preflight.LibvirtDenied: virt.ErrDenied,
		preflight.LibvirtTimeout: virt.ErrTimeout, preflight.LibvirtOld: virt.ErrTooOld, preflight.LibvirtOther: virt.ErrState,
	} {
		got := libvirtTrouble(virt.SystemURI, &text.Fault{What: "what", Hint: "hint", Err: errors.Join(err)})
		if got.Kind != kind || got.URI != virt.SystemURI || !strings.HasPrefix(got.What, "what") || got.Hint != "hint" {
			t.Errorf("%s: %+v", kind, got)
		}
	}
}

func TestRoomIsAskedForWhereItWillBeTaken(t *testing.T) {
	e := testEnv(t, "lobster", true)
	e.choices = nil
	all := func() (places []string, need int64) {
		for _, r := range e.rooms() {
			places = append(places, r.Of+" "+r.Path)
			if r.Of != plan.Session {
				need += r.Need
			}
		}
		return places, need
	}
	places, need := all()
	if want := []string{" " + e.Dirs.Cache, "system " + virt.SystemPoolPath, "session " + sessionPool()}; !slices.Equal(places, want) || need != e.Estimate().Write {
		t.Errorf("%v, %d of %d", places, need, e.Estimate().Write)
	}
	e.Plan.Connection, e.Plan.Image.Source = plan.System, plan.Build
	if places, _ = all(); len(places) != 3 || strings.HasPrefix(places[2], "session") {
		t.Errorf("what a build takes is missing: %v", places)
	}
}

func TestASlowerComputerIsGivenMoreTimeAndAFasterOneNoLess(t *testing.T) {
	base, slow, fast := Choices{}, Choices{Slowness: 2}, Choices{Slowness: 0.5}
	if d := base.Patience(8); slow.Patience(8) != 2*d || fast.Patience(8) != d {
		t.Errorf("%d, %d, %d", base.Patience(8), slow.Patience(8), fast.Patience(8))
	}
	e := testEnv(t, "lobster", true)
	e.Speed = &host.Speed{Slowness: 1, Disk: 1 << 30}
	usual := e.Estimate()
	for _, s := range []host.Speed{{Slowness: 2, Disk: 1 << 30}, {Slowness: 1, Disk: 20 << 20}} {
		e.Speed = &s
		if got := e.Estimate(); got.Time <= usual.Time+usual.Time/10 || got.Write != usual.Write || got.Download != usual.Download {
			t.Errorf("%+v: %+v, usually %+v", s, got, usual)
		}
	}
	e.Speed = &host.Speed{Slowness: 0.5}
	if got := e.Estimate(); got.Time >= usual.Time {
		t.Errorf("a fast one: %s, usually %s", got.Time, usual.Time)
	}
}
