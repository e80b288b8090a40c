# SPDX-License-Identifier: MIT
"""test_kernel.py - what `make kernel` says of bad input, and what it leaves. No kernel is built here."""
import io
import os
import shutil
import subprocess
import sys
import types

import pytest

from conftest import PROJECT, load

kernel = load("kernel")


def make(tmp_path, *words, path=None):
    """Runs kernel.py with a build folder of its own: (status, what it says on stderr).

    What a build needs is found, last in PATH, though it is not installed: none of these runs gets
    as far as to call it."""
    found = tmp_path / "found"
    found.mkdir(exist_ok=True)
    for name in kernel.NEEDED:
        (found / name).touch(0o755)
    environment = {**os.environ, "PATH": path or f"{os.environ['PATH']}:{found}"}
    done = subprocess.run([sys.executable, PROJECT / "tools/kernel.py", "--build", tmp_path / "build", *words],
                          env=environment, capture_output=True, text=True, timeout=60)
    return done.returncode, done.stderr


def fake_tree(tmp_path):
    """Enough of a tree to be taken for one, until something is asked of it."""
    for name, text in {"Makefile": "VERSION = 6\nPATCHLEVEL = 1\nSUBLEVEL = 0\nall:\n\t@echo broken >&2; false\n"
                                   "%:\n\t@echo broken >&2; false\n",
                       "Kconfig": "config A\n\tbool\n", "scripts/kconfig/conf.c": "",
                       "kernel/configs/tiny.config": ""}.items():
        (tmp_path / "tree" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "tree" / name).write_text(text)
    return tmp_path / "tree"


class Profile:
    name, arch, cflags, hot = "mine", "x86_64", ["-Os"], ["mm/slow.c", "gone.c"]


class Tree:
    version = "6.1.0"

    def __init__(self, path):
        self.path = path


# --- bad input ---

def test_a_folder_that_is_no_source_is_reported_and_an_old_kernel_stays(tmp_path):
    old = tmp_path / "build/kernel/hello/bzImage"
    old.parent.mkdir(parents=True)
    old.write_text("old")
    assert make(tmp_path, "--source", tmp_path, "hello") == \
        (1, f"kernel: {tmp_path}: not a kernel source: it has no Makefile\n")
    assert old.read_text() == "old"


def test_an_unknown_profile_is_reported_with_those_that_there_are(tmp_path):
    status, said = make(tmp_path, "helo")
    assert status == 1 and said.startswith("kernel: helo: no such profile: there are appliance ")


def test_a_missing_compiler_is_reported_with_its_package(tmp_path):
    (tmp_path / "bin").mkdir()
    for name in set(kernel.NEEDED) - {"gcc"}:
        (tmp_path / "bin" / name).symlink_to(shutil.which(name) or "/bin/true")
    status, said = make(tmp_path, "--source", fake_tree(tmp_path), "hello", path=str(tmp_path / "bin"))
    assert (status, said) == (1, "kernel: no compiler: gcc not found: apt-get install gcc\n")


def test_another_missing_program_is_reported_with_its_package(monkeypatch):
    monkeypatch.setattr(kernel.shutil, "which", lambda name: None if name in ("bc", "flex") else name)
    with pytest.raises(kernel.KernelError, match="a program is missing: flex bc not found: apt-get install bc flex"):
        kernel.missing(kernel.NEEDED)


def test_a_source_whose_conf_does_not_build_is_reported(tmp_path):
    tree = fake_tree(tmp_path)
    status, said = make(tmp_path, "--source", tree, "hello")
    assert status == 1 and f"kernel: {tree}: its conf program does not build:\n" in said and "broken" in said


def test_a_symbol_that_moved_stops_the_build_with_file_line_and_symbol(tmp_path, monkeypatch):
    tree = types.SimpleNamespace(version="6.1.9")
    monkeypatch.setattr(kernel.kconfig, "configure", lambda *words: ["kconfig-fragments/net.config:5: UNKNOWN: NET: x"])
    with pytest.raises(kernel.KernelError) as caught:
        kernel.configure(tree, Profile, tmp_path)
    assert str(caught.value) == (f"kconfig-fragments/net.config:5: UNKNOWN: NET: x\nprofile mine does not fit "
                                 f"{tree.version}: 1 symbols are not as asked")


