#!/bin/sh
# SPDX-License-Identifier: MIT
# deps.sh - installs what building and running rdinit needs, with Debian's apt-get.
# WITH="test kernel all": what tests need, too; what `make kernel` needs; what check-all has more.
# DEPS=skip: install nothing, say what is missing.
set -eu

PACKAGES="gcc libc6-dev make musl-tools linux-libc-dev libkmod-dev libext2fs-dev libelf-dev libzstd-dev zlib1g-dev
	liblzma-dev liblz4-dev libbz2-dev libxxhash-dev libjansson-dev libarchive-dev nettle-dev busybox-static kmod qemu-system-x86"
TEST_PACKAGES="libcmocka-dev kbd console-data clang libclang-rt-dev clang-format shellcheck pyflakes3 binutils bzip2 mandoc cpio lz4 xz-utils zstd strace
	e2fsprogs sqlite3 perl mmdebstrap python3 python3-pytest python3-pytest-xdist python3-pexpect
	xfsprogs btrfs-progs f2fs-tools squashfs-tools erofs-utils dosfstools exfatprogs ntfs-3g udftools
	xorriso cryptsetup-bin bcache-tools fdisk swtpm
	jfsutils nilfs-tools reiserfsprogs ocfs2-tools gfs2-utils genromfs"
KERNEL_PACKAGES="binutils flex bison bc perl libssl-dev xz-utils lz4 ccache"
ALL_PACKAGES="ovmf udev systemd-boot-efi mtools nftables libarchive-tools initramfs-tools-core dracut-core"
wanted_packages=$PACKAGES
for part in ${WITH:-}; do
	case $part in
	test) wanted_packages="$wanted_packages $TEST_PACKAGES" ;;
	kernel) wanted_packages="$wanted_packages $KERNEL_PACKAGES" ;;
	all) wanted_packages="$wanted_packages $TEST_PACKAGES $ALL_PACKAGES" ;;
	esac
done
KERNEL=linux-image-cloud-amd64

build=${1:?usage: deps.sh BUILD-DIRECTORY}

as_root() {
	if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# Another program may hold apt's locks, as unattended-upgrades does for minutes: apt-get waits for
# dpkg's alone, and gives up at once where the lists are locked.
apt_get() {
	tries=${LOCK_TRIES:-60}
	errors=$(mktemp)
	while ! as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=600 "$@" 2>"$errors"; do
		cat "$errors" >&2
		tries=$((tries - 1))
		if ! grep -q 'Could not get lock' "$errors" || [ $tries -le 0 ]; then
			rm -f "$errors"
			return 1
		fi
		echo "deps: another program holds apt's lock: waiting for it" >&2
		sleep "${LOCK_SECONDS:-10}"
	done
	cat "$errors" >&2
	rm -f "$errors"
}

has_kernel() {
	ls "$build"/kernel/debian/boot/vmlinuz-* >/dev/null 2>&1
}

missing() {
	for package in $wanted_packages; do
		dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' ||
			printf ' %s' "$package"
	done
}

refuse() {
	echo "deps: $1" >&2
	echo "deps: needed, by Debian's names:" $PACKAGES >&2
	echo "deps: for make check:" $TEST_PACKAGES >&2
	echo "deps: and a kernel: --kernel, \$RDINIT_KERNEL or /boot/vmlinuz-*" >&2
	exit 1
}

# The package that the newest kernel stands in; nothing where apt-get has no lists yet.
kernel_package() {
	apt-cache depends "$KERNEL" 2>/dev/null |
		sed -n 's/.*Depends: \(linux-image-[0-9].*\)/\1/p' | head -n 1
}

# Into the current directory; old lists may name a package that is gone.
download() {
	apt-get -q download "$1" || { apt_get update && apt-get -q download "$1"; }
}

# Debian's other busybox, which cannot be installed beside the static one: tests read its list of applets.
unpack_busybox() {
	rm -rf "$build/busybox" "$build/busybox.new"
	mkdir -p "$build/busybox.new/root"
	(cd "$build/busybox.new" && download busybox)
	dpkg -x "$build"/busybox.new/*.deb "$build/busybox.new/root"
	mv "$build/busybox.new/root" "$build/busybox"
	rm -rf "$build/busybox.new"
}

# The kernel is unpacked, not installed: nothing of the host's own boot changes.
unpack_kernel() {
	[ -n "$(kernel_package)" ] || apt_get update
	name=$(kernel_package)
	[ -n "$name" ] || refuse "apt-get knows no $KERNEL"
	rm -rf "$build/kernel/debian" "$build/kernel/unpack"
	mkdir -p "$build/kernel/unpack/root"
	(cd "$build/kernel/unpack" && download "$name")
	dpkg -x "$build"/kernel/unpack/*.deb "$build/kernel/unpack/root"
	release=$(ls "$build/kernel/unpack/root/lib/modules")
	/sbin/depmod -b "$build/kernel/unpack/root" "$release"
	mv "$build/kernel/unpack/root" "$build/kernel/debian"
	rm -rf "$build/kernel/unpack"
}

command -v apt-get >/dev/null || [ "${DEPS:-}" = skip ] ||
	refuse "this is no Debian: install what is listed, then run make with DEPS=skip"

wanted=$(command -v dpkg-query >/dev/null && missing || true)
if [ "${DEPS:-}" = skip ]; then
	[ -z "$wanted" ] || echo "deps: missing:$wanted" >&2
	has_kernel || ls "${RDINIT_KERNEL:-/nonexistent}" /boot/vmlinuz-* >/dev/null 2>&1 ||
		echo "deps: missing: a kernel to boot: --kernel, \$RDINIT_KERNEL or /boot/vmlinuz-*" >&2
	exit 0
fi
if [ -n "$wanted" ]; then
	echo "deps: installing$wanted"
	apt_get update
	apt_get install -y --no-install-recommends $wanted
fi
has_kernel || unpack_kernel
case " ${WITH:-} " in
*" test "* | *" all "*) [ -x "$build/busybox/bin/busybox" ] || unpack_busybox ;;
esac
