"""guests.py - machines of plain QEMU on a kernel that `make kernel` built, with the wire in a file."""
import subprocess
import time

from vm import PROJECT, RDINIT

KERNELS = PROJECT / "build/kernel"
WORDS = "quiet panic=-1 no_timer_check rdinit.onfail=poweroff "
PATIENCE = 60   # seconds; without KVM a boot takes two, with firmware ten


def pack(path, recipe, *options):
    subprocess.run([RDINIT, "pack", "-o", path, *options, "-"], input=recipe.encode(), check=True)
    return path


class Guest:
    """One QEMU, killed at the end of its `with`."""

    def __init__(self, folder, name, *words, machine="q35", memory=256):
        self.console, self.wire = folder / f"{name}.console", folder / f"{name}.wire"
        self.process = subprocess.Popen(
            ["qemu-system-x86_64", "-M", machine, "-accel", "tcg", "-cpu", "max,la57=off", "-m", str(memory),
             "-nodefaults", "-no-user-config", "-no-reboot", "-display", "none",
             "-serial", f"file:{self.console}", "-chardev", f"file,id=wire,path={self.wire}",
             "-device", "isa-debugcon,iobase=0xe9,chardev=wire", *map(str, words)],
            stdin=subprocess.DEVNULL)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def said(self):
        return self.console.read_text(errors="replace").replace("\r", "") if self.console.exists() else ""

    def wait_for(self, text):
        deadline = time.monotonic() + PATIENCE
        while text not in self.said():
            assert time.monotonic() < deadline, f"never said {text}: {self.said()[-2000:]}"
            assert self.process.poll() is None, f"ended before {text}: {self.said()[-2000:]}"
            time.sleep(0.1)

    def end(self):
        """What it told the host."""
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"does not end: {self.said()[-2000:]}") from None
        return self.wire.read_text()


def direct(kernel, image, words):
    """Options that boot a kernel of ours without firmware's help."""
    return ["-kernel", KERNELS / kernel / "bzImage", "-initrd", image,
            "-append", "console=ttyS0 " + WORDS + words]
