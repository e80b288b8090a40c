"""test_run_cli.py - rdinit run: what is refused before a machine starts, and what QEMU's own
failures look like. Nothing here needs a boot."""
import os
import pathlib
import signal
import subprocess
import time

import pytest

from conftest import PROJECT, RDINIT

KERNEL = next(iter(sorted((PROJECT / "build/kernel/debian/boot").glob("vmlinuz-*"))), None)


@pytest.fixture
def run(tool):
    """run(*args) for failures: status 1 and what it says."""
    assert KERNEL, "no kernel unpacked: run `make deps`"
    tool.env["RDINIT_KERNEL"] = str(KERNEL)

    def fail(*args, **kwargs):
        return tool.fail("run", *map(str, args), **kwargs)
    return fail


@pytest.mark.parametrize("args, says", [
    ([], "expected an IMAGE, or -- and a PROGRAM"),
    (["--"], "expected a PROGRAM after --"),
    (["a.img", "b.img"], "expected one IMAGE"),
    (["a.img", "--", "true"], "not both"),
    (["--memory", "much", "--", "true"], "--memory expects a number from 1"),
    (["--memory", "0", "--", "true"], "--memory expects a number from 1"),
    (["--memory", "-5", "--", "true"], "--memory expects a number from 1"),
    (["--memory", "5000000000000000000000", "--", "true"], "--memory expects a number"),
    (["--cpus", "256", "--", "true"], "--cpus expects a number from 1 to 255"),
    (["--timeout", "1s", "--", "true"], "--timeout expects a number"),
    (["--machine", "atari", "--", "true"], "--machine expects pc, q35 or microvm"),
    (["--stdio", "smoke", "--", "true"], "--stdio expects pipe or console"),
    (["--no-such", "--", "true"], "unknown option --no-such"),
    (["--memory"], "--memory expects an argument"),
    (["--module", "nvme", "a.img"], "need -- PROGRAM"),
])
def test_usage_errors(run, args, says):
    run(*args, status=2, says=says)


def test_help_names_every_option(tool):
    text = tool.run("run", "--help").stdout.decode()
    for option in ("--kernel --machine --memory --cpus --append --disk --module --tree --timeout "
                   "--stdio --verbose").split():
        assert option in text


