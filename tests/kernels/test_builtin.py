# SPDX-License-Identifier: MIT
"""Images inside the kernel: the three ways of CONFIG_INITRAMFS_SOURCE, with what `rdinit pack` writes.

The kernel of the profile `appliance` is linked again for each: minutes, so `make check-all` only."""
import subprocess
import sys

import pytest
from guests import Guest, KERNELS, WORDS, pack
from vm import PROJECT, RDINIT

SCRIPT = """#!/bin/sh
echo a: $(cat /a) b: $(cat /b) c: $(cat /c 2>/dev/null)
echo root is $(stat -f -c %T /)
exit 7
"""
PARTS = "init\napplets /bin/busybox sh cat stat\nfile /script {0}/script 0755 0 0\nrun /script\n"
WAYS = ["a list", "a folder", "an archive", "an archive in gzip"]


def build(source):
    """The kernel with this inside; what was inside before is no matter."""
    subprocess.run([sys.executable, PROJECT / "tools/kernel.py", "--initramfs", source, "appliance"], check=True,
                   stdout=subprocess.DEVNULL)
    return KERNELS / "appliance-initramfs"


def make_source(folder, way):
    """The same files in the form of this way: /a says one, /b says one."""
    for name, text in (("script", SCRIPT), ("one", "one\n"), ("two", "two\n")):
        (folder / name).write_text(text)
    (folder / "script").chmod(0o755)
    recipe = PARTS.format(folder) + f"file /a {folder}/one 0644 0 0\nfile /b {folder}/one 0644 0 0\n"
    compress = "gzip" if "gzip" in way else "none"
    archive = pack(folder / ("inside.cpio" + (".gz" if compress == "gzip" else "")), recipe,
                   "--compress", compress)
    if "archive" in way:
        return archive
    subprocess.run([RDINIT, "extract", archive, folder / "tree"], check=True)
    if way == "a folder":
        return folder / "tree"
    # `rdinit extract` leaves a recipe of nothing but lines that gen_init_cpio knows.
    return folder / "tree.recipe"


def boot(folder, kernel, words, *more):
    with Guest(folder, "g", "-kernel", kernel / "bzImage", *more, "-append",
               f"console=ttyS0 {WORDS} {words}") as guest:
        told = guest.end()
        return told, guest.said()


@pytest.fixture(scope="module", params=WAYS)
def built(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("inside")
    return folder, build(make_source(folder, request.param))


def test_the_image_inside_boots_alone(built):
    folder, kernel = built
    told, said = boot(folder, kernel, "")
    assert told == "ready\nexit 7\noff\n", said
    assert "a: one b: one c:\n" in said, said


def test_a_loaded_image_lies_over_the_one_inside(built):
    """Unpacked second, it replaces /b and adds /c, and leaves the rest."""
    folder, kernel = built
    image = pack(folder / "over.img", f"file /b {folder}/two 0644 0 0\nfile /c {folder}/two 0644 0 0\n",
                 "--no-init")
    for words, kind in (("", "tmpfs"), ("rootfstype=ramfs", "ramfs"), ("rootfstype=tmpfs", "tmpfs")):
        told, said = boot(folder, kernel, words, "-initrd", image)
        assert told == "ready\nexit 7\noff\n", said
        assert "a: one b: two c: two\n" in said and f"root is {kind}\n" in said, said
