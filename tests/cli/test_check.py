# SPDX-License-Identifier: MIT
"""test_check.py - rdinit check: for each rule an image that breaks it alone, and a sound twin."""
import glob
import json
import os
import pathlib
import re
import shutil
import struct
import subprocess

import pytest

from conftest import PROJECT, RDINIT
from newc import TRAILER, entry

INIT = pathlib.Path(RDINIT).with_name("init").read_bytes()
KERNEL = next(iter(sorted(glob.glob(str(PROJECT / "build/kernel/debian/boot/vmlinuz-*")))), None)
RELEASE = KERNEL and KERNEL.rpartition("vmlinuz-")[2]
MODULES = PROJECT / "build/kernel/debian/lib/modules" / (RELEASE or "")


def folder(name, mode=0o755):
    return entry(name, 0o40000 | mode)


def link(name, target):
    return entry(name, 0o120777, target)


def program(name, data=INIT, mode=0o755):
    return entry(name, 0o100000 | mode, data)


def node(name, major, minor):
    """The helper of the others writes no device numbers: they stand 78 bytes into the header."""
    data = bytearray(entry(name, 0o20600))
    data[78:94] = b"%08x%08x" % (major, minor)
    return bytes(data)


def change(data, at, new):
    return data[:at] + new + data[at + len(new):]


def foreign(machine=183):
    return change(INIT, 18, struct.pack("<H", machine))


BASE = folder(b"etc") + folder(b"etc/rdinit")
OURS = BASE + program(b"init")
RUN = OURS + folder(b"bin") + program(b"bin/p") + entry(b"etc/rdinit/run", data=b"/bin/p a b\n")
SCRIPT = b"#!/bin/p -x\n"
OTHER = program(b"init", b"#!/p\n") + program(b"p")   # an /init that is not ours


def findings(tool, image, *args):
    """[(severity, rule, number)] of an image, and the texts."""
    tool.write("x.img", image)
    done = tool.run("check", "--json", *args, "x.img", check=False)
    assert done.stderr == b"", done.stderr
    whole = json.loads(done.stdout)
    found = [(f["severity"], f["rule"], f["number"]) for f in whole["findings"]]
    assert done.returncode == (1 if whole["errors"] else 0 if whole["whole"] else 3), whole
    assert all(f["cure"] and f["text"] for f in whole["findings"])
    return found, [f["text"] for f in whole["findings"]]


def config(tool, *lines):
    """A whole configuration that has what is needed, with these lines behind it."""
    text = ["CONFIG_64BIT=y", 'CONFIG_CC_VERSION_TEXT="gcc"', 'CONFIG_INITRAMFS_SOURCE=""']
    text += [f"CONFIG_{name}=y" for name in
             "BLK_DEV_INITRD BINFMT_ELF BINFMT_SCRIPT PROC_FS SYSFS DEVTMPFS TMPFS X86_IOPL_IOPERM RD_GZIP RD_ZSTD "
             "SERIAL_8250_CONSOLE VT_CONSOLE HVC_DRIVER MODULES".split()]
    return str(tool.write("config", "\n".join([*text, *lines]) + "\n"))


# --- one row a fault: the rule, its severity, the broken image, its twin, options, what it says ---

def dynamic():
    """A program with an interpreter and libraries, and where the host has them."""
    found = {}
    for line in subprocess.run(["ldd", "/bin/cat"], capture_output=True, text=True, check=True).stdout.splitlines():
        match = re.search(r"(?:(\S+) => )?(/\S+) \(", line)
        if match:
            found[match[2]] = pathlib.Path(match[2]).read_bytes()
    return pathlib.Path("/bin/cat").read_bytes(), found


def with_folders(files):
    """Entries of files {path: bytes}, each folder in front of what is in it."""
    image, made = b"", set()
    for path, data in files.items():
        for parent in list(pathlib.PurePosixPath(path.lstrip("/")).parents)[-2::-1]:
            if str(parent) not in made:
                image += folder(str(parent).encode())
                made.add(str(parent))
        image += program(path.lstrip("/").encode(), data)
    return image


CAT, LIBRARIES = dynamic()
INTERPRETER = next(path for path in LIBRARIES if "ld-linux" in path)
LIBC = next(path for path in LIBRARIES if "libc.so" in path)


def without(path):
    return with_folders({"/init": CAT, **{p: d for p, d in LIBRARIES.items() if p != path}})


def conf(text, made=None, name=b"x.conf"):
    """A command line of the image's own."""
    return folder(b"etc/rdinit/cmdline.d") + (made or entry(b"etc/rdinit/cmdline.d/" + name, data=text))


WHOLE = without(None)
FILE = entry(b"f", data=b"1")

