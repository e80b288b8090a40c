# SPDX-License-Identifier: MIT
"""test_applets.py - `applets`: busybox's own table, read from its bytes, is what it lists when it is run."""
import os
import stat
import subprocess

import pytest
from conftest import PROJECT

STATIC = "/bin/busybox"
DYNAMIC = PROJECT / "build/busybox/bin/busybox"     # tools/deps.sh unpacks it: both cannot be installed


def listed(busybox, option):
    return subprocess.run([busybox, option], check=True, capture_output=True, text=True).stdout.split()


def links(entries):
    """{name: folder} of the symlinks to busybox."""
    return {path.decode().split("/")[1]: path.decode().split("/")[0] for path, entry in entries.items()
            if stat.S_ISLNK(entry.mode) and entry.data == b"/bin/busybox"}


@pytest.mark.parametrize("busybox", [STATIC, DYNAMIC], ids=["static", "dynamic"])
def test_all_that_busybox_lists_and_nothing_else(tool, busybox):
    found = links(tool.pack(f'applets "{busybox}"\n'))
    assert set(found) | {"busybox"} == set(listed(busybox, "--list")) | {"busybox"} and len(found) > 200
    assert found == {path.split("/")[-1]: path.split("/")[-2] for path in listed(busybox, "--list-full")
                     if not path.endswith("/busybox") and "/" in path} | {
                         name: "bin" for name in found if name in listed(busybox, "--list-full")}


def test_those_that_are_named(tool):
    got = tool.pack(f"applets {STATIC} sh reboot\n")
    assert links(got) == {"sh": "bin", "reboot": "sbin"} and b"bin/busybox" in got
    assert b"bin/ls" in tool.pack("applets busybox\n"), "found in PATH"
    tool.fail("pack", "-", stdin=b"applets busybox nonsense\n", says='no applet "nonsense"')


@pytest.mark.parametrize("line", ["applets {0} sh", "program {0}", "file /x {0} 0755 0 0", "tree d", "init {0}"])
def test_the_time_of_a_file_of_the_host_changes_no_image(tool, line):
    """Of whatever line copies it: the same input is the same bytes."""
    tool.write("d/busybox", open(STATIC, "rb").read()).chmod(0o755)
    path = tool.path / "d/busybox"
    images = []
    for seconds in (1, 1_700_000_000):
        os.utime(path, (seconds, seconds))
        tool.run("pack", "-o", "x", "-", stdin=line.format(path).encode() + b"\n")
        images.append((tool.path / "x").read_bytes())
    assert images[0] == images[1]


def test_what_is_no_busybox(tool):
    tool.fail("pack", "-", stdin=b"applets /bin/true\n", says="/bin/true has no list of applets: is it a compressed busybox")
    data = open(STATIC, "rb").read()
    for old, new in ((b"BusyBox v", b"OtherBox "), (b"\0acpid\0adjtimex\0ar\0", b"\0Acpid\0Adjtimex\0Ar\0")):
        assert old in data
        tool.write("box", data.replace(old, new)).chmod(0o755)
        if old == b"BusyBox v":
            tool.fail("pack", "-", stdin=b"applets ./box\n", says="has no list of applets")
    found = links(tool.pack("applets ./box\n"))
    assert "zcat" in found and "acpid" not in found, "a list that is cut begins behind the cut"
    assert tool.names() == ["box"]


def test_it_is_not_run_and_may_be_for_another_processor(tool):
    """Of a sysroot, with a header that no processor here takes."""
    data = bytearray(open(STATIC, "rb").read())
    data[18:20] = (183).to_bytes(2, "little")
    tool.write("sys/bin/busybox", bytes(data)).chmod(0o755)
    found = links(tool.pack("sysroot sys\napplets busybox\n"))
    assert set(found) | {"busybox"} == set(listed(STATIC, "--list")) | {"busybox"}
    said = tool.run("pack", "-o", "-", "-", stdin=b"sysroot sys\napplets busybox sh\n").stderr.decode()
    assert "/bin/busybox is for aarch64: packed without" in said
    entries = tool.pack("applets /bin/busybox sh\n", "--sysroot", "sys")
    assert entries[b"bin/busybox"].data == bytes(data) and links(entries) == {"sh": "bin"}


def test_the_dynamic_one_brings_its_library(tool):
    assert any(b"libc.so.6" in name for name in tool.pack(f'applets "{DYNAMIC}" sh\n'))
