#!/bin/sh
# Run by mmdebstrap once the essential packages are unpacked and before the
# others come: settings that must be there when the kernel is configured.
# $1 is the root of the tree.
set -eu
root=$1

mkdir -p "$root/etc/initramfs-tools/conf.d" "$root/etc/kernel/postinst.d"

# The machine has virtio disks and nothing else, so the initramfs carries the
# drivers for those instead of every driver there is: it is read by firmware and
# unpacked in seconds that count fivefold under emulation.
cat >"$root/etc/initramfs-tools/conf.d/clawarium" <<'END'
MODULES=list
BUSYBOX=n
KEYMAP=n
COMPRESS=zstd
COMPRESSLEVEL=19
FSTYPE=ext4
RESUME=none
END
cat >"$root/etc/initramfs-tools/modules" <<'END'
virtio_pci
virtio_blk
ext4
END