ROWS = [
    ("no-init", 1, "error", BASE, OURS, [], "/init: it is not in the image: the kernel has nothing to start"),
    ("no-init", 1, "error", RUN, RUN + program(b"other"), ["--append", "rdinit=/other"], "/other: it is not in"),
    ("no-init", 1, "error", link(b"init", b"nowhere"), link(b"init", b"real") + program(b"real"), [], "/init: "),
    ("no-init", 1, "error", link(b"init", b"init"), OURS, [], "/init: too many symbolic links"),
    ("no-init", 1, "warning", BASE, OURS, ["--append", "root=/dev/vda"], "mounts root=/dev/vda itself"),
    ("not-executable", 2, "error", folder(b"init"), OURS, [], "/init cannot be executed: it is a directory"),
    ("not-executable", 2, "error", program(b"init", mode=0o644), OURS, [], "it is a file without an x bit"),
    ("not-executable", 2, "error", node(b"init", 1, 3), OURS, [], "it is a character device"),
    ("not-executable", 2, "error", OURS + folder(b"bin") + program(b"bin/p", mode=0o600) +
     entry(b"etc/rdinit/run", data=b"p\0a\0"), RUN, [], "/bin/p"),
    ("foreign-program", 3, "error", program(b"init", foreign()), OURS, [], "for aarch64, but the machine is x86-64"),
    ("foreign-program", 3, "error", program(b"init", INIT[:3000]), OURS, [], "truncated or damaged ELF"),
    ("foreign-program", 3, "error", program(b"init", change(INIT, 16, b"\1\0")), OURS, [], "an object file"),
    ("foreign-program", 3, "error", program(b"init", b"echo hello\n"), OURS, [], "not a program: neither"),
    ("foreign-program", 3, "error", program(b"init", b""), OURS, [], "not a program"),
    ("foreign-program", 3, "error", program(b"init", b"#! \n"), program(b"init", b"#!/p\n") + program(b"p"), [],
     "names no interpreter"),
    ("foreign-program", 3, "error", RUN + program(b"bin/p", foreign(243)), RUN, [], "/bin/p of /etc/rdinit/run is a"),
    ("no-interpreter", 4, "error", program(b"init", SCRIPT),
     program(b"init", SCRIPT) + folder(b"bin") + program(b"bin/p"), [],
     "the interpreter /bin/p of /init: it is not in"),
    ("no-interpreter", 4, "error", without(INTERPRETER), WHOLE, [], f"/init needs the interpreter {INTERPRETER}"),
    ("no-interpreter", 4, "error", WHOLE + program(INTERPRETER[1:].encode(), b"text"), WHOLE, [],
     "it is not an ELF file"),
    ("no-library", 5, "error", without(LIBC), WHOLE, [], f"/init needs the library {os.path.basename(LIBC)}"),
    ("lost-entry", 7, "error", OURS + entry(b"no/f", data=b"1"), OURS + folder(b"no") + entry(b"no/f", data=b"1"),
     ["--append", "root=/dev/vda"], "/no/f is lost without a message: its directory does not exist yet"),
    ("lost-entry", 7, "error", RUN + entry(b"a/f") + folder(b"a"), RUN + folder(b"a") + entry(b"a/f"), [],
     "/a/f is lost"),
    ("lost-entry", 7, "error", RUN + link(b"l", b"a") + entry(b"l/f") + folder(b"a"),
     RUN + folder(b"a") + link(b"l", b"a") + entry(b"l/f"), [], "/l/f is lost"),
    ("lost-entry", 7, "error", RUN + folder(b"d") + entry(b"d/f") + entry(b"d"),
     RUN + folder(b"d") + entry(b"d/f"), [], "/d is lost without a message: a directory that is not empty"),
    ("lost-entry", 7, "error", RUN + link(b"dev", b"bin"), RUN + folder(b"dev"), [], "/dev is lost"),
    ("lost-entry", 7, "error", RUN + link(b"l", b"x" * 4097), RUN + link(b"l", b"x" * 4095), [], "l (offset"),
    ("lost-entry", 7, "error", RUN + entry(b"x" * 4100), RUN + b"".join(
        folder(b"/".join([b"y" * 250] * n)) for n in range(1, 9)), [], "4096 bytes"),
    ("lost-entry", 7, "error", RUN + entry(b"x" * 256), RUN + entry(b"x" * 255), [], "more than 255 bytes"),
    ("lost-entry", 7, "error", RUN + entry(b"d", 0o40755, b"body"), RUN + entry(b"d", 0o40755), [], "has data"),
    ("lost-entry", 7, "error", RUN + entry(b"TRAILER!!!", data=b"1"), RUN + entry(b"TRAILER!!!", 0) + FILE, [],
     "TRAILER!!!"),
    ("lost-entry", 7, "warning", RUN + FILE + link(b"f", b"g"), RUN + FILE + FILE, [], "/f comes twice"),
    ("lost-entry", 7, "warning", RUN + folder(b"e") + FILE + entry(b"e"), RUN + folder(b"e") + folder(b"e"), [],
     "/e comes twice"),
    ("no-console", 8, "error", OTHER + folder(b"dev") + node(b"dev/console", 1, 3),
     OTHER + folder(b"dev") + node(b"dev/console", 5, 1), [],
     "/dev/console is not the device 5:1"),
    ("no-program", 16, "error", OURS + entry(b"etc/rdinit/run", data=b"/bin/p\n"), RUN, [],
     "/bin/p, which is not in"),
    ("no-program", 16, "error", OURS + entry(b"etc/rdinit/run", data=b"p 'a\n"), RUN, [], "names no program"),
    ("no-program", 16, "error", OURS, RUN, ["--append", "quiet"], "finds nothing to run"),
    ("no-program", 16, "error", RUN, RUN + program(b"bin/q"), ["--append", "rdinit.run=q"], "in no directory of PATH"),
    ("no-program", 16, "error", RUN, RUN + program(b"bin/q"), ["--append", "-- /bin/q x"], "the arguments after -- names"),
    ("word", 12, "error", RUN + conf(b"x=" + b"y" * 65534), RUN + conf(b"x=" + b"y" * 65533), [], "65,536 bytes or more"),
    ("word", 12, "error", RUN + conf(b"x\0y"), RUN + conf(b"x y"), [], "has a NUL, which stops the boot"),
    ("word", 12, "error", RUN + conf(b"", link(b"etc/rdinit/cmdline.d/x.conf", b"/none")), RUN + conf(b"rdinit.fooo", name=b"x"),
     [], "it points to no file of the image"),
    ("word", 12, "error", RUN + conf(b"rdinit.fooo"), RUN + conf(b"# rdinit.fooo\n#\n \t#x\nquiet"), [], "ignores rdinit.fooo"),
    ("word", 12, "error", RUN + entry(b"etc/rdinit/env", data=b"A=1\0" * 4001),
     RUN + entry(b"etc/rdinit/env", data=b"A=1\0" * 4000), [], "has 4001 strings: more than 4000 stop the boot"),
    ("word", 12, "error", RUN + entry(b"etc/rdinit/run", data=b"/bin/p\0" + b"x" * 131072),
     RUN + entry(b"etc/rdinit/run", data=b"/bin/p\0" + b"x" * 131071), [], "string 2 of /etc/rdinit/run is longer"),
    ("word", 12, "error", RUN + entry(b"etc/rdinit/env", data=b"A=" + (b"x" * 100000 + b"\0") * 6),
     RUN + entry(b"etc/rdinit/env", data=b"A=" + (b"x" * 100000 + b"\0") * 5), [], "more than 524287 stop the boot"),
]


