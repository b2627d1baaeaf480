package virt

// This file: the processor's help for virtual machines as Linux offers it.

// helpName is what QEMU and libvirt call it, helpDevice what it is reached by, and
// homebrew what a Mac's owner types in place of every hint of Linux.
const (
	helpName   = "kvm"
	helpDevice = "/dev/kvm"
	homebrew   = ""
	seccomp    = true // which QEMU's sandbox is made of
)

// firmwareCode are the places of UEFI code without Secure Boot, by
// architecture, as Debian, Fedora, Arch and openSUSE install it.
var firmwareCode = map[string][]string{
	"amd64": {
		"/usr/share/OVMF/OVMF_CODE_4M.fd", "/usr/share/OVMF/OVMF_CODE.fd",
		"/usr/share/edk2/ovmf/OVMF_CODE.fd", "/usr/share/edk2/x64/OVMF_CODE.4m.fd",
		"/usr/share/qemu/ovmf-x86_64-code.bin",
	},
	"arm64": {
		"/usr/share/AAVMF/AAVMF_CODE.fd", "/usr/share/edk2/aarch64/QEMU_EFI-pflash.raw",
		"/usr/share/edk2/aarch64/QEMU_CODE.fd", "/usr/share/qemu/aavmf-aarch64-code.bin",
	},
}
