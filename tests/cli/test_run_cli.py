# SPDX-License-Identifier: MIT
"""test_run_cli.py - rdinit run: what is refused before a machine starts, and what QEMU's own
failures look like. Nothing here needs a boot."""
import os
import pathlib
import re
import shlex
import signal
import socket
import struct
import subprocess
import tempfile
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
    (["--memory", "much", "--", "true"], "--memory expects MiB, or a number with M or G, up to 1024G; found "),
    (["--memory", "0", "--", "true"], "--memory expects MiB, or a number with M or G, up to 1024G; found "),
    (["--memory", "-5", "--", "true"], "--memory expects MiB, or a number with M or G, up to 1024G; found "),
    (["--memory", "5000000000000000000000", "--", "true"], "--memory expects MiB"),
    (["--memory", "1025G", "--", "true"], "up to 1024G"), (["--memory", "1T", "--", "true"], "--memory expects MiB"),
    (["--memory", "2GB", "--", "true"], "--memory expects MiB"), (["--memory", "G", "--", "true"], "--memory expects MiB"),
    (["--cpus", "256", "--", "true"], "--cpus expects a number from 1 to 255"),
    (["--timeout", "1s", "--", "true"], "--timeout expects a number"),
    (["--machine", "atari", "--", "true"], "--machine expects pc, q35, microvm or uml"),
    (["--stdio", "smoke", "--", "true"], "--stdio expects pipe or console"),
    (["--hostname", "a b", "--", "true"], "--hostname a b: expected up to 64 letters"), (["--hostname", "x" * 65, "--", "true"], "up to 64"),
    (["--ulimit", "nofil=5", "--", "true"], "as nofile=1024:4096, with SOFT not above HARD; did you mean nofile?"),
    (["--ulimit", "nofile=5:4", "--", "true"], "with SOFT not above HARD"), (["--hostname", "h", "a.img"], "an IMAGE is not changed"),
    (["--sysctl", "x", "--", "true"], "--sysctl x: expected NAME=VALUE, as net.ipv4.ip_forward=1"),
    (["--restart", "often", "--", "true"], "--restart often: expected never, on-failure[:N] or always"),
    (["--oom-score-adj", "1001", "--", "true"], "--oom-score-adj 1001: expected a number from -1000 to 1000"),
    (["--sysctl", "a=1", "a.img"], "need -- PROGRAM: an IMAGE is not changed"),
    (["-e", "--", "true"], "--env: expected NAME=VALUE or NAME, found \"--\""), (["-w", "sub", "--", "true"], "--workdir sub: expected a path that"),
    (["--read-only", "--isolated", "--", "true"], "--read-only is for a root that is shared: omit it"), (["--read-only", "a.img"], "omit it"),
    (["-u", "", "--", "true"], "--user : expected USER[:GROUP]"), (["-u", "1:", "--", "true"], "--user 1:: expected USER[:GROUP]"),
    (["-u", "no-such", "--", "true"], "--user no-such: no such user"), (["-u", "0:no-such", "--", "true"], "no such group on this machine: no-such"),
    (["--no-such", "--", "true"], "unknown option --no-such"),
    (["--memory"], "--memory expects an argument"),
    (["--module", "nvme", "a.img"], "need -- PROGRAM"),
])
def test_usage_errors(run, args, says):
    run(*args, status=2, says=says)


def test_help_names_every_option(tool):
    text = tool.run("run", "--help").stdout.decode()
    for option in ("--kernel --machine --memory --cpus --append --disk --module --tree --timeout "
                   "--stdio --no-tuning --verbose").split():
        assert option in text


