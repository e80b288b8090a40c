# SPDX-License-Identifier: MIT
"""test_progress.py - what a terminal shows of work that takes its time, and that nothing else does."""
import os
import pty
import re
import select
import subprocess
import time

import pytest

from conftest import RDINIT
from stand_in import stand_in
from test_run_cli import KERNEL


@pytest.fixture
def on_terminal(tool):
    """on_terminal(*args, stdin=...): the process, and a function that reads its stderr, a terminal, until a text."""
    master, slave = pty.openpty()
    seen = bytearray()

    def start(*args, **kwargs):
        process = subprocess.Popen([RDINIT, *args], cwd=tool.path, env=tool.env, stdout=subprocess.DEVNULL, stderr=slave,
                                   **kwargs)

        def read_until(text=None):
            """All that came until then; without a text, what a process that has ended wrote."""
            deadline = time.monotonic() + 60
            while text is None and select.select([master], [], [], 0.1)[0]:
                seen.extend(os.read(master, 4096))
            while text and text not in seen:
                assert time.monotonic() < deadline, bytes(seen)
                if select.select([master], [], [], 0.1)[0]:
                    seen.extend(os.read(master, 4096))
            return bytes(seen).decode()
        return process, read_until
    yield start
    os.close(slave)
    os.close(master)


def test_a_pack_that_takes_time_says_so_and_what_came_of_it(tool, on_terminal):
    """Its recipe comes late. The line is taken away before anything else is printed."""
    process, read_until = on_terminal("pack", "--no-init", "-o", "a.img", "-", stdin=subprocess.PIPE)
    read_until(b"\r\x1b[Krdinit: packing a.img: 2 s")
    process.stdin.write(b"dir /x 0755 0 0\n")
    process.stdin.close()
    text = read_until(b"entry\r\n")
    assert process.wait(60) == 0
    assert re.search(r"packing a\.img: \d+ s\r\x1b\[Krdinit: warning: the image has no /init.*\r\n"
                     r"rdinit: a\.img: 0\.0 MiB, 1 entry\r\n$", text), text


def test_a_pack_that_fails_has_no_summary(tool, on_terminal):
    process, read_until = on_terminal("pack", "-o", "a.img", "none")
    text = read_until(b"ENOENT")
    assert process.wait(60) == 1 and "entr" not in text


def test_a_boot_is_shown_until_the_guest_has_something_to_show(tool, on_terminal):
    tool.env["RDINIT_KERNEL"] = str(KERNEL)
    go = tool.path / "go"
    stand_in(tool, f"""say('wire', 'status root-find: \\x1b[2Jwaiting\\n')
while not os.path.exists({str(go)!r}): time.sleep(.1)
say('wire', 'ready\\n'); time.sleep(3); say('wire', 'exit 7\\noff\\n')""")
    process, read_until = on_terminal("run", "--no-tuning", "--", "/bin/true", stdin=subprocess.DEVNULL)
    read_until(b"\r\x1b[Krdinit: the guest boots: 2 s; root-find: ?[2Jwaiting")
    go.write_text("")
    assert process.wait(60) == 7
    text = read_until()
    assert text.endswith("waiting\r\x1b[K") and "packing" not in text.split("boots")[1]


def test_without_a_terminal_nothing_is_shown(tool):
    tool.env["RDINIT_KERNEL"] = str(KERNEL)
    stand_in(tool, "time.sleep(2.5); say('wire', 'ready\\nexit 7\\noff\\n')")
    done = tool.run("run", "--no-tuning", "--", "/bin/true", check=False)
    assert (done.returncode, done.stderr) == (7, b"")
    done = tool.run("pack", "-o", "a.img", "--tree", "/usr/share/misc")
    assert done.stderr == b""
