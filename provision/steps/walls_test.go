package steps

// What the steps make is what the checks ask for; and what `clawarium destroy`
// leaves is seen.

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/clawarium/clawarium/assets/layout"
	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/provision/plan"
	"github.com/clawarium/clawarium/provision/virt"
)

func finding(t *testing.T, e checks.Evidence, id checks.ID) checks.Finding {
	t.Helper()
	for _, f := range checks.Judge(plan.Plan{}, e) {
		if f.Control == id {
			return f
		}
	}
	t.Fatalf("no finding %s", id)
	return checks.Finding{}
}

func fact[T any](v T) checks.Fact[T] { return checks.Fact[T]{OK: true, Value: v} }

// The documents that are made and the judges that hold them have been written
// apart; here they meet. Live facts are left out, so what is looked for is that
// nothing is wrong, only not seen.
func TestTheDefinitionsThatAreMadeAreThoseThatAreAskedFor(t *testing.T) {
	for _, system := range []bool{true, false} {
		e := testEnv(t, "lobster", system)
		e.record.FirstBoot = true
		domain, err := e.Spec().DomainXML()
		if err != nil {
			t.Fatal(err)
		}
		evidence := checks.Evidence{Format: checks.Format, Subject: e.Subject()}
		evidence.Libvirt.Inactive = fact(domain)
		if system {
			network, err := e.networkSpec().NetworkXML()
			if err != nil {
				t.Fatal(err)
			}
			filter, err := e.filterSpec().FilterXML()
			if err != nil {
				t.Fatal(err)
			}
			evidence.Libvirt.Network, evidence.Libvirt.Filter = fact(network), fact(filter)
		}
		evidence.Host.Qemu = fact(checks.QemuProcess{PID: 1, UIDs: []int{1}, Args: append([]string{"qemu", "-display", "none"}, e.Spec().QemuArgs()...)})
		if system {
			evidence.Host.Qemu.Value.Args = append(evidence.Host.Qemu.Value.Args, "-netdev", `{"type":"tap","fd":"29","id":"hostnet0"}`)
		}
		for _, id := range []checks.ID{"K1", "K4", "K12", "K13", "K21"} {
			f := finding(t, evidence, id)
			if f.Status != checks.NotChecked {
				t.Errorf("system %v: %s is %s: %q", system, id, f.Status, f.Evidence)
			}
		}
		for id, wanted := range map[checks.ID]string{"K12": "no screen", "K21": "can be asked to stop"} {
			if f := finding(t, evidence, id); !strings.Contains(strings.Join(f.Evidence, "\n"), wanted) {
				t.Errorf("system %v: %s does not say %q: %q", system, id, wanted, f.Evidence)
			}
		}
		if all := strings.Join(finding(t, evidence, "K13").Evidence, "\n"); system != strings.Contains(all, "all its 9 rules") || system == strings.Contains(all, "restricted user-mode") {
			t.Errorf("system %v: %s", system, all)
		}
		// Not just any 22: names and addresses are made at random.
		evidence.Libvirt.Filter.Value = regexp.MustCompile(`portstart=(['"])22['"]`).ReplaceAllString(evidence.Libvirt.Filter.Value, "portstart=${1}23$1")
		if f := finding(t, evidence, "K13"); system && f.Status != checks.NotMet {
			t.Errorf("another port: %s", f.Status)
		}
	}
}

func TestPacketRulesAreListedByKnownProgramsAlone(t *testing.T) {
	dir := t.TempDir()
	script := func(name, body string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+body), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	script("nft", `echo "$@"`)
	script("iptables-save", "head -c 5000 /dev/zero")
	script("ip6tables-save", "echo no rights >&2; exit 4")
	p := packetFilter{[]string{filepath.Join(dir, "none"), dir}}
	if out, err := p.List(t.Context(), checks.NftList, 1000); err != nil || string(out) != "-j list ruleset\n" {
		t.Errorf("%q, %v", out, err)
	}
	if _, err := p.List(t.Context(), checks.IPv4Rules, 1000); err == nil {
		t.Error("a listing over the limit was taken for whole")
	}
	if out, err := p.List(t.Context(), checks.IPv4Rules, 5000); err != nil || len(out) != 5000 {
		t.Errorf("%d bytes, %v", len(out), err)
	}
	if _, err := p.List(t.Context(), checks.IPv6Rules, 1000); err == nil || os.Geteuid() == 0 && !strings.Contains(err.Error(), "no rights") ||
		os.Geteuid() != 0 && !errors.Is(err, fs.ErrPermission) {
		t.Errorf("%v", err)
	}
	if _, err := p.List(t.Context(), checks.LinkRules, 1000); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a program that is not there: %v", err)
	}
	if _, err := p.List(t.Context(), "sh", 1000); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a program that lists no rules: %v", err)
	}
	script("nft", "sleep 60 & sleep 60")
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	began := time.Now()
	if _, err := p.List(ctx, checks.NftList, 1000); err == nil || time.Since(began) > 5*time.Second {
		t.Errorf("%v after %s", err, time.Since(began))
	}
}

