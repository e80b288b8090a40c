#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""bench.py - what /init costs from its exec to the payload's first instruction.

usage: bench.py BUILD
Counted by a QEMU plugin (count.c) under -icount, where a boot repeats to the instruction. Where it
waits for a disk, when the timer ticks makes a difference of tens of thousands: there the figure is
the median of boots whose command lines differ in length. Beside /init stand floor.c, which does the
same work in bare system calls, and a busybox shell that makes the same mounts. The exec of /init and
that of the payload are in every figure. Ends with status 1 where a hand-off costs more than it may."""
import glob
import os
import subprocess
import sys
from pathlib import Path

from common import compile_counter, compile_nolibc, count

MOUNTS_SH = "mount -t devtmpfs dev /dev; mount -t proc proc /proc; mount -t sysfs sys /sys; "
MORE_SH = ("mount -t tmpfs -o mode=0755 run /run; mkdir -p /dev/pts /dev/shm; "
           "mount -t devpts -o gid=5,mode=0620,ptmxmode=0666 pts /dev/pts; "
           "mount -t tmpfs -o mode=1777 shm /dev/shm; mount -t cgroup2 cg /sys/fs/cgroup; ")

# Instructions of a hand-off by UUID= or LABEL= over the floor. Two processes are in it, which the floor
# does without: one probes the disk, the other loads the drivers; a device that hangs holds up neither.
HAND_OFF_MAX = 1_250_000
BOOTS = 9                # of each with a disk: one in three has a tick more, of 0.2 M
UUID, LABEL = "11111111-2222-3333-4444-555555555555", "ROOT"


def tool(build, *words, text=None):
    subprocess.run([build / "rdinit", *words], check=True, input=text, text=True)


def kernel_of(build):
    kernels = glob.glob(str(build / "kernel/debian/boot/vmlinuz-*"))
    return os.environ.get("RDINIT_KERNEL") or (kernels[0] if kernels else sys.exit("no kernel"))


def kernel_entries(build, names):
    """Lines of /proc/kallsyms of the kernel's entries of these calls, while nokaslr holds."""
    done = subprocess.run([build / "rdinit", "run", "--kernel", kernel_of(build), "--append", "nokaslr",
                           "--", "/bin/grep", "-wE", f"__x64_sys_({names})", "/proc/kallsyms"],
                          capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def fork_addresses(build):
    lines = kernel_entries(build, "fork|vfork|clone|clone3")
    assert len(lines) == 4, lines
    return ",".join(f"fork=0x{line.split()[0]}" for line in lines)


def qemu_of(build, name, image, append, disk=None, machine="pc"):
    qemu = ["qemu-system-x86_64", "-M", machine, "-accel", "tcg", "-m", "256", "-nodefaults", "-no-user-config",
            "-no-reboot", "-display", "none", "-serial", f"file:{build}/bench/{name}.console",
            "-kernel", kernel_of(build), "-initrd", image, "-append",
            "console=ttyS0 quiet panic=-1 nokaslr cryptomgr.notests rdinit=/start " + append]
    if disk:
        qemu += ["-drive", f"file={disk},if=none,id=d,format=raw,snapshot=on", "-device", "virtio-blk-pci,drive=d"]
    return qemu


def measure(build, name, image, append, forks, disk=None, machine="pc"):
    return count(build, name, qemu_of(build, name, image, append, disk, machine), forks)


def measure_all(build, name, image, append, forks, disk, machine):
    """The boot that is the median by its instructions."""
    boots = [measure(build, name, image, f"{append} x={'x' * 7 * i}", forks, disk, machine)
             for i in range(BOOTS if disk else 1)]
    return sorted(boots)[len(boots) // 2]


def image(build, name, lines, *options):
    path = build / "bench" / f"{name}.img"
    recipe = ["file /start start 0755 0 0", "nod /dev/console 0600 0 0 c 5 1"] + \
             [f"dir /{d} 0755 0 0" for d in ("proc", "sys", "run")] + lines
    file = build / "bench" / f"{name}.recipe"
    file.write_text("\n".join(recipe) + "\n")
    tool(build, "pack", "--compress", "none", "--no-init", "--kernel", kernel_of(build), *options,
         "-o", path, file)
    return path


def appliance_rows(build):
    work = build / "bench"
    compile_nolibc(work / "floor3", "floor.c")
    compile_nolibc(work / "floor7", "floor.c", "-DALL_MOUNTS")
    payload = ["file /payload payload 0755 0 0"]
    ours = payload + ["init ../init", "run /payload"]
    shell = ["file /bin/busybox /bin/busybox 0755 0 0", "file /init busybox.sh 0755 0 0"]
    yield "appliance, 3 mounts", "floor", "", image(build, "f3", payload + ["file /init floor3 0755 0 0"])
    yield "appliance, 3 mounts", "rdinit", "rdinit.mounts=minimal", image(build, "r3", ours)
    yield "appliance, all mounts", "floor", "", image(build, "f7", payload + ["file /init floor7 0755 0 0"])
    yield "appliance, all mounts", "rdinit", "", image(build, "r7", ours)
    (work / "busybox.sh").write_text("#!/bin/busybox sh\nPATH=/bin\nfor a in mount mkdir; do "
                                     "/bin/busybox ln -s busybox /bin/$a; done\n"
                                     f"{MOUNTS_SH}{MORE_SH}/payload\n/bin/busybox poweroff -f\n")
    yield "appliance, all mounts", "busybox sh", "", image(build, "b7", payload + shell)


def hand_off_rows(build):
    work = build / "bench"
    modules = ["module virtio_pci", "module virtio_blk"]
    ours = image(build, "rh", ["init ../init"] + modules)
    listing = subprocess.run([build / "rdinit", "list", ours], capture_output=True, text=True,
                             check=True).stdout
    subprocess.run(["cpio", "-i", "--quiet", "--to-stdout", "etc/rdinit/modules"],
                   stdin=open(ours, "rb"), stdout=open(work / "modules", "wb"), check=True)
    order = [line.split()[0] for line in (work / "modules").read_text().splitlines()
             if line.startswith("/")]
    assert order and all(path in listing for path in order)
    compile_nolibc(work / "floorh", "floor.c", "-DHAND_OFF",
                   "-DMODULES=" + ",".join(f'"{path}"' for path in order))
    yield "hand-off", "floor", "", image(build, "fh", ["file /init floorh 0755 0 0"] + modules)
    yield "hand-off", "rdinit", "root=/dev/vda rootfstype=ext4 ro", ours
    yield "hand-off, /dev/vda", "rdinit", "root=/dev/vda ro", ours
    yield "hand-off, UUID=", "rdinit", f"root=UUID={UUID} ro", ours
    yield "hand-off, LABEL=", "rdinit", f"root=LABEL={LABEL} ro", ours


def unsigned_rows(build):
    """Where the kernel does least for each driver: it checks no signature, and a q35 routes its interrupts at once."""
    modules = ["module virtio_pci", "module virtio_blk"]
    yield "unsigned, q35", "floor", "", image(build, "fu", ["file /init floorh 0755 0 0"] + modules, "--unsigned-modules")
    yield ("unsigned, q35, UUID=", "rdinit", f"root=UUID={UUID} ro",
           image(build, "ru", ["init ../init"] + modules, "--unsigned-modules"))


def make_root(build):
    root = build / "bench/root"
    for name in ("sbin", "dev", "proc", "sys", "run"):
        (root / name).mkdir(parents=True, exist_ok=True)
    subprocess.run(["cp", build / "bench/payload", root / "sbin/init"], check=True)
    disk = build / "bench/root.ext4"
    disk.unlink(missing_ok=True)
    subprocess.run(["mke2fs", "-q", "-F", "-t", "ext4", "-U", UUID, "-L", LABEL, "-d", root, disk, "16M"], check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return disk


def prepare(build):
    (build / "bench").mkdir(exist_ok=True)
    compile_nolibc(build / "bench/start", "start.c")
    compile_nolibc(build / "bench/payload", "payload.c")


def main():
    build = Path(sys.argv[1]).resolve()
    prepare(build)
    compile_counter(build / "bench/count.so")
    disk = make_root(build)
    forks = fork_addresses(build)
    floor, over = 0, []
    print(f"{'work':24}{'init':12}{'instructions':>14}{'x floor':>9}{'over it':>12}{'user':>9}{'calls':>7}{'forks':>7}")
    for rows, drive, machine in ((appliance_rows, None, "pc"), (hand_off_rows, disk, "pc"), (unsigned_rows, disk, "q35")):
        for work, name, append, path in rows(build):
            total, user, calls, forked = measure_all(build, path.stem, path, append, forks, drive, machine)
            floor = total if name == "floor" else floor
            if "=" in work and total - floor > HAND_OFF_MAX:
                over.append(work)
            print(f"{work:24}{name:12}{total:14,}{total / floor:9.2f}{total - floor:12,}{user:9,}"
                  f"{calls:7}{forked:7}", flush=True)
    print(f"/init: {(build / 'init').stat().st_size:,} bytes")
    if over:
        sys.exit(f"bench: more than {HAND_OFF_MAX:,} over the floor: {'; '.join(over)}")


if __name__ == "__main__":
    main()
