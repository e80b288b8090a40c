# SPDX-License-Identifier: MIT
"""vm.py - rows of the table of boots: what they need, how they run, how they are judged."""
import dataclasses
import os
import pathlib
import re
import shutil
import struct
import subprocess

import oci
import roots

HERE = pathlib.Path(__file__).resolve().parent
PROJECT = HERE.parents[1]
RDINIT = os.environ.get("RDINIT", str(PROJECT / "build" / "rdinit"))
TIMEOUT = "40"      # seconds of the guest; without KVM a boot takes two
SHOWN = 3000        # bytes of each stream in a failure
HOST_TIMEOUT = 90   # seconds: the tool itself hangs


@dataclasses.dataclass
class Row:
    """One boot. Text is a pattern to be found; bytes are the whole output, exactly."""

    name: str
    words: list             # of `rdinit run`; @NAME stands for the path of a file that Files makes
    status: int
    out: object = None      # on standard output
    err: object = None      # on standard error
    both: object = ()       # patterns, each somewhere on either
    absent: object = ()     # patterns that neither shows
    stdin: bytes = b""
    timeout: str = TIMEOUT


@dataclasses.dataclass
class Result:
    status: int
    out: bytes
    err: bytes


class Files:
    """Makes a file when a row asks for it, once: `sda` by disk_sda(), `hello.img` by its recipe."""

    def __init__(self, directory):
        self.directory = directory

    def expand(self, word):
        return re.sub(r"@([a-z0-9_.-]+)", lambda match: str(self.get(match[1])), word)

    def get(self, name):
        path = self.directory / name
        if not path.exists():
            stem, _, kind = name.partition(".")
            make = {"": self.program, "img": self.image, "disk": self.disk, "ext4": self.ext4, "btrfs": self.btrfs,
                    "oci": self.layout, "aml": self.table, "sh": self.script, "conf": self.config,
                    "root": lambda stem, path: roots.make(stem, path, self.directory)}
            beside = path.with_name(path.name + ".new")
            make[kind](stem, beside)
            beside.rename(path)
        return path

    def program(self, stem, path):
        if stem == "busybox":
            shutil.copy(shutil.which("busybox"), path)
            return
        subprocess.run(["musl-gcc", "-static", "-Os", "-s", "-o", path,
                        HERE / "guest" / f"{stem}.c"], check=True)

    def image(self, stem, path):
        recipe, options = IMAGES[stem]
        subprocess.run([RDINIT, "pack", "-o", path, *(["-"] if recipe else []),
                        *map(self.expand, options)], input=self.expand(recipe).encode(),
                       check=True, timeout=HOST_TIMEOUT)

    def disk(self, stem, path):
        path.write_bytes(f"{stem:16.16}".encode().ljust(1 << 20, b"\0"))

    def layout(self, stem, path):
        """A container's image: busybox in one layer, a script and its user in another."""
        shell = pathlib.Path(shutil.which("busybox")).read_bytes()
        layers = [oci.tar(oci.member("bin/busybox", data=shell), oci.member("gone"),
                          *(oci.member(f"bin/{name}", "l", "busybox") for name in ("sh", "id", "pwd"))),
                  oci.tar(oci.member("srv", "d", uid=33), oci.member(".wh.gone"),
                          oci.member("srv/start", data=CONTAINER),
                          oci.member("etc/passwd", data=b"web:x:33:44::/srv:\n"),
                          oci.member("etc/group", data=b"log:x:55:web\n"))]
        config = {"Entrypoint": ["sh"], "Cmd": ["start", "a b"], "WorkingDir": "/srv", "User": "web",
                  "Env": ["PATH=/bin", 'QUOTED=say "hi"']}
        oci.write_layout(path, {"latest": oci.parts(layers, config)})

    def table(self, stem, path):
        """An ACPI table without any content; its sum is right."""
        data = bytearray(b"SSDT" + struct.pack("<IBB6s8sI4sI", 36, 2, 0, b"RDINIT", stem.encode(), 1, b"TEST", 1))
        data[9] = -sum(data) & 0xff
        path.write_bytes(data)

    def script(self, stem, path):
        path.write_text({"keymap": KEYMAP, "nss": "passwd: compat\n", "user": "guest:x:4711:4711::/:/bin/sh\n",
                         "follow": FOLLOW, "hang": HANG, "rc": "ls -l /dev/disk/*/; stty onlcr; exit\n", "fsck": "#!/bin/sh\nls -l /dev/disk/*/; stty onlcr\n"}[stem])

    def config(self, stem, path):
        """A boot configuration that says what to run."""
        path.write_text('kernel {\n\trdinit.run = "/bin/sh -c \'echo $0; exit 8\' booted"\n}\n')

    def tree(self, stem):
        """A small busybox root; its init tells what it finds."""
        tree = self.directory / f"{stem}.tree"
        if tree.exists():
            return tree
        for directory in ("bin", "sbin", "dev", "proc", "sys", "run"):
            (tree / directory).mkdir(parents=True)
        (tree / "bin/busybox").write_bytes(pathlib.Path(shutil.which("busybox")).read_bytes())
        (tree / "bin/busybox").chmod(0o755)
        for place, text in ROOTS[stem].items():
            (tree / place).write_text(text)
            (tree / place).chmod(0o755)
        return tree

    def ext4(self, stem, path):
        path.touch()
        os.truncate(path, 16 << 20)
        subprocess.run(["/sbin/mke2fs", "-q", "-t", "ext4", "-F", "-d", self.tree(stem), path], check=True)

    def btrfs(self, stem, path):
        path.touch()
        os.truncate(path, 120 << 20)
        subprocess.run(["/sbin/mkfs.btrfs", "-q", "--rootdir", self.tree(stem), path], check=True,
                       stderr=subprocess.DEVNULL)


