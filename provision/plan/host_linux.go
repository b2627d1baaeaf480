package plan

import (
	"bufio"
	"os"
	"strconv"
	"strings"
)

// installedMemory is MemTotal, which the kernel gives in KiB (proc(5)).
func installedMemory() Size {
	f, err := os.Open("/proc/meminfo")
	if err != nil {
		return 0
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		if rest, ok := strings.CutPrefix(lines.Text(), "MemTotal:"); ok {
			kib, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(rest, "kB")), 10, 64)
			if err != nil {
				return 0
			}
			return Size(kib) << 10
		}
	}
	return 0
}
