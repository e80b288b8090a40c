# SPDX-License-Identifier: MIT
"""programs.py - made-up programs, and images as roots in which they start."""
import os
import shutil
import stat
import subprocess


def unpack(entries, root):
    """The image as a directory."""
    for name, entry in sorted(entries.items()):
        path = root / os.fsdecode(name).lstrip("/")
        if stat.S_ISDIR(entry.mode):
            path.mkdir(parents=True, exist_ok=True)
        elif stat.S_ISLNK(entry.mode):
            path.symlink_to(os.fsdecode(entry.data))
        elif stat.S_ISREG(entry.mode):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(entry.data)
            path.chmod(entry.mode & 0o777)
    return root


def chroot(root, *command):
    (root / "proc").mkdir(exist_ok=True)
    # ld.so takes a program's $ORIGIN from /proc/self/exe.
    script = 'mount --rbind /proc "$0/proc" && exec chroot "$0" "$@"'
    return subprocess.run(["unshare", "-rm", "sh", "-c", script, str(root), *map(str, command)],
                          capture_output=True, text=True, timeout=60, env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"})


def in_image(tool, recipe, *command, options=()):
    """Runs a command with the image as its root: the dynamic loader itself is the judge."""
    root = tool.path / "root"
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir()
    return chroot(unpack(tool.pack(recipe, *options), root), *command)


def build(tool, name, source, *flags, compiler="gcc"):
    """A program or library compiled in the test's own directory."""
    path = tool.path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run([compiler, "-x", "c", "-", "-x", "none", "-o", str(path), *map(str, flags)],
                   input=source, text=True, check=True, cwd=tool.path)
    return path


LIBRARY = "int answer(void) { return 42; }\n"
USER = "int answer(void); int main(void) { return answer(); }\n"
