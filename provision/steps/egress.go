package steps

// What gets out: the policy that the warden enforces, compiled from the plan, from
// what the owner decided since, and from where the guest and this host fetch
// updates.

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/clawarium/clawarium/assets/egress"
	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/checks"
	"github.com/clawarium/clawarium/provision"
	"github.com/clawarium/clawarium/provision/code"
	"github.com/clawarium/clawarium/provision/guest"
	"github.com/clawarium/clawarium/provision/plan"
	"github.com/clawarium/clawarium/provision/warden"
)

const allowFile = "allow.json"

// EgressFacts is where updates come from. It is asked once, while nothing in the
// guest has reason to lie, and kept in the machine's record: neither a guest that
// changes its sources nor another environment of the owner's opens a way.
type EgressFacts struct {
	Apt []string `json:"apt,omitempty"` // host:port of the guest's own package sources
	NPM string   `json:"npm,omitempty"` // host:port of the registry; empty when none is configured
}

// Allowances are the owner's decisions about single hosts that are no part of the
// plan.
type Allowances struct {
	Format int         `json:"format"` // 1
	For    []Temporary `json:"for,omitempty"`
	Never  []string    `json:"never,omitempty"` // blocked names that are not listed again
}

// Temporary is a host that is allowed for a while.
type Temporary struct {
	Host  string    `json:"host"` // as in network.allow
	Until time.Time `json:"until"`
}

// Egress is the policy for a plan. The same plan, facts and decisions make the same
// policy, byte for byte. What is no valid entry is left out: it lets nothing through.
func Egress(p plan.Plan, f EgressFacts, a Allowances) warden.Policy {
	policy := warden.Policy{Format: warden.PolicyFormat, Level: p.Network.Level, Quiet: slices.Clone(a.Never)}
	slices.Sort(policy.Quiet)
	policy.Quiet = slices.Compact(policy.Quiet)
	if server := p.Network.ModelServerAddress(); server.IsValid() {
		policy.Server = server.String()
	}
	// A host is allowed with each purpose once, on all its ports for it; for as long
	// as the longest of them says.
	type purpose struct {
		host, what string
		until      time.Time
	}
	ports := map[purpose][]int{}
	add := func(what, entry string, until time.Time) {
		if host, port, err := plan.HostPort(entry); err == nil {
			k := purpose{host, what, until.UTC()}
			ports[k] = append(ports[k], port)
		}
	}
	preset := func(what string, hosts []egress.Host) {
		for _, h := range hosts {
			k := purpose{host: h.Name, what: what}
			ports[k] = append(ports[k], h.Ports...)
		}
	}
	preset("provider:"+p.OpenClaw.Provider, egress.Provider(p.OpenClaw.Provider))
	for _, c := range p.Network.Channels {
		preset("channel:"+c, egress.Channel(c))
	}
	for _, entry := range f.Apt {
		add("updates:apt", entry, time.Time{})
	}
	if f.NPM != "" {
		add("updates:npm", f.NPM, time.Time{})
	}
	for _, entry := range p.Network.Allow {
		add("owner", entry, time.Time{})
	}
	for _, t := range a.For {
		add("owner", t.Host, t.Until)
	}
	for k, list := range ports {
		slices.Sort(list)
		policy.Rules = append(policy.Rules, warden.Rule{Host: k.host, Ports: slices.Compact(list), For: k.what, Until: k.until})
	}
	sort.Slice(policy.Rules, func(i, j int) bool {
		a, b := policy.Rules[i], policy.Rules[j]
		return cmp.Or(strings.Compare(a.Host, b.Host), strings.Compare(a.For, b.For), a.Until.Compare(b.Until)) < 0
	})
	return policy
}

// egress is this machine's policy as it should be now, and its file.
func (e *Env) egress() (warden.Policy, []byte, error) {
	a, err := e.allowances()
	if err != nil {
		return warden.Policy{}, nil, err
	}
	var f EgressFacts
	if e.record.Egress != nil {
		f = *e.record.Egress
	}
	p := Egress(e.Plan, f, a)
	return p, p.Encode(), p.Validate()
}