@pytest.mark.parametrize("rule, number, severity, broken, sound, args, says", ROWS,
                         ids=[f"{row[0]}-{i}" for i, row in enumerate(ROWS)])
def test_a_broken_image_and_its_twin(tool, rule, number, severity, broken, sound, args, says):
    found, texts = findings(tool, broken + TRAILER, *args)
    assert found == [(severity, rule, number)], texts
    assert says in texts[0]
    assert findings(tool, sound + TRAILER, *args)[0] == []


WORDS = [
    ("no-device", 11, "warning", "console=ttyS5,115200", "console=ttyS1,115200", "console=ttyS5 has no device"),
    ("no-device", 11, "warning", "console=hvc0", "console=tty0", "no virtio console"),
    ("word", 12, "error", "rdinit.onfial=halt", "rdinit.onfail=halt", "did you mean rdinit.onfail"),
    ("word", 12, "error", "rdinit.onfail=dance", "rdinit.onfail=wait", "no such choice"),
    ("word", 12, "error", "rdinit.grace=soon", "rdinit.grace=3", "not a number of seconds"),
    ("word", 12, "error", "quiet=1", "quiet", "takes no value"),
    ("word", 12, "warning", "roto=/dev/vda", "ROTO=/dev/vda", "did you mean root?"),
    ("word", 12, "warning", "rootftsype=ext4", "boot=live splash mem=1G vga=ask ip=dhcp video=x", "rootfstype?"),
    ("word", 12, "warning", "consle=ttyS0", "net.ifnames=0 FOO=bar -- consle=1", "console?"),
    ("word", 12, "error", "a=" + "x" * 2046, "a=" + "x" * 2045, "truncates it to 2047"),
    ("word", 12, "error", "root=/dev/vda rootflags=bind", "root=/dev/vda rootflags=defaults,noatime,rshared", "rootflags=bind does not mount a device"),
    ("root", 13, "error", "root=/dev/mapper/vg-root", "root=/dev/dm-0", "a volume of LVM or an encrypted device"),
    ("root", 13, "error", "root=/dev/md0", "root=/dev/mmcblk0", "a RAID that mdadm assembles"),
    ("root", 13, "error", "root=/dev/nfs", "root=/dev/nvme0n1", "a root on NFS"),
    ("root", 13, "error", "root=UUID=", "root=UUID=12", "is not a name that /init accepts"),
    ("root", 13, "error", "root=/dev/" + "x" * 125, "root=/dev/x", "more than 127 bytes"),
]


@pytest.mark.parametrize("rule, number, severity, wrong, right, says", WORDS, ids=[row[3][:30] for row in WORDS])
def test_a_wrong_word_and_a_right_one(tool, rule, number, severity, wrong, right, says):
    image = RUN + (b"" if "--" not in right else program(b"bin/consle")) + TRAILER
    found, texts = findings(tool, image, "--machine", "pc", "--append", wrong)
    assert found == [(severity, rule, number)], texts
    assert says in texts[0]
    right = right.replace("consle=1", "/bin/p")
    assert findings(tool, image, "--machine", "pc", "--append", right)[0] == []


def test_words_of_rdinit_for_another_init(tool):
    other = program(b"init", b"#!/p\n") + program(b"p") + TRAILER
    found, texts = findings(tool, other, "--append", "rdinit.run=/p")
    assert found == [("warning", "word", 12)] and "nothing reads rdinit.run" in texts[0]


