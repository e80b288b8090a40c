# SPDX-License-Identifier: MIT
"""test_changing_files.py - files that change between the walk through their tree and their reading."""
import os
import resource
import signal
import subprocess

import pytest

from conftest import RDINIT
from newc import read_newc

PLAIN = ["pack", "--no-init", "--compress", "none"]


@pytest.fixture
def large(tool):
    """Many small files, larger ones between them, and what is no file."""
    for i in range(300):
        tool.write(f"tree/d{i % 7}/f{i:03}", os.urandom(i * 131))
    for name, size in (("d0/g", 400_000), ("d1/g", 1 << 20), ("d2/g", 3_000_001), ("d3/g", 0)):
        tool.write(f"tree/{name}", os.urandom(size))
    os.link(tool.path / "tree/d4/f004", tool.path / "tree/d5/link")
    (tool.path / "tree/d6/symlink").symlink_to("f006")
    return tool


def is_tree(tool, path):
    """The image has the bytes of every file."""
    entries = {name.rstrip(b"\0").decode(): entry for name, entry in read_newc(path.read_bytes()).items()}
    files = [file for file in (tool.path / "tree").rglob("*") if file.is_file() and not file.is_symlink()]
    for file in files:
        entry = entries[str(file.relative_to(tool.path / "tree"))]
        assert entry.data == file.read_bytes() or (entry.nlink > 1 and not entry.data), file
    assert len(files) == 305
    return True


def pack_with_a_change(tool, change, *more):
    """The tree was walked, and nothing read, when `change` is called."""
    tool.write("r", "tree tree\ninclude fifo\n")
    os.mkfifo(tool.path / "fifo")
    with subprocess.Popen([RDINIT, *PLAIN, "-o", "x.img", "r"], cwd=tool.path, stderr=subprocess.PIPE,
                          **dict(more)) as run:
        with open(tool.path / "fifo", "wb"):
            change(tool.path / "tree/d3/f150")
        return run.communicate(timeout=20)[1].decode(), run.returncode


@pytest.mark.parametrize("change", [lambda file: file.write_bytes(b""), lambda file: os.truncate(file, 100),
                                    lambda file: os.truncate(file, 60_000), lambda file: os.truncate(file, 2_000_000)],
                         ids=["empty", "shorter", "longer", "large"])
def test_a_file_of_another_size_than_the_walk_saw(large, change):
    said, status = pack_with_a_change(large, change)
    assert status == 0, said
    assert is_tree(large, large.path / "x.img")


@pytest.mark.parametrize("change, says", [
    (lambda file: file.unlink(), "tree/d3/f150: No such file or directory (ENOENT)"),
    (lambda file: (file.unlink(), file.mkdir()), "tree/d3/f150 is not a regular file"),
    (lambda file: (file.unlink(), os.mkfifo(file)), "tree/d3/f150 is not a regular file"),
], ids=["gone", "folder", "fifo"])
def test_a_file_that_is_none_any_more(large, change, says):
    large.write("x.img", "old")
    said, status = pack_with_a_change(large, change)
    said = [line for line in said.splitlines() if "has no /init" not in line]
    assert status == 1 and len(said) == 1 and said[0].endswith(says), said
    assert (large.path / "x.img").read_text() == "old"
    assert large.names() == ["fifo", "r", "tree", "x.img"]


def test_files_whose_size_lies_are_read_to_their_end(large):
    system = "/sys/kernel/mm/transparent_hugepage"
    large.run(*PLAIN, "--tree", "tree", "--tree", f"{system}:/sys", "-o", "x.img")
    entries = read_newc((large.path / "x.img").read_bytes())
    assert entries[b"sys/enabled"].data == open(f"{system}/enabled", "rb").read()
    assert is_tree(large, large.path / "x.img")


def test_what_cannot_be_written_is_said_once(large):
    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, 2_000_000))

    large.write("x.img", "old")
    done = subprocess.run([RDINIT, *PLAIN, "--tree", "tree", "-o", "x.img"], cwd=large.path, timeout=20,
                          stderr=subprocess.PIPE, preexec_fn=limit, check=False)
    said = [line for line in done.stderr.decode().splitlines() if "has no /init" not in line]
    assert done.returncode == 1 and len(said) == 1 and said[0].endswith("x.img: cannot write: File too large (EFBIG)"), said
    assert (large.path / "x.img").read_text() == "old" and large.names() == ["tree", "x.img"]
