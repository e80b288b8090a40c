# SPDX-License-Identifier: MIT
"""test_sysroot.py - programs of another system, whose root is a folder: nothing of the host leaks in."""
import os
import re
import shutil
import stat
import subprocess

import pytest
from programs import LIBRARY, USER, build, chroot, unpack

LOADER = "/lib64/ld-linux-x86-64.so.2"


def copy(tool, host, name):
    path = tool.path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(os.path.realpath(host), path)


def glibc_root(tool):
    """A root with /lib64 and /lib as absolute symlinks, as only a chroot follows them."""
    copy(tool, LOADER, "sys/usr/lib64/ld-linux-x86-64.so.2")
    copy(tool, "/lib/x86_64-linux-gnu/libc.so.6", "sys/usr/lib/x86_64-linux-gnu/libc.so.6")
    copy(tool, "/bin/sh", "sys/usr/bin/sh")
    for name in ("lib64", "lib", "bin"):
        (tool.path / "sys" / name).symlink_to(f"/usr/{name}")
    return tool.path / "sys"


def program(tool, *flags, name="sys/usr/bin/user"):
    build(tool, "made/libanswer.so", LIBRARY, "-shared", "-fPIC")
    return build(tool, name, USER, "-Lmade", "-lanswer", *flags)


def in_sysroot(tool, recipe, *command, options=("--sysroot", "sys")):
    root = tool.path / "root"
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir()
    entries = tool.pack(recipe, *options)
    assert not any(str(tool.path).encode() in entry.data for entry in entries.values() if stat.S_ISLNK(entry.mode))
    assert not any(name.startswith(str(tool.path).lstrip("/").encode()) for name in entries), "paths without DIR"
    return chroot(unpack(entries, root), *command)


def test_a_program_with_its_libraries_and_absolute_symlinks(tool):
    glibc_root(tool)
    program(tool)
    shutil.copy(tool.path / "made/libanswer.so", tool.path / "sys/usr/lib/libanswer.so")
    assert in_sysroot(tool, "program /bin/user\n", "/bin/user").returncode == 42
    entries = tool.pack("program user\n", "--sysroot", "sys")
    assert entries[b"lib64"].data == b"/usr/lib64"
    assert in_sysroot(tool, "sysroot sys\nprogram user\n", "/usr/bin/user", options=()).returncode == 42


def test_the_bytes_are_those_of_the_sysroot(tool):
    """The C library of the root is another one than the host's."""
    root = glibc_root(tool)
    libc = root / "usr/lib/x86_64-linux-gnu/libc.so.6"
    libc.write_bytes(libc.read_bytes() + b"another one")
    entries = tool.pack("program sh\n", "--sysroot", "sys")
    assert entries[b"usr/lib/x86_64-linux-gnu/libc.so.6"].data.endswith(b"another one")


def test_a_library_that_only_the_host_has_is_missing(tool):
    root = glibc_root(tool)
    build(tool, "sys/usr/bin/user", "int main(void) { return 0; }", "-Wl,--no-as-needed", "-lm")
    said = tool.fail("pack", "-o", "-", "--sysroot", str(root), "--app", "user")
    assert "libm.so.6 not found: needed by /usr/bin/user" in said


def test_an_rpath_that_only_the_host_has_is_not_looked_at(tool):
    glibc_root(tool)
    program(tool, f"-Wl,-rpath,{tool.path}/made")
    tool.fail("pack", "-o", "-", "--sysroot", "sys", "--app", "user", says="libanswer.so not found")


@pytest.mark.parametrize("target", ["{made}", "../../../../../../../../../../../../..{made}"])
def test_a_symlink_out_of_it_leads_into_it(tool, target):
    glibc_root(tool)
    program(tool)
    made = str(tool.path / "made/libanswer.so")
    (tool.path / "sys/usr/lib/libanswer.so").symlink_to(target.format(made=made))
    tool.fail("pack", "-o", "-", "--sysroot", "sys", "--app", "user", says="libanswer.so not found")


