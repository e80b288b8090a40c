# SPDX-License-Identifier: MIT
"""test_list.py - rdinit list: any newc image as a recipe, and what damaged ones get."""
import bz2
import gzip
import lzma
import os
import pathlib
import shutil
import subprocess

import pytest

from conftest import RDINIT
from newc import TRAILER, entry, header, pad, recipe_words


def lines(done):
    return [line for line in done.stdout.decode().splitlines() if not line.startswith("#")]


@pytest.mark.parametrize("compress", ["none", "gzip", "zstd"])
def test_list_and_pack_give_the_same_bytes_again(tool, compress):
    tool.write("hello", "hello")
    tool.write("r", 'dir / 0711 0 0\nfile /a hello 0644 1 2 /b /z/c\nfile "/n l\\n\\xff" hello 0 0 0\n'
                    "nod /n 0600 0 0 b 8 1\npipe /p 0600 0 0\nsock /s 0600 0 0\n"
                    'slink /l "a b" 0777 3 4\nmtime 77\nfile /timed /dev/null 0644 0 0\n')
    tool.run("pack", "--compress", compress, "-o", "x.img", "r")
    recipe = tool.run("list", "x.img").stdout
    tool.run("pack", "--compress", compress, "-o", "y.img", "-", stdin=recipe)
    assert (tool.path / "y.img").read_bytes() == (tool.path / "x.img").read_bytes()
    (tool.path / "sub").mkdir()
    tool.write("sub/saved", recipe)
    tool.run("pack", "--compress", compress, "-o", "z.img", "sub/saved")
    assert (tool.path / "z.img").read_bytes() == (tool.path / "x.img").read_bytes()


def test_segments_are_shown_and_read_on(tool):
    early = entry(b"kernel", 0o40755, nlink=2) + TRAILER
    raw = early + b"\0" * (512 - len(early) % 512)
    main = gzip.compress(entry(b"init", 0o100755, b"x") + TRAILER)
    tool.write("x.img", raw + main + main)
    done = tool.run("list", "x.img")
    assert b"# segment 1: raw at 0" in done.stdout
    assert f"# segment 2: gzip at {len(raw)}".encode() in done.stdout
    assert [line.split()[1] for line in lines(done)] == ["early", "/kernel", "main", "/init", "/init"]


def test_names_of_one_file_do_not_cross_archives(tool):
    data = entry(b"a", nlink=2, ino=5) + entry(b"b", data=b"one", nlink=2, ino=5) + TRAILER
    other = entry(b"c", data=b"two", nlink=2, ino=5) + TRAILER
    tool.write("x.img", data + other)
    assert [recipe_words(line) for line in lines(tool.run("list", "x.img"))] == [
        ["file", "/a", f"cpio:{tool.path}/x.img:/b", "0644", "0", "0", "/b"],
        ["file", "/c", f"cpio:{tool.path}/x.img:/c", "0644", "0", "0"]]


def test_nlink_1_is_never_a_link_whatever_the_inode(tool):
    tool.write("x.img", entry(b"a", data=b"1") + entry(b"b", data=b"2") + TRAILER)
    assert len(lines(tool.run("list", "x.img"))) == 2


def test_verbose_tells_sizes_and_links(tool):
    tool.write("x.img", entry(b"a", data=b"12345") + TRAILER)
    assert b"# at 0, inode 1, 1 links, 5 bytes" in tool.run("list", "-v", "x.img").stdout


def test_standard_input_can_be_listed(tool):
    assert b"/a" in tool.run("list", "-", stdin=entry(b"a") + TRAILER).stdout


