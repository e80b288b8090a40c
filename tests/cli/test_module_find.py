# SPDX-License-Identifier: MIT
"""test_module_find.py - what names, patterns, weak dependencies and modprobe.d stand for; drivers."""
import subprocess

import pytest

from modtree import RELEASE, ModTree, drivers_of, modules_of


@pytest.fixture
def tree(tmp_path):
    (tmp_path / "kernel").mkdir()
    return ModTree(tmp_path / "kernel")


@pytest.fixture
def virtio(tree):
    """Some modules of a made-up bus."""
    tree.module("vring", folder="kernel/drivers/virt")
    tree.module("vpci-lib", folder="kernel/drivers/virt/pci")
    tree.module("vpci", "depends=vring,vpci_lib", "alias=pci:v00001AF4d*", folder="kernel/drivers/virt/pci")
    tree.module("vblk", "depends=vring", "alias=virtio:d00000002v*", folder="kernel/drivers/block")
    tree.module("crc_soft", "alias=crypto-crc")
    tree.module("crc_hard", "alias=crypto-crc", "alias=cpu:type:x86*")
    tree.module("fs", "depends=", "softdep=pre: crypto-crc post: vblk", "alias=fs-made")
    tree.builtin("drivers/virt/vbase", "drivers/tty/con")
    return tree


def names(entries):
    return [name.removesuffix(".ko") for name, _ in modules_of(entries)]


@pytest.mark.parametrize("pattern, expected", [
    ("vp*", ["vpci-lib", "vring", "vpci"]),
    ("vpci-*", ["vpci-lib"]),
    ("vpci_*", ["vpci-lib"]),
    ("crc_[a-s]*", ["crc_hard", "crc_soft"]),
    ("drivers/virt/*", ["vpci-lib", "vring", "vpci"]),
    ("kernel/drivers/block/*", ["vblk", "vring"]),
    ("drivers/virt/pci/vpci?lib", ["vpci-lib"]),
])
def test_a_pattern_stands_for_all_that_fit(tool, virtio, pattern, expected):
    assert sorted(names(tool.pack(f"module {pattern}\n", *virtio.index()))) == sorted(expected)


def test_a_pattern_that_fits_nothing(tool, virtio):
    said = tool.fail("pack", "-o", "-", *virtio.index(), "--module", "drivers/nope/*")
    assert f"module drivers/nope/*: kernel {RELEASE} has no such module" in said


def test_a_pattern_that_fits_what_is_built_in_adds_nothing(tool, virtio):
    assert b"etc/rdinit/modules" not in tool.pack("module drivers/tty/*\nmodule con\n", *virtio.index())


def test_a_pattern_keeps_the_order_of_dependencies(tool, virtio):
    listed = names(tool.pack("module v*\n", *virtio.index()))
    assert listed.index("vring") < listed.index("vpci") and listed.index("vring") < listed.index("vblk")


def test_a_tree_of_compressed_modules(tool, virtio):
    plain = (virtio.dir / "kernel/drivers/block/vblk.ko").read_bytes()
    subprocess.run(["xz", *virtio.dir.rglob("*.ko")], check=True)
    entries = tool.pack("module drivers/bl*/vb?k\n", *virtio.index())
    assert modules_of(entries) == [("vring.ko", ""), ("vblk.ko", "")]
    assert entries[f"lib/modules/{RELEASE}/vblk.ko".encode()].data == plain


def test_a_list_too_long_for_init_is_refused(tool, tree):
    for i in range(140):
        tree.module(f"m{i}")
    lines = "".join(f"module m{i} {'o=' + 'x' * 1900}\n" for i in range(140))
    said = tool.fail("pack", "-o", "-", *tree.index(), "-", stdin=lines.encode())
    assert "140 modules: their list has" in said and "use driver instead of module" in said


# --- weak dependencies ---

def test_weak_dependencies_are_loaded_before(tool, tree):
    tree.module("weak")
    tree.module("other")
    tree.module("needs", "weakdep=weak other nowhere")
    assert names(tool.pack("module needs\n", *tree.index())) == ["weak", "other", "needs"]