func TestTheLastStopsAreRemembered(t *testing.T) {
	e := testEnv(t, "lobster", true)
	for i := range checks.MaxStops + 5 {
		if err := e.RecordStop(checks.Stop{When: time.Unix(int64(i), 0).UTC(), Seconds: 1.5, Forced: i%2 == 0}); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(e.dir, checks.StopsFile)
	var all []checks.Stop
	data, err := os.ReadFile(path)
	if err != nil || json.Unmarshal(data, &all) != nil || len(all) != checks.MaxStops || all[len(all)-1].When.Unix() != checks.MaxStops+4 {
		t.Fatalf("%v, %d stops", err, len(all))
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	if err := os.WriteFile(path, []byte("[{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := e.RecordStop(checks.Stop{When: time.Now()}); err != nil {
		t.Errorf("a damaged record: %v", err)
	}
}

func TestWhatRootWritesBelongsToWhoOwnsTheDirectory(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root")
	}
	dir := t.TempDir()
	if err := os.Chown(dir, 12345, 12346); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "x")
	if err := writeFile(path, []byte("x")); err != nil {
		t.Fatal(err)
	}
	if uid, gid := ownerOf(t, path); uid != 12345 || gid != 12346 {
		t.Errorf("%d:%d", uid, gid)
	}
}

// libvirt's test driver has domains, pools and volumes, in memory.
func TestWhatIsLeftInLibvirtIsListed(t *testing.T) {
	e := testEnv(t, "lobster", false)
	e.record.Image.SHA512, e.record.Code.SHA256 = strings.Repeat("a", 128), strings.Repeat("b", 64)
	file := filepath.Join(t.TempDir(), "node.xml")
	if err := os.WriteFile(file, []byte("<node/>"), 0o600); err != nil {
		t.Fatal(err)
	}
	conn, err := virt.Open(t.Context(), "test://"+file)
	if err != nil {
		t.Skipf("needs libvirt's library: %v", err)
	}
	e.conn = conn
	t.Cleanup(e.Close)
	libvirt := &hypervisor{env: e, conn: conn}
	names := func(list []checks.Leftover) (all []string) {
		for _, l := range list {
			name, _, _ := strings.Cut(l.Name, " ")
			all = append(all, l.Kind+" "+name)
		}
		slices.Sort(all)
		return all
	}
	remains := func(want, wantKept []string) {
		t.Helper()
		found, kept, err := libvirt.Remains(t.Context())
		if err != nil || !slices.Equal(names(found), want) || !slices.Equal(names(kept), wantKept) {
			t.Errorf("found %v, kept %v, %v; wanted %v, %v", names(found), names(kept), err, want, wantKept)
		}
	}
	remains(nil, nil)

	pool, err := conn.EnsurePool(t.Context(), layout.Pool, e.choices.PoolPath)
	if err != nil {
		t.Fatal(err)
	}
	remains([]string{"pool clawarium"}, nil)
	make := func(name string) {
		t.Helper()
		if _, err := pool.CreateBlank(t.Context(), name, 1<<20); err != nil {
			t.Fatal(err)
		}
	}
	make(layout.DataDisk("other"))
	remains(nil, nil)
	make(layout.SystemDisk("lobster"))
	make(layout.DataDisk("lobster"))
	make(layout.BaseVolume(e.record.Image.SHA512))
	remains([]string{"volume base-aaaaaaaaaaaaaaaa.qcow2", "volume lobster-data.qcow2", "volume lobster-system.qcow2"}, nil)
	e.KeepData = true
	if err := os.MkdirAll(e.Dirs.Machine("other"), 0o700); err != nil {
		t.Fatal(err)
	}
	remains([]string{"volume lobster-system.qcow2"}, []string{"volume base-aaaaaaaaaaaaaaaa.qcow2", "volume lobster-data.qcow2"})

	spec := e.Spec()
	spec.Arch = "amd64"
	if err := conn.Define(t.Context(), spec); err != nil {
		t.Skipf("the test driver does not take our domain: %v", err)
	}
	found, _, err := libvirt.Remains(t.Context())
	if err != nil || !slices.Contains(names(found), "domain clawarium-lobster") {
		t.Errorf("%v, %v", names(found), err)
	}
}

func TestAddressesAreThoseOfTheChoices(t *testing.T) {
	s := testEnv(t, "lobster", true).Subject()
	if _, err := netip.ParseAddr(s.GuestIP); err != nil || s.Prefix != 29 || len(s.MAC) != 17 {
		t.Errorf("%+v", s)
	}
}

func ownerOf(t *testing.T, path string) (uid, gid uint32) {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	owner := info.Sys().(*syscall.Stat_t)
	return owner.Uid, owner.Gid
}
