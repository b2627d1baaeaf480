package ui

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

// ofFiles is what this process has in memory of files, in KiB.
func ofFiles(t *testing.T) (kib int) {
	t.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Skip(err)
	}
	for line := range strings.Lines(string(status)) {
		if n, _ := fmt.Sscanf(line, "RssFile: %d kB", &kib); n == 1 {
			return kib
		}
	}
	t.Skip("the kernel does not say what is of files")
	return 0
}

func TestTheProgramsOwnPagesAreGivenBackAndComeAgain(t *testing.T) {
	before := ofFiles(t)
	giveBack()
	after := ofFiles(t)
	if before-after < 1024 {
		t.Errorf("%d KiB of files before, %d after", before, after)
	}
	if constants != strings.Join([]string{"where", "the", "constants", "of", "the", "program", "are"}, " ") {
		t.Error("a constant is not what it was")
	}
}

func TestOnlyWhatCannotBeWrittenToIsGivenBack(t *testing.T) {
	const maps = `00400000-00402000 r--p 00000000 fe:00 1234 /usr/bin/clawarium
00402000-00a2a000 r-xp 00002000 fe:00 1234 /usr/bin/clawarium
00a2a000-010fc000 r--p 0062a000 fe:00 1234 /usr/bin/clawarium
010fc000-010fd000 r--p 00cfb000 fe:00 1234 /usr/bin/clawarium
010fd000-01225000 rw-p 00cfc000 fe:00 1234 /usr/bin/clawarium
01225000-01300000 r--p 00000000 00:00 0
01300000-01400000 r--s 00000000 fe:00 99 /usr/lib/locale
7ffd0000-7ffd2000 r-xp 00000000 00:00 0 [vdso]
nonsense-00ff r-xp 0 0 0 /x
short
`
	if got := unwritable(maps, 0x402000, 0xa2a010); !slices.Equal(got, []mapping{{0x402000, 0xa2a000}, {0xa2a000, 0x10fc000}}) {
		t.Errorf("%x", got)
	}
	for _, a := range []uintptr{0x10fd000, 0x1225000, 0x1300000, 0x7ffd0000, 0, 0x10} {
		if got := unwritable(maps, a); len(got) > 0 {
			t.Errorf("%x: %x would be given back", a, got)
		}
	}
}
