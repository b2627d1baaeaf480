package plan

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/clawarium/clawarium/assets/text"
)

// Validate compares every key with what its form and h allow, and the keys with
// one another. It reports all problems at once, joined, each a *Problem; nil
// means that the plan can be carried out as far as a plan alone can tell. It
// looks at the files that the plan names and changes nothing.
func (p Plan) Validate(h Host) error { return join(p.Problems(h)) }

// Problems is Validate as a list, in the order of the keys.
func (p Plan) Problems(h Host) []*Problem {
	var found []*Problem
	for i := range keys {
		found = append(found, keys[i].problems(&p, h)...)
	}
	return append(found, p.contradictions(found)...)
}

// problem makes one about k.
func (k *key) problem(h Host, value, what, hint string) *Problem {
	return &Problem{Key: k.path, Value: mask(value), Range: k.allowed(h), Hint: hint, what: what}
}

// refused is the ordinary problem: the value is not among what is allowed.
func (k *key) refused(h Host, value, hint string) *Problem {
	return k.problem(h, value, fmt.Sprintf(text.T().Plan.NotAllowed, k.path, mask(value), k.allowed(h)), hint)
}

func (k *key) problems(p *Plan, h Host) []*Problem {
	switch v := k.at(p).(type) {
	case *int:
		return one(k.numberProblem(*v, h))
	case *Size:
		return one(k.sizeProblem(*v, h))
	case *string:
		return one(k.stringProblem(*v, h))
	case *[]string:
		return k.listProblems(*v, h)
	}
	return nil
}

func one(p *Problem) []*Problem {
	if p == nil {
		return nil
	}
	return []*Problem{p}
}

func (k *key) numberProblem(n int, h Host) *Problem {
	low, high := k.limits(h)
	v := int64(n)
	if v >= low && v <= high || k.zero && v == 0 {
		return nil
	}
	t := &text.T().Plan
	fit := min(max(v, low), high)
	hint := fmt.Sprintf(t.Set, k.path, strconv.FormatInt(fit, 10))
	if k.path == "version" {
		hint = fmt.Sprintf(t.NewerHint, k.path, high)
	}
	return k.refused(h, strconv.Itoa(n), hint)
}

func (k *key) sizeProblem(s Size, h Host) *Problem {
	t := &text.T().Plan
	low, high := k.limits(h)
	fits := int64(s) >= low && int64(s) <= high
	if fits && s%MiB == 0 {
		return nil
	}
	fit := Size(min(max(int64(s.whole()), low), max(high, low)))
	hint := fmt.Sprintf(t.Set, k.path, fit)
	if Size(high) < Size(k.high) && (int64(s) > high || high < low) {
		// The host is what limits it, so there are two ways out, or one.
		if k.path == "machine.memory" {
			hint = fmt.Sprintf(t.MemoryHint, k.path, fit)
		} else if high < low {
			hint = fmt.Sprintf(t.RoomHint, h.Path, Size(low))
		} else {
			hint = fmt.Sprintf(t.DiskHint, h.Path, k.path, fit)
		}
	}
	if high < low {
		return k.problem(h, s.String(), fmt.Sprintf(t.HostTooSmall, k.path, Size(low), Size(high)), hint)
	}
	return k.refused(h, s.String(), hint)
}

// unfit is the problem that any string may have: a secret, characters that
// cannot be shown, or more of them than any value needs.
func (k *key) unfit(path, s string, h Host) *Problem {
	t := &text.T().Plan
	var p *Problem
	switch {
	case LooksSecret(s):
		p = k.problem(h, s, fmt.Sprintf(t.Secret, path, mask(s)), t.SecretHint)
	case !printable(s):
		p = k.problem(h, s, fmt.Sprintf(t.Unprintable, path, strconv.QuoteToASCII(mask(s))), t.UnprintableHint)
	case utf8.RuneCountInString(s) > textLength:
		p = k.problem(h, s, fmt.Sprintf(t.TooLong, path, utf8.RuneCountInString(s), textLength), t.TooLongHint)
	default:
		return nil
	}
	p.Key = path
	return p
}

func (k *key) stringProblem(s string, h Host) *Problem {
	if p := k.unfit(k.path, s, h); p != nil {
		return p
	}
	if s == "" && k.zero {
		return nil
	}
	switch k.kind {
	case choice:
		return k.choiceProblem(k.path, s, h)
	case pattern:
		if k.form.MatchString(s) {
			return nil
		}
		return k.refused(h, s, k.patternHint())
	case file:
		return k.fileProblem(s, h)
	case address:
		return k.addressProblem(k.path, s, h)
	case subnet:
		return k.subnetProblem(s, h)
	case server:
		_, p := k.server(s, h)
		return p
	}
	return nil
}

