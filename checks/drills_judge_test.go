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

// In a session no frame is counted: that an attempt was made is the guest's word, which
// a hostile one can give for nothing.
func TestWhatOnlyAGuestSaysOfItsAttemptsIsNotSaidToBeSeen(t *testing.T) {
	e := sessionEvidence(t, "user,id=clawarium0,restrict=on,hostfwd=tcp:127.0.0.1:2222-:22")
	d := &e.Host.Drills.Value
	d.Tries = slices.Clone(d.Tries)
	inWarden := map[ID]map[string]int{"K3": {}, "K9": {}, "K13": {}}
	for i := range d.Tries {
		y := &d.Tries[i]
		kind, _ := drillOf(y.Name)
		y.Entered, y.Dropped = 0, 0 // it says that it sent
		for id, by := range inWarden {
			if kind.proxy && !kind.twin && slices.Contains(kind.controls, id) {
				by[y.Who]++
			}
		}
	}
	words := text.T().Checks
	told, _, _ := strings.Cut(words.ReportedByGuest, "%s")
	_, unseen, _ := strings.Cut(words.Drills.Told, "; ")
	for id, by := range inWarden {
		f := findingOf(t, e, id)
		if f.Status != Met || !slices.Contains(f.Where, Host) || !slices.Contains(f.Where, InGuest) {
			t.Errorf("%s is %s, by %v: %q", id, f.Status, f.Where, f.Evidence)
		}
		seen, claimed := 0, 0
		for _, line := range f.Evidence {
			var n int
			switch _, err := fmt.Sscanf(line, "%d attempts to get out", &n); {
			case err == nil:
				seen += n
			case strings.HasPrefix(line, told) && strings.HasSuffix(line, unseen):
				claimed++
			}
		}
		if seen != by[DrillAgent]+by[DrillRoot] || claimed != 2 && !(id == "K9" && claimed > 0) {
			t.Errorf("%s: %d attempts are said to be seen, %v are in the record, %d lines are the guest's: %q", id, seen, by, claimed, f.Evidence)
		}
	}
	if f := findingOf(t, e, "K4"); f.Status != Met {
		t.Errorf("K4 is %s: %q", f.Status, f.Evidence)
	}
}