@pytest.mark.skipif(not shutil.which("cpio"), reason="needs GNU cpio")
def test_what_gnu_cpio_writes_can_be_read(tool):
    tool.write("tree/f", "text")
    os.link(tool.path / "tree/f", tool.path / "tree/g")
    os.symlink("f", tool.path / "tree/s")
    made = subprocess.run(["cpio", "-o", "-H", "newc", "--quiet"], input=b".\nf\ng\ns\n",
                          cwd=tool.path / "tree", capture_output=True, check=True)
    tool.write("x.img", made.stdout)
    got = lines(tool.run("list", "x.img"))
    assert [line.split()[:2] for line in got if not line.startswith("mtime")] == [
        ["dir", "/"], ["file", "/f"], ["slink", "/s"]]
    crc = subprocess.run(["cpio", "-o", "-H", "crc", "--quiet"], input=b"f\n",
                         cwd=tool.path / "tree", capture_output=True, check=True).stdout
    tool.write("crc.img", crc)
    tool.run("list", "crc.img")
    tool.write("bad.img", crc.replace(b"text", b"tezt"))
    tool.fail("list", "bad.img", says="checksum of the data is wrong")


def lz4(data):
    return subprocess.run(["lz4", "-l", "-9", "-c"], input=data, capture_output=True, check=True).stdout


@pytest.mark.parametrize("pack", [
    gzip.compress, lzma.compress, bz2.compress, lz4, lambda data: lzma.compress(data, lzma.FORMAT_ALONE)],
    ids=["gzip", "xz", "bzip2", "lz4", "lzma"])
def test_every_compression_is_read(tool, pack):
    tool.write("packed.img", pack(GOOD))
    assert b"file /a" in tool.run("list", "packed.img").stdout
    tool.write("two.img", pack(GOOD) + bytes(4) + gzip.compress(GOOD.replace(b"12345", b"54321")))
    assert tool.run("list", "two.img").stdout.count(b"file /a") == 2


GOOD = entry(b"a", data=b"12345") + TRAILER
DAMAGE = [
    (b"", "an empty file"),
    (b"\0" * 512, "nothing but zero bytes"),
    (b"#!/bin/sh\n", "neither a newc archive nor a known compression, at offset 0"),
    (b"070707" + GOOD[6:], "old portable cpio archive"),
    (b"070703" + GOOD[6:], "no cpio magic"),
    (GOOD[:6] + b"0x" + GOOD[8:], "not 8 hex digits, at offset 6"),
    (GOOD[:50], "truncated in the header of an entry, at offset 0"),
    (GOOD[:111], "truncated in the name"),
    (GOOD[:114], "truncated in the data"),
    (header(b"a", 0o100644, namesize=0) + b"a\0", "1 to 4096 bytes"),
    (pad(header(b"a", 0o100644, namesize=4097) + b"a" * 4097), "1 to 4096 bytes"),
    (pad(header(b"ab", 0o100644, namesize=2) + b"ab"), "without its NUL"),
    (entry(b"d", 0o40755, b"data"), "neither a file nor a symlink has data"),
    (entry(b"l", 0o120777, b"y" * 4097), "symlink's target"),
    (entry(b"x", 0o170644), "not that of any kind of file"),
    (GOOD + b"xx", "neither a newc archive nor a known compression"),
    (GOOD + b"\0" + GOOD, "not a multiple of 4"),
    (gzip.compress(GOOD)[:-12], "gzip: truncated"),
    (gzip.compress(GOOD)[:20] + b"\xff" * 30, "gzip: "),
    (gzip.compress(GOOD + b"junk"), "junk after its entries, at offset %d of the gzip segment at 0" % len(GOOD)),
    (gzip.compress(GOOD[:50]), "truncated in the header of an entry, at offset 0 of the gzip"),
    (b"\xfd7zXZ\0" + b"x" * 100, "xz: damaged"),
    (lzma.compress(GOOD)[:-12], "xz: truncated"),
    (b"\x02\x21\x4c\x18" + b"\x09\0\0\0" + b"x" * 100, "lz4: damaged"),
    (b"\x02\x21\x4c\x18" + b"\xff\0\0\0" + b"x" * 100, "lz4: truncated"),
    (b"BZh9" + b"x" * 100, "bzip2: damaged"),
    (bz2.compress(GOOD)[:-4], "bzip2: truncated"),
    (b"\x5d\0\0" + b"\xff" * 100, "lzma: "),
    (lzma.compress(GOOD, lzma.FORMAT_ALONE)[:-4], "lzma: truncated"),
    (b"\x89LZO\0\x0d" + b"x" * 100, "compressed with lzo, whose library is GPL"),
    (b"\x28\xb5\x2f\xfd" + b"x" * 100, "zstd: "),
]


