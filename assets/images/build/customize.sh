#!/bin/sh
# Run by mmdebstrap when every package is configured: makes the tree a machine
# that boots by UEFI with only virtio disks and a serial console, and that
# cloud-init finishes on first boot. $1 is the root of the tree; CONSOLE, LOADER
# and ARCH come from the caller.
set -eu
root=$1
in_tree() { chroot "$root" env DEBIAN_FRONTEND=noninteractive LC_ALL=C "$@"; }

# --- identity: made on first boot, never shipped -----------------------------
rm -f "$root"/etc/ssh/ssh_host_*
rm -f "$root/var/lib/dbus/machine-id"
# "uninitialized" makes systemd treat the first boot as one.
echo uninitialized >"$root/etc/machine-id"
rm -f "$root/var/lib/systemd/random-seed" "$root/var/lib/systemd/credential.secret"
echo clawarium >"$root/etc/hostname"
printf '127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n' >"$root/etc/hosts"
in_tree passwd -l root >/dev/null

# --- file systems ------------------------------------------------------------
cat >"$root/etc/fstab" <<'END'
LABEL=clawarium-root / ext4 rw,relatime,errors=remount-ro 0 1
LABEL=CLAWESP /boot/efi vfat noauto,umask=0077 0 0
END
mkdir -p "$root/boot/efi"

# --- kernel on the EFI partition ---------------------------------------------
# Debian's kernel and initramfs packages run these hooks, so a kernel upgrade in
# the guest reaches the EFI partition as it reaches /boot.
cat >"$root/usr/local/sbin/clawarium-esp" <<'END'
#!/bin/sh
# Puts the newest kernel of /boot on the EFI partition and keeps the one before
# it as the second entry.
set -eu
esp=${1:-/boot/efi}
mounted=
if [ "$esp" = /boot/efi ] && ! mountpoint -q "$esp"; then
	# While the image is being built there is no such partition yet.
	[ -e /dev/disk/by-label/CLAWESP ] || exit 0
	mount "$esp"
	mounted=yes
	trap '[ -z "$mounted" ] || umount "$esp"' EXIT
fi
options=$(cat /etc/kernel/cmdline)
mkdir -p "$esp/loader/entries" "$esp/linux"
keep=
for version in $(linux-version list | linux-version sort --reverse); do
	[ -e "/boot/vmlinuz-$version" ] && [ -e "/boot/initrd.img-$version" ] || continue
	if [ -z "$keep" ]; then default=$version; fi
	keep="$keep $version"
	for file in vmlinuz initrd.img; do
		cmp -s "/boot/$file-$version" "$esp/linux/$file-$version" && continue
		cp "/boot/$file-$version" "$esp/linux/new"
		mv "$esp/linux/new" "$esp/linux/$file-$version"
	done
	printf 'title Debian (%s)\nlinux /linux/vmlinuz-%s\ninitrd /linux/initrd.img-%s\noptions %s\n' \
		"$version" "$version" "$version" "$options" >"$esp/loader/entries/new"
	mv "$esp/loader/entries/new" "$esp/loader/entries/$version.conf"
	case $keep in *" "*" "*) break ;; esac
