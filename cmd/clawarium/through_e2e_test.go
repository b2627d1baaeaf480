//go:build e2e && world

package main

// OpenClaw and the system around it, really working through the one way out: the real
// package's own commands, Debian's archive and the npm registry as this computer
// reaches them, and stand-ins for model providers, over TLS under an authority of the
// tests'. The machine is that of the warden's test.

import (
	"cmp"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/clawarium/clawarium/assets/openclaw"
	"github.com/clawarium/clawarium/provision/warden"
)

// customProvider is the plan's, which OpenClaw does not bring; customName is its host
// and customModel the model that OpenClaw is told of, as the configuration has them.
var (
	customProvider          = cmp.Or(os.Getenv("CLAWARIUM_E2E_PROVIDER"), "deepseek")
	customName, customModel = func() (string, string) {
		of := openclaw.CustomOf(customProvider)
		at, err := url.Parse(of["baseUrl"].(string))
		if err != nil {
			panic(err)
		}
		model := of["models"].([]any)[0].(map[string]any)["id"].(string)
		return at.Hostname(), openclaw.NameOf(customProvider) + "/" + model
	}()
)

// throughIt is what the machine's plan says for that.
func throughIt(t *testing.T, w *world) []string {
	return []string{"--set", "openclaw.provider=" + customProvider, "--set", "network.allow=" + bundledName, "--set", "network.ca=" + authorities(t, w, surround(t))}
}

// everythingThroughIt tries it on a machine whose warden is connected.
func everythingThroughIt(t *testing.T, w *world, name string) {
	s := surround(t)
	// passed says whether the warden let a host through since the test began.
	passed := func(host string) bool {
		entries, err := warden.ReadLog(w.machine(name), 10000)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if e.Host == host && e.Verdict == warden.Allow {
				return true
			}
		}
		return false
	}

	t.Run("the archive's lists are read", func(t *testing.T) {
		out := w.keeper(name, `apt-get update 2>&1; echo "exit $?"`)
		if !strings.Contains(out, "exit 0") || strings.Contains(out, "Err:") || strings.Contains(out, "W:") {
			t.Errorf("%s", out)
		}
	})

	t.Run("an unattended upgrade installs what is newer", func(t *testing.T) {
		// A package of the machine's, made to look one revision older than it is: what
		// the archive has is newer then, whatever day it is.
		out := w.keeper(name, `
set -e
cd /tmp
package=hostname
apt-get download $package >/dev/null 2>&1
dpkg-deb -R ${package}_*.deb old
version=$(dpkg-query -W -f '${Version}' $package)
sed -i "s/^Version: .*/Version: 0~$version/" old/DEBIAN/control
dpkg-deb -b old old.deb >/dev/null
dpkg -i --force-downgrade old.deb >/dev/null 2>&1
echo "was $(dpkg-query -W -f '${Version}' $package)"
# As apt-daily-upgrade.service does it, with packages of the whole release.
unattended-upgrade -v 2>&1 | tail -n 20
echo "is $(dpkg-query -W -f '${Version}' $package), wanted $version"`)
		m := regexp.MustCompile(`(?m)^is (\S+), wanted (\S+)$`).FindStringSubmatch(out)
		if !strings.Contains(out, "was 0~") || m == nil || m[1] != m[2] {
			t.Errorf("%s", out)
		}
	})

	t.Run("OpenClaw asks for updates", func(t *testing.T) {
		r := w.run(10*time.Minute, "openclaw", "--name", name, "--", "update", "status", "--json")
		if !regexp.MustCompile(`"latestVersion": *"20`).MatchString(r.stdout) {
			t.Errorf("%s\n%s", r.stdout, r.stderr)
		}
	})

	// called has OpenClaw call a model with a key that it is given first.
	called := func(t *testing.T, name, model, host, key string) {
		provider, _, _ := strings.Cut(model, "/")
		cmd := "models auth paste-api-key --provider " + provider
		if r := w.fed(key+"\n", 10*time.Minute, nil, append([]string{"openclaw", "--name", name, "--"}, strings.Fields(cmd)...)...); r.exit != 0 {
			t.Fatalf("%s: exit %d\n%s\n%s", cmd, r.exit, r.stdout, r.stderr)
		}
		r := w.runWith(10*time.Minute, nil, "openclaw", "--name", name, "--", "infer", "model", "run", "--local",
			"--model", model, "--prompt", "Reply with exactly: pong", "--json")
		if strings.Contains(r.stderr, "npm") {
			t.Errorf("it looked for a plugin:\n%s", r.stderr)
		}
		shown, _ := s.shown.Load(host)
		if r.exit != 0 || !strings.Contains(r.stdout, "pong") || shown != "Bearer "+key || !passed(host) {
			t.Errorf("exit %d, authorization %q, passed %v\n%s\n%s", r.exit, shown, passed(host), r.stdout, r.stderr)
		}
		if found := w.holding(key); len(found) > 0 {
			t.Errorf("the key is on this computer, in %q", found)
		}
	}
	t.Run("OpenClaw calls a provider that it does not bring, and what else it asks for is refused and listed", func(t *testing.T) {
		called(t, name, customModel, customName, "sk-0123456789abcdef0123456789abcdef")
		if out := w.keeper(name, `curl -s -m 60 -o /dev/null -x http://127.0.0.1:3128 -w '%{http_connect}' https://telemetry.openclaw.ai/; true`); out != "403" {
			t.Errorf("telemetry: %q", out)
		}
		time.Sleep(3 * time.Second) // the list is written every two
		if list := w.run(time.Minute, "allow", "--list", "--name", name).stdout; !strings.Contains(list, "telemetry.openclaw.ai") {
			t.Errorf("not listed:\n%s", list)
		}
	})

	t.Run("OpenClaw calls a provider that it brings", func(t *testing.T) {
		if os.Getenv("CLAWARIUM_E2E_LONG") == "" {
			t.Skip("CLAWARIUM_E2E_LONG is not set: two minutes more, of which most is OpenClaw's start")
		}
		called(t, name, "openrouter/auto", bundledName, "sk-or-0123456789abcdef0123456789ab")
	})

	t.Run("OpenClaw's own validation of its proxy agrees", func(t *testing.T) {
		if os.Getenv("CLAWARIUM_E2E_LONG") == "" {
			t.Skip("CLAWARIUM_E2E_LONG is not set: a minute more, of which most is OpenClaw's start")
		}
		r := w.runWith(10*time.Minute, nil, "openclaw", "--name", name, "--", "proxy", "validate", "--json",
			"--timeout-ms", "60000", "--allowed-url", "https://"+customName+"/")
		if r.exit != 0 {
			t.Errorf("exit %d\n%s\n%s", r.exit, r.stdout, r.stderr)
		}
	})
}

// authorities is a file with what this computer trusts besides what everybody does, and
// with the authority of the tests' world.
func authorities(t *testing.T, w *world, s *surroundings) string {
	t.Helper()
	all, err := os.ReadFile(filepath.Join(s.dir, "ca.pem"))
	if err != nil {
		t.Fatal(err)
	}
	extra, _ := filepath.Glob("/usr/local/share/ca-certificates/*.crt")
	for _, file := range extra {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all = append(append(all, data...), '\n')
	}
	path := filepath.Join(w.home, "authorities.pem")
	if err := os.WriteFile(path, all, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}
