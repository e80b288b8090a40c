# SPDX-License-Identifier: MIT
"""test_verdict.py - the status of `rdinit run`: what the wire said, how QEMU ended and what the console showed, each
with each, said by a stand-in for QEMU."""
import ast
import concurrent.futures
import itertools
import json
import os
import pty
import signal
import subprocess

import pytest

from conftest import RDINIT
from stand_in import stand_in
from test_run_cli import KERNEL, is_gone

PANIC = "[    1.234567] Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000700"

WIRE = {
    "nothing": "",
    "status": "status root-find: waiting for /dev/vda\n",
    "ready": "ready\n",
    "handoff": "status root-mount: x\nhandoff\n",
    "failed": "ready\nfailed power EIO a step\n",
    "off": "ready\noff\n",
    "exit": "ready\nexit 7\nwithin 0\n",
    "exit, off": "ready\nexit 7\nwithin 0\noff\n",
}
CONSOLE = {"nothing": "", "text": "[    0.000000] Linux version 6.1\r\nhello\r\n", "panic": f"hello\r\n{PANIC}\r\n"}
END = {
    "well": "sys.exit(0)",
    "badly": "print('out of luck', file=sys.stderr); sys.exit(3)",
    "killed": "os.kill(os.getpid(), signal.SIGKILL)",
    "timeout": "time.sleep(1000)",
    "late": "time.sleep(1000)",
}
# Where the wire did not say when the machine ends, nothing but --timeout ends it.
NEVER_LATE = {"nothing", "status", "ready", "handoff", "failed"}

# What was said: how QEMU ended: what the console showed: the status and the sentence; "" is none at all.
FAILED = (125, "init in the guest failed: power EIO a step")
PANICKED = (125, "the guest's kernel panicked: Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000700")
BADLY, KILLED = (125, "QEMU ended with status 3"), (125, "QEMU was killed by signal 9 (SIGKILL)")
LATE = (124, "the guest did not end within 5 s")
SHOWN = (124, "the guest did not end within 5 s; its console shows: Kernel panic - not syncing")
WORDY = (124, "the guest did not end within 5 s; its last status: root-")
BOTH = (124, "/dev/vda; its console shows: Kernel panic - not syncing")
EARLY = (125, "the guest ended before /init reported its program's status: something in it powered it off or reset it")
TABLE = {
    "nothing": {"well": {"nothing": (125, "the guest ended without a message (too little memory? it had 256 MiB)"),
                         "text": (125, "the guest ended without a status: its /init is not rdinit's"), "panic": PANICKED},
                "badly": BADLY, "killed": KILLED,
                # Before a program runs a panic is one, and need not be waited for.
                "timeout": {"nothing": LATE, "text": LATE, "panic": SHOWN}},
    "status": {"well": {"nothing": (125, "before /init had started a program; its last status: root-find: waiting for /dev/vda"),
                        "text": (125, "before /init had started a program; its last status: root-find"), "panic": PANICKED},
               "badly": BADLY, "killed": KILLED, "timeout": {"nothing": WORDY, "text": WORDY, "panic": BOTH}},
    "ready": {"well": {"nothing": EARLY, "text": EARLY, "panic": PANICKED},
              "badly": BADLY, "killed": KILLED, "timeout": {"nothing": LATE, "text": LATE, "panic": SHOWN}},
    "handoff": {"well": {"nothing": (0, ""), "text": (0, ""), "panic": PANICKED}, "badly": BADLY, "killed": KILLED,
                "timeout": {"nothing": WORDY, "text": WORDY, "panic": (124, "its last status: root-mount: x; its console")}},
    "failed": {"well": FAILED, "badly": FAILED, "killed": FAILED, "timeout": FAILED},
    "off": {"well": (0, ""), "badly": (0, "warning: the guest reported its status, and then QEMU ended with status 3"),
            "killed": (0, "warning: the guest reported its status, and then QEMU was killed by signal 9 (SIGKILL)"),
            "timeout": (0, "warning: the guest reported its end, but the machine did not end and was killed"),
            "late": (0, "warning: the guest reported its end, but the machine did not end and was killed")},
    "exit": {"well": {"nothing": (7, "warning: the guest reported its status, and then ended before /init had unmounted its disks"),
                      "text": (7, "warning: the guest reported its status, and then ended before /init had unmounted"),
                      "panic": (7, "before /init had unmounted its disks; its console shows: Kernel panic - not syncing")},
             "badly": (7, "warning: the guest reported its status, and then QEMU ended with status 3"),
             "killed": (7, "warning: the guest reported its status, and then QEMU was killed by signal 9 (SIGKILL)"),
             "timeout": (7, "warning: the guest reported its status, but did not end in time and was killed"),
             "late": (7, "warning: the guest reported its status, but did not end in time and was killed")},
    "exit, off": {"well": (7, ""), "badly": (7, "warning: the guest reported its status, and then QEMU ended with status 3"),
                  "killed": (7, "warning: the guest reported its status, and then QEMU was killed by signal 9 (SIGKILL)"),
                  "timeout": (7, "warning: the guest reported its end, but the machine did not end and was killed"),
                  "late": (7, "warning: the guest reported its end, but the machine did not end and was killed")},
}


