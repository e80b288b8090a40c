# SPDX-License-Identifier: MIT
"""test_guards.py - tests/guards.sh passes what is right, and fails on a planted violation of each rule."""
import shutil
import subprocess

import pytest

from conftest import PROJECT

PURE = "int f(const char *text);\nint f(const char *text) { return __builtin_strlen(text) > 3; }\n"
# A file of /init may call what another of its files defines, and what only computes.
STEP = """#include <signal.h>
#include <string.h>
int sys_kill(int pid, int signal);
int f(sigset_t *set, const char *a, const char *b)
{
	sigaddset(set, 1);
	return strcmp(a, b) ? sys_kill(1, 2) : 0;
}
"""
SYS = "int sys_kill(int pid, int signal);\nint sys_kill(int pid, int signal) { return pid + signal; }\n"


def guard(rule, *words, cwd=None):
    done = subprocess.run([PROJECT / "tests/guards.sh", rule, *words], capture_output=True, text=True, timeout=30,
                          cwd=cwd)
    return done.returncode, done.stderr


@pytest.fixture
def compiled(tmp_path):
    """Writes a C file and compiles it: compiled("sys/sys", text) is the path of sys/sys.o."""
    def compiled(name, text):
        source = tmp_path / f"{name}.c"
        source.parent.mkdir(parents=True, exist_ok=True)
        source.write_text(text)
        subprocess.run(["cc", "-Os", "-fno-builtin", "-c", "-o", source.with_suffix(".o"), source], check=True)
        return source.with_suffix(".o")
    return compiled


def linked(directory, *flags):
    source = directory / "main.c"
    source.write_text("int main(void) { return 0; }\n")
    subprocess.run(["cc", *flags, "-o", directory / "main", source], check=True)
    return directory / "main"


def test_a_static_program_passes_and_a_dynamic_one_fails(tmp_path):
    assert guard("static", linked(tmp_path, "-static")) == (0, "")
    status, says = guard("static", linked(tmp_path, "-no-pie"))
    assert status == 1 and "main is not static" in says


def test_what_is_no_program_fails(tmp_path):
    (tmp_path / "main").write_text("no ELF file")
    assert guard("static", tmp_path / "main")[0] != 0


def test_the_limit_passes_and_one_byte_more_fails(tmp_path):
    (tmp_path / "init").write_bytes(bytes(1000))
    assert guard("size", "1000", tmp_path / "init") == (0, "")
    status, says = guard("size", "999", tmp_path / "init")
    assert status == 1 and says == f"guards: {tmp_path}/init has 1000 bytes, limit 999\n"


@pytest.mark.parametrize("call", ["open(text, 0)", "malloc(1) != 0", "puts(text)", "getpid()"])
def test_a_call_in_pure_fails(compiled, call):
    good = compiled("good", PURE)
    assert guard("pure", good) == (0, "")
    bad = compiled("bad", "#include <fcntl.h>\n#include <stdio.h>\n#include <stdlib.h>\n#include <unistd.h>\n"
                   f"int g(const char *text);\nint g(const char *text) {{ return {call}; }}\n")
    status, says = guard("pure", good, bad)
    assert status == 1 and says == f"guards: init/pure calls {call.split('(')[0]}\n"


def test_a_wait_outside_of_the_loop_fails(compiled):
    waits = "int sys_poll(int);\nint f(void);\nint f(void) { return sys_poll(1); }\n"
    assert guard("waits", compiled("loop/loop", waits), compiled("sys/terminal", waits), compiled("other", PURE)) == (0, "")
    step = compiled("step", waits)
    status, says = guard("waits", step)
    assert status == 1 and says == f"guards: waits outside of init/loop: {step}\n"


def test_pure_may_call_itself_and_strings(compiled):
    caller = compiled("caller", "int f(const char *text);\nint g(const char *text);\n"
                                "int g(const char *text) { return f(text); }\n")
    assert guard("pure", caller, compiled("good", PURE)) == (0, "")
    status, says = guard("pure", caller)
    assert status == 1 and says == "guards: init/pure calls f\n"


