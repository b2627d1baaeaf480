package plan

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
	"github.com/mattn/go-runewidth"

	"github.com/clawarium/clawarium/assets/text"
)

// reader fills a plan from the tree of a file and collects every problem on the
// way, with the place in the file.
type reader struct {
	plan  Plan
	lines []string
	seen  map[string]*token.Token // value of each key and list entry that was met
	found []*Problem
}

// add notes a problem with the file at tk.
func (r *reader) add(tk *token.Token, p *Problem) { r.found = append(r.found, r.atToken(tk, p)) }

// section reads the keys below prefix, which is empty or ends in a dot.
func (r *reader) section(n ast.Node, prefix string) {
	t := &text.T().Plan
	var entries []*ast.MappingValueNode
	switch n := n.(type) {
	case *ast.MappingNode:
		entries = n.Values
	case *ast.MappingValueNode:
		entries = []*ast.MappingValueNode{n}
	case *ast.NullNode:
		return // every key of it is commented out
	default:
		name := strings.TrimSuffix(prefix, ".")
		if name == "" {
			name = t.ThisFile
		}
		r.add(n.GetToken(), &Problem{Key: strings.TrimSuffix(prefix, "."),
			what: fmt.Sprintf(t.NotSection, name, written(n)), Hint: t.SectionHint})
		return
	}
	for _, e := range entries {
		r.entry(e, prefix)
	}
}

func (r *reader) entry(e *ast.MappingValueNode, prefix string) {
	t := &text.T().Plan
	var name string
	switch k := e.Key.(type) {
	case *ast.StringNode:
		name = k.Value
	case ast.ScalarNode:
		name = k.GetToken().Value // such as 1: or true:, never ours
	default:
		r.add(e.Key.GetToken(), &Problem{what: t.KeyNotPlain, Hint: fmt.Sprintf(t.KeyPlainHint, strings.Join(siblings(prefix), ", "))})
		return
	}
	path := prefix + name
	known := byPath[path]
	group := prefix == "" && section(path)
	if known == nil && !group {
		r.unknown(e, prefix, name)
		return
	}
	if first, ok := r.seen[path]; ok {
		r.add(e.Key.GetToken(), &Problem{Key: path, what: fmt.Sprintf(t.Duplicate, path, first.Position.Line), Hint: t.DuplicateHint})
		return
	}
	r.seen[path] = e.Key.GetToken()
	if group {
		r.section(e.Value, path+".")
		return
	}
	r.value(known, e.Value)
}

// unknown says what the key may have been meant to be.
func (r *reader) unknown(e *ast.MappingValueNode, prefix, name string) {
	t := &text.T().Plan
	here := siblings(prefix)
	p := &Problem{Key: prefix + mask(name), Range: strings.Join(here, ", "), what: fmt.Sprintf(t.Unknown, prefix+mask(name))}
	p.Hint = fmt.Sprintf(t.UnknownHint, p.Range)
	if guess, ok := nearest(name, here); ok {
		p.Hint = fmt.Sprintf(t.DidYouMean, guess)
	} else if secretName.MatchString(name) {
		p.Hint = t.SecretHint
	} else if home, ok := elsewhere(name); ok {
		if group, rest, nested := strings.Cut(home, "."); nested {
			p.Hint = fmt.Sprintf(t.MovedTo, group, rest)
		} else {
			p.Hint = fmt.Sprintf(t.MovedFrom, home)
		}
	}
	// The value of an unknown key may be anything, a password too: it is not shown.
	tk := e.Key.GetToken()
	r.add(tk, p)
	line := []rune(r.line(tk.Position.Line))
	if end := tk.Position.Column - 1 + len([]rune(strings.TrimSpace(tk.Origin))); end < len(line) {
		p.excerpt = excerpt(mask(string(line[:end]))+": …", tk.Position.Line, tk.Position.Column)
	}
}