# The first rule that fits is the word for programs: what was said, how QEMU ended, what the console showed; None is any.
REASONS = [
    ({"exit", "exit, off"}, None, None, "exit"), ({"failed"}, None, None, "init-failed"), ({"off"}, None, None, "off"),
    (None, {"timeout"}, {"panic"}, "panic"), ({"ready", "handoff"}, {"timeout"}, None, "timeout"),
    ({"nothing"}, {"timeout"}, {"nothing"}, "no-start"), (None, {"timeout"}, None, "hang"),
    (None, {"badly", "killed"}, None, "qemu"), (None, None, {"panic"}, "panic"), ({"handoff"}, None, None, "handoff"),
    ({"ready", "status"}, None, None, "reset"), (None, None, {"text"}, "no-status"), (None, None, None, "no-start"),
]


def reason(*cell):
    return next(word for *rule, word in REASONS if all(wanted is None or value in wanted for wanted, value in zip(rule, cell)))


@pytest.fixture
def start(tool):
    """start(body, *options): what `rdinit run` of a program ends with."""
    assert KERNEL, "no kernel unpacked: run `make deps`"
    tool.env["RDINIT_KERNEL"] = str(KERNEL)
    count = itertools.count()

    def begin(body, *options, words=("--isolated", "--", "/bin/true")):
        env = {**tool.env, "RDINIT_QEMU": str(stand_in(tool, body, f"qemu{next(count)}"))}
        return subprocess.run([RDINIT, "run", "--no-tuning", *options, *words], cwd=tool.path, env=env,
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=100)
    return begin


@pytest.mark.parametrize("ended", END)
def test_every_cell_of_the_verdict(start, tool, ended):
    """All of one end at once: some of them take their time by sleeping."""
    cells = [(said, showed) for said, showed in itertools.product(WIRE, CONSOLE)
             if not (ended == "late" and said in NEVER_LATE)]

    def judge(cell):
        said, showed = cell
        body = f"say('console', {CONSOLE[showed]!r}); say('wire', {WIRE[said]!r}); {END[ended]}"
        result = tool.path / f"{said} {showed}.json"
        done = start(body, "--json", result, *(["--timeout", "5"] if ended == "timeout" else []))
        told = json.loads(result.read_text())
        assert (told["status"], told["reason"]) == (done.returncode, reason(said, ended, showed)), (cell, told)
        assert not told["sentence"] or told["sentence"] in done.stderr.decode()
        return cell, done.returncode, done.stderr.decode()
    with concurrent.futures.ThreadPoolExecutor(len(cells)) as pool:
        for (said, showed), status, err in pool.map(judge, cells):
            wanted = TABLE[said][ended]
            wanted, sentence = wanted[showed] if isinstance(wanted, dict) else wanted
            assert status == wanted, (said, ended, showed, err)
            assert sentence in err if sentence else not err, (said, ended, showed, err)
            shows = status in (124, 125) and showed != "nothing"
            assert ("the last lines of the guest's console" in err) == shows, (said, ended, showed, err)


