# SPDX-License-Identifier: MIT
"""test_host.py - what a machine and its root need: QEMU's, this one, and made-up hosts."""
import os
import subprocess

import pytest
import stat

from conftest import RDINIT
from modtree import RELEASE, ModTree, drivers_of, modules_of
from test_module import IMAGE

KERNEL = ["--kernel", str(IMAGE)]


def names(entries):
    return [name.removesuffix(".ko") for name, _ in modules_of(entries)]


def waiting(entries):
    """Those that wait for their device."""
    return [file.removesuffix(".ko") for file, _, _ in drivers_of(entries)[0]]


def cmdline(entries):
    return entries[b"etc/rdinit/cmdline"].data.decode()


def made(tool, size, *command):
    path = tool.path / "disk"
    with open(path, "wb") as file:
        file.truncate(size)
    subprocess.run([*command, path], check=True, capture_output=True)
    return path


# --- machines of QEMU, by the table ---

@pytest.mark.parametrize("machine, expected, absent", [
    ("pc", ["virtio_pci", "virtio_blk", "sd_mod", "ata_piix", "virtio_net", "virtio_console", "virtiofs"], ["virtio_mmio"]),
    ("q35", ["virtio_pci", "virtio_scsi", "virtio_net"], ["ata_piix", "virtio_mmio"]),
    ("microvm", ["virtio_mmio", "virtio_blk"], ["virtio_pci"]),
])
def test_a_machine_stands_for_its_drivers(tool, machine, expected, absent):
    got = tool.pack(f"for-machine {machine}\n", *KERNEL)
    always = names(got) if b"etc/rdinit/modules" in got else []
    assert set(expected) <= set(waiting(got) + always) and not set(absent) & set(waiting(got))
    assert ("virtio_mmio" in always) == (machine == "microvm"), "what no device announces is loaded in any case"
    done = tool.run("pack", "--compress", "none", "-o", "out.img", *KERNEL, "--for-machine", machine)
    assert waiting(tool.image("out.img")) == waiting(got), done.stderr


def test_a_machine_that_nobody_knows(tool):
    tool.fail("pack", "-o", "-", *KERNEL, "--for-machine", "vax",
              says="for-machine vax: expected pc, q35, microvm or this")


def test_a_kernel_without_any_driver_for_the_machine(tool):
    (tool.path / "kernel").mkdir()
    tree = ModTree(tool.path / "kernel")
    tree.module("virtio_net")
    tool.fail("pack", "-o", "-", *tree.index(), "--for-machine", "q35",
              says="for-machine q35: this kernel has no driver for any disk")


# --- roots in images ---

def test_the_file_system_of_an_image(tool):
    image = made(tool, 120 << 20, "mkfs.btrfs", "-q")
    assert names(tool.pack(f"for-root {image}\n", *KERNEL))[-1] == "btrfs"
    image = made(tool, 8 << 20, "mke2fs", "-q", "-F", "-t", "ext4")
    assert b"etc/rdinit/modules" not in tool.pack(f"for-root {image}\n", *KERNEL), "built in"


def test_vfat_gets_what_it_asks_for_while_mounting(tool):
    listed = names(tool.pack(f"for-root {made(tool, 8 << 20, 'mkfs.vfat')}\n", *KERNEL))
    assert {"vfat", "nls_ascii"} <= set(listed)


def test_the_partitions_of_a_disk(tool):
    btrfs = made(tool, 120 << 20, "mkfs.btrfs", "-q").read_bytes()
    disk = tool.path / "whole"
    with open(disk, "wb") as file:
        file.truncate(140 << 20)
    subprocess.run(["sfdisk", "-q", disk], input=b"label: gpt\n- 4M U -\n- 121M L -\n", check=True)
    tool.fail("pack", "-o", "-", *KERNEL, "--for-root", "whole", says="have a file system that can be a root")
    with open(disk, "r+b") as file:
        file.seek(5 << 20)
        file.write(btrfs)
    done = tool.run("pack", "--compress", "none", "-o", "out.img", *KERNEL, "--for-root", "whole")
    assert names(tool.image("out.img"))[-1] == "btrfs", done.stderr