SYMBOLS = [
    ("kernel", 14, "error", "BLK_DEV_INITRD=n", RUN, "it unpacks no image"),
    ("kernel", 14, "error", "BINFMT_ELF=n", RUN, "it runs no program"),
    ("kernel", 14, "error", "BINFMT_SCRIPT=m", OTHER, "it runs no script"),
    ("kernel", 14, "error", "PROC_FS=n", RUN, "no command line"),
    ("kernel", 14, "error", "SYSFS=n", RUN, "/sys"),
    ("kernel", 14, "warning", "X86_IOPL_IOPERM=n", RUN, "exit status"),
    ("kernel", 14, "error", "DEVTMPFS=n\nCONFIG_TMPFS=n", RUN, "no CONFIG_DEVTMPFS and no CONFIG_TMPFS"),
    ("no-device", 11, "warning", "SERIAL_8250_CONSOLE=n", RUN, "no CONFIG_SERIAL_8250_CONSOLE"),
    ("no-console", 8, "error", 'INITRAMFS_SOURCE="x"', OTHER, "no /dev/console"),
    ("foreign-program", 3, "error", "IA32_EMULATION=n", RUN + program(b"bin/p", foreign(3)), "for i386"),
]


@pytest.mark.parametrize("rule, number, severity, line, image, says", SYMBOLS,
                         ids=[row[3].split()[0] for row in SYMBOLS])
def test_a_symbol_that_the_kernel_lacks(tool, rule, number, severity, line, image, says):
    words = ("--append", "console=ttyS0")
    found, texts = findings(tool, image + TRAILER, *words, "--config", config(tool, "CONFIG_" + line))
    assert found == [(severity, rule, number)], texts
    assert says in texts[0]
    assert findings(tool, image + TRAILER, *words, "--config", config(tool, "CONFIG_IA32_EMULATION=y"))[0] == []
    assert findings(tool, image + TRAILER, *words)[0] == [], "what is not known is not judged"


# --- compression ---

def packed(data, *command):
    return subprocess.run(command, input=data, stdout=subprocess.PIPE, check=True).stdout


COMPRESSION = [
    ("xz", ["xz", "-c"], ["xz", "-c", "--check=crc32"], "a checksum that it does not know"),
    ("lz4", ["lz4", "-c", "-q"], ["lz4", "-l", "-c", "-q"], "the frame format"),
    ("zstd window", ["zstd", "-c", "-q", "--ultra", "--long=28"], ["zstd", "-c", "-q", "-19"], "more than 128 MiB"),
]


@pytest.mark.parametrize("wrong, right, says", [row[1:] for row in COMPRESSION], ids=[row[0] for row in COMPRESSION])
def test_what_the_kernel_unpacks_differently(tool, wrong, right, says):
    assert shutil.which(wrong[0]), f"{wrong[0]} is not installed"
    found, texts = findings(tool, packed(RUN + TRAILER, *wrong))
    assert found == [("error", "unreadable", 6)], texts
    assert says in texts[0]
    assert findings(tool, packed(RUN + TRAILER, *right))[0] == []


def test_a_large_window_costs_memory(tool):
    found, texts = findings(tool, packed(RUN + TRAILER, "zstd", "-c", "-q", "--ultra", "-22"))
    assert found == [("warning", "unreadable", 6)] and "128 MiB" in texts[0]


@pytest.mark.parametrize("kind, damage", [
    ("raw", lambda data: data[:-200]), ("raw", lambda data: change(data, 0, b"070703")),
    ("zstd", lambda data: data[:-20]), ("zstd", lambda data: data + b"junk"), ("gzip", lambda data: data[:-20]),
    ("raw", lambda data: b"\0\0" + data), ("raw", lambda data: b""), ("raw", lambda data: b"\0" * 512),
    ("raw", lambda data: b"hello")])
def test_damage_is_one_finding_and_hides_what_follows(tool, kind, damage):
    image = RUN + TRAILER if kind == "raw" else packed(RUN + TRAILER, kind, "-c", "-q")
    found, texts = findings(tool, damage(image), "--append", "quiet")
    assert found == [("error", "unreadable", 6)], texts


@pytest.mark.parametrize("command", [["zstd", "-q"], ["gzip"], ["bzip2"], ["xz", "--check=crc32"], ["lz4", "-l", "-q"]],
                         ids=lambda command: command[0])
def test_a_frame_ends_where_an_entry_ends(tool, command):
    """Of lz4's streams the kernel makes one, and does not mind."""
    image = RUN + TRAILER
    half = [packed(part, *command, "-c") for part in (image[:2000], image[2000:])]
    found, texts = findings(tool, b"".join(half))
    assert found == ([] if command[0] == "lz4" else [("error", "unreadable", 6)]), texts
    whole = [packed(part, *command, "-c") for part in (RUN, FILE + TRAILER)]
    assert findings(tool, b"".join(whole))[0] == []


@pytest.mark.parametrize("kind", ["gzip", "bzip2", "lzma", "xz", "lz4", "zstd"])
def test_a_compression_that_the_kernel_lacks(tool, kind):
    tool.write("r", f'file /init "{RDINIT.removesuffix("rdinit")}init" 0755 0 0\nrun /init\n')
    tool.run("pack", "--compress", kind, "-o", "y.img", "r")
    image, symbol = (tool.path / "y.img").read_bytes(), "RD_" + kind.upper()
    found, texts = findings(tool, image, "--config", config(tool, f"CONFIG_{symbol}=n"))
    assert found == [("error", "unreadable", 6)] and f"no CONFIG_{symbol}" in texts[0]
    assert findings(tool, image, "--config", config(tool, f"CONFIG_{symbol}=y"))[0] == []


