package ui

import (
	"testing"

	"github.com/clawarium/clawarium/provision/plan"
)

// A plan from a file can have an answer to a question that does not arise. Any
// change must be possible all the same, and takes that answer with it.
func TestAnAnswerThatCannotBeSeenCanBeMended(t *testing.T) {
	p := plan.Default(testHost)
	p.Connection, p.Network.SSHPort = plan.Auto, 2222
	if len(p.Problems(testHost)) == 0 {
		t.Fatal("there is nothing to mend")
	}
	s := &session{host: testHost, plan: p, suggested: p}
	changed, err := p.With("machine.cpus", "3", testHost)
	if err != nil {
		t.Fatal(err)
	}
	s.setPlan(changed)
	if problems := s.plan.Problems(testHost); len(problems) > 0 || s.plan.Machine.CPUs != 3 || s.plan.Network.SSHPort != 0 {
		t.Errorf("%v\n%+v", problems, s.plan)
	}
}

// What was answered for a source and then hidden comes back as it was suggested,
// not as it was typed.
func TestAHiddenAnswerHasNoSay(t *testing.T) {
	suggested := plan.Default(testHost)
	p, err := suggested.With("image.mirrors", "https://mirror.example/x", testHost)
	if err != nil {
		t.Fatal(err)
	}
	p.Image.Source = plan.Build
	if got := settle(p, suggested, testHost); len(got.Image.Mirrors) != 0 {
		t.Errorf("%+v", got.Image)
	}
}
