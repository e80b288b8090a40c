# SPDX-License-Identifier: MIT
"""modtree.py - made-up kernels: a lib/modules/RELEASE of modules that say what a test wants."""
import subprocess

RELEASE = "9.9.9-test"


class ModTree:
    """The modules of a kernel RELEASE below a folder, indexed by the true depmod."""

    def __init__(self, folder):
        self.root = folder
        self.dir = folder / "lib/modules" / RELEASE
        self.dir.mkdir(parents=True)
        self.base = folder / "base.o"
        subprocess.run(["gcc", "-xc", "-c", "-o", self.base, "-"], input=b"int x;", check=True)
        # Nothing is left for the tool to strip, so that a module is packed as it is.
        subprocess.run(["strip", "--strip-unneeded", "-R", ".comment", "-R", ".note*", self.base], check=True)
        (self.dir / "modules.order").write_text("")
        (self.dir / "modules.builtin").write_text("")

    def module(self, name, *texts, folder="kernel/drivers", path=None):
        """One module whose modinfo is `texts`, "KEY=VALUE" each."""
        path = path or self.dir / folder / f"{name}.ko"
        path.parent.mkdir(parents=True, exist_ok=True)
        info = self.root / "modinfo"
        own = name.replace("-", "_")
        info.write_bytes(b"".join(t.encode() + b"\0" for t in (f"name={own}", "license=MIT", *texts)))
        subprocess.run(["objcopy", "--add-section", f".modinfo={info}", "--set-section-flags",
                        ".modinfo=alloc,readonly,data", self.base, path], check=True)
        return path

    def builtin(self, *paths):
        (self.dir / "modules.builtin").write_text("".join(f"kernel/{p}.ko\n" for p in paths))

    def index(self):
        subprocess.run(["/sbin/depmod", "-b", self.root, RELEASE], check=True)
        return ["--modules", str(self.dir)]


def sign(path, message=b"PKCS#7 would stand here"):
    """Appends a signature as the kernel's sign-file does."""
    head = bytes([0, 0, 2, 0, 0, 0, 0, 0]) + len(message).to_bytes(4, "big")
    path.write_bytes(path.read_bytes() + message + head + b"~Module signature appended~\n")


def modules_of(entries):
    """[(module's file, options)] of /etc/rdinit/modules."""
    rows = entries[b"etc/rdinit/modules"].data.decode().splitlines()
    return [(row.split("/")[-1].split(" ")[0], row.partition(" ")[2]) for row in rows]


def drivers_of(entries):
    """([(file, [what it needs], options)], {pattern: [files]}) of /etc/rdinit/drivers, read as
    /init is to read it, with all that the format promises."""
    text = entries[b"etc/rdinit/drivers"].data.decode()
    above, below = text.split("\n\n")
    rows = []
    for number, line in enumerate(above.split("\n")):
        path, needs, *options = line.split(" ", 2)
        assert path.encode().lstrip(b"/") in entries, path
        numbers = [] if needs == "-" else [int(n) for n in needs.split(",")]
        assert numbers == sorted(set(numbers)) and all(n < number for n in numbers), line
        rows.append((path.split("/")[-1], [rows[n][0] for n in numbers], *(options or [""])))
    lines = below.splitlines()
    patterns = {}
    for line in lines:
        pattern, numbers = line.split(" ")
        assert pattern not in patterns
        patterns[pattern] = [rows[int(n)][0] for n in numbers.split(",")]
    assert list(patterns) == sorted(patterns, key=str.encode) and below.endswith("\n" if lines else "")
    return rows, patterns
