#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""kernel.py - builds the kernel of a profile, out of tree and reproducibly.

usage: kernel.py [--source TREE] [--build DIR] [--initramfs SOURCE] PROFILE
Leaves bzImage (for user-mode Linux: linux), vmlinux (stripped: what PVH boots), config, System.map
and, where the profile has modules, modules/ in DIR/kernel/PROFILE, all at once when all is built:
until then, and after a failure, what stood there stays. Objects stay in DIR/kernel/objects/PROFILE,
so that an interrupted build goes on where it was.

With --initramfs the kernel has an image inside, and its folder is PROFILE-initramfs. SOURCE is what
CONFIG_INITRAMFS_SOURCE takes: a folder, an archive (.cpio, or compressed .cpio.gz, ...), or a list
of gen_init_cpio; what a folder holds belongs to root in it.

Without --source it is the kernel that Debian's package linux-source depends on, installed by
apt-get where it is missing, and unpacked in DIR/kernel/source-VERSION. Exit status 0, 1 (said in
one line each: where, what, why), or 130 when interrupted."""
import argparse
import fcntl
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import kconfig  # noqa: E402  (its folder is found only now)

NEEDED = {"make": "make", "gcc": "gcc", "ld": "binutils", "flex": "flex", "bison": "bison", "bc": "bc",
          "perl": "perl", "tar": "tar", "xz": "xz-utils", "strip": "binutils"}
PACKERS = {"KERNEL_LZ4": ("lz4", "lz4"), "KERNEL_ZSTD": ("zstd", "zstd"), "KERNEL_LZO": ("lzop", "lzop")}
# The same bytes from everyone: no time, no user, no host, no count of builds, and no git's "+".
REPRODUCIBLE = {"KBUILD_BUILD_TIMESTAMP": "Thu Jan  1 00:00:00 UTC 1970", "KBUILD_BUILD_USER": "rdinit",
                "KBUILD_BUILD_HOST": "rdinit", "KBUILD_BUILD_VERSION": "1", "LOCALVERSION": ""}
ARCHIVES = Path("/usr/src")             # where Debian's packages put sources
SOURCE_MB, OBJECTS_MB = 1700, 600       # measured: 6.12 unpacked, and handoff's objects
STEP = re.compile(r"\s+([A-Z0-9]+)\s+(?:\[[MS]\]\s+)?(\S+)")       # as "  CC [M]  fs/x.o"
BAR = 30
OFF_TERMINAL_S = 30


class KernelError(Exception):
    """Why there is no new kernel, ready to be printed."""


def as_root(*command):
    return list(command) if os.geteuid() == 0 else ["sudo", *command]


def missing(programs):
    """KernelError where a program is not in PATH: its name and Debian's package."""
    absent = {name: package for name, package in programs.items() if not shutil.which(name)}
    if absent:
        what = "no compiler" if "gcc" in absent else "a program is missing"
        raise KernelError(f"{what}: {' '.join(absent)} not found: "
                          f"apt-get install {' '.join(sorted(set(absent.values())))}")


def need_space(folder, megabytes, what):
    """KernelError where the disk has less than `megabytes` free for `what`."""
    free = shutil.disk_usage(folder).free >> 20
    if free < megabytes:
        raise KernelError(f"{kconfig.shown(folder)}: disk full: {free} MB free, {what} takes {megabytes} MB")


def need_plain_path(path):
    """KernelError where the kernel's own Makefile stops without a reason that helps."""
    if re.search(r"[\s:]", str(path)):
        raise KernelError(f"{kconfig.shown(path)}: the kernel's build takes no path with a blank or a colon: "
                          f"make B=/another/path kernel, or have rdinit elsewhere")


def source_package():
    """The package with the kernel that this Debian ships, as linux-source-6.1."""
    if not shutil.which("apt-cache"):
        raise KernelError("no kernel source: this is no Debian; name one with SOURCE=tree")
    for attempt in range(2):
        listing = subprocess.run(["apt-cache", "depends", "linux-source"], capture_output=True, text=True)
        if found := re.search(r"Depends: (linux-source-\d\S*)", listing.stdout):
            return found.group(1)
        if attempt == 0:
            subprocess.run(as_root("apt-get", "-q", "update"), check=False)
    raise KernelError("no kernel source: apt-get knows no linux-source; name one with SOURCE=tree")


def debian_source(kernels):
    """The folder with Debian's own source, installed and unpacked where it is not there yet."""
    package = source_package()
    version = package.removeprefix("linux-source-")
    folder, archive = kernels / f"source-{version}", ARCHIVES / f"{package}.tar.xz"
    if folder.is_dir():
        return folder
    if not archive.exists():
        print(f"kernel: installing {package}", flush=True)
        command = as_root("env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "install", "-y",
                          "--no-install-recommends", package)
        if subprocess.run(command, stdin=subprocess.DEVNULL).returncode or not archive.exists():
            raise KernelError(f"{package}: apt-get did not install it: try it by hand, or use SOURCE=tree")
    need_space(kernels, SOURCE_MB, "the kernel's source")
    print(f"kernel: unpacking {archive}", flush=True)
    unpack = kernels / f"unpack-{version}"
    shutil.rmtree(unpack, ignore_errors=True)
    unpack.mkdir()
    done = subprocess.run(["tar", "-xf", archive, "-C", unpack], capture_output=True, text=True)
    if done.returncode:
        shutil.rmtree(unpack, ignore_errors=True)
        raise KernelError(f"{archive}: not unpacked: {' '.join(done.stderr.strip().splitlines()[:1])}")
    (unpack / package).rename(folder)
    unpack.rmdir()
    return folder


