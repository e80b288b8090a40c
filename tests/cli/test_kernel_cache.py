# SPDX-License-Identifier: MIT
"""test_kernel_cache.py - the kernel that `rdinit run` unpacks is kept, and only the caller's own file is booted."""
import hashlib
import os
import pathlib
import shutil
import time

import pytest

from stand_in import stand_in
from test_run_cli import KERNEL

pytestmark = pytest.mark.skipif(not KERNEL, reason="no kernel unpacked: run `make deps`")


class Cache:
    """A cache of its own; boot() is the kernel that QEMU gets: where it lies, and the sum of its bytes."""

    def __init__(self, tool):
        self.tool = tool
        self.home = tool.path / "cache"
        self.dir = self.home / "rdinit/kernels"
        tool.env.update(XDG_CACHE_HOME=str(self.home), RDINIT_KERNEL=str(KERNEL))
        stand_in(tool, f"""import hashlib
path = sys.argv[sys.argv.index('-kernel') + 1]
open({str(tool.path / 'booted')!r}, 'w').write(os.readlink(path) + '\\n' + hashlib.sha256(open(path, 'rb').read()).hexdigest())
say('wire', 'ready\\nexit 7\\noff\\n')""")

    def boot(self, status=7):
        done = self.tool.run("run", "--isolated", "--", "/bin/true", check=False)
        assert (done.returncode, done.stderr) == (status, b"")
        path, digest = (self.tool.path / "booted").read_text().split("\n")
        return path, digest

    def kept(self):
        return sorted(self.dir.iterdir()) if self.dir.is_dir() else []


@pytest.fixture
def cache(tool):
    return Cache(tool)




def test_the_second_run_boots_the_kept_kernel(cache):
    first, _ = cache.boot()
    assert "memfd:" in first
    (kept,) = cache.kept()
    assert oct(kept.stat().st_mode & 0o777) == "0o600" and oct(cache.dir.stat().st_mode & 0o777) == "0o700"
    inode = kept.stat().st_ino
    second, digest = cache.boot()
    assert second == str(kept) and digest == hashlib.sha256(kept.read_bytes()).hexdigest()
    assert kept.read_bytes()[:4] == b"\x7fELF" and [path.stat().st_ino for path in cache.kept()] == [inode]


def damage(how, kept):
    if how == "cut":
        os.truncate(kept, 1000)
    elif how == "others may write":
        kept.chmod(0o666)
    elif how == "a directory that others may write to":
        kept.parent.chmod(0o777)
    elif how == "a link":
        moved = kept.parent.parent / "elsewhere"
        kept.rename(moved)
        kept.symlink_to(moved)
    elif how == "no kernel":
        size = kept.stat().st_size
        kept.write_bytes(b"x" * 100)
        os.truncate(kept, size)


@pytest.mark.parametrize("how", ["cut", "others may write", "a directory that others may write to", "a link", "no kernel"])
def test_what_is_not_as_it_was_kept_is_not_booted(cache, how):
    cache.boot()
    (kept,) = cache.kept()
    damage(how, kept)
    assert "memfd:" in cache.boot()[0]
    if how in ("cut", "no kernel", "others may write", "a link"):   # it was replaced
        assert cache.boot()[0] == str(kept) and kept.is_file() and not kept.is_symlink()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to another user")
def test_a_file_of_another_user_is_not_booted(cache):
    cache.boot()
    (kept,) = cache.kept()
    os.chown(kept, 65534, 65534)
    assert "memfd:" in cache.boot()[0]


def test_a_kernel_that_was_written_to_is_another_one(cache):
    """One that is so new that a second change might not be seen is not kept."""
    copy = cache.tool.path / "vmlinuz"
    shutil.copy(KERNEL, copy)
    shutil.copytree(pathlib.Path(KERNEL).parent, cache.tool.path / "boot", symlinks=True,
                    ignore=lambda _, names: [name for name in names if not name.startswith("config")])
    cache.tool.env["RDINIT_KERNEL"] = str(copy)
    cache.boot()
    assert cache.kept() == []
    while time.time() - copy.stat().st_ctime < 4:
        time.sleep(0.1)
    cache.boot()
    (first,) = cache.kept()
    with open(copy, "r+b") as file:
        file.seek(-1, os.SEEK_END)
        last = file.read(1)
        file.seek(-1, os.SEEK_END)
        file.write(last)
    assert "memfd:" in cache.boot()[0] and cache.kept() == [first]


def test_only_the_newest_four_are_kept(cache):
    cache.dir.mkdir(0o700, parents=True)
    for age in range(6):
        path = cache.dir / f"old{age}"
        path.write_bytes(b"x")
        os.utime(path, (1000 - age, 1000 - age))
    cache.boot()
    names = [path.name for path in cache.kept()]
    assert len(names) == 4 and {"old0", "old1", "old2"} < set(names)


@pytest.mark.parametrize("home", ["/dev/null/x", "relative", ""])
def test_without_a_cache_it_is_unpacked(cache, home):
    cache.tool.env["XDG_CACHE_HOME"] = cache.tool.env["HOME"] = home
    for _ in range(2):
        assert "memfd:" in cache.boot()[0]
    assert cache.kept() == []


def test_no_tuning_and_pack_keep_nothing(cache):
    cache.tool.run("run", "--no-tuning", "--isolated", "--", "/bin/true", check=False)
    cache.tool.run("pack", "--module", "virtio_blk", "-o", "a.img")
    assert cache.kept() == []


def test_a_tree_that_was_built_is_a_kernel(cache):
    tree = cache.tool.path / "linux"
    (tree / "arch/x86/boot").mkdir(parents=True)
    done = cache.tool.run("run", "--kernel", "./linux", "--isolated", "--", "/bin/true", check=False)
    assert (done.returncode, done.stderr) == (1, b"rdinit: kernel ./linux: it has no arch/x86/boot/bzImage: run make there\n")
    shutil.copy(KERNEL, tree / "arch/x86/boot/bzImage")
    release = KERNEL.name.removeprefix("vmlinuz-")
    for choice, where in (("./linux", cache.tool.path), (".", tree), ("../linux/", tree)):
        done = cache.tool.run("run", "--verbose", "--kernel", choice, "--isolated", "--", "/bin/true", check=False, cwd=where)
        assert done.returncode == 7 and b"/arch/x86/boot/bzImage (6." in done.stderr, done.stderr
    words = "pack", "--kernel", "./linux", "--module", "virtio_blk", "-o", "x.img"
    assert cache.tool.run(*words, check=False).returncode == 1
    (tree / "modules/lib/modules").mkdir(parents=True)
    (tree / "modules/lib/modules" / release).symlink_to(KERNEL.parent.parent / "lib/modules" / release)
    cache.tool.run(*words)
