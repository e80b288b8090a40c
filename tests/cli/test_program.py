# SPDX-License-Identifier: MIT
"""test_program.py - `program` lines: what is packed starts in the image as it does on the host."""
import os
import pathlib
import shutil
import stat
import struct
import subprocess

import pytest
from programs import LIBRARY, USER, build, chroot, in_image, unpack

LIBRARY_DIR = "/usr/lib/x86_64-linux-gnu"


def elf_header(machine, elf_class=2):
    """The first bytes of an executable for another machine."""
    ident = b"\x7fELF" + bytes([elf_class, 1, 1]) + bytes(9)
    if elf_class == 2:
        return ident + struct.pack("<HHIQQQIHHHHHH", 2, machine, 1, 0, 64, 0, 0, 64, 56, 0, 64, 0, 0)
    return ident + struct.pack("<HHIIIIIHHHHHH", 2, machine, 1, 0, 52, 0, 0, 52, 32, 0, 40, 0, 0)


def executable(tool, name, data):
    path = tool.write(name, data)
    path.chmod(0o755)
    return path


def test_a_dynamic_program_of_the_host_starts(tool):
    done = in_image(tool, "program /bin/sh\n", "/bin/sh", "-c", "exit 7")
    assert done.returncode == 7, done.stderr


def test_symlinks_on_the_way_are_kept(tool):
    entries = tool.pack("program /bin/sh\n")
    for path in ("/lib64", "/bin", "/bin/sh"):
        if os.path.islink(path):
            names = [path, os.path.join(os.path.realpath(os.path.dirname(path)),
                                        os.path.basename(path))]
            entry = next(entries[n.lstrip("/").encode()] for n in names
                         if n.lstrip("/").encode() in entries)
            assert entry.data.decode() == os.readlink(path)


def test_a_program_is_found_in_path(tool):
    assert in_image(tool, "program true\n", shutil.which("true")).returncode == 0


def test_a_program_can_go_to_another_place(tool):
    done = in_image(tool, "program /bin/echo /opt/say\n", "/opt/say", "hello")
    assert done.stdout == "hello\n", done.stderr


def test_origin_in_runpath_is_followed(tool):
    build(tool, "app/lib/libanswer.so", LIBRARY, "-shared", "-fPIC")
    app = build(tool, "app/bin/user", USER, "-Lapp/lib", "-lanswer",
                "-Wl,--enable-new-dtags,-rpath,$ORIGIN/../lib")
    assert in_image(tool, f"program {app}\n", app).returncode == 42


def test_rpath_is_inherited_by_libraries_and_runpath_is_not(tool):
    build(tool, "deep/libanswer.so", LIBRARY, "-shared", "-fPIC")
    build(tool, "libmiddle.so", "int answer(void); int middle(void) { return answer(); }",
          "-shared", "-fPIC", "-Ldeep", "-lanswer")
    source = "int middle(void); int main(void) { return middle(); }"
    flags = ["-L.", "-lmiddle", f"-Wl,-rpath-link,{tool.path}/deep"]
    paths = f"-Wl,-rpath,{tool.path}:{tool.path}/deep"
    old = build(tool, "old", source, *flags, "-Wl,--disable-new-dtags", paths)
    new = build(tool, "new", source, *flags, "-Wl,--enable-new-dtags", paths)
    assert in_image(tool, f"program {old}\n", old).returncode == 42
    said = tool.fail("pack", "-o", "-", "--app", str(new), says="libanswer.so not found")
    assert "needed by" in said and "libmiddle.so" in said


def test_a_missing_library_names_who_needs_it_and_what_breaks(tool):
    build(tool, "libgone.so", LIBRARY, "-shared", "-fPIC")
    build(tool, "libaway.so", "int away;", "-shared", "-fPIC")
    app = build(tool, "user", USER, "-L.", "-lgone", "-Wl,--no-as-needed", "-laway")
    (tool.path / "libgone.so").unlink()
    (tool.path / "libaway.so").unlink()
    said = tool.fail("pack", "-o", "x.img", "--app", str(app))
    assert f"libgone.so not found: needed by {app}; the program will not start" in said
    assert "libaway.so not found" in said, "everything missing at once"
    assert "x.img" not in tool.names()


