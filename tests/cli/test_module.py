# SPDX-License-Identifier: MIT
"""test_module.py - `module` lines, on the kernel that `make deps` unpacked."""
import pathlib
import shutil
import subprocess

import pytest

from conftest import PROJECT

IMAGE = next(iter(sorted((PROJECT / "build/kernel/debian/boot").glob("vmlinuz-*"))), None)
RELEASE = IMAGE.name[len("vmlinuz-"):] if IMAGE else None
TREE = PROJECT / "build/kernel/debian/lib/modules" / RELEASE if IMAGE else None


@pytest.fixture
def pack(tool):
    assert IMAGE, "no kernel unpacked: run `make deps`"

    def run(*lines, **kwargs):
        return tool.pack("".join(line + "\n" for line in lines), "--kernel", str(IMAGE), **kwargs)
    return run


def order(entries):
    return [line.split("/")[-1] for line in entries[b"etc/rdinit/modules"].data.decode().splitlines()]


def depends(name):
    """Straight from depmod's table: what must come before a module."""
    for line in (TREE / "modules.dep").read_text().splitlines():
        path, needed = line.split(":")
        if pathlib.Path(path).name == name:
            return {pathlib.Path(n).name for n in needed.split()}
    raise AssertionError(f"{name} is not in modules.dep")


@pytest.mark.parametrize("name", ["virtio_blk", "virtio-scsi", "sd_mod", "btrfs", "virtio_net", "xfs"])
def test_dependencies_come_first(pack, name):
    listed = order(pack(f"module {name}"))
    for i, module in enumerate(listed):
        assert depends(module) <= set(listed[:i]), module
    assert listed[-1].replace("-", "_") == name.replace("-", "_") + ".ko"


def test_the_files_are_where_the_list_says(pack):
    entries = pack("module virtio_blk", "module virtio_pci")
    for line in entries[b"etc/rdinit/modules"].data.decode().splitlines():
        folder, name = line.rsplit("/", 1)
        assert folder == f"/lib/modules/{RELEASE}", "side by side"
        assert entries[line.lstrip("/").encode()].data == next(TREE.rglob(name)).read_bytes()


def test_a_module_is_listed_once(pack):
    listed = order(pack("module virtio_blk", "module virtio-blk", "module virtio_pci"))
    assert len(listed) == len(set(listed))


def test_soft_dependencies_of_dependencies_come_first(pack):
    """btrfs needs libcrc32c, which wants any crc32c before it."""
    listed = order(pack("module btrfs"))
    assert listed.index("crc32c-intel.ko") < listed.index("libcrc32c.ko") < listed.index("btrfs.ko")


def test_an_alias_stands_for_its_module(pack):
    assert order(pack("module fs-btrfs"))[-1] == "btrfs.ko"
    alias = "pci:v00001AF4d00001001sv00001AF4sd00000002bc01sc00i00"
    assert order(pack(f"module {alias}"))[-1] == "virtio_pci.ko"


def test_options_stand_behind_the_path(pack):
    entries = pack('module virtio_blk queue_depth=16 num_request_queues=1')
    last = entries[b"etc/rdinit/modules"].data.decode().splitlines()[-1]
    assert last.endswith("/virtio_blk.ko queue_depth=16 num_request_queues=1")


def test_what_is_built_in_adds_nothing(pack):
    assert b"etc/rdinit/modules" not in pack("module ext4")


def test_a_file_from_outside_the_tree(tool, pack):
    shutil.copy(next(TREE.rglob("virtio_blk.ko")), tool.path / "own.ko")
    entries = pack(f"module {tool.path}/own.ko")
    listed = entries[b"etc/rdinit/modules"].data.decode().splitlines()
    assert listed[-1] == f"/lib/modules/{RELEASE}/own.ko"
    assert [line for line in listed if line.endswith("/virtio_ring.ko")], "its dependencies"


