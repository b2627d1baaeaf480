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
	"strings"

	"github.com/clawarium/clawarium/assets/text"
)

// MaxVirtualSize is the largest disk that is taken, in bytes.
const MaxVirtualSize = 2 << 40

// The formats that are taken.
const (
	formatQcow2 = "qcow2"
	formatRaw   = "raw"
)

const qcow2Magic = "QFI\xfb"

// otherFormats are those that virtual machines know besides, by what they begin with.
// Everything else may be a raw disk.
var otherFormats = []struct {
	name  string
	at    int
	magic string
}{
	{"vmdk", 0, "KDMV"}, {"vmdk", 0, "COWD"}, {"vmdk", 0, "# Disk DescriptorFile"},
	{"vhdx", 0, "vhdxfile"}, {"vdi", 0x40, "\x7f\x10\xda\xbe"}, {"vpc", 0, "conectix"},
	{"parallels", 0, "WithoutFreeSpace"}, {"parallels", 0, "WithouFreSpacExt"}, {"asif", 0, "shdw"},
}

// Bits of the incompatible features of a qcow2 header.
const (
	featureDirty = 1 << iota
	featureCorrupt
	featureExternalData
	featureCompressionType
	featureExtendedL2

	knownFeatures = featureDirty | featureCorrupt | featureExternalData | featureCompressionType | featureExtendedL2
)

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
	var sector [512]byte
	if _, err := ra.ReadAt(sector[:], 0); err != nil && err != io.EOF {
		return "", 0, err
	}
	if string(sector[:4]) == qcow2Magic {
		if virtualSize, err = header(path, ra, length); err != nil {
			return "", 0, err
		}
		return formatQcow2, virtualSize, nil
	}
	for _, f := range otherFormats {
		if strings.HasPrefix(string(sector[f.at:]), f.magic) {
			return "", 0, &text.Fault{What: fmt.Sprintf(t.Format, path, f.name), Hint: fmt.Sprintf(t.FormatHint, path, f.name)}
		}
	}
	if !partitioned(ra) {
		return "", 0, &text.Fault{What: fmt.Sprintf(t.NotBootable, path), Hint: t.NotBootableHint}
	}
	if length > MaxVirtualSize {
		return "", 0, &text.Fault{What: fmt.Sprintf(t.TooLarge, path, size(length)), Hint: t.TooLargeHint}
	}
	return formatRaw, length, nil
}

// header returns the size of a qcow2 disk. It refuses a header that points outside its
// own file, or that would make a reader use unreasonable memory. Offsets are those of
// QEMU's docs/interop/qcow2.txt. Every reason is reported at once.
func header(path string, ra io.ReaderAt, length int64) (virtualSize int64, err error) {
	t := &text.T().Image
	var h [104]byte
	if n, err := ra.ReadAt(h[:], 0); n < 72 {
		return 0, malformed(path, fmt.Sprint(err))
	}
	u32 := func(at int) uint32 { return binary.BigEndian.Uint32(h[at:]) }
	u64 := func(at int) uint64 { return binary.BigEndian.Uint64(h[at:]) }

	var wrong []error
	version := u32(4)
	if version != 2 && version != 3 {
		return 0, malformed(path, fmt.Sprintf("qcow2 version %d", version))
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
		if features&(featureDirty|featureCorrupt) != 0 {
			wrong = append(wrong, &text.Fault{What: fmt.Sprintf(t.Dirty, path), Hint: fmt.Sprintf(t.DirtyHint, path)})
		}
		if features&featureExternalData != 0 {
			wrong = append(wrong, &text.Fault{What: fmt.Sprintf(t.External, path), Hint: fmt.Sprintf(t.ExternalHint, path)})
		}
		if features&^uint64(knownFeatures) != 0 {
			wrong = append(wrong, malformed(path, fmt.Sprintf("unknown features %#x", features)))
		}
		if n := u32(100); n < 104 || n > 1<<16 || int64(n) > length {
			wrong = append(wrong, malformed(path, fmt.Sprintf("header of %d bytes", n)))
		}
	}
	if err := errors.Join(wrong...); err != nil {
		return 0, err
	}
	return int64(u64(24)), nil
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
