#!/usr/bin/python3
"""report.py - runs every suite and ends with one line: N passed, N failed, N skipped.

usage: report.py [--all] [--only SUITE] [--fuzz-seconds S] BUILD
Suites: unit (cmocka programs), fuzz (each target for S seconds), cli, ns, kconfig, vm (pytest);
uml where its kernel is built; with --all in any case, and kernels and distro, too: they boot every
profile, and whole Debian roots.
Exit status 1 where anything failed, or where CI is set and anything was skipped."""
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


def unit(build, count, _seconds):
    for program in sorted((build / "unit").glob("test_*")):
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


def fuzz_one(program, build, seconds):
    corpus = ROOT / "tests/fuzz/corpus" / program.name[len("fuzz_"):]
    found = build / "corpus" / program.name
    found.mkdir(parents=True, exist_ok=True)
    return run([program, f"-max_total_time={seconds}", "-timeout=10", "-verbosity=0",
                f"-artifact_prefix={found}/crash-", found] + ([corpus] if corpus.is_dir() else []))


def fuzz(build, count, seconds):
    programs = sorted((build / "fuzz").glob("fuzz_*"))
    with ThreadPoolExecutor(WORKERS) as workers:
        for program, done in zip(programs, workers.map(lambda program: fuzz_one(program, build, seconds), programs)):
            count.add(passed=done.returncode == 0, failed=done.returncode != 0)
            print(f"fuzz {program.name}: {'passed' if done.returncode == 0 else 'FAILED'}", flush=True)
            if done.returncode:
                print(done.stdout[-5000:])


def pytest(name):
    def suite(build, count, _seconds):
        if not list((ROOT / "tests" / name).glob("test_*.py")):
            return
        done = run(["/usr/bin/python3", "-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider",
                    "-n", str(WORKERS), f"tests/{name}"],
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


SUITES = {"unit": unit, "fuzz": fuzz, "cli": pytest("cli"), "ns": pytest("ns"),
          "kconfig": pytest("kconfig"), "uml": pytest("uml"), "vm": pytest("vm"),
          "kernels": pytest("kernels"), "distro": pytest("distro")}
ONLY_WITH_ALL = {"kernels", "distro"}


def is_wanted(name, options):
    if options.only or options.all:
        return options.only in (None, name)
    if name == "uml":
        return (options.build / "kernel/uml/linux").exists()
    return name not in ONLY_WITH_ALL


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--all", action="store_true")
    options.add_argument("--only", choices=SUITES)
    options.add_argument("--fuzz-seconds", type=int, default=5)
    options.add_argument("build", type=Path)
    options = options.parse_args()
    if options.all:     # as many again each time, and others
        os.environ.setdefault("SWEEP_ALL", "1")
        os.environ.setdefault("EXTRACT_ARCHIVES", "100000")
        os.environ.setdefault("EXTRACT_SEED", str(random.randrange(1 << 40)))
    count = Count()
    for name, suite in SUITES.items():
        if is_wanted(name, options):
            suite(options.build.resolve(), count, options.fuzz_seconds)
    print(f"\n{count.passed} passed, {count.failed} failed, {count.skipped} skipped")
    return 1 if count.failed or not count.passed or (os.environ.get("CI") and count.skipped) else 0


if __name__ == "__main__":
    sys.exit(main())