def test_images_that_are_no_root(tool):
    tool.write("empty", b"")
    tool.fail("pack", "-o", "-", *KERNEL, "--for-root", "empty", says="have a file system that can be a root")
    made(tool, 1 << 20, "mkswap", "-q")
    tool.fail("pack", "-o", "-", *KERNEL, "--for-root", "disk", says="swap is on it, which /init does not open")


def test_roots_that_cannot_be_looked_at(tool):
    tool.fail("pack", "-o", "-", *KERNEL, "--for-root", "none", says="for-root none: No such file or directory (ENOENT)")
    tool.fail("pack", "-o", "-", *KERNEL, "--for-root", "/dev/null",
              says="for-root /dev/null: neither a block device nor an image of one")


def test_a_file_system_that_the_kernel_does_not_have(tool):
    (tool.path / "kernel").mkdir()
    tree = ModTree(tool.path / "kernel")
    made(tool, 8 << 20, "mke2fs", "-q", "-F", "-t", "ext4")
    tool.fail("pack", "-o", "-", *tree.index(), "--for-root", "disk", says="file system ext4: this kernel has none")
    tree.builtin("fs/ext4/ext4")
    tool.run("pack", "-o", "out.img", *tree.index(), "--for-root", "disk")


# --- hosts ---

class Host(ModTree):
    """A made-up host: its kernel's modules, /proc, /sys, /etc and /dev below one folder."""

    def __init__(self, folder):
        super().__init__(folder)
        self.write("proc/sys/kernel/osrelease", RELEASE + "\n")
        self.module("pcibus", "alias=pci:v00001AF4d*", folder="kernel/drivers/virtio")
        self.module("blk", "depends=pcibus", "alias=virtio:d00000002v*", folder="kernel/drivers/block")
        self.module("gpu", "alias=pci:v00001234d*", folder="kernel/drivers/gpu")
        self.module("keys", "alias=hid:b0003g*", folder="kernel/drivers/hid")
        self.module("ext4", "softdep=pre: crc", "alias=fs-ext4", folder="kernel/fs/ext4")
        self.module("btrfs", "alias=fs-btrfs", folder="kernel/fs/btrfs")
        self.module("crc", folder="kernel/crypto")
        self.module("raid1", folder="kernel/drivers/md")
        self.module("nvme", "alias=pci:v00008086d*", folder="kernel/drivers/nvme/host")
        self.device("pci0000:00/0000:00:05.0", "pci", "pci:v00001AF4d00001001sv0")
        self.device("pci0000:00/0000:00:05.0/virtio1", "virtio", "virtio:d00000002v00001AF4")
        self.device("pci0000:00/0000:00:02.0", "pci", "pci:v00001234d00001111sv0")
        self.device("pci0000:00/hid", "hid", "hid:b0003g0001v0")
        self.disk("pci0000:00/0000:00:05.0/virtio1/block/vda", "254:0")
        self.disk("pci0000:00/0000:00:05.0/virtio1/block/vda/vda1", "254:1", partition="1\n")
        self.mounted("254:1", "ext4", "/dev/vda1")
        self.write("etc/fstab", "# none\n")

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def device(self, place, bus, modalias):
        self.write(f"sys/devices/{place}/modalias", modalias + "\n")
        link = self.root / f"sys/bus/{bus}/devices" / os.path.basename(place)
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(f"../../../devices/{place}")

    def disk(self, place, number, **files):
        self.write(f"sys/devices/{place}/dev", number + "\n")
        for name, text in files.items():
            self.write(f"sys/devices/{place}/{name.replace('__', '/')}", text)
        for link, target in ((f"sys/dev/block/{number}", f"../../devices/{place}"),
                             (f"sys/class/block/{os.path.basename(place)}", f"../../devices/{place}")):
            (self.root / link).parent.mkdir(parents=True, exist_ok=True)
            (self.root / link).symlink_to(target)

    def link(self, name, target):
        (self.root / name).parent.mkdir(parents=True, exist_ok=True)
        (self.root / name).symlink_to(target)

    def mounted(self, number, kind, source, root="/", more=""):
        self.write("proc/self/mountinfo", f"22 27 0:21 / /proc rw - proc proc rw\n"
                   f"27 1 {number} {root} / rw,relatime shared:1 - {kind} {source} rw\n{more}")

    def uuid(self, uuid, name):
        self.write(f"dev/{name}", "")
        self.link(f"dev/disk/by-uuid/{uuid}", f"../../{name}")