def test_what_cannot_be_unpacked_here_is_not_judged(tool):
    image = b"\x89LZO\0\x0d\x0a\x1a\x0a" + b"x" * 100
    assert findings(tool, image, "--append", "quiet")[0] == []
    done = tool.run("check", "x.img", check=False)
    assert done.returncode == 3 and done.stdout == (
        b"x.img: not read to the end: rdinit cannot unpack lzo: the content of the segment at offset 0 is unknown\n")
    assert findings(tool, image, "--config", config(tool, "CONFIG_RD_LZO=y"))[0] == []
    assert findings(tool, image, "--config", config(tool, "CONFIG_RD_LZO=n"))[0] == [("error", "unreadable", 6)]


def test_early_segments_and_a_boot_configuration(tool):
    early = entry(b"kernel/x86/microcode/GenuineIntel.bin", data=b"code") + TRAILER
    trailer = b"key = value\n" + struct.pack("<II", 12, sum(b"key = value\n")) + b"#BOOTCONFIG\n"
    assert findings(tool, early + b"\0" * 512 + packed(RUN + TRAILER, "gzip", "-c") + trailer)[0] == []


# --- memory ---

def sized(size, append=None):
    return RUN + entry(b"big", data=b"\0" * size) + TRAILER, ["--append", append or "quiet"]


@pytest.mark.parametrize("size, memory, append, wrong", [
    (40, 64, None, True), (20, 64, None, False), (40, 64, "root=/dev/vda", False), (70, 64, "root=/dev/vda", True),
    (40, 64, "rootfstype=ramfs", False), (40, 64, "root=/dev/vda rootfstype=tmpfs", True), (40, 256, None, False)])
def test_memory(tool, size, memory, append, wrong):
    image, words = sized(size << 20, append)
    packed_image = packed(image, "zstd", "-c", "-q")
    found, texts = findings(tool, packed_image, *words, "--memory", str(memory))
    assert found == ([("error", "memory", 9)] if wrong else []), texts
    assert findings(tool, packed_image, *words)[0] == []


@pytest.mark.parametrize("memory, wrong", [(32, True), (512, False)])
def test_memory_for_the_kernel_itself(tool, memory, wrong):
    found, texts = findings(tool, RUN + TRAILER, "--kernel", KERNEL, "--memory", str(memory))
    assert found == ([("error", "memory", 9)] if wrong else []), texts


# --- modules and roots, with Debian's kernel ---

def pack(tool, *args, recipe=None):
    tool.run("pack", "--compress", "none", "-o", "y.img", *args, stdin=recipe or b"")
    return (tool.path / "y.img").read_bytes()


@pytest.fixture
def drivers(tool):
    return pack(tool, "--kernel", KERNEL, "--module", "virtio_blk", "--module", "virtio_pci")


ON_DEBIAN = ["--kernel", KERNEL, "--append", "root=/dev/vda"]


def list_of(image):
    start = image.index(b"/lib/modules/")
    return image[start:image.index(b"\0", start)].rstrip(b"\n").split(b"\n")


def with_list(image, lines):
    """The image with another list of modules behind it: the later entry wins."""
    return image + entry(b"etc/rdinit/modules", data=b"\n".join(lines) + b"\n") + TRAILER


def test_drivers_that_wait_for_their_device(tool):
    """A disk's is asked for by the disk, and a file system's by what mounts it."""
    disk = ["--kernel", KERNEL, "--driver", "virtio_blk", "--driver", "virtio_pci"]
    image = pack(tool, *disk, "--driver", "xfs")
    assert findings(tool, image, *ON_DEBIAN, "--machine", "pc")[0] == []
    xfs = ["--kernel", KERNEL, "--append", "root=/dev/vda rootfstype=xfs", "--machine", "pc"]
    assert findings(tool, image, *xfs)[0] == []
    _, texts = findings(tool, pack(tool, *disk), *xfs)
    assert len(texts) == 1 and "rootfstype=xfs needs the driver xfs" in texts[0]


def test_drivers_that_come_too_late_for_an_init_of_the_images_own(tool):
    """It takes the place of /init, and nobody loads what a later device asks for."""
    image = pack(tool, "--kernel", KERNEL, "--driver", "virtio_blk", "--driver", "virtio_pci")
    own = image + folder(b"sbin") + program(b"sbin/init", b"#!/init\n") + TRAILER
    words = ["--kernel", KERNEL, "--machine", "pc", "--append"]
    found, texts = findings(tool, own, *words, "quiet")
    assert found == [("warning", "driver", 18)], found
    assert "the image's /sbin/init replaces /init: a device that appears later" in texts[0]
    assert findings(tool, own, *words, "root=/dev/vda")[0] == []
    assert b"until /sbin/init starts" in tool.run("plan", "x.img", "--append", "quiet").stdout


def test_an_own_init_that_cannot_be_executed_is_an_error_beside_a_shell(tool):
    """/init gives up: a shell is for an image without a /sbin/init."""
    image = OURS + folder(b"sbin") + program(b"sbin/init", mode=0o644) + folder(b"bin") + program(b"bin/sh") + TRAILER
    found, texts = findings(tool, image, "--append", "quiet")
    assert [rule for _, rule, _ in found] == ["not-executable"], texts
    assert "the program /sbin/init cannot be executed: it is" in texts[0]


