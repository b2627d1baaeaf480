//go:build e2e

package main

// A machine's walls while this computer changes around them: libvirt starts anew, Docker
// and firewalld put their rules beside libvirt's, and the firewall is loaded anew, which
// takes the walls away. What keeps them must keep them, and what does not must be noticed
// and repaired. The machine is that of the drills.

import (
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/clawarium/clawarium/assets/layout"
	"github.com/clawarium/clawarium/provision/warden"
)

// ofTheWalls are the controls that say whether the walls stand.
var ofTheWalls = []string{"K4", "K9", "K13"}

func theWallsOutlastTheHostsChanges(t *testing.T, w *world, name string) {
	d := &damaged{t: t, w: w, name: name}
	before, all := d.walls()
	if before["K13"] != "met" { // the last round of drills may be one of a damage's
		t.Logf("K13 was %s:\n  %s", before["K13"], strings.Join(all["K13"].Evidence, "\n  "))
		before, all = d.walls("--drills")
	}
	for _, id := range []string{"K4", "K13"} {
		if before[id] != "met" {
			t.Fatalf("%s is %s before anything was changed:\n  %s", id, before[id], strings.Join(all[id].Evidence, "\n  "))
		}
	}
	rules, id := hostRules(t), d.virsh("domid", layout.Domain(name))
	// asBefore expects the machine to run on, and its walls to stand.
	asBefore := func(t *testing.T, args ...string) {
		t.Helper()
		d := &damaged{t: t, w: w, name: name}
		if now := d.virsh("domid", layout.Domain(name)); now != id {
			t.Errorf("the machine was started anew: %s, %s", id, now)
		}
		now, all := d.walls(args...)
		for id, was := range before {
			if now[id] != was {
				t.Errorf("%s was %s and is %s:\n  %s", id, was, now[id], strings.Join(all[id].Evidence, "\n  "))
			}
		}
	}
	t.Run("libvirt starts anew", func(t *testing.T) {
		s, running, err := warden.ReadStatus(w.machine(name))
		restartLibvirt(t)
		asBefore(t)
		now, still, nowErr := warden.ReadStatus(w.machine(name))
		if err != nil || nowErr != nil || !running || !still || s.PID != now.PID || !now.ConnectedSince.Equal(s.ConnectedSince) {
			t.Errorf("the warden was %+v and is %+v: %v, %v", s, now, err, nowErr)
		}
		if is := hostRules(t); is != rules {
			t.Errorf("rules that are not as before:\n%s", difference(rules, is))
		}
	})

	if os.Getenv("CI") == "" && os.Getenv("CLAWARIUM_E2E_HOME") == "" {
		t.Log("the rest takes away this computer's rules for a moment: it is for a machine of CI's, or CLAWARIUM_E2E_HOME")
		return
	}
	if other := notLibvirts(t); other != "" {
		t.Logf("this computer has rules that are not libvirt's, which the rest would lose:\n%s", other)
		return
	}
	t.Run("Docker's and firewalld's rules are put beside", func(t *testing.T) {
		besideLibvirt(t)
		asBefore(t)
	})

	t.Run("the firewall is loaded anew", func(t *testing.T) {
		t.Cleanup(func() { restartLibvirt(t) }) // the rules of libvirt's own and of other machines
		d := &damaged{t: t, w: w, name: name}
		before := d.warden()
		var began time.Time
		d.held(before.PID, func() {
			d.host("nft", "flush", "ruleset") // as nftables.service does before it reads its file, and firewalld in effect
			began = time.Now()
			d.gone()
		})
		for d.warden().WallsBack == before.WallsBack {
			if time.Since(began) > time.Minute {
				t.Fatalf("the warden did not put the walls back: %+v", d.warden())
			}
			time.Sleep(100 * time.Millisecond)
		}
		t.Logf("noticed and put back after %s", time.Since(began))
		if left, _ := filepath.Glob(filepath.Join(w.machine(name), "repair*")); len(left) > 0 {
			t.Errorf("left: %v", left)
		}
		asBefore(t)
		if s := d.warden(); s.WallsTrouble != "" || s.PID != before.PID || !s.ConnectedSince.Equal(before.ConnectedSince) {
			t.Errorf("the warden was %+v and is %+v", before, s)
		}
	})

	t.Run("the rules for what the machine sends are taken out by hand", func(t *testing.T) {
		if os.Getenv("CLAWARIUM_E2E_LONG") == "" {
			t.Skip("CLAWARIUM_E2E_LONG is not set")
		}
		d := &damaged{t: t, w: w, name: name}
		tap := d.tap()
		d.host("ebtables", "-t", "nat", "-D", "PREROUTING", "-i", tap, "-j", "libvirt-I-"+tap)
		r := w.runWith(10*time.Minute, nil, "harden", "--yes", "--only", "K4,K13", "--name", name)
		if r.exit != 0 || !strings.Contains(r.stdout, "(filter)") {
			t.Errorf("exit %d\n%s\n%s", r.exit, r.stdout, r.stderr)
		}
		asBefore(t)
	})

	t.Run("the firewall is emptied by hand, and libvirt starts anew", func(t *testing.T) {
		if os.Getenv("CLAWARIUM_E2E_LONG") == "" {
			t.Skip("CLAWARIUM_E2E_LONG is not set")
		}
		t.Cleanup(func() { restartLibvirt(t) })
		d := &damaged{t: t, w: w, name: name}
		d.held(d.warden().PID, func() {
			for _, command := range []string{"iptables -F", "iptables -X", "ip6tables -F", "ip6tables -X", "ebtables -t nat -F", "ebtables -t nat -X"} {
				d.host(strings.Fields(command)...)
			}
			d.gone()
		})
		restartLibvirt(t)
		asBefore(t)
	})
	if is := hostRules(t); is != rules {
		t.Errorf("rules that are not as before:\n%s", difference(rules, is))
	}
}

