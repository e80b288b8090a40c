# SPDX-License-Identifier: MIT
"""kconfig_tree.py - a kernel's source: its symbols, and its own conf program run on what is asked."""
import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import kconfig_flat
from kconfig_text import ROOT, KconfigError, read_text

WORK = ROOT / "build/kernel/kconfig"
# Left out, so that a configuration is the same on a host that happens to have them.
WITHOUT = ["RUSTC=no-rustc", "BINDGEN=no-bindgen", "PAHOLE=no-pahole"]
# A Kconfig file that tells the environment which the kernel's Makefile gives to conf.
ASK_ENVIRONMENT = "told := $(shell,env -0 > $(KCONFIG_TOLD))\nconfig TOLD\n\tdef_bool y\n"
DEFINITION = re.compile(r"\s*(?:menu)?config\s+(\w+)\s*$")


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
        self._files, self._environments, self._symbols = {}, {}, {}

    def files(self, arch):
        """All Kconfig files of the tree, but those of other architectures."""
        if arch not in self._files:
            mine, found = {"um": {"um", "x86"}, "x86_64": {"x86"}}.get(arch, {arch}), []
            for folder, below, names_here in os.walk(self.path):
                if folder == f"{self.path}/arch":
                    below[:] = mine & set(below)
                below[:] = sorted(set(below) - {"Documentation", ".git"})
                found += [Path(folder, name) for name in sorted(names_here) if name.startswith("Kconfig")]
            self._files[arch] = found
        return self._files[arch]

    def symbols(self, arch):
        """{symbol: (where it is defined, what it says it depends on)}."""
        if arch not in self._symbols:
            self._symbols[arch] = {}
            for path in self.files(arch):
                index_kconfig(path, os.path.relpath(path, self.path), self._symbols[arch])
        return self._symbols[arch]

    def environment(self, arch):
        """(folder with scripts/kconfig/conf, environment): built by the kernel's own make, and again
        when the tree's Kconfig files or the compiler changed."""
        folder = self.work / f"{self.version}-{arch}"
        if arch in self._environments:
            return folder, self._environments[arch]
        folder.mkdir(parents=True, exist_ok=True)
        compiler = subprocess.run(["gcc", "--version"], capture_output=True, text=True).stdout.splitlines()[:1]
        times = "".join(f"{path} {path.stat().st_mtime_ns}\n" for path in self.files(arch))
        stamp = [str(self.path), compiler, WITHOUT, hashlib.sha256(times.encode()).hexdigest()]
        told = folder / "environment.json"
        with open(folder / "lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not told.exists() or json.loads(told.read_text())[0] != stamp:
                shutil.rmtree(folder / "results", ignore_errors=True)
                environment = self._build_conf(folder, arch)
                kconfig_flat.flatten(self.path, folder, environment)
                (folder / "results").mkdir()
                told.write_text(json.dumps([stamp, environment]))
        self._environments[arch] = json.loads(told.read_text())[1]
        return folder, self._environments[arch]

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

    def conf(self, arch, how, wanted):
        """What conf makes of the lines `wanted`, with its option `how`. What was asked before is kept."""
        folder, environment = self.environment(arch)
        kept = folder / "results" / hashlib.sha256(f"{how}\n{wanted}".encode()).hexdigest()
        if kept.exists():
            return kept.read_text()
        with tempfile.TemporaryDirectory(dir=folder) as scratch:
            asked, output = Path(scratch, "asked"), Path(scratch, "config")
            asked.write_text(wanted)
            done = subprocess.run(
                ["scripts/kconfig/conf", "-s", how, str(folder / "Kconfig.flat")], cwd=folder,
                stdin=subprocess.DEVNULL, capture_output=True, text=True,
                env={**environment, "KCONFIG_ALLCONFIG": str(asked), "KCONFIG_CONFIG": str(output)})
            if done.returncode:
                raise KconfigError(f"{self.path}: conf {how} failed: {done.stderr.strip()}")
            output.rename(kept)
        return kept.read_text()

    def base(self, arch, base):
        """(conf's option, the lines of the base) for tiny, defconfig, or a file."""
        if base == "tiny":
            return "--allnoconfig", "\n".join(
                read_text(path) for name in ("tiny-base", "tiny")
                if (path := self.path / f"kernel/configs/{name}.config").exists())
        if base != "defconfig":
            return "--alldefconfig", read_text(base)
        own = "um/configs/x86_64_defconfig" if arch == "um" else f"x86/configs/{arch}_defconfig"
        return "--alldefconfig", self.conf(arch, f"--defconfig={self.path}/arch/{own}", "")


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


def sources():
    """The kernel sources that were unpacked below build/, oldest version first."""
    found = [path for path in (ROOT / "build/kernel").glob("source-*") if path.is_dir()]
    return sorted(found, key=lambda path: [int(number) for number in re.findall(r"\d+", path.name)])
