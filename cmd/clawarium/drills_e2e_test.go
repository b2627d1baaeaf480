//go:build e2e && world

package main

// The whole table of drills on real machines: every attempt to get out, by the agent's
// account and by the machine's root, at every level of the way out, with the system's
// libvirt and in a session. Around them is a world that could be reached. Each
// forbidden attempt has to be refused by something outside the machine, which this
// host saw for itself; each allowed one has to work.
//
// The table is written to bin/drills.md; with CLAWARIUM_WRITE_DOCS=1 to docs/drills.md
// as well, and a test holds that file to the table of checks.

import (
	"context"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/provision/host"
	"github.com/clawarium/clawarium/provision/warden"
)

var drillLevels = []string{"allowlist", "internet", "offline"}

// withWorld has everything that this person runs see the tests' world.
func (w *world) withWorld() *world {
	w.env = append(w.env, "CLAWARIUM_WORLD="+surround(w.t).file())
	return w
}

// cells are what became of each drill: by drill, mode, level and player.
type cells map[string]string

var drillTable struct {
	sync.Mutex
	cells cells
}

func cell(name, mode, level, who string) string {
	return strings.Join([]string{name, mode, level, who}, "|")
}

// everyDrill makes a round at each level on a machine that runs.
func everyDrill(t *testing.T, w *world, name, mode string) {
	s := surround(t)
	names := []string{allowedName, "private.world.example", "changing.world.example", "mixed.world.example"}
	args := []string{"allow", "--name", name}
	for _, n := range names {
		args = append(args, "--add", n)
	}
	w.run(5*time.Minute, args...)
	for _, level := range drillLevels {
		t.Run(level, func(t *testing.T) {
			w := &world{t: t, home: w.home, binary: w.binary, env: w.env, uid: w.uid}
			if level != "allowlist" {
				w.run(5*time.Minute, "allow", "--name", name, "--level", level)
			}
			s.changes.Store(0)
			before := s.arrived(t)
			file := filepath.Join(w.home, "drills-"+level+".json")
			r := w.runWith(10*time.Minute, nil, "check", "--drills", "--json", "--name", name, "--only", "K3,K4,K9,K13", "--evidence", file)
			if after := s.arrived(t); !maps.Equal(before, after) {
				t.Errorf("something came over a cable: %v before, %v after", before, after)
			}
			for id, f := range findings(t, r.stdout) {
				if f.Status != "met" {
					t.Errorf("%s is %s:\n  %s", id, f.Status, strings.Join(f.Evidence, "\n  "))
				}
			}
			defer os.Remove(file)
			saved, err := os.Open(file)
			if err != nil {
				t.Fatal(err)
			}
			defer saved.Close()
			e, err := checks.ReadEvidence(saved)
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%d attempts in %s, %d bytes kept", len(e.Host.Drills.Value.Tries), e.Host.Drills.Value.Took, size(w.machine(name), "drills.json"))
			eachRefusedOutside(t, mode, level, e.Host.Drills.Value)
		})
	}
	w.run(5*time.Minute, "allow", "--name", name, "--level", "allowlist")
	t.Run("nobody outside gets in", func(t *testing.T) { nobodyGetsIn(t, w, name, mode) })
	t.Run("a check with a fresh result makes none", func(t *testing.T) {
		w := &world{t: t, home: w.home, binary: w.binary, env: w.env, uid: w.uid}
		kept := func() string {
			data, err := os.ReadFile(filepath.Join(w.machine(name), "drills.json"))
			if err != nil {
				t.Fatal(err)
			}
			return string(data)
		}
		w.runWith(5*time.Minute, nil, "check", "--json", "--name", name, "--only", "K13")
		was := kept()
		r := w.runWith(5*time.Minute, nil, "check", "--json", "--name", name, "--only", "K13")
		if kept() != was {
			t.Error("another round was made")
		}
		t.Logf("a check that makes none: %s", r.took)
	})
	if mode == "system" { // while the names that drills aim at are allowed
		t.Run("the walls outlast what this computer does to its firewall", func(t *testing.T) { theWallsOutlastTheHostsChanges(t, w, name) })
	}
	args = []string{"allow", "--name", name}
	for _, n := range names {
		args = append(args, "--remove", n)
	}
	w.run(5*time.Minute, args...)
}

