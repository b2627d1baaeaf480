package egress

import (
	"strings"
	"testing"

	"github.com/clawarium/clawarium/assets/openclaw"
)

func TestEveryPresetSaysWhereItsHostsAreDocumented(t *testing.T) {
	for _, list := range [][]preset{presets().Providers, presets().Channels} {
		for _, p := range list {
			if p.ID == "" || p.Source == "" || len(p.Hosts) == 0 {
				t.Errorf("%+v", p)
			}
		}
	}
}

// The self-check holds endpoints against assets/openclaw; what the wall lets
// through must be among them.
func TestTheHostsOfAProviderAreThoseThatTheSelfCheckKnows(t *testing.T) {
	for _, p := range presets().Providers {
		for _, h := range Provider(p.ID) {
			if owner, ok := openclaw.ProviderOf(p.ID); !ok || !owner.Serves(h.Name) {
				t.Errorf("%s of %s is not %q's to the self-check", h.Name, p.ID, owner.ID)
			}
		}
	}
}

func TestNoPresetLetsThroughWhatOpenClawAsksForByItself(t *testing.T) {
	for _, list := range [][]preset{presets().Providers, presets().Channels} {
		for _, p := range list {
			for _, h := range p.Hosts {
				for _, no := range []string{"openclaw.ai", "clawhub", "telemetry"} {
					if strings.Contains(h, no) {
						t.Errorf("%s lets %s through", p.ID, h)
					}
				}
			}
		}
	}
}

func TestWhatIsNotKnownHasNoHosts(t *testing.T) {
	for _, id := range []string{"", "none", "telegram", "Anthropic"} {
		if h := Provider(id); h != nil {
			t.Errorf("provider %q has %v", id, h)
		}
	}
	if h := Channel("anthropic"); h != nil {
		t.Errorf("channel anthropic has %v", h)
	}
	if h := Channel("telegram"); len(h) != 1 || h[0].Name != "api.telegram.org" || len(h[0].Ports) != 1 || h[0].Ports[0] != 443 {
		t.Errorf("%v", h)
	}
}
