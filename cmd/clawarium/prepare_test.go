package main

// The preparation before `make run`: a shell script, which speaks both languages by the
// same rule as the program, and without it.

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/charmbracelet/x/ansi"
)

const prepare = "../../.ci/prepare"

// prepared runs it in an environment of its own and returns what it says.
func prepared(t *testing.T, environ []string, args ...string) string {
	t.Helper()
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip("sh is not installed")
	}
	cmd := exec.Command("sh", append([]string{prepare}, args...)...)
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir()}, environ...)
	out, err := cmd.CombinedOutput()
	if err == nil {
		t.Errorf("%q %q did not end in an error:\n%s", environ, args, out)
	}
	return string(out)
}

func inChinese(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}

func TestThePreparationSaysAllInBothLanguages(t *testing.T) {
	data, err := os.ReadFile(prepare)
	if err != nil {
		t.Fatal(err)
	}
	script := string(data)
	texts := func(lang string) map[string]string {
		_, rest, _ := strings.Cut(script, "\n"+lang+"() {\n")
		body, _, _ := strings.Cut(rest, "\n}\n")
		all := map[string]string{}
		for _, m := range regexp.MustCompile(`(?m)^\t([a-z0-9-]+)\) echo (['"].*['"]) ;;$`).FindAllStringSubmatch(body, -1) {
			all[m[1]] = m[2]
		}
		if lines := strings.Count(body, "\n") - 1; len(all) != lines || lines < 30 {
			t.Errorf("%s has %d texts on %d lines", lang, len(all), lines)
		}
		return all
	}
	en, zh := texts("en"), texts("zh")
	used := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?:words|say|more|session_instead) ([a-z][a-z0-9-]*)`).FindAllStringSubmatch(script, -1) {
		used[m[1]] = true
	}
	for key, english := range en {
		chinese, ok := zh[key]
		if !ok || !inChinese(chinese) || inChinese(english) || strings.Count(english, "%s") != strings.Count(chinese, "%s") ||
			strings.Count(english, "%") != strings.Count(english, "%s") {
			t.Errorf("%s: %s and %s", key, english, chinese)
		}
		// What is said over two lines is broken where it should be.
		_, over := en[strings.TrimSuffix(key, "-2")+"-2"]
		if over && max(ansi.StringWidth(english), ansi.StringWidth("准备："+chinese)) > 82 { // with its quotes
			t.Errorf("%s is wider than a terminal", key)
		}
		if !used[key] {
			t.Errorf("%s is never said", key)
		}
	}
	if len(zh) != len(en) {
		t.Errorf("%d and %d texts", len(en), len(zh))
	}
	// Nothing is said past them.
	for _, m := range regexp.MustCompile(`(?m)^.*\b(?:say|fail) ['"](?:[^$"']|\$[^(@]).*$`).FindAllString(script, -1) {
		t.Errorf("said in one language: %s", m)
	}
}

func TestThePreparationSpeaksTheLanguageOfTheProgram(t *testing.T) {
	for _, c := range []struct {
		environ []string
		args    []string
		chinese bool
	}{
		{nil, nil, false},
		{[]string{"LANG=zh_CN.UTF-8"}, nil, true},
		{[]string{"LANG=ZH_TW"}, nil, true},
		{[]string{"LANG=de_DE.UTF-8", "LC_MESSAGES=zh_CN.UTF-8"}, nil, true},
		{[]string{"LANG=zh_CN.UTF-8", "LC_ALL=C.UTF-8"}, nil, false},
		{[]string{"LANG=zh_CN.UTF-8", "LC_ALL="}, nil, true},
		{[]string{"ARGS=setup --lang zh"}, nil, true},
		{[]string{"ARGS=--lang=zh setup"}, nil, true},
		{[]string{"ARGS=--lang=en", "LANG=zh_CN.UTF-8"}, nil, false},
		{[]string{"ARGS=shell -- --lang=zh"}, nil, false},
		{nil, []string{"--lang=zh"}, true},
		{[]string{"LANG=zh_CN.UTF-8"}, []string{"--lang=en"}, false},
	} {
		out := prepared(t, c.environ, c.args...)
		if inChinese(out) != c.chinese || !strings.Contains(out, "run|test|bench") {
			t.Errorf("%q %q: %s", c.environ, c.args, out)
		}
	}
}

// Without Go it ends before anything is installed or started.
func TestThePreparationNamesWhatIsMissingInBothLanguages(t *testing.T) {
	bin := t.TempDir()
	for _, name := range []string{"sh", "id", "uname", "sed", "dirname"} {
		path, err := exec.LookPath(name)
		if err != nil {
			t.Skip(name + " is not installed")
		}
		if err := os.Symlink(path, filepath.Join(bin, name)); err != nil {
			t.Fatal(err)
		}
	}
	if slices.ContainsFunc([]string{"/usr/local/sbin", "/usr/sbin", "/sbin"}, func(dir string) bool {
		_, err := os.Stat(filepath.Join(dir, "go"))
		return err == nil
	}) {
		t.Skip("Go is where tools of administration are")
	}
	module, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	wanted := regexp.MustCompile(`(?m)^go (.*)$`).FindStringSubmatch(string(module))[1]
	for lang, said := range map[string]string{
		"en_GB": "prepare: there is no Go here to build with\n  hint: install Go " + wanted + " or newer, and have its bin directory on your PATH\n",
		"zh_CN": "准备：这里没有用来构建的 Go\n  提示：请安装 Go " + wanted + " 或更新的版本，并把它的 bin 目录加入 PATH\n",
	} {
		if out := prepared(t, []string{"LANG=" + lang, "PATH=" + bin}, "run"); out != said {
			t.Errorf("%s: %s", lang, out)
		}
	}
}
