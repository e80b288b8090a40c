# SPDX-License-Identifier: MIT
"""test_firmware.py - firmware that modules name, and signatures that they carry."""
import subprocess

import pytest

from modtree import RELEASE, ModTree, sign

CONFIG = """#
# Automatically generated file; DO NOT EDIT.
# Linux/x86 9.9.9 Kernel Configuration
#
CONFIG_CC_VERSION_TEXT="gcc"
CONFIG_64BIT=y
"""


@pytest.fixture
def tree(tmp_path):
    (tmp_path / "kernel").mkdir()
    tree = ModTree(tmp_path / "kernel")
    tree.module("card", "firmware=card/one.bin", "firmware=card/two.bin")
    tree.firmware = tree.root / "lib/firmware"
    return tree


def put(tree, name, data=b"firmware"):
    path = tree.firmware / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def pack(tool, tree, *options, recipe="module card\n"):
    """(entries, warnings)"""
    done = tool.run("pack", "--compress", "none", "-o", str(tool.path / "out.img"), *tree.index(), *options, "-",
                    stdin=recipe.encode())
    return tool.image("out.img"), done.stderr.decode()


def test_firmware_of_a_module_is_packed(tool, tree):
    put(tree, "card/one.bin", b"1")
    put(tree, "card/two.bin", b"2")
    entries, said = pack(tool, tree)
    assert entries[b"lib/firmware/card/one.bin"].data == b"1"
    assert entries[b"lib/firmware/card/two.bin"].data == b"2" and "warning: module" not in said


def test_firmware_that_is_missing_is_a_warning_with_the_module(tool, tree):
    put(tree, "card/one.bin")
    _, said = pack(tool, tree)
    assert f"warning: module card: firmware not found in {tree.dir}/../../firmware: card/two.bin\n" in said
    tree.module("card", *(f"firmware=f{i}" for i in range(9)))
    _, said = pack(tool, tree)
    assert said.count("warning: module card") == 1 and ": f0, f1, f2, ...\n" in said


def test_the_folders_are_searched_as_the_kernel_does(tool, tree):
    order = [f"updates/{RELEASE}", "updates", RELEASE, "."]
    for i in range(len(order)):
        for folder in order[i:]:
            put(tree, f"{folder}/card/one.bin", folder.encode())
        entries, _ = pack(tool, tree)
        assert entries[b"lib/firmware/card/one.bin"].data == order[i].encode()
        (tree.firmware / order[i] / "card/one.bin").unlink()


@pytest.mark.parametrize("command, ending, symbol", [("xz", "xz", "XZ"), ("zstd", "zst", "ZSTD")])
def test_compressed_firmware_stays_so_where_the_kernel_can_read_it(tool, tree, command, ending, symbol):
    packed = subprocess.run([command, "-c"], input=b"plain", stdout=subprocess.PIPE, check=True).stdout
    put(tree, f"card/one.bin.{ending}", packed)
    entries, _ = pack(tool, tree)
    assert entries[b"lib/firmware/card/one.bin"].data == b"plain", "unknown is never yes"
    boot = tree.root / "boot"
    boot.mkdir()
    (boot / f"config-{RELEASE}").write_text(CONFIG + f"CONFIG_FW_LOADER_COMPRESS_{symbol}=y\n")
    host = ["--host-root", str(tree.root), "--kernel-release", RELEASE]
    tree.index()
    done = tool.run("pack", "--compress", "none", "-o", "out.img", *host, "-", stdin=b"module card\n")
    entries = tool.image("out.img")
    assert entries[f"lib/firmware/card/one.bin.{ending}".encode()].data == packed, done.stderr
    assert b"lib/firmware/card/one.bin" not in entries
    put(tree, "card/one.bin", b"both")
    tool.run("pack", "--compress", "none", "-o", "out.img", *host, "-", stdin=b"module card\n")
    assert tool.image("out.img")[b"lib/firmware/card/one.bin"].data == b"both", "a plain one comes first"


def test_firmware_that_is_not_what_its_name_says(tool, tree):
    put(tree, "card/one.bin.xz", b"no")
    tool.fail("pack", "-o", "-", *tree.index(), "--module", "card", says="one.bin.xz: not compressed as its name says")


