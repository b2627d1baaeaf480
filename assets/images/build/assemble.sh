#!/bin/sh
# Reads the tree as a tar archive, and writes the disk as qcow2 to standard
# output. Run as root, or as the root of a user namespace: it mounts nothing and
# opens no device. ROOT_MIB is the size of the root file system; the guest grows
# it to its disk on first boot. EPOCH is the time stamp of all that it makes.
set -eu
exec 3>&1 1>&2
# The caller clears TMPDIR away, however this ends.
cd "$(mktemp -d)"

mkdir tree
# Device nodes cannot be made in a user namespace; the kernel makes its own.
tar -x -C tree --numeric-owner --xattrs --xattrs-include='*' --exclude='./dev/*'
mv tree/boot/efi-staging esp
# The caller keeps the list; it ends here.
sed 's/^/package:\t/' tree/usr/share/clawarium-packages
rm tree/usr/share/clawarium-packages

esp_mib=256
disk_mib=$((1 + esp_mib + ROOT_MIB + 1))
truncate -s "${disk_mib}M" disk
sfdisk -q disk <<END
label: gpt
label-id: 6A0C0E5A-3B5C-4C43-9A44-C1A3A2104D01
first-lba: 2048
start=1MiB, size=${esp_mib}MiB, type=C12A7328-F81F-11D2-BA4B-00A0C93EC93B, uuid=6A0C0E5A-3B5C-4C43-9A44-C1A3A2104D02, name=ESP
start=$((1 + esp_mib))MiB, size=${ROOT_MIB}MiB, type=0FC63DAF-8483-4772-8E79-3D69D8477DE4, uuid=6A0C0E5A-3B5C-4C43-9A44-C1A3A2104D03, name=root
END

truncate -s "${esp_mib}M" espfs
mkfs.vfat -F 32 -n CLAWESP -i C1A3A210 --invariant espfs >/dev/null
(cd esp && MTOOLS_SKIP_CHECK=1 mcopy -i ../espfs -s -m ./* ::/)
dd if=espfs of=disk bs=1M seek=1 conv=notrunc,sparse status=none

E2FSPROGS_FAKE_TIME=$EPOCH mke2fs -q -t ext4 -L clawarium-root \
	-U 6a0c0e5a-3b5c-4c43-9a44-c1a3a2104d04 \
	-E "offset=$(((1 + esp_mib) * 1048576)),hash_seed=6a0c0e5a-3b5c-4c43-9a44-c1a3a2104d05,lazy_itable_init=0,root_owner=0:0" \
	-d tree disk "${ROOT_MIB}M"

# Compressed, it is smaller but slower to read under emulation's disk thread and
# slower to make; the cache is local, so it stays plain.
qemu-img convert -f raw -O qcow2 disk disk.qcow2
cat disk.qcow2 >&3