@pytest.mark.parametrize("ending, command", [("gz", "gzip"), ("xz", "xz"), ("zst", "zstd")])
def test_a_compressed_module_is_unpacked(tool, pack, ending, command):
    plain = next(TREE.rglob("virtio_blk.ko")).read_bytes()
    packed = subprocess.run([command, "-c"], input=plain, stdout=subprocess.PIPE, check=True).stdout
    tool.write(f"zipped.ko.{ending}", packed)
    entries = pack(f"module {tool.path}/zipped.ko.{ending}")
    assert entries[f"lib/modules/{RELEASE}/zipped.ko".encode()].data == plain


@pytest.mark.parametrize("name, ending", [
    ("virtio_blok", "; did you mean virtio_blk or virtio\n"), ("ex4", "; did you mean ext4\n"),
    ("vritio_blk", "; did you mean virtio_blk"), ("nosuch", " has no such module\n"), ("xt", " has no such module\n")])
def test_a_name_the_kernel_does_not_have(tool, name, ending):
    said = tool.fail("pack", "-o", "-", "--kernel", str(IMAGE), "--module", name)
    assert f"module {name}: kernel {RELEASE} has no such module" in said and ending in said


def test_a_folder_of_modules_is_those_of_the_kernel_that_is_given(tool):
    """Its name is no matter then, and the kernel's configuration is found."""
    command = ["pack", "-o", "x.img", "--kernel", str(IMAGE), "--unsigned-modules", "--module", "virtio_blk", "--modules"]
    said = tool.run(*command, str(TREE)).stderr.decode()
    assert "tainted" in said and "no configuration" not in said and "taken for" not in said
    (tool.path / "mine").symlink_to(TREE)
    assert "taken for" not in tool.run(*command, "mine").stderr.decode()
    (tool.path / "mine").unlink()
    shutil.copytree(TREE, tool.path / "mine")
    assert f"--modules mine: used for {IMAGE}, which is kernel {RELEASE}" in tool.run(
        *command, "mine").stderr.decode()
    assert f"/lib/modules/{RELEASE}/virtio_blk.ko" in tool.run("list", "x.img").stdout.decode()


def test_files_that_are_no_modules(tool):
    kernel = ("--kernel", str(IMAGE))
    tool.fail("pack", "-o", "-", *kernel, "--module", "./none.ko", says="ENOENT")
    tool.write("text.ko", "hello\n")
    tool.fail("pack", "-o", "-", *kernel, "--module", "./text.ko", says="text.ko")
    tool.write("cut.ko", next(TREE.rglob("virtio_blk.ko")).read_bytes()[:3000])
    tool.fail("pack", "-o", "-", *kernel, "--module", "./cut.ko", says="cut.ko")


def test_modules_without_an_index(tool):
    (tool.path / "empty").mkdir()
    tool.fail("pack", "-o", "-", "--kernel", str(IMAGE), "--modules", str(tool.path / "empty"),
              "--module", "virtio_blk", says="depmod")


def test_modules_live_under_usr_where_a_program_makes_lib_a_symlink(pack):
    entries = pack("program /bin/sh", "module virtio_blk")
    listed = entries[b"etc/rdinit/modules"].data.decode().splitlines()
    link = entries.get(b"lib")
    prefix = link.data.decode() if link is not None and link.data else "lib"
    for line in listed:
        assert line.replace("/lib/", f"{prefix}/", 1).encode() in entries


def test_libkmod_is_needed_for_modules_alone(tool):
    """It is loaded when modules are asked for; what is wrong with it is said then, not before."""
    tool.write("broken/libkmod.so.2", "no library\n")
    env = {"LD_LIBRARY_PATH": str(tool.path / "broken")}
    tool.fail("pack", "--kernel", str(IMAGE), "--module", "virtio_blk", env=env, says="libkmod.so.2: ")
    assert "rdinit.img" not in tool.names()
    tool.run("pack", "--no-init", "--cmdline", "quiet", env=env)
    subprocess.run(["gcc", "-shared", "-o", tool.path / "broken/libkmod.so.2", "-xc", "-"], input=b"int kmod_new;", check=True)
    tool.fail("pack", "--kernel", str(IMAGE), "--module", "virtio_blk", env=env, says="undefined symbol: kmod_unref; install libkmod")
