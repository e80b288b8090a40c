# SPDX-License-Identifier: MIT
"""test_roots.py - roots by any name, on disks made as plain files; and each one's failing twin."""
import time

import pytest

from plug import plug_in, pull_out
from qemu import Machine, drive
from roots import PART, SWAP, U
from vm import Row, check, run


def disks(names, bus="virtio"):
    return [word for name in names.split() for word in ("--disk", f"@{name}.root,{bus},snapshot")]


def found(name, words, on, names="ext4", image="handoff", bus="virtio", both=(), absent="Kernel panic"):
    """A root that comes up: ROOT-OK, on this device."""
    return Row(name, ["--verbose", *disks(names, bus), "--append", f"{words} rd.timeout=10", f"@{image}.img"], 0,
               out=(r"^ROOT-OK$", rf"^/dev/{on} / "), both=both, absent=absent)


def lost(name, words, names, both, image="handoff", timeout=1):
    """One that does not, and what is said; nobody waits for what cannot change."""
    return Row(name, ["--verbose", *disks(names), "--append", f"{words} rd.timeout={timeout}", f"@{image}.img"], 125,
               both=both, absent=("Kernel panic", "ROOT-OK"))


NAMES = [
    found("by UUID", f"root=UUID={U}", "vda", both=r"/dev/vda: ext4 UUID=1111.* LABEL=ROOT"),
    found("by UUID in capitals and quotes", 'root=UUID="99999999-2222-3333-4444-555555555555"', "vdb", "ext4 other"),
    found("by LABEL", "root=LABEL=OTHER", "vdb", "ext4 other"),
    found("by PARTUUID of a GPT", f"root=PARTUUID={PART.upper()}2", "vda2", "gpt"),
    found("by PARTUUID and an offset", f"root=PARTUUID={PART}1/PARTNROFF=1", "vda2", "gpt"),
    found("by PARTLABEL with a blank", 'root="PARTLABEL=my root"', "vda2", "gpt"),
    found("by UUID on a partition", f"root=UUID={U}", "vda2", "gpt",
          both=r"ext4 UUID=1111.* PARTUUID=aaaaaaaa.*2 PARTLABEL=my root"),
    found("by PARTUUID of an MBR, a logical partition", "root=PARTUUID=DEADBEEF-05", "vda5", "mbr"),
    found("by the link that udev would make", f"root=/dev/disk/by-uuid/{U}", "vda"),
    found("by a link with an escape", r"root=/dev/disk/by-partlabel/my\x20root", "vda2", "gpt"),
    found("by the type of its partition", "root=gpt-auto", "vdb2", "blank gpt"),
    found("by the kernel's old number", "root=0xfe00", "vda"),
    found("by number", "root=254:2", "vda2", "gpt"),
    found("by its path, and its type is found", "root=/dev/vda2", "vda2", "gpt",
          both="/dev/vda2: ext4 UUID="),
    found("two devices with one name: the lower number, and it is said", "root=LABEL=ROOT", "vda", "ext4 twin",
          both="LABEL=ROOT is vda, and vdb, too: the lower number is used"),
    lost("two devices with one name, where there must be one", "root=LABEL=ROOT rdinit.unique", "ext4 twin", (
        "LABEL=ROOT is vda, and vdb, too", "choose root=LABEL=ROOT: several devices have this name .rdinit.unique.: .*ENOTUNIQ")),
    found("one device, as there must be", "root=LABEL=OTHER rdinit.unique", "vdb", "ext4 other"),
    found("among many", "root=LABEL=OTHER", "vdg", "ext4 twin gpt mbr member luks other"),
]

