# SPDX-License-Identifier: MIT
"""stand_in.py - a stand-in for QEMU: says on the wire, the console and its own stderr what a test asks for, and ends as it asks."""
import sys

SCRIPT = """#!/usr/bin/python3
import os, re, signal, sys, time
ends = dict(re.findall(r"socket,id=([a-z]+),fd=([0-9]+)", " ".join(sys.argv)))
def say(end, text):
    data = text.encode("latin-1")
    while data:
        data = data[os.write(1 if end == "console" else int(ends[end]), data):]
def hear(end, size):
    return os.read(0 if end == "console" else int(ends[end]), size)
def gone(path):
    open(path, "w").close()
"""


def stand_in(tool, body, name="qemu"):
    """From now on `rdinit run` starts `body`, Python, as its QEMU."""
    path = tool.write(name, SCRIPT + body + "\n")
    path.chmod(0o755)
    tool.env["RDINIT_QEMU"] = str(path)
    return path


assert sys.version_info >= (3, 9)
