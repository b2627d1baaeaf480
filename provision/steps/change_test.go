package steps

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gofrs/flock"

	"github.com/clawarium/clawarium/provision"
	"github.com/clawarium/clawarium/provision/warden"
)

// pretendWarden does, for as long as the test runs, what others see of a warden: it
// holds the lock, reads the policy and says which one it has in force. One that is
// deaf stays with the first.
func pretendWarden(t *testing.T, dir, version string, deaf bool) {
	t.Helper()
	lock := flock.New(filepath.Join(dir, warden.LockFile))
	if ok, err := lock.TryLock(); !ok {
		t.Fatalf("lock: %v", err)
	}
	os.WriteFile(filepath.Join(dir, warden.LockFile), []byte(strconv.Itoa(os.Getpid())), 0o600)
	s := warden.Status{PID: os.Getpid(), Version: version, Since: time.Now(), Connected: true}
	take := func() {
		if p, err := warden.ReadPolicy(dir); err == nil && (!deaf || s.Policy == "") {
			s.Policy, s.Level, s.PolicyTrouble = p.Hash(), p.Level, ""
		} else if err != nil {
			s.Policy, s.PolicyTrouble = "", err.Error()
		}
		data, _ := json.Marshal(s)
		_ = writeFile(filepath.Join(dir, warden.StatusFile), data)
	}
	take()
	end, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			select {
			case <-end:
				return
			case <-time.After(20 * time.Millisecond):
				take()
			}
		}
	}()
	t.Cleanup(func() { close(end); <-ended; lock.Close() })
}

// quickly has a warden be waited for only shortly.
func quickly(t *testing.T) {
	was := takesUp
	takesUp = 500 * time.Millisecond
	t.Cleanup(func() { takesUp = was })
}

// made is a machine whose way out was made.
func made(t *testing.T) *Env {
	t.Helper()
	e := testEnv(t, "lobster", true)
	data, err := e.Plan.YAML()
	if err != nil {
		t.Fatal(err)
	}
	e.record.Egress = &EgressFacts{Apt: []string{"x.example.net:80"}}
	choices, _ := json.Marshal(e.choices)
	_, policy, err := e.egress()
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{planFile: data, choicesFile: choices, warden.PolicyFile: policy} {
		if err := writeFile(filepath.Join(e.dir, name), content); err != nil {
			t.Fatal(err)
		}
	}
	if err := e.saveRecord(); err != nil {
		t.Fatal(err)
	}
	return e
}

var changeOptions = provision.Options{Version: "test", ResumeCommand: "clawarium allow"}

// wayFiles are the files that a change is about.
func wayFiles(dir string) string {
	var b strings.Builder
	for _, name := range []string{planFile, allowFile, warden.PolicyFile} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		fmt.Fprintf(&b, "%s %v\n%s\n", name, err != nil, data)
	}
	return b.String()
}

