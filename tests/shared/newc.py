# SPDX-License-Identifier: MIT
"""newc.py - cpio archives of the kernel's form: a strict reader, and what writes any header."""
import os
import re


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
        assert name.endswith(b"\0")
        name = name.rstrip(b"\0") + b"\0"      # several NULs move the bytes behind them
        assert b"\0" not in name[:-1]
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


def recipe_words(line):
    """The words of a line of a recipe, as bytes of the file system: quoted where they hold blanks or other letters."""
    found = re.findall(rb'"((?:[^"\\]|\\.)*)"|(\S+)', os.fsencode(line))
    return [os.fsdecode(re.sub(rb"\\(x..|.)", unescape, quoted)) if quoted else os.fsdecode(plain) for quoted, plain in found]


def unescape(match):
    text = match[1]
    return bytes([int(text[1:], 16)]) if text[:1] == b"x" else {b"n": b"\n", b"t": b"\t", b"r": b"\r"}.get(text, text)


TRAILER = entry(b"TRAILER!!!", 0)
