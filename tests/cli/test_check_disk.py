# SPDX-License-Identifier: MIT
"""test_check_disk.py - rdinit check --root: what root= names, on disks made as plain files."""
import json
import os
import pathlib
import shutil
import subprocess

import pytest

from newc import TRAILER
from test_check import OTHER, OURS, config, findings

U = "11111111-2222-3333-4444-555555555555"
PART = "aaaaaaaa-0000-0000-0000-00000000000"
ENV = {**os.environ, "PATH": os.environ["PATH"] + ":/sbin:/usr/sbin"}
GPT = f"""label: gpt
start=2048, size=2048, uuid={PART}1, name="first"
start=8192, size=16384, uuid={PART}2, name="my root"
start=26624, size=2048, uuid={PART}3, name="third"
"""


def run(*words, text=None):
    subprocess.run([str(word) for word in words], check=True, env=ENV, input=text, text=True, stdout=subprocess.DEVNULL)


def empty(tool, name, size):
    path = tool.path / name
    path.touch()
    os.truncate(path, size << 20)
    return path


def ext4(tool, label="ROOT"):
    path = empty(tool, "root.ext4", 8)
    sbin = tool.path / "root/sbin"
    if not sbin.exists():
        sbin.mkdir(parents=True)
        shutil.copy("/bin/busybox", sbin / "init")
    run("mke2fs", "-q", "-F", "-t", "ext4", "-U", U, "-L", label, "-d", tool.path / "root", path)
    return path


def gpt(tool, third=b""):
    root, disk = ext4(tool), empty(tool, "gpt.disk", 16)
    run("sfdisk", "-q", disk, text=GPT)
    with open(disk, "r+b") as file:
        file.seek(8192 * 512)
        file.write(root.read_bytes())
        file.seek(26624 * 512)
        file.write(third)
    return disk


def judge(tool, disk, root, image=OURS, more=()):
    return findings(tool, image + TRAILER, "--root", str(disk), "--append", f"root={root}", *more)


@pytest.mark.parametrize("root", [f"UUID={U}", f"UUID={U.upper()}", "LABEL=ROOT", "PARTLABEL=\"my root\"", f"PARTUUID={PART}2",
                                  f"PARTUUID={PART}1/PARTNROFF=1", "/dev/vda2", "/dev/sdb2", "/dev/nvme0n1p2",
                                  "/dev/mmcblk0p2", "254:2", "/dev/disk/by-label/ROOT", "/dev/dm-3",
                                  "WWID=naa.5000c50015ea71ac", "/dev/disk/by-id/virtio-S1-part2", "/dev/disk/by-path/pci-0000:00:05.0"])
def test_what_is_there(tool, root):
    assert judge(tool, gpt(tool), root)[0] == []


@pytest.mark.parametrize("root, says", [
    ("UUID=11111111-2222-3333-4444-555555555556", "names nothing on"),
    ("LABEL=root", "compare it with LABEL="),
    ("PARTLABEL=ROOT", "names nothing on"), (f"PARTUUID={PART}1/PARTNROFF=9", "names nothing on"),
    ("/dev/vda4", "names nothing on"), ("/dev/nvme0n1p7", "names nothing on"),
    ("/dev/vda", "is GPT on"), ("/dev/nvme0n1", "which is not a file system"), ("gpt-auto", "names nothing on")])
def test_what_is_not(tool, root, says):
    found, texts = judge(tool, gpt(tool), root)
    assert found == [("error", "no-root", 17)] and says in texts[0], texts
    assert f"partition 2, ext4 UUID={U} LABEL=ROOT PARTUUID={PART}2 PARTLABEL=my root" in texts[0], "what there is"


def test_a_whole_disk(tool):
    disk = ext4(tool)
    for root in ("LABEL=ROOT", "/dev/vda", "/dev/nvme0n1"):
        assert judge(tool, disk, root)[0] == []
    assert judge(tool, disk, "/dev/vda1")[0] == [("error", "no-root", 17)]


def test_an_mbr_with_logical_partitions(tool):
    disk = empty(tool, "mbr.disk", 16)
    run("sfdisk", "-q", disk, text="label: dos\nlabel-id: 0xdeadbeef\nstart=2048, size=2048\nstart=4096, size=20000, type=5\n"
        "start=8192, size=8000\nstart=18432, size=2048\nstart=22528, size=1024\n")
    for number in ("01", "05", "06", "07"):
        assert judge(tool, disk, f"PARTUUID=deadbeef-{number}")[0] == []
    for number in ("02", "04", "08"):
        assert judge(tool, disk, f"PARTUUID=deadbeef-{number}")[0] == [("error", "no-root", 17)]


