package steps

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/clawarium/clawarium/assets/layout"
	"github.com/clawarium/clawarium/provision"
	"github.com/clawarium/clawarium/provision/guest"
	"github.com/clawarium/clawarium/provision/virt"
)

func asJSON(t *testing.T, v any) json.RawMessage {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestTheStepsOfARepairAreInTheirOrderWithWhatBelongsToThem(t *testing.T) {
	for _, c := range []struct {
		name    string
		steps   []string
		restart bool
		want    []string
	}{
		{"libvirt alone", []string{stepDomain, stepFilter}, false, []string{stepFilter, stepDomain}},
		{"the guest", []string{"guest-ssh", "guest-account"}, false, []string{guest.StepWatch, "guest-account", "guest-ssh", stepGateway}},
		{"both", []string{"guest-ssh", stepDomain}, false, []string{stepDomain, guest.StepWatch, "guest-ssh", stepGateway}},
		{"with a restart", []string{"guest-ssh", stepNetwork}, true, []string{repairStop, stepNetwork, repairStart, "guest-ssh", stepGateway}},
		{"a restart alone", []string{repairStop, repairStart}, false, []string{repairStop, repairStart, stepGateway}},
		{"twice the same", []string{stepFilter, stepFilter}, false, []string{stepFilter}},
	} {
		if got := repairOrder(c.steps, c.restart); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v", c.name, got)
		}
	}
	all := repairOrder([]string{repairPlan}, false)
	if all[0] != repairPlan || !slices.Contains(all, stepDomain) || !slices.Contains(all, "guest-config") || slices.Contains(all, stepBase) {
		t.Errorf("with new keys of the plan: %v", all)
	}
}

