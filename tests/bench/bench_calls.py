#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""bench_calls.py - where the instructions of a boot go, from the exec of /init to the payload.

usage: bench_calls.py BUILD [ROW...]
For each row of bench.py that is named, `appliance, all mounts` and `hand-off, UUID=` without one: each
system call in its order, with the instructions outside the kernel before it and those in the kernel;
then their sums by name. "-" is a fault, an interrupt, or another process that runs."""
import sys
from collections import Counter
from pathlib import Path

from bench import appliance_rows, hand_off_rows, kernel_entries, make_root, prepare, qemu_of, unsigned_rows
from common import compile_plugin, run_counted

ROWS = ["appliance, all mounts", "hand-off, UUID="]


def print_calls(title, lines):
    calls = [(int(user), int(kernel), name) for user, kernel, name in map(str.split, lines)]
    print(f"{title}: {sum(u + k for u, k, _ in calls):,} instructions\n{'before':>9}{'kernel':>11}  call")
    for user, kernel, name in calls:
        print(f"{user:9,}{kernel:11,}  {name}")
    kernel, times = Counter(), Counter(name for _, _, name in calls)
    for _, instructions, name in calls:
        kernel[name] += instructions
    print(f"{title}, by call\n{'kernel':>9}{'calls':>6}")
    print(f"{sum(user for user, _, _ in calls):9,}{'':8}outside the kernel")
    for name, instructions in kernel.most_common():
        print(f"{instructions:9,}{times[name]:6}  {name}")


def main():
    build = Path(sys.argv[1]).resolve()
    work = build / "bench"
    wanted = sys.argv[2:] or ROWS
    prepare(build)
    compile_plugin(work / "calls.so", "calls.c")
    disk = make_root(build)
    entries = sorted(kernel_entries(build, "[a-z0-9_]+"))
    (work / "entries").write_text("\n".join(entries) + "\n")
    for rows, drive, machine in ((appliance_rows, None, "pc"), (hand_off_rows, disk, "pc"), (unsigned_rows, disk, "q35")):
        for title, init, append, image in rows(build):
            if title not in wanted or init == "busybox sh":
                continue
            out = work / f"{image.stem}.calls"
            run_counted(qemu_of(build, image.stem, image, append, drive, machine),
                        f"{work}/calls.so,entries={work}/entries", out)
            print_calls(f"{title}, {init}", out.read_text().splitlines())


if __name__ == "__main__":
    main()