def test_members_swap_and_damage(tool):
    swap = empty(tool, "swap", 4)
    run("mkswap", "-q", "-U", U, swap)
    found, texts = judge(tool, swap, f"UUID={U}")
    assert found == [("error", "no-root", 17)] and "which is not a file system" in texts[0]
    disk = ext4(tool)
    with open(disk, "r+b") as file:
        file.seek(1024 + 0x10)
        file.write(b"\xff")
    found, texts = judge(tool, disk, "/dev/vda")
    assert found == [("error", "no-root", 17)] and "damaged ext4" in texts[0]
    assert judge(tool, disk, "/dev/vda rootfstype=ext4")[0] == [], "/init does not look either"


def test_a_header_of_luks_that_is_as_large_as_it_may_be(tool):
    disk, size = empty(tool, "luks", 32), 4 << 20
    run("cryptsetup", "luksFormat", "-q", "--type", "luks2", "--uuid", U, "--luks2-metadata-size", "4m", "--luks2-keyslots-size",
        "8m", "--pbkdf", "pbkdf2", "--pbkdf-force-iterations", "1000", disk, "-", text="key")
    assert "is LUKS2 on" in (text := judge(tool, disk, f"UUID={U}")[1][0]) and "encrypted, and this /init opens no LUKS" in text
    for at, says in ((5000, f"LUKS2 UUID={U}"), (size + 5000, "damaged LUKS2 (superblock checksum)")):
        with open(disk, "r+b") as file:
            file.seek(at)
            file.write(b"\xff")
        found, texts = judge(tool, disk, f"UUID={U}")
        assert found == [("error", "no-root", 17)] and says in texts[0], texts


def test_two_of_one_name(tool):
    disk = gpt(tool)
    twin = empty(tool, "twin", 1)
    run("mke2fs", "-q", "-F", "-t", "ext4", "-L", "ROOT", twin)
    found, texts = judge(tool, gpt(tool, twin.read_bytes()), "LABEL=ROOT")
    assert found == [("warning", "no-root", 17)] and "partitions 2 and 3" in texts[0]
    assert disk.exists()


def test_the_driver_of_what_is_there(tool):
    disk = ext4(tool)
    for symbol, expected in (("XFS_FS", [("error", "root", 13)]), ("EXT4_FS", [])):
        found, texts = judge(tool, disk, "LABEL=ROOT", more=["--config", config(tool, f"CONFIG_{symbol}=y")])
        assert found == expected, texts
    found, texts = judge(tool, disk, "LABEL=ROOT", more=["--config", config(tool)])
    assert "root=LABEL=ROOT, ext4, needs the driver ext4 (CONFIG_EXT4_FS)" in texts[0], texts


def test_what_cannot_be_judged(tool):
    tool.write("x.img", OTHER + TRAILER)
    disk = ext4(tool)
    done = tool.run("check", "--json", "--root", str(disk), "--append", "root=LABEL=x", "x.img", check=False)
    assert "no-root" in {one["rule"] for one in json.loads(done.stdout)["unjudged"]}
    tool.write("x.img", OURS + TRAILER)
    for root, why in (("254:0", "the boot decides"), ("LABEL=x", "give the disk (--root)")):
        words = ["--root", str(disk)] if root == "254:0" else []
        assert why in tool.run("check", "-v", *words, "--append", f"root={root}", "x.img").stdout.decode()


# --- the root's init -----------------------------------------------------------

PROGRAM = pathlib.Path("/bin/busybox").read_bytes()
CONTENTS = {
    "PROGRAM": (PROGRAM, 0o755), "PLAIN": (PROGRAM, 0o644), "ARM": (PROGRAM[:18] + b"\xb7\0" + PROGRAM[20:], 0o755),
    "SH": (b"#!/bin/sh -e\n", 0o755), "PERL": (b"#!/bin/perl\n", 0o755), "TEXT": (b"text", 0o755),
    **{f"S{n}": (f"#!/{n}\n".encode(), 0o755) for n in range(1, 6)},
    "FSTAB": (b"# all\nUUID=1 / ext4 defaults 0 1\nUUID=2 /usr ext4 defaults 0 2\n", 0o644),
}


