# SPDX-License-Identifier: MIT
"""kconfig_text.py - fragments, profiles and the table `absent`, as they are written."""
import difflib
import re
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FRAGMENTS = ROOT / "kconfig-fragments"
SET = re.compile(r'CONFIG_(\w+)=(y|m|-?\d+|0x[0-9a-fA-F]+|"(?:[^"\\]|\\.)*")$')
UNSET = re.compile(r"# CONFIG_(\w+) is not set$")
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
    """A list of fragments, the architecture that they are for, and what the compiler is told."""
    name: str
    fragments: list = field(default_factory=list)
    arch: str = "x86_64"
    cflags: list = field(default_factory=list)
    hot: list = field(default_factory=list)     # of source files that are compiled for speed in any case
    more: list = field(default_factory=list)    # of Ask: what a build adds


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
        elif len(words) > 1 and words[0] == "hot":
            profile.hot += words[1:]
        elif len(words) > 1:
            raise KconfigError(f"{where}: not understood: {line!r} (expected a fragment, `arch NAME`, "
                               "`cflags WORD...` or `hot FILE.c...`)")
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
