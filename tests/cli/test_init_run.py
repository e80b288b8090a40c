# SPDX-License-Identifier: MIT
"""The /init that only runs programs: `init run` packs it, and no command takes it for the other one."""
import pathlib
import re

from conftest import RDINIT
from modtree import ModTree

INIT_RUN = pathlib.Path(RDINIT).with_name("init-run")
SCOPE = "this /init only runs programs: pack the image with `init` in place of `init run`"


def pack(tool, recipe, *options):
    tool.write("r", "init run\nfile /p p 0755 0 0\n" + recipe)
    tool.write("p", "#!/p\n")
    return tool.run("pack", *options, "r", "-o", "x.img")


def plan(tool, *options):
    text = tool.run("plan", *options, "x.img").stdout.decode()
    return {m[1]: m[2] for m in re.finditer(r"^(\S+) +(.*)$", text, re.M)}


def test_init_run_packs_the_smaller_one(tool):
    pack(tool, "run /p\n")
    assert tool.image("x.img")[b"init"].data == INIT_RUN.read_bytes()
    assert INIT_RUN.stat().st_size < 42 * 1024


def test_a_file_of_that_name_is_a_path(tool):
    tool.write("run", "mine")
    tool.write("r", "init ./run\n")
    tool.run("pack", "r", "-o", "x.img")
    assert tool.image("x.img")[b"init"].data == b"mine"


def test_plan_has_its_steps(tool):
    pack(tool, "run /p\n")
    assert list(plan(tool)) == ["early-mounts", "console", "settings", "scope", "late-mounts", "modules",
                                "network", "reroot", "resolver", "sysctls", "hooks", "stdio", "appliance", "power"]
    steps = plan(tool, "--append", "root=/dev/vda")
    assert list(steps) == ["early-mounts", "console", "settings", "scope"]
    assert steps["scope"] == f"fails for root=: {SCOPE}"


def test_check_finds_what_it_does_not_do(tool):
    pack(tool, "run /p\n")
    assert b"only runs" not in tool.run("check", "--append", "quiet", "x.img", check=False).stdout
    for word in ("root=/dev/vda", "rdinit.root=/dev/vda", "rdinit.mount='a /b 9p'", "rdinit.order=a"):
        done = tool.run("check", "--append", word, "x.img", check=False)
        assert done.returncode == 1
        name = word.split("=")[0]
        assert f"/init fails for {name}=: it only runs programs" in done.stdout.decode()
        assert b"write `init` in place of `init run`" in done.stdout
    done = tool.run("check", "--append", "rdinit.keymap=/k modules-load=a rdinit.links rdinit.window=1x1", "x.img", check=False)
    for name in "rdinit.keymap=", "modules-load=", "rdinit.links", "rdinit.window=":
        assert f"nothing reads {name}: this /init only runs programs" in done.stdout.decode()
    pack(tool, "")
    assert b"/init fails for no program" in tool.run("check", "--append", "quiet", "x.img", check=False).stdout


def test_drivers_need_the_other_one(tool):
    tree = ModTree(tool.path / "kernel")
    tree.module("m", "alias=pci:v1*")
    options = tree.index()
    tool.write("p", "#!/p\n")
    tool.write("r", "init run\ndriver m\nrun /p\n")
    tool.fail("pack", *options, "r", "-o", "x.img",
              says="r:1: init run: this /init loads no drivers as devices appear: write `module` in place of `driver`")
    pack(tool, "module m\nrun /p\n", *options)
    assert b"etc/rdinit/modules" in tool.image("x.img")
