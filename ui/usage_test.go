package ui

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
)

func someUsage() Usage {
	return Usage{
		About: "One line that\nwas broken in the source.\n\n第一行没有空格，\n`setup` 第二行\n也没有。\n很长的一行，要在任何宽度上折叠起来才能读。",
		Groups: []UsageGroup{
			{"Usage", []UsageRow{{Name: "program COMMAND [FLAGS]"}}},
			{"Flags", []UsageRow{{"-s, --short", "short"}, {"    --rather-long", "what it is is rather long and has to be folded beside the name"}}},
		},
	}
}

func TestUsageFitsBesideTheNamesOrBelow(t *testing.T) {
	u := someUsage()
	for width := narrowest; width < 130; width++ {
		for line := range strings.SplitSeq(u.Text(width, false), "\n") {
			if ansi.StringWidth(line) > width && !strings.Contains(line, "program COMMAND") {
				t.Fatalf("%d columns in %q, wanted %d", ansi.StringWidth(line), line, width)
			}
		}
	}
	want := `One line that was broken in the source.

第一行没有空格，` + "`setup`" + ` 第二行也没有。很长的一行，要在任何宽
度上折叠起来才能读。

Usage
  program COMMAND [FLAGS]

Flags
  -s, --short        short
      --rather-long  what it is is rather long and has to be
                     folded beside the name
`
	if got := u.Text(60, false); got != want {
		t.Errorf("%s", got)
	}
	if got := u.Text(40, false); !strings.Contains(got, "  -s, --short\n      short\n") {
		t.Errorf("%s", got)
	}
}

func TestOnlyHeadingsOfUsageStandOut(t *testing.T) {
	u := someUsage()
	bold := u.Text(60, true)
	if ansi.Strip(bold) != u.Text(60, false) || strings.Count(bold, "\x1b[1m") != 2 {
		t.Errorf("%q", bold)
	}
}
