#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""report.py - runs every suite and ends with one line: N passed, N failed, N skipped.

usage: report.py [--all] [--only SUITE] [-k WORD] [--fuzz-seconds S] [--seeds N] [--from-seed S] BUILD
Suites: unit (cmocka programs), sim (simulated boots), fuzz (each target for S seconds), cli, ns, kconfig, uml, vm (pytest);
with --all also kernels and distro, which boot every profile and whole Debian roots.
-k WORD: of unit the programs whose name has the word; of pytest's suites what its own -k selects.
Prints as it goes. uml counts as one skipped test where its kernel is not built.
Exit status 1 if a test failed, or if CI is set and a test of a suite that ran was skipped."""
import argparse
import os
import random
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WORKERS = 2


class Count:
    def __init__(self):
        self.passed = self.failed = self.skipped = 0

    def add(self, passed=0, failed=0, skipped=0):
        self.passed += passed
        self.failed += failed
        self.skipped += skipped


def run(command, **more):
    return subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace", **more)


def unit(build, count, options):
    for program in sorted((build / "unit").glob("test_*")):
        if (options.k or "") not in program.name:
            continue
        done = run([program], env={**os.environ, "CMOCKA_MESSAGE_OUTPUT": "TAP"})
        ok = len(re.findall(r"^ok ", done.stdout, re.M))
        bad = len(re.findall(r"^not ok ", done.stdout, re.M))
        skipped = len(re.findall(r"^ok .*# SKIP", done.stdout, re.M))
        if done.returncode and not bad or not ok + bad:
            bad += 1
        count.add(ok - skipped, bad, skipped)
        seeds = re.search(r"^# (seeds .*)", done.stdout, re.M)
        print(f"unit {program.name}: {ok} passed, {bad} failed{', ' + seeds[1] if seeds else ''}", flush=True)
        if bad:
            print(done.stdout)


def sim(build, count, options):
    """The seeds of `make check` are always the same ones: a boot that breaks there is the change's own doing, and new code
    makes other boots of them. With --all they are others each time."""
    fast, runs, checked = build / "sim/sim", build / "sim/sim-run", build / "sim-san/sim"
    commands = [("kept", [fast, "--kept", "tests/sim/kept"]),
                ("kept, with sanitizers", [checked, "--kept", "tests/sim/kept"]),
                ("planted", [fast, "--planted", "10000"]),
                ("compare", [fast, "--from", str(options.from_seed), "--compare", "1000"]),
                ("kept, of `init run`", [runs, "--kept", "tests/sim/kept"]),
                *seeds("seeds", fast, options.from_seed, options.seeds),
                *seeds("seeds, of `init run`", runs, options.from_seed, options.seeds // 5),
                *seeds("seeds, with sanitizers", checked, options.from_seed, options.seeds // 50)]
    with ThreadPoolExecutor(WORKERS) as workers:
        for (name, _), done in zip(commands, workers.map(lambda command: run(command[1]), commands)):
            count.add(passed=done.returncode == 0, failed=done.returncode != 0)
            print(f"sim {name}: {'passed' if done.returncode == 0 else 'FAILED'}", flush=True)
            if done.returncode:
                print(done.stdout, end="")
            else:
                print("".join(re.findall(r"^# seeds .*\n", done.stdout, re.M)), end="")


def seeds(name, program, first, number):
    """The boots of so many seeds, in as many commands as run at a time."""
    part = -(-number // WORKERS)
    return [(name.replace("seeds", f"seeds from {start}", 1),
             [program, "--from", str(start), "--seeds", str(min(part, first + number - start))])
            for start in range(first, first + number, part)]


def fuzz_one(program, build, seconds):
    corpus = ROOT / "tests/fuzz/corpus" / program.name[len("fuzz_"):]
    found = build / "corpus" / program.name
    found.mkdir(parents=True, exist_ok=True)
    return run([program, f"-max_total_time={seconds}", "-timeout=10", "-verbosity=0",
                f"-artifact_prefix={found}/crash-", found] + ([corpus] if corpus.is_dir() else []))


def fuzz(build, count, options):
    programs = sorted((build / "fuzz").glob("fuzz_*"))
    with ThreadPoolExecutor(WORKERS) as workers:
        for program, done in zip(programs, workers.map(lambda program: fuzz_one(program, build, options.fuzz_seconds), programs)):
            count.add(passed=done.returncode == 0, failed=done.returncode != 0)
            print(f"fuzz {program.name}: {'passed' if done.returncode == 0 else 'FAILED'}", flush=True)
            if done.returncode:
                print(done.stdout[-5000:])


def run_and_show(command, prefix, **more):
    """Like run(), and prints each line of progress when it comes: dots, ended by how many percent that was."""
    output = []
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace", **more) as process:
        for line in process.stdout:
            output.append(line)
            if re.fullmatch(r"[.FEsxX]+ +\[ *\d+%\]\n", line):
                print(f"{prefix}: {line}", end="", flush=True)
    return subprocess.CompletedProcess(command, process.returncode, "".join(output))


def pytest(name):
    def suite(build, count, options):
        if not list((ROOT / "tests" / name).glob("test_*.py")):
            return
        done = run_and_show(["/usr/bin/python3", "-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider",
                             "-n", str(WORKERS), *(["-k", options.k] if options.k else []), f"tests/{name}"], name,
                            env={**os.environ, "RDINIT": str(build / "rdinit"), "PYTHONDONTWRITEBYTECODE": "1"})
        last = done.stdout.strip().splitlines()[-1] if done.stdout.strip() else ""
        numbers = {word: int(number) for number, word in
                   re.findall(r"(\d+) (passed|failed|skipped|errors?)", last)}
        failed = numbers.get("failed", 0) + numbers.get("error", 0) + numbers.get("errors", 0)
        if done.returncode and not failed:
            failed = 1
        count.add(numbers.get("passed", 0), failed, numbers.get("skipped", 0))
        print(f"{name}: {last.strip('= ')}", flush=True)
        if failed or numbers.get("skipped"):
            print(done.stdout)
    return suite


SUITES = {"unit": unit, "sim": sim, "fuzz": fuzz, "cli": pytest("cli"), "ns": pytest("ns"),
          "kconfig": pytest("kconfig"), "uml": pytest("uml"), "vm": pytest("vm"),
          "kernels": pytest("kernels"), "distro": pytest("distro")}
ONLY_WITH_ALL = {"kernels", "distro"}


def is_wanted(name, options):
    if options.only:
        return options.only == name
    return options.all or name not in ONLY_WITH_ALL


def is_missing(name, options):
    """Whether a suite lacks what it runs on. --all builds it, and so runs it in any case."""
    return name == "uml" and not options.all and not (options.build / "kernel/uml/linux").exists()


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--all", action="store_true")
    options.add_argument("--only", choices=SUITES)
    options.add_argument("-k")
    options.add_argument("--fuzz-seconds", type=int, default=5)
    options.add_argument("--seeds", type=int)
    options.add_argument("--from-seed", type=int)
    options.add_argument("build", type=Path)
    options = options.parse_args()
    if options.all:     # as many again each time, and others
        os.environ.setdefault("SWEEP_ALL", "1")
        os.environ.setdefault("EXTRACT_ARCHIVES", "100000")
        os.environ.setdefault("EXTRACT_SEED", str(random.randrange(1 << 40)))
    if options.seeds is None:
        options.seeds = 10000000 if options.all else 100000
    if options.from_seed is None:
        options.from_seed = random.randrange(1 << 40) if options.all else 0
    count = Count()
    missing = 0
    for name, suite in SUITES.items():
        if not is_wanted(name, options):
            continue
        if is_missing(name, options):
            print(f"{name}: skipped: no kernel (make kernel PROFILE=uml builds it)", flush=True)
            missing += 1
        else:
            suite(options.build.resolve(), count, options)
    print(f"\n{count.passed} passed, {count.failed} failed, {count.skipped + missing} skipped")
    return 1 if count.failed or not count.passed or (os.environ.get("CI") and count.skipped) else 0


if __name__ == "__main__":
    sys.exit(main())
