#!/usr/bin/python3
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
import difflib
import fcntl
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FRAGMENTS = ROOT / "kconfig-fragments"
WORK = ROOT / "build/kernel/kconfig"
# Left out, so that a configuration is the same on a host that happens to have them.
WITHOUT = ["RUSTC=no-rustc", "BINDGEN=no-bindgen", "PAHOLE=no-pahole"]
# A Kconfig file that tells the environment which the kernel's Makefile gives to conf.
ASK_ENVIRONMENT = "told := $(shell,env -0 > $(KCONFIG_TOLD))\nconfig TOLD\n\tdef_bool y\n"
SET = re.compile(r'CONFIG_(\w+)=(y|m|-?\d+|0x[0-9a-fA-F]+|"(?:[^"\\]|\\.)*")$')
UNSET = re.compile(r"# CONFIG_(\w+) is not set$")
DEFINITION = re.compile(r"\s*(?:menu)?config\s+(\w+)\s*$")
CONDITION = re.compile(r"(?:(<|>=)(\d+(?:\.\d+)*)|base=(\S+)|arch=(\w+))$")


class KconfigError(Exception):
    """What is wrong with the input, as `where: what: why`, ready to be printed."""


@dataclass(frozen=True)
class Ask:
    """One line of a fragment: this symbol with this value ("n" for off)."""
    symbol: str
    value: str
    where: str

    def __str__(self):
        return f"{self.symbol}={self.value}"

    def line(self):
        """As a .config has it."""
        return f"# CONFIG_{self.symbol} is not set" if self.value == "n" else f"CONFIG_{self.symbol}={self.value}"


@dataclass
class Profile:
    """A list of fragments, the architecture that they are for, and words for the compiler."""
    name: str
    fragments: list = field(default_factory=list)
    arch: str = "x86_64"
    cflags: list = field(default_factory=list)


def shown(path):
    """A path as a message shows it: below the project, without the way there."""
    path = Path(path)
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)


def parse_value(text):
    """(symbol, value) of a line of a .config, or None where it is a comment or neither."""
    found = SET.match(text)
    if found:
        return found.groups()
    found = UNSET.match(text)
    return (found.group(1), "n") if found else None


def read_fragment(path):
    """The Asks of a fragment, in its order. KconfigError for a line that is neither a symbol nor a
    comment, for a symbol that stands there twice, and for a file that cannot be read."""
    asks = {}
    for number, line in enumerate(read_text(path).splitlines(), 1):
        where = f"{shown(path)}:{number}"
        if not (value := parse_value(line)):
            if line and not line.startswith("#") or line.startswith("# CONFIG_"):
                raise KconfigError(f"{where}: not understood: {line!r} (expected CONFIG_X=value, "
                                   "`# CONFIG_X is not set`, or a comment of its own line)")
            continue
        if value[0] in asks:
            raise KconfigError(f"{where}: {value[0]} is there twice: see {asks[value[0]].where}")
        asks[value[0]] = Ask(*value, where)
    return list(asks.values())


def read_text(path):
    try:
        return Path(path).read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise KconfigError(f"{shown(path)}: {getattr(error, 'strerror', None) or 'not a text'}") from None


def names(folder=FRAGMENTS):
    """The names of all fragments."""
    return sorted(path.stem for path in folder.glob("*.config"))


def profiles(folder=FRAGMENTS):
    """The names of all profiles."""
    return sorted(path.name for path in (folder / "profiles").glob("*") if path.is_file())


def nearest(name, known):
    """Text for the end of a message: the known name that looks most like this one."""
    found = difflib.get_close_matches(name, known, n=1, cutoff=0.7)
    return f"; the nearest is {found[0]}" if found else ""


def read_profile(name, folder=FRAGMENTS):
    """A Profile. KconfigError for an unknown profile, word or fragment, and one listed twice."""
    if name not in profiles(folder):
        raise KconfigError(f"{name}: no such profile: there are {' '.join(profiles(folder))}")
    profile, path = Profile(name), folder / "profiles" / name
    for number, line in enumerate(read_text(path).splitlines(), 1):
        words, where = line.split("#")[0].split(), f"{shown(path)}:{number}"
        if len(words) == 2 and words[0] == "arch":
            profile.arch = words[1]
        elif len(words) > 1 and words[0] == "cflags":
            profile.cflags += words[1:]
        elif len(words) > 1:
            raise KconfigError(f"{where}: not understood: {line!r} (expected a fragment, `arch NAME`, "
                               "or `cflags WORD...`)")
        elif words and words[0] in profile.fragments:
            raise KconfigError(f"{where}: {words[0]} is there twice")
        elif words and words[0] not in names(folder):
            raise KconfigError(f"{where}: no such fragment: {words[0]}{nearest(words[0], names(folder))}")
        profile.fragments += words if len(words) == 1 else []
    return profile


