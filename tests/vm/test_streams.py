# SPDX-License-Identifier: MIT
"""test_streams.py - a program's streams in real machines: over the virtio-serial port of each, or the serial line."""
import glob
import hashlib
import os
import pathlib
import subprocess
import sys

import pytest

from vm import PROJECT, RDINIT, Row, check, run

KERNEL = os.environ.get("RDINIT_KERNEL") or glob.glob(str(PROJECT / "build/kernel/debian/boot/vmlinuz-*"))[0]

NOISE = os.urandom(20 << 20)
SLOW = "the program's streams use the serial line, which is slow: the guest opened no virtio-serial port"

# Reads nothing until all of its output is written: its input must not be in the way.
OUT_FIRST = """import sys, hashlib
sys.stdout.buffer.write(bytes(range(256)) * 20000); sys.stdout.flush(); sys.stderr.write('e' * 300000); sys.stderr.flush()
print(hashlib.sha256(sys.stdin.buffer.read()).hexdigest()); sys.exit(9)"""



# ioperm, iopl and ptrace by their numbers; what can be opened for writing, or else reads what /init has.
FORGER = """$| = 1; print qq(begun\\n);
print qq(ioperm\\n) if syscall(173, 0xe9, 1, 1) == 0; print qq(iopl\\n) if syscall(172, 3) == 0; print qq(ptrace\\n) if syscall(101, 16, 1, 0, 0) == 0;
for (glob '/dev/port /dev/mem /dev/kmem /dev/vport* /dev/ttyS* /dev/hvc* /proc/kcore /proc/1/mem /proc/1/fd/* /sys/firmware/qemu_fw_cfg/*/*') {
print qq($_\\n) if open my $file, '+<', $_ } print qq(ended\\n); exit 9"""


def machine(name):
    return [
        Row(f"{name}: 20 MB pass unchanged both ways", ["--machine", name, "--", "cat"], 0, out=NOISE, stdin=NOISE, err=b""),
        Row(f"{name}: input that nobody reads stops nothing",
            ["--machine", name, "--", "sh", "-c", "echo out; echo err >&2; exit 5"], 5, out=b"out\n", err=b"err\n", stdin=NOISE),
    ]


ROWS = [row for name in ("q35", "pc", "microvm") for row in machine(name)] + [
    Row("output does not wait for input", ["--", sys.executable, "-c", OUT_FIRST], 9,
        out=bytes(range(256)) * 20000 + b"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n", err=b"e" * 300000),
    Row("a program that closes its input gets no more of it", ["--", "perl", "-e", "close STDIN; sleep 1; print qq(out\\n); exit 5"], 5,
        out=b"out\n", stdin=NOISE),
    Row("a program that closes its output has its status", ["--", "sh", "-c", "exec >&- 2>&-; read a; exit 5"], 5, out=b"",
        stdin=b"a\n"),
    Row("two processors", ["--cpus", "2", "--", "cat"], 0, out=NOISE, stdin=NOISE),
    Row("without the driver the serial line is used at once",
        ["--verbose", "--append", "module_blacklist=virtio_console", "--", "cat"], 0, out=NOISE[:4000], stdin=NOISE[:4000],
        err=(SLOW, r"init: stdio: open the virtio-serial port rdinit.stdio \(using ttyS1\): No such .* \(ENODEV\)"), absent="waiting for the port"),
    Row("a port that never comes is waited for, and then the serial line is used",
        ["--verbose", "--append", "rdinit.stdio=virtio:other,ttyS1", "--", "cat"], 0, out=NOISE[:4000], stdin=NOISE[:4000],
        err=(r"init: stdio: waiting for the port other", r"init: stdio: open the virtio-serial port other \(using ttyS1\): No such .* \(ENODEV\)", SLOW)),
    Row("without any port the console has the output", ["--verbose", "--append", "rdinit.stdio=virtio:other,ttyS77", "--", "echo", "here"],
        0, out=b"", err=(r"init: stdio: open rdinit.stdio=virtio:other,ttyS77 \(using the console\): .*", r"^here\r?$")),
    Row("a kernel that is locked down reports the status over virtio-serial", ["--append", "lockdown=integrity", "--", "sh", "-c",
        "echo out; exit 42"], 42, out=b"out\n", err=b""),
    Row("so does one whose program has the console",
        ["--stdio", "console", "--append", "lockdown=confidentiality", "--", "sh", "-c", "kill -9 $$"], 137),
    Row("no user but root can report to the host", ["-u", "65534:65534", "--", "perl", "-e", FORGER], 9, out=b"begun\nended\n", err=b""),
    Row("nor where the wire is the virtio-serial port", ["--append", "lockdown=integrity", "-u", "65534:65534", "--", "perl", "-e", FORGER],
        9, out=b"begun\nended\n", err=b""),
    Row("what root writes to the port of /init does not count against its status, and is reported", ["--isolated", "--", "@forge"], 9,
        out=b"", err="warning: the guest reported 2 exit statuses, of which the last one counts"),
    Row("an image whose kernel has the driver as a module uses the line",
        ["--stdio", "pipe", "--verbose", "--append", "rdinit.run=/hello", "@bare.img"], 7, out=r"hello", absent="virtserialport"),
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_streams(row, files):
    check(row, run(row, files))


def test_a_file_is_whole_and_fast_where_there_is_no_port(files, tmp_path):
    """Over the serial line these bytes would take some minutes."""
    kernel = pathlib.Path(KERNEL)
    (tmp_path / "boot").mkdir()
    (tmp_path / "boot" / kernel.name).symlink_to(kernel)
    (tmp_path / "lib").symlink_to(kernel.parent.parent / "lib")
    name = kernel.name.replace("vmlinuz", "config")
    text = (kernel.parent / name).read_text().replace("CONFIG_VIRTIO_CONSOLE=m", "# CONFIG_VIRTIO_CONSOLE is not set")
    (tmp_path / "boot" / name).write_text(text)
    (tmp_path / "data").write_bytes(NOISE[:8 << 20])
    with open(tmp_path / "data", "rb") as file:
        done = subprocess.run([RDINIT, "run", "--kernel", tmp_path / "boot" / kernel.name, "--timeout", "40", "--isolated", "-u", "1:1",
                               "--", "sha256sum"], stdin=file, capture_output=True, timeout=100)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.split()[0].decode() == hashlib.sha256(NOISE[:8 << 20]).hexdigest()


def test_a_byte_too_few_is_noticed(files):
    row = Row("cat", ["--", "cat"], 0, out=NOISE[:100], stdin=NOISE[:99])
    with pytest.raises(AssertionError, match="expected stdout"):
        check(row, run(row, files))
