package plan

import (
	"bytes"
	"fmt"
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"github.com/clawarium/clawarium/assets/text"
)

// A plan file is strict YAML: known keys only, each once, one document, no
// anchors, aliases, merges, tags, directives or text blocks, so that what is
// read is what a person sees and its size is bounded by the file's. The library
// makes tokens and a tree of it; reading the tree against the table of keys is
// done in read.go, since only so can every problem be told at once.

// Bounds of a file. A full plan has 5 kB and some 150 tokens; the library's
// effort grows with the square of the number of tokens.
const (
	fileAtMost   = 64 << 10 // bytes; at 1 MiB, its tokens alone can take seconds
	tokensAtMost = 5000
)

// Parse reads a plan file over base: keys that are left out keep base's value.
// It reports every unknown, repeated, mistyped and secret-looking value at once,
// joined, each a *Problem with its line and a caret. It does not compare values
// with limits: see Validate, or Read for both in one.
func Parse(data []byte, base Plan) (Plan, error) {
	p, _, problems := parse(data, base)
	if len(problems) > 0 {
		return Plan{}, join(problems)
	}
	return p, nil
}

// Read is Parse and Validate in one: all that is wrong with a file on h, form and
// limits alike, with lines and carets wherever the file has the key.
func Read(data []byte, base Plan, h Host) (Plan, error) {
	p, r, problems := parse(data, base)
	if r == nil {
		return Plan{}, join(problems)
	}
	wrong := map[string]bool{}
	for _, q := range problems {
		wrong[q.Key] = true
	}
	for _, q := range p.Problems(h) {
		if !wrong[q.Key] {
			problems = append(problems, r.locate(q))
		}
	}
	if len(problems) > 0 {
		// From top to bottom, as one mends a file; what is not in it comes last.
		sort.SliceStable(problems, func(i, j int) bool {
			a, b := problems[i].Line, problems[j].Line
			return a != 0 && (b == 0 || a < b)
		})
		return Plan{}, join(problems)
	}
	return p, nil
}

// parse returns what could be read beside the problems; the reader is nil when
// the file is not a tree of keys at all.
func parse(data []byte, base Plan) (Plan, *reader, []*Problem) {
	t := &text.T().Plan
	if len(data) > fileAtMost {
		return base, nil, one(&Problem{what: fmt.Sprintf(t.TooLarge, len(data), fileAtMost), Hint: t.TooLargeHint})
	}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")) // some editors put a mark there
	source := strings.ReplaceAll(string(data), "\r\n", "\n")
	r := &reader{plan: base, lines: strings.Split(source, "\n"), seen: map[string]*token.Token{}}
	if problems := r.characters(); len(problems) > 0 {
		return base, nil, problems
	}

	tokens := lexer.Tokenize(source)
	if p := r.structure(tokens); p != nil {
		return base, nil, append(r.secrets(), p)
	}
	tree, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		return base, nil, append(r.secrets(), r.syntax(err))
	}
	var body ast.Node
	for _, doc := range tree.Docs {
		if doc.Body != nil {
			body = doc.Body
		}
	}
	r.found = r.secrets()
	switch body.(type) {
	case nil, *ast.CommentGroupNode, *ast.NullNode:
		return base, nil, append(r.found, &Problem{what: t.Empty, Hint: t.EmptyHint})
	}
	r.section(body, "")
	// A list is no plain value, so that base's must not be shared.
	for i := range keys {
		if list, ok := keys[i].at(&r.plan).(*[]string); ok {
			*list = append([]string(nil), *list...)
		}
	}
	return r.plan, r, r.found
}

// characters refuses what an editor would not show as it is: broken UTF-8,
// control characters and marks that turn the writing direction.
func (r *reader) characters() []*Problem {
	t := &text.T().Plan
	var found []*Problem
	for n, line := range r.lines {
		column := 0
		for i, c := range line {
			column++
			broken := c == utf8.RuneError && !strings.HasPrefix(line[i:], "\uFFFD")
			if !broken && !hidden(c) {
				continue
			}
			shown := fmt.Sprintf("U+%04X", c)
			if broken {
				shown = fmt.Sprintf(`\x%02x`, line[i])
			}
			found = append(found, r.at(n+1, column, &Problem{what: fmt.Sprintf(t.Unprintable, t.ThisLine, shown), Hint: t.UnprintableHint}))
			break
		}
		if len(found) == problemsAtMost {
			break
		}
	}
	return found
}

// problemsAtMost bounds how many broken lines of a file that is no plan are told.
const problemsAtMost = 20

func hidden(c rune) bool {
	return unicode.IsControl(c) && c != '\t' || unicode.Is(unicode.Bidi_Control, c) ||
		c == '\u2028' || c == '\u2029' || c == '\uFEFF'
}

// secrets finds lines that look like they hold a secret, comments included.
func (r *reader) secrets() []*Problem {
	t := &text.T().Plan
	var found []*Problem
	for n, line := range r.lines {
		if !LooksSecret(line) || len(found) == problemsAtMost {
			continue
		}
		column := 1 + len(line) - len(strings.TrimLeft(line, " \t"))
		shown := mask(strings.TrimSpace(line))
		found = append(found, r.at(n+1, column, &Problem{Value: shown, what: fmt.Sprintf(t.Secret, t.ThisLine, shown), Hint: t.SecretHint}))
	}
	return found
}

// structure refuses, before the tree is made, what a plan never has and what
// would make the tree large.
func (r *reader) structure(tokens token.Tokens) *Problem {
	t := &text.T().Plan
	count, began, ended := 0, false, false
	for _, tk := range tokens {
		switch tk.Type {
		case token.CommentType:
			continue
		case token.AnchorType, token.AliasType, token.TagType, token.MergeKeyType, token.DirectiveType,
			token.LiteralType, token.FoldedType, token.MappingKeyType:
			hint := t.SupportedHint
			if tk.Type == token.AliasType { // what a * at the beginning means to YAML, and to nobody else
				hint = t.Outside.AliasHint
			}
			return r.atToken(tk, &Problem{Value: tk.Value, what: fmt.Sprintf(t.NotSupported, mask(tk.Value)), Hint: hint})
		case token.DocumentHeaderType:
			if began || ended {
				return r.atToken(tk, &Problem{what: t.ManyDocuments, Hint: t.DocumentsHint})
			}
		case token.DocumentEndType:
			ended = true
			continue
		default:
			if ended {
				return r.atToken(tk, &Problem{what: t.ManyDocuments, Hint: t.DocumentsHint})
			}
		}
		began = true
		if count++; count > tokensAtMost {
			return r.atToken(tk, &Problem{what: fmt.Sprintf(t.TooComplex, tokensAtMost), Hint: t.TooLargeHint})
		}
	}
	return nil
}

// syntax turns the library's error into ours: its own text quotes lines of the
// file, which may hold a secret.
func (r *reader) syntax(err error) *Problem {
	t := &text.T().Plan
	if e, ok := err.(interface {
		GetMessage() string
		GetToken() *token.Token
	}); ok {
		p := &Problem{what: fmt.Sprintf(t.BadSyntax, mask(e.GetMessage())), Hint: t.SyntaxHint}
		return r.atToken(e.GetToken(), p)
	}
	first, _, _ := strings.Cut(err.Error(), "\n")
	return &Problem{what: fmt.Sprintf(t.BadSyntax, mask(first)), Hint: t.SyntaxHint}
}
