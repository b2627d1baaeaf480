package ui

// Screen, line mode and plan file make the same plan of the same answers: answers
// are generated, and given in each way.

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/provision/plan"
)

// given is one generated set of answers.
type given struct {
	everything bool
	keys       []string // of the questions that arise, in order
	values     map[string]string
	want       plan.Plan
}

// valid makes values that each key takes on testHost, whatever the other keys say.
type valid struct {
	r                     *rand.Rand
	image, lockfile, cert string
}

func newValid(t testing.TB, r *rand.Rand) *valid {
	dir := t.TempDir()
	v := &valid{r: r, image: filepath.Join(dir, "base image.qcow2"), lockfile: filepath.Join(dir, "package-lock.json"), cert: filepath.Join(dir, "证书.pem")}
	for path, content := range map[string]string{v.image: "QFI", v.lockfile: "{}",
		v.cert: "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return v
}

func (v *valid) one(of ...string) string { return of[v.r.IntN(len(of))] }

func (v *valid) of(key string, p plan.Plan) string {
	if choices := plan.Choices(key); plan.IsList(key) && choices != nil {
		// In their order, as the screen has them.
		return strings.Join(slices.DeleteFunc(choices, func(string) bool { return v.r.IntN(3) > 0 }), " ")
	} else if choices != nil {
		value := v.one(choices...)
		if key == "machine.clock" && p.Machine.Acceleration == plan.KVM && value == plan.Slow {
			value = plan.Steady // the two do not go together
		}
		return value
	}
	size := func(low, high int) string {
		if v.r.IntN(3) == 0 {
			return fmt.Sprintf("%dMiB", low*1024+v.r.IntN((high-low)*1024))
		}
		return fmt.Sprintf("%dGiB", low+v.r.IntN(high-low+1))
	}
	address := func(schemes ...string) string {
		s := v.one(schemes...) + "://" + v.one("example.org", "10.1.2.3", "[2001:db8::7]", "a-b_c.example")
		return s + v.one("", ":1", ":3128", ":65535")
	}
	switch key {
	case "name":
		return v.one("a", "reef", "my-tank-2", "a"+strings.Repeat("b", 30)+"c", "no", "yes1")
	case "machine.cpus":
		return strconv.Itoa(1 + v.r.IntN(testHost.CPUs))
	case "machine.memory":
		return size(2, 15)
	case "machine.systemDisk":
		return size(6, 100)
	case "machine.dataDisk":
		return size(1, 100)
	case "image.file":
		return v.image
	case "image.sha512":
		return v.one("", strings.Repeat("0123456789abcdef", 8))
	case "image.mirrors":
		var list []string
		for range v.r.IntN(4) {
			list = append(list, address("http", "https")+v.one("", "/", "/debian"))
		}
		return strings.Join(list, " ")
	case "network.allow":
		var list []string
		for range v.r.IntN(4) {
			list = append(list, v.one("example.org", "*.example.org", "API.example.com.", "9.9.9.9", "[2620:fe::fe]", "a-*.b.example")+v.one("", ":1", ":8443"))
		}
		return strings.Join(list, " ")
	case "network.modelServer":
		return v.one("", "192.168.1.20:11434", "10.0.0.1:1", "[fd00::7]:8000")
	case "openclaw.version":
		return v.one("2026.9.6", "2026.10.1", "1.0.0-beta.2")
	case "openclaw.lockfile":
		return v.one("", v.lockfile)
	case "openclaw.registry":
		return v.one("", address("http", "https")+v.one("", "/", "/npm/"))
	case "network.subnet":
		return v.one("auto", "10.20.30.0/29", "192.168.77.0/24", "172.16.0.4/30")
	case "network.sshPort":
		return v.one("0", "1024", "2222", "65535")
	case "network.proxy":
		return v.one("", address("http", "https", "socks5"))
	case "network.ca":
		return v.one("", v.cert)
	}
	panic("no values for " + key)
}

// generate answers every question that arises.
func (v *valid) generate(t testing.TB) given {
	t.Helper()
	s := session{plan: plan.Default(testHost), suggested: plan.Default(testHost), host: testHost}
	g := given{everything: v.r.IntN(3) > 0, values: map[string]string{}}
	for _, topic := range topics {
		for _, q := range topic.questions {
			if !q.arises(s.plan, s.suggested, g.everything) {
				continue
			}
			value := v.of(q.key, s.plan)
			p, err := s.plan.With(q.key, value, testHost)
			if err != nil {
				t.Fatalf("%s=%q: %v", q.key, value, err)
			}
			s.setPlan(p) // as the screen does it
			g.keys = append(g.keys, q.key)
			g.values[q.key] = value
		}
	}
	if found := s.plan.Problems(testHost); len(found) > 0 {
		t.Fatalf("%v: %v", g.values, found)
	}
	g.want = s.plan
	return g
}

// file is a plan file with these answers, written by hand.
func (g given) file() string {
	var b strings.Builder
	sections := map[string][]string{}
	var order []string
	for _, key := range g.keys {
		section, leaf, nested := strings.Cut(key, ".")
		value := strconv.Quote(g.values[key])
		switch key {
		case "machine.cpus", "machine.memory", "machine.systemDisk", "machine.dataDisk", "network.sshPort":
			value = g.values[key]
		case "image.mirrors", "network.channels", "network.allow":
			value = "["
			for i, m := range strings.Fields(g.values[key]) {
				if i > 0 {
					value += ", "
				}
				value += strconv.Quote(m)
			}
			value += "]"
		}
		if !nested {
			fmt.Fprintf(&b, "%s: %s\n", key, value)
			continue
		}
		if !slices.Contains(order, section) {
			order = append(order, section)
		}
		sections[section] = append(sections[section], fmt.Sprintf("  %s: %s\n", leaf, value))
	}
	for _, section := range order {
		b.WriteString(section + ":\n" + strings.Join(sections[section], ""))
	}
	return b.String()
}

// lines are the same answers in a conversation: a choice by its number, value or
// name in either language, a suggested answer at times by an empty line.
func (g given) lines(r *rand.Rand) string {
	var b strings.Builder
	say := func(line string) { b.WriteString(line + "\n") }
	say("") // language
	say("choose")
	say(yesWord(g.everything))
	now := plan.Default(testHost)
	for _, key := range g.keys {
		value := g.values[key]
		if topicWith(key) == "rights" && g.want.OpenClaw.Provider != plan.None {
			say("") // the model key, which is asked for behind the network
		}
		choices := question{key: key}.choices()
		switch {
		case value == now.Typed(key) && r.IntN(2) == 0:
			say("")
		case value == "":
			say("-")
		case question{key: key}.several():
			say(g.picked(r, key, value))
		case choices != nil:
			i := slices.IndexFunc(choices, func(c choice) bool { return c.value == value })
			name := text.InBoth(func(s *text.Strings) string { return s.Screen.Choice[key+"="+value] })[r.IntN(2)]
			say([]string{strconv.Itoa(i + 1), value, strings.ToUpper(value), name}[r.IntN(4)])
		default:
			say(strings.Repeat(" ", r.IntN(2)) + value)
		}
	}
	for range beforehand {
		say("")
	}
	say("make")
	return b.String()
}

// picked are several choices in one line, in any order, each by its number, value or
// name in either language.
func (g given) picked(r *rand.Rand, key, value string) string {
	var said []string
	for _, v := range strings.Fields(value) {
		names := text.InBoth(func(s *text.Strings) string { return s.Screen.Choice[key+"="+v] })
		said = append(said, []string{strconv.Itoa(slices.Index(plan.Choices(key), v) + 1), v, strings.ToUpper(v), names[0], names[1]}[r.IntN(5)])
	}
	r.Shuffle(len(said), func(i, j int) { said[i], said[j] = said[j], said[i] })
	return strings.Join(said, []string{",", ", ", "，", "、"}[r.IntN(4)])
}

// typed gives the answers to the form pages, key by key.
func (g given) typed(t testing.TB, rt *testing.T) plan.Plan {
	t.Helper()
	r := newRig(rt, newFake(), topics[0].page, 100, 40)
	r.w.session.everything = g.everything
	r.w.page().enter()
	for _, topic := range topics {
		if r.w.at == "key" {
			r.press("enter")
			r.settle()
		}
		if r.w.at != topic.page {
			t.Fatalf("at %q, not at %q\n%s", r.w.at, topic.page, r.screen())
		}
		form := r.w.page().(*formPage)
		for _, key := range g.keys {
			if topicWith(key) != topic.page {
				continue
			}
			at := form.fields[form.at()]
			if at.key != key {
				t.Fatalf("the form asks for %q, not for %q\n%s", at.key, key, r.screen())
			}
			if at.several() {
				for _, c := range plan.Choices(key) {
					if slices.Contains(strings.Fields(g.values[key]), c) {
						r.press("space")
					}
					r.press("down")
				}
			} else if _, ok := at.Field.(*pick); ok {
				choices := plan.Choices(key)
				step := "down"
				from, to := slices.Index(choices, at.text), slices.Index(choices, g.values[key])
				if from > to {
					from, to, step = to, from, "up"
				}
				for range to - from {
					r.press(step)
				}
			} else {
				for range []rune(at.text) {
					r.press("backspace")
				}
				if value := g.values[key]; len(value) > 40 {
					r.send(tea.PasteMsg{Content: value + "\n"})
				} else {
					r.typed(value)
				}
			}
			r.press("enter")
			r.settle() // a busy computer makes everything slow
		}
	}
	return r.w.session.plan
}

func topicWith(key string) string {
	for _, t := range topics {
		if slices.ContainsFunc(t.questions, func(q question) bool { return q.key == key }) {
			return t.page
		}
	}
	return ""
}

func TestScreenLinesAndFileMakeTheSamePlanOfTheSameAnswers(t *testing.T) {
	seed := uint64(20261122)
	r := rand.New(rand.NewPCG(seed, 1))
	v := newValid(t, r)
	asked := map[string]bool{}
	for i := range 300 {
		text.Use([]string{text.English, text.Chinese}[i%2])
		g := v.generate(t)
		for _, key := range g.keys {
			asked[key] = true
		}

		read, err := plan.Read([]byte(g.file()), plan.Default(testHost), testHost)
		if err != nil {
			t.Fatalf("case %d: %v\n%s", i, err, g.file())
		}
		if diff := plan.Diff(g.want, read); len(diff) > 0 {
			t.Errorf("case %d: the file differs: %v\n%s", i, diff, g.file())
		}

		d := newLineDriver()
		input := g.lines(r)
		got := held(t, d, LineOptions{}, input)
		if len(d.applied) != 1 {
			t.Fatalf("case %d: nothing was made of\n%s\n%s", i, input, got.said)
		}
		if diff := plan.Diff(g.want, d.applied[0]); len(diff) > 0 {
			t.Errorf("case %d: the conversation differs: %v\n%s", i, diff, got.said)
		}

		if i%6 == 0 {
			if diff := plan.Diff(g.want, g.typed(t, t)); len(diff) > 0 {
				t.Errorf("case %d: the pages differ: %v, for %v", i, diff, g.values)
			}
		}
		if t.Failed() {
			break
		}
	}
	text.Use(text.English)
	for _, topic := range topics {
		for _, q := range topic.questions {
			if !asked[q.key] {
				t.Errorf("%s was never asked", q.key)
			}
		}
	}
}
