# SPDX-License-Identifier: MIT
"""guests.py - machines of plain QEMU on a kernel that `make kernel` built, with the wire in a file."""
import re
import subprocess

from qemu import Process
from vm import PROJECT, RDINIT

KERNELS = PROJECT / "build/kernel"
WORDS = "quiet panic=-1 no_timer_check rdinit.onfail=poweroff "


def pack(path, recipe, *options):
    subprocess.run([RDINIT, "pack", "-o", path, *options, "-"], input=recipe.encode(), check=True)
    return path


class Guest(Process):
    """On any kernel, told on the wire how it went."""

    patience = 60   # seconds; with firmware ten for a boot

    def __init__(self, folder, name, *words, machine="q35", memory=256):
        self.console, self.wire = folder / f"{name}.console", folder / f"{name}.wire"
        self.process = subprocess.Popen(
            ["qemu-system-x86_64", "-M", machine, "-accel", "tcg", "-cpu", "max,la57=off", "-m", str(memory),
             "-nodefaults", "-no-user-config", "-no-reboot", "-display", "none",
             "-serial", f"file:{self.console}", "-chardev", f"file,id=wire,path={self.wire}",
             "-device", "isa-debugcon,iobase=0xe9,chardev=wire", *map(str, words)],
            stdin=subprocess.DEVNULL)

    def end(self):
        """What it told the host, less its promises: how many there are goes by how busy its disks are."""
        super().end()
        return re.sub(r"^within \d+\n", "", self.wire.read_text(), flags=re.M)


def direct(kernel, image, words):
    """Options that boot a kernel of ours without firmware's help."""
    return ["-kernel", KERNELS / kernel / "bzImage", "-initrd", image,
            "-append", "console=ttyS0 " + WORDS + words]
