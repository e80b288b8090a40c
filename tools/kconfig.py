#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""kconfig.py - merges kernel configuration fragments onto a base, and checks what became of them.

usage: kconfig.py [--source TREE] [--base BASE] [--work DIR] [--output FILE] PROFILE|FRAGMENT...
TREE is a kernel's source (the first build/kernel/source-*). BASE is tiny (all that is not asked
for is off), defconfig (the architecture's own), or a file: a whole .config. FILE receives the
result.

The kernel's own merge_config.sh returns 0 when a symbol is dropped. This names, with file and
line, every symbol that is DROPPED (the result has another value), CLASHING (two fragments ask for
two values) or UNKNOWN (no Kconfig file of the tree has it), and then exits 1. What may be missing
in which version stands in kconfig-fragments/absent. How fragments and profiles are written stands
in kconfig-fragments/README.md."""
import argparse
import shlex
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from kconfig_text import (FRAGMENTS, ROOT, Ask, KconfigError, Profile, excused, find_profile,  # noqa: E402
                          names, nearest, parse_value, profiles, read_absent, read_fragment, read_profile, shown)
from kconfig_tree import WITHOUT, WORK, Tree, clean_environment, sources  # noqa: E402

# What tools/kernel.py and the tests call by way of this module.
__all__ = ["ROOT", "WITHOUT", "Ask", "KconfigError", "Profile", "Tree", "clashes", "clean_environment", "configure", "excused",
           "find_profile", "names", "parse_value", "profiles", "read_absent", "read_fragment", "read_profile", "shown", "sources"]


def merge(tree, arch, base, asks):
    """Merges as merge_config.sh does: a later line replaces an earlier one. The text of the .config."""
    how, lines = tree.base(arch, base)
    wanted = {}
    for line in lines.splitlines():
        if value := parse_value(line.strip()):
            wanted[value[0]] = Ask(*value, "base")
    for ask in asks:
        wanted.pop(ask.symbol, None)
        wanted[ask.symbol] = ask
    return tree.conf(arch, how, "".join(ask.line() + "\n" for ask in wanted.values()))


def clashes(asks):
    """A problem for every symbol that two fragments ask for with two values."""
    first, problems = {}, []
    for ask in asks:
        before = first.setdefault(ask.symbol, ask)
        if before.value != ask.value:
            problems.append(f"{ask.where}: CLASH: {ask} here, {before} at {before.where}")
    return problems


def check(tree, arch, base, asks, result, absent):
    """The problems, one text each; none where every symbol has what was asked for."""
    problems, known = clashes(asks), tree.symbols(arch)
    excuses = {row[0] for row in absent if excused(row, tree, arch, base)}
    asked_by = {}
    for ask in asks:
        asked_by.setdefault((ask.symbol, ask.value), []).append(ask)
    for (symbol, value), same in asked_by.items():
        got = result.get(symbol, "n")
        others = f" (also asked at {', '.join(ask.where for ask in same[1:])})" if same[1:] else ""
        if symbol in excuses or (symbol in known or value == "n") and (got == value or (value, got) == ("m", "y")):
            continue
        if symbol not in known:
            problems.append(f"{same[0].where}: UNKNOWN: {symbol}: no Kconfig of {tree.version} for {arch} has "
                            f"it{nearest(symbol, known)}{others}")
            continue
        where, needs = known[symbol]
        why = f"depends on {' and '.join(needs)}" if needs else "is defined"
        problems.append(f"{same[0].where}: DROPPED: {same[0]}: the result has {got}; {where} {why}{others}")
    return problems


def configure(tree, profile, base, output, folder=FRAGMENTS):
    """Merges a Profile into the file `output`, and checks it: the list of problems. KconfigError for bad input."""
    asks = [ask for name in profile.fragments for ask in read_fragment(folder / f"{name}.config")]
    asks += profile.more
    text = merge(tree, profile.arch, base, asks)
    output.write_text(text)
    result = dict(filter(None, map(parse_value, text.splitlines())))
    return check(tree, profile.arch, base, asks, result, read_absent(folder / "absent"))


def main(words):
    options = argparse.ArgumentParser(usage=__doc__.split("usage: ")[1].splitlines()[0])
    options.add_argument("--source")
    options.add_argument("--base", default="tiny")
    options.add_argument("--work", type=Path, default=WORK)
    options.add_argument("--output", type=Path)
    options.add_argument("what", nargs="+")
    options = options.parse_args(words)
    try:
        if not (source := options.source or next(map(str, sources()), None)):
            raise KconfigError("no kernel source: name one with --source, or run make kernel")
        tree, profile = Tree(source, options.work), find_profile(options.what)
        with tempfile.TemporaryDirectory() as scratch:
            output = options.output.absolute() if options.output else Path(scratch) / "config"
            problems = configure(tree, profile, options.base, output)
    except KconfigError as error:
        problems = [str(error)]
    for problem in problems:
        print(f"kconfig: {problem}", file=sys.stderr)
    if not problems:
        print(f"{shlex.join(options.what)} on {options.base} of {tree.version}: as asked")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