IN_ROOT = [
    Row(name, [*disks(names), "--append", f'rdinit.root={root} rd.timeout=5 rdinit.run="/bin/busybox {program}"', f"@{image}.img"],
        status, out=out, both=both, absent=("Kernel panic", "ROOT-OK"))
    for name, root, program, names, image, status, out, both in (
        ("a program in a root, and its status", f"UUID={U}", "sh -c 'busybox grep vda /proc/mounts; busybox ls /; exit 7'",
         "ext4", "handoff", 7, (r"^/dev/vda / ext4 ro", r"\bsbin\b"), r"exit status 7 \(run: /bin/busybox\)"),
        ("a program in a root under an overlay", "LABEL=ROOT rd.overlay", "sh -c 'echo text >/new; busybox cat /new'",
         "ext4", "overlay", 0, "^text$", ()),
        ("a program that is not in the root", "/dev/vda rdinit.chdir=/sbin", "nothing", "ext4", "handoff", 127, (), "applet not found"),
        ("a program whose root does not come", "UUID=99999999-2222-3333-4444-555555555556", "true", "ext4", "handoff", 125, (),
         r"find root=UUID=9999\S+: .*ETIMEDOUT"))
]

BUSES = [
    found("on virtio-scsi", "root=LABEL=ROOT", "sda", image="scsi", bus="scsi"),
    found("on IDE", "root=LABEL=ROOT", "sda", image="ide", bus="ide"),
    found("on NVMe, a partition", f"root=PARTUUID={PART}2", "nvme0n1p2", "gpt", image="nvme", bus="nvme"),
]

TYPES = [
    found(f"a root of {kind}", words, "vda", kind, image="types", both=f"/dev/vda: {kind}")
    for kind, words in (("xfs", f"root=UUID={U}"), ("btrfs", f"root=UUID={U}"), ("squashfs", "root=/dev/vda"),
                        ("erofs", f"root=UUID={U}"), ("iso9660", "root=LABEL=ROOT"), ("ext2", f"root=UUID={U}"),
                        ("ext3", f"root=UUID={U}"), ("vfat", "root=UUID=1234-abcd"), ("exfat", "root=LABEL=ROOT"),
                        ("udf", "root=LABEL=ROOT"))
]

TYPES += [
    found(f"a root of {kind} that is larger than its device", words, "vda", f"{kind}cut", image="types", both=f"/dev/vda: {kind}")
    for kind, words in (("vfat", "root=UUID=1234-abcd"), ("iso", "root=LABEL=ROOT"), ("exfat", "root=LABEL=ROOT"))
]

DRIVERS = [
    found(f"drivers by what is there, {bus}", f"root=UUID={U}", on, image="drivers", bus=bus, both=r"init: root-find: ")
    for bus, on in (("virtio", "vda"), ("scsi", "sda"), ("ide", "sda"))
] + [
    Row("drivers side by side, on two processors",
        ["--verbose", "--cpus", "2", *disks("ext4", "scsi"), "--append", f"debug root=UUID={U}", "@drivers.img"], 0,
        out=(r"^ROOT-OK$", r"^/dev/sda / "), both=r"modules: 1[0-9] loaded, 0 failed"),
    found("a driver that no device asks for, by the command line", f"root=UUID={U} modules-load=virtio_net,brd", "vda",
          image="drivers", both="brd: module loaded"),
    found("a driver of the file system, by its name", f"root=UUID={U}", "vda", "xfs", image="drivers"),
]

BTRFS = [
    found("a subvolume", f"root=UUID={U} rootflags=subvol=sub", "vda", "subvol", image="types"),
    found("two devices of one file system", f"root=UUID={U}", "vda", "mirror mirror2", image="types",
          both=r"/dev/vda: btrfs UUID=\S+ LABEL=ROOT \(one of 2 devices\)", absent="lower number"),
    found("two devices of one file system, by the path of one", "root=/dev/vdb", "vda", "mirror mirror2", image="types"),
    found("two devices, and options", f"root=UUID={U} rootflags=compress=zstd", "vda", "mirror mirror2", image="types"),
]

OVERLAYS = [
    Row(name, [*disks(names), "--append", f"{words} rd.timeout=5", "@overlay.img"], 0,
        out=(r"^ROOT-OK$", r"^overlay / overlay rw,\S*lowerdir=/run/rdinit/lower,", r"^WRITTEN$", r"\bsbin\b"))
    for name, words, names in (
        ("an overlay in memory", f"root=UUID={U} rd.overlay", "ext4"),
        ("an overlay over squashfs", "root=/dev/vda rd.overlay ro", "squashfs"),
        ("an overlay without the other mounts", "root=/dev/vda rd.overlay rdinit.mounts=minimal", "ext4"),
        ("an overlay on another device", f"root=UUID={U} rd.overlay=LABEL=OTHER", "ext4 other"),
        ("an overlay on another device, both by number", "root=254:0 rd.overlay=254:16", "ext4 other"))
]

