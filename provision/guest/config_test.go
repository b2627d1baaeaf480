package guest

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/clawarium/clawarium/provision/plan"
)

// openclawSchema is the schema that OpenClaw itself exports.
var openclawSchema = sync.OnceValues(func() (*jsonschema.Schema, error) {
	f, err := os.Open("../../assets/openclaw/config.schema.json.gz")
	if err != nil {
		return nil, err
	}
	defer f.Close()
	unzipped, err := gzip.NewReader(f)
	if err != nil {
		return nil, err
	}
	doc, err := jsonschema.UnmarshalJSON(unzipped)
	if err != nil {
		return nil, err
	}
	loosen(doc, doc)
	c := jsonschema.NewCompiler()
	c.UseRegexpEngine(lenient)
	if err := c.AddResource("openclaw.json", doc); err != nil {
		return nil, err
	}
	return c.Compile("openclaw.json")
})

// loosen empties the references that lead nowhere: OpenClaw copies the schemas
// of some channels into its own without their definitions.
func loosen(root, node any) {
	switch n := node.(type) {
	case map[string]any:
		if ref, ok := n["$ref"].(string); ok && strings.HasPrefix(ref, "#/") {
			target := root
			for _, key := range strings.Split(ref[2:], "/") {
				m, _ := target.(map[string]any)
				target = m[key]
			}
			if target == nil {
				delete(n, "$ref")
			}
		}
		for _, inner := range n {
			loosen(root, inner)
		}
	case []any:
		for _, inner := range n {
			loosen(root, inner)
		}
	}
}

// lenient compiles a pattern, and lets those pass that need JavaScript's
// look-ahead: they are about channels and plugins, of which we write nothing.
func lenient(pattern string) (jsonschema.Regexp, error) {
	if re, err := regexp.Compile(pattern); err == nil {
		return re, nil
	}
	return anything(pattern), nil
}

type anything string

func (a anything) String() string        { return string(a) }
func (anything) MatchString(string) bool { return true }

func decoded(t *testing.T, c ConfigChoices) map[string]any {
	t.Helper()
	data, err := Config(c)
	if err != nil {
		t.Fatal(err)
	}
	var config map[string]any
	if err := json.Unmarshal(data, &config); err != nil {
		t.Fatal(err)
	}
	return config
}

// at follows a dotted path; nil when it leads nowhere.
func at(config map[string]any, path string) any {
	var v any = config
	for _, key := range strings.Split(path, ".") {
		m, _ := v.(map[string]any)
		v = m[key]
	}
	return v
}

var presetNames = []string{"cautious", "workspace", "full"}

func TestEveryPresetWithEveryProviderIsValidByOpenClawsOwnSchema(t *testing.T) {
	schema, err := openclawSchema()
	if err != nil {
		t.Fatal(err)
	}
	for _, preset := range presetNames {
		for _, provider := range plan.Choices("openclaw.provider") {
			config := decoded(t, ConfigChoices{Preset: preset, Provider: provider, Version: "2026.9.6"})
			if err := schema.Validate(config); err != nil {
				t.Errorf("%s, %s: %v", preset, provider, err)
			}
		}
	}
}