// warden is what the machine's warden says of itself.
func (d *damaged) warden() warden.Status {
	d.t.Helper()
	s, _, err := warden.ReadStatus(d.w.machine(d.name))
	if err != nil {
		d.t.Fatal(err)
	}
	return s
}

// held keeps the warden from mending what f damages.
func (d *damaged) held(pid int, f func()) {
	d.t.Helper()
	if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
		d.t.Fatal(err)
	}
	defer func() { _ = syscall.Kill(pid, syscall.SIGCONT) }()
	f()
}

// gone expects K13 to see that the walls are: in the rules, and at the card.
func (d *damaged) gone() {
	d.t.Helper()
	now, all := d.walls("--no-drills")
	said := strings.Join(all["K13"].Evidence, "\n  ")
	for _, want := range []string{"no rule of the filter is in force on", "got as far as its card"} {
		if now["K13"] != "not met" || !strings.Contains(said, want) {
			d.t.Errorf("with the walls gone, %q: %v\n  %s", want, now, said)
		}
	}
}

// walls is what the self-check says of the walls.
func (d *damaged) walls(args ...string) (map[string]string, map[string]finding) {
	d.t.Helper()
	r := d.w.runWith(5*time.Minute, nil, append([]string{"check", "--json", "--name", d.name, "--only", strings.Join(ofTheWalls, ",")}, args...)...)
	all, out := findings(d.t, r.stdout), map[string]string{}
	for _, id := range ofTheWalls {
		out[id] = all[id].Status
	}
	return out, all
}

// hostRules are all packet rules of this computer, without counters. Which of two chains
// was made first means nothing, so they are in the order of the alphabet.
func hostRules(t *testing.T) string {
	t.Helper()
	var lines []string
	for _, tool := range []string{"iptables-save", "ip6tables-save", "ebtables-save"} {
		out, err := exec.Command(tool).Output()
		if err != nil {
			t.Fatalf("%s: %v", tool, err)
		}
		for line := range strings.Lines(string(out)) {
			if line = strings.TrimSpace(counters.ReplaceAllString(line, "")); line != "" && line[0] != '#' && line != "COMMIT" {
				lines = append(lines, tool+" "+line)
			}
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

var counters = regexp.MustCompile(`\[\d+:\d+\]`)

// notLibvirts are rules and tables that somebody else than libvirt made.
func notLibvirts(t *testing.T) (other string) {
	t.Helper()
	for line := range strings.Lines(hostRules(t)) {
		if strings.Contains(line, " -A ") && !strings.Contains(strings.ToLower(line), "libvirt") && !onTap.MatchString(line) {
			other += line
		}
	}
	out, err := exec.Command("nft", "list", "tables").Output()
	if err != nil {
		t.Fatalf("nft: %v", err)
	}
	for line := range strings.Lines(string(out)) {
		if !slices.Contains([]string{"filter", "nat", "mangle", "raw", "broute"}, strings.TrimSpace(line[strings.LastIndex(line, " ")+1:])) {
			other += line
		}
	}
	return other
}

var onTap = regexp.MustCompile(` -A (FI|FO|HI)-vnet\d+ `)

// restartLibvirt ends the system's libvirt and starts it as it had been started.
func restartLibvirt(t *testing.T) {
	t.Helper()
	if _, err := os.Stat("/run/systemd/system"); err == nil {
		if out, err := exec.Command("systemctl", "restart", "libvirtd").CombinedOutput(); err != nil {
			t.Fatalf("systemctl: %v\n%s", err, out)
		}
		return
	}
	data, err := os.ReadFile("/run/libvirtd.pid")
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(data)))
	if err != nil {
		t.Fatal(err)
	}
	line, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	args := strings.Split(strings.TrimRight(string(line), "\x00"), "\x00")
	if err != nil || !strings.HasSuffix(args[0], "libvirtd") {
		t.Fatalf("process %d is %q, %v", pid, args, err)
	}
	if err := syscall.Kill(pid, syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(30 * time.Second); syscall.Kill(pid, 0) == nil; time.Sleep(50 * time.Millisecond) {
		if state, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid)); strings.Contains(string(state), ") Z ") {
			break // ended, and whoever adopted it does not ask
		}
		if time.Now().After(end) {
			t.Fatalf("libvirtd (%d) does not end", pid)
		}
	}
	if out, err := exec.Command(args[0], args[1:]...).CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", args, err, out)
	}
	for end := time.Now().Add(30 * time.Second); exec.Command("virsh", "-c", "qemu:///system", "nwfilter-list").Run() != nil; time.Sleep(100 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("libvirtd does not answer")
		}
	}
}

