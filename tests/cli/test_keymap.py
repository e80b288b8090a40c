# SPDX-License-Identifier: MIT
"""test_keymap.py - the verb keymap: by name, from text, or binary as it is."""
import subprocess

import pytest


def binary(name):
    return subprocess.run(["loadkeys", "-b", name], stdin=subprocess.DEVNULL, capture_output=True, check=True).stdout


def test_a_keymap_by_name_by_text_and_as_it_is(tool):
    tool.write("mine.map", "keymaps 0-2\nkeycode 30 = b\n")
    tool.write("de.bin", binary("de"))
    got = tool.pack("keymap de\n")
    assert got[b"etc/rdinit/keymap"].data == binary("de")[:] and got[b"etc/rdinit/keymap"].data.startswith(b"bkeymap")
    assert got[b"etc/rdinit/cmdline.d/40-keymap.conf"].data == b"rdinit.keymap=/etc/rdinit/keymap\n"
    assert tool.pack("keymap de.bin\n", env={"PATH": "/nowhere"})[b"etc/rdinit/keymap"].data == binary("de")
    assert tool.pack("keymap mine.map\n")[b"etc/rdinit/keymap"].data == binary(str(tool.path / "mine.map"))


@pytest.mark.parametrize("name,path,says", [
    ("no-such-map", None, "expected a keymap of loadkeys, found"),
    ("de", "/nowhere", "expected loadkeys for the keymap de, which is not in PATH (Debian: kbd")])
def test_a_keymap_that_cannot_be(tool, name, path, says):
    tool.write("r", f"keymap {name}\n")
    done = tool.run("pack", "r", check=False, env={"PATH": path} if path else {})
    assert done.returncode == 1 and says in done.stderr.decode() and "rdinit.img" not in tool.names()
