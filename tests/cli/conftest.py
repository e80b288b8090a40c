"""conftest.py - what the tests of the host tool share: the tool, and a strict reader of newc."""
import gzip
import os
import pathlib
import subprocess

import pytest

PROJECT = pathlib.Path(__file__).resolve().parents[2]
RDINIT = os.environ.get("RDINIT", str(PROJECT / "build" / "rdinit"))


class Entry:
    """One entry of an archive, in the words of the format."""

    FIELDS = ("ino mode uid gid nlink mtime size dev_major dev_minor rdev_major rdev_minor "
              "namesize check").split()

    def __init__(self, header):
        for i, field in enumerate(self.FIELDS):
            setattr(self, field, int(header[6 + 8 * i:14 + 8 * i], 16))


def read_newc(data):
    """Entries up to the trailer, by name; written from the kernel's document, not from the tool."""
    entries, at = {}, 0
    while True:
        header = data[at:at + 110]
        assert header[:6] == b"070701" and at % 4 == 0, f"no entry at {at}"
        entry = Entry(header)
        start = at + 110
        name = data[start:start + entry.namesize]
        assert name.endswith(b"\0") and b"\0" not in name[:-1]
        start = (start + entry.namesize + 3) & ~3
        entry.data = data[start:start + entry.size]
        assert len(entry.data) == entry.size
        at = (start + entry.size + 3) & ~3
        if name == b"TRAILER!!!\0":
            assert data[at:].strip(b"\0") == b""
            return entries
        assert name[:-1] not in entries, f"{name} twice"
        entries[name[:-1]] = entry


def header(name, mode, size=0, ino=1, nlink=1, magic=b"070701", check=0, namesize=None):
    fields = [ino, mode, 0, 0, nlink, 0, size, 0, 0, 0, 0,
              len(name) + 1 if namesize is None else namesize, check]
    return magic + b"".join(b"%08x" % field for field in fields)


def pad(data):
    return data + b"\0" * (-len(data) % 4)


def entry(name, mode=0o100644, data=b"", **fields):
    fields.setdefault("size", len(data))
    return pad(pad(header(name, mode, **fields) + name + b"\0") + data)


TRAILER = entry(b"TRAILER!!!", 0)


class Tool:
    """Runs rdinit in a directory of its own."""

    def __init__(self, path):
        self.path = path
        self.env = {k: v for k, v in os.environ.items() if k != "SOURCE_DATE_EPOCH"}
        self.env["XDG_CACHE_HOME"] = f"{path}.cache"

    def run(self, *args, stdin=b"", check=True, **kwargs):
        done = subprocess.run([RDINIT, *args], input=stdin, cwd=self.path, capture_output=True,
                              env={**self.env, **kwargs.pop("env", {})}, timeout=60, **kwargs)
        if check:
            assert done.returncode == 0, done.stderr.decode(errors="replace")
        return done

    def fail(self, *args, status=1, says="", **kwargs):
        """A command that must fail, with `says` in its one report, and without a crash."""
        done = self.run(*args, check=False, **kwargs)
        text = done.stderr.decode(errors="replace")
        assert done.returncode == status, (done.returncode, text)
        assert says in text, text
        assert all(line.startswith("rdinit: ") for line in text.splitlines()), text
        return text

    def write(self, name, text):
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def pack(self, recipe, *args, **kwargs):
        """The entries of the image that this recipe makes."""
        if isinstance(recipe, str):
            recipe = recipe.encode()
        done = self.run("pack", "--compress", "none", "-o", "-", *args, "-", stdin=recipe, **kwargs)
        return read_newc(done.stdout)

    def image(self, name="rdinit.img"):
        data = (self.path / name).read_bytes()
        if data[:4] == b"\x28\xb5\x2f\xfd":
            data = subprocess.run(["zstd", "-dc"], input=data, stdout=subprocess.PIPE, check=True).stdout
        return read_newc(gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data)

    def names(self):
        return sorted(os.listdir(self.path))


@pytest.fixture
def tool(tmp_path):
    assert os.access(RDINIT, os.X_OK), f"{RDINIT} is not built"
    return Tool(tmp_path)