def test_a_cycle_of_soft_dependencies_ends(tool, tree):
    tree.module("a", "softdep=pre: b")
    tree.module("b", "softdep=pre: a", "alias=x:b")
    assert names(tool.pack("module a\n", *tree.index())) == ["b", "a"]
    rows, _ = drivers_of(tool.pack("driver a\n", *tree.index()))
    assert rows == [("b.ko", [], ""), ("a.ko", ["b.ko"], "")]


# --- modprobe.d ---

def test_modprobe_d_is_taken_on_request(tool, virtio):
    tool.write("conf/a.conf", "# a comment\noptions vring deep=1\noptions vblk a=1\n"
               "softdep vring pre: crc_soft\nweakdep vring crc_hard\nalias disk-* vblk\nremove x y\n")
    tool.write("conf/b.conf", "options vblk \\\n b=2\n")
    tool.write("conf/c.txt", "nonsense\n")
    entries = tool.pack("module disk-1 c=3\n", *virtio.index(), "--modprobe-d", "conf")
    assert modules_of(entries) == [("crc_soft.ko", ""), ("crc_hard.ko", ""), ("vring.ko", "deep=1"),
                                   ("vblk.ko", "a=1 b=2 c=3")]
    assert modules_of(tool.pack("module vblk\n", *virtio.index())) == [("vring.ko", ""), ("vblk.ko", "")]
    assert modules_of(tool.pack("modprobe-d conf\nmodule vblk\n", *virtio.index())) == modules_of(
        tool.pack("module vblk\n", *virtio.index(), "--modprobe-d", "conf"))


def test_an_alias_does_not_stand_in_for_a_dependency(tool, virtio):
    tool.write("conf/a.conf", "alias vring crc_soft\n")
    options = [*virtio.index(), "--modprobe-d", "conf"]
    assert names(tool.pack("module vblk\n", *options)) == ["vring", "vblk"]
    assert names(tool.pack("module vring\n", *options)) == ["crc_soft"]


def test_a_blacklisted_module_has_its_name_alone(tool, virtio):
    tool.write("conf/a.conf", "blacklist crc-hard\n")
    options = [*virtio.index(), "--modprobe-d", "conf"]
    assert names(tool.pack("module fs\n", *options)) == ["crc_soft", "fs", "vring", "vblk"]
    assert names(tool.pack("module crc_hard\n", *options)) == ["crc_hard"]
    _, patterns = drivers_of(tool.pack("driver crc_hard\ndriver vblk\n", *options))
    assert list(patterns) == ["virtio:d00000002v*"]


@pytest.mark.parametrize("text, says", [
    ("install vring /bin/true\n", "conf/a.conf:1: install vring: /init runs no commands"),
    ("\nalias vblk nowhere\n", f"conf/a.conf:2: alias vblk: kernel {RELEASE} has no module nowhere"),
    ("optoins vblk a=1\n", 'conf/a.conf:1: expected alias, blacklist, install, options, remove, softdep or weakdep, '
     'found "optoins"'),
    ("options vblk\n", "conf/a.conf:1: expected more after options"),
    ("a\0b\n", "conf/a.conf: a NUL byte: this is not text"),
])
def test_lines_of_modprobe_d_that_cannot_be_followed(tool, virtio, text, says):
    tool.write("conf/a.conf", text)
    tool.fail("pack", "-o", "-", *virtio.index(), "--modprobe-d", "conf", "--module", "vblk", says=says)


def test_an_install_line_of_a_module_that_is_not_packed_does_not_matter(tool, virtio):
    tool.write("conf/a.conf", "install crc_soft /bin/false\n")
    assert names(tool.pack("module vblk\n", *virtio.index(), "--modprobe-d", "conf")) == ["vring", "vblk"]