@pytest.mark.parametrize("name", ["two words", "a:colon"])
def test_a_path_that_the_kernels_makefile_refuses_is_reported(tmp_path, name):
    (tmp_path / name).mkdir()
    tree = fake_tree(tmp_path)
    status, said = make(tmp_path / name, "--source", tree, "hello")
    assert status == 1 and said.startswith(f"kernel: {tmp_path / name}/build/kernel: the kernel's build takes no path with")
    status, said = make(tmp_path, "--source", tree.rename(tmp_path / name / "tree"), "hello")
    assert status == 1 and said.startswith(f"kernel: {tmp_path / name}/tree: the kernel's build takes no path with")


@pytest.mark.parametrize("name, says", [
    ("nothing.cpio", "no such image, folder or list"), ("two words", "takes no name with such letters")])
def test_an_image_that_cannot_be_built_in_is_reported(tmp_path, name, says):
    (tmp_path / "two words").mkdir()
    with pytest.raises(kernel.KernelError, match=says):
        kernel.ask_for_image(tmp_path / name)


def test_what_a_folder_holds_becomes_root_s(tmp_path):
    asks = {ask.symbol: ask.value for ask in kernel.ask_for_image(tmp_path)}
    assert asks == {"INITRAMFS_SOURCE": f'"{tmp_path}"', "INITRAMFS_ROOT_UID": str(os.getuid()),
                    "INITRAMFS_ROOT_GID": str(os.getgid())}
    (tmp_path / "list").write_text("")
    assert [ask.symbol for ask in kernel.ask_for_image(tmp_path / "list")] == ["INITRAMFS_SOURCE"]


def test_a_full_disk_is_reported_before_it_is_full(tmp_path, monkeypatch):
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(kernel.shutil, "disk_usage", lambda path: usage._replace(free=5 << 20))
    with pytest.raises(kernel.KernelError, match=r": disk full: 5 MB free, a build takes 600 MB"):
        kernel.need_space(tmp_path, 600, "a build")


def test_a_build_folder_that_cannot_be_made_is_reported(tmp_path):
    (tmp_path / "build").write_text("a file")
    status, said = make(tmp_path, "--source", fake_tree(tmp_path), "hello")
    assert (status, said) == (1, f"kernel: {tmp_path}/build/kernel: Not a directory\n")