func TestEveryStepOfARepairCanBeMadeAndTakenBackAndNoOtherIs(t *testing.T) {
	e := testEnv(t, "tank", true)
	begin := func(steps []string) *provision.Repair {
		t.Helper()
		dir := t.TempDir()
		r, err := provision.BeginRepair(dir, "1", steps, map[string][]byte{repairWhy: []byte(`{"force":["` + stepGateway + `"]}`)})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	order := repairOrder(append(slices.Clone(repairable), repairPlan, repairStop), true)
	list, err := e.repairSteps(begin(order))
	if err != nil || len(list) != len(order) {
		t.Fatalf("%d of %d steps, %v", len(list), len(order), err)
	}
	for i, s := range list {
		if s.ID != order[i] || s.Title == "" || s.Title == s.ID || s.Holds == nil || s.Do == nil || s.Deadline <= 0 || s.Within != "" {
			t.Errorf("step %q (%q) is not complete", s.ID, s.Title)
		}
		lasting := slices.Contains(contents, s.ID) || s.ID == stepEject
		if (s.Undo == nil) != lasting {
			t.Errorf("step %q: taken back %v", s.ID, s.Undo != nil)
		}
	}
	session := testEnv(t, "tank", false)
	if list, err := session.repairSteps(begin(order)); err != nil || len(list) != len(order)-2 {
		t.Errorf("in a session: %d of %d steps, %v", len(list), len(order), err)
	}
	for _, bad := range []string{stepSystemDisk, stepDataDisk, stepKeys, stepSeed, stepBoot, stepModelKey, "made-up"} {
		if _, err := e.repairSteps(begin([]string{bad})); err == nil {
			t.Errorf("a repair has the step %q", bad)
		}
	}
}

// onTestLibvirt puts the environment on libvirt's test driver, which keeps its
// objects in memory for as long as the connection is open.
func onTestLibvirt(t *testing.T, e *Env) *virt.Conn {
	t.Helper()
	file := filepath.Join(t.TempDir(), "node.xml")
	node := "<node><cpu><mhz>1000</mhz><model>x</model><active>2</active><nodes>1</nodes><sockets>1</sockets><cores>2</cores><threads>1</threads></cpu><memory>8192000</memory></node>"
	if err := os.WriteFile(file, []byte(node), 0o600); err != nil {
		t.Fatal(err)
	}
	e.choices.URI = "test://" + file
	conn, err := e.Conn(t.Context())
	if err != nil {
		t.Skipf("needs libvirt.so.0: %v", err)
	}
	t.Cleanup(e.Close)
	return conn
}

func TestANetworkThatWasMeddledWithIsMadeAgainAndTakenBackWordForWord(t *testing.T) {
	e := testEnv(t, "tank", true)
	conn := onTestLibvirt(t, e)
	ctx := t.Context()
	step := e.networkStep()
	holds := func(want bool, when string) {
		t.Helper()
		if got, err := step.Holds(ctx); err != nil || got != want {
			t.Errorf("%s: holds %v, %v", when, got, err)
		}
	}
	holds(false, "before it is made")
	if err := step.Do(ctx, nil, silent{}); err != nil {
		t.Fatal(err)
	}
	holds(true, "made")
	again, err := New(e.Plan, e.Dirs, "2") // a later process, of a newer version
	if err != nil || again.record.Made.Libvirt[stepNetwork] == "" {
		t.Fatalf("how it was made is not kept: %v", err)
	}

	made, err := conn.NetworkDefinition(ctx, "tank")
	if err != nil {
		t.Fatal(err)
	}
	meddled := *made
	meddled.Inactive = strings.Replace(made.Inactive, "<dns enable='no'/>", "<dns><host ip='10.213.0.2'><hostname>x</hostname></host></dns>", 1)
	if meddled.Inactive == made.Inactive {
		t.Fatal(made.Inactive)
	}
	meddled.Live = meddled.Inactive
	if err := conn.PutBackNetwork(ctx, "tank", e.choices.NetworkUUID, meddled); err != nil {
		t.Fatal(err)
	}
	drifted, err := conn.NetworkDefinition(ctx, "tank")
	if err != nil {
		t.Fatal(err)
	}
	holds(false, "meddled with")
	if why := e.why(ctx, stepNetwork); len(why) == 0 || !slices.ContainsFunc(why, func(l string) bool { return strings.Contains(l, "dns") }) {
		t.Errorf("said as %q", why)
	}

	repair := e.repairLibvirt(e.networkStep())
	before, err := repair.Before(ctx)
	if err != nil {
		t.Fatal(err)
	}
	raw := asJSON(t, before)
	if err := repair.Do(ctx, raw, silent{}); err != nil {
		t.Fatal(err)
	}
	holds(true, "repaired")
	for range 2 {
		if err := repair.Undo(ctx, raw, silent{}); err != nil {
			t.Fatal(err)
		}
		now, err := conn.NetworkDefinition(ctx, "tank")
		if err != nil || *now != *drifted {
			t.Errorf("taken back to\n%+v\nnot\n%+v (%v)", now, drifted, err)
		}
		holds(false, "taken back")
	}
}

// testDomain is a definition that the test driver accepts, and our domain step
// takes for its own.
func testDomain(e *Env) string {
	return `<domain type='test'><name>` + layout.Domain(e.Plan.Name) + `</name><uuid>` + e.choices.UUID + `</uuid>
<metadata><clawarium:machine xmlns:clawarium="` + layout.TagNamespace + `" name="` + e.Plan.Name + `" plan="` + e.Plan.MadeHash() + `"/></metadata>
<memory>65536</memory><vcpu>1</vcpu><os><type>hvm</type></os>
<devices><serial type='pty'><log file='` + e.consoleLog() + `' append='off'/><target port='0'/></serial></devices></domain>`
}

func TestADefinitionThatWasMeddledWithIsNoticedAndComesBackWordForWord(t *testing.T) {
	e := testEnv(t, "tank", true)
	conn := onTestLibvirt(t, e)
	ctx := t.Context()
	put := func(x string) {
		t.Helper()
		if err := conn.PutBackDomain(ctx, "tank", e.choices.UUID, x); err != nil {
			t.Fatal(err)
		}
	}
	put(testDomain(e))
	step := e.domainStep()
	holds := func(want bool, when string) {
		t.Helper()
		if got, err := step.Holds(ctx); err != nil || got != want {
			t.Errorf("%s: holds %v, %v", when, got, err)
		}
	}
	holds(true, "of an older clawarium, which kept nothing")
	if err := e.rememberMade(ctx, stepDomain); err != nil {
		t.Fatal(err)
	}
	holds(true, "as it was made")
	made, err := conn.XML(ctx, "tank", true)
	if err != nil {
		t.Fatal(err)
	}
	put(strings.Replace(made, "</devices>", "<filesystem type='mount'><source dir='/home'/><target dir='h'/></filesystem></devices>", 1))
	drifted, err := conn.XML(ctx, "tank", true)
	if err != nil || drifted == made {
		t.Fatal(err)
	}
	holds(false, "with a share")
	if why := e.why(ctx, stepDomain); !slices.Contains(why, "+ devices/filesystem/source dir=/home") {
		t.Errorf("said as %q", why)
	}

	repair := e.repairLibvirt(e.domainStep())
	before, err := repair.Before(ctx)
	if err != nil {
		t.Fatal(err)
	}
	raw := asJSON(t, before)
	put(made) // what Do would make on a hypervisor that runs machines
	if err := e.rememberMade(ctx, stepDomain); err != nil {
		t.Fatal(err)
	}
	holds(true, "repaired")
	for range 2 {
		if err := repair.Undo(ctx, raw, silent{}); err != nil {
			t.Fatal(err)
		}
		if now, err := conn.XML(ctx, "tank", true); err != nil || now != drifted {
			t.Errorf("taken back to\n%s\nnot\n%s (%v)", now, drifted, err)
		}
		holds(false, "taken back")
	}
}

func TestAStepThatIsForcedIsMadeOnceThoughItHolds(t *testing.T) {
	dir := t.TempDir()
	r, err := provision.BeginRepair(dir, "1", []string{"a"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	made := 0
	list := func() []provision.Step {
		return []provision.Step{forced(r, provision.Step{
			ID: "a", Title: "a",
			Holds: func(context.Context) (bool, error) { return true, nil },
			Do:    func(context.Context, json.RawMessage, provision.Reporter) error { made++; return nil },
			Undo:  func(context.Context, json.RawMessage, provision.Reporter) error { return nil },
		})}
	}
	for range 3 { // in one process, and in those that go on
		if _, err := r.Do(t.Context(), list(), nil, provision.Options{}); err != nil {
			t.Fatal(err)
		}
		if r, err = provision.PendingRepair(dir); err != nil {
			t.Fatal(err)
		}
	}
	if made != 1 {
		t.Errorf("made %d times", made)
	}
}

func TestWhatWasPutIntoTheGuestIsKeptAndTakenBackWithIt(t *testing.T) {
	e := testEnv(t, "tank", true)
	step := guest.Step{ID: "guest-ssh", Files: []guest.File{{Path: "/a", Content: []byte("x")}}}
	before := e.guestMade("guest-ssh")
	if err := e.rememberGuest(step); err != nil {
		t.Fatal(err)
	}
	again, err := New(e.Plan, e.Dirs, "2")
	if err != nil {
		t.Fatal(err)
	}
	if got := again.guestMade("guest-ssh"); got.Files["/a"] != step.Files[0].Sum() || got.By != "test" {
		t.Errorf("%+v", got)
	}
	if err := again.setGuestMade("guest-ssh", before); err != nil {
		t.Fatal(err)
	}
	if got := again.guestMade("guest-ssh"); len(got.Files) != 0 || got.By != "" {
		t.Errorf("%+v", got)
	}
}
