package steps

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/clawarium/clawarium/assets/layout"
	"github.com/clawarium/clawarium/provision"
	"github.com/clawarium/clawarium/provision/host"
	"github.com/clawarium/clawarium/provision/plan"
	"github.com/clawarium/clawarium/provision/virt"
)

// testEnv is an environment whose choices are made, over a directory of the test's.
func testEnv(t *testing.T, name string, system bool) *Env {
	t.Helper()
	root := t.TempDir()
	p := plan.Default(plan.Host{CPUs: 4, Memory: 16 * plan.GiB, FreeDisk: 100 * plan.GiB})
	p.Name = name
	e, err := New(p, host.Dirs{State: filepath.Join(root, "state"), Cache: filepath.Join(root, "cache")}, "test")
	if err != nil {
		t.Fatal(err)
	}
	e.choices = &Choices{
		URI: virt.SessionURI, Arch: "amd64", UUID: newUUID(), MAC: newMAC(), PoolPath: "/pool",
		GuestIP: userModeGuestIP, Prefix: userModePrefix, SSHPort: 2222, SlowClock: true,
	}
	if system {
		e.choices.URI, e.choices.System = virt.SystemURI, true
		e.choices.NetworkUUID, e.choices.FilterUUID = newUUID(), newUUID()
		e.choices.HostIP, e.choices.GuestIP, e.choices.Prefix, e.choices.SSHPort = "10.213.0.1", "10.213.0.2", 29, 0
	}
	if err := os.MkdirAll(e.dir, 0o700); err != nil {
		t.Fatal(err)
	}
	return e
}

func TestEveryStepCanBeListedCheckedMadeAndTakenBack(t *testing.T) {
	for _, system := range []bool{true, false} {
		e := testEnv(t, "lobster", system)
		e.Plan.OpenClaw.Provider = "anthropic"
		known := map[string]bool{}
		for _, id := range IDs() {
			known[id] = true
		}
		seen := map[string]bool{}
		for _, s := range e.Steps() {
			if s.ID == "" || s.Title == "" || s.Holds == nil || s.Do == nil || s.Undo == nil || s.Deadline <= 0 {
				t.Errorf("system %v: step %q (%q) is not complete", system, s.ID, s.Title)
			}
			if !known[s.ID] {
				t.Errorf("IDs does not list %q", s.ID)
			}
			if s.Within != "" && !seen[s.Within] {
				t.Errorf("%q is within %q, which does not come before it", s.ID, s.Within)
			}
			seen[s.ID] = true
		}
		if system && len(seen) != len(known) {
			t.Errorf("IDs lists %d steps, a system machine has %d", len(known), len(seen))
		}
	}
}

// The gateway's start takes minutes and needs no way out: what opens one comes before
// it and waits for nothing. What shows it to the guest's programs comes after.
func TestTheWayOutIsOpenedBeforeTheGatewayStarts(t *testing.T) {
	for _, system := range []bool{true, false} {
		e := testEnv(t, "lobster", system)
		e.Plan.OpenClaw.Provider = "anthropic"
		var order []string
		for _, s := range e.Steps() {
			order = append(order, s.ID)
		}
		want := []string{stepService, stepEgress, stepWarden, "guest-proxy", stepGateway, stepModelKey}
		if got := order[len(order)-len(want):]; !slices.Equal(got, want) {
			t.Errorf("system %v: %v", system, got)
		}
	}
}

func TestAMachineKnowsWhetherSetUpGaveItAModelKey(t *testing.T) {
	e := testEnv(t, "lobster", true)
	step := e.modelKeyStep()
	step.Within = "" // the machine is not made here
	if _, err := provision.New(e.dir, []provision.Step{step}, nil, provision.Options{Version: "test"}).Do(t.Context()); err != nil {
		t.Fatal(err)
	}
	if e.Keyed() {
		t.Error("a step without a key gave one")
	}
	journaled(t, e, stepModelKey)
	if !e.Keyed() {
		t.Error("the key that was given is not known")
	}
}

func TestASessionHasNoNetworkOfItsOwn(t *testing.T) {
	for _, s := range testEnv(t, "lobster", false).Steps() {
		if s.ID == stepNetwork || s.ID == stepFilter {
			t.Errorf("step %s in a session", s.ID)
		}
	}
}

func TestTheDomainHasTheSeedUntilTheGuestHasReadIt(t *testing.T) {
	e := testEnv(t, "lobster", true)
	if got := e.Spec().Seed; filepath.Base(got) != layout.Seed("lobster") {
		t.Errorf("before the first boot: seed %q", got)
	}
	e.record.FirstBoot = true
	if got := e.Spec().Seed; got != "" {
		t.Errorf("after the first boot: seed %q", got)
	}
}

