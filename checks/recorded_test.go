package checks

import (
	"os"
	"testing"

	"github.com/clawarium/clawarium/provision/plan"
)

// testdata/recorded.json is what `clawarium check --evidence` saved on a real
// machine of qemu:///system fresh from set-up, with the names of its paths, hosts and kernel changed.
func TestTheEvidenceOfARealMachineIsJudgedAsItWasThere(t *testing.T) {
	data, err := os.ReadFile("testdata/recorded.json")
	if err != nil {
		t.Fatal(err)
	}
	e, err := ParseEvidence(data)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range Judge(plan.Plan{}, e) {
		want := Met
		if other, ok := onRecorded[f.Control]; ok {
			want = other
		}
		if f.Status != want || len(f.Evidence) == 0 {
			t.Errorf("%s: %s, expected %s: %q", f.Control, f.Status, want, f.Evidence)
		}
	}
}

// onRecorded is what is not met on a machine fresh from set-up, by what there
// was to see: no newest version was known, nothing was stopped or backed up yet,
// no package list was read, nobody had confirmed anything, and the processor of
// the computer that it ran on is vulnerable.
var onRecorded = map[ID]Status{
	"K16": NotChecked, "K21": NotChecked, "K22": NotChecked, "K23": NotChecked, "K24": NotMet,
	"K25": NotApplicable, "K27": NotChecked,
}

// testdata/drills.json is what was saved of the way out and of a round of drills on a
// real machine of qemu:///system, with the tests' world around it.
func TestARealRoundOfDrillsIsJudgedAsItWasThere(t *testing.T) {
	read := func() Evidence {
		data, err := os.ReadFile("testdata/drills.json")
		if err != nil {
			t.Fatal(err)
		}
		e, err := ParseEvidence(data)
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	e := read()
	for _, id := range []ID{"K3", "K4", "K9", "K13"} {
		if f := findingOf(t, e, id); f.Status != Met && id != "K4" { // whose sockets were not kept
			t.Errorf("%s is %s: %q", id, f.Status, f.Evidence)
		}
	}
	// Each frame that was dropped then and is not now turns K13 red; so does each
	// request that the warden lets through.
	seen := 0
	for i := range e.Host.Drills.Value.Tries {
		e := read()
		y := &e.Host.Drills.Value.Tries[i]
		kind, known := drillOf(y.Name)
		switch {
		case !known:
			t.Errorf("nobody knows the attempt %q", y.Name)
			continue
		case kind.twin || y.Name == "own card" || !kind.proxy && y.Sent == 0:
			continue
		case kind.proxy:
			y.Passed, y.By = true, ""
		default:
			y.Dropped--
		}
		if f := findingOf(t, e, "K13"); f.Status != NotMet {
			t.Errorf("%s by %s to %s: K13 is %s", y.Name, y.Who, y.To, f.Status)
		}
		seen++
	}
	if seen < 150 {
		t.Errorf("only %d attempts", seen)
	}
}