def test_kernels_that_are_none(run, tool):
    whole = KERNEL.read_bytes()
    run("--kernel", "nope", "--", "true", says="kernel nope: No such file")
    run("--kernel", tool.write("empty", ""), "--", "true", says="an empty file")
    run("--kernel", tool.write("text", "hello\n" * 999), "--", "true", says="not an x86 kernel")
    run("--kernel", "/bin/ls", "--", "true", says="no Linux kernel")
    run("--kernel", "/", "--", "true", says="not a regular file")
    run("--kernel", tool.write("cut", whole[:len(whole) // 2]), "--", "true", says="a truncated kernel image")


def test_every_truncation_of_a_kernel_is_told(run, tool):
    whole = KERNEL.read_bytes()[:20000]
    for size in [*range(1, 600, 37), *range(600, 20000, 4000)]:
        run("--kernel", tool.write("cut", whole[:size]), "--", "true", says="kernel image")


def test_no_kernel_at_all_says_what_to_do(tool):
    tool.env["RDINIT_KERNEL"] = str(tool.path / "none")
    tool.fail("run", "--", "true", says="kernel ")


def test_disks_that_are_none(run, tool):
    disk = tool.write("disk", bytes(4096))
    run("--disk", "nope", "--", "true", says="disk nope: No such file")
    run("--disk", "nope,virtio,ro", "--", "true", says="disk nope: No such file")
    run("--disk", tool.write("empty", ""), "--", "true", says="an empty file")
    run("--disk", "/etc", "--", "true", says="disk /etc")
    run("--disk", "/dev/null,ro", "--", "true", says="neither a file nor a block device")
    run("--disk", f"{disk},ide,ro", "--", "true", says="cannot be read-only")
    run("--disk", disk, "--machine", "microvm", "--", "true", says="microvm")
    run("--disk", f"{disk},floppy", "--", "true", says="disk,floppy: No such file")


def test_images_that_are_none(run, tool):
    run("nope.img", says="nope.img: No such file")
    run("/etc", says="/etc: not an image: a directory")
    run(tool.write("empty", ""), says="an empty file")
    run(tool.write("text", "hello\n" * 99), says="not an initramfs image")


def test_a_truncated_image(run, tool):
    tool.run("pack", "-o", "whole.img", "--no-init", "--tree", "/usr/share/misc")
    whole = (tool.path / "whole.img").read_bytes()
    run(tool.write("cut.img", whole[:len(whole) // 2]), says="cut.img")


def test_programs_that_are_none(run, tool):
    run("--", "no-such-program", says="no such program in PATH")
    run("--", "./nonesuch", says="ENOENT")
    run("--", "/etc", says="a directory")
    foreign = tool.write("foreign", b"\x7fELF\x01\x01\x01" + bytes(9) + b"\x02\0\x03\0" + bytes(64))
    foreign.chmod(0o755)
    run("--", "./foreign", says="foreign")


def test_modules_and_trees_that_are_none(run):
    run("--module", "no_such_driver", "--", "true", says="has no such module")
    run("--tree", "no-such-dir", "--", "true", says="no-such-dir")


def test_too_long_a_command_line(run):
    run("--append", "x" * 2048, "--", "true", says="command line")


def test_no_qemu(run, tool):
    tool.env["RDINIT_QEMU"] = "/no/such/qemu"
    run("--", "true", says="/no/such/qemu not found")


def fake_qemu(tool, script):
    path = tool.write("qemu", "#!/bin/sh\n" + script)
    path.chmod(0o755)
    tool.env["RDINIT_QEMU"] = str(path)


def test_qemus_own_error_is_shown(run, tool):
    fake_qemu(tool, "echo 'qemu: out of luck' >&2; exit 1\n")
    done = tool.run("run", "--", "true", check=False)
    assert done.returncode == 125
    assert b"QEMU ended with status 1" in done.stderr and b"out of luck" in done.stderr


def test_a_guest_that_says_nothing_is_no_success(run, tool):
    fake_qemu(tool, "exit 0\n")
    run("--", "true", status=125, says="ended without a word")


def test_a_timeout_ends_qemu(run, tool):
    fake_qemu(tool, f"echo $$ >{tool.path}/pid; exec sleep 1000\n")
    began = time.monotonic()
    run("--timeout", "1", "--", "true", status=124, says="did not end within 1 s")
    assert time.monotonic() - began < 10
    assert is_gone(int((tool.path / "pid").read_text()))


def is_gone(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().split(")")[1].split()[0] == "Z"
    except FileNotFoundError:
        return True


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_a_signal_ends_the_machine_and_leaves_nothing(run, tool, number):
    fake_qemu(tool, f"echo $$ >{tool.path}/pid.new; mv {tool.path}/pid.new {tool.path}/pid\n"
                    "exec sleep 1000\n")
    (tool.path / "tmp").mkdir()
    tool.env["TMPDIR"] = str(tool.path / "tmp")
    started = subprocess.Popen([RDINIT, "run", "--", "true"], cwd=tool.path, env=tool.env,
                               stdin=subprocess.DEVNULL)
    pid = tool.path / "pid"
    for _ in range(200):
        if pid.exists():
            break
        time.sleep(0.05)
    started.send_signal(number)
    status = started.wait(timeout=20)
    assert status == (-number if number == signal.SIGKILL else 128 + number)
    for _ in range(100):
        if is_gone(int(pid.read_text())):
            break
        time.sleep(0.05)
    assert is_gone(int(pid.read_text())), "QEMU outlived the tool"
    assert os.listdir(tool.path / "tmp") == []
