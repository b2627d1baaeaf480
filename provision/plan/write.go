package plan

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/clawarium/clawarium/assets/text"
)

// schemaAddress lets editors complete and check a plan file.
const schemaAddress = "https://raw.githubusercontent.com/clawarium/clawarium/main/docs/plan.schema.json"

// YAML writes the plan with every key and, in the language in use, a comment for
// each. Parse reads it back to the same plan, whatever the base. Values need not
// be valid, but strings that look like a secret or cannot be shown are refused,
// all at once, so that no such thing gets into a file.
func (p Plan) YAML() ([]byte, error) {
	var unfit []*Problem
	for i := range keys {
		k := &keys[i]
		switch v := k.at(&p).(type) {
		case *string:
			unfit = append(unfit, one(k.unwritable(k.path, *v))...)
		case *[]string:
			for j, s := range *v {
				unfit = append(unfit, one(k.unwritable(entry(k.path, j), s))...)
			}
		case *Size:
			if *v < 0 || *v%MiB != 0 {
				unfit = append(unfit, k.sizeProblem(*v, Host{}))
			}
		}
	}
	if len(unfit) > 0 {
		return nil, &text.Fault{What: text.T().Plan.CannotWrite, Err: join(unfit)}
	}

	t := &text.T().Plan
	var b strings.Builder
	comment(&b, "", t.Header)
	fmt.Fprintf(&b, "# yaml-language-server: $schema=%s\n", schemaAddress)
	within := ""
	for i := range keys {
		k := &keys[i]
		name, indent := k.path, ""
		section, rest, nested := strings.Cut(k.path, ".")
		b.WriteByte('\n')
		if nested {
			name, indent = rest, "  "
			if section != within {
				comment(&b, "", t.Key[section])
				b.WriteString(section + ":\n")
				within = section
			}
		}
		comment(&b, indent, t.Key[k.path])
		comment(&b, indent, fmt.Sprintf(t.Allowed, k.allowed(Host{})))
		b.WriteString(indent + name + ": " + k.yaml(&p, indent) + "\n")
	}
	return []byte(b.String()), nil
}

// unwritable is unfit, and what an address or a host must not carry.
func (k *key) unwritable(path, s string) *Problem {
	if p := k.unfit(path, s, Host{}); p != nil {
		return p
	}
	if strings.ContainsAny(s, "@?#") {
		switch k.kind {
		case address, addresses, hosts:
			return k.entryProblem(path, s, Host{})
		case server:
			_, p := k.server(s, Host{})
			return p
		}
	}
	return nil
}

func comment(b *strings.Builder, indent, s string) {
	for line := range strings.SplitSeq(s, "\n") {
		b.WriteString(indent + "# " + line + "\n")
	}
}

func (k *key) yaml(p *Plan, indent string) string {
	switch v := k.at(p).(type) {
	case *string:
		return quoted(*v)
	case *[]string:
		if len(*v) == 0 {
			return "[]"
		}
		var b strings.Builder
		for _, s := range *v {
			b.WriteString("\n" + indent + "  - " + quoted(s))
		}
		return b.String()
	}
	return k.plain(p)
}

// plainWord needs no quotes in any version of YAML: a word, or a version with
// two dots, which no reader takes for a number.
var plainWord = regexp.MustCompile(`^([a-z][a-z-]*[a-z0-9-]*[a-z0-9]|[0-9]+\.[0-9]+\.[0-9]+)$`)

// reserved words are something else than text in YAML 1.1 or 1.2.
var reserved = map[string]bool{"true": true, "false": true, "yes": true, "no": true, "on": true, "off": true, "null": true}

func quoted(s string) string {
	if plainWord.MatchString(s) && !reserved[s] {
		return s
	}
	return strconv.Quote(s) // its escapes are among those of double quotes in YAML
}
