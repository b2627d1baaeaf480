package plan

import (
	"encoding/json"
	"math"
	"testing"
	"testing/quick"

	"github.com/goccy/go-yaml"

	"github.com/clawarium/clawarium/assets/text"
)

func TestASizeIsAWholeNumberWithABinaryUnit(t *testing.T) {
	for s, want := range map[string]Size{"0MiB": 0, "1MiB": MiB, "512MiB": 512 * MiB, "1024MiB": GiB, "4GiB": 4 * GiB, "1TiB": TiB, "8388607TiB": 8388607 * TiB} {
		if got, err := ParseSize(s); err != nil || got != want {
			t.Errorf("%q: %d, %v", s, got, err)
		}
	}
	for s, hint := range map[string]string{
		"4096":                "add the unit: 4096MiB or 4096GiB",
		"4G":                  "write 4GiB",
		"4gb":                 "write 4GiB",
		"4 GiB":               "write 4GiB",
		" 4GiB ":              "write 4GiB",
		"04GiB":               "write 4GiB",
		"1.5GiB":              "write 1536MiB",
		"4194304KiB":          text.T().Plan.SizeHint,
		"2048k":               "write 2MiB",
		"1k":                  text.T().Plan.SizeHint,
		"0":                   text.T().Plan.SizeHint,
		"":                    text.T().Plan.SizeHint,
		"-4GiB":               text.T().Plan.SizeHint,
		"four":                text.T().Plan.SizeHint,
		"4GiB4":               text.T().Plan.SizeHint,
		"4PiB":                text.T().Plan.SizeHint,
		"8388608TiB":          text.T().Plan.SizeHint,
		"999999999999999TiB":  text.T().Plan.SizeHint,
		"9999999999999999MiB": text.T().Plan.SizeHint,
	} {
		got, err := ParseSize(s)
		if err == nil {
			t.Errorf("%q is read as %v", s, got)
			continue
		}
		if hints := text.Hint(err); len(hints) != 1 || hints[0] != hint {
			t.Errorf("%q: hint %q, want %q", s, hints, hint)
		}
	}
}

func TestASizeReadsBackFromItsText(t *testing.T) {
	back := func(n uint32, unit uint8) bool {
		s := Size(n) * []Size{MiB, GiB}[unit%2]
		got, err := ParseSize(s.String())
		return err == nil && got == s
	}
	if err := quick.Check(back, nil); err != nil {
		t.Error(err)
	}
	for s, want := range map[Size]string{0: "0MiB", 1: "1B", GiB: "1GiB", GiB + MiB: "1025MiB", 1024 * GiB: "1TiB", -MiB: "-1MiB", math.MaxInt64: "9223372036854775807B"} {
		if s.String() != want {
			t.Errorf("%d: %s, want %s", int64(s), s, want)
		}
	}
}

func TestASizeIsTextInJSONAndYAML(t *testing.T) {
	type disk struct{ Size Size }
	var d disk
	if b, err := json.Marshal(disk{3 * GiB}); err != nil || string(b) != `{"Size":"3GiB"}` {
		t.Errorf("%s, %v", b, err)
	}
	if err := json.Unmarshal([]byte(`{"Size":"512MiB"}`), &d); err != nil || d.Size != 512*MiB {
		t.Errorf("%v, %v", d, err)
	}
	if err := json.Unmarshal([]byte(`{"Size":4096}`), &d); err == nil {
		t.Error("a bare number is read from JSON")
	}
	if b, err := yaml.Marshal(disk{3 * GiB}); err != nil || string(b) != "size: 3GiB\n" {
		t.Errorf("%s, %v", b, err)
	}
	if err := yaml.Unmarshal([]byte("size: 1TiB\n"), &d); err != nil || d.Size != TiB {
		t.Errorf("%v, %v", d, err)
	}
}