def test_a_library_of_another_architecture_is_passed_over(tool):
    for name in ("first/libanswer.so", "second/libanswer.so"):
        build(tool, name, LIBRARY, "-shared", "-fPIC")
    app = build(tool, "user", USER, "-Lsecond", "-lanswer",
                f"-Wl,-rpath,{tool.path}/first:{tool.path}/second")
    tool.write("first/libanswer.so", elf_header(3, elf_class=1))
    assert in_image(tool, f"program {app}\n", app).returncode == 42


def test_a_static_program_comes_alone(tool):
    app = build(tool, "static", "int main(void) { return 5; }", "-static")
    entries = tool.pack(f"program {app}\n")
    files = [name for name, entry in entries.items() if stat.S_ISREG(entry.mode)]
    assert files == [str(app).lstrip("/").encode()]


def test_a_musl_program_starts(tool):
    app = build(tool, "small", "int main(void) { return 6; }", compiler="musl-gcc")
    assert in_image(tool, f"program {app}\n", app).returncode == 6


@pytest.mark.parametrize("name", ["with space", "n\u00e9", "tab\there", "comma,name"])
def test_odd_names(tool, name):
    app = build(tool, name, "int main(void) { return 9; }")
    assert in_image(tool, f'program "{app}"\n', app).returncode == 9


def test_a_script_brings_its_interpreter(tool):
    script = executable(tool, "script", "#!/bin/sh -e\nexit 3\n")
    assert in_image(tool, f"program {script}\n", script).returncode == 3


def test_a_script_by_env_brings_both(tool):
    script = executable(tool, "script", "#!/usr/bin/env -S sh -e\nexit 4\n")
    entries = tool.pack(f"program {script}\n")
    assert b"usr/bin/env" in entries
    assert in_image(tool, f"program {script}\n", script).returncode == 4


@pytest.mark.parametrize("line", ["-S -u FOO sh -e", "-iS A=1 PATH=/bin:/usr/bin sh", "-S  'sh'\t-e", "-vSsh", "sh"])
def test_env_starts_what_it_splits(tool, line):
    """The image runs it: env itself is the judge."""
    script = executable(tool, "script", f"#!/usr/bin/env {line}\nexit 4\n")
    assert in_image(tool, f"program {script}\n", script).returncode == 4


@pytest.mark.parametrize("line, says", [
    ("sh -e", "env sh -e: the kernel gives env all of the line as one argument: split it with -S; the program will not start"),
    ("-S ${SHELL}", "it has a variable that only the guest knows"), ("-S 'sh", "a quote after -S has no end"),
    ("-SP x", "P not found in PATH: needed by ")])
def test_env_that_starts_nothing_is_no_script(tool, line, says):
    script = executable(tool, "script", f"#!/usr/bin/env {line}\nexit 4\n")
    tool.fail("pack", "-o", "-", "--app", str(script), says=says)


@pytest.mark.parametrize("manager", ["pyenv", "asdf"])
def test_a_shim_is_named_as_one(tool, manager):
    script = executable(tool, "shims/python3", f'#!/bin/sh\nexec {manager} exec "${{0##*/}}" "$@"\n')
    tool.fail("pack", "-o", "-", "--app", str(script), says=f"a shim of {manager}, which searches the program when it runs")
    executable(tool, "bin/python3", f'#!/bin/sh\necho {manager}\n')
    tool.run("pack", "-o", "x", "--app", "bin/python3")


def test_what_a_thread_ends_with_comes_along(tool):
    """glibc opens libgcc_s itself, and aborts where it is missing."""
    app = build(tool, "app", """#include <pthread.h>
static void *f(void *unused) { (void)unused; pthread_exit((void *)5L); }
int main(void) { pthread_t t; void *r; pthread_create(&t, 0, f, 0); pthread_join(t, &r); return (int)(long)r; }
""", "-pthread")
    assert in_image(tool, f"program {app}\n", app).returncode == 5
    plain = build(tool, "plain", "int main(void) { return 0; }\n")
    assert not any(b"libgcc_s" in name for name in tool.pack(f"program {plain}\n"))