func changed(t *testing.T, e *Env, c WayChange) WayOut {
	t.Helper()
	was, err := e.WayOut()
	if err != nil {
		t.Fatal(err)
	}
	is, err := was.Change(c, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return is
}

var aChange = WayChange{Level: "internet", Add: []Temporary{{Host: "docs.example.org"}}, Never: []string{"ads.example.org"}}

func TestAChangeIsInForceWhenItIsDone(t *testing.T) {
	e := made(t)
	pretendWarden(t, e.dir, "test", false)
	out, err := e.ChangeWayOut(context.Background(), changed(t, e, aChange), nil, changeOptions)
	if err != nil || out.Failed != nil || !out.InForce || out.Same {
		t.Fatalf("%+v, %v", out, err)
	}
	policy, err := warden.ReadPolicy(e.dir)
	if err != nil || policy.Level != "internet" || ruleFor(policy, "docs.example.org") == nil || !slices.Contains(policy.Quiet, "ads.example.org") {
		t.Errorf("%+v, %v", policy, err)
	}
	again, err := StoredPlan(e.Dirs, e.Plan.Name)
	if err != nil || again.Network.Level != "internet" || !slices.Contains(again.Network.Allow, "docs.example.org") {
		t.Errorf("stored plan: %+v, %v", again.Network, err)
	}
	if e.Plan.Network.Level != "internet" {
		t.Error("the environment has the old plan")
	}
	if r, err := provision.PendingRepair(e.dir); r != nil || err != nil {
		t.Errorf("pending: %+v, %v", r, err)
	}
	out, err = e.ChangeWayOut(context.Background(), changed(t, e, aChange), nil, changeOptions)
	if err != nil || !out.Same || !out.InForce {
		t.Errorf("the same once more: %+v, %v", out, err)
	}
}

func TestAChangeThatTheWardenDoesNotTakeUpIsTakenBackWordForWord(t *testing.T) {
	quickly(t)
	e := made(t)
	pretendWarden(t, e.dir, "test", true)
	before := wayFiles(e.dir)
	out, err := e.ChangeWayOut(context.Background(), changed(t, e, aChange), nil, changeOptions)
	if err != nil || out.Failed == nil || out.InForce {
		t.Fatalf("%+v, %v", out, err)
	}
	if is := wayFiles(e.dir); is != before {
		t.Errorf("before\n%s\nnow\n%s", before, is)
	}
	if e.Plan.Network.Level != "allowlist" {
		t.Errorf("the environment's level: %s", e.Plan.Network.Level)
	}
	if r, _ := provision.PendingRepair(e.dir); r != nil {
		t.Errorf("pending: %+v", r)
	}
}

func TestAChangeWithoutAWardenIsForItsNextStart(t *testing.T) {
	e := made(t)
	out, err := e.ChangeWayOut(context.Background(), changed(t, e, aChange), nil, changeOptions)
	if err != nil || out.Failed != nil || out.InForce {
		t.Fatalf("%+v, %v", out, err)
	}
	if policy, err := warden.ReadPolicy(e.dir); err != nil || policy.Level != "internet" {
		t.Errorf("%+v, %v", policy, err)
	}
}

func TestOnAMachineWithoutAPolicySoFarOnlyTheWishIsKept(t *testing.T) {
	e := made(t)
	e.record.Egress = nil
	os.Remove(filepath.Join(e.dir, warden.PolicyFile))
	out, err := e.ChangeWayOut(context.Background(), changed(t, e, aChange), nil, changeOptions)
	if err != nil || out.Failed != nil {
		t.Fatalf("%+v, %v", out, err)
	}
	if _, err := os.Stat(filepath.Join(e.dir, warden.PolicyFile)); err == nil {
		t.Error("a policy was made without knowing where updates come from")
	}
	if p, _ := StoredPlan(e.Dirs, e.Plan.Name); p.Network.Level != "internet" {
		t.Errorf("%+v", p.Network)
	}
}

// Each event is an instant at which the process may be killed: the machine's
// directory as it is then must lead to the old state or to the new one, and to
// nothing between.
func TestKilledAtAnyInstantTheNextCommandEndsTheChange(t *testing.T) {
	quickly(t)
	for _, deaf := range []bool{false, true} {
		e := made(t)
		old := wayFiles(e.dir)
		var at []string
		shots := t.TempDir()
		shoot := func(ev provision.Event) {
			if ev.Kind == provision.StepProgress {
				return
			}
			to := filepath.Join(shots, fmt.Sprint(len(at)))
			err := os.CopyFS(to, os.DirFS(e.dir))
			for try := 0; errors.Is(err, fs.ErrNotExist) && try < 10; try++ { // a file of the warden's was replaced meanwhile
				os.RemoveAll(to)
				err = os.CopyFS(to, os.DirFS(e.dir))
			}
			if err != nil {
				t.Error(err)
			}
			at = append(at, string(ev.Kind)+":"+ev.Step)
		}
		pretendWarden(t, e.dir, "test", deaf)
		if _, err := e.ChangeWayOut(context.Background(), changed(t, e, aChange), shoot, changeOptions); err != nil {
			t.Fatal(err)
		}
		after := wayFiles(e.dir)
		if (after == old) != deaf {
			t.Fatalf("deaf %v: %s", deaf, after)
		}
		least := 6 // two events for each of three steps
		if slices.Contains(at, "held:change-force") {
			least = 5 // the warden had it in force before it was waited for
		}
		if len(at) < least {
			t.Fatalf("only %v", at)
		}
		for i, point := range at {
			t.Run(fmt.Sprintf("deaf %v, %s", deaf, point), func(t *testing.T) {
				n := testEnv(t, "lobster", true)
				os.RemoveAll(n.dir)
				if err := os.CopyFS(n.dir, os.DirFS(filepath.Join(shots, fmt.Sprint(i)))); err != nil {
					t.Fatal(err)
				}
				filepath.WalkDir(n.dir, func(path string, d os.DirEntry, err error) error {
					if err == nil && !d.IsDir() {
						os.Chmod(path, 0o600)
					}
					return err
				})
				p, err := StoredPlan(n.Dirs, "lobster")
				if err != nil {
					t.Fatal(err)
				}
				if n, err = New(p, n.Dirs, "test"); err != nil {
					t.Fatal(err)
				}
				// The next process meets a warden that listens.
				pretendWarden(t, n.dir, "test", false)
				out, err := n.FinishChange(context.Background(), nil, changeOptions)
				if err != nil || out == nil {
					t.Fatalf("%+v, %v", out, err)
				}
				is := wayFiles(n.dir)
				back := strings.HasPrefix(point, string(provision.StepUndoing)) || strings.HasPrefix(point, string(provision.StepUndone))
				if back && is != old {
					t.Errorf("it went back and came to\n%s", is)
				}
				if !back && (out.Failed != nil || !out.InForce || !strings.Contains(is, "docs.example.org")) {
					t.Errorf("it went forward and came to %+v\n%s", out, is)
				}
				if r, _ := provision.PendingRepair(n.dir); r != nil {
					t.Errorf("pending: %+v", r)
				}
				if out, err := n.FinishChange(context.Background(), nil, changeOptions); out != nil || err != nil {
					t.Errorf("once more: %+v, %v", out, err)
				}
			})
		}
	}
}

func TestARepairOfAnotherKindIsLeftAlone(t *testing.T) {
	e := made(t)
	if _, err := provision.BeginRepair(e.dir, "test", []string{stepFilter}, nil); err != nil {
		t.Fatal(err)
	}
	if out, err := e.FinishChange(context.Background(), nil, changeOptions); out != nil || err != nil {
		t.Errorf("%+v, %v", out, err)
	}
	before := wayFiles(e.dir)
	if _, err := e.ChangeWayOut(context.Background(), changed(t, e, aChange), nil, changeOptions); err == nil {
		t.Error("a change beside a repair")
	}
	if wayFiles(e.dir) != before {
		t.Error("it changed something")
	}
}

func TestTheWardensStepSaysWhatItLacks(t *testing.T) {
	ctx := context.Background()
	holds := func(e *Env) bool {
		t.Helper()
		h, err := e.wardenStep().Holds(ctx)
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	off := made(t)
	if holds(off) {
		t.Error("holds without a warden")
	}
	on := made(t)
	pretendWarden(t, on.dir, "test", false)
	if !holds(on) {
		t.Error("does not hold with one")
	}
	os.Remove(filepath.Join(on.dir, warden.PolicyFile))
	for limit := time.Now().Add(5 * time.Second); holds(on); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(limit) {
			t.Fatal("holds without a policy")
		}
	}
	older := made(t)
	pretendWarden(t, older.dir, "an older one", false)
	if holds(older) {
		t.Error("holds with a warden of another version")
	}
}

func TestHowTheWayOutStandsIsReadFromFiles(t *testing.T) {
	e := made(t)
	if w, err := e.Way(); err != nil || w.Running || w.Level != "allowlist" {
		t.Errorf("%+v, %v", w, err)
	}
	blocked := []warden.Blocked{
		{Host: "old.example.org", Port: 443, Count: 2, Last: time.Now().Add(-time.Hour), Reason: warden.ReasonNotListed},
		{Host: "new.example.org", Port: 443, Count: 1, Last: time.Now(), Reason: warden.ReasonAddress},
		{Host: "ads.example.org", Port: 443, Count: 9, Last: time.Now(), Reason: warden.ReasonNotListed},
	}
	data, _ := json.Marshal(blocked)
	os.WriteFile(filepath.Join(e.dir, warden.BlockedFile), data, 0o600)
	os.WriteFile(filepath.Join(e.dir, allowFile), []byte(`{"format":1,"never":["ads.example.org"]}`), 0o600)
	_, policy, _ := e.egress()
	writeFile(filepath.Join(e.dir, warden.PolicyFile), policy)
	pretendWarden(t, e.dir, "test", false)
	w, err := e.Way()
	if err != nil || !w.Running || !w.Connected || !w.InForce {
		t.Errorf("%+v, %v", w, err)
	}
	list, err := e.Blocked()
	if err != nil || len(list) != 2 || list[0].Host != "new.example.org" {
		t.Errorf("%+v, %v", list, err)
	}
	if Allowable(list[0].Reason) || !Allowable(list[1].Reason) {
		t.Error("which of them can be allowed")
	}
}

func TestEveryProblemOfAWishIsToldAtOnce(t *testing.T) {
	e := made(t)
	w, _ := e.WayOut()
	now := time.Now()
	_, err := w.Change(WayChange{
		Add:     []Temporary{{Host: "192.168.1.4"}, {Host: "*.com"}, {Host: "fine.example.org", Until: now.Add(90 * 24 * time.Hour)}, {Host: "both.example.org"}},
		Remove:  []string{"nobody.example.org"},
		Never:   []string{"both.example.org"},
		Without: []string{"telegram"},
	}, now)
	if err == nil {
		t.Fatal("no problem")
	}
	for _, want := range []string{"192.168.1.4", "*.com", "nobody.example.org", "both.example.org", "telegram"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not named in\n%v", want, err)
		}
	}
	if n := strings.Count(err.Error(), "\n") + 1; n != 6 {
		t.Errorf("%d problems:\n%v", n, err)
	}
}

