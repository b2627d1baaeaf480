package plan

import (
	"fmt"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/clawarium/clawarium/assets/text"
)

// desk is a host that has room for anything usual.
var desk = Host{CPUs: 8, Memory: 16 * GiB, FreeDisk: 200 * GiB, Path: "/srv/disks"}

func TestAPlanFileOverridesOnlyTheKeysThatItNames(t *testing.T) {
	base := Default(desk)
	base.Image.Mirrors, base.Network.Allow = []string{"https://base.example"}, []string{"base.example"}
	got, err := Parse([]byte("\xef\xbb\xbf---\r\nversion: 1\r\nname: 'reef'\r\nmachine:\r\n  memory: 3GiB # enough\r\n  cpus: 2\r\nnetwork: {level: offline}\r\nimage:\r\n"), base)
	if err != nil {
		t.Fatal(err)
	}
	want := base
	want.Name, want.Machine.Memory, want.Machine.CPUs, want.Network.Level = "reef", 3*GiB, 2, Offline
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
	got.Image.Mirrors[0], got.Network.Allow[0] = "changed", "changed"
	if base.Image.Mirrors[0] != "https://base.example" || base.Network.Allow[0] != "base.example" {
		t.Error("the base shares its list with the result")
	}
}

func TestEveryUnknownKeyIsToldAtOnceWithLineCaretAndTheNearestKnownOne(t *testing.T) {
	_, err := Parse([]byte("nmae: reef\nmachine:\n  memroy: hunter2hunter2\n  system_disk: 7GiB\nmemory: 4GiB\nmachine_name: x\nopenclaw:\n  language: zh\n  apiKey: abcdefgh\n"), Default(desk))
	want := []struct {
		line int
		key  string
		hint string
	}{
		{1, "nmae", `did you mean "name"?`},
		{3, "machine.memroy", `did you mean "memory"?`},
		{4, "machine.system_disk", `did you mean "systemDisk"?`},
		{5, "memory", `write it under machine, as "memory"`},
		{6, "machine_name", "remove the line; known here: version, name, connection, machine, image, openclaw, network, language"},
		{8, "openclaw.language", `write it at the left margin, as "language"`},
		{9, "openclaw.apiKey", text.T().Plan.SecretHint},
	}
	problems := Problems(err)
	if len(problems) != len(want) {
		t.Fatalf("%d problems, want %d:\n%v", len(problems), len(want), err)
	}
	for i, w := range want {
		p := problems[i]
		if p.Line != w.line || p.Key != w.key || p.Hint != w.hint || p.Range == "" {
			t.Errorf("got line %d, key %q, hint %q; want %+v", p.Line, p.Key, p.Hint, w)
		}
	}
	if s := problems[1].Error(); !strings.HasSuffix(s, "\n    3 |   memroy: …\n      |   ^") {
		t.Errorf("no caret under the key:\n%s", s)
	}
	for _, secret := range []string{"hunter2", "abcdefgh"} {
		if strings.Contains(err.Error(), secret) {
			t.Errorf("the value of an unknown key is shown:\n%v", err)
		}
	}
	if hints := text.Hint(err); len(hints) != len(want) {
		t.Errorf("text.Hint finds %d of %d hints", len(hints), len(want))
	}
}

