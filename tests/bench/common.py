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


def compile_counter(out):
    subprocess.run(["gcc", "-O2", "-shared", "-fPIC", "-o", out, HERE / "count.c"], check=True)


def count(build, name, qemu, forks, timeout=300):
    """Of the boot that this command makes: instructions, those outside the kernel, its calls and forks."""
    out = build / "bench" / f"{name}.count"
    out.unlink(missing_ok=True)
    subprocess.run([*qemu, "-icount", "shift=0,sleep=off", "-rtc", "base=2026-01-01,clock=vm", "-seed", "1",
                    "-plugin", f"{build}/bench/count.so,out={out},{forks}"],
                   stdin=subprocess.DEVNULL, timeout=timeout, check=True)
    user, kernel, calls, forked, _ = map(int, out.read_text().split())
    return user + kernel, user, calls, forked
