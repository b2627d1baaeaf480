package plan

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
)

// Change is one key whose value differs between two plans.
type Change struct {
	Key string `json:"key"`
	Old string `json:"old"`
	New string `json:"new"`
}

// Diff lists the keys in which b differs from a, in the order of the file.
func Diff(a, b Plan) []Change {
	var changes []Change
	for i := range keys {
		k := &keys[i]
		if was, is := k.exact(&a), k.exact(&b); was != is {
			changes = append(changes, Change{Key: k.path, Old: k.show(&a), New: k.show(&b)})
		}
	}
	return changes
}

// Hash identifies what the plan says, in 64 hexadecimal digits: the SHA-256 of a
// JSON object from dotted keys, sorted, to values. Plans that mean the same have
// the same hash.
func (p Plan) Hash() string {
	values := make(map[string]string, len(keys))
	for i := range keys {
		values[keys[i].path] = keys[i].exact(&p)
	}
	canonical, err := json.Marshal(values)
	if err != nil {
		panic(err) // a map of strings always has a JSON form
	}
	sum := sha256.Sum256(canonical)
	return hex.EncodeToString(sum[:])
}

// Get is the value of the key at path as text; lists are separated by spaces.
// Empty for an unknown key.
func (p Plan) Get(path string) string {
	if k := byPath[path]; k != nil {
		return k.show(&p)
	}
	return ""
}

// exact tells any two different values of k apart.
func (k *key) exact(p *Plan) string {
	if list, ok := k.at(p).(*[]string); ok {
		s := make([]string, len(*list))
		for i, v := range *list {
			s[i] = fmt.Sprintf("%q", v)
		}
		return strings.Join(s, " ")
	}
	return k.plain(p)
}

// show is k's value for people.
func (k *key) show(p *Plan) string { return mask(k.plain(p)) }

func (k *key) plain(p *Plan) string {
	switch v := k.at(p).(type) {
	case *int:
		return fmt.Sprint(*v)
	case *Size:
		return v.String()
	case *string:
		return *v
	case *[]string:
		return strings.Join(*v, " ")
	}
	return ""
}
