# SPDX-License-Identifier: MIT
"""What the build promises: the same bytes from two folders, and an install that works from its place."""
import os
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
RDINIT = Path(os.environ.get("RDINIT", ROOT / "build/rdinit"))


def make(folder, *words):
    environment = {k: v for k, v in os.environ.items() if k not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
    subprocess.run(["make", "-s", "-C", folder, *words], check=True, env=environment,
                   stdin=subprocess.DEVNULL)


def test_init_is_the_same_bytes_built_in_another_folder(tmp_path):
    other = tmp_path / "else where é"
    other.mkdir()
    shutil.copy(ROOT / "Makefile", other)
    shutil.copytree(ROOT / "init", other / "init")
    (other / "tools").mkdir()
    shutil.copy(ROOT / "tools/cut_sections.sh", other / "tools")
    make(other, "build/init")
    assert (other / "build/init").read_bytes() == (RDINIT.parent / "init").read_bytes()


def test_an_installed_tool_finds_its_init(tmp_path):
    there = tmp_path / "in stalled"
    make(ROOT, "install", f"DESTDIR={there}", "PREFIX=/usr")
    image = tmp_path / "x.img"
    subprocess.run([there / "usr/bin/rdinit", "pack", "-o", image, "--app", "/bin/true"], check=True)
    listing = subprocess.run([RDINIT, "list", image], check=True, capture_output=True, text=True).stdout
    assert "file /init " in listing
    assert (there / "usr/share/man/man8/rdinit-init.8").is_file()
    assert "complete " in (there / "usr/share/bash-completion/completions/rdinit").read_text()
