package checks

// The form of iptables-save and its like, and which rules can be reached from
// where.

import (
	"slices"
	"strings"
	"unicode"
)

// saved is a listing: tables of chains of rules.
type saved struct {
	tables []*table
}

type table struct {
	name   string
	chains map[string]*chain
	order  []string
}

type chain struct {
	policy string // ACCEPT, DROP, or "-": back to whence it was jumped from
	rules  []rule
}

// rule is one line, in words; target and whether it is gone to without coming back.
type rule struct {
	line   string
	words  []string // up to the target
	target string
	gone   bool
	rest   []string // the target's own options
}

func (s *saved) table(name string) *table {
	for _, t := range s.tables {
		if t.name == name {
			return t
		}
	}
	return nil
}

func (s *saved) count() (n int) {
	for _, t := range s.tables {
		for _, c := range t.chains {
			n += len(c.rules)
		}
	}
	return n
}

// parseSaved reads the form in which iptables-save, ip6tables-save and
// ebtables-save print. What it does not know it leaves out.
func parseSaved(lines []string) *saved {
	s := &saved{}
	var t *table
	at := func(name string) *chain {
		c := t.chains[name]
		if c == nil {
			c = &chain{policy: "-"}
			t.chains[name] = c
			t.order = append(t.order, name)
		}
		return c
	}
	for _, line := range lines {
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "*"):
			if t = s.table(line[1:]); t == nil {
				t = &table{name: line[1:], chains: map[string]*chain{}}
				s.tables = append(s.tables, t)
			}
		case t == nil:
		case strings.HasPrefix(line, ":"):
			f := strings.Fields(line[1:])
			if len(f) >= 2 {
				at(f[0]).policy = f[1]
			}
		case strings.HasPrefix(line, "-A ") || strings.HasPrefix(line, "["):
			words := splitWords(line)
			for len(words) > 0 && strings.HasPrefix(words[0], "[") {
				words = words[1:] // counters
			}
			if len(words) < 2 || words[0] != "-A" {
				continue
			}
			r := rule{line: strings.Join(words, " "), words: words[2:]}
			if !strings.HasPrefix(line, "[") {
				r.line = line
			}
			for i, w := range r.words {
				if (w == "-j" || w == "-g" || w == "--jump" || w == "--goto") && i+1 < len(r.words) {
					r.target, r.gone = r.words[i+1], w == "-g" || w == "--goto"
					r.words, r.rest = r.words[:i], r.words[i+2:]
					break
				}
			}
			c := at(words[1])
			c.rules = append(c.rules, r)
		}
	}
	return s
}

// splitWords splits at white space; a double quote begins or ends a stretch that
// is one word, in which a backslash takes the next character as it is.
func splitWords(line string) []string {
	if !strings.ContainsAny(line, `"\`) {
		return strings.Fields(line)
	}
	var words []string
	var b strings.Builder
	quoted, escaped, begun := false, false, false
	for _, r := range line {
		switch {
		case escaped:
			b.WriteRune(r)
			escaped = false
		case quoted && r == '\\':
			escaped = true
		case r == '"':
			quoted, begun = !quoted, true
		case !quoted && unicode.IsSpace(r):
			if begun || b.Len() > 0 {
				words = append(words, b.String())
				b.Reset()
				begun = false
			}
		default:
			b.WriteRune(r)
		}
	}
	if begun || b.Len() > 0 {
		words = append(words, b.String())
	}
	return words
}

// option is the value of the option in a rule's words, "" when it has none.
func option(words []string, names ...string) string {
	for i, w := range words {
		if slices.Contains(names, w) && i+1 < len(words) {
			if words[i+1] == "!" && i+2 < len(words) {
				return words[i+2]
			}
			return words[i+1]
		}
	}
	return ""
}

// print gives chains of a table back in the form in which they were read.
func (t *table) print(keep map[string][]rule) []string {
	lines := []string{"*" + t.name}
	for _, name := range t.order {
		if _, ok := keep[name]; ok {
			lines = append(lines, ":"+name+" "+t.chains[name].policy)
		}
	}
	for _, name := range t.order {
		for _, r := range keep[name] {
			lines = append(lines, r.line)
		}
	}
	return lines
}

// reach adds a chain and all that can be reached from it to keep.
func (t *table) reach(name string, rules []rule, concerns func(rule) bool, keep map[string][]rule) {
	kept := []rule{}
	for _, r := range rules {
		if concerns(r) {
			kept = append(kept, r)
		}
	}
	keep[name] = kept
	for _, r := range kept {
		if c := t.chains[r.target]; c != nil {
			if _, done := keep[r.target]; !done {
				t.reach(r.target, c.rules, concerns, keep)
			}
		}
	}
}

// libvirtChain tells the chains that libvirt's network filter jumps from.