def test_kernels_that_are_none(run, tool):
    whole = KERNEL.read_bytes()
    run("--kernel", "./nope", "--", "true", says="kernel ./nope: No such file")
    run("--kernel", "nope", "--", "true", says="make kernel PROFILE=nope")
    run("--kernel", tool.write("empty", ""), "--", "true", says="an empty file")
    run("--kernel", tool.write("text", "hello\n" * 999), "--", "true", says="not an x86 kernel")
    run("--kernel", "/bin/ls", "--", "true", says="not a Linux kernel")
    run("--kernel", "/dev/null", "--", "true", says="not a regular file")
    run("--kernel", "/", "--", "true", says="it has no arch/x86/boot/bzImage")
    run("--kernel", tool.write("cut", whole[:len(whole) // 2]), "--", "true", says="a truncated kernel image")


def test_each_controller_is_there_once(run, tool):
    disk = tool.write("disk", bytes(4096))
    words = [word for bus in ("usb", "cdrom", "scsi", "usb", "cdrom") for word in ("--disk", f"{disk},{bus}")]
    fake_qemu(tool, f'printf "%s\\n" "$@" >"{tool.path}/arguments"\nexit 1\n')
    tool.run("run", "--kernel", configured(tool, "CONFIG_MODULES=n"), *words, "--usb", disk, "--cdrom", disk, "--isolated", "--", "true", check=False)
    given = (tool.path / "arguments").read_text().splitlines()
    assert [given.count(name) for name in ("qemu-xhci,id=usb0", "virtio-scsi-pci,id=scsi0")] == [1, 1]
    for i, device in enumerate(("usb-storage", "scsi-cd", "scsi-hd", "usb-storage", "scsi-cd", "usb-storage", "scsi-cd")):
        assert f"{device},drive=disk{i},bus={'usb0.0' if 'usb' in device else 'scsi0.0'}" in given
    assert sum("media=cdrom,readonly=on" in word for word in given) == 3


def test_every_truncation_of_a_kernel_is_reported(run, tool):
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
    for bus in ("ide", "nvme", "usb"):
        run("--disk", f"{disk},{bus}", "--machine", "microvm", "--", "true",
            says="a microvm has no PCI: use the bus virtio or scsi")
    for words, wrong in ((",mmc", "mmc"), (",virtio,readonly", "readonly"), (",mmc,ro", "mmc"), (",", "")):
        run("--disk", f"{disk}{words}", "--", "true",
            says=f'disk {disk}: "{wrong}" is not a bus: expected scsi, virtio')
    run("--disk", "nope,mmc", "--", "true", says="disk nope,mmc: No such file")
    odd = tool.write("a,mmc", bytes(4096))
    fake_qemu(tool, "exit 0\n")
    run("--disk", odd, "--", "true", status=125, says="without a message")


@pytest.mark.parametrize("args, says", [
    (["ls"], "rdinit: ls: no such image; a program follows --: rdinit run -- ls"),
    (["/bin/ls/"], "image /bin/ls/: "), (["nope.img"], "image nope.img: No such file"),
    (["ls", "-l"], "unknown option -l; a program and its options follow --: rdinit run -- PROGRAM"),
    (["bash", "-c", "ls /"], "unknown option -c; a program and its options follow --"), (["-l", "ls"], "unknown option -l (try"),
    (["ls", "--memry", "5"], "unknown option --memry; did you mean --memory?"),
    (["--memry", "5", "--", "true"], "unknown option --memry; did you mean --memory?"),
    (["--memry=5", "--", "true"], "unknown option --memry=5; did you mean --memory?"),
    (["--xyzzy", "--", "true"], "unknown option --xyzzy (try")])
def test_the_culprit_is_named_before_anything_else_is_looked_for(tool, args, says):
    """There is neither a kernel nor a QEMU."""
    tool.env.update(RDINIT_KERNEL="/no/kernel", RDINIT_QEMU="/no/qemu")
    tool.fail("run", *args, status=2 if "option" in says else 1, says=says)


def test_an_installed_tool_does_not_speak_of_make(tool):
    """A copy of it has no build tree around itself."""
    (tool.path / "bin").mkdir()
    copy = tool.path / "bin/rdinit"
    copy.write_bytes(pathlib.Path(RDINIT).read_bytes())
    copy.chmod(0o755)
    for args in (["--kernel", "nope"], ["--machine", "uml"]):
        done = subprocess.run([copy, "run", *args, "--", "true"], cwd=tool.path, env=tool.env, capture_output=True, timeout=60)
        assert done.returncode == 1 and b"no kernel of that name (there is none)" in done.stderr
        assert b"make" not in done.stderr, done.stderr


def test_images_that_are_none(run, tool):
    run("nope.img", says="nope.img: No such file")
    run("/etc", says="/etc: not an image: a directory")
    run(tool.write("empty", ""), says="an empty file")
    run(tool.write("text", "hello\n" * 99), says="not an initramfs image")


def test_a_truncated_image(run, tool):
    tool.run("pack", "-o", "whole.img", "--no-init", "--tree", "/usr/share/misc")
    whole = (tool.path / "whole.img").read_bytes()
    run(tool.write("cut.img", whole[:len(whole) // 2]), says="cut.img")


@pytest.mark.parametrize("options", [(), ("--isolated",)])
@pytest.mark.parametrize("program, status, says", [
    ("no-such-program", 127, "no such program in PATH"), ("./nonesuch", 127, "ENOENT"), ("/no/such/dir/x", 127, "ENOENT"),
    ("/etc/passwd/x", 127, "/etc/passwd/x: "), ("/etc", 126, "a directory"), ("/etc/passwd", 126, "not executable"),
    ("./foreign", 126, "foreign"), ("./text", 126, "neither an ELF file nor a script"), ("./empty", 126, "empty"),
    ("./script", 127, "/no/interpreter not found: script interpreter of"), ("./ofscript", 127, "/no/interpreter not found"),
    ("./plain", 126, "/etc/passwd"), ("/dev/null", 126, "not a regular file")])
def test_programs_that_are_none(run, tool, options, program, status, says):
    """The status is that which the program would have in the guest, and nothing boots."""
    short = tempfile.TemporaryDirectory(dir="/tmp")    # no name with a blank in it can stand behind #!
    pathlib.Path(f"{short.name}/script").symlink_to(tool.path / "script")
    fake_qemu(tool, f"touch '{tool.path}/booted'\n")
    for name, text in (("foreign", b"\x7fELF\x01\x01\x01" + bytes(9) + b"\x02\0\x03\0" + bytes(64)), ("empty", ""),
                       ("text", "echo hi\n"), ("script", "#!/no/interpreter\n"), ("plain", "#!/etc/passwd\n"),
                       ("ofscript", f"#!{short.name}/script\n")):
        tool.write(name, text).chmod(0o755)
    run(*options, "--", program, status=status, says=says)
    assert not (tool.path / "booted").exists()


def test_programs_of_a_sysroot_that_are_none(run, tool):
    tool.write("sys/bin/data", "x")
    run("--sysroot", tool.path / "sys", "--", "nope", status=127, says="no such program below")
    run("--sysroot", tool.path / "sys", "--", "/bin/data", status=126, says="not executable")


@pytest.mark.parametrize("words, status, says", [
    (["-v", "data:/data"], 2, "-v data:/data: for the directory \"data\" of the current one write ./data"),
    (["-v", "."], 2, "-v .: expected HOST:GUEST[:rw|ro|overlay] (the option that prints the kernel's messages is --verbose)"),
    (["-v", ".:data"], 2, "-v .:data: the path in the guest must begin with /"), (["-v", ".:"], 2, "must begin with /"),
    (["-v", ".:/a/../b"], 2, "without .."), (["-v", ".:/data:z"], 2, "after the second colon expected rw, ro or overlay"),
    (["-v", ".:/"], 2, "the option for its root is --root ."), (["--rw", "/"], 2, "the option for its root is --root /"),
    (["-v", ".:/a", "-v", "/etc:/a/"], 2, "-v: . and /etc are both for /a of the guest"),
    (["-v", ".:/a", "--machine", "uml"], 2, "-v and --rw need QEMU, and not --machine uml"),
    (["-v", "./no:/a"], 1, "-v: share ./no (make it first): No such file or directory (ENOENT)"),
    (["--rw", "no"], 1, "/no (make it first): No such file or directory (ENOENT)"),
    (["-v", "/dev/null:/a"], 1, "-v: share /dev/null: neither a directory nor a regular file"),
    (["-v", "/etc/passwd:/a:overlay"], 1, "a file cannot be an overlay; use ro, or share its directory"),
    (["-v", ".:/a", "--isolated", "--machine", "microvm"], 1, "a microvm has no PCI: choose --machine q35"),
    (["-v", ".:/none", "--read-only"], 1, "the root has no directory /none, and --read-only lets nothing make it; choose a path"),
    (["--tmpfs", "scratch"], 2, "--tmpfs scratch: expected DIR[:OPTIONS]"), (["--tmpfs", "/:size=1g"], 2, "is not /"),
    (["--tmpfs", "/a", "-v", ".:/a"], 2, "are both for /a of the guest"),
    (["--tmpfs", "/none", "--read-only"], 1, "the root has no directory /none, and --read-only"),
    (["--entrypoint", "sh"], 2, "--entrypoint needs --oci; else the program follows --"),
    (["-v", ".:/a"] * 1 + [word for i in range(40) for word in ("-v", f".:/{i}")], 2, "more than 40 directories")])
def test_directories_that_cannot_be_shared(run, tool, words, status, says):
    fake_qemu(tool, f"touch '{tool.path}/booted'\n")
    run(*words, "--", "true", status=status, says=says)
    assert not (tool.path / "booted").exists()


def test_an_image_gets_no_directories(run, tool):
    run("-v", ".:/a", tool.write("a.img", "x"), status=2, says="-v, --rw and --tmpfs need -- PROGRAM or --oci")


def test_no_virtiofsd(run, tool):
    """A program that asks for its directories cannot go without them."""
    fake_qemu(tool, f"touch '{tool.path}/booted'\n")
    tool.env["RDINIT_VIRTIOFSD"] = "/no/such/daemon"
    run("-v", ".:/a", "--isolated", "--", "true", says="-v: no such program: /no/such/daemon (RDINIT_VIRTIOFSD)")
    assert not (tool.path / "booted").exists()


def test_what_else_is_missing_is_no_status_of_the_program(run):
    run("--tree", "no-such-dir", "--", "true", status=1, says="no-such-dir")


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
    run("--", "true", status=125, says="ended without a message")


def test_a_timeout_ends_qemu(run, tool):
    fake_qemu(tool, f"echo $$ >'{tool.path}/pid'; exec sleep 1000\n")
    began = time.monotonic()
    run("--timeout", "1", "--", "true", status=124, says="did not end within 1 s")
    assert time.monotonic() - began < 10
    assert is_gone(int((tool.path / "pid").read_text()))


def is_gone(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().split(")")[1].split()[0] == "Z"
    except FileNotFoundError:
        return True


def arguments(tool, *options):
    """{option: value} of the QEMU that `rdinit run` would start, and what it said."""
    fake_qemu(tool, f'printf "%s\\n" "$@" >"{tool.path}/arguments"\n'
                    "exit 1\n")
    done = tool.run("run", *map(str, options), "--isolated", "--", "true", check=False)
    words = (tool.path / "arguments").read_text().splitlines()
    return dict(zip(words, words[1:])), done.stderr.decode()


@pytest.mark.parametrize("words, nodes", [
    (["--numa", "2", "--cpus", "3", "--memory", "513"], [("256M", "0-0"), ("257M", "1-2")]),
    (["--numa", "3", "--memory", "600"], [("200M", None), ("200M", None), ("200M", "0-0")]),
    (["--numa", "1", "--memory", "512", "--machine", "q35"], [("512M", "0-0")])])
def test_nodes_divide_memory_and_processors(run, tool, words, nodes):
    arguments(tool, *words)
    given = (tool.path / "arguments").read_text().splitlines()
    for i, (size, cpus) in enumerate(nodes):
        assert f"memory-backend-ram,id=node{i},size={size}" in given
        assert f"node,nodeid={i},memdev=node{i}{f',cpus={cpus}' if cpus else ''}" in given
    assert given.count("-numa") == len(nodes)


def test_a_tpm_needs_a_machine_a_kernel_and_swtpm(run, tool):
    for machine in ("microvm", "uml"):
        run("--tpm", "--machine", machine, "--", "true", status=2, says="--tpm needs --machine pc or q35")
    run("--tpm", "--kernel", configured(tool, "CONFIG_TCG_TIS=n"), "--", "true", says="has no CONFIG_TCG_TIS")
    fake_qemu(tool, "exit 1\n")
    tool.env["PATH"] = str(tool.path)
    run("--tpm", "--isolated", "--", "/bin/true", says="--tpm: swtpm is not installed (Debian: package swtpm)")
    swtpm = tool.write("swtpm", "#!/bin/sh\necho no entropy >&2; exit 3\n")
    swtpm.chmod(0o755)
    done = tool.run("run", "--tpm", "--isolated", "--", "/bin/true", check=False, env={"TMPDIR": str(tool.path)})
    assert done.returncode == 125 and b"rdinit: swtpm: no entropy\n" in done.stderr, done.stderr
    assert not [path for path in tool.path.iterdir() if path.name.startswith("rdinit-")]


def test_the_line_of_a_tpm(tool):
    done = tool.run("run", "--tpm", "--dry-run", "--isolated", "--", "true")
    assert b"-tpmdev emulator,id=tpm0,chardev=tpm -device tpm-tis,tpmdev=tpm0" in done.stdout
    assert b"before this line runs, swtpm(8) must listen on " in done.stderr


def test_nodes_need_a_machine_and_a_kernel_that_has_them(run, tool):
    for machine in ("microvm", "uml"):
        run("--numa", "2", "--machine", machine, "--", "true", status=2, says="--numa needs --machine pc or q35")
    run("--numa", "2", "--kernel", configured(tool, "CONFIG_ACPI_NUMA=n"), "--", "true", says="has no CONFIG_ACPI_NUMA")
    run("--numa", "65", "--", "true", status=2, says="--numa expects a number from 1 to 64")


def payload_at(whole):
    """(start, end) of the compressed kernel, by Documentation/arch/x86/boot.rst."""
    start = (whole[0x1f1] + 1) * 512 + int.from_bytes(whole[0x248:0x24c], "little")
    return start, start + int.from_bytes(whole[0x24c:0x250], "little")


def test_a_bzimage_boots_by_pvh_and_says_so(run, tool):
    options, said = arguments(tool, "--verbose")
    assert re.match(r"/proc/self/fd/\d+$", options["-kernel"]) and "by PVH" in said
    words = options["-append"].split()
    assert "cryptomgr.notests" in words and "quiet" not in words
    assert "quiet" in arguments(tool)[0]["-append"].split()


def test_no_tuning_leaves_the_kernel_and_its_line_alone(run, tool):
    options, said = arguments(tool, "--verbose", "--no-tuning", "--machine", "microvm")
    assert options["-kernel"] == str(KERNEL) and "booting the bzImage itself: as --no-tuning asks" in said
    words = options["-append"].split()
    assert words == ["console=ttyS0", "panic=-1", "rdinit.onfail=poweroff", "rdinit.stdio=virtio:rdinit.stdio,ttyS1"]


@pytest.mark.parametrize("more, words, others", [
    ([], "quiet cryptomgr.notests no_timer_check nolapic_timer", "tsc_early_khz lpj reboot=t"),
    (["--cpus", "2"], "quiet cryptomgr.notests no_timer_check", "nolapic_timer"),
    (["--machine", "microvm"], "reboot=t", "lpj nolapic_timer"),
    (["--machine", "microvm", "--stdio", "console"], "nolapic_timer reboot=t", "lpj"),
    (["--verbose"], "cryptomgr.notests", "quiet"),
])
def test_the_words_go_by_the_machine(run, tool, more, words, others):
    """Where nothing is emulated, that is with KVM, three of them are none of these."""
    line = arguments(tool, *more)[0]["-append"]
    if arguments(tool, *more)[0]["-accel"] == "tcg":
        assert set(words.split()) <= set(line.split())
    assert not [word for word in others.split() if word in line]


@pytest.mark.parametrize("more, is_fast", [
    ([], True), (["--machine", "q35"], True), (["--machine", "microvm"], False), (["--no-tuning"], False)])
def test_the_firmware_is_the_one_that_only_starts_a_kernel(run, tool, more, is_fast):
    """Under KVM the machine's own stays."""
    options, _ = arguments(tool, *more)
    assert ("qboot" in options.get("-bios", "")) == (is_fast and options["-accel"] == "tcg")


@pytest.mark.parametrize("size, more, memory", [
    (1 << 20, [], "256"), (20 << 20, [], "384"), (20 << 20, ["--memory", "200"], "200"),
    (1 << 20, ["--memory", "300M"], "300"), (1 << 20, ["--memory", "2g"], "2048")])
def test_memory_goes_by_the_image_in_steps_of_what_the_kernel_sets_up(run, tool, size, more, memory):
    tool.write("big/file", bytes(size))
    assert arguments(tool, *more, "--tree", tool.path / "big")[0]["-m"] == memory


@pytest.mark.parametrize("words", [["--", "true"], ["a.img"]])
def test_memory_that_cannot_do_is_refused_by_number(run, tool, words):
    """What is said to be enough passes, one MiB less does not, and `check` says the same."""
    fake_qemu(tool, f"touch '{tool.path}/booted'\n")
    tool.run("pack", "-o", "a.img", "--no-init", "--tree", "/usr/share/misc")
    said = run("--memory", 16, *words, says="--memory 16: the kernel (")
    least, usual = map(int, re.search(r"need at least (\d+) MiB; without --memory the machine has (\d+)$", said).groups())
    assert 16 < least < usual
    run("--memory", least - 1, *words, says=f"need at least {least} MiB")
    assert not (tool.path / "booted").exists()
    run("--memory", least, *words, status=125, says="ended without a message")
    assert (tool.path / "booted").exists()


@pytest.mark.parametrize("words, fits", [("", False), ("rootfstype=ramfs", True), ("root=/dev/vda", True),
                                         ("root=/dev/vda rootfstype=tmpfs", False)])
def test_run_and_check_have_one_mind_about_memory(run, tool, words, fits):
    tool.write("big/file", bytes(90 << 20))
    tool.run("pack", "-o", "a.img", "--no-init", "--compress", "gzip", "--tree", "big")
    args = ["--memory", "190", "--append", words, "a.img"]
    checked = tool.run("check", "--kernel", str(KERNEL), *args, check=False)
    assert (b"memory" in checked.stdout) != fits, checked.stdout
    fake_qemu(tool, "exit 0\n")
    done = tool.run("run", *args, check=False)
    assert (b"need at least" in done.stderr) != fits and done.returncode == (125 if fits else 1), done.stderr


def test_words_of_the_user_come_last(run, tool):
    line = arguments(tool, "--append", "quiet=no", "--append", "last")[0]["-append"]
    assert line.endswith(" quiet=no last")


def test_more_arguments_for_qemu_come_last(run, tool):
    fake_qemu(tool, f'printf "%s\\n" "$@" >"{tool.path}/arguments"\nexit 1\n')
    words = ["--qemu", '-name "a b"  -s', "--device", "edu,id=x", "--qemu", ""]
    tool.run("run", *words, "--isolated", "--", "true", check=False)
    assert (tool.path / "arguments").read_text().splitlines()[-5:] == ["-name", "a b", "-s", "-device", "edu,id=x"]
    run("--qemu", '-name "a', "--", "true", status=2, says='--qemu -name "a: expected')


def test_a_dry_run_prints_a_line_and_starts_nothing(run, tool):
    fake_qemu(tool, f"touch '{tool.path}/booted'\n")
    tool.env["TMPDIR"] = str(tool.path)
    done = tool.run("run", "--dry-run", "--isolated", "--append", "it's=\"a b\"", "--device", "edu", "--", "true")
    words = shlex.split(done.stdout.decode())
    options = dict(zip(words, words[1:]))
    assert words[0] == tool.env["RDINIT_QEMU"] and options["-kernel"] == str(KERNEL) and words[-2:] == ["-device", "edu"]
    assert options["-append"].endswith(" it's=\"a b\"") and "fd=" not in done.stdout.decode() and "/fd/" not in done.stdout.decode()
    image = pathlib.Path(options["-initrd"])
    assert f"the image of this line is {image}; remove it" in done.stderr.decode()
    assert b"/usr/bin/true " in tool.run("list", str(image)).stdout
    image.unlink()
    again = tool.run("run", "--dry-run", "--keep", "own.img", "--isolated", "--", "true")
    assert str(tool.path / "own.img") in again.stdout.decode() and not again.stderr
    whole = tool.run("run", "--dry-run", "own.img")
    assert shlex.split(whole.stdout.decode())[-3].endswith("own.img") and not whole.stderr
    shared = tool.run("run", "--dry-run", "--keep", "own.img", "-v", ".:/x", "--", "true")
    assert b"path=host.sock" in shared.stdout and b"virtiofsd(1) must listen on host.sock and volumes.sock" in shared.stderr
    assert not (tool.path / "booted").exists()
    assert sorted(path.name for path in tool.path.iterdir() if path.suffix in (".img", ".sock") or "rdinit-" in path.name) == ["own.img"]


@pytest.mark.parametrize("words, says", [
    (["--dry-run", "--stdio", "pipe", "--", "true"], "omit --stdio pipe"),
    (["--dry-run", "--machine", "uml", "--", "true"], "need QEMU, and not --machine uml"),
    (["--gdb=x", "--", "true"], "--gdb=x: expected a port, as --gdb=1234"), (["--gdb=70000", "--", "true"], "expected a port"),
    (["--keep", "k.img", "a.img"], "--keep needs -- PROGRAM or --oci: an IMAGE is a file already")])
def test_what_does_not_go_with_a_look_at_qemu(run, words, says):
    run(*words, status=2, says=says)


def test_a_dry_run_that_fails_leaves_no_image(run, tool):
    tool.env["TMPDIR"] = str(tool.path)
    run("--dry-run", "--isolated", "--memory", "16", "--", "true", says="need at least")
    assert not list(tool.path.glob("*.img"))


def test_gdb_is_reported_where_the_machine_waits(run, tool):
    fake_qemu(tool, f'printf "%s\\n" "$@" >"{tool.path}/arguments"\nexit 1\n')
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        run(f"--gdb={port}", "--", "true", says=f"--gdb: port {port} of 127.0.0.1: Address already in use; choose another one")
    options, said = arguments(tool, f"--gdb={port}")
    assert options["-gdb"] == f"tcp:127.0.0.1:{port}" and "-S" in options and " nokaslr" in options["-append"]
    assert f"gdb -ex 'target remote :{port}'" in said and "no vmlinux of this kernel was found" in said
    built = PROJECT / "build/kernel/test/bzImage"
    if built.exists():
        _, said = arguments(tool, f"--gdb={port}", "--kernel", "test")
        assert f"vmlinux -ex 'target remote :{port}' -ex 'hbreak start_kernel' -ex c" in said


@pytest.mark.parametrize("name, change", [
    ("no magic", lambda whole, start, end: whole[:start] + b"none" + whole[start + 4:]),
    ("damage", lambda whole, start, end: whole[:start + 9999] + bytes(999) + whole[start + 10998:]),
    ("a wrong size", lambda whole, start, end: whole[:end - 4] + b"\0\0\1\0" + whole[end:]),
    ("a size of 4 GiB", lambda whole, start, end: whole[:end - 4] + b"\xff" * 4 + whole[end:]),
    ("a payload outside", lambda whole, start, end: whole[:0x24c] + b"\xff" * 4 + whole[0x250:]),
], ids=lambda value: value if isinstance(value, str) else "")
def test_a_payload_that_is_none_boots_as_a_bzimage(run, tool, name, change):
    whole = KERNEL.read_bytes()
    path = tool.write("vmlinuz", change(whole, *payload_at(whole)))
    options, said = arguments(tool, "--verbose", "--kernel", path)
    assert options["-kernel"] == str(path)
    assert "rdinit: booting the bzImage itself: " in said


def unpacked_kernel():
    whole = KERNEL.read_bytes()
    start, end = payload_at(whole)
    unpack = {b"\x02\x21": "lz4", b"\x28\xb5": "zstd", b"\xfd7": "xz"}[whole[start:start + 2]]
    return subprocess.run([unpack, "-d", "-c"], input=whole[start:end - 4], capture_output=True,
                          check=True).stdout


def test_a_vmlinux_beside_a_bzimage_is_taken_if_it_is_of_the_same_release(run, tool):
    image = tool.write("p/bzImage", KERNEL.read_bytes())
    kernel = unpacked_kernel()
    beside = tool.write("p/vmlinux", kernel)
    assert arguments(tool, "--kernel", image)[0]["-kernel"] == str(beside)
    assert arguments(tool, "--kernel", beside)[0]["-kernel"] == str(beside)
    release = KERNEL.name.removeprefix("vmlinuz-").encode()
    tool.write("p/vmlinux", kernel.replace(release, b"9" + release[1:]))
    assert arguments(tool, "--kernel", image)[0]["-kernel"].startswith("/proc/self/fd/")
    tool.write("p/vmlinux", "no kernel")
    assert arguments(tool, "--kernel", image)[0]["-kernel"].startswith("/proc/self/fd/")


def test_a_vmlinux_without_a_pvh_entry_is_refused(run, tool):
    kernel = unpacked_kernel()
    note = re.search(rb"\x04\0\0\0[\x04\x08]\0\0\0\x12\0\0\0Xen\0", kernel).start()
    path = tool.write("vmlinux", kernel[:note + 8] + b"\x13" + kernel[note + 9:])
    run("--kernel", path, "--", "true", says="CONFIG_PVH")


def configured(tool, *lines):
    """A kernel with a configuration beside it: Debian's, with these lines behind it."""
    config = KERNEL.with_name(KERNEL.name.replace("vmlinuz", "config")).read_text()
    release = KERNEL.name.removeprefix("vmlinuz-")
    tool.write(f"k/config-{release}", config + "".join(line + "\n" for line in lines))
    return tool.write("k/kernel", KERNEL.read_bytes())


@pytest.mark.parametrize("lines, says", [
    (("CONFIG_VIRTIO_FS=n",), "has no CONFIG_VIRTIO_FS"), (("CONFIG_OVERLAY_FS=n",), "has no CONFIG_OVERLAY_FS"),
    ((), "has no modules next to it, and perhaps no CONFIG_VIRTIO_FS")])
def test_a_kernel_that_cannot_share_files(run, tool, lines, says):
    """The program is packed, and one line says so; what was asked for by --root is an error."""
    fake_qemu(tool, f'printf "%s\\n" "$@" >"{tool.path}/arguments"; exit 1\n')
    kernel = configured(tool, *lines)
    run("--kernel", kernel, "--", "true", status=125, says=says)
    assert "rdinit.root" not in (tool.path / "arguments").read_text()
    run("--kernel", kernel, "--root", "/", "--", "true", says=says)


def warm(tool, *args, status=1):
    """What `rdinit warm` wrote to stderr."""
    done = tool.run("warm", *args, check=False, env={"XDG_CACHE_HOME": str(tool.path / "cache")})
    assert done.returncode == status and not done.stdout, done
    return done.stderr.decode()


@pytest.mark.parametrize("lines, says", [
    (("CONFIG_VIRTIO_CONSOLE=n",), "has no CONFIG_VIRTIO_CONSOLE"), (("CONFIG_HOTPLUG_PCI_PCIE=n",), "has no CONFIG_HOTPLUG_PCI_PCIE"),
    (("CONFIG_X86_IOPL_IOPERM=n",), "has no CONFIG_X86_IOPL_IOPERM"),
    ((), "has no modules next to it, and perhaps no CONFIG_VIRTIO_FS")])
def test_a_kernel_of_which_no_machine_is_saved(tool, lines, says):
    assert f"rdinit: the machine cannot be saved: kernel {tool.path}/k/kernel {says}" in warm(tool, "--kernel", configured(tool, *lines))


def test_a_machine_that_is_not_saved(tool):
    fake_qemu(tool, "exit 1\n")
    assert warm(tool) == "rdinit: the machine was not saved: QEMU ended\n"
    assert warm(tool, "x", status=2).startswith('rdinit: expected options, found "x"')
    assert warm(tool, "--list", "--clear", status=2).startswith("rdinit: expected --list or --clear, not both")
    assert warm(tool, "--list", status=0) == ""


@pytest.mark.parametrize("text", ["80", "x:80", "80:x", "0:80", "80:65536", "1.2.3:80:80", "::80", "80:80/sctp", "1.2.3.4.5.6.7.8:80:80"])
def test_ports_that_are_none(run, text):
    run("-p", text, "--", "true", status=2, says="expected [ADDRESS:]PORT:PORT[/udp]")


def test_a_port_that_is_in_use(run):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        run("-p", f"{port}:80", "--", "true", says=f"port {port} of 127.0.0.1: Address already in use; choose another one")


@pytest.mark.parametrize("args", [["-p", "8080:80", "a.img"], ["--net", "user", "--machine", "uml", "--", "true"]])
def test_a_network_for_none(run, args):
    run(*args, status=2, says="--net and -p need")


def test_a_guest_with_a_network(tool, run):
    options, _ = arguments(tool, "--net", "user")
    assert options["-netdev"] == "user,id=net" and options["-device"] and "ip=10.0.2.15::10.0.2.2:" in options["-append"]
    options, _ = arguments(tool, "-p", "127.0.0.9:61080:80", "-p", "61053:53/udp")
    assert options["-netdev"] == ("user,id=net,hostfwd=tcp:127.0.0.9:61080-10.0.2.15:80,"
                                  "hostfwd=udp:127.0.0.1:61053-10.0.2.15:53")
    assert "-netdev" not in arguments(tool, "--net", "none")[0]
    assert "CONFIG_VIRTIO_NET" in arguments_of_failure(tool, configured(tool, "CONFIG_VIRTIO_NET=n"))


def arguments_of_failure(tool, kernel):
    return tool.run("run", "--kernel", kernel, "--net", "user", "--", "true", check=False).stderr.decode()


def test_virtiofsd_that_is_not_there(run, tool):
    fake_qemu(tool, f'printf "%s\\n" "$@" >"{tool.path}/arguments"; exit 1\n')
    tool.env["RDINIT_VIRTIOFSD"] = "/no/such/virtiofsd"
    run("--", "true", status=125, says="no such program: /no/such/virtiofsd (RDINIT_VIRTIOFSD)")
    assert "rdinit.root" not in (tool.path / "arguments").read_text()
    run("--root", "/", "--", "true", says="--root /: no such program: ")


@pytest.mark.parametrize("words, status, says", [
    (["--root", "/no/such"], 1, "--root /no/such: No such file or directory (ENOENT)"), (["--root", "/etc/passwd"], 1, "--root /etc/passwd: not a directory"),
    (["-w", "/no/such"], 126, "--workdir /no/such: the root has no such directory: No such file"), (["-w", "/etc/passwd"], 126, "no such directory: Not a dir"),
    (["--root", "/", "-w", "/no/such"], 126, "--workdir /no/such")])
def test_directories_that_are_none(run, tool, words, status, says):
    fake_qemu(tool, f"touch '{tool.path}/booted'\n")
    run(*words, "--", "/bin/true", status=status, says=says)
    assert not (tool.path / "booted").exists()
    run("-w", "/no/such/sub", "-v", ".:/no/such", "--", "/bin/true", status=125, says="ended without a message")


def test_a_root_that_cannot_be_read_only(run, tool):
    tool.env["RDINIT_VIRTIOFSD"] = "/no/such/virtiofsd"
    run("--read-only", "--", "true", says="--read-only: the program cannot have this machine's files as its root: no such program")


def test_what_virtiofsd_says_is_shown(run, tool):
    """It ends, and QEMU with it."""
    fake_qemu(tool, "sleep 1; exit 1\n")
    daemon = tool.write("virtiofsd", "#!/bin/sh\necho out of luck >&2; exit 3\n")
    daemon.chmod(0o755)
    tool.env["RDINIT_VIRTIOFSD"] = str(daemon)
    run("--root", "/", "--", "true", status=125, says="virtiofsd: out of luck")


def test_a_guest_with_a_root_of_this_machine(run, tool):
    fake_qemu(tool, f'printf "%s\\n" "$@" >"{tool.path}/arguments"; exit 1\n')
    run("--root", "/", "--", "true", status=125)
    words = (tool.path / "arguments").read_text().splitlines()
    options = dict(zip(words, words[1:]))
    assert options["-M"] == "q35,memory-backend=ram" and options["-object"] == "memory-backend-memfd,id=ram,size=1024M,share=on"
    assert " rdinit.root=virtiofs:host rd.overlay" in options["-append"]
    run("--root", "/", "--read-only", "--", "true", status=125)
    assert "rdinit.root=virtiofs:host" in (tool.path / "arguments").read_text()
    assert "rd.overlay" not in (tool.path / "arguments").read_text()


@pytest.mark.parametrize("args, status, says", [
    (["-e", "=x", "--", "true"], 2, "expected NAME=VALUE or NAME"), (["--env-file", "nope", "--", "true"], 1, "nope: cannot open: No such file"),
    (["--env-file", "bad", "--", "true"], 2, "bad: line 2: expected NAME=VALUE or NAME"),
    (["-u", "no-such-user", "--", "true"], 2, "no such user on this machine"), (["-u", "0:no-such-group", "--", "true"], 2, "no such group"),
    (["--isolated", "-w", '/a"b', "--", "true"], 1, "holds no quote"), (["-e", "A=1", "a.img"], 2, "need -- PROGRAM"),
    (["--root", "/nope", "--", "true"], 1, "--root /nope: No such file"),
    (["--root", "/", "--isolated", "--", "true"], 2, "none of --isolated")])
def test_surroundings_that_are_none(run, tool, args, status, says):
    fake_qemu(tool, "exit 1\n")
    tool.write("bad", "A=1\n=2\n")
    run(*args, status=status, says=says)


@pytest.mark.parametrize("line, says", [
    ("CONFIG_BLK_DEV_INITRD=n", "no CONFIG_BLK_DEV_INITRD, says"),
    ("CONFIG_BINFMT_ELF=n", "it cannot run a program (kconfig-fragments: base)"),
    ("CONFIG_DEVTMPFS=n\nCONFIG_TMPFS=n", "no CONFIG_DEVTMPFS and no CONFIG_TMPFS"),
    ("CONFIG_SERIAL_8250=m", "no CONFIG_SERIAL_8250"),
])
def test_a_kernel_that_cannot_is_refused_before_the_boot(run, tool, line, says):
    fake_qemu(tool, f"touch '{tool.path}/booted'\n")
    run("--kernel", configured(tool, line), "--", "true", says=says)
    assert not (tool.path / "booted").exists()


def test_a_kernel_that_cannot_tell_the_status_is_warned_of(run, tool):
    said = arguments(tool, "--kernel", configured(tool, "CONFIG_X86_IOPL_IOPERM=n"))[1]
    assert "rdinit: warning: kernel " in said and "no CONFIG_X86_IOPL_IOPERM" in said


@pytest.mark.parametrize("bus, line, symbol", [
    ("scsi", "CONFIG_SCSI_VIRTIO=n", "SCSI_VIRTIO"), ("virtio", "CONFIG_VIRTIO_BLK=n", "VIRTIO_BLK"),
    ("ide", "CONFIG_ATA_PIIX=n\nCONFIG_SATA_AHCI=n", "ATA_PIIX and no CONFIG_SATA_AHCI"),
    ("nvme", "CONFIG_BLK_DEV_NVME=n", "BLK_DEV_NVME")])
def test_a_kernel_that_sees_no_such_disk_is_warned_of(run, tool, bus, line, symbol):
    disk = tool.write("disk", bytes(4096))
    said = arguments(tool, "--disk", f"{disk},{bus}", "--kernel", configured(tool, line))[1]
    assert f"no CONFIG_{symbol}, says" in said and "the disk will not appear" in said
    assert "CONFIG_" not in arguments(tool, "--disk", f"{disk},{bus}", "--kernel", configured(tool))[1]


def test_one_of_two_file_systems_is_enough(run, tool):
    said = arguments(tool, "--kernel", configured(tool, "CONFIG_DEVTMPFS=n"))[1]
    assert "CONFIG_" not in said


def test_debians_kernel_raises_no_alarm(run, tool):
    for machine in ("pc", "q35", "microvm"):
        assert "CONFIG_" not in arguments(tool, "--machine", machine)[1]


def test_an_image_in_a_compression_that_the_kernel_lacks_is_refused(run, tool):
    tool.run("pack", "-o", "a.img", "--no-init", "--compress", "zstd", "--tree", "/usr/share/misc")
    kernel = configured(tool, "CONFIG_RD_ZSTD=n")
    run("--kernel", kernel, "a.img", says="has no CONFIG_RD_ZSTD")
    tool.run("pack", "-o", "a.img", "--no-init", "--compress", "none", "--tree", "/usr/share/misc")
    fake_qemu(tool, "exit 1\n")
    assert b"CONFIG_" not in tool.run("run", "--kernel", str(kernel), "a.img", check=False).stderr


@pytest.mark.parametrize("config", ["", "CONFIG_BINFMT_ELF=n\n", "\0" * 5000, "CONFIG_64BIT=y"])
def test_what_is_no_configuration_is_no_alarm(run, tool, config):
    kernel = configured(tool)
    tool.write(f"k/config-{KERNEL.name.removeprefix('vmlinuz-')}", config)
    assert "CONFIG_" not in arguments(tool, "--kernel", kernel)[1]


@pytest.mark.parametrize("line, more, option", [
    ("", [], "microvm,acpi=off"), ("", ["--cpus", "2"], "microvm"), ("", ["--disk", "@"], "microvm"),
    ("CONFIG_X86_MPPARSE=y", ["--cpus", "2"], "microvm,acpi=off"),
    ("CONFIG_VIRTIO_MMIO_CMDLINE_DEVICES=y", ["--disk", "@"], "microvm,acpi=off"),
    ("CONFIG_SERIAL_8250_PNP=n", ["--cpus", "2"], "microvm,acpi=off"), ("CONFIG_ACPI=n", ["--disk", "@"], "microvm,acpi=off")])
def test_a_microvm_has_acpi_where_its_kernel_cannot_do_without(run, tool, line, more, option):
    """With ACPI its only timer is the processor's: without that nothing that sleeps would wake."""
    more = [word.replace("@", f"{tool.write('disk', bytes(4096))},virtio") for word in more]
    options = arguments(tool, "--machine", "microvm", *more, "--kernel", configured(tool, line))[0]
    assert options["-M"] == option
    alone = options["-accel"] == "tcg" and more[:1] != ["--cpus"]
    assert ("nolapic_timer" in options["-append"].split()) == (alone and option != "microvm")


MADE_FOR_MICROVM = "CONFIG_ACPI=n\nCONFIG_X86_MPPARSE=y\nCONFIG_VIRTIO_MMIO_CMDLINE_DEVICES=y"


@pytest.mark.parametrize("lines, more, machine", [
    ("", [], "pc"), ("", ["--disk", "@,virtio"], "q35"), ("", ["--disk", "@,scsi", "--disk", "@,ide"], "pc"),
    ("CONFIG_ACPI=n", ["--disk", "@,virtio"], "pc"), ("", ["--disk", "@,nvme", "--no-tuning"], "pc"), (MADE_FOR_MICROVM, [], "microvm,acpi=off"),
    (MADE_FOR_MICROVM, ["--cpus", "2"], "microvm,acpi=off"),
    (MADE_FOR_MICROVM, ["--disk", "@,virtio"], "microvm,acpi=off"),
    (MADE_FOR_MICROVM, ["--disk", "@,virtio", "--disk", "@,ide"], "pc"),
    (MADE_FOR_MICROVM, ["--machine", "q35"], "q35"), (MADE_FOR_MICROVM, ["--no-tuning"], "pc"),
    (MADE_FOR_MICROVM + "\nCONFIG_X86_MPPARSE=n", [], "pc"),
    (MADE_FOR_MICROVM + "\nCONFIG_ACPI=y", [], "pc"), (MADE_FOR_MICROVM + "\nCONFIG_ACPI=y", ["--disk", "@,virtio"], "q35"),
    ("CONFIG_ACPI=n\nCONFIG_X86_MPPARSE=y\nCONFIG_PCI=n", [], "microvm,acpi=off"),
    ("CONFIG_ACPI=n\nCONFIG_X86_MPPARSE=y", [], "pc")])
def test_the_machine_goes_by_the_kernel_and_the_disks(run, tool, lines, more, machine):
    disk = tool.write("disk", bytes(4096))
    options, said = arguments(tool, "--verbose", *[word.replace("@", str(disk)) for word in more],
                              "--kernel", configured(tool, lines))
    assert options["-M"] == machine
    assert f"), {machine.split(',')[0]}, " in said


def test_a_microvm_without_acpi_names_its_disks_to_the_kernel(run, tool):
    disk = tool.write("disk", bytes(4096))
    kernel = configured(tool, "CONFIG_SERIAL_8250_PNP=n\nCONFIG_VIRTIO_MMIO_CMDLINE_DEVICES=n")
    said = arguments(tool, "--machine", "microvm", "--disk", f"{disk},virtio", "--kernel", kernel)[1]
    assert "no CONFIG_VIRTIO_MMIO_CMDLINE_DEVICES" in said and "VIRTIO_PCI" not in said


def test_a_plain_config_must_be_of_the_kernels_version(run, tool):
    release = KERNEL.name.removeprefix("vmlinuz-").split("-")[0]
    lines = 'CONFIG_CC_VERSION_TEXT="x"\nCONFIG_64BIT=y\nCONFIG_BLK_DEV_INITRD=y\nCONFIG_PROC_FS=y\n'
    tool.write("k/config", f"# Linux/x86 {release} Kernel Configuration\n{lines}")
    kernel = tool.write("k/bzImage", KERNEL.read_bytes())
    run("--kernel", kernel, "--", "true", says="no CONFIG_BINFMT_ELF")
    tool.write("k/config", f"# Linux/x86 5.10.0 Kernel Configuration\n{lines}")
    assert "CONFIG_" not in arguments(tool, "--kernel", kernel)[1]


def test_a_kernel_by_the_name_of_its_profile(tool):
    """The tool finds profiles beside itself: a copy of it has its own."""
    here = tool.path / "build"
    (here / "kernel/mine").mkdir(parents=True)
    for name in ("rdinit", "init"):
        (here / name).write_bytes(pathlib.Path(RDINIT).with_name(name).read_bytes())
        (here / name).chmod(0o755)
    (here / "kernel/mine/bzImage").write_bytes(KERNEL.read_bytes())
    script = tool.write("qemu", f'#!/bin/sh\nprintf "%s\\n" "$@" >"{tool.path}/arguments"\n')
    script.chmod(0o755)

    def start(name):
        return subprocess.run([here / "rdinit", "run", "--no-tuning", "--kernel", name, "--", "true"],
                              cwd=tool.path, env={**tool.env, "RDINIT_QEMU": str(script)},
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
    (tool.path / "mine").mkdir()
    tool.write("tools/deps.sh", "")
    start("mine")
    assert f"{here}/kernel/mine/bzImage\n" in (tool.path / "arguments").read_text()
    said = start("other").stderr.decode()
    assert "(there are: mine)" in said and "make kernel PROFILE=other" in said


def fake_uml(tool):
    """An ELF program with a kernel's banner: one low segment, no interpreter."""
    head = b"\x7fELF\2\1\1" + bytes(9) + struct.pack("<HHIQQQIHHHHHH", 2, 62, 1, 0, 64, 0, 0, 64, 56, 1, 0, 0, 0)
    load = struct.pack("<IIQQQQQQ", 1, 5, 0, 0x60000000, 0x60000000, 200, 200, 4096)
    return tool.write("linux", head + load + b"Linux version 6.1.0 (who)\0")


def test_user_mode_linux_and_machines_do_not_mix(run, tool):
    run("--kernel", fake_uml(tool), "--", "true", says="which is a program: boot it with --machine uml")
    run("--machine", "uml", "--kernel", KERNEL, "--", "true", says="build one that is a program")
    run("--machine", "uml", "--cpus", "2", "--", "true", status=2, says="one processor")


def test_user_mode_linux_has_no_buses(run, tool):
    uml, disk = fake_uml(tool), tool.write("disk", bytes(4096))
    run("--machine", "uml", "--kernel", uml, "--disk", f"{disk},virtio", "--", "true", says="has no buses")
    run("--machine", "uml", "--kernel", uml, "--disk", tool.write("a,b", bytes(4096)), "--", "true",
        says="comma or colon")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_a_signal_ends_the_machine_and_leaves_nothing(run, tool, number):
    fake_qemu(tool, f"echo $$ >'{tool.path}/pid.new'; mv '{tool.path}/pid.new' '{tool.path}/pid'\n"
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


def test_a_kill_while_the_image_is_made_leaves_nothing(run, tool):
    (tool.path / "tmp").mkdir()
    tool.env["TMPDIR"] = str(tool.path / "tmp")
    with open(tool.path / "noise", "wb") as file:
        file.truncate(1 << 29)
    (tool.path / "t").mkdir()
    os.rename(tool.path / "noise", tool.path / "t/noise")
    with subprocess.Popen([RDINIT, "run", "--tree", "t", "--", "true"], cwd=tool.path, env=tool.env, stdin=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL) as process:
        while process.poll() is None and not writes_below(process.pid, tool.path / "tmp"):
            time.sleep(0.001)
        process.kill()
        assert process.wait() == -signal.SIGKILL
    assert os.listdir(tool.path / "tmp") == []


def writes_below(pid, folder):
    """Whether the process has a file of this directory open."""
    try:
        return any(os.readlink(f"/proc/{pid}/fd/{fd}").startswith(f"{folder}/") for fd in os.listdir(f"/proc/{pid}/fd"))
    except FileNotFoundError:
        return False
