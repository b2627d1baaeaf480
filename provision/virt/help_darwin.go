package virt

// This file: the processor's help for virtual machines as macOS offers it
// (Hypervisor.framework), and where Homebrew has QEMU's firmware. Not tried on a Mac.

const (
	helpName   = "hvf"
	helpDevice = "" // a call of the system; nothing to open
	homebrew   = "brew install libvirt qemu; brew services restart libvirt"
	seccomp    = false
)

// firmwareCode are QEMU's own builds, below Homebrew's directories on Apple silicon,
// on Intel, and MacPorts'.
var firmwareCode = map[string][]string{
	"amd64": {"/usr/local/share/qemu/edk2-x86_64-code.fd", "/opt/homebrew/share/qemu/edk2-x86_64-code.fd", "/opt/local/share/qemu/edk2-x86_64-code.fd"},
	"arm64": {"/opt/homebrew/share/qemu/edk2-aarch64-code.fd", "/usr/local/share/qemu/edk2-aarch64-code.fd", "/opt/local/share/qemu/edk2-aarch64-code.fd"},
}
