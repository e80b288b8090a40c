# SPDX-License-Identifier: MIT
"""The kernel's own gen_init_cpio beside `rdinit pack`, entry by entry: rdinit-recipe(5), CAVEATS, has what may differ."""
import subprocess

import pytest
from newc import read_newc
from vm import PROJECT, RDINIT

LIST = """\
# every line that the program's own help has
dir /dev 0755 0 0
nod /dev/console 0600 0 0 c 5 1
nod /dev/loop0 640 0 6 b 7 0

dir /root 0700 1 2
dir /sbin 01777 0 0
file /init {0}/some 0755 0 0 /sbin/init /sbin/kinit
file /empty {0}/empty 04711 100 65534
file /where ${{WHERE}}/some 0644 4294967295 0
slink /bin kinit 0777 0 0
pipe /p 0600 1 2
sock /s 0640 3 4
"""
# What differs by intent: times; inode numbers, that only hard links have here, and their device, 3:1 there; links
# of folders, nodes and pipes; the NUL behind a symbolic link's target.
SAME = "mode uid gid size rdev_major rdev_minor namesize check data".split()


@pytest.fixture(scope="module")
def gen_init_cpio(tmp_path_factory):
    program = tmp_path_factory.mktemp("gen") / "gen_init_cpio"
    source = next((PROJECT / "build/kernel").glob("source-*/usr/gen_init_cpio.c"))
    subprocess.run(["cc", "-o", program, source], check=True)
    return program


def said(entry):
    is_link = entry.mode >> 12 == 0o12
    same = {field: getattr(entry, field) for field in SAME}
    if is_link:
        same["data"] = entry.data.rstrip(b"\0")
        same["size"] = len(same["data"])
    return same


def linked(entries):
    """The names that are one file."""
    files = [(name, entry.ino) for name, entry in entries.items() if entry.mode >> 12 == 0o10 and entry.nlink > 1]
    return {frozenset(other for other, number in files if number == ino) for _, ino in files}


def test_a_list_gives_the_entries_that_the_kernels_program_gives(gen_init_cpio, tmp_path):
    (tmp_path / "some").write_text("some bytes\n")
    (tmp_path / "empty").write_text("")
    (tmp_path / "list").write_text(LIST.format(tmp_path))
    names = {"WHERE": str(tmp_path)}
    theirs = read_newc(subprocess.run([gen_init_cpio, tmp_path / "list"], env=names, check=True,
                                      stdout=subprocess.PIPE).stdout)
    subprocess.run([RDINIT, "pack", "--compress", "none", "-o", tmp_path / "ours", tmp_path / "list"], env=names,
                   check=True)
    ours = read_newc((tmp_path / "ours").read_bytes())
    assert list(ours) == sorted(theirs) and len(ours) == 13
    for name in ours:
        assert said(ours[name]) == said(theirs[name]), name
    assert linked(ours) == linked(theirs) == {frozenset((b"init", b"sbin/init", b"sbin/kinit"))}
    assert {(entry.mtime, entry.dev_major, entry.dev_minor) for entry in ours.values()} == {(0, 0, 0)}
    assert {(entry.nlink, entry.ino > 0) for entry in ours.values()} == {(1, False), (3, True)}
