"""common.py - what the benchmarks build: programs without a C library, and the counter."""
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