def find_profile(words, folder=FRAGMENTS):
    """What the words of a command line ask for: one profile, or fragments in their order."""
    if len(words) == 1 and words[0] in profiles(folder):
        return read_profile(words[0], folder)
    for word in words:
        if word not in names(folder):
            raise KconfigError(f"{word}: no such fragment: "
                               f"kconfig-fragments/ has none of that name{nearest(word, names(folder))}")
    return Profile("+".join(words), list(words), "um" if "um" in words else "x86_64")


class Tree:
    """A kernel's source, with its symbols and its own conf program."""

    def __init__(self, path, work=WORK):
        """KconfigError where the folder is no kernel source."""
        self.path = Path(path).resolve()
        for needed in ("Makefile", "Kconfig", "scripts/kconfig/conf.c", "kernel/configs/tiny.config"):
            if not (self.path / needed).is_file():
                raise KconfigError(f"{path}: not a kernel source: it has no {needed}")
        text = read_text(self.path / "Makefile")
        numbers = [re.search(rf"^{word} = (\d+)$", text, re.M) for word in ("VERSION", "PATCHLEVEL", "SUBLEVEL")]
        if not all(numbers):
            raise KconfigError(f"{path}/Makefile: not a kernel source: no VERSION, PATCHLEVEL and SUBLEVEL")
        self.numbers = tuple(int(number.group(1)) for number in numbers)
        self.version = ".".join(map(str, self.numbers))
        self.work = Path(work)
        self._symbols = {}

    def symbols(self, arch):
        """{symbol: (where it is defined, what it says it depends on)}, of all of the tree but of
        other architectures."""
        source_arch = {"x86_64": "x86", "i386": "x86"}.get(arch, arch)
        if source_arch not in self._symbols:
            mine = {source_arch, "x86" if source_arch == "um" else source_arch, "Kconfig"}
            found = {}
            for path in sorted(self.path.rglob("Kconfig*")):
                parts = path.relative_to(self.path).parts
                if path.is_file() and not (parts[0] == "arch" and parts[1] not in mine):
                    index_kconfig(path, "/".join(parts), found)
            self._symbols[source_arch] = found
        return self._symbols[source_arch]

    def environment(self, arch):
        """(folder with scripts/kconfig/conf, environment): built by the kernel's own make, once."""
        folder = self.work / f"{self.version}-{arch}"
        folder.mkdir(parents=True, exist_ok=True)
        compiler = subprocess.run(["gcc", "--version"], capture_output=True, text=True).stdout.splitlines()[:1]
        stamp = [str(self.path), compiler, WITHOUT]
        with open(folder / "lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            told = folder / "environment.json"
            if not told.exists() or json.loads(told.read_text())[0] != stamp:
                told.write_text(json.dumps([stamp, self._build_conf(folder, arch)]))
        return folder, json.loads(told.read_text())[1]

    def _build_conf(self, folder, arch):
        (folder / "ask").write_text(ASK_ENVIRONMENT)
        command = ["make", "-s", "-C", self.path, f"O={folder}", f"ARCH={arch}", *WITHOUT,
                   f"KBUILD_KCONFIG={folder / 'ask'}", "allnoconfig"]
        done = subprocess.run(command, env={**clean_environment(), "KCONFIG_TOLD": str(folder / "told")},
                              stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if done.returncode:
            raise KconfigError(f"{self.path}: its conf program does not build:\n{done.stderr.strip()[-2000:]}")
        told = dict(entry.split("=", 1) for entry in (folder / "told").read_text().split("\0") if "=" in entry)
        return {key: value for key, value in told.items() if key not in ("MAKEFLAGS", "MFLAGS", "KBUILD_KCONFIG")}

    def conf(self, arch, how, wanted, output):
        """Runs conf: `how` is its option, `wanted` the lines it starts from, `output` what it writes."""
        folder, environment = self.environment(arch)
        with tempfile.NamedTemporaryFile("w", dir=folder, prefix="wanted.") as file:
            file.write(wanted)
            file.flush()
            done = subprocess.run(
                ["scripts/kconfig/conf", "-s", how, "Kconfig"], cwd=folder, stdin=subprocess.DEVNULL,
                capture_output=True, text=True,
                env={**environment, "KCONFIG_ALLCONFIG": file.name, "KCONFIG_CONFIG": str(output)})
        if done.returncode:
            raise KconfigError(f"{self.path}: conf {how} failed: {done.stderr.strip()}")

    def base(self, arch, base):
        """(conf's option, the lines of the base) for tiny, defconfig, or a file."""
        if base == "tiny":
            texts = [read_text(self.path / f"kernel/configs/{name}.config") for name in ("tiny-base", "tiny")
                     if (self.path / f"kernel/configs/{name}.config").exists()]
            return "--allnoconfig", "\n".join(texts)
        if base != "defconfig":
            return "--alldefconfig", read_text(base)
        defaults = self.work / f"{self.version}-{arch}" / "defconfig"
        self.environment(arch)
        own = self.path / ("arch/um/configs/x86_64_defconfig" if arch == "um" else f"arch/x86/configs/{arch}_defconfig")
        if not defaults.exists():
            with tempfile.TemporaryDirectory(dir=defaults.parent) as scratch:
                self.conf(arch, f"--defconfig={own}", "", Path(scratch) / "config")
                (Path(scratch) / "config").rename(defaults)
        return "--alldefconfig", read_text(defaults)


def index_kconfig(path, shown_as, found):
    """Adds the definitions of one Kconfig file to {symbol: (where, dependencies)}."""
    symbol = None
    for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
        if definition := DEFINITION.match(line):
            symbol = definition.group(1)
            where, needs = found.get(symbol, (f"{shown_as}:{number}", ()))
            found[symbol] = (where, needs)
        elif symbol and line.strip().startswith("depends on "):
            where, needs = found[symbol]
            found[symbol] = (where, (*needs, line.split("depends on ", 1)[1].strip()))
        elif line and not line[0].isspace():
            symbol = None


def clean_environment():
    """This process's, without what a surrounding make or kernel build would leak."""
    leaky = re.compile(r"(MAKE\w*|MFLAGS|ARCH|CROSS_COMPILE|KCONFIG_\w+|KBUILD_\w+|K[CA]FLAGS|CONFIG_|srctree|O)$")
    return {key: value for key, value in os.environ.items() if not leaky.match(key)}


def merge(tree, arch, base, asks, output):
    """Merges as merge_config.sh does: a later line replaces an earlier one. {symbol: value} of the
    result, which `output` holds."""
    how, lines = tree.base(arch, base)
    wanted = {}
    for line in lines.splitlines():
        if value := parse_value(line.strip()):
            wanted[value[0]] = Ask(*value, "base")
    for ask in asks:
        wanted.pop(ask.symbol, None)
        wanted[ask.symbol] = ask
    tree.conf(arch, how, "".join(ask.line() + "\n" for ask in wanted.values()), output)
    return dict(filter(None, map(parse_value, read_text(output).splitlines())))


def read_absent(path):
    """The table of what may be missing: [(symbol, conditions, why, where)]."""
    rows = []
    for number, line in enumerate(read_text(path).splitlines(), 1):
        words, where = line.split(None, 2), f"{shown(path)}:{number}"
        if not words or line.startswith("#"):
            continue
        conditions = [CONDITION.match(text) for text in words[1].split(",")] if len(words) == 3 else [None]
        if not all(conditions):
            raise KconfigError(f"{where}: not understood: {line!r} (expected SYMBOL, conditions as <6.2 >=6.4 "
                               "base=NAME arch=NAME with commas between, and why)")
        rows.append((words[0], [condition.groups() for condition in conditions], words[2], where))
    return rows


def excused(row, tree, arch, base):
    """Whether this row of the table speaks of this version, architecture and base."""
    def holds(sign, version, base_name, arch_name):
        if arch_name:
            return arch_name == arch
        if base_name:
            return base_name == (base if base in ("tiny", "defconfig") else "debian")
        numbers = tuple(map(int, version.split(".")))
        return (tree.numbers[:len(numbers)] < numbers) == (sign == "<")
    return all(holds(*condition) for condition in row[1])


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


def sources():
    """The kernel sources that were unpacked below build/, oldest version first."""
    found = [path for path in (ROOT / "build/kernel").glob("source-*") if path.is_dir()]
    return sorted(found, key=lambda path: [int(number) for number in re.findall(r"\d+", path.name)])


def configure(tree, profile, base, output, folder=FRAGMENTS):
    """Merges a Profile and checks it: the list of problems. KconfigError for bad input."""
    asks = [ask for name in profile.fragments for ask in read_fragment(folder / f"{name}.config")]
    result = merge(tree, profile.arch, base, asks, output)
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
