# SPDX-License-Identifier: MIT
"""test_uml.py - the boots of tests/vm under User-mode Linux: a true kernel in a tenth of a second."""
import dataclasses
import os
import pathlib
import shutil
import signal
import subprocess
import time

import pytest

from test_boot import IDENTITY, IMAGES, INSIDE, PROGRAMS, SIGNALS
from vm import RDINIT, Row, check, run

MORE = [
    Row("no input is an end of file at once", ["--", "cat"], 0, out=b""),
    Row("output of a megabyte arrives whole", ["--", "head", "-c", "1000000", "/dev/zero"], 0,
        out=bytes(1000000)),
    Row("input that nobody reads stops nothing", ["--", "sh", "-c", "exit 5"], 5, stdin=bytes(50000)),
    Row("a program that is not there is status 127", ["--append", "rdinit.run=nope", "@hello.img"], 127,
        both=r"run nope.*ENOENT"),
    Row("the wire is a serial line, and said to no program",
        ["--", "sh", "-c", 'echo "${rdinit_host-}"; while read -r word; do echo "$word"; done '
                           "</proc/cmdline"], 0, out=r"rdinit\.host=ttyS2 rdinit\.exit=poweroff"),
    Row("no user but root can write to the wire", ["-u", "65534:65534", "--", "sh", "-c",
        "for wire in /dev/ttyS* /proc/1/fd/* /proc/1/mem; do (echo exit 0 >$wire) 2>/dev/null && echo $wire; done; exit 9"], 9, out=b""),
    Row("a reboot ends the machine, too", ["--append", "rdinit.exit=reboot", "--", "sh", "-c", "exit 3"], 3),
    Row("a halt ends the machine, too", ["--append", "rdinit.exit=halt", "--", "sh", "-c", "exit 3"], 3),
    Row("a boot configuration at the end of the image counts", ["--append", "bootconfig", "@early.img"], 8,
        out=r"^booted"),
    Row("a kernel that finds no init panics",
        ["--append", "rdinit=/nope", "--", "true"], 125, err="the guest's kernel panicked: "),
]


def hand_off(name, words, status, root="root", use="snapshot", **expected):
    return Row(name, ["--disk", f"@{root}.ext4,{use}", "--append", words, "@plain.img"], status, **expected)


HAND_OFF = [
    hand_off("a root is read-only unless rw asks for more", "root=/dev/ubda", 0,
             out=(r"^REALROOT-OK /sbin/init 0$", r"^/dev/ubda / ext4 ro,relatime")),
    hand_off("a root for writing", "root=/dev/ubda rw", 0, out=r"^/dev/ubda / ext4 rw,relatime"),
    hand_off("a disk that is read-only", "root=/dev/ubda", 0, use="ro", out=r"^REALROOT-OK"),
    hand_off("a root by number", "root=98:0", 0, out=r"REALROOT-OK.* / ext4 ro"),
    hand_off("init= chooses the real init", "root=/dev/ubda init=/bin/other", 0,
             out=r"^OTHER-OK /bin/other 0$", absent="REALROOT"),
    hand_off("a root that does not come", "root=/dev/ubdz rd.timeout=1", 125, both=(
        r"find root=/dev/ubdz: .*ETIMEDOUT", r"block devices: ubda 16 MiB",
        r"hint: is it one of these\?"), absent="Kernel panic"),
    Row("the last word of a guest that waits is told",
        ["--append", "root=/dev/ubdz rootwait", "@plain.img"], 124, timeout="4",
        err="did not end within 4 s; its last status: root-find: waiting for /dev/ubdz"),
    hand_off("a root without an init", "root=/dev/ubda", 125, root="noinit", both=(
        r"root-switch: find an init on /dev/ubda: tried /sbin/init, .*ENOENT",), absent="Kernel panic"),
]

def without_cgroups(row):
    """The row without what it says of cgroups: profile `uml` has none, and /init does not need them."""
    if row.name != "the usual mounts":
        return row
    return dataclasses.replace(row, out=tuple(p for p in row.out if "cgroup" not in p and "{8}" not in p))


# QEMU's disks, modules of the kernel that runs there, and files that this kernel has not: profile `uml` asks for no
# MAGIC_SYSRQ, and the architecture has no HAVE_ARCH_TRACEHOOK, which /proc/PID/syscall takes.
NOT_HERE = ("--disk", "--cdrom", "--module", "/proc/sysrq-trigger", "/proc/1/syscall")
SHARED = [without_cgroups(row) for row in PROGRAMS + IMAGES + INSIDE + IDENTITY + SIGNALS
          if not any(absent in word for word in row.words for absent in NOT_HERE)]


@pytest.mark.parametrize("row", SHARED + MORE + HAND_OFF, ids=lambda row: row.name)
def test_uml(row, files, kernel):
    words = ["--machine", "uml", "--kernel", kernel, *row.words]
    check(row, run(dataclasses.replace(row, words=words), files))


def test_a_disk_is_written(files, kernel, tmp_path):
    disk = tmp_path / "disk"
    disk.write_bytes(b"old\n".ljust(1 << 20, b"\0"))
    script = "read -r word </dev/ubda; echo $word; echo new >/dev/ubda"
    row = Row("written", ["--machine", "uml", "--kernel", kernel, "--disk", str(disk), "--", "sh", "-c", script],
              0, out=b"old\n")
    check(row, run(row, files))
    assert disk.read_bytes()[:4] == b"new\n"


def test_rdinit_runs_from_a_directory_with_a_blank_in_its_name(kernel, tmp_path):
    """It finds its library there, which a processor with large registers needs, and the loader ends a path at a blank."""
    there = tmp_path / "a blank: here"
    there.mkdir()
    for name in ("rdinit", "init", "init-run", "uml_regset.so"):
        shutil.copy(pathlib.Path(RDINIT).parent / name, there)
    done = subprocess.run([there / "rdinit", "run", "--machine", "uml", "--kernel", kernel, "--timeout", "40", "--", "sh", "-c", "exit 3"],
                          stdin=subprocess.DEVNULL, capture_output=True, timeout=90)
    assert (done.returncode, done.stderr) == (3, b"")


def processes_in(directory):
    """Those whose HOME is below it, as that of every process of User-mode Linux is."""
    found = []
    for environ in pathlib.Path("/proc").glob("[0-9]*/environ"):
        try:
            if f"HOME={directory}/".encode() in environ.read_bytes():
                found.append(environ.parent.name)
        except OSError:
            continue
    return found


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL, signal.SIGINT])
def test_a_signal_ends_the_machine_and_leaves_nothing(tmp_path, kernel, number):
    started = subprocess.Popen([RDINIT, "run", "--machine", "uml", "--kernel", kernel, "--", "sh", "-c",
                                "echo up; while :; do :; done"], stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, env={**os.environ, "TMPDIR": str(tmp_path)})
    assert started.stdout.readline() == b"up\n"
    assert processes_in(tmp_path)
    started.send_signal(number)
    assert started.wait(20) == (-number if number == signal.SIGKILL else 128 + number)
    for _ in range(100):
        if not processes_in(tmp_path) and not os.listdir(tmp_path):
            return
        time.sleep(0.05)
    raise AssertionError(f"left: {processes_in(tmp_path)} {os.listdir(tmp_path)}")
