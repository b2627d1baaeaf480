package plan

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
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
func (p Plan) Hash() string { return p.hash(true) }

// MadeHash is Hash without the keys that decide only what is let out of the machine:
// network.level, channels, allow and modelServer. What a machine is made as carries
// it, so that another allowlist makes no other machine.
func (p Plan) MadeHash() string { return p.hash(false) }

func (p Plan) hash(egress bool) string {
	values := make(map[string]string, len(keys))
	for i := range keys {
		if egress || !keys[i].egress {
			values[keys[i].path] = keys[i].exact(&p)
		}
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

// exact tells any two different values of k apart. Only of mirrors does the order
// count; of hosts it does not matter how each is written.
func (k *key) exact(p *Plan) string {
	switch v := k.at(p).(type) {
	case *[]string:
		s := make([]string, len(*v))
		for i, e := range *v {
			s[i] = fmt.Sprintf("%q", e)
			if k.kind == hosts {
				if host, port, err := HostPort(e); err == nil {
					s[i] = joined(host, port)
				}
			}
		}
		if k.kind != addresses {
			slices.Sort(s)
			s = slices.Compact(s)
		}
		return strings.Join(s, " ")
	case *string:
		if k.kind != server {
			return *v
		}
		if a := p.Network.ModelServerAddress(); a.IsValid() {
			return a.String()
		}
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
