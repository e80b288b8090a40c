# SPDX-License-Identifier: MIT
"""test_console_stops.py - a console that nobody reads: the machine ends all the same, and the host is told."""
import fcntl
import os
import subprocess

import pytest

from qemu import Process
from vm import HERE, PROJECT, RDINIT

F_SETPIPE_SZ = 1031
SAYS = "the console takes no bytes"


class Deaf(Process):
    """The other end of ttyS0 is a pipe of 4 KiB that nobody reads; reports go to the file `console`."""

    def __init__(self, folder, image, words):
        self.console = folder / "port"
        self.ends = []
        for name in ("line.in", "line.out"):
            os.mkfifo(folder / name)
            self.ends.append(os.open(folder / name, os.O_RDWR))
        fcntl.fcntl(self.ends[1], F_SETPIPE_SZ, 4096)
        kernel = next((PROJECT / "build/kernel/debian/boot").glob("vmlinuz-*"))
        self.process = subprocess.Popen(
            ["qemu-system-x86_64", "-M", "q35", "-accel", "tcg", "-m", "256", "-nodefaults", "-display", "none", "-no-reboot",
             "-chardev", "pipe,id=line,path=line", "-serial", "chardev:line", "-chardev", f"file,id=port,path={self.console}",
             "-device", "isa-debugcon,iobase=0xe9,chardev=port", "-kernel", kernel, "-initrd", image,
             "-append", f"console=ttyS0 quiet loglevel=0 cryptomgr.notests no_timer_check rdinit.exit=reboot {words}"],
            stdin=subprocess.DEVNULL, cwd=folder)

    def __exit__(self, *_):
        super().__exit__()
        for end in self.ends:
            os.close(end)


@pytest.fixture
def image(tmp_path):
    subprocess.run(["musl-gcc", "-static", "-O2", "-o", tmp_path / "fill", HERE / "guest/fill.c"], check=True)
    (tmp_path / "recipe").write_text(f'dir /dev 755 0 0\nfile /init "{PROJECT}/build/init" 755 0 0\n'
                                     f'file /fill "{tmp_path}/fill" 755 0 0\n')
    subprocess.run([RDINIT, "pack", "-o", tmp_path / "image", tmp_path / "recipe"], check=True)
    return tmp_path / "image"


def test_a_console_that_takes_no_bytes_does_not_keep_the_machine(tmp_path, image):
    with Deaf(tmp_path, image, "rdinit.run=/fill") as machine:
        assert machine.end() == f"ready\nexit 3\nwithin 8\nstatus power: {SAYS}\nreboot\n"