func size(dir, name string) int64 {
	info, err := os.Stat(filepath.Join(dir, name))
	if err != nil {
		return -1
	}
	return info.Size()
}

// eachRefusedOutside holds each attempt to its place, and puts it into the table.
func eachRefusedOutside(t *testing.T, mode, level string, d checks.Drills) {
	t.Helper()
	if !d.Counted || !d.Proxy || d.Level != level || d.Left != "" || len(d.Strays) > 0 {
		t.Errorf("counted %v (%s), proxy %v, level %q, left %q, strays %v", d.Counted, d.CountErr, d.Proxy, d.Level, d.Left, d.Strays)
	}
	found := map[string]map[string]bool{}
	for _, y := range d.Tries {
		where := ""
		inWarden := strings.HasPrefix(y.Name, "proxy")
		switch {
		case y.Twin && y.Answer == checks.Open:
			where = "works"
		case y.Twin:
			t.Errorf("%s by %s to %s should work: %s %s", y.Name, y.Who, y.To, y.Answer, y.By)
		case y.Answer == checks.Open || y.Passed:
			t.Errorf("GOT OUT: %s by %s to %s: %s, %q", y.Name, y.Who, y.To, y.Answer, y.By)
		case inWarden && y.Unjudged():
			t.Errorf("%s by %s to %s: nothing was there to refuse (%s)", y.Name, y.Who, y.To, y.By)
		case inWarden && strings.Contains(y.By, "."): // an address
			where = "the checked address"
		case inWarden:
			where = y.By
		case y.Name == "own card":
			where = y.Answer
		case y.Sent == 0:
			where = "not possible"
		case mode == "system" && y.Dropped < y.Sent:
			t.Errorf("%s by %s to %s: sent %d, came out %d, dropped %d", y.Name, y.Who, y.To, y.Sent, y.Entered, y.Dropped)
		case mode == "system":
			where = "dropped"
		case y.Opened > 0:
			t.Errorf("%s by %s to %s: QEMU opened %s", y.Name, y.Who, y.To, y.By)
		default:
			where = "kept in"
		}
		if where == "" && inWarden {
			t.Errorf("%s by %s to %s is not in the warden's record: %s", y.Name, y.Who, y.To, y.Answer)
		}
		key := cell(y.Name, mode, level, y.Who)
		if found[key] == nil {
			found[key] = map[string]bool{}
		}
		found[key][where] = true
	}
	drillTable.Lock()
	defer drillTable.Unlock()
	if drillTable.cells == nil {
		drillTable.cells = cells{}
	}
	for key, where := range found {
		drillTable.cells[key] = strings.Join(slices.Sorted(maps.Keys(where)), ", ")
	}
	writeDrills(t)
}

// nobodyGetsIn tries the machine's ports from another computer of the network, and
// this host's in its place.
func nobodyGetsIn(t *testing.T, w *world, name, mode string) {
	targets := []string{"192.168.177.1:18789", "192.168.177.1:18791", "192.168.177.1:19890", "192.168.177.1:3128"}
	if mode == "system" {
		d := &damaged{t: t, w: w, name: name}
		for _, port := range []string{"22", "18789", "3128"} {
			targets = append(targets, d.guestIP()+":"+port)
		}
	}
	for _, target := range targets {
		host, port, _ := strings.Cut(target, ":")
		script := fmt.Sprintf("timeout 2 bash -c 'exec 3<>/dev/tcp/%s/%s' 2>/dev/null && echo IN", host, port)
		if out, _ := exec.Command("ip", "netns", "exec", places[0].ns(), "sh", "-c", script).Output(); strings.Contains(string(out), "IN") {
			t.Errorf("another computer gets in at %s", target)
		}
	}
}

const drillsHead = `# Drills

What was tried from inside real machines, and what became of it: by the agent's account
and by the machine's root, at each level of the way out, with the system's libvirt and in
a session. Around the machines were namespaces that play a computer of the network, a
cloud's metadata service, another machine and hosts on the Internet, each in this
computer's reach; nothing came into them but what the warden let through. The end-to-end
test does it (cmd/clawarium/drills_e2e_test.go) and writes this table.

- dropped: by this computer's filter on the machine's card, which counted each frame
- kept in: nothing answered, as the machine says, and this computer saw QEMU open no connection
- works: it is meant to
- not possible: for that account, by the machine's own kernel
- the checked address: connected, to the public address that was checked, though the name
  had another by then
- refused: by the machine's own kernel, since nothing listens there
- any other word: refused by the warden for that reason, in its own record

`