@pytest.fixture
def host(tmp_path):
    (tmp_path / "host").mkdir()
    return Host(tmp_path / "host")


def pack(tool, host, *options):
    host.index()
    tool.run("pack", "--compress", "none", "-o", "out.img", "--host", "--host-root", str(host.root), *options)
    return tool.image("out.img")


def refused(tool, host, says):
    host.index()
    tool.write("out.img", "the old one")
    tool.fail("pack", "-o", "out.img", "--host", "--host-root", str(host.root), says=says)
    assert (tool.path / "out.img").read_text() == "the old one"


def test_a_host_gets_its_drivers_and_its_root(tool, host):
    host.uuid("1111-2222", "vda1")
    entries = pack(tool, host)
    assert names(entries) == ["pcibus", "blk", "crc", "ext4"]
    rows, patterns = drivers_of(entries)
    assert rows == [("keys.ko", [], "")] and list(patterns) == ["hid:b0003g*"]
    assert cmdline(entries) == "root=UUID=1111-2222 rootfstype=ext4\n"
    assert b"init" in entries
    assert stat.S_IMODE((tool.path / "out.img").stat().st_mode) == 0o600, "how a host is built is its owner's affair"


def test_the_bound_driver_comes_before_all_that_would_fit(tool, host):
    host.module("other", "alias=virtio:d00000002v*", folder="kernel/drivers/block")
    assert {"blk", "other"} <= set(names(pack(tool, host)))
    host.write("sys/module/blk/refcnt", "1")
    device = "sys/devices/pci0000:00/0000:00:05.0/virtio1"
    host.write("sys/bus/virtio/drivers/blk/bind", "")
    host.link("sys/bus/virtio/drivers/blk/module", "../../../../module/blk")
    host.link(f"{device}/driver", "../../../../bus/virtio/drivers/blk")
    assert "other" not in names(pack(tool, host))


@pytest.mark.parametrize("line, words", [
    ("UUID=1-2 / ext4 defaults,noatime,errors=remount-ro 0 1", "root=UUID=1-2 rootfstype=ext4"),
    ("LABEL=my\\040root / auto data=journal,noatime 0 1",
     '"root=LABEL=my root" rootfstype=ext4 rootflags=data=journal'),
    ("/dev/vda1 / ext4 defaults 0 1", "root=/dev/vda1 rootfstype=ext4"),
    ("PARTUUID=ab-01\t/\text4\trw\t0\t1\n/dev/sdz /mnt ext4", "root=PARTUUID=ab-01 rootfstype=ext4"),
])
def test_the_line_of_fstab_names_the_root(tool, host, line, words):
    host.write("etc/fstab", line + "\n")
    assert cmdline(pack(tool, host)) == words + "\n"


def test_words_of_the_user_come_behind(tool, host):
    host.write("etc/fstab", "UUID=1-2 / ext4 defaults 0 1\n")
    assert cmdline(pack(tool, host, "--cmdline", "quiet")) == "root=UUID=1-2 rootfstype=ext4\nquiet\n"


