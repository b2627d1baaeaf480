package plan

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"

	"github.com/clawarium/clawarium/assets/text"
)

// Size is an amount of bytes, written in a plan as a whole number with a binary
// unit: 512MiB, 4GiB, 1TiB. The sizes of a plan are whole mebibytes, since that
// is the smallest step in which memory and disks are made.
type Size int64

// Binary units, IEC 80000-13.
const (
	MiB Size = 1 << 20
	GiB Size = 1 << 30
	TiB Size = 1 << 40
)

// sizeForm is the only form that a plan accepts. Leading zeros, signs and
// fractions are left out so that each size has few spellings and no surprise.
var sizeForm = regexp.MustCompile(`^(0|[1-9][0-9]{0,14})(MiB|GiB|TiB)$`)

// looseSize recognises what people write instead, to say what to write.
var looseSize = regexp.MustCompile(`^\s*([0-9]+(?:\.[0-9]+)?)\s*([KkMmGgTt])?[Ii]?[Bb]?\s*$`)

var units = map[string]Size{"MiB": MiB, "GiB": GiB, "TiB": TiB}

// ParseSize reads "512MiB", "4GiB" or "1TiB". The error is a *text.Fault whose
// hint gives the nearest form that is accepted.
func ParseSize(s string) (Size, error) {
	if m := sizeForm.FindStringSubmatch(s); m != nil {
		n, err := strconv.ParseInt(m[1], 10, 64)
		unit := units[m[2]]
		if err == nil && n <= int64(math.MaxInt64/unit) {
			return Size(n) * unit, nil
		}
	}
	t := &text.T().Plan
	return 0, &text.Fault{What: fmt.Sprintf(t.NotSize, mask(s)), Hint: sizeHint(s)}
}

func sizeHint(s string) string {
	t := &text.T().Plan
	m := looseSize.FindStringSubmatch(s)
	if m == nil {
		return t.SizeHint
	}
	n, err := strconv.ParseFloat(m[1], 64)
	if err != nil || n < 0 || n > 1e6 {
		return t.SizeHint
	}
	if m[2] == "" {
		// A bare number says nothing of its unit: name both that are likely.
		whole, _, _ := strings.Cut(m[1], ".")
		if whole == "0" {
			return t.SizeHint
		}
		return fmt.Sprintf(t.SizeUnitHint, strings.TrimLeft(whole, "0"))
	}
	unit := map[string]Size{"k": 1 << 10, "m": MiB, "g": GiB, "t": TiB}[strings.ToLower(m[2])]
	whole := Size(n*float64(unit)) / MiB * MiB
	if whole == 0 {
		return t.SizeHint
	}
	return fmt.Sprintf(t.SizeWriteHint, whole)
}

// String writes the size in the largest binary unit that keeps it whole. An
// amount that is not a whole number of mebibytes, which no plan holds, is
// written in bytes.
func (s Size) String() string {
	switch {
	case s%MiB != 0:
		return strconv.FormatInt(int64(s), 10) + "B"
	case s != 0 && s%TiB == 0:
		return strconv.FormatInt(int64(s/TiB), 10) + "TiB"
	case s != 0 && s%GiB == 0:
		return strconv.FormatInt(int64(s/GiB), 10) + "GiB"
	}
	return strconv.FormatInt(int64(s/MiB), 10) + "MiB"
}

// MarshalText writes the size as String does, in YAML and JSON alike.
func (s Size) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads what ParseSize reads.
func (s *Size) UnmarshalText(b []byte) error {
	v, err := ParseSize(string(b))
	if err != nil {
		return err
	}
	*s = v
	return nil
}

// whole rounds down to mebibytes, for a limit that a person can paste.
func (s Size) whole() Size { return s / MiB * MiB }
