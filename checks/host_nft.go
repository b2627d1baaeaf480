package checks

// What nft itself says of its rules, for the forwards that no libvirt rule has.

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/clawarium/clawarium/assets/text"
)

// NftRules is what nft knows besides.
type NftRules struct {
	Absent   bool         `json:"absent,omitempty"`
	Listed   bool         `json:"listed"`
	Seen     int          `json:"seen"`
	Tables   []string     `json:"tables"` // libvirt's own, "family name"
	Forwards []NftForward `json:"forwards"`
	Cut      bool         `json:"cut,omitempty"`
}

// NftForward is a rule that sends packets to another address.
type NftForward struct {
	Table   string   `json:"table"` // "family name chain"
	Kind    string   `json:"kind"`  // dnat, or the name of an iptables target that nft cannot read
	To      []string `json:"to"`    // addresses, networks, ranges
	Unclear bool     `json:"unclear,omitempty"`
}

// nftObject is one element of nft's JSON.
type nftObject struct {
	Table *nftNamed `json:"table"`
	Map   *nftNamed `json:"map"`
	Rule  *struct {
		nftNamed
		Expr []map[string]json.RawMessage `json:"expr"`
	} `json:"rule"`
}

type nftNamed struct {
	Family string          `json:"family"`
	Name   string          `json:"name"`
	Table  string          `json:"table"`
	Chain  string          `json:"chain"`
	Elem   json.RawMessage `json:"elem"`
}

// parseNft reads `nft -j list ruleset`.
func parseNft(data []byte, w wall) (NftRules, error) {
	var doc struct {
		Nftables []json.RawMessage `json:"nftables"`
	}
	if err := json.Unmarshal(data, &doc); err != nil {
		return NftRules{}, errors.New(text.T().Checks.NotJSON)
	}
	out := NftRules{Listed: true, Tables: []string{}, Forwards: []NftForward{}}
	maps := map[string]json.RawMessage{}
	var objects []nftObject
	for _, raw := range doc.Nftables {
		var o nftObject
		if json.Unmarshal(raw, &o) != nil {
			continue // of a kind that is none of these
		}
		switch {
		case o.Table != nil && strings.HasPrefix(o.Table.Name, "libvirt") && len(out.Tables) < 20:
			out.Tables = append(out.Tables, clean(o.Table.Family+" "+o.Table.Name, 80))
		case o.Map != nil:
			maps[o.Map.Family+" "+o.Map.Table+" @"+o.Map.Name] = o.Map.Elem
		case o.Rule != nil:
			objects = append(objects, o)
		}
	}
	unrelated, size := 0, 0
	for _, o := range objects {
		out.Seen++
		for _, e := range o.Rule.Expr {
			f := NftForward{Table: clean(o.Rule.Family+" "+o.Rule.Table+" "+o.Rule.Chain, 120), To: []string{}}
			if raw, ok := e["dnat"]; ok {
				f.Kind = "dnat"
				f.To, f.Unclear = nftTargets(raw, func(name string) json.RawMessage {
					return maps[o.Rule.Family+" "+o.Rule.Table+" "+name]
				})
			} else if raw, ok := e["xt"]; ok {
				var xt struct{ Name string }
				_ = json.Unmarshal(raw, &xt) // nameless then, and none of these
				if !slices.Contains([]string{"DNAT", "NETMAP", "TPROXY"}, xt.Name) {
					continue
				}
				f.Kind = xt.Name
			} else {
				continue
			}
			if f.Unclear || slices.ContainsFunc(f.To, w.contains) {
				if len(f.To) > 10 {
					f.To = slices.DeleteFunc(f.To, func(to string) bool { return !w.contains(to) })
				}
			} else if unrelated++; unrelated > unrelatedKept {
				continue
			}
			f.To = f.To[:min(len(f.To), 10)]
			if size += len(f.Table) + 20*len(f.To) + 60; size > rulesKept {
				out.Cut = true
				break
			}
			out.Forwards = append(out.Forwards, f)
		}
	}
	return out, nil
}

// nftTargets lists the addresses of a dnat statement, those of the maps that it
// names included. Unclear means that it has an address of a form that is not known.
func nftTargets(raw json.RawMessage, named func(string) json.RawMessage) (to []string, unclear bool) {
	to = []string{}
	var statement struct {
		Addr json.RawMessage `json:"addr"`
	}
	if json.Unmarshal(raw, &statement) != nil {
		return to, true
	}
	if len(statement.Addr) == 0 || string(statement.Addr) == "null" {
		return to, false // another port of this host
	}
	var walk func(raw json.RawMessage, depth int)
	walk = func(raw json.RawMessage, depth int) {
		if depth > 12 || len(to) > 5000 {
			unclear = true
			return
		}
		var s string
		if json.Unmarshal(raw, &s) == nil {
			if strings.HasPrefix(s, "@") {
				if elem := named(s); len(elem) > 0 {
					walk(elem, depth+1)
				} else {
					unclear = true // of a map that is filled while it is used
				}
			} else if _, ok := addressOf(s); ok {
				to = append(to, s)
			}
			return
		}
		var list []json.RawMessage
		if json.Unmarshal(raw, &list) == nil {
			for _, l := range list {
				walk(l, depth+1)
			}
			return
		}
		var object map[string]json.RawMessage
		if json.Unmarshal(raw, &object) != nil {
			return // a number
		}
		if p, ok := object["prefix"]; ok {
			var prefix struct {
				Addr string
				Len  int
			}
			if json.Unmarshal(p, &prefix) == nil {
				to = append(to, fmt.Sprintf("%s/%d", prefix.Addr, prefix.Len))
				return
			}
		}
		if r, ok := object["range"]; ok {
			var ends []string
			if json.Unmarshal(r, &ends) == nil && len(ends) == 2 {
				to = append(to, ends[0]+"-"+ends[1])
				return
			}
		}
		if m, ok := object["map"]; ok {
			var of struct {
				Data json.RawMessage `json:"data"`
			}
			if json.Unmarshal(m, &of) == nil && len(of.Data) > 0 {
				walk(of.Data, depth+1)
				return
			}
		}
		for _, k := range []string{"set", "concat", "elem", "val"} {
			if v, ok := object[k]; ok {
				walk(v, depth+1)
			}
		}
	}
	walk(statement.Addr, 0)
	return to, unclear || len(to) == 0
}
