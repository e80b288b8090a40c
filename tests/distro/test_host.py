"""A Debian that packs its own initramfs, `rdinit pack --host`, and boots by it: part of `make check-all`.

The first boot, through an image for the machine and the root, runs the hook of Debian's kernels in
the guest and writes what it made to a second disk. The second boot is by that, without a word of
root= on the kernel's line."""
import shutil
import subprocess


from test_debian import MARK, ROOT, RDINIT, SYSTEMD_UNIT, make_disk

KERNEL = next(iter(sorted((ROOT / "build/kernel/debian/boot").glob("vmlinuz-*"))), None)
PACKAGES = ("systemd-sysv,udev,dbus,libpam-systemd,login,kmod,libelf1,libjansson4,libxxhash0,liblz4-1,"
            "libbz2-1.0,libblkid1,debianutils")

UNIT = SYSTEMD_UNIT.replace("ExecStart=/bin/systemctl poweroff\n", """ExecStart=/bin/sh -c 'test -e /packed || \
{ run-parts --exit-on-error --arg=$(uname -r) /etc/kernel/postinst.d && \
cat /boot/rdinit.img-$(uname -r) >/dev/vdb && touch /packed && echo PACKED; }'
ExecStart=/bin/systemctl poweroff
""")


def install(root):
    """The job, and what `make install HOOKS=1` and a kernel's package install."""
    (root / "etc/fstab").write_text("/dev/vda / ext4 defaults,errors=remount-ro 0 1\n")
    unit = root / "etc/systemd/system/report.service"
    unit.write_text(UNIT)
    wants = root / "etc/systemd/system/multi-user.target.wants"
    wants.mkdir(exist_ok=True)
    (wants / "report.service").symlink_to("/etc/systemd/system/report.service")
    release = KERNEL.name[len("vmlinuz-"):]
    shutil.copytree(KERNEL.parents[1] / "lib/modules" / release, root / "usr/lib/modules" / release)
    for file in (KERNEL, KERNEL.with_name(f"config-{release}")):
        shutil.copy(file, root / "boot")
    subprocess.run(["make", "-C", ROOT, "-s", "install", "HOOKS=1", f"DESTDIR={root}", "PREFIX=/usr"], check=True)


def boot(*words):
    done = subprocess.run([RDINIT, "run", "--memory", "768", "--timeout", "240", *words], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, errors="replace")
    assert MARK in done.stdout and "FAILED-UNITS 0" in done.stdout, done.stdout[-4000:] + done.stderr[-2000:]
    return done.stdout


def test_a_debian_packs_the_image_that_it_boots_by(tmp_path):
    assert KERNEL, "no kernel unpacked: run `make deps`"
    disk, packed = make_disk(tmp_path, PACKAGES, install), tmp_path / "packed.img"
    packed.write_bytes(bytes(4 << 20))
    first = tmp_path / "first.img"
    subprocess.run([RDINIT, "pack", "-o", first, "--kernel", KERNEL, "--for-machine", "pc", "--for-root", disk],
                   check=True)
    out = boot("--kernel", KERNEL, "--disk", f"{disk},virtio", "--disk", f"{packed},virtio", "--append",
               "root=/dev/vda rw", first)
    assert "PACKED" in out, out[-4000:]
    listed = subprocess.run([RDINIT, "cat", packed, "/etc/cmdline.d/50-image.conf"], capture_output=True, text=True,
                            check=True).stdout
    assert listed == "root=/dev/vda rootfstype=ext4\n"
    assert "PACKED" not in boot("--kernel", KERNEL, "--disk", f"{disk},virtio", packed)