def waiting(tool, *changes):
    """An image with virtio's drivers, and a changed table of them behind it: the later entry wins."""
    image = pack(tool, "--kernel", KERNEL, "--driver", "virtio_blk", "--driver", "virtio_pci")
    start = image.index(b"/lib/modules/")
    table = image[start:image.index(b"\0", start)]
    for old, new in changes:
        assert re.search(old, table), (old, table)
        table = re.sub(old, new, table, count=1)
    return image + entry(b"etc/rdinit/drivers", data=table) + TRAILER


@pytest.mark.parametrize("change, says", [
    ((rb"virtio_ring\.ko", b"virtio_rang.ko"), "virtio_rang.ko: it is not in the image"),
    ((rb"/virtio_blk\.ko \S+", b"/virtio_blk.ko -"), "needs the module virtio, which line"),
    ((rb"/virtio_blk\.ko \S+", b"/virtio_blk.ko 99"), "must have numbers of lines above it"),
    ((rb"/virtio_blk\.ko \S+", rb"\g<0> " + b"x" * 1024), "has 1024 bytes of options, and /init reads up to 1023"),
    ((rb"/virtio_blk\.ko", b"/" + b"x" * 256), "the path has more than the 255 bytes that /init reads"),
    ((rb"^/lib", b"lib"), "line 1 of /etc/rdinit/drivers is not a module"),
    ((rb"$", b"aaa 0\n"), "is not sorted"),
    ((rb"$", b"zzz 9\n"), "has a number that is no module's line"),
    ((rb"$", b"zzz 1,\x00\n"), "has a number that is no module's line"),
    ((rb"$", b"zzz\n"), "names no module"),
    ((rb"^(?s:.*)$", b"/m -\n" * 8193), "lists more than 8192 modules"),
])
def test_a_table_of_drivers_that_is_damaged(tool, change, says):
    assert findings(tool, waiting(tool), *ON_DEBIAN)[0] == []
    found, texts = findings(tool, waiting(tool, change), "--kernel", KERNEL)
    assert set(found) == {("error", "driver", 18)} and any(says in text for text in texts), texts


def test_what_a_driver_needs_may_be_loaded_before_all(tool):
    image = pack(tool, "--kernel", KERNEL, "--module", "virtio", "--driver", "virtio_blk")
    assert findings(tool, image, "--kernel", KERNEL)[0] == []


def test_drivers_of_another_kernel_and_of_none(tool):
    other = waiting(tool).replace(b"vermagic=" + RELEASE.encode()[:4], b"vermagic=" + b"6.9.")
    found, texts = findings(tool, other, "--kernel", KERNEL)
    assert set(found) == {("error", "driver", 18)} and f"but this kernel is {RELEASE}" in texts[0]
    found, texts = findings(tool, waiting(tool), "--config", config(tool, "CONFIG_MODULES=n"))
    assert found == [("error", "driver", 18)] and "the kernel can load none" in texts[0]


def test_modules_in_their_order(tool, drivers):
    assert findings(tool, drivers, *ON_DEBIAN)[0] == []
    found, texts = findings(tool, with_list(drivers, list_of(drivers)[::-1]), *ON_DEBIAN)
    assert set(found) == {("error", "module", 10)} and all("comes after it" in text for text in texts)


def test_a_module_that_is_needed_is_missing(tool, drivers):
    lines = [line for line in list_of(drivers) if not line.endswith(b"/virtio_ring.ko")]
    found, texts = findings(tool, with_list(drivers, lines), *ON_DEBIAN)
    assert set(found) == {("error", "module", 10)} and "needs the module virtio_ring, which is not in" in texts[0]


def test_a_module_without_its_file(tool, drivers):
    found, texts = findings(tool, with_list(drivers, list_of(drivers) + [b"/lib/none.ko a=1"]), *ON_DEBIAN)
    assert found == [("error", "module", 10)] and "/lib/none.ko: it is not in the image" in texts[0]


def test_a_module_that_is_none(tool, drivers):
    image = with_list(drivers + program(b"none.ko", b"x"), list_of(drivers) + [b"/none.ko"])
    assert findings(tool, image, *ON_DEBIAN)[0] == [("error", "module", 10)]


def test_modules_of_another_kernel(tool, drivers):
    other = drivers.replace(b"vermagic=" + RELEASE.encode()[:4], b"vermagic=" + b"6.9.")
    found, texts = findings(tool, other, *ON_DEBIAN)
    assert set(found) == {("error", "module", 10)} and f"but this kernel is {RELEASE}" in texts[0]
    assert findings(tool, other)[0] == []


@pytest.mark.parametrize("line, says", [("MODULES=n", "can load none"), ("MODULE_SIG_FORCE=y", "has no signature")])
def test_a_kernel_that_refuses_modules(tool, drivers, line, says):
    plain = drivers.replace(b"~Module signature appended~", b"~Module signature taken off")
    found, texts = findings(tool, plain, "--config", config(tool, "CONFIG_" + line))
    assert set(found) == {("error", "module", 10)} and says in texts[0]
    assert findings(tool, plain, "--config", config(tool))[0] == []