// siblings lists the names that are known below prefix.
func siblings(prefix string) []string {
	var names []string
	for _, k := range keys {
		if rest, ok := strings.CutPrefix(k.path, prefix); ok {
			name, _, _ := strings.Cut(rest, ".")
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// leaf is a key as its line begins.
func leaf(path string) string { return path[strings.LastIndexByte(path, '.')+1:] }

// elsewhere finds a key of that name in another place.
func elsewhere(name string) (string, bool) {
	var last, paths []string
	for _, k := range keys {
		last = append(last, leaf(k.path))
		paths = append(paths, k.path)
	}
	if guess, ok := nearest(name, last); ok {
		return paths[slices.Index(last, guess)], true
	}
	return "", false
}

// value reads one key's value into the plan.
func (r *reader) value(k *key, n ast.Node) {
	t := &text.T().Plan
	tk := n.GetToken()
	r.seen[k.path] = tk
	list, isList := n.(*ast.SequenceNode)
	_, wantsList := k.at(&r.plan).(*[]string)
	switch n.(type) {
	case *ast.NullNode:
		r.add(tk, k.problem(Host{}, "", fmt.Sprintf(t.NoValue, k.path), t.NoValueHint))
		return
	case *ast.MappingNode, *ast.MappingValueNode:
		r.add(tk, k.problem(Host{}, "", fmt.Sprintf(t.NotOne, k.path), fmt.Sprintf(t.OneLineHint, leaf(k.path))))
		return
	}
	if isList != wantsList {
		if wantsList {
			r.add(tk, k.problem(Host{}, written(n), fmt.Sprintf(t.NotList, k.path, written(n)), t.ListHint))
		} else {
			r.add(tk, k.problem(Host{}, "", fmt.Sprintf(t.NotOne, k.path), fmt.Sprintf(t.OneLineHint, leaf(k.path))))
		}
		return
	}
	switch v := k.at(&r.plan).(type) {
	case *int:
		r.number(k, n, v)
	case *Size:
		parsed, err := ParseSize(raw(n))
		if err != nil {
			r.add(tk, k.problem(Host{}, raw(n), k.path+": "+err.Error(), text.Hint(err)[0]))
			return
		}
		*v = parsed
	case *string:
		if s, ok := r.text(k, k.path, n); ok {
			*v = s
		}
	case *[]string:
		var entries []string
		for i, item := range list.Values {
			path := entry(k.path, i)
			r.seen[path] = item.GetToken()
			if s, ok := r.text(k, path, item); ok {
				entries = append(entries, s)
			}
		}
		*v = entries
	}
}

// decimal leaves out signs that mean nothing, leading zeros (octal to some
// readers), hexadecimal and separators.
var decimal = regexp.MustCompile(`^(0|-?[1-9][0-9]{0,8})$`)

func (r *reader) number(k *key, n ast.Node, v *int) {
	if _, ok := n.(*ast.IntegerNode); ok && decimal.MatchString(raw(n)) {
		*v, _ = strconv.Atoi(raw(n))
		return
	}
	t := &text.T().Plan
	r.add(n.GetToken(), k.problem(Host{}, written(n), fmt.Sprintf(t.NotNumber, k.path, written(n)), fmt.Sprintf(t.NumberHint, leaf(k.path), k.low)))
}

// text reads a string. A number or a truth value is refused instead of being
// turned back into letters, since YAML may have read it as another than written.
func (r *reader) text(k *key, path string, n ast.Node) (string, bool) {
	t := &text.T().Plan
	s, ok := n.(*ast.StringNode)
	if !ok {
		hint := fmt.Sprintf(t.TextHint, leaf(k.path), written(n))
		if path != k.path {
			hint = fmt.Sprintf(t.AddressHint, k.example())
		}
		p := k.problem(Host{}, written(n), fmt.Sprintf(t.NotText, path, written(n)), hint)
		p.Key = path
		r.add(n.GetToken(), p)
		return "", false
	}
	if p := k.unwritable(path, s.Value); p != nil {
		p = r.atToken(n.GetToken(), p)
		// A secret was told already, by its line.
		if !slices.ContainsFunc(r.found, func(q *Problem) bool { return q.Line == p.Line && LooksSecret(s.Value) }) {
			r.found = append(r.found, p)
		}
		return "", false
	}
	return s.Value, true
}

// example is an entry of a list.
func (k *key) example() string {
	switch k.kind {
	case picks:
		return k.choices[0]
	case hosts:
		return "example.org"
	}
	return "https://example.org"
}

// raw is a scalar as the file has it; empty for anything else.
func raw(n ast.Node) string {
	if _, ok := n.(ast.ScalarNode); !ok {
		return ""
	}
	if s, ok := n.(*ast.StringNode); ok {
		return s.Value
	}
	return n.GetToken().Value
}

// written is raw, fit to be shown.
func written(n ast.Node) string { return mask(raw(n)) }

// locate gives a problem of Validate the place of its key in the file.
func (r *reader) locate(p *Problem) *Problem {
	if tk, ok := r.seen[p.Key]; ok {
		return r.atToken(tk, p)
	}
	return p
}

func (r *reader) atToken(tk *token.Token, p *Problem) *Problem {
	if tk == nil || tk.Position == nil {
		return p
	}
	return r.at(tk.Position.Line, tk.Position.Column, p)
}

func (r *reader) at(line, column int, p *Problem) *Problem {
	p.Line, p.Column = max(line, 1), max(column, 1)
	p.excerpt = excerpt(mask(r.line(p.Line)), p.Line, p.Column)
	return p
}

func (r *reader) line(n int) string {
	if n < 1 || n > len(r.lines) {
		return ""
	}
	return r.lines[n-1]
}

// excerptWidth is how many cells of a line are shown, so that nothing wraps on
// an 80-column terminal.
const excerptWidth = 68

// excerpt is a line with a caret under column, which counts characters from 1.
func excerpt(line string, number, column int) string {
	shown := []rune(strings.Map(func(c rune) rune {
		if c == '\t' {
			return ' '
		}
		if hidden(c) || c == '\uFFFD' {
			return '?'
		}
		return c
	}, line))
	column = min(column-1, len(shown))
	before := ""
	if runewidth.StringWidth(string(shown[:column])) > excerptWidth/2 {
		cut := max(0, column-excerptWidth/4)
		shown, column, before = shown[cut:], column-cut, "…"
	}
	margin := runewidth.StringWidth(before + string(shown[:column]))
	rest := runewidth.Truncate(before+string(shown), excerptWidth, "…")
	gutter := fmt.Sprintf("%5d | ", number)
	return gutter + rest + "\n" + strings.Repeat(" ", len(gutter)-2) + "| " + strings.Repeat(" ", margin) + "^"
}
