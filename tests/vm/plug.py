# SPDX-License-Identifier: MIT
"""plug.py - devices that are plugged into a machine that runs, and pulled out, over QEMU's monitor (QMP)."""
import json
import socket


def command(monitor, *commands):
    with socket.socket(socket.AF_UNIX) as qmp:
        qmp.settimeout(20)
        qmp.connect(str(monitor))
        answers = qmp.makefile()
        assert "QMP" in answers.readline()
        for name, arguments in (("qmp_capabilities", {}), *commands):
            qmp.sendall(json.dumps({"execute": name, "arguments": arguments}).encode())
            answer = next(line for line in answers if "return" in line or "error" in line)
            assert "error" not in answer, answer


def plug_in(monitor, disk, node="d", **device):
    command(monitor,
            ("blockdev-add", {"driver": "raw", "node-name": node, "read-only": True,
                              "file": {"driver": "file", "filename": str(disk)}}),
            ("device_add", {**device, "drive": node}))


def pull_out(monitor, device):
    """The machine lets go of it when its kernel has."""
    command(monitor, ("device_del", {"id": device}))
