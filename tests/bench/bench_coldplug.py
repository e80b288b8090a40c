#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""bench_coldplug.py - what it costs to load the drivers of a whole q35, out of all that a kernel has.

usage: bench_coldplug.py BUILD [KERNEL]
KERNEL is a vmlinuz with its lib/modules beside it, best a distribution's generic one; else Debian's cloud
kernel. Every driver of kernel/drivers is in the image. /init's table of drivers stands beside busybox: mdev, and
modprobe for every modalias in /sys. Counted from the exec of /init to the payload, under -icount; the seconds are
of boots without it, on one processor and on two. Most of either is what the modules do themselves, and the check
of their signatures."""
import statistics
import subprocess
import sys
import time
from pathlib import Path

import bench
from common import compile_counter, compile_nolibc, count

DEVICES = ("-device ahci,id=a -device nec-usb-xhci,id=x -device usb-kbd,bus=x.0 -device usb-mouse,bus=x.0 "
           "-device e1000e -device virtio-net-pci -device virtio-rng-pci -device virtio-balloon-pci "
           "-device virtio-scsi-pci -device i6300esb -vga std").split()
COLDPLUG = """#!/bin/busybox sh
PATH=/bin
/bin/busybox mkdir -p /bin; for a in mount mkdir mdev find xargs sort modprobe lsmod; do /bin/busybox ln -s busybox /bin/$a; done
{mounts}
mdev -s
find /sys/devices -name modalias -type f -print0 | xargs -0 sort -u | xargs modprobe -a -b -q 2>/dev/null
find /sys/devices -name modalias -type f -print0 | xargs -0 sort -u | xargs modprobe -a -b -q 2>/dev/null
/payload
/bin/busybox poweroff -f
"""


def machine(kernel, image):
    return ["qemu-system-x86_64", "-M", "q35", "-accel", "tcg", "-m", "2048", "-nodefaults", "-no-user-config",
            "-no-reboot", "-display", "none", *DEVICES, "-kernel", kernel, "-initrd", image, "-append",
            "quiet panic=-1 nokaslr cryptomgr.notests rdinit=/start"]


def seconds(qemu, cpus):
    """The median of three boots."""
    times = []
    for _ in range(3):
        start = time.monotonic()
        subprocess.run([*qemu, "-smp", str(cpus)], stdin=subprocess.DEVNULL, timeout=900, check=True)
        times.append(time.monotonic() - start)
    return statistics.median(times)


def rows(build):
    work = build / "bench"
    (work / "coldplug.sh").write_text(COLDPLUG.format(mounts=bench.MOUNTS_SH))
    payload = ["file /payload payload 0755 0 0"]
    everything = ["driver kernel/drivers/*"]
    yield "rdinit, no drivers", bench.image(build, "cn", payload + ["init ../init", "run /payload", *everything[1:]])
    yield "rdinit", bench.image(build, "cr", payload + ["init ../init", "run /payload", *everything])
    yield "busybox", bench.image(build, "cb", payload + ["file /bin/busybox /bin/busybox 0755 0 0",
                                                         "file /init coldplug.sh 0755 0 0", *everything, "module-index"])


def main():
    build = Path(sys.argv[1]).resolve()
    kernel = sys.argv[2] if len(sys.argv) > 2 else bench.kernel_of(build)
    bench.kernel_of = lambda _build: kernel
    (build / "bench").mkdir(exist_ok=True)
    compile_counter(build / "bench/count.so")
    for name in ("start", "payload"):
        compile_nolibc(build / "bench" / name, f"{name}.c")
    forks = bench.fork_addresses(build)
    print(f"{'':24}{'instructions':>16}{'user':>14}{'calls':>9}{'forks':>7}{'boot, s':>9}{'of 2 CPUs':>11}")
    for name, image in rows(build):
        qemu = machine(kernel, image)
        total, user, calls, forked = count(build, "coldplug", qemu, forks, 900)
        print(f"{name:24}{total:16,}{user:14,}{calls:9,}{forked:7}"
              f"{seconds(qemu, 1):9.1f}{seconds(qemu, 2):11.1f}", flush=True)


if __name__ == "__main__":
    main()
