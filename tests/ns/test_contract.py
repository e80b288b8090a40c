# SPDX-License-Identifier: MIT
"""test_contract.py - what tini and dumb-init promise of a container's first process, each a row; the
table of rdinit-init(8), THE CONTRACT OF A FIRST PROCESS, says the same. Both run one program as PID 1's child."""
import dataclasses
import re
import signal
from concurrent.futures import ThreadPoolExecutor

import pytest

from namespace import INITS, OFF, Root, Run, compiled, usable

pytestmark = pytest.mark.skipif(not usable(), reason="needs user namespaces, strace, musl-gcc")
NOISE = bytes(range(256)) * 128 + b"\n"  # 32 KiB: a pipe takes them at once
IGNORED = {signal.SIGCHLD, signal.SIGCONT, signal.SIGURG, signal.SIGWINCH}  # by a program that does nothing about them
STOPS = {signal.SIGSTOP, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU}


@dataclasses.dataclass
class Row:
    promise: str
    program: str  # of contract.c, with its argument; "/..." is the whole of rdinit.run=
    status: int
    seen: tuple = ()  # patterns of the console
    absent: str = "SIGTERM: killed"  # what is left after the grace
    words: str = ""
    stdin: bytes = b""
    ended: bool = False  # the file that the last process of the program writes when it ends in order


ROWS = [
    # How the program ended.
    Row("a status of a program that became another one", "exec", 9),
    Row("a status of a program whose first thread ended before", "thread", 7),
    Row("a status without any descriptor", "close 5", 5),
    Row("a program that is not there is 127", "/bin/nothing", 127, (r"run /bin/nothing: .*\(ENOENT\)",)),
    Row("a program that PATH does not have is 127", "nothing", 127, (r"run nothing: .*\(ENOENT\)",)),
    Row("a program below a file is 127", "/bin/guest/x", 127, (r"\(ENOTDIR\)",)),
    Row("a script whose interpreter is not there is 127", "/lost", 127, (r"run /lost: .*\(ENOENT\)",)),
    Row("a file that is not executable is 126", "/plain", 126, (r"run /plain: .*\(EACCES\)",)),
    Row("a directory is 126", "/bin", 126, (r"run /bin: .*\(EACCES\)",)),
    Row("a file that is no program is 126", "/text", 126, (r"run /text: .*\(ENOEXEC\)",)),
    Row("an empty file is 126", "/empty", 126, (r"run /empty: .*\(ENOEXEC\)",)),
    # What the program is given.
    Row("descriptors, signals, umask and group are as nobody had touched them", f"state {'x' * 5000}", 0, (
        "first descriptor free is 3", "blocked 0", "ignored 0", "umask 22", "in the group of PID 1: 0", "may begin a session: 1", "is PID 1: 0",
        "argument of 5000 bytes"), absent="does not block"),
    Row("what comes on stdin goes to the program, byte for byte", "copy", 0, stdin=NOISE),
    # Zombies.
    Row("thousands of orphans are reaped, whatever they end with", "orphans 3000", 0, ("payload: 0 zombies",)),
    Row("the program's own children are its own", "children 600", 0, ("600 children waited for",)),
    # Signals.
    Row("a program that does nothing about TERM dies of it, as no PID 1 does", f"signal {signal.SIGTERM:d}", 143,
        ("killed by SIGTERM",)),
    Row("a signal is the program's, not its group's", "group 8", 8,
        ("the child was asked by 35\n", f"the child was ended by {signal.SIGTERM:d}\n")),
    Row("a program that is stopped has not ended, and goes on with CONT", "stop 7", 7, ("payload: goes on",)),
    Row("KILL and STOP of the program do nothing to PID 1", "kill-init 6", 6),
    # What is left when the program has ended.
    Row("a daemon of two forks, a session and no descriptors has its time to end", "daemon 5", 5, ended=True),
    Row("what is stopped has it, too", "stopped 5", 5, ended=True),
    Row("what ignores every signal is killed after the grace", "stubborn 5", 5,
        ("processes still running 1 s after SIGTERM: killed",), absent="in order", words="rdinit.grace=1"),
    Row("what has a new number every moment is killed, too", "runner 5", 5,
        ("processes still running 1 s after SIGTERM: killed",), absent="in order", words="rdinit.grace=1"),
    Row("many end at once", "many 1000", 5),
]


@pytest.fixture(scope="module")
def guest(tmp_path_factory):
    return compiled("contract.c", tmp_path_factory.mktemp("contract") / "guest")


@pytest.fixture(scope="module")
def entry(tmp_path_factory):
    return compiled("guest.c", tmp_path_factory.mktemp("entry") / "entry")


def place(path, guest, init, program, words=""):
    root = Root(path, guest, init, program, words)
    if not re.match("[a-z-]+( |$)", program) or program == "nothing":
        root.ask(f"rdinit.run={program} {words}")
    for name, text, mode in (("lost", "#!/bin/nothing\n", 0o755), ("plain", "#!/bin/guest\n", 0o644),
                             ("text", "just text\n", 0o755), ("empty", "", 0o755)):
        (path / name).write_text(text)
        (path / name).chmod(mode)
    return root


@pytest.mark.parametrize("init", INITS)
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.promise)
def test_contract(row, init, tmp_path, guest, entry):
    root = place(tmp_path / "root", guest, init, row.program, row.words)
    run = Run(root, stdin=row.stdin, entry=entry)
    assert run.end(60) in OFF, run.console
    assert re.search(rf"^init: exit status {row.status} \(run: ", run.console, re.M), run.console
    for pattern in row.seen:
        assert re.search(pattern, run.console), run.console
    assert not re.search(row.absent, run.console), run.console
    assert row.stdin.decode(errors="replace") in run.console, run.console
    assert (root.path / "ended").exists() == row.ended, run.console
    assert not row.ended or (root.path / "ended").read_text() == "in order\n"


def statuses(programs, tmp_path, guest, entry):
    """The last line of each program's boot, several at once."""
    def last(program):
        root = place(tmp_path / program.replace(" ", "-"), guest, "init", program)
        run = Run(root, entry=entry)
        assert run.end(60) in OFF, run.console
        return run.console.splitlines()[-1]
    with ThreadPoolExecutor(4) as pool:
        return dict(zip(programs, pool.map(last, programs)))


def expect(numbers, program, base, tmp_path, guest, entry):
    wanted = {f"{program} {number}": f"init: exit status {base + number} (run: /bin/guest)" for number in numbers}
    found = statuses(list(wanted), tmp_path, guest, entry)
    assert found == wanted, {name: line for name, line in found.items() if line != wanted[name]}


def test_every_status_is_the_programs(tmp_path, guest, entry):
    expect(range(256), "exit", 0, tmp_path, guest, entry)


def test_every_signal_that_ends_the_program_is_128_and_its_number(tmp_path, guest, entry):
    numbers = [number for number in range(1, 65) if number not in IGNORED | STOPS]
    expect(numbers, "die", 128, tmp_path, guest, entry)
