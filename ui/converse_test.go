package ui

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/provision/plan"
)

// Inputs of whole conversations. The last line of each is what makes the machine.
var (
	recommendedPath = []string{"", "1", "make"}
	everyQuestion   = []string{
		"", "2", "yes", // language, how, everything
		"reef", "2", "3GiB", "10GiB", "system", "1", "", // size
		"build", "", "", "", "", // sources
		"12GiB",                                                                             // account
		"", "DeepSeek", "slack，1", "*.example.org x.example:8443", "192.168.1.20:11434", "", // network
		testKey,
		"2",                        // rights
		"yes", "no", "", "yes", "", // promises
		"detail", "plan", "save /tmp/reef.yaml",
		"make",
	}
)

func joinLines(lines []string) string { return strings.Join(lines, "\n") + "\n" }

func TestTheRecommendedSettingsLeadFromWelcomeToTheSelfCheck(t *testing.T) {
	inBoth(t, func(t *testing.T) {
		d := newLineDriver()
		got := held(t, d, LineOptions{}, joinLines(recommendedPath))
		if got.code != 0 || got.err != nil || len(d.applied) != 1 || len(plan.Diff(d.applied[0], plan.Default(testHost))) > 0 {
			t.Errorf("code %d, %v, applied %v", got.code, got.err, d.applied)
		}
		transcript(t, "recommended", got)
	})
}

func TestEveryQuestionIsAskedOfThoseWhoSetEverything(t *testing.T) {
	inBoth(t, func(t *testing.T) {
		d := newLineDriver()
		got := held(t, d, LineOptions{}, joinLines(everyQuestion))
		if got.code != 0 || len(d.applied) != 1 {
			t.Fatalf("code %d, %v, applied %v\n%s", got.code, got.err, d.applied, got.said)
		}
		p := d.applied[0]
		for key, want := range map[string]string{"name": "reef", "machine.memory": "3GiB", "connection": "system", "image.source": "build",
			"machine.dataDisk": "12GiB", "openclaw.provider": "deepseek", "network.channels": "telegram slack",
			"network.allow": "*.example.org x.example:8443", "network.modelServer": "192.168.1.20:11434", "openclaw.preset": "workspace"} {
			if p.Get(key) != want {
				t.Errorf("%s is %q, want %q", key, p.Get(key), want)
			}
		}
		if d.keys[0] != testKey {
			t.Error("the key did not arrive")
		}
		if fmt.Sprint(d.promised[0]) != "[K2 K12]" {
			t.Errorf("promised %v", d.promised[0])
		}
		if len(plan.Diff(d.saved["/tmp/reef.yaml"], p)) > 0 {
			t.Errorf("saved %v", d.saved)
		}
		transcript(t, "everything", got)
	})
}

func TestABadAnswerIsQuotedExplainedAndAskedAgain(t *testing.T) {
	inBoth(t, func(t *testing.T) {
		d := newLineDriver()
		got := held(t, d, LineOptions{}, joinLines([]string{
			"klingon", "＜", "？", "", // language
			"3", "maybe", "<", "", "２", // welcome
			"perhaps", "no",
			"Not A Name", "../up", "\x1b[31mred\x07", "?", "back", "no", "sk-0123456789abcdefghijklmn", "reef", // name
			"0", "many", "4", // processors
			"4GB", "64MiB", strings.Repeat("x", 5000), "4GiB",
			"9999TiB", "",
			"floppy", "file", "relative/path", "/nowhere/image.qcow2", "", "<", "auto", // sources
			"ftp://x", "http://me:hunter22@proxy.example", "-", "",
			"",
			"named hosts only", "zhipu", "智谱（z.ai）国际站", // network
			"?", "telegram and slack", "8", "飞书 / LARK, 钉钉", "<", "-",
			"https://x.example/y", "*.com", "127.1 10.0.0.1", "x.example",
			"a key with blanks", testKey,
			"FULL",
			"perhaps", "no", "", "", "", "",
			"", "certainly", "save", "save /tmp/a.yaml", "save /tmp/a.yaml", "change", "9", "<", "change rights", "cautious", "quit",
		}))
		if got.code != 130 || len(d.applied) > 0 {
			t.Errorf("code %d, %v, applied %v", got.code, got.err, d.applied)
		}
		for _, secret := range []string{"hunter22", "sk-0123456789abcdefghijklmn"} {
			if at := strings.ReplaceAll(got.said, "«"+secret, ""); strings.Contains(strings.ReplaceAll(at, "«http://me:"+secret, ""), secret) {
				t.Errorf("%q is said back", secret)
			}
		}
		got.said = strings.NewReplacer("«\x1b[31mred\x07»", "«(escape sequence)»").Replace(got.said)
		transcript(t, "errors", got)
	})
}

