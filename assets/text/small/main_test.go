package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const source = `package text

import "strings"

type Host struct{ Name string }

var enHost = Host{Name: "the host"}

var (
	english = Strings{Host: enHost}
	current int
)

func upper(s string) string { return strings.ToUpper(s) }
`

func TestOnlyTheValuesAreLeftOut(t *testing.T) {
	got, err := withoutValues([]byte(source))
	if err != nil {
		t.Fatal(err)
	}
	for _, gone := range []string{"enHost", "the host", "english"} {
		if strings.Contains(string(got), gone) {
			t.Errorf("%q is still there:\n%s", gone, got)
		}
	}
	for _, kept := range []string{"type Host struct{ Name string }", "current int", "func upper("} {
		if !strings.Contains(string(got), kept) {
			t.Errorf("%q is gone:\n%s", kept, got)
		}
	}
	if _, err := withoutValues([]byte("no source")); err == nil {
		t.Error("no source is taken for some")
	}
}

// What is built with the packed texts says what the source says: this program itself,
// built so, packs the same again.
func TestThePackedTextsAreThoseOfTheSource(t *testing.T) {
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("no go command here")
	}
	t.Chdir("../../..")
	first, second := t.TempDir(), t.TempDir()
	if err := prepare(first); err != nil {
		t.Fatal(err)
	}
	again := exec.Command("go", "run", "-overlay="+filepath.Join(first, "overlay.json"), "./"+where+"/small", second)
	if out, err := again.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, name := range []string{"en.gz", "zh.gz"} {
		a, err := os.ReadFile(filepath.Join(first, name))
		b, err2 := os.ReadFile(filepath.Join(second, name))
		if err != nil || err2 != nil || len(a) == 0 || !bytes.Equal(a, b) {
			t.Errorf("%s is not what it was: %d bytes, %d bytes (%v, %v)", name, len(a), len(b), err, err2)
		}
	}
}