def test_an_archive_that_is_damaged_is_reported_and_leaves_nothing(tmp_path, monkeypatch):
    archive = tmp_path / "linux-source-9.9.tar.xz"
    archive.write_bytes(b"no archive")
    monkeypatch.setattr(kernel, "source_package", lambda: "linux-source-9.9")
    monkeypatch.setattr(kernel, "ARCHIVES", tmp_path)
    with pytest.raises(kernel.KernelError, match=r"linux-source-9.9.tar.xz: not unpacked: "):
        kernel.debian_source(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [archive.name]


def test_two_builds_of_one_profile_do_not_mix(tmp_path):
    objects, lock = kernel.open_objects(Tree("/a"), Profile, tmp_path)
    with lock, pytest.raises(kernel.KernelError, match="mine: another build of it is running"):
        kernel.open_objects(Tree("/a"), Profile, tmp_path)


# --- make's failures ---

@pytest.mark.parametrize("log, first", [
    ("  CC      a.o\na.c:3:1: error: expected ';'\nmake[2]: *** [a.o] Error 1\n", "a.c:3:1: error: expected ';'"),
    ("ld: a.o: undefined reference to `b'\nmake: *** [vmlinux] Error 1\n", "ld: a.o: undefined reference to `b'"),
    ("cc1: fatal error: a.s: No space left on device\nmake: *** Error 1\n",
     "cc1: fatal error: a.s: No space left on device"),
    ("*** The source tree is not clean, please run 'make mrproper'\n",
     "*** The source tree is not clean, please run 'make mrproper'"),
    ("something\n", "something"),
])
def test_the_first_error_is_the_real_one(tmp_path, log, first):
    (tmp_path / "log").write_text(log)
    assert kernel.first_errors(tmp_path / "log")[0] == first


@pytest.mark.parametrize("script, says", [
    ("echo '  CC      a.o'; echo 'a.c:3:1: error: no'; exit 2", "mine: make failed:\n  a.c:3:1: error: no\nthe whole log: "),
    ("echo 'a.c: No space left on device'; exit 2", "mine: disk full:\n"),
])
def test_a_failed_make_is_reported_with_its_errors_and_the_log(tmp_path, script, says):
    with pytest.raises(kernel.KernelError) as caught:
        kernel.run_make(["sh", "-c", script], tmp_path, kernel.Progress("mine", 1, io.StringIO()), [])
    assert str(caught.value).startswith(says) and str(caught.value).endswith(f"{tmp_path}/log")


# --- what stays, what goes ---

def test_objects_of_another_source_are_not_mixed_in_and_those_of_the_same_stay(tmp_path):
    for source, stays in (("/a", False), ("/a", True), ("/b", False)):
        objects, lock = kernel.open_objects(Tree(source), Profile, tmp_path)
        assert (objects / "main.o").exists() is stays
        (objects / "main.o").touch()
        lock.close()


def test_a_kernel_is_replaced_only_by_a_whole_one(tmp_path):
    target, objects = tmp_path / "mine", tmp_path / "objects"
    target.mkdir()
    (target / "bzImage").write_text("old")
    (objects / "arch/x86/boot").mkdir(parents=True)
    (objects / "arch/x86/boot/bzImage").write_text("new")
    with pytest.raises(Exception):          # no vmlinux to strip
        kernel.collect(Tree("/a"), Profile, objects, "", target)
    assert (target / "bzImage").read_text() == "old"
    shutil.copy("/bin/true", objects / "vmlinux")
    for name in ("System.map", ".config"):
        (objects / name).touch()
    kernel.collect(Tree("/a"), Profile, objects, "", target)
    assert sorted(path.name for path in target.iterdir()) == ["System.map", "bzImage", "config", "vmlinux"]
    assert (target / "bzImage").read_text() == "new"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine", "objects"]


def test_a_configuration_that_did_not_change_is_not_touched(tmp_path, monkeypatch):
    def configure(_tree, _profile, _base, output):
        output.write_text("CONFIG_NET=y\n")
        return []
    monkeypatch.setattr(kernel.kconfig, "configure", configure)
    kernel.configure(Tree("/a"), Profile, tmp_path)
    os.utime(tmp_path / ".config", (1, 1))
    kernel.configure(Tree("/a"), Profile, tmp_path)
    assert (tmp_path / ".config").stat().st_mtime == 1


# --- how it builds ---

def test_the_command_has_nothing_of_this_host_and_the_profiles_words(tmp_path):
    command = kernel.make_command(Tree(tmp_path), Profile, tmp_path / "o", 2)
    assert f"KCFLAGS=-ffile-prefix-map={tmp_path}=. -Os" in command and "RUSTC=no-rustc" in command
    assert set(kernel.REPRODUCIBLE) >= {f"KBUILD_BUILD_{word}" for word in ("TIMESTAMP", "USER", "HOST", "VERSION")}


def test_what_is_hot_is_compiled_for_speed_and_said_where_it_is_not_there(tmp_path, capsys):
    command = kernel.make_command(Tree(tmp_path), Profile, tmp_path / "o", 2)
    assert "CFLAGS_slow.o=-O2" in command and "CFLAGS_gone.o=-O2" in command
    (tmp_path / "mm").mkdir()
    (tmp_path / "mm/slow.c").write_text("")
    kernel.report_missing_options(Tree(tmp_path), Profile)
    assert capsys.readouterr().err == "kernel: mine: 6.1.0 has no gone.c, which the profile calls hot\n"


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_progress_is_a_bar_on_a_terminal_and_a_line_now_and_then_elsewhere(monkeypatch):
    out = Terminal()
    progress = kernel.Progress("mine", 4, out)
    for line in ("  CC      init/main.o\n", "  CC [M]  fs/x.o\n", "warning: x\n"):
        progress.line(line)
    assert out.getvalue().endswith("mine [###############               ]  50 % CC fs/x.o")
    out = io.StringIO()
    progress = kernel.Progress("mine", 4, out)
    progress.line("  CC      init/main.o\n")
    assert out.getvalue() == ""
    progress.said -= kernel.OFF_TERMINAL_S
    progress.line("  LD      vmlinux.o\n")
    assert out.getvalue().startswith("kernel: mine: 50 % after ")