def test_a_compressed_module(tool, drivers):
    path = next(MODULES.rglob("virtio_ring.ko"))
    image = with_list(drivers + program(b"virtio_ring.ko.xz", packed(path.read_bytes(), "xz", "-c")),
                      [b"/virtio_ring.ko.xz"])
    found, texts = findings(tool, image, "--config", config(tool, "CONFIG_MODULE_DECOMPRESS=n"))
    assert found == [("error", "module", 10)] and "no CONFIG_MODULE_DECOMPRESS" in texts[0]
    assert findings(tool, image, "--config", config(tool, "CONFIG_MODULE_DECOMPRESS=y"))[0] == []


@pytest.mark.parametrize("words, machine, says", [
    ("root=/dev/vda rootfstype=ext4", "pc", None),
    ("root=/dev/vda rootfstype=xfs", "pc", "rootfstype=xfs needs the driver xfs"),
    ("root=/dev/vda rootfstype=exfat", "pc", "rootfstype=exfat needs the driver exfat"),
    ("root=/dev/vda rootfstype=xfs,ext4", "pc", None), ("root=/dev/vda rootfstype=odd", "pc", None),
    ("root=/dev/vda", "microvm", "virtio_mmio (CONFIG_VIRTIO_MMIO)"), ("root=/dev/nvme0n1", "pc", None),
    ("root=/dev/mmcblk0", "pc", None), ("root=254:0", "pc", None)])
def test_drivers_of_the_root(tool, drivers, words, machine, says):
    found, texts = findings(tool, drivers, "--kernel", KERNEL, "--append", words, "--machine", machine)
    assert found == ([("error", "root", 13)] if says else []), texts
    assert not says or says in texts[0]


@pytest.mark.parametrize("device, machine, symbols, missing", [
    ("/dev/nvme0n1", "pc", [], ["nvme"]), ("/dev/nvme0n1", "pc", ["BLK_DEV_NVME"], []),
    ("/dev/sda", "pc", ["BLK_DEV_SD", "ATA_PIIX"], []), ("/dev/sda", "q35", ["BLK_DEV_SD", "ATA_PIIX"], ["ahci"]),
    ("/dev/sda1", "q35", ["BLK_DEV_SD", "SATA_AHCI"], []), ("/dev/sda", "q35", ["SCSI_VIRTIO"], ["sd_mod"]),
    ("/dev/vda", "microvm", ["VIRTIO_BLK", "VIRTIO_MMIO"], []),
    ("/dev/vda", "pc", ["VIRTIO_BLK", "VIRTIO_MMIO"], ["virtio_pci"])])
def test_drivers_built_in(tool, device, machine, symbols, missing):
    known = config(tool, *(f"CONFIG_{symbol}=y" for symbol in symbols))
    words = ["--append", f"root={device}", "--machine", machine]
    found, texts = findings(tool, OURS + TRAILER, "--config", known, *words)
    assert found == [("error", "root", 13)] * len(missing), texts
    assert all(name in text for name, text in zip(missing, texts))


def test_a_disk_without_any_driver(tool):
    found, texts = findings(tool, OURS + TRAILER, *ON_DEBIAN, "--machine", "q35")
    assert set(found) == {("error", "root", 13)} and len(found) == 2
    assert findings(tool, OURS + TRAILER, "--append", "root=/dev/vda")[0] == []


# --- no false alarms ---

LINE = "console=ttyS0 panic=-1 quiet cryptomgr.notests no_timer_check nolapic_timer rdinit.onfail=poweroff"


@pytest.mark.parametrize("args", [
    ["--app", "/bin/cat"], ["--app", "sh", "-c", "exit 3"], ["--app", "perl", "-e", "1"],
    ["--module", "virtio_blk", "--module", "virtio_pci"]], ids=lambda args: args[1])
@pytest.mark.parametrize("machine", ["pc", "q35", "microvm"])
def test_our_own_images_are_sound(tool, args, machine):
    image = pack(tool, "--kernel", KERNEL, *args)
    words = LINE + (" rdinit.run=/init" if "--app" not in args else "")
    known = ["--kernel", KERNEL, "--machine", machine, "--memory", "256", "--append", words]
    assert findings(tool, image, *known)[0] == []


def test_the_skeleton_is_sound(tool):
    tool.run("pack", "-o", "y.img", str(PROJECT / "rootfs-skel/skel.recipe"))
    image = (tool.path / "y.img").read_bytes()
    assert findings(tool, image, "--kernel", KERNEL, "--machine", "pc", "--memory", "256", "--append", LINE)[0] == []


def images_of_others(path):
    """This machine's, those of RDINIT_FOREIGN_IMAGES, and what mkinitramfs and dracut make where they are installed."""
    yield from glob.glob("/boot/initrd.img-*") + os.environ.get("RDINIT_FOREIGN_IMAGES", "").split()
    makers = {"mkinitramfs": ["-o"], "dracut": ["--no-hostonly", "--force"]}
    for maker, options in makers.items():
        if shutil.which(maker) and os.path.isdir(f"/lib/modules/{RELEASE}"):
            subprocess.run([maker, *options, path / maker, RELEASE], check=True, capture_output=True, timeout=300)
            yield str(path / maker)


def test_images_of_other_makers_are_sound(tool):
    words = "root=/dev/vda1 ro console=ttyS0 quiet"
    for path in images_of_others(tool.path):
        for machine in ("pc", "q35"):
            args = ["--kernel", KERNEL, "--machine", machine, "--memory", "512", "--append", words]
            done = tool.run("check", *args, path)
            assert done.stdout.decode() == f"{path}: no problems found\n"