func TestWhatDoesNotWorkIsToldAndAskedAbout(t *testing.T) {
	inBoth(t, func(t *testing.T) {
		d := newLineDriver()
		fault := &text.Fault{What: `the disk of "openclaw" is full`, Hint: "make room, and try again"}
		d.failing = []error{fault, fault}
		got := held(t, d, LineOptions{}, joinLines([]string{"", "", "yes", "later", "1", "undo", "no", "2", "yes"}))
		if got.code != 2 || got.err != nil || len(d.applied) != 2 || fmt.Sprint(d.undone) != "[openclaw]" {
			t.Errorf("code %d, %v, applied %d, undone %v", got.code, got.err, len(d.applied), d.undone)
		}
		transcript(t, "failure", got)
	})
}

func TestWhatWasMadeStaysWhenTheInputEndsBehindAFailure(t *testing.T) {
	for _, rest := range []string{"", "undo\n", "undo\nno\n", "undo\nye"} {
		d := newLineDriver()
		d.failing = []error{errors.New("no")}
		got := held(t, d, LineOptions{}, "\n\nyes\n"+rest)
		if got.code != 2 || got.err != nil || len(d.undone) > 0 {
			t.Errorf("%q: code %d, %v, undone %v", rest, got.code, got.err, d.undone)
		}
	}
}

func TestAComputerThatCannotDoItEndsThereOrIsLookedAtAgain(t *testing.T) {
	stops := Preflight{Lines: []PreflightLine{
		{Status: checks.NotMet, What: "libvirt is not installed", Hint: "sudo apt install libvirt-daemon-system", Stops: true}}}
	inBoth(t, func(t *testing.T) {
		d := newLineDriver()
		d.looks = []Preflight{stops, stops}
		got := held(t, d, LineOptions{}, "\n\ngo on\nagain\nagain\nquit\n")
		if got.code != 130 || len(d.applied) > 0 {
			t.Errorf("code %d, %v", got.code, got.err)
		}
		transcript(t, "computer", got)
	})
	for _, rest := range []string{"", "quit\n", "again\n", "again\nquit\n", "yes\n\n"} {
		d := newLineDriver()
		d.looks = []Preflight{stops, stops, stops}
		if got := held(t, d, LineOptions{}, "\n\n"+rest); got.code != 2 || len(d.applied) > 0 {
			t.Errorf("%q: code %d, %v", rest, got.code, got.err)
		}
	}
}

func TestAMachineThatWasBegunIsGoneOnWithByItsOwnPlan(t *testing.T) {
	inBoth(t, func(t *testing.T) {
		d := newLineDriver()
		d.review.Existing = true
		p := plan.Default(testHost)
		p.Name, p.OpenClaw.Provider = "reef", "zai"
		got := held(t, d, LineOptions{Plan: p, Existing: true}, "zh\n"+testKey+"\nchange\nmake\n")
		if got.code != 0 || len(d.applied) != 1 || d.applied[0].Language != p.Language || len(plan.Diff(d.applied[0], p)) > 0 {
			t.Errorf("code %d, %v, applied %v", got.code, got.err, d.applied)
		}
		text.Use(text.English)
		if strings.HasSuffix(t.Name(), "zh") {
			text.Use(text.Chinese)
		}
		transcript(t, "begun", got)
	})
}