func TestWhatWasChosenIsReadBackAndADamagedFileIsNamed(t *testing.T) {
	e := testEnv(t, "lobster", true)
	data, err := json.Marshal(e.choices)
	if err != nil {
		t.Fatal(err)
	}
	if err := writeFile(filepath.Join(e.dir, choicesFile), data); err != nil {
		t.Fatal(err)
	}
	again, err := New(e.Plan, e.Dirs, "test")
	if err != nil || *again.choices != *e.choices {
		t.Fatalf("%+v, %v", again, err)
	}
	if err := writeFile(filepath.Join(e.dir, choicesFile), data[:len(data)/2]); err != nil {
		t.Fatal(err)
	}
	if _, err := New(e.Plan, e.Dirs, "test"); err == nil || !strings.Contains(err.Error(), choicesFile) {
		t.Errorf("half a file: %v", err)
	}
}

func TestEmulationIsGivenMoreTimeThanKVMAndTheSlowClockMost(t *testing.T) {
	kvm, emulated, slow := Choices{KVM: true}, Choices{}, Choices{SlowClock: true}
	if kvm.Patience(time.Second) != time.Second ||
		emulated.Patience(time.Second) <= kvm.Patience(time.Second) ||
		slow.Patience(time.Second) <= emulated.Patience(time.Second) {
		t.Errorf("%s, %s, %s", kvm.Patience(time.Second), emulated.Patience(time.Second), slow.Patience(time.Second))
	}
}

func TestNoPrivateKeyIsPrinted(t *testing.T) {
	const key = "-----BEGIN OPENSSH PRIVATE KEY-----\nc2VjcmV0\n-----END OPENSSH PRIVATE KEY-----"
	for _, text := range []string{key, "a " + key + " b " + key, "cut " + key[:50]} {
		if got := withhold(text, "(withheld)"); strings.Contains(got, "c2VjcmV0") || !strings.Contains(got, "(withheld)") {
			t.Errorf("%q became %q", text, got)
		}
	}
	var out strings.Builder
	e := testEnv(t, "lobster", true)
	if err := e.Describe(&out); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(out.String(), "PRIVATE KEY") {
		t.Errorf("the dry run shows a private key")
	}
	for _, want := range []string{"<domain", "<network", "<filter", "<pool", "openclaw.json", layout.Unit, stepGateway} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the dry run does not show %s", want)
		}
	}
}

func TestTheTokensOfOtherMachinesAreKnownAndOnesOwnIsNot(t *testing.T) {
	a := testEnv(t, "a", true)
	for name, digest := range map[string]string{"a": "11", "b": "22"} {
		if err := os.MkdirAll(a.Dirs.Machine(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := writeFile(filepath.Join(a.Dirs.Machine(name), tokenFile), []byte(digest+"\n")); err != nil {
			t.Fatal(err)
		}
	}
	if got := a.otherTokens(); len(got) != 1 || got["b"] != "22" {
		t.Errorf("%v", got)
	}
}

func TestCachesStayWhileAnotherMachineOrTheOwnerWantsThem(t *testing.T) {
	for _, c := range []struct {
		title               string
		existed, keep, more bool
		gone                bool
	}{
		{"made by the set-up", false, false, false, true},
		{"there before", true, false, false, false},
		{"asked to be kept", false, true, false, false},
		{"another machine is there", false, false, true, false},
	} {
		e := testEnv(t, "a", true)
		e.KeepCache = c.keep
		if c.more {
			if err := os.MkdirAll(e.Dirs.Machine("b"), 0o700); err != nil {
				t.Fatal(err)
			}
		}
		dir := e.Dirs.Images()
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		before, _ := json.Marshal(existed{c.existed})
		if err := e.undoCache(before, dir); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(dir); os.IsNotExist(err) != c.gone {
			t.Errorf("%s: gone %v", c.title, os.IsNotExist(err))
		}
	}
}

func TestConsoleLinesReachTheLogWithoutControlCharacters(t *testing.T) {
	var lines []string
	w := &lineWriter{say: func(s string) { lines = append(lines, s) }}
	for _, part := range []string{"one\r\nt", "\x1b[31mwo\x1b[0m\n\n", strings.Repeat("x", 2000)} {
		if n, err := w.Write([]byte(part)); n != len(part) || err != nil {
			t.Fatalf("%d, %v", n, err)
		}
	}
	if len(lines) < 5 || lines[0] != "one" || lines[1] != "two" {
		t.Errorf("%q", lines)
	}
	for _, line := range lines {
		if len(line) > 600 {
			t.Errorf("a line of %d bytes", len(line))
		}
	}
}

func TestUUIDsAndAddressesAreWellFormed(t *testing.T) {
	if u := newUUID(); len(u) != 36 || u[14] != '4' || !strings.ContainsRune("89ab", rune(u[19])) {
		t.Errorf("UUID %s", u)
	}
	if m := newMAC(); !strings.HasPrefix(m, "52:54:00:") || len(m) != 17 {
		t.Errorf("MAC %s", m)
	}
}
