package guest

// This file: an image in ISO 9660 with a few files in its one directory, made in
// memory. Joliet, the second description in it, carries their names as they are. There
// is no time in it, so that the same files give the same image. It does no more than
// that; a library that does would be a fiftieth of the program.

import (
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf16"
)

// Where things are, in sectors: two volume descriptors and their end, two path
// tables for each, the directory of each, the files.
const (
	sector        = 2048
	isoDescriptor = 16
	isoPaths      = 19
	isoDirectory  = 23
	isoFiles      = 25
)

// isoDate is the first moment of 2000, UTC, as ISO 9660 writes it in directories.
var isoDate = []byte{100, 1, 1, 0, 0, 0, 0}

const isoLongDate = "2000010100000000\x00"

// isoImage writes the image. Labels and names are plain ASCII.
func isoImage(label string, files map[string][]byte) ([]byte, error) {
	names := slices.Sorted(maps.Keys(files))
	image := make([]byte, isoFiles*sector)
	at := map[string]int{}
	for _, name := range names {
		at[name] = len(image) / sector
		image = append(image, files[name]...)
		image = append(image, make([]byte, (sector-len(files[name])%sector)%sector)...)
	}
	for i, d := range []isoForm{{short: true}, {}} {
		directory := isoDirectory + i
		table := isoPaths + 2*i
		copy(image[(isoDescriptor+i)*sector:], d.descriptor(label, len(image)/sector, table, directory))
		copy(image[table*sector:], isoPathTable(binary.LittleEndian, directory))
		copy(image[(table+1)*sector:], isoPathTable(binary.BigEndian, directory))
		records := slices.Concat(isoRecord("\x00", directory, sector, 2), isoRecord("\x01", directory, sector, 2))
		for _, name := range names {
			records = append(records, isoRecord(d.name(name), at[name], len(files[name]), 0)...)
		}
		if len(records) > sector {
			return nil, fmt.Errorf("iso: %d files are too many", len(names))
		}
		copy(image[directory*sector:], records)
	}
	copy(image[(isoDescriptor+2)*sector:], "\xffCD001\x01")
	return image, nil
}

// isoForm is one of the two descriptions of the same files: the first one, whose names
// are eight letters and digits, or Joliet.
type isoForm struct{ short bool }

// name is what a file is called.
func (f isoForm) name(name string) string {
	if !f.short {
		return ucs2(name)
	}
	plain := strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return '_'
	}, strings.ToUpper(name))
	return plain[:min(len(plain), 8)] + ".;1"
}

// words fills n bytes.
func (f isoForm) words(s string, n int) []byte {
	if f.short {
		return fmt.Appendf(nil, "%-*s", n, s)
	}
	s = ucs2(fmt.Sprintf("%-*s", n/2, s))
	return append([]byte(s), make([]byte, n-len(s))...)
}

func ucs2(s string) string {
	var out []byte
	for _, u := range utf16.Encode([]rune(s)) {
		out = binary.BigEndian.AppendUint16(out, u)
	}
	return string(out)
}

// descriptor is that of a volume. Places are those of ECMA-119, 8.4 and 8.5.
func (f isoForm) descriptor(label string, sectors, table, directory int) []byte {
	d := make([]byte, sector)
	copy(d, "\x01CD001\x01")
	if !f.short {
		d[0] = 2
		copy(d[88:], "%/E") // UCS-2, level 3
	}
	copy(d[8:], f.words("", 32))
	copy(d[40:], f.words(label, 32))
	copy(d[80:], both32(sectors))
	copy(d[120:], both16(1)) // volumes in the set
	copy(d[124:], both16(1))
	copy(d[128:], both16(sector))
	copy(d[132:], both32(10)) // bytes of a path table
	binary.LittleEndian.PutUint32(d[140:], uint32(table))
	binary.BigEndian.PutUint32(d[148:], uint32(table+1))
	copy(d[156:], isoRecord("\x00", directory, sector, 2))
	for _, field := range [][2]int{{190, 128}, {318, 128}, {446, 128}, {574, 128}, {702, 37}, {739, 37}, {776, 37}} {
		copy(d[field[0]:], f.words("", field[1])) // who made it, and with what
	}
	copy(d[813:], isoLongDate+isoLongDate+"0000000000000000\x00"+isoLongDate)
	d[881] = 1
	return d
}

// isoPathTable names the root directory alone.
func isoPathTable(order binary.AppendByteOrder, directory int) []byte {
	t := order.AppendUint32([]byte{1, 0}, uint32(directory))
	return append(order.AppendUint16(t, 1), 0, 0)
}

// isoRecord is an entry of a directory; flags 2 are those of a directory.
func isoRecord(name string, at, length int, flags byte) []byte {
	r := slices.Concat([]byte{0, 0}, both32(at), both32(length), isoDate, []byte{flags, 0, 0}, both16(1), []byte{byte(len(name))}, []byte(name))
	if len(r)%2 == 1 {
		r = append(r, 0)
	}
	r[0] = byte(len(r))
	return r
}

// both32 is a number in both orders of bytes, as ISO 9660 has most of them.
func both32(n int) []byte {
	return binary.BigEndian.AppendUint32(binary.LittleEndian.AppendUint32(nil, uint32(n)), uint32(n))
}

func both16(n int) []byte {
	return binary.BigEndian.AppendUint16(binary.LittleEndian.AppendUint16(nil, uint16(n)), uint16(n))
}
