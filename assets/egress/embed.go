// Package egress carries the hosts that the warden lets through for a model
// provider or a channel, each with where it is documented. Hosts for updates are
// not here: they depend on the machine. It is a leaf.
package egress

import (
	_ "embed" // the archive
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"github.com/clawarium/clawarium/assets/packed"
)

//go:generate go run ../packed/make presets.tar.gz presets.json

//go:embed presets.tar.gz
var archive string

// Host is a host in lower case, with one * at most, and the ports that are let
// through to it.
type Host struct {
	Name  string
	Ports []int
}

// preset is what one provider or channel needs.
type preset struct {
	ID     string   `json:"id"`
	Source string   `json:"source"`
	Hosts  []string `json:"hosts"`
}

var presets = sync.OnceValue(func() (all struct {
	Providers []preset `json:"providers"`
	Channels  []preset `json:"channels"`
}) {
	if err := json.Unmarshal(packed.Open(archive)["presets.json"], &all); err != nil {
		panic(fmt.Sprintf("assets/egress/presets.json: %v", err)) // compiled in, and tested
	}
	return all
})

// Provider returns the hosts at which a provider's models are called, by the
// plan's name of it; nil for one that is not known.
func Provider(id string) []Host { return of(presets().Providers, id) }

// Channel returns the hosts that carry a channel's messages, by the plan's name of
// it; nil for one that is not known.
func Channel(id string) []Host { return of(presets().Channels, id) }

func of(list []preset, id string) []Host {
	var hosts []Host
	for _, p := range list {
		if p.ID != id {
			continue
		}
		for _, s := range p.Hosts {
			name, port, other := strings.Cut(s, ":")
			h := Host{name, []int{443}}
			if other {
				h.Ports[0], _ = strconv.Atoi(port)
			}
			hosts = append(hosts, h)
		}
	}
	return hosts
}