# --- the command ---

def test_the_report(tool):
    tool.write("x.img", BASE + entry(b"no/f", data=b"1") + FILE + folder(b"f") + TRAILER)
    done = tool.run("check", "x.img", check=False)
    blocks = done.stdout.decode().split("\n\n")
    assert done.returncode == 1 and len(blocks) == 4
    assert blocks[0].startswith("error: no-init (1): /init: ") and "\n    cure: " in blocks[0]
    assert blocks[1].startswith("error: lost-entry (7): /no/f")
    assert blocks[2].startswith("warning: lost-entry (7): /f")
    assert blocks[3] == "x.img: 2 errors, 1 warning\n"


def test_many_findings_of_one_rule_are_counted(tool):
    tool.write("x.img", RUN + b"".join(entry(b"no/%d" % i) for i in range(50)) + TRAILER)
    text = tool.run("check", "x.img", check=False).stdout.decode()
    assert text.count("error: lost-entry") == 20 and "... and 30 more of lost-entry (7)" in text
    assert text.endswith("x.img: 50 errors, 0 warnings\n")


def test_verbose_says_what_was_looked_at(tool):
    tool.write("x.img", RUN + TRAILER)
    text = tool.run("check", "-v", "--kernel", KERNEL, "x.img").stdout.decode()
    assert f"kernel: {KERNEL} ({RELEASE})\nits configuration: " in text
    assert "program: /init (rdinit's /init)\nprogram: /bin/p\n" in text
    assert "skipped: memory (9): " in text and "skipped: word (12): " in text
    text = tool.run("check", "-v", "--append", "root=/dev/vda init=/x", "x.img").stdout.decode()
    assert "skipped: real-init (15): init=/x of root=/dev/vda" in text and "kernel: unknown" in text


def test_standard_input(tool):
    assert tool.run("check", "-", stdin=RUN + TRAILER).stdout == b"-: no problems found\n"


def test_a_name_that_is_no_text(tool):
    image = BASE + entry(b"no/\xff\xed\xa0\x80", data=b"1") + TRAILER
    found, texts = findings(tool, image)
    assert found[1][1] == "lost-entry" and "no/" in texts[1]


@pytest.mark.parametrize("args, says", [
    ([], "expected one IMAGE"), (["a", "b"], "expected one IMAGE, found 2 arguments"), (["--nonsense", "x"], "unknown option"),
    (["--machine", "amiga", "x"], "--machine expects pc, q35 or microvm, found \"amiga\""), (["--memory", "lots", "x"], "--memory expects MiB, or a number with M or G, up to 16384G; found "),
    (["--memory", "0", "x"], "--memory expects MiB, or a number with M or G, up to 16384G; found "), (["none.img"], "none.img: cannot open"),
    (["--kernel"], "--kernel expects an argument"), (["--kernel", "./none", "x.img"], "none"),
    (["--config", "x.img", "x.img"], "not a complete")])
def test_usage(tool, args, says):
    tool.write("x.img", RUN + TRAILER)
    tool.fail("check", *args, status=2, says=says)


# --- the manual ---

def rules_of_source():
    """[(number, name)] of the table, by the enumeration of its header."""
    text = (PROJECT / "tools/lib/check/check.h").read_text()
    names = re.search(r"enum check_number \{\n(.*?)CHECK_NUMBERS", text, re.S).group(1)
    order = {name: i + 1 for i, name in enumerate(re.findall(r"\b(CHECK_\w+)", names))}
    rows = re.findall(r'^\t\{ (CHECK_\w+), "([a-z-]+)"', (PROJECT / "tools/lib/check/check.c").read_text(), re.M)
    assert len(rows) == len(order) >= 16
    return [(order[symbol], name) for symbol, name in rows]


def test_the_manual_has_every_rule_and_no_other():
    text = (PROJECT / "man/rdinit.1").read_text()
    listed = re.search(r"^\.Ss Rules of check\n(.*?)^\.S[sh] ", text, re.M | re.S).group(1)
    found = [(int(number), name) for name, number in re.findall(r"^\.It Sy ([a-z-]+) Pq (\d+)$", listed, re.M)]
    assert found == rules_of_source() == sorted(found)


def test_every_rule_has_a_row_here():
    tested = {row[1] for row in ROWS + WORDS + SYMBOLS} | {6, 9, 10, 15, 17, 18}
    assert tested == {number for number, _ in rules_of_source()}


@pytest.mark.parametrize("word, nearest", [
    ("rdinit.fooo", None), ("rdinit.xyz", None), ("rdinit.onfial", "rdinit.onfail"), ("rdinit.rn", "rdinit.run"),
    ("rdinit.grce", "rdinit.grace"), ("rdinit.lop", "rdinit.loop"), ("rdinit.us", None)])
def test_only_what_is_near_is_suggested(tool, word, nearest):
    """Of a short word behind "rdinit." one letter may be wrong, not two."""
    tool.run("pack", "-o", "a.img", "--app", "/bin/true")
    text = tool.run("check", "--append", word, "a.img", check=False).stdout.decode()
    assert f"/init ignores {word}: no such parameter" in text
    assert ("did you mean " + nearest if nearest else "no such parameter\n") in text
