# SPDX-License-Identifier: MIT
"""test_corners.py - what other packers lose, corrupt or half write, with exit status 0: each right here, or refused."""
import os
import shutil
import signal
import socket
import stat
import subprocess

import pytest

from conftest import RDINIT, wait_for_output
from newc import read_newc


def packed(tool, *args, **kwargs):
    tool.run("pack", "--no-init", "--compress", "none", "-o", "x.img", "--tree", "t", *args, **kwargs)
    return read_newc((tool.path / "x.img").read_bytes())


OVERLAY = r"""
set -e
mount -t tmpfs t "$1"
cd "$1"
mkdir a b t
mount -t tmpfs a a
mount -t tmpfs b b
echo one >a/one; ln a/one a/uno
echo two >b/two; ln b/two b/due
mount -t overlay -o lowerdir=a:b,xino=on overlay t
set -- $(stat -c %i t/one t/two)
[ $(($1 & 0xffffffff)) = $(($2 & 0xffffffff)) ] && [ $1 != $2 ]
exec "$RDINIT" pack --no-init --compress none --tree t -o -
"""


def test_inodes_that_differ_in_their_upper_half_only_are_two_files(tool):
    done = subprocess.run(["unshare", "-Urm", "sh", "-c", OVERLAY, "sh", str(tool.path)], capture_output=True,
                          env={**os.environ, "RDINIT": RDINIT}, check=False)
    if b"overlay" in done.stderr or b"unshare" in done.stderr:
        pytest.skip("needs a user namespace with overlayfs")
    got = read_newc(done.stdout)
    assert got[b"one"].ino == got[b"uno"].ino != got[b"two"].ino == got[b"due"].ino
    assert (got[b"uno"].data, got[b"two"].data) == (b"one\n", b"two\n"), "the last name of each has the bytes"


@pytest.mark.parametrize("seconds,wanted", [(-5, 0), (0, 0), (2**32 - 1, 2**32 - 1), (2**32 + 5, 2**32 - 1)])
def test_times_that_do_not_fit_are_the_nearest(tool, seconds, wanted):
    tool.write("t/f", "x")
    os.utime(tool.path / "t/f", (seconds, seconds))
    assert packed(tool, env={"SOURCE_DATE_EPOCH": str(2**33)})[b"f"].mtime == wanted


@pytest.mark.parametrize("name", ["TRAILER!!!", "sub/TRAILER!!!"])
def test_a_file_named_as_the_end_of_an_archive(tool, name):
    tool.write(f"t/{name}", "x")
    if "/" in name:
        assert packed(tool)[name.encode()].data == b"x", "only at the top it is the end"
        return
    tool.write("x.img", "old")
    tool.fail("pack", "--tree", "t", "-o", "x.img", says="TRAILER!!!: this name ends an archive")
    assert (tool.path / "x.img").read_bytes() == b"old"


def test_every_kind_of_file_a_tree_can_have(tool):
    (tool.path / "t").mkdir()
    os.mkfifo(tool.path / "t/fifo", 0o640)
    with socket.socket(socket.AF_UNIX) as one:
        os.chdir(tool.path / "t")
        one.bind("sock")
    os.symlink("x" * 4095, tool.path / "t/long")
    os.symlink("dangling", tool.path / "t/link")
    os.chmod(tool.path / "t/sock", 0o600)
    kinds = {name: (stat.S_IFMT(one.mode), one.size) for name, one in packed(tool).items() if name != b"."}
    assert kinds == {b"fifo": (stat.S_IFIFO, 0), b"sock": (stat.S_IFSOCK, 0), b"long": (stat.S_IFLNK, 4095),
                     b"link": (stat.S_IFLNK, 8)}


def test_the_longest_name_and_the_longest_path(tool):
    """The host reads paths of up to 4095 bytes, and two of them are "t/"."""
    (tool.path / "t").mkdir()
    os.chdir(tool.path / "t")
    (tool.path / "t" / ("n" * 255)).write_text("x")
    part = "d" * 255
    for _ in range(15):
        os.mkdir(part)
        os.chdir(part)
    with open("f" * (4093 - 15 * 256), "w", encoding="ascii") as file:
        file.write("deep")
    got = packed(tool)
    deepest = max(got, key=len)
    assert len(deepest) == 4093 and got[deepest].data == b"deep" and b"n" * 255 in got
    os.mkdir("g" * 255)
    tool.fail("pack", "--tree", "t", "-o", "y.img", says="File name too long (ENAMETOOLONG)")
    assert "y.img" not in tool.names()
    os.chdir("/")
    subprocess.run(["rm", "-rf", tool.path / "t"], check=True)


def test_setuid_and_sticky_bits_stay(tool):
    for name, mode in (("su", 0o4755), ("wall", 0o2755), ("odd", 0o6711)):
        tool.write(f"t/{name}", "x")
        os.chmod(tool.path / "t" / name, mode)
    (tool.path / "t/tmp").mkdir()
    os.chmod(tool.path / "t/tmp", 0o1777)
    assert {n: oct(e.mode & 0o7777) for n, e in packed(tool).items() if n != b"."} == {
        b"su": "0o4755", b"wall": "0o2755", b"odd": "0o6711", b"tmp": "0o1777"}


def test_kill_in_the_middle_leaves_the_old_image_whole(tool):
    with open(tool.path / "noise", "wb") as file:
        for _ in range(64):
            file.write(os.urandom(1 << 20))
    os.mkdir(tool.path / "t")
    os.rename(tool.path / "noise", tool.path / "t/noise")
    tool.write("x.img", "old")
    command = [RDINIT, "pack", "--compress", "xz", "--no-cache", "--tree", "t", "-o", "x.img"]
    with subprocess.Popen(command, cwd=tool.path, stderr=subprocess.DEVNULL) as process:
        is_nameless = wait_for_output(process, tool.path)
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
    assert (tool.path / "x.img").read_bytes() == b"old" and (not is_nameless or tool.names() == ["t", "x.img"])


def test_the_same_tree_in_another_order_and_with_other_numbers(tool):
    """Inode numbers, the order of folders, times and the umask are not in an image."""
    names = ["b/two", "a/one", "c", "a/link"]
    for name in names[:3]:
        tool.write(f"t/{name}", name)
    os.link(tool.path / "t/c", tool.path / "t/a/link")
    packed(tool)
    first = (tool.path / "x.img").read_bytes()
    shutil.move(tool.path / "t", tool.path / "old")
    for name in reversed(names[:3]):
        tool.write(f"t/{name}", name)
        os.utime(tool.path / "t" / name, (7, 7))
    os.link(tool.path / "t/c", tool.path / "t/a/link")
    before = os.umask(0o077)
    try:
        packed(tool)
    finally:
        os.umask(before)
    assert (tool.path / "x.img").read_bytes() == first


def test_a_fifo_is_not_waited_for(tool):
    os.mkfifo(tool.path / "fifo")
    tool.write("r", "file /f fifo 0644 0 0\n")
    tool.fail("pack", "r", says="expected a regular file, found")
