package main

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/clawarium/clawarium/assets/text"
)

var update = flag.Bool("update", false, "write the golden files anew")

func eachCommand(c *cobra.Command, visit func(*cobra.Command)) {
	visit(c)
	for _, sub := range c.Commands() {
		eachCommand(sub, visit)
	}
}

func inBothLanguages(t *testing.T, f func(t *testing.T, lang string)) {
	defer text.Use(text.English)
	for _, lang := range []string{text.English, text.Chinese} {
		text.Use(lang)
		f(t, lang)
	}
}

// helpOf is what the program prints.
func helpOf(t *testing.T, args ...string) string {
	t.Helper()
	var out, talk bytes.Buffer
	if code := run(t.Context(), args, streams{out: &out, err: &talk}); code != exitFine || talk.Len() > 0 {
		t.Fatalf("%v: %d, %s", args, code, talk.String())
	}
	return out.String()
}

func TestHelpOfEveryCommandFitsAndNamesEverything(t *testing.T) {
	inBothLanguages(t, func(t *testing.T, lang string) {
		n := 0
		eachCommand(newRoot(&app{}), func(c *cobra.Command) {
			n++
			u := usage(c)
			for _, width := range []int{60, 80, 200} {
				for line := range strings.SplitSeq(u.Text(width, false), "\n") {
					if ansi.StringWidth(line) > width {
						t.Errorf("%s %s: %d columns in %q", lang, c.CommandPath(), ansi.StringWidth(line), line)
					}
				}
			}
			said := u.Text(10000, false)
			if c.Long != "" && !strings.Contains(strings.Join(strings.Fields(said), ""), strings.Join(strings.Fields(c.Long), "")) {
				t.Errorf("%s %s: the words about it are not there:\n%s", lang, c.CommandPath(), said)
			}
			c.Flags().VisitAll(func(f *pflag.Flag) {
				if !f.Hidden && (!strings.Contains(said, "--"+f.Name+" ") || !strings.Contains(said, f.Usage)) {
					t.Errorf("%s %s does not tell of --%s", lang, c.CommandPath(), f.Name)
				}
			})
			for _, sub := range c.Commands() {
				if !sub.Hidden && (!strings.Contains(said, "  "+sub.Use) || !strings.Contains(said, sub.Short)) {
					t.Errorf("%s %s does not tell of %s", lang, c.CommandPath(), sub.Name())
				}
			}
		})
		if n < 15 {
			t.Errorf("%d commands", n)
		}
	})
}

func TestHelpReadsAsKept(t *testing.T) {
	inBothLanguages(t, func(t *testing.T, lang string) {
		for name, args := range map[string][]string{"root": {"--help"}, "setup": {"setup", "--help"}, "confirm": {"help", "confirm"}} {
			golden := filepath.Join("testdata", "help", name+"."+lang+".txt")
			got := helpOf(t, append([]string{"--lang", lang}, args...)...)
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("%s is now\n%s", golden, got)
			}
		}
	})
}

func TestTheVersionIsOneLine(t *testing.T) {
	if got := helpOf(t, "--version"); got != "clawarium version "+version+"\n" {
		t.Errorf("%q", got)
	}
}