def test_a_symlink_to_a_host_folder_leads_into_it(tool):
    glibc_root(tool)
    program(tool, "-Wl,-rpath,/opt/lib")
    (tool.path / "sys/opt").mkdir()
    (tool.path / "sys/opt/lib").symlink_to(tool.path / "made")
    tool.fail("pack", "-o", "-", "--sysroot", "sys", "--app", "user", says="libanswer.so not found")
    shutil.copytree(tool.path / "made", f"{tool.path}/sys{tool.path}/made")
    entries = tool.pack("program user\n", "--sysroot", "sys")
    assert str(tool.path / "made/libanswer.so").lstrip("/").encode() in entries


def test_ld_so_conf_is_its_own(tool):
    glibc_root(tool)
    program(tool)
    tool.write("sys/etc/ld.so.conf", "include ld.so.conf.d/*.conf\n")
    tool.write("sys/real/more.conf", "/opt/more\n")
    (tool.path / "sys/etc/ld.so.conf.d").symlink_to("/real")
    tool.write("sys/opt/more/libanswer.so", (tool.path / "made/libanswer.so").read_bytes())
    assert in_sysroot(tool, "program user\n", "/usr/bin/user").returncode == 42


def test_a_script_brings_the_interpreter_of_the_root(tool):
    glibc_root(tool)
    (tool.path / "sys/script").write_text("#!/usr/bin/env sh\nexit 3\n")
    (tool.path / "sys/script").chmod(0o755)
    said = tool.fail("pack", "-o", "-", "--sysroot", "sys", "--app", "/script")
    assert "/usr/bin/env not found: script interpreter of /script" in said, "the host has one"
    copy(tool, "/usr/bin/env", "sys/usr/bin/env")
    assert in_sysroot(tool, "program /script\n", "/script").returncode == 3


def test_a_musl_root_with_its_path_file(tool):
    copy(tool, "/lib/ld-musl-x86_64.so.1", "sys/lib/ld-musl-x86_64.so.1")
    tool.write("sys/etc/ld-musl-x86_64.path", "/strange/lib\n")
    build(tool, "sys/strange/lib/libanswer.so", LIBRARY, "-shared", "-fPIC", compiler="musl-gcc")
    build(tool, "sys/bin/user", USER, "-Lsys/strange/lib", "-lanswer", compiler="musl-gcc")
    assert in_sysroot(tool, "program user\n", "/bin/user").returncode == 42
    (tool.path / "sys/etc/ld-musl-x86_64.path").unlink()
    tool.fail("pack", "-o", "-", "--sysroot", "sys", "--app", "user", says="libanswer.so not found")


def test_the_lines_above_it_and_behind_the_slash_are_the_host_s(tool):
    glibc_root(tool)
    tool.write("sys/usr/bin/only", (tool.path / "sys/usr/bin/sh").read_bytes()).chmod(0o755)
    recipe = "program true\nsysroot sys\nprogram only\nsysroot /\nprogram false\n"
    entries = tool.pack(recipe)
    assert {b"usr/bin/true", b"usr/bin/only", b"usr/bin/false"} <= set(entries)
    said = tool.fail("pack", "-o", "-", "-", stdin=b"sysroot sys\nprogram true\n")
    assert f"true: no such program below {tool.path}/sys" in said


def test_what_it_refuses(tool):
    glibc_root(tool)
    tool.fail("pack", "-o", "-", "--sysroot", "none", "--app", "sh", says="sysroot none: No such file")
    tool.fail("pack", "-o", "-", "--sysroot", "/etc/passwd", "--app", "sh", says="ENOTDIR")
    tool.fail("pack", "-o", "-", "--sysroot", "sys", "--app", "bin/sh", says="name a program or its path below")
    tool.fail("pack", "-o", "-", "-", stdin=b"sysroot sys\napplets busybox\n", says="busybox: not found")
    loop = tool.path / "sys/usr/bin/loop"
    loop.symlink_to("loop")
    tool.fail("pack", "-o", "-", "--sysroot", "sys", "--app", "/bin/loop", says="no such program below")
    assert tool.run("run", "--sysroot", "sys", "x.img", check=False).returncode == 2


