# SPDX-License-Identifier: MIT
"""test_readers.py - what others read in our images is what is in them, and what we read in theirs is right."""
import os
import pathlib
import shutil
import subprocess

import pytest

PROJECT = pathlib.Path(__file__).resolve().parents[2]
RDINIT = os.environ.get("RDINIT", str(PROJECT / "build" / "rdinit"))
NAMES = {"bin", "bin/prog", "bin/also", "dev", "dev/console", "etc", "etc/a name", "etc/long", "link", "tmp"}


def run(*command, **kwargs):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, timeout=120, **kwargs).stdout


def update(size):
    """Microcode of Intel's form, whose sum is right."""
    words = [1, 1, 0x01012026, 0x611, 0, 1, 1, size - 48, size, 0, 0, 0] + [0] * ((size - 48) // 4)
    words[4] = -sum(words) & 0xffffffff
    return b"".join(word.to_bytes(4, "little") for word in words)


COMPRESSED = ["gzip", "xz", "zstd", "lz4", "bzip2", "lzma"]


@pytest.fixture(scope="module", params=["none", *COMPRESSED])
def image(request, tmp_path_factory):
    path = tmp_path_factory.mktemp(request.param)
    (path / "prog").write_bytes(os.urandom(3000))
    (path / "long").write_text("line\n" * 100000)
    (path / "ucode").write_bytes(update(2048))
    (path / "r").write_text(
        'microcode ucode\nfile /bin/prog prog 0755 0 0 /bin/also\nnod /dev/console 0600 0 0 c 5 1\n'
        'file "/etc/a name" prog 0640 7 8\nfile /etc/long long 0644 0 0\nslink /link bin/prog 0777 0 0\ndir /tmp 1777 0 0\n')
    run(RDINIT, "pack", "--compress", request.param, "-o", "x.img", "r", cwd=path)
    return path


def skip_unless(*programs):
    for program in programs:
        if not shutil.which(program):
            pytest.skip(f"needs {program}")


# Behind an early segment theirs takes an archive that is not compressed for one more of these.
if_compressed = pytest.mark.parametrize("image", COMPRESSED, indirect=True)


@if_compressed
def test_lsinitramfs_lists_it(image):
    skip_unless("lsinitramfs")
    listed = set(run("lsinitramfs", "x.img", cwd=image).decode().splitlines())
    assert NAMES <= listed and "kernel/x86/microcode/GenuineIntel.bin" in {name.rstrip("\0") for name in listed}


@if_compressed
def test_unmkinitramfs_unpacks_it(image):
    skip_unless("unmkinitramfs")
    run("unmkinitramfs", "x.img", "out", cwd=image)
    assert (image / "out/main/etc/long").read_text() == "line\n" * 100000
    assert (image / "out/early/kernel/x86/microcode/GenuineIntel.bin").read_bytes() == update(2048)
    assert (image / "out/main/bin/also").read_bytes() == (image / "prog").read_bytes()
    shutil.rmtree(image / "out")


def test_lsinitrd_lists_it(image):
    skip_unless("lsinitrd")
    listed = run("lsinitrd", "x.img", cwd=image).decode(errors="replace")
    for name in NAMES - {"etc/a name"}:
        assert f" {name}\n" in listed or f" {name} -> " in listed, name
    assert "a name" in listed and "Early CPIO image" in listed


def test_bsdtar_and_cpio_read_what_is_behind_the_early_segment(image):
    skip_unless("bsdtar", "cpio")
    run(RDINIT, "list", "x.img", cwd=image)
    shutil.copy(image / "r", image / "s")
    (image / "s").write_text((image / "r").read_text().partition("\n")[2])
    run(RDINIT, "pack", "--compress", "none", "-o", "plain.img", "s", cwd=image)
    with open(image / "plain.img", "rb") as plain:
        listed = run("cpio", "-it", "--quiet", stdin=plain).decode().splitlines()
    assert set(listed) == NAMES
    assert {name.rstrip("/") for name in run("bsdtar", "-tf", "plain.img", cwd=image).decode().splitlines()} == NAMES
    long = run("bsdtar", "-xOf", "plain.img", "etc/long", cwd=image)
    assert long.decode() == "line\n" * 100000


@pytest.mark.parametrize("maker", [["bsdtar", "--format=newc", "-cf", "-", "."],
                                   ["sh", "-c", "find . | cpio -oH newc --quiet"], ["sh", "-c", "find . | busybox cpio -oH newc"]],
                         ids=["bsdtar", "cpio", "busybox"])
def test_we_read_what_they_write(maker, tmp_path):
    skip_unless(maker[0])
    tree = tmp_path / "tree"
    (tree / "d").mkdir(parents=True)
    (tree / "d/f").write_text("bytes")
    os.link(tree / "d/f", tree / "h")
    (tree / "l").symlink_to("d/f")
    (tmp_path / "theirs.img").write_bytes(run(*maker, cwd=tree, stderr=subprocess.DEVNULL))
    run(RDINIT, "pack", "-o", "ours.img", "--no-init", "--tree", "tree", cwd=tmp_path)
    assert run(RDINIT, "cat", "theirs.img", "/d/f", "/h", "/l", cwd=tmp_path) == b"bytes" * 3
    changes = subprocess.run([RDINIT, "diff", "theirs.img", "ours.img"], cwd=tmp_path, stdout=subprocess.PIPE, check=False)
    assert changes.stdout in (b"", b"- /: folder\n"), "of the root folder itself theirs has an entry"
