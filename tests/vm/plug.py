"""plug.py - a disk that is plugged into a machine that runs, over QEMU's monitor (QMP)."""
import json
import socket


def plug_in(monitor, disk, **device):
    with socket.socket(socket.AF_UNIX) as qmp:
        qmp.settimeout(20)
        qmp.connect(str(monitor))
        answers = qmp.makefile()
        assert "QMP" in answers.readline()
        for command, arguments in (
                ("qmp_capabilities", {}),
                ("blockdev-add", {"driver": "raw", "node-name": "d", "read-only": True,
                                  "file": {"driver": "file", "filename": str(disk)}}),
                ("device_add", {**device, "drive": "d"})):
            qmp.sendall(json.dumps({"execute": command, "arguments": arguments}).encode())
            answer = next(line for line in answers if "return" in line or "error" in line)
            assert "error" not in answer, answer