def configure(tree, profile, objects):
    """Writes objects/.config, only where it changed: make then builds no more than it must."""
    new = objects / "config.new"
    problems = kconfig.configure(tree, profile, "tiny", new)
    if problems:
        raise KernelError("\n".join([*problems, f"profile {profile.name} does not fit {tree.version}: "
                                                f"{len(problems)} symbols are not as asked"]))
    asked, current = objects / "config.asked", objects / ".config"
    if not current.exists() or not asked.exists() or asked.read_bytes() != new.read_bytes():
        shutil.copyfile(new, current)
        shutil.copyfile(new, asked)
    text = new.read_text()
    new.unlink()
    missing({name: package for symbol, (name, package) in PACKERS.items() if f"CONFIG_{symbol}=y\n" in text})
    return text


def make_command(tree, profile, objects, jobs):
    compiler = "ccache gcc" if shutil.which("ccache") else "gcc"
    paths = f"-ffile-prefix-map={tree.path}=."     # the same for all profiles: ccache shares their objects
    hot = [f"CFLAGS_{Path(name).stem}.o=-O2" for name in profile.hot]
    return ["nice", "-n", "10", "make", "-C", str(tree.path), f"O={objects}", f"ARCH={profile.arch}",
            f"CC={compiler}", *kconfig.WITHOUT, f"KCFLAGS={' '.join([paths, *profile.cflags])}", f"KAFLAGS={paths}",
            *hot, f"-j{jobs}"]


class Progress:
    """How far a build is: a bar on a terminal, else a line now and then."""

    def __init__(self, name, total, out=sys.stdout):
        self.name, self.total, self.out = name, total, out
        self.steps, self.began, self.said = 0, time.monotonic(), time.monotonic()

    def line(self, text):
        """Takes one line of make's output."""
        if not (step := STEP.match(text)):
            return
        self.steps += 1
        done = min(self.steps / max(self.total, 1), 0.99)
        if self.out.isatty():
            bar = "#" * int(BAR * done)
            what = f"{step.group(1)} {step.group(2)}"
            self.out.write(f"\r\033[K{self.name} [{bar:<{BAR}}] {100 * done:3.0f} % {what[-40:]}")
        elif time.monotonic() - self.said >= OFF_TERMINAL_S:
            self.said = time.monotonic()
            self.out.write(f"kernel: {self.name}: {100 * done:.0f} % after {self.said - self.began:.0f} s\n")
        self.out.flush()

    def end(self):
        if self.out.isatty():
            self.out.write("\r\033[K")


def first_errors(log, limit=8):
    """The lines of a log that say why: the compiler's own before make's."""
    lines = log.read_text(errors="replace").splitlines()
    for pattern in (r"No space left on device", r"(?<![\w-])(fatal )?error:|undefined reference|internal compiler error",
                    r"\*\*\*|[Ee]rror|not found"):
        found = [line.strip() for line in lines if re.search(pattern, line)]
        if found:
            return found[:limit]
    return lines[-limit:]


def run_make(command, objects, progress, targets):
    """Builds the targets. KernelError with the first real errors, and where the log is."""
    environment = {**kconfig.clean_environment(), **REPRODUCIBLE, "LC_ALL": "C"}
    log = objects / "log"
    with open(log, "w") as out:
        make = subprocess.Popen([*command, *targets], env=environment, stdin=subprocess.DEVNULL, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, errors="replace")
        try:
            for line in make.stdout:
                out.write(line)
                progress.line(line)
        except BaseException:
            make.send_signal(signal.SIGTERM)
            make.wait()
            raise
        finally:
            progress.end()
    if make.wait():
        errors = "\n".join("  " + line for line in first_errors(log))
        full = "disk full" if "No space left" in errors else "make failed"
        raise KernelError(f"{progress.name}: {full}:\n{errors}\nthe whole log: {kconfig.shown(log)}")


def report_missing_options(tree, profile):
    """Files move from version to version: a kernel without one is whole, and slower."""
    for name in profile.hot:
        if not (tree.path / name).is_file():
            print(f"kernel: {profile.name}: {tree.version} has no {name}, which the profile calls hot",
                  file=sys.stderr)


