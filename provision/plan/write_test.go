package plan

import (
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"github.com/clawarium/clawarium/assets/text"
)

// words are values that readers of YAML are known to take for something else.
var words = []string{
	"", "a", "true", "no", "on", "null", "~", "yes", "y", "1", "1.5", "0x1", "1e3", "2026.9", "2026.9.6", "12:30", "2026-11-22",
	".inf", "- a", "-", "--", "---", "...", "? a", ": a", "a: b", "a:", "#", "a #b", "[a", "{a", "&a", "*a", "!a", "|", ">", "%a", "`", ",",
	"'", `"`, `\`, `\n`, `a\`, " a", "a ", "  ", "海葵", "a\u00a0b", "😀", "<<", "=", "/srv/a b.qcow2", "\uFFFD", "réef", "\u3000", "a''b", `a""b`, "a,b", "@a",
}

// anyPlan is a plan of the right types whose values need not be valid.
func anyPlan(r *rand.Rand) Plan {
	var p Plan
	word := func(k *key) string {
		w := words[r.IntN(len(words))]
		if r.IntN(3) == 0 {
			w += words[r.IntN(len(words))]
		}
		if slices.Contains([]kind{address, addresses, hosts, server}, k.kind) {
			w = strings.NewReplacer("@", "", "?", "", "#", "").Replace(w)
		}
		return w
	}
	for i := range keys {
		k := &keys[i]
		switch v := k.at(&p).(type) {
		case *int:
			*v = r.IntN(2000) - 1000
		case *Size:
			*v = Size(r.IntN(1<<22)) * MiB
		case *string:
			*v = word(k)
		case *[]string:
			for range r.IntN(4) {
				*v = append(*v, word(k))
			}
		}
	}
	return p
}

func TestAWrittenPlanReadsBackToTheSamePlanInBothLanguages(t *testing.T) {
	defer text.Use(text.English)
	r := rand.New(rand.NewPCG(1, 2))
	for n := range 400 {
		text.Use([]string{text.English, text.Chinese}[n%2])
		want, base := anyPlan(r), anyPlan(r)
		data, err := want.YAML()
		if err != nil {
			t.Fatalf("%+v: %v", want, err)
		}
		got, err := Parse(data, base)
		if err != nil {
			t.Fatalf("%v\n%s", err, data)
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("got  %+v\nwant %+v\n%s", got, want, data)
		}
		// The library's own decoder agrees on what the file says.
		var other Plan
		if err := yaml.UnmarshalWithOptions(data, &other, yaml.Strict()); err != nil {
			t.Fatalf("%v\n%s", err, data)
		}
		if other.Hash() != want.Hash() {
			t.Fatalf("decoded differently: %+v\nwant %+v\n%s", other, want, data)
		}
		encoded, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		var decoded Plan
		if err := json.Unmarshal(encoded, &decoded); err != nil || decoded.Hash() != want.Hash() {
			t.Fatalf("JSON: %v, %v\n%s", decoded, err, encoded)
		}
	}
}

func TestEveryKeyIsWrittenWithACommentInBothLanguages(t *testing.T) {
	defer text.Use(text.English)
	for _, lang := range []string{text.English, text.Chinese} {
		text.Use(lang)
		data, err := Default(desk).YAML()
		if err != nil {
			t.Fatal(err)
		}
		m := text.T().Plan
		said := map[string]bool{}
		for _, path := range Keys() {
			group, name, nested := strings.Cut(path, ".")
			if !nested {
				name = path
			} else {
				said[group] = true
			}
			said[path] = true
			if m.Key[path] == "" || !strings.Contains(string(data), name+":") {
				t.Errorf("%s: %s has no comment or is not written", lang, path)
			}
		}
		for path := range m.Key {
			if !said[path] {
				t.Errorf("%s: a comment for %s, which is no key", lang, path)
			}
		}
		for line := range strings.SplitSeq(string(data), "\n") {
			if len([]rune(line)) > 120 {
				t.Errorf("%s: a line of %d characters: %s", lang, len([]rune(line)), line)
			}
		}
	}
}

func TestAPlanThatCannotBeShownIsNotWritten(t *testing.T) {
	for _, damage := range []func(*Plan){
		func(p *Plan) { p.Name = "a\x00" },
		func(p *Plan) { p.Name = "a\nb" },
		func(p *Plan) { p.Name = "\xff" },
		func(p *Plan) { p.Image.File = "/a\u202eb" },
		func(p *Plan) { p.Network.Proxy = "http://me:opensesame@a.example" },
		func(p *Plan) { p.Machine.Memory = GiB + 1 },
		func(p *Plan) { p.Machine.Memory = -GiB },
		func(p *Plan) { p.Image.Mirrors = []string{strings.Repeat("a", textLength+1)} },
	} {
		p := Default(desk)
		damage(&p)
		if data, err := p.YAML(); err == nil || len(Problems(err)) != 1 {
			t.Errorf("%+v: %v\n%s", p, err, data)
		}
	}
}

func TestHashTellsEveryKeyApartAndDiffNamesIt(t *testing.T) {
	base := Default(desk)
	if base.Hash() != Default(desk).Hash() || len(base.Hash()) != 64 {
		t.Error("the hash of the same plan differs")
	}
	seen := map[string]string{base.Hash(): "nothing"}
	for i := range keys {
		k := &keys[i]
		p := Default(desk)
		switch v := k.at(&p).(type) {
		case *int:
			*v++
		case *Size:
			*v += MiB
		case *string:
			*v += "x"
		case *[]string:
			*v = []string{"https://a.example"}
		}
		if other, ok := seen[p.Hash()]; ok {
			t.Errorf("changing %s and changing %s give one hash", k.path, other)
		}
		seen[p.Hash()] = k.path
		changes := Diff(base, p)
		if len(changes) != 1 || changes[0] != (Change{k.path, base.Get(k.path), p.Get(k.path)}) {
			t.Errorf("%s: %+v", k.path, changes)
		}
	}
	one, two := base, base
	one.Image.Mirrors, two.Image.Mirrors = []string{"https://a https://b"}, []string{"https://a", "https://b"}
	if one.Hash() == two.Hash() || len(Diff(one, two)) != 1 {
		t.Error("one mirror with a space in it is taken for two")
	}
	none, empty := base, base
	none.Image.Mirrors, empty.Image.Mirrors = nil, []string{}
	if none.Hash() != empty.Hash() || len(Diff(none, empty)) != 0 {
		t.Error("no list and an empty list differ")
	}
}

func TestTheOrderAndTheWritingOfHostsAndChannelsDoNotMatter(t *testing.T) {
	one, two := Default(desk), Default(desk)
	one.Network.Channels, two.Network.Channels = []string{"slack", "telegram"}, []string{"telegram", "slack", "slack"}
	one.Network.Allow, two.Network.Allow = []string{"x.example", "y.example:8443"}, []string{"Y.Example:8443", "X.EXAMPLE.", "x.example:443"}
	one.Network.ModelServer, two.Network.ModelServer = "[fd00::7]:80", "[FD00:0::7]:80"
	if one.Hash() != two.Hash() || len(Diff(one, two)) > 0 {
		t.Errorf("%v", Diff(one, two))
	}
	two.Network.Allow = append(two.Network.Allow, "y.example")
	if one.Hash() == two.Hash() || len(Diff(one, two)) != 1 {
		t.Errorf("another port is no difference: %v", Diff(one, two))
	}
}

func TestWhatIsLetOutMakesNoOtherMachine(t *testing.T) {
	base := Default(desk)
	egress := map[string]bool{"network.level": true, "network.channels": true, "network.allow": true, "network.modelServer": true}
	for i := range keys {
		k := &keys[i]
		p := Default(desk)
		switch v := k.at(&p).(type) {
		case *int:
			*v++
		case *Size:
			*v += MiB
		case *string:
			*v += "x"
		case *[]string:
			*v = []string{"x"}
		}
		if same := p.MadeHash() == base.MadeHash(); same != egress[k.path] {
			t.Errorf("%s: the machine stays the same: %v", k.path, same)
		}
		if p.Hash() == base.Hash() {
			t.Errorf("%s: the plan stays the same", k.path)
		}
	}
	if base.MadeHash() == base.Hash() {
		t.Error("the two hashes are one")
	}
}

func FuzzParse(f *testing.F) {
	data, err := Default(desk).YAML()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	for _, s := range append(words, "name: reef\nmachine: {cpus: 2, memory: 3GiB}\n", "image:\n  mirrors:\n  - https://a.example\n",
		"network:\n  channels: [slack, x]\n  allow: ['*.x.example:80', '[::1]:2']\n  modelServer: '10.0.0.1:80'\n", "a: &a [*a]\n", "---\nname: 'x'\n...\n", "machine:\n\tcpus: 2\n", "name: \"\\0\"\n", "? name\n: x\n", "[name, x]: y\n", "{name: x}\n", "name: >-\n  x\n") {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := Parse(data, Default(desk))
		if err != nil {
			if err.Error() == "" || len(Problems(err)) == 0 || len(text.Hint(err)) == 0 {
				t.Fatalf("%q: an error that says nothing", data)
			}
			for _, q := range Problems(err) {
				if strings.ContainsAny(q.Error(), "\x00\x1b\r") {
					t.Fatalf("%q: the message holds a control character: %q", data, q.Error())
				}
			}
			return
		}
		_ = p.Problems(Host{})
		again, err := p.YAML()
		if err != nil {
			t.Fatalf("%q is read but cannot be written: %v", data, err)
		}
		back, err := Parse(again, Plan{})
		if err != nil || !reflect.DeepEqual(back, p) {
			t.Fatalf("%q does not read back: %v\n%+v\n%+v", data, err, p, back)
		}
	})
}