# The key beside T: 0x0b7a is z. Then busybox's own loader changes nothing any more.
KEYMAP = """#!/bin/sh
dumpkmap </dev/tty0 >/ours
dd if=/ours bs=1 skip=305 count=2 2>/dev/null | hexdump -C
loadkmap </etc/rdinit/keymap >/dev/tty0
dumpkmap </dev/tty0 >/theirs
cmp /ours /theirs && echo same
"""
# stty waits until all is out: the end of its session throws the rest away. A device's links in by-path are its last. Each line
# when it has seen what comes, and what goes.
FOLLOW = """#!/bin/sh
ls /dev/disk; echo RUNS
until [ -e /dev/disk/by-path/virtio-* ]; do sleep 0.1; done
ls -l /dev/disk/*/; echo CAME
while [ -L "/dev/disk/by-label/my\\x20\\x2froot" ]; do sleep 0.1; done
ls /dev/disk/*; echo WENT
until [ -e /sys/class/net/eth0 ]; do sleep 0.1; done
echo CARD; stty onlcr; exit 6
"""
# It goes on when a card comes; then its disk, which was looked at before, is looked at once more, and another comes.
HANG = """#!/bin/sh
echo RUNS
until [ -e /sys/class/net/eth0 ]; do sleep 0.1; done
echo "AT $(cut -d" " -f1 /proc/uptime)"; echo change >/sys/class/block/vda/uevent
until [ -L "/dev/disk/by-label/my\\x20\\x2froot" ]; do sleep 0.1; [ $((waited += 1)) -gt 70 ] && exit 7; done
stty onlcr; exit 6
"""
CONTAINER = b"""id -u; id -G; pwd; echo "$HOME $PATH $QUOTED <$1>"
[ -e /gone ] && echo a whiteout did nothing
echo x >/srv/written && exit 9
"""


def real_init(words):
    """A script whose last act ends the machine."""
    return f"""#!/bin/busybox sh
echo {words} "$0" $#
for word; do echo "argument <$word>"; done
busybox cat /proc/mounts
busybox grep -E "^(Unevictable|Shmem):" /proc/meminfo
busybox ls -d /newroot /init /etc/rdinit 2>/dev/null
echo root-done
busybox stty onlcr # waits until all is out: the kernel's last words would cut in
busybox poweroff -f
"""


