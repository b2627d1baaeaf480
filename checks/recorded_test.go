package checks

import (
	"os"
	"testing"

	"github.com/clawarium/clawarium/provision/plan"
)

// testdata/recorded.json is what `clawarium check --evidence` saved on a real
// machine of qemu:///system fresh from set-up, with the host's paths changed.
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
	"K3": NotChecked, "K9": NotChecked, "K13": NotChecked, "K18": NotChecked, "K26": NotChecked,
	"K25": NotApplicable, "K27": NotChecked,
}