@pytest.mark.parametrize("call", ["poll(0, 0, 1)", "wait4(1, 0, 0, 0)", "epoll_wait(1, 0, 1, 1)", "malloc(1) != 0",
                                  "printf(\"\")", "fopen(\"\", \"\") != 0"])
def test_a_call_of_the_library_fails(compiled, call):
    step, sys = compiled("init/step", STEP), compiled("init/sys/sys", SYS)
    assert guard("calls", step, sys) == (0, "")
    bad = compiled("init/bad", "#define _GNU_SOURCE\n#include <poll.h>\n#include <stdio.h>\n#include <stdlib.h>\n"
                   "#include <sys/epoll.h>\n#include <sys/wait.h>\n#include <sys/resource.h>\n"
                   f"int g(void);\nint g(void) {{ return {call}; }}\n")
    status, says = guard("calls", step, bad, sys)
    assert status == 1 and says == f"guards: /init calls the C library: {call.split('(')[0]}\n"


@pytest.mark.parametrize("file, header", [
    ("init/step.c", "tools/lib/base/error.h"), ("init/pure/good.c", "init/boot.h"),
    ("init/pure/good.c", "tools/lib/base/error.h"), ("tools/main.c", "init/boot.h"), ("tools/main.c", "init/sys/sys.h")])
def test_an_include_against_the_arrows_fails(tmp_path, file, header):
    for path, included in (("init/step.c", "init/sys/sys.h"), ("init/pure/good.c", "init/pure/span.h"),
                           ("tools/main.c", "init/pure/span.h")):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(f'#include <stdio.h>\n#include "{included}"\n')
    assert guard("includes", tmp_path) == (0, "")
    with open(tmp_path / file, "a") as out:
        out.write(f'#include "{header}"\n')
    status, says = guard("includes", tmp_path)
    assert status == 1 and f'{file}:3:#include "{header}"' in says


@pytest.mark.parametrize("file, header, circle", [
    ("lib/base/mem.c", "lib/image/image.h", {"base", "image"}), ("lib/base/mem.h", "lib/cpio/newc.h", {"base", "cpio", "image"}),
    ("lib/top.h", "lib/cpio/newc.h", {".", "cpio"}), ("lib/base/deep/a.c", "lib/image/image.h", {"base", "image"})])
def test_rooms_in_a_circle_fail(tmp_path, file, header, circle):
    for path, included in (("lib/base/mem.c", "lib/base/mem.h"), ("lib/image/image.h", "lib/base/mem.h"),
                           ("lib/cpio/newc.h", "lib/image/image.h"), ("lib/cpio/newc.c", "lib/top.h"),
                           ("lib/base/mem.h", "other/cpio/newc.h"), ("lib/base/deep/a.c", "lib/base/mem.h")):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(f'#include "{included}"\n#include <stdio.h>\n')
    assert guard("rooms", "lib", cwd=tmp_path) == (0, "")
    with open(tmp_path / file, "a") as out:
        out.write(f'#include "{header}"\n')
    status, says = guard("rooms", "lib", cwd=tmp_path)
    assert status == 1 and says.startswith("guards: rooms of lib that include each other in a circle: ")
    assert set(says.split(": ")[2].split()) == circle


ROOMS = sorted(path.name for path in PROJECT.joinpath("init").iterdir() if path.is_dir())


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_of_init_that_knows_the_boot_fails(tmp_path, room):
    shutil.copytree(PROJECT / "init", tmp_path / "init")
    assert guard("rooms", "init", cwd=tmp_path) == (0, "")
    (tmp_path / f"init/{room}/planted.c").write_text('#include "init/boot.h"\n')
    status, says = guard("rooms", "init", cwd=tmp_path)
    assert status == 1 and says.startswith("guards: rooms of init that include each other in a circle: ")
    assert set(says.split(": ")[2].split()) >= {".", room}


