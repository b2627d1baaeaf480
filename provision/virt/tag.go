package virt

// This file marks what clawarium makes and recognises it again.

import (
	"encoding/xml"
	"fmt"
	"strings"

	"github.com/clawarium/clawarium/assets/layout"
)

// Tag is the mark in a domain's or network's metadata.
type Tag struct {
	Machine string // the machine's name
	Version string // of clawarium, when it was made
	Plan    string // hash of the plan that it was made from
}

// tagXML is the element in our namespace. Its prefix is written out, because
// libvirt wants the namespace declared on the element itself.
func (t Tag) xml() string {
	var b strings.Builder
	fmt.Fprintf(&b, "<%s:machine xmlns:%[1]s=%q name=%q", layout.TagPrefix, layout.TagNamespace, escape(t.Machine))
	if t.Version != "" {
		fmt.Fprintf(&b, " version=%q", escape(t.Version))
	}
	if t.Plan != "" {
		fmt.Fprintf(&b, " plan=%q", escape(t.Plan))
	}
	b.WriteString("/>")
	return b.String()
}

func escape(s string) string {
	var b strings.Builder
	xml.EscapeText(&b, []byte(s)) //nolint:errcheck // a strings.Builder does not fail
	return b.String()
}

// parseTag finds our element in the XML of metadata; ok is false without one.
func parseTag(metadata string) (Tag, bool) { return findTag(metadata, layout.TagNamespace) }

// parseElement reads the element that libvirt returns when it is asked for the
// one of our namespace: it comes without the namespace.
func parseElement(element string) (Tag, bool) { return findTag(element, "") }

func findTag(metadata, namespace string) (tag Tag, ok bool) {
	d := xml.NewDecoder(strings.NewReader(metadata))
	for {
		tok, err := d.Token()
		if err != nil {
			return Tag{}, false
		}
		e, is := tok.(xml.StartElement)
		if !is || e.Name.Space != namespace || e.Name.Local != "machine" {
			continue
		}
		for _, a := range e.Attr {
			switch a.Name.Local {
			case "name":
				tag.Machine = a.Value
			case "version":
				tag.Version = a.Value
			case "plan":
				tag.Plan = a.Value
			}
		}
		return tag, tag.Machine != ""
	}
}

// filterComment is the tag of a network filter, which has no metadata: the
// comment of each of its rules begins with it.
func filterComment(machine string) string { return "clawarium machine " + machine }
