# SPDX-License-Identifier: MIT
"""roots.py - disks with a real root on them, made as plain files, for test_roots.py."""
import os
import pathlib
import shutil
import struct
import subprocess
import zlib

MIB = 1 << 20
RDINIT = os.environ.get("RDINIT", str(pathlib.Path(__file__).resolve().parents[2] / "build/rdinit"))
U = "11111111-2222-3333-4444-555555555555"
USR = "22222222-2222-3333-4444-555555555555"
SWAP = "33333333-2222-3333-4444-555555555555"
PART = "aaaaaaaa-0000-0000-0000-00000000000"
ROOT_TYPE = "4f68bce3-e8cd-4db1-96e7-fbcaf984b709"
ENV = {**os.environ, "PATH": os.environ["PATH"] + ":/sbin:/usr/sbin"}

# What stands at `start` (sectors) of a disk with partitions.
GPT = f"""label: gpt
label-id: {U}
start=2048, size=2048, uuid={PART}1, name="first"
start=8192, size=32768, uuid={PART}2, name="my root", type={ROOT_TYPE}
"""
MBR = """label: dos
label-id: 0xdeadbeef
start=2048, size=2048
start=4096, size=40000, type=5
start=8192, size=32768
"""


BTRFS = f"program {shutil.which('btrfs', path=ENV['PATH'])}\n"


def run(*words, text=None):
    subprocess.run([str(word) for word in words], check=True, env=ENV, input=text, text=True,
                   stdout=subprocess.DEVNULL)


def empty(path, size):
    path.touch()
    os.truncate(path, size * MIB)


def tree(directory):
    """A busybox root whose init says what it is the root of."""
    top = directory / "roots.tree"
    if top.exists():
        return top
    beside = directory / "roots.tree.new"
    for folder in ("bin", "sbin", "dev", "proc", "sys", "run"):
        (beside / folder).mkdir(parents=True)
    shutil.copy(shutil.which("busybox"), beside / "bin/busybox")
    (beside / "sbin/init").write_text("#!/bin/busybox sh\necho ROOT-OK\nbusybox grep -E ' /(usr|var/state|var/run|sys)? ' /proc/mounts\n"
                                      "(echo text >/written) 2>/dev/null && echo WRITTEN\n"
                                      "busybox ls /run/rdinit/lower /run/initramfs 2>/dev/null\n"
                                      "busybox stty onlcr\nbusybox poweroff -f\n")
    (beside / "sbin/init").chmod(0o755)
    beside.rename(top)
    return top


def ext4(path, directory, uuid=U, label="ROOT"):
    empty(path, 16)
    run("mke2fs", "-q", "-F", "-t", "ext4", "-U", uuid, "-L", label, "-d", tree(directory), path)


def partitioned(path, directory, table, size=32):
    root = path.with_name(path.name + ".root")
    ext4(root, directory)
    fill(path, table, root.read_bytes(), size)
    root.unlink()


def fill(path, table, content, size=32):
    empty(path, size)
    run("sfdisk", "-q", path, text=table)
    write(path, 8192 * 512, content)


def write(path, at, data):
    with open(path, "r+b") as file:
        file.seek(at)
        file.write(data)


