package checks

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/clawarium/clawarium/assets/text"
)

func TestAHostThatTheWardenCannotReachRefusesNothing(t *testing.T) {
	inTunnel := []string{"proxy false name", "proxy no name", "proxy not tls"}
	for _, reason := range []string{"lookup", "connect", "address", "mixed", "own-address"} {
		e := good(t)
		tries := e.Host.Drills.Value.Tries
		changed, refused := 0, 0
		for i := range tries {
			kind, _ := drillOf(tries[i].Name)
			switch {
			case slices.Contains(inTunnel, tries[i].Name):
				tries[i].By = reason
				changed++
			case kind.proxy && !kind.twin && slices.Contains(kind.controls, "K13"):
				refused++
			}
		}
		f := findingOf(t, e, "K13")
		said := strings.Join(f.Evidence, "\n")
		words := text.T().Checks.Drills
		if changed == 0 || f.Status != Met || !strings.Contains(said, fmt.Sprintf(words.Unjudged, changed)) || !strings.Contains(said, fmt.Sprintf(words.InRecord, refused)) {
			t.Errorf("%s: %d changed, %d refused, K13 is %s:\n%s", reason, changed, refused, f.Status, said)
		}
	}
	// What has to be tried on every machine, and was not.
	e := good(t)
	tried("proxy local name", DrillRoot, func(y *Try) { y.By = "connect" })(t, &e)
	if f := findingOf(t, e, "K9"); f.Status != NotChecked {
		t.Errorf("K9 is %s: %q", f.Status, f.Evidence)
	}
}

func TestNoNameIsAskedForThatTheLevelLetsThrough(t *testing.T) {
	for level, want := range map[string][]string{
		"allowlist": {"localhost", "localhost.", "ip6-localhost", "localhost.localdomain", "desk.example.org"},
		"internet":  {"localhost", "localhost.", "ip6-localhost"},
	} {
		g := ground(true)
		g.Level, g.Name = level, "desk.example.org"
		var got []string
		for _, a := range g.Attempts() {
			if a.Name == "proxy local name" && a.Who == DrillAgent {
				host, _, _ := strings.Cut(a.Shown, ":")
				got = append(got, host)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q", level, got)
		}
	}
}