def test_a_recipe_beside_it_leaves_init_in(tool, host):
    tool.write("more.recipe", "file /note more.recipe 0644 0 0\n")
    entries = pack(tool, host, "more.recipe")
    assert {b"init", b"note", b"dev/console"} <= set(entries)
    assert b"init" not in pack(tool, host, "--no-init")


@pytest.mark.parametrize("root, options, flags", [
    ("/@rootfs", "defaults,subvol=@rootfs,compress=zstd", " rootflags=subvol=@rootfs"),
    ("/@rootfs", "defaults", " rootflags=subvol=/@rootfs"), ("/", "noatime", ""),
])
def test_a_root_on_a_subvolume(tool, host, root, options, flags):
    host.mounted("0:31", "btrfs", "/dev/vda1", root)
    host.write("etc/fstab", f"UUID=1-2 / btrfs {options} 0 0\n")
    entries = pack(tool, host)
    assert cmdline(entries) == f"root=UUID=1-2 rootfstype=btrfs{flags}\n"
    assert names(entries) == ["pcibus", "blk", "btrfs"]


def test_a_disk_that_several_controllers_reach(tool, host):
    controller = "pci0000:00/0000:00:07.0"
    host.device(controller, "pci", "pci:v00008086d00005845sv0")
    host.write(f"sys/devices/{controller}/nvme/nvme0/dev", "x")
    host.disk("virtual/nvme-subsystem/nvme-subsys0/nvme0n1", "259:0")
    host.link("sys/devices/virtual/nvme-subsystem/nvme-subsys0/nvme0", f"../../../{controller}/nvme/nvme0")
    host.mounted("259:0", "ext4", "/dev/nvme0n1")
    host.uuid("3-4", "nvme0n1")
    entries = pack(tool, host)
    assert names(entries) == ["nvme", "crc", "ext4"] and cmdline(entries).startswith("root=UUID=3-4 ")


def test_a_host_without_a_lasting_name_for_its_root(tool, host):
    host.index()
    done = tool.run("pack", "-o", "out.img", "--host", "--host-root", str(host.root))
    assert "using root=/dev/vda1, which can be another disk after the next boot" in done.stderr.decode()


def mapped(host, uuid, name="dm-0"):
    host.disk(f"virtual/block/{name}", "253:0", dm__uuid=uuid + "\n", dm__name="crypt\n")
    host.link(f"sys/devices/virtual/block/{name}/slaves/vda1",
              "../../../../pci0000:00/0000:00:05.0/virtio1/block/vda/vda1")
    host.mounted("253:0", "ext4", "/dev/mapper/crypt")


def test_a_root_on_luks_is_refused(tool, host):
    host.write("etc/crypttab", "# name\ncrypt UUID=9 none luks\n")
    mapped(host, "CRYPT-LUKS2-abc-crypt")
    refused(tool, host, "host: its root is on LUKS (crypttab: crypt), which /init does not assemble")
    (host.root / "etc/crypttab").unlink()
    refused(tool, host, "host: its root is on LUKS, which /init does not assemble")


def test_a_root_on_lvm_or_raid_is_refused(tool, host):
    mapped(host, "LVM-xyz")
    refused(tool, host, "host: its root is on LVM volumes,")
    host.disk("virtual/block/md0", "9:0", md__level="raid1\n")
    host.mounted("9:0", "ext4", "/dev/md0")
    refused(tool, host, "host: its root is on a software RAID,")


@pytest.mark.parametrize("number, kind, source", [("0:50", "overlay", "overlay"), ("0:51", "nfs4", "srv:/root"),
                                                  ("0:1", "tmpfs", "tmpfs")])
def test_a_root_on_no_block_device_is_refused(tool, host, number, kind, source):
    host.mounted(number, kind, source)
    refused(tool, host, f"host: its root is {kind} ({source}), on no block device")


def test_a_usr_of_its_own_is_refused(tool, host):
    host.mounted("254:1", "ext4", "/dev/vda1", more="28 27 254:2 / /usr rw - ext4 /dev/vda2 rw\n")
    refused(tool, host, "host: its /usr is a separate file system")


