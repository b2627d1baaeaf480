package checks

import (
	"os"
	"slices"
	"testing"

	"github.com/clawarium/clawarium/provision/plan"
)

// testdata/recorded.json is what `clawarium check --evidence` saved on a real
// machine of qemu:///system fresh from set-up, with the host's paths changed.
func TestTheEvidenceOfARealMachineMeetsEveryControl(t *testing.T) {
	data, err := os.ReadFile("testdata/recorded.json")
	if err != nil {
		t.Fatal(err)
	}
	e, err := ParseEvidence(data)
	if err != nil {
		t.Fatal(err)
	}
	// Recorded before these had judges.
	later := slices.Concat(hostControls, guestControls, keptControls)
	for _, f := range Judge(plan.Plan{}, e) {
		if slices.ContainsFunc(later, func(j judged) bool { return j.id == f.Control }) {
			continue
		}
		if f.Status != Met || len(f.Evidence) == 0 {
			t.Errorf("%s: %s %q", f.Control, f.Status, f.Evidence)
		}
	}
}