LOOPS = [
    found("a file is the root", "root=LABEL=FILES rdinit.loop=/images/squashfs", "loop0", "files", image="loop",
          both="/dev/loop0: squashfs"),
    found("a file, by a link", "root=LABEL=FILES rdinit.loop=/link", "loop0", "files", image="loop"),
    found("a file that is written", "root=/dev/vda rdinit.loop=images/ext4 rw", "loop0", "files", image="loop",
          both=r"^WRITTEN$"),
    Row("a file under an overlay", [*disks("files"), "--append", "root=LABEL=FILES rdinit.loop=/images/squashfs rd.overlay",
                                    "@loop.img"], 0, out=(r"^ROOT-OK$", r"^overlay / overlay rw", r"^WRITTEN$")),
]

RAM = [
    found("a root that is copied to memory", f"root=UUID={U} rdinit.toram", "loop0", image="loop",
          both=(r"root-find: /dev/vda is in memory: 16 MiB", "/dev/loop0: ext4 UUID=")),
    found("a file that is copied to memory", "root=LABEL=FILES rdinit.loop=/link rdinit.toram", "loop0", "files", image="loop",
          both=r"root-find: /link is in memory: \d+ MiB"),
    found("a root in memory that is written", "root=/dev/vda rdinit.toram rw", "loop0", image="loop", both="^WRITTEN$"),
    Row("a root in memory under an overlay", [*disks("ext4"), "--append", "root=/dev/vda rdinit.toram rd.overlay", "@loop.img"],
        0, out=(r"^ROOT-OK$", r"^overlay / overlay rw", r"^WRITTEN$")),
]

LINKED = [
    found("a root whose /run is an absolute link, and that lacks /sys, for writing", "root=/dev/vda rw", "vda", "linked", both=(
        r"^tmpfs /var/run tmpfs rw", r"^sysfs /sys sysfs rw")),
    found("the same read-only", "root=/dev/vda ro", "vda", "linked", both=(
        r"^tmpfs /var/run tmpfs rw", r"root-switch: the root has no directory /sys .EROFS.: "),
        absent=r"hint: an init or its interpreter is missing"),
]

USRS = [
    found("/usr by UUID, beside a damaged line of fstab", f"root=UUID={U}", "vda", "usrid usr", both=(
        r"^/dev/vdb /usr ext4 ro,noatime", r"root-usr: line 3 of the root's /etc/fstab is damaged, and passed over")),
    found("/usr by LABEL, for writing", "root=/dev/vda rw", "vda", "usrlabel usr", both=r"^/dev/vdb /usr ext4 rw"),
    found("/usr by its path, read-only with the root", "root=/dev/vda ro", "vda", "usrpath usr", both=r"^/dev/vdb /usr ext4 ro"),
    found("/usr by PARTUUID", f"root=UUID={U}", "vda", "usrpart usrgpt", both=r"^/dev/vdb2 /usr ext4 ro"),
    found("what is marked, behind a link of the root", "root=/dev/vda", "vda", "usrmarked usr other", both=(
        r"^/dev/vdb /usr ext4 ro", r"^/dev/vdc /var/state ext4 ro,nodev")),
    Row("/usr of a root under an overlay", [*disks("usrid usr"), "--append", f"root=UUID={U} rd.overlay", "@overlay.img"], 0,
        out=(r"^ROOT-OK$", r"^overlay / overlay rw", r"^/dev/vdb /usr ext4 ro")),
]

