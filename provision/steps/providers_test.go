package steps

// What ties the plan's providers together: each has a model in OpenClaw's configuration,
// and the way to that model is open.

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/clawarium/clawarium/assets/egress"
	"github.com/clawarium/clawarium/assets/openclaw"
	"github.com/clawarium/clawarium/provision/plan"
)

// plugins are the names and aliases of these providers in the catalogue of official
// plugins that OpenClaw 2026.9.6 has: by them it misses one that is not there.
var plugins = []string{
	"deepseek", "moonshot", "moonshotai", "moonshot-ai", "kimi", "kimi-coding", "zai", "z-ai", "z.ai",
	"qwen", "qwencloud", "modelstudio", "dashscope", "qwen-token-plan", "bailian-token-plan",
}

func TestEveryProviderOfAPlanHasAModelToWhichTheWayIsOpen(t *testing.T) {
	for _, provider := range plan.Choices("openclaw.provider") {
		e := testEnv(t, "tank", true)
		e.Plan.OpenClaw.Provider = provider
		data, err := e.guestConfig()
		if err != nil {
			t.Fatal(err)
		}
		var config struct {
			Agents struct {
				Defaults struct{ Model struct{ Primary string } }
			}
			Models struct{ Providers map[string]map[string]any }
		}
		if err := json.Unmarshal(data, &config); err != nil {
			t.Fatal(err)
		}
		primary := config.Agents.Defaults.Model.Primary
		if provider == plan.None {
			if primary != "" || len(config.Models.Providers) > 0 {
				t.Errorf("%s: %q, %v", provider, primary, config.Models.Providers)
			}
			continue
		}
		name, model, _ := strings.Cut(primary, "/")
		if name == "" || model == "" || name != openclaw.NameOf(provider) {
			t.Errorf("%s: the model is %q, the key is for %q", provider, primary, openclaw.NameOf(provider))
		}
		owner, known := openclaw.ProviderOf(provider)
		if again, ok := openclaw.ProviderOf(name); !known || !ok || again.ID != owner.ID {
			t.Errorf("%s: to the self-check, %q is %q's", provider, name, again.ID)
		}
		if openclaw.CustomOf(provider) == nil {
			if len(config.Models.Providers) > 0 || name != owner.ID {
				t.Errorf("%s: %q, %v", provider, primary, config.Models.Providers)
			}
			continue
		}
		entry := config.Models.Providers[name]
		address, _ := entry["baseUrl"].(string)
		u, err := url.Parse(address)
		first, _ := entry["models"].([]any)[0].(map[string]any)
		if err != nil || len(config.Models.Providers) != 1 || first["id"] != model || entry["api"] != "openai-completions" {
			t.Fatalf("%s: %v: %v", provider, err, config.Models.Providers)
		}
		if hosts := egress.Provider(provider); u.Scheme != "https" || len(hosts) != 1 || hosts[0].Name != u.Host || !owner.Serves(u.Host) {
			t.Errorf("%s: %s is called, %v let through", provider, address, hosts)
		}
		if entry["apiKey"] != nil || entry["headers"] != nil {
			t.Errorf("%s: a key has no place in the configuration: %v", provider, entry)
		}
		if slices.Contains(plugins, name) {
			t.Errorf("%s: under the name %q OpenClaw looks for a plugin", provider, name)
		}
	}
}
