package virt

// dlopen_darwin.h is for a Mac; what it does is C that runs anywhere.

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestTheBindingOfAMacFindsWhatHomebrewInstalls(t *testing.T) {
	cc, err := exec.Command("go", "env", "CC").Output()
	compiler := strings.TrimSpace(string(cc))
	if _, look := exec.LookPath(compiler); err != nil || look != nil {
		t.Skipf("no C compiler here: %v %v", err, look)
	}
	header, err := filepath.Abs("dlopen_darwin.h")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	compile := func(out, source string, flags ...string) {
		t.Helper()
		c := exec.Command(compiler, append(flags, "-Wall", "-Werror", "-o", filepath.Join(dir, out), "-x", "c", "-", "-ldl")...)
		c.Stdin = strings.NewReader(source)
		if said, err := c.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, said)
		}
	}
	for _, of := range []string{"broken", "second"} {
		if err := os.Mkdir(filepath.Join(dir, of), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "broken/libvirt.0.dylib"), []byte("for another processor"), 0o644); err != nil {
		t.Fatal(err)
	}
	compile("second/libvirt.0.dylib", "int virInitialize(void) { return 42; }", "-shared", "-fPIC")
	compile("asks", `
		int main(int argc, char **argv) {
			int (*f)(void);
			void *library = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
			if (!library)
				return 1;
			if (dlerror())
				return 2;
			f = (int (*)(void))dlsym(library, "virInitialize");
			return f && f() == 42 && !dlerror() ? 0 : 3;
		}`,
		"-include", header, `-DCLAWARIUM_LIBRARY_DIRS="`+dir+`/none","`+dir+`/broken","`+dir+`/second"`)
	for name, want := range map[string]int{
		"libvirt.so.0":                                  0,
		"libclawarium.so.0":                             1,
		filepath.Join(dir, "second/gone.so.0"):          1,
		filepath.Join("second", "libvirt.so.0"):         1, // a path is left as it is
		filepath.Join(dir, "second", "libvirt.0.dylib"): 0,
	} {
		c := exec.Command(filepath.Join(dir, "asks"), name)
		if _ = c.Run(); c.ProcessState.ExitCode() != want {
			t.Errorf("%s: exit status %d, not %d", name, c.ProcessState.ExitCode(), want)
		}
	}
}
