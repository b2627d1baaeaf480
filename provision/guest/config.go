package guest

// OpenClaw's configuration, written as one file: what its onboarding would
// write, the hardened baseline that its documentation publishes, and one of
// three presets for its tools. Nothing here runs OpenClaw. The gateway's token
// is not in it: that is made in the guest and inserted there.
//
// Every value is documented in the package (docs/gateway, docs/tools) and valid
// by the schema that OpenClaw exports, which a test holds it against.

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"

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
	preset, ok := presets[c.Preset]
	if !ok {
		return nil, fmt.Errorf("preset %q: %w", c.Preset, ErrChoice)
	}
	model, brought := defaultModels[c.Provider]
	custom := openclaw.CustomOf(c.Provider)
	if !brought && custom == nil {
		return nil, fmt.Errorf("provider %q: %w", c.Provider, ErrChoice)
	}
	config := onboarded()
	merge(config, baseline())
	merge(config, preset())
	if c.Port != 0 {
		merge(config, object{"gateway": object{"port": c.Port}})
	}
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

// onboarded is what `openclaw onboard --non-interactive` writes on a fresh
// machine, but for its time stamp and its tool profile.
func onboarded() object {
	catalogOff := object{"config": object{"sessionCatalog": object{"enabled": false}}}
	return object{
		"agents": object{
			"defaults": object{"workspace": layout.Workspace},
			"entries": object{"main": object{
				"name":      "main",
				"workspace": layout.Workspace,
				"agentDir":  layout.State + "/agents/main/agent",
				"identity":  object{"name": "main"},
			}},
		},
		"plugins": object{"entries": object{"anthropic": catalogOff, "codex": maps.Clone(catalogOff)}},
		"meta":    object{"migrations": object{"modelPolicyAllowlist": true, "utilityModelSeparation": true}},
	}
}

// baseline is docs/gateway/security/hardened-baseline.md, widened to all that
// can be closed without taking away what every preset needs.
func baseline() object {
	return object{
		"gateway": object{
			"mode": "local", "bind": "loopback", "port": layout.GatewayPort,
			"tailscale": object{"mode": "off"},
			"auth": object{
				"mode":      "token",
				"rateLimit": object{"maxAttempts": 10, "windowMs": 60_000, "lockoutMs": 300_000},
			},
			"terminal": object{"enabled": false},
			// Whoever comes through the owner's tunnel looks local; without
			// this, such a client would be paired without being asked about.
			"nodes": object{"pairing": object{"autoApproveLocal": false, "sshVerify": false}},
			// Served from the code disk; by default OpenClaw copies its pages to
			// where the agent could change them.
			"controlUi": object{
				"root":                       layout.Code + "/openclaw/dist/control-ui",
				"automaticallyFetchFavicons": false, "communityInvite": false,
			},
		},
		// The one way out. What goes to the gateway itself does not go there.
		"proxy":   object{"proxyUrl": layout.Proxy, "loopbackMode": "gateway-only"},
		"session": object{"dmScope": "per-channel-peer"},
		"tools": object{
			"fs":           object{"workspaceOnly": true},
			"elevated":     object{"enabled": false},
			"sessions":     object{"visibility": "agent"},
			"agentToAgent": object{"enabled": false},
			"message":      object{"crossContext": object{"allowWithinProvider": false, "allowAcrossProviders": false}},
		},
		"discovery": object{"mdns": object{"mode": "off"}},
		"browser":   object{"enabled": false, "evaluateEnabled": false},
		"update":    object{"checkOnStart": true, "auto": object{"enabled": false}},
		"telemetry": object{"enabled": false},
		"agents":    object{"defaults": object{"heartbeat": object{"every": "0m"}}},
		"commands": object{
			"bash": false, "config": false, "restart": false, "mcp": false, "plugins": false, "debug": false,
		},
		"models": object{"catalogRefresh": object{"enabled": false}},
		"skills": object{
			"install":  object{"allowUploadedArchives": false},
			"workshop": object{"autonomous": object{"mode": "off"}},
		},
		// Bundled plugins that load by themselves and have no place in a machine
		// without screen, microphone or neighbours.
		"plugins": object{"deny": list{
			"browser", "cua-computer", "linux-node", "file-transfer", "geolocation", "talk-voice",
		}},
		"wizard": object{"appRecommendations": false},
		// The console goes to the journal. The file, which the Control UI's log
		// page reads, would otherwise be in the temporary directory.
		"logging": object{
			"level": "info", "consoleLevel": "info", "consoleStyle": "pretty",
			"file": layout.State + "/logs/openclaw.log", "maxFileBytes": 20 << 20,
			"audit": object{"enabled": true, "executionIdentity": true},
		},
	}
}

// presets are what the agent may do. The policy for commands is the stricter of
// tools.exec and of the approvals in OpenClaw's database; a fresh database adds
// nothing, so what is said here holds.
var presets = map[string]func() object{
	// Messages only: no files, no commands.
	"cautious": func() object {
		return object{"tools": object{
			"profile": "messaging",
			"deny": list{
				"group:automation", "group:runtime", "group:fs", "group:ui", "group:nodes",
				"sessions_spawn", "sessions_send", "gateway", "cron",
			},
			"exec": object{"security": "deny", "ask": "always"},
		}}
	},
	// Files in its workspace; each single command only after the owner's yes.
	"workspace": func() object {
		return object{"tools": object{
			"profile": "coding",
			"deny": list{
				"group:automation", "group:ui", "group:nodes", "code_execution",
				"sessions_spawn", "sessions_send", "gateway", "cron",
			},
			"exec": object{
				"host": "gateway", "security": "allowlist", "ask": "always", "strictInlineEval": true,
				"applyPatch": object{"workspaceOnly": true},
			},
		}}
	},
	// Commands all over the VM, within the agent's account; its file tools stay in
	// the workspace, where they are easy to watch. OpenClaw's reviewer lets commands
	// of low and medium risk run and asks the owner about the rest
	// (docs/tools/permission-modes.md); its own configuration, plugins and other
	// machines stay out of reach.
	"full": func() object {
		return object{"tools": object{
			"profile": "full",
			"deny":    list{"gateway", "plugins", "openclaw", "group:nodes"},
			"exec":    object{"host": "gateway", "mode": "auto", "strictInlineEval": true},
		}}
	},
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