CHECKS = [
    found("an unclean root is mended first", f"root=UUID={U}", "vda", "unclean", image="fsck",
          both=(r"root-mount: /dev/vda: mended by /sbin/fsck.ext4", "ROOT contains a file system with errors, check forced")),
    found("without the program it is mounted as it is", f"root=UUID={U}", "vda", "unclean", absent="checked by|mended by"),
    found("a check that is skipped", f"root=UUID={U} fsck.mode=skip", "vda", "unclean", image="fsck",
          absent="checked by|mended by"),
    found("a check that is forced", f"root=UUID={U} fsck.mode=force", "vda", "ext4", image="fsck",
          both=(r"Pass 1: |files \(.*blocks", r"/dev/vda: checked by /sbin/fsck.ext4")),
    found("a check that mends all", f"root=UUID={U} fsck.repair=yes", "vda", "unclean", image="fsck",
          both=(r"Free blocks count wrong", r"/dev/vda: mended by /sbin/fsck.ext4")),
    found("a check that mends nothing", f"root=UUID={U} fsck.repair=no", "vda", "unclean", image="fsck",
          both=r"Fix\? no", absent="mended by"),
    found("/usr is checked, too", f"root=UUID={U}", "vda", "usrid usr", image="fsck",
          both=(r"root-usr: /dev/vdb: checked by /sbin/fsck.ext4", r"\bfsck-usr\b")),
    found("what was checked is marked for the real init", f"root=UUID={U}", "vda", image="fsck", both=r"^fsck-root$", absent="fsck-usr"),
]

RESUMES = [
    found("a swap space without an image", f"root=LABEL=ROOT resume=UUID={SWAP}", "vda", "ext4 swap",
          absent=r"resume: .*(starting afresh|no swap|write)"),
    found("a device that is no swap space", "root=LABEL=ROOT resume=/dev/vdb", "vda", "ext4 other",
          both=r"resume: resume=/dev/vdb: /dev/vdb is no swap space"),
    found("a swap space that does not come", "root=LABEL=ROOT resume=LABEL=nope rd.timeout=1", "vda", "ext4",
          both=r"resume: find resume=LABEL=nope: .*ETIMEDOUT"),
    found("a file of swap without an image", "root=LABEL=ROOT resume=LABEL=ROOT resume_offset=64", "vda", "ext4",
          both=r"resume: the kernel did not resume from /dev/vda: starting afresh"),
]

