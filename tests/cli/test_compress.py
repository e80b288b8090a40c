# SPDX-License-Identifier: MIT
"""test_compress.py - compressed images: what others unpack from them, their groups and the cache."""
import os
import pathlib
import random
import subprocess

import pytest

from newc import read_newc

METHODS = {  # what the file begins with, and who unpacks it
    "gzip": (b"\x1f\x8b\x08\x00\0\0\0\0", ["gzip", "-dc"]),
    "zstd": (b"\x28\xb5\x2f\xfd", ["zstd", "-dc"]),
    "lz4": (b"\x02\x21\x4c\x18", ["lz4", "-dc"]),
    "xz": (b"\xfd7zXZ\0\0\x01", ["xz", "-dc"]),      # flags 1: CRC32
    "lzma": (b"\x5d\0\0", ["xz", "--format=lzma", "-dc"]),
    "bzip2": (b"BZh9", ["bzip2", "-dc"]),
}
LEAST, MOST = 2 << 20, 8 << 20      # tools/lib/cpio/frames_writer.h


def unpack(method, data):
    return subprocess.run(METHODS[method][1], input=data, capture_output=True, check=True).stdout


@pytest.mark.parametrize("method", METHODS)
def test_others_unpack_the_same(tool, method):
    tool.write("tree/big", bytes(range(256)) * 4_000)
    tool.write("tree/small", "x")
    for name, word in (("raw", "none"), ("x", method), ("y", f"{method},1")):
        tool.run("pack", "--no-init", "--tree", "tree", "-o", name, "--compress", word)
    packed = (tool.path / "x").read_bytes()
    assert packed.startswith(METHODS[method][0]), "no name and no time in the header"
    assert unpack(method, packed) == (tool.path / "raw").read_bytes()
    assert unpack(method, (tool.path / "y").read_bytes()) == (tool.path / "raw").read_bytes()
    assert (tool.path / "y").read_bytes() != packed or method == "bzip2", "the level counts"


def test_zstd_is_the_default_and_lz4_boots_fast(tool):
    tool.write("r", "dir /a 0755 0 0\n")
    tool.run("pack", "-o", "x", "r")
    assert (tool.path / "x").read_bytes().startswith(METHODS["zstd"][0])
    tool.run("pack", "--fast-boot", "-o", "x", "r")
    assert (tool.path / "x").read_bytes().startswith(METHODS["lz4"][0])


@pytest.mark.parametrize("word, says", [
    ("rar", "expects none, gzip, zstd, lz4, xz, lzma or bzip2, found rar"), ("", "expects none"),
    ("lzo", "expects none for lzo, whose library is GPL; compress the image with lzop"),
    ("zstd,23", "expects a level of this method after the comma"), ("zstd,", "a level"), ("gzip,0", "a level"),
    ("gzip,1x", "a level"), ("none,1", "a level")])
def test_words_that_are_no_compression(tool, word, says):
    tool.fail("pack", "--compress", word, "r", status=2, says=says)


@pytest.mark.parametrize("count", ["0", "65", "x", "-1"])
def test_numbers_that_are_no_threads(tool, count):
    tool.fail("pack", "--threads", count, "r", status=2, says=f'--threads expects a number from 1 to 64, found "{count}"')


# --- groups ---