PASSED_OVER = {
    "a long name": (pad(pad(header(b"a", 0o100644, size=5, namesize=4097) + b"a" * 4097) + b"bytes"), "1 to 4096 bytes"),
    "no name": (pad(header(b"", 0o100644, size=5, namesize=0)) + pad(b"bytes"), "1 to 4096 bytes"),
    "an empty name": (entry(b""), "the name is empty"),
    "a long part of a name": (entry(b"d/" + b"n" * 256 + b"/f"), "more than 255 bytes"),
    "a folder with data": (entry(b"f", 0o40755, b"data"), "has data"),
    "a node with data": (entry(b"f", 0o20666, b"data"), "has data"),
    "a long link": (entry(b"l", 0o120777, b"y" * 4097), "1 to 4096 bytes"),
    "an empty link": (entry(b"l", 0o120777, b""), "1 to 4096 bytes"),
}


@pytest.mark.parametrize("kind", PASSED_OVER)
def test_what_the_kernel_passes_over_is_reported_and_the_rest_is_read(tool, kind):
    """do_header() steps to the next header; the entry changes nothing that was there before."""
    bad, says = PASSED_OVER[kind]
    tool.write("x.img", entry(b"f", data=b"1") + bad + entry(b"d", 0o40755) + bad + entry(b"d/g", data=b"2") + TRAILER)
    done = tool.run("list", "x.img")
    assert [line.split()[:2] for line in done.stdout.decode().splitlines()[1:]] == [["file", "/f"], ["dir", "/d"], ["file", "/d/g"]]
    text = done.stderr.decode()
    assert text.count("rdinit: warning: x.img: the entry") == 2 and text.count(says) == 2 and "is skipped, as the kernel does" in text
    assert tool.run("cat", "x.img", "/f", "/d/g").stdout == b"12"
    tool.fail("extract", "x.img", "out", says="2 entries are lost, as in a boot")
    assert (tool.path / "out/d/g").read_bytes() == b"2" and (tool.path / "out.recipe").read_text().count("\n") == 3
    tool.run("pack", "--no-init", "-o", "y.img", "--image", "x.img")
    assert tool.run("cat", "y.img", "/d/g").stdout == b"2"
    assert "is lost without a message" in tool.run("check", "x.img", check=False).stdout.decode()


def test_many_that_are_passed_over_are_counted(tool):
    tool.write("x.img", 25 * PASSED_OVER["no name"][0] + GOOD)
    lines = tool.run("list", "x.img").stderr.decode().splitlines()
    assert len(lines) == 21 and lines[-1] == "rdinit: warning: x.img: 5 more entries are skipped"
    tool.write("x.img", PASSED_OVER["no name"][0] + TRAILER)
    tool.fail("list", "x.img", says="x.img: no entry is left")


@pytest.mark.parametrize("data,says", DAMAGE, ids=[str(i) for i in range(len(DAMAGE))])
def test_damage_is_reported_and_nothing_is_printed(tool, data, says):
    tool.write("x.img", data)
    tool.fail("list", "x.img", says=says)


def test_every_truncation_is_an_error_or_an_archive_end(tool):
    """Cut in an entry: an error. Cut between entries: what stands before, as the kernel reads it."""
    image = entry(b"a", data=b"12345") + entry(b"l", 0o120777, b"a")
    ends = {len(entry(b"a", data=b"12345")) - 3 + i for i in range(4)} | {
        len(image) - 3 + i for i in range(4)}
    for cut in range(1, len(image)):
        tool.write("x.img", image[:cut])
        done = tool.run("list", "x.img", check=False)
        assert done.returncode == (0 if cut in ends else 1), cut


def test_missing_images_and_full_outputs(tool):
    tool.fail("list", "missing", says="missing: cannot open: No such file or directory (ENOENT)")
    tool.fail("list", ".", says="(EISDIR)")
    tool.fail("list", status=2, says="expected one IMAGE")
    tool.fail("list", "--nope", "x", status=2, says="unknown option --nope")
    tool.write("x.img", GOOD)
    with open("/dev/full", "wb") as full:
        done = subprocess.run([RDINIT, "list", "x.img"], cwd=tool.path, stdout=full, stderr=subprocess.PIPE,
                              check=False)
    assert done.returncode == 1 and b"cannot write to standard output" in done.stderr


