package virt

// This file makes and removes a machine's packet filter.

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"libvirt.org/go/libvirt"

	"github.com/clawarium/clawarium/assets/layout"
	"github.com/clawarium/clawarium/assets/text"
)

// Filter is what is known of a network filter.
type Filter struct {
	Name string
	UUID string
	Ours bool // its rules carry the comment of the machine that its name says
	XML  string
}

// Filter looks the machine's filter up by name; nil when there is none.
func (c *Conn) Filter(ctx context.Context, machine string) (*Filter, error) {
	return ask(ctx, c, func(o *op) (*Filter, error) {
		f, err := o.filter(layout.Filter(machine))
		if f == nil || err != nil {
			return nil, err
		}
		defer f.Free()
		return o.describeFilter(f)
	})
}

func (o *op) filter(name string) (*libvirt.NWFilter, error) {
	o.at("virNWFilterLookupByName")
	f, err := o.l.LookupNWFilterByName(name)
	if isCode(err, libvirt.ERR_NO_NWFILTER) {
		return nil, nil
	}
	return f, err
}

func (o *op) describeFilter(f *libvirt.NWFilter) (*Filter, error) {
	o.at("virNWFilterGetXMLDesc")
	x, err := f.GetXMLDesc(0)
	if err != nil {
		return nil, err
	}
	var parsed filterXML
	if err := read(x, &parsed); err != nil {
		return nil, err
	}
	machine, prefixed := strings.CutPrefix(parsed.Name, layout.Filter(""))
	return &Filter{
		Name: parsed.Name, UUID: parsed.UUID, XML: x,
		Ours: prefixed && taggedRules(&parsed, machine),
	}, nil
}

// taggedRules says whether a rule of ours is left in the filter: one whose
// comment is our tag. One is enough, so that a filter of ours that someone has
// changed is still ours to repair or remove.
func taggedRules(f *filterXML, machine string) bool {
	return slices.ContainsFunc(f.Rules, func(r ruleXML) bool { return r.Packets.Comment == filterComment(machine) })
}

// EnsureFilter makes the filter, or brings the one of ours back to the spec, and with
// it the rules on the tap of a running machine, those that somebody took out too.
// ErrForeign when one of that name is not ours.
//
// libvirt makes the rules on the tap anew when a filter changes, and takes one that is
// defined as it already was for no change. So one that is there is first defined with
// other words for the same. libvirt puts new rules beside the old ones before it takes
// those away, so no packet finds the tap without.
func (c *Conn) EnsureFilter(ctx context.Context, s FilterSpec) error {
	x, err := s.FilterXML()
	if err != nil {
		return err
	}
	return c.do(ctx, func(o *op) error {
		f, err := o.filter(s.name())
		if err != nil {
			return err
		}
		if f != nil {
			defer f.Free()
			is, err := o.describeFilter(f)
			if err != nil {
				return err
			}
			if !is.Ours || is.UUID != s.UUID {
				t := &text.T().Virt
				return fault(ErrForeign, fmt.Sprintf(t.ForeignFilter, s.name()), t.ForeignHint, nil)
			}
			// The last drops are a place further up, where nothing else is.
			if err := o.defineFilter(strings.ReplaceAll(x, `"1000"`, `"999"`)); err != nil {
				return err
			}
		}
		return o.defineFilter(x)
	})
}

func (o *op) defineFilter(x string) error {
	o.slow("virNWFilterDefineXML") // it waits for machines that are being started
	f, err := o.l.NWFilterDefineXML(x)
	if err != nil {
		return err
	}
	return f.Free()
}

// DeleteFilter removes the machine's filter. An absent one is fine; ErrForeign
// when it is not ours, ErrState while a machine uses it.
func (c *Conn) DeleteFilter(ctx context.Context, machine string) error {
	return c.do(ctx, func(o *op) error {
		f, err := o.filter(layout.Filter(machine))
		if f == nil || err != nil {
			return err
		}
		defer f.Free()
		is, err := o.describeFilter(f)
		if err != nil {
			return err
		}
		t := &text.T().Virt
		if !is.Ours {
			return fault(ErrForeign, fmt.Sprintf(t.ForeignFilter, is.Name), t.ForeignHint, nil)
		}
		o.at("virNWFilterUndefine")
		if err := f.Undefine(); err != nil {
			if isCode(err, libvirt.ERR_OPERATION_INVALID) {
				return fault(ErrState, fmt.Sprintf(t.FilterBusy, is.Name), t.FilterBusyHint, err)
			}
			return err
		}
		return nil
	})
}
