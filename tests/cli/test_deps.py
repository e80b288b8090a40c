# SPDX-License-Identifier: MIT
"""test_deps.py - tools/deps.sh: what it installs, what it waits for, what it says without installing."""
import os
import subprocess

import pytest

from conftest import PROJECT

DEPS = PROJECT / "tools/deps.sh"


@pytest.fixture
def deps(tmp_path):
    """Runs it with programs of our own in place of Debian's; what they were called with is in `calls`."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "build/kernel/debian/boot").mkdir(parents=True)
    (tmp_path / "build/kernel/debian/boot/vmlinuz-1").touch()
    (tmp_path / "build/busybox/bin").mkdir(parents=True)
    (tmp_path / "build/busybox/bin/busybox").touch(0o755)

    def write(name, text):
        path = tmp_path / "bin" / name
        path.write_text(f"#!/bin/sh\necho {name} \"$@\" >>{tmp_path}/calls\n{text}\n")
        path.chmod(0o755)

    def run(status=0, **env):
        done = subprocess.run([DEPS, tmp_path / "build"], capture_output=True, text=True, timeout=60,
                              env={**os.environ, "PATH": f"{tmp_path}/bin:{os.environ['PATH']}", "LOCK_SECONDS": "0", **env})
        assert done.returncode == status, done.stderr
        calls = tmp_path / "calls"
        return done.stderr, calls.read_text() if calls.exists() else ""

    run.write, run.path = write, tmp_path
    write("dpkg-query", "exit 1")       # nothing is installed
    write("sudo", 'exec "$@"')
    return run


def test_a_run_needs_less_than_the_tests(deps):
    deps.write("apt-get", "")
    _, calls = deps()
    assert " install -y --no-install-recommends gcc " in calls and "qemu-system-x86" in calls
    assert "clang" not in calls and "python3-pytest" not in calls
    _, calls = deps(WITH="test")
    assert "clang" in calls and "python3-pytest" in calls


def test_a_lock_that_another_program_holds_is_waited_for(deps):
    deps.write("apt-get", f"""[ $(grep -c ^apt-get {deps.path}/calls) -gt 3 ] && exit 0
echo 'E: Could not get lock /var/lib/apt/lists/lock. It is held by process 7 (unattended-upgr)' >&2; exit 100""")
    said, calls = deps()
    assert said.count("deps: another program holds apt's lock: waiting for it") == 3
    assert " install -y " in calls and "DPkg::Lock::Timeout=600" in calls


def test_a_lock_is_not_waited_for_without_an_end(deps):
    deps.write("apt-get", "echo 'E: Could not get lock /x' >&2; exit 100")
    said, calls = deps(1, LOCK_TRIES="4")
    assert len([line for line in calls.splitlines() if line.startswith("apt-get -q")]) == 4 and said.count("waiting for it") == 3


def test_any_other_failure_is_one(deps):
    deps.write("apt-get", "echo 'E: Unable to locate package gcc' >&2; exit 100")
    said, calls = deps(1)
    assert len([line for line in calls.splitlines() if line.startswith("apt-get -q")]) == 1 and "Unable to locate" in said


def test_without_installing_all_that_is_missing_is_named(deps):
    (deps.path / "build/kernel/debian/boot/vmlinuz-1").unlink()
    deps.write("ls", "exit 2")          # nor is there one in /boot
    said, calls = deps(DEPS="skip")
    assert "deps: missing: gcc " in said and "apt-get" not in calls
    assert "deps: missing: a kernel to boot: --kernel, $RDINIT_KERNEL or /boot/vmlinuz-*" in said
