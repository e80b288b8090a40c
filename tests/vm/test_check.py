# SPDX-License-Identifier: MIT
"""What `rdinit check` predicts of an image is what the kernel then does: broken images, and sound twins."""
import dataclasses
import glob
import json
import os
import struct
import subprocess

import pytest
from newc import TRAILER, entry
from roots import U
from vm import HOST_TIMEOUT, PROJECT, RDINIT, Row, check, run

KERNEL = os.environ.get("RDINIT_KERNEL") or glob.glob(str(PROJECT / "build/kernel/debian/boot/vmlinuz-*"))[0]
INIT = str(PROJECT / "build/init")
MEMORY = 256        # MiB
BIG = 130           # MiB: more than half of that, and less than half of twice that


def pack(files, recipe, *args, compress="none"):
    """The bytes of an image; with a recipe only what it says is in it."""
    path = files.directory / f"pack-{os.getpid()}.img"
    subprocess.run([RDINIT, "pack", "--compress", compress, "--kernel", KERNEL, "-o", path,
                    *(["-"] if recipe else []), *map(files.expand, args)],
                   input=files.expand(recipe).encode(), check=True, timeout=HOST_TIMEOUT)
    return path.read_bytes()


def script(files, text, more=b""):
    """A program in sh, for what can be asked only from within."""
    place = files.directory / f"script-{os.getpid()}"
    place.write_text(text)
    return pack(files, f"init\napplets /bin/busybox sh wc\nfile /script {place} 0755 0 0\nrun /script\n") + more


def hello(files, more=b""):
    return pack(files, "init\nfile /hello @hello 0755 0 0\nrun /hello\n") + more


def patched_init(files):
    """/init for another processor."""
    data = bytearray((PROJECT / "build/init").read_bytes())
    data[18:20] = struct.pack("<H", 183)
    (files.directory / "foreign").write_bytes(data)
    return pack(files, f"file /init {files.directory}/foreign 0755 0 0\n")


def library(files, keep):
    """A program with all it needs, or with another file at the place of its C library."""
    image = pack(files, "", "--app", "/bin/true")
    return image if keep else image.replace(b"/libc.so.6\0", b"/libc.so.7\0")


def filtered(files, *command):
    return subprocess.run(command, input=hello(files), stdout=subprocess.PIPE, check=True).stdout


def zstd(*frames):
    return b"".join(subprocess.run(["zstd", "-c", "-q"], input=frame, stdout=subprocess.PIPE, check=True).stdout
                    for frame in frames)


def gzip(*frames):
    return b"".join(subprocess.run(["gzip", "-c"], input=frame, stdout=subprocess.PIPE, check=True).stdout for frame in frames)


def xz(files, sum_):
    return filtered(files, "xz", "-c", f"--check={sum_}")


def big(files):
    path = files.directory / "zeros"
    path.touch()
    os.truncate(path, BIG << 20)
    return pack(files, f"init\nfile /big {path} 0644 0 0\nfile /hello @hello 0755 0 0\nrun /hello\n", compress="zstd")


def modules(files, leave_out=None):
    image = hello(files)[:-124] if leave_out is None else hello(files)
    drivers = pack(files, "module virtio_blk\nmodule virtio_pci\n")
    start = drivers.index(b"/lib/modules/")
    lines = drivers[start:drivers.index(b"\0", start)].split(b"\n")
    if leave_out:
        lines = [line for line in lines if not line.endswith(leave_out)]
    return image + drivers + entry(b"etc/rdinit/modules", 0o100644, b"\n".join(lines)) + TRAILER


def drivers(files, file):
    """Drivers that wait for their device; one of them has another file in the table."""
    image = pack(files, "", "--driver", "virtio_blk", "--driver", "virtio_pci")
    start = image.index(b"/lib/modules/")
    table = image[start:image.index(b"\0", start)].replace(b"/virtio_ring.ko", file)
    return image + entry(b"etc/rdinit/drivers", 0o100644, table) + TRAILER


