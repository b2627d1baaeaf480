package main

import (
	"os"
	"strings"
	"testing"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
)

// The table in docs has every drill in both parts, and says of none that it got out.
func TestTheTableOfDrillsHasEveryDrill(t *testing.T) {
	page, err := os.ReadFile("../../docs/drills.md")
	if err != nil {
		t.Fatal(err)
	}
	words := text.T().Checks.Drills.Names
	for _, name := range checks.DrillNames() {
		if n := strings.Count(string(page), "\n| "+words[name]+" |"); n != 2 {
			t.Errorf("%s is in docs/drills.md %d times; CLAWARIUM_WRITE_DOCS=1 make e2e writes it", words[name], n)
		}
	}
	rows := 0
	for line := range strings.Lines(string(page)) {
		if strings.HasPrefix(line, "| ") && !strings.HasPrefix(line, "| tried") {
			rows++
			if strings.Count(line, "|") != 8 || strings.Contains(line, checks.Open) {
				t.Errorf("a row that is none: %s", line)
			}
		}
	}
	if rows != 2*len(checks.DrillNames()) {
		t.Errorf("%d rows", rows)
	}
}