done
[ -n "$keep" ] || exit 0
printf 'default %s.conf\ntimeout 0\neditor no\n' "$default" >"$esp/loader/new"
mv "$esp/loader/new" "$esp/loader/loader.conf"
for entry in "$esp"/loader/entries/*.conf; do
	version=$(basename "$entry" .conf)
	case " $keep " in *" $version "*) continue ;; esac
	rm -f "$entry" "$esp/linux/vmlinuz-$version" "$esp/linux/initrd.img-$version"
done
sync -f "$esp" || sync
END
chmod 0755 "$root/usr/local/sbin/clawarium-esp"
for hook in etc/initramfs/post-update.d etc/kernel/postrm.d; do
	mkdir -p "$root/$hook"
	printf '#!/bin/sh\nexec /usr/local/sbin/clawarium-esp >&2\n' >"$root/$hook/zz-clawarium-esp"
	chmod 0755 "$root/$hook/zz-clawarium-esp"
done
mkdir -p "$root/etc/kernel"
echo "root=LABEL=clawarium-root ro console=$CONSOLE" >"$root/etc/kernel/cmdline"
in_tree update-initramfs -u -k all

# What assemble.sh copies onto the EFI partition.
staging=$root/boot/efi-staging
mkdir -p "$staging/EFI/BOOT"
in_tree /usr/local/sbin/clawarium-esp /boot/efi-staging
cp "$root/usr/lib/systemd/boot/efi/systemd-boot$LOADER.efi" "$staging/EFI/BOOT/BOOT$(echo "$LOADER" | tr a-z A-Z).EFI"

# --- cloud-init: only the seed disk is asked, nothing is waited for -----------
cat >"$root/etc/cloud/cloud.cfg.d/90_clawarium.cfg" <<'END'
datasource_list: [NoCloud, None]
disable_ec2_metadata: true
ssh_genkeytypes: [ed25519]
system_info:
  network:
    renderers: [networkd]
    activators: [networkd]
# Only what the seed of a tank can ask for; packages, snaps and configuration
# management would be looked for on every boot.
cloud_init_modules:
  - seed_random
  - write_files
  - growpart
  - resizefs
  - disk_setup
  - mounts
  - set_hostname
  - update_hostname
  - update_etc_hosts
  - ca_certs
  - users_groups
  - ssh
cloud_config_modules:
  - set_passwords
  - timezone
  - runcmd
cloud_final_modules:
  - scripts_per_once
  - scripts_per_boot
  - scripts_per_instance
  - scripts_user
  - final_message
END

# --- units -------------------------------------------------------------------
in_tree systemctl enable systemd-networkd.service ssh.service >/dev/null 2>&1
# Nothing at boot waits for a network that reaches nothing.
in_tree systemctl disable systemd-networkd-wait-online.service >/dev/null 2>&1 || true
in_tree systemctl mask systemd-networkd-wait-online.service >/dev/null 2>&1
# Useless in such a machine: no graphics, no LVM, no pstore, no foreign binaries;
# its hardware database and catalogue are made here. Of unattended-upgrades only
# the part that waits for a shutdown goes; what installs is started by timers.
for unit in e2scrub_reap.service e2scrub_all.timer fstrim.timer \
	systemd-pstore.service unattended-upgrades.service getty@tty1.service systemd-hwdb-update.service \
	systemd-journal-catalog-update.service systemd-firstboot.service \
	dpkg-db-backup.timer systemd-binfmt.service proc-sys-fs-binfmt_misc.automount \
	dev-hugepages.mount sys-fs-fuse-connections.mount sys-kernel-debug.mount \
	sys-kernel-tracing.mount sys-kernel-config.mount modprobe@drm.service \
	modprobe@fuse.service modprobe@configfs.service; do
	in_tree systemctl mask "$unit" >/dev/null 2>&1
done
in_tree systemd-hwdb update
in_tree journalctl --update-catalog >/dev/null
in_tree ldconfig
# No VSOCK device, no GPT discovery (fstab names what is mounted), no /etc/rc*.
mkdir -p "$root/etc/systemd/system-generators"
for generator in systemd-ssh-generator systemd-gpt-auto-generator systemd-sysv-generator \
	systemd-hibernate-resume-generator systemd-cryptsetup-generator \
	systemd-veritysetup-generator systemd-integritysetup-generator systemd-bless-boot-generator; do
	ln -sf /dev/null "$root/etc/systemd/system-generators/$generator"
done
# Upgrades stay automatic, out of the way of boot.
for timer in apt-daily apt-daily-upgrade; do
	mkdir -p "$root/etc/systemd/system/$timer.timer.d"
	printf '[Timer]\nOnBootSec=30min\n' >"$root/etc/systemd/system/$timer.timer.d/clawarium.conf"
done
# systemd-update-done compares these with /usr: saying it is up to date keeps
# ldconfig, hwdb, sysusers and the catalogue from running on first boot.
touch "$root/etc/.updated" "$root/var/.updated"

# --- small -------------------------------------------------------------------
# $root/tmp is mmdebstrap's: it keeps apt's configuration there until the end.
rm -f "$root/etc/apt/apt.conf.d/99mmdebstrap"
rm -rf "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/*
find "$root/var/log" -type f -delete
mkdir -p "$root/var/lib/apt/lists/partial" "$root/var/cache/apt/archives/partial" "$root/var/log/journal"
# shellcheck disable=SC2016
in_tree dpkg-query -W -f '${Package}\t${Version}\t${Architecture}\n' >"$root/usr/share/clawarium-packages"