def test_nss_of_the_sysroot(tool):
    glibc_root(tool)
    tool.write("sys/etc/nsswitch.conf", "passwd: compat\n")
    said = tool.run("pack", "-o", "x.img", "--sysroot", "sys", "-", stdin=b"program sh nss\n").stderr.decode()
    assert f"it gets {tool.path}/sys/etc/nsswitch.conf" in said
    assert "libnss_compat.so.2 not found" in said, "the host has one"


def test_the_library_tree_of_python_is_that_of_the_root(tool):
    glibc_root(tool)
    tool.write("sys/usr/bin/python3.99", (tool.path / "sys/usr/bin/sh").read_bytes()).chmod(0o755)
    tool.write("sys/usr/lib/python3.99/os.py", "ours\n")
    tool.run("pack", "--compress", "none", "-o", "x.img", "--sysroot", "sys", "--app", "python3.99")
    entries = tool.image("x.img")
    assert entries[b"usr/lib/python3.99/os.py"].data == b"ours\n"
    assert not any(b"dist-packages" in name for name in entries), "the host's"


def test_the_trees_of_two_pythons_stay_apart(tool):
    """A folder of the image stands where the root has a symlink: the root is known all the same."""
    glibc_root(tool)
    tool.write("sys/usr/bin/python3.99", (tool.path / "sys/usr/bin/sh").read_bytes()).chmod(0o755)
    tool.write("sys/usr/lib/python3.99/os.py", "ours\n")
    tool.write("x", "dir /bin 0755 0 0\nfile /bin/own x 0644 0 0\nsysroot sys\nprogram /bin/python3.99\nsysroot /\n")
    tool.run("pack", "--compress", "none", "-o", "x.img", "x", "--app", "/usr/bin/python3")
    names = {os.fsdecode(name) for name in tool.image("x.img")}
    assert "usr/lib/python3.99/os.py" in names
    assert any(name.endswith("/os.py") and "3.99" not in name for name in names), "the host's"
    assert not any("python3.99/" in name and not name.startswith("usr/lib/python3.99") for name in names)


def level():
    """The best level of this host's processor that its loader looks for, by its own word."""
    done = subprocess.run([LOADER, "--help"], capture_output=True, text=True, check=True)
    found = re.findall(r"^  (x86-64-v\d) \(supported, searched\)", done.stdout, re.M)
    return found[0] if found else None


def levels_root(tool, *folders):
    """A library that answers with its level, in a folder that only ld.so.conf names."""
    glibc_root(tool)
    tool.write("sys/etc/ld.so.conf", "/srv/private\n")
    program(tool)
    for folder in folders:
        text = LIBRARY.replace("42", str(50 + int(folder[-1]) if folder else 50))
        assert text != LIBRARY
        build(tool, f"sys/srv/private/{folder}/libanswer.so", text, "-shared", "-fPIC")


def test_libraries_for_better_processors_in_folders_of_ld_so_conf(tool):
    """The guest's loader finds them by its cache alone; libc.so.6's ldconfig reads the same."""
    folders = ["", "glibc-hwcaps/x86-64-v2", "glibc-hwcaps/x86-64-v3", "glibc-hwcaps/x86-64-v4"]
    levels_root(tool, *folders)
    best = int(level()[-1]) if level() else 0
    assert in_sysroot(tool, "program user\n", "/usr/bin/user").returncode == 50
    assert in_sysroot(tool, "program user hwcaps\n", "/usr/bin/user").returncode == 50 + best
    listed = subprocess.run(["/sbin/ldconfig", "-p", "-C", tool.path / "root/etc/ld.so.cache"], capture_output=True,
                            text=True, check=True).stdout
    for folder in folders[1:]:
        assert re.search(rf'libanswer.so \(libc6,x86-64, hwcap: "{folder[-9:]}"\) => /srv/private/{folder}/', listed), listed
    assert "libanswer.so (libc6,x86-64) => /srv/private/libanswer.so" in listed


@pytest.mark.skipif(not level(), reason="this host's processor has no level beyond the first")
def test_a_library_that_is_only_for_a_level_in_a_folder_of_ld_so_conf(tool):
    levels_root(tool, "glibc-hwcaps/x86-64-v2")
    assert in_sysroot(tool, "program user\n", "/usr/bin/user").returncode == 52