def root_with(tool, *files):
    """An ext4 with these: PATH=KEY of CONTENTS, or PATH=TARGET of a symlink."""
    top = tool.path / "root"
    shutil.rmtree(top, ignore_errors=True)
    for file in files:
        name, what = file.split("=")
        path = top / name.lstrip("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        if what in CONTENTS:
            path.write_bytes(CONTENTS[what][0])
            path.chmod(CONTENTS[what][1])
        else:
            path.symlink_to(what)
    (top / "sbin").mkdir(parents=True, exist_ok=True)
    return ext4(tool)


@pytest.mark.parametrize("files, words, says", [
    ("/sbin/init=PROGRAM", "", None),
    ("/sbin/init=/lib/systemd/systemd /lib=usr/lib /usr/lib/systemd/systemd=PROGRAM", "", None),
    ("/sbin/init=../lib/./one//two/../init /lib=/usr/lib /usr/lib/one/two/x=TEXT /usr/lib/one/init=PROGRAM", "", None),
    ("/sbin/init=../../../bin/sh /bin/sh=PROGRAM", "", None),
    (f"/sbin/init=/{'d' * 70}/init /{'d' * 70}/init=PROGRAM", "", None),
    ("/sbin/init=SH /bin/sh=PROGRAM", "", None),
    ("/bin/sh=PROGRAM /etc/init=PLAIN", "", None),
    ("/my/init=PROGRAM", "init=/my/init", None),
    ("", "", "has no init: /sbin/init is not there, and the other"),
    ("/sbin/init=PLAIN", "", "has no init: /sbin/init has no x bit (mode 0644), and the other"),
    ("/sbin/init=PROGRAM", "init=/nope", "init=/nope of root=LABEL=ROOT on {disk} is not there; there is /sbin/init"),
    ("", "init=/nope", "{disk} is not there"),
    ("/sbin/init/x=PROGRAM", "init=/sbin/init", "is not a file"),
    ("/sbin/init=loop /sbin/loop=init", "", "/sbin/init is a loop of links"),
    ("/sbin/init=TEXT", "", "/sbin/init is neither an x86-64 program nor a script"),
    ("/sbin/init=ARM", "", "/sbin/init is neither an x86-64 program nor a script"),
    ("/sbin/init=SH", "", "/sbin/init needs /bin/sh, which is not there"),
    ("/sbin/init=SH /bin/sh=PERL", "", "/sbin/init needs /bin/perl, which is not there"),
    ("/sbin/init=SH /bin/sh=SH", "", "/sbin/init is a script whose interpreters are too many scripts"),
    ("/init=S1 /1=S2 /2=S3 /3=S4 /4=S5 /5=PROGRAM", "init=/init", None),
])
def test_the_init_of_a_root(tool, files, words, says):
    disk = root_with(tool, *files.split())
    found, texts = judge(tool, disk, f"LABEL=ROOT {words}")
    if not says:
        assert found == [], texts
        return
    assert found == [("error", "real-init", 15)] and says.format(disk=disk) in texts[0], texts


def test_the_init_of_a_root_in_a_partition(tool):
    assert judge(tool, gpt(tool), "LABEL=ROOT init=/nope")[0] == [("error", "real-init", 15)]
    assert judge(tool, gpt(tool), "/dev/vda2")[0] == []


def not_looked_at(tool, disk, words):
    tool.write("x.img", OURS + TRAILER)
    done = tool.run("check", "--json", "--root", str(disk), "--append", words, "x.img", check=False)
    whole = json.loads(done.stdout)
    assert not [one for one in whole["findings"] if one["rule"] == "real-init"]
    return [one["why"] for one in whole["unjudged"] if one["rule"] == "real-init"]


def test_roots_whose_init_is_not_looked_at(tool):
    disk = root_with(tool, "/etc/fstab=FSTAB")
    assert "has a separate /usr" in not_looked_at(tool, disk, "root=LABEL=ROOT")[0]
    assert "a file in a file system" in not_looked_at(tool, disk, "root=LABEL=ROOT rdinit.loop=/root.img")[0]
    assert "an overlay on another device" in not_looked_at(tool, disk, "root=LABEL=ROOT rd.overlay=/dev/vdb")[0]
    assert "which part of the disk" in not_looked_at(tool, disk, "root=254:1")[0]
    assert not_looked_at(tool, disk, "rdinit.run=/x") == []
    assert judge(tool, disk, "LABEL=ROOT rd.overlay init=/nope")[0] == []
    other = empty(tool, "root.vfat", 8)
    run("mkfs.vfat", "-n", "ROOT", other)
    assert "only a sound ext2, ext3 or ext4" in not_looked_at(tool, other, "root=LABEL=ROOT")[0]


def test_a_root_whose_folders_cannot_be_read(tool):
    """The superblock is sound: nothing is known of the files then."""
    disk = root_with(tool, "/sbin/init=PROGRAM")
    with open(disk, "r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * 65536)
    assert len(not_looked_at(tool, disk, "root=LABEL=ROOT init=/nope")) <= 1


def test_disks_that_cannot_be_read(tool):
    tool.write("x.img", OURS + TRAILER)
    tool.fail("check", "--root", "none", "x.img", status=2, says="none: No such file or directory (ENOENT)")
    tool.fail("check", "--root", ".", "x.img", status=2, says="neither the image of a disk nor a block device")
    empty(tool, "zero", 0)
    assert judge(tool, "zero", "LABEL=x")[0] == [("error", "no-root", 17)]