ROOTS = {
    "root": {"sbin/init": real_init("REALROOT-OK"), "bin/other": real_init("OTHER-OK")},
    "noinit": {},
    "nointerp": {"sbin/init": "#!/lib/no-such-shell\n"},
}

VIRTIO = ["--module", "virtio_pci", "--module", "virtio_blk"]
def drivers(*names):
    """Options for modules that wait for their device."""
    return [word for name in names for word in ("--driver", name)]


IMAGES = {
    "keymap": ("init\nkeymap de\napplets /bin/busybox\nfile /look @keymap.sh 0755 0 0\nrun /look\n", []),
    "button": ("init\napplets /bin/busybox sh sleep\nrun /bin/sh -c \"trap 'echo TERM came' TERM; echo WAITS; while :; do sleep 1; done\"\n",
               drivers("button", "evdev")),
    "watchdog": ("init\nfile /notify @notify 0755 0 0\napplets /bin/busybox sh sleep\nrun /notify\n", ["--module", "softdog"]),
    "notify": ("init\nfile /notify @notify 0755 0 0\nrun /notify\n", []),
    "early": ("init\nacpi @ssdt.aml\napplets /bin/busybox\nrun sh -c \"dmesg | grep initrd\"\n",
              ["--bootconfig", "@boot.conf"]),
    "container": ("init\noci @container.oci\n", []),
    "hello": ("", ["--compress", "gzip", "--app", "@hello"]),
    "bare": ("file /init \"{init}\" 0755 0 0\n"
             "dir /etc 0755 0 0\ndir /etc/rdinit 0755 0 0\n"
             "file /hello @hello 0755 0 0\nrun /hello\n".format(init=PROJECT / "build/init"),
             ["--no-init"]),
    "onlyruns": ("init run\nfile /hello @hello 0755 0 0\nrun /hello\n", []),
    "suicide": ("file /init @hello 0755 0 0\n", ["--no-init"]),
    "handoff": ("", VIRTIO),
    "smallest": ("", [*VIRTIO, "--compress", "zstd,22"]),
    "stripped": ("", [*VIRTIO, "--unsigned-modules", "--compress", "zstd,22"]),
    "strippedbtrfs": ("", ["--for-machine", "q35", "--for-root", "@root.btrfs", "--unsigned-modules"]),
    "types": ("", VIRTIO + [word for name in ("xfs", "btrfs", "squashfs", "erofs", "isofs",
                                                          "vfat", "exfat", "udf")
                            for word in ("--module", name)]),
    "nvme": ("", ["--module", "nvme"]),
    "ide": ("", ["--module", "ata_piix", "--module", "sd_mod"]),
    "scsi": ("", ["--module", "virtio_pci", "--module", "virtio_scsi", "--module", "sd_mod"]),
    "forroot": ("", ["--for-machine", "pc", "--for-root", "@root.ext4"]),
    "forbtrfs": ("", ["--for-machine", "q35", "--for-root", "@root.btrfs"]),
    "unsigned": ("", ["--for-machine", "pc", "--for-root", "@root.ext4", "--unsigned-modules"]),
    "modprobe": ("init\napplets /bin/busybox sh modprobe cat grep\nprogram /sbin/modprobe /opt/modprobe\n"
                 "driver btrfs\ndriver brd\ndriver overlay\nmodule-index\n"
                 "run /bin/sh -c \"modprobe fs-btrfs; modprobe brd rd_nr=3; /opt/modprobe overlay; "
                 "grep -E 'btrfs|overlay' /proc/filesystems; echo /dev/ram*; exit 5\"\n", ["--no-init"]),
    "drivers": ("", drivers("virtio_pci", "virtio_blk", "virtio_scsi", "sd_mod", "ata_piix", "virtio_net", "xfs", "brd")),
    "overlay": ("", VIRTIO + ["--module", "overlay", "--module", "squashfs"]),
    "fsck": ("init\nprogram /sbin/e2fsck /sbin/fsck.ext4\n", VIRTIO),
    "hibernate": ("init\napplets /bin/busybox sh swapon\n"
                  "run /bin/sh -c \"swapon /dev/vdb && echo shutdown >/sys/power/disk && "
                  "echo disk >/sys/power/state && echo GOES-ON; exit 7\"\n", VIRTIO),
    "shell": ("init\napplets /bin/busybox sh ls stty\nfile /rc @rc.sh 0644 0 0\n", VIRTIO),
    "links": ("init\napplets /bin/busybox sh ls stty\nrun /bin/sh -c \"ls -l /dev/disk/*/; stty onlcr; exit 3\"\n", VIRTIO),
    "fsck-links": ("init\napplets /bin/busybox sh ls stty\nfile /sbin/fsck.ext4 @fsck.sh 0755 0 0\n", VIRTIO),
    "follow": ("init\napplets /bin/busybox sh ls sleep stty\nfile /look @follow.sh 0755 0 0\nrun /look\n",
               drivers("virtio_pci", "virtio_blk", "virtio_net")),
    "hang": ("init\napplets /bin/busybox sh cut sleep stty\nfile /look @hang.sh 0755 0 0\nrun /look\n",
             drivers("virtio_pci", "virtio_blk", "virtio_net")),
    "hanglist": ("", [*VIRTIO, "--module", "nvme"]),
    "hangtable": ("", drivers("virtio_pci", "virtio_blk", "nvme")),
    "no-blk": ("", drivers("virtio_pci", "sd_mod")),
    "loop": ("", VIRTIO + ["--module", "overlay", "--module", "squashfs", "--module", "loop"]),
    **{f"getent{suffix}": (f"init\nprogram getent{word}\nfile /etc/nsswitch.conf @nss.sh 0644 0 0\n"
                           "file /etc/passwd @user.sh 0644 0 0\nrun getent passwd guest\n", [])
       for suffix, word in (("", " nss"), ("less", ""))},
    "plain": ("init\n", []),
    "unexec": ("init\nfile /data @hello 0644 0 0\nrun /data\n", []),
}


