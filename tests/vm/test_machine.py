# SPDX-License-Identifier: MIT
"""Machines that `rdinit run` does not make: QEMU itself, with the wire in a file."""
import glob
import os
import re
import socket
import subprocess
import time

from vm import PROJECT, TIMEOUT

KERNEL = os.environ.get("RDINIT_KERNEL") or glob.glob(str(PROJECT / "build/kernel/debian/boot/vmlinuz-*"))[0]
WORDS = "quiet panic=-1 no_timer_check cryptomgr.notests rdinit.onfail=poweroff "


def qemu(files, image, words, *more, kernel=KERNEL):
    wire = files.directory / "wire"
    wire.unlink(missing_ok=True)
    command = ["qemu-system-x86_64", "-M", "pc", "-accel", "tcg", "-m", "256", "-nodefaults", "-no-reboot",
               "-display", "none", "-kernel", kernel, "-initrd", files.get(image), "-append", WORDS + words,
               "-chardev", f"file,id=wire,path={wire}", "-device", "isa-debugcon,iobase=0xe9,chardev=wire"]
    return subprocess.Popen(command + list(more), stdin=subprocess.DEVNULL), wire


def end(machine, wire):
    try:
        machine.wait(float(TIMEOUT))
    finally:
        machine.kill()
        machine.wait()
    return re.sub(r"^within \d+\n", "", wire.read_text(), flags=re.M)   # how many goes by how busy its disks are


def test_a_machine_without_a_serial_port_runs_its_program(files):
    machine, wire = qemu(files, "hello.img", "console=ttyS0", "-serial", "none")
    assert end(machine, wire) == "ready\nexit 7\noff\n"


def test_a_machine_without_any_console_device_runs_its_program(files):
    machine, wire = qemu(files, "hello.img", "console=null", "-serial", "none", "-vga", "none")
    assert end(machine, wire) == "ready\nexit 7\noff\n"


def wait_for(path, text):
    deadline = time.monotonic() + float(TIMEOUT)
    while text not in (path.read_text(errors="replace") if path.exists() else ""):
        assert time.monotonic() < deadline, f"{path} never said {text}"
        time.sleep(0.1)


def test_a_root_that_is_plugged_in_later_is_found(files):
    console, monitor = files.directory / "plug.console", str(files.directory / "monitor")
    machine, wire = qemu(
        files, "handoff.img", "console=ttyS0 debug loglevel=8 root=/dev/vda rd.timeout=30",
        "-serial", f"file:{console}", "-monitor", f"unix:{monitor},server,nowait",
        "-drive", f"file={files.get('root.ext4')},if=none,id=late,format=raw,snapshot=on")
    wait_for(console, "waiting for /dev/vda")
    with socket.socket(socket.AF_UNIX) as commands:
        commands.connect(monitor)
        commands.sendall(b"device_add virtio-blk-pci,drive=late,addr=0x10\n")
        time.sleep(0.5)
        end(machine, wire)
    assert "REALROOT-OK /sbin/init" in console.read_text(errors="replace")


def test_the_power_button_ends_a_program_that_ignores_it(files):
    """The first press is SIGTERM, the second is SIGKILL a second later."""
    console, monitor = files.directory / "button.console", str(files.directory / "button.monitor")
    machine, wire = qemu(files, "button.img", "console=ttyS0 rdinit.grace=3600", "-M", "q35", "-serial", f"file:{console}",
                         "-monitor", f"unix:{monitor},server,nowait")
    wait_for(console, "WAITS")
    with socket.socket(socket.AF_UNIX) as commands:
        commands.connect(monitor)
        commands.sendall(b"system_powerdown\n")
        wait_for(console, "TERM came")
        commands.sendall(b"system_powerdown\n")
        assert end(machine, wire) == "ready\nsignal KILL\noff\n"
    assert "appliance: /bin/sh has not ended after SIGTERM: killed" in console.read_text(errors="replace")


def test_a_program_tells_the_host_that_it_is_ready(files):
    console = files.directory / "notify.console"
    machine, wire = qemu(files, "notify.img", "console=ttyS0 rdinit.notify rdinit.user=7:7", "-serial", f"file:{console}")
    assert end(machine, wire) == "ready\nstatus READY=1\nstatus STATUS=it serves\nexit 4\noff\n"
    assert console.read_text(errors="replace").count("a message of the program is not of sd_notify(3)") == 1


WATCHDOG = "console=ttyS0 rdinit.watchdog=2 "


def test_a_watchdog_is_fed_while_the_program_runs_and_stopped_at_the_end(files):
    console = files.directory / "fed.console"
    machine, wire = qemu(files, "watchdog.img", WATCHDOG + 'rdinit.run="/bin/sh -c \'sleep 7; exit 4\'"', "-serial", f"file:{console}")
    assert end(machine, wire) == "ready\nexit 4\noff\n"
    assert "did not stop" not in console.read_text(errors="replace")  # what the driver says of one that was only closed


def test_a_watchdog_resets_a_machine_whose_program_no_longer_reports(files):
    console = files.directory / "reset.console"
    machine, wire = qemu(files, "watchdog.img", WATCHDOG + "rdinit.notify", "-serial", f"file:{console}")
    assert end(machine, wire) == "ready\n"
    assert "the program is not healthy: /dev/watchdog is fed no more" in console.read_text(errors="replace")
