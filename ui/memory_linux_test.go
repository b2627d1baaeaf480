package ui

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// inMemory is how much of a mapping a process has in memory, in KiB.
func inMemory(t *testing.T, m mapping) (kib int) {
	t.Helper()
	smaps, err := os.ReadFile("/proc/self/smaps")
	if err != nil {
		t.Skip(err)
	}
	_, after, _ := strings.Cut(string(smaps), fmt.Sprintf("%x-%x ", m.from, m.to))
	_, after, _ = strings.Cut(after, "\nRss:")
	if n, _ := fmt.Sscanf(after, "%d kB", &kib); n != 1 {
		t.Skip("the kernel does not say what is in memory")
	}
	return kib
}

func TestPagesThatAreGivenBackComeAgain(t *testing.T) {
	const size = 1 << 20
	want := bytes.Repeat([]byte("lobster "), size/8)
	path := filepath.Join(t.TempDir(), "library")
	if err := os.WriteFile(path, want, 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	data, err := unix.Mmap(int(f.Fd()), 0, size, unix.PROT_READ, unix.MAP_PRIVATE)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Munmap(data) //nolint:errcheck // the test is over
	if !bytes.Equal(data, want) {
		t.Fatal("the file is not what it is")
	}
	from := uintptr(unsafe.Pointer(unsafe.SliceData(data)))
	m := mapping{from, from + size}
	if before := inMemory(t, m); before != size>>10 {
		t.Skipf("%d KiB of it are in memory", before) // this computer is short of it
	}
	giveBack([]mapping{m})
	if after := inMemory(t, m); after != 0 {
		t.Errorf("%d KiB are still in memory", after)
	}
	if !bytes.Equal(data, want) {
		t.Error("what came again is something else")
	}
}

// It goes on from its own code and constants, and those of its libraries.
func TestTheProgramGoesOnWhenItsPagesAreGivenBack(t *testing.T) {
	pages := spare()
	if len(pages) < 2 {
		t.Fatalf("only %x was found", pages)
	}
	for range 3 {
		giveBack(pages)
		if words := strings.Fields(constants); len(words) != 7 || words[6] != "are" {
			t.Errorf("%q", words)
		}
		if _, err := os.ReadDir("/"); err != nil {
			t.Error(err)
		}
	}
}

func TestOnlyWhatCannotBeWrittenToIsGivenBack(t *testing.T) {
	const maps = `00400000-00402000 r--p 00000000 fe:00 1234 /usr/bin/clawarium
00402000-00a2a000 r-xp 00002000 fe:00 1234 /usr/bin/clawarium
00a2a000-010fc000 r--p 0062a000 fe:00 1234 /usr/bin/clawarium
010fc000-010fd000 r--p 00cfb000 fe:00 1234 /usr/bin/clawarium
010fd000-01225000 rw-p 00cfc000 fe:00 1234 /usr/bin/clawarium
01225000-01300000 r-xp 00000000 00:00 0
01300000-01400000 r-xs 00001000 fe:00 99 /usr/lib/shared
01400000-01500000 r-xp 00000000 fe:00 98 /usr/lib/libold.so
01500000-01600000 r--p 00001000 fe:00 97 /usr/lib/libvirt.so.0
01600000-01700000 r-xp 00101000 fe:00 97 /usr/lib/libvirt.so.0
01700000-01800000 rwxp 00201000 fe:00 97 /usr/lib/libvirt.so.0
01800000-01900000 r-xp 00001000 00:01 96 /memfd:closures (deleted)
7ffd0000-7ffd2000 r-xp 00001000 00:00 0 [vdso]
nonsense-00ff r-xp 1 0 0 /x
short
`
	if got := unwritable(maps, 0xa2a010); !slices.Equal(got, []mapping{{0x402000, 0xa2a000}, {0xa2a000, 0x10fc000}, {0x1600000, 0x1700000}}) {
		t.Errorf("%x", got)
	}
	if got := unwritable(maps, 0x10fd000); !slices.Equal(got, []mapping{{0x402000, 0xa2a000}, {0x1600000, 0x1700000}}) {
		t.Errorf("%x, of which a part can be written to", got)
	}
}
