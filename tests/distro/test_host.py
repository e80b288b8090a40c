# SPDX-License-Identifier: MIT
"""A Debian that packs its own initramfs, `rdinit pack --host`, and boots by it: part of `make check-all`.

The first boot is through an image for the machine and the root. Somebody logs in, runs the hook of Debian's
kernels, and copies what it made to a second disk. The second boot is by that, without a word of root= on the
kernel's line."""
import shutil
import subprocess
from pathlib import Path

import systems
from systems import RDINIT, Console, root_of

PROJECT = Path(__file__).resolve().parents[2]
KERNEL = next(iter(sorted((PROJECT / "build/kernel/debian/boot").glob("vmlinuz-*"))), None)
PACKAGES = ("systemd-sysv,udev,dbus,libpam-systemd,login,kmod,libelf1,libjansson4,libxxhash0,liblz4-1,"
            "libbz2-1.0,libext2fs2,libnettle8,debianutils")
PACK = ("run-parts --exit-on-error --arg=$(uname -r) /etc/kernel/postinst.d && "
        "cat /boot/rdinit.img-$(uname -r) >/dev/vdb && sync && echo PACKED")


def install(root):
    """What `make install HOOKS=1` and a kernel's package install."""
    (root / "etc/fstab").write_text("/dev/vda / ext4 defaults,errors=remount-ro 0 1\n")
    release = KERNEL.name[len("vmlinuz-"):]
    shutil.copytree(KERNEL.parents[1] / "lib/modules" / release, root / "usr/lib/modules" / release)
    for file in (KERNEL, KERNEL.with_name(f"config-{release}")):
        shutil.copy(file, root / "boot")
    subprocess.run(["make", "-C", PROJECT, "-s", "install", "HOOKS=1", f"DESTDIR={root}", "PREFIX=/usr"], check=True)


def boot(disk, *words):
    return Console(RDINIT, "run", "--memory", "768", "--timeout", systems.PATIENCE, "--kernel", KERNEL, "--disk",
                   f"{disk},virtio", *words)


def test_a_debian_packs_the_image_that_it_boots_by(tmp_path):
    assert KERNEL, "no kernel unpacked: run `make deps`"
    disk, packed = systems.disk_of(systems.make(tmp_path, PACKAGES, install), systems.ext4), tmp_path / "packed.img"
    packed.write_bytes(bytes(4 << 20))
    first = tmp_path / "first.img"
    subprocess.run([RDINIT, "pack", "-o", first, "--kernel", KERNEL, "--for-machine", "q35", "--for-root", disk],
                   check=True)
    with boot(disk, "--disk", f"{packed},virtio", "--append", "root=/dev/vda rw", first) as console:
        console.log_in()
        assert console.ask(PACK).endswith("PACKED")
        assert console.power_off() == 0
    listed = subprocess.run([RDINIT, "cat", packed, "/etc/rdinit/cmdline"], capture_output=True, text=True,
                            check=True).stdout
    assert listed == "root=/dev/vda rootfstype=ext4\n"
    with boot(disk, packed) as console:
        console.log_in()
        assert console.ask("systemctl is-system-running --wait") == "running"
        assert root_of(console)[:3] == ["/dev/vda", "/", "ext4"]
        assert console.power_off() == 0