def test_a_pattern_of_a_module(tool, tree):
    tree.module("card", "firmware=brd/x-*.txt")
    put(tree, "brd/x-1.txt")
    put(tree, "updates/brd/x-1.txt", b"newer")
    put(tree, "brd/x-2.txt.xz", subprocess.run(["xz"], input=b"two", stdout=subprocess.PIPE).stdout)
    put(tree, "brd/y.txt")
    entries, said = pack(tool, tree)
    found = {name.decode(): entry.data for name, entry in entries.items() if b"firmware/brd/" in name}
    assert found == {"lib/firmware/brd/x-1.txt": b"newer", "lib/firmware/brd/x-2.txt": b"two"}
    assert "warning: module" not in said


def test_a_line_asks_for_more_and_for_what_must_be_there(tool, tree):
    put(tree, "extra/a")
    put(tree, "extra/b")
    put(tree, "card/one.bin")
    put(tree, "card/two.bin")
    entries, _ = pack(tool, tree, recipe="firmware extra/* card/one.bin\n")
    assert {b"lib/firmware/extra/a", b"lib/firmware/extra/b", b"lib/firmware/card/one.bin"} <= set(entries)
    for name in ("nope.bin", "nope/*"):
        tool.fail("pack", "-o", "-", *tree.index(), "-", stdin=f"firmware {name}\n".encode(),
                  says=f"firmware {name}: not found in ")
    tool.fail("pack", "-o", "-", *tree.index(), "-", stdin=b"firmware ../modules/x\n", says="firmware ../modules/x")


def test_the_folder_can_be_named(tool, tree):
    tool.write("own/card/one.bin", "own")
    entries, said = pack(tool, tree, "--firmware", "own")
    assert entries[b"lib/firmware/card/one.bin"].data == b"own" and "not found in own: card/two.bin" in said


# --- signatures ---

def test_a_signature_stays_unless_it_is_not_wanted(tool, tree):
    path = tree.module("plain")
    before = path.read_bytes()
    sign(path)
    place = f"lib/modules/{RELEASE}/plain.ko".encode()
    entries, _ = pack(tool, tree, recipe="module plain\n")
    assert entries[place].data == path.read_bytes()
    entries, said = pack(tool, tree, "--unsigned-modules", recipe="module plain\n")
    assert entries[place].data == before
    assert f"kernel {RELEASE} will be tainted (E)" in said and "no configuration" in said
    subprocess.run(["xz", path], check=True)
    entries, _ = pack(tool, tree, "--unsigned-modules", recipe="module plain\n")
    assert entries[place].data == before


@pytest.mark.parametrize("symbol", ["MODULE_SIG_FORCE", "LOCK_DOWN_KERNEL_FORCE_INTEGRITY",
                                    "LOCK_DOWN_KERNEL_FORCE_CONFIDENTIALITY"])
def test_a_kernel_that_enforces_signatures_keeps_them(tool, tree, symbol):
    tree.index()
    (tree.root / "boot").mkdir()
    config = tree.root / f"boot/config-{RELEASE}"
    config.write_text(CONFIG + "CONFIG_MODULE_SIG=y\n")
    command = ["pack", "-o", "out.img", "--host-root", str(tree.root), "--kernel-release", RELEASE,
               "--unsigned-modules", "--module", "card"]
    assert "tainted" in tool.run(*command).stderr.decode()
    config.write_text(CONFIG + f"CONFIG_MODULE_SIG=y\nCONFIG_{symbol}=y\n")
    said = tool.fail(*command)
    assert f"loads no module without a signature (CONFIG_{symbol} in {config})" in said
    config.write_text(CONFIG)
    assert "tainted" not in tool.run(*command).stderr.decode(), "no CONFIG_MODULE_SIG: nothing is checked"


@pytest.mark.parametrize("word", ["module.sig_enforce", "module.sig_enforce=1", "lockdown=integrity",
                                  "lockdown=confidentiality"])
def test_an_image_that_asks_for_enforcement_keeps_signatures(tool, tree, word):
    tool.fail("pack", "-o", "-", *tree.index(), "--unsigned-modules", "--module", "card", "--cmdline", f"quiet {word}",
              says=f"--unsigned-modules: the image's command line has {word}")
    tool.run("pack", "-o", "out.img", *tree.index(), "--unsigned-modules", "--module", "card", "--cmdline",
             "lockdown=none")
