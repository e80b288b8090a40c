# SPDX-License-Identifier: MIT
"""kconfig_flat.py - all Kconfig files of a kernel as one file, in which nothing is left to be tried out.

Kconfig asks the compiler some two hundred questions each time it is read, which takes a second. Here
they are asked once: flatten() gives the text that conf reads the next times, in a tenth of that."""
import re
import subprocess
import sys

SOURCE = re.compile(r'\s*o?r?source\s+"([^"]+)"\s*$')
DEFERRED = re.compile(r"\s*[\w-]+\s*\+?=(?!=)")      # name = value: expanded where it is used
IMMEDIATE = re.compile(r"\s*([\w-]+)\s*:=")          # name := value: expanded here
HELP = re.compile(r"\s*(help|---help---)\s*$")


def indent(line):
    expanded = line.expandtabs(8)
    return len(expanded) - len(expanded.lstrip())


def without_help(lines):
    """The lines without help texts, as the parser of conf ends them: at the first line that stands
    further left than their first one."""
    begun, width = False, None
    for line in lines:
        if begun and (not line.strip() or width is None or indent(line) >= width):
            width = indent(line) if width is None and line.strip() else width
            continue
        begun, width = False, None
        if HELP.match(line):
            begun = True
        else:
            yield line


def all_lines(tree, name, environment):
    """The lines of a Kconfig file, and in the place of each `source` the file's that it names."""
    for line in without_help((tree / name).read_text(errors="replace").splitlines()):
        if not (source := SOURCE.match(line)):
            yield line
            continue
        path = re.sub(r"\$\((\w+)\)", lambda variable: environment.get(variable.group(1), ""), source.group(1))
        for file in sorted(tree.glob(path)) if "*" in path else [tree / path]:
            yield from all_lines(tree, file.relative_to(tree), environment)


def macros(line):
    """(start, end) of each $(...) of a line that is not within another; one without an end is left out."""
    at = 0
    while (start := line.find("$(", at)) >= 0:
        depth, at = 0, start + 1
        while at < len(line):
            depth += {"(": 1, ")": -1}.get(line[at], 0)
            at += 1
            if not depth:
                yield start, at
                break


def ask(lines):
    """A Kconfig that prints, for each macro, `@NUMBER VALUE@`: (its text, {macro: number})."""
    probe, numbers = [], {}
    for line in lines:
        if immediate := IMMEDIATE.match(line):
            probe += [line, f"$(info,@:{immediate.group(1)} $({immediate.group(1)})@)"]
        elif DEFERRED.match(line):
            probe.append(line)
        elif not line.lstrip().startswith(("#", "$(")):
            for start, end in macros(line):
                macro = line[start:end]
                if macro not in numbers:
                    numbers[macro] = str(len(numbers))
                    probe.append(f"$(info,@{numbers[macro]} {macro}@)")
    return "\n".join([*probe, "config PROBE", "\tdef_bool y", ""]), numbers


def answer(line, numbers, values):
    """The line with its macros as their values; one that has none is left as it is."""
    if immediate := IMMEDIATE.match(line):
        return f"{immediate.group(1)} := {values[':' + immediate.group(1)]}"
    if DEFERRED.match(line) or line.lstrip().startswith("#"):
        return line
    for start, end in reversed(list(macros(line))):
        value = values.get(numbers.get(line[start:end]), "")
        line = line[:start] + value + line[end:] if value else line
    return line


def flatten(tree, folder, environment):
    """Writes folder/Kconfig.flat, which conf reads instead of `tree`'s Kconfig. OSError, or
    CalledProcessError where conf cannot read what it was asked."""
    sys.setrecursionlimit(10000)
    lines = list(all_lines(tree, "Kconfig", environment))
    text, numbers = ask(lines)
    (folder / "Kconfig.ask").write_text(text)
    done = subprocess.run(
        ["scripts/kconfig/conf", "-s", "--alldefconfig", str(folder / "Kconfig.ask")], cwd=folder, check=True,
        env={**environment, "KCONFIG_CONFIG": str(folder / "ask.config")}, stdin=subprocess.DEVNULL,
        capture_output=True, text=True)
    values = dict(re.findall(r"^@(\S+) (.*)@$", done.stdout, re.M))
    flat = [answer(line, numbers, values) for line in lines if not line.startswith("$(")]
    new = folder / "Kconfig.flat.new"
    new.write_text("\n".join(flat) + "\n")
    new.rename(folder / "Kconfig.flat")