// For work on it: on a machine that is there already, as for damages.
func TestTheWallsOfAMachineThatIsThere(t *testing.T) {
	w := existing(t)
	if w == nil {
		t.Skip("CLAWARIUM_E2E_HOME is not set")
	}
	theWallsOutlastTheHostsChanges(t, w, cmp.Or(os.Getenv("CLAWARIUM_E2E_NAME"), "e2e-warden"))
}

// besideLibvirt puts Docker's and firewalld's rules in force until the test ends.
func besideLibvirt(t *testing.T) {
	t.Helper()
	feed := func(rules, program string, args ...string) {
		t.Helper()
		cmd := exec.Command(program, args...)
		cmd.Stdin = strings.NewReader(rules)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", program, err, out)
		}
	}
	t.Cleanup(func() {
		feed(dockersGone, "iptables-restore", "--noflush")
		feed("delete table inet firewalld\n", "nft", "-f", "-")
	})
	feed(dockers, "iptables-restore", "--noflush")
	feed(firewallds, "nft", "-f", "-")
}

// dockers are the rules that docker.io 20.10 put before libvirt's when it started,
// dockersGone takes them away, and firewallds are those of firewalld 1.3 that decide.
const dockers = `*nat
:DOCKER - [0:0]
-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
-A OUTPUT ! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -j DOCKER
-A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE
-A DOCKER -i docker0 -j RETURN
COMMIT
*filter
:FORWARD DROP [0:0]
:DOCKER - [0:0]
:DOCKER-ISOLATION-STAGE-1 - [0:0]
:DOCKER-ISOLATION-STAGE-2 - [0:0]
:DOCKER-USER - [0:0]
-I FORWARD -i docker0 -o docker0 -j ACCEPT
-I FORWARD -i docker0 ! -o docker0 -j ACCEPT
-I FORWARD -o docker0 -j DOCKER
-I FORWARD -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-I FORWARD -j DOCKER-ISOLATION-STAGE-1
-I FORWARD -j DOCKER-USER
-A DOCKER-ISOLATION-STAGE-1 -i docker0 ! -o docker0 -j DOCKER-ISOLATION-STAGE-2
-A DOCKER-ISOLATION-STAGE-1 -j RETURN
-A DOCKER-ISOLATION-STAGE-2 -o docker0 -j DROP
-A DOCKER-ISOLATION-STAGE-2 -j RETURN
-A DOCKER-USER -j RETURN
COMMIT
`

const dockersGone = `*nat
-D PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
-D OUTPUT ! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -j DOCKER
-D POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE
-F DOCKER
-X DOCKER
COMMIT
*filter
:FORWARD ACCEPT [0:0]
-D FORWARD -i docker0 -o docker0 -j ACCEPT
-D FORWARD -i docker0 ! -o docker0 -j ACCEPT
-D FORWARD -o docker0 -j DOCKER
-D FORWARD -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-D FORWARD -j DOCKER-ISOLATION-STAGE-1
-D FORWARD -j DOCKER-USER
-F DOCKER
-F DOCKER-ISOLATION-STAGE-1
-F DOCKER-ISOLATION-STAGE-2
-F DOCKER-USER
-X DOCKER
-X DOCKER-ISOLATION-STAGE-1
-X DOCKER-ISOLATION-STAGE-2
-X DOCKER-USER
COMMIT
`

const firewallds = `table inet firewalld {
	chain filter_PREROUTING {
		type filter hook prerouting priority filter + 10; policy accept;
		icmpv6 type { nd-router-advert, nd-neighbor-solicit } accept
		meta nfproto ipv6 fib saddr . mark . iif oif missing drop
	}
	chain nat_PREROUTING {
		type nat hook prerouting priority dstnat + 10; policy accept;
	}
	chain filter_INPUT {
		type filter hook input priority filter + 10; policy accept;
		ct state { established, related } accept
		ct status dnat accept
		iifname "lo" accept
		ct state invalid drop
		tcp dport 22 ct state { new, untracked } accept
		reject with icmpx admin-prohibited
	}
	chain filter_FORWARD {
		type filter hook forward priority filter + 10; policy accept;
		ct state { established, related } accept
		ct status dnat accept
		ct state invalid drop
		reject with icmpx admin-prohibited
	}
	chain filter_OUTPUT {
		type filter hook output priority filter + 10; policy accept;
		ct state { established, related } accept
		oifname "lo" accept
	}
}
`
