#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""bench_scale.py - what each command does with 1, 10, 100 and 1000 thousand entries of every shape.

usage: bench_scale.py BUILD [COMMAND...]
SIZES="1 10" measures other thousands, SHAPES="flat names" other shapes.
Printed are entries a second of processor time, best of three, and for each tenfold step how much it takes beyond
n log n: 1.00 is exactly that, and a second loop over all entries would be 7. The start of the program is taken off.
What extract takes is the time of its own instructions: the files are the kernel's to make.
Above LIMIT the exit status is 1, but where a step takes less than SHORT seconds, which is noise."""
import gzip
import math
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

SIZES = [int(size) * 1000 for size in os.environ.get("SIZES", "1 10 100 1000").split()]
LIMIT = 1.3
SHORT = 0.1     # seconds
ROUNDS = 3
PART = 10       # entries of a segment


def entry(name, mode=0o100644, data=b"", ino=0, nlink=1):
    head = b"070701" + b"".join(b"%08x" % field for field in (
        ino, mode, 0, 0, nlink, 0, len(data), 0, 0, 0, 0, len(name) + 1, 0)) + name + b"\0"
    return head + bytes(-len(head) % 4) + data + bytes(-len(data) % 4)


TRAILER = entry(b"TRAILER!!!", 0)
FOLDER = entry(b"d", 0o40755)


def flat(count):
    """All in one folder."""
    yield FOLDER
    for i in range(count):
        yield entry(b"d/%d" % i, data=b"x")


def names(count):
    """Names of one file."""
    yield FOLDER
    for i in range(count):
        yield entry(b"d/%d" % i, data=b"" if i else b"x", ino=1, nlink=count)


def pairs(count):
    """Files with two names each, far from one another."""
    yield FOLDER
    for i in range(count):
        yield entry(b"d/%d" % i, data=b"x" if i < count // 2 else b"", ino=i % (count // 2) + 1, nlink=2)


def deep(count):
    """Folders within folders, fifty deep, each with a file."""
    for chain in range(count // 100):
        path = b"%d" % chain
        for depth in range(50):
            yield entry(path, 0o40755)
            yield entry(path + b"/f", data=b"x")
            path += b"/%d" % depth


def links(count):
    """Symlinks to folders, and files through them."""
    yield FOLDER
    for i in range(count // 2):
        yield entry(b"l%d" % i, 0o120777, b"d")
        yield entry(b"l%d/%d" % (i, i), data=b"x")


def scripts(count):
    """All need one program, which stands last."""
    yield FOLDER
    for i in range(count):
        yield entry(b"d/%d" % i, 0o100755, b"#!/sh\n")
    yield entry(b"sh", 0o100755, b"x")


def same(count):
    """A few names again and again, of changing kinds."""
    for i in range(count):
        kind = [(0o40755, b""), (0o100644, b"x"), (0o120777, b"x"), (0o10644, b"")][i // 7 % 4]
        yield entry(b"n%d" % (i % 7), *kind)


def segments(count):
    """Segments of a few entries, compressed and not in turns."""
    for start in range(0, count, 2 * PART):
        yield b"".join(entry(b"%d" % i, data=b"x") for i in range(start, start + PART)) + TRAILER
        packed = b"".join(entry(b"%d" % i, data=b"x") for i in range(start + PART, start + 2 * PART)) + TRAILER
        packed = gzip.compress(packed, 1, mtime=0)
        yield packed + bytes(-len(packed) % 4)


SHAPES = {shape.__name__: shape for shape in (flat, names, pairs, deep, links, scripts, same, segments)}


def commands(tool, image, out):
    """Name and words of each."""
    base = [tool]
    return {
        "list": base + ["list", image],
        "list --long": base + ["list", "--long", image],
        "list --json": base + ["list", "--json", image],
        "list --treemap": base + ["list", "--treemap", out / "map.svg", image],
        "cat": base + ["cat", image, "/last"],
        "diff": base + ["diff", image, image],
        "explain": base + ["explain", image, "/last"],
        "check": base + ["check", image],
        "plan": base + ["plan", image],
        "extract": base + ["extract", image, out / "x"],
        "pack RECIPE": base + ["pack", "--no-init", "--compress", "none", "-o", out / "y.img", out / "recipe"],
        "pack image": base + ["pack", "--no-init", "--compress", "none", "-o", out / "y.img", "--image", image],
    }


def once(command, system=True):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + (after.ru_stime - before.ru_stime if system else 0)


def measure(name, command, out):
    best = math.inf
    for _ in range(ROUNDS):
        shutil.rmtree(out / "x", ignore_errors=True)
        best = min(best, once(command, system=name != "extract"))
        if best > 10:
            break
    return best


def make(shape, count, work):
    image = work / "image"
    with open(image, "wb") as out:
        for part in SHAPES[shape](count):
            out.write(part)
        out.write(entry(b"last", data=b"x") + TRAILER)
    return image


def main():
    build, wanted = Path(sys.argv[1]).resolve(), sys.argv[2:]
    shapes = os.environ.get("SHAPES", " ".join(SHAPES)).split()
    bad = 0
    print(f"{'':26}" + "".join(f"{size:>12,}" + (" beyond" if i else "") for i, size in enumerate(SIZES)))
    with tempfile.TemporaryDirectory(dir="/dev/shm" if os.path.isdir("/dev/shm") else None) as work:
        work = Path(work)
        tool = build / "rdinit"
        idle = min(once([tool, "list", "--help"]) for _ in range(5))
        rows = {}
        for shape in shapes:
            for size in SIZES:
                image = make(shape, size, work)
                with open(work / "recipe", "wb") as recipe:
                    subprocess.run([tool, "list", image], stdout=recipe, stderr=subprocess.DEVNULL)
                for name, command in commands(tool, image, work).items():
                    if wanted and name not in wanted:
                        continue
                    rows.setdefault((shape, name), []).append(max(measure(name, command, work) - idle, 1e-6))
            for (of, name), seconds in rows.items():
                if of == shape:
                    bad += print_row(shape, name, seconds)
    return 1 if bad else 0


def print_row(shape, name, seconds):
    row, bad = f"{shape + ': ' + name:26}", 0
    for i, taken in enumerate(seconds):
        row += f"{SIZES[i] / taken:12,.0f}"
        if not i:
            continue
        grown = SIZES[i] * math.log(SIZES[i]) / (SIZES[i - 1] * math.log(SIZES[i - 1]))
        beyond = taken / seconds[i - 1] / grown
        is_bad = beyond > LIMIT and taken > SHORT
        bad += is_bad
        row += f"{beyond:6.2f}{'!' if is_bad else ' '}"
    print(row, flush=True)
    return bad


if __name__ == "__main__":
    sys.exit(main())
