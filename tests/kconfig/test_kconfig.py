# SPDX-License-Identifier: MIT
"""test_kconfig.py - fragments and profiles as texts, and what kconfig.py says of bad ones."""
import pathlib
import re
import subprocess
import sys

import pytest

from conftest import PROJECT, kconfig

FOLDER = PROJECT / "kconfig-fragments"


def refuse(function, *arguments, says):
    """The one error of a call that must fail."""
    with pytest.raises(kconfig.KconfigError) as caught:
        function(*arguments)
    assert says in str(caught.value), str(caught.value)


def fragment(path, text, name="mine"):
    path.joinpath(f"{name}.config").write_text(text)
    return path / f"{name}.config"


def profile(path, text):
    path.joinpath("profiles").mkdir()
    path.joinpath("profiles/mine").write_text(text)


# --- the texts ---

@pytest.mark.parametrize("name", kconfig.names())
def test_a_fragment_says_what_it_is_for_and_why_each_symbol(name):
    lines = (FOLDER / f"{name}.config").read_text().splitlines()
    assert re.match(rf"# {re.escape(name)}: \S", lines[0]), lines[0]
    head = lines[:next(i for i, line in enumerate(lines) if not line.startswith("#"))]
    assert re.search(r"[Ss]tands on|With ARCH=um", " ".join(head)), "it does not say what it stands on"
    for above, line in zip(lines, lines[1:]):
        if kconfig.parse_value(line):
            assert re.match(r"# (?!CONFIG_)\S", above), f"no reason above {line}"
        assert "CONFIG_" not in line or kconfig.parse_value(line), "merge_config.sh would take a name in a comment for one"
    assert len(kconfig.read_fragment(FOLDER / f"{name}.config")) > 0


def test_every_fragment_and_profile_is_in_the_readme_and_the_other_way_round():
    text = (FOLDER / "README.md").read_text()
    listed = set(re.findall(r"^\| `([\w-]+)` \|", text, re.M))
    assert listed == {*kconfig.names(), *kconfig.profiles()}


@pytest.mark.parametrize("name", kconfig.profiles())
def test_a_profile_can_be_read_and_asks_for_nothing_twice_with_two_values(name):
    asks = [ask for fragment_name in kconfig.read_profile(name).fragments
            for ask in kconfig.read_fragment(FOLDER / f"{fragment_name}.config")]
    assert kconfig.clashes(asks) == []


def test_what_may_be_absent_is_asked_for_somewhere():
    asked = {ask.symbol for name in kconfig.names() for ask in kconfig.read_fragment(FOLDER / f"{name}.config")}
    assert {row[0] for row in kconfig.read_absent(FOLDER / "absent")} <= asked


# --- bad input ---

@pytest.mark.parametrize("line", ["CONFIG_NET", "NET=y", "CONFIG_NET=yes", "CONFIG_NET=y # sockets", "CONFIG_NET = y",
                                  "# CONFIG_NET is off", "CONFIG_X=\"open"])
def test_a_line_that_is_no_symbol_is_named(tmp_path, line):
    path = fragment(tmp_path, f"# mine: x\n\n{line}\n")
    refuse(kconfig.read_fragment, path, says=f"{path}:3: not understood: {line!r}")


def test_a_symbol_that_stands_there_twice_is_named(tmp_path):
    path = fragment(tmp_path, "# a\nCONFIG_NET=y\n# b\n# CONFIG_NET is not set\n")
    refuse(kconfig.read_fragment, path, says=f"{path}:4: NET is there twice: see {path}:2")


def test_a_fragment_that_cannot_be_read(tmp_path):
    refuse(kconfig.read_fragment, tmp_path / "no.config", says="no.config: No such file or directory")
    refuse(kconfig.read_fragment, tmp_path, says="Is a directory")
    (tmp_path / "binary.config").write_bytes(b"\xff\xfe\0")
    refuse(kconfig.read_fragment, tmp_path / "binary.config", says="binary.config: not a text")


