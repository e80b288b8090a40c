# SPDX-License-Identifier: MIT
"""test_matrix.py - `rdinit run --matrix` in true machines: those with the most memory, for others take their time."""
import os
import subprocess

from vm import RDINIT


def test_the_same_program_on_each_machine():
    done = subprocess.run([RDINIT, "run", "--matrix", "--memory", "1G", "--", "/bin/true"], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=500)
    head, *rows, last = done.stdout.splitlines()
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert {row.split()[0] for row in rows} == {"pc", "q35", "microvm"}
    for row in rows:
        machine, _, firmware, _, _, _, status, _, reason = row.split(maxsplit=8)
        assert (status, reason) == ("0", "exit") or (firmware == "UEFI" and not os.path.exists("/usr/share/ovmf/OVMF.fd")), row
    assert " 0 failed, " in last
