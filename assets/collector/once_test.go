package collector

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// What is run from what was compiled before says the same, whatever lies there.
func TestAProgramIsCompiledOnceAndDoesTheSame(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil && os.Getenv("CI") == "" {
		t.Skip("no python3 here")
	} else if err != nil { // there, all that tests need is installed
		t.Fatal(err)
	}
	dir, own := filepath.Join(t.TempDir(), "kept"), t.TempDir()
	params, source := []byte(`{"word": "größer"}`), []byte("print(PARAMS['word'], \"<&>\\u2028\".encode(), r'''@OWN@''')\n")
	run := func(params, source []byte, own string) string {
		t.Helper()
		c := exec.Command(python, "-I", "-S", "-B", "-")
		c.Stdin = bytes.NewReader(Once(params, source, dir, own))
		c.Env = []string{"PYTHONUTF8=1", "LC_ALL=C.UTF-8"}
		out, err := c.CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		return string(out)
	}
	kept := func() []string {
		t.Helper()
		found, err := filepath.Glob(filepath.Join(dir, "*"))
		if err != nil {
			t.Fatal(err)
		}
		return found
	}

	want := run(params, source, filepath.Join(own, "absent"))
	if !strings.HasPrefix(want, "größer b'<&>") || !strings.HasSuffix(want, "@OWN@\n") {
		t.Fatalf("%q", want)
	}
	if found := kept(); found != nil {
		t.Errorf("on a machine that is not ours it leaves %q", found)
	}
	for range 2 {
		if got := run(params, source, own); got != want {
			t.Errorf("%q, not %q", got, want)
		}
	}
	found := kept()
	if len(found) != 1 {
		t.Fatalf("it keeps %q", found)
	}
	if info, err := os.Stat(found[0]); err != nil || info.Mode() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if got := run([]byte(`{"word": "other"}`), source, own); !strings.HasPrefix(got, "other ") {
		t.Errorf("%q", got)
	}

	if os.Getuid() == 0 { // only what is root's is taken
		// The kept one is used: it is made to say something else.
		run([]byte(`{}`), []byte("print('another')\n"), own)
		other := kept()
		if len(other) != 1 || other[0] == found[0] {
			t.Fatalf("of an earlier program there is %q left", other)
		}
		if err := os.Rename(other[0], found[0]); err != nil {
			t.Fatal(err)
		}
		if got := run(params, source, own); got != "another\n" {
			t.Errorf("what was compiled is not used: %q", got)
		}
		if err := os.Chmod(found[0], 0o622); err != nil {
			t.Fatal(err)
		}
		if got := run(params, source, own); got != want {
			t.Errorf("what others can write is used: %q", got)
		}
	}
	for _, damaged := range []string{"", "\x00", "no code", strings.Repeat("\xf3", 100)} {
		if err := os.WriteFile(found[0], []byte(damaged), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := run(params, source, own); got != want {
			t.Errorf("with %q in its place it says %q", damaged, got)
		}
	}
}
