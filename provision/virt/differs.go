package virt

// This file says in which lines two of libvirt's descriptions differ, however
// they are ordered and indented.

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"
)

// Bounds on what is said: parts of a description may be anybody's.
const (
	maxDifferences = 16
	maxDifference  = 160 // runes
)

// Differences says how now differs from made, one line each: "+ " for what came
// and "- " for what went, with its place, such as
// "- devices/disk[vdc]/readonly". What libvirt itself adds to a definition at
// the first start (which firmware it picked) and to a running network (how many
// are connected) is no difference. It fails on what is no XML.
func Differences(made, now string) ([]string, error) {
	old, err := flatten(made)
	if err != nil {
		return nil, err
	}
	is, err := flatten(now)
	if err != nil {
		return nil, err
	}
	count := map[string]int{}
	for _, line := range old {
		count[line]++
	}
	var out []string
	for _, line := range is {
		if count[line] > 0 {
			count[line]--
		} else if !libvirtAdds(line, old) {
			out = append(out, "+ "+line)
		}
	}
	for _, line := range old {
		if count[line] > 0 {
			count[line]--
			out = append(out, "- "+line)
		}
	}
	if more := len(out) - maxDifferences; more > 0 {
		out = append(out[:maxDifferences:maxDifferences], fmt.Sprintf("… %d", more))
	}
	return out, nil
}

// libvirtAdds says whether a line that came is of an element that the first
// start fills in, where the definition had none.
func libvirtAdds(line string, old []string) bool {
	for _, filled := range []string{"os/loader", "os/nvram", "os/firmware"} {
		if strings.HasPrefix(line, filled) && !slices.ContainsFunc(old, func(l string) bool { return strings.HasPrefix(l, filled) }) {
			return true
		}
	}
	return false
}

// element is one element of a description.
type element struct {
	name  string
	attrs []string
	text  string
	kids  []*element
}

func parseXML(doc string) (*element, error) {
	if len(doc) > 1<<20 {
		return nil, errors.New("larger than 1 MiB")
	}
	d := xml.NewDecoder(strings.NewReader(doc))
	root := &element{}
	open := []*element{root}
	for {
		token, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		last := open[len(open)-1]
		switch token := token.(type) {
		case xml.StartElement:
			e := &element{name: token.Name.Local}
			for _, a := range token.Attr {
				if a.Name.Space != "xmlns" && a.Name.Local != "xmlns" {
					e.attrs = append(e.attrs, a.Name.Local+"="+a.Value)
				}
			}
			slices.Sort(e.attrs)
			last.kids = append(last.kids, e)
			open = append(open, e)
			if len(open) > 64 {
				return nil, errors.New("nested too deeply")
			}
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			last.text += string(token)
		}
	}
	if len(root.kids) != 1 {
		return nil, errors.New("no description")
	}
	return root.kids[0], nil
}

// flatten writes a description as one line an element, each with its place.
func flatten(doc string) ([]string, error) {
	root, err := parseXML(doc)
	if err != nil {
		return nil, err
	}
	// Of the root only how many are connected differs by itself.
	root.attrs = slices.DeleteFunc(root.attrs, func(a string) bool {
		return strings.HasPrefix(a, "connections=") || strings.HasPrefix(a, "id=")
	})
	for _, os := range root.named("os") {
		for _, nvram := range os.named("nvram") {
			nvram.attrs = nil // from which template it was made, of which format
		}
		for _, loader := range os.named("loader") {
			loader.attrs = slices.DeleteFunc(loader.attrs, func(a string) bool {
				return strings.HasPrefix(a, "format=") || strings.HasPrefix(a, "stateless=")
			})
		}
	}
	var out []string
	var walk func(e *element, place string)
	walk = func(e *element, place string) {
		line := strings.Join(append([]string{place}, e.attrs...), " ")
		if t := strings.TrimSpace(e.text); t != "" {
			line += " " + t
		}
		out = append(out, plain(line))
		for _, k := range e.kids {
			name := k.name
			if key := k.key(); key != "" {
				name += "[" + key + "]"
			}
			if place != "" {
				name = place + "/" + name
			}
			walk(k, name)
		}
	}
	walk(root, "")
	return out, nil
}

// named are the children of that name.
func (e *element) named(name string) (out []*element) {
	for _, k := range e.kids {
		if k.name == name {
			out = append(out, k)
		}
	}
	return out
}

// key tells an element from others of its name, as a person would.
func (e *element) key() string {
	for _, k := range e.kids {
		if k.name == "target" {
			for _, a := range k.attrs {
				if dev, ok := strings.CutPrefix(a, "dev="); ok {
					return dev
				}
			}
		}
	}
	for _, a := range e.attrs {
		if index, ok := strings.CutPrefix(a, "index="); ok {
			return index
		}
	}
	return ""
}

// plain is a line without anything that could steer a terminal.
func plain(s string) string {
	runes := 0
	return strings.Map(func(r rune) rune {
		if runes++; runes > maxDifference {
			return -1
		}
		if r == ' ' || unicode.IsGraphic(r) && !unicode.IsSpace(r) {
			return r
		}
		return ' '
	}, strings.ToValidUTF8(s, "�"))
}