def test_modprobe_d_that_is_not_there_or_too_late(tool, virtio):
    options = virtio.index()
    tool.fail("pack", "-o", "-", *options, "--modprobe-d", "nope", "--module", "vblk",
              says="modprobe.d nope: No such file or directory (ENOENT)")
    tool.write("conf/a.conf", "")
    tool.fail("pack", "-o", "-", *options, "-", stdin=b"module vblk\nmodprobe-d conf\n",
              says="<stdin>:2:1: expected modprobe-d before the first line about modules")


# --- drivers ---

def test_drivers_wait_for_their_device(tool, virtio):
    entries = tool.pack("driver vpci x=1\ndriver vblk\n", *virtio.index())
    rows, patterns = drivers_of(entries)
    assert rows == [("vring.ko", [], ""), ("vpci-lib.ko", [], ""),
                    ("vpci.ko", ["vring.ko", "vpci-lib.ko"], "x=1"), ("vblk.ko", ["vring.ko"], "")]
    assert patterns == {"pci:v00001AF4d*": ["vpci.ko"], "virtio:d00000002v*": ["vblk.ko"]}
    assert b"etc/rdinit/modules" not in entries
    assert entries[f"lib/modules/{RELEASE}/vpci.ko".encode()].data == (
        virtio.dir / "kernel/drivers/virt/pci/vpci.ko").read_bytes()


def test_the_option_is_the_same_as_the_line(tool, virtio):
    done = tool.run("pack", "--compress", "none", "--no-init", "-o", "-", *virtio.index(), "--driver", "vpci")
    assert done.stdout == tool.run("pack", "--compress", "none", "-o", "-", *virtio.index(), "-",
                                   stdin=b"driver vpci\n").stdout


@pytest.mark.parametrize("lines", ["driver vpci\nmodule vring\n", "module vring\ndriver vpci\n"])
def test_what_is_always_loaded_is_no_driver(tool, virtio, lines):
    entries = tool.pack(lines, *virtio.index())
    assert names(entries) == ["vring"]
    rows, _ = drivers_of(entries)
    assert rows == [("vpci-lib.ko", [], ""), ("vpci.ko", ["vpci-lib.ko"], "")]


def test_needs_are_reported_to_their_end(tool, tree):
    tree.module("a")
    tree.module("b", "depends=a")
    tree.module("c", "depends=b", "alias=x:y z*")
    rows, patterns = drivers_of(tool.pack("driver c\n", *tree.index()))
    assert rows[-1] == ("c.ko", ["a.ko", "b.ko"], "")
    assert patterns == {"x:y?z*": ["c.ko"]}, "a blank would end the pattern"


def test_what_comes_after_a_driver_is_loaded_with_it(tool, virtio):
    virtio.module("disk", "depends=fs", "alias=made:disk")
    rows, patterns = drivers_of(tool.pack("driver disk\n", *virtio.index()))
    assert [row[0] for row in rows] == ["crc_soft.ko", "crc_hard.ko", "fs.ko", "vring.ko", "vblk.ko",
                                        "disk.ko"] or rows[-1][0] == "disk.ko"
    assert patterns["made:disk"] == ["disk.ko", "vblk.ko"]
    assert patterns["cpu:type:x86*"] == ["crc_hard.ko"]


def test_two_drivers_of_one_alias_share_a_line(tool, tree):
    tree.module("one", "alias=bus:x*")
    tree.module("two", "alias=bus:x*")
    _, patterns = drivers_of(tool.pack("driver two\ndriver one\n", *tree.index()))
    assert patterns == {"bus:x*": ["two.ko", "one.ko"]}


def test_drivers_without_an_alias_have_no_patterns(tool, tree):
    tree.module("one", "alias=net-pf-9", "alias=devname:one")
    rows, patterns = drivers_of(tool.pack("driver one\n", *tree.index()))
    assert rows and not patterns


def test_a_driver_the_kernel_does_not_have(tool, virtio):
    tool.fail("pack", "-o", "-", *virtio.index(), "--driver", "vblx", says="did you mean vblk")
    tool.fail("pack", "-o", "-", *virtio.index(), "-", stdin=b"driver nope\n",
              says='<stdin>:1:8: expected a module that this kernel has, found "nope"')
