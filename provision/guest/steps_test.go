package guest

import (
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/clawarium/clawarium/assets/layout"
	"github.com/clawarium/clawarium/assets/text"
)

// testCA is a certificate authority that signs nothing (ed25519, CN=test).
const testCA = `-----BEGIN CERTIFICATE-----
MIIBLzCB4qADAgECAhRmF0V2wUkqQ8H0fyYTwcQXkPlW4jAFBgMrZXAwDzENMAsG
A1UEAwwEdGVzdDAeFw0yNjAxMDEwMDAwMDBaFw0zNjAxMDEwMDAwMDBaMA8xDTAL
-----END CERTIFICATE-----
`

func testSteps(t *testing.T, s Settings) []Step {
	t.Helper()
	if s.Config == nil {
		config, err := Config(ConfigChoices{Preset: "cautious", Provider: "none"})
		if err != nil {
			t.Fatal(err)
		}
		s.Config = config
	}
	steps, err := Steps(s)
	if err != nil {
		t.Fatal(err)
	}
	return steps
}

func TestTheStepsAreInOrderAndHaveTitles(t *testing.T) {
	want := []string{
		"guest-hostkey", "guest-account", "guest-directories", "guest-ssh", "guest-ca",
		"guest-code", "guest-config", "guest-service", "guest-proxy", "guest-gateway",
	}
	var got []string
	for _, s := range testSteps(t, Settings{Stretch: 5}) {
		got = append(got, s.ID)
		if text.T().Guest.Titles[s.ID] == "" {
			t.Errorf("%s has no title", s.ID)
		}
		if s.Deadline < 5*time.Minute {
			t.Errorf("%s: deadline %s is not stretched", s.ID, s.Deadline)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %v", got)
	}
}

// scripts returns every script that is run in the guest, by name.
func scripts(t *testing.T) map[string]string {
	all := map[string]string{}
	for _, s := range testSteps(t, Settings{CA: []byte(testCA), Approvals: []byte("{}")}) {
		all[s.ID+".check"], all[s.ID+".undo"] = s.CheckScript(), s.UndoScript()
		if s.ID != "guest-hostkey" {
			all[s.ID+".apply"] = s.ApplyScript()
		}
	}
	return all
}

func TestEveryScriptIsSoundShell(t *testing.T) {
	all := prelude("all")
	for name, script := range scripts(t) {
		if left := regexp.MustCompile(`@[A-Z]+@`).FindString(script); left != "" {
			t.Errorf("%s: %s is not filled in", name, left)
		}
		c := exec.Command("sh", "-n")
		c.Stdin = strings.NewReader(script)
		if out, err := c.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
		id, _, _ := strings.Cut(name, ".")
		all += "\n# " + name + "\n(\n" + strings.TrimPrefix(script, prelude(id)) + ")\n"
	}
	shellcheck, err := exec.LookPath("shellcheck")
	if err != nil {
		t.Skip("shellcheck is not installed")
	}
	// 2154, 2034: variables of the prelude; 2015: `a && b || die` is meant;
	// 2030, 2031: subshells are meant; 2174: parents may have the umask's mode.
	c := exec.Command(shellcheck, "-s", "sh", "-S", "warning", "-e", "2154,2034,2015,2030,2031,2174", "-")
	c.Stdin = strings.NewReader(all)
	if out, err := c.CombinedOutput(); err != nil {
		t.Errorf("%s", out)
	}
}

func TestNoScriptHoldsASecretOrFetchesAnything(t *testing.T) {
	for name, script := range scripts(t) {
		for _, word := range []string{"PRIVATE KEY", "curl ", "wget ", "apt-get", "npm "} {
			if strings.Contains(script, word) {
				t.Errorf("%s says %q", name, word)
			}
		}
	}
}

func TestWhatIsNoCertificateIsNoCertificateAuthority(t *testing.T) {
	for _, bad := range []string{"x", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", testCA + "rest"} {
		if _, err := Steps(Settings{CA: []byte(bad)}); err == nil {
			t.Errorf("%q is accepted", bad)
		}
	}
}

func TestTheShellHasTheSandboxOfTheUnit(t *testing.T) {
	box := SandboxConfig{ExtraCA: true}
	unit, err := gatewayUnit(box)
	if err != nil {
		t.Fatal(err)
	}
	for _, command := range []string{ShellCommand(box), OpenClawCommand(box, false, "status")} {
		for _, p := range Sandbox(box) {
			if !strings.Contains(string(unit), "\n"+p.Name+"="+p.Value+"\n") {
				t.Errorf("the unit lacks %s=%s", p.Name, p.Value)
			}
			if !strings.Contains(command, "'--property="+p.Name+"="+p.Value+"'") {
				t.Errorf("the command lacks %s=%s", p.Name, p.Value)
			}
		}
	}
}

func TestArgumentsReachOpenClawAsTheyWereTyped(t *testing.T) {
	command := OpenClawCommand(SandboxConfig{}, true, "it's", "$HOME", "a b", "", "--", ";id")
	words, err := exec.Command("sh", "-c", "set -- "+strings.TrimPrefix(command, "exec ")+`; for w; do printf '%s\n' "$w"; done`).Output()
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Join([]string{"--", layout.Node, layout.OpenClaw, "it's", "$HOME", "a b", "", "--", ";id", ""}, "\n")
	if !strings.HasSuffix(string(words), "\n"+want) {
		t.Errorf("got %q", words)
	}
}

func TestChecksAreReadBackOneByOne(t *testing.T) {
	steps := []Step{{ID: "a"}, {ID: "b"}, {ID: "c"}}
	out := "\nW begin a\n\nW end 0\n\nW begin b\nwhy\nW2 end 0\n\nW end 1\n\nW begin c\n\nW end 2\n"
	found, err := parseChecks("W", out, steps)
	if err != nil {
		t.Fatal(err)
	}
	if !found["a"].OK || found["b"].OK || found["b"].Why != "why\nW2 end 0" || found["c"].OK || found["c"].Why == "" {
		t.Errorf("got %+v", found)
	}
	if _, err := parseChecks("W", out, append(steps, Step{ID: "d"})); err == nil {
		t.Error("a check that gave no answer is taken for one")
	}
}

// fakeRoot runs a script of the prelude's functions below a directory.
func fakeRoot(t *testing.T, root, script string) (string, error) {
	t.Helper()
	p := strings.ReplaceAll(prelude("test"), "own="+layout.Own, "own="+root+"/own")
	out, err := exec.Command("sh", "-c", p+script).CombinedOutput()
	return string(out), err
}

func TestWhatWasSavedOnceIsWhatUndoRestores(t *testing.T) {
	root := t.TempDir()
	file, absent, link := root+"/file", root+"/absent", root+"/link"
	if err := os.WriteFile(file, []byte("one"), 0o640); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("elsewhere", link); err != nil {
		t.Fatal(err)
	}
	me := "$(id -un):$(id -gn)"
	change := "save " + file + "; save " + absent + "; save " + link + "; rm -f " + link + "; put 0600 " + me + " " + file + " <<E\ndHdv\nE\nput 0600 " + me + " " + absent + " <<E\ndHdv\nE\n"
	for range 2 { // the second time must not save what the first one wrote
		if out, err := fakeRoot(t, root, change); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	if data, _ := os.ReadFile(file); string(data) != "two" {
		t.Fatalf("put wrote %q", data)
	}
	if out, err := fakeRoot(t, root, "restore"); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	data, _ := os.ReadFile(file)
	info, _ := os.Stat(file)
	if string(data) != "one" || info.Mode().Perm() != 0o640 {
		t.Errorf("restored %q, %v", data, info.Mode())
	}
	if _, err := os.Lstat(absent); !os.IsNotExist(err) {
		t.Errorf("what was not there is: %v", err)
	}
	if to, _ := os.Readlink(link); to != "elsewhere" {
		t.Errorf("link to %q", to)
	}
}

func TestSameNamesTheLinesThatAreMissing(t *testing.T) {
	out, err := fakeRoot(t, t.TempDir(), "same 'a 1\nb 2\nc 3' 'a 1\nc 3\nb 22'\nexit $bad")
	if err == nil || out != "not so: b 2\n" {
		t.Errorf("%v, %q", err, out)
	}
	if out, err := fakeRoot(t, t.TempDir(), "same 'a\nb' 'b\nx\na'\nexit $bad"); err != nil {
		t.Errorf("%v, %q", err, out)
	}
}

func TestALinkThatLeadsElsewhereIsRefused(t *testing.T) {
	good := "noise\n{\"log\":1}\n{\"browserUrl\":\"http://127.0.0.1:18789/#bootstrapToken=abc\"}\n"
	link, err := dashboardLink([]byte(good), "127.0.0.1:4000")
	if err != nil || link != "http://127.0.0.1:4000/#bootstrapToken=abc" {
		t.Errorf("%q, %v", link, err)
	}
	for _, bad := range []string{
		"", "{}", `{"browserUrl":"https://evil.example/"}`, `{"browserUrl":"http://127.0.0.1:18789@evil.example/"}`,
		`{"browserUrl":"file:///etc/passwd"}`, `{"browserUrl":"javascript:alert(1)"}`, `{"browserUrl":"http://127.0.0.1:1/"}`,
	} {
		if link, err := dashboardLink([]byte(bad), "127.0.0.1:4000"); err == nil {
			t.Errorf("%q gave %q", bad, link)
		}
	}
}

func TestLinesOfTheGuestsCannotDriveTheTerminal(t *testing.T) {
	if got := printable("a\x1b[2Jb\x07\u009b31mc\u202ed\te"); got != "a[2Jb31mcd\te" {
		t.Errorf("got %q", got)
	}
}