LOOK = "#!/bin/sh\n[ -e /no/f ] || exit 9\n"
FILE = entry(b"no/f", 0o100644, b"x") + TRAILER
FOLDER = entry(b"no", 0o40755)
CONSOLE = entry(b"dev", 0o40755) + entry(b"dev/console", 0o100644) + TRAILER

IMAGES = {
    "hello": hello,
    "empty": lambda files: pack(files, "file /hello @hello 0755 0 0\n"),
    "no-x": lambda files: pack(files, f"file /init {INIT} 0644 0 0\n"),
    "foreign": patched_init,
    "no-shell": lambda files: script(files, "#!/bin/nope\n"),
    "shell": lambda files: script(files, "#!/bin/sh\nexit 0\n"),
    "no-libc": lambda files: library(files, keep=False),
    "libc": lambda files: library(files, keep=True),
    "crc64": lambda files: xz(files, "crc64"),
    "crc32": lambda files: xz(files, "crc32"),
    "no-parent": lambda files: script(files, LOOK, FILE),
    "parent": lambda files: script(files, LOOK, FOLDER + FILE),
    "replaced": lambda files: script(files, LOOK.replace("-e /no/f", "-f /no"), FOLDER + FILE[:-124] +
                                     entry(b"no", 0o100644) + TRAILER),
    "not-replaced": lambda files: script(files, LOOK.replace("-e /no/f", "-f /no"), entry(b"no", 0o100644)),
    "file-console": lambda files: pack(files, "file /init @hello 0755 0 0\n") + CONSOLE,
    "console": lambda files: pack(files, "file /init @hello 0755 0 0\n"),
    "big": big,
    "no-ring": lambda files: modules(files, b"/virtio_ring.ko"),
    "ring": lambda files: modules(files),
    "no-driver": lambda files: drivers(files, b"/virtio_rang.ko"),
    "driver": lambda files: drivers(files, b"/virtio_ring.ko"),
    "cut": lambda files: zstd(hello(files)[:2000], hello(files)[2000:]),
    "frames": lambda files: zstd(FOLDER, hello(files)),
    "gzip-cut": lambda files: gzip(hello(files)[:2000], hello(files)[2000:]),
    "gzip-frames": lambda files: gzip(FOLDER, hello(files)),
    "zstd": lambda files: zstd(hello(files)),
    "gzip": lambda files: filtered(files, "gzip", "-c"),
}


def image(files, name):
    """A path; @NAME is one of those that other boots use, too."""
    if name.startswith("@"):
        return files.expand(name)
    path = files.directory / f"check-{name}.img"
    if not path.exists():
        path.write_bytes(IMAGES[name](files))
    return str(path)


@dataclasses.dataclass
class Side:
    """One boot, and what stands in its output."""

    image: str
    status: int
    both: object = ()
    absent: object = ()
    append: str = ""
    memory: int = MEMORY
    disk: str = ""


