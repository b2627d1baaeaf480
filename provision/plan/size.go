package plan

// Size is an amount of bytes, written in a plan as a whole number with a binary
// unit: 512MiB, 4GiB, 1TiB.
type Size int64

// Binary units, IEC 80000-13.
const (
	MiB Size = 1 << 20
	GiB Size = 1 << 30
	TiB Size = 1 << 40
)
