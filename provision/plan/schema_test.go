package plan

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/invopop/jsonschema"
	validator "github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/clawarium/clawarium/assets/text"
)

// The JSON Schema of plan files is made from the Plan type and the table of keys
// here, in a test, so that neither the generator nor the schema is part of the
// program. `go test ./provision/plan -run Schema -update` writes it.

var update = flag.Bool("update", false, "write docs/plan.schema.json")

var schemaFile = filepath.Join("..", "..", "docs", "plan.schema.json")

func generateSchema(t *testing.T) []byte {
	t.Helper()
	reflector := jsonschema.Reflector{DoNotReference: true, RequiredFromJSONSchemaTags: true, Anonymous: true}
	root := reflector.Reflect(Plan{})
	root.ID = schemaAddress
	root.Title = "clawarium plan"
	root.Description = text.T().Plan.Header
	count := 0
	for pair := root.Properties.Oldest(); pair != nil; pair = pair.Next() {
		if !section(pair.Key) {
			describe(pair.Value, byPath[pair.Key])
			count++
			continue
		}
		group := pair.Value
		for inner := group.Properties.Oldest(); inner != nil; inner = inner.Next() {
			describe(inner.Value, byPath[pair.Key+"."+inner.Key])
			count++
		}
		if pair.Key == "image" {
			onlyWithSourceFile(group)
		}
		// A section whose keys are all commented out is null.
		pair.Value = &jsonschema.Schema{Description: text.T().Plan.Key[pair.Key], AnyOf: []*jsonschema.Schema{group, {Type: "null"}}}
	}
	if count != len(keys) {
		t.Fatalf("the Plan type has %d keys and the table %d", count, len(keys))
	}
	out, err := json.MarshalIndent(root, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return append(out, '\n')
}

// describe gives the property of k its meaning and limits.
func describe(s *jsonschema.Schema, k *key) {
	limits := k.allowed(Host{})
	s.Description = strings.ReplaceAll(text.T().Plan.Key[k.path], "\n", " ") + " " + fmt.Sprintf(text.T().Plan.Allowed, limits)
	base := Default(Host{})
	switch v := k.at(&base).(type) {
	case *int:
		if k.path != "machine.cpus" { // the host decides on that
			s.Default = *v
		}
	case *string:
		s.Default = *v
	}
	switch k.kind {
	case number:
		low, high := json.Number(strconv.FormatInt(k.low, 10)), json.Number(strconv.FormatInt(k.high, 10))
		if k.zero {
			s.AnyOf = []*jsonschema.Schema{{Const: 0}, {Minimum: low, Maximum: high}}
		} else {
			s.Minimum, s.Maximum = low, high
		}
	case size:
		s.Type = "string" // Size marshals itself as text
		s.Pattern = sizePattern(k.low, k.high)
	case choice:
		for _, c := range k.choices {
			s.Enum = append(s.Enum, c)
		}
	case pattern:
		s.Pattern = optional(k, k.form.String())
	case file:
		s.Pattern = optional(k, `^/`)
	case address:
		s.Pattern = optional(k, addressPattern(k))
	case addresses:
		n := uint64(mirrorsAtMost)
		s.MaxItems = &n
		s.Items.Pattern = addressPattern(k)
	case picks:
		n := uint64(k.high)
		s.MaxItems = &n
		for _, c := range k.choices {
			s.Items.Enum = append(s.Items.Enum, c)
		}
	case hosts: // roughly; HostPort says the rest
		n := uint64(k.high)
		s.MaxItems = &n
		s.Items.Pattern = `^(\[[0-9A-Fa-f:.]+\](:[1-9][0-9]{0,4})?|[0-9A-Fa-f]*:[0-9A-Fa-f:]+:[0-9A-Fa-f:.]*|[0-9A-Za-z*][0-9A-Za-z.*-]*(:[1-9][0-9]{0,4})?)$`
	case server:
		s.Pattern = optional(k, `^([0-9.]+|\[[0-9A-Fa-f:]+\]):[0-9]{1,5}$`)
	case subnet:
		s.Pattern = `^auto$|^[0-9]{1,3}(\.[0-9]{1,3}){3}/(2[4-9]|30)$`
	}
}

func optional(k *key, pattern string) string {
	if k.zero {
		return "^$|" + pattern
	}
	return pattern
}

func addressPattern(k *key) string {
	return `^(` + strings.Join(k.schemes, "|") + `)://[^@?#\s]+$`
}

func onlyWithSourceFile(image *jsonschema.Schema) {
	none := uint64(0)
	other, empty := jsonschema.NewProperties(), jsonschema.NewProperties()
	other.Set("source", &jsonschema.Schema{Enum: []any{Auto, Official, Build}})
	empty.Set("file", &jsonschema.Schema{MaxLength: &none})
	empty.Set("sha512", &jsonschema.Schema{MaxLength: &none})
	image.If = &jsonschema.Schema{Properties: other, Required: []string{"source"}}
	image.Then = &jsonschema.Schema{Properties: empty}
}

// sizePattern matches the sizes from low to high, whatever their unit.
func sizePattern(low, high int64) string {
	var parts []string
	for _, u := range []struct {
		name string
		unit Size
	}{{"MiB", MiB}, {"GiB", GiB}, {"TiB", TiB}} {
		from, to := (low+int64(u.unit)-1)/int64(u.unit), high/int64(u.unit)
		if from <= to {
			parts = append(parts, "("+integers(from, to)+")"+u.name)
		}
	}
	return "^(" + strings.Join(parts, "|") + ")$"
}

// integers matches the decimal numbers from low to high.
func integers(low, high int64) string {
	var parts []string
	for low <= high {
		a := strconv.FormatInt(low, 10)
		end, _ := strconv.ParseInt(strings.Repeat("9", len(a)), 10, 64)
		end = min(end, high)
		parts = append(parts, sameLength(a, strconv.FormatInt(end, 10)))
		low = end + 1
	}
	return strings.Join(parts, "|")
}

func sameLength(a, b string) string {
	n := len(a)
	switch {
	case a == b:
		return a
	case n == 1:
		return "[" + a + "-" + b + "]"
	case a[0] == b[0]:
		return a[:1] + "(" + sameLength(a[1:], b[1:]) + ")"
	}
	nines, zeros := strings.Repeat("9", n-1), strings.Repeat("0", n-1)
	var parts []string
	from, to := a[0], b[0]
	if a[1:] != zeros {
		parts = append(parts, a[:1]+"("+sameLength(a[1:], nines)+")")
		from++
	}
	tail := ""
	if b[1:] != nines {
		tail = b[:1] + "(" + sameLength(zeros, b[1:]) + ")"
		to--
	}
	if from <= to {
		parts = append(parts, fmt.Sprintf("[%c-%c][0-9]{%d}", from, to, n-1))
	}
	if tail != "" {
		parts = append(parts, tail)
	}
	return strings.Join(parts, "|")
}

func TestTheSchemaInTheDocsIsTheOneOfThisPlan(t *testing.T) {
	want := generateSchema(t)
	if *update {
		if err := os.MkdirAll(filepath.Dir(schemaFile), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(schemaFile, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(schemaFile)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("docs/plan.schema.json is out of step (%v): go test ./provision/plan -run Schema -update", err)
	}
}

func compileSchema(t *testing.T) *validator.Schema {
	t.Helper()
	doc, err := validator.UnmarshalJSON(bytes.NewReader(generateSchema(t)))
	if err != nil {
		t.Fatal(err)
	}
	c := validator.NewCompiler()
	if err := c.AddResource(schemaAddress, doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile(schemaAddress)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func schemaSays(t *testing.T, s *validator.Schema, file []byte) error {
	t.Helper()
	j, err := yaml.YAMLToJSON(file)
	if err != nil {
		t.Fatalf("%v\n%s", err, file)
	}
	v, err := validator.UnmarshalJSON(bytes.NewReader(j))
	if err != nil {
		t.Fatal(err)
	}
	return s.Validate(v)
}

func TestTheSchemaAcceptsEveryPlanThatIsAccepted(t *testing.T) {
	s := compileSchema(t)
	own := place(t, "ca.pem", certificate)
	r := rand.New(rand.NewPCG(3, 4))
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	valid := 0
	for range 400 {
		p := Default(desk)
		for i := range keys {
			k := &keys[i]
			switch v := k.at(&p).(type) {
			case *int:
				if r.IntN(4) == 0 {
					*v = int(k.low + r.Int64N(k.high-k.low+1))
				}
			case *Size:
				*v = Size(k.low+r.Int64N(k.high-k.low+1)) / MiB * MiB
				if r.IntN(3) == 0 {
					*v = []Size{Size(k.low), Size(k.high), 10 * GiB, TiB}[r.IntN(4)]
				}
			case *string:
				switch {
				case k.choices != nil:
					*v = pick(k.choices...)
				case r.IntN(3) > 0:
				case k.kind == file:
					*v = pick("", own)
				case k.kind == address:
					*v = pick("", "http://a.example", "https://a.example:8443/npm/", "http://[::1]:3128")
				case k.kind == server:
					*v = pick("", "192.168.1.20:11434", "[fd00::7]:8000")
				case k.kind == subnet:
					*v = pick(Auto, "10.1.2.0/24", "192.168.9.8/30")
				case k.path == "image.sha512":
					*v = strings.Repeat(pick("0", "a", "9"), 128)
				case k.path == "openclaw.version":
					*v = pick(OpenClawVersion, "1.2.3-beta.1")
				case k.path == "name":
					*v = pick("a", "reef-2", "a1")
				}
			case *[]string:
				for range r.IntN(3) {
					switch k.kind {
					case picks:
						*v = append(*v, pick(k.choices...))
					case hosts:
						*v = append(*v, pick("a.example", "*.b.example:8443", "A.Example.", "8.8.4.4", "9.9.9.9:853", "2620:fe::fe", "[2620:fe::fe]:853", "api.*.example.com"))
					default:
						*v = append(*v, pick("http://a.example", "https://b.example/c/d"))
					}
				}
			}
		}
		if p.Validate(Host{}) != nil {
			continue
		}
		valid++
		data, err := p.YAML()
		if err != nil {
			t.Fatal(err)
		}
		if err := schemaSays(t, s, data); err != nil {
			t.Fatalf("%v\n%s", err, data)
		}
	}
	if valid < 20 {
		t.Errorf("only %d plans were compared", valid)
	}
	for _, file := range []string{"{}", "name: reef\nmachine:\n", "machine: {memory: 2048MiB}\n", "network: {sshPort: 0}\n"} {
		if err := schemaSays(t, s, []byte(file)); err != nil {
			t.Errorf("%q: %v", file, err)
		}
	}
}

func TestTheSchemaRefusesWhatThePlanRefuses(t *testing.T) {
	s := compileSchema(t)
	for _, file := range []string{
		"nmae: reef", "machine: {memroy: 4GiB}", "version: 2", "version: '1'", "name: ../x", "name: 7", "name: ''", "connection: sytem",
		"machine: {cpus: 0}", "machine: {cpus: 256}", "machine: {cpus: 1.5}", "machine: {memory: 64MiB}", "machine: {memory: 4TiB}",
		"machine: {memory: 4096}", "machine: {memory: 4GB}", "machine: {memory: 2047MiB}", "machine: {systemDisk: 5GiB}", "machine: {dataDisk: 3TiB}",
		"machine: {dataDisk: 2049GiB}", "machine: {acceleration: yes}", "machine: {clock: fast}", "machine: big", "image: {source: web}",
		"image: {file: disk.qcow2}", "image: {source: build, file: /disk.qcow2}", "image: {source: auto, sha512: " + strings.Repeat("a", 128) + "}",
		"image: {sha512: abc}", "image: {mirrors: https://a.example}", "image: {mirrors: [ftp://a.example]}", "image: {mirrors: ['http://a:b@a.example']}",
		"openclaw: {version: 2026.9}", "openclaw: {version: latest}", "openclaw: {lockfile: package-lock.json}", "openclaw: {registry: a.example}",
		"openclaw: {registry: 'http://a:b@a.example'}", "openclaw: {preset: root}", "openclaw: {provider: other}", "openclaw: {apiKey: x}",
		"network: {level: all}", "network: {subnet: 10.0.0.0/16}", "network: {subnet: 10.0.0.0/31}", "network: {sshPort: 22}", "network: {sshPort: 65536}",
		"network: {channels: [irc]}", "network: {channels: telegram}", "network: {channels: [telegram, slack, discord, whatsapp, feishu, dingtalk, wecom, slack]}",
		"network: {allow: example.org}", "network: {allow: ['https://x.example']}", "network: {allow: [x.example/y]}", "network: {allow: ['x.example:']}",
		"network: {allow: ['x.example:0']}", "network: {allow: ['b\u00fccher.example']}", "network: {allow: [x_y.example]}", "network: {allow: [" + strings.Repeat("a.example, ", 65) + "]}",
		"network: {modelServer: 192.168.1.20}", "network: {modelServer: 'nas.local:11434'}", "network: {modelServer: 'http://192.168.1.20:80'}", "network: {modelServer: ['10.0.0.1:1']}",
		"network: {proxy: proxy.example}", "network: {ca: ca.pem}", "language: fr", "language:", "[]", "reef",
	} {
		if err := schemaSays(t, s, []byte(file)); err == nil {
			t.Errorf("%q is accepted by the schema", file)
		}
		if _, err := Read([]byte(file), Default(Host{}), Host{}); err == nil {
			t.Errorf("%q is accepted by the plan", file)
		}
	}
}

func TestTheSizePatternOfTheSchemaMeansItsRange(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 60 {
		low := r.Int64N(3000)
		high := low + r.Int64N(3000)
		if r.IntN(4) == 0 {
			high = low
		}
		re := regexp.MustCompile("^(" + integers(low, high) + ")$")
		for n := int64(0); n < 6100; n++ {
			if re.MatchString(strconv.FormatInt(n, 10)) != (n >= low && n <= high) {
				t.Fatalf("%d to %d: wrong at %d: %s", low, high, n, re)
			}
		}
	}
}

// TestTheReferenceNamesEveryKey keeps docs/plan.md in step.
func TestTheReferenceNamesEveryKeyWithItsRangeAndDefault(t *testing.T) {
	doc, err := os.ReadFile(filepath.Join("..", "..", "docs", "plan.md"))
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]string{}
	for line := range strings.SplitSeq(string(doc), "\n") {
		if cells := strings.Split(line, "|"); len(cells) > 3 {
			rows[strings.Trim(strings.TrimSpace(cells[1]), "`")] = line
		}
	}
	base := Default(Host{})
	for i := range keys {
		k := &keys[i]
		row, ok := rows[k.path]
		if !ok {
			t.Errorf("docs/plan.md has no row for %s", k.path)
			continue
		}
		wants := append([]string(nil), k.choices...)
		switch k.kind {
		case number:
			wants = append(wants, fmt.Sprint(k.low), fmt.Sprint(k.high))
		case size:
			wants = append(wants, Size(k.low).String(), Size(k.high).String())
		}
		wants = append(wants, k.plain(&base))
		for _, w := range wants {
			if !strings.Contains(row, w) {
				t.Errorf("docs/plan.md: the row of %s does not say %q", k.path, w)
			}
		}
		delete(rows, k.path)
	}
	for key := range rows {
		if strings.ToLower(key) == key && strings.Contains(key, ".") {
			t.Errorf("docs/plan.md has a row for %s, which is no key", key)
		}
	}
}