@pytest.mark.parametrize("said, showed, status, word, sentence", [
    ("ready\\nsignal KILL\\noff\\n", "[    9.0] Out of memory: Killed process 7 (perl) total-vm:1kB", 137, "out-of-memory",
     "warning: the guest's kernel killed the program, because its 256 MiB of memory are not enough (--memory)"),
    ("ready\\nsignal KILL\\noff\\n", "[    9.0] Memory cgroup out of memory: Killed process 7", 137, "signal", ""),
    ("ready\\nexit 0\\noff\\n", "[    9.0] Out of memory: Killed process 7 (perl)", 0, "exit", ""),
    ("ready\\nexit 9\\noff\\n", "Kernel panic - not syncing: a memory", 9, "exit", ""),
    ("ready\\nsignal SEGV\\noff\\n", "", 139, "signal", ""),
    ("ready\\nstatus appliance: enter /x to run y: No (ENOENT)\\nexit 126\\noff\\n", "", 126, "not-executable",
     "warning: the program was not started: enter /x to run y: No (ENOENT)"),
    ("ready\\nexit 0\\nexit 7\\noff\\n", "", 7, "exit", "warning: the guest reported 2 exit statuses, of which the last one counts: "
     "a process with root privileges has written to the port of /init"),
    ("status a: b\\nready\\nexit 126\\noff\\n", "", 126, "exit", ""),
    ("", "[    9.0] Kernel panic - not syncing: System is deadlocked on memory", 125, "out-of-memory",
     "the guest's kernel panicked, because its 256 MiB of memory are not enough (--memory): Kernel panic")])
def test_why_a_program_ended_or_never_ran_is_reported(start, tool, said, showed, status, word, sentence):
    result = tool.path / "result"
    done = start(f"say('console', {showed + chr(10)!r}); say('wire', '{said}')", "--json", result)
    told = json.loads(result.read_text())
    assert (done.returncode, told["status"], told["reason"]) == (status, status, word), done.stderr
    assert sentence in done.stderr.decode() if sentence else not done.stderr


def test_a_result_has_the_machine_and_the_time_of_each_phase(start, tool):
    result, log = tool.path / "result", tool.path / "log"
    done = start("say('console', 'a line\\n'); time.sleep(.3); say('wire', 'ready\\n'); time.sleep(.2); say('wire', 'exit 3\\noff\\n')",
                 "--json", result, "--log", log, "--memory", "1G", "--cpus", "2")
    told = json.loads(result.read_text())
    assert done.returncode == 3 and log.read_text() == "a line\n"
    times = told.pop("ms")
    assert told == {"status": 3, "reason": "exit", "sentence": None, "machine": "pc", "accelerator": told["accelerator"], "kernel": str(KERNEL),
                    "release": KERNEL.name.removeprefix("vmlinuz-"), "memory_mib": 1024, "cpus": 2, "peak_kib": told["peak_kib"]}
    assert told["accelerator"] in ("kvm", "tcg") and told["peak_kib"] > 0
    assert set(times) == {"prepare", "boot", "program", "end", "total"} and times["boot"] >= 300 and times["program"] >= 100
    assert abs(sum(times.values()) - 2 * times["total"]) < 100


@pytest.mark.parametrize("program, status, word", [("no-such-program", 127, "not-found"), ("/etc/passwd", 126, "not-executable")])
def test_a_result_without_a_machine(start, tool, program, status, word):
    done = start("", "--json", tool.path / "result", words=("--isolated", "--", program))
    told = json.loads((tool.path / "result").read_text())
    assert (done.returncode, told["status"], told["reason"], told["ms"]["boot"]) == (status, status, word, None)


@pytest.mark.parametrize("option", ["--json", "--log"])
def test_a_result_that_nobody_could_read_is_reported_before_a_boot(start, tool, option):
    done = start(f"gone({str(tool.path / 'booted')!r})", option, "no/such/directory/x")
    assert done.returncode == 1 and f"{option} no/such/directory/x: No such file".encode() in done.stderr
    assert not (tool.path / "booted").exists()


def test_a_result_that_a_full_disk_does_not_hold(start):
    done = start("say('wire', 'ready\\nexit 0\\noff\\n')", "--json", "/dev/full", "--log", "/dev/full")
    assert done.returncode == 1 and b"--json /dev/full: cannot be written" in done.stderr


def test_the_table_has_all_cells():
    for said, ended in itertools.product(WIRE, END):
        assert (ended in TABLE[said]) != (ended == "late" and said in NEVER_LATE), (said, ended)