func (k *key) choiceProblem(path, s string, h Host) *Problem {
	t := &text.T().Plan
	if slices.Contains(k.choices, s) {
		return nil
	}
	hint := fmt.Sprintf(t.ChoiceHint, strings.Join(k.choices, ", "))
	if c, ok := nearest(s, k.choices); ok {
		hint = fmt.Sprintf(t.DidYouMean, c)
	}
	p := k.problem(h, s, fmt.Sprintf(t.NotAllowed, path, mask(s), k.allowed(h)), hint)
	p.Key = path
	return p
}

func (k *key) patternHint() string {
	t := &text.T().Plan
	switch k.path {
	case "name":
		return fmt.Sprintf(t.NameHint, "openclaw")
	case "image.sha512":
		return t.SHA512Hint
	}
	return fmt.Sprintf(t.VersionHint, k.path, OpenClawVersion)
}

func (k *key) listProblems(list []string, h Host) []*Problem {
	t := &text.T().Plan
	var found []*Problem
	if len(list) > int(k.high) {
		hint := t.TooManyHint
		if k.kind != addresses {
			hint = t.Outside.FewerHint
		}
		n := strconv.Itoa(len(list))
		found = append(found, k.problem(h, n, fmt.Sprintf(t.TooManyValues, k.path, len(list), k.allowed(h)), hint))
	}
	for i, s := range list {
		path := entry(k.path, i)
		p := k.unfit(path, s, h)
		if p == nil {
			p = k.entryProblem(path, s, h)
		}
		found = append(found, one(p)...)
	}
	return found
}

// entryProblem is what is wrong with an address, or with one entry of a list.
func (k *key) entryProblem(path, s string, h Host) *Problem {
	switch k.kind {
	case picks:
		return k.choiceProblem(path, s, h)
	case hosts:
		_, _, p := k.hostPort(path, s, h)
		return p
	}
	return k.addressProblem(path, s, h)
}

// entry names one value of a list, from 0 as programs count.
func entry(path string, i int) string { return fmt.Sprintf("%s[%d]", path, i) }

// contradictions are choices that are fine alone and impossible together. A key
// that already has a problem is left out: its value says nothing.
func (p Plan) contradictions(found []*Problem) []*Problem {
	t := &text.T().Plan
	wrong := map[string]bool{}
	for _, f := range found {
		wrong[f.Key] = true
	}
	var more []*Problem
	add := func(path, value, allowed, what, hint string, others ...string) {
		for _, other := range append(others, path) {
			if wrong[other] {
				return
			}
		}
		more = append(more, &Problem{Key: path, Value: mask(value), Range: allowed, Hint: hint, what: what})
	}

	if p.Image.Source == File {
		if p.Image.File == "" {
			add("image.file", "", byPath["image.file"].allowed(Host{}), fmt.Sprintf(t.FileMissing, p.Image.Source), t.FileMissingHint, "image.source")
		}
	} else {
		if p.Image.File != "" {
			add("image.file", p.Image.File, t.RangeOptional, fmt.Sprintf(t.FileUnused, p.Image.File, p.Image.Source),
				fmt.Sprintf(t.FileUnusedHint, "image.file"), "image.source")
		}
		if p.Image.SHA512 != "" {
			add("image.sha512", p.Image.SHA512, t.RangeOptional, fmt.Sprintf(t.SHA512Unused, p.Image.Source),
				fmt.Sprintf(t.FileUnusedHint, "image.sha512"), "image.source")
		}
	}
	if p.OpenClaw.Lockfile == "" && p.OpenClaw.Version != OpenClawVersion {
		add("openclaw.version", p.OpenClaw.Version, OpenClawVersion,
			fmt.Sprintf(t.OtherVersion, p.OpenClaw.Version, OpenClawVersion), fmt.Sprintf(t.OtherHint, OpenClawVersion), "openclaw.lockfile")
	}
	if p.Network.Subnet != Auto && p.Connection != System {
		add("network.subnet", p.Network.Subnet, Auto, fmt.Sprintf(t.SubnetUnused, p.Network.Subnet, p.Connection), t.SubnetOnlyHint, "connection")
	}
	if p.Network.SSHPort != 0 && p.Connection != Session {
		add("network.sshPort", strconv.Itoa(p.Network.SSHPort), "0", fmt.Sprintf(t.PortUnused, p.Network.SSHPort, p.Connection), t.PortOnlyHint, "connection")
	}
	if p.Machine.Clock == Slow && p.Machine.Acceleration == KVM {
		add("machine.clock", p.Machine.Clock, Auto+", "+Steady, fmt.Sprintf(t.SlowKVM, p.Machine.Clock, p.Machine.Acceleration), t.SlowKVMHint, "machine.acceleration")
	}
	return more
}
