# SPDX-License-Identifier: MIT
"""systems.py - whole Debian systems as folders and as disks, and what a user at their console does."""
import os
import re
import stat
import subprocess
import sys

from pexpect import EOF
from pexpect.popen_spawn import PopenSpawn

import roots

RDINIT = roots.RDINIT
PATIENCE = 240  # seconds for a boot, a login and powering off, without KVM and on a busy host


def make(folder, packages, prepare):
    """A root that mmdebstrap makes from the host's own package sources; root logs in without a password."""
    root = folder / "root"
    mode = "root" if os.geteuid() == 0 else "unshare"
    subprocess.run(["mmdebstrap", f"--mode={mode}", "--quiet", "--variant=minbase", f"--include={packages}",
                    "--skip=cleanup/apt", "--dpkgopt=path-exclude=/usr/share/{doc,info,man,locale}/*",
                    "bookworm", root], check=True, stdin=subprocess.DEVNULL)
    (root / "etc/hostname").write_text("guest\n")
    shadow = root / "etc/shadow"
    shadow.write_text(re.sub(r"^root:[^:]*:", "root::", shadow.read_text(), flags=re.M))
    prepare(root)
    return root


def proto(root):
    """The tree in the language of mkfs.xfs -p, which has no names with blanks."""
    lines = ["/", "0 0"]

    def add(path, name):
        info = path.lstat()
        mode = ("u" if info.st_mode & stat.S_ISUID else "-") + ("g" if info.st_mode & stat.S_ISGID else "-")
        tail = f"{mode}{info.st_mode & 0o777:03o} {info.st_uid} {info.st_gid}"
        if stat.S_ISLNK(info.st_mode):
            lines.append(f"{name} l{tail} {os.readlink(path)}")
        elif stat.S_ISDIR(info.st_mode):
            lines.append(f"{name} d{tail}".lstrip())
            for child in sorted(path.iterdir()):
                if not re.search(r"\s", child.name):
                    add(child, child.name)
            lines.append("$")
        elif stat.S_ISREG(info.st_mode):
            lines.append(f"{name} -{tail} {path}")

    add(root, "")
    return "\n".join(lines) + "\n"


def xfs(root, disk):
    text = disk.with_suffix(".proto")
    text.write_text(proto(root))
    roots.run("mkfs.xfs", "-q", "-m", f"uuid={roots.U}", "-L", "ROOT", "-p", text, disk)


def btrfs(root, disk):
    roots.run("mkfs.btrfs", "-q", "-U", roots.U, "-L", "ROOT", "--rootdir", root, disk)
    roots.in_guest("btrfs subvolume snapshot /m /m/@", disk, more=roots.BTRFS)


def ext4(root, disk):
    roots.run("mke2fs", "-q", "-F", "-t", "ext4", "-U", roots.U, "-L", "ROOT", "-d", root, disk)


def squashfs(root, disk):
    disk.unlink()
    roots.run("mksquashfs", root, disk, "-noappend", "-quiet", "-no-progress", "-comp", "zstd", "-Xcompression-level", "1")


def disk_of(root, make_it):
    """The tree as a file system, made once."""
    disk = root.with_name(make_it.__name__)
    if not disk.exists():
        roots.run("truncate", "-s", "1G", disk)
        make_it(root, disk)
    return disk


class Console:
    """What a command says, and what is typed at it; it is killed at the end of its `with`."""

    def __init__(self, *command):
        self.child = PopenSpawn([str(word) for word in command], timeout=PATIENCE, encoding="utf-8",
                                codec_errors="replace", logfile=sys.stderr)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.child.proc.kill()
        self.child.proc.wait()

    def log_in(self):
        self.child.expect("guest login: ")
        self.child.sendline("root")
        self.child.expect(r"# (\x1b\S*)?$")

    def ask(self, command):
        """What the command prints; typed so that its echo is not taken for the answer."""
        self.child.sendline(f"echo B''EGIN; {command}; echo E''ND")
        self.child.expect(r"BEGIN\s+(.*?)\s*END")
        return self.child.match.group(1).replace("\r", "")

    def power_off(self):
        """The exit status of the command, once the machine is off."""
        self.child.sendline("poweroff")
        self.child.expect(EOF)
        return self.child.wait()


def on_disk(disk, words, image, *options):
    return Console(RDINIT, "run", "--memory", "768", "--timeout", PATIENCE, *options, "--disk",
                   f"{disk},virtio,snapshot", "--append", words, image)


def root_of(console):
    """Its device, file system and options."""
    return console.ask("grep ' / ' /proc/mounts").split(" ", 3)