def raid_member(path, directory):
    """Metadata 1.0 stands at the end: all before it is an ext4 that could be mounted."""
    ext4(path, directory)
    os.truncate(path, 17 * MIB)
    at, sb = (17 * MIB // 512 - 16) // 8 * 8, bytearray(4096)
    struct.pack_into("<II", sb, 0, 0xa92b4efc, 1)
    sb[16:32], sb[32:36] = bytes(range(16)), b"raid"
    struct.pack_into("<Q", sb, 144, at)
    total = sum(struct.unpack_from("<64I", sb, 0))
    struct.pack_into("<I", sb, 216, (total & 0xffffffff) + (total >> 32))
    write(path, at * 512, bytes(sb))


def cut(name, mib):
    """The same on a device that is smaller than the volume; 0: all but its last 100 KiB."""
    def make_cut(path, directory):
        make(name, path, directory)
        os.truncate(path, mib * MIB or os.path.getsize(path) - 100 * 1024)
    return make_cut


def firmware_member(path, directory):
    """Half of a mirror that Intel's firmware made: what it says of itself is in the last sector but one."""
    ext4(path, directory)
    size = os.path.getsize(path)
    os.truncate(path, size + MIB)
    write(path, size + MIB - 1024, b"Intel Raid ISM Cfg Sig. 1.1.00")


def physical_volume(path, _directory):
    """LVM2's label, in the second sector."""
    label = bytearray(512)
    label[0:8], label[24:32] = b"LABELONE", b"LVM2 001"
    struct.pack_into("<Q", label, 8, 1)
    struct.pack_into("<I", label, 20, 32)
    label[32:64] = b"abcdefABCDEFghijGHIJklmnKLMNopqr"
    struct.pack_into("<I", label, 16, ~zlib.crc32(label[20:], ~0xf597a6cf & 0xffffffff) & 0xffffffff)
    empty(path, 4)
    write(path, 512, label)


def patient(path, directory):
    """A root whose init waits until its medium is gone, and then reads all that it was started from."""
    top = path.with_name(path.name + ".top")
    shutil.copytree(tree(directory), top, symlinks=True)
    (top / "sbin/init").write_text("#!/bin/busybox sh\necho ROOT-OK\nbusybox grep ' / ' /proc/mounts\n"
                                   "while [ -e /dev/vda ]; do busybox sleep 0.1; done\n"
                                   "echo 3 >/proc/sys/vm/drop_caches\n"
                                   "busybox cmp /bin/busybox /bin/again && echo STILL-HERE\nbusybox poweroff -f\n")
    shutil.copy(top / "bin/busybox", top / "bin/again")
    empty(path, 16)
    run("mke2fs", "-q", "-F", "-t", "ext4", "-U", U, "-L", "ROOT", "-d", top, path)
    shutil.rmtree(top)


def large(path, directory):
    ext4(path, directory)
    os.truncate(path, 1024 * MIB)


def damaged(path, directory):
    ext4(path, directory)
    write(path, 1024 + 0x10, b"\xff")


def with_links(path, directory):
    """A root whose /run is an absolute link within it, and that has no /sys."""
    top = path.with_name(path.name + ".top")
    shutil.copytree(tree(directory), top, symlinks=True)
    for name in ("run", "sys"):
        if (top / name).exists():
            (top / name).rmdir()
    (top / "var/run").mkdir(parents=True)
    (top / "run").symlink_to("/var/run")
    empty(path, 16)
    run("mke2fs", "-q", "-F", "-t", "ext4", "-U", U, "-L", "ROOT", "-d", top, path)
    shutil.rmtree(top)


def with_usr(fstab):
    """A root whose init needs the /usr that is named in its fstab."""
    def make(path, directory):
        top = path.with_name(path.name + ".top")
        shutil.copytree(tree(directory), top, symlinks=True)
        for folder in ("usr", "etc", "var/state"):
            (top / folder).mkdir(parents=True)
        (top / "var/lib").symlink_to("/var/state")
        comment = f"# {'of a test ' * 700}\n"
        (top / "etc/fstab").write_text(f"# of a test\n/dev/x / ext4 defaults 0 1\n{fstab}\n{comment * 3}")
        (top / "bin/busybox").rename(top / "busybox")
        (top / "bin/busybox").symlink_to("/usr/busybox")
        usr = path.with_name("usr.root")
        if not usr.exists():
            usr_top = path.with_name("usr.top")
            usr_top.mkdir()
            (top / "busybox").rename(usr_top / "busybox")
            beside = usr.with_name("usr.root.new")
            empty(beside, 16)
            run("mke2fs", "-q", "-F", "-t", "ext4", "-U", USR, "-L", "USR", "-d", usr_top, beside)
            shutil.rmtree(usr_top)
            beside.rename(usr)
        empty(path, 16)
        run("mke2fs", "-q", "-F", "-t", "ext4", "-U", U, "-L", "ROOT", "-d", top, path)
        shutil.rmtree(top)
    return make


def unclean(path, directory):
    """An error that e2fsck -a mends: a count of free blocks that is wrong, in a file system marked so."""
    ext4(path, directory)
    run("debugfs", "-w", "-R", "set_super_value free_blocks_count 7", path)
    run("debugfs", "-w", "-R", "set_super_value state 2", path)


def broken(path, directory):
    """One that it does not mend unasked: a file whose inode is used twice."""
    ext4(path, directory)
    run("debugfs", "-w", "-R", "clri /sbin", path)
    run("debugfs", "-w", "-R", "set_super_value state 2", path)


def luks(path, _directory):
    empty(path, 17)
    run("cryptsetup", "luksFormat", "-q", "--type", "luks2", "--uuid", U, "--pbkdf", "pbkdf2",
        "--pbkdf-force-iterations", "1000", path, "-", text="key")


def made_by(command, size):
    def make(path, directory):
        empty(path, size)
        run("sh", "-c", command.format(f=path, tree=tree(directory), U=U))
    return make


def with_files(path, directory):
    """An ext4 without an init, and roots in files on it."""
    top = path.with_name(path.name + ".top")
    (top / "images").mkdir(parents=True)
    for name in ("squashfs", "ext4", "patient"):
        DISKS[name](top / "images" / name, directory)
    (top / "link").symlink_to("/images/squashfs")
    empty(path, 64)
    run("mke2fs", "-q", "-F", "-t", "ext4", "-U", U, "-L", "FILES", "-d", top, path)


def in_guest(script, *disks, kind="btrfs", more=""):
    """What only a kernel can do: the disks are /dev/vda, /dev/vdb ..., the first is on /m."""
    place = disks[0].with_name(disks[0].name + ".script")
    place.write_text(f"#!/bin/sh\nset -e\nmkdir /m\nmount -t {kind} /dev/vda /m\n{script}\numount /m\n")
    modules = "".join(f"module {name}\n" for name in ("virtio_pci", "virtio_blk", kind))
    image = place.with_suffix(".img")
    run(RDINIT, "pack", "-o", image, "-",
        text=f"init\napplets /bin/busybox sh mount umount mkdir rm cp\n{more}{modules}"
             f"file /script {place} 0755 0 0\nrun /script\n")
    run(RDINIT, "run", "--timeout", "60", *(word for disk in disks for word in ("--disk", f"{disk},virtio")), image)


def copied(kind, command, size):
    """A format whose programs make it empty."""
    def make(path, directory):
        empty(path, size)
        run("sh", "-c", command.format(f=path))
        in_guest("cp -r /tree/. /m", path, kind=kind, more=f"tree {tree(directory)} /tree\n")
    return make


def two_devices(path, directory):
    """A btrfs, and beside it, as mirror2.root, what was added to it."""
    second = path.with_name("mirror2.root")
    DISKS["btrfs"](path, directory)
    empty(second, 256)
    in_guest("btrfs device add -f /dev/vdb /m", path, second, more=BTRFS)


def subvolume(path, directory):
    """The init is in the subvolume `sub` alone."""
    DISKS["btrfs"](path, directory)
    in_guest("btrfs subvolume snapshot /m /m/sub\nrm /m/sbin/init", path, more=BTRFS)


def xfs(path, directory):
    """mkfs.xfs takes a list of what to copy."""
    top = tree(directory)
    proto = path.with_name(path.name + ".proto")
    proto.write_text("/\n0 0\nd--755 0 0\n" + "".join(f"{name} d--755 0 0\n$\n" for name in ("dev", "proc", "sys", "run")) +
                     f"bin d--755 0 0\nbusybox ---755 0 0 {top}/bin/busybox\n$\n"
                     f"sbin d--755 0 0\ninit ---755 0 0 {top}/sbin/init\n$\n$\n")
    empty(path, 320)
    run("mkfs.xfs", "-q", "-m", f"uuid={U}", "-L", "ROOT", "-p", proto, path)


DISKS = {
    "ext4": ext4,
    "twin": ext4,
    "slash": lambda path, directory: ext4(path, directory, label="my /root"),
    "other": lambda path, directory: ext4(path, directory, "99999999" + U[8:], "OTHER"),
    "gpt": lambda path, directory: partitioned(path, directory, GPT),
    "mbr": lambda path, directory: partitioned(path, directory, MBR),
    "member": raid_member,
    "firmware": firmware_member,
    "damaged": damaged,
    "linked": lambda path, directory: with_links(path, directory),
    "patient": patient,
    "large": large,
    "usrid": with_usr(f"broken line\nUUID={USR} /usr ext4 defaults,noatime,x-initrd.mount 0 2"),
    "usrlabel": with_usr("LABEL=USR /usr auto rw 0 0"),
    "usrpath": with_usr("/dev/vdb /usr ext4"),
    "usrmarked": with_usr("/dev/vdb /usr ext4\nLABEL=OTHER /var/lib ext4 nodev,x-initrd.mount 0 0"),
    "usrlost": with_usr("LABEL=usr /usr ext4 defaults 0 2"),
    "usrtype": with_usr("LABEL=USR /usr xfs defaults 0 2"),
    "unclean": unclean,
    "broken": broken,
    "swap": made_by(f"mkswap -q -U {SWAP} -L SWAP {{f}}", 16),
    "luks": luks,
    "lvm": physical_volume,
    "usrpart": with_usr(f"PARTUUID={PART}2 /usr ext4 defaults 0 2"),
    "usrgpt": lambda path, directory: fill(path, GPT, (directory / "usr.root").read_bytes()),
    "vfatcut": cut("vfat", 48),
    "exfatcut": cut("exfat", 12),
    "isocut": cut("iso9660", 0),
    "files": with_files,
    "xfs": xfs,
    "ext2": made_by("mke2fs -q -F -t ext2 -U {U} -L ROOT -d {tree} {f}", 16),
    "ext3": made_by("mke2fs -q -F -t ext3 -U {U} -L ROOT -d {tree} {f}", 16),
    "vfat": copied("vfat", "mkfs.vfat -F 32 -i 1234abcd -n ROOT {f}", 64),
    "exfat": copied("exfat", "mkfs.exfat -L ROOT {f}", 16),
    "udf": copied("udf", "mkudffs -l ROOT -b 512 {f}", 16),
    "btrfs": made_by("mkfs.btrfs -q -U {U} -L ROOT --rootdir {tree} {f}", 128),
    "mirror": two_devices,
    "subvol": subvolume,
    "f2fs": made_by("mkfs.f2fs -q -U {U} -l ROOT {f} && sload.f2fs -f {tree} {f}", 128),
    "squashfs": made_by("mksquashfs {tree} {f} -all-root -noappend -quiet", 0),
    "erofs": made_by("mkfs.erofs -U {U} {f} {tree}", 0),
    "iso9660": made_by("xorriso -as mkisofs -quiet -R -V ROOT -o {f} {tree}", 0),
    "blank": lambda path, _directory: empty(path, 4),
}


def make(name, path, directory):
    DISKS[name](path, pathlib.Path(directory))