@pytest.mark.parametrize("text, says", [
    ("base\nseriel\n", "mine:2: no such fragment: seriel; the nearest is serial"),
    ("base\nbase\n", "mine:2: base is there twice"),
    ("base serial\n", "mine:1: not understood"),
])
def test_a_bad_line_of_a_profile_is_named(tmp_path, text, says):
    for name in ("base", "serial"):
        fragment(tmp_path, "", name)
    profile(tmp_path, text)
    refuse(kconfig.read_profile, "mine", tmp_path, says=says)


def test_a_profile_has_comments_an_architecture_and_words_for_the_compiler(tmp_path):
    fragment(tmp_path, "", "base")
    profile(tmp_path, "# mine\n\narch um  # not x86\ncflags -Os -g\nhot mm/a.c b.c\nbase # all\n")
    read = kconfig.read_profile("mine", tmp_path)
    assert (read.fragments, read.arch, read.cflags, read.hot) == \
        (["base"], "um", ["-Os", "-g"], ["mm/a.c", "b.c"])


def test_unknown_names_are_reported_with_the_nearest():
    refuse(kconfig.find_profile, ["base", "virtio-block"], says="virtio-block: no such fragment")
    refuse(kconfig.find_profile, ["aplliance"], says="aplliance: no such fragment")
    refuse(kconfig.read_profile, "nothing", says="nothing: no such profile: there are appliance ")


def test_a_bad_row_of_the_table_of_what_may_be_absent_is_named(tmp_path):
    (tmp_path / "absent").write_text("# x\nNET before-6.1 why\n")
    refuse(kconfig.read_absent, tmp_path / "absent", says="absent:2: not understood")


@pytest.mark.parametrize("conditions, numbers, arch, base, excuse", [
    ("<6.2", (6, 1, 192), "x86_64", "tiny", True),
    ("<6.2", (6, 2, 0), "x86_64", "tiny", False),
    (">=6.1.100", (6, 1, 99), "x86_64", "tiny", False),
    (">=6.1.100,arch=um", (6, 12, 1), "um", "tiny", True),
    (">=6.1.100,arch=um", (6, 12, 1), "x86_64", "tiny", False),
    ("base=debian", (6, 1, 0), "x86_64", "/boot/config", True),
    ("base=debian", (6, 1, 0), "x86_64", "defconfig", False),
])
def test_when_a_symbol_may_be_absent(tmp_path, conditions, numbers, arch, base, excuse):
    class Tree:
        pass
    tree = Tree()
    tree.numbers = numbers
    (tmp_path / "absent").write_text(f"NET {conditions} why it is\n")
    row, = kconfig.read_absent(tmp_path / "absent")
    assert kconfig.excused(row, tree, arch, base) is excuse


@pytest.mark.parametrize("files, says", [
    ({}, "not a kernel source: it has no Makefile"),
    ({"Makefile": "all:\n"}, "it has no Kconfig"),
    ({"Makefile": "all:\n", "Kconfig": "", "scripts/kconfig/conf.c": "", "kernel/configs/tiny.config": ""},
     "no VERSION, PATCHLEVEL and SUBLEVEL"),
])
def test_a_folder_that_is_no_kernel_source_is_reported(tmp_path, files, says):
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    refuse(kconfig.Tree, tmp_path, says=says)


def test_the_command_says_what_is_wrong_in_one_line_and_exits_1(tmp_path):
    done = subprocess.run([sys.executable, PROJECT / "tools/kconfig.py", "--source", tmp_path, "base"],
                          capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr == f"kconfig: {tmp_path}: not a kernel source: it has no Makefile\n"


def test_paths_are_shown_from_the_project():
    assert kconfig.shown(FOLDER / "base.config") == "kconfig-fragments/base.config"
    assert kconfig.shown(pathlib.Path("/etc/passwd")) == "/etc/passwd"
