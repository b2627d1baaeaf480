package checks

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/clawarium/clawarium/assets/collector"
)

// fakeNft keeps a ruleset in a file, and reads it back only when told that it can.
const fakeNft = `#!/bin/sh
d=${0%/*}
case "$*" in
*list*) /bin/cat $d/now; /bin/cat $d/warning >&2 ;;
"-c -f -") /bin/cat >/dev/null; exit $(/bin/cat $d/trial) ;;
"flush ruleset") : >$d/now ;;
"-f -")
	read -r first
	[ "$first" = "flush ruleset" ] && : >$d/now || echo "$first" >>$d/now
	/bin/cat >>$d/now ;;
esac
`

// asideFor has the program of a drill take packet rules out of the way and put them
// back; meanwhile a service of the guest's makes its own anew.
const asideFor = `
import json, sys
source = sys.stdin.read()
d = sys.argv[1]
world = {"PARAMS": {"host": "192.0.2.1", "host6": "", "limit": 60}}
exec(source[:source.rindex("main()")], world)
world["ENV"]["PATH"] = d
now = lambda: open(d + "/now").read()
aside = world["Aside"]("card0")
during = now()
open(d + "/now", "a").write("table inet guest\n")
left = aside.back()
print(json.dumps({"during": during, "after": now(), "left": left, "kept": aside.kept}))
`

func TestADrillTakesOnlyThoseRulesAwayThatItCanPutBack(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("needs python3")
	}
	const was = "table inet guest\n"
	for _, c := range []struct {
		name, trial, now, warning string
		kept                      bool
	}{
		{name: "rules of nft", trial: "0", now: was},
		{name: "rules that it cannot read back", trial: "1", now: was, kept: true},
		{name: "rules of another program", trial: "0", now: was, kept: true,
			warning: "# Warning: table ip filter is managed by iptables-nft, do not touch!\n"},
		{name: "a match that is listed as a comment", trial: "0", now: was + "# xt_recent\n", kept: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			for name, content := range map[string]string{"nft": fakeNft, "now": c.now, "trial": c.trial, "warning": c.warning} {
				if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o700); err != nil {
					t.Fatal(err)
				}
			}
			cmd := exec.CommandContext(t.Context(), python, "-I", "-S", "-B", "-c", asideFor, dir)
			cmd.Stdin = bytes.NewReader(collector.Drill())
			var stderr bytes.Buffer
			cmd.Stderr = &stderr
			out, err := cmd.Output()
			if err != nil {
				t.Fatalf("%v: %s", err, &stderr)
			}
			var got struct {
				During, After, Left string
				Kept                bool
			}
			if err := json.Unmarshal(out, &got); err != nil {
				t.Fatal(err)
			}
			during, after := "", c.now
			if c.kept {
				during, after = c.now, c.now+was
			}
			if got.Kept != c.kept || got.During != during || got.After != after || got.Left != "" {
				t.Errorf("%+v", got)
			}
		})
	}
}

func TestAFirewallOfTheGuestsThatStayedIsToldAndRefusesNothing(t *testing.T) {
	e := good(t)
	e.Host.Drills.Value.Firewall = FirewallKept
	if f := findingOf(t, e, "K13"); f.Status != Met || !strings.Contains(strings.Join(f.Evidence, "\n"), "its own packet rules stayed in force") {
		t.Errorf("K13 is %s: %q", f.Status, f.Evidence)
	}
	tried("public", DrillAgent, func(y *Try) { y.Entered, y.Dropped = 0, 0 })(t, &e)
	if f := findingOf(t, e, "K13"); f.Status != NotChecked {
		t.Errorf("what never came out counts: K13 is %s: %q", f.Status, f.Evidence)
	}
}