func TestFilesThatAreNotAPlanAreRefusedWithWhereAndWhatToDo(t *testing.T) {
	m := text.T().Plan
	laughs := "a: &a [x,x,x,x,x,x,x,x,x]\n"
	for c := 'b'; c < 'j'; c++ {
		laughs += fmt.Sprintf("%[1]c: &%[1]c [*%[2]c,*%[2]c,*%[2]c,*%[2]c,*%[2]c,*%[2]c,*%[2]c,*%[2]c]\n", c, c-1)
	}
	for _, c := range []struct {
		name, file   string
		line, column int
		says, hint   string
	}{
		{"empty", "", 0, 0, "holds no plan", m.EmptyHint},
		{"only a comment", "# later\n", 0, 0, "holds no plan", m.EmptyHint},
		{"null", "null\n", 0, 0, "holds no plan", m.EmptyHint},
		{"only a marker", "---\n", 0, 0, "holds no plan", m.EmptyHint},
		{"a list", "- name: reef\n", 1, 1, "a plan wants keys of its own", m.SectionHint},
		{"a word", "reef\n", 1, 1, `a plan wants keys of its own, not "reef"`, m.SectionHint},
		{"two documents", "name: a\n---\nname: b\n", 2, 1, "more than one document", m.DocumentsHint},
		{"two headers", "---\n---\nname: b\n", 2, 1, "more than one document", m.DocumentsHint},
		{"a document after the end", "name: a\n...\nname: b\n", 3, 1, "more than one document", m.DocumentsHint},
		{"anchors that multiply", laughs, 1, 4, `"&"`, m.SupportedHint},
		{"an alias", "name: *other\n", 1, 7, `"*"`, m.Outside.AliasHint},
		{"a host that begins with * and no quote", "network:\n  allow:\n    - *.example.org\n", 3, 7, `"*"`, m.Outside.AliasHint},
		{"a merge", "machine:\n  <<: {cpus: 2}\n", 2, 3, `"<<"`, m.SupportedHint},
		{"a tag", "name: !!str reef\n", 1, 7, `"!!str"`, m.SupportedHint},
		{"a directive", "%YAML 1.2\n---\nname: reef\n", 1, 1, `"%"`, m.SupportedHint},
		{"a text block", "name: |\n  reef\n", 1, 7, `"|"`, m.SupportedHint},
		{"a folded block", "name: >\n  reef\n", 1, 7, `">"`, m.SupportedHint},
		{"an explicit key", "? name\n: reef\n", 1, 1, `"?"`, m.SupportedHint},
		{"a key written twice", "name: a\nmachine:\n  cpus: 1\nname: b\n", 4, 1, "name is written twice, first in line 1", m.DuplicateHint},
		{"a section written twice", "machine:\n  cpus: 1\nmachine:\n  cpus: 2\n", 3, 1, "machine is written twice", m.DuplicateHint},
		{"a tab as indentation", "machine:\n\tcpus: 2\n", 2, 1, "not valid YAML", m.SyntaxHint},
		{"an open quote", "name: \"reef\nlanguage: en\n", 1, 7, "not valid YAML", m.SyntaxHint},
		{"an open bracket", "image:\n  mirrors: [https://a.example\n", 2, 12, "not valid YAML", m.SyntaxHint},
		{"a NUL", "name: re\x00ef\n", 1, 9, "U+0000", m.UnprintableHint},
		{"an escape sequence", "name: reef\n# \x1b[31m\n", 2, 3, "U+001B", m.UnprintableHint},
		{"a turned writing direction", "name: reef # \u202egnp\n", 1, 14, "U+202E", m.UnprintableHint},
		{"broken UTF-8", "name: re\xffef\n", 1, 9, `\xff`, m.UnprintableHint},
		{"a lone carriage return", "name: a\rname: b\n", 1, 8, "U+000D", m.UnprintableHint},
		{"an escaped NUL", `name: "re\0ef"` + "\n", 1, 7, `re\x00ef`, m.UnprintableHint},
		{"no value", "name:\nlanguage: en\n", 1, 6, "name has no value", m.NoValueHint},
		{"a null value", "machine:\n  memory: null\n", 2, 11, "machine.memory has no value", m.NoValueHint},
		{"a section as value", "name:\n  first: reef\n", 2, 8, "name wants one value", "write name: and one value, on one line"},
		{"a list as value", "name: [a, b]\n", 1, 7, "name wants one value", "write name: and one value, on one line"},
		{"a value as list", "image:\n  mirrors: https://a.example\n", 2, 12, `image.mirrors wants a list, not "https://a.example"`, m.ListHint},
		{"a list in a list", "image:\n  mirrors:\n    - [x]\n", 3, 7, "image.mirrors[0] wants text", "write it like https://example.org"},
		{"a number as host", "network:\n  allow: [1.2]\n", 2, 11, `network.allow[0] wants text, not "1.2"`, "write it like example.org"},
		{"a truth value as channel", "network:\n  channels: [yes, true]\n", 2, 19, `network.channels[1] wants text, not "true"`, "write it like telegram"},
		{"a value as section", "machine: big\n", 1, 10, `machine wants keys of its own, not "big"`, m.SectionHint},
		{"a number as text", "openclaw:\n  version: 2026.9\n", 2, 12, `openclaw.version wants text, not "2026.9"`, `put it in quotes: version: "2026.9"`},
		{"a truth value as text", "name: true\n", 1, 7, `name wants text, not "true"`, `put it in quotes: name: "true"`},
		{"a word as number", "machine:\n  cpus: two\n", 2, 9, `machine.cpus wants a whole number, not "two"`, "write digits only, such as cpus: 1"},
		{"a fraction as number", "machine:\n  cpus: 1.5\n", 2, 9, `not "1.5"`, "write digits only, such as cpus: 1"},
		{"a hexadecimal number", "machine:\n  cpus: 0x2\n", 2, 9, `not "0x2"`, "write digits only, such as cpus: 1"},
		{"an octal number", "machine:\n  cpus: 010\n", 2, 9, `not "010"`, "write digits only, such as cpus: 1"},
		{"a quoted number", "machine:\n  cpus: \"2\"\n", 2, 9, `not "2"`, "write digits only, such as cpus: 1"},
		{"a huge number", "machine:\n  cpus: 99999999999999999999\n", 2, 9, "wants a whole number", "write digits only, such as cpus: 1"},
		{"a size without unit", "machine:\n  memory: 4096\n", 2, 11, `"4096" is not a size`, "add the unit: 4096MiB or 4096GiB"},
		{"a decimal unit", "machine:\n  memory: 4GB\n", 2, 11, `"4GB" is not a size`, "write 4GiB"},
		{"a fraction of a unit", "machine:\n  memory: 2.5 gib\n", 2, 11, `"2.5 gib" is not a size`, "write 2560MiB"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Parse([]byte(c.file), Default(desk))
			problems := Problems(err)
			if len(problems) == 0 {
				t.Fatalf("accepted (%v)", err)
			}
			p := problems[0]
			if p.Line != c.line || p.Column != c.column || !strings.Contains(p.what, c.says) || p.Hint != c.hint {
				t.Errorf("line %d column %d, hint %q:\n%v", p.Line, p.Column, p.Hint, p)
			}
			if c.line > 0 && !strings.Contains(p.Error(), "\n      | ") {
				t.Errorf("no caret:\n%v", p)
			}
		})
	}
}

