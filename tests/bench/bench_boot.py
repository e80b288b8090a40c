#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""bench_boot.py - what a boot costs from reset to the payload's first instruction.

usage: bench_boot.py BUILD
Every row is `rdinit run --kernel KERNEL --machine MACHINE -- payload`, once under -icount with a
QEMU plugin (count.c), where it repeats to the instruction, the machine's firmware and the
kernel's unpacking included. Behind them wall times: `rdinit run -- /bin/true` beside a bare QEMU
that boots the same kernel and image, in turns. Kernels that are not built are left out, by name."""
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

from common import compile_counter, compile_nolibc

ROWS = [  # kernel, machine, options
    ("hello", "microvm", ["--memory", "128"]),
    ("hello", "microvm", []),
    ("appliance", "microvm", ["--memory", "128"]),
    ("appliance", "microvm", []),
    ("appliance", "pc", []),
    ("appliance", "q35", []),
    ("debian", "microvm", []),
    ("debian", "pc", []),
    ("debian", "pc", ["--no-tuning"]),
]
# Where an instruction is a nanosecond, waits that count a clock of 1 GHz take what they take elsewhere.
COUNTED = """#!/bin/bash
shopt -s extglob
exec qemu-system-x86_64 "${{@//tsc_early_khz=+([0-9])/tsc_early_khz=1000000}}" -icount shift=0,sleep=off -rtc base=2026-01-01,clock=vm -seed 1 \\
    -plugin {plugin},out={out},from=reset,init={entry}
"""
ROUNDS = 10


def kernel_words(build, kernel):
    """The options that choose it, or None where it is not built."""
    if kernel == "debian":
        found = sorted((build / "kernel/debian/boot").glob("vmlinuz-*"))
        return ["--kernel", str(found[-1])] if found else None
    return ["--kernel", kernel] if (build / "kernel" / kernel / "bzImage").exists() else None


def count(build, words):
    """Instructions to /init, and to the payload."""
    work = build / "bench"
    out = work / "boot.count"
    out.unlink(missing_ok=True)
    qemu = work / "qemu-counted"
    entry = int.from_bytes((build / "init").read_bytes()[24:32], "little")    # e_entry
    qemu.write_text(COUNTED.format(plugin=work / "count.so", out=out, entry=hex(entry)))
    qemu.chmod(0o755)
    subprocess.run([build / "rdinit", "run", "--timeout", "300", *words, "--",
                    work / "payload"], stdin=subprocess.DEVNULL, check=True,
                   env={**os.environ, "RDINIT_QEMU": str(qemu)})
    user, kernel, _, _, before_init = map(int, out.read_text().split())
    return before_init, user + kernel


def sizes(build, kernel):
    folder = build / "kernel" / kernel
    config = (folder / "config").read_text()
    return (folder / "bzImage").stat().st_size, config.count("=y\n")


def seconds(command):
    start = time.monotonic()
    subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL, check=True, timeout=60)
    return time.monotonic() - start


def wall(build, machine):
    """Medians of `rdinit run -- /bin/true` and of a bare QEMU with its kernel, and their ratio."""
    work = build / "bench"
    image = work / "true.img"
    subprocess.run([build / "rdinit", "pack", "--compress", "none", "-o", image, "--app",
                    "/bin/true"], check=True)
    ours = [build / "rdinit", "run", "--kernel", "appliance", "--machine", machine, "--", "/bin/true"]
    is_microvm = machine == "microvm"
    words = "console=ttyS0 quiet panic=-1 no_timer_check nolapic_timer" + (" reboot=t" if is_microvm else "")
    bare = ["qemu-system-x86_64", "-M", machine + (",acpi=off" if is_microvm else ""), "-accel", "tcg",
            "-cpu", "max,la57=off,erms=off", "-m", "256", "-nodefaults", "-no-user-config", "-no-reboot",
            "-display", "none", "-serial", "null", "-kernel", build / "kernel/appliance/vmlinux",
            "-initrd", image, "-append", words]
    times = [(seconds(ours), seconds(bare)) for _ in range(ROUNDS)]
    mine, theirs = (statistics.median(column) for column in zip(*times))
    return mine, theirs, statistics.median(a / b for a, b in times)


def main():
    build = Path(sys.argv[1]).resolve()
    (build / "bench").mkdir(exist_ok=True)
    compile_counter(build / "bench/count.so")
    compile_nolibc(build / "bench/payload", "payload.c")
    print(f"{'kernel':12}{'machine':10}{'options':16}{'to /init':>15}{'to the payload':>16}")
    for kernel, machine, options in ROWS:
        words = kernel_words(build, kernel)
        if not words:
            print(f"{kernel:12}{machine:10}not built: make kernel PROFILE={kernel}")
            continue
        init, payload = count(build, [*words, "--machine", machine, *options])
        print(f"{kernel:12}{machine:10}{' '.join(options):16}{init:15,}{payload:16,}", flush=True)
    for kernel in ("hello", "appliance"):
        if kernel_words(build, kernel):
            size, symbols = sizes(build, kernel)
            print(f"{kernel}: bzImage {size:,} bytes, {symbols} symbols =y")
    for machine in ("microvm", "pc", "q35") if kernel_words(build, "appliance") else ():
        mine, theirs, ratio = wall(build, machine)
        print(f"appliance on {machine}, /bin/true, median of {ROUNDS}: rdinit run {mine:.2f} s, "
              f"bare QEMU {theirs:.2f} s, ratio {ratio:.2f}")


if __name__ == "__main__":
    main()
