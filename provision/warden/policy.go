package warden

// This file: what the owner allows, as it is stored in egress.json. Read strictly:
// whatever is not understood makes the whole policy invalid, and without a valid policy
// nothing gets out.

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/provision/plan"
)

// Levels of a policy.
const (
	LevelAllowlist = "allowlist" // what the rules name
	LevelInternet  = "internet"  // every public host, by name
	LevelOffline   = "offline"   // nothing
)

// PolicyFormat is the format that this package reads and writes.
const PolicyFormat = 1

// Bounds of a policy file.
const (
	policyBytes = 1 << 20
	policyRules = 10_000
)

// Policy is what the warden lets through. Compiled from the plan by
// provision/steps, read by the warden alone.
type Policy struct {
	Format int    `json:"format"` // PolicyFormat
	Level  string `json:"level"`  // allowlist, internet, offline
	Rules  []Rule `json:"rules"`
	// Server is the owner's model server, address:port: the one private address
	// that is let through, and only when it is asked for as this very address.
	Server string `json:"server,omitempty"`
	// Quiet are host patterns that the owner said "never" to. They are refused at
	// every level, whatever the rules say, and not listed as blocked again.
	Quiet []string `json:"quiet,omitempty"`
}

// Rule lets one host through, or those of one pattern.
type Rule struct {
	// Host is a canonical name (lower case, ASCII, at least two labels, no dot at the
	// end), in which a * stands for one or more of a-z, 0-9 and - within one label, or
	// a public IP address in its usual form. The last two labels have no *.
	Host  string    `json:"host"`
	Ports []int     `json:"ports"`          // 1 to 65535, at least one
	For   string    `json:"for"`            // provider:anthropic, channel:telegram, updates:apt, updates:npm, owner
	Until time.Time `json:"until,omitzero"` // zero: for good
}

// ParsePolicy reads a policy. Its error joins a *text.Fault for every problem.
func ParsePolicy(data []byte) (Policy, error) {
	var p Policy
	say := &text.T().Warden
	if len(data) > policyBytes {
		return Policy{}, &text.Fault{What: fmt.Sprintf(say.PolicyTooLong, policyBytes), Hint: say.PolicyHint}
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&p); err != nil {
		return Policy{}, &text.Fault{What: say.PolicyNotJSON, Hint: say.PolicyHint, Err: err}
	}
	if _, err := dec.Token(); err != io.EOF {
		return Policy{}, &text.Fault{What: say.PolicyTrailing, Hint: say.PolicyHint}
	}
	if err := p.Validate(); err != nil {
		return Policy{}, err
	}
	return p, nil
}

// Validate says everything that is wrong with p, joined; nil when it can be put in
// force as it is.
func (p Policy) Validate() error {
	say := &text.T().Warden
	var faults []error
	wrong := func(what, hint string) { faults = append(faults, &text.Fault{What: what, Hint: hint}) }
	if p.Format != PolicyFormat {
		wrong(fmt.Sprintf(say.BadFormat, p.Format, PolicyFormat), say.PolicyHint)
	}
	if !slices.Contains([]string{LevelAllowlist, LevelInternet, LevelOffline}, p.Level) {
		wrong(fmt.Sprintf(say.BadLevel, p.Level), say.BadLevelHint)
	}
	if len(p.Rules) > policyRules {
		wrong(fmt.Sprintf(say.TooManyRules, len(p.Rules), policyRules), say.TooManyRulesHint)
	}
	for i, r := range p.Rules {
		if err := checkPattern(r.Host); err != nil {
			wrong(fmt.Sprintf(say.BadRuleHost, i+1, r.Host, err), say.BadHostHint)
		}
		if len(r.Ports) == 0 {
			wrong(fmt.Sprintf(say.NoPorts, i+1, r.Host), say.BadPortHint)
		}
		for _, port := range r.Ports {
			if port < 1 || port > 65535 {
				wrong(fmt.Sprintf(say.BadPort, i+1, strconv.Itoa(port)), say.BadPortHint)
			}
		}
		if !printable(r.For, 100) {
			wrong(fmt.Sprintf(say.BadFor, i+1, r.For), say.PolicyHint)
		}
	}
	if p.Server != "" {
		if _, err := parseServer(p.Server); err != nil {
			wrong(fmt.Sprintf(say.BadServer, p.Server), say.BadServerHint)
		}
	}
	for _, q := range p.Quiet {
		if err := checkPattern(q); err != nil {
			wrong(fmt.Sprintf(say.BadQuiet, q, err), say.BadHostHint)
		}
	}
	return errors.Join(faults...)
}

// Encode is the policy as it is stored: ParsePolicy reads it back.
func (p Policy) Encode() []byte {
	if p.Rules == nil {
		p.Rules = []Rule{}
	}
	data, err := json.MarshalIndent(p, "", "  ")
	if err != nil { // no value of these types is beyond JSON, but for a year past 9999
		return nil
	}
	return append(data, '\n')
}

// Hash names the policy: equal policies have equal hashes.
func (p Policy) Hash() string {
	sum := sha256.Sum256(p.Encode())
	return hex.EncodeToString(sum[:])
}

// Decide says what becomes of a request for host and port, as far as the name alone
// decides. The addresses behind a name are checked with the connection itself.
func (p Policy) Decide(host string, port int, now time.Time) Decision {
	return compile(p).decide(host, port, now)
}

// checkPattern says what is wrong with the host of a rule.
func checkPattern(pattern string) error {
	say := &text.T().Warden
	if addr, err := netip.ParseAddr(pattern); err == nil {
		switch {
		case addr.String() != pattern || addr.Zone() != "":
			return errors.New(say.WhyAddressForm)
		case !plan.Public(addr):
			return errors.New(say.WhyPrivate)
		}
		return nil
	}
	literal := strings.ReplaceAll(pattern, "*", "x") // each * stands for at least one character
	switch name, kind := canonical(literal); {
	case kind == asOddAddress || kind == asAddress:
		return errors.New(say.WhyAddressForm)
	case kind != asName || name != literal:
		return errors.New(say.WhyNotCanonical)
	}
	labels := strings.Split(pattern, ".")
	for _, fixed := range labels[len(labels)-2:] {
		if strings.Contains(fixed, "*") {
			return errors.New(say.WhyWildcard)
		}
	}
	if strings.Contains(pattern, "**") {
		return errors.New(say.WhyWildcard)
	}
	return nil
}

// parseServer reads the model server: a private unicast address and a port, in their
// usual form.
func parseServer(s string) (netip.AddrPort, error) {
	to, err := netip.ParseAddrPort(s)
	if err != nil {
		return to, err
	}
	if a := to.Addr(); to.String() != s || to.Port() == 0 || a.Zone() != "" || a.Is4In6() || !a.IsPrivate() {
		return to, strconv.ErrSyntax
	}
	return to, nil
}

// printable says that s is plain ASCII text of at most limit characters.
func printable(s string, limit int) bool {
	for i := range len(s) {
		if s[i] < 0x20 || s[i] > 0x7e {
			return false
		}
	}
	return len(s) <= limit
}
