#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""spdx.py - every source says its license in its first two lines.

usage: spdx.py [--write] DIRECTORY
Prints each source without the line and exits 1; with --write, adds the line instead."""
import sys
from pathlib import Path

TAG = "SPDX-License-Identifier: MIT"
FORMS = {".c": f"// {TAG}\n", ".h": f"/* {TAG} */\n", ".py": f"# {TAG}\n", ".sh": f"# {TAG}\n"}
DIRECTORIES = ("init", "tools", "tests")


def sources(top):
    for directory in DIRECTORIES:
        for path in sorted((top / directory).rglob("*")):
            if path.suffix in FORMS and path.is_file() and "corpus" not in path.parts:
                yield path
    yield from sorted((top / "tools/hooks").glob("*"))


def form_of(path):
    return FORMS.get(path.suffix, FORMS[".sh"])


def has_line(path):
    return form_of(path) in path.read_text().splitlines(keepends=True)[:2]


def add_line(path):
    lines = path.read_text().splitlines(keepends=True)
    lines.insert(1 if lines and lines[0].startswith("#!") else 0, form_of(path))
    path.write_text("".join(lines))


def main():
    write = sys.argv[1:2] == ["--write"]
    bare = [path for path in sources(Path(sys.argv[-1])) if not has_line(path)]
    for path in bare:
        if write:
            add_line(path)
        else:
            print(f"spdx: {path}: no line \"{TAG}\": `make format` adds it", file=sys.stderr)
    return 1 if bare and not write else 0


if __name__ == "__main__":
    sys.exit(main())
