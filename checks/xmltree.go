package checks

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
)

// A libvirt document is read as a plain tree rather than into libvirt's known
// types: those drop what they do not know, and what is not known is exactly
// what a check must not overlook.

const (
	xmlNodes = 20000 // a domain of ours has some 300
	xmlDepth = 64
)

// node is one element.
type node struct {
	name  xml.Name
	attrs map[string]string // by local name
	text  string
	kids  []*node
}

// parseXML reads one document. An empty one is an error.
func parseXML(doc string) (*node, error) {
	d := xml.NewDecoder(strings.NewReader(doc))
	var root *node
	var stack []*node
	for count := 0; ; {
		token, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		switch token := token.(type) {
		case xml.StartElement:
			count++
			if count > xmlNodes || len(stack) >= xmlDepth {
				return nil, errors.New("document too large or too deep")
			}
			n := &node{name: token.Name, attrs: make(map[string]string, len(token.Attr))}
			for _, a := range token.Attr {
				n.attrs[a.Name.Local] = a.Value
			}
			if len(stack) == 0 {
				if root != nil {
					return nil, errors.New("more than one root element")
				}
				root = n
			} else {
				top := stack[len(stack)-1]
				top.kids = append(top.kids, n)
			}
			stack = append(stack, n)
		case xml.EndElement:
			stack = stack[:len(stack)-1]
		case xml.CharData:
			if len(stack) > 0 {
				stack[len(stack)-1].text += string(token)
			}
		}
	}
	if root == nil {
		return nil, errors.New("no element")
	}
	return root, nil
}

// all returns the children of that name.
func (n *node) all(name string) []*node {
	var found []*node
	if n == nil {
		return nil
	}
	for _, k := range n.kids {
		if k.name.Local == name {
			found = append(found, k)
		}
	}
	return found
}

// at follows a path of names; nil when there is no such element.
func (n *node) at(path ...string) *node {
	for _, name := range path {
		found := n.all(name)
		if len(found) == 0 {
			return nil
		}
		n = found[0]
	}
	return n
}

// attr is "" when n is nil or has no such attribute.
func (n *node) attr(name string) string {
	if n == nil {
		return ""
	}
	return n.attrs[name]
}

// value is the text of n without white space around it.
func (n *node) value() string {
	if n == nil {
		return ""
	}
	return strings.TrimSpace(n.text)
}

// domain is a document that is a domain and has devices, or nil.
func domain(doc string) *node {
	root, err := parseXML(doc)
	if err != nil || root.name.Local != "domain" || root.at("devices") == nil {
		return nil
	}
	return root
}
