# SPDX-License-Identifier: MIT
"""common.py - what the benchmarks build, programs without a C library and the counter; and counted boots."""
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
HERE = ROOT / "tests/bench"


def compile_nolibc(out, source, *flags):
    subprocess.run(["musl-gcc", "-Os", "-I", ROOT, "-idirafter", "/usr/include", "-idirafter",
                    "/usr/include/x86_64-linux-gnu", "-static", "-nostdlib", "-nostartfiles",
                    "-fno-stack-protector", "-fno-asynchronous-unwind-tables", "-fcf-protection=none",
                    "-Wl,--build-id=none,-z,noseparate-code,-s", *flags, "-o", out, HERE / source],
                   check=True)


def compile_plugin(out, source):
    subprocess.run(["gcc", "-O2", "-shared", "-fPIC", "-I", ROOT, "-o", out, HERE / source], check=True)


def compile_counter(out):
    compile_plugin(out, "count.c")


def run_counted(qemu, plugin, out, timeout=300):
    """The boot that this command makes, under -icount, where it repeats to the instruction."""
    out.unlink(missing_ok=True)
    subprocess.run([*qemu, "-icount", "shift=0,sleep=off", "-rtc", "base=2026-01-01,clock=vm", "-seed", "1",
                    "-plugin", f"{plugin},out={out}"], stdin=subprocess.DEVNULL, timeout=timeout, check=True)


def count(build, name, qemu, forks, timeout=300):
    """Of the boot that this command makes: instructions, those outside the kernel, its calls and forks."""
    out = build / "bench" / f"{name}.count"
    run_counted(qemu, f"{build}/bench/count.so,{forks}", out, timeout)
    user, kernel, calls, forked, _ = map(int, out.read_text().split())
    return user + kernel, user, calls, forked