func TestWhatWasAllowedCanBeTakenBack(t *testing.T) {
	e := made(t)
	w := changed(t, e, WayChange{Add: []Temporary{{Host: "A.example.org"}, {Host: "b.example.org:80", Until: time.Now().Add(time.Hour)}}, Never: []string{"c.example.org"}, Channels: []string{"telegram"}})
	if strings.Join(w.Allow, " ") != "a.example.org" || len(w.For) != 1 || w.For[0].Host != "b.example.org:80" {
		t.Fatalf("%+v", w)
	}
	// Asked for again for good, it is no more for a while; allowed, no more never.
	w, err := w.Change(WayChange{Add: []Temporary{{Host: "b.example.org:80"}, {Host: "c.example.org"}}}, time.Now())
	if err != nil || len(w.For) != 0 || len(w.Never) != 0 || len(w.Allow) != 3 {
		t.Fatalf("%+v, %v", w, err)
	}
	w, err = w.Change(WayChange{Remove: []string{"a.example.org.", "b.example.org:80", "c.example.org"}, Without: []string{"telegram"}}, time.Now())
	if err != nil || len(w.Allow)+len(w.For)+len(w.Never)+len(w.Channels) != 0 {
		t.Errorf("%+v, %v", w, err)
	}
}

func TestHostsWhoseTimeIsUpAreForgotten(t *testing.T) {
	e := made(t)
	data, _ := json.Marshal(Allowances{Format: 1, For: []Temporary{{"a.example.org", time.Now().Add(-time.Second)}, {"b.example.org", time.Now().Add(time.Hour)}}})
	os.WriteFile(filepath.Join(e.dir, allowFile), data, 0o600)
	w, err := e.WayOut()
	if err != nil || len(w.For) != 1 || w.For[0].Host != "b.example.org" {
		t.Errorf("%+v, %v", w, err)
	}
	// The policy has it still: its rule ends by itself, and the file needs no writing.
	_, policy, err := e.egress()
	if err != nil || !bytes.Contains(policy, []byte("a.example.org")) {
		t.Errorf("%s, %v", policy, err)
	}
}

func TestReHardeningEndsAChangeThatWasLeft(t *testing.T) {
	e := made(t)
	ctx, cancel := context.WithCancel(context.Background())
	_, err := e.ChangeWayOut(ctx, changed(t, e, aChange), func(ev provision.Event) {
		if ev.Step == stepEgress {
			cancel()
		}
	}, changeOptions)
	if err == nil {
		t.Fatal("it was not stopped")
	}
	if r, _ := provision.PendingRepair(e.dir); r == nil || !isChange(r) {
		t.Fatalf("pending: %+v", r)
	}
	h := e.Hardening(quietly{}, nil, changeOptions)
	if r, err := h.Pending(context.Background()); r != nil || err != nil {
		t.Errorf("%+v, %v", r, err)
	}
	if policy, err := warden.ReadPolicy(e.dir); err != nil || policy.Level != "internet" {
		t.Errorf("%+v, %v", policy, err)
	}
}