ROWS = {
    "no /init": ("no-init", Side("empty", 125, "Kernel panic"), Side("hello", 7, "hello")),
    "rdinit= names what is not there": (
        "no-init", Side("hello", 125, "Kernel panic", append="rdinit=/nope"),
        Side("hello", 7, append="rdinit=/init")),
    "an /init that is not executable": ("not-executable", Side("no-x", 125, "Kernel panic"), Side("hello", 7)),
    "an /init for another processor": ("foreign-program", Side("foreign", 125, "Kernel panic"), Side("hello", 7)),
    "a script without its interpreter": (
        "no-interpreter", Side("no-shell", 127, "run /script.*ENOENT"), Side("shell", 0)),
    "a program without its C library": (
        "no-library", Side("no-libc", 127, "error while loading shared libraries: libc.so.6"), Side("libc", 0)),
    "xz with a check sum that the kernel does not know": (
        "unreadable", Side("crc64", 125, "Kernel panic"), Side("crc32", 7)),
    "a zstd frame that ends within an entry": (
        "unreadable", Side("cut", 125, "Kernel panic"), Side("frames", 7)),
    "a gzip member that ends within an entry": (
        "unreadable", Side("gzip-cut", 125, "Kernel panic"), Side("gzip-frames", 7)),
    "a file without its folder": ("lost-entry", Side("no-parent", 9), Side("parent", 0)),
    "a file in place of a folder with something in it": ("lost-entry", Side("replaced", 9), Side("not-replaced", 0)),
    "a file as console": ("no-console", Side("file-console", 125, "Kernel panic", absent=r"^hello"),
                          Side("console", 125, ("^hello", "Kernel panic"))),
    "an image that takes more than half of the memory": (
        "memory", Side("big", 125, "Kernel panic"), Side("big", 7, memory=2 * MEMORY)),
    "a machine that is too small for its kernel": (
        "memory", Side("hello", 125, "the guest ended without a message", memory=40), Side("hello", 7, memory=96)),
    "the same image on a ramfs": (
        "memory", Side("big", 125, "Kernel panic"), Side("big", 7, append="rootfstype=ramfs")),
    "a module that needs one that is missing": (
        "module", Side("no-ring", 7, r"modules: load virtio\w* from .*ENOENT"),
        Side("ring", 7, absent=r"modules: load")),
    "a word that nobody reads": ("word", Side("hello", 7, "ignored rdinit.onfial=halt: no such parameter",
                                              append="rdinit.onfial=halt"),
                                 Side("hello", 7, absent="ignored", append="rdinit.onfail=halt")),
    "a root without its driver": (
        "root", Side("hello", 125, "block devices: none", append="root=/dev/vda rd.timeout=1", disk="@root.ext4"),
        Side("@handoff.img", 0, "REALROOT-OK", append="root=/dev/vda", disk="@root.ext4")),
    "a root of a type without its driver": (
        "root", Side("@handoff.img", 125, "as xfs: .*ENODEV", append="root=/dev/vda rootfstype=xfs",
                     disk="@root.ext4"),
        Side("@handoff.img", 0, "REALROOT-OK", append="root=/dev/vda rootfstype=ext4", disk="@root.ext4")),
    "a root that is no name of a device": (
        "root", Side("@handoff.img", 125, "parse root=vda", append="root=vda", disk="@root.ext4"),
        Side("@handoff.img", 0, "REALROOT-OK", append="root=254:0", disk="@root.ext4")),
    "a label that the disk does not have": (
        "no-root", Side("@handoff.img", 125, "LABEL=ROOT", append="root=LABEL=NONE rd.timeout=1", disk="@gpt.root"),
        Side("@handoff.img", 0, "ROOT-OK", append="root=LABEL=ROOT", disk="@gpt.root")),
    "a partition that the disk does not have": (
        "no-root", Side("@handoff.img", 125, "vda2", append="root=/dev/vda3 rd.timeout=1", disk="@gpt.root"),
        Side("@handoff.img", 0, "ROOT-OK", append="root=/dev/vda2", disk="@gpt.root")),
    "a disk in place of its partition": (
        "no-root", Side("@handoff.img", 125, "a disk with partitions", append="root=/dev/vda", disk="@gpt.root"),
        Side("@handoff.img", 0, "ROOT-OK", append="root=gpt-auto",
             disk="@gpt.root")),
    "an encrypted root": (
        "no-root", Side("@handoff.img", 125, "opens no LUKS", append=f"root=UUID={U}", disk="@luks.root"),
        Side("@handoff.img", 0, "ROOT-OK", append=f"root=UUID={U}", disk="@ext4.root")),
    "a damaged root": (
        "no-root", Side("@handoff.img", 125, "damaged ext4", append="root=/dev/vda", disk="@damaged.root"),
        Side("@handoff.img", 0, "ROOT-OK", append="root=/dev/vda", disk="@ext4.root")),
    "an init that the root does not have": (
        "real-init", Side("@handoff.img", 125, "use init=/nope of /dev/vda2: .*ENOENT",
                          append="root=LABEL=ROOT init=/nope", disk="@gpt.root"),
        Side("@handoff.img", 0, "ROOT-OK", append="root=LABEL=ROOT init=/sbin/init", disk="@gpt.root")),
    "a root by its name whose type has no driver": (
        "root", Side("@handoff.img", 125, "ENODEV", append="root=LABEL=ROOT", disk="@xfs.root"),
        Side("@types.img", 0, "ROOT-OK", append="root=LABEL=ROOT", disk="@xfs.root")),
    "a driver that is not there when its device is": (
        "driver", Side("no-driver", 125, (r"virtio_rang\.ko.*ENOENT", "block devices: none"), disk="@root.ext4",
                       append="root=/dev/vda rd.timeout=1"),
        Side("driver", 0, "REALROOT-OK", append="root=/dev/vda", disk="@root.ext4")),
    "a program that is not there": ("no-program", Side("hello", 127, "run /nope.*ENOENT", append="rdinit.run=/nope"),
                                    Side("hello", 7, append="rdinit.run=/hello")),
}


