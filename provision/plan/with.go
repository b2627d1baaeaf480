package plan

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/clawarium/clawarium/assets/text"
)

// With returns p with the key at path set to what a person typed. Blanks around
// the value do not count; the entries of a list are separated by blanks, and by
// commas where no entry can have one. The
// error has every problem of this key alone, each a *Problem or *text.Fault, and
// then p is returned as it was. Whether the keys agree with one another is for
// Validate to say.
func (p Plan) With(path, value string, h Host) (Plan, error) {
	k := byPath[path]
	if k == nil {
		return p, &Problem{Key: path, Value: mask(value), what: fmt.Sprintf(text.T().Plan.Unknown, path)}
	}
	q := p
	value = strings.TrimSpace(value)
	switch v := k.at(&q).(type) {
	case *int:
		n, err := strconv.Atoi(value)
		if err != nil {
			return p, k.refused(h, value, fmt.Sprintf(text.T().Plan.Set, path, k.plain(&p)))
		}
		*v = n
	case *Size:
		n, err := ParseSize(value)
		if err != nil {
			return p, err
		}
		*v = n
	case *string:
		*v = value
	case *[]string:
		*v = slices.Clip(k.entries(value))
	}
	if found := k.problems(&q, h); len(found) > 0 {
		return p, join(found)
	}
	return q, nil
}

// entries takes apart what was typed for a list. An address may have a comma in it,
// a choice or a host has none.
func (k *key) entries(typed string) []string {
	if k.kind == addresses {
		return strings.Fields(typed)
	}
	return strings.FieldsFunc(typed, func(c rune) bool { return unicode.IsSpace(c) || strings.ContainsRune(",，、", c) })
}

// Typed is what a person would type to give the key at path the value that it
// has: With takes it back to the same plan. Unlike Get it is not made fit to be
// shown.
func (p Plan) Typed(path string) string {
	if k := byPath[path]; k != nil {
		return k.plain(&p)
	}
	return ""
}
