# SPDX-License-Identifier: MIT
"""test_module_index.py - the tables that depmod makes for an image's modules, asked by modprobe."""
import shutil
import subprocess

import pytest

from modtree import RELEASE as MADE
from modtree import ModTree
from test_module import IMAGE, RELEASE

MODPROBE, DEPMOD = (shutil.which(name, path="/sbin:/usr/sbin:/bin:/usr/bin") for name in ("modprobe", "depmod"))
LINES = "module btrfs\nmodule virtio_net\nmodule virtio_pci\ndriver virtio_scsi\nmodule dm_mod\nmodule-index\n"


def extracted(tool, lines, *options):
    tool.run("pack", "-o", "out.img", *options, "-", stdin=lines.encode())
    tool.run("extract", "out.img", "root")
    return tool.path / "root"


def ask(root, release, *words):
    done = subprocess.run([MODPROBE, "-C", "/dev/null", "-d", root, "-S", release, *words], capture_output=True,
                          text=True)
    return done.returncode, done.stdout


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    from conftest import Tool
    return extracted(Tool(tmp_path_factory.mktemp("index")), LINES, "--kernel", str(IMAGE))


def in_order(root, lines):
    """What a module needs comes before it; of two that do not need each other any may be first."""
    table = dict(line.split(":") for line in (root / "lib/modules" / RELEASE / "modules.dep").read_text().splitlines())
    names = [line.split("/")[-1].strip() for line in lines if line.startswith("insmod")]
    for i, name in enumerate(names):
        assert set(table[name].split()) <= set(names[:i]), names


QUESTIONS = ["btrfs", "virtio_net", "virtio-pci", "virtio_scsi", "xor", "dm-mod", "fs-btrfs", "ext4", "xfs",
             "crypto-crc32c", "pci:v00001AF4d00001000sv00001AF4sd00000001bc02sc00i00", "virtio:d00000001v00001AF4",
             "virtio:d00000002v00001AF4", "devname:btrfs-control", "symbol:virtio_check_driver_offered_feature"]


@pytest.mark.parametrize("question", QUESTIONS)
def test_modprobe_answers_as_with_the_tables_of_depmod(root, tmp_path, question):
    ours = ask(root, RELEASE, "--show-depends", question)
    aliases = ask(root, RELEASE, "--resolve-alias", question)
    shutil.copytree(root / "lib", tmp_path / "lib")
    subprocess.run([DEPMOD, "-b", tmp_path, RELEASE], check=True, stderr=subprocess.DEVNULL)
    theirs = ask(tmp_path, RELEASE, "--show-depends", question)
    listed = [[line.replace(str(folder), "") for line in answer[1].splitlines()]
              for folder, answer in ((root, ours), (tmp_path, theirs))]
    assert ours[0] == theirs[0] and sorted(listed[0]) == sorted(listed[1])
    assert listed[0][-1:] == listed[1][-1:]
    in_order(root, listed[0])
    assert aliases == ask(tmp_path, RELEASE, "--resolve-alias", question)


def test_the_answers_are_not_all_empty(root):
    status, text = ask(root, RELEASE, "--show-depends", "btrfs")
    assert status == 0 and [line.split("/")[-1].strip() for line in text.splitlines()][-1] == "btrfs.ko"
    assert "insmod" in text and "libcrc32c.ko" in text
    assert ask(root, RELEASE, "--resolve-alias", "virtio:d00000001v00001AF4") == (0, "virtio_net\n")
    assert ask(root, RELEASE, "--show-depends", "xfs")[0] != 0


def test_the_text_tables_name_what_is_there(root):
    folder = root / "lib/modules" / RELEASE
    lines = (folder / "modules.dep").read_text().splitlines()
    names = {line.split(":")[0] for line in lines}
    assert names == {path.name for path in folder.glob("*.ko")}
    for line in lines:
        assert set(line.split(":")[1].split()) <= names
    soft = (folder / "modules.softdep").read_text()
    assert "softdep libcrc32c pre: crc32c\n" in soft
    assert "alias virtio:d00000001v* virtio_net\n" in (folder / "modules.alias").read_text()


def test_without_the_line_there_are_no_tables(tool):
    root = extracted(tool, "module virtio_pci\n", "--kernel", str(IMAGE))
    assert not list((root / "lib/modules" / RELEASE).glob("modules.*"))


def test_a_kernel_of_which_nothing_is_a_module(tool):
    (tool.path / "kernel").mkdir()
    tree = ModTree(tool.path / "kernel")
    tree.builtin("fs/ext4/ext4")
    root = extracted(tool, "module ext4\nmodule-index\n", *tree.index())
    assert ask(root, MADE, "--show-depends", "ext4") == (0, "builtin ext4\n")
    assert ask(root, MADE, "--show-depends", "none")[0] != 0


def test_aliases_with_dashes_and_brackets(tool):
    (tool.path / "kernel").mkdir()
    tree = ModTree(tool.path / "kernel")
    tree.module("a-b", "alias=x-y:[a-c]z*")
    tree.module("b", "alias=x-y:bz*", "depends=a_b")
    root = extracted(tool, "module b\nmodule-index\n", *tree.index())
    assert ask(root, MADE, "--resolve-alias", "x-y:bz1") == (0, "a_b\nb\n")
    assert ask(root, MADE, "--resolve-alias", "x_y:cz") == (0, "a_b\n")
    assert "a-b.ko" in ask(root, MADE, "--show-depends", "a_b")[1]


def test_no_depmod(tool):
    (tool.path / "kernel").mkdir()
    tree = ModTree(tool.path / "kernel")
    tree.module("a")
    bad = tool.write("bin/depmod", "#!/bin/sh\nexit 3\n")
    bad.chmod(0o755)
    tool.env["PATH"] = f"{bad.parent}:{tool.env['PATH']}"
    tool.env["TMPDIR"] = str(tool.path / "temp")
    (tool.path / "temp").mkdir()
    tool.fail("pack", "-", *tree.index(), stdin=b"module a\nmodule-index\n", says=f"{bad} ended with status 3")
    assert not list((tool.path / "temp").iterdir())


def test_the_tables_are_the_same_every_time(tool):
    images = []
    for name in ("x", "y"):
        tool.run("pack", "-o", name, "--kernel", str(IMAGE), "-", stdin=LINES.encode())
        images.append((tool.path / name).read_bytes())
    assert images[0] == images[1]
