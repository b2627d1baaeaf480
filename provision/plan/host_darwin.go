package plan

import "golang.org/x/sys/unix"

// installedMemory asks the kernel, in bytes (sysctl(3)).
func installedMemory() Size {
	n, err := unix.SysctlUint64("hw.memsize")
	if err != nil {
		return 0
	}
	return Size(n)
}
