# SPDX-License-Identifier: MIT
"""A program at the console: what a user types at it, and what comes out when the line is slower than the program."""
import subprocess
import time

import pexpect
import pytest

from vm import RDINIT

BOX = "/bin/busybox"
CTRL_Z = "\x1a"
LINES = 40000


class Terminal:
    """`rdinit run` of a program in a terminal of its own."""

    def __init__(self, *program, options=()):
        self.child = pexpect.spawn(str(RDINIT), ["run", "--stdio", "console", "--timeout", "100", *options, "--isolated", "--", *program],
                                   timeout=60, encoding="utf-8", dimensions=(33, 97))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.child.close(force=True)

    def ask(self, line, answer):
        self.child.sendline(line)
        self.child.expect(answer)
        self.child.expect("# ")

    def end(self):
        self.child.expect(pexpect.EOF)
        self.child.close()
        return self.child.exitstatus


@pytest.mark.parametrize("program", [[BOX, "sh"], [BOX, "setsid", "-c", BOX, "sh"]], ids=["a shell", "in a session of its own"])
def test_keys_go_to_the_job_in_front(program):
    with Terminal(*program) as terminal:
        terminal.child.expect("# ")
        terminal.ask(f"{BOX} tty", "/dev/console\r+\n")
        for key, told in (("\x03", "\\^C"), (CTRL_Z, "Stopped")):
            terminal.child.sendline(f"echo run''ning; {BOX} sleep 100")
            terminal.child.expect("running\r+\n")
            time.sleep(0.5)     # until the job is the one in front
            terminal.child.send(key)
            terminal.child.expect(told)
            terminal.child.expect("# ")
        terminal.ask("kill -9 %1; wait; echo do''ne", "done\r+\n")
        terminal.child.sendline("exit 3")
        # The shell may not have seen yet that the job which it had stopped has ended; it says so once.
        if terminal.child.expect([pexpect.EOF, "You have stopped jobs"]):
            terminal.child.sendline("exit 3")
        assert terminal.end() == 3


def test_what_is_no_shell_cannot_be_stopped_and_can_be_ended():
    with Terminal(BOX, "sh", "-c", f"echo rea''dy; exec {BOX} cat") as terminal:
        terminal.child.expect("ready")
        terminal.child.sendline("before")
        terminal.child.expect("before\r+\n(.*\r+\n)?before\r+\n")
        terminal.child.send(CTRL_Z)
        terminal.child.sendline("after")
        terminal.child.expect("after\r+\n(.*\r+\n)?after\r+\n")
        terminal.child.send("\x03")
        assert terminal.end() == 130


def test_a_program_knows_the_size_of_the_terminal():
    with Terminal(BOX, "stty", "size") as terminal:
        terminal.child.expect("33 97\r+\n")
        assert terminal.end() == 0


@pytest.mark.parametrize("options", [[], ["--append", "lockdown=integrity"], ["--machine", "microvm"]], ids=["q35", "locked down", "microvm"])
def test_the_terminal_changes_its_size_as_the_one_of_this_machine_does(options):
    """The job in the foreground is told, and asks for it."""
    with Terminal(BOX, "sh", "-c", f"trap '{BOX} stty size' WINCH; echo rea''dy; while :; do {BOX} sleep 1; done",
                  options=options) as terminal:
        terminal.child.expect("ready")
        for rows, columns in ((41, 203), (24, 80)):
            terminal.child.setwinsize(rows, columns)
            terminal.child.expect(f"{rows} {columns}\r+\n")
        terminal.child.send("\x03")


def test_ctrl_a_is_for_qemu():
    """Its monitor answers, twice Ctrl-a is one for the program, and Ctrl-a x ends the machine."""
    with Terminal(BOX, "sh", "-c", f"echo rea''dy; exec {BOX} od -c -N 3") as terminal:
        terminal.child.expect("ready")
        terminal.child.send("\x01c")
        terminal.child.expect("\\(qemu\\)")
        terminal.child.sendline("info version")
        terminal.child.expect("[0-9]+\\.[0-9]+\\.[0-9]+")
        terminal.child.send("\x01c")
        time.sleep(0.5)     # until the keys are the program's again
        terminal.child.send("\x01\x01xy\n")
        terminal.child.expect("001 +x +y")
        assert terminal.end() == 0


@pytest.mark.parametrize("ready", [True, False], ids=["while a program runs", "during the boot"])
def test_ctrl_a_x_ends_the_machine(ready):
    with Terminal(BOX, "sh", "-c", "echo rea''dy; exec sleep 1000") as terminal:
        if ready:
            terminal.child.expect("ready")
        else:
            terminal.child.expect("Ctrl-a x ends it, Ctrl-a h shows other keys")
        terminal.child.send("\x01x")
        assert terminal.end() == 130


def test_a_slow_line_loses_nothing():
    """The program has ended long before its last lines have left the machine."""
    command = [RDINIT, "run", "--stdio", "console", "--timeout", "100", "--isolated", "--", BOX, "seq", "1", str(LINES)]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as machine:
        time.sleep(3)
        said = b""
        while block := machine.stdout.read1(4096):
            said += block
            time.sleep(0.04)    # slower than any guest
    numbers = [line for line in said.decode(errors="replace").replace("\r", "").split("\n") if line.isdigit()]
    assert numbers == [str(i) for i in range(1, LINES + 1)]
    assert machine.returncode == 0