@pytest.fixture
def large(tool):
    """20 MB in 300 files of random size that compress by half."""
    numbers = random.Random(1)
    for i in range(300):
        size = numbers.randrange(1000, 130_000)
        tool.write(f"tree/{i}", numbers.randbytes(size // 2) + bytes(size // 2))
    return tool


def frames(packed):
    """The frames of a zstd file, cut where zstd itself says that one is a valid file."""
    parts = packed.split(METHODS["zstd"][0])[1:]
    found, part = [], b""
    for piece in parts:
        part += METHODS["zstd"][0] + piece
        done = subprocess.run(["zstd", "-dc"], input=part, capture_output=True)
        if done.returncode == 0:
            found.append(done.stdout)
            part = b""
    assert part == b""
    return found


def test_every_frame_ends_with_an_entry(large):
    large.run("pack", "--no-init", "--tree", "tree", "-o", "x")
    groups = frames((large.path / "x").read_bytes())
    assert len(groups) > 3
    for group in groups:
        assert group.startswith(b"070701") and len(group) % 4 == 0
    for group in groups[:-1]:
        assert LEAST <= len(group) < MOST + 200_000
    assert len(read_newc(b"".join(groups))) == 301  # and the root directory


def test_threads_change_no_byte(large):
    large.run("pack", "--no-init", "--tree", "tree", "--no-cache", "--threads", "1", "-o", "x")
    large.run("pack", "--no-init", "--tree", "tree", "--no-cache", "--threads", "7", "-o", "y")
    assert (large.path / "x").read_bytes() == (large.path / "y").read_bytes()


def test_a_file_larger_than_any_group(tool):
    tool.write("tree/big", os.urandom(70_000_000))
    tool.write("tree/a", "1")
    tool.write("tree/z", "2")
    tool.run("pack", "--no-init", "--tree", "tree", "-o", "x")
    tool.run("pack", "--no-init", "--tree", "tree", "-o", "raw", "--compress", "none")
    packed, raw = (read_newc(data) for data in (unpack("zstd", (tool.path / "x").read_bytes()),
                                                (tool.path / "raw").read_bytes()))
    assert packed[b"big"].data == next(one.data for name, one in raw.items() if name.rstrip(b"\0") == b"big")
    assert [name.rstrip(b"\0") for name in raw] == list(packed) == [b".", b"a", b"big", b"z"]


# --- the cache ---

def kept(tool):
    folder = pathlib.Path(tool.env["XDG_CACHE_HOME"]) / "rdinit/frames"
    return {path.name: path for path in folder.iterdir()} if folder.exists() else {}


def test_one_changed_file_is_one_new_frame(large):
    large.run("pack", "--no-init", "--tree", "tree", "-o", "x")
    before = kept(large)
    assert len(before) > 3
    large.write("tree/150", "other")
    large.run("pack", "--no-init", "--tree", "tree", "-o", "y")
    assert len(set(kept(large)) - set(before)) == 1
    large.run("pack", "--no-init", "--tree", "tree", "--no-cache", "-o", "z")
    assert (large.path / "y").read_bytes() == (large.path / "z").read_bytes()
    large.write("tree/new", "1")
    large.run("pack", "--no-init", "--tree", "tree", "-o", "y")
    assert len(set(kept(large)) - set(before)) <= 3, "a new file changes what is around it"


def test_no_cache_keeps_nothing(large):
    large.run("pack", "--no-init", "--tree", "tree", "--no-cache", "-o", "x")
    assert kept(large) == {}


@pytest.mark.parametrize("damage", [b"", b"short", None])
def test_a_damaged_cache_is_no_harm(large, damage):
    large.run("pack", "--no-init", "--tree", "tree", "-o", "x")
    for path in kept(large).values():
        path.write_bytes(path.read_bytes()[:-1] + b"?" if damage is None else damage)
    large.run("pack", "--no-init", "--tree", "tree", "-o", "y")
    assert (large.path / "x").read_bytes() == (large.path / "y").read_bytes()


def test_a_cache_that_cannot_be_written_is_no_harm(large):
    large.env["XDG_CACHE_HOME"] = "/dev/null/x"
    large.run("pack", "--no-init", "--tree", "tree", "-o", "x")
    large.env["XDG_CACHE_HOME"] = large.env["HOME"] = "relative"
    large.run("pack", "--no-init", "--tree", "tree", "-o", "y")
    assert (large.path / "x").read_bytes() == (large.path / "y").read_bytes()
    assert large.names() == ["tree", "x", "y"]


def test_what_nobody_used_for_a_month_goes(large):
    large.run("pack", "--no-init", "--tree", "tree", "-o", "x")
    old, *rest = sorted(kept(large).values())
    os.utime(old, (1, 1))
    large.write("tree/150", "other")
    large.run("pack", "--compress", "zstd,3", "--no-init", "--tree", "tree", "-o", "x")
    assert not old.exists() and all(path.exists() for path in rest)