@pytest.mark.parametrize("times", [(5, 5, 5, 5), (5, 5, 6, 7), (0, 5, 0, 5), (7, 0, 7, 0), (5, 0, 0, 0), (0xffffffff, 1, 1, 0xffffffff)])
def test_times_come_back_whatever_the_first_ones_are(tool, times):
    """Also that of the root directory, which is the first entry of most archives."""
    def at(name, mode, time, data=b""):
        made = bytearray(entry(name, mode, data))
        made[46:54] = b"%08x" % time
        return bytes(made)
    tool.write("x.img", at(b".", 0o40755, times[0]) + at(b"d", 0o40755, times[1]) + at(b"d/f", 0o100644, times[2], b"1")
               + at(b"l", 0o120777, times[3], b"d") + TRAILER)
    tool.write("r", tool.run("list", "x.img").stdout)
    tool.run("pack", "-o", "y.img", "r")
    tool.run("diff", "--times", "x.img", "y.img")
    tool.run("extract", "x.img", "out")
    tool.run("pack", "-o", "z.img", "out.recipe")
    tool.run("diff", "--times", "x.img", "z.img")


def test_a_packed_tree_with_times_gives_the_same_bytes_through_a_list(tool):
    tool.write("t/a/f", "1")
    tool.write("t/g", "2")
    env = {"SOURCE_DATE_EPOCH": "2000000000"}
    tool.run("pack", "--no-init", "-o", "x.img", "--tree", "t", env=env)
    for more in ({}, env):
        tool.run("pack", "-o", "y.img", "-", stdin=tool.run("list", "x.img").stdout, env=more)
        assert (tool.path / "y.img").read_bytes() == (tool.path / "x.img").read_bytes()


HIDDEN = ["\x1b[2J", "\x07", "\x7f", "\u009b2J", "\u202e", "\u2066", "\u200f", "\u061c", "\u2028", "\ufeff", "\U000e0041", "\n"]


@pytest.mark.parametrize("hidden", [*(text.encode() for text in HIDDEN), b"\x9b2J", b"\xc0\x9b", b"\xe0\x82\x9b", b"\xed\xa0\x80", b"\xff"])
def test_nothing_of_a_name_changes_how_a_terminal_shows_the_rest(tool, hidden):
    """Controls, also those of two bytes and overlong, overrides of direction, what has no width: all escaped, in all forms."""
    name = b"a" + hidden + b"b"
    tool.write("x.img", entry(name, data=b"1") + entry(b"l", 0o120777, name) + entry(name, 0o100755, b"2") + entry(b"no/" + name)
               + entry(b"etc", 0o40755) + entry(b"etc/rdinit", 0o40755) + entry(b"etc/rdinit/cmdline.d", 0o40755)
               + entry(b"etc/rdinit/cmdline.d/" + name + b".conf", data=b"root=/dev/" + name + b"\n")
               + entry(b"init", 0o100755, (pathlib.Path(RDINIT).parent / "init").read_bytes()) + TRAILER)
    tool.write("y.img", entry(b"b") + TRAILER)
    for words in (["list", "x.img"], ["list", "-l", "x.img"], ["list", "--json", "x.img"], ["list", "--treemap", "-", "x.img"],
                  ["diff", "x.img", "y.img"], ["extract", "x.img", "out"], ["cat", "x.img", name.decode(errors="surrogateescape")],
                  ["explain", "x.img", "/l"], ["explain", "x.img", b"/" + name], ["check", "x.img"], ["check", "--json", "x.img"],
                  ["plan", "x.img"], ["pack", "--image", "x.img", "--tar", name], ["list", name], [name]):
        done = tool.run(*words, check=False)
        shown = done.stdout if words[0] != "cat" else b""
        for line in (shown + done.stderr).splitlines():
            assert hidden not in line + b"\0" and name not in line, (words, line)
            line.decode()
