package openclaw

// What is known of OpenClaw from outside a machine: below which version it has
// holes that are published, at which addresses its model providers are, and what it
// has to be told of those that it does not bring.

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/clawarium/clawarium/assets/packed"
)

//go:generate go run ../packed/make facts.tar.gz floor.json endpoints.json providers.json configuration.jsonc

//go:embed facts.tar.gz
var facts string

// Release is the oldest version without a hole that is known here.
type Release struct {
	Version string `json:"version"`
	Fixes   string `json:"fixes"`
	Source  string `json:"source"`
}

// Floor returns it.
var Floor = sync.OnceValue(func() (r Release) {
	read("floor.json", &r)
	return r
})

// Provider is a model provider and the hosts that are its own.
type Provider struct {
	ID    string   `json:"id"`    // OpenClaw's name of it
	Names []string `json:"names"` // others that OpenClaw or its variables use
	// Hosts in lower case; a "*" stands for one or more letters, digits and
	// hyphens, never for a dot.
	Hosts []string `json:"hosts"`
	Local bool     `json:"local"` // runs on the machine itself
}

var providers = sync.OnceValue(func() []Provider {
	var all struct {
		Providers []Provider `json:"providers"`
	}
	read("endpoints.json", &all)
	return all.Providers
})

func read(name string, into any) {
	if err := json.Unmarshal(packed.Open(facts)[name], into); err != nil {
		panic(fmt.Sprintf("assets/openclaw/%s: %v", name, err)) // compiled in, and tested
	}
}

// ProviderOf finds a provider by its name or the beginning of its variable's.
func ProviderOf(name string) (Provider, bool) {
	name = strings.ReplaceAll(strings.ToLower(name), "_", "-")
	for _, p := range providers() {
		if name != "" && (p.ID == name || slices.Contains(p.Names, name)) {
			return p, true
		}
	}
	return Provider{}, false
}

// ServedBy finds the provider to which a host belongs.
func ServedBy(host string) (Provider, bool) {
	for _, p := range providers() {
		if p.Serves(host) {
			return p, true
		}
	}
	return Provider{}, false
}

// Serves says whether a host, in lower case and without a port, is the provider's.
func (p Provider) Serves(host string) bool {
	return slices.ContainsFunc(p.Hosts, func(pattern string) bool { return matches(pattern, host) })
}

func matches(pattern, host string) bool {
	before, after, wild := strings.Cut(pattern, "*")
	if !wild {
		return pattern == host
	}
	if len(host) <= len(before)+len(after) || !strings.HasPrefix(host, before) || !strings.HasSuffix(host, after) {
		return false
	}
	middle := host[len(before) : len(host)-len(after)]
	return strings.Trim(middle, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}

// custom has the providers of the plan that OpenClaw does not bring, by the plan's names.
var custom = sync.OnceValue(func() map[string]any {
	var all map[string]any
	read("providers.json", &all)
	return all["providers"].(map[string]any)
})

// Configuration is what openclaw.json is put together from, by part; places are put in.
func Configuration(places *strings.Replacer) (parts map[string]map[string]any) {
	var lines strings.Builder
	for line := range strings.Lines(places.Replace(string(packed.Open(facts)["configuration.jsonc"]))) {
		if !strings.HasPrefix(strings.TrimSpace(line), "//") {
			lines.WriteString(line)
		}
	}
	if err := json.Unmarshal([]byte(lines.String()), &parts); err != nil {
		panic("assets/openclaw/configuration.jsonc: " + err.Error()) // compiled in, and tested
	}
	return parts
}

// NameOf is OpenClaw's name of a provider of the plan: what a key is handed over for.
// Of those that it does not bring it is one of ours, since by the names of its own
// plugins it misses them.
func NameOf(provider string) string {
	if custom()[provider] != nil {
		provider += "-api"
	}
	return provider
}

// CustomOf is what its configuration has to have below models.providers, by that name,
// for a provider that it does not bring; nil for any other.
func CustomOf(provider string) map[string]any {
	entry, _ := custom()[provider].(map[string]any)
	return entry
}
