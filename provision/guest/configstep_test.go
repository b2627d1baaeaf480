package guest

// This file: the merge of openclaw.json (assets/guest/config.py), run with this
// computer's Python in place of the guest's.

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// merged runs config.py as the guest does, in a directory of this computer's.
func merged(t *testing.T, action, path, want, last string) (string, bool) {
	t.Helper()
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("python3 is not installed")
	}
	c := exec.Command(python, "-I", "-S", "-c", string(asset("config.py")), action, path)
	c.Stdin = strings.NewReader(`{"want":` + want + `,"last":` + last + `}`)
	out, err := c.CombinedOutput()
	if _, exited := err.(*exec.ExitError); err != nil && !exited {
		t.Fatal(err)
	}
	if strings.Contains(string(out), "Traceback") {
		t.Fatalf("%s", out)
	}
	return strings.TrimSpace(string(out)), err == nil
}

func readConfig(t *testing.T, path string) map[string]any {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var config map[string]any
	if err := json.Unmarshal(data, &config); err != nil {
		t.Fatal(err)
	}
	return config
}

func within(config map[string]any, names ...string) any {
	var v any = config
	for _, n := range names {
		m, _ := v.(map[string]any)
		v = m[n]
	}
	return v
}

func TestTheConfigurationIsWrittenWithATokenAndKeptFromThenOn(t *testing.T) {
	path := filepath.Join(t.TempDir(), "openclaw.json")
	want := `{"gateway":{"bind":"loopback","auth":{"mode":"token"}},"tools":{"deny":["a","b"]},"agents":{"defaults":{"model":{"primary":"x"}}}}`
	if why, ok := merged(t, "check", path, want, "null"); ok || why != "openclaw.json is missing" {
		t.Errorf("%v %q", ok, why)
	}
	if out, ok := merged(t, "apply", path, want, "null"); !ok || out != "changed" {
		t.Fatalf("%v %q", ok, out)
	}
	token, _ := within(readConfig(t, path), "gateway", "auth", "token").(string)
	if !regexp.MustCompile(`^[0-9a-f]{64}$`).MatchString(token) {
		t.Fatalf("token of %d characters", len(token))
	}
	if info, _ := os.Stat(path); info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v", info.Mode())
	}
	if why, ok := merged(t, "check", path, want, want); !ok {
		t.Errorf("after apply: %q", why)
	}
	// The owner adds, the agent loosens.
	config := readConfig(t, path)
	config["channels"] = map[string]any{"telegram": map[string]any{"enabled": true}}
	within(config, "gateway").(map[string]any)["bind"] = "lan"
	within(config, "tools").(map[string]any)["deny"] = []string{"b", "mine"}
	within(config, "agents", "defaults").(map[string]any)["model"] = map[string]any{"primary": "my own"}
	data, _ := json.Marshal(config)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	why, ok := merged(t, "check", path, want, want)
	if ok || why != "gateway.bind differs\ntools.deny differs" {
		t.Errorf("%v %q", ok, why)
	}
	if strings.Contains(why, token) || strings.Contains(why, "lan") {
		t.Error("a value is in the answer")
	}
	if _, ok := merged(t, "apply", path, want, want); !ok {
		t.Fatal("apply")
	}
	config = readConfig(t, path)
	if within(config, "gateway", "auth", "token") != token || within(config, "gateway", "bind") != "loopback" ||
		within(config, "channels", "telegram", "enabled") != true || within(config, "agents", "defaults", "model", "primary") != "my own" {
		t.Errorf("got %v", config)
	}
	if deny := within(config, "tools", "deny"); !slices.Equal(deny.([]any), []any{"a", "b", "mine"}) {
		t.Errorf("deny %v", deny)
	}
}

