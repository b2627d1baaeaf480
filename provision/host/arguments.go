package host

// What macOS's kernel says of a process, in the form of its kern.procargs2.

import (
	"bytes"
	"encoding/binary"
	"strings"
)

// argumentsOf are the arguments in it: their number, in the order of bytes of both
// processors that there are Macs with, the program's path, zeros up to a boundary, the
// arguments, and what is not looked at, the environment. None where it is anything else.
func argumentsOf(raw []byte) []string {
	if len(raw) < 4 {
		return nil
	}
	n, rest := int(binary.LittleEndian.Uint32(raw)), raw[4:]
	end := bytes.IndexByte(rest, 0)
	if end < 0 || n < 1 {
		return nil
	}
	args := strings.Split(string(bytes.TrimLeft(rest[end:], "\x00")), "\x00")
	if len(args) <= n { // the last one ends with a zero too
		return nil
	}
	return args[:n]
}
