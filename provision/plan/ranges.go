package plan

import (
	"fmt"
	"strings"

	"github.com/clawarium/clawarium/assets/text"
)

// This file says what a key may be: the limits of the form, narrowed by the host
// where it has a say, as numbers and in words.

// limits are the bounds of a number or a size on h. Where h has a say, a bound
// may fall below low: then no value fits this host.
func (k *key) limits(h Host) (low, high int64) {
	low, high = k.low, k.high
	switch k.path {
	case "machine.cpus":
		if h.CPUs > 0 {
			high = min(high, int64(h.CPUs))
		}
	case "machine.memory":
		if h.Memory > 0 {
			high = min(high, int64((h.Memory - memoryForHost).whole()))
		}
	case "machine.systemDisk", "machine.dataDisk":
		if h.FreeDisk > 0 {
			high = min(high, int64(h.FreeDisk.whole()))
		}
	}
	return low, max(high, 0)
}

// allowed says in words what k may be on h. With the zero Host it is what the
// form allows.
func (k *key) allowed(h Host) string {
	t := &text.T().Plan
	low, high := k.limits(h)
	switch k.kind {
	case number:
		switch {
		case k.zero:
			return fmt.Sprintf(t.RangeZero, low, high)
		case low == high:
			return fmt.Sprint(low)
		}
		s := fmt.Sprintf(t.RangeNumber, low, high)
		if k.path == "machine.cpus" && h.CPUs > 0 {
			s = fmt.Sprintf(t.RangeHostCPUs, s, h.CPUs)
		}
		return s
	case size:
		s := fmt.Sprintf(t.RangeSize, Size(low), Size(high))
		if high < low {
			s = fmt.Sprintf(t.RangeNoRoom, Size(low))
		}
		if high == k.high {
			return s // the host did not narrow it
		}
		if k.path == "machine.memory" {
			return fmt.Sprintf(t.RangeHostMem, s, h.Memory.whole(), memoryForHost)
		}
		return fmt.Sprintf(t.RangeHostDisk, s, h.Path)
	case choice:
		return fmt.Sprintf(t.RangeChoice, strings.Join(k.choices, ", "))
	case file:
		if k.path == "network.ca" {
			return t.RangeCA
		}
		return t.RangeFile
	case address:
		if len(k.schemes) > 2 {
			return t.RangeProxy
		}
		return t.RangeAddress
	case addresses:
		return fmt.Sprintf(t.RangeMirrors, mirrorsAtMost)
	case subnet:
		return fmt.Sprintf(t.RangeSubnet, subnetBitsLow, subnetBitsHigh)
	case picks:
		return fmt.Sprintf(t.Outside.Channels, strings.Join(k.choices, ", "))
	case hosts:
		return fmt.Sprintf(t.Outside.Hosts, hostsAtMost)
	case server:
		return t.Outside.Server
	}
	switch k.path {
	case "name":
		return t.RangeName
	case "image.sha512":
		return t.RangeSHA512
	}
	return fmt.Sprintf(t.RangeVersion, OpenClawVersion)
}

// Allowed says in the language in use what the key at path may be on h, for
// forms and help; empty for an unknown key.
func Allowed(path string, h Host) string {
	if k := byPath[path]; k != nil {
		return k.allowed(h)
	}
	return ""
}