def test_hosts_that_tell_nothing(tool, host):
    host.write("proc/self/mountinfo", "")
    refused(tool, host, "proc/self/mountinfo: nothing is mounted at /")
    (host.root / "proc/self/mountinfo").unlink()
    refused(tool, host, "proc/self/mountinfo: No such file or directory (ENOENT)")
    host.mounted("8:99", "ext4", "/dev/sdg")
    refused(tool, host, "sys/dev/block/8:99: No such file or directory (ENOENT)")
    (host.root / "proc/sys/kernel/osrelease").unlink()
    refused(tool, host, "name the kernel with --kernel-release")


def test_a_kernel_that_is_not_installed(tool, host):
    host.index()
    said = tool.fail("pack", "-o", "-", "--host", "--host-root", str(host.root), "--kernel-release", "1.2.3",
                     "--module", "ext4", says="modules of kernel 1.2.3: ")
    assert said.count("\n") == 1, "said once"


def test_the_same_host_gives_the_same_bytes(tool, host):
    host.index()
    command = ["pack", "--host", "--host-root", str(host.root), "--no-cache", "-o"]
    tool.run(*command, "one.img")
    for device in (host.root / "sys/bus").glob("*/devices/*"):
        target = os.readlink(device)
        device.unlink()
        device.symlink_to(target)       # another order in its folder
    tool.run(*command, "two.img")
    assert (tool.path / "one.img").read_bytes() == (tool.path / "two.img").read_bytes()


def test_a_module_with_an_install_line_does_not_come_with_its_device(tool, host):
    tool.write("conf/hard.conf", "install keys /bin/false\n")
    host.index()
    done = tool.run("pack", "--compress", "none", "-o", "out.img", "--host", "--host-root", str(host.root),
                    "--modprobe-d", "conf")
    assert "warning: module keys is omitted: conf/hard.conf:1: install keys" in done.stderr.decode()
    assert b"etc/rdinit/drivers" not in tool.image("out.img")
    tool.write("conf/hard.conf", "install ext4 /bin/false\n")
    tool.fail("pack", "-o", "out.img", "--host", "--host-root", str(host.root), "--modprobe-d", "conf",
              says="conf/hard.conf:1: install ext4: /init runs no commands")


def test_this_machine_gets_drivers_of_disks_and_keyboards(tool, host):
    host.index()
    done = tool.run("pack", "--compress", "none", "-o", "out.img", "--host-root", str(host.root), "--modules",
                    str(host.dir), "--for-machine", "this")
    entries = tool.image("out.img")
    rows, patterns = drivers_of(entries)
    assert [row[0] for row in rows] == ["keys.ko", "pcibus.ko", "blk.ko"], done.stderr
    assert b"etc/rdinit/modules" not in entries and len(patterns) == 3
    tool.fail("pack", "-o", "-", "--host-root", str(tool.path / "empty"), "--modules", str(host.dir),
              "--for-machine", "this", says="for-machine this: no devices in ")


def test_the_true_host_can_be_asked(tool):
    """Whatever machine this is: its /sys is read, and the answer is sound."""
    entries = tool.pack("for-machine this\n", *KERNEL)
    if b"etc/rdinit/drivers" in entries:
        drivers_of(entries)


def test_no_process_is_started(tool):
    """What others do with thousands of them."""
    made(tool, 8 << 20, "mke2fs", "-q", "-F", "-t", "ext4")
    done = subprocess.run(["strace", "-f", "-qq", "-e", "trace=clone,clone3,fork,vfork,execve", "-o", "calls", RDINIT,
                           "pack", "--compress", "none", "-o", "out.img", *KERNEL, "--for-machine", "this",
                           "--for-root", "disk"], cwd=tool.path, env=tool.env, capture_output=True)
    assert done.returncode == 0, done.stderr
    calls = (tool.path / "calls").read_text().splitlines()
    assert len(calls) == 1 and "execve" in calls[0], calls