FAILURES = [
    lost("a /usr that does not come", f"root=UUID={U}", "usrlost usr", (
        r"root-usr: find /usr=LABEL=usr: .*ETIMEDOUT", r"hint: or is it /usr=LABEL=USR \(vdb\)",
        r"hint: the root's /etc/fstab names it", r"exit status 125 \(failed: root-usr\)")),
    lost("a /usr of another type", f"root=UUID={U}", "usrtype usr",
         (r"root-usr: mount /dev/vdb on /newroot/usr as xfs: .*ENODEV", r"exit status 125 \(failed: root-usr\)")),
    lost("a root that its check cannot mend", f"root=UUID={U}", "broken", (
        r"root-mount: check /dev/vda: /sbin/fsck.ext4 exited with status 4: .*EUCLEAN", r"hint: repair it elsewhere"),
         image="fsck", timeout=10),
    lost("a root that memory does not hold", "root=/dev/vda rdinit.toram", "large", (
        r"copy /dev/vda to memory: it has 1024 MiB, and of \d+ MiB that are free the system needs 64: .*ENOMEM",
        r"hint: give the machine more memory"), image="loop"),
    lost("a root in memory without loop devices", "root=/dev/vda rdinit.toram", "ext4", r"open /dev/loop-control: .*ENOENT"),
    lost("several devices are not copied to memory", f"root=UUID={U} rdinit.toram", "mirror mirror2",
         r"copy /dev/vda to memory: its file system is on several devices: .*EOPNOTSUPP", image="types"),
    lost("a file that is not there", "root=LABEL=FILES rdinit.loop=/nope", "files",
         r"open rdinit.loop=/nope on /dev/vda: .*ENOENT", image="loop"),
    lost("a file without loop devices", "root=LABEL=FILES rdinit.loop=/link", "files",
         (r"open /dev/loop-control: .*ENOENT", r"hint: .*loop")),
    lost("one of two devices", f"root=UUID={U}", "mirror", r"find all devices of root=UUID=\S+: 1 of 2: .*ETIMEDOUT",
         image="types"),
    lost("a subvolume that is not there", f"root=UUID={U} rootflags=subvol=nope", "btrfs",
         r"mount /dev/vda on /newroot as btrfs: .*ENOENT", image="types"),
    lost("an overlay that the kernel does not know", "root=/dev/vda rd.overlay", "ext4",
         (r"mount overlay on /newroot: .*ENODEV", r"hint: this kernel lacks the file system")),
    lost("an overlay on a device that does not come", "root=/dev/vda rd.overlay=LABEL=root", "ext4",
         (r"find rd.overlay=LABEL=root: .*ETIMEDOUT", r"hint: or is it rd.overlay=LABEL=ROOT")),
    lost("a shared folder that the kernel does not know", "root=tag rootfstype=9p", "ext4",
         r"mount the host's directory tag on /newroot as 9p: .*ENODEV"),
    lost("a driver that is blacklisted", "root=LABEL=ROOT modprobe.blacklist=virtio_blk", "ext4",
         (r"modules: virtio_blk is blacklisted", r"block devices: none"), image="drivers"),
    lost("a driver that the image does not have", "root=LABEL=ROOT", "ext4",
         r"no driver for virtio0: virtio:d00000002v00001AF4", image="no-blk"),
    lost("a UUID that nobody has", "root=UUID=00000000-2222-3333-4444-555555555555", "ext4 gpt luks", (
        r"find root=UUID=0000.*ETIMEDOUT", r"block devices: vda 16 MiB, vdb 32 MiB, vdb1 1 MiB, vdb2 16 MiB, vdc",
        r"vda: ext4 UUID=1111\S+ LABEL=ROOT", r"vdb: GPT PTUUID=1111", r"vdb2: ext4 UUID=\S+ LABEL=ROOT PARTUUID=aaaa",
        r"vdc: LUKS2 UUID=1111\S+: not opened: encrypted", r"vdb1: nothing known PARTUUID=aaaaaaaa\S+1 PARTLABEL=first",
        r"hint: is it one of these")),
    lost("a LABEL in other letters", "root=LABEL=root", "ext4", r"hint: or is it root=LABEL=ROOT \(vda\)\?"),
    lost("a PARTUUID taken for a UUID", f"root=UUID={PART}2", "gpt",
         rf"hint: or is it root=PARTUUID={PART}2 \(vda2\)\?"),
    lost("a path that is wrong shows what is there", "root=/dev/sda", "ext4", r"vda: ext4 UUID=1111\S+ LABEL=ROOT"),
    lost("a member is not a file system, whatever is in it", "root=/dev/vda", "member", (
        r"use /dev/vda, RAID member UUID=00010203\S+ LABEL=raid: a part of a software RAID.*EMEDIUMTYPE",
        r"hint: root=/dev/NAME with rootfstype=")),
    lost("a member does not answer to the name of what is in it", "root=LABEL=ROOT", "member",
         r"vda: RAID member UUID=0001\S+ LABEL=raid: not opened: a part of a software RAID"),
    lost("half of a mirror that firmware made", "root=/dev/vda", "firmware",
         r"use /dev/vda, Intel RAID: a part of a firmware RAID, .*EMEDIUMTYPE"),
    lost("half of a mirror does not answer to the name of what is in it", f"root=UUID={U}", "firmware",
         r"vda: Intel RAID: not opened: a part of a firmware RAID"),
    lost("an encrypted device", f"root=UUID={U}", "luks",
         r"use /dev/vda, LUKS2 UUID=1111\S+: encrypted, and this /init opens no LUKS.*EMEDIUMTYPE", timeout=20),
    lost("an encrypted device, by its path", "root=/dev/vda", "luks",
         r"use /dev/vda, LUKS2 UUID=1111\S+: encrypted, and this /init opens no LUKS.*EMEDIUMTYPE", timeout=20),
    lost("a part of LVM volumes, by its path", "root=/dev/vda", "lvm", (
        r"use /dev/vda, LVM2 member UUID=abcdef-ABCD\S+: a part of LVM volumes, .*EMEDIUMTYPE",
        r"hint: root=/dev/NAME with rootfstype="), timeout=20),
    lost("a part of LVM volumes, by its UUID", "root=UUID=abcdef-ABCD-EFgh-ijGH-IJkl-mnKL-MNopqr", "lvm",
         r"use /dev/vda, LVM2 member UUID=abcdef-ABCD\S+: a part of LVM volumes, .*EMEDIUMTYPE", timeout=20),
    lost("a damaged file system", f"root=UUID={U}", "damaged", (
        r"use /dev/vda: damaged ext4 \(superblock checksum\).*EUCLEAN", r"hint: repair it"), timeout=20),
    lost("a disk in place of its partition", "root=/dev/vda", "gpt", r"use /dev/vda, GPT PTUUID=\S+: a disk with partitions"),
    lost("a type that this kernel does not know", f"root=UUID={U}", "xfs", (
        r"mount /dev/vda on /newroot as xfs: .*ENODEV", r"hint: what is there is xfs: its driver is CONFIG_XFS_FS, or the "
        r"module xfs \(rdinit pack --module xfs\)")),
    lost("a folder of /dev/disk that is not known", "root=/dev/disk/by-diskseq/1", "ext4",
         r"of /dev/disk only by-uuid, .*EOPNOTSUPP"),
    lost("no device at all", "root=LABEL=ROOT", "", (r"block devices: none", r"hint: is the disk's driver in the image")),
]


