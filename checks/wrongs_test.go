package checks

import (
	"slices"
	"testing"

	"github.com/clawarium/clawarium/provision/plan"
)

func TestWhatIsWrongIsTheBeginningOfTheEvidenceOfWhatIsNotMet(t *testing.T) {
	e := good(t)
	swap(t, &e.Libvirt.Inactive, "<readonly/>", "")
	config := e.Guest.Config.Value.Values
	config["gateway.bind"] = "lan"
	wrongs := Wrongs(plan.Plan{}, e)
	for _, f := range Judge(plan.Plan{}, e) {
		w := wrongs[f.Control]
		if (f.Status == NotMet) != (len(w) > 0) {
			t.Errorf("%s is %q with %d wrongs", f.Control, f.Status, len(w))
		}
		for i := range w {
			if w[i].Line != f.Evidence[i] || !slices.Contains(f.Where, w[i].Where) {
				t.Errorf("%s: %+v, not %q in %v", f.Control, w[i], f.Evidence[i], f.Where)
			}
		}
	}
	if w := wrongs["K11"]; len(w) != 1 || w[0].Where != Libvirt {
		t.Errorf("K11: %v", w)
	}
	if w := wrongs["K3"]; len(w) == 0 || w[0].Where != InGuest {
		t.Errorf("K3: %v", w)
	}
}
