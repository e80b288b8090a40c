# SPDX-License-Identifier: MIT
"""test_fragments.py - every fragment and profile, merged onto every base of every source in build/."""
import os
import subprocess

import pytest

from conftest import PROJECT, SOURCES, kconfig

FOLDER = PROJECT / "kconfig-fragments"
DEBIAN = sorted((PROJECT / "build/kernel/debian/boot").glob("config-*"))
BASES = ["tiny", "defconfig", *map(str, DEBIAN)]
TREES = {}


def tree_of(source):
    return TREES.setdefault(source, kconfig.Tree(source))


def short(value):
    return os.path.basename(str(value))


sources = pytest.mark.parametrize("source", SOURCES, ids=short)
first_source = pytest.mark.parametrize("source", SOURCES[:1], ids=short)


def problems_of(source, profile, base, tmp_path, folder=FOLDER):
    return kconfig.configure(tree_of(source), profile, base, tmp_path / "config", folder)


# --- every one of them ---

@sources
@pytest.mark.parametrize("base", BASES, ids=short)
@pytest.mark.parametrize("name", [name for name in kconfig.names() if name != "um"])
def test_a_fragment_lands_on(name, base, source, tmp_path):
    assert problems_of(source, kconfig.Profile(name, [name]), base, tmp_path) == []


@sources
@pytest.mark.parametrize("name", kconfig.profiles())
def test_a_profile_lands_on_tiny(name, source, tmp_path):
    assert problems_of(source, kconfig.read_profile(name), "tiny", tmp_path) == []


@sources
@pytest.mark.parametrize("name", kconfig.profiles())
def test_what_a_profile_calls_hot_is_there(name, source):
    for file in kconfig.read_profile(name).hot:
        assert (tree_of(source).path / file).is_file(), file


@sources
def test_um_lands_on_its_own_architecture(source, tmp_path):
    assert problems_of(source, kconfig.find_profile(["um"]), "tiny", tmp_path) == []


@sources
def test_the_kernels_own_script_merges_the_same(source, tmp_path):
    profile, tree = kconfig.read_profile("appliance"), tree_of(source)
    assert problems_of(source, profile, "tiny", tmp_path) == []
    (tmp_path / "its").mkdir()
    done = subprocess.run(
        ["scripts/kconfig/merge_config.sh", "-n", "-O", tmp_path / "its", "kernel/configs/tiny-base.config",
         "kernel/configs/tiny.config", *(FOLDER / f"{name}.config" for name in profile.fragments)], cwd=tree.path,
        env={**kconfig.clean_environment(), "ARCH": "x86_64", "MAKEFLAGS": " ".join(kconfig.WITHOUT)},
        stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "its/.config").read_text() == (tmp_path / "config").read_text()


# --- the checker can fail ---

def merge_mine(source, tmp_path, base="tiny", **texts):
    """The problems of fragments written here."""
    for name, text in texts.items():
        (tmp_path / f"{name}.config").write_text(text)
    (tmp_path / "absent").touch()
    return problems_of(source, kconfig.Profile("mine", list(texts)), base, tmp_path, tmp_path)


@first_source
def test_a_misspelt_symbol_is_named_with_file_and_line_and_the_nearest(source, tmp_path):
    problem, = merge_mine(source, tmp_path, a="# net\nCONFIG_NET=y\n# virtio\nCONFIG_VIRTIO_BLOK=y\n")
    assert problem.startswith(f"{tmp_path}/a.config:4: UNKNOWN: VIRTIO_BLOK: no Kconfig of ")
    assert problem.endswith("; the nearest is VIRTIO_BLK")


@first_source
def test_a_symbol_without_its_parent_is_named_with_what_it_depends_on(source, tmp_path):
    problem, = merge_mine(source, tmp_path, a="# x\nCONFIG_EXT4_FS=y\n")
    assert problem.startswith(f"{tmp_path}/a.config:2: DROPPED: EXT4_FS=y: the result has n; fs/ext4/Kconfig:")
    problem, = merge_mine(source, tmp_path, a="# x\nCONFIG_VIRTIO_BALLOON=y\n", b="# y\nCONFIG_VIRTIO_BALLOON=y\n")
    assert problem.endswith(f"(also asked at {tmp_path}/b.config:2)")


@first_source
def test_a_clash_names_both_sides(source, tmp_path):
    problems = merge_mine(source, tmp_path, a="# x\nCONFIG_NET=y\n", b="# y\n# CONFIG_NET is not set\n")
    assert f"{tmp_path}/b.config:2: CLASH: NET=n here, NET=y at {tmp_path}/a.config:2" in problems
    problems = merge_mine(source, tmp_path, a="# x\nCONFIG_KERNEL_LZ4=y\n", b="# y\nCONFIG_KERNEL_XZ=y\n")
    assert len(problems) == 1 and "a.config:2: DROPPED: KERNEL_LZ4=y" in problems[0]


@first_source
@pytest.mark.parametrize("base", BASES, ids=short)
def test_what_must_be_off_and_stays_on_is_dropped(source, base, tmp_path):
    problem, = merge_mine(source, tmp_path, base=base, a="# x\n# CONFIG_HAVE_PERF_EVENTS is not set\n")
    assert "DROPPED: HAVE_PERF_EVENTS=n: the result has y" in problem


@first_source
def test_a_module_is_content_with_being_built_in(source, tmp_path):
    assert merge_mine(source, tmp_path, a="# x\nCONFIG_BLOCK=y\n# x\nCONFIG_EXT4_FS=m\n") == []


@first_source
def test_the_table_excuses_what_is_absent(source, tmp_path):
    (tmp_path / "a.config").write_text("# x\nCONFIG_VIRTIO_BLOK=y\n")
    (tmp_path / "absent").write_text("VIRTIO_BLOK >=6.0 not yet invented\n")
    assert problems_of(source, kconfig.Profile("a", ["a"]), "tiny", tmp_path, tmp_path) == []
