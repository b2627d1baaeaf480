package image

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/clawarium/clawarium/assets/text"
)

// etc makes an /etc/apt below a directory of its own.
func etc(t *testing.T, files map[string]string) string {
	root := t.TempDir()
	for name, data := range files {
		path := filepath.Join(root, "etc/apt", name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(data), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func TestTheArchiveIsFoundInEveryFormOfSources(t *testing.T) {
	const signed = "[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]"
	for name, c := range map[string]struct {
		files map[string]string
		want  string
	}{
		"deb822": {map[string]string{"sources.list.d/debian.sources": "Types: deb\n# a comment\nURIs: http://mirror.test/debian\nSuites: bookworm bookworm-updates\nComponents: main\nSigned-By: /usr/share/keyrings/debian-archive-keyring.gpg\n\nTypes: deb\nURIs: http://mirror.test/debian-security/\nSuites: bookworm-security\nComponents: main contrib\nSigned-By: /usr/share/keyrings/debian-archive-keyring.gpg\n"},
			"deb " + signed + " http://mirror.test/debian trixie main|deb " + signed + " http://mirror.test/debian trixie-updates main|deb " + signed + " http://mirror.test/debian-security trixie-security main"},
		"one line": {map[string]string{"sources.list": "# deb http://old.test/debian x main\ndeb cdrom:[Debian]/ x main\ndeb-src http://src.test/debian x main\ndeb [arch=amd64] https://mirror.test/debian/ bookworm main non-free # here\n"},
			"deb " + signed + " https://mirror.test/debian trixie main"},
		"another vendor's first": {map[string]string{"sources.list.d/a.list": "deb [signed-by=/usr/share/keyrings/vendor.gpg] http://vendor.test/debian stable main\n", "sources.list.d/b.list": "deb http://mirror.test/debian x main\n"},
			"deb " + signed + " http://mirror.test/debian trixie main"},
		"switched off": {map[string]string{"sources.list.d/a.sources": "Types: deb\nEnabled: no\nURIs: http://off.test/debian\nSuites: x\nComponents: main\n\nTypes: deb deb-src\nURIs: mirror+file:///etc/apt/mirrors/debian.list\nSuites: x\nComponents: main\n", "mirrors/debian.list": "# ours\nhttps://listed.test/debian priority:1\n"},
			"deb " + signed + " https://listed.test/debian trixie main"},
	} {
		a, err := hostArchive(etc(t, c.files))
		if got := strings.Join(a.lines("trixie"), "|"); err != nil || got != c.want {
			t.Errorf("%s: %v\n got %s\nwant %s", name, err, got, c.want)
		}
	}
}

func TestAHostWithoutDebiansArchiveIsToldSo(t *testing.T) {
	for name, files := range map[string]map[string]string{
		"none":    {},
		"ubuntu":  {"sources.list": "deb http://archive.test/ubuntu noble main\n"},
		"trusted": {"sources.list": "deb [trusted=yes] http://mirror.test/debian[trusted=yes] x main\n"},
	} {
		if _, err := hostArchive(etc(t, files)); err == nil || len(text.Hint(err)) == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestOnlySettingsThatReachTheArchiveArePassedOn(t *testing.T) {
	got := pickSettings(`APT::Get::AllowUnauthenticated "true";
Acquire::http::Proxy "http://proxy.test:3128";
Acquire::https::Proxy::mirror.test "DIRECT";
Acquire::AllowInsecureRepositories "true";
Acquire::https::Verify-Peer "false";
Acquire::https::CAInfo "/etc/ca.pem";
Acquire::http::Proxy "";
Acquire::Check-Valid-Until "false";
`)
	want := `Acquire::http::Proxy "http://proxy.test:3128"|Acquire::https::Proxy::mirror.test "DIRECT"|Acquire::https::CAInfo "/etc/ca.pem"|Acquire::Check-Valid-Until "false"`
	if strings.Join(got, "|") != want {
		t.Errorf("got %q", got)
	}
}

func TestAProgramThatFailsIsQuotedAndOneThatIsMissingIsNamed(t *testing.T) {
	m := &memory{}
	err := run(t.Context(), m, command{name: "sh", args: []string{"-c", "echo one; echo two >&2; exit 3"}})
	mustContain(t, "error", err.Error(), "one · two", "sh")
	mustContain(t, "log", m.said(), "sh: one")
	err = run(t.Context(), m, command{name: "no-such-program", pkg: "no-such-package"})
	mustContain(t, "error and hint", err.Error()+strings.Join(text.Hint(err), ""), "no-such-program", "apt-get install no-such-package")
	err = run(t.Context(), m, command{name: "sh", args: []string{"-c", "echo 'No space left on device' >&2; exit 1"}})
	if !isNoSpace(err) {
		t.Errorf("a full disk was not recognised: %v", err)
	}
}
