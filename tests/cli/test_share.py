# SPDX-License-Identifier: MIT
"""test_share.py - large files of an image that is not compressed share their blocks with what they were made from."""
import os
import re
import shutil
import stat
import subprocess

import pytest
from newc import read_newc

MAKERS = {"xfs": ["mkfs.xfs", "-q"], "btrfs": ["mkfs.btrfs", "-q"]}
BIG = 3 * 1024 * 1024 + 123


@pytest.fixture(scope="module")
def as_root():
    """What stands before a command that takes root: nothing, or a sudo that asks for no password."""
    if os.geteuid() == 0:
        return []
    if not shutil.which("sudo") or subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode:
        pytest.skip("mounting takes root, or sudo without a password")
    return ["sudo", "-n"]


@pytest.fixture(params=MAKERS)
def disk(request, tool, as_root):
    """A file system in a file, mounted at `disk`; the test itself runs as whoever started it."""
    image = tool.path / "disk.img"
    image.touch()
    os.truncate(image, 512 << 20)
    subprocess.run([*MAKERS[request.param], image], check=True, capture_output=True)
    (tool.path / "disk").mkdir()
    done = subprocess.run([*as_root, "mount", "-o", "loop", image, tool.path / "disk"], capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"this machine mounts no {request.param} from a file: {done.stderr.strip()}")
    subprocess.run([*as_root, "chown", f"{os.geteuid()}:{os.getegid()}", tool.path / "disk"], check=True)
    yield tool.path / "disk"
    subprocess.run([*as_root, "umount", tool.path / "disk"], check=True)


def fill(folder):
    (folder / "tree/sub").mkdir(parents=True)
    for name, size in (("big", BIG), ("sub/even", 1024 * 1024), ("small", 1024 * 1024 - 1), ("zero", 0)):
        (folder / "tree" / name).write_bytes(os.urandom(size))
    os.link(folder / "tree/big", folder / "tree/zz")


def shared(path):
    """How many bytes of a file are in extents that others have, too."""
    subprocess.run(["sync", path], check=True)
    text = subprocess.run(["filefrag", "-v", path], check=True, capture_output=True, text=True).stdout
    return sum(int(row[1]) * 4096 for row in re.findall(r"^ +\d+:.*: +(\d+)\.\. +\d+: +(\d+):.*shared", text, re.M))


def check_content(image, folder):
    data = image.read_bytes()
    entries = {name.rstrip(b"\0").decode(): one for name, one in read_newc(data).items()}
    for name in ("sub/even", "small", "zero", "zz"):
        assert entries[name].data == (folder / "tree" / name).read_bytes(), name
    for name in ("sub/even", "zz"):
        assert data.index(entries[name].data) % 4096 == 0
    return entries


def test_large_files_share_their_blocks(tool, disk):
    fill(disk)
    subprocess.run(["sync", "-f", disk], check=True)
    command = ["pack", "--no-init", "--compress", "none", "--tree", "disk/tree", "-o"]
    tool.run(*command, "disk/x.img")
    check_content(disk / "x.img", disk)
    assert shared(disk / "x.img") == BIG // 4096 * 4096 + 1024 * 1024
    tool.run(*command, "elsewhere.img")
    assert (tool.path / "elsewhere.img").read_bytes() == (disk / "x.img").read_bytes(), "where it is written does not show"
    assert tool.run(*command, "-").stdout == (disk / "x.img").read_bytes()


def test_files_of_a_recipe_share_too_and_changes_do_not_show(tool, disk):
    fill(disk)
    subprocess.run(["sync", "-f", disk], check=True)
    before = (disk / "tree/big").read_bytes()
    tool.run("pack", "--compress", "none", "-o", "disk/x.img", "-", stdin=b"file /big disk/tree/big 0644 0 0\n")
    assert shared(disk / "x.img") == BIG // 4096 * 4096
    with open(disk / "tree/big", "r+b") as file:
        file.write(b"changed")
    entries = {name.rstrip(b"\0"): one for name, one in read_newc((disk / "x.img").read_bytes()).items()}
    assert entries[b"big"].data == before


def test_a_disk_that_is_full_loses_nothing(tool, disk):
    fill(disk)
    (disk / "x.img").write_bytes(b"old")
    (disk / "filler").touch()
    subprocess.run(["sync", "-f", disk], check=True)
    fd = os.open(disk / "filler", os.O_WRONLY)
    with pytest.raises(OSError, match="No space left"):
        while True:
            os.write(fd, bytes(1 << 20))
    os.close(fd)
    done = tool.run("pack", "--no-init", "--compress", "none", "--tree", "disk/tree", "-o", "disk/x.img", check=False)
    if done.returncode:
        assert b"ENOSPC" in done.stderr and (disk / "x.img").read_bytes() == b"old"
        assert sorted(os.listdir(disk)) == ["filler", "tree", "x.img"]
    else:
        check_content(disk / "x.img", disk)


def test_padding_costs_less_than_a_block_for_a_large_file_alone(tool):
    fill(tool.path)
    command = ["pack", "--no-init", "--compress", "none", "--tree", "tree", "-o", "x.img"]
    tool.run(*command)
    entries = check_content(tool.path / "x.img", tool.path)
    plain = sum((110 + len(name) + 1 + 3 & ~3) + (one.size + 3 & ~3) for name, one in entries.items())
    assert (tool.path / "x.img").stat().st_size - plain - 124 < 2 * 4096
    assert stat.S_ISREG(entries["big"].mode) and entries["big"].size == 0, "its name comes first, its bytes with zz"


def test_a_name_without_room_for_padding_gets_none(tool):
    """The kernel takes names of 4096 bytes at the most, with their NULs."""
    path = "/".join(["d" * 250] * 15 + ["f" * 200])
    tool.write("big", os.urandom(BIG))
    tool.run("pack", "--compress", "none", "-o", "x.img", "-", stdin=f"file /{path} big 0644 0 0\nfile /a big 0644 0 0\n".encode())
    data = (tool.path / "x.img").read_bytes()
    entries = read_newc(data)
    assert all(len(name) < 4096 for name in entries)
    assert [one.data for name, one in entries.items() if name.rstrip(b"\0") == path.encode()] == [(tool.path / "big").read_bytes()]


@pytest.mark.parametrize("reader", [["cpio", "-idm", "--quiet"], ["busybox", "cpio", "-id"]], ids=["GNU cpio", "busybox"])
def test_others_read_names_with_padding(tool, reader):
    fill(tool.path)
    tool.run("pack", "--no-init", "--compress", "none", "--tree", "tree", "-o", "x.img")
    (tool.path / "out").mkdir()
    with open(tool.path / "x.img", "rb") as image:
        subprocess.run(reader, stdin=image, cwd=tool.path / "out", check=True, capture_output=True)
    for name in ("big", "sub/even", "small", "zz"):
        assert (tool.path / "out" / name).read_bytes() == (tool.path / "tree" / name).read_bytes()


def test_a_compressed_image_has_no_padding(tool):
    fill(tool.path)
    tool.run("pack", "--no-init", "--tree", "tree", "-o", "x.img")
    data = subprocess.run(["zstd", "-dc", tool.path / "x.img"], check=True, capture_output=True).stdout
    assert not any(name.endswith(b"\0") for name in read_newc(data))
