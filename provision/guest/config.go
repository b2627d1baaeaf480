package guest

// OpenClaw's configuration, written as one file: what its onboarding would
// write, the hardened baseline that its documentation publishes, and one of
// three presets for its tools. Nothing here runs OpenClaw. The gateway's token
// is not in it: that is made in the guest and inserted there.
//
// The values are in assets/openclaw/configuration.jsonc, and valid by the schema that
// OpenClaw exports, which a test holds them against.

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/clawarium/clawarium/assets/layout"
	"github.com/clawarium/clawarium/assets/openclaw"
)

// ConfigChoices are the parts of the plan that OpenClaw's configuration shows.
type ConfigChoices struct {
	Preset   string // cautious, workspace or full
	Provider string // none, or one of those in the plan
	Port     int    // of the gateway on the guest's loopback; 0 means layout.GatewayPort
	Version  string // of OpenClaw on the code disk; empty leaves it out
}

// ErrChoice is wrapped by Config when a choice is none of the known ones; plans
// are validated before, so nobody should see it.
var ErrChoice = errors.New("unknown choice")

type object = map[string]any
type list = []any

// Config returns the complete openclaw.json, without gateway.auth.token. The
// same choices give the same bytes.
func Config(c ConfigChoices) ([]byte, error) {
	parts := openclaw.Configuration(strings.NewReplacer(
		"@WORKSPACE@", layout.Workspace, "@STATE@", layout.State, "@CODE@", layout.Code, "@PROXY@", layout.Proxy))
	preset, ok := parts["presets"][c.Preset].(object)
	if !ok {
		return nil, fmt.Errorf("preset %q: %w", c.Preset, ErrChoice)
	}
	model, brought := defaultModels[c.Provider]
	custom := openclaw.CustomOf(c.Provider)
	if !brought && custom == nil {
		return nil, fmt.Errorf("provider %q: %w", c.Provider, ErrChoice)
	}
	config := parts["onboarded"]
	merge(config, parts["baseline"])
	merge(config, preset)
	if c.Port == 0 {
		c.Port = layout.GatewayPort
	}
	merge(config, object{"gateway": object{"port": c.Port}})
	if c.Version != "" {
		merge(config, object{"meta": object{"lastTouchedVersion": c.Version}})
	}
	if custom != nil {
		name := openclaw.NameOf(c.Provider)
		model = name + "/" + custom["models"].(list)[0].(object)["id"].(string)
		merge(config, object{"models": object{"providers": object{name: custom}}})
	}
	if model != "" {
		merge(config, object{"agents": object{"defaults": object{"model": object{"primary": model}}}})
	}
	data, err := json.MarshalIndent(config, "", "  ")
	return append(data, '\n'), err
}

// defaultModels are the first models that OpenClaw's own provider pages
// (docs/providers) set up, of the providers that it brings; the owner can choose others
// later. The rest are in assets/openclaw/providers.json, under names of our own: with a
// model whose plugin is missing, each of OpenClaw's commands tries to fetch that by npm,
// which the machine does not have, and fails.
var defaultModels = map[string]string{
	"none":       "",
	"anthropic":  "anthropic/claude-opus-5",
	"openai":     "openai/gpt-6-astra",
	"google":     "google/gemini-3.1-pro-preview",
	"openrouter": "openrouter/auto",
}

// merge lays over onto base: objects are merged key by key, all else replaced.
func merge(base, over object) {
	for key, value := range over {
		if inner, ok := value.(object); ok {
			if existing, ok := base[key].(object); ok {
				merge(existing, inner)
				continue
			}
		}
		base[key] = value
	}
}
