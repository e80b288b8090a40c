#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""bench_run.py - what `rdinit run` costs: until the program's first byte, beside a bare QEMU line; and what its streams carry.

usage: bench_run.py BUILD [ROUNDS]
The last two start from a machine that is saved before; all others boot. All ways of a table alternate, a round each, so that what
else this machine does meets all of them; medians of ROUNDS (7). The bare line is written by hand: the same kernel as a
bzImage, the same memory, an image with a static program as /init, whose first byte on the serial console counts. A stream
carries MEGABYTES over virtio-serial, less over the serial line; the same run with none is subtracted. Beside the rate stands the processor's time for a megabyte, of the tool and QEMU, which another
load of the machine changes less."""
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

from common import ROOT

MEGABYTES = 64
SERIAL_KB = {"in": 64, "out": 256}
KERNELS = sorted((ROOT / "build/kernel/debian/boot").glob("vmlinuz-*"))
WRITES = 'write(1, "x\\n", 2) != 2'


def kernel():
    return os.environ.get("RDINIT_KERNEL") or (str(KERNELS[-1]) if KERNELS else sys.exit("no kernel: run `make deps`"))


def compile_static(out, text):
    source = f"#include <unistd.h>\n#include <sys/reboot.h>\nint main(void) {{ return {text}; }}\n"
    subprocess.run(["musl-gcc", "-Os", "-s", "-static", "-o", out, "-x", "c", "-"], input=source, text=True, check=True)


def until_first_byte(command):
    """Milliseconds from the start of the command to the first byte, and its processor time until its end."""
    before, began = os.times(), time.monotonic()
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        first = process.stdout.read(1)
        passed = time.monotonic() - began
        process.stdout.read()
    after = os.times()
    assert first == b"x", (command, first)
    return passed * 1000, (after.children_user + after.children_system - before.children_user - before.children_system) * 1000


def bare_line(build):
    work = build / "bench"
    compile_static(work / "bare", f"{WRITES} || reboot(RB_POWER_OFF)")
    subprocess.run([build / "rdinit", "pack", "--no-init", "--compress", "none", "-o", work / "bare.img", "-"], check=True,
                   text=True, input=f"file /init {work}/bare 0755 0 0\nnod /dev/console 0600 0 0 c 5 1\n")
    return ["qemu-system-x86_64", "-M", "q35", "-m", "256", "-nodefaults", "-no-user-config", "-no-reboot", "-display", "none",
            "-cpu", "max", "-serial", "stdio", "-kernel", kernel(), "-initrd", work / "bare.img",
            "-append", "console=ttyS0 quiet panic=-1 cryptomgr.notests"]


def starts(build, rounds):
    compile_static(build / "bench/first", WRITES)
    run = [build / "rdinit", "run", "--cold", "--kernel", kernel()]
    program = ["--", build / "bench/first"]
    ways = {
        "bare QEMU line, q35": bare_line(build),
        "rdinit run --cold --isolated": [*run, "--isolated", *program],
        "rdinit run --cold --isolated --stdio console": [*run, "--isolated", "--stdio", "console", *program],
        "rdinit run --cold": [*run, *program],
        "rdinit run --cold --isolated, microvm": [*run, "--isolated", "--machine", "microvm", *program],
        "rdinit run --isolated, saved": [build / "rdinit", "run", "--kernel", kernel(), "--isolated", *program],
        "rdinit run, saved": [build / "rdinit", "run", "--kernel", kernel(), *program],
    }
    subprocess.run([build / "rdinit", "warm", "--kernel", kernel()], check=True)
    times = {name: [] for name in ways}
    for _ in range(rounds):
        for name, command in ways.items():
            times[name].append(until_first_byte(command))
    print(f"{'until the first byte':46}{'ms':>8}{'x bare':>8}{'processor':>11}")
    first = next(iter(times))
    for name, pairs in times.items():
        wall, used = (statistics.median(values) for values in zip(*pairs))
        ratio = statistics.median(mine / bare for (mine, _), (bare, _) in zip(pairs, times[first]))
        print(f"{name:46}{wall:8.0f}{ratio:8.2f}{used:11.0f}", flush=True)


def carry(build, program, data, *options):
    """Seconds and processor seconds of a run whose program gets this input; and its output."""
    before, began = os.times(), time.monotonic()
    done = subprocess.run([build / "rdinit", "run", "--cold", "--kernel", kernel(), "--isolated", *options, "--", *program], input=data,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
    passed, after = time.monotonic() - began, os.times()
    return passed, after.children_user + after.children_system - before.children_user - before.children_system, done.stdout


def throughput(build, rounds):
    perl_out = "print 'x' x 65536 for 1 .. %d"
    ways = {"in": lambda size: (["perl", "-e", "1 while sysread STDIN, $_, 65536"], bytes(size), b""),
            "out": lambda size: (["perl", "-e", perl_out % (size >> 16)], b"", b"x" * size),
            "both": lambda size: (["cat"], bytes(size), bytes(size))}
    print(f"\n{'MB/s, processor ms/MB':46}" + "".join(f"{name:>18}" for name in ways))
    for wire, options in (("virtio-serial", ()), ("serial line", ("--append", "module_blacklist=virtio_console"))):
        cells = []
        for name, make in ways.items():
            size = MEGABYTES << 20 if wire == "virtio-serial" else SERIAL_KB.get(name, 64) << 10
            rates = []
            for _ in range(rounds):
                nothing, all_of_it = (carry(build, make(many)[0], make(many)[1], *options) for many in (0, size))
                assert all_of_it[2] == make(size)[2], name
                rates.append((size / 1e6 / max(all_of_it[0] - nothing[0], 1e-3), 1e9 * (all_of_it[1] - nothing[1]) / size))
            cells.append(tuple(map(statistics.median, zip(*rates))))
        print(f"{wire:46}" + "".join(f"{rate:9.3g}{cost:9.3g}" for rate, cost in cells), flush=True)


def main():
    build = Path(sys.argv[1]).resolve()
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 7
    (build / "bench").mkdir(exist_ok=True)
    os.environ["XDG_CACHE_HOME"] = str(build / "bench/cache")
    starts(build, rounds)
    throughput(build, min(rounds, 3))


if __name__ == "__main__":
    main()