@pytest.mark.parametrize("room, header", [
    ("layer", "root/root.h"), ("mount", "layer/layer.h"), ("device", "module/module.h"), ("sys", "loop/loop.h")])
def test_a_room_of_init_that_includes_one_above_it_fails(tmp_path, room, header):
    shutil.copytree(PROJECT / "init", tmp_path / "init")
    (tmp_path / f"init/{room}/planted.c").write_text(f'#include "init/{header}"\n')
    status, says = guard("rooms", "init", cwd=tmp_path)
    assert status == 1 and {room, header.split("/")[0]} <= set(says.split(": ")[2].split())


@pytest.mark.parametrize("copy", [
    '#define RUN "/etc/rdinit/run"', 'say("see /etc/rdinit/drivers");', "return c == '-' ? '_' : c;", "*name = '_';"])
def test_a_copy_of_a_belief_fails(tmp_path, copy):
    for path, text in (("init/pure/paths.h", '#define RUN_FILE "/etc/rdinit/run"'), ("tools/good.c", "/* of /etc/rdinit/run */"),
                       ("init/pure/modname.h", "letter == '-' ? '_' : letter"), ("tools/bad.c", copy)):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(f"{text}\n")
    status, says = guard("copies", tmp_path)
    assert status == 1 and says == f"guards: copies of what init/pure has: tools/bad.c:1:{copy}\n"
    (tmp_path / "tools/bad.c").unlink()
    assert guard("copies", tmp_path) == (0, "")


def test_a_rule_without_input_fails(tmp_path):
    assert guard("pure")[0] == 1
    assert guard("pure", tmp_path / "missing.o")[0] != 0
    assert guard("rooms", tmp_path / "missing")[0] == 1
    assert guard("nonsense", "x") == (1, "guards: no rule nonsense\n")


def test_the_makefile_asks_for_every_rule():
    recipe = PROJECT.joinpath("Makefile").read_text().split("\nguards:")[1].split("\n\n")[0]
    for rule in ("static", "size", "pure", "calls", "waits", "includes", "rooms", "copies"):
        assert f"\t@tests/guards.sh {rule} " in recipe
    assert "tests/guards.sh rooms init init/pure tools/lib" in recipe
    assert "tests/spdx.py ." in recipe


def spdx(*words):
    done = subprocess.run([PROJECT / "tests/spdx.py", *words], capture_output=True, text=True, timeout=30)
    return done.returncode, done.stderr


def test_a_source_without_its_license_fails_and_format_adds_it(tmp_path):
    texts = {"init/a.c": "int x;\n", "tools/a.h": "#pragma once\n", "tests/a.py": '#!/usr/bin/python3\n"""a"""\n',
             "tools/a.sh": "#!/bin/sh\n:\n", "tools/hooks/postinst": "#!/bin/sh\n:\n", "tests/empty.py": "",
             "tests/fuzz/corpus/a/x.c": "not a source\n", "tools/NOTES": "not a source\n"}
    for name, text in texts.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    status, says = spdx(tmp_path)
    assert status == 1 and len(says.splitlines()) == 6 and f"{tmp_path}/init/a.c: no line" in says
    assert spdx("--write", tmp_path) == (0, "") and spdx(tmp_path) == (0, "")
    assert (tmp_path / "init/a.c").read_text() == "// SPDX-License-Identifier: MIT\nint x;\n"
    assert (tmp_path / "tools/hooks/postinst").read_text() == "#!/bin/sh\n# SPDX-License-Identifier: MIT\n:\n"
    assert (tmp_path / "tests/fuzz/corpus/a/x.c").read_text() == "not a source\n"
    assert spdx("--write", tmp_path) == (0, "") and (tmp_path / "init/a.c").read_text().count("SPDX") == 1