// drillsPage is the table, a part for each mode.
func drillsPage(all cells) string {
	words := text.T().Checks.Drills
	var page strings.Builder
	page.WriteString(drillsHead)
	for _, mode := range []string{"system", "session"} {
		fmt.Fprintf(&page, "## qemu:///%s\n\n| tried |", mode)
		for _, level := range drillLevels {
			fmt.Fprintf(&page, " %s: agent | %[1]s: root |", level)
		}
		page.WriteString("\n|---|" + strings.Repeat("---|", 2*len(drillLevels)) + "\n")
		for _, name := range checks.DrillNames() {
			fmt.Fprintf(&page, "| %s |", words.Names[name])
			for _, level := range drillLevels {
				for _, who := range []string{checks.DrillAgent, checks.DrillRoot} {
					is := all[cell(name, mode, level, who)]
					if is == "" {
						is = "–"
					}
					fmt.Fprintf(&page, " %s |", is)
				}
			}
			page.WriteString("\n")
		}
		page.WriteString("\n")
	}
	return strings.TrimSuffix(page.String(), "\n")
}

// writeDrills writes the table once both modes have all levels.
func writeDrills(t *testing.T) {
	for _, mode := range []string{"system", "session"} {
		for _, level := range drillLevels {
			if drillTable.cells[cell("public", mode, level, checks.DrillRoot)] == "" {
				return
			}
		}
	}
	files := []string{"../../bin/drills.md"}
	if os.Getenv("CLAWARIUM_WRITE_DOCS") != "" {
		files = append(files, "../../docs/drills.md")
	}
	for _, file := range files {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Error(err)
		} else if err := os.WriteFile(file, []byte(drillsPage(drillTable.cells)), 0o644); err != nil {
			t.Error(err)
		}
	}
}

// For work on drills, and to write the table: CLAWARIUM_E2E_DRILLS=1 makes a machine in
// each mode as far as the warden, which is all that the table needs, one after the other.
// With CLAWARIUM_E2E_HOME the system's is one that is there, called CLAWARIUM_E2E_NAME.
func TestTheWholeTableOfDrills(t *testing.T) {
	if os.Getenv("CLAWARIUM_E2E_DRILLS") == "" {
		t.Skip("CLAWARIUM_E2E_DRILLS is not set")
	}
	t.Run("system", func(t *testing.T) {
		if w := existing(t); w != nil {
			name := os.Getenv("CLAWARIUM_E2E_NAME")
			w = w.withWorld()
			seesWorld(t, w, name)
			everyDrill(t, w, name, "system")
			return
		}
		w := newWorld(t, sharedCache(t)).withWorld()
		w.cleanUp("e2e-drills")
		w.run(40*time.Minute, "setup", "--yes", "--name", "e2e-drills", "--until", "warden")
		everyDrill(t, w, "e2e-drills", "system")
		w.run(5*time.Minute, "destroy", "--name", "e2e-drills", "--confirm", "e2e-drills", "--data", "--keep-cache")
	})
	t.Run("session", func(t *testing.T) {
		w := newWorld(t, sharedCache(t)).withWorld()
		w.becomeUser("claw-drills")
		w.cleanUp("e2e-drills")
		w.run(40*time.Minute, "setup", "--yes", "--name", "e2e-drills", "--until", "warden", "--set", "connection=session")
		everyDrill(t, w, "e2e-drills", "session")
		w.run(5*time.Minute, "destroy", "--name", "e2e-drills", "--confirm", "e2e-drills", "--data")
	})
}

// seesWorld has a warden that was started without the world begin again with it.
func seesWorld(t *testing.T, w *world, name string) {
	service := host.Service{Machine: name, Dir: w.machine(name), Lock: warden.LockFile, Args: []string{"warden", "run", "--name", name}}
	if err := service.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	// It also waits for a gateway, which may not be there.
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	cmd := w.command(ctx, nil, "start", "--name", name)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { cancel(); _ = cmd.Wait() }()
	for end := time.Now().Add(2 * time.Minute); ; time.Sleep(time.Second) {
		if s, running, _ := warden.ReadStatus(w.machine(name)); running && s.Connected {
			return
		}
		if time.Now().After(end) {
			t.Fatal("the warden does not connect")
		}
	}
}
