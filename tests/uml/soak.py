#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""soak.py - boots User-mode Linux over and over, and counts the exit statuses that do not arrive.

usage: soak.py [--kernel KERNEL] BUILD [BOOTS]
Each boot's program ends with a status of its own and prints it; what arrives must be that. On all
cores. Prints how many boots, how many lost statuses and outputs, the median and the slowest boot.
Exit status 1 where anything was lost."""
import argparse
import concurrent.futures
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

TIMEOUT = "60"          # seconds of one boot; it takes a tenth of one
HOST_TIMEOUT = 90
EVERY = 5               # seconds between two lines of progress
SHOWN = 5               # losses that are told in full


def boot(rdinit, kernel, number):
    """(seconds, None), or (seconds, what came instead)."""
    status = number % 256
    began = time.monotonic()
    done = subprocess.run([rdinit, "run", "--machine", "uml", *kernel, "--timeout", TIMEOUT, "--",
                           "sh", "-c", f"echo {number}; exit {status}"], stdin=subprocess.DEVNULL,
                          capture_output=True, timeout=HOST_TIMEOUT)
    took = time.monotonic() - began
    if (done.returncode, done.stdout) == (status, b"%d\n" % number):
        return took, None
    return took, (f"boot {number}: status {done.returncode} and {done.stdout!r}, not {status}; it said: "
                  f"{done.stderr.decode(errors='replace')[-1000:]}")


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--kernel")
    options.add_argument("build", type=Path)
    options.add_argument("boots", type=int, nargs="?", default=1000)
    options = options.parse_args()
    kernel = ["--kernel", options.kernel] if options.kernel else []
    took, lost, told = [], 0, time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for seconds, loss in pool.map(lambda number: boot(options.build.resolve() / "rdinit", kernel, number),
                                      range(options.boots)):
            took.append(seconds)
            lost += loss is not None
            if loss and lost <= SHOWN:
                print(loss, flush=True)
            if time.monotonic() - told > EVERY:
                told = time.monotonic()
                print(f"{len(took)} of {options.boots} boots, {lost} lost", flush=True)
    print(f"{len(took)} boots, {lost} lost statuses, median {statistics.median(took):.3f} s, "
          f"slowest {max(took):.3f} s")
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