@pytest.mark.parametrize("fake", [PANIC, "Kernel panic - not syncing", "x] Kernel panic - not syncing: x",
                                  "[    9.0] reboot: Power down", "init: exit status 0 (run: /bin/true)"])
def test_what_a_program_prints_neither_ends_the_machine_nor_changes_the_status(start, fake):
    """It works on for longer than a panic is given."""
    done = start(f"say('wire', 'ready\\n'); say('console', {fake + chr(10)!r}); time.sleep(6)\n"
                 "say('wire', 'exit 3\\nwithin 0\\noff\\n')")
    assert (done.returncode, done.stderr) == (3, b"")


def test_a_panic_before_any_program_is_not_waited_for(start, tool):
    done = start(f"gone({str(tool.path / 'pid')!r}); open({str(tool.path / 'pid')!r}, 'w').write(str(os.getpid()))\n"
                 f"say('console', {PANIC + chr(10)!r}); time.sleep(1000)")
    assert done.returncode == 125 and b"the guest's kernel panicked: Kernel panic" in done.stderr
    assert is_gone(int((tool.path / "pid").read_text()))


def test_a_panic_is_none_after_which_the_machine_ended_in_order(start):
    """A program of the real root printed it."""
    done = start(f"say('wire', 'handoff\\n'); say('console', {PANIC + chr(10)!r})\n"
                 "say('console', '[   12.000000] reboot: Power down\\n')")
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize("said", ["ready\\nhalt\\n", "ready\\nexit 7\\nwithin 0\\nhalt\\n"])
def test_a_machine_that_halts_is_ended_without_a_warning(start, said):
    done = start(f"say('wire', '{said}'); time.sleep(1000)")
    assert (done.returncode, done.stderr) == (7 if "exit" in said else 0, b"")


def test_a_second_boot_is_no_end(start):
    done = start("say('wire', 'ready\\n'); time.sleep(1); say('wire', 'ready\\n'); time.sleep(1000)")
    assert done.returncode == 125 and b"program's status: it booted a second time" in done.stderr
    done = start("say('wire', 'ready\\nexit 7\\noff\\n'); time.sleep(1); say('wire', 'ready\\n'); time.sleep(1000)")
    assert (done.returncode, done.stderr) == (7, b"")


def test_each_promise_of_the_guest_moves_its_deadline(start):
    """Without the second one it would be ended after ten seconds."""
    done = start("say('wire', 'ready\\nexit 7\\nwithin 0\\nwithin 60\\n'); time.sleep(12); say('wire', 'off\\n')")
    assert (done.returncode, done.stderr) == (7, b"")


def test_an_image_needs_a_word_too(start, tool):
    tool.run("pack", "-o", "a.img", "--no-init", "--tree", "/usr/share/misc")
    done = start("say('console', 'hello\\n')", words=("a.img",))
    assert done.returncode == 125 and b"without a status: its /init is not rdinit's" in done.stderr
    assert start("say('console', 'hello\\n'); say('wire', 'handoff\\n')", words=("a.img",)).returncode == 0


def test_a_signal_ends_a_run_whose_status_is_known(tool, start):
    done = start("say('wire', 'ready\\nexit 7\\n'); time.sleep(.5); os.kill(os.getppid(), signal.SIGTERM); time.sleep(1000)")
    assert done.returncode == 128 + signal.SIGTERM


def test_what_the_guest_says_cannot_move_the_cursor(start):
    done = start("say('console', 'a\\x1b[2Jb\\x9bc\\td\\0\\n'); say('wire', 'failed x EIO \\x1b[2J\\x9b31m\\n')")
    assert done.returncode == 125
    assert not set(done.stderr) & set(b"\x1b\x9b\t\0") and b"a\\x1b[2Jb\\x9bc d" in done.stderr
    assert b"failed: x EIO ?[2J\\x9b31m" in done.stderr


@pytest.mark.parametrize("count", [3, 21, 400, 5000])
def test_the_last_lines_of_a_console_of_any_length(start, count):
    """5,000 are 100 KB, of which the newest are kept."""
    done = start(f"say('console', ''.join(f'this is line {{n}} of it\\n' for n in range({count})))\n{END['badly']}")
    shown = [line for line in done.stderr.decode().splitlines() if line.startswith("this is line")]
    assert shown == [f"this is line {n} of it" for n in range(max(0, count - 20), count)]