func TestAHostileFileOfAnySizeIsRefusedSoon(t *testing.T) {
	const n = fileAtMost
	for name, s := range map[string]string{
		"too large":   strings.Repeat("#", n+1),
		"brackets":    strings.Repeat("[", n),
		"braces":      strings.Repeat("{a: ", n/4),
		"nested list": strings.Repeat("- ", n/2),
		"anchors":     strings.Repeat("&a ", n/3),
		"keys":        strings.Repeat("k: 1\n", n/5),
		"documents":   strings.Repeat("---\n", n/4),
		"quotes":      `name: "` + strings.Repeat(`x\"`, n/3-10),
		"secrets":     strings.Repeat("# ghp_0123456789abcdefghij\n", n/27),
		"text":        "name: " + strings.Repeat("word ", n/5-10),
		"controls":    strings.Repeat("\x01\n", n/2),
		"just small":  strings.Repeat("{a: ", tokensAtMost/3),
	} {
		t.Run(name, func(t *testing.T) {
			began := cpuTime(t)
			_, err := Parse([]byte(s), Default(desk))
			if err == nil {
				t.Fatal("accepted")
			}
			if len(err.Error()) > 32<<10 {
				t.Errorf("the message has %d bytes", len(err.Error()))
			}
			// Measured under 300 ms; the limit leaves room for the race detector. The
			// time is the processor's, so that a busy machine is not held against it.
			if took := cpuTime(t) - began; took > 5*time.Second {
				t.Errorf("took %v", took)
			}
		})
	}
}

// cpuTime is what this process has used of the processor.
func cpuTime(t *testing.T) time.Duration {
	t.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		t.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

func TestAllProblemsOfAFileAreToldTogetherWithTheHostsLimits(t *testing.T) {
	file := "name: ../x\nconnection: sytem\nmachine:\n  memory: 64MiB\n  dataDisk: 1TiB\n  cpuss: 2\nnetwork:\n  sshPort: 22\n"
	base := Default(desk)
	base.OpenClaw.Version = "2025.1.1"
	_, err := Read([]byte(file), base, desk)
	var got []string
	for _, p := range Problems(err) {
		got = append(got, fmt.Sprintf("%d %s", p.Line, p.Key))
	}
	want := []string{"1 name", "2 connection", "4 machine.memory", "5 machine.dataDisk", "6 machine.cpuss", "8 network.sshPort", "0 openclaw.version"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %q\nwant %q\n%v", got, want, err)
	}
	if _, err := Read([]byte("name: reef\n"), Default(desk), desk); err != nil {
		t.Error(err)
	}
}

func TestTheCaretStandsUnderItsColumnInWideAndLongLines(t *testing.T) {
	for _, c := range []struct {
		line   string
		column int
		want   string
	}{
		{"名称: x", 5, "    1 | 名称: x\n      |       ^"},
		{"\ta", 2, "    1 |  a\n      |  ^"},
		{"", 1, "    1 | \n      | ^"},
		{"short", 99, "    1 | short\n      |      ^"},
		{strings.Repeat("x", 100) + "y", 101, "    1 | …" + strings.Repeat("x", 17) + "y\n      |                   ^"},
	} {
		if got := excerpt(c.line, 1, c.column); got != c.want {
			t.Errorf("got\n%s\nwant\n%s", got, c.want)
		}
	}
}