func TestAnotherPresetTakesBackWhatTheEarlierOneSet(t *testing.T) {
	path := filepath.Join(t.TempDir(), "openclaw.json")
	old := `{"tools":{"profile":"messaging","deny":["a","b"],"exec":{"ask":"always","security":"deny"}}}`
	if _, ok := merged(t, "apply", path, old, "null"); !ok {
		t.Fatal("apply")
	}
	config := readConfig(t, path)
	within(config, "tools").(map[string]any)["deny"] = []string{"a", "b", "mine"}
	data, _ := json.Marshal(config)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	want := `{"tools":{"profile":"full","deny":["b"],"exec":{"mode":"auto"}}}`
	if why, ok := merged(t, "check", path, want, old); ok {
		t.Errorf("%q", why)
	}
	if _, ok := merged(t, "apply", path, want, old); !ok {
		t.Fatal("apply")
	}
	if why, ok := merged(t, "check", path, want, old); !ok {
		t.Errorf("after apply: %q", why)
	}
	config = readConfig(t, path)
	if deny := within(config, "tools", "deny").([]any); !slices.Equal(deny, []any{"b", "mine"}) {
		t.Errorf("deny %v", deny)
	}
	if exec := within(config, "tools", "exec").(map[string]any); len(exec) != 1 || exec["mode"] != "auto" {
		t.Errorf("exec %v", exec)
	}
}

func TestDamagedConfigurationsAreNamedAndSetAside(t *testing.T) {
	want := `{"gateway":{"bind":"loopback"}}`
	long := strings.Repeat("t", 48)
	for name, c := range map[string]struct{ file, why string }{
		"short token":   {`{"gateway":{"bind":"loopback","auth":{"token":"123456"}}}`, "gateway.auth.token is missing or too short"},
		"true for 1":    {`{"gateway":{"bind":true,"auth":{"token":"` + long + `"}}}`, "gateway.bind differs"},
		"not an object": {`[]`, "openclaw.json is not plain JSON"},
		"cut off":       {`{"gateway":`, "openclaw.json is not plain JSON"},
		"with comments": {"// mine\n{}", "openclaw.json is not plain JSON"},
		"flat gateway":  {`{"gateway":"x"}`, "gateway differs\ngateway.auth.token is missing or too short"},
	} {
		path := filepath.Join(t.TempDir(), "openclaw.json")
		if err := os.WriteFile(path, []byte(c.file), 0o600); err != nil {
			t.Fatal(err)
		}
		if why, ok := merged(t, "check", path, want, "null"); ok || why != c.why {
			t.Errorf("%s: %v %q", name, ok, why)
		}
		if data, _ := os.ReadFile(path); string(data) != c.file {
			t.Errorf("%s: the check changed the file", name)
		}
		if out, ok := merged(t, "apply", path, want, "null"); !ok {
			t.Errorf("%s: %q", name, out)
		}
		if why, ok := merged(t, "check", path, want, want); !ok {
			t.Errorf("%s, after apply: %q", name, why)
		}
		if strings.Contains(c.why, "plain JSON") {
			if kept, _ := os.ReadFile(path + ".unreadable-1"); string(kept) != c.file {
				t.Errorf("%s: the owner's file is lost", name)
			}
		}
	}
	path := filepath.Join(t.TempDir(), "openclaw.json")
	if err := os.WriteFile(path, []byte(`{"gateway":{"bind":"loopback","auth":{"token":"`+long+`"}}}`), 0o644); err != nil {
		t.Fatal(err)
	}
	if why, ok := merged(t, "check", path, want, "null"); ok || !strings.Contains(why, "mode 0644") {
		t.Errorf("%v %q", ok, why)
	}
	if _, ok := merged(t, "apply", path, want, "null"); !ok {
		t.Error("apply")
	}
	if info, _ := os.Stat(path); info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v", info.Mode())
	}
}

func TestALinkInPlaceOfTheConfigurationIsNotFollowed(t *testing.T) {
	dir := t.TempDir()
	target, path := filepath.Join(dir, "shadow"), filepath.Join(dir, "openclaw.json")
	if err := os.WriteFile(target, []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(target, path); err != nil {
		t.Fatal(err)
	}
	if _, ok := merged(t, "check", path, `{}`, "null"); ok {
		t.Error("the check accepts it")
	}
	if out, ok := merged(t, "apply", path, `{"a":1}`, "null"); !ok {
		t.Fatal(out)
	}
	if data, _ := os.ReadFile(target); string(data) != "secret" {
		t.Errorf("the target is now %q", data)
	}
}