def run(row, files):
    """Result of `rdinit run`, carriage returns of a console taken out."""
    words = [files.expand(word) for word in row.words]
    # Whatever it needs is in its image, but for the rows about a root of this machine's files.
    if "--" in words and "--root" not in words:
        words.insert(0, "--isolated")
    done = subprocess.run([RDINIT, "run", "--timeout", row.timeout, *words], input=row.stdin,
                          capture_output=True, timeout=HOST_TIMEOUT)
    console = any(".img" in word for word in row.words)
    out = done.stdout.replace(b"\r", b"") if console else done.stdout
    return Result(done.returncode, out, done.stderr)


def many(patterns):
    return (patterns,) if isinstance(patterns, str) else patterns


# A kernel prints whenever it likes, on a serial line in the midst of what a program writes, too.
CUTS_IN = re.compile(r"(?<=[^\n])\[ *\d+\.\d{6}\] [^\n]*\n")


def fits(text, wanted):
    if isinstance(wanted, bytes):
        return text == wanted
    text = text.decode(errors="replace")
    whole = CUTS_IN.sub("", text)
    return all(re.search(pattern, text, re.M | re.S) or re.search(pattern, whole, re.M | re.S)
               for pattern in many(wanted or ()))


def check(row, result):
    """Raises AssertionError where the result is not what the row says."""
    out, err = (text[-SHOWN:].decode(errors="replace") for text in (result.out, result.err))
    shown = f"{row.name}\nstatus {result.status}\n--- stdout\n{out}\n--- stderr\n{err}"
    both = result.out + b"\n" + result.err
    assert result.status == row.status, f"expected status {row.status}: {shown}"
    assert fits(result.out, row.out), f"expected stdout {row.out!r}: {shown}"
    assert fits(result.err, row.err), f"expected stderr {row.err!r}: {shown}"
    assert fits(both, row.both or ()), f"expected {row.both!r}: {shown}"
    for pattern in many(row.absent):
        assert not fits(both, pattern), f"unexpected {pattern!r}: {shown}"