// allowances reads the owner's decisions; none is no error.
func (e *Env) allowances() (Allowances, error) {
	path := filepath.Join(e.dir, allowFile)
	a := Allowances{Format: 1}
	data, err := readKept(path)
	if errors.Is(err, fs.ErrNotExist) {
		return a, nil
	}
	if err == nil {
		err = json.Unmarshal(data, &a)
	}
	if err == nil && a.Format != 1 {
		err = fmt.Errorf("format %d: %w", a.Format, errors.ErrUnsupported)
	}
	if err != nil {
		t := &text.T().Service
		return a, fault(fmt.Sprintf(t.BadAllowances, path), t.BadAllowancesHint, err)
	}
	return a, nil
}

// fileBefore is a file as it was; nil when there was none.
type fileBefore struct {
	Was   []byte       `json:"was"`
	Facts *EgressFacts `json:"facts,omitempty"`
}

func readBefore(path string) ([]byte, error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if data == nil {
		data = []byte{}
	}
	return data, err
}

func putBack(path string, was []byte) error {
	if was != nil {
		return writeFile(path, was)
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

func (e *Env) egressStep() provision.Step {
	path := filepath.Join(e.dir, warden.PolicyFile)
	return provision.Step{
		ID: stepEgress, Title: text.T().Service.Egress, Ensures: []checks.ID{"K13", "K26"},
		Expect: e.choices.Patience(time.Second / 10), Deadline: e.choices.Patience(20 * time.Second),
		Holds: func(context.Context) (bool, error) {
			if e.record.Egress == nil {
				return false, nil
			}
			_, want, err := e.egress()
			if err != nil {
				return false, err
			}
			is, err := readBefore(path)
			return err == nil && bytes.Equal(is, want), err
		},
		Before: func(context.Context) (any, error) {
			was, err := readBefore(path)
			return fileBefore{was, e.record.Egress}, err
		},
		Do: func(ctx context.Context, _ json.RawMessage, r provision.Reporter) error {
			if e.record.Egress == nil {
				facts, err := e.updateHosts(ctx, r)
				if err != nil {
					return err
				}
				e.record.Egress = &facts
				if err := e.saveRecord(); err != nil {
					return err
				}
			}
			_, data, err := e.egress()
			if err != nil {
				return err
			}
			return writeFile(path, data)
		},
		Undo: func(_ context.Context, before json.RawMessage, _ provision.Reporter) error {
			var b fileBefore
			if err := json.Unmarshal(before, &b); err != nil {
				return err
			}
			if err := putBack(path, b.Was); err != nil {
				return err
			}
			e.record.Egress = b.Facts
			return e.saveRecord()
		},
	}
}

// updateHosts asks the guest for its package sources, and this host for its
// registry. A guest in which OpenClaw has run, of a machine that was made before there
// was a warden, is not asked: it may be somebody else's by now.
func (e *Env) updateHosts(ctx context.Context, r provision.Reporter) (EgressFacts, error) {
	var f EgressFacts
	if registry, err := code.Registry(e.Plan.OpenClaw.Registry, os.Getenv); err == nil {
		f.NPM = hostOf(registry)
	}
	is, err := provision.State(e.dir)
	if err != nil {
		return f, err
	}
	if slices.ContainsFunc(is.Steps, func(s provision.StepState) bool { return s.ID == stepGateway }) {
		r.Note(text.T().Service.SourcesUnasked)
		return f, nil
	}
	session, err := e.Session(ctx)
	if err != nil {
		return f, err
	}
	sources, err := guest.AptHosts(ctx, session.Client)
	if err != nil {
		t := &text.T().Service
		return f, fault(t.NoSources, t.NoSourcesHint, err)
	}
	for _, s := range sources {
		f.Apt = append(f.Apt, net.JoinHostPort(s.Host, strconv.Itoa(s.Port)))
	}
	return f, nil
}

// hostOf is host:port of an http or https address; empty for any other, and for
// what is no host of the internet's.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" {
		return ""
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	host, n, err := plan.HostPort(net.JoinHostPort(u.Hostname(), port))
	if err != nil || strings.Contains(host, "*") {
		return ""
	}
	return net.JoinHostPort(host, strconv.Itoa(n))
}