@pytest.mark.parametrize("row", NAMES + IN_ROOT + BUSES + TYPES + DRIVERS + BTRFS + OVERLAYS + LOOPS + RAM + LINKED + USRS + CHECKS + RESUMES + FAILURES, ids=lambda row: row.name)
def test_root(row, files):
    check(row, run(row, files))


@pytest.mark.parametrize("bus, device, on", [
    ([], {"driver": "virtio-blk-pci"}, "vda2"),
    (["-device", "virtio-scsi-pci,id=s"], {"driver": "scsi-hd", "bus": "s.0"}, "sda2"),
], ids=["virtio", "scsi"])
def test_a_disk_that_is_plugged_in_after_five_seconds(files, tmp_path, bus, device, on):
    with Machine(tmp_path, files.get("drivers.img"), f"root=UUID={U}", *bus) as machine:
        machine.wait_for("waiting for UUID=")
        time.sleep(5)
        plug_in(machine.monitor, files.get("gpt.root"), **device)
        machine.wait_for("ROOT-OK")
        assert f"/dev/{on} / ext4 ro" in machine.wait_for(" / ext4")


def test_a_usr_that_is_plugged_in_after_five_seconds(files, tmp_path):
    with Machine(tmp_path, files.get("drivers.img"), "root=/dev/vda", *drive(files.get("usrlabel.root"), "r"),
                 "-device", "virtio-blk-pci,drive=r") as machine:
        machine.wait_for("root-usr: waiting for LABEL=USR")
        time.sleep(5)
        plug_in(machine.monitor, files.get("usr.root"), driver="virtio-blk-pci")
        machine.wait_for("ROOT-OK")
        assert "/dev/vdb /usr ext4 ro" in machine.wait_for("/usr ext4"), machine.said()[-2000:]


@pytest.mark.parametrize("words, disk", [
    ("root=/dev/vda", "patient"),
    ("root=LABEL=FILES rdinit.loop=/images/patient", "files"),
], ids=["device", "file"])
def test_the_medium_of_a_root_in_memory_can_be_pulled_out(files, tmp_path, words, disk):
    with Machine(tmp_path, files.get("loop.img"), f"{words} rdinit.toram", *drive(files.get(f"{disk}.root")),
                 "-device", "virtio-blk-pci,drive=d,id=b") as machine:
        machine.wait_for("/dev/loop0 / ext4")
        pull_out(machine.monitor, "b")
        assert "STILL-HERE" in machine.end(), machine.said()[-2000:]


def test_a_bad_sector_ends_the_copy_and_is_said(files, tmp_path):
    rules = tmp_path / "blkdebug.conf"
    rules.write_text('[inject-error]\nevent = "read_aio"\nerrno = "5"\nsector = "20000"\nonce = "off"\n')
    with Machine(tmp_path, files.get("loop.img"), "root=/dev/vda rdinit.toram rdinit.onfail=reboot",
                 *drive(f"blkdebug:{rules}:{files.get('ext4.root')}"), "-device", "virtio-blk-pci,drive=d") as machine:
        said = machine.end()
        assert "copy /dev/vda to memory: cannot be read after 9 of 16 MiB: I/O error (EIO)" in said, said[-2000:]
