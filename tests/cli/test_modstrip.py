# SPDX-License-Identifier: MIT
"""test_modstrip.py - what modules lose that have no signature, judged by binutils."""
import re
import subprocess

import pytest
from modtree import RELEASE, ModTree, sign

SOURCE = b"""
static int hidden(int x) { return x * 3; }
static int unused(void) { return 7; }
static int (*keep)(void) __attribute__((used)) = unused;
int (*table[])(int) = { hidden };
extern int outside(int);
int shown(int x) { return table[0](x) + outside(x); }
static const char info[] __attribute__((section(".modinfo"), used)) = "name=card\\0license=MIT";
"""


@pytest.fixture
def tree(tmp_path):
    tree = ModTree(tmp_path / "kernel")
    path = tree.module("card")
    subprocess.run(["gcc", "-xc", "-g", "-O1", "-fno-pic", "-mcmodel=kernel", "-c", "-o", path, "-"], input=SOURCE,
                   check=True)
    (tmp_path / "btf").write_bytes(b"BTF would stand here")
    subprocess.run(["objcopy", "--add-section", f".BTF={tmp_path}/btf", path], check=True)
    return tree


def pack(tool, tree, *options):
    """The file of the module in the image."""
    tool.run("pack", "--compress", "none", "-o", "out.img", *tree.index(), *options, "--module", "card")
    path = tool.path / "out.ko"
    path.write_bytes(tool.image("out.img")[f"lib/modules/{RELEASE}/card.ko".encode()].data)
    return path


def read(*words):
    done = subprocess.run(words, check=True, capture_output=True, text=True)
    assert not done.stderr, done.stderr
    return done.stdout


def sections(path):
    return set(re.findall(r"^\s+\[ *\d+\] (\.\S+)", read("readelf", "-SW", path), re.M))


def symbols(path):
    return {line.split()[7] for line in read("readelf", "-sW", path).splitlines()[3:] if len(line.split()) == 8}


def relocations(path):
    """[(offset, kind, what)] of what is loaded; numbers of symbols are their own affair."""
    text = read("readelf", "-rW", path)
    return [tuple(line.split()[i] for i in (0, 2, 4)) + tuple(line.split()[5:]) for part in
            text.split("Relocation section ") if part.startswith(("'.rela.text'", "'.rela.data'"))
            for line in part.splitlines()[2:] if line]


def test_a_module_that_was_never_signed_loses_what_no_kernel_reads(tool, tree):
    before, after = tree.dir / "kernel/drivers/card.ko", pack(tool, tree)
    gone = sections(before) - sections(after)
    assert {".debug_info", ".rela.debug_info", ".comment"} <= gone
    assert all(re.match(r"(\.rela)?\.debug|\.comment|\.note\.GNU-stack", name) for name in gone), gone
    assert {"hidden", "unused", "shown", "outside", "table"} <= symbols(after)
    assert relocations(before) == relocations(after) != []
    assert read("objdump", "-d", after).split("\n", 3)[3] == read("objdump", "-d", before).split("\n", 3)[3]


def test_without_signatures_btf_and_symbols_that_nothing_needs_go_too(tool, tree):
    path = tree.dir / "kernel/drivers/card.ko"
    before = relocations(path)
    size = path.stat().st_size
    sign(path)
    after = pack(tool, tree, "--unsigned-modules")
    assert ".BTF" not in sections(after) and ".modinfo" in sections(after)
    assert symbols(after) >= {"shown", "outside", "table"} and not symbols(after) & {"info", "keep"}
    assert relocations(after) == before
    assert after.stat().st_size < size * 0.6
    modinfo = subprocess.run(["/sbin/modinfo", "-F", "license", after], check=True, capture_output=True, text=True)
    assert modinfo.stdout == "MIT\n"


def test_a_signed_module_stays_as_it_is(tool, tree):
    path = tree.dir / "kernel/drivers/card.ko"
    sign(path)
    assert pack(tool, tree).read_bytes() == path.read_bytes()


@pytest.mark.parametrize("damage", [
    (0x28, b"\xff\xff\xff"),            # e_shoff
    (0x3c, b"\xff\xff"),                # e_shnum
    (0x12, b"\xb7\0"),                  # another machine's
])
def test_what_is_not_understood_is_packed_as_it_is(tool, tree, damage):
    path = tree.dir / "kernel/drivers/card.ko"
    index = tree.index()
    data = bytearray(path.read_bytes())
    data[damage[0]:damage[0] + len(damage[1])] = damage[1]
    path.write_bytes(data)
    if damage[0] == 0x12:
        tool.run("pack", "--compress", "none", "-o", "out.img", *index, "--module", "card")
        assert tool.image("out.img")[f"lib/modules/{RELEASE}/card.ko".encode()].data == bytes(data)
    else:
        tool.fail("pack", "-o", "out.img", *index, "--module", "card", says="not a kernel module, or a damaged one")


def test_sections_of_a_livepatch_are_left_alone(tool, tree):
    path = tree.dir / "kernel/drivers/card.ko"
    data = bytearray(path.read_bytes())
    at = int.from_bytes(data[0x28:0x30], "little") + 64 + 8      # sh_flags of the first section
    data[at:at + 8] = (int.from_bytes(data[at:at + 8], "little") | 0x100000).to_bytes(8, "little")
    path.write_bytes(data)
    assert pack(tool, tree).read_bytes() == bytes(data)
