package image

// Inspect looks at a file that somebody else made before any program opens it.
// A qcow2 header can name other files (a backing file, a data file), and a
// hypervisor that follows it would hand a file of the host's to the guest; so
// the header is read here first, and only what stands alone passes.

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/lima-vm/go-qcow2reader"
	"github.com/lima-vm/go-qcow2reader/image/qcow2"
	"github.com/lima-vm/go-qcow2reader/image/raw"

	"github.com/clawarium/clawarium/assets/text"
)

// MaxVirtualSize is the largest disk that is taken, in bytes.
const MaxVirtualSize = 2 << 40

// Limits of qcow2 that QEMU enforces too (block/qcow2.h).
const (
	minClusterBits = 9
	maxClusterBits = 21
	maxL1Bytes     = 32 << 20
)

// Inspect returns the format (qcow2 or raw) and the size of the disk in bytes. It
// refuses, with a *text.Fault that says what to do: a backing file, an external
// data file, encryption, internal snapshots, an image that is dirty or corrupt,
// every other format, a raw file without a partition table, and more than
// MaxVirtualSize.
func Inspect(path string) (format string, virtualSize int64, err error) {
	f, err := os.Open(path)
	if err != nil {
		return "", 0, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return "", 0, err
	}
	if !info.Mode().IsRegular() {
		return "", 0, &text.Fault{What: fmt.Sprintf(text.T().Image.NotAFile, path), Hint: text.T().Image.NotBootableHint}
	}
	return inspect(path, f, info.Size())
}

func inspect(path string, ra io.ReaderAt, length int64) (format string, virtualSize int64, err error) {
	t := &text.T().Image
	var magic [4]byte
	if _, err := ra.ReadAt(magic[:], 0); err != nil && err != io.EOF {
		return "", 0, err
	}
	if string(magic[:]) == qcow2.Magic {
		if err := header(path, ra, length); err != nil {
			return "", 0, err
		}
	}
	// The library recognises the formats. It is given the bytes alone, not the
	// file with its name, beside which it would look for other files.
	img, err := qcow2reader.Open(io.NewSectionReader(ra, 0, length))
	if err != nil {
		return "", 0, malformed(path, err.Error())
	}
	switch img.Type() {
	case qcow2.Type:
		virtualSize = img.Size()
	case raw.Type:
		if !partitioned(ra) {
			return "", 0, &text.Fault{What: fmt.Sprintf(t.NotBootable, path), Hint: t.NotBootableHint}
		}
		virtualSize = length
	default:
		return "", 0, &text.Fault{
			What: fmt.Sprintf(t.Format, path, img.Type()),
			Hint: fmt.Sprintf(t.FormatHint, path, img.Type()),
		}
	}
	if virtualSize > MaxVirtualSize {
		return "", 0, &text.Fault{What: fmt.Sprintf(t.TooLarge, path, size(virtualSize)), Hint: t.TooLargeHint}
	}
	return string(img.Type()), virtualSize, nil
}

// header refuses a qcow2 header that points outside its own file, or that would
// make a reader use unreasonable memory. Offsets are those of QEMU's
// docs/interop/qcow2.txt. Every reason is reported at once.
func header(path string, ra io.ReaderAt, length int64) error {
	t := &text.T().Image
	var h [104]byte
	if n, err := ra.ReadAt(h[:], 0); n < 72 {
		return malformed(path, fmt.Sprint(err))
	}
	u32 := func(at int) uint32 { return binary.BigEndian.Uint32(h[at:]) }
	u64 := func(at int) uint64 { return binary.BigEndian.Uint64(h[at:]) }

	var wrong []error
	version := u32(4)
	if version != 2 && version != 3 {
		return malformed(path, fmt.Sprintf("qcow2 version %d", version))
	}
	if u64(8) != 0 {
		wrong = append(wrong, &text.Fault{What: fmt.Sprintf(t.Backing, path), Hint: fmt.Sprintf(t.BackingHint, path)})
	}
	if bits := u32(20); bits < minClusterBits || bits > maxClusterBits {
		wrong = append(wrong, malformed(path, fmt.Sprintf("cluster bits %d", bits)))
	}
	if disk := u64(24); disk == 0 {
		wrong = append(wrong, malformed(path, "an empty disk"))
	} else if disk > MaxVirtualSize {
		wrong = append(wrong, &text.Fault{What: fmt.Sprintf(t.TooLarge, path, size(int64(min(disk, 1<<62)))), Hint: t.TooLargeHint})
	}
	if u32(32) != 0 {
		wrong = append(wrong, &text.Fault{What: fmt.Sprintf(t.Encrypted, path), Hint: t.EncryptedHint})
	}
	if entries, at := uint64(u32(36)), u64(40); entries == 0 || entries*8 > maxL1Bytes || at == 0 || at > uint64(length) || at+entries*8 > uint64(length) {
		wrong = append(wrong, malformed(path, "the cluster table lies outside the file"))
	}
	if u32(60) != 0 {
		wrong = append(wrong, &text.Fault{What: fmt.Sprintf(t.Snapshots, path), Hint: fmt.Sprintf(t.SnapshotsHint, path)})
	}
	if version == 3 {
		features := u64(72)
		if features&(1<<qcow2.IncompatibleFeaturesDirtyBit|1<<qcow2.IncompatibleFeaturesCorruptBit) != 0 {
			wrong = append(wrong, &text.Fault{What: fmt.Sprintf(t.Dirty, path), Hint: fmt.Sprintf(t.DirtyHint, path)})
		}
		if features&(1<<qcow2.IncompatibleFeaturesExternalDataFileBit) != 0 {
			wrong = append(wrong, &text.Fault{What: fmt.Sprintf(t.External, path), Hint: fmt.Sprintf(t.ExternalHint, path)})
		}
		const known = 1<<(qcow2.IncompatibleFeaturesExtendedL2EntriesBit+1) - 1
		if features&^known != 0 {
			wrong = append(wrong, malformed(path, fmt.Sprintf("unknown features %#x", features)))
		}
		if n := u32(100); n < 104 || n > 1<<16 || int64(n) > length {
			wrong = append(wrong, malformed(path, fmt.Sprintf("header of %d bytes", n)))
		}
	}
	return errors.Join(wrong...)
}

func malformed(path, why string) error {
	t := &text.T().Image
	return &text.Fault{What: fmt.Sprintf(t.Malformed, path, why), Hint: t.MalformedHint}
}

// partitioned says whether there is the boot signature that both an MBR and the
// protective MBR of a GPT end with, and at least one entry.
func partitioned(ra io.ReaderAt) bool {
	var sector [512]byte
	if _, err := ra.ReadAt(sector[:], 0); err != nil || sector[510] != 0x55 || sector[511] != 0xaa {
		return false
	}
	for entry := 446; entry < 510; entry += 16 {
		if sector[entry+4] != 0 {
			return true
		}
	}
	return false
}
