#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""bench_pack.py - what `rdinit pack` costs for a large tree, beside other archivers.

usage: bench_pack.py BUILD
The tree is copied from this system's own files: some 20,000 in 300 MB, in a folder in memory.
Counted, so that it repeats: system calls (strace) and user instructions (valgrind's callgrind) an
entry, and those of the tool's start. Timed, in turns with `cat` of the finished archive, so that only the ratio counts: processor
seconds, and those on the wall. Then compressing: all anew, and again after one file changed. Last an initramfs for an
installed kernel, by its modules, and what Debian's and dracut's own programs take for the same drivers."""
import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SOURCES = ["/usr/include", "/usr/lib/python3", "/usr/lib/python3.11", "/usr/share/perl",
           "/usr/share/zoneinfo", "/usr/share/doc"]
LIMIT = 330_000_000     # bytes
LARGEST = 1_000_000     # bytes of one file: what decides is the many
ROUNDS = 9
LIST = "find . -mindepth 1 | LC_ALL=C sort"


def copy_tree(tree):
    """Until there are LIMIT bytes; returns the number of entries."""
    total = count = 0
    for source in map(Path, SOURCES):
        for folder, _, files in os.walk(source):
            to = tree / folder.lstrip("/")
            to.mkdir(parents=True, exist_ok=True)
            for name in files:
                path = Path(folder) / name
                if path.is_symlink() or not path.is_file() or path.stat().st_size > LARGEST:
                    continue
                if total > LIMIT:
                    return count
                shutil.copy(path, to / name)
                total += path.stat().st_size
                count += 1
    return count


def packers(build, tree, out):
    """Name and command of each; all write the same tree, uncompressed, to `out`."""
    cpio = f"cd {tree}; {LIST} | "
    rows = [("rdinit pack", [build / "rdinit", "pack", "--no-init", "--compress", "none", "--tree", tree,
                             "-o", out])]
    for name, program, command in (
            ("GNU cpio", "cpio", f"cpio --quiet -o -H newc >{out}"),
            ("busybox cpio", "busybox", f"busybox cpio -o -H newc >{out} 2>/dev/null"),
            ("bsdcpio", "bsdcpio", f"bsdcpio --quiet -o -H newc >{out}")):
        if shutil.which(program):
            rows.append((name, ["sh", "-c", cpio + command]))
    return rows


def run(command, **more):
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL, **more)


def both(command, **more):
    """Seconds of a processor, and on the wall."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    run(command, **more)
    after, end = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, end - start


def processor(command, **more):
    return both(command, **more)[0]


def calls(command, work):
    run(["strace", "-f", "-c", "-o", work / "calls", *command])
    return int((work / "calls").read_text().splitlines()[-1].split()[3])


def instructions(command, work):
    done = subprocess.run(["valgrind", "--tool=callgrind", f"--callgrind-out-file={work}/callgrind",
                           *command], check=True, capture_output=True, text=True)
    return int(re.search(r"refs:\s+([\d,]+)", done.stderr)[1].replace(",", ""))


def peak(command, **more):
    """Kilobytes; a child of its own, since the maximum of all children is kept."""
    code = ("import resource,subprocess,sys;subprocess.run(sys.argv[1:],check=True,stderr=-3);"
            "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)")
    done = subprocess.run([sys.executable, "-c", code, *map(str, command)], check=True, text=True,
                          stdout=subprocess.PIPE, **more)
    return int(done.stdout)


def plain(build, tree, work, entries):
    out = work / "out.cpio"
    print(f"{'uncompressed':16}{'x cat (cpu)':>12}{'(wall)':>8}{'calls/entry':>13}{'user instr./entry':>19}")
    for name, command in packers(build, tree, out):
        ratios = []
        for _ in range(ROUNDS):
            ours, cat = both(command), both(["sh", "-c", f"cat {out} >{work}/copy"])
            ratios.append([one / other for one, other in zip(ours, cat)])
        cpu, wall = (statistics.median(column) for column in zip(*ratios))
        row = f"{name:16}{cpu:12.2f}{wall:8.2f}{calls(command, work) / entries:13.1f}"
        if name == "rdinit pack" and shutil.which("valgrind"):
            row += f"{instructions(command, work) / entries:19,.0f}"
        print(row, flush=True)
    (work / "copy").unlink()


def compressed(build, tree, work):
    env = {**os.environ, "XDG_CACHE_HOME": str(work / "cache")}
    command = [build / "rdinit", "pack", "--no-init", "--tree", tree, "-o", work / "out.img"]
    first = processor(command, env=env)
    victim = next(path for path in sorted(tree.rglob("*.h")) if path.is_file())
    victim.write_text("other\n")
    again = processor(command, env=env)
    print(f"zstd: {first:.2f} s of processor time anew, {again:.2f} s after one file changed "
          f"({first / again:.0f} times less), at most {peak(command, env=env) // 1024} MiB of memory, "
          f"{(work / 'out.img').stat().st_size:,} bytes")


IMAGES = [
    ("virtio, ext4", ["--module", "virtio_pci", "--module", "virtio_blk", "--module", "ext4"]),
    ("the same, unsigned", ["--module", "virtio_pci", "--module", "virtio_blk", "--module", "ext4",
                            "--unsigned-modules"]),
    ("--for-machine q35", ["--for-machine", "q35"]),
    ("--for-machine this", ["--for-machine", "this"]),
    ("--driver 'drivers/*'", ["--driver", "drivers/*"]),
]


def kernel_images(build, work):
    kernel = next(iter(sorted((build / "kernel/debian/boot").glob("vmlinuz-*"))), None)
    if not kernel:
        return
    out = work / "kernel.img"
    print(f"{'for ' + kernel.name[8:]:28}{'cpu s, raw':>12}{'bytes':>12}{'cpu s, zstd':>13}{'bytes':>12}")
    for name, options in IMAGES:
        row = f"{name:28}"
        for method in ("none", "zstd"):
            command = [build / "rdinit", "pack", "--no-cache", "--compress", method, "--kernel", kernel, "-o", out,
                       *options]
            seconds = statistics.median(processor(command) for _ in range(ROUNDS))
            row += f"{seconds:{13 if method == 'zstd' else 12}.3f}{out.stat().st_size:12,}"
        print(row, flush=True)


# In the mounts of a process of its own the kernel of the build folder is an installed one.
INSTALLED = ('mount -t overlay none -o "lowerdir=$0:/usr/lib" /usr/lib && mount --bind "$1" /boot && shift && '
             'exec "$@"')
DRIVERS = ["virtio_pci", "virtio_blk", "ext4"]


def other_makers(release, work):
    """Name, compression and command of each. They bring shells and udev as well, which is what they are
    for; the drivers are the same, and nothing is built for this host in particular."""
    conf = work / "initramfs-tools"
    if shutil.which("mkinitramfs"):
        shutil.copytree("/etc/initramfs-tools", conf)
        (conf / "initramfs.conf").write_text("MODULES=list\nBUSYBOX=auto\nKEYMAP=n\nCOMPRESS=zstd\nDEVICE=\nNFSROOT=auto\nRUNSIZE=10%\n")
        (conf / "modules").write_text("\n".join(DRIVERS) + "\n")
        yield "mkinitramfs, MODULES=list", ["mkinitramfs", "-d", conf, "-o", work / "other.img", release]
    if shutil.which("dracut"):
        yield "dracut, --drivers", ["dracut", "--force", "--quiet", "--no-hostonly", "--zstd", "--drivers", " ".join(DRIVERS),
                                    work / "other.img", release]


def beside_others(build, work):
    boot = build / "kernel/debian/boot"
    kernel = next(iter(sorted(boot.glob("vmlinuz-*"))), None)
    if not kernel or os.geteuid() != 0:
        print("beside mkinitramfs and dracut: needs root, for mounts of its own, and a kernel in the build folder")
        return
    release, ours = kernel.name[8:], work / "ours.img"
    command = [build / "rdinit", "pack", "--no-cache", "--kernel", kernel, "-o", ours,
               *(word for name in DRIVERS for word in ("--module", name))]
    print(f"{'the same drivers, zstd':28}{'cpu s':>12}{'wall s':>12}{'bytes':>12}")
    for name, words, image in [("rdinit pack", command, ours)] + [
            (name, ["unshare", "-m", "sh", "-c", INSTALLED, build / "kernel/debian/lib", boot, *words], work / "other.img")
            for name, words in other_makers(release, work)]:
        seconds, walls = [], []
        try:
            for _ in range(ROUNDS):
                start = time.monotonic()
                seconds.append(processor(words))
                walls.append(time.monotonic() - start)
        except subprocess.CalledProcessError as failed:
            print(f"{name:28}failed with status {failed.returncode}", flush=True)
            continue
        print(f"{name:28}{statistics.median(seconds):12.3f}{statistics.median(walls):12.3f}{image.stat().st_size:12,}",
              flush=True)


def main():
    build = Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        work, tree = Path(folder), Path(folder) / "tree"
        entries = copy_tree(tree) + sum(1 for path in tree.rglob("*") if path.is_dir())
        if shutil.which("valgrind"):
            print(f"start of the tool: {instructions([build / 'rdinit', '--version'], work):,} user instructions")
        print(f"{entries:,} entries")
        plain(build, tree, work, entries)
        compressed(build, tree, work)
        kernel_images(build, work)
        beside_others(build, work)


if __name__ == "__main__":
    main()