def predict(path, append, memory, kernel, disk=None):
    line = f"console=ttyS0 panic=-1 {append}"
    root = ["--root", disk] if disk else []
    done = subprocess.run([RDINIT, "check", "--json", "--kernel", kernel, "--machine", "pc", "--memory", str(memory),
                           "--append", line, *root, path], capture_output=True, timeout=HOST_TIMEOUT)
    assert done.returncode in (0, 1) and not done.stderr, done
    return {finding["rule"] for finding in json.loads(done.stdout)["findings"]}


def shrink(memory, tmp_path, monkeypatch):
    """A machine with less memory than `run` is told of, as it refuses what cannot do."""
    qemu = tmp_path / "qemu"
    qemu.write_text(f'''#!/bin/sh
for word; do shift; [ "$last" = -m ] && set -- "$@" {memory} || set -- "$@" "$word"; last=$word; done
exec qemu-system-x86_64 "$@"
''')
    qemu.chmod(0o755)
    monkeypatch.setenv("RDINIT_QEMU", str(qemu))


def judge(name, side, files, expected, smaller=None):
    path = image(files, side.image)
    disk = files.expand(side.disk)
    memory = side.memory
    assert predict(path, side.append, memory, KERNEL, disk) == expected
    disk = ["--disk", f"{disk},virtio,snapshot"] if disk else []
    words = ["--kernel", KERNEL, *disk, "--append", side.append, path]
    if expected == {"memory"}:
        refused = Row(name, ["--memory", str(memory), *words], 1, err=f"^rdinit: --memory {memory}: .* need at least")
        check(refused, run(refused, files))
        smaller(memory)
        memory *= 4
    row = Row(name, ["--memory", str(memory), *words], side.status, both=side.both, absent=side.absent)
    check(row, run(row, files))


@pytest.mark.parametrize("name", ROWS)
def test_it_fails_as_predicted(name, files, tmp_path, monkeypatch):
    rule, broken, _ = ROWS[name]
    judge(name, broken, files, {rule}, lambda memory: shrink(memory, tmp_path, monkeypatch))


@pytest.mark.parametrize("name", ROWS)
def test_its_twin_boots(name, files):
    judge(name, ROWS[name][2], files, set())


# The other rows' images: what is wrong with one is what its row shows.
OTHERS = {"hello": set(), "bare": set(), "suicide": set(), "plain": {"no-program"}, "unexec": {"not-executable"},
          "handoff": set()}


@pytest.mark.parametrize("name", OTHERS)
def test_the_images_of_the_other_rows(name, files):
    append = "root=/dev/vda rw" if name == "handoff" else "quiet"
    assert predict(image(files, f"@{name}.img"), append, MEMORY, KERNEL) == OTHERS[name]