def build(tree, profile, objects, config):
    """Makes the kernel and its modules in `objects`."""
    counted = objects / "steps"
    total = int(counted.read_text()) if counted.exists() else 700 + 8 * config.count("=y\n") // 5 + config.count("=m\n")
    progress = Progress(profile.name, total)
    targets = ["linux"] if profile.arch == "um" else ["bzImage"]
    if "=m\n" in config:
        targets.append("modules")
    fresh = not (objects / "vmlinux").exists()
    run_make(make_command(tree, profile, objects, os.cpu_count() or 1), objects, progress, targets)
    if fresh:
        counted.write_text(str(progress.steps))


def collect(tree, profile, objects, config, target):
    """Puts what was built in a folder beside `target`, then in its place."""
    new, old = target.with_name(target.name + ".new"), target.with_name(target.name + ".old")
    for folder in (new, old):
        shutil.rmtree(folder, ignore_errors=True)
    new.mkdir()
    image = objects / ("linux" if profile.arch == "um" else "arch/x86/boot/bzImage")
    shutil.copy(image, new / image.name)
    if profile.arch == "um":
        subprocess.run(["strip", new / image.name], check=True)
    else:
        subprocess.run(["strip", "-o", new / "vmlinux", objects / "vmlinux"], check=True)
    shutil.copy(objects / "System.map", new)
    shutil.copy(objects / ".config", new / "config")
    if "=m\n" in config:
        command = make_command(tree, profile, objects, 1) + [f"INSTALL_MOD_PATH={new / 'modules'}"]
        run_make(command, objects, Progress(profile.name, 1), ["modules_install"])
        for link in (new / "modules/lib/modules").glob("*/*"):
            if link.name in ("build", "source"):    # they point into this host
                link.unlink()
    if target.exists():
        target.rename(old)
    new.rename(target)
    shutil.rmtree(old, ignore_errors=True)


def open_objects(tree, profile, kernels):
    """The folder of the objects, locked; emptied where they came from another source."""
    objects = kernels / "objects" / profile.name
    objects.mkdir(parents=True, exist_ok=True)
    lock = open(objects.with_name(profile.name + ".lock"), "w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise KernelError(f"{profile.name}: another build of it is running") from None
    source, stamp = objects / "source-tree", f"{tree.path} {tree.version}\n"
    if source.exists() and source.read_text() != stamp:
        shutil.rmtree(objects)
        objects.mkdir()
    source.write_text(stamp)
    return objects, lock


def ask_for_image(initramfs):
    """The symbols that build this image in. KernelError where there is none."""
    path = initramfs.resolve()
    if not path.exists():
        raise KernelError(f"{kconfig.shown(path)}: no such image, folder or list")
    if re.search(r'[\s"$\\#]', str(path)):
        raise KernelError(f"{kconfig.shown(path)}: the kernel's build takes no name with such letters")
    values = {"INITRAMFS_SOURCE": f'"{path}"'}
    if path.is_dir():
        values.update(INITRAMFS_ROOT_UID=str(os.getuid()), INITRAMFS_ROOT_GID=str(os.getgid()))
    return [kconfig.Ask(symbol, value, "--initramfs") for symbol, value in values.items()]


def kernel(name, source, kernels, initramfs=None):
    """Builds one profile. KernelError or KconfigError, with everything that is wrong."""
    profile = kconfig.read_profile(name)
    profile.more = ask_for_image(initramfs) if initramfs else []
    for path in (source or kernels, kernels):
        need_plain_path(path.resolve())
    kernels.mkdir(parents=True, exist_ok=True)
    missing(NEEDED)
    tree = kconfig.Tree(source or debian_source(kernels), kernels / "kconfig")
    need_space(kernels, OBJECTS_MB, "a build")
    objects, lock = open_objects(tree, profile, kernels)
    with lock:
        began = time.monotonic()
        config = configure(tree, profile, objects)
        report_missing_options(tree, profile)
        build(tree, profile, objects, config)
        target = kernels / (f"{name}-initramfs" if initramfs else name)
        collect(tree, profile, objects, config, target)
    sizes = ", ".join(f"{path.name} {path.stat().st_size / 1e6:.2f} MB" for path in sorted(target.iterdir())
                      if path.name in ("bzImage", "vmlinux", "linux"))
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"kernel: {kconfig.shown(target)}: {tree.version}, {sizes}, {time.monotonic() - began:.0f} s, "
          f"of a processor {used.ru_utime + used.ru_stime:.0f} s")


def main(words):
    options = argparse.ArgumentParser(usage=__doc__.split("usage: ")[1].splitlines()[0])
    options.add_argument("--source", type=Path)
    options.add_argument("--build", type=Path, default=kconfig.ROOT / "build")
    options.add_argument("--initramfs", type=Path)
    options.add_argument("profile")
    options = options.parse_args(words)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        kernel(options.profile, options.source, options.build.resolve() / "kernel", options.initramfs)
    except (KernelError, kconfig.KconfigError) as error:
        for line in str(error).splitlines():
            print(f"kernel: {line}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"kernel: {error.filename or options.build}: {error.strerror}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"\nkernel: {options.profile}: interrupted; the same command goes on from here", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