func TestTheSchemaRefusesWhatOpenClawWouldRefuse(t *testing.T) {
	schema, err := openclawSchema()
	if err != nil {
		t.Fatal(err)
	}
	for name, damage := range map[string]func(map[string]any){
		"unknown key": func(c map[string]any) { c["openTheDoor"] = true },
		"unknown way to call a model": func(c map[string]any) {
			c["models"].(map[string]any)["providers"].(map[string]any)["deepseek-api"].(map[string]any)["api"] = "telepathy"
		},
		"unknown need of a model": func(c map[string]any) {
			entry := c["models"].(map[string]any)["providers"].(map[string]any)["deepseek-api"].(map[string]any)
			entry["models"].([]any)[0].(map[string]any)["compat"].(map[string]any)["thinkingFormat"] = "aloud"
		},
		"unknown bind": func(c map[string]any) { c["gateway"].(map[string]any)["bind"] = "everywhere" },
		"unknown ask": func(c map[string]any) {
			c["tools"].(map[string]any)["exec"].(map[string]any)["ask"] = "never"
		},
	} {
		config := decoded(t, ConfigChoices{Preset: "cautious", Provider: "deepseek"})
		damage(config)
		if schema.Validate(config) == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestEveryPresetKeepsTheBaseline(t *testing.T) {
	for _, preset := range presetNames {
		config := decoded(t, ConfigChoices{Preset: preset, Provider: "none"})
		for path, want := range map[string]any{
			"gateway.bind": "loopback", "gateway.port": 18789.0, "gateway.auth.mode": "token",
			"gateway.terminal.enabled": false, "gateway.nodes.pairing.autoApproveLocal": false,
			"gateway.tailscale.mode": "off", "tools.elevated.enabled": false,
			"tools.agentToAgent.enabled": false, "tools.fs.workspaceOnly": true, "browser.enabled": false, "telemetry.enabled": false,
			"update.auto.enabled": false, "discovery.mdns.mode": "off", "session.dmScope": "per-channel-peer",
			"models.catalogRefresh.enabled": false, "commands.bash": false, "commands.config": false,
			"agents.defaults.heartbeat.every": "0m", "skills.workshop.autonomous.mode": "off",
			"logging.redactPatterns": nil, "proxy.proxyUrl": "http://127.0.0.1:3128", "proxy.loopbackMode": "gateway-only", "proxy.enabled": nil,
		} {
			if got := at(config, path); got != want {
				t.Errorf("%s: %s is %v, want %v", preset, path, got, want)
			}
		}
	}
}

func TestNoPresetRunsEveryCommandUnasked(t *testing.T) {
	for preset, want := range map[string]string{
		"cautious": "deny always <nil>", "workspace": "allowlist always <nil>", "full": "<nil> <nil> auto",
	} {
		config := decoded(t, ConfigChoices{Preset: preset, Provider: "none"})
		got := fmt.Sprint(at(config, "tools.exec.security"), " ", at(config, "tools.exec.ask"), " ", at(config, "tools.exec.mode"))
		if got != want {
			t.Errorf("%s: %s, want %s", preset, got, want)
		}
	}
}

func TestNoPresetLetsTheAgentChangeTheGateway(t *testing.T) {
	for _, preset := range presetNames {
		config := decoded(t, ConfigChoices{Preset: preset, Provider: "none"})
		if deny, _ := at(config, "tools.deny").([]any); !slices.Contains(deny, any("gateway")) {
			t.Errorf("%s: %v", preset, deny)
		}
	}
}

func TestTheTokenIsNeverInTheConfiguration(t *testing.T) {
	for _, preset := range presetNames {
		if got := at(decoded(t, ConfigChoices{Preset: preset, Provider: "openai"}), "gateway.auth.token"); got != nil {
			t.Errorf("%s: token %v", preset, got)
		}
	}
}

func TestTheSameChoicesGiveTheSameBytes(t *testing.T) {
	c := ConfigChoices{Preset: "workspace", Provider: "anthropic", Version: "2026.9.6"}
	first, err := Config(c)
	if err != nil {
		t.Fatal(err)
	}
	for range 20 {
		if again, _ := Config(c); !bytes.Equal(first, again) {
			t.Fatal("bytes differ")
		}
	}
}

func TestAnUnknownPresetOrProviderIsRefused(t *testing.T) {
	for _, c := range []ConfigChoices{{Preset: "reckless", Provider: "none"}, {Preset: "full", Provider: "example"}, {}} {
		if _, err := Config(c); !errors.Is(err, ErrChoice) {
			t.Errorf("%+v: %v", c, err)
		}
	}
}
