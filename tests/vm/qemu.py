# SPDX-License-Identifier: MIT
"""qemu.py - a machine of plain QEMU, for what `rdinit run` has no words for: devices with names, that come and go."""
import subprocess
import time

from vm import PROJECT

WORDS = "console=ttyS0 panic=-1 cryptomgr.notests no_timer_check rdinit.exit=reboot rd.timeout=30 "


def drive(file, name="d"):
    return ["-drive", f"if=none,id={name},format=raw,snapshot=on,file={file}"]


class Process:
    """A QEMU, `process`, whose console is the file `console`; killed at the end of its `with`."""

    patience = 40   # seconds; without KVM a boot takes two

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def said(self):
        return self.console.read_text(errors="replace").replace("\r", "") if self.console.exists() else ""

    def wait_for(self, text):
        """What it said until then."""
        deadline = time.monotonic() + self.patience
        while text not in self.said():
            assert time.monotonic() < deadline, f"never said {text!r}: {self.said()[-2000:]}"
            assert self.process.poll() is None, f"ended before {text!r}: {self.said()[-2000:]}"
            time.sleep(0.1)
        return self.said()

    def end(self):
        """All that it said."""
        try:
            self.process.wait(self.patience)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"does not end: {self.said()[-2000:]}") from None
        return self.said()


class Machine(Process):
    """On Debian's kernel; its monitor speaks QMP."""

    def __init__(self, folder, image, words, *options, machine="pc"):
        self.console, self.monitor = folder / "console", folder / "qmp"
        kernel = next((PROJECT / "build/kernel/debian/boot").glob("vmlinuz-*"))
        self.process = subprocess.Popen(
            ["qemu-system-x86_64", "-M", machine, "-accel", "tcg", "-m", "256", "-nodefaults", "-display", "none",
             "-no-reboot", "-serial", f"file:{self.console}", "-qmp", f"unix:{self.monitor},server,nowait",
             "-kernel", kernel, "-initrd", image, "-append", WORDS + words, *map(str, options)],
            stdin=subprocess.DEVNULL)