CREDIT, END_OF_INPUT = "c\0\x10", b"i\0\0"   # as in init/pure/packets.h


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize("mode", ["pipe", "console"])
def test_closed_standard_streams_are_nowhere(tool, closed, mode):
    """Not the next files that are opened: a file of the host was typed into the guest's shell."""
    tool.env["RDINIT_KERNEL"] = str(KERNEL)
    end = "stdio" if mode == "pipe" else "console"
    stand_in(tool, f"""say('wire', 'ready\\n'); say('console', 'x' * 100)
if {mode == 'pipe'}: say('stdio', {CREDIT!r})
open({str(tool.path / 'heard')!r}, 'wb').write(hear({end!r}, 4096)); say('wire', 'exit 7\\noff\\n')""")
    done = subprocess.run(["sh", "-c", f'exec "$@" {closed}', "sh", RDINIT, "run", "--no-tuning", "--stdio", mode,
                           "--isolated", "--", "/bin/true"], cwd=tool.path, env=tool.env, stdin=subprocess.DEVNULL, capture_output=True,
                          timeout=60)
    assert done.returncode == 7, done.stderr
    assert (tool.path / "heard").read_bytes() == (END_OF_INPUT if mode == "pipe" else b"\x04")


@pytest.mark.parametrize("closed, status", [(">&-", 1), ("<&-", 0), ("2>&-", 0), ("<&- 2>&-", 0)])
def test_what_nobody_can_read_is_an_error(tool, closed, status):
    tool.run("pack", "-o", "a.img", "--no-init", "--tree", "/usr/share/misc")
    done = subprocess.run(["sh", "-c", f'exec "$@" {closed}', "sh", RDINIT, "list", "a.img"], cwd=tool.path, env=tool.env,
                          stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
    assert done.returncode == status and (b"cannot write to standard output" in done.stderr) == bool(status)


# Tells on its standard error what came before the word, and what came after it.
EARLY = """
import select
early = b''
while select.select([0], [], [], 1)[0]: early += hear('console', 100)
say('wire', {word!r}); late = b''
while select.select([0], [], [], 1)[0]: late += hear('console', 100)
open({out!r}, 'w').write(repr((early, late))); say('wire', 'exit 7\\noff\\n')
"""


def typed(tool, word, image, *options, text=b"ps\nexit\n"):
    tool.env["RDINIT_KERNEL"] = str(KERNEL)
    stand_in(tool, EARLY.format(word=word, out=str(tool.path / "out")))
    done = tool.run("run", "--no-tuning", *options, *image, stdin=text, check=False)
    assert done.returncode in (7, 125), done.stderr
    return ast.literal_eval((tool.path / "out").read_text())


@pytest.mark.parametrize("word", ["ready\n", "handoff\n", "failed x EIO y\n"])
def test_input_is_held_back_until_somebody_reads_it(tool, word):
    tool.run("pack", "-o", "ours.img", "--tree", "/usr/share/misc")
    for image in (["ours.img"], ["--stdio", "console", "--isolated", "--", "/bin/true"]):
        assert typed(tool, word, image) == (b"", b"ps\nexit\n\x04")


def test_input_of_another_init_is_not_held_back(tool):
    tool.run("pack", "-o", "theirs.img", "--no-init", "--tree", "/usr/share/misc")
    tool.run("pack", "-o", "ours.img", "--tree", "/usr/share/misc")
    assert typed(tool, "", ["theirs.img"]) == (b"ps\nexit\n\x04", b"")
    assert typed(tool, "", ["--append", "rdinit=/bin/sh", "ours.img"]) == (b"ps\nexit\n\x04", b"")


def test_what_is_typed_ahead_on_a_terminal_waits(tool):
    tool.env["RDINIT_KERNEL"] = str(KERNEL)
    stand_in(tool, EARLY.format(word="ready\n", out=str(tool.path / "out")))
    master, slave = pty.openpty()
    os.write(master, b"abc")
    started = subprocess.Popen([RDINIT, "run", "--no-tuning", "--isolated", "--", "/bin/true"], cwd=tool.path, env=tool.env, stdin=slave,
                               stdout=slave, stderr=subprocess.DEVNULL)
    assert started.wait(60) == 7
    os.close(slave), os.close(master)
    assert ast.literal_eval((tool.path / "out").read_text()) == (b"", b"abc")