def test_a_library_without_an_x_bit_is_packed_with_a_word(tool):
    library = build(tool, "libx.so.1", LIBRARY, "-shared")
    library.chmod(0o644)
    tool.write("r", f"program {library}\n")
    done = tool.run("pack", "-o", "x", "r")
    assert b"libx.so.1: a library: packed with its own libraries, but not executable" in done.stderr
    tool.write("text", "x")
    tool.write("r", f"program {tool.path}/text\n")
    tool.fail("pack", "-o", "x", "r", says="not executable")


@pytest.mark.parametrize("options", [[], ["--copies"]], ids=["links", "copies"])
def test_a_virtual_environment_of_python_is_whole(tool, options):
    subprocess.run(["/usr/bin/python3", "-m", "venv", "--without-pip", *options, tool.path / "v"], check=True)
    site = next((tool.path / "v/lib").glob("python3.*/site-packages"))
    (site / "mine.py").write_text("x = 7\n")
    script = executable(tool, "script", f"#!{tool.path}/v/bin/python3\nimport mine, json\nraise SystemExit(mine.x)\n")
    tool.run("pack", "--compress", "none", "-o", "x.img", "--app", str(script))
    root = tool.path / "root"
    root.mkdir()
    assert chroot(unpack(tool.image("x.img"), root), script).returncode == 7


def test_what_is_linked_to_python_has_its_tree(tool):
    """An interpreter as a library: that of gdb, say."""
    build(tool, "usr/lib/libpython3.99.so.1.0", LIBRARY, "-shared", "-Wl,-soname,libpython3.99.so.1.0")
    app = build(tool, "usr/bin/app", USER, tool.path / "usr/lib/libpython3.99.so.1.0", "-Wl,-rpath,$ORIGIN/../lib")
    tool.write("usr/lib/python3.99/os.py", "ours\n")
    tool.run("pack", "--compress", "none", "-o", "x.img", "--app", str(app))
    assert f"{tool.path}/usr/lib/python3.99/os.py"[1:].encode() in tool.image("x.img")


def test_a_script_without_its_interpreter(tool):
    script = executable(tool, "script", "#!/no/such/shell\n")
    tool.fail("pack", "-o", "-", "--app", str(script),
              says=f"/no/such/shell not found: script interpreter of {script}")


def test_scripts_that_interpret_each_other_end(tool):
    one, two = tool.path / "one", tool.path / "two"
    executable(tool, "one", f"#!{two}\n")
    executable(tool, "two", f"#!{one}\n")
    tool.fail("pack", "-o", "-", "--app", str(one), says="ELOOP")


@pytest.mark.parametrize("header, machine", [
    (elf_header(3, elf_class=1), "i386"), (elf_header(183), "aarch64"),
    (elf_header(243), "riscv"), (elf_header(0x7777), "an unknown machine")])
def test_another_architecture_is_named(tool, header, machine):
    app = executable(tool, "foreign", header)
    tool.fail("pack", "-o", "-", "--app", str(app),
              says=f"{app}: a program for {machine}, but the machine is x86-64")


def test_what_is_no_program(tool):
    tool.fail("pack", "-o", "-", "--app", str(executable(tool, "text", "hello\n")),
              says="not a program: neither an ELF file nor a script")
    tool.fail("pack", "-o", "-", "--app", str(executable(tool, "empty", "")),
              says="not a program")
    tool.fail("pack", "-o", "-", "--app", str(tool.write("plain", "#!/bin/sh\n")),
              says="not executable")
    tool.fail("pack", "-o", "-", "--app", "/etc", says="a directory")
    tool.fail("pack", "-o", "-", "--app", "./nonesuch", says="ENOENT")
    tool.fail("pack", "-o", "-", "--app", "no-such-program", says="PATH")


def test_every_truncation_is_refused_or_harmless(tool):
    """Whatever is cut off, the tool says so or packs a file: it does not crash."""
    whole = pathlib.Path(build(tool, "whole", "int main(void) { return 0; }", "-s")).read_bytes()
    for size in [*range(1, 64, 9), *range(64, 1200, 57), *range(1200, len(whole), 1500)]:
        app = executable(tool, "cut", whole[:size])
        done = tool.run("pack", "--compress", "none", "-o", "out.img", "--app", str(app),
                        check=False)
        assert done.returncode in (0, 1), (size, done.stderr)
        assert done.returncode == 0 or done.stderr.startswith(b"rdinit: "), (size, done.stderr)
